//! The acts of a shift (ux 9.2 and 14) in the real program, in a terminal, by keys, with
//! Chinese typed: what a person presses, and what the store holds afterwards.
#![cfg(unix)]
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/mod.rs"]
mod support;

#[path = "support/sample.rs"]
mod sample;

use sample::{CHAT, TWO_LINES, UNKNOWN, carry, colleague, shop};
use serde_json::Value;
use support::{DrillDesk, Terminal};
use zhiban::store::Store;

/// The only record of a register, whole.
fn only(desk: &DrillDesk, register: &str) -> Value {
    let rows = desk.json(&["list", register]);
    assert_eq!(rows.len(), 1, "one {register}: {rows:?}");
    show(desk, rows[0]["id"].as_str().unwrap())
}

fn show(desk: &DrillDesk, id: &str) -> Value {
    desk.json(&["show", id]).remove(0)
}

fn ready(desk: &DrillDesk, columns: u16, rows: u16) -> Terminal {
    let mut terminal = desk.open(columns, rows);
    terminal.wait_for("F12切屏");
    terminal
}

/// Esc, and so long a rest that a digit after it is itself again.
fn leave(terminal: &mut Terminal) {
    terminal.press("Esc");
    std::thread::sleep(std::time::Duration::from_millis(1_200));
}

/// Opens the chat of a buyer by pasting it.
fn with_chat(terminal: &mut Terminal) {
    terminal.press("F2").wait_for("登记 F2");
    terminal.paste(CHAT).wait_for("新 5 句");
    terminal.press("Enter").wait_for("已归入");
}

/// The lines, the register and kind that each must become, and whether something about it is
/// not certain, so that a warning must be in sight.
const LINES: [(&str, &str, Option<&str>, bool); 20] = [
    (
        "春天里 改颜色 雾霾蓝换灰 4031902847193527741 今天",
        "note",
        Some("attribute"),
        false,
    ),
    (
        "橘子 改地址 示例路8号 4031902847193529999",
        "note",
        Some("address"),
        false,
    ),
    (
        "小鹿 指定快递 顺丰 4031902847193516613",
        "note",
        Some("courier"),
        false,
    ),
    (
        "雨后 发票抬头 示例科技有限公司 尾2209",
        "note",
        Some("invoice_title"),
        false,
    ),
    (
        "大伟 贺卡 生日快乐 4031902847193526620",
        "note",
        Some("greeting_card"),
        false,
    ),
    (
        "小满 先别发 4031902847193523019",
        "note",
        Some("hold"),
        false,
    ),
    (
        "张扬 退货 尺寸不合 4031902847193525959",
        "case",
        Some("return_refund"),
        false,
    ),
    (
        "安心 仅退款 129元 4031902847193516613",
        "case",
        Some("refund_only"),
        false,
    ),
    (
        "木木 补发 锅盖 4031902847193529610",
        "case",
        Some("reship"),
        false,
    ),
    (
        "老张 补差18元 4031902847193523318",
        "case",
        Some("price_difference"),
        false,
    ),
    ("阳光小屋 承诺 20:00 前回电", "promise", None, false),
    ("夜猫子 投诉 面料与描述不符", "complaint", None, false),
    (
        "木子李 没收到 YT1234567890123",
        "follow_up",
        Some("urge"),
        true,
    ),
    (
        "爱吃鱼的猫 回电 18:30",
        "follow_up",
        Some("callback"),
        false,
    ),
    (
        "提醒 明早 给老顾回访结果",
        "follow_up",
        Some("reminder"),
        false,
    ),
    ("t**3 问怎么还没到", "conversation", None, true),
    ("凉白开 差评 色差严重", "review", Some("bad"), false),
    ("灰色四件套 缺货 12/01", "stock_out", None, true),
    (
        "山药 快递丢了 SF1234567890123",
        "parcel",
        Some("lost"),
        false,
    ),
    (
        "浅浅 页面错 尺寸写反了",
        "ticket",
        Some("page_issue"),
        false,
    ),
];

