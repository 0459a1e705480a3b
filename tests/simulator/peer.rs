//! A replica of the simulated shop: a real store in a folder, a clock of its own that is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use zhiban::chance::{Random, SeededRandom};
use zhiban::domain::event::Event;
use zhiban::domain::id::{Chain, Id, ReplicaId};
use zhiban::domain::seal::ReplicaKey;
use zhiban::exchange::bundle::{self, Accounting, Export, Progress, Selection};
use zhiban::problem::Problem;
use zhiban::store::{Author, Draft, Shop, Store, StoreError};

use super::naive::{self, Codes};
use super::real;
use super::roster::Law;

/// A replica.
pub struct Peer {
    /// Its store; none only while it is opened anew.
    store: Option<Store>,
    folder: PathBuf,
    /// The replica that writes.
    pub replica: ReplicaId,
    /// The secret that its key is made from.
    pub secret: [u8; 32],
    /// How wrong its clock is, milliseconds.
    pub skew: i64,
    random: SeededRandom,
    /// What it held after the last look, by record.
    held: BTreeMap<Chain, Event>,
    /// What decided, at the last comparison, which events count.
    law: Law,
    founder: Option<ReplicaId>,
}

impl Peer {
    /// Lays a store down.
    pub fn new(folder: &Path, shop: &Shop, secret: [u8; 32], skew: i64) -> Self {
        let mut store = Store::create(folder, shop.clone()).unwrap();
        let replica = store.add_replica(ReplicaKey::from_secret(&secret)).unwrap();
        Self {
            store: Some(store),
            folder: folder.to_owned(),
            replica,
            secret,
            skew,
            random: SeededRandom::new(folder.file_name().unwrap().as_encoded_bytes()),
            held: BTreeMap::new(),
            law: Law::default(),
            founder: None,
        }
    }

    /// Tells who founded the shop, which is no drill then.
    pub fn founded_by(mut self, founder: Option<ReplicaId>) -> Self {
        self.founder = founder;
        self
    }

    /// Returns the store.
    pub fn store(&mut self) -> &mut Store {
        self.store.as_mut().unwrap()
    }

    /// Returns what it held after the last look.
    pub fn held(&self) -> &BTreeMap<Chain, Event> {
        &self.held
    }

    /// Returns the events of a record that it held after the last look.
    pub fn chains_of(&self, record: Id) -> Vec<Chain> {
        let of_record = self
            .held
            .values()
            .filter(|event| event.head.record == record);
        of_record.map(|event| event.chain).collect()
    }

    /// Closes the store and opens it anew.
    pub fn reopen(&mut self) {
        self.store = None;
        self.store = Some(Store::open(&self.folder).unwrap());
    }

    /// Writes an act. A replica whose stream branched goes on with another key.
    pub fn append(&mut self, now: i64, drafts: &[Draft]) -> Vec<Chain> {
        loop {
            let author = Author {
                replica: self.replica,
                zone: 480,
            };
            let store = self.store.as_mut().unwrap();
            match store.append(&author, now, &mut self.random, drafts) {
                Ok(appended) => return appended.chains,
                Err(StoreError::Branched(_) | StoreError::PutBack { .. }) => {
                    self.random.fill(&mut self.secret);
                    let key = ReplicaKey::from_secret(&self.secret);
                    self.replica = self.store().add_replica(key).unwrap();
                }
                Err(fault) => panic!("not written: {fault}"),
            }
        }
    }

    /// Folds what an act or a bundle left for later.
    pub fn fold_rest(&mut self) {
        while self.store().fold_dirty(1_000).unwrap() > 0 {}
    }

    /// Writes a bundle.
    pub fn export(&mut self, selection: Selection, now: i64, path: &Path) -> Result<(), Problem> {
        let export = Export {
            selection,
            plain: Some("drill"),
            ..Export::new(self.replica, now)
        };
        bundle::export(self.store(), &export, path).map(drop)
    }

    /// Reads a bundle; `steps` is how often it may report before it is stopped.
    pub fn import(&mut self, path: &Path, now: i64, mut steps: u32) -> Result<Accounting, Problem> {
        let mut progress = |_: Progress| {
            steps = steps.saturating_sub(1);
            steps > 0
        };
        bundle::import(self.store(), path, now, &mut progress)
    }

    /// Looks at everything held, and returns what has come since the last look. Nothing that
    /// was there may be gone, and no event may have changed.
    pub fn look(&mut self) -> Vec<Event> {
        let mut held = BTreeMap::new();
        let store = self.store.as_mut().unwrap();
        for head in store.heads().unwrap() {
            let events = store
                .stream_events(head.stream, head.from_seq + 1, head.seq)
                .unwrap();
            assert_eq!(
                events.len() as u64,
                head.seq - head.from_seq,
                "a stream has a hole"
            );
            held.extend(events.into_iter().map(|event| (event.chain, event)));
        }
        for (chain, before) in &self.held {
            let after = held
                .get(chain)
                .unwrap_or_else(|| panic!("event {chain} is gone"));
            assert_eq!(after.head, before.head, "event {chain} has changed");
        }
        let is_new = |event: &&Event| !self.held.contains_key(&event.chain);
        let new: Vec<Event> = held.values().filter(is_new).cloned().collect();
        self.held = held;
        new
    }

    /// Compares records with the second fold: those that are named, all where a stream branched.
    pub fn compare(&mut self, touched: &BTreeSet<Id>) {
        let law = Law::of(self.held.values(), self.founder);
        let all = law != self.law;
        self.law = law;
        let mut of_record: BTreeMap<Id, Vec<&Event>> = BTreeMap::new();
        for event in self.held.values() {
            of_record.entry(event.head.record).or_default().push(event);
        }
        let store = self.store.as_ref().unwrap();
        let mut codes = BTreeMap::new();
        for one in store.unfolded().unwrap() {
            codes.insert(one.chain.to_string(), one.code);
        }
        for (id, events) in of_record
            .iter()
            .filter(|(id, _)| all || touched.contains(id))
        {
            let (record, unfolded) = naive::fold(events, &self.law);
            let is = real::spelled(store.record(*id).unwrap().as_ref());
            assert_eq!(
                is, record,
                "record {id}: left the store, right the second fold"
            );
            let is: Codes = events
                .iter()
                .filter_map(|event| {
                    let chain = event.chain.to_string();
                    let code = codes.get(&chain)?;
                    Some((chain, leaked(code)))
                })
                .collect();
            assert_eq!(is, unfolded, "record {id}: what does not count");
        }
    }

    /// Compares every record.
    pub fn compare_all(&mut self) {
        let all = self.held.values().map(|event| event.head.record).collect();
        self.compare(&all);
    }

    /// Verifies the store and returns its state.
    pub fn state(&self) -> String {
        let verified = self.store.as_ref().unwrap().verify().unwrap();
        assert!(verified.clean, "{:?}", verified.defects);
        verified.state
    }
}

/// The codes are a closed set; an unknown one fails the comparison by its name.
fn leaked(code: &str) -> &'static str {
    ["Q1", "Q4", "Q5", "Q6", "Q8", "Q10", "Q12"]
        .into_iter()
        .find(|known| *known == code)
        .unwrap_or("unknown code")
}
