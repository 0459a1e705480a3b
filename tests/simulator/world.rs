//! A shop of two to six replicas and the post between them, in which everything goes wrong
//! that can; then nothing does, and all must agree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use zhiban::chance::{Random, SeededRandom};
use zhiban::domain::body::Json;
use zhiban::domain::event::{Event, Roster};
use zhiban::domain::id::{Chain, Id, ReplicaId, ShopId, ShopSecret};
use zhiban::domain::payload::{Change, Payload};
use zhiban::domain::register::Register;
use zhiban::domain::registers::{self, person};
use zhiban::domain::seal::ReplicaKey;
use zhiban::exchange::bundle::{Accounting, Selection};
use zhiban::store::{Draft, Run, Shop};

use super::deeds::{self, Dice, View, Writer};
use super::peer::Peer;
use super::rogue::{self, Outsider};

/// The true time at the beginning, milliseconds UTC.
const BEGIN: i64 = 1_790_000_000_000;
/// Clocks are wrong by up to ten years.
const SKEW: u64 = 10 * 365 * 86_400_000;
/// The most replicas' stores.
const PEERS: usize = 6;
/// Progress reports after which an import that nobody stops is done.
const NEVER: u32 = u32::MAX;

/// The shop.
pub struct World {
    folder: tempfile::TempDir,
    dice: Dice,
    now: i64,
    peers: Vec<Peer>,
    records: Vec<(Id, &'static Register)>,
    /// Every event that anybody wrote.
    ledger: BTreeMap<Chain, Event>,
    /// Bundles on their way.
    post: Vec<PathBuf>,
    files: u32,
    shop: Shop,
    /// Who founded the shop, none for a drill.
    founder: Option<ReplicaId>,
    /// A zhiban that is yet to come: what it writes is known here by form only.
    newer: Outsider,
    /// Somebody with a key of the shop who keeps to no rule.
    rogue: Outsider,
}

impl World {
    /// Lays the shop that a number begins: every other one is a real shop, where people are
    /// admitted late, retired and promoted by whoever thinks that they may.
    pub fn new(start: u64) -> Self {
        let mut dice = Dice(SeededRandom::new(start.to_le_bytes()));
        let mut secrets = [[0; 32]; 3];
        for secret in &mut secrets {
            dice.0.fill(secret);
        }
        let [founder, newer, rogue] = secrets;
        let key = ReplicaKey::from_secret(&founder);
        let is_real = start % 2 == 1;
        let shop = if is_real {
            Shop {
                id: ShopId::of_founder(&key.public()),
                secret: ShopSecret([3; 32]),
                name: "simulated".into(),
                drill: false,
            }
        } else {
            Shop::drill("simulated")
        };
        let mut world = Self {
            folder: memory_folder(),
            now: BEGIN,
            peers: Vec::new(),
            records: records(!start.is_multiple_of(4)),
            ledger: BTreeMap::new(),
            post: Vec::new(),
            files: 0,
            founder: is_real.then(|| key.replica()),
            newer: Outsider::new(&newer, shop.id),
            rogue: Outsider::new(&rogue, shop.id),
            shop,
            dice,
        };
        world.add_peer(founder);
        for _ in 0..1 + world.dice.below(3) {
            let mut secret = [0; 32];
            world.dice.0.fill(&mut secret);
            world.add_peer(secret);
        }
        if is_real {
            world.found();
        }
        world
    }

    /// The founder's first word: who may admit the others.
    fn found(&mut self) {
        let replica = self.peers[0].replica;
        let fields = [
            ("role".to_owned(), "manager".into()),
            (format!("replicas/{replica}/letters"), "A".into()),
        ];
        let open = Payload::Open(Change {
            fields: fields.into_iter().collect(),
            ..Change::default()
        });
        let now = self.clock(0);
        let draft = Draft::new(&person::REGISTER, PEOPLE[0], open, now);
        self.peers[0].append(now, &[draft]);
        let new = self.peers[0].look();
        self.note(0, new);
    }

