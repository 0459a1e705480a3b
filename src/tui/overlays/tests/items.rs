//! What is done with an item: followed up, handed on, escalated, finished.

use super::only;
use crate::domain::money::Money;
use crate::domain::rules::money::is_approved;
use crate::tui::overlays::case::CaseForm;
use crate::tui::overlays::stage::{NOW, ORDER, Stage};

#[test]
fn follow_ups_take_three_keys() {
    let mut stage = Stage::new();
    let talk = stage
        .desk
        .open_conversation("春天里", "chat")
        .unwrap()
        .record();
    stage.item = Some(talk);
    stage.keys(&["F7"]);
    stage.draw_everywhere();
    stage.keys(&["3", "1"]);
    assert!(stage.panes.is_empty(), "{}", stage.screen(80, 21));
    assert_eq!(
        stage
            .desk
            .record(talk)
            .unwrap()
            .0
            .value("snoozed_until")
            .and_then(serde_json::Value::as_i64),
        Some(NOW + 3_600_000)
    );
    stage.keys(&["F7", "2", "2"]);
    assert_eq!(
        only(&stage, "follow_up").text("kind"),
        Some("reminder"),
        "{}",
        stage.message()
    );
    stage.keys(&["F7", "1"]);
    stage.text("退差价");
    stage.keys(&["Down"]);
    stage.text("12。5");
    stage.draw_everywhere();
    stage.keys(&["Down", "Down"]);
    stage.text("18:00");
    stage.keys(&["Enter"]);
    let promise = only(&stage, "promise");
    assert_eq!(
        promise.get(crate::domain::registers::promise::AMOUNT),
        Some(Money::cny(1_250)),
        "{}",
        stage.message()
    );
    assert_eq!(promise.text("buyer"), Some("春天里"));
}

#[test]
fn a_remark_that_calls_nobody_of_the_shop_says_so() {
    let mut stage = Stage::new();
    let talk = stage.desk.open_conversation("春天里", "chat").unwrap();
    stage.item = Some(talk.record());
    stage.keys(&["Ctrl+T"]);
    stage.text("看一下 @王主任");
    let seen = stage.screen(80, 21);
    assert!(seen.contains("没有叫「王主任」的同事"), "{seen}");
    stage.draw_everywhere();
    stage.keys(&["F8"]);
    assert!(
        stage.message().contains("没提醒到人：没有叫「王主任」"),
        "{}",
        stage.message()
    );
    let entries = stage.desk.record(talk.record()).unwrap().0.entries;
    assert_eq!(entries.len(), 1, "it is recorded all the same");
}

#[test]
fn a_digit_stands_apart_from_what_begins_with_one() {
    let mut stage = Stage::new();
    stage.keys(&["F7", "2"]);
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("1 1小时后 2 2小时后 3今天18:00") && seen.contains("6 11/25"),
        "{seen}"
    );
}

#[test]
fn a_complaint_goes_on_step_by_step_until_it_ends() {
    let mut stage = Stage::new();
    let values = serde_json::json!({"words": "面料与描述不符", "source": "customer"});
    let serde_json::Value::Object(values) = values else {
        panic!("values");
    };
    let values = values.into_iter().collect();
    let done = stage.desk.open_record("complaint", values).unwrap();
    let id = done.record();
    stage.item = Some(id);
    for (offered, key, state) in [
        ("核实中", "1", "verifying"),
        ("协调中", "1", "coordinating"),
        ("已答复", "2", "answered"),
    ] {
        stage.keys(&["F8"]);
        let seen = stage.screen(80, 21);
        assert!(seen.contains(offered) && !seen.contains("已结"), "{seen}");
        stage.keys(&[key]);
        assert_eq!(stage.desk.record(id).unwrap().0.state, state);
        assert!(stage.message().contains("记下了："), "{}", stage.message());
    }
    stage.keys(&["F8"]);
    assert_eq!(stage.desk.record(id).unwrap().0.state, "closed");
    // What is over is not opened again by the key that finishes.
    stage.keys(&["F8"]);
    assert_eq!(stage.desk.record(id).unwrap().0.state, "closed");
    assert!(stage.panes.is_empty());
}

#[test]
fn an_item_is_finished_handed_on_escalated_and_remarked() {
    let mut stage = Stage::new();
    stage.colleague("王主管");
    stage.act_as("林晓");
    let talk = stage
        .desk
        .open_conversation("春天里", "chat")
        .unwrap()
        .record();
    stage.item = Some(talk);
    stage.keys(&["Ctrl+T"]);
    stage.text("看一下 @王");
    stage.draw_everywhere();
    stage.keys(&["Tab", "F8"]);
    assert_eq!(
        only(&stage, "follow_up").text("kind"),
        Some("mention"),
        "{}",
        stage.message()
    );
    stage.keys(&["Ctrl+U"]);
    stage.text("客户很急");
    stage.keys(&["Enter"]);
    assert_eq!(
        stage.desk.record(talk).unwrap().0.entries.len(),
        2,
        "{}",
        stage.message()
    );
    stage.keys(&["Ctrl+G", "6"]);
    stage.draw_everywhere();
    stage.keys(&["1", "Enter"]);
    let king = stage.desk.people().by_name("王主管").unwrap().id;
    let owner = stage.desk.record(talk).unwrap().0.owner;
    assert_eq!(
        owner,
        Some(crate::domain::register::Owner::Person(king)),
        "{}",
        stage.message()
    );
    // A colleague's is taken for a reason from the list.
    stage.keys(&["Ctrl+K"]);
    stage.draw_everywhere();
    stage.keys(&["Esc", "F8"]);
    assert!(
        stage.message().contains("选一个原因"),
        "{}",
        stage.message()
    );
    stage.keys(&["1", "Down"]);
    stage.text("他下班了");
    stage.keys(&["F8"]);
    let taken = stage.desk.record(talk).unwrap().0.steps.pop().unwrap();
    let why = (taken.reason.as_deref(), taken.note.as_deref());
    assert_eq!(why, (Some("after_sales"), Some("他下班了")));
    stage.keys(&["F8"]);
    stage.draw_everywhere();
    stage.keys(&["6"]);
    assert_eq!(
        stage.desk.record(talk).unwrap().0.state,
        "closed",
        "{}",
        stage.message()
    );
    stage.keys(&["Ctrl+G"]);
    stage.text("王主");
    assert!(stage.screen(80, 21).contains("王主管"));
    stage.keys(&["Esc"]);
    assert!(stage.panes.is_empty());
}

