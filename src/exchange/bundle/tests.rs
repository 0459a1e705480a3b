//! Bundles written from a list and read back: the format without a store.

use std::io::Write;

use proptest::prelude::*;
use serde_json::json;

use super::check::{Checked, Wrong, check};
use super::fault::{BundleFault, Code};
use super::format::{LINE_MAX, Manifest, Range, Replica, Tip};
use super::hex::Hex;
use super::pack::{Frame, Limits, PackFault, Part, Piece, Source, plan, write};
use super::read::Bundle;
use super::unpack::import_keeping;
use super::{Accounting, Export, Selection, export, import};
use crate::domain::body::{Absence, Body, Json};
use crate::domain::event::{Event, Head, Seal, genesis};
use crate::domain::id::{Chain, Id, ShopId, ShopSecret};
use crate::domain::seal::ReplicaKey;
use crate::domain::stamp::Stamp;
use crate::exchange::envelope::Keys;
use crate::i18n::{Language, Words};
use crate::store::{Shop, Store};

/// Streams in memory.
pub(super) struct List {
    pub shop: ShopId,
    pub streams: Vec<(ReplicaKey, Vec<Event>, Vec<Seal>)>,
    pub attachments: Vec<Vec<u8>>,
}

impl Source for List {
    type Fault = PackFault;

    fn events(&self, stream: i64, from_seq: u64, to_seq: u64) -> Result<Vec<Event>, PackFault> {
        let all = &self.streams[stream as usize].1;
        Ok(all
            .iter()
            .filter(|event| (from_seq..=to_seq).contains(&event.head.seq))
            .cloned()
            .collect())
    }

    fn seals(&self, stream: i64, from_seq: u64, to_seq: u64) -> Result<Vec<Seal>, PackFault> {
        let all = &self.streams[stream as usize].2;
        Ok(all
            .iter()
            .filter(|seal| (from_seq..=to_seq).contains(&seal.seq))
            .cloned()
            .collect())
    }

    fn attachment(&self, hash: &[u8; 32]) -> Result<Option<u64>, PackFault> {
        Ok(self
            .attachments
            .iter()
            .find(|file| blake3::hash(file).as_bytes() == hash)
            .map(|file| file.len() as u64))
    }

    fn copy_attachment(&self, hash: &[u8; 32], out: &mut dyn Write) -> Result<(), PackFault> {
        let file = self
            .attachments
            .iter()
            .find(|file| blake3::hash(file).as_bytes() == hash)
            .unwrap();
        Ok(out.write_all(file)?)
    }
}

impl List {
    /// `sizes` events for each of several replicas, sealed every `every` events and at the end.
    pub fn new(sizes: &[u64], every: u64) -> Self {
        let shop = ShopId([9; 16]);
        let attachments = vec![b"a picture".to_vec()];
        let streams = sizes
            .iter()
            .enumerate()
            .map(|(place, size)| stream(shop, place as u8 + 1, *size, every))
            .collect();
        Self {
            shop,
            streams,
            attachments,
        }
    }

    pub fn pieces(&self) -> Vec<Piece> {
        let piece =
            |(place, (key, events, _)): (usize, &(ReplicaKey, Vec<Event>, Vec<Seal>))| Piece {
                stream: place as i64,
                range: Range {
                    replica: place,
                    from_seq: 0,
                    from_chain: genesis(self.shop, &key.public()),
                    to_seq: events.len() as u64,
                    to_chain: events
                        .last()
                        .map_or_else(|| genesis(self.shop, &key.public()), |event| event.chain),
                },
            };
        self.streams.iter().enumerate().map(piece).collect()
    }

    fn frame(&self) -> Frame<'_> {
        Frame {
            shop: self.shop,
            key: &self.streams[0].0,
            sender: 0,
            made: 1_700_000_000_000,
            replicas: self
                .streams
                .iter()
                .map(|(key, ..)| Replica {
                    id: key.replica(),
                    key: Hex(key.public()),
                })
                .collect(),
            heads: self
                .pieces()
                .iter()
                .map(|piece| Tip {
                    replica: piece.range.replica,
                    seq: piece.range.to_seq,
                    chain: piece.range.to_chain,
                })
                .collect(),
        }
    }

    pub fn files(&self, pieces: &[Piece], limits: Limits) -> Vec<Vec<u8>> {
        let parts = plan(self, pieces, limits).unwrap();
        let count = parts.len() as u32;
        parts
            .iter()
            .zip(1..)
            .map(|(part, number)| self.file(part, (number, count)))
            .collect()
    }

    fn file(&self, part: &Part, number: (u32, u32)) -> Vec<u8> {
        write(self, &self.frame(), part, number, Vec::new()).unwrap()
    }

    pub fn one(&self) -> Vec<u8> {
        let mut files = self.files(&self.pieces(), Limits::default());
        assert_eq!(files.len(), 1);
        files.remove(0)
    }
}

