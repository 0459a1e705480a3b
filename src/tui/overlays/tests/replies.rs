//! Replies that are chosen for an item, and without one.

use serde_json::json;

use crate::desk::act::fields;
use crate::tui::overlays::stage::{NOW, Stage};

/// A shop with a reply of this text, which holds until then.
fn with_reply(text: &str, until: Option<i64>) -> Stage {
    let mut stage = Stage::new();
    let mut values = fields([
        ("code", json!("kdh")),
        ("title", json!("快递")),
        ("text", json!(text)),
        ("language", json!("zh_cn")),
    ]);
    values.extend(until.map(|until| ("valid_until".into(), json!(until))));
    stage.desk.open_record("reply", values).unwrap();
    stage
}

#[test]
fn without_an_item_nothing_leaves_the_picker_with_a_gap() {
    let mut stage = with_reply("单号 {运单号}", None);
    stage.keys(&["F4"]);
    stage.text("kdh");
    for key in ["Enter", "F9", "Ins"] {
        stage.keys(&[key]);
        let message = stage.message().to_owned();
        assert!(message.contains("还缺 1 处：{运单号}"), "{key}: {message}");
        assert!(message.contains("F3"), "{key}: {message}");
        assert!(stage.copied.is_empty() && stage.panes.len() == 1, "{key}");
    }
}

#[test]
fn what_does_not_hold_any_more_is_refused_by_the_draft_too() {
    let mut stage = with_reply("您好", Some(NOW - 1));
    let talk = stage.desk.open_conversation("春天里", "chat").unwrap();
    stage.item = Some(talk.record());
    stage.keys(&["F4"]);
    stage.text("kdh");
    stage.keys(&["Enter"]);
    assert_eq!(stage.panes.len(), 1, "it stays open");
    assert!(stage.message().contains("过期"), "{}", stage.message());
}
