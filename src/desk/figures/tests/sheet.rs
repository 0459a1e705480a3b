//! Figures that the platform's sheet says, beside those of the records of this shop.

use super::*;
use crate::desk::import::ImportOptions;

const HEAD: &str = "旺旺昵称,询单人数,询单最终付款人数,询单最终付款转化率,首次响应时长（秒),平均响应时长（秒),客户满意率,旺旺回复率,询单最终付款金额,成功退款金额";

fn import(shop: &mut Shop, day: &str, rows: &[&str]) {
    let text = format!("{HEAD}\n{}\n", rows.join("\n"));
    let name = format!("客服绩效{day}.csv");
    let options = ImportOptions::default();
    let report = shop.desk.import(&name, text.as_bytes(), &options).unwrap();
    assert_eq!(report.refused, 0, "{:?}", report.problems);
}

fn period(shop: &Shop, span: Span, day: &str) -> Period {
    shop.desk.days().unwrap().period(span, day.parse().unwrap())
}

/// Lets the day end, and an hour pass.
fn next_day(shop: &mut Shop) {
    let over = shop.period(Span::Day).to;
    shop.desk.clock = Box::new(FixedClock(over + 3_600_000));
}

fn reading(shop: &Shop, id: &str, whose: &Whose, period: &Period) -> Reading {
    let facts = shop.desk.facts(&[*period], &mut |_| true).unwrap().unwrap();
    facts.reading(figure(id).unwrap(), whose, period)
}

/// Two days of two agents of whom one is on the roster.
fn two_days() -> Shop {
    let mut shop = Shop::new();
    import(
        &mut shop,
        "2026-11-20",
        &[
            "青禾:林晓,90,9,10%,10,20,100%,100%,900.00,10.00",
            "青禾:新人,10,5,50%,110,120,50%,90%,500.00,-",
            "全店汇总值,98,14,14.29%,20,30,95%,99%,1400.00,10.00",
            "同行同层优秀,-,-,60%,5,9,99%,100%,-,-",
        ],
    );
    import(
        &mut shop,
        "2026-11-21",
        &[
            "青禾:林晓,100,20,20%,30,40,90%,100%,2000.00,0",
            "青禾:新人,-,-,-,60,70,-,-,-,-",
        ],
    );
    shop
}

#[test]
fn the_sheet_goes_first_and_is_named() {
    let shop = two_days();
    let me = Whose::Person(shop.desk.me().unwrap().id);
    let day = period(&shop, Span::Day, "2026-11-20");
    for (id, mine, all) in [
        ("consult_volume", "90", "100"),
        ("consult_to_order", "10.00%", "14.00%"),
        ("first_response", "0:10", "0:20"),
        ("average_response", "0:20", "0:30"),
        ("consult_satisfaction", "100.00%", "95.00%"),
        ("consult_reply_rate", "100.00%", "99.00%"),
        ("response_rate", "100.00%", "99.00%"),
        ("agent_sales", "¥900.00", "¥1400.00"),
        ("agent_refunds", "¥10.00", "¥10.00"),
    ] {
        for (whose, text) in [(&me, mine), (&Whose::Shop, all)] {
            let reading = reading(&shop, id, whose, &day);
            let shown = reading.text().unwrap().replace(',', "");
            assert_eq!(shown, text, "{id} {whose:?}");
            assert!(reading.is_of_sheet() && !reading.is_recorded_only(), "{id}");
            let sheet = reading.sheet.unwrap();
            assert_eq!((sheet.days, sheet.of), (1, 1), "{id}");
        }
    }
    let group = Whose::Group([shop.desk.me().unwrap().id].into());
    assert_eq!(
        reading(&shop, "consult_volume", &group, &day)
            .text()
            .as_deref(),
        Some("90"),
        "whom nobody here goes by is in no group"
    );
    // Of totals and peers nobody is an agent; the shop's own total is told.
    let volume = reading(&shop, "consult_volume", &Whose::Shop, &day);
    assert_eq!(volume.sheet.unwrap().shop, Some(Value::Count(98)));
    let refunds = reading(&shop, "agent_refunds", &Whose::Shop, &day);
    assert_eq!(refunds.sheet.unwrap().left_out, 1, "a dash is not nought");
    let facts = shop.desk.facts(&[day], &mut |_| true).unwrap().unwrap();
    let (agents, others) = facts.rows_of_sheet(&Whose::Shop, &day);
    assert_eq!((agents.len(), others.len()), (2, 2));
    assert_eq!(facts.rows_of_sheet(&me, &day).0.len(), 1);
}

