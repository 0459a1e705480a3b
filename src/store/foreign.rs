//! Events of other replicas: contiguous runs of one stream, checked before they come here.
//!
//! Equal places are compared by chain, never ignored: another hash in a place that is taken
//! opens a further stream that branches there, and nobody's work is lost.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension};

use crate::domain::body::{Absence, Body};
use crate::domain::event::{Event, Seal, genesis};
use crate::domain::id::{Chain, Id, ReplicaId};

use super::ahead::{Arrived, Foreseen};
use super::error::{Result, StoreError};
use super::log;
use super::read::{self, StreamHead};
use super::{Store, data_version, insert, judge, project, schema, search};

/// How long one transaction of appending may hold the write lock.
const HOLD: Duration = Duration::from_millis(100);
/// After so many events the time is looked at.
const LOOK_EVERY: usize = 256;

/// A contiguous run of one stream: the events behind a place, and seals of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The author.
    pub replica: ReplicaId,
    /// The author's public key.
    pub key: [u8; 32],
    /// The seq before the first event.
    pub from_seq: u64,
    /// The chain there, the genesis at 0.
    pub from_chain: Chain,
    /// The events, dense from `from_seq` + 1, chains and digests checked.
    pub events: Vec<Event>,
    /// Seals of these or earlier events, signatures checked.
    pub seals: Vec<Seal>,
}

/// What became of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Events that are new here.
    pub new: u64,
    /// Events that were here already.
    pub here: u64,
    /// Whether the place before the run is not held, so that nothing could be taken (Q3).
    pub missing: bool,
    /// Whether a stream branched.
    pub branched: bool,
    /// Whether its records are folded, as far as they have no events elsewhere.
    pub folded: bool,
}

impl Taken {
    /// Returns whether all of this run was new and went on where its stream ended.
    fn is_new(&self, run: &Run) -> bool {
        self.new == run.events.len() as u64 && !self.branched
    }
}

/// Something that could not go into the log, kept and tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// When it came, milliseconds UTC.
    pub at: i64,
    /// Why (design section 5).
    pub code: String,
    /// The author.
    pub replica: ReplicaId,
    /// Its place in the author's stream.
    pub seq: u64,
    /// Its chain, as far as the sender says.
    pub chain: Chain,
    /// The chain before it.
    pub previous: Chain,
    /// The event as it came.
    pub line: Vec<u8>,
}

/// Returns the local number of a replica, written down at its first appearance.
pub(super) fn intern_replica(conn: &Connection, replica: ReplicaId, key: &[u8; 32]) -> Result<i64> {
    let known: Option<i64> = conn
        .prepare_cached("SELECT no FROM replica WHERE id = ?1")?
        .query_row([replica.0], |row| row.get(0))
        .optional()?;
    if let Some(no) = known {
        return Ok(no);
    }
    conn.execute(
        "INSERT INTO replica(id, key) VALUES(?1, ?2)",
        (replica.0, key),
    )?;
    Ok(conn.last_insert_rowid())
}

impl Store {
    /// Takes in a run of another replica's events: appends what is new as contiguous prefixes,
    /// in transactions that hold the write lock for about a tenth of a second, each with its
    /// heads and the marks of what is to be folded. Killed anywhere, the same run completes it.
    ///
    /// The events' hashes and the seals' signatures must have been checked. `now` is the time
    /// of arrival, milliseconds UTC.
    pub fn append_foreign(&mut self, run: &Run, now: i64) -> Result<Taken> {
        self.append_foreseen(run, None, now)
    }

