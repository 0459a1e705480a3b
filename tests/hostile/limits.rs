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

#[test]
fn limits_are_those_of_the_page() {
    assert_eq!((FILE_MAX, UNPACKED_MAX), (1 << 30, 1 << 30));
    assert_eq!(
        (EVENTS_MAX, MANIFEST_MAX, LINE_MAX),
        (1_000_000, 1 << 20, 256 << 10)
    );
    assert_eq!((REPLICAS_MAX, ENTRIES_MAX), (256, 10_000));
    assert_eq!(
        (ATTACHMENT_MAX, ATTACHED_MAX, WINDOW_LOG),
        (20 << 20, 500 << 20, 23)
    );
    use zhiban::exchange::envelope::{HEADER_MAX, RECIPIENTS_MAX, WORK_MAX};
    assert_eq!((RECIPIENTS_MAX, HEADER_MAX, WORK_MAX), (256, 64 << 10, 18));
}
