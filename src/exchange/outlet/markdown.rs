//! Tables for chats and wikis, every mark of Markdown in a text escaped.

use super::table::{Look, Table};
use crate::text::clean;

/// Returns a table as Markdown, with its heading.
#[must_use]
pub fn write(table: &Table, look: &Look<'_>) -> String {
    format!(
        "# {}\n\n{}",
        clean::markdown(&table.title),
        body(table, look)
    )
}

/// Returns the table alone.
#[must_use]
pub fn body(table: &Table, look: &Look<'_>) -> String {
    let mut out = String::new();
    row(
        &mut out,
        table
            .columns
            .iter()
            .map(|column| clean::markdown(&column.label)),
    );
    let quantity = |at: usize| {
        table
            .rows
            .iter()
            .any(|cells| cells.get(at).is_some_and(super::table::Cell::is_quantity))
    };
    row(
        &mut out,
        (0..table.columns.len()).map(|at| if quantity(at) { "--:" } else { "---" }.to_owned()),
    );
    for cells in &table.rows {
        row(
            &mut out,
            cells.iter().map(|cell| clean::markdown(&cell.text(look))),
        );
    }
    out
}

fn row(out: &mut String, cells: impl Iterator<Item = String>) {
    out.push('|');
    for cell in cells {
        out.push(' ');
        out.push_str(cell.trim());
        out.push_str(" |");
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::outlet::table::{Cell, Column};
    use crate::i18n::{Language, Words};

    #[test]
    fn a_text_stays_in_its_cell() {
        let words = Words::new(Language::ZhCn);
        let look = Look {
            words: &words,
            zone: chrono_tz::Asia::Shanghai,
        };
        let table = Table {
            title: "订单".into(),
            columns: vec![Column::new("a", "买家"), Column::new("b", "件")],
            rows: vec![vec![
                Cell::Text("a|b\n<script>[x](y)".into()),
                Cell::Integer(2),
            ]],
        };
        let text = write(&table, &look);
        assert_eq!(
            text,
            "# 订单\n\n| 买家 | 件 |\n| --- | --: |\n| a\\|b⏎\\<script\\>\\[x\\](y) | 2 |\n"
        );
    }
}
