//! The figures against the acceptance test of S22 and against a count by hand over every record
//! of the sample shop.

mod sheet;
mod values;

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::declared::{FIGURES, Figure, Measure, SHEET, figure};
use super::facts::{Facts, Whose};
use super::period::{Period, Span};
use super::targets::{Goal, split};
use super::value::{Reading, Value};
use crate::chance::FixedClock;
use crate::desk::act::fields;
use crate::desk::board::DutyKind;
use crate::desk::shop_tests::{NOW, Shop};
use crate::domain::id::Id;
use crate::domain::payload::{Direction, Fields};
use crate::domain::register::{Owner, Register};
use crate::domain::registers::{complaint, conversation, order, report};
use crate::exchange::outlet::Format;
use crate::i18n::{Language, Words, missing};
use crate::store::{Query, Row};

impl Shop {
    fn record(&mut self, register: &'static Register, about: Fields) -> Id {
        let desk = &mut self.desk;
        let id = desk.new_id();
        let mut act = desk.act();
        act.open(register, id, about);
        desk.write(act).unwrap();
        id
    }

    /// So many complaints, of which so many repeat the first one.
    fn complaints(&mut self, count: usize, repeats: usize) {
        let words = || ("words", json!("坏了"));
        let source = || ("source", json!("customer"));
        let first = self.record(&complaint::REGISTER, fields([words(), source()]));
        for at in 1..count {
            let mut about = fields([words(), source()]);
            if at <= repeats {
                about.insert("repeat_of".into(), json!(first.to_string()));
            }
            self.record(&complaint::REGISTER, about);
        }
    }

    /// Who wrote today's report and when, and whether that does the duty.
    fn report_duty(&self) -> (Option<(Option<Id>, i64)>, bool) {
        let duties = self.desk.board().unwrap().duties;
        let mut of_report = duties.into_iter().filter_map(|duty| match duty.kind {
            DutyKind::Report(Span::Day, written) => Some((written, duty.done)),
            _ => None,
        });
        of_report.next().unwrap()
    }

    fn period(&self, span: Span) -> Period {
        let day = self.desk.today().unwrap();
        self.desk.days().unwrap().period(span, day)
    }

    fn facts(&self) -> Facts {
        let periods = Span::ALL.map(|span| self.period(span));
        self.desk.facts(&periods, &mut |_| true).unwrap().unwrap()
    }

    fn month(&self, id: &str) -> Reading {
        let period = self.period(Span::Month);
        self.facts()
            .reading(figure(id).unwrap(), &Whose::Shop, &period)
    }
}

#[test]
fn one_repeat_in_a_hundred_and_one_passes_and_one_in_a_hundred_does_not() {
    for (count, shown, passes) in [(101, "1.00%", true), (100, "1.01%", false)] {
        let mut shop = Shop::new();
        shop.complaints(count, 1);
        let reading = shop.month("repeat_complaint_rate");
        assert_eq!(reading.text().as_deref(), Some(shown));
        assert_eq!(reading.passes, Some(passes), "{count}");
        // None is answered yet.
        assert_eq!(reading.open, count as u64);
        assert_eq!(
            shop.month("complaint_count").value,
            Value::Count(count as u64)
        );
    }
}

#[test]
fn of_no_complaints_there_is_no_rate() {
    let shop = Shop::new();
    for id in [
        "repeat_complaint_rate",
        "complaint_reply_rate",
        "complaint_answer_time",
    ] {
        let reading = shop.month(id);
        assert!(
            reading.value.is_nothing() && reading.text().is_none(),
            "{id}"
        );
        assert_eq!((reading.passes, reading.open), (None, 0), "{id}");
    }
    // All of them repeats: nothing to divide by.
    let rate = Value::Rate { part: 3, whole: 0 };
    assert_eq!(
        rate.reaches(Goal::Percent(100), super::declared::Better::Less),
        None
    );
}

