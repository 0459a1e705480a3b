//! The table that a shop kept before: its columns proposed by header and content
//! (`assets/profiles/old_table.toml`), its rows as plain cells. What a column means is a
//! person's to confirm.

use std::collections::HashMap;
use std::sync::OnceLock;

use chrono_tz::Tz;
use serde::Deserialize;

use super::decode::{self, Encoding};
use super::sheets::Book;
use super::table::{Reader, Record};
use super::{
    LineProblem, MAX_FILE, MAX_LINES, MAX_SHORT, clean_number, fold_name, sniff, times, unreadable,
};
use super::{unwrap_cell, values};
use crate::problem::Problem;

/// Records among which the header is looked for: some sheets carry titles above.
const HEAD: usize = 20;
/// Rows whose content says what a column holds.
const LOOKED: usize = 200;
/// Cells of a column that a person is shown.
const SHOWN: usize = 3;

/// What a column means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Meaning {
    /// The order's number.
    Order,
    /// The buyer's name.
    Buyer,
    /// What the buyer asked for.
    Kind,
    /// Why.
    Reason,
    /// The sum.
    Amount,
    /// When it was registered.
    Date,
    /// Who sees to it.
    Owner,
    /// Whether anything is left to do.
    State,
    /// What was written about it.
    Words,
    /// The number under which the goods come back.
    Waybill,
    /// Nothing of ours: kept beside the rest as it stands.
    #[default]
    Other,
}

impl Meaning {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 11] = [
        Self::Other,
        Self::Order,
        Self::Buyer,
        Self::Kind,
        Self::Reason,
        Self::Amount,
        Self::Date,
        Self::Owner,
        Self::State,
        Self::Words,
        Self::Waybill,
    ];

    /// Returns its word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Buyer => "buyer",
            Self::Kind => "kind",
            Self::Reason => "reason",
            Self::Amount => "amount",
            Self::Date => "date",
            Self::Owner => "owner",
            Self::State => "state",
            Self::Words => "words",
            Self::Waybill => "waybill",
            Self::Other => "other",
        }
    }

    /// Returns what a word in a file means.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    headers: HashMap<String, Vec<String>>,
    state: HashMap<String, Vec<String>>,
    kind: HashMap<String, Vec<String>>,
    reason: HashMap<String, Vec<String>>,
}

fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        // A test holds that the compiled-in file is whole.
        toml::from_str(include_str!("../../../assets/profiles/old_table.toml")).unwrap_or_default()
    })
}

fn word_of<'a>(list: &'a HashMap<String, Vec<String>>, text: &str) -> Option<&'a str> {
    let folded = fold_name(text);
    let is = |texts: &[String]| texts.iter().any(|one| fold_name(one) == folded);
    let mut found = list.iter().filter(|(_, texts)| is(texts));
    found.next().map(|(word, _)| word.as_str())
}

/// Our word for a kind of case as a table spells it.
pub fn kind(text: &str) -> Option<&'static str> {
    word_of(&known().kind, text)
}

/// Our word for a reason as a table spells it.
pub fn reason(text: &str) -> Option<&'static str> {
    word_of(&known().reason, text)
}

/// Whether a state says that nothing is left to do; what nobody knows is open.
pub fn is_done(text: &str) -> bool {
    word_of(&known().state, text) == Some("done")
}

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldRow {
    /// Its line in the file, from 1.
    pub line: usize,
    /// Its cells, unwrapped, one a column.
    pub cells: Vec<String>,
}

/// A table of which nobody has said yet what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldTable {
    /// The headers.
    pub headers: Vec<String>,
    /// The lines below them.
    pub rows: Vec<OldRow>,
    /// What could not be read.
    pub problems: Vec<LineProblem>,
    /// Which other sheets of a workbook were not read.
    pub remarks: Vec<LineProblem>,
    /// How it is encoded.
    pub encoding: &'static str,
}

/// Reads a table of any headers.
///
/// Fails where it is no table.
pub fn read(bytes: &[u8]) -> Result<OldTable, Problem> {
    if bytes.len() > MAX_FILE {
        return Err(unreadable("problem-import-large").arg("limit", MAX_FILE >> 20));
    }
    if let Some(mut book) = Book::open(bytes)? {
        return read_book(&mut book);
    }
    if let Some(what) = sniff::binary(bytes) {
        return Err(unreadable("problem-import-binary")
            .arg("what", what)
            .hint(sniff::binary_hint(what)));
    }
    let decoded = decode::decode(bytes);
    let mut best: Option<(Head, char)> = None;
    for delimiter in ['\t', ',', ';'] {
        let records = Reader::new(&decoded.text, delimiter).take(HEAD);
        if let Some(found) = head(records)
            && best
                .as_ref()
                .is_none_or(|(before, _)| before.named < found.named)
        {
            best = Some((found, delimiter));
        }
    }
    let Some((head, delimiter)) = best else {
        return Err(unreadable("problem-import-empty"));
    };
    let records = Reader::new(&decoded.text, delimiter).map(|mut record| {
        let mut bad = decoded.bad.range(record.line..=record.last);
        if record.cells.is_ok() && bad.next().is_some() {
            record.cells = Err("import-line-bytes");
        }
        Ok(record)
    });
    read_below(head, decoded.encoding, records)
}

