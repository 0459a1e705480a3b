//! A pasted chat (F2): what is new of it, whose words, where it is filed.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{case, note};
use crate::desk::Desk;
use crate::desk::paste::PastePreview;
use crate::desk::people::People;
use crate::domain::id::Id;
use crate::domain::payload::Direction;
use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::{Look, frame, line};
use crate::tui::words::Speech;

/// Where it may go, in the order of the digits.
const INTO: [&str; 2] = ["paste-into-day", "paste-into-new"];
/// The place of a conversation of its own.
const NEW: usize = 1;

/// The pane.
pub struct PastePane {
    pasted: String,
    unclear: Vec<String>,
    preview: PastePreview,
    chosen: usize,
    people: People,
    zone: chrono_tz::Tz,
    now: i64,
}

impl PastePane {
    /// Takes a pasted text to pieces.
    pub fn open(reach: &mut Reach<'_>, pasted: &str) -> Result<Self, Problem> {
        let (preview, unclear) = preview(reach.desk, pasted)?;
        Ok(Self {
            pasted: pasted.to_owned(),
            unclear,
            preview,
            chosen: 0,
            people: reach.desk.people().clone(),
            zone: reach.desk.zone(),
            now: reach.desk.now(),
        })
    }

    /// The next speaker after the buyer: whose words are whose is turned by it.
    fn other_speaker(&self) -> Option<String> {
        let speakers = &self.preview.pasted.speakers;
        let at = speakers
            .iter()
            .position(|speaker| Some(&speaker.name) == self.preview.buyer.as_ref());
        let next = at.map_or(0, |at| at + 1) % speakers.len().max(1);
        speakers.get(next).map(|speaker| speaker.name.clone())
    }

    fn file(&self, reach: &mut Reach<'_>) -> Option<Id> {
        let mut preview = self.preview.clone();
        if self.chosen == NEW {
            preview.talk.id = reach.desk.new_id();
        }
        let done = reach.attempt(|desk| desk.paste(&preview))?;
        let outcome = self.preview.outcome;
        reach.say(
            "paste-done",
            &[("new", outcome.new.into()), ("here", outcome.here.into())],
        );
        Some(done.record())
    }

    fn file_and(&self, reach: &mut Reach<'_>, note_form: bool) -> Flow {
        let Some(id) = self.file(reach) else {
            return Flow::Stay;
        };
        let number = self.preview.order.clone().unwrap_or_default();
        let buyer = self.preview.buyer.as_deref();
        let opened: Result<Box<dyn Pane>, Problem> = if note_form {
            note::NoteForm::for_order(reach, &number, buyer, None, "", Some(id))
                .map(|form| Box::new(form) as _)
        } else {
            case::CaseForm::for_order(reach, &number, Some(id)).map(|form| Box::new(form) as _)
        };
        match opened {
            Ok(form) => Flow::Replace(form),
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Show(id)
            }
        }
    }
}

/// Takes a paste to pieces; where several could be the buyer the first is taken and all are named.
fn preview(desk: &mut Desk, pasted: &str) -> Result<(PastePreview, Vec<String>), Problem> {
    match desk.paste_preview(pasted, None) {
        Err(problem) if problem.message == "problem-paste-who" => {
            let names = desk.paste_speakers(pasted)?;
            Ok((
                desk.paste_preview(pasted, names.first().map(String::as_str))?,
                names,
            ))
        }
        preview => Ok((preview?, Vec::new())),
    }
}

