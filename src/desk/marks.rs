//! What is told beside the lines of a conversation: the promise that a line made, a buyer's yes
//! that may be a consent, a paste's end, a colleague who was called and has not come.

use std::collections::{BTreeMap, HashMap};

use super::note::next_step;
use super::settings::MINUTE;
use super::talk::{MENTION, is_call};
use super::wording::Wording;
use super::{Desk, escalate};
use crate::domain::id::{Chain, Id};
use crate::domain::money::{Currency, Money};
use crate::domain::payload::Direction;
use crate::domain::record::{Entry, Record};
use crate::problem::Problem;
use crate::store::Row;

/// How long after our question a short yes may be its answer.
const ANSWERED: i64 = 10 * MINUTE;
/// The longest text that may be a short yes, in bytes.
const SHORT: usize = 48;
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

    /// Finds the note that waits for the buyer's word, and the newest yes since it was begun.
    fn assent(
        &self,
        record: &Record,
        related: &[Row],
        wording: &Wording,
    ) -> Result<Option<Assent>, Problem> {
        let waiting = related
            .iter()
            .filter(|row| row.register == "note" && row.closed.is_none() && row.state == "flagged");
        for row in waiting {
            let Some(note) = self.store().record(row.id)?.filter(|note| !note.void) else {
                continue;
            };
            if next_step(&note) != Some("confirmed") {
                continue;
            }
            if let Some(yes) = newest_yes(record, note.opened, wording) {
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

/// Returns the newest short yes of the buyer since a time (milliseconds UTC) that answers a question
/// of ours.
fn newest_yes<'a>(record: &'a Record, since: i64, wording: &Wording) -> Option<&'a Entry> {
    let mut asked: Option<&Entry> = None;
    let mut yes = None;
    for entry in said(record) {
        match entry.say.direction {
            Direction::Out => asked = Some(entry),
            Direction::In if entry.at >= since => {
                let text = entry.say.text.as_deref().unwrap_or_default();
                let answers = |ours: &Entry| {
                    let question = ours.say.text.as_deref().unwrap_or_default();
                    entry.at - ours.at <= ANSWERED && wording.asks(question)
                };
                if text.len() <= SHORT && wording.is_yes(text) && asked.is_some_and(answers) {
                    yes = Some(entry);
                }
            }
            _ => {}
        }
    }
    yes
}

/// Returns the buyer's short yes to a question of ours if it is the last word of the talk: what
/// was said after it may take it back.
pub fn standing_yes<'a>(record: &'a Record, wording: &Wording) -> Option<&'a Entry> {
    let talk = |entry: &&Entry| matches!(entry.say.direction, Direction::In | Direction::Out);
    let last = said(record).rfind(talk)?;
    newest_yes(record, i64::MIN, wording).filter(|yes| yes.trace.chain == last.trace.chain)
}

