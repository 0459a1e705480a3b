//! A form with the menu that unfolds from its choices: what every form pane is built on.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::menu::{Menu, Picked};
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::Flow;
use crate::tui::widgets::form::{self, Field, Form, Outcome, Value};
use crate::tui::widgets::line::Run;
use crate::tui::widgets::{Look, frame, page};

/// What came of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    /// The value of the field in front changed.
    Changed,
    /// Cursor, caret or menu moved.
    Moved,
    /// Not for the form.
    Ignored,
}

impl From<Did> for Flow {
    fn from(did: Did) -> Self {
        match did {
            Did::Changed | Did::Moved => Self::Stay,
            Did::Ignored => Self::Pass,
        }
    }
}

/// What a command asks of the whole pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// To close it.
    Leave,
    /// To do what it is about.
    Act,
    /// Nothing: it is open already.
    Nothing,
}

/// A form, and a menu where one is unfolded.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// The form.
    pub form: Form,
    menu: Option<Menu>,
}

impl Sheet {
    /// Makes a sheet of fields.
    pub fn new(fields: Vec<Field>) -> Self {
        Self {
            form: Form::new(fields),
            menu: None,
        }
    }

    /// Returns whether a menu is unfolded.
    pub fn is_unfolded(&self) -> bool {
        self.menu.is_some()
    }

    /// Unfolds the menu of the field under the cursor, where it is a choice.
    pub fn show_menu(&mut self) {
        self.unfold();
    }

    /// Takes the menu away; nothing is chosen.
    pub fn fold(&mut self) {
        self.menu = None;
    }

    /// Returns the places in which keys are looked up, with the pane's own at their end.
    pub fn contexts(&self, own: Context) -> Vec<Context> {
        if self.menu.is_some() {
            return vec![Context::Menu];
        }
        if self.form.in_text() {
            vec![Context::Text, Context::Form, own]
        } else {
            vec![Context::Form, own]
        }
    }

    /// Returns what a command means for the whole of a pane that asks one thing and acts: it
    /// goes, it acts on the key that finishes or on Enter once all is given, and the key that
    /// opened it does nothing more. None where the command is for the fields.
    pub fn asks(&self, command: Command, opened_by: Command) -> Option<Asks> {
        let unfolded = self.is_unfolded();
        match command {
            Command::Back if !unfolded => Some(Asks::Leave),
            Command::Finish => Some(Asks::Act),
            Command::Unfold if !unfolded && self.form.missing() == 0 => Some(Asks::Act),
            _ => (command == opened_by).then_some(Asks::Nothing),
        }
    }

    /// Takes a command.
    pub fn command(&mut self, command: Command) -> Did {
        if let Some(menu) = &mut self.menu {
            let picked = menu.command(command);
            return self.picked(picked);
        }
        if command == Command::Undo {
            return self.undo();
        }
        match self.form.apply(command) {
            Outcome::Changed => Did::Changed,
            Outcome::Moved => Did::Moved,
            Outcome::Unfold => self.unfold(),
            Outcome::Ignored => Did::Ignored,
        }
    }

    /// Takes input that is no command.
    pub fn input(&mut self, input: &Input) -> Did {
        if let Some(menu) = &mut self.menu {
            let picked = menu.input(input);
            return self.picked(picked);
        }
        match self.form.input(input) {
            Outcome::Changed => Did::Changed,
            Outcome::Moved => Did::Moved,
            Outcome::Unfold => self.unfold(),
            Outcome::Ignored => Did::Ignored,
        }
    }

    fn picked(&mut self, picked: Picked) -> Did {
        match picked {
            Picked::Row(row) => {
                self.menu = None;
                if self.form.choose(row) == Outcome::Changed {
                    Did::Changed
                } else {
                    Did::Moved
                }
            }
            Picked::Moved => Did::Moved,
            Picked::Closed => {
                self.menu = None;
                Did::Moved
            }
            Picked::Ignored => Did::Ignored,
        }
    }

    fn unfold(&mut self) -> Did {
        let Some(field) = self.form.current() else {
            return Did::Ignored;
        };
        let Value::Choice(choices, chosen) = &field.value else {
            return Did::Ignored;
        };
        let labels = choices.iter().map(|choice| choice.label.clone());
        let rows = form::digits(choices).zip(labels).collect();
        self.menu = Some(Menu::numbered(field.label.clone(), rows).at(chosen.unwrap_or(0)));
        Did::Moved
    }

    /// Takes back the last change of the text under the caret.
    fn undo(&mut self) -> Did {
        let id = self
            .form
            .current()
            .map(|field| field.id.clone())
            .unwrap_or_default();
        match self.form.field_mut(&id).map(|field| &mut field.value) {
            Some(Value::Text(text, _) | Value::Money(text) | Value::Time(text)) => {
                if text.undo() {
                    Did::Changed
                } else {
                    Did::Ignored
                }
            }
            _ => Did::Ignored,
        }
    }

    /// Draws the form in a box of at most so many columns in the middle, the unfolded menu over
    /// it, and returns where the caret stands.
    pub fn draw_box(
        &self,
        buf: &mut Buffer,
        area: Rect,
        title: &[Run<'_>],
        most: u16,
        look: &Look<'_>,
    ) -> Option<Position> {
        let form = &self.form;
        let label = page::shape(form, 0, look).label;
        let shape = form::Shape { label, beside: 0 };
        let width = most.min(area.width);
        let height = (form::height(form, width.saturating_sub(2), shape) + 2).min(area.height);
        let place = frame::middle(area, (width, height));
        let inner = frame::overlay(buf, place, title, &[form::header(form, look)], &[], look);
        let caret = form::draw(buf, inner, form, shape, look);
        self.draw_menu(buf, area, look).or(caret)
    }

    /// Draws the unfolded menu over an area; its caret is the pane's then.
    pub fn draw_menu(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        self.menu.as_ref()?.draw(buf, area, look)
    }
}

/// Puts a text into a field that takes text.
pub fn set_text(form: &mut Form, id: &str, new: &str) {
    if let Some(Value::Text(text, _) | Value::Money(text) | Value::Time(text)) =
        form.field_mut(id).map(|field| &mut field.value)
        && text.text() != new
    {
        text.set(new);
    }
}

/// Chooses a choice by the name that it has in the data.
pub fn set_choice(form: &mut Form, id: &str, wanted: &str) {
    if let Some(Value::Choice(choices, chosen)) = form.field_mut(id).map(|field| &mut field.value) {
        *chosen = choices.iter().position(|choice| choice.id == wanted);
    }
}
