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
    desk.wait_for("恢复码").press("Enter").wait_for("还差 5 样");
    // What it lacks is told until nobody wants to be told.
    assert!(
        desk.shows("4 人") && desk.shows("同步盘"),
        "{}",
        desk.text()
    );
    desk.press("7").wait_for("还差什么");
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
fn the_sample_shop_is_one_key_away() {
    let place = tempfile::tempdir().unwrap();
    let mut desk = start(place.path(), "en_US.UTF-8");
    desk.wait_for("3 Look at the sample shop")
        .press("3")
        .wait_for("F1");
    assert!(desk.shows("林晓"), "{}", desk.text());
    desk.quit();
}
