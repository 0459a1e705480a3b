//! What an approval is bound to, and whose it may not be.

use serde_json::{Map, Value, json};
use zhiban::chance::{Random, SeededRandom};
use zhiban::domain::id::{Chain, Id};
use zhiban::domain::payload::{Meaning, Payload};
use zhiban::domain::rules::money::{self, binding, is_approved};

use super::shop::*;

/// Supervisor, two agents, a leader up to 100, an auditor, a supervisor with two devices.
fn everybody(clock: &Hand) -> Machine {
    let mut all = Machine::new(clock, &[1, 2, 3, 4, 5, 6, 7, 8]);
    all.admit(1, 1, "supervisor", &[1], None);
    all.admit(1, 2, "agent", &[2], None);
    all.admit(1, 3, "agent", &[3], None);
    all.admit(1, 4, "leader", &[4], Some(100));
    all.admit(1, 5, "auditor", &[5], None);
    all.admit(1, 6, "supervisor", &[6, 7], None);
    all
}

/// A forged approval does not count, and neither does an execution that rests on it.
fn forged(all: &mut Machine, name: &str, case: Id, of: Chain, approval: Chain, code: &str) {
    assert_eq!(
        all.code(approval).as_deref(),
        Some(code),
        "{name}: the approval"
    );
    let execution = all.execute(2, case, of, ("approval", approval.to_string()));
    assert_eq!(
        all.code(execution).as_deref(),
        Some("Q6"),
        "{name}: the execution"
    );
    refused(all, name, case);
}

fn refused(all: &Machine, name: &str, case: Id) {
    assert_eq!(all.paid(case), 0, "{name}");
    assert!(!is_approved(&all.case(case)), "{name}");
    let found = all.open("unapproved_execution");
    assert!(
        found.iter().any(|one| one.records == [case]),
        "{name}: not shown"
    );
}

#[test]
fn forged_approval() {
    let clock = Hand::new();
    let mut all = everybody(&clock);
    let mut cases = 0;
    let mut next = |all: &mut Machine, amount| {
        cases += 1;
        (id(cases), all.request(2, id(cases), amount))
    };

    for (name, who, code) in [
        ("agent key", 3, "Q5"),
        ("one's own request", 2, "Q5"),
        ("unknown key", 8, "Q1"),
        ("auditor", 5, "Q5"),
        ("leader beyond the limit", 4, "Q5"),
    ] {
        let (case, of) = next(&mut all, 150);
        let approval = all.approve(who, case, of, 2);
        forged(&mut all, name, case, of, approval, code);
    }

    let (case, _) = next(&mut all, 50);
    let (other, of) = next(&mut all, 50);
    let approval = all.approve(1, case, of, 2);
    let own = money::request(&all.case(case)).unwrap();
    forged(&mut all, "of another record", case, own, approval, "Q6");
    assert!(!is_approved(&all.case(other)));

    let (case, first) = next(&mut all, 10);
    let approval = all.approve(1, case, first, 2);
    assert!(is_approved(&all.case(case)));
    let amended = all.write(2, "case", case, vec![set(json!({"amount": yuan(1000)}))])[0];
    for of in [first, amended] {
        let execution = all.execute(2, case, of, ("approval", approval.to_string()));
        assert_eq!(all.code(execution).as_deref(), Some("Q6"), "stale request");
    }
    refused(&all, "stale request", case);

    for (name, member, value) in [
        ("wrong amount", "amount", yuan(1000)),
        (
            "wrong currency",
            "amount",
            json!({"minor": 5000, "currency": "USD"}),
        ),
    ] {
        let (case, of) = next(&mut all, 50);
        let more = json!({"executor": replica(2).to_string(), member: value});
        let approval = all.word(1, case, Meaning::Approve, of, more);
        forged(&mut all, name, case, of, approval, "Q6");
    }

    let (case, of) = next(&mut all, 50);
    let approval = all.approve(1, case, of, 2);
    let execution = all.execute(3, case, of, ("approval", approval.to_string()));
    assert_eq!(all.code(execution).as_deref(), Some("Q6"), "wrong executor");
    assert_eq!(all.paid(case), 0);
    assert_eq!(
        all.open("unapproved_execution")
            .iter()
            .filter(|one| one.records == [case])
            .count(),
        1
    );
    // The one whom it names may.
    let execution = all.execute(2, case, of, ("approval", approval.to_string()));
    assert_eq!((all.code(execution), all.paid(case)), (None, 1), "control");

    let (case, of) = next(&mut all, 1);
    let execution = all.word(
        2,
        case,
        Meaning::Execute,
        of,
        json!({"executor": replica(2).to_string()}),
    );
    assert_eq!(
        all.code(execution).as_deref(),
        Some("Q5"),
        "no ground at all"
    );
    refused(&all, "no ground at all", case);

    // A supervisor's second device, and one that was retired, by words dated before that.
    let (case, of) = (id(500), all.request(6, id(500), 50));
    let approval = all.approve(7, case, of, 2);
    forged(&mut all, "second device", case, of, approval, "Q5");
    let (case, of) = next(&mut all, 50);
    let good = all.approve(6, case, of, 2);
    let seq = head(&all, 6);
    all.retire(1, 6, 6, seq);
    assert_eq!(
        all.code(good),
        None,
        "what was approved before stays approved"
    );
    let (case, of) = next(&mut all, 50);
    let approval = all.approve(6, case, of, 2);
    forged(&mut all, "retired", case, of, approval, "Q1");
    clock.turn(-3_600_000);
    let (case, of) = next(&mut all, 50);
    let approval = all.approve(6, case, of, 2);
    forged(&mut all, "retired and backdated", case, of, approval, "Q1");
    all.state();

    // Another shop's store takes no word of this one.
    let mut other = Machine::of_shop(&clock, &[2], 2);
    for run in all.runs() {
        assert!(
            other.desk.store_mut().append_foreign(&run, BEGIN).is_err(),
            "replayed elsewhere"
        );
    }
}

