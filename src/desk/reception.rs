//! How a talk with a buyer goes, step by step (S07): the flows are data, the steps that were
//! taken stand in the talk, and a step is not taken before what it needs is known.

use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Desk;
use super::act::{Done, refused};
use super::item::AD_OUTCOME;
use super::talk::said;
use crate::domain::field::FieldSpec;
use crate::domain::id::Id;
use crate::domain::payload::Fields;
use crate::domain::record::Record;
use crate::domain::registers::{conversation, order};
use crate::problem::Problem;

const FLOWS: &str = include_str!("../../assets/flows.toml");
/// How the settings begin by which a shop replaces the steps of a flow.
const SETTING: &str = "flow_";
/// Where a talk is spoken, and may be on hold.
const CALLS: [&str; 2] = ["phone", "hotline"];
/// The word of a talk that has to be looked into.
const COMPLEX: &str = "complex";

/// What the file says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flows {
    resume: Vec<String>,
    flow: Vec<Flow>,
    step: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flow {
    name: String,
    #[serde(default)]
    channels: Vec<String>,
    #[serde(default)]
    stages: Vec<String>,
    steps: Vec<String>,
}

/// A step of a flow.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name, the end of the ids of its words.
    pub name: String,
    /// Words of the reply library; the first that finds something is its script.
    pub replies: Vec<String>,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    needs_if_complex: Vec<String>,
}

fn flows() -> &'static Flows {
    static FILE: OnceLock<Flows> = OnceLock::new();
    // A test holds that the compiled-in file is whole.
    FILE.get_or_init(|| toml::from_str(FLOWS).unwrap_or_default())
}

fn step(name: &str) -> Option<&'static Step> {
    flows().step.iter().find(|step| step.name == name)
}

/// Returns whether a setting replaces the steps of a flow.
pub(super) fn is_flow(key: &str) -> bool {
    let name = key.strip_prefix(SETTING);
    name.is_some_and(|name| flows().flow.iter().any(|flow| flow.name == name))
}

/// Returns the names of the settings that replace the steps of a flow.
pub(super) fn flow_settings() -> impl Iterator<Item = String> {
    let flows = flows().flow.iter();
    flows.map(|flow| format!("{SETTING}{}", flow.name))
}

/// Returns whether a shop's own flow has only steps that there are, each once.
pub(super) fn is_sound(value: &str) -> bool {
    let names: Vec<&str> = named(value).collect();
    let is_once = |(at, name): (usize, &&str)| !names[..at].contains(name);
    !names.is_empty()
        && names.iter().all(|name| step(name).is_some())
        && names.iter().enumerate().all(is_once)
}

fn named(value: &str) -> impl Iterator<Item = &str> {
    let marks =
        |mark: char| mark.is_whitespace() || [',', '>', '\u{ff0c}', '\u{3001}'].contains(&mark);
    value.split(marks).filter(|name| !name.is_empty())
}

/// Returns the words of the library for a buyer whose call was on hold.
pub fn apologies() -> &'static [String] {
    &flows().resume
}

/// How far a talk is.
#[derive(Debug, Clone)]
pub struct Reception {
    /// Its steps in their order, with whether each was taken.
    pub steps: Vec<(&'static Step, bool)>,
    /// What must be known before the next step is taken and is not.
    pub missing: Vec<&'static FieldSpec>,
    /// Since when the call is on hold, milliseconds UTC.
    pub hold: Option<i64>,
    /// Whether it is a call.
    pub is_call: bool,
}

impl Reception {
    /// Returns the place of the step that comes next, none where all were taken.
    pub fn at(&self) -> Option<usize> {
        self.steps.iter().position(|(_, is_done)| !is_done)
    }

    /// Returns the step that comes next, none where all were taken.
    pub fn next(&self) -> Option<&'static Step> {
        self.at().map(|at| self.steps[at].0)
    }
}

