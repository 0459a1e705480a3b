//! What the drawn screens say is what the records say: an act later the figure is another one.

use zhiban::desk::demo;
use zhiban::desk::import::ImportOptions;
use zhiban::desk::note::NewNote;
use zhiban::domain::register::Owner;
use zhiban::exchange::intake::Kind;
use zhiban::i18n::{Language, Words};
use zhiban::tui::dump;

use crate::shop::{Do, Visit};
use Do::{Keys, Paste, Text};

const NARROW: (u16, u16) = (80, 24);
const WIDE: (u16, u16) = (120, 40);

fn play(person: Option<&str>, size: (u16, u16), plays: &[Do]) -> Visit {
    let mut visit = Visit::new(person, Language::ZhCn, size);
    visit.play(plays);
    visit
}

fn shown(visit: &Visit, size: (u16, u16)) -> String {
    dump::text(&visit.view(size).0)
}

#[track_caller]
fn holds(shown: &str, wanted: &[&str]) {
    for words in wanted {
        assert!(shown.contains(words), "{words:?} is not in\n{shown}");
    }
}

/// An agent's wording waits for a supervisor, and takes the old one's place once published.
#[test]
fn a_reworded_reply_is_proposed_published_and_used() {
    let mut visit = play(None, NARROW, &[Keys("F4"), Text("thyf"), Keys("Ctrl+W")]);
    visit.play(&[
        Keys("Tab Down Down Down Down"),
        Keys("Ctrl+A"),
        Text("运费由我们出"),
        Keys("F8"),
    ]);
    holds(
        &shown(&visit, NARROW),
        &["已提议", "版本 1", "质量问题或错发"],
    );
}

/// A case that is within the person's limit takes from what is left of the day.
#[test]
fn what_is_granted_alone_today_is_taken_from_the_day() {
    let mut visit = play(None, WIDE, &[Keys("F3"), Text("6613"), Keys("Enter F6")]);
    holds(
        &shown(&visit, WIDE),
        &[
            "今日已用 ¥0.00",
            "本人今日余额 ¥300.00",
            "付款 ",
            "可退 ¥19.00",
            "他机在办 无",
            "王主管",
        ],
    );
    visit.play(&[
        Keys("Down Down Space Down Down Down Down Down Ctrl+A"),
        Text("19"),
        Keys("Tab Space F8"),
    ]);
    holds(&shown(&visit, WIDE), &["今日已用 ¥19.00"]);
    visit.play(&[Keys("Esc F3"), Text("4410"), Keys("Enter F6")]);
    holds(&shown(&visit, WIDE), &["本人今日余额 ¥281.00"]);
}

/// The platform's word about the refund is shown with the age of its export, and who else works
/// on the order.
#[test]
fn a_refund_of_the_platform_and_a_colleague_are_told_on_the_form() {
    let refunds = "订单编号,退款编号,买家退款金额,退款的申请时间,退款状态,退款原因\n\
        4031902847193516613,90020411,129.00,2026-11-22 12:01:00,退款待处理,多拍\n";
    let visit = {
        let mut visit = Visit::after(
            |desk| {
                let options = ImportOptions {
                    account: Some("青禾家居旗舰店".into()),
                    exported_at: Some(demo::START - 3 * 3_600_000),
                    kind: Some(Kind::Refunds),
                    ..ImportOptions::default()
                };
                let report = desk.import("refunds.csv", refunds.as_bytes(), &options);
                assert_eq!(report.unwrap().new, 1);
                let order = desk.order_by_number("4031902847193516613").unwrap();
                let me = desk.me().unwrap().clone();
                let other = desk.people().by_name("大刘").unwrap().clone();
                desk.act_as(&other);
                desk.remark(order.unwrap().id, "我在看").unwrap();
                desk.open_note(&NewNote {
                    order: "4031902847193516613".into(),
                    kind: "address".into(),
                    new: "示例路9号".into(),
                    ..NewNote::default()
                })
                .unwrap();
                desk.act_as(&me);
            },
            None,
            Language::ZhCn,
            WIDE,
        );
        visit.play(&[Keys("F3"), Text("6613"), Keys("Enter F6")]);
        visit
    };
    holds(
        &shown(&visit, WIDE),
        &["待卖家同意 (导入 12:46)", "[平台]", "他机在办 大刘"],
    );
}

/// Each line that is registered counts on, and how long it took is measured.
#[test]
fn the_one_line_counts_what_was_registered_today() {
    let mut visit = play(None, NARROW, &[Keys("F2")]);
    holds(&shown(&visit, NARROW), &["今天第 1 件", "ZB1 文本块"]);
    assert!(!shown(&visit, NARROW).contains("认出"));
    visit.play(&[Text("春天里 投诉 色差 18:30 @大刘")]);
    holds(
        &shown(&visit, NARROW),
        &["负责      大刘", "首问 林晓", "在办"],
    );
    visit.play(&[Keys("Enter F2")]);
    holds(&shown(&visit, NARROW), &["今天第 2 件"]);
}

