//! The terminal itself: taken, used and given back, under a real pseudo terminal.
//!
//! The program under test is this test binary, started again as its own child
//! on the terminal: `child` does nothing otherwise.
#![cfg(unix)]
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on has failed

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use zhiban::config::Config;
use zhiban::i18n::Language;
use zhiban::tui::keys::{Code, Input};
use zhiban::tui::open::open;
use zhiban::tui::run::{App, Effect, Effects, Message};
use zhiban::tui::theme::{Ink, Theme};
use zhiban::tui::widgets::{Look, editor, frame, line};

const CHILD: &str = "ZHIBAN_TEST_CHILD";

/// A note pad: types text, counts keys, writes its draft when it is told to end.
struct Pad {
    text: zhiban::text::edit::Editor,
    keys: usize,
    folder: std::path::PathBuf,
    words: zhiban::i18n::Words,
    theme: Theme,
    panics: bool,
}

impl App for Pad {
    type Background = ();

    fn update(&mut self, message: Message<()>) -> Effects {
        match message {
            Message::Input(Input::Key(press)) if press.key.ctrl => match press.key.code {
                Code::Char('q') => Effects::none().and(Effect::Quit),
                Code::Char('c') => Effects::none().and(Effect::Copy(self.text.text().into())),
                Code::Char('x') => {
                    self.panics = true;
                    Effects::draw()
                }
                Code::Char('z') => Effects::none().and(Effect::Suspend),
                _ => Effects::none(),
            },
            Message::Input(input) => {
                self.keys += 1;
                editor::type_into(&mut self.text, &input);
                Effects::draw()
            }
            Message::Signal(signal) => {
                std::fs::write(self.folder.join("draft"), self.text.text()).unwrap();
                std::fs::write(self.folder.join("signal"), format!("{signal:?}")).unwrap();
                Effects::draw()
            }
            _ => Effects::none(),
        }
    }

    fn view(&self, frame: &mut Frame<'_>) -> Option<Position> {
        assert!(!self.panics, "a customer's words");
        let look = Look {
            words: &self.words,
            theme: &self.theme,
            ambiguous: zhiban::text::width::Ambiguous::Narrow,
            spots: None,
        };
        let area = frame.area();
        let buf = frame.buffer_mut();
        let count = format!("keys {}", self.keys);
        let inner = frame::overlay(buf, area, &[line::text(count)], &[], &[], &look);
        let field = Rect {
            height: inner.height.min(3),
            ..inner
        };
        editor::draw(buf, field, &self.text, Ink::Text, &look)
    }

    fn next_tick(&self) -> Duration {
        Duration::from_mins(1)
    }
}

#[test]
fn child() {
    let Ok(folder) = std::env::var(CHILD) else {
        return;
    };
    let folder = std::path::PathBuf::from(folder);
    let config = Config::default();
    let opened = open(&config, Language::En, folder.clone(), |_, _| {
        Ok(Pad {
            text: zhiban::text::edit::Editor::new(),
            keys: 0,
            folder,
            words: zhiban::i18n::Words::new(Language::En),
            theme: Theme::named("dark"),
            panics: false,
        })
    });
    println!("ended {}", opened.is_ok());
}

/// The child on its terminal, with what it wrote.
struct Desk {
    master: Option<Box<dyn MasterPty + Send>>,
    input: Option<Box<dyn Write + Send>>,
    output: Receiver<Vec<u8>>,
    raw: Vec<u8>,
    screen: vt100::Parser,
    child: Box<dyn Child + Send + Sync>,
    folder: tempfile::TempDir,
}

impl Desk {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let size = PtySize {
            rows: 12,
            cols: 60,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", "child", "--nocapture"]);
        command.env(CHILD, folder.path());
        command.env("TERM", "xterm-256color");
        command.env("SSH_TTY", "/dev/pts/0"); // the system's clipboard is not asked
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let input = pair.master.take_writer().unwrap();
        let mut desk = Self {
            master: Some(pair.master),
            input: Some(input),
            output,
            raw: Vec::new(),
            screen: vt100::Parser::new(NonZero::new(12).unwrap(), NonZero::new(60).unwrap(), 0),
            child,
            folder,
        };
        desk.until("the first frame", |desk| desk.shows("keys 0"));
        desk
    }

