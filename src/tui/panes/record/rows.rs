//! The lines of a record as rows of a width: what is too long goes on below, nothing is cut.

use super::{LABEL, Line};
use crate::text::width::Ambiguous;
use crate::text::wrap::wrap;
use crate::tui::widgets::Look;
use crate::tui::widgets::line::{Run, dim};
use crate::tui::widgets::page::Page;

/// Columns that a text stands in below what comes before it, where that leaves it little room.
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
    /// Whether there are other lines since, behind what the record holds.
    is_old: bool,
}

impl Rows {
    /// Returns how many rows are what the record holds, none before they were laid out.
    pub fn held(&self) -> Option<usize> {
        self.made_for.map(|_| self.held)
    }

    /// Has them laid out anew when they are drawn next, since what was said and done is more now.
    pub fn renew(&mut self) {
        self.is_old = true;
    }

    /// Lays the lines out where they or the width are others, and returns whether the width was;
    /// the first lines are the fields.
    pub fn fit(&mut self, lines: &[Line], fields: usize, width: u16, look: &Look<'_>) -> bool {
        let made_for = Some((width, look.ambiguous));
        let is_wider_or_narrower = self.made_for != made_for;
        if !is_wider_or_narrower && !std::mem::take(&mut self.is_old) {
            return false;
        }
        self.is_old = false;
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
        is_wider_or_narrower
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
                let mut beside = usize::from(look.columns(&before.text));
                let mut start = before.clone();
                if beside * 2 > width {
                    for piece in pieces(&before.text, width.saturating_sub(1), look) {
                        let start = Run::new(piece, before.ink);
                        self.all.push(Row::Text(start, Run::new("", what.ink)));
                    }
                    beside = INDENT;
                    start = indent(beside);
                }
                let room = width.saturating_sub(1 + beside);
                for piece in pieces(&what.text, room, look) {
                    let start = std::mem::replace(&mut start, indent(beside));
                    self.all.push(Row::Text(start, Run::new(piece, what.ink)));
                }
            }
        }
    }
}

fn indent(columns: usize) -> Run<'static> {
    dim(" ".repeat(columns))
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

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::*;
    use crate::i18n::Language;
    use crate::tui::dump;
    use crate::tui::theme::Ink;
    use crate::tui::widgets::line::tests::with_look;
    use crate::tui::widgets::page;

    fn drawn(line: Line, width: u16) -> Vec<String> {
        with_look(Language::ZhCn, "dark", |look| {
            let mut rows = Rows::default();
            rows.fit(&[line], 1, width, look);
            let mut buf = Buffer::empty(Rect::new(0, 0, width, 100));
            page::single(&mut buf, Rect::new(0, 0, width, 100), look, |page| {
                rows.all.iter().for_each(|row| row.draw(page));
            });
            assert_eq!(rows.held(), Some(rows.all.len()));
            dump::rows(&buf).drain(..rows.all.len()).collect()
        })
    }

    #[test]
    fn nothing_is_cut_and_a_long_name_leaves_room_for_what_was_said() {
        let said = (1..30).map(|at| format!("第{at}件还没到，"));
        let said = said.collect::<Vec<_>>().concat();
        for width in [40, 60, 61, 80] {
            for columns in [3, 9, 14, 15, 20, 28, 29, 30, 45] {
                let who = "11-26 09:06 ".to_owned() + &"名".repeat(columns) + " ";
                let line = Line::Text(dim(who.clone()), Run::new(said.clone(), Ink::In));
                let rows = drawn(line, width);
                let seen: String = rows.iter().map(|row| row.trim()).collect();
                let wanted = format!("{who}{said}").replace(' ', "");
                assert_eq!(seen.replace(' ', ""), wanted, "{width} {columns}");
                let most = 2 + said.chars().count() * 4 / usize::from(width) + 4;
                assert!(rows.len() <= most, "{width} {columns} {rows:?}");
            }
            let line = Line::Field("正文".to_owned(), said.clone());
            let seen: String = drawn(line, width).iter().map(|row| row.trim()).collect();
            assert_eq!(seen.replace(' ', ""), format!("正文{said}"), "{width}");
        }
    }
}
