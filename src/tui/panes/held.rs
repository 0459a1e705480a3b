//! The one list of what people must look at: what contradicts, pinned until it is settled, then
//! what is in the log and does not count, and what waits outside.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::Desk;
use crate::desk::matters::{Class, Matter, Side};
use crate::desk::people::People;
use crate::domain::id::{Chain, Id};
use crate::i18n::Words;
use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::overlays::ask::Ask;
use crate::tui::pane::{Flow, Notice, Pane, Reach};
use crate::tui::panes::record::RecordPane;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::widgets::page;
use crate::tui::widgets::{Look, list};
use crate::tui::words::Speech;

/// The most sides that are shown below the list.
const SIDES: usize = 4;

/// The list.
pub struct HeldPane {
    entries: Vec<Matter>,
    cursor: usize,
    zone: chrono_tz::Tz,
    now: i64,
    people: People,
}

impl HeldPane {
    /// Reads what is held and what contradicts.
    pub fn new(desk: &Desk, words: &Words) -> Result<Self, Problem> {
        let mut pane = Self {
            entries: Vec::new(),
            cursor: 0,
            zone: desk.zone(),
            now: desk.now(),
            people: People::default(),
        };
        pane.read(desk, words)?;
        Ok(pane)
    }

    fn read(&mut self, desk: &Desk, words: &Words) -> Result<(), Problem> {
        let under = self.entries.get(self.cursor).map(identity);
        self.entries = desk.to_look_at(words)?;
        self.now = desk.now();
        self.people = desk.people().clone();
        // The cursor stays on its entry while others come and go above it.
        let found = under.and_then(|under| {
            let mut all = self.entries.iter();
            all.position(|matter| identity(matter) == under)
        });
        self.cursor = found
            .unwrap_or(self.cursor)
            .min(self.entries.len().saturating_sub(1));
        Ok(())
    }

    /// How many contradict, and how many are not counted or outside.
    fn counts(&self) -> (u64, u64) {
        let of = |pinned: bool| {
            let all = self
                .entries
                .iter()
                .filter(|matter| matter.class != Class::Clock);
            all.filter(|matter| (matter.class <= Class::Branch) == pinned)
                .map(|matter| if pinned { 1 } else { matter.count })
                .sum()
        };
        (of(true), of(false))
    }

    fn open(&self, reach: &mut Reach<'_>) -> Flow {
        let Some(record) = self
            .entries
            .get(self.cursor)
            .and_then(|entry| entry.records.first().copied())
        else {
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
            let next = self.entries.get(self.cursor).map(|entry| &entry.next);
            if let Some(next) = next {
                *reach.notice = Some(Notice::line(next.clone(), Ink::Dim));
            }
            return Flow::Stay;
        };
        let (title, hint) = (
            reach.words.get("held-settle-title"),
            reach.words.get("ask-reason"),
        );
        let ask = Ask::new(title.to_string(), hint.to_string(), move |reason, reach| {
            let settled = reach.attempt(|desk| desk.settle(&id.to_string(), reason));
            if settled.is_none() {
                return Flow::Stay;
            }
            reach.say("held-settled", &[]);
            Flow::Close
        });
        Flow::Push(Box::new(ask.keeping(reach, "settle", id)))
    }
}

impl HeldPane {
    /// Lets one side of concurrent values count.
    fn choose(&self, side: usize, reach: &mut Reach<'_>) -> Flow {
        let Some(entry) = self.entries.get(self.cursor) else {
            return Flow::Stay;
        };
        let Some(id) = entry.settles.filter(|_| entry.is_choice) else {
            reach.say("held-no-side", &[]);
            return Flow::Stay;
        };
        if reach
            .attempt(|desk| desk.choose(&id.to_string(), side))
            .is_some()
        {
            reach.say("held-chosen", &[]);
        }
        Flow::Stay
    }
}

/// What tells an entry from others.
fn identity(matter: &Matter) -> (Class, String, Option<Id>, Option<Chain>, Vec<Side>) {
    let sides = match matter.class {
        Class::Branch | Class::Clock => matter.sides.clone(),
        _ => Vec::new(),
    };
    let kind = matter.kind.clone();
    (matter.class, kind, matter.settles, matter.event, sides)
}

/// The mark of a class, and how it is meant.
fn mark(class: Class) -> (&'static str, Ink) {
    match class {
        Class::Contradiction | Class::Branch => ("mark-conflict", Ink::Conflict),
        Class::Clock | Class::Unfolded | Class::Outside => ("mark-held", Ink::Held),
    }
}

/// What an entry is about, and who stands behind it.
fn whose(matter: &Matter) -> String {
    let mut who: Vec<&str> = matter.sides.iter().map(|side| side.who.as_str()).collect();
    who.dedup();
    format!("{}  {}", who.join(" / "), matter.about)
}

/// An entry's sentence, with the code where it has one.
fn sentence(matter: &Matter) -> String {
    match matter.class {
        Class::Unfolded | Class::Outside => format!("{} {}", matter.kind, matter.what),
        _ => matter.what.clone(),
    }
}

impl Pane for HeldPane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Held, Context::List]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(by) = command.steps() {
            let last = self.entries.len().saturating_sub(1);
            self.cursor = self.cursor.saturating_add_signed(by).min(last);
            return Flow::Stay;
        }
        match command {
            Command::Details | Command::Open => self.open(reach),
            Command::Finish => self.settle(reach),
            Command::Back => Flow::Close,
            command => match command.view().filter(|side| *side > 0) {
                Some(side) => self.choose(side, reach),
                None => Flow::Pass,
            },
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        page::single(buf, area, look, |page| {
            let (conflicts, held) = self.counts();
            let counts = look.words.with(
                "held-counts",
                &[("conflicts", conflicts.into()), ("held", held.into())],
            );
            page.section(
                vec![Run::new(
                    look.words.get("held-title").to_string(),
                    Ink::Title,
                )],
                vec![dim(counts)],
            );
            let entry = self.entries.get(self.cursor);
            let sides = entry.map_or(0, |entry| entry.sides.len().min(SIDES)) as u16;
            let rows = page.rows_left().saturating_sub(5 + sides).max(1);
            let caret = page.draw(rows, |buf, area, look| self.rows(buf, area, look));
            page.titled(&look.words.get("held-this"));
            if let Some(entry) = entry {
                if !entry.about.is_empty() {
                    page.text(&entry.about, 1, Ink::Text);
                }
                self.sides(page, entry, look);
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
    /// Both sides of an entry, one below the other: who, when, on which desk, what.
    fn sides(&self, page: &mut page::Page<'_, '_>, entry: &Matter, look: &Look<'_>) {
        let speech = Speech {
            words: look.words,
            zone: self.zone,
            now: self.now,
            people: &self.people,
        };
        for (at, side) in entry.sides.iter().take(SIDES).enumerate() {
            let digit = if entry.is_choice {
                Run::new(format!("{} ", at + 1), Ink::Key)
            } else {
                dim("- ")
            };
            let when = side.at.map(|at| speech.moment(at)).unwrap_or_default();
            let from = format!("{} {when} [{}]  ", side.who, side.place);
            page.row(&[digit, text(from), text(side.what.as_str())], &[]);
        }
    }

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
            .map(|entry| {
                let (id, ink) = mark(entry.class);
                list::Row {
                    cells: vec![
                        vec![Run::new(look.words.get(id).to_string(), ink)],
                        vec![text(sentence(entry))],
                        vec![dim(whose(entry))],
                    ],
                    marked: false,
                }
            })
            .collect();
        let columns = [
            list::Width::Left(2),
            list::Width::Left(area.width / 2),
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
