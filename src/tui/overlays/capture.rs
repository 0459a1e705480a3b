//! The one line (F2): what was recognised is shown while it is typed, Enter records it and goes
//! on with the obvious next step. A paste of several lines becomes the chat's own pane.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::paste::PastePane;
use super::{case, follow_up, note};
use crate::desk::Desk;
use crate::desk::capture::Preview;
use crate::desk::people::People;
use crate::domain::id::Id;
use crate::exchange::intake::capture::Next;
use crate::problem::Problem;
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::editor::{self, Typed, type_into};
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::{Look, frame, line};
use crate::tui::words::Speech;

/// The key of the draft.
const DRAFT: &str = "capture";
/// The columns of the labels.
const LABEL: u16 = 10;

/// What follows the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    NoteSteps,
    Only,
    Reply,
    Case,
    Promise,
    Nothing,
}

/// The choices in the order of their digits.
const CHOICES: [(Then, &str); 6] = [
    (Then::NoteSteps, "capture-then-note"),
    (Then::Only, "capture-then-only"),
    (Then::Reply, "capture-then-reply"),
    (Then::Case, "capture-then-case"),
    (Then::Promise, "capture-then-promise"),
    (Then::Nothing, "capture-then-nothing"),
];

/// The pane.
pub struct Capture {
    line: Editor,
    preview: Option<Preview>,
    chosen: usize,
    picked: bool,
    people: People,
    zone: chrono_tz::Tz,
    now: i64,
}

impl Capture {
    /// Opens the pane with the draft of the last time.
    pub fn open(reach: &mut Reach<'_>) -> Result<Self, Problem> {
        let person = reach.desk.me()?.id.to_string();
        let draft = reach
            .desk
            .store()
            .draft(&person, DRAFT)?
            .unwrap_or_default();
        Self::with(reach, &draft)
    }

    /// Opens the pane with a text, as a find that found nothing does.
    pub fn with(reach: &mut Reach<'_>, typed: &str) -> Result<Self, Problem> {
        let mut line = Editor::single_line();
        line.paste(typed);
        let mut pane = Self {
            line,
            preview: None,
            chosen: 1,
            picked: false,
            people: reach.desk.people().clone(),
            zone: reach.desk.zone(),
            now: reach.desk.now(),
        };
        pane.recognise(reach.desk)?;
        Ok(pane)
    }

    fn recognise(&mut self, desk: &Desk) -> Result<(), Problem> {
        let typed = self.line.text();
        self.preview = if typed.trim().is_empty() {
            None
        } else {
            Some(desk.capture_preview(typed)?)
        };
        if let Some(preview) = self.preview.as_ref().filter(|_| !self.picked) {
            let then = match (
                preview.register.name,
                preview.found.kind().map(|kind| kind.next),
            ) {
                ("note", _) => Then::NoteSteps,
                ("case", _) => Then::Case,
                (_, Some(Next::Promise)) if preview.register.name != "promise" => Then::Promise,
                _ => Then::Only,
            };
            self.chosen = CHOICES
                .iter()
                .position(|choice| choice.0 == then)
                .unwrap_or(1);
        }
        Ok(())
    }

