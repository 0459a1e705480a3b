//! The workstation: the desk screen at the bottom, panes in front of it, the status line above
//! and the key rows below.

mod configure;
mod evidence;
mod front;
mod guide;
mod heard;
mod mouse;
mod paint;
mod seat;
mod standing;
mod text;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::config::Config;
use crate::desk::Desk;
use crate::domain::id::Id;
use crate::i18n::{Arg, Language, Words};
use crate::problem::Problem;
use crate::text::width::Ambiguous;
use crate::tui::clipboard::{Copied, Road};
use crate::tui::commands::{Command, Context};
use crate::tui::jobs::{Job, Work};
use crate::tui::keymap::Keymap;
use crate::tui::keys::{Input, Spot};
use crate::tui::live::Seen;
use crate::tui::overlays;
use crate::tui::overlays::gate::{Asks, Gate};
use crate::tui::pane::{Flow, Notice, Pane, Reach, Screen};
use crate::tui::panes;
use crate::tui::panes::reveal;
use crate::tui::panes::status::Status;
use crate::tui::road::{FolderRoad, RoadState};
use crate::tui::run::{App, Effect, Effects, Message, Signal};
use crate::tui::theme::{self, Ink, Theme};
use crate::tui::widgets::Look;
use crate::tui::widgets::spots::Spots;
use crate::tui::workers::{Background, Workers};

use seat::Seat;
use standing::Standing;
use work::Workbench;

