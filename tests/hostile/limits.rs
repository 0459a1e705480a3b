//! Each limit of the format, at the limit and one beyond. Reader and writer share the constants.

use serde_json::Value;
use zhiban::exchange::bundle::BundleFault;
use zhiban::exchange::bundle::format::*;

use super::archive::Parts;
use super::*;

fn good() -> Parts {
    let mut ours = Desk::new(1);
    ours.order(1, 1);
    Parts::of(&fs::read(ours.export(Selection::All)).unwrap())
}

fn names(count: usize) -> Vec<Value> {
    let name = |number: usize| format!("{number:064x}");
    let entry = |number| json!({"name": format!("att/{}", name(number)), "size": 1, "blake3": name(number)});
    (0..count).map(entry).collect()
}

fn attachments(value: &mut Value, sizes: &[u64]) {
    let mut list = value["entries"].as_array().unwrap()[..2].to_vec();
    list.extend(names(sizes.len()));
    for (entry, size) in list[2..].iter_mut().zip(sizes) {
        entry["size"] = json!(size);
    }
    value["entries"] = list.into();
}

fn replicas(value: &mut Value, count: usize) {
    let list = value["replicas"].as_array_mut().unwrap();
    for seed in 1..count as u64 {
        let key = ReplicaKey::from_secret(blake3::hash(&seed.to_le_bytes()).as_bytes());
        let hex: String = key
            .public()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        list.push(json!({"id": key.replica().to_string(), "key": hex}));
    }
}

#[test]
fn limits_of_a_manifest() {
    let good = good().value();
    let check = |change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        change(&mut value);
        serde_json::from_value::<Manifest>(value).unwrap().check()
    };
    type Change = fn(&mut Value, usize);
    let lists: [(&str, usize, Change); 6] = [
        ("replicas", REPLICAS_MAX, replicas),
        ("streams", STREAMS_MAX, |value, count| {
            value["streams"] = json!(vec![value["streams"][0].clone(); count])
        }),
        ("heads", HEADS_MAX, |value, count| {
            value["heads"] = json!(vec![value["heads"][0].clone(); count])
        }),
        ("registers", REGISTERS_MAX, |value, count| {
            value["registers"] = json!(vec!["order"; count])
        }),
        ("entries", ATTACHMENTS_MAX, |value, count| {
            attachments(value, &vec![1; count])
        }),
        ("events", EVENTS_MAX as usize, |value, count| {
            value["streams"][0]["to_seq"] = json!(count)
        }),
    ];
    for (name, limit, change) in lists {
        assert_eq!(check(&|value| change(value, limit)), Ok(()), "{name}");
        let fault = check(&|value| change(value, limit + 1)).unwrap_err();
        assert!(
            matches!(fault, ManifestFault::Limit { what, .. } if what == name),
            "{name}: {fault:?}"
        );
    }
    let whole = (ATTACHED_MAX / ATTACHMENT_MAX) as usize;
    let rest = ATTACHED_MAX - whole as u64 * ATTACHMENT_MAX;
    let mut sizes = vec![ATTACHMENT_MAX; whole];
    sizes.push(rest);
    assert_eq!(check(&|value| attachments(value, &sizes)), Ok(()));
    sizes.push(1);
    assert!(
        check(&|value| attachments(value, &sizes)).is_err(),
        "attachments together"
    );
    assert!(
        check(&|value| attachments(value, &[ATTACHMENT_MAX + 1])).is_err(),
        "an attachment"
    );
    let size = |entry: usize, size: u64| {
        check(&move |value| {
            value["entries"][1 - entry]["size"] = json!(0);
            value["entries"][entry]["size"] = json!(size);
        })
    };
    assert_eq!(size(0, UNPACKED_MAX), Ok(()));
    assert!(size(0, UNPACKED_MAX + 1).is_err());
    let place = |seq: u64| check(&move |value| value["heads"][0]["seq"] = json!(seq));
    assert_eq!(place(SEQ_END - 1), Ok(()));
    assert!(place(SEQ_END).is_err());
    let name =
        |length: usize| check(&move |value| value["registers"] = json!(["a".repeat(length)]));
    assert_eq!(name(64), Ok(()));
    assert!(name(65).is_err() && name(0).is_err());
}

#[test]
fn limits_of_sizes_within_an_archive() {
    let parts = good();
    let padded = |size: usize| {
        let mut other = parts.clone();
        other.manifest.resize(size, b' ');
        bundle::inspect_bytes(&other.file(&key(1)))
    };
    assert!(padded(MANIFEST_MAX as usize).unwrap().is_good());
    assert!(matches!(
        padded(MANIFEST_MAX as usize + 1),
        Err(BundleFault::Limit { .. })
    ));
    let line = |size: usize| {
        let mut other = parts.clone();
        other.events.pop();
        other.events.resize(size - 1, b' ');
        other.events.push(b'\n');
        other.announce();
        bundle::inspect_bytes(&other.file(&key(1)))
    };
    assert!(line(LINE_MAX).unwrap().is_good());
    assert!(matches!(
        line(LINE_MAX + 1),
        Err(BundleFault::Limit { what: "line", .. })
    ));
    let attached = |size: u64| {
        let mut other = parts.clone();
        other.attachments = vec![vec![0; size as usize]];
        other.announce();
        bundle::inspect_bytes(&other.file(&key(1)))
    };
    assert!(attached(ATTACHMENT_MAX).unwrap().is_good());
    assert!(attached(ATTACHMENT_MAX + 1).is_err());
}

