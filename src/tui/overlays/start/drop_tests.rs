//! Looks that were stopped, and files whose turn did not come.

use std::path::{Path, PathBuf};

use super::{Drop, What};
use crate::desk::import::FileReport;
use crate::exchange::intake::Kind;
use crate::problem::{Kind as Fault, Problem};
use crate::tui::jobs::{Brought, Done, FileDone, Job, Work};
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
    (path.to_path_buf(), Ok(Brought::Rows(report)))
}

fn shown(stage: &mut Stage, done: &mut Done) -> String {
    let mut pane = stage.panes.pop().unwrap();
    stage.with(|reach| pane.worked(done, reach));
    stage.panes.push(pane);
    stage.screen(80, 24)
}

#[test]
fn the_stopped_look_of_a_pane_that_was_left_fills_no_other_one() {
    let (_place, [first, _]) = files();
    let cancelled = || Err(Problem::new(Fault::Refused, "problem-cancelled"));
    let looks = || [stopped(&first), (first.clone(), cancelled())];
    let mut stage = Stage::new();
    stage.holds_work = true;
    stage.push(|_| Ok(Drop::of(What::Replies)));
    stage.paste(&first.display().to_string());
    for look in looks() {
        let seen = shown(&mut stage, &mut Done::Previewed(vec![look]));
        assert!(seen.contains("在看文件"), "{seen}");
        assert!(!seen.contains("读不了"), "{seen}");
    }
    stage.holds_work = false;
    stage.work();
    assert!(stage.screen(80, 24).contains("新 1 改 0"));

    stage.panes.clear();
    stage.holds_work = true;
    let text = first.display().to_string();
    let pane = stage.with(|reach| import::of_pasted(&text, reach));
    stage.panes.push(Box::new(pane.unwrap()));
    for look in looks() {
        let seen = shown(&mut stage, &mut Done::Previewed(vec![look]));
        assert!(seen.contains("在看文件"), "{seen}");
    }
    stage.holds_work = false;
    stage.work();
    assert!(stage.screen(80, 24).contains("新 1 改 0"));
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
    assert_eq!(stage.waiting(), [Work::Start(take)]);
    let whole = FileReport {
        new: 1,
        ..FileReport::default()
    };
    let first = (first, Ok(Brought::Rows(whole)));
    let seen = shown(&mut stage, &mut Done::Imported(vec![first]));
    assert_eq!(seen.matches("新 1 改 0").count(), 1, "{seen}");
    assert!(seen.contains("没收下"), "{seen}");
    assert!(seen.contains("没有全收下"), "{seen}");
    assert!(!seen.contains("已收下"), "{seen}");
    stage.draw_everywhere();
}
