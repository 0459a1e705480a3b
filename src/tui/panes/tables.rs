//! Any register as a list by the columns of its declaration.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde_json::Value as Json;

use crate::desk::Desk;
use crate::desk::freshness;
use crate::domain::field::Kind;
use crate::domain::id::Id;
use crate::domain::register::Register;
use crate::domain::registers;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::{Order, Query, Row};
use crate::text::clean;
use crate::text::width::{Ambiguous, columns};
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::overlays::case::CaseForm;
use crate::tui::overlays::menu::{Menu, Picked};
use crate::tui::overlays::note::NoteForm;
use crate::tui::overlays::record_form::RecordForm;
use crate::tui::overlays::yank;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::panes::record::RecordPane;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{self, Cursor, List, Width};
use crate::tui::widgets::{Look, page};
use crate::tui::words::{Speech, tail};

/// Rows read at once.
const PORTION: usize = 200;
/// Rows that a page key moves.
const PAGE: isize = 10;
/// Columns of the state.
const STATE: u16 = 10;

/// Which records are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Which {
    #[default]
    All,
    Open,
    Closed,
}

/// The list of a register.
pub struct TablesPane {
    register: &'static Register,
    which: Which,
    rows: Vec<Row>,
    /// The cells of the rows as they are shown, the state first.
    cells: Vec<Vec<String>>,
    /// What it cannot see.
    blind: String,
    heads: Vec<String>,
    widths: Vec<Width>,
    cursor: Cursor<Id>,
    more: bool,
    name: String,
    menu: Option<Menu>,
}

impl TablesPane {
    /// Opens the choice of registers, orders below it.
    pub fn new(desk: &Desk, words: &Words) -> Result<Self, Problem> {
        let mut pane = Self::of(&registers::order::REGISTER, desk, words)?;
        pane.choose(words);
        Ok(pane)
    }

    /// Opens the list of a register.
    pub fn of(register: &'static Register, desk: &Desk, words: &Words) -> Result<Self, Problem> {
        let mut pane = Self {
            register,
            which: Which::default(),
            rows: Vec::new(),
            cells: Vec::new(),
            blind: String::new(),
            heads: Vec::new(),
            widths: Vec::new(),
            cursor: Cursor::default(),
            more: false,
            name: String::new(),
            menu: None,
        };
        pane.read(desk, words)?;
        Ok(pane)
    }

    fn choose(&mut self, words: &Words) {
        let labels = registers::ALL.iter().map(|register| {
            words
                .get(&format!("register-{}", register.name))
                .to_string()
        });
        let at = registers::ALL
            .iter()
            .position(|register| register.name == self.register.name)
            .unwrap_or(0);
        self.menu = Some(Menu::new(words.get("tables-choose").to_string(), labels).at(at));
    }

    fn read(&mut self, desk: &Desk, words: &Words) -> Result<(), Problem> {
        let speech = Speech {
            words,
            zone: desk.zone(),
            now: desk.now(),
            people: desk.people(),
        };
        self.name = words
            .get(&format!("register-{}", self.register.name))
            .to_string();
        self.rows.clear();
        self.cells.clear();
        self.lay(speech);
        self.read_more(desk, speech)?;
        let ids: Vec<Id> = self.rows.iter().map(|row| row.id).collect();
        let kinds = freshness::kinds_of(self.register.name);
        let blind = freshness::blind(&desk.freshness()?, kinds);
        self.blind = speech.blind(&blind, "blind-known", "blind-never");
        self.cursor.follow(&ids);
        Ok(())
    }

    fn read_more(&mut self, desk: &Desk, speech: Speech<'_>) -> Result<(), Problem> {
        let rows = desk.store().rows(&Query {
            registers: vec![self.register.name],
            open_only: self.which == Which::Open,
            closed_only: self.which == Which::Closed,
            order: Order::Opened,
            after: self.rows.last().map(|row| row.cursor(Order::Opened)),
            limit: Some(PORTION),
            ..Query::default()
        })?;
        self.more = rows.len() == PORTION;
        let cells: Vec<Vec<String>> = rows.iter().map(|row| self.cells_of(row, speech)).collect();
        self.cells.extend(cells);
        self.rows.extend(rows);
        Ok(())
    }

