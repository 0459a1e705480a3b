//! Finding, the buyer's card and canned replies on a real store.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use serde_json::json;
use zhiban::chance::{FixedClock, SeededRandom};
use zhiban::desk::Desk;
use zhiban::desk::act::fields;
use zhiban::desk::replies::{Scope, fill};
use zhiban::domain::id::Id;
use zhiban::domain::money::Money;
use zhiban::domain::payload::{Change, Payload};
use zhiban::domain::registers::{customer, order, setting};
use zhiban::domain::seal::ReplicaKey;
use zhiban::i18n::{Language, Words};
use zhiban::store::{Author, Draft, Shop, Store};

const NOW: i64 = 1_795_333_560_000;
const HOUR: i64 = 3_600_000;
const NUMBER: &str = "4031902847193518258";

/// A drill desk with one customer and one imported order; returns it with both.
fn desk(folder: &std::path::Path) -> (Desk, Id, Id) {
    let mut store = Store::create(folder, Shop::drill("find")).unwrap();
    let replica = store
        .add_replica(ReplicaKey::from_secret(&[9; 32]))
        .unwrap();
    let author = Author { replica, zone: 480 };
    let mut random = SeededRandom::new("find");
    let secret = store.shop().unwrap().secret;
    let (customer, order) = (
        secret.derive("customer", "taobao", "阳光小屋"),
        secret.derive("order", "", NUMBER),
    );
    let open = |register, record, pairs: Vec<(&str, serde_json::Value)>, exported_at| {
        let fields = pairs
            .into_iter()
            .map(|(path, value)| (path.to_owned(), value))
            .collect();
        Draft::new(
            register,
            record,
            Payload::Open(Change {
                fields,
                exported_at,
                ..Change::default()
            }),
            NOW,
        )
    };
    let drafts = [
        open(
            &setting::REGISTER,
            Id::at(NOW, [1; 10]),
            vec![("key", json!("replica")), ("name", json!("林晓"))],
            None,
        ),
        open(
            &customer::REGISTER,
            customer,
            vec![
                ("buyer", json!("阳光小屋")),
                ("phone", json!("13812345678")),
            ],
            None,
        ),
        open(
            &order::REGISTER,
            order,
            vec![
                ("number", json!(NUMBER)),
                ("buyer", json!("阳光小屋")),
                ("paid", json!(Money::cny(12_900))),
                ("platform_state", json!("to_ship")),
                ("carrier", json!("圆通")),
                ("waybill", json!("YT7700012345")),
                ("customer", json!(customer.to_string())),
                ("title", json!("四件套 灰")),
            ],
            Some(NOW - HOUR),
        ),
    ];
    store.append(&author, NOW, &mut random, &drafts).unwrap();
    let mut desk = Desk::open(store, Box::new(FixedClock(NOW)), Box::new(random)).unwrap();
    let person = desk.people().by_name("林晓").unwrap().clone();
    desk.sign_in(&person).unwrap();
    (desk, customer, order)
}

#[test]
fn anything_pasted_leads_to_the_buyers_card() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, customer, order) = desk(&folder.path().join("s"));
    let promise = desk
        .promise(order, "今晚回电", NOW + 2 * HOUR, None)
        .unwrap()
        .record();
    let done = desk
        .follow_up(Some(order), "reminder", "看库存", NOW + HOUR)
        .unwrap()
        .record();
    desk.close(done, "done").unwrap();
    for text in [
        NUMBER,
        "8258",
        "YT7700012345",
        "13812345678",
        "5678",
        "阳光",
        "陽光",
        "ygxw",
        "YGX",
        "亲 4031902847193518258 到哪了",
        "买家 08:15\n单号4031902847193518258 到哪了",
    ] {
        let found = desk.find(text, 20).unwrap();
        assert!(
            found
                .records
                .iter()
                .any(|row| row.id == order || row.id == customer),
            "{text}: {found:?}"
        );
    }
    assert_eq!(
        desk.find(NUMBER, 20).unwrap().records[0].id,
        order,
        "the order itself comes first"
    );
    assert!(desk.find("没有这个人", 20).unwrap().is_empty());
    assert!(desk.find("gxw", 20).unwrap().records.is_empty());
    assert!(desk.find("y", 20).unwrap().records.is_empty());
    assert!(desk.find("  ", 20).unwrap().is_empty());
    assert!(
        !desk.find("今晚回电", 20).unwrap().is_empty(),
        "texts are found too"
    );

    for id in [order, customer, promise, done] {
        let card = desk.card(id).unwrap();
        assert_eq!((card.buyer.as_str(), card.masked), ("阳光小屋", false));
        assert_eq!(
            card.orders.iter().map(|row| row.id).collect::<Vec<_>>(),
            [order]
        );
        assert_eq!(
            card.promises.iter().map(|row| row.id).collect::<Vec<_>>(),
            [promise]
        );
        assert!(card.closed.iter().any(|row| row.id == done), "{id}");
    }
}

