//! Writing the log: own events are appended here, one act a transaction.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::chance::Random;
use crate::domain::authority::is_authority_event;
use crate::domain::body::Body;
use crate::domain::event::{Event, Head, Roster, Seal};
use crate::domain::id::{Chain, Id, ReplicaId, ShopId};
use crate::domain::payload::{Change, Payload};
use crate::domain::register::Register;
use crate::domain::registers::NUMBER;
use crate::domain::seal::ReplicaKey;
use crate::domain::stamp::Stamp;

use super::error::{Result, StoreError};
use super::insert::insert;
use super::read::{HEADS, StreamHead, counts, head_at, heads, key, of_record, record_no, roster};
use super::{Store, judge, project, schema, stop, watch};

/// At the latest so many events stand behind a seal.
const SEAL_EVERY: u64 = 100;

/// Who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Author {
    /// The replica, whose key must be on this machine.
    pub replica: ReplicaId,
    /// The offset from UTC in minutes.
    pub zone: i16,
}

/// An event to be written.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The record's register.
    pub register: &'static Register,
    /// The record.
    pub record: Id,
    /// What happens to it.
    pub payload: Payload,
    /// When it happened, milliseconds UTC.
    pub at: i64,
    /// Whether the record gets its number for people by this `open` or `set`.
    pub numbered: bool,
}

impl Draft {
    /// Returns a draft without a number for people.
    pub fn new(register: &'static Register, record: Id, payload: Payload, at: i64) -> Self {
        Self {
            register,
            record,
            payload,
            at,
            numbered: false,
        }
    }

    /// Gives the record a number for people, unless it has one.
    #[must_use]
    pub fn numbered(mut self) -> Self {
        self.numbered = true;
        self
    }
}

/// What was appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The act: the seq of its first event in the author's stream.
    pub act: u64,
    /// The events, in the order of the drafts.
    pub chains: Vec<Chain>,
    /// The touched records, without repetition.
    pub records: Vec<Id>,
}

/// Opens a stream behind a point and returns its number.
pub(super) fn open_stream(
    conn: &Connection,
    replica_no: i64,
    from_seq: u64,
    from_chain: &Chain,
) -> Result<i64> {
    conn.execute(
        "INSERT INTO stream(replica, from_seq, from_chain, seq, chain, indexed) VALUES(?1, ?2, ?3, ?2, ?3, ?2)",
        (replica_no, from_seq as i64, from_chain.0),
    )?;
    Ok(conn.last_insert_rowid())
}

/// Moves a stream's head, and writes down when it got so far.
pub(super) fn advance(
    conn: &Connection,
    stream: i64,
    seq: u64,
    chain: &Chain,
    now: i64,
) -> Result<()> {
    conn.prepare_cached("UPDATE stream SET seq = ?2, chain = ?3 WHERE no = ?1")?
        .execute((stream, seq as i64, chain.0))?;
    conn.prepare_cached("INSERT OR REPLACE INTO arrival(stream, to_seq, at) VALUES(?1, ?2, ?3)")?
        .execute((stream, seq as i64, now))?;
    Ok(())
}

/// Keeps a seal of a held head.
pub(super) fn keep_seal(conn: &Connection, stream: i64, seal: &Seal) -> Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO seal(stream, seq, chain, roster, signature) VALUES(?1, ?2, ?3, ?4, ?5)")?
        .execute((stream, seal.seq as i64, seal.chain.0, seal.roster, seal.signature))?;
    Ok(())
}

impl Store {
    /// Appends one act in one transaction: all of it is durable when this returns, or nothing
    /// is. `now` is the wall clock in milliseconds UTC.
    ///
    /// Fails with `NotSaved` only after looking whether a failed commit is there all the same.
    pub fn append(
        &mut self,
        author: &Author,
        now: i64,
        random: &mut dyn Random,
        drafts: &[Draft],
    ) -> Result<Appended> {
        self.append_to(None, author, now, random, drafts)
    }

    /// Goes on with the author's last act in a further transaction.
    pub fn append_continuing(
        &mut self,
        author: &Author,
        now: i64,
        random: &mut dyn Random,
        drafts: &[Draft],
        act: u64,
    ) -> Result<Appended> {
        self.append_to(Some(act), author, now, random, drafts)
    }

