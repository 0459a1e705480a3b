//! How the reply picker is drawn: one above the other on a narrow screen, side by side on a
//! wide one.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::replies::RepliesPane;
use crate::desk::replies::{Filled, Scope};
use crate::exchange::outlet::table;
use crate::text::wrap::wrap;
use crate::tui::theme::Ink;
use crate::tui::widgets::editor;
use crate::tui::widgets::frame::{self, Lines};
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::widgets::list::{self, List, Row, Width};
use crate::tui::widgets::{Look, frame::titles};

/// From this width on the preview stands beside the list.
const WIDE: u16 = 100;
/// The columns and rows of the wide picker.
const SHEET: (u16, u16) = (112, 24);
/// The columns of its list.
const LIST: u16 = 48;
/// Rows of the check below the preview.
const CHECK: u16 = 4;

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
    let list_rows = (area.height / 3).max(1);
    let check = area.bottom().saturating_sub(CHECK + 2);
    let shelves = [area.y + 2, area.y + 3 + list_rows, check];
    let inner = outline(pane, buf, area, &shelves, look);
    if inner.height < 3 || inner.width < 8 {
        return None;
    }
    let half = Rect {
        width: inner.width / 2,
        height: 1,
        ..inner
    };
    let caret = search(pane, buf, half, look);
    let scope = Rect {
        x: half.right(),
        width: inner.right().saturating_sub(half.right() + 1),
        ..half
    };
    line::row(buf, scope, &[], &scopes(pane, look), look);
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
            look,
        );
        checks(pane, &filled, buf, part(shelves[2], inner.bottom()), look);
    }
    caret
}

/// Search, list and reasons at the left, preview and check at the right.
fn wide(pane: &RepliesPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    let (width, height) = (SHEET.0.min(area.width), SHEET.1.min(area.height));
    let sheet = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    let inner = outline(pane, buf, sheet, &[], look);
    if inner.height < 12 || inner.width < LIST + 8 {
        return None;
    }
    let divide = inner.x + LIST;
    let (why, scope) = (inner.bottom() - 7, inner.bottom() - 2);
    let check = inner.bottom() - CHECK - 2;
    let mut lines = Lines::new(sheet);
    lines.outline(sheet);
    lines.column(divide, inner.top(), inner.bottom());
    let half = |x: u16, right: u16| Rect {
        x,
        width: right - x,
        ..sheet
    };
    for y in [inner.y + 1, why, scope] {
        lines.shelf(half(sheet.x, divide + 1), y);
    }
    for y in [inner.y + 1, check] {
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
    titles(
        buf,
        part(left, scope, scope + 1),
        &[text(look.words.get("replies-scope").to_string())],
        &[],
        look,
    );
    let place = Rect {
        x: left.x + 1,
        width: left.width - 2,
        ..part(left, scope + 1, scope + 2)
    };
    line::row(buf, place, &scopes(pane, look), &[], look);
    if let Some(filled) = pane.filled() {
        preview(pane, &filled, buf, part(right, inner.y + 1, check), look);
        checks(pane, &filled, buf, part(right, check, inner.bottom()), look);
    }
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
    let count = [("count", pane.library.len().into())];
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

fn scopes<'a>(pane: &RepliesPane, look: &Look<'a>) -> Vec<Run<'a>> {
    Scope::ALL
        .iter()
        .map(|scope| {
            let name = look.words.get(&format!("replies-scope-{}", scope.name()));
            if *scope == pane.scope {
                Run::new(format!("[{name}] "), Ink::Selection)
            } else {
                dim(format!("{name} "))
            }
        })
        .collect()
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
    let rows: Vec<Row<'_>> = pane
        .hits
        .iter()
        .enumerate()
        .skip(top)
        .take(height)
        .filter_map(|(at, hit)| {
            let reply = pane.library.get(hit)?;
            let ink = if hit.usable { Ink::Text } else { Ink::Dim };
            let digit = if at < 9 {
                (at + 1).to_string()
            } else {
                String::new()
            };
            let used = [
                ("used", i64::from(reply.used).into()),
                ("today", i64::from(reply.today).into()),
            ];
            let note = match (hit.expired, reply.used) {
                (true, _) => look.words.get("replies-expired").to_string(),
                (false, 0) => String::new(),
                (false, _) => look.words.with("replies-used", &used),
            };
            let cell = |text: &str| vec![Run::new(text.to_owned(), ink)];
            Some(Row {
                cells: vec![
                    vec![dim(digit)],
                    cell(&reply.title),
                    cell(&reply.code),
                    cell(&reply.topic),
                    vec![dim(note)],
                ],
                marked: false,
            })
        })
        .collect();
    let narrow = area.width < 60;
    let columns = [
        Width::Left(2),
        Width::Fill,
        Width::Left(if narrow { 7 } else { 10 }),
        Width::Left(if narrow { 5 } else { 10 }),
        Width::Right(if narrow { 10 } else { 14 }),
    ];
    let list = List {
        columns: &columns,
        rows: &rows,
        cursor: Some(pane.at - top),
        focused: true,
    };
    list::draw(buf, area, &list, look);
}

