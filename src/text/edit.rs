//! An edit buffer by grapheme: what every field and composer types into.
//!
//! Holds text, caret, selection and undo; knows nothing of keys and colours. Text
//! goes in through [`clean::typed`], so the buffer holds nothing invisible.

mod motion;
mod view;

use std::cell::Cell;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::clean;
use super::width::Ambiguous;

pub use motion::Motion;
pub use view::{View, ViewLine};

/// Steps that can be undone.
const HISTORY: usize = 500;

/// A text being edited.
#[derive(Clone, Debug, Default)]
pub struct Editor {
    text: String,
    caret: usize,
    /// The other end of the selection.
    anchor: Option<usize>,
    /// The column that up and down keep to.
    goal: Option<usize>,
    single: bool,
    undone: Vec<Step>,
    done: Vec<Step>,
    /// Whether the next insertion or deletion may join the last step.
    open: bool,
    /// Width, first row and rule of the last view: up, down and clicks follow it.
    shape: Cell<(usize, Ambiguous)>,
    top: Cell<usize>,
}

/// One change: at `at`, `removed` gave way to `inserted`.
#[derive(Clone, Debug)]
struct Step {
    at: usize,
    removed: String,
    inserted: String,
    caret: usize,
}

impl Editor {
    /// An empty buffer of many lines.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty buffer of one line: line breaks put in turn to spaces.
    #[must_use]
    pub fn single_line() -> Self {
        Self {
            single: true,
            ..Self::default()
        }
    }

    /// A buffer with a text, the caret at its end.
    #[must_use]
    pub fn with_text(text: &str) -> Self {
        let mut editor = Self::new();
        editor.set(text);
        editor
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Says whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Says whether this is a field of one line.
    #[must_use]
    pub fn is_single_line(&self) -> bool {
        self.single
    }

    /// Puts another text in and forgets the history; the caret goes to its end.
    pub fn set(&mut self, text: &str) {
        self.text = self.admit(text);
        self.caret = self.text.len();
        self.anchor = None;
        self.goal = None;
        self.open = false;
        self.done.clear();
        self.undone.clear();
        self.top.set(0);
    }

    /// Hands the text out and leaves the buffer empty, without history.
    pub fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        self.set("");
        text
    }

