//! A stage for tests: panes over a drill shop, played by keys as the workstation plays them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Opened, open};
use crate::config::Config;
use crate::desk::Desk;
use crate::desk::shop_tests::{self as shop, Shop};
use crate::domain::id::Id;
use crate::i18n::{Language, Words};
use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::dump;
use crate::tui::jobs::{Job, told};
use crate::tui::keymap::Keymap;
use crate::tui::keys::{Input, Key, Press};
use crate::tui::pane::{Flow, Notice, Pane, Reach};
use crate::tui::run::{Effect, Effects};
use crate::tui::theme::Theme;
use crate::tui::widgets::Look;

pub use crate::desk::shop_tests::{NOW, ORDER};

/// Panes in front of each other, a desk behind them.
pub struct Stage {
    folder: tempfile::TempDir,
    pub desk: Desk,
    pub words: Words,
    pub panes: Vec<Box<dyn Pane>>,
    pub item: Option<Id>,
    pub said: Option<Notice>,
    pub copied: Vec<String>,
    pub shown: Option<Id>,
    pub quit: bool,
    /// What was asked to be woken, and after how many milliseconds.
    pub wakes: Vec<(u32, u128)>,
    /// Whether what is to be done beside the panes waits.
    pub holds_work: bool,
    work: Vec<Job>,
    keymap: Keymap,
    config: Config,
}

impl Stage {
    /// A shop with one supervisor and the sample's orders.
    pub fn new() -> Self {
        let Shop { folder, desk } = Shop::new();
        Self::over(folder, desk)
    }

    /// Another desk, whose store lies elsewhere.
    pub fn of(desk: Desk) -> Self {
        Self::over(tempfile::tempdir().unwrap(), desk)
    }

    fn over(folder: tempfile::TempDir, desk: Desk) -> Self {
        Self {
            folder,
            desk,
            words: Words::new(Language::ZhCn),
            panes: Vec::new(),
            item: None,
            said: None,
            copied: Vec::new(),
            shown: None,
            quit: false,
            wakes: Vec::new(),
            holds_work: false,
            work: Vec::new(),
            keymap: Keymap::load(None).0,
            config: Config::default(),
        }
    }

    /// Lets other settings hold.
    pub fn configure(&mut self, config: Config) {
        self.config = config;
    }

    /// Names the shared folder.
    pub fn share(&mut self, folder: &std::path::Path) {
        self.config.folder.path = folder.to_owned();
    }

    /// The sample shop, with one of its people at the desk.
    pub fn sample(name: &str) -> Self {
        let Shop { folder, desk } = Shop::sample(name);
        Self::over(folder, desk)
    }

    /// Another person of the same shop on the same device, who acts from now on.
    pub fn colleague(&mut self, name: &str) {
        shop::colleague(&mut self.desk, name);
    }

    /// Lets somebody act who sits here already.
    pub fn act_as(&mut self, name: &str) {
        shop::act_as(&mut self.desk, name);
    }

    /// The order's record as the item on the desk.
    pub fn on_order(mut self, number: &str) -> Self {
        self.item = Some(self.desk.order_by_number(number).unwrap().unwrap().id);
        self
    }

    /// Calls with a reach, outside any pane.
    pub fn with<T>(&mut self, act: impl FnOnce(&mut Reach<'_>) -> T) -> T {
        let (out, stale) = self.reach(act);
        if stale {
            self.refresh();
        }
        out
    }

    /// Calls with a reach, and returns whether the panes must be read anew.
    fn reach<T>(&mut self, act: impl FnOnce(&mut Reach<'_>) -> T) -> (T, bool) {
        let mut effects = Effects::none();
        let (mut said, mut stale) = (None, false);
        let nothing = |_: Command| None;
        let out = {
            let mut reach = Reach {
                desk: &mut self.desk,
                words: &self.words,
                config: &self.config,
                effects: &mut effects,
                notice: &mut said,
                item: self.item,
                is_open: false,
                stale: &mut stale,
                key_of: &nothing,
            };
            act(&mut reach)
        };
        if said.is_some() {
            self.said = said;
        }
        self.work.extend(effects.work);
        for pane in &mut self.panes {
            pane.settled(&effects.settled);
        }
        for effect in effects.list {
            match effect {
                Effect::Copy(text) => self.copied.push(text),
                Effect::Wake(token, after) => self.wakes.push((token, after.as_millis())),
                Effect::Configure(config) => {
                    if config.language != self.config.language {
                        self.words = Words::new(config.language());
                    }
                    self.config = *config;
                    stale = true;
                }
                _ => {}
            }
        }
        (out, stale)
    }

    /// Reads every pane anew, as after a change of the store or the language.
    pub fn refresh(&mut self) {
        let mut panes = std::mem::take(&mut self.panes);
        for pane in &mut panes {
            self.with(|reach| pane.refresh(reach));
        }
        self.panes = panes;
    }

    /// Puts a pane in front.
    pub fn push<P: Pane + 'static>(&mut self, make: impl FnOnce(&Reach<'_>) -> Result<P, Problem>) {
        let pane = self.with(|reach| make(reach)).unwrap();
        self.panes.push(Box::new(pane));
    }