#[test]
fn ninety_content_of_a_hundred_consults_pass() {
    let mut shop = Shop::new();
    for at in 0..101 {
        let level = match at {
            0..50 => json!("very_satisfied"),
            50..90 => json!("satisfied"),
            90..95 => json!("dissatisfied"),
            _ => Json::Null,
        };
        let mut about = fields([("satisfaction", level)]);
        // An advertiser is no consult.
        about.insert("ad".into(), json!(at == 100));
        about.retain(|_, value| !value.is_null());
        shop.record(&conversation::REGISTER, about);
    }
    let reading = shop.month("consult_satisfaction");
    assert_eq!(
        reading.value,
        Value::Rate {
            part: 90,
            whole: 100
        }
    );
    assert_eq!(reading.text().as_deref(), Some("90.00%"));
    assert_eq!(reading.passes, Some(true));
    assert_eq!(reading.among_rated, Some((90, 95)));
    // Nobody said how content they are about any complaint.
    shop.complaints(2, 0);
    assert_eq!(shop.month("complaint_satisfaction").value, Value::Unknown);
    assert_eq!(shop.month("connect_rate").value, Value::Unknown);
    assert_eq!(shop.month("connect_rate").passes, None);
}

#[test]
fn a_month_of_sales_is_split_to_the_cent() {
    let mut shop = Shop::new();
    shop.desk.set_setting("target_sales", "100000").unwrap();
    let (days, targets) = (shop.desk.days().unwrap(), shop.desk.targets().unwrap());
    let december = days.period(Span::Month, "2026-12-24".parse().unwrap());
    let sales = |period: &Period| targets.sales(period, &days).unwrap().minor;
    assert_eq!(sales(&december), 10_000_000);
    let all: Vec<_> = december.first.iter_days().take(31).collect();
    let each = all.iter().map(|day| sales(&days.period(Span::Day, *day)));
    assert_eq!(each.sum::<i64>(), 10_000_000);
    // Whole weeks of it, and the days of it before the first and behind the last.
    let mut sum = 0;
    let mut weeks = 0;
    for day in &all {
        let week = days.period(Span::Week, *day);
        let is_whole = week.first >= december.first && week.last <= december.last;
        if !is_whole {
            sum += sales(&days.period(Span::Day, *day));
        } else if week.first == *day {
            sum += sales(&week);
            weeks += 1;
        }
    }
    assert_eq!((sum, weeks), (10_000_000, 3));
    // A target set today says nothing of the months before.
    let october = days.period(Span::Month, "2026-10-01".parse().unwrap());
    assert_eq!(targets.sales(&october, &days), None);
}

proptest! {
    #[test]
    fn parts_add_up_and_differ_by_one_at_most(sum in 0_i64..10_000_000_000, days in 1_u32..400) {
        let parts = split(sum, days);
        prop_assert_eq!(parts.iter().sum::<i64>(), sum);
        prop_assert!(parts.iter().max().unwrap() - parts.iter().min().unwrap() <= 1);
    }

    #[test]
    fn days_weeks_and_months_meet_without_a_gap(at in 1_600_000_000_000_i64..1_900_000_000_000) {
        let shop = days_of_a_shop();
        let day = shop.of(at).unwrap();
        for span in Span::ALL {
            let period = shop.period(span, day);
            prop_assert!(period.has(at));
            prop_assert_eq!(shop.period(span, span.next(day)).from, period.to);
            prop_assert_eq!(shop.period(span, span.before(day)).to, period.from);
        }
    }
}

fn days_of_a_shop() -> super::Days {
    thread_local! {
        static DAYS: super::Days = Shop::new().desk.days().unwrap();
    }
    DAYS.with(Clone::clone)
}

#[test]
fn an_older_day_ends_when_it_ended_then() {
    let mut shop = Shop::new();
    let day = "2026-11-20".parse().unwrap();
    let before = shop.desk.days().unwrap().period(Span::Day, day);
    shop.desk.set_setting("day_end", "6").unwrap();
    let days = shop.desk.days().unwrap();
    assert_eq!(days.period(Span::Day, day), before);
    // Everything that asks for a day reads it so.
    for at in [before.from, before.to - 1] {
        assert_eq!(shop.desk.business_day(at).unwrap(), "2026-11-20");
        assert_eq!(shop.desk.day_begins(at).unwrap(), before.from);
        assert_eq!(shop.desk.day_ends(at).unwrap(), before.to);
    }
    let later = days.period(Span::Day, "2026-11-25".parse().unwrap());
    assert_eq!((later.from - before.from) % 86_400_000, 2 * 3_600_000);
}

