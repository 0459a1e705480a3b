//! The room for what waits outside of the log: a stranger's rubbish does not take it from the
//! shop's people, and what finds no room is said.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use zhiban::domain::body::{Body, Json};
use zhiban::domain::event::{Event, Head, Seal, genesis};
use zhiban::domain::id::{Chain, ReplicaId, ShopId};
use zhiban::domain::seal::ReplicaKey;
use zhiban::domain::stamp::Stamp;
use zhiban::exchange::bundle::folder::{self, Road};
use zhiban::exchange::bundle::format::{EventLine, Manifest, Range, Replica, SealLine};
use zhiban::exchange::bundle::{self, Accounting, Hex, Writing};
use zhiban::i18n::{Language, Words};

use super::archive::Parts;
use super::shop::*;

/// As many events as are kept outside for everybody together.
const ROOM: u64 = 20_000;
/// As many of them as are kept of strangers, and of what nothing proves.
const SHARE: u64 = 2_000;

/// Returns the genesis of a replica and so many notes of it.
fn stream(key: &ReplicaKey, size: u64, text: &str) -> (Chain, Vec<Event>) {
    let facts = json!({"fields": {"text": text}});
    events_of(key, &vec![(2, facts); size as usize])
}

/// Returns the genesis of a replica and its events of these verbs and facts.
pub fn events_of(key: &ReplicaKey, said: &[(u8, Value)]) -> (Chain, Vec<Event>) {
    let shop = ShopId::of_founder(&super::shop::key(FOUNDER).public());
    let begin = genesis(shop, &key.public());
    let (mut chain, mut events) = (begin, Vec::new());
    for (seq, (verb, facts)) in (1_u64..).zip(said) {
        let facts: &Json = facts.as_object().unwrap();
        let body = Body::write(facts, &Json::new(), [0; 16]).unwrap();
        let head = Head {
            replica: key.replica(),
            seq,
            stamp: Stamp::next(BEGIN + seq as i64, None),
            at: BEGIN,
            zone: 480,
            act: seq,
            register: "note".into(),
            record: id(seq as u16 % 64),
            verb: *verb,
            version: 1,
            roster: [0; 8],
            digest: [0; 32],
        };
        let event = Event::after(&chain, head, body).unwrap();
        chain = event.chain;
        events.push(event);
    }
    (begin, events)
}

/// Returns a bundle of a sender with events of an author, the first `from` left out; sealed at the
/// end or not at all.
pub fn bundle_of(
    sender: &ReplicaKey,
    author: &ReplicaKey,
    (begin, events): &(Chain, Vec<Event>),
    from: u64,
    is_sealed: bool,
) -> Vec<u8> {
    let shop = ShopId::of_founder(&key(FOUNDER).public());
    let named = |key: &ReplicaKey| Replica {
        id: key.replica(),
        key: Hex(key.public()),
    };
    let mut replicas = vec![named(author)];
    if sender.replica() != author.replica() {
        replicas.push(named(sender));
    }
    let last = events.last().unwrap();
    let from_chain = match from {
        0 => *begin,
        from => events[from as usize - 1].chain,
    };
    let manifest = Manifest {
        format: 1,
        shop,
        sender: replicas.len() - 1,
        made: BEGIN,
        part: (1, 1),
        replicas,
        registers: vec!["note".into()],
        streams: vec![Range {
            replica: 0,
            from_seq: from,
            from_chain,
            to_seq: last.head.seq,
            to_chain: last.chain,
        }],
        heads: Vec::new(),
        entries: Vec::new(),
    };
    let mut parts = Parts {
        manifest: serde_json::to_vec(&manifest).unwrap(),
        ..Parts::default()
    };
    for event in &events[from as usize..] {
        let line = EventLine::of(event, 0, 0).unwrap();
        parts.events.extend(serde_json::to_vec(&line).unwrap());
        parts.events.push(b'\n');
    }
    if is_sealed {
        let seal: Seal = author.seal(shop, last.head.seq, last.chain, [0; 8]);
        parts.seals = serde_json::to_vec(&SealLine::of(&seal, 0)).unwrap();
        parts.seals.push(b'\n');
    }
    parts.announce();
    parts.file(sender)
}

pub fn import(machine: &mut Machine, bytes: &[u8]) -> Accounting {
    let path = machine.folder().join("in.zbundle");
    fs::write(&path, bytes).unwrap();
    let sum = bundle::import(machine.desk.store_mut(), &path, BEGIN, &mut |_| true).unwrap();
    assert_eq!(sum.events, sum.new + sum.here + sum.outside, "{sum:?}");
    sum
}

fn outside(machine: &Machine, of: ReplicaId) -> u64 {
    let rows = machine.desk.store().outside().unwrap();
    rows.iter().filter(|row| row.replica == of).count() as u64
}

