//! Desks that do not hear of each other: money goes out once, or everybody sees that it did not.

use serde_json::json;
use zhiban::chance::{Random, SeededRandom};
use zhiban::desk::allowance::Given;
use zhiban::domain::id::Chain;
use zhiban::domain::money::Money;
use zhiban::domain::payload::Meaning;
use zhiban::domain::rules::money;
use zhiban::exchange::bundle::{self, Export, Selection};
use zhiban::store::Contradiction;

use super::shop::*;

/// Two supervisors and two agents, each at a machine of their own.
struct Four {
    clock: Hand,
    first: Machine,
    second: Machine,
    one: Machine,
    two: Machine,
}

impl Four {
    fn new() -> Self {
        let clock = Hand::new();
        let mut first = Machine::new(&clock, &[1]);
        first.admit(1, 1, "supervisor", &[1], None);
        first.admit(1, 2, "agent", &[2], None);
        first.admit(1, 3, "agent", &[3], None);
        first.admit(1, 6, "supervisor", &[6], None);
        let mut four = Self {
            second: Machine::new(&clock, &[6]),
            one: Machine::new(&clock, &[2]),
            two: Machine::new(&clock, &[3]),
            first,
            clock,
        };
        four.exchange();
        four
    }

    fn exchange(&mut self) {
        exchange(&mut [
            &mut self.first,
            &mut self.second,
            &mut self.one,
            &mut self.two,
        ]);
    }

    fn all(&mut self) -> [&mut Machine; 4] {
        [
            &mut self.first,
            &mut self.second,
            &mut self.one,
            &mut self.two,
        ]
    }

    fn give(&mut self, who: u8, amount: i64, case_cap: Option<i64>, spot: bool) -> String {
        let given = Given {
            person: person(who),
            replica: None,
            amount: Money::cny(amount * 100),
            case_cap: case_cap.map(|cap| Money::cny(cap * 100)),
            until: None,
            spot,
        };
        let done = self.first.sit(1, 1).give_allowance(given).unwrap();
        done.record().to_string()
    }

    /// Every store shows exactly these contradictions of a kind.
    fn shown(&mut self, kind: &str, count: usize) -> Option<Contradiction> {
        let mut found = None;
        for machine in self.all() {
            let open = machine.open(kind);
            assert_eq!(open.len(), count, "{kind}: {open:?}");
            found = open.into_iter().next();
        }
        found
    }

    /// What an agent says of a contradiction closes nothing; what a supervisor says does.
    fn closed_by_a_supervisor_only(&mut self, kind: &str) {
        let one = self.shown(kind, 1).unwrap();
        let said = self
            .one
            .sit(2, 2)
            .settle(&one.id.to_string(), "fine")
            .unwrap_err();
        assert_eq!(said.message, "problem-settle-role");
        let record = one.records[0];
        let register = self.one.desk.record(record).unwrap().1.name;
        let saw = json!({"kind": "illegal_move"}).as_object().unwrap().clone();
        let word = sign(Meaning::Acknowledge, one.sign_of(), saw);
        let word = self.one.write(2, register, record, vec![word])[0];
        self.exchange();
        self.shown(kind, 1);
        assert_eq!(self.first.code(word).as_deref(), Some("Q5"));
        self.second
            .sit(6, 6)
            .settle(&one.id.to_string(), "paid back")
            .unwrap();
        self.exchange();
        self.shown(kind, 0);
    }
}

fn seeds(short: u64) -> u64 {
    times("ZHIBAN_MONEY_SEEDS", short)
}

