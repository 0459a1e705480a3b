//! The buffer as rows of a pane, and where the caret's cell is.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::Editor;
use crate::text::width::{Ambiguous, columns, cut, grapheme_columns};
use crate::text::wrap::wrap;

/// Rows where the buffer has not been drawn yet.
const UNSEEN: usize = 80;

/// What a pane shows of the buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View<'a> {
    /// The rows shown, from the top.
    pub lines: Vec<ViewLine<'a>>,
    /// The caret's cell in the pane: (column, row), both from 0.
    pub caret: (usize, usize),
    /// Rows above the pane.
    pub above: usize,
    /// Rows below the pane.
    pub below: usize,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewLine<'a> {
    /// Its text, clean and within the width.
    pub text: &'a str,
    /// The selected bytes of `text`.
    pub selected: Option<Range<usize>>,
}

impl Editor {
    /// The rows to draw in a pane of this size. Scrolls only as far as the caret
    /// needs; up, down and clicks follow this view afterwards.
    pub fn view(&self, width: usize, height: usize, ambiguous: Ambiguous) -> View<'_> {
        self.shape.set((width.max(1), ambiguous));
        if self.single {
            return self.view_line(width, ambiguous);
        }
        let rows = self.rows();
        let row = row_of(&rows, self.caret);
        let height = height.max(1);
        // The pane keeps its place, moves to the caret, and leaves no empty rows.
        let top = self
            .top
            .get()
            .min(row)
            .max((row + 1).saturating_sub(height));
        let top = top.min(rows.len().saturating_sub(height));
        self.top.set(top);
        let shown = &rows[top..rows.len().min(top + height)];
        let column = self.column_in(&rows[row]);
        View {
            lines: shown.iter().map(|range| self.line(range.clone())).collect(),
            caret: (column.min(width.saturating_sub(1)), row - top),
            above: top,
            below: rows.len() - top - shown.len(),
        }
    }

    fn view_line(&self, width: usize, ambiguous: Ambiguous) -> View<'_> {
        let shown = self.window(width, ambiguous);
        let column = columns(&self.text[shown.start..self.caret], ambiguous);
        View {
            above: usize::from(shown.start > 0),
            lines: vec![self.line(shown)],
            caret: (column.min(width.saturating_sub(1)), 0),
            below: 0,
        }
    }

    /// What a field of one line shows: it scrolls sideways, with a column left for
    /// the caret behind the text.
    fn window(&self, width: usize, ambiguous: Ambiguous) -> Range<usize> {
        let mut used = 0;
        let mut from = self.caret;
        for (at, grapheme) in self.text[..self.caret].grapheme_indices(true).rev() {
            used += grapheme_columns(grapheme, ambiguous);
            if used >= width.max(1) {
                break;
            }
            from = at;
        }
        from..from + cut(&self.text[from..], width, ambiguous).len()
    }

    /// Moves the caret to a cell of the pane last drawn: a click, with `extend` a drag.
    pub fn go_to_cell(&mut self, column: usize, row: usize, extend: bool) {
        let (width, ambiguous) = self.shape.get();
        let at = if self.single {
            let shown = self.window(width, ambiguous);
            shown.start + cut(&self.text[shown], column, ambiguous).len()
        } else {
            let rows = self.rows();
            let row = (self.top.get() + row).min(rows.len() - 1);
            self.at_column(&rows, row, column)
        };
        self.put(at, extend);
    }

    /// All rows as last drawn; never empty.
    pub(super) fn rows(&self) -> Vec<Range<usize>> {
        let (width, ambiguous) = self.shape.get();
        let width = if width == 0 { UNSEEN } else { width };
        if self.single {
            return std::iter::once(0..self.text.len()).collect();
        }
        let mut rows = wrap(&self.text, width, ambiguous);
        // Behind a full last row the caret needs a row of its own.
        let full = rows.last().is_some_and(|last| {
            last.end == self.text.len()
                && !last.is_empty()
                && columns(&self.text[last.clone()], ambiguous) >= width
        });
        if full {
            rows.push(self.text.len()..self.text.len());
        }
        rows
    }

    pub(super) fn row(&self) -> usize {
        row_of(&self.rows(), self.caret)
    }

    pub(super) fn row_edges(&self) -> (usize, usize) {
        let rows = self.rows();
        let row = row_of(&rows, self.caret);
        (rows[row].start, self.last_place(&rows, row))
    }

    /// The last place for the caret in a row: where the next row begins at the same
    /// offset, that place is the next row's.
    fn last_place(&self, rows: &[Range<usize>], row: usize) -> usize {
        let Range { start, end } = rows[row];
        match rows.get(row + 1) {
            Some(next) if next.start == end && end > start => self.before(end).max(start),
            _ => end,
        }
    }

    /// Columns before the caret in its row.
    pub(super) fn column(&self) -> usize {
        let rows = self.rows();
        self.column_in(&rows[row_of(&rows, self.caret)])
    }

    /// Where the caret comes a row up (-1) or down (1); the text's edge beyond.
    pub(super) fn row_towards(&self, step: isize) -> usize {
        let rows = self.rows();
        let row = row_of(&rows, self.caret);
        let goal = self.goal.unwrap_or_else(|| self.column_in(&rows[row]));
        match row.checked_add_signed(step).filter(|&to| to < rows.len()) {
            Some(to) => self.at_column(&rows, to, goal),
            None if step < 0 => 0,
            None => self.text.len(),
        }
    }

    fn column_in(&self, row: &Range<usize>) -> usize {
        let to = self.caret.clamp(row.start, row.end);
        columns(&self.text[row.start..to], self.shape.get().1)
    }

    /// The offset at or before a column of a row.
    fn at_column(&self, rows: &[Range<usize>], row: usize, column: usize) -> usize {
        let line = rows[row].clone();
        let at = line.start + cut(&self.text[line], column, self.shape.get().1).len();
        at.min(self.last_place(rows, row))
    }

    fn line(&self, range: Range<usize>) -> ViewLine<'_> {
        let selected = self.selection().and_then(|selected| {
            let from = selected.start.clamp(range.start, range.end) - range.start;
            let to = selected.end.clamp(range.start, range.end) - range.start;
            (from < to).then_some(from..to)
        });
        ViewLine {
            text: &self.text[range],
            selected,
        }
    }
}

