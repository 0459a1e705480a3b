use proptest::prelude::*;

use super::*;
use crate::exchange::intake::times;

const ZONE: Tz = chrono_tz::Asia::Shanghai;

fn ms(text: &str) -> i64 {
    times::time(text, ZONE, None).unwrap()
}

fn words() -> CaptureWords {
    CaptureWords::built_in().unwrap()
}

fn with<'a>(platform: Option<&'a str>, persons: &'a [String]) -> Context<'a> {
    Context {
        // A Sunday.
        now: ms("2026-11-22 14:58"),
        zone: ZONE,
        shift_end: Some(ms("2026-11-22 18:00")),
        date_order: None,
        platform,
        currency: "CNY",
        persons,
        known_buyer: &|name| name == "爱吃鱼的猫",
    }
}

fn read(line: &str) -> Recognised {
    let persons = ["林晓".to_owned()];
    recognise(line, &words(), &with(Some("taobao"), &persons))
}

fn kinds(found: &Recognised) -> Vec<(&str, Option<&str>)> {
    found
        .kinds
        .iter()
        .map(|kind| (kind.register.as_str(), kind.kind.as_deref()))
        .collect()
}

fn warned(found: &Recognised) -> Vec<&'static str> {
    found
        .warnings
        .iter()
        .map(|warning| warning.message)
        .collect()
}

#[test]
fn the_line_of_the_wireframe() {
    let found = read("春天里 改颜色 雾霾蓝换灰 4031902847193527741 今天");
    assert_eq!(found.buyer.as_ref().unwrap().name, "春天里");
    assert_eq!(kinds(&found), [("note", Some("attribute"))]);
    assert_eq!(found.kind().unwrap().because, "改颜色");
    assert_eq!(found.kind().unwrap().next, Next::NoteSteps);
    assert_eq!(found.orders[0].number, "4031902847193527741");
    assert_eq!(found.due, Some(ms("2026-11-22 18:00")));
    assert_eq!(found.text, "雾霾蓝换灰");
    assert!(found.warnings.is_empty(), "{:?}", found.warnings);
}

#[test]
fn times() {
    for (line, want) in [
        ("今晚", "2026-11-22 21:00"),
        ("明早", "2026-11-23 10:00"),
        ("18点", "2026-11-22 18:00"),
        ("18:30", "2026-11-22 18:30"),
        ("１８：３０", "2026-11-22 18:30"),
        ("6点半", "2026-11-23 06:30"),
        ("下午六点半", "2026-11-22 18:30"),
        ("今晚8点", "2026-11-22 20:00"),
        ("明天 10点", "2026-11-23 10:00"),
        ("两小时", "2026-11-22 16:58"),
        ("2小时内", "2026-11-22 16:58"),
        ("半小时", "2026-11-22 15:28"),
        ("30分钟", "2026-11-22 15:28"),
        ("周三", "2026-11-25 18:00"),
        ("下周三", "2026-11-25 18:00"),
        ("周三 15:00", "2026-11-25 15:00"),
        ("11/25", "2026-11-25 18:00"),
        ("12月1日", "2026-12-01 18:00"),
        ("25号", "2026-11-25 18:00"),
        ("2026-11-30", "2026-11-30 18:00"),
        ("tomorrow 6pm", "2026-11-23 18:00"),
        ("in 2 hours", "2026-11-22 16:58"),
        ("后天", "2026-11-24 18:00"),
    ] {
        assert_eq!(read(line).due, Some(ms(want)), "{line}");
    }
    assert_eq!(warned(&read("9点")), ["capture-warn-time-past"]);
}

#[test]
fn a_house_number_is_no_day_and_a_sentence_keeps_its_words() {
    let found = read("橘子 改地址 浙江省杭州市余杭区示例路8号 4031902847193529999");
    assert_eq!(found.due, None);
    assert_eq!(found.text, "浙江省杭州市余杭区示例路8号");
    let found = read("提醒 明早 给老顾回访结果");
    assert_eq!(found.text, "给老顾回访结果");
    assert_eq!(found.kind().map(|kind| kind.because.as_str()), Some("提醒"));
}

