//! How the handover is drawn: lines above what is written about one of them on a narrow
//! screen, side by side on a wide one.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::handover::{Cell, HandoverPane};
use super::handover_parts as parts;
use super::sheet_lines::{self, Folded, Line, Window, heading, row_of, severity_run};
use crate::desk::handover::{Severity, SheetLine};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::editor;
use crate::tui::widgets::frame::{self, Lines, titles};
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::widgets::list::{self, List, Row};
use crate::tui::words::{Speech, tail};

/// From this width on the line stands beside the list.
const WIDE: u16 = 100;
/// The columns of the list there.
const LIST: u16 = 62;
/// The fewest rows that the list takes there.
const LINES: u16 = 8;
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

/// The rows that a narrow screen keeps for what is not the list: the line, the points, what is to
/// be right before leaving.
fn narrow(pane: &HandoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    let points = pane.sheet.points.len().clamp(1, POINTS) as u16 + 1;
    let before = 1 + parts::before_rows(pane, area.width, look);
    let heights = [5, points, before];
    let below: u16 = heights.iter().sum();
    let list = Rect {
        height: area.height.saturating_sub(below).max(2).min(area.height),
        ..area
    };
    frame::section(buf, list, &[], &[], look);
    head(pane, buf, list, false, look);
    draw_lines(pane, buf, under(list), look);
    let stacked = stack(area, list.bottom(), &heights);
    for part in &stacked {
        frame::section(buf, *part, &[], &[], look);
    }
    let rows = [
        Drawn::Boxes(&[Cell::Summary]),
        Drawn::Boxes(&[Cell::Next, Cell::Due]),
        Drawn::Boxes(&[Cell::IfThen]),
        Drawn::Said,
    ];
    line_title(pane, buf, stacked[0], look);
    let caret = draw_line(pane, buf, stacked[0], &rows, look);
    let added = draw_points(pane, buf, stacked[1], look);
    parts::draw_before(pane, buf, stacked[2], false, look);
    added.or(caret)
}

/// Lines, points, figures, what does not agree and where it goes at the left; the line, what is
/// to be done, what is at hand, the rules and what is to be right at the right (ux 8.6).
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
    let figures = 1 + parts::figure_rows(pane, LIST, look);
    let differs = 1 + parts::differing(pane, look).len() as u16;
    let below = points + figures + differs + 2;
    let lines = pane.sheet.lines.len() as u16 + 1;
    let list = Rect {
        height: lines.max(LINES).min(left.height.saturating_sub(below)),
        ..left
    };
    let lower = stack(left, list.bottom(), &[points, figures, differs, 2]);
    let hand = 1 + parts::at_hand(pane, look).len().max(1) as u16;
    let before = 1 + parts::before_rows(pane, right.width, look);
    let beside = stack(right, right.y, &[4, 4, hand, 5, before + 2]);
    let mut lines = Lines::new(area);
    lines.column(left.right(), area.top(), area.bottom());
    lines.rule(area.y, area.left(), area.right());
    for part in lower.iter().filter(|part| part.height > 0) {
        lines.rule(part.y, left.left(), left.right() + 1);
    }
    for part in beside[1..].iter().filter(|part| part.height > 0) {
        lines.rule(part.y, left.right(), area.right());
    }
    lines.draw(buf, look);
    head(pane, buf, list, true, look);
    draw_lines(pane, buf, under(list), look);
    let added = draw_points(pane, buf, lower[0], look);
    parts::draw_figures(pane, buf, lower[1], look);
    parts::draw_differing(pane, buf, lower[2], look);
    parts::draw_road(pane, buf, lower[3], look);
    line_title(pane, buf, beside[0], look);
    let told = [Drawn::Boxes(&[Cell::Summary]), Drawn::Done, Drawn::Said];
    let first = draw_line(pane, buf, beside[0], &told, look);
    heading(buf, beside[1], "handover-to-do", "", look);
    let boxes = [
        Drawn::Boxes(&[Cell::Next]),
        Drawn::Boxes(&[Cell::Due]),
        Drawn::Boxes(&[Cell::IfThen]),
    ];
    let second = draw_line(pane, buf, beside[1], &boxes, look);
    parts::draw_at_hand(pane, buf, beside[2], look);
    parts::draw_rules(buf, beside[3], look);
    parts::draw_before(pane, buf, beside[4], true, look);
    added.or(first).or(second)
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

