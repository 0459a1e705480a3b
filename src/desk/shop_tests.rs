//! Shops for tests, on disk as long as they are held.

use serde_json::json;

use super::Desk;
use super::act::fields;
use super::begin::init_drill;
use super::import::ImportOptions;
use crate::chance::{FixedClock, SeededRandom};
use crate::domain::id::Id;
use crate::domain::payload::{Change, Direction, Fields, Payload, Say};
use crate::domain::record::Record;
use crate::domain::registers::{conversation, person, setting};
use crate::domain::seal::ReplicaKey;
use crate::store::{Author, Draft};

/// 2026-11-22T15:46+08:00.
pub const NOW: i64 = 1_795_333_560_000;
/// An order of two lines that is not shipped yet.
pub const ORDER: &str = "4031902847193516613";

/// A shop and a desk in it.
pub struct Shop {
    pub folder: tempfile::TempDir,
    pub desk: Desk,
}

impl Shop {
    /// A shop with one supervisor and the sample's orders.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Box::new(FixedClock(NOW));
        let random = Box::new(SeededRandom::new("stage"));
        let mut desk =
            init_drill(&folder.path().join("data"), "青禾", "林晓", clock, random).unwrap();
        let orders = include_bytes!("../../assets/sample/orders.csv");
        let options = ImportOptions {
            exported_at: Some(NOW - 3_600_000),
            ..ImportOptions::default()
        };
        let me = desk.me().unwrap().clone();
        desk.sign_in(&me).unwrap();
        desk.import("orders.csv", orders, &options).unwrap();
        Self { folder, desk }
    }

    /// The sample shop, with one of its people at the desk.
    pub fn sample(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = super::demo::open(&folder.path().join("data"), 1_000_000).unwrap();
        let person = desk.people().by_name(name).unwrap().clone();
        desk.act_as(&person);
        Self { folder, desk }
    }
}

/// Gives everybody's device a key that bundles are made for, as in a shop that is no drill: only
/// such a device is retired.
pub fn with_opening_keys(desk: &mut Desk) {
    let people = desk.people().all().to_vec();
    for one in people {
        let (record, _) = desk.record(one.id).unwrap();
        let (map, cell) = (person::REPLICAS.name(), person::RECIPIENT.name());
        let values = Fields::from([(format!("{map}/{}/{cell}", one.replica), json!("age1"))]);
        let mut act = desk.act();
        act.set(&person::REGISTER, &record, values);
        desk.write(act).unwrap();
    }
}

/// Opens a talk that nobody has, with what is known of it.
pub fn unowned_talk(desk: &mut Desk, about: Fields) -> Record {
    let id = desk.new_id();
    let mut act = desk.act();
    act.open(&conversation::REGISTER, id, about);
    desk.write(act).unwrap();
    desk.record(id).unwrap().0
}

/// Opens so many talks that nobody has.
pub fn unowned_talks(desk: &mut Desk, count: usize) {
    let mut act = desk.act();
    for n in 0..count {
        let about = fields([("buyer", format!("路过{n}").into())]);
        act.open(&conversation::REGISTER, desk.new_id(), about);
    }
    desk.write(act).unwrap();
}

/// Lets another person of the same shop act from now on, on the same device.
pub fn colleague(desk: &mut Desk, name: &str) {
    let secret = *blake3::hash(name.as_bytes()).as_bytes();
    let replica = desk
        .store_mut()
        .add_replica(ReplicaKey::from_secret(&secret))
        .unwrap();
    let change = Change {
        fields: fields([("key", json!("replica")), ("name", json!(name))]),
        ..Change::default()
    };
    let id = desk.new_id();
    let draft = Draft::new(&setting::REGISTER, id, Payload::Open(change), NOW);
    let author = Author { replica, zone: 480 };
    let mut random = SeededRandom::new(name);
    desk.store_mut()
        .append(&author, NOW, &mut random, &[draft])
        .unwrap();
    desk.refresh().unwrap();
    act_as(desk, name);
}

/// Lets somebody act who sits here already.
pub fn act_as(desk: &mut Desk, name: &str) {
    let person = desk.people().by_name(name).unwrap().clone();
    desk.sign_in(&person).unwrap();
}

/// Lets the buyer of a talk say something.
pub fn buyer_says(desk: &mut Desk, talk: Id, text: &str) {
    let say = Say {
        author: Some("小鹿".into()),
        ..Say::plain(Direction::In, text)
    };
    let at = desk.now() + 60_000;
    let draft = Draft::new(
        &conversation::REGISTER,
        talk,
        Payload::Say(Box::new(say)),
        at,
    );
    let replica = desk.me().unwrap().replica;
    let author = Author { replica, zone: 480 };
    let mut random = SeededRandom::new("said");
    desk.store_mut()
        .append(&author, at, &mut random, &[draft])
        .unwrap();
}
