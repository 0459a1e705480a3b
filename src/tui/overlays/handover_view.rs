//! How the handover is drawn: lines above what is written about one of them on a narrow
//! screen, side by side on a wide one.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::handover::{CHECKS, Cell, HandoverPane};
use super::sheet_lines::{self, Line, heading, row_of, severity_run};
use crate::desk::handover::{Severity, SheetLine};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::editor;
use crate::tui::widgets::frame::{self, Lines, titles};
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::widgets::list::{self, List, Row};

/// From this width on the line stands beside the list.
const WIDE: u16 = 100;
/// The columns of the list there.
const LIST: u16 = 62;
/// Columns of the labels of a line's boxes.
const LABEL: u16 = 8;
/// The most points that are shown on a narrow screen.
const POINTS: usize = 2;

/// Draws the sheet and returns where the caret stands.
pub(super) fn draw(
    pane: &HandoverPane,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    line::clear(buf, area);
    if area.is_empty() {
        return None;
    }
    if area.width >= WIDE && area.height >= 20 {
        wide(pane, buf, area, look)
    } else {
        narrow(pane, buf, area, look)
    }
}

fn narrow(pane: &HandoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    let points = pane.sheet.points.len().clamp(1, POINTS) as u16 + 1;
    let heights = [0, 5, points, 4];
    let below: u16 = heights.iter().sum();
    let list = Rect {
        height: area.height.saturating_sub(below).max(2).min(area.height),
        ..area
    };
    frame::section(buf, list, &[], &[], look);
    head(pane, buf, list, look);
    draw_lines(pane, buf, under(list), look);
    let parts = stack(area, list.bottom(), &heights[1..]);
    for part in &parts {
        frame::section(buf, *part, &[], &[], look);
    }
    let caret = draw_line(pane, buf, parts[0], look);
    let added = draw_points(pane, buf, parts[1], look);
    draw_checks(pane, buf, parts[2], look);
    added.or(caret)
}

fn wide(pane: &HandoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    let left = Rect {
        width: LIST,
        ..area
    };
    let right = Rect {
        x: area.x + LIST + 1,
        width: area.width - LIST - 1,
        ..area
    };
    let points = pane.sheet.points.len().clamp(2, 5) as u16 + 2;
    let figures = 6;
    let list = Rect {
        height: left.height.saturating_sub(points + figures),
        ..left
    };
    let lower = stack(left, list.bottom(), &[points, figures]);
    let beside = stack(right, right.y, &[7, 6, 8]);
    let mut lines = Lines::new(area);
    lines.column(left.right(), area.top(), area.bottom());
    lines.rule(area.y, area.left(), area.right());
    for part in &lower {
        lines.rule(part.y, left.left(), left.right() + 1);
    }
    for part in &beside[1..] {
        lines.rule(part.y, left.right(), area.right());
    }
    lines.draw(buf, look);
    head(pane, buf, list, look);
    draw_lines(pane, buf, under(list), look);
    let added = draw_points(pane, buf, lower[0], look);
    draw_figures(pane, buf, lower[1], look);
    let caret = draw_line(pane, buf, beside[0], look);
    draw_rules(buf, beside[1], look);
    draw_checks(pane, buf, beside[2], look);
    added.or(caret)
}

/// Areas of these heights one below the other, as far as there is room.
pub(super) fn stack(area: Rect, from: u16, heights: &[u16]) -> Vec<Rect> {
    let mut y = from;
    heights
        .iter()
        .map(|height| {
            let height = (*height).min(area.bottom().saturating_sub(y));
            let part = Rect { y, height, ..area };
            y += height;
            part
        })
        .collect()
}

/// What of an area lies under its first row.
pub(super) fn under(area: Rect) -> Rect {
    Rect {
        y: area.y + 1.min(area.height),
        height: area.height.saturating_sub(1),
        ..area
    }
}

