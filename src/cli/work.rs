//! Acts on records: each subcommand is one function of the desk.

use serde_json::{Value, json};

use super::args::{Account, Allowance, Command, Give, Note, Refund, RefundOpen, Saying, Setting};
use super::out::{Out, local};
use super::{CLEAN, look};
use crate::desk::Desk;
use crate::desk::act::{Done, not_found, register};
use crate::desk::allowance::Given;
use crate::desk::board::Verdict;
use crate::desk::case::Request;
use crate::desk::note::NewNote;
use crate::desk::settings::announced_to;
use crate::desk::talk::strangers;
use crate::desk::values::{Edge, Reading, fields, money, time};
use crate::domain::field::Kind as FieldKind;
use crate::domain::money::Money;
use crate::domain::payload::Fields;
use crate::domain::registers::{allowance, case, note, order};
use crate::problem::{Kind, Problem};

/// Runs a command that acts, and says what it did.
pub(super) fn run(desk: &mut Desk, command: Command, out: &Out) -> Result<u8, Problem> {
    let done = match command {
        Command::SignOut(args) => {
            desk.sign_out(args.reason.as_deref())?;
            return said(out, "cli-signed-out");
        }
        Command::Away(args) => {
            desk.away(&args.reason)?;
            return said(out, "cli-away");
        }
        Command::Back => {
            desk.back()?;
            return said(out, "cli-back");
        }
        Command::Undo(args) => return take_back(desk, args.act, out),
        Command::Remark(args) => remark(desk, &args, out)?,
        Command::Account(Account::Add { name, platform }) => {
            let words = [format!("name={name}"), format!("platform={platform}")];
            let values = values(desk, "account", &words)?;
            desk.open_record("account", values)?
        }
        Command::Allowance(Allowance::Give(args)) => give(desk, &args)?,
        Command::Setting(Setting::Set { key, value }) => {
            let done = desk.set_setting(&key, &value)?;
            if let Some(year) = announced_to(&key, &value) {
                out.say("days-announced", &[("year", year.to_string().into())])?;
            }
            done
        }
        Command::Note(args) => run_note(desk, args)?,
        Command::Refund(args) => run_refund(desk, args)?,
        command => run_item(desk, command)?,
    };
    report(desk, &done, out)
}

/// Writes a remark, and says whom it calls in vain.
fn remark(desk: &mut Desk, args: &Saying, out: &Out) -> Result<Done, Problem> {
    let id = desk.resolve(&args.id)?;
    let done = desk.remark(id, &args.text)?;
    let names = strangers(&args.text, desk.people()).join(&out.words.get("list-comma"));
    if !names.is_empty() {
        out.say("remark-done-unknown", &[("names", names.into())])?;
    }
    Ok(done)
}

/// Takes an act back, and says what it was: the last one may be hours ago.
fn take_back(desk: &mut Desk, act: Option<u64>, out: &Out) -> Result<u8, Problem> {
    let taken = desk.take_back(act)?;
    let deed = look::reader(desk, out).deed(taken.register, taken.what.as_ref());
    let row = taken.row.as_ref();
    let what = row.map(|row| look::row_line(desk, row, out));
    let mut what = what.unwrap_or_default();
    if taken.count > 1 {
        let args = [("what", what.into()), ("count", taken.count.into())];
        what = out.words.with("desk-undone-many", &args);
    }
    let said = [
        ("act", taken.act.into()),
        ("when", local(taken.at, desk.zone()).into()),
        ("deed", deed.into()),
        ("what", what.into()),
    ];
    out.say("cli-undone", &said)?;
    report_json(desk, &taken.done, out)
}

/// Gives an allowance to spend, or for word of mouth.
fn give(desk: &mut Desk, args: &Give) -> Result<Done, Problem> {
    let replica = args.replica.as_deref().map(str::parse).transpose();
    let replica = replica.map_err(|_| not_found(args.replica.as_deref().unwrap_or_default()))?;
    let day = allowance::TO_DAY.name();
    let until = match &args.until {
        Some(until) => values(desk, "allowance", &[format!("{day}={until}")])?,
        None => Fields::new(),
    };
    desk.give_allowance(Given {
        until: until.get(day).and_then(Value::as_str),
        person: desk.person_named(&args.person)?,
        replica,
        amount: money(&args.amount)?,
        case_cap: args.case_cap.as_deref().map(money).transpose()?,
        spot: args.spot,
    })
}

fn said(out: &Out, id: &str) -> Result<u8, Problem> {
    out.say(id, &[])?;
    Ok(CLEAN)
}

