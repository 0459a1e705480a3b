//! The first start (ux 10): a machine without a shop begins one, joins one, or looks at the
//! sample shop. A small application of its own before the workstation; every page can be left.

mod view;

use std::path::Path;
use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Position;

use super::app::Workstation;
use super::commands::{Command, Context};
use super::keymap::Keymap;
use super::keys::Input;
use super::overlays::sheet::{Did, Sheet};
use super::pane::Notice;
use super::run::{App, Effect, Effects, Message, Signal};
use super::theme::{self, Theme};
use super::widgets::Look;
use super::widgets::form::{Field, Value};
use super::workers::Background;
use crate::config::{Config, LanguageChoice};
use crate::desk::first::{Asked, FirstStart, demand_folder};
use crate::i18n::{Language, Words};
use crate::problem::{Kind, Problem};
use crate::text::edit::Editor;

/// The wake that looks for the answer.
const LOOK: u32 = 1;
/// How often the answer is looked for.
const EVERY: Duration = Duration::from_secs(1);

/// With what the person leaves the first start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaves {
    /// With nothing yet.
    Nothing,
    /// With a shop to work in.
    Shop,
    /// For the sample shop.
    Sample,
}

/// What is in front.
enum Front {
    /// Begin, join, sample, language.
    Menu,
    /// The form of a new shop.
    Found(Sheet),
    /// The recovery code, this once.
    Code(String),
    /// The form of a request to join.
    Ask(Sheet),
    /// The digits, until the answer is there.
    Wait(Asked),
}

/// The application.
pub struct First {
    start: FirstStart,
    /// Where the settings are kept, where this system has a place for them.
    settings: Option<std::path::PathBuf>,
    config: Config,
    words: Words,
    theme: Theme,
    keymap: Keymap,
    page: Front,
    said: Option<String>,
    leaves: Leaves,
}

impl First {
    /// Begins at the menu, or where a request waits for its answer at that.
    pub fn new(
        start: FirstStart,
        config: Config,
        settings: Option<std::path::PathBuf>,
        language: Language,
    ) -> Result<Self, Problem> {
        let page = start.waiting()?.map_or(Front::Menu, Front::Wait);
        let (keymap, _) = Keymap::of(&config);
        let theme = theme::chosen(config.screen.theme, |name| std::env::var(name).ok());
        Ok(Self {
            start,
            settings,
            theme: Theme::named(theme.name()),
            config,
            words: Words::new(language),
            keymap,
            page,
            said: None,
            leaves: Leaves::Nothing,
        })
    }

