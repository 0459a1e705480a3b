//! Acts that every register has by its declaration: open, set, move, claim, transfer, close,
//! snooze.

use serde_json::{Value, json};

use super::Desk;
use super::act::{Act, Done, fields, refused, register};
use super::by_hand::by_review;
use super::lease;
use super::main_account::MAIN_ACCOUNT;
use super::reception;
use super::values::{no_post, post_named};
use crate::domain::authority::{Action, may};
use crate::domain::field::FieldSpec;
use crate::domain::id::Id;
use crate::domain::payload::Fields;
use crate::domain::record::Record;
use crate::domain::register::{Owner, Register};
use crate::domain::registers::{
    self, SNOOZED_UNTIL, TAGS, allowance, case, conversation, handover, meeting, note, reply,
    snooze,
};
use crate::domain::rules::money;
use crate::problem::{Kind, Problem};

/// The words by which an item may be passed on (requirements 7.2).
pub const TRANSFER_REASONS: &[&str] = &[
    "after_sales",
    "peak",
    "escalation",
    "main_account",
    "shift_end",
    "meal",
    "language",
    "supervisor_approved",
];

/// Whom an item may be handed to beside people and posts.
pub const NEXT_SHIFT: &str = "next_shift";

/// How the talk of an advertiser ends: it is no consultation, and nothing is asked about it.
pub const AD_OUTCOME: &str = "ad";

impl Desk {
    /// Opens a record of any register that people may fill in.
    pub fn open_record(&mut self, name: &str, values: Fields) -> Result<Done, Problem> {
        let register = register(name)?;
        self.may_keep(register, None, &values)?;
        by_review(&values)?;
        self.may_save(register, None, &values)?;
        for (path, value) in &values {
            editable(register, None, path, value)?;
        }
        if let Some(missing) = register
            .fields
            .iter()
            .find(|field| field.required && !values.contains_key(field.name))
        {
            return Err(refused("problem-field-missing")
                .arg("field", missing.name)
                .arg("register", register.name));
        }
        self.sound_reply(register, &values)?;
        let id = self.new_id();
        let me = self.me()?.id;
        let mut act = self.act();
        act.begin(register, id, values, me);
        self.write(act)
    }

