//! What single figures come to over records made by hand, and what keeps a value from a verdict.

use super::*;
use crate::chance::SeededRandom;
use crate::desk::Desk;
use crate::desk::figures::declared::Better;
use crate::desk::figures::value::{Caveat, Held, Times};
use crate::domain::payload::{Payload, Say};
use crate::domain::registers::{case, review, sheet};
use crate::store::{Author, Draft};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Shop {
    /// The desk, its clock so long after the beginning.
    fn after(&mut self, millis: i64) -> &mut Desk {
        self.desk.clock = Box::new(FixedClock(NOW + millis));
        &mut self.desk
    }

    fn moves(&mut self, register: &'static Register, id: Id, (from, to): (&str, &str), after: i64) {
        let desk = self.after(after);
        let mut act = desk.act();
        let (from, to) = (from.to_owned(), to.to_owned());
        let (reason, note) = (None, None);
        act.add(
            register,
            id,
            Payload::Move {
                from,
                to,
                reason,
                note,
            },
        );
        desk.write(act).unwrap();
    }

    fn complaint(&mut self, about: &[(&'static str, Json)]) -> Id {
        let mut all = fields([("words", json!("坏了")), ("source", json!("customer"))]);
        all.extend(
            about
                .iter()
                .map(|(name, value)| ((*name).into(), value.clone())),
        );
        self.record(&complaint::REGISTER, all)
    }

    fn talk(&mut self, about: Fields, said: &[(Direction, i64)]) -> Id {
        let id = self.record(&conversation::REGISTER, about);
        for (direction, after) in said {
            let say = Say::plain(*direction, "好");
            let payload = Payload::Say(Box::new(say));
            let draft = Draft::new(&conversation::REGISTER, id, payload, NOW + after);
            let replica = self.desk.me().unwrap().replica;
            let author = Author { replica, zone: 480 };
            let mut random = SeededRandom::new("said");
            let store = self.desk.store_mut();
            store
                .append(&author, NOW + after, &mut random, &[draft])
                .unwrap();
        }
        id
    }

    fn value(&self, id: &str) -> Value {
        self.month(id).value
    }

    fn times(&self, id: &str) -> Times {
        match self.value(id) {
            Value::Time(times) => times,
            other => panic!("{other:?}"),
        }
    }
}

fn rate(part: u64, whole: u64) -> Value {
    Value::Rate { part, whole }
}

#[test]
fn a_complaints_time_stands_still_while_it_is_the_customers_turn() {
    let mut shop = Shop::new();
    let back = shop.complaint(&[
        ("satisfaction", json!("satisfied")),
        ("cross_region", json!(true)),
    ]);
    let late = shop.complaint(&[
        ("satisfaction", json!("dissatisfied")),
        ("cross_region", json!(true)),
    ]);
    let open = shop.complaint(&[]);
    let complaint = &complaint::REGISTER;
    shop.moves(complaint, back, ("received", "answered"), 10 * HOUR);
    shop.moves(complaint, late, ("received", "answered"), 50 * HOUR);
    shop.moves(complaint, back, ("answered", "verifying"), 60 * HOUR);
    // The desk's own clock.
    let due = |shop: &Shop, id: Id| shop.desk.store().row(id).unwrap().unwrap().due;
    assert_eq!(due(&shop, back), Some(NOW + 98 * HOUR));
    shop.moves(complaint, back, ("verifying", "answered"), 61 * HOUR);
    assert_eq!(shop.value("complaint_reply_rate"), rate(2, 3));
    assert_eq!(shop.value("complaint_ontime_rate"), rate(1, 3));
    let times = shop.times("complaint_answer_time");
    assert_eq!((times.median, times.most), (11 * HOUR, 50 * HOUR));
    assert_eq!((times.count, times.inside), (2, 1));
    // Each of them has to be answered in time.
    assert_eq!(shop.month("complaint_answer_time").passes, Some(false));
    assert_eq!(shop.value("complaint_satisfaction"), rate(1, 3));
    let across = shop.month("xregion_complaint_satisfaction");
    assert_eq!((across.value, across.passes), (rate(1, 2), Some(false)));
    // Nobody marked a key account's: whether there is one no fact says.
    let key = "keyacct_complaint_satisfaction";
    assert_eq!(shop.value(key), Value::Unknown);
    let marked = |value: Json| fields([("key_account", json!(true)), ("satisfaction", value)]);
    shop.desk
        .set_fields(open, marked(json!("very_satisfied")))
        .unwrap();
    let reading = shop.month(key);
    assert_eq!((reading.value, reading.passes), (rate(1, 1), Some(true)));
}

#[test]
fn refunds_and_complaints_are_shares_of_the_orders_that_are_paid() {
    let mut shop = Shop::new();
    for kind in ["refund_only", "return_refund", "exchange"] {
        let about = fields([
            ("kind", json!(kind)),
            ("reason", json!("not_wanted")),
            ("fault", json!("unclear")),
            ("amount", json!({"minor": 100, "currency": "CNY"})),
            ("read_back", json!(true)),
        ]);
        shop.record(&case::REGISTER, about);
    }
    shop.complaints(3, 0);
    let month = shop.period(Span::Month);
    let orders = all(&shop, order::REGISTER.name);
    let placed = |row: &&Row| month.has(row.fields["placed_at"].as_i64().unwrap_or(row.opened));
    let paid = orders.iter().filter(placed);
    let paid = paid.filter(|row| row.fields.get("paid_at").is_some());
    let paid = paid.count() as u64;
    assert!(paid > 0);
    assert_eq!(shop.value("refund_rate"), rate(2, paid));
    assert_eq!(shop.value("complaint_rate"), rate(3, paid));
    for (level, count) in [("good", 3), ("neutral", 1), ("bad", 1)] {
        for _ in 0..count {
            shop.record(&review::REGISTER, fields([("level", json!(level))]));
        }
    }
    assert_eq!(shop.value("good_review_rate"), rate(3, 5));
}

#[test]
fn talks_count_by_when_they_were_answered_and_how_they_ended() {
    use Direction::{In, Out};
    let mut shop = Shop::new();
    let accepted = |yes: bool| fields([("accepted", json!(yes))]);
    // The shop's limit is a minute.
    let soon = shop.talk(accepted(true), &[(In, 0), (Out, 30_000)]);
    let late = shop.talk(accepted(false), &[(In, 0), (Out, 5 * MINUTE)]);
    shop.talk(Fields::new(), &[(In, 0)]);
    shop.talk(Fields::new(), &[]);
    let talk = &conversation::REGISTER;
    shop.moves(talk, soon, ("open", "closed"), HOUR);
    shop.moves(talk, late, ("open", "closed"), HOUR);
    shop.moves(talk, late, ("closed", "open"), 2 * HOUR);
    shop.moves(talk, late, ("open", "closed"), 3 * HOUR);
    assert_eq!(shop.value("consult_reply_rate"), rate(2, 3));
    assert_eq!(shop.value("response_rate"), rate(2, 3));
    assert_eq!(shop.value("consult_ontime_rate"), rate(1, 3));
    let times = shop.times("first_response");
    assert_eq!((times.median, times.most), (30_000, 5 * MINUTE));
    assert_eq!((times.count, times.inside), (2, 1));
    assert_eq!(shop.value("resolution_rate"), rate(1, 2));
    assert_eq!(shop.value("first_contact_resolution"), rate(1, 2));
    let each_hour = shop.month("service_efficiency");
    assert_eq!(each_hour.value, Value::PerHour(2, 3 * HOUR));
    assert_eq!(each_hour.text().as_deref(), Some("0.67"));
}

#[test]
fn who_never_signed_out_was_there_no_longer_than_the_day() {
    let mut shop = Shop::new();
    let (me, day) = (shop.desk.me().unwrap().id, shop.period(Span::Day));
    let there = |shop: &Shop| match shop.value("service_efficiency") {
        Value::PerHour(_, millis) => millis,
        other => panic!("{other:?}"),
    };
    shop.after(HOUR);
    assert_eq!(there(&shop), HOUR, "they are still there");
    shop.after(3 * DAY);
    assert_eq!(there(&shop), day.to - NOW);
    // The plan says when they went.
    let line = fields([
        ("day", json!(day.first.to_string())),
        ("person", json!(me.to_string())),
        ("starts", json!(NOW - HOUR)),
        ("ends", json!(NOW + 2 * HOUR)),
    ]);
    shop.record(&sheet::REGISTER, line);
    assert_eq!(there(&shop), 2 * HOUR);
}

#[test]
fn a_target_that_adds_up_is_the_shops_for_a_month_and_for_nothing_less() {
    let mut shop = Shop::new();
    shop.desk.set_setting("target_order_count", "1").unwrap();
    shop.complaints(2, 0);
    let (facts, me) = (shop.facts(), shop.desk.me().unwrap().id);
    let read = |id: &str, whose: &Whose, span: Span| {
        facts.reading(figure(id).unwrap(), whose, &shop.period(span))
    };
    let count = read("order_count", &Whose::Shop, Span::Month);
    assert_eq!((count.passes, count.caveats), (Some(true), vec![]));
    for (whose, span) in [
        (Whose::Shop, Span::Day),
        (Whose::Shop, Span::Week),
        (Whose::Person(me), Span::Month),
    ] {
        let count = read("order_count", &whose, span);
        assert_eq!(count.passes, None, "{whose:?} {span:?}");
        assert_eq!(count.caveats, [Caveat::ShopMonth], "{whose:?} {span:?}");
        assert_eq!(count.goal, Some(Goal::Count(1)));
    }
    // A share says the same of a part, but the sources count it by the month.
    let day = read("complaint_reply_rate", &Whose::Shop, Span::Day);
    assert_eq!(day.passes, Some(false));
    assert_eq!(day.caveats, [Caveat::OtherPeriod]);
    // Without a target nothing is to be said.
    let day = read("refund_count", &Whose::Shop, Span::Day);
    assert_eq!(day.caveats, []);
}

#[test]
fn what_counts_recorded_talks_reaches_and_misses_nothing() {
    let mut shop = Shop::new();
    for id in ["consult_volume", "agent_sales"] {
        shop.desk.set_setting(&format!("target_{id}"), "1").unwrap();
    }
    shop.desk
        .set_setting("target_first_response", "30s")
        .unwrap();
    shop.talk(
        Fields::new(),
        &[(Direction::In, 0), (Direction::Out, 1_000)],
    );
    for id in [
        "consult_volume",
        "consult_to_order",
        "consult_reply_rate",
        "consult_ontime_rate",
        "response_rate",
        "first_response",
        "agent_sales",
    ] {
        let reading = shop.month(id);
        assert!(reading.is_recorded_only(), "{id}");
        assert_eq!(reading.passes, None, "{id}");
    }
    assert_eq!(
        shop.month("first_response").goal,
        Some(Goal::Time(30_000)),
        "seconds are read"
    );
    assert_eq!(Goal::Time(30_000).text(), "30s");
}

#[test]
fn a_time_is_held_by_the_one_that_its_figure_names() {
    let passes = |held| {
        let times = Times::of(vec![300, 10, 20], 2, held);
        Value::Time(times).reaches(Goal::Time(20), Better::Less)
    };
    assert_eq!(passes(Held::Median), Some(true));
    assert_eq!(passes(Held::Most), Some(false));
    let none = Value::Time(Times::of(Vec::new(), 0, Held::Most));
    assert_eq!(none.reaches(Goal::Time(20), Better::Less), None);
}

#[test]
fn the_workbook_says_what_it_is_about_and_how_each_figure_is_counted() {
    let mut shop = Shop::new();
    shop.complaints(2, 0);
    let words = Words::new(Language::En);
    let today = shop.desk.today().unwrap();
    let report = shop.desk.report(Span::Day, today, Format::Xlsx, &words);
    let cursor = std::io::Cursor::new(report.unwrap());
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(cursor).unwrap();
    let mut lines = |sheet: &str| -> Vec<String> {
        let range = calamine::Reader::worksheet_range(&mut book, sheet).unwrap();
        let rows = range.rows();
        rows.map(|row| {
            let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
            cells.join("|")
        })
        .collect()
    };
    let about = lines("About").join("\n");
    for part in ["2026-11-22", "青禾", "Counted at", "not by the platform"] {
        assert!(about.contains(part), "{part} in {about}");
    }
    let formulas = lines("How each is counted");
    let paid = formulas.iter().find(|line| line.starts_with("paid_rate"));
    let formula = words.get("figure-formula-paid_rate");
    assert!(paid.unwrap().ends_with(&*formula), "{formulas:?}");
    let figures = lines("All figures");
    let volume = figures
        .iter()
        .find(|line| line.starts_with("consult_volume"));
    assert!(volume.unwrap().contains("|own|"), "{figures:?}");
    assert!(volume.unwrap().contains("staff sheet"), "{figures:?}");
}
