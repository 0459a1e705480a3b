//! The roads between desks: a shared folder that breaks, lags and fills with rubbish, text blocks
//! that chats mangle, and what another process writes while a desk is open.
#![cfg(target_os = "linux")]
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use zhiban::chance::{FixedClock, SeededRandom};
use zhiban::desk::Desk;
use zhiban::desk::begin::{init, init_drill};
use zhiban::desk::note::NewNote;
use zhiban::desk::road::{self, sender};
use zhiban::exchange::bundle::folder::{self, Pass, Road};
use zhiban::exchange::bundle::{Export, Writing, export};
use zhiban::i18n::{Language, Words};
use zhiban::problem::Problem;
use zhiban::text::width::Ambiguous;
use zhiban::tui::dump;
use zhiban::tui::panes::status::Status;
use zhiban::tui::road::RoadState;
use zhiban::tui::theme::Theme;
use zhiban::tui::widgets::Look;

use support::DrillDesk;

const SHOP: &str = "青禾家居旗舰店";
const ORDER: &str = "4031902847193518258";
const NOW: i64 = 1_795_333_560_000;
/// Between two passes.
const TURN: i64 = 15_000;

/// Desks of one drill shop on their machines, and the folder that all of them see.
struct Office {
    place: tempfile::TempDir,
    desks: Vec<Desk>,
}

impl Office {
    fn new(names: &[&str]) -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("shared")).unwrap();
        let desks = names
            .iter()
            .map(|name| seat(&place.path().join(name), SHOP, name))
            .collect();
        Self { place, desks }
    }

    fn shared(&self) -> PathBuf {
        self.place.path().join("shared")
    }

    /// Where a desk lays its bundles.
    fn own(&self, desk: usize) -> PathBuf {
        let replica = self.desks[desk].me().unwrap().replica;
        self.shared().join(replica.to_string())
    }

    fn pass(&mut self, desk: usize, now: i64) -> Result<Pass, Problem> {
        let shared = self.shared();
        road::sync(
            self.desks[desk].store_mut(),
            &shared,
            false,
            now,
            &mut |_| true,
        )
    }

    /// All desks take the road, one after the other.
    fn round(&mut self, now: i64) {
        for desk in 0..self.desks.len() {
            self.pass(desk, now).unwrap();
        }
    }

    fn say(&mut self, desk: usize, buyer: &str) {
        self.desks[desk].open_conversation(buyer, "chat").unwrap();
    }

    /// Every desk holds as many events, folds them alike, and finds nothing broken.
    fn assert_equal(&self) -> u64 {
        let verified: Vec<_> = self
            .desks
            .iter()
            .map(|desk| desk.store().verify().unwrap())
            .collect();
        for one in &verified {
            assert!(one.clean, "{:?}", one.defects);
            assert_eq!(
                (one.events, &one.state),
                (verified[0].events, &verified[0].state)
            );
        }
        verified[0].events
    }
}

fn seat(place: &Path, shop: &str, name: &str) -> Desk {
    let random = Box::new(SeededRandom::new(name));
    init_drill(place, shop, name, Box::new(FixedClock(NOW)), random).unwrap()
}

fn problem(done: Result<Pass, Problem>) -> &'static str {
    done.unwrap_err().message
}

#[test]
fn desks_over_one_folder_end_equal_and_rest_when_nothing_is_new() {
    let mut office = Office::new(&["林晓", "老吴", "陈立"]);
    for desk in 0..3 {
        office.say(desk, &format!("阳光小屋{desk}"));
    }
    office.round(NOW);
    office.round(NOW + TURN);
    let events = office.assert_equal();
    for desk in 0..3 {
        let pass = office.pass(desk, NOW + 2 * TURN).unwrap();
        assert_eq!(
            (pass.sent, pass.taken.len(), pass.findings.len()),
            (0, 0, 0)
        );
    }
    office.say(1, "橘子");
    let sent = office.pass(1, NOW + 3 * TURN).unwrap().sent;
    assert!(
        0 < sent && sent < events,
        "only what is new goes out: {sent} of {events}"
    );
    assert_eq!(office.pass(0, NOW + 3 * TURN).unwrap().new_events(), sent);
    assert!(office.own(1).join("0002.zbundle").is_file());
    assert!(
        fs::read_dir(office.own(1)).unwrap().count() == 2,
        "nothing else lies there"
    );
}