#[test]
fn a_target_of_the_shop_goes_before_the_sources_and_must_be_one() {
    let mut shop = Shop::new();
    shop.complaints(101, 1);
    shop.desk
        .set_setting("target_repeat_complaint_rate", "0.5%")
        .unwrap();
    let reading = shop.month("repeat_complaint_rate");
    assert_eq!(
        (reading.goal, reading.passes),
        (Some(Goal::Percent(50)), Some(false))
    );
    shop.desk
        .set_setting("target_consult_volume", "30")
        .unwrap();
    shop.desk
        .set_setting("target_complaint_answer_time", "24h")
        .unwrap();
    shop.desk
        .set_setting("target_avg_order_value", "120.50")
        .unwrap();
    for (key, value) in [
        ("target_repeat_complaint_rate", "soon"),
        ("target_repeat_complaint_rate", "0.555"),
        ("target_consult_volume", "-1"),
        ("target_complaint_answer_time", "90%"),
        ("target_sales", "0"),
        ("target_nothing", "5"),
        ("target_team_work", "5"),
    ] {
        assert!(shop.desk.set_setting(key, value).is_err(), "{key} {value}");
    }
    // Taken back, the sources' counts again.
    shop.desk
        .set_setting("target_repeat_complaint_rate", "")
        .unwrap();
    assert_eq!(
        shop.month("repeat_complaint_rate").goal,
        Some(Goal::Percent(100))
    );
}

#[test]
fn every_figure_has_its_words() {
    let ids = FIGURES.iter().flat_map(|figure| {
        let name = format!("figure-{}", figure.id);
        let formula = format!("figure-formula-{}", figure.id);
        let lack = format!("figure-lack-{}", figure.id);
        let may_lack = match figure.measure {
            Measure::Unknown => true,
            Measure::Rate { told_by, .. } => told_by != 0,
            _ => false,
        };
        [name, formula].into_iter().chain(may_lack.then_some(lack))
    });
    let ids: Vec<String> = ids.collect();
    assert_eq!(
        missing(ids.iter().map(String::as_str)),
        Vec::<String>::new()
    );
    let unique: HashSet<&str> = FIGURES.iter().map(|figure| figure.id).collect();
    assert_eq!(unique.len(), FIGURES.len());
}

/// Every record of a register, whatever became of it.
fn all(shop: &Shop, register: &'static str) -> Vec<Row> {
    let query = Query {
        registers: vec![register],
        limit: Some(10_000),
        ..Query::default()
    };
    shop.desk.store().rows(&query).unwrap()
}

fn text<'a>(row: &'a Row, name: &str) -> &'a str {
    row.fields
        .get(name)
        .and_then(Json::as_str)
        .unwrap_or_default()
}

fn is_ad(row: &Row) -> bool {
    row.fields.get("ad") == Some(&json!(true)) || text(row, "outcome") == "ad"
}

/// The records of a register that began in a period, without those that stand for nothing.
fn begun(shop: &Shop, register: &'static str, period: &Period) -> Vec<Row> {
    let merged = |row: &Row| {
        let record = shop.desk.store().record(row.id).unwrap().unwrap();
        let mut links = record.links.iter();
        links.any(|link| link.relation.word() == "merged_into")
    };
    let mut rows = all(shop, register);
    rows.retain(|row| !row.void && period.has(row.opened) && !merged(row));
    rows
}