/// Who hands over to whom, and whether the sheet has everything; where the list is narrower how
/// many are red is told by the checks beside it.
fn head(pane: &HandoverPane, buf: &mut Buffer, area: Rect, beside: bool, look: &Look<'_>) {
    let words = look.words;
    let speech = pane.speech(look.words);
    let sheet = &pane.sheet;
    let shift = sheet.shift.as_ref().map_or_else(String::new, |shift| {
        words.get(&format!("value-shift-{shift}")).to_string()
    });
    let names = [
        ("shift", shift.into()),
        ("to", parts::receiver(pane, speech, look).into()),
    ];
    let title = [Run::new(words.with("handover-leaving", &names), Ink::Title)];
    let red = sheet
        .lines
        .iter()
        .filter(|line| line.severity == Severity::Red)
        .count();
    let counts = [
        ("lines", sheet.lines.len().into()),
        ("items", pane.items.into()),
        ("red", red.into()),
        ("missing", sheet.incomplete(pane.now).into()),
    ];
    let id = match (beside, sheet.lines.len() == pane.items) {
        (true, true) => "handover-counts-agree",
        (true, false) => "handover-counts-differ",
        (false, _) => "handover-counts",
    };
    let named = if beside { &counts[..2] } else { &counts[..] };
    let right = [dim(words.with(id, named))];
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
    let first = pane.folded_from();
    let own = first.unwrap_or(count);
    let window = Window::of(area, pane.at, own, first.is_some());
    let lines = pane.sheet.lines[..own].iter().enumerate();
    let rows: Vec<Row<'_>> = lines
        .skip(window.top)
        .take(window.height)
        .map(|(at, line)| sheet_row(pane, at, line, look))
        .collect();
    let list = List {
        columns: &sheet_lines::columns(look),
        rows: &rows,
        cursor: pane.at.checked_sub(window.top).filter(|_| pane.at < own),
        focused: pane.field.is_none(),
    };
    let drawn = list::draw(buf, area, &list, look);
    let foot = window.foot(area, drawn);
    let Some(first) = first else {
        window.draw_foot(buf, foot, look);
        return;
    };
    let folded = Folded {
        from: first + 1,
        to: count,
        under_cursor: pane.at >= first,
        focused: pane.field.is_none(),
        state: "handover-folded",
        right: "handover-unfold",
    };
    folded.draw(buf, foot, &window, look);
}

fn sheet_row<'a>(
    pane: &'a HandoverPane,
    at: usize,
    line: &'a SheetLine,
    look: &Look<'a>,
) -> Row<'a> {
    let speech = pane.speech(look.words);
    let missing = line.missing(pane.now);
    let (state, ink) = match (missing.first(), line.severity) {
        (Some(&"due"), _) if line.is_over(pane.now) => {
            ("handover-lacks-time".to_owned(), Ink::Missing)
        }
        (Some(first), _) => (format!("handover-lacks-{first}"), Ink::Missing),
        (None, Severity::Green) => ("handover-unchanged".to_owned(), Ink::Dim),
        (None, _) => ("handover-complete".to_owned(), Ink::Ok),
    };
    let shown = Line {
        no: at + 1,
        severity: line.severity,
        register: &line.row.register,
        title: speech.title(&line.row),
        next: line.next.clone(),
        due: line.due,
        state: (state, ink),
    };
    shown.row(speech, look)
}

/// A row of what is known and written about the line under the cursor.
enum Drawn<'a> {
    /// Boxes side by side.
    Boxes(&'a [Cell]),
    /// What was done last.
    Done,
    /// What we said last.
    Said,
}

fn line_title(pane: &HandoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let Some(line) = pane.sheet.lines.get(pane.at) else {
        return;
    };
    let (words, speech) = (look.words, pane.speech(look.words));
    let label = words.get(&format!("short-{}", line.row.register));
    let place = [("no", (pane.at + 1).into())];
    let order = line
        .row
        .fields
        .get("order_number")
        .and_then(|no| no.as_str());
    let order = order.map(|number| format!(" {}", tail(number)));
    let title = [
        dim(format!("{} {label}  ", words.with("handover-nth", &place))),
        text(speech.title(&line.row)),
        dim(order.unwrap_or_default()),
    ];
    let weight = format!("{} ", words.get("handover-weight"));
    let right = [dim(weight), severity_run("", line.severity, look)];
    titles(buf, Rect { height: 1, ..area }, &title, &right, look);
}