pub fn shop_of_two() -> Machine {
    let mut first = Machine::new(&Hand::new(), &[1]);
    first.admit(1, 1, "supervisor", &[1], None);
    first.admit(1, 2, "agent", &[2], None);
    first
}

#[test]
fn rubbish_takes_no_room_from_the_shops_people() {
    let mut first = shop_of_two();
    let stranger = key(77);
    let rubbish = stream(&stranger, ROOM + 1, "rubbish");
    let sum = import(
        &mut first,
        &bundle_of(&stranger, &stranger, &rubbish, 1, true),
    );
    assert_eq!((sum.outside, sum.by_code["Q3"]), (ROOM, ROOM));
    assert_eq!(sum.unkept, ROOM - SHARE, "what is not kept is counted");
    assert!(!sum.must_come_again);
    let line = sum.line(&Words::new(Language::En));
    assert!(
        line.contains("18000 of those outside were not kept"),
        "{line}"
    );
    assert_eq!(outside(&first, stranger.replica()), SHARE);
    // Under the name of one of the shop it is rubbish all the same: no seal proves it.
    let member = key(2);
    let forged = stream(&member, 3 * SHARE, "forged");
    let sum = import(
        &mut first,
        &bundle_of(&stranger, &member, &forged, 5, false),
    );
    assert_eq!((sum.new, sum.must_come_again), (0, false));
    assert_eq!(
        outside(&first, stranger.replica()) + outside(&first, member.replica()),
        SHARE
    );
    // What the member wrote finds room, and heals when its begin comes.
    let honest = stream(&member, 3_000, "honest");
    let sum = import(&mut first, &bundle_of(&member, &member, &honest, 40, true));
    assert_eq!((sum.outside, sum.unkept), (2_960, 0));
    let cut = (honest.0, honest.1[..40].to_vec());
    let sum = import(&mut first, &bundle_of(&member, &member, &cut, 0, true));
    assert_eq!((sum.new, sum.healed), (40, 2_960));
    assert_eq!(outside(&first, member.replica()), 0);
    assert!(first.desk.store().verify().unwrap().clean);
}

#[test]
fn what_was_altered_goes_when_the_true_one_is_here() {
    let mut first = shop_of_two();
    let member = key(2);
    let altered = stream(&member, 30, "altered");
    let sum = import(
        &mut first,
        &bundle_of(&key(77), &member, &altered, 0, false),
    );
    assert_eq!((sum.new, sum.outside, sum.unkept), (0, 30, 0));
    assert_eq!(outside(&first, member.replica()), 30);
    let honest = stream(&member, 20, "honest");
    let sum = import(&mut first, &bundle_of(&member, &member, &honest, 0, true));
    assert_eq!(sum.new, 20);
    // Ten stand in places that are still free.
    assert_eq!(outside(&first, member.replica()), 10);
    let more = stream(&member, 30, "honest");
    import(&mut first, &bundle_of(&member, &member, &more, 20, true));
    assert_eq!(outside(&first, member.replica()), 0);
}

#[test]
fn a_file_of_the_folder_for_which_there_was_no_room_is_read_again() {
    let mut first = shop_of_two();
    let member = key(2);
    let honest = stream(&member, ROOM + 50, "honest");
    let place = first.folder().join("shared");
    let theirs = place.join(member.replica().to_string());
    fs::create_dir_all(&theirs).unwrap();
    let lay = |name: &str, bytes: &[u8]| fs::write(theirs.join(name), bytes).unwrap();
    lay(
        "0002.zbundle",
        &bundle_of(&member, &member, &honest, 10, true),
    );
    let taken = pass(&mut first, &place);
    assert_eq!(taken.taken[0].accounting.unkept, 40);
    assert!(taken.taken[0].accounting.must_come_again);
    assert_eq!(taken.findings[0].problem.message, "problem-bundle-unkept");
    assert_eq!(taken.passed_over, 1);
    // Nothing has changed: it is not read at every look.
    let again = pass(&mut first, &place);
    assert_eq!(
        (again.taken.len(), again.findings.len(), again.passed_over),
        (0, 0, 1)
    );
    let cut = (honest.0, honest.1[..10].to_vec());
    lay("0001.zbundle", &bundle_of(&member, &member, &cut, 0, true));
    let healed = pass(&mut first, &place);
    let new: u64 = healed
        .taken
        .iter()
        .map(|one| one.accounting.new + one.accounting.healed)
        .sum();
    assert_eq!((new, healed.passed_over), (ROOM + 50, 0));
    assert_eq!(first.desk.store().count_outside().unwrap(), 0);
}

fn pass(machine: &mut Machine, place: &Path) -> folder::Pass {
    let road = Road {
        folder: place,
        sender: replica(1),
        writing: &Writing::Plain("drill"),
        is_thorough: false,
        now: BEGIN,
    };
    folder::pass(machine.desk.store_mut(), &road, &mut |_| true).unwrap()
}
