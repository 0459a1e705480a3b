//! Stores that are not what they were when they were closed: each is noticed at open, before
//! anything is written.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use zhiban::chance::SeededRandom;
use zhiban::domain::id::{Id, ReplicaId};
use zhiban::domain::payload::{Change, Payload};
use zhiban::domain::registers::note;
use zhiban::domain::seal::ReplicaKey;
use zhiban::store::{Author, Doubt, Draft, Shop, Store, StoreError, Watch};

const NOW: i64 = 1_790_000_000_000;

/// A user's home: a store and a state directory.
struct Home {
    folder: tempfile::TempDir,
    machine: String,
}

impl Home {
    /// A store of three events that was open and closed twice.
    fn new() -> Self {
        let home = Self {
            folder: tempfile::tempdir().unwrap(),
            machine: "one".into(),
        };
        let mut store = Store::create(&home.data(), Shop::drill("anchors")).unwrap();
        store
            .add_replica(ReplicaKey::from_secret(&[1; 32]))
            .unwrap();
        drop(store);
        for _ in 0..3 {
            append(&mut home.open().unwrap());
        }
        home
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn database(&self) -> PathBuf {
        self.data().join("zhiban.db")
    }

    fn watch(&self) -> Watch {
        Watch {
            state: Some(self.state()),
            machine: self.machine.clone(),
            fresh: Id([7; 16]),
        }
    }

    fn open(&self) -> Result<Store, StoreError> {
        Store::open_watched(&self.data(), &self.watch())
    }

    fn anchors(&self) -> Vec<PathBuf> {
        let far = fs::read_dir(self.state().join("anchors")).unwrap();
        let mut all: Vec<PathBuf> = far.map(|entry| entry.unwrap().path()).collect();
        all.push(self.data().join("anchor.json"));
        all
    }

    /// The store is in doubt; nothing is written until a person says how it goes on.
    fn doubted(&self, doubts: &[Doubt]) {
        let before = events(&self.data());
        let files = || {
            let log = self.data().join("zhiban.db-wal");
            [self.database(), log].map(|file| fs::read(file).unwrap_or_default())
        };
        let held = files();
        let Err(StoreError::Doubtful(doubt)) = self.open() else {
            panic!("not noticed: {doubts:?}")
        };
        assert!(
            files() == held,
            "{doubt:?}: what was only looked at is another"
        );
        assert!(doubts.contains(&doubt), "{doubt:?} is none of {doubts:?}");
        assert_eq!(events(&self.data()), before, "{doubt:?}");
        let same = Store::open_as_same(&self.data(), &self.watch());
        assert_eq!(same.is_ok(), doubt.is_whole(), "{doubt:?}");
        drop(same);
        assert_eq!(events(&self.data()), before, "{doubt:?}");
    }

    /// The store goes on as a new replica, and is in no doubt after that.
    fn goes_on_as_new(&self) {
        let before = events(&self.data());
        let mut store = Store::open_as_new(&self.data(), &self.watch()).unwrap();
        assert!(
            store.own_replicas().is_empty(),
            "the old key writes no more"
        );
        let replica = store
            .add_replica(ReplicaKey::from_secret(&[2; 32]))
            .unwrap();
        append(&mut store);
        drop(store);
        let store = self.open().unwrap();
        assert_eq!(store.own_replicas(), [replica]);
        let verified = store.verify().unwrap();
        assert!(verified.clean, "{:?}", verified.defects);
        assert_eq!(verified.events, before + 1);
    }
}

fn own(store: &Store) -> ReplicaId {
    store.own_replicas()[0]
}

fn append(store: &mut Store) {
    let change = Change {
        fields: [("courier".to_owned(), json!("x"))].into(),
        ..Change::default()
    };
    let author = Author {
        replica: own(store),
        zone: 480,
    };
    let mut random = SeededRandom::new("anchors");
    let draft = Draft::new(&note::REGISTER, Id([3; 16]), Payload::Open(change), NOW);
    store.append(&author, NOW, &mut random, &[draft]).unwrap();
}

fn events(data: &Path) -> u64 {
    let store = Store::open_read_only(data).unwrap();
    let lengths = store
        .heads()
        .unwrap()
        .into_iter()
        .map(|head| head.seq - head.from_seq);
    lengths.sum()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &name);
        } else {
            fs::copy(&path, &name).unwrap();
        }
    }
}

#[test]
fn a_store_ahead_of_its_anchors_is_normal() {
    let home = Home::new();
    let old: Vec<(PathBuf, Vec<u8>)> = home
        .anchors()
        .into_iter()
        .map(|file| (file.clone(), fs::read(file).unwrap()))
        .collect();
    append(&mut home.open().unwrap());
    for (file, bytes) in &old {
        assert_ne!(
            fs::read(file).unwrap(),
            *bytes,
            "an anchor follows its store"
        );
        fs::write(file, bytes).unwrap();
    }
    append(&mut home.open().unwrap());
    assert_eq!(events(&home.data()), 5);
}

