//! Reading the items: pages of rows by when they began, the newest first, and their events where
//! a row does not say enough.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::NaiveDate;

use super::sheet::SheetDays;
use super::{Buyer, Facts, Item, Kind, flag, person, sales};
use crate::desk::Desk;
use crate::desk::figures::declared::{Score, Sum};
use crate::desk::figures::period::{Days, Period, Span};
use crate::desk::figures::scores::{LATELY, RowKind, ScoreRow};
use crate::desk::shift::ends_at;
use crate::domain::deadline::clock::DAY;
use crate::domain::deadline::limits::{Limits, Rule};
use crate::domain::event::Verb;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::payload::{Direction, Relation};
use crate::domain::record::Record;
use crate::domain::registers::{
    ACCOUNT, attendance, case, complaint, conversation, order, performance, review, sheet,
    stock_out,
};
use crate::exchange::intake::is_masked;
use crate::problem::Problem;
use crate::store::{Order, Query, Row};

/// Rows in a portion.
const PORTION: usize = 500;
/// The most records of a kind that are read; of what lies before them it is said.
pub(super) const MOST: usize = 50_000;
/// How long before a period a talk may have begun that led to an order in it.
const BEFORE: i64 = 2 * DAY;
/// How long after it was placed an order may have been typed here that no export had brought.
const TYPED_LATER: i64 = 7 * DAY;
/// How long after its end a talk that is opened again counts as not settled at once.
const AGAIN: i64 = 7 * DAY;
/// The kinds of cases in which money goes back.
const REFUNDS: [&str; 3] = ["refund_only", "return_refund", "price_difference"];
/// The levels of those who are content (requirements 3.1, G02).
const CONTENT: [&str; 2] = ["very_satisfied", "satisfied"];

impl Desk {
    /// Reads what figures of these periods count. Told after each portion how many records were
    /// read, the asker says whether to go on; none where not.
    pub fn facts(
        &self,
        periods: &[Period],
        going_on: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Option<Facts>, Problem> {
        let days = self.days()?;
        let from = periods.iter().map(|period| period.from).min();
        let to = periods.iter().map(|period| period.to).max();
        let (Some(from), Some(to)) = (from, to) else {
            return Ok(None);
        };
        let mut reader = Reader {
            desk: self,
            limits: self.store().limits()?,
            from,
            to,
            until: days.end_of_next_day(to - 1),
            days,
            items: Vec::new(),
            orders_of: HashMap::new(),
            scores: Vec::new(),
            cuts: Vec::new(),
            gone_by: HashMap::new(),
            read: 0,
        };
        for kind in Kind::ALL {
            if !reader.kind(kind, going_on)? {
                return Ok(None);
            }
        }
        if !reader.scores(going_on)? {
            return Ok(None);
        }
        let facts = reader.facts()?;
        Ok(Some(facts))
    }
}

impl Desk {
    /// Returns what the platform's sheet of a day says of a person.
    pub fn scores_of_day(&self, day: NaiveDate, person: Id) -> Result<Vec<ScoreRow>, Problem> {
        let day = day.to_string();
        let rows = self.store().rows(&Query {
            registers: vec![performance::REGISTER.name],
            fields: vec![(performance::DAY.name(), day)],
            not_void: true,
            limit: Some(MOST),
            ..Query::default()
        })?;
        let mut nicks = self.nicks();
        let mut scores = Vec::new();
        for row in &rows {
            let by = nicks.of_row(row)?;
            scores.extend(score(row, by).filter(|score| score.by == Some(person)));
        }
        Ok(scores)
    }
}

struct Reader<'a> {
    desk: &'a Desk,
    limits: Limits,
    from: i64,
    to: i64,
    /// Up to when orders may have followed a talk.
    until: i64,
    days: Days,
    items: Vec<Item>,
    /// The order that a talk names.
    orders_of: HashMap<Id, Id>,
    scores: Vec<ScoreRow>,
    cuts: Vec<(Kind, i64)>,
    /// When the plan of a day let each person go at the latest, of the days that were asked for.
    gone_by: HashMap<NaiveDate, HashMap<Id, i64>>,
    read: usize,
}

