//! Files dropped on the window (F2 or F3): what each would bring, then all of it by one key.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::import::FileReport;
use crate::exchange::intake::LineProblem;
use crate::exchange::intake::file::dropped_files;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::jobs::{Brought, Done, Job, file_name};
use crate::tui::keys::Input;
use crate::tui::overlays::dropped::{Dropped, Files};
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{self, List, Row, Width};
use crate::tui::widgets::{Look, frame, line};

/// The rows of what was refused in the file under the cursor.
const REASONS: u16 = 6;

/// The pane.
pub struct ImportPane {
    files: Files,
    at: usize,
}

/// Opens the pane for the files that a pasted text names, and has them looked at; none where it
/// names none.
pub fn of_pasted(text: &str, reach: &mut Reach<'_>) -> Option<ImportPane> {
    let paths = dropped_files(text);
    if paths.is_empty() {
        return None;
    }
    let mut files = Files::of(None);
    files.add(paths);
    files.look(reach);
    Some(ImportPane { files, at: 0 })
}

impl ImportPane {
    /// Has all files taken in, beside whatever is done next; where the look was stopped, looked
    /// at again.
    fn take(&mut self, reach: &mut Reach<'_>) -> Flow {
        if self.files.is_looking() {
            reach.say("import-looking", &[]);
            return Flow::Stay;
        }
        if !self.files.is_known() {
            self.files.look(reach);
            return Flow::Stay;
        }
        reach.work(self.files.import());
        Flow::Close
    }

    fn step(&mut self, by: isize) {
        let last = self.files.all.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }
}

impl Pane for ImportPane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Import, Context::List]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Accept | Command::Open | Command::Finish => return self.take(reach),
            Command::Next => self.step(1),
            Command::Previous => self.step(-1),
            Command::Back => return Flow::Close,
            _ => return Flow::Pass,
        }
        Flow::Stay
    }

    fn input(&mut self, _: &Input, _: &mut Reach<'_>) -> Flow {
        Flow::Pass
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let area = frame::paper(area);
        let reasons = area.bottom().saturating_sub(REASONS + 2);
        let title = [Run::new(
            look.words.get("import-title").to_string(),
            Ink::Title,
        )];
        let state = look
            .words
            .get(match (self.files.is_looking(), self.files.is_known()) {
                (true, _) => "import-looking",
                (false, true) => "import-not-written",
                (false, false) => "import-look-stopped",
            });
        let right = [dim(state.to_string())];
        let inner = frame::overlay(buf, area, &title, &right, &[reasons], look);
        if inner.height < 3 || inner.width < 8 {
            return None;
        }
        let rows: Vec<Row<'_>> = self.files.all.iter().map(|file| row(file, look)).collect();
        let place = Rect {
            height: reasons.saturating_sub(inner.y).min(inner.height),
            ..inner
        };
        let columns = [
            Width::Fill,
            Width::Left(9),
            Width::Left(8),
            Width::Right(32),
        ];
        let list = List {
            columns: &columns,
            rows: &rows,
            cursor: Some(self.at),
            focused: true,
        };
        list::draw(buf, place, &list, look);
        let below = Rect {
            y: reasons,
            height: inner.bottom().saturating_sub(reasons),
            ..inner
        };
        self.draw_reasons(buf, below, look);
        None
    }

    fn worked(&mut self, done: &mut Done, reach: &mut Reach<'_>) -> Flow {
        if let Done::Previewed(files) = done {
            self.files.looked(files, reach);
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

/// The file's own name, what it holds, how it is encoded, and what it brings.
fn row<'a>(file: &Dropped, look: &Look<'a>) -> Row<'a> {
    let mut cells = vec![vec![text(file_name(&file.path))]];
    match &file.outcome {
        Some(Ok(brought @ Brought::Rows(report))) => {
            cells.extend(rows_brought(brought, report, look));
        }
        Some(Ok(bundle @ Brought::Bundle { .. })) => cells.extend([
            vec![text(look.words.get("import-bundle").to_string())],
            vec![],
            vec![text(brings(bundle, look.words))],
        ]),
        Some(Err(_)) => {
            let unread = look.words.get("import-unread").to_string();
            cells.extend([vec![], vec![], vec![Run::new(unread, Ink::Warn)]]);
        }
        None => cells.extend([vec![], vec![], vec![]]),
    }
    Row {
        cells,
        marked: false,
    }
}

/// Says what a file brings, or brought.
pub(super) fn brings(brought: &Brought, words: &Words) -> String {
    match brought {
        Brought::Rows(report) => words.with(
            "import-counts",
            &[
                ("new", report.new.into()),
                ("changed", report.changed.into()),
                ("same", (report.same + report.held).into()),
                ("refused", report.refused.into()),
            ],
        ),
        Brought::Bundle { new: None, events } => {
            words.with("import-bundle-events", &[("count", (*events).into())])
        }
        Brought::Bundle { new: Some(new), .. } => {
            words.with("import-bundle-done", &[("new", (*new).into())])
        }
    }
}

/// Says why a line was refused, or what is remarked about it.
pub(super) fn refused_line(words: &Words, one: &LineProblem) -> String {
    let reason = [
        ("line", one.line.into()),
        ("field", one.field.as_str().into()),
        ("reason", words.get(one.reason).into()),
        ("value", one.value.as_str().into()),
    ];
    words.with("import-reason", &reason)
}

/// Says why lines of a file were refused, or the file itself.
pub(super) fn reasons(outcome: &Result<Brought, Problem>, words: &Words) -> Vec<String> {
    match outcome {
        Ok(Brought::Bundle { .. }) => Vec::new(),
        Ok(Brought::Rows(report)) => {
            let day = report.day.as_ref().map(|named| {
                let day = ("day", named.day.to_string().into());
                words.with("import-day", &[day, ("part", named.part.as_str().into())])
            });
            let problems = report.problems.iter();
            let problems = problems.map(|one| refused_line(words, one));
            day.into_iter().chain(problems).collect()
        }
        Err(problem) => {
            let (message, hint) = words.problem(problem);
            std::iter::once(message).chain(hint).collect()
        }
    }
}

fn rows_brought<'a>(brought: &Brought, report: &FileReport, look: &Look<'a>) -> [Vec<Run<'a>>; 3] {
    let kind = format!("value-import_kind-{}", report.kind);
    let ink = if report.refused > 0 {
        Ink::Urgent
    } else {
        Ink::Text
    };
    [
        vec![text(look.words.get(&kind).to_string())],
        vec![dim(report.encoding.clone())],
        vec![Run::new(brings(brought, look.words), ink)],
    ]
}

impl ImportPane {
    /// Why lines of the file under the cursor were refused, or the file itself.
    fn draw_reasons(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
        let Some(file) = self.files.all.get(self.at) else {
            return;
        };
        let words = look.words;
        let title = [text(words.get("import-reasons").to_string())];
        let top = Rect {
            height: area.height.min(1),
            ..area
        };
        frame::titles(buf, top, &title, &[], look);
        let outcome = file.outcome.as_ref();
        let reasons = outcome.map_or_else(Vec::new, |outcome| reasons(outcome, words));
        let room = usize::from(area.height.saturating_sub(1));
        let more = reasons.len().saturating_sub(room);
        for (reason, y) in reasons.iter().zip(area.y + 1..area.bottom()) {
            let width = area.width.saturating_sub(2);
            line::put(buf, (area.x + 1, y), width, reason, Ink::Warn, look);
        }
        if more > 0 {
            let right = [dim(words.with("import-more", &[("count", more.into())]))];
            frame::titles(buf, top, &title, &right, look);
        }
    }
}