#[test]
fn a_masked_buyer_is_known_by_the_order_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, ..) = desk(&folder.path().join("s"));
    let one = desk.open_conversation("t**3", "chat").unwrap().record();
    let other = desk.open_conversation("t**3", "chat").unwrap().record();
    desk.reply(one, "您好").unwrap();
    let card = desk.card(one).unwrap();
    assert!(card.masked && card.customer.is_none());
    assert!(card.open.iter().all(|row| row.id != other));
    assert_eq!(
        card.last_words
            .iter()
            .map(|one| one.text.as_str())
            .collect::<Vec<_>>(),
        ["您好"]
    );
}

#[test]
fn a_reply_is_found_filled_counted_and_blocked_where_something_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, _, order) = desk(&folder.path().join("s"));
    let words = Words::new(Language::ZhCn);
    let add = |desk: &mut Desk, code: &str, title: &str, text: &str, until: Option<i64>| {
        let mut values = fields([
            ("code", json!(code)),
            ("title", json!(title)),
            ("text", json!(text)),
            ("language", json!("zh_cn")),
        ]);
        if let Some(until) = until {
            values.insert("valid_until".into(), json!(until));
        }
        desk.open_record("reply", values).unwrap().record()
    };
    let text = "您好，{买家}。订单 {订单号} 的{商品}由{快递}送，单号{运单号}，实付{金额}。{客服}";
    let first = add(&mut desk, "wlcx", "物流 查询", text, None);
    let back = add(&mut desk, "thdz", "退货 地址", "请寄到 {退货地址}", None);
    let old = add(&mut desk, "wlhd", "物流 活动", "活动", Some(NOW - HOUR));
    let mut replies = desk.replies().unwrap();
    assert_eq!(replies.len(), 3);

    let (record, _) = desk.record(order).unwrap();
    let context = desk.reply_context(Some(&record), &words).unwrap();
    assert_eq!(context.stage.as_deref(), Some("in_sales"));
    let hits = replies.filter("wl", Scope::All, None, &context);
    let ids: Vec<Id> = hits
        .iter()
        .map(|hit| replies.get(hit).unwrap().id)
        .collect();
    assert_eq!(ids, [first, old], "what is over stands last");
    let reply = replies.get(&hits[0]).unwrap();
    let filled = fill(&reply.text, &context, &BTreeMap::new());
    let want = "您好，阳光小屋。订单 4031902847193518258 的四件套 灰由圆通送，单号YT7700012345，实付¥129.00。林晓";
    assert_eq!(filled.text, want);
    desk.may_copy(reply, &filled, &words).unwrap();
    let over = replies.get(&hits[1]).unwrap();
    let filled = fill(&over.text, &context, &BTreeMap::new());
    assert_eq!(
        desk.may_copy(over, &filled, &words).unwrap_err().message,
        "problem-reply-expired"
    );

    let address = replies.by_id(back).unwrap().clone();
    let filled = fill(&address.text, &context, &BTreeMap::new());
    assert_eq!(
        desk.may_copy(&address, &filled, &words)
            .unwrap_err()
            .message,
        "problem-reply-missing"
    );
    desk.set_setting("return_address", "杭州仓：示例路8号\n中山仓：示例路9号")
        .unwrap();
    let context = desk.reply_context(Some(&record), &words).unwrap();
    let filled = fill(
        &address.text,
        &context,
        &BTreeMap::from([("return_address", 1)]),
    );
    assert_eq!(filled.text, "请寄到 中山仓：示例路9号");

    desk.reply_used(first).unwrap();
    desk.reply_used(first).unwrap();
    desk.refresh_replies(&mut replies).unwrap();
    assert_eq!(
        replies.by_id(first).map(|reply| (reply.used, reply.today)),
        Some((2, 2))
    );

    let nobody = desk.reply_context(None, &words).unwrap();
    let filled = fill(text, &nobody, &BTreeMap::new());
    assert_eq!(filled.missing.len(), 6);
    assert!(filled.used.contains(&("agent", "林晓".to_owned())));
}

