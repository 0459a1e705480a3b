//! What a timeline tells beside what was said: promises, a consent that it may be, a paste's end,
//! what was begun because of it.

use super::lines::{LineKind, TimeLine, rule, wrapped};
use crate::desk::marks::{Marks, Pasted, Promised};
use crate::domain::record::Entry;
use crate::domain::registers::{conversation, note};
use crate::store::Row;
use crate::text::width::Ambiguous;
use crate::tui::theme::Ink;
use crate::tui::words::{Speech, short_number};

/// What is told under an entry: promises that it made, a consent that it may be, the paste that
/// it ends.
pub(super) fn marks_under(entry: &Entry, marks: &Marks, speech: Speech<'_>) -> Vec<TimeLine> {
    let under = |text: String, ink| TimeLine {
        ink,
        ..rule(text, LineKind::Under)
    };
    let chain = &entry.trace.chain;
    let promised = marks.promised.get(chain).into_iter().flatten();
    let mut lines: Vec<TimeLine> = promised
        .map(|promise| under(promised_text(promise, speech), Ink::Urgent))
        .collect();
    if let Some(assent) = marks.assent.as_ref().filter(|one| one.entry == *chain) {
        let kind = speech.choice(&note::KIND.spec, &assent.kind);
        let text = speech
            .words
            .with("talk-like-a-yes", &[("kind", kind.into())]);
        lines.push(under(text, Ink::New));
    }
    if let Some(pasted) = marks.pasted.get(chain) {
        lines.push(rule(pasted_text(pasted, speech), LineKind::Paste));
    }
    lines
}

fn promised_text(promise: &Promised, speech: Speech<'_>) -> String {
    let amount = promise.amount.as_ref().map(ToString::to_string);
    let amount = amount.filter(|amount| !promise.text.contains(amount.as_str()));
    let due = promise.due.map(|due| speech.moment(due));
    let text = speech.words.with(
        "talk-promised",
        &[
            ("text", promise.text.as_str().into()),
            ("amount", amount.unwrap_or_default().into()),
            ("due", due.unwrap_or_default().into()),
        ],
    );
    let end = if promise.state == "open" {
        speech.words.get("source-own").to_string()
    } else {
        speech.state("promise", &promise.state)
    };
    format!(
        "{} [{end}]",
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    )
}

fn pasted_text(pasted: &Pasted, speech: Speech<'_>) -> String {
    let id = if pasted.is_numbered {
        "talk-imported"
    } else {
        "talk-pasted"
    };
    let time = speech.moment(pasted.at);
    let args = [("count", pasted.count.into()), ("time", time.into())];
    let text = speech.words.with(id, &args);
    match &pasted.channel {
        Some(channel) => {
            let channel = speech.choice(&conversation::CHANNEL_OF.spec, channel);
            format!("{text} ({channel})")
        }
        None => text,
    }
}

/// What was begun beside the talk: its number, what it is, how it stands now.
pub(super) fn begun_lines(
    row: &Row,
    speech: Speech<'_>,
    room: usize,
    ambiguous: Ambiguous,
) -> Vec<TimeLine> {
    let who = speech.words.get(&format!("short-{}", row.register));
    let number = row.number.as_deref().map(short_number);
    let kind = row.fields.get("kind").and_then(|kind| kind.as_str());
    let kind = kind.map(|kind| speech.matter(&row.register, Some(kind)));
    let state = speech.state(&row.register, &row.state);
    let text: Vec<String> = number
        .into_iter()
        .chain(kind)
        .chain(speech.amount(row))
        .collect();
    let text = format!("{}  {state}", text.join(" "));
    let clock = speech.clock(row.opened);
    wrapped(clock, who.to_string(), &text, Ink::System, room, ambiguous)
}
