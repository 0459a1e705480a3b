//! The report of a day, a week or a month: the sheet with its eight measures for the shop and for
//! each person, every figure with its target, and the consults by the hour.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde_json::{Value as Json, json};

use super::declared::{FIGURES, Figure, SHEET, Source};
use super::facts::{Facts, Whose};
use super::period::{Period, Span};
use super::value::{Reading, SheetReading, Value, average, percent, time};
use crate::desk::Desk;
use crate::desk::act::{Done, fields, refused};
use crate::desk::export::free_name;
use crate::desk::first::demand_folder;
use crate::desk::shift::ends_at;
use crate::domain::authority::{Action, may};
use crate::domain::deadline::clock::HOUR;
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
    /// Refused to those who may not see what others did: the report is of the whole shop.
    fn demand_report(&self) -> Result<(), Problem> {
        if may(self.me()?.role, Action::SeeFigures).allows() {
            Ok(())
        } else {
            Err(refused("problem-report-role").hint("problem-report-role-hint"))
        }
    }

    /// Returns the report of the period about a day, as the text of a file.
    pub fn report(
        &self,
        span: Span,
        day: NaiveDate,
        format: Format,
        words: &Words,
    ) -> Result<Vec<u8>, Problem> {
        self.demand_report()?;
        let period = self.days()?.period(span, day);
        if period.from > self.now() {
            return Err(refused("problem-report-future")
                .arg("day", period.name())
                .hint("problem-report-future-hint"));
        }
        // Without an asker who stops it there always is an answer.
        let facts = self.facts(&[period], &mut |_| true)?;
        match facts {
            Some(facts) => {
                let look = self.look(words);
                let document = self.report_of(&facts, &period, look)?;
                document.write(format, &look, self.now())
            }
            None => Ok(Vec::new()),
        }
    }

    fn look<'a>(&self, words: &'a Words) -> Look<'a> {
        Look {
            words,
            zone: self.zone(),
        }
    }

    /// The report of a period that was read already.
    fn report_of(
        &self,
        facts: &Facts,
        period: &Period,
        look: Look<'_>,
    ) -> Result<Document, Problem> {
        let writer = Writer {
            desk: self,
            facts,
            period,
            readings: readings(facts, period),
            look,
        };
        Ok(Document {
            title: writer.title(),
            facts: writer.head(),
            tables: vec![
                ("sheet", writer.sheet()?),
                ("figures", writer.figures()),
                ("hours", writer.hours()),
                ("formulas", writer.formulas()),
            ],
        })
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
        self.demand_report()?;
        demand_folder(folder)?;
        let name = format!("report-{}-{}", period.span.word(), day_of(period));
        let look = self.look(words);
        let document = self.report_of(facts, period, look)?;
        let mut files = Vec::new();
        for format in [Format::Html, Format::Xlsx] {
            let bytes = document.write(format, &look, self.now())?;
            let file = free_name(folder, &name, format.word())?;
            let written = private_file(&file)?.write_all(&bytes);
            written.map_err(|fault| Problem::unwritable(&file).caused_by(fault))?;
            files.push(file);
        }
        self.note_report(period)?;
        Ok(files)
    }

    /// Records that the report of a period was written: for each person once before it can say
    /// all of the period, and once since.
    pub fn note_report(&mut self, period: &Period) -> Result<Option<Done>, Problem> {
        self.demand_report()?;
        let (me, whole) = (self.me()?.id, self.report_is_whole_from(period)?);
        let now_whole = self.now() >= whole;
        let same = |row: &Row| {
            let by = row.fields.get(report::BY.name());
            by == Some(&json!(me.to_string())) && (row.opened >= whole) == now_whole
        };
        if self.reports(period)?.iter().any(same) {
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

    /// Returns from when on a report says all that its period came to, milliseconds UTC: an hour
    /// before the last shift of its last day ends, as the plan has it. Where no plan says when
    /// that is, from the beginning of that day.
    pub fn report_is_whole_from(&self, period: &Period) -> Result<i64, Problem> {
        let plan = self.plan_of_day(&period.last.to_string())?;
        let ends = plan.iter().filter_map(ends_at).max();
        Ok(match ends {
            Some(ends) => ends - HOUR,
            None => self.days()?.start(period.last),
        })
    }

    /// Returns the reports of a period that were written by those who may, the first first.
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
        let mut written = Vec::new();
        for row in rows {
            if self.is_by_who_may(row.id)? {
                written.push(row);
            }
        }
        written.sort_by_key(|row| row.opened);
        Ok(written)
    }

    /// Whether whoever wrote that a report was written may see what stands in it.
    fn is_by_who_may(&self, report: Id) -> Result<bool, Problem> {
        let record = self.store().record(report)?;
        let author = record
            .as_ref()
            .and_then(|record| record.write(report::DAY.name()))
            .and_then(|write| self.people().of_replica(write.trace.replica));
        Ok(author.is_some_and(|person| may(person.role, Action::SeeFigures).allows()))
    }
}

