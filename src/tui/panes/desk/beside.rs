//! What stands beside the open item: who works on it, who answers for it, how fresh the others'
//! words are, what was copied last.

use serde_json::Value;

use crate::desk::Desk;
use crate::desk::escalate::escalated_to;
use crate::desk::people::Person;
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::register::Owner;
use crate::domain::registers::ESCALATED;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::Row;
use crate::tui::words::Speech;

use super::talk_view::APPROVE;
use super::view::PENDING;

/// Facts about the open item in the person's words, as of the last reading.
#[derive(Default)]
pub(in crate::tui::panes) struct Beside {
    /// Somebody else works on it, since when; or who had the buyer before.
    pub(super) working: Option<String>,
    /// Whose it was first, whose it is, how high it went, else whose group that is.
    pub(super) owners: String,
    /// When a reply was copied last that has not been seen sent.
    pub(super) copied: Option<i64>,
    /// Whether the platform masked the buyer.
    pub(super) is_masked: bool,
    /// What is to be told of open things of the same buyer.
    told: Vec<Told>,
}

/// What is to be told of one of them.
struct Told {
    id: Id,
    /// Where there is room for how fresh it is.
    whole: String,
    /// Where it waits for an approval: whose, and how long it has.
    waits: Option<String>,
}

impl Beside {
    /// Reads it for a record and what else is open with the same buyer or order.
    pub(super) fn read(
        desk: &Desk,
        words: &Words,
        record: &Record,
        pending: &[Row],
    ) -> Result<Self, Problem> {
        let speech = Speech::new(desk, words);
        let buyer = record.text("buyer").unwrap_or_default();
        let told = pending.iter().take(PENDING);
        let told = told.map(|row| Told::of(desk, row, speech));
        Ok(Self {
            working: working(desk, record, speech)?,
            owners: owners(desk, record, speech)?,
            copied: copied(record),
            is_masked: crate::exchange::intake::is_masked(buyer),
            told: told.collect::<Result<_, _>>()?,
        })
    }

    /// Returns what is to be told of an open thing of the same buyer.
    pub(super) fn of(&self, id: Id) -> &str {
        self.told(id).map_or("", |told| &told.whole)
    }

    /// Returns whose approval an open thing of the same buyer waits for and how long it has;
    /// nothing where it waits for none.
    pub(super) fn waits(&self, id: Id) -> &str {
        let waits = self.told(id).and_then(|told| told.waits.as_deref());
        waits.unwrap_or_default()
    }

    fn told(&self, id: Id) -> Option<&Told> {
        self.told.iter().find(|told| told.id == id)
    }
}

impl Told {
    fn of(desk: &Desk, row: &Row, speech: Speech<'_>) -> Result<Self, Problem> {
        let (whole, waits) = match approver(desk, row)? {
            Some(person) => (
                waiting(row, last_known(desk, person, speech), speech),
                Some(waiting(row, called(desk, person, speech), speech)),
            ),
            None => (told(desk, row, speech).unwrap_or_default(), None),
        };
        Ok(Self {
            id: row.id,
            whole,
            waits,
        })
    }
}

/// Whoever owns an item, where that is somebody else.
fn other(desk: &Desk, owner: Option<Owner>) -> Option<&Person> {
    match owner {
        Some(Owner::Person(id)) => {
            let is_me = desk.signed_in().is_some_and(|me| me.id == id);
            desk.people().by_id(id).filter(|_| !is_me)
        }
        _ => None,
    }
}

/// Who else works on it, since when, and whether it may be taken; of a talk that nobody has, who
/// had the buyer before.
fn working(desk: &Desk, record: &Record, speech: Speech<'_>) -> Result<Option<String>, Problem> {
    if record.closed.is_some() {
        return Ok(None);
    }
    let Some(lease) = desk.lease(record)? else {
        return had_before(desk, record, speech);
    };
    let Some(person) = desk.people().by_id(lease.person) else {
        return Ok(None);
    };
    let id = match (lease.has_run_out, lease.acted) {
        (true, Some(_)) => "desk-others-let-lie",
        (true, None) => "desk-others-never-began",
        (false, Some(_)) => "desk-others-work",
        (false, None) => "desk-others-have",
    };
    // Who has done nothing yet has had it since it was given to them.
    let Some(since) = lease.acted.or(lease.given) else {
        return Ok(None);
    };
    let age = speech.age(speech.now - since);
    let args = [("name", person.name.as_str().into()), ("age", age.into())];
    Ok(Some(speech.words.with(id, &args)))
}