#[test]
fn an_escalation_goes_to_ones_own_leader() {
    let mut stage = Stage::sample("林晓");
    let me = stage.desk.me().unwrap().id;
    let row = stage.desk.owned_open(me).unwrap().remove(0);
    stage.item = Some(row.id);
    stage.keys(&["Ctrl+U"]);
    let seen = stage.screen(80, 21);
    assert!(seen.contains("陈立"), "{seen}");
    for other in ["方圆", "韩梅", "白羽"] {
        assert!(!seen.contains(other), "{seen}");
    }
    stage.text("买家要见主管");
    stage.keys(&["Enter"]);
    let mentions = |stage: &Stage, name: &str| {
        let id = stage.desk.people().by_name(name).unwrap().id;
        let rows = stage.desk.owned_open(id).unwrap();
        let of = |row: &&crate::store::Row| {
            let subject = row.fields["subject"].as_str().unwrap_or_default();
            subject.contains("买家要见主管")
        };
        rows.iter().filter(of).count()
    };
    assert_eq!(mentions(&stage, "陈立"), 1, "{}", stage.message());
    assert_eq!(mentions(&stage, "方圆"), 0);
    // Once more it goes one level higher, and then nowhere.
    stage.keys(&["Ctrl+U"]);
    let seen = stage.screen(80, 21);
    assert!(seen.contains("升级给主管 王主管"), "{seen}");
    stage.text("买家要见主管，等了一天");
    stage.keys(&["Enter", "Ctrl+U"]);
    assert_eq!(mentions(&stage, "王主管"), 1, "{}", stage.message());
    stage.act_as("王主管");
    stage.keys(&["Ctrl+U"]);
    let said = stage.message().to_owned();
    assert!(said.contains("已升到头，问过 陈立 王主管"), "{said}");
}

#[test]
fn an_act_on_what_changed_since_it_was_opened_stops_once() {
    let mut stage = Stage::new().on_order(ORDER);
    stage.keys(&[
        "F6", "Down", "Space", "1", "Tab", "1", "Tab", "2", "Tab", "Space", "F8",
    ]);
    let case = only(&stage, "case").id;
    stage.colleague("王主管");
    stage.item = Some(case);
    stage.panes.clear();
    stage.push(|reach| CaseForm::of_case(reach, case));
    // 林晓 takes it up meanwhile, on the other desk.
    stage.act_as("林晓");
    let note = [("note".to_owned(), serde_json::json!("外箱完好"))];
    stage.desk.set_fields(case, note.into()).unwrap();
    stage.act_as("王主管");
    stage.keys(&["F8"]);
    let said = stage.message().to_owned();
    assert!(
        said.contains("打开后变了") && said.contains("林晓"),
        "{said}"
    );
    assert!(!is_approved(&only(&stage, "case")), "nothing was done");
    stage.keys(&["F8"]);
    assert!(is_approved(&only(&stage, "case")), "{}", stage.message());
}

#[test]
fn an_approval_and_an_amendment_are_told_as_what_they_are() {
    let mut stage = Stage::new().on_order(ORDER);
    stage.keys(&[
        "F6", "Down", "Space", "1", "Tab", "1", "Tab", "2", "Tab", "Space", "F8",
    ]);
    let case = only(&stage, "case").id;
    stage.panes.clear();
    stage.push(|reach| CaseForm::of_case(reach, case));
    stage.colleague("王主管");
    stage.desk.approve_case(case).unwrap();
    stage.act_as("林晓");
    stage.keys(&["F8"]);
    let said = stage.message().to_owned();
    assert!(said.contains("王主管已批"), "{said}");
    assert!(said.contains("Enter 看变化，再按一次照做"), "{said}");
    assert!(!said.contains("签字") && !said.contains("状态"), "{said}");
    // What is shown anew is not told again; a field that changes is told by its name.
    stage.act_as("王主管");
    let note = [("note".to_owned(), serde_json::json!("外箱完好"))];
    stage.desk.set_fields(case, note.into()).unwrap();
    stage.act_as("林晓");
    stage.keys(&["F8"]);
    let said = stage.message().to_owned();
    assert!(said.contains("王主管改了备注"), "{said}");
}
