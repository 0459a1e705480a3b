//! The first start, by the real program in pseudo-terminals: the owner begins a shop, an agent
//! joins it through a folder, and both sit at their desks.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::path::Path;

use portable_pty::CommandBuilder;
use support::Terminal;

/// Starts the program as somebody does who has just been given it.
fn start(home: &Path, language: &str) -> Terminal {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_zhiban"));
    for (name, value) in [
        ("HOME", home.to_owned()),
        ("XDG_CONFIG_HOME", home.join("config")),
        ("XDG_STATE_HOME", home.join("state")),
        ("XDG_DATA_HOME", home.join("data")),
    ] {
        command.env(name, value);
    }
    command.env("TERM", "xterm-256color");
    command.env("LC_ALL", language);
    command.env("SSH_TTY", "/dev/pts/0");
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "ZHIBAN_NOW", "ZHIBAN_DATA"] {
        command.env_remove(name);
    }
    Terminal::start(command, 80, 24)
}

#[test]
fn an_owner_begins_and_an_agent_joins_without_a_command_line() {
    let place = tempfile::tempdir().unwrap();
    let (shared, owner, agent) = (
        place.path().join("shared"),
        place.path().join("owner"),
        place.path().join("agent"),
    );
    for folder in [&shared, &owner, &agent] {
        std::fs::create_dir(folder).unwrap();
    }
    let shared = shared.display().to_string();

    let mut desk = start(&owner, "zh_CN.UTF-8");
    desk.wait_for("1 新店")
        .press("1")
        .wait_for("你是第一位主管");
    desk.paste("青禾家居")
        .press("Tab")
        .paste("王主管")
        .press("Tab");
    desk.press("Tab Tab").paste(&shared).press("Enter");
    desk.wait_for("恢复码").press("Enter").wait_for("还差 8 样");
    // What it lacks is told until nobody wants to be told.
    assert!(
        desk.shows("7 人") && desk.shows("同步盘"),
        "{}",
        desk.text()
    );
    desk.press("0").wait_for("还差什么");
    assert!(
        desk.shows("王主管") && desk.shows("青禾"),
        "{}",
        desk.text()
    );

    let mut other = start(&agent, "zh_CN.UTF-8");
    other.wait_for("2 加入").press("2").wait_for("主管核对号码");
    other
        .paste("小周")
        .press("Tab Tab Tab")
        .paste(&shared)
        .press("F8");
    other.wait_for("的申请已放好");
    // The program may be closed while it waits.
    other.press("Esc");
    assert!(other.ended());
    let mut other = start(&agent, "zh_CN.UTF-8");
    other.wait_for("的申请已放好");

    desk.press("F1")
        .paste("加人")
        .press("Enter")
        .wait_for("小周 的屏幕应当显示");
    let screen = other.text();
    let is_digits = |row: &&str| {
        let groups: Vec<&str> = row.split_whitespace().collect();
        groups.len() == 6 && groups.iter().all(|group| group.len() == 4)
    };
    let digits = screen
        .lines()
        .map(|row| row.trim_matches(|c: char| !c.is_ascii_digit()))
        .find(is_digits)
        .unwrap_or_else(|| panic!("no digits in\n{screen}"));
    assert!(desk.shows(digits), "{digits}\n{}", desk.text());
    desk.press("Tab Tab Space F8").wait_for("加入了");

    other.wait_for("F1帮助");
    assert!(
        other.shows("小周") && other.shows("青禾"),
        "{}",
        other.text()
    );
    other.quit();
    desk.quit();

    // And from then on straight to the desk.
    start(&agent, "zh_CN.UTF-8").wait_for("F1帮助").quit();
}

