//! The open item as the desk screen draws it: title, facts, timeline, what is still open, draft.

use std::cell::Cell;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::lines::{INDENT, LineKind, TimeLine, Told, facts, rows_after, timeline};
use super::view::{below, focus_mark, inset, speech};
use super::{DeskPane, Focus, OpenItem, steps_view};
use crate::domain::register::Register;
use crate::store::Row;
use crate::text::width::fit;
use crate::tui::theme::Ink;
use crate::tui::widgets::frame::{Lines, hook, titles};
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::{Look, line};
use crate::tui::words::{Speech, short_number};

/// The step of what waits for an approval.
pub(super) const APPROVE: &str = "approve";
/// Columns for how many more there are.
const MORE: u16 = 4;
/// Columns of a title that are line and blanks.
const EDGES: u16 = 8;
/// Columns of a rule at each side of a paste's end.
const DASHES: u16 = 9;

pub(super) fn talk_title(
    pane: &DeskPane,
    open: &OpenItem,
    buf: &mut Buffer,
    (area, has_panel): (Rect, bool),
    look: &Look<'_>,
) {
    let speech = speech(pane, look);
    let record = &open.record;
    let label = look.words.get(&format!("short-{}", record.register));
    let number = record.text("no").unwrap_or_default();
    let title = open
        .register
        .title
        .iter()
        .find_map(|path| record.text(path))
        .unwrap_or_default();
    let channel = open
        .register
        .field("channel")
        .and_then(|field| Some(speech.choice(field, record.text("channel")?)));
    let mut right = String::new();
    if let Some(row) = open.row.as_ref().filter(|row| row.closed.is_none()) {
        right = speech.figure(row.due, row.since, row.ours);
        if let Some(source) = &row.due_source {
            let source = look.words.get(&format!("source-{source}"));
            right = format!("{right} [{source}]");
        }
    }
    let first = record.first_owner.map(|owner| speech.owner(Some(owner)));
    let first = first
        .map(|name| format!("  {} {name}", look.words.get("desk-first-owner")))
        .unwrap_or_default();
    let state = speech.state(&record.register, &record.state);
    let right = [dim(format!("{state}  {right}{first}"))];
    let mut left = vec![
        focus_mark(pane, Focus::Timeline, area, look),
        Run::new(format!("{label} {number} "), Ink::Title),
        text(title.to_owned()),
    ];
    let channel = dim(format!("  {}", channel.unwrap_or_default()));
    if open.beside.is_masked {
        let taken = [&left[..], &right[..], std::slice::from_ref(&channel)].concat();
        let room = area.width.saturating_sub(line::columns(&taken, look));
        let whole = look.words.get("find-masked");
        let id = if look.columns(&whole) + EDGES < room {
            "find-masked"
        } else {
            "desk-masked"
        };
        left.push(dim(format!(" {}", look.words.get(id))));
    }
    left.push(channel);
    if let Some(place) = steps_view::place(open, look.words).filter(|_| !has_panel) {
        let taken = [&left[..], &right[..]].concat();
        let place = format!("  {place}");
        // Whole or not at all.
        let room = area.width.saturating_sub(line::columns(&taken, look));
        if look.columns(&place) + EDGES < room {
            left.push(dim(place));
        }
    }
    titles(buf, area, &left, &right, look);
}

/// Of what there is of the same buyer or order what is still open, besides the item itself: what
/// was promised and what waits for an approval first, as that must be seen wherever little has
/// room.
pub(super) fn pending(related: &[Row]) -> Vec<Row> {
    let is_work = |register: &str| !matches!(register, "order" | "customer");
    let open = related.iter();
    let open = open.filter(|row| row.closed.is_none() && is_work(&row.register));
    let mut open: Vec<Row> = open.cloned().collect();
    open.sort_by_key(|row| match row.register.as_str() {
        "promise" => 0,
        _ if row.step.as_deref() == Some(APPROVE) => 1,
        _ => 2,
    });
    open
}

/// What a row of those is about: of a case that asks for money, the sum.
fn matter(row: &Row, speech: Speech<'_>) -> String {
    let amount = speech.amount(row).filter(|_| row.register == "case");
    amount.unwrap_or_else(|| speech.subject(row))
}

