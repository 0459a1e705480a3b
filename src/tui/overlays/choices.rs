//! Choices by digit, as many in a row as have room there.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::tui::keys::Spot;
use crate::tui::theme::Ink;
use crate::tui::widgets::{Look, line};

/// The most choices in a row.
const MOST: usize = 3;
/// The sign before a choice and the blanks behind it.
const AROUND: u16 = 4;

/// Draws choices with their numbers, `>` at the chosen one; returns the rows that they took.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Rect,
    choices: &[String],
    chosen: usize,
    look: &Look<'_>,
) -> u16 {
    let labels: Vec<String> = choices
        .iter()
        .enumerate()
        .map(|(at, choice)| format!("{} {choice}", at + 1))
        .collect();
    let (per_row, widths) = columns_for(&labels, area.width, look);
    for (at, label) in labels.iter().enumerate() {
        let column = at % per_row;
        let y = area.y + (at / per_row) as u16;
        if y >= area.bottom() {
            break;
        }
        let x = area.x + widths[..column].iter().sum::<u16>();
        let here = at == chosen;
        let (sign, ink) = if here {
            (">", Ink::Selection)
        } else {
            (" ", Ink::Text)
        };
        let width = widths[column].min(area.right().saturating_sub(x));
        let place = Rect {
            x,
            y,
            width,
            height: 1,
        };
        let away = at as isize - chosen as isize;
        look.note(|record| {
            record.places.push((place, Spot::Row(away)));
            if away == 0 {
                record.rest = Some(Position::new(x, y));
            }
        });
        line::put(buf, (x, y), width, &format!("{sign} {label}"), ink, look);
    }
    labels.len().div_ceil(per_row) as u16
}

/// How many labels have room in a row, and the columns of each place in it.
fn columns_for(labels: &[String], width: u16, look: &Look<'_>) -> (usize, Vec<u16>) {
    let widths = |per_row: usize| -> Vec<u16> {
        (0..per_row)
            .map(|column| {
                let own = labels.iter().skip(column).step_by(per_row);
                let widest = own.map(|label| look.columns(label)).max();
                widest.unwrap_or(0) + AROUND
            })
            .collect()
    };
    (1..=MOST)
        .rev()
        .map(|per_row| (per_row, widths(per_row)))
        // The last place needs no blanks behind it.
        .find(|(_, widths)| widths.iter().sum::<u16>() <= width + 2)
        .unwrap_or((1, vec![width]))
}
