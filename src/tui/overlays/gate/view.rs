//! How the gate is drawn: the list of people scrolls, what stands around it stays.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Asks, Gate, Row};
use crate::text::wrap;
use crate::tui::keys::Spot;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::widgets::{Look, frame, page};

/// The widest that the box gets.
const WIDEST: u16 = 60;
/// The rows that say what was wrong, or which number was typed so far.
const SAID: u16 = 3;
/// The rows of the box besides those of people and of what is said.
const AROUND: u16 = 7;
/// What stands for a typed digit: no sign of ambiguous width.
const MASK: &str = "*";

/// Rows of the box that are still free.
struct Rows {
    area: Rect,
    y: u16,
}

impl Rows {
    /// Takes the next so many rows, with a margin of one column; fewer where there are not so many.
    fn take(&mut self, height: u16) -> Rect {
        let rows = Rect {
            x: self.area.x + 1.min(self.area.width),
            y: self.y,
            width: self.area.width.saturating_sub(2),
            height: height.min(self.area.bottom().saturating_sub(self.y)),
        };
        self.y += rows.height;
        rows
    }
}

/// How many rows each part of the box gets, from the top down.
struct Shares {
    head: u16,
    gap: u16,
    list: u16,
    foot: u16,
    said: u16,
    keys: u16,
}

impl Shares {
    /// Shares rows out: first a row of what the person answers with, then what they must read, and
    /// to the list of so many rows what is left, since it scrolls.
    fn of(height: u16, listed: u16, asks: Asks) -> Self {
        let mut left = height;
        let mut take = |wanted: u16| {
            let given = wanted.min(left);
            left -= given;
            given
        };
        let pin = u16::from(asks == Asks::Pin);
        let (pin, row) = (take(pin), take(1 - pin));
        let keys = take(1);
        let foot = pin + take(1 - pin);
        let row = row + take(1 - row);
        let head = take(1);
        let said = take(SAID);
        let gap = take(2) / 2;
        Self {
            head,
            gap,
            list: row + take(listed.saturating_sub(row)),
            foot,
            said,
            keys,
        }
    }
}

impl Gate {
    /// How many rows the list has: one says that there is nobody.
    fn listed(&self) -> u16 {
        self.rows.len().max(1) as u16
    }

    /// Draws the box in the middle of an area and says where the caret stands.
    pub(super) fn draw(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        line::clear(buf, area);
        let height = self.listed().saturating_add(AROUND + SAID);
        let place = frame::middle(area, (WIDEST, height));
        let title = [Run::new(self.shop.as_str(), Ink::Title)];
        let clock = [dim(self.clock.as_str())];
        let inner = frame::overlay(buf, place, &title, &clock, &[], look);
        self.draw_parts(buf, inner, look)
    }

    fn draw_parts(&self, buf: &mut Buffer, inner: Rect, look: &Look<'_>) -> Option<Position> {
        let words = look.words;
        let shares = Shares::of(inner.height, self.listed(), self.asks);
        let mut rows = Rows {
            area: inner,
            y: inner.y,
        };
        self.draw_head(buf, rows.take(shares.head), shares.list, look);
        rows.take(shares.gap);
        let caret = self.draw_list(buf, rows.take(shares.list), look);
        rows.take(shares.gap);
        let foot = rows.take(shares.foot);
        let (caret, keys) = if self.asks == Asks::Pin {
            (self.draw_pin(buf, foot, look), "gate-keys-pin")
        } else {
            let join = [dim(words.get("gate-join").to_string())];
            line::row(buf, foot, &join, &[], look);
            (caret, "gate-keys-who")
        };
        self.draw_said(buf, rows.take(shares.said), look);
        let keys = [dim(words.get(keys).to_string())];
        line::row(buf, rows.take(shares.keys), &keys, &[], look);
        caret
    }

    /// Who locked the desk, and which people are in sight where not all of them are.
    fn draw_head(&self, buf: &mut Buffer, area: Rect, room: u16, look: &Look<'_>) {
        let locked = match &self.seated {
            Some(name) => look.words.with("gate-locked", &[("name", name.into())]),
            None => look.words.get("gate-nobody").to_string(),
        };
        let (room, of) = (usize::from(room), self.rows.len());
        let shown = page::shown(self.top(room), room, of, look.words);
        let more = (room < of).then(|| dim(shown));
        line::row(buf, area, &[text(locked)], more.as_slice(), look);
    }

    /// The first person of so many rows, such that the cursor is among them.
    fn top(&self, room: usize) -> usize {
        (self.cursor + 1).saturating_sub(room)
    }

    fn draw_list(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        if self.rows.is_empty() {
            let nobody = [dim(look.words.get("gate-empty").to_string())];
            line::row(buf, area, &nobody, &[], look);
            return None;
        }
        let room = usize::from(area.height);
        let shown = self.rows.iter().enumerate().skip(self.top(room)).take(room);
        let mut caret = None;
        for ((at, row), y) in shown.zip(area.y..) {
            let place = Rect {
                y,
                height: 1,
                ..area
            };
            self.draw_person(buf, place, at, row, look);
            let away = at as isize - self.cursor as isize;
            look.note(|record| record.places.push((place, Spot::Row(away))));
            if away == 0 && self.asks == Asks::Who {
                line::paint(buf, place, Ink::CursorRow, look);
                caret = Some(Position::new(place.x, y));
            }
        }
        caret
    }

    fn draw_person(&self, buf: &mut Buffer, area: Rect, at: usize, row: &Row, look: &Look<'_>) {
        let sign = if at == self.cursor { ">" } else { " " };
        let digits = self.rows.len().to_string().len();
        let number = Run::new(format!("{sign}{:>digits$} ", at + 1), Ink::Key);
        let name = text(format!("{}  ", row.person.name));
        let posts = dim(row.posts.as_str());
        line::row(buf, area, &[number, name, posts], &[], look);
    }

    /// Says what was wrong, else which number was typed so far.
    fn draw_said(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
        let number = || {
            look.words
                .with("gate-number", &[("number", self.number.into())])
        };
        let (said, ink) = match &self.said {
            Some(said) => (said.clone(), Ink::Warn),
            None if self.number > 0 => (number(), Ink::Text),
            None => return,
        };
        let width = usize::from(area.width).max(1);
        let ranges = wrap::wrap(&said, width, look.ambiguous);
        for (range, y) in ranges.into_iter().zip(area.y..area.bottom()) {
            let place = Rect {
                y,
                height: 1,
                ..area
            };
            line::row(buf, place, &[Run::new(&said[range], ink)], &[], look);
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
