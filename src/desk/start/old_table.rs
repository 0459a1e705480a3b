//! The shop's own old table taken over (ux 10, step 8): what is open in it becomes a case, with
//! the line it stood on as its provenance; what is done stays where it is.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::desk::act::{Act, fields};
use crate::desk::long::{Pace, Stage, Step};
use crate::desk::start::Need;
use crate::domain::id::Id;
use crate::domain::payload::{Change, Fields, Payload};
use crate::domain::register::Owner;
use crate::domain::registers::{BUYER, case};
use crate::exchange::intake::old_table::{self, Meaning, OldRow, OldTable};
use crate::exchange::intake::{self, LineProblem, clean_number, fold_name, times, values};
use crate::problem::{Kind, Problem};

/// The setting that holds what the shop's tables mean: a list of headers with their meanings.
pub(in crate::desk) const PROFILES: &str = "old_tables";
/// How many lines are looked at between two words about it.
const LOOKED: usize = 100;

/// What came of an old table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OldTableReport {
    /// Lines that were read.
    pub read: usize,
    /// Lines that are cases now.
    pub opened: usize,
    /// Lines of which nothing is left to do.
    pub done: usize,
    /// Lines that were taken over before.
    pub known: usize,
    /// Lines that could not be taken, and cells that could not be read.
    pub problems: Vec<LineProblem>,
    /// How many lines could not be taken.
    pub refused: usize,
}

impl Desk {
    /// Returns what the columns of a table mean: as it was confirmed for these headers, else as
    /// it is proposed; and whether it was confirmed.
    pub fn old_table_meanings(&self, table: &OldTable) -> Result<(Vec<Meaning>, bool), Problem> {
        let proposed = table.propose(self.zone());
        let name = name_of(table);
        let kept = self.old_table_profiles()?;
        let Some(words) = kept.get(&name).and_then(Value::as_array) else {
            return Ok((proposed, false));
        };
        let meanings: Vec<Meaning> = words
            .iter()
            .map(|word| word.as_str().and_then(Meaning::of).unwrap_or_default())
            .collect();
        let is_whole = meanings.len() == table.headers.len();
        Ok(if is_whole {
            (meanings, true)
        } else {
            (proposed, false)
        })
    }

    fn old_table_profiles(&self) -> Result<serde_json::Map<String, Value>, Problem> {
        let kept = self.setting(PROFILES)?.unwrap_or_default();
        Ok(serde_json::from_str(&kept).unwrap_or_default())
    }

    /// Takes an old table over by what its columns mean, and keeps that meaning for the next
    /// table with these headers; with `dry_run` says only what would happen. Each step is told of.
    /// Stopped while it only looks, it says what it saw so far; what is written goes through, and
    /// then nothing is lacking of it any more.
    ///
    /// Refused where no column names order or buyer.
    pub fn take_old_table(
        &mut self,
        file: &str,
        table: &OldTable,
        meanings: &[Meaning],
        dry_run: bool,
        pace: &mut Pace<'_>,
    ) -> Result<OldTableReport, Problem> {
        let names_it = |meaning: &Meaning| matches!(meaning, Meaning::Order | Meaning::Buyer);
        if !meanings.iter().any(names_it) {
            return Err(Problem::new(Kind::NotUnderstood, "problem-old-table-whose")
                .hint("problem-old-table-whose-hint"));
        }
        let mut report = OldTableReport {
            read: table.rows.len() + table.problems.len(),
            problems: [table.problems.clone(), table.remarks.clone()].concat(),
            refused: table.problems.len(),
            ..OldTableReport::default()
        };
        let mut act = self.act();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (done, row) in table.rows.iter().enumerate() {
            let step = Step {
                stage: Stage::Reading,
                done,
                of: table.rows.len(),
                act: None,
            };
            if done % LOOKED == 0 && !(pace.going_on)(step) && dry_run {
                break;
            }
            let mut line = Line {
                file,
                table,
                meanings,
                row,
                nth: 0,
            };
            let count = seen.entry(line.name(self.zone())).or_default();
            line.nth = *count;
            *count += 1;
            if let Err(problem) = self.take_line(&line, &mut act, &mut report)? {
                report.refused += 1;
                report.problems.push(problem);
            }
        }
        if dry_run {
            return Ok(report);
        }
        self.keep_old_table(table, meanings)?;
        self.write_long_by(act, pace)?;
        self.settle_need(Need::OldTable)?;
        Ok(report)
    }

