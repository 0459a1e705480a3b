//! A time gone by: what is shown of it is what the store showed then.

use std::collections::BTreeMap;

use super::judged::{of, people, person};
use super::*;

/// What a store shows: its state, its rows, what does not count, what contradicts.
type Shown = (
    String,
    BTreeMap<Id, String>,
    Vec<String>,
    Vec<Contradiction>,
    usize,
);

/// A row but for its local number.
fn told(mut row: Row) -> String {
    row.no = 0;
    format!("{row:?}")
}

fn shown(store: &Store) -> Shown {
    let verified = store.verify().unwrap();
    assert!(verified.clean, "{:?}", verified.defects);
    let all = Query {
        limit: Some(1_000),
        ..Query::default()
    };
    let rows = store
        .rows(&all)
        .unwrap()
        .into_iter()
        .map(|row| (row.id, told(row)));
    let codes = store.unfolded().unwrap().into_iter().map(|one| one.code);
    (
        verified.state,
        rows.collect(),
        codes.collect(),
        store.contradictions().unwrap(),
        store.search("掉色", None, 500).unwrap().hits.len(),
    )
}

fn look_back(store: &Store, time: i64) -> Store {
    store.past(time, &mut |_| true).unwrap().unwrap()
}

/// Does one of many things at one of two desks, or lets the first hear from the others.
fn happen(what: u8, n: u8, desks: &mut [Bench; 3]) {
    let (which, record) = (usize::from(n) % 2, id(20 + n % 4));
    let later = desks.iter().map(|bench| bench.now).max().unwrap();
    let [founder, agent, stranger] = desks;
    founder.now = later;
    let bench = if which == 0 {
        &mut *founder
    } else {
        &mut *agent
    };
    match what {
        0 => drop(bench.one("complaint", record, complaint())),
        1 => drop(bench.one("complaint", record, step("received", "verifying"))),
        2 => drop(bench.one("conversation", id(40 + n % 4), say("掉色了怎么办"))),
        3 => {
            let hours = format!("{}", (1 + i64::from(n)) * 3_600_000);
            let limit = json!({"key": "limit_complaint", "value": hours});
            founder.one("setting", id(60), open(limit));
        }
        4 => {
            let own = person(stranger, "agent");
            founder.one("person", id(3), open(own));
        }
        5 => {
            let cut = format!("replicas/{}/cut_seq", agent.author.replica);
            founder.one("person", id(2), set(json!({cut: 3 + n % 5})));
        }
        6 => drop(bench.one(
            "complaint",
            record,
            Payload::Void {
                events: None,
                reason: None,
            },
        )),
        7 => drop(stranger.one("complaint", record, complaint())),
        8 => drop(bench.one(
            "order",
            id(80 + n % 2),
            open(json!({"platform": "taobao", "number": format!("456789012345678{:04}", n % 2)})),
        )),
        _ => founder.take(&of(if which == 0 { agent } else { stranger })),
    }
    founder.fold_all();
}

