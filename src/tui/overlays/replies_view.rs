//! How the reply picker is drawn: one above the other on a narrow screen, side by side on a
//! wide one.

use chrono::TimeZone as _;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::replies::{LANGUAGES, RepliesPane};
use super::replies_checks::{checks, hints, inset, preview, reasons, stacked};
use crate::desk::replies::{Hit, Reply, Scope};
use crate::tui::theme::Ink;
use crate::tui::widgets::editor;
use crate::tui::widgets::frame::{self, Lines};
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::widgets::list::{self, List, Row, Width};
use crate::tui::widgets::{Look, frame::titles};

/// From this width on the preview stands beside the list.
const WIDE: u16 = 100;
/// The columns and rows of the wide picker.
const SHEET: (u16, u16) = (114, 22);
/// The columns of its list.
const LIST: u16 = 48;
/// Rows of the check below the preview of a narrow picker.
const CHECK: u16 = 4;
/// Rows of the reasons, of what is stacked, of the check and of the keys in the wide one.
const REASONS: u16 = 3;
const STACKED: u16 = 5;
const HELD: u16 = 4;
const KEYS: u16 = 5;

/// Draws the picker and returns where the caret stands.
pub(super) fn draw(
    pane: &RepliesPane,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    if area.width >= WIDE {
        wide(pane, buf, area, look)
    } else {
        narrow(pane, buf, area, look)
    }
}

/// Search, list, preview, check, from top to bottom.
fn narrow(pane: &RepliesPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    let list_rows = (area.height / 4).max(1);
    let check = area.bottom().saturating_sub(CHECK + 2);
    let shelves = [area.y + 2, area.y + 3 + list_rows, check];
    let inner = outline(pane, buf, area, &shelves, look);
    if inner.height < 3 || inner.width < 8 {
        return None;
    }
    let switches = switches(pane, look, false);
    let shown = (line::columns(&switches, look) + 2).min(inner.width * 2 / 3);
    let half = Rect {
        width: inner.width - shown,
        height: 1,
        ..inner
    };
    let caret = search(pane, buf, half, look);
    let scope = Rect {
        x: half.right(),
        width: shown.saturating_sub(1),
        ..half
    };
    line::row(buf, scope, &[], &switches, look);
    let part = |y: u16, bottom: u16| Rect {
        y,
        height: bottom.saturating_sub(y),
        ..inner
    };
    if nothing(pane, buf, part(shelves[0] + 1, shelves[1]), look) {
        return caret;
    }
    rows(pane, buf, part(shelves[0] + 1, shelves[1]), look);
    if let Some(filled) = pane.filled() {
        preview(
            pane,
            &filled,
            buf,
            part(shelves[1], shelves[2].min(inner.bottom())),
            true,
            look,
        );
        let title = [text(look.words.get("replies-check").to_string())];
        titles(buf, part(shelves[2], shelves[2] + 1), &title, &[], look);
        checks(
            pane,
            &filled,
            buf,
            part(shelves[2] + 1, inner.bottom()),
            look,
        );
    }
    caret
}

/// Search, list and reasons at the left, preview and check at the right.
fn wide(pane: &RepliesPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    let sheet = frame::middle(area, SHEET);
    let inner = outline(pane, buf, sheet, &[], look);
    if inner.height < 18 || inner.width < LIST + 8 {
        return None;
    }
    let divide = inner.x + LIST;
    let stack = inner.bottom() - STACKED - 1;
    let scope = stack - 2;
    let why = scope - REASONS - 1;
    let keys = inner.bottom() - KEYS - 1;
    let check = keys - HELD - 1;
    let half = |x: u16, right: u16| Rect {
        x,
        width: right - x,
        ..sheet
    };
    let mut lines = Lines::new(sheet);
    lines.outline(sheet);
    lines.column(divide, inner.top(), inner.bottom());
    for y in [inner.y + 1, why, scope, stack] {
        lines.shelf(half(sheet.x, divide + 1), y);
    }
    for y in [inner.y + 1, check, keys] {
        lines.shelf(half(divide, sheet.right()), y);
    }
    lines.draw(buf, look);
    header(pane, buf, sheet, look);
    let left = Rect {
        width: LIST,
        ..inner
    };
    let right = Rect {
        x: divide + 1,
        width: inner.right() - divide - 1,
        ..inner
    };
    let part = |column: Rect, y: u16, bottom: u16| Rect {
        y,
        height: bottom.saturating_sub(y),
        ..column
    };
    let caret = search(pane, buf, part(left, inner.y, inner.y + 1), look);
    let place = part(left, inner.y + 2, why);
    if !nothing(pane, buf, place, look) {
        rows(pane, buf, place, look);
        reasons(pane, buf, part(left, why, scope), look);
    }
    let title = [text(look.words.get("replies-scope").to_string())];
    titles(buf, part(left, scope, scope + 1), &title, &[], look);
    let place = inset(part(left, scope + 1, scope + 2));
    line::row(buf, place, &switches(pane, look, true), &[], look);
    stacked(pane, buf, part(left, stack, inner.bottom()), look);
    if let Some(filled) = pane.filled() {
        preview(pane, &filled, buf, part(right, inner.y, check), false, look);
        checks(pane, &filled, buf, part(right, check + 1, keys), look);
    }
    hints(buf, part(right, keys + 1, inner.bottom()), look);
    caret
}

