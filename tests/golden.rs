//! What may never change: the layouts that are hashed and signed, and the state of a small
//! fixed history. `tests/golden/vectors.txt` holds the bytes; another program that arrives at
//! them reads and writes what zhiban does.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;

use serde_json::json;
use zhiban::chance::SeededRandom;
use zhiban::domain::body::{Absence, Body, Personal};
use zhiban::domain::event::{Event, Head, genesis, seal_message};
use zhiban::domain::id::{Chain, Id, ReplicaId, ShopId, ShopSecret};
use zhiban::domain::payload::{Change, Payload};
use zhiban::domain::register::Owner;
use zhiban::domain::registers;
use zhiban::domain::seal::ReplicaKey;
use zhiban::domain::stamp::Stamp;
use zhiban::exchange::bundle::{self, Export, Selection};
use zhiban::store::{Author, Draft, Shop, Store, StoreError, Watch};

const VECTORS: &str = include_str!("golden/vectors.txt");

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Names and values in the order of the file.
fn actual() -> Vec<(&'static str, String)> {
    let key = ReplicaKey::from_secret(&[7; 32]);
    let shop = ShopId([0x11; 16]);
    let start = genesis(shop, &key.public());
    let plain = Body::Whole {
        facts: br#"{"fields":{"amount":{"currency":"CNY","minor":1990}}}"#.to_vec(),
        personal: None,
    };
    let personal = Body::Whole {
        facts: b"{}".to_vec(),
        personal: Some(Personal {
            salt: [0x33; 16],
            bytes: r#"{"fields":{"words":"掉色"}}"#.as_bytes().to_vec(),
        }),
    };
    let head = Head {
        replica: key.replica(),
        seq: 3,
        stamp: Stamp(0x0123_4567_89AB_CDEF),
        at: 1_795_333_560_000,
        zone: 480,
        act: 2,
        register: "case".into(),
        record: Id([0x22; 16]),
        verb: 2,
        version: 1,
        roster: [0x44; 8],
        digest: [0; 32],
    };
    let event = Event::after(&start, head, personal.clone()).unwrap();
    let seal = key.seal(shop, 3, event.chain, [0x44; 8]);
    let faceless = personal.clone().without_personal(Absence::Erased);
    assert_eq!(faceless.digest(), personal.digest());
    let mut vectors = vec![
        ("public-key", hex(&key.public())),
        ("replica", ReplicaId::of_key(&key.public()).to_string()),
        ("genesis", start.to_string()),
        ("digest-plain", hex(&plain.digest())),
        ("digest-personal", hex(&personal.digest())),
        ("head", hex(&event.head.encode())),
        ("chain", event.chain.to_string()),
        (
            "seal-message",
            hex(&seal_message(
                shop,
                seal.replica,
                3,
                &seal.chain,
                &seal.roster,
            )),
        ),
        ("seal", hex(&seal.signature)),
        ("drill-shop", ShopId::of_drill("practice").to_string()),
        ("drill-secret", ShopSecret::of_drill("practice").to_string()),
        (
            "derived-order",
            ShopSecret::of_drill("practice")
                .derive("order", "taobao-1", "4567890123456789012")
                .to_string(),
        ),
    ];
    let (chains, state, states) = history();
    vectors.push(("history-last", chains.last().unwrap().to_string()));
    vectors.push(("history-state", state));
    vectors.push(("history-complaint", states));
    vectors
}

