//! Which words about money count: judged over the events of one case in their order, by what
//! each repeats and by who its author is. No clock is read, and the order of arrival does not
//! matter; what an event is judged by stands before it in the record's order.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::event::{Event, Verb};
use super::super::fold::fold;
use super::super::id::{Chain, Id, ReplicaId};
use super::super::money::Money;
use super::super::payload::{Meaning, Payload};
use super::super::record::{Record, Signature};
use super::super::registers::allowance::Terms;
use super::super::registers::case;
use super::money;

/// Why a word about money does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Its author has no right to it.
    NoRight,
    /// It does not match what it is about.
    NoMatch,
}

impl Fault {
    /// Returns the code of design section 5.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoRight => "Q5",
            Self::NoMatch => "Q6",
        }
    }
}

/// What is known of the people behind the events.
pub trait Bench {
    /// Returns whether this is a practice shop: there what a word does not repeat is not
    /// compared, and a ground that an execution does not name is not asked for, so that what
    /// earlier releases wrote still counts and the shop's free limit needs no allowance.
    fn is_practice(&self) -> bool;
    /// Returns whether two replicas ever wrote for one person.
    fn is_same_person(&self, one: ReplicaId, other: ReplicaId) -> bool;
    /// Returns whether a replica ever wrote for a person.
    fn writes_for(&self, replica: ReplicaId, person: Id) -> bool;
    /// Returns the most that an event's author may approve, by the roster that the event names;
    /// none where the roster sets no limit or the role knows none.
    fn limit(&self, event: &Event) -> Option<Money>;
    /// Returns whether a person may approve, by the roster that an event names.
    fn may_approve(&self, event: &Event, person: Id) -> bool;
    /// Returns what an allowance grants.
    fn terms(&self, allowance: Id) -> Option<Terms>;
}

/// Returns the words about money that do not count, of the events of one case that count
/// otherwise, in their order.
pub fn judge<E: Borrow<Event>>(events: &[E], bench: &dyn Bench) -> BTreeMap<Chain, Fault> {
    let mut court = Court {
        bench,
        told: Vec::new(),
        now: None,
        requests: BTreeMap::new(),
    };
    let mut faults = BTreeMap::new();
    for event in events.iter().map(Borrow::borrow) {
        match word(event) {
            None => court.hear(event),
            Some(word) => match court.verdict(event, &word) {
                Ok(()) => court.hear(event),
                Err(fault) => {
                    faults.insert(event.chain, fault);
                }
            },
        }
    }
    faults
}

/// A word about money.
struct Word {
    meaning: Meaning,
    of: Chain,
    saw: Map<String, Value>,
}

/// Returns what an event says about money, none where it says nothing of the kind.
fn word(event: &Event) -> Option<Word> {
    let head = &event.head;
    if head.verb != Verb::Sign as u8
        || head.register != case::REGISTER.name
        || head.version > case::REGISTER.version
    {
        return None;
    }
    match Payload::read(event)? {
        Payload::Sign {
            meaning, of, saw, ..
        } if matches!(
            meaning,
            Meaning::Approve | Meaning::Refuse | Meaning::Execute | Meaning::Witness
        ) =>
        {
            Some(Word { meaning, of, saw })
        }
        _ => None,
    }
}

/// A request: what was asked, and by whom.
struct Request {
    bound: Map<String, Value>,
    authors: [ReplicaId; 2],
}

struct Court<'a> {
    bench: &'a dyn Bench,
    /// What decides what is asked and who agreed, as far as it was heard.
    told: Vec<Event>,
    /// What that folds to, with how much of it was told then.
    now: Option<(usize, Option<Record>)>,
    /// Requests by the event that makes them.
    requests: BTreeMap<Chain, Option<Request>>,
}

