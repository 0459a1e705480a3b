//! Flipped bits: in what events say, and anywhere in the database file.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;
use zhiban::chance::{Random, SeededRandom};
use zhiban::store::{Store, StreamHead};

use crate::script::{self, copy_folder};
use crate::{folder, times};

/// The columns that together are an event.
const EVENT: [&str; 10] = [
    "stamp", "at", "zone", "act", "register", "record", "verb", "version", "roster", "chain",
];
const BODY: [&str; 3] = ["salt", "facts", "personal"];

fn laid(data: &Path) {
    let (mut store, replica) = script::lay(data, 1);
    for number in 0..10 {
        script::edit(&mut store, replica, number).unwrap();
    }
}

/// Flips one bit of a value; text may become bytes that are none, as on a disk.
fn flip(value: Value, dice: &mut SeededRandom) -> Option<Value> {
    let bit = |bytes: &mut Vec<u8>, dice: &mut SeededRandom| {
        let at = dice.below(bytes.len() as u64 * 8) as usize;
        bytes[at / 8] ^= 1 << (at % 8);
    };
    match value {
        Value::Integer(number) => Some(Value::Integer(number ^ (1 << dice.below(64)))),
        Value::Text(text) if !text.is_empty() => {
            let mut bytes = text.into_bytes();
            bit(&mut bytes, dice);
            Some(Value::Blob(bytes))
        }
        Value::Blob(mut bytes) if !bytes.is_empty() => {
            bit(&mut bytes, dice);
            Some(Value::Blob(bytes))
        }
        _ => None,
    }
}

#[test]
fn tamper_sweep() {
    let base = folder();
    let data = base.path().join("data");
    laid(&data);
    let flips = times("ZHIBAN_FLIPS", 300);
    let mut dice = SeededRandom::new("tamper");
    let mut noticed = 0;
    let store = Store::open_read_only(&data).unwrap();
    assert!(store.verify().unwrap().clean);
    let conn = Connection::open(data.join("zhiban.db")).unwrap();
    let keys: Vec<i64> = conn
        .prepare("SELECT key FROM event ORDER BY key")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    while noticed < flips {
        let key = keys[dice.below(keys.len() as u64) as usize];
        let at = dice.below((EVENT.len() + BODY.len()) as u64) as usize;
        let (table, column) = EVENT.get(at).map_or_else(
            || ("body", BODY[at - EVENT.len()]),
            |column| ("event", *column),
        );
        let old: Value = conn
            .query_row(
                &format!("SELECT {column} FROM {table} WHERE key = ?1"),
                [key],
                |row| row.get(0),
            )
            .unwrap();
        let Some(new) = flip(old.clone(), &mut dice) else {
            continue;
        };
        // Text that is none can only get there past SQLite: cast back to text as it is.
        let as_text = matches!(old, Value::Text(_));
        let set = if as_text { "CAST(?2 AS TEXT)" } else { "?2" };
        let sql = format!("UPDATE {table} SET {column} = {set} WHERE key = ?1");
        conn.execute(&sql, (key, new)).unwrap();
        let what = format!("{table}.{column} of {key}");
        let found = store
            .verify()
            .unwrap_or_else(|fault| panic!("{what}: {fault}"));
        let seq = (key & 0xFF_FFFF_FFFF) as u64;
        let is_named = found
            .defects
            .iter()
            .any(|defect| defect.replica.is_some() && defect.seq == Some(seq));
        assert!(is_named, "{what}: not named: {:?}", found.defects);
        noticed += 1;
        conn.execute(
            &format!("UPDATE {table} SET {column} = ?2 WHERE key = ?1"),
            (key, old),
        )
        .unwrap();
    }
    assert!(
        store.verify().unwrap().clean,
        "the test puts back what it flipped"
    );
    println!(
        "tamper_sweep: {flips} flips in event bytes, {noticed} named with replica and seq, 0 missed"
    );
}

/// A bit anywhere in the file: either verify says so, or nothing that is in the log changed.
#[test]
fn tamper_sweep_of_the_file() {
    let base = folder();
    let data = base.path().join("data");
    laid(&data);
    // As zhiban reads it: every event of every stream, with its body.
    let log = |data: &Path| {
        let store = Store::open_read_only(data)?;
        let heads = store.heads()?;
        let events = |head: &StreamHead| store.stream_events(head.stream, 1, head.seq);
        heads.iter().map(events).collect::<Result<Vec<_>, _>>()
    };
    let whole = log(&data).unwrap();
    let flips = times("ZHIBAN_FLIPS", 300) / 2;
    let mut dice = SeededRandom::new("tamper the file");
    let file = fs::read(data.join("zhiban.db")).unwrap();
    let (mut noticed, mut named, mut harmless) = (0, 0, 0);
    for _ in 0..flips {
        let place = folder();
        copy_folder(&data, place.path());
        let mut bytes = file.clone();
        // Where something is: most of a small database is empty room.
        let at = loop {
            let at = dice.below(bytes.len() as u64 * 8) as usize;
            if bytes[at / 8] != 0 {
                break at;
            }
        };
        bytes[at / 8] ^= 1 << (at % 8);
        fs::write(place.path().join("zhiban.db"), bytes).unwrap();
        match Store::open_read_only(place.path()).and_then(|store| store.verify()) {
            Ok(found) if found.clean => {
                let now = log(place.path()).unwrap();
                assert_eq!(now, whole, "bit {at} changed the log");
                harmless += 1;
            }
            Ok(found) => {
                noticed += 1;
                named += usize::from(found.defects.iter().any(|one| one.seq.is_some()));
            }
            Err(_) => noticed += 1,
        }
    }
    assert!(named > 0, "nothing was named by replica and seq");
    println!(
        "tamper_sweep_of_the_file: {flips} flips, {noticed} noticed ({named} named by replica and seq), {harmless} changed nothing of the log, 0 missed"
    );
}
