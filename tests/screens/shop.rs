//! The sample shop, laid once; each test plays on a copy of its own, by a clock that stands and
//! by chosen random numbers.

use std::path::Path;
use std::sync::OnceLock;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use tempfile::TempDir;
use zhiban::chance::{FixedClock, SeededRandom};
use zhiban::config::Config;
use zhiban::desk::begin::init_drill;
use zhiban::desk::{Desk, demo};
use zhiban::i18n::{Language, Words};
use zhiban::store::Store;
use zhiban::tui::app::Workstation;
use zhiban::tui::keymap::Keymap;
use zhiban::tui::keys::{Code, Input, Key, Press};
use zhiban::tui::run::{App, Effects, Message};

/// The shop as it was laid.
fn laid() -> &'static TempDir {
    static LAID: OnceLock<TempDir> = OnceLock::new();
    LAID.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        drop(demo::open(&folder.path().join("data"), demo::START).unwrap());
        folder
    })
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What a person does on a screen.
#[derive(Clone, Copy, Debug)]
pub enum Do {
    /// Presses keys, by the names of the key map with blanks between.
    Keys(&'static str),
    /// Types characters.
    Text(&'static str),
    /// Pastes a text.
    Paste(&'static str),
}

/// The workstation of one person in the sample shop.
pub struct Visit {
    /// The workstation.
    pub app: Workstation,
    _folder: TempDir,
}

impl Visit {
    /// Sits a person down: the sample's visitor, or another one.
    pub fn new(person: Option<&str>, language: Language, size: (u16, u16)) -> Self {
        Self::after(|_| {}, person, language, size)
    }

    /// The same after something was done at the desk.
    pub fn after(
        act: impl FnOnce(&mut Desk),
        person: Option<&str>,
        language: Language,
        size: (u16, u16),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        copy(&laid().path().join("data"), &data);
        let store = Store::open(&data).unwrap();
        let clock = Box::new(FixedClock(demo::START));
        let random = Box::new(SeededRandom::new("visit"));
        let mut desk = Desk::open(store, clock, random).unwrap();
        if let Some(name) = person {
            let person = desk.people().by_name(name).unwrap().clone();
            desk.sign_in(&person).unwrap();
        }
        act(&mut desk);
        Self::seated(desk, folder, language, size)
    }

    /// Sits somebody down in a practice shop in which nothing was recorded yet.
    pub fn practising(size: (u16, u16)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Box::new(FixedClock(demo::START));
        let random = Box::new(SeededRandom::new("visit"));
        let data = folder.path().join("data");
        let desk = init_drill(&data, "练习", "林晓", clock, random).unwrap();
        Self::seated(desk, folder, Language::ZhCn, size)
    }

    /// Sits the visitor down beside a store that is written elsewhere.
    pub fn reading(size: (u16, u16)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        copy(&laid().path().join("data"), &data);
        let store = Store::open_read_only(&data).unwrap();
        let clock = Box::new(FixedClock(demo::START));
        let random = Box::new(SeededRandom::new("visit"));
        let desk = Desk::open(store, clock, random).unwrap();
        Self::seated(desk, folder, Language::ZhCn, size)
    }

    fn seated(desk: Desk, folder: TempDir, language: Language, size: (u16, u16)) -> Self {
        let words = Words::new(language);
        let keymap = Keymap::load(None).0;
        let app = Workstation::new(desk, Config::default(), words, keymap, size).unwrap();
        Self {
            app,
            _folder: folder,
        }
    }

    /// Starts the workstation anew over the same store, as after a crash.
    pub fn again(self, size: (u16, u16)) -> Self {
        let Self { app, _folder } = self;
        Self::seated(app.into_desk(), _folder, Language::ZhCn, size)
    }

    /// Hands one input over.
    pub fn input(&mut self, input: Input) -> Effects {
        self.app.update(Message::Input(input))
    }

    /// Presses keys by their names.
    pub fn keys(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            let key = Key::parse(key).unwrap_or_else(|| panic!("{key}"));
            self.input(Input::Key(Press::of(key)));
        }
    }

    /// Types a text by its characters.
    pub fn text(&mut self, text: &str) {
        for c in text.chars() {
            let key = Key::plain(Code::Char(c));
            self.input(Input::Key(Press {
                key,
                typed: Some(c),
            }));
        }
    }

    /// Does one thing after the other.
    pub fn play(&mut self, plays: &[Do]) {
        for play in plays {
            match play {
                Do::Keys(keys) => self.keys(keys),
                Do::Text(text) => self.text(text),
                Do::Paste(text) => {
                    self.input(Input::Paste((*text).to_owned()));
                }
            }
        }
    }

    /// Gives the terminal another size and draws.
    pub fn draw(&mut self, (width, height): (u16, u16)) -> (Buffer, Option<Position>) {
        self.input(Input::Resize(width, height));
        self.view((width, height))
    }

    /// Draws as it is.
    pub fn view(&self, (width, height): (u16, u16)) -> (Buffer, Option<Position>) {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let mut caret = None;
        terminal.draw(|frame| caret = self.app.view(frame)).unwrap();
        (terminal.backend().buffer().clone(), caret)
    }
}
