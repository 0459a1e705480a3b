//! The parts of an XLSX: a ZIP archive of XML, unpacked under one meter for the whole file.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, BufReader, Cursor, Read};
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};
use zip::ZipArchive;

use super::{Fault, MAX_DEPTH, MAX_PARTS, MAX_RATIO, MAX_RUN, MAX_UNPACKED, RATIO_FROM};

/// Bytes that are unpacked at once.
const PIECE: usize = 32 << 10;
/// What each entry of the archive's table begins with.
const ENTRY: [u8; 4] = *b"PK\x01\x02";
/// What ends of such a table begin with: the old one, the wide one, and what says where that is.
const ENDS: [[u8; 4]; 3] = [*b"PK\x05\x06", *b"PK\x06\x06", *b"PK\x06\x07"];
/// Most ends of tables: one of each, and those of archives that lie unpacked within.
const MAX_ENDS: usize = 64;

/// What may still come out of a file.
#[derive(Clone)]
struct Meter {
    left: Rc<Cell<u64>>,
    /// Bytes that were unpacked since the last event began.
    run: Rc<Cell<usize>>,
    is_spent: Rc<Cell<bool>>,
}

/// A part while it is unpacked.
struct Metered<'a> {
    inner: Box<dyn Read + 'a>,
    meter: Meter,
}

impl Read for Metered<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        let run = self.meter.run.get() + count;
        self.meter.run.set(run);
        let left = self.meter.left.get().checked_sub(count as u64);
        self.meter.left.set(left.unwrap_or(0));
        // The last piece of an event may hold others behind it.
        if left.is_none() || run > MAX_RUN + PIECE {
            self.meter.is_spent.set(true);
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        Ok(count)
    }
}

/// An archive that is open.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Places of the parts by name, small letters and slashes.
    places: HashMap<String, usize>,
    meter: Meter,
}

impl<'a> Archive<'a> {
    /// Opens an archive. Its table is counted before anything of it is read.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Fault> {
        count(bytes)?;
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Fault::Damaged)?;
        if zip.len() > MAX_PARTS {
            return Err(Fault::Crowded);
        }
        let names = zip.file_names().enumerate();
        let places = names
            .filter_map(|(at, name)| Some((known(&name.ok()?), at)))
            .collect();
        let most = (bytes.len() as u64).saturating_mul(MAX_RATIO);
        let meter = Meter {
            left: Rc::new(Cell::new(most.clamp(RATIO_FROM, MAX_UNPACKED))),
            run: Rc::default(),
            is_spent: Rc::new(Cell::new(false)),
        };
        Ok(Self { zip, places, meter })
    }

    /// Begins a part; `None` where there is none of this name.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Xml<'_>>, Fault> {
        let Some(at) = self.places.get(&known(name)) else {
            return Ok(None);
        };
        let part = self.zip.by_index(*at).map_err(|_| Fault::Damaged)?;
        Ok(Some(Xml::new(Box::new(part), self.meter.clone())))
    }
}

fn known(name: &str) -> String {
    name.replace('\\', "/")
        .trim_start_matches('/')
        .to_lowercase()
}

/// Counts what looks like an entry of an archive's table, or like an end of one: whoever looks for
/// the right one keeps each of them.
fn count(bytes: &[u8]) -> Result<(), Fault> {
    let (mut entries, mut ends) = (0, 0);
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == ENTRY[0]) {
        rest = &rest[at..];
        match rest.first_chunk() {
            Some(&ENTRY) => entries += 1,
            Some(four) if ENDS.contains(four) => ends += 1,
            _ => {}
        }
        if entries > MAX_PARTS || ends > MAX_ENDS {
            return Err(Fault::Crowded);
        }
        rest = &rest[1..];
    }
    Ok(())
}

/// A part as the events of its XML.
pub(super) struct Xml<'a> {
    reader: Reader<BufReader<Metered<'a>>>,
    piece: Vec<u8>,
    depth: usize,
    meter: Meter,
}

