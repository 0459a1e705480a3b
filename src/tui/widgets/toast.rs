//! A message to the person: it stays until the next key, and in a list.

use std::collections::VecDeque;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Look;
use super::line;
use crate::tui::theme::Ink;

/// How many messages the list keeps.
const KEPT: usize = 200;

/// How much a message wants attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Something went as asked.
    Note,
    /// Something did not, or wants a look.
    Warn,
    /// Stays until what it says is over, such as saving that fails.
    Fixed,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// What it says.
    pub text: String,
    /// How much it wants attention.
    pub weight: Weight,
    /// When, ms UTC.
    pub at: i64,
}

/// The message on screen and those before it.
#[derive(Clone, Debug, Default)]
pub struct Toasts {
    shown: Option<Toast>,
    fixed: Option<Toast>,
    past: VecDeque<Toast>,
}

impl Toasts {
    /// Shows a message and keeps it in the list.
    pub fn show(&mut self, toast: Toast) {
        if self.past.len() == KEPT {
            self.past.pop_back();
        }
        self.past.push_front(toast.clone());
        if toast.weight == Weight::Fixed {
            self.fixed = Some(toast);
        } else {
            self.shown = Some(toast);
        }
    }

    /// A key was pressed: the message goes. True when something went.
    pub fn key_pressed(&mut self) -> bool {
        self.shown.take().is_some()
    }

    /// What the fixed message said is over.
    pub fn release(&mut self) -> bool {
        self.fixed.take().is_some()
    }

    /// What is to be shown.
    pub fn current(&self) -> Option<&Toast> {
        self.shown.as_ref().or(self.fixed.as_ref())
    }

    /// All messages kept, the newest first.
    pub fn past(&self) -> impl Iterator<Item = &Toast> {
        self.past.iter()
    }
}

/// Draws a message on the last row of an area.
pub fn draw(buf: &mut Buffer, area: Rect, toast: &Toast, look: &Look<'_>) {
    if area.is_empty() {
        return;
    }
    let row = Rect {
        y: area.bottom() - 1,
        height: 1,
        ..area
    };
    let ink = if toast.weight == Weight::Note {
        Ink::Toast
    } else {
        Ink::ToastWarn
    };
    line::clear(buf, row);
    line::paint(buf, row, ink, look);
    line::put(
        buf,
        (row.x + 1.min(row.width - 1), row.y),
        row.width.saturating_sub(1),
        &toast.text,
        ink,
        look,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::tui::dump;
    use crate::tui::widgets::line::tests::with_look;

    fn toast(text: &str, weight: Weight) -> Toast {
        Toast {
            text: text.into(),
            weight,
            at: 0,
        }
    }

    #[test]
    fn it_stays_until_a_key_and_in_the_list() {
        let mut toasts = Toasts::default();
        toasts.show(toast("没存上", Weight::Fixed));
        toasts.show(toast("已复制", Weight::Note));
        assert_eq!(toasts.current().unwrap().text, "已复制");
        assert!(toasts.key_pressed());
        assert!(!toasts.key_pressed());
        assert_eq!(toasts.current().unwrap().text, "没存上");
        assert!(toasts.release());
        assert!(toasts.current().is_none());
        assert_eq!(toasts.past().count(), 2);
        for _ in 0..300 {
            toasts.show(toast("x", Weight::Note));
        }
        assert_eq!(toasts.past().count(), KEPT);
    }

    #[test]
    fn it_is_drawn_on_the_last_row_at_any_width() {
        with_look(Language::ZhCn, "dark", |look| {
            for width in 1..30 {
                let mut buf = Buffer::empty(Rect::new(0, 0, width, 2));
                line::put(&mut buf, (0, 1), width, "退款退款", Ink::Text, look);
                let area = buf.area;
                draw(
                    &mut buf,
                    area,
                    &toast("已复制 38字 (本机)", Weight::Note),
                    look,
                );
                assert!(dump::is_whole(&buf));
            }
        });
    }
}
