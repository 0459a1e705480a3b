//! People and their devices: joining, admitting, retiring.

use std::path::Path;

use serde_json::json;

use super::args::{Admit, Join, Retire};
use super::out::Out;
use super::session::{Place, write_file};
use super::shift::beside;
use super::{CLEAN, FINDINGS, secret};
use crate::desk::Desk;
use crate::desk::admit::{self, Granted};
use crate::desk::values::{money, no_post, post_named};
use crate::domain::authority::Role;
use crate::exchange::intake::file::read_file;
use crate::exchange::join::Request;
use crate::problem::{Kind, Problem};
use crate::store::Store;

/// Asks to be admitted, or takes the answer in.
pub(super) fn join(place: &Place, args: &Join, out: &Out) -> Result<u8, Problem> {
    if let Some(answer) = &args.answer {
        return complete(place, place.store()?, answer, out);
    }
    let (Some(name), Some(output)) = (&args.name, &args.output) else {
        return Err(Problem::new(Kind::NotUnderstood, "problem-cli-missing")
            .arg("what", "--name, -o")
            .hint("problem-cli-hint"));
    };
    free(output)?;
    let pin = secret::new_pin(out)?;
    let mut random = place.random()?;
    let request = admit::request(&place.folder, name.trim(), pin.as_deref(), random.as_mut())?;
    write_file(output, &request.write()?)?;
    if out.json {
        out.object(&request_json(&request, output))?;
        return Ok(CLEAN);
    }
    asked(&request, output, pin.is_some(), out)?;
    Ok(CLEAN)
}

/// A request as an object.
pub(super) fn request_json(request: &Request, file: &Path) -> serde_json::Value {
    json!({"file": file.display().to_string(), "replica": request.replica().to_string(),
        "digits": request.digits()})
}

/// Says what a request wants next: that its digits are read aloud and its file is admitted.
pub(super) fn asked(
    request: &Request,
    file: &Path,
    has_pin: bool,
    out: &Out,
) -> Result<(), Problem> {
    out.line(
        &out.words
            .with("cli-join-digits", &[("digits", request.digits().into())]),
    )?;
    if !has_pin {
        out.say("cli-pin-none", &[])?;
    }
    let file = file.display().to_string();
    out.say("cli-join-asked", &[("file", file.into())])
}

/// Makes new keys for who sat at a store that goes on as another, and writes their request.
pub(super) fn ask_anew(
    place: &Place,
    output: Option<&Path>,
    out: &Out,
) -> Result<Request, Problem> {
    let output = output.ok_or_else(|| {
        Problem::new(Kind::NotUnderstood, "problem-cli-missing")
            .arg("what", "-o")
            .hint("problem-anchor-roster-hint")
    })?;
    free(output)?;
    admit::may_ask_anew(&place.folder, place.person())?;
    let pin = secret::new_pin(out)?;
    let mut random = place.random()?;
    let request = admit::request_anew(
        &place.folder,
        &place.watch()?,
        place.person(),
        pin.as_deref(),
        random.as_mut(),
    )?;
    write_file(output, &request.write()?)?;
    if !out.json {
        asked(&request, output, pin.is_some(), out)?;
        out.say("cli-doctor-asked", &[])?;
    }
    Ok(request)
}

/// Completes joining with an answer.
pub(super) fn complete(
    place: &Place,
    store: Store,
    answer: &Path,
    out: &Out,
) -> Result<u8, Problem> {
    let clock = place.clock(&store)?;
    let (desk, accounting, joined) = admit::complete(store, answer, clock, place.random()?)?;
    let name = desk.store().shop().map(|shop| shop.name.clone());
    if out.json {
        let mut object = accounting.json();
        if let Some(object) = object.as_object_mut() {
            object.insert("file".into(), json!(answer.display().to_string()));
            object.insert("shop".into(), json!(name));
        }
        out.object(&object)?;
        return Ok(CLEAN);
    }
    out.line(&accounting.line(&out.words))?;
    out.say("cli-joined", &[("shop", name.unwrap_or_default().into())])?;
    if let Some(person) = desk.people().of_replica(joined) {
        if desk.signed_in().is_none_or(|me| me.id != person.id) {
            out.say("cli-joined-sign-in", &[("name", (&person.name).into())])?;
        }
        beside(&desk, person, out)?;
    }
    Ok(CLEAN)
}

