//! The open item: how it comes to be open, what is read of it, and what its talk confirms.

use std::cell::Cell;

use super::draft::key as draft_key;
use super::talk_view::pending;
use super::view::WIDE;
use super::why::moved;
use super::{Beside, DeskPane, Focus, OpenItem};
use crate::desk::Desk;
use crate::desk::replies::{Scope, language_of};
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::text::edit::Editor;
use crate::tui::pane::{Flow, Reach};
use crate::tui::panes::side::{Leaf, Side};

/// The most replies that the side panel offers.
const SUGGESTED: usize = 30;

impl DeskPane {
    /// Opens an item with its draft. What stands in the draft of an item that is open already
    /// is newer than what the store has of it.
    pub fn show(&mut self, desk: &Desk, words: &Words, id: Id) -> Result<(), Problem> {
        let open = self.open.as_ref().map(|open| open.record.id);
        self.load(desk, words, id, 0)?;
        self.focus = Focus::Composer;
        if open == Some(id) {
            return Ok(());
        }
        self.revealed.hide();
        let person = desk.me()?.id.to_string();
        let text = desk
            .store()
            .draft(&person, &draft_key(id))?
            .unwrap_or_default();
        self.composer = Editor::with_text(&text);
        self.resting.clear();
        self.draft.warned = None;
        self.draft.named = None;
        self.check_draft(desk)
    }

    /// Whether, on a window of this width, both halves are on screen and the list, which has the
    /// focus, has gone to another item than the one that is shown. A draft that was begun keeps
    /// its item in sight.
    pub fn lags(&self, width: u16) -> bool {
        let there = self.under_cursor().map(|item| item.row.id);
        width >= WIDE
            && self.focus == Focus::List
            && self.choice.is_none()
            && !self.narrowing.is_typing()
            && there.is_some()
            && there != self.open_item()
            && (self.composer.is_empty() || self.composer.text() == self.resting)
    }

    /// Shows the item under the cursor with its draft; the list keeps the focus, and nothing is
    /// done with the item.
    pub fn follow_cursor(&mut self, desk: &Desk, words: &Words) -> Result<(), Problem> {
        if let Some(id) = self.under_cursor().map(|item| item.row.id) {
            let shown = self.show(desk, words, id);
            self.focus = Focus::List;
            shown?;
            self.composer.text().clone_into(&mut self.resting);
        }
        Ok(())
    }

    /// Turns the open item's talk to what was said at a time, milliseconds UTC.
    pub fn turn_to(&mut self, at: Option<i64>) {
        if let Some(open) = &self.open {
            open.place.set(at);
        }
    }

    /// After an item was finished: the next one is opened where that one was, and the list
    /// stays the list.
    pub fn go_on(&mut self, desk: &Desk, words: &Words) -> Result<(), Problem> {
        self.go_back_to_place();
        let next = self.under_cursor().map(|item| item.row.id);
        if let Some(next) = next.filter(|_| self.focus != Focus::List) {
            return self.show(desk, words, next);
        }
        self.focus = Focus::List;
        Ok(())
    }

    /// Reads the replies for the panel, while they are what it shows.
    fn suggest(&mut self, desk: &Desk, words: &Words, record: &Record) -> Result<(), Problem> {
        if self.side.leaf() != Leaf::Replies {
            return Ok(());
        }
        desk.refresh_replies(&mut self.library)?;
        let context = desk.reply_context(Some(record), words)?;
        let language = Some(language_of(words));
        let hits = self.library.filter("", Scope::All, language, &context);
        let fitting = hits.iter().filter(|hit| hit.usable).take(SUGGESTED);
        let replies = fitting
            .filter_map(|hit| self.library.get(hit))
            .map(|reply| (reply.code.clone(), reply.title.clone()));
        self.side.suggest(replies.collect());
        Ok(())
    }

    /// Space: a buyer's yes becomes the note's third step, with their words as proof.
    pub(super) fn confirm(&self, reach: &mut Reach<'_>) -> Flow {
        let Some(assent) = self
            .open
            .as_ref()
            .and_then(|open| open.marks.assent.clone())
        else {
            return Flow::Pass;
        };
        let step = |desk: &mut Desk| desk.note_step(assent.note, "confirmed", Some(&assent.quote));
        if reach.attempt(step).is_some() {
            reach.say("talk-confirmed", &[]);
        }
        Flow::Stay
    }

    pub(super) fn turn_leaf(&mut self, by: isize, reach: &mut Reach<'_>) {
        self.side.turn(by);
        let Some(record) = self.open.as_ref().map(|open| open.record.clone()) else {
            return;
        };
        if let Err(problem) = self.suggest(reach.desk, reach.words, &record) {
            reach.trouble(&problem);
        }
    }

    pub(super) fn load(
        &mut self,
        desk: &Desk,
        words: &Words,
        id: Id,
        scroll: usize,
    ) -> Result<(), Problem> {
        let (record, register) = desk.record(id)?;
        let related = desk.related(&record)?;
        let pending = pending(&related);
        self.draft.rules.refresh(desk)?;
        let marks = desk.marks(&record, &related, &self.draft.rules)?;
        let row = desk.store().row(id)?;
        let mut beside = Beside::read(desk, words, &record, &pending)?;
        if let Some(row) = row.as_ref().filter(|_| beside.working.is_none()) {
            beside.working = moved(desk, words, &record, row)?;
        }
        self.side = Side::read(desk, &record, self.side.leaf())?;
        self.suggest(desk, words, &record)?;
        let reception = desk.reception(&record)?;
        let record = desk.with_merged(&record)?;
        self.open = Some(OpenItem {
            record,
            row,
            register,
            related,
            pending,
            marks,
            beside,
            reception,
            scroll: Cell::new(scroll),
            place: Cell::new(None),
        });
        Ok(())
    }
}