#[test]
fn a_longer_time_is_pooled_and_what_lacks_is_said() {
    let shop = two_days();
    let week = period(&shop, Span::Week, "2026-11-20");
    let volume = reading(&shop, "consult_volume", &Whose::Shop, &week);
    assert_eq!(volume.value, Value::Count(200));
    let sheet = volume.sheet.unwrap();
    // From Monday to Saturday six days are over; one row says nothing.
    assert_eq!((sheet.days, sheet.of, sheet.left_out), (2, 6, 1));
    assert_eq!(sheet.shop, None, "of one day there is no total");
    let first = reading(&shop, "first_response", &Whose::Shop, &week);
    // 90 of 10 s, 10 of 110 s, 100 of 30 s; how many had to wait 60 s nobody knows.
    let mean = Value::MeanTime {
        sum: (90 * 10 + 10 * 110 + 100 * 30) * 1_000,
        weight: 200,
    };
    assert_eq!(first.value, mean);
    assert_eq!(first.sheet.unwrap().left_out, 1);
    let words = Words::new(Language::ZhCn);
    let told = super::super::report::notes(
        figure("first_response").unwrap(),
        &reading(&shop, "first_response", &Whose::Shop, &week),
        &words,
    );
    assert!(told.iter().any(|note| note.contains("2/6")), "{told:?}");
    assert!(told.iter().any(|note| note.contains("1 行")), "{told:?}");
    // Today's is not here yet: what was recorded stands, and says so.
    let today = period(&shop, Span::Day, "2026-11-22");
    let volume = reading(&shop, "consult_volume", &Whose::Shop, &today);
    assert!(volume.is_recorded_only() && volume.sheet.is_none());
    let average = reading(&shop, "average_response", &Whose::Shop, &today);
    assert_eq!((average.value, average.source), (Value::Unknown, None));
}

#[test]
fn what_the_sheet_and_the_shop_say_of_the_same_days_is_held_together() {
    let mut shop = two_days();
    // Today is none of the days of the sheet.
    shop.record(&conversation::REGISTER, fields([("buyer", json!("甲"))]));
    let week = period(&shop, Span::Week, "2026-11-20");
    let gap = |shop: &Shop| {
        let reading = reading(shop, "consult_volume", &Whose::Shop, &week);
        reading.sheet.unwrap().own
    };
    assert_eq!(gap(&shop), Some(("0".into(), Some("+200".into()))));
    // Today's half a sheet is as good as the hour: now it is one of its days.
    import(
        &mut shop,
        "2026-11-22",
        &["青禾:林晓,4,1,25%,10,20,100%,100%,9.00,0"],
    );
    assert_eq!(gap(&shop), Some(("1".into(), Some("+203".into()))));
    let today = period(&shop, Span::Day, "2026-11-22");
    let words = Words::new(Language::ZhCn);
    let volume = reading(&shop, "consult_volume", &Whose::Shop, &today);
    let told = super::super::report::notes(figure("consult_volume").unwrap(), &volume, &words);
    assert!(told.contains(&"表 4 本 1 差 +3".to_owned()), "{told:?}");
}

#[test]
fn content_is_our_own_where_we_asked_and_else_the_sheets() {
    let mut shop = two_days();
    let rows = ["青禾:林晓,4,1,25%,10,20,75%,100%,9.00,0"];
    import(&mut shop, "2026-11-22", &rows);
    let today = period(&shop, Span::Day, "2026-11-22");
    let id = "consult_satisfaction";
    let before = reading(&shop, id, &Whose::Shop, &today);
    assert!(before.is_of_sheet());
    assert_eq!(before.passes, None, "the day is not over");
    for level in ["very_satisfied", "satisfied"] {
        let about = fields([("satisfaction", json!(level))]);
        shop.record(&conversation::REGISTER, about);
    }
    let after = reading(&shop, id, &Whose::Shop, &today);
    assert_eq!(after.value, Value::Rate { part: 2, whole: 2 });
    assert!(!after.is_of_sheet());
    let (own, gap) = after.sheet.unwrap().own.unwrap();
    assert_eq!((own.as_str(), gap.as_deref()), ("100.00%", Some("-25.00%")));
    // Without our own the whole sheet has the verdict.
    let mut shop = two_days();
    next_day(&mut shop);
    import(&mut shop, "2026-11-22", &rows);
    let passes = reading(&shop, id, &Whose::Shop, &today).passes;
    assert_eq!(passes, Some(false), "75 of 90");
}

