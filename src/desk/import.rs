//! Exports of marketplaces, chat logs and reply libraries into records. One file is one act,
//! whose first event opens the `import` record; nothing is written twice, nothing older
//! replaces anything newer, nobody is known by a masked name.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::Desk;
use super::act::{Act, fields, register};
use super::conversation::Talk;
use super::long::{Pace, Stage, Step};
use crate::domain::id::{Id, ShortId};
use crate::domain::payload::{Change, Fields, Payload};
use crate::domain::record::Record;
use crate::domain::register::Register;
use crate::domain::registers::reply;
use crate::exchange::intake::{
    self, Cell, DateOrder, LineProblem, NamedDay, Parsed, Profiles, Row,
};
use crate::problem::Problem;
use crate::store::Query;

mod portions;
mod scores;

/// How many records are looked at between two words about it.
const LOOKED: usize = 100;

/// What a person says about the files beside their bytes.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// What the files hold.
    pub kind: Option<intake::Kind>,
    /// The profile to read them by.
    pub profile: Option<String>,
    /// Whose data it is.
    pub account: Option<String>,
    /// When the export was made, milliseconds UTC.
    pub exported_at: Option<i64>,
    /// How dates with open day and month are read.
    pub date_order: Option<DateOrder>,
    /// The day that a file is about which is about one.
    pub day: Option<NaiveDate>,
    /// Whether to write nothing.
    pub dry_run: bool,
}

/// Where a row belongs.
struct Place {
    /// Its account; empty where nothing says which.
    account: String,
    /// Its record.
    record: Id,
}

/// What an import did with one file.
#[derive(Debug, Clone, Default)]
pub struct FileReport {
    /// The file's name.
    pub file: String,
    /// What it holds.
    pub kind: String,
    /// The profile that read it.
    pub profile: Option<String>,
    /// How it is encoded.
    pub encoding: String,
    /// The time from which it is.
    pub exported_at: Option<i64>,
    /// The day that it is about, where it is about one, and what of its name says so.
    pub day: Option<NamedDay>,
    /// The account that all of it is of, where the file or the person says so.
    pub account: Option<String>,
    /// Records of the file.
    pub read: usize,
    /// Records that were not here.
    pub new: usize,
    /// Records in which something changed.
    pub changed: usize,
    /// Records that say what is known.
    pub same: usize,
    /// Records of which something newer is known.
    pub held: usize,
    /// Records refused, each with its reason in `problems`.
    pub refused: usize,
    /// Records that were not taken, because somebody stopped it.
    pub left: usize,
    /// What was refused, and remarks on what was taken.
    pub problems: Vec<LineProblem>,
}

/// What became of one record of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    New,
    Changed,
    Same,
    Held,
}

/// What a file brings: its events, and after how many of them each of its records is in.
struct Plan {
    act: Act,
    taken: Vec<(usize, Fate)>,
}

impl Plan {
    fn took(&mut self, fate: Fate) {
        self.taken.push((self.act.len(), fate));
    }
}

impl FileReport {
    /// Counts what became of the records that are in.
    fn count(&mut self, taken: &[(usize, Fate)], of: usize) {
        let number = |fate: Fate| taken.iter().filter(|one| one.1 == fate).count();
        self.new = number(Fate::New);
        self.changed = number(Fate::Changed);
        self.same = number(Fate::Same);
        self.held = number(Fate::Held);
        self.left = of - taken.len();
    }

    /// Returns whether somebody stopped it before its end.
    pub fn is_stopped(&self) -> bool {
        self.left > 0
    }
}

impl Desk {
    /// Imports the file of a path; with `dry_run` says only what would happen.
    pub fn import_file(
        &mut self,
        path: &Path,
        options: &ImportOptions,
    ) -> Result<FileReport, Problem> {
        self.import_file_by(path, options, &mut Pace::whole(&mut |_| true))
    }

