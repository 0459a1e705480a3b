//! What end-to-end tests share: drill stores laid by the real program, and the workstation in
//! a pseudo-terminal whose screen is read as a person reads it.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// The time at which the sample shop opens.
pub const NOW: &str = "2026-11-22T15:46:00+08:00";
/// How long a test waits for something to appear before it fails.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Returns the folder of shared data, where there is one; says loudly when there is none.
pub fn shared(what: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("ZHIBAN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let wanted = folder.join(what);
    if wanted.exists() {
        return Some(wanted);
    }
    eprintln!(
        "SKIPPED: {} is not here, so nothing was tested against it",
        wanted.display()
    );
    None
}

/// A desk of a drill shop in a folder of its own.
pub struct DrillDesk {
    /// Holds the folder.
    pub folder: tempfile::TempDir,
}

impl DrillDesk {
    /// Lays a drill shop down with `init --drill`.
    pub fn new(shop: &str, name: &str) -> Self {
        let desk = Self::bare();
        let done = desk.run(&["init", "--drill", "--shop", shop, "--name", name]);
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        desk
    }

    /// Returns an empty folder.
    pub fn bare() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Returns the store's folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Returns a path beside the store.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command on the desk at the fixed time.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that must end with 0 and returns what it printed.
    pub fn ok(&self, args: &[&str]) -> String {
        let done = self.run(args);
        let (out, err) = (
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr),
        );
        assert!(done.status.success(), "{args:?}: {out}{err}");
        out.into_owned()
    }

    /// Runs a command with `--json` and returns its objects, a line each.
    pub fn json(&self, args: &[&str]) -> Vec<serde_json::Value> {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let done = self.run(&args);
        let out = String::from_utf8_lossy(&done.stdout);
        let read =
            |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("{args:?}: {line}"));
        out.lines()
            .filter(|line| !line.trim().is_empty())
            .map(read)
            .collect()
    }

    /// Returns a command on the desk at the fixed time, not yet started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zhiban"));
        command
            .args(args)
            .env("ZHIBAN_DATA", self.data())
            .env("ZHIBAN_NOW", NOW)
            .env("LC_ALL", "zh_CN.UTF-8");
        command
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path().join("config"));
        command
    }

    /// Opens the workstation in a terminal of this size.
    pub fn open(&self, columns: u16, rows: u16) -> Terminal {
        self.open_with(columns, rows, &[])
    }

    /// Opens the workstation with further arguments.
    pub fn open_with(&self, columns: u16, rows: u16, args: &[&str]) -> Terminal {
        Terminal::start(self.workstation(args), columns, rows)
    }

    /// Returns the workstation as a command for a terminal, not yet started.
    pub fn workstation(&self, args: &[&str]) -> CommandBuilder {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_zhiban"));
        command.args(args);
        command.env("ZHIBAN_DATA", self.data());
        command.env("ZHIBAN_NOW", NOW);
        command.env("HOME", self.folder.path());
        command.env("XDG_CONFIG_HOME", self.folder.path().join("config"));
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "zh_CN.UTF-8");
        // As over SSH: no native clipboard, so that copies are seen as OSC 52.
        command.env("SSH_TTY", "/dev/pts/0");
        command.env_remove("DISPLAY");
        command.env_remove("WAYLAND_DISPLAY");
        command
    }
}

/// The flags by which a terminal echoes, gathers lines and turns keys into signals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines(Option<[u64; 3]>);

impl Lines {
    fn of(master: &dyn MasterPty) -> Self {
        #[cfg(unix)]
        let flags = master.get_termios().map(|set| {
            [
                u64::from(set.local_flags.bits()),
                u64::from(set.input_flags.bits()),
                u64::from(set.output_flags.bits()),
            ]
        });
        #[cfg(not(unix))]
        let flags = None;
        Self(flags)
    }
}

/// The workstation in a pseudo-terminal.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    /// How the terminal handled lines before the program had it.
    lines: Lines,
    bytes: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    raw: Vec<u8>,
    keys: usize,
}

