//! Ways around the rules that a client of one's own could try.

use serde_json::json;
use zhiban::domain::payload::{Meaning, Payload};
use zhiban::domain::rules::money::is_approved;

use super::shop::*;

fn void(events: Option<Vec<zhiban::domain::id::Chain>>) -> Payload {
    Payload::Void {
        events,
        reason: Some("wrong".into()),
    }
}

fn shop() -> Machine {
    let clock = Hand::new();
    let mut all = Machine::new(&clock, &[1, 2, 3]);
    all.admit(1, 1, "supervisor", &[1], None);
    all.admit(1, 2, "agent", &[2], None);
    all.admit(1, 3, "agent", &[3], None);
    all
}

#[test]
fn an_executed_case_that_is_taken_back_stays_in_sight() {
    let mut all = shop();
    // Paid is 100, and 80 go out twice.
    for case in [id(1), id(2)] {
        let of = all.request(2, case, 80);
        let approval = all.approve(1, case, of, 2);
        all.execute(2, case, of, ("approval", approval.to_string()));
        all.write(
            2,
            "case",
            case,
            vec![
                step("submitted", "to_execute"),
                step("to_execute", "executed"),
            ],
        );
    }
    assert_eq!(all.open("overpayment").len(), 1);
    // The desk refuses; a supervisor's own client does not.
    let refused = all.sit(1, 1).void_case(id(1), "mistake").unwrap_err();
    assert_eq!(refused.message, "problem-case-over");
    all.write(1, "case", id(1), vec![void(None)]);
    assert!(all.case(id(1)).void);
    assert_eq!(
        all.open("overpayment").len(),
        1,
        "the money is gone all the same"
    );
    let left = all.desk.arithmetic(&all.case(id(2))).unwrap();
    assert_eq!(left.refunded.minor, 8_000, "{left:?}");
}

#[test]
fn who_executed_cannot_take_that_word_back_and_execute_again() {
    let mut all = shop();
    let case = id(1);
    let of = all.request(2, case, 50);
    let approval = all.approve(1, case, of, 2);
    let first = all.execute(2, case, of, ("approval", approval.to_string()));
    all.write(2, "case", case, vec![void(Some(vec![first]))]);
    assert_eq!(all.paid(case), 1, "it stands");
    let second = all.execute(2, case, of, ("approval", approval.to_string()));
    assert_eq!(all.code(second).as_deref(), Some("Q6"));
    assert_eq!((all.paid(case), all.open("double_execution").len()), (1, 1));
    // Nor does an approval go by the word of whoever gave it.
    all.write(1, "case", case, vec![void(Some(vec![approval]))]);
    assert!(is_approved(&all.case(case)));
}

#[test]
fn a_word_before_its_request_does_not_spoil_the_others() {
    let clock = Hand::new();
    let mut all = Machine::new(&clock, &[1, 2, 3]);
    all.admit(1, 1, "supervisor", &[1], None);
    all.admit(1, 2, "agent", &[2], None);
    all.admit(1, 3, "agent", &[3], None);
    // A machine that knows the people, not the case, and whose clock is behind: what it says of
    // the case stands before the case.
    let early = Hand::new();
    early.turn(-3_600_000);
    let mut other = Machine::new(&early, &[3]);
    other.take(&all.runs());
    let case = id(1);
    let of = all.request(2, case, 50);
    let forged = other.raw_word(3, case, Meaning::Execute, of, serde_json::Map::new());
    all.take(&other.runs());
    assert_eq!(all.code(forged).as_deref(), Some("Q6"));
    let approval = all.approve(1, case, of, 2);
    assert_eq!(all.code(approval), None);
    let execution = all.execute(2, case, of, ("approval", approval.to_string()));
    assert_eq!((all.code(execution), all.paid(case)), (None, 1));
}

#[test]
fn a_refund_without_an_amount_passes_no_cap() {
    let mut all = shop();
    let grant = json!({"kind": "spend", "person": person(2).to_string(),
        "replica": replica(2).to_string(), "amount": yuan(50)});
    all.write(1, "allowance", id(70), vec![open(grant)]);
    // Nothing is asked by the words, and what goes out is up to whoever does it.
    let case = id(1);
    let fields = json!({"kind": "refund_only", "order": id(9_999).to_string(), "read_back": true});
    let asked = vec![open(fields), step("draft", "submitted")];
    let of = *all.write(2, "case", case, asked).last().unwrap();
    let execution = all.execute(2, case, of, ("grant", id(70).to_string()));
    assert_eq!(all.code(execution).as_deref(), Some("Q5"));
    assert_eq!(all.paid(case), 0);
    let control = id(9);
    let of = all.request(2, control, 10);
    let execution = all.execute(2, control, of, ("grant", id(70).to_string()));
    assert_eq!((all.code(execution), all.paid(control)), (None, 1));
}

#[test]
fn a_refund_below_nothing_passes_no_cap_and_makes_no_room() {
    let mut all = shop();
    let grant = json!({"kind": "spend", "person": person(2).to_string(),
        "replica": replica(2).to_string(), "amount": yuan(50)});
    all.write(1, "allowance", id(70), vec![open(grant)]);
    let case = id(1);
    let of = all.request(2, case, -40);
    let approval = all.approve(1, case, of, 2);
    let execution = all.execute(2, case, of, ("grant", id(70).to_string()));
    for word in [approval, execution] {
        assert_eq!(all.code(word).as_deref(), Some("Q6"));
    }
    assert_eq!(all.paid(case), 0);
    // What is asked below nothing leaves no more for another.
    let other = id(2);
    all.request(2, other, 80);
    let sum = all.desk.arithmetic(&all.case(other)).unwrap();
    assert_eq!((sum.elsewhere.minor, sum.refunded.minor), (0, 0), "{sum:?}");
    // Nor does the desk take one in, or ask for nothing.
    let desk = all.sit(2, 2);
    let request = |amount: i64| zhiban::desk::case::Request {
        order: "4031902847193516613".into(),
        about: None,
        values: zhiban::desk::act::fields([
            ("kind", json!("refund_only")),
            ("reason", json!("not_wanted")),
            ("fault", json!("buyer")),
            ("amount", yuan(amount)),
            ("read_back", json!(true)),
        ]),
    };
    let refused = desk.draft_case(None, &request(-5)).unwrap_err();
    assert_eq!(refused.message, "problem-case-amount");
    let nothing = desk.draft_case(None, &request(0)).unwrap().record();
    let refused = desk.submit_case(nothing).unwrap_err();
    assert_eq!(refused.message, "problem-case-amount");
    let below = zhiban::desk::act::fields([("amount", yuan(-1))]);
    assert!(
        desk.draft_case(
            Some(nothing),
            &zhiban::desk::case::Request {
                values: below,
                ..request(1)
            }
        )
        .is_err()
    );
}