/// Every figure of the shop that has a place, over a period.
fn readings(facts: &Facts, period: &Period) -> Vec<(&'static Figure, Reading)> {
    let periods = std::slice::from_ref(period);
    let shown = FIGURES
        .iter()
        .filter(|figure| facts.is_shown(figure, &Whose::Shop, periods));
    shown
        .map(|figure| (figure, facts.reading(figure, &Whose::Shop, period)))
        .collect()
}

fn day_of(period: &Period) -> String {
    period.first.format("%Y-%m-%d").to_string()
}

struct Writer<'a> {
    desk: &'a Desk,
    facts: &'a Facts,
    period: &'a Period,
    readings: Vec<(&'static Figure, Reading)>,
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
        let mut sheets = self.readings.iter();
        if let Some(sheet) = sheets.find_map(|(_, reading)| reading.sheet.as_ref()) {
            let args = [("days", sheet.days.into()), ("of", sheet.of.into())];
            facts.push(Fact {
                line: Some(self.look.words.with("figures-source-sheet", &args)),
                ..fact("sheet_days", json!(sheet.days))
            });
        }
        let open = self.readings.iter().map(|(_, reading)| reading.open).max();
        if open.is_some_and(|open| open > 0) {
            facts.push(Fact {
                line: Some(self.word("report-provisional")),
                ..fact("provisional", json!(true))
            });
        }
        facts
    }

    /// The eight measures, a column each, and of those of which a sheet says anything where each
    /// value stands; the shop, then everybody who did anything.
    fn sheet(&self) -> Result<Table, Problem> {
        let measures = &FIGURES[..SHEET];
        let mut columns = vec![Column::new("who", self.word("report-who"))];
        columns.extend(
            measures
                .iter()
                .map(|figure| Column::new(figure.id, self.word(&format!("figure-{}", figure.id)))),
        );
        let told = measures.iter().filter(|figure| self.is_of_sheet(figure));
        let told: Vec<&Figure> = told.collect();
        columns.extend(told.iter().map(|figure| {
            let name = [("figure", self.word(&format!("figure-{}", figure.id)).into())];
            let label = self.look.words.with("report-source-of", &name);
            Column::new(&format!("{}_source", figure.id), label)
        }));
        let row = |name: Cell, whose: &Whose| {
            let readings = measures
                .iter()
                .map(|figure| (figure, self.facts.reading(figure, whose, self.period)));
            let readings: Vec<(&Figure, Reading)> = readings.collect();
            let values = readings.iter().map(|(_, reading)| self.cell(reading));
            let sources = readings
                .iter()
                .filter(|(figure, _)| told.iter().any(|told| told.id == figure.id))
                .map(|(_, reading)| self.source(reading));
            let cells = std::iter::once(name).chain(values).chain(sources);
            cells.collect()
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
            "id", "figure", "value", "part", "whole", "source", "target", "verdict", "note",
        ];
        let columns = names
            .iter()
            .map(|name| Column::new(name, self.word(&format!("report-column-{name}"))));
        let rows = self.readings.iter().map(|(figure, reading)| {
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
                self.cell(reading),
                part,
                whole,
                self.source(reading),
                reading
                    .goal
                    .map_or(Cell::Empty, |goal| Cell::Text(goal.text())),
                verdict.map_or(Cell::Empty, |word| {
                    Cell::word(word, self.word(&format!("figures-{word}")))
                }),
                self.note(figure, reading),
            ]
        });
        Table {
            title: self.word("report-figures"),
            columns: columns.collect(),
            rows: rows.collect(),
        }
    }

    /// Whether a sheet says anything of a figure, so that its values stand in two places.
    fn is_of_sheet(&self, figure: &Figure) -> bool {
        let mut shop = self.readings.iter();
        shop.any(|(one, reading)| one.id == figure.id && reading.sheet.is_some())
    }

    /// Where a value stands.
    fn source(&self, reading: &Reading) -> Cell {
        match reading.source {
            None => Cell::Empty,
            Some(Source::Own) => Cell::word("own", self.word("figures-mark-own")),
            Some(Source::Sheet) => Cell::word("sheet", self.word("figures-mark-sheet")),
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

    /// How each figure is counted, also those of which the sources give no formula (G25).
    fn formulas(&self) -> Table {
        let names = ["id", "figure", "formula"];
        let columns = names
            .iter()
            .map(|name| Column::new(name, self.word(&format!("report-column-{name}"))));
        let rows = self.readings.iter().map(|(figure, _)| {
            let id = figure.id;
            vec![
                Cell::Number(id.to_owned()),
                Cell::Text(self.word(&format!("figure-{id}"))),
                Cell::Text(self.word(&format!("figure-formula-{id}"))),
            ]
        });
        Table {
            title: self.word("report-formulas"),
            columns: columns.collect(),
            rows: rows.collect(),
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

/// What the platform's sheet says beside what the records of this shop say.
fn sheet_notes(reading: &Reading, sheet: &SheetReading, words: &Words) -> Vec<String> {
    let mut notes = Vec::new();
    let said = sheet.value.text();
    match (&said, &sheet.own) {
        (Some(said), Some((own, gap))) => {
            let args = [
                ("sheet", said.as_str().into()),
                ("own", own.as_str().into()),
                ("gap", gap.as_deref().unwrap_or_default().into()),
            ];
            let id = if gap.is_some() {
                "figures-gap"
            } else {
                "figures-both"
            };
            notes.push(words.with(id, &args));
        }
        (Some(said), None) if !reading.is_of_sheet() => {
            let args = [("sheet", said.as_str().into())];
            notes.push(words.with("figures-sheet-says", &args));
        }
        _ => {}
    }
    if !sheet.is_whole() {
        let args = [("days", sheet.days.into()), ("of", sheet.of.into())];
        notes.push(words.with("figures-sheet-days", &args));
    }
    if sheet.left_out > 0 {
        let count = [("count", sheet.left_out.into())];
        notes.push(words.with("figures-left-out", &count));
    }
    if let Some(shop) = sheet.shop.as_ref().and_then(Value::text) {
        notes.push(words.with("figures-sheet-shop", &[("value", shop.into())]));
    }
    notes
}

/// Returns what is to be known beside a figure's value, in words.
pub fn notes(figure: &Figure, reading: &Reading, words: &Words) -> Vec<String> {
    let mut notes = Vec::new();
    if reading.value == Value::Unknown {
        notes.push(words.get(&format!("figure-lack-{}", figure.id)).to_string());
    }
    if let Some(sheet) = &reading.sheet {
        notes.extend(sheet_notes(reading, sheet, words));
    }
    let caveats = reading.caveats.iter();
    notes.extend(caveats.map(|caveat| words.get(caveat.words()).to_string()));
    if let Value::Time(times) = reading.value
        && times.count > 0
    {
        let args = [
            ("ninth", time(times.ninth).into()),
            ("most", time(times.most).into()),
            ("count", times.count.into()),
            (
                "inside",
                percent(i128::from(times.inside), i128::from(times.count)).into(),
            ),
        ];
        notes.push(words.with("figures-times", &args));
    }
    if let Some((part, whole)) = reading.among_rated.filter(|(_, whole)| *whole > 0) {
        let among = percent(i128::from(part), i128::from(whole));
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
