//! The sheet as a document that can be read without zhiban.

use serde_json::Value;

use super::receive::open_items;
use super::{Point, Received, Sheet};
use crate::desk::Desk;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::register::Owner;
use crate::domain::registers::{handover, note, order};
use crate::exchange::outlet::Format;
use crate::exchange::outlet::handover::{Document, Figure, Header, Line};
use crate::exchange::outlet::table::Look;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::{Query, Row};

/// The most stock-outs and notices that a sheet carries.
const CARRIED: usize = 20;
/// How much of an id names a record without a number.
const SHORT: usize = 8;

impl Desk {
    /// Returns a signed sheet as a document. Buyers' names and telephone numbers are masked
    /// unless `unmask`; the caller records who asked for it and why.
    pub fn handover_document(
        &self,
        id: Id,
        format: Format,
        words: &Words,
        unmask: bool,
    ) -> Result<Vec<u8>, Problem> {
        let document = self.document(id)?;
        self.written(document, format, words, unmask)
    }

    /// Returns the sheet that is not signed yet as a document.
    pub fn sheet_document(
        &self,
        sheet: &Sheet,
        format: Format,
        words: &Words,
        unmask: bool,
    ) -> Result<Vec<u8>, Problem> {
        let lines = sheet.lines.iter().enumerate().map(|(at, line)| {
            let base = self.line_of(at + 1, Some(&line.row))?;
            Ok(Line {
                summary: line.summary.clone(),
                next: line.next.clone(),
                due: line.due,
                severity: line.severity.word().to_owned(),
                if_then: line.if_then.clone(),
                ..base
            })
        });
        let me = self.me()?.clone();
        let document = Document {
            header: Header {
                day: self.business_day(self.now())?,
                shift: sheet.shift.clone(),
                started: sheet.starts,
                ended: sheet.ends,
                state: "draft".into(),
                ..self.header(Some(me.id), Some(sheet.to))?
            },
            workload: sheet.figures.clone(),
            lines: lines.collect::<Result<_, Problem>>()?,
            open_items: self.to_hand_over(me.id)?.len(),
            points: sheet.points.clone(),
            carried: self.carried()?,
            numbers: sheet.numbers.clone(),
            second: None,
            note: sheet.note.clone(),
        };
        self.written(document, format, words, unmask)
    }

    fn written(
        &self,
        document: Document,
        format: Format,
        words: &Words,
        unmask: bool,
    ) -> Result<Vec<u8>, Problem> {
        let document = if unmask { document } else { document.masked() };
        let look = Look {
            words,
            zone: self.zone(),
        };
        document.write(format, &look, self.now())
    }

    /// Returns a signed sheet as the document's data, nothing masked.
    pub fn document(&self, id: Id) -> Result<Document, Problem> {
        let received = self.handover(id)?;
        let (record, _) = self.record(id)?;
        let mut lines = Vec::new();
        for line in &received.lines {
            let base = self.line_of(line.no, line.row.as_ref())?;
            lines.push(Line {
                kind: line.register.clone(),
                buyer: if base.buyer.is_empty() {
                    line.title.clone()
                } else {
                    base.buyer
                },
                summary: line.summary.clone(),
                next: line.next.clone(),
                due: line.due,
                severity: line.severity.word().to_owned(),
                if_then: line.if_then.clone(),
                ack: line.ack.clone(),
                ack_by: self.name(line.ack_by),
                ack_at: line.ack_at,
                ack_note: line.note.clone(),
                ..base
            });
        }
        Ok(Document {
            header: self.signed_header(&received, &record)?,
            workload: figures(&record),
            open_items: open_items(&record).unwrap_or(lines.len()),
            lines,
            points: received.points.clone(),
            carried: self.carried()?,
            numbers: record.get(handover::NUMBERS).unwrap_or_default(),
            second: received.second.map(|second| self.name(Some(second))),
            note: received.note,
        })
    }

    fn signed_header(&self, received: &Received, record: &Record) -> Result<Header, Problem> {
        Ok(Header {
            number: received.number.clone(),
            day: received.day.clone(),
            shift: received.shift.clone(),
            started: record.get(handover::STARTS),
            ended: record.get(handover::ENDS),
            signed: received.signed_at,
            state: received.state.clone(),
            ..self.header(received.from, received.to)?
        })
    }

    fn header(&self, from: Option<Id>, to: Option<Owner>) -> Result<Header, Problem> {
        let (to_post, to) = match to {
            Some(Owner::Post(post)) => (true, post.word().to_owned()),
            Some(Owner::Person(id)) => (false, self.name(Some(id))),
            None => (false, String::new()),
        };
        let plan = match from {
            Some(from) => self.shift_of(from)?,
            None => None,
        };
        let accounts = plan.and_then(|plan| plan.text("account").map(str::to_owned));
        let shop = self
            .store()
            .shop()
            .map(|shop| shop.name.clone())
            .unwrap_or_default();
        Ok(Header {
            shop,
            from: self.name(from),
            to,
            to_post,
            accounts: accounts.into_iter().collect(),
            ..Header::default()
        })
    }

    /// What a line says of its item as it is now.
    fn line_of(&self, no: usize, row: Option<&Row>) -> Result<Line, Problem> {
        let Some(row) = row else {
            return Ok(Line {
                no,
                ..Line::default()
            });
        };
        let field = |name: &str| {
            row.fields
                .get(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let number = match row.order_id {
            Some(order) => self
                .store()
                .record(order)?
                .and_then(|order| order.get(order::NUMBER)),
            None => None,
        };
        let told = row.fields.get("told_customer").and_then(Value::as_bool);
        Ok(Line {
            no,
            kind: row.register.clone(),
            reference: row
                .number
                .clone()
                .unwrap_or_else(|| row.id.to_string()[..SHORT].to_owned()),
            buyer: field("buyer").or(row.title.clone()).unwrap_or_default(),
            order: field("order_number").or(number).unwrap_or_default(),
            told_customer: told.or((row.register == note::REGISTER.name)
                .then_some(row.state == "confirmed" || row.state == "told")),
            first_owner: match row.first_owner {
                Some(Owner::Person(id)) => self.name(Some(id)),
                Some(Owner::Post(post)) => post.word().to_owned(),
                None => String::new(),
            },
            ..Line::default()
        })
    }

    fn name(&self, id: Option<Id>) -> String {
        let Some(id) = id else { return String::new() };
        let name = self.people().by_id(id).map(|person| person.name.clone());
        name.unwrap_or_else(|| id.to_string()[..SHORT].to_owned())
    }

    /// Goods that are out of stock, and notices in force.
    fn carried(&self) -> Result<Vec<Point>, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec!["stock_out", "notice"],
            open_only: true,
            limit: Some(CARRIED),
            ..Query::default()
        })?;
        let shown = rows.iter().filter(|row| !row.void && row.state != "draft");
        Ok(shown
            .filter_map(|row| {
                let until = ["expected_at", "until"]
                    .iter()
                    .find_map(|name| row.fields.get(*name).and_then(i64::from_value));
                Some(Point {
                    text: row.title.clone()?,
                    until: until.or(row.due),
                })
            })
            .collect())
    }
}

/// The figures as the record keeps them.
fn figures(record: &Record) -> Vec<Figure> {
    let kept = record.get(handover::WORKLOAD).unwrap_or_default();
    let split = kept.iter().filter_map(|figure| figure.split_once('='));
    split
        .filter(|(word, _)| *word != "open_items")
        .map(|(word, value)| Figure {
            word: word.to_owned(),
            value: value.to_owned(),
        })
        .collect()
}
