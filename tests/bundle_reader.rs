//! A reader in another language, written from the rustdoc of `exchange::bundle::format` alone,
//! must agree about bundles. Runs where Python 3 with the package `blake3` is present.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::json;
use zhiban::chance::SeededRandom;
use zhiban::domain::id::Id;
use zhiban::domain::payload::{Change, Payload};
use zhiban::domain::registers;
use zhiban::domain::seal::ReplicaKey;
use zhiban::exchange::bundle::{self, Export, Selection};
use zhiban::store::{Author, Draft, Shop, Store};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// None where this machine cannot run the reader.
fn read(file: &Path) -> Option<Output> {
    let able = Command::new("python3")
        .args(["-c", "import blake3"])
        .output()
        .is_ok_and(|out| out.status.success());
    if !able {
        eprintln!(
            "\n*** SKIPPED: the independent bundle reader needs python3 with the package blake3 ***\n"
        );
        return None;
    }
    Some(
        Command::new("python3")
            .arg(here("tests/bundle_reader.py"))
            .arg(file)
            .output()
            .unwrap(),
    )
}

#[test]
fn an_independent_reader_verifies_the_golden_bundle() {
    let golden = here("tests/golden/v1.zbundle");
    let found = bundle::inspect(&golden, &mut |_| true).unwrap();
    let expected = std::fs::read_to_string(here("tests/golden/v1.verify.json")).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&expected).unwrap(),
        found.verdict()
    );
    let Some(output) = read(&golden) else { return };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["events"], found.counts.events);
    assert_eq!(answer["seals"], found.counts.seals);
    assert_eq!(answer["streams"], found.manifest.streams.len());
}

#[test]
fn an_independent_reader_sees_a_changed_event() {
    let golden = std::fs::read(here("tests/golden/v1.zbundle")).unwrap();
    let mut archive = zstd::decode_all(golden.as_slice()).unwrap();
    let place = archive
        .windows(5)
        .position(|window| window == b"\"a\":1")
        .unwrap()
        + 4;
    archive[place] = b'2';
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("changed.zbundle");
    std::fs::write(&file, zstd::encode_all(archive.as_slice(), 3).unwrap()).unwrap();
    assert!(bundle::inspect(&file, &mut |_| true).is_err());
    let Some(output) = read(&file) else { return };
    assert!(!output.status.success());
}

#[test]
fn an_independent_reader_verifies_what_a_store_exports() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("data"), Shop::drill("reader")).unwrap();
    let replica = store
        .add_replica(ReplicaKey::from_secret(&[4; 32]))
        .unwrap();
    let register = registers::by_name("order").unwrap();
    let mut random = SeededRandom::new("reader");
    for count in 1..=130 {
        let now = 1_790_000_000_000 + count * 1_000;
        let fields = [
            ("receiver".to_owned(), json!("王\"小\\明\n")),
            ("item_count".to_owned(), json!(count)),
        ]
        .into();
        let change = Change {
            fields,
            exported_at: Some(now),
            ..Change::default()
        };
        let draft = Draft::new(
            register,
            Id([(count % 9) as u8; 16]),
            Payload::Open(change),
            now,
        );
        store
            .append(
                &Author {
                    replica,
                    zone: -480,
                },
                now,
                &mut random,
                &[draft],
            )
            .unwrap();
    }
    let file = folder.path().join("out.zbundle");
    let order = Export {
        selection: Selection::All,
        plain: Some("drill"),
        ..Export::new(replica, 1_790_000_000_000)
    };
    assert_eq!(
        bundle::export(&mut store, &order, &file).unwrap().personal,
        130
    );
    let Some(output) = read(&file) else { return };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&answer["events"], &answer["seals"]),
        (&json!(130), &json!(2))
    );
}
