//! `zhiban generate`: a shop for benchmarks of exactly the size that was asked for, the same for
//! the same seed, with what makes it worth measuring.
#![allow(clippy::pedantic, clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use zhiban::desk::demo::{Progress, Size, generate};
use zhiban::domain::payload::Direction;
use zhiban::domain::register::Owner;
use zhiban::problem::Kind;
use zhiban::store::{Query, Store};

const WALL: i64 = 1_795_400_000_000;
const SIZE: Size = Size {
    conversations: 450,
    messages: 3_333,
    seed: 7,
};

fn lay(folder: &Path, size: Size) -> Store {
    generate(folder, size, WALL, &mut |_| true).unwrap();
    Store::open(folder).unwrap()
}

fn state(store: &Store) -> String {
    let verified = store.verify().unwrap();
    assert!(verified.clean, "{:?}", verified.defects);
    verified.state
}

#[test]
fn the_same_seed_is_the_same_shop_and_another_is_another() {
    let folder = TempDir::new().unwrap();
    let shop = |name: &str, size: Size| state(&lay(&folder.path().join(name), size));
    let first = shop("one", SIZE);
    assert_eq!(first, shop("two", SIZE));
    assert_ne!(first, shop("three", Size { seed: 8, ..SIZE }));
}

#[test]
fn the_shop_has_what_was_asked_for() {
    let folder = TempDir::new().unwrap();
    let store = lay(&folder.path().join("shop"), SIZE);
    let all = Query {
        registers: vec!["conversation"],
        limit: Some(10_000),
        ..Query::default()
    };
    let rows = store.rows(&all).unwrap();
    assert_eq!(rows.len() as u64, SIZE.conversations);
    assert_eq!(store.left_to_fold().unwrap(), 0);
    // Two in a hundred are open, the newest.
    let open: Vec<_> = rows.iter().filter(|row| row.closed.is_none()).collect();
    assert_eq!(open.len(), 9);
    let people = Query {
        registers: vec!["person"],
        ..Query::default()
    };
    let people = store.rows(&people).unwrap();
    let visitor = people
        .iter()
        .find(|row| row.fields["name"] == "林晓")
        .unwrap();
    let theirs = Some(Owner::Person(visitor.id));
    assert!(open.iter().all(|row| row.owner == theirs));
    let newest_closed = rows.iter().filter(|row| row.closed.is_some());
    let newest_closed = newest_closed.map(|row| row.opened).max().unwrap();
    assert!(open.iter().all(|row| row.opened > newest_closed));

    let (mut messages, mut ours) = (0, 0);
    let mut texts = String::new();
    for row in &rows {
        let record = store.record(row.id).unwrap().unwrap();
        messages += record.entries.len() as u64;
        for entry in &record.entries {
            ours += u64::from(entry.say.direction == Direction::Out);
            texts += entry.say.text.as_deref().unwrap();
        }
    }
    assert_eq!(messages, SIZE.messages);
    assert!(ours > SIZE.messages / 3, "{ours}");
    // Both scripts and English, the first words of the list more often than later ones.
    let count = |word: &str| texts.matches(word).count();
    assert!(
        count("发货") > 4 * count("双十一"),
        "{} {}",
        count("发货"),
        count("双十一")
    );
    assert!(count("出貨") > 50 && count("refund") > 20);
    let found = store.search("发货", None, 50).unwrap();
    assert_eq!((found.hits.len(), found.behind), (50, 0));
}

#[test]
fn what_is_stopped_leaves_nothing_and_what_is_there_stays() {
    let folder = TempDir::new().unwrap();
    let shop = folder.path().join("shop");
    let mut stop = |one: Progress| one.done < 400;
    let problem = generate(&shop, SIZE, WALL, &mut stop).unwrap_err();
    assert_eq!(problem.message, "problem-generate-stopped");
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    let before = state(&lay(&shop, SIZE));
    let problem = generate(&shop, SIZE, WALL, &mut |_| true).unwrap_err();
    assert_eq!(problem.kind, Kind::Refused);
    assert_eq!(state(&Store::open(&shop).unwrap()), before);
}

#[test]
fn the_command_lays_a_shop_that_verifies() {
    let folder = TempDir::new().unwrap();
    let zhiban = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zhiban"));
        command
            .arg("--data")
            .arg(folder.path().join("shop"))
            .args(["--lang", "en"]);
        command.args(words).output().unwrap()
    };
    let size = [
        "generate",
        "--conversations",
        "60",
        "--messages",
        "600",
        "--random",
        "3",
    ];
    let laid = zhiban(&size);
    assert!(laid.status.success(), "{laid:?}");
    let said = String::from_utf8(laid.stdout).unwrap();
    assert_eq!(said.trim(), "Generated 60 conversations, 600 messages");
    assert!(laid.stderr.is_empty(), "progress is for terminals");
    assert!(zhiban(&["verify"]).status.success());
    assert_eq!(zhiban(&size).status.code(), Some(1));
}