fn head(pane: &HandoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let words = look.words;
    let speech = pane.speech(look);
    let sheet = &pane.sheet;
    let shift = sheet.shift.as_ref().map_or_else(String::new, |shift| {
        words.get(&format!("value-shift-{shift}")).to_string()
    });
    let names = [
        ("shift", shift.into()),
        ("to", speech.owner(Some(sheet.to)).into()),
    ];
    let title = [Run::new(words.with("handover-leaving", &names), Ink::Title)];
    let red = sheet
        .lines
        .iter()
        .filter(|line| line.severity == Severity::Red)
        .count();
    let counts = [
        ("lines", sheet.lines.len().into()),
        ("items", sheet.lines.len().into()),
        ("red", red.into()),
        ("missing", sheet.incomplete().into()),
    ];
    let right = [dim(words.with("handover-counts", &counts))];
    titles(buf, Rect { height: 1, ..area }, &title, &right, look);
}

fn draw_lines(pane: &HandoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let count = pane.sheet.lines.len();
    if count == 0 {
        if area.height > 0 {
            let none = look.words.get("handover-none");
            let width = area.width.saturating_sub(2);
            line::put(buf, (area.x + 1, area.y), width, &none, Ink::Dim, look);
        }
        return;
    }
    let height = usize::from(area.height);
    let top = (pane.at + 1).saturating_sub(height);
    let lines = pane.sheet.lines.iter().enumerate().skip(top).take(height);
    let rows: Vec<Row<'_>> = lines
        .map(|(at, line)| sheet_row(pane, at, line, look))
        .collect();
    let list = List {
        columns: &sheet_lines::columns(look),
        rows: &rows,
        cursor: pane.at.checked_sub(top),
        focused: pane.field.is_none(),
    };
    list::draw(buf, area, &list, look);
}

fn sheet_row<'a>(
    pane: &'a HandoverPane,
    at: usize,
    line: &'a SheetLine,
    look: &Look<'a>,
) -> Row<'a> {
    let speech = pane.speech(look);
    let missing = line.missing();
    let (state, ink) = match (missing.first(), line.severity) {
        (Some(first), _) => (format!("handover-lacks-{first}"), Ink::Missing),
        (None, Severity::Green) => ("handover-unchanged".to_owned(), Ink::Dim),
        (None, _) => ("handover-complete".to_owned(), Ink::Ok),
    };
    let shown = Line {
        no: at + 1,
        severity: line.severity,
        register: &line.row.register,
        title: speech.title(&line.row),
        next: &line.next,
        due: line.due,
        state: (state, ink),
    };
    shown.row(speech, look)
}

/// The line under the cursor with its four boxes.
fn draw_line(
    pane: &HandoverPane,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    let line = pane.sheet.lines.get(pane.at)?;
    let (words, speech) = (look.words, pane.speech(look));
    let label = words.get(&format!("short-{}", line.row.register));
    let place = [("no", (pane.at + 1).into())];
    let title = [
        dim(format!("{} {label}  ", words.with("handover-nth", &place))),
        text(speech.title(&line.row)),
    ];
    let right = [severity_run("", line.severity, look)];
    titles(buf, Rect { height: 1, ..area }, &title, &right, look);
    let missing = line.missing();
    let mut caret = None;
    for (at, field) in Cell::LINE.into_iter().enumerate() {
        let Some(row) = row_of(area, at) else {
            break;
        };
        let lacks = missing.contains(&field.name());
        let label = words.get(&format!("handover-field-{}", field.name()));
        let (star, ink) = if lacks {
            ("*", Ink::Missing)
        } else {
            (" ", Ink::Dim)
        };
        let name = format!("{star}{label}");
        line::put(buf, (row.x - 1, row.y), LABEL, &name, ink, look);
        let value = Rect {
            x: row.x + LABEL.min(row.width),
            width: row.width.saturating_sub(LABEL),
            ..row
        };
        if pane.field == Some(field) {
            caret = editor::draw(buf, value, &pane.editor, Ink::Field, look);
        } else {
            let shown = pane.value(field, speech);
            line::put(
                buf,
                (value.x, value.y),
                value.width,
                &shown,
                Ink::Text,
                look,
            );
        }
    }
    caret
}