fn stream(shop: ShopId, seed: u8, size: u64, every: u64) -> (ReplicaKey, Vec<Event>, Vec<Seal>) {
    let key = ReplicaKey::from_secret(&[seed; 32]);
    let mut previous = genesis(shop, &key.public());
    let (mut events, mut seals) = (Vec::new(), Vec::new());
    for seq in 1..=size {
        let event = event(&key, &previous, seq);
        previous = event.chain;
        events.push(event);
        if seq % every == 0 || seq == size {
            seals.push(key.seal(shop, seq, previous, [0; 8]));
        }
    }
    (key, events, seals)
}

fn event(key: &ReplicaKey, previous: &Chain, seq: u64) -> Event {
    let object = |value: serde_json::Value| value.as_object().cloned().unwrap();
    let facts = match seq % 7 {
        6 => object(
            json!({"hash": blake3::hash(b"a picture").to_string(), "type": "image/png", "size": 9}),
        ),
        0 => Json::new(),
        n => object(json!({"fields": {"amount": n * 129, "word": "退\"款\\"}})),
    };
    let personal = if seq.is_multiple_of(3) {
        object(json!({"text": format!("亲，第{seq}条\n\u{1F600}")}))
    } else {
        Json::new()
    };
    let mut body = Body::write(&facts, &personal, [seq as u8; 16]).unwrap();
    if seq % 9 == 6 {
        body = body.without_personal(Absence::Erased);
    }
    if seq % 10 == 8 {
        body = Body::Hidden {
            digest: body.digest(),
            absence: Absence::Withheld,
        };
    }
    let head = Head {
        replica: key.replica(),
        seq,
        stamp: Stamp::next(1_700_000_000_000 + seq as i64, None),
        at: 1_700_000_000_000 + seq as i64,
        zone: 480,
        act: if seq.is_multiple_of(5) { seq - 1 } else { seq },
        register: ["order", "conversation", "case", "of_a_newer_zhiban"][seq as usize % 4].into(),
        record: Id([(seq % 11) as u8; 16]),
        verb: if seq % 7 == 6 { 6 } else { (seq % 13) as u8 },
        version: 1,
        roster: if seq.is_multiple_of(4) {
            [7; 8]
        } else {
            [0; 8]
        },
        digest: [0; 32],
    };
    Event::after(previous, head, body).unwrap()
}

fn checked(file: &[u8]) -> Result<Checked, BundleFault> {
    check(Bundle::open(file)?, None, &mut |_| true)
}

fn events_of(file: &[u8]) -> Vec<Event> {
    let mut bundle = Bundle::open(file).unwrap();
    let mut tips: Vec<Chain> = bundle
        .manifest
        .streams
        .iter()
        .map(|range| range.from_chain)
        .collect();
    let mut all = Vec::new();
    bundle
        .events(
            |_, body| body,
            |stream, head, body| {
                let chain = head.chain(&tips[stream]);
                tips[stream] = chain;
                all.push(Event { head, chain, body });
                Ok(())
            },
        )
        .unwrap();
    all
}

#[test]
fn what_is_written_is_read_to_the_byte() {
    let list = List::new(&[60, 0, 25], 10);
    let file = list.one();
    let checked = checked(&file).unwrap();
    assert!(checked.findings.is_empty(), "{:?}", checked.findings);
    assert_eq!(checked.counts.events, 85);
    assert_eq!(checked.counts.attachments, 1);
    assert_eq!(
        checked
            .proofs
            .iter()
            .map(|proof| proof.proven)
            .collect::<Vec<_>>(),
        [60, 0, 25]
    );
    assert_eq!(checked.seals.len(), 9);
    let written: Vec<Event> = list
        .streams
        .iter()
        .flat_map(|(_, events, _)| events.clone())
        .collect();
    assert_eq!(events_of(&file), written);
}

#[test]
fn events_that_wait_aside_give_what_those_in_memory_give() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zbundle");
    std::fs::write(&path, List::new(&[60, 0, 5_000], 10).one()).unwrap();
    let everything = (u64::MAX, u64::MAX);
    let [aside, here] = [("aside", (0, 0)), ("here", everything)].map(|(name, keep)| {
        let mut store = Store::create_bare(&folder.path().join(name)).unwrap();
        let sum =
            import_keeping(&mut store, &path, &Keys::default(), 1, keep, &mut |_| true).unwrap();
        let verified = store.verify().unwrap();
        assert!(verified.clean, "{:?}", verified.defects);
        (sum, verified.state)
    });
    assert_eq!(here.0.new, 5_060);
    assert_eq!(aside, here);
}

