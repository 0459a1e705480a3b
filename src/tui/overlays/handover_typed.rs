//! What is typed into the boxes of the sheet: words are on it at once, a time once its box is
//! left, and in the place of a time that is over a new one is proposed.

use super::handover::{Cell, HandoverPane};
use crate::i18n::Words;
use crate::tui::pane::Reach;

impl HandoverPane {
    /// Takes the words in the box into the line, so that what the line lacks is right at once.
    pub(super) fn take_words(&mut self) {
        let typed = self.editor.text().trim().to_owned();
        let field = self.field;
        let Some(line) = self.line() else { return };
        match field {
            Some(Cell::Summary) => line.summary = typed,
            Some(Cell::Next) => line.next = typed,
            Some(Cell::IfThen) => line.if_then = typed,
            // A time is on the sheet once its box is left: half typed it may be another one.
            Some(Cell::Due | Cell::Point) | None => {}
        }
    }

    /// The time that is proposed in the place of one that is over, and how it is written.
    pub(super) fn proposed(&self, words: &Words) -> Option<(i64, String)> {
        let line = self.sheet.lines.get(self.at)?;
        let due = self.sheet.next_due(self.now);
        line.is_over(self.now)
            .then(|| (due, self.speech(words).clock(due)))
    }

    /// Takes the proposed time: whoever goes on from its box agrees to it.
    pub(super) fn take_proposed(&mut self, reach: &Reach<'_>) {
        if self.field != Some(Cell::Due) {
            return;
        }
        let typed = self.editor.text().trim();
        let proposed = self.proposed(reach.words);
        let Some((due, _)) = proposed.filter(|(_, shown)| shown == typed) else {
            return;
        };
        if let Some(line) = self.line() {
            line.due = Some(due);
        }
    }
}

#[cfg(test)]
#[path = "handover_typed_tests.rs"]
mod tests;
