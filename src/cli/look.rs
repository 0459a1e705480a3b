//! Looking: lists, search, checks.

use serde_json::{Value, json};

use super::args::{List, Search};
use super::out::{Out, local, owner_name, rfc3339};
use super::{CLEAN, FINDINGS};
use crate::desk::Desk;
use crate::desk::act::register;
use crate::desk::freshness;
use crate::desk::query::Question;
use crate::desk::reading::Reader;
use crate::desk::todo::View;
use crate::domain::registers::allowance;
use crate::problem::Problem;
use crate::store::{Row, Store};

/// The longest page that is printed.
const MOST: usize = 10_000;

/// Lists a register, or what waits.
pub(super) fn list(desk: &Desk, args: &List, out: &Out) -> Result<u8, Problem> {
    let limit = args.limit.clamp(1, MOST);
    let question = asked(desk, args.query.as_deref())?;
    let mut rows = match args.register.as_str() {
        "todo" => todo(desk, args.view.as_deref(), &question)?,
        name => desk.asked(register(name)?, args.view.as_deref(), &question, limit + 1)?,
    };
    let more = rows.len() > limit;
    rows.truncate(limit);
    print(desk, &rows, out)?;
    let count = if more { "cli-count-more" } else { "cli-count" };
    out.say(count, &[("count", rows.len().into())])?;
    if rows.is_empty() {
        say_unseen(desk, &args.register, out)?;
    }
    if args.register.starts_with(allowance::REGISTER.name) && !out.json {
        for sum in desk.unspent()? {
            out.say("cli-allowance-unspent", &[("sum", sum.to_string().into())])?;
        }
    }
    Ok(CLEAN)
}

/// Says of an empty list what it cannot see, because its source is old or was never there.
fn say_unseen(desk: &Desk, list: &str, out: &Out) -> Result<(), Problem> {
    let known = desk.freshness()?;
    let unseen = match list {
        "todo" => freshness::blind_to_work(&known),
        name => freshness::blind(&known, freshness::kinds_of(register(name)?.name)),
    };
    for one in unseen {
        let kind = out.words.get(&format!("value-import_kind-{}", one.kind));
        let kind = ("kind", kind.as_ref().into());
        match one.since {
            Some(since) => {
                let time = ("time", local(since, desk.zone()).into());
                out.say("blind-behind", &[kind, time])?;
            }
            None => out.say("blind-never", &[kind])?,
        }
    }
    Ok(())
}

/// Reads what is asked of a list.
pub(super) fn asked(desk: &Desk, query: Option<&str>) -> Result<Question, Problem> {
    Ok(desk.question(query.unwrap_or_default())?)
}

fn todo(desk: &Desk, view: Option<&str>, question: &Question) -> Result<Vec<Row>, Problem> {
    let (view, mut whole) = desk.named_view(view, &View::ALL.map(View::name))?;
    whole.terms.extend(question.terms.iter().cloned());
    let view = view.and_then(View::of).unwrap_or_default();
    Ok(desk
        .todo_asked(view, &whole, MOST)?
        .buyers
        .into_iter()
        .flat_map(|buyer| buyer.items)
        .map(|item| item.row)
        .collect())
}

fn print(desk: &Desk, rows: &[Row], out: &Out) -> Result<(), Problem> {
    let is_allowance = |row: &Row| row.register == allowance::REGISTER.name;
    let allowances = if rows.iter().any(is_allowance) {
        desk.allowances()?
    } else {
        Vec::new()
    };
    for row in rows {
        let known = allowances.iter().find(|one| one.id == row.id);
        if out.json {
            let mut object = row_json(desk, row);
            if let (Some(object), Some(known)) = (object.as_object_mut(), known) {
                object.insert("amount".into(), json!(known.terms.amount));
                object.insert("drawn".into(), json!(known.drawn));
                object.insert("left".into(), json!(known.left));
            }
            out.object(&object)?;
            continue;
        }
        let mut line = row_line(desk, row, out);
        if let Some(known) = known {
            let args = [
                ("amount", known.terms.amount.to_string().into()),
                ("left", known.left.to_string().into()),
            ];
            line = format!("{line}  {}", out.words.with("cli-allowance-left", &args));
        }
        out.line(&line)?;
    }
    Ok(())
}

pub(super) fn name_of(
    desk: &Desk,
) -> impl Fn(crate::domain::register::Owner) -> Option<String> + '_ {
    |owner| desk.people().name_of(owner).map(str::to_owned)
}

