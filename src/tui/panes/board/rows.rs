//! The rows behind a figure of the board.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::acts::{act_on, export, open_record, push};
use super::everybody;
use crate::desk::Desk;
use crate::desk::board::{Figure, MOST, Whose};
use crate::desk::people::People;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::problem::Problem;
use crate::store::Row;
use crate::tui::commands::{Command, Context};
use crate::tui::overlays::{bulk, yank};
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::widgets::list::{self, Cursor, FIGURE, List, Width};
use crate::tui::widgets::{Look, page};
use crate::tui::words::Speech;

/// What it is, whom it is about, what about, who answers for it, its state, money, time.
const COLUMNS: &[Width] = &[
    Width::Left(5),
    Width::Left(12),
    Width::Fill,
    Width::Left(8),
    Width::Left(8),
    Width::Right(10),
    Width::Right(FIGURE),
];

/// Where the rows come from.
enum Source {
    /// A figure of the board, with the message id of all that the person may see.
    Board(Figure, &'static str),
    /// Records that were named, with their heading; of shares both parts, that in front first.
    Named(Vec<Named>),
}

/// Records that stand behind a figure.
pub(in crate::tui::panes) struct Named {
    /// What they are, in words.
    pub title: String,
    /// The records.
    pub ids: Vec<Id>,
}

/// The rows behind a figure.
pub(in crate::tui::panes) struct RowsPane {
    source: Source,
    rows: Vec<Row>,
    more: bool,
    cursor: Cursor<Id>,
    /// The rows that the next transfer takes.
    marked: BTreeSet<Id>,
    people: People,
    zone: chrono_tz::Tz,
    now: i64,
}

impl RowsPane {
    /// Reads the rows.
    pub(super) fn new(desk: &Desk, figure: Figure) -> Result<Self, Problem> {
        let everybody = everybody(&desk.board_scope()?);
        Self::of(desk, Source::Board(figure, everybody))
    }

    /// Reads the rows of named records; Tab leads from one part to the other.
    pub(in crate::tui::panes) fn named(desk: &Desk, parts: Vec<Named>) -> Result<Self, Problem> {
        Self::of(desk, Source::Named(parts))
    }

    fn of(desk: &Desk, source: Source) -> Result<Self, Problem> {
        let mut pane = Self {
            source,
            rows: Vec::new(),
            more: false,
            cursor: Cursor::default(),
            marked: BTreeSet::new(),
            people: People::default(),
            zone: desk.zone(),
            now: desk.now(),
        };
        pane.read(desk)?;
        Ok(pane)
    }

    fn read(&mut self, desk: &Desk) -> Result<(), Problem> {
        (self.rows, self.more) = match &self.source {
            Source::Board(figure, _) => desk.board_rows(*figure)?,
            Source::Named(parts) => {
                let ids = parts.first().map_or(&[][..], |part| part.ids.as_slice());
                let shown = &ids[..ids.len().min(MOST)];
                (desk.store().rows_by_id(shown)?, ids.len() > MOST)
            }
        };
        self.now = desk.now();
        self.people = desk.people().clone();
        let ids: Vec<Id> = self.rows.iter().map(|row| row.id).collect();
        self.cursor.follow(&ids);
        self.marked.retain(|id| ids.contains(id));
        Ok(())
    }

    /// Marks the row under the cursor, or takes its mark away, and goes on.
    fn mark(&mut self) {
        if let Some(id) = self.cursor.id().copied() {
            if !self.marked.remove(&id) {
                self.marked.insert(id);
            }
            self.step(1);
        }
    }

    /// Marks all rows, or none where all are.
    fn mark_all(&mut self) {
        if self.marked.len() == self.rows.len() {
            self.marked.clear();
        } else {
            self.marked = self.rows.iter().map(|row| row.id).collect();
        }
    }

    /// Lets a command take what is marked; none where nothing is, or where it is not about an
    /// item. Colleagues are reminded and cases decided one by one.
    fn on_marked(&self, command: Command, reach: &mut Reach<'_>) -> Option<Flow> {
        if self.marked.is_empty() || matches!(command, Command::Finish | Command::No) {
            return None;
        }
        if command == Command::FollowUp {
            return Some(push(Err(bulk::one_by_one(self.marked.len())), reach));
        }
        // In the order in which they stand.
        let rows = self.rows.iter().map(|row| row.id);
        let items = rows.filter(|id| self.marked.contains(id)).collect();
        bulk::of_marked(command, items, reach).map(|opened| push(opened, reach))
    }

    fn speech<'a>(&'a self, look: &Look<'a>) -> Speech<'a> {
        Speech {
            words: look.words,
            zone: self.zone,
            now: self.now,
            people: &self.people,
        }
    }

    fn step(&mut self, by: isize) {
        let rows = &self.rows;
        self.cursor
            .step(by, rows.len(), |at| rows.get(at).map(|row| row.id));
    }

