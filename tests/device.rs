//! Several people on one device, by the real program and without a terminal: PINs, signing in,
//! locking, drafts by person, rights by person, and going on with a copied store.
//!
//! `ZHIBAN_LOCK=1` also waits a real minute for the lock in a pseudo-terminal.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use portable_pty::CommandBuilder;
use ratatui::backend::TestBackend;
use serde_json::{Value, json};
use support::Terminal;
use zhiban::chance::{Clock, FixedClock, Random, SeededRandom};
use zhiban::config::Config;
use zhiban::desk::act::fields;
use zhiban::desk::admit::{self, Granted};
use zhiban::desk::{Desk, begin};
use zhiban::domain::authority::Role;
use zhiban::domain::register::Post;
use zhiban::i18n::{Language, Words};
use zhiban::store::Store;
use zhiban::tui::app::Workstation;
use zhiban::tui::dump;
use zhiban::tui::keymap::Keymap;
use zhiban::tui::keys::{Code, Input, Key, Press};
use zhiban::tui::run::{App, Effect, Message};

/// What a buyer said; no locked screen may show it.
const SECRET: &str = "钢化膜碎了";
const LIN: &str = "13572468";
const HE: &str = "86427531";

/// A device on which the real program runs with the machine's clock.
struct Device {
    folder: tempfile::TempDir,
}

impl Device {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        let home = self.folder.path().to_owned();
        vec![
            ("ZHIBAN_DATA", self.data()),
            ("XDG_CONFIG_HOME", home.join("config")),
            ("XDG_STATE_HOME", home.join("state")),
            ("HOME", home),
        ]
    }

    /// Runs a command with something on its standard input.
    fn typed(&self, args: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_zhiban"))
            .args(args)
            .envs(self.environment())
            .env("LC_ALL", "en_US.UTF-8")
            .env_remove("ZHIBAN_NOW")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that refuses early does not read it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    fn ok(&self, args: &[&str], input: &str) -> String {
        let done = self.typed(args, input);
        assert!(done.status.success(), "{args:?}: {}", said(&done));
        said(&done)
    }

    /// Runs a command that must be refused with this exit code, and returns what it says.
    fn refused(&self, code: i32, args: &[&str], input: &str) -> String {
        let done = self.typed(args, input);
        assert_eq!(done.status.code(), Some(code), "{args:?}: {}", said(&done));
        String::from_utf8(done.stderr).unwrap()
    }

    fn json(&self, args: &[&str], input: &str) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let done = self.typed(&args, input);
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        let first = text.lines().next().unwrap_or_default();
        serde_json::from_str(first).unwrap_or_else(|_| panic!("{args:?}: {}", said(&done)))
    }

    fn complaint(&self, words: &str) -> Output {
        let words = format!("words={words}");
        self.typed(&["open", "complaint", &words, "source=customer"], "")
    }

    fn open(&self, columns: u16, rows: u16) -> Terminal {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_zhiban"));
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "zh_CN.UTF-8");
        command.env("SSH_TTY", "/dev/pts/0");
        command.env_remove("DISPLAY");
        command.env_remove("WAYLAND_DISPLAY");
        command.env_remove("ZHIBAN_NOW");
        Terminal::start(command, columns, rows)
    }
}

fn said(done: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    )
}

/// Lets a person join on a device, with a PIN.
fn joins(founder: &Device, device: &Device, name: &str, pin: &str) {
    let request = device.file(&format!("{name}.json"));
    let answer = device.file(&format!("{name}.answer"));
    device.ok(&["join", "--name", name, "-o", &request], pin);
    founder.ok(
        &[
            "admit",
            &request,
            "--role",
            "agent",
            "--posts",
            "after_sales",
            "-o",
            &answer,
            "--yes",
        ],
        "",
    );
    device.ok(&["join", "--answer", &answer], "");
}

