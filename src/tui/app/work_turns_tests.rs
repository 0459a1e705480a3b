//! Whom what came of long work reaches, and what follows where it broke or its person is gone.

use std::sync::atomic::AtomicUsize;

use super::*;
use crate::tui::commands::Context;
use crate::tui::overlays::gate::Asks;
use crate::tui::pane::Pane;

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
        effects.work.push(job);
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
    assert!(copies(&bench.key("Enter").list), "who asked is here again");
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

impl Bench {
    /// Asks for the desk as it is at this minute.
    fn look_back(&mut self) {
        self.app.run(Command::LookBack, &mut Effects::none());
        "15:46".chars().for_each(|letter| self.letter(letter));
        self.key("Enter");
        assert!(self.screen().contains("正在取"), "{}", self.screen());
    }

    fn is_stopping(&self) -> bool {
        let running = self.app.work.running.as_ref();
        running.is_none_or(Running::is_stopping)
    }
}

#[test]
fn a_time_gone_by_waits_for_who_asked_behind_the_gate_and_before_somebody_else() {
    let mut bench = Bench::new();
    bench.look_back();
    bench.sit("周敏");
    bench.hear_all();
    let seen = bench.screen();
    assert!(!seen.contains("回看") && !seen.contains("正在取"), "{seen}");
    bench.sit("林晓");
    assert!(bench.screen().contains("回看"), "{}", bench.screen());
    bench.key("Esc");
    assert!(bench.app.front.is_empty());

    bench.look_back();
    bench.app.lock(Asks::Who, &mut Effects::none());
    bench.hear_all();
    bench.key("Enter");
    assert!(bench.screen().contains("回看"), "{}", bench.screen());
}

#[test]
fn who_waits_for_a_time_gone_by_opens_nothing_of_now_and_stops_it_by_leaving() {
    let mut bench = Bench::new();
    bench.look_back();
    for key in ["F2", "F3", "F9"] {
        bench.key(key);
        assert_eq!(bench.app.front.len(), 1, "{key}");
    }
    bench.input(Input::Paste("亲\n在吗".into()));
    assert_eq!(bench.app.front.len(), 1);
    assert!(!bench.is_stopping(), "nobody left yet");
    let item = bench.app.home.item().unwrap();
    bench.app.show(item, None);
    assert!(bench.app.front.is_empty() && bench.is_stopping());
    bench.hear_all();
    assert!(!bench.screen().contains("回看"), "{}", bench.screen());
}

#[test]
fn an_erasure_closes_every_time_gone_by_and_says_why() {
    let mut bench = Bench::new();
    let asked = bench.app.desk.me().unwrap().clone();
    let erase = |id: Id| Job::Erase {
        name: id.to_string(),
        reason: "顾客要求".into(),
    };
    let job = erase(bench.app.home.item().unwrap());
    bench.look_back();
    bench.hear_all();
    bench.sit("周敏");
    assert_eq!(bench.app.parked[&asked.id].front.len(), 1);
    bench.app.begin_job(job, &asked, &mut Effects::none());
    bench.hear_all();
    assert!(bench.app.parked[&asked.id].front.is_empty());
    let says = |bench: &Bench| bench.told().iter().any(|text| text.contains("回看已关上"));
    assert!(!says(&bench), "it is not theirs");
    bench.sit("林晓");
    assert!(says(&bench), "{:?}", bench.told());

    let mut effects = Effects::none();
    let other = bench.app.desk.open_conversation("橘子", "chat").unwrap();
    bench.look_back();
    bench.hear_all();
    assert_eq!(bench.app.front.len(), 1);
    bench.app.messages.clear();
    bench
        .app
        .begin_job(erase(other.record()), &asked, &mut effects);
    bench.hear_all();
    assert!(bench.app.front.is_empty() && says(&bench));
}

#[test]
fn what_ends_behind_the_gate_is_told_to_who_asked() {
    let mut bench = Bench::new();
    let path = table(bench.folder.path(), 20);
    let mut effects = Effects::none();
    let job = Job::Import(vec![path], None);
    effects.work.push(job);
    bench.app.take_work(&mut effects);
    bench.sit("周敏");
    bench.hear_all();
    let came = |bench: &Bench| bench.told().iter().any(|text| text.contains("20"));
    assert!(!came(&bench), "{:?}", bench.told());
    bench.sit("林晓");
    assert!(came(&bench), "{:?}", bench.told());
}

