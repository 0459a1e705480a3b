//! How the desk screen is drawn: by hand for 80 and 120 columns, sensible beside and between.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::draft_view::draw_draft;
use super::list_view::{draw_list, draw_strip, list_title};
use super::side_view::{draw_ages, side_title};
use super::talk_view::{draw_pending, draw_talk, nothing_open, related_line, talk_title};
use super::{DeskPane, Focus, OpenItem, steps_view};
use crate::desk::board::Count;
use crate::tui::keys::Spot;
use crate::tui::theme::Ink;
use crate::tui::widgets::frame::{Lines, section};
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::{Look, line};
use crate::tui::words::Speech;

/// From this width on list and conversation stand side by side.
pub(super) const WIDE: u16 = 100;
/// The width of the list beside the conversation.
const LIST: u16 = 46;
/// From this width on the list is wider, by that many columns.
const ROOMY: u16 = 180;
const ROOMY_LIST: u16 = 60;
/// The narrowest list that the line beside it can be dragged to.
const NARROWEST: u16 = 30;
/// The fewest rows of timeline and draft, with their titles.
const LEAST: u16 = 3;
/// From this width on the side panel has a column of its own.
const THREE: u16 = 160;
/// Above this height the side panel says how old the exports are.
const AGES: u16 = 8;
/// The most open things of the same buyer that stand over the draft.
pub(super) const PENDING: usize = 4;
/// From this height on a leader's line about the group has room.
const ROOM_FOR_GROUP: u16 = 12;
/// Rows of the strip that stays on top on narrow screens.
const STRIP: u16 = 3;

pub(super) fn draw(
    pane: &DeskPane,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let area = group_line(pane, buf, area, look);
    if area.width >= WIDE {
        wide(pane, buf, area, look)
    } else {
        narrow(pane, buf, area, look)
    }
}

pub(super) fn speech<'a>(pane: &'a DeskPane, look: &Look<'a>) -> Speech<'a> {
    Speech {
        words: look.words,
        zone: pane.zone,
        now: pane.now,
        people: &pane.people,
    }
}

/// Above a leader's own work a line says how the group stands (ux 5.4); returns what is left
/// of the area.
fn group_line(pane: &DeskPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Rect {
    let Some(counts) = pane.group.filter(|_| area.height >= ROOM_FOR_GROUP) else {
        return area;
    };
    let mut runs = vec![dim(format!(" {}  ", look.words.get("board-group")))];
    for (id, count, ink) in [
        ("mark-waiting", Count::Waiting, Ink::Waiting),
        ("mark-overdue", Count::Overdue, Ink::Overdue),
        ("mark-urgent", Count::AtRisk, Ink::Urgent),
        ("mark-approve", Count::Approvals, Ink::Approve),
    ] {
        let number = counts.of(count);
        let ink = if number == 0 { Ink::Dim } else { ink };
        runs.push(Run::new(format!("{}{number} ", look.words.get(id)), ink));
    }
    if pane.escalated > 0 {
        let mark = look.words.get("mark-escalated");
        runs.push(Run::new(format!("{mark}{} ", pane.escalated), Ink::Approve));
    }
    line::put_runs(buf, (area.x, area.y), area.width, &runs, look);
    Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    }
}

