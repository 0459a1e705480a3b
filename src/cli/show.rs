//! One record whole: its fields, all that happened to it, and what contradicts it.

use serde_json::{Map, Value, json};

use super::CLEAN;
use super::args::Show;
use super::look::{name_of, reader, row_json, row_line};
use super::out::{Out, fields_json, local, owner_name, rfc3339, value_text};
use super::session::Place;
use crate::desk::Desk;
use crate::desk::act::not_found;
use crate::desk::matters;
use crate::desk::reading::{field_label, signed};
use crate::domain::event::Verb;
use crate::domain::id::Id;
use crate::domain::payload::{Meaning, Payload};
use crate::domain::record::{Entry, Record};
use crate::domain::register::{Owner, Register};
use crate::domain::registers;
use crate::problem::Problem;
use crate::store::Contradiction;

/// Shows one record whole, as it is, or as it was at a time.
pub(super) fn show(place: &Place, args: &Show, out: &Out) -> Result<u8, Problem> {
    let desk = place.desk(false)?;
    let id = desk.resolve(&args.id)?;
    let Some(time) = &args.at else {
        return show_record(&desk, id, args, out);
    };
    let past = desk.past_of(id, desk.gone_by(time)?, place.random()?)?;
    show_record(&past, id, args, out)
}

fn show_record(desk: &Desk, id: Id, args: &Show, out: &Out) -> Result<u8, Problem> {
    let row = desk.store().row(id)?.ok_or_else(|| not_found(&args.id))?;
    let (record, declared) = desk.record(id)?;
    let conflicts = contradictions_of(desk, &record, out)?;
    let withheld = desk.store().withheld_of(id)?;
    if out.json {
        let mut object = row_json(desk, &row);
        if let Some(object) = object.as_object_mut() {
            object.insert(
                "fields".into(),
                fields_json(Some(declared), &record.shown()),
            );
            object.insert("timeline".into(), Value::Array(timeline(desk, &record)?));
            object.insert("withheld".into(), json!(withheld));
            let why = desk.why_due(&record)?;
            let moved = why.as_ref().and_then(|why| why.platform?.was);
            object.insert("due_was".into(), json!(moved.map(rfc3339)));
            let limit = why.and_then(|why| Some(why.limit?.rule.key()));
            object.insert("due_limit".into(), json!(limit));
            // A look back at one record sees none of those that it contradicts.
            let conflicts: Vec<Value> = conflicts.iter().map(|one| one.1.clone()).collect();
            object.insert(
                "contradictions".into(),
                args.at.is_none().then_some(conflicts).into(),
            );
        }
        out.object(&object)?;
        return Ok(CLEAN);
    }
    out.line(&row_line(desk, &row, out))?;
    if withheld > 0 {
        out.line(
            &out.words
                .with("record-withheld", &[("count", withheld.into())]),
        )?;
    }
    show_fields(desk, &record, declared, out)?;
    for line in timeline(desk, &record)? {
        out.line(&timeline_line(desk, declared, &line, out))?;
    }
    for (sentence, _) in conflicts {
        out.line(&sentence)?;
    }
    Ok(CLEAN)
}

fn show_fields(
    desk: &Desk,
    record: &Record,
    declared: &'static Register,
    out: &Out,
) -> Result<(), Problem> {
    for field in declared.fields.iter().chain(registers::COMMON) {
        if let Some(value) = record.value(field.name) {
            let label = field_label(&out.words, declared, field);
            let text = value_text(field, value, &out.words, desk.zone());
            out.line(&format!("  {label}: {}", text.replace('\n', " ")))?;
        }
    }
    for (path, value) in &record.values {
        let [map, key, _] = path.split('/').collect::<Vec<_>>()[..] else {
            continue;
        };
        let (Some(field), Some(write)) = (declared.field(path), value.last()) else {
            continue;
        };
        if !write.value.is_null() && map != "replicas" {
            let text = value_text(field, &write.value, &out.words, desk.zone());
            let label = field_label(&out.words, declared, field);
            out.line(&format!("  {label} {key}: {}", text.replace('\n', " ")))?;
        }
    }
    Ok(())
}

/// All that happened to a record, oldest first.
fn timeline(desk: &Desk, record: &Record) -> Result<Vec<Value>, Problem> {
    let mut lines: Vec<(i64, Value)> = record
        .entries
        .iter()
        .map(|entry| (entry.at, entry_json(desk, entry)))
        .collect();
    for event in desk.store().events(record.id)? {
        if event.head.verb == Verb::Say as u8 {
            continue;
        }
        let mut line = Map::new();
        line.insert("at".into(), rfc3339(event.head.at));
        let author = desk
            .people()
            .of_replica(event.head.replica)
            .map(|person| person.name.clone());
        line.insert(
            "author".into(),
            json!(author.unwrap_or_else(|| event.head.replica.to_string())),
        );
        let payload = Payload::read(&event);
        line.insert(
            "verb".into(),
            json!(payload.as_ref().map(|payload| payload.verb().name())),
        );
        line.insert("event".into(), json!(event.chain.short().to_string()));
        line.insert("void".into(), json!(record.voided.contains(&event.chain)));
        describe(&mut line, payload, desk, &record.register);
        lines.push((event.head.at, Value::Object(line)));
    }
    lines.sort_by_key(|(at, _)| *at);
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}

