//! Who sits here (Ctrl+Q 3, at the start, after minutes without a key): the people of this
//! device, then the PIN. It stands in front of everything and shows nothing of buyers: the shop,
//! who locked it, the time.

mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::Desk;
use crate::desk::people::Person;
use crate::i18n::Words;
use crate::text::fold;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::{Code, Input, Key, Spot};
use crate::tui::pane::{Flow, Notice, Pane, Reach};
use crate::tui::widgets::Look;
use crate::tui::words::Speech;

/// The most digits of a PIN.
const DIGITS: usize = 8;

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
    /// The row's number as far as it is typed, 0 before its first digit.
    number: usize,
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
            number: 0,
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
        self.number = 0;
        let last = self.rows.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
    }

    /// Takes the person under the cursor: in at once where no PIN asks.
    fn choose(&mut self, reach: &mut Reach<'_>) -> Flow {
        self.said = None;
        self.number = 0;
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
        let Some(digit) = digit.to_digit(10) else {
            return Flow::Stay;
        };
        self.count(self.number * 10 + digit as usize, reach)
    }

    /// Takes the row of a number at once where no longer one begins with it, else waits for the
    /// next digit. What no row bears is not typed.
    fn count(&mut self, number: usize, reach: &mut Reach<'_>) -> Flow {
        let rows = self.rows.len();
        if !(1..=rows).contains(&number) {
            return Flow::Stay;
        }
        self.cursor = number - 1;
        if number * 10 > rows {
            return self.choose(reach);
        }
        self.number = number;
        self.said = None;
        Flow::Stay
    }

    /// Takes back the digit that was typed last.
    fn erase(&mut self) {
        if self.asks == Asks::Pin {
            self.pin.pop();
            return;
        }
        self.number /= 10;
        self.cursor = self.number.checked_sub(1).unwrap_or(self.cursor);
    }
}

impl Pane for Gate {
    fn contexts(&self) -> Vec<Context> {
        match self.asks {
            // The picker's keys turn the page and take a row where digits alone are typed.
            Asks::Who => vec![Context::Menu, Context::Picker],
            Asks::Pin => vec![Context::Text, Context::Form],
        }
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(row) = command.choice() {
            let digit = char::from_digit(row as u32, 10);
            return digit.map_or(Flow::Stay, |digit| self.digit(digit, reach));
        }
        if let Some(by) = command.steps().filter(|_| self.asks == Asks::Who) {
            self.step(by);
            return Flow::Stay;
        }
        match (self.asks, command) {
            (_, Command::Away | Command::Quit) => return Flow::Quit,
            (Asks::Who, Command::Back) => self.number = 0,
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
            self.erase();
            return Flow::Stay;
        }
        match press.typed.map(fold::punctuation) {
            Some(digit) if digit.is_ascii_digit() => self.digit(digit, reach),
            _ => Flow::Stay,
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        self.draw(buf, area, look)
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        self.read(reach.desk, reach.words);
    }

    fn fills_everything(&self) -> bool {
        true
    }
}
