//! Order notes: changed in the back end, flagged, customer confirmed, printing told, printing
//! acknowledged, in this order and without a gap (003 L20-23; S08).

use serde_json::json;

use super::Desk;
use super::act::{Act, Done, fields, refused};
use super::promise::concerning;
use crate::domain::id::Id;
use crate::domain::payload::{Fields, Meaning, Payload};
use crate::domain::record::Record;
use crate::domain::register::{Owner, Post};
use crate::domain::registers::note;
use crate::problem::{Kind, Problem};

/// The five steps in their order: the states that they lead to.
pub const STEPS: [&str; 5] = ["changed", "flagged", "confirmed", "told", "acknowledged"];

/// What a new note says.
#[derive(Debug, Clone, Default)]
pub struct NewNote {
    /// The order's number, imported or not.
    pub order: String,
    /// A word of the note's kinds.
    pub kind: String,
    /// A word of the flag colours; red where none is said.
    pub flag: Option<String>,
    /// What is to be replaced.
    pub old: Option<String>,
    /// What is to hold instead.
    pub new: String,
    /// The item from which the note was begun.
    pub about: Option<Id>,
    /// The buyer as the agent knows them.
    pub buyer: Option<String>,
}

impl Desk {
    /// Opens a note on an order; an order that no import has brought yet is opened with it.
    pub fn open_note(&mut self, new: &NewNote) -> Result<Done, Problem> {
        for (field, word) in [
            (note::KIND.spec, Some(&new.kind)),
            (note::FLAG_OF.spec, new.flag.as_ref()),
        ] {
            if let Some(word) = word
                && !field.kind.accepts(&json!(word))
            {
                return Err(Problem::new(Kind::NotUnderstood, "problem-field-value")
                    .arg("field", field.name)
                    .arg("value", word)
                    .hint("problem-field-value-hint"));
            }
        }
        let me = self.me()?.id;
        let id = self.new_id();
        let mut act = self.act();
        let order = self.order(
            &mut act,
            &new.order,
            fields([("said_buyer", json!(new.buyer))]),
        )?;
        let mut values = match new.about {
            Some(about) => concerning(&self.record(about)?.0),
            None => order.record.as_ref().map(concerning).unwrap_or_default(),
        };
        values.extend(fields([
            ("order", json!(order.id.to_string())),
            ("order_number", json!(order.number)),
            (
                "buyer",
                json!(new.buyer.as_deref().or(values_buyer(&values).as_deref())),
            ),
            (note::KIND.name(), json!(new.kind)),
            (note::JOB.name(), json!("change")),
            (
                note::FLAG_OF.name(),
                json!(new.flag.as_deref().unwrap_or("red")),
            ),
            (note::OLD.name(), json!(new.old)),
            (note::NEW.name(), json!(new.new)),
        ]));
        act.begin(&note::REGISTER, id, values, me);
        let done = self.write(act)?;
        Ok(Done {
            records: std::iter::once(id)
                .chain(done.records.into_iter().filter(|one| *one != id))
                .collect(),
            ..done
        })
    }

    /// Takes the note's next step, or says which step comes first. The last one is printing's:
    /// only that post or a supervisor acknowledges.
    pub fn note_step(&mut self, id: Id, step: &str, quote: Option<&str>) -> Result<Done, Problem> {
        let mut act = self.act();
        self.add_note_step(&mut act, id, step, quote)?;
        self.write(act)
    }

    /// Adds a step of a note to an act.
    pub(super) fn add_note_step(
        &self,
        act: &mut Act,
        id: Id,
        step: &str,
        quote: Option<&str>,
    ) -> Result<(), Problem> {
        let (record, register) = self.record(id)?;
        let next = next_step(&record).ok_or_else(|| refused("problem-note-done"))?;
        if step != next {
            return Err(refused("problem-note-step")
                .arg("step", step)
                .arg("next", next)
                .hint("problem-note-step-hint"));
        }
        let me = self.me()?.clone();
        if next == "acknowledged" && !me.posts.contains(&Post::Printing) {
            return Err(refused("problem-note-printing").hint("problem-note-printing-hint"));
        }
        if next != "acknowledged" {
            act.claim(register, &record, me.id);
        }
        if let Some(quote) = quote {
            act.set(
                register,
                &record,
                fields([(note::QUOTE.name(), json!(quote))]),
            );
        }
        if next == "acknowledged"
            && let Some(told) = record.reached("told")
        {
            let sign = Payload::Sign {
                meaning: Meaning::Acknowledge,
                of: told.trace.chain,
                saw: Fields::from_iter([("new".to_owned(), json!(record.text("new")))])
                    .into_iter()
                    .collect(),
                note: None,
            };
            act.add(register, id, sign);
        }
        act.step(register, &record, next, None);
        Ok(())
    }

    /// Takes the note's last step back; after printing was told this revokes the notice.
    pub fn note_back(&mut self, id: Id) -> Result<Done, Problem> {
        let (record, _) = self.record(id)?;
        let at = STEPS.iter().position(|step| *step == record.state);
        match at {
            None => Err(refused("problem-note-first")),
            Some(0) => self.move_to(id, "draft", None),
            Some(3) => self.move_to(id, "revoked", None),
            Some(4) => Err(refused("problem-note-done")),
            Some(at) => self.move_to(id, STEPS[at - 1], None),
        }
    }
}

fn values_buyer(values: &Fields) -> Option<String> {
    values.get("buyer")?.as_str().map(str::to_owned)
}

/// Returns the state to which the note's next step leads, none when all five are taken.
pub fn next_step(record: &Record) -> Option<&'static str> {
    match STEPS.iter().position(|step| *step == record.state) {
        None if record.state == "draft" => STEPS.first().copied(),
        None => None,
        Some(at) => STEPS.get(at + 1).copied(),
    }
}

/// Returns whether a note waits for the printing post's word.
pub fn waits_for_printing(record: &Record) -> bool {
    record.state == "told" && !matches!(record.owner, Some(Owner::Post(Post::Printing)))
}
