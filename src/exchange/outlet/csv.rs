//! Tables for spreadsheets: UTF-8 with BOM, every field quoted, CRLF, formulas and long
//! numbers kept as text (reliability 5.4).

use super::table::{Cell, Currencies, Look, Table};
use crate::text::clean;

/// From this many digits on spreadsheets show a number in powers of ten.
const LONG: usize = 12;
const BOM: &str = "\u{feff}";

/// Returns a table as CSV. Amounts are plain decimals; a column of another currency than the
/// yuan names it in its heading, one of several currencies in each cell.
#[must_use]
pub fn write(table: &Table, look: &Look<'_>) -> String {
    let currencies: Vec<Currencies> = (0..table.columns.len())
        .map(|at| table.currencies(at))
        .collect();
    let mut out = String::from(BOM);
    row(&mut out, table.heads().iter().map(|head| guarded(head)));
    for cells in &table.rows {
        row(
            &mut out,
            cells
                .iter()
                .zip(&currencies)
                .map(|(cell, money)| field(cell, *money, look)),
        );
    }
    out
}

fn field(cell: &Cell, currencies: Currencies, look: &Look<'_>) -> String {
    match cell {
        Cell::Integer(number) => number.to_string(),
        Cell::Money(money) if matches!(currencies, Currencies::Several) => money.with_code(),
        Cell::Money(money) => money.plain(),
        other => guarded(&other.text(look)),
    }
}

/// Text that spreadsheets keep as it is: no formula, no digits lost at either end.
fn guarded(text: &str) -> String {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && (text.len() >= LONG || text.len() > 1 && text.starts_with('0')) {
        return format!("'{text}");
    }
    clean::csv(text)
}

fn row(out: &mut String, fields: impl Iterator<Item = String>) {
    for (at, field) in fields.enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push('"');
        out.push_str(&field.replace('"', "\"\""));
        out.push('"');
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::{Currency, Money as Amount};
    use crate::exchange::outlet::table::Column;
    use crate::i18n::{Language, Words};
    use proptest::prelude::*;

    fn written(rows: Vec<Vec<Cell>>) -> String {
        let words = Words::new(Language::ZhCn);
        let columns = (0..rows[0].len())
            .map(|at| Column::new("c", format!("列{at}")))
            .collect();
        let look = Look {
            words: &words,
            zone: chrono_tz::Asia::Shanghai,
        };
        write(
            &Table {
                title: String::new(),
                columns,
                rows,
            },
            &look,
        )
    }

    fn read_back(text: &str) -> Vec<Vec<String>> {
        let mut reader =
            csv::ReaderBuilder::new().from_reader(text.trim_start_matches(BOM).as_bytes());
        reader
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn numbers_stay_and_texts_are_no_formulas() {
        let text = written(vec![vec![
            Cell::Number("4031902847193518258".into()),
            Cell::Text("=HYPERLINK(\"http://x\")".into()),
            Cell::Money(Amount::cny(-12_900)),
            Cell::Integer(-3),
            Cell::Number("007".into()),
            Cell::Text("a\"b,c\nd\u{1b}".into()),
            Cell::Time(1_795_333_560_000),
            Cell::Empty,
        ]]);
        assert!(text.starts_with(BOM) && text.ends_with("\r\n"));
        let row = &read_back(&text)[0];
        let want = [
            "'4031902847193518258",
            "'=HYPERLINK(\"http://x\")",
            "-129.00",
            "-3",
            "'007",
            "a\"b,c\nd␛",
            "2026-11-22 15:46",
            "",
        ];
        assert_eq!(row, &want);
    }

    #[test]
    fn currencies_are_named_where_they_are_not_yuan() {
        let dollars = Amount {
            minor: 500,
            currency: Currency::of("USD").unwrap(),
        };
        let one = written(vec![vec![Cell::Money(dollars)]]);
        assert!(one.contains("列0 (USD)") && one.contains("\"5.00\""));
        let both = written(vec![
            vec![Cell::Money(dollars)],
            vec![Cell::Money(Amount::cny(100))],
        ]);
        assert!(
            both.contains("\"USD 5.00\"")
                && both.contains("\"CNY 1.00\"")
                && !both.contains("(USD)")
        );
    }

    proptest! {
        #[test]
        fn no_text_becomes_a_formula(text in "[ \u{a0}\u{3000}\u{200b}]{0,2}[=+@|%\t\r\n＝＋－＠-].{0,12}") {
            let rows = read_back(&written(vec![vec![Cell::Text(text), Cell::Empty]]));
            prop_assert!(rows[0][0].starts_with('\''), "{:?}", rows[0][0]);
        }
    }
}
