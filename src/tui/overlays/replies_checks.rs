//! The right half of the reply picker: the reply as it will be copied, what is missing in it, what
//! it says against what is known, and why it stands where it stands.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::replies::RepliesPane;
use crate::desk::replies::{Choice, Filled, Guard, Held, guards};
use crate::desk::wording::counted;
use crate::exchange::outlet::table;
use crate::text::wrap::wrap;
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::frame::titles;
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::words::tail;

/// From this width of its own on the preview has a title row instead of a titled rule.
const TITLED: u16 = 70;

/// The reply as it will be copied, for whom, and what is stacked before it.
pub(super) fn preview(
    pane: &RepliesPane,
    filled: &Filled,
    buf: &mut Buffer,
    area: Rect,
    on_rule: bool,
    look: &Look<'_>,
) {
    if area.height == 0 {
        return;
    }
    let words = look.words;
    let is_narrow = area.width < TITLED;
    let mut name = words.with("replies-preview", &[("buyer", pane.buyer.as_str().into())]);
    if !pane.order.is_empty() {
        name = format!("{name} {}", tail(&pane.order));
    }
    let mut title = vec![text(name)];
    if !pane.stack.is_empty() && !is_narrow {
        title.push(dim(format!("  {}", stack_names(pane, look))));
    }
    let right = if is_narrow {
        measure(pane, filled, look)
    } else {
        Vec::new()
    };
    let row = Rect { height: 1, ..area };
    if on_rule {
        titles(buf, row, &title, &right, look);
    } else {
        line::row(buf, inset(row), &title, &right, look);
    }
    let width = area.width.saturating_sub(2);
    let shown = crate::text::clean::block(&filled.text);
    let lines = wrap(&shown, usize::from(width.max(1)), look.ambiguous);
    let first = area.y + 1 + u16::from(!on_rule);
    for (range, y) in lines.into_iter().zip(first..area.bottom()) {
        let line = shown[range].trim_end_matches('\n');
        line::put(buf, (area.x + 1, y), width, line, Ink::Text, look);
    }
}

