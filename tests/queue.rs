//! The queue of a sample day (S03): messages left, an advertiser, an order on its way, transfers
//! with a reason, and who waits too long.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use zhiban::chance::{FixedClock, SeededRandom};
use zhiban::desk::Desk;
use zhiban::desk::import::ImportOptions;
use zhiban::desk::todo::{Mark, View};
use zhiban::domain::event::Verb;
use zhiban::domain::id::{Id, ReplicaId};
use zhiban::domain::payload::{Change, Fields, Payload};
use zhiban::domain::register::{Owner, Post};
use zhiban::domain::registers::{conversation, person};
use zhiban::domain::seal::ReplicaKey;
use zhiban::store::{Author, Draft, Query, Shop, Store};

/// 2026-11-22T15:46+08:00.
const NOW: i64 = 1_795_333_560_000;
const SHIPPED: &str = "4031902847193527741";
const WAITING: &str = "4031902847193527742";

/// A shop of three: 林晓 sells, 小宋 is after-sales, 王主管 does everything.
fn desk(folder: &Path) -> Desk {
    let mut store = Store::create(folder, Shop::drill("queue")).unwrap();
    let mut random = SeededRandom::new("queue");
    let staff: [(&str, &str, &[&str]); 3] = [
        (
            "王主管",
            "supervisor",
            &["pre_sales", "after_sales", "general"],
        ),
        ("林晓", "agent", &["pre_sales", "general"]),
        ("小宋", "agent", &["after_sales"]),
    ];
    let replicas: Vec<ReplicaId> = (1..=3)
        .map(|byte| {
            let key = ReplicaKey::from_secret(&[byte; 32]);
            store.add_replica(key).unwrap()
        })
        .collect();
    let author = Author {
        replica: replicas[0],
        zone: 480,
    };
    let drafts: Vec<Draft> = staff
        .iter()
        .zip(&replicas)
        .enumerate()
        .map(|(at, ((name, role, posts), replica))| {
            let fields = Fields::from([
                ("name".to_owned(), json!(name)),
                ("role".to_owned(), json!(role)),
                ("posts".to_owned(), json!(posts)),
                (format!("replicas/{replica}/letters"), json!("AA")),
            ]);
            let open = Payload::Open(Change {
                fields,
                ..Change::default()
            });
            Draft::new(&person::REGISTER, Id([at as u8 + 1; 16]), open, NOW)
        })
        .collect();
    store.append(&author, NOW, &mut random, &drafts).unwrap();
    let mut desk = Desk::open(store, Box::new(FixedClock(NOW)), Box::new(random)).unwrap();
    sit(&mut desk, "王主管");
    desk
}

fn sit(desk: &mut Desk, name: &str) {
    let person = desk.people().by_name(name).unwrap().clone();
    desk.sign_in(&person).unwrap();
}

fn owner(desk: &Desk, name: &str) -> Option<Owner> {
    Some(Owner::Person(desk.people().by_name(name).unwrap().id))
}

/// Imports an order as the platform shows it at a time.
fn order(desk: &mut Desk, number: &str, state: &str, exported_at: i64) {
    let table = format!("订单编号,买家,订单状态,实付金额\n{number},买家,{state},129.00\n");
    let options = ImportOptions {
        exported_at: Some(exported_at),
        ..ImportOptions::default()
    };
    let report = desk
        .import("orders.csv", table.as_bytes(), &options)
        .unwrap();
    assert_eq!(
        (report.read, report.refused),
        (1, 0),
        "{:?}",
        report.problems
    );
}

