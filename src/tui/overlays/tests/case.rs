//! The after-sale form: filled in by few keys, up its ladder, refused, taken up again.

use super::only;
use crate::desk::allowance::Given;
use crate::domain::money::Money;
use crate::domain::registers::case;
use crate::domain::rules::money::is_approved;
use crate::store::Query;
use crate::tui::overlays::case::CaseForm;
use crate::tui::overlays::stage::{ORDER, Stage};

/// The only case stands there.
#[track_caller]
fn is_case(stage: &Stage, state: &str) {
    assert_eq!(only(stage, "case").state, state, "{}", stage.message());
}

#[test]
fn a_refund_takes_eleven_keys() {
    let mut stage = Stage::new().on_order(ORDER);
    stage.keys(&[
        "F6", "Down", "Space", "1", "Tab", "1", "Tab", "2", "Tab", "Space",
    ]);
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("齐") && seen.contains("¥ 129.00") && seen.contains("买2  退[1]"),
        "{seen}"
    );
    assert!(
        seen.contains("实付 277.00 - 已退 0.00 - 他退 0.00 - 本单 129.00 = 余 148.00"),
        "{seen}"
    );
    stage.keys(&["F8"]);
    let record = only(&stage, "case");
    assert_eq!(record.state, "submitted", "{}", stage.message());
    assert_eq!(record.get(case::AMOUNT), Some(Money::cny(12_900)));
    assert_eq!(record.text("fault"), Some("buyer"));
    let seen = stage.screen(80, 21);
    assert!(seen.contains("已提交") && seen.contains("等批"), "{seen}");
}

#[test]
fn a_case_goes_up_its_ladder() {
    let mut stage = Stage::new().on_order(ORDER);
    stage.keys(&[
        "F6", "Down", "Space", "1", "Tab", "1", "Tab", "2", "Tab", "Space", "F8",
    ]);
    stage.keys(&["F8", "F8"]);
    assert!(
        stage.message().contains("自己"),
        "nobody approves their own: {}",
        stage.message()
    );
    stage.colleague("王主管");
    stage.refresh();
    stage.draw_everywhere();
    stage.keys(&["F8"]);
    is_case(&stage, "approved");
    stage.act_as("林晓");
    stage.keys(&["Enter"]);
    is_case(&stage, "executed");
    stage.keys(&["F9", "Enter", "Enter"]);
    assert!(stage.copied[0].contains("129.00"), "{:?}", stage.copied);
    assert_eq!(only(&stage, "case").state, "closed");
    assert!(stage.desk.store().verify().unwrap().clean);
}

#[test]
fn a_word_of_mouth_is_recorded_and_signed_by_whoever_gave_it() {
    let mut stage = Stage::new().on_order(ORDER);
    asked_of_the_supervisor(&mut stage);
    stage.refresh();
    stage.keys(&["F8", "F8"]);
    stage.text("王主管");
    stage.keys(&["Enter"]);
    is_case(&stage, "approved");
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("尚未补签") && seen.contains("王主管"),
        "{seen}"
    );
    stage.keys(&["Enter"]);
    is_case(&stage, "executed");
    stage.act_as("王主管");
    stage.refresh();
    assert!(stage.screen(80, 21).contains("按 Enter 补签"));
    stage.keys(&["Up", "Up", "Enter"]);
    let id = only(&stage, "case").id;
    let record = stage.desk.store().record(id).unwrap().unwrap();
    assert!(is_approved(&record), "{}", stage.message());
    assert_eq!(record.state, "executed");
    assert!(!stage.screen(80, 21).contains("补签："));
}

#[test]
fn a_refusal_wants_a_reason_and_an_amendment_voids_an_approval() {
    let mut stage = Stage::new().on_order(ORDER);
    stage.keys(&[
        "F6", "Down", "Space", "1", "Tab", "1", "Tab", "2", "Tab", "Space", "F8",
    ]);
    stage.colleague("王主管");
    stage.refresh();
    stage.keys(&["Ctrl+D", "Enter"]);
    assert_eq!(only(&stage, "case").state, "submitted");
    stage.text("先要照片");
    stage.keys(&["Enter"]);
    assert_eq!(only(&stage, "case").state, "refused");
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("王主管") && seen.contains("先要照片"),
        "{seen}"
    );
    stage.act_as("林晓");
    stage.keys(&["F6"]);
    assert!(
        stage.screen(80, 21).contains("更正"),
        "{}",
        stage.screen(80, 21)
    );
    stage.keys(&["F8"]);
    is_case(&stage, "refused");
    let said = stage.message();
    assert!(
        said.contains("打开后变了") && said.contains("王主管"),
        "{said}"
    );
    stage.keys(&["F8"]);
    is_case(&stage, "submitted");
}

