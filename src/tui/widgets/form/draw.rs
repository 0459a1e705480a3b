//! A form drawn: where each field stands and what it shows.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Choice, Field, Form, Value, digits};
use crate::i18n::Arg;
use crate::text::edit::Editor;
use crate::tui::keys::Spot;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{self, Run};
use crate::tui::widgets::{Look, editor};

/// What stands for a character that is not shown: no sign of ambiguous width.
const MASK: &str = "*";

/// How a form is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Columns of the labels, with the mark before them.
    pub label: u16,
    /// Where the second field of a row begins.
    pub beside: u16,
}

impl Shape {
    /// The shape for an area of that width.
    pub const fn of(width: u16) -> Self {
        Self {
            label: if width < 100 { 9 } else { 11 },
            beside: width * 9 / 16,
        }
    }
}

/// Draws the form, scrolled so that the field in front is seen, and returns the caret.
pub fn draw(
    buf: &mut Buffer,
    area: Rect,
    form: &Form,
    shape: Shape,
    look: &Look<'_>,
) -> Option<Position> {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return None;
    }
    let places = places(form, area.width, shape);
    let (cursor_top, cursor_rows) = places.get(form.cursor).map_or((0, 1), |p| (p.y, p.height));
    let scrolled = (cursor_top + cursor_rows)
        .saturating_sub(area.height)
        .min(cursor_top);
    let mut caret = None;
    for (index, (field, place)) in form.fields.iter().zip(&places).enumerate() {
        if place.y < scrolled || place.y - scrolled >= area.height {
            continue;
        }
        let top = place.y - scrolled;
        let place = Rect {
            x: area.x + place.x,
            y: area.y + top,
            width: place.width,
            height: place.height.min(area.height - top),
        };
        let at = draw_field(buf, place, field, index == form.cursor, shape, look);
        if index == form.cursor {
            caret = at;
        }
    }
    caret
}

/// Rows that the form takes at this width.
pub fn height(form: &Form, width: u16, shape: Shape) -> u16 {
    places(form, width, shape)
        .iter()
        .map(|place| place.y + place.height)
        .max()
        .unwrap_or(0)
}

/// Where each field stands, from (0, 0).
fn places(form: &Form, width: u16, shape: Shape) -> Vec<Rect> {
    let mut places: Vec<Rect> = Vec::with_capacity(form.fields.len());
    let mut y = 0;
    for (index, field) in form.fields.iter().enumerate() {
        let shares = field.beside && index > 0 && shape.beside > 0 && shape.beside < width;
        if let Some(before) = places.last_mut().filter(|before| shares && before.x == 0) {
            before.width = shape.beside.saturating_sub(1);
            let top = before.y;
            let rows = field.rows();
            places.push(Rect::new(shape.beside, top, width - shape.beside, rows));
            y = y.max(top + rows);
        } else {
            places.push(Rect::new(0, y, width, field.rows()));
            y += field.rows();
        }
    }
    places
}

fn draw_field(
    buf: &mut Buffer,
    place: Rect,
    field: &Field,
    in_front: bool,
    shape: Shape,
    look: &Look<'_>,
) -> Option<Position> {
    look.note(|record| {
        if super::can_change(field) {
            record.places.push((place, Spot::Field(field.id.clone())));
        }
    });
    let missing = field.is_missing();
    let (mark, label_ink) = match (missing, in_front) {
        (true, _) => ("*", Ink::Missing),
        (false, true) => (" ", Ink::Title),
        (false, false) => (" ", Ink::FieldLabel),
    };
    let label_width = shape.label.min(place.width);
    line::put(
        buf,
        (place.x, place.y),
        1.min(place.width),
        mark,
        Ink::Missing,
        look,
    );
    line::put(
        buf,
        (place.x + 1, place.y),
        label_width.saturating_sub(2),
        &field.label,
        label_ink,
        look,
    );
    let mut value = Rect {
        x: place.x + label_width,
        width: place.width - label_width,
        ..place
    };
    let note = line::columns(&field.note, look);
    if note > 0 && note + 4 < value.width {
        line::put_runs(
            buf,
            (value.right() - note, value.y),
            note,
            &field.note,
            look,
        );
        value.width -= note + 1;
    }
    let used = line::put(
        buf,
        (value.x, value.y),
        value.width,
        &field.prefix,
        Ink::Field,
        look,
    );
    value.x += used;
    value.width -= used;
    if value.is_empty() {
        return None;
    }
    if in_front {
        look.note(|record| record.chosen = shown(field));
        return draw_value(buf, value, field, true, look);
    }
    draw_value(buf, value, field, false, &look.unnoted())
}

