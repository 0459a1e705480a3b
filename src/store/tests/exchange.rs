//! Events of others: any order, repetition and split ends in one state.

use proptest::prelude::*;

use super::*;
use crate::domain::body::{Absence, Body, Json};
use crate::domain::event::{Event, Head};
use crate::domain::payload::Meaning;
use crate::domain::register::Owner;
use crate::domain::stamp::Stamp;

/// Two desks that work on the same records without hearing of each other, then one that hears.
pub(super) fn history() -> Vec<Run> {
    let (mut one, mut two) = (Bench::new(1), Bench::new(2));
    for n in 1..=6 {
        one.one("complaint", id(n), complaint());
        two.one(
            "complaint",
            id(n),
            open(json!({"severity": "serious", "words": "别的说法"})),
        );
        two.one("complaint", id(n), step("received", "verifying"));
        one.one("complaint", id(n), step("received", "coordinating"));
        let assign = |to| Payload::Assign {
            saw: None,
            to: Owner::Person(id(to)),
            reason: None,
            note: None,
        };
        one.one("complaint", id(n), assign(1));
        two.one("complaint", id(n), assign(2));
        one.one("conversation", id(n + 100), say("在吗"));
    }
    let shared = runs_of(&one.store);
    two.take(&shared);
    let last = two.store.events(id(3)).unwrap().last().unwrap().chain;
    two.one(
        "complaint",
        id(3),
        Payload::Void {
            events: Some(vec![last]),
            reason: None,
        },
    );
    let mut runs = runs_of(&one.store);
    runs.extend(
        runs_of(&two.store)
            .into_iter()
            .filter(|run| run.replica == two.author.replica),
    );
    runs
}

fn taken(runs: &[Run]) -> Bench {
    let mut bench = Bench::new(9);
    bench.take(runs);
    bench
}

