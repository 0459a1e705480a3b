//! What stands around the lines of the sheet of the one who leaves: figures, what does not agree,
//! what is at hand, the rules, what is to be right before leaving, and where it goes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::handover::{CHECKS, HandoverPane};
use super::handover_acts::WAYS_OUT;
use super::sheet_lines::{heading, row_of};
use crate::desk::handover::{CONSULTS, FIRST_RESPONSE, Receiver};
use crate::domain::register::Owner;
use crate::i18n::Words;
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::words::{Speech, tail};

/// The most names of those who receive.
const NAMES: usize = 2;

/// To whom the sheet goes: the shift, the post, and who works it then.
pub(super) fn receiver(pane: &HandoverPane, speech: Speech<'_>, look: &Look<'_>) -> String {
    let taking = &pane.taking;
    let shift = taking.first().and_then(|one| one.shift.as_deref());
    let mut to = of_shift(shift, speech.owner(Some(pane.sheet.to)), look.words);
    if matches!(pane.sheet.to, Owner::Post(_)) {
        for one in taking.iter().take(NAMES) {
            to.push(' ');
            to.push_str(&one.person.name);
        }
    }
    to
}

/// A person or post with the shift they work, where one is planned: `晚班林晓`.
pub(super) fn of_shift(shift: Option<&str>, who: String, words: &Words) -> String {
    let Some(shift) = shift else {
        return who;
    };
    let shift = words.get(&format!("value-shift-{shift}"));
    let args = [("shift", shift.as_ref().into()), ("who", who.into())];
    words.with("handover-shift-of", &args)
}

/// Rows of what the shift came to.
pub(super) fn figure_rows(pane: &HandoverPane, width: u16, look: &Look<'_>) -> u16 {
    flow(figures(pane, look), width.saturating_sub(2), look).len() as u16
}

fn figures(pane: &HandoverPane, look: &Look<'_>) -> Vec<(String, Ink)> {
    let figures = pane.sheet.figures.iter();
    let mut shown: Vec<(String, Ink)> = figures
        .map(|figure| {
            if figure.word == FIRST_RESPONSE {
                let seconds = [("seconds", figure.value.as_str().into())];
                return (look.words.with("handover-first", &seconds), Ink::Dim);
            }
            let label = look.words.get(&format!("handover-figure-{}", figure.word));
            (format!("{label} {}", figure.value), Ink::Dim)
        })
        .collect();
    let mut words = pane.sheet.figures.iter().map(|figure| figure.word.as_str());
    if pane.chats && !words.any(|word| word == CONSULTS) {
        let pending = look.words.get("handover-scores-pending").to_string();
        shown.push((pending, Ink::Dim));
    }
    shown
}

/// What the shift came to.
pub(super) fn draw_figures(pane: &HandoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    heading(buf, area, "handover-part-figures", "", look);
    let width = area.width.saturating_sub(2);
    draw_rows(buf, area, &flow(figures(pane, look), width, look), look);
}

