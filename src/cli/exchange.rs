//! What crosses the machine's edge: imports, exports, bundles.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::{Bundle, BundleExport};
use super::out::Out;
use super::session::Place;
use super::work::reading;
use super::{CLEAN, FINDINGS};
use crate::desk::values::{Edge, time};
use crate::exchange::bundle::{self, Export as BundleOptions, Selection};
use crate::problem::{Kind, Problem};
use crate::store::Store;

/// Commands on bundles.
pub(super) fn bundle(place: &Place, args: Bundle, out: &Out) -> Result<u8, Problem> {
    match args {
        Bundle::Export(args) => bundle_export(place, &args, out),
        Bundle::Import { files } => bundle_import(place, &files, out),
        Bundle::Inspect { file } => bundle_inspect(&file, out),
        Bundle::Verify { file } => bundle_verify(&file, out),
    }
}

fn bundle_export(place: &Place, args: &BundleExport, out: &Out) -> Result<u8, Problem> {
    if args.text || args.to.is_some() {
        // Encryption to named receivers comes with the roster's recipients.
        return Err(Problem::new(Kind::Refused, "problem-cli-plain").hint("problem-cli-plain-hint"));
    }
    let mut desk = place.desk(true)?;
    let sender = desk.me()?.replica;
    let now = desk.now();
    let selection = match &args.since {
        Some(since) => Selection::Since(time(since, reading(&desk), Edge::Start)?),
        None if args.all => Selection::All,
        None => Selection::ForShop,
    };
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("zhiban-{now}.zbundle")));
    let plain = if args.plain { args.reason.as_deref() } else { None };
    let options = BundleOptions { selection, plain, ..BundleOptions::new(sender, now) };
    let exported = bundle::export(desk.store_mut(), &options, &path)?;
    if out.json {
        let files: Vec<String> = exported.files.iter().map(|file| file.display().to_string()).collect();
        out.object(&json!({"files": files, "events": exported.events, "personal": exported.personal}))?;
    }
    for file in &exported.files {
        let file = file.display().to_string();
        out.say("cli-bundle-written", &[("file", file.into()), ("events", exported.events.into())])?;
    }
    Ok(CLEAN)
}

/// Takes bundles in; a folder without a store gets one, which adopts the bundle's shop.
fn bundle_import(place: &Place, files: &[PathBuf], out: &Out) -> Result<u8, Problem> {
    let mut store = if Store::exists(&place.folder) { place.store()? } else { Store::create_bare(&place.folder)? };
    let now = place.clock(&store)?.now();
    let mut code = CLEAN;
    for file in files {
        let accounting = bundle::import(&mut store, file, now, &mut |_| true)?;
        if out.json {
            let mut object = accounting.json();
            if let Some(object) = object.as_object_mut() {
                object.insert("file".into(), json!(file.display().to_string()));
            }
            out.object(&object)?;
        } else {
            out.line(&accounting.line(&out.words))?;
        }
        if accounting.unfolded > 0 || accounting.outside > 0 || accounting.branched {
            code = FINDINGS;
        }
    }
    Ok(code)
}

fn bundle_inspect(file: &Path, out: &Out) -> Result<u8, Problem> {
    let inspection = bundle::inspect(file, &mut |_| true)?;
    let object = inspection.json();
    if out.json {
        out.object(&object)?;
        return Ok(CLEAN);
    }
    let text = serde_json::to_string_pretty(&object)
        .map_err(|fault| Problem::new(Kind::Defect, "problem-defect").arg("what", fault).hint("problem-defect-hint"))?;
    out.block(&text)?;
    Ok(CLEAN)
}

fn bundle_verify(file: &Path, out: &Out) -> Result<u8, Problem> {
    let inspection = bundle::inspect(file, &mut |_| true)?;
    let good = inspection.is_good();
    if out.json {
        out.object(&inspection.verdict())?;
    } else if good {
        out.say("cli-bundle-sound", &[("events", inspection.counts.events.into())])?;
    } else {
        for finding in &inspection.findings {
            let args = [("replica", finding.replica.to_string().into()), ("seq", finding.seq.into())];
            out.line(&out.words.with(finding.what.message(), &args))?;
        }
        out.say("cli-bundle-unsound", &[("problems", inspection.findings.len().into())])?;
    }
    Ok(if good { CLEAN } else { FINDINGS })
}
