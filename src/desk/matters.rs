//! The one list of what people must look at: contradictions with both sides, replicas that
//! branched, clocks that are ahead, events that do not count and events that wait outside.
//! Each says in one sentence what it is, then who, when, where and what, then what to do.

mod sides;

use std::collections::BTreeMap;

use serde_json::Value;

use super::Desk;
use super::act::{Done, not_found, refused};
use super::item::editable;
use crate::domain::authority::{Action, may};
use crate::domain::event::Verb;
use crate::domain::id::{Chain, Id, ReplicaId};
use crate::exchange::bundle::Alarm;
use crate::i18n::{Arg, Words};
use crate::problem::Problem;
use crate::store::{Contradiction, Outside, StreamHead, UnfoldedEvent};

pub use sides::Side;

/// The kind of a field's concurrent values.
const CONCURRENT: &str = "concurrent_values";

/// What sort of thing it is, in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// People contradict each other.
    Contradiction,
    /// A replica's streams do not go together: two places, a cut end, an older state.
    Branch,
    /// A colleague's clock is ahead.
    Clock,
    /// In the log and not counted.
    Unfolded,
    /// Not in the log, kept and tried again.
    Outside,
}

/// One thing that people must look at.
#[derive(Debug, Clone)]
pub struct Matter {
    /// What sort of thing it is.
    pub class: Class,
    /// The contradiction's kind, the code, or the alarm's kind.
    pub kind: String,
    /// What it is, in a sentence.
    pub what: String,
    /// What it is about: records in their own words, a field.
    pub about: String,
    /// What stands against what; one side where it is one event.
    pub sides: Vec<Side>,
    /// What to do next.
    pub next: String,
    /// The records, the one to open first.
    pub records: Vec<Id>,
    /// The contradiction, where a person's word settles it.
    pub settles: Option<Id>,
    /// Whether choosing a side settles it.
    pub is_choice: bool,
    /// The event, where it is one.
    pub event: Option<Chain>,
    /// The alarm, where it is one.
    pub alarm: Option<Alarm>,
    /// How many events it stands for.
    pub count: u64,
}

impl Matter {
    fn new(class: Class, kind: &str, what: String, next: String) -> Self {
        Self {
            class,
            kind: kind.to_owned(),
            what,
            about: String::new(),
            sides: Vec::new(),
            next,
            records: Vec::new(),
            settles: None,
            is_choice: false,
            event: None,
            alarm: None,
            count: 1,
        }
    }
}

impl Desk {
    /// Returns everything that people must look at, what must be settled first.
    pub fn to_look_at(&self, words: &Words) -> Result<Vec<Matter>, Problem> {
        let mut all = self.pinned(words)?;
        let mut held = self.store().unfolded()?;
        held.extend(self.store().missing_files()?);
        for event in held {
            all.push(self.unfolded_matter(&event, words)?);
        }
        all.extend(self.outside_matters(words)?);
        Ok(all)
    }

    /// Returns what stays on top until it is settled: contradictions and branches; behind them
    /// the clocks that are ahead.
    pub fn pinned(&self, words: &Words) -> Result<Vec<Matter>, Problem> {
        let mut all = Vec::new();
        for one in self.open_contradictions()? {
            all.push(self.contradiction_matter(&one, words)?);
        }
        for alarm in self.alarms()? {
            all.push(self.alarm_matter(&alarm, words)?);
        }
        all.sort_by_key(|matter| matter.class);
        Ok(all)
    }

    /// Settles a field's concurrent values by the value of one side, counted from 1.
    ///
    /// Fails where the contradiction is of another kind, and where the person may not write the
    /// field.
    pub fn choose(&mut self, id: &str, side: usize) -> Result<Done, Problem> {
        let one = self.contradiction_named(id)?;
        if one.kind != CONCURRENT {
            return Err(refused("problem-choose-kind").hint("problem-choose-kind-hint"));
        }
        let record = *one.records.first().ok_or_else(|| not_found(id))?;
        let (record, register) = self.record(record)?;
        let live = record.values.get(&one.about).map(Vec::as_slice);
        let chosen = side
            .checked_sub(1)
            .and_then(|at| live.unwrap_or_default().get(at))
            .ok_or_else(|| not_found(&side.to_string()))?;
        let value = chosen.value.clone();
        editable(register, Some(&record), &one.about, &value)?;
        self.me()?;
        let mut act = self.act();
        // Also where it is the value that is shown: the word is that the others are not.
        act.set(
            register,
            &record,
            [(one.about, value)].into_iter().collect(),
        );
        self.write(act)
    }

    fn contradiction_matter(&self, one: &Contradiction, words: &Words) -> Result<Matter, Problem> {
        let what = finding(&one.kind, words);
        let closes = self
            .signed_in()
            .is_some_and(|me| may(me.role, Action::CloseContradiction).allows());
        let is_choice = one.kind == CONCURRENT;
        let next = match (is_choice, closes) {
            (true, true) => "held-settle-choose",
            (true, false) => "held-choose",
            (false, true) => "held-settle",
            (false, false) => "held-settle-role",
        };
        let mut matter = Matter::new(
            Class::Contradiction,
            &one.kind,
            what,
            words.get(next).to_string(),
        );
        matter.sides = self.sides_of(one, words)?;
        matter.about = self.called(&one.records, words)?;
        matter.records.clone_from(&one.records);
        matter.settles = Some(one.id);
        matter.is_choice = is_choice;
        Ok(matter)
    }