impl Desk {
    /// Returns how far a talk is; none of what is no talk with a buyer.
    pub fn reception(&self, record: &Record) -> Result<Option<Reception>, Problem> {
        let is_talk = record.register == conversation::REGISTER.name;
        if !is_talk || record.get(conversation::AD) == Some(true) {
            return Ok(None);
        }
        let steps = self.steps_of(record)?;
        let mut reception = Reception {
            steps: steps
                .into_iter()
                .map(|step| (step, taken(record, &step.name).is_some()))
                .collect(),
            missing: Vec::new(),
            hold: hold(record).and_then(|key| held(record, key, conversation::HOLD_SINCE.name())),
            is_call: is_call(record),
        };
        if let Some(step) = reception.next() {
            reception.missing = self.missing(record, step)?;
        }
        Ok(Some(reception))
    }

    /// The steps that a talk follows: the shop's own where it says so.
    fn steps_of(&self, record: &Record) -> Result<Vec<&'static Step>, Problem> {
        let channel = record
            .text(conversation::CHANNEL_OF.name())
            .unwrap_or_default();
        let stage = record
            .text(conversation::STAGE_OF.name())
            .unwrap_or_default();
        let all = &flows().flow;
        let is_its = |flow: &&Flow| {
            flow.channels.iter().any(|one| one == channel)
                || flow.stages.iter().any(|one| one == stage)
        };
        let Some(flow) = all.iter().find(is_its).or(all.last()) else {
            return Ok(Vec::new());
        };
        let own = self.setting(&format!("{SETTING}{}", flow.name))?;
        Ok(match own.filter(|own| is_sound(own)) {
            Some(own) => named(&own).filter_map(step).collect(),
            None => flow.steps.iter().filter_map(|name| step(name)).collect(),
        })
    }

    /// What a step needs and nobody has said yet: neither the talk nor its order.
    fn missing(&self, record: &Record, step: &Step) -> Result<Vec<&'static FieldSpec>, Problem> {
        let is_complex = record.text(conversation::COMPLEXITY.name()) == Some(COMPLEX);
        let more = step.needs_if_complex.iter().filter(|_| is_complex);
        let mut missing: Vec<&FieldSpec> = Vec::new();
        for name in step.needs.iter().chain(more) {
            if record.value(name).is_none() && !self.order_says(record, name)? {
                missing.extend(conversation::REGISTER.field(name));
            }
        }
        Ok(missing)
    }

    /// Whether the order that a talk is about says what a step needs.
    fn order_says(&self, record: &Record, name: &str) -> Result<bool, Problem> {
        let id = record.text("order").and_then(|id| id.parse::<Id>().ok());
        let Some(known) = id.map(|id| self.store().record(id)).transpose()?.flatten() else {
            return Ok(false);
        };
        let has = |name: &str| known.value(name).is_some();
        Ok(match name {
            "quantity" => {
                let lines = order::LINES.name();
                let count = |key: &&str| {
                    known
                        .cell::<i64>(lines, key, order::LINE_QUANTITY.name())
                        .is_some()
                };
                has(order::ITEM_COUNT.name()) || known.keys(lines).iter().any(count)
            }
            "price" => has(order::PAID.name()) || has(order::PAYABLE.name()),
            // When it is to be there no order says: by when it has to leave is another thing.
            _ => false,
        })
    }

    /// Takes the next step of a talk and returns it; refused, with what is missing named, where
    /// it needs something that nobody has said.
    pub fn next_step(&mut self, id: Id) -> Result<&'static Step, Problem> {
        let (record, register) = self.record(id)?;
        let reception = self.reception(&record)?.ok_or_else(no_talk)?;
        let step = reception
            .next()
            .ok_or_else(|| refused("problem-steps-done"))?;
        if let Some(field) = reception.missing.first() {
            return Err(lacks(field));
        }
        let me = self.me()?.id;
        let mut act = self.act();
        act.claim(register, &record, me);
        let taken = [(path(&step.name), json!(self.now()))];
        act.set(register, &record, taken.into_iter().collect());
        self.write(act)?;
        Ok(step)
    }

    /// Takes the last step of a talk back.
    pub fn step_back(&mut self, id: Id) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        let reception = self.reception(&record)?.ok_or_else(no_talk)?;
        let last = reception.steps.iter().rfind(|(_, is_done)| *is_done);
        let (step, _) = last.ok_or_else(|| refused("problem-steps-none"))?;
        let mut act = self.act();
        let cleared = [(path(&step.name), Value::Null)];
        act.set(register, &record, cleared.into_iter().collect());
        self.write(act)
    }

    /// Puts a call on hold: the buyer hears why, and says yes to it (003 L268).
    pub fn hold(&mut self, id: Id, reason: &str, agreed: bool) -> Result<Done, Problem> {
        let reason = said(reason)?;
        let (record, register) = self.record(id)?;
        if !is_call(&record) {
            return Err(refused("problem-hold-no-call"));
        }
        if hold(&record).is_some() {
            return Err(refused("problem-hold-twice"));
        }
        if !agreed {
            return Err(refused("problem-hold-consent"));
        }
        let key = self.new_id();
        let cell = |name: &str| format!("{}/{key}/{name}", conversation::HOLDS.name());
        let (why, since) = (
            cell(conversation::HOLD_REASON.name()),
            cell(conversation::HOLD_SINCE.name()),
        );
        let me = self.me()?.id;
        let mut act = self.act();
        act.claim(register, &record, me);
        let begun = [(why, json!(reason)), (since, json!(self.now()))];
        act.set(register, &record, begun.into_iter().collect());
        self.write(act)
    }

    /// Goes on with a call that is on hold.
    pub fn resume(&mut self, id: Id) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        let ended = off_hold(&record, self.now()).ok_or_else(|| refused("problem-hold-none"))?;
        let mut act = self.act();
        act.set(register, &record, Fields::from([ended]));
        self.write(act)
    }
}