#[test]
fn colleagues_last_known_times_come_with_their_bundles() {
    let mut office = Office::new(&["林晓", "老吴"]);
    let known = |office: &Office| {
        let people = office.desks[0].people().clone();
        let wu = people.by_name("老吴").cloned();
        wu.map(|wu| office.desks[0].last_known(&wu).unwrap())
    };
    assert_eq!(known(&office), None, "not heard of");
    office.say(1, "橘子");
    office.pass(1, NOW + TURN).unwrap();
    office.pass(0, NOW + 2 * TURN).unwrap();
    office.desks[0].refresh().unwrap();
    assert_eq!(known(&office), Some(Some(NOW + TURN)));
    // Who has nothing to say shows every few minutes that they are there.
    office.pass(1, NOW + 60_000).unwrap();
    office.pass(0, NOW + 60_000).unwrap();
    assert_eq!(known(&office), Some(Some(NOW + TURN)));
    office.pass(1, NOW + 600_000).unwrap();
    office.pass(0, NOW + 610_000).unwrap();
    assert_eq!(known(&office), Some(Some(NOW + 600_000)));
    let sign = office.shared().join(office.own(1)).join("seen");
    std::fs::write(&sign, "1795399999999 00").unwrap();
    office.pass(0, NOW + 700_000).unwrap();
    assert_eq!(
        known(&office),
        Some(Some(NOW + 600_000)),
        "nobody else's word"
    );
    office.desks[0].set_cut_off(true);
    assert_eq!(
        known(&office),
        Some(None),
        "unknown while the road is broken"
    );
}

#[test]
fn conflict_copies_are_harmless() {
    let mut office = Office::new(&["林晓", "老吴"]);
    office.say(0, "阳光小屋");
    office.pass(0, NOW).unwrap();
    let own = office.own(0);
    fs::copy(
        own.join("0001.zbundle"),
        own.join("0001 (冲突副本).zbundle"),
    )
    .unwrap();
    fs::copy(own.join("0001.zbundle"), own.join("0001-DESKTOP-7.zbundle")).unwrap();
    let copy = office.shared().join(format!(
        "{} (冲突副本)",
        own.file_name().unwrap().to_string_lossy()
    ));
    fs::create_dir(&copy).unwrap();
    fs::copy(own.join("0001.zbundle"), copy.join("0001.zbundle")).unwrap();
    let pass = office.pass(1, NOW).unwrap();
    assert_eq!((pass.taken.len(), pass.findings.len()), (4, 0));
    assert_eq!(
        pass.taken
            .iter()
            .filter(|one| one.accounting.new > 0)
            .count(),
        1
    );
    office.pass(0, NOW).unwrap();
    office.assert_equal();
    assert!(office.pass(1, NOW + TURN).unwrap().taken.is_empty());
}

