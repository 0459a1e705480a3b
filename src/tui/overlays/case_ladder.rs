//! The steps of a case after it was submitted: who took each when, and the next one to take.

use crate::desk::Desk;
use crate::desk::people::Person;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::payload::Meaning;
use crate::domain::record::Record;
use crate::domain::registers::case;
use crate::domain::rules::money::{
    APPROVER, Decision, amount, decision, is_approved, named_record, provisional_witness,
    void_approval, witness,
};
use crate::i18n::Words;
use crate::problem::Problem;
use crate::tui::commands::Command;
use crate::tui::pane::{Flow, Reach};
use crate::tui::words::Speech;

use super::ask::Ask;
use super::case_around::decided;
use super::case_fields::goods_return;

/// A step of the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// The state to which it leads.
    pub to: &'static str,
    /// When and by whom it was taken.
    pub done: Option<String>,
    /// Whether it is the next one.
    pub next: bool,
}

/// The ladder of a case.
#[derive(Clone, Debug)]
pub struct Ladder {
    /// The number for people.
    pub number: String,
    /// The steps in their order.
    pub rungs: Vec<Rung>,
    /// The step under the cursor.
    pub cursor: usize,
    /// What became of it beside the steps: refused, approval void, done elsewhere, taken back.
    pub remarks: Vec<String>,
    /// What is provisional and must not stay so: words of mouth that nobody signed.
    pub alarms: Vec<String>,
    /// What is told to the customer now.
    pub to_tell: String,
    /// The state's word.
    pub state: String,
    /// Whether the person may approve or refuse now.
    pub decides: bool,
    /// Whether the person may sign now what was agreed by word of mouth.
    pub signs: bool,
    /// Whether somebody's word of mouth may be recorded instead of an approval.
    verbal: bool,
    amendable: bool,
}

impl Ladder {
    /// Reads a case's ladder.
    pub fn read(desk: &Desk, words: &Words, record: &Record) -> Result<Self, Problem> {
        let speech = Speech::new(desk, words);
        let me = desk.me()?;
        // One who asks too much of them is told their limit by the act itself.
        let judges = desk.may_judge(record, me);
        let unsigned = provisional_witness(record).is_some();
        let order = order_of(record.text("kind").unwrap_or_default());
        let next = next_of(record, &order);
        let rungs: Vec<Rung> = order
            .iter()
            .map(|to| Rung {
                to,
                done: taken(record, to, next, &order, speech),
                next: Some(*to) == next,
            })
            .collect();
        let cursor = rungs
            .iter()
            .position(|rung| rung.next)
            .unwrap_or(rungs.len().saturating_sub(1));
        Ok(Self {
            number: record.text("no").unwrap_or_default().to_owned(),
            cursor,
            remarks: remarks(record, speech),
            alarms: alarms(record, speech),
            to_tell: to_tell(record, words),
            state: speech.state("case", &record.state),
            decides: judges && record.state == "submitted",
            signs: judges && unsigned,
            verbal: !judges && desk.has_spot_allowances()?,
            amendable: !record.void
                && !matches!(record.state.as_str(), "executed" | "told" | "closed"),
            rungs,
        })
    }

    /// Returns whether what was asked may still be changed.
    pub fn may_amend(&self) -> bool {
        self.amendable
    }

    /// Takes a command; the case is read anew afterwards.
    pub fn command(&mut self, command: Command, id: Id, reach: &mut Reach<'_>) -> Flow {
        let last = self.rungs.len().saturating_sub(1);
        match command {
            Command::NextField | Command::NextMissing => self.cursor = (self.cursor + 1).min(last),
            Command::PreviousField | Command::PreviousMissing => {
                self.cursor = self.cursor.saturating_sub(1);
            }
            Command::Unfold | Command::Open => return self.take(id, reach),
            Command::Finish => {
                self.cursor = self
                    .rungs
                    .iter()
                    .position(|rung| rung.next)
                    .unwrap_or(self.cursor);
                return self.take(id, reach);
            }
            Command::No => return self.refuse(id, reach),
            _ => return Flow::Pass,
        }
        Flow::Stay
    }

