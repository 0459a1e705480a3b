//! Workbooks (XLSX, XLS) to the records that tables in text give, with the sheet's row numbers.
//!
//! Read by hand and not by a workbook library: these files come from anywhere, and the libraries
//! take in strings, sheets and chains of sectors whole before anybody can say stop. Here every
//! byte that is unpacked is counted against the limits below, and a sheet is read row by row.
//! Macros, pictures, links to other files and formulas are never opened: a cell is what the
//! program that saved it last put there.
//!
//! | file | reads |
//! |---|---|
//! | `archive` | the parts of an XLSX, unpacked under a meter |
//! | `xlsx` | workbook, strings, formats and rows of an XLSX |
//! | `compound` | the stream of an XLS out of its compound file |
//! | `xls` | strings, formats and rows of an XLS |
//! | `number` | numbers and dates of cells, by their digits |

use super::decode::Encoding;
use super::table::Record;
use super::{LineProblem, MAX_COLUMNS, sniff, unreadable};
use crate::problem::Problem;

mod archive;
mod compound;
mod number;
mod xls;
mod xlsx;

#[cfg(test)]
mod tests;

/// Largest workbook, in bytes, packed as it lies there.
pub const MAX_BOOK: usize = 48 << 20;
/// Most parts of an archive.
pub const MAX_PARTS: usize = 1_000;
/// Most sheets of a workbook.
pub const MAX_SHEETS: usize = 255;
/// Most bytes that all parts that are read may unpack to.
pub const MAX_UNPACKED: u64 = 256 << 20;
/// Most bytes out for each byte of the file, once more than [`RATIO_FROM`] came out. Honest
/// sheets pack to about a tenth, the tightest empty ones to a thirtieth.
pub const MAX_RATIO: u64 = 100;
/// From how many unpacked bytes on the ratio counts.
pub const RATIO_FROM: u64 = 4 << 20;
/// Most bytes of a tag, of a comment, or of a text between two tags.
pub const MAX_RUN: usize = 1 << 20;
/// Most elements of a part that are open at once.
pub const MAX_DEPTH: usize = 64;
/// Most bytes of text that cells share.
pub const MAX_STRINGS: usize = 48 << 20;
/// Longest text of a cell, in bytes: spreadsheets themselves end at 32,767 characters.
pub const MAX_CELL_TEXT: usize = 128 << 10;
/// Most bytes of text that the cells of a row show together.
pub const MAX_ROW_TEXT: usize = 4 << 20;
/// Most bytes of text that the cells of a sheet show together.
pub const MAX_SHEET_TEXT: usize = 96 << 20;
/// Most formats of cells.
pub const MAX_FORMATS: usize = 65_536;
/// Most rows of a sheet.
pub const MAX_ROWS: usize = 1 << 20;
/// Columns that a sheet can have.
const COLUMNS: usize = 1 << 14;

/// Why a workbook is not read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It unpacks to more than any export does.
    Swollen,
    /// It holds more sheets, parts, rows, formats or text than are read.
    Crowded,
    /// It is not whole, or not written as workbooks are.
    Damaged,
    /// It is encrypted.
    Locked,
    /// It is a file of the same wrapping, but no workbook.
    Other,
}

impl Fault {
    /// Says it to a person.
    fn problem(self, what: &str) -> Problem {
        match self {
            Self::Swollen => unreadable("problem-import-swollen")
                .arg("limit", MAX_UNPACKED >> 20)
                .hint("problem-import-swollen-hint"),
            Self::Crowded => {
                unreadable("problem-import-crowded").hint("problem-import-crowded-hint")
            }
            Self::Damaged => {
                unreadable("problem-import-workbook").hint("problem-import-workbook-hint")
            }
            Self::Locked => unreadable("problem-import-locked").hint("problem-import-locked-hint"),
            Self::Other => unreadable("problem-import-binary")
                .arg("what", what)
                .hint(sniff::binary_hint(what)),
        }
    }
}

/// A workbook that is open.
pub struct Book<'a>(Inner<'a>);

enum Inner<'a> {
    Xlsx(Box<xlsx::Book<'a>>),
    Xls(Box<xls::Book>),
}

