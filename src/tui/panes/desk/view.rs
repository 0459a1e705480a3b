//! How the desk screen is drawn: by hand for 80 and 120 columns, sensible beside and between.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::lines::{INDENT, TimeLine, facts, timeline};
use super::{DeskPane, Focus, OpenItem};
use crate::desk::todo::{Item, Mark, View};
use crate::tui::theme::Ink;
use crate::tui::widgets::frame::{Lines, section, titles};
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{FIGURE, List, Row, Width};
use crate::tui::widgets::{Look, editor, line, list};
use crate::tui::words::Speech;

/// From this width on list and conversation stand side by side.
const WIDE: u16 = 100;
/// The width of the list beside the conversation.
const LIST: u16 = 46;
/// From this width on the list is wider, by that many columns.
const ROOMY: u16 = 180;
const ROOMY_LIST: u16 = 60;
/// From this width on the side panel has a column of its own.
const THREE: u16 = 160;
/// The most open things of the same buyer that stand over the draft.
const PENDING: usize = 4;
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
    if area.width >= WIDE {
        wide(pane, buf, area, look)
    } else {
        narrow(pane, buf, area, look)
    }
}

fn speech<'a>(pane: &'a DeskPane, look: &Look<'a>) -> Speech<'a> {
    Speech {
        words: look.words,
        zone: pane.zone,
        now: pane.now,
        people: &pane.people,
    }
}

/// List and side panel at the left, conversation and draft at the right.
fn wide(pane: &DeskPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    let three = area.width >= THREE;
    let list = if area.width >= ROOMY {
        ROOMY_LIST
    } else {
        LIST
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
    let (upper, draft) = draft_split(middle, 9);
    let pending = pane.open.as_ref().map_or(0, |open| pending(open).count());
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
    for y in [unsettled.y, draft.y] {
        frame.rule(
            y,
            middle.left().saturating_sub(1),
            middle.right() + u16::from(three),
        );
    }
    frame.draw(buf, look);

    list_title(
        pane,
        buf,
        Rect {
            height: 1,
            ..list_area
        },
        look,
    );
    draw_list(pane, buf, below(list_area), look);
    side_title(
        pane,
        buf,
        Rect {
            height: 1,
            ..side_area
        },
        look,
    );
    pane.side
        .draw(buf, below(side_area), speech(pane, look), look);
    match &pane.open {
        Some(open) => {
            if pending_rows > 0 {
                draw_pending(pane, open, buf, unsettled, look);
            }
            talk_title(pane, open, buf, Rect { height: 1, ..talk }, look);
            draw_talk(pane, open, buf, below(talk), look);
            draft_title(pane, open, buf, Rect { height: 1, ..draft }, look);
            let area = inset(below(draft));
            caret(
                pane,
                editor::draw(buf, area, &pane.composer, Ink::Text, look),
            )
        }
        None => nothing_open(pane, buf, below(talk), look),
    }
}

/// The three most urgent rows on top, the open item below; the whole list while it has the focus
/// and nothing else is to be seen.
fn narrow(pane: &DeskPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    let Some(open) = pane.open.as_ref().filter(|_| pane.focus != Focus::List) else {
        section(buf, area, &[], &[], look);
        list_title(pane, buf, Rect { height: 1, ..area }, look);
        draw_list(pane, buf, below(area), look);
        return None;
    };
    let strip = Rect {
        height: (STRIP + 1).min(area.height),
        ..area
    };
    section(buf, strip, &[], &[], look);
    list_title(pane, buf, Rect { height: 1, ..strip }, look);
    draw_list(pane, buf, below(strip), look);
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
        pane.side.draw(buf, below(rest), speech(pane, look), look);
        return None;
    }
    let (talk, draft) = draft_split(rest, 6);
    section(buf, talk, &[], &[], look);
    talk_title(pane, open, buf, Rect { height: 1, ..talk }, look);
    let mut inner = below(talk);
    if inner.height > 4 {
        let summary = pane.side.summary(speech(pane, look), look);
        line::row(
            buf,
            Rect {
                x: inner.x + 1,
                height: 1,
                width: inner.width.saturating_sub(1),
                ..inner
            },
            &summary,
            &[],
            look,
        );
        let mut row = Rect {
            y: inner.y + 1,
            height: 1,
            x: inner.x + 1,
            width: inner.width.saturating_sub(1),
        };
        related_line(pane, open, buf, row, look);
        row.y += 1;
        section(
            buf,
            Rect {
                x: inner.x,
                width: inner.width,
                ..row
            },
            &[],
            &[],
            look,
        );
        inner = Rect {
            y: inner.y + 3,
            height: inner.height - 3,
            ..inner
        };
    }
    draw_talk(pane, open, buf, inner, look);
    section(buf, draft, &[], &[], look);
    draft_title(pane, open, buf, Rect { height: 1, ..draft }, look);
    caret(
        pane,
        editor::draw(buf, inset(below(draft)), &pane.composer, Ink::Text, look),
    )
}