/// What the next shift watches out for.
fn draw_points(
    pane: &HandoverPane,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    heading(buf, area, "handover-part-points", "handover-add", look);
    let editing = pane.field == Some(Cell::Point);
    let room = usize::from(area.height.saturating_sub(1)).saturating_sub(usize::from(editing));
    let points = &pane.sheet.points;
    let first = points.len().saturating_sub(room);
    let shown = points.iter().skip(first);
    sheet_lines::draw_points(buf, area, shown, pane.speech(look), look);
    if !editing {
        return None;
    }
    let row = row_of(area, points.len() - first)?;
    editor::draw(buf, row, &pane.editor, Ink::Field, look)
}

/// What the shift came to, and the runs of its numbers.
fn draw_figures(pane: &HandoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    heading(buf, area, "handover-part-figures", "", look);
    let mut pieces: Vec<String> = pane
        .sheet
        .figures
        .iter()
        .map(|figure| {
            let label = look.words.get(&format!("handover-figure-{}", figure.word));
            format!("{label} {}", figure.value)
        })
        .collect();
    pieces.extend(pane.sheet.numbers.iter().cloned());
    let width = area.width.saturating_sub(2);
    for (at, shown) in flow(pieces, width, look).into_iter().enumerate() {
        if let Some(row) = row_of(area, at) {
            line::row(buf, row, &[dim(shown)], &[], look);
        }
    }
}

/// Lays pieces out in rows; none is broken.
fn flow(pieces: Vec<String>, width: u16, look: &Look<'_>) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for piece in pieces {
        let fits = |row: &String| look.columns(row) + 3 + look.columns(&piece) <= width;
        match rows.last_mut().filter(|row| fits(row)) {
            Some(row) => {
                row.push_str("   ");
                row.push_str(&piece);
            }
            None => rows.push(piece),
        }
    }
    rows
}

fn draw_rules(buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    heading(buf, area, "handover-rules", "", look);
    for (at, id) in ["red", "yellow", "green", "how"].into_iter().enumerate() {
        if let Some(row) = row_of(area, at) {
            let rule = look.words.get(&format!("handover-rule-{id}")).to_string();
            line::row(buf, row, &[dim(rule)], &[], look);
        }
    }
}

/// What is to be right before leaving: what zhiban knows, and what only a look can tell.
fn draw_checks(pane: &HandoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let words = look.words;
    heading(buf, area, "handover-before", "", look);
    let sheet = &pane.sheet;
    let sign = |done: bool| if done { "[x]" } else { "[ ]" };
    let ink = |done: bool| if done { Ink::Text } else { Ink::Urgent };
    let missing = sheet.incomplete();
    let mut checks: Vec<(String, bool)> = vec![
        (
            words.with("handover-check-complete", &[("missing", missing.into())]),
            missing == 0,
        ),
        (
            words.with("handover-check-drafts", &[("count", sheet.drafts.into())]),
            sheet.drafts == 0,
        ),
    ];
    for (at, check) in CHECKS.into_iter().enumerate() {
        let label = words.get(&format!("handover-check-{check}"));
        let done = sheet.checks.iter().any(|one| one == check);
        checks.push((format!("{} {label}", at + 1), done));
    }
    let per_row = if area.width < WIDE / 2 || area.height > 6 {
        1
    } else {
        2
    };
    for (at, pair) in checks.chunks(per_row).enumerate() {
        let Some(row) = row_of(area, at) else {
            break;
        };
        let runs: Vec<Run<'_>> = pair
            .iter()
            .map(|(label, done)| Run::new(format!("{} {label}    ", sign(*done)), ink(*done)))
            .collect();
        line::row(buf, row, &runs, &[], look);
    }
}