/// Imports the day: three messages left, an advertiser, the talk of a shipped order, one of an
/// order that is not, one answered, one waiting since the morning, four plain ones.
fn day(desk: &mut Desk) {
    let line = |buyer: &str, channel: &str, order: Option<&str>, said: &[(&str, &str)]| {
        let messages: Vec<_> = said
            .iter()
            .map(|(role, at)| json!({"role": role, "text": format!("{buyer} {at}"), "at": at}))
            .collect();
        json!({"number": format!("T-{buyer}"), "channel": channel, "buyer": buyer,
               "order": order, "messages": messages})
        .to_string()
    };
    let asked: &[(&str, &str)] = &[("customer", "2026-11-22 15:45:50")];
    let answered = [asked[0], ("agent", "2026-11-22 15:45:55")];
    let early = [("customer", "2026-11-22 09:00:00")];
    let mut lines: Vec<String> = ["留言一", "留言二", "留言三"]
        .iter()
        .map(|buyer| line(buyer, "board", None, asked))
        .collect();
    lines.push(line("广告号", "chat", None, asked));
    lines.push(line("春天里", "chat", Some(SHIPPED), asked));
    lines.push(line("小鹿", "chat", Some(WAITING), asked));
    lines.push(line("橘子", "chat", None, &answered));
    lines.push(line("安心", "chat", None, &early));
    for buyer in ["木子李", "雨后", "大伟", "老张"] {
        lines.push(line(buyer, "chat", None, asked));
    }
    let text = lines.join("\n");
    let report = desk
        .import("day.jsonl", text.as_bytes(), &ImportOptions::default())
        .unwrap();
    assert_eq!(
        (report.new, report.refused),
        (12, 0),
        "{:?}",
        report.problems
    );
}

fn talk(desk: &Desk, buyer: &str) -> Id {
    let rows = desk
        .store()
        .rows(&Query {
            registers: vec!["conversation"],
            fields: vec![("buyer", buyer.to_owned())],
            ..Query::default()
        })
        .unwrap();
    assert_eq!(rows.len(), 1, "{buyer}");
    rows[0].id
}

/// Buyers whose talks wait for the person at the desk, with the mark of each.
fn waiting(desk: &Desk) -> BTreeMap<String, Mark> {
    let todo = desk.todo(View::All).unwrap();
    let items = todo.buyers.into_iter().flat_map(|buyer| buyer.items);
    items
        .map(|item| {
            let buyer = item.row.fields["buyer"].as_str().unwrap().to_owned();
            (buyer, item.mark)
        })
        .collect()
}

#[test]
fn a_sample_day_stands_in_the_queues_of_the_posts() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"));
    order(&mut desk, SHIPPED, "卖家已发货", NOW - 3_600_000);
    order(&mut desk, WAITING, "待发货", NOW - 3_600_000);
    day(&mut desk);

    sit(&mut desk, "小宋");
    let mine = waiting(&desk);
    assert_eq!(
        mine.keys().collect::<Vec<_>>(),
        ["春天里"],
        "the shipped one alone"
    );

    sit(&mut desk, "林晓");
    let mine = waiting(&desk);
    assert_eq!(mine.len(), 11);
    let left: Vec<&String> = mine
        .keys()
        .filter(|buyer| buyer.starts_with("留言"))
        .collect();
    assert_eq!(left.len(), 3);
    assert_eq!(
        mine["安心"],
        Mark::Overdue,
        "past the limit of a first answer"
    );
    assert_ne!(mine["橘子"], Mark::Overdue, "answered");
    for buyer in left {
        let row = desk.record(talk(&desk, buyer)).unwrap().0;
        assert_eq!(row.text("channel"), Some("board"));
    }
    // The three messages stand in "messages left": of the list, and of the register.
    let view = View::of("left-messages").expect("a view of the list");
    let todo = desk.todo(view).unwrap();
    assert_eq!(
        names(todo.buyers.iter().map(|buyer| &buyer.first().row)),
        LEFT
    );
    assert_eq!(todo.counts, desk.todo(View::All).unwrap().counts);
    let listed = desk.view(&conversation::REGISTER, Some("left-messages"), 100);
    assert_eq!(names(listed.unwrap().iter()), LEFT);
    // Answered, it is no longer left.
    desk.reply(talk(&desk, "留言二"), "在的").unwrap();
    let todo = desk.todo(view).unwrap();
    let still = names(todo.buyers.iter().map(|buyer| &buyer.first().row));
    assert_eq!(still, ["留言一", "留言三"]);
}

/// The buyers who left words while nobody was there.
const LEFT: [&str; 3] = ["留言一", "留言三", "留言二"];

/// The buyers of some rows, by name.
fn names<'a>(rows: impl Iterator<Item = &'a zhiban::store::Row>) -> Vec<String> {
    let buyers = rows.map(|row| row.fields["buyer"].as_str().unwrap().to_owned());
    let mut buyers: Vec<String> = buyers.collect();
    buyers.sort();
    buyers
}