    fn send(&mut self, bytes: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes.as_bytes()).unwrap();
        input.flush().unwrap();
    }

    fn take(&mut self, wait: Duration) -> bool {
        match self.output.recv_timeout(wait) {
            Ok(bytes) => {
                self.screen.process(&bytes);
                self.raw.extend(bytes);
                true
            }
            Err(RecvTimeoutError::Timeout) => true,
            Err(RecvTimeoutError::Disconnected) => false,
        }
    }

    fn until(&mut self, what: &str, done: impl Fn(&mut Self) -> bool) {
        let latest = Instant::now() + Duration::from_secs(20);
        while !done(self) {
            assert!(
                Instant::now() < latest,
                "no {what}: {}",
                self.screen.screen().contents()
            );
            if !self.take(Duration::from_millis(20)) {
                thread::sleep(Duration::from_millis(5));
            }
        }
    }

    fn shows(&self, text: &str) -> bool {
        self.screen.screen().contents().contains(text)
    }

    fn wrote(&self, bytes: &str) -> bool {
        self.raw
            .windows(bytes.len())
            .any(|window| window == bytes.as_bytes())
    }

    fn ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        let status = std::process::Command::new("kill")
            .args([name, &pid])
            .status()
            .unwrap();
        assert!(status.success());
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    fn assert_given_back(&self) {
        assert!(
            self.wrote("\x1b[?1049h") && self.wrote("\x1b[?1049l"),
            "the screen stays taken"
        );
        assert!(self.wrote("\x1b[?2004l"), "paste marks stay on");
        assert!(self.wrote("\x1b[?1000l"), "the mouse stays on");
        assert!(
            !self.screen.screen().hide_cursor(),
            "the cursor stays hidden"
        );
    }
}

#[test]
fn chinese_is_typed_pasted_copied_and_the_terminal_given_back() {
    let mut desk = Desk::start();
    desk.send("亲，在吗");
    desk.until("typed text", |desk| desk.shows("亲，在吗"));
    let (row, column) = desk.screen.screen().cursor_position();
    assert_eq!((row, column), (1, 9), "the caret anchors the input method");
    desk.send("\x1b[200~第一行\r第二行\x1b[201~");
    desk.until("pasted text", |desk| desk.shows("第二行"));
    assert!(
        desk.shows("keys 5"),
        "a paste is one input: {}",
        desk.screen.screen().contents()
    );
    desk.send("\x03");
    desk.until("the copy", |desk| {
        desk.wrote("\x1b]52;c;5Lqy77yM5Zyo5ZCX56ys5LiA6KGM")
    });
    desk.send("\x11");
    desk.until("the end", Desk::ended);
    desk.until("the last word", |desk| desk.wrote("ended true"));
    desk.assert_given_back();
}

#[test]
fn a_burst_over_a_thousand_bytes_loses_nothing() {
    let mut desk = Desk::start();
    desk.send(&"j".repeat(5000));
    desk.until("all keys", |desk| desk.shows("keys 5000"));
    desk.send("\x11");
    desk.until("the end", Desk::ended);
}

#[test]
fn a_signal_keeps_the_draft_and_gives_the_terminal_back() {
    for (name, seen) in [("-TERM", "End"), ("-HUP", "End"), ("-INT", "End")] {
        let mut desk = Desk::start();
        desk.send("没写完");
        desk.until("typed text", |desk| desk.shows("没写完"));
        desk.signal(name);
        desk.until("the end", Desk::ended);
        desk.until("the last word", |desk| desk.wrote("ended true"));
        assert_eq!(
            (desk.file("draft").as_str(), desk.file("signal").as_str()),
            ("没写完", seen)
        );
        desk.assert_given_back();
    }
}

