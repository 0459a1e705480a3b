//! A call on which nobody is heard (requirement 003-122): what to say, said again after a
//! moment, and the goodbye.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::id::Id;
use crate::tui::commands::{Command, Context};
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{self, Run};
use crate::tui::widgets::{Look, frame};

/// The wake after which the next line is to be said.
const SAY_NEXT: u32 = 8;
/// How long to listen before that (requirements 4, `silent_repeat`).
const LISTEN: Duration = Duration::from_secs(3);
/// What is said, in this order.
const LINES: [&str; 3] = ["silent-speak", "silent-again", "silent-redial"];
/// The widest that the box gets.
const WIDEST: u16 = 64;

/// The lines, and which of them is to be said now.
pub struct SilentCall {
    talk: Id,
    title: String,
    lines: [String; LINES.len()],
    hint: String,
    at: usize,
}

impl SilentCall {
    /// Begins with the first line, and waits beside it for an answer.
    pub fn new(reach: &mut Reach<'_>, talk: Id) -> Self {
        let word = |id: &str| reach.words.get(id).to_string();
        let pane = Self {
            talk,
            title: word("silent-title"),
            lines: LINES.map(word),
            hint: word("silent-hint"),
            at: 0,
        };
        reach.wake(SAY_NEXT, LISTEN);
        pane
    }

    /// Whether the goodbye is to be said.
    fn is_last(&self) -> bool {
        self.at + 1 == self.lines.len()
    }

    /// Goes on to the next line; behind the last the call is over, and that is noted.
    fn go_on(&mut self, reach: &mut Reach<'_>) -> Flow {
        if !self.is_last() {
            self.at += 1;
            reach.wake(SAY_NEXT, LISTEN);
            return Flow::Stay;
        }
        let note = reach.words.get("silent-note").to_string();
        let talk = self.talk;
        if reach.attempt(|desk| desk.remark(talk, &note)).is_none() {
            return Flow::Stay;
        }
        reach.say("silent-noted", &[]);
        Flow::Close
    }
}

impl Pane for SilentCall {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Menu]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Open => self.go_on(reach),
            Command::Back => Flow::Close,
            _ => Flow::Pass,
        }
    }

    /// Time leads to the goodbye and not past it: that it was said only the person knows.
    fn woken(&mut self, token: u32, reach: &mut Reach<'_>) {
        if token == SAY_NEXT && !self.is_last() {
            self.go_on(reach);
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let height = self.lines.len() as u16 + 4;
        let place = frame::middle(area, (WIDEST, height));
        let title = [Run::new(self.title.as_str(), Ink::Title)];
        let inner = frame::overlay(buf, place, &title, &[], &[], look);
        let rows = self.lines.iter().enumerate().map(|(nth, text)| {
            let ink = match nth.cmp(&self.at) {
                std::cmp::Ordering::Less => Ink::Dim,
                std::cmp::Ordering::Equal => Ink::Title,
                std::cmp::Ordering::Greater => Ink::Text,
            };
            let mark = if nth == self.at { ">" } else { " " };
            (format!("{mark} {text}"), ink)
        });
        let hint = [
            (String::new(), Ink::Text),
            (format!("  {}", self.hint), Ink::Dim),
        ];
        for (y, (text, ink)) in (inner.y..inner.bottom()).zip(rows.chain(hint)) {
            line::put(buf, (inner.x, y), inner.width, &text, ink, look);
        }
        None
    }

    fn is_whole(&self) -> bool {
        false
    }
}