#[test]
fn what_is_no_sound_bundle_is_passed_over_until_it_changes() {
    let mut office = Office::new(&["林晓", "老吴"]);
    office.say(0, "阳光小屋");
    office.pass(0, NOW).unwrap();
    let own = office.own(0);
    let whole = fs::read(own.join("0001.zbundle")).unwrap();

    // Half of it has arrived; another is damaged, one foreign, one huge, one empty, one of no use.
    fs::write(own.join("0001.zbundle"), &whole[..whole.len() / 2]).unwrap();
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x20;
    fs::write(own.join("0002.zbundle"), &damaged).unwrap();
    let mut other = seat(&office.place.path().join("other"), "别的店", "某人");
    other.open_conversation("某某", "chat").unwrap();
    let options = Export {
        plain: Some("drill"),
        ..Export::new(other.me().unwrap().replica, NOW)
    };
    export(other.store_mut(), &options, &own.join("0003.zbundle")).unwrap();
    let huge = fs::File::create(own.join("0004.zbundle")).unwrap();
    huge.set_len((1 << 30) + 1).unwrap();
    fs::write(own.join("0005.zbundle"), b"").unwrap();
    fs::write(own.join("readme.txt"), b"hello").unwrap();
    fs::write(own.join("0006.zbundle-part"), b"hello").unwrap();
    fs::create_dir(own.join("0007.zbundle")).unwrap();

    let pass = office.pass(1, NOW).unwrap();
    let mut said: Vec<(&str, &str)> = pass
        .findings
        .iter()
        .map(|one| (one.file.rsplit('/').next().unwrap(), one.problem.message))
        .collect();
    said.sort_unstable();
    assert_eq!(
        said.iter().map(|one| one.0).collect::<Vec<_>>(),
        [
            "0001.zbundle",
            "0002.zbundle",
            "0003.zbundle",
            "0004.zbundle",
            "0005.zbundle"
        ]
    );
    assert_eq!(
        (said[2].1, said[3].1),
        ("problem-bundle-other-shop", "problem-bundle-limit")
    );
    assert_eq!((pass.taken.len(), pass.passed_over), (0, 5));

    let again = office.pass(1, NOW + TURN).unwrap();
    assert_eq!(
        (again.findings.len(), again.passed_over),
        (0, 5),
        "said once"
    );

    fs::write(own.join("0001.zbundle"), &whole).unwrap();
    let healed = office.pass(1, NOW + 2 * TURN).unwrap();
    assert_eq!((healed.taken.len(), healed.passed_over), (1, 4));
    assert!(healed.new_events() > 0);
    office.pass(0, NOW + 2 * TURN).unwrap();
    office.assert_equal();

    let shared = office.shared();
    let store = office.desks[1].store_mut();
    let thorough = road::sync(store, &shared, true, NOW + 3 * TURN, &mut |_| true).unwrap();
    assert_eq!(
        thorough.findings.len(),
        4,
        "asked by hand, all are looked at again"
    );
}

#[test]
fn folder_road_pulled_away_for_ten_minutes_loses_nothing() {
    let mut office = Office::new(&["林晓", "老吴"]);
    office.say(0, "阳光小屋");
    office.round(NOW);
    office.round(NOW + TURN);
    let before = office.assert_equal();
    let (shared, away) = (office.shared(), office.place.path().join("away"));
    fs::rename(&shared, &away).unwrap();
    let mut now = NOW + TURN;
    for turn in 0..40 {
        now += TURN;
        office.say(turn % 2, &format!("买家{turn}"));
        if turn == 20 {
            // The place where the drive is connected is still there.
            fs::create_dir(&shared).unwrap();
        }
        let expected = if turn < 20 {
            "problem-folder-gone"
        } else {
            "problem-folder-empty"
        };
        for desk in 0..2 {
            assert_eq!(problem(office.pass(desk, now)), expected);
        }
        assert!(
            turn < 20 || fs::read_dir(&shared).unwrap().next().is_none(),
            "nothing is laid into the hole"
        );
    }
    assert_eq!(now - NOW - TURN, 600_000);
    fs::remove_dir(&shared).unwrap();
    fs::rename(&away, &shared).unwrap();
    office.round(now + TURN);
    office.round(now + 2 * TURN);
    let after = office.assert_equal();
    assert!(after >= before + 40, "{before} {after}");
}

#[test]
fn a_folder_that_was_emptied_is_filled_again_when_somebody_asks() {
    let mut office = Office::new(&["林晓", "老吴"]);
    office.say(0, "阳光小屋");
    office.pass(0, NOW).unwrap();
    fs::remove_dir_all(office.own(0)).unwrap();
    assert_eq!(problem(office.pass(0, NOW)), "problem-folder-empty");
    let shared = office.shared();
    let pass = road::sync(office.desks[0].store_mut(), &shared, true, NOW, &mut |_| {
        true
    })
    .unwrap();
    assert!(pass.sent > 0);
    office.round(NOW + TURN);
    office.round(NOW + TURN);
    office.assert_equal();
}

#[test]
fn two_processes_do_not_take_the_road_at_once() {
    let mut office = Office::new(&["林晓"]);
    office.say(0, "阳光小屋");
    let lock = office.desks[0].store().folder().join("folder.lock");
    let held = fs::File::create(lock).unwrap();
    held.lock().unwrap();
    assert!(office.pass(0, NOW).unwrap().is_busy);
    drop(held);
    assert!(office.pass(0, NOW).unwrap().sent > 0);
}

