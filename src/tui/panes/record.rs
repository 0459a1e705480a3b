//! A record of any register as it stands: fields, what was said, the steps taken.

use std::cell::{Cell, RefCell};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::Desk;
use crate::desk::by_hand::by_hand;
use crate::domain::event::Verb;
use crate::domain::field::Kind;
use crate::domain::id::Id;
use crate::domain::record::{Entry, Record, Step};
use crate::domain::register::{Owner, Register};
use crate::domain::registers::{notice, order};
use crate::i18n::Words;
use crate::problem::Problem;
use crate::text::clean;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Spot;
use crate::tui::overlays::ask::Ask;
use crate::tui::overlays::privacy;
use crate::tui::overlays::record_form::RecordForm;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::panes::side::hidden;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::{Look, page};
use crate::tui::words::Speech;

mod rows;

use rows::Rows;

/// Columns of the labels.
const LABEL: u16 = 18;

/// A line of the record as it is drawn.
#[derive(PartialEq, Eq)]
enum Line {
    Title(String),
    Field(String, String),
    Text(Run<'static>, Run<'static>),
}

/// A record in front.
pub struct RecordPane {
    id: Id,
    title: String,
    state: String,
    lines: Vec<Line>,
    /// How many of the lines are what the record holds; what was said and done follows.
    fields: usize,
    copy: String,
    /// Rows above what is shown; drawing holds it to what there is.
    top: Cell<usize>,
    rows: RefCell<Rows>,
    /// Rows from the first one on that were on the screen, none left out.
    seen: Cell<usize>,
    /// Rows that the screen holds, by which a page key moves.
    room: Cell<usize>,
    /// Whether people change it by hand.
    is_by_hand: bool,
    /// Whether it is a notice that the person must read and has not.
    is_unread: bool,
}

impl RecordPane {
    /// Reads a record.
    pub fn open(desk: &Desk, words: &Words, id: Id) -> Result<Self, Problem> {
        let mut pane = Self {
            id,
            title: String::new(),
            state: String::new(),
            lines: Vec::new(),
            fields: 0,
            copy: String::new(),
            top: Cell::new(0),
            rows: RefCell::default(),
            seen: Cell::new(0),
            room: Cell::new(1),
            is_by_hand: false,
            is_unread: false,
        };
        pane.read(desk, words)?;
        Ok(pane)
    }

    fn read(&mut self, desk: &Desk, words: &Words) -> Result<(), Problem> {
        let (record, register) = desk.record(self.id)?;
        let speech = Speech::new(desk, words);
        let named = register
            .title
            .iter()
            .find_map(|path| record.text(path))
            .unwrap_or_default();
        let number = record.text("no").unwrap_or_default();
        self.title = format!(
            "{} {number} {named}",
            words.get(&format!("register-{}", register.name))
        );
        self.state = speech.state(register.name, &record.state);
        named.clone_into(&mut self.copy);
        self.is_by_hand = by_hand(register).is_ok();
        self.is_unread = register.name == notice::REGISTER.name && desk.must_read(self.id)?;
        let mut lines = withheld(desk, self.id, speech)?;
        lines.extend(fields(&record, register, speech));
        if lines[..] != self.lines[..self.fields] {
            // What says the same as before stays seen.
            self.rows = RefCell::default();
        }
        self.fields = lines.len();
        lines.extend(timeline(&record, speech));
        lines.extend(steps(&record, register, speech));
        lines.extend(looks(&record, speech));
        if lines != self.lines {
            self.lines = lines;
            self.rows.get_mut().renew();
        }
        Ok(())
    }
}

/// Says that there is more of the record than this desk was given.
fn withheld(desk: &Desk, id: Id, speech: Speech<'_>) -> Result<Vec<Line>, Problem> {
    let count = desk.store().withheld_of(id)?;
    if count == 0 {
        return Ok(Vec::new());
    }
    let said = speech
        .words
        .with("record-withheld", &[("count", count.into())]);
    Ok(vec![Line::Title(said)])
}