/// A complaint that is opened, owned, moved, amended and partly taken back.
fn history() -> (Vec<Chain>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(folder.path(), Shop::drill("practice")).unwrap();
    let replica = store
        .add_replica(ReplicaKey::from_secret(&[7; 32]))
        .unwrap();
    let author = Author { replica, zone: 480 };
    let mut random = SeededRandom::new("golden");
    let register = registers::by_name("complaint").unwrap();
    let record = Id([0x55; 16]);
    let fields =
        |value: serde_json::Value| value.as_object().cloned().unwrap().into_iter().collect();
    let change = |value| Change {
        fields: fields(value),
        ..Change::default()
    };
    let acts = [
        Payload::Open(change(
            json!({"words": "掉色", "source": "customer", "order_number": "4567890123456789012"}),
        )),
        Payload::Assign {
            saw: None,
            to: Owner::Person(Id([0x66; 16])),
            reason: None,
            note: None,
        },
        Payload::Move {
            from: "received".into(),
            to: "verifying".into(),
            reason: None,
            note: Some("核实中".into()),
        },
        Payload::Set(change(json!({"severity": "serious"}))),
    ];
    let mut chains = Vec::new();
    for (n, payload) in acts.into_iter().enumerate() {
        let now = 1_795_333_560_000 + n as i64 * 1_000;
        let draft = Draft::new(register, record, payload, now).numbered();
        chains.extend(
            store
                .append(&author, now, &mut random, &[draft])
                .unwrap()
                .chains,
        );
    }
    let void = Payload::Void {
        events: Some(vec![chains[3]]),
        reason: Some("mistake".into()),
    };
    let draft = Draft::new(register, record, void, 1_795_333_570_000);
    chains.extend(
        store
            .append(&author, 1_795_333_570_000, &mut random, &[draft])
            .unwrap()
            .chains,
    );
    let verified = store.verify().unwrap();
    assert!(verified.clean, "{:?}", verified.defects);
    (chains, verified.state, verified.states["complaint"].clone())
}

#[test]
fn layouts_hashes_and_signatures_are_what_they_were() {
    let actual: Vec<String> = actual()
        .into_iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    let expected: Vec<&str> = VECTORS
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    assert_eq!(actual, expected, "\n{}\n", actual.join("\n"));
}

/// Where the golden files lie.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/");
/// When the golden store was written, milliseconds UTC.
const WRITTEN: i64 = 1_795_333_560_000;

/// The shop of the golden bundle.
fn shop() -> Shop {
    Shop {
        id: ShopId([9; 16]),
        secret: ShopSecret([8; 32]),
        name: "golden".into(),
        drill: true,
    }
}

/// Writes a store of this release: the golden bundle, and work of its own in several registers.
fn lay(folder: &Path) -> Store {
    let mut store = Store::create(folder, shop()).unwrap();
    let bundle = format!("{GOLDEN}v1.zbundle");
    bundle::import(&mut store, bundle.as_ref(), WRITTEN, &mut |_| true).unwrap();
    let replica = store
        .add_replica(ReplicaKey::from_secret(&[77; 32]))
        .unwrap();
    let author = Author { replica, zone: 480 };
    let mut random = SeededRandom::new("golden store");
    let change = |value: serde_json::Value| Change {
        fields: value.as_object().cloned().unwrap().into_iter().collect(),
        ..Change::default()
    };
    let acts = [
        (
            "complaint",
            161,
            Payload::Open(change(json!({"words": "掉色", "source": "customer"}))),
        ),
        (
            "complaint",
            161,
            Payload::Move {
                from: "received".into(),
                to: "verifying".into(),
                reason: None,
                note: Some("核实中".into()),
            },
        ),
        ("note", 162, Payload::Open(change(json!({"courier": "SF"})))),
        ("note", 162, Payload::Set(change(json!({"courier": "YTO"})))),
        (
            "order",
            163,
            Payload::Open(Change {
                exported_at: Some(WRITTEN),
                ..change(
                    json!({"number": "2300000000000000001", "receiver": "王小明", "item_count": 2}),
                )
            }),
        ),
        (
            "case",
            164,
            Payload::Open(change(json!({"kind": "refund_only"}))),
        ),
        (
            "case",
            164,
            Payload::Void {
                events: None,
                reason: Some("mistake".into()),
            },
        ),
    ];
    for (n, (register, record, payload)) in acts.into_iter().enumerate() {
        let (now, register) = (
            WRITTEN + n as i64 * 1_000,
            registers::by_name(register).unwrap(),
        );
        let draft = Draft::new(register, Id([record; 16]), payload, now);
        store.append(&author, now, &mut random, &[draft]).unwrap();
    }
    store.seal_head(replica).unwrap();
    while store.fold_dirty(1_000).unwrap() > 0 {}
    store
}