/// A pasted chat tells what ours promised; F7 files it and records the promise; as evidence it
/// goes with the open item and into no talk.
#[test]
fn a_pasted_promise_is_recorded_and_a_paste_may_be_evidence_only() {
    let chat = "春天里 (2026-11-22 14:41:05): 能发顺丰吗\n\
        青禾家居旗舰店:周敏 (2026-11-22 14:42:05): 可以的\n\
        青禾家居旗舰店:林晓 (2026-11-22 14:46:05): 好的，今天 18:00 前发顺丰\n";
    let mut visit = play(None, NARROW, &[Keys("Enter F2"), Paste(chat)]);
    holds(
        &shown(&visit, NARROW),
        &[
            "我方  周敏 林晓",
            "时间 有",
            "承诺  「好的，今天 18:00 前发顺丰」",
            "3 只作附件",
        ],
    );
    visit.keys("F7");
    holds(
        &shown(&visit, NARROW),
        &["承诺", "好的，今天 18:00 前发顺丰"],
    );
    let mut visit = play(None, NARROW, &[Keys("Enter F2"), Paste(chat), Keys("3")]);
    let text = shown(&visit, NARROW);
    assert!(
        text.contains("已附上") && !text.contains("18:00 前发顺丰"),
        "{text}"
    );
    visit.play(&[Keys("F2"), Paste(chat)]);
    holds(&shown(&visit, NARROW), &["新 3"]);
}

/// The sheet of many lines keeps the green ones in one row until they are asked for, and says
/// who receives it and what does not agree.
#[test]
fn green_lines_stand_in_one_row_until_they_are_unfolded() {
    let mut visit = play(None, NARROW, &[Keys("F10 F10")]);
    let text = shown(&visit, NARROW);
    holds(&text, &["件 照旧", "Enter 展开", "何静", "单号 ", "没写上"]);
    visit.keys(&"Down ".repeat(40));
    let folded = shown(&visit, NARROW);
    holds(&folded, &["Enter 展开"]);
    visit.keys("Enter");
    assert!(!shown(&visit, NARROW).contains("Enter 展开"));
}

/// The printing desk counts today's orders against parcels, and a note says when the room was
/// last heard of.
#[test]
fn the_printing_desk_counts_orders_against_parcels() {
    let visit = play(Some("老吴"), NARROW, &[Keys("F12 3")]);
    let told = visit.app.desk().parcels_today().unwrap();
    assert!(told.orders > 0 && told.orders == told.with_parcel + told.without.len());
    let counted = format!(
        "订单 {}  包裹 {}  差 {}",
        told.orders,
        told.with_parcel,
        told.without.len()
    );
    holds(&shown(&visit, NARROW), &[&counted, "核对未完"]);
    let visit = play(None, WIDE, &[Keys("F3"), Text("6613"), Keys("Enter F5")]);
    holds(&shown(&visit, WIDE), &["未打印 [打单 "]);
}

/// Whoever takes over many lines sees the green ones in one row, of which shift the leaver is,
/// and by which seal and proof the sheet came.
#[test]
fn many_lines_are_taken_over_with_the_green_ones_in_one_row() {
    let mut visit = Visit::after(
        |desk| {
            let words = Words::new(Language::ZhCn);
            let mut sheet = desk.handover_draft(&words).unwrap();
            for line in &mut sheet.lines {
                line.if_then = "若没结果，就升级陈立".into();
                let due = line.due.filter(|due| *due > demo::START);
                line.due = due.or(Some(demo::START + 3_600_000));
            }
            let next = desk.people().by_name("何静").unwrap().clone();
            desk.handover_sign(&sheet, Some(Owner::Person(next.id)), &words)
                .unwrap();
            desk.sign_in(&next).unwrap();
        },
        None,
        Language::ZhCn,
        NARROW,
    );
    visit.keys("F10");
    holds(
        &shown(&visit, NARROW),
        &[
            "接班确认 早班林晓 > 我",
            "Ctrl+A 全接",
            "包 ",
            "验签通过",
            "若没结果",
        ],
    );
    visit.keys(&"Down ".repeat(40));
    visit.keys("Enter");
    let unfolded = shown(&visit, NARROW);
    assert!(!unfolded.contains("Ctrl+A 全接  未"), "{unfolded}");
    holds(&unfolded, &["已接 0"]);
}

/// One of the usual ways out is taken by its key into the box of what to do otherwise.
#[test]
fn a_usual_way_out_is_taken_by_its_key() {
    let mut visit = play(None, NARROW, &[Keys("F10 F10 Tab")]);
    holds(&shown(&visit, NARROW), &["1 先补发", "3 升级陈立"]);
    visit.keys("Alt+3 Esc");
    holds(&shown(&visit, NARROW), &["没结果，就升级陈立", "差9"]);
}