#[test]
fn a_target_is_held_against_whole_sheets_only() {
    let mut shop = two_days();
    shop.desk
        .set_setting("target_first_response", "20s")
        .unwrap();
    shop.desk
        .set_setting("target_average_response", "25s")
        .unwrap();
    // A target counts for what ends after it was set.
    let week = period(&shop, Span::Week, "2026-11-20");
    let first = reading(&shop, "first_response", &Whose::Shop, &week);
    assert_eq!((first.goal, first.passes), (Some(Goal::Time(20_000)), None));
    let rows = ["青禾:林晓,4,1,25%,20,26,75%,100%,9.00,0"];
    import(&mut shop, "2026-11-22", &rows);
    let today = period(&shop, Span::Day, "2026-11-22");
    let of = |shop: &Shop, id: &str| {
        let reading = reading(shop, id, &Whose::Shop, &today);
        let sheet = reading.sheet.as_ref().unwrap();
        (reading.passes, sheet.days, sheet.of)
    };
    assert_eq!(of(&shop, "first_response"), (None, 0, 1), "half a day");
    // That the day is over makes no whole day of what was exported before.
    next_day(&mut shop);
    assert_eq!(of(&shop, "first_response"), (None, 0, 1));
    let words = Words::new(Language::ZhCn);
    let half = reading(&shop, "first_response", &Whose::Shop, &today);
    let told = super::super::report::notes(figure("first_response").unwrap(), &half, &words);
    assert!(told.iter().any(|note| note.contains("0/1")), "{told:?}");
    import(&mut shop, "2026-11-22", &rows);
    assert_eq!(of(&shop, "first_response"), (Some(true), 1, 1));
    assert_eq!(of(&shop, "average_response").0, Some(false));
    assert_eq!(of(&shop, "consult_reply_rate").0, Some(true));
}

#[test]
fn rows_that_do_not_say_it_leave_the_verdict_open_and_idle_ones_do_not() {
    let mut shop = Shop::new();
    shop.desk
        .set_setting("target_first_response", "20s")
        .unwrap();
    next_day(&mut shop);
    let today = period(&shop, Span::Day, "2026-11-22");
    let lin = "青禾:林晓,4,1,25%,20,26,75%,100%,9.00,0";
    for (other, left_out, passes) in [
        ("青禾:新人,0,0,-,-,-,-,-,0,0", 0, Some(true)),
        ("青禾:新人,6,0,-,-,-,-,-,0,0", 1, None),
    ] {
        import(&mut shop, "2026-11-22", &[lin, other]);
        let first = reading(&shop, "first_response", &Whose::Shop, &today);
        assert_eq!(first.sheet.unwrap().left_out, left_out, "{other}");
        assert_eq!(first.passes, passes, "{other}");
    }
}

#[test]
fn a_day_is_whole_when_every_account_has_its_sheet_of_it() {
    let mut shop = Shop::new();
    for name in ["甲店", "乙店"] {
        let account = fields([("name", json!(name)), ("platform", json!("taobao"))]);
        shop.desk.open_record("account", account).unwrap();
    }
    let row = |shop: &str| format!("{shop}:林晓,4,1,25%,20,26,75%,100%,9.00,0");
    let (one, other) = (row("甲店"), row("乙店"));
    import(&mut shop, "2026-11-20", &[&one]);
    import(&mut shop, "2026-11-20", &[&other]);
    import(&mut shop, "2026-11-21", &[&one]);
    let whole = |shop: &Shop, day: &str| {
        let day = period(shop, Span::Day, day);
        let sheet = reading(shop, "consult_volume", &Whose::Shop, &day).sheet;
        sheet.map(|sheet| (sheet.days, sheet.of, sheet.value))
    };
    assert_eq!(
        whole(&shop, "2026-11-20"),
        Some((1, 1, Value::Count(8))),
        "both are counted"
    );
    assert_eq!(whole(&shop, "2026-11-21"), Some((0, 1, Value::Count(4))));
    import(&mut shop, "2026-11-21", &[&other]);
    assert_eq!(whole(&shop, "2026-11-21"), Some((1, 1, Value::Count(8))));
}

#[test]
fn a_shop_that_records_its_first_account_keeps_its_whole_days() {
    let mut shop = Shop::new();
    let rows = ["林晓,4,1,25%,20,26,75%,100%,9.00,0"];
    import(&mut shop, "2026-11-20", &rows);
    let account = fields([("name", json!("甲店")), ("platform", json!("taobao"))]);
    shop.desk.open_record("account", account).unwrap();
    import(&mut shop, "2026-11-21", &rows);
    let whole = |shop: &Shop, day: &str| {
        let day = period(shop, Span::Day, day);
        let sheet = reading(shop, "consult_volume", &Whose::Shop, &day).sheet;
        sheet.map(|sheet| (sheet.days, sheet.of))
    };
    assert_eq!(whole(&shop, "2026-11-20"), Some((1, 1)), "of all there was");
    assert_eq!(whole(&shop, "2026-11-21"), Some((1, 1)), "of its account");
}

