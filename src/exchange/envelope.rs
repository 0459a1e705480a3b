//! Encryption of what leaves the machine, in the standard `age` format: to X25519 recipients or
//! a passphrase, nothing else. What is inside is signed by its own means; the envelope proves
//! nobody.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom, Write};

use age::secrecy::SecretString;
use age::stream::{StreamReader, StreamWriter};
use age::{DecryptError, Decryptor, Encryptor, scrypt, x25519};

use crate::domain::id::{Id, ReplicaId};
use crate::domain::registers::person;
use crate::problem::{Kind, Problem};
use crate::store::{OpeningKey, Query, Store, StoreError};

/// How an encrypted file begins.
const MAGIC: &[u8] = b"age-encryption.org/v1\n";
/// The line that ends a header begins so.
const LAST: &[u8] = b"---";
/// The line that begins what is for one key begins so; writers add one of no meaning beside them.
const RECIPIENT: &[u8] = b"-> X25519 ";
/// The most recipients of a file.
pub const RECIPIENTS_MAX: usize = 256;
/// The most bytes of a header: [`RECIPIENTS_MAX`] take about half of it.
pub const HEADER_MAX: usize = 64 << 10;
/// How hard a passphrase is to try, as a power of two: 128 MiB of memory and about half a second.
const WORK: u8 = 17;
/// How hard a file may make it for us.
pub const WORK_MAX: u8 = 18;

/// To whom something is encrypted.
#[derive(Clone)]
pub enum Receivers {
    /// The holders of these keys.
    Keys(Vec<x25519::Recipient>),
    /// Whoever knows this passphrase.
    Passphrase(SecretString),
}

impl std::fmt::Debug for Receivers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Keys(keys) => f.debug_tuple("Keys").field(&keys.len()).finish(),
            Self::Passphrase(_) => f.write_str("Passphrase"),
        }
    }
}

/// Why something cannot be encrypted or opened.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeFault {
    /// Reading or writing failed.
    #[error(transparent)]
    File(#[from] io::Error),
    /// No receiver, more than [`RECIPIENTS_MAX`], or a key that is none.
    #[error("{0} receivers")]
    Receivers(usize),
    /// It is encrypted to others.
    #[error("not for this device")]
    NotForUs,
    /// It asks for a passphrase.
    #[error("needs a passphrase")]
    NeedsPassphrase,
    /// The passphrase is another.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The envelope is damaged, over a limit, or of a kind that zhiban does not open.
    #[error("damaged envelope")]
    Damaged,
}

impl EnvelopeFault {
    /// Returns what a person is told; the file's name is for the caller to add.
    pub fn problem(&self) -> Problem {
        let said = |kind, message| Problem::new(kind, message);
        match self {
            Self::File(_) | Self::Damaged => said(Kind::Unreadable, "problem-envelope-damaged")
                .hint("problem-bundle-damaged-hint"),
            Self::Receivers(count) => said(Kind::Refused, "problem-envelope-receivers")
                .hint("problem-envelope-receivers-hint")
                .arg("count", count),
            Self::NotForUs => said(Kind::Unreadable, "problem-envelope-not-for-us")
                .hint("problem-envelope-not-for-us-hint"),
            Self::NeedsPassphrase => said(Kind::Unreadable, "problem-envelope-passphrase")
                .hint("problem-envelope-passphrase-hint"),
            Self::WrongPassphrase => said(Kind::Unreadable, "problem-envelope-wrong-passphrase")
                .hint("problem-envelope-passphrase-hint"),
        }
    }
}

impl Receivers {
    /// Returns the holders of these roster keys.
    ///
    /// Fails where there is none, where there are too many, and where one is no key.
    pub fn of_keys(keys: &[String]) -> Result<Self, EnvelopeFault> {
        if keys.is_empty() || keys.len() > RECIPIENTS_MAX {
            return Err(EnvelopeFault::Receivers(keys.len()));
        }
        let keys: Result<Vec<_>, _> = keys.iter().map(|key| key.parse()).collect();
        keys.map(Self::Keys)
            .map_err(|_| EnvelopeFault::Receivers(0))
    }