impl Reader<'_> {
    /// Reads the records of a kind.
    fn kind(
        &mut self,
        kind: Kind,
        going_on: &mut dyn FnMut(usize) -> bool,
    ) -> Result<bool, Problem> {
        let (from, to) = match kind {
            Kind::Talk => (self.from - BEFORE, self.to),
            Kind::Order => (self.from, self.until + TYPED_LATER),
            _ => (self.from, self.to),
        };
        let mut query = Query {
            registers: vec![register_of(kind)],
            opened_from: Some(from),
            opened_before: Some(to),
            order: Order::Opened,
            limit: Some(PORTION),
            ..Query::default()
        };
        let mut count = 0;
        loop {
            let rows = self.desk.store().rows(&query)?;
            let Some(last) = rows.last() else {
                return Ok(true);
            };
            let (is_last, at) = (rows.len() < PORTION, last.opened);
            query.after = Some(last.cursor(Order::Opened));
            count += rows.len();
            self.read += rows.len();
            self.take(kind, &rows)?;
            if !going_on(self.read) {
                return Ok(false);
            }
            if is_last {
                return Ok(true);
            }
            if count >= MOST {
                self.cuts.push((kind, at));
                return Ok(true);
            }
        }
    }

    /// Reads the rows of the platform's sheets.
    fn scores(&mut self, going_on: &mut dyn FnMut(usize) -> bool) -> Result<bool, Problem> {
        let mut query = Query {
            registers: vec![performance::REGISTER.name],
            // A day may have ended at another hour when its sheet came in; the days before say
            // which accounts have sheets.
            opened_from: Some(self.from - DAY * (1 + LATELY as i64)),
            opened_before: Some(self.to + DAY),
            order: Order::Opened,
            limit: Some(PORTION),
            ..Query::default()
        };
        let mut nicks = self.desk.nicks();
        while self.scores.len() < MOST {
            let rows = self.desk.store().rows(&query)?;
            let Some(last) = rows.last() else {
                break;
            };
            query.after = Some(last.cursor(Order::Opened));
            self.read += rows.len();
            for row in rows.iter().filter(|row| !row.void) {
                let by = nicks.of_row(row)?;
                self.scores.extend(score(row, by));
            }
            if !going_on(self.read) {
                return Ok(false);
            }
        }
        self.scores.sort_by_key(|row| (row.day, row.id));
        Ok(true)
    }

    fn take(&mut self, kind: Kind, rows: &[Row]) -> Result<(), Problem> {
        let counted = |row: &&Row| !(row.void || kind == Kind::Talk && is_ad(row));
        let rows: Vec<&Row> = rows.iter().filter(counted).collect();
        // Talks of before are only asked whom they were with.
        let needs = |row: &&&Row| kind != Kind::Order && row.opened >= self.from;
        let ids = rows.iter().filter(needs).map(|row| row.id);
        let records = self.desk.store().records(ids)?;
        let records: HashMap<Id, Record> = records
            .into_iter()
            .map(|record| (record.id, record))
            .collect();
        for row in rows {
            let record = records.get(&row.id);
            let was_merged = record.is_some_and(|record| {
                let mut links = record.links.iter();
                links.any(|link| link.relation == Relation::MergedInto)
            });
            if was_merged {
                continue;
            }
            if let (Kind::Talk, Some(order)) = (kind, row.order_id) {
                self.orders_of.insert(row.id, order);
            }
            let item = self.item(kind, row, record)?;
            self.items.extend(item);
        }
        Ok(())
    }

    fn item(
        &mut self,
        kind: Kind,
        row: &Row,
        record: Option<&Record>,
    ) -> Result<Option<Item>, Problem> {
        let mut item = Item {
            id: row.id,
            kind,
            at: row.opened,
            by: person(row.first_owner),
            flags: 0,
            buyer: buyer(row),
            amount: None,
            took: 0,
        };
        item.set(flag::OPEN, row.closed.is_none());
        item.set(flag::CLOSED, row.closed.is_some());
        match kind {
            Kind::Talk => self.talk(&mut item, row, record),
            Kind::Order => order_facts(&mut item, row),
            Kind::Complaint => match record {
                Some(record) => self.complaint(&mut item, record),
                None => return Ok(None),
            },
            Kind::Refund => {
                let kind = text(row, case::KIND.name());
                if !kind.is_some_and(|kind| REFUNDS.contains(&kind)) {
                    return Ok(None);
                }
            }
            Kind::StockOut => {}
            Kind::Review => {
                let level = text(row, review::LEVEL.name());
                item.set(flag::GOOD, level == Some("good"));
                // That nobody answered a good one leaves nothing open.
                item.set(flag::OPEN, false);
            }
            Kind::Presence => {
                item.by = whose(row, attendance::PERSON.name());
                let Some(record) = record else {
                    return Ok(None);
                };
                item.took = presence(record, self.left_by(row, record)?);
                item.set(flag::OPEN, false);
            }
        }
        Ok(Some(item))
    }

    /// By when somebody had gone who did not say so, milliseconds UTC: while the day runs they
    /// are there; of a day that is over the plan says when it ended for them, else its own end.
    fn left_by(&mut self, row: &Row, record: &Record) -> Result<i64, Problem> {
        let now = self.desk.now();
        let day = text(row, attendance::DAY.name());
        let day = day.and_then(|day| day.parse::<NaiveDate>().ok());
        let day = day.or_else(|| self.days.of(row.opened));
        let Some(day) = day.filter(|_| record.state == "present") else {
            return Ok(now);
        };
        let over = self.days.period(Span::Day, day).to;
        if now < over {
            return Ok(now);
        }
        let ends = match self.gone_by.entry(day) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(ends_of(self.desk, day)?),
        };
        let planned = whose(row, attendance::PERSON.name()).and_then(|person| ends.get(&person));
        Ok(planned.map_or(over, |ends| over.min(*ends)))
    }

    fn talk(&self, item: &mut Item, row: &Row, record: Option<&Record>) {
        let stage = text(row, conversation::STAGE_OF.name());
        let asks = !matches!(stage, Some("in_sales" | "after_sales"));
        item.set(flag::ENQUIRY, asks);
        let rating = text(row, conversation::SATISFACTION.name());
        item.rate(rating);
        let accepted = row.fields.get(conversation::ACCEPTED.name());
        item.set(flag::ASKED, accepted.is_some());
        let is_accepted = accepted.and_then(serde_json::Value::as_bool) == Some(true);
        item.set(flag::ACCEPTED, is_accepted);
        let Some(record) = record else {
            return;
        };
        let said = || {
            let live = record.entries.iter().filter(|entry| !entry.void);
            live.map(|entry| (entry.say.direction, entry.at))
        };
        let first_in = said().find(|(direction, _)| *direction == Direction::In);
        let first_in = first_in.map(|(_, at)| at);
        // What we said before the buyer asked answers nothing, unless the buyer never spoke here.
        let reply = said().find(|(direction, at)| {
            *direction == Direction::Out && first_in.is_none_or(|asked| *at >= asked)
        });
        let reply = reply.map(|(_, at)| at);
        item.set(flag::WORDS, first_in.is_some() || reply.is_some());
        item.set(flag::REPLIED, reply.is_some());
        item.set(flag::TIMED, first_in.is_some());
        let asked = first_in.unwrap_or(item.at);
        let due = self.limits.due(Rule::Reply, record, asked).at;
        item.set(flag::ON_TIME, reply.is_some_and(|at| at <= due));
        item.took = reply.map_or(0, |at| (at - asked).max(0));
        item.set(flag::REOPENED, is_reopened(record));
    }

    fn complaint(&self, item: &mut Item, record: &Record) {
        let due = complaint::due_of(record, &self.limits).at;
        let answered = complaint::answered(record);
        item.set(flag::REPLIED, answered.is_some());
        item.set(flag::ON_TIME, answered.is_some_and(|(at, _)| at <= due));
        item.took = answered.map_or(0, |(_, took)| took);
        item.set(flag::REPEAT, record.get(complaint::REPEAT_OF).is_some());
        item.set(
            flag::CROSS,
            record.get(complaint::CROSS_REGION) == Some(true),
        );
        item.set(flag::KEY, record.get(complaint::KEY_ACCOUNT) == Some(true));
        item.rate(record.text(complaint::SATISFACTION.name()));
    }

    fn facts(mut self) -> Result<Facts, Problem> {
        sales::attribute(&mut self.items, &self.orders_of, &self.days);
        Ok(Facts {
            stretch: (self.from, self.to),
            items: Facts::laid(self.items, (self.from, self.to)),
            scores_from: (self.scores.len() >= MOST)
                .then(|| self.scores.first().map(|row| row.day))
                .flatten(),
            sheets: SheetDays::of(&self.scores, &self.days),
            scores: self.scores,
            cuts: self.cuts,
            targets: self.desk.targets()?,
            days: self.days,
            read_at: self.desk.now(),
        })
    }
}