    /// Changes fields of a record; `null` clears one. Mirror fields are the platform's.
    pub fn set_fields(&mut self, id: Id, values: Fields) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        self.may_keep(register, Some(&record), &values)?;
        by_review(&values)?;
        self.may_reword(&record)?;
        self.may_save(register, Some(&record), &values)?;
        for (path, value) in &values {
            editable(register, Some(&record), path, value)?;
        }
        let changed: Fields = values
            .into_iter()
            .filter(|(path, value)| record.value(path).unwrap_or(&Value::Null) != value)
            .collect();
        if changed.is_empty() {
            return Ok(Done::nothing(vec![id]));
        }
        self.sound_reply(register, &changed)?;
        let me = self.me()?.id;
        let mut act = self.act();
        act.claim(register, &record, me);
        act.set(register, &record, changed);
        self.write(act)
    }

    /// Moves a record to a state that its lifecycle allows.
    pub fn move_to(&mut self, id: Id, to: &str, reason: Option<&str>) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        allowed(register, &record, to)?;
        self.may_save(register, Some(&record), &Fields::new())?;
        if register.name == allowance::REGISTER.name
            && !may(self.me()?.role, Action::GiveAllowance).allows()
        {
            return Err(refused("problem-allowance-role").hint("problem-allowance-role-hint"));
        }
        if register.name == meeting::REGISTER.name {
            self.may_keep_meeting(Some(&record), &Fields::new())?;
        }
        if register.name == reply::REGISTER.name {
            return self.move_reply(&record, to, reason);
        }
        if register.name == handover::REGISTER.name {
            return self.move_handover(&record, to, reason);
        }
        if register.name == case::REGISTER.name {
            // Where money is decided, a step alone says nothing: a person's word does.
            match to {
                "approved" => return self.approve_case(id),
                "refused" => return self.refuse_case(id, reason.unwrap_or_default()),
                "executed" => return self.execute_case(id),
                "closed" if money::unsigned_witness(&record).is_some() => {
                    return Err(refused("problem-case-unsigned").hint("problem-case-unsigned-hint"));
                }
                _ => {}
            }
        }
        if register.name == conversation::REGISTER.name && to == "closed" {
            let Some(outcome) = record.get(conversation::OUTCOME) else {
                return Err(refused("problem-outcome-missing").hint("problem-outcome-hint"));
            };
            reception::may_end(&record, &outcome)?;
        }
        let is_talk = register.name == conversation::REGISTER.name;
        let hold = reception::off_hold(&record, self.now());
        let me = self.me()?.id;
        let mut act = self.act();
        act.claim(register, &record, me);
        if let Some(ended) = hold.filter(|_| is_talk && to == "closed") {
            act.set(register, &record, Fields::from([ended]));
        }
        act.step(register, &record, to, reason);
        self.write(act)
    }

    /// Takes an item: an unowned one, one whose lease ran out, or with a reason from the list a
    /// colleague's.
    pub fn claim(&mut self, id: Id, reason: Option<&str>) -> Result<Done, Problem> {
        self.claim_noted(id, reason, None)
    }

    /// Takes an item as [`Self::claim`] does, with words of one's own beside the reason.
    pub fn claim_noted(
        &mut self,
        id: Id,
        reason: Option<&str>,
        note: Option<&str>,
    ) -> Result<Done, Problem> {
        let mut act = self.act();
        if !self.add_claim(&mut act, id, (reason, note))? {
            return Ok(Done::nothing(vec![id]));
        }
        self.write(act)
    }

    /// Adds the claim of an item; false where it is the person's own already.
    pub(super) fn add_claim(
        &self,
        act: &mut Act,
        id: Id,
        (reason, note): (Option<&str>, Option<&str>),
    ) -> Result<bool, Problem> {
        let (record, register) = self.record(id)?;
        let me = self.me()?.id;
        reason.map_or(Ok(()), transfer_reason)?;
        let mut reason = reason;
        match record.owner {
            Some(Owner::Person(owner)) if owner == me => return Ok(false),
            Some(Owner::Person(owner)) if reason.is_none() => {
                if !self.lease(&record)?.is_some_and(|lease| lease.has_run_out) {
                    let name = self
                        .people()
                        .by_id(owner)
                        .map_or_else(String::new, |person| person.name.clone());
                    return Err(refused("problem-owned")
                        .arg("owner", name)
                        .hint("problem-owned-hint"));
                }
                reason = Some(lease::EXPIRED);
            }
            _ => {}
        }
        self.may_answer(act, &record)?;
        act.assign_noted(register, &record, Owner::Person(me), (reason, note));
        Ok(true)
    }

    /// Hands an item to a person or post, with a reason from the list (S03).
    pub fn transfer(&mut self, id: Id, to: Owner, reason: &str) -> Result<Done, Problem> {
        self.transfer_all(&[id], to, reason)
    }

    /// Hands items to a person or post in one act, with a reason from the list: all of them or
    /// none.
    pub fn transfer_all(&mut self, ids: &[Id], to: Owner, reason: &str) -> Result<Done, Problem> {
        transfer_reason(reason)?;
        let mut act = self.act();
        for id in ids {
            self.add_transfer(&mut act, *id, to, reason)?;
        }
        self.write(act)
    }

    /// Adds that an item is handed on.
    pub(super) fn add_transfer(
        &self,
        act: &mut Act,
        id: Id,
        to: Owner,
        reason: &str,
    ) -> Result<(), Problem> {
        let me = self.me()?.id;
        let (record, register) = self.record(id)?;
        // Who passes an unowned item on was asked first, and stays so.
        act.claim(register, &record, me);
        act.assign(register, &record, to, Some(reason));
        Ok(())
    }

    /// Makes an item that was just recorded for somebody theirs.
    pub(super) fn give(&mut self, id: Id, to: Owner) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        let mut act = self.act();
        // What only routes is handed on by it.
        let reason = act.only_hands_on(&record).then_some(MAIN_ACCOUNT);
        act.assign(register, &record, to, reason);
        self.write(act)
    }

    /// Reads whom a word names: a person, a post, or who has the next shift.
    pub fn owner_named(&self, word: &str) -> Result<Owner, Problem> {
        if word.replace('-', "_") == NEXT_SHIFT {
            return Ok(self.next_shift(&[])?.to);
        }
        post_named(word)
            .map(Owner::Post)
            .or_else(|| {
                self.people()
                    .by_name(word)
                    .map(|person| Owner::Person(person.id))
            })
            .ok_or_else(|| {
                Problem::new(Kind::NotFound, "problem-person")
                    .arg("name", word)
                    .hint("problem-person-hint")
            })
    }

    /// Reads which person a word names.
    pub fn person_named(&self, word: &str) -> Result<Id, Problem> {
        let person = self.people().by_name(word).map(|person| person.id);
        person.ok_or_else(|| {
            Problem::new(Kind::NotFound, "problem-person")
                .arg("name", word)
                .hint("problem-person-hint")
        })
    }

    /// Ends work on an item with an outcome; each register ends in its own closed state.
    pub fn close(&mut self, id: Id, outcome: &str) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        if register.name == conversation::REGISTER.name {
            let mut act = self.act();
            self.add_outcome(&mut act, &record, outcome)?;
            return self.write(act);
        }
        self.move_to(id, outcome, None)
    }

    /// Adds the end of a talk with its outcome.
    pub(super) fn add_outcome(
        &self,
        act: &mut Act,
        record: &Record,
        outcome: &str,
    ) -> Result<(), Problem> {
        let (register, field) = (&conversation::REGISTER, conversation::OUTCOME.spec);
        if !field.kind.accepts(&json!(outcome)) {
            return Err(Problem::new(Kind::NotUnderstood, "problem-outcome")
                .arg("outcome", outcome)
                .hint("problem-outcome-hint"));
        }
        allowed(register, record, "closed")?;
        reception::may_end(record, outcome)?;
        act.claim(register, record, self.me()?.id);
        let mut change = fields([(field.name, json!(outcome))]);
        if outcome == AD_OUTCOME && record.get(conversation::AD) != Some(true) {
            change.insert(conversation::AD.name().to_owned(), json!(true));
        }
        // Nobody waits on the line once the talk is over.
        change.extend(reception::off_hold(record, self.now()));
        act.set(register, record, change);
        act.step(register, record, "closed", None);
        Ok(())
    }

    /// Puts an item out of sight until a time, milliseconds UTC.
    pub fn snooze(&mut self, id: Id, until: i64) -> Result<Done, Problem> {
        self.snooze_for(id, until, None)
    }

    /// Puts an item out of sight until a time, or until something happens to it before: `reply`
    /// where the buyer speaks, `change` where anybody else does anything.
    pub fn snooze_for(&mut self, id: Id, until: i64, event: Option<&str>) -> Result<Done, Problem> {
        let mut act = self.act();
        self.add_snooze(&mut act, id, until, event)?;
        self.write(act)
    }

    /// Adds that an item is out of sight until a time or an event.
    pub(super) fn add_snooze(
        &self,
        act: &mut Act,
        id: Id,
        until: i64,
        event: Option<&str>,
    ) -> Result<(), Problem> {
        if until <= self.now() {
            return Err(refused("problem-snooze-past").hint("problem-snooze-past-hint"));
        }
        let (record, register) = self.record(id)?;
        if event == Some(snooze::REPLY) && register.name != conversation::REGISTER.name {
            return Err(refused("problem-snooze-no-talk").hint("problem-snooze-no-talk-hint"));
        }
        let mut change = fields([(SNOOZED_UNTIL.name(), json!(until))]);
        let known = record.text(snooze::SNOOZED_FOR.name());
        if known != event {
            change.insert(snooze::SNOOZED_FOR.name().to_owned(), json!(event));
        }
        act.claim(register, &record, self.me()?.id);
        act.set(register, &record, change);
        Ok(())
    }

    /// Changes the tags of an item by words: each is added, and with a minus before it taken
    /// away.
    pub fn tag(&mut self, id: Id, words: &str) -> Result<Done, Problem> {
        let mut act = self.act();
        self.add_tags(&mut act, id, words)?;
        self.write(act)
    }

    /// Adds a change of an item's tags.
    pub(super) fn add_tags(&self, act: &mut Act, id: Id, words: &str) -> Result<(), Problem> {
        let (record, register) = self.record(id)?;
        let before = tags(&record);
        let mut after = before.clone();
        for word in words.split_whitespace() {
            let is_off = word.starts_with(['-', '－']);
            let word = word.trim_start_matches(['#', '＃', '-', '－']);
            if is_off {
                after.retain(|known| known != word);
            } else if !word.is_empty() && after.iter().all(|known| known != word) {
                after.push(word.to_owned());
            }
        }
        if after == before {
            return Err(refused("problem-tag-same").hint("problem-tag-same-hint"));
        }
        let change = fields([(TAGS.name(), json!(after))]);
        act.set(register, &record, change);
        Ok(())
    }
}

