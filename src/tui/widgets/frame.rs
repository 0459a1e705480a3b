//! Frame lines: rules with titles, columns between panes, boxes on top.
//!
//! Lines are gathered first and drawn once, so that every crossing gets the
//! joint that its arms ask for.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Look;
use super::line::{self, Run};
use super::spots::Record;
use crate::tui::theme::Ink;

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// Lines over an area, gathered.
#[derive(Clone, Debug)]
pub struct Lines {
    area: Rect,
    arms: Vec<u8>,
}

impl Lines {
    /// No lines yet.
    pub fn new(area: Rect) -> Self {
        Self {
            area,
            arms: vec![0; usize::from(area.width) * usize::from(area.height)],
        }
    }

    /// A rule over row `y` from column `from` to before `to`. At a column between
    /// panes it runs up to that column and joins it.
    pub fn rule(&mut self, y: u16, from: u16, to: u16) {
        for x in from..to {
            let mut arms = 0;
            if x > from {
                arms |= LEFT;
            }
            if x + 1 < to {
                arms |= RIGHT;
            }
            // A rule of the whole width goes through to the edges.
            if x == from && from == self.area.left() {
                arms |= LEFT;
            }
            if x + 1 == to && to == self.area.right() {
                arms |= RIGHT;
            }
            self.add(x, y, arms);
        }
    }

    /// A line down column `x` from row `from` to before `to`.
    pub fn column(&mut self, x: u16, from: u16, to: u16) {
        for y in from..to {
            self.add(x, y, UP | DOWN);
        }
    }

    /// A box around an area.
    pub fn outline(&mut self, area: Rect) {
        if area.width < 2 || area.height < 2 {
            return;
        }
        let (right, bottom) = (area.right() - 1, area.bottom() - 1);
        for x in area.left()..=right {
            let arms = if x > area.left() { LEFT } else { 0 } | if x < right { RIGHT } else { 0 };
            self.add(x, area.top(), arms);
            self.add(x, bottom, arms);
        }
        for y in area.top()..=bottom {
            let arms = if y > area.top() { UP } else { 0 } | if y < bottom { DOWN } else { 0 };
            self.add(area.left(), y, arms);
            self.add(right, y, arms);
        }
    }

    /// A rule within a box, joined to both sides.
    pub fn shelf(&mut self, area: Rect, y: u16) {
        if area.width < 2 || y <= area.top() || y + 1 >= area.bottom() {
            return;
        }
        for x in area.left()..area.right() {
            let left = if x > area.left() { LEFT } else { 0 };
            let right = if x + 1 < area.right() { RIGHT } else { 0 };
            self.add(x, y, left | right);
        }
    }

    /// Draws what was gathered.
    pub fn draw(&self, buf: &mut Buffer, look: &Look<'_>) {
        for (index, arms) in self.arms.iter().enumerate().filter(|(_, arms)| **arms != 0) {
            let x = self.area.x + (index % usize::from(self.area.width)) as u16;
            let y = self.area.y + (index / usize::from(self.area.width)) as u16;
            line::put(
                buf,
                (x, y),
                1,
                character(*arms, look.ascii()),
                Ink::Frame,
                look,
            );
        }
    }

    fn add(&mut self, x: u16, y: u16, arms: u8) {
        if self.area.contains((x, y).into()) {
            let column = usize::from(x - self.area.x);
            let row = usize::from(y - self.area.y);
            self.arms[row * usize::from(self.area.width) + column] |= arms;
        }
    }
}

/// A line from top to bottom.
pub fn upright(is_ascii: bool) -> &'static str {
    character(UP | DOWN, is_ascii)
}

/// A line that leads from what is above to what is at its right.
pub fn hook(is_ascii: bool) -> &'static str {
    character(UP | RIGHT, is_ascii)
}

fn character(arms: u8, ascii: bool) -> &'static str {
    const VERTICAL: u8 = UP | DOWN;
    const HORIZONTAL: u8 = LEFT | RIGHT;
    if ascii {
        return match (arms & VERTICAL != 0, arms & HORIZONTAL != 0) {
            (true, true) => "+",
            (true, false) => "|",
            _ => "-",
        };
    }
    match (arms & VERTICAL, arms & HORIZONTAL) {
        (VERTICAL | UP | DOWN, 0) => "│",
        (VERTICAL, LEFT) => "┤",
        (VERTICAL, RIGHT) => "├",
        (VERTICAL, HORIZONTAL) => "┼",
        (DOWN, RIGHT) => "┌",
        (DOWN, LEFT) => "┐",
        (UP, RIGHT) => "└",
        (UP, LEFT) => "┘",
        (DOWN, HORIZONTAL) => "┬",
        (UP, HORIZONTAL) => "┴",
        _ => "─",
    }
}

