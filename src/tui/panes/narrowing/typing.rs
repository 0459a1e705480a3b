//! The line by which a list is narrowed while it is typed: what may come next, what is wrong.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::desk::query::{Completion, Wrong, complete};
use crate::i18n::{Language, Words};
use crate::text::edit::Editor;
use crate::tui::pane::{Notice, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::line::{self, Run, dim};

/// A choice that Tab put in, and those that come in its place when it is pressed again.
struct Turn {
    at: Range<usize>,
    choices: Vec<String>,
    chosen: usize,
}

/// The line while it is typed.
pub(super) struct Typing {
    pub(super) editor: Editor,
    language: Language,
    people: Vec<String>,
    tags: Vec<String>,
    offered: Completion,
    turn: Option<Turn>,
    /// What is wrong with it, told in words.
    pub(super) wrong: Option<String>,
}

impl Typing {
    /// The line with what holds in it, and what may come next.
    pub(super) fn new(text: &str, tags: Vec<String>, reach: &Reach<'_>) -> Self {
        let mut editor = Editor::single_line();
        editor.set(text);
        let people = reach.desk.people().all().iter();
        let mut typing = Self {
            editor,
            language: reach.words.language(),
            people: people.map(|person| person.name.clone()).collect(),
            tags,
            offered: Completion::default(),
            turn: None,
            wrong: None,
        };
        typing.offer();
        typing
    }

    /// Says what is wrong, and selects the place.
    pub(super) fn refuse(&mut self, wrong: Wrong, words: &Words) {
        self.offered = Completion::default();
        self.editor.select(wrong.at.clone());
        self.wrong = Some(Notice::of(&wrong.into(), words).text);
    }

    /// Goes on behind what was typed: what Tab put in stays.
    pub(super) fn go_on(&mut self) {
        self.turn = None;
        self.offer();
    }

    /// Reads what may come next at the caret.
    fn offer(&mut self) {
        let people: Vec<&str> = self.people.iter().map(String::as_str).collect();
        let tags: Vec<&str> = self.tags.iter().map(String::as_str).collect();
        let (text, caret) = (self.editor.text(), self.editor.offset());
        self.offered = complete(text, caret, self.language, &people, &tags);
    }

    /// Says at once what is wrong with what was typed.
    pub(super) fn look(&mut self, reach: &Reach<'_>) {
        let read = reach.desk.question(self.editor.text());
        self.wrong = read
            .err()
            .map(|wrong| Notice::of(&wrong.into(), reach.words).text);
    }

    /// Puts in what may come next; again the next one in its place.
    pub(super) fn turn(&mut self, forward: bool) {
        let turn = match self.turn.take() {
            Some(mut turn) => {
                let count = turn.choices.len();
                let by = if forward { 1 } else { count - 1 };
                turn.chosen = (turn.chosen + by) % count;
                turn
            }
            None if self.offered.choices.is_empty() => return,
            None => {
                let choices = std::mem::take(&mut self.offered.choices);
                let chosen = if forward { 0 } else { choices.len() - 1 };
                Turn {
                    at: self.offered.at.clone(),
                    choices,
                    chosen,
                }
            }
        };
        self.put(turn);
    }

    fn put(&mut self, mut turn: Turn) {
        let Some(choice) = turn.choices.get(turn.chosen) else {
            return;
        };
        self.editor.select(turn.at.clone());
        self.editor.insert(choice);
        turn.at.end = turn.at.start + choice.len();
        self.wrong = None;
        if turn.choices.len() > 1 {
            self.turn = Some(turn);
        } else {
            // What there was no choice about is done; its value may come next.
            self.offer();
        }
    }

    /// What may come next, else what is wrong.
    pub(super) fn draw_below(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
        let (choices, chosen) = match &self.turn {
            Some(turn) => (&turn.choices, Some(turn.chosen)),
            None => (&self.offered.choices, None),
        };
        let mut runs = vec![dim(" ")];
        if let Some(wrong) = self.wrong.as_ref().filter(|_| choices.is_empty()) {
            runs.push(Run::new(wrong.as_str(), Ink::Warn));
        }
        // The chosen one stays in sight, with those before it as far as there is room.
        let from = chosen.map_or(0, |chosen| chosen.saturating_sub(2));
        for (at, choice) in choices.iter().enumerate().skip(from) {
            let is_chosen = chosen == Some(at);
            // Told by brackets too, never by colour alone.
            runs.push(if is_chosen {
                Run::new(format!("[{choice}]"), Ink::Selection)
            } else {
                dim(format!(" {choice} "))
            });
        }
        line::put_runs(buf, (area.x, area.y), area.width, &runs, look);
    }
}
