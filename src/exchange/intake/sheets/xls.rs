//! Strings, formats and rows of an XLS: records of the form that Excel has written since 1997
//! (MS-XLS, BIFF8). Older ones are said to be unreadable.

use std::cell::Cell;

use super::compound::{long, word, workbook};
use super::number::{Number, Shown, built_in, by_code};
use super::{Fault, MAX_FORMATS, MAX_SHEETS, Row, Sheet, Strings};

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000a;
const CONTINUE: u16 = 0x003c;
const FILE_PASS: u16 = 0x002f;
const DATE_MODE: u16 = 0x0022;
const FORMAT: u16 = 0x041e;
const XF: u16 = 0x00e0;
const BOUND_SHEET: u16 = 0x0085;
const SST: u16 = 0x00fc;
const LABEL_SST: u16 = 0x00fd;
const LABEL: u16 = 0x0204;
const RICH_LABEL: u16 = 0x00d6;
const NUMBER: u16 = 0x0203;
const RK: u16 = 0x027e;
const MUL_RK: u16 = 0x00bd;
const FORMULA: u16 = 0x0006;
const STRING: u16 = 0x0207;
const SHARED_FORMULA: u16 = 0x04bc;
const ARRAY: u16 = 0x0221;
const TABLE: u16 = 0x0236;
const BOOL_ERR: u16 = 0x0205;

/// The form that is read.
const BIFF8: u16 = 0x0600;
/// Bits of a string's flags: two bytes a letter, with more text, with looks.
const WIDE: u8 = 1;
const MORE: u8 = 4;
const RICH: u8 = 8;

/// How often the stream may be walked through: once for the sheets' heads, once for the one that
/// is read, once more for good measure. Sheets that lie over each other would take longer.
const MAX_WALKS: usize = 3;

/// A workbook that is open.
pub(super) struct Book {
    stream: Vec<u8>,
    /// Bytes that rows were looked for in so far.
    walked: Cell<usize>,
    sheets: Vec<Sheet<u32>>,
    strings: Strings,
    formats: Vec<Shown>,
    is_1904: bool,
}

/// A record: what it is, and its bytes.
type Record<'s> = (u16, &'s [u8]);

/// The record at this place, and where the next one stands.
fn record(stream: &[u8], at: usize) -> Result<(Record<'_>, usize), Fault> {
    let (kind, length) = (word(stream, at)?, word(stream, at + 2)?);
    let next = at + 4 + usize::from(length);
    let data = stream.get(at + 4..next).ok_or(Fault::Damaged)?;
    Ok(((kind, data), next))
}

impl Book {
    /// Reads all but the sheets.
    pub(super) fn open(bytes: &[u8]) -> Result<Self, Fault> {
        let stream = workbook(bytes)?;
        let mut book = Self {
            stream: Vec::new(),
            walked: Cell::new(0),
            sheets: Vec::new(),
            strings: Strings::default(),
            formats: Vec::new(),
            is_1904: false,
        };
        let ((first, data), mut at) = record(&stream, 0)?;
        if first != BOF || word(data, 0)? != BIFF8 {
            return Err(Fault::Damaged);
        }
        let mut own = Vec::new();
        loop {
            let ((kind, data), next) = record(&stream, at)?;
            match kind {
                FILE_PASS => return Err(Fault::Locked),
                DATE_MODE => book.is_1904 = word(data, 0)? == 1,
                FORMAT => {
                    let code = short_text(data.get(2..).unwrap_or_default(), 2)?;
                    own.push((u32::from(word(data, 0)?), by_code(&code)));
                }
                XF => {
                    let id = u32::from(word(data, 2)?);
                    let known = own.iter().find(|(known, _)| *known == id);
                    let shown = known.map_or_else(|| built_in(id), |(_, shown)| *shown);
                    book.formats.push(shown);
                }
                BOUND_SHEET => book.bound(data)?,
                SST => book.strings = Pieces::new(&stream, at)?.shared()?,
                EOF => break,
                _ => {}
            }
            if own.len() > MAX_SHEETS * 4 || book.formats.len() > MAX_FORMATS {
                return Err(Fault::Crowded);
            }
            at = next;
        }
        book.stream = stream;
        Ok(book)
    }

