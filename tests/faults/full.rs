//! Disks that are really full, and the real program on them: file systems in memory that are as
//! small as wished, files over their limit, outputs that take nothing.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use zhiban::problem::Kind;
use zhiban::store::{Store, Trouble};

use crate::sample::{CHAT, shop};
use crate::script::{self, edit, lay};
use crate::support::{DrillDesk, Terminal};
use crate::{folder, times};

/// A file system of its own in memory, taken away at the end.
struct SmallDisk {
    place: tempfile::TempDir,
}

impl SmallDisk {
    /// Mounts one, or says loudly that it may not.
    fn of(mebibytes: u64) -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        let size = format!("size={mebibytes}m");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(place.path())
            .stderr(Stdio::null())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self { place });
        }
        eprintln!("SKIPPED: nothing may be mounted here, so no really full disk was tested");
        None
    }

    fn path(&self) -> &Path {
        self.place.path()
    }

    /// Fills the disk but for so many bytes; the file that does it gives way when removed.
    fn fill(&self, but: u64) -> PathBuf {
        let path = self.path().join("ballast");
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .unwrap();
        let mut size = file.seek(SeekFrom::End(0)).unwrap();
        while let Ok(count) = file.write(&[7; 4096]) {
            size += count as u64;
        }
        file.set_len(size.saturating_sub(but)).unwrap();
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount")
            .arg("-l")
            .arg(self.place.path())
            .status();
    }
}

#[test]
fn enospc_sweep_on_a_small_disk() {
    let steps = times("ZHIBAN_STEPS", 8).max(2);
    let mut saved = 0;
    for step in 0..steps {
        let size = 1 + 63 * step / (steps - 1);
        let Some(disk) = SmallDisk::of(size) else {
            return;
        };
        let data = disk.path().join("data");
        let (mut store, replica) = lay(&data, 1);
        let ballast = disk.fill(350_000 + 37_000 * (step % 7));
        let mut number = 0;
        let refused = loop {
            match edit(&mut store, replica, number) {
                Ok(()) => number += 1,
                Err(problem) => break problem,
            }
        };
        let what = format!("{size} MiB, after {number} acts");
        assert_eq!(
            (refused.kind, refused.message),
            (Kind::NotSaved, "problem-store-full"),
            "{what}: {refused:?}"
        );
        assert_eq!(store.trouble(), Some(Trouble::Full), "{what}");
        // Reading and a copy elsewhere still work, a copy here is whole or not at all.
        assert!(store.verify().unwrap().clean, "{what}");
        assert!(store.search("第1句话", None, 5).is_ok(), "{what}");
        let elsewhere = folder();
        let copy = elsewhere.path().join("copy.zhiban");
        store.backup(&copy).unwrap();
        assert!(Store::verify_copy(&copy).unwrap().clean, "{what}");
        disk.fill(0);
        for name in ["here.zhiban", "here.zbundle"] {
            let here = disk.path().join(name);
            let told = match name {
                "here.zhiban" => store.backup(&here).map_err(Into::into),
                _ => script::export(&mut store, replica, &here),
            };
            assert_eq!(
                told.is_ok(),
                here.exists(),
                "{what}: a half {name}: {told:?}"
            );
        }
        let litter: Vec<_> = fs::read_dir(disk.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| name != "data" && name != "ballast")
            .filter(|name| !name.to_string_lossy().starts_with("here.z"))
            .collect();
        assert!(litter.is_empty(), "{what}: {litter:?}");
        // Closed and opened without a byte of room: it can be read.
        drop(store);
        disk.fill(0);
        let reading = Store::open_read_only(&data).unwrap();
        assert_eq!(reading.verify().unwrap().events, 2 * number, "{what}");
        drop(reading);
        if let Ok(mut store) = Store::open(&data) {
            let told = edit(&mut store, replica, 1_000_000);
            assert!(told.is_err() || store.verify().unwrap().clean, "{what}");
        }
        // Room again: it goes on.
        fs::remove_file(ballast).unwrap();
        let mut store = Store::open(&data).unwrap();
        edit(&mut store, replica, 1_000_001).unwrap();
        assert_eq!(store.trouble(), None, "{what}");
        let verified = store.verify().unwrap();
        assert!(
            verified.clean && verified.events >= 2 * number + 2,
            "{what}"
        );
        for at in 0..number {
            let record = script::record(replica, at);
            assert!(store.record(record).unwrap().is_some(), "{what}: {at} lost");
        }
        saved += number;
    }
    println!(
        "enospc_sweep_on_a_small_disk: {steps} disks of 1 to 64 MiB, {saved} acts acknowledged before they were full, 0 lost, 0 half files"
    );
}

/// The workstation with the chat of a buyer before it.
fn with_chat(desk: &DrillDesk) -> Terminal {
    let mut terminal = desk.open(100, 30);
    terminal.wait_for("F12切屏");
    terminal.press("F2").wait_for("登记 F2");
    terminal.paste(CHAT).wait_for("新 5 句");
    terminal.press("Enter").wait_for("已归入");
    terminal
}