#[test]
fn figures_and_the_handover_know_a_name_of_the_sheet_by_the_same_plan() {
    let mut shop = Shop::new();
    let me = shop.desk.me().unwrap().id;
    let today = period(&shop, Span::Day, "2026-11-22");
    let rows = ["青禾:客服七,4,1,25%,20,26,75%,100%,9.00,0"];
    import(&mut shop, "2026-11-22", &rows);
    let volume = |shop: &Shop| {
        let reading = reading(shop, "consult_volume", &Whose::Person(me), &today);
        reading.sheet.map(|sheet| sheet.value)
    };
    assert_eq!(volume(&shop), None);
    // Planned once the sheet was here.
    let line = fields([
        ("day", json!("2026-11-22")),
        ("person", json!(me.to_string())),
        ("starts", json!(1)),
        ("ends", json!(2)),
        ("account", json!("客服七")),
    ]);
    shop.desk.open_record("sheet", line).unwrap();
    let day = today.first;
    assert_eq!(shop.desk.scores_of_day(day, me).unwrap().len(), 1);
    assert_eq!(volume(&shop), Some(Value::Count(4)));
}

#[test]
fn the_report_says_the_same_and_where_from() {
    let shop = two_days();
    let words = Words::new(Language::En);
    let day = "2026-11-20".parse().unwrap();
    let report = |format| shop.desk.report(Span::Day, day, format, &words).unwrap();
    let json: Json = serde_json::from_slice(&report(Format::Json)).unwrap();
    let text = json.to_string();
    assert_eq!(json["sheet_days"], json!(1), "{text}");
    let csv = String::from_utf8(report(Format::Csv)).unwrap();
    let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').lines().collect();
    let cells = |line: &str| {
        line.split(',')
            .map(|cell| cell.trim_matches('"').to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(cells(lines[1])[1], "100");
    assert_eq!(cells(lines[1])[3], "14.00%");
    let mine = lines.iter().find(|line| line.contains("林晓")).unwrap();
    assert_eq!(cells(mine)[1], "90");
    // Each value that a sheet can say names its source, also everybody's own.
    let head = cells(lines[0]);
    let source = |line: &str, of: &str| {
        let at = head.iter().position(|head| head == of).unwrap();
        cells(line)[at].clone()
    };
    for line in [lines[1], *mine] {
        assert_eq!(source(line, "Consults source"), "st", "{csv}");
        assert_eq!(source(line, "Enquiry to order source"), "st", "{csv}");
    }
    assert_eq!(json["sheet"][0]["consult_volume_source"], json!("sheet"));
    let markdown = String::from_utf8(report(Format::Markdown)).unwrap();
    let volume = markdown.lines().find(|line| line.contains("gap +100"));
    let volume = volume.unwrap_or_else(|| panic!("{markdown}"));
    assert!(volume.contains("| st |"), "{volume}");
    assert!(markdown.contains("1 of 1 days"), "{markdown}");
}

#[test]
fn a_gap_is_told_in_the_unit_of_its_figure() {
    use super::super::value::{Held, Times, gap, like_sheet};
    use crate::domain::money::Money;
    let rate = |part, whole| Value::Rate { part, whole };
    let mean = |sum, weight| Value::MeanRate { sum, weight };
    let time = |sum, weight| Value::MeanTime { sum, weight };
    let times = Value::Time(Times::of(vec![10_000, 20_000, 60_000], 3, Held::Median));
    for (sheet, own, text) in [
        (Value::Count(148), Value::Count(31), Some("+117")),
        (Value::Count(3), Value::Count(31), Some("-28")),
        (Value::Count(3), Value::Count(3), Some("+0")),
        (rate(1, 3), rate(1, 4), Some("+8.33%")),
        (mean(950_000, 100), rate(96, 100), Some("-1.00%")),
        (time(2_200_000, 100), times.clone(), Some("-0:08")),
        (
            Value::Sums(vec![Money::cny(1_000)]),
            Value::Sums(vec![Money::cny(1_250)]),
            Some("-¥2.50"),
        ),
        (rate(1, 3), rate(0, 0), None),
        (Value::Count(1), Value::Unknown, None),
    ] {
        assert_eq!(gap(&sheet, &own).as_deref(), text, "{sheet:?} {own:?}");
    }
    // What took long is held by its mean, as in the sheet.
    assert_eq!(like_sheet(&times).as_deref(), Some("0:30"));
    assert_eq!(like_sheet(&Value::Unknown), None);
}
