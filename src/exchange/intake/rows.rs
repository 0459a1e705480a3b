//! Records of a table to rows, by the profile that fits its headers.
//!
//! Rows of one number are one [`Row`]: an order with three lines in the file is
//! one order with three lines.

use std::collections::{HashMap, HashSet};

use super::decode::{Decoded, Encoding};
use super::profiles::{Column, Lines, Profile, Profiles, Type, number_cell};
use super::scores::{day_of, nick};
use super::sheets::Book;
use super::sniff::{Format, Kind};
use super::table::{Reader, Record};
use super::{
    Cell, LineProblem, MAX_LINES, MAX_SHORT, Options, Parsed, Row, clean_number, fold_header,
    is_masked, replies, settle, times, unreadable, unwrap_cell, values,
};
use crate::domain::registers::performance;
use crate::problem::Problem;

/// Records among which the header is looked for: some sheets carry titles above.
const HEAD: usize = 20;

/// A table with the profile that reads it.
struct Table<'a> {
    profile: &'a Profile,
    columns: Vec<Column>,
    headers: Vec<String>,
    head_line: usize,
}

/// What of two headers is the better one: that of a platform, then the one with more cells.
type Rank = (bool, usize);

/// Reads a table of orders, items, refunds, parcels, reviews, replies, or of what each agent came
/// to.
pub fn read(
    decoded: &Decoded,
    options: &Options<'_>,
    profiles: &Profiles,
) -> Result<Parsed, Problem> {
    let forced = forced(options, profiles)?;
    let mut best: Option<(Rank, Table<'_>, char)> = None;
    for delimiter in [',', '\t', ';'] {
        let records = Reader::new(&decoded.text, delimiter).take(HEAD);
        let whole = records.filter(|record| damaged(decoded, record).is_none());
        if let Some((rank, table)) = head(whole, forced, options, profiles)
            && best.as_ref().is_none_or(|(before, ..)| *before < rank)
        {
            best = Some((rank, table, delimiter));
        }
    }
    let (_, table, delimiter) = best.ok_or_else(|| no_header(decoded, options))?;
    let records = Reader::new(&decoded.text, delimiter).map(|record| {
        let damaged = damaged(decoded, &record);
        Ok((record, damaged))
    });
    read_all(&table, decoded.encoding, options, records)
}

/// Reads a workbook of such tables: the first sheet with a header that is known, a hidden one
/// only where no other has any. Which others have one is a remark.
pub fn read_book(
    book: &mut Book<'_>,
    options: &Options<'_>,
    profiles: &Profiles,
) -> Result<Parsed, Problem> {
    let forced = forced(options, profiles)?;
    let mut is_empty = true;
    for sheet in book.seen_and_hidden().concat() {
        let first = book.first(sheet, HEAD)?;
        is_empty &= first.is_empty();
        let Some((_, table)) = head(first.into_iter(), forced, options, profiles) else {
            continue;
        };
        let mut parsed = read_sheet(book, sheet, &table, options)?;
        let is_known =
            |first: Vec<Record>| head(first.into_iter(), forced, options, profiles).is_some();
        for remark in book.remarks(sheet, HEAD, is_known) {
            parsed.remark(remark);
        }
        return Ok(parsed);
    }
    if is_empty {
        return Err(unreadable("problem-import-empty"));
    }
    Err(no_sheet(book, options))
}

fn read_sheet(
    book: &mut Book<'_>,
    sheet: usize,
    table: &Table<'_>,
    options: &Options<'_>,
) -> Result<Parsed, Problem> {
    let (encoding, width) = (book.encoding(), table.headers.len());
    let records = book.records(sheet)?.map(|record| {
        let mut record = record?;
        // A sheet has no cells behind the last that holds anything.
        if let Ok(cells) = &mut record.cells
            && cells.len() < width
        {
            cells.resize(width, String::new());
        }
        Ok((record, None))
    });
    read_all(table, encoding, options, records)
}

/// Returns a line of the record whose bytes are no text.
fn damaged(decoded: &Decoded, record: &Record) -> Option<usize> {
    let mut lines = decoded.bad.range(record.line..=record.last);
    lines.next().copied()
}

fn forced<'a>(
    options: &Options<'_>,
    profiles: &'a Profiles,
) -> Result<Option<&'a Profile>, Problem> {
    let Some(name) = options.profile else {
        return Ok(None);
    };
    profiles.named(name).map(Some).ok_or_else(|| {
        unreadable("problem-import-no-profile")
            .arg("profile", name)
            .arg("known", profiles.names().collect::<Vec<_>>().join(" "))
            .hint("problem-import-no-profile-hint")
    })
}