/// Admits the device of a request once its digits are agreed on, and writes the answer.
pub(super) fn admit(desk: &mut Desk, args: &Admit, out: &Out) -> Result<u8, Problem> {
    let request = Request::read(&read_file(&args.file)?)?;
    let role = Role::of(&args.role).ok_or_else(|| {
        let roles: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
        wrong(&args.role, &roles)
    })?;
    let posts = args
        .posts
        .iter()
        .map(|post| post_named(post.trim()).ok_or_else(|| no_post(post)))
        .collect::<Result<Vec<_>, _>>()?;
    let limit = args.limit.as_deref().map(money).transpose()?;
    // Before anything is written: an admission without its answer helps nobody.
    args.output.as_deref().map(free).transpose()?;
    let (known, named) = desk.asks(&request)?;
    let digits = request.digits();
    let args_of = [
        ("name", request.name.as_str().into()),
        ("digits", digits.as_str().into()),
    ];
    if !out.json {
        out.line(&out.words.with("cli-admit-digits", &args_of))?;
        if let (None, Some(named)) = (&known, &named) {
            out.line(
                &out.words
                    .with("cli-admit-named", &[("name", (&named.name).into())]),
            )?;
        }
    }
    if known.is_none() && !args.yes && (out.json || !secret::agreed("cli-admit-ask", out)) {
        return Err(
            Problem::new(Kind::Refused, "problem-admit-unsure").hint("problem-admit-unsure-hint")
        );
    }
    let granted = Granted {
        role,
        posts: &posts,
        limit,
    };
    desk.admit(&request, &granted)?;
    if let Some(path) = &args.output {
        desk.answer(&request, path)?;
    }
    let replica = request.replica().to_string();
    let file = args.output.as_ref().map(|path| path.display().to_string());
    if out.json {
        out.object(
            &json!({"replica": replica, "digits": digits, "new": known.is_none(), "file": file}),
        )?;
        return Ok(if known.is_none() { CLEAN } else { FINDINGS });
    }
    let message = if known.is_none() {
        "cli-admitted"
    } else {
        "cli-admitted-before"
    };
    out.say(
        message,
        &[
            ("name", (&request.name).into()),
            ("replica", replica.into()),
        ],
    )?;
    if known.is_none() && role == Role::Leader && limit.is_none() {
        out.say("cli-admit-no-limit", &[("name", (&request.name).into())])?;
    }
    match file {
        Some(file) => out.say("cli-written", &[("file", file.into())])?,
        None => out.say("cli-admit-no-answer", &[])?,
    }
    Ok(if known.is_none() { CLEAN } else { FINDINGS })
}

/// Refuses to write over a file.
fn free(path: &Path) -> Result<(), Problem> {
    if !path.exists() {
        return Ok(());
    }
    Err(Problem::new(Kind::Refused, "problem-file-exists")
        .hint("problem-file-exists-hint")
        .arg("file", path.display()))
}

fn wrong(value: &str, words: &[&str]) -> Problem {
    Problem::new(Kind::NotUnderstood, "problem-cli-choice")
        .arg("value", value)
        .arg("choices", words.join(", "))
        .hint("problem-cli-choice-hint")
}

/// Ends a replica.
pub(super) fn retire(desk: &mut Desk, args: &Retire, out: &Out) -> Result<u8, Problem> {
    let (replica, done) = desk.retire(&args.replica, args.reason.trim())?;
    let replica = replica.to_string();
    if out.json {
        out.object(&json!({"replica": replica, "act": done.act}))?;
    }
    out.say("cli-retired", &[("replica", replica.into())])?;
    Ok(CLEAN)
}
