//! What both sides of a handover draw alike: a line of the sheet, the points to watch.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::desk::handover::{Point, Severity};
use crate::tui::theme::Ink;
use crate::tui::widgets::frame::titles;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{Row, Width};
use crate::tui::widgets::{Look, line};
use crate::tui::words::Speech;

/// The columns of a line: number, severity, register, buyer, next step, by when, state.
pub(super) fn columns(look: &Look<'_>) -> [Width; 7] {
    let widest = |ids: &[&str]| {
        let columns = ids.iter().map(|id| look.columns(&look.words.get(id)));
        columns.max().unwrap_or(0)
    };
    let severity = widest(&["handover-red", "handover-yellow", "handover-green"]);
    let state = widest(&[
        "handover-lacks-summary",
        "handover-lacks-next",
        "handover-lacks-due",
        "handover-lacks-time",
        "handover-lacks-if_then",
        "handover-unchanged",
        "handover-complete",
        "takeover-changed",
        "takeover-ack-accepted",
        "takeover-ack-changed",
        "takeover-ack-returned",
    ]);
    [
        Width::Right(2),
        Width::Left(severity),
        Width::Left(look.kind_columns()),
        Width::Left(10),
        Width::Fill,
        Width::Right(11),
        Width::Left(state),
    ]
}

/// A line of the sheet.
pub(super) struct Line<'a> {
    /// Its number, from 1.
    pub no: usize,
    /// How loud it is.
    pub severity: Severity,
    /// The item's register.
    pub register: &'a str,
    /// The buyer, or what else names the item.
    pub title: String,
    /// What is to be done.
    pub next: String,
    /// By when, milliseconds UTC.
    pub due: Option<i64>,
    /// How the line stands: a message id and how it is meant.
    pub state: (String, Ink),
}

impl<'a> Line<'a> {
    /// Returns the line as a row of the list.
    pub fn row(self, speech: Speech<'_>, look: &Look<'a>) -> Row<'a> {
        let words = look.words;
        let register = words.get(&format!("short-{}", self.register));
        let due = self.due.map(|due| speech.moment(due)).unwrap_or_default();
        let (state, ink) = self.state;
        let cells = vec![
            vec![dim(self.no.to_string())],
            vec![severity_run("", self.severity, look)],
            vec![dim(register.to_string())],
            vec![text(self.title)],
            vec![text(self.next)],
            vec![text(due)],
            vec![Run::new(words.get(&state).to_string(), ink)],
        ];
        Row {
            cells,
            marked: false,
        }
    }
}

/// Green lines that stand in one row.
pub(super) struct Folded {
    /// The number of the first, from 1.
    pub from: usize,
    /// The number of the last.
    pub to: usize,
    /// Whether the cursor is on them.
    pub under_cursor: bool,
    /// Whether the list has the focus.
    pub focused: bool,
    /// How they stand: a message id.
    pub state: &'static str,
    /// The key that is for them: a message id.
    pub right: &'static str,
}

impl Folded {
    /// Draws the row.
    pub fn draw(&self, buf: &mut Buffer, row: Rect, look: &Look<'_>) {
        if row.is_empty() {
            return;
        }
        let words = look.words;
        let sign = if self.under_cursor { ">" } else { " " };
        let count = [("count", (self.to + 1 - self.from).into())];
        let left = [
            text(sign),
            dim(format!("{}-{} ", self.from, self.to)),
            severity_run("", Severity::Green, look),
            text(format!(" {}", words.with(self.state, &count))),
        ];
        let right = [dim(format!("{} ", words.get(self.right)))];
        line::row(buf, row, &left, &right, look);
        if self.under_cursor && self.focused {
            line::paint(buf, row, Ink::CursorRow, look);
        }
    }
}

/// Returns the word of a severity in its colour, behind a blank where one is given.
pub(super) fn severity_run<'a>(before: &str, severity: Severity, look: &Look<'a>) -> Run<'a> {
    let ink = match severity {
        Severity::Red => Ink::Overdue,
        Severity::Yellow => Ink::Urgent,
        Severity::Green => Ink::Dim,
    };
    let word = look.words.get(&format!("handover-{}", severity.word()));
    Run::new(format!("{before}{word}"), ink)
}

/// Writes the title of a section onto its rule.
pub(super) fn heading(buf: &mut Buffer, area: Rect, title: &str, right: &str, look: &Look<'_>) {
    let row = Rect {
        height: area.height.min(1),
        ..area
    };
    let right = if right.is_empty() {
        Vec::new()
    } else {
        vec![dim(look.words.get(right).to_string())]
    };
    let title = [text(look.words.get(title).to_string())];
    titles(buf, row, &title, &right, look);
}

/// Returns a row of a section by its place below the rule, none where it has no room.
pub(super) fn row_of(area: Rect, at: usize) -> Option<Rect> {
    let y = area.y.saturating_add(1).saturating_add(at as u16);
    (y < area.bottom()).then_some(Rect {
        x: area.x + 1.min(area.width),
        y,
        width: area.width.saturating_sub(2),
        height: 1,
    })
}

/// Draws points to watch below a section's rule, each with the day until which it holds.
pub(super) fn draw_points<'p>(
    buf: &mut Buffer,
    area: Rect,
    points: impl Iterator<Item = &'p Point>,
    speech: Speech<'_>,
    look: &Look<'_>,
) {
    for (at, point) in points.enumerate() {
        let Some(row) = row_of(area, at) else {
            return;
        };
        let until = point.until.map(|until| {
            let until = [("until", speech.when(until).into())];
            look.words.with("handover-until", &until)
        });
        let right = [dim(until.unwrap_or_default())];
        line::row(buf, row, &[text(point.text.clone())], &right, look);
    }
}
