//! A page of sections from the top down, alone or two beside each other: what forms and
//! records are drawn on. What finds no row any more is left out.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Look;
use super::form::{self, Form, Shape};
use super::frame::{self, Lines};
use super::line::{self, Run};
use crate::i18n::Words;
use crate::text::clean;
use crate::text::wrap;
use crate::tui::theme::Ink;

/// A section's rule with its titles, drawn when the page is done.
struct Rule {
    y: u16,
    left: Vec<Run<'static>>,
    right: Vec<Run<'static>>,
}

/// A page that is being written.
pub struct Page<'b, 'l> {
    buf: &'b mut Buffer,
    area: Rect,
    y: u16,
    look: &'l Look<'l>,
    rules: Vec<Rule>,
}

impl<'b, 'l> Page<'b, 'l> {
    /// Begins a page over an area.
    pub fn new(buf: &'b mut Buffer, area: Rect, look: &'l Look<'l>) -> Self {
        let area = area.intersection(buf.area);
        Self {
            buf,
            area,
            y: area.y,
            look,
            rules: Vec::new(),
        }
    }

    /// Returns how many rows are left.
    pub fn rows_left(&self) -> u16 {
        self.area.bottom().saturating_sub(self.y)
    }

    /// Returns the columns of the page.
    pub fn width(&self) -> u16 {
        self.area.width
    }

    /// Takes the next rows out of the page, fewer where there are not so many.
    pub fn take(&mut self, rows: u16) -> Rect {
        let rows = rows.min(self.rows_left());
        let taken = Rect {
            y: self.y,
            height: rows,
            ..self.area
        };
        self.y += rows;
        taken
    }

    /// Leaves rows empty.
    pub fn skip(&mut self, rows: u16) {
        self.take(rows);
    }

    /// Begins a section: a rule with titles.
    pub fn section(&mut self, left: Vec<Run<'static>>, right: Vec<Run<'static>>) {
        let row = self.take(1);
        if row.height > 0 {
            self.rules.push(Rule {
                y: row.y,
                left,
                right,
            });
        }
    }

    /// Begins a section with a title only.
    pub fn titled(&mut self, title: &str) {
        self.section(vec![Run::new(title.to_owned(), Ink::Title)], Vec::new());
    }

    /// Writes a row behind a margin of one column.
    pub fn row(&mut self, left: &[Run<'_>], right: &[Run<'_>]) {
        let row = margin(self.take(1));
        if row.height > 0 {
            line::row(self.buf, row, left, right, self.look);
        }
    }

    /// Writes a row of a label and what it names.
    pub fn labelled(&mut self, label: &str, columns: u16, value: &[Run<'_>], right: &[Run<'_>]) {
        let row = margin(self.take(1));
        if row.height == 0 {
            return;
        }
        line::put(
            self.buf,
            (row.x, row.y),
            columns.min(row.width),
            label,
            Ink::FieldLabel,
            self.look,
        );
        let indent = (columns + 1).min(row.width);
        line::row(
            self.buf,
            Rect {
                x: row.x + indent,
                width: row.width - indent,
                ..row
            },
            value,
            right,
            self.look,
        );
    }

    /// Writes a text over at most so many rows; the last one ends in `..` where there is more.
    /// Returns the rows used.
    pub fn text(&mut self, text: &str, most: u16, ink: Ink) -> u16 {
        let width = usize::from(self.area.width.saturating_sub(2)).max(1);
        let block = clean::block(text);
        let ranges = wrap::wrap(&block, width, self.look.ambiguous);
        let shown = ranges.len().min(usize::from(most.min(self.rows_left())));
        for (at, range) in ranges.iter().take(shown).enumerate() {
            let row = margin(self.take(1));
            let last = at + 1 == shown && shown < ranges.len();
            let piece = if last {
                &block[range.start..]
            } else {
                &block[range.clone()]
            };
            line::put(self.buf, (row.x, row.y), row.width, piece, ink, self.look);
        }
        shown as u16
    }

    /// Draws a form over at most so many rows and returns the caret.
    pub fn form(&mut self, form: &Form, shape: Shape, most: u16) -> Option<Position> {
        let rows = form::height(form, self.area.width, shape).min(most);
        let area = self.take(rows);
        form::draw(self.buf, area, form, shape, self.look)
    }

