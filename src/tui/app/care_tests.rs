//! The store looked at and copied beside the person.

use super::*;
use crate::store::{Defect, Verified};
use crate::tui::overlays::gate::Asks;

impl Bench {
    fn ask(&mut self, command: Command) {
        let mut effects = Effects::none();
        assert!(self.app.run(command, &mut effects));
        self.app.take_work(&mut effects);
    }

    fn end(&mut self) {
        self.hear_until(|app| !app.work.is_busy());
    }
}

#[test]
fn the_store_is_looked_at_beside_the_person() {
    let mut bench = Bench::new();
    bench.ask(Command::Verify);
    assert!(bench.app.work.is_busy());
    assert!(bench.screen().contains("检查"), "{}", bench.screen());
    bench.end();
    assert!(bench.screen().contains("完好："), "{}", bench.screen());
    bench.key("Enter");
    assert!(bench.app.front.is_empty(), "nothing is to be told more");
}

#[test]
fn a_copy_lies_where_it_was_asked_for() {
    let mut bench = Bench::new();
    bench.ask(Command::BackUp);
    let file = bench.app.desk.backup_file().unwrap();
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    assert!(bench.screen().contains(&name), "{}", bench.screen());
    bench.key("Enter");
    bench.end();
    assert!(
        bench.screen().contains("已复制并核对"),
        "{}",
        bench.screen()
    );
    assert!(Store::verify_copy(&file).unwrap().clean);
    // Another may not take its place.
    let mut effects = Effects::none();
    effects.work.push(Job::BackUp(file));
    bench.app.take_work(&mut effects);
    bench.end();
    assert!(
        !bench.screen().contains("已复制并核对"),
        "{}",
        bench.screen()
    );
}

#[test]
fn a_look_at_the_store_is_stopped_by_escape() {
    let (mut bench, go) = Bench::held();
    bench.ask(Command::Verify);
    bench.key("Esc");
    go.send(()).unwrap();
    bench.end();
    assert!(bench.screen().contains("停下了"), "{}", bench.screen());
}

#[test]
fn what_is_broken_is_told_in_a_line_and_by_enter_one_by_one() {
    let mut bench = Bench::new();
    let broken = broken();
    let me = bench.app.desk.me().unwrap().clone();
    for goes_on in [true, false] {
        let done = Done::Verified(Ok(Some(broken.clone())));
        bench.app.finished(done, &me, &mut Effects::none());
        assert!(bench.screen().contains("有 1 处损坏"), "{}", bench.screen());
        assert!(!bench.screen().contains("0123abcd"), "{}", bench.screen());
        bench.key(if goes_on { "Enter" } else { "Down" });
        let screen = bench.screen();
        assert_eq!(screen.contains("0123abcd"), goes_on, "{screen}");
        bench.key("Esc");
    }
    bench.key("Enter");
    assert!(
        !bench.screen().contains("0123abcd"),
        "another key was between"
    );
}

#[test]
fn what_is_broken_goes_with_the_message_that_says_so() {
    let mut bench = Bench::new();
    let me = bench.app.desk.me().unwrap().clone();
    let found = || Done::Verified(Ok(Some(broken())));
    let lock = |bench: &mut Bench| bench.app.lock(Asks::Who, &mut Effects::none());
    // Behind the gate it is gone with its message, and stands in the list of them.
    bench.app.finished(found(), &me, &mut Effects::none());
    lock(&mut bench);
    bench.key("Enter");
    assert!(bench.app.gate.is_none());
    bench.key("Enter");
    assert!(!bench.screen().contains("0123abcd"), "{}", bench.screen());
    bench.key("Esc");
    // Another job's message says nothing of it.
    bench.app.finished(found(), &me, &mut Effects::none());
    let copied = Done::BackedUp(Ok(None));
    bench.app.finished(copied, &me, &mut Effects::none());
    bench.key("Enter");
    assert!(!bench.screen().contains("0123abcd"), "{}", bench.screen());
    bench.ask(Command::Messages);
    assert!(bench.screen().contains("0123abcd"), "{}", bench.screen());
    bench.app.clear_front();
    bench.key("Esc");
    // Who was away meanwhile is told as who was here.
    lock(&mut bench);
    bench.app.finished(found(), &me, &mut Effects::none());
    bench.key("Enter");
    assert!(bench.screen().contains("有 1 处损坏"), "{}", bench.screen());
    bench.key("Enter");
    assert!(bench.screen().contains("0123abcd"), "{}", bench.screen());
}

fn broken() -> Verified {
    Verified {
        clean: false,
        events: 9,
        records: 3,
        replicas: 1,
        state: String::new(),
        states: std::collections::BTreeMap::default(),
        defects: vec![Defect {
            id: "0123abcd".into(),
            replica: None,
            seq: Some(7),
            message: "problem-verify-chain",
        }],
    }
}
