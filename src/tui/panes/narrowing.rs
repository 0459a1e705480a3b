//! The line by which a list is narrowed: typed with completion, held until Esc, kept under a
//! name.

mod typing;

use std::cell::RefCell;
use std::rc::Rc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::typing::Typing;
use crate::desk::Desk;
use crate::desk::query::Question;
use crate::desk::saved::SavedView;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::{Input, Key};
use crate::tui::overlays::ask::Ask;
use crate::tui::overlays::menu::{Menu, MenuPane};
use crate::tui::pane::{Flow, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::editor::{self, Typed, type_into};
use crate::tui::widgets::keyrow::key_name;
use crate::tui::widgets::line::{self, Run, dim, text};

/// What came of a key.
pub enum Narrowed {
    /// The list shows something else now.
    Changed,
    /// The list stays as it is.
    Same,
    /// Not for the line.
    Pass,
    /// Something else comes in front.
    Flow(Flow),
}

impl Narrowed {
    /// Returns where keys go on from here; the list is read again where it shows something else,
    /// or may after what comes in front.
    pub fn settle<'a>(
        self,
        reach: &mut Reach<'a>,
        read_again: impl FnOnce(&mut Reach<'a>),
    ) -> Flow {
        match self {
            Self::Pass => return Flow::Pass,
            Self::Same => {}
            Self::Changed => read_again(reach),
            Self::Flow(flow) => {
                read_again(reach);
                return flow;
            }
        }
        Flow::Stay
    }
}

/// What narrows a list.
#[derive(Default)]
pub struct Narrowing {
    typing: Option<Typing>,
    text: String,
    /// The name of the kept view that holds; the question for a name writes it here.
    name: Rc<RefCell<Option<String>>>,
    question: Question,
    /// The keys that are named to the person.
    keys: Vec<(Command, Key)>,
}

impl Narrowing {
    /// Returns what is asked of the list.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// Returns what was typed and holds.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name of the kept view that holds, unless it was changed since.
    fn name(&self) -> Option<String> {
        self.name.borrow().clone()
    }

    /// A key as the person reads it, nothing where there is none.
    fn key(&self, command: Command, words: &Words) -> String {
        let known = self.keys.iter().find(|(known, _)| *known == command);
        known.map_or_else(String::new, |(_, key)| key_name(*key, words))
    }

    /// Returns whether the line has the caret.
    pub fn is_typing(&self) -> bool {
        self.typing.is_some()
    }

    /// Returns whether something narrows the list.
    pub fn holds(&self) -> bool {
        !self.question.is_empty()
    }

    /// Returns the places in which keys are looked up while the line has the caret.
    pub fn contexts() -> Vec<Context> {
        vec![Context::Filter, Context::Text]
    }

    /// Gives the line the caret; what holds can be changed.
    pub fn open(&mut self, reach: &mut Reach<'_>) {
        let tags = match reach.desk.tags_in_use() {
            Ok(tags) => tags,
            Err(problem) => {
                reach.trouble(&problem);
                Vec::new()
            }
        };
        self.typing = Some(Typing::new(&self.text, tags, reach));
        self.keys = named_keys(reach);
    }

    /// Turns to a row of the choice of views, of which the first `own` are the list's; returns
    /// which of them it shows now: the first below a view that is kept, none where that cannot be
    /// read.
    pub fn choose(
        &mut self,
        row: usize,
        own: usize,
        saved: &[SavedView],
        reach: &mut Reach<'_>,
    ) -> Option<usize> {
        let Some(kept) = row.checked_sub(own) else {
            if self.name().is_some() {
                self.clear();
            }
            return Some(row);
        };
        match self.hold(saved.get(kept)?, reach) {
            Ok(()) => Some(0),
            Err(problem) => {
                reach.trouble(&problem);
                None
            }
        }
    }

    /// Holds a view that is kept, unless this release cannot read its question.
    fn hold(&mut self, view: &SavedView, reach: &Reach<'_>) -> Result<(), Problem> {
        self.question = reach.desk.question(&view.query)?;
        self.text = self.question.told(reach.words.language());
        self.name = Rc::new(RefCell::new(Some(view.name.clone())));
        self.typing = None;
        self.keys = named_keys(reach);
        Ok(())
    }

    /// Returns the choice of a list's own views, the one that is shown among them, and of those
    /// that are kept.
    pub fn choice_of_views(
        &self,
        own: Vec<(String, String)>,
        shown: Option<usize>,
        reach: &mut Reach<'_>,
    ) -> (Menu, Vec<SavedView>) {
        let saved = reach.desk.saved_views().unwrap_or_else(|problem| {
            reach.trouble(&problem);
            Vec::new()
        });
        let held = self.name();
        let kept = held.and_then(|name| saved.iter().position(|view| view.name == name));
        let at = match kept {
            Some(at) => Some(own.len() + at),
            None => shown,
        };
        let mut rows = own;
        rows.extend(labels(&saved, reach.words));
        let title = reach.words.get("tables-choose-view").to_string();
        (Menu::noted(title, rows).at(at.unwrap_or(0)), saved)
    }

    /// Lets the list be whole again.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes a command while the line has the caret.
    pub fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Narrowed {
        let Some(typing) = &mut self.typing else {
            return Narrowed::Pass;
        };
        match command {
            Command::Accept => return self.accept(reach),
            Command::Back => {
                let held = self.holds();
                self.clear();
                return if held {
                    Narrowed::Changed
                } else {
                    Narrowed::Same
                };
            }
            Command::NextPane => typing.turn(true),
            Command::PreviousPane => typing.turn(false),
            Command::KeepView => {
                return match self.accept(reach) {
                    Narrowed::Changed if self.holds() => Narrowed::Flow(self.keep(reach)),
                    other => other,
                };
            }
            _ => return Narrowed::Pass,
        }
        Narrowed::Same
    }

    /// Takes a key that no command took.
    pub fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Narrowed {
        let Some(typing) = &mut self.typing else {
            return Narrowed::Pass;
        };
        match type_into(&mut typing.editor, input) {
            Typed::Ignored => {
                // Who points elsewhere has left the line.
                if matches!(input, Input::Pointed(_)) {
                    self.typing = None;
                }
                return Narrowed::Pass;
            }
            Typed::Moved => {}
            Typed::Changed => typing.look(reach),
        }
        typing.go_on();
        Narrowed::Same
    }

    /// Lets what was typed hold, or says what is wrong with it and selects the place.
    fn accept(&mut self, reach: &mut Reach<'_>) -> Narrowed {
        let Some(typing) = &mut self.typing else {
            return Narrowed::Pass;
        };
        let text = typing.editor.text().trim().to_owned();
        match reach.desk.question(typing.editor.text()) {
            Ok(question) => {
                if self.text != text {
                    self.name = Rc::default();
                }
                self.question = question;
                self.text = text;
                self.typing = None;
                Narrowed::Changed
            }
            Err(wrong) => {
                typing.refuse(wrong, reach.words);
                Narrowed::Same
            }
        }
    }

    /// Asks for a name under which what holds is kept, and for whom where the person may say.
    fn keep(&self, reach: &mut Reach<'_>) -> Flow {
        let title = reach.words.get("filter-keep-title").to_string();
        let kept = Kept {
            query: self.text.clone(),
            name: Rc::clone(&self.name),
            key: self.key(Command::ChooseView, reach.words),
        };
        let ask = Ask::new(title, self.text.clone(), move |name, reach| {
            if !reach.desk.may_publish().unwrap_or(false) {
                return kept.keep(name, false, reach);
            }
            let whose = ["filter-keep-mine", "filter-keep-shop"];
            let rows = whose.map(|id| reach.words.get(id).to_string());
            let menu = Menu::new(name, rows);
            let (name, kept) = (name.to_owned(), kept.clone());
            Flow::Replace(Box::new(MenuPane::new(menu, move |row, reach| {
                kept.keep(&name, row == 1, reach)
            })))
        });
        Flow::Push(Box::new(ask.answered(&self.name().unwrap_or_default())))
    }

    /// Draws the line where something narrows the list, and below it while it is typed what may
    /// come next or what is wrong; returns what is left for the list, and the caret.
    pub fn draw(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> (Rect, Option<Position>) {
        let rows = match &self.typing {
            Some(_) => 2,
            None => u16::from(self.holds()),
        };
        let rows = rows.min(area.height);
        let left = Rect {
            y: area.y + rows,
            height: area.height - rows,
            ..area
        };
        if rows == 0 {
            return (left, None);
        }
        let row = Rect { height: 1, ..area };
        let label = format!(" {} ", look.words.get("filter-label"));
        let used = line::put(
            buf,
            (row.x, row.y),
            row.width,
            &label,
            Ink::FieldLabel,
            look,
        );
        let field = Rect {
            x: row.x + used,
            width: row.width - used,
            ..row
        };
        let Some(typing) = &self.typing else {
            let mut said = vec![text(self.text.as_str())];
            if let Some(name) = self.name() {
                said.insert(0, Run::new(format!("{name}  "), Ink::Title));
            }
            let back = self.key(Command::Back, look.words);
            let clear = dim(look.words.with("filter-clear", &[("back", back.into())]));
            line::row(buf, field, &said, &[clear], look);
            return (left, None);
        };
        let caret = editor::draw(buf, field, &typing.editor, Ink::Field, look);
        if rows > 1 {
            let below = Rect {
                y: row.y + 1,
                ..row
            };
            typing.draw_below(buf, below, look);
        }
        (left, caret)
    }
}

fn named_keys(reach: &Reach<'_>) -> Vec<(Command, Key)> {
    let named = [Command::Back, Command::Capture, Command::ChooseView].into_iter();
    named
        .filter_map(|command| Some((command, (reach.key_of)(command)?)))
        .collect()
}

/// What is kept once it has a name.
#[derive(Clone)]
struct Kept {
    query: String,
    /// Where the list reads the name.
    name: Rc<RefCell<Option<String>>>,
    /// The key that chooses it.
    key: String,
}

impl Kept {
    fn keep(&self, name: &str, is_shop: bool, reach: &mut Reach<'_>) -> Flow {
        let keep = |desk: &mut Desk| desk.keep_view(name, &self.query, is_shop);
        if reach.attempt(keep).is_none() {
            return Flow::Stay;
        }
        self.name.replace(Some(name.to_owned()));
        let args = [("name", name.into()), ("key", self.key.as_str().into())];
        reach.say("filter-kept", &args);
        Flow::Close
    }
}

/// Returns the labels of kept views for a menu, each with whose it is.
pub fn labels(views: &[SavedView], words: &Words) -> Vec<(String, String)> {
    let whose = |view: &SavedView| {
        let id = if view.is_shop {
            "value-view_scope-shop"
        } else {
            "value-view_scope-mine"
        };
        words.get(id).to_string()
    };
    views
        .iter()
        .map(|view| (view.name.clone(), whose(view)))
        .collect()
}

/// Says that a list that is narrowed shows nothing, and what to do about it: what is over was
/// not looked at unless it was asked for.
pub fn nothing(narrowing: &Narrowing, may_be_over: bool, look: &Look<'_>) -> String {
    let key = |command| narrowing.key(command, look.words);
    let args = [
        ("text", narrowing.text().into()),
        ("back", key(Command::Back).into()),
        ("capture", key(Command::Capture).into()),
    ];
    if may_be_over && !narrowing.question.names_a_state() {
        return look.words.with("filter-nothing-open", &args);
    }
    look.words.with("filter-nothing", &args)
}