impl<'a> Book<'a> {
    /// Opens a workbook by its content; `None` where the bytes are none.
    pub fn open(bytes: &'a [u8]) -> Result<Option<Self>, Problem> {
        let Some(what @ ("xlsx" | "xls")) = sniff::binary(bytes) else {
            return Ok(None);
        };
        if bytes.len() > MAX_BOOK {
            return Err(unreadable("problem-import-large").arg("limit", MAX_BOOK >> 20));
        }
        let opened = if what == "xlsx" {
            xlsx::Book::open(bytes).map(|book| Inner::Xlsx(Box::new(book)))
        } else {
            xls::Book::open(bytes).map(|book| Inner::Xls(Box::new(book)))
        };
        let book = Self(opened.map_err(|fault| fault.problem(what))?);
        match book.names().len() {
            0 => Err(Fault::Damaged.problem(what)),
            count if count > MAX_SHEETS => Err(Fault::Crowded.problem(what)),
            _ => Ok(Some(book)),
        }
    }

    /// Returns how it is written.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        match &self.0 {
            Inner::Xlsx(_) => Encoding::Xlsx,
            Inner::Xls(_) => Encoding::Xls,
        }
    }

    /// Returns the names of its sheets.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        match &self.0 {
            Inner::Xlsx(book) => names(book.sheets()),
            Inner::Xls(book) => names(book.sheets()),
        }
    }

    /// Returns the places of its sheets, those that people see before the hidden ones.
    #[must_use]
    pub fn seen_and_hidden(&self) -> [Vec<usize>; 2] {
        let hidden: Vec<bool> = match &self.0 {
            Inner::Xlsx(book) => book.sheets().iter().map(|one| one.is_hidden).collect(),
            Inner::Xls(book) => book.sheets().iter().map(|one| one.is_hidden).collect(),
        };
        let (hidden, seen) = (0..hidden.len()).partition(|at| hidden[*at]);
        [seen, hidden]
    }

    /// Returns the first records of a sheet.
    pub fn first(&mut self, sheet: usize, count: usize) -> Result<Vec<Record>, Problem> {
        self.records(sheet)?.take(count).collect()
    }

    /// Returns the remarks on a workbook of which one sheet was read: that it is hidden, and which
    /// others that people see could have been read too, by their first records.
    pub fn remarks(
        &mut self,
        read: usize,
        count: usize,
        is_known: impl Fn(Vec<Record>) -> bool,
    ) -> Vec<LineProblem> {
        let names: Vec<String> = self.names().into_iter().map(str::to_owned).collect();
        let [seen, hidden] = self.seen_and_hidden();
        let mut remarks = Vec::new();
        if hidden.contains(&read) {
            let reason = "import-remark-sheet-hidden";
            remarks.push(LineProblem::new(1, &names[read], reason, ""));
        }
        for other in seen.into_iter().filter(|sheet| *sheet != read) {
            // What is wrong with a sheet that is not read is nobody's trouble.
            if self.first(other, count).is_ok_and(&is_known) {
                let reason = "import-remark-sheet";
                remarks.push(LineProblem::new(1, &names[other], reason, &names[read]));
            }
        }
        remarks
    }

    /// Returns the rows of a sheet that are not empty; the row's number is its line.
    pub fn records(&mut self, sheet: usize) -> Result<Records<'_>, Problem> {
        let what = self.what();
        let rows = match &mut self.0 {
            Inner::Xlsx(book) => book.rows(sheet).map(|rows| Rows::Xlsx(Box::new(rows))),
            Inner::Xls(book) => book.rows(sheet).map(Rows::Xls),
        };
        Ok(Records {
            rows: rows.map_err(|fault| fault.problem(what))?,
            what,
            shown: 0,
            last: 0,
            is_over: false,
        })
    }

    const fn what(&self) -> &'static str {
        match &self.0 {
            Inner::Xlsx(_) => "xlsx",
            Inner::Xls(_) => "xls",
        }
    }
}

/// A sheet, and where it begins: the part's name, or the place in the stream.
struct Sheet<P> {
    name: String,
    is_hidden: bool,
    place: P,
}