#[test]
fn twenty_lines_become_twenty_records() {
    let desk = shop("林晓");
    let mut terminal = ready(&desk, 80, 24);
    let mut before = desk.json(&["verify"])[0]["records"].as_i64().unwrap();
    let mut most = 0;
    for (line, register, kind, uncertain) in LINES {
        terminal.press("F2").wait_for("登记 F2");
        terminal.type_text(line).wait_for("内容");
        let screen = terminal.text();
        let warns = screen.contains("注意");
        assert!(warns || !uncertain, "nothing warns of «{line}»:\n{screen}");
        let rows = desk.json(&["list", register]).len();
        terminal.press("Enter").wait_gone("登记 F2");
        let keys = terminal.count_keys() - line.chars().count();
        most = most.max(keys);
        let listed = desk.json(&["list", register]);
        assert_eq!(
            listed.len(),
            rows + 1,
            "«{line}» is no {register}:\n{}",
            terminal.text()
        );
        if let Some(kind) = kind {
            let kinds: Vec<Value> = listed
                .iter()
                .map(|row| show(&desk, row["id"].as_str().unwrap())["fields"].take())
                .flat_map(|of| ["kind", "level", "problem"].map(|name| of[name].clone()))
                .collect();
            assert!(kinds.contains(&Value::from(kind)), "«{line}»: {kinds:?}");
        }
        let records = desk.json(&["verify"])[0]["records"].as_i64().unwrap();
        assert!(records > before, "«{line}»");
        before = records;
        // The next step of it is left for later.
        terminal
            .press("Esc")
            .press("F1")
            .wait_for("命令 F1")
            .press("Esc")
            .wait_gone("命令 F1");
        terminal.count_keys();
    }
    println!("at most {most} keys beyond the text");
    assert!(most <= 3);
    terminal.press("Ctrl+Q").wait_for("1 离席").press("5");
    assert!(terminal.ended());
    assert_eq!(desk.json(&["verify"])[0]["clean"], true);
}

#[test]
fn finding_and_opening() {
    let desk = shop("林晓");
    let mut terminal = ready(&desk, 80, 24);
    terminal.press("F3").wait_for("查找 F3");
    terminal.paste(TWO_LINES).wait_for("小鹿");
    terminal.press("Enter").wait_for("雪平锅");
    assert_eq!(terminal.count_keys(), 2, "and the paste");
    // The last four, and nothing found: offered to be recorded.
    terminal.press("Esc").press("F3").wait_for("查找 F3");
    terminal.type_text("7741").wait_for("春天里");
    terminal.press("Esc").wait_gone("查找 F3");
    terminal
        .press("F3")
        .wait_for("查找 F3")
        .type_text("没有这个人")
        .wait_for("F2 登记成新的");
    terminal
        .press("Enter")
        .wait_for("登记 F2")
        .wait_for("没有这个人");
}