/// Reads the first sheet with a header that is known, else the first that has any; a hidden one
/// only where no other has any.
fn read_book(book: &mut Book<'_>) -> Result<OldTable, Problem> {
    let mut best: Option<(Head, usize)> = None;
    for group in book.seen_and_hidden() {
        for sheet in group {
            let Some(found) = head(book.first(sheet, HEAD)?.into_iter()) else {
                continue;
            };
            let is_known = found.named > 0;
            if is_known || best.is_none() {
                best = Some((found, sheet));
            }
            if is_known {
                break;
            }
        }
        if best.is_some() {
            break;
        }
    }
    let Some((found, sheet)) = best else {
        return Err(unreadable("problem-import-empty"));
    };
    let encoding = book.encoding();
    let mut table = read_below(found, encoding, book.records(sheet)?)?;
    table.remarks = book.remarks(sheet, HEAD, |first| {
        head(first.into_iter()).is_some_and(|found| found.named > 0)
    });
    Ok(table)
}

/// Reads the records below the header.
fn read_below(
    head: Head,
    encoding: Encoding,
    records: impl Iterator<Item = Result<Record, Problem>>,
) -> Result<OldTable, Problem> {
    let mut table = OldTable {
        headers: head.cells,
        rows: Vec::new(),
        problems: Vec::new(),
        remarks: Vec::new(),
        encoding: encoding.name(),
    };
    for record in records {
        let record = record?;
        if record.line <= head.line {
            continue;
        }
        if table.rows.len() >= MAX_LINES {
            return Err(unreadable("problem-import-lines").arg("limit", MAX_LINES));
        }
        match record.cells {
            Ok(cells) => table.take(record.line, &cells),
            Err(reason) => {
                let problem = LineProblem::new(record.line, "", reason, "");
                table.problems.push(problem);
            }
        }
    }
    Ok(table)
}

/// A header.
struct Head {
    /// How many of its cells are known.
    named: usize,
    /// Its last line.
    line: usize,
    cells: Vec<String>,
}

/// Returns the record that looks most like a header: by headers that are known, else the first
/// with two cells.
fn head(records: impl Iterator<Item = Record>) -> Option<Head> {
    let mut best: Option<Head> = None;
    for record in records {
        let Ok(cells) = record.cells else { continue };
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| unwrap_cell(cell).to_owned())
            .collect();
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        if filled < 2 {
            continue;
        }
        let known = cells.iter().filter(|cell| by_header(cell).is_some());
        let named = known.count();
        if best.as_ref().is_none_or(|before| before.named < named) {
            best = Some(Head {
                named,
                line: record.last,
                cells,
            });
        }
    }
    best
}

fn by_header(header: &str) -> Option<Meaning> {
    if header.len() > MAX_SHORT {
        return None;
    }
    word_of(&known().headers, header).and_then(Meaning::of)
}

