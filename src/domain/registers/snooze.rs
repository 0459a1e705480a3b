//! Out of sight until a time, or until something happens to the record before it.

use super::super::field::{Enumeration, Field};
use super::super::payload::Direction;
use super::super::record::{Record, Trace};
use super::{SNOOZED_UNTIL, reviewed};

/// What brings a record back before its time.
pub static EVENTS: Enumeration = Enumeration {
    name: "snooze_event",
    values: &[REPLY, "change"],
};

/// The buyer speaks: only a conversation can wait for it.
pub const REPLY: &str = "reply";

/// What brings a record back before its time; nothing where only the time does.
pub const SNOOZED_FOR: Field<String> = Field::choice("snoozed_for", &EVENTS).hidden();

/// Returns until when a record is out of sight, milliseconds UTC; none where what it waits for has
/// happened since.
pub fn until(record: &Record) -> Option<i64> {
    let until = record.get(SNOOZED_UNTIL)?;
    let since = &record.write(SNOOZED_UNTIL.name())?.trace;
    let is_back = match record.text(SNOOZED_FOR.name()) {
        Some(REPLY) => record.entries.iter().any(|entry| {
            !entry.void && entry.say.direction == Direction::In && entry.trace.stamp > since.stamp
        }),
        Some("change") => is_changed_by_others(record, since),
        _ => false,
    };
    (!is_back).then_some(until)
}

/// Whether anybody else did something to a record since an event of it. That somebody looked at
/// it in a review changes nothing for who waits.
fn is_changed_by_others(record: &Record, since: &Trace) -> bool {
    let is_theirs = |trace: &Trace| trace.stamp > since.stamp && trace.replica != since.replica;
    let said = record.entries.iter().filter(|entry| !entry.void);
    let written = record.values.iter();
    let written = written.filter(|(path, _)| !reviewed::is_reviewed(path));
    let written = written.flat_map(|(_, writes)| writes);
    said.map(|entry| &entry.trace)
        .chain(record.steps.iter().map(|step| &step.trace))
        .chain(record.signatures.iter().map(|sign| &sign.trace))
        .chain(record.attachments.iter().map(|file| &file.trace))
        .chain(written.map(|write| &write.trace))
        .any(is_theirs)
}
