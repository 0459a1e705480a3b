//! What is done with an after-sale case: kept as a draft, filed, amended, voided, and each step
//! of its ladder.

use super::ask::Ask;
use super::case::CaseForm;
use super::case_fields;
use super::case_ladder::Ladder;
use super::since::Since;
use crate::desk::case::Request;
use crate::domain::id::Id;
use crate::problem::Problem;
use crate::tui::commands::Command;
use crate::tui::pane::{Flow, Reach};

impl CaseForm {
    /// Writes the answers as a draft record; none where that was refused.
    pub(super) fn draft_record(&mut self, reach: &mut Reach<'_>) -> Option<Id> {
        let mut values = self.values(reach);
        if self.case.is_none() {
            values.retain(|_, value| !value.is_null());
        }
        let request = Request {
            order: self.number(),
            about: self.about,
            values,
        };
        let draft = self.case;
        let id = reach
            .attempt(|desk| desk.draft_case(draft, &request))?
            .record();
        self.case = Some(id);
        if draft.is_none() {
            self.since = Since::of(reach, id);
        }
        Some(id)
    }

    /// What was just written is the person's own: only what comes after it is a change.
    fn filed(&mut self, id: Id, reach: &mut Reach<'_>) {
        self.since = Since::of(reach, id);
        self.just_filed = true;
        self.reread(reach);
    }

    /// Files what was answered: submits a draft, or amends what was submitted.
    pub(super) fn submit(&mut self, reach: &mut Reach<'_>) -> Flow {
        if case_fields::unreadable(&self.sheet.form, "amount") {
            self.sheet.form.focus("amount");
            reach.say("case-amount-unreadable", &[]);
            return Flow::Stay;
        }
        if self.sheet.form.missing() > 0 {
            self.sheet.form.apply(Command::NextMissing);
            let count = self.sheet.form.missing();
            reach.say("case-missing", &[("count", count.into())]);
            return Flow::Stay;
        }
        if let Some(stopped) = self.since.stops(reach) {
            return stopped;
        }
        if let Some(id) = self.case.filter(|_| self.amending) {
            let values = self.values(reach);
            if reach.attempt(|desk| desk.amend_case(id, &values)).is_some() {
                self.amending = false;
                self.filed(id, reach);
                reach.say("case-amended-done", &[]);
            } else {
                self.reread(reach);
            }
            return Flow::Stay;
        }
        let Some(id) = self.draft_record(reach) else {
            return Flow::Stay;
        };
        if reach.attempt(|desk| desk.submit_case(id)).is_some() {
            self.filed(id, reach);
            let number = self
                .ladder
                .as_ref()
                .map(|ladder| ladder.number.clone())
                .unwrap_or_default();
            reach.say("case-submitted", &[("no", number.into())]);
        }
        Flow::Stay
    }

    /// Leaves what was begun as a draft that waits in the list; an untouched form leaves nothing.
    pub(super) fn leave(&mut self, reach: &mut Reach<'_>) -> Flow {
        if self.amending {
            self.amending = false;
            self.reread(reach);
            return Flow::Stay;
        }
        if self.ladder.is_none() && self.is_begun() && self.draft_record(reach).is_some() {
            reach.say("case-kept", &[]);
        }
        Flow::Close
    }

    /// Opens the other case of the order.
    pub(super) fn open_twin(&self, reach: &mut Reach<'_>) -> Option<Flow> {
        let on_it = self
            .sheet
            .form
            .current()
            .is_some_and(|field| field.id == "twin");
        let (id, _) = self.facts.twin.as_ref().filter(|_| on_it)?;
        match Self::of_case(reach, *id) {
            Ok(pane) => Some(Flow::Push(Box::new(pane))),
            Err(problem) => {
                reach.trouble(&problem);
                Some(Flow::Stay)
            }
        }
    }

    /// Takes a draft back, with a reason where it is recorded.
    pub(super) fn drop(&self, reach: &Reach<'_>) -> Flow {
        let Some(id) = self.case else {
            return Flow::Close;
        };
        let (title, hint) = (reach.words.get("case-void"), reach.words.get("ask-reason"));
        let ask = Ask::new(title.to_string(), hint.to_string(), move |reason, reach| {
            let done = reach.attempt(|desk| desk.void_case(id, reason));
            done.map_or(Flow::Stay, |_| Flow::Close)
        });
        Flow::Replace(Box::new(ask.keeping(reach, "void", id)))
    }

    pub(super) fn amend(&mut self, reach: &mut Reach<'_>) -> Flow {
        let may = self.ladder.as_ref().is_some_and(Ladder::may_amend);
        if !may {
            reach.trouble(
                &Problem::new(crate::problem::Kind::Refused, "problem-case-over")
                    .hint("problem-case-over-hint"),
            );
            return Flow::Stay;
        }
        self.amending = true;
        self.ladder = None;
        self.reread(reach);
        Flow::Stay
    }

    pub(super) fn in_ladder(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if std::mem::take(&mut self.just_filed) && command == Command::Finish {
            reach.say("case-submitted-again", &[]);
            return Flow::Stay;
        }
        match command {
            Command::Back => return Flow::Close,
            Command::AfterSale => return self.amend(reach),
            Command::Copy => {
                let text = self
                    .ladder
                    .as_ref()
                    .map(|ladder| ladder.to_tell.clone())
                    .filter(|text| !text.is_empty());
                reach.copy(&text.unwrap_or_else(|| self.read_back.clone()));
                return Flow::Stay;
            }
            _ => {}
        }
        let acts = matches!(
            command,
            Command::Unfold | Command::Open | Command::Finish | Command::No
        );
        if acts && let Some(stopped) = self.since.stops(reach) {
            self.reread(reach);
            return stopped;
        }
        let (Some(ladder), Some(id)) = (&mut self.ladder, self.case) else {
            return Flow::Pass;
        };
        let flow = ladder.command(command, id, reach);
        if matches!(command, Command::Unfold | Command::Open | Command::Finish) {
            self.since = Since::of(reach, id);
            self.reread(reach);
        }
        flow
    }
}