impl OldTable {
    fn take(&mut self, line: usize, cells: &[String]) {
        let width = self.headers.len();
        let cell = |at: usize| {
            cells
                .get(at)
                .map(|cell| unwrap_cell(cell).to_owned())
                .unwrap_or_default()
        };
        let cells: Vec<String> = (0..width).map(cell).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            self.rows.push(OldRow { line, cells });
        }
    }

    /// Returns the first different cells of a column, for a person to look at.
    pub fn samples(&self, column: usize) -> Vec<&str> {
        let mut shown: Vec<&str> = Vec::new();
        for cell in self.rows.iter().filter_map(|row| row.cells.get(column)) {
            if shown.len() == SHOWN {
                break;
            }
            if !cell.is_empty() && !shown.contains(&cell.as_str()) {
                shown.push(cell);
            }
        }
        shown
    }

    /// Returns what each column probably means, by its header, else by what stands in it. No
    /// two columns mean the same, but for words.
    pub fn propose(&self, zone: Tz) -> Vec<Meaning> {
        let mut proposed: Vec<Option<Meaning>> = self
            .headers
            .iter()
            .map(|header| by_header(header))
            .collect();
        let mut taken = Vec::new();
        for one in &mut proposed {
            match one {
                Some(Meaning::Words) | None => {}
                Some(meaning) if taken.contains(meaning) => *one = None,
                Some(meaning) => taken.push(*meaning),
            }
        }
        for (column, one) in proposed.iter_mut().enumerate() {
            // A second column of a known header is no riddle: it is one more of the same.
            let is_named = by_header(&self.headers[column]).is_some();
            if one.is_none()
                && !is_named
                && let Some(meaning) = self.by_content(column, zone)
                && !taken.contains(&meaning)
            {
                taken.push(meaning);
                *one = Some(meaning);
            }
        }
        proposed
            .into_iter()
            .map(Option::unwrap_or_default)
            .collect()
    }

    /// What most of a column's cells are.
    fn by_content(&self, column: usize, zone: Tz) -> Option<Meaning> {
        let cells: Vec<&str> = self
            .rows
            .iter()
            .take(LOOKED)
            .filter_map(|row| row.cells.get(column))
            .map(String::as_str)
            .filter(|cell| !cell.is_empty())
            .collect();
        let most = |is: &dyn Fn(&str) -> bool| {
            let count = cells.iter().filter(|cell| is(cell)).count();
            !cells.is_empty() && count * 3 >= cells.len() * 2
        };
        let is_order = |cell: &str| {
            let number = clean_number(cell);
            (15..=20).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
        };
        let is_date = |cell: &str| times::time(cell, zone, None).is_ok();
        let is_state = |cell: &str| word_of(&known().state, cell).is_some();
        let is_money = |cell: &str| values::money(cell, "CNY").is_ok();
        let forms: [(Meaning, &dyn Fn(&str) -> bool); 6] = [
            (Meaning::Order, &is_order),
            (Meaning::Date, &is_date),
            (Meaning::Kind, &|cell| kind(cell).is_some()),
            (Meaning::Reason, &|cell| reason(cell).is_some()),
            (Meaning::State, &is_state),
            (Meaning::Amount, &is_money),
        ];
        forms
            .into_iter()
            .find(|(_, is)| most(is))
            .map(|(meaning, _)| meaning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::registers::case;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn proposed(text: &str) -> (OldTable, Vec<Meaning>) {
        let table = read(text.as_bytes()).unwrap();
        let meanings = table.propose(ZONE);
        (table, meanings)
    }

    #[test]
    fn columns_are_proposed_by_header_and_by_content() {
        use Meaning::{Amount, Buyer, Date, Kind, Order, Other, Owner, State, Words};
        let (table, meanings) = proposed(
            "青禾家居 售后登记,,,,,,\n\
             日期,旺旺,订单号,类型,金额,处理结果,客服\n\
             2026/11/20,春天里,4031902847193516613,退货退款,129.00,待寄回,林晓\n",
        );
        assert_eq!(meanings, [Date, Buyer, Order, Kind, Amount, State, Owner]);
        assert_eq!((table.rows.len(), table.rows[0].line), (1, 3));
        let (table, meanings) = proposed(
            "a\tb\tc\td\te\n\
             4031902847193516613\t退款\t11.5\t已退\thello\n\
             4031902847193516614\t换货\t12\t跟进中\tworld\n\
             4031902847193516615\t补发\t8\t√\tworld\n",
        );
        assert_eq!(meanings, [Order, Kind, Amount, State, Other]);
        assert_eq!(table.samples(4), ["hello", "world"]);
        // Two columns of one header are one of each.
        let (_, meanings) = proposed("单号,订单号,备注,说明\n1,2,x,y\n");
        assert_eq!(meanings, [Order, Other, Words, Words]);
    }

    #[test]
    fn words_of_tables_are_words_of_the_register() {
        for word in known().kind.keys() {
            assert!(case::KINDS.values.contains(&word.as_str()), "{word}");
        }
        for word in known().reason.keys() {
            assert!(case::REASONS.values.contains(&word.as_str()), "{word}");
        }
        for word in known().headers.keys() {
            assert!(Meaning::of(word).is_some(), "{word}");
        }
        assert!(is_done("已退款") && is_done(" OK ") && !is_done("等买家寄回"));
        assert_eq!(kind("換貨"), Some("exchange"));
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert!(read(b"").is_err());
        assert!(read(b"PK\x03\x04xxxxxxxx").is_err());
        assert!(read(b"PK\x03\x04xl/workbook.xml").is_err());
        assert!(read("只有一句话\n".as_bytes()).is_err());
    }
}
