//! Rows under a cursor. Only the rows of the window are handed in, so that a list
//! of a million costs what its window costs.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Look;
use super::line::{self, Run};
use crate::tui::keys::Spot;
use crate::tui::theme::Ink;

/// Columns of the figure at the right of a row (`剩 2时`, `11/25`).
pub const FIGURE: u16 = 8;

/// How wide a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// So many columns, text at the left.
    Left(u16),
    /// So many columns, text at the right.
    Right(u16),
    /// What is left over; the first such column takes it.
    Fill,
}

/// One row: cells in the order of the columns.
#[derive(Clone, Debug, Default)]
pub struct Row<'a> {
    /// Pieces of each cell.
    pub cells: Vec<Vec<Run<'a>>>,
    /// Marked for a common act.
    pub marked: bool,
}

/// Where the cursor is: kept by id, so that it stays on its row when rows come
/// and go above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor<I> {
    id: Option<I>,
    index: usize,
    top: usize,
}

impl<I> Default for Cursor<I> {
    fn default() -> Self {
        Self {
            id: None,
            index: 0,
            top: 0,
        }
    }
}

impl<I: Clone + PartialEq> Cursor<I> {
    /// The id of the row under the cursor.
    pub fn id(&self) -> Option<&I> {
        self.id.as_ref()
    }

    /// The number of the row under the cursor, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The number of the first row shown.
    pub fn top(&self) -> usize {
        self.top
    }

    /// After the list changed: goes to where its row now is, else stays at its
    /// number, within the list.
    pub fn follow(&mut self, ids: &[I]) {
        let found = self
            .id
            .as_ref()
            .and_then(|id| ids.iter().position(|other| other == id));
        self.index = found.unwrap_or(self.index).min(ids.len().saturating_sub(1));
        self.id = ids.get(self.index).cloned();
    }

    /// The same for a list of which only a part is at hand: `found` is the number
    /// that the row now has, `at` gives the id of a number.
    pub fn follow_in(&mut self, found: Option<usize>, len: usize, at: impl Fn(usize) -> Option<I>) {
        self.index = found.unwrap_or(self.index).min(len.saturating_sub(1));
        self.id = at(self.index);
    }

    /// Goes to a number; `at` gives the id of a number.
    pub fn go(&mut self, index: usize, len: usize, at: impl Fn(usize) -> Option<I>) {
        self.index = index.min(len.saturating_sub(1));
        self.id = if len == 0 { None } else { at(self.index) };
    }

    /// Moves by so many rows, negative is up; stops at the ends. True when it moved.
    pub fn step(&mut self, by: isize, len: usize, at: impl Fn(usize) -> Option<I>) -> bool {
        let before = self.index;
        self.go(self.index.saturating_add_signed(by), len, at);
        self.index != before
    }

    /// The first row to show in `height` rows, such that the cursor is among them.
    /// Scrolls no further than needed.
    pub fn scroll(&mut self, height: usize, len: usize) -> usize {
        let height = height.max(1);
        let lowest = self.index.saturating_sub(height - 1);
        let last_top = len.saturating_sub(height);
        self.top = self.top.clamp(lowest, self.index.max(lowest)).min(last_top);
        self.top
    }
}

/// What the list draws.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    /// Columns, from the left. The cursor sign stands before them.
    pub columns: &'a [Width],
    /// The rows of the window, the first is the window's first.
    pub rows: &'a [Row<'a>],
    /// The window's row under the cursor.
    pub cursor: Option<usize>,
    /// The list has the focus: its cursor row is painted.
    pub focused: bool,
}

/// Draws the rows into an area, one a line: `>` at the cursor, then the columns.
/// Returns how many rows were drawn.
pub fn draw(buf: &mut Buffer, area: Rect, list: &List<'_>, look: &Look<'_>) -> usize {
    let shown = list.rows.len().min(usize::from(area.height));
    if area.width == 0 {
        return 0;
    }
    note(area, list, shown, look);
    for (index, row) in list.rows.iter().take(shown).enumerate() {
        let place = Rect {
            y: area.y + index as u16,
            height: 1,
            ..area
        };
        draw_row(buf, place, list, row, list.cursor == Some(index), look);
    }
    shown
}

/// Writes down what a click on each row means, and where the chosen one is.
fn note(area: Rect, list: &List<'_>, shown: usize, look: &Look<'_>) {
    let Some(cursor) = list.cursor else {
        return;
    };
    look.note(|record| {
        for (index, y) in (0..shown).zip(area.y..) {
            let away = index as isize - cursor as isize;
            record.places.push((
                Rect {
                    y,
                    height: 1,
                    ..area
                },
                Spot::Row(away),
            ));
        }
        if let Some(row) = list
            .rows
            .get(cursor)
            .filter(|_| cursor < shown && list.focused)
        {
            let cells = row.cells.iter().map(|cell| {
                let pieces: String = cell.iter().map(|run| run.text.as_ref()).collect();
                pieces.trim().to_owned()
            });
            let cells: Vec<String> = cells.filter(|cell| !cell.is_empty()).collect();
            record.chosen = Some(cells.join(" "));
            record.rest = Some(Position::new(area.x, area.y + cursor as u16));
        }
    });
}

