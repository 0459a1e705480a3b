//! How the takeover is drawn: the lines, the one under the cursor with its story, the answers.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::handover_parts::of_shift;
use super::handover_view::{stack, under};
use super::sheet_lines::{self, Folded, Line, Window, severity_run};
use super::takeover::TakeoverPane;
use super::takeover_answers::draw_answers;
use super::takeover_parts as parts;
use crate::desk::card::LastWords;
use crate::desk::handover::ReceivedLine;
use crate::domain::payload::Direction;
use crate::tui::theme::Ink;
use crate::tui::widgets::frame::Lines;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{self, List, Row};
use crate::tui::widgets::{Look, frame, line};
use crate::tui::words::{Speech, short_author, tail};

/// From this width on the line stands beside the list.
const WIDE: u16 = 100;
/// The columns of the list there.
const LIST: u16 = 62;
/// The fewest rows that the list takes there.
const LINES: u16 = 8;
/// The most rows of the line's story there.
const STORY: u16 = 12;
/// Columns of the labels of a line's facts.
const LABEL: u16 = 8;
/// How many of the last words are shown.
const SAID: usize = 4;

/// Draws the sheet and returns where the caret stands.
pub(super) fn draw(
    pane: &TakeoverPane,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    line::clear(buf, area);
    if area.is_empty() {
        return None;
    }
    if area.width >= WIDE && area.height >= 20 {
        return wide(pane, buf, area, look);
    }
    narrow(pane, buf, area, look)
}

/// Lines, points, what changed and the origin at the left; the line's story, the answers and
/// what follows from them at the right (ux 8.7).
fn wide(pane: &TakeoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    let left = Rect {
        width: LIST,
        ..area
    };
    let right = Rect {
        x: area.x + LIST + 1,
        width: area.width - LIST - 1,
        ..area
    };
    let changed = pane.received.lines.iter().filter(|line| line.changed);
    let changed = changed.count().clamp(1, 5) as u16 + 2;
    let points = match pane.received.points.len() {
        0 => 0,
        some => some.min(5) as u16 + 2,
    };
    let origin = 3;
    // The lines take what they need; what is left over stays empty below everything.
    let room = left.height.saturating_sub(points + changed + origin);
    let lines = pane.received.lines.len() as u16 + 1;
    let list = Rect {
        height: lines.max(LINES).min(room),
        ..left
    };
    let lower = stack(left, list.bottom(), &[points, changed, origin]);
    let story = right.height.saturating_sub(6 + 4 + 5).min(STORY);
    let beside = stack(right, right.y, &[story, 6, 4, 5]);
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
    head(pane, buf, list, look);
    draw_lines(pane, buf, under(list), look);
    draw_points(pane, buf, lower[0], look);
    let speech = speech(pane, look);
    parts::draw_changed(pane, buf, lower[1], speech, look);
    parts::draw_origin(pane, buf, lower[2], speech, look);
    draw_story(pane, buf, beside[0], look);
    let caret = draw_answers(pane, buf, beside[1], look);
    parts::draw_after(pane, buf, beside[2], speech, look);
    parts::draw_receipt(pane, buf, beside[3], speech, look);
    caret
}

fn narrow(pane: &TakeoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    // Where it comes from is said in the last row, where the lines leave one.
    let origin = u16::from(area.height >= 18);
    let last = Rect {
        y: area.bottom() - origin,
        height: origin,
        ..area
    };
    let area = Rect {
        height: area.height - origin,
        ..area
    };
    if origin > 0 {
        let (signed, missing) = parts::origin(pane, speech(pane, look), look);
        let row = Rect {
            x: last.x + 1,
            width: last.width.saturating_sub(2),
            ..last
        };
        let proof = [parts::proof(pane, look), text("  "), missing];
        line::row(buf, row, &[signed], &proof, look);
    }
    head(pane, buf, area, look);
    let answers = 3;
    let points = pane.received.points.len().min(3) as u16;
    let below = answers + points + u16::from(points > 0);
    let own = pane
        .folded_from()
        .map_or(pane.received.lines.len(), |first| first + 1);
    let lines = (own as u16).max(1);
    let room = area.height.saturating_sub(below + 1);
    let list_rows = lines
        .min(room * 3 / 5)
        .max(1)
        .min(area.height.saturating_sub(1));
    let list_area = Rect {
        y: area.y + 1,
        height: list_rows,
        ..area
    };
    draw_lines(pane, buf, list_area, look);
    let story = Rect {
        y: list_area.bottom(),
        height: room.saturating_sub(list_rows),
        ..area
    };
    draw_story(pane, buf, story, look);
    let rest = Rect {
        y: story.bottom().min(area.bottom()),
        height: area.bottom().saturating_sub(story.bottom()),
        ..area
    };
    let (asked, noted) = cut(rest, answers);
    let caret = draw_answers(pane, buf, asked, look);
    draw_points(pane, buf, noted, look);
    caret
}