fn caret(pane: &DeskPane, at: Option<Position>) -> Option<Position> {
    at.filter(|_| pane.focus == Focus::Composer)
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

fn draft_split(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height / 2).max(1).min(area.height);
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

fn below(area: Rect) -> Rect {
    Rect {
        y: area.y + 1.min(area.height),
        height: area.height.saturating_sub(1),
        ..area
    }
}

fn inset(area: Rect) -> Rect {
    Rect {
        x: area.x + 1.min(area.width),
        width: area.width.saturating_sub(2),
        ..area
    }
}

fn list_title(pane: &DeskPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let counts = &pane.todo.counts;
    let words = look.words;
    let mut left = vec![Run::new(format!("{} ", words.get("desk-todo")), Ink::Title)];
    for (digit, view, id, count) in [
        (1, View::Waiting, "view-waiting", counts.waiting),
        (
            2,
            View::AtRisk,
            "view-at-risk",
            counts.urgent + counts.overdue,
        ),
        (3, View::Mine, "view-mine", counts.mine),
        (4, View::Unowned, "view-unowned", counts.unowned),
    ] {
        let label = format!("{digit}{}{count}", words.get(id));
        // The chosen one is told by brackets too, never by colour alone.
        left.push(if pane.view == view {
            Run::new(format!(" [{label}]"), Ink::Selection)
        } else {
            dim(format!(" {label}"))
        });
    }
    let place = if pane.rows.is_empty() {
        0
    } else {
        pane.cursor.index() + 1
    };
    let right = if area.width >= 60 {
        vec![dim(format!("{place}/{}", pane.rows.len()))]
    } else {
        Vec::new()
    };
    titles(buf, area, &left, &right, look);
}

fn draw_list(pane: &DeskPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    if pane.rows.is_empty() {
        empty(pane, buf, area, look);
        return;
    }
    let height = usize::from(area.height);
    let mut cursor = pane.cursor.clone();
    let top = cursor.scroll(height, pane.rows.len());
    let owner = area.width >= 70;
    let rows: Vec<Row<'_>> = pane
        .rows
        .iter()
        .skip(top)
        .take(height)
        .map(|row| list_row(pane, *row, owner, look))
        .collect();
    let narrow = [
        Width::Left(2),
        Width::Left(4),
        Width::Left(10),
        Width::Fill,
        Width::Left(2),
        Width::Right(FIGURE),
    ];
    let with_owner = [
        Width::Left(2),
        Width::Left(5),
        Width::Left(13),
        Width::Fill,
        Width::Left(3),
        Width::Right(FIGURE),
        Width::Left(8),
    ];
    let columns: &[Width] = if owner { &with_owner } else { &narrow };
    let shown = List {
        columns,
        rows: &rows,
        cursor: Some(pane.cursor.index() - top),
        focused: pane.focus == Focus::List,
    };
    list::draw(buf, area, &shown, look);
}

fn list_row<'a>(pane: &'a DeskPane, at: (usize, usize), owner: bool, look: &Look<'a>) -> Row<'a> {
    let item = pane.item_at(at);
    let speech = speech(pane, look);
    let ink = ink(item.mark);
    let more = pane.todo.buyers[at.0].items.len() - 1;
    let more = if at.1 == 0 && more > 0 {
        format!("+{more}")
    } else {
        String::new()
    };
    let mut cells = vec![
        vec![Run::new(
            look.words
                .get(&format!("mark-{}", item.mark.name()))
                .to_string(),
            ink,
        )],
        vec![Run::new(look.words.get(&short(item)).to_string(), Ink::Dim)],
        vec![text(speech.title(&item.row))],
        vec![text(speech.subject(&item.row))],
        vec![dim(more)],
        vec![Run::new(
            speech.figure(item.row.due, item.row.since, item.row.ours),
            ink,
        )],
    ];
    if owner {
        cells.push(vec![dim(format!("  {}", speech.owner(item.row.owner)))]);
    }
    Row {
        cells,
        marked: pane.marked.contains(&item.row.id),
    }
}

fn short(item: &Item) -> String {
    let kind = item.row.fields.get("kind").and_then(|kind| kind.as_str());
    match (item.row.register.as_str(), kind) {
        ("follow_up", Some(kind)) => format!("short-follow_up-{kind}"),
        (register, _) => format!("short-{register}"),
    }
}

fn ink(mark: Mark) -> Ink {
    match mark {
        Mark::Conflict => Ink::Conflict,
        Mark::Overdue => Ink::Overdue,
        Mark::Urgent => Ink::Urgent,
        Mark::Approve => Ink::Approve,
        Mark::New => Ink::New,
        Mark::Waiting => Ink::Waiting,
        Mark::LeftMessage => Ink::Left,
        Mark::Pending => Ink::Pending,
    }
}

/// Empty never means blind: what the list rests on is said beside it.
fn empty(pane: &DeskPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let speech = speech(pane, look);
    let orders = pane.freshness.iter().find(|one| one.kind == "orders");
    let message = match orders {
        Some(orders) if orders.stale => look.words.with(
            "desk-empty-stale",
            &[("time", speech.moment(orders.exported_at).into())],
        ),
        _ => look.words.get("desk-empty").to_string(),
    };
    let room = area.width.saturating_sub(2);
    for (at, range) in crate::text::wrap::wrap(&message, usize::from(room.max(1)), look.ambiguous)
        .into_iter()
        .enumerate()
    {
        if at < usize::from(area.height) {
            line::put(
                buf,
                (area.x + 1, area.y + at as u16),
                room,
                &message[range],
                Ink::Dim,
                look,
            );
        }
    }
}

fn side_title(pane: &DeskPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let leaves = super::leaves();
    let left: Vec<Run<'_>> = leaves
        .iter()
        .map(|leaf| {
            let here = *leaf == pane.side.leaf();
            let ink = match (here, pane.focus == Focus::Side) {
                (true, true) => Ink::Selection,
                (true, false) => Ink::Title,
                (false, _) => Ink::Dim,
            };
            let name = look.words.get(&format!("leaf-{}", leaf.name()));
            let label = if here {
                format!("[{name}] ")
            } else {
                format!("{name} ")
            };
            Run::new(label, ink)
        })
        .collect();
    let number = pane.side.order_number().unwrap_or_default().to_owned();
    titles(buf, area, &left, &[dim(number)], look);
}

fn talk_title(pane: &DeskPane, open: &OpenItem, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
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
    let left = [
        Run::new(format!("{label} {number} "), Ink::Title),
        text(title.to_owned()),
        dim(format!("  {}", channel.unwrap_or_default())),
    ];
    let limits = crate::domain::register::Limits::default();
    let due = (open.register.due)(record, &limits);
    let wait = (open.register.wait)(record);
    let mut right = String::new();
    if record.closed.is_none() {
        right = speech.figure(due.map(|due| due.at), wait.since, wait.ours);
        if let Some(due) = due {
            right = format!(
                "{right} [{}]",
                look.words.get(&format!("source-{}", due.source.word()))
            );
        }
    }
    let first = record.first_owner.map(|owner| speech.owner(Some(owner)));
    let first = first
        .map(|name| format!("  {} {name}", look.words.get("desk-first-owner")))
        .unwrap_or_default();
    let state = speech.state(&record.register, &record.state);
    titles(
        buf,
        area,
        &left,
        &[dim(format!("{state}  {right}{first}"))],
        look,
    );
}

/// What is still open with the same buyer or order, besides the item itself.
fn pending(open: &OpenItem) -> impl Iterator<Item = &crate::store::Row> {
    let is_work = |register: &str| !matches!(register, "order" | "customer");
    open.related
        .iter()
        .filter(move |row| row.closed.is_none() && is_work(&row.register))
}

/// Each of them a row: what, how it stands, its clock.
fn draw_pending(pane: &DeskPane, open: &OpenItem, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let speech = speech(pane, look);
    let title = [text(look.words.get("desk-pending").to_string())];
    titles(buf, Rect { height: 1, ..area }, &title, &[], look);
    let place = inset(below(area));
    for (y, row) in (place.y..place.bottom()).zip(pending(open)) {
        let label = look.words.get(&format!("short-{}", row.register));
        let number = row.number.clone().unwrap_or_default();
        let left = [
            dim(format!("{label}  ")),
            text(
                format!("{number} {}", speech.subject(row))
                    .trim()
                    .to_owned(),
            ),
            dim(format!("   {}", speech.state(&row.register, &row.state))),
        ];
        let figure = speech.figure(row.due, row.since, row.ours);
        let place = Rect {
            y,
            height: 1,
            ..place
        };
        line::row(buf, place, &left, &[Run::new(figure, Ink::Urgent)], look);
    }
}

fn related_line(pane: &DeskPane, open: &OpenItem, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let speech = speech(pane, look);
    let runs: Vec<Run<'_>> = pending(open)
        .take(3)
        .flat_map(|row| {
            let label = look.words.get(&format!("short-{}", row.register));
            let figure = speech.figure(row.due, row.since, row.ours);
            [
                dim(format!("{label} ")),
                text(speech.subject(row)),
                Run::new(format!(" {figure}   "), Ink::Urgent),
            ]
        })
        .collect();
    line::row(buf, area, &runs, &[], look);
}

fn draw_talk(pane: &DeskPane, open: &OpenItem, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    if area.is_empty() {
        return;
    }
    let speech = speech(pane, look);
    let mut area = area;
    if open.record.register != "conversation" {
        let facts = facts(&open.record, open.register, speech);
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
    let lines = timeline(
        &open.record,
        speech,
        area.width.saturating_sub(1),
        look.ambiguous,
        height + open.scroll,
    );
    let end = lines
        .len()
        .saturating_sub(open.scroll.min(lines.len().saturating_sub(height)));
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
}

fn draw_timeline_row(buf: &mut Buffer, area: Rect, one: &TimeLine, look: &Look<'_>) {
    if one.rule {
        let width = look.columns(&one.text);
        let x = area.x + area.width.saturating_sub(width) / 2;
        line::put(
            buf,
            (x, area.y),
            width.min(area.width),
            &one.text,
            one.ink,
            look,
        );
        return;
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
        line::put(
            buf,
            (area.x + INDENT, area.y),
            area.width - INDENT,
            &one.text,
            Ink::Text,
            look,
        );
    }
}

fn draft_title(pane: &DeskPane, open: &OpenItem, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let whom = open.record.text("buyer").unwrap_or_default();
    let left = [
        Run::new(
            format!("{} > ", look.words.get("composer-draft")),
            if pane.focus == Focus::Composer {
                Ink::Selection
            } else {
                Ink::Title
            },
        ),
        text(whom.to_owned()),
    ];
    let count = pane.composer.text().chars().count();
    let missing = super::unfilled(pane.composer.text());
    let variables = match missing {
        Some(name) => Run::new(
            look.words
                .with("composer-missing", &[("name", name.into())]),
            Ink::Missing,
        ),
        None => dim(look.words.get("composer-complete").to_string()),
    };
    let right = [
        dim(look
            .words
            .with("composer-count", &[("count", count.into())])),
        text("  "),
        variables,
    ];
    titles(buf, area, &left, &right, look);
}

fn nothing_open(
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