#[test]
fn an_order_that_ships_takes_its_talk_along_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"));
    order(&mut desk, WAITING, "待发货", NOW - 3_600_000);
    day(&mut desk);
    let id = talk(&desk, "小鹿");
    assert_eq!(desk.record(id).unwrap().0.text("stage"), None);
    order(&mut desk, WAITING, "卖家已发货", NOW - 1_800_000);
    assert_eq!(
        desk.record(id).unwrap().0.text("stage"),
        Some("after_sales")
    );
    sit(&mut desk, "小宋");
    assert!(waiting(&desk).contains_key("小鹿"));

    // What a person decides afterwards stands, however often the platform says the same.
    sit(&mut desk, "王主管");
    let back: Fields = [("stage".to_owned(), json!("general"))].into();
    desk.set_fields(id, back).unwrap();
    order(&mut desk, WAITING, "交易成功", NOW - 900_000);
    assert_eq!(desk.record(id).unwrap().0.text("stage"), Some("general"));
}

#[test]
fn a_post_hands_on_the_talk_of_a_shipped_order_and_a_person_keeps_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"));
    order(&mut desk, WAITING, "待发货", NOW - 3_600_000);
    order(&mut desk, SHIPPED, "待发货", NOW - 3_600_000);
    day(&mut desk);
    let (posts, persons) = (talk(&desk, "小鹿"), talk(&desk, "春天里"));
    sit(&mut desk, "林晓");
    desk.claim(persons, None).unwrap();
    desk.transfer(posts, Owner::Post(Post::PreSales), "peak")
        .unwrap();
    sit(&mut desk, "王主管");
    for number in [WAITING, SHIPPED] {
        order(&mut desk, number, "卖家已发货", NOW - 1_800_000);
    }
    let (record, _) = desk.record(posts).unwrap();
    assert_eq!(record.owner, Some(Owner::Post(Post::AfterSales)));
    assert_eq!(record.first_owner, owner(&desk, "林晓"));
    let (record, _) = desk.record(persons).unwrap();
    assert_eq!(record.owner, owner(&desk, "林晓"));
    assert_eq!(record.text("stage"), Some("after_sales"));
}

#[test]
fn a_talk_goes_on_only_with_a_reason_of_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"));
    day(&mut desk);
    let id = talk(&desk, "木子李");
    sit(&mut desk, "林晓");
    desk.claim(id, None).unwrap();
    let to = owner(&desk, "小宋").unwrap();
    assert!(desk.transfer(id, to, "").is_err());
    assert_eq!(desk.record(id).unwrap().0.owner, owner(&desk, "林晓"));
    desk.transfer(id, to, "after_sales").unwrap();
    let (record, _) = desk.record(id).unwrap();
    assert_eq!(
        (record.owner, record.first_owner),
        (Some(to), owner(&desk, "林晓"))
    );
    let last = record.steps.last().unwrap();
    assert_eq!(
        (last.verb, last.reason.as_deref()),
        (Verb::Assign, Some("after_sales"))
    );
}

#[test]
fn a_talk_ends_with_an_outcome_and_an_advertiser_is_asked_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"));
    day(&mut desk);
    let plain = talk(&desk, "雨后");
    let refusal = desk.move_to(plain, "closed", None).unwrap_err();
    assert_eq!(refusal.message, "problem-outcome-missing");
    assert!(desk.close(plain, "").is_err());
    desk.close(plain, "solved").unwrap();
    assert_eq!(desk.record(plain).unwrap().0.state, "closed");

    // An advertiser who is still open has no first answer to wait for.
    let ad = talk(&desk, "广告号");
    let early = talk(&desk, "安心");
    let marked: Fields = [("ad".to_owned(), json!(true))].into();
    desk.set_fields(early, marked).unwrap();
    assert_eq!(waiting(&desk)["安心"], Mark::Pending);

    desk.set_fields(ad, [("complexity".to_owned(), json!("complex"))].into())
        .unwrap();
    desk.close(ad, "ad").unwrap();
    let (record, _) = desk.record(ad).unwrap();
    assert_eq!(
        (record.state.as_str(), record.text("outcome")),
        ("closed", Some("ad"))
    );
    assert_eq!(record.value("ad"), Some(&json!(true)));
    desk.undo(None).unwrap();
    let (record, _) = desk.record(ad).unwrap();
    assert_eq!((record.state.as_str(), record.value("ad")), ("open", None));
}
