//! Deadlines, waits and watches on records made by hand.

use std::borrow::Borrow;

use serde_json::{Value, json};

use super::super::deadline::limits::Limits;
use super::super::event::Verb;
use super::super::id::{Chain, Id, ReplicaId};
use super::super::payload::{Direction, Meaning, Say};
use super::super::record::{Entry, Record, Signature, Step as Moved, Trace, Write};
use super::super::register::{Post, Source, Step};
use super::super::stamp::Stamp;
use super::*;

const HOUR: i64 = 3_600_000;

fn trace(at: i64) -> Trace {
    Trace {
        chain: Chain([at as u8; 32]),
        stamp: Stamp::default(),
        at,
        replica: ReplicaId([1; 16]),
        act: 1,
    }
}

fn record(register: &str, id: u8, fields: impl Borrow<Value>) -> Record {
    let mut record = Record {
        id: Id([id; 16]),
        register: register.into(),
        state: by_name(register).unwrap().lifecycle.initial().into(),
        owner: None,
        first_owner: None,
        opened: i64::from(id) * 10,
        closed: None,
        values: [].into(),
        entries: vec![],
        steps: vec![],
        signatures: vec![],
        links: vec![],
        attachments: vec![],
        conflicts: vec![],
        void: false,
        last: Stamp::default(),
        assigned_by: None,
        voided: vec![],
        unproven: vec![],
    };
    for (path, value) in fields.borrow().as_object().unwrap() {
        let field = by_name(register).unwrap().field(path);
        let field = field.unwrap_or_else(|| panic!("{register} has no field {path}"));
        assert!(
            field.kind.accepts(value),
            "{register}: {path} is not {value}"
        );
        let exported_at = field.mirror.then_some(1);
        let write = Write {
            value: value.clone(),
            trace: trace(i64::from(id)),
            exported_at,
        };
        record.values.insert(path.clone(), vec![write]);
    }
    record
}

fn moved(mut record: Record, states: &[&str]) -> Record {
    let lifecycle = by_name(&record.register).unwrap().lifecycle;
    for (count, to) in (1_i64..).zip(states) {
        assert!(
            lifecycle.allows(&record.state, to),
            "{} > {to}",
            record.state
        );
        let from = std::mem::replace(&mut record.state, (*to).to_owned());
        let to = record.state.clone();
        record.steps.push(Moved {
            trace: trace(1_000 + count),
            verb: Verb::Move,
            from,
            to,
            reason: None,
            note: None,
        });
    }
    record
}

fn said(mut record: Record, direction: Direction, at: i64) -> Record {
    let say = Say {
        direction,
        channel: None,
        author: None,
        text: None,
        copied: false,
        hash: None,
        source: None,
    };
    record.entries.push(Entry {
        trace: trace(at),
        at,
        say,
        seen_sent: false,
        provenance: vec![],
        void: false,
    });
    record
}

fn due(record: &Record) -> Option<(i64, Source)> {
    (by_name(&record.register).unwrap().due)(record, &Limits::default())
        .map(|due| (due.at, due.source))
}

fn wait(record: &Record) -> Wait {
    (by_name(&record.register).unwrap().wait)(record)
}

fn findings(name: &str, key: &str, records: &[Record]) -> Vec<super::super::register::Finding> {
    let watch = ALL
        .iter()
        .flat_map(|register| register.watches)
        .find(|watch| watch.name == name)
        .unwrap();
    for record in records {
        assert_eq!((watch.keys)(record), [key]);
    }
    (watch.judge)(key, &records.iter().collect::<Vec<_>>())
}

fn yuan(amount: i64) -> Value {
    json!({"minor": amount * 100, "currency": "CNY"})
}

#[test]
fn a_conversation_waits_since_the_buyers_first_unanswered_words() {
    let fresh = record("conversation", 1, json!({"stage": "pre_sales"}));
    assert!(wait(&fresh).ours);
    assert_eq!(wait(&fresh).post, Post::PreSales);
    let asked = said(said(fresh, Direction::In, 100), Direction::In, 200);
    assert_eq!(wait(&asked).since, 100);
    assert_eq!(due(&asked), Some((100 + 60_000, Source::Rule)));
    let answered = said(asked, Direction::Out, 300);
    assert!(!wait(&answered).ours);
    assert_eq!(due(&answered), None);
    let again = said(answered, Direction::In, 400);
    assert_eq!((wait(&again).ours, wait(&again).since), (true, 400));
}

