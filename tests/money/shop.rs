//! A real shop in one process: real stores with a roster, desks over them, and words that no
//! desk would write, appended to the log all the same.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Map, Value, json};
use zhiban::chance::{Clock, SeededRandom};
use zhiban::desk::Desk;
use zhiban::desk::people::Person;
use zhiban::domain::id::{Chain, Id, ReplicaId, ShopId, ShopSecret};
use zhiban::domain::payload::{Change, Meaning, Payload};
use zhiban::domain::record::Record;
use zhiban::domain::registers;
use zhiban::domain::rules::money;
use zhiban::domain::seal::ReplicaKey;
use zhiban::store::{Author, Draft, Run, Shop, Store};

/// The time at the beginning, milliseconds UTC.
pub const BEGIN: i64 = 1_795_333_560_000;
/// Who founded the shop.
pub const FOUNDER: u8 = 1;

/// The shop's clock: one for all desks, set by hand, a second further at every look.
#[derive(Clone)]
pub struct Hand(Arc<AtomicI64>);

impl Clock for Hand {
    fn now(&self) -> i64 {
        self.0.fetch_add(1_000, Ordering::SeqCst)
    }
}

impl Hand {
    /// Returns a clock at the beginning.
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(BEGIN)))
    }

    /// Sets the clock on, or back.
    pub fn turn(&self, by: i64) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

/// Returns the key of a number.
pub fn key(number: u8) -> ReplicaKey {
    ReplicaKey::from_secret(&[number; 32])
}

/// Returns the replica of a number.
pub fn replica(number: u8) -> ReplicaId {
    key(number).replica()
}

/// Returns an id that is a number.
pub fn id(number: u16) -> Id {
    let mut bytes = [0x55; 16];
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    Id(bytes)
}

/// Returns the id of the person of a number.
pub fn person(number: u8) -> Id {
    Id([number; 16])
}

/// A machine: a store with the keys of those who work at it.
pub struct Machine {
    folder: tempfile::TempDir,
    /// The desk over the store.
    pub desk: Desk,
    clock: Hand,
    random: SeededRandom,
}

fn shop(of: u8) -> Shop {
    Shop {
        id: ShopId::of_founder(&key(of).public()),
        secret: ShopSecret([6; 32]),
        name: "shop".into(),
        drill: false,
    }
}

impl Machine {
    /// Lays a store down, with the keys of these numbers on it.
    pub fn new(clock: &Hand, keys: &[u8]) -> Self {
        Self::of_shop(clock, keys, FOUNDER)
    }

