//! Reading the log: events, streams, seals, and how far they were held.

use std::collections::{BTreeMap, HashSet};

use rusqlite::{Connection, OptionalExtension, Row};

use crate::domain::body::{Absence, Body, Personal};
use crate::domain::deadline::limits::Limits;
use crate::domain::event::{Event, Head, Roster, Seal};
use crate::domain::id::{Chain, Id, ReplicaId};
use crate::domain::record::Record;
use crate::domain::stamp::Stamp;

use super::error::Result;
use super::lent::Lent;
use super::{Store, project};

/// The bits of an event's key that hold its seq; the stream's number stands above them.
pub(super) const SEQ_BITS: u32 = 40;
const SEQ_MASK: i64 = (1 << SEQ_BITS) - 1;

/// Returns the key of an event.
pub(super) fn key(stream: i64, seq: u64) -> i64 {
    stream << SEQ_BITS | seq as i64
}

/// Returns the seq within an event's key.
pub(super) fn seq_of(key: i64) -> u64 {
    (key & SEQ_MASK) as u64
}

/// Returns the stream within an event's key.
pub(super) fn stream_of(key: i64) -> i64 {
    key >> SEQ_BITS
}

/// The tip of a stream. A replica has several where its key was used in two places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamHead {
    /// The stream's local number.
    pub stream: i64,
    /// The author.
    pub replica: ReplicaId,
    /// The last seq.
    pub seq: u64,
    /// Its chain.
    pub chain: Chain,
    /// The seq after which the stream begins: 0, or the branch point.
    pub from_seq: u64,
    /// The chain there.
    pub from_chain: Chain,
}

/// How far a store is: what changes whenever events came in or records are folded anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tide {
    /// All events of all streams.
    pub events: i64,
    /// Whether records wait to be folded: somebody imports at this moment.
    pub is_folding: bool,
}

/// How far each stream (by local number) was held at some time.
pub type Held = BTreeMap<i64, u64>;

/// An event as a table row, where its body is there.
pub(super) struct Stored {
    pub(super) key: i64,
    /// None where the body's row is gone.
    pub(super) event: Option<Event>,
    pub(super) chain: Chain,
}

/// An event that is to be folded: read for it, or lent by who is about to write it.
pub(super) struct ToFold<'a> {
    pub(super) key: i64,
    /// None where the body's row is gone.
    pub(super) event: Option<Lent<'a>>,
    pub(super) chain: Chain,
}

impl From<Stored> for ToFold<'static> {
    fn from(stored: Stored) -> Self {
        let Stored { key, event, chain } = stored;
        let event = event.map(Lent::from);
        Self { key, event, chain }
    }
}

/// The number of the record of the first argument, by which all that is computed of it goes.
macro_rules! record_no {
    () => {
        "(SELECT no FROM record_no WHERE id = ?1)"
    };
}
pub(super) use record_no;

/// What an event is read from, without its author.
macro_rules! event_columns {
    () => {
        "SELECT e.key, e.stamp, e.at, e.zone, e.act, e.register, e.record, e.verb, e.version, e.roster, e.chain,
         b.salt, b.facts, b.personal, b.digest, b.key IS NULL"
    };
}

const READ: &str = concat!(
    event_columns!(),
    ", r.id FROM event e JOIN stream s ON s.no = e.key >> 40 JOIN replica r ON r.no = s.replica
     LEFT JOIN body b ON b.key = e.key "
);

/// Two joins less: a record's events are by few authors.
const TO_FOLD: &str = concat!(
    event_columns!(),
    " FROM event_of o CROSS JOIN event e ON e.key = o.key LEFT JOIN body b ON b.key = e.key WHERE o.record = ",
    record_no!(),
    " ORDER BY o.stamp, o.key"
);