impl Item {
    fn set(&mut self, flag: u32, is: bool) {
        if is {
            self.flags |= flag;
        } else {
            self.flags &= !flag;
        }
    }

    fn rate(&mut self, level: Option<&str>) {
        self.set(flag::RATED, level.is_some());
        let is_content = level.is_some_and(|level| CONTENT.contains(&level));
        self.set(flag::CONTENT, is_content);
    }
}

fn register_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Talk => conversation::REGISTER.name,
        Kind::Order => order::REGISTER.name,
        Kind::Complaint => complaint::REGISTER.name,
        Kind::Refund => case::REGISTER.name,
        Kind::StockOut => stock_out::REGISTER.name,
        Kind::Review => review::REGISTER.name,
        Kind::Presence => attendance::REGISTER.name,
    }
}

fn text<'a>(row: &'a Row, field: &str) -> Option<&'a str> {
    row.fields.get(field)?.as_str()
}

/// The person whom a field of a row names.
fn whose(row: &Row, field: &str) -> Option<Id> {
    row.fields.get(field).and_then(Id::from_value)
}

/// When the plan of a day lets each person go at the latest, milliseconds UTC.
fn ends_of(desk: &Desk, day: NaiveDate) -> Result<HashMap<Id, i64>, Problem> {
    let mut latest = HashMap::new();
    for line in desk.plan_of_day(&day.to_string())? {
        if let (Some(person), Some(ends)) = (whose(&line, sheet::PERSON.name()), ends_at(&line)) {
            let known = latest.entry(person).or_insert(ends);
            *known = ends.max(*known);
        }
    }
    Ok(latest)
}

