//! A form from data: one field a row, digits choose, `*` marks what is missing.

mod draw;

pub use draw::{Shape, draw, header, height};

use super::editor::{self, Typed};
use super::line::Run;
use crate::text::edit::Editor;
use crate::text::fold;
use crate::tui::commands::Command;
use crate::tui::keys::{Code, Input, Key, Spot};
use crate::tui::theme::Ink;

/// One of the values of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name in the data.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// Whether 0 chooses it, so that the others keep their digits.
    by_zero: bool,
}

impl Choice {
    /// A choice.
    pub fn new(id: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            label: label.into(),
            by_zero: false,
        }
    }

    /// Lets 0 choose it; the others count as if it were not there.
    #[must_use]
    pub fn by_zero(mut self) -> Self {
        self.by_zero = true;
        self
    }
}

/// Returns the digits that choose, in the order of the choices.
pub fn digits(choices: &[Choice]) -> impl Iterator<Item = usize> {
    let mut last = 0;
    choices.iter().map(move |choice| {
        last += usize::from(!choice.by_zero);
        if choice.by_zero { 0 } else { last }
    })
}

/// What a field holds, and thereby how it is filled.
#[derive(Clone, Debug)]
pub enum Value {
    /// One of some, or none yet.
    Choice(Vec<Choice>, Option<usize>),
    /// Text, of so many rows.
    Text(Editor, u16),
    /// A sum as typed; folded digits and points are the reader's business.
    Money(Editor),
    /// A time as typed.
    Time(Editor),
    /// Ticked or not, and what it says.
    Flag(bool, String),
    /// Shown only.
    Fixed(String),
}

/// One field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in the data.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// What it holds.
    pub value: Value,
    /// Must be filled before the form can be finished.
    pub required: bool,
    /// Before the value, such as the sign of a currency.
    pub prefix: String,
    /// At the right of the value: limit, source, key.
    pub note: Vec<Run<'static>>,
    /// Shares the row of the field before it.
    pub beside: bool,
    /// Is typed and not shown: a sign stands for each character.
    pub secret: bool,
}

impl Field {
    /// A field that need not be filled.
    pub fn new(id: impl Into<String>, label: impl Into<String>, value: Value) -> Self {
        Self {
            id: id.into(),
            label: label.into(),
            value,
            required: false,
            prefix: String::new(),
            note: Vec::new(),
            beside: false,
            secret: false,
        }
    }

    /// It is not shown.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// It must be filled.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// What stands before the value.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// What stands at the right.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>, ink: Ink) -> Self {
        self.note.push(Run::new(text.into(), ink));
        self
    }

    /// Shares the row of the field before it.
    #[must_use]
    pub fn beside(mut self) -> Self {
        self.beside = true;
        self
    }

    /// Marked `*`: it must be filled and is not.
    pub fn is_missing(&self) -> bool {
        self.required
            && match &self.value {
                Value::Choice(_, chosen) => chosen.is_none(),
                Value::Text(text, _) | Value::Money(text) | Value::Time(text) => {
                    text.text().trim().is_empty()
                }
                Value::Flag(ticked, _) => !ticked,
                Value::Fixed(text) => text.is_empty(),
            }
    }

    /// The buffer of a field that takes text.
    pub fn editor(&self) -> Option<&Editor> {
        match &self.value {
            Value::Text(text, _) | Value::Money(text) | Value::Time(text) => Some(text),
            _ => None,
        }
    }

    fn editor_mut(&mut self) -> Option<&mut Editor> {
        match &mut self.value {
            Value::Text(text, _) | Value::Money(text) | Value::Time(text) => Some(text),
            _ => None,
        }
    }

    fn rows(&self) -> u16 {
        if let Value::Text(_, rows) = &self.value {
            (*rows).max(1)
        } else {
            1
        }
    }
}

/// What came of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The value of the field under the cursor changed.
    Changed,
    /// The cursor or caret moved.
    Moved,
    /// The choices of the field under the cursor are asked for as a menu.
    Unfold,
    /// Not for the form.
    Ignored,
}

