//! A bundle's file, opened from its beginning as often as it must be read.

use std::fs::File;
use std::io::{BufRead, Read};
use std::path::Path;

use super::fault::BundleFault;
use super::read::Bundle;
use crate::exchange::envelope::{EnvelopeFault, Keys, Opened};
use crate::exchange::join::{ANSWER_LINE_MAX, ANSWER_MAGIC, Answer};
use crate::problem::{Kind, Problem};

/// An open file and what opens it: what was checked is what is read again, also where the name
/// leads to another file by then.
pub(super) struct Carrier<'a> {
    file: File,
    keys: &'a Keys,
}

impl<'a> Carrier<'a> {
    /// Opens a file, encrypted or not.
    pub fn new(path: &Path, keys: &'a Keys) -> Result<Self, BundleFault> {
        // Opening a pipe waits for somebody who writes into it.
        if !path.metadata()?.is_file() {
            return Err(BundleFault::NotAFile);
        }
        Ok(Self {
            file: File::open(path)?,
            keys,
        })
    }

    /// Opens the bundle in it from the beginning.
    pub fn bundle(&self) -> Result<Bundle<Opened>, BundleFault> {
        self.both().map(|(_, bundle)| bundle)
    }

    /// Opens the bundle, with the two lines of an answer where they stand before it.
    fn both(&self) -> Result<(Option<[Vec<u8>; 2]>, Bundle<Opened>), BundleFault> {
        let mut opened = self.keys.open(self.file.try_clone()?)?;
        let preface = if opened.is_sealed() && opened.fill_buf()?.starts_with(ANSWER_MAGIC) {
            opened.consume(ANSWER_MAGIC.len());
            Some([line(&mut opened)?, line(&mut opened)?])
        } else {
            None
        };
        Ok((preface, Bundle::open(opened)?))
    }
}

fn line(input: &mut Opened) -> Result<Vec<u8>, BundleFault> {
    let mut line = Vec::new();
    input.take(ANSWER_LINE_MAX).read_until(b'\n', &mut line)?;
    if line.pop() == Some(b'\n') {
        Ok(line)
    } else {
        Err(BundleFault::Archive("answer".into()))
    }
}

/// Returns the answer to a request to join that a file is, none for any other bundle.
///
/// Fails where the file cannot be opened, and where who packed it did not sign the answer too.
pub fn answer(path: &Path, keys: &Keys) -> Result<Option<Answer>, Problem> {
    let file = path.display().to_string();
    // An answer is encrypted to the key of its request, never to a passphrase.
    let keys = keys.clone().with_passphrase(None);
    let opened = Carrier::new(path, &keys).and_then(|carrier| carrier.both());
    let (preface, bundle) = match opened {
        Err(BundleFault::Envelope(EnvelopeFault::NeedsPassphrase)) => return Ok(None),
        opened => opened.map_err(|fault| fault.problem(&file))?,
    };
    let Some([said, signature]) = preface else {
        return Ok(None);
    };
    let manifest = &bundle.manifest;
    let sender = manifest.replicas.get(manifest.sender);
    let answer = sender
        .and_then(|sender| Answer::read(&said, &signature, &sender.key.0))
        .filter(|answer| answer.shop == manifest.shop);
    answer.map(Some).ok_or_else(|| {
        Problem::new(Kind::Unreadable, "problem-answer-damaged")
            .hint("problem-answer-damaged-hint")
            .arg("file", file)
    })
}