mod many {
    //! Finding where more bear what is typed than fit.

    use proptest::prelude::*;
    use zhiban::domain::registers::conversation;
    use zhiban::store::{Query, Row};

    use super::*;

    /// A conversation with a buyer, when it began, and whether it is over.
    type Talk = (String, i64, bool);

    fn talks(folder: &std::path::Path, talks: &[Talk]) -> Desk {
        talks_of_which(folder, talks, 0)
    }

    /// A desk with talks of which the first few were taken back.
    fn talks_of_which(folder: &std::path::Path, talks: &[Talk], taken_back: usize) -> Desk {
        let mut store = Store::create(folder, Shop::drill("many")).unwrap();
        let replica = store
            .add_replica(ReplicaKey::from_secret(&[9; 32]))
            .unwrap();
        let author = Author { replica, zone: 480 };
        let mut random = SeededRandom::new("many");
        let mut drafts = Vec::new();
        for (n, (buyer, at, is_over)) in talks.iter().enumerate() {
            let mut place = [0; 10];
            place[..8].copy_from_slice(&(n as u64).to_be_bytes());
            let record = Id::at(*at, place);
            let fields = [("buyer", json!(buyer)), ("stage", json!("in_sales"))];
            let opened = Payload::Open(Change {
                fields: fields
                    .into_iter()
                    .map(|(path, value)| (path.to_owned(), value))
                    .collect(),
                ..Change::default()
            });
            drafts.push(Draft::new(&conversation::REGISTER, record, opened, *at));
            if *is_over {
                let over = Payload::Move {
                    from: "open".into(),
                    to: "closed".into(),
                    reason: None,
                    note: None,
                };
                drafts.push(Draft::new(&conversation::REGISTER, record, over, at + 1));
            }
            if n < taken_back {
                let void = Payload::Void {
                    events: None,
                    reason: Some("twice".into()),
                };
                drafts.push(Draft::new(&conversation::REGISTER, record, void, at + 2));
            }
        }
        store.append(&author, NOW, &mut random, &drafts).unwrap();
        Desk::open(store, Box::new(FixedClock(NOW)), Box::new(random)).unwrap()
    }

    /// All rows whose buyer's name begins so: the exact name first, then what is open, the
    /// newest first.
    fn walked(desk: &Desk, asked: &str) -> Vec<Id> {
        let all = Query {
            registers: vec!["conversation"],
            limit: Some(10_000),
            ..Query::default()
        };
        let mut rows = desk.store().rows(&all).unwrap();
        let buyer = |row: &Row| row.fields["buyer"].as_str().unwrap().to_owned();
        rows.retain(|row| buyer(row).starts_with(asked));
        rows.sort_by_key(|row| {
            let opened = std::cmp::Reverse((row.opened, row.no));
            (buyer(row) != asked, row.closed.is_some(), opened)
        });
        rows.iter().map(|row| row.id).collect()
    }

    fn ids(rows: &[Row]) -> Vec<Id> {
        rows.iter().map(|row| row.id).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_found_is_what_a_walk_finds_however_many(
            made in prop::collection::vec((0..6u8, 0..10_000i64, prop::bool::weighted(0.9)), 100..220),
        ) {
            let names = ["大伟", "大伟1", "大伟12", "大伟青", "陈大伟", "小伟"];
            let made: Vec<Talk> = made
                .into_iter()
                .map(|(name, at, is_over)| (names[usize::from(name)].to_owned(), NOW - at * 60_000, is_over))
                .collect();
            let folder = tempfile::tempdir().unwrap();
            let desk = talks(&folder.path().join("s"), &made);
            for asked in ["大伟", "大伟1", "大", "小伟"] {
                let all = walked(&desk, asked);
                let mut found = desk.find(asked, 50).unwrap();
                let shown = ids(&found.records);
                prop_assert_eq!(&shown[..], &all[..all.len().min(50)], "{}", asked);
                prop_assert_eq!(found.has_more, all.len() > 50, "{}", asked);
                let mut steps = 0;
                while found.has_more {
                    desk.find_more(asked, &mut found, 50).unwrap();
                    steps += 1;
                    prop_assert!(steps < 10);
                }
                prop_assert_eq!(ids(&found.records), all, "{} read on", asked);
            }
        }
    }

