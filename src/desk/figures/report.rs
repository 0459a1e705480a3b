//! The report of a day, a week or a month: the sheet with its eight measures for the shop and for
//! each person, every figure with its target, and the consults by the hour.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde_json::{Value as Json, json};

use super::declared::{FIGURES, Figure, SHEET};
use super::facts::{Facts, Whose};
use super::period::{Period, Span};
use super::value::{Reading, Value, average, time};
use crate::desk::Desk;
use crate::desk::act::{Done, fields, refused};
use crate::desk::export::free_name;
use crate::desk::first::demand_folder;
use crate::domain::id::Id;
use crate::domain::registers::report;
use crate::exchange::outlet::Format;
use crate::exchange::outlet::document::{Document, Fact};
use crate::exchange::outlet::table::{Cell, Column, Look, Table, rfc3339};
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::{Query, Row, private_file};

/// The most reports of a day that are looked at.
const MOST: usize = 100;
/// A rate of none, as papers have it; on a screen this sign has a doubtful width.
const NOTHING: &str = "—";

impl Desk {
    /// Returns the report of the period about a day, as the text of a file.
    pub fn report(
        &self,
        span: Span,
        day: NaiveDate,
        format: Format,
        words: &Words,
    ) -> Result<Vec<u8>, Problem> {
        let period = self.days()?.period(span, day);
        if period.from > self.now() {
            return Err(refused("problem-report-future")
                .arg("day", period.name())
                .hint("problem-report-future-hint"));
        }
        // Without an asker who stops it there always is an answer.
        let facts = self.facts(&[period], &mut |_| true)?;
        match facts {
            Some(facts) => self.report_of(&facts, &period, format, words),
            None => Ok(Vec::new()),
        }
    }

    /// Returns the report of a period that was read already.
    pub fn report_of(
        &self,
        facts: &Facts,
        period: &Period,
        format: Format,
        words: &Words,
    ) -> Result<Vec<u8>, Problem> {
        let writer = Writer {
            desk: self,
            facts,
            period,
            look: Look {
                words,
                zone: self.zone(),
            },
        };
        let document = Document {
            title: writer.title(),
            facts: writer.head(),
            tables: vec![
                ("sheet", writer.sheet()?),
                ("figures", writer.figures()),
                ("hours", writer.hours()),
            ],
        };
        document.write(format, &writer.look, self.now())
    }

    /// Writes the report of a period that was read into a folder, to be printed and for a table
    /// program, records that it was written, and returns the files.
    pub fn export_report(
        &mut self,
        facts: &Facts,
        period: &Period,
        folder: &Path,
        words: &Words,
    ) -> Result<Vec<PathBuf>, Problem> {
        demand_folder(folder)?;
        let name = format!("report-{}-{}", period.span.word(), day_of(period));
        let mut files = Vec::new();
        for format in [Format::Html, Format::Xlsx] {
            let bytes = self.report_of(facts, period, format, words)?;
            let file = free_name(folder, &name, format.word())?;
            let written = private_file(&file)?.write_all(&bytes);
            written.map_err(|fault| Problem::unwritable(&file).caused_by(fault))?;
            files.push(file);
        }
        self.note_report(period)?;
        Ok(files)
    }

    /// Records that the report of a period was written, once for each person.
    pub fn note_report(&mut self, period: &Period) -> Result<Option<Done>, Problem> {
        let me = self.me()?.id;
        let by = |row: &Row| row.fields.get(report::BY.name()) == Some(&json!(me.to_string()));
        if self.reports(period)?.iter().any(by) {
            return Ok(None);
        }
        let id = self.new_id();
        let mut act = self.act();
        act.open(
            &report::REGISTER,
            id,
            fields([
                (report::KIND.name(), json!(period.span.word())),
                (report::DAY.name(), json!(day_of(period))),
                (report::BY.name(), json!(me.to_string())),
            ]),
        );
        self.write(act).map(Some)
    }

