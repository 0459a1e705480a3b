//! Text to records of cells, with line numbers.
//!
//! Written by hand and not by the `csv` crate because real exports are damaged:
//! a quote that nobody closes must cost its own line and not the rest of the
//! file, and every record must know its lines.

use super::{MAX_CELL, MAX_COLUMNS};

/// Lines that a record may span before its open quote counts as damage.
const MAX_SPAN: usize = 200;

/// A record of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its first line, from 1.
    pub line: usize,
    /// Its last line.
    pub last: usize,
    /// Its cells as they stand in the file, quotes resolved; or the id of the
    /// sentence that says why the line cannot be read.
    pub cells: Result<Vec<String>, &'static str>,
}

impl Record {
    /// Returns whether it has no cell with anything in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        let blank = |cells: &Vec<String>| cells.iter().all(|cell| cell.trim().is_empty());
        self.cells.as_ref().is_ok_and(blank)
    }
}

/// Reads records; lines without any cell are passed over.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a str,
    line: usize,
    delimiter: char,
}

impl<'a> Reader<'a> {
    /// Reads this text, cells divided by `delimiter`.
    #[must_use]
    pub const fn new(text: &'a str, delimiter: char) -> Self {
        Self {
            rest: text,
            line: 1,
            delimiter,
        }
    }

    /// Reads one record from the front; what it took is gone afterwards.
    fn record(&mut self) -> Record {
        let line = self.line;
        match split(self.rest, self.delimiter) {
            Ok((cells, taken)) => {
                self.advance(taken);
                Record {
                    line,
                    last: self.line.saturating_sub(1).max(line),
                    cells: Ok(cells),
                }
            }
            Err(reason) => {
                // Only the first line is given up; the next may be whole again.
                let end = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
                self.advance(end);
                Record {
                    line,
                    last: line,
                    cells: Err(reason),
                }
            }
        }
    }

    fn advance(&mut self, taken: usize) {
        let (done, rest) = self.rest.split_at(taken);
        self.line += done.bytes().filter(|byte| *byte == b'\n').count();
        self.rest = rest;
    }
}

impl Iterator for Reader<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        while !self.rest.is_empty() {
            let record = self.record();
            if !record.is_blank() {
                return Some(record);
            }
        }
        None
    }
}

/// The cells of the first record, and how many bytes it took.
fn split(text: &str, delimiter: char) -> Result<(Vec<String>, usize), &'static str> {
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        if cells.len() >= MAX_COLUMNS {
            return Err("import-line-columns");
        }
        let (cell, next) = if text[at..].starts_with('"') {
            quoted(text, at + 1, delimiter)?
        } else {
            plain(text, at, delimiter)
        };
        if cell.len() > MAX_CELL {
            return Err("import-line-cell");
        }
        cells.push(cell);
        let rest = &text[next..];
        if rest.starts_with(delimiter) {
            at = next + delimiter.len_utf8();
        } else {
            let ending = if rest.starts_with("\r\n") {
                2
            } else {
                rest.len().min(1)
            };
            return Ok((cells, next + ending));
        }
    }
}

/// A cell without quotes, up to the delimiter or the end of the line.
fn plain(text: &str, from: usize, delimiter: char) -> (String, usize) {
    let rest = &text[from..];
    let end = rest.find([delimiter, '\n']).unwrap_or(rest.len());
    let end = if rest[end..].starts_with('\n') && rest[..end].ends_with('\r') {
        end - 1
    } else {
        end
    };
    (rest[..end].to_owned(), from + end)
}

/// A cell in quotes, from behind the first; a doubled quote stands for one.
fn quoted(text: &str, from: usize, delimiter: char) -> Result<(String, usize), &'static str> {
    let mut cell = String::new();
    let mut at = from;
    let mut lines = 0;
    loop {
        let rest = &text[at..];
        let end = rest.find(['"', '\n']).ok_or("import-line-quote")?;
        if end + cell.len() > MAX_CELL {
            return Err("import-line-cell");
        }
        let after = &rest[end + 1..];
        if rest[end..].starts_with('\n') {
            lines += 1;
            if lines > MAX_SPAN {
                return Err("import-line-quote");
            }
            cell.push_str(&rest[..=end]);
            at += end + 1;
        } else if after.starts_with('"') {
            cell.push_str(&rest[..=end]);
            at += end + 2;
        } else {
            cell.push_str(&rest[..end]);
            // What stands between the closing quote and the delimiter belongs to
            // the cell, as every spreadsheet reads it.
            let (tail, next) = plain(text, at + end + 1, delimiter);
            cell.push_str(&tail);
            return Ok((cell, next));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(text: &str) -> Vec<(usize, Result<Vec<String>, &'static str>)> {
        Reader::new(text, ',')
            .map(|record| (record.line, record.cells))
            .collect()
    }

    fn ok(line: usize, cells: &[&str]) -> (usize, Result<Vec<String>, &'static str>) {
        (
            line,
            Ok(cells.iter().map(|cell| (*cell).to_owned()).collect()),
        )
    }

    #[test]
    fn records_know_their_lines() {
        let text = "\n\na,b\r\n1,\"x\ny\"\r\n\r\n=\"3\",\"a \"\"b\"\"\",\n";
        assert_eq!(
            cells(text),
            [
                ok(3, &["a", "b"]),
                ok(4, &["1", "x\ny"]),
                ok(7, &["=\"3\"", "a \"b\"", ""]),
            ]
        );
        let record = Reader::new("\"a\nb\",c\nd", ',').next().unwrap();
        assert_eq!((record.line, record.last), (1, 2));
    }

    #[test]
    fn an_open_quote_costs_its_own_line() {
        let text = "a,b\n1,\"open\n2,x\n3,y";
        assert_eq!(
            cells(text),
            [
                ok(1, &["a", "b"]),
                (2, Err("import-line-quote")),
                ok(3, &["2", "x"]),
                ok(4, &["3", "y"]),
            ]
        );
    }

    #[test]
    fn wide_and_endless_records_end() {
        let wide = ",".repeat(5000);
        assert_eq!(cells(&format!("x{wide}\n1,2")).len(), 2);
        let endless = "\"a\n".repeat(50_000);
        assert!(cells(&endless).len() > 10_000);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[a\",\r\n\t 订]{0,60}", delimiter in "[,\t;]") {
            let delimiter = delimiter.chars().next().unwrap_or(',');
            let lines = text.matches('\n').count() + 1;
            for record in Reader::new(&text, delimiter) {
                prop_assert!(record.line <= record.last && record.last <= lines);
            }
        }

        #[test]
        fn written_tables_are_read_back(rows in proptest::collection::vec(
            proptest::collection::vec("[a\",\r\n 订]{0,6}", 2..4), 1..5)) {
            let mut text = String::new();
            for row in &rows {
                let quoted: Vec<String> =
                    row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
                text.push_str(&quoted.join(","));
                text.push_str("\r\n");
            }
            let want: Vec<_> = rows.iter()
                .filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).cloned().collect();
            let got: Vec<_> = Reader::new(&text, ',').map(|record| record.cells.unwrap()).collect();
            prop_assert_eq!(got, want);
        }
    }
}
