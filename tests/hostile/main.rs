//! Bundles from hands that nobody trusts: altered on the way, cut, forked, from wrong clocks, of
//! a zhiban that is yet to come, and made to hurt.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zhiban::chance::SeededRandom;
use zhiban::domain::event::genesis;
use zhiban::domain::id::{Chain, Id, ReplicaId};
use zhiban::domain::payload::{Change, Direction, Meaning, Payload, Say};
use zhiban::domain::registers;
use zhiban::domain::seal::ReplicaKey;
use zhiban::exchange::bundle::format::SealLine;
use zhiban::exchange::bundle::{self, Accounting, Alarm, Contrast, Export, Selection};
use zhiban::problem::Problem;
use zhiban::store::{Author, Draft, Shop, Store, StoreError};

#[path = "../support/archive.rs"]
mod archive;
mod bombs;
mod clock;
mod forward;
mod limits;
mod relay;
mod witness;
#[path = "../support/workbook.rs"]
mod workbook;
mod workbooks;

/// When the desks of these tests begin, milliseconds UTC.
const NOW: i64 = 1_790_000_000_000;

/// A store of the drill shop with one replica, in a folder of its own.
struct Desk {
    folder: tempfile::TempDir,
    store: Store,
    replica: ReplicaId,
    random: SeededRandom,
    now: i64,
    files: u32,
}

fn key(seed: u8) -> ReplicaKey {
    ReplicaKey::from_secret(&[seed; 32])
}

impl Desk {
    fn new(seed: u8) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(&folder.path().join("data"), Shop::drill("hostile")).unwrap();
        let replica = store.add_replica(key(seed)).unwrap();
        Self {
            folder,
            store,
            replica,
            random: SeededRandom::new([seed]),
            now: NOW,
            files: 0,
        }
    }

    fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create_bare(&folder.path().join("data")).unwrap();
        Self {
            folder,
            store,
            replica: ReplicaId([0; 16]),
            random: SeededRandom::new([0]),
            now: NOW,
            files: 0,
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn try_append(&mut self, drafts: &[Draft]) -> Result<Vec<Chain>, StoreError> {
        self.now += 1_000;
        let author = Author {
            replica: self.replica,
            zone: 480,
        };
        let appended = self
            .store
            .append(&author, self.now, &mut self.random, drafts)?;
        Ok(appended.chains)
    }

    fn append(&mut self, register: &str, record: u8, payload: Payload) -> Chain {
        let draft = self.draft(register, record, payload);
        self.try_append(&[draft]).unwrap()[0]
    }

    fn draft(&self, register: &str, record: u8, payload: Payload) -> Draft {
        let register = registers::by_name(register).unwrap();
        Draft::new(register, Id([record; 16]), payload, self.now)
    }

    fn order(&mut self, record: u8, count: i64) -> Chain {
        let fields = [
            ("number".to_owned(), json!(format!("10{record}"))),
            ("item_count".to_owned(), json!(count)),
        ];
        let change = Change {
            fields: fields.into(),
            exported_at: Some(self.now),
            ..Change::default()
        };
        self.append("order", record, Payload::Open(change))
    }

    fn say(&mut self, record: u8, text: &str) -> Chain {
        let say = Say {
            author: Some("小雨".into()),
            ..Say::plain(Direction::In, text)
        };
        self.append("conversation", record, Payload::Say(Box::new(say)))
    }

    fn approve(&mut self, record: u8, of: Chain) -> Chain {
        let sign = Payload::Sign {
            meaning: Meaning::Approve,
            of,
            saw: serde_json::Map::new(),
            note: None,
        };
        self.append("case", record, sign)
    }

    fn export(&mut self, selection: Selection) -> PathBuf {
        self.files += 1;
        self.now += 60_000;
        let path = self
            .folder
            .path()
            .join(format!("out{}.zbundle", self.files));
        let export = Export {
            selection,
            plain: Some("drill"),
            ..Export::new(self.replica, self.now)
        };
        bundle::export(&mut self.store, &export, &path).unwrap();
        path
    }

    fn try_import(&mut self, path: &Path) -> Result<Accounting, Problem> {
        bundle::import(&mut self.store, path, self.now, &mut |_| true)
    }

    fn import(&mut self, path: &Path) -> Accounting {
        let sum = self.try_import(path).unwrap();
        assert_eq!(sum.events, sum.new + sum.here + sum.outside, "{sum:?}");
        sum
    }

    /// Imports bytes as a file.
    fn import_bytes(&mut self, bytes: &[u8]) -> Result<Accounting, Problem> {
        self.files += 1;
        let path = self.folder.path().join(format!("in{}.zbundle", self.files));
        fs::write(&path, bytes).unwrap();
        self.try_import(&path)
    }

    fn events(&self) -> u64 {
        let heads = self.store.heads().unwrap();
        heads.iter().map(|head| head.seq - head.from_seq).sum()
    }

    /// Returns up to which seq a replica is held.
    fn holds(&self, replica: ReplicaId) -> u64 {
        let heads = self.store.heads().unwrap();
        let own = heads.iter().filter(|head| head.replica == replica);
        own.map(|head| head.seq).max().unwrap_or(0)
    }

    fn state(&self) -> String {
        let verified = self.store.verify().unwrap();
        assert!(verified.clean, "{:?}", verified.defects);
        verified.state
    }

    fn alarms(&self) -> Vec<Alarm> {
        bundle::alarms(&self.store, self.now).unwrap()
    }

    /// Closes the store and returns a copy of its folder.
    fn copy(&mut self) -> tempfile::TempDir {
        self.reopen();
        let copy = tempfile::tempdir().unwrap();
        copy_folder(&self.data(), &copy.path().join("data"));
        copy
    }

    fn reopen(&mut self) {
        let aside = tempfile::tempdir().unwrap();
        let other = Store::create_bare(&aside.path().join("data")).unwrap();
        drop(std::mem::replace(&mut self.store, other));
        self.store = Store::open(&self.data()).unwrap();
    }

    /// Puts the folder back to a copy, as a restored machine is.
    fn put_back(&mut self, copy: &tempfile::TempDir) {
        let aside = tempfile::tempdir().unwrap();
        let other = Store::create_bare(&aside.path().join("data")).unwrap();
        drop(std::mem::replace(&mut self.store, other));
        fs::remove_dir_all(self.data()).unwrap();
        copy_folder(&copy.path().join("data"), &self.data());
        self.store = Store::open(&self.data()).unwrap();
    }

    /// Returns another desk that goes on from a copy with the same key.
    fn from_copy(copy: tempfile::TempDir, seed: u8, now: i64) -> Self {
        let store = Store::open(&copy.path().join("data")).unwrap();
        Self {
            replica: key(seed).replica(),
            folder: copy,
            store,
            random: SeededRandom::new([seed, 99]),
            now,
            files: 0,
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &name);
        } else {
            fs::copy(&path, &name).unwrap();
        }
    }
}