fn draw_row(
    buf: &mut Buffer,
    place: Rect,
    list: &List<'_>,
    row: &Row<'_>,
    under_cursor: bool,
    look: &Look<'_>,
) {
    let sign = match (under_cursor, row.marked) {
        (true, _) => ">",
        (false, true) => "*",
        (false, false) => " ",
    };
    let ink = if row.marked { Ink::Marked } else { Ink::Text };
    line::put(buf, (place.x, place.y), 1, sign, ink, look);
    let fill = fill_width(list.columns, place.width.saturating_sub(1));
    let mut x = place.x + 1;
    for (column, cell) in list.columns.iter().zip(&row.cells) {
        let room = place.right().saturating_sub(x);
        let (width, at_right) = match column {
            Width::Left(width) => (*width, false),
            Width::Right(width) => (*width, true),
            Width::Fill => (fill, false),
        };
        let width = width.min(room);
        let pad = if at_right {
            width.saturating_sub(line::columns(cell, look))
        } else {
            0
        };
        line::put_runs(buf, (x + pad, place.y), width - pad, cell, look);
        x += width;
        if x >= place.right() {
            break;
        }
        x += 1; // one blank between columns
    }
    if row.marked {
        line::paint(buf, Rect { width: 1, ..place }, Ink::Marked, look);
    }
    if under_cursor && list.focused {
        line::paint(buf, place, Ink::CursorRow, look);
    }
}

/// What the fixed columns and the blanks between leave over.
fn fill_width(columns: &[Width], width: u16) -> u16 {
    let fixed: u16 = columns
        .iter()
        .map(|column| match column {
            Width::Left(width) | Width::Right(width) => *width,
            Width::Fill => 0,
        })
        .fold(0, u16::saturating_add);
    let blanks = columns.len().saturating_sub(1) as u16;
    width.saturating_sub(fixed.saturating_add(blanks))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::tui::dump;
    use crate::tui::widgets::line::tests::with_look;
    use crate::tui::widgets::line::text;
    use proptest::prelude::*;

    const TODO: &[Width] = &[
        Width::Left(2),
        Width::Left(4),
        Width::Left(10),
        Width::Fill,
        Width::Right(FIGURE),
    ];

    fn rows() -> Vec<Row<'static>> {
        vec![
            Row {
                cells: vec![
                    vec![Run::new("逾", Ink::Overdue)],
                    vec![text("会话")],
                    vec![text("阳光小屋")],
                    vec![text("退了吗 没收到")],
                    vec![text("逾 22分")],
                ],
                marked: false,
            },
            Row {
                cells: vec![
                    vec![Run::new("急", Ink::Urgent)],
                    vec![text("售后")],
                    vec![text("一个名字特别长的买家")],
                    vec![text("仅退款 未发货 还没有人看过")],
                    vec![text("11/25")],
                ],
                marked: true,
            },
        ]
    }

    #[test]
    fn a_todo_row_is_as_drawn() {
        with_look(Language::ZhCn, "dark", |look| {
            let rows = rows();
            let mut buf = Buffer::empty(Rect::new(0, 0, 46, 2));
            let list = List {
                columns: TODO,
                rows: &rows,
                cursor: Some(0),
                focused: true,
            };
            let area = buf.area;
            draw(&mut buf, area, &list, look);
            assert_eq!(
                dump::rows(&buf),
                [
                    ">逾 会话 阳光小屋   退了吗 没收到      逾 22分",
                    "*急 售后 一个名字.. 仅退款 未发货 ..     11/25",
                ]
            );
            assert!(dump::inked(&buf, look.theme, Ink::CursorRow).contains("阳光小屋"));
        });
    }

    #[test]
    fn the_cursor_stays_on_its_row() {
        let mut cursor = Cursor::default();
        cursor.follow(&[1, 2, 3]);
        assert!(cursor.step(1, 3, |i| [1, 2, 3].get(i).copied()));
        cursor.follow(&[9, 8, 1, 2, 3]);
        assert_eq!((cursor.id(), cursor.index()), (Some(&2), 3));
        cursor.follow(&[9]);
        assert_eq!(cursor.id(), Some(&9));
        cursor.follow(&[]);
        assert_eq!(cursor.id(), None);
        assert!(!cursor.step(1, 0, |_| None));
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_in_the_window(
            len in 0usize..50, height in 0usize..12, steps in prop::collection::vec(-9isize..9, 0..30),
        ) {
            let mut cursor = Cursor::<usize>::default();
            for step in steps {
                cursor.step(step, len, Some);
                let top = cursor.scroll(height, len);
                prop_assert!(cursor.index() >= top);
                prop_assert!(cursor.index() < top + height.max(1));
                prop_assert!(len == 0 || cursor.index() < len);
            }
        }

        #[test]
        fn any_size_is_whole(width in 1u16..60, height in 1u16..4) {
            with_look(Language::ZhCn, "dark", |look| {
                let rows = rows();
                let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
                let area = buf.area;
                draw(&mut buf, area, &List { columns: TODO, rows: &rows, cursor: Some(1), focused: true }, look);
                assert!(dump::is_whole(&buf));
            });
        }
    }
}
