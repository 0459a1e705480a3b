//! A small menu of rows that digits choose: alone in front, or unfolded from a form's field.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::text::fold;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::{Input, Spot};
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{self, Run};
use crate::tui::widgets::{Look, frame};

/// What came of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picked {
    /// The row of that number, from 0.
    Row(usize),
    /// The cursor moved.
    Moved,
    /// The menu is to go.
    Closed,
    /// Not for the menu.
    Ignored,
}

/// A row: what it says, what is noted at its right, the digit that takes it.
#[derive(Clone, Debug)]
struct Row {
    label: String,
    note: String,
    digit: usize,
}

/// Rows and the one under the cursor.
#[derive(Clone, Debug, Default)]
pub struct Menu {
    title: String,
    rows: Vec<Row>,
    cursor: usize,
}

impl Menu {
    /// Makes a menu of labels.
    pub fn new(title: impl Into<String>, labels: impl IntoIterator<Item = String>) -> Self {
        let noted = labels.into_iter().map(|label| (label, String::new()));
        Self::noted(title, noted.collect())
    }

    /// Makes a menu whose rows keep their digits, whatever rows stand beside them.
    pub fn numbered(title: impl Into<String>, rows: Vec<(usize, String)>) -> Self {
        let rows = rows
            .into_iter()
            .map(|(digit, label)| Row {
                label,
                note: String::new(),
                digit,
            })
            .collect();
        Self {
            title: title.into(),
            rows,
            cursor: 0,
        }
    }

    /// Makes a menu of labels with a note at the right of each.
    pub fn noted(title: impl Into<String>, rows: Vec<(String, String)>) -> Self {
        let rows = rows
            .into_iter()
            .enumerate()
            .map(|(at, (label, note))| Row {
                label,
                note,
                digit: at + 1,
            })
            .collect();
        Self {
            title: title.into(),
            rows,
            cursor: 0,
        }
    }

    /// Counts the rows from 0, as the digits of a list count its views.
    #[must_use]
    pub fn zero_based(mut self) -> Self {
        for (at, row) in self.rows.iter_mut().enumerate() {
            row.digit = at;
        }
        self
    }

    /// Puts the cursor on a row.
    #[must_use]
    pub fn at(mut self, row: usize) -> Self {
        self.cursor = row.min(self.rows.len().saturating_sub(1));
        self
    }

    /// Returns the row under the cursor, from 0.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Gives the last row a digit of its own.
    #[must_use]
    pub fn last_by(mut self, digit: usize) -> Self {
        if let Some(row) = self.rows.last_mut() {
            row.digit = digit;
        }
        self
    }

    /// Returns how many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns whether there is nothing to choose.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Takes a command.
    pub fn command(&mut self, command: Command) -> Picked {
        if let Some(number) = command.choice() {
            return self.digit(number);
        }
        match command {
            Command::Next => self.step(1),
            Command::Previous => self.step(-1),
            Command::Open | Command::Accept => self.row(self.cursor),
            Command::Back => Picked::Closed,
            _ => Picked::Ignored,
        }
    }

    /// Takes a digit that no command took.
    pub fn input(&mut self, input: &Input) -> Picked {
        let press = match input {
            Input::Key(press) => press,
            Input::Pointed(Spot::Row(by) | Spot::Turned(by)) => return self.step(*by),
            _ => return Picked::Ignored,
        };
        match press.typed.and_then(|c| fold::punctuation(c).to_digit(10)) {
            Some(digit) => self.digit(digit as usize),
            _ => Picked::Ignored,
        }
    }

    fn digit(&mut self, digit: usize) -> Picked {
        match self.rows.iter().position(|row| row.digit == digit) {
            Some(row) => self.row(row),
            None => Picked::Ignored,
        }
    }

    fn row(&mut self, row: usize) -> Picked {
        if row < self.rows.len() {
            self.cursor = row;
            return Picked::Row(row);
        }
        Picked::Ignored
    }

    fn step(&mut self, by: isize) -> Picked {
        self.cursor = self
            .cursor
            .saturating_add_signed(by)
            .min(self.rows.len().saturating_sub(1));
        Picked::Moved
    }

    /// Draws the menu in the middle of an area and returns the caret.
    pub fn draw(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let wide = |row: &Row| look.columns(&row.label) + look.columns(&row.note) + 8;
        let wanted = self
            .rows
            .iter()
            .map(wide)
            .max()
            .unwrap_or(0)
            .max(look.columns(&self.title) + 8);
        let height = (self.rows.len() as u16).saturating_add(2);
        let place = frame::middle(area, (wanted, height));
        let title = [Run::new(self.title.as_str(), Ink::Title)];
        let inner = frame::overlay(buf, place, &title, &[], &[], look);
        let shown = usize::from(inner.height);
        let top = (self.cursor + 1).saturating_sub(shown);
        let mut caret = None;
        for (at, shown) in self.rows.iter().enumerate().skip(top).take(shown) {
            let row = Rect {
                y: inner.y + (at - top) as u16,
                height: 1,
                ..inner
            };
            let sign = if at == self.cursor { ">" } else { " " };
            let digit = if shown.digit <= 9 {
                format!("{sign}{} ", shown.digit)
            } else {
                format!("{sign}  ")
            };
            let left = [Run::new(digit, Ink::Key), line::text(shown.label.as_str())];
            line::row(buf, row, &left, &[line::dim(shown.note.as_str())], look);
            let away = at as isize - self.cursor as isize;
            look.note(|record| record.places.push((row, Spot::Row(away))));
            if at == self.cursor {
                look.note(|record| record.chosen = Some(shown.label.clone()));
                line::paint(buf, row, Ink::CursorRow, look);
                caret = Some(Position::new(row.x, row.y));
            }
        }
        caret
    }
}

/// What is done with the chosen row.
type Act = Box<dyn FnMut(usize, &mut Reach<'_>) -> Flow>;

/// A menu in front of everything else.
pub struct MenuPane {
    menu: Menu,
    act: Act,
}

impl MenuPane {
    /// Makes a pane of a menu and of what its rows do.
    pub fn new(menu: Menu, act: impl FnMut(usize, &mut Reach<'_>) -> Flow + 'static) -> Self {
        Self {
            menu,
            act: Box::new(act),
        }
    }

    fn follow(&mut self, picked: Picked, reach: &mut Reach<'_>) -> Flow {
        match picked {
            Picked::Row(row) => (self.act)(row, reach),
            Picked::Moved => Flow::Stay,
            Picked::Closed => Flow::Close,
            Picked::Ignored => Flow::Pass,
        }
    }
}

impl Pane for MenuPane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Menu]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        let picked = self.menu.command(command);
        self.follow(picked, reach)
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        let picked = self.menu.input(input);
        self.follow(picked, reach)
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        self.menu.draw(buf, area, look)
    }

    fn is_whole(&self) -> bool {
        false
    }
}
