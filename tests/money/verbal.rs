//! Approval when the supervisor stands behind you: capped, provisional, and a contradiction
//! where nobody signed it by the end of the day.

use serde_json::json;
use zhiban::desk::allowance::Given;
use zhiban::desk::todo::{Mark, View};
use zhiban::domain::money::Money;
use zhiban::domain::payload::Meaning;
use zhiban::domain::rules::money::{is_approved, unsigned_witness};

use super::shop::*;

const DAY: i64 = 86_400_000;

fn three() -> (Hand, Machine, Machine, Machine) {
    let clock = Hand::new();
    let mut boss = Machine::new(&clock, &[1]);
    boss.admit(1, 1, "supervisor", &[1], None);
    boss.admit(1, 2, "agent", &[2], None);
    boss.admit(1, 3, "agent", &[3], None);
    let (mut one, mut two) = (Machine::new(&clock, &[2]), Machine::new(&clock, &[3]));
    exchange(&mut [&mut boss, &mut one, &mut two]);
    (clock, boss, one, two)
}

fn spot(boss: &mut Machine) -> zhiban::domain::id::Id {
    let given = Given {
        person: person(1),
        replica: None,
        amount: Money::cny(10_000),
        case_cap: Some(Money::cny(6_000)),
        until: None,
        spot: true,
    };
    boss.sit(1, 1).give_allowance(given).unwrap().record()
}

#[test]
fn verbal_approval_is_capped_and_signed_the_same_day() {
    let (clock, mut boss, mut one, mut two) = three();
    one.request(2, id(1), 50);
    let said = one
        .sit(2, 2)
        .approve_verbally(id(1), person(1))
        .unwrap_err();
    assert_eq!(said.message, "problem-allowance-spot", "nothing was given");
    spot(&mut boss);
    exchange(&mut [&mut boss, &mut one, &mut two]);
    one.sit(2, 2).approve_verbally(id(1), person(1)).unwrap();
    assert!(!is_approved(&one.case(id(1))), "provisional");
    one.desk.execute_case(id(1)).unwrap();
    assert_eq!(one.paid(id(1)), 1);
    let said = one.desk.close(id(1), "closed").unwrap_err();
    assert_eq!(said.message, "problem-case-unsigned");
    // The cap of one case, then the rest of the sum.
    for (case, asked, left) in [(2, 61, 50), (3, 51, 50)] {
        one.request(2, id(case), asked);
        let said = one.desk.approve_verbally(id(case), person(1)).unwrap_err();
        assert_eq!(said.message, "problem-allowance-spot");
        assert_eq!(
            said.argument("left"),
            Some(&*Money::cny(left * 100).to_string())
        );
    }
    let said = one.desk.approve_verbally(id(3), person(3)).unwrap_err();
    assert_eq!(
        said.message, "problem-case-role",
        "an agent agrees to nothing"
    );
    exchange(&mut [&mut boss, &mut one, &mut two]);

    // It waits for the one who agreed, on their own device.
    let todo = boss.sit(1, 1).todo(View::All).unwrap();
    let items: Vec<_> = todo.buyers.iter().flat_map(|buyer| &buyer.items).collect();
    let item = items.iter().find(|item| item.row.id == id(1)).unwrap();
    assert_eq!(item.mark, Mark::Approve);
    assert_eq!(boss.open("verbal_unsigned"), [], "the day is not over");
    clock.turn(DAY);
    for machine in [&boss, &one, &two] {
        assert_eq!(machine.open("verbal_unsigned").len(), 1);
    }
    let late = boss.state();
    boss.sit(1, 1).approve_case(id(1)).unwrap();
    exchange(&mut [&mut boss, &mut one, &mut two]);
    for machine in [&boss, &one, &two] {
        assert_eq!(machine.open("verbal_unsigned"), []);
        assert!(is_approved(&machine.case(id(1))));
        assert_eq!(machine.case(id(1)).state, "executed");
        assert_eq!(machine.open("double_execution"), []);
        assert_eq!(machine.open("unapproved_execution"), []);
    }
    assert_ne!(late, boss.state());
    one.sit(2, 2).close(id(1), "closed").unwrap();
}

