//! The pages of the first start drawn: one box in the middle.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{First, Front, Sheet};
use crate::desk::first::Asked;
use crate::tui::theme::Ink;
use crate::tui::widgets::form::Shape;
use crate::tui::widgets::frame;
use crate::tui::widgets::line::{self, Run, text};
use crate::tui::widgets::page::{self, Page};

/// The widest that the box gets.
const WIDEST: u16 = 78;
/// The most rows of the box.
const HIGHEST: u16 = 20;
/// Columns of the labels.
const LABELS: u16 = 20;
/// The rows at the bottom that say what was wrong.
const SAID: u16 = 3;
/// The most rows of one sentence.
const WRAPPED: u16 = 4;

/// Draws the page in front and returns where the caret stands.
pub(super) fn draw(first: &First, buf: &mut Buffer, area: Rect) -> Option<Position> {
    let look = first.look();
    line::clear(buf, area);
    let place = frame::middle(area, (WIDEST, HIGHEST));
    let title = look.words.get("first-title").to_string();
    let title = [Run::new(title, Ink::Title)];
    let inner = frame::overlay(buf, place, &title, &[], &[], &look);
    let said = SAID.min(inner.height / 3);
    page::single(buf, inner, &look, |page| {
        let caret = match &first.page {
            Front::Menu => {
                menu(first, page);
                None
            }
            Front::Found(sheet) => form_page("first-found", sheet, page),
            Front::Ask(sheet) => form_page("first-ask", sheet, page),
            Front::Code(code) => {
                code_page(code, page);
                None
            }
            Front::Wait(asked) => {
                wait_page(asked, page);
                None
            }
        };
        page.skip(page.rows_left().saturating_sub(said));
        if let Some(words) = &first.said {
            page.text(words, said, Ink::Warn);
        }
        caret
    })
}

/// Writes a sentence of ours.
fn says(page: &mut Page<'_, '_>, id: &str, ink: Ink) {
    let words = page.look().words.get(id).to_string();
    page.text(&words, WRAPPED, ink);
}

fn menu(first: &First, page: &mut Page<'_, '_>) {
    let words = page.look().words;
    says(page, "first-says", Ink::Text);
    page.skip(1);
    let rows = [
        "first-menu-found",
        "first-menu-ask",
        "first-menu-sample",
        "first-menu-language",
    ];
    for (number, id) in (1..).zip(rows) {
        let number = Run::new(format!("{number} "), Ink::Key);
        page.row(&[number, text(words.get(id).to_string())], &[]);
    }
    page.skip(1);
    // The widths that this program counts with: where the bars stand under each other they hold.
    says(page, "first-ruler", Ink::Dim);
    for ruler in ["first-ruler-wide", "first-ruler-narrow"] {
        page.row(&[text(words.get(ruler).to_string())], &[]);
    }
    page.skip(1);
    let folder = first.start.folder().display().to_string();
    let folder = words.with("first-place", &[("folder", folder.into())]);
    page.text(&folder, WRAPPED, Ink::Dim);
}

fn form_page(id: &str, sheet: &Sheet, page: &mut Page<'_, '_>) -> Option<Position> {
    says(page, &format!("{id}-says"), Ink::Text);
    page.skip(1);
    let shape = Shape {
        label: LABELS.min(page.width() / 3),
        beside: 0,
    };
    let caret = page.form(&sheet.form, shape, page.rows_left());
    page.skip(1);
    says(page, &format!("{id}-hint"), Ink::Dim);
    says(page, "first-form-keys", Ink::Dim);
    caret
}

fn code_page(code: &str, page: &mut Page<'_, '_>) {
    says(page, "first-code-says", Ink::Text);
    page.skip(1);
    page.text(code, WRAPPED, Ink::Title);
    page.skip(1);
    says(page, "first-code-hint", Ink::Dim);
}

fn wait_page(asked: &Asked, page: &mut Page<'_, '_>) {
    let words = page.look().words;
    let name = [("name", asked.name.as_str().into())];
    page.text(&words.with("first-wait-says", &name), WRAPPED, Ink::Text);
    page.skip(1);
    page.row(&[Run::new(asked.digits.as_str(), Ink::Title)], &[]);
    page.skip(1);
    for (id, file) in [
        ("first-wait-request", &asked.request),
        ("first-wait-answer", &asked.answer),
    ] {
        let file = [("file", file.display().to_string().into())];
        page.text(&words.with(id, &file), WRAPPED, Ink::Dim);
    }
    page.skip(1);
    says(page, "first-wait-hint", Ink::Text);
}
