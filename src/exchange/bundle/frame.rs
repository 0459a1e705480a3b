//! The file around the lines: one zstd frame, one tar archive of fixed shape, read and written
//! as a stream. The headers that are written are the only ones that are read.

use std::io::{self, BufRead, BufReader, Read, Write};

use zstd::stream::{read::Decoder, write::Encoder};

use super::fault::BundleFault;
use super::format::{FILE_MAX, LINE_MAX, MAGIC, RATIO_FROM, RATIO_MAX, UNPACKED_MAX, WINDOW_LOG};

/// The size of a header and of the unit that contents are filled up to.
const BLOCK: usize = 512;
/// Zeros to fill up with.
const ZEROS: [u8; 2 * BLOCK] = [0; 2 * BLOCK];
/// How hard zstd tries.
const LEVEL: i32 = 9;
/// The buffer between decoder and lines.
const BUFFER: usize = 128 << 10;
/// What a file over its limit is called.
const FILE: &str = "file";
/// What an archive over its limit is called.
const ARCHIVE: &str = "size";
/// What an archive is called that is too long for its file.
const RATIO: &str = "ratio";
/// After so many bytes a writer looks at the ratio: as many as a block of the frame holds.
const STEP: usize = 128 << 10;
/// A block of a frame that holds nothing: raw, not the last, of size 0.
const EMPTY_BLOCK: [u8; 3] = [0; 3];

/// Returns the one header of a file of this name and size.
///
/// The name is one of the format's and the size below its limit, so both fit their fields.
fn header(name: &str, size: u64) -> [u8; BLOCK] {
    let mut header = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &name.as_bytes()[..name.len().min(100)]);
    put(100, b"0000600\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

/// Returns name and size of a header, none where it is not exactly the one of that name and size.
fn parse_header(block: &[u8; BLOCK]) -> Option<(String, u64)> {
    let name = block[..100].split(|byte| *byte == 0).next()?;
    let name = std::str::from_utf8(name).ok()?;
    let digits = std::str::from_utf8(&block[124..135]).ok()?;
    let size = u64::from_str_radix(digits, 8).ok()?;
    (header(name, size) == *block).then(|| (name.to_owned(), size))
}

/// Writes the archive into a frame.
pub(super) struct Writer<W: Write> {
    out: Encoder<'static, Tallied<W>>,
    /// The length of the archive so far.
    unpacked: u64,
}

impl<W: Write> Writer<W> {
    /// Begins a frame.
    pub fn new(out: W) -> io::Result<Self> {
        let mut out = Encoder::new(Tallied { out, written: 0 }, LEVEL)?;
        out.window_log(WINDOW_LOG)?;
        out.include_checksum(true)?;
        Ok(Self { out, unpacked: 0 })
    }

    /// Writes a small entry.
    pub fn entry(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        self.begin(name, content.len() as u64)?;
        self.put(content)?;
        self.end(content.len() as u64)
    }

    /// Writes an entry of exactly this size from what `fill` writes.
    pub fn stream<E: From<io::Error>>(
        &mut self,
        name: &str,
        size: u64,
        fill: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> Result<(), E> {
        self.begin(name, size)?;
        let mut counted = Counted {
            out: self,
            left: size,
        };
        fill(&mut counted)?;
        if counted.left > 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "an entry shorter than announced",
            )
            .into());
        }
        Ok(self.end(size)?)
    }

    /// Ends the archive and the frame.
    pub fn finish(mut self) -> io::Result<W> {
        self.put(&ZEROS)?;
        Ok(self.out.finish()?.out)
    }

    fn begin(&mut self, name: &str, size: u64) -> io::Result<()> {
        self.put(&header(name, size))
    }

    fn end(&mut self, size: u64) -> io::Result<()> {
        self.put(&ZEROS[..fill_of(size)])
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(STEP) {
            let after = self.unpacked + piece.len() as u64;
            self.fill_up(after)?;
            self.out.write_all(piece)?;
            self.unpacked = after;
        }
        Ok(())
    }

    /// Fills the file up with empty blocks as far as an archive of this length needs it.
    fn fill_up(&mut self, unpacked: u64) -> io::Result<()> {
        let is_lacking = |out: &Encoder<'_, Tallied<W>>| {
            unpacked > RATIO_FROM && unpacked > out.get_ref().written * RATIO_MAX
        };
        if !is_lacking(&self.out) {
            return Ok(());
        }
        // Blocks can only be put between blocks.
        self.out.flush()?;
        while is_lacking(&self.out) {
            self.out.get_mut().write_all(&EMPTY_BLOCK)?;
        }
        Ok(())
    }
}

