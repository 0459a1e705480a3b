//! The reply picker (F4): filtered as typed, filled from the item, one key to the clipboard.

use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::reply_form::ReplyForm;
use crate::desk::replies::{
    Context as Filling, Filled, Hit, Replies, Reply, Scope, fill, language_of,
};
use crate::desk::wording::{Wording, refuse_blocked};
use crate::domain::id::Id;
use crate::problem::Problem;
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::widgets::Look;
use crate::tui::widgets::editor::{Typed, type_into};

/// The languages of replies, in the order of the switch.
pub(super) const LANGUAGES: [&str; 3] = ["zh_cn", "zh_tw", "en"];

/// The pane.
pub struct RepliesPane {
    pub(super) asked: Editor,
    pub(super) library: Replies,
    pub(super) hits: Vec<Hit>,
    pub(super) at: usize,
    pub(super) scope: Scope,
    pub(super) filling: Filling,
    pub(super) chosen: BTreeMap<&'static str, usize>,
    /// Replies that were filled and put in front of the one that is taken.
    pub(super) stack: Vec<Taken>,
    pub(super) buyer: String,
    /// The number of the order that is open, empty where there is none.
    pub(super) order: String,
    pub(super) language: &'static str,
    /// What must not be said to a buyer.
    pub(super) wording: Wording,
    /// How long the last search took, in microseconds.
    pub(super) took: i64,
    pub(super) zone: chrono_tz::Tz,
    about: Option<Id>,
}

/// A reply that was filled as far as its values are known.
pub(super) struct Taken {
    id: Id,
    pub(super) title: String,
    filled: Filled,
}

/// Where what is taken goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goes {
    /// Into the draft, where its gaps can be filled.
    IntoDraft,
    /// To the clipboard, without a gap.
    Out,
}

impl RepliesPane {
    /// Opens the picker for the item in front, or for none.
    pub fn open(reach: &mut Reach<'_>) -> Result<Self, Problem> {
        let about = reach.item;
        let record = match about {
            Some(id) => Some(reach.desk.record(id)?.0),
            None => None,
        };
        let mut pane = Self {
            asked: Editor::single_line(),
            library: reach.desk.replies()?,
            hits: Vec::new(),
            at: 0,
            scope: Scope::All,
            filling: reach.desk.reply_context(record.as_ref(), reach.words)?,
            chosen: BTreeMap::new(),
            stack: Vec::new(),
            language: language_of(reach.words),
            took: 0,
            wording: Wording::default(),
            order: String::new(),
            buyer: record
                .as_ref()
                .and_then(|record| record.text("buyer"))
                .unwrap_or_default()
                .to_owned(),
            zone: reach.desk.zone(),
            about,
        };
        pane.order = pane
            .filling
            .values
            .get("order")
            .and_then(|known| known.first().cloned())
            .unwrap_or_default();
        pane.wording.refresh(reach.desk)?;
        pane.filter(reach);
        Ok(pane)
    }

    /// Opens the picker on the first of these words that finds something, and on everything
    /// where none does.
    pub fn open_on(reach: &mut Reach<'_>, words: &[String]) -> Result<Self, Problem> {
        let mut pane = Self::open(reach)?;
        for word in words {
            pane.asked.set(word);
            pane.filter(reach);
            if pane
                .hits
                .iter()
                .any(|hit| hit.usable && !hit.other_language)
            {
                return Ok(pane);
            }
        }
        pane.asked.set("");
        pane.filter(reach);
        Ok(pane)
    }

    fn filter(&mut self, reach: &Reach<'_>) {
        let before = reach.desk.ticks();
        self.hits = self.library.filter(
            self.asked.text(),
            self.scope,
            Some(self.language),
            &self.filling,
        );
        self.took = reach.desk.ticks().saturating_sub(before).max(0);
        self.at = 0;
        self.chosen.clear();
    }

    /// The reply under the cursor.
    pub(super) fn reply(&self) -> Option<&Reply> {
        self.library.get(self.hits.get(self.at)?)
    }

    /// The reply under the cursor with its gaps filled.
    pub(super) fn filled(&self) -> Option<Filled> {
        let reply = self.reply()?;
        Some(fill(&reply.text, &self.filling, &self.chosen))
    }

    fn step(&mut self, by: isize) {
        self.at = self
            .at
            .saturating_add_signed(by)
            .min(self.hits.len().saturating_sub(1));
        self.chosen.clear();
    }

    /// Turns the values of the variables that have several: the first one, and with each of its
    /// rounds the next, so that every combination comes.
    fn turn(&mut self, by: isize) {
        let Some(filled) = self.filled() else { return };
        for choice in &filled.choices {
            let count = choice.options.len() as isize;
            let Some(at) = choice.chosen else {
                let first = if by > 0 { 0 } else { count - 1 };
                self.chosen.insert(choice.name, first as usize);
                continue;
            };
            let next = at as isize + by;
            self.chosen
                .insert(choice.name, next.rem_euclid(count) as usize);
            if (0..count).contains(&next) {
                return;
            }
        }
    }

    /// Shows first what is written in the next language.
    fn next_language(&mut self, reach: &Reach<'_>) {
        let at = LANGUAGES.iter().position(|known| *known == self.language);
        self.language = LANGUAGES[at.map_or(0, |at| (at + 1) % LANGUAGES.len())];
        self.filter(reach);
    }

