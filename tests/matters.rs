//! The one list of what people must settle: on screen by keys, on the command line, with both
//! sides, in three languages.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/drill.rs"]
mod drill;

use std::path::Path;
use std::process::Command;

use drill::{NOW, desk};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::{Value, json};
use zhiban::chance::{FixedClock, SeededRandom};
use zhiban::config::Config;
use zhiban::desk::Desk;
use zhiban::desk::act::fields;
use zhiban::desk::matters::{Class, Matter};
use zhiban::domain::id::Id;
use zhiban::domain::register::{Owner, Post};
use zhiban::exchange::bundle::{self, Export, Selection};
use zhiban::i18n::{Language, Words};
use zhiban::store::Store;
use zhiban::tui::app::Workstation;
use zhiban::tui::dump;
use zhiban::tui::keymap::Keymap;
use zhiban::tui::keys::{Code, Input, Key, Press};
use zhiban::tui::run::{App, Message};

const SHOP: &str = "青禾家居旗舰店";

/// Carries what a desk holds to another; `selection` says how much of it.
fn carry(from: &mut Desk, to: &mut Desk, file: &Path, selection: Selection) {
    write(from, file, selection);
    take(to, file);
}

fn write(from: &mut Desk, file: &Path, selection: Selection) {
    let (sender, now) = (from.me().unwrap().replica, from.now());
    let export = Export {
        selection,
        plain: Some("drill"),
        ..Export::new(sender, now)
    };
    bundle::export(from.store_mut(), &export, file).unwrap();
}

fn take(to: &mut Desk, file: &Path) {
    let now = to.now();
    bundle::import(to.store_mut(), file, now, &mut |_| true).unwrap();
    to.refresh().unwrap();
}

/// Two desks of one shop that hold one complaint, of the post's.
fn two(folder: &Path) -> (Desk, Desk, Id) {
    let mut lin = desk(&folder.join("lin"), SHOP, "林晓");
    let mut he = desk(&folder.join("he"), SHOP, "何静");
    let opened = lin.open_record(
        "complaint",
        fields([("words", json!("杯子碎了")), ("source", json!("customer"))]),
    );
    let id = opened.unwrap().record();
    lin.transfer(id, Owner::Post(Post::AfterSales), "shift_end")
        .unwrap();
    carry(&mut lin, &mut he, &folder.join("1"), Selection::All);
    (lin, he, id)
}

fn matters(desk: &Desk) -> Vec<Matter> {
    desk.to_look_at(&Words::new(Language::ZhCn)).unwrap()
}

fn workstation(desk: Desk, language: Language) -> Workstation {
    let (words, keymap) = (Words::new(language), Keymap::load(None).0);
    Workstation::new(desk, Config::default(), words, keymap, (80, 24)).unwrap()
}

fn drawn(app: &Workstation, (width, height): (u16, u16)) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| {
            let _ = app.view(frame);
        })
        .unwrap();
    let buffer = terminal.backend().buffer();
    assert!(dump::is_whole(buffer), "{}", dump::text(buffer));
    dump::text(buffer)
}

fn press(app: &mut Workstation, keys: &[&str]) {
    for key in keys {
        let press = Press::of(Key::parse(key).unwrap());
        app.update(Message::Input(Input::Key(press)));
    }
}

fn type_text(app: &mut Workstation, text: &str) {
    for c in text.chars() {
        app.update(Message::Input(Input::Key(Press {
            key: Key::plain(Code::Char(c)),
            typed: Some(c),
        })));
    }
}

#[test]
fn both_sides_of_concurrent_values_are_shown_and_one_is_chosen_by_key() {
    let folder = tempfile::tempdir().unwrap();
    let (mut lin, mut he, id) = two(folder.path());
    lin.set_fields(id, fields([("words", json!("杯子裂了"))]))
        .unwrap();
    he.set_fields(id, fields([("words", json!("杯盖碎了"))]))
        .unwrap();
    carry(&mut he, &mut lin, &folder.path().join("2"), Selection::All);
    let found = matters(&lin);
    let one = found
        .iter()
        .find(|one| one.kind == "concurrent_values")
        .unwrap();
    let mut said: Vec<(&str, bool)> = one
        .sides
        .iter()
        .map(|side| (side.who.as_str(), side.at == Some(NOW)))
        .collect();
    said.sort_unstable();
    assert_eq!(said, [("何静", true), ("林晓", true)]);
    assert!(one.sides.iter().all(|side| side.place.len() == 2));
    let at = one
        .sides
        .iter()
        .position(|side| side.what.contains("杯盖碎了"))
        .unwrap();

    let mut app = workstation(lin, Language::ZhCn);
    press(&mut app, &["F12", "6"]);
    for size in [(80, 24), (120, 40)] {
        let text = drawn(&app, size);
        println!("{text}\n");
        for shown in [
            "两边各写了不同内容",
            "何静 15:46",
            "林晓 15:46",
            "杯子裂了",
            "杯盖碎了",
        ] {
            assert!(text.contains(shown), "{shown}: {text}");
        }
    }
    // The choice settles it, for whoever may write the field, also where it was shown already.
    type_text(&mut app, &(at + 1).to_string());
    let text = drawn(&app, (80, 24));
    assert!(!text.contains("两边各写了不同内容"), "{text}");
    let (record, _) = app.desk().record(id).unwrap();
    assert_eq!(record.text("words"), Some("杯盖碎了"));
}

