//! Erasing a customer, and the list of what was given away.

use serde_json::{Value, json};

use super::args::Erase;
use super::out::{Out, local, rfc3339};
use super::session::Place;
use super::{CLEAN, secret};
use crate::desk::Desk;
use crate::desk::erase::Erasure;
use crate::desk::road::sender;
use crate::problem::{Kind, Problem};
use crate::store::{Given, Holds, RECORDS_MAX, Row};

/// Shows what would go, asks, and erases; with `--list` shows what was given away.
pub(super) fn run(desk: &mut Desk, args: &Erase, out: &Out) -> Result<u8, Problem> {
    let (Some(customer), false) = (&args.customer, args.list) else {
        return list(desk, out);
    };
    let erasure = desk.erasure_of(customer)?;
    if !out.json {
        tell(desk, &erasure, out)?;
    }
    if !args.yes && (out.json || !secret::agreed("cli-erase-ask", out)) {
        return Err(
            Problem::new(Kind::Refused, "problem-erase-unsure").hint("problem-erase-unsure-hint")
        );
    }
    let reason = args.reason.as_deref().unwrap_or_default();
    let done = desk.erase_customer(customer, reason)?;
    let is_scrubbed = !desk.store().is_scrub_due()?;
    if out.json {
        out.object(&erasure_json(desk, &done, is_scrubbed))?;
        return Ok(CLEAN);
    }
    out.say("cli-erase-done", &[("events", done.events.into())])?;
    if !is_scrubbed {
        out.say("cli-erase-later", &[])?;
    }
    Ok(CLEAN)
}

fn list(desk: &Desk, out: &Out) -> Result<u8, Problem> {
    let given = desk.given()?;
    for one in &given {
        if out.json {
            out.object(&given_json(desk, one))?;
        } else {
            out.line(&given_line(desk, one, out))?;
        }
    }
    out.say("cli-given-count", &[("count", given.len().into())])?;
    Ok(CLEAN)
}

/// Says what goes, what stays, and what is beyond reach.
fn tell(desk: &Desk, erasure: &Erasure, out: &Out) -> Result<(), Problem> {
    for (register, count) in &erasure.registers {
        let name = out.words.get(&format!("register-{register}"));
        out.line(&format!("  {name}  {count}"))?;
    }
    let facts = [
        ("records", erasure.records.len().into()),
        ("events", erasure.events.into()),
        ("files", erasure.files.into()),
        ("handovers", erasure.handovers.into()),
    ];
    out.line(&out.words.with("cli-erase-goes", &facts))?;
    out.line(&out.words.get("cli-erase-stays"))?;
    if !erasure.quotes.is_empty() {
        let ids: Vec<String> = erasure.quotes.iter().map(ToString::to_string).collect();
        let facts = [("records", ids.join(" ").into())];
        out.line(&out.words.with("cli-erase-quotes", &facts))?;
    }
    out.line(&out.words.get("cli-erase-free-text"))?;
    if erasure.given.is_empty() {
        return out.line(&out.words.get("cli-erase-none-given"));
    }
    let count = [("count", erasure.given.len().into())];
    out.line(&out.words.with("cli-erase-given", &count))?;
    for one in &erasure.given {
        out.line(&format!("  {}", given_line(desk, one, out)))?;
    }
    Ok(())
}

fn given_line(desk: &Desk, given: &Given, out: &Out) -> String {
    let to = match names(desk, given) {
        names if names.is_empty() => out.words.get("cli-given-to-open").to_string(),
        names => names.join(", "),
    };
    let parts = [
        local(given.at, desk.zone()),
        out.words.get(&format!("given-{}", given.kind)).to_string(),
        given.file.clone(),
        author(desk, given),
        format!("→ {to}"),
        given.reason.clone().unwrap_or_default(),
    ];
    parts.join("  ").trim_end().to_owned()
}

fn author(desk: &Desk, given: &Given) -> String {
    let person = desk.people().of_replica(given.replica);
    person.map_or_else(|| given.replica.to_string(), |person| person.name.clone())
}

fn names(desk: &Desk, given: &Given) -> Vec<String> {
    let name = |id: &crate::domain::id::Id| {
        let person = desk.people().by_id(*id);
        person.map_or_else(|| id.to_string(), |person| person.name.clone())
    };
    given.receivers.iter().map(name).collect()
}

fn given_json(desk: &Desk, given: &Given) -> Value {
    json!({
        "at": rfc3339(given.at), "person": author(desk, given), "kind": given.kind, "file": given.file,
        "to": names(desk, given), "reason": given.reason,
    })
}

fn erasure_json(desk: &Desk, erasure: &Erasure, is_scrubbed: bool) -> Value {
    let quotes: Vec<String> = erasure.quotes.iter().map(ToString::to_string).collect();
    let given: Vec<Value> = erasure
        .given
        .iter()
        .map(|one| given_json(desk, one))
        .collect();
    json!({
        "records": erasure.records.len(), "registers": erasure.registers, "events": erasure.events,
        "files": erasure.files, "handovers": erasure.handovers, "quotes": quotes, "given": given,
        "scrubbed": is_scrubbed,
    })
}

/// Writes a table or document that leaves the desk down in the list of what was given away.
/// Where the store cannot be written the file may go out all the same, and that is said.
pub(super) fn note(
    place: &Place,
    desk: &Desk,
    kind: &str,
    file: Option<&str>,
    rows: &[Row],
    out: &Out,
) {
    let noted = || -> Result<(), Problem> {
        if rows.is_empty() {
            return Ok(());
        }
        let store = place.store()?;
        let me = desk.signed_in().map(|person| person.replica);
        let replica = me.or(sender(&store)?).unwrap_or_default();
        let holds = match rows.first() {
            Some(row) if rows.len() > RECORDS_MAX => Holds::Register(row.register.clone()),
            _ => Holds::Records(rows.iter().map(|row| row.id.to_string()).collect()),
        };
        store.note_given(&Given {
            at: desk.now(),
            replica,
            kind: kind.to_owned(),
            file: file.unwrap_or("-").to_owned(),
            receivers: Vec::new(),
            reason: None,
            holds,
        })?;
        Ok(())
    };
    tell_unlisted(noted().err(), out);
}

/// Says why something that was given away is not on the list, where it is not.
pub(super) fn tell_unlisted(unlisted: Option<Problem>, out: &Out) {
    if let Some(reason) = unlisted {
        out.problem(&out.words.because("problem-given-unlisted", &reason));
    }
}