    /// Returns whoever knows a passphrase.
    pub fn of_passphrase(passphrase: &str) -> Self {
        Self::Passphrase(SecretString::from(passphrase.to_owned()))
    }

    /// Returns the persons of the roster among them.
    pub fn persons(&self, store: &Store) -> Result<Vec<Id>, StoreError> {
        let Self::Keys(keys) = self else {
            return Ok(Vec::new());
        };
        let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
        let mut persons: Vec<Id> = roster_receivers(store)?
            .into_iter()
            .filter(|one| keys.contains(&one.recipient))
            .map(|one| one.person)
            .collect();
        persons.sort_unstable();
        persons.dedup();
        Ok(persons)
    }

    /// Begins to encrypt into `out`; the writer must be finished.
    pub fn encrypt<W: Write>(&self, out: W) -> Result<StreamWriter<W>, EnvelopeFault> {
        let encryptor = match self {
            Self::Keys(keys) => {
                Encryptor::with_recipients(keys.iter().map(|key| key as &dyn age::Recipient))
            }
            Self::Passphrase(passphrase) => {
                let mut recipient = scrypt::Recipient::new(passphrase.clone());
                recipient.set_work_factor(WORK);
                Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            }
        };
        let encryptor = encryptor.map_err(|_| EnvelopeFault::Receivers(0))?;
        Ok(encryptor.wrap_output(out)?)
    }
}

/// A replica that bundles may be for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Whose it is.
    pub person: Id,
    /// The replica.
    pub replica: ReplicaId,
    /// Its X25519 key.
    pub recipient: String,
}

/// Returns the replicas that can open bundles: those of people who have not left, which were
/// not retired.
pub fn roster_receivers(store: &Store) -> Result<Vec<Receiver>, StoreError> {
    let replicas = person::REPLICAS.name();
    let mut found = Vec::new();
    let query = Query {
        registers: vec![person::REGISTER.name],
        limit: Some(PEOPLE),
        ..Query::default()
    };
    for row in store.rows(&query)? {
        let Some(record) = store.record(row.id)? else {
            continue;
        };
        if record.void || record.closed.is_some() {
            continue;
        }
        for key in record.keys(replicas) {
            let cell = |name| record.cell::<String>(replicas, key, name);
            let is_cut = record
                .cell::<i64>(replicas, key, person::CUT_SEQ.name())
                .is_some();
            if let (Ok(replica), Some(recipient), false) =
                (key.parse(), cell(person::RECIPIENT.name()), is_cut)
            {
                found.push(Receiver {
                    person: record.id,
                    replica,
                    recipient,
                });
            }
        }
    }
    Ok(found)
}

/// The most people of a shop.
const PEOPLE: usize = 10_000;

/// What opens envelopes here.
#[derive(Clone, Default)]
pub struct Keys {
    opening: Vec<OpeningKey>,
    passphrase: Option<SecretString>,
}

impl Keys {
    /// Returns the keys of the replicas on this device.
    pub fn of(store: &Store) -> Result<Self, StoreError> {
        Ok(Self {
            opening: store.opening_keys()?,
            passphrase: None,
        })
    }

    /// Adds a passphrase.
    #[must_use]
    pub fn with_passphrase(mut self, passphrase: Option<&str>) -> Self {
        self.passphrase = passphrase.map(|text| SecretString::from(text.to_owned()));
        self
    }