    /// Presses keys by name, as the key map spells them.
    pub fn keys(&mut self, keys: &[&str]) {
        for key in keys {
            let press = Press::of(Key::parse(key).unwrap_or_else(|| panic!("{key}")));
            self.press(press);
        }
    }

    /// Types characters.
    pub fn text(&mut self, text: &str) {
        for c in text.chars() {
            self.press(Press {
                key: Key::plain(crate::tui::keys::Code::Char(c)),
                typed: Some(c),
            });
        }
    }

    /// Pastes a text.
    pub fn paste(&mut self, text: &str) {
        let input = Input::Paste(text.to_owned());
        self.said = None;
        self.play(|pane, reach| pane.input(&input, reach));
    }

    fn press(&mut self, press: Press) {
        let input = Input::Key(press);
        let mut contexts = self
            .panes
            .last()
            .map(|pane| pane.contexts())
            .unwrap_or_default();
        contexts.push(Context::Any);
        let command = self.keymap.find(&contexts, press);
        self.said = None;
        if let Some(command) = command {
            if self.play(|pane, reach| pane.command(command, reach)) {
                return;
            }
            let keymap = Keymap::load(None).0;
            match self.with(|reach| open(command, reach, &keymap, &contexts)) {
                Opened::Pane(pane) => return self.panes.push(pane),
                Opened::Flow(flow) => return self.follow(flow),
                Opened::Nothing => {}
            }
        }
        self.play(|pane, reach| pane.input(&input, reach));
    }

