//! The list of what waits, as the desk screen draws it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::list_foot::list_foot;
use super::view::{focus_mark, speech};
use super::{DeskPane, Focus};
use crate::desk::freshness::blind_to_work;
use crate::desk::reading::to_take;
use crate::desk::todo::{Item, Mark, View, is_left_message};
use crate::store;
use crate::tui::panes::narrowing;
use crate::tui::theme::Ink;
use crate::tui::widgets::frame::titles;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{FIGURE, List, Row, Width};
use crate::tui::widgets::{Look, line, list};
use crate::tui::words::{Speech, grouped};

/// The list's title; of the strip that stays on top, only the view that is shown and the way to
/// the whole list.
pub(super) fn list_title(
    pane: &DeskPane,
    buf: &mut Buffer,
    area: Rect,
    is_strip: bool,
    look: &Look<'_>,
) {
    let counts = &pane.todo.counts;
    let words = look.words;
    let plus = if counts.capped { "+" } else { "" };
    let mut left = vec![
        focus_mark(pane, Focus::List, area, look),
        Run::new(format!("{} ", words.get("desk-todo")), Ink::Title),
    ];
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
        let is_shown = pane.view == view || pane.view == View::All && digit == 1;
        if is_strip {
            if is_shown {
                left.push(dim(format!("{}{count}{plus}", words.get(id))));
            }
            continue;
        }
        let label = format!("{digit}{}{count}{plus}", words.get(id));
        // The chosen one is told by brackets too, never by colour alone.
        left.push(if pane.view == view {
            Run::new(format!(" [{label}]"), Ink::Selection)
        } else {
            dim(format!(" {label}"))
        });
    }
    if pane.view == View::LeftMessages {
        let label = words.get("view-left-messages");
        left.push(if is_strip {
            dim(label.to_string())
        } else {
            Run::new(format!(" [{label}]"), Ink::Selection)
        });
    }
    // The views are told before the list's name, which stands behind the mark of the focus.
    if line::columns(&left, look) + 4 > area.width {
        left.remove(1);
        if let Some(first) = left.get_mut(1) {
            first.text = first.text.trim_start().to_owned().into();
        }
    }
    let place = if pane.rows.is_empty() {
        0
    } else {
        pane.cursor.index() + 1
    };
    let right = if area.width >= 60 {
        let more = if pane.todo.is_cut { "+" } else { "" };
        let place = format!("{place}/{}{more}", pane.rows.len());
        let way = words.get("desk-whole-list");
        vec![dim(if is_strip {
            format!("{way}  {place}")
        } else {
            place
        })]
    } else {
        Vec::new()
    };
    titles(buf, area, &left, &right, look);
}

/// Draws the list with the line that narrows it; returns the caret where the line has it.
pub(super) fn draw_list(
    pane: &DeskPane,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    let (area, caret) = pane.narrowing.draw(buf, area, look);
    let area = list_foot(pane, buf, area, look);
    let mut cursor = pane.cursor.clone();
    let top = cursor.scroll(usize::from(area.height), pane.rows.len());
    draw_from(pane, buf, area, top, look);
    caret
}

/// The most urgent rows, wherever the cursor is.
pub(super) fn draw_strip(pane: &DeskPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    draw_from(pane, buf, area, 0, look);
}

fn draw_from(pane: &DeskPane, buf: &mut Buffer, area: Rect, top: usize, look: &Look<'_>) {
    if pane.rows.is_empty() {
        empty(pane, buf, area, look);
        return;
    }
    let height = usize::from(area.height);
    let owner = area.width >= 70;
    let rows: Vec<Row<'_>> = pane
        .rows
        .iter()
        .skip(top)
        .take(height)
        .map(|row| list_row(pane, *row, owner, look))
        .collect();
    let kind = look.kind_columns();
    let narrow = [
        Width::Left(2),
        Width::Left(kind),
        Width::Left(10),
        Width::Fill,
        Width::Left(2),
        Width::Right(FIGURE),
    ];
    let with_owner = [
        Width::Left(2),
        Width::Left(kind + 1),
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
        cursor: pane.cursor.index().checked_sub(top),
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
        vec![Run::new(figure(&item.row, speech), ink)],
    ];
    if owner {
        cells.push(vec![dim(format!("  {}", speech.owner(item.row.owner)))]);
    }
    Row {
        cells,
        marked: pane.marked.contains(&item.row.id),
    }
}

