//! The shop's own old table (ux 10, step 8): its columns as they are proposed, confirmed once by
//! a person; what is open becomes cases.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::start::Need;
use crate::desk::start::old_table::OldTableReport;
use crate::exchange::intake::file::{dropped_files, read_file};
use crate::exchange::intake::old_table::{self, Meaning, OldTable};
use crate::problem::Problem;
use crate::text::clean;
use crate::tui::commands::{Command, Context};
use crate::tui::jobs::{Done, Job, file_name, named, old_table_counts as counts};
use crate::tui::keys::Input;
use crate::tui::overlays::import;
use crate::tui::overlays::sheet::{Did, Sheet};
use crate::tui::pane::{Flow, Notice, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::form::{Choice, Field, Shape, Value};
use crate::tui::widgets::line::dim;
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
    table: Arc<OldTable>,
    is_confirmed: bool,
    /// What would come of it by what its columns mean; none while that is being looked at.
    looked: Option<Result<OldTableReport, Problem>>,
}

/// What is asked for beside the pane.
#[derive(Debug)]
enum Asked {
    /// Nothing.
    Nothing,
    /// What would come of the table; whether what its columns mean changed meanwhile.
    Look(Job, bool),
    /// The table.
    Take,
}

impl Asked {
    fn is_about(&self, table: &Arc<OldTable>) -> bool {
        matches!(self, Self::Look(Job::OldTable { table: asked, .. }, _)
            if Arc::ptr_eq(asked, table))
    }
}

/// The pane.
pub struct OldTablePane {
    read: Option<Read>,
    sheet: Sheet,
    asked: Asked,
    taken: Option<OldTableReport>,
}

impl OldTablePane {
    /// Opens the pane before anything was dropped.
    pub fn open(_: &Reach<'_>) -> Self {
        Self {
            read: None,
            sheet: Sheet::default(),
            asked: Asked::Nothing,
            taken: None,
        }
    }

    fn dropped(&mut self, pasted: &str, reach: &mut Reach<'_>) -> Flow {
        let Some(path) = dropped_files(pasted).into_iter().next() else {
            reach.say("drop-none", &[]);
            return Flow::Stay;
        };
        if matches!(self.asked, Asked::Take) {
            reach.say("drop-taking", &[]);
            return Flow::Stay;
        }
        let read = read_file(&path).and_then(|bytes| old_table::read(&bytes));
        let known = read.and_then(|table| {
            let meanings = reach.desk.old_table_meanings(&table)?;
            Ok((table, meanings))
        });
        let (table, (meanings, is_confirmed)) = match known {
            Ok(known) => known,
            Err(problem) => {
                reach.trouble(&named(problem, &path));
                return Flow::Stay;
            }
        };
        self.taken = None;
        self.sheet = Sheet::new(fields(&table, &meanings, reach));
        self.read = Some(Read {
            file: clean::line(&file_name(&path)).into_owned(),
            table: Arc::new(table),
            is_confirmed,
            looked: None,
        });
        self.look(reach);
        Flow::Stay
    }

    fn meanings(&self) -> Vec<Meaning> {
        let field = |field: &Field| {
            let chosen = self.sheet.form.chosen(&field.id);
            chosen.and_then(Meaning::of).unwrap_or_default()
        };
        self.sheet.form.fields.iter().map(field).collect()
    }

    fn job(&self, dry_run: bool) -> Option<Job> {
        let read = self.read.as_ref()?;
        Some(Job::OldTable {
            file: read.file.clone(),
            table: Arc::clone(&read.table),
            meanings: self.meanings(),
            dry_run,
        })
    }

    /// Has it looked at what comes of the table now: at once, or after the look that is not over.
    fn look(&mut self, reach: &mut Reach<'_>) {
        match &mut self.asked {
            Asked::Take => return,
            Asked::Look(_, again) => *again = true,
            Asked::Nothing => {
                let Some(job) = self.job(true) else { return };
                reach.work(job.clone());
                self.asked = Asked::Look(job, false);
            }
        }
        if let Some(read) = &mut self.read {
            read.looked = None;
        }
    }