    fn play(&mut self, act: impl FnOnce(&mut dyn Pane, &mut Reach<'_>) -> Flow) -> bool {
        let Some(mut pane) = self.panes.pop() else {
            return false;
        };
        let (flow, stale) = self.reach(|reach| act(pane.as_mut(), reach));
        self.panes.push(pane);
        // What acts is read anew with the others.
        if stale {
            self.refresh();
        }
        let taken = !matches!(flow, Flow::Pass);
        self.follow(flow);
        self.work();
        taken
    }

    /// Lets the time be over that was asked for by a token.
    pub fn wake(&mut self, token: u32) {
        self.play(|pane, reach| {
            pane.woken(token, reach);
            Flow::Stay
        });
    }

    /// What waits to be done beside the panes.
    pub fn waiting(&self) -> &[Job] {
        &self.work
    }

    /// Leaves undone what waits: what comes of it is given by hand.
    pub fn forget_work(&mut self) {
        self.work.clear();
    }

    /// Does what was to be done beside the panes: at once, where it is not held back.
    pub fn work(&mut self) {
        if self.holds_work {
            return;
        }
        while !self.work.is_empty() {
            let job = self.work.remove(0);
            let mut done = job.run(&mut self.desk, &mut |_| true);
            if let Some(mut pane) = self.panes.pop() {
                let flow = self.with(|reach| pane.worked(&mut done, reach));
                self.panes.push(pane);
                self.follow(flow);
            }
            if let Some(last) = told(&done, &self.words).pop() {
                self.said = Some(last);
            }
            self.refresh();
        }
    }

    fn follow(&mut self, flow: Flow) {
        match flow {
            Flow::Close | Flow::Next => self.close(),
            Flow::Replace(pane) => {
                self.close();
                self.panes.push(pane);
            }
            Flow::Push(pane) => self.panes.push(pane),
            Flow::Show(id) | Flow::ShowAt(id, _) => {
                self.panes.clear();
                self.shown = Some(id);
            }
            Flow::Screen(screen) => {
                self.panes.clear();
                let opened = self.with(|reach| {
                    crate::tui::panes::open(screen, reach.desk, reach.words, reach.config).map_err(
                        |problem| {
                            reach.trouble(&problem);
                        },
                    )
                });
                self.panes.extend(opened.ok().flatten());
            }
            Flow::Quit => self.quit = true,
            Flow::Run(Command::Lock) => {
                self.panes.pop();
                let gate = super::gate::Gate::new(&self.desk, &self.words, super::gate::Asks::Who);
                self.panes.push(Box::new(gate));
            }
            _ => {}
        }
    }

    /// Closes what is in front; what only it waits for is not done.
    fn close(&mut self) {
        self.keep_drafts();
        let left = self.panes.pop().and_then(|pane| pane.waits_for());
        self.work.retain(|job| Some(job) != left.as_ref());
    }

    /// Saves drafts as the workstation does.
    pub fn keep_drafts(&mut self) {
        let person = self.desk.me().unwrap().id.to_string();
        let drafts: Vec<(String, String)> =
            self.panes.iter().filter_map(|pane| pane.draft()).collect();
        for (key, text) in drafts {
            self.desk
                .store_mut()
                .set_draft(&person, &key, &text, NOW)
                .unwrap();
        }
    }

    /// Draws all panes over each other.
    pub fn draw(&self, width: u16, height: u16, theme: &str) -> (Buffer, Option<Position>) {
        let theme = Theme::named(theme);
        let look = Look {
            words: &self.words,
            theme: &theme,
            ambiguous: self.config.screen.ambiguous,
            spots: None,
        };
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        let area = buf.area;
        let mut caret = None;
        // What a whole pane covers is not drawn, as in the workstation.
        let first = self
            .panes
            .iter()
            .rposition(|pane| pane.is_whole())
            .unwrap_or(0);
        for pane in &self.panes[first..] {
            caret = pane.view(&mut buf, area, &look);
        }
        (buf, caret)
    }

    /// All of these are on screen.
    pub fn sees(&self, width: u16, height: u16, all: &[&str]) {
        let seen = self.screen(width, height);
        for text in all {
            assert!(seen.contains(text), "{text} in\n{seen}");
        }
    }

    /// What is on screen.
    pub fn screen(&self, width: u16, height: u16) -> String {
        dump::text(&self.draw(width, height, "dark").0)
    }

    /// Whether the line between two columns is drawn in every row, without a hole.
    pub fn has_whole_line(&self, (width, height): (u16, u16), x: u16) -> bool {
        let buf = self.draw(width, height, "dark").0;
        (0..height).all(|y| "│┼├┤┬┴".contains(buf[(x, y)].symbol()))
    }

    /// What the message line says.
    pub fn message(&self) -> &str {
        self.said.as_ref().map_or("", |notice| notice.text.as_str())
    }

    /// Draws in every language at every size: nothing panics, no row is torn, the caret is
    /// within the area, no word is missing.
    pub fn draw_everywhere(&mut self) {
        for language in Language::ALL {
            self.words = Words::new(language);
            self.refresh();
            for (width, height) in [
                (1, 1),
                (2, 2),
                (7, 3),
                (20, 5),
                (39, 12),
                (80, 21),
                (80, 24),
                (99, 40),
                (100, 30),
                (120, 37),
                (120, 40),
                (200, 60),
            ] {
                for theme in ["dark", "plain"] {
                    let (buf, caret) = self.draw(width, height, theme);
                    assert!(
                        dump::is_whole(&buf),
                        "{width}x{height}\n{}",
                        dump::text(&buf)
                    );
                    assert!(
                        caret.is_none_or(|caret| buf.area.contains(caret)),
                        "{width}x{height} {caret:?}"
                    );
                }
            }
            let seen = self.screen(120, 37);
            assert!(!seen.contains("{$"), "{seen}");
            for row in seen.lines() {
                let id = row.split_whitespace().find(|word| is_id(word));
                assert!(id.is_none(), "{id:?} in\n{seen}");
            }
        }
        self.words = Words::new(Language::ZhCn);
        self.refresh();
    }

    /// Where the store lies, so that the folder outlives the desk.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

/// A message id that nobody translated stands on screen as it is.
fn is_id(word: &str) -> bool {
    [
        "note-",
        "admit-",
        "case-",
        "field-",
        "value-",
        "state-",
        "follow-",
        "record-",
        "tables-",
        "printing-",
        "board-",
        "short-",
        "held-",
        "register-",
        "transfer-",
        "away-",
        "source-",
        "capture-",
        "paste-",
        "chat-",
        "find-",
        "replies-",
        "handover-",
        "takeover-",
        "import-",
        "composer-",
    ]
    .iter()
    .any(|start| {
        word.strip_prefix(start)
            .is_some_and(|rest| rest.chars().next().is_some_and(|c| c.is_ascii_lowercase()))
    }) && word
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}
