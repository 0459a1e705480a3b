//! Handover of the one who leaves (F10): every open item a line, red ones with their if-then.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::handover::{Point, Severity, Sheet, SheetLine};
use crate::desk::people::People;
use crate::exchange::outlet::Format;
use crate::problem::Problem;
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::editor::{self, Typed, type_into};
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{List, Row, Width};
use crate::tui::widgets::{Look, frame, line, list};
use crate::tui::words::Speech;

/// What is written about a line, in the order of Tab; the last is a point of the whole sheet.
const FIELDS: [&str; 4] = ["next", "if_then", "summary", "point"];

/// The pane.
pub struct HandoverPane {
    sheet: Sheet,
    at: usize,
    field: Option<usize>,
    editor: Editor,
    people: People,
    zone: chrono_tz::Tz,
    now: i64,
}

impl HandoverPane {
    /// Opens the sheet, filled in from the open work and the draft of the last time.
    pub fn open(reach: &Reach<'_>) -> Result<Self, Problem> {
        Ok(Self {
            sheet: reach.desk.handover_draft(reach.words)?,
            at: 0,
            field: None,
            editor: Editor::single_line(),
            people: reach.desk.people().clone(),
            zone: reach.desk.zone(),
            now: reach.desk.now(),
        })
    }

    fn line(&mut self) -> Option<&mut SheetLine> {
        self.sheet.lines.get_mut(self.at)
    }

    /// Takes what was typed into the sheet and keeps the sheet as a draft.
    fn settle(&mut self, reach: &mut Reach<'_>) {
        let typed = self.editor.text().to_owned();
        let Some(field) = self.field.map(|at| FIELDS[at]) else {
            return;
        };
        match field {
            "point" => {
                if !typed.trim().is_empty() {
                    self.sheet.points.push(Point {
                        text: typed,
                        until: None,
                    });
                    self.editor.set("");
                }
            }
            _ => {
                if let Some(line) = self.line() {
                    match field {
                        "next" => line.next = typed,
                        "if_then" => line.if_then = typed,
                        _ => line.summary = typed,
                    }
                }
            }
        }
        if let Err(problem) = reach.desk.keep_handover(&self.sheet) {
            reach.trouble(&problem);
        }
    }

    fn focus(&mut self, field: Option<usize>) {
        self.field = field;
        let shown = match (field.map(|at| FIELDS[at]), self.sheet.lines.get(self.at)) {
            (Some("next"), Some(line)) => line.next.clone(),
            (Some("if_then"), Some(line)) => line.if_then.clone(),
            (Some("summary"), Some(line)) => line.summary.clone(),
            _ => String::new(),
        };
        self.editor.set(&shown);
    }

    fn step(&mut self, by: isize, reach: &mut Reach<'_>) {
        self.settle(reach);
        self.at = self
            .at
            .saturating_add_signed(by)
            .min(self.sheet.lines.len().saturating_sub(1));
        let field = self.field;
        self.focus(field);
    }

    fn sign(&mut self, reach: &mut Reach<'_>) -> Flow {
        self.settle(reach);
        let sheet = self.sheet.clone();
        let words = reach.words;
        match reach.attempt(|desk| desk.handover_sign(&sheet, None, words)) {
            Some(_) => {
                reach.say("handover-signed", &[("count", sheet.lines.len().into())]);
                Flow::Close
            }
            None => Flow::Stay,
        }
    }

    fn speech<'a>(&'a self, look: &Look<'a>) -> Speech<'a> {
        Speech {
            words: look.words,
            zone: self.zone,
            now: self.now,
            people: &self.people,
        }
    }
}

impl Pane for HandoverPane {
    fn contexts(&self) -> Vec<Context> {
        match self.field {
            Some(_) => vec![Context::Text, Context::Handover, Context::Form],
            None => vec![Context::Handover, Context::List],
        }
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Next | Command::NextField => self.step(1, reach),
            Command::Previous | Command::PreviousField => self.step(-1, reach),
            Command::NextPane | Command::NextMissing => {
                self.settle(reach);
                let next = self.field.map_or(0, |at| at + 1);
                self.focus((next < FIELDS.len()).then_some(next));
            }
            Command::AddNotice => self.focus(Some(FIELDS.len() - 1)),
            Command::Mark | Command::Unchanged => {
                if let Some(line) = self.line() {
                    line.severity = if line.severity == Severity::Red {
                        line.least
                    } else {
                        Severity::Red
                    };
                }
            }
            Command::Finish => return self.sign(reach),
            Command::Copy => {
                self.settle(reach);
                match reach
                    .desk
                    .sheet_document(&self.sheet, Format::Markdown, reach.words, false)
                {
                    Ok(document) => reach.copy(&document),
                    Err(problem) => reach.trouble(&problem),
                }
            }
            Command::Open if self.field.is_none() => {
                return self
                    .sheet
                    .lines
                    .get(self.at)
                    .map_or(Flow::Stay, |line| Flow::Show(line.row.id));
            }
            Command::Back if self.field.is_some() => {
                self.settle(reach);
                self.focus(None);
            }
            Command::Back => {
                self.settle(reach);
                return Flow::Close;
            }
            _ => return Flow::Pass,
        }
        Flow::Stay
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        if self.field.is_none() {
            return Flow::Pass;
        }
        match type_into(&mut self.editor, input) {
            Typed::Ignored => Flow::Pass,
            Typed::Moved => Flow::Stay,
            Typed::Changed => {
                if self.field.map(|at| FIELDS[at]) != Some("point") {
                    self.settle(reach);
                }
                Flow::Stay
            }
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        line::clear(buf, area);
        let words = look.words;
        let speech = self.speech(look);
        let count = self.sheet.lines.len();
        let missing = self.sheet.incomplete();
        let to = speech.owner(Some(self.sheet.to));
        let title = [Run::new(
            words.with("handover-leaving", &[("to", to.into())]),
            Ink::Title,
        )];
        let right = [dim(words.with(
            "handover-counts",
            &[
                ("lines", count.into()),
                ("items", count.into()),
                ("missing", missing.into()),
            ],
        ))];
        frame::section(buf, area, &title, &right, look);
        let rows_height = (area.height / 2).max(1);
        let list_area = Rect {
            y: area.y + 1,
            height: rows_height.min(area.height.saturating_sub(1)),
            ..area
        };
        let height = usize::from(list_area.height);
        let top = (self.at + 1).saturating_sub(height);
        let rows: Vec<Row<'_>> = self
            .sheet
            .lines
            .iter()
            .enumerate()
            .skip(top)
            .take(height)
            .map(|(at, line)| sheet_row(at, line, speech, look))
            .collect();
        let columns = [
            Width::Right(3),
            Width::Left(4),
            Width::Left(6),
            Width::Left(14),
            Width::Fill,
            Width::Right(12),
            Width::Left(8),
        ];
        let cursor = self.at.checked_sub(top).filter(|_| count > 0);
        list::draw(
            buf,
            list_area,
            &List {
                columns: &columns,
                rows: &rows,
                cursor,
                focused: self.field.is_none(),
            },
            look,
        );
        if count == 0 {
            line::put(
                buf,
                (area.x + 1, list_area.y),
                area.width.saturating_sub(2),
                &words.get("handover-none"),
                Ink::Dim,
                look,
            );
        }
        let below = Rect {
            y: list_area.bottom(),
            height: area.bottom().saturating_sub(list_area.bottom()),
            ..area
        };
        self.view_line(buf, below, speech, look)
    }
}

