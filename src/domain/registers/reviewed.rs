//! That somebody who answers for the day looked at a record in the review of that day (S20).

use serde_json::Value;

use super::super::field::{Field, FieldSpec};

/// Cell: it was looked at. Only ever yes: whoever reviews the same record at the same time
/// writes the same, and nobody contradicts anybody. What was found stands in the record's own
/// timeline.
pub const DONE: Field<bool> = Field::flag("done").hidden();

static CELLS: &[FieldSpec] = &[DONE.spec];

/// The business days in whose review the record was looked at: a row a day, so that reviews of
/// different days do not meet.
pub const REVIEWED: Field<Value> = Field::map("reviewed", CELLS).hidden();

/// Returns the path of the cell that a review of a business day (`2026-11-22`) writes.
pub fn path(day: &str) -> String {
    format!("{}/{day}/{}", REVIEWED.name(), DONE.name())
}

/// Returns whether a field's path is one that a review writes.
pub fn is_reviewed(path: &str) -> bool {
    path.split('/').next() == Some(REVIEWED.name())
}
