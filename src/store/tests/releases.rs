//! Stores in which another release computed what is computed.

use std::path::Path;

use super::*;

/// Lets what is computed in a database be another release's.
fn of_another_release(conn: &Connection) {
    let set = "UPDATE setting_local SET value = 'another' WHERE key = 'declared'";
    assert_eq!(conn.execute(set, []).unwrap(), 1);
}

fn watch_in(folder: &Path) -> Watch {
    Watch::here(Some(folder.to_owned()), id(9))
}

fn notes(count: u8) -> Bench {
    let mut bench = Bench::new(1);
    for n in 1..=count {
        bench.one("note", id(n), open(json!({"kind": "hold", "new": "等"})));
    }
    bench
}

/// A copy of so many complaints that another release made.
fn copy_of_complaints(count: u8, folder: &Path) -> std::path::PathBuf {
    let mut bench = Bench::new(count);
    for n in 1..=count {
        bench.one("complaint", id(n), complaint());
    }
    let copy = folder.join(format!("{count}.zhiban"));
    bench.store.backup(&copy).unwrap();
    let conn = schema::connect(&copy, false).unwrap();
    of_another_release(&conn);
    conn.close().unwrap();
    copy
}

/// Leaves what a restore of a copy leaves that is killed while it makes it anew.
fn kill_a_restore(copy: &Path, folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    let aside = folder.join("zhiban.restoring");
    let looking = look::to_read_copy(copy).unwrap();
    looking
        .execute("VACUUM INTO ?1", [aside.to_str().unwrap()])
        .unwrap();
    let mut conn = schema::connect(&aside, false).unwrap();
    schema::demand_wal(&conn).unwrap();
    schema::renew(&mut conn).unwrap();
    conn.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()))
        .unwrap();
    conn.execute("INSERT INTO setting_local VALUES('since', 'then')", [])
        .unwrap();
    let log = folder.join("zhiban.restoring-wal");
    let kept = std::fs::read(&log).unwrap();
    drop(conn);
    std::fs::write(&log, kept).unwrap();
    let attached = folder.join("zhiban.restoring.att");
    std::fs::create_dir(&attached).unwrap();
    std::fs::write(attached.join("half"), b"a file").unwrap();
}

#[test]
fn what_a_killed_restore_left_is_no_part_of_the_next() {
    let copies = tempfile::tempdir().unwrap();
    let (first, second) = (
        copy_of_complaints(20, copies.path()),
        copy_of_complaints(30, copies.path()),
    );
    for (killed, copy, events) in [(&first, &first, 20), (&first, &second, 30)] {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("shop");
        kill_a_restore(killed, &folder);
        let verified = Store::restore(copy, &folder, &watch_in(home.path())).unwrap();
        assert!(verified.clean, "{:?}", verified.defects);
        assert_eq!(verified.events, events);
        assert!(!folder.join("zhiban.restoring.att").exists());
        assert!(!folder.join("att").join("half").exists());
        let store = Store::open(&folder).unwrap();
        assert_eq!(store.setting_local("since").unwrap(), None);
    }
}

#[test]
fn where_another_release_has_taken_over_nothing_is_written() {
    let mut bench = notes(1);
    let conn = schema::connect(&bench.store.folder().join(place::DATABASE), false).unwrap();
    let mark: String = conn
        .query_row(
            "SELECT value FROM setting_local WHERE key = 'declared'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    of_another_release(&conn);
    let draft = bench.draft("note", id(2), open(json!({"kind": "hold", "new": "等"})));
    let refused = bench
        .store
        .append(&bench.author, NOW + 5_000, &mut bench.random, &[draft]);
    assert!(matches!(refused, Err(StoreError::TakenOver)), "{refused:?}");
    let folded = bench.store.fold_dirty(1);
    assert!(matches!(folded, Err(StoreError::TakenOver)), "{folded:?}");
    let set = "UPDATE setting_local SET value = ?1 WHERE key = 'declared'";
    conn.execute(set, [mark]).unwrap();
    assert!(bench.store.row(id(2)).unwrap().is_none());
    bench.one("note", id(2), open(json!({"kind": "hold", "new": "等"})));
    bench.state();
}

#[test]
fn a_damaged_event_is_named_after_a_change_of_release_and_the_others_are_there() {
    let mut bench = notes(3);
    let damage = "UPDATE event SET record = x'00' WHERE key & 0xFFFFFFFFFF = 2";
    assert_eq!(bench.store.conn.execute(damage, []).unwrap(), 1);
    bench.store.rebuild().unwrap();
    let copy = bench.store.folder().join("copy.zhiban");
    of_another_release(&bench.store.conn);
    bench.store.backup(&copy).unwrap();
    let folder = bench.store.folder().to_owned();
    let are_there = |store: &Store| {
        let rows = [1, 2, 3].map(|n| store.row(id(n)).unwrap().is_some());
        assert_eq!(rows, [true, false, true]);
        assert!(!store.verify().unwrap().clean);
    };
    are_there(&Store::open_read_only(&folder).unwrap());
    let restored = folder.join("restored");
    let verified = Store::restore(&copy, &restored, &watch_in(&folder)).unwrap();
    assert!(!verified.clean);
    are_there(&Store::open_read_only(&restored).unwrap());
    let mut store = Store::open(&folder).unwrap();
    assert!(store.fold_rest(&mut |_| true).unwrap());
    are_there(&store);
}

#[test]
fn what_two_processes_make_anew_is_made_once() {
    let bench = notes(3);
    let folder = bench.store.folder().to_owned();
    of_another_release(&bench.store.conn);
    let mut one = schema::connect(&folder.join(place::DATABASE), false).unwrap();
    schema::renew(&mut one).unwrap();
    let mut store = Store::open(&folder).unwrap();
    store.fold_rest(&mut |_| true).unwrap();
    // The other saw the mark before the first was done.
    schema::renew(&mut one).unwrap();
    assert_eq!(store.left_to_fold().unwrap(), 0);
    assert!(store.row(id(1)).unwrap().is_some());
}