#[test]
fn a_pin_by_command_line_is_asked_waited_for_and_changed() {
    let device = Device::new();
    let begin = ["init", "--shop", "Green Fields", "--name", "Wang"];
    let told = device.refused(2, &begin, "12\n");
    assert!(told.contains("4 to 8 digits"), "{told}");
    assert!(!device.data().exists(), "nothing was begun");
    let begun = device.ok(&begin, "2468\n");
    assert!(!begun.contains("No PIN"), "{begun}");
    let pins: Vec<PathBuf> = fs::read_dir(device.data().join("keys"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "pin"))
        .collect();
    assert_eq!(pins.len(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&pins[0]).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Who founded it sits here; after signing out nobody acts without the PIN.
    assert!(device.complaint("AAA").status.success());
    device.ok(&["sign-in"], "2468\n");
    device.ok(&["sign-out", "--reason", "home"], "");
    assert!(!device.complaint("BBB").status.success());
    let told = device.refused(1, &["sign-in"], "1111\n");
    assert!(told.contains("not the PIN of Wang"), "{told}");
    assert!(told.contains("--recover"), "{told}");
    let told = device.refused(2, &["sign-in"], "");
    assert!(!told.is_empty());
    // With a clock of one's own the wait after wrong ones would be none.
    let later = [
        "--as",
        "Wang",
        "--now",
        "2026-11-25T08:00:00Z",
        "list",
        "todo",
    ];
    let told = device.refused(1, &later, "2468\n");
    assert!(told.contains("not by --now"), "{told}");
    let named = [
        "--as",
        "Wang",
        "open",
        "complaint",
        "words=CCC",
        "source=customer",
    ];
    assert!(!device.refused(1, &named, "9999\n").is_empty());
    device.ok(&named, "2468\n");
    // The fifth wrong one makes the next wait; each process is a restart.
    for _ in 0..4 {
        device.refused(1, &["sign-in"], "1111\n");
    }
    let told = device.refused(1, &["sign-in"], "1111\n");
    assert!(told.contains("again in 1 s"), "{told}");
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let mut waited = false;
    while !device.typed(&["sign-in"], "2468\n").status.success() {
        waited = true;
        assert!(
            std::time::Instant::now() < until,
            "nobody is locked out for good"
        );
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    println!("the right PIN had to wait: {waited}");
    // Changed: the old one proves it, and opens nothing afterwards.
    device.refused(1, &["pin"], "1111\n97531\n");
    device.refused(2, &["pin"], "2468\nabc\n");
    device.ok(&["pin"], "2468\n97531\n");
    device.refused(1, &["sign-in"], "2468\n");
    device.ok(&["sign-in", "Wang"], "97531\n");
    assert!(device.complaint("DDD").status.success());
}

#[test]
fn two_people_share_a_device_and_see_neither_drafts_nor_data_of_a_locked_desk() {
    let founder = Device::new();
    founder.ok(&["init", "--shop", "青禾", "--name", "Wang"], "2468\n");
    let device = Device::new();
    joins(&founder, &device, "林晓", LIN);
    joins(&founder, &device, "何静", HE);
    // Neither sits here before a PIN: joining alone seats nobody who has one.
    assert!(!device.complaint(SECRET).status.success());
    device.ok(&["sign-in", "林晓"], LIN);
    assert!(device.complaint(SECRET).status.success());
    // Work of the post, which both see.
    let item = device.json(&["list", "complaint"], "");
    let id = item["id"].as_str().unwrap();
    let pass_on = [
        "transfer",
        id,
        "--to",
        "after_sales",
        "--reason",
        "shift_end",
    ];
    device.ok(&pass_on, "");

    let mut terminal = device.open(80, 24);
    terminal.wait_for(SECRET).press("Enter").wait_for("备注");
    terminal.type_text("林晓的草稿");
    terminal.wait_for("林晓的草稿");
    terminal.press("Ctrl+Q").wait_for("换人").press("3");
    terminal.wait_for("林晓 已锁屏");
    for hidden in [SECRET, "林晓的草稿", "投诉"] {
        assert!(!terminal.shows(hidden), "{hidden}: {}", terminal.text());
    }
    // Nothing passes the gate, and a wrong PIN says so.
    terminal.press("F2 F12 Ctrl+P Ctrl+S");
    terminal
        .press("1")
        .wait_for("何静 的 PIN")
        .type_text("1111");
    terminal
        .wait_for("****")
        .press("Enter")
        .wait_for("PIN 不对");
    assert!(!terminal.shows("1111"));
    terminal.type_text(HE).press("Enter").wait_for("何静 售后");
    // The other person sees the shop's work, and not the draft.
    terminal.wait_for(SECRET).press("Enter").wait_for("备注");
    assert!(!terminal.shows("林晓的草稿"), "{}", terminal.text());
    terminal.type_text("何静的字").wait_for("何静的字");
    // Back again: each draft with its own.
    terminal
        .press("Ctrl+Q 3")
        .wait_for("何静 已锁屏")
        .press("2");
    terminal
        .wait_for("林晓 的 PIN")
        .type_text(LIN)
        .press("Enter");
    terminal.wait_for("林晓的草稿");
    assert!(!terminal.shows("何静的字"), "{}", terminal.text());

    // Killed while it is locked it starts locked, and the command line is locked as well.
    terminal.press("Ctrl+Q 3").wait_for("林晓 已锁屏");
    terminal.kill();
    let told = said(&device.complaint("EEE"));
    assert!(told.contains("locked"), "{told}");
    let mut terminal = device.open(80, 24);
    terminal.wait_for("林晓 的 PIN");
    assert!(!terminal.shows("林晓的草稿") && !terminal.shows(SECRET));
    terminal.type_text(LIN).press("Enter").wait_for(SECRET);
    terminal.press("Enter").wait_for("林晓的草稿");
    // The digits stand in no file of the device.
    assert_eq!(holding(device.folder.path(), LIN), Vec::<PathBuf>::new());
    terminal.quit();
}

/// The files below a folder that hold a text.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else {
            let bytes = fs::read(&path).unwrap_or_default();
            let hit = bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes());
            found.extend(hit.then_some(path));
        }
    }
    found
}

