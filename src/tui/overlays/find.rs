//! Find (F3): anything pasted leads to records and the buyer's card.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::capture::Capture;
use super::find_words::{counted, found_in, in_line, nothing, veiled};
use super::import;
use super::paste::PastePane;
use crate::desk::card::{Card, Found};
use crate::desk::freshness::{Blind, blind_to_work};
use crate::desk::people::People;
use crate::domain::id::Id;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::text::edit::Editor;
use crate::text::wrap::wrap;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::{Input, Key};
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::panes::reveal::Revealed;
use crate::tui::panes::side::receiver;
use crate::tui::theme::Ink;
use crate::tui::widgets::editor::{self, Typed, type_into};
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{Cursor, FIGURE, List, Row, Width};
use crate::tui::widgets::{Look, frame, keyrow, line, list};
use crate::tui::words::Speech;

/// The most rows that are looked for.
const MOST: usize = 50;

/// The pane.
pub struct Find {
    asked: Editor,
    found: Found,
    /// What it cannot see, because its source is old or was never there.
    blind: Vec<Blind>,
    cursor: Cursor<Id>,
    card: Card,
    revealed: Revealed,
    people: People,
    zone: chrono_tz::Tz,
    now: i64,
    /// The keys that are named beside what is found.
    keys: Vec<(Command, Key)>,
}

impl Find {
    /// Opens the pane, empty.
    pub fn open(reach: &Reach<'_>) -> Self {
        Self {
            asked: Editor::single_line(),
            found: Found::default(),
            blind: Vec::new(),
            cursor: Cursor::default(),
            card: Card::default(),
            revealed: Revealed::default(),
            people: reach.desk.people().clone(),
            zone: reach.desk.zone(),
            now: reach.desk.now(),
            keys: Vec::new(),
        }
    }

    /// Learns the keys as they are reached from here: where it was opened others may hold.
    fn name_keys(&mut self, reach: &Reach<'_>) {
        let named = [Command::Back, Command::Capture, Command::Next].into_iter();
        self.keys = named
            .filter_map(|command| Some((command, (reach.key_of)(command)?)))
            .collect();
    }

    fn speech<'a>(&'a self, words: &'a Words) -> Speech<'a> {
        Speech {
            words,
            zone: self.zone,
            now: self.now,
            people: &self.people,
        }
    }

    fn ids(&self) -> Vec<Id> {
        let said = self.found.said.iter().map(|hit| hit.row.id);
        self.found
            .records
            .iter()
            .map(|row| row.id)
            .chain(said)
            .collect()
    }

    fn look_up(&mut self, reach: &mut Reach<'_>) {
        self.name_keys(reach);
        let found = reach.desk.find(self.asked.text(), MOST);
        let outcome = found.and_then(|found| {
            self.found = found;
            self.blind = if self.found.is_empty() {
                blind_to_work(&reach.desk.freshness()?)
            } else {
                Vec::new()
            };
            self.cursor = Cursor::default();
            self.cursor.follow(&self.ids());
            self.turn(reach)
        });
        if let Err(problem) = outcome {
            reach.trouble(&problem);
        }
    }

    /// Reads the card of the buyer under the cursor.
    fn turn(&mut self, reach: &Reach<'_>) -> Result<(), Problem> {
        self.revealed.hide();
        self.card = match self.cursor.id() {
            Some(id) => reach.desk.card(*id)?,
            None => Card::default(),
        };
        Ok(())
    }

    fn step(&mut self, by: isize, reach: &mut Reach<'_>) {
        if by > 0
            && let Err(problem) = self.read_on(by, reach)
        {
            reach.trouble(&problem);
        }
        let ids = self.ids();
        self.cursor.step(by, ids.len(), |at| ids.get(at).copied());
        if let Err(problem) = self.turn(reach) {
            reach.trouble(&problem);
        }
    }

    /// Reads on where a step down leaves what is at hand: below the last record lie more of them,
    /// below the last row what was not looked through yet.
    fn read_on(&mut self, by: isize, reach: &Reach<'_>) -> Result<(), Problem> {
        let (at, asked) = (self.cursor.index(), self.asked.text());
        let aim = at.saturating_add_signed(by);
        let records = self.found.records.len();
        if at < records && aim >= records {
            reach.desk.find_more(asked, &mut self.found, MOST)?;
        }
        if aim >= self.ids().len() {
            reach.desk.find_further(asked, &mut self.found, MOST)?;
        }
        Ok(())
    }

