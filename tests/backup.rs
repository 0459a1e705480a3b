//! Copies that hold, coming back from one, and what `doctor` finds: with the real program. The
//! long form: `ZHIBAN_BACKUPS=100 cargo test --test backup backup_live_verify`.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::json;
use zhiban::chance::SeededRandom;
use zhiban::domain::id::Id;
use zhiban::domain::payload::{Change, Payload};
use zhiban::domain::registers::note;
use zhiban::domain::seal::ReplicaKey;
use zhiban::store::{Author, Draft, Shop, Store};

mod support;

use support::DrillDesk;

const NOW: i64 = 1_790_000_000_000;

/// Returns what each file of a folder holds, folders below it included.
fn hashes(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(hashes(&path));
        } else {
            let hash = blake3::hash(&fs::read(&path).unwrap()).to_hex().to_string();
            all.insert(path.display().to_string(), hash);
        }
    }
    all
}

#[test]
fn backup_live_verify() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut store = Store::create(&data, Shop::drill("backup")).unwrap();
    let replica = store
        .add_replica(ReplicaKey::from_secret(&[1; 32]))
        .unwrap();
    let rounds = std::env::var("ZHIBAN_BACKUPS").map_or(12, |rounds| rounds.parse().unwrap());
    let (saved, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut random = SeededRandom::new("backup");
            let author = Author { replica, zone: 480 };
            while !stop.load(Ordering::Relaxed) {
                let done = saved.load(Ordering::Acquire);
                let change = Change {
                    fields: [("courier".to_owned(), json!(done.to_string()))].into(),
                    ..Change::default()
                };
                let draft = Draft::new(
                    &note::REGISTER,
                    Id([done as u8; 16]),
                    Payload::Open(change),
                    NOW,
                );
                store.append(&author, NOW, &mut random, &[draft]).unwrap();
                saved.store(done + 1, Ordering::Release);
            }
        });
        let beside = Store::open_read_only(&data).unwrap();
        for round in 0..rounds {
            let before = saved.load(Ordering::Acquire);
            let file = folder.path().join(format!("{round}.zhiban"));
            beside.backup(&file).unwrap();
            let verified = Store::verify_copy(&file).unwrap();
            assert!(verified.clean, "{:?}", verified.defects);
            assert!(verified.events >= before, "{} of {before}", verified.events);
            fs::remove_file(&file).unwrap();
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert!(
        saved.load(Ordering::Relaxed) > 12,
        "nothing was written beside the copies"
    );
    println!(
        "backup_live_verify: {rounds} copies while {} acts were written, all verify and hold what was acknowledged before",
        saved.load(Ordering::Relaxed)
    );
}

#[test]
fn a_backup_comes_back_as_a_new_replica() {
    let desk = DrillDesk::new("Copies", "Li");
    desk.ok(&["open", "note", "kind=hold", "new=等一等"]);
    let att = desk.data().join("att/ab");
    fs::create_dir_all(&att).unwrap();
    let name = blake3::hash(b"picture").to_hex().to_string();
    fs::write(att.join(&name), b"picture").unwrap();
    let file = desk.file("copy.zhiban");
    let path = file.to_str().unwrap();
    let said = &desk.json(&["backup", path])[0];
    assert_eq!((&said["clean"], &said["events"]), (&json!(true), &json!(3)));
    // A copy is never overwritten, and nothing half is left.
    let before = hashes(desk.folder.path());
    assert_eq!(desk.run(&["backup", path]).status.code(), Some(1));
    assert_eq!(hashes(desk.folder.path()), before);
    // Nor is a store.
    assert_eq!(desk.run(&["restore", path]).status.code(), Some(1));
    let other = desk.file("other");
    let other_path = other.to_str().unwrap();
    assert_eq!(
        desk.json(&["restore", path, "--data", other_path])[0]["clean"],
        true
    );
    assert_eq!(
        fs::read(other.join("att/ab").join(&name)).unwrap(),
        b"picture"
    );
    let list = |folder: &str| desk.json(&["list", "note", "--data", folder]);
    assert_eq!(list(other_path), list(desk.data().to_str().unwrap()));
    // It writes with a key of its own, and both stores are clean.
    desk.ok(&[
        "open",
        "note",
        "kind=hold",
        "new=还等",
        "--data",
        other_path,
    ]);
    let verified = &desk.json(&["verify", "--data", other_path])[0];
    assert_eq!(
        (&verified["clean"], &verified["replicas"]),
        (&json!(true), &json!(2))
    );
    desk.ok(&["doctor", "--data", other_path]);
    desk.ok(&["doctor"]);
}

