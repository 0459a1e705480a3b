//! Where the caret goes.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use super::Editor;

/// Han characters that count as a word: most words have two.
const HAN: usize = 2;

/// A way for the caret to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// One grapheme back.
    Left,
    /// One grapheme on.
    Right,
    /// One row up, as last drawn.
    Up,
    /// One row down, as last drawn.
    Down,
    /// To the start of the row.
    Home,
    /// To the end of the row.
    End,
    /// To the start of the word before; of Chinese two characters are a word.
    WordLeft,
    /// Behind the next word.
    WordRight,
    /// To the start of the text.
    Start,
    /// To the end of the text.
    Finish,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Word,
    Han,
    Other,
}

impl Editor {
    /// Moves the caret; with `extend` the selection goes along, without it ends.
    pub fn go(&mut self, motion: Motion, extend: bool) {
        let selection = self.selection().filter(|_| !extend);
        let goal = self.goal;
        let target = match (motion, selection) {
            // Without extending, left and right first leave the selection.
            (Motion::Left, Some(range)) => range.start,
            (Motion::Right, Some(range)) => range.end,
            (Motion::Left, None) => self.before(self.caret),
            (Motion::Right, None) => self.after(self.caret),
            (Motion::Up, _) => self.row_towards(-1),
            (Motion::Down, _) => self.row_towards(1),
            (Motion::Home, _) => self.row_edges().0,
            (Motion::End, _) => self.row_edges().1,
            (Motion::WordLeft, _) => self.word_before(self.caret),
            (Motion::WordRight, _) => self.word_after(self.caret),
            (Motion::Start, _) => 0,
            (Motion::Finish, _) => self.text.len(),
        };
        let vertical = matches!(motion, Motion::Up | Motion::Down);
        let goal = vertical.then(|| goal.unwrap_or_else(|| self.column()));
        self.put(target, extend);
        self.goal = goal;
    }

    /// Says whether up would leave the text: focus may go to what stands above.
    #[must_use]
    pub fn at_first_row(&self) -> bool {
        self.row() == 0
    }

    /// Says whether down would leave the text.
    #[must_use]
    pub fn at_last_row(&self) -> bool {
        self.row() + 1 >= self.rows().len()
    }

    /// Moves the caret to a byte offset, or behind the grapheme around it.
    pub(super) fn put(&mut self, at: usize, extend: bool) {
        self.anchor = extend.then(|| self.anchor.unwrap_or(self.caret));
        self.caret = self.border(at);
        self.goal = None;
        self.open = false;
    }

    /// The nearest border of graphemes at or behind an offset.
    pub(super) fn border(&self, at: usize) -> usize {
        let at = self.text.ceil_char_boundary(at.min(self.text.len()));
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        match cursor.is_boundary(&self.text, 0) {
            Ok(false) => self.after(at),
            _ => at,
        }
    }

    pub(super) fn before(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        let found = cursor.prev_boundary(&self.text, 0);
        found.ok().flatten().unwrap_or(0)
    }

    pub(super) fn after(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        let found = cursor.next_boundary(&self.text, 0);
        found.ok().flatten().unwrap_or(self.text.len())
    }

    pub(super) fn word_before(&self, at: usize) -> usize {
        let text = self.text[..at].trim_end_matches(' ');
        let mut run = None;
        let mut start = text.len();
        for (count, (at, grapheme)) in text.grapheme_indices(true).rev().enumerate() {
            let class = class(grapheme);
            if *run.get_or_insert(class) != class || class == Class::Han && count == HAN {
                break;
            }
            start = at;
        }
        start
    }

    fn word_after(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        let start = rest.len() - rest.trim_start_matches(' ').len();
        let mut run = None;
        let mut end = start;
        for (count, grapheme) in rest[start..].graphemes(true).enumerate() {
            let class = class(grapheme);
            if *run.get_or_insert(class) != class || class == Class::Han && count == HAN {
                break;
            }
            end += grapheme.len();
        }
        at + end
    }
}

fn class(grapheme: &str) -> Class {
    match grapheme.chars().next() {
        Some(' ' | '\u{3000}' | '\n') | None => Class::Space,
        Some('\u{2e80}'..='\u{2fdf}' | '\u{3040}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}') => {
            Class::Han
        }
        Some(c) if c.is_alphanumeric() || c == '_' => Class::Word,
        Some(_) => Class::Other,
    }
}

#[cfg(test)]
pub(super) fn any_motion() -> impl proptest::strategy::Strategy<Value = Motion> {
    proptest::sample::select(vec![
        Motion::Left,
        Motion::Right,
        Motion::Up,
        Motion::Down,
        Motion::Home,
        Motion::End,
        Motion::WordLeft,
        Motion::WordRight,
        Motion::Start,
        Motion::Finish,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::width::Ambiguous;

    #[test]
    fn words() {
        let mut editor = Editor::with_text("订单 AB12，请尽快发货");
        editor.go(Motion::Start, false);
        let mut stops = Vec::new();
        while editor.offset() < editor.text().len() {
            editor.go(Motion::WordRight, false);
            stops.push(editor.text()[..editor.offset()].to_owned());
        }
        let want = ["订单", "订单 AB12", "订单 AB12，", "订单 AB12，请尽"];
        assert_eq!(stops[..4], want);
        editor.go(Motion::WordLeft, false);
        assert_eq!(
            &editor.text()[editor.offset()..],
            "货".replace('货', "发货")
        );
        editor.delete_word();
        assert_eq!(editor.text(), "订单 AB12，请发货");
    }

    #[test]
    fn rows_follow_the_view_and_keep_the_column() {
        let mut editor = Editor::with_text("abcdef\nx\n退款处理好");
        let _ = editor.view(6, 3, Ambiguous::Narrow);
        editor.go(Motion::Start, false);
        editor.go(Motion::End, false);
        assert_eq!(editor.caret(), (0, 6));
        editor.go(Motion::Left, false);
        editor.go(Motion::Down, false);
        assert_eq!(editor.caret(), (1, 1));
        editor.go(Motion::Down, false);
        assert_eq!(editor.caret(), (2, 2));
        editor.go(Motion::Down, false);
        assert_eq!(editor.caret(), (2, 5));
        assert!(editor.at_last_row());
        editor.go(Motion::Home, false);
        assert_eq!(editor.caret(), (2, 3));
        editor.go(Motion::Down, false);
        assert_eq!(editor.caret(), (2, 5));
        for _ in 0..4 {
            editor.go(Motion::Up, false);
        }
        assert!(editor.at_first_row());
        assert_eq!(editor.caret(), (0, 0));
    }
}
