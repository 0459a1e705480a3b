//! The rows of the board's parts in words.

use super::{Block, BoardPane, Decision};
use crate::desk::board::{
    Colleague, Count, Duty, DutyKind, Heard, MoneyFigure, MoneyLine, Oddity, SheetState,
};
use crate::desk::figures::Span;
use crate::desk::matters::Class;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::register::{Owner, Post};
use crate::domain::registers::case;
use crate::store::Row;
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::exact::exact;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{self, Width};
use crate::tui::words::{Speech, short_number};

const DAY: i64 = 24 * 3_600_000;
/// The most who have not read a notice that are named.
const UNREAD_NAMED: usize = 1;
/// How wide the bar of what somebody answers for is, and of an hour.
const BAR: u64 = 10;

/// A row with its columns.
pub(super) type Shown<'a> = (Vec<Width>, list::Row<'a>);

/// Returns the rows of a part, each with its columns.
pub(super) fn rows<'a>(pane: &'a BoardPane, block: Block, look: &Look<'a>) -> Vec<Shown<'a>> {
    let speech = pane.speech(look.words);
    let board = &pane.board;
    let plain = |row| (vec![Width::Fill, Width::Right(12)], row);
    match block {
        Block::Now | Block::Hours => Vec::new(),
        Block::People => {
            let most = board.people.iter().map(|one| one.counts.of(Count::Waiting));
            let most = most.max().unwrap_or(0).max(BAR);
            let columns = people_columns(look);
            let rows = board.people.iter().map(|one| colleague(one, most, speech));
            rows.map(|row| (columns.clone(), row)).collect()
        }
        Block::Decide => {
            let all = pane.decisions.iter();
            all.map(|one| decision(one, speech)).collect()
        }
        Block::Money => {
            let rows = board.money.iter().map(|line| money(line, speech));
            rows.map(|row| (vec![Width::Fill, Width::Right(14)], row))
                .collect()
        }
        Block::Duties => {
            let rows = board.duties.iter().map(|one| duty(one, speech));
            rows.map(plain).collect()
        }
        Block::Sheets => {
            let rows = board.sheets.iter().map(|one| sheet(one, speech));
            rows.map(plain).collect()
        }
        Block::Oddities => {
            let rows = board.oddities.iter().map(|one| oddity(one, speech));
            rows.map(|row| (vec![Width::Fill], row)).collect()
        }
    }
}

/// Name, post, presence, counts, bar, age.
fn people_columns(look: &Look<'_>) -> Vec<Width> {
    let post = Post::ALL
        .iter()
        .map(|post| look.columns(&look.words.get(&format!("value-post-{}", post.word()))));
    vec![
        Width::Left(6),
        Width::Left(post.max().unwrap_or(4)),
        Width::Left(11),
        Width::Fill,
        Width::Left(BAR as u16),
        Width::Right(9),
    ]
}

/// Mark, number, kind, money, buyer, who asked, how long it waits, the clock.
const CASE: [Width; 8] = [
    Width::Left(2),
    Width::Left(6),
    Width::Left(6),
    Width::Right(9),
    Width::Left(8),
    Width::Left(6),
    Width::Fill,
    Width::Right(11),
];

fn row(cells: Vec<Vec<Run<'_>>>) -> list::Row<'_> {
    list::Row {
        cells,
        marked: false,
    }
}

fn name(id: Id, speech: Speech<'_>) -> String {
    speech.owner(Some(Owner::Person(id)))
}

fn colleague<'a>(one: &'a Colleague, most: u64, speech: Speech<'a>) -> list::Row<'a> {
    let post = one.person.posts.first().map(|post| {
        let word = speech.words.get(&format!("value-post-{}", post.word()));
        word.to_string()
    });
    let load = one.counts.of(Count::Waiting);
    let filled = (load * BAR).div_ceil(most).min(BAR) as usize;
    let bar = if load == 0 && one.is_out_of_sight() {
        // Of whom nothing is known nobody says that nothing waits.
        String::new()
    } else {
        format!(
            "{}{}",
            "#".repeat(filled),
            ".".repeat(BAR as usize - filled)
        )
    };
    row(vec![
        vec![text(one.person.name.as_str())],
        vec![dim(post.unwrap_or_default())],
        vec![presence(one, speech)],
        figures(one, speech),
        vec![dim(bar)],
        vec![heard(one, speech)],
    ])
}

/// Where a colleague is, as far as is known: `在席`, `用餐 8分`, `18:00 上`.
pub(super) fn presence<'a>(one: &Colleague, speech: Speech<'a>) -> Run<'a> {
    let word = |state: &str| {
        let id = format!("state-attendance-{state}");
        speech.words.get(&id).to_string()
    };
    let shown = match (one.presence.as_str(), &one.away, one.shift) {
        ("away", Some((why, since)), _) => {
            let known = format!("value-away_reason-{why}");
            let why = if why.is_empty() {
                word("away")
            } else if speech.words.has(&known) {
                speech.words.get(&known).to_string()
            } else {
                why.clone()
            };
            format!("{why} {}", speech.span(speech.now - since))
        }
        ("absent", _, Some((starts, _))) if starts > speech.now => {
            let at = [("at", speech.clock(starts).into())];
            speech.words.with("board-comes", &at)
        }
        ("absent", _, None) => String::new(),
        (state, _, _) => word(state),
    };
    let ink = match one.presence.as_str() {
        _ if one.is_out_of_sight() => Ink::Stale,
        "present" => Ink::Ok,
        "absent" if one.is_on_shift => Ink::Warn,
        _ => Ink::Dim,
    };
    Run::new(shown, ink)
}

