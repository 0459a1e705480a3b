//! What a person is told of the open item, of what was found, asked for and taken back: nothing
//! that must be seen is left out, and nothing is said that is not so.

use zhiban::desk::Desk;
use zhiban::domain::register::Owner;
use zhiban::domain::registers::order;
use zhiban::i18n::{Language, Words};
use zhiban::store::{Query, Row};
use zhiban::tui::dump;

use crate::shop::Visit;

const SMALL: (u16, u16) = (80, 24);
const WIDE: (u16, u16) = (120, 40);

fn shown(visit: &Visit, size: (u16, u16)) -> String {
    dump::text(&visit.view(size).0)
}

fn found(visit: &mut Visit, what: &str) {
    visit.keys("F3");
    visit.text(what);
    visit.keys("Enter");
}

fn written(desk: &Desk) -> u64 {
    desk.store()
        .heads()
        .unwrap()
        .iter()
        .map(|head| head.seq)
        .sum()
}

fn rows(desk: &Desk, register: &'static str) -> Vec<Row> {
    let query = Query {
        registers: vec![register],
        limit: Some(1_000),
        ..Query::default()
    };
    desk.store().rows(&query).unwrap()
}

#[test]
fn undo_in_the_draft_takes_back_no_recorded_act() {
    for language in Language::ALL {
        let words = Words::new(language);
        let mut visit = Visit::new(None, language, SMALL);
        found(&mut visit, "阳光小屋");
        let before = written(visit.app.desk());
        visit.text("你好");
        visit.keys("Ctrl+Z Ctrl+Z Ctrl+Z Ctrl+Z Ctrl+Z");
        assert_eq!(written(visit.app.desk()), before);
        let seen = shown(&visit, SMALL);
        println!("{seen}");
        let told = words.get("desk-draft-nothing-to-undo").to_string();
        assert!(seen.contains(&told) && !seen.contains("你好"), "{seen}");
    }
}

#[test]
fn what_was_taken_back_is_named() {
    for language in Language::ALL {
        let words = Words::new(language);
        let mut visit = Visit::new(None, language, SMALL);
        found(&mut visit, "阳光小屋");
        visit.text("您好，我看一下。");
        visit.keys("F9 Esc");
        let before = written(visit.app.desk());
        visit.keys("Ctrl+Z");
        assert!(written(visit.app.desk()) > before);
        let talks = rows(visit.app.desk(), "conversation");
        let talk = talks
            .iter()
            .find(|row| row.title.as_deref() == Some("阳光小屋"));
        let number = talk.unwrap().number.clone().unwrap_or_default();
        let kind = words.get("short-conversation");
        let what = format!("{kind} {number} 阳光小屋").replace("  ", " ");
        let told = words.with(
            "desk-undone",
            &[
                ("when", "15:46".into()),
                ("deed", words.get("changed-say-out").as_ref().into()),
                ("what", what.into()),
            ],
        );
        let seen = shown(&visit, SMALL);
        println!("{seen}");
        assert!(seen.contains(&told), "{told}\n{seen}");
    }
}

#[test]
fn a_part_of_an_order_is_not_called_the_whole() {
    let states = |visit: &Visit| -> Vec<String> {
        let all = rows(visit.app.desk(), "case");
        all.into_iter().map(|row| row.state).collect()
    };
    for size in [SMALL, WIDE] {
        let mut visit = Visit::new(None, Language::ZhCn, size);
        found(&mut visit, "6613");
        visit.keys("F6");
        let seen = shown(&visit, size);
        println!("{seen}");
        assert!(seen.contains("部分商品，¥129.00"), "{seen}");
        assert!(!seen.contains("整单") && seen.contains('*'), "{seen}");
        let before = states(&visit);
        visit.keys("Tab Space F8");
        assert_eq!(states(&visit), before, "nobody knows of which goods");

        let mut visit = Visit::new(None, Language::ZhCn, size);
        found(&mut visit, "6613");
        visit.keys("F6 Down Down Down Down Down Down Down Ctrl+A");
        visit.text("277");
        let seen = shown(&visit, size);
        assert!(seen.contains("整单，¥277.00"), "{seen}");
        visit.keys("Ctrl+A");
        visit.text("276.99");
        let seen = shown(&visit, size);
        assert!(seen.contains("部分商品，¥276.99"), "{seen}");
        visit.keys("Up Up Up Up Up Space");
        let seen = shown(&visit, size);
        println!("{seen}");
        assert!(seen.contains("退 锅盖 20厘米 1 件，¥276.99"), "{seen}");
    }
}

