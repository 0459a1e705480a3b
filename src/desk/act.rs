//! One act: what a person does in one go, one or more events in one transaction.

use std::collections::{BTreeMap, HashSet};

use chrono::{Offset, TimeZone};
use serde_json::Value;

use super::Desk;
use super::main_account::Routing;
use crate::domain::body::Json;
use crate::domain::id::{Chain, Id, ReplicaId, ShortId};
use crate::domain::payload::{Change, Fields, Meaning, Payload};
use crate::domain::record::Record;
use crate::domain::register::{Owner, Register};
use crate::domain::registers::{self, ACCOUNT, conversation};
use crate::problem::{Kind, Problem};
use crate::store::{Author, Draft};

/// What an act did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The seq of its first event in the author's stream, by which undo names it.
    pub act: u64,
    /// The records that it touched, the one it is about first.
    pub records: Vec<Id>,
    /// Its events.
    pub events: Vec<Chain>,
}

impl Done {
    /// What an act did that had nothing to write about these records.
    pub fn nothing(records: Vec<Id>) -> Self {
        Self {
            act: 0,
            records,
            events: Vec::new(),
        }
    }

    /// Returns the record that the act is about.
    pub fn record(&self) -> Id {
        self.records.first().copied().unwrap_or_default()
    }
}

/// The events of an act as they are put together.
pub(super) struct Act {
    at: i64,
    drafts: Vec<Draft>,
    touched: HashSet<Id>,
    /// Where the first act claims nothing.
    routing: Routing,
}

impl Act {
    /// Begins an act of things that happen at a time, milliseconds UTC.
    pub fn at(at: i64) -> Self {
        Self {
            at,
            drafts: Vec::new(),
            touched: HashSet::new(),
            routing: Routing::default(),
        }
    }

    /// Returns the act of somebody for whom these accounts only route.
    pub fn routed(mut self, routing: Routing) -> Self {
        self.routing = routing;
        self
    }

    /// Returns whether a talk that begins at an account may only be handed on: there, or where who
    /// acts sits.
    pub fn only_routes(&self, account: Option<&str>) -> bool {
        self.routing.account_at(account).is_some()
    }

    /// Returns the main account at which an item may only be handed on.
    pub fn hands_on_at(&self, record: &Record) -> Option<&str> {
        self.routing.account_of(record)
    }

    /// Returns whether an item may only be handed on.
    pub fn only_hands_on(&self, record: &Record) -> bool {
        self.hands_on_at(record).is_some()
    }

    fn push(&mut self, draft: Draft) {
        self.touched.insert(draft.record);
        self.drafts.push(draft);
    }

    /// Returns how many events it has.
    pub fn len(&self) -> usize {
        self.drafts.len()
    }

    /// Returns its events.
    pub fn into_drafts(self) -> Vec<Draft> {
        self.drafts
    }

    /// Returns whether nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }

    /// Returns whether the act already writes to a record.
    pub fn touches(&self, record: Id) -> bool {
        self.touched.contains(&record)
    }

    /// Adds all events of another act behind this one's.
    pub fn append(&mut self, other: Self) {
        self.touched.extend(other.touched);
        self.drafts.extend(other.drafts);
    }

    /// Adds an event that happened when the act does.
    pub fn add(&mut self, register: &'static Register, record: Id, payload: Payload) {
        self.add_at(register, record, payload, self.at);
    }

    /// Adds an event that happened at another time, as a source says.
    pub fn add_at(&mut self, register: &'static Register, record: Id, payload: Payload, at: i64) {
        self.push(Draft {
            register,
            record,
            payload,
            at,
            numbered: false,
        });
    }

    /// Opens a record with these values; it gets its number for people at once unless it has
    /// to be submitted first.
    pub fn open(&mut self, register: &'static Register, record: Id, fields: Fields) {
        let payload = Payload::Open(Change {
            fields,
            ..Change::default()
        });
        let numbered = !register.letter.is_empty() && !register.lifecycle.knows("submitted");
        self.push(Draft {
            register,
            record,
            payload,
            at: self.at,
            numbered,
        });
    }

    /// Opens a record that is the person's own work from the start; a talk at an account that
    /// only routes is nobody's until it is handed on.
    pub fn begin(&mut self, register: &'static Register, record: Id, fields: Fields, me: Id) {
        let is_own = self.begins_as_own(register, &fields);
        self.open(register, record, fields);
        if is_own {
            self.give(register, record, me, None);
        }
    }

    /// Makes a person's own what was just opened with these values, as [`Self::begin`] does.
    pub fn begun(&mut self, register: &'static Register, record: Id, values: &Fields, me: Id) {
        if self.begins_as_own(register, values) {
            self.give(register, record, me, None);
        }
    }

