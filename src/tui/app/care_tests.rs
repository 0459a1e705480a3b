//! The store looked at and copied beside the person.

use super::*;
use crate::store::{Defect, Verified};

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
    let mut bench = Bench::new();
    bench.ask(Command::Verify);
    bench.key("Esc");
    bench.end();
    assert!(bench.screen().contains("停下了"), "{}", bench.screen());
}

#[test]
fn what_is_broken_is_told_in_a_line_and_by_enter_one_by_one() {
    let mut bench = Bench::new();
    let broken = Verified {
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
    };
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
