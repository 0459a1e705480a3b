//! One store by itself: acts, numbers, undo, erasure, drafts, files, defects.

use super::*;
use crate::domain::event::Verb;
use crate::domain::payload::Meaning;
use crate::domain::register::Owner;
use crate::problem::Problem;

#[test]
fn an_act_is_there_after_opening_again() {
    let mut bench = Bench::new(1);
    let drafts = [
        bench.draft("complaint", id(1), complaint()).numbered(),
        bench.draft("complaint", id(1), say("你好")),
    ];
    let done = bench.act(&drafts);
    assert_eq!(
        (done.act, done.chains.len(), done.records.as_slice()),
        (1, 2, &[id(1)][..])
    );
    bench.store.set_draft("p", "k", "还没发", 5).unwrap();
    bench.store.mark_seen("p", id(1), 9).unwrap();
    bench.store.mark_seen("p", id(1), 3).unwrap();
    let state = bench.state();
    let folder = bench.store.folder().to_owned();
    bench.store = Store::open(&folder).unwrap();
    assert_eq!(bench.state(), state);
    assert_eq!(
        bench.store.draft("p", "k").unwrap().as_deref(),
        Some("还没发")
    );
    assert_eq!(bench.store.drafts("p").unwrap()[0].key, "k");
    assert_eq!(bench.store.seen("p", id(1)).unwrap(), Some(9));
    bench.store.set_draft("p", "k", "", 6).unwrap();
    assert_eq!(bench.store.draft("p", "k").unwrap(), None);
    let letters = bench.author.replica.to_string()[..2].to_uppercase();
    let row = bench.store.row(id(1)).unwrap().unwrap();
    assert_eq!(
        row.number.as_deref(),
        Some(format!("T-{letters}-0001").as_str())
    );
    assert_eq!(row.order_number.as_deref(), Some("4567890123456789012"));
    assert_eq!(bench.store.events(id(1)).unwrap().len(), 2);
    assert_eq!(
        bench
            .store
            .act_events(bench.author.replica, 1)
            .unwrap()
            .len(),
        2
    );
    assert_eq!(bench.store.first_events().unwrap()[0].chain, done.chains[0]);
    assert!(bench.store.event(id(1), done.chains[1]).unwrap().is_some());
}