#[test]
fn what_cannot_wait_is_known() {
    let mut office = Office::new(&["林晓"]);
    office.say(0, "阳光小屋");
    office.pass(0, NOW).unwrap();
    let urgent = |office: &Office| folder::is_urgent(office.desks[0].store()).unwrap();
    office.say(0, "橘子");
    assert!(!urgent(&office), "a conversation waits for the next turn");
    let note = NewNote {
        order: ORDER.into(),
        kind: "address".into(),
        new: "示例路8号".into(),
        ..NewNote::default()
    };
    let note = office.desks[0].open_note(&note).unwrap().record();
    for step in ["changed", "flagged", "confirmed"] {
        office.desks[0].note_step(note, step, None).unwrap();
    }
    assert!(!urgent(&office));
    office.desks[0].note_step(note, "told", None).unwrap();
    assert!(urgent(&office), "printing was told");
    office.pass(0, NOW + TURN).unwrap();
    assert!(!urgent(&office), "it went out");
    office.desks[0]
        .note_step(note, "acknowledged", None)
        .unwrap();
    assert!(urgent(&office), "the receipt");
}

#[test]
fn a_real_shop_goes_by_the_roads_for_its_members_only() {
    let place = tempfile::tempdir().unwrap();
    let random = Box::new(SeededRandom::new("real"));
    let clock = Box::new(FixedClock(NOW));
    let (mut desk, _) = init(&place.path().join("data"), SHOP, "林晓", clock, random).unwrap();
    let shared = place.path().join("shared");
    fs::create_dir(&shared).unwrap();
    desk.open_conversation("阳光小屋", "chat").unwrap();
    let sent = road::sync(desk.store_mut(), &shared, false, NOW, &mut |_| true).unwrap();
    assert!(sent.sent > 0);
    let mine = sender(desk.store()).unwrap().unwrap().to_string();
    let file = fs::read_dir(shared.join(&mine)).unwrap().next().unwrap();
    let path = file.unwrap().path();
    let head = fs::read(&path).unwrap();
    assert!(
        head.starts_with(b"age-encryption.org/v1"),
        "sealed to the roster"
    );
    // Its own keys open it; a store of nobody's does not.
    assert!(zhiban::exchange::bundle::inspect(&path, &mut |_| true).is_err());
    let mut other = zhiban::store::Store::create_bare(&place.path().join("other")).unwrap();
    assert!(zhiban::exchange::bundle::import(&mut other, &path, NOW, &mut |_| true).is_err());
    let block = desk.text_block().unwrap();
    desk.take_text(&block.text()).unwrap();
    assert!(matches!(Writing::of(desk.store()), Ok(Writing::Sealed(_))));
}

#[test]
fn a_pass_that_is_stopped_goes_on_the_next_time() {
    let mut office = Office::new(&["林晓", "老吴"]);
    office.say(0, "阳光小屋");
    office.pass(0, NOW).unwrap();
    let shared = office.shared();
    let road = Road {
        folder: &shared,
        sender: office.desks[1].me().unwrap().replica,
        writing: &Writing::of(office.desks[1].store()).unwrap(),
        is_thorough: false,
        now: NOW,
    };
    let stopped = folder::pass(office.desks[1].store_mut(), &road, &mut |_| false);
    assert_eq!(problem(stopped), "problem-cancelled");
    assert_eq!(office.pass(1, NOW).unwrap().taken.len(), 1);
}