    /// Appends a part of a long act in a transaction of its own: the first without `act`, each
    /// further one with the act that the first returned, which must be the author's last.
    pub fn append_to(
        &mut self,
        act: Option<u64>,
        author: &Author,
        now: i64,
        random: &mut dyn Random,
        drafts: &[Draft],
    ) -> Result<Appended> {
        self.writing(|store| {
            let shop = store.shop.as_ref().ok_or(StoreError::NoShop)?.id;
            let key = store
                .keys
                .get(&author.replica)
                .cloned()
                .ok_or(StoreError::NoKey(author.replica))?;
            let tx = schema::begin(&mut store.conn)?;
            let mut writer = Writer::begin(&tx, shop, &key, author, act)?;
            stop::check(&tx, &writer.head, drafts)?;
            for draft in drafts {
                writer.write(now, random, draft)?;
            }
            let (appended, head) = writer.end(now)?;
            let judges = |draft: &Draft| judge::is_judged_by(draft.register.name);
            if drafts.iter().any(judges) {
                judge::mark(&tx, &*store.judge.judge(&tx)?)?;
            }
            watch::settle(&tx, &store.judge, &appended.records)?;
            match tx.commit() {
                Ok(()) => {
                    store.drop_anchor();
                    Ok(appended)
                }
                Err(error) => store.after_failed_commit(&head, appended, error),
            }
        })
    }

    /// Seals the head of an own replica's stream, where it is not sealed: before an export.
    pub fn seal_head(&mut self, replica: ReplicaId) -> Result<()> {
        self.writing(|store| {
            let shop = store.shop.as_ref().ok_or(StoreError::NoShop)?.id;
            let key = store
                .keys
                .get(&replica)
                .cloned()
                .ok_or(StoreError::NoKey(replica))?;
            let tx = schema::begin(&mut store.conn)?;
            let roster = roster(&tx)?;
            for head in heads(&tx)?
                .into_iter()
                .filter(|head| head.replica == replica && head.seq > head.from_seq)
            {
                let sealed: bool = tx.query_row(
                    "SELECT EXISTS(SELECT 1 FROM seal WHERE stream = ?1 AND seq = ?2)",
                    (head.stream, head.seq as i64),
                    |row| row.get(0),
                )?;
                if !sealed {
                    keep_seal(
                        &tx,
                        head.stream,
                        &key.seal(shop, head.seq, head.chain, roster),
                    )?;
                }
            }
            tx.commit()?;
            Ok(())
        })
    }
}

/// Writes the events of one act within a transaction.
struct Writer<'a> {
    tx: &'a Transaction<'a>,
    shop: ShopId,
    key: &'a ReplicaKey,
    author: &'a Author,
    head: StreamHead,
    roster: Roster,
    stamps: BTreeMap<Id, Stamp>,
    appended: Appended,
}

impl<'a> Writer<'a> {
    fn begin(
        tx: &'a Transaction<'a>,
        shop: ShopId,
        key: &'a ReplicaKey,
        author: &'a Author,
        act: Option<u64>,
    ) -> Result<Self> {
        let mut query = tx.prepare_cached(&format!("{HEADS}WHERE r.id = ?1 ORDER BY s.no"))?;
        let streams: Vec<StreamHead> = query
            .query_map([author.replica.0], head_at)?
            .collect::<rusqlite::Result<_>>()?;
        let head = match streams.as_slice() {
            [head] => head.clone(),
            [] => return Err(StoreError::NoKey(author.replica)),
            _ => return Err(StoreError::Branched(author.replica)),
        };
        let act = match act {
            None => head.seq + 1,
            Some(act) if last_act(tx, &head)? == Some(act) => act,
            Some(act) => return Err(StoreError::ActOver(act)),
        };
        let appended = Appended {
            act,
            chains: Vec::new(),
            records: Vec::new(),
        };
        Ok(Self {
            tx,
            shop,
            key,
            author,
            head,
            roster: roster(tx)?,
            stamps: BTreeMap::new(),
            appended,
        })
    }