#[test]
fn an_untouched_form_leaves_nothing_and_a_begun_one_a_draft() {
    let mut stage = Stage::new().on_order(ORDER);
    stage.keys(&["F6", "Esc"]);
    assert!(stage.panes.is_empty());
    let none = stage
        .desk
        .store()
        .rows(&Query {
            registers: vec!["case"],
            ..Query::default()
        })
        .unwrap();
    assert!(none.is_empty());
    stage.keys(&["F6", "Down", "Space"]);
    stage.keep_drafts();
    stage.panes.clear();
    stage.keys(&["F6"]);
    assert!(
        stage.screen(80, 21).contains("退[2]"),
        "a killed form comes back: {}",
        stage.screen(80, 21)
    );
    stage.keys(&["Esc"]);
    assert_eq!(only(&stage, "case").state, "draft");
    let id = only(&stage, "case").id;
    stage.push(|reach| CaseForm::of_case(reach, id));
    assert!(stage.screen(80, 21).contains("退[2]"));
    stage.keys(&["Ctrl+D"]);
    stage.text("填错了");
    stage.keys(&["Enter"]);
    assert!(only(&stage, "case").void);
}

#[test]
fn a_second_case_shows_its_twin_and_too_much_is_refused() {
    let mut stage = Stage::new().on_order(ORDER);
    stage.keys(&[
        "F6", "Down", "Space", "Tab", "1", "Tab", "2", "Tab", "Space", "F8", "Esc", "F6",
    ]);
    let seen = stage.screen(80, 21);
    assert!(seen.contains("同单已有"), "{seen}");
    stage.keys(&["Down", "Enter"]);
    assert!(
        stage.screen(80, 21).contains("已提交"),
        "{}",
        stage.screen(80, 21)
    );
    stage.keys(&[
        "Esc", "Down", "Space", "Tab", "1", "Tab", "2", "Tab", "Space", "F8",
    ]);
    assert!(stage.message().contains("最多可退"), "{}", stage.message());
}

#[test]
fn fields_that_do_not_apply_are_absent() {
    let mut stage = Stage::new().on_order(ORDER);
    stage.keys(&["F6"]);
    assert!(stage.screen(80, 21).contains("金额"));
    stage.keys(&["3"]);
    let seen = stage.screen(80, 21);
    assert!(!seen.contains("金额 ") && !seen.contains("退到"), "{seen}");
    stage.keys(&["1"]);
    stage.draw_everywhere();
    // A sum typed under a Chinese input method is read.
    stage.keys(&["Tab", "Tab"]);
    while !stage.panes[0]
        .contexts()
        .contains(&crate::tui::commands::Context::Text)
    {
        stage.keys(&["Down"]);
    }
}

#[test]
fn kinds_tried_one_after_the_other_keep_what_was_answered() {
    let mut stage = Stage::new().on_order(ORDER);
    stage.keys(&["F6", "2", "3", "1"]);
    let seen = stage.screen(80, 21);
    assert!(seen.contains("(1原路) 2其他收款人"), "{seen}");
    // What was answered comes back, not what is proposed.
    stage.keys(&["Down", "Space", "Tab", "1", "Tab", "2"]);
    while !stage.screen(80, 21).contains("(2其他收款人)") {
        stage.keys(&["Down", "Right"]);
    }
    let back = ["Up"; 12];
    stage.keys(&back);
    stage.keys(&["3", "1"]);
    let seen = stage.screen(80, 21);
    assert!(seen.contains("1原路 (2其他收款人)"), "{seen}");
    // What was begun as an exchange proposes it, too.
    let mut stage = Stage::new().on_order(ORDER);
    stage.keys(&["F6", "3", "Down", "Space", "Tab", "1", "Esc"]);
    let id = only(&stage, "case").id;
    stage.push(|reach| CaseForm::of_case(reach, id));
    stage.keys(&["1"]);
    let seen = stage.screen(80, 21);
    assert!(seen.contains("(1原路) 2其他收款人"), "{seen}");
}

#[test]
fn an_unknown_order_is_asked_for() {
    let mut stage = Stage::new();
    stage.keys(&["F6"]);
    stage.text("4031902847193599999");
    stage.keys(&["Enter"]);
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("待核订单") && seen.contains("实付 未核"),
        "{seen}"
    );
    stage.draw_everywhere();
}

#[test]
fn an_exchange_moves_goods_and_no_money() {
    let mut stage = Stage::new().on_order(ORDER);
    stage.keys(&[
        "F6", "3", "Down", "Space", "Tab", "1", "Tab", "2", "Tab", "Space", "F8",
    ]);
    let record = only(&stage, "case");
    assert_eq!(
        (record.state.as_str(), record.text("kind")),
        ("submitted", Some("exchange")),
        "{}",
        stage.message()
    );
    let seen = stage.screen(80, 21);
    assert!(seen.contains("等退货"), "{seen}");
}

