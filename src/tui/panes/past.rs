//! A time gone by, to look around in: the desk as it was, with its lists, its items and F3, under
//! a line that says when. What was open comes first, by itself, since that takes a moment only.
//! Nothing can be changed there; Esc leads back to now.

mod there;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::id::Id;
use crate::i18n::Language;
use crate::problem::Problem;
use crate::store::{Store, StoreError};
use crate::tui::commands::{Command, Context, Touch};
use crate::tui::jobs::{Done, Job};
use crate::tui::keys::Input;
use crate::tui::overlays::ask::Ask;
use crate::tui::pane::{Flow, Notice, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::{Look, line};

use there::There;

/// How far it is with the time gone by.
enum State {
    /// The copy is being made.
    Waiting,
    /// The copy is being made, and the item that was open is there to be looked at.
    Item(Box<There>),
    /// It was made, and whoever asked for it may not be here: nobody sits at it yet. Beside it
    /// what they looked at meanwhile.
    Fetched(Box<Store>, Option<Box<There>>),
    /// The person looks around in it.
    There(Box<There>),
    /// Nothing came of it.
    Over,
}

/// The pane of a time gone by: it waits for the copy, then shows it to whoever asked for it.
pub struct PastPane {
    time: i64,
    person: Id,
    /// What was open when it was asked for, until it has come.
    item: Option<Id>,
    /// How many events erased something when it was asked for: what is erased later stands in it.
    erases: u64,
    state: State,
    when: String,
    /// In which it was read.
    language: Language,
}

/// Asks which time is to be looked back at.
pub fn ask(reach: &Reach<'_>) -> Ask {
    let (title, hint) = (
        reach.words.get("past-ask").to_string(),
        reach.words.get("problem-past-hint").to_string(),
    );
    Ask::new(title, hint, |answer, reach| {
        match PastPane::of(answer, reach) {
            Ok(pane) => {
                reach.work(pane.asks());
                Flow::Replace(Box::new(pane))
            }
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Stay
            }
        }
    })
}

/// Says that this is a time gone by.
fn refuse(reach: &mut Reach<'_>) -> Flow {
    reach.trouble(&Problem::from(StoreError::GoneBy));
    Flow::Stay
}

impl PastPane {
    fn of(time: &str, reach: &Reach<'_>) -> Result<Self, Problem> {
        let time = reach.desk.gone_by(time)?;
        Ok(Self {
            time,
            person: reach.desk.me()?.id,
            item: reach.item.filter(|_| reach.is_open),
            erases: reach.desk.store().count_of_erases()?,
            state: State::Waiting,
            when: reach.speech().moment(time),
            language: reach.words.language(),
        })
    }

    /// What is to be fetched next: the item by itself, then everything.
    fn asks(&self) -> Job {
        Job::LookBack {
            time: self.time,
            only: self.item,
        }
    }

    fn there(&self) -> Option<&There> {
        match &self.state {
            State::Item(there) | State::There(there) => Some(there),
            _ => None,
        }
    }

    fn there_mut(&mut self) -> Option<&mut There> {
        match &mut self.state {
            State::Item(there) | State::There(there) => Some(there),
            _ => None,
        }
    }

    /// Takes the item by itself, where it was known then, and asks for everything.
    fn take_item(&mut self, item: Id, fetched: Store, reach: &mut Reach<'_>) {
        self.item = None;
        reach.work(self.asks());
        // Nobody looks at it behind the gate: everything comes soon.
        if reach.desk.me().is_ok_and(|me| me.id == self.person) {
            match There::at(fetched, self.time, item, reach) {
                Ok(Some(there)) => self.state = State::Item(Box::new(there)),
                // It was not here yet.
                Ok(None) => {}
                Err(problem) => reach.trouble(&problem),
            }
        }
    }

    fn takes_text(&self) -> bool {
        self.contexts().contains(&Context::Text)
    }

    /// Lets whoever asked for it sit down at the copy, as soon as they are here.
    fn sit_down(&mut self, reach: &mut Reach<'_>) {
        let is_here = reach.desk.me().is_ok_and(|me| me.id == self.person);
        if !is_here || !matches!(self.state, State::Fetched(..)) {
            return;
        }
        if let State::Fetched(past, item) = std::mem::replace(&mut self.state, State::Over) {
            let there = match item {
                Some(mut item) => item.everywhere(*past, self.time, reach).map(|()| item),
                None => There::new(*past, self.time, reach).map(Box::new),
            };
            match there {
                Ok(there) => self.state = State::There(there),
                Err(problem) => reach.trouble(&problem),
            }
        }
    }