#[test]
fn a_chat_is_pasted_once_and_replied_to() {
    let desk = shop("林晓");
    let mut terminal = ready(&desk, 80, 24);
    terminal.press("F2").wait_for("登记 F2");
    terminal.paste(CHAT).wait_for("新 5 句");
    let seen = terminal.text();
    assert!(seen.contains("我方  林晓      买家  春天里"), "{seen}");
    assert!(seen.contains("事由  指定快递"), "{seen}");
    terminal.press("Enter").wait_for("已归入：新 5 句");
    assert_eq!(terminal.count_keys(), 2, "and the paste");
    terminal.press("F2").wait_for("登记 F2");
    terminal.paste(CHAT).wait_for("新 0，已有 5");
    terminal.press("Enter").wait_gone("粘贴聊天");
    let talk = only(&desk, "conversation");
    let said = |talk: &Value| {
        let entries = talk["timeline"].as_array().unwrap();
        entries
            .iter()
            .filter(|entry| entry["verb"] == "say")
            .count()
    };
    assert_eq!(said(&talk), 5, "{talk}");
    assert_eq!(talk["owner"], "林晓", "who pastes it has claimed it");

    // A reply by its letters, to the clipboard and into the log.
    terminal.count_keys();
    terminal
        .press("F4")
        .wait_for("话术 F4")
        .type_text("thyf")
        .wait_for("退货运费");
    terminal.press("F9").wait_gone("话术 F4");
    assert!(terminal.count_keys() <= 6);
    let copied = terminal.clipboard().unwrap();
    assert!(!copied.is_empty() && !copied.contains('{'), "{copied}");
    let talk = only(&desk, "conversation");
    assert_eq!(said(&talk), 6);
    assert!(
        talk.to_string()
            .contains(&copied.lines().next().unwrap().replace('"', "\\\""))
    );

    // One with a gap stays out of the clipboard, until its value is chosen.
    terminal
        .press("F4")
        .wait_for("话术 F4")
        .type_text("thtk")
        .wait_for("退货退款 步骤");
    terminal.press("F9").wait_for("退货地址");
    assert_eq!(
        terminal.clipboard().unwrap(),
        copied,
        "nothing was copied with a gap"
    );
    terminal.press("Esc").wait_gone("话术 F4");

    // A draft of two lines, typed, undone, copied.
    terminal
        .type_text("您好，已为您备注")
        .press("Enter")
        .type_text("请放心")
        .wait_for("请放心");
    terminal.press("Ctrl+Z").wait_gone("请放心");
    terminal
        .type_text("请稍等，好吗？")
        .press("F9")
        .wait_for("已交给终端");
    assert_eq!(
        terminal.clipboard().unwrap(),
        "您好，已为您备注\n请稍等，好吗？"
    );
    assert_eq!(said(&only(&desk, "conversation")), 7);
}

#[test]
fn a_draft_survives_a_kill() {
    let desk = shop("林晓");
    let mut terminal = ready(&desk, 80, 24);
    with_chat(&mut terminal);
    terminal
        .type_text("还没写完的一句")
        .wait_for("还没写完的一句");
    std::thread::sleep(std::time::Duration::from_millis(1_000));
    terminal.kill();
    let mut terminal = ready(&desk, 80, 24);
    terminal.press("Enter").wait_for("还没写完的一句");
}

#[test]
fn remarks_finish_undo_and_views() {
    let desk = shop("林晓");
    colleague(&desk, "王主管");
    let mut terminal = ready(&desk, 80, 24);
    with_chat(&mut terminal);
    terminal.count_keys();
    terminal
        .press("Ctrl+T")
        .wait_for("内部")
        .type_text("@王主管 麻烦看一下")
        .press("F8");
    terminal.wait_for("内部");
    let mention = only(&desk, "follow_up");
    assert_eq!(mention["fields"]["kind"], "mention");
    assert_eq!(mention["owner"], "王主管");
    // Undone: nobody is mentioned.
    leave(&mut terminal);
    terminal.press("Ctrl+Z").wait_for("已撤销 ");
    assert!(
        desk.json(&["list", "follow_up"])
            .iter()
            .all(|row| row["void"] == true)
    );
    // Finished with the digit of its outcome.
    terminal.press("Enter").wait_for("草稿 >");
    terminal.count_keys();
    terminal
        .press("F8")
        .wait_for("完成 春天里")
        .press("6")
        .wait_gone("完成 春天里");
    assert_eq!(terminal.count_keys(), 2);
    let talk = only(&desk, "conversation");
    assert_eq!(
        (&talk["state"], &talk["fields"]["outcome"]),
        (&"closed".into(), &"solved".into())
    );
    leave(&mut terminal);
    // Views by digit, also typed full-width under an input method.
    terminal.press("2").wait_for("[2临期0]");
    terminal.type_text("３").wait_for("[3我的0]");
    terminal.press("0").wait_gone("[3我的0]");
    terminal.type_text("u").wait_for("撤销");
    assert_eq!(only(&desk, "conversation")["state"], "open");
}

