//! A refund that waits for another desk's word (ux 14, acts 23 and 25 of 9.2): two workstations,
//! by the shared folder and by text blocks through a chat that wraps, indents and quotes.
#![cfg(unix)]
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/mod.rs"]
mod support;

#[path = "support/sample.rs"]
mod sample;

use std::time::{Duration, Instant};

use sample::{TWO_LINES, carry, colleague, shop};
use support::{DrillDesk, Terminal};

/// How long an approval may be on its way by the folder, there and back (ux 14).
const LIMIT: Duration = Duration::from_secs(60);

/// An agent and a supervisor who both know the order.
fn desks() -> (DrillDesk, DrillDesk) {
    let agent = shop("林晓");
    let supervisor = colleague(&agent, "王主管");
    carry(&agent, &supervisor);
    (agent, supervisor)
}

/// Names one shared folder in both desks' settings.
fn wire(desks: [&DrillDesk; 2]) -> tempfile::TempDir {
    let shared = tempfile::tempdir().unwrap();
    for desk in desks {
        let config = desk.folder.path().join("config/zhiban");
        std::fs::create_dir_all(&config).unwrap();
        let path = shared.path().display().to_string();
        std::fs::write(
            config.join("config.toml"),
            format!("[folder]\npath = {path:?}\n"),
        )
        .unwrap();
    }
    shared
}

/// Files a refund of ¥129 by keys and leaves the form.
fn submit(terminal: &mut Terminal) {
    terminal
        .press("F3")
        .wait_for("查找 F3")
        .paste(TWO_LINES)
        .wait_for("小鹿")
        .press("Enter")
        .wait_for("雪平锅");
    terminal.press("F6").wait_for("售后单 新");
    terminal.press("Down Space 1 Tab 1 Tab 2 Tab Space");
    terminal.wait_for("─ 齐 ─").press("F8").wait_for("已提交");
}

/// Opens the case that waits for this desk's word.
fn open_case(terminal: &mut Terminal) {
    terminal
        .wait_for("小鹿")
        .press("Enter")
        .wait_for("首问 林晓");
    terminal.press("F6").wait_for("本单申请");
}

fn state(desk: &DrillDesk) -> String {
    let rows = desk.json(&["list", "case"]);
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows[0]["state"].as_str().unwrap().to_owned()
}

/// Waits until a desk's case is in a state.
fn arrives(desk: &DrillDesk, wanted: &str) {
    let begun = Instant::now();
    while state(desk) != wanted {
        assert!(begun.elapsed() < LIMIT, "still {}", state(desk));
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// What a chat program makes of a text: lines of another length, indented, quoted, with the
/// line ends of another system and the sender's name in front.
fn through_a_chat(block: &str) -> String {
    let letters: Vec<char> = block.chars().collect();
    let wrapped: Vec<String> = letters
        .chunks(57)
        .map(|chunk| format!("  > {}", chunk.iter().collect::<String>()))
        .collect();
    format!("林晓 15:46\r\n「{}」", wrapped.join(" \r\n"))
}

/// Copies what is new at one desk as text blocks and pastes them at another, through a chat, and
/// returns how many pastes that took.
fn by_chat(from: &mut Terminal, to: &mut Terminal) -> usize {
    from.press("Ctrl+B").wait_for("已交给终端");
    let copied = from.clipboard().unwrap();
    assert!(copied.starts_with("ZB1-"), "{copied}");
    let parts: Vec<&str> = copied
        .split_inclusive("-ZE")
        .filter(|part| part.contains("ZB1-"))
        .collect();
    to.press("F2")
        .paste(&through_a_chat(&copied))
        .wait_for("文本块已收")
        .press("Esc");
    parts.len()
}

#[test]
fn text_road_carries_an_approval_through_a_chat() {
    let (agent, supervisor) = desks();
    // What both know already need not travel again.
    for desk in [&agent, &supervisor] {
        desk.ok(&["bundle", "export", "--text"]);
    }
    let mut here = agent.open(120, 40);
    here.wait_for("F12切屏");
    let mut there = supervisor.open(120, 40);
    there.wait_for("F12切屏");
    submit(&mut here);
    let asked = by_chat(&mut here, &mut there);
    open_case(&mut there);
    there.press("F8").wait_for("15:46 王主管");
    let answered = by_chat(&mut there, &mut here);
    arrives(&agent, "approved");
    println!("approval by text blocks: {asked} there, {answered} back");
    assert!(asked + answered <= 4);
}

#[test]
fn folder_road_carries_an_approval_there_and_back() {
    let (agent, supervisor) = desks();
    let _shared = wire([&agent, &supervisor]);
    let mut here = agent.open(120, 40);
    here.wait_for("同步 刚刚");
    let mut there = supervisor.open(120, 40);
    there.wait_for("同步 刚刚");
    submit(&mut here);
    let submitted = Instant::now();
    open_case(&mut there);
    there.count_keys();
    there.press("F8").wait_for("15:46 王主管");
    assert_eq!(there.count_keys(), 1, "act 23");
    arrives(&agent, "approved");
    let took = submitted.elapsed();
    println!("approval by the folder, there and back: {took:?}");
    assert!(took < LIMIT);
    here.wait_for("已批");
}

#[test]
fn folder_road_carries_a_refusal_with_its_reason_back() {
    let (agent, supervisor) = desks();
    let _shared = wire([&agent, &supervisor]);
    let mut here = agent.open(80, 24);
    here.wait_for("F12切屏");
    let mut there = supervisor.open(80, 24);
    there.wait_for("F12切屏");
    submit(&mut here);
    there.wait_for("小鹿").press("Enter").wait_for("首问 林晓");
    there.press("F6").wait_for("办到哪一步").count_keys();
    there.press("Ctrl+D").wait_for("理由");
    there.type_text("先要照片").press("Enter");
    let keys = there.count_keys();
    assert!(keys <= 2 + "先要照片".chars().count(), "act 23: {keys}");
    arrives(&agent, "refused");
    here.wait_for("先要照片");
}