    /// Takes the step under the cursor, where it is the next one.
    fn take(&self, id: Id, reach: &mut Reach<'_>) -> Flow {
        let Some(rung) = self.rungs.get(self.cursor) else {
            return Flow::Stay;
        };
        if rung.to == "approved" && self.signs {
            if reach.attempt(|desk| desk.approve_case(id)).is_some() {
                reach.say("case-verbal-signed", &[]);
            }
            return Flow::Stay;
        }
        if rung.done.is_some() {
            reach.say("case-step-taken", &[]);
            return Flow::Stay;
        }
        if !rung.next {
            reach.say("case-step-locked", &[]);
            return Flow::Stay;
        }
        let to = rung.to;
        if to == "approved" && self.verbal {
            return Flow::Push(Box::new(verbal(id, reach)));
        }
        let done = reach.attempt(|desk| match to {
            "approved" => desk.approve_case(id),
            "executed" => desk.execute_case(id),
            _ => desk.move_to(id, to, None),
        });
        if done.is_some() {
            reach.say(&format!("case-done-{to}"), &[]);
        }
        Flow::Stay
    }

    /// Asks for the reason of a refusal, or of taking the case back where there is nothing to
    /// decide.
    fn refuse(&self, id: Id, reach: &Reach<'_>) -> Flow {
        let decides = self.decides;
        let title = reach
            .words
            .get(if decides { "case-refuse" } else { "case-void" });
        let hint = reach.words.get("ask-reason");
        let ask = Ask::new(title.to_string(), hint.to_string(), move |reason, reach| {
            let done = reach.attempt(|desk| {
                if decides {
                    desk.refuse_case(id, reason)
                } else {
                    desk.void_case(id, reason)
                }
            });
            if done.is_none() {
                return Flow::Stay;
            }
            let id = if decides {
                "case-refused-done"
            } else {
                "case-voided"
            };
            reach.say(id, &[]);
            Flow::Close
        });
        let question = if decides { "refuse" } else { "void" };
        Flow::Push(Box::new(ask.keeping(reach, question, id)))
    }
}

/// Asks who agreed in person, where somebody's word of mouth may be relied upon.
fn verbal(id: Id, reach: &Reach<'_>) -> Ask {
    let title = reach.words.get("case-verbal").to_string();
    let hint = reach.words.get("case-verbal-hint").to_string();
    let ask = Ask::new(title, hint, move |name, reach| {
        let done = reach.attempt(|desk| {
            let approver = desk.person_named(name)?;
            desk.approve_verbally(id, approver)
        });
        if done.is_none() {
            return Flow::Stay;
        }
        reach.say("case-verbal-done", &[]);
        Flow::Close
    });
    ask.keeping(reach, "verbal", id)
}

/// The steps that a kind goes through.
fn order_of(kind: &str) -> Vec<&'static str> {
    let mut order = vec!["submitted", "approved"];
    if goods_return(kind) {
        order.extend(["awaiting_goods", "goods_received"]);
    }
    order.extend(["executed", "told", "closed"]);
    order
}