    fn keep_old_table(&mut self, table: &OldTable, meanings: &[Meaning]) -> Result<(), Problem> {
        let mut kept = self.old_table_profiles()?;
        let words: Vec<&str> = meanings.iter().map(|meaning| meaning.word()).collect();
        let before = kept.insert(name_of(table), json!(words));
        if before == Some(json!(words)) {
            return Ok(());
        }
        self.set_setting(PROFILES, &Value::Object(kept).to_string())?;
        Ok(())
    }

    fn take_line(
        &self,
        line: &Line<'_>,
        act: &mut Act,
        report: &mut OldTableReport,
    ) -> Result<Result<(), LineProblem>, Problem> {
        if line.cell(Meaning::State).is_some_and(old_table::is_done) {
            report.done += 1;
            return Ok(Ok(()));
        }
        let number = line.cell(Meaning::Order).map(clean_number);
        let number = number.filter(|number| !number.is_empty());
        let buyer = line.cell(Meaning::Buyer);
        if number.is_none() && buyer.is_none() {
            return Ok(Err(line.problem(Meaning::Order, "import-line-number")));
        }
        if let Some(text) = line.cell(Meaning::Order) {
            let reason = match text {
                _ if values::is_rounded(text) => Some("import-line-rounded"),
                _ if intake::is_masked(text) => Some("import-line-masked"),
                _ => None,
            };
            if let Some(reason) = reason {
                return Ok(Err(line.problem(Meaning::Order, reason)));
            }
        }
        let name = format!("{}\u{0}{}", line.name(self.zone()), line.nth);
        let id = self.secret()?.derive("case", "old_table", &name);
        if self.store().record(id)?.is_some() || act.touches(id) {
            report.known += 1;
            return Ok(Ok(()));
        }
        let mut values = line.values(report, self);
        if let Some(number) = number {
            let mut beside = self.act();
            let order = self.order(&mut beside, &number, Fields::new())?;
            if !act.touches(order.id) {
                act.append(beside);
            }
            values.extend(fields([
                ("order", json!(order.id.to_string())),
                ("order_number", json!(order.number)),
            ]));
        }
        values.extend(fields([(BUYER.name(), json!(buyer))]));
        values.retain(|path, value| {
            case::REGISTER
                .field(path)
                .is_some_and(|field| field.kind.accepts(value))
                || path == "order"
        });
        self.open_line(id, values, line, act);
        report.opened += 1;
        Ok(Ok(()))
    }

    /// Opens the case as of the day on which it was registered, owned by who saw to it.
    fn open_line(&self, id: Id, values: Fields, line: &Line<'_>, act: &mut Act) {
        let now = self.now();
        let at = line
            .cell(Meaning::Date)
            .and_then(|text| times::time(text, self.zone(), None).ok())
            .filter(|at| *at > 0 && *at <= now);
        let change = Change {
            fields: values,
            ..Change::default()
        };
        act.add_at(
            &case::REGISTER,
            id,
            Payload::Open(change),
            at.unwrap_or(now),
        );
        let owner = line.cell(Meaning::Owner);
        if let Some(person) = owner.and_then(|name| self.people().by_name(name)) {
            act.add(
                &case::REGISTER,
                id,
                Payload::Assign {
                    saw: None,
                    to: Owner::Person(person.id),
                    reason: None,
                    note: None,
                },
            );
        }
    }
}

/// The name under which the meaning of a table's headers is kept.
fn name_of(table: &OldTable) -> String {
    let names: Vec<String> = table
        .headers
        .iter()
        .map(|header| fold_name(header))
        .collect();
    names.join("\u{1f}")
}

/// A line of a table with what its columns mean.
struct Line<'a> {
    file: &'a str,
    table: &'a OldTable,
    meanings: &'a [Meaning],
    row: &'a OldRow,
    /// How many lines before it have its name.
    nth: usize,
}