impl Court<'_> {
    /// Takes an event in: talk and other words change nothing about money.
    fn hear(&mut self, event: &Event) {
        let decides = matches!(
            Verb::of(event.head.verb),
            Some(Verb::Open | Verb::Set | Verb::Move | Verb::Void)
        );
        if decides || word(event).is_some() {
            self.told.push(event.clone());
        }
    }

    /// Returns the case as the events before the one at hand make it.
    fn record(&mut self) -> Option<&Record> {
        if self.now.as_ref().map(|(len, _)| *len) != Some(self.told.len()) {
            let record = fold(Some(&case::REGISTER), &self.told).record;
            self.now = Some((self.told.len(), record));
        }
        self.now.as_ref()?.1.as_ref()
    }

    /// Returns the request that an event makes, by what stands before it and itself.
    fn request(&mut self, of: Chain) -> Option<&Request> {
        let told = &self.told;
        // What has not been told yet may be later: a word before it must not decide that.
        let place = told.iter().position(|event| event.chain == of)?;
        self.requests
            .entry(of)
            .or_insert_with(|| {
                let record = fold(Some(&case::REGISTER), &told[..=place]).record?;
                if money::request(&record) != Some(of) {
                    return None;
                }
                let submitted = record.reached("submitted")?.trace.replica;
                Some(Request {
                    bound: money::binding(&record),
                    authors: [told[place].head.replica, submitted],
                })
            })
            .as_ref()
    }

    fn verdict(&mut self, event: &Event, word: &Word) -> Result<(), Fault> {
        let bench = self.bench;
        let strict = !bench.is_practice();
        let author = event.head.replica;
        let request = self.request(word.of).ok_or(Fault::NoMatch)?;
        let authors = request.authors;
        let matches = money::repeats(&word.saw, &request.bound, strict);
        let asks = |person: ReplicaId| {
            authors
                .iter()
                .any(|asker| bench.is_same_person(*asker, person))
        };
        let decides = matches!(word.meaning, Meaning::Approve | Meaning::Refuse);
        if decides && asks(author) {
            return Err(Fault::NoRight);
        }
        if !matches || !money::has_sound_amount(&word.saw) {
            return Err(Fault::NoMatch);
        }
        match word.meaning {
            Meaning::Approve => self.approval(event, word, strict),
            Meaning::Execute => self.execution(event, word, strict),
            Meaning::Witness => {
                if !strict {
                    return self.is_current(word.of);
                }
                let approver = money::named_record(&word.saw, money::APPROVER);
                let approver = approver.ok_or(Fault::NoMatch)?;
                let themselves = authors
                    .iter()
                    .chain([&author])
                    .any(|replica| bench.writes_for(*replica, approver));
                if themselves || !bench.may_approve(event, approver) {
                    return Err(Fault::NoRight);
                }
                self.testimony(event, word, approver)
            }
            _ => Ok(()),
        }
    }

    /// An approval is within its author's limit and names who carries it out.
    fn approval(&self, event: &Event, word: &Word, strict: bool) -> Result<(), Fault> {
        if strict && money::executor(&word.saw).is_none() {
            return Err(Fault::NoMatch);
        }
        let asked = money::amount(&word.saw);
        let beyond = |limit: Money| {
            asked.is_some_and(|asked| limit.minus(asked).is_none_or(|rest| rest.minor < 0))
        };
        if self.bench.limit(event).is_some_and(beyond) {
            return Err(Fault::NoRight);
        }
        Ok(())
    }

    /// Words of mouth are relied upon as far as their speaker's allowance goes.
    fn testimony(&mut self, event: &Event, word: &Word, approver: Id) -> Result<(), Fault> {
        self.is_current(word.of)?;
        if money::executor(&word.saw) != Some(event.head.replica) {
            return Err(Fault::NoMatch);
        }
        let terms = self
            .terms(word)
            .filter(|terms| terms.approver == Some(approver));
        Self::covered(terms, word)
    }

    /// An execution is the first of the present request, by the replica that its ground names.
    fn execution(&mut self, event: &Event, word: &Word, strict: bool) -> Result<(), Fault> {
        self.is_current(word.of)?;
        let author = event.head.replica;
        let named = word.saw.get(money::EXECUTOR);
        if (strict || named.is_some()) && money::executor(&word.saw) != Some(author) {
            return Err(Fault::NoMatch);
        }
        let terms = self.terms(word);
        let record = self.record().ok_or(Fault::NoMatch)?;
        if money::executions(record).any(|earlier| earlier.of == word.of) {
            return Err(Fault::NoMatch);
        }
        if let Some(chain) = word.saw.get(money::APPROVAL) {
            let approval = money::approval_of(record, word.of)
                .filter(|approval| *chain == json!(approval.trace.chain.to_string()))
                .ok_or(Fault::NoMatch)?;
            return allows(approval, author, strict);
        }
        if let Some(chain) = word.saw.get(money::VERBAL) {
            let witness = money::witness(record, Some(author))
                .filter(|witness| *chain == json!(witness.trace.chain.to_string()));
            return witness.map(drop).ok_or(Fault::NoMatch);
        }
        if word.saw.contains_key(money::GRANT) {
            return Self::covered(terms.filter(|terms| terms.replica == Some(author)), word);
        }
        if strict { Err(Fault::NoRight) } else { Ok(()) }
    }

    fn is_current(&mut self, of: Chain) -> Result<(), Fault> {
        if self.record().and_then(money::request) == Some(of) {
            Ok(())
        } else {
            Err(Fault::NoMatch)
        }
    }

    fn terms(&self, word: &Word) -> Option<Terms> {
        self.bench
            .terms(money::named_record(&word.saw, money::GRANT)?)
    }

    fn covered(terms: Option<Terms>, word: &Word) -> Result<(), Fault> {
        let asked = money::amount(&word.saw);
        let covers = |terms: &Terms| match asked {
            Some(asked) => terms.covers(asked),
            None => !money::asks_money(&word.saw),
        };
        terms.filter(covers).map(drop).ok_or(Fault::NoRight)
    }
}

/// An approval names the one replica that may carry it out.
fn allows(approval: &Signature, author: ReplicaId, strict: bool) -> Result<(), Fault> {
    match money::executor(&approval.saw) {
        Some(executor) if executor == author => Ok(()),
        None if !strict && !approval.saw.contains_key(money::EXECUTOR) => Ok(()),
        _ => Err(Fault::NoMatch),
    }
}
