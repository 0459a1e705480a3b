//! What comes in and what goes across, played by keys: the one line, a pasted chat, finding,
//! replies, the handover both ways.

use super::stage::{NOW, ORDER, Stage};
use crate::domain::record::Record;
use crate::store::Query;

const CHAT: &str = "春天里 (2026-11-22 14:41:05): 亲 能换灰色吗 指定快递\n\
    春天里 (2026-11-22 14:41:35): 订单号 4031902847193527741\n\
    青禾:林晓 (2026-11-22 14:43:05): 可以的\n";

fn all(stage: &Stage, register: &'static str) -> Vec<Record> {
    let query = Query {
        registers: vec![register],
        ..Query::default()
    };
    let rows = stage.desk.store().rows(&query).unwrap();
    let record = |id| stage.desk.store().record(id).unwrap().unwrap();
    rows.into_iter().map(|row| record(row.id)).collect()
}

fn replies(stage: &mut Stage) {
    use crate::desk::import::ImportOptions;
    let file = include_bytes!("../../../assets/sample/replies.toml");
    let options = ImportOptions::default();
    stage.desk.import("replies.toml", file, &options).unwrap();
}

#[test]
fn a_line_is_recognised_corrected_and_recorded() {
    let mut stage = Stage::new();
    stage.keys(&["F2"]);
    stage.draw_everywhere();
    stage.text("春天里 投诉 色差 18:30");
    stage.draw_everywhere();
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("投诉") && seen.contains("依据「投诉」"),
        "{seen}"
    );
    // The buyer is another one, and it is to be a promise by 20:00.
    stage.keys(&["Tab"]);
    for _ in 0..3 {
        stage.keys(&["Backspace"]);
    }
    stage.text("夏天");
    stage.draw_everywhere();
    stage.keys(&["Tab"]);
    stage.draw_everywhere();
    assert!(
        stage.screen(80, 21).contains("─ 事由 ─"),
        "a menu of matters"
    );
    stage.keys(&["Esc", "Tab", "Tab", "Tab", "Tab"]);
    for _ in 0..5 {
        stage.keys(&["Backspace"]);
    }
    stage.text("无此时间");
    stage.keys(&["Enter"]);
    assert!(stage.message().contains("无此时间"), "{}", stage.message());
    for _ in 0..4 {
        stage.keys(&["Backspace"]);
    }
    stage.text("20:00");
    stage.keys(&["Enter", "Enter"]);
    let complaint = all(&stage, "complaint").remove(0);
    assert_eq!(complaint.text("buyer"), Some("夏天"));
    let due = complaint
        .value("promised_at")
        .and_then(serde_json::Value::as_i64);
    assert_eq!(
        due,
        Some(NOW + 4 * 3_600_000 + 14 * 60_000),
        "{complaint:?}"
    );
}

#[test]
fn a_paste_goes_where_it_is_told() {
    let mut stage = Stage::new();
    stage.keys(&["F2"]);
    stage.paste(CHAT);
    stage.draw_everywhere();
    stage.sees(
        80,
        21,
        &[
            "新 3 句",
            "我方  林晓      买家  春天里",
            "事由  指定快递",
            "旺旺复制",
        ],
    );
    stage.keys(&["Ctrl+X"]);
    assert!(
        stage.screen(80, 21).contains("买家  青禾:林晓"),
        "sides swapped"
    );
    stage.keys(&["Ctrl+X", "F5"]);
    let talk = all(&stage, "conversation").remove(0);
    assert_eq!(
        (talk.entries.len(), talk.text("buyer")),
        (3, Some("春天里"))
    );
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("备注 指定快递") && seen.contains("..7741"),
        "{seen}"
    );
    // A conversation of its own, on demand.
    stage.panes.clear();
    stage.keys(&["F2"]);
    stage.paste(CHAT);
    assert!(stage.screen(80, 21).contains("新 0，已有 3"));
    stage.keys(&["2"]);
    assert_eq!(all(&stage, "conversation").len(), 2);
}

#[test]
fn anything_is_found_and_nothing_becomes_a_record() {
    let mut stage = Stage::new();
    stage.keys(&["F3"]);
    stage.draw_everywhere();
    stage.text("6613");
    stage.draw_everywhere();
    assert!(
        stage.screen(80, 21).contains("小鹿"),
        "{}",
        stage.screen(80, 21)
    );
    stage.keys(&["Enter"]);
    let order = stage.desk.order_by_number(ORDER).unwrap().unwrap();
    assert_eq!(stage.shown, Some(order.id));
    stage.keys(&["F3"]);
    stage.text("查无此人");
    stage.draw_everywhere();
    stage.keys(&["F2"]);
    assert!(
        stage.screen(80, 21).contains("登记 F2"),
        "{}",
        stage.screen(80, 21)
    );
}