/// The state to which the next step leads.
fn next_of(record: &Record, order: &[&'static str]) -> Option<&'static str> {
    if record.void {
        return None;
    }
    let goods = order.contains(&"awaiting_goods");
    match record.state.as_str() {
        "submitted" => Some("approved"),
        "approved" if goods => Some("awaiting_goods"),
        "awaiting_goods" => Some("goods_received"),
        "approved" | "goods_received" | "to_execute" => Some("executed"),
        "executed" | "refused" => Some("told"),
        "told" => Some("closed"),
        _ => None,
    }
}

/// When and by whom a step was taken, where it still stands.
fn taken(
    record: &Record,
    to: &str,
    next: Option<&'static str>,
    order: &[&'static str],
    speech: Speech<'_>,
) -> Option<String> {
    let ahead = next.and_then(|next| order.iter().position(|step| *step == next));
    let place = order.iter().position(|step| *step == to)?;
    if ahead.is_some_and(|ahead| place >= ahead) || to == "approved" && record.state == "refused" {
        return None;
    }
    if to == "approved" && matches!(decision(record), Some(Decision::Alone(_))) {
        return decided(Some(record), speech).map(|run| run.text.into_owned());
    }
    let step = record.reached(to)?;
    let who = speech
        .people
        .of_replica(step.trace.replica)
        .map_or("", |person| person.name.as_str());
    Some(format!("{} {who}", speech.moment(step.trace.at)))
}

fn remarks(record: &Record, speech: Speech<'_>) -> Vec<String> {
    let words = speech.words;
    let mut all = Vec::new();
    let name = |replica| {
        speech
            .people
            .of_replica(replica)
            .map_or_else(String::new, |person| person.name.clone())
    };
    let refusal = record
        .signatures
        .iter()
        .rev()
        .find(|sign| sign.meaning == Meaning::Refuse);
    if let Some(sign) = refusal.filter(|_| record.state == "refused") {
        let args = [
            ("person", name(sign.trace.replica).into()),
            ("when", speech.moment(sign.trace.at).into()),
            ("reason", sign.note.clone().unwrap_or_default().into()),
        ];
        all.push(words.with("case-refused-by", &args));
    }
    if let Some(sign) = void_approval(record) {
        let shown = |amount: Option<Money>| amount.map_or("-".into(), |sum| sum.to_string());
        let (was, now) = (shown(amount(&sign.saw)), shown(record.get(case::AMOUNT)));
        let word = if was == now {
            "case-approval-void"
        } else {
            "case-approval-void-amount"
        };
        let args = [
            ("person", name(sign.trace.replica).into()),
            ("when", speech.moment(sign.trace.at).into()),
            ("was", was.into()),
            ("now", now.into()),
        ];
        all.push(words.with(word, &args));
    }
    if let Some(state) = record.text("platform_state") {
        let amount = record
            .get(case::PLATFORM_AMOUNT)
            .map(|amount| amount.to_string())
            .unwrap_or_default();
        let state = speech.choice(&case::PLATFORM_STATE.spec, state);
        all.push(words.with(
            "case-platform",
            &[("state", state.into()), ("amount", amount.into())],
        ));
    }
    if record.void {
        all.push(words.get("case-is-void").to_string());
    }
    if record.get(case::PAID_VERIFIED) != Some(true) {
        all.push(words.get("case-paid-unverified").to_string());
    }
    all
}

/// Says who agreed by word of mouth and has not signed.
fn alarms(record: &Record, speech: Speech<'_>) -> Vec<String> {
    let unsigned = witness(record, None).filter(|_| !is_approved(record));
    let Some(sign) = unsigned else {
        return Vec::new();
    };
    let people = speech.people;
    let approver = named_record(&sign.saw, APPROVER).and_then(|id| people.by_id(id));
    let name = |person: Option<&Person>| person.map_or_else(String::new, |one| one.name.clone());
    let args = [
        ("person", name(approver).into()),
        (
            "witness",
            name(people.of_replica(sign.trace.replica)).into(),
        ),
        ("when", speech.moment(sign.trace.at).into()),
    ];
    vec![speech.words.with("case-verbal-unsigned", &args)]
}

/// What the customer may be told in this state.
fn to_tell(record: &Record, words: &Words) -> String {
    let id = format!("case-tell-{}", record.state);
    if !words.has(&id) {
        return String::new();
    }
    let amount = record
        .get(case::AMOUNT)
        .map(|amount| amount.to_string())
        .unwrap_or_default();
    words.with(&id, &[("amount", amount.into())])
}
