//! How a day's review is drawn: the list, and the item under the cursor beside it, below it
//! where there are fewer columns.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{ReviewPane, Told};
use crate::desk::board::{REVIEWED_REGISTERS, ReviewItem, Risk};
use crate::tui::panes::desk::{Place, Told as Timeline, draw_told};
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::widgets::list::{self, List, Width};
use crate::tui::widgets::page::{self, Page};
use crate::tui::widgets::{Look, exact};
use crate::tui::words::Speech;

/// From this width on the item stands beside the list.
const WIDE: u16 = 112;
/// The columns of the list beside the item.
const LIST: u16 = 60;
/// The fewest rows of the list above the item.
const LEAST: u16 = 4;

/// Draws the review and returns where the cursor stands.
pub(super) fn draw(
    pane: &ReviewPane,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    line::clear(buf, area);
    if area.width >= WIDE {
        return page::double(
            buf,
            area,
            LIST,
            look,
            |page| {
                title(pane, page);
                let rows = page.rows_left();
                items(pane, page, rows)
            },
            |page| beside(pane, page),
        );
    }
    page::single(buf, area, look, |page| {
        title(pane, page);
        let most = (page.rows_left() / 2).saturating_sub(1).max(LEAST);
        let wanted = pane.items.len().max(1) as u16;
        let caret = items(pane, page, wanted.min(most));
        beside(pane, page);
        caret
    })
}

/// `日清  [1今天 64/187]  2昨天 180/180`.
fn title(pane: &ReviewPane, page: &mut Page<'_, '_>) {
    let words = page.look().words;
    let name = words.get("review-title").to_string();
    let mut left = vec![Run::new(format!("{name}  "), Ink::Title)];
    let names = ["review-today", "review-yesterday"];
    for (at, (id, tally)) in names.into_iter().zip(pane.tallies).enumerate() {
        let shown = format!("{}{} {}", at + 1, words.get(id), tally);
        let is_here = (at == 0) == pane.is_today;
        left.push(if is_here {
            Run::new(format!("[{shown}]"), Ink::Title)
        } else {
            dim(format!(" {shown} "))
        });
    }
    let right = if pane.marked.is_empty() {
        Vec::new()
    } else {
        let count = [("count", pane.marked.len().into())];
        vec![text(words.with("board-marked", &count))]
    };
    page.section(left, right);
}

fn items(pane: &ReviewPane, page: &mut Page<'_, '_>, rows: u16) -> Option<Position> {
    let (all, more) = (&pane.items, pane.more);
    page.draw(rows, |buf, area, look| {
        if area.is_empty() {
            return None;
        }
        if all.is_empty() {
            let nothing = look.words.get("review-nothing");
            let (x, room) = (area.x + 1.min(area.width), area.width.saturating_sub(1));
            line::put(buf, (x, area.y), room, &nothing, Ink::Dim, look);
            return None;
        }
        let speech = pane.speech(look.words);
        let height = usize::from(area.height);
        let height = if more && height > 1 {
            height - 1
        } else {
            height
        };
        let top = pane.cursor.clone().scroll(height, all.len());
        let shown = all.iter().skip(top).take(height);
        let rows: Vec<list::Row<'_>> = shown
            .map(|item| list::Row {
                marked: pane.marked.contains(&item.row.id),
                ..row(item, speech)
            })
            .collect();
        let at = pane.cursor.index().saturating_sub(top);
        let columns = columns(area.width, look);
        let list = List {
            columns: &columns,
            rows: &rows,
            cursor: Some(at),
            focused: true,
        };
        list::draw(buf, area, &list, look);
        if more {
            let said = look.words.get("review-more");
            let y = area.bottom() - 1;
            line::put(buf, (area.x + 1, y), area.width - 1, &said, Ink::Dim, look);
        }
        Some(Position::new(area.x, area.y + at as u16))
    })
}

/// Whether it was looked at, the risk, what it is, whom and what it is about, who did it.
fn columns(width: u16, look: &Look<'_>) -> Vec<Width> {
    let risk = Risk::ALL
        .iter()
        .map(|risk| look.columns(&look.words.get(&format!("review-risk-{}", risk.name()))));
    let kinds = REVIEWED_REGISTERS
        .iter()
        .map(|kind| look.columns(&look.words.get(&format!("short-{}", kind.name))));
    let title = if width < LIST { 8 } else { 12 };
    vec![
        Width::Left(3),
        Width::Left(risk.max().unwrap_or(4)),
        Width::Left(kinds.max().unwrap_or(4)),
        Width::Left(title),
        Width::Fill,
        Width::Left(7),
    ]
}

fn row<'a>(item: &'a ReviewItem, speech: Speech<'a>) -> list::Row<'a> {
    let word = |id: String| speech.words.get(&id).to_string();
    let sign = if item.reviewed { "[x]" } else { "[ ]" };
    let plain = if item.reviewed { Ink::Dim } else { Ink::Text };
    let risk = item
        .risk
        .map(|risk| word(format!("review-risk-{}", risk.name())));
    let unknown = (!item.is_weighed).then(|| "?".to_owned());
    let ink = if item.reviewed { Ink::Dim } else { Ink::Warn };
    let kind = word(format!("short-{}", item.row.register));
    let did = item.row.owner.or(item.row.first_owner);
    list::Row {
        cells: vec![
            vec![Run::new(sign, plain)],
            vec![Run::new(risk.or(unknown).unwrap_or_default(), ink)],
            vec![dim(kind)],
            exact::exact(&speech.title(&item.row), speech.words),
            vec![Run::new(speech.subject(&item.row), plain)],
            vec![dim(speech.owner(did))],
        ],
        marked: false,
    }
}

/// The item under the cursor with its timeline.
fn beside(pane: &ReviewPane, page: &mut Page<'_, '_>) {
    let Some(told) = &pane.told else {
        return;
    };
    let speech = pane.speech(page.look().words);
    page.section(heading(told, speech), state(pane, told, speech));
    let rows = page.rows_left();
    page.draw(rows, |buf, area, look| {
        if area.is_empty() {
            return;
        }
        let timeline = Timeline {
            record: &told.record,
            marks: &told.marks,
            related: &told.related,
        };
        let place = Place {
            scroll: &told.scroll,
            turn_to: None,
        };
        draw_told(timeline, told.register, place, speech, buf, area, look);
    });
}

fn heading(told: &Told, speech: Speech<'_>) -> Vec<Run<'static>> {
    let record = &told.record;
    let label = speech.words.get(&format!("short-{}", record.register));
    let number = record.text("no").unwrap_or_default();
    let named = told
        .register
        .title
        .iter()
        .find_map(|path| record.text(path));
    vec![
        Run::new(format!("{label} {number} "), Ink::Title),
        text(named.unwrap_or_default().to_owned()),
    ]
}

fn state(pane: &ReviewPane, told: &Told, speech: Speech<'_>) -> Vec<Run<'static>> {
    let state = speech.state(&told.record.register, &told.record.state);
    let is_reviewed = pane.under_cursor().is_some_and(|item| item.reviewed);
    let mut right = vec![dim(state)];
    if is_reviewed {
        let said = speech.words.get("review-looked-at");
        right.push(Run::new(format!("  {said}"), Ink::Ok));
    }
    right
}
