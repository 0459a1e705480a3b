//! The lines of a record as rows of a width: what is too long goes on below, nothing is cut.

use super::{LABEL, Line};
use crate::text::width::Ambiguous;
use crate::text::wrap::wrap;
use crate::tui::widgets::Look;
use crate::tui::widgets::line::{Run, dim};
use crate::tui::widgets::page::Page;

/// Columns that rows below the first one stand in, where more would leave no room beside them.
const INDENT: usize = 2;

/// A row as it is drawn.
pub(super) enum Row {
    Title(String),
    /// A label, empty in the rows below the first one, and a piece of what it names.
    Field(String, String),
    Text(Run<'static>, Run<'static>),
}

/// What a width made of the lines.
#[derive(Default)]
pub(super) struct Rows {
    pub all: Vec<Row>,
    /// How many of them are what the record holds, before what was said and done.
    held: usize,
    made_for: Option<(u16, Ambiguous)>,
}

impl Rows {
    /// Returns how many rows are what the record holds, none before they were laid out.
    pub fn held(&self) -> Option<usize> {
        self.made_for.map(|_| self.held)
    }

    /// Lays the lines out where the width is another one, and returns whether it was; the first
    /// lines are the fields.
    pub fn fit(&mut self, lines: &[Line], fields: usize, width: u16, look: &Look<'_>) -> bool {
        let made_for = Some((width, look.ambiguous));
        if self.made_for == made_for {
            return false;
        }
        self.made_for = made_for;
        self.all.clear();
        for (at, line) in lines.iter().enumerate() {
            if at == fields {
                self.held = self.all.len();
            }
            self.add(line, usize::from(width), look);
        }
        if lines.len() <= fields {
            self.held = self.all.len();
        }
        true
    }

    fn add(&mut self, line: &Line, width: usize, look: &Look<'_>) {
        match line {
            Line::Title(title) => self.all.push(Row::Title(title.clone())),
            Line::Field(label, value) => {
                // A margin, the label and a blank behind it.
                let beside = usize::from(LABEL) + 2;
                let mut label = label.clone();
                for piece in pieces(value, width.saturating_sub(beside), look) {
                    self.all.push(Row::Field(std::mem::take(&mut label), piece));
                }
            }
            Line::Text(before, what) => {
                let first = usize::from(look.columns(&before.text));
                let beside = if first * 2 > width { INDENT } else { first };
                let room = width.saturating_sub(1 + first);
                let mut before = before.clone();
                for piece in pieces(&what.text, room, look) {
                    let next = dim(" ".repeat(beside));
                    let start = std::mem::replace(&mut before, next);
                    self.all.push(Row::Text(start, Run::new(piece, what.ink)));
                }
            }
        }
    }
}

fn pieces(text: &str, room: usize, look: &Look<'_>) -> Vec<String> {
    let ranges = wrap(text, room.max(1), look.ambiguous).into_iter();
    ranges
        .map(|range| text[range].trim_end().to_owned())
        .collect()
}

impl Row {
    pub fn draw(&self, page: &mut Page<'_, '_>) {
        match self {
            Self::Title(title) => page.titled(title),
            Self::Field(label, value) => {
                let value = crate::tui::widgets::line::text(value.as_str());
                page.labelled(label, LABEL, &[value], &[]);
            }
            Self::Text(before, what) => page.row(&[before.clone(), what.clone()], &[]),
        }
    }
}