#[test]
fn what_speaks_against_leaving_is_said_before_somebody_is_signed_out() {
    let mut bench = Bench::new();
    bench.look_at(20);
    bench.key("Esc");
    assert!(bench.app.work.is_busy());
    let mut effects = Effects::none();
    bench.key("Ctrl+Q");
    bench.key("4");
    assert!(
        bench.screen().contains("还有事没做完"),
        "{}",
        bench.screen()
    );
    assert!(bench.app.desk.signed_in().is_some() && bench.app.front.is_empty());
    bench.app.run(Command::SignOut, &mut effects);
    "主管同意".chars().for_each(|letter| bench.letter(letter));
    let effects = bench.key("Enter");
    assert!(bench.app.desk.signed_in().is_none());
    assert!(effects.list.contains(&Effect::Quit), "{effects:?}");
}

#[test]
fn nothing_of_who_signed_out_is_left_for_the_next() {
    let mut bench = Bench::new();
    bench.look_at(20);
    bench.key("Esc");
    bench.app.desk.sign_out(Some("主管同意")).unwrap();
    let mut effects = Effects::none();
    bench.app.run(Command::Quit, &mut effects);
    assert!(bench.app.gate.is_some(), "nobody reads what is open");
    bench.app.home.add_to_draft("只给林晓看的话");
    bench.sit("周敏");
    assert!(!bench.screen().contains("只给林晓"), "{}", bench.screen());
}

#[test]
fn what_a_parked_pane_asks_for_is_done_in_the_name_of_its_person() {
    struct Asking {
        job: Job,
    }
    impl Pane for Asking {
        fn contexts(&self) -> Vec<Context> {
            Vec::new()
        }
        fn command(&mut self, _: Command, _: &mut Reach<'_>) -> Flow {
            Flow::Pass
        }
        fn view(
            &self,
            _: &mut ratatui::buffer::Buffer,
            _: ratatui::layout::Rect,
            _: &crate::tui::widgets::Look<'_>,
        ) -> Option<ratatui::layout::Position> {
            None
        }
        fn worked(&mut self, done: &mut Done, reach: &mut Reach<'_>) -> Flow {
            if matches!(done, Done::BlockWritten(_)) {
                reach.work(self.job.clone());
                reach.say("job-none", &[]);
            }
            Flow::Stay
        }
    }
    let mut bench = Bench::new();
    let asked = bench.app.desk.me().unwrap().id;
    let path = table(bench.folder.path(), 20);
    let job = Job::Import(vec![path], None);
    bench.app.front.push(Box::new(Asking { job }));
    bench.key("Ctrl+B");
    bench.sit("周敏");
    bench.hear();
    assert_eq!(bench.app.work.running.as_ref().unwrap().person.id, asked);
    let none = Words::new(Language::ZhCn).get("job-none").to_string();
    assert!(!bench.told().contains(&none.as_str()), "said to nobody");
    bench.hear_all();
    assert_eq!(bench.orders(), 20);
}

impl Bench {
    /// The same, where each job waits for a word before it begins.
    pub(super) fn held() -> (Self, Sender<()>) {
        let (go, word) = mpsc::channel();
        let word = Mutex::new(word);
        let bench = Self::starting(move || {
            let _ = word.lock().unwrap().recv_timeout(Duration::from_secs(20));
        });
        (bench, go)
    }
}

#[test]
fn a_look_that_was_stopped_is_made_again_by_a_key() {
    let (mut bench, go) = Bench::held();
    bench.look_at(3_000);
    bench.app.run(Command::StopWork, &mut Effects::none());
    go.send(()).unwrap();
    bench.hear_all();
    assert_eq!(bench.app.front.len(), 1);
    assert!(bench.screen().contains("停下了"), "{}", bench.screen());
    bench.key("Enter");
    go.send(()).unwrap();
    bench.hear_all();
    assert!(bench.screen().contains("新 3000 "), "{}", bench.screen());
}

#[test]
fn the_look_of_a_pane_that_was_left_reaches_no_other_one() {
    let (mut bench, go) = Bench::held();
    bench.look_at(3_000);
    bench.key("Esc");
    // The same once more, and left before its turn comes.
    bench.look_at(3_000);
    assert_eq!(bench.app.work.waiting.len(), 1);
    bench.key("Esc");
    assert!(bench.app.work.waiting.is_empty());
    bench.look_at(3_000);
    go.send(()).unwrap();
    bench.hear_until(|app| app.work.waiting.is_empty());
    assert!(bench.screen().contains("在看文件"), "{}", bench.screen());
    go.send(()).unwrap();
    bench.hear_all();
    assert!(bench.screen().contains("新 3000 "), "{}", bench.screen());
}

