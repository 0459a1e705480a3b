//! The figures over the sample shop, played by keys.

use chrono::NaiveDate;

use super::FiguresPane;
use crate::desk::figures::Span;
use crate::tui::jobs::{Done, Job};
use crate::tui::overlays::stage::Stage;
use crate::tui::pane::Flow;

fn day() -> NaiveDate {
    "2026-11-22".parse().unwrap()
}

/// The figures, read.
fn figures(name: &str) -> Stage {
    let mut stage = Stage::sample(name);
    stage.push(|reach| FiguresPane::new(reach.desk));
    read(&mut stage, day());
    stage
}

fn read(stage: &mut Stage, day: NaiveDate) {
    let mut done = Job::Count(day).run(&mut stage.desk, &mut |_| true);
    let mut pane = stage.panes.pop().unwrap();
    let flow = stage.with(|reach| pane.worked(&mut done, reach));
    assert!(matches!(flow, Flow::Stay));
    stage.panes.push(pane);
}

#[test]
fn every_figure_is_shown_in_every_size_with_value_and_verdict_in_words() {
    let mut stage = figures("王主管");
    let seen = stage.screen(120, 37);
    for part in [
        "指标",
        "全店",
        "咨询量",
        "转定率",
        "重复投诉率",
        "日 11/22",
        "周 11/16..11/22",
        "月 2026/11",
        "不知道",
        "达",
        "每小时咨询",
        "每个人",
        "林晓",
    ] {
        assert!(seen.contains(part), "{part} in\n{seen}");
    }
    let seen = stage.screen(80, 21);
    for part in ["咨询量", "日 11/22", "月 2026/11", "目标", "#"] {
        assert!(seen.contains(part), "{part} in\n{seen}");
    }
    let seen = stage.screen(60, 17);
    assert!(
        seen.contains("咨询量") && seen.contains("日 11/22"),
        "{seen}"
    );
    stage.draw_everywhere();
    stage.keys(&["Ctrl+E", "End"]);
    stage.draw_everywhere();
}

#[test]
fn the_formula_stands_in_words_and_what_nobody_knows_says_what_would_bring_it() {
    let mut stage = figures("林晓");
    stage.keys(&["Down", "Down", "Ctrl+E"]);
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("次日结束前下单") && seen.contains("target_consult_to_order"),
        "{seen}"
    );
    stage.keys(&["Home", "PgDn", "Up", "Up", "Ctrl+E"]);
    let seen = stage.screen(80, 21);
    assert!(seen.contains("要话务记录"), "{seen}");
    stage.keys(&["Enter"]);
    assert!(
        stage.message().contains("要话务记录"),
        "{}",
        stage.message()
    );
}

#[test]
fn enter_opens_what_is_counted_its_numerator_and_a_record() {
    let mut stage = figures("王主管");
    stage.keys(&["3", "Down", "Down", "Down", "Enter"]);
    let seen = stage.screen(120, 37);
    assert!(seen.contains("付款率  全店  2026-11  分母"), "{seen}");
    let count = |seen: &str| {
        let line = seen
            .lines()
            .find(|line| line.contains("付款率"))
            .unwrap()
            .to_owned();
        let digits = line
            .split_whitespace()
            .filter_map(|word| word.parse::<usize>().ok());
        digits.max().unwrap()
    };
    let whole = count(&seen);
    stage.keys(&["Tab"]);
    let seen = stage.screen(120, 37);
    assert!(seen.contains("分子") && count(&seen) < whole, "{seen}");
    stage.draw_everywhere();
    stage.keys(&["Enter"]);
    assert_eq!(stage.panes.len(), 3, "{}", stage.screen(80, 21));
    stage.keys(&["Esc", "Esc"]);
    assert!(stage.screen(80, 21).contains("咨询量"));
}

#[test]
fn keys_turn_to_other_people_spans_and_days() {
    let mut stage = figures("陈立");
    let whose = |stage: &Stage| stage.screen(80, 21);
    assert!(whose(&stage).contains("全店"));
    stage.keys(&["Tab"]);
    assert!(whose(&stage).contains("本人"));
    stage.keys(&["Tab"]);
    assert!(whose(&stage).contains("本组"));
    stage.keys(&["Right"]);
    assert!(stage.message().contains("还没到"), "{}", stage.message());
    // Another day is read beside the person.
    stage.holds_work = true;
    stage.keys(&["Left"]);
    let before = Span::Day.before(day());
    assert_eq!(stage.waiting(), [Job::Count(before)]);
    assert!(stage.screen(80, 21).contains("正在数 2026-11-21"));
    // What was read for another day is not shown for this one.
    read(&mut stage, day());
    assert!(stage.screen(80, 21).contains("正在数"));
    read(&mut stage, before);
    assert!(stage.screen(80, 21).contains("日 11/21"));
    stage.forget_work();
    stage.keys(&["2", "Left"]);
    assert_eq!(stage.waiting(), [Job::Count("2026-11-15".parse().unwrap())]);
    // Left before it came, it is not read.
    stage.keys(&["Esc"]);
    assert!(stage.waiting().is_empty());
}

#[test]
fn reading_that_is_stopped_closes_the_screen() {
    let mut stage = Stage::sample("王主管");
    stage.push(|reach| FiguresPane::new(reach.desk));
    let mut done = Job::Count(day()).run(&mut stage.desk, &mut |_| false);
    assert!(matches!(
        done,
        Done::Counted {
            facts: Some(Ok(None)),
            ..
        }
    ));
    let mut pane = stage.panes.pop().unwrap();
    let flow = stage.with(|reach| pane.worked(&mut done, reach));
    assert!(matches!(flow, Flow::Close));
}

#[test]
fn the_report_is_written_into_a_folder_and_the_board_knows() {
    let mut stage = figures("王主管");
    let folder = tempfile::tempdir().unwrap();
    let duty = |stage: &Stage| {
        let board = stage.desk.board().unwrap();
        let mut duties = board.duties.into_iter();
        let report =
            duties.find(|duty| matches!(duty.kind, crate::desk::board::DutyKind::Report(_)));
        report.unwrap().done
    };
    assert!(!duty(&stage));
    stage.keys(&["Ctrl+O"]);
    stage.keys(&["Backspace"; 120]);
    stage.paste(&folder.path().display().to_string());
    stage.keys(&["Enter"]);
    let mut names: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let wanted = ["report-day-2026-11-22.html", "report-day-2026-11-22.xlsx"];
    assert_eq!(names, wanted, "{}", stage.message());
    assert!(duty(&stage));
}
