//! Forms played by keys over a drill shop: state, keys, state.

use super::case::CaseForm;
use super::note::NoteForm;
use super::privacy;
use super::stage::{ORDER, Stage};
use crate::desk::allowance::Given;
use crate::desk::shop_tests::buyer_says;
use crate::domain::money::Money;
use crate::domain::registers::case;
use crate::domain::rules::money::is_approved;
use crate::store::Query;

fn only(stage: &Stage, register: &'static str) -> crate::domain::record::Record {
    let rows = stage
        .desk
        .store()
        .rows(&Query {
            registers: vec![register],
            ..Query::default()
        })
        .unwrap();
    assert_eq!(rows.len(), 1, "one {register}");
    stage.desk.store().record(rows[0].id).unwrap().unwrap()
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
    stage.keys(&["F8"]);
    assert!(
        stage.message().contains("自己"),
        "nobody approves their own: {}",
        stage.message()
    );
    stage.colleague("王主管");
    stage.refresh();
    stage.draw_everywhere();
    stage.keys(&["F8"]);
    assert_eq!(
        only(&stage, "case").state,
        "approved",
        "{}",
        stage.message()
    );
    stage.act_as("林晓");
    stage.keys(&["Enter"]);
    assert_eq!(
        only(&stage, "case").state,
        "executed",
        "{}",
        stage.message()
    );
    stage.keys(&["F9", "Enter", "Enter"]);
    assert!(stage.copied[0].contains("129.00"), "{:?}", stage.copied);
    assert_eq!(only(&stage, "case").state, "closed");
    assert!(stage.desk.store().verify().unwrap().clean);
}

#[test]
fn a_word_of_mouth_is_recorded_and_signed_by_whoever_gave_it() {
    let mut stage = Stage::new().on_order(ORDER);
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
    stage.refresh();
    stage.keys(&["F8"]);
    stage.text("王主管");
    stage.keys(&["Enter"]);
    assert_eq!(
        only(&stage, "case").state,
        "approved",
        "{}",
        stage.message()
    );
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("尚未补签") && seen.contains("王主管"),
        "{seen}"
    );
    stage.keys(&["Enter"]);
    assert_eq!(
        only(&stage, "case").state,
        "executed",
        "{}",
        stage.message()
    );
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
    assert_eq!(
        only(&stage, "case").state,
        "submitted",
        "{}",
        stage.message()
    );
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

#[test]
fn the_buyers_short_yes_is_offered_as_a_quote() {
    let mut stage = Stage::new();
    let talk = stage
        .desk
        .open_conversation("小鹿", "chat")
        .unwrap()
        .record();
    stage
        .desk
        .reply(talk, "您好，为您核对新地址，对吗？")
        .unwrap();
    // The buyer's line comes as a paste would bring it.
    buyer_says(&mut stage.desk, talk, "对的。");
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
        Some(super::stage::NOW + 3_600_000)
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

/// Prints what people see; run with `--nocapture` to compare it with the drawings.
#[test]
fn the_forms_are_as_drawn() {
    let mut stage = Stage::new().on_order(ORDER);
    for language in [
        crate::i18n::Language::ZhCn,
        crate::i18n::Language::En,
        crate::i18n::Language::ZhTw,
    ] {
        stage.words = crate::i18n::Words::new(language);
        stage.keys(&["F6", "Down", "Space", "1"]);
        println!("{}\n{}\n", stage.screen(80, 21), stage.screen(120, 37));
        stage.panes.clear();
        stage.keys(&["F5", "1"]);
        stage.text("湖北省武汉市洪山区示例路8号");
        println!("{}\n{}\n", stage.screen(80, 21), stage.screen(120, 37));
        stage.panes.clear();
        for key in ["F7", "Ctrl+G", "Ctrl+T", "Ctrl+Q", "F8"] {
            stage.keys(&[key]);
            println!("{}\n", stage.screen(80, 21));
            stage.panes.clear();
        }
    }
    stage.words = crate::i18n::Words::new(crate::i18n::Language::ZhCn);
    stage.keys(&[
        "F6", "Down", "Space", "1", "Tab", "1", "Tab", "2", "Tab", "Space", "F8",
    ]);
    println!("{}\n{}\n", stage.screen(80, 21), stage.screen(120, 37));
    let rows = stage.screen(80, 21);
    assert!(rows.starts_with("─ 售后单 "), "{rows}");
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
