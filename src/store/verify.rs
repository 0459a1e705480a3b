//! Re-checking everything: chains, digests, seals, and every row against a fresh fold.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::domain::event::{Event, genesis};
use crate::domain::id::{Chain, Id, ReplicaId};
use crate::domain::record::Record;
use crate::domain::seal::Signer;

use super::error::{Result, StoreError};
use super::project::{Folded, Projector};
use super::read::{self, Stored, StreamHead};
use super::row::{Projected, Ready};
use super::watch::{self, Contradiction};
use super::words::Extent;
use super::{Store, id_at, insert, schema};

/// How many events are read at a time.
const PAGE: u64 = 1_000;
/// How many records are looked at between two words about how far it is.
const TOLD: u64 = 100;

/// Something that is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// The event's short id or the record's id.
    pub id: String,
    /// The author, where it is about an event.
    pub replica: Option<ReplicaId>,
    /// The place in the author's stream.
    pub seq: Option<u64>,
    /// The message id of the sentence.
    pub message: &'static str,
}

/// What `verify` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Whether nothing is broken.
    pub clean: bool,
    /// How many events there are.
    pub events: u64,
    /// How many records they make.
    pub records: u64,
    /// How many replicas wrote them.
    pub replicas: u64,
    /// The state of everything, in hexadecimal digits.
    pub state: String,
    /// The state of each register.
    pub states: BTreeMap<String, String>,
    /// What is broken.
    pub defects: Vec<Defect>,
}

/// How far a look at everything is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checking {
    /// How many events and records were looked at.
    pub done: u64,
    /// How many there are.
    pub of: u64,
}

impl Store {
    /// Re-checks the whole store and computes its state.
    ///
    /// The **mark** of a record is blake3 of its canonical JSON: one line without spaces, keys
    /// in byte order, of the object `{"assigned_by","attachments":[chain],"closed",
    /// "conflicts":[[kind,about,[chain]]],"entries":[[chain,at,void,seen_sent,[chain]]],
    /// "fields":{name:shown value},"first_owner","id","links":[chain],"live":{path:[[chain,
    /// value,exported_at]]},"opened","owner","register","signatures":[chain],"state",
    /// "steps":[chain],"unfolded":[[chain,code]],"void","voided":[chain]}`; chains and ids in
    /// hexadecimal digits, times in milliseconds UTC, lists in the record's order, `unfolded`
    /// by chain. A record of which nothing folds has only `id`, `register` and `unfolded`.
    ///
    /// The state of a register is blake3 over the marks of its records by id. The **state** is
    /// blake3 over the marks of all records by id, then for each contradiction across records,
    /// by id, its 16 bytes and a byte that is 1 where it was acknowledged. No clock, deadline,
    /// local mark, search index or order of arrival enters it.
    pub fn verify(&self) -> Result<Verified> {
        let (verified, _) = self.check_everything(&mut |_| true)?;
        Ok(verified)
    }

    /// Re-checks as [`Self::verify`] does, telling how far it is; none where `going_on` says
    /// that nobody waits for it any more.
    pub fn verify_by(
        &self,
        going_on: &mut dyn FnMut(Checking) -> bool,
    ) -> Result<Option<Verified>> {
        let (verified, is_whole) = self.check_everything(going_on)?;
        Ok(is_whole.then_some(verified))
    }

    /// Looks at everything; false where it was stopped before its end.
    fn check_everything(
        &self,
        going_on: &mut dyn FnMut(Checking) -> bool,
    ) -> Result<(Verified, bool)> {
        let heads = self.heads()?;
        let mut checker = Checker::new(self.extent(&heads)?, going_on);
        for head in &heads {
            self.check_stream(head, &mut checker)?;
        }
        if !checker.is_stopped {
            self.check_database(&mut checker)?;
        }
        match self.check_folds(&mut checker) {
            // What is named already keeps the rest from being folded.
            Err(fault) if fault.is_unreadable() && !checker.defects.is_empty() => {
                checker.defect(String::new(), "problem-verify-record");
            }
            done => done?,
        }
        let replicas: BTreeSet<ReplicaId> = heads
            .iter()
            .filter(|head| head.seq > head.from_seq)
            .map(|head| head.replica)
            .collect();
        let hex = |hasher: blake3::Hasher| hasher.finalize().to_hex().to_string();
        let verified = Verified {
            clean: checker.defects.is_empty(),
            events: checker.events,
            records: checker.records,
            replicas: replicas.len() as u64,
            state: hex(checker.all),
            states: checker
                .registers
                .into_iter()
                .map(|(name, hasher)| (name, hex(hasher)))
                .collect(),
            defects: checker.defects,
        };
        Ok((verified, !checker.is_stopped))
    }

