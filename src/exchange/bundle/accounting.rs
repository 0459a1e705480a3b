//! What an import comes to, in figures that add up.

use std::collections::BTreeMap;

use super::witness::Alarm;
use crate::i18n::{Arg, Words};

/// What became of a bundle's events: `events` = `new` + `here` + `outside`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accounting {
    /// Events in the bundle.
    pub events: u64,
    /// Events that this import appended.
    pub new: u64,
    /// Events that were here already.
    pub here: u64,
    /// New events that do not count, for the reasons in `by_code`.
    pub unfolded: u64,
    /// Events that could not go into the log; kept where they may do so later.
    pub outside: u64,
    /// Events among them for which there was no room to be kept.
    pub unkept: u64,
    /// Whether some of those are proven to be of the shop's people, so that the bundle must come
    /// again.
    pub must_come_again: bool,
    /// Unfolded and outside events by code.
    pub by_code: BTreeMap<String, u64>,
    /// Events kept from earlier bundles that could go into the log now.
    pub healed: u64,
    /// Files in the bundle that an event attaches and that are of no kind that may be attached.
    pub refused_files: u64,
    /// Whether a replica's stream branched.
    pub branched: bool,
    /// What people must know of streams, of this bundle or earlier ones.
    pub alarms: Vec<Alarm>,
}

impl Accounting {
    /// Returns the accounting line.
    pub fn line(&self, words: &Words) -> String {
        let number = |name, count: u64| (name, Arg::from(count as i64));
        let mut line = words.with(
            "bundle-accounting",
            &[
                number("events", self.events),
                number("new", self.new),
                number("here", self.here),
                number("unfolded", self.unfolded),
                number("outside", self.outside),
            ],
        );
        if !self.by_code.is_empty() {
            let code = |(code, count): (&String, &u64)| {
                let name = words.get(&format!("bundle-code-{}", code.to_lowercase()));
                words.with(
                    "bundle-accounting-code",
                    &[number("count", *count), ("code", Arg::from(&*name))],
                )
            };
            let codes: Vec<String> = self.by_code.iter().map(code).collect();
            let codes = codes.join(", ");
            line = words.with(
                "bundle-accounting-codes",
                &[
                    ("accounting", Arg::from(line.as_str())),
                    ("codes", Arg::from(codes.as_str())),
                ],
            );
        }
        if self.unkept > 0 {
            let unkept = [number("count", self.unkept)];
            line = format!(
                "{line}; {}",
                words.with("bundle-accounting-unkept", &unkept)
            );
        }
        if self.healed > 0 {
            line = format!(
                "{line}; {}",
                words.with("bundle-accounting-healed", &[number("count", self.healed)])
            );
        }
        if self.refused_files > 0 {
            let refused = [number("count", self.refused_files)];
            line = format!(
                "{line}; {}",
                words.with("bundle-accounting-refused-files", &refused)
            );
        }
        line
    }

    /// Returns whether there is something that people must look at.
    pub fn has_findings(&self) -> bool {
        let is_alarmed = self.alarms.iter().any(Alarm::is_finding);
        self.unfolded > 0 || self.outside > 0 || self.branched || is_alarmed
    }

    /// Returns the object that `bundle import --json` shows.
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "events": self.events, "new": self.new, "here": self.here, "unfolded": self.unfolded,
            "outside": self.outside, "unkept": self.unkept, "by_code": self.by_code, "healed": self.healed,
            "refused_files": self.refused_files, "branched": self.branched,
            "alarms": self.alarms.iter().map(Alarm::json).collect::<Vec<_>>(),
        })
    }
}

/// Adds events to what is counted under a code, where there are any.
pub(super) fn add(by_code: &mut BTreeMap<String, u64>, code: &str, count: u64) {
    if count > 0 {
        *by_code.entry(code.to_owned()).or_default() += count;
    }
}
