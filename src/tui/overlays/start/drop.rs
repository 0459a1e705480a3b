//! Files dropped for a step (ux 10, steps 6 and 7): all at once, looked at first, taken by one
//! key; what comes of them is work and not rows alone.

use std::path::PathBuf;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::exchange::intake::Kind;
use crate::exchange::intake::file::dropped_files;
use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::jobs::{Done, FileDone, Job, file_name};
use crate::tui::keys::Input;
use crate::tui::overlays::dropped::{Dropped, Files, is_stopped};
use crate::tui::overlays::import;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::page::Page;

/// The rows of the box.
const ROWS: u16 = 17;
/// The most files that are named one by one.
const NAMED: usize = 6;
/// The rows below the files beside what came of them.
const BELOW: usize = 3;

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

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Files are dropped and looked at.
    Looking,
    /// They are taken in.
    Taking,
    /// They were taken.
    Taken,
}

/// The pane.
pub struct Drop {
    what: What,
    files: Files,
    stage: Stage,
    /// What came of them, in sentences.
    result: Vec<String>,
}

impl Drop {
    /// Opens the pane of a step.
    pub fn of(what: What) -> Self {
        Self {
            what,
            files: Files::of(what.kind()),
            stage: Stage::Looking,
            result: Vec::new(),
        }
    }

    /// Takes files that were dropped beside those that were before.
    fn dropped(&mut self, pasted: &str, reach: &mut Reach<'_>) -> Flow {
        let paths = dropped_files(pasted);
        if paths.is_empty() {
            reach.say("drop-none", &[]);
            return Flow::Stay;
        }
        match self.stage {
            Stage::Looking => {}
            Stage::Taking => {
                reach.say("drop-taking", &[]);
                return Flow::Stay;
            }
            Stage::Taken => *self = Self::of(self.what),
        }
        self.files.add(paths);
        self.files.look(reach);
        Flow::Stay
    }

    /// Has all files taken in; one that cannot be read does not stop the others. Where the look
    /// was stopped they are looked at again.
    fn take(&mut self, reach: &mut Reach<'_>) -> Flow {
        match self.stage {
            Stage::Taken => return Flow::Close,
            Stage::Taking => {
                reach.say("drop-taking", &[]);
                return Flow::Stay;
            }
            Stage::Looking => {}
        }
        if self.files.is_looking() {
            reach.say("import-looking", &[]);
            return Flow::Stay;
        }
        if !self.files.is_known() {
            self.files.look(reach);
            return Flow::Stay;
        }
        let is_read = |file: &Dropped| matches!(file.outcome, Some(Ok(_)));
        if !self.files.all.iter().any(is_read) {
            reach.say("drop-none", &[]);
            return Flow::Stay;
        }
        reach.work(self.files.import());
        self.stage = Stage::Taking;
        Flow::Stay
    }