/// Finds the header among the first records: the one that a profile reads best.
fn head<'a>(
    records: impl Iterator<Item = Record>,
    forced: Option<&'a Profile>,
    options: &Options<'_>,
    profiles: &'a Profiles,
) -> Option<(Rank, Table<'a>)> {
    let mut best: Option<(Rank, Table<'a>)> = None;
    for record in records {
        let Ok(cells) = &record.cells else { continue };
        let headers: Vec<String> = cells.iter().map(|cell| fold_header(cell)).collect();
        let found = match forced {
            Some(profile) => profile.fits(&headers).map(|count| (profile, count)),
            None => profiles.best(&headers, options.kind),
        };
        let Some((profile, count)) = found else {
            continue;
        };
        let rank = (profile.platform.is_some(), count);
        if best.as_ref().is_none_or(|(before, _)| *before < rank) {
            let table = Table {
                profile,
                columns: profile.columns(&headers),
                headers: cells
                    .iter()
                    .map(|cell| unwrap_cell(cell).to_owned())
                    .collect(),
                head_line: record.line.max(record.last),
            };
            best = Some((rank, table));
        }
    }
    best
}

/// Reads the records below the header, each with the line of it that is damaged.
fn read_all(
    table: &Table<'_>,
    encoding: Encoding,
    options: &Options<'_>,
    records: impl Iterator<Item = Result<(Record, Option<usize>), Problem>>,
) -> Result<Parsed, Problem> {
    let mut parsed = Parsed::new(table.profile.kind, Format::Table, encoding);
    parsed.day = day_of(table.profile, options)?;
    parsed.profile = Some(table.profile.name.clone());
    parsed.unused = unused(table);
    let mut builder = Builder {
        table,
        options,
        parsed,
        index: HashMap::new(),
        seen: HashMap::new(),
        taken: HashSet::new(),
    };
    for record in records {
        let (record, damaged) = record?;
        if record.line <= table.head_line {
            continue;
        }
        if builder.parsed.read >= MAX_LINES {
            return Err(unreadable("problem-import-lines").arg("limit", MAX_LINES));
        }
        builder.parsed.read += 1;
        let taken = match (&record.cells, damaged) {
            (Err(reason), _) => Err(LineProblem::new(record.line, "", reason, "")),
            (_, Some(line)) => Err(LineProblem::new(line, "", "import-line-bytes", "")),
            (Ok(cells), None) => builder.take(&record, cells),
        };
        if let Err(problem) = taken {
            builder.parsed.refuse(problem);
        }
    }
    Ok(builder.finish())
}

/// Says that no sheet has a header, and which sheets there are.
fn no_sheet(book: &Book<'_>, options: &Options<'_>) -> Problem {
    const NAMED: usize = 8;
    let names: Vec<String> = book
        .names()
        .into_iter()
        .take(NAMED)
        .map(super::shown)
        .collect();
    let problem = match options.profile {
        Some(profile) => unreadable("problem-import-other-sheets").arg("profile", profile),
        None => unreadable("problem-import-sheets"),
    };
    problem
        .arg("sheets", names.join(" · "))
        .hint("problem-import-header-hint")
}

fn no_header(decoded: &Decoded, options: &Options<'_>) -> Problem {
    let first = decoded.text.lines().find(|line| !line.trim().is_empty());
    let problem = match options.profile {
        Some(profile) => unreadable("problem-import-other-profile").arg("profile", profile),
        None => unreadable("problem-import-header"),
    };
    problem
        .arg("head", super::shown(first.unwrap_or_default()))
        .hint("problem-import-header-hint")
}

fn unused(table: &Table<'_>) -> Vec<String> {
    let used = |at: &usize| {
        table
            .columns
            .iter()
            .any(|column| column.places.contains(at))
    };
    let unused = table.headers.iter().enumerate().filter(|(at, _)| !used(at));
    unused
        .map(|(_, header)| super::shown(header))
        .filter(|header| !header.is_empty())
        .collect()
}

struct Builder<'a> {
    table: &'a Table<'a>,
    options: &'a Options<'a>,
    parsed: Parsed,
    /// Where the row of a number is.
    index: HashMap<String, usize>,
    /// How often a line without a number of its own was seen in its order.
    seen: HashMap<(String, String), usize>,
    /// Lines of orders that are taken: place of the row, name of the line.
    taken: HashSet<(usize, String)>,
}

