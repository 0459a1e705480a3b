//! What the store says, in the words of the second fold.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use zhiban::domain::id::Chain;
use zhiban::domain::record::Record;

fn chains<'a>(all: impl IntoIterator<Item = &'a Chain>) -> Vec<String> {
    all.into_iter().map(Chain::to_string).collect()
}

/// Returns a record as the second fold spells it, null for none.
pub fn spelled(record: Option<&Record>) -> Value {
    let Some(record) = record else {
        return Value::Null;
    };
    let live: BTreeMap<&String, Vec<Value>> = record
        .values
        .iter()
        .map(|(path, writes)| {
            let writes = writes
                .iter()
                .map(|one| json!([one.trace.chain.to_string(), one.value, one.exported_at]));
            (path, writes.collect())
        })
        .collect();
    let entries: Vec<Value> = record
        .entries
        .iter()
        .map(|one| {
            json!([
                one.trace.chain.to_string(),
                one.at,
                one.void,
                one.seen_sent,
                chains(&one.provenance)
            ])
        })
        .collect();
    let conflicts: Vec<Value> = record
        .conflicts
        .iter()
        .map(|one| json!([one.kind, one.about, chains(&one.events)]))
        .collect();
    json!({
        "assigned_by": record.assigned_by.map(|chain| chain.to_string()),
        "attachments": chains(record.attachments.iter().map(|one| &one.trace.chain)),
        "closed": record.closed,
        "conflicts": conflicts,
        "entries": entries,
        "first_owner": record.first_owner.map(|owner| owner.spelling()),
        "links": chains(record.links.iter().map(|one| &one.trace.chain)),
        "live": live,
        "opened": record.opened,
        "owner": record.owner.map(|owner| owner.spelling()),
        "register": record.register,
        "signatures": chains(record.signatures.iter().map(|one| &one.trace.chain)),
        "state": record.state,
        "steps": chains(record.steps.iter().map(|one| &one.trace.chain)),
        "void": record.void,
        "voided": chains(&record.voided),
    })
}
