//! The real program on a pseudo terminal: it takes the terminal and gives it back whatever
//! happens, and what comes in arrives whole.
#![cfg(unix)]
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::process::Stdio;
use std::time::{Duration, Instant};

use support::{DrillDesk, Terminal};

/// A drill shop with a buyer who waits.
fn shop() -> DrillDesk {
    let desk = DrillDesk::new("青禾家居旗舰店", "林晓");
    desk.ok(&["capture", "阳光小屋 催发货", "--yes"]);
    desk
}

/// The workstation with the draft of an answer in front.
fn with_draft(desk: &DrillDesk, words: &str) -> Terminal {
    let mut terminal = desk.open(100, 30);
    terminal.wait_for("阳光小屋").press("Enter");
    terminal.type_text(words).wait_for(words);
    terminal
}

/// What lies in the store as somebody's unsent text.
fn draft(desk: &DrillDesk) -> String {
    let conn = rusqlite::Connection::open(desk.data().join("zhiban.db")).unwrap();
    conn.query_row("SELECT group_concat(text, '') FROM draft", [], |row| {
        row.get::<_, Option<String>>(0)
    })
    .unwrap()
    .unwrap_or_default()
}

/// State letter and processor time of a process, also of one that ended and was not asked for.
#[cfg(target_os = "linux")]
fn process(id: u32) -> (char, Duration) {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .unwrap()
        .1
        .split_whitespace()
        .collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    (
        fields[0].chars().next().unwrap(),
        Duration::from_millis(ticks * 10),
    )
}

#[test]
fn every_signal_leaves_the_draft_and_the_terminal_whole() {
    for signal in ["TERM", "HUP", "INT", "QUIT"] {
        let desk = shop();
        let words = "没写完的一句";
        let mut terminal = with_draft(&desk, words);
        terminal.signal(signal);
        assert!(terminal.ended(), "{signal}: it did not end well");
        terminal.assert_given_back(signal);
        assert_eq!(draft(&desk), words, "{signal}");
    }
}

#[test]
fn suspended_it_kept_the_draft_and_continued_it_goes_on() {
    let desk = shop();
    let words = "没写完的一句";
    let mut terminal = with_draft(&desk, words);
    terminal.signal("TSTP");
    terminal.assert_given_back("TSTP");
    assert_eq!(draft(&desk), words, "nobody knows whether it is continued");
    terminal.forget().signal("CONT");
    terminal.wait_raw("\x1b[?1049h").wait_for(words);
    terminal.type_text("接着写").wait_for("没写完的一句接着写");
    terminal.quit();
    terminal.assert_given_back("the end");
}

#[test]
fn a_file_over_its_limit_is_no_end_of_the_program() {
    let desk = shop();
    let mut terminal = with_draft(&desk, "没写完的一句");
    terminal.signal("XFSZ");
    terminal.type_text("接着写").wait_for("没写完的一句接着写");
    terminal.signal("TERM");
    assert!(terminal.ended());
    terminal.assert_given_back("XFSZ");
}

