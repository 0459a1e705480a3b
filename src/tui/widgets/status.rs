//! The top line: who, where, how long, what is waiting, how old the data is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Look;
use super::line::{self, Run};
use crate::tui::theme::Ink;

/// One part of the line in a long and a short form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where there is room.
    pub long: String,
    /// Where there is not; empty parts are left out.
    pub short: String,
    /// What it means.
    pub ink: Ink,
    /// Blanks before it.
    pub gap: u16,
}

impl Part {
    /// A part with one form for both.
    pub fn new(text: impl Into<String>, ink: Ink) -> Self {
        let text = text.into();
        Self {
            short: text.clone(),
            long: text,
            ink,
            gap: 1,
        }
    }

    /// A part with a short form.
    pub fn both(long: impl Into<String>, short: impl Into<String>, ink: Ink) -> Self {
        Self {
            long: long.into(),
            short: short.into(),
            ink,
            gap: 1,
        }
    }

    /// Sets the blanks before it.
    #[must_use]
    pub const fn gap(mut self, columns: u16) -> Self {
        self.gap = columns;
        self
    }
}

/// Draws the line: `left` behind one blank, `right` up to the right edge. The
/// right part, with its counts, is the last to go: the left one is shortened first.
pub fn draw(buf: &mut Buffer, area: Rect, left: &[Part], right: &[Part], look: &Look<'_>) {
    if area.is_empty() {
        return;
    }
    let area = Rect { height: 1, ..area };
    let form = |long: bool| (runs(left, long), runs(right, long));
    let (mut l, mut r) = form(true);
    if line::columns(&l, look).saturating_add(line::columns(&r, look)) + 2 > area.width {
        (l, r) = form(false);
    }
    while !r.is_empty() && line::columns(&r, look) > area.width {
        r.remove(0);
    }
    let inner = if area.width > 2 {
        Rect {
            x: area.x + 1,
            width: area.width - 1,
            ..area
        }
    } else {
        area
    };
    line::row(buf, inner, &l, &r, look);
    line::paint_under(buf, area, Ink::Status, look);
}

fn runs(parts: &[Part], long: bool) -> Vec<Run<'_>> {
    let mut out = Vec::with_capacity(parts.len() * 2);
    for part in parts {
        let text = if long { &part.long } else { &part.short };
        if text.is_empty() {
            continue;
        }
        if !out.is_empty() && part.gap > 0 {
            out.push(Run::new(" ".repeat(usize::from(part.gap)), Ink::Status));
        }
        out.push(Run::new(text.as_str(), part.ink));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::tui::dump;
    use crate::tui::widgets::line::tests::with_look;
    use proptest::prelude::*;

    fn parts() -> (Vec<Part>, Vec<Part>) {
        let left = vec![
            Part::both("青禾家居旗舰店", "青禾", Ink::Status),
            Part::new("林晓", Ink::Status).gap(1),
            Part::new("售后", Ink::Status),
            Part::both("在席", "", Ink::Status),
            Part::both("班 09:00-18:00 剩2时14分", "剩2时14分", Ink::Status).gap(2),
        ];
        let right = vec![
            Part::new("逾2", Ink::Overdue),
            Part::new("急3", Ink::Urgent),
            Part::new("等7", Ink::Waiting),
            Part::both(
                "| 订单截至15:02 同步12秒前",
                "|单15:02 同步12秒",
                Ink::Status,
            ),
            Part::both(" 15:46", "15:46", Ink::Status),
        ];
        (left, right)
    }

    #[test]
    fn the_short_form_serves_eighty_columns() {
        with_look(Language::ZhCn, "dark", |look| {
            let (left, right) = parts();
            let mut buf = Buffer::empty(Rect::new(0, 0, 80, 1));
            let area = buf.area;
            draw(&mut buf, area, &left, &right, look);
            let shown = dump::text(&buf);
            assert!(shown.starts_with(" 青禾 林晓 售后  剩2时14分 "), "{shown}");
            assert!(
                shown.ends_with("逾2 急3 等7 |单15:02 同步12秒 15:46"),
                "{shown}"
            );
            let mut buf = Buffer::empty(Rect::new(0, 0, 120, 1));
            let area = buf.area;
            draw(&mut buf, area, &left, &right, look);
            let shown = dump::text(&buf);
            assert!(
                shown.starts_with(" 青禾家居旗舰店 林晓 售后 在席  班"),
                "{shown}"
            );
        });
    }

    proptest! {
        #[test]
        fn any_width_is_whole(width in 1u16..140) {
            with_look(Language::ZhCn, "plain", |look| {
                let (left, right) = parts();
                let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
                let area = buf.area;
                draw(&mut buf, area, &left, &right, look);
                assert!(dump::is_whole(&buf));
            });
        }
    }
}
