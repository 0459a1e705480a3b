//! What the widgets say of their places while they draw: what a click there means, which text
//! has the caret, which row is chosen. As the screen is a function of state, so are these.

use std::cell::RefCell;

use ratatui::layout::{Position, Rect};

use crate::tui::keys::Spot;

/// A text field as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where its caret stands.
    pub caret: Position,
    /// Its whole text.
    pub text: String,
    /// The selected part.
    pub selected: Option<String>,
}

/// What was said while drawing.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Places and what they stand for; what comes later lies above.
    pub places: Vec<(Rect, Spot)>,
    /// Text fields, the one with the caret among them.
    pub fields: Vec<Field>,
    /// The text of what is chosen.
    pub chosen: Option<String>,
    /// Where the cursor rests while no field has the caret.
    pub rest: Option<Position>,
}

impl Record {
    /// Returns what stands at a cell, and its whole area.
    pub fn at(&self, cell: Position) -> Option<(Rect, Spot)> {
        self.places
            .iter()
            .rev()
            .find(|(area, _)| area.contains(cell))
            .cloned()
    }

    /// Returns the field whose caret stands there.
    pub fn field(&self, caret: Option<Position>) -> Option<&Field> {
        self.fields.iter().find(|field| Some(field.caret) == caret)
    }
}

/// The book in which it is written.
#[derive(Debug, Default)]
pub struct Spots(RefCell<Record>);

impl Spots {
    /// Writes something down.
    pub fn note(&self, write: impl FnOnce(&mut Record)) {
        write(&mut self.0.borrow_mut());
    }

    /// Forgets everything: something new covers it.
    pub fn clear(&self) {
        self.0.take();
    }

    /// Returns what was written.
    pub fn into_record(self) -> Record {
        self.0.into_inner()
    }
}
