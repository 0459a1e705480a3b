//! The steps of a first run, played by keys.

mod left;
mod limits;
mod old_table;

use super::card::StartCard;
use super::folder::FolderForm;
use super::shop::ShopForm;
use super::terminal::TerminalCheck;
use crate::config::Config;
use crate::desk::start::{Need, ShopFacts};
use crate::tui::overlays::stage::Stage;

/// Empties a field of at most so many characters.
const CLEAR: [&str; 40] = ["Backspace"; 40];

fn kept(folder: &std::path::Path) -> Config {
    Config::load(Some(&folder.join("config.toml"))).unwrap()
}

/// A stage whose settings lie in a file.
fn with_file(folder: &std::path::Path) -> Stage {
    let mut stage = Stage::new();
    std::fs::write(folder.join("config.toml"), "# mine\n").unwrap();
    stage.configure(Config::load(Some(&folder.join("config.toml"))).unwrap());
    stage
}

#[test]
fn the_terminal_is_asked_and_what_it_does_is_kept() {
    let place = tempfile::tempdir().unwrap();
    let mut stage = with_file(place.path());
    stage.push(TerminalCheck::open);
    stage.draw_everywhere();
    assert!(
        stage.screen(80, 24).contains("1/5"),
        "{}",
        stage.screen(80, 24)
    );
    stage.keys(&["1"]);
    // The circles lie over each other: the other width is drawn, and asked about again.
    stage.keys(&["2"]);
    assert_eq!(
        kept(place.path()).screen.ambiguous,
        crate::text::width::Ambiguous::Wide
    );
    assert!(
        stage.screen(80, 24).contains("(1)(2)"),
        "{}",
        stage.screen(80, 24)
    );
    stage.keys(&["1"]);
    stage.draw_everywhere();
    stage.text("abc");
    stage.keys(&["Enter"]);
    assert!(
        stage.message().contains("还没有汉字"),
        "{}",
        stage.message()
    );
    stage.text("你好");
    stage.keys(&["Enter"]);
    assert!(
        stage.screen(80, 24).contains("第一行"),
        "{}",
        stage.screen(80, 24)
    );
    stage.draw_everywhere();
    // What comes as keys with an end of line in it is a paste that nobody marked.
    stage.text("第一行");
    stage.keys(&["Enter"]);
    assert_eq!(
        kept(place.path()).screen.paste,
        crate::config::Paste::Joined
    );
    stage.keys(&["Enter"]);
    let lines = stage.copied.pop().unwrap();
    stage.paste(&lines);
    stage.keys(&["Enter"]);
    assert_eq!(stage.copied.pop().as_deref(), Some("值班交接"));
    stage.text("x");
    stage.keys(&["Enter"]);
    assert_eq!(
        kept(place.path()).clipboard.road,
        crate::config::Road::Osc52
    );
    stage.keys(&["Enter"]);
    stage.paste("值班交接");
    let seen = stage.screen(80, 24);
    assert!(seen.contains("看完了") && seen.contains("已调好"), "{seen}");
    stage.draw_everywhere();
    assert!(stage.desk.lacks(true).unwrap().contains(&Need::Terminal));
    stage.keys(&["Enter"]);
    assert!(stage.panes.is_empty());
    assert!(!stage.desk.lacks(true).unwrap().contains(&Need::Terminal));
    let text = std::fs::read_to_string(place.path().join("config.toml")).unwrap();
    assert!(text.starts_with("# mine\n"), "{text}");
}

