//! How the after-sale form and its ladder are drawn: one column beside the chat client, two
//! where there is room.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::case::CaseForm;
use super::case_rungs::rungs;
use super::case_wide::{beside, wide_form};
use crate::desk::allowance::FreeLimit;
use crate::i18n::Words;
use crate::tui::theme::Ink;
use crate::tui::widgets::exact::exact;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::page::{self, Page};
use crate::tui::widgets::{Look, form, line};

/// From this size on two columns are drawn.
const WIDE: (u16, u16) = (100, 30);
/// The labels beside the form.
const LABELS: [&str; 11] = [
    "case-sum",
    "case-policy",
    "case-platform-row",
    "case-due",
    "case-approval",
    "case-guard",
    "case-own",
    "case-asked-by",
    "case-asker-limit",
    "case-this-one",
    "case-may-approve",
];

/// The columns of the widest label beside the form.
pub(super) fn label_of(look: &Look<'_>) -> u16 {
    let columns = LABELS.iter().map(|id| look.columns(&look.words.get(id)));
    columns.max().unwrap_or(0)
}

/// Draws the case and returns the caret.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Rect,
    case: &CaseForm,
    look: &Look<'_>,
) -> Option<Position> {
    let wide = area.width >= WIDE.0 && area.height >= WIDE.1;
    // As drawn: 74 of 120 columns for the form.
    let at = area.width.saturating_mul(5) / 8;
    match (&case.ladder, wide) {
        (Some(ladder), true) => page::double(
            buf,
            area,
            at,
            look,
            |page| rungs(page, case, ladder),
            |page| beside(page, case),
        ),
        (Some(ladder), false) => page::single(buf, area, look, |page| {
            let caret = rungs(page, case, ladder);
            page.titled(&page.look().words.get("case-check"));
            checks(page, case);
            caret
        }),
        (None, true) => page::double(
            buf,
            area,
            at,
            look,
            |page| wide_form(page, case),
            |page| beside(page, case),
        ),
        (None, false) => page::single(buf, area, look, |page| narrow(page, case)),
    }
}

pub(super) fn header(page: &mut Page<'_, '_>, case: &CaseForm) {
    let look = page.look();
    let words = look.words;
    let facts = &case.facts;
    let (name, right) = if let Some(ladder) = &case.ladder {
        let kind = words.get(&format!("value-case_kind-{}", case.kind()));
        (
            format!("{} {} {kind}", words.get("register-case"), ladder.number),
            Run::new(ladder.state.clone(), Ink::Title),
        )
    } else {
        let id = if case.amending {
            "case-amending"
        } else {
            "case-new"
        };
        (
            words.get(id).to_string(),
            form::header(&case.sheet.form, look),
        )
    };
    let mut left = vec![Run::new(name, Ink::Title), text("  ")];
    left.extend(exact(&facts.buyer, words));
    left.push(text(format!("  {}", facts.order_words)));
    if facts.unverified && !facts.number.is_empty() {
        left.push(Run::new(
            format!("  [{}]", words.get("note-unverified")),
            Ink::Warn,
        ));
    }
    page.section(left, vec![right]);
}

fn narrow(page: &mut Page<'_, '_>, case: &CaseForm) -> Option<Position> {
    header(page, case);
    let look = page.look();
    let label = page::shape(&case.sheet.form, 0, look).label;
    let shape = form::Shape {
        label,
        beside: page.width() * 9 / 16,
    };
    // At least the sums stay in sight below a long list of goods.
    let most = page.rows_left().saturating_sub(4).max(1);
    let caret = page.form(&case.sheet.form, shape, most);
    page.titled(&look.words.get("case-check"));
    checks(page, case);
    if page.rows_left() > 4 {
        page.skip(1);
    }
    page.titled(&look.words.get("case-said"));
    page.row(&said(case, look.words), &[]);
    page.skip(1);
    page.row(&[dim(look.words.get("case-locks").to_string())], &[]);
    caret
}

/// The buyer's last words with their time.
pub(super) fn said<'a>(case: &'a CaseForm, words: &Words) -> Vec<Run<'a>> {
    match &case.facts.said {
        Some((what, when)) => {
            let quoted = words.with("case-quoted", &[("text", what.into())]);
            vec![text(quoted), dim(format!(" {when}"))]
        }
        None => vec![dim(words.get("case-nothing-said").to_string())],
    }
}

/// What the platform says of the refund.
fn platform(page: &mut Page<'_, '_>, case: &CaseForm) {
    let words = page.look().words;
    if let Some(said) = &case.facts.platform {
        let source = Run::new(words.get("case-source-platform").to_string(), Ink::Source);
        page.labelled(
            &words.get("case-platform-row"),
            label_of(page.look()),
            &[text(said.as_str())],
            &[source],
        );
    }
}

