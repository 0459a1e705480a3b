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
use crate::tui::keys::{Input, Spot};
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::{Look, frame, line};
use crate::tui::words::{Speech, short_author};

/// The rows beside those of what was said.
const AROUND: u16 = 14;
/// How many places it may go to: the buyer's conversation, or one of its own.
const CHOICES: usize = 2;
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
        let outcome = &self.preview.outcome;
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
        let kind = self
            .preview
            .matters
            .iter()
            .find(|found| found.register == "note")
            .and_then(|found| found.kind.as_deref());
        let opened: Result<Box<dyn Pane>, Problem> = if note_form {
            note::NoteForm::for_order(reach, &number, buyer, kind, "", Some(id))
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
            Command::Next => self.chosen = (self.chosen + 1).min(CHOICES - 1),
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
            _ => match command.choice().filter(|row| *row <= CHOICES) {
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
        let area = frame::paper(area);
        let rows = area.height.saturating_sub(AROUND).max(1);
        let shelves = [area.y + 3, area.y + 4 + rows, area.y + 7 + rows];
        let title = [Run::new(
            look.words.get("paste-title").to_string(),
            Ink::Title,
        )];
        let inner = frame::overlay(buf, area, &title, &[dim("F2")], &shelves, look);
        if inner.height < 2 || inner.width < 4 {
            return None;
        }
        let mut sheet = Paper { buf, inner, look };
        self.draw_head(&mut sheet);
        self.draw_said(&mut sheet, shelves[0], usize::from(rows));
        self.draw_found(&mut sheet, shelves[1]);
        self.draw_choices(&mut sheet, shelves[2]);
        None
    }

    fn is_whole(&self) -> bool {
        false
    }
}

/// The sheet that the pane draws on: rows within a frame.
struct Paper<'a, 'b> {
    buf: &'a mut Buffer,
    inner: Rect,
    look: &'a Look<'b>,
}

impl Paper<'_, '_> {
    fn row(&mut self, y: u16, runs: &[Run<'_>]) {
        if y < self.inner.bottom() {
            let width = self.inner.width.saturating_sub(2);
            line::put_runs(self.buf, (self.inner.x + 1, y), width, runs, self.look);
        }
    }

    /// Writes down that a row is so many behind the chosen one.
    fn spot(&self, y: u16, away: isize) {
        let row = Rect {
            y,
            height: 1,
            ..self.inner
        };
        self.look.note(|record| {
            record.places.push((row, Spot::Row(away)));
            if away == 0 && y < self.inner.bottom() {
                record.rest = Some(Position::new(self.inner.x + 1, y));
            }
        });
    }

    fn shelf(&mut self, y: u16, title: String) {
        if y + 1 < self.inner.bottom() {
            let row = Rect {
                y,
                height: 1,
                ..self.inner
            };
            frame::titles(self.buf, row, &[text(title)], &[], self.look);
        }
    }

    fn word(&self, id: &str) -> String {
        self.look.words.get(id).to_string()
    }
}

impl PastePane {
    fn speech<'a>(&'a self, look: &Look<'a>) -> Speech<'a> {
        Speech {
            words: look.words,
            zone: self.zone,
            now: self.now,
            people: &self.people,
        }
    }

    /// What was split by which form, and who is who.
    fn draw_head(&self, sheet: &mut Paper<'_, '_>) {
        let (words, pasted) = (sheet.look.words, &self.preview.pasted);
        let form = match &pasted.form {
            Some(name) if words.has(&format!("chat-form-{name}")) => {
                sheet.word(&format!("chat-form-{name}"))
            }
            // A form of the shop's own file has no other name.
            Some(name) => name.clone(),
            None => sheet.word("paste-no-form"),
        };
        let counts = [
            ("lines", pasted.lines.into()),
            ("said", pasted.utterances.len().into()),
            ("new", self.preview.outcome.new.into()),
            ("here", self.preview.outcome.here.into()),
            ("unsplit", pasted.unsplit.into()),
        ];
        let top = sheet.inner.y;
        sheet.row(
            top,
            &[
                text(words.with("paste-counts", &counts)),
                dim(format!("  {form}")),
            ],
        );
        let buyer = self.preview.buyer.clone();
        let ours: Vec<&str> = pasted
            .speakers
            .iter()
            .filter(|speaker| Some(&speaker.name) != buyer.as_ref())
            .map(|speaker| short_author(&speaker.name))
            .collect();
        let names = [
            ("ours", ours.join(" ").into()),
            (
                "buyer",
                buyer.unwrap_or_else(|| sheet.word("paste-no-buyer")).into(),
            ),
        ];
        let mut runs = vec![text(words.with("paste-who", &names))];
        if !self.unclear.is_empty() {
            let names = [("names", self.unclear.join(" ").into())];
            runs.push(Run::new(
                format!("  {}", words.with("paste-unclear", &names)),
                Ink::Warn,
            ));
        }
        sheet.row(top + 1, &runs);
    }