    /// Sees what files brought. What could be taken is told of beside this pane too.
    fn took(&mut self, files: &mut Vec<FileDone>, reach: &mut Reach<'_>) {
        let is_ours = |path: &PathBuf| self.files.all.iter().any(|file| file.path == *path);
        if self.stage != Stage::Taking || !files.iter().any(|(path, _)| is_ours(path)) {
            return;
        }
        self.stage = Stage::Taken;
        // What it would have brought says nothing about a file that its turn did not come for.
        for file in &mut self.files.all {
            file.outcome = None;
        }
        for (path, outcome) in std::mem::take(files) {
            if let Ok(brought) = &outcome {
                files.push((path.clone(), Ok(brought.clone())));
            }
            if let Some(file) = self.files.all.iter_mut().find(|file| file.path == path) {
                file.outcome = Some(outcome);
            }
        }
        match result(self.what, reach) {
            Ok(result) => self.result = result,
            Err(problem) => reach.trouble(&problem),
        }
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
        if self.has_any() {
            vec![Context::Dropped, Context::Menu]
        } else {
            vec![Context::Drop, Context::Menu]
        }
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
            self.draw_files(page);
            page.skip(1);
            for sentence in &self.result {
                page.text(sentence, 2, Ink::Title);
            }
            let keys = match (self.files.all.is_empty(), self.stage) {
                (true, _) => "drop-keys-none",
                (false, Stage::Looking) if self.files.is_looking() => "import-looking",
                (false, Stage::Looking) if !self.files.is_known() => "import-look-stopped",
                (false, Stage::Looking) => "drop-keys-look",
                (false, Stage::Taking) => "drop-taking",
                (false, Stage::Taken) if self.is_all_taken() => "drop-keys-taken",
                (false, Stage::Taken) => "drop-keys-part",
            };
            page.skip(page.rows_left().saturating_sub(2));
            super::says(page, keys, Ink::Dim);
        });
        None
    }

    fn worked(&mut self, done: &mut Done, reach: &mut Reach<'_>) -> Flow {
        match done {
            Done::Previewed(files) => self.files.looked(files, reach),
            Done::Imported(files) => self.took(files, reach),
            _ => {}
        }
        Flow::Stay
    }

    fn waits_for(&self) -> Option<Job> {
        self.files.waits_for()
    }

    fn is_whole(&self) -> bool {
        false
    }
}

impl Drop {
    /// Whether a file waits that can be taken in, as far as is known.
    fn has_any(&self) -> bool {
        let is_unread = |file: &Dropped| matches!(file.outcome, Some(Err(_)));
        self.stage == Stage::Looking && !self.files.all.iter().all(is_unread)
    }

    /// Whether every file is in, to its end.
    fn is_all_taken(&self) -> bool {
        let is_in = |file: &Dropped| {
            let outcome = file.outcome.as_ref();
            outcome.is_some_and(|outcome| outcome.is_ok() && !is_stopped(outcome))
        };
        self.files.all.iter().all(is_in)
    }

    /// The files, each with what it brings and why not all of it, as far as there is room.
    fn draw_files(&self, page: &mut Page<'_, '_>) {
        let files = &self.files.all;
        let more = files.len().saturating_sub(NAMED);
        let named = files.len() - more;
        let below = BELOW + self.result.len() + usize::from(more > 0);
        let mut room = usize::from(page.rows_left()).saturating_sub(named + below);
        for file in files.iter().take(NAMED) {
            draw_file(file, self.stage, &mut room, page);
        }
        if more > 0 {
            draw_more(more, page);
        }
    }
}

/// A file with what it brings, and why not all of it: as many reasons as there is room for.
fn draw_file(file: &Dropped, stage: Stage, room: &mut usize, page: &mut Page<'_, '_>) {
    let words = page.look().words;
    let name = text(file_name(&file.path));
    let brings = match &file.outcome {
        None if stage == Stage::Taken => {
            let not_taken = words.get("drop-not-taken").to_string();
            Some(Run::new(not_taken, Ink::Warn))
        }
        None => None,
        Some(Ok(brought)) => Some(dim(import::brings(brought, words))),
        Some(Err(_)) => Some(Run::new(words.get("import-unread").to_string(), Ink::Warn)),
    };
    page.row(&[name], brings.as_slice());
    let outcome = file.outcome.as_ref();
    let reasons = outcome.map_or_else(Vec::new, |outcome| import::reasons(outcome, words));
    let shown = if reasons.len() > *room {
        room.saturating_sub(1)
    } else {
        reasons.len()
    };
    for reason in &reasons[..shown] {
        page.text(reason, 1, Ink::Warn);
    }
    let more = reasons.len() - shown;
    let is_said = more > 0 && *room > 0;
    if is_said {
        draw_more(more, page);
    }
    *room -= shown + usize::from(is_said);
}

fn draw_more(count: usize, page: &mut Page<'_, '_>) {
    let words = page.look().words;
    let more = words.with("import-more", &[("count", count.into())]);
    page.row(&[], &[dim(more)]);
}

#[cfg(test)]
#[path = "drop_tests.rs"]
mod tests;