/// `等7 逾2 急3 诺2`, of printing `未签4`; what is nought is left out but for what waits.
pub(super) fn figures<'a>(one: &Colleague, speech: Speech<'a>) -> Vec<Run<'a>> {
    let is_printing = one.person.posts.first() == Some(&Post::Printing);
    let shown = [
        ("mark-waiting", Count::Waiting, Ink::Waiting),
        ("mark-overdue", Count::Overdue, Ink::Overdue),
        ("mark-urgent", Count::AtRisk, Ink::Urgent),
        ("board-short-promises", Count::PromisesDue, Ink::Text),
        ("board-short-unsigned", Count::Unsigned, Ink::Acknowledge),
    ];
    let mut runs = Vec::new();
    for (id, count, ink) in shown {
        let number = one.counts.of(count);
        let always = count == Count::Waiting && !is_printing && !one.is_out_of_sight();
        if number > 0 && (count != Count::Unsigned || is_printing) || always {
            let ink = if number == 0 { Ink::Dim } else { ink };
            let word = speech.words.get(id);
            runs.push(Run::new(format!("{word}{number} "), ink));
        }
    }
    runs
}

/// How old what is known of a colleague is.
pub(super) fn heard<'a>(one: &Colleague, speech: Speech<'a>) -> Run<'a> {
    let word = |id: &str| speech.words.get(id).to_string();
    match one.heard {
        Heard::Here => dim(word("board-here")),
        Heard::Never => Run::new(word("board-never"), Ink::Stale),
        Heard::CutOff => Run::new(word("board-unknown"), Ink::Stale),
        Heard::At(at, is_old) => {
            let age = speech.now - at;
            let shown = if age < DAY {
                speech.span(age)
            } else {
                speech.day(at)
            };
            if is_old && one.is_expected() {
                Run::new(format!("{shown} {}", word("status-stale")), Ink::Stale)
            } else {
                dim(shown)
            }
        }
    }
}

fn decision<'a>(one: &'a Decision, speech: Speech<'a>) -> Shown<'a> {
    let mark = |id: &str, ink| vec![Run::new(speech.words.get(id).to_string(), ink)];
    let wide = |cells| (vec![Width::Left(2), Width::Fill], row(cells));
    match one {
        Decision::Case(row, spoken) => (CASE.to_vec(), case_row(row, *spoken, speech)),
        Decision::Matter(matter) => {
            let is_pinned = matter.class <= Class::Branch;
            let (id, ink) = if is_pinned {
                ("mark-conflict", Ink::Conflict)
            } else {
                ("mark-held", Ink::Held)
            };
            let mut who: Vec<&str> = matter.sides.iter().map(|side| side.who.as_str()).collect();
            who.dedup();
            let code = match matter.class {
                Class::Unfolded | Class::Outside => format!("{} ", matter.kind),
                _ => String::new(),
            };
            let about = format!(
                "{code}{}  {}  {}",
                matter.what,
                matter.about,
                who.join(" / ")
            );
            wide(vec![mark(id, ink), vec![text(about)]])
        }
        Decision::More(count) => {
            let more = [("count", (*count).into())];
            let said = speech.words.with("board-more-held", &more);
            wide(vec![mark("mark-held", Ink::Held), vec![text(said)]])
        }
    }
}