/// Returns what the store is, as the file beside it says it.
fn verdict(store: &Store) -> serde_json::Value {
    let verified = store.verify().unwrap();
    assert!(verified.clean, "{:?}", verified.defects);
    json!({"events": verified.events, "records": verified.records, "replicas": verified.replicas,
        "state": verified.state, "states": verified.states})
}

#[test]
#[ignore = "the golden store was written once; this says how"]
fn write_the_golden_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = lay(&folder.path().join("data"));
    let copy = folder.path().join("copy");
    store.backup(&copy).unwrap();
    let packed = zstd::encode_all(fs::read(&copy).unwrap().as_slice(), 19).unwrap();
    fs::write(format!("{GOLDEN}v1.db.zst"), packed).unwrap();
    let text = serde_json::to_string_pretty(&verdict(&store)).unwrap();
    fs::write(format!("{GOLDEN}v1.db.json"), text + "\n").unwrap();
}

/// A copy that another release made is restored, with all that can be computed of it.
#[test]
fn golden_formats_copy() {
    let folder = tempfile::tempdir().unwrap();
    let (copy, data) = (folder.path().join("copy"), folder.path().join("data"));
    let packed = fs::read(format!("{GOLDEN}v1.db.zst")).unwrap();
    let packed = zstd::decode_all(packed.as_slice()).unwrap();
    fs::write(&copy, &packed).unwrap();
    let expected: serde_json::Value =
        serde_json::from_slice(&fs::read(format!("{GOLDEN}v1.db.json")).unwrap()).unwrap();
    let verified = Store::restore(&copy, &data, &Watch::here(None, Id([7; 16]))).unwrap();
    assert!(verified.clean, "{:?}", verified.defects);
    assert!(
        fs::read(&copy).unwrap() == packed,
        "the copy stays as it was"
    );
    let store = Store::open_read_only(&data).unwrap();
    assert_eq!(verdict(&store), expected);
    let row = store.row(Id([161; 16])).unwrap().unwrap();
    assert_eq!((row.id, row.state.as_str()), (Id([161; 16]), "verifying"));
}

/// Lays the golden store into a folder as it was released; returns its database's bytes and what
/// it is.
fn lay_golden(data: &Path) -> (Vec<u8>, serde_json::Value) {
    fs::create_dir_all(data).unwrap();
    let packed = fs::read(format!("{GOLDEN}v1.db.zst")).unwrap();
    let bytes = zstd::decode_all(packed.as_slice()).unwrap();
    fs::write(data.join("zhiban.db"), &bytes).unwrap();
    let expected = fs::read(format!("{GOLDEN}v1.db.json")).unwrap();
    (bytes, serde_json::from_slice(&expected).unwrap())
}

/// What another release computed is read before this one ever opened it for writing, and the store
/// stays as it was: the check of a store in doubt begins so.
#[test]
fn golden_formats_read_only() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (bytes, expected) = lay_golden(&data);
    let mut store = Store::open_read_only(&data).unwrap();
    assert_eq!(verdict(&store), expected);
    let row = store.row(Id([161; 16])).unwrap().unwrap();
    assert_eq!((row.id, row.state.as_str()), (Id([161; 16]), "verifying"));
    assert_eq!(store.folder(), data);
    assert!(store.health().unwrap().is_sound);
    let written = store.set_setting_local("any", Some("thing"));
    assert!(matches!(written, Err(StoreError::ReadOnly)), "{written:?}");
    drop(store);
    assert!(fs::read(data.join("zhiban.db")).unwrap() == bytes);
    let left: Vec<_> = fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with("past-"))
        .collect();
    assert!(left.is_empty(), "the copy goes: {left:?}");
}

