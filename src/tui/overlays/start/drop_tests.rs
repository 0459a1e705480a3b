//! Looks that were stopped, and files whose turn did not come.

use std::path::{Path, PathBuf};

use super::{Drop, What};
use crate::desk::import::FileReport;
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
    (path.to_path_buf(), Ok(Brought::Rows(report)))
}

fn shown(stage: &mut Stage, done: &mut Done) -> String {
    let mut pane = stage.panes.pop().unwrap();
    stage.with(|reach| pane.worked(done, reach));
    stage.panes.push(pane);
    stage.screen(80, 24)
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
    let seen = (first, Ok(Brought::Rows(whole)));
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
    let first = (first, Ok(Brought::Rows(whole)));
    let seen = shown(&mut stage, &mut Done::Imported(vec![first]));
    assert_eq!(seen.matches("新 1 改 0").count(), 1, "{seen}");
    assert!(seen.contains("没收下"), "{seen}");
    assert!(seen.contains("没有全收下"), "{seen}");
    assert!(!seen.contains("已收下"), "{seen}");
    stage.draw_everywhere();
}