#[test]
fn day_and_month_are_never_guessed() {
    let found = read("小王 催 12/01");
    assert_eq!(found.due, None);
    assert_eq!(warned(&found), ["capture-warn-date"]);
    assert_eq!(found.text, "12/01");
    let mut context = with(None, &[]);
    context.date_order = Some(DateOrder::Mdy);
    assert_eq!(
        recognise("12/01", &words(), &context).due,
        Some(ms("2026-12-01 18:00"))
    );
    context.date_order = Some(DateOrder::Dmy);
    assert_eq!(
        recognise("12/01", &words(), &context).due,
        Some(ms("2027-01-12 18:00"))
    );
}

#[test]
fn money() {
    for (line, minor) in [
        ("18元", 1800),
        ("¥18", 1800),
        ("￥１８", 1800),
        ("补18", 1800),
        ("18.5", 1850),
        ("12。5", 1250),
        ("18块", 1800),
        ("退 129元", 12_900),
    ] {
        assert_eq!(read(line).money, Some((minor, "CNY".into())), "{line}");
    }
    let found = read("阳光小屋 补18 差价");
    assert_eq!(kinds(&found), [("case", Some("price_difference"))]);
    assert_eq!(found.kind().unwrap().because, "补18");
    assert_eq!(read("18").money, None);
    assert_eq!(warned(&read("18元 19元")), ["capture-warn-amounts"]);
}

#[test]
fn numbers_of_orders_parcels_phones() {
    let found = read("尾8258 ..7741 260517-607123456789012 #W2611340");
    let orders: Vec<(&str, bool)> = found
        .orders
        .iter()
        .map(|o| (o.number.as_str(), o.tail))
        .collect();
    assert_eq!(
        orders,
        [
            ("8258", true),
            ("7741", true),
            ("260517-607123456789012", false),
            ("#W2611340", false)
        ]
    );
    let found = read("sf1234567890123 催 13900139000");
    assert_eq!(found.waybills[0].number, "SF1234567890123");
    assert_eq!(found.waybills[0].carrier.as_deref(), Some("顺丰"));
    assert_eq!(found.phone.as_deref(), Some("13900139000"));
    let found = read("中通 75301234567890 没收到");
    assert_eq!(found.waybills[0].number, "75301234567890");
    assert!(found.orders.is_empty());
    let found = read("小王 138****8000 回电");
    assert_eq!(
        (found.phone.as_deref(), found.text.as_str()),
        (None, "138****8000")
    );
    let found = read("4031902847193527741订单改地址4031902847193527742");
    assert_eq!(found.orders.len(), 2);
    assert_eq!(kinds(&found), [("note", Some("address"))]);
}

#[test]
fn a_wrong_length_is_said() {
    let found = read("403190284719352774 改地址");
    assert_eq!(warned(&found), ["capture-warn-order-length"]);
    assert_eq!(
        found.warnings[0].args,
        [
            ("number", "403190284719352774".to_owned()),
            ("got", "18".to_owned()),
            ("want", "19".to_owned()),
            ("platform", "taobao".to_owned())
        ]
    );
    let none = recognise("403190284719352774", &words(), &with(None, &[]));
    assert!(none.warnings.is_empty());
    assert_eq!(warned(&read("123456789012")), ["capture-warn-number"]);
}

#[test]
fn kinds_by_words() {
    for (line, register, kind) in [
        ("换地址", "note", Some("address")),
        ("換地址", "note", Some("address")),
        ("发票", "note", Some("invoice_title")),
        ("贺卡", "note", Some("greeting_card")),
        ("指定快递", "note", Some("courier")),
        ("退", "case", Some("return_refund")),
        ("仅退款", "case", Some("refund_only")),
        ("换", "case", Some("exchange")),
        ("补差", "case", Some("price_difference")),
        ("催", "follow_up", Some("urge")),
        ("催付", "follow_up", Some("unpaid")),
        ("没收到", "follow_up", Some("urge")),
        ("投诉", "complaint", None),
        ("客訴", "complaint", None),
        ("12315", "complaint", None),
        ("7天无理由", "case", Some("return_refund")),
        ("差评", "review", Some("bad")),
        ("缺货", "stock_out", None),
        ("回电", "follow_up", Some("callback")),
        ("Change Address", "note", Some("address")),
    ] {
        assert_eq!(kinds(&read(line)), [(register, kind)], "{line}");
    }
    assert!(read("雾霾蓝换灰").kinds.is_empty());
    assert_eq!(warned(&read("小王 投诉 改地址")), ["capture-warn-kinds"]);
    assert_eq!(read("小王 改颜色 指定快递").kinds.len(), 2);
}

