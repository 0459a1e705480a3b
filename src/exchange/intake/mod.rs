//! Outside data in: bytes of files, one typed line, a pasted chat, to plain structs.
//!
//! Nothing here knows a store or reads a clock: what these functions return is
//! the whole of what was read, and `desk` turns it into events. What cannot be
//! read is refused line by line with field and reason, never guessed.
//!
//! | file | reads |
//! |---|---|
//! | [`decode`] | bytes to text, the encoding named, bad bytes by line |
//! | [`sniff`] | what sort of file it is |
//! | [`table`] | CSV and TSV to records with line numbers |
//! | [`sheets`] | workbooks (XLSX, XLS) to such records |
//! | [`json`] | JSON with numbers as their digits |
//! | [`values`] | money and integers of a cell |
//! | [`times`] | times of cells and file names |
//! | [`day`] | the day that a file is about, in its name |
//! | [`profiles`] | which platform's table it is: data in `assets/profiles` |
//! | [`rows`] | records of a table to [`Row`]s |
//! | [`orders_json`] | orders as JSON to [`Row`]s |
//! | [`conversations`] | conversations as JSON lines |
//! | [`replies`] | canned replies: TOML, tables, espanso |
//! | [`old_table`] | the table that a shop kept before |
//! | [`capture`] | the one line (`assets/capture.toml`) |
//! | [`chats`] | a pasted chat (`assets/chats.toml`) |

use chrono::NaiveDate;
use chrono_tz::Tz;
use unicode_normalization::UnicodeNormalization;

use crate::problem::{Kind as ProblemKind, Problem};

pub mod capture;
pub mod chats;
pub mod conversations;
pub mod day;
pub mod decode;
pub mod file;
pub mod json;
pub mod old_table;
pub mod orders_json;
pub mod profiles;
pub mod replies;
pub mod rows;
mod scores;
mod settle;
pub mod sheets;
pub mod sniff;
pub mod table;
pub mod times;
pub mod values;

#[cfg(test)]
mod scores_tests;
#[cfg(test)]
mod tests;

pub use day::NamedDay;
pub use decode::Encoding;
pub use profiles::Profiles;
pub use scores::shop_and_own;
pub use sniff::{Format, Kind};
pub use times::DateOrder;

/// Longest file, in bytes.
pub const MAX_FILE: usize = 256 << 20;
/// Most lines of a file.
pub const MAX_LINES: usize = 1_000_000;
/// Longest cell, in bytes.
pub const MAX_CELL: usize = 1 << 20;
/// Most cells of a record.
pub const MAX_COLUMNS: usize = 1_000;
/// Most problems that are kept one by one; the rest is only counted.
pub const MAX_PROBLEMS: usize = 1_000;
/// Longest text that may be a number or a header, in bytes, with all that programs wrap around it.
const MAX_SHORT: usize = 1_024;
/// Longest value that a problem repeats, in characters.
const SHOWN: usize = 80;

/// What the person says about the file beside its bytes.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// Name of the file without its folder: may hold the time of the export.
    pub file_name: &'a str,
    /// What the file holds, where the person says so.
    pub kind: Option<Kind>,
    /// Name of the profile to use, where the person says so.
    pub profile: Option<&'a str>,
    /// The account (one store on one platform) whose data this is.
    pub account: Option<&'a str>,
    /// Currency of the account, where neither the file nor its profile says so.
    pub currency: Option<&'a str>,
    /// When the export was made, ms UTC.
    pub exported_at: Option<i64>,
    /// Reads dates whose day and month are open.
    pub date_order: Option<DateOrder>,
    /// The day that the file is about, where neither its name nor its cells say so.
    pub day: Option<NaiveDate>,
    /// The shop's zone: of all times in the file that carry no offset.
    pub zone: Tz,
}

/// A cell as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text as received; numbers of orders and parcels are cleaned.
    Text(String),
    /// An amount in minor units of a currency (ISO 4217).
    Money {
        /// Minor units.
        minor: i64,
        /// Currency, three capital letters.
        currency: String,
    },
    /// A time, ms UTC.
    Time(i64),
    /// A whole number.
    Integer(i64),
    /// One of our words, with the platform's text that it stands for.
    Choice {
        /// Our word.
        value: String,
        /// The text of the file.
        text: String,
    },
    /// The column is there and empty.
    Absent,
}

