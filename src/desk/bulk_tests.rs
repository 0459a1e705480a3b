use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::chance::{Random, SeededRandom};
use crate::desk::shop_tests::{Shop, act_as, buyer_says, colleague};
use crate::desk::todo::View;
use crate::domain::register::Post;

/// What a record comes to for whoever looks at it.
type Seen = (
    String,
    Option<Owner>,
    Option<Owner>,
    Option<i64>,
    BTreeMap<String, Value>,
    usize,
    usize,
);

fn seen(desk: &Desk, id: Id) -> Seen {
    let (record, _) = desk.record(id).unwrap();
    let shown = |path: &String| Some((path.clone(), record.value(path)?.clone()));
    let values = record.values.keys().filter_map(shown).collect();
    let said = record.entries.iter().filter(|entry| !entry.void).count();
    (
        record.state.clone(),
        record.owner,
        record.first_owner,
        record.closed,
        values,
        said,
        record.conflicts.len(),
    )
}

fn waiting(desk: &Desk) -> Vec<Id> {
    let todo = desk.todo(View::All).unwrap();
    let items = todo.buyers.iter().flat_map(|buyer| &buyer.items);
    items.map(|item| item.row.id).collect()
}

fn any_bulk(desk: &Desk, random: &mut SeededRandom) -> Bulk {
    let at = desk.now() + 60_000 + random.below(3 * 86_400_000) as i64;
    match random.below(8) {
        0 => Bulk::Claim,
        1 => Bulk::Snooze {
            until: at,
            event: [None, Some("reply"), Some("change")][random.below(3) as usize],
        },
        2 => Bulk::Tag(["大客户", "#难缠 -大客户", "老客 加急"][random.below(3) as usize].into()),
        3 => Bulk::Remind {
            text: "回电".into(),
            at,
        },
        4 => Bulk::Close(["resolved", "done", "kept", ""][random.below(4) as usize].into()),
        5 => Bulk::Remark(["看一下", "@王主管 看一下"][random.below(2) as usize].into()),
        6 => Bulk::Escalate("买家要见主管".into()),
        _ => Bulk::Transfer {
            to: Owner::Post(Post::ALL[random.below(Post::ALL.len() as u64) as usize]),
            reason: "peak".into(),
        },
    }
}

#[test]
fn a_bulk_act_taken_back_leaves_every_record_as_it_was() {
    let mut shop = Shop::sample("林晓");
    let desk = &mut shop.desk;
    let mut random = SeededRandom::new("bulk");
    let all = waiting(desk);
    assert!(all.len() > 20, "{}", all.len());
    let (mut took, mut left) = (0, 0);
    for _ in 0..40 {
        let mut items = all.clone();
        items.retain(|_| random.below(3) == 0);
        let bulk = any_bulk(desk, &mut random);
        let before: Vec<Seen> = items.iter().map(|id| seen(desk, *id)).collect();
        let rows = waiting(desk);
        let sorted = desk.sort_bulk(&items, &bulk);
        assert_eq!(
            sorted.taken.len() + sorted.refused.len(),
            items.len(),
            "each is taken or says why not"
        );
        let Ok((done, taken)) = desk.bulk(&items, &bulk) else {
            assert!(sorted.taken.is_empty());
            continue;
        };
        assert_eq!(taken.taken, sorted.taken, "as it was shown");
        for (id, was) in items.iter().zip(&before) {
            let is_left = taken.refused.iter().any(|(refused, _)| refused == id);
            assert!(!is_left || seen(desk, *id) == *was, "left alone");
        }
        let undone = desk.undo(None).unwrap();
        assert_eq!(undone.act, done.act + done.events.len() as u64, "one act");
        let after: Vec<Seen> = items.iter().map(|id| seen(desk, *id)).collect();
        assert_eq!(after, before, "{bulk:?}");
        assert_eq!(waiting(desk), rows, "{bulk:?}");
        took += taken.taken.len();
        left += taken.refused.len();
    }
    assert!(took > 100 && left > 10, "{took} {left}");
    assert!(desk.store().verify().unwrap().clean);
}

#[test]
fn what_cannot_be_taken_says_why_and_nothing_is_written_for_it() {
    let mut shop = Shop::sample("林晓");
    let desk = &mut shop.desk;
    let items = waiting(desk);
    let sorted = desk.sort_bulk(&items, &Bulk::Claim);
    let mine = desk.me().unwrap().id;
    for (id, why) in &sorted.refused {
        let owner = desk.record(*id).unwrap().0.owner;
        let expected = if owner == Some(Owner::Person(mine)) {
            "problem-bulk-mine"
        } else {
            "problem-owned"
        };
        assert_eq!(why.message, expected);
    }
    assert!(!sorted.taken.is_empty() && !sorted.refused.is_empty());
    let steps: Vec<Id> = items
        .iter()
        .copied()
        .filter(|id| ["note", "case"].contains(&desk.record(*id).unwrap().1.name))
        .collect();
    assert!(!steps.is_empty());
    let refused = desk.bulk(&steps, &Bulk::Close("resolved".into()));
    assert_eq!(refused.unwrap_err().message, "problem-bulk-form");
}