    /// Returns how many events and records there are to look at.
    fn extent(&self, heads: &[StreamHead]) -> Result<u64> {
        let events = heads.iter();
        let events = events.map(|head| head.seq.saturating_sub(head.from_seq));
        let records: i64 = self
            .conn
            .query_row("SELECT count(*) FROM record", [], |row| row.get(0))?;
        let events = events.fold(0, u64::saturating_add);
        Ok(events.saturating_add(records.max(0) as u64))
    }

    /// Drops everything computed and folds it anew from the log.
    pub fn rebuild(&mut self) -> Result<()> {
        self.writing(|store| {
            let tx = schema::begin(&mut store.conn)?;
            schema::drop_projections(&tx)?;
            Ok(tx.commit()?)
        })?;
        self.fold_rest(&mut |_| true).map(drop)
    }

    fn check_folds(&self, checker: &mut Checker<'_>) -> Result<()> {
        if checker.is_stopped {
            return Ok(());
        }
        let projector = Projector::new(&self.conn, self.judge.judge(&self.conn)?)?;
        self.check_records(&projector, checker)?;
        if checker.is_stopped {
            return Ok(());
        }
        self.check_watches(&projector, checker)
    }

    /// Reads the events of a stream behind a place, up to another. One of which a column holds
    /// what it never can is there without its event, so that it is named and not the end.
    fn page(&self, stream: i64, seq: u64, upto: u64) -> Result<Vec<Stored>> {
        let between = |from: u64, upto: u64| {
            read::read(
                &self.conn,
                "WHERE e.key BETWEEN ?1 AND ?2 ORDER BY e.key",
                (read::key(stream, from), read::key(stream, upto)),
            )
        };
        let whole = between(seq + 1, upto);
        if !whole.as_ref().is_err_and(StoreError::is_unreadable) {
            return whole;
        }
        let mut all = Vec::new();
        for at in seq + 1..=upto {
            match between(at, at) {
                Err(fault) if fault.is_unreadable() => all.push(Stored {
                    key: read::key(stream, at),
                    event: None,
                    chain: self.chain_at(stream, at).ok().flatten().unwrap_or_default(),
                }),
                one => all.extend(one?),
            }
        }
        Ok(all)
    }

    fn check_stream(&self, head: &StreamHead, checker: &mut Checker<'_>) -> Result<()> {
        let public = self.public_key(head.replica)?;
        if head.from_seq == 0 {
            let begins = public
                .zip(self.shop_id())
                .map(|(key, shop)| genesis(shop, &key));
            if begins != Some(head.from_chain) {
                checker.stream(head, "problem-verify-genesis");
            }
        }
        let (mut seq, mut chain) = (head.from_seq, head.from_chain);
        while seq < head.seq && checker.goes_on() {
            let rows = self.page(head.stream, seq, (seq + PAGE).min(head.seq))?;
            if rows.is_empty() {
                checker.stream(head, "problem-verify-missing");
                break;
            }
            for stored in rows {
                let at = read::seq_of(stored.key);
                if at != seq + 1 {
                    checker.event(&stored.chain, head.replica, at, "problem-verify-missing");
                }
                match &stored.event {
                    None => checker.event(&stored.chain, head.replica, at, "problem-verify-body"),
                    Some(event) => checker.chained(event, &chain),
                }
                checker.events += 1;
                (seq, chain) = (at, stored.chain);
            }
        }
        if checker.is_stopped {
            return Ok(());
        }
        if chain != head.chain {
            checker.stream(head, "problem-verify-head");
        }
        self.check_seals(head, public, checker)
    }

    fn check_seals(
        &self,
        head: &StreamHead,
        public: Option<[u8; 32]>,
        checker: &mut Checker<'_>,
    ) -> Result<()> {
        let signer = public.map(|key| Signer::of(&key));
        for seal in self.seals(head.stream, 0, head.seq)? {
            let good = signer
                .as_ref()
                .zip(self.shop_id())
                .is_some_and(|(signer, shop)| signer.has_sealed(shop, &seal));
            if !good || self.chain_at(head.stream, seal.seq)? != Some(seal.chain) {
                checker.event(&seal.chain, head.replica, seal.seq, "problem-verify-seal");
            }
        }
        Ok(())
    }