    fn bound(&mut self, data: &[u8]) -> Result<(), Fault> {
        // Others are charts and macros.
        if data.get(5) == Some(&0) {
            if self.sheets.len() >= MAX_SHEETS {
                return Err(Fault::Crowded);
            }
            self.sheets.push(Sheet {
                name: short_text(data.get(6..).unwrap_or_default(), 1)?,
                is_hidden: data[4] & 3 != 0,
                place: long(data, 0)?,
            });
        }
        Ok(())
    }

    pub(super) fn sheets(&self) -> &[Sheet<u32>] {
        &self.sheets
    }

    /// Begins the rows of a sheet.
    pub(super) fn rows(&mut self, sheet: usize) -> Result<Rows<'_>, Fault> {
        let place = self.sheets.get(sheet).ok_or(Fault::Damaged)?.place as usize;
        let ((kind, _), at) = record(&self.stream, place)?;
        if kind != BOF {
            return Err(Fault::Damaged);
        }
        Ok(Rows { book: self, at })
    }
}

/// A string that lies within one record, its length in one or two bytes.
fn short_text(data: &[u8], length_bytes: usize) -> Result<String, Fault> {
    let length = if length_bytes == 1 {
        usize::from(*data.first().ok_or(Fault::Damaged)?)
    } else {
        usize::from(word(data, 0)?)
    };
    let flags = *data.get(length_bytes).ok_or(Fault::Damaged)?;
    let mut begin = length_bytes + 1;
    if flags & RICH != 0 {
        begin += 2;
    }
    if flags & MORE != 0 {
        begin += 4;
    }
    let mut units = Vec::new();
    let bytes = data.get(begin..).ok_or(Fault::Damaged)?;
    if letters(bytes, length, flags, &mut units) < length {
        return Err(Fault::Damaged);
    }
    let mut text = String::new();
    decode(&units, &mut text);
    Ok(text)
}

/// Adds up to so many letters and returns how many there were.
fn letters(bytes: &[u8], count: usize, flags: u8, into: &mut Vec<u16>) -> usize {
    if flags & WIDE == 0 {
        let some = &bytes[..count.min(bytes.len())];
        into.extend(some.iter().map(|byte| u16::from(*byte)));
        return some.len();
    }
    let pairs = bytes.as_chunks::<2>().0;
    let some = &pairs[..count.min(pairs.len())];
    into.extend(some.iter().map(|pair| u16::from_le_bytes(*pair)));
    some.len()
}