impl Cell {
    /// A status text: one of our words where it is listed, `unknown` where the
    /// cell has that word, else the text as it stands.
    fn status(cell: &str, word: Option<&str>, text: &str) -> Self {
        let unknown = cell.ends_with("state") && cell != "goods_state";
        match word.or(unknown.then_some("unknown")) {
            Some(word) => Self::Choice {
                value: word.to_owned(),
                text: text.to_owned(),
            },
            None => Self::Text(text.to_owned()),
        }
    }
}

/// A record of the file: cells of one record of a register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Line of the file on which it begins, from 1.
    pub line: usize,
    /// Register: `order`, `case`, `parcel`, `review`, `performance`.
    pub register: &'static str,
    /// Platform that the profile stands for; `None` for the generic one.
    pub platform: Option<String>,
    /// Account by the option, else by a column of the file.
    pub account: Option<String>,
    /// The natural number from which the record's id is derived, cleaned.
    pub number: String,
    /// Cells by path: a field's name, or `lines/SUB/CELL`.
    pub cells: Vec<(String, Cell)>,
}

impl Row {
    /// The cell at this path.
    #[must_use]
    pub fn cell(&self, path: &str) -> Option<&Cell> {
        self.cells
            .iter()
            .find(|(name, _)| name == path)
            .map(|(_, cell)| cell)
    }
}

/// Something of a file that was not taken, or taken with a remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineProblem {
    /// Line of the file, from 1.
    pub line: usize,
    /// Column header or cell name; empty where it is about the line.
    pub field: String,
    /// Id of the sentence that says why.
    pub reason: &'static str,
    /// The value in question, cleaned and shortened.
    pub value: String,
}

impl LineProblem {
    /// A problem about this value of this field.
    #[must_use]
    pub fn new(line: usize, field: &str, reason: &'static str, value: &str) -> Self {
        Self {
            line,
            field: shown(field),
            reason,
            value: shown(value),
        }
    }
}

/// All that was read from one file.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// What the file holds.
    pub kind: Kind,
    /// How it is written.
    pub format: Format,
    /// Its encoding.
    pub encoding: Encoding,
    /// Name of the profile used.
    pub profile: Option<String>,
    /// When the export was made, ms UTC: the option, else the time in the file's
    /// name, else the latest time in any cell but deadlines.
    pub exported_at: Option<i64>,
    /// The day that all of it is about, of a file that is about one.
    pub day: Option<NamedDay>,
    /// Records of the file (lines of a table without its head, objects).
    pub read: usize,
    /// How many of them were refused.
    pub refused: usize,
    /// Rows of orders, cases, parcels, reviews, of the sheet of each agent.
    pub rows: Vec<Row>,
    /// Conversations.
    pub conversations: Vec<conversations::Conversation>,
    /// Canned replies.
    pub replies: Vec<replies::Reply>,
    /// Why records were refused, the first [`MAX_PROBLEMS`].
    pub problems: Vec<LineProblem>,
    /// Remarks on what was taken: unknown status texts.
    pub remarks: Vec<LineProblem>,
    /// Headers that no cell was read from.
    pub unused: Vec<String>,
}

impl Parsed {
    fn new(kind: Kind, format: Format, encoding: Encoding) -> Self {
        Self {
            kind,
            format,
            encoding,
            profile: None,
            exported_at: None,
            day: None,
            read: 0,
            refused: 0,
            rows: Vec::new(),
            conversations: Vec::new(),
            replies: Vec::new(),
            problems: Vec::new(),
            remarks: Vec::new(),
            unused: Vec::new(),
        }
    }

    fn refuse(&mut self, problem: LineProblem) {
        self.refused += 1;
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }

    fn remark(&mut self, problem: LineProblem) {
        if self.remarks.len() < MAX_PROBLEMS {
            self.remarks.push(problem);
        }
    }
}

