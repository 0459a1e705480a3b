//! What an order note's form knows beside its fields: the order, the five steps with who and
//! when, the buyer's short yes, earlier notes, and the text that each step gives to copy.

use crate::desk::Desk;
use crate::desk::marks::standing_yes;
use crate::desk::note::STEPS;
use crate::desk::printing::{Printing, printing_of};
use crate::desk::wording::Wording;
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::register::Post;
use crate::domain::registers::{note, order};
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::Query;
use crate::tui::panes::side::hidden;
use crate::tui::words::{Speech, tail};

/// How many earlier notes are read.
const EARLIER: usize = 6;

/// How far a step is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Done, when and by whom.
    Done(String),
    /// The one to be done.
    Next,
    /// Waits for the step of this number, from 1.
    Locked(usize),
}

/// The buyer's short yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What the buyer wrote.
    pub text: String,
    /// When, as screens write it.
    pub when: String,
}

/// Of how many printing colleagues the step says when they were last heard of.
const PRINTERS: usize = 2;

/// What is known around a note.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The order's number as the person or an export wrote it.
    pub number: String,
    /// The order's tail or, where no export brought it, with that said.
    pub order: String,
    /// Whether no export brought the order yet.
    pub unverified: bool,
    /// The buyer's name.
    pub buyer: String,
    /// Receiver and telephone number.
    pub receiver: String,
    /// The carrier.
    pub carrier: String,
    /// Until when it must be shipped, with its source.
    pub ship_due: Option<String>,
    /// The next printing wave, with its source.
    pub wave: Option<String>,
    /// How far the order is at printing.
    pub printing: Printing,
    /// The waybill, empty where there is none.
    pub waybill: String,
    /// When the printing room was last heard of, or printed it; empty where nobody knows.
    pub printing_at: String,
    /// Whether desks exchange by a shared folder.
    pub by_folder: bool,
    /// What was there before, by the kind of change.
    pub(super) was: Vec<(&'static str, String)>,
    /// Messages, memos and notes from before.
    pub earlier: Vec<(String, String)>,
    /// The steps.
    pub stages: Vec<Stage>,
    /// The buyer's short yes to our question.
    pub offer: Option<Offer>,
    /// Today as notes write it.
    pub today: String,
    /// Who writes.
    pub me: String,
    /// Who may acknowledge at printing, each with when they were last heard of; the newest first.
    pub printers: String,
    /// The word of the flag that this kind of change gets.
    pub flag: String,
    /// What the flag means by the shop's legend, empty where it has none.
    pub legend: String,
}

impl Facts {
    /// Reads what is known of an order's number, of the note where it is recorded already, and
    /// of the item from which the form was opened.
    pub fn read(
        desk: &Desk,
        words: &Words,
        number: &str,
        note: Option<&Record>,
        about: Option<Id>,
    ) -> Result<Self, Problem> {
        let speech = Speech::new(desk, words);
        let order = if number.is_empty() {
            None
        } else {
            desk.order_by_number(number)?
        };
        let mut facts = Self {
            number: number.to_owned(),
            order: tail(number),
            me: desk.me()?.name.clone(),
            today: speech.day(desk.now()),
            unverified: order.as_ref().is_none_or(order::is_unverified),
            stages: stages(note, speech),
            printers: printers(desk, speech)?,
            ..Self::default()
        };
        facts.printing_at = printing_at(desk, order.as_ref(), speech)?;
        if let Some(order) = &order {
            facts.of_order(desk, order, speech);
        }
        let about = match about {
            Some(id) => desk.store().record(id)?,
            None => None,
        };
        if let Some(buyer) = [note, order.as_ref(), about.as_ref()]
            .into_iter()
            .flatten()
            .find_map(buyer_of)
        {
            facts.buyer = buyer;
        }
        note.and_then(|note| note.text(note::FLAG_OF.name()))
            .unwrap_or("red")
            .clone_into(&mut facts.flag);
        if !facts.is_late() {
            facts.read_wave(desk, note, speech)?;
        }
        let id = order.as_ref().map(|order| order.id);
        facts.read_earlier(desk, id, note.map(|note| note.id), speech)?;
        facts.offer = offered(desk, about.as_ref(), id, speech)?;
        Ok(facts)
    }