    fn write(&mut self, now: i64, random: &mut dyn Random, draft: &Draft) -> Result<()> {
        let mut payload = draft.payload.clone();
        if draft.numbered {
            project::number(self.tx, self.author.replica, draft, &mut payload)?;
        }
        check_fields(draft.register, &payload)?;
        let is_personal = |path: &str| {
            draft
                .register
                .field(path)
                .is_some_and(|field| field.personal)
        };
        let (facts, personal) = payload.write(is_personal);
        let mut salt = [0; 16];
        if !personal.is_empty() {
            random.fill(&mut salt);
        }
        let body = Body::write(&facts, &personal, salt)
            .map_err(|fault| StoreError::Event(fault.into()))?;
        let own = !self.voids_of_others(draft.record, &payload)?;
        // What takes back a whole record may turn out to take back what a colleague did meanwhile.
        let is_whole = matches!(payload, Payload::Void { events: None, .. });
        let authority = is_whole || is_authority_event(draft.register.name, &payload, own);
        let head = Head {
            replica: self.author.replica,
            seq: self.head.seq + 1,
            stamp: self.stamp(now, draft.register.name, draft.record)?,
            at: draft.at,
            zone: self.author.zone,
            act: self.appended.act,
            register: draft.register.name.to_owned(),
            record: draft.record,
            verb: payload.verb() as u8,
            version: draft.register.version,
            roster: if authority { self.roster } else { [0; 8] },
            digest: [0; 32],
        };
        let event = Event::after(&self.head.chain, head, body)?;
        insert(self.tx, key(self.head.stream, event.head.seq), &event)?;
        self.head.seq = event.head.seq;
        self.head.chain = event.chain;
        if authority || event.head.seq.is_multiple_of(SEAL_EVERY) {
            keep_seal(
                self.tx,
                self.head.stream,
                &self
                    .key
                    .seal(self.shop, event.head.seq, event.chain, self.roster),
            )?;
        }
        if draft.register.name == "person" {
            self.roster = roster(self.tx)?;
        }
        self.appended.chains.push(event.chain);
        Ok(())
    }

    /// Returns the record's next stamp: only stamps of this record move it, a roster event's
    /// those of the whole roster.
    fn stamp(&mut self, now: i64, register: &str, record: Id) -> Result<Stamp> {
        let last = if let Some(last) = self.stamps.get(&record) {
            Some(*last)
        } else {
            self.appended.records.push(record);
            newest_folded(self.tx, record)?
        };
        // The roster is judged event by event in this order: a supervisor whose clock is behind
        // must not seem to act before being admitted.
        let last = if register == "person" {
            last.max(newest_roster(self.tx)?)
        } else {
            last
        };
        let stamp = Stamp::next(now, last);
        self.stamps.insert(record, stamp);
        Ok(stamp)
    }

    /// Taking back what another wrote is for the roster to decide.
    fn voids_of_others(&self, record: Id, payload: &Payload) -> Result<bool> {
        let Payload::Void { events, .. } = payload else {
            return Ok(false);
        };
        let all = of_record(self.tx, record)?;
        let named = |chain: &Chain| events.as_ref().is_none_or(|events| events.contains(chain));
        Ok(all
            .iter()
            .filter(|stored| named(&stored.chain))
            .any(|stored| {
                stored
                    .event
                    .as_ref()
                    .is_none_or(|event| event.head.replica != self.author.replica)
            }))
    }

    fn end(self, now: i64) -> Result<(Appended, StreamHead)> {
        if !self.appended.chains.is_empty() {
            advance(
                self.tx,
                self.head.stream,
                self.head.seq,
                &self.head.chain,
                now,
            )?;
        }
        Ok((self.appended, self.head))
    }
}

/// What does not count moves no stamp: a stranger could push a record's order away.
fn newest_folded(conn: &Connection, record: Id) -> Result<Option<Stamp>> {
    let mut query = conn.prepare_cached(concat!(
        "SELECT stamp FROM event_of event WHERE record = ",
        record_no!(),
        " AND ",
        counts!(),
        " ORDER BY stamp DESC LIMIT 1"
    ))?;
    let stamp: Option<i64> = query.query_row([record.0], |row| row.get(0)).optional()?;
    Ok(stamp.map(Stamp))
}

fn newest_roster(conn: &Connection) -> Result<Option<Stamp>> {
    let mut query = conn.prepare_cached(concat!(
        "SELECT stamp FROM event WHERE register = 'person' AND ",
        counts!(),
        " ORDER BY stamp DESC LIMIT 1"
    ))?;
    let stamp: Option<i64> = query.query_row([], |row| row.get(0)).optional()?;
    Ok(stamp.map(Stamp))
}

fn last_act(conn: &Connection, head: &StreamHead) -> Result<Option<u64>> {
    let act: Option<i64> = conn
        .query_row(
            "SELECT act FROM event WHERE key = ?1",
            [key(head.stream, head.seq)],
            |row| row.get(0),
        )
        .optional()?;
    Ok(act.map(|act| act as u64))
}

/// Refuses values that the declaration does not know: they would go where nobody looks.
fn check_fields(register: &Register, payload: &Payload) -> Result<()> {
    let (Payload::Open(Change { fields, .. }) | Payload::Set(Change { fields, .. })) = payload
    else {
        return Ok(());
    };
    for (path, value) in fields {
        let fits = path == NUMBER.name()
            || register
                .field(path)
                .is_some_and(|field| field.kind.accepts(value));
        if !fits {
            return Err(StoreError::Field {
                register: register.name.to_owned(),
                field: path.clone(),
            });
        }
    }
    Ok(())
}