#[test]
fn double_claims_are_pinned_until_a_supervisor_settles_them_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (mut lin, mut he, id) = two(folder.path());
    lin.claim(id, None).unwrap();
    he.claim(id, None).unwrap();
    carry(&mut he, &mut lin, &folder.path().join("2"), Selection::All);
    for language in Language::ALL {
        let found = lin.to_look_at(&Words::new(language)).unwrap();
        assert_eq!(found[0].class, Class::Contradiction);
        assert_eq!(
            (found[0].kind.as_str(), found[0].sides.len()),
            ("double_assign", 2)
        );
        let words: String = found
            .iter()
            .map(|one| format!("{} {}", one.what, one.next))
            .collect();
        assert!(
            !words.contains("held-") && !words.contains("finding-"),
            "{words}"
        );
    }
    let mut app = workstation(lin, Language::ZhCn);
    press(&mut app, &["F12", "6"]);
    let text = drawn(&app, (80, 24));
    println!("{text}");
    assert!(
        text.contains("两边同时改了责任人") && text.contains("何静"),
        "{text}"
    );
    // No side of it can be chosen; a reason settles it.
    type_text(&mut app, "1");
    assert!(drawn(&app, (80, 24)).contains("不能选边"));
    press(&mut app, &["F8"]);
    type_text(&mut app, "何静先接的");
    press(&mut app, &["Enter"]);
    let text = drawn(&app, (80, 24));
    assert!(!text.contains("两边同时改了责任人"), "{text}");
    assert_eq!(app.desk().open_contradictions().unwrap(), []);
}

#[test]
fn a_branched_replica_is_in_the_list_with_both_streams() {
    let folder = tempfile::tempdir().unwrap();
    let (mut lin, mut he, id) = two(folder.path());
    // The same key on another machine, from the state of yesterday.
    let mut other = desk(&folder.path().join("copy"), SHOP, "何静");
    he.remark(id, "一").unwrap();
    for text in ["甲", "乙"] {
        let opened = other.open_record(
            "complaint",
            fields([("words", json!(text)), ("source", json!("customer"))]),
        );
        opened.unwrap();
    }
    carry(&mut he, &mut lin, &folder.path().join("2"), Selection::All);
    assert!(lin.alarms().unwrap().is_empty());
    carry(
        &mut other,
        &mut lin,
        &folder.path().join("3"),
        Selection::All,
    );
    let found = matters(&lin);
    let branch = found.iter().find(|one| one.class == Class::Branch).unwrap();
    assert!(branch.what.contains("何静"), "{}", branch.what);
    assert_eq!(branch.sides.len(), 2, "{branch:?}");
    assert!(
        branch.sides.iter().all(|side| side.at == Some(NOW)),
        "{branch:?}"
    );
    assert!(branch.count >= 2, "{branch:?}");
    assert!(branch.next.contains("zhiban retire"), "{}", branch.next);
    let mut app = workstation(lin, Language::En);
    let text = drawn(&app, (120, 40));
    assert!(text.lines().next().unwrap().contains("CF1"), "{text}");
    press(&mut app, &["F12", "6"]);
    let text = drawn(&app, (120, 40));
    println!("{text}");
    assert!(
        text.contains("wrote in 2 places") && text.contains("events from event"),
        "{text}"
    );
}

#[test]
fn a_clock_that_is_ahead_is_said_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut lin, mut he, id) = two(folder.path());
    he.remark(id, "准时").unwrap();
    carry(&mut he, &mut lin, &folder.path().join("2"), Selection::All);
    assert!(matters(&lin).is_empty());
    drop(he);
    let store = Store::open(&folder.path().join("he")).unwrap();
    let clock = FixedClock(NOW + 40 * 60_000 + 30_000);
    let mut he = Desk::open(store, Box::new(clock), Box::new(SeededRandom::new("x"))).unwrap();
    he.remark(id, "快了").unwrap();
    carry(&mut he, &mut lin, &folder.path().join("3"), Selection::All);
    let found = matters(&lin);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].class, found[0].what.as_str()),
        (Class::Clock, "何静的钟快 40 分")
    );
    assert!(lin.store().unfolded().unwrap().is_empty());
    // Who is ahead is not told of others' clocks.
    carry(&mut lin, &mut he, &folder.path().join("4"), Selection::All);
    assert!(matters(&he).is_empty());
}

