//! The figures over the sample shop, played by keys.

use chrono::NaiveDate;

use super::FiguresPane;
use crate::desk::board::DutyKind;
use crate::desk::figures::declared::figure;
use crate::desk::figures::{Facts, Span, Value, Whose};
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

/// Everything about the day.
fn facts(stage: &Stage) -> Facts {
    let days = stage.desk.days().unwrap();
    let periods = Span::ALL.map(|span| days.period(span, day()));
    stage.desk.facts(&periods, &mut |_| true).unwrap().unwrap()
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
        "周 11/16-22",
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
fn what_would_bring_the_true_value_of_a_talks_figure_stands_beside_it() {
    let mut stage = figures("林晓");
    let seen = stage.screen(80, 21);
    assert!(seen.contains("本人") && !seen.contains("全店"), "{seen}");
    assert!(seen.contains("准数看平台的客服绩效表"), "{seen}");
    let volume = seen.lines().find(|line| line.contains("咨询量 ")).unwrap();
    assert!(volume.contains("本") && !volume.contains('达'), "{seen}");
    stage.keys(&["Tab"]);
    assert!(!stage.screen(80, 21).contains("全店"), "of nobody else");
}

#[test]
fn a_row_of_a_share_of_buyers_is_one_buyer() {
    let mut stage = figures("王主管");
    for _ in 0..2 {
        let about = crate::desk::act::fields([
            ("buyer", "第二次来的".into()),
            ("stage", "pre_sales".into()),
        ]);
        crate::desk::shop_tests::unowned_talk(&mut stage.desk, about);
    }
    stage.keys(&["1"]);
    let facts = facts(&stage);
    let today = facts.days.period(Span::Day, day());
    let rate = figure("consult_to_order").unwrap();
    let Value::Rate { part, whole } = facts.reading(rate, &Whose::Shop, &today).value else {
        panic!("no share");
    };
    stage.keys(&["Down", "Down", "Enter"]);
    let title = |seen: &str| seen.lines().next().unwrap().to_owned();
    let of = |part: &str, count: u64| (part.to_owned(), format!(" {count} ─"));
    for (part, count) in [of("分母", whole), of("分子", part)] {
        let seen = title(&stage.screen(120, 37));
        assert!(seen.contains(&part) && seen.ends_with(&count), "{seen}");
        stage.keys(&["Tab"]);
    }
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
    // Of a day whose week and month were read all is there.
    stage.holds_work = true;
    stage.keys(&["Left"]);
    assert!(stage.waiting().is_empty());
    assert!(stage.screen(80, 21).contains("日 11/21"));
    // Another month is read beside the person.
    stage.keys(&["3", "Left"]);
    let before = Span::Month.before(day());
    assert_eq!(stage.waiting(), [Job::Count(before)]);
    assert!(stage.screen(80, 21).contains("正在数 2026-10-31"));
    // What was read for another day is not shown for this one, and what is being read is not
    // asked for again.
    read(&mut stage, day());
    stage.keys(&["3"]);
    assert_eq!(stage.waiting(), [Job::Count(before)]);
    assert!(stage.screen(80, 21).contains("正在数"));
    read(&mut stage, before);
    assert!(stage.screen(80, 21).contains("日 10/31"));
    stage.forget_work();
    stage.keys(&["3"]);
    assert_eq!(stage.waiting(), [Job::Count(before)], "read anew");
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
        let report = duties.find(|duty| matches!(duty.kind, DutyKind::Report(Span::Day, _)));
        report.unwrap().done
    };
    assert!(!duty(&stage));
    let period = stage.desk.days().unwrap().period(Span::Day, day());
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
    assert_eq!(stage.desk.reports(&period).unwrap().len(), 1);
    // The day's work is not over: the report of all of it is still to be written.
    assert!(!duty(&stage));
    let early = stage.desk.board().unwrap();
    assert!(
        early
            .duties
            .iter()
            .any(|duty| matches!(duty.kind, DutyKind::Report(Span::Day, Some(_))))
    );
}

#[test]
fn what_the_staff_sheet_says_is_marked_and_opens_to_its_rows_and_then_to_ours() {
    let mut stage = Stage::sample("王主管");
    let sheet = "旺旺昵称,询单人数,首次响应时长（秒),旺旺回复率\n青禾家居旗舰店:林晓,148,22,100%\n青禾家居旗舰店:周敏,52,9,99%\n青禾家居旗舰店:客服七,-,40,-\n全店汇总值,196,19,99.5%\n";
    let options = crate::desk::import::ImportOptions::default();
    let name = "客服绩效2026-11-20.csv";
    stage.desk.import(name, sheet.as_bytes(), &options).unwrap();
    stage.push(|reach| FiguresPane::new(reach.desk));
    read(&mut stage, day());
    stage.keys(&["Left", "Left"]);
    stage.draw_everywhere();
    let seen = stage.screen(120, 37);
    let volume = seen.lines().find(|line| line.contains(">咨询量")).unwrap();
    assert!(volume.contains("200 表"), "{volume}");
    for part in ["差 +", "表里全店汇总 196", "1 行缺数", "148", "0:19"] {
        assert!(seen.contains(part), "{part} in\n{seen}");
    }
    // The people's table has them too, whom the sheet knows.
    let lin = seen.lines().find(|line| line.contains("林晓")).unwrap();
    assert!(lin.contains("148 表") && lin.contains("100.00%表"), "{lin}");
    let mut beside = seen.lines().filter_map(|line| line.split('│').nth(1));
    assert!(
        beside.any(|line| line.contains(" 本 ")),
        "not in the sheet: {seen}"
    );
    stage.keys(&["Enter"]);
    let seen = stage.screen(120, 37);
    assert!(seen.contains("绩效表") && seen.contains("客服七"), "{seen}");
    assert!(!seen.contains("全店汇总值"), "a total is no agent: {seen}");
    stage.keys(&["Tab"]);
    let seen = stage.screen(120, 37);
    assert!(seen.contains("全店汇总值"), "{seen}");
    stage.keys(&["Tab"]);
    let seen = stage.screen(120, 37);
    assert!(
        !seen.contains("绩效") && !seen.contains("客服七"),
        "ours: {seen}"
    );
    stage.draw_everywhere();
}