    fn begins_as_own(&self, register: &Register, values: &Fields) -> bool {
        let account = values.get(ACCOUNT.name()).and_then(Value::as_str);
        let routes = register.name == conversation::REGISTER.name && self.only_routes(account);
        register.work && !routes
    }

    /// Gives a person what was just opened.
    pub fn give(&mut self, register: &'static Register, record: Id, to: Id, reason: Option<&str>) {
        let payload = Payload::Assign {
            saw: None,
            to: Owner::Person(to),
            reason: reason.map(str::to_owned),
            note: None,
        };
        self.add(register, record, payload);
    }

    /// Sets fields, naming every value that the screen showed.
    pub fn set(&mut self, register: &'static Register, record: &Record, fields: Fields) {
        self.add(register, record.id, Payload::Set(change(record, fields)));
    }

    /// Sets fields and gives the record its number for people: it is filed now.
    pub fn number(&mut self, register: &'static Register, record: &Record, fields: Fields) {
        let payload = Payload::Set(change(record, fields));
        self.push(Draft {
            register,
            record: record.id,
            payload,
            at: self.at,
            numbered: true,
        });
    }

    /// Moves a record on.
    pub fn step(
        &mut self,
        register: &'static Register,
        record: &Record,
        to: &str,
        reason: Option<&str>,
    ) {
        let payload = Payload::Move {
            from: record.state.clone(),
            to: to.to_owned(),
            reason: reason.map(str::to_owned),
            note: None,
        };
        self.add(register, record.id, payload);
    }

    /// Adds a person's word about an exact thing, with what the screen showed.
    pub fn sign(
        &mut self,
        register: &'static Register,
        record: Id,
        meaning: Meaning,
        of: Chain,
        saw: Json,
        note: Option<String>,
    ) {
        let payload = Payload::Sign {
            meaning,
            of,
            saw,
            note,
        };
        self.add(register, record, payload);
    }

    /// Gives a record an owner.
    pub fn assign(
        &mut self,
        register: &'static Register,
        record: &Record,
        to: Owner,
        reason: Option<&str>,
    ) {
        self.assign_noted(register, record, to, (reason, None));
    }

    /// Gives a record an owner, with a word of the list and words of one's own.
    pub fn assign_noted(
        &mut self,
        register: &'static Register,
        record: &Record,
        to: Owner,
        (reason, note): (Option<&str>, Option<&str>),
    ) {
        let saw = record.assigned_by.map(|chain| chain.short());
        let payload = Payload::Assign {
            saw,
            to,
            reason: reason.map(str::to_owned),
            note: note.map(str::to_owned),
        };
        self.add(register, record.id, payload);
    }

    /// Claims a record that no person owns: the first act on it does, but at an account that
    /// only routes.
    pub fn claim(&mut self, register: &'static Register, record: &Record, me: Id) {
        let is_free = !matches!(record.owner, Some(Owner::Person(_)));
        if register.work && is_free && !self.only_hands_on(record) {
            self.assign(register, record, Owner::Person(me), None);
        }
    }
}

/// Returns the change of an existing record that names what was live.
pub(super) fn change(record: &Record, fields: Fields) -> Change {
    let was: BTreeMap<String, Vec<ShortId>> = fields
        .keys()
        .filter_map(|path| {
            let live = record.values.get(path)?;
            Some((
                path.clone(),
                live.iter().map(|write| write.trace.chain.short()).collect(),
            ))
        })
        .collect();
    Change {
        fields,
        was,
        ..Change::default()
    }
}

/// Returns fields from names and values, leaving out what is null.
pub fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
    pairs
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Returns a register by its name, plural allowed as on the command line.
pub fn register(name: &str) -> Result<&'static Register, Problem> {
    let singular = name.strip_suffix('s').unwrap_or(name);
    registers::by_name(name)
        .or_else(|| registers::by_name(singular))
        .or_else(|| registers::by_name(&name.strip_suffix("ies").map(|stem| format!("{stem}y"))?))
        .ok_or_else(|| {
            Problem::new(Kind::NotUnderstood, "problem-register")
                .arg("name", name)
                .hint("problem-register-hint")
        })
}

impl Desk {
    /// Begins an act now.
    pub(super) fn act(&self) -> Act {
        // Where the accounts cannot be read, the act cannot be written either.
        Act::at(self.now()).routed(self.routing().unwrap_or_default())
    }