/// A part of the log in its order, as it is read to be folded.
const WINDOW: &str = concat!(
    event_columns!(),
    " FROM event e LEFT JOIN body b ON b.key = e.key WHERE e.key > ?1 AND e.key <= ?2 ORDER BY e.key"
);
/// The most bytes of bodies that are read of a part of the log at once.
const WINDOW_BYTES: usize = 8 << 20;

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let mut stored = anonymous(row)?;
    if let Some(event) = &mut stored.event {
        event.head.replica = ReplicaId(row.get(16)?);
        event.head.digest = event.body.digest();
    }
    Ok(stored)
}

/// Reads a row without the author, and without the digest, which no fold needs and three hashes
/// cost.
fn anonymous(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let key: i64 = row.get(0)?;
    let chain = Chain(row.get(10)?);
    let body = if row.get(15)? { None } else { body(row)? };
    let Some(body) = body else {
        return Ok(Stored {
            key,
            event: None,
            chain,
        });
    };
    let head = Head {
        replica: ReplicaId::default(),
        seq: seq_of(key),
        stamp: Stamp(row.get(1)?),
        at: row.get(2)?,
        zone: row.get(3)?,
        act: row.get::<_, i64>(4)? as u64,
        register: row.get(5)?,
        record: Id(row.get(6)?),
        verb: row.get(7)?,
        version: row.get(8)?,
        roster: row.get(9)?,
        digest: [0; 32],
    };
    Ok(Stored {
        key,
        event: Some(Event { head, chain, body }),
        chain,
    })
}

/// The body of a row: `digest` is empty where everything is here, else a byte that says why
/// something is not (1 erased, 2 withheld) and the hash of what is not here.
fn body(row: &Row<'_>) -> rusqlite::Result<Option<Body>> {
    let (salt, facts): (Option<[u8; 16]>, Option<Vec<u8>>) = (row.get(11)?, row.get(12)?);
    let (personal, digest): (Option<Vec<u8>>, Option<Vec<u8>>) = (row.get(13)?, row.get(14)?);
    let gone = digest.and_then(|digest| {
        let (why, hash) = digest.split_first()?;
        let absence = if *why == 1 {
            Absence::Erased
        } else {
            Absence::Withheld
        };
        Some((absence, <[u8; 32]>::try_from(hash).ok()?))
    });
    Ok(match (facts, gone) {
        (Some(facts), None) => {
            let personal = salt
                .zip(personal)
                .map(|(salt, bytes)| Personal { salt, bytes });
            Some(Body::Whole { facts, personal })
        }
        (Some(facts), Some((absence, part))) => Some(Body::Faceless {
            facts,
            part,
            absence,
        }),
        (None, Some((absence, digest))) => Some(Body::Hidden { digest, absence }),
        (None, None) => None,
    })
}

