//! The person's shift: signing in, and handing over.

use serde_json::json;

use super::args::{Handover, SignIn};
use super::erase::note;
use super::exchange::format_of;
use super::out::Out;
use super::session::{Place, of_this_device, write_file};
use super::work::reading;
use super::{CLEAN, FINDINGS, secret};
use crate::desk::Desk;
use crate::desk::handover::{Severity, Sheet};
use crate::desk::people::Person;
use crate::desk::values::{Edge, time};
use crate::exchange::outlet::Format;
use crate::problem::{Kind, Problem};
use crate::store::Row;

/// Signs a person of this device in.
pub(super) fn sign_in(place: &Place, args: &SignIn, out: &Out) -> Result<u8, Problem> {
    let mut desk = place.empty_desk()?;
    if place.sets_clock() && !desk.store().shop().is_some_and(|shop| shop.drill) {
        return Err(Problem::new(Kind::Refused, "problem-cli-now").hint("problem-cli-now-hint"));
    }
    let person = match args.name.as_deref().or(place.person()) {
        Some(name) => of_this_device(&desk, name)?,
        None => match desk.signed_in() {
            Some(me) => me.clone(),
            None => only(&desk)?,
        },
    };
    let pin = place.pin_of(&desk, &person)?;
    desk.sign_in_with(&person, pin.as_deref())?;
    out.say("cli-signed-in", &[("name", (&person.name).into())])?;
    beside(&desk, &person, out)?;
    Ok(CLEAN)
}

/// Warns whoever decides that their key lies beside those of agents.
pub(super) fn beside(desk: &Desk, person: &Person, out: &Out) -> Result<(), Problem> {
    let agents = desk.agents_beside(person);
    if agents.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = agents.iter().map(|one| one.name.as_str()).collect();
    let args = [
        ("name", (&person.name).into()),
        ("names", names.join(", ").into()),
    ];
    out.say("cli-keys-beside", &args)
}

/// Gives a person of this device a new PIN; the old one is asked first.
pub(super) fn pin(place: &Place, out: &Out) -> Result<u8, Problem> {
    let mut desk = place.empty_desk()?;
    let person = match place.person() {
        Some(name) => of_this_device(&desk, name)?,
        None => match desk.last_here() {
            Some(last) => last.clone(),
            None => only(&desk)?,
        },
    };
    let old = place.pin_of(&desk, &person)?;
    let new = secret::new_pin(out)?.ok_or_else(|| {
        Problem::new(Kind::NotUnderstood, "problem-cli-secret").hint("problem-cli-secret-hint")
    })?;
    desk.set_pin(&person, old.as_deref(), &new)?;
    out.say("cli-pin-set", &[("name", (&person.name).into())])?;
    Ok(CLEAN)
}

/// The only person of this device, or the question who.
fn only(desk: &Desk) -> Result<Person, Problem> {
    let here = desk.people_here();
    match &here[..] {
        [person] => Ok(person.clone()),
        _ => Err(who(&here)),
    }
}

/// Asks who it is, naming those of this device.
fn who(here: &[Person]) -> Problem {
    let names: Vec<&str> = here.iter().map(|person| person.name.as_str()).collect();
    Problem::new(Kind::NotUnderstood, "problem-cli-who")
        .arg("names", names.join(", "))
        .hint("problem-cli-who-hint")
}

/// Writes the sheet of the person's open work and signs it; with `--draft` only writes it.
pub(super) fn handover(place: &Place, args: &Handover, out: &Out) -> Result<u8, Problem> {
    let desk = &mut place.desk(!args.draft)?;
    let format = format_of(
        args.format.as_deref(),
        args.output.as_deref(),
        Format::Markdown,
    )?;
    let mut sheet = desk.handover_draft(&out.words)?;
    fill(desk, &mut sheet, args)?;
    let to = args
        .to
        .as_deref()
        .map(|to| desk.owner_named(to))
        .transpose()?;
    if let Some(to) = to {
        sheet.to = to;
    }
    let document = if args.draft {
        desk.sheet_document(&sheet, format, &out.words, false)?
    } else {
        // What was filled in is kept where the signature is refused.
        desk.keep_handover(&sheet)?;
        let signed = desk.handover_sign(&sheet, to, &out.words)?;
        desk.handover_document(signed.record(), format, &out.words, false)?
    };
    let lines = sheet.lines.len();
    let file = args
        .output
        .as_deref()
        .map(|path| path.display().to_string());
    let rows: Vec<Row> = sheet.lines.iter().map(|line| line.row.clone()).collect();
    note(place, desk, "handover", file.as_deref(), &rows, out);
    match &args.output {
        Some(path) => {
            write_file(path, &document)?;
            let file = path.display().to_string();
            if out.json {
                out.object(&json!({"file": file, "lines": lines, "signed": !args.draft}))?;
            }
            out.say("cli-written", &[("file", file.into())])?;
        }
        None if format == Format::Xlsx => out.workbook(&document)?,
        None => out.block(&String::from_utf8_lossy(&document))?,
    }
    Ok(if args.draft && sheet.incomplete(desk.now()) > 0 {
        FINDINGS
    } else {
        CLEAN
    })
}

/// Puts what the line says onto the sheet: `3/if_then=...` is a cell of its third line.
fn fill(desk: &Desk, sheet: &mut Sheet, args: &Handover) -> Result<(), Problem> {
    for word in &args.line {
        let wrong = || {
            Problem::new(Kind::NotUnderstood, "problem-cli-sheet-line")
                .arg("what", word)
                .arg("count", sheet.lines.len())
                .hint("problem-cli-sheet-line-hint")
        };
        let (place, text) = word.split_once('=').ok_or_else(wrong)?;
        let (number, cell) = place.split_once('/').ok_or_else(wrong)?;
        let at = number
            .trim()
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1))
            .ok_or_else(wrong)?;
        if at >= sheet.lines.len() {
            return Err(wrong());
        }
        let due = if cell == "due" {
            Some(time(text, reading(desk), Edge::End)?)
        } else {
            None
        };
        let severity = Severity::of(text);
        match cell.replace('-', "_").as_str() {
            "summary" => sheet.lines[at].summary = text.to_owned(),
            "next" => sheet.lines[at].next = text.to_owned(),
            "if_then" => sheet.lines[at].if_then = text.to_owned(),
            "due" => sheet.lines[at].due = due,
            "severity" => match severity {
                Some(severity) => sheet.lines[at].raise(severity),
                None => return Err(wrong()),
            },
            _ => return Err(wrong()),
        }
    }
    if let Some(note) = &args.note {
        sheet.note.clone_from(note);
    }
    Ok(())
}