#[test]
fn a_time_gone_by_of_who_signed_out_is_stopped_for_the_next() {
    let (mut bench, _go) = Bench::held();
    bench.look_back();
    bench.app.desk.sign_out(Some("主管同意")).unwrap();
    bench.app.run(Command::Quit, &mut Effects::none());
    assert!(bench.app.gate.is_some() && !bench.is_stopping());
    bench.sit("周敏");
    assert!(bench.app.front.is_empty() && bench.is_stopping());
}

#[test]
fn a_look_at_an_old_table_that_ends_before_somebody_else_is_not_told_of() {
    let text = "日期,旺旺,备注\n2026/11/20,春天里,色差\n";
    let table = crate::exchange::intake::old_table::read(text.as_bytes()).unwrap();
    let mut bench = Bench::new();
    let asked = bench.app.desk.me().unwrap().clone();
    bench.sit("周敏");
    for (dry_run, is_told) in [(true, false), (false, true)] {
        let done = Done::OldTable {
            table: Arc::new(table.clone()),
            dry_run,
            outcome: Ok(crate::desk::start::old_table::OldTableReport::default()),
        };
        bench.app.finished(done, &asked, &mut Effects::none());
        let told = bench.told();
        let says = told.iter().any(|text| text.contains(&asked.name));
        assert_eq!(says, is_told, "{told:?}");
        assert_eq!(bench.app.kept.contains_key(&asked.id), is_told);
    }
}

#[test]
fn where_escape_takes_something_back_it_is_not_said_to_stop_the_work() {
    let (mut bench, _go) = Bench::held();
    let path = table(bench.folder.path(), 20);
    let mut effects = Effects::none();
    effects.work.push(Job::Import(vec![path], None));
    bench.app.take_work(&mut effects);
    let is_said = |bench: &mut Bench| {
        bench.key("Down");
        bench.screen().contains("Esc 停下")
    };
    assert!(is_said(&mut bench), "{}", bench.screen());
    bench.key("Space");
    assert!(!is_said(&mut bench), "{}", bench.screen());
    bench.key("Esc");
    assert!(is_said(&mut bench), "{}", bench.screen());
    for letter in "f阳光".chars() {
        bench.letter(letter);
    }
    bench.key("Enter");
    assert!(!is_said(&mut bench), "{}", bench.screen());
    bench.key("Esc");
    assert!(is_said(&mut bench), "{}", bench.screen());
    assert!(!bench.is_stopping());
    bench.key("Esc");
    assert!(bench.is_stopping());
}