    /// Says that it is still to come.
    fn waits(&self, reach: &mut Reach<'_>) -> Flow {
        let time = [("time", self.when.as_str().into())];
        *reach.notice = Some(Notice::new("past-waiting", &time, Ink::Dim, reach.words));
        Flow::Stay
    }
}

impl Pane for PastPane {
    fn contexts(&self) -> Vec<Context> {
        self.there()
            .map_or_else(|| vec![Context::Message], There::contexts)
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        let is_of_the_window = command.touch() == Touch::Window;
        if is_of_the_window || command == Command::Paste && self.takes_text() {
            return Flow::Pass;
        }
        let flow = match self.there_mut() {
            Some(there) => there.command(command, reach),
            None if command == Command::Back => Flow::Close,
            None => self.waits(reach),
        };
        match flow {
            Flow::Pass if command == Command::Back => Flow::Close,
            flow => flow,
        }
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        let takes_text = self.takes_text();
        let is_paste = matches!(input, Input::Paste(_));
        let flow = match self.there_mut() {
            Some(_) if is_paste && !takes_text => Flow::Pass,
            Some(there) => there.input(input, reach),
            None if is_paste => self.waits(reach),
            None => Flow::Pass,
        };
        match flow {
            // Nor is it offered to what would record it.
            Flow::Pass if is_paste => refuse(reach),
            flow => flow,
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        line::clear(buf, area);
        let id = match self.state {
            State::There(_) => "past-banner",
            State::Item(_) => "past-banner-item",
            _ => "past-waiting",
        };
        let banner = look.words.with(id, &[("time", self.when.as_str().into())]);
        let (place, room) = ((area.x + 1, area.y), area.width.saturating_sub(2));
        line::put(buf, place, room, &banner, Ink::Warn, look);
        let there = self.there()?;
        let below = Rect {
            y: area.y + 1.min(area.height),
            height: area.height.saturating_sub(1),
            ..area
        };
        there.view(buf, below, look)
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        self.when = reach.speech().moment(self.time);
        self.sit_down(reach);
        let language = reach.words.language();
        if self.language != language
            && let Some(there) = self.there_mut()
        {
            there.read_again(reach);
        }
        self.language = language;
    }

    fn worked(&mut self, done: &mut Done, reach: &mut Reach<'_>) -> Flow {
        let Done::LookedBack { time, only, past } = done else {
            return Flow::Stay;
        };
        let waits = matches!(self.state, State::Waiting | State::Item(_));
        if *time != self.time || !waits || *only != self.item {
            return Flow::Stay;
        }
        let before = std::mem::replace(&mut self.state, State::Over);
        // What failed is left to be told to whoever asked.
        if let Some(Ok(fetched)) = past
            && let Some(fetched) = fetched.take()
        {
            *past = None;
            if let Some(item) = self.item {
                self.state = State::Waiting;
                self.take_item(item, *fetched, reach);
            } else {
                let item = match before {
                    State::Item(item) => Some(item),
                    _ => None,
                };
                self.state = State::Fetched(fetched, item);
                self.sit_down(reach);
            }
        }
        match self.state {
            State::Over => Flow::Close,
            _ => Flow::Stay,
        }
    }

    fn waits_for(&self) -> Option<Job> {
        matches!(self.state, State::Waiting | State::Item(_)).then(|| self.asks())
    }

    fn must_close(&self, reach: &mut Reach<'_>) -> bool {
        if matches!(self.state, State::Over) {
            return true;
        }
        match reach.desk.store().count_of_erases() {
            Ok(erases) if erases == self.erases => return false,
            Ok(_) => {
                let said = Notice::new("past-erased", &[], Ink::Warn, reach.words);
                *reach.notice = Some(said);
            }
            Err(fault) => reach.trouble(&fault.into()),
        }
        true
    }

    fn hide(&mut self) {
        if let Some(there) = self.there_mut() {
            there.hide();
        }
    }
}