/// Acts that every register has.
fn run_item(desk: &mut Desk, command: Command) -> Result<Done, Problem> {
    match command {
        Command::Claim(args) => {
            let id = desk.resolve(&args.id)?;
            let reason = args.reason.map(|reason| reason.replace('-', "_"));
            desk.claim(id, reason.as_deref())
        }
        Command::Reply(args) => {
            let id = desk.resolve(&args.id)?;
            desk.reply(id, &args.text)
        }
        Command::Transfer(args) => {
            let id = desk.resolve(&args.id)?;
            let to = desk.owner_named(&args.to)?;
            desk.transfer(id, to, &args.reason.replace('-', "_"))
        }
        Command::Escalate(args) => {
            let id = desk.resolve(&args.id)?;
            desk.escalate(id, &args.text)
        }
        Command::Close(args) => {
            let id = desk.resolve(&args.id)?;
            desk.close(id, &args.outcome.replace('-', "_"))
        }
        Command::Review(args) => {
            let id = desk.resolve(&args.id)?;
            let day = desk.review_day(!args.yesterday)?;
            desk.may_review_on(id, &day)?;
            let verdict = match (args.comment, args.back) {
                (Some(text), _) => Verdict::Comment(text),
                (None, Some(text)) => Verdict::Return(text),
                (None, None) => Verdict::Fine,
            };
            desk.review(id, &day.name, &verdict)
        }
        Command::Snooze(args) => {
            let id = desk.resolve(&args.id)?;
            let until = time(&args.until, reading(desk), Edge::Start)?;
            desk.snooze(id, until)
        }
        Command::Attach(args) => {
            let id = desk.resolve(&args.id)?;
            desk.attach(id, &args.file)
        }
        Command::Promise(args) => {
            let id = desk.resolve(&args.id)?;
            let due = time(&args.due, reading(desk), Edge::End)?;
            let amount = args.amount.as_deref().map(money).transpose()?;
            desk.promise(id, &args.text, due, amount)
        }
        Command::Move(args) => {
            let id = desk.resolve(&args.id)?;
            desk.move_to(id, &args.state.replace('-', "_"), args.reason.as_deref())
        }
        Command::Set(args) => {
            let id = desk.resolve(&args.id)?;
            let values = values(desk, desk.record(id)?.1.name, &args.values)?;
            desk.set_fields(id, values)
        }
        Command::Open(args) => {
            let values = values(desk, &args.register, &args.values)?;
            desk.open_record(&args.register, values)
        }
        // Every other command is taken before it comes here.
        _ => Err(Problem::new(Kind::Defect, "problem-cli-line").hint("problem-cli-hint")),
    }
}

fn run_note(desk: &mut Desk, args: Note) -> Result<Done, Problem> {
    match args {
        Note::Add {
            order,
            text,
            kind,
            flag,
            old,
            buyer,
        } => desk.open_note(&NewNote {
            order,
            kind: kind.replace('-', "_"),
            flag: flag.as_deref().map(flag_word).transpose()?,
            old,
            new: text,
            about: None,
            buyer,
        }),
        Note::Step { id, step, quote } => {
            let id = desk.resolve(&id)?;
            desk.note_step(id, &step.replace('-', "_"), quote.as_deref())
        }
        Note::Back { id } => {
            let id = desk.resolve(&id)?;
            desk.note_back(id)
        }
    }
}

/// Reads a flag: its word, or the platform's number of it.
fn flag_word(text: &str) -> Result<String, Problem> {
    let FieldKind::Choice(list) = note::FLAG_OF.spec.kind else {
        return Ok(text.to_owned());
    };
    let word = text.replace('-', "_");
    let by_number = text
        .parse::<usize>()
        .ok()
        .and_then(|number| list.values.get(number));
    by_number
        .or_else(|| list.values.iter().find(|known| **known == word))
        .map(|word| (*word).to_owned())
        .ok_or_else(|| {
            Problem::new(Kind::NotUnderstood, "problem-cli-flag")
                .arg("flag", text)
                .hint("problem-cli-flag-hint")
        })
}

fn run_refund(desk: &mut Desk, args: Refund) -> Result<Done, Problem> {
    match args {
        Refund::Open(args) => {
            let values = request(desk, &args)?;
            desk.draft_case(
                None,
                &Request {
                    order: args.order,
                    about: None,
                    values,
                },
            )
        }
        Refund::Submit { id } => {
            let id = desk.resolve(&id)?;
            desk.submit_case(id)
        }
        Refund::Amend { id, values: words } => {
            let id = desk.resolve(&id)?;
            let values = values(desk, "case", &words)?;
            desk.amend_case(id, &values)
        }
        Refund::Approve {
            id,
            executor,
            verbal,
        } => {
            let id = desk.resolve(&id)?;
            match (verbal, executor) {
                (Some(approver), _) => desk.approve_verbally(id, desk.person_named(&approver)?),
                (None, Some(executor)) => {
                    desk.approve_case_for(id, Some(desk.person_named(&executor)?))
                }
                (None, None) => desk.approve_case(id),
            }
        }
        Refund::Refuse { id, reason } => {
            let id = desk.resolve(&id)?;
            desk.refuse_case(id, &reason)
        }
        Refund::Execute { id } => {
            let id = desk.resolve(&id)?;
            desk.execute_case(id)
        }
        Refund::Void { id, reason } => {
            let id = desk.resolve(&id)?;
            desk.void_case(id, &reason)
        }
    }
}