#[test]
fn a_damaged_copy_is_told() {
    let desk = DrillDesk::new("Copies", "Li");
    let file = desk.file("copy.zhiban");
    desk.ok(&["backup", file.to_str().unwrap()]);
    let conn = rusqlite::Connection::open(&file).unwrap();
    conn.execute(
        "UPDATE event SET at = at + 1 WHERE key = (SELECT max(key) FROM event)",
        [],
    )
    .unwrap();
    drop(conn);
    let other = desk.file("other");
    let done = desk.run(&[
        "restore",
        file.to_str().unwrap(),
        "--data",
        other.to_str().unwrap(),
    ]);
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    assert_eq!(
        desk.run(&["restore", desk.file("none").to_str().unwrap()])
            .status
            .code(),
        Some(1)
    );
}

#[test]
fn doctor_tells_all_and_asks() {
    let desk = DrillDesk::new("Care", "Li");
    desk.ok(&["open", "note", "kind=hold", "new=等"]);
    let report = &desk.json(&["doctor"])[0];
    for key in [
        "settings",
        "folder",
        "file_system",
        "zhiban",
        "sqlite",
        "integrity",
        "anchors",
        "index_behind",
        "days_known_to",
    ] {
        assert!(report.get(key).is_some(), "{key}: {report}");
    }
    assert_eq!(
        (&report["clean"], &report["verify"]["events"]),
        (&json!(true), &json!(3))
    );
    // An older copy is put back behind the program's back.
    let old = fs::read(desk.data().join("zhiban.db")).unwrap();
    desk.ok(&["open", "note", "kind=hold", "new=再等"]);
    fs::write(desk.data().join("zhiban.db"), old).unwrap();
    for command in [
        &["list", "note"][..],
        &["open", "note", "kind=hold", "new=x"],
        &["doctor"],
        &["doctor", "--continue-as-same"],
    ] {
        assert_eq!(desk.run(command).status.code(), Some(1), "{command:?}");
    }
    assert_eq!(desk.json(&["verify"])[0]["events"], 3);
    desk.ok(&["doctor", "--continue-as-new"]);
    desk.ok(&["open", "note", "kind=hold", "new=好"]);
    let verified = &desk.json(&["verify"])[0];
    assert_eq!(
        (&verified["events"], &verified["replicas"]),
        (&json!(6), &json!(2))
    );
}

#[test]
fn downgrade_untouched() {
    let desk = DrillDesk::new("Newer", "Li");
    desk.ok(&["open", "note", "kind=hold", "new=等"]);
    let conn = rusqlite::Connection::open(desk.data().join("zhiban.db")).unwrap();
    conn.execute_batch("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE);")
        .unwrap();
    drop(conn);
    let before = hashes(&desk.data());
    left_alone(&desk, &|| hashes(&desk.data()) == before);
}

/// As above while the newer program has not yet moved its version from its write-ahead log into
/// the database: what shares that log may be touched, the log and the database may not.
#[test]
fn downgrade_untouched_beside_a_write_ahead_log() {
    let desk = DrillDesk::new("Newer", "Li");
    desk.ok(&["open", "note", "kind=hold", "new=等"]);
    let conn = rusqlite::Connection::open(desk.data().join("zhiban.db")).unwrap();
    conn.execute_batch("PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 99;")
        .unwrap();
    assert!(desk.data().join("zhiban.db-wal").metadata().unwrap().len() > 0);
    let known = || {
        let mut all = hashes(&desk.data());
        all.retain(|name, _| !name.ends_with("-shm"));
        all
    };
    let before = known();
    left_alone(&desk, &|| known() == before);
    let version: i64 = conn
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 99);
}

