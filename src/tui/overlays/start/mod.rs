//! The steps of a first run at the desk (ux 10, steps 3 to 10): each is a pane of its own, can be
//! left at any point, and is taken up again from the card that says what is still lacking.

pub mod card;
pub mod drop;
pub mod folder;
pub mod limits;
pub mod old_table;
pub mod shop;
pub mod terminal;
#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::sheet::Sheet;
use crate::tui::theme::Ink;
use crate::tui::widgets::form::{self, Shape};
use crate::tui::widgets::line::Run;
use crate::tui::widgets::page::{self, Page};
use crate::tui::widgets::{Look, frame};

/// The widest that a step's box gets.
const WIDEST: u16 = 76;
/// The most rows of one sentence.
const WRAPPED: u16 = 4;
/// Columns of the labels in a step's form.
const LABELS: u16 = 20;

/// Draws a step's box of so many rows in the middle of an area.
fn boxed<T>(
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
    (title, rows): (&str, u16),
    write: impl FnOnce(&mut Page<'_, '_>) -> T,
) -> T {
    let place = frame::middle(area, (WIDEST, rows.saturating_add(2)));
    let title = look.words.get(title).to_string();
    let title = [Run::new(title, Ink::Title)];
    let inner = frame::overlay(buf, place, &title, &[], &[], look);
    page::single(buf, inner, look, write)
}

/// Writes a sentence of ours.
fn says(page: &mut Page<'_, '_>, id: &str, ink: Ink) {
    let words = page.look().words.get(id).to_string();
    page.text(&words, WRAPPED, ink);
}

/// Draws a step that is a form: what it is for, the fields, what follows from them.
fn form_step(
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
    name: &str,
    sheet: &Sheet,
) -> Option<Position> {
    let shape = Shape {
        label: LABELS.min(area.width / 3),
        beside: 0,
    };
    let width = WIDEST.min(area.width).saturating_sub(2);
    let rows = form::height(&sheet.form, width, shape);
    let title = format!("{name}-title");
    let caret = boxed(buf, area, look, (&title, rows + 9), |page| {
        says(page, &format!("{name}-says"), Ink::Text);
        page.skip(1);
        let most = page.rows_left();
        let caret = page.form(&sheet.form, shape, most);
        page.skip(1);
        says(page, &format!("{name}-hint"), Ink::Dim);
        caret
    });
    sheet.draw_menu(buf, area, look).or(caret)
}