/// What a new case asks, from the line's options.
fn request(desk: &Desk, args: &RefundOpen) -> Result<Fields, Problem> {
    let FieldKind::Choice(kinds) = case::KIND.spec.kind else {
        return Ok(Fields::new());
    };
    let digit = args
        .kind
        .parse::<usize>()
        .ok()
        .and_then(|digit| kinds.values.get(digit.checked_sub(1)?));
    let kind = digit.map_or_else(|| args.kind.clone(), |kind| (*kind).to_owned());
    let mut words = vec![
        format!("kind={kind}"),
        format!("amount={}", args.amount),
        format!("reason={}", args.reason),
    ];
    words.extend(args.fault.as_ref().map(|fault| format!("fault={fault}")));
    if args.read_back {
        words.push("read_back=yes".to_owned());
    }
    words.extend(args.field.iter().cloned());
    let mut request = values(desk, "case", &words)?;
    for line in &args.line {
        request.extend(case_line(desk, &args.order, line)?);
    }
    Ok(request)
}

/// The cells of one line of a case: `2=1` is one piece of the order's second line.
fn case_line(desk: &Desk, order_number: &str, text: &str) -> Result<Fields, Problem> {
    let wrong = || {
        Problem::new(Kind::NotUnderstood, "problem-cli-order-line")
            .arg("line", text)
            .hint("problem-cli-order-line-hint")
    };
    let (line, pieces) = text.split_once('=').ok_or_else(wrong)?;
    let pieces: i64 = pieces
        .trim()
        .parse()
        .ok()
        .filter(|pieces| *pieces > 0)
        .ok_or_else(wrong)?;
    let known = desk.order_by_number(order_number)?.ok_or_else(wrong)?;
    let keys = known.keys(order::LINES.name());
    let key = match line.trim().parse::<usize>() {
        Ok(place) if place <= keys.len() => keys.get(place.wrapping_sub(1)).copied(),
        _ => keys.iter().copied().find(|key| *key == line.trim()),
    };
    let key = key.ok_or_else(wrong)?;
    let cell = |name: &str| {
        known
            .value(&format!("{}/{key}/{name}", order::LINES.name()))
            .cloned()
    };
    let mut values = Fields::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            values.insert(format!("{}/{key}/{name}", case::LINES.name()), value);
        }
    };
    put(case::LINE_TITLE.name(), cell(order::LINE_TITLE.name()));
    put(case::LINE_BOUGHT.name(), cell(order::LINE_QUANTITY.name()));
    put(case::LINE_QUANTITY.name(), Some(json!(pieces)));
    let paid: Option<Money> = known.cell(order::LINES.name(), key, order::LINE_PAID.name());
    put(case::LINE_PAID.name(), paid.map(|paid| json!(paid)));
    Ok(values)
}

/// Reads `FIELD=VALUE` words for a register of this desk.
fn values(desk: &Desk, name: &str, words: &[String]) -> Result<Fields, Problem> {
    let resolve = |name: &str| match desk.owner_named(name) {
        Ok(crate::domain::register::Owner::Person(id)) => Ok(id.to_string()),
        _ => desk.resolve(name).map(|id| id.to_string()),
    };
    fields(register(name)?, words, reading(desk), &resolve)
}

/// By what times and days are read at this desk.
pub(super) fn reading(desk: &Desk) -> Reading {
    Reading {
        now: desk.now(),
        zone: desk.zone(),
    }
}

/// Says what an act did: the record that it is about, as `list` would.
pub(super) fn report(desk: &Desk, done: &Done, out: &Out) -> Result<u8, Problem> {
    if done.events.is_empty() {
        out.say("cli-unchanged", &[])?;
    }
    let Some(row) = desk.store().row(done.record())? else {
        return report_json(desk, done, out);
    };
    if out.json {
        return report_json(desk, done, out);
    }
    out.say(
        "cli-done",
        &[("what", look::row_line(desk, &row, out).into())],
    )?;
    Ok(CLEAN)
}

fn report_json(desk: &Desk, done: &Done, out: &Out) -> Result<u8, Problem> {
    if out.json {
        let mut object = match desk.store().row(done.record())? {
            Some(row) => look::row_json(desk, &row),
            None => json!({}),
        };
        if let Some(object) = object.as_object_mut() {
            object.insert("act".into(), json!(done.act));
            let events: Vec<String> = done
                .events
                .iter()
                .map(|chain| chain.short().to_string())
                .collect();
            object.insert("events".into(), json!(events));
        }
        out.object(&object)?;
    }
    Ok(CLEAN)
}
