//! What is in the log and does not count, and what contradicts.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::Desk;
use crate::domain::id::Id;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::{Contradiction, UnfoldedEvent};
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::overlays::ask::Ask;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::panes::record::RecordPane;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::widgets::page;
use crate::tui::widgets::{Look, list};
use crate::tui::words::Speech;

/// One thing that people must look at.
struct Entry {
    /// The mark's word.
    mark: &'static str,
    ink: Ink,
    /// What it is, in a sentence.
    what: String,
    /// Which records, in their own words.
    which: String,
    /// What to do about it.
    next: String,
    record: Option<Id>,
    /// The contradiction, where it is one.
    settles: Option<Id>,
}

/// The list.
pub struct HeldPane {
    entries: Vec<Entry>,
    held: usize,
    cursor: usize,
}

impl HeldPane {
    /// Reads what is held and what contradicts.
    pub fn new(desk: &Desk, words: &Words) -> Result<Self, Problem> {
        let mut pane = Self {
            entries: Vec::new(),
            held: 0,
            cursor: 0,
        };
        pane.read(desk, words)?;
        Ok(pane)
    }

    fn read(&mut self, desk: &Desk, words: &Words) -> Result<(), Problem> {
        let speech = Speech {
            words,
            zone: desk.zone(),
            now: desk.now(),
            people: desk.people(),
        };
        let open = desk.open_contradictions()?.into_iter();
        self.entries = open
            .map(|one| contradiction(desk, &one, speech))
            .collect::<Result<_, _>>()?;
        let mut unfolded = desk.store().unfolded()?;
        unfolded.extend(desk.store().missing_files()?);
        self.held = unfolded.len();
        self.entries
            .extend(unfolded.iter().map(|event| held(event, speech)));
        self.cursor = self.cursor.min(self.entries.len().saturating_sub(1));
        Ok(())
    }

    fn open(&self, reach: &mut Reach<'_>) -> Flow {
        let Some(record) = self.entries.get(self.cursor).and_then(|entry| entry.record) else {
            return Flow::Stay;
        };
        match RecordPane::open(reach.desk, reach.words, record) {
            Ok(pane) => Flow::Push(Box::new(pane)),
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Stay
            }
        }
    }
}

impl HeldPane {
    /// Asks for the reason with which a contradiction is settled.
    fn settle(&self, reach: &mut Reach<'_>) -> Flow {
        let Some(id) = self
            .entries
            .get(self.cursor)
            .and_then(|entry| entry.settles)
        else {
            reach.say("held-heals", &[]);
            return Flow::Stay;
        };
        let (title, hint) = (
            reach.words.get("held-settle-title"),
            reach.words.get("ask-reason"),
        );
        Flow::Push(Box::new(Ask::new(
            title.to_string(),
            hint.to_string(),
            move |reason, reach| {
                if reach
                    .attempt(|desk| desk.settle(&id.to_string(), reason))
                    .is_some()
                {
                    reach.say("held-settled", &[]);
                }
                Flow::Close
            },
        )))
    }
}

fn contradiction(desk: &Desk, one: &Contradiction, speech: Speech<'_>) -> Result<Entry, Problem> {
    let rows = desk.store().rows_by_id(&one.records)?;
    let which: Vec<String> = rows
        .iter()
        .map(|row| {
            let register = speech.words.get(&format!("register-{}", row.register));
            let name = row
                .number
                .clone()
                .or_else(|| row.title.clone())
                .unwrap_or_default();
            format!(
                "{register} {name} {}",
                speech.state(&row.register, &row.state)
            )
        })
        .collect();
    Ok(Entry {
        mark: "mark-conflict",
        ink: Ink::Conflict,
        what: speech
            .words
            .get(&format!("finding-{}", one.kind))
            .to_string(),
        which: which.join("   "),
        next: speech.words.get("held-settle").to_string(),
        record: one.records.first().copied(),
        settles: Some(one.id),
    })
}

fn held(event: &UnfoldedEvent, speech: Speech<'_>) -> Entry {
    let words = speech.words;
    let known = format!("held-code-{}", event.code);
    let what = if words.has(&known) {
        words.get(&known).to_string()
    } else {
        words.get("held-code").to_string()
    };
    let which = event.event.as_ref().map(|event| {
        let who = speech
            .people
            .of_replica(event.head.replica)
            .map_or("?", |person| person.name.as_str());
        let register = words.get(&format!("register-{}", event.head.register));
        format!("{} {who}  {register}", speech.moment(event.head.at))
    });
    Entry {
        mark: "mark-held",
        ink: Ink::Held,
        what: format!("{} {what}", event.code),
        which: which.unwrap_or_default(),
        next: words.get("held-heals").to_string(),
        record: event.event.as_ref().map(|event| event.head.record),
        settles: None,
    }
}

impl Pane for HeldPane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Held, Context::List]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        let last = self.entries.len().saturating_sub(1);
        match command {
            Command::Next => self.cursor = (self.cursor + 1).min(last),
            Command::Previous => self.cursor = self.cursor.saturating_sub(1),
            Command::First => self.cursor = 0,
            Command::Last => self.cursor = last,
            Command::Details | Command::Open => return self.open(reach),
            Command::Finish => return self.settle(reach),
            Command::Back => return Flow::Close,
            _ => return Flow::Pass,
        }
        Flow::Stay
    }

    fn input(&mut self, _: &Input, _: &mut Reach<'_>) -> Flow {
        Flow::Pass
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        page::single(buf, area, look, |page| {
            let counts = look.words.with(
                "held-counts",
                &[
                    ("conflicts", (self.entries.len() - self.held).into()),
                    ("held", self.held.into()),
                ],
            );
            page.section(
                vec![Run::new(
                    look.words.get("held-title").to_string(),
                    Ink::Title,
                )],
                vec![dim(counts)],
            );
            let rows = page.rows_left().saturating_sub(5).max(1);
            let caret = page.draw(rows, |buf, area, look| self.rows(buf, area, look));
            page.titled(&look.words.get("held-this"));
            if let Some(entry) = self.entries.get(self.cursor) {
                page.text(&entry.which, 2, Ink::Text);
                page.text(&entry.next, 2, Ink::Dim);
            }
            caret
        })
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.read(reach.desk, reach.words) {
            reach.trouble(&problem);
        }
    }
}

impl HeldPane {
    fn rows(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        if self.entries.is_empty() {
            line::put(
                buf,
                (area.x, area.y),
                area.width,
                &look.words.get("held-empty"),
                Ink::Dim,
                look,
            );
            return None;
        }
        if area.height == 0 {
            return None;
        }
        let height = usize::from(area.height);
        let top = (self.cursor + 1).saturating_sub(height);
        let shown: Vec<list::Row<'_>> = self
            .entries
            .iter()
            .skip(top)
            .take(height)
            .map(|entry| list::Row {
                cells: vec![
                    vec![Run::new(look.words.get(entry.mark).to_string(), entry.ink)],
                    vec![text(entry.what.as_str())],
                    vec![dim(entry.which.as_str())],
                ],
                marked: false,
            })
            .collect();
        let columns = [
            list::Width::Left(2),
            list::Width::Left(area.width / 3),
            list::Width::Fill,
        ];
        let at = self.cursor - top;
        list::draw(
            buf,
            area,
            &list::List {
                columns: &columns,
                rows: &shown,
                cursor: Some(at),
                focused: true,
            },
            look,
        );
        (at < height).then(|| Position::new(area.x, area.y + at as u16))
    }
}
