//! Who sits here, and what is done to the data of a customer.

use crate::desk::shop_tests::buyer_says;
use crate::tui::overlays::privacy;
use crate::tui::overlays::stage::Stage;

#[test]
fn leaving_the_desk_and_coming_back() {
    let mut stage = Stage::new();
    stage.keys(&["Ctrl+Q"]);
    stage.draw_everywhere();
    stage.keys(&["2"]);
    let me = stage.desk.me().unwrap().id;
    assert_eq!(
        stage.desk.presence_of(me).unwrap(),
        "away",
        "{}",
        stage.message()
    );
    stage.keys(&["Ctrl+Q", "Enter"]);
    assert_eq!(
        stage.desk.presence_of(me).unwrap(),
        "present",
        "coming back is offered first, and moves no digit"
    );
    stage.colleague("何静");
    stage.keys(&["Ctrl+Q", "3"]);
    assert!(stage.screen(80, 21).contains("林晓"));
    stage.keys(&["Esc", "F2"]);
    assert_eq!(stage.panes.len(), 1, "nothing passes the gate");
    stage.panes.clear();
    stage.keys(&["Ctrl+Q", "5"]);
    assert!(stage.quit);
    assert!(stage.folder().exists());
}

#[test]
fn a_customer_is_erased_by_a_reason_and_a_word() {
    let mut stage = Stage::new();
    let talk = stage.desk.open_conversation("鸢尾花田", "chat").unwrap();
    let talk = talk.record();
    buyer_says(&mut stage.desk, talk, "我的手机打不通");
    stage.push(|reach| privacy::erase(reach, Some(talk)));
    stage.draw_everywhere();
    let buyer = |stage: &Stage| {
        let record = stage.desk.store().record(talk).unwrap().unwrap();
        record.text("buyer").map(str::to_owned)
    };
    stage.text("顾客要求");
    stage.keys(&["Enter"]);
    stage.draw_everywhere();
    // Another word than the one that is asked for does nothing.
    stage.text("好");
    stage.keys(&["Enter"]);
    assert!(stage.message().contains("没有抹去"), "{}", stage.message());
    assert!(stage.panes.is_empty() && buyer(&stage).is_some());
    stage.push(|reach| privacy::erase(reach, Some(talk)));
    stage.text("顾客要求");
    stage.keys(&["Enter"]);
    stage.text("抹去");
    stage.keys(&["Enter"]);
    assert!(stage.message().contains("已抹去"), "{}", stage.message());
    assert!(stage.panes.is_empty() && buyer(&stage).is_none());
    assert!(stage.desk.store().verify().unwrap().clean);
}

#[test]
fn a_file_is_attached_by_its_path() {
    let mut stage = Stage::new();
    let talk = stage.desk.open_conversation("鸢尾花田", "chat").unwrap();
    let talk = talk.record();
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("crack.png");
    stage.push(|reach| privacy::attach(reach, Some(talk)));
    stage.text(&picture.display().to_string());
    stage.keys(&["Enter"]);
    assert_eq!(
        stage.panes.len(),
        1,
        "a path that leads nowhere can be put right"
    );
    std::fs::write(&picture, b"\x89PNG\r\n\x1a\ncrack").unwrap();
    stage.keys(&["Enter"]);
    assert!(stage.panes.is_empty(), "{}", stage.message());
    let record = stage.desk.store().record(talk).unwrap().unwrap();
    assert_eq!(record.attachments[0].name.as_deref(), Some("crack.png"));
}