/// Returns what a complex talk still lacks before it ends with an outcome.
pub fn unfinished(record: &Record, outcome: &str) -> Option<&'static FieldSpec> {
    let is_complex = record.text(conversation::COMPLEXITY.name()) == Some(COMPLEX);
    if !is_complex || outcome == AD_OUTCOME || record.get(conversation::AD) == Some(true) {
        return None;
    }
    let asked = [conversation::FACTS.name(), conversation::ACCEPTED.name()];
    let missing = asked
        .into_iter()
        .find(|name| record.value(name).is_none())?;
    conversation::REGISTER.field(missing)
}

/// Refuses to end a complex talk before its facts and the buyer's answer are written down.
pub(super) fn may_end(record: &Record, outcome: &str) -> Result<(), Problem> {
    unfinished(record, outcome).map_or(Ok(()), |field| Err(lacks(field)))
}

/// Returns the value that ends the hold of a call, none where it is not on hold.
pub(super) fn off_hold(record: &Record, now: i64) -> Option<(String, Value)> {
    let (holds, until) = (conversation::HOLDS.name(), conversation::HOLD_UNTIL.name());
    hold(record).map(|key| (format!("{holds}/{key}/{until}"), json!(now)))
}

/// Says what is missing.
fn lacks(field: &FieldSpec) -> Problem {
    let missing = refused(match field.name {
        "category" => "problem-step-category",
        "facts" => "problem-step-facts",
        "accepted" => "problem-step-accepted",
        "quantity" => "problem-step-quantity",
        "price" => "problem-step-price",
        _ => "problem-step-delivery",
    });
    missing.hint("problem-step-hint")
}

fn no_talk() -> Problem {
    refused("problem-steps-no-talk")
}

fn is_call(record: &Record) -> bool {
    let channel = record.text(conversation::CHANNEL_OF.name());
    channel.is_some_and(|channel| CALLS.contains(&channel))
}

/// Where a talk keeps when a step was taken.
pub(super) fn path(step: &str) -> String {
    let (steps, at) = (conversation::STEPS.name(), conversation::STEP_AT.name());
    format!("{steps}/{step}/{at}")
}

/// When a step was taken.
fn taken(record: &Record, step: &str) -> Option<i64> {
    record.value(&path(step))?.as_i64()
}

fn held(record: &Record, key: &str, cell: &str) -> Option<i64> {
    record.cell(conversation::HOLDS.name(), key, cell)
}

/// The hold that has not ended, by its key.
fn hold(record: &Record) -> Option<&str> {
    let keys = record.keys(conversation::HOLDS.name());
    let (since, until) = (
        conversation::HOLD_SINCE.name(),
        conversation::HOLD_UNTIL.name(),
    );
    keys.into_iter()
        .find(|key| held(record, key, since).is_some() && held(record, key, until).is_none())
}

#[cfg(test)]
#[path = "reception/tests.rs"]
mod tests;