fn names<P>(sheets: &[Sheet<P>]) -> Vec<&str> {
    sheets.iter().map(|sheet| sheet.name.as_str()).collect()
}

enum Rows<'b> {
    Xlsx(Box<xlsx::Rows<'b>>),
    Xls(xls::Rows<'b>),
}

/// The records of a sheet, one after another. Ends after the first trouble of the whole file.
pub struct Records<'b> {
    rows: Rows<'b>,
    what: &'static str,
    /// Bytes of text shown so far.
    shown: usize,
    /// The row before.
    last: usize,
    is_over: bool,
}

impl Records<'_> {
    fn read(&mut self) -> Result<Option<Record>, Fault> {
        loop {
            let row = match &mut self.rows {
                Rows::Xlsx(rows) => rows.read()?,
                Rows::Xls(rows) => rows.read()?,
            };
            let Some(row) = row else { return Ok(None) };
            if row.number <= self.last {
                return Err(Fault::Damaged);
            }
            if row.number > MAX_ROWS {
                return Err(Fault::Crowded);
            }
            self.last = row.number;
            self.shown += row.text;
            if self.shown > MAX_SHEET_TEXT {
                return Err(Fault::Crowded);
            }
            let record = Record {
                line: row.number,
                last: row.number,
                cells: row.cells,
            };
            if !record.is_blank() {
                return Ok(Some(record));
            }
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let read = self.read();
        self.is_over = !matches!(read, Ok(Some(_)));
        read.map_err(|fault| fault.problem(self.what)).transpose()
    }
}

/// A row while its cells come in, from left to right or in any order.
struct Row {
    /// Its number, from 1.
    number: usize,
    cells: Result<Vec<String>, &'static str>,
    /// Bytes of its cells' text.
    text: usize,
}

impl Row {
    const fn new(number: usize) -> Self {
        Self {
            number,
            cells: Ok(Vec::new()),
            text: 0,
        }
    }

    /// Puts a text into a column, from 0. What no export has refuses the row, what no sheet can
    /// have the file.
    fn put(&mut self, column: usize, text: String) -> Result<(), Fault> {
        if column >= COLUMNS {
            return Err(Fault::Damaged);
        }
        self.text += text.len();
        if self.text > MAX_ROW_TEXT {
            return Err(Fault::Crowded);
        }
        if text.is_empty() {
            return Ok(());
        }
        let Ok(cells) = &mut self.cells else {
            return Ok(());
        };
        if column >= MAX_COLUMNS {
            self.cells = Err("import-line-columns");
        } else if text.len() > MAX_CELL_TEXT {
            self.cells = Err("import-line-cell");
        } else {
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            cells[column] = text;
        }
        Ok(())
    }
}

/// Texts that cells share, one behind the other in one piece of memory: a workbook can name
/// millions of empty ones.
#[derive(Default)]
struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Ends the text that was added to [`Self::text`] since the last one.
    fn end(&mut self) -> Result<(), Fault> {
        let length = self.text.len() - self.begin(self.ends.len());
        // Too long to be shown: the first bytes too many are kept, so that its rows are refused.
        if length > MAX_CELL_TEXT + 4 {
            let mut end = self.begin(self.ends.len()) + MAX_CELL_TEXT + 4;
            while !self.text.is_char_boundary(end) {
                end -= 1;
            }
            self.text.truncate(end);
        }
        if self.text.len() > MAX_STRINGS || self.ends.len() >= MAX_STRINGS / 4 {
            return Err(Fault::Crowded);
        }
        self.ends.push(self.text.len() as u32);
        Ok(())
    }

    fn begin(&self, at: usize) -> usize {
        match at.checked_sub(1) {
            Some(before) => self.ends.get(before).map_or(0, |end| *end as usize),
            None => 0,
        }
    }

    fn get(&self, at: usize) -> Result<&str, Fault> {
        let end = *self.ends.get(at).ok_or(Fault::Damaged)? as usize;
        self.text.get(self.begin(at)..end).ok_or(Fault::Damaged)
    }
}
