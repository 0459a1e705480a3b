//! Any register as a list by the columns of its declaration.

mod chosen;
mod columns;
mod empty;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::columns::fitting;
use crate::desk::saved::SavedView;
use crate::desk::views::{self, Listing};
use crate::desk::{Desk, by_hand, freshness};
use crate::domain::id::Id;
use crate::domain::register::Register;
use crate::domain::registers;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::{self, Row};
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::overlays::case::CaseForm;
use crate::tui::overlays::menu::{Menu, Picked};
use crate::tui::overlays::note::NoteForm;
use crate::tui::overlays::record_form::RecordForm;
use crate::tui::overlays::yank;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::panes::narrowing::Narrowing;
use crate::tui::panes::record::RecordPane;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{self, Cursor, List, Width};
use crate::tui::widgets::{Look, page};
use crate::tui::words::Speech;

/// Rows read at once.
const PORTION: usize = 200;
/// How many portions one key reads where the first ones hold no row of the view.
const PORTIONS: usize = 5;
/// Columns of the state.
const STATE: u16 = 10;

/// What the menu in front chooses.
enum Choice {
    /// The register.
    Register(Menu),
    /// Which of its rows: the list's own views, then those that are kept.
    View(Menu, Vec<SavedView>),
}

impl Choice {
    fn menu(&mut self) -> &mut Menu {
        match self {
            Self::Register(menu) | Self::View(menu, _) => menu,
        }
    }
}

/// The list of a register.
pub struct TablesPane {
    register: &'static Register,
    /// The view of the desk by its name, all rows without one.
    view: Option<&'static str>,
    /// What else is asked of them.
    narrowing: Narrowing,
    rows: Vec<Row>,
    /// The cells of the rows as they are shown, the state first.
    cells: Vec<Vec<String>>,
    /// What it cannot see.
    blind: String,
    heads: Vec<String>,
    widths: Vec<Width>,
    cursor: Cursor<Id>,
    /// Behind what the next rows come, none where all are read.
    after: Option<store::Cursor>,
    /// How far back it was looked through, where more comes behind.
    back_to: Option<String>,
    /// How many portions were read.
    portions: usize,
    name: String,
    choice: Option<Choice>,
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
            view: None,
            narrowing: Narrowing::default(),
            rows: Vec::new(),
            cells: Vec::new(),
            blind: String::new(),
            heads: Vec::new(),
            widths: Vec::new(),
            cursor: Cursor::default(),
            after: None,
            back_to: None,
            portions: 0,
            name: String::new(),
            choice: None,
        };
        pane.read(desk, words)?;
        Ok(pane)
    }

    /// Whether people open records of this register themselves.
    fn is_by_hand(&self) -> bool {
        by_hand::by_hand(self.register).is_ok()
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
        let menu = Menu::new(words.get("tables-choose").to_string(), labels).at(at);
        self.choice = Some(Choice::Register(menu));
    }

    fn read(&mut self, desk: &Desk, words: &Words) -> Result<(), Problem> {
        let speech = Speech::new(desk, words);
        self.name = words
            .get(&format!("register-{}", self.register.name))
            .to_string();
        // As far as somebody has gone down: the row under the cursor stays there.
        let (had, before) = (self.rows.len(), self.portions_again());
        self.portions = 0;
        self.rows.clear();
        self.cells.clear();
        self.after = None;
        self.lay(speech);
        let listing = self.listing(desk)?;
        self.read_more(&listing, desk, speech)?;
        while self.rows.len() < had && self.after.is_some() && self.portions < before {
            self.read_more(&listing, desk, speech)?;
        }
        let ids: Vec<Id> = self.rows.iter().map(|row| row.id).collect();
        let kinds = freshness::kinds_of(self.register.name);
        let blind = freshness::blind(&desk.freshness()?, kinds);
        self.blind = speech.blind(&blind, "blind-known", "blind-never");
        self.cursor.follow(&ids);
        Ok(())
    }

    /// How many portions are read again at most: those that were, and of what is narrowed, where
    /// many portions can hold few rows, no more than a key reads.
    fn portions_again(&self) -> usize {
        if self.narrowing.holds() {
            self.portions.min(PORTIONS)
        } else {
            self.portions
        }
    }

    /// What it asks the desk for.
    fn listing(&self, desk: &Desk) -> Result<Listing, Problem> {
        desk.listing(self.register, self.view, self.narrowing.question())
    }

    /// Reads on until there are rows or no more; of some views a portion holds none.
    fn read_more(
        &mut self,
        listing: &Listing,
        desk: &Desk,
        speech: Speech<'_>,
    ) -> Result<(), Problem> {
        for _ in 0..PORTIONS {
            let page = desk.page(listing, self.after, PORTION)?;
            self.after = page.after;
            let back_to = page.after.and_then(|after| listing.back_to(after));
            self.back_to = back_to.map(|at| speech.moment(at));
            self.portions += 1;
            let cells = page.rows.iter().map(|row| self.cells_of(row, speech));
            let cells: Vec<Vec<String>> = cells.collect();
            self.cells.extend(cells);
            let is_some = !page.rows.is_empty();
            self.rows.extend(page.rows);
            if is_some || self.after.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn step(&mut self, by: isize, reach: &mut Reach<'_>) {
        let near_end = self.cursor.index().saturating_add_signed(by) + 1 >= self.rows.len();
        if near_end && self.after.is_some() {
            let (desk, speech) = (&*reach.desk, Speech::new(reach.desk, reach.words));
            let read = self
                .listing(desk)
                .and_then(|listing| self.read_more(&listing, desk, speech));
            if let Err(problem) = read {
                reach.trouble(&problem);
            }
        }
        let rows = &self.rows;
        self.cursor
            .step(by, rows.len(), |at| rows.get(at).map(|row| row.id));
    }

    fn turn_to(&mut self, view: Option<&'static str>, reach: &mut Reach<'_>) {
        self.view = view;
        self.read_anew(reach);
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
                if let Some(Choice::View(_, saved)) = self.choice.take() {
                    self.take_view(row, &saved, reach);
                } else if let Some(register) = registers::ALL.get(row) {
                    self.register = register;
                    self.cursor = Cursor::default();
                    // A view that the other register has too stays.
                    let view = self
                        .view
                        .filter(|view| views::names(register).contains(view));
                    self.turn_to(view, reach);
                }
            }
            Picked::Moved => {}
            Picked::Closed => self.choice = None,
            Picked::Ignored => return Flow::Pass,
        }
        Flow::Stay
    }
}