#[test]
fn refund_once() {
    let (mut twins, mut duplicates) = (0, 0);
    for seed in 0..seeds(25) {
        let mut dice = SeededRandom::new(seed.to_le_bytes());
        let mut four = Four::new();
        let grants = [
            four.give(2, 100, None, false),
            four.give(3, 100, None, false),
        ];
        four.exchange();
        let case = id(1);
        let of = four.one.request(2, case, 50);
        four.exchange();
        // Two supervisors approve for different hands, not knowing of each other.
        let first = four.first.approve(1, case, of, 2);
        let second = four
            .second
            .approve(6, case, of, if dice.below(2) == 0 { 3 } else { 2 });
        if dice.below(2) == 0 {
            four.exchange();
        } else {
            let (left, right) = (four.first.runs(), four.second.runs());
            four.one.take(&left);
            four.two.take(&right);
        }
        let mut written = 0;
        for _ in 0..1 + dice.below(3) {
            let (who, machine, grant) = if dice.below(2) == 0 {
                (2, &mut four.one, &grants[0])
            } else {
                (3, &mut four.two, &grants[1])
            };
            let ground = match dice.below(4) {
                0 => ("approval", first.to_string()),
                1 => ("approval", second.to_string()),
                2 => ("grant", grant.clone()),
                _ => ("reason", "urgent".to_owned()),
            };
            machine.execute(who, case, of, ground);
            written += 1;
            four.clock.turn(dice.below(5_000) as i64 - 4_000);
        }
        four.exchange();
        agree(&four.all());
        let paid = four.first.paid(case);
        assert!(paid <= 1, "seed {seed}: {paid} valid executions");
        twins += 1;
        if written > 1 {
            duplicates += 1;
            four.closed_by_a_supervisor_only("double_execution");
        } else {
            four.shown("double_execution", 0);
        }
        four.shown("unapproved_execution", usize::from(paid == 0));
        agree(&four.all());
    }
    println!(
        "refund_once: {twins} shops, {duplicates} duplicates, all shown until a supervisor closed them"
    );
    assert!(duplicates > 0);
}

#[test]
fn allowance_bound() {
    let (mut spent_in_all, mut bound_in_all) = (0, 0);
    for seed in 0..seeds(8) {
        let mut dice = SeededRandom::new(seed.to_le_bytes());
        let mut four = Four::new();
        let sums = [60 + dice.below(100) as i64, 60 + dice.below(100) as i64];
        let grants = [
            four.give(2, sums[0], Some(60), false),
            four.give(3, sums[1], Some(60), false),
        ];
        four.exchange();
        let mut case = 0;
        let mut spent = [0, 0];
        for _ in 0..10 {
            let place = dice.below(2) as usize;
            let (who, machine) = if place == 0 {
                (2, &mut four.one)
            } else {
                (3, &mut four.two)
            };
            case += 1;
            let asked = 5 + dice.below(65) as i64;
            machine.request(who, id(case), asked);
            machine.write(who, "case", id(case), vec![step("submitted", "approved")]);
            let most = (sums[place] - spent[place]).min(60);
            match machine.sit(who, who).execute_case(id(case)) {
                Ok(_) => {
                    assert!(asked <= most, "{asked} of {most}");
                    spent[place] += asked;
                }
                Err(said) => {
                    assert_eq!(said.message, "problem-allowance-beyond");
                    assert_eq!(
                        said.argument("left"),
                        Some(&*Money::cny(most * 100).to_string())
                    );
                    assert!(asked > most, "{asked} of {most} refused");
                }
            }
        }
        four.exchange();
        agree(&four.all());
        let left: i64 = sums.iter().sum::<i64>() - spent.iter().sum::<i64>();
        assert!(left >= 0, "more was lost than was given");
        assert_eq!(
            four.second.desk.unspent().unwrap(),
            [Money::cny(left * 100)]
        );
        four.shown("allowance_exceeded", 0);
        four.shown("unapproved_execution", 0);
        (spent_in_all, bound_in_all) = (
            spent_in_all + spent.iter().sum::<i64>(),
            bound_in_all + sums.iter().sum::<i64>(),
        );

        // Another's allowance, one that nobody gave, and one case beyond the cap are no right.
        let forged = [
            (50, grants[1].clone()),
            (50, id(4_000).to_string()),
            (61, grants[0].clone()),
        ];
        for (asked, grant) in forged {
            case += 1;
            let of = four.one.request(2, id(case), asked);
            let word = four.one.execute(2, id(case), of, ("grant", grant));
            assert_eq!(four.one.code(word).as_deref(), Some("Q5"));
        }
        // A desk that was bent: each case within the cap, all of them beyond the sum.
        while spent[0] <= sums[0] {
            case += 1;
            let of = four.one.request(2, id(case), 60);
            let word = four
                .one
                .execute(2, id(case), of, ("grant", grants[0].clone()));
            assert_eq!(four.one.code(word), None);
            spent[0] += 60;
        }
        four.exchange();
        agree(&four.all());
        four.closed_by_a_supervisor_only("allowance_exceeded");
    }
    println!("allowance_bound: {spent_in_all} spent of {bound_in_all} given");
}