/// Writes titles onto a rule that is drawn: `─ left ──── right ─`. `area` is the
/// rule's row between its joints, without them.
pub fn titles(buf: &mut Buffer, area: Rect, left: &[Run<'_>], right: &[Run<'_>], look: &Look<'_>) {
    // One column of line and one blank at either side of a title.
    if area.width < 5 || area.height == 0 {
        return;
    }
    let room = area.width - 2;
    let wanted = line::columns(right, look).saturating_add(2);
    let right_shown = if wanted > 2 && wanted + 4 <= room {
        wanted
    } else {
        0
    };
    let left_room = room - right_shown - u16::from(right_shown > 0);
    if !left.is_empty() && left_room > 2 {
        title(buf, (area.x + 1, area.y), left_room, left, look);
    }
    if right_shown > 0 {
        title(
            buf,
            (area.right() - 1 - right_shown, area.y),
            right_shown,
            right,
            look,
        );
    }
}

fn title(buf: &mut Buffer, (x, y): (u16, u16), room: u16, runs: &[Run<'_>], look: &Look<'_>) {
    line::put(buf, (x, y), 1, " ", Ink::Title, look);
    let used = line::put_runs(buf, (x + 1, y), room - 2, runs, look);
    line::put(buf, (x + 1 + used, y), 1, " ", Ink::Title, look);
}

/// A rule over a whole area's first row with its titles: a section of one column.
pub fn section(buf: &mut Buffer, area: Rect, left: &[Run<'_>], right: &[Run<'_>], look: &Look<'_>) {
    let row = Rect {
        height: area.height.min(1),
        ..area
    };
    let mut lines = Lines::new(row);
    lines.rule(row.y, row.left(), row.right());
    lines.draw(buf, look);
    titles(buf, row, left, right, look);
}

/// The same within a pane: the rule joins the columns that stand beside the area.
pub fn joined_section(
    buf: &mut Buffer,
    area: Rect,
    left: &[Run<'_>],
    right: &[Run<'_>],
    look: &Look<'_>,
) {
    section(buf, area, left, right, look);
    if area.height == 0 {
        return;
    }
    if let Some(x) = area.x.checked_sub(1) {
        join(buf, (x, area.y), RIGHT, look);
    }
    join(buf, (area.right(), area.y), LEFT, look);
}

/// Gives a frame line that is drawn one more arm.
fn join(buf: &mut Buffer, (x, y): (u16, u16), arm: u8, look: &Look<'_>) {
    let Some(cell) = buf.cell((x, y)) else {
        return;
    };
    // A line has the arms of both directions: the most that look so.
    let arms = (0..16)
        .rev()
        .find(|arms| character(*arms, look.ascii()) == cell.symbol());
    let frame = look.style(Ink::Frame).fg.unwrap_or_default();
    if let Some(arms) = arms.filter(|_| cell.fg == frame) {
        line::put(
            buf,
            (x, y),
            1,
            character(arms | arm, look.ascii()),
            Ink::Frame,
            look,
        );
    }
}

/// The sheet that an overlay designed for 80×24 gets: all of a narrow area, the middle of a
/// wide one.
pub fn paper(area: Rect) -> Rect {
    const SHEET: (u16, u16) = (80, 21);
    if area.width < SHEET.0 + 20 {
        return area;
    }
    middle(area, SHEET)
}

/// The place of a box of at most so many columns and rows in the middle of an area.
pub fn middle(area: Rect, (width, height): (u16, u16)) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

/// The place of a box of at most so many columns and rows in the middle of an area's bottom, where
/// it hides what is typed last.
pub fn bottom(area: Rect, (width, height): (u16, u16)) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.bottom() - height,
        width,
        height,
    }
}

/// An overlay: clears the area, draws its box with titles and the shelves at
/// these rows, and returns the area within.
pub fn overlay(
    buf: &mut Buffer,
    area: Rect,
    left: &[Run<'_>],
    right: &[Run<'_>],
    shelves: &[u16],
    look: &Look<'_>,
) -> Rect {
    let area = area.intersection(buf.area);
    // Nothing of what lies behind is pointed at while this is in front.
    look.note(|record| *record = Record::default());
    line::clear(buf, area);
    line::paint(buf, area, Ink::Text, look);
    let mut lines = Lines::new(area);
    lines.outline(area);
    for y in shelves {
        lines.shelf(area, *y);
    }
    lines.draw(buf, look);
    if area.width < 2 || area.height < 2 {
        return Rect {
            width: 0,
            height: 0,
            ..area
        };
    }
    let top = Rect {
        x: area.x + 1,
        width: area.width - 2,
        height: 1,
        ..area
    };
    titles(buf, top, left, right, look);
    Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::tui::dump;
    use crate::tui::widgets::line::tests::with_look;
    use crate::tui::widgets::line::{dim, text};
    use proptest::prelude::*;

    #[test]
    fn joints_are_those_of_the_drawings() {
        with_look(Language::ZhCn, "dark", |look| {
            let area = Rect::new(0, 0, 12, 5);
            let mut buf = Buffer::empty(area);
            let mut lines = Lines::new(area);
            lines.rule(0, 0, 12);
            lines.column(6, 0, 5);
            lines.rule(2, 0, 7);
            lines.rule(4, 6, 12);
            lines.draw(&mut buf, look);
            assert_eq!(
                dump::rows(&buf),
                [
                    "──────┼─────",
                    "      │",
                    "──────┤",
                    "      │",
                    "      ├─────"
                ]
            );
        });
    }

    #[test]
    fn a_rule_carries_its_titles() {
        with_look(Language::ZhCn, "dark", |look| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 24, 1));
            let area = buf.area;
            section(&mut buf, area, &[text("待办")], &[dim("1/7")], look);
            assert_eq!(dump::text(&buf), "─ 待办 ─────────── 1/7 ─");
            section(
                &mut buf,
                Rect::new(0, 0, 12, 1),
                &[text("会话阳光小屋")],
                &[dim("等我")],
                look,
            );
            assert!(dump::is_whole(&buf));
        });
    }

    #[test]
    fn a_box_keeps_its_borders_over_wide_characters_on_odd_columns() {
        with_look(Language::ZhCn, "dark", |look| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 20, 4));
            for y in 0..4 {
                line::put(
                    &mut buf,
                    (0, y),
                    20,
                    "退款退款退款退款退款",
                    Ink::Text,
                    look,
                );
            }
            overlay(
                &mut buf,
                Rect::new(3, 0, 10, 4),
                &[text("话术")],
                &[],
                &[2],
                look,
            );
            let rows = dump::rows(&buf);
            assert_eq!(rows[0], "退 ┌─ 话术 ─┐ 款退款");
            assert_eq!(rows[1], "退 │        │ 款退款");
            assert_eq!(rows[2], "退 ├────────┤ 款退款");
            assert!(dump::is_whole(&buf));
        });
    }

    #[test]
    fn the_plain_theme_draws_in_ascii() {
        with_look(Language::En, "plain", |look| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 8, 3));
            overlay(&mut buf, Rect::new(0, 0, 8, 3), &[], &[], &[], look);
            assert_eq!(dump::rows(&buf), ["+------+", "|      |", "+------+"]);
        });
    }

    proptest! {
        #[test]
        fn any_overlay_is_whole(x in 0u16..40, y in 0u16..12, w in 0u16..40, h in 0u16..12) {
            with_look(Language::ZhCn, "dark", |look| {
                let mut buf = Buffer::empty(Rect::new(0, 0, 31, 9));
                for row in 0..9 {
                    line::put(&mut buf, (row % 2, row), 31, &"订".repeat(20), Ink::Text, look);
                }
                let area = Rect::new(x, y, w, h);
                overlay(&mut buf, area, &[text("售后单 新")], &[dim("差 2 项")], &[y + 2], look);
                assert!(dump::is_whole(&buf), "{}", dump::text(&buf));
                let seen = area.intersection(buf.area);
                if seen.width >= 2 && seen.height >= 2 {
                    for row in seen.top() + 1..seen.bottom() - 1 {
                        let left = buf[(seen.left(), row)].symbol();
                        let right = buf[(seen.right() - 1, row)].symbol();
                        assert!(["│", "├"].contains(&left) && ["│", "┤"].contains(&right));
                    }
                }
            });
        }
    }
}