    /// What does not go together in a replica's streams, and whose clock is ahead.
    fn alarm_matter(&self, alarm: &Alarm, words: &Words) -> Result<Matter, Problem> {
        let replica = alarm.replica();
        let args = [
            ("who", Arg::from(self.who(replica))),
            ("replica", replica.to_string().into()),
        ];
        let (class, next) = match alarm {
            Alarm::Clock { .. } => (Class::Clock, alarm.next()),
            Alarm::Branched { .. } => (Class::Branch, "held-branch-next"),
            Alarm::Heads { .. } => (Class::Branch, alarm.next()),
        };
        let what = alarm.said(words, &|replica| self.who(replica));
        let mut matter = Matter::new(class, alarm.kind(), what, words.with(next, &args));
        match alarm {
            Alarm::Branched { after, .. } => {
                for head in self.store().heads()? {
                    if head.replica == replica {
                        let (side, count) = self.branch_side(&head, *after, words)?;
                        matter.sides.push(side);
                        matter.count = matter.count.max(count);
                    }
                }
            }
            Alarm::Heads { .. } => matter.sides.push(self.side(replica, None, String::new())?),
            Alarm::Clock { .. } => {
                let newest = self.store().newest_of(replica)?;
                matter
                    .sides
                    .push(self.side(replica, newest, String::new())?);
            }
        }
        matter.alarm = Some(alarm.clone());
        Ok(matter)
    }

    /// One branch: how many events follow the place that all share, and when the first was.
    fn branch_side(
        &self,
        head: &StreamHead,
        after: u64,
        words: &Words,
    ) -> Result<(Side, u64), Problem> {
        let from = head.from_seq.max(after);
        let count = head.seq.saturating_sub(from);
        let first = self
            .store()
            .stream_events(head.stream, from + 1, from + 1)?;
        let what = words.with(
            "held-branch-side",
            &[("count", count.into()), ("seq", (from + 1).into())],
        );
        let at = first.first().map(|event| event.head.at);
        Ok((self.side(head.replica, at, what)?, count))
    }

    fn unfolded_matter(&self, event: &UnfoldedEvent, words: &Words) -> Result<Matter, Problem> {
        let head = event.event.as_ref().map(|event| &event.head);
        let mut matter = self.coded(
            Class::Unfolded,
            &event.code,
            head.map(|head| head.replica),
            words,
        );
        if let Some(event) = &event.event {
            matter.records = vec![event.head.record];
            matter.about = self.called_or(event.head.record, &event.head.register, words)?;
            matter.sides = vec![self.side_of_event(event, "", words)?];
        }
        matter.event = Some(event.chain);
        Ok(matter)
    }

    /// What waits outside, together where author, reason and register are the same.
    fn outside_matters(&self, words: &Words) -> Result<Vec<Matter>, Problem> {
        let mut groups: BTreeMap<(ReplicaId, String, String), Vec<Outside>> = BTreeMap::new();
        for row in self.store().outside()? {
            let line = serde_json::from_slice::<Value>(&row.line).unwrap_or_default();
            let register = line["register"].as_str().unwrap_or_default().to_owned();
            let group = groups.entry((row.replica, row.code.clone(), register));
            group.or_default().push(row);
        }
        let mut all = Vec::new();
        for ((replica, code, register), rows) in groups {
            let mut matter = self.coded(Class::Outside, &code, Some(replica), words);
            let first = &rows[0];
            let line = serde_json::from_slice::<Value>(&first.line).unwrap_or_default();
            let verb = line["event"]["v"].as_u64();
            let verb = verb.and_then(|verb| Verb::of(u8::try_from(verb).ok()?));
            let what = words.with(
                "held-outside-side",
                &[
                    ("count", rows.len().into()),
                    ("seq", first.seq.into()),
                    ("verb", words.get(&verb_id(verb)).to_string().into()),
                ],
            );
            let at = line["event"]["a"].as_i64();
            matter.sides = vec![self.side(replica, at, what)?];
            let known = format!("register-{register}");
            matter.about = if words.has(&known) {
                words.get(&known).to_string()
            } else {
                register
            };
            matter.event = Some(first.chain);
            matter.count = rows.len() as u64;
            all.push(matter);
        }
        Ok(all)
    }

    fn coded(&self, class: Class, code: &str, replica: Option<ReplicaId>, words: &Words) -> Matter {
        let who = replica.map_or_else(String::new, |replica| self.who(replica));
        let known = |prefix: &str, other: &'static str| {
            let id = format!("{prefix}-{code}");
            if words.has(&id) { id } else { other.to_owned() }
        };
        let what = words.get(&known("held-code", "held-code")).to_string();
        let next = words.with(&known("held-next", "held-next"), &[("who", who.into())]);
        Matter::new(class, code, what, next)
    }
}

/// Returns what contradicts, in a sentence.
pub fn finding(kind: &str, words: &Words) -> String {
    let known = format!("finding-{kind}");
    if words.has(&known) {
        words.get(&known).to_string()
    } else {
        words.with("finding-unknown", &[("kind", kind.into())])
    }
}

/// The id of a verb's word.
fn verb_id(verb: Option<Verb>) -> String {
    format!("cli-verb-{}", verb.map_or("unknown", Verb::name))
}