#[test]
fn settings_of_the_file_are_those_of_the_design() {
    let bench = Bench::new(1);
    let pragma = |name: &str| {
        bench
            .store
            .conn
            .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert!(rusqlite::version_number() >= 3_051_003);
    let mode: String = bench
        .store
        .conn
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
    for (name, value) in [
        ("synchronous", 2),
        ("mmap_size", 0),
        ("cache_size", -16_384),
        ("cell_size_check", 1),
        ("foreign_keys", 1),
        ("trusted_schema", 0),
        ("busy_timeout", 5_000),
        ("secure_delete", 2),
        ("application_id", 0x7a68_626e),
        ("user_version", 1),
    ] {
        assert_eq!(pragma(name), value, "{name}");
    }
}

#[test]
fn stamps_grow_by_record_whatever_the_clock_says() {
    let mut bench = Bench::new(1);
    let first = bench.one("complaint", id(1), complaint());
    bench.now -= 3_600_000;
    let second = bench.one("complaint", id(1), say("后来"));
    let events = bench.store.events(id(1)).unwrap();
    assert_eq!([events[0].chain, events[1].chain], [first, second]);
    assert_eq!(events[1].head.stamp.0, events[0].head.stamp.0 + 1);
    let other = bench.one("complaint", id(2), complaint());
    assert_eq!(
        bench
            .store
            .event(id(2), other)
            .unwrap()
            .unwrap()
            .head
            .stamp
            .millis(),
        bench.now
    );
}

#[test]
fn numbers_have_no_gaps_and_a_long_act_goes_on() {
    let mut bench = Bench::new(1);
    for n in 1..=3 {
        let draft = bench.draft("complaint", id(n), complaint()).numbered();
        bench.act(&[draft]);
    }
    let wrong = bench
        .draft("complaint", id(9), open(json!({"no such field": 1})))
        .numbered();
    let now = bench.now;
    assert!(matches!(
        bench
            .store
            .append(&bench.author, now, &mut bench.random, &[wrong]),
        Err(StoreError::Field { .. })
    ));
    let draft = bench.draft("complaint", id(4), complaint()).numbered();
    let act = bench.act(&[draft]).act;
    let number = bench.store.row(id(4)).unwrap().unwrap().number.unwrap();
    assert!(number.ends_with("-0004"), "{number}");
    assert_eq!(
        bench.store.named(&number.to_lowercase()).unwrap()[0].id,
        id(4)
    );
    let more = [bench.draft("complaint", id(4), say("续"))];
    let going = bench
        .store
        .append_to(Some(act), &bench.author, now, &mut bench.random, &more)
        .unwrap();
    assert_eq!(going.act, act);
    assert_eq!(
        bench
            .store
            .act_events(bench.author.replica, act)
            .unwrap()
            .len(),
        2
    );
    assert!(matches!(
        bench
            .store
            .append_to(Some(1), &bench.author, now, &mut bench.random, &more),
        Err(StoreError::ActOver(1))
    ));
}

#[test]
fn taking_an_act_back_restores_the_state_before() {
    let mut bench = Bench::new(1);
    bench.one("complaint", id(1), complaint());
    let before = bench.store.record(id(1)).unwrap().unwrap();
    let drafts = [
        bench.draft("complaint", id(1), step("received", "verifying")),
        bench.draft(
            "complaint",
            id(1),
            Payload::Assign {
                saw: None,
                to: Owner::Person(id(7)),
                reason: None,
                note: None,
            },
        ),
        bench.draft("complaint", id(1), set(json!({"severity": "serious"}))),
    ];
    let done = bench.act(&drafts);
    let row = bench.store.row(id(1)).unwrap().unwrap();
    assert_eq!(
        (row.state.as_str(), row.owner),
        ("verifying", Some(Owner::Person(id(7))))
    );
    bench.one(
        "complaint",
        id(1),
        Payload::Void {
            events: Some(done.chains),
            reason: None,
        },
    );
    let after = bench.store.record(id(1)).unwrap().unwrap();
    assert_eq!(
        (
            after.state,
            after.owner,
            after.first_owner,
            after.values,
            after.steps
        ),
        (
            before.state,
            before.owner,
            before.first_owner,
            before.values,
            before.steps
        )
    );
    let row = bench.store.row(id(1)).unwrap().unwrap();
    assert_eq!((row.state.as_str(), row.owner), ("received", None));
    bench.one(
        "complaint",
        id(1),
        Payload::Void {
            events: None,
            reason: None,
        },
    );
    let row = bench.store.row(id(1)).unwrap().unwrap();
    assert!(row.void && row.closed.is_some() && !row.ours);
    bench.state();
}

#[test]
fn contradictions_appear_and_are_closed_by_an_acknowledgement() {
    let mut bench = Bench::new(1);
    let drafts = [
        bench.draft("complaint", id(1), complaint()),
        bench.draft("complaint", id(2), complaint()),
    ];
    bench.act(&drafts);
    bench.one("complaint", id(1), step("received", "closed"));
    let found = bench.store.contradictions().unwrap();
    let kinds: Vec<&str> = found.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["illegal_move", "repeat_complaint"]);
    assert_eq!(found[1].records, [id(1), id(2)]);
    assert_eq!(bench.store.row(id(1)).unwrap().unwrap().conflicts, 2);
    let sign = Payload::Sign {
        meaning: Meaning::Acknowledge,
        of: found[1].sign_of(),
        saw: serde_json::Map::new(),
        note: None,
    };
    bench.one("complaint", id(2), sign);
    assert_eq!(bench.store.contradictions().unwrap().len(), 1);
    assert_eq!(bench.store.contradictions_of(id(2)).unwrap().len(), 1);
    assert_eq!(bench.store.row(id(2)).unwrap().unwrap().conflicts, 0);
    // New evidence is a new contradiction.
    bench.one("complaint", id(3), complaint());
    assert_eq!(bench.store.contradictions().unwrap().len(), 2);
    bench.state();
}