#[test]
fn what_waits_outside_is_in_the_list_and_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let (mut lin, mut he, id) = two(folder.path());
    write(&mut he, &folder.path().join("early"), Selection::ForShop);
    // The first one takes the item as well.
    he.remark(id, "一").unwrap();
    he.remark(id, "二").unwrap();
    write(&mut he, &folder.path().join("late"), Selection::ForShop);
    take(&mut lin, &folder.path().join("late"));
    let found = matters(&lin);
    let [one] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        (one.class, one.kind.as_str(), one.count),
        (Class::Outside, "Q3", 3)
    );
    assert_eq!(one.sides[0].at, Some(NOW));
    assert!(
        one.next.contains("zhiban bundle export --all"),
        "{}",
        one.next
    );

    let mut app = workstation(lin, Language::ZhCn);
    assert!(
        drawn(&app, (80, 24))
            .lines()
            .next()
            .unwrap()
            .contains("核3")
    );
    for size in [(80, 24), (120, 40)] {
        let text = drawn(&app, size);
        assert!(text.contains("3条 缺前面的记录，先放着 Q3"), "{text}");
    }
    press(&mut app, &["F12", "6"]);
    let text = drawn(&app, (80, 24));
    println!("{text}");
    assert!(
        text.contains("Q3 缺前面的记录") && text.contains("再导出一次"),
        "{text}"
    );
    drop(app);

    let run = |args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_zhiban"))
            .args(args)
            .env("ZHIBAN_DATA", folder.path().join("lin"))
            .env("ZHIBAN_NOW", "2026-11-22T15:46:00+08:00")
            .env("HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path().join("config"))
            .env("LC_ALL", "en_US.UTF-8")
            .output()
            .unwrap()
    };
    let done = run(&["unfolded"]);
    let text = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(text.contains("Q3  Earlier events are missing"), "{text}");
    assert!(
        text.contains("Next: Ask") && text.contains("0 unfolded, 3 outside"),
        "{text}"
    );
    let done = run(&["unfolded", "--json"]);
    let lines: Vec<Value> = String::from_utf8(done.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    for line in &lines {
        assert_eq!(
            (&line["code"], &line["outside"]),
            (&json!("Q3"), &json!(true))
        );
        assert!(line["at"].is_string() && line["seq"].is_u64(), "{line}");
    }
    // It heals by itself when what was missing comes.
    let mut lin = {
        let store = Store::open(&folder.path().join("lin")).unwrap();
        Desk::open(
            store,
            Box::new(FixedClock(NOW)),
            Box::new(SeededRandom::new("y")),
        )
        .unwrap()
    };
    take(&mut lin, &folder.path().join("early"));
    assert!(matters(&lin).is_empty());
}

#[test]
fn contradictions_on_the_command_line_name_who_when_where_and_what() {
    let folder = tempfile::tempdir().unwrap();
    let (mut lin, mut he, id) = two(folder.path());
    lin.set_fields(id, fields([("words", json!("\u{1b}[31m红"))]))
        .unwrap();
    he.set_fields(id, fields([("words", json!("蓝 13812345678"))]))
        .unwrap();
    carry(&mut he, &mut lin, &folder.path().join("2"), Selection::All);
    let contradiction = lin.open_contradictions().unwrap()[0].id.to_string();
    drop(lin);
    let run = |args: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_zhiban"))
            .args(args)
            .env("ZHIBAN_DATA", folder.path().join("lin"))
            .env("ZHIBAN_NOW", "2026-11-22T15:46:00+08:00")
            .env("HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path().join("config"))
            .env("LC_ALL", "zh_CN.UTF-8")
            .output()
            .unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap())
    };
    let (code, text) = run(&["contradictions"]);
    assert_eq!(code, Some(1));
    for shown in [
        "两边各写了不同内容",
        "林晓",
        "何静",
        "15:46",
        "蓝",
        "下一步",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    assert!(!text.contains('\u{1b}'), "{text:?}");
    assert!(!text.contains("13812345678"), "{text}");
    let (_, text) = run(&["contradictions", "--json"]);
    let object: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(object["id"], json!(contradiction));
    assert_eq!(
        (&object["kind"], &object["about"]),
        (&json!("concurrent_values"), &json!("words"))
    );
    assert_eq!(object["sides"].as_array().unwrap().len(), 2);
    let (code, _) = run(&["contradictions", &contradiction, "choose", "9"]);
    assert_eq!(code, Some(1));
    let (code, text) = run(&["contradictions", &contradiction, "choose", "1"]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(run(&["contradictions", &contradiction]).0, Some(0));
}

#[test]
fn every_kind_and_code_has_its_sentence_and_next_step() {
    for language in Language::ALL {
        let words = Words::new(language);
        for code in [
            "Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q8", "Q9", "Q10", "Q11", "Q12",
        ] {
            for prefix in ["held-code", "held-next"] {
                assert!(words.has(&format!("{prefix}-{code}")), "{prefix}-{code}");
            }
        }
        for kind in [
            "concurrent_values",
            "double_assign",
            "illegal_move",
            "double_execution",
            "double_refund",
            "double_promise",
            "overpayment",
            "repeat_complaint",
            "unapproved_execution",
            "allowance_exceeded",
            "verbal_unsigned",
        ] {
            assert!(words.has(&format!("finding-{kind}")), "{kind}");
        }
    }
}