/// The shape of `list` and `search` (design section 9).
pub(super) fn row_json(desk: &Desk, row: &Row) -> Value {
    json!({
        "id": row.id.to_string(),
        "register": row.register,
        "number": row.number,
        "state": row.state,
        "title": row.title,
        "subject": row.subject,
        "owner": owner_name(row.owner, name_of(desk)),
        "owner_id": row.owner.map(|owner| owner.spelling()),
        "first_owner": owner_name(row.first_owner, name_of(desk)),
        "due": row.due.map(rfc3339),
        "due_source": row.due_source,
        "opened": rfc3339(row.opened),
        "closed": row.closed.map(rfc3339),
        "customer": row.customer.map(|id| id.to_string()),
        "order": row.order_id.map(|id| id.to_string()),
        "order_number": row.order_number,
        "waits_for_us": row.ours,
        "contradictions": row.conflicts,
        "void": row.void,
    })
}

pub(super) fn row_line(desk: &Desk, row: &Row, out: &Out) -> String {
    let state = out
        .words
        .get(&format!("state-{}-{}", row.register, row.state));
    let reader = reader(desk, out);
    let owner = row.owner.map(|owner| reader.owner(owner));
    let owner = owner.unwrap_or_default();
    let due = row.due.map(|at| local(at, desk.zone())).unwrap_or_default();
    let number = row.number.clone().unwrap_or_else(|| row.id.beginning());
    let (title, mut subject) = (reader.title(row), reader.subject(row));
    if subject == title {
        subject.clear();
    }
    let parts = [
        number.as_str(),
        &out.words.get(&format!("register-{}", row.register)),
        &state,
        title.as_str(),
        subject.as_str(),
        &owner,
        &due,
    ];
    parts
        .iter()
        .filter(|part| !part.is_empty())
        .map(|part| part.replace('\n', " "))
        .collect::<Vec<_>>()
        .join("  ")
}

/// What reads records to who sits before the terminal.
pub(super) fn reader<'a>(desk: &'a Desk, out: &'a Out) -> Reader<'a> {
    Reader {
        words: &out.words,
        people: desk.people(),
    }
}

/// Finds text.
pub(super) fn search(desk: &Desk, args: &Search, out: &Out) -> Result<u8, Problem> {
    let only = args
        .register
        .as_deref()
        .map(register)
        .transpose()?
        .map(|register| register.name);
    let limit = args.limit.clamp(1, MOST);
    let mut found = desk.store().search(&args.text, only, limit + 1)?;
    let more = found.hits.len() > limit;
    found.hits.truncate(limit);
    for hit in &found.hits {
        if out.json {
            let mut object = row_json(desk, &hit.row);
            if let Some(object) = object.as_object_mut() {
                object.insert("snippet".into(), json!(hit.snippet));
                object.insert("at".into(), rfc3339(hit.at));
            }
            out.object(&object)?;
        } else {
            out.line(&row_line(desk, &hit.row, out))?;
            out.line(&format!("    {}", hit.snippet.replace('\n', " ")))?;
        }
    }
    let count = if more { "cli-count-more" } else { "cli-count" };
    out.say(count, &[("count", found.hits.len().into())])?;
    if found.behind > 0 {
        out.say("cli-search-behind", &[("count", found.behind.into())])?;
    }
    Ok(CLEAN)
}

/// Re-checks everything.
pub(super) fn verify(store: &Store, out: &Out) -> Result<u8, Problem> {
    let verified = store.verify()?;
    let code = if verified.clean { CLEAN } else { FINDINGS };
    if out.json {
        let defects: Vec<Value> = verified
            .defects
            .iter()
            .map(|defect| {
                json!({"id": defect.id, "replica": defect.replica.map(|replica| replica.to_string()),
                    "seq": defect.seq, "message": out.words.get(defect.message).to_string()})
            })
            .collect();
        out.object(&json!({"clean": verified.clean, "events": verified.events, "records": verified.records,
            "replicas": verified.replicas, "state": verified.state, "states": verified.states, "defects": defects}))?;
        return Ok(code);
    }
    let (events, records) = (verified.events.into(), verified.records.into());
    if verified.clean {
        let replicas = verified.replicas.into();
        out.say(
            "cli-verify-clean",
            &[
                ("events", events),
                ("records", records),
                ("replicas", replicas),
            ],
        )?;
        out.say("cli-verify-state", &[("state", (&verified.state).into())])?;
    } else {
        for defect in &verified.defects {
            let seq = defect.seq.map(|seq| seq.to_string()).unwrap_or_default();
            out.line(&format!(
                "{}  {seq}  {}",
                defect.id,
                out.words.get(defect.message)
            ))?;
        }
        out.say(
            "cli-verify-defects",
            &[("count", verified.defects.len().into())],
        )?;
    }
    Ok(code)
}

/// Computes everything anew from the log.
pub(super) fn rebuild(store: &mut Store, out: &Out) -> Result<u8, Problem> {
    store.rebuild()?;
    out.say("cli-rebuilt", &[])?;
    Ok(CLEAN)
}