/// How long the text is, and which wording.
fn measure(pane: &RepliesPane, filled: &Filled, look: &Look<'_>) -> Vec<Run<'static>> {
    let words = look.words;
    let count = [("count", filled.text.chars().count().into())];
    let mut runs = vec![dim(words.with("composer-count", &count))];
    if let Some(reply) = pane.reply() {
        let version = [("version", reply.version.into())];
        runs.push(dim(format!(
            "  {}",
            words.with("replies-version", &version)
        )));
    }
    runs
}

/// What is missing, what is to be chosen, and what it says against what is known.
pub(super) fn checks(
    pane: &RepliesPane,
    filled: &Filled,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) {
    let narrow = area.width >= TITLED;
    let mut lines: Vec<(Vec<Run<'_>>, Vec<Run<'_>>)> = vec![(missing(filled, look), Vec::new())];
    let chosen = filled
        .choices
        .iter()
        .filter(|choice| choice.chosen.is_some());
    for choice in chosen.take(usize::from(narrow) + 1) {
        lines.push((vec![text(choice_line(choice, look))], Vec::new()));
    }
    let right = if narrow {
        measure(pane, filled, look)
    } else {
        Vec::new()
    };
    let wording = wording(pane, filled, narrow, look);
    let held = held(&guards(filled, &pane.filling), narrow, look);
    if narrow {
        lines.push(([wording, vec![text("  ")], held].concat(), right));
    } else {
        lines.push((wording, Vec::new()));
        lines.push((held, right));
    }
    let place = inset(area);
    for ((left, right), y) in lines.iter().zip(place.y..place.bottom()) {
        let row = Rect {
            y,
            height: 1,
            ..place
        };
        line::row(buf, row, left, right, look);
    }
}

/// How many variables are not filled, and of the first what there is to choose from.
fn missing(filled: &Filled, look: &Look<'_>) -> Vec<Run<'static>> {
    let words = look.words;
    if filled.is_complete() {
        return vec![Run::new(
            words.get("composer-complete").to_string(),
            Ink::Ok,
        )];
    }
    let names: Vec<String> = filled
        .missing
        .iter()
        .map(|blank| format!("{{{}}}", blank.written))
        .collect();
    let arguments = [
        ("count", names.len().into()),
        ("names", names.join(" ").into()),
    ];
    let mut runs = vec![Run::new(
        words.with("replies-missing", &arguments),
        Ink::Missing,
    )];
    let open = filled.choices.iter().find(|choice| choice.chosen.is_none());
    if let Some(choice) = open {
        runs.push(text(format!("  {}", options(choice, look))));
    }
    runs
}

/// How many words must not be said, and how many others are to be looked at.
fn wording(
    pane: &RepliesPane,
    filled: &Filled,
    narrow: bool,
    look: &Look<'_>,
) -> Vec<Run<'static>> {
    let (blocked, hints) = counted(&pane.wording.check(&filled.text));
    let ink = match (blocked, hints) {
        (0, 0) => Ink::Dim,
        (0, _) => Ink::Urgent,
        _ => Ink::Block,
    };
    let args = [
        ("blocked", blocked.into()),
        ("hints", hints.into()),
        ("count", (blocked + hints).into()),
    ];
    let said = if narrow {
        look.words.with("wording-count", &args[2..])
    } else {
        look.words.with("wording-counts", &args[..2])
    };
    vec![Run::new(said, ink)]
}

fn choice_line(choice: &Choice, look: &Look<'_>) -> String {
    format!("{{{}}}  {}", choice.written, options(choice, look))
}

/// The values to choose from, each by its first word, and how to choose.
fn options(choice: &Choice, look: &Look<'_>) -> String {
    let options: Vec<String> = choice
        .options
        .iter()
        .enumerate()
        .map(|(at, option)| {
            let short = option.split_whitespace().next().unwrap_or_default();
            if choice.chosen == Some(at) {
                format!("[{short}]")
            } else {
                short.to_owned()
            }
        })
        .collect();
    let options = [("options", options.join(" / ").into())];
    look.words.with("replies-choice", &options)
}

/// What the text says against what is known of the purchase.
fn held(guards: &[Guard], narrow: bool, look: &Look<'_>) -> Vec<Run<'static>> {
    let words = look.words;
    let mut runs = vec![dim(words.get("replies-guards").to_string())];
    let shown = guards
        .iter()
        .filter(|guard| !narrow || guard.held != Held::Unsaid);
    for guard in shown {
        let arguments = [
            (
                "what",
                words.get(&format!("replies-guard-{}", guard.what)).into(),
            ),
            (
                "held",
                words
                    .get(&format!("replies-held-{}", guard.held.name()))
                    .into(),
            ),
        ];
        let ink = match guard.held {
            Held::Differs => Ink::Overdue,
            Held::Unknown | Held::Open => Ink::Missing,
            Held::Fits => Ink::Ok,
            Held::Unsaid => Ink::Dim,
        };
        let gap = if narrow { " " } else { "  " };
        runs.push(text(gap));
        runs.push(Run::new(words.with("replies-guard", &arguments), ink));
    }
    runs
}

fn stack_names(pane: &RepliesPane, look: &Look<'_>) -> String {
    let names: Vec<&str> = pane.stack.iter().map(|one| one.title.as_str()).collect();
    let stacked = [
        ("count", names.len().into()),
        ("names", names.join(" ").into()),
    ];
    look.words.with("replies-stack", &stacked)
}

/// What is put before the reply that is taken, and how.
pub(super) fn stacked(pane: &RepliesPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let words = look.words;
    let title = [text(words.get("replies-stacked").to_string())];
    titles(buf, Rect { height: 1, ..area }, &title, &[], look);
    let said = if pane.stack.is_empty() {
        words.get("replies-stack-none").to_string()
    } else {
        stack_names(pane, look)
    };
    let keys = words.get("replies-stack-keys");
    paragraph(
        buf,
        inset(Rect {
            y: area.y + 1,
            height: area.height.saturating_sub(1),
            ..area
        }),
        &[(said, Ink::Text), (keys.to_string(), Ink::Dim)],
        look,
    );
}

/// The keys that the picker has beside those of the hint row.
pub(super) fn hints(buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let lines = [
        "replies-keys-take",
        "replies-keys-choose",
        "replies-keys-word",
    ]
    .map(|id| (look.words.get(id).to_string(), Ink::Dim));
    paragraph(buf, inset(area), &lines, look);
}

/// Why the reply under the cursor stands where it stands.
pub(super) fn reasons(pane: &RepliesPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let title = [text(look.words.get("replies-why").to_string())];
    titles(buf, Rect { height: 1, ..area }, &title, &[], look);
    let Some(hit) = pane.hits.get(pane.at) else {
        return;
    };
    let reader = table::Look {
        words: look.words,
        zone: pane.zone,
    };
    let reasons: Vec<(String, Ink)> = pane
        .library
        .why(hit, pane.asked.text(), &reader)
        .into_iter()
        .map(|reason| (reason, Ink::Dim))
        .collect();
    let place = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    };
    paragraph(buf, inset(place), &reasons, look);
}

/// What stands a column away from the frame at both sides.
pub(super) fn inset(area: Rect) -> Rect {
    Rect {
        x: area.x + 1.min(area.width),
        width: area.width.saturating_sub(2),
        ..area
    }
}

/// Writes lines, each over as many rows as it needs.
fn paragraph(buf: &mut Buffer, area: Rect, lines: &[(String, Ink)], look: &Look<'_>) {
    let mut y = area.y;
    for (said, ink) in lines {
        let said = crate::text::clean::block(said);
        for range in wrap(&said, usize::from(area.width.max(1)), look.ambiguous) {
            if y >= area.bottom() {
                return;
            }
            line::put(buf, (area.x, y), area.width, &said[range], *ink, look);
            y += 1;
        }
    }
}
