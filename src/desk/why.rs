//! Why something is due when it is: who says so, by which limit, and what the platform said
//! before it moved the deadline.

use super::Desk;
use crate::domain::deadline::limits::{Key, Limits, Rule};
use crate::domain::event::Event;
use crate::domain::field::Kind;
use crate::domain::id::ReplicaId;
use crate::domain::payload::Payload;
use crate::domain::record::Record;
use crate::domain::register::{Due, Source};
use crate::domain::registers;
use crate::problem::Problem;

/// Why something is due when it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyDue {
    /// When, and who says so.
    pub due: Due,
    /// The limit of the shop that gives it.
    pub limit: Option<Limit>,
    /// What the platform said of it.
    pub platform: Option<Platform>,
    /// Whose machine wrote it down, where a person set it.
    pub set_by: Option<ReplicaId>,
}

/// A limit of the shop as it holds for a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// What may take only so long.
    pub rule: Rule,
    /// How long, as a person writes it (`2h 09:00-18:00`).
    pub clock: String,
    /// For which records alone (`channel=phone`); empty for all, none where nobody in the shop
    /// said anything and the usual one holds.
    pub only: Option<String>,
}

/// What the platform says of a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    /// The first export that says it so, milliseconds UTC.
    pub since: i64,
    /// What the export before said, milliseconds UTC, where it said otherwise.
    pub was: Option<i64>,
}

impl Desk {
    /// Returns why a record is due when it is; none where it is not due at all.
    pub fn why_due(&self, record: &Record) -> Result<Option<WhyDue>, Problem> {
        let limits = self.store().limits()?;
        let register = registers::by_name(&record.register);
        let Some(due) = register.and_then(|register| (register.due)(record, &limits)) else {
            return Ok(None);
        };
        let field = field_of(record, due);
        let platform = match field.filter(|_| due.source == Source::Platform) {
            Some(field) => self.said_by_platform(record, field, due.at)?,
            None => None,
        };
        let is_ours = matches!(due.source, Source::Manual | Source::Own);
        let set = field
            .filter(|_| is_ours)
            .and_then(|field| record.write(field));
        Ok(Some(WhyDue {
            due,
            limit: due.limit.map(|rule| limit(&limits, rule, record)),
            platform,
            set_by: set.map(|write| write.trace.replica),
        }))
    }

    fn said_by_platform(
        &self,
        record: &Record,
        field: &str,
        due_at: i64,
    ) -> Result<Option<Platform>, Problem> {
        let mut events = self.store().counted_events(record.id)?;
        events.retain(|event| !record.voided.contains(&event.chain));
        Ok(said(&events, field, due_at))
    }
}

fn limit(limits: &Limits, rule: Rule, record: &Record) -> Limit {
    let (key, clock) = limits.said(rule, record);
    Limit {
        rule,
        clock: clock.to_string(),
        only: key.map(Key::only),
    }
}

/// The field that holds the deadline: a time of the record that is the same moment; the
/// platform's own where the platform says it.
fn field_of(record: &Record, due: Due) -> Option<&'static str> {
    let register = registers::by_name(&record.register)?;
    let is_it = |field: &&crate::domain::field::FieldSpec| {
        matches!(field.kind, Kind::Time)
            && field.mirror == (due.source == Source::Platform)
            && record.value(field.name).and_then(serde_json::Value::as_i64) == Some(due.at)
    };
    register.fields.iter().find(is_it).map(|field| field.name)
}

