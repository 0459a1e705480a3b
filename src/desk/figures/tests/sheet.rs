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
    use Direction::{In, Out};
    let mut shop = two_days();
    // Today is none of the days of the sheet.
    let talk = shop.record(&conversation::REGISTER, fields([("buyer", json!("甲"))]));
    let week = period(&shop, Span::Week, "2026-11-20");
    let gap = |shop: &Shop| {
        let reading = reading(shop, "consult_volume", &Whose::Shop, &week);
        reading.sheet.unwrap().own
    };
    assert_eq!(gap(&shop), Some(("0".into(), Some("+200".into()))));
    let _ = (talk, In, Out);
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
    import(
        &mut shop,
        "2026-11-22",
        &["青禾:林晓,4,1,25%,10,20,75%,100%,9.00,0"],
    );
    let today = period(&shop, Span::Day, "2026-11-22");
    let id = "consult_satisfaction";
    let before = reading(&shop, id, &Whose::Shop, &today);
    assert!(before.is_of_sheet());
    assert_eq!(before.passes, Some(false), "75 of 90");
    for level in ["very_satisfied", "satisfied"] {
        let about = fields([("satisfaction", json!(level))]);
        shop.record(&conversation::REGISTER, about);
    }
    let after = reading(&shop, id, &Whose::Shop, &today);
    assert_eq!(after.value, Value::Rate { part: 2, whole: 2 });
    assert!(!after.is_of_sheet());
    let (own, gap) = after.sheet.unwrap().own.unwrap();
    assert_eq!((own.as_str(), gap.as_deref()), ("100.00%", Some("-25.00%")));
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
    import(
        &mut shop,
        "2026-11-22",
        &["青禾:林晓,4,1,25%,20,26,75%,100%,9.00,0"],
    );
    let today = period(&shop, Span::Day, "2026-11-22");
    let passes = |id: &str| reading(&shop, id, &Whose::Shop, &today).passes;
    assert_eq!(passes("first_response"), Some(true));
    assert_eq!(passes("average_response"), Some(false));
    assert_eq!(passes("consult_reply_rate"), Some(true));
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
