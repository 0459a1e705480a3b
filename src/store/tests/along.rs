//! Folding along the log ends where folding record by record ends.

use std::collections::HashMap;

use proptest::prelude::*;

use super::exchange::history;
use super::*;
use crate::store::ahead::Arrived;

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

/// Appends a run in parts of so many events, each with what it was foreseen to fold to.
pub(super) fn append_foreseen(bench: &mut Bench, run: &Run, part: usize) {
    let (mut from_seq, mut from_chain) = (run.from_seq, run.from_chain);
    for events in run.events.chunks(part) {
        let part = Run {
            from_seq,
            from_chain,
            events: events.to_vec(),
            ..run.clone()
        };
        let foreseen = bench.store.ahead().unwrap().fold(&part.events);
        let taken = bench
            .store
            .append_foreseen(&part, Some(foreseen), NOW)
            .unwrap();
        assert!(taken.folded, "all of it is new");
        from_seq += events.len() as u64;
        from_chain = events[events.len() - 1].chain;
    }
}

#[test]
fn what_was_foreseen_is_what_is_folded_from_the_log() {
    let runs = long_history();
    let mut expected = Bench::new(9);
    expected.take(&runs);
    for part in [runs[0].events.len(), 1_000, 70, 3] {
        let mut bench = Bench::new(9);
        for run in &runs {
            append_foreseen(&mut bench, run, part);
        }
        let left = bench.store.left_to_fold().unwrap();
        if part == runs[0].events.len() {
            assert_eq!(left, 0, "all of it was at hand");
        } else {
            assert!(left > 0, "some records go on in another part");
        }
        bench.fold_all();
        assert_eq!(bench.state(), expected.state(), "{part}");
    }
}

/// Where the shop's limits change within a run, what is due by them is due by the last ones:
/// whichever part the change comes in.
#[test]
fn what_was_foreseen_by_limits_that_change_within_is_due_by_the_last_ones() {
    let mut desk = Bench::new(3);
    for n in 0..30 {
        desk.one(
            "conversation",
            id(n),
            open(json!({"buyer": format!("买家{n}")})),
        );
        desk.one("conversation", id(n), say("在吗"));
        if n % 10 == 9 {
            let hours = format!("{n}h");
            let limit = json!({"key": "limit_reply", "value": hours});
            desk.one("setting", id(100 + n), open(limit));
        }
    }
    let runs = runs_of(&desk.store);
    let due = |bench: &Bench| {
        let rows = bench.store.rows(&Query::default()).unwrap();
        let mut due: Vec<_> = rows.into_iter().map(|row| (row.id, row.due)).collect();
        due.sort();
        due
    };
    let mut expected = Bench::new(9);
    expected.take(&runs);
    assert!(due(&expected).iter().any(|(_, due)| due.is_some()));
    for part in [runs[0].events.len(), 25, 3] {
        let mut bench = Bench::new(9);
        for run in &runs {
            append_foreseen(&mut bench, run, part);
        }
        bench.fold_all();
        assert_eq!(bench.state(), expected.state(), "{part}");
        assert_eq!(due(&bench), due(&expected), "{part}");
    }
}

#[test]
fn what_was_foreseen_is_not_written_after_another_process_has_written() {
    let runs = long_history();
    let run = &runs[0];
    for disturbed in [false, true] {
        let mut bench = Bench::new(9);
        let version = bench.store.data_version().unwrap();
        let foreseen = bench.store.ahead().unwrap().fold(&run.events);
        bench.store.append_foreign(run, NOW).unwrap();
        let all = bench.store.left_to_fold().unwrap();
        if disturbed {
            let mut other = Store::open(bench.store.folder()).unwrap();
            other.set_setting_local("another", Some("process")).unwrap();
        }
        let heads = bench.store.heads().unwrap();
        let head = heads.iter().find(|head| head.replica == run.replica);
        let arrived = Arrived {
            stream: head.unwrap().stream,
            named: HashMap::new(),
        };
        let is_done = bench
            .store
            .write_foreseen(foreseen, run, arrived, version)
            .unwrap();
        assert_eq!(is_done, !disturbed);
        let left = if disturbed { all } else { 0 };
        assert_eq!(bench.store.left_to_fold().unwrap(), left);
    }
}

#[test]
fn what_was_foreseen_by_other_rules_or_not_at_all_is_folded_then() {
    let runs = long_history();
    let mut expected = Bench::new(9);
    expected.take(&runs);
    let mut bench = Bench::new(9);
    let strangers = Store::create_bare(&bench.store.folder().join("strangers")).unwrap();
    let other = strangers.ahead().unwrap();
    let mut later = Bench::new(9);
    for run in &runs {
        for (bench, foreseen) in [
            (&mut bench, other.fold(&run.events)),
            (&mut later, Foreseen::later()),
        ] {
            let taken = bench.store.append_foreseen(run, Some(foreseen), NOW);
            assert!(taken.unwrap().folded);
        }
    }
    for bench in [bench, later] {
        assert_eq!(bench.store.left_to_fold().unwrap(), 0);
        assert_eq!(bench.state(), expected.state());
    }
}

#[test]
fn what_is_partly_here_already_is_not_as_foreseen() {
    let runs = long_history();
    let run = &runs[0];
    let mut expected = Bench::new(9);
    expected.take(&runs);
    let mut bench = Bench::new(9);
    let (part, _) = cut(run, 100);
    bench.take(&[part]);
    let foreseen = bench.store.ahead().unwrap().fold(&run.events);
    let taken = bench.store.append_foreseen(run, Some(foreseen), NOW);
    assert!(!taken.unwrap().folded);
    bench.take(&runs);
    assert_eq!(bench.state(), expected.state());
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
