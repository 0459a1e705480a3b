//! Capture: one line, or a pasted chat, with what was recognised; `--yes` records it.

use std::io::Read;

use serde_json::{Value, json};

use super::CLEAN;
use super::args::Capture;
use super::out::{Out, local, rfc3339};
use super::work::report;
use crate::desk::Desk;
use crate::desk::capture::Preview;
use crate::desk::paste::PastePreview;
use crate::domain::money::{Currency, Money};
use crate::exchange::intake::capture::PieceKind;
use crate::exchange::intake::chats::Side;
use crate::i18n::Arg;
use crate::problem::{Kind, Problem};

/// The longest text that is taken, in bytes.
const MOST: u64 = 4 << 20;
/// What some programs put before UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Shows what was recognised, and records it where asked to.
pub(super) fn run(desk: &mut Desk, args: &Capture, out: &Out) -> Result<u8, Problem> {
    let text = if args.line == "-" {
        standard_input()?
    } else {
        args.line.clone()
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    if lines > 1 || args.buyer.is_some() {
        return chat(desk, &text, args, out);
    }
    let preview = desk.capture_preview(text.trim())?;
    if args.yes {
        let done = desk.capture(&preview)?;
        return report(desk, &done, out);
    }
    show(desk, &preview, out)?;
    Ok(CLEAN)
}

pub(super) fn standard_input() -> Result<String, Problem> {
    let mut bytes = Vec::new();
    let fault = |fault: std::io::Error| {
        Problem::new(Kind::Unreadable, "problem-cli-input")
            .hint("problem-cli-hint")
            .caused_by(fault)
    };
    std::io::stdin()
        .lock()
        .take(MOST + 1)
        .read_to_end(&mut bytes)
        .map_err(fault)?;
    if bytes.len() as u64 > MOST {
        return Err(Problem::new(Kind::Unreadable, "problem-too-long")
            .arg("what", "-")
            .arg("limit", "4 MiB")
            .hint("problem-too-long-hint"));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        Problem::new(Kind::Unreadable, "problem-not-utf8")
            .arg("file", "-")
            .hint("problem-not-utf8-hint")
    })?;
    // Shells of Windows mark what they pipe; the mark is no part of the buyer's name.
    Ok(text.trim_start_matches(BYTE_ORDER_MARK).to_owned())
}

fn show(desk: &Desk, preview: &Preview, out: &Out) -> Result<(), Problem> {
    if out.json {
        return out.object(&line_json(preview, out));
    }
    // Times stand below as the one moment that they add up to.
    for piece in preview
        .found
        .pieces
        .iter()
        .filter(|piece| piece.kind != PieceKind::Time)
    {
        let name = out
            .words
            .get(&format!("cli-piece-{}", piece_name(piece.kind)));
        let amount = Some(piece).filter(|piece| piece.kind == PieceKind::Money);
        let value = amount
            .and_then(|piece| amount_of(&piece.value))
            .map_or_else(|| piece.value.clone(), |amount| amount.to_string());
        let args: [(&str, Arg<'_>); 3] = [
            ("kind", name.into()),
            ("value", value.into()),
            ("because", (&piece.because).into()),
        ];
        out.line(&out.words.with("cli-capture-piece", &args))?;
    }
    if let Some(due) = preview.due {
        out.line(&format!(
            "{}: {}",
            out.words.get("cli-piece-time"),
            local(due, desk.zone())
        ))?;
    }
    for warning in warnings(preview, out) {
        out.line(&warning)?;
    }
    let register = out
        .words
        .get(&format!("register-{}", preview.register.name));
    let kind = preview.kind.clone().unwrap_or_default();
    out.line(&out.words.with(
        "cli-capture-as",
        &[("register", register.into()), ("kind", kind.into())],
    ))?;
    out.say("cli-capture-hint", &[])
}

/// Returns the amount that a piece means in minor units.
fn amount_of(value: &str) -> Option<Money> {
    let (minor, code) = value.split_once(' ')?;
    Some(Money {
        minor: minor.parse().ok()?,
        currency: Currency::of(code)?,
    })
}

fn line_json(preview: &Preview, out: &Out) -> Value {
    let pieces: Vec<Value> = preview
        .found
        .pieces
        .iter()
        .map(|piece| json!({"kind": piece_name(piece.kind), "value": piece.value, "because": piece.because}))
        .collect();
    json!({
        "register": preview.register.name,
        "kind": preview.kind,
        "order": preview.order,
        "unverified": preview.unverified,
        "buyer": preview.buyer(),
        "amount": preview.amount(),
        "due": preview.due.map(rfc3339),
        "text": preview.text(),
        "pieces": pieces,
        "warnings": warnings(preview, out),
    })
}

fn warnings(preview: &Preview, out: &Out) -> Vec<String> {
    let said = |(message, args): &(&'static str, Vec<(&'static str, String)>)| {
        let args: Vec<(&str, Arg<'_>)> = args
            .iter()
            .map(|(name, value)| (*name, value.into()))
            .collect();
        out.words.with(message, &args)
    };
    preview.warnings.iter().map(said).collect()
}

fn piece_name(kind: PieceKind) -> &'static str {
    match kind {
        PieceKind::Order => "order",
        PieceKind::OrderTail => "order_tail",
        PieceKind::Waybill => "waybill",
        PieceKind::Carrier => "carrier",
        PieceKind::Phone => "phone",
        PieceKind::Money => "money",
        PieceKind::Time => "time",
        PieceKind::Kind => "kind",
        PieceKind::Person => "person",
        PieceKind::Tag => "tag",
        PieceKind::Buyer => "buyer",
    }
}

fn chat(desk: &mut Desk, text: &str, args: &Capture, out: &Out) -> Result<u8, Problem> {
    let preview = desk.paste_preview(text, args.buyer.as_deref())?;
    if args.yes {
        let done = desk.paste(&preview)?;
        return report(desk, &done, out);
    }
    if out.json {
        out.object(&chat_json(&preview))?;
        return Ok(CLEAN);
    }
    let form = preview.pasted.form.clone().unwrap_or_default();
    let buyer = preview.buyer.clone().unwrap_or_default();
    let args = [
        ("form", form.into()),
        ("buyer", buyer.into()),
        ("new", preview.outcome.new.into()),
        ("here", preview.outcome.here.into()),
    ];
    out.line(&out.words.with("cli-capture-chat", &args))?;
    for one in &preview.talk.said {
        let at = one.at.map(|at| local(at, desk.zone())).unwrap_or_default();
        let who = one.author.clone().unwrap_or_default();
        let side = out
            .words
            .get(&format!("cli-direction-{}", one.direction.word()));
        out.line(&format!(
            "  {at}  {who} ({side})  {}",
            one.text.trim().replace('\n', " ")
        ))?;
    }
    out.say("cli-capture-hint", &[])?;
    Ok(CLEAN)
}

fn chat_json(preview: &PastePreview) -> Value {
    let said: Vec<Value> = preview
        .talk
        .said
        .iter()
        .map(|one| json!({"at": one.at.map(rfc3339), "author": one.author, "direction": one.direction.word(), "text": one.text}))
        .collect();
    let unsure = preview
        .pasted
        .utterances
        .iter()
        .filter(|one| one.side == Side::Unknown)
        .count();
    json!({
        "register": "conversation",
        "id": preview.talk.id.to_string(),
        "form": preview.pasted.form,
        "buyer": preview.buyer,
        "order": preview.order,
        "new": preview.outcome.new,
        "here": preview.outcome.here,
        "seen_sent": preview.outcome.seen_sent,
        "unsure": unsure,
        "messages": said,
    })
}
