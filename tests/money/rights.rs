//! Rights that somebody takes without having them: who retires whom, who takes back others' work,
//! who sets what the whole shop goes by. No clock decides.

use serde_json::json;
use zhiban::domain::id::ReplicaId;
use zhiban::domain::payload::{Direction, Payload, Say};
use zhiban::store::Run;

use super::shop::*;

/// How far the second clock is from the first, milliseconds.
const TURNS: [i64; 3] = [-400_000, 0, 400_000];

fn head(machine: &Machine, of: u8) -> u64 {
    let heads = machine.desk.store().heads().unwrap();
    let head = heads.iter().find(|head| head.replica == replica(of));
    head.map_or(0, |head| head.seq)
}

fn cut(machine: &Machine, of: ReplicaId) -> Option<u64> {
    machine.desk.store().cut_of(of).unwrap()
}

fn remark(text: &str) -> Payload {
    Payload::Say(Box::new(Say::plain(Direction::Internal, text)))
}

/// Two who retire each other, neither having heard of the other: the elder stays, whatever the
/// clocks say and whichever is heard of first.
#[test]
fn who_retire_each_other() {
    for (elder, younger) in [(1, 6), (6, 7), (1, 7)] {
        for turn in TURNS {
            let clock = Hand::new();
            let mut first = Machine::new(&clock, &[1]);
            first.admit(1, 1, "supervisor", &[1], None);
            first.admit(1, 2, "agent", &[2], None);
            first.admit(1, 6, "supervisor", &[6], None);
            let mut six = Machine::new(&clock, &[6]);
            six.take(&first.runs());
            six.admit(6, 7, "supervisor", &[7], None);
            let other = Hand::new();
            let mut seven = Machine::new(&other, &[7]);
            let mut agent = Machine::new(&clock, &[2]);
            exchange(&mut [&mut first, &mut six, &mut seven, &mut agent]);
            clock.turn(1_000_000);
            other.turn(1_000_000 + turn);
            let mut machines = [(1, first), (6, six), (7, seven)];
            let place = |who: u8| [1, 6, 7].iter().position(|one| *one == who).unwrap();
            for (by, of) in [(elder, younger), (younger, elder)] {
                let machine = &mut machines[place(by)].1;
                let seq = head(machine, of);
                machine.retire(by, of, of, seq);
            }
            // Who is retired goes on, with somebody of their own.
            machines[place(younger)]
                .1
                .admit(younger, 9, "supervisor", &[9], None);
            let mut evil = Machine::new(&other, &[9]);
            evil.take(&machines[place(younger)].1.runs());
            let seq = head(&evil, elder);
            evil.retire(9, elder, elder, seq);
            let [(_, mut first), (_, mut six), (_, mut seven)] = machines;
            // The agent hears of the younger first, another one of the elder.
            agent.take(&evil.runs());
            exchange(&mut [&mut first, &mut six, &mut seven, &mut agent, &mut evil]);
            agree(&[&mut first, &mut six, &mut seven, &mut agent, &mut evil]);
            for machine in [&first, &six, &seven, &agent, &evil] {
                let what = format!("{younger} against {elder}, clock by {turn}");
                assert!(cut(machine, replica(younger)).is_some(), "{what}");
                assert_eq!(cut(machine, replica(elder)), None, "{what}");
                let known = machine.desk.people().by_id(person(9));
                assert!(known.is_none(), "{what}: {known:?}");
            }
            // And may still decide who belongs here.
            first.admit(1, 3, "agent", &[3], None);
            assert!(first.desk.people().by_id(person(3)).is_some());
        }
    }
}

