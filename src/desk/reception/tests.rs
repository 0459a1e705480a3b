use serde_json::json;

use super::*;
use crate::desk::act::fields;
use crate::desk::shop_tests::{ORDER, Shop};
use crate::domain::field::Kind;

fn talk(desk: &mut Desk, channel: &str, about: [(&str, Value); 1]) -> Id {
    let id = desk
        .open_conversation("阳光小屋", channel)
        .unwrap()
        .record();
    desk.set_fields(id, fields(about)).unwrap();
    id
}

fn reception(desk: &Desk, id: Id) -> Reception {
    let record = desk.record(id).unwrap().0;
    desk.reception(&record).unwrap().unwrap()
}

fn next(desk: &Desk, id: Id) -> Option<&'static str> {
    reception(desk, id).next().map(|step| step.name.as_str())
}

fn refusal<T: std::fmt::Debug>(tried: Result<T, Problem>) -> &'static str {
    tried.unwrap_err().message
}

#[test]
fn the_flows_are_whole_and_what_they_need_are_fields() {
    let flows: Flows = toml::from_str(FLOWS).unwrap();
    assert!(flows.flow.last().unwrap().channels.is_empty());
    for flow in &flows.flow {
        assert!(is_sound(&flow.steps.join(" ")), "{flow:?}");
        assert!(is_flow(&format!("flow_{}", flow.name)));
    }
    for step in &flows.step {
        let used = flows
            .flow
            .iter()
            .any(|flow| flow.steps.contains(&step.name));
        assert!(used && !step.replies.is_empty(), "{step:?}");
        for need in step.needs.iter().chain(&step.needs_if_complex) {
            let field = conversation::REGISTER.field(need).unwrap();
            assert!(!matches!(field.kind, Kind::Map(_)), "{need}");
        }
    }
    let in_list = |words: &[String], list: &[&str]| words.iter().all(|one| list.contains(&&**one));
    for flow in &flows.flow {
        let Kind::Choice(channels) = conversation::CHANNEL_OF.spec.kind else {
            panic!("a channel is a word of a list");
        };
        let Kind::Choice(stages) = conversation::STAGE_OF.spec.kind else {
            panic!("a stage is a word of a list");
        };
        assert!(in_list(&flow.channels, channels.values), "{flow:?}");
        assert!(in_list(&flow.stages, stages.values), "{flow:?}");
    }
}

#[test]
fn a_pre_sales_talk_goes_in_five_steps_and_no_order_is_confirmed_without_its_facts() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::new();
    let id = talk(&mut desk, "chat", [("stage", json!("pre_sales"))]);
    assert_eq!(reception(&desk, id).steps.len(), 5);
    for name in ["welcome", "campaign", "product"] {
        assert_eq!(next(&desk, id), Some(name));
        assert_eq!(desk.next_step(id).unwrap().name, name);
    }
    for (missing, said) in [
        ("quantity", json!(2)),
        ("price", json!({"minor": 23_900, "currency": "CNY"})),
        ("delivery", json!("周五前")),
    ] {
        let problem = refusal(desk.next_step(id));
        assert_eq!(problem, format!("problem-step-{missing}"));
        assert_eq!(next(&desk, id), Some("order_confirm"), "it stays");
        desk.set_fields(id, fields([(missing, said)])).unwrap();
    }
    desk.next_step(id).unwrap();
    assert_eq!(next(&desk, id), Some("favourite"));
    desk.step_back(id).unwrap();
    assert_eq!(next(&desk, id), Some("order_confirm"));
    desk.next_step(id).unwrap();
    desk.next_step(id).unwrap();
    assert_eq!(next(&desk, id), None);
    assert_eq!(refusal(desk.next_step(id)), "problem-steps-done");
    // The last act is a step, and is undone as one.
    desk.undo(None).unwrap();
    assert_eq!(next(&desk, id), Some("favourite"));
}

#[test]
fn what_the_order_says_need_not_be_said_again() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::new();
    let order = desk.order_by_number(ORDER).unwrap().unwrap();
    let about = [("order", json!(order.id.to_string()))];
    let id = talk(&mut desk, "chat", about);
    desk.set_fields(id, fields([("stage", json!("pre_sales"))]))
        .unwrap();
    (0..3).for_each(|_| _ = desk.next_step(id).unwrap());
    let missing = reception(&desk, id).missing;
    let names: Vec<&str> = missing.iter().map(|field| field.name).collect();
    assert!(
        !names.contains(&"quantity") && !names.contains(&"price"),
        "{names:?}"
    );
}