/// Counts what is written.
struct Tallied<W: Write> {
    out: W,
    written: u64,
}

impl<W: Write> Write for Tallied<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Returns how many zeros follow a content.
pub(super) fn fill_of(size: u64) -> usize {
    (BLOCK - (size % BLOCK as u64) as usize) % BLOCK
}

/// Returns what an entry of this size takes in the archive.
pub(super) fn entry_size(size: u64) -> u64 {
    BLOCK as u64 + size + fill_of(size) as u64
}

struct Counted<'a, W: Write> {
    out: &'a mut Writer<W>,
    left: u64,
}

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len() as u64;
        if length > self.left {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "an entry longer than announced",
            ));
        }
        self.out.put(bytes)?;
        self.left -= length;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What comes out of the frame.
type Unpacked<R> = BufReader<Decoder<'static, BufReader<Limited<R>>>>;

/// Reads the archive in a frame; memory is bounded by window and buffers whatever the file says.
pub(super) struct Reader<R: Read> {
    input: Unpacked<R>,
    unpacked: u64,
    /// What is left of the content of the current entry.
    left: u64,
    /// Zeros after it.
    fill: usize,
    hash: blake3::Hasher,
    /// How much of what is buffered is hashed: whole buffers hash faster than lines.
    hashed: usize,
}

impl<R: Read> Reader<R> {
    /// Begins to read; refuses what does not begin like a frame.
    pub fn new(input: R) -> Result<Self, BundleFault> {
        let mut input = BufReader::with_capacity(
            BUFFER,
            Limited {
                input,
                left: FILE_MAX,
            },
        );
        let start = input.fill_buf()?;
        if !start.starts_with(&MAGIC) {
            return Err(BundleFault::NotABundle);
        }
        let mut decoder = Decoder::with_buffer(input)?.single_frame();
        decoder.window_log_max(WINDOW_LOG)?;
        Ok(Self {
            input: BufReader::with_capacity(BUFFER, decoder),
            unpacked: 0,
            left: 0,
            fill: 0,
            hash: blake3::Hasher::new(),
            hashed: 0,
        })
    }

    /// Goes to the entry that must come next; returns its size.
    pub fn entry(&mut self, name: &str, limit: u64) -> Result<u64, BundleFault> {
        self.skip_fill()?;
        let mut block = [0; BLOCK];
        self.fill_exactly(&mut block)?;
        let Some((found, size)) = parse_header(&block) else {
            return Err(BundleFault::Archive(
                "an entry that is no plain file of this format".into(),
            ));
        };
        if found != name {
            return Err(BundleFault::Archive(format!("not {name} where it must be")));
        }
        if size > limit || self.unpacked.saturating_add(size) > UNPACKED_MAX {
            return Err(BundleFault::Limit {
                what: ARCHIVE,
                limit: limit.min(UNPACKED_MAX),
            });
        }
        self.left = size;
        self.fill = fill_of(size);
        self.hash = blake3::Hasher::new();
        self.hashed = 0;
        Ok(size)
    }

    /// Reads the next line of the entry into `line` without its end; false at the entry's end.
    pub fn line(&mut self, line: &mut Vec<u8>) -> Result<bool, BundleFault> {
        line.clear();
        let is_there = self.line_onto(line)?;
        if is_there {
            line.pop();
        }
        Ok(is_there)
    }

    /// Reads the next line of the entry behind what `bytes` holds, with its end; false at the
    /// entry's end.
    pub fn line_onto(&mut self, bytes: &mut Vec<u8>) -> Result<bool, BundleFault> {
        if self.left == 0 {
            return Ok(false);
        }
        let before = bytes.len();
        loop {
            let seen = self.seen()?;
            let end = memchr::memchr(b'\n', seen);
            let taken = end.map_or(seen.len(), |end| end + 1);
            if bytes.len() - before + taken > LINE_MAX {
                return Err(BundleFault::Limit {
                    what: "line",
                    limit: LINE_MAX as u64,
                });
            }
            bytes.extend_from_slice(&seen[..taken]);
            self.consume(taken)?;
            if end.is_some() {
                return Ok(true);
            }
            if self.left == 0 {
                return Err(BundleFault::Archive("a line without end".into()));
            }
        }
    }

    /// Reads what is left of the entry, in pieces.
    pub fn content(
        &mut self,
        mut take: impl FnMut(&[u8]) -> Result<(), BundleFault>,
    ) -> Result<(), BundleFault> {
        while self.left > 0 {
            let piece = self.seen()?;
            take(piece)?;
            let taken = piece.len();
            self.consume(taken)?;
        }
        Ok(())
    }