fn case_row<'a>(case: &'a Row, spoken: bool, speech: Speech<'a>) -> list::Row<'a> {
    let word = |id: &str| speech.words.get(id).to_string();
    let kind = case
        .fields
        .get(case::KIND.name())
        .and_then(|kind| kind.as_str());
    let amount = case
        .fields
        .get(case::AMOUNT.name())
        .and_then(Money::from_value);
    let mark = if spoken {
        "mark-acknowledge"
    } else {
        "mark-approve"
    };
    let waits = speech.long_span((speech.now - case.since).max(0));
    let waits = speech.waiting(waits, case.since);
    row(vec![
        vec![Run::new(word(mark), Ink::Approve)],
        vec![text(short_number(
            case.number.as_deref().unwrap_or_default(),
        ))],
        vec![text(kind.map_or_else(String::new, |kind| {
            word(&format!("board-case-{kind}"))
        }))],
        vec![Run::new(
            amount.map(|amount| amount.to_string()).unwrap_or_default(),
            Ink::Money,
        )],
        exact(&speech.title(case), speech.words),
        vec![dim(speech.owner(case.owner))],
        vec![if spoken {
            Run::new(word("board-spoken"), Ink::Overdue)
        } else {
            dim(waits)
        }],
        vec![clock(case, speech)],
    ])
}

/// The deadline with who set it: `平台 14:52`.
fn clock<'a>(row: &Row, speech: Speech<'a>) -> Run<'a> {
    let Some(due) = row.due else {
        return dim("");
    };
    let source = row.due_source.as_deref().map(|source| {
        let word = speech.words.get(&format!("source-{source}"));
        word.to_string()
    });
    let ink = if due <= speech.now {
        Ink::Overdue
    } else if due - speech.now <= DAY {
        Ink::Urgent
    } else {
        Ink::Dim
    };
    Run::new(
        format!("{} {}", source.unwrap_or_default(), speech.when(due)),
        ink,
    )
}

pub(super) fn sums(sums: &[Money]) -> String {
    let shown: Vec<String> = sums.iter().map(ToString::to_string).collect();
    shown.join(" + ")
}

fn money<'a>(line: &MoneyLine, speech: Speech<'a>) -> list::Row<'a> {
    let label = speech
        .words
        .get(&format!("board-money-{}", line.figure.name()));
    let mut left = vec![dim(format!("{label}  "))];
    if line.figure == MoneyFigure::Allowances {
        let args = [
            ("drawn", sums(&line.drawn).into()),
            ("given", sums(&line.sums).into()),
        ];
        left.push(Run::new(
            speech.words.with("board-drawn", &args),
            Ink::Money,
        ));
    } else {
        left.push(cases(line, speech));
        left.push(Run::new(format!(" {}", sums(&line.sums)), Ink::Money));
    }
    let first = line
        .first
        .as_ref()
        .map(|(due, number)| format!("{} {}", short_number(number), speech.when(*due)));
    row(vec![left, vec![dim(first.unwrap_or_default())]])
}

/// How many cases a sum is made of; none says so only where the platform's word is fresh.
pub(super) fn cases<'a>(line: &MoneyLine, speech: Speech<'a>) -> Run<'a> {
    if line.count == 0 && !line.is_known {
        return Run::new(speech.words.get("board-unknown").to_string(), Ink::Stale);
    }
    let ink = match line.figure {
        _ if line.count == 0 => Ink::Dim,
        MoneyFigure::TimingOut => Ink::Urgent,
        MoneyFigure::Spoken => Ink::Overdue,
        MoneyFigure::SaidNotDone | MoneyFigure::DoneNotSaid => Ink::Conflict,
        _ => Ink::Text,
    };
    let count = [("count", line.count.into())];
    Run::new(speech.words.with("board-cases", &count), ink)
}

fn duty<'a>(one: &Duty, speech: Speech<'a>) -> list::Row<'a> {
    let sign = if one.done { "[x]" } else { "[ ]" };
    let (what, info) = duty_words(one, speech);
    let ink = if one.done { Ink::Dim } else { Ink::Text };
    row(vec![
        vec![Run::new(format!("{sign} {what}"), ink)],
        vec![Run::new(info, if one.done { Ink::Dim } else { Ink::Warn })],
    ])
}

