//! Acts of the desk on a real store: what a person does, and what the store holds afterwards.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use serde_json::json;
use zhiban::desk::act::fields;
use zhiban::desk::case::Request;
use zhiban::desk::note::NewNote;
use zhiban::desk::todo::View;
use zhiban::domain::register::Owner;

#[path = "support/drill.rs"]
mod drill;
use drill::{NOW, desk};

#[test]
fn a_conversation_is_answered_claimed_passed_on_and_closed() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"), "shop", "林晓");
    let id = desk.open_conversation("春天里", "chat").unwrap().record();
    let (record, _) = desk.record(id).unwrap();
    assert_eq!(record.owner, Some(Owner::Person(desk.me().unwrap().id)));
    desk.reply(id, "您好，请稍等。").unwrap();
    desk.remark(id, "看一下 @王").unwrap();
    assert!(
        desk.transfer(
            id,
            Owner::Post(zhiban::domain::register::Post::AfterSales),
            "because"
        )
        .is_err()
    );
    desk.transfer(
        id,
        Owner::Post(zhiban::domain::register::Post::AfterSales),
        "after_sales",
    )
    .unwrap();
    let (record, _) = desk.record(id).unwrap();
    assert_eq!(
        record.first_owner,
        Some(Owner::Person(desk.me().unwrap().id))
    );
    assert_eq!(record.entries.len(), 2);
    assert!(desk.close(id, "whatever").is_err());
    desk.close(id, "solved").unwrap();
    let (record, _) = desk.record(id).unwrap();
    assert_eq!(record.state, "closed");
    assert!(record.closed.is_some());
    desk.undo(None).unwrap();
    assert_eq!(desk.record(id).unwrap().0.state, "open");
    assert!(desk.store().verify().unwrap().clean);
}

#[test]
fn a_note_on_an_unknown_order_goes_through_its_five_steps() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"), "shop", "周敏");
    let new = NewNote {
        order: "4031902847193527741".into(),
        kind: "address".into(),
        new: "浙江省杭州市余杭区示例路8号".into(),
        old: Some("示例路1号".into()),
        buyer: Some("阳光小屋".into()),
        ..NewNote::default()
    };
    let note = desk.open_note(&new).unwrap().record();
    let order = desk
        .order_by_number("4031902847193527741")
        .unwrap()
        .unwrap();
    assert!(zhiban::domain::registers::order::is_unverified(&order));
    assert!(
        desk.note_step(note, "told", None).is_err(),
        "steps are taken in order"
    );
    for step in ["changed", "flagged"] {
        desk.note_step(note, step, None).unwrap();
    }
    desk.note_step(note, "confirmed", Some("对的")).unwrap();
    desk.note_step(note, "told", None).unwrap();
    let waiting = desk.todo(View::All).unwrap();
    assert_eq!(waiting.counts.unacknowledged, 1);
    desk.note_step(note, "acknowledged", None).unwrap();
    let (record, _) = desk.record(note).unwrap();
    assert_eq!(record.state, "acknowledged");
    assert_eq!(record.text("quote"), Some("对的"));
    assert!(record.text("no").is_some());
}

#[test]
fn a_refund_on_an_unverified_order_is_submitted_and_says_that_paid_is_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"), "shop", "林晓");
    let request = Request {
        order: "4031902847193516613".into(),
        about: None,
        values: fields([
            ("kind", json!("refund_only")),
            ("reason", json!("not_wanted")),
            ("fault", json!("buyer")),
            ("amount", json!({"minor": 12_900, "currency": "CNY"})),
        ]),
    };
    let case = desk.draft_case(None, &request).unwrap().record();
    assert!(
        desk.submit_case(case).is_err(),
        "the customer's read-back is missing"
    );
    desk.set_fields(case, fields([("read_back", json!(true))]))
        .unwrap();
    desk.submit_case(case).unwrap();
    let (record, _) = desk.record(case).unwrap();
    assert_eq!(record.state, "submitted");
    assert_eq!(record.value("paid_verified"), Some(&json!(false)));
    assert!(record.text("no").unwrap().starts_with("R-"));
    assert!(
        desk.draft_case(Some(case), &request).is_err(),
        "a submitted case is locked"
    );
    assert!(
        desk.approve_case(case).is_err(),
        "nobody approves their own request"
    );
}