    /// Lives through some steps, then mends everything.
    pub fn play(&mut self, steps: u32) {
        for _ in 0..steps {
            self.now += 1_000 + self.dice.below(120_000) as i64;
            let peer = self.dice.below(self.peers.len());
            match self.dice.below(100) {
                0..44 => self.act(peer),
                44..49 => self.act_newer(peer),
                49..54 => self.act_rogue(peer),
                54..68 => self.send(peer),
                68..90 => self.receive(peer),
                90..94 => self.fork(peer),
                94..97 => self.peers[peer].reopen(),
                _ => self.peers[peer].store().rebuild().unwrap(),
            }
        }
        self.settle();
    }

    fn add_peer(&mut self, secret: [u8; 32]) -> usize {
        let skew = if self.dice.hits(40) {
            self.dice.0.below(2 * SKEW) as i64 - SKEW as i64
        } else {
            0
        };
        let folder = self.folder.path().join(format!("peer{}", self.peers.len()));
        let peer = Peer::new(&folder, &self.shop, secret, skew);
        self.peers.push(peer.founded_by(self.founder));
        self.peers.len() - 1
    }

    fn clock(&self, peer: usize) -> i64 {
        self.now + self.peers[peer].skew
    }

    /// Somebody does something: one act of one to three events.
    fn act(&mut self, peer: usize) {
        let (now, writers) = (self.clock(peer), self.writers());
        let mut drafts = Vec::new();
        for _ in 0..1 + self.dice.below(3) {
            let (id, register) = self.records[self.dice.below(self.records.len())];
            let record = self.peers[peer].store().record(id).unwrap();
            let chains = self.peers[peer].chains_of(id);
            let view = View {
                register,
                record: record.as_ref(),
                chains: &chains,
                now,
                others: &self.records,
            };
            let payload = if register.name == person::REGISTER.name {
                deeds::about_people(&mut self.dice, &view, &writers)
            } else {
                deeds::payload(&mut self.dice, &view)
            };
            let at = now - self.dice.below(3) as i64 * 60_000;
            let draft = Draft::new(register, id, payload, at);
            drafts.push(if self.dice.hits(5) {
                draft.numbered()
            } else {
                draft
            });
        }
        let chains = self.peers[peer].append(now, &drafts);
        self.peers[peer].fold_rest();
        let new = self.peers[peer].look();
        let written: BTreeSet<Chain> = new.iter().map(|event| event.chain).collect();
        assert_eq!(
            written,
            chains.iter().copied().collect(),
            "saved and not there, or more than said"
        );
        self.note(peer, new);
    }

    /// A newer zhiban writes a verb, register, version or shape that nobody here knows.
    fn act_newer(&mut self, peer: usize) {
        let (id, register) = self.records[self.dice.below(self.records.len())];
        let (claim, facts) = rogue::of_tomorrow(&mut self.dice, id, register, self.now);
        let from = self.newer.place(&mut self.dice, false);
        let run = self.newer.say(from, &claim, &facts, &Json::new());
        if self.hand_over(peer, &run) {
            self.newer.said(&run);
        }
    }

    /// Somebody with a valid key claims what suits them: any stamp, any roster, another's work,
    /// and now and then two different things in one place.
    fn act_rogue(&mut self, peer: usize) {
        let (id, register) = self.records[self.dice.below(self.records.len())];
        let writers = self.writers();
        let record = self.peers[peer].store().record(id).unwrap();
        let chains = self.peers[peer].chains_of(id);
        let view = View {
            register,
            record: record.as_ref(),
            chains: &chains,
            now: self.now,
            others: &self.records,
        };
        let payload = if register.name == person::REGISTER.name {
            deeds::about_people(&mut self.dice, &view, &writers)
        } else {
            deeds::payload(&mut self.dice, &view)
        };
        let rosters = rosters(&self.ledger);
        let claim = rogue::claimed(&mut self.dice, id, register, &payload, self.now, &rosters);
        let lies = self.dice.hits(10);
        let from = self.rogue.place(&mut self.dice, lies);
        let is_personal = |path: &str| register.field(path).is_some_and(|field| field.personal);
        let (facts, personal) = payload.write(is_personal);
        let run = self.rogue.say(from, &claim, &facts, &personal);
        if self.hand_over(peer, &run) {
            self.rogue.said(&run);
        }
    }

