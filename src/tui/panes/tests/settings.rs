//! The settings, changed by keys.

use crate::config::Config;
use crate::tui::overlays::stage::Stage;
use crate::tui::panes::settings::SettingsPane;

#[test]
fn settings_are_listed_with_where_they_come_from_and_changed() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("config.toml");
    std::fs::write(&file, "# mine\n[lock]\nminutes = 9 # short\n").unwrap();
    let mut stage = Stage::new();
    stage.configure(Config::load(Some(&file)).unwrap());
    stage.with(|reach| reach.desk.set_setting("cutoff", "16:30").unwrap());
    stage.with(|_| ());
    let open = SettingsPane::new;
    let pane = stage.with(|reach| open(reach.desk, reach.words, reach.config).unwrap());
    stage.push(|_| Ok(pane));
    stage.draw_everywhere();
    let seen = stage.screen(80, 24);
    for said in ["文件第 3 行", "默认", "16:30", "全店，"] {
        assert!(seen.contains(said), "{said}\n{seen}");
    }
    // One of some: by a menu, and it holds at once.
    stage.keys(&["Enter"]);
    assert!(stage.screen(80, 24).contains("English"));
    stage.keys(&["4"]);
    assert!(
        stage.screen(80, 24).contains("Settings"),
        "{}",
        stage.screen(80, 24)
    );
    // A number: typed, and a wrong one is told.
    let label = stage.words.get("setting-folder-path").to_string();
    stage.keys(&["End"]);
    let is_under_cursor = |stage: &Stage| {
        let seen = stage.screen(80, 24);
        let row = seen.lines().find(|row| row.contains(&label));
        row.is_some_and(|row| row.contains('>'))
    };
    let mut left = 60;
    while !is_under_cursor(&stage) {
        stage.keys(&["Up"]);
        left -= 1;
        assert!(left > 0, "{}", stage.screen(80, 24));
    }
    stage.keys(&["Enter"]);
    stage.text("/no/where");
    stage.keys(&["Enter", "Up", "Enter"]);
    stage.text("soon");
    stage.keys(&["Enter"]);
    assert!(stage.message().contains("0-1440"), "{}", stage.message());
    stage.keys(&["Backspace"; 20]);
    stage.text("30");
    stage.keys(&["Enter"]);
    let kept = std::fs::read_to_string(&file).unwrap();
    assert_eq!(
        kept,
        "language = \"en\"\n# mine\n[lock]\nminutes = 30 # short\n\n[folder]\npath = \"/no/where\"\n"
    );
    // One of the shop: into the log, checked as the shop's facts are.
    stage.keys(&["Down", "Down", "Enter"]);
    stage.text("late");
    stage.keys(&["Enter"]);
    assert!(stage.message().contains("late"), "{}", stage.message());
    stage.keys(&["Backspace"; 20]);
    stage.text("10:00-22:00");
    stage.keys(&["Enter"]);
    assert_eq!(stage.desk.shop_facts().unwrap().hours, "10:00-22:00");
    stage.draw_everywhere();
}

#[test]
fn a_limit_in_working_days_says_how_far_holidays_are_announced() {
    let mut stage = Stage::new();
    let open = SettingsPane::new;
    let pane = stage.with(|reach| open(reach.desk, reach.words, reach.config).unwrap());
    stage.push(|_| Ok(pane));
    // The limit on a ticket stands above the two rows of days.
    stage.keys(&["End", "Up", "Up", "Enter"]);
    stage.text("2h");
    stage.keys(&["Enter"]);
    assert_eq!(stage.message(), "别的部门多久内回 全店改好了，从现在起算");
    stage.keys(&["Enter"]);
    stage.text("3wd");
    stage.keys(&["Enter"]);
    let said = "节假日只公布到 2026 年底，以后的在下面写";
    assert!(stage.message().contains(said), "{}", stage.message());
    stage.keys(&["Down", "Enter"]);
    stage.text("2027-02-30");
    stage.keys(&["Enter"]);
    assert!(stage.message().contains("看不懂"), "{}", stage.message());
    stage.keys(&["Backspace"; 10]);
    stage.text("2027-02-06..2027-02-12");
    stage.keys(&["Enter", "Up", "Enter"]);
    stage.text("4wd");
    stage.keys(&["Enter"]);
    let seen = stage.screen(80, 40);
    assert!(
        seen.contains("4wd") && seen.contains("2027-02-06..2027-02-12"),
        "{seen}"
    );
    // Taken back, the usual limit holds.
    stage.keys(&["Enter"]);
    stage.text("-");
    stage.keys(&["Enter"]);
    assert_eq!(stage.desk.setting("limit_ticket").unwrap().unwrap(), "");
    let seen = stage.screen(80, 40);
    assert!(
        !seen.contains("4wd") && seen.contains("2027-02-06..2027-02-12"),
        "{seen}"
    );
}
