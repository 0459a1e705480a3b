//! A drill desk inside the test's own process.
#![allow(dead_code, clippy::unwrap_used)]

use std::path::Path;

use serde_json::json;
use zhiban::chance::{FixedClock, SeededRandom};
use zhiban::desk::Desk;
use zhiban::desk::act::fields;
use zhiban::domain::id::Id;
use zhiban::domain::payload::{Change, Payload};
use zhiban::domain::registers::setting;
use zhiban::domain::seal::ReplicaKey;
use zhiban::store::{Author, Draft, Shop, Store};

/// 2026-11-22T15:46+08:00.
pub const NOW: i64 = 1_795_333_560_000;

/// Lays a drill shop down for one person, who is signed in, at [`NOW`].
pub fn desk(folder: &Path, shop: &str, name: &str) -> Desk {
    let mut store = Store::create(folder, Shop::drill(shop)).unwrap();
    let mut random = SeededRandom::new(name);
    let secret = *blake3::hash(name.as_bytes()).as_bytes();
    let replica = store.add_replica(ReplicaKey::from_secret(&secret)).unwrap();
    let change = Change {
        fields: fields([("key", json!("replica")), ("name", json!(name))]),
        ..Change::default()
    };
    let mut dice = [0; 10];
    zhiban::chance::Random::fill(&mut random, &mut dice);
    let first = Draft::new(
        &setting::REGISTER,
        Id::at(NOW, dice),
        Payload::Open(change),
        NOW,
    );
    store
        .append(&Author { replica, zone: 480 }, NOW, &mut random, &[first])
        .unwrap();
    let mut desk = Desk::open(store, Box::new(FixedClock(NOW)), Box::new(random)).unwrap();
    let person = desk.people().by_name(name).unwrap().clone();
    desk.sign_in(&person).unwrap();
    desk
}