/// Fields and which of them is in front.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// The fields in their order; those that do not apply are not in it.
    pub fields: Vec<Field>,
    cursor: usize,
}

impl Form {
    /// A form at its first field that can be changed.
    pub fn new(fields: Vec<Field>) -> Self {
        let mut form = Self { fields, cursor: 0 };
        if form.fields.first().is_some_and(|field| !can_change(field)) {
            form.step(1);
        }
        form
    }

    /// The field in front.
    pub fn current(&self) -> Option<&Field> {
        self.fields.get(self.cursor)
    }

    /// Its number.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The field of that id.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// The field of that id, to change it.
    pub fn field_mut(&mut self, id: &str) -> Option<&mut Field> {
        self.fields.iter_mut().find(|field| field.id == id)
    }

    /// Puts the field of that id in front.
    pub fn focus(&mut self, id: &str) {
        if let Some(index) = self.fields.iter().position(|field| field.id == id) {
            self.cursor = index;
        }
    }

    /// Takes new fields and stays at the field in front, where it is still there.
    pub fn replace(&mut self, fields: Vec<Field>) {
        let id = self.current().map(|field| field.id.clone());
        self.fields = fields;
        self.cursor = self.cursor.min(self.fields.len().saturating_sub(1));
        if let Some(id) = id {
            self.focus(&id);
        }
    }

    /// The fields of a range as a form of their own, to be drawn as a section.
    #[must_use]
    pub fn part(&self, range: std::ops::Range<usize>) -> Self {
        let fields = self.fields.get(range.clone()).unwrap_or_default().to_vec();
        // Outside the range no field of the part is in front.
        Self {
            fields,
            cursor: self.cursor.wrapping_sub(range.start),
        }
    }

    /// How many fields are missing.
    pub fn missing(&self) -> usize {
        self.fields
            .iter()
            .filter(|field| field.is_missing())
            .count()
    }

    /// The text of a field that takes text.
    pub fn text(&self, id: &str) -> &str {
        self.field(id)
            .and_then(Field::editor)
            .map_or("", Editor::text)
    }

    /// The id of what is chosen.
    pub fn chosen(&self, id: &str) -> Option<&str> {
        match &self.field(id)?.value {
            Value::Choice(choices, Some(index)) => {
                choices.get(*index).map(|choice| choice.id.as_str())
            }
            _ => None,
        }
    }

    /// Whether a flag is ticked.
    pub fn ticked(&self, id: &str) -> bool {
        matches!(
            self.field(id).map(|field| &field.value),
            Some(Value::Flag(true, _))
        )
    }

    /// The field in front takes text: bare characters are not commands.
    pub fn in_text(&self) -> bool {
        self.current().is_some_and(|field| field.editor().is_some())
    }

    /// Does a command of forms.
    pub fn apply(&mut self, command: Command) -> Outcome {
        match command {
            Command::NextField => self.vertical(1, Code::Down),
            Command::PreviousField => self.vertical(-1, Code::Up),
            Command::NextMissing => self.seek_missing(true),
            Command::PreviousMissing => self.seek_missing(false),
            Command::ValueNext => self.horizontal(1, Code::Right),
            Command::ValuePrevious => self.horizontal(-1, Code::Left),
            Command::Toggle => self.toggle(),
            Command::Unfold => self.unfold(),
            _ => Outcome::Ignored,
        }
    }

    /// Takes a key or a paste that no command took.
    pub fn input(&mut self, input: &Input) -> Outcome {
        if let Input::Pointed(Spot::Field(id)) = input {
            self.focus(id);
            return Outcome::Moved;
        }
        let Some(field) = self.fields.get_mut(self.cursor) else {
            return Outcome::Ignored;
        };
        if let Some(editor) = field.editor_mut() {
            return match editor::type_into(editor, input) {
                Typed::Changed => Outcome::Changed,
                Typed::Moved => Outcome::Moved,
                Typed::Ignored => Outcome::Ignored,
            };
        }
        let Input::Key(press) = input else {
            return Outcome::Ignored;
        };
        let digit = press.typed.and_then(|c| fold::punctuation(c).to_digit(10));
        let Value::Choice(choices, _) = &field.value else {
            return Outcome::Ignored;
        };
        let chosen =
            digit.and_then(|digit| digits(choices).position(|known| known == digit as usize));
        match chosen {
            Some(index) => self.choose(index),
            None => Outcome::Ignored,
        }
    }