/// What exports that count said of a field, by when they were made; none where the last of it is
/// not the deadline that holds.
fn said(events: &[Event], field: &str, due_at: i64) -> Option<Platform> {
    let mut said: Vec<(i64, i64)> = Vec::new();
    for event in events {
        let Some(Payload::Open(change) | Payload::Set(change)) = Payload::read(event) else {
            continue;
        };
        let value = change.fields.get(field).and_then(serde_json::Value::as_i64);
        said.extend(change.exported_at.zip(value));
    }
    // Of two that were made at the same time the later event holds, as in the fold.
    said.sort_by_key(|(exported_at, _)| *exported_at);
    let (_, now) = *said.last().filter(|(_, at)| *at == due_at)?;
    let last_other = said.iter().rposition(|(_, at)| *at != now);
    let since = said.get(last_other.map_or(0, |at| at + 1))?.0;
    Some(Platform {
        since,
        was: last_other.map(|at| said[at].1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::act::fields;
    use crate::desk::import::ImportOptions;
    use crate::desk::shop_tests::{NOW, ORDER, Shop, unowned_talk};
    use crate::domain::registers::case;
    use crate::store::Query;
    use serde_json::json;

    const HOUR: i64 = 3_600_000;

    /// Takes in an export of refunds in which the platform answers this one by itself at a time.
    fn export(shop: &mut Shop, ends: &str, exported_at: i64) -> Record {
        let table = format!(
            "退款编号,订单编号,退款状态,退款的申请时间,超时时间,买家退款金额\n\
             9001,{ORDER},待卖家同意,2026-11-20 10:00:00,{ends},129.00\n"
        );
        let options = ImportOptions {
            exported_at: Some(exported_at),
            ..ImportOptions::default()
        };
        let desk = &mut shop.desk;
        desk.import("refunds.csv", table.as_bytes(), &options)
            .unwrap();
        let cases = Query {
            registers: vec!["case"],
            limit: Some(10),
            ..Query::default()
        };
        let all = desk.store().rows(&cases).unwrap();
        let row = all
            .iter()
            .find(|row| row.order_number.as_deref() == Some(ORDER));
        desk.record(row.unwrap().id).unwrap().0
    }

    #[test]
    fn a_deadline_that_the_platform_moved_says_what_it_was() {
        let mut shop = Shop::new();
        let first = NOW - 5 * HOUR;
        let record = export(&mut shop, "2026-11-23 10:00:00", first);
        let was = record.get(case::PLATFORM_DUE_AT).unwrap();
        let why = shop.desk.why_due(&record).unwrap().unwrap();
        assert_eq!(why.due, Due::new(was, Source::Platform));
        let unmoved = |since| Platform { since, was: None };
        assert_eq!(why.platform, Some(unmoved(first)));
        // The same again moves nothing; another time does, and an old export changes nothing.
        export(&mut shop, "2026-11-23 10:00:00", NOW - 4 * HOUR);
        export(&mut shop, "2026-11-24 10:00:00", NOW - 3 * HOUR);
        export(&mut shop, "2026-11-24 10:00:00", NOW - 2 * HOUR);
        let record = export(&mut shop, "2026-11-22 10:00:00", NOW - 6 * HOUR);
        let why = shop.desk.why_due(&record).unwrap().unwrap();
        assert_eq!(why.due.at, was + 24 * HOUR);
        let moved = Platform {
            since: NOW - 3 * HOUR,
            was: Some(was),
        };
        assert_eq!(why.platform, Some(moved));
    }

    #[test]
    fn what_does_not_count_and_what_does_not_hold_explains_nothing() {
        let mut shop = Shop::new();
        let at = NOW - 5 * HOUR;
        export(&mut shop, "2026-11-24 10:00:00", at);
        let record = export(&mut shop, "2026-11-23 10:00:00", at);
        let due = record.get(case::PLATFORM_DUE_AT).unwrap();
        let store = shop.desk.store();
        let mut events = store.counted_events(record.id).unwrap();
        let said_now = said(&events, case::PLATFORM_DUE_AT.name(), due).unwrap();
        assert_eq!(said_now.was, Some(due + 24 * HOUR), "the later one holds");
        // The newest does not count: what is said without it is not the deadline.
        let last = events.pop().unwrap();
        assert_eq!(said(&events, case::PLATFORM_DUE_AT.name(), due), None);
        let conn = rusqlite::Connection::open(store.folder().join("zhiban.db")).unwrap();
        conn.execute(
            "INSERT INTO unfolded SELECT key, 'Q1' FROM event WHERE chain = ?1",
            [last.chain.0],
        )
        .unwrap();
        assert_eq!(store.counted_events(record.id).unwrap(), events);
        assert_eq!(shop.desk.why_due(&record).unwrap().unwrap().platform, None);
    }

    #[test]
    fn a_limit_says_which_it_is_and_for_what() {
        let mut shop = Shop::new();
        let desk = &mut shop.desk;
        let talk = unowned_talk(
            desk,
            fields([("channel", json!("phone")), ("buyer", json!("甲"))]),
        );
        let limit = |desk: &Desk, record: &Record| {
            let why = desk.why_due(record).unwrap().unwrap();
            assert_eq!((why.due.source, why.platform), (Source::Rule, None));
            why.limit.unwrap()
        };
        let usual = limit(desk, &talk);
        assert_eq!((usual.rule, usual.only), (Rule::Reply, None));
        desk.set_shop_setting("limit_reply", "30m").unwrap();
        desk.set_shop_setting("limit_reply@channel=phone", "2h 09:00-18:00")
            .unwrap();
        let narrowed = limit(desk, &talk);
        assert_eq!(narrowed.clock, "2h 09:00-18:00");
        assert_eq!(narrowed.only.as_deref(), Some("channel=phone"));
        let other = unowned_talk(
            desk,
            fields([("channel", json!("chat")), ("buyer", json!("乙"))]),
        );
        let of_all = limit(desk, &other);
        assert_eq!(
            (of_all.clock.as_str(), of_all.only.as_deref()),
            ("30m", Some(""))
        );
    }

    #[test]
    fn what_a_person_set_says_who() {
        let mut shop = Shop::new();
        let desk = &mut shop.desk;
        let me = desk.me().unwrap().replica;
        let due = NOW + HOUR;
        let set = fields([
            ("due_at", json!(due)),
            ("kind", json!("reminder")),
            ("subject", json!("x")),
        ]);
        let id = desk.open_record("follow_up", set).unwrap().record();
        let record = desk.record(id).unwrap().0;
        let why = desk.why_due(&record).unwrap().unwrap();
        assert_eq!(
            (why.due, why.set_by),
            (Due::new(due, Source::Manual), Some(me))
        );
        let notice = desk.open_record(
            "notice",
            fields([("kind", json!("rule")), ("title", json!("n"))]),
        );
        let record = desk.record(notice.unwrap().record()).unwrap().0;
        assert_eq!(desk.why_due(&record).unwrap(), None);
    }
}