    /// Returns who wrote the report of a period and when (milliseconds UTC), the first first.
    pub fn reports(&self, period: &Period) -> Result<Vec<Row>, Problem> {
        let mut rows = self.store().rows(&Query {
            registers: vec![report::REGISTER.name],
            fields: vec![(report::DAY.name(), day_of(period))],
            open_only: true,
            limit: Some(MOST),
            ..Query::default()
        })?;
        let kind =
            |row: &Row| row.fields.get(report::KIND.name()) == Some(&json!(period.span.word()));
        rows.retain(|row| !row.void && kind(row));
        rows.sort_by_key(|row| row.opened);
        Ok(rows)
    }
}

fn day_of(period: &Period) -> String {
    period.first.format("%Y-%m-%d").to_string()
}

struct Writer<'a> {
    desk: &'a Desk,
    facts: &'a Facts,
    period: &'a Period,
    look: Look<'a>,
}

impl Writer<'_> {
    fn word(&self, id: &str) -> String {
        self.look.words.get(id).to_string()
    }

    fn title(&self) -> String {
        let kind = self.word(&format!("value-report_kind-{}", self.period.span.word()));
        let shop = self.desk.store().shop();
        let shop = shop.map(|shop| shop.name.clone()).unwrap_or_default();
        format!("{kind} {} {shop}", self.period.name())
    }

    fn head(&self) -> Vec<Fact> {
        let fact = |name: &str, value: Json| Fact {
            name: name.to_owned(),
            value,
            line: None,
        };
        let read = self.facts.read_at;
        let at = [("at", self.look.time(read).into())];
        let mut facts = vec![
            fact("kind", json!(self.period.span.word())),
            fact("first", json!(self.period.first.to_string())),
            fact("last", json!(self.period.last.to_string())),
            fact("from", json!(rfc3339(self.period.from))),
            fact("to", json!(rfc3339(self.period.to))),
            Fact {
                line: Some(self.look.words.with("report-read", &at)),
                ..fact("read_at", json!(rfc3339(read)))
            },
            Fact {
                line: Some(self.word("figures-source")),
                ..fact("source", json!("own"))
            },
        ];
        let open = self.readings().map(|(_, reading)| reading.open).max();
        if open.is_some_and(|open| open > 0) {
            facts.push(Fact {
                line: Some(self.word("report-provisional")),
                ..fact("provisional", json!(true))
            });
        }
        facts
    }

    fn readings(&self) -> impl Iterator<Item = (&'static Figure, Reading)> {
        let period = std::slice::from_ref(self.period);
        let shown = FIGURES
            .iter()
            .filter(|figure| self.facts.is_shown(figure, &Whose::Shop, period));
        shown.map(|figure| {
            (
                figure,
                self.facts.reading(figure, &Whose::Shop, self.period),
            )
        })
    }

    /// The eight measures, a column each; the shop, then everybody who did anything.
    fn sheet(&self) -> Result<Table, Problem> {
        let measures = &FIGURES[..SHEET];
        let mut columns = vec![Column::new("who", self.word("report-who"))];
        columns.extend(
            measures
                .iter()
                .map(|figure| Column::new(figure.id, self.word(&format!("figure-{}", figure.id)))),
        );
        let row = |name: Cell, whose: &Whose| {
            let readings = measures
                .iter()
                .map(|figure| self.cell(&self.facts.reading(figure, whose, self.period)));
            std::iter::once(name).chain(readings).collect()
        };
        let shop = Cell::word("shop", self.word("figures-whose-shop"));
        let mut rows: Vec<Vec<Cell>> = vec![row(shop, &Whose::Shop)];
        let people = self.desk.people_of_figures()?;
        for id in self.facts.active(&people, self.period) {
            rows.push(row(Cell::Text(self.name(id)), &Whose::Person(id)));
        }
        Ok(Table {
            title: self.word("report-sheet"),
            columns,
            rows,
        })
    }

    fn name(&self, id: Id) -> String {
        let person = self.desk.people().by_id(id);
        person.map_or_else(|| id.to_string(), |person| person.name.clone())
    }

    /// Every figure of the shop, a row each.
    fn figures(&self) -> Table {
        let names = [
            "id", "figure", "value", "part", "whole", "target", "verdict", "note",
        ];
        let columns = names
            .iter()
            .map(|name| Column::new(name, self.word(&format!("report-column-{name}"))));
        let rows = self.readings().map(|(figure, reading)| {
            let (part, whole) = match reading.value {
                Value::Rate { part, whole } => (integer(part), integer(whole)),
                Value::Count(count) => (integer(count), Cell::Empty),
                _ => (Cell::Empty, Cell::Empty),
            };
            let verdict = reading
                .passes
                .map(|passes| if passes { "pass" } else { "fail" });
            vec![
                Cell::Number(figure.id.to_owned()),
                Cell::Text(self.word(&format!("figure-{}", figure.id))),
                self.cell(&reading),
                part,
                whole,
                reading
                    .goal
                    .map_or(Cell::Empty, |goal| Cell::Text(goal.text())),
                verdict.map_or(Cell::Empty, |word| {
                    Cell::word(word, self.word(&format!("figures-{word}")))
                }),
                self.note(figure, &reading),
            ]
        });
        Table {
            title: self.word("report-figures"),
            columns: columns.collect(),
            rows: rows.collect(),
        }
    }

    /// What is to be known beside a value.
    fn note(&self, figure: &Figure, reading: &Reading) -> Cell {
        let notes = notes(figure, reading, self.look.words);
        if notes.is_empty() {
            Cell::Empty
        } else {
            Cell::Text(notes.join(" · "))
        }
    }

    fn cell(&self, reading: &Reading) -> Cell {
        let nothing = |line: String| Cell::Nested {
            value: Json::Null,
            line,
        };
        match (&reading.value, reading.text()) {
            (Value::Unknown, _) => nothing(self.word("figures-unknown")),
            (_, None) => nothing(NOTHING.to_owned()),
            (Value::Count(count), Some(_)) if !reading.more => integer(*count),
            (Value::Averages(sums), Some(_)) if sums.len() == 1 && !reading.more => {
                Cell::Money(average(sums[0].0, sums[0].1))
            }
            (Value::Rate { part, whole }, Some(line)) => Cell::Nested {
                value: json!({"part": part, "whole": whole}),
                line,
            },
            (_, Some(line)) => Cell::Text(line),
        }
    }

    /// How many consults began in which hour of the day.
    fn hours(&self) -> Table {
        let hours = self.facts.by_hour(&Whose::Shop, self.period);
        let rows = hours.iter().enumerate().filter(|(_, count)| **count > 0);
        Table {
            title: self.word("figures-hours"),
            columns: vec![
                Column::new("hour", self.word("report-hour")),
                Column::new("consult_volume", self.word("figure-consult_volume")),
            ],
            rows: rows
                .map(|(hour, count)| vec![Cell::Text(format!("{hour:02}:00")), integer(*count)])
                .collect(),
        }
    }
}

fn integer(count: u64) -> Cell {
    Cell::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Returns what is to be known beside a figure's value, in words.
pub fn notes(figure: &Figure, reading: &Reading, words: &Words) -> Vec<String> {
    let mut notes = Vec::new();
    if reading.value == Value::Unknown {
        notes.push(words.get(&format!("figure-lack-{}", figure.id)).to_string());
    }
    if let Value::Time(times) = reading.value
        && times.count > 0
    {
        let args = [
            ("ninth", time(times.ninth).into()),
            ("most", time(times.most).into()),
            ("count", times.count.into()),
        ];
        notes.push(words.with("figures-times", &args));
    }
    if let Some((part, whole)) = reading.among_rated.filter(|(_, whole)| *whole > 0) {
        let among = super::value::percent(i128::from(part), i128::from(whole));
        let args = [("value", among.into()), ("count", whole.into())];
        notes.push(words.with("figures-among-rated", &args));
    }
    if reading.open > 0 {
        let open = [("count", reading.open.into())];
        notes.push(words.with("figures-provisional", &open));
    }
    if reading.more {
        notes.push(words.get("figures-more").to_string());
    }
    notes
}