#[test]
fn an_order_is_due_by_the_platform_before_the_rule() {
    let paid = record(
        "order",
        1,
        json!({"number": "4", "platform_state": "to_ship", "paid_at": 50}),
    );
    assert_eq!(due(&paid), Some((50 + 48 * HOUR, Source::Rule)));
    let set = record(
        "order",
        1,
        json!({"platform_state": "part_shipped", "paid_at": 50, "ship_due_at": 70}),
    );
    assert_eq!(due(&set), Some((70, Source::Platform)));
    let shipped = record(
        "order",
        1,
        json!({"platform_state": "shipped", "ship_due_at": 70}),
    );
    assert_eq!(due(&shipped), None);
    assert!(!order::is_unverified(&shipped));
    assert!(order::is_unverified(&record(
        "order",
        1,
        json!({"number": "4", "said_item": "pan"})
    )));
}

#[test]
fn a_case_is_due_by_platform_then_the_earlier_of_rule_and_hand() {
    let unshipped = record("case", 1, json!({"goods_state": "not_shipped"}));
    assert_eq!(due(&unshipped), Some((10 + 48 * HOUR, Source::Rule)));
    let set = record("case", 1, json!({"due_at": 90}));
    assert_eq!(due(&set), Some((90, Source::Manual)));
    let platform = record(
        "case",
        1,
        json!({"due_at": 90, "platform_due_at": 99, "platform_state": "wait_seller_agree"}),
    );
    assert_eq!(due(&platform), Some((99, Source::Platform)));
    let over = record(
        "case",
        1,
        json!({"due_at": 90, "platform_due_at": 99, "platform_state": "success"}),
    );
    assert_eq!(due(&over), Some((90, Source::Manual)));
    let goods = moved(
        record("case", 1, json!({"chase_at": 80})),
        &["submitted", "approved", "awaiting_goods"],
    );
    assert_eq!(due(&goods), Some((80, Source::Manual)));
    assert!(!wait(&goods).ours);
    assert_eq!(due(&moved(goods, &["closed"])), None);
}

#[test]
fn steps_of_others_name_who_must_act() {
    let submitted = moved(record("case", 1, json!({})), &["submitted"]);
    assert_eq!(
        (wait(&submitted).ours, wait(&submitted).step),
        (false, Some(Step::Approve))
    );
    let told = moved(
        record("note", 1, json!({"wave_at": 77})),
        &["changed", "flagged", "confirmed", "told"],
    );
    assert_eq!(wait(&told).step, Some(Step::Acknowledge(Post::Printing)));
    assert_eq!(due(&told), Some((77, Source::Rule)));
    let to = Id([7; 16]);
    let signed = moved(
        record("handover", 1, json!({"to": to.to_string()})),
        &["signed"],
    );
    assert_eq!(wait(&signed).step, Some(Step::Person(to)));
    let post = moved(
        record("handover", 1, json!({"to": "after_sales"})),
        &["signed"],
    );
    assert_eq!(wait(&post).step, Some(Step::Acknowledge(Post::AfterSales)));
    let mention = record(
        "follow_up",
        1,
        json!({"kind": "mention", "person": to.to_string(), "due_at": 5}),
    );
    assert_eq!(
        (wait(&mention).ours, wait(&mention).step),
        (false, Some(Step::Person(to)))
    );
    let ticket = record("ticket", 1, json!({"department": "warehouse"}));
    assert_eq!(wait(&ticket).step, Some(Step::Acknowledge(Post::Printing)));
    assert!(wait(&moved(ticket, &["answered"])).ours);
    assert_eq!(
        wait(&record("ticket", 1, json!({"level": "leader"}))).step,
        Some(Step::Approve)
    );
}

#[test]
fn a_note_takes_its_steps_in_order() {
    let lifecycle = note::REGISTER.lifecycle;
    assert!(!lifecycle.allows("draft", "flagged"));
    assert!(!lifecycle.allows("changed", "told"));
    assert!(!lifecycle.allows("flagged", "told"));
    assert!(lifecycle.allows("flagged", "changed"));
    assert!(!lifecycle.allows("told", "confirmed"));
}

#[test]
fn complaints_and_reviews_keep_the_shops_hours() {
    let complaint = record("complaint", 1, json!({"promised_at": 60}));
    assert_eq!(due(&complaint), Some((60, Source::Own)));
    let late = record("complaint", 1, json!({"promised_at": 500 * HOUR}));
    assert_eq!(due(&late), Some((10 + 48 * HOUR, Source::Rule)));
    let answered = moved(late, &["answered"]);
    assert_eq!(due(&answered), None);
    // While it was answered, from 1,001 to 1,002, its clock stood still.
    let again = moved(
        record("complaint", 1, json!({})),
        &["answered", "coordinating"],
    );
    assert_eq!(due(&again), Some((11 + 48 * HOUR, Source::Rule)));
    let bad = record("review", 1, json!({"level": "bad", "posted_at": 30}));
    assert_eq!(due(&bad), Some((30 + 7 * 24 * HOUR, Source::Rule)));
    let good = record("review", 1, json!({"level": "good", "posted_at": 30}));
    assert_eq!((due(&good), wait(&good).ours), (None, false));
}