    fn check_database(&self, checker: &mut Checker<'_>) -> Result<()> {
        let answer: String = self
            .conn
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        let strays: i64 = self.conn.query_row(
            "SELECT count(*) FROM event e LEFT JOIN stream s ON s.no = e.key >> 40
             WHERE s.no IS NULL OR e.key & 0xFFFFFFFFFF NOT BETWEEN s.from_seq + 1 AND s.seq",
            [],
            |row| row.get(0),
        )?;
        if answer != "ok" {
            checker.defect(String::new(), "problem-verify-database");
        }
        if strays > 0 {
            checker.defect(String::new(), "problem-verify-strays");
        }
        if insert::misplaced(&self.conn)? {
            checker.defect(String::new(), "problem-verify-database");
        }
        Ok(())
    }

    fn check_records(&self, projector: &Projector<'_>, checker: &mut Checker<'_>) -> Result<()> {
        let mut ids = self.conn.prepare(
            "SELECT id FROM record_no n WHERE EXISTS(SELECT 1 FROM event_of o WHERE o.record = n.no) ORDER BY id",
        )?;
        let mut ids = ids.query([])?;
        while let Some(row) = ids.next()? {
            if checker.records.is_multiple_of(TOLD) && !checker.goes_on() {
                return Ok(());
            }
            let id = id_at(row, 0)?;
            let folded = projector.fold(id)?;
            checker.mark(id, &folded);
            if self.is_dirty(id)? {
                continue;
            }
            let is = Projected::read(&self.conn, id)?.map(|(_, row)| row);
            if is != Ready::of(&folded, projector.limits(), Extent::Prompt).map(|ready| ready.row)
                || !self.own_contradictions_hold(id, &folded)?
            {
                checker.defect(id.to_string(), "problem-verify-record");
            }
        }
        let orphans: i64 = self.conn.query_row(
            "SELECT count(*) FROM record r WHERE NOT EXISTS(
               SELECT 1 FROM record_no n JOIN event_of o ON o.record = n.no WHERE n.no = r.no AND n.id = r.id)",
            [],
            |row| row.get(0),
        )?;
        if orphans > 0 {
            checker.defect(String::new(), "problem-verify-record");
        }
        Ok(())
    }

    fn own_contradictions_hold(&self, id: Id, folded: &Folded) -> Result<bool> {
        let is = watch::read(
            &self.conn,
            "WHERE c.source = 'record' AND c.key = ?1 ORDER BY c.id",
            [id.to_string()],
        )?;
        let mut shall = folded
            .record
            .as_ref()
            .map(watch::own_contradictions)
            .unwrap_or_default();
        shall.sort_by_key(|one| one.id);
        Ok(is == shall)
    }

    /// Judges every key anew; keys and records in wait of folding are not held against it.
    fn check_watches(&self, projector: &Projector<'_>, checker: &mut Checker<'_>) -> Result<()> {
        let waiting: bool = self.conn.query_row(
            "SELECT EXISTS(SELECT 1 FROM dirty) OR EXISTS(SELECT 1 FROM dirty_key)",
            [],
            |row| row.get(0),
        )?;
        let mut across: BTreeMap<Id, Contradiction> = BTreeMap::new();
        for (name, key) in std::mem::take(&mut checker.keys) {
            let shall = watch::contradictions_of_key(projector, &name, &key)?;
            let mut sorted = shall.clone();
            sorted.sort_by_key(|one| one.id);
            let is = watch::read(
                &self.conn,
                "WHERE c.source = ?1 AND c.key = ?2 ORDER BY c.id",
                (&name, &key),
            )?;
            if is != sorted && !waiting {
                checker.defect(
                    sorted
                        .iter()
                        .chain(&is)
                        .next()
                        .map_or(String::new(), |one| one.id.to_string()),
                    "problem-verify-watch",
                );
            }
            across.extend(shall.into_iter().map(|one| (one.id, one)));
        }
        for (id, one) in across {
            checker.all.update(&id.0).update(&[u8::from(one.closed)]);
        }
        Ok(())
    }
}

struct Checker<'a> {
    of: u64,
    going_on: &'a mut dyn FnMut(Checking) -> bool,
    is_stopped: bool,
    events: u64,
    records: u64,
    all: blake3::Hasher,
    registers: BTreeMap<String, blake3::Hasher>,
    keys: BTreeSet<(String, String)>,
    defects: Vec<Defect>,
}