#[test]
fn moving_claiming_and_handing_on() {
    let desk = shop("林晓");
    colleague(&desk, "何静");
    for line in [
        "夜猫子 投诉 面料不符 18:00",
        "老张 回电 18:30",
        "小满 承诺 20:00 前给答复",
    ] {
        desk.ok(&["capture", line, "--yes"]);
    }
    let complaint = desk.json(&["list", "complaint"]).remove(0);
    let id = complaint["id"].as_str().unwrap().to_owned();
    desk.ok(&[
        "transfer",
        &id,
        "--to",
        "after_sales",
        "--reason",
        "after_sales",
    ]);
    let mut terminal = ready(&desk, 80, 24);
    terminal
        .wait_for(">急 投诉")
        .press("Down")
        .wait_for(">急 回电")
        .press("Up")
        .wait_for(">急 投诉");
    terminal
        .type_text("j")
        .wait_for(">急 回电")
        .type_text("k")
        .wait_for(">急 投诉");
    // Nobody's: taken by a key.
    terminal.type_text("c").wait_for("接下了");
    assert_eq!(show(&desk, &id)["owner"], "林晓");
    // Opened; the next one from the draft.
    terminal
        .press("Enter")
        .wait_for("草稿 >")
        .press("Ctrl+N")
        .wait_for("回电")
        .press("Esc");
    // To whom, why, done: four keys.
    terminal.press("Home").wait_for(">急 投诉").count_keys();
    terminal
        .press("Ctrl+G")
        .wait_for("给谁")
        .press("6")
        .wait_for("原因")
        .press("1")
        .press("Enter");
    terminal.wait_gone("给谁");
    assert_eq!(terminal.count_keys(), 4);
    let handed = show(&desk, &id);
    assert_eq!(
        (&handed["owner"], &handed["first_owner"]),
        (&"何静".into(), &"林晓".into())
    );
}

