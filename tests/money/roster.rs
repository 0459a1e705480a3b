//! The roster decides, whenever it is heard of.

use serde_json::json;
use zhiban::chance::{Random, SeededRandom};
use zhiban::desk::allowance::Given;
use zhiban::domain::money::Money;
use zhiban::domain::payload::Meaning;
use zhiban::domain::rules::money::is_approved;
use zhiban::store::Run;

use super::shop::*;

#[test]
fn retired_key() {
    let clock = Hand::new();
    let mut first = Machine::new(&clock, &[1, 6]);
    first.admit(1, 1, "supervisor", &[1], None);
    first.admit(1, 2, "agent", &[2], None);
    first.admit(1, 3, "agent", &[3], None);
    first.admit(1, 6, "supervisor", &[6], None);
    let mut lost = Machine::new(&clock, &[2]);
    let mut other = Machine::new(&clock, &[3]);
    exchange(&mut [&mut first, &mut lost, &mut other]);
    let case = id(1);
    let of = lost.request(2, case, 50);
    exchange(&mut [&mut first, &mut lost, &mut other]);
    first.sit(6, 6).approve_case(case).unwrap();
    exchange(&mut [&mut first, &mut lost, &mut other]);
    let said = other.sit(3, 3).execute_case(case).unwrap_err();
    assert_eq!(
        (said.message, said.argument("person")),
        ("problem-case-executor", Some("P2"))
    );

    // The machine is lost; what it wrote after the cut counts nowhere, whatever it says.
    let heads = first.desk.store().heads().unwrap();
    let seq = heads
        .iter()
        .find(|head| head.replica == replica(2))
        .unwrap()
        .seq;
    first.retire(1, 2, 2, seq);
    lost.sit(2, 2).execute_case(case).unwrap();
    let late = lost.case(case).signatures.last().unwrap().trace.chain;
    let runs = lost.runs();
    first.take(&runs);
    assert_eq!(first.code(late).as_deref(), Some("Q1"));
    assert_eq!(first.paid(case), 0);
    assert_eq!(first.case(case).state, "approved");
    for kind in ["double_execution", "unapproved_execution"] {
        assert_eq!(first.open(kind), [], "{kind}: the cut took it");
    }
    // A new approval for other hands is clean, and the supervisor who gave the old one may leave.
    first
        .sit(1, 1)
        .approve_case_for(case, Some(person(3)))
        .unwrap();
    exchange(&mut [&mut first, &mut lost, &mut other]);
    other.sit(3, 3).execute_case(case).unwrap();
    exchange(&mut [&mut first, &mut lost, &mut other]);
    let seq = first.desk.store().heads().unwrap();
    let seq = seq
        .iter()
        .find(|head| head.replica == replica(6))
        .unwrap()
        .seq;
    first.retire(1, 6, 6, seq);
    exchange(&mut [&mut first, &mut lost, &mut other]);
    agree(&[&mut first, &mut lost, &mut other]);
    for machine in [&first, &lost, &other] {
        assert_eq!(machine.paid(case), 1);
        assert!(is_approved(&machine.case(case)));
        assert_eq!(
            machine.case(case).signatures.len(),
            3,
            "both approvals and the execution"
        );
        assert_eq!(machine.open("double_execution"), []);
        assert_eq!(machine.open("unapproved_execution"), []);
        assert_eq!(machine.code(late).as_deref(), Some("Q1"));
    }
    let _ = of;
}