#[test]
fn a_buyer_who_is_looked_for_leads_to_the_talk_then_to_what_is_mine() {
    let mut visit = Visit::new(None, Language::ZhCn, WIDE);
    let desk = visit.app.desk();
    let me = Owner::Person(desk.me().unwrap().id);
    let records = desk.find("阳光小屋", 50).unwrap().records;
    let place = |row: &Row| match row.owner {
        _ if row.register == "conversation" => 0,
        Some(owner) if owner == me => 1,
        None | Some(Owner::Post(_)) => 2,
        Some(Owner::Person(_)) => 3,
    };
    let open = records.iter().filter(|row| row.closed.is_none());
    let places: Vec<u8> = open.map(place).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(
        places.first() == Some(&0) && places.contains(&3),
        "{places:?}"
    );

    found(&mut visit, "阳光小屋");
    let seen = shown(&visit, WIDE);
    println!("{seen}");
    for told in ["买家   退了吗 还没收到", "接待步骤", "变量齐"] {
        assert!(seen.contains(told), "{told}\n{seen}");
    }
}

/// The kept pictures hold the conversation as it is drawn, not a record beside it.
#[test]
fn the_kept_desk_shows_what_the_customer_said() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["desk_80x24", "desk_120x40"] {
        let file = root.join(format!("tests/screens/dumps/{name}.txt"));
        let kept = std::fs::read_to_string(file).unwrap();
        assert!(kept.contains("买家   退了吗 还没收到"), "{name}\n{kept}");
    }
}

#[test]
fn beside_the_chat_it_is_seen_what_is_owed_and_what_is_missing() {
    let mut visit = Visit::new(None, Language::ZhCn, SMALL);
    found(&mut visit, "阳光小屋");
    let seen = shown(&visit, SMALL);
    println!("{seen}");
    for told in [
        "实付 ¥239.00",
        "在退 ¥18.00",
        "改地址 确认未 打单未",
        "应发 11/24",
        "承诺 18:00 前退差价 ¥18.00 剩 2时",
        "批 R-",
        "等王主管 ",
    ] {
        assert!(seen.contains(told), "{told}\n{seen}");
    }
    for language in Language::ALL {
        let words = Words::new(language);
        let mut visit = Visit::new(None, language, SMALL);
        found(&mut visit, "阳光小屋");
        let seen = shown(&visit, SMALL);
        println!("{seen}");
        let pending = format!("{} ¥18.00", words.get("order-in-refund"));
        assert!(seen.contains(&pending), "{pending}\n{seen}");
    }
}

#[test]
fn of_what_waits_for_an_approval_it_is_said_whose_and_how_long() {
    for size in [WIDE, (200, 60)] {
        let mut visit = Visit::new(None, Language::ZhCn, size);
        found(&mut visit, "阳光小屋");
        let seen = shown(&visit, size);
        println!("{seen}");
        let row = seen
            .lines()
            .find(|row| row.contains("R-LX-") && row.contains("待批"));
        let row = row.unwrap_or_else(|| panic!("{seen}"));
        assert!(
            row.contains(" ¥18.00 ") && row.contains("等王主管 "),
            "{row}"
        );
        assert!(row.contains("1时"), "{row}");
    }
    let mut visit = Visit::new(Some("王主管"), Language::ZhCn, WIDE);
    found(&mut visit, "阳光小屋");
    let seen = shown(&visit, WIDE);
    assert!(seen.contains("等你 1时"), "{seen}");
}