#[test]
fn what_is_done_closes_also_where_nobody_sees_it() {
    struct Waiting(&'static str);
    impl Pane for Waiting {
        fn contexts(&self) -> Vec<Context> {
            vec![Context::Message]
        }
        fn command(&mut self, _: Command, _: &mut Reach<'_>) -> Flow {
            Flow::Pass
        }
        fn view(
            &self,
            _: &mut ratatui::buffer::Buffer,
            _: ratatui::layout::Rect,
            _: &crate::tui::widgets::Look<'_>,
        ) -> Option<ratatui::layout::Position> {
            None
        }
        fn worked(&mut self, done: &mut Done, reach: &mut Reach<'_>) -> Flow {
            // What is read anew meanwhile moves nothing that is to close.
            *reach.stale = true;
            self.0 = "写完了";
            match done {
                Done::BlockWritten(_) => Flow::Close,
                _ => Flow::Stay,
            }
        }
        fn draft(&self) -> Option<(String, String)> {
            Some(("waiting".into(), self.0.into()))
        }
    }
    let drafted = |bench: &Bench, person: Id| {
        let store = bench.app.desk.store();
        store.draft(&person.to_string(), "waiting").unwrap()
    };
    let mut bench = Bench::new();
    let asked = bench.app.desk.me().unwrap().id;
    bench.app.front.push(Box::new(Waiting("在写")));
    bench.key("Ctrl+B");
    bench.sit("周敏");
    assert_eq!(bench.app.parked[&asked].front.len(), 1);
    bench.hear_all();
    assert!(bench.app.parked[&asked].front.is_empty());
    assert_eq!(drafted(&bench, asked).as_deref(), Some("写完了"));
    bench.sit("林晓");
    bench.app.front.push(Box::new(Waiting("在写")));
    bench.key("Ctrl+B");
    bench.app.lock(Asks::Who, &mut Effects::none());
    bench.hear_all();
    assert!(bench.app.front.is_empty());
}

#[test]
fn of_days_turned_to_one_after_the_other_only_the_last_is_counted() {
    let (mut bench, go) = Bench::held();
    let day = |day: &str| Job::Count(day.parse().unwrap());
    let ask = |bench: &mut Bench, job: Job| {
        let mut effects = Effects::none();
        effects.work.push(job);
        bench.app.take_work(&mut effects);
    };
    ask(&mut bench, day("2026-09-30"));
    let first = bench.app.work.running.as_ref().unwrap();
    assert!(!first.is_left);
    ask(&mut bench, day("2026-08-31"));
    assert_eq!(bench.app.notice.as_ref().map(|said| &said.text), None);
    ask(&mut bench, Job::WriteBlock);
    ask(&mut bench, day("2026-07-31"));
    let first = bench.app.work.running.as_ref().unwrap();
    assert!(first.is_left && first.is_stopping());
    let waiting: Vec<&Job> = bench.app.work.waiting.iter().map(|(job, _)| job).collect();
    assert_eq!(waiting, [&Job::WriteBlock, &day("2026-07-31")]);
    // What a colleague asked for stays.
    bench.sit("周敏");
    ask(&mut bench, day("2026-06-30"));
    assert_eq!(bench.app.work.waiting.len(), 3);
    (0..4).for_each(|_| go.send(()).unwrap());
    bench.hear_all();
}

#[test]
fn of_two_days_looked_through_one_after_the_other_only_the_last_is_weighed() {
    let (mut bench, go) = Bench::held();
    for is_today in [true, false] {
        let mut effects = Effects::none();
        effects.work.push(Job::Weigh(is_today));
        bench.app.take_work(&mut effects);
    }
    let first = bench.app.work.running.as_ref().unwrap();
    assert!(first.is_left && first.is_stopping());
    assert_eq!(bench.app.work.waiting.len(), 1);
    (0..2).for_each(|_| go.send(()).unwrap());
    bench.hear_all();
}

#[test]
fn the_open_item_is_shown_as_it_was_before_the_list_has_come() {
    let (mut bench, go) = Bench::held();
    bench.key("Enter");
    let item = bench.app.home.open_item().unwrap();
    let record = bench.app.desk.store().record(item).unwrap().unwrap();
    let title = record.text("buyer").unwrap().to_owned();
    bench.look_back();
    let waits = |bench: &Bench| bench.app.work.running.as_ref().map(|one| one.job.clone());
    let only = |bench: &Bench| match waits(bench) {
        Some(Job::LookBack { only, .. }) => Some(only),
        _ => None,
    };
    assert_eq!(only(&bench), Some(Some(item)));
    go.send(()).unwrap();
    bench.hear_until(|app| {
        !app.front.is_empty()
            && app
                .work
                .running
                .as_ref()
                .is_none_or(|one| matches!(one.job, Job::LookBack { only: None, .. }))
    });
    let seen = bench.screen();
    assert!(
        seen.contains("先看这一条") && seen.contains(&title),
        "{seen}"
    );
    // It is looked around in, and nothing is written there.
    bench.key("F9");
    assert!(bench.screen().contains("回到现在"), "{}", bench.screen());
    assert_eq!(only(&bench), Some(None));
    go.send(()).unwrap();
    bench.hear_all();
    let seen = bench.screen();
    assert!(
        !seen.contains("先看这一条") && seen.contains(&title),
        "{seen}"
    );
    bench.key("Esc");
    assert_eq!(
        bench.app.front.len(),
        1,
        "out of the item, into the list as it was"
    );
    bench.key("Esc");
    assert!(bench.app.front.is_empty());
}

#[test]
fn who_leaves_the_item_as_it_was_waits_for_no_list() {
    let (mut bench, go) = Bench::held();
    bench.key("Enter");
    bench.look_back();
    go.send(()).unwrap();
    bench.hear_until(|app| {
        app.work
            .running
            .as_ref()
            .is_some_and(|one| matches!(one.job, Job::LookBack { only: None, .. }))
    });
    bench.key("Esc");
    bench.key("Esc");
    assert!(bench.app.front.is_empty() && bench.is_stopping());
}