    fn of_order(&mut self, desk: &Desk, record: &Record, speech: Speech<'_>) {
        let text = |path: &str| record.text(path).unwrap_or_default().to_owned();
        let masked = |path: &str| hidden(path, &text(path));
        format!("{}  {}", masked("receiver"), masked("phone"))
            .trim()
            .clone_into(&mut self.receiver);
        self.carrier = text("carrier");
        self.waybill = text("waybill");
        self.printing = printing_of(record);
        let variants: Vec<String> = record
            .keys("lines")
            .into_iter()
            .filter_map(|key| record.cell::<String>("lines", key, "variant"))
            .collect();
        self.was = vec![
            ("address", text("address")),
            ("courier", text("carrier")),
            ("invoice_title", text("invoice_title")),
            ("attribute", variants.join(" / ")),
        ];
        if let Some(state) = record.text("platform_state") {
            self.order = format!(
                "{} {}",
                self.order,
                speech.choice(&order::PLATFORM_STATE.spec, state)
            );
        }
        self.ship_due = due_words(desk, record, speech);
        for (path, label) in [
            ("buyer_message", "note-buyer-message"),
            ("seller_memo", "note-seller-memo"),
        ] {
            if let Some(said) = record.text(path) {
                let when = record
                    .get(order::PAID_AT)
                    .map(|at| speech.moment(at))
                    .unwrap_or_default();
                self.earlier
                    .push((when, speech.words.with(label, &[("text", said.into())])));
            }
        }
    }

    /// The wave that the note was given, else the next of the shop's plan (`print_waves`).
    fn read_wave(
        &mut self,
        desk: &Desk,
        note: Option<&Record>,
        speech: Speech<'_>,
    ) -> Result<(), Problem> {
        let next = desk.next_wave()?;
        let at = note.and_then(|note| note.get(note::WAVE_AT)).or(next);
        self.wave = at.map(|at| {
            let span = speech.long_span(at - speech.now);
            let left = speech.words.with("figure-left", &[("span", span.into())]);
            format!(
                "{} {left} [{}]",
                speech.moment(at),
                speech.words.get("source-rule")
            )
        });
        Ok(())
    }

    fn read_earlier(
        &mut self,
        desk: &Desk,
        order: Option<Id>,
        but: Option<Id>,
        speech: Speech<'_>,
    ) -> Result<(), Problem> {
        let Some(order) = order else { return Ok(()) };
        let rows = desk.store().rows(&Query {
            registers: vec!["note"],
            order_id: Some(order),
            limit: Some(EARLIER),
            ..Query::default()
        })?;
        for row in rows.iter().filter(|row| Some(row.id) != but) {
            let Some(record) = desk.store().record(row.id)? else {
                continue;
            };
            let kind = record
                .text("kind")
                .map(|kind| speech.choice(&note::KIND.spec, kind))
                .unwrap_or_default();
            let new = record.text("new").unwrap_or_default();
            let state = speech.state("note", &record.state);
            self.earlier.push((
                speech.moment(record.opened),
                format!("{kind} {new}  {state}"),
            ));
        }
        Ok(())
    }

    /// Returns whether the order is past printing: what is changed now is a late edit.
    pub fn is_late(&self) -> bool {
        self.printing != Printing::Waits
    }

    /// Returns how far the order is at printing, in words.
    pub fn printing_words(&self, words: &Words) -> String {
        let (id, waybill) = match self.printing {
            Printing::Waits => ("note-not-printed", ""),
            Printing::Printed => ("note-printed", ""),
            Printing::HasWaybill => ("note-has-waybill", self.waybill.as_str()),
            Printing::Shipped => ("note-shipped", self.waybill.as_str()),
        };
        let said = format!("{} {waybill}", words.get(id));
        said.trim_end().to_owned()
    }

    /// Returns what the order said before, for a kind of change.
    pub fn was(&self, kind: &str) -> &str {
        self.was
            .iter()
            .find(|(of, _)| *of == kind)
            .map_or("", |(_, text)| text.as_str())
    }

    /// Returns the number of the step to be done, from 0; none when all are.
    pub fn next(&self) -> Option<usize> {
        self.stages.iter().position(|stage| *stage == Stage::Next)
    }
}

