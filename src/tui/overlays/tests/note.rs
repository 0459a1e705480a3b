//! The order note: its steps, and the yes that the buyer gave for it.

use super::only;
use crate::desk::shop_tests::buyer_says;
use crate::domain::id::Id;
use crate::tui::overlays::note::NoteForm;
use crate::tui::overlays::note_facts::Facts;
use crate::tui::overlays::stage::{ORDER, Stage};
use crate::tui::pane::Reach;

#[test]
fn a_note_goes_through_its_steps() {
    let mut stage = Stage::new().on_order(ORDER);
    stage.keys(&["F5", "1"]);
    stage.text("湖北省武汉市洪山区示例路8号");
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("字节") && seen.contains("第 1/5 步"),
        "{seen}"
    );
    stage.keys(&["Down"]);
    stage.keys(&["Space", "Space", "F9"]);
    assert!(
        stage.copied[0].contains("为您核对新地址：湖北省武汉市洪山区示例路8号"),
        "{:?}",
        stage.copied
    );
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("第 3/5 步") && seen.contains("先完成 3"),
        "{seen}"
    );
    stage.keys(&["Backspace"]);
    assert_eq!(only(&stage, "note").state, "changed");
    stage.keys(&["Space", "F8"]);
    assert!(stage.message().contains("还没确认"), "{}", stage.message());
    stage.keys(&["Space", "F8"]);
    assert_eq!(only(&stage, "note").state, "told", "{}", stage.message());
    assert!(stage.panes.is_empty());
    assert!(stage.desk.store().verify().unwrap().clean);
}

#[test]
fn a_note_of_an_unknown_order_begins_with_its_number() {
    let mut stage = Stage::new();
    stage.keys(&["F5"]);
    stage.text("4031902847193599999");
    stage.keys(&["Enter", "7"]);
    stage.text("送杯垫");
    stage.draw_everywhere();
    stage.keys(&["Esc"]);
    let note = only(&stage, "note");
    assert_eq!(
        (note.state.as_str(), note.text("kind"), note.text("new")),
        ("draft", Some("gift"), Some("送杯垫"))
    );
    stage.push(|reach| NoteForm::of_note(reach, note.id));
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("待核订单") && seen.contains("送杯垫"),
        "{seen}"
    );
    stage.draw_everywhere();
    stage.keys(&["Ctrl+D"]);
    stage.text("不要了");
    stage.keys(&["Enter"]);
    assert_eq!(only(&stage, "note").state, "withdrawn");
}

#[test]
fn a_note_typed_and_killed_comes_back() {
    let mut stage = Stage::new().on_order(ORDER);
    stage.keys(&["F5", "3"]);
    stage.text("顺丰");
    stage.keep_drafts();
    stage.panes.clear();
    stage.keys(&["F5"]);
    assert!(
        stage.screen(80, 21).contains("顺丰"),
        "{}",
        stage.screen(80, 21)
    );
}

/// A talk in which the buyer was asked about an address and said yes, as a paste would bring it.
fn answered(stage: &mut Stage) -> Id {
    let talk = stage.desk.open_conversation("小鹿", "chat");
    let talk = talk.unwrap().record();
    let asked = stage.desk.reply(talk, "您好，为您核对新地址，对吗？");
    asked.unwrap();
    buyer_says(&mut stage.desk, talk, "对的。");
    talk
}

#[test]
fn the_buyers_short_yes_is_offered_as_a_quote() {
    let mut stage = Stage::new();
    let talk = answered(&mut stage);
    stage.push(|reach| {
        NoteForm::for_order(
            reach,
            ORDER,
            Some("小鹿"),
            Some("address"),
            "示例路8号",
            Some(talk),
        )
    });
    stage.keys(&["Down", "Down", "Down", "Down", "Space", "Space"]);
    let seen = stage.screen(80, 21);
    assert!(seen.contains("引用买家「对的。」"), "{seen}");
    stage.keys(&["Space"]);
    assert_eq!(
        only(&stage, "note").text("quote"),
        Some("对的。"),
        "{}",
        stage.message()
    );
}

#[test]
fn a_yes_that_the_buyer_took_back_is_not_offered() {
    let mut stage = Stage::new();
    let talk = answered(&mut stage);
    let offer = |stage: &mut Stage| {
        let read = |reach: &mut Reach<'_>| {
            Facts::read(reach.desk, reach.words, ORDER, None, Some(talk)).unwrap()
        };
        stage.with(read).offer.map(|offer| offer.text)
    };
    assert_eq!(offer(&mut stage).as_deref(), Some("对的。"));
    buyer_says(&mut stage.desk, talk, "等等不要了");
    assert_eq!(offer(&mut stage), None);
}
