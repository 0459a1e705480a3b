//! The draft of the open item: what is found in it while it is written, and how it goes out.

use std::ops::Range;

use super::{DeskPane, Focus};
use crate::desk::Desk;
use crate::desk::wording::{Findings, Wording, told};
use crate::domain::id::Id;
use crate::exchange::intake::replies::variables;
use crate::i18n::Words;
use crate::problem::{Kind, Problem};
use crate::text::edit::Editor;
use crate::tui::overlays::wording::{WordingPane, too_early};
use crate::tui::pane::{Flow, Reach};

/// What is known of the draft besides its text.
#[derive(Default)]
pub(in crate::tui::panes) struct Draft {
    pub(super) rules: Wording,
    pub(super) findings: Findings,
    /// The text as it was checked.
    checked: String,
    /// The text that goes out when it is asked for again; to this item, and to no other one.
    pub(super) warned: Option<String>,
    /// The item under the cursor when it was said whose draft this is instead.
    pub(super) named: Option<Id>,
}

impl DeskPane {
    /// Puts words into the draft that were typed and that the store could not take.
    pub fn restore(&mut self, text: &str) {
        self.composer = Editor::with_text(text);
        self.look_at_draft();
    }

    /// Adds words to the draft of the open item.
    pub fn add_to_draft(&mut self, text: &str) {
        if !self.composer.is_empty() {
            self.composer.newline();
        }
        self.composer.paste(text);
        self.focus = Focus::Composer;
        self.look_at_draft();
    }

    /// Puts other words in the place of a part of the draft, or shows that part.
    pub fn reword(&mut self, range: Range<usize>, better: &str) {
        self.composer.select(range);
        if !better.is_empty() {
            self.composer.paste(better);
        }
        self.focus = Focus::Composer;
        self.look_at_draft();
    }

    /// Checks the draft by the shop's rules as they are now.
    pub(super) fn check_draft(&mut self, desk: &Desk) -> Result<(), Problem> {
        let outcome = self.draft.rules.refresh(desk);
        self.draft.checked.clear();
        self.look_at_draft();
        outcome
    }

    /// Checks the draft where it was changed since.
    pub(super) fn look_at_draft(&mut self) {
        let text = self.composer.text();
        if text == self.draft.checked && !text.is_empty() {
            return;
        }
        self.draft.findings = match &self.open {
            Some(open) => self.draft.rules.look_at(text, &open.record, &open.related),
            None => Findings::default(),
        };
        text.clone_into(&mut self.draft.checked);
    }

    /// Takes back what was typed last, and never a recorded act: nobody undoes one unseen.
    pub(super) fn undo_text(&mut self, reach: &mut Reach<'_>) {
        if self.composer.undo() {
            self.look_at_draft();
        } else {
            reach.say("desk-draft-nothing-to-undo", &[]);
        }
    }

    /// Ctrl+E: what was found, by which rule, and the ways out.
    pub(super) fn say_why(&mut self, reach: &mut Reach<'_>) -> Flow {
        self.look_at_draft();
        if self.draft.findings.is_empty() {
            reach.say("wording-nothing", &[]);
            return Flow::Stay;
        }
        let (text, findings) = (self.composer.text(), &self.draft.findings);
        Flow::Push(Box::new(WordingPane::new(text, findings, reach.words)))
    }

    /// F9: the draft to the clipboard, and the reply as copied into the log. What must not be
    /// said stays here; what is doubtful goes out when F9 is pressed again.
    pub(super) fn copy_draft(&mut self, reach: &mut Reach<'_>) -> Flow {
        let text = self.composer.text().trim().to_owned();
        let Some(id) = self
            .open
            .as_ref()
            .map(|open| open.record.id)
            .filter(|_| !text.is_empty())
        else {
            return Flow::Pass;
        };
        if self.names_another(reach) {
            return Flow::Stay;
        }
        if let Some(hole) = unfilled(&text) {
            let problem = Problem::new(Kind::Refused, "desk-variable-missing")
                .arg("name", hole)
                .hint("desk-variable-missing-hint");
            reach.trouble(&problem);
            return Flow::Stay;
        }
        let outcome = self.check_draft(reach.desk);
        if let Some(problem) = outcome.err().or_else(|| self.draft.rules.mistake()) {
            reach.trouble(&problem);
        }
        if let Some(problem) = self.held_back(reach.words) {
            reach.trouble(&problem);
            return Flow::Stay;
        }
        if reach.attempt(|desk| desk.reply(id, &text)).is_some() {
            reach.copy(&text);
            self.composer.set("");
            self.look_at_draft();
        }
        Flow::Stay
    }

    /// Says once whose draft would go out, where the list has the focus and its cursor is on
    /// another item.
    fn names_another(&mut self, reach: &mut Reach<'_>) -> bool {
        let there = self.under_cursor().map(|item| item.row.id);
        let (Some(open), Some(there)) = (&self.open, there) else {
            return false;
        };
        let is_here = self.focus != Focus::List || there == open.record.id;
        if is_here || self.draft.named.replace(there) == Some(there) {
            return false;
        }
        let title = open.row.as_ref().map(|row| reach.speech().title(row));
        let problem = Problem::new(Kind::Refused, "desk-draft-elsewhere")
            .arg("name", title.unwrap_or_default())
            .hint("desk-draft-elsewhere-hint");
        reach.trouble(&problem);
        true
    }

    /// Says why the draft does not go out now.
    fn held_back(&mut self, words: &Words) -> Option<Problem> {
        let text = self.composer.text();
        let findings = &self.draft.findings;
        let refused = |id| Problem::new(Kind::Refused, id);
        if findings.blocking() > 0 {
            let what = findings.worst().map(|hit| told(hit, text, words));
            return Some(
                refused("wording-blocked")
                    .arg("what", what.unwrap_or_default())
                    .hint("wording-blocked-hint"),
            );
        }
        if !findings.wants_a_second_key() || self.draft.warned.as_deref() == Some(text) {
            self.draft.warned = None;
            return None;
        }
        let what = match (&findings.too_early, findings.worst()) {
            (Some(early), _) => too_early(early, words),
            (None, hit) => hit.map(|hit| told(hit, text, words)).unwrap_or_default(),
        };
        self.draft.warned = Some(text.to_owned());
        Some(
            refused("wording-warned")
                .arg("what", what)
                .hint("wording-warned-hint"),
        )
    }
}

/// Returns under which key an item's draft is kept.
pub(super) fn key(id: Id) -> String {
    format!("reply:{id}")
}

/// Returns the first variable that a draft still names: one blocks copying.
pub(super) fn unfilled(text: &str) -> Option<String> {
    let found = variables::find(text).into_iter().next();
    found.map(|variable| variable.written)
}
