//! What the workstation shows when the disk fails or is full, drawn without a terminal.

use std::cell::RefCell;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use zhiban::config::Config;
use zhiban::i18n::{Language, Words};
use zhiban::store::{Store, Trouble};
use zhiban::tui::app::Workstation;
use zhiban::tui::dump;
use zhiban::tui::keymap::Keymap;
use zhiban::tui::keys::{Input, Key, Press};
use zhiban::tui::run::{App, Effect, Message, Signal};

use crate::drill::desk;
use crate::folder;
use crate::vfs::{self, Fault};

const WORDS: &str = "磁盘出错前写的一句";

fn drawn(app: &Workstation) -> String {
    let mut terminal = Terminal::new(TestBackend::new(100, 30)).unwrap();
    terminal
        .draw(|frame| {
            let _ = app.view(frame);
        })
        .unwrap();
    dump::text(terminal.backend().buffer())
}

fn press(app: &mut Workstation, key: &str) -> Vec<Effect> {
    let press = Press::of(Key::parse(key).unwrap());
    app.update(Message::Input(Input::Key(press))).list
}

/// A workstation with a remark begun on the only item.
fn with_remark(data: &std::path::Path) -> Workstation {
    // The faulty file system has to be there before the store is opened.
    vfs::fail(None);
    vfs::lift();
    let mut desk = desk(data, "春天里", "林晓");
    desk.open_conversation("阳光小屋", "chat").unwrap();
    let words = Words::new(Language::from_tag("zh-CN").unwrap());
    let keymap = Keymap::load(None).0;
    let mut app = Workstation::new(desk, Config::default(), words, keymap, (100, 30)).unwrap();
    press(&mut app, "Enter");
    press(&mut app, "Ctrl+T");
    app.update(Message::Input(Input::Paste(WORDS.into())));
    assert!(drawn(&app).contains(WORDS), "{}", drawn(&app));
    app
}

#[test]
fn a_failing_disk_stands_on_the_screen_and_nothing_more_is_written() {
    let place = folder();
    let data = place.path().join("data");
    let mut app = with_remark(&data);
    vfs::fail(Some(Fault {
        at: 1,
        is_for_good: true,
    }));
    press(&mut app, "F8");
    assert!(drawn(&app).contains(WORDS), "kept: {}", drawn(&app));
    // With the next key the message gives way to the line that stays.
    press(&mut app, "Left");
    let seen = drawn(&app);
    assert!(seen.contains("磁盘报错：15:46 以后的都没存上"), "{seen}");
    vfs::lift();
    // Also when the disk seems well again: a sync that succeeds now proves nothing.
    press(&mut app, "F8");
    assert!(drawn(&app).contains("已停止写入"), "{}", drawn(&app));
    press(&mut app, "Left");
    let seen = drawn(&app);
    assert!(seen.contains("磁盘报错") && seen.contains(WORDS), "{seen}");
    assert_eq!(app.desk().store().trouble(), Some(Trouble::Halted));
    drop(app);
    let store = Store::open(&data).unwrap();
    let verified = store.verify().unwrap();
    assert!(verified.clean, "{:?}", verified.defects);
}

fn events(app: &Workstation) -> u64 {
    let heads = app.desk().store().heads().unwrap();
    heads.iter().map(|head| head.seq).sum()
}

thread_local! {
    static SAID: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Each point fails once, so also the sync of a commit: then it is said that the outcome is looked
/// up, before it is, and afterwards what was found.
#[test]
fn an_outcome_that_is_looked_up_is_said_before_and_after() {
    let begun = || {
        let place = folder();
        let mut app = with_remark(&place.path().join("data"));
        app.say_at_once(|line, _| SAID.with_borrow_mut(|said| said.push(line.to_owned())));
        (app, place)
    };
    let (mut app, _place) = begun();
    vfs::fail(None);
    press(&mut app, "F8");
    let (points, _) = vfs::lift();
    let (mut saved, mut absent) = (0, 0);
    for at in 1..=points {
        let (mut app, _place) = begun();
        SAID.take();
        let before = events(&app);
        vfs::fail(Some(Fault {
            at,
            is_for_good: false,
        }));
        let effects = press(&mut app, "F8");
        vfs::lift();
        if SAID.take() != ["正在核对是否存上..."] {
            continue;
        }
        // What was said stands beside the frames.
        assert!(effects.contains(&Effect::Redraw), "{effects:?}");
        let seen = drawn(&app);
        let is_there = events(&app) > before;
        let told = if is_there {
            "已存"
        } else {
            "没存上，字还在"
        };
        assert!(seen.contains(told), "point {at}: {seen}");
        if is_there {
            saved += 1;
        } else {
            absent += 1;
        }
    }
    assert!(
        saved + absent > 0,
        "nothing of {points} points was looked up"
    );
}

#[test]
fn a_draft_that_could_not_be_saved_is_there_when_its_item_is_opened_again() {
    let place = folder();
    let data = place.path().join("data");
    vfs::fail(None);
    vfs::lift();
    let mut desk = desk(&data, "春天里", "林晓");
    for buyer in ["阳光小屋", "木子李"] {
        desk.open_conversation(buyer, "chat").unwrap();
    }
    let words = Words::new(Language::from_tag("zh-CN").unwrap());
    let keymap = Keymap::load(None).0;
    let mut app = Workstation::new(desk, Config::default(), words, keymap, (100, 30)).unwrap();
    press(&mut app, "Enter");
    vfs::confine(&data, 0);
    app.update(Message::Input(Input::Paste(WORDS.into())));
    for keys in [
        ["Esc", "Down", "Enter"],
        ["Esc", "Up", "Enter"],
        ["Esc", "Enter", "Esc"],
    ] {
        for key in keys {
            press(&mut app, key);
        }
    }
    assert!(drawn(&app).contains(WORDS), "{}", drawn(&app));
    vfs::lift();
    app.update(Message::Wake(3));
    app.update(Message::Signal(Signal::End));
    let me = app.desk().me().unwrap().id.to_string();
    let kept = app.desk().store().drafts(&me).unwrap();
    assert!(kept.iter().any(|draft| draft.text == WORDS), "{kept:?}");
}

#[test]
fn a_full_disk_keeps_every_draft_until_there_is_room() {
    let place = folder();
    let data = place.path().join("data");
    let mut app = with_remark(&data);
    vfs::confine(&data, 0);
    press(&mut app, "F8");
    press(&mut app, "Left");
    let seen = drawn(&app);
    assert!(seen.contains("没存上：磁盘满。字还在草稿里"), "{seen}");
    // The form is closed, its words are not gone; and nobody leaves without having heard it.
    press(&mut app, "Esc");
    let mut left = press(&mut app, "Ctrl+Q");
    left.extend(press(&mut app, "5"));
    assert!(!left.contains(&Effect::Quit), "{}", drawn(&app));
    assert!(drawn(&app).contains("再按一次"), "{}", drawn(&app));
    // Room again: the next try saves them.
    vfs::lift();
    app.update(Message::Wake(3));
    assert!(drawn(&app).contains("有空间了"), "{}", drawn(&app));
    app.update(Message::Signal(Signal::End));
    let store = app.desk().store();
    assert_eq!(store.trouble(), None);
    let me = app.desk().me().unwrap().id.to_string();
    let kept = store.drafts(&me).unwrap();
    assert!(kept.iter().any(|draft| draft.text == WORDS), "{kept:?}");
}