impl Terminal {
    /// Starts a program in a terminal of this size.
    pub fn start(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let lines = Lines::of(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let (send, bytes) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while let Ok(count) = reader.read(&mut buffer) {
                if count == 0 || send.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let screen = new_screen(columns, rows);
        Self {
            child,
            master: Some(pair.master),
            writer: Some(writer),
            lines,
            bytes,
            screen,
            raw: Vec::new(),
            keys: 0,
        }
    }

    fn take_in(&mut self, wait: Duration) -> bool {
        match self.bytes.recv_timeout(wait) {
            Ok(bytes) => {
                self.screen.process(&bytes);
                self.raw.extend(bytes);
                true
            }
            Err(_) => false,
        }
    }

    /// Returns the screen as text, a line a row.
    pub fn text(&mut self) -> String {
        while self.take_in(Duration::from_millis(60)) {}
        self.screen.screen().contents()
    }

    /// Returns everything the program wrote.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Returns where the caret stands: row, column.
    pub fn caret(&self) -> (u16, u16) {
        self.screen.screen().cursor_position()
    }

    /// Waits until the screen shows a text.
    pub fn wait_for(&mut self, text: &str) -> &mut Self {
        let until = Instant::now() + PATIENCE;
        while !self.shows(text) {
            assert!(
                Instant::now() < until,
                "«{text}» did not appear:\n{}",
                self.screen.screen().contents()
            );
            self.take_in(Duration::from_millis(100));
        }
        self
    }

    /// Waits until the screen no longer shows a text.
    pub fn wait_gone(&mut self, text: &str) -> &mut Self {
        let until = Instant::now() + PATIENCE;
        while self.shows(text) {
            assert!(
                Instant::now() < until,
                "«{text}» did not go:\n{}",
                self.screen.screen().contents()
            );
            self.take_in(Duration::from_millis(100));
        }
        self
    }

    /// Returns whether the screen shows a text now; blanks between wide characters do not count.
    pub fn shows(&self, text: &str) -> bool {
        let squeeze = |text: &str| {
            text.chars()
                .filter(|c| !c.is_whitespace())
                .collect::<String>()
        };
        squeeze(&self.screen.screen().contents()).contains(&squeeze(text))
    }

    /// Types text, a key each character.
    pub fn type_text(&mut self, text: &str) -> &mut Self {
        self.keys += text.chars().count();
        self.send(text.as_bytes())
    }

    /// Presses keys by name, separated by blanks: `F2 Enter Ctrl+T Alt+3 Esc Tab 1 Space`.
    pub fn press(&mut self, names: &str) -> &mut Self {
        for name in names.split(' ') {
            self.keys += 1;
            let bytes = key_bytes(name);
            self.send(&bytes);
            // Escape and the key after it must not melt into one Alt key.
            std::thread::sleep(Duration::from_millis(if name == "Esc" { 120 } else { 25 }));
        }
        self
    }

    /// Pastes text as a terminal with bracketed paste does.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        let bytes = format!("\x1b[200~{text}\x1b[201~");
        self.send(bytes.as_bytes())
    }

    /// Returns how many keys were pressed since the last count.
    pub fn count_keys(&mut self) -> usize {
        std::mem::take(&mut self.keys)
    }

    fn send(&mut self, bytes: &[u8]) -> &mut Self {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(bytes).unwrap();
        writer.flush().unwrap();
        self
    }

    /// Sends bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.send(bytes)
    }

    /// Presses the left button at a cell, both numbers from 0, and lets it go.
    pub fn click(&mut self, column: u16, row: u16) -> &mut Self {
        let (x, y) = (column + 1, row + 1);
        self.send(format!("\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m").as_bytes())
    }

    /// Forgets what the program wrote so far; the screen stays.
    pub fn forget(&mut self) -> &mut Self {
        self.raw.clear();
        self
    }

    /// Waits until the program wrote these bytes.
    pub fn wait_raw(&mut self, bytes: &str) -> &mut Self {
        let until = Instant::now() + PATIENCE;
        while !self.wrote(bytes) {
            assert!(Instant::now() < until, "{bytes:?} was not written");
            self.take_in(Duration::from_millis(50));
        }
        self
    }

    /// Returns whether the program wrote these bytes.
    pub fn wrote(&self, bytes: &str) -> bool {
        self.raw
            .windows(bytes.len())
            .any(|window| window == bytes.as_bytes())
    }

    /// Returns whether the cursor is hidden.
    pub fn is_cursor_hidden(&self) -> bool {
        self.screen.screen().hide_cursor()
    }