    /// Heads and widths by the kinds of the columns: the first text takes what is left over.
    fn lay(&mut self, speech: Speech<'_>) {
        self.heads = vec![speech.words.get("tables-state").to_string()];
        self.widths = vec![Width::Left(STATE)];
        let mut filled = false;
        for path in self.register.columns {
            let Some(spec) = self.register.field(path) else {
                continue;
            };
            let head = speech.label(self.register, spec);
            let named = columns(&head, Ambiguous::Narrow) as u16;
            self.heads.push(head);
            self.widths.push(match spec.kind {
                Kind::Money | Kind::Integer => Width::Right(10),
                Kind::Time => Width::Left(11),
                Kind::Date | Kind::Number => Width::Left(10),
                // Whole words of ours, however long the longest of them is.
                Kind::Choice(list) => {
                    let words = list.values.iter().map(|value| speech.choice(spec, value));
                    let longest = words
                        .map(|word| columns(&word, Ambiguous::Narrow) as u16)
                        .max();
                    Width::Left(longest.unwrap_or_default().max(named))
                }
                Kind::Flag => Width::Left(named.max(4)),
                _ if filled => Width::Left(12),
                _ => {
                    filled = true;
                    Width::Fill
                }
            });
        }
    }

    fn cells_of(&self, row: &Row, speech: Speech<'_>) -> Vec<String> {
        let state = speech.state(self.register.name, &row.state);
        let columns = self
            .register
            .columns
            .iter()
            .filter_map(|path| Some((path, self.register.field(path)?)));
        let shown = columns.map(|(path, spec)| {
            let value = row.fields.get(*path).unwrap_or(&Json::Null);
            let number = if *path == "no" {
                row.number.clone()
            } else {
                None
            };
            let words = match (number, value) {
                (Some(number), _) => number,
                (None, Json::Null) => String::new(),
                (None, value) if matches!(spec.kind, Kind::Number) => {
                    tail(value.as_str().unwrap_or_default())
                }
                (None, value) => speech.value(spec, value),
            };
            clean::line(&words).into_owned()
        });
        std::iter::once(state).chain(shown).collect()
    }

    fn step(&mut self, by: isize, reach: &mut Reach<'_>) {
        let near_end = self.cursor.index().saturating_add_signed(by) + 1 >= self.rows.len();
        if near_end && self.more {
            let speech = Speech {
                words: reach.words,
                zone: reach.desk.zone(),
                now: reach.desk.now(),
                people: reach.desk.people(),
            };
            if let Err(problem) = self.read_more(reach.desk, speech) {
                reach.trouble(&problem);
            }
        }
        let rows = &self.rows;
        self.cursor
            .step(by, rows.len(), |at| rows.get(at).map(|row| row.id));
    }

    fn view_of(&mut self, view: usize, reach: &mut Reach<'_>) {
        self.which = match view {
            1 => Which::Open,
            2 => Which::Closed,
            _ => Which::All,
        };
        self.refresh(reach);
    }

    /// Opens the row: notes and cases in their own forms, anything else as a record.
    fn open(&self, reach: &mut Reach<'_>) -> Flow {
        let Some(id) = self.cursor.id().copied() else {
            return Flow::Stay;
        };
        let opened: Result<Box<dyn Pane>, Problem> = match self.register.name {
            "note" => NoteForm::of_note(reach, id).map(|pane| Box::new(pane) as _),
            "case" => CaseForm::of_case(reach, id).map(|pane| Box::new(pane) as _),
            "conversation" => return Flow::Show(id),
            _ => RecordPane::open(reach.desk, reach.words, id).map(|pane| Box::new(pane) as _),
        };
        match opened {
            Ok(pane) => Flow::Push(pane),
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Stay
            }
        }
    }

    fn picked(&mut self, picked: Picked, reach: &mut Reach<'_>) -> Flow {
        match picked {
            Picked::Row(row) => {
                self.menu = None;
                if let Some(register) = registers::ALL.get(row) {
                    self.register = register;
                    self.cursor = Cursor::default();
                }
                self.refresh(reach);
            }
            Picked::Moved => {}
            Picked::Closed => self.menu = None,
            Picked::Ignored => return Flow::Pass,
        }
        Flow::Stay
    }
}