    /// Writes an act for the person at the desk.
    pub(super) fn write(&mut self, act: Act) -> Result<Done, Problem> {
        let author = self.author()?;
        let now = self.now();
        let appended = self
            .store
            .append(&author, now, self.random.as_mut(), &act.drafts)?;
        let touches = |names: &[&str]| {
            let mut drafts = act.drafts.iter();
            drafts.any(|draft| names.contains(&draft.register.name))
        };
        // What counts and when it is due follows the roster and the limits at once, not at the
        // next bundle. The act is written whatever comes of it: what is left is folded at the next
        // start.
        let mut follows = Ok(());
        if touches(&["person", "setting", "allowance"]) {
            let folded = self.store.fold_rest(&mut |_| true);
            follows = folded.map(drop).map_err(Problem::from);
        }
        if touches(&["person", "setting", "account"]) {
            follows = follows.and(self.refresh());
        }
        self.fall_short(follows);
        Ok(Done {
            act: appended.act,
            records: appended.records,
            events: appended.chains,
        })
    }

    /// Keeps why what follows from an act was not worked out, where it was not, for who asks.
    pub(super) fn fall_short(&mut self, follows: Result<(), Problem>) {
        // Where the disk is why, that is said already, and until it is over.
        if self.store.trouble().is_none() {
            self.short = follows.err().or(self.short.take());
        }
    }

    /// Returns why what follows from an act was not worked out, once: the act itself is written.
    pub fn take_short(&mut self) -> Option<Problem> {
        self.short.take()
    }

    /// Returns in whose name events are written now.
    pub(super) fn author(&self) -> Result<Author, Problem> {
        let me = self.me()?;
        self.whole_after_recovery(me.replica)?;
        self.in_service(me.replica)?;
        let now = self.now();
        let offset = self
            .zone
            .timestamp_millis_opt(now)
            .single()
            .map_or(0, |at| at.offset().fix().local_minus_utc());
        Ok(Author {
            replica: me.replica,
            zone: (offset / 60) as i16,
        })
    }

    /// Returns whether this store knows that a key was retired: nothing that it writes counts,
    /// here and elsewhere.
    pub(super) fn is_retired(&self, replica: ReplicaId) -> Result<bool, Problem> {
        Ok(self.store.cut_of(replica)?.is_some())
    }

    /// Refuses to write by a key that was retired.
    fn in_service(&self, replica: ReplicaId) -> Result<(), Problem> {
        if self.is_retired(replica)? {
            return Err(refused("problem-device-retired").hint("problem-device-retired-hint"));
        }
        Ok(())
    }

    /// Returns a record with its declaration.
    pub fn record(&self, id: Id) -> Result<(Record, &'static Register), Problem> {
        let record = self
            .store
            .record(id)?
            .map_or_else(|| Err(self.why_not_here(id)), Ok)?;
        let register = register(&record.register)?;
        Ok((record, register))
    }

    /// Says why there is nothing of a record: all of it was withheld from this desk, or nobody
    /// has heard of it.
    fn why_not_here(&self, id: Id) -> Problem {
        match self.store.withheld_of(id) {
            Ok(0) => not_found(&id.to_string()),
            Ok(count) => Problem::new(Kind::NotFound, "problem-withheld")
                .arg("count", count)
                .hint("problem-withheld-hint"),
            Err(error) => error.into(),
        }
    }
}

/// Says that nothing has this name.
pub fn not_found(name: &str) -> Problem {
    Problem::new(Kind::NotFound, "problem-not-found")
        .arg("what", name)
        .hint("problem-not-found-hint")
}

/// Says that an act is not allowed, by the message's id.
pub(super) fn refused(message: &'static str) -> Problem {
    Problem::new(Kind::Refused, message)
}

#[cfg(test)]
mod tests {
    use crate::desk::shop_tests::Shop;
    use rusqlite::Connection;

    #[test]
    fn an_act_is_done_where_what_follows_from_it_cannot_be_worked_out() {
        let Shop {
            folder: _folder,
            mut desk,
        } = Shop::new();
        let talk = desk.open_conversation("阳光小屋", "chat").unwrap().record();
        let conn = Connection::open(desk.store().folder().join("zhiban.db")).unwrap();
        conn.execute_batch(
            "CREATE TRIGGER held BEFORE DELETE ON dirty BEGIN SELECT RAISE(ABORT, 'held'); END",
        )
        .unwrap();
        conn.execute("INSERT INTO dirty(record) VALUES(?1)", [talk.0])
            .unwrap();
        desk.set_shop_setting("limit_reply", "30m").unwrap();
        let said = desk.setting("limit_reply").unwrap();
        assert_eq!(said.as_deref(), Some("30m"), "it is written");
        assert!(desk.take_short().is_some());
        assert!(desk.take_short().is_none(), "it is told once");
        conn.execute_batch("DROP TRIGGER held").unwrap();
        desk.set_shop_setting("limit_reply", "40m").unwrap();
        assert!(desk.take_short().is_none());
    }
}