    /// The caret as a byte offset.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.caret
    }

    /// The caret as (line, column in graphemes), both from 0, by the text's own
    /// line breaks.
    #[must_use]
    pub fn caret(&self) -> (usize, usize) {
        let before = &self.text[..self.caret];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (
            before.matches('\n').count(),
            before[start..].graphemes(true).count(),
        )
    }

    /// Puts a text in at the caret, in place of the selection.
    pub fn insert(&mut self, text: &str) {
        let text = self.admit(text);
        let range = self.selection().unwrap_or(self.caret..self.caret);
        if text.is_empty() && range.is_empty() {
            return;
        }
        // Typing joins up to the end of a word, so that undo takes back words.
        let one = text.graphemes(true).nth(1).is_none();
        let stops = text.contains(['\n', ' ', '，', '。', ',', '.']);
        if !one {
            self.open = false;
        }
        self.change(range, text);
        self.open = one && !stops;
    }

    /// Puts a character in at the caret.
    pub fn insert_char(&mut self, c: char) {
        self.insert(c.encode_utf8(&mut [0; 4]));
    }

    /// Breaks the line; does nothing in a field of one line.
    pub fn newline(&mut self) {
        if !self.single {
            self.insert("\n");
        }
    }

    /// Puts pasted text in: one step of its own, whatever its length.
    pub fn paste(&mut self, text: &str) {
        self.open = false;
        self.insert(text);
        self.open = false;
    }

    /// Deletes the selection, else the grapheme before the caret.
    pub fn backspace(&mut self) {
        let range = self
            .selection()
            .unwrap_or_else(|| self.before(self.caret)..self.caret);
        self.remove(range);
    }

    /// Deletes the selection, else the grapheme after the caret.
    pub fn delete(&mut self) {
        let range = self
            .selection()
            .unwrap_or_else(|| self.caret..self.after(self.caret));
        self.remove(range);
    }

    /// Deletes the selection, else from the caret back to the start of its word.
    pub fn delete_word(&mut self) {
        let range = self
            .selection()
            .unwrap_or_else(|| self.word_before(self.caret)..self.caret);
        self.open = false;
        self.remove(range);
        self.open = false;
    }

    /// Selects everything.
    pub fn select_all(&mut self) {
        self.anchor = Some(0);
        self.caret = self.text.len();
        self.open = false;
    }

    /// Selects these bytes; bounds that are none of a character are left alone.
    pub fn select(&mut self, range: Range<usize>) {
        if self.text.get(range.clone()).is_some() {
            self.anchor = Some(range.start);
            self.caret = range.end;
            self.goal = None;
            self.open = false;
        }
    }

    /// The selected bytes, where something is selected.
    #[must_use]
    pub fn selection(&self) -> Option<Range<usize>> {
        let anchor = self.anchor.filter(|&anchor| anchor != self.caret)?;
        Some(anchor.min(self.caret)..anchor.max(self.caret))
    }

    /// The selected text.
    #[must_use]
    pub fn selected(&self) -> Option<&str> {
        self.selection().map(|range| &self.text[range])
    }

    /// Takes the selected text out.
    pub fn cut(&mut self) -> Option<String> {
        let range = self.selection()?;
        let text = self.text[range.clone()].to_owned();
        self.open = false;
        self.remove(range);
        self.open = false;
        Some(text)
    }

    /// Takes the last step back; false where there is none.
    pub fn undo(&mut self) -> bool {
        let Some(step) = self.done.pop() else {
            return false;
        };
        self.open = false;
        let end = step.at + step.inserted.len();
        self.text.replace_range(step.at..end, &step.removed);
        self.place(step.caret);
        self.undone.push(step);
        true
    }

    /// Does the step again that was taken back last; false where there is none.
    pub fn redo(&mut self) -> bool {
        let Some(step) = self.undone.pop() else {
            return false;
        };
        self.open = false;
        let end = step.at + step.removed.len();
        self.text.replace_range(step.at..end, &step.inserted);
        self.place(step.at + step.inserted.len());
        self.done.push(step);
        true
    }

    fn admit(&self, text: &str) -> String {
        let typed = clean::typed(text);
        if self.single && typed.contains('\n') {
            return typed.trim_end_matches('\n').replace('\n', " ");
        }
        typed.into_owned()
    }

    fn remove(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        let selected = self.selection().is_some();
        let broken = self.text[range.clone()].contains('\n');
        if selected || broken {
            self.open = false;
        }
        self.change(range, String::new());
        self.open = !(selected || broken);
    }

    fn change(&mut self, range: Range<usize>, inserted: String) {
        let removed = self.text[range.clone()].to_owned();
        self.text.replace_range(range.clone(), &inserted);
        let step = Step {
            at: range.start,
            removed,
            inserted,
            caret: self.caret,
        };
        let end = step.at + step.inserted.len();
        let step = if self.open {
            self.join(step)
        } else {
            Some(step)
        };
        self.done.extend(step);
        if self.done.len() > HISTORY {
            self.done.remove(0);
        }
        self.undone.clear();
        self.place(end);
    }

    /// Adds a step to the last one where they touch; gives it back where not.
    fn join(&mut self, step: Step) -> Option<Step> {
        let last = self.done.last_mut()?;
        if step.removed.is_empty() && last.at + last.inserted.len() == step.at {
            if last.removed.is_empty() {
                last.inserted.push_str(&step.inserted);
                return None;
            }
        } else if step.inserted.is_empty() && last.inserted.is_empty() {
            if step.at + step.removed.len() == last.at {
                last.removed.insert_str(0, &step.removed);
                last.at = step.at;
                return None;
            }
            if step.at == last.at {
                last.removed.push_str(&step.removed);
                return None;
            }
        }
        Some(step)
    }

    /// Puts the caret there, or behind the grapheme around it, and selects nothing.
    fn place(&mut self, at: usize) {
        self.caret = self.border(at);
        self.anchor = None;
        self.goal = None;
    }
}

#[cfg(test)]
mod tests;