/// The reply as it will be copied, for whom, and what is stacked before it.
fn preview(pane: &RepliesPane, filled: &Filled, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let words = look.words;
    if area.height == 0 {
        return;
    }
    let mut title = vec![text(
        words.with("replies-preview", &[("buyer", pane.buyer.as_str().into())]),
    )];
    if !pane.stack.is_empty() {
        let names: Vec<&str> = pane.stack.iter().map(|one| one.title.as_str()).collect();
        let stacked = [
            ("count", names.len().into()),
            ("names", names.join(" ").into()),
        ];
        title.push(dim(format!("  {}", words.with("replies-stack", &stacked))));
    }
    let count = [("count", filled.text.chars().count().into())];
    let right = [dim(words.with("composer-count", &count))];
    titles(buf, Rect { height: 1, ..area }, &title, &right, look);
    let width = area.width.saturating_sub(2);
    let shown = crate::text::clean::block(&filled.text);
    let lines = wrap(&shown, usize::from(width.max(1)), look.ambiguous);
    for (range, y) in lines.into_iter().zip(area.y + 1..area.bottom()) {
        let line = shown[range].trim_end_matches('\n');
        line::put(buf, (area.x + 1, y), width, line, Ink::Text, look);
    }
}

/// What is missing, what is to be chosen, and what may not be copied.
fn checks(pane: &RepliesPane, filled: &Filled, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let words = look.words;
    if area.height == 0 {
        return;
    }
    let title = [text(words.get("replies-check").to_string())];
    titles(buf, Rect { height: 1, ..area }, &title, &[], look);
    let mut lines: Vec<Run<'_>> = Vec::new();
    if let Some(choice) = filled.choices.first() {
        let options: Vec<String> = choice
            .options
            .iter()
            .enumerate()
            .map(|(at, option)| {
                if choice.chosen == Some(at) {
                    format!("[{option}]")
                } else {
                    option.clone()
                }
            })
            .collect();
        let arguments = [
            ("name", choice.written.as_str().into()),
            ("options", options.join(" / ").into()),
        ];
        lines.push(text(words.with("replies-choice", &arguments)));
    }
    let missing: Vec<&str> = filled
        .missing
        .iter()
        .map(|blank| blank.written.as_str())
        .collect();
    lines.push(if missing.is_empty() {
        Run::new(words.get("composer-complete").to_string(), Ink::Ok)
    } else {
        let names = [("names", missing.join(" ").into())];
        Run::new(words.with("replies-missing", &names), Ink::Missing)
    });
    if area.width < 80
        && let Some(version) = pane
            .hits
            .get(pane.at)
            .and_then(|hit| pane.library.get(hit))
            .map(|reply| reply.version)
    {
        lines.push(dim(
            words.with("replies-version", &[("version", version.into())])
        ));
    }
    for (run, y) in lines.iter().zip(area.y + 1..area.bottom()) {
        line::put_runs(
            buf,
            (area.x + 1, y),
            area.width.saturating_sub(2),
            std::slice::from_ref(run),
            look,
        );
    }
}

/// Why the reply under the cursor stands where it stands.
fn reasons(pane: &RepliesPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let title = [text(look.words.get("replies-why").to_string())];
    titles(buf, Rect { height: 1, ..area }, &title, &[], look);
    let Some(hit) = pane.hits.get(pane.at) else {
        return;
    };
    let reader = table::Look {
        words: look.words,
        zone: pane.zone,
    };
    let reasons = pane.library.why(hit, pane.asked.text(), &reader);
    let width = area.width.saturating_sub(2);
    for (reason, y) in reasons.iter().zip(area.y + 1..area.bottom()) {
        line::put(buf, (area.x + 1, y), width, reason, Ink::Dim, look);
    }
}