/// Whoever opens what another release computed hears that it is made anew, once.
#[test]
fn golden_formats_first_opening() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (_, expected) = lay_golden(&data);
    let watch = Watch::here(None, Id([7; 16]));
    let mut told = 0;
    let mut store = Store::open_watched_telling(&data, &watch, &mut || told += 1).unwrap();
    assert!(store.fold_rest(&mut |_| true).unwrap());
    assert_eq!(verdict(&store), expected);
    drop(store);
    drop(Store::open_watched_telling(&data, &watch, &mut || told += 1).unwrap());
    assert_eq!(told, 1);
}

/// Every format that was released stays readable: the store.
#[test]
fn golden_formats_store() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (_, expected) = lay_golden(&data);
    // Read as it is, opened to be written, and all of it folded anew.
    let mut store = Store::open(&data).unwrap();
    while store.fold_dirty(1_000).unwrap() > 0 {}
    assert_eq!(verdict(&store), expected);
    drop(store);
    assert_eq!(verdict(&Store::open_read_only(&data).unwrap()), expected);
    let mut store = Store::open(&data).unwrap();
    store.rebuild().unwrap();
    while store.fold_dirty(1_000).unwrap() > 0 {}
    assert_eq!(verdict(&store), expected);
    let record = store.record(Id([161; 16])).unwrap().unwrap();
    assert_eq!(
        (record.state.as_str(), record.text("words")),
        ("verifying", Some("掉色"))
    );
    let order = store.record(Id([163; 16])).unwrap().unwrap();
    assert_eq!(
        order.text("receiver"),
        Some("王小明"),
        "personal parts are there"
    );
    // Work goes on in it, and what it holds goes out.
    let replica = store
        .add_replica(ReplicaKey::from_secret(&[78; 32]))
        .unwrap();
    let change = Change {
        fields: [("courier".to_owned(), json!("ZTO"))].into(),
        ..Change::default()
    };
    let draft = Draft::new(
        registers::by_name("note").unwrap(),
        Id([162; 16]),
        Payload::Set(change),
        WRITTEN,
    );
    let mut random = SeededRandom::new("goes on");
    store
        .append(
            &Author { replica, zone: 480 },
            WRITTEN + 60_000,
            &mut random,
            &[draft],
        )
        .unwrap();
    let events = store.verify().unwrap().events;
    assert_eq!(
        Some(events),
        expected["events"].as_u64().map(|events| events + 1)
    );
    let out = folder.path().join("out.zbundle");
    let export = Export {
        selection: Selection::All,
        plain: Some("golden"),
        ..Export::new(replica, WRITTEN + 60_000)
    };
    assert_eq!(
        bundle::export(&mut store, &export, &out).unwrap().events,
        events
    );
    let mut other = Store::create(&folder.path().join("other"), shop()).unwrap();
    let sum = bundle::import(&mut other, &out, WRITTEN, &mut |_| true).unwrap();
    assert_eq!((sum.new, sum.outside), (events, 0));
    assert_eq!(other.verify().unwrap().state, store.verify().unwrap().state);
}

/// Every format that was released stays readable: the bundle.
#[test]
fn golden_formats_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("{GOLDEN}v1.zbundle");
    let found = bundle::inspect(file.as_ref(), &mut |_| true).unwrap();
    let verdict: serde_json::Value =
        serde_json::from_slice(&fs::read(format!("{GOLDEN}v1.verify.json")).unwrap()).unwrap();
    assert_eq!(found.verdict(), verdict);
    let mut store = Store::create_bare(&folder.path().join("data")).unwrap();
    let sum = bundle::import(&mut store, file.as_ref(), WRITTEN, &mut |_| true).unwrap();
    assert_eq!((sum.events, sum.new, sum.outside), (160, 160, 0));
    let again = bundle::import(&mut store, file.as_ref(), WRITTEN, &mut |_| true).unwrap();
    assert_eq!((again.new, again.here), (0, 160));
    assert_eq!(store.verify().unwrap().events, 160);
}
