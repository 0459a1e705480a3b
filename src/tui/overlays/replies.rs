//! The reply picker (F4): filtered as typed, filled from the item, one key to the clipboard.

use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::replies::{Context as Filling, Filled, Hit, Replies, Scope, fill};
use crate::domain::id::Id;
use crate::problem::Problem;
use crate::text::edit::Editor;
use crate::text::wrap::wrap;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::editor::{self, Typed, type_into};
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{List, Row, Width};
use crate::tui::widgets::{Look, frame, line, list};

/// The pane.
pub struct RepliesPane {
    asked: Editor,
    library: Replies,
    hits: Vec<Hit>,
    at: usize,
    scope: Scope,
    filling: Filling,
    chosen: BTreeMap<&'static str, usize>,
    about: Option<Id>,
}

impl RepliesPane {
    /// Opens the picker for the item in front, or for none.
    pub fn open(reach: &mut Reach<'_>) -> Result<Self, Problem> {
        let about = reach.item;
        let record = match about {
            Some(id) => Some(reach.desk.record(id)?.0),
            None => None,
        };
        let mut pane = Self {
            asked: Editor::single_line(),
            library: reach.desk.replies()?,
            hits: Vec::new(),
            at: 0,
            scope: Scope::All,
            filling: reach.desk.reply_context(record.as_ref(), reach.words)?,
            chosen: BTreeMap::new(),
            about,
        };
        pane.filter();
        Ok(pane)
    }

    fn filter(&mut self) {
        self.hits = self
            .library
            .filter(self.asked.text(), self.scope, None, &self.filling);
        self.at = 0;
        self.chosen.clear();
    }

    fn filled(&self) -> Option<Filled> {
        let reply = self.library.get(self.hits.get(self.at)?)?;
        Some(fill(&reply.text, &self.filling, &self.chosen))
    }

    fn step(&mut self, by: isize) {
        self.at = self
            .at
            .saturating_add_signed(by)
            .min(self.hits.len().saturating_sub(1));
        self.chosen.clear();
    }

    /// Turns the value of the first variable that has several.
    fn turn(&mut self, by: isize) {
        let Some(filled) = self.filled() else { return };
        if let Some(choice) = filled.choices.first() {
            let count = choice.options.len() as isize;
            let next = choice
                .chosen
                .map_or(if by > 0 { 0 } else { count - 1 }, |at| {
                    (at as isize + by).rem_euclid(count)
                });
            self.chosen.insert(choice.name, next as usize);
        }
    }

    /// Fills the reply under the cursor, or says what is missing.
    fn take(&self, reach: &mut Reach<'_>) -> Option<(Id, String)> {
        let reply = self.library.get(self.hits.get(self.at)?)?;
        let filled = self.filled()?;
        if let Err(problem) = reach.desk.may_copy(reply, &filled, reach.words) {
            reach.trouble(&problem);
            return None;
        }
        Some((reply.id, filled.text))
    }

    fn put_in_draft(&self, reach: &mut Reach<'_>) -> Flow {
        let Some((id, text)) = self.take(reach) else {
            return Flow::Stay;
        };
        if reach.attempt(|desk| desk.reply_used(id)).is_none() {
            return Flow::Stay;
        }
        if self.about.is_some() {
            return Flow::IntoDraft(text);
        }
        reach.copy(&text);
        Flow::Close
    }

    /// F9: to the clipboard, and into the log where an item is open.
    fn copy(&self, reach: &mut Reach<'_>) -> Flow {
        let Some((id, text)) = self.take(reach) else {
            return Flow::Stay;
        };
        let recorded = reach.attempt(|desk| {
            desk.reply_used(id)?;
            match self.about {
                Some(about) => desk.reply(about, &text).map(|_| ()),
                None => Ok(()),
            }
        });
        if recorded.is_none() {
            return Flow::Stay;
        }
        reach.copy(&text);
        Flow::Close
    }
}