#[test]
fn rights_go_by_person_and_a_supervisor_beside_agents_is_warned() {
    let device = Device::new();
    device.ok(
        &["init", "--shop", "Green Fields", "--name", "Wang"],
        "2468\n",
    );
    joins(&device, &device, "Li", "1357\n");
    let told = device.ok(&["sign-in", "Wang"], "2468\n");
    assert!(told.contains("lies beside those of Li"), "{told}");
    let told = device.ok(&["sign-in", "Li"], "1357\n");
    assert!(!told.contains("lies beside"), "{told}");
    let set = ["setting", "set", "day_end", "5"];
    assert!(device.refused(1, &set, "").contains("supervisor"));
    let as_wang = ["--as", "Wang", "setting", "set", "day_end", "5"];
    // Nobody's PIN is the other's.
    device.refused(1, &as_wang, "1357\n");
    device.ok(&as_wang, "2468\n");
    // Who has no key here cannot be chosen, and is told what to do.
    let founder = Device::new();
    founder.ok(&["init", "--shop", "Other", "--name", "Zhou"], "");
    joins(&founder, &founder, "Ma", "");
    let other = Device::new();
    joins(&founder, &other, "Li", "");
    let told = other.refused(1, &["sign-in", "Zhou"], "");
    assert!(told.contains("zhiban join"), "{told}");
}