/// A row of the platform's sheet that is about somebody; none of one that names no day.
fn score(row: &Row, by: Option<Id>) -> Option<ScoreRow> {
    let number = |name: &str| row.fields.get(name).and_then(serde_json::Value::as_i64);
    let money = |name: &str| row.fields.get(name).and_then(Money::from_value);
    let kind = match text(row, performance::ROW.name()) {
        Some(performance::AGENT) | None => RowKind::Agent,
        Some(performance::SHOP_TOTAL) => RowKind::ShopTotal,
        Some(_) => RowKind::Other,
    };
    let mut cells = [None; Score::COUNT];
    for (cell, name) in [
        (Score::Asked, performance::ASKED.name()),
        (Score::Paid, performance::PAID.name()),
        (Score::Conversion, performance::CONVERSION.name()),
        (Score::First, performance::FIRST.name()),
        (Score::Average, performance::AVERAGE.name()),
        (Score::Content, performance::CONTENT.name()),
        (Score::Replied, performance::REPLIED.name()),
    ] {
        // No reader of files lets others in; other programs may.
        cells[cell as usize] = number(name).filter(|it| (0..=performance::MOST).contains(it));
    }
    let mut sums = [None; Sum::COUNT];
    sums[Sum::Sales as usize] = money(performance::SALES.name());
    sums[Sum::Refunded as usize] = money(performance::REFUNDED.name());
    Some(ScoreRow {
        id: row.id,
        kind,
        day: text(row, performance::DAY.name())?.parse().ok()?,
        account: text(row, ACCOUNT.name()).unwrap_or_default().to_owned(),
        upto: number(performance::UPTO.name()),
        by,
        cells,
        sums,
    })
}