    fn record(&mut self, reach: &mut Reach<'_>) -> Flow {
        let Some(preview) = self.preview.clone() else {
            return Flow::Stay;
        };
        let then = CHOICES[self.chosen].0;
        if then == Then::Nothing {
            self.line.set("");
            self.preview = None;
            return Flow::Close;
        }
        // Forms record by themselves: a note's first step, a case's draft.
        if then == Then::NoteSteps && preview.register.name != "note" && preview.order.is_none()
            || then == Then::Case && preview.order.is_none()
        {
            reach.say("capture-needs-number", &[]);
            return Flow::Stay;
        }
        let Some(done) = reach.attempt(|desk| desk.capture(&preview)) else {
            return Flow::Stay;
        };
        self.line.set("");
        self.preview = None;
        self.forget(reach);
        let id = done.record();
        match self.follow(then, &preview, id, reach) {
            Ok(flow) => flow,
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Close
            }
        }
    }

    fn follow(
        &self,
        then: Then,
        preview: &Preview,
        id: Id,
        reach: &mut Reach<'_>,
    ) -> Result<Flow, Problem> {
        let number = preview.order.clone().unwrap_or_default();
        Ok(match then {
            Then::NoteSteps if preview.register.name == "note" => {
                Flow::Replace(Box::new(note::NoteForm::of_note(reach, id)?))
            }
            Then::NoteSteps => {
                let form = note::NoteForm::for_order(
                    reach,
                    &number,
                    preview.buyer(),
                    None,
                    preview.text(),
                    Some(id),
                )?;
                Flow::Replace(Box::new(form))
            }
            Then::Case if preview.register.name == "case" => {
                Flow::Replace(Box::new(case::CaseForm::of_case(reach, id)?))
            }
            Then::Case => Flow::Replace(Box::new(case::CaseForm::for_order(
                reach,
                &number,
                Some(id),
            )?)),
            Then::Promise => {
                reach.item = Some(id);
                Flow::Replace(Box::new(follow_up::FollowUp::of_kind(reach, "promise")))
            }
            Then::Reply => Flow::Show(id),
            Then::Only | Then::Nothing => {
                let label = reach
                    .words
                    .get(&format!("register-{}", preview.register.name));
                reach.say("capture-done", &[("register", label.as_ref().into())]);
                Flow::Close
            }
        })
    }

    fn forget(&self, reach: &mut Reach<'_>) {
        if let Ok(person) = reach.desk.me().map(|me| me.id.to_string())
            && let Err(error) = reach.desk.store_mut().clear_draft(&person, DRAFT)
        {
            reach.trouble(&Problem::from(error));
        }
    }

    fn choose(&mut self, at: usize) {
        self.chosen = at.min(CHOICES.len() - 1);
        self.picked = true;
    }

    /// What was recognised, a row each: label, value, and why.
    fn rows<'a>(&'a self, preview: &'a Preview, look: &Look<'a>) -> Vec<(String, Vec<Run<'a>>)> {
        let words = look.words;
        let speech = Speech {
            words,
            zone: self.zone,
            now: self.now,
            people: &self.people,
        };
        let because = |kind| {
            preview
                .found
                .pieces
                .iter()
                .find(|piece| piece.kind == kind)
                .map(|piece| piece.because.clone())
        };
        let why = |because: Option<String>| match because {
            Some(because) => dim(format!(
                "  {}",
                words.with("capture-because", &[("word", because.into())])
            )),
            None => text(""),
        };
        let mut rows = Vec::new();
        if let Some(buyer) = &preview.found.buyer {
            let known = if buyer.masked {
                "capture-buyer-masked"
            } else if buyer.known {
                "capture-buyer-known"
            } else {
                "capture-buyer-new"
            };
            rows.push((
                words.get("capture-buyer"),
                vec![
                    text(buyer.name.clone()),
                    dim(format!("  {}", words.get(known))),
                ],
            ));
        }
        let register = words.get(&format!("register-{}", preview.register.name));
        let kind = preview
            .register
            .field("kind")
            .zip(preview.kind.as_deref())
            .map(|(field, kind)| speech.choice(field, kind));
        let what = kind.map_or_else(
            || register.to_string(),
            |kind| format!("{register} > {kind}"),
        );
        rows.push((
            words.get("capture-matter"),
            vec![
                Run::new(what, Ink::Title),
                why(preview.found.kind().map(|kind| kind.because.clone())),
            ],
        ));
        if let Some(order) = &preview.order {
            let known = words.get(if preview.unverified {
                "capture-order-unknown"
            } else {
                "capture-order-known"
            });
            rows.push((
                words.get("capture-order"),
                vec![text(order.clone()), dim(format!("  {known}"))],
            ));
        }
        if let Some(amount) = preview.amount() {
            rows.push((words.get("capture-amount"), vec![text(amount.to_string())]));
        }
        for waybill in &preview.found.waybills {
            let carrier = waybill.carrier.clone().unwrap_or_default();
            rows.push((
                words.get("capture-waybill"),
                vec![text(waybill.number.clone()), dim(format!("  {carrier}"))],
            ));
        }
        if let Some(due) = preview.due {
            let time = because(crate::exchange::intake::capture::PieceKind::Time);
            rows.push((
                words.get("capture-due"),
                vec![text(speech.moment(due)), why(time)],
            ));
        }
        rows.push((
            words.get("capture-text"),
            vec![text(preview.text().to_owned())],
        ));
        for (message, args) in &preview.warnings {
            let args: Vec<(&str, crate::i18n::Arg<'_>)> = args
                .iter()
                .map(|(name, value)| (*name, value.as_str().into()))
                .collect();
            rows.push((
                words.get("capture-warning"),
                vec![Run::new(words.with(message, &args), Ink::Warn)],
            ));
        }
        rows.into_iter()
            .map(|(label, runs)| (label.to_string(), runs))
            .collect()
    }
}