impl<'a> Line<'a> {
    fn cell(&self, wanted: Meaning) -> Option<&'a str> {
        let at = self.meanings.iter().position(|one| *one == wanted)?;
        let cell = self.row.cells.get(at)?.trim();
        (!cell.is_empty()).then_some(cell)
    }

    fn problem(&self, meaning: Meaning, reason: &'static str) -> LineProblem {
        let at = self.meanings.iter().position(|one| *one == meaning);
        let header = at.and_then(|at| self.table.headers.get(at));
        let header = header.map_or("", String::as_str);
        let value = self.cell(meaning).unwrap_or_default();
        LineProblem::new(self.row.line, header, reason, value)
    }

    /// What names the line wherever it stands and whatever its file is called, so that the same
    /// table once more, with lines put in between, opens nothing twice: whose it is, what it is,
    /// when and how much.
    fn name(&self, zone: Tz) -> String {
        let cell = |meaning| self.cell(meaning).unwrap_or_default();
        let (kind, date, amount) = (
            cell(Meaning::Kind),
            cell(Meaning::Date),
            cell(Meaning::Amount),
        );
        let date = times::time(date, zone, None).map_or(date.to_owned(), |at| at.to_string());
        let amount = values::money(amount, "CNY").map_or(amount.to_owned(), |(minor, currency)| {
            format!("{minor} {currency}")
        });
        [
            name_of(self.table),
            clean_number(cell(Meaning::Order)),
            cell(Meaning::Buyer).to_owned(),
            old_table::kind(kind).unwrap_or(kind).to_owned(),
            date,
            amount,
        ]
        .join("\u{0}")
    }

    fn values(&self, report: &mut OldTableReport, desk: &Desk) -> Fields {
        let mut values = fields([
            (
                case::KIND.name(),
                json!(self.cell(Meaning::Kind).and_then(old_table::kind)),
            ),
            (
                case::REASON.name(),
                json!(self.cell(Meaning::Reason).and_then(old_table::reason)),
            ),
            (
                case::RETURN_WAYBILL.name(),
                json!(self.cell(Meaning::Waybill).map(clean_number)),
            ),
            (case::WORDS.name(), json!(self.words())),
            (case::NOTE.name(), json!(self.note())),
        ]);
        if let Some(text) = self.cell(Meaning::Amount) {
            match values::money(text, "CNY") {
                Ok((minor, currency)) => {
                    let amount = json!({"minor": minor, "currency": currency});
                    values.insert(case::AMOUNT.name().to_owned(), amount);
                }
                Err(reason) => report.problems.push(self.problem(Meaning::Amount, reason)),
            }
        }
        if let Some(text) = self.cell(Meaning::Date)
            && let Err(reason) = times::time(text, desk.zone(), None)
        {
            report.problems.push(self.problem(Meaning::Date, reason));
        }
        values
    }

    /// All that was written about it, column after column.
    fn words(&self) -> Option<String> {
        let columns = self.meanings.iter().zip(&self.row.cells);
        let words: Vec<&str> = columns
            .filter(|(meaning, cell)| **meaning == Meaning::Words && !cell.trim().is_empty())
            .map(|(_, cell)| cell.trim())
            .collect();
        (!words.is_empty()).then(|| words.join("\n"))
    }

    /// Where it stood, and what else stood there: words that are none of ours too.
    fn note(&self) -> String {
        let mut note = format!("{} #{}", self.file, self.row.line);
        let named = self
            .table
            .headers
            .iter()
            .zip(self.meanings)
            .zip(&self.row.cells);
        for ((header, meaning), cell) in named {
            let is_read = match meaning {
                Meaning::Other => false,
                Meaning::Kind => old_table::kind(cell).is_some(),
                Meaning::Reason => old_table::reason(cell).is_some(),
                Meaning::State | Meaning::Owner => false,
                _ => true,
            };
            if !is_read && !cell.trim().is_empty() {
                note.push('\n');
                note.push_str(header);
                note.push_str(": ");
                note.push_str(cell.trim());
            }
        }
        note
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::{FixedClock, SeededRandom};
    use crate::desk::begin::init_drill;
    use crate::store::Query;

    const NOW: i64 = 1_795_333_560_000;
    const TABLE: &str = "日期,旺旺,订单号,类型,金额,处理结果,客服,备注\n\
        2026/11/20,春天里,4031902847193516613,退货退款,129.00,待寄回,林晓,色差\n\
        2026/11/20,大伟,4031902847193516614,仅退款,18,已退,林晓,\n\
        2026/11/21,小鹿,,补发,,,何静,少一个\n\
        2026/11/21,,,补发,,,何静,不知是谁\n\
        2026/11/21,阿敏,4.03E+18,换货,,,何静,\n\
        2026/11/21,阿敏,4031****6613,换货,,,何静,\n";

    #[test]
    fn open_lines_become_cases_once_and_what_was_confirmed_is_kept() {
        let place = tempfile::tempdir().unwrap();
        let (clock, random) = (
            Box::new(FixedClock(NOW)),
            Box::new(SeededRandom::new("old")),
        );
        let mut desk = init_drill(&place.path().join("d"), "s", "林晓", clock, random).unwrap();
        let mut going_on = |_| true;
        let pace = &mut Pace::whole(&mut going_on);
        let table = old_table::read(TABLE.as_bytes()).unwrap();
        let (meanings, is_confirmed) = desk.old_table_meanings(&table).unwrap();
        assert!(!is_confirmed);
        let looked = desk
            .take_old_table("登记.csv", &table, &meanings, true, pace)
            .unwrap();
        assert_eq!(
            (looked.read, looked.opened, looked.done, looked.refused),
            (6, 2, 1, 3)
        );
        let cases = |desk: &Desk| {
            let query = Query {
                registers: vec!["case"],
                open_only: true,
                ..Query::default()
            };
            desk.store().rows(&query).unwrap()
        };
        assert!(cases(&desk).is_empty());
        desk.take_old_table("登记.csv", &table, &meanings, false, pace)
            .unwrap();
        let rows = cases(&desk);
        assert_eq!(rows.len(), 2);
        let first = rows
            .iter()
            .find(|row| row.title.as_deref() == Some("春天里"))
            .unwrap();
        let record = desk.store().record(first.id).unwrap().unwrap();
        let text = |field: &str| record.text(field).unwrap_or_default().to_owned();
        assert_eq!(text("kind"), "return_refund");
        assert_eq!(text("order_number"), "4031902847193516613");
        assert_eq!(text("words"), "色差");
        assert!(text("note").starts_with("登记.csv #2"), "{}", text("note"));
        assert_eq!(record.get(case::AMOUNT).unwrap().minor, 12_900);
        assert_eq!(record.owner, Some(Owner::Person(desk.me().unwrap().id)));
        assert!(record.opened < NOW - 24 * 3_600_000);
        assert!(desk.store().verify().unwrap().clean);
        // The same file once more brings nothing, and is known.
        let (meanings, is_confirmed) = desk.old_table_meanings(&table).unwrap();
        assert!(is_confirmed);
        let again = desk
            .take_old_table("登记.csv", &table, &meanings, false, pace)
            .unwrap();
        assert_eq!((again.opened, again.known), (0, 2));
        assert_eq!(cases(&desk).len(), 2);
        // Nor does it under another name, with a line put in and a line written twice.
        let more = TABLE.replacen(
            '\n',
            "\n2026/11/22,冬至,4031902847193516615,仅退款,20,,林晓,\n",
            1,
        );
        let twice = format!("{more}2026/11/21,小鹿,,补发,,,何静,又少一个\n");
        let table = old_table::read(twice.as_bytes()).unwrap();
        let grown = desk
            .take_old_table("登记 (2).csv", &table, &meanings, false, pace)
            .unwrap();
        assert_eq!((grown.opened, grown.known), (2, 2));
        assert_eq!(cases(&desk).len(), 4);
        let nobody = vec![Meaning::Other; meanings.len()];
        let problem = desk
            .take_old_table("x", &table, &nobody, true, pace)
            .unwrap_err();
        assert_eq!(problem.message, "problem-old-table-whose");
    }
}
