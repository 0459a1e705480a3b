//! The workstation: the desk screen at the bottom, panes in front of it, the status line above
//! and the key rows below.

mod configure;
mod drafts;
mod evidence;
mod follow;
mod front;
mod guide;
mod heard;
mod mouse;
mod paint;
mod reading;
mod run_command;
mod said;
mod seat;
mod standing;
mod text;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::config::{Config, Theme as Choice};
use crate::desk::Desk;
use crate::domain::id::Id;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::text::width::Ambiguous;
use crate::tui::commands::Context;
use crate::tui::keymap::Keymap;
use crate::tui::keys::{Input, Spot};
use crate::tui::live::Seen;
use crate::tui::overlays::gate::{Asks, Gate};
use crate::tui::pane::{Notice, Pane};
use crate::tui::panes;
use crate::tui::panes::reveal;
use crate::tui::panes::status::Status;
use crate::tui::road::FolderRoad;
use crate::tui::run::{App, Effect, Effects, Message, Signal};
use crate::tui::theme::Theme;
use crate::tui::widgets::Look;
use crate::tui::widgets::spots::Spots;
use crate::tui::workers::{Background, StartWorkers, Workers};

use drafts::Drafts;
use seat::{Kept, Seat};
use standing::Standing;
use work::Workbench;

/// The wake that saves drafts.
const SAVE_DRAFTS: u32 = 1;
/// The wake that locks the desk.
const LOCK: u32 = 2;
/// The wake that starts the threads: the first screen stands.
const START: u32 = 4;
/// How long after a key drafts are saved: within one second.
const SAVE_AFTER: Duration = Duration::from_millis(400);
/// How many messages are kept.
const KEPT: usize = 100;
/// A minute in milliseconds.
const MINUTE: i64 = 60_000;

/// The whole state of the screen.
pub struct Workstation {
    desk: Desk,
    config: Config,
    words: Words,
    theme: Theme,
    ambiguous: Ambiguous,
    keymap: Keymap,
    home: panes::desk::DeskPane,
    front: Vec<Box<dyn Pane>>,
    /// Whose they are: also after they were signed out, until somebody sits down.
    whose: Option<Id>,
    notice: Option<Notice>,
    messages: Vec<Notice>,
    status: Status,
    drafts: Drafts,
    /// Whether the terminal reports the mouse at the moment.
    reported: bool,
    /// What is drawn in; the settings may leave it to the terminal.
    drawn_as: Choice,
    copying: Option<String>,
    /// Items that must be looked at now, as they were when it was last told.
    alarmed: BTreeSet<i64>,
    /// What the window's title says.
    titled: Option<String>,
    /// A paste that nothing took, until the next key.
    offered: Option<String>,
    /// What the left button went down on, while it is down.
    dragging: Option<(Rect, Spot)>,
    /// What starts the workers, until it has.
    start: Option<StartWorkers>,
    workers: Workers,
    /// Long work beside the person.
    work: Workbench,
    seen: Seen,
    standing: Standing,
    /// Closed while it must be known who sits here: everything else is behind it.
    gate: Option<Gate>,
    /// What others of this device left open when somebody else sat down.
    parked: BTreeMap<Id, Seat>,
    /// What is told to each of this device when they sit down again.
    kept: BTreeMap<Id, Kept>,
    /// Whether a wake will lock the desk.
    locks: bool,
    /// The guided shift, while somebody is led through it.
    guide: Option<guide::Guide>,
}

impl Workstation {
    /// Sets the workstation up for the person who is signed in; where that is nobody, or the
    /// desk is locked, it asks first who sits here.
    pub fn new(
        desk: Desk,
        config: Config,
        words: Words,
        keymap: Keymap,
        size: (u16, u16),
    ) -> Result<Self, Problem> {
        let (ambiguous, mouse) = (config.screen.ambiguous, config.screen.mouse);
        let drawn_as = match config.screen.theme {
            Choice::Auto => Choice::Dark,
            named => named,
        };
        let theme = Theme::named(drawn_as.name());
        let me = desk.signed_in().map(|me| me.id);
        let whose = me.filter(|_| !desk.is_locked());
        let is_open = whose.is_some();
        let moment = desk.store().moment()?;
        let mut seen = Seen::default();
        seen.remember(desk.store())?;
        let (home, mut status) = if is_open {
            let home = panes::desk::DeskPane::glance(&desk, &words, size.1)?;
            let status = home.status(&desk, &words)?;
            (home, status)
        } else {
            (panes::desk::DeskPane::empty(&desk), Status::of_nobody())
        };
        let front = if is_open {
            panes::open(panes::first(&desk), &desk, &words, &config)?
        } else {
            None
        };
        let gate = (!is_open).then(|| Gate::new(&desk, &words, Asks::of(&desk)));
        drop(moment);
        status.resize(size.0, size.1);
        let alarmed = status.alarming().clone();
        Ok(Self {
            desk,
            config,
            words,
            theme,
            ambiguous,
            keymap,
            home,
            front: front.into_iter().collect(),
            whose,
            notice: None,
            messages: Vec::new(),
            status,
            drafts: Drafts::default(),
            reported: mouse,
            drawn_as,
            copying: None,
            alarmed,
            titled: None,
            offered: None,
            dragging: None,
            start: None,
            workers: Workers::default(),
            work: Workbench::default(),
            seen,
            standing: Standing::default(),
            gate,
            parked: BTreeMap::new(),
            kept: BTreeMap::new(),
            locks: false,
            guide: None,
        })
    }