#[test]
fn overpay_alarm() {
    let (mut beyond, mut within) = (0, 0);
    for seed in 0..seeds(25) {
        let mut dice = SeededRandom::new(seed.to_le_bytes());
        let mut four = Four::new();
        let asked: Vec<i64> = (0..2 + dice.below(2))
            .map(|_| 15 + dice.below(50) as i64)
            .collect();
        for (at, amount) in asked.iter().enumerate() {
            let (who, machine) = if dice.below(2) == 0 {
                (2, &mut four.one)
            } else {
                (3, &mut four.two)
            };
            machine.request(who, id(at as u16 + 1), *amount);
        }
        four.exchange();
        for at in 0..asked.len() {
            let case = id(at as u16 + 1);
            let (who, machine) = if dice.below(2) == 0 {
                (1, &mut four.first)
            } else {
                (6, &mut four.second)
            };
            machine.sit(who, who).approve_case(case).unwrap();
        }
        four.exchange();
        agree(&four.all());
        // The order was paid 100.
        if asked.iter().sum::<i64>() > 100 {
            beyond += 1;
            four.closed_by_a_supervisor_only("overpayment");
        } else {
            within += 1;
            four.shown("overpayment", 0);
        }
    }
    println!("overpay_alarm: {beyond} beyond and all shown, {within} within and none");
    assert!(beyond > 0 && within > 0);
}

#[test]
fn replay_noop() {
    let mut four = Four::new();
    let mut files = Vec::new();
    let case = id(1);
    let of = four.one.request(2, case, 50);
    four.exchange();
    sent(&mut four, &mut files);
    four.first.sit(1, 1).approve_case(case).unwrap();
    four.exchange();
    sent(&mut four, &mut files);
    four.one.sit(2, 2).execute_case(case).unwrap();
    four.exchange();
    sent(&mut four, &mut files);
    let before = four.first.state();
    for machine in four.all() {
        for (path, now) in files.iter().rev().chain(&files) {
            let taken =
                bundle::import(machine.desk.store_mut(), path, *now, &mut |_| true).unwrap();
            assert_eq!((taken.new, taken.outside), (0, 0));
        }
        while machine.desk.store_mut().fold_dirty(1_000).unwrap() > 0 {}
        assert_eq!(machine.state(), before);
        assert_eq!(machine.paid(case), 1);
    }
    // The old approval's words, said again: by the agent they are none, by the supervisor they
    // are one approval more and no second execution.
    let old = money::approval_of(&four.first.case(case), of)
        .unwrap()
        .clone();
    let copied = four
        .one
        .raw_word(2, case, Meaning::Approve, of, old.saw.clone());
    assert_eq!(four.one.code(copied).as_deref(), Some("Q5"));
    let again = four
        .first
        .raw_word(1, case, Meaning::Approve, of, old.saw.clone());
    assert_eq!(four.first.code(again), None);
    four.exchange();
    for ground in [old.trace.chain, again, copied] {
        let second = four
            .one
            .execute(2, case, of, ("approval", ground.to_string()));
        assert_eq!(four.one.code(second).as_deref(), Some("Q6"));
    }
    // For another request on the same order they are none either.
    let other = four.one.request(2, id(2), 50);
    let moved = four.first.take_word(&mut four.one, other, &old.saw);
    assert_eq!(four.one.code(moved).as_deref(), Some("Q6"));
    four.exchange();
    agree(&four.all());
    assert_eq!(four.first.paid(case), 1);
    assert_eq!(four.first.paid(id(2)), 0);
}

/// Everybody writes a bundle.
fn sent(four: &mut Four, files: &mut Vec<(std::path::PathBuf, i64)>) {
    let now = BEGIN + 1_000_000;
    for (machine, who) in four.all().into_iter().zip([1, 6, 2, 3]) {
        let path = machine.folder().join(format!("{}.zbundle", files.len()));
        let export = Export {
            selection: Selection::All,
            plain: Some("test"),
            ..Export::new(replica(who), now)
        };
        bundle::export(machine.desk.store_mut(), &export, &path).unwrap();
        files.push((path, now));
    }
}

impl Machine {
    /// An agent executes another case by the words of an old approval.
    fn take_word(
        &mut self,
        agent: &mut Machine,
        of: Chain,
        saw: &serde_json::Map<String, serde_json::Value>,
    ) -> Chain {
        let runs = agent.runs();
        self.take(&runs);
        let approvals = self.case(id(1)).signatures;
        let approval = approvals.iter().find(|sign| sign.saw == *saw).unwrap();
        agent.execute(2, id(2), of, ("approval", approval.trace.chain.to_string()))
    }
}