/// An advertiser is no buyer (001 exempts them).
fn is_ad(row: &Row) -> bool {
    let flagged = row.fields.get(conversation::AD.name());
    let flagged = flagged.and_then(serde_json::Value::as_bool) == Some(true);
    flagged || text(row, conversation::OUTCOME.name()) == Some("ad")
}

fn order_facts(item: &mut Item, row: &Row) {
    let time = |name: &str| row.fields.get(name).and_then(serde_json::Value::as_i64);
    item.at = time(order::PLACED_AT.name()).unwrap_or(row.opened);
    // By whose talk it came is seen when all is read.
    item.by = None;
    let paid = row
        .fields
        .get(order::PAID.name())
        .and_then(Money::from_value);
    let state = text(row, order::PLATFORM_STATE.name());
    let is_unpaid = matches!(state, Some("unpaid" | "closed_unpaid") | None);
    let is_paid = time(order::PAID_AT.name()).is_some()
        || !is_unpaid && paid.is_some_and(|sum| sum.minor > 0);
    item.set(flag::PAID, is_paid);
    item.set(
        flag::OPEN,
        !is_paid && matches!(state, Some("unpaid") | None),
    );
    item.amount = paid.filter(|_| is_paid);
}

/// The customer, else the name as far as it tells anybody apart, else nobody but this record.
fn buyer(row: &Row) -> Buyer {
    if let Some(customer) = row.customer {
        return customer.0;
    }
    let names = ["buyer_id", "buyer", "said_buyer"];
    let mut names = names.iter().filter_map(|name| text(row, name));
    let known = names.find(|name| !name.trim().is_empty() && !is_masked(name));
    known.map_or(row.id.0, |name| {
        let hash = blake3::hash(name.trim().as_bytes());
        let mut buyer = Buyer::default();
        buyer.copy_from_slice(&hash.as_bytes()[..16]);
        buyer
    })
}

/// Returns whether a talk went on within seven days of its end.
fn is_reopened(record: &Record) -> bool {
    let moves: Vec<_> = record
        .steps
        .iter()
        .filter(|step| step.verb == Verb::Move)
        .collect();
    moves.windows(2).any(|two| {
        let soon = two[1].trace.at - two[0].trace.at <= AGAIN;
        two[0].to == "closed" && two[1].to == "open" && soon
    })
}

/// How long somebody was there on a day, milliseconds, up to a moment.
fn presence(record: &Record, until: i64) -> i64 {
    let (mut there, mut since) = (0_i64, None::<i64>);
    for step in record.steps.iter().filter(|step| step.verb == Verb::Move) {
        if let Some(since) = since.take() {
            there = there.saturating_add((step.trace.at - since).max(0));
        }
        since = (step.to == "present").then_some(step.trace.at);
    }
    since.map_or(there, |since| there.saturating_add((until - since).max(0)))
}