#[test]
fn a_full_disk_keeps_the_text_and_goes_on_by_itself() {
    let Some(disk) = SmallDisk::of(16) else {
        return;
    };
    let desk = DrillDesk {
        folder: tempfile::tempdir_in(disk.path()).unwrap(),
    };
    desk.ok(&["init", "--drill", "--shop", "春天里", "--name", "林晓"]);
    let mut terminal = with_chat(&desk);
    terminal.press("Ctrl+T").wait_for("内部");
    let ballast = disk.fill(0);
    let words = "磁盘满的时候写的一句内部备注，一个字都不能丢";
    terminal.type_text(words).wait_for(words);
    terminal.press("F8").wait_for("没存上：磁盘满");
    // The line stays, and so do the words.
    std::thread::sleep(Duration::from_secs(3));
    assert!(
        terminal.shows("没存上：磁盘满") && terminal.shows(words),
        "{}",
        terminal.text()
    );
    fs::remove_file(ballast).unwrap();
    terminal.wait_for("有空间了").wait_gone("没存上");
    assert!(terminal.shows(words), "{}", terminal.text());
    terminal.press("F8").wait_for("记下了");
    terminal.quit();
    let rows = desk.json(&["list", "conversation"]);
    let shown = &desk.json(&["show", rows[0]["id"].as_str().unwrap()])[0];
    let remarks = shown["timeline"].as_array().unwrap().iter();
    let count = remarks
        .filter(|entry| {
            entry["text"]
                .as_str()
                .is_some_and(|text| text.contains(words))
        })
        .count();
    assert_eq!(count, 1, "saved once: {shown}");
    assert_eq!(desk.json(&["verify"])[0]["clean"], true);
    // Opened without a byte of room it can be read, and says why it cannot be written.
    disk.fill(0);
    let mut terminal = desk.open(100, 30);
    terminal.wait_for("没存上：磁盘满").wait_for("只读");
    terminal.quit();
    println!(
        "a_full_disk_keeps_the_text_and_goes_on_by_itself: {} characters kept",
        words.chars().count()
    );
}

/// What lies in the store as somebody's unsent text.
fn draft(desk: &DrillDesk) -> String {
    let conn = rusqlite::Connection::open(desk.data().join("zhiban.db")).unwrap();
    conn.query_row("SELECT group_concat(text, '') FROM draft", [], |row| {
        row.get::<_, Option<String>>(0)
    })
    .unwrap()
    .unwrap_or_default()
}

#[test]
fn draft_survives() {
    let mut lost = Vec::new();
    for signal in ["TERM", "HUP", "KILL"] {
        let desk = shop("林晓");
        let mut terminal = with_chat(&desk);
        let words: Vec<char> = "一二三四五六七八九十".repeat(9).chars().collect();
        let mut typed = Vec::new();
        for word in &words {
            terminal.type_text(&word.to_string());
            typed.push(Instant::now());
            std::thread::sleep(Duration::from_millis(20));
        }
        // What is in the terminal's own queue never reached the program.
        terminal.wait_for(&words[..].iter().rev().take(12).rev().collect::<String>());
        let end = Instant::now();
        terminal.signal(signal);
        terminal.ended();
        let kept = draft(&desk).chars().count();
        let must = match signal {
            "KILL" => typed
                .iter()
                .filter(|at| end - **at > Duration::from_secs(1))
                .count(),
            _ => words.len(),
        };
        assert!(
            kept >= must,
            "{signal}: {kept} of {} kept, {must} must be",
            words.len()
        );
        lost.push(format!("{signal} {}", words.len() - kept));
    }
    println!(
        "draft_survives: of 90 characters lost after {}",
        lost.join(", ")
    );
}

/// Standard output takes nothing: said in one sentence, no panic.
#[test]
fn a_full_output_is_told() {
    let desk = DrillDesk::new("满", "李雷");
    for args in [
        &["--help"][..],
        &["list", "setting"],
        &["verify"],
        &["completions", "bash"],
    ] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let done = desk.command(args).stdout(full).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(1), "{args:?}: {said}");
        assert!(
            !said.contains("panicked") && !said.is_empty(),
            "{args:?}: {said}"
        );
    }
}

/// A file over the limit of the session: told as a full disk, and not the end of the program.
#[test]
fn a_file_over_its_limit_is_a_full_disk() {
    let desk = DrillDesk::new("限", "李雷");
    desk.ok(&["open", "note", "kind=hold", "new=等一等"]);
    let limited = |args: &str| {
        let line = format!("ulimit -f 4; exec {} {args}", env!("CARGO_BIN_EXE_zhiban"));
        let of = desk.command(&[]);
        let mut shell = Command::new("bash");
        shell.args(["-c", &line]);
        for (name, value) in of.get_envs() {
            if let Some(value) = value {
                shell.env(name, value);
            }
        }
        shell.output().unwrap()
    };
    let refused = limited("open note kind=hold new=再等等");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("磁盘满"), "{said}");
    // Reading needs no room.
    let listed = limited("list note");
    assert!(
        listed.status.success(),
        "{}",
        String::from_utf8_lossy(&listed.stderr)
    );
    assert!(String::from_utf8_lossy(&listed.stdout).contains("等一等"));
    let verified = &desk.json(&["verify"])[0];
    assert_eq!(verified["clean"], true);
    desk.ok(&["open", "note", "kind=hold", "new=再等等"]);
}