/// Being admitted behind a remark, or naming one's own, makes nobody older.
#[test]
fn a_remark_makes_nobody_older() {
    for is_own in [false, true] {
        let clock = Hand::new();
        let mut first = Machine::new(&clock, &[1]);
        first.admit(1, 1, "supervisor", &[1], None);
        first.admit(1, 5, "agent", &[5], None);
        first.admit(1, 6, "supervisor", &[6], None);
        if !is_own {
            first.write(1, "person", person(1), vec![remark("开店了")]);
        }
        first.admit(1, 7, "supervisor", &[7], None);
        let mut six = Machine::new(&clock, &[6]);
        let mut seven = Machine::new(&clock, &[7]);
        exchange(&mut [&mut first, &mut six, &mut seven]);
        if is_own {
            seven.write(7, "person", person(7), vec![remark("我最早")]);
            let nick = set(json!({"nick": "七"}));
            seven.write(7, "person", person(7), vec![nick]);
        }
        let seq = head(&six, 7);
        six.retire(6, 7, 7, seq);
        seven.retire(7, 6, 6, 0);
        exchange(&mut [&mut first, &mut six, &mut seven]);
        agree(&[&mut first, &mut six, &mut seven]);
        for machine in [&first, &six, &seven] {
            assert_eq!(cut(machine, replica(7)), Some(seq), "own remark: {is_own}");
            assert_eq!(cut(machine, replica(6)), None, "own remark: {is_own}");
        }
    }
}

/// Whoever is retired by somebody who was retired before, without knowing it, stays.
#[test]
fn a_word_beyond_a_cut_retires_nobody() {
    for turn in TURNS {
        let (clock, other) = (Hand::new(), Hand::new());
        let mut first = Machine::new(&clock, &[1]);
        first.admit(1, 1, "supervisor", &[1], None);
        first.admit(1, 6, "supervisor", &[6], None);
        first.admit(1, 7, "supervisor", &[7], None);
        let mut six = Machine::new(&other, &[6]);
        exchange(&mut [&mut first, &mut six]);
        clock.turn(1_000_000);
        other.turn(1_000_000 + turn);
        let seq = head(&first, 6);
        first.retire(1, 6, 6, seq);
        six.retire(6, 7, 7, 0);
        exchange(&mut [&mut first, &mut six]);
        agree(&[&mut first, &mut six]);
        for machine in [&first, &six] {
            assert_eq!(cut(machine, replica(6)), Some(seq));
            assert_eq!(cut(machine, replica(7)), None, "clock by {turn}");
        }
    }
}

/// An agent takes back what is the agent's alone, and nothing in which a colleague works, whether
/// the agent heard of that or says not to have.
#[test]
fn a_whole_record_is_taken_back_only_where_nobody_else_works() {
    let whole = || Payload::Void {
        events: None,
        reason: Some("mine".into()),
    };
    for turn in TURNS {
        let (clock, other) = (Hand::new(), Hand::new());
        let mut first = Machine::new(&clock, &[1]);
        first.admit(1, 1, "supervisor", &[1], None);
        first.admit(1, 2, "agent", &[2], None);
        let mut agent = Machine::new(&other, &[2]);
        exchange(&mut [&mut first, &mut agent]);
        for number in 1..=3 {
            let opened = open(json!({"severity": "serious"}));
            agent.write(2, "complaint", id(number), vec![opened]);
        }
        exchange(&mut [&mut first, &mut agent]);
        clock.turn(1_000_000);
        other.turn(1_000_000 + turn);
        first.write(1, "complaint", id(1), vec![remark("在查")]);
        let [theirs] = agent.write(2, "complaint", id(1), vec![whole()])[..] else {
            panic!("one event");
        };
        let [own] = agent.write(2, "complaint", id(2), vec![whole()])[..] else {
            panic!("one event");
        };
        // What a stranger writes into it is nobody's work.
        let mut stranger = Machine::new(&clock, &[8]);
        stranger.take(&first.runs());
        stranger.write(8, "complaint", id(2), vec![remark("?")]);
        // Of a supervisor it counts in any case.
        first.write(1, "complaint", id(3), vec![whole()]);
        exchange(&mut [&mut first, &mut agent, &mut stranger]);
        agree(&[&mut first, &mut agent, &mut stranger]);
        for machine in [&first, &agent, &stranger] {
            let is_void = |number| machine.case(id(number)).void;
            assert_eq!(
                [1, 2, 3].map(is_void),
                [false, true, true],
                "clock by {turn}"
            );
            assert_eq!(machine.code(theirs).as_deref(), Some("Q5"));
            assert_eq!(machine.code(own), None);
        }
    }
}