#[test]
fn a_large_export_is_split_into_complete_parts() {
    let list = List::new(&[60, 35, 3], 10);
    for events in [98, 50, 25, 11, 10, 4, 1] {
        let files = list.files(
            &list.pieces(),
            Limits {
                events,
                ..Limits::default()
            },
        );
        let mut all = Vec::new();
        for (place, file) in files.iter().enumerate() {
            let checked = checked(file).unwrap();
            assert_eq!(
                checked.manifest.part,
                (place as u32 + 1, files.len() as u32)
            );
            assert!(checked.counts.events <= events);
            if events >= 10 {
                assert!(
                    checked.findings.is_empty(),
                    "{events}: {:?}",
                    checked.findings
                );
            }
            all.extend(events_of(file));
        }
        let written: Vec<Event> = list
            .streams
            .iter()
            .flat_map(|(_, events, _)| events.clone())
            .collect();
        assert_eq!(all, written, "{events}");
    }
    let bytes = list.files(
        &list.pieces(),
        Limits {
            bytes: 6_000,
            ..Limits::default()
        },
    );
    assert!(bytes.len() > 3);
    assert_eq!(
        bytes
            .iter()
            .map(|file| events_of(file).len())
            .sum::<usize>(),
        98
    );
}

#[test]
fn what_has_no_good_seal_is_not_proven() {
    let mut list = List::new(&[30], 10);
    list.streams[0].2.pop();
    let found = checked(&list.one()).unwrap();
    assert_eq!(
        (found.proofs[0].proven, found.proofs[0].code),
        (20, Some(Code::Q11))
    );
    let tip = list.streams[0].1[29].chain;
    let stranger = ReplicaKey::from_secret(&[77; 32]);
    let mut forged = stranger.seal(list.shop, 30, tip, [0; 8]);
    forged.replica = list.streams[0].0.replica();
    list.streams[0].2.push(forged);
    let found = checked(&list.one()).unwrap();
    assert_eq!(
        (found.proofs[0].proven, found.proofs[0].code),
        (20, Some(Code::Q2))
    );
    assert_eq!(found.findings[0].what, Wrong::Seal);
}

#[test]
fn a_chain_must_arrive() {
    let list = List::new(&[30, 5], 10);
    let mut pieces = list.pieces();
    pieces[0].range.to_chain = Chain([1; 32]);
    let found = checked(&list.files(&pieces, Limits::default())[0]).unwrap();
    assert_eq!(
        (found.proofs[0].proven, found.proofs[0].code),
        (0, Some(Code::Q2))
    );
    assert_eq!((found.proofs[1].proven, found.proofs[1].code), (5, None));
    let mut pieces = list.pieces();
    pieces[0].range.from_chain = Chain([1; 32]);
    let found = checked(&list.files(&pieces, Limits::default())[0]).unwrap();
    assert_eq!(found.findings[0].what, Wrong::Genesis);
}

#[test]
fn an_event_over_a_limit_ends_what_is_taken() {
    let mut list = List::new(&[30], 10);
    let (key, events, seals) = &mut list.streams[0];
    // Somebody who does not obey the limits, but chains and seals what they wrote.
    let mut previous = events[14].chain;
    for event in &mut events[15..] {
        event.head.at = if event.head.seq == 16 {
            1 << 43
        } else {
            event.head.at
        };
        event.chain = event.head.chain(&previous);
        previous = event.chain;
    }
    *seals = vec![key.seal(list.shop, 30, previous, [0; 8])];
    let found = checked(&list.one()).unwrap();
    assert_eq!(
        (found.proofs[0].proven, found.proofs[0].code),
        (15, Some(Code::Q9))
    );
}

#[test]
fn any_flipped_byte_is_refused_or_changes_nothing() {
    let list = List::new(&[4], 10);
    let file = list.one();
    let events = events_of(&file);
    let mut same = 0;
    for place in 0..file.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut other = file.clone();
            other[place] ^= flip;
            if let Ok(found) = checked(&other) {
                assert!(found.findings.is_empty());
                assert_eq!(events_of(&other), events);
                same += 1;
            }
        }
    }
    assert!(same < 8, "{same} of {} flips unseen", file.len() * 3);
    for length in 0..file.len() {
        assert!(checked(&file[..length]).is_err(), "cut at {length}");
    }
}

#[test]
fn a_long_body_fits_its_line() {
    let text = "\"".repeat(16_000) + &"\\".repeat(16_000);
    let facts = json!({"text": text}).as_object().cloned().unwrap();
    let body = Body::write(&facts, &Json::new(), [0; 16]).unwrap();
    let mut list = List::new(&[1], 1);
    let (key, events, seals) = &mut list.streams[0];
    let head = events[0].head.clone();
    events[0] = Event::after(&genesis(list.shop, &key.public()), head, body).unwrap();
    *seals = vec![key.seal(list.shop, 1, events[0].chain, [0; 8])];
    assert!(checked(&list.one()).unwrap().findings.is_empty());
    const { assert!(LINE_MAX > 2 * crate::domain::body::MAX_BYTES + 1_000) };
}

