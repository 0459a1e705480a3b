//! What must be seen before a word: the sum, the order, the buyer's month, what was said.

use super::{BoardPane, Decision};
use crate::desk::board::Chosen;
use crate::desk::matters::Matter;
use crate::domain::register::Owner;
use crate::domain::registers::{case, order};
use crate::tui::theme::Ink;
use crate::tui::widgets::exact::exact;
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::widgets::page::Page;
use crate::tui::words::{Speech, short_number, tail};

use super::blocks::sums;

/// Columns of the labels.
const LABEL: u16 = 4;
/// The most sides of a contradiction that are shown.
const SIDES: usize = 4;

/// Returns the title over it: what is chosen.
pub(super) fn title(pane: &BoardPane, speech: Speech<'_>) -> String {
    let chosen = speech.words.get("board-chosen");
    match (pane.decision(), &pane.chosen) {
        (Some(Decision::Case(..)), Some(one)) => {
            let kind = one.row.fields.get(case::KIND.name());
            let kind = kind.and_then(|kind| kind.as_str());
            let kind = kind.map(|kind| speech.words.get(&format!("board-case-{kind}")));
            format!(
                "{chosen} {} {} {}",
                short_number(one.row.number.as_deref().unwrap_or_default()),
                kind.as_deref().unwrap_or_default(),
                one.sum.asked
            )
        }
        _ => chosen.to_string(),
    }
}

/// Returns the keys by which a word is given.
pub(super) fn keys(pane: &BoardPane, speech: Speech<'_>) -> String {
    let id = match pane.decision() {
        Some(one) if one.refusable().is_some() => "board-keys",
        Some(Decision::Case(..)) => "board-keys-sign",
        _ => return String::new(),
    };
    speech.words.get(id).to_string()
}

/// Writes all of it, a fact a row.
pub(super) fn tall(pane: &BoardPane, page: &mut Page<'_, '_>, most: u16) {
    let speech = pane.speech(page.look().words);
    let end = page.rows_left().saturating_sub(most);
    match (&pane.chosen, pane.decision()) {
        (Some(one), _) => {
            let mut facts = facts(one, speech);
            facts.push((None, Vec::new()));
            facts.push((None, vec![Run::new(keys(pane, speech), Ink::Key)]));
            for (label, runs) in facts {
                if page.rows_left() > end {
                    match label {
                        Some(label) => {
                            page.labelled(&speech.words.get(label), LABEL, &runs, &[]);
                        }
                        None => page.row(&runs, &[]),
                    }
                }
            }
        }
        (None, Some(Decision::Matter(matter))) => sides(matter, page, speech, end),
        _ => page.row(
            &[dim(speech.words.get("board-nothing-chosen").to_string())],
            &[],
        ),
    }
    let rest = page.rows_left().saturating_sub(end);
    page.skip(rest);
}

/// Writes it in two rows.
pub(super) fn flat(pane: &BoardPane, page: &mut Page<'_, '_>) {
    let speech = pane.speech(page.look().words);
    let end = page.rows_left().saturating_sub(2);
    match (&pane.chosen, pane.decision()) {
        (Some(one), _) => {
            let mut first = order_runs(one, speech);
            // The sum before the reason: it must not be cut.
            first.push(text("  "));
            first.push(arithmetic(one, speech));
            first.push(dim(format!("  {}", reason(one, speech))));
            // Where it does not fit it is left out, not cut: the form of the case says it.
            if line::columns(&first, page.look()) + 2 > page.width() {
                first.pop();
            }
            page.row(&first, &[]);
            let on_order = speech.words.get("board-label-order");
            let on_order = format!("{on_order} {}", others(one, speech));
            let second = [said(one, speech), on_order, buyer(one, speech)];
            page.row(&[text(second.join("  "))], &[]);
        }
        (None, Some(Decision::Matter(matter))) => sides(matter, page, speech, end),
        _ => page.row(
            &[dim(speech.words.get("board-nothing-chosen").to_string())],
            &[],
        ),
    }
    let rest = page.rows_left().saturating_sub(end);
    page.skip(rest);
}

type Fact<'a> = (Option<&'static str>, Vec<Run<'a>>);