#[test]
fn any_order_repetition_and_split_ends_in_one_state() {
    let runs = history();
    let expected = taken(&runs).state();
    let plan = proptest::collection::vec((0..2usize, 0..45usize, any::<bool>()), 0..12);
    runner(24)
        .run(&plan, |plan| {
            let mut bench = Bench::new(9);
            for (which, until, folds) in plan {
                let (part, _) = cut(&runs[which], until);
                let (_, tail) = cut(&part, until / 2);
                bench.store.append_foreign(&tail, NOW).unwrap();
                bench.store.append_foreign(&part, NOW).unwrap();
                if folds {
                    bench.store.fold_dirty(3).unwrap();
                }
            }
            bench.take(&runs);
            prop_assert_eq!(bench.state(), expected.clone());
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_is_held_already_is_recognised_and_a_hole_is_not_jumped() {
    let runs = history();
    let mut bench = Bench::new(9);
    let (first, rest) = cut(&runs[0], 5);
    assert!(bench.store.append_foreign(&rest, NOW).unwrap().missing);
    assert_eq!(bench.store.append_foreign(&first, NOW).unwrap().new, 5);
    let again = bench.store.append_foreign(&runs[0], NOW + 1).unwrap();
    assert_eq!((again.here, again.new as usize), (5, rest.events.len()));
    assert_eq!(
        bench.store.append_foreign(&runs[0], NOW + 2).unwrap().new,
        0
    );
    let head = bench
        .store
        .heads()
        .unwrap()
        .into_iter()
        .find(|head| head.replica == runs[0].replica)
        .unwrap();
    let then = bench.store.held_at(NOW).unwrap();
    assert_eq!(then[&head.stream], 5);
    assert_eq!(
        bench.store.held_at(NOW + 9).unwrap()[&head.stream],
        head.seq
    );
    assert!(bench.store.record_held(id(3), &then).unwrap().is_none());
    let mut torn = runs[1].clone();
    torn.events.remove(0);
    assert!(matches!(
        bench.store.append_foreign(&torn, NOW),
        Err(StoreError::BrokenChain(_))
    ));
    assert!(matches!(
        bench.store.append_foreign(
            &Run {
                key: [7; 32],
                ..runs[1].clone()
            },
            NOW
        ),
        Err(StoreError::BrokenChain(_))
    ));
}

#[test]
fn a_late_event_folds_as_if_it_had_come_in_time() {
    let runs = history();
    let mut late = taken(&runs[..1]);
    late.take(&runs[1..]);
    assert_eq!(late.state(), taken(&runs).state());
    let rows = |bench: &Bench| -> Vec<(Id, String, Option<Owner>)> {
        let mut rows: Vec<_> = bench
            .store
            .rows(&Query::default())
            .unwrap()
            .into_iter()
            .map(|row| (row.id, row.state, row.owner))
            .collect();
        rows.sort_by_key(|row| row.0);
        rows
    };
    assert_eq!(rows(&late), rows(&taken(&runs)));
}

#[test]
fn killed_between_append_and_fold_it_heals() {
    let runs = history();
    let mut bench = Bench::new(9);
    bench.store.append_foreign(&runs[0], NOW).unwrap();
    assert!(bench.store.is_dirty(id(1)).unwrap() && bench.store.row(id(1)).unwrap().is_none());
    let folder = bench.store.folder().to_owned();
    bench.store = Store::open(&folder).unwrap();
    bench.store.fold_first(&[id(1)]).unwrap();
    assert!(bench.store.row(id(1)).unwrap().is_some() && !bench.store.is_dirty(id(1)).unwrap());
    // A local act on a record in wait folds it too.
    bench.one("complaint", id(2), say("好的"));
    assert!(!bench.store.is_dirty(id(2)).unwrap());
    bench.fold_all();
    bench.state();
}

#[test]
fn a_branch_loses_nobodys_work_but_authority() {
    let mut one = Bench::new(1);
    one.one("complaint", id(1), complaint());
    one.one("case", id(2), open(json!({})));
    let runs = runs_of(&one.store);
    // The folder was copied, and both copies go on.
    let mut two = Bench::new(1);
    two.take(&runs);
    two.now += 77;
    assert_eq!(two.store.heads().unwrap()[0].seq, 2);
    let sign = |of| Payload::Sign {
        meaning: Meaning::Approve,
        of,
        saw: serde_json::Map::new(),
        note: None,
    };
    let of = one.store.events(id(2)).unwrap()[0].chain;
    one.one("complaint", id(1), say("甲处写的"));
    one.one("case", id(2), sign(of));
    two.one("complaint", id(1), say("乙处写的"));
    two.one("complaint", id(1), say("乙处又写"));
    let (left, right) = (runs_of(&one.store), runs_of(&two.store));
    let (mut there, mut back) = (Bench::new(8), Bench::new(9));
    there.take(&left);
    there.take(&right);
    back.take(&right);
    back.take(&left);
    assert_eq!(there.state(), back.state());
    for bench in [&there, &back] {
        assert_eq!(
            bench
                .store
                .heads()
                .unwrap()
                .iter()
                .filter(|head| head.replica == one.author.replica)
                .count(),
            2
        );
        assert_eq!(bench.store.record(id(1)).unwrap().unwrap().entries.len(), 3);
        assert!(
            bench
                .store
                .record(id(2))
                .unwrap()
                .unwrap()
                .signatures
                .is_empty()
        );
        assert_eq!(bench.store.unfolded().unwrap()[0].code, "Q4");
    }
    // All streams travel on, and their own writer stops.
    let mut far = Bench::new(7);
    far.take(&runs_of(&there.store));
    assert_eq!(far.state(), there.state());
    one.take(&right);
    let draft = one.draft("complaint", id(1), say("x"));
    let now = one.now;
    assert!(matches!(
        one.store
            .append(&one.author, now, &mut one.random, &[draft]),
        Err(StoreError::Branched(_))
    ));
}

/// One event as another program writes it: register, record, verb, version and its facts.
type Written<'a> = (&'a str, Id, u8, u16, Value);

/// Events of a newer zhiban: a register, a verb, a version.
fn newer(bench: &Bench) -> Run {
    let facts =
        |seq: u64| json!({"mood": {"z": seq, "a": [1, 2]}, "fields": {"severity": "serious"}});
    written(
        bench,
        &[
            ("loyalty_card", id(201), 1, 1, facts(1)),
            ("complaint", id(200), 77, 1, facts(2)),
            ("complaint", id(200), 1, 99, facts(3)),
            ("complaint", id(200), 2, 1, facts(4)),
        ],
    )
}

/// What another program wrote as a run of its own replica, whatever our own acts would refuse.
fn written(bench: &Bench, written: &[Written<'_>]) -> Run {
    let key = ReplicaKey::from_secret(&[42; 32]);
    let mut chain = genesis(bench.store.shop_id().unwrap(), &key.public());
    let (from_seq, from_chain) = (0, chain);
    let mut events = Vec::new();
    for (seq, (register, record, verb, version, facts)) in (1..).zip(written) {
        let body = Body::Whole {
            facts: facts.to_string().into_bytes(),
            personal: None,
        };
        let head = Head {
            replica: key.replica(),
            seq,
            stamp: Stamp::next(NOW, None),
            at: NOW,
            zone: 0,
            act: seq,
            register: (*register).into(),
            record: *record,
            verb: *verb,
            version: *version,
            roster: [0; 8],
            digest: [0; 32],
        };
        let event = Event::after(&chain, head, body).unwrap();
        chain = event.chain;
        events.push(event);
    }
    Run {
        replica: key.replica(),
        key: key.public(),
        from_seq,
        from_chain,
        events,
        seals: vec![],
    }
}

#[test]
fn a_setting_of_another_kind_counts_as_unsaid_and_stops_nothing() {
    let values = [
        json!(5),
        json!(true),
        json!({"a": 1}),
        json!(null),
        json!("soon"),
    ];
    let facts: Vec<Written<'_>> = (10..)
        .zip(values)
        .flat_map(|(n, value)| {
            let open = |n: u8, key: Value| {
                let fields = json!({"fields": {"key": key, "value": value}});
                ("setting", id(n), 1, 1, fields)
            };
            [open(n, json!("limit_complaint")), open(n + 10, json!(n))]
        })
        .collect();
    let mut bench = Bench::new(1);
    let run = written(&bench, &facts);
    bench.take(&[run]);
    assert!(bench.store.unfolded().unwrap().is_empty());
    bench.one("complaint", id(1), complaint());
    let row = bench.store.row(id(1)).unwrap().unwrap();
    assert_eq!(row.due, Some(row.opened + 48 * 3_600_000));
    bench.state();
}

#[test]
fn what_a_newer_zhiban_wrote_travels_on_byte_for_byte() {
    let mut bench = Bench::new(1);
    let run = newer(&bench);
    bench.take(std::slice::from_ref(&run));
    let relayed = runs_of(&bench.store)
        .into_iter()
        .find(|held| held.replica == run.replica)
        .unwrap();
    assert_eq!(relayed, run);
    let codes: Vec<String> = bench
        .store
        .unfolded()
        .unwrap()
        .into_iter()
        .map(|one| one.code)
        .collect();
    assert_eq!(codes, ["Q8", "Q8", "Q8"]);
    assert_eq!(
        bench
            .store
            .record(id(200))
            .unwrap()
            .unwrap()
            .text("severity"),
        Some("serious")
    );
    bench.state();
}

#[test]
fn an_erase_takes_what_comes_after_it_too() {
    let mut one = Bench::new(1);
    let word = one.one("complaint", id(1), complaint());
    let run = runs_of(&one.store).remove(0);
    let mut two = Bench::new(2);
    two.take(std::slice::from_ref(&run));
    two.one(
        "complaint",
        id(1),
        Payload::Erase {
            events: vec![word],
            reason: None,
        },
    );
    let erase = runs_of(&two.store)
        .into_iter()
        .find(|run| run.replica == two.author.replica)
        .unwrap();
    let mut three = Bench::new(3);
    three.take(&[erase, run]);
    assert_eq!(
        three.store.record(id(1)).unwrap().unwrap().text("words"),
        None
    );
    let event = three.store.event(id(1), word).unwrap().unwrap();
    assert_eq!(event.body.absence(), Some(Absence::Erased));
    assert_eq!(three.state(), two.state());
}

#[test]
fn a_body_that_was_withheld_can_come_later() {
    let mut one = Bench::new(1);
    one.one("complaint", id(1), complaint());
    let whole = runs_of(&one.store).remove(0);
    let mut hidden = whole.clone();
    let body = hidden.events[0].body.clone();
    hidden.events[0].body = Body::Hidden {
        digest: body.digest(),
        absence: Absence::Withheld,
    };
    let mut two = Bench::new(2);
    two.take(&[hidden]);
    assert!(
        two.store
            .record(id(1))
            .unwrap()
            .is_none_or(|record| record.values.is_empty())
    );
    // What reaches every post keeps its facts: nobody may withhold them.
    assert_eq!(two.store.unfolded().unwrap()[0].code, "Q12");
    while two.store.index_some().unwrap() {}
    two.take(std::slice::from_ref(&whole));
    assert!(two.store.unfolded().unwrap().is_empty());
    assert_eq!(two.state(), one.state());
    assert_eq!(two.store.search("掉色", None, 9).unwrap().hits.len(), 1);
    assert!(Body::write(&Json::new(), &Json::new(), [0; 16]).is_ok());
}

#[test]
fn outside_is_kept_and_forgotten() {
    let mut bench = Bench::new(1);
    let one = Outside {
        at: NOW,
        code: "Q3".into(),
        replica: bench.author.replica,
        seq: 7,
        chain: Chain([1; 32]),
        previous: Chain([2; 32]),
        line: b"{}".to_vec(),
    };
    bench
        .store
        .keep_outside(&[one.clone(), one.clone()])
        .unwrap();
    assert_eq!(bench.store.outside().unwrap(), [one]);
    bench.store.drop_outside(&[Chain([1; 32])]).unwrap();
    assert!(bench.store.outside().unwrap().is_empty());
}

#[test]
fn two_connections_write_one_store() {
    let mut one = Bench::new(1);
    let mut two = Store::open(one.store.folder()).unwrap();
    let version = one.store.data_version().unwrap();
    for n in 0..10 {
        one.one("complaint", id(n), complaint());
        let draft = one.draft("complaint", id(n), say("命令行"));
        two.append(&one.author, one.now, &mut one.random, &[draft])
            .unwrap();
    }
    assert_ne!(one.store.data_version().unwrap(), version);
    assert_eq!(one.store.verify().unwrap().events, 20);
    one.state();
}

#[test]
fn a_record_that_turns_out_to_be_of_another_register_has_no_keys_left() {
    let (mut desk, mut other) = (Bench::new(1), Bench::new(2));
    desk.now += 60_000;
    for n in [1, 2] {
        desk.one("complaint", id(n), complaint());
    }
    assert_eq!(desk.store.contradictions().unwrap().len(), 1);
    // Earlier than what is here, and of a register that no watch looks at.
    other.one("note", id(1), open(json!({"kind": "hold", "new": "等"})));
    desk.take(&runs_of(&other.store));
    assert_eq!(desk.store.row(id(1)).unwrap().unwrap().register, "note");
    assert_eq!(desk.store.contradictions().unwrap(), []);
    let keys =
        "SELECT count(*) FROM watch_key k JOIN record_no n ON n.no = k.record WHERE n.id = ?1";
    let left = |n| -> i64 {
        desk.store
            .conn
            .query_row(keys, [id(n).0], |row| row.get(0))
            .unwrap()
    };
    assert_eq!((left(1), left(2) > 0), (0, true));
    desk.state();
}