fn cut(area: Rect, rows: u16) -> (Rect, Rect) {
    let upper = Rect {
        height: rows.min(area.height),
        ..area
    };
    let lower = Rect {
        y: upper.bottom(),
        height: area.height - upper.height,
        ..area
    };
    (upper, lower)
}

pub(super) fn speech<'a>(pane: &'a TakeoverPane, look: &Look<'a>) -> Speech<'a> {
    Speech {
        words: look.words,
        zone: pane.zone,
        now: pane.now,
        people: &pane.people,
    }
}

fn head(pane: &TakeoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let received = &pane.received;
    let from = received
        .from
        .and_then(|id| pane.people.by_id(id))
        .map(|person| person.name.clone())
        .unwrap_or_default();
    let from = of_shift(received.shift.as_deref(), from, look.words);
    let title = look.words.with("takeover-title", &[("from", from.into())]);
    let counts = [
        ("lines", received.lines.len().into()),
        (
            "taken",
            (received.count("accepted") + received.count("changed")).into(),
        ),
        ("asked", received.count("asked").into()),
        ("returned", received.count("returned").into()),
    ];
    let right = [dim(look.words.with("takeover-counts", &counts))];
    frame::section(buf, area, &[Run::new(title, Ink::Title)], &right, look);
}

fn draw_lines(pane: &TakeoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let count = pane.received.lines.len();
    let first = pane.folded_from();
    let own = first.unwrap_or(count);
    let window = Window::of(area, pane.at, own, first.is_some());
    let lines = pane.received.lines[..own].iter();
    let lines = lines.skip(window.top).take(window.height);
    let rows: Vec<Row<'_>> = lines.map(|line| row_of(pane, line, look)).collect();
    let list = List {
        columns: &sheet_lines::columns(look),
        rows: &rows,
        cursor: pane.at.checked_sub(window.top).filter(|_| pane.at < own),
        focused: pane.chosen == 0,
    };
    let drawn = list::draw(buf, area, &list, look);
    let foot = window.foot(area, drawn);
    let Some(first) = first else {
        window.draw_foot(buf, foot, look);
        return;
    };
    let is_open = pane.received.lines[first..]
        .iter()
        .any(ReceivedLine::is_open);
    let folded = Folded {
        from: first + 1,
        to: count,
        under_cursor: pane.at >= first,
        focused: pane.chosen == 0,
        state: "takeover-folded",
        right: if is_open {
            "takeover-take-all"
        } else {
            "takeover-ack-accepted"
        },
    };
    folded.draw(buf, foot, &window, look);
}

fn row_of<'a>(pane: &'a TakeoverPane, line: &'a ReceivedLine, look: &Look<'a>) -> Row<'a> {
    let state = if line.changed {
        "takeover-changed".to_owned()
    } else {
        format!("takeover-ack-{}", line.ack)
    };
    let ink = if line.is_open() {
        Ink::Missing
    } else {
        Ink::Ok
    };
    let next = next_of(line, speech(pane, look));
    let shown = Line {
        no: line.no,
        severity: line.severity,
        register: &line.register,
        title: line.title.clone(),
        next,
        due: line.due,
        state: (state, ink),
    };
    shown.row(speech(pane, look), look)
}

/// What is to be done; of a line that changed since, how it stands now before that.
fn next_of(line: &ReceivedLine, speech: Speech<'_>) -> String {
    match line.row.as_ref().filter(|_| line.changed) {
        Some(row) => {
            let state = speech.state(&row.register, &row.state);
            let args = [
                ("at", speech.when(row.since).into()),
                ("state", state.into()),
                ("next", line.next.as_str().into()),
            ];
            speech.words.with("takeover-now", &args)
        }
        None => line.next.clone(),
    }
}

