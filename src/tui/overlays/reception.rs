//! The steps of a talk (S07): the next one with its script, what it lacks, a call on hold.

use serde_json::{Value, json};

use super::Opened;
use super::ask::Ask;
use super::menu::{Menu, MenuPane};
use super::record_form;
use super::replies::RepliesPane;
use super::silent::SilentCall;
use super::transfer::nothing_open;
use crate::desk::reception::{Reception, apologies};
use crate::domain::field::{FieldSpec, FromValue, Kind};
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::payload::Fields;
use crate::domain::registers::conversation;
use crate::problem::Problem;
use crate::tui::pane::{Flow, Pane, Reach};

/// What can be done with the steps of a talk, in the order of its digits.
#[derive(Clone, Copy)]
enum Deed {
    Next,
    Back,
    Complexity,
    Fault,
    Category,
    Facts,
    Hold,
    Silent,
}

/// Takes the next step of the talk on the desk and opens its script, or asks for what is missing.
pub fn next(reach: &mut Reach<'_>) -> Result<Opened, Problem> {
    let id = reach.item.ok_or_else(nothing_open)?;
    Ok(match go_on(reach, id) {
        Flow::Replace(next) => Opened::Pane(next),
        flow => Opened::Flow(settled(flow)),
    })
}

/// A step that opened nothing leaves what is in front where it is.
fn settled(flow: Flow) -> Flow {
    match flow {
        Flow::Close => Flow::Stay,
        flow => flow,
    }
}

/// Offers all that can be done with the steps of the talk on the desk.
pub fn open(reach: &mut Reach<'_>) -> Result<MenuPane, Problem> {
    let id = reach.item.ok_or_else(nothing_open)?;
    let reception = of(reach, id)?;
    let mut deeds = vec![
        (Deed::Next, "steps-next"),
        (Deed::Back, "steps-back"),
        (Deed::Complexity, "steps-complexity"),
        (Deed::Fault, "steps-fault"),
        (Deed::Category, "steps-category"),
        (Deed::Facts, "steps-facts"),
    ];
    if reception.is_call {
        let is_held = reception.hold.is_some();
        let word = if is_held {
            "steps-resume"
        } else {
            "steps-hold"
        };
        deeds.push((Deed::Hold, word));
        deeds.push((Deed::Silent, "steps-silent"));
    }
    let labels = deeds.iter().map(|(_, id)| reach.words.get(id).to_string());
    let menu = Menu::new(reach.words.get("steps-title").to_string(), labels);
    Ok(MenuPane::new(menu, move |row, reach| {
        deeds
            .get(row)
            .map_or(Flow::Close, |(deed, _)| act(reach, id, *deed))
    }))
}

fn of(reach: &Reach<'_>, id: Id) -> Result<Reception, Problem> {
    let (record, _) = reach.desk.record(id)?;
    let no_talk = || Problem::new(crate::problem::Kind::Refused, "problem-steps-no-talk");
    reach.desk.reception(&record)?.ok_or_else(no_talk)
}

fn act(reach: &mut Reach<'_>, id: Id, deed: Deed) -> Flow {
    let field = match deed {
        Deed::Next => return go_on(reach, id),
        Deed::Back => {
            if reach.attempt(|desk| desk.step_back(id)).is_some() {
                reach.say("steps-taken-back", &[]);
            }
            return Flow::Close;
        }
        Deed::Hold => return hold(reach, id),
        Deed::Silent => return Flow::Replace(Box::new(SilentCall::new(reach, id))),
        Deed::Complexity => conversation::COMPLEXITY.name(),
        Deed::Fault => conversation::FAULT_OF.name(),
        Deed::Category => conversation::CATEGORY_OF.name(),
        Deed::Facts => conversation::FACTS.name(),
    };
    match conversation::REGISTER.field(field) {
        Some(field) => ask(reach, id, field, |reach| {
            reach.say("steps-noted", &[]);
            Flow::Close
        }),
        None => Flow::Close,
    }
}

/// Takes the next step; where it lacks something, that is said and asked for.
fn go_on(reach: &mut Reach<'_>, id: Id) -> Flow {
    let missing = match of(reach, id) {
        Ok(reception) => reception.missing.first().copied(),
        Err(problem) => {
            reach.trouble(&problem);
            return Flow::Close;
        }
    };
    let Some(step) = reach.attempt(|desk| desk.next_step(id)) else {
        return missing.map_or(Flow::Close, |field| {
            ask(reach, id, field, move |reach| go_on(reach, id))
        });
    };
    script(reach, &step.replies)
}