fn had_before(desk: &Desk, record: &Record, speech: Speech<'_>) -> Result<Option<String>, Problem> {
    if record.register != "conversation" || matches!(record.owner, Some(Owner::Person(_))) {
        return Ok(None);
    }
    let Some(before) = desk.had_before(record)?.filter(|one| one.is_on_shift) else {
        return Ok(None);
    };
    let Some(person) = desk.people().by_id(before.person) else {
        return Ok(None);
    };
    let is_me = desk.signed_in().is_some_and(|me| me.id == person.id);
    let id = if is_me {
        "desk-buyer-is-yours"
    } else {
        "desk-buyer-is-theirs"
    };
    let args = [
        ("name", person.name.as_str().into()),
        ("age", speech.age(speech.now - before.at).into()),
    ];
    Ok(Some(speech.words.with(id, &args)))
}

fn owners(desk: &Desk, record: &Record, speech: Speech<'_>) -> Result<String, Problem> {
    let mut said = Vec::new();
    let mut tell = |id: &str, value: String| {
        said.push(format!("{} {value}", speech.words.get(id)));
    };
    if record.first_owner.is_some() {
        tell("desk-first-owner", speech.owner(record.first_owner));
    }
    tell("desk-owner", speech.owner(record.owner));
    if let Some(level) = record.get(ESCALATED) {
        // Whom it went to before stands in the timeline.
        let asked = desk.names_of(&escalated_to(record));
        let level = speech.words.get(&format!("value-level-{level}"));
        let last = asked.last().map_or("", String::as_str);
        tell("desk-escalated", format!("{level} {last}"));
    } else if let Some(Owner::Person(owner)) = record.owner
        && let Some(leader) = desk.leader_over(owner)?
    {
        tell("desk-group", leader.name.clone());
    }
    Ok(said.join("    "))
}

fn copied(record: &Record) -> Option<i64> {
    let mut entries = record.entries.iter();
    let last = entries.rfind(|entry| entry.say.copied && !entry.void)?;
    (!last.seen_sent).then_some(last.at)
}

/// Of a promise when it was given and by whom; of what others have, how fresh their state is.
fn told(desk: &Desk, row: &Row, speech: Speech<'_>) -> Option<String> {
    if row.closed.is_some() {
        return None;
    }
    if row.register == "promise" {
        let at = row.fields.get("promised_at").and_then(Value::as_i64);
        let name = speech.owner(row.first_owner);
        let args = [
            ("time", speech.moment(at.unwrap_or(row.opened)).into()),
            ("name", name.into()),
        ];
        return Some(speech.words.with("desk-said", &args));
    }
    let person = other(desk, row.owner)?;
    Some(speech.last_known(desk, person))
}

/// Who must approve what a row asks: the person at the desk where it is theirs to do, else who
/// answers for the day.
fn approver<'a>(desk: &'a Desk, row: &Row) -> Result<Option<&'a Person>, Problem> {
    if desk.signed_in().is_none() {
        return Ok(None);
    }
    if row.closed.is_some() || row.step.as_deref() != Some(APPROVE) {
        return Ok(None);
    }
    let (record, _) = desk.record(row.id)?;
    for person in desk.approvers(Some(&record))? {
        if desk.may_approve(&record, person)? {
            return Ok(Some(person));
        }
    }
    Ok(None)
}

fn waiting(row: &Row, name: String, speech: Speech<'_>) -> String {
    let span = speech.long_span(speech.now - row.since);
    let args = [("name", name.into()), ("span", span.into())];
    speech.words.with("desk-waits-for", &args)
}

/// A colleague's name, or the word for the person at the desk.
fn called(desk: &Desk, person: &Person, speech: Speech<'_>) -> String {
    if desk.signed_in().is_some_and(|me| me.id == person.id) {
        speech.words.get("desk-you").to_string()
    } else {
        person.name.clone()
    }
}

/// The same with how fresh what is known of them is.
fn last_known(desk: &Desk, person: &Person, speech: Speech<'_>) -> String {
    if desk.signed_in().is_some_and(|me| me.id == person.id) {
        called(desk, person, speech)
    } else {
        speech.last_known(desk, person)
    }
}
