//! Tables for programs: one object a line, times RFC 3339 UTC, money in minor units.

use serde_json::{Map, Value};

use super::table::Table;
use crate::text::clean;

/// Returns a table as JSON lines. Texts are as received: JSON escapes what a terminal would
/// obey, so no control character is among the bytes.
#[must_use]
pub fn write(table: &Table) -> String {
    let mut out = String::new();
    for cells in &table.rows {
        let object: Map<String, Value> = table
            .columns
            .iter()
            .zip(cells)
            .map(|(column, cell)| (column.name.clone(), cell.json()))
            .collect();
        out.push_str(&clean::json(&Value::Object(object).to_string()));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Money;
    use crate::exchange::outlet::table::{Cell, Column};
    use serde_json::json;

    #[test]
    fn a_row_is_an_object_a_line() {
        let cells = vec![
            Cell::Text("a\u{1b}\u{9b}\u{202e}\u{200b}b".into()),
            Cell::Money(Money::cny(1_234)),
            Cell::Time(1_795_333_560_000),
            Cell::word("red", "红"),
            Cell::Empty,
        ];
        let columns = ["text", "paid", "at", "flag", "none"]
            .map(|name| Column::new(name, "x"))
            .to_vec();
        let text = write(&Table {
            title: String::new(),
            columns,
            rows: vec![cells.clone(), cells],
        });
        assert_eq!(text.lines().count(), 2);
        assert!(
            !text
                .chars()
                .any(|c| c != '\n' && (c.is_control() || matches!(c, '\u{202e}' | '\u{200b}')))
        );
        let row: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        let want = json!({
            "text": "a\u{1b}\u{9b}\u{202e}\u{200b}b", "paid": {"minor": 1234, "currency": "CNY"},
            "at": "2026-11-22T07:46:00Z", "flag": "red", "none": null,
        });
        assert_eq!(row, want);
    }
}