fn head(all: &Machine, who: u8) -> u64 {
    let heads = all.desk.store().heads().unwrap();
    heads
        .iter()
        .find(|head| head.replica == replica(who))
        .unwrap()
        .seq
}

/// One field of what is asked, changed.
fn mutation(dice: &mut SeededRandom, at: u64) -> (&'static str, Value) {
    let amount = |minor: i64, currency: &str| json!({"minor": minor, "currency": currency});
    let other = 1 + dice.below(9_000) as i64;
    match at % 10 {
        0 | 1 => (
            "amount",
            amount(if other == 5_000 { 1 } else { other }, "CNY"),
        ),
        2 => (
            "amount",
            amount(5_000, ["USD", "TWD", "JPY"][dice.below(3) as usize]),
        ),
        3 => ("order", json!(id(dice.below(5_000) as u16).to_string())),
        4 => ("payee", json!("other")),
        5 => (
            "kind",
            json!(["return_refund", "exchange", "price_difference"][dice.below(3) as usize]),
        ),
        6 => ("lines/1/quantity", json!(2 + dice.below(9))),
        7 => (
            "order_number",
            json!(format!("40319028471935{:05}", dice.below(90_000))),
        ),
        8 => ("freight", amount(other, "CNY")),
        _ => ("account", json!(format!("other-{}", dice.below(9)))),
    }
}

/// The same change in what an approval repeats.
fn mutated(bound: &Map<String, Value>, dice: &mut SeededRandom, at: u64) -> Map<String, Value> {
    let mut saw = bound.clone();
    saw.insert("executor".into(), json!(replica(2).to_string()));
    let (member, value) = match at % 7 {
        0 => (
            "amount",
            json!({"minor": 5_001 + dice.below(9_000), "currency": "CNY"}),
        ),
        1 => ("amount", json!({"minor": 5_000, "currency": "USD"})),
        2 => ("order", json!(id(dice.below(5_000) as u16).to_string())),
        3 => (
            "payee_digest",
            json!(Chain([dice.below(250) as u8; 32]).to_string()),
        ),
        4 => ("kind", json!("exchange")),
        5 => (
            "asked",
            json!(Chain([dice.below(250) as u8; 32]).to_string()),
        ),
        _ => ("executor", json!(replica(3).to_string())),
    };
    saw.insert(member.into(), value);
    saw
}