/// What the eight measures of a day come to by hand: over every record there is, without the
/// windows, items and flags of the figures.
fn by_hand(shop: &Shop, day: &Period) -> Vec<String> {
    let begun = |register| begun(shop, register, day);
    let talks: Vec<Row> = begun("conversation")
        .into_iter()
        .filter(|row| !is_ad(row))
        .collect();
    let placed = |row: &Row| row.fields["placed_at"].as_i64().unwrap_or(row.opened);
    let orders: Vec<Row> = all(shop, order::REGISTER.name)
        .into_iter()
        .filter(|row| !row.void)
        .collect();
    let today: Vec<&Row> = orders.iter().filter(|row| day.has(placed(row))).collect();
    let paid: Vec<&&Row> = today
        .iter()
        .filter(|row| row.fields.get("paid_at").is_some())
        .collect();
    let sum: i64 = paid
        .iter()
        .map(|row| row.fields["paid"]["minor"].as_i64().unwrap())
        .sum();
    let who = |row: &Row| match row.customer {
        Some(customer) => customer.to_string(),
        None if text(row, "buyer").is_empty() => row.id.to_string(),
        None => text(row, "buyer").to_owned(),
    };
    let buyers: HashSet<String> = paid.iter().map(|row| who(row)).collect();
    let asking: Vec<&Row> = talks
        .iter()
        .filter(|row| !["in_sales", "after_sales"].contains(&text(row, "stage")))
        .collect();
    let askers: HashSet<String> = asking.iter().map(|row| who(row)).collect();
    let bought: HashSet<String> = asking
        .iter()
        .filter(|talk| {
            orders.iter().any(|order| {
                let same = who(order) == who(talk) || talk.order_id == Some(order.id);
                let soon = placed(order) >= talk.opened && placed(order) < day.to + 86_400_000;
                same && soon
            })
        })
        .map(|row| who(row))
        .collect();
    let refunds = begun("case").into_iter().filter(|row| {
        ["refund_only", "return_refund", "price_difference"].contains(&text(row, "kind"))
    });
    let rate = |part: usize, whole: usize| {
        let hundredths = (part * 10_000 * 2 + whole) / (whole * 2);
        format!("{}.{:02}%", hundredths / 100, hundredths % 100)
    };
    let each = (sum * 2 + buyers.len() as i64) / (buyers.len() as i64 * 2);
    vec![
        talks.len().to_string(),
        today.len().to_string(),
        rate(bought.len(), askers.len()),
        rate(paid.len(), today.len()),
        format!("{}.{:02}", each / 100, each % 100),
        begun("stock_out").len().to_string(),
        refunds.count().to_string(),
        begun("complaint").len().to_string(),
    ]
}

#[test]
fn the_days_table_has_the_eight_measures_as_counted_by_hand() {
    let shop = Shop::sample("王主管");
    let words = Words::new(Language::En);
    let today = shop.desk.today().unwrap();
    let csv = shop
        .desk
        .report(Span::Day, today, Format::Csv, &words)
        .unwrap();
    let csv = String::from_utf8(csv).unwrap();
    let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').lines().collect();
    let cells = |line: &str| -> Vec<String> {
        let cells = line.split(',');
        cells
            .map(|cell| cell.trim_matches('"').to_owned())
            .collect()
    };
    let names: Vec<String> = FIGURES[..SHEET]
        .iter()
        .map(|figure| words.get(&format!("figure-{}", figure.id)).to_string())
        .collect();
    assert_eq!(cells(lines[0])[1..], names);
    let counted = by_hand(&shop, &shop.period(Span::Day));
    assert_eq!(cells(lines[1])[1..], counted);
    // The sample's day has something of each, and people who did it.
    assert!(!counted.contains(&"0".to_owned()), "{counted:?}");
    assert!(lines.len() > 4, "{csv}");
    // Of each person the talks that they answered for first, and the complaints.
    let day = shop.period(Span::Day);
    for line in &lines[2..] {
        let cells = cells(line);
        let person = shop.desk.people().by_name(&cells[0]).unwrap().id;
        let theirs = |register| {
            let rows = begun(&shop, register, &day).into_iter();
            rows.filter(|row| row.first_owner == Some(Owner::Person(person)) && !is_ad(row))
                .count()
                .to_string()
        };
        let want = [theirs("conversation"), theirs("complaint")];
        assert_eq!([&cells[1], &cells[8]], [&want[0], &want[1]], "{line}");
    }
}