fn decode(units: &[u16], into: &mut String) {
    let read = char::decode_utf16(units.iter().copied());
    into.extend(read.map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

/// Strings that go on over as many records as it takes; one that is cut between two says again
/// at the cut how wide its letters are.
struct Pieces<'s> {
    stream: &'s [u8],
    /// What is left of the record.
    data: &'s [u8],
    /// Where the next record stands.
    next: usize,
    /// The string that is read: a letter of two units may be cut between them.
    units: Vec<u16>,
}

impl<'s> Pieces<'s> {
    fn new(stream: &'s [u8], at: usize) -> Result<Self, Fault> {
        let ((_, data), next) = record(stream, at)?;
        Ok(Self {
            stream,
            data,
            next,
            units: Vec::new(),
        })
    }

    /// Reads the table of shared strings.
    fn shared(mut self) -> Result<Strings, Fault> {
        let count = long(self.data, 4)?;
        self.data = &self.data[8..];
        let mut strings = Strings::default();
        for _ in 0..count {
            // Some writers count more than they write.
            if self.data.is_empty() && !self.turn()? {
                break;
            }
            self.string(&mut strings.text)?;
            strings.end()?;
        }
        Ok(strings)
    }

    /// Goes on to the record behind; `false` where the table ends.
    fn turn(&mut self) -> Result<bool, Fault> {
        let ((kind, data), next) = record(self.stream, self.next)?;
        if kind != CONTINUE {
            return Ok(false);
        }
        (self.data, self.next) = (data, next);
        Ok(true)
    }

    fn take(&mut self, count: usize) -> Result<&'s [u8], Fault> {
        if self.data.is_empty() && !self.turn()? {
            return Err(Fault::Damaged);
        }
        let (taken, rest) = self.data.split_at_checked(count).ok_or(Fault::Damaged)?;
        self.data = rest;
        Ok(taken)
    }

    fn string(&mut self, into: &mut String) -> Result<(), Fault> {
        let head = self.take(3)?;
        let mut left = usize::from(word(head, 0)?);
        let mut flags = head[2];
        let mut skipped = 0;
        if flags & RICH != 0 {
            skipped += usize::from(word(self.take(2)?, 0)?) * 4;
        }
        if flags & MORE != 0 {
            skipped += long(self.take(4)?, 0)? as usize;
        }
        self.units.clear();
        while left > 0 {
            if self.data.is_empty() {
                if !self.turn()? {
                    return Err(Fault::Damaged);
                }
                flags = self.take(1)?[0];
            }
            let read = letters(self.data, left, flags, &mut self.units);
            let width = if flags & WIDE == 0 { 1 } else { 2 };
            if read == 0 {
                return Err(Fault::Damaged);
            }
            self.data = &self.data[read * width..];
            left -= read;
        }
        decode(&self.units, into);
        self.skip(skipped)
    }

    fn skip(&mut self, mut count: usize) -> Result<(), Fault> {
        while count > 0 {
            if self.data.is_empty() && !self.turn()? {
                return Err(Fault::Damaged);
            }
            let here = count.min(self.data.len());
            self.data = &self.data[here..];
            count -= here;
        }
        Ok(())
    }
}

/// The rows of a sheet, one after another.
pub(super) struct Rows<'b> {
    book: &'b Book,
    /// The record that comes next.
    at: usize,
}