/// Refuses a reason for handing on that is not from the list.
pub(super) fn transfer_reason(reason: &str) -> Result<(), Problem> {
    if TRANSFER_REASONS.contains(&reason) {
        return Ok(());
    }
    Err(Problem::new(Kind::NotUnderstood, "problem-transfer-reason")
        .arg("reason", reason)
        .arg("reasons", TRANSFER_REASONS.join(", "))
        .hint("problem-transfer-reason-hint"))
}

/// Returns whether records of a register end by steps that have to be looked at one by one: each
/// stands for a signature, for money or for what a list does not show.
pub(super) fn goes_by_steps(register: &Register) -> bool {
    let own = [
        note::REGISTER.name,
        case::REGISTER.name,
        handover::REGISTER.name,
    ];
    own.contains(&register.name) || !register.work
}

/// Returns the tags of a record.
pub fn tags(record: &Record) -> Vec<String> {
    let list = record.value(TAGS.name()).and_then(Value::as_array);
    let words = list.into_iter().flatten().filter_map(Value::as_str);
    words.map(str::to_owned).collect()
}

/// Checks that people may write a value into a field.
pub(super) fn editable(
    register: &'static Register,
    record: Option<&Record>,
    path: &str,
    value: &Value,
) -> Result<&'static FieldSpec, Problem> {
    let field = register.field(path).ok_or_else(|| {
        let names: Vec<&str> = register
            .fields
            .iter()
            .filter(|field| !field.hidden)
            .map(|field| field.name)
            .collect();
        Problem::new(Kind::NotUnderstood, "problem-field")
            .arg("field", path)
            .arg("register", register.name)
            .arg("fields", names.join(", "))
            .hint("problem-field-hint")
    })?;
    if field.mirror
        || record.is_some_and(|record| {
            record
                .write(path)
                .is_some_and(|write| write.exported_at.is_some())
        })
    {
        return Err(refused("problem-field-mirror")
            .arg("field", path)
            .hint("problem-field-mirror-hint"));
    }
    if !field.kind.accepts(value) {
        return Err(Problem::new(Kind::NotUnderstood, "problem-field-value")
            .arg("field", path)
            .arg("value", value)
            .hint("problem-field-value-hint"));
    }
    if let Some(named) = registers::unknown_post(field, value) {
        return Err(no_post(&named));
    }
    Ok(field)
}

/// Checks that a record may go to a state.
pub(super) fn allowed(register: &Register, record: &Record, to: &str) -> Result<(), Problem> {
    if register.lifecycle.allows(&record.state, to) {
        return Ok(());
    }
    let next = register.lifecycle.successors(&record.state).join(", ");
    Err(refused("problem-move")
        .arg("from", &record.state)
        .arg("to", to)
        .arg(
            "next",
            if next.is_empty() {
                "-".to_owned()
            } else {
                next
            },
        )
        .hint("problem-move-hint"))
}
