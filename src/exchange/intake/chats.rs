//! A pasted chat: split into utterances, with speakers, sides and times.
//!
//! The forms of heads are data; the form that explains most lines of the whole
//! paste is used and named. Texts stay as pasted, to the byte.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::clean_number;
use super::times::DateOrder;
use crate::text::fold::fold;

mod forms;
mod stamp;

#[cfg(test)]
mod tests;

pub use forms::ChatForms;

use forms::{Form, Found};
use stamp::Day;

/// Most lines of a paste that are split; the rest belongs to the last utterance.
pub const MAX_LINES: usize = 20_000;

/// What is known where the chat is pasted.
#[derive(Clone, Copy)]
pub struct ChatContext<'a> {
    /// The time now, ms UTC.
    pub now: i64,
    /// The shop's zone.
    pub zone: Tz,
    /// How this shop writes dates whose day and month are open.
    pub date_order: Option<DateOrder>,
    /// Our names: accounts, sub-accounts, agents.
    pub ours: &'a [String],
    /// Says whether a buyer of this name is known.
    pub known_buyer: &'a dyn Fn(&str) -> bool,
}

/// Whose words they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The buyer's.
    In,
    /// Ours.
    Out,
    /// The platform's or a robot's.
    System,
    /// Not known.
    Unknown,
}

/// One utterance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Utterance {
    /// Its first line in the paste, from 1.
    pub line: usize,
    /// When, ms UTC.
    pub at: Option<i64>,
    /// The speaker's name as pasted.
    pub speaker: Option<String>,
    /// Whose words they are.
    pub side: Side,
    /// The words exactly as pasted; lines below belong to it.
    pub text: String,
}

/// A speaker of the paste.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// The name as pasted.
    pub name: String,
    /// Whose it is.
    pub side: Side,
    /// How many utterances.
    pub count: usize,
}

/// A chat as pasted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// Name of the form used; `None`: no heads, one quoted block.
    pub form: Option<String>,
    /// Utterances in the order of the paste.
    pub utterances: Vec<Utterance>,
    /// Speakers in the order of their first words.
    pub speakers: Vec<Speaker>,
    /// The buyer's name.
    pub buyer: Option<String>,
    /// Speakers of whom a person must say who is the buyer; empty where it is clear.
    pub ambiguous: Vec<String>,
    /// Lines that are not blank.
    pub lines: usize,
    /// Lines before the first head: they belong to nobody.
    pub unsplit: usize,
    /// Whether utterances carry times.
    pub timed: bool,
    /// Whether some times had no date and took the day of the paste.
    pub dateless: bool,
    /// Whether some dates could not be read because day and month are open.
    pub open_dates: bool,
    /// Order numbers in the words, cleaned, in order.
    pub orders: Vec<String>,
    /// Phone numbers in the words.
    pub phones: Vec<String>,
}

/// Splits a pasted chat.
#[must_use]
pub fn read(paste: &str, forms: &ChatForms, context: &ChatContext<'_>) -> Pasted {
    let lines: Vec<&str> = paste
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .collect();
    let mut pasted = Pasted {
        lines: lines.iter().filter(|line| !line.trim().is_empty()).count(),
        ..Pasted::default()
    };
    let form = best(&lines, forms, context);
    match form {
        Some(form) => split(&lines, form, forms, context, &mut pasted),
        None => block(&lines, &mut pasted),
    }
    roles(&mut pasted, forms, context);
    for at in 0..pasted.utterances.len() {
        let text = std::mem::take(&mut pasted.utterances[at].text);
        numbers(&text, &mut pasted);
        pasted.utterances[at].text = text;
    }
    pasted
}

/// The form that explains most lines; of equals the one that stands first.
fn best<'f>(lines: &[&str], forms: &'f ChatForms, context: &ChatContext<'_>) -> Option<&'f Form> {
    let mut best: Option<(usize, &Form)> = None;
    for form in &forms.forms {
        let score = score(lines, form, forms, context);
        if score > 0 && best.is_none_or(|(before, _)| before < score) {
            best = Some((score, form));
        }
    }
    best.map(|(_, form)| form)
}

/// Lines explained: heads, and with heads that stand alone the line below each.
fn score(lines: &[&str], form: &Form, forms: &ChatForms, context: &ChatContext<'_>) -> usize {
    let head = |line: &str| form.read(line, &forms.words, context.ours).is_some();
    let heads: Vec<bool> = lines
        .iter()
        .take(MAX_LINES)
        .map(|line| head(line))
        .collect();
    if !form.is_head_only() {
        return heads.iter().filter(|head| **head).count();
    }
    let below = |at: usize| {
        let next = (at + 1..heads.len()).find(|next| !lines[*next].trim().is_empty());
        next.is_some_and(|next| !heads[next])
    };
    2 * (0..heads.len())
        .filter(|at| heads[*at] && below(*at))
        .count()
}

fn block(lines: &[&str], pasted: &mut Pasted) {
    pasted.unsplit = pasted.lines;
    let first = lines.iter().position(|line| !line.trim().is_empty());
    if let Some(first) = first {
        let mut utterance = headless(first);
        for line in &lines[first..] {
            push_line(&mut utterance, line);
        }
        finish(Some(utterance), pasted);
    }
}

const fn headless(at: usize) -> Utterance {
    Utterance {
        line: at + 1,
        at: None,
        speaker: None,
        side: Side::Unknown,
        text: String::new(),
    }
}

fn push_line(utterance: &mut Utterance, line: &str) {
    utterance.text.push_str(line);
    utterance.text.push('\n');
}

