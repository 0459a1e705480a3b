//! Drawing without state of ours: each takes a buffer, data and a [`Look`].
//!
//! Text reaches cells through [`mod@line`] only: cleaned, counted by grapheme, never
//! cut within a wide character.

pub mod editor;
pub mod exact;
pub mod form;
pub mod frame;
pub mod keyrow;
pub mod line;
pub mod list;
pub mod page;
pub mod palette;
pub mod spots;

use crate::i18n::{Language, Words};
use crate::text::width::Ambiguous;
use crate::tui::theme::{Ink, Theme};
use crate::tui::widgets::spots::{Record, Spots};
use ratatui::style::Style;

/// What every widget needs to know about this screen.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// The words of the language in use.
    pub words: &'a Words,
    /// Styles by meaning.
    pub theme: &'a Theme,
    /// How wide the terminal draws doubtful characters.
    pub ambiguous: Ambiguous,
    /// Where places are written down, for the mouse and the cursor.
    pub spots: Option<&'a Spots>,
}

impl Look<'_> {
    /// The style of a meaning.
    pub fn style(&self, ink: Ink) -> Style {
        self.theme.style(ink)
    }

    /// Writes down what is at a place, where somebody wants to know.
    pub fn note(&self, write: impl FnOnce(&mut Record)) {
        if let Some(spots) = self.spots {
            spots.note(write);
        }
    }

    /// The same screen for what cannot be pointed at.
    #[must_use]
    pub fn unnoted(self) -> Self {
        Self {
            spots: None,
            ..self
        }
    }

    /// Frames are drawn in ASCII: by theme, or because lines may be two columns wide.
    pub fn ascii(&self) -> bool {
        self.theme.ascii || self.ambiguous == Ambiguous::Wide
    }

    /// Columns of the short word that says what an item is.
    pub fn kind_columns(&self) -> u16 {
        match self.words.language() {
            Language::En => 7,
            Language::ZhCn | Language::ZhTw => 4,
        }
    }

    /// Columns of a text on this screen.
    pub fn columns(&self, text: &str) -> u16 {
        let clean = crate::text::clean::line(text);
        let settled = crate::text::width::settle(&clean, self.ambiguous);
        crate::text::width::columns(&settled, self.ambiguous) as u16
    }
}