fn entry_json(desk: &Desk, entry: &Entry) -> Value {
    let recorded_by = desk
        .people()
        .of_replica(entry.trace.replica)
        .map(|person| person.name.clone());
    json!({
        "at": rfc3339(entry.at),
        "author": entry.say.author.clone().or(recorded_by),
        "verb": Verb::Say.name(),
        "direction": entry.say.direction.word(),
        "text": entry.say.text,
        "channel": entry.say.channel,
        "copied": entry.say.copied,
        "seen_sent": entry.seen_sent,
        "event": entry.trace.chain.short().to_string(),
        "void": entry.void,
    })
}

fn describe(line: &mut Map<String, Value>, payload: Option<Payload>, desk: &Desk, register: &str) {
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            line.insert(name.to_owned(), value);
        }
    };
    match payload {
        Some(Payload::Open(change) | Payload::Set(change)) => {
            let fields: Map<String, Value> = change.fields.into_iter().collect();
            put(
                "fields",
                fields_json(registers::by_name(register), &Value::Object(fields)),
            );
            put(
                "exported_at",
                change.exported_at.map_or(Value::Null, rfc3339),
            );
        }
        Some(Payload::Move {
            from,
            to,
            reason,
            note,
        }) => {
            put("from", json!(from));
            put("to", json!(to));
            put("reason", json!(reason));
            put("note", json!(note));
        }
        Some(Payload::Assign {
            to, reason, note, ..
        }) => {
            put("to", json!(owner_name(Some(to), name_of(desk))));
            put("reason", json!(reason));
            put("note", json!(note));
        }
        Some(Payload::Attach {
            hash,
            media,
            size,
            name,
        }) => {
            put("hash", json!(crate::domain::id::Chain(hash).to_string()));
            put("type", json!(media));
            put("size", json!(size));
            put("name", json!(name));
        }
        Some(Payload::Sign {
            meaning,
            of,
            saw,
            note,
        }) => {
            put("meaning", json!(meaning.word()));
            put("of", json!(of.to_string()));
            put("saw", Value::Object(saw));
            put("note", json!(note));
        }
        Some(Payload::Link {
            to,
            register,
            relation,
        }) => {
            put("to", json!(to.to_string()));
            put("register", json!(register));
            put("relation", json!(relation.word()));
        }
        Some(Payload::Void { reason, .. } | Payload::Erase { reason, .. }) => {
            put("reason", json!(reason));
        }
        Some(Payload::Say(_)) | None => {}
    }
}

fn timeline_line(desk: &Desk, register: &Register, line: &Value, out: &Out) -> String {
    let text = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default();
    let at = chrono::DateTime::parse_from_rfc3339(text("at"))
        .map(|at| local(at.timestamp_millis(), desk.zone()));
    let what = match text("verb") {
        "say" => format!(
            "{}  {}",
            out.words
                .get(&format!("cli-direction-{}", text("direction"))),
            text("text")
        ),
        "" => out.words.get("cli-verb-unknown").to_string(),
        verb => format!(
            "{}  {}",
            out.words.get(&format!("cli-verb-{verb}")),
            particulars(desk, register, line, out)
        ),
    };
    let void = if line.get("void") == Some(&json!(true)) {
        out.words.get("cli-void")
    } else {
        "".into()
    };
    let (at, who) = (at.unwrap_or_default(), text("author"));
    let shown = format!("  {at}  {who}  {} {void}", what.replace('\n', " "));
    shown.trim_end().to_owned()
}

/// From where to where a step went, to whom something was handed and why, what was signed.
fn particulars(desk: &Desk, register: &Register, line: &Value, out: &Out) -> String {
    let text = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default();
    // A word of a newer release stands as it is.
    let word = |id: String, raw: &str| {
        if out.words.has(&id) {
            out.words.get(&id).to_string()
        } else {
            raw.to_owned()
        }
    };
    let state = |name: &str| {
        word(
            format!("state-{}-{}", register.name, text(name)),
            text(name),
        )
    };
    match text("verb") {
        "move" => format!("{} > {}", state("from"), state("to")),
        "assign" => {
            let to = Owner::parse(text("to")).map(|owner| reader(desk, out).owner(owner));
            let to = to.unwrap_or_else(|| text("to").to_owned());
            let reason = word(
                format!("value-transfer_reason-{}", text("reason")),
                text("reason"),
            );
            format!("{to}  {reason}")
        }
        "sign" => Meaning::of(text("meaning")).map_or_else(
            || text("meaning").to_owned(),
            |meaning| out.words.get(signed(meaning)).to_string(),
        ),
        _ => String::new(),
    }
}

/// The open contradictions of a record, each as a sentence and as an object.
fn contradictions_of(
    desk: &Desk,
    record: &Record,
    out: &Out,
) -> Result<Vec<(String, Value)>, Problem> {
    let open = desk.store().contradictions_of(record.id)?;
    let open = open.into_iter().filter(|one| !one.closed);
    open.map(|one| contradiction(desk, &one, out)).collect()
}

fn contradiction(desk: &Desk, one: &Contradiction, out: &Out) -> Result<(String, Value), Problem> {
    let records: Vec<String> = one.records.iter().map(Id::to_string).collect();
    let short: String = one.id.to_string().chars().take(12).collect();
    let what = matters::finding(&one.kind, &out.words);
    let about = desk.called(&one.records, &out.words)?;
    let sentence = format!("{short}  {what}  {about}");
    let object = json!({"id": one.id.to_string(), "kind": one.kind, "about": one.about, "records": records,
        "evidence": one.evidence, "closed": one.closed});
    Ok((sentence, object))
}