#[test]
fn persons_tags_and_buyers() {
    let found = read("催 到哪了 爱吃鱼的猫 @林晓 @打单 @谁 #大客户");
    let buyer = found.buyer.clone().unwrap();
    assert_eq!((buyer.name.as_str(), buyer.known), ("爱吃鱼的猫", true));
    assert_eq!(found.text, "到哪了");
    assert_eq!(found.tags, ["大客户"]);
    let persons: Vec<_> = found
        .persons
        .iter()
        .map(|p| (p.post.as_deref(), p.known))
        .collect();
    assert_eq!(
        persons,
        [(None, true), (Some("printing"), true), (None, false)]
    );
    assert_eq!(warned(&found), ["capture-warn-person"]);
    let masked = read("t**3 催");
    assert!(masked.buyer.is_none() || masked.buyer.unwrap().masked);
}

#[test]
fn ranges_are_those_of_the_line() {
    let line = "春天里 改颜色 ￥１８ 今天";
    for piece in read(line).pieces {
        assert_eq!(&line[piece.range.clone()], piece.because);
    }
}

#[test]
fn a_shops_own_words_lie_on_top() {
    let mut own = words();
    own.add(
        "[[kind]]\nregister='ticket'\nkind='question'\nnext='register'\nwords=['投诉','问仓库']\n",
    )
    .unwrap();
    let found = recognise("投诉", &own, &with(None, &[]));
    assert_eq!(kinds(&found), [("ticket", Some("question"))]);
    assert!(own.add("[[kind]]\nregister=1").is_err());
}

#[test]
fn every_kind_is_one_of_its_registers() {
    use crate::domain::registers::{case, follow_up, note, review, ticket};
    for entry in words().kinds() {
        let Some(kind) = entry.kind.as_deref() else {
            assert!(["complaint", "promise", "stock_out"].contains(&entry.register.as_str()));
            continue;
        };
        let known: &[&str] = match entry.register.as_str() {
            "note" => note::KINDS.values,
            "case" => case::KINDS.values,
            "follow_up" => follow_up::KINDS.values,
            "review" => review::LEVELS.values,
            "ticket" => ticket::KINDS.values,
            "parcel" => crate::domain::registers::parcel::PROBLEMS.values,
            other => panic!("{other}"),
        };
        assert!(known.contains(&kind), "{} {kind}", entry.register);
        if let Some(job) = &entry.job {
            assert!(note::JOBS.values.contains(&job.as_str()), "{job}");
        }
    }
}

proptest! {
    #[test]
    fn nothing_panics(line in any::<String>()) {
        let _ = read(&line);
    }

    #[test]
    fn likely_lines_keep_their_text(line in "([0-9０-９]{1,20}|[退换补催今明晚点元春里 ]{1,4}|[#@¥.。:/*-]|SF|顺丰| ){0,12}") {
        let found = read(&line);
        let mut end = 0;
        for piece in &found.pieces {
            prop_assert!(piece.range.start >= end, "{:?}", found.pieces);
            end = piece.range.end;
            prop_assert!(line.get(piece.range.clone()).is_some());
        }
        // Every character is in a piece, in the text, or a gap; only the word of a kind
        // within a sentence is in both.
        let in_both = |p: &Piece| p.kind == PieceKind::Kind && found.text.contains(&p.because);
        let taken: usize = found
            .pieces
            .iter()
            .filter(|p| !in_both(p))
            .map(|p| line[p.range.clone()].chars().count())
            .sum();
        let text = found.text.chars().filter(|c| *c != ' ').count();
        let all = line.chars().count();
        prop_assert!(taken + text <= all);
    }
}