/// What the whole shop goes by is said by who ever might say it, and stays when they leave.
#[test]
fn a_setting_is_no_agents() {
    let clock = Hand::new();
    let mut first = Machine::new(&clock, &[1]);
    let mut second = Machine::new(&clock, &[6]);
    let mut agent = Machine::new(&clock, &[2]);
    let says = |value: &str| open(json!({"key": "limit_case", "value": value}));
    let early = agent.write(2, "setting", id(4), vec![says("999999")]);
    first.admit(1, 1, "supervisor", &[1], None);
    first.admit(1, 2, "agent", &[2], None);
    first.admit(1, 6, "supervisor", &[6], None);
    exchange(&mut [&mut first, &mut second, &mut agent]);
    let good = second.write(6, "setting", id(1), vec![says("50")]);
    let forged = agent.write(2, "setting", id(2), vec![says("999999")]);
    exchange(&mut [&mut first, &mut second, &mut agent]);
    let over = json!({"value": "999999"});
    let changed = agent.write(2, "setting", id(1), vec![set(over)]);
    let seq = head(&first, 6);
    first.retire(1, 6, 6, seq);
    exchange(&mut [&mut first, &mut second, &mut agent]);
    agree(&[&mut first, &mut second, &mut agent]);
    for machine in [&first, &second, &agent] {
        for event in [&early, &forged, &changed] {
            assert_eq!(machine.code(event[0]).as_deref(), Some("Q5"));
        }
        assert_eq!(machine.code(good[0]), None);
        let setting = machine.desk.setting("limit_case").unwrap();
        assert_eq!(setting.as_deref(), Some("50"));
    }
}

/// A retirement names one history. Whoever keeps the key and writes another one below the cut
/// changes nothing by it, and takes nothing back of what they once decided.
#[test]
fn a_key_that_was_retired_branches_in_vain() {
    for first_hears_early in [true, false] {
        let clock = Hand::new();
        let mut first = Machine::new(&clock, &[1]);
        first.admit(1, 1, "supervisor", &[1], None);
        first.admit(1, 6, "supervisor", &[6], None);
        let mut six = Machine::new(&clock, &[6]);
        let mut agent = Machine::new(&clock, &[2]);
        exchange(&mut [&mut first, &mut six, &mut agent]);
        let says = |value: &str| open(json!({"key": "limit_case", "value": value}));
        six.write(6, "complaint", id(7), vec![open(json!({}))]);
        let shared = head(&six, 6);
        six.admit(6, 2, "agent", &[2], None);
        let good = six.write(6, "setting", id(1), vec![says("50")]);
        let six_runs = six.runs();
        exchange(&mut [&mut first, &mut six, &mut agent]);

        let mut thief = Machine::new(&clock, &[6]);
        let known: Vec<Run> = six_runs
            .into_iter()
            .map(|mut run| {
                if run.replica == replica(6) {
                    run.events.retain(|event| event.head.seq <= shared);
                    run.seals.retain(|seal| seal.seq <= shared);
                }
                run
            })
            .collect();
        thief.take(&known);
        let forged = thief.write(6, "setting", id(2), vec![says("999999")]);
        thief.admit(6, 9, "supervisor", &[9], None);
        if first_hears_early {
            first.take(&thief.runs());
        }
        first.end(1, 6, 6);
        exchange(&mut [&mut first, &mut six, &mut agent, &mut thief]);
        agree(&[&mut first, &mut six, &mut agent, &mut thief]);
        for machine in [&first, &six, &agent] {
            assert!(machine.desk.people().by_id(person(2)).is_some());
            assert!(machine.desk.people().by_id(person(9)).is_none());
            assert_eq!(machine.code(forged[0]).as_deref(), Some("Q1"));
            assert_eq!(machine.code(good[0]), None);
            let setting = machine.desk.setting("limit_case").unwrap();
            assert_eq!(setting.as_deref(), Some("50"));
        }
    }
}