#[test]
fn tags_are_added_and_taken_away_by_words() {
    let mut shop = Shop::new();
    let talk = shop
        .desk
        .open_conversation("橘子", "chat")
        .unwrap()
        .record();
    let tags = |shop: &Shop| super::super::item::tags(&shop.desk.record(talk).unwrap().0);
    shop.desk.tag(talk, "大客户 #急 大客户").unwrap();
    assert_eq!(tags(&shop), ["大客户", "急"]);
    let same = shop.desk.tag(talk, "大客户").unwrap_err();
    assert_eq!(same.message, "problem-tag-same", "it is there already");
    shop.desk.tag(talk, "-急 -没有").unwrap();
    assert_eq!(tags(&shop), ["大客户"]);
    let same = shop.desk.tag(talk, "大客户").unwrap_err();
    assert_eq!(same.message, "problem-tag-same");
    shop.desk.undo(None).unwrap();
    assert_eq!(tags(&shop), ["大客户", "急"]);
}

#[test]
fn what_waits_for_the_buyer_comes_back_with_the_buyer_and_not_before() {
    let mut shop = Shop::new();
    let talk = shop
        .desk
        .open_conversation("橘子", "chat")
        .unwrap()
        .record();
    let until = shop.desk.now() + 86_400_000;
    shop.desk.snooze_for(talk, until, Some("reply")).unwrap();
    assert!(!waiting(&shop.desk).contains(&talk));
    shop.desk.remark(talk, "等她").unwrap();
    assert!(
        !waiting(&shop.desk).contains(&talk),
        "we spoke, not the buyer"
    );
    buyer_says(&mut shop.desk, talk, "在吗");
    assert!(waiting(&shop.desk).contains(&talk), "before its time");
    // Nobody speaks in what is no conversation.
    let at = shop.desk.now() + 3_600_000;
    let promise = shop.desk.promise(talk, "明天发出", at, None).unwrap();
    let refused = shop.desk.snooze_for(promise.record(), until, Some("reply"));
    assert_eq!(refused.unwrap_err().message, "problem-snooze-no-talk");
    // Once more, until anybody else does something.
    shop.desk.snooze_for(talk, until, Some("change")).unwrap();
    shop.desk.tag(talk, "急").unwrap();
    assert!(!waiting(&shop.desk).contains(&talk), "own acts are no news");
    let me = shop.desk.me().unwrap().id;
    colleague(&mut shop.desk, "周敏");
    shop.desk.remark(talk, "我看过了").unwrap();
    act_as(&mut shop.desk, "林晓");
    assert_eq!(shop.desk.me().unwrap().id, me);
    assert!(
        waiting(&shop.desk).contains(&talk),
        "a colleague did something"
    );
    shop.desk.snooze(talk, until).unwrap();
    let record = shop.desk.record(talk).unwrap().0;
    assert_eq!(record.value("snoozed_for"), None, "only the time counts");
    assert!(!waiting(&shop.desk).contains(&talk));
    assert!(shop.desk.store().verify().unwrap().clean);
}

#[test]
fn a_signed_sheet_is_over_by_its_receipt_and_no_other_way() {
    let mut shop = Shop::sample("王主管");
    let desk = &mut shop.desk;
    let signed = desk.store().rows(&crate::store::Query {
        registers: vec!["handover"],
        states: vec!["signed".to_owned()],
        ..Default::default()
    });
    let sheet = signed.unwrap().first().expect("the sample has one").id;
    let open = desk.handover(sheet).unwrap().open();
    assert!(open > 0);
    let refused = desk.bulk(&[sheet], &Bulk::Close("acknowledged".into()));
    assert_eq!(refused.unwrap_err().message, "problem-bulk-form");
    let refused = desk.move_to(sheet, "acknowledged", None).unwrap_err();
    assert_eq!(refused.message, "problem-handover-open");
    let refused = desk.move_to(sheet, "withdrawn", None).unwrap_err();
    assert_eq!(refused.message, "problem-handover-not-signer");
    assert_eq!(desk.record(sheet).unwrap().0.state, "signed");
}

#[test]
fn a_complex_talk_is_left_to_who_writes_its_facts_down() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::new();
    let talk = desk.open_conversation("阳光小屋", "chat").unwrap().record();
    let about = [
        ("complexity", Value::from("complex")),
        ("accepted", Value::from(true)),
    ];
    desk.set_fields(talk, crate::desk::act::fields(about))
        .unwrap();
    let sorted = desk.sort_bulk(&[talk], &Bulk::Close("solved".into()));
    let refused: Vec<&str> = sorted.refused.iter().map(|(_, why)| why.message).collect();
    assert_eq!(refused, ["problem-bulk-asks"]);
    let advertiser = desk.sort_bulk(&[talk], &Bulk::Close("ad".into()));
    assert_eq!(advertiser.taken, [talk]);
}