/// The last row that starts at or before an offset.
fn row_of(rows: &[Range<usize>], at: usize) -> usize {
    rows.partition_point(|row| row.start <= at)
        .saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::edit::Motion;

    fn texts<'a>(view: &View<'a>) -> Vec<&'a str> {
        view.lines.iter().map(|line| line.text).collect()
    }

    #[test]
    fn rows_and_caret() {
        let editor = Editor::with_text("您好，亲\n在的");
        let view = editor.view(6, 5, Ambiguous::Narrow);
        assert_eq!(texts(&view), ["您好，", "亲", "在的"]);
        assert_eq!(view.caret, (4, 2));
        let editor = Editor::with_text("退款处");
        let view = editor.view(6, 5, Ambiguous::Narrow);
        assert_eq!((texts(&view), view.caret), (vec!["退款处", ""], (0, 1)));
        let editor = Editor::new();
        assert_eq!(editor.view(0, 0, Ambiguous::Narrow).caret, (0, 0));
    }

    #[test]
    fn the_pane_scrolls_with_the_caret() {
        let mut editor = Editor::with_text("a\nb\nc\nd\ne");
        let view = editor.view(4, 2, Ambiguous::Narrow);
        assert_eq!(
            (texts(&view), view.above, view.below),
            (vec!["d", "e"], 3, 0)
        );
        editor.go(Motion::Up, false);
        assert_eq!(editor.view(4, 2, Ambiguous::Narrow).above, 3);
        editor.go(Motion::Up, false);
        let view = editor.view(4, 2, Ambiguous::Narrow);
        assert_eq!((view.above, view.below, view.caret), (2, 1, (1, 0)));
        editor.go_to_cell(0, 1, false);
        assert_eq!(editor.caret(), (3, 0));
    }

    #[test]
    fn selection_is_shown_by_row() {
        let mut editor = Editor::with_text("ab\n退款");
        editor.go(Motion::Left, false);
        editor.go(Motion::Up, true);
        let view = editor.view(4, 2, Ambiguous::Narrow);
        let shown: Vec<_> = view
            .lines
            .iter()
            .map(|line| line.selected.clone())
            .collect();
        assert_eq!(shown, [None, Some(0..3)]);
    }

    #[test]
    fn up_and_down_pass_every_row() {
        let mut editor = Editor::with_text("您好，亲在吗我想问问12345678901234567，好。");
        let rows = editor.view(8, 9, Ambiguous::Narrow).lines.len();
        editor.go(Motion::Start, false);
        editor.go(Motion::End, false);
        for row in 1..rows {
            editor.go(Motion::Down, false);
            assert_eq!(editor.row(), row);
        }
        for row in (0..rows - 1).rev() {
            editor.go(Motion::Up, false);
            assert_eq!(editor.row(), row);
        }
    }

    #[test]
    fn a_field_scrolls_sideways() {
        let mut editor = Editor::single_line();
        editor.insert("收货地址改成杭州");
        let view = editor.view(8, 1, Ambiguous::Narrow);
        assert_eq!(
            (texts(&view), view.caret, view.above),
            (vec!["成杭州"], (6, 0), 1)
        );
        editor.go_to_cell(2, 0, false);
        assert_eq!(&editor.text()[editor.offset()..], "杭州");
        editor.go(Motion::Home, false);
        let view = editor.view(8, 1, Ambiguous::Narrow);
        assert_eq!((texts(&view), view.caret), (vec!["收货地址"], (0, 0)));
    }
}
