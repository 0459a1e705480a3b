//! Who sits here (Ctrl+Q 3, at the start, after minutes without a key): the people of this
//! device, then the PIN. It stands in front of everything and shows nothing of buyers: the shop,
//! who locked it, the time.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::Desk;
use crate::desk::people::Person;
use crate::i18n::Words;
use crate::text::{fold, wrap};
use crate::tui::commands::{Command, Context};
use crate::tui::keys::{Code, Input, Key, Spot};
use crate::tui::pane::{Flow, Notice, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::widgets::{Look, frame};
use crate::tui::words::Speech;

/// The widest that the box gets.
const WIDEST: u16 = 60;
/// The rows that say what was wrong.
const SAID: usize = 3;
/// The most digits of a PIN.
const DIGITS: usize = 8;
/// What stands for a typed digit: no sign of ambiguous width.
const MASK: &str = "*";

/// What the gate asks first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Who it is.
    Who,
    /// The PIN of whoever sat here last.
    Pin,
}

impl Asks {
    /// Returns what a workstation asks at its start: the PIN where it was left locked.
    pub fn of(desk: &Desk) -> Self {
        if desk.is_locked() {
            Self::Pin
        } else {
            Self::Who
        }
    }
}

/// A person who may sit down.
struct Row {
    person: Person,
    posts: String,
    has_pin: bool,
}

/// The gate's state.
pub struct Gate {
    shop: String,
    /// Who sits here, behind the gate.
    seated: Option<String>,
    clock: String,
    rows: Vec<Row>,
    cursor: usize,
    asks: Asks,
    pin: String,
    said: Option<String>,
}

impl Gate {
    /// Closes the gate; the cursor stands on who sat here last.
    pub fn new(desk: &Desk, words: &Words, asks: Asks) -> Self {
        let last = desk.signed_in().or(desk.last_here()).cloned();
        let mut gate = Self {
            shop: String::new(),
            seated: desk.signed_in().map(|me| me.name.clone()),
            clock: String::new(),
            rows: Vec::new(),
            cursor: 0,
            asks: Asks::Who,
            pin: String::new(),
            said: None,
        };
        gate.read(desk, words);
        let at = last.and_then(|last| gate.rows.iter().position(|row| row.person.id == last.id));
        gate.cursor = at.unwrap_or(0);
        if at.is_some() && gate.rows[gate.cursor].has_pin {
            gate.asks = asks;
        }
        gate
    }

    /// Reads people and time anew.
    pub fn read(&mut self, desk: &Desk, words: &Words) {
        let speech = Speech::new(desk, words);
        self.clock = speech.clock(desk.now());
        self.shop = desk
            .store()
            .shop()
            .map(|shop| shop.name.clone())
            .unwrap_or_default();
        let posts = |person: &Person| {
            let words = person.posts.iter().map(|post| {
                words
                    .get(&format!("value-post-{}", post.word()))
                    .to_string()
            });
            words.collect::<Vec<_>>().join(" ")
        };
        self.rows = desk
            .people_here()
            .into_iter()
            .map(|person| Row {
                posts: posts(&person),
                has_pin: desk.has_pin(&person),
                person,
            })
            .collect();
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
    }

    fn step(&mut self, by: isize) {
        let last = self.rows.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
    }

    /// Takes the person under the cursor: in at once where no PIN asks.
    fn choose(&mut self, reach: &mut Reach<'_>) -> Flow {
        self.said = None;
        match self.rows.get(self.cursor) {
            Some(row) if row.has_pin => {
                self.asks = Asks::Pin;
                Flow::Stay
            }
            Some(_) => self.enter(reach),
            None => Flow::Stay,
        }
    }

    /// Lets the chosen person in, or says why not.
    fn enter(&mut self, reach: &mut Reach<'_>) -> Flow {
        let pin = std::mem::take(&mut self.pin);
        let Some(row) = self.rows.get(self.cursor) else {
            return Flow::Stay;
        };
        let pin = row.has_pin.then_some(pin.as_str());
        let sits = reach
            .desk
            .signed_in()
            .is_some_and(|me| me.id == row.person.id);
        let done = if sits {
            reach.desk.unlock(pin)
        } else {
            reach.desk.sign_in_with(&row.person, pin).map(|_| ())
        };
        match done {
            Ok(()) => Flow::Seated,
            Err(problem) => {
                self.said = Some(Notice::of(&problem, reach.words).text);
                Flow::Stay
            }
        }
    }

    fn digit(&mut self, digit: char, reach: &mut Reach<'_>) -> Flow {
        if self.asks == Asks::Pin {
            if self.pin.len() < DIGITS {
                self.pin.push(digit);
            }
            self.said = None;
            return Flow::Stay;
        }
        let row = digit
            .to_digit(10)
            .and_then(|number| (number as usize).checked_sub(1))
            .filter(|row| *row < self.rows.len());
        let Some(row) = row else {
            return Flow::Stay;
        };
        self.cursor = row;
        self.choose(reach)
    }
}

