//! The review of a day (日清, Ctrl+Y): its items with what carries a risk first, each with its
//! timeline beside the list, one key each (S20). What was looked at is recorded on the item, so
//! whoever leaves goes on where they were.

mod view;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::board::{act_on, open_record};
use super::undone;
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
use crate::tui::jobs::{Done, Job};
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
    /// The day, today or not, of which the risks are read beside the loop.
    asked: Option<bool>,
    cursor: Cursor<Id>,
    /// What the next key lets pass together.
    marked: BTreeSet<Id>,
    /// From this item, which was looked at now, the cursor goes on.
    leaves: Rc<Cell<Option<Id>>>,
    told: Option<Told>,
    wording: Wording,
    people: People,
    zone: chrono_tz::Tz,
    now: i64,
}

impl ReviewPane {
    /// Opens the review of today as [`Self::new`] does, and has the risks read that are not
    /// known yet.
    pub fn open(reach: &mut Reach<'_>) -> Result<Self, Problem> {
        let mut pane = Self::new(reach.desk)?;
        pane.weigh(reach);
        Ok(pane)
    }

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
            asked: None,
            cursor: Cursor::default(),
            marked: BTreeSet::new(),
            leaves: Rc::default(),
            told: None,
            wording: Wording::default(),
            people: People::default(),
            zone: desk.zone(),
            now: desk.now(),
        };
        pane.tallies[1] = desk.review_tally(&pane.days[1], &desk.review_scope()?)?;
        pane.read(desk)?;
        pane.go_on(desk, true)?;
        Ok(pane)
    }

    fn day(&self) -> &ReviewDay {
        &self.days[usize::from(!self.is_today)]
    }

    /// Reads the day that is shown; how far the other one is, is counted when it is turned to.
    fn read(&mut self, desk: &Desk) -> Result<(), Problem> {
        self.days = [desk.review_day(true)?, desk.review_day(false)?];
        let day = self.day().clone();
        (self.items, self.more) = desk.review_items(&day, &mut self.risks)?;
        let tally = if self.more {
            desk.review_tally(&day, &desk.review_scope()?)?
        } else {
            let reviewed = self.items.iter().filter(|item| item.reviewed).count();
            Tally {
                reviewed: reviewed as u64,
                total: self.items.len() as u64,
            }
        };
        self.tallies[usize::from(!self.is_today)] = tally;
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
        self.look(desk)
    }

    /// Has risks that are not known yet read beside the loop; what was stopped is left.
    fn weigh(&mut self, reach: &mut Reach<'_>) {
        let is_known = self.items.iter().all(|item| item.is_weighed);
        if !is_known && self.asked != Some(self.is_today) {
            self.asked = Some(self.is_today);
            reach.work(Job::Weigh(self.is_today));
        }
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
        self.weigh(reach);
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

    /// Marks what nobody looked at and what is known to carry no risk, or takes all marks away.
    fn mark_rest(&mut self, reach: &mut Reach<'_>) {
        if !self.marked.is_empty() {
            self.marked.clear();
            return;
        }
        let rest = self
            .items
            .iter()
            .filter(|item| !item.reviewed && item.is_weighed && item.risk.is_none());
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
        let here = self.cursor.id().copied();
        let ids: Vec<Id> = if self.marked.is_empty() {
            here.into_iter().collect()
        } else {
            self.marked.iter().copied().collect()
        };
        if ids.is_empty() {
            return reach.say("review-nothing", &[]);
        }
        let done = reach.attempt(|desk| desk.review_all(&ids, &day));
        if done.is_none() {
            return;
        }
        self.leaves.set(here);
        self.marked.clear();
        let passed = |item: &&ReviewItem| !item.reviewed && ids.contains(&item.row.id);
        let fresh = self.items.iter().filter(passed).count() as u64;
        let tally = self.tallies[usize::from(!self.is_today)];
        let left = tally.total.saturating_sub(tally.reviewed + fresh);
        let count = [("count", ids.len().into()), ("left", left.into())];
        let id = if left == 0 {
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
        let leaves = Rc::clone(&self.leaves);
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
            leaves.set(Some(id));
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
            Command::Undo => undone::take_back(reach),
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
        self.weigh(reach);
    }

    fn worked(&mut self, done: &mut Done, reach: &mut Reach<'_>) -> Flow {
        let Done::Weighed { is_today, risks } = done else {
            return Flow::Stay;
        };
        match risks.take() {
            Some(Ok(Some(read))) => {
                self.risks.extend(read);
                if self.asked == Some(*is_today) {
                    self.asked = None;
                }
                self.refresh(reach);
            }
            // What failed is left to be told to whoever asked.
            other => *risks = other,
        }
        Flow::Stay
    }

    fn waits_for(&self) -> Option<Job> {
        self.asked.map(Job::Weigh)
    }
}

#[cfg(test)]
mod tests;
