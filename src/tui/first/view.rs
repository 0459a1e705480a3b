//! The pages of the first start drawn: one box in the middle.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{First, Page};
use crate::text::wrap;
use crate::tui::theme::Ink;
use crate::tui::widgets::form::{self, Shape};
use crate::tui::widgets::line::{self, Run, dim};
use crate::tui::widgets::{Look, frame};

/// The widest that the box gets.
const WIDEST: u16 = 78;
/// The most rows of the box.
const HIGHEST: u16 = 20;
/// Columns of the labels.
const LABELS: u16 = 20;
/// The rows at the bottom that say what was wrong.
const SAID: u16 = 3;

/// Draws the page in front and returns where the caret stands.
pub(super) fn draw(first: &First, buf: &mut Buffer, area: Rect) -> Option<Position> {
    let look = first.look();
    line::clear(buf, area);
    let (width, height) = (WIDEST.min(area.width), HIGHEST.min(area.height));
    let place = Rect::new(
        area.x + (area.width - width) / 2,
        area.y + (area.height - height) / 2,
        width,
        height,
    );
    let title = look.words.get("first-title").to_string();
    let title = [Run::new(title, Ink::Title)];
    let inner = frame::overlay(buf, place, &title, &[], &[], &look);
    let inner = Rect {
        x: inner.x + 1.min(inner.width),
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let said = SAID.min(inner.height / 3);
    let body = Rect {
        height: inner.height - said,
        ..inner
    };
    let foot = Rect {
        y: body.bottom(),
        height: said,
        ..inner
    };
    if let Some(said) = &first.said {
        let mut rows = Rows::new(foot);
        rows.wrapped(buf, said, Ink::Warn, &look);
    }
    match &first.page {
        Page::Menu => menu(first, buf, body, &look),
        Page::Found(sheet) => sheet_page("first-found", sheet, buf, body, &look),
        Page::Ask(sheet) => sheet_page("first-ask", sheet, buf, body, &look),
        Page::Code(code) => code_page(code, buf, body, &look),
        Page::Wait(asked) => wait_page(asked, buf, body, &look),
    }
}

/// Rows from the top down.
struct Rows {
    area: Rect,
    y: u16,
}

impl Rows {
    fn new(area: Rect) -> Self {
        Self { area, y: area.y }
    }

    fn runs(&mut self, buf: &mut Buffer, runs: &[Run<'_>], look: &Look<'_>) {
        if self.y < self.area.bottom() {
            line::put_runs(buf, (self.area.x, self.y), self.area.width, runs, look);
        }
        self.y = self.y.saturating_add(1);
    }

    fn wrapped(&mut self, buf: &mut Buffer, text: &str, ink: Ink, look: &Look<'_>) {
        let width = usize::from(self.area.width.max(1));
        for row in wrap::wrap(text, width, look.ambiguous) {
            self.runs(buf, &[Run::new(&text[row], ink)], look);
        }
    }

    fn skip(&mut self) {
        self.y = self.y.saturating_add(1);
    }

    fn rest(&self) -> Rect {
        let y = self.y.min(self.area.bottom());
        Rect {
            y,
            height: self.area.bottom() - y,
            ..self.area
        }
    }
}

fn menu(first: &First, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    let mut rows = Rows::new(area);
    let says = look.words.get("first-says").to_string();
    rows.wrapped(buf, &says, Ink::Text, look);
    rows.skip();
    for (number, id) in [
        "first-menu-found",
        "first-menu-ask",
        "first-menu-sample",
        "first-menu-language",
    ]
    .iter()
    .enumerate()
    {
        let label = look.words.get(id).to_string();
        let number = format!("{} ", number + 1);
        rows.runs(buf, &[Run::new(number, Ink::Key), line::text(label)], look);
    }
    rows.skip();
    // The widths that this program counts with: where the bars stand under each other they hold.
    let ruler = look.words.get("first-ruler").to_string();
    rows.wrapped(buf, &ruler, Ink::Dim, look);
    for ruler in ["first-ruler-wide", "first-ruler-narrow"] {
        let ruler = look.words.get(ruler).to_string();
        rows.runs(buf, &[line::text(ruler)], look);
    }
    rows.skip();
    let folder = first.start.folder().display().to_string();
    let folder = look.words.with("first-place", &[("folder", folder.into())]);
    rows.wrapped(buf, &folder, Ink::Dim, look);
    None
}

fn sheet_page(
    id: &str,
    sheet: &super::Sheet,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    let mut rows = Rows::new(area);
    let says = look.words.get(&format!("{id}-says")).to_string();
    rows.wrapped(buf, &says, Ink::Text, look);
    rows.skip();
    let rest = rows.rest();
    let count = sheet.form.fields.len() as u16;
    let fields = Rect {
        height: rest.height.min(count),
        ..rest
    };
    let shape = Shape {
        label: LABELS.min(area.width / 3),
        beside: 0,
    };
    let caret = form::draw(buf, fields, &sheet.form, shape, look);
    let mut rows = Rows::new(Rect {
        y: fields.bottom(),
        height: rest.height - fields.height,
        ..rest
    });
    rows.skip();
    let hint = look.words.get(&format!("{id}-hint")).to_string();
    rows.wrapped(buf, &hint, Ink::Dim, look);
    let keys = look.words.get("first-form-keys").to_string();
    rows.runs(buf, &[dim(keys)], look);
    caret
}

fn code_page(code: &str, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    let mut rows = Rows::new(area);
    let says = look.words.get("first-code-says").to_string();
    rows.wrapped(buf, &says, Ink::Text, look);
    rows.skip();
    rows.wrapped(buf, code, Ink::Title, look);
    rows.skip();
    let hint = look.words.get("first-code-hint").to_string();
    rows.wrapped(buf, &hint, Ink::Dim, look);
    None
}

fn wait_page(
    asked: &crate::desk::first::Asked,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    let mut rows = Rows::new(area);
    let says = look
        .words
        .with("first-wait-says", &[("name", asked.name.as_str().into())]);
    rows.wrapped(buf, &says, Ink::Text, look);
    rows.skip();
    rows.runs(buf, &[Run::new(asked.digits.as_str(), Ink::Title)], look);
    rows.skip();
    for (id, file) in [
        ("first-wait-request", &asked.request),
        ("first-wait-answer", &asked.answer),
    ] {
        let file = file.display().to_string();
        let row = look.words.with(id, &[("file", file.into())]);
        rows.wrapped(buf, &row, Ink::Dim, look);
    }
    rows.skip();
    let hint = look.words.get("first-wait-hint").to_string();
    rows.wrapped(buf, &hint, Ink::Text, look);
    None
}