fn split(
    lines: &[&str],
    form: &Form,
    forms: &ChatForms,
    context: &ChatContext<'_>,
    pasted: &mut Pasted,
) {
    pasted.form = Some(form.name.clone());
    pasted.timed = form.has_time();
    let mut open: Option<Utterance> = None;
    let mut day = None;
    for (at, line) in lines.iter().enumerate() {
        let found = if at < MAX_LINES {
            form.read(line, &forms.words, context.ours)
        } else {
            None
        };
        if let Some(found) = found {
            finish(open.take(), pasted);
            open = Some(begin(at, line, &found, context, day, pasted));
        } else if let Some(date) = form
            .has_time()
            .then(|| stamp::day_line(line, &forms.words))
            .flatten()
        {
            finish(open.take(), pasted);
            day = Some(date);
        } else if let Some(open) = &mut open {
            push_line(open, line);
        } else if !line.trim().is_empty() {
            pasted.unsplit += 1;
            let mut utterance = headless(at);
            push_line(&mut utterance, line);
            open = Some(utterance);
        }
    }
    finish(open, pasted);
}

fn begin(
    at: usize,
    line: &str,
    found: &Found,
    context: &ChatContext<'_>,
    day: Option<chrono::NaiveDate>,
    pasted: &mut Pasted,
) -> Utterance {
    let name = line[found.name.0..found.name.1].trim();
    if let Some(stamp) = found.stamp {
        pasted.dateless |= stamp.day == Day::None && day.is_none();
        pasted.open_dates |= matches!(stamp.day, Day::Open(..)) && context.date_order.is_none();
    }
    let mut utterance = headless(at);
    utterance.speaker = Some(name.to_owned());
    utterance.at = found.stamp.and_then(|stamp| stamp.resolve(context, day));
    if let Some(start) = found.text {
        push_line(&mut utterance, &line[start..]);
    }
    utterance
}

/// Blank lines at the end divide utterances and are not part of the words.
fn finish(utterance: Option<Utterance>, pasted: &mut Pasted) {
    let Some(mut utterance) = utterance else {
        return;
    };
    if utterance.speaker.is_none() && pasted.form.is_some() {
        // All lines before the first head are one block; each was counted once.
        let more = utterance
            .text
            .lines()
            .skip(1)
            .filter(|line| !line.trim().is_empty());
        pasted.unsplit += more.count();
    }
    let mut end = utterance.text.len();
    while let Some(head) = utterance.text[..end].strip_suffix('\n') {
        let line = head.rfind('\n').map_or(0, |at| at + 1);
        end = head.len();
        if !head[line..].trim().is_empty() {
            break;
        }
        end = line;
    }
    utterance.text.truncate(end);
    pasted.utterances.push(utterance);
}

/// Our names are ours; one that remains is the buyer; else a person must say.
fn roles(pasted: &mut Pasted, forms: &ChatForms, context: &ChatContext<'_>) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for name in pasted
        .utterances
        .iter()
        .filter_map(|said| said.speaker.as_deref())
    {
        let count = counts.entry(name).or_insert(0);
        *count += 1;
        if *count == 1 {
            order.push(name);
        }
    }
    let mut speakers: Vec<Speaker> = order
        .into_iter()
        .map(|name| Speaker {
            name: name.to_owned(),
            side: side(name, forms, context),
            count: counts.get(name).copied().unwrap_or_default(),
        })
        .collect();
    let ours = speakers.iter().any(|speaker| speaker.side == Side::Out);
    let mut rest: Vec<&mut Speaker> = speakers
        .iter_mut()
        .filter(|speaker| speaker.side == Side::Unknown)
        .collect();
    match rest.as_mut_slice() {
        [one] if ours || (context.known_buyer)(&one.name) => one.side = Side::In,
        rest => pasted.ambiguous = rest.iter().map(|speaker| speaker.name.clone()).collect(),
    }
    let sides: BTreeMap<&str, Side> = speakers
        .iter()
        .map(|speaker| (speaker.name.as_str(), speaker.side))
        .collect();
    for said in &mut pasted.utterances {
        if let Some(name) = said.speaker.as_deref() {
            said.side = sides.get(name).copied().unwrap_or(Side::Unknown);
        }
    }
    pasted.buyer = speakers
        .iter()
        .find(|speaker| speaker.side == Side::In)
        .map(|speaker| speaker.name.clone());
    pasted.speakers = speakers;
}

/// A sub-account is its account, a colon and a person: either part makes it ours.
fn side(name: &str, forms: &ChatForms, context: &ChatContext<'_>) -> Side {
    let folded = fold(name);
    if forms.words.system.contains(&folded) {
        return Side::System;
    }
    let mut parts = vec![folded.as_str()];
    if let Some((account, person)) = folded.rsplit_once(':') {
        parts.extend([account, person]);
    }
    let ours = context
        .ours
        .iter()
        .any(|own| parts.contains(&fold(own).as_str()));
    if ours { Side::Out } else { Side::Unknown }
}

/// Order numbers (16 to 20 digits, or PDD's form) and phones in the words.
fn numbers(text: &str, pasted: &mut Pasted) {
    let folded: String = text.chars().map(digit).collect();
    for run in folded.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '*'))) {
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let dashed = run.split_once('-').is_some_and(|(day, rest)| {
            day.len() == 6 && (12..=18).contains(&rest.len()) && digits(day) && digits(rest)
        });
        if dashed || (digits(run) && (16..=20).contains(&run.len())) {
            once(&mut pasted.orders, clean_number(run));
        } else if digits(run)
            && run.len() == 11
            && run.starts_with('1')
            && !matches!(run.as_bytes()[1], b'0'..=b'2')
        {
            once(&mut pasted.phones, run.to_owned());
        }
    }
}

fn digit(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

fn once(list: &mut Vec<String>, value: String) {
    if !list.contains(&value) && list.len() < 100 {
        list.push(value);
    }
}