    /// Opens a file from its beginning, encrypted or not; what it holds is decrypted as it is
    /// read, and nothing is written.
    pub fn open(&self, mut file: File) -> Result<Opened, EnvelopeFault> {
        file.seek(SeekFrom::Start(0))?;
        let mut input = BufReader::new(file);
        let mut start = Vec::new();
        (&mut input)
            .take(MAGIC.len() as u64)
            .read_to_end(&mut start)?;
        if start != MAGIC {
            return Ok(Opened::Plain(Cursor::new(start).chain(input)));
        }
        let header = rest_of_header(start, &mut input)?;
        let decryptor = Decryptor::new_buffered(Cursor::new(header).chain(input)).map_err(fault)?;
        self.decrypt(decryptor)
            .map(|opened| Opened::Sealed(Box::new(BufReader::new(opened))))
    }

    fn decrypt<R: Read>(&self, decryptor: Decryptor<R>) -> Result<StreamReader<R>, EnvelopeFault> {
        if !decryptor.is_scrypt() {
            return decryptor
                .decrypt(self.opening.iter().map(OpeningKey::identity))
                .map_err(fault);
        }
        let Some(passphrase) = &self.passphrase else {
            return Err(EnvelopeFault::NeedsPassphrase);
        };
        let mut identity = scrypt::Identity::new(passphrase.clone());
        identity.set_max_work_factor(WORK_MAX);
        decryptor
            .decrypt(std::iter::once(&identity as &dyn age::Identity))
            .map_err(|cause| match fault(cause) {
                EnvelopeFault::NotForUs => EnvelopeFault::WrongPassphrase,
                other => other,
            })
    }
}

/// A file, with its beginning already read.
type Begun = io::Chain<Cursor<Vec<u8>>, BufReader<File>>;

/// What is in an envelope, or a file without one.
pub enum Opened {
    /// It is not encrypted.
    Plain(Begun),
    /// It was encrypted to us.
    Sealed(Box<BufReader<StreamReader<Begun>>>),
}

impl Opened {
    /// Returns whether it was encrypted.
    pub fn is_sealed(&self) -> bool {
        matches!(self, Self::Sealed(_))
    }
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(input) => input.read(buffer),
            Self::Sealed(input) => input.read(buffer),
        }
    }
}

impl BufRead for Opened {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Self::Plain(input) => input.fill_buf(),
            Self::Sealed(input) => input.fill_buf(),
        }
    }

    fn consume(&mut self, count: usize) {
        match self {
            Self::Plain(input) => input.consume(count),
            Self::Sealed(input) => input.consume(count),
        }
    }
}

/// Reads a header to its last line, but no more than a header may have: the parser behind would
/// take any length.
fn rest_of_header(start: Vec<u8>, input: &mut impl BufRead) -> Result<Vec<u8>, EnvelopeFault> {
    let mut header = start;
    let mut recipients = 0;
    loop {
        let begin = header.len();
        let left = HEADER_MAX.saturating_sub(begin) as u64;
        let read = input.take(left).read_until(b'\n', &mut header)?;
        if read == 0 || header.last() != Some(&b'\n') {
            return Err(EnvelopeFault::Damaged);
        }
        if header[begin..].starts_with(LAST) {
            return Ok(header);
        }
        recipients += usize::from(header[begin..].starts_with(RECIPIENT));
        if recipients > RECIPIENTS_MAX {
            return Err(EnvelopeFault::Damaged);
        }
    }
}

