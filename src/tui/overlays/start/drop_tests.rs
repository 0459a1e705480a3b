//! What is dropped: looked at, taken, refused; looks that were stopped, and files whose turn did
//! not come.

use std::path::{Path, PathBuf};

use super::{Drop, What};
use crate::desk::import::{FileReport, ImportOptions};
use crate::exchange::intake::Kind;
use crate::problem::{Kind as Fault, Problem};
use crate::tui::jobs::{Brought, Done, FileDone, Job};
use crate::tui::overlays::import;
use crate::tui::overlays::stage::Stage;

/// A folder with two files of replies.
fn files() -> (tempfile::TempDir, [PathBuf; 2]) {
    let place = tempfile::tempdir().unwrap();
    let paths = ["一.csv", "二.csv"].map(|name| {
        let path = place.path().join(name);
        std::fs::write(&path, "快捷短语编码,快捷短语,快捷短语分组\nkd,您好,问候\n").unwrap();
        path
    });
    (place, paths)
}

fn stopped(path: &Path) -> FileDone {
    let report = FileReport {
        left: 3,
        ..FileReport::default()
    };
    (path.to_path_buf(), Ok(Brought::Rows(Box::new(report))))
}

fn shown(stage: &mut Stage, done: &mut Done) -> String {
    let mut pane = stage.panes.pop().unwrap();
    stage.with(|reach| pane.worked(done, reach));
    stage.panes.push(pane);
    stage.screen(80, 24)
}

#[test]
fn what_is_dropped_comes_to_work() {
    let place = tempfile::tempdir().unwrap();
    let replies = place.path().join("快捷短语.csv");
    std::fs::write(
        &replies,
        "快捷短语编码,快捷短语,快捷短语分组\n\
         kd,您的快递是{快递公司},物流\n\
         hd,活动到11月25日 满99元减10,活动\n\
         xx,您好{没有的变量},问候\n\
         ds,听不见 大点声,问候\n",
    )
    .unwrap();
    let mut stage = Stage::new();
    stage.push(|_| Ok(Drop::of(What::Replies)));
    stage.draw_everywhere();
    stage.keys(&["Enter"]);
    assert!(stage.message().contains("没有文件"), "{}", stage.message());
    stage.paste(&replies.display().to_string());
    assert_eq!(stage.desk.replies().unwrap().len(), 0, "only looked at");
    stage.draw_everywhere();
    stage.keys(&["Enter"]);
    stage.sees(
        80,
        24,
        &[
            "4 条，3 组",
            "1 条含禁语",
            "1 条带日期或价格",
            "1 条有认不出的变量",
        ],
    );
    stage.keys(&["Enter"]);
    assert!(stage.panes.is_empty());
    let orders = place.path().join("orders.csv");
    std::fs::write(
        &orders,
        include_bytes!("../../../../assets/sample/orders.csv"),
    )
    .unwrap();
    let refunds = place.path().join("refunds.csv");
    std::fs::write(
        &refunds,
        "退款编号,订单编号,退款状态,退款的申请时间,超时时间,买家退款金额\n\
         9001,4031902847193516613,待卖家同意,2026-11-20 10:00:00,2026-11-23 10:00:00,129.00\n\
         9002,4031902847193516613,待卖家同意,2026-11-20 10:00:00,2026-11-29 10:00:00,5.00\n",
    )
    .unwrap();
    stage.push(|_| Ok(Drop::of(What::Data)));
    stage.paste(&format!("'{}' '{}'", orders.display(), refunds.display()));
    stage.keys(&["Enter"]);
    let seen = stage.screen(80, 24);
    assert!(seen.contains("自动退款 1 笔 ¥129.00"), "{seen}");
    let found = stage.desk.found_work().unwrap();
    assert!(
        seen.contains(&format!("应发今天 {} 笔", found.ship_today)),
        "{seen}"
    );
    assert!(found.ship_today > 0 && found.timing_out == 1, "{found:?}");
    stage.draw_everywhere();
}