#[test]
fn text_road_comes_through_a_chat() {
    let mut office = Office::new(&["林晓", "老吴"]);
    for buyer in 0..60 {
        office.say(0, &format!("阳光小屋{buyer}"));
    }
    let block = office.desks[0].text_block().unwrap();
    assert!(block.parts.len() > 2, "{}", block.parts.len());
    assert!(block.parts.iter().all(|part| part.chars().count() <= 1_800));
    // Quoted, indented, wrapped at another width, with what people say between.
    let mangle = |part: &String| {
        let letters: String = part.chars().filter(|c| *c != '\n').collect();
        let lines: Vec<String> = letters
            .as_bytes()
            .chunks(37)
            .map(|line| format!("  > {}", String::from_utf8_lossy(line)))
            .collect();
        format!("林晓 15:02:\r\n{}\r\n", lines.join("\r\n"))
    };
    let mut mangled: Vec<String> = block.parts.iter().map(mangle).collect();
    mangled.reverse();

    let lacking = mangled[1..].concat();
    let first = office.desks[1].take_text(&lacking).unwrap();
    assert_eq!(
        first.missing,
        [(vec![block.parts.len() as u32], block.parts.len() as u32)]
    );
    assert!(first.taken.is_empty());
    let whole = office.desks[1].take_text(&mangled[0]).unwrap();
    assert!(whole.missing.is_empty());
    assert_eq!(whole.taken[0].new, block.events);
    let again = office.desks[1].take_text(&mangled.concat()).unwrap();
    assert_eq!((again.taken[0].new, again.taken[0].here), (0, block.events));
    let answer = office.desks[1].text_block().unwrap().text();
    office.desks[0].take_text(&answer).unwrap();
    office.assert_equal();
}

#[test]
fn a_text_block_holds_what_is_new_and_can_be_had_again() {
    let mut office = Office::new(&["林晓", "老吴"]);
    office.say(0, "阳光小屋");
    let first = office.desks[0].text_block().unwrap();
    assert_eq!(
        office.desks[0].text_block().unwrap().events,
        first.events,
        "copied again"
    );
    office.say(0, "橘子");
    let second = office.desks[0].text_block().unwrap();
    assert!(
        second.events < first.events + 1,
        "{} {}",
        second.events,
        first.events
    );
    assert_eq!(office.desks[0].text_block().unwrap().events, second.events);
    office.desks[1].take_text(&second.text()).unwrap();
    assert_eq!(
        office.desks[1].store().verify().unwrap().replicas,
        1,
        "what came before is missing"
    );
    let healed = office.desks[1].take_text(&first.text()).unwrap();
    assert_eq!(
        healed.taken[0].healed, second.events,
        "and heals what waited"
    );
}

#[test]
fn a_flipped_character_is_named_by_part_and_line() {
    let mut office = Office::new(&["林晓", "老吴"]);
    for buyer in 0..60 {
        office.say(0, &format!("阳光小屋{buyer}"));
    }
    let block = office.desks[0].text_block().unwrap();
    let mut parts = block.parts.clone();
    let mut lines: Vec<String> = parts[1].lines().map(str::to_owned).collect();
    let flipped = if lines[4].as_bytes()[20] == b'x' {
        "y"
    } else {
        "x"
    };
    lines[4].replace_range(20..21, flipped);
    parts[1] = lines.join("\n");
    let problem = office.desks[1].take_text(&parts.concat()).unwrap_err();
    assert_eq!(problem.message, "problem-text-line");
    assert_eq!(problem.argument("line"), Some("5"));
    assert_eq!(
        problem.argument("part"),
        Some(&*format!("2/{}", parts.len()))
    );
    let healed = office.desks[1].take_text(&block.parts[1]).unwrap();
    assert_eq!(
        healed.taken[0].new, block.events,
        "only that part was needed again"
    );
}

/// Two desks with one shared folder in their settings.
fn wired() -> (tempfile::TempDir, DrillDesk, DrillDesk) {
    let shared = tempfile::tempdir().unwrap();
    let (agent, printing) = (DrillDesk::new(SHOP, "林晓"), DrillDesk::new(SHOP, "老吴"));
    for desk in [&agent, &printing] {
        let config = desk.folder.path().join("config/zhiban");
        fs::create_dir_all(&config).unwrap();
        let path = shared.path().join("同步盘");
        fs::write(
            config.join("config.toml"),
            format!("[folder]\npath = {:?}\n", path.display().to_string()),
        )
        .unwrap();
    }
    fs::create_dir(shared.path().join("同步盘")).unwrap();
    (shared, agent, printing)
}

