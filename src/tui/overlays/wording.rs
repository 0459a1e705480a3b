//! What the checker found in a draft (Ctrl+E): which rule, which words, and the way out of each.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::wording::{Findings, TooEarly, better, told, weight};
use crate::domain::id::Id;
use crate::domain::rules::phrase::{Severity, sentence_around};
use crate::i18n::Words;
use crate::text::wrap::wrap;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::{Input, Spot};
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::line::Run;
use crate::tui::widgets::{Look, frame, line};
use crate::tui::words::short_number;

/// The widest that the box gets.
const WIDEST: u16 = 76;

/// Where Enter leads.
enum WayOut {
    /// Other words in the place of a part of the draft; the part alone where there are none.
    Reword(Range<usize>, String),
    /// The case that is not approved.
    Case(Id),
}

/// One thing that was found.
struct Finding {
    weight: String,
    what: String,
    way: String,
    ink: Ink,
    out: WayOut,
}

/// A row as it is drawn.
struct Shown {
    of: usize,
    is_first: bool,
    text: String,
    ink: Ink,
}

/// The list of what was found.
pub struct WordingPane {
    findings: Vec<Finding>,
    at: usize,
}

impl WordingPane {
    /// Shows what was found in a text.
    pub fn new(text: &str, findings: &Findings, words: &Words) -> Self {
        let early = findings.too_early.iter().map(|early| Finding {
            weight: weight(Severity::Hint, words),
            what: too_early(early, words),
            way: words.with("wording-way-case", &[("case", number(early, words).into())]),
            ink: Ink::Urgent,
            out: WayOut::Case(early.case),
        });
        let hits = findings.hits.iter().map(|hit| {
            let better = better(hit, words);
            let (way, range) = if better.is_empty() {
                (
                    words.get("wording-way-words").to_string(),
                    hit.range.clone(),
                )
            } else {
                let sentence = sentence_around(text, hit.range.start);
                let way = words.with("wording-way-better", &[("text", better.into())]);
                (way, sentence)
            };
            Finding {
                weight: weight(hit.severity, words),
                what: told(hit, text, words),
                way,
                ink: ink(hit.severity),
                out: WayOut::Reword(range, better.to_owned()),
            }
        });
        // What keeps the draft here comes first.
        let mut findings: Vec<Finding> = early.chain(hits).collect();
        findings.sort_by_key(|one| one.ink != Ink::Missing);
        Self { findings, at: 0 }
    }

    fn step(&mut self, by: isize) {
        let last = self.findings.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }

    /// What was found and the way out of it, cut to rows.
    fn rows(&self, room: usize, look: &Look<'_>) -> Vec<Shown> {
        let mut rows = Vec::new();
        for (of, one) in self.findings.iter().enumerate() {
            let what = format!("{} {}  {}", of + 1, one.weight, one.what);
            for (text, ink) in [(what, one.ink), (one.way.clone(), Ink::Dim)] {
                let is_what = ink == one.ink && rows.last().is_none_or(|row: &Shown| row.of != of);
                for (at, range) in wrap(&text, room, look.ambiguous).into_iter().enumerate() {
                    rows.push(Shown {
                        of,
                        is_first: is_what && at == 0,
                        text: text[range].trim_end().to_owned(),
                        ink,
                    });
                }
            }
        }
        rows
    }

    fn take(&self) -> Flow {
        match self.findings.get(self.at).map(|one| &one.out) {
            Some(WayOut::Reword(range, text)) => Flow::Reword(range.clone(), text.clone()),
            Some(WayOut::Case(id)) => Flow::Show(*id),
            None => Flow::Close,
        }
    }
}

impl Pane for WordingPane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Menu]
    }

    fn command(&mut self, command: Command, _: &mut Reach<'_>) -> Flow {
        if let Some(by) = command.steps() {
            self.step(by);
            return Flow::Stay;
        }
        match command {
            Command::Open | Command::Accept => self.take(),
            Command::Back | Command::Why => Flow::Close,
            _ => match command.choice().filter(|row| *row <= self.findings.len()) {
                Some(row) => {
                    self.at = row - 1;
                    self.take()
                }
                None => Flow::Pass,
            },
        }
    }

    fn input(&mut self, input: &Input, _: &mut Reach<'_>) -> Flow {
        match input {
            Input::Pointed(Spot::Row(by) | Spot::Turned(by)) => self.step(*by),
            _ => return Flow::Pass,
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let width = WIDEST.min(area.width);
        let room = usize::from(width.saturating_sub(6).max(2));
        let rows = self.rows(room, look);
        let height = (rows.len() as u16).saturating_add(2);
        let place = frame::bottom(area, (width, height));
        let title = [Run::new(
            look.words.get("wording-title").to_string(),
            Ink::Title,
        )];
        let keys = [Run::new(
            look.words.get("wording-keys").to_string(),
            Ink::Dim,
        )];
        let inner = frame::overlay(buf, place, &title, &keys, &[], look);
        // The chosen one is in sight with all its rows.
        let last = rows.iter().rposition(|row| row.of == self.at).unwrap_or(0) + 1;
        let top = last.saturating_sub(usize::from(inner.height));
        for (row, y) in rows.iter().skip(top).zip(inner.top()..inner.bottom()) {
            if row.of == self.at && row.is_first {
                line::put(buf, (inner.x, y), 1.min(inner.width), ">", Ink::Title, look);
                look.note(|record| record.rest = Some(Position::new(inner.x, y)));
            }
            let indent = if row.is_first { 2 } else { 4 };
            let room = inner.width.saturating_sub(indent);
            line::put(buf, (inner.x + indent, y), room, &row.text, row.ink, look);
        }
        let chosen = self.findings.get(self.at);
        look.note(|record| record.chosen = chosen.map(|one| format!("{}\n{}", one.what, one.way)));
        None
    }

    fn is_whole(&self) -> bool {
        false
    }
}

/// Says that money was promised by a time before anybody agreed to it.
pub fn too_early(early: &TooEarly, words: &Words) -> String {
    let id = if early.state == "refused" {
        "wording-promise-refused"
    } else {
        "wording-promise-early"
    };
    words.with(
        id,
        &[
            ("time", early.time.as_str().into()),
            ("case", number(early, words).into()),
        ],
    )
}

fn number(early: &TooEarly, words: &Words) -> String {
    match &early.number {
        Some(number) => short_number(number),
        None => words.get("wording-case-draft").to_string(),
    }
}

/// How a finding is drawn.
pub fn ink(severity: Severity) -> Ink {
    match severity {
        Severity::Block => Ink::Missing,
        Severity::Warn => Ink::Urgent,
        Severity::Hint => Ink::Dim,
    }
}
