//! What a table says where it shows no row.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::TablesPane;
use crate::text::wrap::wrap;
use crate::tui::panes::narrowing;
use crate::tui::theme::Ink;
use crate::tui::widgets::{Look, line};

impl TablesPane {
    /// Says that there is nothing, as many lines as it takes, and below it what it cannot see.
    pub(super) fn draw_empty(&self, buf: &mut Buffer, body: Rect, look: &Look<'_>) {
        let empty = self.nothing(look);
        let mut at = body.y;
        for (said, ink) in [(&empty, Ink::Dim), (&self.blind, Ink::Stale)] {
            for range in wrap(said, usize::from(body.width.max(1)), look.ambiguous) {
                if at < body.bottom() {
                    line::put(buf, (body.x, at), body.width, &said[range], ink, look);
                    at += 1;
                }
            }
        }
    }

    /// Says how far back what is narrowed was looked through, where more comes behind.
    pub(super) fn told_back_to(&self, look: &Look<'_>) -> String {
        match &self.back_to {
            Some(when) if self.narrowing.holds() => {
                let args = [("when", when.as_str().into())];
                format!("{}  ", look.words.with("tables-back-to", &args))
            }
            _ => String::new(),
        }
    }

    fn nothing(&self, look: &Look<'_>) -> String {
        match (self.after, self.view) {
            // Not "none": only none as far as it has looked.
            (Some(_), _) if self.back_to.is_some() => {
                let when = self.back_to.clone().unwrap_or_default();
                let args = [("when", when.into())];
                look.words.with("tables-none-back-to", &args)
            }
            (Some(_), _) => look.words.get("tables-none-yet").to_string(),
            (None, _) if self.narrowing.holds() => {
                let may_be_over = self.view != Some("closed");
                narrowing::nothing(&self.narrowing, may_be_over, look)
            }
            (None, Some(_)) => look.words.get("tables-none-in-view").to_string(),
            (None, None) if self.is_by_hand() => look.words.get("tables-empty").to_string(),
            (None, None) => look.words.get("tables-empty-read").to_string(),
        }
    }
}