    /// Takes in a run as [`Store::append_foreign`] does, with what its records were foreseen to
    /// fold to: where all of it is new, that is written with it as far as the time of a
    /// transaction goes, and in further ones.
    pub fn append_foreseen(
        &mut self,
        run: &Run,
        mut foreseen: Option<Foreseen>,
        now: i64,
    ) -> Result<Taken> {
        self.writing(|store| {
            let shop = store.shop_id.ok_or(StoreError::NoShop)?;
            check(run, &genesis(shop, &run.key))?;
            let mut sum = Taken::default();
            let (mut done, mut version) = (0, None);
            let (arrived, version) = loop {
                let (begun, is_first) = (Instant::now(), done == 0);
                let tx = schema::begin(&mut store.conn)?;
                // From where nobody else can write until the first of it is in.
                let version = *version.get_or_insert(data_version(&tx)?);
                let replica_no = intern_replica(&tx, run.replica, &run.key)?;
                let mut taker = Taker::begin(&tx, &store.judge, replica_no, run, (done, now))?;
                if taker.missing {
                    sum.missing = true;
                    return Ok(sum);
                }
                while done < run.events.len() {
                    taker.take(&run.events[done])?;
                    done += 1;
                    if done.is_multiple_of(LOOK_EVERY) && begun.elapsed() > HOLD {
                        break;
                    }
                }
                let is_last = done == run.events.len();
                let (stream, judges) = (taker.stream(), taker.judges());
                let (touched, named) = taker.end(&mut sum)?;
                let arrived = Arrived { stream, named };
                if judges {
                    judge::mark(&tx, &*store.judge.judge(&tx)?)?;
                }
                if is_last {
                    keep_seals(&tx, replica_no, &run.seals)?;
                }
                foreseen.take_if(|_| is_last && !sum.is_new(run));
                let written = match &mut foreseen {
                    Some(foreseen) if is_first && is_last => {
                        foreseen.write(&tx, &store.judge, (&arrived, false), begun)?
                    }
                    _ => HashSet::new(),
                };
                mark(&tx, touched.difference(&written))?;
                tx.commit()?;
                if is_last {
                    break (arrived, version);
                }
            };
            if let Some(foreseen) = foreseen {
                sum.folded = store.write_foreseen(foreseen, run, arrived, version)?;
            }
            Ok(sum)
        })
    }

    /// Writes down a replica that a bundle or the roster names, before any event of it.
    pub fn know_replica(&mut self, replica: ReplicaId, key: &[u8; 32]) -> Result<()> {
        self.writing(|store| {
            if ReplicaId::of_key(key) != replica {
                return Err(StoreError::BrokenChain(replica));
            }
            intern_replica(&store.conn, replica, key).map(drop)
        })
    }