#[test]
fn what_is_erased_is_gone_from_the_files() {
    let mut bench = Bench::new(1);
    let secret = "绝密暗号甲乙丙 zanzibar77";
    let word = bench.one(
        "complaint",
        id(1),
        set(json!({"words": secret, "buyer": "独一无二名", "severity": "serious"})),
    );
    while bench.store.index_some().unwrap() {}
    assert_eq!(
        bench
            .store
            .search("zanzibar77", None, 5)
            .unwrap()
            .hits
            .len(),
        1
    );
    let before = bench.store.verify().unwrap();
    bench.one(
        "complaint",
        id(1),
        Payload::Erase {
            events: vec![word],
            reason: Some("asked".into()),
        },
    );
    assert!(
        bench
            .store
            .search("zanzibar77", None, 5)
            .unwrap()
            .hits
            .is_empty()
    );
    let record = bench.store.record(id(1)).unwrap().unwrap();
    assert_eq!(
        (record.text("words"), record.text("severity")),
        (None, Some("serious"))
    );
    bench.store.scrub().unwrap();
    assert!(before.clean);
    bench.state();
    let folder = bench.store.folder().to_owned();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = fs::read(&path).unwrap();
            for part in ["zanzibar77", "独一无二名", "绝密"] {
                let found = bytes
                    .windows(part.len())
                    .any(|window| window == part.as_bytes());
                assert!(!found, "{part} in {}", path.display());
            }
        }
    }
}

#[test]
fn a_flipped_byte_is_found_wherever_it_is() {
    let mut bench = Bench::new(1);
    for n in 1..=3 {
        bench.one("complaint", id(n), complaint());
    }
    bench.store.seal_head(bench.author.replica).unwrap();
    assert_eq!(bench.store.seals(1, 0, 9).unwrap().len(), 1);
    bench.state();
    let replica = bench.author.replica;
    for (damage, repair, message) in [
        (
            "UPDATE event SET at = at + 1 WHERE key = (1 << 40 | 2)",
            "UPDATE event SET at = at - 1 WHERE key = (1 << 40 | 2)",
            "problem-verify-chain",
        ),
        (
            "UPDATE body SET facts = CAST(replace(facts, 'customer', 'customes') AS BLOB) WHERE key = (1 << 40 | 2)",
            "UPDATE body SET facts = CAST(replace(facts, 'customes', 'customer') AS BLOB) WHERE key = (1 << 40 | 2)",
            "problem-verify-chain",
        ),
        (
            "UPDATE seal SET signature = CAST(substr(signature, 1, 63) || x'00' AS BLOB)",
            "DELETE FROM seal",
            "problem-verify-seal",
        ),
        (
            "DELETE FROM event_of WHERE key = (1 << 40 | 2)",
            "INSERT INTO event_of SELECT n.no, e.stamp, e.key FROM event e JOIN record_no n ON n.id = e.record
               WHERE e.key = (1 << 40 | 2)",
            "problem-verify-database",
        ),
        (
            "UPDATE stream SET seq = 2",
            "UPDATE stream SET seq = 3",
            "problem-verify-head",
        ),
        (
            "UPDATE stream SET from_seq = 9",
            "UPDATE stream SET from_seq = 0",
            "problem-verify-strays",
        ),
        (
            "UPDATE record SET state = 'answered' WHERE no = 1",
            "UPDATE record SET state = 'received' WHERE no = 1",
            "problem-verify-record",
        ),
        (
            "UPDATE record SET id = zeroblob(16) WHERE no = 1",
            "UPDATE record SET id = (SELECT n.id FROM record_no n WHERE n.no = 1) WHERE no = 1",
            "problem-verify-record",
        ),
        (
            "DELETE FROM contradiction WHERE source <> 'record'",
            "SELECT 1",
            "problem-verify-watch",
        ),
    ] {
        bench.store.conn.execute_batch(damage).unwrap();
        let found = bench.store.verify().unwrap();
        assert!(
            !found.clean && found.defects.iter().any(|one| one.message == message),
            "{damage}: {:?}",
            found.defects
        );
        if message == "problem-verify-chain" {
            assert_eq!(
                (found.defects[0].replica, found.defects[0].seq),
                (Some(replica), Some(2)),
                "{damage}"
            );
        }
        bench.store.conn.execute_batch(repair).unwrap();
    }
    bench.store.rebuild().unwrap();
    bench.state();
    bench
        .store
        .conn
        .execute_batch("DELETE FROM body WHERE key = (1 << 40 | 3)")
        .unwrap();
    assert!(
        bench
            .store
            .verify()
            .unwrap()
            .defects
            .iter()
            .any(|one| one.message == "problem-verify-body")
    );
    bench.store.rebuild().unwrap();
    assert_eq!(bench.store.unfolded().unwrap()[0].code, "Q12");
}