#[test]
fn the_command_line_takes_both_roads() {
    let (shared, agent, printing) = wired();
    agent.ok(&["capture", "阳光小屋 问发货时间", "--yes"]);
    let sent = agent.json(&["bundle", "folder", "--once"]).remove(0);
    assert!(sent["sent"].as_u64().unwrap() > 0, "{sent}");
    let taken = printing.json(&["bundle", "folder", "--once"]).remove(0);
    assert_eq!(taken["new"], sent["sent"], "{taken}");

    printing.ok(&["capture", "橘子 催发货", "--yes"]);
    let block = printing.ok(&["bundle", "export", "--text"]);
    assert!(block.starts_with("ZB1-"), "{block}");
    let mut child = agent
        .command(&["bundle", "import", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(block.as_bytes())
        .unwrap();
    let done = child.wait_with_output().unwrap();
    let accounting: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert!(
        done.status.success() && accounting["new"].as_u64().unwrap() > 0,
        "{accounting}"
    );

    let file = agent.file("block.txt");
    fs::write(&file, &block).unwrap();
    let again = agent
        .json(&["bundle", "import", file.to_str().unwrap()])
        .remove(0);
    assert_eq!(again["new"], 0);
    fs::remove_dir_all(shared.path().join("同步盘")).unwrap();
    let gone = agent.run(&["bundle", "folder", "--once"]);
    assert_eq!(
        gone.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&gone.stderr)
    );
}

#[test]
fn what_another_process_appends_shows_on_an_open_desk_within_a_second() {
    let desk = DrillDesk::new(SHOP, "林晓");
    let mut terminal = desk.open(120, 40);
    terminal.wait_for("待办");
    desk.ok(&["capture", "雨后的猫 催发货", "--yes"]);
    let begun = Instant::now();
    terminal.wait_for("雨后的猫");
    let took = begun.elapsed();
    println!("another process's append was on screen {took:?} after it ended");
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[test]
fn folder_road_carries_a_note_to_printing_and_its_receipt_back() {
    let (_shared, agent, printing) = wired();
    let line = format!("阳光小屋 {ORDER} 改地址 示例路8号");
    let note = agent.json(&["capture", &line, "--yes"]).remove(0);
    let note = note["id"].as_str().unwrap();
    for step in ["changed", "flagged", "confirmed"] {
        agent.ok(&["note", "step", note, step]);
    }
    let mut here = agent.open(120, 40);
    here.wait_for("同步 刚刚");
    let mut there = printing.open(120, 40);
    there.wait_for("同步 刚刚");
    there.press("F12 3").wait_for("打单");
    assert!(!there.shows("示例路8号"));

    // By a second process beside the open workstation, which takes the road at once.
    agent.ok(&["note", "step", note, "told"]);
    let told = Instant::now();
    there.wait_for("示例路8号");
    let crossed = told.elapsed();
    there.press("Space");
    there.wait_gone("示例路8号");
    let acknowledged = Instant::now();
    let limit = Duration::from_secs(30);
    while agent.json(&["show", note]).remove(0)["state"] != "acknowledged" {
        assert!(acknowledged.elapsed() < limit, "the receipt did not come");
        std::thread::sleep(Duration::from_millis(200));
    }
    let back = acknowledged.elapsed();
    println!(
        "a note told to printing showed there after {crossed:?}, its receipt was back after {back:?}"
    );
    assert!(crossed < limit && back < limit, "{crossed:?} {back:?}");
}

#[test]
fn a_broken_folder_is_said_and_heals_without_a_key() {
    let (shared, agent, _) = wired();
    let mut terminal = agent.open(120, 40);
    terminal.wait_for("同步 刚刚");
    let (folder, away) = (shared.path().join("同步盘"), shared.path().join("away"));
    fs::rename(&folder, &away).unwrap();
    let begun = Instant::now();
    terminal.wait_for("同步盘断");
    println!("the broken folder was said after {:?}", begun.elapsed());
    assert!(begun.elapsed() < Duration::from_mins(1));
    assert!(terminal.shows("你的事没丢，恢复后自动补"));
    agent.ok(&["capture", "雨后的猫 催发货", "--yes"]);
    fs::rename(&away, &folder).unwrap();
    terminal.wait_for("同步 刚刚").wait_for("同步盘恢复了");
}

#[test]
fn a_text_block_is_copied_and_pasted_by_keys() {
    let (agent, printing) = (DrillDesk::new(SHOP, "林晓"), DrillDesk::new(SHOP, "老吴"));
    let item = agent
        .json(&["capture", "雨后的猫 催发货", "--yes"])
        .remove(0);
    let mut here = agent.open(120, 40);
    here.wait_for("雨后的猫")
        .press("Ctrl+B")
        .wait_for("已交给终端");
    let block = here.clipboard().unwrap();
    assert!(block.starts_with("ZB1-"), "{block}");
    let mut there = printing.open(120, 40);
    there
        .wait_for("待办")
        .press("F2")
        .paste(&block.replace('\n', "\r\n> "));
    there.wait_for("文本块已收").wait_for("缺前文 0 条");
    let shown = printing
        .json(&["show", item["id"].as_str().unwrap()])
        .remove(0);
    assert_eq!(shown["id"], item["id"]);
}

#[test]
#[cfg(target_os = "linux")]
fn an_idle_desk_sleeps() {
    let desk = DrillDesk::new(SHOP, "林晓");
    let mut terminal = desk.open(120, 40);
    terminal.wait_for("待办");
    std::thread::sleep(Duration::from_secs(2));
    let switches = || -> u64 {
        let tasks = fs::read_dir(format!("/proc/{}/task", terminal.process_id())).unwrap();
        tasks
            .map(|task| {
                let status = fs::read_to_string(task.unwrap().path().join("status")).unwrap();
                let line = status
                    .lines()
                    .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
                line.unwrap().trim().parse::<u64>().unwrap()
            })
            .sum()
    };
    // On a loaded machine what begins with the desk may end late: one quiet window is enough.
    let woke: Vec<u64> = (0..3)
        .map(|_| {
            let before = switches();
            std::thread::sleep(Duration::from_secs(5));
            switches() - before
        })
        .take_while(|woke| *woke > 0)
        .collect();
    assert!(woke.len() < 3, "something wakes it all the time: {woke:?}");
}

#[test]
fn the_top_line_says_how_the_road_is_in_three_languages() {
    let place = tempfile::tempdir().unwrap();
    let desk = seat(&place.path().join("data"), SHOP, "林晓");
    let theme = Theme::named("plain");
    let drawn = |language, road| {
        let words = Words::new(language);
        let mut status = Status::read(&desk, &words).unwrap();
        status.follow(road, &desk, &words);
        let area = Rect::new(0, 0, 120, 1);
        let mut buffer = Buffer::empty(area);
        let look = Look {
            words: &words,
            theme: &theme,
            ambiguous: Ambiguous::Narrow,
            spots: None,
        };
        status.view(&mut buffer, area, &look);
        dump::text(&buffer)
    };
    let minute = 60_000;
    for (language, none, now, ago, broken) in [
        (
            Language::ZhCn,
            "同步 - ",
            "同步 刚刚 ",
            "同步 3分前 ",
            "同步盘断14分 ",
        ),
        (
            Language::ZhTw,
            "同步 - ",
            "同步 剛剛 ",
            "同步 3分前 ",
            "同步碟斷14分 ",
        ),
        (
            Language::En,
            "Sync - ",
            "Sync now ",
            "Sync 3m ago ",
            "Sync down 14m ",
        ),
    ] {
        for (road, expected) in [
            (None, none),
            (Some(RoadState::Synced(12_000)), now),
            (Some(RoadState::Synced(3 * minute + 59_000)), ago),
            (Some(RoadState::Broken(14 * minute)), broken),
        ] {
            let line = drawn(language, road);
            assert!(line.contains(expected), "{expected}: {line}");
        }
    }
}

#[test]
fn bundles_in_the_folder_can_be_read_by_the_others() {
    use std::os::unix::fs::PermissionsExt;
    let mut office = Office::new(&["林晓"]);
    office.say(0, "阳光小屋");
    office.pass(0, NOW).unwrap();
    let own = office.own(0);
    fs::write(own.join("as-any-file"), "").unwrap();
    let mode = |name: &str| fs::metadata(own.join(name)).unwrap().permissions().mode();
    assert_eq!(mode("0001.zbundle"), mode("as-any-file"));
}