    /// Sets threads to work beside the loop, beginning with what stands behind.
    pub fn work_with(&mut self, workers: Workers) {
        workers.poke();
        let road = workers.road.as_ref().and_then(FolderRoad::state);
        self.status.follow(road, &self.desk, &self.words);
        self.workers = workers;
    }

    /// Says what starts the threads beside the loop, once the first screen stands: it waits for
    /// none of them.
    pub fn work_once_shown(&mut self, start: StartWorkers) {
        self.start = Some(start);
    }

    /// Reads the rest of what waits, starts the threads, and looks whether somebody wrote before
    /// they did.
    fn shown(&mut self, effects: &mut Effects) {
        if self.gate.is_none() && self.home.is_glance() {
            self.read_rest(effects);
        }
        let Some(start) = self.start.take() else {
            return;
        };
        self.work_with(start(self.desk.store()));
        effects.draw = true;
        self.written(effects);
    }

    /// Returns the desk, after the loop has ended.
    pub fn into_desk(self) -> Desk {
        self.desk
    }

    /// Returns the desk, for tests that look at the store behind the screen.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    fn look(&self) -> Look<'_> {
        Look {
            words: &self.words,
            theme: &self.theme,
            ambiguous: self.ambiguous,
            spots: None,
        }
    }

    fn pane(&self) -> &dyn Pane {
        self.front
            .last()
            .map_or(&self.home as &dyn Pane, |pane| pane.as_ref())
    }

    fn contexts(&self) -> Vec<Context> {
        let mut contexts = self.pane().contexts();
        contexts.push(Context::Any);
        contexts
    }
}

impl App for Workstation {
    type Background = Background;

    fn begin(&mut self) -> Effects {
        let mut effects = Effects::none();
        if !self.home.is_glance() {
            self.entitle(&mut effects);
        }
        if self.start.is_some() || self.home.is_glance() {
            effects.list.push(Effect::Wake(START, Duration::ZERO));
        }
        effects
    }

    fn update(&mut self, message: Message<Background>) -> Effects {
        let mut effects = Effects::none();
        let is_input = matches!(message, Message::Input(_));
        match message {
            Message::Input(Input::Resize(width, height)) => {
                self.status.resize(width, height);
                effects.draw = true;
            }
            Message::Input(Input::Mouse(what, column, row)) => {
                self.moused((what, column, row), &mut effects);
            }
            Message::Input(Input::Focus(_)) => {}
            Message::Input(input) => self.pressed(&input, &mut effects),
            Message::Tick => {
                self.minute(&mut effects);
                effects.draw = true;
            }
            Message::Wake(LOCK) => {
                self.locks = false;
                self.lock(Asks::Pin, &mut effects);
                effects.draw = true;
            }
            Message::Wake(SAVE_DRAFTS) => self.save_drafts(),
            Message::Wake(START) => self.shown(&mut effects),
            Message::Wake(reveal::HIDE) => {
                self.hide_all();
                effects.draw = true;
            }
            Message::Wake(standing::TRY_AGAIN) => self.try_again(&mut effects),
            Message::Wake(follow::FOLLOW) => self.follow_cursor(&mut effects),
            Message::Wake(token) => self.wake_front(token, &mut effects),
            Message::Signal(Signal::Suspending) => self.save_drafts(),
            Message::Signal(Signal::Resumed) => {
                // Somebody else had the window meanwhile.
                self.titled = None;
                self.entitle(&mut effects);
                self.minute(&mut effects);
            }
            Message::Signal(Signal::End | Signal::Gone) => {
                self.save_drafts();
                self.drop_work();
                effects.list.push(Effect::Quit);
            }
            Message::Copied(copied) => {
                self.copied(&copied);
                effects.draw = true;
            }
            Message::Pasted(pasted) => self.pasted(pasted, &mut effects),
            Message::Background(Background::Trouble(problem)) => {
                self.trouble(&problem);
                effects.draw = true;
            }
            Message::Background(Background::Written) => self.written(&mut effects),
            Message::Background(Background::Job(news)) => self.worked(news, &mut effects),
            Message::Background(Background::Road(news)) => {
                self.heard(news, &mut effects);
                effects.draw = true;
            }
        }
        let wished = effects.list.iter().rev().find_map(|effect| match effect {
            Effect::Configure(config) => Some((**config).clone()),
            _ => None,
        });
        if let Some(config) = wished {
            self.configure(config, &mut effects);
        }
        if is_input {
            self.follow_soon(&mut effects);
        }
        self.teach();
        self.take_work(&mut effects);
        self.stand(&mut effects);
        self.leave_the_mouse(&mut effects);
        for effect in &effects.list {
            if let Effect::Copy(text) = effect {
                self.copying = Some(text.clone());
            }
        }
        effects
    }

    fn view(&self, frame: &mut Frame<'_>) -> Option<Position> {
        let spots = Spots::default();
        let area = frame.area();
        let caret = self.paint(frame.buffer_mut(), area, &spots);
        caret.or_else(|| spots.into_record().rest)
    }

    fn next_tick(&self) -> Duration {
        let past = self.desk.now().rem_euclid(MINUTE);
        Duration::from_millis((MINUTE - past) as u64)
    }
}

#[cfg(test)]
mod tests;