/// The wake that saves drafts.
const SAVE_DRAFTS: u32 = 1;
/// The wake that locks the desk.
const LOCK: u32 = 2;
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
    notice: Option<Notice>,
    messages: Vec<Notice>,
    status: Status,
    saving: bool,
    /// Drafts as they lie in the store, so that an unchanged one is not written again.
    saved: BTreeMap<(String, String), String>,
    /// Drafts that could not be written, also of panes that are closed.
    unwritten: BTreeMap<(String, String), String>,
    mouse: bool,
    /// Whether the terminal reports the mouse at the moment.
    reported: bool,
    theme_at: usize,
    copying: Option<String>,
    /// Items that must be looked at now, as they were when it was last told.
    alarmed: BTreeSet<Id>,
    /// What the window's title says.
    titled: Option<String>,
    /// A paste that nothing took, until the next key.
    offered: Option<String>,
    /// What the left button went down on, while it is down.
    dragging: Option<(Rect, Spot)>,
    workers: Workers,
    /// Long work beside the person.
    work: Workbench,
    seen: Seen,
    standing: Standing,
    /// Closed while it must be known who sits here: everything else is behind it.
    gate: Option<Gate>,
    /// What others of this device left open when somebody else sat down.
    parked: BTreeMap<Id, Seat>,
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
        let theme_at = theme::NAMES
            .iter()
            .position(|name| *name == config.screen.theme.name())
            .unwrap_or(0);
        let theme = Theme::named(theme::NAMES[theme_at]);
        let is_open = desk.signed_in().is_some() && !desk.is_locked();
        let (home, mut status) = if is_open {
            let home = panes::desk::DeskPane::new(&desk, &words)?;
            (home, Status::read(&desk, &words)?)
        } else {
            (panes::desk::DeskPane::empty(&desk), Status::of_nobody())
        };
        let front = if is_open {
            panes::open(panes::first(&desk), &desk, &words, &config)?
        } else {
            None
        };
        let gate = (!is_open).then(|| Gate::new(&desk, &words, Asks::of(&desk)));
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
            notice: None,
            messages: Vec::new(),
            status,
            saving: false,
            saved: BTreeMap::new(),
            unwritten: BTreeMap::new(),
            mouse,
            reported: mouse,
            theme_at,
            copying: None,
            alarmed,
            titled: None,
            offered: None,
            dragging: None,
            workers: Workers::default(),
            work: Workbench::default(),
            seen: Seen::default(),
            standing: Standing::default(),
            gate,
            parked: BTreeMap::new(),
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
        if let Err(error) = self.seen.remember(self.desk.store()) {
            self.trouble(&error.into());
        }
    }

    /// Shows what was wrong with the person's files before the first key.
    pub fn greet(&mut self, problems: &[Problem]) {
        if let Some(problem) = problems.first() {
            self.notice = Some(Notice::of(problem, &self.words));
        }
    }

    /// Puts the list of what a new shop lacks in front of who can see to it.
    pub fn tell_lacks(&mut self) {
        let has_folder = self.config.shared_folder().is_some();
        let lacks = |desk: &Desk| {
            Ok::<_, Problem>(desk.lists_lacks()? && !desk.lacks(has_folder)?.is_empty())
        };
        match lacks(&self.desk) {
            Ok(true) if self.gate.is_none() => {
                let mut effects = Effects::none();
                self.run(Command::StartCard, &mut effects);
            }
            Ok(_) => {}
            Err(problem) => self.trouble(&problem),
        }
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

    /// Lets the front pane act, and does what it asks.
    fn with_pane(
        &mut self,
        effects: &mut Effects,
        act: impl FnOnce(&mut dyn Pane, &mut Reach<'_>) -> Flow,
    ) -> bool {
        let before = self.home.draft();
        let flow = self.reaching(effects, |reach, open| match open.front.last_mut() {
            Some(pane) => act(pane.as_mut(), reach),
            None => act(open.home, reach),
        });
        let taken = !matches!(flow, Flow::Pass);
        self.follow(flow, effects);
        self.keep(before);
        taken
    }

    /// Saves the draft of an item that was left for another one at once: it may be opened again
    /// before the wake that saves the others. Where it could not be saved, the item that is
    /// opened again shows what was typed, not what the store has.
    fn keep(&mut self, before: Option<(String, String)>) {
        let shown = self.home.draft();
        let key = |draft: &Option<(String, String)>| draft.as_ref().map(|(key, _)| key.clone());
        if key(&before) == key(&shown) {
            return;
        }
        let Ok(person) = self.desk.me().map(|me| me.id.to_string()) else {
            return;
        };
        if let Some((key, text)) = before {
            let place = (person, key);
            if self.saved.get(&place) != Some(&text) {
                self.unwritten.insert(place, text);
            }
        }
        self.take_up();
        if !self.unwritten.is_empty() {
            self.save_drafts();
        }
    }

    /// Gives the item that was just opened what was typed and could not be saved.
    fn take_up(&mut self) {
        let Ok(person) = self.desk.me().map(|me| me.id.to_string()) else {
            return;
        };
        let Some((key, text)) = self.home.draft() else {
            return;
        };
        let place = (person, key);
        match self.unwritten.get(&place) {
            Some(typed) => self.home.restore(typed),
            // Just read from the store: not to be written again.
            None => _ = self.saved.insert(place, text),
        }
    }

    fn follow(&mut self, flow: Flow, effects: &mut Effects) {
        match flow {
            Flow::Stay | Flow::Pass => {}
            Flow::Close => self.close(),
            Flow::Replace(pane) => {
                self.close();
                self.front.push(pane);
            }
            Flow::Push(pane) => self.push(pane),
            Flow::Show(id) => self.show(id, None),
            Flow::ShowAt(id, at) => self.show(id, Some(at)),
            Flow::IntoDraft(text) => {
                self.close();
                self.home.add_to_draft(&text);
                self.save_soon(effects);
            }
            Flow::Reword(range, better) => {
                self.close();
                self.home.reword(range, &better);
                self.save_soon(effects);
            }
            Flow::Run(command) => {
                self.close();
                self.run(command, effects);
            }
            Flow::Next => {
                if !self.front.is_empty() {
                    self.close();
                }
                if let Err(problem) = self.home.go_on(&self.desk, &self.words) {
                    self.trouble(&problem);
                }
            }
            Flow::Screen(screen) => self.screen(screen),
            Flow::Lock => self.lock(Asks::Who, effects),
            Flow::Seated => self.seated(true, effects),
            Flow::Quit => {
                self.save_drafts();
                if self.may_leave() && self.may_stop_work() {
                    effects.list.push(Effect::Quit);
                }
            }
        }
    }

    /// Shows a record on the desk, at what was said at a time.
    fn show(&mut self, id: Id, at: Option<i64>) {
        self.save_drafts();
        self.front.clear();
        match self.home.show(&self.desk, &self.words, id) {
            Ok(()) => self.home.turn_to(at),
            Err(problem) => self.trouble(&problem),
        }
    }

    /// Puts a pane in front. What is written in two places at once would be lost in one of
    /// them: where the same draft is open already, that pane comes to the front instead.
    fn push(&mut self, pane: Box<dyn Pane>) {
        let key = pane.draft().map(|(key, _)| key);
        let open = key.and_then(|key| {
            self.front
                .iter()
                .position(|open| open.draft().is_some_and(|(shown, _)| shown == key))
        });
        let pane = match open {
            Some(at) => self.front.remove(at),
            None => pane,
        };
        self.front.push(pane);
    }

    fn close(&mut self) {
        self.save_drafts();
        self.front.pop();
    }

    fn screen(&mut self, screen: Screen) {
        self.save_drafts();
        self.front.clear();
        match panes::open(screen, &self.desk, &self.words, &self.config) {
            Ok(pane) => self.front.extend(pane),
            Err(problem) => self.trouble(&problem),
        }
    }

    fn tell(&mut self, notice: Notice) {
        if self.messages.len() == KEPT {
            self.messages.remove(0);
        }
        self.messages.push(notice.clone());
        self.notice = Some(notice);
    }

    fn trouble(&mut self, problem: &Problem) {
        self.tell(Notice::of(problem, &self.words));
    }

    /// Tells the person something, by message id.
    fn say(&mut self, id: &str, args: &[(&str, Arg<'_>)], ink: Ink) {
        self.tell(Notice::new(id, args, ink, &self.words));
    }

    /// Reads lists and figures anew after the store changed.
    fn reread(&mut self, effects: &mut Effects) {
        self.workers.poke();
        if self.gate.is_some() {
            // Read when somebody sits here again.
            return;
        }
        if let Err(error) = self.seen.remember(self.desk.store()) {
            self.trouble(&error.into());
        }
        if let Err(problem) = self.home.read(&self.desk, &self.words) {
            self.trouble(&problem);
        }
        let road = self.workers.road.as_ref().and_then(FolderRoad::state);
        self.desk
            .set_cut_off(matches!(road, Some(RoadState::Broken(_))));
        match Status::read(&self.desk, &self.words) {
            Ok(status) => {
                let (width, height) = self.status.size();
                self.status = status;
                self.status.resize(width, height);
                self.status.follow(road, &self.desk, &self.words);
            }
            Err(problem) => self.trouble(&problem),
        }
        // What they change while they read is on the screen already.
        let ((), said, _) = self.reach(effects, |reach, open| {
            open.front.iter_mut().for_each(|pane| pane.refresh(reach));
        });
        if let Some(notice) = said {
            self.tell(notice);
        }
        self.look_on();
        self.alarm(effects);
    }

    /// One BEL for new urgent items, and the title that counts them.
    fn alarm(&mut self, effects: &mut Effects) {
        let alarming = self.status.alarming().clone();
        // By what they are: one done and another come in between is one that is new.
        if !alarming.is_subset(&self.alarmed) && self.config.screen.bell {
            effects.list.push(Effect::Bell);
        }
        self.alarmed = alarming;
        self.entitle(effects);
    }

    /// Lets the window's title say how it stands.
    fn entitle(&mut self, effects: &mut Effects) {
        if !self.config.screen.title {
            return;
        }
        let title = self.status.title(&self.words);
        if self.titled.as_ref() != Some(&title) {
            effects.list.push(Effect::Title(title.clone()));
            self.titled = Some(title);
        }
    }

    fn save_soon(&mut self, effects: &mut Effects) {
        if !self.saving {
            self.saving = true;
            effects.list.push(Effect::Wake(SAVE_DRAFTS, SAVE_AFTER));
        }
    }

    /// Writes every pane's draft; one that cannot be written stays on screen and is said.
    fn save_drafts(&mut self) {
        self.saving = false;
        let now = self.desk.now();
        for (place, text) in self.unsaved() {
            let (person, key) = &place;
            match self.desk.store_mut().set_draft(person, key, &text, now) {
                Ok(()) => {
                    self.unwritten.remove(&place);
                    self.saved.insert(place, text);
                }
                Err(error) => {
                    self.unwritten.insert(place, text);
                    // Else it is said by the standing line until it is over.
                    if self.desk.store().trouble().is_none() {
                        self.trouble(&Problem::from(error));
                    }
                }
            }
        }
    }

    /// Returns the drafts that the store does not have as they are on the screen.
    fn unsaved(&self) -> Vec<((String, String), String)> {
        let Ok(person) = self.desk.me().map(|me| me.id.to_string()) else {
            return Vec::new();
        };
        let shown = std::iter::once(self.home.draft())
            .chain(self.front.iter().map(|pane| pane.draft()))
            .flatten()
            .map(|(key, text)| ((person.clone(), key), text));
        // What is on the screen is newer than what could not be written.
        let mut all = self.unwritten.clone();
        all.extend(shown);
        all.into_iter()
            .filter(|(place, text)| self.saved.get(place) != Some(text))
            .collect()
    }

    /// Takes a key or a paste.
    fn pressed(&mut self, input: &Input, effects: &mut Effects) {
        effects.draw = true;
        if self.gate.is_some() {
            return self.at_the_gate(input, effects);
        }
        self.lock_later(effects);
        self.notice = None;
        let offered = self.offered.take();
        let command = match input {
            Input::Key(press) => self.keymap.find(&self.contexts(), *press),
            _ => None,
        };
        let taken = command.is_some_and(|command| self.run(command, effects))
            || self.dropped(input, effects)
            || self.with_pane(effects, |pane, reach| pane.input(input, reach));
        match (taken, command) {
            (false, Some(command)) => self.useless(command),
            (false, None) => self.untaken(input),
            (true, Some(Command::Capture)) => {
                if let Some(pasted) = offered {
                    self.hand_over(pasted, effects);
                }
            }
            (true, _) => {}
        }
        self.save_soon(effects);
    }

    /// Says that a command has nothing to do here.
    fn useless(&mut self, command: Command) {
        let what = self.words.get(&command.doc_id()).to_string();
        self.say("tui-not-here", &[("what", what.into())], Ink::Dim);
    }

    /// Runs a command where it is wanted first: in front, else everywhere. False where nobody
    /// takes it.
    fn run(&mut self, command: Command, effects: &mut Effects) -> bool {
        if self.on_text(command, effects) {
            return true;
        }
        if self.is_barred(command) {
            self.refuse();
            return true;
        }
        self.with_pane(effects, |pane, reach| pane.command(command, reach))
            || self.global(command, effects)
    }

    /// Commands that mean the same everywhere and that the front pane left alone.
    fn global(&mut self, command: Command, effects: &mut Effects) -> bool {
        // What opens takes up what was typed a moment ago.
        self.save_drafts();
        let opened = self.reaching(effects, |reach, open| {
            overlays::open(command, reach, open.keymap, open.contexts)
        });
        match opened {
            overlays::Opened::Pane(pane) => {
                self.push(pane);
                true
            }
            overlays::Opened::Flow(flow) => {
                self.follow(flow, effects);
                true
            }
            overlays::Opened::Nothing => self.own(command, effects),
        }
    }

    /// Commands of the workstation itself.
    fn own(&mut self, command: Command, effects: &mut Effects) -> bool {
        match command {
            Command::Redraw => effects.list.push(Effect::Redraw),
            Command::Suspend => {
                self.save_drafts();
                effects.list.push(Effect::Suspend);
            }
            Command::ToggleMouse => {
                self.mouse = !self.mouse;
                let id = if self.mouse {
                    "tui-mouse-on"
                } else {
                    "tui-mouse-off"
                };
                self.say(id, &[], Ink::Ok);
            }
            Command::NextLanguage => {
                let all = Language::ALL;
                let at = all
                    .iter()
                    .position(|language| *language == self.words.language())
                    .unwrap_or(0);
                self.words = Words::new(all[(at + 1) % all.len()]);
                self.reread(effects);
            }
            Command::NextTheme => {
                self.theme_at = (self.theme_at + 1) % theme::NAMES.len();
                self.theme = Theme::named(theme::NAMES[self.theme_at]);
            }
            Command::Messages => {
                let pane = overlays::messages::Messages::new(self.messages.clone());
                self.front.push(Box::new(pane));
            }
            Command::Sync => {
                self.save_drafts();
                let id = match &self.workers.road {
                    Some(road) => {
                        road.go_now();
                        "desk-all-saved-syncing"
                    }
                    None => "desk-all-saved",
                };
                self.say(id, &[], Ink::Ok);
            }
            Command::TextBlock => effects.work.push(Work::Start(Job::WriteBlock)),
            Command::GuidedShift => self.guide_along(),
            Command::Paste => effects.list.push(Effect::Paste),
            Command::StopWork => self.stop_work(),
            Command::Quit => self.follow(Flow::Quit, effects),
            Command::Back if !self.front.is_empty() => self.close(),
            Command::Back if self.work.is_busy() => self.stop_work(),
            _ => return false,
        }
        true
    }

    fn copied(&mut self, copied: &Copied) {
        let Some(text) = self.copying.take() else {
            return;
        };
        if copied.road == Road::Plain {
            self.front
                .push(Box::new(overlays::plain::Plain::new(&text)));
            return;
        }
        let id = if copied.sure {
            "tui-copied-native"
        } else {
            "tui-copied-terminal"
        };
        self.say(id, &[("count", text.chars().count().into())], Ink::Ok);
    }
}

impl App for Workstation {
    type Background = Background;

    fn begin(&mut self) -> Effects {
        let mut effects = Effects::none();
        self.entitle(&mut effects);
        effects
    }

    fn update(&mut self, message: Message<Background>) -> Effects {
        let mut effects = Effects::none();
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
            Message::Wake(reveal::HIDE) => {
                self.hide_all();
                effects.draw = true;
            }
            Message::Wake(standing::TRY_AGAIN) => self.try_again(&mut effects),
            Message::Wake(_) => {}
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