#[test]
fn a_call_is_put_on_hold_with_a_reason_and_the_buyers_yes() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::new();
    let chat = talk(&mut desk, "chat", [("stage", json!("general"))]);
    assert_eq!(refusal(desk.hold(chat, "查", true)), "problem-hold-no-call");
    let id = talk(&mut desk, "phone", [("stage", json!("general"))]);
    assert_eq!(refusal(desk.resume(id)), "problem-hold-none");
    assert_eq!(refusal(desk.hold(id, " ", true)), "problem-nothing-said");
    assert_eq!(
        refusal(desk.hold(id, "查物流", false)),
        "problem-hold-consent"
    );
    assert_eq!(reception(&desk, id).hold, None);
    for _ in 0..2 {
        desk.hold(id, "查物流", true).unwrap();
        assert_eq!(reception(&desk, id).hold, Some(desk.now()));
        assert_eq!(refusal(desk.hold(id, "再查", true)), "problem-hold-twice");
        desk.resume(id).unwrap();
        assert_eq!(reception(&desk, id).hold, None);
    }
    let record = desk.record(id).unwrap().0;
    assert_eq!(record.keys("holds").len(), 2, "each is kept");
}

#[test]
fn a_hold_after_an_earlier_one_was_taken_back_is_one_of_its_own() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::new();
    let id = talk(&mut desk, "phone", [("stage", json!("general"))]);
    let first = [
        desk.hold(id, "查物流", true).unwrap().act,
        desk.resume(id).unwrap().act,
    ];
    desk.hold(id, "查库存", true).unwrap();
    desk.resume(id).unwrap();
    for act in first.into_iter().rev() {
        desk.undo(Some(act)).unwrap();
    }
    desk.hold(id, "问仓库", true).unwrap();
    assert_eq!(reception(&desk, id).hold, Some(desk.now()));
    assert_eq!(desk.record(id).unwrap().0.keys("holds").len(), 2);
}

#[test]
fn a_hold_ends_with_its_talk() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::new();
    for has_outcome in [true, false] {
        let id = talk(&mut desk, "phone", [("stage", json!("general"))]);
        desk.hold(id, "查物流", true).unwrap();
        if has_outcome {
            desk.set_fields(id, fields([("outcome", json!("solved"))]))
                .unwrap();
            desk.move_to(id, "closed", None).unwrap();
        } else {
            desk.close(id, "solved").unwrap();
        }
        assert_eq!(reception(&desk, id).hold, None, "{has_outcome}");
        // It is one act: who takes the end back is on the line with the buyer as before.
        desk.undo(None).unwrap();
        assert_eq!(reception(&desk, id).hold, Some(desk.now()));
    }
}

#[test]
fn when_it_is_to_be_there_is_asked_whatever_the_order_says() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::new();
    let order = desk.order_by_number(ORDER).unwrap().unwrap();
    assert!(
        order.value("ship_due_at").is_some() || order.value("shipped_at").is_some(),
        "{order:?}"
    );
    let about = [("order", json!(order.id.to_string()))];
    let id = talk(&mut desk, "chat", about);
    desk.set_fields(id, fields([("stage", json!("pre_sales"))]))
        .unwrap();
    (0..3).for_each(|_| _ = desk.next_step(id).unwrap());
    assert_eq!(refusal(desk.next_step(id)), "problem-step-delivery");
}

#[test]
fn a_complex_talk_does_not_end_without_its_facts_and_the_buyers_answer() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::new();
    let id = talk(&mut desk, "chat", [("complexity", json!("complex"))]);
    assert_eq!(refusal(desk.close(id, "solved")), "problem-step-facts");
    desk.set_fields(id, fields([("outcome", json!("solved"))]))
        .unwrap();
    let moved = desk.move_to(id, "closed", None);
    assert_eq!(refusal(moved), "problem-step-facts", "no way around");
    desk.set_fields(id, fields([("facts", json!("少发一件"))]))
        .unwrap();
    assert_eq!(refusal(desk.close(id, "solved")), "problem-step-accepted");
    desk.set_fields(id, fields([("accepted", json!(false))]))
        .unwrap();
    desk.close(id, "solved").unwrap();
    let simple = talk(&mut desk, "chat", [("complexity", json!("simple"))]);
    desk.close(simple, "solved").unwrap();
    let advertiser = talk(&mut desk, "chat", [("complexity", json!("complex"))]);
    desk.close(advertiser, AD_OUTCOME).unwrap();
}

#[test]
fn a_shop_has_steps_of_its_own() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::new();
    let id = talk(&mut desk, "chat", [("stage", json!("pre_sales"))]);
    for wrong in ["hello", "welcome welcome", " > "] {
        assert_eq!(
            refusal(desk.set_setting("flow_pre_sales", wrong)),
            "problem-shop-fact"
        );
    }
    desk.set_setting("flow_pre_sales", "product > order_confirm")
        .unwrap();
    let names = reception(&desk, id).steps;
    let names: Vec<&str> = names.iter().map(|(step, _)| step.name.as_str()).collect();
    assert_eq!(names, ["product", "order_confirm"]);
    desk.set_setting("flow_pre_sales", "").unwrap();
    assert_eq!(reception(&desk, id).steps.len(), 5);
}
