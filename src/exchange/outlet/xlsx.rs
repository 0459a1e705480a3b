//! Tables as workbooks, for who opens them by a double click: every text a cell of text that no
//! program takes for a formula, long numbers to their last digit, amounts as numbers, times as
//! times; the heading stays when the rows are scrolled. The same table at the same time gives
//! the same bytes.

use chrono::{DateTime, NaiveDate};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, IgnoreError, Workbook, Worksheet, XlsxError,
};
use serde_json::Number;

use super::table::{Cell, Currencies, Look, Table};
use crate::domain::money::Money;
use crate::problem::{Kind, Problem};
use crate::text::clean;
use crate::text::width::{self, Ambiguous};

/// Digits that spreadsheets keep of a number.
const KEPT: usize = 15;
/// Rows that say how wide a column is.
const LOOKED: usize = 500;
/// Narrowest and widest column, in letters.
const WIDTHS: (usize, usize) = (8, 60);
/// Longest name of a sheet, in letters.
const SHEET_NAME: usize = 31;
const TIME: &str = "yyyy-mm-dd hh:mm";
const DAY: &str = "yyyy-mm-dd";

/// Returns a table as a workbook that was made at this time (milliseconds UTC).
///
/// Amounts of one currency are numbers, and a currency other than the yuan stands in the heading;
/// in a column of several each amount is a text with its currency.
pub fn write(table: &Table, look: &Look<'_>, made: i64) -> Result<Vec<u8>, Problem> {
    book(&[table], look, made)
}

/// Returns tables as one workbook with a sheet for each, in their order.
pub fn book(tables: &[&Table], look: &Look<'_>, made: i64) -> Result<Vec<u8>, Problem> {
    workbook(tables, look, made).map_err(|fault| {
        // More rows or columns than a sheet can have.
        Problem::new(Kind::Refused, "problem-outlet-sheet")
            .hint("problem-outlet-sheet-hint")
            .caused_by(fault)
    })
}

fn workbook(tables: &[&Table], look: &Look<'_>, made: i64) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_timestamp(made.div_euclid(1_000))?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    for table in tables {
        fill(workbook.add_worksheet(), table, look)?;
    }
    workbook.save_to_buffer()
}

fn fill(sheet: &mut Worksheet, table: &Table, look: &Look<'_>) -> Result<(), XlsxError> {
    if let Some(name) = sheet_name(&table.title) {
        sheet.set_name(name)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (at, head) in table.heads().iter().enumerate() {
        sheet.write_string_with_format(0, column(at)?, clean::xlsx(head), &bold)?;
        sheet.set_column_width(column(at)?, wide(table, at, head, look))?;
    }
    let currencies: Vec<Currencies> = (0..table.columns.len())
        .map(|at| table.currencies(at))
        .collect();
    for (at, cells) in table.rows.iter().enumerate() {
        let row = u32::try_from(at + 1).map_err(|_| XlsxError::RowColumnLimitError)?;
        for (at, (cell, currencies)) in cells.iter().zip(&currencies).enumerate() {
            put(sheet, (row, column(at)?), cell, *currencies, look)?;
        }
    }
    if let (Ok(last), Some(width)) = (
        u32::try_from(table.rows.len()),
        table.columns.len().checked_sub(1),
    ) {
        // Numbers that identify are texts on purpose.
        sheet.ignore_error_range(0, 0, last, column(width)?, IgnoreError::NumberStoredAsText)?;
    }
    Ok(())
}

fn column(at: usize) -> Result<u16, XlsxError> {
    u16::try_from(at).map_err(|_| XlsxError::RowColumnLimitError)
}

fn put(
    sheet: &mut Worksheet,
    place: (u32, u16),
    cell: &Cell,
    currencies: Currencies,
    look: &Look<'_>,
) -> Result<(), XlsxError> {
    let text = cell.text(look);
    match cell {
        Cell::Empty => return Ok(()),
        Cell::Integer(number) => return put_number(sheet, place, &number.to_string(), "0"),
        Cell::Money(money) if matches!(currencies, Currencies::Several) => {
            let text = money.with_code();
            sheet.write_string(place.0, place.1, text)?;
            return Ok(());
        }
        Cell::Money(money) => return put_number(sheet, place, &money.plain(), &decimals(*money)),
        Cell::Time(at) => {
            let local = DateTime::from_timestamp_millis(*at).map(|at| at.with_timezone(&look.zone));
            let local = local.map(|at| at.naive_local().and_utc().timestamp());
            if let Some(Ok(time)) = local.map(ExcelDateTime::from_timestamp) {
                let format = Format::new().set_num_format(TIME);
                sheet.write_datetime_with_format(place.0, place.1, &time, &format)?;
                return Ok(());
            }
        }
        Cell::Day(day) => {
            let day = day.parse::<NaiveDate>().ok();
            let noon = day.map(|day| day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp());
            if let Some(Ok(day)) = noon.map(ExcelDateTime::from_timestamp) {
                let format = Format::new().set_num_format(DAY);
                sheet.write_datetime_with_format(place.0, place.1, &day, &format)?;
                return Ok(());
            }
        }
        _ => {}
    }
    if !text.is_empty() {
        sheet.write_string(place.0, place.1, clean::xlsx(&text))?;
    }
    Ok(())
}

/// Writes a number by its digits; as text where a spreadsheet would lose some of them. The one
/// place where an amount becomes a binary fraction, since workbooks have no other numbers: it is
/// written again with the same digits.
fn put_number(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    digits: &str,
    format: &str,
) -> Result<(), XlsxError> {
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let number = digits.parse::<Number>().ok();
    match number.and_then(|number| number.as_f64()) {
        Some(number) if count <= KEPT => {
            let format = Format::new().set_num_format(format);
            sheet.write_number_with_format(row, column, number, &format)?;
        }
        _ => {
            sheet.write_string(row, column, digits)?;
        }
    }
    Ok(())
}

/// How amounts of a currency are shown: `0.00`.
fn decimals(money: Money) -> String {
    match money.currency.digits() as usize {
        0 => "0".to_owned(),
        digits => format!("0.{}", "0".repeat(digits)),
    }
}

/// Letters that a column takes, by its heading and first rows.
fn wide(table: &Table, at: usize, head: &str, look: &Look<'_>) -> u16 {
    let columns = |text: &str| {
        let lines = text
            .lines()
            .map(|line| width::columns(line, Ambiguous::Wide));
        lines.max().unwrap_or(0)
    };
    let first = table
        .rows
        .iter()
        .take(LOOKED)
        .filter_map(|cells| cells.get(at));
    let widest = first.map(|cell| columns(&cell.text(look))).max();
    let widest = widest.unwrap_or(0).max(columns(head)) + 2;
    widest.clamp(WIDTHS.0, WIDTHS.1) as u16
}

/// A name that sheets may have; `None` where nothing is left of it.
fn sheet_name(title: &str) -> Option<String> {
    let kept = clean::line(title);
    let kept = kept.replace(
        ['[', ']', ':', '*', '?', '/', '\\', '：', '？', '／', '＊'],
        " ",
    );
    let kept = kept.trim_matches(['\'', ' ']);
    let mut name = String::new();
    for letter in kept.chars() {
        if name.encode_utf16().count() + letter.len_utf16() > SHEET_NAME {
            break;
        }
        name.push(letter);
    }
    let name = name.trim_end_matches(['\'', ' ']).to_owned();
    Some(name).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests;