/// A row of the page of limits: its figure, ours, and why ours is another.
type Row = (&'static str, u64, Option<u64>, &'static str);

/// The rows of the page that have a figure. Those without (one frame, plain entries, their names
/// and order) are what `bundle_bombs` plays.
fn rows() -> Vec<Row> {
    use zhiban::domain::body::{MAX_BYTES, MAX_DEPTH};
    use zhiban::exchange::bundle::kind::KINDS;
    use zhiban::exchange::envelope::{HEADER_MAX, RECIPIENTS_MAX, WORK_MAX};
    use zhiban::store::{LENGTH_MAX, SQL_LENGTH_MAX, TRIGGER_DEPTH_MAX};
    let size = |size: usize| Some(size as u64);
    let sql = |limit: i32| Some(limit.unsigned_abs().into());
    vec![
        (
            "file size",
            256 << 20,
            Some(FILE_MAX),
            "a whole shop must fit; the ratio bounds the rest",
        ),
        ("unpacked", 1 << 30, Some(UNPACKED_MAX), ""),
        ("ratio", 100, Some(RATIO_MAX), ""),
        ("from where the ratio counts", 1 << 20, Some(RATIO_FROM), ""),
        ("zstd window", 23, Some(WINDOW_LOG.into()), ""),
        ("entries", 10_000, size(ENTRIES_MAX), ""),
        ("manifest", 1 << 20, Some(MANIFEST_MAX), ""),
        ("replicas of a manifest", 256, size(REPLICAS_MAX), ""),
        (
            "roster of a manifest",
            1_000,
            None,
            "the roster is events, no manifest has one",
        ),
        (
            "events",
            200_000,
            Some(EVENTS_MAX),
            "a million: a shop's year in one file",
        ),
        ("line", 256 << 10, size(LINE_MAX), ""),
        ("depth of a body", 16, size(MAX_DEPTH), ""),
        ("depth of a manifest", 16, size(DEPTH_MAX), ""),
        (
            "keys of an object",
            64,
            None,
            "a large order has a key for each cell of its lines",
        ),
        ("string", 64 << 10, size(MAX_BYTES), ""),
        ("attachment", 20 << 20, Some(ATTACHMENT_MAX), ""),
        ("attachments together", 500 << 20, Some(ATTACHED_MAX), ""),
        ("kinds of attachments", 8, size(KINDS.len()), ""),
        (
            "age recipients",
            32,
            size(RECIPIENTS_MAX),
            "every replica of a manifest may be one",
        ),
        ("age header", 64 << 10, size(HEADER_MAX), ""),
        ("age work factor", 18, Some(WORK_MAX.into()), ""),
        (
            "seconds for 100,000 events",
            60,
            None,
            "measured, no constant; every step can be cancelled",
        ),
        ("memory", 256 << 20, None, "measured by bundle_bombs"),
        (
            "free disk",
            64 << 20,
            None,
            "a full disk stops a transaction, which tests/faults plays",
        ),
        (
            "hours that a clock is ahead",
            24,
            None,
            "no event is held for its clock",
        ),
        (
            "bundles in quarantine",
            50,
            None,
            "events wait outside, not bundles; tests/strangers fills it",
        ),
        (
            "events in a transaction",
            200_000,
            None,
            "a transaction is bounded by its time",
        ),
        (
            "SQLite LENGTH",
            32 << 20,
            sql(LENGTH_MAX),
            "the fields of a record are many bodies together",
        ),
        ("SQLite SQL_LENGTH", 100_000, sql(SQL_LENGTH_MAX), ""),
        (
            "SQLite ATTACHED",
            0,
            Some(1),
            "VACUUM attaches its own file",
        ),
        ("SQLite TRIGGER_DEPTH", 10, sql(TRIGGER_DEPTH_MAX), ""),
        (
            "SQLite hard heap",
            512 << 20,
            None,
            "of the whole process, several stores may be open in it",
        ),
    ]
}

#[test]
fn limits_are_those_of_the_page() {
    for (what, page, ours, why) in rows() {
        assert_eq!(
            ours == Some(page),
            why.is_empty(),
            "{what}: {page}, {ours:?}"
        );
    }
    assert_eq!((FILE_MAX, EVENTS_MAX), (1 << 30, 1_000_000));
}