#[test]
fn a_copied_store_of_a_real_shop_goes_on_when_it_is_admitted_anew() {
    let founder = Device::new();
    founder.ok(&["init", "--shop", "Green Fields", "--name", "Wang"], "");
    let device = Device::new();
    joins(&founder, &device, "Li", "");
    assert!(device.complaint("AAA").status.success());
    let old = fs::read(device.data().join("zhiban.db")).unwrap();
    assert!(device.complaint("BBB").status.success());
    for rest in ["zhiban.db-wal", "zhiban.db-shm"] {
        let _ = fs::remove_file(device.data().join(rest));
    }
    fs::write(device.data().join("zhiban.db"), old).unwrap();
    assert!(!device.complaint("CCC").status.success(), "in doubt");
    let told = device.refused(2, &["doctor", "--continue-as-new"], "");
    assert!(told.contains("-o"), "{told}");
    let request = device.file("anew.json");
    let asked = device.typed(
        &["doctor", "--continue-as-new", "-o", &request, "--json"],
        "4444\n",
    );
    let asked: Value = serde_json::from_slice(&asked.stdout).unwrap();
    assert_eq!(asked["request"]["file"], json!(request));
    assert!(!device.complaint("DDD").status.success(), "read only");
    let answer = device.file("anew.answer");
    let admitted = founder.json(
        &[
            "admit", &request, "--role", "agent", "--posts", "printing", "-o", &answer, "--yes",
        ],
        "",
    );
    assert_eq!(admitted["digits"], asked["request"]["digits"]);
    device.ok(&["join", "--answer", &answer], "");
    device.ok(&["sign-in", "Li"], "4444\n");
    assert!(device.complaint("EEE").status.success());
    let verified = device.json(&["verify"], "");
    assert_eq!(verified["clean"], true, "{verified}");
    // The only one who may admit is not cut off by mistake.
    let told = founder.refused(
        1,
        &[
            "doctor",
            "--continue-as-new",
            "-o",
            &founder.file("no.json"),
        ],
        "",
    );
    assert!(told.contains("--recover"), "{told}");
    assert!(founder.complaint("FFF").status.success());
}

/// 2026-11-25T10:00+08:00.
const NOW: i64 = 1_795_572_000_000;
const DAY: i64 = 86_400_000;

fn chance(now: i64, seed: &str) -> (Box<dyn Clock>, Box<dyn Random>) {
    (Box::new(FixedClock(now)), Box::new(SeededRandom::new(seed)))
}

fn opened(folder: &Path, now: i64) -> Desk {
    let (clock, random) = chance(now, &now.to_string());
    Desk::open(Store::open(folder).unwrap(), clock, random).unwrap()
}

/// A real shop on one device with its founder and an agent, who has the PIN 1357 and sits here
/// before a complaint.
fn shared_device(folder: &Path) -> Desk {
    let store = folder.join("data");
    let (clock, random) = chance(NOW, "founder");
    let (mut desk, _) = begin::init(&store, "青禾家居", "王主管", clock, random).unwrap();
    let mut random = SeededRandom::new("request");
    let request = admit::request(&store, "林晓", Some("1357"), &mut random).unwrap();
    let granted = Granted {
        role: Role::Agent,
        posts: &[Post::AfterSales],
        limit: None,
    };
    desk.admit(&request, &granted).unwrap();
    let answer = folder.join("answer");
    desk.answer(&request, &answer).unwrap();
    drop(desk);
    let (clock, random) = chance(NOW, "agent");
    let store = Store::open(&store).unwrap();
    let (mut desk, _, joined) = admit::complete(store, &answer, clock, random).unwrap();
    let lin = desk.people().of_replica(joined).unwrap().clone();
    assert_eq!(
        desk.sign_in(&lin).unwrap_err().message,
        "problem-pin-needed"
    );
    desk.sign_in_with(&lin, Some("1357")).unwrap();
    desk.open_record(
        "complaint",
        fields([("words", json!(SECRET)), ("source", json!("customer"))]),
    )
    .unwrap();
    desk
}

fn workstation(desk: Desk, language: Language, size: (u16, u16)) -> Workstation {
    let mut config = Config::default();
    config.lock.minutes = 3;
    let (words, keymap) = (Words::new(language), Keymap::load(None).0);
    Workstation::new(desk, config, words, keymap, size).unwrap()
}