/// Each of them a row: what, how it stands, its clock.
pub(super) fn draw_pending(
    pane: &DeskPane,
    open: &OpenItem,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) {
    let speech = speech(pane, look);
    let title = [text(look.words.get("desk-pending").to_string())];
    titles(buf, Rect { height: 1, ..area }, &title, &[], look);
    let place = inset(below(area));
    for (y, row) in (place.y..place.bottom()).zip(&open.pending) {
        let label = look.words.get(&format!("short-{}", row.register));
        let number = row.number.clone().unwrap_or_default();
        let label = dim(format!("{label}  "));
        let state = dim(format!("   {}", speech.state(&row.register, &row.state)));
        let figure = speech.figure(row.due, row.since, row.ours);
        // What it is about gives way; how it stands is told whole.
        let ends = look.columns(&label.text) + look.columns(&state.text) + look.columns(&figure);
        let room = usize::from(place.width.saturating_sub(ends + 1));
        let subject = format!("{number} {}", matter(row, speech));
        let subject = fit(subject.trim(), room, look.ambiguous).into_owned();
        let mut left = vec![label, text(subject), state];
        // Whole or not at all.
        let told = dim(format!("   {}", open.beside.of(row.id)));
        let taken = line::columns(&left, look) + look.columns(&figure);
        if taken + look.columns(&told.text) < place.width {
            left.push(told);
        }
        let place = Rect {
            y,
            height: 1,
            ..place
        };
        line::row(buf, place, &left, &[Run::new(figure, Ink::Urgent)], look);
    }
}

/// One of them in few words: what is promised with what is left, whose approval it waits for
/// with how long it has, anything else with its clock.
fn related_one<'a>(open: &OpenItem, row: &Row, speech: Speech<'_>) -> [Run<'a>; 3] {
    let waits = open.beside.waits(row.id);
    if !waits.is_empty() {
        let number = row.number.as_deref().map(short_number);
        return [
            dim(format!("{} ", speech.words.get("mark-approve"))),
            text(format!("{} ", number.unwrap_or_default())),
            Run::new(format!("{waits}   "), Ink::Urgent),
        ];
    }
    let label = speech.words.get(&format!("short-{}", row.register));
    let figure = speech.figure(row.due, row.since, row.ours);
    [
        dim(format!("{label} ")),
        text(matter(row, speech)),
        Run::new(format!(" {figure}   "), Ink::Urgent),
    ]
}

pub(super) fn related_line(
    pane: &DeskPane,
    open: &OpenItem,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) {
    let speech = speech(pane, look);
    let mut runs: Vec<Run<'_>> = Vec::new();
    let mut left_out = 0;
    for (at, row) in open.pending.iter().enumerate() {
        let one = related_one(open, row, speech);
        // Whole ones only; the first is better cut than missing.
        let wanted = line::columns(&runs, look).saturating_add(line::columns(&one, look));
        if at == 0 || left_out == 0 && wanted.saturating_add(MORE) <= area.width {
            runs.extend(one);
        } else {
            left_out += 1;
        }
    }
    let right = match left_out {
        0 => Vec::new(),
        count => vec![dim(format!("+{count} "))],
    };
    line::row(buf, area, &runs, &right, look);
}

/// Over the talk, that somebody else works on it; returns what is left.
fn banner(open: &OpenItem, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Rect {
    let Some(working) = open.beside.working.as_ref().filter(|_| area.height > 2) else {
        return area;
    };
    let room = area.width.saturating_sub(2);
    line::put(buf, (area.x + 1, area.y), room, working, Ink::Urgent, look);
    below(area)
}

pub(super) fn draw_talk(
    pane: &DeskPane,
    open: &OpenItem,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) {
    if area.is_empty() {
        return;
    }
    let area = banner(open, buf, area, look);
    let told = Told {
        record: &open.record,
        marks: &open.marks,
        related: &open.related,
    };
    let place = Place {
        scroll: &open.scroll,
        turn_to: open.place.take(),
    };
    let seen = draw_told(
        told,
        open.register,
        place,
        speech(pane, look),
        buf,
        area,
        look,
    );
    if pane.focus == Focus::Timeline {
        look.note(|record| record.chosen = Some(seen.words()));
    }
}

/// What of a timeline is in sight.
pub(in crate::tui::panes) struct Place<'a> {
    /// Rows between what is shown and the newest; drawing holds it to what there is.
    pub(in crate::tui::panes) scroll: &'a Cell<usize>,
    /// The time at which what is to be in sight was said.
    pub(in crate::tui::panes) turn_to: Option<i64>,
}

/// The lines of a timeline that are in sight.
pub(in crate::tui::panes) struct InSight(Vec<TimeLine>);

