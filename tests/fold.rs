//! Properties of the fold: any order and any repetition of the same events give the same
//! record, undo leaves no mark, nobody's ordinary work is lost.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;
use zhiban::domain::body::Body;
use zhiban::domain::event::{Event, Head, Verb};
use zhiban::domain::field::{Enumeration, Field, FieldSpec};
use zhiban::domain::fold::{Unfolded, fold};
use zhiban::domain::id::{Chain, Id, ReplicaId, ShopSecret};
use zhiban::domain::lifecycle::{Lifecycle, State};
use zhiban::domain::origin::{Utterance, origins};
use zhiban::domain::payload::{Change, Direction, Payload, Say};
use zhiban::domain::record::Record;
use zhiban::domain::register::{Identity, Owner, Post, Reach, Register, no_due, no_wait};
use zhiban::domain::stamp::Stamp;

static COLOURS: Enumeration = Enumeration {
    name: "colour",
    values: &["red", "blue"],
};
static FIELDS: &[FieldSpec] = &[
    Field::text("name").personal().spec,
    Field::choice("colour", &COLOURS).spec,
    Field::money("paid").mirror().spec,
];
static LIFE: Lifecycle = Lifecycle {
    states: &[
        State::open("new"),
        State::open("busy"),
        State::closed("done"),
    ],
    moves: &[
        ("new", &["busy"]),
        ("busy", &["done", "new"]),
        ("done", &["busy"]),
    ],
};
static THING: Register = Register {
    name: "thing",
    letter: "T",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: FIELDS,
    lifecycle: &LIFE,
    title: &["name"],
    subject: &["colour"],
    columns: &["name"],
    work: true,
    due: no_due,
    wait: no_wait,
    watches: &[],
};
const RECORD: Id = Id([9; 16]);

/// Streams of several replicas on one record, each event seeing what its replica has folded.
#[derive(Debug, Default)]
struct World {
    events: Vec<Event>,
    heads: std::collections::BTreeMap<u8, (u64, Chain)>,
    /// Whether stamps follow the replicas' clocks alone, however wrong: a stamp may then lie
    /// before what the event names.
    wild: bool,
}

impl World {
    fn append(&mut self, replica: u8, clock: i64, payload: &Payload) -> Event {
        self.append_raw(replica, clock, payload, payload.verb() as u8, "thing", 1)
    }

    fn append_raw(
        &mut self,
        replica: u8,
        clock: i64,
        payload: &Payload,
        verb: u8,
        register: &str,
        version: u16,
    ) -> Event {
        let (seq, previous) = self
            .heads
            .get(&replica)
            .copied()
            .unwrap_or((0, Chain([replica; 32])));
        let seen = self.events.iter().map(|event| event.head.stamp).max();
        let last = if self.wild { None } else { seen };
        let (facts, personal) = payload.write(|path| path == "name");
        let body = Body::write(&facts, &personal, [replica; 16]).unwrap();
        let head = Head {
            replica: ReplicaId([replica; 16]),
            seq: seq + 1,
            stamp: Stamp::next(clock, last),
            at: clock,
            zone: 480,
            act: seq + 1,
            register: register.into(),
            record: RECORD,
            verb,
            version,
            roster: [0; 8],
            digest: [0; 32],
        };
        let event = Event::after(&previous, head, body).unwrap();
        self.heads.insert(replica, (seq + 1, event.chain));
        self.events.push(event.clone());
        event
    }

    fn record(&self) -> Option<Record> {
        fold(Some(&THING), &self.events).record
    }
}

fn set(record: Option<&Record>, path: &str, value: serde_json::Value) -> Payload {
    let was = record
        .and_then(|record| record.values.get(path))
        .map(|live| live.iter().map(|write| write.trace.chain.short()).collect());
    Payload::Set(Change {
        fields: [(path.to_owned(), value)].into(),
        was: was.into_iter().map(|was| (path.to_owned(), was)).collect(),
        ..Change::default()
    })
}

fn said(text: &str, direction: Direction) -> Payload {
    Payload::Say(Box::new(Say {
        copied: direction == Direction::Out,
        hash: Some(ShopSecret::of_drill("s").text(direction.side(), text)),
        ..Say::plain(direction, text)
    }))
}