impl HandoverPane {
    fn view_line(
        &self,
        buf: &mut Buffer,
        area: Rect,
        speech: Speech<'_>,
        look: &Look<'_>,
    ) -> Option<Position> {
        if area.height < 2 {
            return None;
        }
        let words = look.words;
        let shown = self.sheet.lines.get(self.at);
        let title = shown
            .map(|line| line.row.title.clone().unwrap_or_default())
            .unwrap_or_default();
        frame::section(buf, area, &[text(title)], &[], look);
        let mut caret = None;
        let mut y = area.y + 1;
        for (at, field) in FIELDS.iter().enumerate() {
            if y >= area.bottom() {
                break;
            }
            let here = self.field == Some(at);
            let missing = shown.is_some_and(|line| line.missing().contains(field));
            let label = words.get(&format!("handover-field-{field}"));
            let ink = if missing { Ink::Missing } else { Ink::Dim };
            let star = if missing { "*" } else { " " };
            line::put(
                buf,
                (area.x, y),
                10.min(area.width),
                &format!("{star}{label}"),
                ink,
                look,
            );
            let place = Rect {
                x: area.x + 11.min(area.width),
                y,
                width: area.width.saturating_sub(12),
                height: 1,
            };
            if here {
                caret = editor::draw(buf, place, &self.editor, Ink::Field, look);
            } else if let Some(line) = shown {
                let value = match *field {
                    "next" => line.next.as_str(),
                    "if_then" => line.if_then.as_str(),
                    "summary" => line.summary.as_str(),
                    _ => "",
                };
                line::put(buf, (place.x, y), place.width, value, Ink::Text, look);
            }
            y += 1;
        }
        for point in &self.sheet.points {
            if y < area.bottom() {
                let until = point.until.map(|at| speech.moment(at)).unwrap_or_default();
                line::row(
                    buf,
                    Rect {
                        x: area.x + 1,
                        y,
                        width: area.width.saturating_sub(2),
                        height: 1,
                    },
                    &[text(point.text.clone())],
                    &[dim(until)],
                    look,
                );
                y += 1;
            }
        }
        let figures: Vec<String> = self.sheet.numbers.clone();
        if y < area.bottom() && !figures.is_empty() {
            line::put(
                buf,
                (area.x + 1, y),
                area.width.saturating_sub(2),
                &figures.join("  "),
                Ink::Dim,
                look,
            );
        }
        caret
    }
}

fn sheet_row<'a>(at: usize, line: &'a SheetLine, speech: Speech<'_>, look: &Look<'a>) -> Row<'a> {
    let words = look.words;
    let ink = match line.severity {
        Severity::Red => Ink::Overdue,
        Severity::Yellow => Ink::Urgent,
        Severity::Green => Ink::Dim,
    };
    let state = match (line.missing().is_empty(), line.severity) {
        (false, _) => "handover-missing",
        (true, Severity::Green) => "handover-unchanged",
        (true, _) => "handover-complete",
    };
    Row {
        cells: vec![
            vec![dim((at + 1).to_string())],
            vec![Run::new(
                format!(
                    " {}",
                    words.get(&format!("handover-{}", line.severity.word()))
                ),
                ink,
            )],
            vec![dim(words
                .get(&format!("short-{}", line.row.register))
                .to_string())],
            vec![text(line.row.title.clone().unwrap_or_default())],
            vec![text(line.next.clone())],
            vec![text(
                line.due.map(|due| speech.moment(due)).unwrap_or_default(),
            )],
            vec![Run::new(
                format!(" {}", words.get(state)),
                if state == "handover-missing" {
                    Ink::Missing
                } else {
                    Ink::Ok
                },
            )],
        ],
        marked: false,
    }
}
