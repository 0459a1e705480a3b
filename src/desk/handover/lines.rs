//! A line of the sheet from an item as it is: how it stands, what is next, how loud it is.

use serde_json::Value;

use super::{Severity, SheetLine};
use crate::desk::Desk;
use crate::desk::act::register;
use crate::desk::reading::Reader;
use crate::domain::id::Id;
use crate::domain::payload::Direction;
use crate::domain::registers::follow_up;
use crate::exchange::outlet::table::Look;
use crate::problem::Problem;
use crate::store::Row;
use crate::text::clean;

/// Longest sentence taken over from an item, in characters.
const SENTENCE: usize = 60;

impl Desk {
    pub(super) fn line(
        &self,
        row: Row,
        horizon: i64,
        allowance: i64,
        look: &Look<'_>,
    ) -> Result<SheetLine, Problem> {
        let kind = register(&row.register)?;
        let least = severity(&row, horizon, allowance);
        let reader = Reader {
            words: look.words,
            people: self.people(),
        };
        let subject = match kind.name {
            "conversation" => self.last_words(row.id)?,
            _ => Some(reader.subject(&row)).filter(|subject| !subject.is_empty()),
        };
        let state = look.known(&format!("state-{}-{}", row.register, row.state), &row.state);
        let summary = match subject {
            Some(subject) => look.words.with(
                "handover-summary",
                &[("subject", cut(&subject).into()), ("state", state.into())],
            ),
            None => state,
        };
        let next = next_step(&row, look);
        Ok(SheetLine {
            summary,
            next,
            due: row.due,
            if_then: String::new(),
            least,
            severity: least,
            row,
        })
    }

    /// The last that was said between the buyer and us.
    fn last_words(&self, record: Id) -> Result<Option<String>, Problem> {
        let record = self.store().record(record)?;
        let said = record
            .iter()
            .flat_map(|record| record.entries.iter().rev())
            .find(|entry| {
                !entry.void && matches!(entry.say.direction, Direction::In | Direction::Out)
            });
        Ok(said.and_then(|entry| entry.say.text.clone()))
    }
}

/// Returns how loud an item is at least; `horizon` ends the next shift (milliseconds UTC),
/// `allowance` in minor units.
pub fn severity(row: &Row, horizon: i64, allowance: i64) -> Severity {
    let soon = row.due.is_some_and(|due| due <= horizon);
    let in_flight = row.register == "case"
        && matches!(row.state.as_str(), "submitted" | "approved" | "to_execute");
    let money = in_flight
        && row
            .amount
            .as_ref()
            .is_some_and(|(minor, _)| *minor > allowance);
    let word_or_platform =
        row.register == "promise" || row.due_source.as_deref() == Some("platform");
    if row.conflicts > 0 || row.register == "complaint" || money || soon && word_or_platform {
        Severity::Red
    } else if soon {
        Severity::Yellow
    } else {
        Severity::Green
    }
}

/// What is to be done next, by register and state.
fn next_step(row: &Row, look: &Look<'_>) -> String {
    let field = |name: &str| row.fields.get(name).and_then(Value::as_str);
    if row.register == follow_up::REGISTER.name
        && let Some(text) = field(follow_up::SUBJECT.name()).or(field(follow_up::TEXT.name()))
    {
        return cut(text);
    }
    let state = match row.register.as_str() {
        "conversation" if row.ours => "ours",
        "conversation" => "waits",
        _ => &row.state,
    };
    let ids = [
        format!("handover-next-{}-{state}", row.register),
        format!("handover-next-{}", row.register),
    ];
    let known = ids
        .iter()
        .find(|id| look.words.has(id))
        .map_or("handover-next-other", String::as_str);
    look.words.get(known).to_string()
}

/// A text as one line of a sentence's length.
fn cut(text: &str) -> String {
    let line = clean::line(text.trim());
    if line.chars().count() <= SENTENCE {
        return line.into_owned();
    }
    line.chars().take(SENTENCE).chain("..".chars()).collect()
}