#[test]
fn replies_are_filtered_stacked_filled_and_copied() {
    let mut stage = Stage::new().on_order(ORDER);
    replies(&mut stage);
    stage.keys(&["F4"]);
    stage.draw_everywhere();
    stage.text("thyf");
    stage.draw_everywhere();
    assert!(
        stage.screen(120, 37).contains("编码 thyf 全中"),
        "{}",
        stage.screen(120, 37)
    );
    stage.keys(&["Ins"]);
    assert!(
        stage.screen(80, 21).contains("叠用 1"),
        "{}",
        stage.screen(80, 21)
    );
    stage.text("thbz");
    stage.draw_everywhere();
    stage.keys(&["F9"]);
    let copied = stage.copied.pop().unwrap();
    assert_eq!(
        copied.lines().count(),
        2,
        "both, one below the other: {copied}"
    );
    let order = stage.desk.order_by_number(ORDER).unwrap().unwrap();
    assert_eq!(order.entries.len(), 1, "recorded as one reply");
    // What is stacked can be dropped, and a gap keeps a reply out.
    stage.keys(&["F4"]);
    stage.text("thyf");
    stage.keys(&["Ins", "Del"]);
    assert!(!stage.screen(80, 21).contains("叠用"));
    stage.text("thtk");
    stage.keys(&["F9"]);
    assert!(
        stage.copied.is_empty() && stage.message().contains("退货地址"),
        "{}",
        stage.message()
    );
    stage.keys(&["Tab"]);
    assert!(
        stage.screen(80, 21).contains("[我的]"),
        "{}",
        stage.screen(80, 21)
    );
    stage.draw_everywhere();
}

#[test]
fn a_handover_is_filled_signed_and_taken_line_by_line() {
    let mut stage = Stage::new();
    stage.colleague("何静");
    stage.act_as("林晓");
    for line in [
        "夜猫子 投诉 面料不符 18:00",
        "老张 回电 18:30",
        "灰色四件套 缺货 12月9日",
    ] {
        let preview = stage.desk.capture_preview(line).unwrap();
        stage.desk.capture(&preview).unwrap();
    }
    stage.keys(&["F10"]);
    stage.draw_everywhere();
    assert!(
        stage
            .screen(80, 21)
            .contains("3 件 = 待办 3 件   红 1 差 1"),
        "{}",
        stage.screen(80, 21)
    );
    stage.keys(&["F8"]);
    assert!(stage.message().contains("缺若则"), "{}", stage.message());
    stage.text("若没回就升级");
    // Killed in the middle of it: what stands in the box is kept.
    stage.keep_drafts();
    stage.panes.clear();
    stage.keys(&["F10", "Tab"]);
    stage.draw_everywhere();
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("若没回就升级") && seen.contains("差 0"),
        "{seen}"
    );
    stage.keys(&["Esc"]);
    // A time of one's own, then as the item says.
    stage.keys(&["Down", "Tab", "Tab"]);
    for _ in 0..5 {
        stage.keys(&["Backspace"]);
    }
    stage.text("21:00");
    stage.keys(&["Esc"]);
    assert!(
        stage.screen(80, 21).contains("21:00"),
        "{}",
        stage.screen(80, 21)
    );
    stage.keys(&["Space"]);
    assert!(
        !stage.screen(80, 21).contains("21:00"),
        "{}",
        stage.screen(80, 21)
    );
    stage.keys(&["1", "Ins"]);
    stage.text("灰色别答应更早 12月9日");
    stage.keys(&["Enter"]);
    stage.draw_everywhere();
    assert!(
        stage.screen(80, 21).contains("到 12/09"),
        "{}",
        stage.screen(80, 21)
    );
    stage.keys(&["Ctrl+G"]);
    stage.text("6");
    assert!(
        stage.screen(80, 21).contains("> 何静"),
        "{}",
        stage.screen(80, 21)
    );
    stage.keys(&["F9"]);
    assert!(stage.copied.pop().unwrap().contains("若没回就升级"));
    stage.keys(&["F8"]);
    assert!(stage.panes.is_empty(), "{}", stage.message());
    let sheet = all(&stage, "handover").remove(0);
    assert_eq!(sheet.state, "signed");
    assert!(
        stage
            .desk
            .handover_draft(&stage.words)
            .unwrap()
            .points
            .is_empty(),
        "a new draft"
    );

    stage.act_as("何静");
    stage.keys(&["F10"]);
    stage.draw_everywhere();
    assert!(stage.screen(80, 21).contains("接班确认 林晓 > 我"));
    let seen = stage.screen(120, 37);
    println!("{seen}\n{}", stage.screen(80, 21));
    for part in [
        "注意事项",
        "又变了的",
        "来历",
        "林晓 15:46 签名",
        "缺件 0",
        "接下之后",
        "责任 林晓 > 何静",
        "回执",
        "还有 3 件",
    ] {
        assert!(seen.contains(part), "{part} in\n{seen}");
    }
    assert!(
        seen.contains("到 12/09") && stage.has_whole_line((120, 37), 62),
        "{seen}"
    );
    // The green one, then one with words, then one asked about.
    stage.keys(&["Ctrl+A"]);
    assert!(
        stage.screen(80, 21).contains("已接 1"),
        "{}",
        stage.screen(80, 21)
    );
    stage.keys(&["2"]);
    stage.draw_everywhere();
    stage.text("21:00 前回");
    stage.keys(&["Enter", "Enter"]);
    let sheet = all(&stage, "handover").remove(0);
    assert_eq!(sheet.state, "acknowledged", "{}", stage.screen(80, 21));
    stage.draw_everywhere();
    stage.keys(&["F8"]);
    assert!(stage.panes.is_empty());
    assert!(stage.desk.store().verify().unwrap().clean);
}