#[test]
fn a_terminal_that_is_gone_ends_the_program_without_a_spin() {
    let mut desk = Desk::start();
    desk.send("没写完");
    desk.until("typed text", |desk| desk.shows("没写完"));
    desk.input = None;
    desk.master = None;
    // The reader holds the last handle of the terminal: let it go as well.
    let (_, nothing) = mpsc::channel();
    desk.output = nothing;
    desk.signal("-HUP");
    let latest = Instant::now() + Duration::from_secs(8);
    while !desk.ended() {
        assert!(Instant::now() < latest, "still there");
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(desk.file("draft"), "没写完");
}

#[test]
fn a_crash_gives_the_terminal_back_and_tells_where_without_peoples_words() {
    let mut desk = Desk::start();
    desk.send("没写完");
    desk.until("typed text", |desk| desk.shows("没写完"));
    desk.send("\x18");
    desk.until("the end", Desk::ended);
    assert_eq!(desk.file("draft"), "没写完", "what was typed is kept");
    desk.until("the sentence", |desk| {
        desk.shows("crash-") || desk.wrote("crash-")
    });
    desk.assert_given_back();
    let crash = std::fs::read_dir(desk.folder.path())
        .unwrap()
        .filter_map(Result::ok)
        .find(|entry| {
            Path::new(&entry.file_name())
                .to_string_lossy()
                .starts_with("crash-")
        })
        .expect("a crash file");
    let report = std::fs::read_to_string(crash.path()).unwrap();
    assert!(report.contains("tests/terminal.rs"), "{report}");
    assert!(!report.contains("customer's words"));
    assert!(!desk.wrote("customer's words"));
}

#[test]
fn it_is_suspended_and_comes_back_whole() {
    let mut desk = Desk::start();
    desk.send("退款");
    desk.until("typed text", |desk| desk.shows("退款"));
    desk.raw.clear();
    desk.send("\x1a");
    desk.until("the screen given back", |desk| desk.wrote("\x1b[?1049l"));
    thread::sleep(Duration::from_millis(100));
    desk.raw.clear();
    desk.signal("-CONT");
    desk.until("the screen taken", |desk| desk.wrote("\x1b[?1049h"));
    desk.until("the text again", |desk| desk.wrote("退款"));
    desk.send("\x11");
    desk.until("the end", Desk::ended);
}

#[test]
fn keys_typed_while_it_comes_back_are_keys() {
    let mut desk = Desk::start();
    let pid = i32::try_from(desk.child.process_id().unwrap()).unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    for _ in 0..2_000 {
        rustix::process::kill_process(pid, rustix::process::Signal::CONT).unwrap();
        // Where the terminal reads in lines, this key is the signal to quit.
        desk.send("\x1c");
        desk.take(Duration::from_micros(50));
    }
    desk.send("好");
    desk.until("the key after them", |desk| {
        assert!(!desk.ended(), "{}", desk.file("signal"));
        desk.shows("好")
    });
    desk.send("\x11");
    desk.until("the end", Desk::ended);
}

#[test]
fn it_survives_every_size_and_is_silent_when_idle() {
    let mut desk = Desk::start();
    for (rows, cols) in [(1, 1), (2, 3), (100, 300), (5, 1), (12, 60)] {
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        desk.master.as_ref().unwrap().resize(size).unwrap();
        thread::sleep(Duration::from_millis(30));
        desk.take(Duration::from_millis(30));
    }
    desk.send("好");
    desk.until("text after the storm", |desk| desk.shows("好"));
    while !desk.raw.is_empty() {
        desk.raw.clear();
        desk.take(Duration::from_millis(100));
    }
    desk.take(Duration::from_millis(400));
    assert!(desk.raw.is_empty(), "it writes while nothing happens");
    desk.raw.clear();
    desk.send("x");
    desk.until("one more", |desk| desk.shows("好x"));
    assert!(desk.raw.len() < 400, "{} bytes for one key", desk.raw.len());
    desk.send("\x11");
    desk.until("the end", Desk::ended);
}
