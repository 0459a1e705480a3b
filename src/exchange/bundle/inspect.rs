//! What a bundle file holds and whether it holds good, without a store.

use std::path::Path;

use serde_json::{Value, json};

use super::carrier::Carrier;
use super::check::{Checked, Counts, Finding, check};
use super::fault::BundleFault;
use super::format::Manifest;
use super::read::Bundle;
use crate::exchange::envelope::Keys;
use crate::problem::Problem;

/// What a bundle file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// The manifest, whose signature holds.
    pub manifest: Manifest,
    /// What the file holds.
    pub counts: Counts,
    /// What is wrong with its streams; none in a good bundle.
    pub findings: Vec<Finding>,
}

impl Inspection {
    fn of(checked: Checked) -> Self {
        let Checked {
            manifest,
            counts,
            findings,
            ..
        } = checked;
        Self {
            manifest,
            counts,
            findings,
        }
    }

    /// Returns manifest and counts as `bundle inspect --json` shows them.
    pub fn json(&self) -> Value {
        let Counts {
            events,
            personal,
            erased,
            withheld,
            seals,
            attachments,
        } = self.counts;
        json!({
            "manifest": self.manifest,
            "counts": {
                "events": events, "personal": personal, "erased": erased, "withheld": withheld, "seals": seals,
                "attachments": attachments,
            },
        })
    }

    /// Returns the verdict as `bundle verify --json` shows it.
    pub fn verdict(&self) -> Value {
        let problem = |finding: &Finding| {
            json!({
                "code": finding.code.map(super::Code::name), "replica": finding.replica.to_string(), "seq": finding.seq,
                "problem": finding.what.name(),
            })
        };
        json!({
            "ok": self.is_good(), "events": self.counts.events,
            "problems": self.findings.iter().map(problem).collect::<Vec<_>>(),
        })
    }

    /// Returns whether everything in the bundle is proven.
    pub fn is_good(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Reads a bundle file to its end: manifest and counts, and everything that the format says
/// can be verified without a store. `progress` gets the number of events read and answers
/// whether to go on.
///
/// Fails where the file is no bundle, damaged, over a limit or of a newer format.
pub fn inspect(path: &Path, progress: &mut dyn FnMut(u64) -> bool) -> Result<Inspection, Problem> {
    inspect_with(path, &Keys::default(), progress)
}

/// Reads a bundle file to its end, opening it with these keys where it is encrypted.
///
/// Fails as [`inspect`] does, and where no key opens it.
pub fn inspect_with(
    path: &Path,
    keys: &Keys,
    progress: &mut dyn FnMut(u64) -> bool,
) -> Result<Inspection, Problem> {
    let checked = Carrier::new(path, keys)
        .and_then(|carrier| carrier.bundle())
        .and_then(|bundle| check(bundle, None, progress));
    checked
        .map(Inspection::of)
        .map_err(|fault| fault.problem(&path.display().to_string()))
}

/// Reads the bytes of a bundle that is not encrypted, as [`inspect`] reads a file.
pub fn inspect_bytes(bytes: &[u8]) -> Result<Inspection, BundleFault> {
    let bundle = Bundle::open(bytes)?;
    check(bundle, None, &mut |_| true).map(Inspection::of)
}
