//! What both sides of a handover draw alike: a line of the sheet, the points to watch.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::desk::handover::{Point, Severity};
use crate::tui::theme::Ink;
use crate::tui::widgets::frame::titles;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{Row, Width};
use crate::tui::widgets::{Look, line, page};
use crate::tui::words::Speech;

/// Columns between what stands at both sides of a row and in it.
const APART: u16 = 5;

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

/// Which of the lines with a row of their own are shown, and whether a row below them says more.
pub(super) struct Window {
    /// The first one, from 0.
    pub top: usize,
    /// How many have room.
    pub height: usize,
    /// How many there are.
    own: usize,
    /// Whether a row stands below them: the folded ones, or that these are not all.
    has_foot: bool,
}

impl Window {
    /// Returns the window of an area such that the line under the cursor is in it; `folded` is
    /// whether lines without a row of their own follow.
    pub fn of(area: Rect, at: usize, own: usize, folded: bool) -> Self {
        let room = usize::from(area.height);
        let has_foot = (folded || own > room) && room > 0;
        let height = room - usize::from(has_foot);
        let last = at.min(own.saturating_sub(1));
        Self {
            top: (last + 1).saturating_sub(height),
            height,
            own,
            has_foot,
        }
    }

    /// Returns the row below the lines that were drawn.
    pub fn foot(&self, area: Rect, drawn: usize) -> Rect {
        let drawn = (drawn as u16).min(area.height);
        Rect {
            y: area.y + drawn,
            height: (area.height - drawn).min(u16::from(self.has_foot)),
            ..area
        }
    }

    /// Says which of the lines are shown where these are not all, and by which key the others
    /// come; where that has too little room, only which.
    fn told(&self, room: u16, look: &Look<'_>) -> String {
        if self.own <= self.height {
            return String::new();
        }
        let whole = page::shown(self.top, self.height, self.own, look.words);
        if look.columns(&whole) <= room {
            return whole;
        }
        let to = (self.top + self.height).min(self.own);
        format!("{}-{to}/{}", self.top + 1, self.own)
    }

    /// Draws the row below lines of which none is folded.
    pub fn draw_foot(&self, buf: &mut Buffer, row: Rect, look: &Look<'_>) {
        let told = self.told(row.width.saturating_sub(2), look);
        line::row(buf, row, &[], &[dim(format!("{told} "))], look);
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
    /// Draws the row, with which of the lines above it are shown.
    pub fn draw(&self, buf: &mut Buffer, row: Rect, window: &Window, look: &Look<'_>) {
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
        let keys = format!("{} ", words.get(self.right));
        let used = line::columns(&left, look) + look.columns(&keys);
        let mut told = window.told(row.width.saturating_sub(used + APART), look);
        if !told.is_empty() {
            told.push_str("   ");
        }
        let right = [dim(told), dim(keys)];
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