/// Checks that every way into a store of a newer release is refused and changes nothing.
fn left_alone(desk: &DrillDesk, is_untouched: &dyn Fn() -> bool) {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/v1.zbundle");
    let (copy, out) = (desk.file("copy.zhiban"), desk.file("out.zbundle"));
    for command in [
        &["list", "note"][..],
        &["verify"],
        &["rebuild"],
        &["doctor"],
        &["doctor", "--continue-as-new"],
        &["doctor", "--continue-as-same"],
        &["backup", copy.to_str().unwrap()],
        &["open", "note", "kind=hold", "new=x"],
        &["sign-out"],
        &["contradictions"],
        &["search", "等"],
        &["bundle", "import", golden],
        &["bundle", "export", "-o", out.to_str().unwrap(), "--all"],
    ] {
        let done = desk.run(command);
        assert_eq!(done.status.code(), Some(1), "{command:?}: {done:?}");
        assert!(is_untouched(), "{command:?}");
    }
    assert!(!copy.exists() && !out.exists());
}

/// Returns a command of the program that may write nothing here: by file modes, which do not
/// hold for the system's administrator, who becomes nobody for it; none where that cannot be.
#[cfg(unix)]
fn powerless(desk: &DrillDesk, args: &[&str]) -> Option<std::process::Command> {
    let is_held = fs::write(desk.data().join("probe"), b"").is_err();
    let mut command = if is_held {
        std::process::Command::new(env!("CARGO_BIN_EXE_zhiban"))
    } else {
        fs::remove_file(desk.data().join("probe")).unwrap();
        let mut command = std::process::Command::new("setpriv");
        command.args([
            "--reuid",
            "65534",
            "--clear-groups",
            env!("CARGO_BIN_EXE_zhiban"),
        ]);
        let can = command.arg("--version").output();
        if !can.is_ok_and(|done| done.status.success()) {
            eprintln!("SKIPPED: nobody here is without the right to write");
            return None;
        }
        let mut command = std::process::Command::new("setpriv");
        command.args([
            "--reuid",
            "65534",
            "--clear-groups",
            env!("CARGO_BIN_EXE_zhiban"),
        ]);
        command
    };
    command
        .args(args)
        .args(["--lang", "en"])
        .env("ZHIBAN_DATA", desk.data())
        .env("HOME", desk.folder.path());
    Some(command)
}

#[cfg(unix)]
fn modes(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

/// Lets everybody read a desk's store and nobody write it.
#[cfg(unix)]
fn shut(desk: &DrillDesk) {
    modes(desk.folder.path(), 0o755);
    for entry in fs::read_dir(desk.data()).unwrap() {
        let path = entry.unwrap().path();
        modes(&path, if path.is_dir() { 0o755 } else { 0o444 });
    }
    for entry in fs::read_dir(desk.data().join("keys")).unwrap() {
        modes(&entry.unwrap().path(), 0o444);
    }
    modes(&desk.data(), 0o555);
}

#[cfg(unix)]
#[test]
fn readonly_untouched() {
    let desk = DrillDesk::new("Fixed", "Li");
    desk.ok(&["open", "note", "kind=hold", "new=等"]);
    shut(&desk);
    let before = hashes(&desk.data());
    for (args, code) in [
        (&["list", "note"][..], 0),
        (&["verify"], 0),
        (&["doctor"], 0),
        (&["open", "note", "kind=hold", "new=x"], 1),
    ] {
        let Some(mut command) = powerless(&desk, args) else {
            modes(&desk.data(), 0o755);
            return;
        };
        let done = command.output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(code), "{args:?}: {said}");
        assert_eq!(hashes(&desk.data()), before, "{args:?}");
        if code == 1 {
            assert!(said.contains("read"), "{said}");
        }
    }
    modes(&desk.data(), 0o755);
}