impl Pane for PastePane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Paste, Context::Menu]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Accept | Command::Open | Command::Finish => {
                return self.file(reach).map_or(Flow::Stay, Flow::Show);
            }
            Command::Next => self.chosen = (self.chosen + 1).min(INTO.len() - 1),
            Command::Previous => self.chosen = self.chosen.saturating_sub(1),
            Command::SwapSides => {
                if let Some(other) = self.other_speaker() {
                    match reach.desk.paste_preview(&self.pasted, Some(&other)) {
                        Ok(preview) => self.preview = preview,
                        Err(problem) => reach.trouble(&problem),
                    }
                }
            }
            Command::Note => return self.file_and(reach, true),
            Command::AfterSale => return self.file_and(reach, false),
            _ => match command.choice().filter(|row| *row <= INTO.len()) {
                Some(row) => {
                    self.chosen = row - 1;
                    return self.file(reach).map_or(Flow::Stay, Flow::Show);
                }
                None => return Flow::Pass,
            },
        }
        Flow::Stay
    }

    fn input(&mut self, _input: &Input, _reach: &mut Reach<'_>) -> Flow {
        Flow::Pass
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let words = look.words;
        let pasted = &self.preview.pasted;
        let outcome = self.preview.outcome;
        let rows = area.height.saturating_sub(12).max(1);
        let shelves = [area.y + 3, area.y + 4 + rows, area.y + 7 + rows];
        let title = [Run::new(words.get("paste-title").to_string(), Ink::Title)];
        let inner = frame::overlay(buf, area, &title, &[dim("F2")], &shelves, look);
        if inner.height < 2 || inner.width < 4 {
            return None;
        }
        let width = inner.width - 2;
        let put = |buf: &mut Buffer, y: u16, runs: &[Run<'_>]| {
            if y < inner.bottom() {
                line::put_runs(buf, (inner.x + 1, y), width, runs, look);
            }
        };
        let form = pasted
            .form
            .clone()
            .unwrap_or_else(|| words.get("paste-no-form").to_string());
        let counts = [
            ("lines", pasted.lines.into()),
            ("said", pasted.utterances.len().into()),
            ("new", outcome.new.into()),
            ("here", outcome.here.into()),
            ("unsplit", pasted.unsplit.into()),
        ];
        put(
            buf,
            inner.y,
            &[
                text(words.with("paste-counts", &counts)),
                dim(format!("  {form}")),
            ],
        );
        let buyer = self
            .preview
            .buyer
            .clone()
            .unwrap_or_else(|| words.get("paste-no-buyer").to_string());
        let unclear = if self.unclear.is_empty() {
            String::new()
        } else {
            words.with("paste-unclear", &[("names", self.unclear.join(" ").into())])
        };
        put(
            buf,
            inner.y + 1,
            &[
                text(words.with("paste-buyer", &[("name", buyer.into())])),
                Run::new(format!("  {unclear}"), Ink::Warn),
            ],
        );
        let speech = Speech {
            words,
            zone: self.zone,
            now: self.now,
            people: &self.people,
        };
        let said = &self.preview.talk.said;
        for (at, one) in said
            .iter()
            .skip(said.len().saturating_sub(usize::from(rows)))
            .enumerate()
        {
            let (who, ink) = match one.direction {
                Direction::In => (words.get("who-buyer").to_string(), Ink::In),
                Direction::Out => (
                    one.author
                        .clone()
                        .unwrap_or_else(|| words.get("who-us").to_string()),
                    Ink::Out,
                ),
                Direction::System => (words.get("who-system").to_string(), Ink::System),
                Direction::Internal => (words.get("paste-unknown-side").to_string(), Ink::Warn),
            };
            let time = one.at.map_or_else(|| "     ".into(), |at| speech.clock(at));
            put(
                buf,
                shelves[0] + 1 + at as u16,
                &[
                    dim(format!("{time} ")),
                    Run::new(format!("{who} "), ink),
                    text(one.text.clone()),
                ],
            );
        }
        let orders = if pasted.orders.is_empty() {
            "-".to_owned()
        } else {
            pasted.orders.join(" ")
        };
        put(
            buf,
            shelves[1] + 1,
            &[text(
                words.with("paste-orders", &[("orders", orders.into())]),
            )],
        );
        if !pasted.timed {
            put(
                buf,
                shelves[1] + 2,
                &[dim(words.get("paste-no-times").to_string())],
            );
        }
        for (at, id) in INTO.iter().enumerate() {
            let here = at == self.chosen;
            let ink = if here { Ink::Selection } else { Ink::Text };
            let sign = if here { ">" } else { " " };
            put(
                buf,
                shelves[2] + 1 + at as u16,
                &[Run::new(
                    format!("{sign} {} {}", at + 1, words.get(id)),
                    ink,
                )],
            );
        }
        put(
            buf,
            shelves[2] + 4,
            &[dim(words.get("paste-once").to_string())],
        );
        None
    }
}
