//! Handover of the one who takes over: each line is taken, changed, asked about or returned.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::handover::{Answer, Received, Severity};
use crate::desk::people::People;
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

/// The answers in the order of their digits.
const ANSWERS: [&str; 4] = ["accept", "change", "ask", "return"];

/// The pane.
pub struct TakeoverPane {
    received: Received,
    at: usize,
    chosen: usize,
    words: Editor,
    people: People,
    zone: chrono_tz::Tz,
    now: i64,
}

impl TakeoverPane {
    /// Opens a signed sheet.
    pub fn new(reach: &Reach<'_>, received: Received) -> Self {
        Self {
            received,
            at: 0,
            chosen: 0,
            words: Editor::single_line(),
            people: reach.desk.people().clone(),
            zone: reach.desk.zone(),
            now: reach.desk.now(),
        }
    }

    fn answer(&mut self, reach: &mut Reach<'_>) {
        let Some(no) = self.received.lines.get(self.at).map(|line| line.no) else {
            return;
        };
        let (id, said) = (self.received.id, self.words.text().to_owned());
        let answer = match self.chosen {
            1 => Answer::Change(&said),
            2 => Answer::Ask(&said),
            3 => Answer::Return(&said),
            _ => Answer::Accept,
        };
        if reach
            .attempt(|desk| desk.answer_line(id, no, answer))
            .is_some()
        {
            self.words.set("");
            self.chosen = 0;
            self.reread(reach);
            self.step(1);
        }
    }

    fn take_green(&mut self, reach: &mut Reach<'_>) {
        let green: Vec<usize> = self
            .received
            .lines
            .iter()
            .filter(|line| line.is_open() && line.severity == Severity::Green)
            .map(|line| line.no)
            .collect();
        let id = self.received.id;
        if !green.is_empty()
            && reach
                .attempt(|desk| desk.answer_lines(id, &green, Answer::Accept))
                .is_some()
        {
            self.reread(reach);
        }
    }

    fn reread(&mut self, reach: &mut Reach<'_>) {
        match reach.desk.handover(self.received.id) {
            Ok(received) => self.received = received,
            Err(problem) => reach.trouble(&problem),
        }
    }

    fn step(&mut self, by: isize) {
        self.at = self
            .at
            .saturating_add_signed(by)
            .min(self.received.lines.len().saturating_sub(1));
    }

    fn receipt(&mut self, reach: &mut Reach<'_>) -> Flow {
        let id = self.received.id;
        if reach.attempt(|desk| desk.handover_receipt(id)).is_some() {
            reach.say("takeover-done", &[]);
            return Flow::Close;
        }
        Flow::Stay
    }
}

/// Opens the first sheet that waits for the person; none where none does.
pub fn open(reach: &Reach<'_>) -> Result<Option<TakeoverPane>, Problem> {
    Ok(reach
        .desk
        .handovers_for_me()?
        .into_iter()
        .next()
        .map(|received| TakeoverPane::new(reach, received)))
}