    fn look(&self) -> Look<'_> {
        Look {
            words: &self.words,
            theme: &self.theme,
            ambiguous: self.config.screen.ambiguous,
            spots: None,
        }
    }

    fn contexts(&self) -> Vec<Context> {
        let mut contexts = match &self.page {
            Front::Menu | Front::Code(_) | Front::Wait(_) => vec![Context::Menu],
            Front::Found(sheet) | Front::Ask(sheet) => {
                if sheet.form.in_text() {
                    vec![Context::Text, Context::Form]
                } else {
                    vec![Context::Form]
                }
            }
        };
        contexts.push(Context::Any);
        contexts
    }

    fn pressed(&mut self, input: &Input) -> Effects {
        let command = match input {
            Input::Key(press) => self.keymap.find(&self.contexts(), *press),
            _ => None,
        };
        let leaving = matches!(command, Some(Command::Quit | Command::Away));
        if leaving {
            return Effects::none().and(Effect::Quit);
        }
        if matches!(input, Input::Key(_) | Input::Paste(_)) {
            self.said = None;
        }
        match &mut self.page {
            Front::Menu => self.in_menu(command),
            Front::Code(_) => self.at_code(command),
            Front::Wait(_) => self.waiting(command),
            Front::Found(_) | Front::Ask(_) => self.in_form(command, input),
        }
    }

    fn in_menu(&mut self, command: Option<Command>) -> Effects {
        match command.and_then(Command::choice) {
            Some(1) => self.page = Front::Found(Sheet::new(self.shop_fields())),
            Some(2) => self.page = Front::Ask(Sheet::new(self.join_fields())),
            Some(3) => return self.leave(Leaves::Sample),
            Some(4) => self.next_language(),
            _ => match command {
                Some(Command::NextLanguage) => self.next_language(),
                Some(Command::Back) => return Effects::none().and(Effect::Quit),
                _ => {}
            },
        }
        Effects::draw()
    }

    fn next_language(&mut self) {
        let all = Language::ALL;
        let now = self.words.language();
        let at = all.iter().position(|one| *one == now).unwrap_or(0);
        self.words = Words::new(all[(at + 1) % all.len()]);
    }

    fn leave(&mut self, leaves: Leaves) -> Effects {
        self.leaves = leaves;
        Effects::draw()
    }

    fn field(&self, id: &str) -> Field {
        let label = self.words.get(&format!("first-{id}")).to_string();
        Field::new(id, label, Value::Text(Editor::single_line(), 1))
    }

    fn shop_fields(&self) -> Vec<Field> {
        vec![
            self.field("shop").required(),
            self.field("name").required(),
            self.field("pin").secret(),
            self.field("again").secret(),
            self.field("folder"),
        ]
    }

    fn join_fields(&self) -> Vec<Field> {
        vec![
            self.field("name").required(),
            self.field("pin").secret(),
            self.field("again").secret(),
            self.field("folder").required(),
        ]
    }

    fn in_form(&mut self, command: Option<Command>, input: &Input) -> Effects {
        let (Front::Found(sheet) | Front::Ask(sheet)) = &mut self.page else {
            return Effects::none();
        };
        let last = sheet.form.cursor() + 1 == sheet.form.fields.len();
        match command {
            Some(Command::Back) => self.page = Front::Menu,
            Some(Command::Finish | Command::Accept) => return self.finish(),
            Some(Command::Unfold) if last => return self.finish(),
            Some(Command::Unfold) => drop(sheet.command(Command::NextField)),
            Some(command) if sheet.command(command) != Did::Ignored => {}
            _ => drop(sheet.input(input)),
        }
        Effects::draw()
    }

    /// Does what the form asks for, or says what is wrong with it.
    fn finish(&mut self) -> Effects {
        let done = match &self.page {
            Front::Found(sheet) => self.found(sheet),
            Front::Ask(sheet) => self.ask(sheet),
            _ => return Effects::none(),
        };
        match done {
            Ok(page) => {
                self.keep_settings();
                self.page = page;
                self.look_later()
            }
            Err(problem) => {
                self.trouble(&problem);
                Effects::draw()
            }
        }
    }

    fn found(&self, sheet: &Sheet) -> Result<Front, Problem> {
        let shop = filled(sheet, "shop")?;
        let name = filled(sheet, "name")?;
        let folder = text(sheet, "folder");
        if !folder.is_empty() {
            demand_folder(Path::new(folder))?;
        }
        let code = self.start.found(shop, name, pin(sheet)?)?;
        Ok(Front::Code(code))
    }

    fn ask(&self, sheet: &Sheet) -> Result<Front, Problem> {
        let name = filled(sheet, "name")?;
        let folder = filled(sheet, "folder")?;
        let asked = self.start.ask(name, pin(sheet)?, Path::new(folder))?;
        Ok(Front::Wait(asked))
    }

    /// Keeps shared folder and language for the next start, where no settings file is there that
    /// somebody wrote by hand.
    fn keep_settings(&mut self) {
        if let Front::Found(sheet) | Front::Ask(sheet) = &self.page {
            let folder = text(sheet, "folder");
            self.config.folder.path = folder.into();
        }
        self.config.language = LanguageChoice::of(self.words.language());
        let Some(file) = &self.settings else {
            return;
        };
        match self.config.lay(file) {
            Ok(true) => {}
            Ok(false) => {
                let file = file.display().to_string();
                let said = self
                    .words
                    .with("first-settings-there", &[("file", file.into())]);
                self.said = Some(said);
            }
            Err(problem) => self.trouble(&problem),
        }
    }

    fn trouble(&mut self, problem: &Problem) {
        self.said = Some(Notice::of(problem, &self.words).text);
    }

    fn at_code(&mut self, command: Option<Command>) -> Effects {
        match command {
            Some(Command::Open | Command::Accept | Command::Finish) => self.leave(Leaves::Shop),
            Some(command) if command.choice() == Some(2) => self.print_code(),
            // A code that is gone by a slip of the finger is gone for good.
            _ => Effects::none(),
        }
    }

    /// Leaves the recovery code as a page to print, and says where.
    fn print_code(&mut self) -> Effects {
        let Front::Code(code) = &self.page else {
            return Effects::none();
        };
        let text = self
            .words
            .with("first-paper", &[("code", code.as_str().into())]);
        let name = self.words.get("first-paper-name");
        match self.start.leave_paper(&name, &text) {
            Ok(file) => {
                let file = file.display().to_string();
                let said = self
                    .words
                    .with("first-paper-left", &[("file", file.into())]);
                self.said = Some(said);
            }
            Err(problem) => self.trouble(&problem),
        }
        Effects::draw()
    }

    fn waiting(&mut self, command: Option<Command>) -> Effects {
        match command {
            Some(Command::Open | Command::Accept) => self.answered(),
            Some(Command::Back) => Effects::none().and(Effect::Quit),
            _ => Effects::none(),
        }
    }

    /// Looks for the answer, and again after a while.
    fn answered(&mut self) -> Effects {
        let Front::Wait(asked) = &self.page else {
            return Effects::none();
        };
        match self.start.join(asked) {
            Ok(Some(_)) => self.leave(Leaves::Shop),
            Ok(None) => Effects::none().join(self.look_later()),
            // A carrier may have brought a part of the file so far.
            Err(problem) => {
                self.trouble(&problem);
                Effects::draw().join(self.look_later())
            }
        }
    }

    fn look_later(&self) -> Effects {
        if matches!(self.page, Front::Wait(_)) {
            return Effects::draw().and(Effect::Wake(LOOK, EVERY));
        }
        Effects::draw()
    }
}