#[test]
fn a_time_gone_by_is_shown_as_it_was() {
    let plan = proptest::collection::vec((0..12u8, 0..20u8), 6..28);
    runner(10)
        .run(&plan, |plan| {
            let (founder, agent, stranger) = people();
            let mut desks = [founder, agent, stranger];
            let mut then = Vec::new();
            for (at, (what, n)) in plan.into_iter().enumerate() {
                happen(what, n, &mut desks);
                if at % 5 == 2 {
                    while desks[0].store.index_some().unwrap() {}
                    then.push((desks[0].now, shown(&desks[0].store)));
                    // What comes in later does so at another time.
                    desks[0].now += 1;
                }
            }
            for (time, expected) in then {
                let past = look_back(&desks[0].store, time);
                proptest::prop_assert_eq!(shown(&past), expected);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn before_the_first_word_there_is_nothing_and_after_the_last_everything() {
    let mut bench = Bench::new(1);
    bench.one("complaint", id(1), complaint());
    let first = bench.store.first_arrival().unwrap().unwrap();
    assert_eq!(first, bench.now);
    let before = look_back(&bench.store, first - 1);
    assert!(before.heads().unwrap().is_empty());
    assert!(before.rows(&Query::default()).unwrap().is_empty());
    assert_eq!(shown(&look_back(&bench.store, first)), shown(&bench.store));
}

#[test]
fn a_copy_is_for_reading_and_goes_with_whoever_looked() {
    let mut bench = Bench::new(1);
    bench.one("complaint", id(1), complaint());
    let home = bench.store.folder().to_owned();
    let copies = || {
        let names = std::fs::read_dir(&home).unwrap();
        names
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                name.to_string_lossy().starts_with("past-")
            })
            .count()
    };
    let mut past = look_back(&bench.store, bench.now);
    let draft = bench.draft("complaint", id(1), step("received", "verifying"));
    let refused = past.append(&bench.author, bench.now, &mut bench.random, &[draft]);
    assert!(matches!(refused, Err(StoreError::GoneBy)), "{refused:?}");
    assert_eq!(copies(), 1);
    drop(past);
    assert_eq!(copies(), 0);
    // Nobody waits any more: nothing is left either.
    assert!(
        bench
            .store
            .past(bench.now, &mut |_| false)
            .unwrap()
            .is_none()
    );
    // What a killed process left goes when the next looks, and what another reads stays.
    std::fs::create_dir(home.join("past-1-0")).unwrap();
    let one = look_back(&bench.store, bench.now);
    let two = bench.store.past_of(id(1), bench.now).unwrap();
    assert_eq!(copies(), 2);
    drop((one, two));
    assert_eq!(copies(), 0);
}

#[test]
fn one_record_is_shown_as_the_whole_store_showed_it() {
    let mut bench = Bench::new(1);
    for (n, number) in [(9, "4567890123456789012"), (8, "4567890123456789013")] {
        let order = json!({"platform": "taobao", "number": number});
        bench.one("order", id(n), open(order));
    }
    let of = |n: u8| json!({"words": "掉色", "source": "customer", "order": id(n).to_string()});
    bench.one("complaint", id(1), open(of(9)));
    let limit = json!({"key": "limit_complaint", "value": "3600000"});
    bench.one("setting", id(2), open(limit));
    bench.fold_all();
    let (time, row) = (bench.now, bench.store.row(id(1)).unwrap());
    bench.one("complaint", id(1), step("received", "verifying"));
    bench.one("complaint", id(1), set(of(8)));
    bench.one("setting", id(2), set(json!({"value": "7200000"})));
    bench.fold_all();
    let past = bench.store.past_of(id(1), time).unwrap();
    let again = past.row(id(1)).unwrap();
    let number = again.as_ref().and_then(|row| row.order_number.as_deref());
    assert_eq!(number, Some("4567890123456789012"), "the order of then");
    assert_eq!(again.map(told), row.map(told));
    assert_eq!(past.record(id(1)).unwrap().unwrap().state, "received");
    let before = bench.store.past_of(id(1), time - 1_000).unwrap();
    assert!(before.row(id(1)).unwrap().is_some());
    let earlier = bench.store.past_of(id(1), time - 1_001).unwrap();
    assert!(earlier.row(id(1)).unwrap().is_none());
}

#[test]
fn what_was_erased_is_in_no_copy_either() {
    let mut bench = Bench::new(1);
    bench.one("complaint", id(1), complaint());
    let left = bench.store.folder().join("past-1-0");
    std::fs::create_dir(&left).unwrap();
    std::fs::write(left.join(place::DATABASE), "掉色").unwrap();
    let past = look_back(&bench.store, bench.now);
    assert!(!left.exists());
    let fault = bench.store.scrub().unwrap_err();
    assert!(fault.is_busy(), "somebody looks: {fault}");
    drop(past);
    std::fs::create_dir(&left).unwrap();
    bench.store.scrub().unwrap();
    assert!(!left.exists());
}