#[test]
fn why_files_and_lines_are_not_taken_is_said() {
    let place = tempfile::tempdir().unwrap();
    let header = "退款编号,订单编号,退款状态,退款的申请时间,超时时间,买家退款金额";
    let refunds = |number: &str| {
        format!(
            "{header}\n{number},4031902847193516613,待卖家同意,2026-11-20 10:00:00,2026-11-23 10:00:00,129.00\n"
        )
    };
    let write = |name: &str, text: &str| {
        let path = place.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("'{}' ", path.display())
    };
    let rounded = write("a.csv", &refunds("4.03E+18"));
    let unread = write("b.csv", "甲,乙\n1,2\n");
    let mut stage = Stage::new();
    stage.push(|_| Ok(Drop::of(What::Data)));
    stage.paste(&format!("{rounded}{unread}"));
    let seen = stage.screen(80, 24);
    assert!(
        seen.contains("第 2 行 退款编号：长编号被表格软件截短了"),
        "{seen}"
    );
    let options = ImportOptions {
        dry_run: true,
        ..ImportOptions::default()
    };
    let unread = stage
        .desk
        .import_file(&place.path().join("b.csv"), &options)
        .unwrap_err()
        .arg("file", "b.csv");
    let (message, hint) = stage.words.problem(&unread);
    assert!(seen.contains(&message), "{message}\n{seen}");
    let hint = hint.unwrap();
    assert!(seen.contains(&hint), "{hint}\n{seen}");
    stage.draw_everywhere();
    // Many files and many reasons: what does not fit is counted.
    let many: String = (0..5)
        .map(|n| write(&format!("{n}.csv"), &refunds(&format!("90{n}"))))
        .collect();
    stage.paste(&many);
    let seen = stage.screen(80, 24);
    assert!(
        seen.contains("3.csv") && seen.contains("还有 1 条"),
        "{seen}"
    );
    stage.draw_everywhere();
}

#[test]
fn files_are_looked_at_and_taken_beside_the_person() {
    let place = tempfile::tempdir().unwrap();
    let file = |name: &str| {
        let path = place.path().join(name);
        std::fs::write(&path, "快捷短语编码,快捷短语,快捷短语分组\nkd,您好,问候\n").unwrap();
        path
    };
    let (first, second) = (file("一.csv"), file("二.csv"));
    let mut stage = Stage::new();
    stage.push(|_| Ok(Drop::of(What::Replies)));
    stage.holds_work = true;
    stage.paste(&first.display().to_string());
    let look = Job::Preview(vec![first.clone()], Some(Kind::Replies));
    assert_eq!(stage.waiting(), std::slice::from_ref(&look));
    assert!(stage.screen(80, 24).contains("在看文件"));
    stage.keys(&["Enter"]);
    assert!(stage.message().contains("在看文件"), "{}", stage.message());
    // What is dropped meanwhile is looked at next.
    stage.paste(&second.display().to_string());
    assert_eq!(stage.waiting().len(), 1);
    stage.holds_work = false;
    stage.work();
    let seen = stage.screen(80, 24);
    assert_eq!(seen.matches("新 1 改 0").count(), 2, "{seen}");
    stage.holds_work = true;
    stage.keys(&["Enter", "Enter"]);
    let take = Job::Import(vec![first.clone(), second], Some(Kind::Replies));
    assert_eq!(stage.waiting(), [take]);
    assert_eq!(stage.desk.replies().unwrap().len(), 0);
    assert!(stage.message().contains("正在收下"), "{}", stage.message());
    stage.holds_work = false;
    stage.work();
    assert!(stage.screen(80, 24).contains("1 条，1 组"));
    assert!(stage.message().contains("已导入"), "{}", stage.message());
    // Whoever leaves stops the look.
    stage.holds_work = true;
    stage.paste(&first.display().to_string());
    stage.keys(&["Esc"]);
    assert!(stage.panes.is_empty());
    assert!(stage.waiting().is_empty(), "{:?}", stage.waiting());
}

