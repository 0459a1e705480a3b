//! Tables as workbooks, for who opens them by a double click: every text a cell of text that no
//! program takes for a formula, long numbers to their last digit, amounts as numbers, times as
//! times; the heading stays when the rows are scrolled. The same table at the same time gives
//! the same bytes.

use chrono::{DateTime, NaiveDate, NaiveTime};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, IgnoreError, Workbook, Worksheet, XlsxError,
};
use serde_json::Number;

use super::table::{Cell, Currencies, Look, Table};
use crate::domain::money::Currency;
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
    workbook(tables, look, made).map_err(|fault| match fault {
        XlsxError::RowColumnLimitError => Problem::new(Kind::Refused, "problem-outlet-sheet")
            .hint("problem-outlet-sheet-hint")
            .caused_by(fault),
        fault => Problem::defect(fault),
    })
}

fn workbook(tables: &[&Table], look: &Look<'_>, made: i64) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_timestamp(made.div_euclid(1_000))?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let mut names = Vec::new();
    for table in tables {
        let sheet = workbook.add_worksheet();
        let name = sheet_name(&table.title).unwrap_or_else(|| sheet.name());
        let name = unlike(name, &names);
        sheet.set_name(&name)?;
        names.push(name);
        fill(sheet, table, look)?;
    }
    workbook.save_to_buffer()
}

/// How the cells of a sheet look.
struct Looks {
    whole: Format,
    time: Format,
    day: Format,
    /// Amounts of each column; `None` where each is a text with its currency.
    amounts: Vec<Option<Format>>,
}

impl Looks {
    fn of(table: &Table) -> Self {
        let format = |code: &str| Format::new().set_num_format(code);
        let amounts = (0..table.columns.len()).map(|at| match table.currencies(at) {
            Currencies::One(currency) => Some(format(&decimals(currency))),
            Currencies::None | Currencies::Several => None,
        });
        Self {
            whole: format("0"),
            time: format(TIME),
            day: format(DAY),
            amounts: amounts.collect(),
        }
    }
}

fn fill(sheet: &mut Worksheet, table: &Table, look: &Look<'_>) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (at, head) in table.heads().iter().enumerate() {
        sheet.write_string_with_format(0, column(at)?, clean::xlsx(head), &bold)?;
        sheet.set_column_width(column(at)?, wide(table, at, head, look))?;
    }
    let looks = Looks::of(table);
    for (at, cells) in table.rows.iter().enumerate() {
        let row = u32::try_from(at + 1).map_err(|_| XlsxError::RowColumnLimitError)?;
        for (at, (cell, amounts)) in cells.iter().zip(&looks.amounts).enumerate() {
            let place = (row, column(at)?);
            if !put(sheet, place, cell, amounts.as_ref(), &looks, look)? {
                put_text(sheet, place, &cell.text(look))?;
            }
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

/// Writes a cell that is more than its text for people; returns whether it was one.
fn put(
    sheet: &mut Worksheet,
    place: (u32, u16),
    cell: &Cell,
    amounts: Option<&Format>,
    looks: &Looks,
    look: &Look<'_>,
) -> Result<bool, XlsxError> {
    match (cell, amounts) {
        (Cell::Integer(number), _) => {
            put_number(sheet, place, &number.to_string(), &looks.whole)?;
        }
        (Cell::Money(money), Some(format)) => put_number(sheet, place, &money.plain(), format)?,
        (Cell::Money(money), None) => put_text(sheet, place, &money.with_code())?,
        (Cell::Time(at), _) => {
            let local = DateTime::from_timestamp_millis(*at).map(|at| at.with_timezone(&look.zone));
            let local = local.map(|at| at.naive_local().and_utc().timestamp());
            return put_moment(sheet, place, local, &looks.time);
        }
        (Cell::Day(day), _) => {
            let day = day.parse::<NaiveDate>().ok();
            let begin = day.map(|day| day.and_time(NaiveTime::MIN).and_utc().timestamp());
            return put_moment(sheet, place, begin, &looks.day);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn put_text(sheet: &mut Worksheet, (row, column): (u32, u16), text: &str) -> Result<(), XlsxError> {
    if !text.is_empty() {
        sheet.write_string(row, column, clean::xlsx(text))?;
    }
    Ok(())
}

/// Writes a moment of the shop's clock; returns whether spreadsheets know it.
fn put_moment(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    seconds: Option<i64>,
    format: &Format,
) -> Result<bool, XlsxError> {
    let Some(Ok(moment)) = seconds.map(ExcelDateTime::from_timestamp) else {
        return Ok(false);
    };
    sheet.write_datetime_with_format(row, column, &moment, format)?;
    Ok(true)
}

/// Writes a number by its digits; as text where a spreadsheet would lose some of them. The one
/// place where an amount becomes a binary fraction, since workbooks have no other numbers: it is
/// written again with the same digits.
fn put_number(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    digits: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let number = digits.parse::<Number>().ok();
    match number.and_then(|number| number.as_f64()) {
        Some(number) if count <= KEPT => {
            sheet.write_number_with_format(row, column, number, format)?;
        }
        _ => {
            sheet.write_string(row, column, digits)?;
        }
    }
    Ok(())
}

/// How amounts of a currency are shown: `0.00`.
fn decimals(currency: Currency) -> String {
    match currency.digits() as usize {
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
    let name = cut(kept, SHEET_NAME);
    let name = name.trim_end_matches(['\'', ' ']);
    Some(name.to_owned()).filter(|name| !name.is_empty())
}

/// The first letters of a text that are no more than so many units of UTF-16.
fn cut(text: &str, most: usize) -> &str {
    let mut units = 0;
    let more = text.char_indices().find(|(_, letter)| {
        units += letter.len_utf16();
        units > most
    });
    &text[..more.map_or(text.len(), |(at, _)| at)]
}

/// A name with a number behind it where another sheet has it already: `日报 2`.
fn unlike(name: String, others: &[String]) -> String {
    // Programs do not tell capital and small letters apart.
    let is_taken = |name: &String| {
        let mut others = others.iter();
        others.any(|other| other.to_lowercase() == name.to_lowercase())
    };
    let numbered = (2..).map(|number| {
        let end = format!(" {number}");
        format!("{}{end}", cut(&name, SHEET_NAME - end.len()).trim_end())
    });
    let mut all = std::iter::once(name.clone()).chain(numbered);
    all.find(|name| !is_taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