fn fault(cause: DecryptError) -> EnvelopeFault {
    match cause {
        DecryptError::NoMatchingKeys => EnvelopeFault::NotForUs,
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
            EnvelopeFault::NotForUs
        }
        DecryptError::Io(cause) => EnvelopeFault::File(cause),
        _ => EnvelopeFault::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(seed: u8) -> Keys {
        Keys {
            opening: vec![OpeningKey::from_secret(&[seed; 32]).unwrap()],
            passphrase: None,
        }
    }

    fn written(receivers: &Receivers, text: &[u8]) -> File {
        let file = tempfile::tempfile().unwrap();
        let mut out = receivers.encrypt(file).unwrap();
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    fn read(keys: &Keys, file: &File) -> Result<Vec<u8>, EnvelopeFault> {
        let mut text = Vec::new();
        keys.open(file.try_clone()?)?.read_to_end(&mut text)?;
        Ok(text)
    }

    #[test]
    fn only_receivers_open_it() {
        let recipients = [1, 2].map(|seed| keys(seed).opening[0].recipient());
        let file = written(&Receivers::of_keys(&recipients).unwrap(), b"text");
        for seed in [1, 2] {
            assert_eq!(read(&keys(seed), &file).unwrap(), b"text");
        }
        assert!(matches!(
            read(&keys(3), &file),
            Err(EnvelopeFault::NotForUs)
        ));
        let with = keys(3).with_passphrase(Some("word"));
        assert!(matches!(read(&with, &file), Err(EnvelopeFault::NotForUs)));
    }

    #[test]
    fn a_passphrase_opens_it_and_another_does_not() {
        let file = written(&Receivers::of_passphrase("word"), b"text");
        let with = |word| keys(1).with_passphrase(word);
        assert_eq!(read(&with(Some("word")), &file).unwrap(), b"text");
        assert!(matches!(
            read(&with(Some("other")), &file),
            Err(EnvelopeFault::WrongPassphrase)
        ));
        assert!(matches!(
            read(&with(None), &file),
            Err(EnvelopeFault::NeedsPassphrase)
        ));
    }

    #[test]
    fn a_plain_file_is_read_as_it_is_and_an_endless_header_is_not() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"plain").unwrap();
        assert_eq!(read(&keys(1), &file).unwrap(), b"plain");
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(MAGIC).unwrap();
        file.write_all(&b"-> X25519 a\n".repeat(10_000)).unwrap();
        assert!(matches!(read(&keys(1), &file), Err(EnvelopeFault::Damaged)));
    }

    #[test]
    fn nobody_and_too_many_are_no_receivers() {
        let one = keys(1).opening[0].recipient();
        assert!(Receivers::of_keys(&[]).is_err());
        assert!(Receivers::of_keys(&["age1x".to_owned()]).is_err());
        assert!(Receivers::of_keys(&vec![one.clone(); 257]).is_err());
        let many = Receivers::of_keys(&vec![one; 256]).unwrap();
        assert_eq!(read(&keys(1), &written(&many, b"text")).unwrap(), b"text");
    }

    #[test]
    fn a_file_for_more_recipients_than_are_written_is_not_read() {
        let recipient: x25519::Recipient = keys(1).opening[0].recipient().parse().unwrap();
        for (count, holds) in [(RECIPIENTS_MAX, true), (RECIPIENTS_MAX + 1, false)] {
            let all = vec![recipient.clone(); count];
            let encryptor =
                Encryptor::with_recipients(all.iter().map(|one| one as &dyn age::Recipient));
            let mut out = encryptor
                .unwrap()
                .wrap_output(tempfile::tempfile().unwrap())
                .unwrap();
            out.write_all(b"text").unwrap();
            let file = out.finish().unwrap();
            assert_eq!(read(&keys(1), &file).is_ok(), holds, "{count}");
        }
    }

    #[test]
    fn a_passphrase_that_takes_too_long_to_try_is_not_tried() {
        let with = keys(1).with_passphrase(Some("word"));
        for (work, holds) in [(WORK_MAX, true), (WORK_MAX + 1, false)] {
            let mut recipient = scrypt::Recipient::new(SecretString::from("word".to_owned()));
            recipient.set_work_factor(work);
            let encryptor =
                Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient));
            let mut out = encryptor
                .unwrap()
                .wrap_output(tempfile::tempfile().unwrap())
                .unwrap();
            out.write_all(b"text").unwrap();
            let file = out.finish().unwrap();
            assert_eq!(read(&with, &file).is_ok(), holds, "{work}");
        }
    }
}