/// What a duty is, and how far it is.
pub(super) fn duty_words(one: &Duty, speech: Speech<'_>) -> (String, String) {
    let word = |id: &str| speech.words.get(id).to_string();
    let count = |id: &str, n: u64| speech.words.with(id, &[("count", n.into())]);
    match &one.kind {
        DutyKind::Plan(lines) => (word("board-duty-plan"), count("board-people-count", *lines)),
        DutyKind::Import(kind, at) => {
            let what = word(&format!("board-duty-{kind}"));
            let info = match at {
                None => word("board-duty-never"),
                Some(at) if one.done => speech.when(*at),
                Some(at) => format!("{} {}", speech.when(*at), speech.age(speech.now - at)),
            };
            (what, info)
        }
        DutyKind::Scores(imported, last) => {
            let info = match (imported, last) {
                (Some(at), _) => speech.when(*at),
                (None, Some(day)) => {
                    let day = [("day", speech.date(*day).into())];
                    speech.words.with("board-duty-last", &day)
                }
                (None, None) => word("board-duty-never"),
            };
            (word("board-duty-scores"), info)
        }
        DutyKind::Reviews(left) => (word("board-duty-reviews"), count("board-left", *left)),
        DutyKind::Unread(_, title, people) => {
            let title = [("title", title.as_str().into())];
            let mut names: Vec<String> = people
                .iter()
                .take(UNREAD_NAMED)
                .map(|id| name(*id, speech))
                .collect();
            if people.len() > UNREAD_NAMED {
                names.push(format!("+{}", people.len() - UNREAD_NAMED));
            }
            (
                speech.words.with("board-duty-unread", &title),
                names.join(" "),
            )
        }
        DutyKind::Review(tally) => (word("board-duty-review"), tally.to_string()),
        DutyKind::Meeting(kind, ended) => (
            word(&format!("board-duty-{kind}")),
            ended.map(|at| speech.when(at)).unwrap_or_default(),
        ),
        DutyKind::MonthPlan(held) => (
            word("board-duty-month_plan"),
            held.map(|at| speech.when(at)).unwrap_or_default(),
        ),
        DutyKind::Report(span, written) => {
            let info = written.map(|(by, at)| {
                let who = by.map_or_else(String::new, |by| name(by, speech));
                let args = [("who", who.into()), ("at", speech.when(at).into())];
                let id = if one.done {
                    "board-duty-written"
                } else {
                    "board-duty-early"
                };
                speech.words.with(id, &args)
            });
            let id = match span {
                Span::Day => "board-duty-report",
                Span::Week => "board-duty-report-week",
                Span::Month => "board-duty-report-month",
            };
            (word(id), info.unwrap_or_default())
        }
        DutyKind::Clocks(left) => (
            word("board-duty-clocks"),
            left.map_or_else(|| word("board-unknown"), |left| count("board-left", left)),
        ),
    }
}

/// A duty in a few words, for the digest of the day: `日清(64/187)`.
pub(super) fn duty_short(one: &Duty, speech: Speech<'_>) -> String {
    let (what, info) = duty_words(one, speech);
    match &one.kind {
        DutyKind::Meeting(kind, _) => {
            let id = format!("value-meeting_kind-{kind}");
            speech.words.get(&id).to_string()
        }
        DutyKind::Review(_) => format!("{}({info})", speech.words.get("review-title")),
        _ if info.is_empty() => what,
        _ => format!("{what}({info})"),
    }
}

fn sheet<'a>(one: &SheetState, speech: Speech<'a>) -> list::Row<'a> {
    match one {
        SheetState::Unwritten { from, ends } => {
            let ends = [("at", speech.clock(*ends).into())];
            let unwritten = speech.words.get("board-sheet-unwritten");
            row(vec![
                vec![
                    text(name(*from, speech)),
                    Run::new(format!("  {unwritten}"), Ink::Warn),
                ],
                vec![dim(speech.words.with("board-sheet-ends", &ends))],
            ])
        }
        SheetState::Waiting {
            from,
            to,
            lines,
            taken,
            red,
            ..
        } => {
            let from = from.map(|from| name(from, speech)).unwrap_or_default();
            let taken = [("taken", (*taken).into()), ("lines", (*lines).into())];
            let mut left = vec![
                text(format!("{from} > {}  ", speech.owner(*to))),
                dim(speech.words.with("board-sheet-taken", &taken)),
            ];
            if *red > 0 {
                let red = [("count", (*red).into())];
                let red = speech.words.with("board-sheet-red", &red);
                left.push(Run::new(format!("  {red}"), Ink::Overdue));
            }
            row(vec![left, Vec::new()])
        }
    }
}

fn oddity<'a>(one: &Oddity, speech: Speech<'a>) -> list::Row<'a> {
    row(vec![vec![Run::new(oddity_words(one, speech), Ink::Warn)]])
}

/// What does not add up, in a sentence.
pub(super) fn oddity_words(one: &Oddity, speech: Speech<'_>) -> String {
    match one {
        Oddity::Silent {
            person,
            since,
            items,
        } => {
            let who = ("who", name(*person, speech).into());
            let items = ("count", (*items).into());
            match since {
                Some(at) => {
                    let span = ("span", speech.span(speech.now - at).into());
                    speech.words.with("board-silent", &[who, span, items])
                }
                None => speech.words.with("board-silent-never", &[who, items]),
            }
        }
        Oddity::Unverified(count) => {
            let count = [("count", (*count).into())];
            speech.words.with("board-unverified-count", &count)
        }
        Oddity::Stale(kind, at) => {
            let id = format!("value-import_kind-{kind}");
            let kind = if speech.words.has(&id) {
                speech.words.get(&id).to_string()
            } else {
                kind.clone()
            };
            let args = [("kind", kind.into()), ("at", speech.when(*at).into())];
            speech.words.with("board-stale", &args)
        }
    }
}
