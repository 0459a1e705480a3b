//! A pasted chat (F2): what is new of it, whose words, where it is filed.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::follow_up::FollowUp;
use super::{case, note};
use crate::desk::Desk;
use crate::desk::paste::PastePreview;
use crate::desk::people::People;
use crate::desk::wording::{Wording, counted};
use crate::domain::id::Id;
use crate::domain::payload::Direction;
use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::widgets::Look;

/// The place of a conversation of its own.
const NEW: usize = 1;
/// The place of evidence that becomes no talk.
const EVIDENCE: usize = 2;

/// The pane.
pub struct PastePane {
    pasted: String,
    pub(super) unclear: Vec<String>,
    pub(super) preview: PastePreview,
    pub(super) chosen: usize,
    /// How many of our new words must not be said, and how many are to be looked at.
    pub(super) wording: (usize, usize),
    /// The item that was open, to which the paste may be attached.
    attach_to: Option<Id>,
    pub(super) people: People,
    pub(super) zone: chrono_tz::Tz,
    pub(super) now: i64,
}

impl PastePane {
    /// Takes a pasted text to pieces.
    pub fn open(reach: &mut Reach<'_>, pasted: &str) -> Result<Self, Problem> {
        let (preview, unclear) = preview(reach.desk, pasted)?;
        let wording = wording(reach.desk, &preview)?;
        Ok(Self {
            wording,
            pasted: pasted.to_owned(),
            unclear,
            preview,
            chosen: 0,
            attach_to: reach.item,
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

    /// How many places it may go to: the buyer's conversation, one of its own, and the open item
    /// as evidence where there is one.
    pub(super) fn places(&self) -> usize {
        if self.attach_to.is_some() {
            EVIDENCE + 1
        } else {
            EVIDENCE
        }
    }

    /// Keeps the paste as evidence of the open item.
    fn attach(&self, reach: &mut Reach<'_>) -> Option<Id> {
        let to = self.attach_to?;
        let name = reach.words.get("paste-file").to_string();
        reach.attempt(|desk| desk.attach_text(to, &self.pasted, &name))?;
        reach.say("paste-attached", &[]);
        Some(to)
    }

    fn file(&self, reach: &mut Reach<'_>) -> Option<Id> {
        if self.chosen == EVIDENCE {
            return self.attach(reach);
        }
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

    /// F7: files it and records the promise that our words make.
    fn file_and_promise(&self, reach: &mut Reach<'_>) -> Flow {
        let promised = self.preview.promises.first();
        let promised = promised.and_then(|place| self.preview.talk.said.get(*place));
        let words = promised.map(|one| one.text.clone()).unwrap_or_default();
        match self.file(reach) {
            Some(id) => Flow::Replace(Box::new(FollowUp::promised(reach, id, &words))),
            None => Flow::Stay,
        }
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

/// Checks our new words.
fn wording(desk: &Desk, preview: &PastePreview) -> Result<(usize, usize), Problem> {
    let mut rules = Wording::default();
    rules.refresh(desk)?;
    let said = |place: &usize| preview.talk.said.get(*place);
    let ours = preview.outcome.fresh.iter().filter_map(said);
    let ours = ours.filter(|one| one.direction == Direction::Out);
    Ok(ours.fold((0, 0), |(blocked, hints), one| {
        let (more, others) = counted(&rules.check(&one.text));
        (blocked + more, hints + others)
    }))
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
            Command::Next => self.chosen = (self.chosen + 1).min(self.places() - 1),
            Command::Previous => self.chosen = self.chosen.saturating_sub(1),
            Command::SwapSides => {
                if let Some(other) = self.other_speaker() {
                    match reach.desk.paste_preview(&self.pasted, Some(&other)) {
                        Ok(preview) => {
                            self.preview = preview;
                            match wording(reach.desk, &self.preview) {
                                Ok(counts) => self.wording = counts,
                                Err(problem) => reach.trouble(&problem),
                            }
                        }
                        Err(problem) => reach.trouble(&problem),
                    }
                }
            }
            Command::Note => return self.file_and(reach, true),
            Command::AfterSale => return self.file_and(reach, false),
            Command::FollowUp => return self.file_and_promise(reach),
            _ => match command.choice().filter(|row| *row <= self.places()) {
                Some(row) => {
                    self.chosen = row - 1;
                    return self.file(reach).map_or(Flow::Stay, Flow::Show);
                }
                None => return Flow::Pass,
            },
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        super::paste_view::draw(self, buf, area, look);
        None
    }

    fn is_whole(&self) -> bool {
        false
    }
}
