//! The one list of what people must look at, on the command line: what contradicts, what does
//! not count, what waits outside.

use serde_json::{Value, json};

use super::args::{Contradictions, Settle};
use super::out::{Out, local, rfc3339};
use super::{CLEAN, FINDINGS};
use crate::desk::Desk;
use crate::desk::matters::{Class, Matter, Side};
use crate::domain::id::Id;
use crate::problem::Problem;
use crate::store::Outside;

/// The digits of an id that are printed; eight name it.
const SHORT: usize = 12;

/// Lists what is in the log and does not count, and what is kept outside of it.
pub(super) fn unfolded(desk: &Desk, out: &Out) -> Result<u8, Problem> {
    let matters = desk.to_look_at(&out.words)?;
    let of = |class: Class| matters.iter().filter(move |one| one.class == class);
    let unfolded = of(Class::Unfolded).count() as u64;
    let outside: u64 = of(Class::Outside).map(|one| one.count).sum();
    let mut events = desk.store().unfolded()?;
    events.extend(desk.store().missing_files()?);
    for (one, event) in of(Class::Unfolded).zip(&events) {
        let head = event.event.as_ref().map(|event| &event.head);
        if !out.json {
            tell(desk, one, &one.kind, out)?;
            continue;
        }
        let author = head.and_then(|head| desk.people().of_replica(head.replica));
        let object = json!({"code": event.code, "event": event.chain.short().to_string(),
            "author": author.map(|person| &person.name), "register": head.map(|head| &head.register),
            "record": head.map(|head| head.record.to_string()),
            "at": head.map(|head| rfc3339(head.at)), "outside": false, "about": one.about,
            "what": one.what, "next": one.next, "sides": sides(one)});
        out.object(&object)?;
    }
    if out.json {
        for row in desk.store().outside()? {
            out.object(&outside_json(desk, &row, &matters))?;
        }
    } else {
        for one in of(Class::Outside) {
            tell(desk, one, &one.kind, out)?;
        }
    }
    out.say(
        "cli-unfolded-count",
        &[("unfolded", unfolded.into()), ("outside", outside.into())],
    )?;
    Ok(if unfolded + outside == 0 {
        CLEAN
    } else {
        FINDINGS
    })
}

/// An event outside as an object, with the sentence and next step of those like it.
fn outside_json(desk: &Desk, row: &Outside, matters: &[Matter]) -> Value {
    // What cannot be read of a foreign line is null.
    let line = serde_json::from_slice::<Value>(&row.line).unwrap_or_default();
    let like = matters.iter().find(|one| {
        let is_same = one.sides.iter().any(|side| side.replica == row.replica);
        one.class == Class::Outside && one.kind == row.code && is_same
    });
    let author = desk.people().of_replica(row.replica);
    json!({"code": row.code, "event": row.chain.short().to_string(),
        "author": author.map(|person| &person.name), "register": line["register"],
        "record": line["event"]["i"], "at": line["event"]["a"].as_i64().map(rfc3339),
        "outside": true, "replica": row.replica.to_string(), "seq": row.seq,
        "came": rfc3339(row.at), "what": like.map(|one| &one.what),
        "next": like.map(|one| &one.next)})
}

/// Lists what people must settle, settles one, or lets one side of it count.
pub(super) fn contradictions(
    desk: &mut Desk,
    args: &Contradictions,
    out: &Out,
) -> Result<u8, Problem> {
    if let (Some(id), Some(settle)) = (&args.id, &args.settle) {
        match settle {
            Settle::Settle { reason } => desk.settle(id, reason)?,
            Settle::Choose { side } => desk.choose(id, *side)?,
        };
        out.say("cli-settled", &[])?;
        return Ok(CLEAN);
    }
    let open = desk.open_contradictions()?;
    let matters = desk.pinned(&out.words)?;
    let named = |id: &str| {
        args.id
            .as_ref()
            .is_none_or(|named| id.starts_with(named.as_str()))
    };
    let mut count = 0;
    for one in &matters {
        let id = id_of(one);
        if !named(&id) {
            continue;
        }
        count += usize::from(one.class != Class::Clock);
        if !out.json {
            tell(desk, one, &id.chars().take(SHORT).collect::<String>(), out)?;
            continue;
        }
        let known = open.iter().find(|open| Some(open.id) == one.settles);
        let records: Vec<String> = one.records.iter().map(Id::to_string).collect();
        let mut object = json!({"id": id, "kind": one.kind,
            "about": known.map_or_else(|| id.clone(), |known| known.about.clone()),
            "records": records, "evidence": known.map(|known| &known.evidence), "closed": false,
            "what": one.what, "called": one.about, "next": one.next, "sides": sides(one)});
        if let (Some(alarm), Some(members)) = (&one.alarm, object.as_object_mut()) {
            // Kind, replica and the heads that do not go together.
            members.extend(alarm.json().as_object().cloned().unwrap_or_default());
        }
        out.object(&object)?;
    }
    out.say("cli-count", &[("count", count.into())])?;
    Ok(if count == 0 { CLEAN } else { FINDINGS })
}

/// The id by which an entry is named: the contradiction's, else its replica's.
fn id_of(one: &Matter) -> String {
    let replica = one.sides.first().map(|side| side.replica.to_string());
    match one.settles {
        Some(id) => id.to_string(),
        None => replica.unwrap_or_default(),
    }
}

fn sides(one: &Matter) -> Vec<Value> {
    let side = |side: &Side| {
        json!({"who": side.who, "replica": side.replica.to_string(), "letters": side.place,
            "at": side.at.map(rfc3339), "value": side.what})
    };
    one.sides.iter().map(side).collect()
}

/// Tells one entry: the sentence, each side on a line, the next step.
fn tell(desk: &Desk, one: &Matter, name: &str, out: &Out) -> Result<(), Problem> {
    out.line(&format!("{name}  {}  {}", one.what, one.about))?;
    for side in &one.sides {
        let at = side.at.map(|at| local(at, desk.zone())).unwrap_or_default();
        let (who, place) = (&side.who, &side.place);
        out.line(&format!("    {who}  {at}  [{place}]  {}", side.what))?;
    }
    let next = out.words.with("cli-next", &[("next", (&one.next).into())]);
    out.line(&format!("    {next}"))
}
