//! A shop's first store and an empty folder: real exports and chat logs in, each twice; a
//! shift's work on top; everything across in one file, twice. Both hold the same, and both are
//! clean. `command_line.rs` plays a shift's acts in detail; here the real files go through.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::path::{Path, PathBuf};

use serde_json::Value;

use support::{DrillDesk, shared};

/// The orders and chat logs that every shop has, from the shared folder; else our own.
fn files() -> Vec<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/intake");
    let (orders, talks) = match (shared("data/orders"), shared("data/dialogues")) {
        (Some(orders), Some(talks)) => (orders, talks),
        _ => {
            eprintln!("SKIPPED: real exports; the files of our own are imported instead");
            (own.clone(), own)
        }
    };
    let of = |folder: &Path, wanted: &dyn Fn(&str) -> bool| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder)
            .unwrap()
            .flatten()
            .map(|entry| entry.path());
        entries
            .filter(|path| path.is_file() && wanted(&path.to_string_lossy()))
            .collect()
    };
    let mut files = of(&orders, &|name| {
        !name.ends_with(".jsonl") && !name.ends_with("l.toml") && !name.ends_with(".yml")
    });
    files.extend(of(&talks, &|name| name.ends_with(".jsonl")));
    files.sort();
    files.dedup();
    files
}

/// Imports a file, which must be understood, and returns the report.
fn import(desk: &DrillDesk, path: &Path) -> Value {
    let done = desk.run(&["import", "--json", path.to_str().unwrap()]);
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    let code = done.status.code().unwrap();
    assert_eq!(code, i32::from(report["refused"] != 0), "{report}");
    report
}

#[test]
fn what_one_store_took_in_and_did_is_the_same_in_another() {
    let (a, b) = (DrillDesk::new("青禾家居旗舰店", "林晓"), DrillDesk::bare());
    let (mut read, mut new) = (0, 0);
    for path in files() {
        let first = import(&a, &path);
        let again = import(&a, &path);
        assert_eq!(
            (&again["new"], &again["changed"]),
            (&0.into(), &0.into()),
            "{again}"
        );
        assert_eq!(first["read"], again["read"]);
        read += first["read"].as_u64().unwrap();
        new += first["new"].as_u64().unwrap();
    }
    println!(
        "two stores: {} files, {read} records read, {new} new",
        files().len()
    );
    assert!(new > 5, "the files hold records");
    work(&a);

    let bundle = a.file("all.zbundle").display().to_string();
    a.ok(&[
        "bundle", "export", "--all", "--plain", "--reason", "drill", "-o", &bundle,
    ]);
    assert_eq!(a.json(&["bundle", "verify", &bundle])[0]["ok"], true);
    let first = b.json(&["bundle", "import", &bundle]).remove(0);
    assert_eq!(first["events"], first["new"], "{first}");
    let again = b.json(&["bundle", "import", &bundle]).remove(0);
    assert_eq!(again["new"], 0, "{again}");
    let (one, other) = (a.json(&["verify"]).remove(0), b.json(&["verify"]).remove(0));
    println!(
        "two stores: {} events, {} records",
        one["events"], one["records"]
    );
    assert_eq!(
        (&one["clean"], &other["clean"]),
        (&true.into(), &true.into()),
        "{one} {other}"
    );
    for (register, state) in one["states"].as_object().unwrap() {
        assert_eq!(*state, other["states"][register], "{register}");
    }
    assert_eq!(one["state"], other["state"]);
    same_on_screen(&a, &b);
}

/// One of each act: capture, reply, the five steps of a note, a refund, the handover.
fn work(desk: &DrillDesk) {
    const ORDER: &str = "4031902847193518258";
    let id = |args: &[&str]| desk.json(args)[0]["id"].as_str().unwrap().to_owned();
    let talk = id(&["capture", "阳光小屋 催发货 18点", "--yes"]);
    desk.json(&["reply", &talk, "今天 18:00 前发出"]);
    let note = id(&[
        "note",
        "add",
        ORDER,
        "示例路8号",
        "--kind",
        "address",
        "--flag",
        "red",
    ]);
    for step in ["changed", "flagged", "confirmed", "told", "acknowledged"] {
        assert_eq!(desk.json(&["note", "step", &note, step])[0]["state"], step);
    }
    let case = id(&[
        "refund",
        "open",
        ORDER,
        "--kind",
        "1",
        "--amount",
        "129",
        "--reason",
        "quality",
        "--fault",
        "ours",
        "--read-back",
    ]);
    assert_eq!(
        desk.json(&["refund", "submit", &case])[0]["state"],
        "submitted"
    );
    let paper = desk.file("handover.md");
    let draft = desk.run(&["handover", "--draft", "--format", "json"]);
    let draft: Value = serde_json::from_slice(&draft.stdout).unwrap();
    let lines = draft["lines"].as_array().map_or(0, Vec::len);
    let mut sheet = vec![
        "handover".to_owned(),
        "--to".into(),
        "after_sales".into(),
        "-o".into(),
        paper.display().to_string(),
    ];
    for line in 1..=lines {
        for cell in [
            "summary=问过了",
            "next=等批",
            "if_then=批了就退，没批就回电",
            "due=2h",
        ] {
            sheet.extend(["--line".into(), format!("{line}/{cell}")]);
        }
    }
    desk.ok(&sheet.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(std::fs::read_to_string(paper).unwrap().contains("问过了"));
}

/// Not only equal in a sum: a reader finds the same records in the same lists.
fn same_on_screen(a: &DrillDesk, b: &DrillDesk) {
    for register in ["order", "conversation", "note", "case", "handover"] {
        let ids = |desk: &DrillDesk| {
            let rows = desk.json(&["list", register, "--limit", "10000"]);
            let mut ids: Vec<String> = rows
                .iter()
                .map(|row| format!("{} {}", row["id"], row["state"]))
                .collect();
            ids.sort();
            ids
        };
        assert!(!ids(a).is_empty(), "{register}");
        assert_eq!(ids(a), ids(b), "{register}");
    }
}