/// A case is submitted, and the supervisor may agree to such a sum by word of mouth.
fn asked_of_the_supervisor(stage: &mut Stage) {
    stage.keys(&[
        "F6", "Down", "Space", "1", "Tab", "1", "Tab", "2", "Tab", "Space", "F8",
    ]);
    stage.colleague("王主管");
    stage.act_as("林晓");
    let given = Given {
        person: stage.desk.person_named("王主管").unwrap(),
        replica: None,
        amount: Money::cny(20_000),
        case_cap: None,
        spot: true,
        until: None,
    };
    stage.desk.give_allowance(given).unwrap();
}

/// Who may grant a small sum alone submits one; returns how many writes that was.
fn granted_alone(stage: &mut Stage) -> usize {
    stage.colleague("王主管");
    stage.act_as("林晓");
    let given = Given {
        person: stage.desk.me().unwrap().id,
        replica: None,
        amount: Money::cny(20_000),
        case_cap: None,
        spot: false,
        until: None,
    };
    stage.act_as("王主管");
    stage.desk.give_allowance(given).unwrap();
    stage.act_as("林晓");
    stage.keys(&[
        "F6", "Down", "Space", "1", "Tab", "1", "Tab", "2", "Tab", "Space", "F8",
    ]);
    is_case(stage, "approved");
    writes(stage)
}

fn writes(stage: &Stage) -> usize {
    let id = only(stage, "case").id;
    stage.desk.store().events(id).unwrap().len()
}

#[test]
fn submitting_twice_writes_once() {
    let mut stage = Stage::new().on_order(ORDER);
    let before = granted_alone(&mut stage);
    stage.keys(&["F8"]);
    assert_eq!(writes(&stage), before, "{}", stage.message());
    is_case(&stage, "approved");
    let said = stage.message();
    assert!(said.contains("已提交") && said.contains("再按"), "{said}");
    // The next step is one that is asked for.
    stage.keys(&["F8"]);
    is_case(&stage, "executed");

    let mut stage = Stage::new().on_order(ORDER);
    granted_alone(&mut stage);
    stage.keys(&["F6", "F8"]);
    let before = writes(&stage);
    stage.keys(&["F8"]);
    assert_eq!(writes(&stage), before, "{}", stage.message());
    // Whoever moves among the steps has seen that it is submitted.
    let mut stage = Stage::new().on_order(ORDER);
    granted_alone(&mut stage);
    stage.keys(&["Up", "F8"]);
    is_case(&stage, "executed");
}

#[test]
fn what_others_did_to_a_case_since_it_was_submitted_stops_once() {
    let mut stage = Stage::new().on_order(ORDER);
    granted_alone(&mut stage);
    let id = only(&stage, "case").id;
    stage.act_as("王主管");
    stage.desk.remark(id, "先别退，货还在路上").unwrap();
    stage.act_as("林晓");
    stage.keys(&["Enter"]);
    assert!(
        stage.message().contains("打开后变了"),
        "{}",
        stage.message()
    );
    is_case(&stage, "approved");
    stage.keys(&["Enter"]);
    is_case(&stage, "executed");
}

#[test]
fn a_word_of_mouth_is_no_approval_until_it_is_signed() {
    let mut stage = Stage::new().on_order(ORDER);
    asked_of_the_supervisor(&mut stage);
    let id = only(&stage, "case").id;
    let approver = stage.desk.person_named("王主管").unwrap();
    stage.desk.approve_verbally(id, approver).unwrap();
    stage.refresh();
    let seen = stage.screen(80, 21);
    assert!(seen.contains("王主管 15:46 口头批"), "{seen}");
    stage.act_as("王主管");
    stage.desk.approve_case(id).unwrap();
    stage.refresh();
    let seen = stage.screen(80, 21);
    assert!(seen.contains("王主管 15:46 批准"), "{seen}");
    assert!(!seen.contains("15:46 口头批"), "{seen}");
}

#[test]
fn who_amends_asks_anew_and_is_not_among_those_who_may_approve() {
    let mut stage = Stage::new().on_order(ORDER);
    stage.keys(&[
        "F6", "Down", "Space", "1", "Tab", "1", "Tab", "2", "Tab", "Space", "F8",
    ]);
    stage.colleague("陈立");
    stage.colleague("王主管");
    stage.refresh();
    let seen = stage.screen(80, 21);
    assert!(seen.contains("等批  你 陈立"), "{seen}");
    stage.keys(&["F6"]);
    let seen = stage.screen(80, 21);
    assert!(seen.contains("要批     陈立 批"), "{seen}");
    stage.keys(&["F8"]);
    let seen = stage.screen(80, 21);
    assert!(seen.contains("等批  陈立"), "{seen}");
}