/// One step of a random history.
fn act(world: &mut World, (who, what, which): (u8, u8, u8)) {
    let clock = 1_000_000 + i64::from(which) * 40_000;
    let record = world.record();
    let payload = match what % 8 {
        0 => set(
            record.as_ref(),
            "colour",
            json!(COLOURS.values[usize::from(which) % 2]),
        ),
        1 => set(None, "name", json!(format!("n{which}"))),
        2 => Payload::Move {
            from: "new".into(),
            to: LIFE.states[usize::from(which) % 3].name.into(),
            reason: None,
            note: None,
        },
        3 => Payload::Assign {
            saw: record
                .and_then(|record| record.assigned_by)
                .map(|chain| chain.short()),
            to: if which.is_multiple_of(2) {
                Owner::Person(Id([which; 16]))
            } else {
                Owner::Post(Post::General)
            },
            reason: None,
            note: None,
        },
        4 => said(&format!("text {}", which % 5), Direction::Out),
        5 => {
            let secret = ShopSecret::of_drill("s");
            let texts: Vec<String> = (0..3)
                .map(|n| format!("text {}", (which % 5 + n) % 5))
                .collect();
            let utterances: Vec<Utterance> = texts
                .iter()
                .map(|text| Utterance {
                    id: None,
                    direction: Direction::Out,
                    text,
                    at: which.is_multiple_of(2).then_some(clock),
                })
                .collect();
            let batch = Id([u8::try_from(world.events.len() % 256).unwrap(); 16]);
            for (origin, text) in origins(&secret, batch, &utterances).into_iter().zip(&texts) {
                let say = Say {
                    source: Some(origin),
                    ..Say::plain(Direction::Out, text.clone())
                };
                world.append(who, clock, &Payload::Say(Box::new(say)));
            }
            return;
        }
        6 => {
            let Some(event) = world
                .events
                .get(usize::from(which) % world.events.len().max(1))
            else {
                return;
            };
            Payload::Void {
                events: Some(vec![event.chain]),
                reason: None,
            }
        }
        _ => {
            let mut change = set(None, "paid", json!({"minor": which, "currency": "CNY"}));
            if let Payload::Set(change) = &mut change {
                change.exported_at = Some(i64::from(which % 4));
            }
            change
        }
    };
    world.append(who, clock, &payload);
}

