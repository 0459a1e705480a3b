//! What a case asks, what a word about it repeats, and whether that word stands (design
//! section 6): asked by the fold, the desk and the screen.

use serde_json::{Map, Value, json};

use super::super::event::Verb;
use super::super::id::{Chain, Id, ReplicaId};
use super::super::money::Money;
use super::super::payload::Meaning;
use super::super::record::{Record, Signature, Step, Trace};
use super::super::registers::case;

/// What a word on a case repeats of the request, so that it is bound to it: a word on one sum
/// is none on another.
pub const BOUND: [&str; 5] = ["amount", "order", "kind", PAYEE_DIGEST, ASKED];
/// In a word: the hash of where the money goes.
pub const PAYEE_DIGEST: &str = "payee_digest";
/// In a word: the hash of everything that is asked.
pub const ASKED: &str = "asked";
/// In a word: the one replica that may carry it out, 32 hex.
pub const EXECUTOR: &str = "executor";
/// In an approval: the executor's person, whose list shows it.
pub const EXECUTOR_PERSON: &str = "executor_person";
/// In an execution: the approval that allows it, as a chain.
pub const APPROVAL: &str = "approval";
/// In an execution or a witness: the allowance that it is taken from, as a record.
pub const GRANT: &str = "grant";
/// In an execution: the witness of a verbal approval, as a chain.
pub const VERBAL: &str = "verbal";
/// In a witness: who agreed by word of mouth, as a person's record.
pub const APPROVER: &str = "approver";

/// Returns the request that words on a case are bound to: the last submitted or amended event;
/// none while nothing is submitted, and where the case was taken back.
pub fn request(record: &Record) -> Option<Chain> {
    request_trace(record).map(|trace| trace.chain)
}

/// Returns who made the request when.
pub fn request_trace(record: &Record) -> Option<Trace> {
    if record.void {
        return None;
    }
    let submitted = record.reached("submitted")?.trace;
    let amended = record
        .values
        .iter()
        .filter(|(path, _)| case::is_asked(path))
        .filter_map(|(_, writes)| writes.last())
        .map(|write| write.trace)
        .max_by_key(|trace| (trace.stamp, trace.chain));
    match amended {
        Some(amended) if (amended.stamp, amended.chain) > (submitted.stamp, submitted.chain) => {
            Some(amended)
        }
        _ => Some(submitted),
    }
}