    /// Gives the buffer for what the page has no word for, with the area taken for it.
    pub fn draw<T>(
        &mut self,
        rows: u16,
        draw: impl FnOnce(&mut Buffer, Rect, &Look<'_>) -> T,
    ) -> T {
        let area = self.take(rows);
        draw(self.buf, area, self.look)
    }

    /// Returns the look.
    pub fn look(&self) -> &'l Look<'l> {
        self.look
    }
}

/// Says which rows of a text are shown, and by which key one comes to the others.
pub fn shown(top: usize, room: usize, of: usize, words: &Words) -> String {
    let id = if top + room < of {
        "page-rows"
    } else {
        "page-rows-end"
    };
    let rows = [
        ("from", (top + 1).min(of).into()),
        ("to", (top + room).min(of).into()),
        ("of", of.into()),
    ];
    words.with(id, &rows)
}

/// Draws one page.
pub fn single<T>(
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
    write: impl FnOnce(&mut Page<'_, '_>) -> T,
) -> T {
    let mut page = Page::new(buf, area, look);
    let out = write(&mut page);
    let (area, rules) = (page.area, page.rules);
    let mut lines = Lines::new(area);
    for rule in &rules {
        lines.rule(rule.y, area.left(), area.right());
    }
    lines.draw(buf, look);
    titles(buf, area, &rules, look);
    out
}

/// Draws two pages with a line between them, the left one of `at` columns.
pub fn double<T>(
    buf: &mut Buffer,
    area: Rect,
    at: u16,
    look: &Look<'_>,
    left: impl FnOnce(&mut Page<'_, '_>) -> T,
    right: impl FnOnce(&mut Page<'_, '_>),
) -> T {
    let area = area.intersection(buf.area);
    let at = at.min(area.width.saturating_sub(1));
    let one = Rect { width: at, ..area };
    let other = Rect {
        x: area.x + at + 1,
        width: area.width.saturating_sub(at + 1),
        ..area
    };
    let mut page = Page::new(buf, one, look);
    let out = left(&mut page);
    let left_rules = page.rules;
    let mut page = Page::new(buf, other, look);
    right(&mut page);
    let right_rules = page.rules;
    if area.width > at && area.height > 0 {
        let joint = area.x + at;
        let mut lines = Lines::new(area);
        lines.column(joint, area.top(), area.bottom());
        for rule in &left_rules {
            lines.rule(rule.y, area.left(), joint + 1);
        }
        for rule in &right_rules {
            lines.rule(rule.y, joint, area.right());
        }
        lines.draw(buf, look);
    }
    titles(buf, one, &left_rules, look);
    titles(buf, other, &right_rules, look);
    out
}

fn titles(buf: &mut Buffer, area: Rect, rules: &[Rule], look: &Look<'_>) {
    for rule in rules {
        let row = Rect {
            y: rule.y,
            height: 1,
            ..area
        };
        frame::titles(buf, row, &rule.left, &rule.right, look);
    }
}

fn margin(row: Rect) -> Rect {
    let by = 1.min(row.width);
    Rect {
        x: row.x + by,
        width: row.width - by,
        ..row
    }
}

/// Returns a form's shape with labels of these columns, the mark before and a blank behind them
/// not counted.
pub fn shape(form: &Form, beside: u16, look: &Look<'_>) -> Shape {
    let widest = form
        .fields
        .iter()
        .map(|field| look.columns(&field.label))
        .max()
        .unwrap_or(0);
    Shape {
        label: widest.clamp(4, 12) + 2,
        beside,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::tui::dump;
    use crate::tui::widgets::line::tests::with_look;
    use crate::tui::widgets::line::text;

    fn write(page: &mut Page<'_, '_>) {
        page.titled("备注");
        page.row(&[text("原")], &[text("27/228")]);
        page.section(vec![text("五步")], vec![text("3/5")]);
        page.text(
            "您好，为您核对新地址：浙江省杭州市余杭区示例路8号，对吗？",
            2,
            Ink::Text,
        );
    }

    #[test]
    fn sections_stand_below_each_other() {
        with_look(Language::ZhCn, "dark", |look| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 24, 6));
            let area = buf.area;
            single(&mut buf, area, look, write);
            let rows = dump::rows(&buf);
            assert_eq!(rows[0], "─ 备注 ─────────────────");
            assert_eq!(rows[1], " 原               27/228");
            assert_eq!(rows[2], "─ 五步 ─────────── 3/5 ─");
            assert!(rows[4].ends_with(".."), "{rows:?}");
        });
    }

    #[test]
    fn two_pages_join_their_rules() {
        with_look(Language::ZhCn, "dark", |look| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 40, 4));
            let area = buf.area;
            double(
                &mut buf,
                area,
                19,
                look,
                |page| page.titled("左"),
                |page| {
                    page.titled("右");
                    page.skip(1);
                    page.titled("下");
                },
            );
            let rows = dump::rows(&buf);
            assert!(
                rows[0].contains('┼') && rows[2].contains('├') && rows[1].contains('│'),
                "{rows:?}"
            );
        });
    }

    #[test]
    fn any_size_is_whole() {
        with_look(Language::En, "plain", |look| {
            for (width, height) in [(0, 0), (1, 1), (2, 3), (5, 2), (33, 4), (200, 60)] {
                let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
                let area = buf.area;
                single(&mut buf, area, look, write);
                double(&mut buf, area, 12, look, write, write);
                assert!(dump::is_whole(&buf));
            }
        });
    }
}