#[test]
fn rebuilding_changes_nothing() {
    let mut bench = Bench::new(1);
    for n in 1..=5 {
        let draft = bench.draft("complaint", id(n), complaint()).numbered();
        bench.act(&[draft]);
        bench.one("complaint", id(n), step("received", "verifying"));
    }
    while bench.store.index_some().unwrap() {}
    let (state, rows) = (bench.state(), bench.store.rows(&Query::default()).unwrap());
    let contradictions = bench.store.contradictions().unwrap();
    bench.store.rebuild().unwrap();
    assert_eq!(bench.state(), state);
    let again = bench.store.rows(&Query::default()).unwrap();
    assert_eq!(again.len(), rows.len());
    assert!(again.iter().all(|row| {
        rows.iter()
            .any(|old| old.id == row.id && old.fields == row.fields && old.number == row.number)
    }));
    assert_eq!(bench.store.contradictions().unwrap(), contradictions);
    assert_eq!(bench.store.search("掉色", None, 9).unwrap().hits.len(), 5);
}

#[test]
fn nothing_is_due_of_what_was_taken_back() {
    let mut bench = Bench::new(1);
    bench.one("complaint", id(1), complaint());
    let whole = Payload::Void {
        events: None,
        reason: None,
    };
    bench.one("complaint", id(1), whole);
    assert_eq!(bench.store.row(id(1)).unwrap().unwrap().due, None);
    let limit = json!({"key": "limit_complaint", "value": "3600000"});
    bench.one("setting", id(2), open(limit));
    bench.fold_all();
    bench.state();
}

#[test]
fn a_limit_holds_for_one_channel_and_by_the_hours_of_a_window() {
    let mut bench = Bench::new(1);
    let by = |channel: &str| {
        let mut fields = json!({"words": "掉色", "source": "customer", "buyer": "小鱼儿"});
        fields["channel"] = json!(channel);
        open(fields)
    };
    bench.one("complaint", id(1), by("phone"));
    bench.one("complaint", id(2), by("chat"));
    let due = |bench: &Bench, n: u8| bench.store.row(id(n)).unwrap().unwrap().due.unwrap();
    let (usual, begun) = (due(&bench, 2), bench.now - 1_000);
    let limit = |key: &str, value: &str| open(json!({"key": key, "value": value}));
    bench.one(
        "setting",
        id(10),
        limit("limit_complaint@channel=phone", "4h"),
    );
    bench.fold_all();
    assert_eq!(due(&bench, 1), begun - 1_000 + 4 * 3_600_000);
    assert_eq!(due(&bench, 2), usual);
    // 15:46 in the shop's zone: two hours and a quarter are left of the window.
    bench.one(
        "setting",
        id(11),
        limit("limit_complaint", "4h 09:00-18:00"),
    );
    bench.fold_all();
    assert_eq!(due(&bench, 2), begun + (4 + 15) * 3_600_000);
    // What nobody can read counts as unsaid.
    bench.one("setting", id(12), limit("limit_complaint", "soon"));
    bench.fold_all();
    assert_eq!(due(&bench, 2), usual);
    bench.state();
}

#[test]
fn limits_of_the_shop_move_deadlines() {
    let mut bench = Bench::new(1);
    bench.one("complaint", id(1), complaint());
    let due = bench.store.row(id(1)).unwrap().unwrap().due.unwrap();
    bench.one(
        "setting",
        id(2),
        open(json!({"key": "limit_complaint", "value": "3600000"})),
    );
    bench.fold_all();
    let row = bench.store.row(id(1)).unwrap().unwrap();
    assert_eq!(row.due, Some(due - 47 * 3_600_000));
    assert_eq!(
        bench
            .store
            .setting("limit_complaint", bench.now)
            .unwrap()
            .as_deref(),
        Some("3600000")
    );
    assert_eq!(bench.store.setting("limit_complaint", 0).unwrap(), None);
    bench.state();
}

#[test]
fn folders_that_hold_no_store_or_another_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        Store::open(folder.path()),
        Err(StoreError::NoStore(_))
    ));
    fs::write(
        folder.path().join(place::DATABASE),
        b"something else entirely",
    )
    .unwrap();
    assert!(matches!(
        Store::create_bare(folder.path()),
        Err(StoreError::Exists(_))
    ));
    let error = Store::open(folder.path()).unwrap_err();
    assert_eq!(
        fs::read(folder.path().join(place::DATABASE)).unwrap(),
        b"something else entirely"
    );
    let problem = Problem::from(error);
    assert_eq!(problem.exit_code(), 2);
    let bench = Bench::new(1);
    bench
        .store
        .conn
        .pragma_update(None, "user_version", 2)
        .unwrap();
    assert!(matches!(
        Store::open(bench.store.folder()),
        Err(StoreError::Newer { found: 2, known: 1 })
    ));
}