/// Opens the picker on the first of these words that finds something.
fn script(reach: &mut Reach<'_>, words: &[String]) -> Flow {
    match RepliesPane::open_on(reach, words) {
        Ok(picker) => Flow::Replace(Box::new(picker)),
        Err(problem) => {
            reach.trouble(&problem);
            Flow::Close
        }
    }
}

/// Asks why a call is put on hold, then for the buyer's yes; goes on with one that is.
fn hold(reach: &mut Reach<'_>, id: Id) -> Flow {
    let is_held = of(reach, id).is_ok_and(|reception| reception.hold.is_some());
    if is_held {
        return match reach.attempt(|desk| desk.resume(id)) {
            Some(_) => script(reach, apologies()),
            None => Flow::Close,
        };
    }
    let title = reach.words.get("steps-hold-why").to_string();
    let hint = reach.words.get("steps-hold-why-hint").to_string();
    let ask = Ask::new(title, hint, move |reason, reach| {
        Flow::Replace(Box::new(consent(reach, id, reason.to_owned())))
    });
    Flow::Replace(Box::new(ask))
}

fn consent(reach: &Reach<'_>, id: Id, reason: String) -> MenuPane {
    let labels = ["steps-hold-yes", "steps-hold-no"].map(|id| reach.words.get(id).to_string());
    let menu = Menu::new(reach.words.get("steps-hold-asked").to_string(), labels);
    MenuPane::new(menu, move |row, reach| {
        if reach
            .attempt(|desk| desk.hold(id, &reason, row == 0))
            .is_some()
        {
            reach.say("steps-held", &[]);
        }
        Flow::Close
    })
}

/// Asks for a field of a talk by what it holds, writes it down and goes on.
pub(super) fn ask(
    reach: &mut Reach<'_>,
    id: Id,
    field: &'static FieldSpec,
    then: impl Fn(&mut Reach<'_>) -> Flow + 'static,
) -> Flow {
    let label = reach.speech().label(&conversation::REGISTER, field);
    let asked: Box<dyn Pane> = match field.kind {
        Kind::Choice(list) => {
            let speech = reach.speech();
            let labels: Vec<String> = list
                .values
                .iter()
                .map(|word| speech.choice(field, word))
                .collect();
            Box::new(MenuPane::new(
                Menu::new(label, labels),
                move |row, reach| {
                    let word = list.values.get(row).map_or(Value::Null, |word| json!(word));
                    write(reach, id, field, word, &then)
                },
            ))
        }
        Kind::Flag => {
            let labels = ["finish-accepted", "finish-not-accepted"];
            let labels = labels.map(|id| reach.words.get(id).to_string());
            let title = reach.words.get("finish-accepted-title").to_string();
            Box::new(MenuPane::new(
                Menu::new(title, labels),
                move |row, reach| write(reach, id, field, json!(row == 0), &then),
            ))
        }
        _ => {
            let hint = reach.words.get("steps-ask-hint").to_string();
            Box::new(Ask::new(label, hint, move |answer, reach| {
                if let Some(value) = read(reach, field, answer) {
                    return write(reach, id, field, value, &then);
                }
                let label = reach.speech().label(&conversation::REGISTER, field);
                reach.say("record-unreadable", &[("field", label.into())]);
                Flow::Stay
            }))
        }
    };
    Flow::Replace(asked)
}

fn write(
    reach: &mut Reach<'_>,
    id: Id,
    field: &FieldSpec,
    value: Value,
    then: &dyn Fn(&mut Reach<'_>) -> Flow,
) -> Flow {
    let values = Fields::from([(field.name.to_owned(), value)]);
    match reach.attempt(|desk| desk.set_fields(id, values)) {
        Some(_) => then(reach),
        None => Flow::Stay,
    }
}

/// Reads an answer as its field is; none where it is no such thing. What is counted or paid is
/// above zero.
fn read(reach: &Reach<'_>, field: &FieldSpec, answer: &str) -> Option<Value> {
    let (now, zone) = (reach.desk.now(), reach.desk.zone());
    let value = record_form::read(field, answer, now, zone).ok()?;
    let is_answer = match field.kind {
        Kind::Integer => i64::from_value(&value).is_some_and(|count| count > 0),
        Kind::Money => Money::from_value(&value).is_some_and(|sum| sum.minor > 0),
        _ => !value.is_null(),
    };
    is_answer.then_some(value)
}
