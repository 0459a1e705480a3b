//! The shop's own old table (ux 10, step 8): its columns as they are proposed, confirmed once by
//! a person; what is open becomes cases.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::start::Need;
use crate::desk::start::old_table::OldTableReport;
use crate::exchange::intake::file::{dropped_files, read_file};
use crate::exchange::intake::old_table::{self, Meaning, OldTable};
use crate::problem::Problem;
use crate::text::clean;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::overlays::sheet::{Did, Sheet};
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::form::{Choice, Field, Shape, Value};
use crate::tui::widgets::page::Page;

/// The rows of the box.
const ROWS: u16 = 19;
/// The rows below the columns.
const FOOT: u16 = 5;
/// Columns of the headers.
const HEADERS: u16 = 16;
/// The most lines of which is said why they were not taken.
const NAMED: usize = 6;

/// A table that was dropped.
struct Read {
    file: String,
    table: OldTable,
    is_confirmed: bool,
    /// What would come of it by what its columns mean now.
    looked: Result<OldTableReport, Problem>,
}

/// The pane.
pub struct OldTablePane {
    read: Option<Read>,
    sheet: Sheet,
    taken: Option<OldTableReport>,
}

impl OldTablePane {
    /// Opens the pane before anything was dropped.
    pub fn open(_: &Reach<'_>) -> Self {
        Self {
            read: None,
            sheet: Sheet::default(),
            taken: None,
        }
    }

