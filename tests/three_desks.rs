//! One chat, three ways: pasted with times on one desk, pasted later and again without times on
//! a second, imported from a file on a third. Whoever imports whom first, every store ends with
//! one conversation, one timeline, no sentence twice.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use support::DrillDesk;

const BUYER: &str = "阳光小屋";
const EARLY: &str = "\
阳光小屋 (2026-11-22 14:02:05): 这个锅什么时候发货
林晓 (2026-11-22 14:03:11): 今天下午发，单号稍后给您
阳光小屋 (2026-11-22 14:05:40): 好的
阳光小屋 (2026-11-22 14:05:50): 好的
";
const LATER: &str = "\
林晓 (2026-11-22 14:03:11): 今天下午发，单号稍后给您
阳光小屋 (2026-11-22 14:05:40): 好的
阳光小屋 (2026-11-22 14:05:50): 好的
林晓 (2026-11-22 14:20:00): 已经发了，明天到
阳光小屋 (2026-11-22 14:21:30): 谢谢
";
const WITHOUT_TIMES: &str = "\
阳光小屋: 好的
阳光小屋: 好的
林晓: 已经发了，明天到
阳光小屋: 谢谢
";
/// What a person must read in the end, in this order.
const WHOLE: [&str; 6] = [
    "这个锅什么时候发货",
    "今天下午发，单号稍后给您",
    "好的",
    "好的",
    "已经发了，明天到",
    "谢谢",
];

/// The whole chat as a chat log brings it; with the platform's number where one is given.
fn chat_log(buyer: &str, number: Option<&str>) -> String {
    let message = |role: &str, text: &str, at: &str| {
        serde_json::json!({"role": role, "author": if role == "agent" { "林晓" } else { buyer }, "text": text,
            "at": format!("2026-11-22 {at}")})
    };
    let mut talk = serde_json::json!({"buyer": buyer, "channel": "chat", "messages": [
        message("customer", WHOLE[0], "14:02:05"),
        message("agent", WHOLE[1], "14:03:11"),
        message("customer", WHOLE[2], "14:05:40"),
        message("customer", WHOLE[3], "14:05:50"),
        message("agent", WHOLE[4], "14:20:00"),
        message("customer", WHOLE[5], "14:21:30"),
    ]});
    if let Some(number) = number {
        talk["number"] = number.into();
    }
    format!("{talk}\n")
}

fn paste(desk: &DrillDesk, chat: &str, buyer: &str) -> Value {
    let mut child = desk
        .command(&["capture", "-", "--yes", "--json", "--buyer", buyer])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(chat.as_bytes())
        .unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    serde_json::from_slice(&done.stdout).unwrap()
}

fn import_log(desk: &DrillDesk, log: &str) -> Value {
    let path = desk.file("chats.jsonl");
    std::fs::write(&path, log).unwrap();
    desk.json(&["import", "conversations", path.to_str().unwrap()])
        .remove(0)
}

/// Writes everything that a desk holds into a file.
fn export(desk: &DrillDesk, name: &str) -> String {
    let path = desk.file(name).display().to_string();
    desk.ok(&[
        "bundle", "export", "--all", "--plain", "--reason", "drill", "-o", &path,
    ]);
    path
}

/// Three desks of one shop that have taken the chat in, each in its way.
fn desks(names: [&str; 3], buyer: &str) -> [DrillDesk; 3] {
    let desks = names.map(|name| DrillDesk::new("青禾家居旗舰店", name));
    let as_buyer = |chat: &str| chat.replace(BUYER, buyer);
    paste(&desks[0], &as_buyer(EARLY), buyer);
    paste(&desks[1], &as_buyer(LATER), buyer);
    paste(&desks[1], &as_buyer(WITHOUT_TIMES), buyer);
    import_log(&desks[2], &chat_log(buyer, None));
    desks
}

/// All orders in which three desks may be served.
const ORDERS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

/// Every desk first gives what it has, then takes the two others' files, in this order.
fn exchange_at_once(desks: &[DrillDesk; 3], order: [usize; 3]) {
    let files: Vec<String> = desks
        .iter()
        .map(|desk| export(desk, "own.zbundle"))
        .collect();
    for to in order {
        for from in order.into_iter().filter(|from| *from != to) {
            desks[to].ok(&["bundle", "import", &files[from]]);
        }
    }
}

/// Each desk hands on all that it holds to the next, round after round.
fn exchange_in_a_ring(desks: &[DrillDesk; 3], order: [usize; 3]) {
    for round in 0..2 {
        for at in 0..3 {
            let (from, to) = (order[at], order[(at + 1) % 3]);
            let file = export(&desks[from], &format!("ring{round}{at}.zbundle"));
            desks[to].ok(&["bundle", "import", &file]);
        }
    }
}