impl Pane for Gate {
    fn contexts(&self) -> Vec<Context> {
        match self.asks {
            Asks::Who => vec![Context::Menu],
            Asks::Pin => vec![Context::Text, Context::Form],
        }
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(row) = command.choice() {
            let digit = char::from_digit(row as u32, 10);
            return digit.map_or(Flow::Stay, |digit| self.digit(digit, reach));
        }
        match (self.asks, command) {
            (_, Command::Away | Command::Quit) => return Flow::Quit,
            (Asks::Who, Command::Next) => self.step(1),
            (Asks::Who, Command::Previous) => self.step(-1),
            (Asks::Who, Command::Open | Command::Accept) => return self.choose(reach),
            (Asks::Pin, Command::Unfold | Command::Accept | Command::Finish) => {
                return self.enter(reach);
            }
            (Asks::Pin, Command::Back) => {
                self.asks = Asks::Who;
                self.pin.clear();
                self.said = None;
            }
            // Nothing passes a closed gate.
            _ => {}
        }
        Flow::Stay
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        let press = match input {
            Input::Key(press) => press,
            Input::Pointed(Spot::Row(by) | Spot::Turned(by)) if self.asks == Asks::Who => {
                self.step(*by);
                return Flow::Stay;
            }
            _ => return Flow::Stay,
        };
        if press.key == Key::plain(Code::Backspace) {
            self.pin.pop();
            return Flow::Stay;
        }
        match press.typed.map(fold::punctuation) {
            Some(digit) if digit.is_ascii_digit() => self.digit(digit, reach),
            _ => Flow::Stay,
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        line::clear(buf, area);
        let height = (self.rows.len() as u16).saturating_add(7 + SAID as u16);
        let place = frame::middle(area, (WIDEST, height));
        let title = [Run::new(self.shop.as_str(), Ink::Title)];
        let clock = [dim(self.clock.as_str())];
        let inner = frame::overlay(buf, place, &title, &clock, &[], look);
        let mut rows = Rows {
            area: inner,
            y: inner.y,
        };
        self.draw(buf, &mut rows, look)
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        self.read(reach.desk, reach.words);
    }

    fn fills_everything(&self) -> bool {
        true
    }
}

/// Rows of the box that are still free.
struct Rows {
    area: Rect,
    y: u16,
}

impl Rows {
    /// Takes the next row, with a margin of one column; an empty area where there is none.
    fn next(&mut self) -> Rect {
        let row = Rect {
            x: self.area.x + 1.min(self.area.width),
            y: self.y,
            width: self.area.width.saturating_sub(2),
            height: u16::from(self.y < self.area.bottom()),
        };
        self.y = (self.y + 1).min(self.area.bottom());
        row
    }
}

impl Gate {
    fn draw(&self, buf: &mut Buffer, rows: &mut Rows, look: &Look<'_>) -> Option<Position> {
        let words = look.words;
        let locked = match &self.seated {
            Some(name) => words.with("gate-locked", &[("name", name.into())]),
            None => words.get("gate-nobody").to_string(),
        };
        line::row(buf, rows.next(), &[text(locked)], &[], look);
        rows.next();
        let mut caret = None;
        for (at, row) in self.rows.iter().enumerate() {
            let area = rows.next();
            let chosen = at == self.cursor;
            let sign = if chosen { ">" } else { " " };
            let digit = Run::new(format!("{sign}{} ", at + 1), Ink::Key);
            let name = text(format!("{}  ", row.person.name));
            line::row(
                buf,
                area,
                &[digit, name, dim(row.posts.as_str())],
                &[],
                look,
            );
            let away = at as isize - self.cursor as isize;
            look.note(|record| record.places.push((area, Spot::Row(away))));
            if chosen && self.asks == Asks::Who && area.height > 0 {
                line::paint(buf, area, Ink::CursorRow, look);
                caret = Some(Position::new(area.x, area.y));
            }
        }
        if self.rows.is_empty() {
            line::row(
                buf,
                rows.next(),
                &[dim(words.get("gate-empty").to_string())],
                &[],
                look,
            );
        }
        rows.next();
        let area = rows.next();
        if self.asks == Asks::Pin {
            caret = self.draw_pin(buf, area, look);
        } else {
            line::row(
                buf,
                area,
                &[dim(words.get("gate-join").to_string())],
                &[],
                look,
            );
        }
        self.draw_said(buf, rows, look);
        let keys = match self.asks {
            Asks::Who => "gate-keys-who",
            Asks::Pin => "gate-keys-pin",
        };
        line::row(
            buf,
            rows.next(),
            &[dim(words.get(keys).to_string())],
            &[],
            look,
        );
        caret
    }

    /// Says over at most three rows what was wrong.
    fn draw_said(&self, buf: &mut Buffer, rows: &mut Rows, look: &Look<'_>) {
        let said = self.said.as_deref().unwrap_or_default();
        let width = usize::from(rows.area.width.saturating_sub(2)).max(1);
        let ranges = wrap::wrap(said, width, look.ambiguous);
        for at in 0..SAID {
            let area = rows.next();
            if let Some(range) = ranges.get(at) {
                line::row(
                    buf,
                    area,
                    &[Run::new(&said[range.clone()], Ink::Warn)],
                    &[],
                    look,
                );
            }
        }
    }

    fn draw_pin(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let name = self
            .rows
            .get(self.cursor)
            .map(|row| row.person.name.as_str());
        let label = look
            .words
            .with("gate-pin", &[("name", name.unwrap_or_default().into())]);
        let columns = look.columns(&label) + 1;
        let masked = Run::new(MASK.repeat(self.pin.len()), Ink::Field);
        line::row(buf, area, &[text(format!("{label} ")), masked], &[], look);
        let at = columns + self.pin.len() as u16;
        (area.height > 0 && at < area.width).then(|| Position::new(area.x + at, area.y))
    }
}
