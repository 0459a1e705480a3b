//! Erasing a customer: what would go is shown first, then the personal parts of everything that
//! is about that person go, here and wherever the events travel. Amounts, times and decisions
//! stay, and so do order numbers: refunds have to be accounted for.

mod sheets;
mod web;

use std::collections::{BTreeMap, BTreeSet};

use super::Desk;
use super::act::{Act, refused, register};
use crate::domain::authority::{Action, may};
use crate::domain::event::{Event, Verb};
use crate::domain::id::{Chain, Id};
use crate::domain::payload::Payload;
use crate::domain::registers::{handover, view};
use crate::exchange::bundle;
use crate::problem::{Kind, Problem};
use crate::store::Given;

use sheets::Sheets;
use web::Web;

/// How many events one `erase` names: 64 KiB hold about 900.
const NAMED: usize = 800;
/// How many `erase` events one transaction writes.
const PORTION: usize = 50;
/// The most records that only quote the name which are listed.
const QUOTES: usize = 20;

/// What erasing a customer takes, or took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The records about the customer, and the views that ask for them.
    pub records: BTreeSet<Id>,
    /// How many of them there are of each register.
    pub registers: BTreeMap<String, usize>,
    /// The events whose personal parts go, the handovers' included.
    pub events: usize,
    /// The attachments that go.
    pub files: usize,
    /// The handovers that name one of the records.
    pub handovers: usize,
    /// Other records in which a search finds the customer's name: quotes that nothing but a
    /// person can tell from another's name, so they stay.
    pub quotes: Vec<Id>,
    /// What left this store with something of the customer, the newest first: beyond reach.
    pub given: Vec<Given>,
}

/// What is to be written for it.
struct Plan {
    erasure: Erasure,
    named: Vec<(Id, String, Vec<Chain>)>,
    sheets: Sheets,
    signs: BTreeSet<String>,
}

impl Desk {
    /// Returns what erasing a customer would take; nothing is written. The customer is named by
    /// name, member name, telephone or order number, or by the id or number of any record.
    ///
    /// Fails for who may not erase, where nobody bears the name, and where several customers do.
    pub fn erasure_of(&self, name: &str) -> Result<Erasure, Problem> {
        self.may_erase()?;
        Ok(self.plan_of(name)?.erasure)
    }

    /// Erases a customer: writes the `erase` events as one act, and scrubs the store's files,
    /// drafts and attachments. Returns what went.
    ///
    /// Fails as [`Desk::erasure_of`] does, where nothing is left to erase, and without a reason
    /// or with one that says who it is: it stays.
    pub fn erase_customer(&mut self, name: &str, reason: &str) -> Result<Erasure, Problem> {
        self.may_erase()?;
        let plan = self.plan_of(name)?;
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(refused("problem-erase-reason").hint("problem-erase-reason-hint"));
        }
        if plan.signs.iter().any(|sign| reason.contains(sign)) {
            return Err(
                refused("problem-erase-reason-names").hint("problem-erase-reason-names-hint")
            );
        }
        if plan.erasure.events == 0 {
            return Err(refused("problem-erase-nothing").arg("what", name));
        }
        self.write_long(plan.act(self.act(), reason)?, PORTION)?;
        bundle::scrub(self.store_mut())?;
        Ok(plan.erasure)
    }

    /// Returns what left this store as a file, and to whom, the newest first.
    pub fn given(&self) -> Result<Vec<Given>, Problem> {
        Ok(self.store().given()?)
    }

    fn may_erase(&self) -> Result<(), Problem> {
        if may(self.me()?.role, Action::Erase).allows() {
            Ok(())
        } else {
            Err(refused("problem-erase-role").hint("problem-erase-role-hint"))
        }
    }

    fn plan_of(&self, name: &str) -> Result<Plan, Problem> {
        let web = Web::around(self, name)?;
        let mut records: BTreeSet<Id> = web.rows.keys().copied().collect();
        let mut registers = BTreeMap::new();
        for row in web.rows.values() {
            *registers.entry(row.register.clone()).or_default() += 1;
        }
        let (mut named, mut events, mut files) = (Vec::new(), 0, BTreeSet::new());
        for row in web.rows.values() {
            let chains = self.personal_events(row.id, &mut files)?;
            events += chains.len();
            if !chains.is_empty() {
                named.push((row.id, row.register.clone(), chains));
            }
        }
        let signs = web.signs();
        let sheets = Sheets::naming(self, &records, &signs)?;
        events += sheets.events();
        let views: Vec<Id> = sheets.of(&view::REGISTER).collect();
        if !views.is_empty() {
            registers.insert(view::REGISTER.name.to_owned(), views.len());
            records.extend(views);
        }
        let handovers: Vec<Id> = sheets.of(&handover::REGISTER).collect();
        let mut all = records.clone();
        all.extend(&handovers);
        Ok(Plan {
            erasure: Erasure {
                registers,
                events,
                files: files.len(),
                handovers: handovers.len(),
                quotes: self.quotes(&web, &all)?,
                given: self.store().given_of(&all)?,
                records,
            },
            named,
            sheets,
            signs,
        })
    }

    /// Returns the events of a record whose personal part, or file, is still here.
    fn personal_events(
        &self,
        record: Id,
        files: &mut BTreeSet<[u8; 32]>,
    ) -> Result<Vec<Chain>, Problem> {
        let mut chains = Vec::new();
        for event in self.store().events(record)? {
            let file = file_of(&event).filter(|hash| self.store().has_file(hash));
            files.extend(file);
            if event.body.personal().is_some() || file.is_some() {
                chains.push(event.chain);
            }
        }
        Ok(chains)
    }

    /// Other records in which the customer's names are found.
    fn quotes(&self, web: &Web, not: &BTreeSet<Id>) -> Result<Vec<Id>, Problem> {
        let mut quotes = Vec::new();
        for name in &web.names {
            let hits = self.store().search(name, None, 10 * QUOTES)?.hits;
            for id in hits.into_iter().map(|hit| hit.row.id) {
                if !not.contains(&id) && !quotes.contains(&id) && quotes.len() < QUOTES {
                    quotes.push(id);
                }
            }
        }
        Ok(quotes)
    }
}

impl Plan {
    fn act(&self, mut act: Act, reason: &str) -> Result<Act, Problem> {
        for (record, name, chains) in &self.named {
            let register = register(name)?;
            for events in chains.chunks(NAMED) {
                act.add(register, *record, erase(events, reason));
            }
        }
        self.sheets.write(&mut act, reason);
        Ok(act)
    }
}

fn erase(events: &[Chain], reason: &str) -> Payload {
    Payload::Erase {
        events: events.to_vec(),
        reason: Some(reason.to_owned()),
    }
}

/// Returns the hash of the file that an event attaches.
fn file_of(event: &Event) -> Option<[u8; 32]> {
    if event.head.verb != Verb::Attach as u8 {
        return None;
    }
    match Payload::read(event)? {
        Payload::Attach { hash, .. } => Some(hash),
        _ => None,
    }
}

/// Says that nobody bears a name.
fn nobody(name: &str) -> Problem {
    Problem::new(Kind::NotFound, "problem-erase-nobody")
        .arg("what", name)
        .hint("problem-erase-nobody-hint")
}