/// Reads a file of any kind.
///
/// Fails where the file as a whole cannot be read: too large, of a kind that is
/// no text, without a known header, not JSON. Single lines are refused in
/// [`Parsed::problems`].
pub fn read(bytes: &[u8], options: &Options<'_>, profiles: &Profiles) -> Result<Parsed, Problem> {
    if bytes.len() > MAX_FILE {
        return Err(unreadable("problem-import-large").arg("limit", MAX_FILE >> 20));
    }
    if let Some(mut book) = sheets::Book::open(bytes)? {
        return rows::read_book(&mut book, options, profiles);
    }
    if let Some(what) = sniff::binary(bytes) {
        return Err(unreadable("problem-import-binary")
            .arg("what", what)
            .hint(sniff::binary_hint(what)));
    }
    let decoded = decode::decode(bytes);
    if decoded.text.trim().is_empty() {
        return Err(unreadable("problem-import-empty"));
    }
    let format = sniff::format(&decoded.text, options.file_name);
    match format {
        Format::Table => rows::read(&decoded, options, profiles),
        Format::Json | Format::JsonLines => read_json(&decoded, format, options, profiles),
        Format::Toml | Format::Yaml => replies::read(&decoded, format, options),
    }
}

fn read_json(
    decoded: &decode::Decoded,
    format: Format,
    options: &Options<'_>,
    profiles: &Profiles,
) -> Result<Parsed, Problem> {
    let conversations = match options.kind {
        Some(Kind::Conversations) => true,
        Some(Kind::Orders | Kind::Items) => false,
        Some(other) => {
            return Err(unreadable("problem-import-kind").arg("what", other.word()));
        }
        None => sniff::holds_conversations(&decoded.text),
    };
    if conversations {
        conversations::read(decoded, format, options)
    } else {
        orders_json::read(decoded, format, options, profiles)
    }
}

fn unreadable(message: &'static str) -> Problem {
    Problem::new(ProblemKind::Unreadable, message)
}

fn shown(text: &str) -> String {
    // What is cut off need not be cleaned first: a cell may be a million letters long.
    let end = text.char_indices().nth(SHOWN * 4).map(|(at, _)| at);
    let line = crate::text::clean::line(&text[..end.unwrap_or(text.len())]);
    if end.is_none() && line.chars().count() <= SHOWN {
        return line.into_owned();
    }
    line.chars().take(SHOWN).chain(['…']).collect()
}

/// Says whether the platform has hidden part of the value: `t**3`, `张*`,
/// `138****8000`, `##…`, `$$…`, `****`, `~…~` (PDD's sealed values).
///
/// A masked value identifies nobody: it never derives an id and never merges.
#[must_use]
pub fn is_masked(text: &str) -> bool {
    let text = text.trim();
    text.contains(['*', '＊', '●'])
        || text.starts_with("##")
        || text.starts_with("$$")
        || text.starts_with("＃＃")
        || text.starts_with("＄＄")
        || (text.len() > 16 && text.starts_with('~') && text.ends_with('~'))
}

/// Takes the wrapping off a cell that a program put there to keep digits as
/// text: `="…"`, a leading `'`, tabs and invisible characters around it.
#[must_use]
pub fn unwrap_cell(text: &str) -> &str {
    let invisible = |c: char| {
        c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{200f}')
    };
    let text = text.trim_matches(invisible);
    let inner = text
        .strip_prefix('=')
        .and_then(|rest| rest.strip_prefix('"'))
        .and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) => inner.trim_matches(invisible),
        // `="` alone is what is left of an empty cell.
        None if text == "=\"" => "",
        None => text
            .strip_prefix('\'')
            .filter(|rest| !rest.ends_with('\''))
            .map_or(text, |rest| rest.trim_matches(invisible)),
    }
}

/// The one spelling of a number (order, sub-order, refund, parcel, review) from
/// which ids are derived: NFKC, unwrapped, without spaces, letters in capitals.
#[must_use]
pub fn clean_number(text: &str) -> String {
    let folded: String = text.nfkc().collect();
    unwrap_cell(&folded)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}'))
        .flat_map(char::to_uppercase)
        .collect()
}

/// A header for comparing; nothing where the cell is too long to be one.
fn fold_header(cell: &str) -> String {
    if cell.len() > MAX_SHORT {
        return String::new();
    }
    fold_name(unwrap_cell(cell))
}

/// A header or status text for comparing: folded, without spaces and marks of order.
#[must_use]
pub(crate) fn fold_name(text: &str) -> String {
    crate::text::fold::fold(text)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}'))
        .collect()
}