    #[test]
    fn open_ones_are_found_among_more_than_are_weighed() {
        let made: Vec<Talk> = (0..1_300)
            .map(|n| {
                let buyer = if n % 2 == 0 { "大伟" } else { "大伟9" };
                (
                    buyer.to_owned(),
                    NOW - 9_000_000 + n * 1_000,
                    n != 2 && n != 3,
                )
            })
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let desk = talks(&folder.path().join("s"), &made);
        let walked = walked(&desk, "大");
        let found = desk.find("大", 50).unwrap();
        assert_eq!(
            ids(&found.records),
            walked[..50],
            "the open ones, then the newest"
        );
        assert!(found.records[1].closed.is_none() && found.records[2].closed.is_some());
        assert!(found.has_more, "more than are weighed");
    }

    #[test]
    fn reading_on_ends_where_more_bear_it_than_are_weighed_and_the_texts_have_the_rest() {
        let made: Vec<Talk> = (0..1_300)
            .map(|n| (format!("大伟{}", n % 2), NOW - 9_000_000 + n * 1_000, true))
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let desk = talks(&folder.path().join("s"), &made);
        let walked = walked(&desk, "大伟");
        let mut found = desk.find("大伟", 50).unwrap();
        assert!(found.said.is_empty(), "all of it is read on to");
        let mut steps = 0;
        while found.has_more {
            let before = found.records.len();
            desk.find_more("大伟", &mut found, 50).unwrap();
            assert!(found.records.len() > before || !found.has_more, "it stands");
            steps += 1;
            assert!(steps < 30);
        }
        assert_eq!(ids(&found.records), walked[..1_000]);
        assert!(found.is_bounded, "and that was not all");
        while found.rest.is_some() {
            desk.find_further("大伟", &mut found, 500).unwrap();
        }
        let all: Vec<Id> = found.said.iter().map(|hit| hit.row.id).collect();
        let mut left = walked[1_000..].to_vec();
        left.retain(|id| !all.contains(id));
        assert_eq!(left, []);
        assert!(all.iter().all(|id| walked[1_000..].contains(id)));
    }

    #[test]
    fn what_was_taken_back_does_not_stand_before_what_holds() {
        let mut made: Vec<Talk> = (0..60)
            .map(|n| ("大伟".to_owned(), NOW - 9_000_000 + n * 1_000, false))
            .collect();
        made.push(("大伟1".to_owned(), NOW - 9_900_000, false));
        let folder = tempfile::tempdir().unwrap();
        let desk = talks_of_which(&folder.path().join("s"), &made, 60);
        let found = desk.find("大伟", 50).unwrap();
        assert_eq!((found.records.len(), found.has_more), (1, false));
        assert_eq!(found.records[0].title.as_deref(), Some("大伟1"));
        // Who names a single record may mean one that was taken back.
        assert_eq!(desk.store().find("大伟", 50).unwrap().len(), 50);
    }

    #[test]
    fn texts_are_searched_however_many_bear_the_name() {
        let mut made: Vec<Talk> = (0..60)
            .map(|n| ("大伟".to_owned(), NOW - 9_000_000 + n * 1_000, true))
            .collect();
        made.push(("陈大伟".to_owned(), NOW - 9_900_000, true));
        let folder = tempfile::tempdir().unwrap();
        let desk = talks(&folder.path().join("s"), &made);
        let mut found = desk.find("大伟", 50).unwrap();
        let said = |found: &zhiban::desk::card::Found| -> Vec<Option<String>> {
            found.said.iter().map(|hit| hit.row.title.clone()).collect()
        };
        let other = [Some("陈大伟".to_owned())];
        assert_eq!(found.records.len(), 50);
        assert_eq!(said(&found), other, "none that is read on to anyway");
        desk.find_more("大伟", &mut found, 50).unwrap();
        assert_eq!((found.records.len(), found.has_more), (60, false));
        assert_eq!(said(&found), other);
    }
}
