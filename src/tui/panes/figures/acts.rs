//! What is done from the figures: the records behind one, all of them as text, the report as
//! files.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use super::{FiguresPane, Line};
use crate::config::Config;
use crate::desk::figures::declared::{Kind, Measure};
use crate::desk::figures::facts::Set;
use crate::desk::figures::{Facts, Goal, Period, Reading, Span, Value, Whose};
use crate::domain::id::Id;
use crate::i18n::Words;
use crate::tui::overlays::ask::Ask;
use crate::tui::pane::{Flow, Reach};
use crate::tui::panes::board::rows::{Named, RowsPane};

/// Returns a value in words.
pub(super) fn value(reading: &Reading, words: &Words) -> String {
    match (&reading.value, reading.text()) {
        (Value::Unknown, _) => words.get("figures-unknown").to_string(),
        (_, None) => words.get("figures-nothing").to_string(),
        (_, Some(text)) => text,
    }
}

/// Returns what stands behind a value: whether it reaches its target, and whether it may change.
pub(super) fn marks(reading: &Reading, words: &Words) -> String {
    let verdict = match reading.passes {
        Some(true) => words.get("figures-mark-pass").to_string(),
        Some(false) => words.get("figures-mark-fail").to_string(),
        None if reading.is_recorded_only() && reading.text().is_some() => {
            words.get("figures-mark-own").to_string()
        }
        None => String::new(),
    };
    if reading.is_of_sheet() {
        // A sheet is still to come: there is no verdict, and it may change.
        let sheet = reading.sheet.as_ref();
        let open = sheet.filter(|sheet| !sheet.is_whole());
        let open = open.map(|_| words.get("figures-mark-open").to_string());
        let open = open.unwrap_or_default();
        return format!("{verdict}{}{open}", words.get("figures-mark-sheet"));
    }
    let open = if reading.open > 0 && reading.text().is_some() {
        words.get("figures-mark-open").to_string()
    } else {
        String::new()
    };
    format!("{verdict}{open}")
}

/// Returns where a value stands in one word, where that is or should be the platform's sheet.
pub(super) fn source(reading: &Reading, words: &Words) -> String {
    let id = if reading.is_of_sheet() {
        "figures-mark-sheet"
    } else {
        "figures-mark-own"
    };
    let is_said = reading.text().is_some() && (reading.is_of_sheet() || reading.is_recorded_only());
    let word = is_said.then(|| words.get(id).to_string());
    word.unwrap_or_default()
}

/// Returns a target in words.
pub(super) fn target(goal: Option<Goal>, words: &Words) -> String {
    goal.map_or_else(|| words.get("figures-no-target").to_string(), Goal::text)
}