fn facts<'a>(one: &'a Chosen, speech: Speech<'a>) -> Vec<Fact<'a>> {
    let name = |owner| speech.owner(Some(owner));
    let mut first = exact(&speech.title(&one.row), speech.words);
    first.push(text(" "));
    first.extend(order_runs(one, speech));
    let mut hands = String::new();
    if let Some((who, at)) = one.asked {
        let args = [
            ("who", name(Owner::Person(who)).into()),
            ("at", speech.moment(at).into()),
        ];
        hands = speech.words.with("board-asked", &args);
    }
    if let Some(first) = one.row.first_owner {
        let first = [("who", name(first).into())];
        hands = format!("{hands}   {}", speech.words.with("board-first", &first));
    }
    vec![
        (None, first),
        (None, vec![text(hands)]),
        (Some("board-label-reason"), vec![text(reason(one, speech))]),
        (Some("board-label-said"), vec![text(said(one, speech))]),
        (
            Some("board-label-order"),
            vec![text(format!(
                "{}   {}",
                others(one, speech),
                buyer(one, speech)
            ))],
        ),
        (Some("board-label-sum"), vec![arithmetic(one, speech)]),
    ]
}

/// `..8258 待发货 实付 ¥239.00`, or that no export says what was paid.
fn order_runs<'a>(one: &'a Chosen, speech: Speech<'a>) -> Vec<Run<'a>> {
    let number = tail(one.row.order_number.as_deref().unwrap_or_default());
    let state = one.order.as_ref().and_then(|order| {
        let state = order.fields.get(order::PLATFORM_STATE.name())?.as_str()?;
        Some(speech.choice(&order::PLATFORM_STATE.spec, state))
    });
    let state = state.unwrap_or_default();
    let mut runs = vec![text(format!("{number} {state} "))];
    let label = speech.words.get("order-paid");
    let paid = one.sum.paid.filter(|_| one.is_verified);
    runs.push(if let Some(paid) = paid {
        Run::new(format!("{label} {paid}"), Ink::Money)
    } else {
        let word = speech.words.get("order-paid-unverified");
        Run::new(format!("{label} {word}"), Ink::Warn)
    });
    runs
}

fn reason(one: &Chosen, speech: Speech<'_>) -> String {
    let reason = one.reason.as_deref();
    reason.map_or_else(String::new, |reason| {
        speech.choice(&case::REASON.spec, reason)
    })
}

fn said(one: &Chosen, speech: Speech<'_>) -> String {
    match &one.promise {
        Some((words, due)) => {
            let args = [
                ("words", words.as_str().into()),
                ("at", speech.when(*due).into()),
            ];
            speech.words.with("board-said", &args)
        }
        None => speech.words.get("board-not-said").to_string(),
    }
}

fn others(one: &Chosen, speech: Speech<'_>) -> String {
    if one.elsewhere.is_empty() {
        return speech.words.get("board-no-others").to_string();
    }
    let numbers: Vec<String> = one
        .elsewhere
        .iter()
        .map(|row| {
            let number = short_number(row.number.as_deref().unwrap_or_default());
            format!("{number} {}", speech.state("case", &row.state))
        })
        .collect();
    let numbers = [("numbers", numbers.join(" ").into())];
    speech.words.with("board-others", &numbers)
}

fn buyer(one: &Chosen, speech: Speech<'_>) -> String {
    let Some((count, money)) = &one.buyer else {
        return speech.words.get("board-buyer-unknown").to_string();
    };
    let args = [("count", (*count).into()), ("sum", sums(money).into())];
    speech.words.with("board-buyer", &args)
}

/// `239.00 - 0.00 - 0.00 - 18.00 = 221.00`.
fn arithmetic<'a>(one: &Chosen, speech: Speech<'a>) -> Run<'a> {
    let sum = &one.sum;
    let Some((paid, left)) = sum.paid.zip(sum.left()) else {
        return Run::new(speech.words.get("board-sum-unknown").to_string(), Ink::Warn);
    };
    let ink = if left.minor < 0 || !one.is_verified {
        Ink::Block
    } else {
        Ink::Money
    };
    let shown = format!(
        "{} - {} - {} - {} = {}",
        paid.plain(),
        sum.refunded.plain(),
        sum.elsewhere.plain(),
        sum.asked.plain(),
        left.plain()
    );
    Run::new(shown, ink)
}

/// Both sides of a contradiction, and what to do next.
fn sides(matter: &Matter, page: &mut Page<'_, '_>, speech: Speech<'_>, end: u16) {
    for (at, side) in matter.sides.iter().take(SIDES).enumerate() {
        if page.rows_left() <= end + 1 {
            break;
        }
        let digit = if matter.is_choice {
            Run::new(format!("{} ", at + 1), Ink::Key)
        } else {
            dim("- ")
        };
        let when = side.at.map(|at| speech.moment(at)).unwrap_or_default();
        let from = format!("{} {when} [{}]  ", side.who, side.place);
        page.row(&[digit, text(from), text(side.what.as_str())], &[]);
    }
    let most = page.rows_left().saturating_sub(end);
    page.text(&matter.next, most, Ink::Dim);
}
