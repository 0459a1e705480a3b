use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::*;
use crate::chance::{FixedClock, SeededRandom, SystemRandom};
use crate::config::Config;
use crate::desk::Desk;
use crate::desk::begin::init_drill;
use crate::i18n::{Language, Words};
use crate::store::{Query, Store};
use crate::tui::dump;
use crate::tui::jobs::Jobs;
use crate::tui::keymap::Keymap;
use crate::tui::keys::{Code, Input, Key, Press};
use crate::tui::overlays::stage::{self, NOW};
use crate::tui::run::{App, Feed, Message, channel};
use crate::tui::workers::{Background, Workers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

#[path = "work_turns_tests.rs"]
mod turns;

#[path = "care_tests.rs"]
mod care;

#[path = "find_tests.rs"]
mod find;

#[path = "marks_tests.rs"]
mod marks;

/// A workstation with a thread for long work.
struct Bench {
    app: Workstation,
    feed: Receiver<Feed<Background>>,
    /// Each word lets the thread write a portion: how fast this machine is decides nothing.
    portions: Sender<()>,
    /// Whether it waits for one: words given ahead would let it run away from the loop.
    waits: Arc<AtomicBool>,
    folder: tempfile::TempDir,
}

/// How long the thread waits for such a word before it goes on by itself.
const PATIENCE: Duration = Duration::from_millis(500);

impl Bench {
    fn new() -> Self {
        Self::starting(|| {})
    }

    /// The same, where every job begins with something.
    fn starting(begins: impl Fn() + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let (clock, random) = (
            Box::new(FixedClock(NOW)),
            Box::new(SeededRandom::new("work")),
        );
        let mut desk = init_drill(&data, "青禾", "林晓", clock, random).unwrap();
        let me = desk.me().unwrap().clone();
        desk.sign_in(&me).unwrap();
        desk.open_conversation("阳光小屋", "chat").unwrap();
        let mut stage = stage::Stage::of(desk);
        stage.colleague("周敏");
        stage.act_as("林晓");
        let desk = stage.desk;
        let (outbox, feed) = channel();
        let make = move || {
            begins();
            let random = Box::new(SystemRandom::start()?);
            Desk::open(Store::open(&data)?, Box::new(FixedClock(NOW)), random)
        };
        let words = Words::new(Language::ZhCn);
        let keymap = Keymap::load(None).0;
        let mut app = Workstation::new(desk, Config::default(), words, keymap, (80, 24)).unwrap();
        let (portions, asked) = mpsc::channel();
        let asked = Mutex::new(asked);
        let waits = Arc::new(AtomicBool::new(false));
        let waiting = Arc::clone(&waits);
        let rest = move |_| {
            waiting.store(true, Ordering::SeqCst);
            let _ = asked.lock().unwrap().recv_timeout(PATIENCE);
            waiting.store(false, Ordering::SeqCst);
        };
        app.work_with(Workers {
            jobs: Some(Jobs::new(make, outbox).resting(rest)),
            ..Workers::default()
        });
        Self {
            app,
            feed,
            portions,
            waits,
            folder,
        }
    }

    fn input(&mut self, input: Input) -> Effects {
        self.app.update(Message::Input(input))
    }

    fn key(&mut self, key: &str) -> Effects {
        self.input(Input::Key(Press::of(Key::parse(key).unwrap())))
    }

    fn letter(&mut self, letter: char) {
        self.input(Input::Key(Press {
            key: Key::plain(Code::Char(letter)),
            typed: Some(letter),
        }));
    }

    fn screen(&self) -> String {
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        terminal.draw(|frame| _ = self.app.view(frame)).unwrap();
        dump::text(terminal.backend().buffer())
    }

    /// Takes the next word of the thread.
    fn hear(&mut self) {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_mins(2) {
            if let Ok(Feed::Background(news)) = self.feed.recv_timeout(Duration::from_millis(40)) {
                self.app.update(Message::Background(news));
                return;
            }
            // Not every portion is told.
            if self.waits.swap(false, Ordering::SeqCst) {
                self.portions.send(()).unwrap();
            }
        }
        panic!("the work said nothing");
    }

    fn hear_until(&mut self, mut is_it: impl FnMut(&Workstation) -> bool) {
        while !is_it(&self.app) {
            self.hear();
        }
    }

    fn drop_file(&mut self, path: &Path) {
        self.key("F2");
        self.input(Input::Paste(path.display().to_string()));
        self.hear_until(|app| !app.work.is_busy());
    }

    fn written(app: &Workstation) -> usize {
        let running = app.work.running.as_ref();
        let step = running
            .and_then(|running| running.progress)
            .map(|one| one.step);
        step.filter(|step| step.stage == Stage::Writing)
            .map_or(0, |step| step.done)
    }

    fn orders(&self) -> usize {
        let (mut after, mut count) = (None, 0);
        loop {
            let query = Query {
                registers: vec!["order"],
                limit: Some(10_000),
                after,
                ..Query::default()
            };
            let page = self.app.desk.store().rows(&query).unwrap();
            count += page.len();
            let Some(last) = page.last() else {
                return count;
            };
            after = Some(last.cursor(query.order));
        }
    }

    /// Returns what the records of imports say: new, same, left, and whether one vouches for a
    /// time.
    fn imports(&self) -> Vec<(u64, u64, u64, bool)> {
        let query = Query {
            registers: vec!["import"],
            ..Query::default()
        };
        let rows = self.app.desk.store().rows(&query).unwrap();
        let record = |row: &crate::store::Row| self.app.desk.record(row.id).unwrap().0;
        let mut all: Vec<_> = rows
            .iter()
            .map(record)
            .map(|one| {
                let number = |name: &str| one.value(name).and_then(serde_json::Value::as_u64);
                let count = |name: &str| number(name).unwrap_or(0);
                let vouches = number("exported_at").is_some();
                (count("new"), count("same"), count("left"), vouches)
            })
            .collect();
        all.sort_unstable();
        all
    }
}

/// A table of orders, one row each.
fn table(folder: &Path, rows: usize) -> std::path::PathBuf {
    let mut text = String::from("订单编号,买家,订单状态,实付金额,下单时间,商品名称,数量,单价\n");
    for row in 0..rows {
        writeln!(
            text,
            "40319028{:011},买家{},待发货,{}.00,2026-11-22 00:25,四件套,1,{}.00",
            row,
            row,
            row % 900 + 1,
            row % 900 + 1
        )
        .unwrap();
    }
    let path = folder.join("orders.csv");
    std::fs::write(&path, text).unwrap();
    path
}

/// Types while a table comes in, stops half-way, and takes the rest.
fn typed_beside(rows: usize) {
    let mut bench = Bench::new();
    let path = table(bench.folder.path(), rows);
    bench.drop_file(&path);
    let seen = bench.screen();
    assert!(seen.contains(&format!("新 {rows} ")), "{seen}");
    bench.key("Enter");
    assert!(bench.app.front.is_empty(), "the desk is free at once");
    bench.key("Enter");
    let words = "您好，差价已为您登记，今天 18:00 前退给您。";
    for (place, letter) in words.chars().enumerate() {
        // A word in a tenth of a second is told: for each letter one would be more than there are.
        if place % 3 == 0 {
            bench.hear();
        }
        bench.letter(letter);
        assert!(bench.app.work.is_busy(), "typed beside it, not after it");
    }
    assert!(bench.screen().contains(words), "{}", bench.screen());
    bench.app.save_drafts();
    bench.hear_until(|app| Bench::written(app) > rows / 4);

    // What is done by hand meanwhile is an act of its own, and is what Ctrl+Z takes back.
    bench.key("F9");
    let talk = bench.app.home.item().unwrap();
    let said = |bench: &Bench| {
        bench
            .app
            .desk
            .record(talk)
            .unwrap()
            .0
            .entries
            .iter()
            .filter(|one| !one.void)
            .count()
    };
    let before = said(&bench);
    bench.key("Esc");
    bench.hear_until(|app| Bench::written(app) > rows / 3);
    bench.key("Ctrl+Z");
    assert_eq!(said(&bench), before - 1, "{}", bench.screen());
    bench.key("Down");
    let seen = bench.screen();
    assert!(
        seen.contains("导入 ") && seen.contains(" 行  Esc 停下"),
        "{seen}"
    );

    bench.hear_until(|app| Bench::written(app) > rows / 2);
    bench.key("Esc");
    bench.hear_until(|app| !app.work.is_busy());
    let seen = bench.screen();
    let taken = bench.orders();
    let told = format!("停下了：进了 {taken} 行，没进 {} 行", rows - taken);
    assert!(taken > rows / 2 && taken < rows, "{taken}");
    assert!(seen.contains(&told), "{seen}");
    let (of, left) = (taken as u64, (rows - taken) as u64);
    assert_eq!(bench.imports(), [(of, 0, left, false)]);
    assert!(bench.app.desk.freshness().unwrap().is_empty());

    bench.drop_file(&path);
    bench.key("Enter");
    bench.hear_until(|app| !app.work.is_busy());
    assert_eq!(bench.orders(), rows);
    let mut imports = [(of, 0, left, false), (left, of, 0, true)];
    imports.sort_unstable();
    assert_eq!(bench.imports(), imports);
    let verified = bench.app.desk.store().verify().unwrap();
    assert!(verified.clean, "{verified:?}");
}

#[test]
fn somebody_types_while_a_table_comes_in_and_stops_it() {
    typed_beside(6_000);
}

#[test]
#[ignore = "two minutes in a debug build"]
fn somebody_types_while_fifty_thousand_rows_come_in() {
    typed_beside(50_000);
}

#[test]
fn leaving_asks_once_and_stops_what_is_being_done() {
    let mut bench = Bench::new();
    let path = table(bench.folder.path(), 4_000);
    bench.drop_file(&path);
    bench.key("Enter");
    bench.hear_until(|app| Bench::written(app) > 200);
    let mut effects = Effects::none();
    bench.app.run(Command::Quit, &mut effects);
    assert!(effects.list.is_empty(), "{effects:?}");
    assert!(
        bench.screen().contains("还有事没做完"),
        "{}",
        bench.screen()
    );
    bench.app.run(Command::Quit, &mut effects);
    assert!(effects.list.contains(&Effect::Quit), "{effects:?}");
    let taken = bench.orders() as u64;
    assert!(taken > 200 && taken < 4_000, "{taken}");
    assert_eq!(bench.imports(), [(taken, 0, 4_000 - taken, false)]);
}

#[test]
fn what_is_asked_meanwhile_waits_its_turn_and_a_look_can_be_given_up() {
    let mut bench = Bench::new();
    let path = table(bench.folder.path(), 3_000);
    bench.key("F2");
    bench.input(Input::Paste(path.display().to_string()));
    assert!(bench.screen().contains("在看文件"), "{}", bench.screen());
    bench.key("Ctrl+B");
    assert!(bench.screen().contains("排在后面"), "{}", bench.screen());
    bench.key("Esc");
    assert!(bench.app.front.is_empty());
    let mut copied = false;
    while bench.app.work.is_busy() {
        let Ok(Feed::Background(news)) = bench.feed.recv_timeout(Duration::from_mins(1)) else {
            panic!("the work said nothing");
        };
        let effects = bench.app.update(Message::Background(news));
        let is_copy = |effect: &Effect| matches!(effect, Effect::Copy(_));
        copied |= effects.list.iter().any(is_copy);
    }
    assert!(copied, "the text block came all the same");
    assert_eq!(bench.orders(), 0);
}

#[test]
fn a_colleagues_bundle_that_is_dropped_is_proved_and_taken_in() {
    use crate::exchange::bundle::{Export, export};
    let mut bench = Bench::new();
    let clock = Box::new(FixedClock(NOW));
    let random = Box::new(SeededRandom::new("colleague"));
    let theirs = bench.folder.path().join("theirs");
    let mut colleague = init_drill(&theirs, "青禾", "周敏", clock, random).unwrap();
    let talk = colleague
        .open_conversation("橘子", "chat")
        .unwrap()
        .record();
    let file = bench.folder.path().join("周敏.zbundle");
    let sender = colleague.me().unwrap().replica;
    let all = Export {
        plain: Some("drill"),
        ..Export::new(sender, NOW)
    };
    export(colleague.store_mut(), &all, &file).unwrap();
    bench.drop_file(&file);
    let seen = bench.screen();
    assert!(
        seen.contains("数据包") && seen.contains("条，已验"),
        "{seen}"
    );
    assert!(bench.app.desk.record(talk).is_err(), "only looked at");
    bench.key("Enter");
    bench.hear_until(|app| !app.work.is_busy());
    let seen = bench.screen();
    assert!(seen.contains("已收下同事的数据"), "{seen}");
    let record = bench.app.desk.record(talk).unwrap().0;
    assert_eq!(record.text("buyer"), Some("橘子"));
}