    /// Has the table taken over by what its columns mean now.
    fn take(&mut self, reach: &mut Reach<'_>) -> Flow {
        if self.taken.is_some() {
            return Flow::Close;
        }
        let Some(job) = self.job(false) else {
            // A shop that kept no table does without.
            if reach
                .attempt(|desk| desk.settle_need(Need::OldTable))
                .is_some()
            {
                reach.say("old-table-none", &[]);
            }
            return Flow::Close;
        };
        match self.asked {
            Asked::Take => reach.say("drop-taking", &[]),
            Asked::Look(..) => reach.say("import-looking", &[]),
            Asked::Nothing => {
                reach.work(job);
                self.asked = Asked::Take;
            }
        }
        Flow::Stay
    }

    /// Sees what would come of the table; where its columns mean something else now, it is looked
    /// at anew.
    fn looked(&mut self, outcome: Result<OldTableReport, Problem>, reach: &mut Reach<'_>) {
        let Asked::Look(_, again) = self.asked else {
            return;
        };
        self.asked = Asked::Nothing;
        if again {
            return self.look(reach);
        }
        if let Some(read) = &mut self.read {
            read.looked = Some(outcome);
        }
    }

    /// Goes on after a key: what a column means may be another now.
    fn did(&mut self, did: Did, reach: &mut Reach<'_>) -> Flow {
        if did == Did::Changed {
            self.look(reach);
        }
        did.into()
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

impl Pane for OldTablePane {
    fn contexts(&self) -> Vec<Context> {
        if self.read.is_some() && self.taken.is_none() {
            return self.sheet.contexts(Context::Form);
        }
        vec![Context::Drop, Context::Menu]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if self.sheet.is_unfolded() {
            let did = self.sheet.command(command);
            self.did(did, reach);
            return Flow::Stay;
        }
        match command {
            Command::Back => Flow::Close,
            Command::Finish | Command::Accept | Command::Open => self.take(reach),
            _ => {
                let did = self.sheet.command(command);
                self.did(did, reach)
            }
        }
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        if let Input::Paste(pasted) = input {
            return self.dropped(pasted, reach);
        }
        let did = self.sheet.input(input);
        self.did(did, reach)
    }

    fn worked(&mut self, done: &mut Done, reach: &mut Reach<'_>) -> Flow {
        let Done::OldTable {
            table,
            dry_run,
            outcome,
        } = done
        else {
            return Flow::Stay;
        };
        if *dry_run {
            // A pane behind this one may have asked for another table.
            if self.asked.is_about(table) {
                let nothing = Ok(OldTableReport::default());
                self.looked(std::mem::replace(outcome, nothing), reach);
            }
        } else if matches!(self.asked, Asked::Take) {
            self.asked = Asked::Nothing;
            // Why it was not taken is told, and the pane stays as it was.
            self.taken = outcome.as_ref().ok().cloned();
        }
        Flow::Stay
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

    fn waits_for(&self) -> Option<Job> {
        match &self.asked {
            Asked::Look(job, _) => Some(job.clone()),
            Asked::Nothing | Asked::Take => None,
        }
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
            None => {
                super::says(page, "import-looking", Ink::Dim);
            }
            Some(Ok(report)) => {
                let sum = words.with("old-table-would", &counts(report));
                page.text(&sum, 2, Ink::Title);
            }
            Some(Err(problem)) => {
                page.text(&Notice::of(problem, words).text, 2, Ink::Warn);
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
        page.text(&import::refused_line(words, one), 1, Ink::Warn);
    }
    let more = report.problems.len().saturating_sub(NAMED);
    if more > 0 {
        let more = words.with("import-more", &[("count", more.into())]);
        page.row(&[], &[dim(more)]);
    }
    page.skip(1);
    super::says(page, "drop-keys-taken", Ink::Dim);
}