fn fields(record: &Record, register: &Register, speech: Speech<'_>) -> Vec<Line> {
    let label = |id: &str| speech.words.get(id).to_string();
    let mut all = vec![Line::Field(
        label("record-owner"),
        speech.owner(record.owner),
    )];
    all.push(Line::Field(
        label("record-opened"),
        speech.moment(record.opened),
    ));
    for path in in_order(record, register) {
        let (Some(spec), Some(value)) = (register.field(path), record.value(path)) else {
            continue;
        };
        if spec.hidden || matches!(spec.kind, Kind::Record(other) if other != "person") {
            continue;
        }
        let name = match path.split('/').collect::<Vec<_>>()[..] {
            [map, key, cell] => {
                let word = speech
                    .words
                    .get(&format!("field-{}-{map}-{cell}", register.name));
                format!("{word} {}", crate::tui::words::tail(key))
            }
            _ => speech.label(register, spec),
        };
        let mut shown = clean::block(&hidden(path, &speech.value(spec, value))).into_owned();
        if record.values.get(path).is_some_and(|live| live.len() > 1) {
            shown = format!("{shown}  [{}]", speech.words.get("mark-conflict"));
        }
        all.push(Line::Field(name, shown));
    }
    all
}

/// The paths of what the record holds: fields as the register declares them, maps row by row.
fn in_order<'a>(record: &'a Record, register: &Register) -> Vec<&'a str> {
    let place = |path: &str| {
        let name = path.split('/').next().unwrap_or_default();
        register
            .fields
            .iter()
            .position(|field| field.name == name)
            .unwrap_or(usize::MAX)
    };
    let mut paths: Vec<&str> = record.values.keys().map(String::as_str).collect();
    paths.sort_by_key(|path| place(path));
    paths
}

fn timeline(record: &Record, speech: Speech<'_>) -> Vec<Line> {
    if record.entries.is_empty() {
        return Vec::new();
    }
    let mut all = vec![Line::Title(speech.words.get("record-said").to_string())];
    all.extend(record.entries.iter().map(|entry| said(entry, speech)));
    all
}

fn said(entry: &Entry, speech: Speech<'_>) -> Line {
    use crate::domain::payload::Direction;
    let ink = match entry.say.direction {
        _ if entry.void => Ink::Struck,
        Direction::In => Ink::In,
        Direction::Out => Ink::Out,
        Direction::Internal => Ink::Internal,
        Direction::System => Ink::System,
    };
    let who = entry.say.author.clone().unwrap_or_default();
    let what = clean::block(entry.say.text.as_deref().unwrap_or_default()).into_owned();
    Line::Text(
        dim(format!("{} {who} ", speech.moment(entry.at))),
        Run::new(what, ink),
    )
}

fn steps(record: &Record, register: &Register, speech: Speech<'_>) -> Vec<Line> {
    let mut all = vec![Line::Title(speech.words.get("record-steps").to_string())];
    for step in &record.steps {
        all.push(Line::Text(
            dim(format!("{} ", speech.moment(step.trace.at))),
            text(step_words(step, register, speech)),
        ));
    }
    all
}

/// Who looked at the receiver's data when.
fn looks(record: &Record, speech: Speech<'_>) -> Vec<Line> {
    let map = order::REVEALS.name();
    let looked = record.keys(map).into_iter().filter_map(|key| {
        let path = format!("{map}/{key}/{}", order::REVEAL_SHOWN.name());
        Some(record.write(&path)?.trace)
    });
    let mut looked: Vec<_> = looked.collect();
    looked.sort_by_key(|trace| trace.at);
    let lines = looked.into_iter().map(|trace| {
        let who = speech.people.of_replica(trace.replica);
        let who = who.map_or_else(|| trace.replica.to_string(), |person| person.name.clone());
        Line::Text(dim(format!("{} ", speech.moment(trace.at))), text(who))
    });
    let title = Line::Title(speech.words.get("record-reveals").to_string());
    let mut all: Vec<Line> = std::iter::once(title).chain(lines).collect();
    if all.len() == 1 {
        all.clear();
    }
    all
}

fn step_words(step: &Step, register: &Register, speech: Speech<'_>) -> String {
    let who = speech
        .people
        .of_replica(step.trace.replica)
        .map_or("", |person| person.name.as_str());
    let to = match step.verb {
        Verb::Assign => {
            let owner = speech.owner(Owner::parse(&step.to));
            speech
                .words
                .with("record-assigned", &[("owner", owner.into())])
        }
        _ => speech.state(register.name, &step.to),
    };
    let why = step.reason.as_deref().map(|reason| {
        let id = format!("value-transfer_reason-{reason}");
        if speech.words.has(&id) {
            speech.words.get(&id).to_string()
        } else {
            reason.to_owned()
        }
    });
    format!(
        "{who}  {to}  {}",
        why.or_else(|| step.note.clone()).unwrap_or_default()
    )
}

