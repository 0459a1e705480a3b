//! Files dropped for a step (ux 10, steps 6 and 7): all at once, looked at first, taken by one
//! key; what comes of them is work and not rows alone.

use std::path::{Path, PathBuf};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::import::{FileReport, ImportOptions};
use crate::exchange::intake::Kind;
use crate::exchange::intake::file::dropped_files;
use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::page::Page;

/// The rows of the box.
const ROWS: u16 = 17;
/// The most files that are named one by one.
const NAMED: usize = 6;

/// What the step waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The library of replies.
    Replies,
    /// Orders and refunds.
    Data,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::Replies => "drop-replies",
            Self::Data => "drop-data",
        }
    }

    fn kind(self) -> Option<Kind> {
        match self {
            Self::Replies => Some(Kind::Replies),
            Self::Data => None,
        }
    }
}

/// A file and what it brings.
struct File {
    path: PathBuf,
    outcome: Result<FileReport, Problem>,
}

/// The pane.
pub struct Drop {
    what: What,
    files: Vec<File>,
    is_taken: bool,
    /// What came of them, in sentences.
    result: Vec<String>,
}

impl Drop {
    /// Opens the pane of a step.
    pub fn of(what: What) -> Self {
        Self {
            what,
            files: Vec::new(),
            is_taken: false,
            result: Vec::new(),
        }
    }

    /// Looks at files that were dropped, beside those that were before.
    fn dropped(&mut self, pasted: &str, reach: &mut Reach<'_>) -> Flow {
        let paths = dropped_files(pasted);
        if paths.is_empty() {
            reach.say("drop-none", &[]);
            return Flow::Stay;
        }
        if self.is_taken {
            *self = Self::of(self.what);
        }
        for path in paths {
            let outcome = self.import(reach, &path, true);
            self.files.retain(|file| file.path != path);
            self.files.push(File { path, outcome });
        }
        Flow::Stay
    }

    fn import(
        &self,
        reach: &mut Reach<'_>,
        path: &Path,
        dry_run: bool,
    ) -> Result<FileReport, Problem> {
        let options = ImportOptions {
            kind: self.what.kind(),
            dry_run,
            ..ImportOptions::default()
        };
        reach.desk.import_file(path, &options)
    }

    /// Takes all files; one that cannot be read does not stop the others.
    fn take(&mut self, reach: &mut Reach<'_>) -> Flow {
        if self.is_taken {
            return Flow::Close;
        }
        if self.files.iter().all(|file| file.outcome.is_err()) {
            reach.say("drop-none", &[]);
            return Flow::Stay;
        }
        let mut files = std::mem::take(&mut self.files);
        for file in &mut files {
            file.outcome = self.import(reach, &file.path, false);
        }
        self.files = files;
        self.is_taken = true;
        *reach.stale = true;
        match result(self.what, reach) {
            Ok(result) => self.result = result,
            Err(problem) => reach.trouble(&problem),
        }
        Flow::Stay
    }
}

/// Says what there is to do now.
fn result(what: What, reach: &Reach<'_>) -> Result<Vec<String>, Problem> {
    let words = reach.words;
    Ok(match what {
        What::Replies => {
            let stock = reach.desk.reply_stock()?;
            let counts = [
                ("count", stock.count.into()),
                ("groups", stock.groups.into()),
            ];
            vec![
                words.with("drop-replies-there", &counts),
                words.with(
                    "drop-replies-banned",
                    &[("count", stock.banned.len().into())],
                ),
                words.with("drop-replies-dated", &[("count", stock.dated.len().into())]),
                words.with(
                    "drop-replies-unknown",
                    &[("count", stock.unknown.len().into())],
                ),
            ]
        }
        What::Data => {
            let found = reach.desk.found_work()?;
            let sums: Vec<String> = found.sums.iter().map(ToString::to_string).collect();
            vec![
                words.with("drop-data-unpaid", &[("count", found.unpaid.into())]),
                words.with("drop-data-ship", &[("count", found.ship_today.into())]),
                words.with(
                    "drop-data-refunds",
                    &[
                        ("count", found.timing_out.into()),
                        ("sum", sums.join(" ").into()),
                    ],
                ),
            ]
        }
    })
}

impl Pane for Drop {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Import, Context::Menu]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Accept | Command::Open | Command::Finish => self.take(reach),
            Command::Back => Flow::Close,
            _ => Flow::Pass,
        }
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        match input {
            Input::Paste(pasted) => self.dropped(pasted, reach),
            _ => Flow::Pass,
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let name = self.what.name();
        let title = format!("{name}-title");
        super::boxed(buf, area, look, (&title, ROWS), |page| {
            super::says(page, &format!("{name}-says"), Ink::Text);
            page.skip(1);
            for file in self.files.iter().take(NAMED) {
                draw_file(file, page);
            }
            page.skip(1);
            for sentence in &self.result {
                page.text(sentence, 2, Ink::Title);
            }
            let keys = match (self.files.is_empty(), self.is_taken) {
                (true, _) => "drop-keys-none",
                (false, false) => "drop-keys-look",
                (false, true) => "drop-keys-taken",
            };
            page.skip(page.rows_left().saturating_sub(2));
            super::says(page, keys, Ink::Dim);
        });
        None
    }

    fn is_whole(&self) -> bool {
        false
    }
}

/// A file with what it brings, or why it brings nothing.
fn draw_file(file: &File, page: &mut Page<'_, '_>) {
    let words = page.look().words;
    let name = file.path.file_name().unwrap_or_default().to_string_lossy();
    let name = text(name.into_owned());
    match &file.outcome {
        Ok(report) => {
            let counts = [
                ("new", report.new.into()),
                ("changed", report.changed.into()),
                ("same", (report.same + report.held).into()),
                ("refused", report.refused.into()),
            ];
            let counts = words.with("import-counts", &counts);
            page.row(&[name], &[dim(counts)]);
        }
        Err(problem) => {
            let (message, _) = words.problem(problem);
            let unread = words.get("import-unread").to_string();
            page.row(&[name], &[Run::new(unread, Ink::Warn)]);
            page.text(&message, 1, Ink::Warn);
        }
    }
}