#[test]
fn a_manifest_says_what_it_is_about() {
    let list = List::new(&[3], 1);
    let manifest = checked(&list.one()).unwrap().manifest;
    assert_eq!(manifest.check(), Ok(()));
    let wrong: [fn(&mut Manifest); 10] = [
        |m| m.format = 2,
        |m| m.sender = 7,
        |m| m.part = (2, 1),
        |m| m.replicas[0].key.0[0] ^= 1,
        |m| m.replicas.push(m.replicas[0]),
        |m| m.streams[0].replica = 3,
        |m| m.streams[0].to_seq = u64::MAX,
        |m| m.entries[0].name = "../events.jsonl".into(),
        |m| m.registers.push(String::new()),
        |m| m.entries[1].size = u64::MAX,
    ];
    for change in wrong {
        let mut other = manifest.clone();
        change(&mut other);
        assert!(other.check().is_err(), "{other:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000), wrap: bool) {
        let file = if wrap { zstd::encode_all(bytes.as_slice(), 1).unwrap() } else { bytes };
        prop_assert!(checked(&file).is_err());
    }

    #[test]
    fn any_line_is_read_or_refused(text in "\\{(\"[rqtazegivnosfpxd]\":(-?[0-9]{1,20}|\"[0-9a-f]{0,64}\"|null|\\{\\}),?){0,8}\\}") {
        let list = List::new(&[3], 1);
        let manifest = Bundle::open(list.one().as_slice()).unwrap().manifest;
        if let Ok(line) = serde_json::from_str::<super::format::EventLine<'_>>(&text) {
            let _ = line.read(&manifest);
        }
    }
}

/// Where the golden bundle lies.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/v1.zbundle");

#[test]
#[ignore = "the golden bundle was written once; this says how"]
fn write_the_golden_bundle() {
    let file = List::new(&[120, 7, 33], 50).one();
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(GOLDEN)
        .unwrap()
        .write_all(&file)
        .unwrap();
}

#[test]
fn the_golden_bundle_holds_what_it_always_held() {
    let file = std::fs::read(GOLDEN).unwrap();
    let list = List::new(&[120, 7, 33], 50);
    let written: Vec<Event> = list
        .streams
        .iter()
        .flat_map(|(_, events, _)| events.clone())
        .collect();
    assert_eq!(events_of(&file), written);
    let mut seals = Vec::new();
    let mut bundle = Bundle::open(file.as_slice()).unwrap();
    bundle.skip_events().unwrap();
    bundle
        .seals(|_, seal| {
            seals.push(seal);
            Ok(())
        })
        .unwrap();
    assert_eq!(
        seals,
        list.streams
            .iter()
            .flat_map(|(_, _, seals)| seals.clone())
            .collect::<Vec<_>>()
    );
}

#[test]
fn what_is_unknown_here_is_relayed_byte_for_byte() {
    let shop = Shop {
        id: ShopId([9; 16]),
        secret: ShopSecret([0; 32]),
        name: "shop".into(),
        drill: false,
    };
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("data"), shop).unwrap();
    let sender = store
        .add_replica(ReplicaKey::from_secret(&[99; 32]))
        .unwrap();
    let sum = import(&mut store, GOLDEN.as_ref(), 1_790_000_000_000, &mut |_| {
        true
    })
    .unwrap();
    assert_eq!((sum.new, sum.outside), (160, 0));
    assert!(sum.by_code["Q8"] > 30, "{sum:?}");
    let path = folder.path().join("relayed.zbundle");
    let order = Export {
        selection: Selection::All,
        plain: Some("relay"),
        ..Export::new(sender, 1_790_000_000_000)
    };
    export(&mut store, &order, &path).unwrap();
    assert_eq!(
        events_of(&std::fs::read(path).unwrap()),
        events_of(&std::fs::read(GOLDEN).unwrap())
    );
}

#[test]
fn the_accounting_line_is_said_in_words() {
    let by_code = [("Q5".to_owned(), 1), ("Q8".to_owned(), 2)].into();
    let sum = Accounting {
        events: 312,
        new: 290,
        here: 22,
        unfolded: 3,
        by_code,
        ..Accounting::default()
    };
    let line = sum.line(&Words::new(Language::En));
    assert_eq!(
        line,
        "312 events: 290 new, 22 already here, 3 unfolded, 0 outside (1 role not allowed, 2 from a newer zhiban)"
    );
}