    /// Gives a run to a store as if a bundle had brought it, and returns whether it was taken:
    /// where the writer's earlier words have not come yet, this one is never said.
    fn hand_over(&mut self, peer: usize, run: &Run) -> bool {
        let store = self.peers[peer].store();
        let taken = store.append_foreign(run, self.now).unwrap();
        if taken.missing {
            return false;
        }
        self.peers[peer].fold_rest();
        let new = self.peers[peer].look();
        assert_eq!(new.len(), run.events.len());
        self.note(peer, new);
        true
    }

    /// Everybody who may be admitted or retired, with their last events.
    fn writers(&self) -> Vec<Writer> {
        let own = self.peers.iter().map(|peer| (peer.replica, 0));
        let mut heads: BTreeMap<ReplicaId, u64> = own.chain([(self.rogue.replica(), 0)]).collect();
        for event in self.ledger.values() {
            let newest = heads.entry(event.head.replica).or_default();
            *newest = event.head.seq.max(*newest);
        }
        let writer = |(replica, newest): (ReplicaId, u64)| {
            let all = self.ledger.values().map(|event| (&event.head, event.chain));
            let last = all.filter(|(head, _)| head.replica == replica && head.seq + 4 > newest);
            Writer {
                replica,
                newest,
                last: last.map(|(head, chain)| (head.seq, chain)).collect(),
            }
        };
        heads.into_iter().map(writer).collect()
    }

    /// Writes new events down and compares what they touch.
    fn note(&mut self, peer: usize, new: Vec<Event>) {
        let touched = new.iter().map(|event| event.head.record).collect();
        self.ledger
            .extend(new.into_iter().map(|event| (event.chain, event)));
        self.peers[peer].compare(&touched);
    }

    fn send(&mut self, peer: usize) {
        let now = self.clock(peer);
        let selection = match self.dice.below(3) {
            0 => Selection::All,
            1 => Selection::ForShop,
            _ => Selection::Since(now - self.dice.below(3_600_000) as i64),
        };
        let path = self.next_file();
        self.peers[peer].export(selection, now, &path).unwrap();
        self.post.push(path);
    }

    fn next_file(&mut self) -> PathBuf {
        self.files += 1;
        self.folder.path().join(format!("{}.zbundle", self.files))
    }

    /// A bundle arrives: any of those sent, in any order, perhaps again, perhaps damaged,
    /// perhaps stopped half-way; some never do.
    fn receive(&mut self, peer: usize) {
        if self.post.is_empty() {
            return;
        }
        let place = self.dice.below(self.post.len());
        let path = if self.dice.hits(40) {
            self.post.swap_remove(place)
        } else {
            self.post[place].clone()
        };
        match self.dice.below(10) {
            0 | 1 => {
                let damaged = self.damage(&path);
                self.take(peer, &damaged, NEVER);
            }
            2 => {
                let steps = 1 + self.dice.below(4) as u32;
                self.take(peer, &path, steps);
            }
            3 => {}
            _ => {
                let taken = self.take(peer, &path, NEVER);
                assert!(taken.is_some(), "a good bundle was refused");
            }
        }
    }

    /// Cuts a bundle's end off, or turns bits over.
    fn damage(&mut self, path: &Path) -> PathBuf {
        let mut bytes = fs::read(path).unwrap();
        if self.dice.hits(40) {
            bytes.truncate(self.dice.below(bytes.len()));
        } else {
            for _ in 0..1 + self.dice.below(3) {
                let place = self.dice.below(bytes.len());
                bytes[place] ^= 1 << self.dice.below(8);
            }
        }
        let damaged = self.next_file();
        fs::write(&damaged, bytes).unwrap();
        damaged
    }