/// The runs of numbers, and the notes that did not reach the platform.
pub(super) fn differing(pane: &HandoverPane, look: &Look<'_>) -> Vec<Run<'static>> {
    let words = look.words;
    let mut rows = Vec::new();
    if !pane.sheet.numbers.is_empty() {
        let numbers: Vec<String> = pane
            .sheet
            .numbers
            .iter()
            .map(|run| short_run(run))
            .collect();
        let numbers = [("numbers", numbers.join("  ").into())];
        rows.push(text(words.with("handover-numbers", &numbers)));
    }
    let speech = pane.speech(look.words);
    rows.push(
        match pane.unwritten.iter().map(|one| one.exported_at).max() {
            None => dim(words.get("handover-all-written").to_string()),
            Some(exported_at) => {
                let orders: Vec<String> =
                    pane.unwritten.iter().map(|one| tail(&one.order)).collect();
                let args = [
                    ("count", orders.len().into()),
                    ("orders", orders.join(" ").into()),
                    ("at", speech.moment(exported_at).into()),
                ];
                Run::new(words.with("handover-unwritten", &args), Ink::Missing)
            }
        },
    );
    rows
}

/// A run of numbers whose end says only what differs: `R-LX-0221..0234`.
fn short_run(run: &str) -> String {
    let parts = run.split_once("..").and_then(|(from, to)| {
        let (stem, _) = from.rsplit_once('-')?;
        let (other, count) = to.rsplit_once('-')?;
        (stem == other).then(|| format!("{from}..{count}"))
    });
    parts.unwrap_or_else(|| run.to_owned())
}

/// What does not agree, as a section.
pub(super) fn draw_differing(pane: &HandoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    heading(buf, area, "handover-differs", "", look);
    for (at, run) in differing(pane, look).iter().enumerate() {
        if let Some(row) = row_of(area, at) {
            line::row(buf, row, std::slice::from_ref(run), &[], look);
        }
    }
}

/// How the sheet gets there.
pub(super) fn draw_road(pane: &HandoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    heading(buf, area, "handover-road", "", look);
    let id = if pane.by_folder {
        "handover-by-folder"
    } else {
        "handover-by-hand"
    };
    if let Some(row) = row_of(area, 0) {
        line::row(buf, row, &[text(look.words.get(id).to_string())], &[], look);
    }
}

/// What is at hand about the line under the cursor, as rows.
pub(super) fn at_hand(pane: &HandoverPane, look: &Look<'_>) -> Vec<String> {
    let (words, around) = (look.words, &pane.around);
    let mut first = Vec::new();
    if let Some(count) = around.talk {
        first.push(words.with("handover-hand-talk", &[("count", count.into())]));
    }
    if !around.waybills.is_empty() {
        let args = [("waybills", around.waybills.join(" ").into())];
        first.push(words.with("handover-hand-parcel", &args));
    }
    let mut rows = Vec::new();
    if !first.is_empty() {
        rows.push(first.join("   "));
    }
    if let Some(paid) = around.paid {
        let pending = around
            .pending
            .map(|sum| sum.to_string())
            .unwrap_or_default();
        let args = [
            ("paid", paid.to_string().into()),
            ("pending", pending.into()),
        ];
        rows.push(words.with("handover-hand-money", &args));
    }
    rows
}

/// What is at hand, as a section.
pub(super) fn draw_at_hand(pane: &HandoverPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    heading(buf, area, "handover-hand", "", look);
    let mut rows = at_hand(pane, look);
    if rows.is_empty() {
        rows.push(look.words.get("handover-hand-none").to_string());
    }
    for (at, said) in rows.into_iter().enumerate() {
        if let Some(row) = row_of(area, at) {
            line::row(buf, row, &[text(said)], &[], look);
        }
    }
}

/// The usual ways out of a line that comes to nothing, with their keys.
pub(super) fn ways_out(pane: &HandoverPane, look: &Look<'_>) -> String {
    let words = look.words;
    let leader = [("leader", pane.leader.as_str().into())];
    let mut ways = Vec::new();
    for (at, way) in WAYS_OUT.iter().enumerate() {
        if *way == "escalate" && pane.leader.is_empty() {
            continue;
        }
        let way = words.with(&format!("handover-way-{way}"), &leader);
        ways.push(format!("{} {way}", at + 1));
    }
    format!("Alt+ {}", ways.join("  "))
}

/// What each loudness asks.
pub(super) fn draw_rules(buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    heading(buf, area, "handover-rules", "", look);
    for (at, id) in ["red", "yellow", "green", "how"].into_iter().enumerate() {
        if let Some(row) = row_of(area, at) {
            let rule = look.words.get(&format!("handover-rule-{id}")).to_string();
            line::row(buf, row, &[dim(rule)], &[], look);
        }
    }
}

/// What is to be right before leaving: what zhiban knows, and what only a look can tell.
fn checks(pane: &HandoverPane, full: bool, look: &Look<'_>) -> Vec<(String, Ink)> {
    let (words, sheet) = (look.words, &pane.sheet);
    let missing = sheet.incomplete(pane.now);
    let counts = [
        ("lines", sheet.lines.len().into()),
        ("items", pane.items.into()),
    ];
    let mut checks: Vec<(String, bool)> = vec![
        (
            words.with("handover-check-complete", &[("missing", missing.into())]),
            missing == 0,
        ),
        (
            words.with("handover-check-all", &counts),
            sheet.lines.len() == pane.items,
        ),
    ];
    for (at, check) in CHECKS.into_iter().enumerate() {
        let id = if full {
            format!("handover-check-{check}")
        } else {
            format!("handover-short-{check}")
        };
        let done = sheet.checks.iter().any(|one| one == check);
        checks.push((format!("{} {}", at + 1, words.get(&id)), done));
    }
    checks.push((
        words.with("handover-check-drafts", &[("count", sheet.drafts.into())]),
        sheet.drafts == 0,
    ));
    checks
        .into_iter()
        .map(|(label, done)| {
            let (sign, ink) = if done {
                ("[x]", Ink::Text)
            } else {
                ("[ ]", Ink::Urgent)
            };
            (format!("{sign} {label}"), ink)
        })
        .collect()
}

/// The checks in rows: each in its own where they stand beside the list.
fn before(pane: &HandoverPane, width: u16, full: bool, look: &Look<'_>) -> Vec<Vec<Run<'static>>> {
    let checks = checks(pane, full, look);
    if full {
        let own = |(said, ink)| vec![Run::new(said, ink)];
        return checks.into_iter().map(own).collect();
    }
    let mut rows = flow(checks, width.saturating_sub(2), look);
    let differing = differing(pane, look).into_iter();
    rows.extend(
        differing
            .filter(|run| run.ink != Ink::Dim)
            .map(|run| vec![run]),
    );
    rows
}

/// Rows of what is to be right before leaving.
pub(super) fn before_rows(pane: &HandoverPane, width: u16, look: &Look<'_>) -> u16 {
    before(pane, width, width < 60, look).len() as u16
}

/// What is to be right before leaving, and behind it who takes over, where there is room.
pub(super) fn draw_before(
    pane: &HandoverPane,
    buf: &mut Buffer,
    area: Rect,
    full: bool,
    look: &Look<'_>,
) {
    heading(buf, area, "handover-before", "", look);
    let mut rows = before(pane, area.width, full, look);
    if full {
        let taking = pane.taking.iter().take(1);
        rows.extend(taking.map(|one| vec![text(arrival(pane, one, look))]));
        rows.push(vec![dim(look.words.get("handover-receives").to_string())]);
    }
    draw_rows(buf, area, &rows, look);
}

/// When somebody's shift begins, and whether they are here.
fn arrival(pane: &HandoverPane, one: &Receiver, look: &Look<'_>) -> String {
    let starts = one.starts.map(|at| pane.speech(look.words).clock(at));
    let presence = format!("handover-presence-{}", one.presence);
    let args = [
        ("person", one.person.name.as_str().into()),
        ("starts", starts.unwrap_or_default().into()),
        ("presence", look.words.get(&presence).into()),
    ];
    look.words.with("handover-arrives", &args)
}

fn draw_rows(buf: &mut Buffer, area: Rect, rows: &[Vec<Run<'_>>], look: &Look<'_>) {
    for (at, runs) in rows.iter().enumerate() {
        if let Some(row) = row_of(area, at) {
            line::row(buf, row, runs, &[], look);
        }
    }
}

/// Lays pieces out in rows; none is broken.
fn flow(pieces: Vec<(String, Ink)>, width: u16, look: &Look<'_>) -> Vec<Vec<Run<'static>>> {
    let mut rows: Vec<Vec<Run<'static>>> = Vec::new();
    for (piece, ink) in pieces {
        let fits =
            |row: &Vec<Run<'_>>| line::columns(row, look) + 2 + look.columns(&piece) <= width;
        match rows.last_mut().filter(|row| fits(row)) {
            Some(row) => {
                row.push(text("  "));
                row.push(Run::new(piece, ink));
            }
            None => rows.push(vec![Run::new(piece, ink)]),
        }
    }
    rows
}