#[test]
fn what_is_escalated_on_the_command_line_stays_its_owners() {
    let desk = shop("林晓");
    let id = desk.json(&["capture", "夜猫子 投诉 面料不符 18:00", "--yes"])[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let nobody = desk.run(&["escalate", &id, "买家要见主管"]);
    assert_eq!(nobody.status.code(), Some(1), "there is nobody above");
    colleague(&desk, "何静");
    desk.ok(&["escalate", &id, "买家要见主管"]);
    let shown = show(&desk, &id);
    assert_eq!(shown["owner"], "林晓");
    assert_eq!(shown["fields"]["escalated"], "supervisor", "{shown}");
    let told = shown.to_string();
    assert!(told.contains("@何静 买家要见主管"), "{told}");
}

#[test]
fn promises_reminders_and_rest() {
    let desk = shop("林晓");
    let mut terminal = ready(&desk, 80, 24);
    with_chat(&mut terminal);
    terminal
        .press("F7")
        .wait_for("做什么")
        .press("1")
        .wait_for("内容");
    terminal
        .type_text("今晚给灰色到货时间")
        .press("Down Down 3");
    terminal.wait_gone("做什么");
    let promise = only(&desk, "promise");
    assert_eq!(promise["due"], "2026-11-22T10:00:00Z", "{promise}");
    assert_eq!(promise["owner"], "林晓");
    // Under an input method the digits may be full-width.
    terminal.count_keys();
    terminal
        .press("F7")
        .wait_for("做什么")
        .type_text("２")
        .wait_for("何时")
        .press("4");
    terminal.wait_gone("何时");
    assert_eq!(terminal.count_keys(), 3, "F7, what, when");
    assert_eq!(only(&desk, "follow_up")["fields"]["kind"], "reminder");
    // Out of sight until the morning, from the list, by Del.
    leave(&mut terminal);
    let waiting = desk.json(&["list", "todo"]).len();
    terminal
        .press("Home Del")
        .wait_for("(3搁置)")
        .press("4")
        .wait_gone("(3搁置)");
    assert_eq!(
        desk.json(&["list", "todo"]).len(),
        waiting - 1,
        "{}",
        terminal.text()
    );
}

#[test]
fn a_refund_on_one_screen_takes_twelve_keys() {
    let desk = shop("林晓");
    let mut terminal = ready(&desk, 80, 24);
    terminal
        .press("F3")
        .wait_for("查找 F3")
        .paste(TWO_LINES)
        .wait_for("小鹿")
        .press("Enter");
    terminal.wait_for("雪平锅").count_keys();
    terminal.press("F6").wait_for("售后单 新");
    terminal.press("Down Space 1 Tab 1 Tab 2 Tab Space");
    terminal
        .wait_for("实付 277.00 - 已退 0.00 - 他退 0.00 - 本单 129.00 = 余 148.00")
        .wait_for("─ 齐 ─");
    terminal.press("F8").wait_for("已提交");
    let keys = terminal.count_keys();
    println!("refund: {keys} keys");
    assert!(keys <= 12);
    let case = only(&desk, "case");
    assert_eq!(case["state"], "submitted");
    assert_eq!(case["fields"]["amount"]["minor"], 12_900);
    assert_eq!(case["fields"]["fault"], "buyer");
    // The sentence that reads it back to the buyer.
    terminal.press("F9").wait_for("已交给终端");
    assert!(terminal.clipboard().unwrap().contains("129.00"));
}

#[test]
fn an_address_change_on_an_order_that_is_not_imported() {
    let (agent, printing) = (shop("林晓"), DrillDesk::new("青禾家居旗舰店", "老吴"));
    carry(&printing, &agent);
    let mut terminal = ready(&agent, 80, 24);
    terminal.press("F2").wait_for("登记 F2");
    terminal.type_text(&format!(
        "橘子 改地址 浙江省杭州市余杭区示例路8号 {UNKNOWN}"
    ));
    terminal
        .wait_for("未导入：建「待核订单」")
        .press("Enter")
        .wait_for("五步，不能跳");
    assert_eq!(
        agent.json(&["list", "order", "--view", "unverified"]).len(),
        1
    );
    terminal
        .press("Space")
        .wait_for("已 1 后台改好")
        .press("Space")
        .wait_for("已 2 插旗");
    terminal.press("F9").wait_for("已交给终端");
    let copied = terminal.clipboard().unwrap();
    assert!(
        copied.contains("示例路8号"),
        "the buyer confirms it: {copied}"
    );
    terminal
        .press("Space")
        .wait_for("已 3 客户确认")
        .press("Space")
        .wait_for("已 4 告知打单");
    terminal.press("F8").wait_gone("五步，不能跳");
    let note = only(&agent, "note");
    assert_eq!(note["state"], "told", "{note}");

    // Printing acknowledges on its own desk, and the agent's desk hears of it.
    carry(&agent, &printing);
    let mut table = ready(&printing, 80, 24);
    table
        .press("F12")
        .wait_for("去打单台")
        .press("3")
        .wait_for("未签收");
    table
        .wait_for("示例路8号")
        .press("Space")
        .wait_for("已签 1");
    drop(table);
    carry(&printing, &agent);
    assert_eq!(only(&agent, "note")["state"], "acknowledged");

    // The next export brings the order.
    let export = agent.file("orders.csv");
    let table = format!(
        "订单编号,买家会员名,订单状态,买家实付金额,订单创建时间,订单付款时间,宝贝标题,宝贝数量\n\
         {UNKNOWN},橘子,待发货,88.00,2026-11-22 15:20,2026-11-22 15:21,灯,1\n"
    );
    std::fs::write(&export, table).unwrap();
    agent.ok(&[
        "import",
        &export.display().to_string(),
        "--exported-at",
        "2026-11-22 15:40",
    ]);
    assert!(
        agent
            .json(&["list", "order", "--view", "unverified"])
            .is_empty()
    );
}

#[test]
fn under_an_input_method_and_without_function_keys() {
    let desk = shop("林晓");
    let mut terminal = ready(&desk, 80, 24);
    with_chat(&mut terminal);
    // 、 where / is: the picker opens in an empty draft, and is text in one that has begun.
    terminal
        .type_text("、")
        .wait_for("话术 F4")
        .press("Esc")
        .wait_gone("话术 F4");
    terminal.type_text("好的、").wait_for("好的、");
    // Esc and a digit, Alt and a digit: function keys.
    terminal
        .press("Esc")
        .type_text("3")
        .wait_for("查找 F3")
        .press("Esc")
        .wait_gone("查找 F3");
    std::thread::sleep(std::time::Duration::from_millis(1_200));
    terminal
        .press("Alt+2")
        .wait_for("登记 F2")
        .press("Esc")
        .wait_gone("登记 F2");
    std::thread::sleep(std::time::Duration::from_millis(1_200));
    // Money as an input method types it: full-width digits, a Chinese full stop.
    terminal
        .press("F3")
        .wait_for("查找 F3")
        .paste(TWO_LINES)
        .wait_for("小鹿")
        .press("Enter");
    terminal
        .wait_for("雪平锅")
        .press("Alt+6")
        .wait_for("售后单 新");
    terminal
        .press("Down Space 1")
        .press("Tab")
        .type_text("１")
        .press("Tab")
        .type_text("２");
    terminal.press("Down Down").type_text("").wait_for("129.00");
    terminal.press("Tab Space F8").wait_for("已提交");
    assert_eq!(only(&desk, "case")["fields"]["amount"]["minor"], 12_900);
}

#[test]
fn leaving_the_desk_screens_and_help() {
    let desk = shop("林晓");
    let mut terminal = ready(&desk, 80, 24);
    assert!(terminal.text().contains("同步 -"), "no folder yet");
    terminal
        .press("F1")
        .wait_for("命令 F1")
        .wait_for("列出所有命令和按键")
        .press("Esc");
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    for (digit, shown) in [
        ("3", "打单台"),
        ("4", "表格"),
        ("6", "待核与冲突"),
        ("7", "今日分工"),
        ("8", "导入"),
        ("1", "待办"),
    ] {
        terminal
            .press("F12")
            .wait_for("换屏幕")
            .press(digit)
            .wait_gone("换屏幕")
            .wait_for(shown);
        if digit == "4" {
            terminal.press("Esc");
            std::thread::sleep(std::time::Duration::from_millis(1_100));
        }
    }
    terminal.press("Ctrl+S").wait_for("都已存");
    terminal
        .press("Ctrl+Q")
        .wait_for("1 离席")
        .press("2")
        .wait_gone("1 离席");
    let presence = |desk: &DrillDesk| only(desk, "attendance")["state"].clone();
    assert_eq!(presence(&desk), "away");
    terminal
        .press("Ctrl+Q")
        .wait_for("1 离席")
        .press("Enter")
        .wait_gone("1 离席");
    assert_eq!(presence(&desk), "present");
    terminal.press("Ctrl+C").wait_for("待办");
    terminal.press("Ctrl+Q").wait_for("1 离席").press("5");
    assert!(terminal.ended(), "and Ctrl+C did not end it before");
}

#[test]
fn what_a_screen_cannot_show_is_neither_signed_nor_given_away() {
    let desk = shop("林晓");
    desk.ok(&["capture", "夜猫子 投诉 面料不符 18:00", "--yes"]);
    let sheet = [
        "handover",
        "--to",
        "after_sales",
        "--line",
        "1/if_then=若没回就升级",
        "--line",
        "1/next=等回话",
        "--line",
        "1/summary=面料不符",
        "--format",
        "xlsx",
    ];
    let [table, report] = [["export", "complaint"], ["report", "day"]];
    for words in [
        sheet.to_vec(),
        [&table[..], &["--format", "xlsx"]].concat(),
        [&report[..], &["--format", "xlsx"]].concat(),
    ] {
        let mut terminal = Terminal::start(desk.workstation(&words), 80, 24);
        terminal.wait_for("XLSX 不能显示在屏幕上");
        assert!(!terminal.ended(), "{words:?}");
    }
    assert!(desk.json(&["list", "handover"]).is_empty());
    let given = || Store::open_read_only(&desk.data()).unwrap().given();
    assert!(given().unwrap().is_empty());
    // Into a file, or to another program, it goes.
    desk.ok(&sheet);
    assert_eq!(only(&desk, "handover")["state"], "signed");
    assert_eq!(given().unwrap().len(), 1);
}

#[test]
fn a_shift_is_handed_over_and_taken() {
    let desk = shop("林晓");
    colleague(&desk, "何静");
    for line in [
        "夜猫子 投诉 面料不符 18:00",
        "小满 承诺 20:00 前给答复",
        "安心 仅退款 129元 4031902847193516613",
        "老张 回电 11/25 10:00",
        "灰色四件套 缺货 12/01",
    ] {
        desk.ok(&["capture", line, "--yes"]);
    }
    let items = desk.json(&["list", "todo", "--view", "mine"]).len();
    let mut terminal = ready(&desk, 120, 40);
    terminal
        .press("F10")
        .wait_for(&format!("{items} 件 = 待办 {items} 件"));
    // A red line without its if-then is not signed.
    terminal.press("F8").wait_for("缺若则");
    terminal.count_keys();
    terminal
        .type_text("若 19:00 没回，就升级陈立")
        .press("Enter");
    terminal.type_text("若赶不上，先打电话说明").press("Enter");
    terminal.wait_for("差 0");
    terminal
        .press("Ins")
        .type_text("圆通今天爆仓 11/24")
        .press("Enter")
        .wait_for("到 11/24");
    terminal.press("1 2").wait_for("[x] 1");
    terminal
        .press("Ctrl+G")
        .wait_for("交给谁")
        .press("Down Down Down Down Down Down Enter");
    terminal
        .wait_for("> 何静")
        .press("F8")
        .wait_for("已签名送出");
    let sheet = only(&desk, "handover");
    assert_eq!(sheet["state"], "signed");
    assert_eq!(sheet["fields"]["lines"].as_object().unwrap().len(), items);
    drop(terminal);

    let other = DrillDesk::new("青禾家居旗舰店", "何静");
    carry(&desk, &other);
    let mut terminal = ready(&other, 80, 24);
    terminal
        .press("F10")
        .wait_for("接班确认 林晓")
        .wait_for(&format!("{items} 件 已接 0"));
    terminal.press("Ctrl+A");
    while !terminal.text().contains("回执已签") {
        terminal.press("Enter");
    }
    assert_eq!(only(&other, "handover")["state"], "acknowledged");
    let mine = other.json(&["list", "todo", "--view", "mine"]);
    assert_eq!(mine.len(), items, "{mine:?}");
    let complaint = only(&other, "complaint");
    assert_eq!(
        (&complaint["owner"], &complaint["first_owner"]),
        (&"何静".into(), &"林晓".into())
    );
}

#[test]
fn a_view_of_the_shop_travels_and_ones_own_stays_ones_own() {
    let desk = shop("林晓");
    let other = colleague(&desk, "何静");
    desk.ok(&["capture", "夜猫子 投诉 面料不符 18:00", "--yes"]);
    for (name, scope) in [("投诉我看", "scope=shop"), ("我自己看", "scope=mine")] {
        let name = format!("name={name}");
        desk.ok(&["open", "view", &name, "query=登记:投诉 状态:全部", scope]);
    }
    carry(&desk, &other);
    let rows = other.json(&["list", "complaint", "--view", "投诉我看"]);
    assert_eq!(rows.len(), 1, "{rows:?}");
    let own = other.run(&["list", "complaint", "--view", "我自己看"]);
    let said = String::from_utf8_lossy(&own.stderr);
    assert_eq!(own.status.code(), Some(2), "{said}");
    assert!(
        said.contains("投诉我看"),
        "the views that there are: {said}"
    );
    // On its author's screen both are chosen by name.
    let mut terminal = ready(&desk, 80, 24);
    terminal
        .press("v")
        .wait_for("6 我自己看")
        .wait_for("7 投诉我看")
        .press("7")
        .wait_for("筛 投诉我看");
}