#[test]
fn every_question_can_be_passed_over_and_left() {
    let mut stage = Stage::new();
    stage.push(TerminalCheck::open);
    stage.keys(&["Tab", "Esc"]);
    assert!(stage.panes.is_empty());
    assert!(stage.desk.lacks(true).unwrap().contains(&Need::Terminal));
    stage.push(TerminalCheck::open);
    stage.keys(&["Tab", "Tab", "Tab", "Tab", "Tab"]);
    assert_eq!(stage.screen(80, 24).matches("跳过").count(), 5);
    stage.keys(&["Enter"]);
    assert!(!stage.desk.lacks(true).unwrap().contains(&Need::Terminal));
    // No road leads out: a screen of bare text is what is left.
    stage.push(TerminalCheck::open);
    stage.keys(&["2", "Tab", "Tab", "Tab"]);
    for _ in 0..3 {
        stage.text("x");
        stage.keys(&["Enter"]);
    }
    let seen = stage.screen(80, 24);
    assert_eq!(seen.matches("不对").count(), 2, "{seen}");
    stage.draw_everywhere();
}

#[test]
fn the_shop_says_what_it_keeps() {
    let mut stage = Stage::new();
    stage.push(ShopForm::open);
    stage.draw_everywhere();
    stage.keys(&["Down"]);
    stage.text("9-23");
    stage.keys(&["F8"]);
    assert!(
        stage.message().contains("9-23 看不懂"),
        "{}",
        stage.message()
    );
    stage.keys(&CLEAR);
    stage.text("09:00-23:00");
    stage.keys(&["Down", "Down"]);
    stage.text("10:30 16:00");
    stage.keys(&["Down"]);
    stage.text("16:30");
    stage.keys(&["Enter"]);
    assert!(stage.panes.is_empty(), "{}", stage.message());
    let facts = ShopFacts {
        platform: "taobao".into(),
        hours: "09:00-23:00".into(),
        day_end: String::new(),
        waves: "10:30 16:00".into(),
        cutoff: "16:30".into(),
    };
    assert_eq!(stage.desk.shop_facts().unwrap(), facts);
    // Taken up again where it was left.
    stage.push(ShopForm::open);
    assert!(stage.screen(80, 24).contains("10:30 16:00"));
}

#[test]
fn a_folder_is_tried_before_it_is_kept() {
    let place = tempfile::tempdir().unwrap();
    let mut stage = with_file(place.path());
    stage.push(|reach| Ok(FolderForm::open(reach)));
    stage.draw_everywhere();
    stage.keys(&["Enter"]);
    assert!(
        stage.message().contains("写上文件夹"),
        "{}",
        stage.message()
    );
    stage.paste("/no/such/folder");
    stage.keys(&["Enter"]);
    assert!(stage.message().contains("没有 /no"), "{}", stage.message());
    stage.keys(&CLEAR);
    stage.paste(&place.path().display().to_string());
    stage.keys(&["Enter"]);
    assert!(
        stage.message().contains("能写、能读、能改名"),
        "{}",
        stage.message()
    );
    assert_eq!(kept(place.path()).shared_folder(), Some(place.path()));
    let mut stage = Stage::new();
    stage.push(|reach| Ok(FolderForm::open(reach)));
    stage.keys(&["Down", "Space", "Enter"]);
    assert!(stage.message().contains("Ctrl+B"), "{}", stage.message());
    assert!(!stage.desk.lacks(false).unwrap().contains(&Need::Folder));
}

#[test]
fn the_card_names_what_is_lacking_and_steps_lead_back_to_it() {
    let mut stage = Stage::new();
    stage.push(StartCard::open);
    stage.draw_everywhere();
    let seen = stage.screen(80, 24);
    assert!(seen.contains("还差 8 样"), "{seen}");
    // Each row opens its step, and Esc leads back.
    for digit in ["1", "2", "3", "4", "5", "6", "8", "9"] {
        stage.keys(&[digit]);
        assert_eq!(stage.panes.len(), 2, "{digit}: {}", stage.message());
        stage.keys(&["Esc"]);
        assert_eq!(stage.panes.len(), 1, "{digit}");
    }
    for need in [Need::Terminal, Need::Shop, Need::Folder, Need::Replies] {
        stage.desk.settle_need(need).unwrap();
    }
    stage.keys(&["6", "Enter"]);
    let seen = stage.screen(80, 24);
    assert!(seen.contains("还差：人、额度、今日分工"), "{seen}");
    stage.keys(&["0"]);
    assert!(stage.panes.is_empty());
}