impl Rows<'_> {
    /// Reads the next row that has any cell.
    pub(super) fn read(&mut self) -> Result<Option<Row>, Fault> {
        let mut row: Option<Row> = None;
        loop {
            let ((kind, data), next) = record(&self.book.stream, self.at)?;
            match kind {
                EOF => return Ok(row),
                // A chart within the sheet has records of its own.
                BOF => {
                    self.go(self.behind(next)?)?;
                    continue;
                }
                LABEL_SST | LABEL | RICH_LABEL | NUMBER | RK | MUL_RK | FORMULA | BOOL_ERR => {}
                _ => {
                    self.go(next)?;
                    continue;
                }
            }
            let number = usize::from(word(data, 0)?) + 1;
            match &row {
                // It begins the row that comes next.
                Some(row) if row.number != number => break,
                Some(_) => {}
                None => row = Some(Row::new(number)),
            }
            self.go(next)?;
            if let Some(row) = &mut row {
                self.cells(kind, data, row)?;
            }
        }
        Ok(row)
    }

    /// Goes on to a record behind.
    fn go(&mut self, to: usize) -> Result<(), Fault> {
        let walked = self.book.walked.get() + (to - self.at);
        self.book.walked.set(walked);
        self.at = to;
        if walked > self.book.stream.len() * MAX_WALKS {
            return Err(Fault::Damaged);
        }
        Ok(())
    }

    /// Where the part ends that began before this place.
    fn behind(&self, mut at: usize) -> Result<usize, Fault> {
        let mut depth = 1;
        while depth > 0 {
            let ((kind, _), next) = record(&self.book.stream, at)?;
            match kind {
                BOF => depth += 1,
                EOF => depth -= 1,
                _ => {}
            }
            at = next;
        }
        Ok(at)
    }

    fn cells(&mut self, kind: u16, data: &[u8], row: &mut Row) -> Result<(), Fault> {
        let column = usize::from(word(data, 2)?);
        let text = match kind {
            MUL_RK => {
                let cells = data.get(4..data.len().saturating_sub(2));
                let (cells, _) = cells.ok_or(Fault::Damaged)?.as_chunks::<6>();
                for (at, cell) in cells.iter().enumerate() {
                    let text = self.number(word(cell, 0)?, rk(long(cell, 2)?));
                    row.put(column + at, text)?;
                }
                return Ok(());
            }
            LABEL_SST => self.book.strings.get(long(data, 6)? as usize)?.to_owned(),
            LABEL | RICH_LABEL => short_text(data.get(6..).unwrap_or_default(), 2)?,
            NUMBER => self.number(word(data, 4)?, Number::of_bits(bits(data, 6)?)),
            RK => self.number(word(data, 4)?, rk(long(data, 6)?)),
            BOOL_ERR => {
                let says = data.get(6..8).ok_or(Fault::Damaged)?;
                said(says[1] != 0, says[0])
            }
            _ => self.result(data)?,
        };
        row.put(column, text)
    }

    fn number(&self, format: u16, number: Option<Number>) -> String {
        let shown = self.book.formats.get(usize::from(format)).copied();
        number.map_or_else(String::new, |number| {
            number.text(shown.unwrap_or_default(), self.book.is_1904)
        })
    }

    /// What a formula last gave: the formula itself is not looked at.
    fn result(&mut self, data: &[u8]) -> Result<String, Fault> {
        let result = bits(data, 6)?;
        if result >> 48 != 0xffff {
            return Ok(self.number(word(data, 4)?, Number::of_bits(result)));
        }
        let [kind, _, value, ..] = result.to_le_bytes();
        match kind {
            // The text stands in a record behind, after those of formulas for several cells.
            0 => {
                let mut at = self.at;
                loop {
                    let ((kind, _), next) = record(&self.book.stream, at)?;
                    match kind {
                        SHARED_FORMULA | ARRAY | TABLE | CONTINUE => at = next,
                        STRING => break,
                        _ => return Ok(String::new()),
                    }
                }
                let mut text = String::new();
                let mut pieces = Pieces::new(&self.book.stream, at)?;
                pieces.string(&mut text)?;
                self.go(pieces.next)?;
                Ok(text)
            }
            1 => Ok(said(false, value)),
            2 => Ok(said(true, value)),
            _ => Ok(String::new()),
        }
    }
}

/// A truth or an error as spreadsheets write it.
fn said(is_error: bool, value: u8) -> String {
    let text = match (is_error, value) {
        (false, 0) => "FALSE",
        (false, _) => "TRUE",
        (true, 0x07) => "#DIV/0!",
        (true, 0x0f) => "#VALUE!",
        (true, 0x17) => "#REF!",
        (true, 0x1d) => "#NAME?",
        (true, 0x24) => "#NUM!",
        (true, 0x2a) => "#N/A",
        (true, _) => "#NULL!",
    };
    text.to_owned()
}

fn bits(data: &[u8], at: usize) -> Result<u64, Fault> {
    Ok(u64::from(long(data, at + 4)?) << 32 | u64::from(long(data, at)?))
}

/// A number packed into four bytes: a whole one, or the upper half of a fraction, either of them
/// perhaps in hundredths.
fn rk(packed: u32) -> Option<Number> {
    let is_hundredth = packed & 1 != 0;
    if packed & 2 != 0 {
        let whole = i64::from(packed.cast_signed() >> 2);
        return Some(Number::of_integer(whole, is_hundredth));
    }
    let number = Number::of_bits(u64::from(packed & !3) << 32)?;
    Some(if is_hundredth {
        number.hundredth()
    } else {
        number
    })
}