/// A figure as the records of the shop alone say it: the sample has the platform's sheet too.
fn own(id: &str) -> Figure {
    Figure {
        sheet: None,
        ..*figure(id).unwrap()
    }
}

#[test]
fn a_reply_counts_by_its_words_and_a_persons_figures_are_their_own() {
    let shop = Shop::sample("王主管");
    let (facts, month) = (shop.facts(), shop.period(Span::Month));
    let reply = facts.reading(&own("consult_reply_rate"), &Whose::Shop, &month);
    let (mut part, mut whole) = (0, 0);
    for row in all(&shop, "conversation") {
        let record = shop.desk.store().record(row.id).unwrap().unwrap();
        let said = |direction| {
            let mut live = record.entries.iter().filter(|entry| !entry.void);
            live.any(|entry| entry.say.direction == direction)
        };
        let merged = record
            .links
            .iter()
            .any(|link| link.relation.word() == "merged_into");
        if row.void || merged || text(&row, "outcome") == "ad" || !month.has(row.opened) {
            continue;
        }
        whole += u64::from(said(Direction::In) || said(Direction::Out));
        part += u64::from(said(Direction::Out));
    }
    assert_eq!(reply.value, Value::Rate { part, whole });
    assert!(part < whole, "some wait in the sample");
    let volume = own("consult_volume");
    let count = |whose: &Whose| match facts.reading(&volume, whose, &month).value {
        Value::Count(count) => count,
        other => panic!("{other:?}"),
    };
    let people = shop.desk.people_of_figures().unwrap();
    let each: u64 = people.iter().map(|id| count(&Whose::Person(*id))).sum();
    let group = Whose::Group(people.into_iter().collect());
    assert_eq!(each, count(&group));
    assert!(each > 0 && each <= count(&Whose::Shop));
    assert_eq!(
        facts.by_hour(&Whose::Shop, &month).iter().sum::<u64>(),
        count(&Whose::Shop)
    );
}

#[test]
fn an_order_after_a_talk_is_the_talks_until_the_end_of_the_next_day() {
    let mut shop = Shop::new();
    let me = shop.desk.me().unwrap().id;
    let before = shop.month("consult_to_order").value;
    assert_eq!(before, Value::Rate { part: 0, whole: 0 });
    for buyer in ["春天里", "大伟", "小鹿"] {
        let about = fields([("buyer", json!(buyer)), ("stage", json!("pre_sales"))]);
        let talk = shop.record(&conversation::REGISTER, about);
        shop.desk.claim(talk, None).unwrap();
    }
    let order = |number: &str, buyer: &str, placed: i64| {
        fields([
            ("number", json!(number)),
            ("buyer", json!(buyer)),
            ("placed_at", json!(placed)),
            ("paid_at", json!(placed)),
            ("paid", json!({"minor": 12_900, "currency": "CNY"})),
        ])
    };
    // At 03:59 of the night the next business day still runs; the last one came before the talk.
    let end = shop.desk.days().unwrap().end_of_next_day(NOW);
    let placed = [
        ("1", "春天里", end - 1),
        ("2", "大伟", end),
        ("3", "小鹿", NOW - 1),
    ];
    for (number, buyer, at) in placed {
        shop.record(&order::REGISTER, order(number, buyer, at));
    }
    let rate = shop.month("consult_to_order");
    assert_eq!(rate.value, Value::Rate { part: 1, whole: 3 });
    assert_eq!(rate.text().as_deref(), Some("33.33%"));
    let (facts, month) = (shop.facts(), shop.period(Span::Month));
    let sales = |whose: &Whose| {
        facts
            .reading(figure("agent_sales").unwrap(), whose, &month)
            .text()
    };
    assert_eq!(sales(&Whose::Person(me)).as_deref(), Some("¥129.00"));
    assert_eq!(sales(&Whose::Shop).as_deref(), Some("¥129.00"));
}