impl Pane for RepliesPane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Text, Context::Replies, Context::Picker]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Accept | Command::Open => return self.put_in_draft(reach),
            Command::Copy => return self.copy(reach),
            Command::Next => self.step(1),
            Command::Previous => self.step(-1),
            Command::PageDown => self.step(8),
            Command::PageUp => self.step(-8),
            Command::ValueNext => self.turn(1),
            Command::ValuePrevious => self.turn(-1),
            Command::NextScope | Command::NextPane => {
                let at = Scope::ALL
                    .iter()
                    .position(|scope| *scope == self.scope)
                    .unwrap_or(0);
                self.scope = Scope::ALL[(at + 1) % Scope::ALL.len()];
                self.filter();
            }
            _ => match command.choice().filter(|row| *row <= self.hits.len()) {
                Some(row) => {
                    self.at = row - 1;
                    self.chosen.clear();
                    return self.put_in_draft(reach);
                }
                None => return Flow::Pass,
            },
        }
        Flow::Stay
    }

    fn input(&mut self, input: &Input, _reach: &mut Reach<'_>) -> Flow {
        match type_into(&mut self.asked, input) {
            Typed::Ignored => return Flow::Pass,
            Typed::Moved => {}
            Typed::Changed => self.filter(),
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let words = look.words;
        let list_rows = (area.height / 3).max(1);
        let shelves = [
            area.y + 2,
            area.y + 3 + list_rows,
            area.bottom().saturating_sub(5),
        ];
        let title = [Run::new(words.get("replies-title").to_string(), Ink::Title)];
        let count = words.with("replies-count", &[("count", self.library.len().into())]);
        let inner = frame::overlay(buf, area, &title, &[dim(count)], &shelves, look);
        if inner.height < 3 || inner.width < 8 {
            return None;
        }
        let asked = Rect {
            x: inner.x + 1,
            width: inner.width / 2,
            height: 1,
            ..inner
        };
        let caret = editor::draw(buf, asked, &self.asked, Ink::Field, look);
        let scopes: Vec<Run<'_>> = Scope::ALL
            .iter()
            .map(|scope| {
                let ink = if *scope == self.scope {
                    Ink::Selection
                } else {
                    Ink::Dim
                };
                Run::new(
                    format!("{} ", words.get(&format!("replies-scope-{}", scope.name()))),
                    ink,
                )
            })
            .collect();
        line::row(
            buf,
            Rect {
                x: asked.right(),
                width: inner.right().saturating_sub(asked.right()),
                ..asked
            },
            &[],
            &scopes,
            look,
        );
        if self.hits.is_empty() {
            let id = if self.library.is_empty() {
                "replies-empty"
            } else {
                "replies-none"
            };
            line::put(
                buf,
                (inner.x + 1, shelves[0] + 1),
                inner.width - 2,
                &words.get(id),
                Ink::Dim,
                look,
            );
            return caret;
        }
        self.draw_list(
            buf,
            Rect {
                y: shelves[0] + 1,
                height: list_rows,
                ..inner
            },
            look,
        );
        self.draw_preview(buf, inner, shelves, look);
        caret
    }
}

impl RepliesPane {
    fn draw_list(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
        let height = usize::from(area.height);
        let top = (self.at + 1).saturating_sub(height);
        let rows: Vec<Row<'_>> = self
            .hits
            .iter()
            .enumerate()
            .skip(top)
            .take(height)
            .filter_map(|(at, hit)| {
                let reply = self.library.get(hit)?;
                let ink = if hit.usable { Ink::Text } else { Ink::Dim };
                let digit = if at < 9 {
                    (at + 1).to_string()
                } else {
                    String::new()
                };
                let used = look.words.with(
                    "replies-used",
                    &[
                        ("used", i64::from(reply.used).into()),
                        ("today", i64::from(reply.today).into()),
                    ],
                );
                let note = if hit.expired {
                    look.words.get("replies-expired").to_string()
                } else {
                    used
                };
                let cell = |text: &str| vec![Run::new(text.to_owned(), ink)];
                Some(Row {
                    cells: vec![
                        vec![dim(digit)],
                        cell(&reply.title),
                        cell(&reply.code),
                        cell(&reply.topic),
                        vec![dim(note)],
                    ],
                    marked: false,
                })
            })
            .collect();
        let columns = [
            Width::Left(2),
            Width::Fill,
            Width::Left(10),
            Width::Left(10),
            Width::Right(14),
        ];
        list::draw(
            buf,
            area,
            &List {
                columns: &columns,
                rows: &rows,
                cursor: Some(self.at - top),
                focused: true,
            },
            look,
        );
    }

    fn draw_preview(&self, buf: &mut Buffer, inner: Rect, shelves: [u16; 3], look: &Look<'_>) {
        let Some(filled) = self.filled() else { return };
        let words = look.words;
        let title = words.with(
            "replies-preview",
            &[("count", filled.text.chars().count().into())],
        );
        frame::titles(
            buf,
            Rect {
                y: shelves[1],
                height: 1,
                ..inner
            },
            &[text(title)],
            &[],
            look,
        );
        let width = inner.width.saturating_sub(2);
        let shown = crate::text::clean::block(&filled.text);
        let rows = shelves[1] + 1..shelves[2];
        for (range, y) in wrap(&shown, usize::from(width.max(1)), look.ambiguous)
            .into_iter()
            .zip(rows)
        {
            line::put(
                buf,
                (inner.x + 1, y),
                width,
                shown[range].trim_end_matches('\n'),
                Ink::Text,
                look,
            );
        }
        let mut y = shelves[2] + 1;
        if let Some(choice) = filled.choices.first() {
            let options: Vec<String> = choice
                .options
                .iter()
                .enumerate()
                .map(|(at, option)| {
                    if choice.chosen == Some(at) {
                        format!("[{option}]")
                    } else {
                        option.clone()
                    }
                })
                .collect();
            let row = words.with(
                "replies-choice",
                &[
                    ("name", choice.written.as_str().into()),
                    ("options", options.join(" / ").into()),
                ],
            );
            line::put(buf, (inner.x + 1, y), width, &row, Ink::Text, look);
            y += 1;
        }
        let missing: Vec<&str> = filled
            .missing
            .iter()
            .map(|blank| blank.written.as_str())
            .collect();
        let (row, ink) = if missing.is_empty() {
            (words.get("composer-complete").to_string(), Ink::Ok)
        } else {
            (
                words.with("replies-missing", &[("names", missing.join(" ").into())]),
                Ink::Missing,
            )
        };
        if y < inner.bottom() {
            line::put(buf, (inner.x + 1, y), width, &row, ink, look);
        }
    }
}
