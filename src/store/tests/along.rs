//! Folding along the log ends where folding record by record ends.

use proptest::prelude::*;

use super::exchange::history;
use super::*;
use crate::domain::body::Absence;

/// One desk with so many events that they are read in several windows: talks of seven events
/// each that go on by turns, and a word on the first of them at the very end.
fn long_history() -> Vec<Run> {
    let mut desk = Bench::new(3);
    let talk = |n: u32| {
        Id(*blake3::hash(&n.to_le_bytes())
            .as_bytes()
            .first_chunk()
            .unwrap())
    };
    for ten in 0..40 {
        let mut drafts = Vec::new();
        for turn in 0..7 {
            for n in ten * 10..ten * 10 + 10 {
                let payload = match turn {
                    0 => open(json!({"buyer": format!("买家{n}"), "stage": "in_sales"})),
                    6 if n % 3 > 0 => step("open", "closed"),
                    turn => say(&format!("第{turn}句")),
                };
                drafts.push(desk.draft("conversation", talk(n), payload));
            }
        }
        desk.act(&drafts);
    }
    let first = desk.store.events(talk(0)).unwrap()[1].chain;
    let erase = Payload::Erase {
        events: vec![first],
        reason: None,
    };
    let last = [
        desk.draft("conversation", talk(0), erase),
        desk.draft("conversation", talk(1), say("还在吗")),
    ];
    desk.act(&last);
    runs_of(&desk.store)
}

fn fold_along(store: &mut Store) {
    for head in store.heads().unwrap() {
        let mut upto = head.from_seq;
        while upto < head.seq {
            let next = store.fold_along(head.stream, upto, head.seq).unwrap();
            assert!(next > upto && next <= head.seq, "it goes on");
            upto = next;
        }
    }
}

#[test]
fn along_the_log_and_record_by_record_fold_alike() {
    let runs = long_history();
    let mut one_by_one = Bench::new(9);
    one_by_one.take(&runs);
    let mut along = Bench::new(9);
    for run in &runs {
        along.store.append_foreign(run, NOW).unwrap();
    }
    let all = along.store.left_to_fold().unwrap();
    fold_along(&mut along.store);
    let left = along.store.left_to_fold().unwrap();
    // What has events in two windows, and only that, is left.
    assert!((1..=12).contains(&left), "{left} of {all}");
    along.fold_all();
    assert_eq!(along.state(), one_by_one.state());
    let rows = |bench: &Bench| {
        let mut rows = bench.store.rows(&Query::default()).unwrap();
        rows.sort_by_key(|row| row.id);
        let facts = |row: Row| (row.id, row.title, row.closed, row.fields.to_string());
        rows.into_iter().map(facts).collect::<Vec<_>>()
    };
    assert_eq!(rows(&along), rows(&one_by_one));
    assert_eq!(
        along.store.find("买家7", 10).unwrap().len(),
        one_by_one.store.find("买家7", 10).unwrap().len()
    );
    along.store.rebuild().unwrap();
    assert_eq!(along.state(), one_by_one.state());
}

#[test]
fn what_is_at_hand_folds_as_what_is_read_and_not_when_another_process_has_written() {
    let runs = long_history();
    let mut expected = Bench::new(9);
    expected.take(&runs);
    for disturbed in [false, true] {
        let mut bench = Bench::new(9);
        let version = bench.store.data_version().unwrap();
        for run in &runs {
            bench.store.append_foreign(run, NOW).unwrap();
        }
        if disturbed {
            let mut other = Store::open(bench.store.folder()).unwrap();
            other.set_setting_local("another", Some("process")).unwrap();
        }
        let run = &runs[0];
        // Wrong on purpose where they must not be used.
        let mut events = run.events.clone();
        if disturbed {
            for event in &mut events {
                event.body = event.body.clone().without_personal(Absence::Withheld);
            }
        }
        let heads = bench.store.heads().unwrap();
        let head = heads.iter().find(|head| head.replica == run.replica);
        let (stream, to) = head.map(|head| (head.stream, head.seq)).unwrap();
        let mut at_hand = Some(AtHand::new(version, 1, events));
        let mut upto = 0;
        while upto < to {
            upto = bench
                .store
                .fold_at_hand(stream, upto, to, &mut at_hand)
                .unwrap();
        }
        assert_eq!(at_hand.is_none(), disturbed);
        bench.fold_all();
        assert_eq!(bench.state(), expected.state(), "{disturbed}");
    }
}

#[test]
fn folding_along_any_part_at_any_time_changes_nothing() {
    let runs = history();
    let mut expected = Bench::new(9);
    expected.take(&runs);
    let expected = expected.state();
    let plan = proptest::collection::vec((0..2usize, 0..45usize, 0..45u64, 0..45u64), 0..12);
    runner(24)
        .run(&plan, |plan| {
            let mut bench = Bench::new(9);
            for (which, until, from, to) in plan {
                let (part, _) = cut(&runs[which], until);
                bench.store.append_foreign(&part, NOW).unwrap();
                for head in bench.store.heads().unwrap() {
                    let (from, to) = (from.min(head.seq), to.min(head.seq));
                    if from < to {
                        bench.store.fold_along(head.stream, from, to).unwrap();
                    }
                }
            }
            bench.take(&runs);
            prop_assert_eq!(bench.state(), expected.clone());
            Ok(())
        })
        .unwrap();
}
