//! Records as rows: computed from a record's events, whole and fresh each time.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

use crate::domain::body::Absence;
use crate::domain::deadline::calendar;
use crate::domain::deadline::clock::Clock;
use crate::domain::deadline::limits::{Key, Limits};
use crate::domain::event::Event;
use crate::domain::fold::{self, Unfolded};
use crate::domain::id::{Chain, Id, ReplicaId};
use crate::domain::payload::Payload;
use crate::domain::record::Record;
use crate::domain::register::{Register, Step};
use crate::domain::registers::{self, NUMBER};

use super::error::Result;
use super::judge::{Authors, Judge, bench, may_decide};
use super::lent::Lent;
use super::log::Draft;
use super::read::{self, Held, ToFold};
use super::row::{Before, Projected, Ready, Spot};
use super::watch::{Manner, Outcome};
use super::words::Extent;
use super::{erase, insert, late, search, words};

/// The rank of a record without a deadline: behind all that have one.
pub(super) const NO_DUE: i64 = i64::MAX;

/// What the fold of one record gives, with the keys that the store knows its events by.
pub(super) struct Folded {
    /// The register's name as the first event in order spells it.
    pub(super) name: String,
    pub(super) register: Option<&'static Register>,
    pub(super) record: Option<Record>,
    pub(super) unfolded: Vec<(i64, Chain, &'static str)>,
    /// Events whose personal part an `erase` took, and which still have it in the database.
    erased: Vec<(i64, Event)>,
    /// All events that an `erase` in force names, here or not.
    pub(super) erases: BTreeSet<Chain>,
    /// Files that an `erase` took with the event that attached them.
    files: Vec<[u8; 32]>,
}

impl Folded {
    /// Puts what was folded by its places in a stream to come under the keys of that stream.
    pub(super) fn belong_to(&mut self, stream: i64) {
        let unfolded = self.unfolded.iter_mut().map(|(key, ..)| key);
        let erased = self.erased.iter_mut().map(|(key, _)| key);
        for key in unfolded.chain(erased) {
            *key = read::key(stream, read::seq_of(*key));
        }
    }
}

/// Folds a record from what is held, or was held at some time.
pub(super) fn folded(
    conn: &Connection,
    judge: &Judge,
    id: Id,
    held: Option<&Held>,
) -> Result<Folded> {
    let mut stored = read::to_fold(conn, id)?;
    if let Some(held) = held {
        stored.retain(|one| {
            held.get(&read::stream_of(one.key))
                .is_some_and(|seq| read::seq_of(one.key) <= *seq)
        });
    }
    Ok(fold_events(
        judge,
        stored.into_iter().map(ToFold::from).collect(),
    ))
}

/// Folds a record from all of its events.
pub(super) fn fold_events(judge: &Judge, stored: Vec<ToFold<'_>>) -> Folded {
    let mut keys = Vec::with_capacity(stored.len());
    let mut events = Vec::with_capacity(stored.len());
    let (mut unfolded, mut uncounted, mut erases) = (Vec::new(), Vec::new(), BTreeSet::new());
    let authors = if stored
        .iter()
        .filter_map(|one| one.event.as_deref())
        .any(may_decide)
    {
        authors(&stored)
    } else {
        Authors::new()
    };
    for one in stored {
        keys.push((one.chain, one.key));
        let Some(event) = one.event else {
            unfolded.push((one.key, one.chain, "Q12"));
            continue;
        };
        let verdict = if judge.is_idle() {
            None
        } else {
            judge.verdict(&event, &authors)
        };
        if judge.erases(&event, verdict) {
            erases.extend(erased_by(&event));
        }
        if let Some(code) = verdict {
            unfolded.push((one.key, one.chain, code));
            uncounted.push(event);
        } else {
            events.push(event);
        }
    }
    events.sort_by_key(|event| event.order());
    bench::judge_money(judge, &mut events, &mut uncounted, &keys, &mut unfolded);
    let mut erased = take_erased(&erases, &mut events);
    erased.extend(take_erased(&erases, &mut uncounted));
    let files = events
        .iter()
        .chain(&uncounted)
        .filter(|event| erases.contains(&event.chain))
        .filter_map(|event| erase::attached(event))
        .collect();
    let register = events
        .iter()
        .find_map(|event| registers::by_name(&event.head.register));
    let mut folded = fold::fold(register, &events);
    if let Some(record) = &mut folded.record {
        record.unproven = bench::unproven(&uncounted, &unfolded);
    }
    let name = match (register, events.first()) {
        (Some(register), _) => register.name.to_owned(),
        (None, first) => first
            .map(|event| event.head.register.clone())
            .unwrap_or_default(),
    };
    // Their facts count, as those of an event do whose file is missing.
    let lacking = lacking(register, &events, &erases, &folded.unfolded);
    folded.unfolded.extend(lacking);
    // Mostly nobody asks for a key.
    let asked = !erased.is_empty() || !folded.unfolded.is_empty();
    let keys: BTreeMap<Chain, i64> = keys.into_iter().filter(|_| asked).collect();
    let erased = erased
        .into_iter()
        .map(|event| (keys[&event.chain], event))
        .collect();
    unfolded.extend(
        folded
            .unfolded
            .into_iter()
            .map(|(chain, why)| (keys[&chain], chain, why.code())),
    );
    unfolded.sort_by_key(|(_, chain, _)| *chain);
    Folded {
        name,
        register,
        record: folded.record,
        unfolded,
        erased,
        erases,
        files,
    }
}

/// Returns the events that lack a part of their body without a known reason, those aside that do
/// not count for another.
fn lacking(
    register: Option<&Register>,
    events: &[Lent<'_>],
    erases: &BTreeSet<Chain>,
    others: &[(Chain, Unfolded)],
) -> Vec<(Chain, Unfolded)> {
    let lacks = |register, event: &Event| {
        event.body.absence().is_some()
            && fold::lacks(register, event, erases.contains(&event.chain))
            && !others.iter().any(|(chain, _)| *chain == event.chain)
    };
    let of_register = |register| events.iter().filter(move |event| lacks(register, event));
    let found = register.into_iter().flat_map(of_register);
    found
        .map(|event| (event.chain, Unfolded::BodyMissing))
        .collect()
}

fn authors(stored: &[ToFold<'_>]) -> Authors {
    let author = |one: &ToFold<'_>| {
        let head = &one.event.as_ref()?.head;
        Some((one.chain, (head.seq, head.replica)))
    };
    stored.iter().filter_map(author).collect()
}

/// Returns the events whose personal parts an `erase` takes.
fn erased_by(event: &Event) -> Vec<Chain> {
    match Payload::read(event) {
        Some(Payload::Erase { events, .. }) => events,
        _ => Vec::new(),
    }
}

/// Takes the personal parts of the named events and returns the events as they were.
fn take_erased(named: &BTreeSet<Chain>, events: &mut [Lent<'_>]) -> Vec<Event> {
    let mut erased = Vec::new();
    for event in events
        .iter_mut()
        .filter(|event| named.contains(&event.chain) && event.body.personal().is_some())
    {
        let faceless = Event {
            head: event.head.clone(),
            chain: event.chain,
            body: event.body.clone().without_personal(Absence::Erased),
        };
        erased.push(std::mem::replace(event, faceless.into()).own());
    }
    erased
}

/// Returns the spelling of a waiting step in its column.
pub(super) fn step_word(step: &Step) -> String {
    match step {
        Step::Acknowledge(post) => format!("acknowledge:{}", post.word()),
        Step::Approve => "approve".to_owned(),
        Step::Person(id) => format!("person:{id}"),
    }
}

/// Returns a shown value as a line of text.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(text_of).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

/// The row of a record.
pub(super) struct Placed {
    pub(super) no: i64,
    /// Whether it had one before.
    pub(super) had_row: bool,
}

/// Folds records and keeps their rows, for as long as one transaction lasts.
pub(super) struct Projector<'a> {
    pub(super) conn: &'a Connection,
    judge: Arc<Judge>,
    limits: Limits,
    /// Whether any event is unfolded, or any contradiction known: mostly there is none to take
    /// away.
    any_unfolded: bool,
    pub(super) any_contradiction: bool,
    /// What records with watches folded to in this transaction: their keys are judged next.
    fresh: HashMap<Id, Record>,
    words: words::Fresh,
    /// The first and the last of the rows whose late words are left out.
    late: Option<RangeInclusive<i64>>,
    /// What is folded and still marked as waiting for it.
    done: Vec<Id>,
}

impl<'a> Projector<'a> {
    pub(super) fn new(conn: &'a Connection, judge: Arc<Judge>) -> Result<Self> {
        let any = |table: &str| {
            let mut query =
                conn.prepare_cached(&format!("SELECT EXISTS(SELECT 1 FROM {table})"))?;
            query.query_row([], |row| row.get(0))
        };
        let (any_unfolded, any_contradiction) = (any("unfolded")?, any("contradiction")?);
        Ok(Self {
            conn,
            judge,
            limits: limits(conn)?,
            any_unfolded,
            any_contradiction,
            fresh: HashMap::new(),
            words: words::Fresh::default(),
            late: None,
            done: Vec::new(),
        })
    }

    /// Folds a record without writing anything.
    pub(super) fn fold(&self, id: Id) -> Result<Folded> {
        folded(self.conn, &self.judge, id, None)
    }

    /// Returns what a record folds to, without folding what this transaction has just folded.
    pub(super) fn record(&self, id: Id) -> Result<Option<Cow<'_, Record>>> {
        match self.fresh.get(&id) {
            Some(record) => Ok(Some(Cow::Borrowed(record))),
            None => Ok(self.fold(id)?.record.map(Cow::Owned)),
        }
    }

    /// Keeps what a record folded to, where a watch will look at it.
    pub(super) fn keep(&mut self, id: Id, folded: Folded) {
        self.fresh.remove(&id);
        if let (Some(register), Some(record)) = (folded.register, folded.record)
            && !register.watches.is_empty()
        {
            self.fresh.insert(id, record);
        }
    }

    /// Writes what waited for the end of the transaction.
    pub(super) fn finish(mut self) -> Result<()> {
        self.unmark()?;
        self.words.write(self.conn)?;
        match &self.late {
            Some(records) => late::leave(self.conn, records),
            None => Ok(()),
        }
    }

    /// Takes the marks away from what is folded: in their order they cost less than one by one.
    fn unmark(&mut self) -> Result<()> {
        self.done.sort_unstable();
        let mut query = self
            .conn
            .prepare_cached("DELETE FROM dirty WHERE record = ?1")?;
        for id in self.done.drain(..) {
            query.execute([id.0])?;
        }
        Ok(())
    }

    /// Folds a record; returns what it comes to under the limits as they are at this place of
    /// the transaction.
    pub(super) fn outcome(&self, id: Id) -> Result<Outcome> {
        Ok(Outcome::of(id, self.fold(id)?, &self.limits, Manner::KNOWN))
    }

    /// Returns the shop's limits as they are at this place of the transaction.
    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Brings a record's row and everything that hangs on it up to what it folded to; what is
    /// new has none yet. Returns the row that it has or had.
    pub(super) fn project(
        &mut self,
        id: Id,
        folded: &Folded,
        new: Option<Ready>,
        before: Before,
    ) -> Result<Option<Placed>> {
        self.persist_erasures(folded)?;
        let (old, known_no) = match before {
            Before::Never(no) => (None, no),
            Before::Perhaps => (Projected::read(self.conn, id)?, None),
        };
        let mut no = old.as_ref().map(|(no, _)| *no);
        let mut touched_settings = false;
        match (&old, new) {
            (Some((no, old)), None) => {
                self.words
                    .replace(self.conn, *no, old.words(), words::Words::new())?;
                self.conn
                    .prepare_cached("DELETE FROM record WHERE no = ?1")?
                    .execute([no])?;
                touched_settings = old.register == "setting";
            }
            (_, Some(new)) if old.as_ref().is_none_or(|(_, old)| *old != new.row) => {
                let spot = no.map_or(Spot::New(known_no), Spot::Over);
                let written = new.row.write(self.conn, id, spot)?;
                no = Some(written);
                if new.extent == Extent::Prompt {
                    self.leave_late(written);
                }
                let before = old.as_ref().map(|(_, old)| old.words());
                self.words
                    .replace(self.conn, written, before.unwrap_or_default(), new.words)?;
                touched_settings = new.row.register == "setting";
            }
            _ => {}
        }
        self.done.push(id);
        self.keep_unfolded(id, folded)?;
        if touched_settings {
            self.limits_changed()?;
        }
        if !folded.erased.is_empty() {
            self.conn
                .query_row("PRAGMA secure_delete = FAST", [], |_| Ok(()))?;
        }
        let had_row = old.is_some();
        Ok(no.map(|no| Placed { no, had_row }))
    }

    fn leave_late(&mut self, no: i64) {
        let range = self.late.take().unwrap_or(no..=no);
        self.late = Some(*range.start().min(&no)..=*range.end().max(&no));
    }

    fn persist_erasures(&self, folded: &Folded) -> Result<()> {
        if erase::any_is_here(self.conn, &folded.files) {
            erase::mark_due(self.conn)?;
        }
        if folded.erased.is_empty() {
            return Ok(());
        }
        self.conn
            .query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
        for (key, event) in &folded.erased {
            search::forget(self.conn, *key, event)?;
            insert::replace_body(
                self.conn,
                *key,
                &event.body.clone().without_personal(Absence::Erased),
            )?;
        }
        erase::forget_drafts(self.conn, folded.erased.iter().map(|(_, event)| event))?;
        erase::mark_due(self.conn)
    }

    fn keep_unfolded(&mut self, id: Id, folded: &Folded) -> Result<()> {
        if !self.any_unfolded && folded.unfolded.is_empty() {
            return Ok(());
        }
        self.any_unfolded = true;
        self.conn
            .prepare_cached(concat!(
                "DELETE FROM unfolded WHERE key IN (SELECT key FROM event_of WHERE record = ",
                read::record_no!(),
                ")"
            ))?
            .execute([id.0])?;
        for (key, _, code) in &folded.unfolded {
            self.conn
                .prepare_cached("INSERT OR REPLACE INTO unfolded(key, code) VALUES(?1, ?2)")?
                .execute((key, code))?;
        }
        Ok(())
    }

    /// Deadlines of open records follow the shop's limits.
    fn limits_changed(&mut self) -> Result<()> {
        let limits = limits(self.conn)?;
        if limits != self.limits {
            self.limits = limits;
            // What was folded before is marked anew.
            self.unmark()?;
            self.conn.execute(
                "INSERT OR IGNORE INTO dirty SELECT id FROM record WHERE closed IS NULL",
                [],
            )?;
        }
        Ok(())
    }
}

/// Reads the shop's limits, zone and days from its settings; what cannot be read counts as unsaid.
pub(super) fn limits(conn: &Connection) -> Result<Limits> {
    let mut limits = Limits::default();
    let mut query = conn.prepare_cached(
        "SELECT CAST(fields ->> '$.key' AS TEXT), CAST(fields ->> '$.value' AS TEXT) FROM record
         WHERE register = 'setting' AND closed IS NULL ORDER BY coalesce(fields ->> '$.since', opened), id",
    )?;
    let rows = query.query_map([], |row| {
        Ok((
            row.get::<_, Option<String>>(0)?,
            row.get::<_, Option<String>>(1)?,
        ))
    })?;
    let (mut off, mut worked) = (Vec::new(), Vec::new());
    for row in rows {
        let (Some(key), Some(value)) = row? else {
            continue;
        };
        let days = || calendar::days(&value).unwrap_or_default();
        match key.as_str() {
            "zone" => limits.calendar.zone = value.parse().unwrap_or(calendar::HOME_ZONE),
            "days_off" => off = days(),
            "days_worked" => worked = days(),
            key => {
                if let Some(key) = Key::parse(key) {
                    limits.say(key, Clock::parse(&value));
                }
            }
        }
    }
    limits.calendar.say(&off, false);
    limits.calendar.say(&worked, true);
    Ok(limits)
}

/// Puts the record's number for people into its first change: register's letter, replica's
/// letters, and a count without gaps, because it is given in the transaction that writes it.
pub(super) fn number(
    conn: &Connection,
    replica: ReplicaId,
    draft: &Draft,
    payload: &mut Payload,
) -> Result<()> {
    let (Payload::Open(change) | Payload::Set(change)) = payload else {
        return Ok(());
    };
    let letter = draft.register.letter;
    let has_one = folded(conn, &Judge::default(), draft.record, None)?
        .record
        .is_some_and(|record| record.value(NUMBER.name()).is_some());
    if letter.is_empty() || has_one {
        return Ok(());
    }
    let letters = letters(conn, replica)?;
    let mut query = conn.prepare_cached(
        "INSERT INTO number(letters, letter, count) VALUES(?1, ?2, 1)
         ON CONFLICT DO UPDATE SET count = count + 1 RETURNING count",
    )?;
    loop {
        let count: i64 = query.query_row((&letters, letter), |row| row.get(0))?;
        let number = format!("{letter}-{letters}-{count:04}");
        // A rebuilt or restored store may have forgotten how far it counted.
        if !words::is_taken(conn, &number)? {
            change
                .fields
                .insert(NUMBER.name().to_owned(), Value::String(number));
            return Ok(());
        }
    }
}

/// Returns a replica's letters from the roster, else the first two digits of its id.
pub(super) fn letters(conn: &Connection, replica: ReplicaId) -> Result<String> {
    let path = format!("$.replicas.\"{replica}\".letters");
    let mut query = conn.prepare_cached(
        "SELECT fields ->> ?1 FROM record WHERE register = 'person' AND fields ->> ?1 IS NOT NULL LIMIT 1",
    )?;
    let letters: Option<String> = query.query_row([path], |row| row.get(0)).optional()?;
    Ok(letters
        .filter(|letters| !letters.is_empty())
        .unwrap_or_else(|| replica.to_string()[..2].to_uppercase()))
}