fn drawn(app: &Workstation, (width, height): (u16, u16)) -> String {
    let mut terminal = ratatui::Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| {
            let _ = app.view(frame);
        })
        .unwrap();
    let buffer = terminal.backend().buffer();
    assert!(dump::is_whole(buffer), "{}", dump::text(buffer));
    dump::text(buffer)
}

fn press(app: &mut Workstation, key: &str) -> Vec<Effect> {
    let press = Press::of(Key::parse(key).unwrap());
    app.update(Message::Input(Input::Key(press))).list
}

fn type_text(app: &mut Workstation, text: &str) {
    for c in text.chars() {
        app.update(Message::Input(Input::Key(Press {
            key: Key::plain(Code::Char(c)),
            typed: Some(c),
        })));
    }
}

#[test]
fn auto_lock_after_the_minutes_that_the_settings_say() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = workstation(shared_device(folder.path()), Language::ZhCn, (80, 24));
    let wake = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|effect| match effect {
            Effect::Wake(token, after) if after.as_secs() == 180 => Some(token),
            _ => None,
        })
    };
    // Also a desk at which nobody ever pressed a key; each key begins the wait anew.
    let token = wake(app.update(Message::Tick).list).unwrap();
    assert_eq!(wake(press(&mut app, "Enter")), Some(token));
    type_text(&mut app, "写到一半");
    assert!(drawn(&app, (80, 24)).contains("写到一半"));
    app.update(Message::Wake(token));
    let locked = drawn(&app, (80, 24));
    assert!(
        locked.contains("林晓 已锁屏") && locked.contains("林晓 的 PIN"),
        "{locked}"
    );
    assert!(
        !locked.contains(SECRET) && !locked.contains("写到一半"),
        "{locked}"
    );
    assert_eq!(app.desk().me().unwrap_err().message, "problem-locked");
    // The draft is in the store already, for this person alone.
    let lin = app.desk().people().by_name("林晓").unwrap().id.to_string();
    let wang = app
        .desk()
        .people()
        .by_name("王主管")
        .unwrap()
        .id
        .to_string();
    assert_eq!(app.desk().store().drafts(&lin).unwrap()[0].text, "写到一半");
    assert_eq!(app.desk().store().drafts(&wang).unwrap(), []);
    // Full-width digits of an input method are digits.
    type_text(&mut app, "１３５７");
    press(&mut app, "Enter");
    assert!(drawn(&app, (80, 24)).contains("写到一半"));
    assert!(app.desk().me().is_ok());
    // What stands in front stays open for who comes back, and for nobody else.
    press(&mut app, "F2");
    type_text(&mut app, "退货运费谁出");
    app.update(Message::Wake(token));
    press(&mut app, "Esc");
    type_text(&mut app, "2");
    assert!(drawn(&app, (80, 24)).contains("王主管"));
    assert_eq!(
        app.desk().me().unwrap().name,
        "王主管",
        "no PIN is set for him"
    );
    assert!(!drawn(&app, (80, 24)).contains("退货运费谁出"));
    press(&mut app, "Ctrl+Q");
    type_text(&mut app, "3");
    type_text(&mut app, "1");
    type_text(&mut app, "1357");
    press(&mut app, "Enter");
    assert!(drawn(&app, (80, 24)).contains("退货运费谁出"));
}

#[test]
fn auto_lock_is_off_in_a_drill_until_a_pin_is_set() {
    let folder = tempfile::tempdir().unwrap();
    let (clock, random) = chance(NOW, "drill");
    let desk = begin::init_drill(&folder.path().join("d"), "Drill", "林晓", clock, random);
    let mut app = workstation(desk.unwrap(), Language::ZhCn, (80, 24));
    let locks = |effects: &[Effect]| {
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Wake(_, after) if after.as_secs() == 180))
    };
    assert!(!locks(&press(&mut app, "Down")));
    // Nobody is asked for what was never set.
    press(&mut app, "Ctrl+Q");
    type_text(&mut app, "3");
    assert!(drawn(&app, (80, 24)).contains("林晓 已锁屏"));
    press(&mut app, "Enter");
    assert!(app.desk().me().is_ok());
    assert!(!drawn(&app, (80, 24)).contains("已锁屏"));
    drop(app);
    let mut desk = opened(&folder.path().join("d"), NOW);
    let me = desk.me().unwrap().clone();
    desk.set_pin(&me, None, "1357").unwrap();
    let mut app = workstation(desk, Language::ZhCn, (80, 24));
    assert!(locks(&press(&mut app, "Down")));
}

