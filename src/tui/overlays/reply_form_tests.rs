//! The form of a wording, played by keys.

use serde_json::json;

use super::ReplyForm;
use crate::desk::act::fields;
use crate::desk::replies::Reply;
use crate::domain::id::Id;
use crate::store::{Query, Row};
use crate::tui::overlays::stage::Stage;

fn values(text: &str) -> crate::domain::payload::Fields {
    fields([
        ("title", json!("谁出运费")),
        ("code", json!("yf")),
        ("topic", json!("退换")),
        ("text", json!(text)),
        ("scope", json!("shop")),
    ])
}

/// A shop with one reply.
fn shop() -> (Stage, Id) {
    let mut stage = Stage::new();
    stage.desk.keep_reply(None, values("运费由我们出")).unwrap();
    let id = rows(&stage)[0].id;
    (stage, id)
}

fn rows(stage: &Stage) -> Vec<Row> {
    let query = Query {
        registers: vec!["reply"],
        ..Query::default()
    };
    stage.desk.store().rows(&query).unwrap()
}

/// How many replies there are, with those that are only proposed.
fn count(stage: &Stage) -> usize {
    rows(stage).len()
}

fn reply(stage: &Stage, id: Id) -> Reply {
    stage.desk.replies().unwrap().by_id(id).unwrap().clone()
}

fn open(stage: &mut Stage, reply: Option<&Reply>) {
    stage.push(|reach| ReplyForm::open(reach, reply, "", "zh_cn"));
}

#[test]
fn a_colleagues_wording_is_not_written_over_unseen() {
    let (mut stage, id) = shop();
    stage.colleague("何静");
    let seen = reply(&stage, id);
    open(&mut stage, Some(&seen));
    stage.act_as("林晓");
    stage
        .desk
        .keep_reply(Some(id), values("运费平台出"))
        .unwrap();
    stage.act_as("何静");
    stage.keys(&["Down", "Down", "Down", "Down", "Down", "Ctrl+A"]);
    stage.text("运费各出一半");
    stage.keys(&["F8"]);
    let said = stage.message().to_owned();
    assert!(
        said.contains("打开后变了") && said.contains("林晓"),
        "{said}"
    );
    assert_eq!(reply(&stage, id).text, "运费平台出");
    stage.keys(&["F8"]);
    assert!(stage.panes.is_empty(), "{}", stage.message());
    assert!(reply(&stage, id).text.ends_with("运费各出一半"));
}

#[test]
fn all_answers_come_back_and_are_forgotten_once_they_are_kept() {
    let (mut stage, _) = shop();
    open(&mut stage, None);
    stage.text("换货");
    stage.keys(&["Down"]);
    stage.text("hh");
    stage.keys(&["Down"]);
    stage.text("售后");
    stage.keys(&["Down", "Left", "Left", "Down"]);
    stage.text("可以换的");
    stage.keys(&["Esc"]);
    assert!(stage.panes.is_empty());
    open(&mut stage, None);
    let seen = stage.screen(80, 24);
    for typed in ["换货", "hh", "售后", "可以换的"] {
        assert!(seen.contains(typed), "{typed} in\n{seen}");
    }
    stage.keys(&["F8"]);
    assert!(stage.panes.is_empty(), "{}", stage.message());
    assert_eq!(count(&stage), 2);
    open(&mut stage, None);
    let seen = stage.screen(80, 24);
    assert!(!seen.contains("可以换的"), "{seen}");
}
