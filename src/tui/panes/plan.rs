//! The plan of the day (今日分工 in Chinese; ux 10, step 10): everybody of the shop with when they
//! come, when they eat, on which account, and whom they follow.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::Desk;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::register::Owner;
use crate::domain::registers::{ACCOUNT, sheet};
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::Row;
use crate::tui::commands::{Command, Context};
use crate::tui::overlays::record_form::RecordForm;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{self, Cursor, List, Width};
use crate::tui::widgets::{Look, page};
use crate::tui::words::Speech;

/// The columns: name, post, from to, lunch, account, whom they follow.
const COLUMNS: [Width; 6] = [
    Width::Left(10),
    Width::Left(11),
    Width::Left(13),
    Width::Left(7),
    Width::Fill,
    Width::Left(12),
];

/// A person with the line of the day, where there is one.
struct Line {
    person: Id,
    record: Option<Id>,
    cells: [String; 6],
}

/// The plan.
pub struct PlanPane {
    day: String,
    lines: Vec<Line>,
    cursor: Cursor<Id>,
}

impl PlanPane {
    /// Opens the plan of today.
    pub fn new(desk: &Desk, words: &Words) -> Result<Self, Problem> {
        let mut pane = Self {
            day: String::new(),
            lines: Vec::new(),
            cursor: Cursor::default(),
        };
        pane.read(desk, words)?;
        Ok(pane)
    }

    fn read(&mut self, desk: &Desk, words: &Words) -> Result<(), Problem> {
        self.day = desk.business_day(desk.now())?;
        let rows = desk.plan_of_day(&self.day)?;
        let speech = Speech::new(desk, words);
        let mut lines = Vec::new();
        for person in desk.people().all() {
            let of_them = |row: &&Row| {
                let whose = row.fields.get(sheet::PERSON.name());
                whose.and_then(Id::from_value) == Some(person.id)
            };
            let row = rows.iter().find(of_them);
            let mut cells = [const { String::new() }; 6];
            cells[0].clone_from(&person.name);
            let post = person.posts.first();
            cells[1] = post.map_or_else(String::new, |post| {
                words
                    .get(&format!("value-post-{}", post.word()))
                    .to_string()
            });
            if let Some(row) = row {
                fill(&mut cells, row, speech);
            } else {
                cells[2] = words.get("plan-nothing").to_string();
            }
            lines.push(Line {
                person: person.id,
                record: row.map(|row| row.id),
                cells,
            });
        }
        self.lines = lines;
        let ids: Vec<Id> = self.lines.iter().map(|line| line.person).collect();
        self.cursor.follow(&ids);
        Ok(())
    }

    /// Opens the line under the cursor: the one there is, or a new one that is filled in as far
    /// as the shop and the person say.
    fn open(&self, reach: &mut Reach<'_>) -> Flow {
        let Some(line) = self.lines.get(self.cursor.index()) else {
            return Flow::Stay;
        };
        let form = match line.record {
            Some(id) => RecordForm::of_record(reach, id),
            None => self.proposed(line.person, reach),
        };
        let person = Owner::Person(line.person).spelling();
        match form {
            // The line is that person's: a digit typed too much must not make it another's.
            Ok(form) => Flow::Push(Box::new(form.settled(sheet::PERSON.name(), person))),
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Stay
            }
        }
    }

    fn proposed(&self, person: Id, reach: &Reach<'_>) -> Result<RecordForm, Problem> {
        let known = reach.desk.people().by_id(person);
        let post = known.and_then(|person| person.posts.first());
        let mut said = vec![
            (sheet::DAY.name(), self.day.clone()),
            (sheet::PERSON.name(), Owner::Person(person).spelling()),
            (
                sheet::POST_OF.name(),
                post.map_or_else(String::new, |post| post.word().to_owned()),
            ),
            (ACCOUNT.name(), reach.desk.account_for(None)?),
        ];
        if let Some((from, to)) = reach.desk.opening_hours()? {
            let clock = |time: chrono::NaiveTime| time.format("%H:%M").to_string();
            said.push((sheet::STARTS.name(), clock(from)));
            said.push((sheet::ENDS.name(), clock(to)));
        }
        Ok(RecordForm::begun(reach, &sheet::REGISTER, &said))
    }

    fn step(&mut self, by: isize) {
        let lines = &self.lines;
        self.cursor
            .step(by, lines.len(), |at| lines.get(at).map(|line| line.person));
    }
}

