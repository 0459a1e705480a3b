//! Events of a zhiban that is yet to come: kept, relayed byte for byte, folded after an upgrade.

use rusqlite::Connection;
use zhiban::domain::body::{Body, Personal};
use zhiban::domain::event::{Event, Head};
use zhiban::domain::stamp::Stamp;
use zhiban::exchange::bundle::format::EventLine;

use super::archive::Parts;
use super::*;

const REGISTERS: [&str; 2] = ["gadget", "complaint"];

/// Writes what a newer zhiban writes: a register, a verb, a version, members of bodies.
fn newer() -> (Vec<Event>, Parts) {
    let (key, shop) = (key(42), Shop::drill("hostile").id);
    let begin = genesis(shop, &key.public());
    let mut chain = begin;
    let (mut events, mut lines) = (Vec::new(), Vec::new());
    for (seq, (register, verb, version, facts, personal)) in (1..).zip([
        (
            "gadget",
            1,
            1,
            r#"{"fields":{"size":3}, "mood":{"z":[1,{"a":"\u4eb2"}]}}"#,
            None,
        ),
        (
            "complaint",
            11,
            1,
            r#"{"glow" : true,"fields":{"severity":"serious"}}"#,
            None,
        ),
        (
            "complaint",
            1,
            2,
            r#"{"fields":{"severity":"serious"}}"#,
            Some(r#"{"voice":"亲"}"#),
        ),
        (
            "complaint",
            2,
            1,
            r#"{"fields":{"severity":"serious"},"mood":{"z":1,"a":2}}"#,
            None,
        ),
        ("gadget", 255, 65_535, "{}", None),
    ]) {
        let body = Body::Whole {
            facts: facts.into(),
            personal: personal.map(|text: &str| Personal {
                salt: [9; 16],
                bytes: text.into(),
            }),
        };
        let head = Head {
            replica: key.replica(),
            seq,
            stamp: Stamp::next(NOW, None),
            at: NOW,
            zone: 0,
            act: seq,
            register: register.into(),
            record: Id([if register == "gadget" { 201 } else { 200 }; 16]),
            verb,
            version,
            roster: [0; 8],
            digest: [0; 32],
        };
        let event = Event::after(&chain, head, body).unwrap();
        chain = event.chain;
        let place = REGISTERS.iter().position(|name| *name == register).unwrap();
        let line = EventLine::of(&event, 0, place).unwrap();
        lines.extend(serde_json::to_vec(&line).unwrap());
        lines.push(b'\n');
        events.push(event);
    }
    let (mut manifest, seals) = one_stream(&key, REGISTERS.as_slice(), events.len() as u64, chain);
    manifest["weather"] = json!({"of": ["tomorrow"]});
    let mut parts = Parts {
        manifest: serde_json::to_vec(&manifest).unwrap(),
        events: lines,
        seals,
        attachments: Vec::new(),
    };
    parts.announce();
    (events, parts)
}

#[test]
fn forward_compat() {
    let (events, parts) = newer();
    let mut ours = Desk::new(1);
    let sum = ours.import_bytes(&parts.file(&key(42))).unwrap();
    assert_eq!(
        (sum.new, sum.outside, sum.unfolded, sum.by_code["Q8"]),
        (5, 0, 4, 4)
    );
    let stored = ours.store.heads().unwrap();
    let head = stored
        .iter()
        .find(|head| head.replica == key(42).replica())
        .unwrap();
    assert_eq!(ours.store.stream_events(head.stream, 1, 5).unwrap(), events);
    // What is understood counts, members that are not are kept beside it.
    let record = ours.store.record(Id([200; 16])).unwrap().unwrap();
    assert_eq!(record.text("severity"), Some("serious"));
    // Relayed twice, line for line.
    let relayed = Parts::of(&fs::read(ours.export(Selection::All)).unwrap());
    assert_eq!(
        String::from_utf8(relayed.events.clone()),
        String::from_utf8(parts.events.clone())
    );
    assert_eq!(relayed.seals, parts.seals);
    let mut third = Desk::new(3);
    assert_eq!(third.import_bytes(&relayed.file(&key(1))).unwrap().new, 5);
    let again = Parts::of(&fs::read(third.export(Selection::All)).unwrap());
    assert_eq!((again.events, again.seals), (parts.events, parts.seals));
    assert_eq!(third.state(), ours.state());
}

#[test]
fn forward_compat_folds_after_the_upgrade() {
    let (_, parts) = newer();
    let mut knowing = Desk::new(1);
    knowing.import_bytes(&parts.file(&key(42))).unwrap();
    let state = knowing.state();
    // The same file as a zhiban leaves it that does not know complaints yet: no record, Q8,
    // and other declarations. Opening it with this one is the upgrade.
    let mut older = Desk::new(1);
    older.import_bytes(&parts.file(&key(42))).unwrap();
    older.reopen();
    let conn = Connection::open(older.data().join("zhiban.db")).unwrap();
    conn.execute_batch(
        "DELETE FROM record WHERE register = 'complaint';
         INSERT OR IGNORE INTO unfolded(key, code) SELECT key, 'Q8' FROM event WHERE register = 'complaint';
         UPDATE setting_local SET value = 'of an older release' WHERE key = 'declared';",
    )
    .unwrap();
    drop(conn);
    older.reopen();
    assert!(older.store.fold_rest(&mut |_| true).unwrap());
    assert_eq!(older.state(), state);
    assert_eq!(older.store.unfolded().unwrap().len(), 4);
    let record = older.store.record(Id([200; 16])).unwrap().unwrap();
    assert_eq!(record.text("severity"), Some("serious"));
}
