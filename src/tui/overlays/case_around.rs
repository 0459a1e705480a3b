//! What stands around a case: who may approve it or decided it, what the platform says, who else
//! works on the order, what the buyer said last.

use super::case_facts::Approver;
use crate::desk::Desk;
use crate::domain::id::Id;
use crate::domain::record::{Record, Trace};
use crate::domain::registers::{case, order};
use crate::domain::rules::money::{APPROVER, Decision, decision, named_record};
use crate::problem::Problem;
use crate::store::{Order, Query};
use crate::tui::theme::Ink;
use crate::tui::widgets::line::Run;
use crate::tui::words::Speech;

/// How many cases of an order are looked at.
const MOST: usize = 50;

/// Who may approve what a case asks, or the person at the desk would ask, with how much.
pub(super) fn approvers(
    desk: &Desk,
    case: Option<&Record>,
    speech: Speech<'_>,
) -> Result<Vec<Approver>, Problem> {
    let me = desk.me()?.id;
    desk.approvers(case)?
        .into_iter()
        .map(|person| {
            let is_me = person.id == me;
            Ok(Approver {
                name: if is_me {
                    speech.words.get("desk-you").to_string()
                } else {
                    speech.last_known(desk, person)
                },
                is_me,
                limit: desk.approves_up_to(person)?,
            })
        })
        .collect()
}

/// How a case was decided, by whom and when; none while it waits.
pub(super) fn decided(case: Option<&Record>, speech: Speech<'_>) -> Option<Run<'static>> {
    let case = case?;
    if case.void {
        let void = speech.words.get("case-is-void").to_string();
        return Some(Run::new(void, Ink::Warn));
    }
    let people = speech.people;
    let wrote = |trace: &Trace| (people.of_replica(trace.replica), trace.at);
    let (word, (person, at), ink) = match decision(case)? {
        Decision::Approved(sign) => ("case-decided-approved", wrote(&sign.trace), Ink::Ok),
        Decision::Refused(sign) => ("case-decided-refused", wrote(&sign.trace), Ink::Warn),
        Decision::Agreed(sign) => {
            let approver = named_record(&sign.saw, APPROVER).and_then(|id| people.by_id(id));
            ("case-decided-agreed", (approver, sign.trace.at), Ink::Block)
        }
        Decision::Alone(step) => ("case-decided-alone", wrote(&step.trace), Ink::Ok),
    };
    let name = person.map_or_else(String::new, |person| person.name.clone());
    let args = [("person", name.into()), ("when", speech.moment(at).into())];
    Some(Run::new(speech.words.with(word, &args), ink))
}

/// What the platform says of the refund: of this case, else of another one of the order, else of
/// a line of the order.
pub(super) fn platform(
    desk: &Desk,
    order: Option<&Record>,
    record: Option<&Record>,
    speech: Speech<'_>,
) -> Result<Option<String>, Problem> {
    let name = case::PLATFORM_STATE.name();
    let said = |record: &Record| {
        let write = record.write(name)?;
        let state = speech.choice(&case::PLATFORM_STATE.spec, write.value.as_str()?);
        Some(platform_words(&state, write.exported_at, speech))
    };
    if let Some(said) = record.and_then(said) {
        return Ok(Some(said));
    }
    let Some(order) = order else { return Ok(None) };
    let rows = desk.store().rows(&Query {
        registers: vec![case::REGISTER.name],
        order_id: Some(order.id),
        limit: Some(MOST),
        ..Query::default()
    })?;
    for row in rows.iter().filter(|row| row.fields.get(name).is_some()) {
        if let Some(said) = desk.store().record(row.id)?.as_ref().and_then(said) {
            return Ok(Some(said));
        }
    }
    let lines = order.keys(order::LINES.name());
    Ok(lines.into_iter().find_map(|key| {
        let path = format!(
            "{}/{key}/{}",
            order::LINES.name(),
            order::LINE_REFUND_STATE.name()
        );
        let write = order.write(&path)?;
        let state = speech.choice(&order::LINE_REFUND_STATE.spec, write.value.as_str()?);
        Some(platform_words(&state, write.exported_at, speech))
    }))
}

fn platform_words(state: &str, exported_at: Option<i64>, speech: Speech<'_>) -> String {
    let at = exported_at.map(|at| speech.moment(at)).unwrap_or_default();
    let args = [("state", state.into()), ("at", at.into())];
    speech.words.with("case-platform-says", &args)
}

/// Who else has something open on the order; where nobody has as far as is known here, how old
/// the oldest news of a colleague is.
pub(super) fn others(
    desk: &Desk,
    order: Option<Id>,
    speech: Speech<'_>,
) -> Result<String, Problem> {
    let words = speech.words;
    let others = match order {
        Some(order) => desk.others_on(order)?,
        None => Vec::new(),
    };
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(|other| other.name.as_str()).collect();
        return Ok(names.join(&*words.get("case-names-between")));
    }
    Ok(match desk.oldest_news()? {
        Some((person, at)) => {
            let span = speech.span((speech.now - at).max(0));
            let args = [("person", person.name.into()), ("span", span.into())];
            words.with("case-others-known", &args)
        }
        None => words.get("case-others-none").to_string(),
    })
}

/// The buyer's last words: in the item from which the form was opened, else in the newest talk
/// about the order or with its customer.
pub(super) fn said(
    desk: &Desk,
    about: Option<&Record>,
    order: Option<&Record>,
    speech: Speech<'_>,
) -> Result<Option<(String, String)>, Problem> {
    if let Some(said) = about.and_then(|record| last_words(record, speech)) {
        return Ok(Some(said));
    }
    let Some(order) = order else { return Ok(None) };
    let customer = order.text("customer").and_then(|id| id.parse::<Id>().ok());
    for (order_id, customer) in [(Some(order.id), None), (None, customer)] {
        if order_id.is_none() && customer.is_none() {
            continue;
        }
        let rows = desk.store().rows(&Query {
            registers: vec!["conversation"],
            order_id,
            customer,
            order: Order::Opened,
            limit: Some(1),
            ..Query::default()
        })?;
        if let Some(row) = rows.first()
            && let Some(record) = desk.store().record(row.id)?
            && let Some(said) = last_words(&record, speech)
        {
            return Ok(Some(said));
        }
    }
    Ok(None)
}

fn last_words(record: &Record, speech: Speech<'_>) -> Option<(String, String)> {
    let entry = record.buyers_last()?;
    Some((entry.say.text.clone()?, speech.moment(entry.at)))
}