    /// Imports the file of a path as [`Self::import_file`] does, telling of each step. Stopped,
    /// it leaves in what is in and says how much is not; once more, it takes the rest.
    pub fn import_file_by(
        &mut self,
        path: &Path,
        options: &ImportOptions,
        pace: &mut Pace<'_>,
    ) -> Result<FileReport, Problem> {
        let bytes = intake::file::read_file(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.import_by(&name, &bytes, options, pace)
    }

    /// Imports one file; with `dry_run` says only what would happen.
    pub fn import(
        &mut self,
        name: &str,
        bytes: &[u8],
        options: &ImportOptions,
    ) -> Result<FileReport, Problem> {
        self.import_by(name, bytes, options, &mut Pace::whole(&mut |_| true))
    }

    fn import_by(
        &mut self,
        name: &str,
        bytes: &[u8],
        options: &ImportOptions,
        pace: &mut Pace<'_>,
    ) -> Result<FileReport, Problem> {
        self.me()?;
        let mut parsed = intake::read(
            bytes,
            &intake::Options {
                file_name: name,
                kind: options.kind,
                profile: options.profile.as_deref(),
                account: options.account.as_deref(),
                exported_at: options.exported_at,
                date_order: options.date_order,
                day: options.day,
                zone: self.zone(),
                currency: None,
            },
            &Profiles::built_in()?,
        )?;
        let mut report = FileReport {
            file: name.to_owned(),
            kind: parsed.kind.word().to_owned(),
            profile: parsed.profile.clone(),
            encoding: parsed.encoding.name().to_owned(),
            read: parsed.read,
            refused: parsed.refused,
            account: options.account.clone(),
            problems: parsed
                .problems
                .iter()
                .chain(&parsed.remarks)
                .cloned()
                .collect(),
            ..FileReport::default()
        };
        self.date_scores(&mut parsed, &mut report)?;
        let places = self.places(&parsed, options)?;
        self.compare_scores(&parsed, &places, options, &mut report)?;
        report.exported_at = parsed.exported_at;
        let mut plan = Plan {
            act: self.act(),
            taken: Vec::new(),
        };
        let of = self.import_rows(&parsed, places, &mut plan, pace)?;
        self.import_conversations(&parsed, options, &mut plan)?;
        self.import_replies(&parsed, &mut plan)?;
        if of > plan.taken.len() {
            // Stopped while it only looked: nothing is written.
            report.count(&[], of);
            return Ok(report);
        }
        report.count(&plan.taken, plan.taken.len());
        if !options.dry_run && (!plan.act.is_empty() || self.is_fresher(&report)?) {
            self.write_import(plan, &mut report, pace)?;
        }
        Ok(report)
    }

    /// Plans the rows of a table; returns how many records it is about.
    fn import_rows(
        &mut self,
        parsed: &Parsed,
        places: Vec<Place>,
        plan: &mut Plan,
        pace: &mut Pace<'_>,
    ) -> Result<usize, Problem> {
        let exported_at = parsed.exported_at.unwrap_or(0);
        // What is about a day began with it.
        let began = match &parsed.day {
            Some(named) => Some(self.days()?.start(named.day)),
            None => None,
        };
        let mut whole: BTreeMap<Id, (&Row, Fields)> = BTreeMap::new();
        for (row, place) in parsed.rows.iter().zip(places) {
            let values = self.row_values(row, &place.account)?;
            whole
                .entry(place.record)
                .or_insert_with(|| (row, Fields::new()))
                .1
                .extend(values);
        }
        let of = whole.len();
        for (done, (id, (row, values))) in whole.into_iter().enumerate() {
            let step = Step {
                stage: Stage::Reading,
                done,
                of,
                act: None,
            };
            if done % LOOKED == 0 && !(pace.going_on)(step) {
                return Ok(of);
            }
            let register = register(row.register)?;
            let known = self.store().record(id)?;
            let act = &mut plan.act;
            self.know_customer(act, &values, row.platform.as_deref())?;
            if row.register == "order" {
                self.send_on_shipped(act, id, known.as_ref(), &values)?;
            }
            let fate = mirror(
                act,
                (register, id),
                known.as_ref(),
                values,
                (began, exported_at),
            );
            if fate == Fate::New && row.register == "case" {
                settle(act, register, id, row);
            }
            plan.took(fate);
        }
        Ok(of)
    }

    /// Where each row belongs.
    fn places(&self, parsed: &Parsed, options: &ImportOptions) -> Result<Vec<Place>, Problem> {
        let places = parsed.rows.iter().map(|row| {
            let account = self.row_account(row, options)?;
            let record = self.secret()?.derive(row.register, &account, &row.number);
            Ok(Place { account, record })
        });
        places.collect()
    }

    fn row_account(&self, row: &Row, options: &ImportOptions) -> Result<String, Problem> {
        if let Some(account) = &options.account {
            return Ok(account.clone());
        }
        self.account_of_shop(row.account.as_deref(), row.platform.as_deref())
    }

    /// Values of a row as fields of its register, with the records that it points to.
    fn row_values(&self, row: &Row, account: &str) -> Result<Fields, Problem> {
        let mut values: Fields = row
            .cells
            .iter()
            .map(|(path, cell)| (path.clone(), value(cell)))
            .collect();
        let natural = match row.register {
            "case" => "refund_number",
            "parcel" => "waybill",
            "review" => "review_id",
            _ => "number",
        };
        values.insert(natural.to_owned(), json!(row.number));
        if row.register == "case"
            && let Some(amount) = values.get("platform_amount").cloned()
        {
            values.insert("amount".to_owned(), amount);
        }
        if !account.is_empty() {
            values.insert("account".to_owned(), json!(account));
        }
        if let Some(platform) = &row.platform {
            values.insert("platform".to_owned(), json!(platform));
        }
        if row.register != "order"
            && let Some(number) = values.get("order_number").and_then(Value::as_str)
        {
            let order = self.secret()?.derive("order", account, number);
            values.insert("order".to_owned(), json!(order.to_string()));
        }
        if let Some(customer) = self.customer_of(&values, row.platform.as_deref())? {
            values.insert("customer".to_owned(), json!(customer.to_string()));
        }
        let register = register(row.register)?;
        values.retain(|path, value| {
            register
                .field(path)
                .is_some_and(|field| field.kind.accepts(value))
        });
        Ok(values)
    }

    fn import_conversations(
        &mut self,
        parsed: &Parsed,
        options: &ImportOptions,
        plan: &mut Plan,
    ) -> Result<(), Problem> {
        for one in &parsed.conversations {
            let talk = Talk::of_file(self, one, options.account.as_deref())?;
            let outcome = self.add_talk(&mut plan.act, &talk)?;
            plan.took(match outcome {
                outcome if outcome.begun => Fate::New,
                outcome if outcome.new > 0 || outcome.seen_sent > 0 => Fate::Changed,
                _ => Fate::Same,
            });
        }
        Ok(())
    }

    fn import_replies(&mut self, parsed: &Parsed, plan: &mut Plan) -> Result<(), Problem> {
        for one in &parsed.replies {
            // A phrase is named by its code and title: two desks that import one library hold one.
            let name = format!("{}\u{0}{}", one.code, one.title);
            let id = self.secret()?.derive("reply", "", &name);
            let mut values = fields([
                (reply::CODE.name(), json!(one.code)),
                (reply::TITLE.name(), json!(one.title)),
                (reply::TEXT.name(), json!(one.text)),
                (reply::TOPIC.name(), json!(one.topic)),
                (reply::STAGE_OF.name(), json!(one.stage)),
                (reply::LANGUAGE_OF.name(), json!(one.language)),
                (reply::SCENE.name(), json!(one.scene)),
                (reply::VALID_UNTIL.name(), json!(one.valid_until)),
            ]);
            values.retain(|path, value| {
                value.as_str() != Some("")
                    && reply::REGISTER
                        .field(path)
                        .is_some_and(|field| field.kind.accepts(value))
            });
            let fate = match self.store().record(id)? {
                None => {
                    plan.act.open(&reply::REGISTER, id, values);
                    Fate::New
                }
                Some(record) => {
                    values.retain(|path, value| record.value(path) != Some(value));
                    if values.is_empty() {
                        Fate::Same
                    } else {
                        plan.act.set(&reply::REGISTER, &record, values);
                        Fate::Changed
                    }
                }
            };
            plan.took(fate);
        }
        Ok(())
    }

    /// Whether the file is from a later time than any of its kind that is known.
    fn is_fresher(&self, report: &FileReport) -> Result<bool, Problem> {
        let Some(exported_at) = report.exported_at else {
            return Ok(false);
        };
        let rows = self.store().rows(&Query {
            registers: vec!["import"],
            limit: Some(10_000),
            ..Query::default()
        })?;
        Ok(!rows.iter().any(|row| {
            let text = |name: &str| row.fields.get(name).and_then(Value::as_str);
            text("kind") == Some(&report.kind)
                && text("account") == report.account.as_deref()
                && row
                    .fields
                    .get("exported_at")
                    .and_then(Value::as_i64)
                    .is_some_and(|known| known >= exported_at)
        }))
    }
}

/// Adds what an export says of a record: cells that are new or newer, and a word that others
/// still hold.
fn mirror(
    act: &mut Act,
    (register, id): (&'static Register, Id),
    known: Option<&Record>,
    values: Fields,
    (began, exported_at): (Option<i64>, i64),
) -> Fate {
    let Some(record) = known else {
        let at = values
            .get("placed_at")
            .or(values.get("applied_at"))
            .or(values.get("posted_at"))
            .and_then(Value::as_i64)
            .or(began);
        let fields: Fields = values
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect();
        let change = Change {
            fields,
            exported_at: Some(exported_at),
            ..Change::default()
        };
        act.add_at(
            register,
            id,
            Payload::Open(change),
            at.unwrap_or(exported_at).max(0),
        );
        return Fate::New;
    };
    let (mut changed, mut same, mut held) = (Fields::new(), Vec::<ShortId>::new(), false);
    for (path, value) in values {
        match record.write(&path) {
            None if value.is_null() => {}
            None => {
                changed.insert(path, value);
            }
            Some(write) => match write.exported_at {
                Some(newer) if newer > exported_at => held |= write.value != value,
                Some(known) if write.value == value => {
                    if known < exported_at {
                        same.push(write.trace.chain.short());
                    }
                }
                _ => {
                    changed.insert(path, value);
                }
            },
        }
    }
    same.sort_unstable();
    same.dedup();
    if changed.is_empty() && same.is_empty() {
        return if held { Fate::Held } else { Fate::Same };
    }
    let fate = if changed.is_empty() {
        Fate::Same
    } else {
        Fate::Changed
    };
    let change = Change {
        fields: changed,
        same,
        exported_at: Some(exported_at),
        ..Change::default()
    };
    act.add_at(register, id, Payload::Set(change), exported_at.max(0));
    fate
}

/// A refund that the platform has ended is not work.
fn settle(act: &mut Act, register: &'static Register, id: Id, row: &Row) {
    let ended = matches!(row.cell("platform_state"), Some(Cell::Choice { value, .. }) if value == "success" || value == "closed");
    if ended
        && register
            .lifecycle
            .allows(register.lifecycle.initial(), "closed")
    {
        let from = register.lifecycle.initial().to_owned();
        act.add(
            register,
            id,
            Payload::Move {
                from,
                to: "closed".into(),
                reason: Some("platform".into()),
                note: None,
            },
        );
    }
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Text(text) => json!(text),
        Cell::Money { minor, currency } => json!({"minor": minor, "currency": currency}),
        Cell::Time(at) => json!(at),
        Cell::Integer(number) => json!(number),
        Cell::Choice { value, .. } => json!(value),
        Cell::Absent => Value::Null,
    }
}
