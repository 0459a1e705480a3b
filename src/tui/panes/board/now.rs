//! The counts by post, a figure each of which is a place for the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Block, BoardPane};
use crate::desk::board::{Count, Counts};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::line;

/// The widths of the columns: the label's, then each count's.
pub(super) fn widths(pane: &BoardPane, roomy: bool, look: &Look<'_>) -> (u16, Vec<u16>) {
    let label = pane
        .posts()
        .iter()
        .map(|post| look.columns(&look.words.get(&format!("value-post-{}", post.word()))))
        .chain([look.columns(&look.words.get(pane.everybody()))])
        .max()
        .unwrap_or(4);
    let between = if roomy { 2 } else { 1 };
    let columns = Count::ALL.map(|count| {
        let head = look.columns(&head(count, roomy, look)).max(3);
        // What was broken reads on behind what was kept.
        head + if count == Count::Broken { 0 } else { between }
    });
    (label + 1, columns.to_vec())
}

fn head(count: Count, roomy: bool, look: &Look<'_>) -> String {
    let wide = format!("board-head-wide-{}", count.name());
    let id = format!("board-head-{}", count.name());
    let is_wide = roomy && look.words.has(&wide);
    look.words
        .get(if is_wide { &wide } else { &id })
        .to_string()
}

/// Draws heads and lines; the last line is over all posts.
pub(super) fn draw(
    pane: &BoardPane,
    buf: &mut Buffer,
    area: Rect,
    roomy: bool,
    look: &Look<'_>,
) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let (label, columns) = widths(pane, roomy, look);
    let left = area.x + 1.min(area.width);
    let mut x = left + label;
    for (count, width) in Count::ALL.into_iter().zip(&columns) {
        let head = head(count, roomy, look);
        place(
            buf,
            area,
            (x, area.y),
            *width,
            count,
            (&head, Ink::Dim),
            look,
        );
        x += width;
    }
    let posts = pane.posts();
    let lines = posts.iter().map(|post| {
        let name = look.words.get(&format!("value-post-{}", post.word()));
        let line = pane.board.posts.iter().find(|line| line.post == *post);
        (name, line.map(|line| line.counts).unwrap_or_default())
    });
    let total = (look.words.get(pane.everybody()), pane.board.total);
    let mut caret = None;
    for (at, (name, counts)) in lines.chain([total]).enumerate() {
        let y = area.y + 1 + at as u16;
        if y >= area.bottom() {
            break;
        }
        line::put(
            buf,
            (left, y),
            label.min(area.width),
            &name,
            Ink::Text,
            look,
        );
        let here = pane.block == Block::Now && pane.at[Block::Now as usize] == at;
        let mut x = left + label;
        for (column, (count, width)) in Count::ALL.into_iter().zip(&columns).enumerate() {
            let before = if count == Count::Broken { "/" } else { "" };
            let shown = format!("{before}{}", counts.of(count));
            let ink = ink(count, &counts);
            let from = place(buf, area, (x, y), *width, count, (&shown, ink), look);
            if here && pane.column == column {
                let cell = Rect::new(x.min(area.right()), y, *width, 1).intersection(area);
                line::paint(buf, cell, Ink::CursorRow, look);
                caret = from.map(|from| Position::new(from, y));
            }
            x += width;
        }
    }
    caret.filter(|caret| area.contains(*caret))
}

fn ink(count: Count, counts: &Counts) -> Ink {
    if counts.of(count) == 0 {
        return Ink::Dim;
    }
    match count {
        Count::Overdue | Count::Broken => Ink::Overdue,
        Count::AtRisk => Ink::Urgent,
        Count::LeftMessages => Ink::Left,
        Count::Unsigned => Ink::Acknowledge,
        Count::Approvals => Ink::Approve,
        Count::Kept => Ink::Ok,
        _ => Ink::Text,
    }
}

/// Writes into a column, at its right edge but for what reads on behind the column before, and
/// returns where the text begins.
fn place(
    buf: &mut Buffer,
    area: Rect,
    (x, y): (u16, u16),
    width: u16,
    count: Count,
    (shown, ink): (&str, Ink),
    look: &Look<'_>,
) -> Option<u16> {
    let columns = look.columns(shown).min(width);
    let from = if count == Count::Broken {
        x
    } else {
        x + width - columns
    };
    if from + columns > area.right() {
        return None;
    }
    line::put(buf, (from, y), columns, shown, ink, look);
    Some(from)
}