#[test]
fn a_look_that_was_stopped_says_nothing_of_its_files_and_is_made_again_by_enter() {
    let (_place, [first, _]) = files();
    let cancelled = || Err(Problem::new(Fault::Refused, "problem-cancelled"));
    let looks = || [stopped(&first), (first.clone(), cancelled())];
    let mut stage = Stage::new();
    for kind in [Some(Kind::Replies), None] {
        for look in looks() {
            stage.panes.clear();
            stage.holds_work = true;
            let text = first.display().to_string();
            if kind.is_some() {
                stage.push(|_| Ok(Drop::of(What::Replies)));
                stage.paste(&text);
            } else {
                let pane = stage.with(|reach| import::of_pasted(&text, reach));
                stage.panes.push(Box::new(pane.unwrap()));
            }
            let job = Job::Preview(vec![first.clone()], kind);
            assert_eq!(stage.waiting(), std::slice::from_ref(&job));
            assert_eq!(stage.panes[0].waits_for().as_ref(), Some(&job));
            stage.forget_work();
            let seen = shown(&mut stage, &mut Done::Previewed(vec![look]));
            assert!(
                seen.contains("停下了") && !seen.contains("在看文件"),
                "{seen}"
            );
            assert!(!seen.contains("读不了") && !seen.contains("新 "), "{seen}");
            assert_eq!(stage.panes[0].waits_for(), None);
            stage.draw_everywhere();
            stage.keys(&["Enter"]);
            assert_eq!(stage.waiting(), [job]);
            assert!(stage.screen(80, 24).contains("在看文件"));
            stage.holds_work = false;
            stage.work();
            assert!(stage.screen(80, 24).contains("新 1 改 0"));
        }
    }
}

#[test]
fn a_look_that_was_stopped_at_its_second_file_waits_to_be_asked_again() {
    let (_place, [first, second]) = files();
    let mut stage = Stage::new();
    stage.holds_work = true;
    stage.push(|_| Ok(Drop::of(What::Replies)));
    stage.paste(&format!("'{}' '{}'", first.display(), second.display()));
    stage.forget_work();
    let whole = FileReport {
        new: 7,
        ..FileReport::default()
    };
    let seen = (first, Ok(Brought::Rows(Box::new(whole))));
    let seen = shown(
        &mut stage,
        &mut Done::Previewed(vec![seen, stopped(&second)]),
    );
    assert!(
        seen.contains("新 7 改 0") && seen.contains("停下了"),
        "{seen}"
    );
    assert!(stage.waiting().is_empty(), "it is not made by itself");
    stage.keys(&["Enter"]);
    // The other is known.
    let again = Job::Preview(vec![second], Some(Kind::Replies));
    assert_eq!(stage.waiting(), [again]);
}

#[test]
fn what_others_asked_for_is_theirs() {
    let (_place, [first, second]) = files();
    let mut stage = Stage::new();
    stage.holds_work = true;
    stage.push(|_| Ok(Drop::of(What::Replies)));
    stage.paste(&first.display().to_string());
    let mut done = Done::Previewed(vec![stopped(&second)]);
    assert!(shown(&mut stage, &mut done).contains("在看文件"));
    assert!(matches!(done, Done::Previewed(files) if files.len() == 1));
}

#[test]
fn a_file_whose_turn_did_not_come_is_not_said_to_be_taken() {
    let (_place, [first, second]) = files();
    let mut stage = Stage::new();
    stage.push(|_| Ok(Drop::of(What::Replies)));
    stage.paste(&format!("'{}' '{}'", first.display(), second.display()));
    assert_eq!(stage.screen(80, 24).matches("新 1 改 0").count(), 2);
    stage.holds_work = true;
    stage.keys(&["Enter"]);
    let take = Job::Import(vec![first.clone(), second], Some(Kind::Replies));
    assert_eq!(stage.waiting(), [take]);
    let whole = FileReport {
        new: 1,
        ..FileReport::default()
    };
    let first = (first, Ok(Brought::Rows(Box::new(whole))));
    let seen = shown(&mut stage, &mut Done::Imported(vec![first]));
    assert_eq!(seen.matches("新 1 改 0").count(), 1, "{seen}");
    assert!(seen.contains("没收下"), "{seen}");
    assert!(seen.contains("没有全收下"), "{seen}");
    assert!(!seen.contains("已收下"), "{seen}");
    stage.draw_everywhere();
}
