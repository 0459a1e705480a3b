//! What is told beside the lines of a conversation: the promise that a line made, a buyer's yes
//! that may be a consent, a paste's end, a colleague who was called and has not come.

use std::collections::{BTreeMap, HashMap};

use super::Desk;
use super::note::next_step;
use super::wording::Wording;
use crate::domain::id::{Chain, Id};
use crate::domain::money::{Currency, Money};
use crate::domain::payload::Direction;
use crate::domain::record::{Entry, Record};
use crate::problem::Problem;
use crate::store::Row;

const MINUTE: i64 = 60_000;
/// How long after our question a short yes may be its answer.
const ANSWERED: i64 = 10 * MINUTE;
/// How long after a line a promise may have been recorded that it made.
const MADE: i64 = 120 * MINUTE;

/// A promise, told under the line that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promised {
    /// What was promised.
    pub text: String,
    /// The money, if any.
    pub amount: Option<Money>,
    /// By when, milliseconds UTC.
    pub due: Option<i64>,
    /// Its state.
    pub state: String,
}

/// A buyer's short yes to a question of ours: a proposal, never a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assent {
    /// The entry that says yes.
    pub entry: Chain,
    /// The order note that waits for the buyer's word.
    pub note: Id,
    /// A word of the note's kinds.
    pub kind: String,
    /// The buyer's words.
    pub quote: String,
}

/// Where a paste or file ends in the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pasted {
    /// How many entries it brought.
    pub count: usize,
    /// When it was taken in, milliseconds UTC.
    pub at: i64,
    /// By which channel it was said.
    pub channel: Option<String>,
    /// Whether the platform numbers its entries: a file, not a paste.
    pub is_numbered: bool,
}

/// All marks of a record's timeline, by the entries that they stand at.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Promises under the lines that made them.
    pub promised: HashMap<Chain, Vec<Promised>>,
    /// The yes that waits to be recorded.
    pub assent: Option<Assent>,
    /// The last entry of each paste.
    pub pasted: HashMap<Chain, Pasted>,
    /// Remarks whose callees have not come, since when, milliseconds UTC.
    pub unread: HashMap<Chain, i64>,
}

impl Desk {
    /// Returns the marks of a record's timeline, beside which there are others of the same buyer
    /// or order.
    pub fn marks(
        &self,
        record: &Record,
        related: &[Row],
        wording: &Wording,
    ) -> Result<Marks, Problem> {
        Ok(Marks {
            promised: promised(record, related),
            assent: self.assent(record, related, wording)?,
            pasted: pasted(&record.entries),
            unread: unread(record, related),
        })
    }

    /// Finds the buyer's newest yes and the note that waits for it.
    fn assent(
        &self,
        record: &Record,
        related: &[Row],
        wording: &Wording,
    ) -> Result<Option<Assent>, Problem> {
        let Some(yes) = newest_yes(record, wording) else {
            return Ok(None);
        };
        let waiting = related
            .iter()
            .filter(|row| row.register == "note" && row.closed.is_none() && row.state == "flagged");
        for row in waiting {
            let Some(note) = self.store().record(row.id)? else {
                continue;
            };
            if next_step(&note) == Some("confirmed") && note.opened <= yes.at && !note.void {
                return Ok(Some(Assent {
                    entry: yes.trace.chain,
                    note: note.id,
                    kind: note.text("kind").unwrap_or_default().to_owned(),
                    quote: yes.say.text.clone().unwrap_or_default(),
                }));
            }
        }
        Ok(None)
    }
}

/// Entries that were said and not taken back.
fn said(record: &Record) -> impl DoubleEndedIterator<Item = &Entry> {
    record.entries.iter().filter(|entry| !entry.void)
}

fn newest_yes<'a>(record: &'a Record, wording: &Wording) -> Option<&'a Entry> {
    said(record)
        .filter(|entry| entry.say.direction == Direction::In)
        .filter(|entry| {
            let text = entry.say.text.as_deref();
            text.is_some_and(|text| wording.is_yes(text))
        })
        .filter(|entry| {
            // The last that we said before it must have asked.
            let ours = said(record)
                .filter(|one| one.say.direction == Direction::Out && one.at <= entry.at)
                .next_back();
            ours.is_some_and(|ours| {
                let text = ours.say.text.as_deref().unwrap_or_default();
                entry.at - ours.at <= ANSWERED && wording.asks(text)
            })
        })
        .next_back()
}

fn promised(record: &Record, related: &[Row]) -> HashMap<Chain, Vec<Promised>> {
    let mut under: HashMap<Chain, Vec<Promised>> = HashMap::new();
    let promises = related
        .iter()
        .filter(|row| row.register == "promise" && !row.void);
    for row in promises {
        let time = |name: &str| row.fields.get(name).and_then(serde_json::Value::as_i64);
        let at = time("promised_at").unwrap_or(row.opened);
        let line = said(record)
            .filter(|entry| entry.say.direction == Direction::Out)
            .filter(|entry| entry.at <= at && at - entry.at <= MADE)
            .next_back();
        let Some(line) = line else {
            continue;
        };
        let text = row.fields.get("text").and_then(|text| text.as_str());
        let amount = row.amount.as_ref();
        under.entry(line.trace.chain).or_default().push(Promised {
            text: text.unwrap_or_default().to_owned(),
            amount: amount.and_then(|(minor, currency)| {
                let currency = Currency::of(currency)?;
                Some(Money {
                    minor: *minor,
                    currency,
                })
            }),
            due: time("due_at"),
            state: row.state.clone(),
        });
    }
    under
}

fn pasted(entries: &[Entry]) -> HashMap<Chain, Pasted> {
    let mut batches: BTreeMap<Id, (Chain, Pasted)> = BTreeMap::new();
    for entry in entries {
        let Some(source) = &entry.say.source else {
            continue;
        };
        let taken = entry.trace.stamp.millis();
        let (last, pasted) = batches.entry(source.batch).or_insert_with(|| {
            let pasted = Pasted {
                count: 0,
                at: taken,
                channel: entry.say.channel.clone(),
                is_numbered: source.id.is_some(),
            };
            (entry.trace.chain, pasted)
        });
        *last = entry.trace.chain;
        pasted.count += 1;
        pasted.at = pasted.at.max(taken);
    }
    batches.into_values().collect()
}

/// A call is read when whoever was called has done with it.
fn unread(record: &Record, related: &[Row]) -> HashMap<Chain, i64> {
    let calls: Vec<&Row> = related
        .iter()
        .filter(|row| row.register == "follow_up" && row.closed.is_none())
        .filter(|row| row.fields.get("kind").and_then(|kind| kind.as_str()) == Some("mention"))
        .collect();
    let is_called = |entry: &&Entry| {
        entry.say.direction == Direction::Internal
            && calls.iter().any(|call| {
                let subject = call.fields.get("subject").and_then(|text| text.as_str());
                call.opened == entry.trace.at && subject == entry.say.text.as_deref()
            })
    };
    said(record)
        .filter(is_called)
        .map(|entry| (entry.trace.chain, entry.at))
        .collect()
}