    /// The order whose receiver the card shows: the one under the cursor, else the buyer's first.
    fn order(&self) -> Option<&crate::store::Row> {
        let orders = &self.card.orders;
        let chosen = orders.iter().find(|row| Some(&row.id) == self.cursor.id());
        chosen.or(orders.first())
    }

    fn open_found(&mut self, reach: &mut Reach<'_>) -> Flow {
        match self.cursor.id() {
            Some(id) => self.show(self.cursor.index(), *id),
            None if self.asked.text().trim().is_empty() => Flow::Stay,
            None => self.record_new(reach),
        }
    }

    /// Shows what was found; words that were said, at their place.
    fn show(&self, at: usize, id: Id) -> Flow {
        let said = at.checked_sub(self.found.records.len());
        match said.and_then(|at| self.found.said.get(at)) {
            Some(hit) => Flow::ShowAt(id, hit.at),
            None => Flow::Show(id),
        }
    }

    /// Takes away what found nothing, so that the next try begins at once.
    fn clear(&mut self, reach: &mut Reach<'_>) -> Flow {
        if self.asked.text().trim().is_empty() || !self.found.is_empty() {
            return Flow::Close;
        }
        self.asked.set("");
        self.look_up(reach);
        Flow::Stay
    }

    fn record_new(&self, reach: &mut Reach<'_>) -> Flow {
        match Capture::with(reach, self.asked.text()) {
            Ok(capture) => Flow::Replace(Box::new(capture)),
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Stay
            }
        }
    }

    fn row<'a>(
        &'a self,
        row: &'a crate::store::Row,
        said: Option<&str>,
        look: &Look<'a>,
    ) -> Row<'a> {
        let speech = self.speech(look.words);
        let subject = match said {
            None => in_line(&speech.subject(row)),
            Some(said) if self.revealed.shows(Some(row.id)) => in_line(said),
            Some(said) => veiled(said, row),
        };
        let asked = self.asked.text();
        let figure = if row.closed.is_some() {
            speech.day(row.opened)
        } else {
            speech.figure(row.due, row.since, row.ours)
        };
        Row {
            cells: vec![
                vec![dim(look
                    .words
                    .get(&format!("short-{}", row.register))
                    .to_string())],
                found_in(&speech.title(row), asked),
                found_in(&subject, asked),
                vec![dim(speech.state(&row.register, &row.state))],
                vec![text(figure)],
            ],
            marked: false,
        }
    }
}