impl<'a> Checker<'a> {
    fn new(of: u64, going_on: &'a mut dyn FnMut(Checking) -> bool) -> Self {
        Self {
            of,
            going_on,
            is_stopped: false,
            events: 0,
            records: 0,
            all: blake3::Hasher::new(),
            registers: BTreeMap::new(),
            keys: BTreeSet::new(),
            defects: Vec::new(),
        }
    }

    /// Tells how far it is; false where nobody waits for it any more.
    fn goes_on(&mut self) -> bool {
        let done = self.events + self.records;
        let of = self.of.max(done);
        // Who does not wait any more is not asked again.
        self.is_stopped = self.is_stopped || !(self.going_on)(Checking { done, of });
        !self.is_stopped
    }

    fn defect(&mut self, id: String, message: &'static str) {
        self.defects.push(Defect {
            id,
            replica: None,
            seq: None,
            message,
        });
    }

    fn event(&mut self, chain: &Chain, replica: ReplicaId, seq: u64, message: &'static str) {
        let id = chain.short().to_string();
        self.defects.push(Defect {
            id,
            replica: Some(replica),
            seq: Some(seq),
            message,
        });
    }

    fn stream(&mut self, head: &StreamHead, message: &'static str) {
        self.event(&head.chain, head.replica, head.seq, message);
    }

    /// Checks an event against its predecessor: the digest is that of the body that is here.
    fn chained(&mut self, event: &Event, previous: &Chain) {
        let head = &event.head;
        if head.chain(previous) != event.chain {
            self.event(&event.chain, head.replica, head.seq, "problem-verify-chain");
        } else if head.check().is_err() || event.body.check().is_err() {
            self.event(&event.chain, head.replica, head.seq, "problem-verify-limit");
        }
    }

    fn mark(&mut self, id: Id, folded: &Folded) {
        let line = canonical(id, folded).to_string();
        let mark = blake3::hash(line.as_bytes());
        self.all.update(mark.as_bytes());
        self.registers
            .entry(folded.name.clone())
            .or_default()
            .update(mark.as_bytes());
        self.records += 1;
        if let (Some(register), Some(record)) = (folded.register, &folded.record) {
            for watch in register.watches {
                for key in (watch.keys)(record) {
                    self.keys.insert((watch.name.to_owned(), key));
                }
            }
        }
    }
}

fn chains<'a>(all: impl IntoIterator<Item = &'a Chain>) -> Value {
    all.into_iter()
        .map(|chain| Value::String(chain.to_string()))
        .collect()
}

/// Returns the canonical JSON of a record: see [`Store::verify`].
fn canonical(id: Id, folded: &Folded) -> Value {
    let unfolded: Value = folded
        .unfolded
        .iter()
        .map(|(_, chain, code)| json!([chain.to_string(), code]))
        .collect();
    match &folded.record {
        None => json!({ "id": id.to_string(), "register": folded.name, "unfolded": unfolded }),
        Some(record) => canonical_record(record, &unfolded),
    }
}

fn canonical_record(record: &Record, unfolded: &Value) -> Value {
    let live: serde_json::Map<String, Value> = record
        .values
        .iter()
        .map(|(path, writes)| {
            let writes = writes
                .iter()
                .map(|one| json!([one.trace.chain.to_string(), one.value, one.exported_at]))
                .collect();
            (path.clone(), writes)
        })
        .collect();
    let entries: Value = record
        .entries
        .iter()
        .map(|one| {
            json!([
                one.trace.chain.to_string(),
                one.at,
                one.void,
                one.seen_sent,
                chains(&one.provenance)
            ])
        })
        .collect();
    let conflicts: Value = record
        .conflicts
        .iter()
        .map(|one| json!([one.kind, one.about, chains(&one.events)]))
        .collect();
    json!({
        "assigned_by": record.assigned_by.map(|chain| chain.to_string()),
        "attachments": chains(record.attachments.iter().map(|one| &one.trace.chain)),
        "closed": record.closed,
        "conflicts": conflicts,
        "entries": entries,
        "fields": record.shown(),
        "first_owner": record.first_owner.map(|owner| owner.spelling()),
        "id": record.id.to_string(),
        "links": chains(record.links.iter().map(|one| &one.trace.chain)),
        "live": live,
        "opened": record.opened,
        "owner": record.owner.map(|owner| owner.spelling()),
        "register": record.register,
        "signatures": chains(record.signatures.iter().map(|one| &one.trace.chain)),
        "state": record.state,
        "steps": chains(record.steps.iter().map(|one| &one.trace.chain)),
        "unfolded": unfolded,
        "void": record.void,
        "voided": chains(&record.voided),
    })
}
