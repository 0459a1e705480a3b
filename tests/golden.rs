//! What may never change: the layouts that are hashed and signed, and the state of a small
//! fixed history. `tests/golden/vectors.txt` holds the bytes; another program that arrives at
//! them reads and writes what zhiban does.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

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
use zhiban::store::{Author, Draft, Shop, Store};

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