fn in_front(asked: Result<Ask, Problem>, reach: &mut Reach<'_>) -> Flow {
    match asked {
        Ok(ask) => Flow::Push(Box::new(ask)),
        Err(problem) => {
            reach.trouble(&problem);
            Flow::Stay
        }
    }
}

impl RecordPane {
    /// The record as text, a line each.
    fn written(&self) -> String {
        let lines = self.lines.iter().map(|line| match line {
            Line::Title(title) => title.clone(),
            Line::Field(label, value) => format!("{label} {value}"),
            Line::Text(before, what) => format!("{}{}", before.text, what.text),
        });
        let lines: Vec<String> = lines.map(|line| line.trim().to_owned()).collect();
        lines.join("\n")
    }

    /// Signs a notice as read; while a part of it was not on the screen yet, shows that instead.
    fn sign(&mut self, reach: &mut Reach<'_>) -> Flow {
        let unseen = self.unseen();
        if unseen > 0 {
            self.top.set(self.seen.get());
            reach.say("notice-more", &[("count", unseen.into())]);
            return Flow::Stay;
        }
        let id = self.id;
        if reach.attempt(|desk| desk.read_notice(id)).is_none() {
            return Flow::Stay;
        }
        reach.say("notice-read", &[]);
        Flow::Close
    }

    /// How many rows of what the record holds were not on the screen yet; before it was drawn,
    /// there is at least one of each line.
    fn unseen(&self) -> usize {
        let held = self.rows.borrow().held();
        held.map_or(self.fields, |held| held.saturating_sub(self.seen.get()))
    }

    fn go(&mut self, by: isize) {
        self.top.set(self.top.get().saturating_add_signed(by));
    }

    /// Moves by rows, by what the screen holds, or to an end; `false` where it is no such command.
    fn moves(&mut self, command: Command) -> bool {
        let page = self.room.get().max(1) as isize;
        match command {
            Command::PageDown => self.go(page),
            Command::PageUp => self.go(-page),
            _ => match command.steps() {
                Some(by) => self.go(by),
                None => return false,
            },
        }
        true
    }
}

impl Pane for RecordPane {
    fn evidence(&self) -> Option<Id> {
        Some(self.id)
    }

    fn contexts(&self) -> Vec<Context> {
        if self.is_unread {
            vec![Context::Notice, Context::Timeline]
        } else {
            vec![Context::Timeline]
        }
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if self.moves(command) {
            return Flow::Stay;
        }
        match command {
            Command::Back => return Flow::Close,
            Command::Copy => {
                let text = self.copy.clone();
                reach.copy(&text);
            }
            Command::Finish if self.is_unread => return self.sign(reach),
            Command::Finish => match RecordForm::of_record(reach, self.id) {
                Ok(form) => return Flow::Push(Box::new(form)),
                Err(problem) => reach.trouble(&problem),
            },
            Command::Erase => return in_front(privacy::erase(reach, Some(self.id)), reach),
            Command::Attach => return in_front(privacy::attach(reach, Some(self.id)), reach),
            _ => return Flow::Pass,
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        look.note(|record| {
            record.places.push((area, Spot::Scroll(0)));
            record.chosen = Some(self.written());
        });
        page::single(buf, area, look, |page| {
            let left = vec![
                Run::new(self.title.clone(), Ink::Title),
                text(format!("  {}", self.state)),
            ];
            let mut keys = Vec::new();
            if self.is_unread {
                keys.push(Run::new(
                    look.words.get("notice-keys").to_string(),
                    Ink::Warn,
                ));
            } else if self.is_by_hand {
                keys.push(dim(look.words.get("record-edit").to_string()));
            }
            let mut rows = self.rows.borrow_mut();
            if rows.fit(&self.lines, self.fields, page.width(), look) {
                self.seen.set(0);
            }
            let room = usize::from(page.rows_left()).saturating_sub(1);
            let top = self.top.get().min(rows.all.len().saturating_sub(room));
            self.top.set(top);
            self.room.set(room);
            // What a jump leaves out was not seen, whatever stands below it.
            if top <= self.seen.get() {
                self.seen.set(self.seen.get().max(top + room));
            }
            let mut right = keys;
            let count = rows.all.len();
            if room < count {
                right.insert(
                    0,
                    dim(format!("{}  ", page::shown(top, room, count, look.words))),
                );
            }
            page.section(left, right);
            for row in rows.all.iter().skip(top).take(room) {
                row.draw(page);
            }
        });
        None
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.read(reach.desk, reach.words) {
            reach.trouble(&problem);
        }
    }
}
