//! How the answers to a line of a sheet are drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::sheet_lines;
use super::takeover::{ANSWERS, TakeoverPane};
use super::takeover_view::speech;
use crate::text::wrap::wrap;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{Run, text};
use crate::tui::widgets::{Look, editor, frame, line};

/// The answers by digit; one that needs words has a line for them. Where there are rows for two
/// only, the later ones share one.
pub(super) fn draw_answers(
    pane: &TakeoverPane,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    let title = [text(look.words.get("takeover-answer").to_string())];
    frame::section(buf, area, &title, &[], look);
    let first = sheet_lines::row_of(area, 0)?;
    let room = usize::from(area.height).saturating_sub(1);
    let label = format!("> {}", answer_label(pane, 0, look));
    let long = room > ANSWERS.len() && look.columns(&label) > first.width;
    let more = usize::from(long);
    let first = Rect {
        height: 1 + more as u16,
        ..first
    };
    let mut caret = draw_answer(pane, 0, buf, first, look);
    if room >= ANSWERS.len() {
        for at in 1..ANSWERS.len() {
            if let Some(row) = sheet_lines::row_of(area, at + more) {
                caret = draw_answer(pane, at, buf, row, look).or(caret);
            }
        }
        return caret;
    }
    let second = sheet_lines::row_of(area, 1)?;
    if pane.chosen > 0 {
        return draw_answer(pane, pane.chosen, buf, second, look).or(caret);
    }
    let others: Vec<Run<'_>> = (1..ANSWERS.len())
        .map(|at| text(format!("  {}   ", answer_label(pane, at, look))))
        .collect();
    line::put_runs(buf, (second.x, second.y), second.width, &others, look);
    caret
}

/// The answer's number and words; taking a line as it is says what is taken.
fn answer_label(pane: &TakeoverPane, at: usize, look: &Look<'_>) -> String {
    let words = look.words;
    let label = words.get(&format!("takeover-{}", ANSWERS[at]));
    let named = format!("{} {label}", at + 1);
    let Some(shown) = pane.received.lines.get(pane.at).filter(|_| at == 0) else {
        return named;
    };
    let by = shown.due.map(|due| {
        let by = [("at", speech(pane, look).moment(due).into())];
        format!("{} ", words.with("takeover-by", &by))
    });
    let then = Some(&shown.if_then).filter(|then| !then.is_empty());
    let what = [(
        "what",
        format!("{}{}", by.unwrap_or_default(), shown.next).into(),
    )];
    let said = words.with("takeover-as", &what);
    let then = then.map(|then| words.with("takeover-and", &[("then", then.as_str().into())]));
    format!("{named}{said}{}", then.unwrap_or_default())
}

fn draw_answer(
    pane: &TakeoverPane,
    at: usize,
    buf: &mut Buffer,
    row: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    let here = at == pane.chosen;
    let (sign, ink) = if here {
        (">", Ink::Selection)
    } else {
        (" ", Ink::Text)
    };
    let label = format!("{sign} {}", answer_label(pane, at, look));
    let lines = wrap(&label, usize::from(row.width.max(1)), look.ambiguous);
    let lines = lines.into_iter().map(|range| &label[range]);
    let mut used = 0;
    if row.height > 1 {
        for (piece, y) in lines.zip(row.y..row.bottom()) {
            line::put(buf, (row.x, y), row.width, piece, ink, look);
        }
    } else {
        used = line::put(buf, (row.x, row.y), row.width, &label, ink, look);
    }
    if !here || at == 0 {
        return None;
    }
    let field = Rect {
        x: row.x + (used + 2).min(row.width),
        width: row.width.saturating_sub(used + 2),
        ..row
    };
    editor::draw(buf, field, &pane.words, Ink::Field, look)
}