/// Fills the cells of a line in.
fn fill(cells: &mut [String; 6], row: &Row, speech: Speech<'_>) {
    let time = |name: &str| row.fields.get(name).and_then(serde_json::Value::as_i64);
    let word = |name: &str| row.fields.get(name).and_then(serde_json::Value::as_str);
    if let Some(post) = word(sheet::POST_OF.name()) {
        cells[1] = speech.words.get(&format!("value-post-{post}")).to_string();
    }
    if let Some((from, to)) = time(sheet::STARTS.name()).zip(time(sheet::ENDS.name())) {
        cells[2] = format!("{}-{}", speech.clock(from), speech.clock(to));
    }
    if let Some(at) = time(sheet::LUNCH_AT.name()) {
        cells[3] = speech.clock(at);
    }
    cells[4] = word(ACCOUNT.name()).unwrap_or_default().to_owned();
    let followed = row
        .fields
        .get(sheet::FOLLOWS.name())
        .and_then(Id::from_value);
    let followed = followed.and_then(|id| speech.people.by_id(id));
    cells[5] = followed.map_or_else(String::new, |person| person.name.clone());
}

impl Pane for PlanPane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Plan, Context::List]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(by) = command.steps() {
            self.step(by);
            return Flow::Stay;
        }
        match command {
            Command::Open | Command::Expand => self.open(reach),
            Command::Back => Flow::Close,
            _ => Flow::Pass,
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        page::single(buf, area, look, |page| {
            let title = look.words.get("register-sheet").to_string();
            let planned = self.lines.iter().filter(|line| line.record.is_some());
            let counts = [
                ("planned", planned.count().into()),
                ("of", self.lines.len().into()),
            ];
            let left = vec![
                Run::new(title, Ink::Title),
                text(format!("  {}  ", self.day)),
                dim(look.words.with("plan-counts", &counts)),
            ];
            page.section(left, vec![dim(look.words.get("plan-keys").to_string())]);
            let heads = ["person", "post", "hours", "lunch", "account", "follows"];
            let heads = list::Row {
                cells: heads
                    .iter()
                    .map(|head| vec![dim(look.words.get(&format!("plan-{head}")).to_string())])
                    .collect(),
                marked: false,
            };
            let height = page.rows_left();
            page.draw(height, |buf, area, look| {
                self.draw_lines(buf, area, heads, look)
            })
        })
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.read(reach.desk, reach.words) {
            reach.trouble(&problem);
        }
    }
}

impl PlanPane {
    fn draw_lines(
        &self,
        buf: &mut Buffer,
        area: Rect,
        heads: list::Row<'_>,
        look: &Look<'_>,
    ) -> Option<Position> {
        let head = Rect {
            height: area.height.min(1),
            ..area
        };
        let body = Rect {
            y: area.y + head.height,
            height: area.height - head.height,
            ..area
        };
        let mut list = List {
            columns: &COLUMNS,
            rows: &[heads],
            cursor: None,
            focused: false,
        };
        list::draw(buf, head, &list, look);
        let height = usize::from(body.height);
        let top = self.cursor.clone().scroll(height, self.lines.len());
        let rows: Vec<list::Row<'_>> = self
            .lines
            .iter()
            .skip(top)
            .take(height)
            .map(|line| list::Row {
                cells: line
                    .cells
                    .iter()
                    .map(|cell| vec![text(cell.as_str())])
                    .collect(),
                marked: false,
            })
            .collect();
        let at = self.cursor.index().saturating_sub(top);
        list.rows = &rows;
        list.cursor = (!rows.is_empty()).then_some(at);
        list.focused = true;
        list::draw(buf, body, &list, look);
        list.cursor
            .filter(|at| *at < height)
            .map(|at| Position::new(body.x, body.y + at as u16))
    }
}
