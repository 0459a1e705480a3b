//! The reports and the plan that are due on a day (S22): today's always, last week's on Monday,
//! last month's from the first to the fifth, the plan of next month on the thirtieth, in February
//! on its last day.

use chrono::{Datelike, NaiveDate, Weekday};

use super::duties::{Duty, DutyKind};
use crate::desk::Desk;
use crate::desk::figures::Span;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::registers::{meeting, report};
use crate::problem::Problem;
use crate::store::{Order, Query, Row};

/// The last day of a month on which the report of the month before is due.
const MONTHLY: u32 = 5;
/// The day of a month on which the plan of the next one is due.
const PLAN: u32 = 30;
/// The most meetings of a month that are looked at.
const MOST: usize = 1_000;

/// Returns over how long a time reports are due on a day, each with a day of the time that it is
/// about.
pub fn due_on(day: NaiveDate) -> Vec<(Span, NaiveDate)> {
    let mut due = vec![(Span::Day, day)];
    if day.weekday() == Weekday::Mon {
        due.push((Span::Week, Span::Week.before(day)));
    }
    if day.day() <= MONTHLY {
        due.push((Span::Month, Span::Month.before(day)));
    }
    due
}

/// Returns whether the plan of the next month is due on a day.
pub fn is_plan_due(day: NaiveDate) -> bool {
    let last = Span::Month.next(day).pred_opt();
    let last = last.map_or(PLAN, |last| last.day());
    day.day() == PLAN.min(last)
}

impl Desk {
    /// Returns the reports that are due today, and the plan.
    pub(super) fn due_reports(&self) -> Result<Vec<Duty>, Problem> {
        let today = self.today()?;
        let mut duties = Vec::new();
        for (span, day) in due_on(today) {
            duties.push(self.report_duty(span, day)?);
        }
        if is_plan_due(today) {
            let held = self.plan_of_month(today)?;
            duties.push(Duty {
                done: held.is_some(),
                kind: DutyKind::MonthPlan(held),
            });
        }
        Ok(duties)
    }

    fn report_duty(&self, span: Span, day: NaiveDate) -> Result<Duty, Problem> {
        let period = self.days()?.period(span, day);
        let (reports, whole) = (self.reports(&period)?, self.report_is_whole_from(&period)?);
        let is_whole = |row: &&Row| row.opened >= whole;
        let first = reports.iter().find(is_whole);
        let is_written = first.is_some();
        let written = first.or(reports.last()).map(|row| {
            let by = row.fields.get(report::BY.name());
            (by.and_then(Id::from_value), row.opened)
        });
        Ok(Duty {
            done: is_written,
            kind: DutyKind::Report(span, written),
        })
    }