impl FiguresPane {
    /// Opens the records of the chosen period behind a figure; of a share the denominator, and
    /// its numerator by Tab.
    pub(super) fn open_rows(&self, facts: &Facts, line: &Line, reach: &mut Reach<'_>) -> Flow {
        let (whose, period) = (self.whose(), self.period(facts));
        let name = |id: &str| reach.words.get(id).to_string();
        let figure = name(&format!("figure-{}", line.figure.id));
        let measure = &line.figure.measure;
        let args = [
            ("figure", figure.into()),
            ("whose", name(self.whose_word()).into()),
            ("period", period.name().into()),
        ];
        let named = |id: &str, set: Set| Named {
            title: reach.words.with(id, &args),
            ids: ids(facts, measure, set, whose, &period),
        };
        let mut parts = match (measure.whole(), measure.part()) {
            (Some(whole), Some(part)) if measure.is_share() => vec![
                named("figures-rows-whole", whole),
                named("figures-rows-part", part),
            ],
            (Some(whole), _) => vec![named("figures-rows", whole)],
            _ if line.figure.sheet.is_some() => Vec::new(),
            _ => {
                let lack = name(&format!("figure-lack-{}", line.figure.id));
                reach.say("figures-no-rows", &[("reason", lack.into())]);
                return Flow::Stay;
            }
        };
        let reading = &line.readings[self.chosen()];
        if line.figure.sheet.is_some() && reading.sheet.is_some() {
            let (agents, others) = facts.rows_of_sheet(whose, &period);
            let of_sheet = |id: &str, ids: Vec<Id>| Named {
                title: reach.words.with(id, &args),
                ids,
            };
            // What the value stands on is in front.
            let place = if reading.is_of_sheet() {
                0
            } else {
                parts.len()
            };
            parts.insert(place, of_sheet("figures-rows-sheet", agents));
            if !others.is_empty() {
                parts.insert(place + 1, of_sheet("figures-rows-totals", others));
            }
        }
        if parts.is_empty() {
            let lack = name(&format!("figure-lack-{}", line.figure.id));
            reach.say("figures-no-rows", &[("reason", lack.into())]);
            return Flow::Stay;
        }
        match RowsPane::named(reach.desk, parts) {
            Ok(pane) => Flow::Push(Box::new(pane)),
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Stay
            }
        }
    }

    /// Returns everything as text, a figure a line.
    pub(super) fn as_text(&self, words: &Words) -> String {
        let spans = Span::ALL.map(|span| words.get(&format!("figures-span-{}", span.word())));
        let head = format!(
            "{} {} {}\t{}\t{}",
            words.get("figures-title"),
            words.get(self.whose_word()),
            self.day,
            spans.join("\t"),
            words.get("figures-target"),
        );
        let lines = self.lines.iter().map(|line| {
            let values = line.readings.iter().map(|reading| {
                let text = format!("{} {}", value(reading, words), marks(reading, words));
                text.trim().to_owned()
            });
            let goal = line.readings[self.chosen()].goal;
            format!(
                "{}\t{}\t{}",
                words.get(&format!("figure-{}", line.figure.id)),
                values.collect::<Vec<_>>().join("\t"),
                goal.map(Goal::text).unwrap_or_default()
            )
        });
        let lines: Vec<String> = std::iter::once(head).chain(lines).collect();
        lines.join("\n")
    }

    /// Asks for the folder into which the report of the chosen period is written.
    pub(super) fn export(&self, facts: &Arc<Facts>, reach: &mut Reach<'_>) -> Flow {
        let period = self.period(facts);
        let facts = Arc::clone(facts);
        let kind = reach
            .words
            .get(&format!("value-report_kind-{}", self.span.word()))
            .to_string();
        let report = [("report", format!("{kind} {}", period.name()).into())];
        let title = reach.words.with("figures-export-title", &report);
        let hint = reach.words.get("figures-export-hint").to_string();
        let usual = Config::papers_dir().map(|folder| folder.display().to_string());
        let ask = Ask::new(title, hint, move |folder, reach| {
            let (words, folder) = (reach.words, Path::new(folder));
            let written = reach.attempt(|desk| desk.export_report(&facts, &period, folder, words));
            let Some(files) = written else {
                return Flow::Stay;
            };
            let files: Vec<String> = files
                .iter()
                .map(|file| file.display().to_string())
                .collect();
            reach.say("board-exported", &[("files", files.join(" ").into())]);
            Flow::Close
        });
        Flow::Push(Box::new(ask.answered(&usual.unwrap_or_default())))
    }
}

/// The records that a figure counts: where buyers are counted the first of each of them.
fn ids(facts: &Facts, measure: &Measure, set: Set, whose: &Whose, period: &Period) -> Vec<Id> {
    let is_by_buyer = matches!(measure, Measure::Buyers { .. });
    let mut seen = HashSet::new();
    let items = facts.items(set, whose, period);
    items
        .filter(|item| !is_by_buyer || seen.insert(item.buyer))
        .map(|item| item.id)
        .collect()
}

/// Returns the numerator and the denominator in words, where a value has them.
pub(super) fn parts(measure: &Measure, reading: &Reading, words: &Words) -> Option<String> {
    let (part, whole) = match &reading.value {
        Value::Rate { part, whole } => (part.to_string(), whole.to_string()),
        Value::OfGoal(sums, Some(goal)) => {
            let sums: Vec<String> = sums.iter().map(ToString::to_string).collect();
            (sums.join(" "), goal.to_string())
        }
        Value::Averages(sums) if measure.kind() == Kind::Money && !sums.is_empty() => {
            let each: Vec<String> = sums.iter().map(|(sum, _)| sum.to_string()).collect();
            let among: Vec<String> = sums.iter().map(|(_, among)| among.to_string()).collect();
            (each.join(" "), among.join(" "))
        }
        _ => return None,
    };
    let args = [("part", part.into()), ("whole", whole.into())];
    Some(words.with("figures-parts", &args))
}