impl<'a> Xml<'a> {
    fn new(part: Box<dyn Read + 'a>, meter: Meter) -> Self {
        let metered = Metered {
            inner: part,
            meter: meter.clone(),
        };
        let mut reader = Reader::from_reader(BufReader::with_capacity(PIECE, metered));
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            piece: Vec::new(),
            depth: 0,
            meter,
        }
    }

    /// Returns the next event. Definitions of types are refused: they are what bombs of entities
    /// are made of, and no workbook has them.
    pub(super) fn read(&mut self) -> Result<Event<'_>, Fault> {
        self.piece.clear();
        self.meter.run.set(0);
        let event = match self.reader.read_event_into(&mut self.piece) {
            Ok(event) => event,
            Err(_) if self.meter.is_spent.get() => return Err(Fault::Swollen),
            Err(_) => return Err(Fault::Damaged),
        };
        match &event {
            Event::Start(_) => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(Fault::Damaged);
                }
            }
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::DocType(_) => return Err(Fault::Damaged),
            _ => {}
        }
        Ok(event)
    }

    /// Adds the text of the open element of this name, up to its end.
    pub(super) fn text(&mut self, name: &str, into: &mut String, most: usize) -> Result<(), Fault> {
        loop {
            match self.read()? {
                Event::Text(text) => into.push_str(&text.xml10_content()),
                Event::CData(text) => into.push_str(&text.xml10_content()),
                Event::GeneralRef(entity) => refer(&entity, into)?,
                Event::End(end) if end.local_name().as_ref() == name => return Ok(()),
                Event::Eof => return Err(Fault::Damaged),
                _ => {}
            }
            if into.len() > most {
                return Err(Fault::Crowded);
            }
        }
    }

    /// Adds the text of the open element of this name as people see it: plain, or in pieces of
    /// different looks, without the readings above it.
    pub(super) fn rich_text(
        &mut self,
        name: &str,
        into: &mut String,
        most: usize,
    ) -> Result<(), Fault> {
        let begin = into.len();
        let mut is_reading = false;
        loop {
            let is_text = match self.read()? {
                Event::Start(start) => match start.local_name().as_ref() {
                    "rPh" => {
                        is_reading = true;
                        false
                    }
                    "t" => true,
                    _ => false,
                },
                Event::End(end) if end.local_name().as_ref() == "rPh" => {
                    is_reading = false;
                    false
                }
                Event::End(end) if end.local_name().as_ref() == name => break,
                Event::Eof => return Err(Fault::Damaged),
                _ => false,
            };
            if is_text {
                let length = into.len();
                self.text("t", into, most)?;
                if is_reading {
                    into.truncate(length);
                }
            }
        }
        unescape_letters(into, begin);
        Ok(())
    }
}

fn refer(entity: &BytesRef<'_>, into: &mut String) -> Result<(), Fault> {
    if let Some(letter) = entity.resolve_char_ref().map_err(|_| Fault::Damaged)? {
        into.push(letter);
        return Ok(());
    }
    into.push_str(resolve_predefined_entity(entity).ok_or(Fault::Damaged)?);
    Ok(())
}

/// Returns an attribute by its name without prefix.
pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, Fault> {
    for one in start.attributes().with_checks(false) {
        let one = one.map_err(|_| Fault::Damaged)?;
        if one.key.local_name().as_ref() == name {
            let value = unescape(&one.value).map_err(|_| Fault::Damaged)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// Writes letters that XML cannot hold, `_x000D_`, as themselves.
pub(super) fn unescape_letters(text: &mut String, from: usize) {
    let escaped = |part: &str| {
        let digits = part.strip_prefix("_x")?.get(..4)?;
        let is_closed = part.get(6..7) == Some("_");
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let code = u32::from_str_radix(digits, 16).ok()?;
        char::from_u32(code).filter(|_| is_closed && is_hex)
    };
    let Some(first) = text.get(from..).and_then(|part| part.find("_x")) else {
        return;
    };
    let rest = text.split_off(from + first);
    let mut rest = rest.as_str();
    while let Some(at) = rest.find("_x") {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(letter) = escaped(rest) {
            text.push(letter);
            rest = &rest[7..];
        } else {
            text.push('_');
            rest = &rest[1..];
        }
    }
    text.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_xml_cannot_hold_are_themselves() {
        for (text, want) in [
            ("a_x000D_b_x0041_", "a\rbA"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xD800_ _x00_ _x12", "_xD800_ _x00_ _x12"),
            ("_x+041_", "_x+041_"),
            ("退_x款", "退_x款"),
        ] {
            let mut read = format!("_x0041_{text}");
            unescape_letters(&mut read, 7);
            assert_eq!(read, format!("_x0041_{want}"));
        }
    }

    #[test]
    fn entries_and_ends_are_counted() {
        assert_eq!(count(b"PPK\x01PK\x01\x02PK\x01PK"), Ok(()));
        assert_eq!(count(b""), Ok(()));
        assert_eq!(count(&ENTRY.repeat(MAX_PARTS)), Ok(()));
        assert_eq!(count(&ENTRY.repeat(MAX_PARTS + 1)), Err(Fault::Crowded));
        for end in ENDS {
            assert_eq!(count(&end.repeat(MAX_ENDS)), Ok(()));
            assert_eq!(count(&end.repeat(MAX_ENDS + 1)), Err(Fault::Crowded));
        }
    }
}