#[test]
fn verbal_approval_waits_for_a_signature_before_money_goes() {
    let (clock, mut boss, mut one, mut two) = three();
    spot(&mut boss);
    exchange(&mut [&mut boss, &mut one, &mut two]);
    one.request(2, id(1), 50);
    one.sit(2, 2).approve_verbally(id(1), person(1)).unwrap();
    exchange(&mut [&mut boss, &mut one, &mut two]);
    let todo = boss.sit(1, 1).todo(View::All).unwrap();
    let items: Vec<_> = todo.buyers.iter().flat_map(|buyer| &buyer.items).collect();
    let item = items.iter().find(|item| item.row.id == id(1)).unwrap();
    assert_eq!(item.mark, Mark::Approve);
    clock.turn(DAY);
    for machine in [&boss, &one, &two] {
        assert_eq!(machine.open("verbal_unsigned").len(), 1);
    }
    boss.sit(1, 1).approve_case(id(1)).unwrap();
    exchange(&mut [&mut boss, &mut one, &mut two]);
    for machine in [&boss, &one, &two] {
        assert_eq!(machine.open("verbal_unsigned"), []);
    }
    one.sit(2, 2).execute_case(id(1)).unwrap();
    assert_eq!(one.paid(id(1)), 1);
}

#[test]
fn verbal_approval_unsigned_is_closed_by_a_supervisor() {
    let (clock, mut boss, mut one, mut two) = three();
    spot(&mut boss);
    exchange(&mut [&mut boss, &mut one, &mut two]);
    one.request(2, id(1), 50);
    one.sit(2, 2).approve_verbally(id(1), person(1)).unwrap();
    one.desk.execute_case(id(1)).unwrap();
    exchange(&mut [&mut boss, &mut one, &mut two]);
    clock.turn(DAY);
    let open = one.open("verbal_unsigned").remove(0);
    let word = sign(Meaning::Acknowledge, open.sign_of(), serde_json::Map::new());
    one.write(2, "case", id(1), vec![word]);
    assert_eq!(
        one.open("verbal_unsigned").len(),
        1,
        "an agent's word closes nothing"
    );
    boss.sit(1, 1)
        .settle(&open.id.to_string(), "never agreed, paid back")
        .unwrap();
    exchange(&mut [&mut boss, &mut one, &mut two]);
    for machine in [&boss, &one, &two] {
        assert_eq!(machine.open("verbal_unsigned"), []);
    }
    agree(&[&mut boss, &mut one, &mut two]);
}

#[test]
fn verbal_approval_forged_does_not_count() {
    let (_, mut boss, mut one, mut two) = three();
    let grant = spot(&mut boss).to_string();
    exchange(&mut [&mut boss, &mut one, &mut two]);
    let me = replica(2).to_string();
    let mut case = 10;
    for (name, more, code) in [
        (
            "no allowance",
            json!({"approver": person(1).to_string(), "executor": me}),
            "Q5",
        ),
        (
            "an agent's word",
            json!({"approver": person(3).to_string(), "executor": me, "grant": grant}),
            "Q5",
        ),
        (
            "one's own word",
            json!({"approver": person(2).to_string(), "executor": me, "grant": grant}),
            "Q5",
        ),
        (
            "nobody's word",
            json!({"executor": me, "grant": grant}),
            "Q6",
        ),
        (
            "for other hands",
            json!({"approver": person(1).to_string(), "executor": replica(3).to_string(), "grant": grant}),
            "Q6",
        ),
        (
            "another sum",
            json!({"approver": person(1).to_string(), "executor": me, "grant": grant, "amount": yuan(1)}),
            "Q6",
        ),
    ] {
        case += 1;
        let of = one.request(2, id(case), 50);
        let word = one.word(2, id(case), Meaning::Witness, of, more);
        assert_eq!(one.code(word).as_deref(), Some(code), "{name}");
        let execution = one.execute(2, id(case), of, ("verbal", word.to_string()));
        assert_eq!(one.code(execution).as_deref(), Some("Q6"), "{name}");
        assert_eq!(one.paid(id(case)), 0, "{name}");
    }
    // What was told to one agent is not another's to carry out.
    let of = one.request(2, id(1), 50);
    let good = json!({"approver": person(1).to_string(), "executor": me, "grant": grant});
    let word = one.word(2, id(1), Meaning::Witness, of, good);
    assert_eq!(one.code(word), None, "control");
    exchange(&mut [&mut boss, &mut one, &mut two]);
    let execution = two.execute(3, id(1), of, ("verbal", word.to_string()));
    assert_eq!(two.code(execution).as_deref(), Some("Q6"));
    // Two agents rely on one person's word, not knowing of each other: beyond the sum it shows.
    for (who, machine) in [(2, &mut one), (3, &mut two)] {
        let case = id(50 + u16::from(who));
        machine.request(who, case, 40);
        machine
            .sit(who, who)
            .approve_verbally(case, person(1))
            .unwrap();
        machine.desk.execute_case(case).unwrap();
        assert!(unsigned_witness(&machine.case(case)).is_some());
    }
    exchange(&mut [&mut boss, &mut one, &mut two]);
    agree(&[&mut boss, &mut one, &mut two]);
    assert_eq!(boss.open("allowance_exceeded").len(), 1);
}