    /// Reads a small entry whole.
    pub fn whole(&mut self) -> Result<Vec<u8>, BundleFault> {
        let mut content = Vec::new();
        self.content(|piece| {
            content.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(content)
    }

    /// Returns what is buffered of the entry's content, hashed.
    fn seen(&mut self) -> Result<&[u8], BundleFault> {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let buffer = fill_buffer(&mut self.input)?;
        // A whole frame around an archive that was cut: there is nothing more to wait for.
        if buffer.is_empty() && left > 0 {
            return Err(BundleFault::Archive("an entry that ends early".into()));
        }
        let seen = &buffer[..buffer.len().min(left)];
        self.hash.update(&seen[self.hashed..]);
        self.hashed = seen.len();
        Ok(seen)
    }

    /// Returns the hash of the entry's content that was read; whole once all of it was.
    pub fn hash(&self) -> [u8; 32] {
        *self.hash.finalize().as_bytes()
    }

    /// Checks that the archive, the frame and the file end here.
    pub fn finish(mut self) -> Result<(), BundleFault> {
        self.skip_fill()?;
        let mut end = [1; 2 * BLOCK];
        self.fill_exactly(&mut end)?;
        if end != ZEROS {
            return Err(BundleFault::Archive("an entry too many".into()));
        }
        if !fill_buffer(&mut self.input)?.is_empty() {
            return Err(BundleFault::Archive("something behind the archive".into()));
        }
        let mut file = self.input.into_inner().finish();
        if !file.fill_buf()?.is_empty() {
            return Err(BundleFault::Archive("something behind the frame".into()));
        }
        Ok(())
    }

    fn skip_fill(&mut self) -> Result<(), BundleFault> {
        let mut zeros = [0; BLOCK];
        let fill = std::mem::take(&mut self.fill);
        self.fill_exactly(&mut zeros[..fill])?;
        if zeros != ZEROS[..BLOCK] {
            return Err(BundleFault::Archive("something between entries".into()));
        }
        Ok(())
    }

    fn consume(&mut self, count: usize) -> Result<(), BundleFault> {
        self.input.consume(count);
        self.hashed = self.hashed.saturating_sub(count);
        self.left = self.left.saturating_sub(count as u64);
        self.count(count)
    }

    fn count(&mut self, count: usize) -> Result<(), BundleFault> {
        self.unpacked += count as u64;
        if self.unpacked > UNPACKED_MAX {
            return Err(BundleFault::Limit {
                what: ARCHIVE,
                limit: UNPACKED_MAX,
            });
        }
        let read = FILE_MAX - self.input.get_ref().get_ref().get_ref().left;
        if self.unpacked > RATIO_FROM && self.unpacked > read * RATIO_MAX {
            return Err(BundleFault::Limit {
                what: RATIO,
                limit: RATIO_MAX,
            });
        }
        Ok(())
    }

    fn fill_exactly(&mut self, into: &mut [u8]) -> Result<(), BundleFault> {
        self.input
            .read_exact(into)
            .map_err(|cause| frame_fault(&cause))?;
        self.count(into.len())
    }
}

/// Fills the buffer; empty only at the end of the frame.
fn fill_buffer<R: Read>(input: &mut Unpacked<R>) -> Result<&[u8], BundleFault> {
    let buffer = input.fill_buf().map_err(|cause| frame_fault(&cause))?;
    Ok(buffer)
}

/// Tells a file over its limit from a damaged frame.
fn frame_fault(cause: &io::Error) -> BundleFault {
    if cause.kind() == io::ErrorKind::FileTooLarge {
        return BundleFault::Limit {
            what: FILE,
            limit: FILE_MAX,
        };
    }
    BundleFault::Archive(cause.to_string())
}

/// A file that may not be longer than its limit.
struct Limited<R: Read> {
    input: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(into)?;
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_those_that_tar_reads() {
        let block = header("att/x", 1 << 29);
        assert_eq!(parse_header(&block), Some(("att/x".into(), 1 << 29)));
        let standard = tar::Header::from_byte_slice(&block);
        assert_eq!(standard.size().unwrap(), 1 << 29);
        assert_eq!(standard.path_bytes().as_ref(), b"att/x");
        assert_eq!(
            standard.cksum().unwrap(),
            block
                .iter()
                .enumerate()
                .map(|(at, byte)| if (148..156).contains(&at) {
                    32
                } else {
                    u32::from(*byte)
                })
                .sum::<u32>()
        );
        for at in 0..BLOCK {
            let mut other = block;
            other[at] ^= 1;
            assert_ne!(
                parse_header(&other),
                Some(("att/x".into(), 1 << 29)),
                "{at}"
            );
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut writer = Writer::new(Vec::new()).unwrap();
        writer.entry("a", b"one\ntwo\n").unwrap();
        writer.entry("b", b"").unwrap();
        let file = writer.finish().unwrap();
        let mut reader = Reader::new(file.as_slice()).unwrap();
        assert_eq!(reader.entry("a", 100).unwrap(), 8);
        let mut line = Vec::new();
        assert!(reader.line(&mut line).unwrap());
        assert_eq!(line, b"one");
        assert!(reader.line(&mut line).unwrap());
        assert!(!reader.line(&mut line).unwrap());
        assert_eq!(reader.hash(), *blake3::hash(b"one\ntwo\n").as_bytes());
        reader.entry("b", 0).unwrap();
        reader.finish().unwrap();
    }

    #[test]
    fn an_archive_that_ends_early_is_refused() {
        let mut archive = header("a", 1_000).to_vec();
        archive.extend([b'x'; 700]);
        for length in [512, 513, 1_000, 1_212] {
            let file = zstd::encode_all(&archive[..length], 1).unwrap();
            let mut reader = Reader::new(file.as_slice()).unwrap();
            reader.entry("a", 1_000).unwrap();
            assert!(reader.whole().is_err(), "{length}");
            let mut reader = Reader::new(file.as_slice()).unwrap();
            reader.entry("a", 1_000).unwrap();
            assert!(reader.line(&mut Vec::new()).is_err(), "{length}");
        }
    }

    /// Content that packs well or badly, by its seed.
    fn content(seed: u64, size: usize) -> Vec<u8> {
        let mut bytes = vec![b'a'; size];
        if seed.is_multiple_of(3) {
            let mut reader = blake3::Hasher::new();
            reader
                .update(&seed.to_le_bytes())
                .finalize_xof()
                .fill(&mut bytes);
        }
        bytes
    }

    #[test]
    fn what_packs_too_well_is_filled_up_and_read_by_everybody() {
        for sizes in [
            vec![40 << 20],
            vec![900 << 10, 200 << 10],
            vec![5 << 20, 3, 5 << 20, 1 << 20, 9 << 20],
            vec![3 << 20; 9],
        ] {
            let mut writer = Writer::new(Vec::new()).unwrap();
            for (seed, size) in (1..).zip(&sizes) {
                writer.entry("a", &content(seed, *size)).unwrap();
            }
            let file = writer.finish().unwrap();
            let archive = zstd::decode_all(file.as_slice()).unwrap();
            assert!(file.len() * 100 >= archive.len() - (1 << 20), "{sizes:?}");
            let most = archive.len() / 100 + sizes.iter().sum::<usize>() / 2;
            assert!(file.len() < most, "{sizes:?}: {}", file.len());
            // Whatever pieces it comes in.
            let slow = Slow(&file);
            let mut reader = Reader::new(slow).unwrap();
            for (seed, size) in (1..).zip(&sizes) {
                reader.entry("a", *size as u64).unwrap();
                assert!(reader.whole().unwrap() == content(seed, *size));
            }
            reader.finish().unwrap();
        }
    }

    /// Gives few bytes at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let most = into.len().min(7);
            self.0.read(&mut into[..most])
        }
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_at_once() {
        let archive = [header("a", 50 << 20).to_vec(), vec![b'a'; 50 << 20]].concat();
        let file = zstd::encode_all(archive.as_slice(), 9).unwrap();
        let mut reader = Reader::new(file.as_slice()).unwrap();
        reader.entry("a", 50 << 20).unwrap();
        let mut read = 0;
        let fault = reader.content(|piece| {
            read += piece.len();
            Ok(())
        });
        assert!(matches!(
            fault,
            Err(BundleFault::Limit {
                what: RATIO,
                limit: RATIO_MAX
            })
        ));
        assert!(read < 3 << 20, "{read} bytes of a file of {}", file.len());
    }

    #[test]
    fn nothing_may_follow() {
        let mut writer = Writer::new(Vec::new()).unwrap();
        writer.entry("a", b"x").unwrap();
        let mut file = writer.finish().unwrap();
        let twice = [file.clone(), file.clone()].concat();
        file.push(0);
        for file in [file, twice] {
            let mut reader = Reader::new(file.as_slice()).unwrap();
            reader.entry("a", 1).unwrap();
            reader.whole().unwrap();
            assert!(reader.finish().is_err());
        }
    }
}
