//! Tests over whole stores.

mod along;
mod exchange;
mod judged;
mod late;
mod lists;
mod local;
mod past;
mod releases;
mod search;
mod speed;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::*;
use crate::chance::SeededRandom;
use crate::domain::id::Chain;
use crate::domain::payload::{Change, Direction, Payload, Say};
use crate::domain::register::Register;
use crate::domain::registers::{self};

/// 2026-11-22T07:46Z.
pub(super) const NOW: i64 = 1_795_333_560_000;

/// A desk of a drill shop with a clock and dice of its own.
pub(super) struct Bench {
    pub store: Store,
    pub author: Author,
    pub now: i64,
    pub random: SeededRandom,
    pub _folder: tempfile::TempDir,
}

impl Bench {
    pub fn new(seed: u8) -> Self {
        Self::of(seed, Shop::drill("practice"))
    }

    pub fn of(seed: u8, shop: Shop) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(folder.path(), shop).unwrap();
        let replica = store
            .add_replica(ReplicaKey::from_secret(&[seed; 32]))
            .unwrap();
        let author = Author { replica, zone: 480 };
        Self {
            store,
            author,
            now: NOW + i64::from(seed),
            random: SeededRandom::new([seed]),
            _folder: folder,
        }
    }

    pub fn act(&mut self, drafts: &[Draft]) -> Appended {
        self.now += 1_000;
        self.store
            .append(&self.author, self.now, &mut self.random, drafts)
            .unwrap()
    }

    pub fn draft(&self, register: &str, record: Id, payload: Payload) -> Draft {
        Draft::new(reg(register), record, payload, self.now)
    }

    pub fn one(&mut self, register: &str, record: Id, payload: Payload) -> Chain {
        let draft = self.draft(register, record, payload);
        self.act(&[draft]).chains[0]
    }

    pub fn state(&self) -> String {
        let verified = self.store.verify().unwrap();
        assert!(verified.clean, "{:?}", verified.defects);
        verified.state
    }

    pub fn fold_all(&mut self) {
        while self.store.fold_dirty(1_000).unwrap() > 0 {}
    }

    pub fn take(&mut self, runs: &[Run]) {
        for run in runs {
            self.store.append_foreign(run, self.now).unwrap();
        }
        self.fold_all();
    }
}

pub(super) fn reg(name: &str) -> &'static Register {
    registers::by_name(name).unwrap()
}

pub(super) fn id(n: u8) -> Id {
    Id([n; 16])
}

pub(super) fn change(fields: Value) -> Change {
    let Value::Object(fields) = fields else {
        panic!("not an object")
    };
    Change {
        fields: fields.into_iter().collect(),
        ..Change::default()
    }
}

pub(super) fn open(fields: Value) -> Payload {
    Payload::Open(change(fields))
}

pub(super) fn set(fields: Value) -> Payload {
    Payload::Set(change(fields))
}

pub(super) fn step(from: &str, to: &str) -> Payload {
    Payload::Move {
        from: from.into(),
        to: to.into(),
        reason: None,
        note: None,
    }
}

pub(super) fn say(text: &str) -> Payload {
    Payload::Say(Box::new(Say::plain(Direction::In, text)))
}

pub(super) fn complaint() -> Payload {
    open(
        json!({"words": "掉色很严重", "source": "customer", "buyer": "小鱼儿", "order_number": "4567890123456789012"}),
    )
}

/// Everything that a store holds, as a bundle would carry it.
pub(super) fn runs_of(store: &Store) -> Vec<Run> {
    let heads = store.heads().unwrap();
    let run = |head: &StreamHead| Run {
        replica: head.replica,
        key: store.public_key(head.replica).unwrap().unwrap(),
        from_seq: head.from_seq,
        from_chain: head.from_chain,
        events: store
            .stream_events(head.stream, head.from_seq + 1, head.seq)
            .unwrap(),
        seals: store.seals(head.stream, 0, head.seq).unwrap(),
    };
    heads.iter().map(run).collect()
}

/// Cuts a run in two behind `n` events.
pub(super) fn cut(run: &Run, n: usize) -> (Run, Run) {
    let n = n.min(run.events.len());
    let (first, rest) = run.events.split_at(n);
    let (from_seq, from_chain) = first.last().map_or((run.from_seq, run.from_chain), |last| {
        (last.head.seq, last.chain)
    });
    let part = |events: &[crate::domain::event::Event]| Run {
        events: events.to_vec(),
        ..run.clone()
    };
    (
        part(first),
        Run {
            from_seq,
            from_chain,
            ..part(rest)
        },
    )
}

/// A runner of few cases that are the same in each run: stores are slow to make.
pub(super) fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}