/// Returns the heads alarm of a desk, and that it is of this kind.
fn heads_alarm(alarms: &[Alarm], wanted: Contrast) -> (ReplicaId, ReplicaId, u64, u64) {
    let found = alarms.iter().find_map(|alarm| match alarm {
        Alarm::Heads {
            contrast,
            replica,
            witness,
            here,
            there,
        } if *contrast == wanted => Some((*replica, *witness, here.seq, there.seq)),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no {wanted:?} in {alarms:?}"))
}

/// Returns the manifest of a bundle with one whole stream of a key, up to this event, and the seal
/// of that.
fn one_stream(key: &ReplicaKey, registers: &[&str], last: u64, chain: Chain) -> (Value, Vec<u8>) {
    let shop = Shop::drill("hostile").id;
    let seal = key.seal(shop, last, chain, [0; 8]);
    let mut seals = serde_json::to_vec(&SealLine::of(&seal, 0)).unwrap();
    seals.push(b'\n');
    let public: String = key
        .public()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let (replica, chain) = (key.replica().to_string(), chain.to_string());
    let begin = genesis(shop, &key.public()).to_string();
    let manifest = json!({
        "format": 1, "shop": shop.to_string(), "sender": 0, "made": NOW, "part": [1, 1],
        "replicas": [{"id": replica, "key": public}], "registers": registers,
        "streams": [{"replica": 0, "from_seq": 0, "from_chain": begin, "to_seq": last, "to_chain": chain}],
        "heads": [{"replica": 0, "seq": last, "chain": chain}], "entries": [],
    });
    (manifest, seals)
}