#[test]
fn a_sheet_says_how_much_of_it_waits_to_be_taken() {
    let tall = (120, 90);
    let visit = Visit::new(None, Language::ZhCn, tall);
    let seen = shown(&visit, tall);
    println!("{seen}");
    let row = seen.lines().find(|row| row.contains("交接 何静"));
    let row = row.unwrap_or_else(|| panic!("{seen}"));
    assert!(row.contains("条待接") && row.contains(" 未接"), "{row}");
}

#[test]
fn the_orders_table_names_the_goods_of_the_lines() {
    for size in [SMALL, WIDE] {
        let mut visit = Visit::new(None, Language::ZhCn, size);
        visit.keys("F12 4 2");
        let seen = shown(&visit, size);
        println!("{seen}");
        let orders = rows(visit.app.desk(), "order");
        let mut named = 0;
        for row in &orders {
            let number = row.number.as_deref().or(row.order_number.as_deref());
            let number = number.unwrap_or_default();
            let tail = &number[number.len() - 4..];
            let lines = row.fields[order::LINES.name()].as_object();
            let title = lines.and_then(|lines| lines.values().next()?["title"].as_str());
            let line = seen
                .lines()
                .find(|line| line.contains(&format!("..{tail} ")));
            if let (Some(title), Some(line)) = (title, line) {
                let start: String = title.chars().take(2).collect();
                assert!(line.contains(&start), "{title}: {line}");
                named += 1;
            }
        }
        assert!(named > 10, "{named}");
    }
}

/// The case of the buyer's that waits for an approval.
fn waiting_case(desk: &Desk) -> zhiban::domain::id::Id {
    let all = rows(desk, "case");
    let is_theirs = |row: &&Row| {
        let record = desk.record(row.id).unwrap().0;
        row.state == "submitted" && record.text("buyer") == Some("阳光小屋")
    };
    all.iter().find(is_theirs).unwrap().id
}

#[test]
fn nobody_is_named_who_may_not_approve() {
    // The supervisor asked for another sum: their own request by now.
    let amend = |desk: &mut Desk| {
        let case = waiting_case(desk);
        let reader = desk.me().unwrap().clone();
        let supervisor = desk.people().by_name("王主管").unwrap().clone();
        desk.sign_in(&supervisor).unwrap();
        let amount = zhiban::domain::money::Money::cny(1_700);
        let values = [("amount".to_owned(), serde_json::json!(amount))];
        desk.amend_case(case, &values.into()).unwrap();
        assert!(desk.approve_case(case).is_err());
        desk.sign_in(&reader).unwrap();
    };
    for person in ["林晓", "王主管"] {
        let mut visit = Visit::after(amend, Some(person), Language::ZhCn, WIDE);
        found(&mut visit, "阳光小屋");
        let seen = shown(&visit, WIDE);
        let row = seen
            .lines()
            .find(|row| row.contains("R-LX-") && row.contains("待批"));
        let row = row.unwrap_or_else(|| panic!("{seen}"));
        assert!(!row.contains("等王主管") && !row.contains("等你"), "{row}");
        let named = row.split(" 等").nth(1).unwrap_or_else(|| panic!("{row}"));
        let named = named.split_whitespace().next().unwrap();
        let case = waiting_case(visit.app.desk());
        let mut desk = visit.app.into_desk();
        let named = desk.people().by_name(named).unwrap().clone();
        desk.sign_in(&named).unwrap();
        desk.approve_case(case).unwrap();
    }
}

#[test]
fn a_case_that_was_handed_to_the_supervisor_waits_for_the_supervisor() {
    let hand = |desk: &mut Desk| {
        let case = waiting_case(desk);
        let supervisor = desk.people().by_name("王主管").unwrap().id;
        desk.transfer(case, Owner::Person(supervisor), "escalation")
            .unwrap();
    };
    for (person, told) in [("林晓", "等王主管"), ("王主管", "等你")] {
        let sits = |desk: &mut Desk| {
            hand(desk);
            let person = desk.people().by_name(person).unwrap().clone();
            desk.sign_in(&person).unwrap();
        };
        let mut visit = Visit::after(sits, Some("林晓"), Language::ZhCn, WIDE);
        found(&mut visit, "阳光小屋");
        let seen = shown(&visit, WIDE);
        assert!(seen.contains(told), "{seen}");
    }
}