impl Pane for Capture {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Text, Context::Capture]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Accept | Command::Open | Command::Finish => self.record(reach),
            Command::Next => {
                self.choose(self.chosen + 1);
                Flow::Stay
            }
            Command::Previous => {
                self.choose(self.chosen.saturating_sub(1));
                Flow::Stay
            }
            _ => match command.choice() {
                Some(row) => {
                    self.choose(row - 1);
                    self.record(reach)
                }
                None => Flow::Pass,
            },
        }
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        if let Input::Paste(pasted) = input
            && pasted.trim().lines().count() > 1
        {
            return match PastePane::open(reach, pasted) {
                Ok(pane) => Flow::Replace(Box::new(pane)),
                Err(problem) => {
                    reach.trouble(&problem);
                    Flow::Stay
                }
            };
        }
        match type_into(&mut self.line, input) {
            Typed::Ignored => return Flow::Pass,
            Typed::Moved => {}
            Typed::Changed => {
                if let Err(problem) = self.recognise(reach.desk) {
                    reach.trouble(&problem);
                }
            }
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let area = frame::paper(area);
        let words = look.words;
        let found = self
            .preview
            .as_ref()
            .map(|preview| self.rows(preview, look))
            .unwrap_or_default();
        let recent = self
            .preview
            .as_ref()
            .map_or(&[][..], |preview| &preview.recent);
        let shelf_found = area.y + 3;
        let shelf_recent = shelf_found + 1 + found.len() as u16;
        let shelf_then = shelf_recent + 1 + (recent.len() as u16).clamp(1, 3);
        let shelves = [shelf_found, shelf_recent, shelf_then];
        let title = [Run::new(words.get("capture-title").to_string(), Ink::Title)];
        let inner = frame::overlay(buf, area, &title, &[], &shelves, look);
        if inner.height < 3 || inner.width < 4 {
            return None;
        }
        let row = |y: u16| Rect {
            x: inner.x + 1,
            y,
            width: inner.width.saturating_sub(2),
            height: 1,
        };
        let fits = |y: u16| y < inner.bottom();
        line::put(
            buf,
            (inner.x + 1, inner.y),
            inner.width - 2,
            &words.get("capture-prompt"),
            Ink::Dim,
            look,
        );
        let caret = editor::draw(buf, row(inner.y + 1), &self.line, Ink::Field, look);
        for (shelf, id) in [
            (shelf_found, "capture-found"),
            (shelf_recent, "capture-recent"),
            (shelf_then, "capture-then"),
        ] {
            if fits(shelf) {
                frame::titles(
                    buf,
                    Rect {
                        x: inner.x,
                        y: shelf,
                        width: inner.width,
                        height: 1,
                    },
                    &[text(words.get(id).to_string())],
                    &[],
                    look,
                );
            }
        }
        for (at, (label, runs)) in found.iter().enumerate() {
            let y = shelf_found + 1 + at as u16;
            if fits(y) {
                line::put(buf, (inner.x + 1, y), LABEL, label, Ink::Dim, look);
                line::put_runs(
                    buf,
                    (inner.x + 1 + LABEL, y),
                    inner.width.saturating_sub(LABEL + 2),
                    runs,
                    look,
                );
            }
        }
        let speech = Speech {
            words,
            zone: self.zone,
            now: self.now,
            people: &self.people,
        };
        for (at, one) in recent.iter().take(3).enumerate() {
            let y = shelf_recent + 1 + at as u16;
            if fits(y) {
                let label = words.get(&format!("short-{}", one.register));
                let title = speech.title(one);
                let runs = [
                    dim(format!("{} {label} ", speech.day(one.opened))),
                    text(format!("{title} {}", speech.subject(one))),
                ];
                line::row(
                    buf,
                    row(y),
                    &runs,
                    &[dim(speech.state(&one.register, &one.state))],
                    look,
                );
            }
        }
        for (at, (_, id)) in CHOICES.iter().enumerate() {
            let y = shelf_then + 1 + at as u16;
            if fits(y) {
                let here = at == self.chosen;
                let sign = if here { ">" } else { " " };
                let ink = if here { Ink::Selection } else { Ink::Text };
                line::put_runs(
                    buf,
                    (inner.x + 1, y),
                    inner.width - 2,
                    &[Run::new(
                        format!("{sign} {} {}", at + 1, words.get(id)),
                        ink,
                    )],
                    look,
                );
            }
        }
        let advice = shelf_then + 2 + CHOICES.len() as u16;
        if fits(advice) {
            line::put(
                buf,
                (inner.x + 1, advice),
                inner.width - 2,
                &words.get("capture-advice"),
                Ink::Dim,
                look,
            );
        }
        caret
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn draft(&self) -> Option<(String, String)> {
        Some((DRAFT.to_owned(), self.line.text().to_owned()))
    }
}
