//! What a line lacks follows what is written on it, and a time that is over is none.

use super::HandoverPane;
use crate::tui::overlays::stage::Stage;

const SIZE: (u16, u16) = (120, 37);

/// The row of the list in which this stands.
fn row(stage: &Stage, part: &str) -> String {
    let seen = stage.screen(SIZE.0, SIZE.1);
    let row = seen.lines().find(|row| row.contains(part));
    let row = row.unwrap_or_else(|| panic!("{part} in\n{seen}"));
    row.split('│').next().unwrap_or_default().to_owned()
}

#[test]
fn a_list_without_room_for_all_lines_says_which_it_shows() {
    let mut stage = Stage::sample("林晓");
    stage.push(HandoverPane::open);
    let foot = |stage: &Stage, part: &str| {
        let seen = stage.screen(80, 21);
        let row = seen.lines().find(|row| row.contains(part));
        row.unwrap_or_else(|| panic!("{part} in\n{seen}"))
            .to_owned()
    };
    assert!(foot(&stage, "Enter 展开").contains("行 1-7/13，PgDn 往下"));
    // The cursor comes to the others, and to those in the common row behind them.
    stage.keys(&["PgDn"]);
    let last = foot(&stage, "Enter 展开");
    assert!(last.contains("行 5-11/13，PgDn 往下"), "{last}");
    stage.keys(&["PgDn"]);
    let last = foot(&stage, "Enter 展开");
    assert!(
        last.starts_with('>') && last.contains("行 7-13/13，PgUp 往上"),
        "{last}"
    );
    assert!(stage.screen(80, 21).contains("13 "));
    stage.draw_everywhere();
    // With a row for each there is none behind them, and the list still says so.
    stage.keys(&["Enter"]);
    let last = foot(&stage, "/32，PgDn 往下");
    assert!(!last.contains("Enter 展开"), "{last}");
    stage.draw_everywhere();
}

#[test]
fn a_time_that_is_over_is_asked_for_anew() {
    let mut stage = Stage::sample("林晓");
    stage.push(HandoverPane::open);
    assert!(row(&stage, "黄 会话 橙子").contains("08:42 已超时"));
    stage.keys(&["Down", "Down", "Down", "Down", "Down", "Down"]);
    stage.sees(
        SIZE.0,
        SIZE.1,
        &["第 7 件 会话  橙子", "08:42  已过，改 19:00？"],
    );
    stage.draw_everywhere();
    // What is only proposed is not taken by looking at it.
    stage.keys(&["Tab", "Esc"]);
    assert!(row(&stage, "黄 会话 橙子").contains("08:42 已超时"));
    stage.keys(&["Tab", "Enter"]);
    let taken = row(&stage, "黄 会话 橙子");
    assert!(taken.contains("19:00 齐"), "{taken}");
    // Left as a draft it stands there the next time.
    stage.keys(&["Esc", "Esc"]);
    stage.push(HandoverPane::open);
    let taken = row(&stage, "黄 会话 橙子");
    assert!(taken.contains("19:00 齐"), "{taken}");
}

#[test]
fn a_way_out_ends_the_sentence_that_is_begun_and_can_be_taken_back() {
    let mut stage = Stage::sample("林晓");
    stage.push(HandoverPane::open);
    stage.keys(&["Tab"]);
    stage.text("若 19:30 没照片，就");
    let shows = |stage: &Stage, text: &str| stage.screen(SIZE.0, SIZE.1).contains(text);
    stage.keys(&["Alt+1"]);
    assert!(shows(&stage, "若 19:30 没照片，就先补发"));
    stage.keys(&["Alt+2"]);
    assert!(shows(&stage, "若 19:30 没照片，就先退款(要批)"));
    stage.keys(&["Ctrl+Z", "Ctrl+Z"]);
    let screen = stage.screen(SIZE.0, SIZE.1);
    assert!(screen.contains("若 19:30 没照片，就"), "{screen}");
    assert!(
        !screen.contains("就先补发") && !screen.contains("就先退款"),
        "{screen}"
    );
    // With nothing typed it is a sentence of its own, and another takes its place.
    stage.keys(&["Backspace"; 14]);
    stage.keys(&["Alt+1"]);
    assert!(shows(&stage, "没结果，就先补发"));
    stage.keys(&["Alt+2"]);
    assert!(shows(&stage, "没结果，就先退款(要批)"));
}

#[test]
fn a_line_is_complete_as_soon_as_the_last_of_it_is_written() {
    let mut stage = Stage::sample("林晓");
    stage.push(HandoverPane::open);
    let lacks = |stage: &Stage, part: &str| row(stage, part).contains("缺若则");
    assert!(lacks(&stage, "1 红") && lacks(&stage, "2 红"));
    stage.keys(&["Tab", "Alt+3"]);
    assert!(!lacks(&stage, "1 红"), "{}", stage.screen(SIZE.0, SIZE.1));
    stage.keys(&["Enter"]);
    stage.text("若没货，就退");
    assert!(!lacks(&stage, "2 红"), "{}", stage.screen(SIZE.0, SIZE.1));
    stage.keys(&["Backspace"; 8]);
    assert!(lacks(&stage, "2 红"), "{}", stage.screen(SIZE.0, SIZE.1));
}
