//! Acts on an item that a colleague changes while the question is in front.

use super::stage::Stage;
use super::{bulk, join, tag};
use crate::desk::bulk::Bulk;
use crate::desk::item::tags;
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::register::Owner;

/// A talk of 林晓's that 王主管 has open, who is at the desk.
fn opened() -> (Stage, Id) {
    let mut stage = Stage::new();
    stage.colleague("林晓");
    let talk = stage.desk.open_conversation("春天里", "chat").unwrap();
    stage.colleague("王主管");
    stage.item = Some(talk.record());
    (stage, talk.record())
}

fn record(stage: &Stage, id: Id) -> Record {
    stage.desk.record(id).unwrap().0
}

/// 林晓 says something about the talk meanwhile; then the key that acts stops once, and asked for again
/// it acts.
fn stops_once(
    stage: &mut Stage,
    talk: Id,
    (first, again): (&str, &str),
    is_done: impl Fn(&Stage) -> bool,
) {
    assert!(!is_done(stage), "before");
    stage.act_as("林晓");
    stage.desk.remark(talk, "她要改地址").unwrap();
    stage.act_as("王主管");
    stage.keys(&[first]);
    let said = stage.message().to_owned();
    assert!(
        said.contains("打开后变了") && said.contains("林晓"),
        "{said}"
    );
    assert!(!is_done(stage), "nothing was done");
    stage.keys(&[again]);
    assert!(is_done(stage), "{}", stage.message());
}

#[test]
fn a_transfer_stops_once() {
    let (mut stage, talk) = opened();
    stage.keys(&["Ctrl+G", "1", "1"]);
    stops_once(&mut stage, talk, ("Enter", "Enter"), |stage| {
        matches!(record(stage, talk).owner, Some(Owner::Post(_)))
    });
}

#[test]
fn taking_a_colleagues_item_stops_once() {
    let (mut stage, talk) = opened();
    let me = stage.desk.me().unwrap().id;
    stage.keys(&["Ctrl+K", "1"]);
    stops_once(&mut stage, talk, ("Enter", "Enter"), |stage| {
        record(stage, talk).owner == Some(Owner::Person(me))
    });
}

#[test]
fn a_snooze_stops_once() {
    let (mut stage, talk) = opened();
    stage.keys(&["F7", "3"]);
    stops_once(&mut stage, talk, ("1", "F8"), |stage| {
        record(stage, talk).value("snoozed_until").is_some()
    });
}

#[test]
fn tags_stop_once() {
    let (mut stage, talk) = opened();
    stage.push(tag::open);
    stage.text("急");
    stops_once(&mut stage, talk, ("Enter", "Enter"), |stage| {
        tags(&record(stage, talk)) == ["急"]
    });
}

#[test]
fn a_link_stops_once() {
    let (mut stage, talk) = opened();
    let other = stage.desk.open_conversation("春天里", "chat").unwrap();
    let other = other.record();
    stage.push(join::link);
    stage.text(&other.to_string());
    stops_once(&mut stage, talk, ("Enter", "Enter"), |stage| {
        record(stage, talk)
            .links
            .iter()
            .any(|link| link.to == other)
    });
}

#[test]
fn a_split_stops_once() {
    let (mut stage, talk) = opened();
    stage.push(join::split);
    stage.text("还问发票");
    stops_once(&mut stage, talk, ("Enter", "Enter"), |stage| {
        stage.shown.is_some_and(|shown| shown != talk)
    });
}

#[test]
fn an_act_on_marked_items_stops_once_and_shows_them_anew() {
    let (mut stage, talk) = opened();
    let other = stage
        .desk
        .open_conversation("小鹿", "chat")
        .unwrap()
        .record();
    let preview = stage.with(|reach| {
        let tag = Bulk::Tag("急".to_owned());
        bulk::BulkPane::new(reach, vec![talk, other], tag).unwrap()
    });
    stage.panes.push(Box::new(preview));
    stops_once(&mut stage, talk, ("Enter", "Enter"), |stage| {
        [talk, other]
            .iter()
            .all(|id| tags(&record(stage, *id)) == ["急"])
    });
}

#[test]
fn a_merge_stops_once() {
    let (mut stage, talk) = opened();
    let other = stage.desk.open_conversation("春天里", "chat").unwrap();
    // The same order joins the two.
    let order = stage.desk.order_by_number(super::stage::ORDER).unwrap();
    let order = serde_json::json!(order.unwrap().id.to_string());
    for id in [talk, other.record()] {
        let about = [("order".to_owned(), order.clone())];
        stage.desk.set_fields(id, about.into()).unwrap();
    }
    let asked = stage.with(|reach| join::merge(reach).unwrap());
    let super::Opened::Pane(asked) = asked else {
        panic!("there is an item to merge into");
    };
    stage.panes.push(asked);
    stops_once(&mut stage, talk, ("1", "1"), |stage| {
        record(stage, talk).closed.is_some()
    });
}

/// What is said to 林晓 of a talk that 王主管 changed meanwhile.
fn said_after(change: impl FnOnce(&mut Stage, Id)) -> (Stage, String) {
    let mut stage = Stage::new();
    stage.colleague("林晓");
    let item = stage.desk.open_conversation("春天里", "chat").unwrap();
    let mut since = stage.with(|reach| super::since::Since::of(reach, item.record()));
    stage.colleague("王主管");
    change(&mut stage, item.record());
    stage.act_as("林晓");
    assert!(stage.with(|reach| since.stops(reach)).is_some());
    let said = stage.message().to_owned();
    assert!(stage.with(|reach| since.stops(reach)).is_none(), "once");
    (stage, said)
}

#[test]
fn a_change_is_told_in_a_sentence_with_what_it_came_to() {
    let (_, said) = said_after(|stage, id| {
        stage.desk.tag(id, "急").unwrap();
    });
    assert!(said.contains("王主管改了标签"), "{said}");
    let (stage, said) = said_after(|stage, id| {
        let to = stage.desk.owner_named("after_sales").unwrap();
        stage.desk.transfer(id, to, "peak").unwrap();
    });
    assert!(said.contains("王主管转给售后"), "{said}");
    assert!(said.contains("Enter 看变化，再按一次照做"), "{said}");
    let more = stage.said.map(|notice| notice.more).unwrap_or_default();
    assert!(
        more.iter().any(|one| one.text.contains("王主管转给售后")),
        "{more:?}"
    );
    let (_, said) = said_after(|stage, id| {
        stage.desk.remark(id, "她要改地址").unwrap();
    });
    assert!(said.contains("王主管留言"), "{said}");
    for word in ["状态", "签字", "凭证"] {
        assert!(!said.contains(word), "{said}");
    }
}