impl Pane for Find {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Text, Context::Find, Context::Picker]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(by) = command.steps() {
            self.step(by, reach);
            return Flow::Stay;
        }
        match command {
            Command::Accept | Command::Open => return self.open_found(reach),
            Command::Capture => return self.record_new(reach),
            Command::Reveal => {
                let order = self.order().map(|row| row.id);
                self.revealed.toggle(order, reach);
            }
            Command::Back => return self.clear(reach),
            _ => match command.choice() {
                Some(row) => {
                    return self
                        .ids()
                        .get(row - 1)
                        .map_or(Flow::Stay, |id| self.show(row - 1, *id));
                }
                None => return Flow::Pass,
            },
        }
        Flow::Stay
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        if let Input::Paste(pasted) = input
            && let Some(files) = import::of_pasted(pasted, reach)
        {
            return Flow::Replace(Box::new(files));
        }
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
        match type_into(&mut self.asked, input) {
            Typed::Ignored => return Flow::Pass,
            Typed::Moved => {}
            Typed::Changed => self.look_up(reach),
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let area = frame::paper(area);
        let words = look.words;
        let card_rows = (area.height / 2).min(9);
        let shelf_list = area.y + 2;
        let shelf_card = (area.bottom().saturating_sub(card_rows + 1)).max(shelf_list + 1);
        let speech = self.speech(words);
        let key = |command| {
            let key = self.keys.iter().find(|(known, _)| *known == command);
            key.map_or_else(String::new, |(_, key)| keyrow::key_name(*key, words))
        };
        let title = [Run::new(words.get("find-title").to_string(), Ink::Title)];
        let count = self.found.records.len() + self.found.said.len();
        let inner = frame::overlay(
            buf,
            area,
            &title,
            &[dim(counted(&self.found, speech, key))],
            &[shelf_list, shelf_card],
            look,
        );
        if inner.height < 2 || inner.width < 6 {
            return None;
        }
        let asked = Rect {
            x: inner.x + 1,
            width: inner.width - 2,
            height: 1,
            ..inner
        };
        let caret = editor::draw(buf, asked, &self.asked, Ink::Field, look);
        let rows_area = Rect {
            y: shelf_list + 1,
            height: shelf_card.saturating_sub(shelf_list + 1),
            ..inner
        };
        if count == 0 {
            let said = if self.asked.text().trim().is_empty() {
                words.get("find-prompt").to_string()
            } else {
                nothing(
                    self.asked.text().trim(),
                    &self.found,
                    &self.blind,
                    speech,
                    key,
                )
            };
            let room = inner.width - 2;
            let lines = wrap(&said, usize::from(room), look.ambiguous);
            for (range, y) in lines.into_iter().zip(rows_area.y..rows_area.bottom()) {
                line::put(buf, (inner.x + 1, y), room, &said[range], Ink::Dim, look);
            }
            return caret;
        }
        let height = usize::from(rows_area.height);
        let mut cursor = self.cursor.clone();
        let top = cursor.scroll(height, count);
        let records = self
            .found
            .records
            .iter()
            .map(|row| self.row(row, None, look));
        let said = self
            .found
            .said
            .iter()
            .map(|hit| self.row(&hit.row, Some(&hit.snippet), look));
        let rows: Vec<Row<'_>> = records.chain(said).skip(top).take(height).collect();
        let columns = [
            Width::Left(6),
            Width::Left(22),
            Width::Fill,
            Width::Left(10),
            Width::Right(FIGURE),
        ];
        list::draw(
            buf,
            rows_area,
            &List {
                columns: &columns,
                rows: &rows,
                cursor: Some(self.cursor.index() - top),
                focused: true,
            },
            look,
        );
        self.draw_card(
            buf,
            Rect {
                y: shelf_card,
                height: inner.bottom().saturating_sub(shelf_card),
                ..inner
            },
            look,
        );
        caret
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn hide(&mut self) {
        self.revealed.hide();
    }
}

impl Find {
    fn draw_card(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
        if area.height < 2 {
            return;
        }
        let words = look.words;
        let speech = self.speech(words);
        let masked = if self.card.masked {
            words.get("find-masked").to_string()
        } else {
            String::new()
        };
        frame::titles(
            buf,
            Rect { height: 1, ..area },
            &[text(format!("{} {masked}", self.card.buyer))],
            &[],
            look,
        );
        let mut rows: Vec<Vec<Run<'_>>> = Vec::new();
        let counts = [
            ("orders", self.card.orders.len().into()),
            ("open", self.card.open.len().into()),
            ("closed", self.card.closed.len().into()),
        ];
        rows.push(vec![text(words.with("find-card", &counts))]);
        if let Some(order) = self.order() {
            let is_whole = self.revealed.shows(Some(order.id));
            let value = |path: &str| order.fields.get(path)?.as_str();
            let line = receiver(value, is_whole);
            let ink = if is_whole { Ink::Urgent } else { Ink::Text };
            if !line.is_empty() {
                let label = words.get("find-receiver");
                rows.push(vec![dim(format!("{label} ")), Run::new(line, ink)]);
            }
        }
        for row in self
            .card
            .open
            .iter()
            .chain(&self.card.orders)
            .chain(&self.card.closed)
            .take(5)
        {
            let label = words.get(&format!("short-{}", row.register));
            let subject = in_line(&speech.subject(row));
            rows.push(vec![
                dim(format!("{} {label} ", speech.day(row.opened))),
                text(format!("{} {subject} ", speech.title(row))),
                dim(speech.state(&row.register, &row.state)),
            ]);
        }
        for said in self.card.last_words.iter().rev().take(2) {
            rows.push(vec![
                dim(format!("{} ", speech.moment(said.at))),
                text(in_line(&said.text)),
            ]);
        }
        for (runs, y) in rows.iter().zip(area.y + 1..area.bottom()) {
            line::put_runs(
                buf,
                (area.x + 1, y),
                area.width.saturating_sub(2),
                runs,
                look,
            );
        }
    }
}