    /// When the shop talked its plan of the next month over, in the month of a day.
    fn plan_of_month(&self, day: NaiveDate) -> Result<Option<i64>, Problem> {
        let month = self.days()?.period(Span::Month, day);
        let rows = self.store().rows(&Query {
            registers: vec![meeting::REGISTER.name],
            fields: vec![(meeting::KIND.name(), meeting::MONTH_PLAN.to_owned())],
            opened_from: Some(month.from),
            opened_before: Some(month.to),
            not_void: true,
            order: Order::Opened,
            limit: Some(MOST),
            ..Query::default()
        })?;
        let finished = rows.iter().filter(|row| row.state == "finished");
        Ok(finished.filter_map(|row| row.closed).min())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::chance::FixedClock;
    use crate::desk::act::fields;
    use crate::desk::import::ImportOptions;
    use crate::desk::shop_tests::Shop;
    use crate::domain::deadline::clock::{DAY, HOUR};
    use crate::i18n::{Language, Words};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Sets the clock so long after a day of the shop began.
    fn go(shop: &mut Shop, to: &str, after: i64) {
        let at = shop.desk.days().unwrap().start(day(to)) + after;
        shop.desk.clock = Box::new(FixedClock(at));
    }

    fn duties(shop: &Shop) -> Vec<(DutyKind, bool)> {
        let duties = shop.desk.board().unwrap().duties.into_iter();
        duties.map(|duty| (duty.kind, duty.done)).collect()
    }

    /// Whether the report of such a time is done; none where it is not due.
    fn report(shop: &Shop, span: Span) -> Option<bool> {
        let mut all = duties(shop).into_iter();
        all.find_map(|(kind, done)| match kind {
            DutyKind::Report(of, _) if of == span => Some(done),
            _ => None,
        })
    }

    fn plan(shop: &Shop) -> Option<bool> {
        let mut all = duties(shop).into_iter();
        all.find_map(|(kind, done)| matches!(kind, DutyKind::MonthPlan(_)).then_some(done))
    }

    #[test]
    fn a_report_is_due_on_its_day_until_it_is_written() {
        let mut shop = Shop::new();
        assert_eq!(report(&shop, Span::Week), None, "a Sunday");
        // The business day of Sunday ends on Monday morning.
        go(&mut shop, "2026-11-23", -1);
        assert_eq!(report(&shop, Span::Week), None);
        go(&mut shop, "2026-11-23", 0);
        assert_eq!(report(&shop, Span::Week), Some(false));
        let days = shop.desk.days().unwrap();
        let of = |span, text: &str| days.period(span, day(text));
        // This week's is not last week's.
        shop.desk
            .note_report(&of(Span::Week, "2026-11-23"))
            .unwrap();
        assert_eq!(report(&shop, Span::Week), Some(false));
        shop.desk
            .note_report(&of(Span::Week, "2026-11-22"))
            .unwrap();
        assert_eq!(report(&shop, Span::Week), Some(true));
        assert_eq!(report(&shop, Span::Month), None);
        go(&mut shop, "2026-12-01", HOUR);
        assert_eq!(report(&shop, Span::Month), Some(false));
        go(&mut shop, "2026-12-05", DAY - 1);
        assert_eq!(report(&shop, Span::Month), Some(false));
        shop.desk
            .note_report(&of(Span::Month, "2026-11-30"))
            .unwrap();
        assert_eq!(report(&shop, Span::Month), Some(true));
        go(&mut shop, "2026-12-06", 0);
        assert_eq!(report(&shop, Span::Month), None);
    }

    #[test]
    fn the_plan_is_done_when_it_was_talked_over_this_month() {
        let words = Words::new(Language::ZhCn);
        let mut shop = Shop::new();
        let hold = |shop: &mut Shop, finish: bool| {
            let meeting = shop.desk.meeting(meeting::MONTH_PLAN, &words).unwrap();
            let names: Vec<&str> = meeting.sections.iter().map(|one| one.0).collect();
            assert_eq!(names, ["numbers", "focus"]);
            let sections = fields([("focus", json!("双十二"))]);
            shop.desk.keep_meeting(&meeting, sections, finish).unwrap();
        };
        // Of last month's plan nothing follows.
        hold(&mut shop, true);
        go(&mut shop, "2026-12-30", HOUR);
        assert_eq!(plan(&shop), Some(false));
        go(&mut shop, "2026-12-28", HOUR);
        assert_eq!(plan(&shop), None);
        hold(&mut shop, false);
        go(&mut shop, "2026-12-30", HOUR);
        assert_eq!(plan(&shop), Some(false), "only begun");
        hold(&mut shop, true);
        assert_eq!(plan(&shop), Some(true));
        go(&mut shop, "2027-02-28", DAY - 1);
        assert_eq!(plan(&shop), Some(false));
    }

    #[test]
    fn the_sheet_of_yesterday_is_done_by_the_first_import_of_it() {
        let mut shop = Shop::new();
        let of = |shop: &Shop| {
            let mut all = duties(shop).into_iter();
            all.find_map(|(kind, done)| match kind {
                DutyKind::Scores(since, last) => Some((since, last, done)),
                _ => None,
            })
        };
        let import = |shop: &mut Shop, day: &str, asked: u32| {
            let text = format!("旺旺昵称,询单人数\n林晓,{asked}\n");
            let name = format!("绩效{day}.csv");
            let options = ImportOptions::default();
            shop.desk.import(&name, text.as_bytes(), &options).unwrap();
        };
        assert_eq!(of(&shop), Some((None, None, false)));
        import(&mut shop, "2026-11-20", 5);
        assert_eq!(of(&shop), Some((None, Some(day("2026-11-20")), false)));
        let first = shop.desk.now();
        import(&mut shop, "2026-11-21", 6);
        let done = Some((Some(first), Some(day("2026-11-21")), true));
        assert_eq!(of(&shop), done);
        // Corrected an hour later it was here before; tomorrow it is another's turn.
        shop.desk.clock = Box::new(FixedClock(first + HOUR));
        import(&mut shop, "2026-11-21", 7);
        assert_eq!(of(&shop), done);
        go(&mut shop, "2026-11-23", 0);
        assert_eq!(of(&shop), Some((None, Some(day("2026-11-21")), false)));
        let scores = shop.desk.freshness().unwrap();
        let scores = scores.iter().find(|one| one.kind == "scores").unwrap();
        assert_eq!(scores.of_day, Some((day("2026-11-21"), 2)));
        // Exactly a day after the end of its day the next one's is there to be had.
        assert!(!scores.stale);
        go(&mut shop, "2026-11-23", 1);
        let scores = shop.desk.freshness().unwrap();
        assert!(scores.iter().any(|one| one.kind == "scores" && one.stale));
    }

    /// How the duty of yesterday's sheet stands.
    fn sheet(shop: &Shop) -> (Option<i64>, Option<NaiveDate>, bool) {
        let mut all = duties(shop).into_iter();
        let found = all.find_map(|(kind, done)| match kind {
            DutyKind::Scores(since, last) => Some((since, last, done)),
            _ => None,
        });
        found.unwrap()
    }

    fn import_sheet(shop: &mut Shop, day: &str, options: &ImportOptions) {
        let name = format!("绩效{day}.csv");
        let text = "旺旺昵称,询单人数\n林晓,4\n";
        let report = shop.desk.import(&name, text.as_bytes(), options).unwrap();
        assert_eq!(report.refused, 0);
    }

    #[test]
    fn half_a_day_or_a_time_that_is_told_is_not_the_sheet_of_yesterday() {
        let mut shop = Shop::new();
        let usual = ImportOptions::default();
        import_sheet(&mut shop, "2026-11-22", &usual);
        assert_eq!(sheet(&shop), (None, None, false), "today's so far");
        let told = ImportOptions {
            exported_at: Some(shop.desk.now()),
            ..ImportOptions::default()
        };
        import_sheet(&mut shop, "2026-11-20", &told);
        assert_eq!(sheet(&shop), (None, Some(day("2026-11-20")), false));
        // What was half a day of it is not all of it, the next day either.
        go(&mut shop, "2026-11-23", HOUR);
        assert!(!sheet(&shop).2);
        import_sheet(&mut shop, "2026-11-22", &usual);
        let done = (Some(shop.desk.now()), Some(day("2026-11-22")), true);
        assert_eq!(sheet(&shop), done);
    }

    #[test]
    fn every_account_that_has_sheets_brings_its_own_of_yesterday() {
        let mut shop = Shop::new();
        for name in ["甲店", "乙店"] {
            let account = fields([("name", name.into()), ("platform", "taobao".into())]);
            shop.desk.open_record("account", account).unwrap();
        }
        let of = |account: &str| ImportOptions {
            account: Some(account.into()),
            ..ImportOptions::default()
        };
        import_sheet(&mut shop, "2026-11-20", &of("甲店"));
        import_sheet(&mut shop, "2026-11-20", &of("乙店"));
        import_sheet(&mut shop, "2026-11-21", &of("甲店"));
        assert_eq!(sheet(&shop), (None, Some(day("2026-11-20")), false));
        let now = shop.desk.now() + HOUR;
        shop.desk.clock = Box::new(FixedClock(now));
        import_sheet(&mut shop, "2026-11-21", &of("乙店"));
        let done = (Some(now), Some(day("2026-11-21")), true);
        assert_eq!(sheet(&shop), done, "since the last of them");
        // Who has had none for a week has none to come.
        for (to, is_done) in [("2026-11-25", false), ("2026-11-30", true)] {
            go(&mut shop, to, HOUR);
            let before = day(to).pred_opt().unwrap().to_string();
            import_sheet(&mut shop, &before, &of("甲店"));
            assert_eq!(sheet(&shop).2, is_done, "{to}");
        }
    }

    #[test]
    fn what_is_due_follows_from_the_day() {
        // A Monday in the middle of a month: last week's.
        assert_eq!(
            due_on(day("2026-11-23")),
            [
                (Span::Day, day("2026-11-23")),
                (Span::Week, day("2026-11-22"))
            ]
        );
        assert_eq!(due_on(day("2026-11-22")).len(), 1, "a Sunday");
        // From the first to the fifth: last month's, over the end of a year too.
        for (today, of) in [
            ("2027-01-01", "2026-12-31"),
            ("2027-01-05", "2026-12-31"),
            ("2027-03-03", "2027-02-28"),
        ] {
            let due = due_on(day(today));
            assert!(due.contains(&(Span::Month, day(of))), "{today}: {due:?}");
        }
        assert_eq!(due_on(day("2027-01-06")).len(), 1, "too late to remind");
        // A Monday that is the first: all three.
        assert_eq!(due_on(day("2027-02-01")).len(), 3);
    }

    #[test]
    fn the_plan_is_due_on_the_thirtieth_and_in_february_on_its_last_day() {
        for (today, is_due) in [
            ("2026-11-29", false),
            ("2026-11-30", true),
            ("2026-12-30", true),
            ("2026-12-31", false),
            ("2027-02-27", false),
            ("2027-02-28", true),
            ("2028-02-28", false),
            ("2028-02-29", true),
            ("2027-03-01", false),
        ] {
            assert_eq!(is_plan_due(day(today)), is_due, "{today}");
        }
    }

    #[test]
    fn the_first_account_of_a_shop_leaves_its_days_before_as_they_were() {
        let mut shop = Shop::new();
        let usual = ImportOptions::default();
        import_sheet(&mut shop, "2026-11-21", &usual);
        let done = (Some(shop.desk.now()), Some(day("2026-11-21")), true);
        assert_eq!(sheet(&shop), done);
        let account = fields([("name", "甲店".into()), ("platform", "taobao".into())]);
        shop.desk.open_record("account", account).unwrap();
        assert_eq!(sheet(&shop), done);
        go(&mut shop, "2026-11-23", HOUR);
        let named = ImportOptions {
            account: Some("甲店".into()),
            ..ImportOptions::default()
        };
        import_sheet(&mut shop, "2026-11-22", &named);
        let done = (Some(shop.desk.now()), Some(day("2026-11-22")), true);
        assert_eq!(sheet(&shop), done);
    }
}