#[test]
#[cfg(target_os = "linux")]
fn a_terminal_that_is_gone_ends_it_without_a_spin() {
    for (what, controls, shell) in [
        ("its own terminal", true, None),
        ("no controlling terminal, so no HUP", false, None),
        ("HUP ignored", true, Some("trap '' HUP; exec \"$0\"")),
    ] {
        let desk = shop();
        let mut command = desk.workstation(&[]);
        if let Some(line) = shell {
            let program = command.get_argv()[0].clone();
            *command.get_argv_mut() = ["sh".into(), "-c".into(), line.into(), program].into();
        }
        command.set_controlling_tty(controls);
        let mut terminal = Terminal::start(command, 100, 30);
        let words = "没写完的一句";
        terminal.wait_for("阳光小屋").press("Enter");
        terminal.type_text(words).wait_for(words);
        let id = terminal.process_id();
        let before = process(id).1;
        terminal.hang_up();
        let latest = Instant::now() + Duration::from_secs(8);
        while process(id).0 != 'Z' {
            assert!(
                Instant::now() < latest,
                "{what}: still there, {:?} of processor time",
                process(id).1 - before
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        let used = process(id).1 - before;
        assert!(used <= Duration::from_millis(200), "{what}: {used:?}");
        terminal.ended();
        // Whoever closes the other end sends a line's end first.
        assert_eq!(draft(&desk).trim_end(), words, "{what}");
        println!("{what}: ended after {used:?} of processor time");
    }
}

#[test]
fn a_long_paste_arrives_whole() {
    let desk = shop();
    let mut terminal = with_draft(&desk, "前");
    let long: String = (0..5_000)
        .map(|at| char::from_u32(0x4e00 + at % 900).unwrap())
        .collect();
    terminal.paste(&long).wait_for("5001字");
    terminal.press("Ctrl+C");
    assert_eq!(terminal.clipboard(), Some(format!("前{long}")));
    terminal.quit();
    assert_eq!(draft(&desk), format!("前{long}"));
}

#[test]
fn a_paste_whose_end_never_comes_hangs_nothing() {
    let desk = shop();
    let mut terminal = with_draft(&desk, "前");
    terminal.bytes("\x1b[200~半截的话".as_bytes());
    terminal.wait_for("前半截的话");
    terminal.type_text("后").wait_for("前半截的话后");
    terminal.quit();
}

#[test]
fn two_thousand_held_keys_end_on_the_right_row() {
    let desk = DrillDesk::new("青禾", "林晓");
    for at in 0..30 {
        desk.ok(&["capture", &format!("买家{at:02} 催发货"), "--yes"]);
    }
    let mut terminal = desk.open(80, 40);
    terminal.wait_for("1/30");
    terminal.bytes(&b"\x1b[B".repeat(1_990)).wait_for("30/30");
    terminal.bytes(&b"\x1b[A".repeat(10)).wait_for("20/30");
    terminal.bytes(&b"j".repeat(2_000)).wait_for("30/30");
    terminal.quit();
}

#[test]
fn a_storm_of_sizes_ends_with_a_whole_screen() {
    let desk = shop();
    let mut terminal = with_draft(&desk, "没写完的一句");
    for at in 0..200_u32 {
        let (columns, rows) = (1 + at * 7_919 % 300, 1 + at * 104_729 % 100);
        terminal.resize(columns as u16, rows as u16);
        if at % 20 == 0 {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    terminal.resize(100, 30);
    terminal
        .wait_for("没写完的一句")
        .wait_for("阳光小屋")
        .wait_for("F12切屏");
    terminal.type_text("好").wait_for("没写完的一句好");
    terminal.quit();
}

#[test]
fn a_poor_terminal_gets_a_plain_screen_and_no_paste_acts() {
    let desk = shop();
    let mut command = desk.workstation(&[]);
    command.env("TERM", "linux");
    let mut terminal = Terminal::start(command, 80, 24);
    terminal.wait_for("阳光小屋").wait_for("F12切屏");
    let text = terminal.text();
    let lines = text.chars().find(|c| ('\u{2500}'..'\u{2600}').contains(c));
    assert_eq!(lines, None, "{text}");
    assert!(!terminal.wrote("38;2;") && !terminal.wrote("38;5;"));
    // Without marks a paste is a run of keys that no hand types: c would claim, u undo.
    terminal.bytes("cu1k0 换货".as_bytes());
    terminal.wait_for("按 F2 就登记它");
    terminal.press("F2").wait_for("cu1k0 换货");
    terminal.signal("TERM");
    terminal.ended();
}

#[test]
fn without_colours_there_are_none() {
    let desk = shop();
    let mut command = desk.workstation(&[]);
    command.env("NO_COLOR", "1");
    let mut terminal = Terminal::start(command, 80, 24);
    terminal.wait_for("阳光小屋").wait_for("F12切屏");
    let raw = String::from_utf8_lossy(terminal.raw()).into_owned();
    for piece in raw.split("\x1b[").skip(1) {
        let Some((codes, _)) = piece.split_once('m') else {
            continue;
        };
        let coloured = codes.split(';').any(|code| {
            matches!(
                code.parse::<u8>(),
                Ok(30..=38 | 40..=48 | 90..=97 | 100..=107)
            )
        });
        let is_style = codes.chars().all(|c| c.is_ascii_digit() || c == ';');
        assert!(!(is_style && coloured), "{codes}");
    }
    terminal.quit();
}

#[test]
fn the_mouse_presses_keys_and_moves_nothing() {
    let desk = shop();
    let mut terminal = desk.open(80, 24);
    terminal.wait_for("阳光小屋").wait_for("F12切屏");
    assert!(terminal.wrote("\x1b[?1002h") && !terminal.wrote("\x1b[?1003h"));
    terminal.text();
    // A window that comes to the front, a button let go, a hand that moves, the wheel at rest.
    terminal.forget();
    terminal.bytes(b"\x1b[I\x1b[<0;9;9m\x1b[<35;9;9M\x1b[<65;9;1M\x1b[O");
    terminal.text();
    assert_eq!(String::from_utf8_lossy(terminal.raw()), "");
    terminal.click(8, 23).wait_for("登记 F2");
    terminal.press("Esc").wait_gone("登记 F2");
    terminal.press("Alt+M").wait_for("鼠标已关");
    assert!(terminal.wrote("\x1b[?1002l"));
    terminal.quit();
}

#[test]
fn what_is_no_terminal_is_told() {
    let desk = shop();
    let done = desk
        .command(&[])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert!(!done.status.success());
    assert!(!done.stderr.is_empty());
}

#[test]
fn a_second_workstation_says_why_it_writes_nothing() {
    let desk = shop();
    let mut first = desk.open(80, 24);
    first.wait_for("阳光小屋");
    let mut second = desk.open(80, 24);
    second.wait_for("只读").wait_for("阳光小屋");
    for key in ["F2", "F5", "F8", "Ctrl+T"] {
        second.press(key).wait_for("现在只能看");
        assert!(second.shows("阳光小屋"), "{key} opened something");
        second.press("Down").wait_gone("现在只能看");
    }
    second.press("F3").wait_for("查找");
    second.press("Esc");
    second.quit();
    first.quit();
}