/// List and side panel at the left, conversation and draft at the right.
fn wide(pane: &DeskPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    let three = area.width >= THREE;
    let list = match pane.split {
        Some(column) => list_width(column.saturating_sub(area.x), area.width, three),
        None if area.width >= ROOMY => ROOMY_LIST,
        None => LIST,
    };
    let (left, right) = split(area, list);
    let middle = if three {
        Rect {
            width: right.width.saturating_sub(LIST + 1),
            ..right
        }
    } else {
        right
    };
    let list_rows = if three { left.height } else { left.height / 2 };
    let list_area = Rect {
        height: list_rows,
        ..left
    };
    let side_area = if three {
        Rect {
            x: middle.right() + 1,
            width: area.right().saturating_sub(middle.right() + 1),
            ..area
        }
    } else {
        Rect {
            y: left.y + list_rows,
            height: left.height - list_rows,
            ..left
        }
    };
    let steps = Rect {
        height: steps_view::rows(pane.open.as_ref(), area),
        ..middle
    };
    let room = Rect {
        height: middle.height - steps.height,
        ..middle
    };
    let (upper, draft) = draft_split(pane, room, 9);
    let steps = Rect {
        y: draft.bottom(),
        ..steps
    };
    let pending = pane.open.as_ref().map_or(0, |open| open.pending.len());
    let pending_rows = match pending.min(PENDING) as u16 {
        0 => 0,
        rows => (rows + 1).min(upper.height / 3),
    };
    let talk = Rect {
        height: upper.height - pending_rows,
        ..upper
    };
    let unsettled = Rect {
        y: talk.bottom(),
        height: pending_rows,
        ..upper
    };

    let mut frame = Lines::new(area);
    frame.rule(area.y, area.left(), area.right());
    frame.column(left.right(), area.top(), area.bottom());
    if three {
        frame.column(middle.right(), area.top(), area.bottom());
    } else {
        frame.rule(side_area.y, left.left(), left.right() + 1);
    }
    let panel = (steps.height > 0).then_some(steps.y);
    for y in [unsettled.y, draft.y].into_iter().chain(panel) {
        frame.rule(
            y,
            middle.left().saturating_sub(1),
            middle.right() + u16::from(three),
        );
    }
    frame.draw(buf, look);

    let divider = Rect {
        x: left.right(),
        width: 1,
        ..area
    };
    look.note(|record| {
        record.places.push((divider, Spot::Divider(divider.x)));
        record.places.push((side_area, Spot::Side));
        record.places.push((talk, Spot::Scroll(0)));
        if pane.open.is_some() {
            record.places.push(shelf(draft));
        }
    });
    list_title(
        pane,
        buf,
        Rect {
            height: 1,
            ..list_area
        },
        false,
        look,
    );
    let caret = draw_list(pane, buf, below(list_area), look);
    side_title(
        pane,
        buf,
        Rect {
            height: 1,
            ..side_area
        },
        look,
    );
    let has_room = side_area.height > AGES;
    let ages = u16::from(has_room && !pane.freshness.is_empty());
    let owners = u16::from(has_room && pane.open.is_some());
    let leaf = Rect {
        height: below(side_area).height - ages - owners,
        ..below(side_area)
    };
    pane.side
        .draw(buf, leaf, is_whole(pane), speech(pane, look), look);
    if let Some(open) = pane.open.as_ref().filter(|_| owners > 0) {
        let row = below_of(leaf);
        let room = row.width.saturating_sub(1);
        line::put(
            buf,
            (row.x + 1, row.y),
            room,
            &open.beside.owners,
            Ink::Dim,
            look,
        );
    }
    if ages > 0 {
        let row = Rect {
            y: leaf.bottom() + owners,
            ..below_of(leaf)
        };
        draw_ages(pane, buf, row, look);
    }
    match &pane.open {
        Some(open) => {
            if pending_rows > 0 {
                draw_pending(pane, open, buf, unsettled, look);
            }
            let title = Rect { height: 1, ..talk };
            talk_title(pane, open, buf, (title, steps.height > 0), look);
            draw_talk(pane, open, buf, below(talk), look);
            steps_view::draw(pane, open, buf, steps, look);
            let of_draft = draw_draft(pane, open, buf, draft, look);
            caret.or(of_draft)
        }
        None => caret.or(nothing_open(pane, buf, below(talk), look)),
    }
}

/// The three most urgent rows on top, the open item below; the whole list while it has the focus
/// and nothing else is to be seen.
fn narrow(pane: &DeskPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    let Some(open) = pane.open.as_ref().filter(|_| pane.focus != Focus::List) else {
        section(buf, area, &[], &[], look);
        list_title(pane, buf, Rect { height: 1, ..area }, false, look);
        return draw_list(pane, buf, below(area), look);
    };
    let strip = Rect {
        height: (STRIP + 1).min(area.height),
        ..area
    };
    section(buf, strip, &[], &[], look);
    list_title(pane, buf, Rect { height: 1, ..strip }, true, look);
    draw_strip(pane, buf, below(strip), look);
    let rest = Rect {
        y: strip.bottom(),
        height: area.height - strip.height,
        ..area
    };
    if rest.is_empty() {
        return None;
    }
    if pane.focus == Focus::Side {
        section(buf, rest, &[], &[], look);
        side_title(pane, buf, Rect { height: 1, ..rest }, look);
        pane.side
            .draw(buf, below(rest), is_whole(pane), speech(pane, look), look);
        return None;
    }
    let (talk, draft) = draft_split(pane, rest, 6);
    look.note(|record| {
        record.places.push((talk, Spot::Scroll(0)));
        record.places.push(shelf(draft));
    });
    section(buf, talk, &[], &[], look);
    let title = Rect { height: 1, ..talk };
    talk_title(pane, open, buf, (title, false), look);
    let inner = band(pane, open, buf, below(talk), look);
    draw_talk(pane, open, buf, inner, look);
    section(buf, draft, &[], &[], look);
    draw_draft(pane, open, buf, draft, look)
}