impl InSight {
    /// Returns their words, a line each.
    fn words(&self) -> String {
        let seen = self.0.iter().map(|one| {
            let said = format!("{} {} {}", one.time, one.who, one.text);
            said.trim().to_owned()
        });
        seen.collect::<Vec<_>>().join("\n")
    }
}

/// Draws what a record says of itself and what was said, and returns what of it is in sight.
pub(in crate::tui::panes) fn draw_told(
    told: Told<'_>,
    register: &'static Register,
    place: Place<'_>,
    speech: Speech<'_>,
    buf: &mut Buffer,
    mut area: Rect,
    look: &Look<'_>,
) -> InSight {
    if told.record.register != "conversation" {
        let facts = facts(told.record, register, speech);
        let rows = (facts.len() as u16)
            .min(area.height.saturating_sub(2).max(1))
            .min(area.height);
        for (at, (label, value)) in facts.iter().take(usize::from(rows)).enumerate() {
            let y = area.y + at as u16;
            line::put(
                buf,
                (area.x + 1, y),
                12.min(area.width.saturating_sub(1)),
                label,
                Ink::Dim,
                look,
            );
            let room = area.width.saturating_sub(15);
            line::put(
                buf,
                (area.x + 14.min(area.width), y),
                room,
                value,
                Ink::Text,
                look,
            );
        }
        area = Rect {
            y: area.y + rows,
            height: area.height - rows,
            ..area
        };
    }
    let height = usize::from(area.height);
    let (scroll, width) = (place.scroll, area.width.saturating_sub(1));
    if let Some(at) = place.turn_to {
        let below = rows_after(told, at, speech, width, look.ambiguous);
        scroll.set(below.saturating_sub(height / 2));
    }
    let mut lines = timeline(told, speech, width, look.ambiguous, height + scroll.get());
    scroll.set(scroll.get().min(lines.len().saturating_sub(height)));
    let end = lines.len() - scroll.get();
    let start = end.saturating_sub(height);
    for (at, one) in lines[start..end].iter().enumerate() {
        draw_timeline_row(
            buf,
            Rect {
                y: area.y + at as u16,
                height: 1,
                ..area
            },
            one,
            look,
        );
    }
    InSight(lines.drain(start..end).collect())
}

/// A day or a paste's end, in the middle; the latter between two pieces of a rule.
fn draw_heading(buf: &mut Buffer, area: Rect, one: &TimeLine, look: &Look<'_>) {
    let width = look.columns(&one.text).min(area.width);
    let x = area.x + (area.width - width) / 2;
    line::put(buf, (x, area.y), width, &one.text, one.ink, look);
    if one.kind != LineKind::Paste {
        return;
    }
    let row = Rect { height: 1, ..area };
    let piece = DASHES.min((area.width - width) / 2).saturating_sub(1);
    let mut lines = Lines::new(row);
    lines.rule(area.y, x.saturating_sub(piece + 1), x.saturating_sub(1));
    lines.rule(area.y, x + width + 1, x + width + 1 + piece);
    lines.draw(buf, look);
}

fn draw_timeline_row(buf: &mut Buffer, area: Rect, one: &TimeLine, look: &Look<'_>) {
    match one.kind {
        LineKind::Said => {}
        LineKind::Day | LineKind::Paste => return draw_heading(buf, area, one, look),
        LineKind::Under => {
            let x = area.x + INDENT.min(area.width.saturating_sub(1));
            line::put(buf, (x, area.y), 1, hook(look.ascii()), Ink::Frame, look);
            let room = area.right().saturating_sub(x + 2);
            line::put(buf, (x + 2, area.y), room, &one.text, one.ink, look);
            return;
        }
    }
    line::put(
        buf,
        (area.x + 1, area.y),
        5.min(area.width),
        &one.time,
        Ink::Dim,
        look,
    );
    if area.width > INDENT {
        line::put(buf, (area.x + 7, area.y), 7, &one.who, one.ink, look);
        let gap = if one.text.is_empty() { "" } else { "  " };
        let said = [
            text(one.text.as_str()),
            dim(if one.mark.is_empty() { "" } else { gap }),
            dim(one.mark.as_str()),
        ];
        let room = area.width - INDENT;
        line::put_runs(buf, (area.x + INDENT, area.y), room, &said, look);
    }
}

pub(super) fn nothing_open(
    pane: &DeskPane,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    if !pane.rows.is_empty() && !area.is_empty() {
        line::put(
            buf,
            (area.x + 1, area.y),
            area.width.saturating_sub(1),
            &look.words.get("desk-nothing-open"),
            Ink::Dim,
            look,
        );
    }
    None
}