    /// Ctrl+W: another wording, or a new reply.
    fn reword(&self, reach: &mut Reach<'_>) -> Flow {
        let asked = self.asked.text().trim();
        match ReplyForm::open(reach, self.reply(), asked, self.language) {
            Ok(form) => Flow::Push(Box::new(form)),
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Stay
            }
        }
    }

    /// Fills the reply under the cursor, or says why it is not to be used now. What is not known
    /// stays a gap.
    fn take(&self, reach: &mut Reach<'_>) -> Option<Taken> {
        let reply = self.reply()?;
        let filled = self.filled()?;
        let hits = self.wording.check(&filled.text);
        let sound = refuse_blocked(&hits, &filled.text, reach.words);
        let may = sound.and_then(|()| reach.desk.may_use(reply, reach.words));
        if let Err(problem) = may {
            reach.trouble(&problem);
            return None;
        }
        Some(Taken {
            id: reply.id,
            title: reply.title.clone(),
            filled,
        })
    }

    /// Says what is missing in a text that is to go out, and where that can be filled in.
    fn refuse_gaps(&self, taken: &Taken) -> Result<(), Problem> {
        let complete = taken.filled.complete();
        complete.map_err(|problem| match self.about {
            Some(_) => problem.hint("problem-reply-missing-draft-hint"),
            None => problem,
        })
    }

    /// Ins: the reply under the cursor comes before the next one that is chosen.
    fn add(&mut self, reach: &mut Reach<'_>) {
        let Some(taken) = self.take(reach) else {
            return;
        };
        // Without an item there is no draft in which its gaps could be filled.
        if self.about.is_none()
            && let Err(problem) = self.refuse_gaps(&taken)
        {
            reach.trouble(&problem);
            return;
        }
        self.stack.push(taken);
        self.asked.set("");
        self.filter(reach);
    }

    /// The stacked replies and the one under the cursor, as they are used: their records and one
    /// text.
    fn all(&self, goes: Goes, reach: &mut Reach<'_>) -> Option<(Vec<Id>, String)> {
        let last = self.take(reach)?;
        let taken: Vec<&Taken> = self.stack.iter().chain([&last]).collect();
        if goes == Goes::Out
            && let Err(problem) = taken.iter().try_for_each(|one| self.refuse_gaps(one))
        {
            reach.trouble(&problem);
            return None;
        }
        let texts: Vec<&str> = taken.iter().map(|one| one.filled.text.as_str()).collect();
        Some((taken.iter().map(|one| one.id).collect(), texts.join("\n")))
    }

    /// Enter: into the draft, its gaps in braces; with no item to the clipboard.
    fn put_in_draft(&self, reach: &mut Reach<'_>) -> Flow {
        let Some(about) = self.about else {
            return self.copy(reach);
        };
        let Some((ids, text)) = self.all(Goes::IntoDraft, reach) else {
            return Flow::Stay;
        };
        let used = reach.attempt(|desk| ids.iter().try_for_each(|id| desk.reply_used(*id)));
        if used.is_none() {
            return Flow::Stay;
        }
        Flow::IntoDraft(about, text)
    }

    /// F9: to the clipboard, and into the log where an item is open.
    fn copy(&self, reach: &mut Reach<'_>) -> Flow {
        let Some((ids, text)) = self.all(Goes::Out, reach) else {
            return Flow::Stay;
        };
        let recorded = reach.attempt(|desk| {
            ids.iter().try_for_each(|id| desk.reply_used(*id))?;
            match self.about {
                Some(about) => desk.reply(about, &text).map(|_| ()),
                None => Ok(()),
            }
        });
        if recorded.is_none() {
            return Flow::Stay;
        }
        reach.copy(&text);
        Flow::Close
    }
}

impl Pane for RepliesPane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Text, Context::Replies, Context::Picker]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(by) = command.steps() {
            self.step(by);
            return Flow::Stay;
        }
        match command {
            Command::Accept | Command::Open => return self.put_in_draft(reach),
            Command::Copy => return self.copy(reach),
            Command::AddReply => self.add(reach),
            Command::DropReply if self.stack.pop().is_some() => {}
            Command::ValueNext => self.turn(1),
            Command::ValuePrevious => self.turn(-1),
            Command::NextScope | Command::NextPane => {
                let at = Scope::ALL
                    .iter()
                    .position(|scope| *scope == self.scope)
                    .unwrap_or(0);
                self.scope = Scope::ALL[(at + 1) % Scope::ALL.len()];
                self.filter(reach);
            }
            Command::ReplyLanguage => self.next_language(reach),
            Command::Reword => return self.reword(reach),
            _ => match command.choice().filter(|row| *row <= self.hits.len()) {
                Some(row) => {
                    self.at = row - 1;
                    self.chosen.clear();
                    return self.put_in_draft(reach);
                }
                None => return Flow::Pass,
            },
        }
        Flow::Stay
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        match type_into(&mut self.asked, input) {
            Typed::Ignored => return Flow::Pass,
            Typed::Moved => {}
            Typed::Changed => self.filter(reach),
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        super::replies_view::draw(self, buf, area, look)
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        let before = self.reply().map(|reply| reply.id);
        if let Err(problem) = reach.desk.refresh_replies(&mut self.library) {
            reach.trouble(&problem);
            return;
        }
        let chosen = std::mem::take(&mut self.chosen);
        self.filter(reach);
        let place = self.hits.iter().position(|hit| {
            let reply = self.library.get(hit);
            reply.map(|reply| reply.id) == before
        });
        if let Some(at) = place.filter(|_| before.is_some()) {
            (self.at, self.chosen) = (at, chosen);
        }
    }
}