#[test]
fn a_bare_store_reads_and_writes_nothing_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create_bare(folder.path()).unwrap();
    assert!(store.shop().is_none() && store.rows(&Query::default()).unwrap().is_empty());
    assert!(matches!(
        store.add_replica(ReplicaKey::from_secret(&[1; 32])),
        Err(StoreError::NoShop)
    ));
    store.adopt_id(ShopId::of_drill("practice")).unwrap();
    assert!(store.shop().is_none() && store.shop_id().is_some());
    assert!(matches!(
        store.adopt(Shop::drill("other")),
        Err(StoreError::OtherShop)
    ));
    store.adopt(Shop::drill("practice")).unwrap();
    assert!(store.shop().is_some_and(|shop| shop.drill));
    store
        .add_replica(ReplicaKey::from_secret(&[1; 32]))
        .unwrap();
    let read_only = Store::open_read_only(folder.path()).unwrap();
    assert_eq!(read_only.own_replicas().len(), 1);
    let mut read_only = read_only;
    assert!(matches!(
        read_only.set_draft("p", "k", "t", 1),
        Err(StoreError::ReadOnly)
    ));
}

#[test]
fn a_backup_is_a_whole_store() {
    let mut bench = Bench::new(1);
    bench.one("complaint", id(1), complaint());
    let folder = tempfile::tempdir().unwrap();
    bench
        .store
        .backup(&folder.path().join(place::DATABASE))
        .unwrap();
    let copy = Store::open(folder.path()).unwrap();
    assert_eq!(copy.verify().unwrap().state, bench.state());
}

#[test]
fn words_for_people_name_every_problem() {
    let bench = Bench::new(1);
    let errors = [
        StoreError::NoShop,
        StoreError::OtherShop,
        StoreError::ReadOnly,
        StoreError::NotSaved("x".into()),
        StoreError::Damaged("x".into()),
        StoreError::NoKey(bench.author.replica),
        StoreError::Branched(bench.author.replica),
        StoreError::ActOver(1),
        StoreError::NoWal("delete".into()),
        StoreError::OldSqlite("3".into()),
        StoreError::OtherRelease("shop".into()),
        StoreError::TakenOver,
    ];
    for error in errors {
        let problem = Problem::from(error);
        let words = crate::i18n::Words::new(crate::i18n::Language::En).problem(&problem);
        assert!(!format!("{words:?}").contains("problem-"), "{words:?}");
    }
    assert_eq!(Verb::Erase as u8, 10);
}

#[test]
fn room_for_much_goes_again_whatever_came_of_the_work() {
    let mut bench = Bench::new(1);
    let pages = |store: &Store| -> (i64, i64) {
        let value = |name: &str| {
            let conn = &store.conn;
            conn.pragma_query_value(None, name, |row| row.get(0))
                .unwrap()
        };
        (value("cache_size"), value("wal_autocheckpoint"))
    };
    let everyday = pages(&bench.store);
    let within = bench
        .store
        .with_room(|store| Ok::<_, StoreError>(pages(store)));
    assert!(within.unwrap().0 < everyday.0, "negative KiB: more is less");
    assert_eq!(pages(&bench.store), everyday);
    let failed = bench.store.with_room(|_| Err::<(), _>(StoreError::NoShop));
    assert!(matches!(failed, Err(StoreError::NoShop)));
    assert_eq!(pages(&bench.store), everyday);
}

#[test]
fn what_is_read_in_one_moment_fits_together_whatever_is_written_meanwhile() {
    let mut bench = Bench::new(1);
    bench.one("conversation", id(1), open(json!({"buyer": "橘子"})));
    let beside = Store::open(bench.store.folder()).unwrap();
    let moment = beside.moment().unwrap();
    assert!(moment.is_some());
    let before = beside.tide().unwrap();
    bench.one("conversation", id(2), open(json!({"buyer": "暖冬"})));
    assert_eq!(beside.tide().unwrap(), before);
    assert!(beside.record(id(2)).unwrap().is_none());
    let within = beside.moment().unwrap();
    assert!(within.is_none(), "it is the same one");
    drop(within);
    assert_eq!(beside.tide().unwrap(), before);
    drop(moment);
    assert_ne!(beside.tide().unwrap(), before);
    assert!(beside.record(id(2)).unwrap().is_some());
}
