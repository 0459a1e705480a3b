//! A stream out of a compound file (MS-CFB), the wrapping of an XLS: a file system of sectors
//! whose chains are followed no further than the file has sectors.

use super::Fault;

const SIGNATURE: [u8; 8] = *b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// From this number on a sector's number says something else.
const SPECIAL: u32 = 0xffff_fffa;
const END: u32 = 0xffff_fffe;
/// Sectors of the table that the header itself names.
const NAMED: usize = 109;
const ENTRY: usize = 128;
const SMALL_SECTOR: usize = 64;
/// From this length on streams have sectors of their own.
const CUTOFF: u32 = 4_096;
/// Most entries of the directory.
const MAX_ENTRIES: usize = 4_096;

/// The names under which a workbook can lie, the one of today first.
const WORKBOOK: [&str; 2] = ["Workbook", "Book"];
/// Under this name lies a whole workbook of another form, encrypted.
const ENCRYPTED: &str = "EncryptedPackage";

/// Returns the stream that holds a workbook.
pub(super) fn workbook(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let file = File::open(bytes)?;
    let entries = file.entries()?;
    let named = |name: &str| {
        entries
            .iter()
            .find(|entry| entry.is_stream && entry.name.eq_ignore_ascii_case(name))
    };
    if named(ENCRYPTED).is_some() {
        return Err(Fault::Locked);
    }
    let found = WORKBOOK.into_iter().find_map(named).ok_or(Fault::Other)?;
    file.stream(found, entries.first())
}

struct File<'a> {
    bytes: &'a [u8],
    sector: usize,
    /// The next sector of each.
    table: Vec<u32>,
    directory: u32,
    small_table: u32,
}

/// A stream, a folder, or the root, whose stream holds the small ones.
struct Entry {
    name: String,
    is_stream: bool,
    first: u32,
    length: u64,
}

impl<'a> File<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, Fault> {
        if !bytes.starts_with(&SIGNATURE) || bytes.len() < 512 {
            return Err(Fault::Damaged);
        }
        let sector = match word(bytes, 30)? {
            9 => 512,
            12 => 4_096,
            _ => return Err(Fault::Damaged),
        };
        if long(bytes, 56)? != CUTOFF {
            return Err(Fault::Damaged);
        }
        let mut file = Self {
            bytes,
            sector,
            table: Vec::new(),
            directory: long(bytes, 48)?,
            small_table: long(bytes, 60)?,
        };
        file.table = file.table_of()?;
        Ok(file)
    }

    /// How many sectors the file can have.
    fn sectors(&self) -> usize {
        self.bytes.len() / self.sector
    }

    /// The bytes of a sector; the last may be cut off.
    fn at(&self, number: u32) -> Result<&'a [u8], Fault> {
        let begin = (number as usize + 1) * self.sector;
        let end = (begin + self.sector).min(self.bytes.len());
        let sector = self.bytes.get(begin..end).ok_or(Fault::Damaged)?;
        Some(sector).filter(|s| !s.is_empty()).ok_or(Fault::Damaged)
    }

    /// Puts the table of sectors together from those that hold it.
    fn table_of(&self) -> Result<Vec<u32>, Fault> {
        let most = self.sectors();
        let mut parts: Vec<u32> = (0..NAMED)
            .map(|at| long(self.bytes, 76 + at * 4))
            .collect::<Result<_, _>>()?;
        let mut more = long(self.bytes, 68)?;
        let mut steps = 0;
        while more < SPECIAL {
            steps += 1;
            let mut longs = longs(self.at(more)?);
            more = longs.pop().ok_or(Fault::Damaged)?;
            parts.extend(longs);
            if steps > most {
                return Err(Fault::Damaged);
            }
        }
        let mut table = Vec::new();
        for part in parts.into_iter().filter(|part| *part < SPECIAL) {
            table.extend(longs(self.at(part)?));
            if table.len() > most + self.sector {
                return Err(Fault::Damaged);
            }
        }
        Ok(table)
    }

    /// The bytes of a chain of sectors, at most `length`.
    fn chain(&self, first: u32, length: u64) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        let mut next = first;
        let mut steps = 0;
        while next < SPECIAL && (bytes.len() as u64) < length {
            steps += 1;
            if steps > self.sectors() {
                return Err(Fault::Damaged);
            }
            let sector = self.at(next)?;
            let left = usize::try_from(length).unwrap_or(usize::MAX) - bytes.len();
            bytes.extend_from_slice(&sector[..sector.len().min(left)]);
            next = *self.table.get(next as usize).ok_or(Fault::Damaged)?;
        }
        Ok(bytes)
    }

    fn entries(&self) -> Result<Vec<Entry>, Fault> {
        let bytes = self.chain(self.directory, (MAX_ENTRIES * ENTRY) as u64)?;
        bytes
            .as_chunks::<ENTRY>()
            .0
            .iter()
            .map(|entry| {
                let units = word(entry, 64)?.saturating_sub(2) / 2;
                let name: Vec<u16> = (0..usize::from(units.min(31)))
                    .map(|at| word(entry, at * 2))
                    .collect::<Result<_, _>>()?;
                let high = if self.sector == 512 {
                    0
                } else {
                    long(entry, 124)?
                };
                Ok(Entry {
                    name: String::from_utf16_lossy(&name),
                    is_stream: entry[66] == 2,
                    first: long(entry, 116)?,
                    length: u64::from(high) << 32 | u64::from(long(entry, 120)?),
                })
            })
            .collect()
    }

    fn stream(&self, entry: &Entry, root: Option<&Entry>) -> Result<Vec<u8>, Fault> {
        let whole = if entry.length >= u64::from(CUTOFF) {
            self.chain(entry.first, entry.length)?
        } else {
            self.small(entry, root.ok_or(Fault::Damaged)?)?
        };
        if whole.len() as u64 == entry.length {
            Ok(whole)
        } else {
            Err(Fault::Damaged)
        }
    }

    /// A short stream: small sectors within the root's stream.
    fn small(&self, entry: &Entry, root: &Entry) -> Result<Vec<u8>, Fault> {
        let held = self.chain(root.first, root.length)?;
        let table = longs(&self.chain(self.small_table, u64::MAX)?);
        let mut bytes = Vec::new();
        let mut next = entry.first;
        while next != END && (bytes.len() as u64) < entry.length {
            let begin = (next as usize).saturating_mul(SMALL_SECTOR);
            let end = begin.saturating_add(SMALL_SECTOR);
            bytes.extend_from_slice(held.get(begin..end).ok_or(Fault::Damaged)?);
            next = *table.get(next as usize).ok_or(Fault::Damaged)?;
        }
        bytes.truncate(entry.length as usize);
        Ok(bytes)
    }
}

fn longs(bytes: &[u8]) -> Vec<u32> {
    let longs = bytes.as_chunks::<4>().0;
    longs.iter().map(|long| u32::from_le_bytes(*long)).collect()
}

/// Two bytes, low first.
pub(super) fn word(bytes: &[u8], at: usize) -> Result<u16, Fault> {
    let word = bytes.get(at..).and_then(|rest| rest.first_chunk());
    word.map(|word| u16::from_le_bytes(*word))
        .ok_or(Fault::Damaged)
}

/// Four bytes, low first.
pub(super) fn long(bytes: &[u8], at: usize) -> Result<u32, Fault> {
    let long = bytes.get(at..).and_then(|rest| rest.first_chunk());
    long.map(|long| u32::from_le_bytes(*long))
        .ok_or(Fault::Damaged)
}