    /// Imports, and holds the accounting to what came: nothing that nobody wrote, no event lost
    /// count of.
    fn take(&mut self, peer: usize, path: &Path, steps: u32) -> Option<Accounting> {
        let now = self.clock(peer);
        let taken = self.peers[peer].import(path, now, steps);
        // What was taken and not folded is folded before anybody looks.
        self.peers[peer].fold_rest();
        let new = self.peers[peer].look();
        for event in &new {
            let written = self
                .ledger
                .get(&event.chain)
                .expect("nobody wrote this event");
            assert_eq!(event.head, written.head);
            assert_eq!(event.body.facts(), written.body.facts());
        }
        if let Ok(sum) = &taken {
            assert_eq!(sum.events, sum.new + sum.here + sum.outside, "{sum:?}");
            assert_eq!(sum.new + sum.healed, new.len() as u64, "{sum:?}");
        }
        let touched = new.iter().map(|event| event.head.record).collect();
        self.peers[peer].compare(&touched);
        taken.ok()
    }

    /// A store is copied, and both go on writing with one key.
    fn fork(&mut self, peer: usize) {
        if self.peers.len() == PEERS {
            return;
        }
        let (now, path) = (self.clock(peer), self.next_file());
        self.peers[peer].export(Selection::All, now, &path).unwrap();
        let (secret, of) = (self.peers[peer].secret, self.peers[peer].replica);
        let copy = self.add_peer(secret);
        assert_eq!(self.peers[copy].replica, of);
        self.take(copy, &path, NEVER);
    }

    /// Nothing goes wrong any more: everybody tells everybody everything, until nobody has news.
    fn settle(&mut self) {
        loop {
            self.now += 60_000;
            let mut news = 0;
            for from in 0..self.peers.len() {
                let path = self.next_file();
                let now = self.clock(from);
                self.peers[from].export(Selection::All, now, &path).unwrap();
                for to in (0..self.peers.len()).filter(|to| *to != from) {
                    let sum = self
                        .take(to, &path, NEVER)
                        .expect("a good bundle was refused");
                    news += sum.new + sum.healed;
                }
            }
            if news == 0 {
                break;
            }
        }
        let all: BTreeSet<&Chain> = self.ledger.keys().collect();
        for peer in &mut self.peers {
            peer.compare_all();
            let held: BTreeSet<&Chain> = peer.held().keys().collect();
            assert_eq!(held, all, "something is lost");
        }
        self.agree(&all.into_iter().copied().collect());
    }

    fn agree(&mut self, all: &BTreeSet<Chain>) {
        let state = self.peers[0].state();
        for peer in &mut self.peers {
            for one in peer.store().outside().unwrap() {
                assert!(
                    !all.contains(&one.chain),
                    "{} waits outside and is here",
                    one.chain
                );
            }
            peer.store().rebuild().unwrap();
            assert_eq!(peer.state(), state, "stores that hold the same differ");
        }
    }
}

/// The people of a real shop, as many as may come.
const PEOPLE: [Id; 3] = [Id([20; 16]), Id([21; 16]), Id([22; 16])];

/// What there is to talk about.
fn records(has_people: bool) -> Vec<(Id, &'static Register)> {
    let names = [
        "order",
        "note",
        "case",
        "conversation",
        "promise",
        "customer",
        "ticket",
        "account",
    ];
    let people = PEOPLE.map(|id| (id, &person::REGISTER));
    (1..=names.len() as u8)
        .zip(names)
        .map(|(place, name)| (Id([place; 16]), registers::by_name(name).unwrap()))
        .chain(people.into_iter().filter(|_| has_people))
        .collect()
}

/// The words by which authority names what it had seen of the roster.
fn rosters(ledger: &BTreeMap<Chain, Event>) -> Vec<Roster> {
    let mut people: Vec<&Event> = ledger
        .values()
        .filter(|event| event.head.register == person::REGISTER.name)
        .collect();
    people.sort_by_key(|event| event.order());
    people.iter().map(|event| event.chain.short().0).collect()
}

/// A folder in memory where the system has one: a start makes thousands of durable commits.
fn memory_folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}