/// What a field that takes no text holds, in words.
fn shown(field: &Field) -> Option<String> {
    match &field.value {
        Value::Choice(choices, chosen) => {
            chosen.and_then(|at| Some(choices.get(at)?.label.clone()))
        }
        Value::Flag(_, words) | Value::Fixed(words) => Some(words.clone()),
        _ => None,
    }
}

fn draw_value(
    buf: &mut Buffer,
    area: Rect,
    field: &Field,
    in_front: bool,
    look: &Look<'_>,
) -> Option<Position> {
    let start = Some(Position::new(area.x, area.y));
    match &field.value {
        Value::Text(text, _) | Value::Money(text) | Value::Time(text) => {
            let ink = if matches!(field.value, Value::Money(_)) {
                Ink::Money
            } else {
                Ink::Field
            };
            if field.secret {
                let signs = MASK.repeat(text.text().chars().count());
                let mut masked = Editor::single_line();
                masked.set(&signs);
                return editor::draw(buf, area, &masked, ink, look);
            }
            return editor::draw(buf, area, text, ink, look);
        }
        Value::Flag(ticked, words) => {
            let sign = if *ticked { "[x] " } else { "[ ] " };
            let runs = [
                Run::new(sign, Ink::Field),
                Run::new(words.as_str(), Ink::Field),
            ];
            line::put_runs(buf, (area.x, area.y), area.width, &runs, look);
            return Some(Position::new((area.x + 1).min(area.right() - 1), area.y));
        }
        Value::Fixed(text) => {
            line::put(buf, (area.x, area.y), area.width, text, Ink::Field, look);
        }
        Value::Choice(choices, chosen) => draw_choice(buf, area, choices, *chosen, in_front, look),
    }
    start
}

/// `(1仅退款) 2退货退款`, or the chosen one alone where they do not fit.
fn draw_choice(
    buf: &mut Buffer,
    area: Rect,
    choices: &[Choice],
    chosen: Option<usize>,
    in_front: bool,
    look: &Look<'_>,
) {
    let mut runs: Vec<Run<'_>> = Vec::with_capacity(choices.len() * 2);
    for (index, (choice, number)) in choices.iter().zip(digits(choices)).enumerate() {
        if index > 0 {
            runs.push(line::text(" "));
        }
        // One hour chosen by the digit 1 must not read as eleven.
        let gap = if choice.label.starts_with(|c: char| c.is_ascii_digit()) {
            " "
        } else {
            ""
        };
        let named = format!("{number}{gap}{}", choice.label);
        runs.push(if chosen == Some(index) {
            Run::new(format!("({named})"), Ink::Field)
        } else {
            Run::new(named, Ink::Dim)
        });
    }
    if choices.len() > 9 || line::columns(&runs, look) > area.width {
        let label = chosen
            .and_then(|index| choices.get(index))
            .map_or("-", |choice| choice.label.as_str());
        runs = vec![Run::new(label, Ink::Field)];
        if in_front {
            runs.push(line::text("  "));
            runs.push(line::dim(look.words.get("form-more").to_string()));
        }
    }
    line::put_runs(buf, (area.x, area.y), area.width, &runs, look);
}

/// What the header of a form says: how many are missing, or that none is.
pub fn header(form: &Form, look: &Look<'_>) -> Run<'static> {
    match form.missing() {
        0 => Run::new(look.words.get("form-complete").to_string(), Ink::Ok),
        count => Run::new(
            look.words
                .with("form-missing", &[("count", Arg::Number(count as i64))]),
            Ink::Missing,
        ),
    }
}