/// What was written about the line, how it stands now where it changed, the last words.
fn draw_story(pane: &TakeoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let Some(shown) = pane.received.lines.get(pane.at) else {
        return;
    };
    let (words, speech) = (look.words, speech(pane, look));
    let place = [("no", shown.no.into())];
    let order = shown
        .row
        .as_ref()
        .and_then(|row| row.fields.get("order_number")?.as_str());
    let title = [
        dim(format!(
            "{} {}  ",
            words.with("handover-nth", &place),
            words.get(&format!("short-{}", shown.register))
        )),
        text(shown.title.clone()),
        dim(order
            .map(|number| format!(" {}", tail(number)))
            .unwrap_or_default()),
    ];
    let left = speech.figure(shown.due, pane.now, false);
    let right = [
        dim(format!("{} ", words.get("handover-weight"))),
        severity_run("", shown.severity, look),
        dim(format!("  {left}")),
    ];
    frame::section(buf, area, &title, &right, look);
    let mut y = area.y + 1;
    let mut put = |label: &str, ink: Ink, runs: &[Run<'_>]| {
        if y < area.bottom() {
            line::put(buf, (area.x + 1, y), LABEL, label, ink, look);
            let width = area.width.saturating_sub(LABEL + 2);
            line::put_runs(buf, (area.x + 1 + LABEL, y), width, runs, look);
            y += 1;
        }
    };
    let due = shown.due.map(|due| {
        let by = [("at", speech.moment(due).into())];
        format!("  {}", words.with("takeover-by", &by))
    });
    let next = format!("{}{}", shown.next, due.unwrap_or_default());
    for (id, value) in [
        ("summary", &shown.summary),
        ("next", &next),
        ("if_then", &shown.if_then),
        ("note", &shown.note),
    ] {
        if !value.is_empty() {
            let label = words.get(&format!("handover-field-{id}"));
            put(&label, Ink::Dim, &[text(value.clone())]);
        }
    }
    if let Some(row) = shown.row.as_ref().filter(|_| shown.changed) {
        let now = speech.state(&row.register, &row.state);
        let label = words.get("takeover-changed");
        put(&label, Ink::Urgent, &[Run::new(now, Ink::Urgent)]);
    }
    let said = &pane.card.last_words;
    let last = &said[said.len().saturating_sub(SAID)..];
    if area.width < WIDE / 2 + 10 && !last.is_empty() {
        let count = [("count", last.len().into())];
        let label = words.get("takeover-talk");
        put(
            &label,
            Ink::Dim,
            &[dim(words.with("takeover-last", &count))],
        );
    }
    let rest = Rect {
        y,
        height: area.bottom().saturating_sub(y),
        ..area
    };
    draw_said(last, rest, buf, speech, look);
}

/// The last words with their times, the newest where there is not room for all.
fn draw_said(
    last: &[LastWords],
    area: Rect,
    buf: &mut Buffer,
    speech: Speech<'_>,
    look: &Look<'_>,
) {
    let shown = &last[last.len().saturating_sub(usize::from(area.height))..];
    let clocks: Vec<String> = shown.iter().map(|one| speech.when(one.at)).collect();
    let column = clocks
        .iter()
        .map(|clock| look.columns(clock))
        .max()
        .unwrap_or(0);
    for ((one, clock), y) in shown.iter().zip(&clocks).zip(area.y..area.bottom()) {
        let words = look.words;
        let (who, ink) = match (one.author.trim(), one.direction) {
            (_, Direction::In) => (words.get("who-buyer").to_string(), Ink::In),
            ("", _) => (words.get("who-us").to_string(), Ink::Out),
            (author, _) => (short_author(author).to_owned(), Ink::Out),
        };
        line::put(buf, (area.x + 1, y), column, clock, Ink::Dim, look);
        let runs = [Run::new(format!("{who}  "), ink), text(one.text.clone())];
        let x = area.x + 2 + column;
        let width = area.right().saturating_sub(x + 1);
        line::put_runs(buf, (x, y), width, &runs, look);
    }
}

fn draw_points(pane: &TakeoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    if area.height == 0 || pane.received.points.is_empty() {
        return;
    }
    let title = [text(look.words.get("handover-part-points").to_string())];
    frame::section(buf, area, &title, &[], look);
    sheet_lines::draw_points(
        buf,
        area,
        pane.received.points.iter(),
        speech(pane, look),
        look,
    );
}