/// What the shop and the platform say about the case, and until when it must be decided.
pub(super) fn rules(page: &mut Page<'_, '_>, case: &CaseForm) {
    let words = page.look().words;
    // Without a rule of the shop's what somebody may grant alone still holds.
    let policy = match (&case.facts.decided, is_alone(case)) {
        (Some(_), _) => "case-no-policy-decided",
        (None, true) => "case-no-policy-alone",
        (None, false) => "case-no-policy",
    };
    page.labelled(
        &words.get("case-policy"),
        label_of(page.look()),
        &[dim(words.get(policy).to_string())],
        &[],
    );
    platform(page, case);
    if let Some(due) = &case.facts.due {
        page.labelled(
            &words.get("case-due"),
            label_of(page.look()),
            &[text(due.as_str())],
            &[],
        );
    }
}

/// The checks in a line each, for narrow screens.
fn checks(page: &mut Page<'_, '_>, case: &CaseForm) {
    let words = page.look().words;
    let sum = arithmetic(case, words);
    page.labelled(&words.get("case-sum"), label_of(page.look()), &[sum], &[]);
    rules(page, case);
    page.labelled(
        &words.get("case-approval"),
        label_of(page.look()),
        &[approval(case, words)],
        &[],
    );
    let mut guards = vec![guard(case, words), text("   ")];
    guards.push(others(case, words));
    let printed = dim(format!("   {}", words.get("case-if-printed")));
    let look = page.look();
    let used = line::columns(&guards, look) + line::columns(std::slice::from_ref(&printed), look);
    if !case.facts.is_shipped() && used + label_of(look) + 3 <= page.width() {
        guards.push(printed);
    }
    page.labelled(
        &words.get("case-guard"),
        label_of(page.look()),
        &guards,
        &[],
    );
}

/// Who else works on the order, as far as is known here.
pub(super) fn others(case: &CaseForm, words: &Words) -> Run<'static> {
    let others = [("others", case.facts.others.as_str().into())];
    text(words.with("case-others", &others))
}

/// `paid - refunded - elsewhere - this = rest` in a line.
fn arithmetic(case: &CaseForm, words: &Words) -> Run<'static> {
    let sum = &case.sum;
    let Some((paid, left)) = sum.paid.zip(sum.left()) else {
        return Run::new(words.get("case-paid-unknown").to_string(), Ink::Warn);
    };
    let args = [
        ("paid", paid.plain().into()),
        ("refunded", sum.refunded.plain().into()),
        ("elsewhere", sum.elsewhere.plain().into()),
        ("asked", sum.asked.plain().into()),
        ("left", left.plain().into()),
    ];
    let ink = if left.minor < 0 {
        Ink::Block
    } else {
        Ink::Money
    };
    Run::new(words.with("case-arithmetic", &args), ink)
}

/// Who may approve the sum, with what stands between their names; those for whom it is too much
/// only where that is told.
pub(super) fn names(case: &CaseForm, words: &Words, with_others: bool) -> String {
    let asked = case.sum.asked;
    let names: Vec<String> = case
        .facts
        .approvers
        .iter()
        .filter(|one| with_others || one.may(asked))
        .map(|one| {
            let name = one.name.clone();
            if one.may(asked) {
                return name;
            }
            words.with("case-not-enough", &[("person", name.into())])
        })
        .collect();
    names.join(&*words.get("case-names-between"))
}

/// Whether submitting grants the sum without asking; what was submitted or is amended waits for
/// somebody's word.
pub(super) fn is_alone(case: &CaseForm) -> bool {
    let asked = case.sum.asked;
    let within = |limit: FreeLimit| asked.minor <= limit.amount.minor;
    let is_new = case.ladder.is_none() && !case.amending;
    is_new && case.sum.paid.is_some() && case.facts.limit.is_some_and(within)
}

/// Who must approve, or how it was decided.
pub(super) fn approval(case: &CaseForm, words: &Words) -> Run<'static> {
    if let Some(decided) = &case.facts.decided {
        return decided.clone();
    }
    let names = names(case, words, false);
    let alone = is_alone(case);
    if names.is_empty() && !alone {
        return Run::new(words.get("case-nobody-approves").to_string(), Ink::Warn);
    }
    let asked = case.sum.asked;
    let bounds = |limit: &FreeLimit| alone || asked.minor > limit.amount.minor;
    match case.facts.limit.filter(bounds) {
        Some(limit) => {
            let asker = case.facts.asker.as_deref();
            let args = [
                ("limit", limit.amount.to_string().into()),
                ("drawn", limit.drawn.to_string().into()),
                ("names", names.into()),
                ("person", asker.unwrap_or_default().into()),
            ];
            let (word, ink) = match (alone, limit.is_allowance, asker) {
                (true, true, _) => ("case-allowance-alone", Ink::Ok),
                (true, false, _) => ("case-approval-alone", Ink::Ok),
                (false, true, None) => ("case-allowance-above", Ink::Approve),
                (false, false, None) => ("case-approval-above", Ink::Approve),
                (false, _, Some(_)) => ("case-approval-above-theirs", Ink::Approve),
            };
            Run::new(words.with(word, &args), ink)
        }
        None => Run::new(
            words.with("case-approval-by", &[("names", names.into())]),
            Ink::Approve,
        ),
    }
}

pub(super) fn guard(case: &CaseForm, words: &Words) -> Run<'static> {
    match &case.facts.twin {
        Some((_, twin)) => Run::new(twin.clone(), Ink::Warn),
        None => text(words.get("case-no-twin").to_string()),
    }
}