fn promised(record: &Record, related: &[Row]) -> HashMap<Chain, Vec<Promised>> {
    let mut under: HashMap<Chain, Vec<Promised>> = HashMap::new();
    let promises = related
        .iter()
        .filter(|row| row.register == "promise" && !row.void);
    for row in promises {
        let time = |name: &str| row.fields.get(name).and_then(serde_json::Value::as_i64);
        let at = time("promised_at").unwrap_or(row.opened);
        let line = said(record).rfind(|entry| {
            let is_ours = entry.say.direction == Direction::Out;
            is_ours && entry.at <= at && at - entry.at <= MADE
        });
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
        .filter(|row| row.closed.is_none())
        .filter(|row| is_call(row, MENTION) || is_call(row, escalate::CALL))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::{FixedClock, SeededRandom};
    use crate::desk::begin::init_drill;
    use crate::desk::note::NewNote;
    use crate::domain::payload::{Payload, Say};
    use crate::domain::registers::conversation;

    const NOW: i64 = 1_795_333_560_000;

    /// A talk with an order note that waits for the buyer's word.
    fn talk(desk: &mut Desk) -> Id {
        let talk = desk.open_conversation("橘子", "chat").unwrap().record();
        let note = NewNote {
            order: "4031902847193516613".into(),
            kind: "attribute".into(),
            new: "灰色".into(),
            about: Some(talk),
            ..NewNote::default()
        };
        let note = desk.open_note(&note).unwrap().record();
        desk.note_step(note, "changed", None).unwrap();
        desk.note_step(note, "flagged", None).unwrap();
        talk
    }

    fn say(desk: &mut Desk, talk: Id, direction: Direction, text: &str, after: i64) {
        let mut act = desk.act();
        let say = Say::plain(direction, text);
        let at = NOW + after * MINUTE;
        act.add_at(
            &conversation::REGISTER,
            talk,
            Payload::Say(Box::new(say)),
            at,
        );
        desk.write(act).unwrap();
    }

    fn marks(desk: &Desk, talk: Id) -> Marks {
        let (record, _) = desk.record(talk).unwrap();
        let order = desk
            .order_by_number("4031902847193516613")
            .unwrap()
            .unwrap();
        let related = desk.related(&order).unwrap();
        desk.marks(&record, &related, &Wording::default()).unwrap()
    }

    fn desk(folder: &std::path::Path) -> Desk {
        let (clock, random) = (FixedClock(NOW), SeededRandom::new("marks"));
        let path = folder.join("data");
        init_drill(&path, "S", "林晓", Box::new(clock), Box::new(random)).unwrap()
    }

    #[test]
    fn a_yes_is_proposed_only_to_a_question_and_within_ten_minutes() {
        for (question, answer, after, is_proposed) in [
            ("请您核对：灰色，对吗？", "对的", 5, true),
            ("请您核对：灰色，对吗？", "對的", 10, true),
            ("请您核对：灰色，对吗？", "对的", 11, false),
            ("请您核对：灰色，对吗？", "不对，是蓝色", 5, false),
            ("我为您改成灰色。", "好的", 5, false),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let mut desk = desk(folder.path());
            let talk = talk(&mut desk);
            say(&mut desk, talk, Direction::Out, question, 0);
            say(&mut desk, talk, Direction::In, answer, after);
            let proposed = marks(&desk, talk).assent;
            assert_eq!(
                proposed.is_some(),
                is_proposed,
                "{question} {answer} {after}"
            );
            if let Some(assent) = proposed {
                assert_eq!(
                    (assent.quote.as_str(), assent.kind.as_str()),
                    (answer, "attribute")
                );
                desk.note_step(assent.note, "confirmed", Some(&assent.quote))
                    .unwrap();
                assert_eq!(marks(&desk, talk).assent, None, "it is recorded");
            }
        }
    }

    #[test]
    fn a_yes_from_before_the_note_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = desk(folder.path());
        let talk = talk(&mut desk);
        say(&mut desk, talk, Direction::Out, "要灰色吗？", -30);
        say(&mut desk, talk, Direction::In, "对的", -28);
        assert_eq!(marks(&desk, talk).assent, None);
    }

    #[test]
    fn a_promise_stands_under_our_last_line_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = desk(folder.path());
        let talk = talk(&mut desk);
        say(&mut desk, talk, Direction::Out, "您好", -200);
        say(&mut desk, talk, Direction::Out, "今天退给您", -3);
        say(&mut desk, talk, Direction::In, "好", -2);
        let order = desk
            .order_by_number("4031902847193516613")
            .unwrap()
            .unwrap();
        let money = Some(Money::cny(1_800));
        desk.promise(order.id, "退差价", NOW + 60 * MINUTE, money)
            .unwrap();
        let found = marks(&desk, talk).promised;
        let (record, _) = desk.record(talk).unwrap();
        let line = record
            .entries
            .iter()
            .find(|entry| entry.say.text.as_deref() == Some("今天退给您"));
        let under = &found[&line.unwrap().trace.chain];
        assert_eq!((found.len(), under.len()), (1, 1));
        assert_eq!((under[0].text.as_str(), under[0].amount), ("退差价", money));
    }
}