    /// Lays a store of the shop that another number founded.
    pub fn of_shop(clock: &Hand, keys: &[u8], founder: u8) -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory).unwrap()
        } else {
            tempfile::tempdir().unwrap()
        };
        let mut store = Store::create(&folder.path().join("data"), shop(founder)).unwrap();
        for number in keys {
            store.add_replica(key(*number)).unwrap();
        }
        let dice = SeededRandom::new([keys, &[founder]].concat());
        let desk = Desk::open(store, Box::new(clock.clone()), Box::new(dice.clone())).unwrap();
        Self {
            folder,
            desk,
            clock: clock.clone(),
            random: dice,
        }
    }

    /// Appends events as they are, whatever a desk would say.
    pub fn write(
        &mut self,
        who: u8,
        register: &str,
        record: Id,
        payloads: Vec<Payload>,
    ) -> Vec<Chain> {
        let events = payloads
            .into_iter()
            .map(|payload| (register, record, payload))
            .collect();
        self.write_all(who, events)
    }

    /// Appends events of several records in one act.
    pub fn write_all(&mut self, who: u8, events: Vec<(&str, Id, Payload)>) -> Vec<Chain> {
        let now = self.clock.now();
        let drafts: Vec<Draft> = events
            .into_iter()
            .map(|(register, record, payload)| {
                Draft::new(registers::by_name(register).unwrap(), record, payload, now)
            })
            .collect();
        let author = Author {
            replica: replica(who),
            zone: 480,
        };
        let store = self.desk.store_mut();
        store
            .append(&author, now, &mut self.random, &drafts)
            .unwrap()
            .chains
    }

    /// Puts a person into the roster, or a further device of theirs, by the founder's hand.
    pub fn admit(&mut self, by: u8, who: u8, role: &str, devices: &[u8], limit: Option<i64>) {
        let mut fields = json!({"name": format!("P{who}"), "role": role, "posts": ["after_sales"]});
        for device in devices {
            fields[format!("replicas/{}/key", replica(*device))] =
                json!(ShopSecret(key(*device).public()).to_string());
        }
        if let Some(limit) = limit {
            fields["limit_case"] = yuan(limit);
        }
        self.write(by, "person", person(who), vec![open(fields)]);
        self.desk.refresh().unwrap();
    }

    /// Ends a device at a seq.
    pub fn retire(&mut self, by: u8, who: u8, device: u8, seq: u64) {
        let cell = format!("replicas/{}/cut_seq", replica(device));
        self.write(by, "person", person(who), vec![set(json!({cell: seq}))]);
        self.desk.refresh().unwrap();
    }

    /// Ends a device at the last of its events that is here, as the desk does.
    pub fn end(&mut self, by: u8, who: u8, device: u8) {
        let heads = self.desk.store().heads().unwrap();
        let head = heads.iter().find(|head| head.replica == replica(device));
        let head = head.unwrap();
        let cell = |name: &str| format!("replicas/{}/{name}", replica(device));
        let chain = head.chain.to_string();
        let said = json!({cell("cut_seq"): head.seq, cell("cut_chain"): chain});
        self.write(by, "person", person(who), vec![set(said)]);
        self.desk.refresh().unwrap();
    }

    /// Sits a person down at one of their devices.
    pub fn sit(&mut self, who: u8, device: u8) -> &mut Desk {
        let known = self.desk.people().by_id(person(who)).unwrap().clone();
        self.desk.act_as(&Person {
            replica: replica(device),
            ..known
        });
        &mut self.desk
    }

    /// Writes a request: a submitted case. Returns its event.
    pub fn request(&mut self, who: u8, case: Id, amount: i64) -> Chain {
        *self.write(who, "case", case, asked(amount)).last().unwrap()
    }

    /// Returns the case.
    pub fn case(&self, case: Id) -> Record {
        self.desk.store().record(case).unwrap().unwrap()
    }

    /// Writes a word about a case as the desk would spell it, with further members.
    pub fn word(&mut self, who: u8, case: Id, meaning: Meaning, of: Chain, more: Value) -> Chain {
        let mut saw = money::binding(&self.case(case));
        saw.extend(more.as_object().unwrap().clone());
        self.raw_word(who, case, meaning, of, saw)
    }

    /// Writes a word about a case that repeats exactly this.
    pub fn raw_word(
        &mut self,
        who: u8,
        case: Id,
        meaning: Meaning,
        of: Chain,
        saw: Map<String, Value>,
    ) -> Chain {
        self.write(who, "case", case, vec![sign(meaning, of, saw)])[0]
    }

    /// Approves for a device.
    pub fn approve(&mut self, who: u8, case: Id, of: Chain, executor: u8) -> Chain {
        let executor = json!({"executor": replica(executor).to_string()});
        self.word(who, case, Meaning::Approve, of, executor)
    }

    /// Says that a case was executed, and on which ground.
    pub fn execute(&mut self, who: u8, case: Id, of: Chain, ground: (&str, String)) -> Chain {
        let more = json!({"executor": replica(who).to_string(), ground.0: ground.1});
        self.word(who, case, Meaning::Execute, of, more)
    }

    /// Returns why an event does not count, none where it does.
    pub fn code(&self, event: Chain) -> Option<String> {
        let all = self.desk.store().unfolded().unwrap();
        all.into_iter()
            .find(|one| one.chain == event)
            .map(|one| one.code)
    }

    /// Returns the executions of a case that count.
    pub fn paid(&self, case: Id) -> usize {
        money::executions(&self.case(case)).count()
    }

    /// Returns the open contradictions of a kind.
    pub fn open(&self, kind: &str) -> Vec<zhiban::store::Contradiction> {
        let mut all = self.desk.open_contradictions().unwrap();
        all.retain(|one| one.kind == kind);
        all
    }

    /// Returns everything held, as bundles carry it.
    pub fn runs(&self) -> Vec<Run> {
        let store = self.desk.store();
        let heads = store.heads().unwrap();
        heads
            .iter()
            .map(|head| Run {
                replica: head.replica,
                key: store.public_key(head.replica).unwrap().unwrap(),
                from_seq: head.from_seq,
                from_chain: head.from_chain,
                events: store
                    .stream_events(head.stream, head.from_seq + 1, head.seq)
                    .unwrap(),
                seals: store.seals(head.stream, 0, head.seq).unwrap(),
            })
            .filter(|run| !run.events.is_empty())
            .collect()
    }

    /// Takes runs in, in the order given; what stands too early is tried again.
    pub fn take(&mut self, runs: &[Run]) {
        let now = self.clock.now();
        let mut waiting: Vec<&Run> = runs.iter().collect();
        while !waiting.is_empty() {
            let store = self.desk.store_mut();
            let before = waiting.len();
            waiting.retain(|run| store.append_foreign(run, now).unwrap().missing);
            assert!(waiting.len() < before, "a run hangs on nothing");
        }
        while self.desk.store_mut().fold_dirty(1_000).unwrap() > 0 {}
        self.desk.refresh().unwrap();
    }

    /// Verifies the store and returns its state.
    pub fn state(&self) -> String {
        let verified = self.desk.store().verify().unwrap();
        assert!(verified.clean, "{:?}", verified.defects);
        verified.state
    }

    /// Returns the folder in which files may be laid.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Everybody tells everybody everything.