fn talks(desk: &DrillDesk) -> Vec<String> {
    let rows = desk.json(&["list", "conversation"]);
    rows.iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

fn said(desk: &DrillDesk, talk: &str) -> Vec<String> {
    let shown = desk.json(&["show", talk]).remove(0);
    let lines = shown["timeline"].as_array().unwrap().clone();
    let said = lines.iter().filter(|line| line["verb"] == "say");
    said.map(|line| line["text"].as_str().unwrap().to_owned())
        .collect()
}

/// The three stores hold the same state, clean, and what it is.
fn one_state(desks: &[DrillDesk; 3]) {
    let verified = desks
        .each_ref()
        .map(|desk| desk.json(&["verify"]).remove(0));
    for one in &verified {
        assert_eq!(one["clean"], true, "{one}");
        assert_eq!(one["state"], verified[0]["state"], "{verified:#?}");
        assert_eq!(one["replicas"], 3);
    }
}

fn one_timeline(desks: &[DrillDesk; 3], what: &str) {
    one_state(desks);
    for desk in desks {
        let talks = talks(desk);
        assert_eq!(talks.len(), 1, "{what}: {talks:?}");
        assert_eq!(said(desk, &talks[0]), WHOLE, "{what}");
    }
}

#[test]
fn one_chat_three_ways_is_one_timeline_in_every_order() {
    for order in ORDERS {
        let desks = desks(["林晓", "何静", "陈立"], BUYER);
        exchange_at_once(&desks, order);
        one_timeline(&desks, &format!("at once, {order:?}"));
        let again = export(&desks[order[0]], "again.zbundle");
        assert_eq!(
            desks[order[1]].json(&["bundle", "import", &again])[0]["new"],
            0
        );
    }
}

#[test]
fn handed_on_in_a_ring_it_is_the_same() {
    for order in ORDERS {
        let desks = desks(["林晓", "何静", "陈立"], BUYER);
        exchange_in_a_ring(&desks, order);
        one_timeline(&desks, &format!("ring, {order:?}"));
    }
}

#[test]
fn names_of_people_do_not_matter() {
    for names in [
        ["周敏", "老吴", "王主管"],
        ["Li", "Wang", "Chen"],
        ["林晓", "林晓", "林晓"],
    ] {
        let desks = desks(names, BUYER);
        exchange_at_once(&desks, ORDERS[3]);
        one_timeline(&desks, &format!("{names:?}"));
    }
}

#[test]
fn what_comes_after_the_exchange_joins_too() {
    let desks = ["林晓", "何静", "陈立"].map(|name| DrillDesk::new("青禾家居旗舰店", name));
    paste(&desks[0], EARLY, BUYER);
    exchange_at_once(&desks, ORDERS[0]);
    paste(&desks[1], LATER, BUYER);
    let early = export(&desks[1], "later.zbundle");
    desks[2].ok(&["bundle", "import", &early]);
    let report = import_log(&desks[2], &chat_log(BUYER, None));
    assert_eq!(report["new"], 0, "{report}");
    paste(&desks[1], WITHOUT_TIMES, BUYER);
    exchange_in_a_ring(&desks, ORDERS[4]);
    one_timeline(&desks, "after the exchange");
}

#[test]
fn a_paste_twice_on_one_desk_adds_nothing() {
    let desk = DrillDesk::new("青禾家居旗舰店", "林晓");
    paste(&desk, EARLY, BUYER);
    let before = desk.json(&["verify"]).remove(0);
    paste(&desk, EARLY, BUYER);
    let after = desk.json(&["verify"]).remove(0);
    assert_eq!(
        (&before["state"], &before["events"]),
        (&after["state"], &after["events"])
    );
    paste(&desk, WITHOUT_TIMES, BUYER);
    paste(&desk, LATER, BUYER);
    paste(&desk, WITHOUT_TIMES, BUYER);
    let talks = talks(&desk);
    assert_eq!(talks.len(), 1);
    assert_eq!(said(&desk, &talks[0]), WHOLE);
}

#[test]
fn a_masked_buyer_never_merges() {
    for order in [ORDERS[0], ORDERS[5]] {
        let desks = desks(["林晓", "何静", "陈立"], "t**3");
        exchange_at_once(&desks, order);
        one_state(&desks);
        for desk in &desks {
            let talks = talks(desk);
            // Two pastes with times, one without, one file: nobody knows whether t**3 is t**3.
            assert_eq!(talks.len(), 4, "{talks:?}");
            let customers = desk.json(&["list", "customer"]);
            assert!(
                customers.is_empty(),
                "a mask made a customer: {customers:?}"
            );
        }
    }
}

#[test]
fn a_chat_log_with_the_platforms_number_is_found_by_a_later_paste() {
    let desk = DrillDesk::new("青禾家居旗舰店", "林晓");
    import_log(&desk, &chat_log(BUYER, Some("T-1001")));
    paste(&desk, EARLY, BUYER);
    paste(&desk, LATER, BUYER);
    paste(&desk, WITHOUT_TIMES, BUYER);
    let talks = talks(&desk);
    assert_eq!(talks.len(), 1, "{talks:?}");
    assert_eq!(said(&desk, &talks[0]), WHOLE);
}
