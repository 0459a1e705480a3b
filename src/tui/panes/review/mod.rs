//! The review of a day (日清, Ctrl+Y): its items with what carries a risk first, each with its
//! timeline beside the list, one key each (S20). What was looked at is recorded on the item, so
//! whoever leaves goes on where they were.

mod view;

use std::cell::Cell;
use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::board::{act_on, open_record};
use crate::desk::Desk;
use crate::desk::board::{ReviewDay, ReviewItem, Risks, Tally, Verdict};
use crate::desk::marks::Marks;
use crate::desk::people::People;
use crate::desk::wording::Wording;
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::register::Register;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::Row;
use crate::tui::commands::{Command, Context};
use crate::tui::overlays::ask::Ask;
use crate::tui::overlays::yank;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::widgets::Look;
use crate::tui::widgets::list::Cursor;
use crate::tui::words::Speech;

/// Rows that a page key scrolls the timeline.
const PAGE: usize = 5;

/// The item under the cursor as it is told beside the list.
struct Told {
    record: Record,
    register: &'static Register,
    related: Vec<Row>,
    marks: Marks,
    scroll: Cell<usize>,
}

/// The review of a day.
pub struct ReviewPane {
    is_today: bool,
    days: [ReviewDay; 2],
    tallies: [Tally; 2],
    items: Vec<ReviewItem>,
    more: bool,
    risks: Risks,
    cursor: Cursor<Id>,
    /// What the next key lets pass together.
    marked: BTreeSet<Id>,
    /// From this item the cursor goes on once it was looked at.
    leaves: Option<Id>,
    told: Option<Told>,
    wording: Wording,
    people: People,
    zone: chrono_tz::Tz,
    now: i64,
}

impl ReviewPane {
    /// Opens the review of today at the first item that nobody looked at.
    ///
    /// Refused to those who answer for nobody's work but their own.
    pub fn new(desk: &Desk) -> Result<Self, Problem> {
        let days = [desk.review_day(true)?, desk.review_day(false)?];
        let mut pane = Self {
            is_today: true,
            days,
            tallies: [Tally::default(); 2],
            items: Vec::new(),
            more: false,
            risks: Risks::new(),
            cursor: Cursor::default(),
            marked: BTreeSet::new(),
            leaves: None,
            told: None,
            wording: Wording::default(),
            people: People::default(),
            zone: desk.zone(),
            now: desk.now(),
        };
        pane.read(desk)?;
        pane.go_on(desk, true)?;
        Ok(pane)
    }

    fn day(&self) -> &ReviewDay {
        &self.days[usize::from(!self.is_today)]
    }

    fn read(&mut self, desk: &Desk) -> Result<(), Problem> {
        let scope = desk.review_scope()?;
        self.days = [desk.review_day(true)?, desk.review_day(false)?];
        for (tally, day) in self.tallies.iter_mut().zip(&self.days) {
            *tally = desk.review_tally(day, &scope)?;
        }
        let day = self.day().clone();
        (self.items, self.more) = desk.review_items(&day, &mut self.risks)?;
        self.now = desk.now();
        self.people = desk.people().clone();
        let ids: Vec<Id> = self.items.iter().map(|item| item.row.id).collect();
        self.cursor.follow(&ids);
        let items = &self.items;
        self.marked.retain(|id| {
            let mut known = items.iter();
            known.any(|item| item.row.id == *id && !item.reviewed)
        });
        let leaves = self.leaves.take();
        let is_left = self.under_cursor().is_some_and(|item| item.reviewed);
        if leaves.is_some() && leaves == self.cursor.id().copied() && is_left {
            return self.go_on(desk, false);
        }
        self.leaves = leaves;
        self.look(desk)
    }

    /// Reads what is told of the item under the cursor.
    fn look(&mut self, desk: &Desk) -> Result<(), Problem> {
        let Some(id) = self.cursor.id().copied() else {
            self.told = None;
            return Ok(());
        };
        let scroll = match &self.told {
            Some(told) if told.record.id == id => told.scroll.get(),
            _ => 0,
        };
        let (record, register) = desk.record(id)?;
        let related = desk.related(&record)?;
        self.wording.refresh(desk)?;
        let marks = desk.marks(&record, &related, &self.wording)?;
        self.told = Some(Told {
            record: desk.with_merged(&record)?,
            register,
            related,
            marks,
            scroll: Cell::new(scroll),
        });
        Ok(())
    }

    fn under_cursor(&self) -> Option<&ReviewItem> {
        self.items.get(self.cursor.index())
    }

    /// Goes to the next item that nobody looked at, or stays where there is none.
    fn go_on(&mut self, desk: &Desk, from_here: bool) -> Result<(), Problem> {
        let (here, len) = (self.cursor.index(), self.items.len());
        let ahead = (usize::from(!from_here)..len.max(1)).map(|by| (here + by) % len.max(1));
        let items = &self.items;
        let next = ahead
            .into_iter()
            .find(|at| items.get(*at).is_some_and(|item| !item.reviewed));
        if let Some(next) = next {
            let id = |at: usize| items.get(at).map(|item| item.row.id);
            self.cursor.go(next, len, id);
        }
        self.look(desk)
    }

    fn step(&mut self, by: isize, reach: &mut Reach<'_>) {
        let items = &self.items;
        let id = |at: usize| items.get(at).map(|item| item.row.id);
        self.cursor.step(by, items.len(), id);
        if let Err(problem) = self.look(reach.desk) {
            reach.trouble(&problem);
        }
    }