#[test]
fn agents_see_themselves_alone_and_leaders_their_group_and_the_shop() {
    for (name, count) in [("林晓", 1), ("陈立", 3), ("王主管", 2)] {
        let shop = Shop::sample(name);
        assert_eq!(shop.desk.whose_figures().unwrap().len(), count, "{name}");
        let people = shop.desk.people_of_figures().unwrap().len();
        assert_eq!(people == 1, name == "林晓", "{name}");
        let sees_shop = shop.desk.whose_figures().unwrap().contains(&Whose::Shop);
        assert_eq!(sees_shop, name != "林晓", "{name}");
    }
}

#[test]
fn an_agent_writes_no_report_and_none_of_theirs_ticks_the_duty() {
    let mut shop = Shop::sample("林晓");
    let words = Words::new(Language::ZhCn);
    let (day, today) = (shop.period(Span::Day), shop.desk.today().unwrap());
    let refused = shop.desk.report(Span::Day, today, Format::Csv, &words);
    assert_eq!(refused.unwrap_err().message, "problem-report-role");
    let facts = shop.facts();
    let folder = shop.folder.path().to_owned();
    let refused = shop.desk.export_report(&facts, &day, &folder, &words);
    assert_eq!(refused.unwrap_err().message, "problem-report-role");
    let refused = shop.desk.note_report(&day);
    assert_eq!(refused.unwrap_err().message, "problem-report-role");
    // Said all the same, in a supervisor's name.
    let supervisor = shop.desk.people().by_name("王主管").unwrap().clone();
    let about = fields([
        ("kind", json!("day")),
        ("day", json!(day.first.to_string())),
        ("by", json!(supervisor.id.to_string())),
    ]);
    shop.record(&report::REGISTER, about);
    shop.desk.act_as(&supervisor);
    assert!(shop.desk.reports(&day).unwrap().is_empty());
    assert_eq!(shop.report_duty(), (None, false));
}

#[test]
fn a_report_of_the_day_ticks_it_once_it_can_say_all_of_it() {
    let mut shop = Shop::sample("王主管");
    let (day, me) = (shop.period(Span::Day), shop.desk.me().unwrap().id);
    let whole = shop.desk.report_is_whole_from(&day).unwrap();
    let ends = shop.desk.plan_of_today().unwrap();
    let ends = ends
        .iter()
        .map(|line| line.fields["ends"].as_i64().unwrap());
    assert_eq!(Some(whole + 3_600_000), ends.max());
    let noon = shop.desk.now();
    // The sample's clock goes on.
    shop.desk.clock = Box::new(FixedClock(noon));
    assert!(noon < whole);
    shop.desk.note_report(&day).unwrap();
    assert_eq!(shop.report_duty(), (Some((Some(me), noon)), false));
    shop.desk.clock = Box::new(FixedClock(whole));
    assert!(shop.desk.note_report(&day).unwrap().is_some(), "once more");
    assert!(shop.desk.note_report(&day).unwrap().is_none());
    assert_eq!(shop.report_duty(), (Some((Some(me), whole)), true));
    // Where no plan says when the day's work ends, any report of the day is of all of it.
    let mut shop = Shop::new();
    let day = shop.period(Span::Day);
    shop.desk.note_report(&day).unwrap();
    assert!(shop.report_duty().1);
}

#[test]
fn a_report_to_come_is_refused_and_one_written_is_known_once() {
    let mut shop = Shop::sample("王主管");
    let words = Words::new(Language::ZhCn);
    let day = shop.period(Span::Day);
    let later = Span::Day.next(shop.desk.today().unwrap());
    let refused = shop.desk.report(Span::Day, later, Format::Csv, &words);
    assert_eq!(refused.unwrap_err().message, "problem-report-future");
    assert!(shop.desk.reports(&day).unwrap().is_empty());
    assert!(shop.desk.note_report(&day).unwrap().is_some());
    assert!(shop.desk.note_report(&day).unwrap().is_none());
    let month = shop.period(Span::Month);
    assert_eq!(shop.desk.reports(&day).unwrap().len(), 1);
    assert!(shop.desk.reports(&month).unwrap().is_empty());
    assert!(day.has(NOW) && month.has(NOW));
}