    /// What the figure counts, in words.
    fn title(&self, look: &Look<'_>) -> String {
        let speech = self.speech(look);
        let name = |id: Id| {
            let person = self.people.by_id(id);
            person.map_or_else(String::new, |person| person.name.clone())
        };
        let word = |id: &str| look.words.get(id).to_string();
        let (figure, everybody) = match &self.source {
            Source::Board(figure, everybody) => (*figure, *everybody),
            Source::Named(parts) => {
                return parts
                    .first()
                    .map_or_else(String::new, |part| part.title.clone());
            }
        };
        match figure {
            Figure::Work(whose, count) => {
                let whose = match whose {
                    Whose::Everybody => word(everybody),
                    Whose::Post(post) => word(&format!("value-post-{}", post.word())),
                    Whose::Person(id) => name(id),
                };
                format!(
                    "{whose}  {}",
                    word(&format!("board-count-{}", count.name()))
                )
            }
            Figure::Load(id) => name(id),
            Figure::Money(figure) => word(&format!("board-money-{}", figure.name())),
            Figure::Hour(begins) => {
                format!("{}  {}", word("board-hours"), speech.clock(begins))
            }
            Figure::Reviews => word("board-duty-reviews"),
            Figure::Unverified => word("board-unverified"),
            Figure::Plan => word("board-duty-plan"),
        }
    }

    fn draw(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        if area.is_empty() {
            return None;
        }
        if self.rows.is_empty() {
            let nothing = look.words.get("board-no-rows");
            line::put(buf, (area.x, area.y), area.width, &nothing, Ink::Dim, look);
            return None;
        }
        let speech = self.speech(look);
        let height = usize::from(area.height);
        let top = self.cursor.clone().scroll(height, self.rows.len());
        let shown = self.rows.iter().skip(top).take(height);
        let rows: Vec<list::Row<'_>> = shown
            .map(|row| list::Row {
                marked: self.marked.contains(&row.id),
                ..cells(row, speech)
            })
            .collect();
        let at = self.cursor.index().saturating_sub(top);
        let list = List {
            columns: COLUMNS,
            rows: &rows,
            cursor: Some(at),
            focused: true,
        };
        list::draw(buf, area, &list, look);
        (at < height).then(|| Position::new(area.x, area.y + at as u16))
    }
}

fn cells<'a>(row: &Row, speech: Speech<'a>) -> list::Row<'a> {
    let register = speech.words.get(&format!("short-{}", row.register));
    let amount = row.fields.get("amount").and_then(Money::from_value);
    let due = row.due.map(|due| due - speech.now);
    let ink = match due {
        Some(left) if left <= 0 => Ink::Overdue,
        _ if row.conflicts > 0 => Ink::Conflict,
        _ => Ink::Text,
    };
    let figure = if row.closed.is_some() {
        row.closed.map(|at| speech.moment(at)).unwrap_or_default()
    } else {
        speech.figure(row.due, row.since, row.ours)
    };
    list::Row {
        cells: vec![
            vec![dim(register.to_string())],
            vec![text(speech.title(row))],
            vec![text(speech.subject(row))],
            vec![dim(speech.owner(row.owner))],
            vec![dim(speech.state(&row.register, &row.state))],
            vec![Run::new(
                amount.map(|amount| amount.to_string()).unwrap_or_default(),
                Ink::Money,
            )],
            vec![Run::new(figure, ink)],
        ],
        marked: false,
    }
}

impl Pane for RowsPane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Rows, Context::List]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(flow) = self.on_marked(command, reach) {
            return flow;
        }
        if let Some(by) = command.steps() {
            self.step(by);
            return Flow::Stay;
        }
        match command {
            Command::Open | Command::Expand => {
                return match self.cursor.id().copied() {
                    Some(id) => open_record(id, reach),
                    None => Flow::Stay,
                };
            }
            Command::Mark => self.mark(),
            Command::MarkAll => self.mark_all(),
            Command::Transfer | Command::Remark | Command::FollowUp => {
                return act_on(self.cursor.id().copied(), command, reach);
            }
            Command::NextPane | Command::PreviousPane => {
                let Source::Named(parts) = &mut self.source else {
                    return Flow::Pass;
                };
                let by = usize::from(!parts.is_empty());
                if command == Command::NextPane {
                    parts.rotate_left(by);
                } else {
                    parts.rotate_right(by);
                }
                if let Err(problem) = self.read(reach.desk) {
                    reach.trouble(&problem);
                }
            }
            Command::ExportRows => return export(self.rows.clone(), reach),
            _ if yank::copy(command, self.cursor.id().copied(), reach) => {}
            Command::Finish | Command::No => reach.say("board-no-decision", &[]),
            Command::Back | Command::Collapse => return Flow::Close,
            _ => return Flow::Pass,
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        page::single(buf, area, look, |page| {
            let more = if self.more { "+" } else { "" };
            let mut count = format!("{}{more}", self.rows.len());
            if !self.marked.is_empty() {
                let marked = [("count", self.marked.len().into())];
                count = format!("{}  {count}", look.words.with("board-marked", &marked));
            }
            page.section(
                vec![Run::new(self.title(look), Ink::Title)],
                vec![dim(count)],
            );
            page.draw(page.rows_left(), |buf, area, look| {
                self.draw(buf, area, look)
            })
        })
    }

    fn settled(&mut self, items: &[Id]) {
        self.marked.retain(|id| !items.contains(id));
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.read(reach.desk) {
            reach.trouble(&problem);
        }
    }
}
