//! The program for Windows, cross-built, runs its command line under Wine: a shop begins, a file
//! and a bundle come in, all is verified, and both systems see the same.
//!
//! `.ci/run` builds the program and installs Wine where it can. `ZHIBAN_WINDOWS_PROGRAM` names
//! another build.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use support::DrillDesk;

/// Where distributions put Wine, which some of them keep off the path.
const WINES: [&str; 4] = [
    "wine",
    "wine64",
    "/usr/lib/wine/wine64",
    "/usr/lib/wine/wine",
];

/// Wine with the program for Windows.
struct Windows {
    wine: &'static str,
    program: PathBuf,
    prefix: PathBuf,
    folder: tempfile::TempDir,
}

impl Windows {
    /// Returns none, and says why, where one of both is missing.
    fn here() -> Option<Self> {
        let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let built = temporary
            .parent()?
            .join("x86_64-pc-windows-gnu/release/zhiban.exe");
        let program = std::env::var_os("ZHIBAN_WINDOWS_PROGRAM").map_or(built, PathBuf::from);
        let is_there = |wine: &&str| Command::new(wine).arg("--version").output().is_ok();
        let wine = WINES.into_iter().find(is_there);
        let (Some(wine), true) = (wine, program.is_file()) else {
            eprintln!(
                "SKIPPED, NOT PASSED: the program for Windows was not run. Wine: {}. Program: {} {}. \
                 Build it with cargo build --release --target x86_64-pc-windows-gnu",
                wine.unwrap_or("not here"),
                program.display(),
                if program.is_file() {
                    "is here"
                } else {
                    "is not here"
                },
            );
            return None;
        };
        let prefix = temporary.join("wine");
        let own = under_wine(wine, &prefix)
            .args(["cmd", "/c", "exit"])
            .status();
        if !own.is_ok_and(|status| status.success()) {
            eprintln!("SKIPPED, NOT PASSED: {wine} does not run its own cmd here");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let beside = folder.path().join("program");
        std::fs::create_dir(&beside).unwrap();
        std::fs::copy(&program, beside.join("zhiban.exe")).unwrap();
        lend_random_numbers(&beside);
        Some(Self {
            wine,
            program: beside.join("zhiban.exe"),
            prefix,
            folder,
        })
    }

    /// Returns a file of the test's folder as Windows spells it.
    fn file(&self, name: &str) -> String {
        spelled(&self.folder.path().join(name))
    }

    fn run(&self, args: &[&str]) -> Output {
        under_wine(self.wine, &self.prefix)
            .arg(&self.program)
            .args(args)
            .output()
            .unwrap()
    }

    fn ok(&self, args: &[&str]) -> String {
        let done = self.run(args);
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            done.status.success(),
            "{args:?}: {}\n{}{}",
            done.status,
            said(&done.stdout),
            said(&done.stderr)
        );
        said(&done.stdout)
    }
}

/// Returns a command of Wine's, to which the program is to be added.
fn under_wine(wine: &str, prefix: &Path) -> Command {
    let mut command = Command::new(wine);
    command
        .env("WINEPREFIX", prefix)
        .env("WINEDEBUG", "-all")
        // No offer to install what the program does not need.
        .env("WINEDLLOVERRIDES", "mscoree,mshtml=")
        .env_remove("ZHIBAN_DATA")
        .env_remove("ZHIBAN_NOW")
        .env_remove("DISPLAY");
    command
}

/// Builds beside the program the library of random numbers that an older Wine lacks; where it
/// cannot be built a newer Wine has its own.
fn lend_random_numbers(beside: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/bcryptprimitives.c");
    let built = Command::new("x86_64-w64-mingw32-gcc")
        .arg("-shared")
        .arg("-o")
        .arg(beside.join("bcryptprimitives.dll"))
        .arg(source)
        .arg("-ladvapi32")
        .status();
    if !built.is_ok_and(|status| status.success()) {
        eprintln!("the library of random numbers was not built: a Wine before 9.0 lacks it");
    }
}

/// Wine shows the whole file system as drive Z.
fn spelled(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', "\\")
}

/// What `list order --json` says of each order that must be the same everywhere.
fn orders(rows: &[Value]) -> Vec<[String; 4]> {
    let said = |row: &Value| ["id", "state", "title", "due"].map(|name| row[name].to_string());
    let mut all: Vec<_> = rows.iter().map(said).collect();
    all.sort();
    all
}

#[test]
fn the_command_line_works_under_wine() {
    let Some(windows) = Windows::here() else {
        return;
    };
    let (data, second) = (windows.file("data"), windows.file("\u{7b2c}\u{4e8c}"));
    let bundle = windows.file("all.zbundle");
    let orders_file =
        spelled(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample/orders.csv"));
    windows.ok(&[
        "--data", &data, "init", "--drill", "--shop", "S", "--name", "Li",
    ]);
    windows.ok(&["--data", &data, "import", &orders_file]);
    let line = "\u{6625}\u{5929}\u{91cc} \u{6539}\u{989c}\u{8272} \u{4eca}\u{5929}";
    windows.ok(&["--data", &data, "capture", line, "--yes"]);
    windows.ok(&[
        "--data", &data, "bundle", "export", "--all", "--plain", "--reason", "drill", "-o", &bundle,
    ]);
    windows.ok(&[
        "--data", &second, "init", "--drill", "--shop", "S", "--name", "He",
    ]);
    windows.ok(&["--data", &second, "bundle", "import", &bundle]);
    for store in [&data, &second] {
        windows.ok(&["--data", store, "verify"]);
    }
    let listed = windows.ok(&["--data", &second, "list", "order", "--json"]);
    let read = |line| serde_json::from_str(line).unwrap();
    let there = orders(&listed.lines().map(read).collect::<Vec<Value>>());

    let here = DrillDesk::new("S", "Wang");
    let carried = windows.folder.path().join("all.zbundle");
    here.ok(&["bundle", "import", &carried.display().to_string()]);
    let same = orders(&here.json(&["list", "order"]));
    assert!(there.len() >= 100, "{} orders", there.len());
    assert_eq!(there, same, "Windows and this system see different orders");
    println!(
        "windows: init, import, capture, bundle export and import, verify under {}; {} orders alike",
        windows.wine,
        there.len()
    );
}
