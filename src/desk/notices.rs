//! What everybody must have read: notices that ask for it, who is meant, who has signed.

use serde_json::json;

use super::Desk;
use super::act::{Done, refused};
use super::people::Person;
use crate::domain::id::{Chain, Id};
use crate::domain::payload::Meaning;
use crate::domain::record::Record;
use crate::domain::registers::notice;
use crate::problem::Problem;
use crate::store::{Order, Query};

/// The most notices that are looked at.
const MOST: usize = 1_000;

/// A notice with who has not read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The notice.
    pub id: Id,
    /// Its headline.
    pub title: String,
    /// Who is meant and has not signed, in the order of names.
    pub people: Vec<Id>,
}

impl Desk {
    /// Returns the notices in force that must be read, the newest first.
    fn must_reads(&self) -> Result<Vec<Record>, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec![notice::REGISTER.name],
            states: vec!["published".to_owned()],
            order: Order::Opened,
            limit: Some(MOST),
            ..Query::default()
        })?;
        let published = rows.iter().filter(|row| !row.void).map(|row| row.id);
        let mut all = self.store().records(published)?;
        all.retain(|record| self.is_must_read(record));
        Ok(all)
    }

    /// Returns whether a record is a notice in force that must be read.
    fn is_must_read(&self, record: &Record) -> bool {
        let now = self.now();
        let is_out =
            record.register == notice::REGISTER.name && record.state == "published" && !record.void;
        is_out
            && record.get(notice::VALID_FROM).is_none_or(|at| at <= now)
            && record.get(notice::VALID_UNTIL).is_none_or(|at| now < at)
            && record.get(notice::MUST_READ) == Some(true)
    }

    /// Returns whether a notice is for a person who has not read it as it stands now. Who wrote
    /// it has.
    fn lacks_reading(&self, record: &Record, person: &Person) -> bool {
        let audience = record.get(notice::AUDIENCE).unwrap_or_default();
        let is_meant = audience.is_empty()
            || person
                .posts
                .iter()
                .any(|post| audience.iter().any(|word| word == post.word()));
        let is_theirs = |replica| {
            self.people()
                .of_replica(replica)
                .is_some_and(|one| one.id == person.id)
        };
        let Some(words) = words_of(record) else {
            return false;
        };
        let wrote = [notice::TEXT.name(), notice::TITLE.name()]
            .iter()
            .find_map(|path| record.write(path))
            .is_some_and(|write| is_theirs(write.trace.replica));
        let signed = record.signatures.iter().any(|sign| {
            sign.meaning == Meaning::Acknowledge
                && sign.of == words
                && is_theirs(sign.trace.replica)
        });
        is_meant && !wrote && !signed
    }

    /// Returns what the person at the desk must read and has not.
    pub fn to_read(&self) -> Result<Vec<Unread>, Problem> {
        let me = self.me()?.clone();
        let mut all = self.unread()?;
        all.retain(|one| one.people.contains(&me.id));
        Ok(all)
    }

    /// Returns the notices that somebody who is meant has not read.
    pub fn unread(&self) -> Result<Vec<Unread>, Problem> {
        let unread = |record: &Record| {
            let people = self.people().all().iter();
            let people = people.filter(|person| self.lacks_reading(record, person));
            Unread {
                id: record.id,
                title: record
                    .text(notice::TITLE.name())
                    .unwrap_or_default()
                    .to_owned(),
                people: people.map(|person| person.id).collect(),
            }
        };
        let all = self.must_reads()?;
        let mut all: Vec<Unread> = all.iter().map(unread).collect();
        all.retain(|one| !one.people.is_empty());
        Ok(all)
    }

    /// Returns whether the person at the desk must read a record and has not.
    pub fn must_read(&self, id: Id) -> Result<bool, Problem> {
        let me = self.me()?;
        let record = self.store().record(id)?;
        Ok(record
            .is_some_and(|record| self.is_must_read(&record) && self.lacks_reading(&record, me)))
    }

    /// Signs that the person at the desk read a notice as it stands now.
    ///
    /// Refused where it is none that they still have to read.
    pub fn read_notice(&mut self, id: Id) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        let words = words_of(&record).filter(|_| record.register == notice::REGISTER.name);
        let (Some(words), true) = (words, self.must_read(id)?) else {
            return Err(refused("problem-notice-read"));
        };
        let title = record.text(notice::TITLE.name()).unwrap_or_default();
        let mut saw = serde_json::Map::new();
        saw.insert(notice::TITLE.name().to_owned(), json!(title));
        let mut act = self.act();
        act.sign(register, id, Meaning::Acknowledge, words, saw, None);
        self.write(act)
    }
}

/// The event that said the notice's words as they stand now.
fn words_of(record: &Record) -> Option<Chain> {
    let writes = [notice::TEXT.name(), notice::TITLE.name()];
    let latest = writes
        .iter()
        .filter_map(|path| record.write(path))
        .max_by_key(|write| write.trace.stamp);
    latest.map(|write| write.trace.chain)
}
