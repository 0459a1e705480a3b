//! A receiver's data is shown whole for ten seconds, and the log says who looked.

use std::time::Duration;

use zhiban::desk::Desk;
use zhiban::domain::event::Verb;
use zhiban::domain::record::Record;
use zhiban::i18n::Language;
use zhiban::tui::dump;
use zhiban::tui::keys::{Input, Key, Press};
use zhiban::tui::panes::reveal::HIDE;
use zhiban::tui::run::{App, Effect, Message};

use crate::shop::Visit;

const ORDER: &str = "4031902847193518258";
const PHONE: &str = "13800138000";
const ADDRESS: &str = "浙江省杭州市余杭区示例路1号";

fn shown(visit: &Visit, size: (u16, u16)) -> String {
    dump::text(&visit.view(size).0)
}

fn order(desk: &Desk) -> Record {
    desk.order_by_number(ORDER).unwrap().unwrap()
}

/// The conversation whose order has a receiver.
fn opened(size: (u16, u16)) -> Visit {
    let mut visit = Visit::new(None, Language::ZhCn, size);
    visit.keys(&"Down ".repeat(6));
    visit.keys("Enter");
    visit
}

fn looks(visit: &Visit) -> usize {
    order(visit.app.desk()).keys("reveals").len()
}

#[test]
fn it_is_shown_for_ten_seconds_and_recorded() {
    for size in [(120, 40), (80, 24)] {
        let mut visit = opened(size);
        assert!(!shown(&visit, size).contains(PHONE));
        let press = Press::of(Key::parse("Ctrl+R").unwrap());
        let effects = visit.input(Input::Key(press)).list;
        let wakes = effects.iter().any(|effect| {
            matches!(effect, Effect::Wake(HIDE, after) if *after == Duration::from_secs(10))
        });
        assert!(wakes, "nothing would hide it again");
        let seen = shown(&visit, size);
        println!("{seen}");
        assert!(seen.contains(PHONE) && seen.contains(ADDRESS), "{seen}");
        assert_eq!(looks(&visit), 1);

        visit.app.update(Message::Wake(HIDE));
        let seen = shown(&visit, size);
        assert!(!seen.contains(PHONE) && !seen.contains(ADDRESS), "{seen}");
    }
}

#[test]
fn the_log_says_who_when_and_which_order_but_never_the_value() {
    let mut visit = opened((120, 40));
    visit.keys("Ctrl+R");
    let desk = visit.app.desk();
    let order = order(desk);
    let events = desk.store().events(order.id).unwrap();
    let last = events.iter().max_by_key(|event| event.order()).unwrap();
    assert_eq!(last.head.verb, Verb::Set as u8);
    let me = desk.me().unwrap();
    assert_eq!((last.head.replica, last.head.at), (me.replica, desk.now()));
    let facts = last.body.facts().unwrap();
    let text = String::from_utf8_lossy(facts);
    assert!(text.contains("phone") && text.contains("address"), "{text}");
    assert!(!text.contains(PHONE) && !text.contains("示例路"), "{text}");
    assert!(last.body.personal().is_none(), "nothing of a person in it");

    // Undo takes back what was done before it, never the look.
    visit.keys("Esc Ctrl+Z");
    assert_eq!(looks(&visit), 1);
}

#[test]
fn it_is_hidden_on_leaving_and_when_asked_again() {
    let size = (120, 40);
    for leave in ["Esc", "Ctrl+N", "Ctrl+R"] {
        let mut visit = opened(size);
        visit.keys("Ctrl+R");
        assert!(shown(&visit, size).contains(PHONE));
        visit.keys(leave);
        assert!(!shown(&visit, size).contains(PHONE), "{leave}");
        assert_eq!(looks(&visit), 1, "{leave}");
    }
}

#[test]
fn the_card_of_find_shows_it_too() {
    let size = (80, 24);
    let mut visit = Visit::new(None, Language::ZhCn, size);
    visit.keys("F3");
    visit.text(ORDER);
    let seen = shown(&visit, size);
    println!("{seen}");
    assert!(seen.contains("收件 测*  138****8000"), "{seen}");
    visit.keys("Ctrl+R");
    assert!(shown(&visit, size).contains(PHONE));
    assert_eq!(looks(&visit), 1);
    visit.app.update(Message::Wake(HIDE));
    assert!(!shown(&visit, size).contains(PHONE));
}

#[test]
fn where_there_is_nothing_to_see_it_says_so() {
    let size = (80, 24);
    let mut visit = Visit::new(None, Language::ZhCn, size);
    visit.keys("Enter Ctrl+R");
    let seen = shown(&visit, size);
    assert!(seen.contains("没有收件人资料"), "{seen}");
    assert_eq!(looks(&visit), 0);
}

#[test]
fn a_store_that_only_reads_shows_nothing_and_says_why() {
    let size = (80, 24);
    let mut visit = Visit::reading(size);
    visit.keys("F3");
    visit.text(ORDER);
    visit.keys("Ctrl+R");
    let seen = shown(&visit, size);
    println!("{seen}");
    assert!(!seen.contains(PHONE), "{seen}");
    assert!(seen.contains("只读"), "{seen}");
    assert_eq!(looks(&visit), 0);
}