#[test]
fn an_owner_goes_through_all_steps_and_leaves_and_resumes_between() {
    let place = tempfile::tempdir().unwrap();
    let (home, shared) = (place.path().join("home"), place.path().join("shared"));
    for folder in [&home, &shared] {
        std::fs::create_dir(folder).unwrap();
    }
    let file = |name: &str, text: &str| {
        let file = place.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let replies = file(
        "replies.csv",
        "快捷短语编码,快捷短语,快捷短语分组\nkd,您的快递是{快递公司},物流\nhd,满99元减10,活动\n",
    );
    let orders = file("orders.csv", include_str!("../assets/sample/orders.csv"));
    let table = file(
        "table.csv",
        "日期,旺旺,订单号,类型,金额,处理结果\n\
         2026/11/20,春天里,4031902847193516613,退货退款,129.00,待寄回\n",
    );
    let mut desk = start(&home, "zh_CN.UTF-8");
    desk.wait_for("1 新店")
        .press("1")
        .wait_for("你是第一位主管");
    desk.paste("青禾家居")
        .press("Tab")
        .paste("王主管")
        .press("F8");
    // Step 4: the recovery code as a page to print.
    desk.wait_for("恢复码").press("2").wait_for("打印后删掉");
    assert!(home.join("zhiban-恢复码.txt").is_file());
    desk.press("Enter").wait_for("还差 9 样");
    // Step 3: the terminal, by a terminal that does everything right.
    desk.press("1").wait_for("1/5").press("1").wait_for("2/5");
    desk.press("1")
        .wait_for("3/5")
        .type_text("你好")
        .press("Enter");
    desk.wait_for("4/5").paste("第一行\n第二行").wait_for("5/5");
    desk.press("Enter").wait_for("已复制");
    assert_eq!(desk.clipboard().as_deref(), Some("值班交接"));
    desk.paste("值班交接").wait_for("看完了").press("Enter");
    desk.wait_for("还差 8 样");
    // Step 4: the shop.
    desk.press("2").wait_for("打单波次").press("Down");
    desk.type_text("09:00-23:00").press("Down Down");
    desk.type_text("10:30 16:00")
        .press("Down")
        .type_text("16:30");
    desk.press("F8").wait_for("还差 7 样");
    // Step 5: the folder, kept for the next start too.
    desk.press("3")
        .wait_for("试改名")
        .paste(&shared.display().to_string());
    desk.press("Enter").wait_for("能写、能读、能改名");
    let settings = home.join("config/zhiban/config.toml");
    let kept = std::fs::read_to_string(settings).unwrap();
    assert!(kept.contains(&shared.display().to_string()), "{kept}");
    // The program is closed in the middle, and goes on where it was left.
    desk.press("Esc").wait_gone("还差 6 样").quit();
    let mut desk = start(&home, "zh_CN.UTF-8");
    desk.wait_for("还差 6 样");
    // Step 6 and 7: replies and data come to work.
    desk.press("4").wait_for("快捷短语").paste(&replies);
    desk.wait_for("新 2").press("Enter").wait_for("2 条，2 组");
    desk.press("Enter").wait_gone("2 组").press("5");
    desk.wait_for("几个文件都行").paste(&orders);
    desk.wait_for("还没写入")
        .press("Enter")
        .wait_for("应发今天");
    desk.press("Enter").wait_gone("应发今天");
    // Step 8: the old table.
    desk.wait_for("还差：")
        .press("6")
        .wait_for("XLSX 或 CSV")
        .paste(&table);
    desk.wait_for("1 行没完")
        .press("F8")
        .wait_for("1 行成了售后单");
    desk.press("Enter").wait_for("还差：人、额度、今日分工");
    // Step 9: the limits; people come when they join.
    desk.press("8").wait_for("每单最多").type_text("30");
    desk.press("F8").wait_for("还差：人、今日分工");
    // Step 10: who works today.
    desk.press("9").wait_for("排了 0/1 人").press("Enter");
    desk.wait_for("09:00").press("F8").wait_for("排了 1/1 人");
    desk.press("Esc").wait_for("还差：人");
    desk.quit();
    assert!(
        std::fs::read_dir(&shared).unwrap().count() > 0,
        "the road goes"
    );
}

#[test]
fn the_sample_shop_is_one_key_away() {
    let place = tempfile::tempdir().unwrap();
    let mut desk = start(place.path(), "en_US.UTF-8");
    desk.wait_for("3 Look at the sample shop")
        .press("3")
        .wait_for("1/4 Change of address: F2");
    assert!(desk.shows("林晓"), "{}", desk.text());
    desk.quit();
}
