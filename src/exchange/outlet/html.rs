//! Tables for the printer: one file, no scripts, nothing from elsewhere (reliability 5.4).

// Writing to a string cannot fail, so what `write!` returns is not looked at.
use std::fmt::Write as _;

use super::table::{Cell, Look, Table};
use crate::text::clean;

/// Nothing may be loaded, only the style within the file counts.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";
const STYLE: &str = "body{font:14px/1.5 sans-serif;margin:1.5em;color:#111}\
table{border-collapse:collapse;width:100%;margin:.5em 0 1em}\
th,td{border:1px solid #999;padding:.2em .5em;text-align:left;vertical-align:top;white-space:pre-wrap}\
th{background:#eee}.n{text-align:right}.red td:first-child{border-left:4px solid #b00}\
.yellow td:first-child{border-left:4px solid #c90}h1{font-size:1.4em}h2{font-size:1.1em}\
@media print{body{margin:0}}";

/// Returns a table as a page.
#[must_use]
pub fn write(table: &Table, look: &Look<'_>) -> String {
    page(&table.title, &body(table, look), look)
}

/// Returns a page around what is already HTML.
#[must_use]
pub fn page(title: &str, content: &str, look: &Look<'_>) -> String {
    let title = clean::html(&clean::line(title));
    let lang = look.words.language().tag();
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{content}</body>\n</html>\n"
    )
}

/// Returns the table alone.
#[must_use]
pub fn body(table: &Table, look: &Look<'_>) -> String {
    let mut out = String::from("<table>\n<tr>");
    for column in &table.columns {
        _ = write!(out, "<th>{}</th>", clean::html(&column.label));
    }
    out.push_str("</tr>\n");
    for cells in &table.rows {
        _ = write!(out, "<tr{}>", class(cells));
        for cell in cells {
            let side = if cell.is_quantity() {
                " class=\"n\""
            } else {
                ""
            };
            _ = write!(out, "<td{side}>{}</td>", clean::html(&cell.text(look)));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
    out
}

/// Rows that are loud are marked at their edge, beside the word in the row.
fn class(cells: &[Cell]) -> &'static str {
    let is = |colour: &str| {
        cells
            .iter()
            .any(|cell| matches!(cell, Cell::Word { word, .. } if word == colour))
    };
    if is("red") {
        " class=\"red\""
    } else if is("yellow") {
        " class=\"yellow\""
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::outlet::table::Column;
    use crate::i18n::{Language, Words};
    use proptest::prelude::*;

    fn written(text: &str) -> String {
        let words = Words::new(Language::En);
        let look = Look {
            words: &words,
            zone: chrono_tz::Asia::Shanghai,
        };
        let rows = vec![vec![Cell::Text(text.into()), Cell::word("red", "red")]];
        let columns = vec![Column::new("a", text), Column::new("b", "b")];
        write(
            &Table {
                title: text.into(),
                columns,
                rows,
            },
            &look,
        )
    }

    #[test]
    fn a_page_runs_and_loads_nothing() {
        let page = written("<script>alert(1)</script><img src=x onerror=y>\"'");
        assert!(page.contains(POLICY) && page.contains("<tr class=\"red\">"));
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("src=\""));
        assert!(page.contains("&lt;script&gt;"));
    }

    proptest! {
        #[test]
        fn texts_add_no_tags(text in "[<>&\"'/a-c \n]{0,20}") {
            let count = |page: &str| page.matches('<').count();
            prop_assert_eq!(count(&written(&text)), count(&written("x")));
        }
    }
}