    /// The words that are new, the last ones where not all have room.
    fn draw_said(&self, sheet: &mut Paper<'_, '_>, shelf: u16, rows: usize) {
        let (said, fresh) = (&self.preview.talk.said, &self.preview.outcome.fresh);
        let count = [("count", fresh.len().into())];
        sheet.shelf(shelf, sheet.look.words.with("paste-new", &count));
        let shown = fresh.iter().skip(fresh.len().saturating_sub(rows));
        for (at, one) in shown.filter_map(|place| said.get(*place)).enumerate() {
            let (who, ink) = match one.direction {
                Direction::In => (sheet.word("who-buyer"), Ink::In),
                Direction::Out => (
                    one.author
                        .as_deref()
                        .map_or_else(|| sheet.word("who-us"), |name| short_author(name).into()),
                    Ink::Out,
                ),
                Direction::System => (sheet.word("who-system"), Ink::System),
                Direction::Internal => (sheet.word("who-internal"), Ink::Warn),
            };
            let speech = self.speech(sheet.look);
            let time = one.at.map_or_else(|| "     ".into(), |at| speech.clock(at));
            sheet.row(
                shelf + 1 + at as u16,
                &[
                    dim(format!("{time} ")),
                    Run::new(format!("{who}  "), ink),
                    text(one.text.clone()),
                ],
            );
        }
    }

    /// Numbers and matters that the words name.
    fn draw_found(&self, sheet: &mut Paper<'_, '_>, shelf: u16) {
        sheet.shelf(shelf, sheet.word("paste-found"));
        let (words, pasted) = (sheet.look.words, &self.preview.pasted);
        let listed = |list: &[String]| {
            if list.is_empty() {
                "-".to_owned()
            } else {
                list.join(" ")
            }
        };
        let speech = self.speech(sheet.look);
        let matters: Vec<String> = self
            .preview
            .matters
            .iter()
            .map(|found| speech.matter(&found.register, found.kind.as_deref()))
            .collect();
        let found = [
            ("orders", listed(&pasted.orders).into()),
            ("matters", listed(&matters).into()),
            ("phones", listed(&pasted.phones).into()),
        ];
        sheet.row(shelf + 1, &[text(words.with("paste-pieces", &found))]);
        if !pasted.timed {
            sheet.row(shelf + 2, &[dim(sheet.word("paste-no-times"))]);
        } else if pasted.dateless {
            sheet.row(shelf + 2, &[dim(sheet.word("paste-no-dates"))]);
        }
    }

    fn draw_choices(&self, sheet: &mut Paper<'_, '_>, shelf: u16) {
        sheet.shelf(shelf, sheet.word("paste-into"));
        let buyer = self.preview.buyer.clone().unwrap_or_default();
        let speech = self.speech(sheet.look);
        let day = match self.preview.since {
            Some(since) => sheet.look.words.with(
                "paste-into-day",
                &[
                    ("buyer", buyer.into()),
                    ("since", speech.moment(since).into()),
                ],
            ),
            None => sheet
                .look
                .words
                .with("paste-into-first", &[("buyer", buyer.into())]),
        };
        for (at, label) in [day, sheet.word("paste-into-new")].into_iter().enumerate() {
            let here = at == self.chosen;
            let ink = if here { Ink::Selection } else { Ink::Text };
            let sign = if here { ">" } else { " " };
            let label = format!("{sign} {} {label}", at + 1);
            let y = shelf + 1 + at as u16;
            sheet.row(y, &[Run::new(label, ink)]);
            sheet.spot(y, at as isize - self.chosen as isize);
        }
        for (at, id) in ["paste-kept", "paste-once"].into_iter().enumerate() {
            sheet.row(shelf + 4 + at as u16, &[dim(sheet.word(id))]);
        }
    }
}