#[test]
fn another_process_beside_it_raises_no_doubt() {
    let home = Home::new();
    let mut desk = home.open().unwrap();
    for _ in 0..3 {
        append(&mut desk);
        append(&mut home.open().unwrap());
    }
    drop(desk);
    assert!(home.open().is_ok());
}

#[test]
fn anchor_scenarios_an_old_backup_put_back() {
    let home = Home::new();
    let old = home.folder.path().join("old.db");
    fs::copy(home.database(), &old).unwrap();
    append(&mut home.open().unwrap());
    fs::copy(&old, home.database()).unwrap();
    home.doubted(&[Doubt::Behind]);
    home.goes_on_as_new();
}

#[test]
fn anchor_scenarios_a_missing_write_ahead_log() {
    let home = Home::new();
    let mut store = home.open().unwrap();
    append(&mut store);
    // What lies in the database alone while the log holds the last event.
    let alone = fs::read(home.database()).unwrap();
    assert!(home.data().join("zhiban.db-wal").is_file());
    drop(store);
    fs::write(home.database(), alone).unwrap();
    home.doubted(&[Doubt::Behind]);
    home.goes_on_as_new();
}

#[test]
fn anchor_scenarios_a_foreign_write_ahead_log() {
    let (home, other) = (Home::new(), Home::new());
    let foreign = other.folder.path().join("foreign");
    let mut store = Store::create(&foreign, Shop::drill("anchors")).unwrap();
    store
        .add_replica(ReplicaKey::from_secret(&[9; 32]))
        .unwrap();
    append(&mut store);
    drop(store);
    // The log of a database that was just written whole.
    let conn = rusqlite::Connection::open(foreign.join("zhiban.db")).unwrap();
    conn.execute_batch("PRAGMA wal_autocheckpoint = 0; VACUUM;")
        .unwrap();
    fs::copy(
        foreign.join("zhiban.db-wal"),
        home.data().join("zhiban.db-wal"),
    )
    .unwrap();
    drop(conn);
    home.doubted(&[Doubt::Other]);
    // Put right again, nothing is to be asked: the foreign log was not copied into the database.
    fs::remove_file(home.data().join("zhiban.db-wal")).unwrap();
    let _ = fs::remove_file(home.data().join("zhiban.db-shm"));
    assert!(home.open().is_ok());
    assert_eq!(events(&home.data()), 3);
}

#[cfg(unix)]
#[test]
fn anchor_scenarios_a_copied_home() {
    let home = Home::new();
    let mut copied = Home {
        folder: tempfile::tempdir().unwrap(),
        machine: "one".into(),
    };
    copy(home.folder.path(), copied.folder.path());
    copied.doubted(&[Doubt::Copied]);
    // And the same on another machine.
    let elsewhere = tempfile::tempdir().unwrap();
    copy(home.folder.path(), elsewhere.path());
    copied.folder = elsewhere;
    copied.machine = "two".into();
    copied.doubted(&[Doubt::Machine]);
    let again = tempfile::tempdir().unwrap();
    copy(home.folder.path(), again.path());
    copied.folder = again;
    copied.goes_on_as_new();
    // Who was copied knows nothing of it.
    assert!(home.open().is_ok());
}

#[test]
fn anchor_scenarios_two_machines_on_one_folder() {
    let home = Home::new();
    let mut two = home.watch();
    two.machine = "two".into();
    two.state = None;
    let Err(StoreError::Doubtful(Doubt::Machine)) = Store::open_watched(&home.data(), &two) else {
        panic!("not noticed")
    };
    // It was moved, says a person: then the first is asked in its turn.
    drop(Store::open_as_same(&home.data(), &two).unwrap());
    home.doubted(&[Doubt::Machine]);
}

#[test]
fn anchor_scenarios_a_cut_tail() {
    let home = Home::new();
    let conn = rusqlite::Connection::open(home.database()).unwrap();
    conn.execute_batch(
        "DELETE FROM body WHERE key = (SELECT max(key) FROM event);
         DELETE FROM event WHERE key = (SELECT max(key) FROM event);
         UPDATE stream SET seq = seq - 1, chain = (SELECT chain FROM event ORDER BY key DESC LIMIT 1);",
    )
    .unwrap();
    drop(conn);
    home.doubted(&[Doubt::Behind]);
}

#[test]
fn anchor_scenarios_deleted_anchors() {
    let home = Home::new();
    for file in home.anchors() {
        // The other one is enough, and the lost one is written again.
        fs::remove_file(&file).unwrap();
        drop(home.open().unwrap());
        assert!(file.is_file());
    }
    for file in home.anchors() {
        fs::remove_file(file).unwrap();
    }
    home.doubted(&[Doubt::NoAnchor]);
    // The person said that it is the same.
    append(&mut home.open().unwrap());
}

#[test]
fn a_damaged_anchor_is_none() {
    let home = Home::new();
    for file in home.anchors() {
        fs::write(file, b"{").unwrap();
    }
    home.doubted(&[Doubt::NoAnchor]);
}
