//! Finishing an item (F8 on the desk): asks only for what is missing.

use super::case::CaseForm;
use super::menu::{Menu, MenuPane};
use super::note::NoteForm;
use super::since::Since;
use super::{Opened, pane, reception};
use crate::desk::item::AD_OUTCOME;
use crate::desk::reception::unfinished;
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::register::Register;
use crate::domain::registers::conversation;
use crate::problem::Problem;
use crate::tui::pane::{Flow, Reach};

/// Finishes the item on the desk, or opens what asks for what is missing.
pub fn open(reach: &mut Reach<'_>) -> Result<Opened, Problem> {
    let Some(id) = reach.item else {
        reach.say("finish-nothing", &[]);
        return Ok(Opened::Flow(Flow::Stay));
    };
    let (record, register) = reach.desk.record(id)?;
    match register.name {
        "note" => Ok(pane(NoteForm::of_note(reach, id)?)),
        "case" => Ok(pane(CaseForm::of_case(reach, id)?)),
        // An advertiser is asked nothing about.
        "conversation" if record.get(conversation::AD) == Some(true) => {
            Ok(Opened::Flow(closed(reach, id, AD_OUTCOME)))
        }
        "conversation" => Ok(pane(outcomes(reach, &record))),
        _ if register.work => Ok(ends(reach, &record, register)),
        _ => {
            reach.say("finish-not-here", &[]);
            Ok(Opened::Flow(Flow::Stay))
        }
    }
}

/// The outcomes of a talk; a complex one also asks for its facts and whether the buyer accepted.
fn outcomes(reach: &Reach<'_>, record: &Record) -> MenuPane {
    let id = record.id;
    let mut since = Since::of(reach, id);
    let words = conversation::OUTCOMES.values;
    let labels = words.iter().map(|word| {
        reach
            .words
            .get(&format!("value-outcome-{word}"))
            .to_string()
    });
    MenuPane::new(
        Menu::new(title(reach, record), labels),
        move |row, reach| {
            let Some(outcome) = words.get(row) else {
                return Flow::Close;
            };
            if let Some(stopped) = since.stops(reach) {
                return stopped;
            }
            ended(reach, id, outcome)
        },
    )
}

/// Ends a talk, or asks first for what a complex one lacks.
fn ended(reach: &mut Reach<'_>, id: Id, outcome: &'static str) -> Flow {
    let missing = match reach.desk.record(id) {
        Ok((record, _)) => unfinished(&record, outcome),
        Err(problem) => {
            reach.trouble(&problem);
            return Flow::Close;
        }
    };
    match missing {
        Some(field) => reception::ask(reach, id, field, move |reach| ended(reach, id, outcome)),
        None => closed(reach, id, outcome),
    }
}

/// The ways in which any other record ends; the only one needs no question. What is open and has
/// steps before its end goes on by one of them.
fn ends(reach: &mut Reach<'_>, record: &Record, register: &'static Register) -> Opened {
    let lifecycle = register.lifecycle;
    let next = lifecycle.successors(&record.state).iter().copied();
    let (ends, steps): (Vec<&'static str>, Vec<_>) =
        next.partition(|state| lifecycle.is_closed(state));
    let id = record.id;
    match &ends[..] {
        [] if steps.is_empty() || lifecycle.is_closed(&record.state) => {
            reach.say("finish-not-here", &[]);
            Opened::Flow(Flow::Stay)
        }
        [] => chosen(reach, record, register, steps, move |reach, state| {
            stepped(reach, id, register, state)
        }),
        [only] => Opened::Flow(closed(reach, id, only)),
        _ => chosen(reach, record, register, ends, move |reach, state| {
            closed(reach, id, state)
        }),
    }
}

/// Asks into which state a record goes, and does it.
fn chosen(
    reach: &Reach<'_>,
    record: &Record,
    register: &Register,
    states: Vec<&'static str>,
    act: impl Fn(&mut Reach<'_>, &'static str) -> Flow + 'static,
) -> Opened {
    let speech = reach.speech();
    let labels = states.iter();
    let labels: Vec<String> = labels
        .map(|state| speech.state(register.name, state))
        .collect();
    let menu = Menu::new(title(reach, record), labels);
    let mut since = Since::of(reach, record.id);
    pane(MenuPane::new(menu, move |row, reach| {
        if let Some(stopped) = since.stops(reach) {
            return stopped;
        }
        states
            .get(row)
            .map_or(Flow::Close, |state| act(reach, state))
    }))
}

/// Takes an item on by a step; it stays where it is.
fn stepped(reach: &mut Reach<'_>, id: Id, register: &Register, state: &'static str) -> Flow {
    if reach
        .attempt(|desk| desk.move_to(id, state, None))
        .is_some()
    {
        let state = reach.speech().state(register.name, state);
        reach.say("finish-stepped", &[("state", state.into())]);
    }
    Flow::Close
}

/// Closes the item; the next one follows.
fn closed(reach: &mut Reach<'_>, id: Id, outcome: &str) -> Flow {
    match reach.attempt(|desk| desk.close(id, outcome)) {
        Some(_) => {
            reach.say("finish-done", &[]);
            Flow::Next
        }
        None => Flow::Close,
    }
}

fn title(reach: &Reach<'_>, record: &Record) -> String {
    let buyer = record
        .text("buyer")
        .or_else(|| record.text("subject"))
        .unwrap_or_default()
        .to_owned();
    reach.words.with("finish-title", &[("buyer", buyer.into())])
}