    fn turn(&mut self, is_today: bool, reach: &mut Reach<'_>) {
        self.is_today = is_today;
        self.marked.clear();
        self.cursor = Cursor::default();
        let turned = self
            .read(reach.desk)
            .and_then(|()| self.go_on(reach.desk, true));
        if let Err(problem) = turned {
            reach.trouble(&problem);
        }
    }

    fn scroll(&self, by: isize) {
        if let Some(told) = &self.told {
            let scroll = told.scroll.get().saturating_add_signed(by);
            told.scroll.set(scroll);
        }
    }

    fn mark(&mut self, reach: &mut Reach<'_>) {
        let Some(item) = self.under_cursor().filter(|item| !item.reviewed) else {
            return self.step(1, reach);
        };
        let id = item.row.id;
        if !self.marked.remove(&id) {
            self.marked.insert(id);
        }
        self.step(1, reach);
    }

    /// Marks what nobody looked at and what carries no risk, or takes all marks away.
    fn mark_rest(&mut self, reach: &mut Reach<'_>) {
        if !self.marked.is_empty() {
            self.marked.clear();
            return;
        }
        let rest = self
            .items
            .iter()
            .filter(|item| !item.reviewed && item.risk.is_none());
        self.marked = rest.map(|item| item.row.id).collect();
        if self.marked.is_empty() {
            return reach.say("review-no-rest", &[]);
        }
        let count = [("count", self.marked.len().into())];
        reach.say("review-rest-marked", &count);
    }

    /// Lets pass what is marked, else the item under the cursor, and goes on.
    fn pass(&mut self, reach: &mut Reach<'_>) {
        let day = self.day().name.clone();
        let marked: Vec<Id> = self.marked.iter().copied().collect();
        let here = self.cursor.id().copied();
        self.leaves = here;
        let done = if marked.is_empty() {
            let Some(id) = here else {
                return reach.say("review-nothing", &[]);
            };
            reach.attempt(|desk| desk.review(id, &day, &Verdict::Fine))
        } else {
            reach.attempt(|desk| desk.review_all(&marked, &day))
        };
        if done.is_none() {
            return;
        }
        self.marked.clear();
        self.refresh(reach);
        let tally = self.tallies[usize::from(!self.is_today)];
        let left = tally.total.saturating_sub(tally.reviewed);
        let count = [("count", marked.len().max(1).into()), ("left", left.into())];
        let id = if tally.is_done() {
            "review-all-done"
        } else {
            "review-passed"
        };
        reach.say(id, &count);
    }

    /// Asks for the words of a remark, or with which the item goes back.
    fn say(&mut self, returns: bool, reach: &mut Reach<'_>) -> Flow {
        let Some(item) = self.under_cursor() else {
            reach.say("review-nothing", &[]);
            return Flow::Stay;
        };
        let (id, day) = (item.row.id, self.day().name.clone());
        let whose = [(
            "title",
            Speech::new(reach.desk, reach.words).title(&item.row).into(),
        )];
        let (title, kept) = if returns {
            ("review-return-title", "review-return")
        } else {
            ("review-comment-title", "review-comment")
        };
        self.leaves = Some(id);
        let hint = reach.words.get("review-said-hint").to_string();
        let ask = Ask::new(reach.words.with(title, &whose), hint, move |text, reach| {
            let (verdict, said) = if returns {
                (Verdict::Return(text.to_owned()), "review-returned")
            } else {
                (Verdict::Comment(text.to_owned()), "review-commented")
            };
            let done = reach.attempt(|desk| desk.review(id, &day, &verdict));
            if done.is_none() {
                return Flow::Stay;
            }
            reach.say(said, &[]);
            Flow::Close
        });
        Flow::Push(Box::new(ask.keeping(reach, kept, id)))
    }

    fn speech<'a>(&'a self, words: &'a Words) -> Speech<'a> {
        Speech {
            words,
            zone: self.zone,
            now: self.now,
            people: &self.people,
        }
    }
}

impl Pane for ReviewPane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Review, Context::List]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        let id = self.cursor.id().copied();
        match command {
            Command::PageUp => self.scroll(PAGE.cast_signed()),
            Command::PageDown => self.scroll(-PAGE.cast_signed()),
            Command::Finish => self.pass(reach),
            Command::Remark => return self.say(false, reach),
            Command::No => return self.say(true, reach),
            Command::Mark => self.mark(reach),
            Command::MarkAll => self.mark_rest(reach),
            Command::View1 => self.turn(true, reach),
            Command::View2 => self.turn(false, reach),
            Command::Open | Command::Expand => {
                return id.map_or(Flow::Stay, |id| open_record(id, reach));
            }
            Command::Transfer | Command::FollowUp => return act_on(id, command, reach),
            Command::Undo => {
                if reach.attempt(|desk| desk.undo(None)).is_some() {
                    self.refresh(reach);
                    reach.say("desk-undone", &[]);
                }
            }
            Command::DayReview => {}
            Command::Back | Command::Collapse => return Flow::Close,
            _ if yank::copy(command, id, reach) => {}
            _ => match command.steps() {
                Some(by) => self.step(by, reach),
                None => return Flow::Pass,
            },
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        view::draw(self, buf, area, look)
    }

    fn evidence(&self) -> Option<Id> {
        self.cursor.id().copied()
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.read(reach.desk) {
            reach.trouble(&problem);
        }
    }
}

#[cfg(test)]
mod tests;