#[test]
fn dropped_files_are_looked_at_and_then_taken() {
    let mut stage = Stage::new();
    let orders = stage.folder().join("订单 11-22.csv");
    let table = "订单编号,买家会员名,订单状态,买家实付金额,订单创建时间\n\
                 4031902847193520001,晴天,待发货,18.00,2026-11-22 10:00\n\
                 ,没有编号,待发货,1.00,2026-11-22 10:00\n";
    std::fs::write(&orders, table).unwrap();
    let replies = stage.folder().join("replies.toml");
    std::fs::write(
        &replies,
        include_bytes!("../../../assets/sample/replies.toml"),
    )
    .unwrap();
    let known = |stage: &Stage| {
        let order = stage.desk.order_by_number("4031902847193520001");
        order.unwrap().is_some()
    };
    let dropped = format!("'{}' {}", orders.display(), replies.display());
    stage.keys(&["F2"]);
    stage.paste(&dropped);
    stage.draw_everywhere();
    stage.sees(
        80,
        21,
        &[
            "还没写入",
            "新 1 改 0 同 0 拒 1",
            "第 3 行",
            "没有编号",
            "话术",
        ],
    );
    assert!(!known(&stage), "only looked at");
    stage.keys(&["Enter"]);
    assert!(
        stage.message().contains("已导入 2 份"),
        "{}",
        stage.message()
    );
    assert!(known(&stage));
    stage.keys(&["Enter"]);
    assert!(stage.panes.is_empty());
    // A second time there is nothing new; a typed path is a path too.
    stage.keys(&["F2"]);
    stage.text(&orders.display().to_string());
    stage.keys(&["Enter"]);
    assert!(
        stage.screen(80, 21).contains("新 0 改 0 同 1 拒 1"),
        "{}",
        stage.screen(80, 21)
    );
    stage.keys(&["Esc"]);
    assert!(stage.panes.is_empty());
}

#[test]
fn a_staff_sheet_among_the_mornings_files_says_its_day_or_asks_for_it() {
    let mut stage = Stage::new();
    let table = "旺旺昵称,询单人数,首次响应时长（秒)\n青禾:林晓,148,22\n青禾:新人,9,-\n";
    let files = [
        ("客服绩效_2026-11-21.csv", table),
        ("客服绩效.csv", table),
        (
            "orders.csv",
            "订单编号,订单状态\n4031902847193520001,待发货\n",
        ),
    ];
    let paths = files.map(|(name, text)| {
        let path = stage.folder().join(name);
        std::fs::write(&path, text).unwrap();
        format!("'{}'", path.display())
    });
    stage.keys(&["F2"]);
    stage.paste(&paths.join(" "));
    stage.draw_everywhere();
    let dated = [
        "客服绩效",
        "新 2 改 0 同 0 拒 0",
        "是 2026-11-21 的",
        "新人",
    ];
    stage.sees(80, 21, &dated);
    stage.keys(&["Down"]);
    stage.sees(80, 21, &["读不了", "文件名里没有日期", "--day"]);
    stage.draw_everywhere();
    stage.keys(&["Enter"]);
    let rows = all(&stage, "performance");
    assert_eq!(rows.len(), 2);
    let days = rows.iter().map(|row| row.text("day"));
    assert!(days.into_iter().all(|day| day == Some("2026-11-21")));
    let order = stage.desk.order_by_number("4031902847193520001");
    assert!(
        order.unwrap().is_some(),
        "one that cannot be read stops none"
    );
}

#[test]
fn a_takeover_without_points_leaves_no_empty_part() {
    let mut stage = Stage::sample("林晓");
    stage.keys(&["F10"]);
    let seen = stage.screen(120, 37);
    println!("{seen}");
    assert!(
        seen.contains("接班确认 何静 > 我") && seen.contains("来历"),
        "{seen}"
    );
    let is_bare = |row: &str| row.starts_with("──────────");
    assert!(!seen.lines().any(is_bare), "{seen}");
    assert!(!seen.contains("注意事项"), "{seen}");
    // A day is whole where its time has no room.
    assert!(seen.contains("11/21 买家"), "{seen}");
    stage.draw_everywhere();
    for (width, height) in [(100, 30), (120, 37), (160, 47)] {
        assert!(
            stage.has_whole_line((width, height), 62),
            "{width}x{height}"
        );
    }
}