impl Builder<'_> {
    fn take(&mut self, record: &Record, cells: &[String]) -> Result<(), LineProblem> {
        let line = record.line;
        self.width(line, cells)?;
        let raw = raw_cells(self.table, line, cells)?;
        if self.table.profile.kind == Kind::Replies {
            return self.reply(line, &raw);
        }
        let number = self.number(line, &raw)?;
        let known = self.index.get(&number).copied();
        // The currency stands on the first line of an order only, there too.
        let first = known.and_then(|at| currency_of(&self.parsed.rows[at]));
        let currency = match (raw_of(&raw, "currency"), first) {
            (Some(text), _) if !text.is_empty() => text.trim().to_uppercase(),
            (_, Some(first)) => first,
            _ => currency(self.options, self.table.profile),
        };
        let is_mean = self.is_mean(&raw);
        let mut read: Vec<(&'static str, Cell)> = Vec::with_capacity(raw.len());
        for (column, text) in &raw {
            if matches!(column.cell, "currency" | "account") {
                continue;
            }
            if known.is_some() && self.table.profile.lines == Lines::First && !is_line(column.cell)
            {
                continue;
            }
            let cell = match self.cell(line, column, text, &currency) {
                // A mean of whole numbers is none, and need not be: it is not known.
                Err(_) if is_mean && matches!(column.kind, Type::Count | Type::Money) => {
                    Cell::Absent
                }
                cell => cell?,
            };
            read.push((column.cell, cell));
        }
        self.put(line, number, &raw, read, &currency)
    }

    /// Whether the line is the mean of others.
    fn is_mean(&self, raw: &[(&Column, &str)]) -> bool {
        let name = raw_of(raw, number_cell(self.table.profile.kind)).unwrap_or_default();
        let sums = performance::SUMS;
        let summary = self.table.profile.summary(name);
        summary.is_some_and(|word| !sums.contains(&word))
    }

    /// Refuses lines whose cells cannot belong to the headers.
    fn width(&self, line: usize, cells: &[String]) -> Result<(), LineProblem> {
        let width = self.table.headers.len();
        if let Some(more) = cells
            .get(width..)
            .and_then(|rest| rest.iter().find(|cell| !cell.trim().is_empty()))
        {
            return Err(LineProblem::new(line, "", "import-line-wide", more));
        }
        if cells.len() < width && !self.only_blank_headers(cells.len()) {
            // A line cut off in the middle has its last cell cut off too.
            let last = cells.last().map_or("", String::as_str);
            return Err(LineProblem::new(line, "", "import-line-short", last));
        }
        Ok(())
    }

    fn only_blank_headers(&self, from: usize) -> bool {
        self.table.headers.iter().skip(from).all(String::is_empty)
    }

    fn header(&self, column: &Column) -> &str {
        column
            .places
            .first()
            .and_then(|at| self.table.headers.get(*at))
            .map_or(column.cell, String::as_str)
    }

    fn number(&self, line: usize, raw: &[(&Column, &str)]) -> Result<String, LineProblem> {
        let name = number_cell(self.table.profile.kind);
        let Some((column, text)) = raw.iter().find(|(column, _)| column.cell == name) else {
            return Err(LineProblem::new(line, name, "import-line-number", ""));
        };
        let refuse = |reason| Err(LineProblem::new(line, self.header(column), reason, text));
        if self.table.profile.kind == Kind::Scores {
            return nick(text).or_else(refuse);
        }
        if text.len() > MAX_SHORT {
            return refuse("import-line-number-form");
        }
        let number = clean_number(text);
        if number.is_empty() {
            return refuse("import-line-number");
        }
        if values::is_rounded(text) {
            return refuse("import-line-rounded");
        }
        if is_masked(text) {
            return refuse("import-line-masked");
        }
        if number.len() > 64 || number.chars().any(char::is_control) {
            return refuse("import-line-number-form");
        }
        Ok(number)
    }

    fn cell(
        &mut self,
        line: usize,
        column: &Column,
        text: &str,
        currency: &str,
    ) -> Result<Cell, LineProblem> {
        if text.is_empty() {
            return Ok(Cell::Absent);
        }
        let table = self.table;
        let problem = |reason| LineProblem::new(line, self.header(column), reason, text);
        let (zone, order) = (self.options.zone, self.options.date_order);
        Ok(match column.kind {
            Type::Text => Cell::Text(text.to_owned()),
            Type::Number if text.len() > MAX_SHORT => {
                return Err(problem("import-line-number-form"));
            }
            Type::Number if values::is_rounded(text) => return Err(problem("import-line-rounded")),
            Type::Number => Cell::Text(clean_number(text)),
            Type::Money => {
                let (minor, currency) = values::money(text, currency).map_err(problem)?;
                Cell::Money { minor, currency }
            }
            Type::Time | Type::Deadline => {
                Cell::Time(times::time(text, zone, order).map_err(problem)?)
            }
            Type::Integer => Cell::Integer(values::integer(text).map_err(problem)?),
            Type::Count => Cell::Integer(values::count(text).map_err(problem)?),
            Type::Share => Cell::Integer(values::share(text).map_err(problem)?),
            Type::Span => Cell::Integer(values::span(text).map_err(problem)?),
            Type::Status => {
                let word = table.profile.state(column.cell, text);
                if word.is_none() {
                    let remark = problem("import-remark-state");
                    self.parsed.remark(remark);
                }
                Cell::status(column.cell, word, text)
            }
        })
    }

    fn put(
        &mut self,
        line: usize,
        number: String,
        raw: &[(&Column, &str)],
        read: Vec<(&'static str, Cell)>,
        currency: &str,
    ) -> Result<(), LineProblem> {
        let known = self.index.get(&number).copied();
        let sub = self.sub(&number, &read);
        if known.is_some() && sub.is_none() {
            return Err(LineProblem::new(line, "", "import-line-twice", &number));
        }
        if let (Some(at), Some(sub)) = (known, &sub)
            && self.taken.contains(&(at, sub.clone()))
        {
            return Err(LineProblem::new(line, "", "import-line-twice", sub));
        }
        let at = known.unwrap_or_else(|| {
            let row = self.new_row(line, number.clone(), raw, currency);
            self.parsed.rows.push(row);
            self.index.insert(number, self.parsed.rows.len() - 1);
            self.parsed.rows.len() - 1
        });
        if let Some(sub) = &sub {
            self.taken.insert((at, sub.clone()));
        }
        // The cells of the record itself stand before those of later lines.
        let own = self.table.columns.len() + 1;
        let row = &mut self.parsed.rows[at];
        for (cell, value) in read {
            match (cell.strip_prefix("lines/"), &sub) {
                (Some("sub"), _) | (Some(_), None) => {}
                (Some(name), Some(sub)) => row.cells.push((format!("lines/{sub}/{name}"), value)),
                (None, _) => merge(row, own, cell, value),
            }
        }
        Ok(())
    }

    fn new_row(&self, line: usize, number: String, raw: &[(&Column, &str)], currency: &str) -> Row {
        let account = self
            .options
            .account
            .or_else(|| raw_of(raw, "account").filter(|text| !text.is_empty()));
        let mut cells = Vec::new();
        if raw_of(raw, "currency").is_some() {
            cells.push(("currency".to_owned(), Cell::Text(currency.to_owned())));
        }
        if self.table.profile.kind == Kind::Scores {
            let name = raw_of(raw, "nick").unwrap_or_default();
            let row = self
                .table
                .profile
                .summary(name)
                .unwrap_or(performance::AGENT);
            cells.push(("row".to_owned(), Cell::Text(row.to_owned())));
        }
        Row {
            line,
            register: self.table.profile.kind.register(),
            platform: self.table.profile.platform.clone(),
            account: account.map(str::to_owned),
            number,
            cells,
        }
    }

    /// The name of the order's line on this line of the file: its own number,
    /// else the seller's code or the title, counted where it comes again.
    fn sub(&mut self, number: &str, read: &[(&'static str, Cell)]) -> Option<String> {
        if self.table.profile.lines == Lines::Record {
            return None;
        }
        let text = |name: &str| {
            let cell = read.iter().find(|(cell, _)| *cell == name);
            match cell {
                Some((_, Cell::Text(text))) => Some(clean_number(text).replace('/', "_")),
                _ => None,
            }
        };
        if let Some(sub) = text("lines/sub") {
            return Some(sub);
        }
        let mut name = text("lines/sku").or_else(|| text("lines/title"))?;
        if let Some((cut, _)) = name.char_indices().nth(60) {
            name.truncate(cut);
        }
        let count = self
            .seen
            .entry((number.to_owned(), name.clone()))
            .or_insert(0);
        *count += 1;
        Some(if *count == 1 {
            name
        } else {
            format!("{name}~{count}")
        })
    }

    fn reply(&mut self, line: usize, raw: &[(&Column, &str)]) -> Result<(), LineProblem> {
        let get = |name: &str| raw_of(raw, name).filter(|text| !text.is_empty());
        let reply = replies::Reply::from_cells(line, get, self.options)?;
        self.parsed.replies.push(reply);
        Ok(())
    }

    fn finish(mut self) -> Parsed {
        for row in &mut self.parsed.rows {
            settle::order(row, self.table.profile);
        }
        let named = self
            .table
            .profile
            .time_in_name
            .then(|| times::time_in_name(self.options.file_name, self.options.zone))
            .flatten();
        self.parsed.exported_at = settle::exported_at(self.options, named, &self.parsed.rows);
        self.parsed
    }
}

/// The unwrapped text of each column that is read.
fn raw_cells<'t, 'r>(
    table: &'t Table<'_>,
    line: usize,
    cells: &'r [String],
) -> Result<Vec<(&'t Column, &'r str)>, LineProblem> {
    let mut found = Vec::with_capacity(table.columns.len());
    for column in &table.columns {
        let mut text = "";
        let mut header = "";
        for place in &column.places {
            let here = cells.get(*place).map_or("", |cell| unwrap_cell(cell));
            let here = if table.profile.is_empty(column.cell, here) {
                ""
            } else {
                here
            };
            let name = table.headers.get(*place).map_or("", String::as_str);
            if text.is_empty() {
                (text, header) = (here, name);
            } else if name == header && !here.is_empty() && here != text {
                return Err(LineProblem::new(
                    line,
                    name,
                    "import-line-column-twice",
                    here,
                ));
            }
        }
        found.push((column, text));
    }
    Ok(found)
}

/// The currency of a file whose cells name none.
pub(super) fn currency(options: &Options<'_>, profile: &Profile) -> String {
    options.currency.unwrap_or(&profile.currency).to_owned()
}

fn is_line(cell: &str) -> bool {
    cell.starts_with("lines/")
}

fn raw_of<'r>(raw: &[(&Column, &'r str)], name: &str) -> Option<&'r str> {
    raw.iter()
        .find(|(column, _)| column.cell == name)
        .map(|(_, text)| *text)
}

fn currency_of(row: &Row) -> Option<String> {
    match row.cell("currency")? {
        Cell::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// Adds a cell of the record; of several lines the first that says something counts.
fn merge(row: &mut Row, own: usize, cell: &str, value: Cell) {
    match row
        .cells
        .iter_mut()
        .take(own)
        .find(|(path, _)| path == cell)
    {
        Some((_, before)) if *before == Cell::Absent => *before = value,
        // States of lines may differ: the order's own is settled at the end.
        Some(_) => {}
        None => row.cells.push((cell.to_owned(), value)),
    }
}