    /// Chooses by number from 0, as the unfolded menu does.
    pub fn choose(&mut self, index: usize) -> Outcome {
        match self
            .fields
            .get_mut(self.cursor)
            .map(|field| &mut field.value)
        {
            Some(Value::Choice(choices, chosen)) if index < choices.len() => {
                *chosen = Some(index);
                Outcome::Changed
            }
            _ => Outcome::Ignored,
        }
    }

    /// Up and down stay within a text of several rows until its edge.
    fn vertical(&mut self, by: isize, code: Code) -> Outcome {
        if let Some(field) = self.fields.get_mut(self.cursor)
            && field.rows() > 1
            && let Some(text) = field.editor_mut()
        {
            let at_edge = if by > 0 {
                text.at_last_row()
            } else {
                text.at_first_row()
            };
            if !at_edge {
                return self.arrow(code);
            }
        }
        self.step(by)
    }

    fn step(&mut self, by: isize) -> Outcome {
        let mut index = self.cursor;
        while let Some(next) = index
            .checked_add_signed(by)
            .filter(|next| *next < self.fields.len())
        {
            index = next;
            if can_change(&self.fields[index]) {
                self.cursor = index;
                return Outcome::Moved;
            }
        }
        Outcome::Moved // already at the end
    }

    fn seek_missing(&mut self, forward: bool) -> Outcome {
        let len = self.fields.len();
        let at = |distance: usize| {
            if forward {
                (self.cursor + distance) % len
            } else {
                (self.cursor + len - distance) % len
            }
        };
        match (1..=len)
            .map(at)
            .find(|index| self.fields[*index].is_missing())
        {
            Some(index) => {
                self.cursor = index;
                Outcome::Moved
            }
            None => self.step(if forward { 1 } else { -1 }),
        }
    }

    fn horizontal(&mut self, by: isize, code: Code) -> Outcome {
        let Some(field) = self.fields.get_mut(self.cursor) else {
            return Outcome::Ignored;
        };
        match &mut field.value {
            Value::Choice(choices, chosen) if !choices.is_empty() => {
                let last = choices.len() - 1;
                *chosen = Some(match *chosen {
                    None if by > 0 => 0,
                    None => last,
                    Some(index) => index.saturating_add_signed(by).min(last),
                });
                Outcome::Changed
            }
            Value::Flag(ticked, _) => {
                *ticked = by > 0;
                Outcome::Changed
            }
            _ => self.arrow(code),
        }
    }

    fn arrow(&mut self, code: Code) -> Outcome {
        let press = crate::tui::keys::Press::of(Key::plain(code));
        self.input(&Input::Key(press))
    }

    fn toggle(&mut self) -> Outcome {
        match self
            .fields
            .get_mut(self.cursor)
            .map(|field| &mut field.value)
        {
            Some(Value::Flag(ticked, _)) => {
                *ticked = !*ticked;
                Outcome::Changed
            }
            Some(Value::Choice(..)) => Outcome::Unfold,
            _ => Outcome::Ignored,
        }
    }

    fn unfold(&mut self) -> Outcome {
        let Some(field) = self.fields.get_mut(self.cursor) else {
            return Outcome::Ignored;
        };
        if let Value::Text(text, rows) = &mut field.value
            && *rows > 1
        {
            text.newline();
            return Outcome::Changed;
        }
        match field.value {
            Value::Choice(..) => Outcome::Unfold,
            _ => self.step(1),
        }
    }
}

fn can_change(field: &Field) -> bool {
    !matches!(field.value, Value::Fixed(_))
}

#[cfg(test)]
mod tests;