/// Returns what is left until a record's deadline, and who says so.
pub(super) fn due_words(desk: &Desk, record: &Record, speech: Speech<'_>) -> Option<String> {
    let row = desk.store().row(record.id).ok().flatten()?;
    let source = speech.words.get(&format!("source-{}", row.due_source?));
    let at = row.due?;
    let left = at - speech.now;
    let (id, span) = if left > 0 {
        ("figure-left", left)
    } else {
        ("figure-overdue", -left)
    };
    let left = speech.words.with(id, &[("span", speech.span(span).into())]);
    Some(format!("{} {left} [{source}]", speech.moment(at)))
}

/// When the order was printed, else when the printing room last wrote anything here.
fn printing_at(desk: &Desk, order: Option<&Record>, speech: Speech<'_>) -> Result<String, Problem> {
    let printed = order.and_then(|order| order.reached("printed"));
    let mut at = printed.map(|step| step.trace.at);
    if at.is_none() {
        let rooms = desk.people().all().iter();
        for person in rooms.filter(|person| person.posts.first() == Some(&Post::Printing)) {
            for replica in desk.people().replicas_of(person.id) {
                at = at.max(desk.store().newest_of(replica)?);
            }
        }
    }
    Ok(at.map(|at| speech.moment(at)).unwrap_or_default())
}

/// The colleagues of the printing post whose word a note waits for.
fn printers(desk: &Desk, speech: Speech<'_>) -> Result<String, Problem> {
    let me = desk.me()?.id;
    let mut known = Vec::new();
    for person in desk.people().all() {
        if person.id != me && person.posts.contains(&Post::Printing) {
            known.push((desk.last_known(person)?, person));
        }
    }
    known.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let names: Vec<String> = known
        .iter()
        .take(PRINTERS)
        .map(|(_, person)| speech.last_known(desk, person))
        .collect();
    Ok(names.join(&*speech.words.get("case-names-between")))
}

fn buyer_of(record: &Record) -> Option<String> {
    ["buyer", "said_buyer", "name"]
        .into_iter()
        .find_map(|path| record.text(path))
        .map(str::to_owned)
}

fn stages(note: Option<&Record>, speech: Speech<'_>) -> Vec<Stage> {
    let state = note.map_or("draft", |note| note.state.as_str());
    let done = match STEPS.iter().position(|step| *step == state) {
        Some(at) => at + 1,
        None => 0,
    };
    let ended = !matches!(state, "draft") && done == 0;
    STEPS
        .iter()
        .enumerate()
        .map(|(at, step)| {
            if at < done {
                let trace = note
                    .and_then(|note| note.reached(step))
                    .map(|step| step.trace);
                let who = trace.and_then(|trace| speech.people.of_replica(trace.replica));
                let name = who.map_or("", |person| person.name.as_str());
                Stage::Done(trace.map_or_else(String::new, |trace| {
                    format!("{} {name}", speech.moment(trace.at))
                }))
            } else if at == done && !ended {
                Stage::Next
            } else {
                Stage::Locked(done + 1)
            }
        })
        .collect()
}

/// Finds the short yes with which the item ends, else one with which the order's talk does.
fn offered(
    desk: &Desk,
    about: Option<&Record>,
    order: Option<Id>,
    speech: Speech<'_>,
) -> Result<Option<Offer>, Problem> {
    let mut wording = Wording::default();
    wording.refresh(desk)?;
    let offer = |record: &Record| {
        let yes = standing_yes(record, &wording)?;
        Some(Offer {
            text: yes.say.text.clone()?,
            when: speech.moment(yes.at),
        })
    };
    if let Some(offer) = about.and_then(offer) {
        return Ok(Some(offer));
    }
    let Some(order) = order else { return Ok(None) };
    let talks = desk.store().rows(&Query {
        registers: vec!["conversation"],
        order_id: Some(order),
        limit: Some(3),
        ..Query::default()
    })?;
    for talk in talks {
        if let Some(offer) = desk.store().record(talk.id)?.as_ref().and_then(offer) {
            return Ok(Some(offer));
        }
    }
    Ok(None)
}