    fn dropped(&mut self, pasted: &str, reach: &mut Reach<'_>) -> Flow {
        let Some(path) = dropped_files(pasted).into_iter().next() else {
            reach.say("drop-none", &[]);
            return Flow::Stay;
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let file = clean::line(&name).into_owned();
        let read = read_file(&path).and_then(|bytes| old_table::read(&bytes));
        let table = match read {
            Ok(table) => table,
            Err(problem) => {
                reach.trouble(&problem);
                return Flow::Stay;
            }
        };
        let (meanings, is_confirmed) = match reach.desk.old_table_meanings(&table) {
            Ok(known) => known,
            Err(problem) => {
                reach.trouble(&problem);
                return Flow::Stay;
            }
        };
        self.taken = None;
        self.sheet = Sheet::new(fields(&table, &meanings, reach));
        let looked = reach.desk.take_old_table(&file, &table, &meanings, true);
        self.read = Some(Read {
            file,
            table,
            is_confirmed,
            looked,
        });
        Flow::Stay
    }

    fn meanings(&self) -> Vec<Meaning> {
        let field = |field: &Field| {
            let chosen = self.sheet.form.chosen(&field.id);
            chosen.and_then(Meaning::of).unwrap_or_default()
        };
        self.sheet.form.fields.iter().map(field).collect()
    }

    fn look_again(&mut self, reach: &mut Reach<'_>) {
        let meanings = self.meanings();
        if let Some(read) = &mut self.read {
            read.looked = reach
                .desk
                .take_old_table(&read.file, &read.table, &meanings, true);
        }
    }

    /// Takes the table over by what its columns mean now.
    fn take(&mut self, reach: &mut Reach<'_>) -> Flow {
        if self.taken.is_some() {
            return Flow::Close;
        }
        let meanings = self.meanings();
        let Some(read) = &self.read else {
            // A shop that kept no table does without.
            if reach
                .attempt(|desk| desk.settle_need(Need::OldTable))
                .is_some()
            {
                reach.say("old-table-none", &[]);
            }
            return Flow::Close;
        };
        let taken = reach.attempt(|desk| {
            let report = desk.take_old_table(&read.file, &read.table, &meanings, false)?;
            desk.settle_need(Need::OldTable)?;
            Ok(report)
        });
        if let Some(report) = taken {
            reach.say("old-table-taken", &counts(&report));
            self.taken = Some(report);
        }
        Flow::Stay
    }
}

/// A field a column: its header, what it means, what stands in it.
fn fields(table: &OldTable, meanings: &[Meaning], reach: &Reach<'_>) -> Vec<Field> {
    let words = reach.words;
    let choices: Vec<Choice> = Meaning::ALL
        .into_iter()
        .map(|one| {
            let label = words.get(&format!("old-table-{}", one.word())).to_string();
            Choice::new(one.word(), label)
        })
        .collect();
    let field = |(at, header): (usize, &String)| {
        let meaning = meanings.get(at).copied().unwrap_or_default();
        let chosen = Meaning::ALL.iter().position(|one| *one == meaning);
        let label = clean::line(header).into_owned();
        let samples = clean::line(&table.samples(at).join(" ")).into_owned();
        Field::new(
            at.to_string(),
            label,
            Value::Choice(choices.clone(), chosen),
        )
        .note(samples, Ink::Dim)
    };
    table.headers.iter().enumerate().map(field).collect()
}

fn counts(report: &OldTableReport) -> [(&'static str, crate::i18n::Arg<'static>); 5] {
    [
        ("read", report.read.into()),
        ("opened", report.opened.into()),
        ("done", report.done.into()),
        ("known", report.known.into()),
        ("refused", report.refused.into()),
    ]
}

impl Pane for OldTablePane {
    fn contexts(&self) -> Vec<Context> {
        if self.read.is_some() && self.taken.is_none() {
            return self.sheet.contexts(Context::Form);
        }
        vec![Context::Import, Context::Menu]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if self.sheet.is_unfolded() {
            if self.sheet.command(command) == Did::Changed {
                self.look_again(reach);
            }
            return Flow::Stay;
        }
        match command {
            Command::Back => return Flow::Close,
            Command::Finish | Command::Accept | Command::Open => return self.take(reach),
            _ => {}
        }
        match self.sheet.command(command) {
            Did::Changed => {
                self.look_again(reach);
                Flow::Stay
            }
            Did::Moved => Flow::Stay,
            Did::Ignored => Flow::Pass,
        }
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        if let Input::Paste(pasted) = input {
            return self.dropped(pasted, reach);
        }
        match self.sheet.input(input) {
            Did::Changed => {
                self.look_again(reach);
                Flow::Stay
            }
            Did::Moved => Flow::Stay,
            Did::Ignored => Flow::Pass,
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let caret = super::boxed(buf, area, look, ("old-table-title", ROWS), |page| {
            match (&self.taken, &self.read) {
                (Some(report), _) => {
                    came(report, page);
                    None
                }
                (None, Some(read)) => self.columns(read, page),
                (None, None) => {
                    super::says(page, "old-table-says", Ink::Text);
                    page.skip(1);
                    super::says(page, "old-table-keys-none", Ink::Dim);
                    None
                }
            }
        });
        self.sheet.draw_menu(buf, area, look).or(caret)
    }

    fn is_whole(&self) -> bool {
        false
    }
}

impl OldTablePane {
    fn columns(&self, read: &Read, page: &mut Page<'_, '_>) -> Option<Position> {
        let words = page.look().words;
        let id = if read.is_confirmed {
            "old-table-as-before"
        } else {
            "old-table-look"
        };
        let said = [
            ("file", read.file.as_str().into()),
            ("rows", read.table.rows.len().into()),
        ];
        page.text(&words.with(id, &said), 2, Ink::Text);
        page.skip(1);
        let shape = Shape {
            label: HEADERS,
            beside: 0,
        };
        let most = page.rows_left().saturating_sub(FOOT);
        let caret = page.form(&self.sheet.form, shape, most);
        page.skip(1);
        match &read.looked {
            Ok(report) => {
                let sum = words.with("old-table-would", &counts(report));
                page.text(&sum, 2, Ink::Title);
            }
            Err(problem) => {
                let (message, hint) = words.problem(problem);
                let hint = hint.unwrap_or_default();
                page.text(&format!("{message} {hint}"), 2, Ink::Warn);
            }
        }
        super::says(page, "old-table-keys", Ink::Dim);
        caret
    }
}

/// What came of it, and why some lines were not taken.
fn came(report: &OldTableReport, page: &mut Page<'_, '_>) {
    let words = page.look().words;
    page.text(
        &words.with("old-table-taken", &counts(report)),
        3,
        Ink::Title,
    );
    page.skip(1);
    for one in report.problems.iter().take(NAMED) {
        let reason = [
            ("line", one.line.into()),
            ("field", one.field.as_str().into()),
            ("reason", words.get(one.reason).into()),
            ("value", one.value.as_str().into()),
        ];
        page.text(&words.with("import-reason", &reason), 1, Ink::Warn);
    }
    page.skip(1);
    super::says(page, "drop-keys-taken", Ink::Dim);
}