/// Lets what is computed in a desk's store be another release's.
fn of_another_release(desk: &DrillDesk) -> std::path::PathBuf {
    let file = desk.data().join("zhiban.db");
    let store = rusqlite::Connection::open(&file).unwrap();
    store
        .execute_batch(
            "UPDATE setting_local SET value = 'another' WHERE key = 'declared';
             DROP TABLE record_no; DELETE FROM record; PRAGMA wal_checkpoint(TRUNCATE);",
        )
        .unwrap();
    file
}

#[test]
fn beside_a_workstation_of_another_release_it_is_read_and_not_written() {
    let desk = DrillDesk::new("Beside", "Li");
    desk.ok(&["open", "note", "kind=hold", "new=等"]);
    let mut workstation = zhiban::store::Store::open(&desk.data()).unwrap();
    workstation.lock(1).unwrap();
    let file = of_another_release(&desk);
    let before = fs::read(&file).unwrap();
    assert_eq!(desk.json(&["list", "note"]).len(), 1);
    let refused = desk.run(&["open", "note", "kind=hold", "new=x"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success(), "{said}");
    assert!(said.contains("另一个 zhiban 开着这份数据"), "{said}");
    assert!(fs::read(&file).unwrap() == before, "it goes on in peace");
    drop(workstation);
    desk.ok(&["open", "note", "kind=hold", "new=x"]);
    assert_eq!(desk.json(&["list", "note"]).len(), 2);
}

#[cfg(unix)]
#[test]
fn what_another_release_computed_is_read_from_a_copy_and_else_said_to_be_of_another_release() {
    let desk = DrillDesk::new("Upgraded", "Li");
    desk.ok(&["open", "note", "kind=hold", "new=等"]);
    let file = of_another_release(&desk);
    let before = fs::read(&file).unwrap();
    let read = zhiban::store::Store::open_read_only(&desk.data()).unwrap();
    let verified = read.verify().unwrap();
    assert!(verified.clean, "{:?}", verified.defects);
    drop(read);
    shut(&desk);
    if let Some(mut command) = powerless(&desk, &["list", "note"]) {
        let done = command.output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(1), "{said}");
        assert!(said.contains("Another release"), "{said}");
        assert!(said.contains("Copy the whole folder"), "{said}");
    }
    assert!(fs::read(&file).unwrap() == before);
    modes(&desk.data(), 0o755);
    // Where it can be written it is made anew and goes on.
    assert_eq!(desk.json(&["list", "note"]).len(), 1);
}

#[cfg(unix)]
#[test]
fn a_backup_is_one_file_and_comes_back_from_where_nothing_can_be_written() {
    let desk = DrillDesk::new("Medium", "Li");
    desk.ok(&["open", "note", "kind=hold", "new=等"]);
    modes(desk.folder.path(), 0o755);
    let medium = desk.file("medium");
    fs::create_dir(&medium).unwrap();
    let copy = medium.join("copy.zhiban");
    let path = copy.to_str().unwrap();
    desk.ok(&["backup", path]);
    let lie_there = || {
        let names = fs::read_dir(&medium).unwrap();
        names
            .map(|entry| entry.unwrap().file_name())
            .collect::<Vec<_>>()
    };
    assert_eq!(lie_there(), ["copy.zhiban"]);
    modes(&copy, 0o444);
    modes(&medium, 0o555);
    let before = hashes(&medium);
    let home = desk.file("home");
    fs::create_dir(&home).unwrap();
    modes(&home, 0o777);
    let data = home.join("data");
    let data = data.to_str().unwrap();
    let Some(mut command) = powerless(&desk, &["restore", path, "--data", data]) else {
        modes(&medium, 0o755);
        return;
    };
    let done = command.env("HOME", &home).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(0), "{said}");
    assert_eq!(hashes(&medium), before);
    assert_eq!(lie_there(), ["copy.zhiban"]);
    let list = |folder: &str| desk.json(&["list", "note", "--data", folder]);
    assert_eq!(list(data), list(desk.data().to_str().unwrap()));
    modes(&medium, 0o755);
}