/// The line under the cursor: its boxes, and what was said and done.
fn draw_line(
    pane: &HandoverPane,
    buf: &mut Buffer,
    area: Rect,
    rows: &[Drawn<'_>],
    look: &Look<'_>,
) -> Option<Position> {
    pane.sheet.lines.get(pane.at)?;
    let speech = pane.speech(look.words);
    let mut caret = None;
    for (at, drawn) in rows.iter().enumerate() {
        let Some(row) = row_of(area, at) else {
            break;
        };
        match drawn {
            Drawn::Boxes([field]) => {
                caret = draw_box(pane, buf, row, *field, look).or(caret);
            }
            Drawn::Boxes(fields) => {
                // The last of a row is short: a time.
                let short = (row.width * 2 / 5).max(LABEL + 12).min(row.width);
                let mut x = row.x;
                for (at, field) in fields.iter().enumerate() {
                    let is_last = at + 1 == fields.len();
                    let width = if is_last {
                        row.right().saturating_sub(x)
                    } else {
                        row.width - short
                    };
                    // The next one's label begins a column earlier, with its star.
                    let own = width.saturating_sub(u16::from(!is_last));
                    let place = Rect {
                        x,
                        width: own,
                        ..row
                    };
                    caret = draw_box(pane, buf, place, *field, look).or(caret);
                    x += width;
                }
            }
            Drawn::Done => told(
                buf,
                row,
                "handover-done",
                pane.around.done.as_ref(),
                speech,
                look,
            ),
            Drawn::Said => {
                let said = pane.around.said.as_ref().map(|(said, at)| {
                    let quoted = [("text", said.as_str().into())];
                    (look.words.with("case-quoted", &quoted), *at)
                });
                told(buf, row, "handover-said", said.as_ref(), speech, look);
            }
        }
    }
    caret
}

/// Something that was said or done, with its time.
fn told(
    buf: &mut Buffer,
    row: Rect,
    label: &str,
    what: Option<&(String, i64)>,
    speech: Speech<'_>,
    look: &Look<'_>,
) {
    let Some((what, at)) = what else { return };
    let label = look.words.get(label);
    line::put(buf, (row.x, row.y), LABEL, &label, Ink::Dim, look);
    let place = Rect {
        x: row.x + LABEL.min(row.width),
        width: row.width.saturating_sub(LABEL),
        ..row
    };
    let at = [dim(speech.when(*at))];
    line::row(buf, place, &[text(what.as_str())], &at, look);
}

/// A box with its label: what is written in it, or the editor where it is in front.
fn draw_box(
    pane: &HandoverPane,
    buf: &mut Buffer,
    row: Rect,
    field: Cell,
    look: &Look<'_>,
) -> Option<Position> {
    let line = pane.sheet.lines.get(pane.at)?;
    let lacks = line.missing(pane.now).contains(&field.name());
    let label = look.words.get(&format!("handover-field-{}", field.name()));
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
    if field == Cell::IfThen && line.if_then.is_empty() && pane.editor_is_empty() {
        let ways = [dim(parts::ways_out(pane, look))];
        let caret = (pane.field == Some(field)).then(|| Position::new(value.x, value.y));
        let beside = Rect {
            x: value.x + 2.min(value.width),
            width: value.width.saturating_sub(2),
            ..value
        };
        // A part of them says more than none.
        if line::columns(&ways, look) < beside.width {
            line::row(buf, beside, &[], &ways, look);
        } else {
            line::row(buf, beside, &ways, &[], look);
        }
        if caret.is_some() {
            return caret;
        }
    }
    if pane.field == Some(field) {
        return editor::draw(buf, value, &pane.editor, Ink::Field, look);
    }
    let mut runs = vec![text(pane.value(field, pane.speech(look.words)))];
    if field == Cell::Due
        && lacks
        && let Some((_, proposed)) = pane.proposed(look.words)
    {
        let over = look.words.with("handover-over", &[("at", proposed.into())]);
        runs.push(Run::new(format!("  {over}"), Ink::Missing));
    }
    if field == Cell::Due
        && line.due == line.row.due
        && let Some(source) = &line.row.due_source
    {
        let source = look.words.get(&format!("source-{source}"));
        runs.push(Run::new(format!("  [{source}]"), Ink::Source));
    }
    line::put_runs(buf, (value.x, value.y), value.width, &runs, look);
    None
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
    sheet_lines::draw_points(buf, area, shown, pane.speech(look.words), look);
    if !editing {
        return None;
    }
    let row = row_of(area, points.len() - first)?;
    editor::draw(buf, row, &pane.editor, Ink::Field, look)
}