/// What is left or how long it waits; of a sheet that has no clock, that it was not taken.
fn figure(row: &store::Row, speech: Speech<'_>) -> String {
    let figure = speech.figure(row.due, row.since, row.ours);
    let is_untaken = to_take(row).is_some_and(|count| count > 0);
    if figure.is_empty() && is_untaken {
        return speech.words.get("figure-not-taken").to_string();
    }
    figure
}

fn short(item: &Item) -> String {
    let kind = item.row.fields.get("kind").and_then(|kind| kind.as_str());
    match (item.row.register.as_str(), kind) {
        ("follow_up", Some(kind)) => format!("short-follow_up-{kind}"),
        _ if is_left_message(&item.row) => "short-conversation-board".to_owned(),
        (register, _) => format!("short-{register}"),
    }
}

fn ink(mark: Mark) -> Ink {
    match mark {
        Mark::Conflict => Ink::Conflict,
        Mark::Overdue => Ink::Overdue,
        Mark::Urgent => Ink::Urgent,
        Mark::Approve | Mark::Escalated => Ink::Approve,
        Mark::New => Ink::New,
        Mark::Waiting => Ink::Waiting,
        Mark::LeftMessage => Ink::Left,
        Mark::Pending => Ink::Pending,
    }
}

/// What is narrowed to nothing says what was looked through, and what the list cannot see.
fn nothing_narrowed(pane: &DeskPane, look: &Look<'_>) -> String {
    let speech = speech(pane, look);
    let mut said = vec![narrowing::nothing(&pane.narrowing, false, look)];
    if let Some(searched) = pane.searched {
        let when = searched.newest.map(|at| speech.moment(at));
        let args = [
            ("count", grouped(searched.events as usize).into()),
            ("when", when.unwrap_or_default().into()),
        ];
        said.push(look.words.with("filter-searched", &args));
    }
    let blind = blind_to_work(&pane.freshness);
    said.push(speech.blind(&blind, "blind-behind", "blind-never"));
    said.retain(|one| !one.is_empty());
    said.join("\n")
}

/// Says which view is empty while other things wait, and what is known.
fn empty_view(pane: &DeskPane, known: &str, look: &Look<'_>) -> String {
    let view = look.words.get(&format!("view-{}", pane.view.name()));
    let counts = &pane.todo.counts;
    let plus = if counts.capped { "+" } else { "" };
    let args = [
        ("view", view.to_string().into()),
        ("all", format!("{}{plus}", counts.all).into()),
        ("known", known.into()),
    ];
    let id = if known.is_empty() {
        "desk-empty-view"
    } else {
        "desk-empty-view-stale"
    };
    look.words.with(id, &args)
}

/// Empty never means blind: what the list rests on is said beside it.
fn empty(pane: &DeskPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let speech = speech(pane, look);
    let blind = blind_to_work(&pane.freshness);
    let message = if pane.narrowing.holds() {
        nothing_narrowed(pane, look)
    } else if pane.todo.counts.all > 0 {
        empty_view(
            pane,
            &speech.blind(&blind, "blind-known", "blind-never"),
            look,
        )
    } else if blind.is_empty() {
        look.words.get("desk-empty").to_string()
    } else {
        let known = speech.blind(&blind, "blind-known", "blind-never");
        look.words
            .with("desk-empty-stale", &[("known", known.into())])
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