fn history() -> impl Strategy<Value = World> {
    proptest::collection::vec((0u8..4, any::<u8>(), any::<u8>()), 1..25).prop_map(|steps| {
        let mut world = World::default();
        for step in steps {
            act(&mut world, step);
        }
        world
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_order_and_any_repetition_fold_the_same(world in history(), seed: u64) {
        let fresh = fold(Some(&THING), &world.events);
        let mut shuffled = world.events.clone();
        shuffled.extend(world.events.iter().step_by(2).cloned());
        shuffled.sort_by_key(|event| blake3::hash(&[&event.chain.0[..], &seed.to_le_bytes()].concat()).to_hex());
        prop_assert_eq!(fold(Some(&THING), &shuffled), fresh);
    }

    #[test]
    fn undo_leaves_the_record_as_it_was(world in history(), step in (0u8..4, any::<u8>(), any::<u8>())) {
        let mut world = world;
        let before = world.record();
        let count = world.events.len();
        // An undo of an undo is a word of its own; here only plain acts are taken back.
        prop_assume!(step.1 % 8 != 6);
        act(&mut world, step);
        let done: Vec<Chain> = world.events[count..].iter().map(|event| event.chain).collect();
        world.append(step.0, 9_000_000, &Payload::Void { events: Some(done.clone()), reason: None });
        let mut after = world.record();
        if let (Some(after), Some(before)) = (&mut after, &before) {
            after.last = before.last;
            after.voided.retain(|chain| !done.contains(chain));
            after.entries.retain(|entry| !done.contains(&entry.trace.chain));
        }
        if before.is_some() {
            prop_assert_eq!(after, before);
        }
    }

    #[test]
    fn what_is_taken_back_is_named_by_a_word_that_stands(
        words in proptest::collection::vec((0u8..4, 0i64..9_000_000, any::<u16>()), 2..12),
    ) {
        let mut world = World { wild: true, ..World::default() };
        world.append(0, 0, &set(None, "colour", json!("red")));
        for (who, clock, mask) in &words {
            let is_named = |place: usize| mask & (1 << place) != 0;
            let named = world.events.iter().enumerate().filter(|(place, _)| is_named(*place));
            let events = Some(named.map(|(_, event)| event.chain).collect());
            world.append(*who, *clock, &Payload::Void { events, reason: None });
        }
        // From the newest word back, whatever its clock said: what a word that stands has named does not stand.
        let mut voided = BTreeSet::new();
        for event in world.events.iter().rev().filter(|event| event.head.verb == Verb::Void as u8) {
            let Some(Payload::Void { events: Some(named), .. }) = Payload::read(event) else { continue };
            if !voided.contains(&event.chain) {
                voided.extend(named);
            }
        }
        let record = world.record().unwrap();
        prop_assert_eq!(record.voided.iter().copied().collect::<BTreeSet<_>>(), voided);
    }

    #[test]
    fn every_ordinary_write_is_shown_superseded_or_concurrent(world in history()) {
        let Some(record) = world.record() else { return Ok(()) };
        for event in &world.events {
            if let Some(Payload::Say(_)) = Payload::read(event) {
                let kept = record.entries.iter().any(|entry| {
                    entry.trace.chain == event.chain || entry.provenance.contains(&event.chain)
                });
                prop_assert!(kept, "an entry is lost");
            }
        }
    }

    #[test]
    fn unknown_verbs_versions_and_registers_are_kept_and_do_not_count(world in history(), verb in 11u8..) {
        let mut world = world;
        let before = world.record();
        let plain = set(None, "colour", json!("red"));
        let newer = [
            world.append_raw(1, 1, &plain, verb, "thing", 1).chain,
            world.append_raw(1, 1, &plain, Verb::Set as u8, "thing", 2).chain,
            world.append_raw(1, 1, &plain, Verb::Set as u8, "newer", 1).chain,
        ];
        let folded = fold(Some(&THING), &world.events);
        let codes: Vec<_> = folded.unfolded.iter().filter(|(chain, _)| newer.contains(chain)).collect();
        prop_assert_eq!(codes.len(), 3);
        prop_assert!(codes.iter().all(|(_, why)| *why == Unfolded::Newer));
        let mut after = folded.record;
        if let (Some(after), Some(before)) = (&mut after, &before) {
            after.last = before.last;
        }
        prop_assert_eq!(after, before);
    }
}

#[test]
fn concurrent_values_are_both_kept_until_a_set_names_them() {
    let mut world = World::default();
    world.append(1, 1, &set(None, "name", json!("a")));
    let seen = world.record();
    world.append(1, 2, &set(seen.as_ref(), "name", json!("b")));
    world.append(2, 3, &set(seen.as_ref(), "name", json!("c")));
    let record = world.record().unwrap();
    assert_eq!(record.values["name"].len(), 2);
    assert_eq!(record.text("name"), Some("c"));
    assert_eq!(record.conflicts[0].kind, "concurrent_values");
    // A settlement with a slow clock still settles.
    world.append(3, 0, &set(Some(&record), "name", json!("b")));
    let settled = world.record().unwrap();
    assert_eq!(
        (settled.values["name"].len(), settled.text("name")),
        (1, Some("b"))
    );
    assert!(settled.conflicts.is_empty());
}

#[test]
fn equal_concurrent_values_are_one() {
    let mut world = World::default();
    world.append(1, 1, &set(None, "colour", json!("red")));
    world.append(2, 1, &set(None, "colour", json!("red")));
    assert!(world.record().unwrap().conflicts.is_empty());
}

#[test]
fn the_newest_export_wins_whenever_it_arrives_and_a_repetition_counts() {
    let paid = |minor: i64, at: i64, same: Vec<_>| {
        Payload::Set(Change {
            fields: if same.is_empty() {
                [("paid".to_owned(), json!(minor))].into()
            } else {
                Default::default()
            },
            exported_at: Some(at),
            same,
            ..Change::default()
        })
    };
    let mut world = World::default();
    let first = world.append(1, 1, &paid(1, 100, vec![]));
    world.append(2, 2, &paid(2, 50, vec![]));
    assert_eq!(
        world.record().unwrap().value("paid"),
        Some(&json!(1)),
        "an older export changes nothing newer"
    );
    // The export of 300 repeats the first value; one of 200 that arrives later is older.
    world.append(1, 3, &paid(0, 300, vec![first.chain.short()]));
    world.append(2, 4, &paid(3, 200, vec![]));
    assert_eq!(world.record().unwrap().value("paid"), Some(&json!(1)));
    world.append(2, 5, &paid(4, 400, vec![]));
    assert_eq!(world.record().unwrap().value("paid"), Some(&json!(4)));
}

#[test]
fn two_who_claim_the_same_thing_contradict_each_other_and_moves_are_judged_where_they_land() {
    let mut world = World::default();
    world.append(1, 1, &set(None, "name", json!("a")));
    let claim = |who: u8, saw| Payload::Assign {
        saw,
        to: Owner::Person(Id([who; 16])),
        reason: None,
        note: None,
    };
    world.append(1, 2, &claim(1, None));
    world.append(1, 2, &claim(1, None));
    assert!(world.record().unwrap().conflicts.is_empty());
    world.append(2, 2, &claim(2, None));
    let record = world.record().unwrap();
    assert_eq!(record.conflicts[0].kind, "double_assign");
    assert_eq!(record.first_owner, Some(Owner::Person(Id([1; 16]))));
    let to = |to: &str| Payload::Move {
        from: "new".into(),
        to: to.into(),
        reason: None,
        note: None,
    };
    world.append(1, 3, &to("busy"));
    world.append(2, 3, &to("busy"));
    world.append(1, 4, &to("done"));
    world.append(2, 5, &to("new"));
    let record = world.record().unwrap();
    assert_eq!(record.state, "done");
    assert!(record.closed.is_some());
    assert_eq!(
        record
            .conflicts
            .iter()
            .filter(|one| one.kind == "illegal_move")
            .count(),
        1
    );
}

#[test]
fn the_same_chat_three_ways_is_one_timeline() {
    let secret = ShopSecret::of_drill("s");
    let chat = ["hello", "order 123", "thanks", "thanks"];
    let batch = |batch: u8, timed: bool, range: std::ops::Range<usize>| {
        let utterances: Vec<Utterance> = range
            .clone()
            .map(|at| Utterance {
                id: None,
                direction: Direction::In,
                text: chat[at],
                at: timed.then_some(60_000 * (10 + at as i64)),
            })
            .collect();
        let found = origins(&secret, Id([batch; 16]), &utterances);
        found.into_iter().zip(range).map(move |(source, at)| {
            (
                timed,
                at,
                Say {
                    source: Some(source),
                    ..Say::plain(Direction::In, chat[at])
                },
            )
        })
    };
    let pastes = [(1u8, false, 0..3), (2, true, 0..4), (3, false, 1..4)];
    for order in [
        [0, 1, 2],
        [1, 0, 2],
        [2, 1, 0],
        [2, 0, 1],
        [0, 2, 1],
        [1, 2, 0],
    ] {
        let mut world = World::default();
        for paste in order {
            let (who, timed, range) = pastes[paste].clone();
            for (timed, at, say) in batch(who, timed, range) {
                let clock = if timed {
                    60_000 * (10 + at as i64)
                } else {
                    9_000_000
                };
                world.append(who, clock, &Payload::Say(Box::new(say)));
            }
        }
        let record = world.record().unwrap();
        let texts: Vec<_> = record
            .entries
            .iter()
            .filter_map(|entry| entry.say.text.as_deref())
            .collect();
        assert_eq!(texts, chat, "{order:?}");
    }
}

#[test]
fn a_copied_reply_is_seen_sent_when_a_paste_holds_it() {
    let secret = ShopSecret::of_drill("s");
    let mut world = World::default();
    world.append(1, 600_000, &said("Good day", Direction::Out));
    assert!(!world.record().unwrap().entries[0].seen_sent);
    let utterance = Utterance {
        id: None,
        direction: Direction::Out,
        text: "good day",
        at: Some(660_000),
    };
    let source = origins(&secret, Id([4; 16]), &[utterance]).pop();
    let say = Say {
        source,
        ..Say::plain(Direction::Out, "good day")
    };
    world.append(2, 660_000, &Payload::Say(Box::new(say)));
    let record = world.record().unwrap();
    assert_eq!(record.entries.len(), 1);
    assert!(record.entries[0].seen_sent);
    assert_eq!(record.entries[0].say.text.as_deref(), Some("Good day"));
}

#[test]
fn an_unknown_register_counts_nothing() {
    let mut world = World::default();
    world.append(1, 1, &set(None, "name", json!("a")));
    let folded = fold(None, &world.events);
    assert!(folded.record.is_none());
    assert_eq!(folded.unfolded.len(), 1);
    assert_eq!(folded.unfolded[0].1.code(), "Q8");
}