#[test]
fn promises_reminders_and_snoozes_have_times_to_come() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"), "shop", "林晓");
    let id = desk.open_conversation("春天里", "chat").unwrap().record();
    assert!(desk.promise(id, "今天退", NOW - 1, None).is_err());
    desk.promise(id, "今天退", NOW + 3_600_000, None).unwrap();
    desk.follow_up(Some(id), "reminder", "看一下", NOW + 7_200_000)
        .unwrap();
    let todo = desk.todo(View::All).unwrap();
    assert_eq!(todo.counts.mine, 3);
    desk.snooze(id, NOW + 3_600_000).unwrap();
    assert_eq!(desk.todo(View::All).unwrap().counts.all, 2);
    assert!(
        desk.sign_out(None).is_err(),
        "open items are not handed over"
    );
    desk.sign_out(Some("主管同意")).unwrap();
    assert!(desk.me().is_err());
}

#[test]
fn twenty_lines_land_in_the_right_register_or_say_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"), "shop", "周敏");
    let order = "4031902847193527741";
    let lines: [(&str, &str, Option<&str>); 20] = [
        (
            "春天里 改地址 4031902847193527741 示例路8号",
            "note",
            Some("address"),
        ),
        (
            "春天里 换颜色 雾霾蓝换灰 4031902847193527741 今天",
            "note",
            Some("attribute"),
        ),
        (
            "木子李 发票 抬头测试公司 4031902847193527742",
            "note",
            Some("invoice_title"),
        ),
        (
            "橘子 贺卡 生日快乐 4031902847193527743",
            "note",
            Some("greeting_card"),
        ),
        ("小鹿 发顺丰 4031902847193527744", "note", Some("courier")),
        (
            "雨后 催 圆通 YT1234567890123 今天",
            "follow_up",
            Some("urge"),
        ),
        ("大伟 投诉 面料与描述不符", "complaint", None),
        ("t**3 投诉 客服态度", "complaint", None),
        ("阳光小屋 承诺 补18 今天", "promise", None),
        ("老张 回访 明早", "follow_up", None),
        ("木木 差评 一周内解释", "review", None),
        ("缺货 灰色四件套 12/20", "stock_out", None),
        ("安心 退 衣服小了 4031902847193527745", "case", None),
        ("安心 换 大一码 4031902847193527746", "case", None),
        ("橙子 回电 18:30", "follow_up", None),
        ("爱吃鱼的猫 问何时补货", "conversation", None),
        ("春天里 改地址", "follow_up", Some("reminder")),
        (
            "小鹿 仅退款 ¥129 4031902847193516613",
            "case",
            Some("refund_only"),
        ),
        ("雨后 没收到 SF1234567890123", "parcel", None),
        ("备注 赠品 4031902847193527747", "note", Some("gift")),
    ];
    for (line, register, kind) in lines {
        let preview = desk.capture_preview(line).unwrap();
        let wrong =
            preview.register.name != register || kind.is_some() && preview.kind.as_deref() != kind;
        assert!(
            !wrong || !preview.warnings.is_empty(),
            "{line}: {} {:?} without a warning",
            preview.register.name,
            preview.kind
        );
        if wrong {
            println!(
                "{line}: {} {:?} {:?}",
                preview.register.name, preview.kind, preview.warnings
            );
        }
        let done = desk.capture(&preview).unwrap();
        assert_eq!(
            desk.record(done.record()).unwrap().0.register,
            preview.register.name,
            "{line}"
        );
    }
    let order = desk.order_by_number(order).unwrap().unwrap();
    assert!(zhiban::domain::registers::order::is_unverified(&order));
    assert!(desk.store().verify().unwrap().clean);
}