fn text<'a>(sheet: &'a Sheet, id: &str) -> &'a str {
    sheet.form.text(id).trim()
}

fn filled<'a>(sheet: &'a Sheet, id: &'static str) -> Result<&'a str, Problem> {
    let text = text(sheet, id);
    if text.is_empty() {
        return Err(Problem::new(Kind::NotUnderstood, "problem-first-empty")
            .hint("problem-first-empty-hint"));
    }
    Ok(text)
}

/// Returns the PIN; none where none was typed.
fn pin(sheet: &Sheet) -> Result<Option<&str>, Problem> {
    let (pin, again) = (text(sheet, "pin"), text(sheet, "again"));
    if pin != again {
        return Err(
            Problem::new(Kind::NotUnderstood, "problem-first-pin").hint("problem-first-pin-hint")
        );
    }
    Ok(Some(pin).filter(|pin| !pin.is_empty()))
}

impl First {
    /// Takes a message.
    fn take<B>(&mut self, message: Message<B>) -> Effects {
        match message {
            Message::Input(input) => self.pressed(&input),
            Message::Wake(LOOK) => self.answered(),
            Message::Tick if matches!(self.page, Front::Wait(_)) => self.answered(),
            Message::Signal(Signal::Resumed) => Effects::draw().and(Effect::Redraw),
            Message::Signal(_) => Effects::none().and(Effect::Quit),
            _ => Effects::none(),
        }
    }

    fn view(&self, frame: &mut Frame<'_>) -> Option<Position> {
        let area = frame.area();
        view::draw(self, frame.buffer_mut(), area)
    }
}

/// Makes the workstation that follows, of what the person left with, the language, the settings
/// and the size of the screen.
pub type MakeWorkstation<'a> =
    Box<dyn FnMut(Leaves, Language, &Config, (u16, u16)) -> Result<Workstation, Problem> + 'a>;

/// The first start and the workstation that follows it, in one loop: two would read the
/// terminal beside each other.
pub struct Start<'a> {
    first: First,
    desk: Option<Workstation>,
    make: MakeWorkstation<'a>,
    size: (u16, u16),
}

impl<'a> Start<'a> {
    /// Begins with the first start on a screen of this size.
    pub fn new(first: First, size: (u16, u16), make: MakeWorkstation<'a>) -> Self {
        Self {
            first,
            desk: None,
            make,
            size,
        }
    }

    /// Goes on to the workstation; where it cannot be opened the first start says why.
    fn follow(&mut self) -> Effects {
        let leaves = std::mem::replace(&mut self.first.leaves, Leaves::Nothing);
        let (language, config) = (self.first.words.language(), &self.first.config);
        match (self.make)(leaves, language, config, self.size) {
            Ok(mut desk) => {
                let begun = desk.begin();
                self.desk = Some(desk);
                let drawn = Effects::draw().and(Effect::Rest(LOOK)).and(Effect::Redraw);
                drawn.join(begun)
            }
            Err(problem) => {
                self.first.trouble(&problem);
                Effects::draw()
            }
        }
    }
}

impl App for Start<'_> {
    type Background = Background;

    fn update(&mut self, message: Message<Background>) -> Effects {
        if let Some(desk) = &mut self.desk {
            return desk.update(message);
        }
        if let Message::Input(Input::Resize(columns, rows)) = message {
            self.size = (columns, rows);
        }
        let effects = self.first.take(message);
        if self.first.leaves == Leaves::Nothing {
            effects
        } else {
            self.follow()
        }
    }

    fn view(&self, frame: &mut Frame<'_>) -> Option<Position> {
        match &self.desk {
            Some(desk) => desk.view(frame),
            None => self.first.view(frame),
        }
    }

    fn next_tick(&self) -> Duration {
        match (&self.desk, &self.first.page) {
            (Some(desk), _) => desk.next_tick(),
            (None, Front::Wait(_)) => EVERY,
            (None, _) => Duration::from_mins(1),
        }
    }
}

#[cfg(test)]
mod tests;