impl Pane for TablesPane {
    fn contexts(&self) -> Vec<Context> {
        if self.choice.is_some() {
            vec![Context::Menu]
        } else if self.narrowing.is_typing() {
            Narrowing::contexts()
        } else {
            let own = self.is_by_hand().then_some(Context::ByHand);
            let own = own.into_iter().chain([Context::Tables, Context::List]);
            own.collect()
        }
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(choice) = &mut self.choice {
            let picked = choice.menu().command(command);
            return self.picked(picked, reach);
        }
        if self.narrowing.is_typing() {
            let narrowed = self.narrowing.command(command, reach);
            return self.narrowed(narrowed, reach);
        }
        if let Some(by) = command.steps() {
            self.step(by, reach);
            return Flow::Stay;
        }
        match command {
            Command::Open | Command::Expand => return self.open(reach),
            Command::NewRecord if self.is_by_hand() => {
                return Flow::Push(Box::new(RecordForm::new(reach, self.register)));
            }
            Command::NextPane | Command::Collapse => self.choose(reach.words),
            Command::ChooseView => self.choose_view(reach),
            Command::Filter => self.narrowing.open(reach),
            Command::Back if self.narrowing.holds() => {
                self.narrowing.clear();
                self.read_anew(reach);
            }
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
        let Some(choice) = &mut self.choice else {
            let narrowed = self.narrowing.input(input, reach);
            return self.narrowed(narrowed, reach);
        };
        let picked = choice.menu().input(input);
        self.picked(picked, reach)
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let caret = page::single(buf, area, look, |page| {
            let count = format!(
                "{}{}",
                self.rows.len(),
                if self.after.is_some() { "+" } else { "" }
            );
            let left = vec![
                Run::new(self.name.clone(), Ink::Title),
                text(format!(
                    "  {} {count}  ",
                    look.words.get(&view_words(self.view))
                )),
                dim(self.told_back_to(look)),
                dim(look.words.get("tables-views").to_string()),
            ];
            let keys = if self.is_by_hand() {
                "tables-keys"
            } else {
                "tables-keys-read"
            };
            page.section(left, vec![dim(look.words.get(keys).to_string())]);
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
                let (rows, caret) = self.narrowing.draw(buf, area, look);
                caret.or(self.draw_rows(buf, rows, &heads, look))
            })
        });
        match &self.choice {
            Some(Choice::Register(menu) | Choice::View(menu, _)) => menu.draw(buf, area, look),
            None => caret,
        }
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.read(reach.desk, reach.words) {
            reach.trouble(&problem);
        }
        match self.choice {
            Some(Choice::Register(_)) => self.choose(reach.words),
            Some(Choice::View(..)) => self.choose_view(reach),
            None => {}
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
        if self.rows.is_empty() {
            self.draw_empty(buf, body, look);
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

/// Returns the message id of a view's name.
fn view_words(view: Option<&str>) -> String {
    format!("tables-view-{}", view.unwrap_or("all"))
}