fn case(id: u8, amount: i64) -> Record {
    record(
        "case",
        id,
        json!({"order_number": "88", "kind": "refund_only", "amount": yuan(amount)}),
    )
}

#[test]
fn more_than_was_paid_is_found_by_export_or_by_what_a_screen_showed() {
    let order = record("order", 9, json!({"number": "88", "paid": yuan(100)}));
    let first = moved(
        case(1, 60),
        &["submitted", "to_execute", "executed", "told", "closed"],
    );
    let asked = moved(case(2, 60), &["submitted"]);
    assert_eq!(
        findings(
            "overpayment",
            "88",
            &[first.clone(), asked.clone(), order.clone()]
        ),
        []
    );
    let agreed = moved(asked, &["approved"]);
    let found = findings(
        "overpayment",
        "88",
        &[first.clone(), agreed.clone(), order.clone()],
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].records, [Id([1; 16]), Id([2; 16])]);
    assert_eq!(
        findings("overpayment", "88", &[first.clone(), agreed.clone()]),
        [],
        "paid is not known"
    );
    let mut seen = record(
        "case",
        1,
        json!({
            "order_number": "88", "amount": yuan(60), "paid": yuan(100), "paid_verified": true,
        }),
    );
    seen.state = "to_execute".into();
    assert_eq!(
        findings("overpayment", "88", &[seen, agreed.clone()]).len(),
        1
    );
    let refused = moved(case(3, 60), &["submitted", "refused", "told", "closed"]);
    assert_eq!(
        findings(
            "overpayment",
            "88",
            &[first.clone(), refused, order.clone()]
        ),
        []
    );
    let reopened = moved(first, &["submitted"]);
    assert_eq!(
        findings("overpayment", "88", &[reopened, agreed, order]).len(),
        1,
        "what went out stays out"
    );
}

#[test]
fn an_amount_in_another_currency_cannot_hide() {
    let order = record("order", 9, json!({"number": "88", "paid": yuan(100)}));
    let mut dollars = record(
        "case",
        1,
        json!({"order_number": "88", "amount": {"minor": 5, "currency": "USD"}}),
    );
    dollars.state = "approved".into();
    assert_eq!(findings("overpayment", "88", &[dollars, order]).len(), 1);
}

#[test]
fn pieces_beyond_the_bought_ones_are_a_double_refund() {
    let claim = |id, quantity: i64| {
        let fields = json!({
            "order_number": "88", "kind": "return_refund", "lines/5/quantity": quantity, "lines/5/bought": 2,
        });
        moved(record("case", id, fields), &["submitted", "approved"])
    };
    assert_eq!(
        findings("double_refund", "88", &[claim(1, 1), claim(2, 1)]),
        []
    );
    let found = findings("double_refund", "88", &[claim(1, 1), claim(2, 2)]);
    assert_eq!(found.len(), 1);
    assert!(found[0].evidence.starts_with("line=5;bought=2;"));
    let order = record("order", 9, json!({"number": "88", "lines/5/quantity": 3}));
    assert_eq!(
        findings("double_refund", "88", &[claim(1, 1), claim(2, 2), order]),
        [],
        "the export knows better"
    );
}

#[test]
fn two_executions_two_promises_and_a_second_complaint_are_found() {
    let mut twice = case(1, 10);
    for at in [1, 2] {
        let saw = serde_json::Map::new();
        let signature = Signature {
            trace: trace(at),
            meaning: Meaning::Execute,
            of: Chain([9; 32]),
            saw,
            note: None,
        };
        twice.signatures.push(signature);
    }
    assert_eq!(
        findings("double_execution", &twice.id.to_string(), &[twice.clone()]).len(),
        1
    );
    let promise = |id, amount| {
        record(
            "promise",
            id,
            json!({"order_number": "88", "amount": yuan(amount)}),
        )
    };
    assert_eq!(
        findings("double_promise", "88", &[promise(1, 18), promise(2, 0)]),
        []
    );
    assert_eq!(
        findings("double_promise", "88", &[promise(1, 18), promise(2, 18)]).len(),
        1
    );
    let first = record("complaint", 1, json!({"order_number": "88"}));
    let second = record("complaint", 2, json!({"order_number": "88"}));
    let linked = record(
        "complaint",
        2,
        json!({"order_number": "88", "repeat_of": first.id.to_string()}),
    );
    assert_eq!(
        findings("repeat_complaint", "88", &[first.clone(), second]).len(),
        1
    );
    assert_eq!(findings("repeat_complaint", "88", &[first, linked]), []);
}

#[test]
fn records_taken_back_have_no_key() {
    let mut void = case(1, 10);
    void.void = true;
    assert!(
        case::REGISTER
            .watches
            .iter()
            .all(|watch| (watch.keys)(&void).is_empty())
    );
}