/// A history in which every right comes or goes by a word of the roster: who asks, who admits,
/// who approves, who gives, who is retired, each at a machine of their own.
fn history() -> (Vec<Run>, String) {
    let clock = Hand::new();
    let mut first = Machine::new(&clock, &[1]);
    first.admit(1, 1, "supervisor", &[1], None);
    first.admit(1, 2, "agent", &[2], None);
    first.admit(1, 6, "supervisor", &[6], None);
    let mut second = Machine::new(&clock, &[6]);
    let mut agent = Machine::new(&clock, &[2]);
    let mut leader = Machine::new(&clock, &[4]);
    let mut newcomer = Machine::new(&clock, &[3]);
    // The newcomer writes before anybody has heard of them.
    let early = newcomer.request(3, id(5), 20);
    let runs = first.runs();
    second.take(&runs);
    agent.take(&runs);
    second.admit(6, 4, "leader", &[4], Some(100));
    let given = Given {
        person: person(2),
        replica: None,
        amount: Money::cny(10_000),
        case_cap: None,
        until: None,
        spot: false,
    };
    let grant = first.sit(1, 1).give_allowance(given).unwrap().record();
    for (case, asked) in [(1, 50), (2, 90), (3, 150), (4, 40)] {
        agent.request(2, id(case), asked);
    }
    let runs = [agent.runs(), first.runs(), second.runs()].concat();
    leader.take(&runs);
    second.take(&runs);
    let of = |machine: &Machine, case| {
        zhiban::domain::rules::money::request(&machine.case(id(case))).unwrap()
    };
    // By a supervisor, by a leader whom that supervisor admitted, beyond that leader's limit.
    let good = second.approve(6, id(1), of(&second, 1), 2);
    let within = leader.approve(4, id(2), of(&leader, 2), 2);
    let beyond = leader.approve(4, id(3), of(&leader, 3), 2);
    let runs = [leader.runs(), second.runs(), first.runs()].concat();
    agent.take(&runs);
    for (case, ground) in [
        (1, ("approval", good.to_string())),
        (2, ("approval", within.to_string())),
        (3, ("approval", beyond.to_string())),
        (4, ("grant", grant.to_string())),
    ] {
        let of = of(&agent, case);
        agent.execute(2, id(case), of, ground);
    }
    // The newcomer is admitted, the second supervisor retired after what was approved.
    first.admit(1, 3, "agent", &[3], None);
    let runs = second.runs();
    first.take(&runs);
    let heads = first.desk.store().heads().unwrap();
    let seq = heads
        .iter()
        .find(|head| head.replica == replica(6))
        .unwrap()
        .seq;
    first.retire(1, 6, 6, seq);
    // Which the second does not know yet.
    second.word(6, id(4), Meaning::Refuse, of(&second, 4), json!({}));
    let runs = newcomer.runs();
    first.take(&runs);
    first.approve(1, id(5), early, 3);
    let runs = first.runs();
    newcomer.take(&runs);
    let approval = newcomer.case(id(5)).signatures.last().unwrap().trace.chain;
    newcomer.execute(3, id(5), early, ("approval", approval.to_string()));
    exchange(&mut [
        &mut first,
        &mut second,
        &mut agent,
        &mut leader,
        &mut newcomer,
    ]);
    agree(&[
        &mut first,
        &mut second,
        &mut agent,
        &mut leader,
        &mut newcomer,
    ]);
    let paid: Vec<usize> = (1..=5).map(|case| first.paid(id(case))).collect();
    assert_eq!(
        paid,
        [1, 1, 0, 1, 1],
        "every case but the one beyond the leader's limit"
    );
    (first.runs(), first.state())
}

#[test]
fn roster_late() {
    let (runs, state) = history();
    assert_eq!(runs.len(), 5);
    let tried = times("ZHIBAN_MONEY_SEEDS", 30);
    for seed in 0..tried {
        let mut dice = SeededRandom::new(seed.to_le_bytes());
        let mut late = Machine::new(&Hand::new(), &[9]);
        // Every stream in pieces, shuffled, folded after each: rights are heard of late.
        let mut waiting: Vec<Vec<Run>> = runs.iter().map(|run| pieces(run, &mut dice)).collect();
        while !waiting.is_empty() {
            let place = dice.below(waiting.len() as u64) as usize;
            let piece = waiting[place].remove(0);
            late.take(&[piece]);
            waiting.retain(|stream| !stream.is_empty());
        }
        assert_eq!(late.state(), state, "seed {seed}");
    }
    println!("roster_late: {tried} orders of arrival, one state");
}

/// Cuts a run into pieces at random places.
fn pieces(run: &Run, dice: &mut SeededRandom) -> Vec<Run> {
    let mut pieces = Vec::new();
    let (mut from_seq, mut from_chain) = (run.from_seq, run.from_chain);
    let mut rest = &run.events[..];
    while !rest.is_empty() {
        let (piece, left) = rest.split_at(1 + dice.below(rest.len() as u64) as usize);
        let last = piece.last().unwrap();
        pieces.push(Run {
            from_seq,
            from_chain,
            events: piece.to_vec(),
            seals: run
                .seals
                .iter()
                .filter(|seal| seal.seq <= last.head.seq)
                .cloned()
                .collect(),
            ..run.clone()
        });
        (from_seq, from_chain, rest) = (last.head.seq, last.chain, left);
    }
    pieces
}
