//! What is done with an order note: kept, its steps taken and taken back, finished, withdrawn.

use serde_json::{Value as Json, json};

use super::ask::Ask;
use super::note::NoteForm;
use super::note_fields::flag_of;
use crate::desk::note::{NewNote, STEPS};
use crate::domain::id::Id;
use crate::domain::payload::Fields;
use crate::problem::{Kind, Problem};
use crate::tui::pane::{Flow, Reach};

impl NoteForm {
    /// Writes the note as far as it is filled in; none where that was refused.
    pub(super) fn record(&mut self, reach: &mut Reach<'_>) -> Option<Id> {
        let text = |id: &str| self.sheet.form.text(id).trim().to_owned();
        let (old, new, kind) = (text("old"), text("new"), self.kind().to_owned());
        if let Some(id) = self.note {
            let values = Fields::from([
                ("kind".to_owned(), json!(kind)),
                (
                    "old".to_owned(),
                    if old.is_empty() {
                        Json::Null
                    } else {
                        json!(old)
                    },
                ),
                ("new".to_owned(), json!(new)),
            ]);
            reach.attempt(|desk| desk.set_fields(id, values))?;
            return Some(id);
        }
        if new.is_empty() {
            self.step = None;
            self.sheet.form.focus("new");
            let field = reach.words.get("field-note-new").to_string();
            reach.say("note-missing", &[("field", field.into())]);
            return None;
        }
        let flag = flag_of(reach, &kind);
        let note = NewNote {
            order: self.number(),
            kind,
            flag,
            old: Some(old).filter(|old| !old.is_empty()),
            new,
            about: self.about,
            buyer: Some(self.facts.buyer.clone()).filter(|buyer| !buyer.is_empty()),
        };
        let id = reach.attempt(|desk| desk.open_note(&note))?.record();
        self.note = Some(id);
        let job = self.sheet.form.chosen("job").unwrap_or("change").to_owned();
        if job != "change" {
            reach.attempt(|desk| {
                desk.set_fields(id, Fields::from([("job".to_owned(), json!(job))]))
            })?;
        }
        Some(id)
    }

    /// Takes the next step; the third takes the buyer's own words with it.
    pub(super) fn advance(&mut self, reach: &mut Reach<'_>) -> bool {
        if self.stops(reach) {
            return false;
        }
        let Some(at) = self.facts.next() else {
            reach.say("note-all-done", &[]);
            return false;
        };
        let Some(id) = self.record(reach) else {
            return false;
        };
        let quote = self
            .facts
            .offer
            .as_ref()
            .filter(|_| STEPS[at] == "confirmed")
            .map(|offer| offer.text.clone());
        let done = reach
            .attempt(|desk| desk.note_step(id, STEPS[at], quote.as_deref()))
            .is_some();
        self.step = Some(at);
        self.reread(reach);
        done
    }

    /// Stops where somebody else changed the note since it was opened, and shows it as it is.
    pub(super) fn stops(&mut self, reach: &mut Reach<'_>) -> bool {
        let stopped = self.since.stops(reach).is_some();
        if stopped {
            self.reread(reach);
        }
        stopped
    }

    pub(super) fn back(&mut self, reach: &mut Reach<'_>) {
        let Some(id) = self.note else {
            let first = Problem::new(Kind::Refused, "problem-note-first");
            return reach.trouble(&first.hint("problem-note-first-hint"));
        };
        if self.stops(reach) {
            return;
        }
        reach.attempt(|desk| desk.note_back(id));
        self.reread(reach);
    }

    /// Takes all steps that are ours and closes; what only the buyer can say is not assumed.
    pub(super) fn finish(&mut self, reach: &mut Reach<'_>) -> Flow {
        while let Some(at) = self.facts.next().filter(|at| STEPS[*at] != "acknowledged") {
            if STEPS[at] == "confirmed" && self.facts.offer.is_none() {
                self.step = Some(at);
                reach.say("note-not-confirmed", &[("step", (at + 1).into())]);
                return Flow::Stay;
            }
            if !self.advance(reach) {
                return Flow::Stay;
            }
        }
        reach.say("note-finished", &[]);
        Flow::Close
    }

    /// Leaves the note as a draft that waits in the list; an empty one leaves nothing.
    pub(super) fn leave(&mut self, reach: &mut Reach<'_>) -> Flow {
        let written = !self.sheet.form.text("new").trim().is_empty() && !self.number().is_empty();
        if written && self.record(reach).is_none() {
            return Flow::Close;
        }
        if written && self.facts.next().is_some() {
            reach.say("note-kept", &[]);
        }
        Flow::Close
    }

    /// Asks for the reason for which the note is withdrawn.
    pub(super) fn withdraw(&mut self, reach: &Reach<'_>) -> Flow {
        let Some(id) = self.note else {
            return Flow::Close;
        };
        let to = if self.state == "told" {
            "revoked"
        } else {
            "withdrawn"
        };
        let (title, hint) = (
            reach.words.get("note-withdraw"),
            reach.words.get("ask-reason"),
        );
        let ask = Ask::new(title.to_string(), hint.to_string(), move |reason, reach| {
            let done = reach.attempt(|desk| desk.move_to(id, to, Some(reason)));
            done.map_or(Flow::Stay, |_| Flow::Show(id))
        });
        Flow::Push(Box::new(ask.keeping(reach, to, id)))
    }
}