#[test]
fn approval_binding() {
    const BATCH: u64 = 50;
    let (clock, mut dice) = (Hand::new(), SeededRandom::new("binding"));
    let mut all = everybody(&clock);
    let (mut void, mut standing) = (0, 0);
    for batch in 0..times("ZHIBAN_MUTATIONS", 1_000) / BATCH {
        let cases: Vec<Id> = (0..BATCH)
            .map(|at| id((batch * BATCH + at) as u16 + 1))
            .collect();
        let requests = cases.iter().flat_map(|case| {
            asked(50)
                .into_iter()
                .map(|payload| ("case", *case, payload))
        });
        let written = all.write_all(2, requests.collect());
        let requests: Vec<Chain> = written.chunks(2).map(|pair| pair[1]).collect();
        // Half are approved as they are and then changed, half are approved as something else.
        let mut approvals = Vec::new();
        for (at, (case, of)) in cases.iter().zip(&requests).enumerate() {
            let bound = binding(&all.case(*case));
            let saw = if at % 2 == 0 {
                let mut saw = bound;
                saw.insert("executor".into(), json!(replica(2).to_string()));
                saw
            } else {
                mutated(&bound, &mut dice, at as u64 / 2)
            };
            approvals.push(("case", *case, sign(Meaning::Approve, *of, saw)));
        }
        let approvals = all.write_all(1, approvals);
        for case in cases.iter().step_by(2) {
            assert!(
                is_approved(&all.case(*case)),
                "control: as it was asked it stands"
            );
        }
        let changed: Vec<(&str, Id, Payload)> = cases
            .iter()
            .enumerate()
            .step_by(2)
            .map(|(at, case)| {
                let (path, value) = mutation(&mut dice, at as u64 / 2);
                ("case", *case, set(json!({path: value})))
            })
            .collect();
        all.write_all(2, changed);
        let executions = cases.iter().zip(&approvals).map(|(case, approval)| {
            let record = all.case(*case);
            let mut saw = binding(&record);
            saw.insert("executor".into(), json!(replica(2).to_string()));
            saw.insert("approval".into(), json!(approval.to_string()));
            let of = money::request(&record).unwrap();
            ("case", *case, sign(Meaning::Execute, of, saw))
        });
        let executions: Vec<(&str, Id, Payload)> = executions.collect();
        all.write_all(2, executions);
        for case in &cases {
            let bound_elsewhere = all.case(*case).signatures.iter().any(|sign| {
                sign.meaning == Meaning::Approve && money::executor(&sign.saw) == Some(replica(3))
            });
            // An approval for other hands is one, but not for these.
            let stands = all.paid(*case) > 0 || is_approved(&all.case(*case)) && !bound_elsewhere;
            standing += u64::from(stands);
            void += u64::from(!stands);
        }
    }
    println!("approval_binding: {void} void, {standing} left standing");
    assert_eq!(standing, 0);
    assert!(void > 0 && void == times("ZHIBAN_MUTATIONS", 1_000) / BATCH * BATCH);
    all.state();
}

#[test]
fn self_approval() {
    let clock = Hand::new();
    let mut all = Machine::new(&clock, &[1, 2, 6, 7, 8]);
    all.admit(1, 1, "supervisor", &[1], None);
    all.admit(1, 6, "supervisor", &[6, 7], None);
    all.admit(1, 2, "agent", &[2], None);
    // A third device comes later, and still writes for the same person.
    let cell = format!("replicas/{}/key", replica(8));
    let public = zhiban::domain::id::ShopSecret(key(8).public()).to_string();
    let mut case = 0;
    for round in 0..2 {
        let devices: &[u8] = if round == 0 { &[6, 7] } else { &[6, 7, 8] };
        for (asker, approver) in devices
            .iter()
            .flat_map(|one| devices.iter().map(move |two| (*one, *two)))
        {
            case += 1;
            let of = all.request(asker, id(case), 50);
            all.sit(6, approver);
            let said = all.desk.approve_case(id(case)).unwrap_err();
            assert_eq!(said.message, "problem-case-self", "{asker} {approver}");
            let approval = all.approve(approver, id(case), of, asker);
            assert_eq!(
                all.code(approval).as_deref(),
                Some("Q5"),
                "{asker} {approver}"
            );
            let refusal = all.word(approver, id(case), Meaning::Refuse, of, json!({}));
            assert_eq!(
                all.code(refusal).as_deref(),
                Some("Q5"),
                "{asker} {approver}"
            );
            assert!(!is_approved(&all.case(id(case))));
            // Whom somebody else amends the request for stays its author.
            let amended = all.write(2, "case", id(case), vec![set(json!({"freight": yuan(1)}))])[0];
            let approval = all.approve(approver, id(case), amended, asker);
            assert_eq!(
                all.code(approval).as_deref(),
                Some("Q5"),
                "{asker} {approver}, amended"
            );
            let good = all.approve(1, id(case), amended, asker);
            assert_eq!(all.code(good), None, "control");
            assert!(is_approved(&all.case(id(case))));
        }
        if round == 0 {
            all.write(
                1,
                "person",
                person(6),
                vec![set(json!({cell.clone(): public.clone()}))],
            );
            all.desk.refresh().unwrap();
        }
    }
    all.state();
}

#[test]
fn a_leader_without_a_limit_approves_no_money() {
    let clock = Hand::new();
    let mut all = Machine::new(&clock, &[1, 2, 4]);
    all.admit(1, 1, "supervisor", &[1], None);
    all.admit(1, 2, "agent", &[2], None);
    all.admit(1, 4, "leader", &[4], None);
    let of = all.request(2, id(1), 1);
    // At the act.
    let problem = all.sit(4, 4).approve_case(id(1)).unwrap_err();
    assert_eq!(problem.message, "problem-case-own-limit");
    // And at the fold, where somebody wrote it by other means.
    let approval = all.approve(4, id(1), of, 2);
    assert_eq!(all.code(approval).as_deref(), Some("Q5"));
    assert!(!is_approved(&all.case(id(1))));
    // A supervisor without one is bounded by nothing.
    let approval = all.approve(1, id(1), of, 2);
    assert_eq!(all.code(approval), None);
    assert!(is_approved(&all.case(id(1))));
}