impl Pane for TakeoverPane {
    fn contexts(&self) -> Vec<Context> {
        if self.chosen == 0 {
            vec![Context::Takeover, Context::List, Context::Menu]
        } else {
            vec![Context::Text, Context::Takeover, Context::Picker]
        }
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Take | Command::Open | Command::Accept => self.answer(reach),
            Command::TakeAll | Command::MarkAll => self.take_green(reach),
            Command::Next => self.step(1),
            Command::Previous => self.step(-1),
            Command::Finish => return self.receipt(reach),
            Command::NextPane => {
                return self
                    .received
                    .lines
                    .get(self.at)
                    .map_or(Flow::Stay, |line| Flow::Show(line.record));
            }
            Command::Back if self.chosen > 0 => self.chosen = 0,
            Command::Back => return Flow::Close,
            _ => match command.choice().filter(|row| *row <= ANSWERS.len()) {
                Some(row) => self.chosen = row - 1,
                None => return Flow::Pass,
            },
        }
        Flow::Stay
    }

    fn input(&mut self, input: &Input, _reach: &mut Reach<'_>) -> Flow {
        if self.chosen > 0 && type_into(&mut self.words, input) != Typed::Ignored {
            Flow::Stay
        } else {
            Flow::Pass
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        line::clear(buf, area);
        let words = look.words;
        let speech = Speech {
            words,
            zone: self.zone,
            now: self.now,
            people: &self.people,
        };
        let from = self
            .received
            .from
            .and_then(|id| self.people.by_id(id))
            .map(|person| person.name.clone())
            .unwrap_or_default();
        let title = [Run::new(
            words.with("takeover-title", &[("from", from.into())]),
            Ink::Title,
        )];
        let taken = self.received.count("accepted") + self.received.count("changed");
        let counts = [
            ("lines", self.received.lines.len().into()),
            ("taken", taken.into()),
            ("asked", self.received.count("asked").into()),
            ("returned", self.received.count("returned").into()),
        ];
        frame::section(
            buf,
            area,
            &title,
            &[dim(words.with("takeover-counts", &counts))],
            look,
        );
        let list_area = Rect {
            y: area.y + 1,
            height: (area.height / 2).min(area.height.saturating_sub(1)),
            ..area
        };
        let height = usize::from(list_area.height);
        let top = (self.at + 1).saturating_sub(height);
        let rows: Vec<Row<'_>> = self
            .received
            .lines
            .iter()
            .skip(top)
            .take(height)
            .map(|line| {
                let ink = match line.severity {
                    Severity::Red => Ink::Overdue,
                    Severity::Yellow => Ink::Urgent,
                    Severity::Green => Ink::Dim,
                };
                let state = if line.changed {
                    "takeover-changed".to_owned()
                } else {
                    format!("takeover-ack-{}", line.ack)
                };
                Row {
                    cells: vec![
                        vec![dim(line.no.to_string())],
                        vec![Run::new(
                            format!(
                                " {}",
                                words.get(&format!("handover-{}", line.severity.word()))
                            ),
                            ink,
                        )],
                        vec![dim(words
                            .get(&format!("short-{}", line.register))
                            .to_string())],
                        vec![text(line.title.clone())],
                        vec![text(line.next.clone())],
                        vec![text(
                            line.due.map(|due| speech.moment(due)).unwrap_or_default(),
                        )],
                        vec![Run::new(
                            format!(" {}", words.get(&state)),
                            if line.is_open() {
                                Ink::Missing
                            } else {
                                Ink::Ok
                            },
                        )],
                    ],
                    marked: false,
                }
            })
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
        let cursor = self
            .at
            .checked_sub(top)
            .filter(|_| !self.received.lines.is_empty());
        list::draw(
            buf,
            list_area,
            &List {
                columns: &columns,
                rows: &rows,
                cursor,
                focused: true,
            },
            look,
        );
        self.view_line(
            buf,
            Rect {
                y: list_area.bottom(),
                height: area.bottom().saturating_sub(list_area.bottom()),
                ..area
            },
            look,
        )
    }
}

impl TakeoverPane {
    fn view_line(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let shown = self
            .received
            .lines
            .get(self.at)
            .filter(|_| area.height > 1)?;
        let words = look.words;
        frame::section(buf, area, &[text(shown.title.clone())], &[], look);
        let mut rows: Vec<Vec<Run<'_>>> = Vec::new();
        for (id, value) in [
            ("summary", &shown.summary),
            ("next", &shown.next),
            ("if_then", &shown.if_then),
            ("note", &shown.note),
        ] {
            if !value.is_empty() {
                rows.push(vec![
                    dim(format!("{}  ", words.get(&format!("handover-field-{id}")))),
                    text(value.clone()),
                ]);
            }
        }
        for (at, answer) in ANSWERS.iter().enumerate() {
            let ink = if at == self.chosen {
                Ink::Selection
            } else {
                Ink::Text
            };
            rows.push(vec![Run::new(
                format!("{} {}", at + 1, words.get(&format!("takeover-{answer}"))),
                ink,
            )]);
        }
        let mut y = area.y + 1;
        for runs in &rows {
            if y < area.bottom() {
                line::put_runs(
                    buf,
                    (area.x + 1, y),
                    area.width.saturating_sub(2),
                    runs,
                    look,
                );
                y += 1;
            }
        }
        if self.chosen == 0 || y >= area.bottom() {
            return None;
        }
        let place = Rect {
            x: area.x + 3.min(area.width),
            y,
            width: area.width.saturating_sub(4),
            height: 1,
        };
        editor::draw(buf, place, &self.words, Ink::Field, look)
    }
}