fn outline(
    pane: &RepliesPane,
    buf: &mut Buffer,
    area: Rect,
    shelves: &[u16],
    look: &Look<'_>,
) -> Rect {
    let inner = frame::overlay(buf, area, &[], &[], shelves, look);
    header(pane, buf, area, look);
    inner
}

fn header(pane: &RepliesPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let row = Rect {
        x: area.x + 1.min(area.width),
        width: area.width.saturating_sub(2),
        height: area.height.min(1),
        ..area
    };
    let title = [Run::new(
        look.words.get("replies-title").to_string(),
        Ink::Title,
    )];
    let tenths = (pane.took + 50) / 100;
    let count = [
        ("count", pane.library.len().into()),
        ("took", format!("{}.{}", tenths / 10, tenths % 10).into()),
    ];
    let right = [dim(look.words.with("replies-count", &count))];
    titles(buf, row, &title, &right, look);
}

fn search(pane: &RepliesPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    let label = look.words.get("replies-find");
    let used = line::put(
        buf,
        (area.x + 1, area.y),
        area.width.saturating_sub(1),
        &label,
        Ink::Dim,
        look,
    ) + 2;
    let field = Rect {
        x: area.x + 1 + used,
        width: area.width.saturating_sub(used + 2),
        height: 1,
        ..area
    };
    editor::draw(buf, field, &pane.asked, Ink::Field, look)
}

/// Whose replies are looked at, and in which language first.
fn switches<'a>(pane: &RepliesPane, look: &Look<'a>, wide: bool) -> Vec<Run<'a>> {
    let words = look.words;
    let mut runs = Vec::new();
    if !wide {
        runs.push(dim(format!("{} ", words.get("replies-scope"))));
    }
    let switch = |id: String, chosen: bool| {
        let name = words.get(&id);
        if chosen {
            Run::new(format!("[{name}] "), Ink::Selection)
        } else {
            dim(format!("{name} "))
        }
    };
    for scope in Scope::ALL {
        let id = format!("replies-scope-{}", scope.name());
        runs.push(switch(id, scope == pane.scope));
    }
    runs.push(dim(format!("{}  ", words.get("replies-scope-key"))));
    for language in LANGUAGES {
        let id = format!("replies-language-{language}");
        runs.push(switch(id, language == pane.language));
    }
    runs
}

/// Says why there is no list, where there is none.
fn nothing(pane: &RepliesPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> bool {
    if !pane.hits.is_empty() {
        return false;
    }
    let id = if pane.library.is_empty() {
        "replies-empty"
    } else {
        "replies-none"
    };
    let width = area.width.saturating_sub(2);
    if area.height > 0 {
        line::put(
            buf,
            (area.x + 1, area.y),
            width,
            &look.words.get(id),
            Ink::Dim,
            look,
        );
    }
    true
}

fn rows(pane: &RepliesPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let height = usize::from(area.height);
    let top = (pane.at + 1).saturating_sub(height);
    let narrow = area.width < 60;
    let rows: Vec<Row<'_>> = pane
        .hits
        .iter()
        .enumerate()
        .skip(top)
        .take(height)
        .filter_map(|(at, hit)| Some(row(pane, at, hit, pane.library.get(hit)?, narrow, look)))
        .collect();
    let columns: &[Width] = if narrow {
        &[
            Width::Left(2),
            Width::Fill,
            Width::Left(7),
            Width::Left(5),
            Width::Right(12),
        ]
    } else {
        &[
            Width::Left(2),
            Width::Left(20),
            Width::Left(8),
            Width::Left(8),
            Width::Left(14),
            Width::Fill,
        ]
    };
    let list = List {
        columns,
        rows: &rows,
        cursor: Some(pane.at - top),
        focused: true,
    };
    list::draw(buf, area, &list, look);
}

/// A reply in the list: what it is, how often it was used or how long it holds, and where there
/// is room why it sank.
fn row<'a>(
    pane: &RepliesPane,
    at: usize,
    hit: &Hit,
    reply: &Reply,
    narrow: bool,
    look: &Look<'a>,
) -> Row<'a> {
    let words = look.words;
    let ink = if hit.usable { Ink::Text } else { Ink::Dim };
    let cell = |text: &str| vec![Run::new(text.to_owned(), ink)];
    let digit = if at < 9 {
        (at + 1).to_string()
    } else {
        String::new()
    };
    let used = [
        ("used", i64::from(reply.used).into()),
        ("today", i64::from(reply.today).into()),
    ];
    let day = |at: Option<i64>| {
        at.and_then(|at| pane.zone.timestamp_millis_opt(at).single())
            .map(|at| at.format("%m/%d").to_string())
            .unwrap_or_default()
    };
    let note = match (hit.expired, reply.valid_until, reply.used, reply.today) {
        (true, until, ..) => words.with("replies-expired", &[("date", day(until).into())]),
        (false, until @ Some(_), ..) => words.with("replies-until", &[("date", day(until).into())]),
        (false, None, 0, _) => String::new(),
        (false, None, _, 0) => words.with("replies-used-ever", &used),
        (false, None, ..) => words.with("replies-used", &used),
    };
    let mut cells = vec![
        vec![dim(digit)],
        cell(&reply.title),
        cell(&reply.code),
        cell(&reply.topic),
        vec![dim(note)],
    ];
    if !narrow {
        let places = [("places", i64::from(hit.stage.abs()).into())];
        let sank = (hit.stage > 0).then(|| words.with("replies-sank", &places));
        cells.push(vec![dim(sank.unwrap_or_default())]);
    }
    Row {
        cells,
        marked: false,
    }
}
