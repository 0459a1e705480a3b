//! What stands around the lines of a takeover where there is room: what changed since the sheet
//! was signed, where it comes from, what taking it means, and how the receipt goes back.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::sheet_lines::row_of;
use super::takeover::TakeoverPane;
use crate::domain::id::Id;
use crate::domain::register::Owner;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::widgets::{Look, frame};
use crate::tui::words::Speech;

/// A section's title, and its rows.
fn part(
    buf: &mut Buffer,
    area: Rect,
    (id, right): (&str, &str),
    rows: &[Vec<Run<'_>>],
    look: &Look<'_>,
) {
    if area.height == 0 {
        return;
    }
    let title = [text(look.words.get(id).to_string())];
    let right = if right.is_empty() {
        Vec::new()
    } else {
        vec![dim(right)]
    };
    frame::section(buf, area, &title, &right, look);
    for (at, runs) in rows.iter().enumerate() {
        if let Some(row) = row_of(area, at) {
            line::put_runs(buf, (row.x, row.y), row.width, runs, look);
        }
    }
}

/// The lines that changed after the sheet was signed, as they are now.
pub(super) fn draw_changed(
    pane: &TakeoverPane,
    buf: &mut Buffer,
    area: Rect,
    speech: Speech<'_>,
    look: &Look<'_>,
) {
    let words = look.words;
    let changed = pane.received.lines.iter().filter(|line| line.changed);
    let mut rows: Vec<Vec<Run<'_>>> = changed
        .map(|line| {
            let nth = words.with("handover-nth", &[("no", line.no.into())]);
            let mut runs = vec![
                Run::new(format!("{nth}  "), Ink::Urgent),
                text(format!("{}  ", line.title)),
            ];
            if let Some(row) = &line.row {
                // When it came into its state is known; a mere change of a field has no time here.
                let since = (pane.received.signed_at < Some(row.since))
                    .then(|| format!("{} ", speech.moment(row.since)));
                runs.push(dim(since.unwrap_or_default()));
                let state = speech.state(&row.register, &row.state);
                runs.push(Run::new(state, Ink::Urgent));
            }
            runs
        })
        .collect();
    if rows.is_empty() {
        rows.push(vec![dim(words.get("takeover-nothing-changed").to_string())]);
    }
    part(buf, area, ("takeover-changed-since", ""), &rows, look);
}

/// Who signed when, under which number, who looked over it, and whether all of it is here.
pub(super) fn origin<'a>(
    pane: &'a TakeoverPane,
    speech: Speech<'a>,
    look: &Look<'a>,
) -> (Run<'a>, Run<'a>) {
    let received = &pane.received;
    let name = |id: Option<Id>| {
        id.map(|id| speech.owner(Some(Owner::Person(id))))
            .unwrap_or_default()
    };
    let at = received.signed_at.map(|at| speech.moment(at));
    let signed = [
        ("from", name(received.from).into()),
        ("at", at.unwrap_or_default().into()),
        ("no", received.number.clone().unwrap_or_default().into()),
    ];
    let mut said = look.words.with("takeover-signed", &signed);
    if received.second.is_some() {
        let second = [("who", name(received.second).into())];
        said = format!("{said}  {}", look.words.with("takeover-second", &second));
    }
    let missing = received.lines.iter().filter(|line| line.row.is_none());
    let missing = missing.count();
    let count = [("count", missing.into())];
    let ink = if missing > 0 { Ink::Missing } else { Ink::Dim };
    let missing = Run::new(look.words.with("takeover-missing", &count), ink);
    if let Some(seal) = &received.seal {
        let seal = [("seal", seal.as_str().into())];
        said = format!("{said}  {}", look.words.with("takeover-seal", &seal));
    }
    (text(said), missing)
}

/// Whether what was signed is proven to be its author's.
pub(super) fn proof(pane: &TakeoverPane, look: &Look<'_>) -> Run<'static> {
    let (id, ink) = if pane.received.is_proven {
        ("takeover-proven", Ink::Ok)
    } else {
        ("takeover-unproven", Ink::Missing)
    };
    Run::new(look.words.get(id).to_string(), ink)
}

/// Where the sheet comes from, as a section.
pub(super) fn draw_origin(
    pane: &TakeoverPane,
    buf: &mut Buffer,
    area: Rect,
    speech: Speech<'_>,
    look: &Look<'_>,
) {
    let (signed, missing) = origin(pane, speech, look);
    let rows = [vec![signed], vec![proof(pane, look), text("   "), missing]];
    part(buf, area, ("takeover-origin", ""), &rows, look);
}

/// What taking the line under the cursor changes, and what it does not.
pub(super) fn draw_after(
    pane: &TakeoverPane,
    buf: &mut Buffer,
    area: Rect,
    speech: Speech<'_>,
    look: &Look<'_>,
) {
    let line = pane.received.lines.get(pane.at);
    let row = line.and_then(|line| line.row.as_ref());
    let first = row.and_then(|row| row.first_owner);
    let mut rows = Vec::new();
    if let Some(row) = row {
        let owner = [
            ("from", speech.owner(row.owner).into()),
            ("me", pane.me.as_str().into()),
        ];
        let mut owner = look.words.with("takeover-owner", &owner);
        if first.is_some() {
            let first = [("who", speech.owner(first).into())];
            owner = format!("{owner}   {}", look.words.with("takeover-first", &first));
        }
        rows.push(vec![text(owner)]);
    }
    let urgent = [("span", speech.span(pane.at_risk).into())];
    rows.push(vec![dim(look.words.with("takeover-urgent", &urgent))]);
    part(buf, area, ("takeover-after", ""), &rows, look);
}

/// How the receipt comes about and goes back.
pub(super) fn draw_receipt(
    pane: &TakeoverPane,
    buf: &mut Buffer,
    area: Rect,
    speech: Speech<'_>,
    look: &Look<'_>,
) {
    let words = look.words;
    let from = pane.received.from.map(Owner::Person);
    let first = if pane.is_settled() {
        Run::new(words.get("takeover-done").to_string(), Ink::Ok)
    } else {
        let left = [("count", pane.received.open().into())];
        Run::new(words.with("takeover-left", &left), Ink::Missing)
    };
    let back = [("from", speech.owner(from).into())];
    let rows = [
        vec![first],
        vec![dim(words.with("takeover-back", &back))],
        vec![dim(words.get("takeover-by-text").to_string())],
    ];
    part(buf, area, ("takeover-receipt", ""), &rows, look);
}