pub fn exchange(machines: &mut [&mut Machine]) {
    for _ in 0..2 {
        for from in 0..machines.len() {
            let runs = machines[from].runs();
            for to in (0..machines.len()).filter(|to| *to != from) {
                machines[to].take(&runs);
            }
        }
    }
}

/// All stores say the same.
pub fn agree(machines: &[&mut Machine]) {
    let states: BTreeMap<String, usize> = machines
        .iter()
        .enumerate()
        .map(|(at, one)| (one.state(), at))
        .collect();
    assert_eq!(states.len(), 1, "stores that hold the same differ");
}

pub fn yuan(amount: i64) -> Value {
    json!({"minor": amount * 100, "currency": "CNY"})
}

fn change(fields: Value) -> Change {
    Change {
        fields: fields.as_object().unwrap().clone().into_iter().collect(),
        ..Change::default()
    }
}

pub fn open(fields: Value) -> Payload {
    Payload::Open(change(fields))
}

pub fn set(fields: Value) -> Payload {
    Payload::Set(change(fields))
}

pub fn step(from: &str, to: &str) -> Payload {
    Payload::Move {
        from: from.into(),
        to: to.into(),
        reason: None,
        note: None,
    }
}

pub fn sign(meaning: Meaning, of: Chain, saw: Map<String, Value>) -> Payload {
    Payload::Sign {
        meaning,
        of,
        saw,
        note: None,
    }
}

/// The events of a request.
pub fn asked(amount: i64) -> Vec<Payload> {
    let fields = json!({
        "kind": "refund_only", "order": id(9_999).to_string(), "order_number": "4031902847193516613",
        "amount": yuan(amount), "payee": "original", "reason": "not_wanted", "fault": "buyer",
        "lines/1/quantity": 1, "lines/1/bought": 99, "read_back": true, "paid": yuan(100), "paid_verified": true,
    });
    vec![open(fields), step("draft", "submitted")]
}

/// Returns how often something is done: the short form, or what the environment asks for.
pub fn times(variable: &str, short: u64) -> u64 {
    let long = std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok());
    long.unwrap_or(short)
}