    /// Asserts that the terminal is as it was before the program: the main screen, a cursor,
    /// lines and echo, and neither marks of pastes nor mouse reports.
    pub fn assert_given_back(&mut self, when: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.wrote("\x1b[?1049l") && Instant::now() < until {
            self.take_in(Duration::from_millis(50));
        }
        while self.take_in(Duration::from_millis(50)) {}
        let raw = String::from_utf8_lossy(&self.raw);
        for (on, off) in [
            ("\x1b[?1049h", "\x1b[?1049l"),
            ("\x1b[?2004h", "\x1b[?2004l"),
            ("\x1b[?1000h", "\x1b[?1000l"),
            ("\x1b[?1002h", "\x1b[?1002l"),
            ("\x1b[?1006h", "\x1b[?1006l"),
        ] {
            assert!(raw.rfind(on) < raw.rfind(off), "{when}: {on:?} stays");
        }
        assert!(!self.is_cursor_hidden(), "{when}: no cursor");
        let master = self.master.as_deref().unwrap();
        assert_eq!(Lines::of(master), self.lines, "{when}: no lines, no echo");
    }

    /// Takes the terminal away: nobody holds its other end any more.
    pub fn hang_up(&mut self) {
        // The thread that reads it lets go with the next bytes that nobody wants.
        let (_, nothing) = channel();
        self.bytes = nothing;
        self.send(b"\x1b[I\x0c");
        std::thread::sleep(Duration::from_millis(300));
        self.writer = None;
        self.master = None;
    }

    /// Changes the window's size.
    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.master
            .as_ref()
            .unwrap()
            .resize(PtySize {
                rows,
                cols: columns,
                pixel_width: 0,
                pixel_height: 0,
            })
            .unwrap();
        self.screen = new_screen(columns, rows);
        self
    }

    /// Returns the last text that was handed to the terminal's clipboard by OSC 52.
    pub fn clipboard(&mut self) -> Option<String> {
        self.text();
        let raw = String::from_utf8_lossy(&self.raw).into_owned();
        let start = raw.rfind("\x1b]52;c;")? + 7;
        let end = raw[start..].find(['\x07', '\x1b'])? + start;
        use base64::Engine;
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(&raw[start..end])
            .ok()?;
        String::from_utf8(bytes).ok()
    }

    /// Returns the program's process id.
    pub fn process_id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Kills the program without a word.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal by name to the program.
    pub fn signal(&mut self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(
            Command::new("kill")
                .args([format!("-{name}"), id])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits for the program's end and returns whether it ended well.
    pub fn ended(&mut self) -> bool {
        let until = Instant::now() + PATIENCE;
        loop {
            self.take_in(Duration::from_millis(50));
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            assert!(
                Instant::now() < until,
                "the program did not end:\n{}",
                self.screen.screen().contents()
            );
        }
    }

    /// Leaves the workstation by its menu.
    pub fn quit(&mut self) {
        self.press("Ctrl+Q");
        self.press("5");
        assert!(self.ended());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn new_screen(columns: u16, rows: u16) -> vt100::Parser {
    vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0)
}

fn key_bytes(name: &str) -> Vec<u8> {
    let function = |number: u8| match number {
        1 => "\x1bOP".into(),
        2 => "\x1bOQ".into(),
        3 => "\x1bOR".into(),
        4 => "\x1bOS".into(),
        5 => "\x1b[15~".into(),
        6 => "\x1b[17~".into(),
        7 => "\x1b[18~".into(),
        8 => "\x1b[19~".into(),
        9 => "\x1b[20~".into(),
        10 => "\x1b[21~".into(),
        11 => "\x1b[23~".into(),
        _ => "\x1b[24~".to_owned(),
    };
    match name {
        "Enter" => b"\r".to_vec(),
        "Esc" => b"\x1b".to_vec(),
        "Tab" => b"\t".to_vec(),
        "Backspace" => b"\x7f".to_vec(),
        "Space" => b" ".to_vec(),
        "Up" => b"\x1b[A".to_vec(),
        "Down" => b"\x1b[B".to_vec(),
        "Right" => b"\x1b[C".to_vec(),
        "Left" => b"\x1b[D".to_vec(),
        "PgUp" => b"\x1b[5~".to_vec(),
        "PgDn" => b"\x1b[6~".to_vec(),
        "Del" => b"\x1b[3~".to_vec(),
        "Ins" => b"\x1b[2~".to_vec(),
        "Home" => b"\x1b[H".to_vec(),
        "End" => b"\x1b[F".to_vec(),
        _ => {
            if let Some(number) = name
                .strip_prefix('F')
                .and_then(|number| number.parse().ok())
            {
                function(number).into_bytes()
            } else if let Some(letter) = name.strip_prefix("Ctrl+") {
                vec![letter.bytes().next().unwrap().to_ascii_uppercase() - b'@']
            } else if let Some(rest) = name.strip_prefix("Alt+") {
                [b"\x1b".as_slice(), rest.as_bytes()].concat()
            } else {
                name.as_bytes().to_vec()
            }
        }
    }
}