/// How wide the list is when the line beside it was dragged: both sides keep their room.
fn list_width(wanted: u16, width: u16, three: bool) -> u16 {
    let others = if three { 2 * LIST } else { LIST };
    wanted.clamp(NARROWEST, width.saturating_sub(others + 2).max(NARROWEST))
}

/// The mark before the title of what has the focus, as before the chosen row: never by colour
/// alone. The cursor rests there while nothing has the caret.
pub(super) fn focus_mark<'a>(
    pane: &DeskPane,
    focus: Focus,
    area: Rect,
    look: &Look<'_>,
) -> Run<'a> {
    if pane.focus != focus {
        return dim("");
    }
    if matches!(focus, Focus::Timeline | Focus::Side) && area.width > 2 && area.height > 0 {
        look.note(|record| record.rest = Some(Position::new(area.x + 2, area.y)));
    }
    Run::new("> ", Ink::Title)
}

/// What is known of the order and what else is open, a row each and a rule below where there is
/// any of it; returns what is left for the talk.
fn band(pane: &DeskPane, open: &OpenItem, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Rect {
    let summary = if is_whole(pane) {
        vec![text(pane.side.receiver(true))]
    } else {
        pane.side
            .summary(speech(pane, look), area.width.saturating_sub(1), look)
    };
    let has_related = !open.pending.is_empty();
    let rows = u16::from(!summary.is_empty()) + u16::from(has_related);
    if rows == 0 || area.height <= 4 {
        return area;
    }
    let mut row = Rect {
        x: area.x + 1.min(area.width),
        height: 1,
        width: area.width.saturating_sub(1),
        ..area
    };
    if !summary.is_empty() {
        line::row(buf, row, &summary, &[], look);
        row.y += 1;
    }
    if has_related {
        related_line(pane, open, buf, row, look);
    }
    let rest = Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    };
    section(buf, rest, &[], &[], look);
    below(rest)
}

/// Whether the order's receiver is shown whole at the moment.
fn is_whole(pane: &DeskPane) -> bool {
    pane.revealed.shows(pane.side.order_id())
}

/// The row under an area.
fn below_of(area: Rect) -> Rect {
    Rect {
        y: area.bottom(),
        height: 1,
        ..area
    }
}

fn split(area: Rect, at: u16) -> (Rect, Rect) {
    let left = Rect {
        width: at.min(area.width),
        ..area
    };
    let right = Rect {
        x: left.right() + 1,
        width: area.width.saturating_sub(at + 1),
        ..area
    };
    (left, right)
}

/// The draft's title, by which its pane is made higher and lower.
fn shelf(draft: Rect) -> (Rect, Spot) {
    let title = Rect {
        height: draft.height.min(1),
        ..draft
    };
    (title, Spot::Shelf(draft.y))
}

/// Timeline and draft: so many rows for the draft, or as the line between them was dragged;
/// both keep their room.
fn draft_split(pane: &DeskPane, area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = match pane.shelf {
        Some(row) if area.height > 2 * LEAST => area
            .bottom()
            .saturating_sub(row)
            .clamp(LEAST, area.height - LEAST),
        _ => rows.min(area.height / 2).max(1).min(area.height),
    };
    let talk = Rect {
        height: area.height - rows,
        ..area
    };
    (
        talk,
        Rect {
            y: talk.bottom(),
            height: rows,
            ..area
        },
    )
}

pub(super) fn below(area: Rect) -> Rect {
    Rect {
        y: area.y + 1.min(area.height),
        height: area.height.saturating_sub(1),
        ..area
    }
}

pub(super) fn inset(area: Rect) -> Rect {
    Rect {
        x: area.x + 1.min(area.width),
        width: area.width.saturating_sub(2),
        ..area
    }
}