/// Returns what a word repeats of the request as a record shows it: what is not asked is left
/// out, and a word that says it all the same does not match.
pub fn binding(record: &Record) -> Map<String, Value> {
    let mut bound = Map::new();
    for name in [case::AMOUNT.name(), "order", case::KIND.name()] {
        if let Some(value) = record.value(name) {
            bound.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(payee) = record.value(case::PAYEE.name()) {
        let digest = blake3::hash(payee.to_string().as_bytes());
        bound.insert(PAYEE_DIGEST.to_owned(), json!(digest.to_hex().as_str()));
    }
    bound.insert(ASKED.to_owned(), json!(asked(record)));
    bound
}

/// Returns the hash of everything asked: lines, reason and freight too, each path and value
/// behind its length.
fn asked(record: &Record) -> String {
    let mut hasher = blake3::Hasher::new();
    for path in record.values.keys().filter(|path| case::is_asked(path)) {
        let Some(value) = record.value(path) else {
            continue;
        };
        for part in [path.as_str(), &value.to_string()] {
            hasher
                .update(&(part.len() as u32).to_le_bytes())
                .update(part.as_bytes());
        }
    }
    hasher.finalize().to_hex().to_string()
}

/// Returns whether a word repeats a request; where `all` is false, only as far as it repeats
/// anything.
pub fn repeats(saw: &Map<String, Value>, bound: &Map<String, Value>, all: bool) -> bool {
    BOUND.iter().all(|name| match saw.get(*name) {
        None if !all => true,
        said => said == bound.get(*name),
    })
}

/// Returns the replica that a word names as the one to carry it out.
pub fn executor(saw: &Map<String, Value>) -> Option<ReplicaId> {
    saw.get(EXECUTOR)?.as_str()?.parse().ok()
}

/// Returns the event that a word rests on, under a name.
pub fn named_event(saw: &Map<String, Value>, name: &str) -> Option<Chain> {
    saw.get(name)?.as_str()?.parse().ok()
}

/// Returns the record that a word names, under a name.
pub fn named_record(saw: &Map<String, Value>, name: &str) -> Option<Id> {
    saw.get(name)?.as_str()?.parse().ok()
}

/// Returns the amount that a word repeats; nothing is asked where it says none.
pub fn amount(saw: &Map<String, Value>) -> Option<Money> {
    serde_json::from_value(saw.get(case::AMOUNT.name())?.clone()).ok()
}

/// Returns whether a word says no amount, or one that can be read and is not below nothing: else
/// every cap would let it pass, and make room for more.
pub fn has_sound_amount(saw: &Map<String, Value>) -> bool {
    !saw.contains_key(case::AMOUNT.name()) || amount(saw).is_some_and(|amount| amount.minor >= 0)
}

/// Returns whether what a word is about asks for money by its kind.
pub fn asks_money(saw: &Map<String, Value>) -> bool {
    let kind = saw.get(case::KIND.name()).and_then(Value::as_str);
    case::required(kind.unwrap_or_default()).contains(&case::AMOUNT.name())
}

/// Returns the last decision on a request, where it is an approval.
pub fn approval_of(record: &Record, request: Chain) -> Option<&Signature> {
    let decisions = |sign: &&Signature| {
        sign.of == request && matches!(sign.meaning, Meaning::Approve | Meaning::Refuse)
    };
    let last = record.signatures.iter().rev().find(decisions);
    last.filter(|sign| sign.meaning == Meaning::Approve)
}

/// Returns the approval that stands: of the request as it is now, and of what it asks now.
pub fn standing_approval(record: &Record) -> Option<&Signature> {
    let approval = approval_of(record, request(record)?)?;
    repeats(&approval.saw, &binding(record), false).then_some(approval)
}

/// Returns whether an approval stands.
pub fn is_approved(record: &Record) -> bool {
    standing_approval(record).is_some()
}

/// Returns the last approval of a case where it no longer stands, because something else is
/// asked now.
pub fn void_approval(record: &Record) -> Option<&Signature> {
    let request = request(record)?;
    let approval = record
        .signatures
        .iter()
        .rev()
        .find(|sign| sign.meaning == Meaning::Approve)?;
    let stands = approval.of == request && repeats(&approval.saw, &binding(record), false);
    (!stands).then_some(approval)
}

/// Returns whether the shop or an allowance let the request go on without an approval: the
/// step says so, and nothing was asked anew since.
pub fn is_within_limit(record: &Record) -> bool {
    let step = record.reached("approved");
    let granted = step.is_some_and(|step: &Step| {
        matches!(
            step.reason.as_deref(),
            Some("within_limit" | "within_grant")
        )
    });
    let asked_after = record
        .reached("submitted")
        .zip(step)
        .is_some_and(|(asked, step)| {
            (asked.trace.stamp, asked.trace.chain) > (step.trace.stamp, step.trace.chain)
        });
    granted && !asked_after
}

/// Returns the verbal approval of the present request that counts, given to a replica where one
/// is named.
pub fn witness(record: &Record, replica: Option<ReplicaId>) -> Option<&Signature> {
    let request = request(record)?;
    record.signatures.iter().rev().find(|sign| {
        sign.meaning == Meaning::Witness
            && sign.of == request
            && replica.is_none_or(|replica| sign.trace.replica == replica)
    })
}

/// Returns the verbal approval on which money went out and which nobody has signed yet: of a
/// request that was executed and not approved in writing.
pub fn unsigned_witness(record: &Record) -> Option<&Signature> {
    let executions = record
        .signatures
        .iter()
        .filter(|sign| sign.meaning == Meaning::Execute);
    executions
        .filter_map(|execution| {
            let chain = named_event(&execution.saw, VERBAL)?;
            let witness = record
                .signatures
                .iter()
                .find(|sign| sign.trace.chain == chain && sign.meaning == Meaning::Witness)?;
            approval_of(record, witness.of).is_none().then_some(witness)
        })
        .next_back()
}

/// Returns the verbal approval on which money may go, or went, and which nobody has signed yet.
pub fn provisional_witness(record: &Record) -> Option<&Signature> {
    let is_agreed = matches!(
        record.state.as_str(),
        "approved" | "awaiting_goods" | "goods_received" | "to_execute"
    );
    let agreed = || witness(record, None).filter(|_| is_agreed && !is_approved(record));
    unsigned_witness(record).or_else(agreed)
}

/// Returns whether a case's money went out: it stays out, whatever is moved afterwards, unless
/// the step itself was moved back.
pub fn was_executed(case: &Record) -> bool {
    let steps = case.steps.iter().filter(|step| step.verb == Verb::Move);
    steps.fold(false, |executed, step| {
        match (step.from.as_str(), step.to.as_str()) {
            (_, "executed") => true,
            ("executed", "to_execute") => false,
            _ => executed,
        }
    })
}

/// How what a case asks was decided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decision<'a> {
    /// Somebody approved it.
    Approved(&'a Signature),
    /// Somebody refused it.
    Refused(&'a Signature),
    /// Somebody agreed by word of mouth and has not signed.
    Agreed(&'a Signature),
    /// Whoever asked may grant so much alone.
    Alone(&'a Step),
}

/// Returns how the request of a case was decided as it is now; none while it waits, and where
/// nothing is asked or the case was taken back.
pub fn decision(record: &Record) -> Option<Decision<'_>> {
    let request = request(record)?;
    if let Some(approval) = standing_approval(record) {
        return Some(Decision::Approved(approval));
    }
    if record.state == "submitted" {
        return None;
    }
    let refusals = |sign: &&Signature| sign.meaning == Meaning::Refuse && sign.of == request;
    if let Some(refusal) = record.signatures.iter().rev().find(refusals) {
        return Some(Decision::Refused(refusal));
    }
    if let Some(witness) = witness(record, None) {
        return Some(Decision::Agreed(witness));
    }
    let granted = record.reached("approved");
    granted
        .filter(|_| is_within_limit(record))
        .map(Decision::Alone)
}

/// Returns whether money went out for a case, by its steps or by anybody's word, counted or not:
/// such a case stays in sight also where it was taken back.
pub fn went_out(case: &Record) -> bool {
    was_executed(case) || executions(case).next().is_some() || !case.unproven.is_empty()
}

/// Returns the executions that count.
pub fn executions(record: &Record) -> impl Iterator<Item = &Signature> {
    record
        .signatures
        .iter()
        .filter(|sign| sign.meaning == Meaning::Execute)
}