#[test]
fn the_signed_in_person_signs_in_anew_when_the_business_day_is_over() {
    let folder = tempfile::tempdir().unwrap();
    drop(shared_device(folder.path()));
    let data = folder.path().join("data");
    assert!(!opened(&data, NOW + 10 * 3_600_000).is_day_over().unwrap());
    // A reader's clock before that day ends nothing.
    assert!(!opened(&data, NOW - DAY).is_day_over().unwrap());
    let desk = opened(&data, NOW + DAY);
    assert!(desk.is_day_over().unwrap());
    let mut app = workstation(desk, Language::En, (80, 24));
    app.update(Message::Tick);
    let text = drawn(&app, (80, 24));
    assert!(text.contains("locked this desk"), "{text}");
    type_text(&mut app, "1");
    type_text(&mut app, "1357");
    press(&mut app, "Enter");
    assert!(!app.desk().is_day_over().unwrap());
    let lin = app.desk().me().unwrap().id;
    assert_eq!(app.desk().presence_of(lin).unwrap(), "present");
}

#[test]
fn the_gate_is_drawn_in_every_size_and_language_and_shows_no_buyer() {
    let folder = tempfile::tempdir().unwrap();
    for (at, language) in Language::ALL.into_iter().enumerate() {
        let folder = folder.path().join(at.to_string());
        fs::create_dir(&folder).unwrap();
        let mut app = workstation(shared_device(&folder), language, (80, 24));
        press(&mut app, "Ctrl+Q");
        type_text(&mut app, "3");
        for pin in [false, true] {
            if pin {
                type_text(&mut app, "1");
                type_text(&mut app, "24");
            }
            for size in [(80, 24), (120, 40), (20, 6), (1, 1), (3, 2), (500, 3)] {
                let text = drawn(&app, size);
                assert!(!text.contains(SECRET) && !text.contains("24"), "{text}");
                if size.0 >= 80 && size.1 >= 24 {
                    println!("{text}\n");
                    for shown in ["青禾家居", "1 林晓", "2 王主管", "10:00"] {
                        assert!(text.contains(shown), "{shown}: {text}");
                    }
                    assert_eq!(text.contains("**"), pin, "{text}");
                }
            }
        }
        // Wrong tries are said in the person's language, and never put the words on screen.
        press(&mut app, "Enter");
        let text = drawn(&app, (80, 24));
        let shape = Words::new(language).get("problem-pin-shape").to_string();
        assert!(text.contains(&shape), "{text}");
        println!("{text}\n");
        assert!(
            press(&mut app, "Ctrl+Q")
                .iter()
                .any(|effect| matches!(effect, Effect::Quit))
        );
    }
}

#[test]
fn auto_lock_in_a_terminal_after_a_real_minute() {
    if std::env::var_os("ZHIBAN_LOCK").is_none() {
        eprintln!("SKIPPED: set ZHIBAN_LOCK=1 to wait a real minute");
        return;
    }
    let device = Device::new();
    let config = device.folder.path().join("config/zhiban");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.toml"), "[lock]\nminutes = 1\n").unwrap();
    device.ok(&["init", "--shop", "青禾", "--name", "林晓"], LIN);
    assert!(device.complaint(SECRET).status.success());
    let mut terminal = device.open(80, 24);
    terminal.wait_for(SECRET).press("Enter");
    std::thread::sleep(std::time::Duration::from_secs(45));
    terminal.wait_for("林晓 的 PIN");
    assert!(!terminal.shows(SECRET));
}