impl Pane for TablesPane {
    fn contexts(&self) -> Vec<Context> {
        if self.menu.is_some() {
            vec![Context::Menu]
        } else {
            vec![Context::Tables, Context::List]
        }
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(menu) = &mut self.menu {
            let picked = menu.command(command);
            return self.picked(picked, reach);
        }
        match command {
            Command::Next => self.step(1, reach),
            Command::Previous => self.step(-1, reach),
            Command::PageDown => self.step(PAGE, reach),
            Command::PageUp => self.step(-PAGE, reach),
            Command::First => self.step(isize::MIN / 2, reach),
            Command::Last => self.step(self.rows.len() as isize, reach),
            Command::Open | Command::Expand => return self.open(reach),
            Command::NewRecord => {
                return Flow::Push(Box::new(RecordForm::new(reach, self.register)));
            }
            Command::NextPane | Command::Collapse => self.choose(reach.words),
            _ if yank::copy(command, self.cursor.id().copied(), reach) => {}
            Command::Back => return Flow::Close,
            _ => match command.view() {
                Some(view) => self.view_of(view, reach),
                None => return Flow::Pass,
            },
        }
        Flow::Stay
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        let Some(menu) = &mut self.menu else {
            return Flow::Pass;
        };
        let picked = menu.input(input);
        self.picked(picked, reach)
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let caret = page::single(buf, area, look, |page| {
            let count = format!("{}{}", self.rows.len(), if self.more { "+" } else { "" });
            let left = vec![
                Run::new(self.name.clone(), Ink::Title),
                text(format!("  {count}  ")),
                dim(look.words.get("tables-views").to_string()),
            ];
            page.section(left, vec![dim(look.words.get("tables-keys").to_string())]);
            let heads = list::Row {
                cells: self
                    .heads
                    .iter()
                    .map(|head| vec![dim(head.as_str())])
                    .collect(),
                marked: false,
            };
            let height = page.rows_left();
            page.draw(height, |buf, area, look| {
                self.draw_rows(buf, area, &heads, look)
            })
        });
        match &self.menu {
            Some(menu) => menu.draw(buf, area, look),
            None => caret,
        }
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.read(reach.desk, reach.words) {
            reach.trouble(&problem);
        }
        if self.menu.is_some() {
            self.choose(reach.words);
        }
    }
}

impl TablesPane {
    fn draw_rows(
        &self,
        buf: &mut Buffer,
        area: Rect,
        heads: &list::Row<'_>,
        look: &Look<'_>,
    ) -> Option<Position> {
        let widths = fitting(&self.widths, area.width);
        let head = Rect {
            height: area.height.min(1),
            ..area
        };
        let heads = [heads.clone()];
        list::draw(
            buf,
            head,
            &List {
                columns: &widths,
                rows: &heads,
                cursor: None,
                focused: false,
            },
            look,
        );
        let body = Rect {
            y: area.y + head.height,
            height: area.height - head.height,
            ..area
        };
        if self.rows.is_empty() && body.height > 0 {
            let empty = look.words.get("tables-empty");
            crate::tui::widgets::line::put(
                buf,
                (body.x, body.y),
                body.width,
                &empty,
                Ink::Dim,
                look,
            );
        }
        if self.rows.is_empty() && body.height > 1 {
            let (at, ink) = ((body.x, body.y + 1), Ink::Stale);
            crate::tui::widgets::line::put(buf, at, body.width, &self.blind, ink, look);
        }
        let height = usize::from(body.height);
        let top = self.cursor.clone().scroll(height, self.rows.len());
        let shown: Vec<list::Row<'_>> = self
            .cells
            .iter()
            .skip(top)
            .take(height)
            .map(|cells| list::Row {
                cells: cells.iter().map(|cell| vec![text(cell.as_str())]).collect(),
                marked: false,
            })
            .collect();
        let at = self.cursor.index().saturating_sub(top);
        let cursor = (!self.rows.is_empty()).then_some(at);
        list::draw(
            buf,
            body,
            &List {
                columns: &widths,
                rows: &shown,
                cursor,
                focused: true,
            },
            look,
        );
        cursor
            .filter(|at| *at < height)
            .map(|at| Position::new(body.x, body.y + at as u16))
    }
}

/// Returns as many columns from the left as leave the text column some room.
fn fitting(widths: &[Width], width: u16) -> Vec<Width> {
    let mut used = 1;
    let mut all = Vec::new();
    for column in widths {
        let wide = match column {
            Width::Left(wide) | Width::Right(wide) => *wide,
            Width::Fill => 16,
        };
        if used + wide > width && !all.is_empty() {
            break;
        }
        used += wide + 1;
        all.push(*column);
    }
    all
}
