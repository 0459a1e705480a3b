//! Whom what came of long work reaches, and what follows where it broke or its person is gone.

use std::sync::atomic::AtomicUsize;

use super::*;
use crate::tui::overlays::gate::Asks;

impl Bench {
    /// Takes what the thread says until it is done, and returns what was to be done then.
    fn hear_all(&mut self) -> Vec<Effect> {
        let mut all = Vec::new();
        while self.app.work.is_busy() {
            let Ok(Feed::Background(news)) = self.feed.recv_timeout(Duration::from_secs(20)) else {
                panic!("the work said nothing");
            };
            all.extend(self.app.update(Message::Background(news)).list);
        }
        all
    }

    fn look_at(&mut self, rows: usize) {
        let path = table(self.folder.path(), rows);
        self.key("F2");
        self.input(Input::Paste(path.display().to_string()));
    }

    /// Lets one of this device sit down.
    fn sit(&mut self, name: &str) {
        self.app.lock(Asks::Who, &mut Effects::none());
        let people = self.app.desk.people_here();
        let at = people.iter().position(|person| person.name == name);
        self.letter(char::from_digit(at.unwrap() as u32 + 1, 10).unwrap());
        assert_eq!(self.app.desk.me().unwrap().name, name);
    }

    fn told(&self) -> Vec<&str> {
        let messages = self.app.messages.iter();
        messages.map(|notice| notice.text.as_str()).collect()
    }
}

fn copies(effects: &[Effect]) -> bool {
    effects
        .iter()
        .any(|effect| matches!(effect, Effect::Copy(_)))
}

#[test]
fn a_look_that_ends_behind_something_else_is_not_lost() {
    let mut bench = Bench::new();
    bench.look_at(20);
    bench.key("F1");
    bench.hear_until(|app| !app.work.is_busy());
    assert_eq!(bench.app.front.len(), 2, "what is in front stays");
    bench.key("Esc");
    assert!(bench.screen().contains("新 20 "), "{}", bench.screen());
    bench.key("Enter");
    bench.hear_until(|app| !app.work.is_busy());
    assert_eq!(bench.orders(), 20);
}

#[test]
fn a_look_that_ends_behind_the_gate_is_there_afterwards() {
    let mut bench = Bench::new();
    bench.look_at(20);
    bench.app.lock(Asks::Who, &mut Effects::none());
    bench.hear_all();
    bench.key("Enter");
    assert!(bench.app.gate.is_none());
    assert!(bench.screen().contains("新 20 "), "{}", bench.screen());
}

#[test]
fn what_waits_behind_closes_where_its_work_is_done() {
    let mut sender = Bench::new();
    sender.key("Ctrl+B");
    let copied = sender
        .hear_all()
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Copy(text) => Some(text),
            _ => None,
        });
    let mut bench = Bench::new();
    bench.key("F2");
    bench.input(Input::Paste(copied.unwrap()));
    bench.key("F1");
    assert_eq!(bench.app.front.len(), 2);
    bench.hear_all();
    assert_eq!(bench.app.front.len(), 1, "the line has done its work");
    assert!(bench.screen().contains("F1"), "{}", bench.screen());
    assert!(!bench.app.contexts().contains(&Context::Capture));
}

#[test]
fn all_that_one_key_asks_for_is_done() {
    let mut bench = Bench::new();
    let mut effects = Effects::none();
    let path = table(bench.folder.path(), 20);
    for job in [Job::WriteBlock, Job::Import(vec![path], None)] {
        effects.work.push(Work::Start(job));
    }
    bench.app.take_work(&mut effects);
    assert!(copies(&bench.hear_all()));
    assert_eq!(bench.orders(), 20);
}

#[test]
fn what_breaks_is_told_and_the_next_takes_its_turn() {
    let starts = AtomicUsize::new(0);
    let mut bench = Bench::starting(move || {
        assert!(starts.fetch_add(1, Ordering::Relaxed) > 0, "it breaks");
    });
    bench.look_at(20);
    bench.key("Ctrl+B");
    let effects = bench.hear_all();
    assert!(copies(&effects), "the text block came all the same");
    assert!(
        bench.screen().contains("读不出") || bench.screen().contains("出错"),
        "{}",
        bench.screen()
    );
}

#[test]
fn what_ends_behind_the_gate_is_neither_copied_nor_shown() {
    let mut bench = Bench::new();
    bench.key("Ctrl+B");
    bench.app.lock(Asks::Who, &mut Effects::none());
    assert!(!copies(&bench.hear_all()), "nobody is there to paste it");
    assert!(bench.app.gate.is_some());
    assert!(
        bench.told().iter().any(|text| text.contains("林晓")),
        "{:?}",
        bench.told()
    );
    bench.key("Enter");
    // Asked for again it comes again.
    bench.key("Ctrl+B");
    assert!(copies(&bench.hear_all()));
}

#[test]
fn what_ends_before_somebody_else_is_kept_for_who_asked() {
    let mut bench = Bench::new();
    bench.look_at(20);
    bench.key("Ctrl+B");
    bench.sit("周敏");
    assert!(!copies(&bench.hear_all()), "it is not theirs to paste");
    assert!(bench.app.front.is_empty(), "{}", bench.screen());
    let told = bench.told();
    assert!(told.iter().any(|text| text.contains("林晓")), "{told:?}");
    bench.sit("林晓");
    assert!(bench.screen().contains("新 20 "), "{}", bench.screen());
}

#[test]
fn a_paste_that_nobody_took_is_gone_behind_the_gate() {
    let mut bench = Bench::new();
    bench.input(Input::Paste("收货人电话 示例".into()));
    bench.app.lock(Asks::Who, &mut Effects::none());
    bench.key("Enter");
    bench.key("F2");
    assert!(!bench.screen().contains("收货人"), "{}", bench.screen());
}