    /// Keeps what could not go into the log.
    pub fn keep_outside(&mut self, all: &[Outside]) -> Result<()> {
        self.writing(|store| {
        let tx = schema::begin(&mut store.conn)?;
        for one in all {
            tx.prepare_cached(
                "INSERT OR REPLACE INTO outside(at, code, replica, seq, chain, previous, line) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((one.at, &one.code, one.replica.0, one.seq as i64, one.chain.0, one.previous.0, &one.line))?;
        }
        tx.commit()?;
        Ok(())
        })
    }

    /// Returns how many events are kept outside of the log.
    pub fn count_outside(&self) -> Result<u64> {
        let mut query = self.conn.prepare_cached("SELECT count(*) FROM outside")?;
        let count: i64 = query.query_row([], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// Returns what is kept outside of the log, by replica and seq.
    pub fn outside(&self) -> Result<Vec<Outside>> {
        let mut query = self.conn.prepare_cached(
            "SELECT at, code, replica, seq, chain, previous, line FROM outside ORDER BY replica, seq, no",
        )?;
        let rows = query.query_map([], |row| {
            Ok(Outside {
                at: row.get(0)?,
                code: row.get(1)?,
                replica: ReplicaId(row.get(2)?),
                seq: row.get::<_, i64>(3)? as u64,
                chain: Chain(row.get(4)?),
                previous: Chain(row.get(5)?),
                line: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Forgets what was outside and has gone into the log.
    pub fn drop_outside(&mut self, chains: &[Chain]) -> Result<()> {
        self.writing(|store| {
            let tx = schema::begin(&mut store.conn)?;
            for chain in chains {
                tx.prepare_cached("DELETE FROM outside WHERE chain = ?1")?
                    .execute([chain.0])?;
            }
            tx.commit()?;
            Ok(())
        })
    }
}

/// Refuses a run that does not hang together: nothing of it may be written.
fn check(run: &Run, genesis: &Chain) -> Result<()> {
    let dense = run
        .events
        .iter()
        .zip(run.from_seq + 1..)
        .all(|(event, seq)| {
            event.head.seq == seq && event.head.replica == run.replica && event.head.check().is_ok()
        });
    let begins = run.from_seq > 0 || run.from_chain == *genesis;
    let owned = ReplicaId::of_key(&run.key) == run.replica;
    if dense && begins && owned {
        Ok(())
    } else {
        Err(StoreError::BrokenChain(run.replica))
    }
}

/// Takes the events of a run into streams, within one transaction.
struct Taker<'a> {
    conn: &'a Connection,
    judge: &'a judge::Kept,
    replica_no: i64,
    streams: Vec<StreamHead>,
    /// Events that are taken and wait to be written together.
    waiting: Vec<(i64, &'a Event)>,
    /// The numbers of their records.
    numbers: insert::Numbers,
    /// The place in `streams` where the last event stands.
    current: usize,
    seq: u64,
    chain: Chain,
    now: i64,
    missing: bool,
    /// Streams that grew.
    grown: HashSet<usize>,
    dirty: HashSet<Id>,
    new: u64,
    here: u64,
    branched: bool,
    /// Whether the roster or an allowance changed.
    roster: bool,
}

impl<'a> Taker<'a> {
    fn begin(
        conn: &'a Connection,
        judge: &'a judge::Kept,
        replica_no: i64,
        run: &'a Run,
        (done, now): (usize, i64),
    ) -> Result<Self> {
        let mut streams = read::streams_of(conn, replica_no)?;
        let (seq, chain) = match done.checked_sub(1).and_then(|last| run.events.get(last)) {
            Some(last) => (last.head.seq, last.chain),
            None => (run.from_seq, run.from_chain),
        };
        if streams.is_empty() && seq == 0 {
            log::open_stream(conn, replica_no, 0, &chain)?;
            streams = read::streams_of(conn, replica_no)?;
        }
        let mut taker = Self {
            conn,
            judge,
            replica_no,
            streams,
            waiting: Vec::with_capacity(LOOK_EVERY),
            numbers: insert::Numbers::default(),
            current: 0,
            seq,
            chain,
            now,
            missing: false,
            grown: HashSet::new(),
            dirty: HashSet::new(),
            new: 0,
            here: 0,
            branched: false,
            roster: false,
        };
        match taker.holder(seq, chain)? {
            Some(place) => taker.current = place,
            None => taker.missing = true,
        }
        Ok(taker)
    }

    /// Returns the stream that holds this chain at this place, the one just used first.
    fn holder(&self, seq: u64, chain: Chain) -> Result<Option<usize>> {
        let places = std::iter::once(self.current).chain(0..self.streams.len());
        for place in places {
            let Some(head) = self.streams.get(place) else {
                continue;
            };
            let holds = if seq == head.seq {
                head.chain == chain
            } else {
                (head.from_seq..head.seq).contains(&seq)
                    && read::chain_at(self.conn, head.stream, seq)? == Some(chain)
            };
            if holds {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    fn take(&mut self, event: &'a Event) -> Result<()> {
        let (seq, at_tip) = (event.head.seq, self.tip());
        let known = if at_tip.is_some() && self.streams.len() == 1 {
            None
        } else {
            // What is looked up must be there.
            self.write()?;
            self.holder(seq, event.chain)?
        };
        if let Some(place) = known {
            self.current = place;
            self.here += 1;
            self.reveal(read::key(self.streams[place].stream, seq), event)?;
        } else {
            self.current = match at_tip {
                Some(place) => place,
                None => self.branch()?,
            };
            let head = &mut self.streams[self.current];
            self.waiting.push((read::key(head.stream, seq), event));
            head.seq = seq;
            head.chain = event.chain;
            self.grown.insert(self.current);
            self.dirty.insert(event.head.record);
            self.roster |= judge::is_judged_by(&event.head.register);
            self.new += 1;
        }
        self.seq = seq;
        self.chain = event.chain;
        if self.waiting.len() == LOOK_EVERY {
            self.write()?;
        }
        Ok(())
    }

    /// Writes what waits.
    fn write(&mut self) -> Result<()> {
        insert::insert_all(self.conn, &self.waiting, &mut self.numbers)?;
        self.waiting.clear();
        Ok(())
    }

    /// Returns the stream whose tip the last event is.
    fn tip(&self) -> Option<usize> {
        let is_tip = |head: &StreamHead| head.seq == self.seq && head.chain == self.chain;
        if self.streams.get(self.current).is_some_and(is_tip) {
            return Some(self.current);
        }
        self.streams.iter().position(is_tip)
    }

    /// Opens a further stream behind the last event.
    fn branch(&mut self) -> Result<usize> {
        let stream = log::open_stream(self.conn, self.replica_no, self.seq, &self.chain)?;
        let replica = self.streams[self.current].replica;
        let (seq, chain) = (self.seq, self.chain);
        self.streams.push(StreamHead {
            stream,
            replica,
            seq,
            chain,
            from_seq: seq,
            from_chain: chain,
        });
        // What the replica decided behind the branch point counts no more, in any branch.
        self.branched = true;
        Ok(self.streams.len() - 1)
    }

    /// Takes the body, or the part of it, that was not here until now: withheld, or sent as
    /// erased by somebody though no `erase` says so. The chain was compared, and with it the
    /// digest.
    fn reveal(&mut self, key: i64, event: &Event) -> Result<()> {
        let gone: bool = self
            .conn
            .prepare_cached(
                "SELECT EXISTS(SELECT 1 FROM body WHERE key = ?1 AND digest IS NOT NULL)",
            )?
            .query_row([key], |row| row.get(0))?;
        if !gone {
            return Ok(());
        }
        let here = read::read(self.conn, "WHERE e.key = ?1", [key])?;
        let Some(here) = here.into_iter().find_map(|stored| stored.event) else {
            return Ok(());
        };
        if !is_fuller(&event.body, &here.body) {
            return Ok(());
        }
        let judge = self.judge.judge(self.conn)?;
        let erases = project::folded(self.conn, &judge, event.head.record, None)?.erases;
        let is_erased = erases.contains(&event.chain);
        let body = match (&event.body, &here.body) {
            // Said by somebody to be erased: only an `erase` in force makes that known.
            (Body::Faceless { .. }, Body::Faceless { .. }) if !is_erased => here.body.clone(),
            (body, _) if is_erased => body.clone().without_personal(Absence::Erased),
            (body, _) => body.clone(),
        };
        if body != here.body {
            self.roster |= judge::is_judged_by(&event.head.register);
            search::forget(self.conn, key, &here)?;
            insert::replace_body(self.conn, key, &body)?;
            if search::has_passed(self.conn, key)? {
                let event = Event {
                    body,
                    ..event.clone()
                };
                search::add(self.conn, key, &event)?;
            }
            self.dirty.insert(event.head.record);
        }
        Ok(())
    }

    /// Returns whether what was taken may change how events are judged: the roster, a branch, or
    /// what a retirement of somebody whose streams branched may mean.
    fn judges(&self) -> bool {
        self.roster || self.branched || self.streams.len() > 1 && self.new > 0
    }

    /// Returns the local number of the stream that the last event stands in.
    fn stream(&self) -> i64 {
        self.streams[self.current].stream
    }

    /// Writes the rest, with the heads; returns the records that are to be folded, and the numbers of
    /// those of which nothing was here before.
    fn end(mut self, taken: &mut Taken) -> Result<(HashSet<Id>, HashMap<Id, i64>)> {
        self.write()?;
        for place in &self.grown {
            let head = &self.streams[*place];
            log::advance(self.conn, head.stream, head.seq, &head.chain, self.now)?;
        }
        taken.new += self.new;
        taken.here += self.here;
        taken.branched |= self.branched;
        Ok((self.dirty, self.numbers.new))
    }
}

/// Marks records as to be folded: in their order that costs less.
fn mark<'a>(conn: &Connection, records: impl Iterator<Item = &'a Id>) -> Result<()> {
    let mut records: Vec<&Id> = records.collect();
    records.sort_unstable();
    let mut query = conn.prepare_cached("INSERT OR IGNORE INTO dirty(record) VALUES(?1)")?;
    for record in records {
        query.execute([record.0])?;
    }
    Ok(())
}

/// Returns whether a body of the same digest has a part that another lacks and lacks none that
/// the other has. Why a part is not here counts too: erased is for good.
fn is_fuller(new: &Body, old: &Body) -> bool {
    let rank = |body: &Body| match body {
        Body::Whole { .. } => 4,
        Body::Faceless { absence, .. } => 2 + u8::from(*absence == Absence::Erased),
        Body::Hidden { absence, .. } => u8::from(*absence == Absence::Erased),
    };
    rank(new) > rank(old)
}

/// Keeps each seal with the stream that holds what it seals.
fn keep_seals(conn: &Connection, replica_no: i64, seals: &[Seal]) -> Result<()> {
    if seals.is_empty() {
        return Ok(());
    }
    let streams = read::streams_of(conn, replica_no)?;
    for seal in seals {
        for head in streams
            .iter()
            .filter(|head| (head.from_seq + 1..=head.seq).contains(&seal.seq))
        {
            if read::chain_at(conn, head.stream, seal.seq)? == Some(seal.chain) {
                log::keep_seal(conn, head.stream, seal)?;
            }
        }
    }
    Ok(())
}