/// Reads events by a condition and order.
pub(super) fn read(
    conn: &Connection,
    rest: &str,
    args: impl rusqlite::Params,
) -> Result<Vec<Stored>> {
    let mut query = conn.prepare_cached(&format!("{READ}{rest}"))?;
    let rows = query.query_map(args, stored)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const OF_RECORD: &str = concat!(
    "JOIN event_of o ON o.key = e.key WHERE o.record = ",
    record_no!(),
    " ORDER BY o.stamp, o.key"
);

/// Returns the queries that read a record's events.
#[cfg(test)]
pub(super) fn of_record_queries() -> [String; 2] {
    [format!("{READ}{OF_RECORD}"), TO_FOLD.to_owned()]
}

/// Reads all events of a record, in stamp order.
pub(super) fn of_record(conn: &Connection, record: Id) -> Result<Vec<Stored>> {
    read(conn, OF_RECORD, [record.0])
}

/// Reads all events of a record to be folded: their heads lack the digest.
pub(super) fn to_fold(conn: &Connection, record: Id) -> Result<Vec<Stored>> {
    let mut query = conn.prepare_cached(TO_FOLD)?;
    let rows = query.query_map([record.0], anonymous)?;
    let mut all: Vec<Stored> = rows.collect::<rusqlite::Result<_>>()?;
    let mut last = None;
    for one in &mut all {
        let stream = stream_of(one.key);
        let replica = match last {
            Some((same, replica)) if same == stream => replica,
            _ => author_of(conn, stream)?,
        };
        last = Some((stream, replica));
        if let Some(event) = &mut one.event {
            event.head.replica = replica;
        }
    }
    Ok(all)
}

/// Reads the events of one stream behind one key up to another to be folded, at most `most`: their
/// heads lack the digest.
pub(super) fn window(conn: &Connection, from: i64, to: i64, most: usize) -> Result<Vec<Stored>> {
    let author = author_of(conn, stream_of(to))?;
    let mut query = conn.prepare_cached(WINDOW)?;
    let mut rows = query.query((from, to))?;
    let (mut all, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let mut stored = anonymous(row)?;
        if let Some(event) = &mut stored.event {
            event.head.replica = author;
            bytes += event.body.len();
        }
        all.push(stored);
        if all.len() == most || bytes > WINDOW_BYTES {
            break;
        }
    }
    Ok(all)
}

/// Returns who writes a stream.
fn author_of(conn: &Connection, stream: i64) -> Result<ReplicaId> {
    let mut query = conn.prepare_cached(
        "SELECT r.id FROM stream s JOIN replica r ON r.no = s.replica WHERE s.no = ?1",
    )?;
    Ok(ReplicaId(query.query_row([stream], |row| row.get(0))?))
}

/// What a stream's head is read from.
pub(super) const HEADS: &str = "SELECT s.no, r.id, s.seq, s.chain, s.from_seq, s.from_chain FROM stream s JOIN replica r ON r.no = s.replica ";

pub(super) fn head_at(row: &Row<'_>) -> rusqlite::Result<StreamHead> {
    Ok(StreamHead {
        stream: row.get(0)?,
        replica: ReplicaId(row.get(1)?),
        seq: row.get::<_, i64>(2)? as u64,
        chain: Chain(row.get(3)?),
        from_seq: row.get::<_, i64>(4)? as u64,
        from_chain: Chain(row.get(5)?),
    })
}

/// Returns a replica's streams, the first of which is the one without a branch point.
pub(super) fn streams_of(conn: &Connection, replica_no: i64) -> Result<Vec<StreamHead>> {
    let mut query = conn.prepare_cached(&format!("{HEADS}WHERE s.replica = ?1 ORDER BY s.no"))?;
    let rows = query.query_map([replica_no], head_at)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether a row of `event` counts: it is not said not to, or only that its personal part is not
/// here (Q12).
macro_rules! counts {
    () => {
        "NOT EXISTS (SELECT 1 FROM unfolded u WHERE u.key = event.key AND
           (u.code <> 'Q12' OR (SELECT b.facts FROM body b WHERE b.key = u.key) IS NULL))"
    };
}
pub(super) use counts;

/// Returns the short chain of the newest roster event that counts, zeros where there is none.
pub(super) fn roster(conn: &Connection) -> Result<Roster> {
    let mut query = conn.prepare_cached(concat!(
        "SELECT chain FROM event WHERE register = 'person' AND ",
        counts!(),
        " ORDER BY stamp DESC, chain DESC LIMIT 1"
    ))?;
    let chain: Option<[u8; 32]> = query.query_row([], |row| row.get(0)).optional()?;
    Ok(chain.map_or([0; 8], |chain| Chain(chain).short().0))
}

impl Store {
    /// Returns the local numbers of the streams that hold roster events.
    pub fn roster_streams(&self) -> Result<Vec<i64>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT DISTINCT key >> 40 FROM event WHERE register = 'person'")?;
        let rows = query.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the tips of all streams.
    pub fn heads(&self) -> Result<Vec<StreamHead>> {
        heads(&self.conn)
    }

    /// Returns the time (milliseconds UTC, by its author's clock) of the newest event of a
    /// replica, none where it has none here.
    pub fn newest_of(&self, replica: ReplicaId) -> Result<Option<i64>> {
        let mut query = self.conn.prepare_cached(
            "SELECT max(e.stamp >> 16) FROM replica r JOIN stream s ON s.replica = r.no
             JOIN event e ON e.key = (s.no << 40 | s.seq) WHERE r.id = ?1",
        )?;
        Ok(query.query_row([replica.0], |row| row.get(0))?)
    }

    /// Returns the letters of a replica's numbers: the roster's, else its first two digits.
    pub fn letters(&self, replica: ReplicaId) -> Result<String> {
        project::letters(&self.conn, replica)
    }

    /// Returns how many events are in the log and do not count, and how many wait outside.
    pub fn held_counts(&self) -> Result<(u64, u64)> {
        let mut query = self.conn.prepare_cached(
            "SELECT (SELECT count(*) FROM unfolded), (SELECT count(*) FROM outside)",
        )?;
        let counts: (i64, i64) = query.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((counts.0 as u64, counts.1 as u64))
    }

    /// Returns how far the store is, from its heads alone.
    pub fn tide(&self) -> Result<Tide> {
        let mut query = self.conn.prepare_cached(
            "SELECT (SELECT coalesce(sum(seq - from_seq), 0) FROM stream), EXISTS(SELECT 1 FROM dirty)",
        )?;
        Ok(query.query_row([], |row| {
            Ok(Tide {
                events: row.get(0)?,
                is_folding: row.get(1)?,
            })
        })?)
    }

    /// Returns a record as its events fold now, none where no event of it counts.
    pub fn record(&self, id: Id) -> Result<Option<Record>> {
        Ok(project::folded(&self.conn, &*self.judge.judge(&self.conn)?, id, None)?.record)
    }

    /// Returns the shop's limits as they are now.
    pub fn limits(&self) -> Result<Limits> {
        project::limits(&self.conn)
    }

    /// Returns those of these records of which an event counts, as their events fold now.
    pub fn records(&self, ids: impl IntoIterator<Item = Id>) -> Result<Vec<Record>> {
        let judge = self.judge.judge(&self.conn)?;
        let mut all = Vec::new();
        for id in ids {
            all.extend(project::folded(&self.conn, &judge, id, None)?.record);
        }
        Ok(all)
    }

    /// Returns a record as it stood in what was held at some time.
    pub fn record_held(&self, id: Id, held: &Held) -> Result<Option<Record>> {
        Ok(project::folded(&self.conn, &*self.judge.judge(&self.conn)?, id, Some(held))?.record)
    }

    /// Returns the events of a record in stamp order, those without a body left out.
    pub fn events(&self, record: Id) -> Result<Vec<Event>> {
        Ok(of_record(&self.conn, record)?
            .into_iter()
            .filter_map(|stored| stored.event)
            .collect())
    }

    /// Returns the events of a record that count, in the order in which they are folded.
    pub fn counted_events(&self, record: Id) -> Result<Vec<Event>> {
        let mut query = self.conn.prepare_cached(concat!(
            "SELECT event.key FROM event_of event WHERE record = ",
            record_no!(),
            " AND ",
            counts!()
        ))?;
        let counted = query.query_map([record.0], |row| row.get(0))?;
        let counted: HashSet<i64> = counted.collect::<rusqlite::Result<_>>()?;
        let mut stored = of_record(&self.conn, record)?;
        stored.retain(|one| counted.contains(&one.key));
        let mut events: Vec<Event> = stored.into_iter().filter_map(|one| one.event).collect();
        events.sort_by_key(Event::order);
        Ok(events)
    }

    /// Returns an event of a record by its chain.
    pub fn event(&self, record: Id, chain: Chain) -> Result<Option<Event>> {
        Ok(self
            .events(record)?
            .into_iter()
            .find(|event| event.chain == chain))
    }

    /// Returns the first event of each replica: in a drill shop it says who writes there.
    pub fn first_events(&self) -> Result<Vec<Event>> {
        let first = "JOIN stream f ON f.from_seq = 0 AND e.key = f.no << 40 | 1 ORDER BY f.no";
        Ok(read(&self.conn, first, [])?
            .into_iter()
            .filter_map(|stored| stored.event)
            .collect())
    }

    /// Returns the events of an act in order.
    pub fn act_events(&self, replica: ReplicaId, act: u64) -> Result<Vec<Event>> {
        let mut all = Vec::new();
        for head in self
            .heads()?
            .into_iter()
            .filter(|head| head.replica == replica && head.seq >= act)
        {
            let from = act.max(head.from_seq + 1);
            let mut next = from;
            // The events of an act are consecutive.
            'stream: loop {
                let page = self.stream_events(head.stream, next, next + 99)?;
                for event in &page {
                    if event.head.act != act {
                        break 'stream;
                    }
                    all.push(event.clone());
                }
                if page.len() < 100 {
                    break;
                }
                next += 100;
            }
        }
        Ok(all)
    }

    /// Returns a stream's events from one seq to another, both included; a damaged one ends it.
    pub fn stream_events(&self, stream: i64, from_seq: u64, to_seq: u64) -> Result<Vec<Event>> {
        let rows = read(
            &self.conn,
            "WHERE e.key BETWEEN ?1 AND ?2 ORDER BY e.key",
            (key(stream, from_seq), key(stream, to_seq)),
        )?;
        Ok(rows.into_iter().map_while(|stored| stored.event).collect())
    }

    /// Returns the chain at a place of a stream, also at its branch point.
    pub fn chain_at(&self, stream: i64, seq: u64) -> Result<Option<Chain>> {
        chain_at(&self.conn, stream, seq)
    }

    /// Returns the seals of a stream between two seqs, both included.
    pub fn seals(&self, stream: i64, from_seq: u64, to_seq: u64) -> Result<Vec<Seal>> {
        let mut query = self.conn.prepare_cached(
            "SELECT r.id, a.seq, a.chain, a.roster, a.signature FROM seal a JOIN stream s ON s.no = a.stream
             JOIN replica r ON r.no = s.replica WHERE a.stream = ?1 AND a.seq BETWEEN ?2 AND ?3 ORDER BY a.seq",
        )?;
        let rows = query.query_map(
            (
                stream,
                from_seq as i64,
                i64::try_from(to_seq).unwrap_or(i64::MAX),
            ),
            |row| {
                Ok(Seal {
                    replica: ReplicaId(row.get(0)?),
                    seq: row.get::<_, i64>(1)? as u64,
                    chain: Chain(row.get(2)?),
                    roster: row.get(3)?,
                    signature: row.get(4)?,
                })
            },
        )?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns how far each stream was held at a time (milliseconds UTC), by arrival.
    pub fn held_at(&self, time: i64) -> Result<Held> {
        let mut query = self.conn.prepare_cached(
            "SELECT stream, max(to_seq) FROM arrival WHERE at <= ?1 GROUP BY stream",
        )?;
        let rows = query.query_map([time], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)? as u64))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

pub(super) fn heads(conn: &Connection) -> Result<Vec<StreamHead>> {
    let mut query = conn.prepare_cached(&format!("{HEADS}ORDER BY s.no"))?;
    let rows = query.query_map([], head_at)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn chain_at(conn: &Connection, stream: i64, seq: u64) -> Result<Option<Chain>> {
    let mut query = conn.prepare_cached(
        "SELECT chain FROM event WHERE key = ?1
         UNION ALL SELECT from_chain FROM stream WHERE no = ?2 AND from_seq = ?3 LIMIT 1",
    )?;
    Ok(query
        .query_row((key(stream, seq), stream, seq as i64), |row| row.get(0))
        .optional()?
        .map(Chain))
}
