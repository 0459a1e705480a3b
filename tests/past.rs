//! `--at`: what this desk held at a time gone by, on the command line.
#![cfg(unix)]
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

mod support;

use serde_json::Value;
use support::DrillDesk;

/// Runs a command at an hour of the sample day.
fn at(desk: &DrillDesk, hour: &str, args: &[&str]) -> Vec<Value> {
    let now = format!("2026-11-22T{hour}:00+08:00");
    desk.json(&[&["--now", &now], args].concat())
}

#[test]
fn a_list_a_record_and_a_search_go_back_in_time() {
    let desk = DrillDesk::new("past", "林晓");
    let opened = at(
        &desk,
        "16:00",
        &[
            "open",
            "complaint",
            "words=掉色很严重",
            "source=customer",
            "buyer=小鱼儿",
        ],
    );
    let id = opened[0]["id"].as_str().unwrap();
    at(&desk, "17:00", &["set", id, "words=不掉色了，是色差"]);
    at(&desk, "18:00", &["open", "note", "kind=hold", "new=等一等"]);

    let words = |hour: &str| {
        let shown = at(&desk, "19:00", &["show", id, "--at", hour]);
        assert_eq!(shown[0]["contradictions"], Value::Null);
        shown[0]["fields"]["words"].as_str().unwrap().to_owned()
    };
    assert_eq!(words("16:30"), "掉色很严重");
    assert_eq!(words("1h"), "不掉色了，是色差");
    let now = at(&desk, "19:00", &["show", id]);
    assert_eq!(now[0]["contradictions"], Value::Array(Vec::new()));

    let count = |hour: &str, list: &str| at(&desk, "19:00", &["list", list, "--at", hour]).len();
    assert_eq!((count("16:30", "todo"), count("18:00", "todo")), (1, 2));
    assert_eq!((count("17:30", "note"), count("18:30", "note")), (0, 1));
    let found = |hour: &str, text: &str| {
        let hits = at(&desk, "19:00", &["search", text, "--at", hour]);
        hits.iter().filter(|hit| hit["id"] == id).count()
    };
    assert_eq!((found("16:30", "掉色"), found("16:30", "色差")), (1, 0));
    assert_eq!((found("17:30", "很严重"), found("17:30", "色差")), (0, 1));
    // Looking leaves nothing behind.
    let left = std::fs::read_dir(desk.data()).unwrap();
    let left = left.filter(|entry| entry.as_ref().unwrap().path().join("zhiban.db").exists());
    assert_eq!(left.count(), 0);
}

#[test]
fn what_was_not_yet_and_what_is_still_to_come_is_said() {
    let desk = DrillDesk::new("past", "林晓");
    for (time, says) in [
        ("2026-11-21", "还什么都没有"),
        ("2026-12-24", "还没到"),
        ("昨天下午", "不是时间"),
    ] {
        let done = desk.run(&["list", "todo", "--at", time]);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(
            !done.status.success() && said.contains(says),
            "{time}: {said}"
        );
    }
}

#[test]
fn a_store_of_an_older_release_shows_all_that_it_holds() {
    let desk = DrillDesk::new("past", "林晓");
    for buyer in ["小鱼儿", "橘子"] {
        let buyer = format!("buyer={buyer}");
        desk.ok(&["open", "complaint", "words=掉色", "source=customer", &buyer]);
    }
    let before = desk.json(&["list", "todo"]);
    assert_eq!(before.len(), 2);
    let conn = rusqlite::Connection::open(desk.data().join("zhiban.db")).unwrap();
    let sql = "UPDATE setting_local SET value = 'of an older release' WHERE key = 'declared'";
    conn.execute(sql, []).unwrap();
    drop(conn);
    assert_eq!(desk.json(&["list", "todo"]), before);
}
