//! The real program, one pass of each file through its doors, and everything that came in out
//! again by every list.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use zhiban::domain::registers;

use crate::hostile::{Hostile, everything, leak, texts};
use crate::support::{DrillDesk, NOW};

/// What one command may take on a busy machine.
const BOUND: Duration = Duration::from_secs(20);

/// A desk whose program is run on hostile input, and what was wrong.
struct Doors {
    desk: DrillDesk,
    codes: BTreeMap<(String, i32), usize>,
    faults: Vec<String>,
}

/// What a command said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Doors {
    fn new() -> Self {
        let desk = DrillDesk::new("S", "Li");
        Self {
            desk,
            codes: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// Runs a command and holds it to the promises of every command.
    fn run(&mut self, door: &str, file: &str, args: &[&str], input: &[u8]) -> Said {
        let since = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_zhiban"));
        command
            .args(args)
            .env("ZHIBAN_DATA", self.desk.data())
            .env("ZHIBAN_NOW", NOW)
            .env("LC_ALL", "zh_CN.UTF-8")
            .env("HOME", self.desk.folder.path())
            .env("XDG_CONFIG_HOME", self.desk.folder.path().join("config"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that has read enough closes its end.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        let code = output.status.code().unwrap_or(-1);
        *self.codes.entry((door.to_owned(), code)).or_default() += 1;
        let text =
            |bytes: Vec<u8>| String::from_utf8(bytes).unwrap_or_else(|_| "\u{1b}not UTF-8".into());
        let said = Said {
            code,
            out: text(output.stdout),
            err: text(output.stderr),
        };
        let wrong = [
            (!(0..=2).contains(&code), "ended otherwise".to_owned()),
            (said.err.contains("panicked"), "panicked".to_owned()),
            (
                said.err.lines().count() > 2,
                "more than a sentence and a hint".to_owned(),
            ),
            (
                code == 2 && said.err.trim().is_empty(),
                "refused without a word".to_owned(),
            ),
            (
                since.elapsed() > BOUND,
                format!("took {:?}", since.elapsed()),
            ),
            (
                leak(&said.out).is_some(),
                format!("let {:?} out", leak(&said.out)),
            ),
            (
                leak(&said.err).is_some(),
                format!("let {:?} out on standard error", leak(&said.err)),
            ),
        ];
        for (_, what) in wrong.into_iter().filter(|(is, _)| *is) {
            self.faults.push(format!(
                "{door} of {file}: {what}: {:.200}{:.300}",
                said.out, said.err
            ));
        }
        said
    }

    /// A refusal names the file.
    fn named(&mut self, door: &str, file: &Hostile, path: &str, said: &Said) {
        if said.code == 2 && !said.err.contains(path) {
            self.faults.push(format!(
                "{door} of {}: does not name the file: {}",
                file.name, said.err
            ));
        }
    }

    fn end(mut self, what: &str, files: usize) {
        let verified = self.run("verify", "the store", &["verify", "--json"], b"");
        assert!(
            verified.code == 0 && verified.out.contains("\"clean\":true"),
            "{}",
            verified.out
        );
        for ((door, code), count) in &self.codes {
            println!("{what}: {door}: exit {code} {count} times");
        }
        println!(
            "{what}: {files} files, {} commands",
            self.codes.values().sum::<usize>()
        );
        assert!(
            self.faults.is_empty(),
            "{} faults:\n{}",
            self.faults.len(),
            self.faults.join("\n")
        );
    }
}

#[test]
fn every_file_by_import_and_bundle() {
    let mut doors = Doors::new();
    let files = everything();
    for (at, file) in files.iter().enumerate() {
        let end = file.name.rsplit_once('.').map_or("txt", |(_, end)| end);
        let path = doors.desk.file(&format!("{at}.{end}"));
        std::fs::write(&path, &file.bytes).unwrap();
        let path = path.display().to_string();
        // Both on every file is in `calls`; here each goes one way through the program.
        if at % 2 == 0 {
            let dry = ["import", "--dry-run", "--json", &path];
            let said = doors.run("import --dry-run --json", &file.name, &dry, b"");
            doors.named("import", file, &path, &said);
            says_where(&mut doors, file, &said);
        } else {
            let said = doors.run("import", &file.name, &["import", &path], b"");
            doors.named("import", file, &path, &said);
        }
        let word = ["verify", "import", "inspect"][at % 3];
        let door = format!("bundle {word}");
        let said = doors.run(&door, &file.name, &["bundle", word, &path], b"");
        doors.named(&door, file, &path, &said);
        std::fs::remove_file(&path).unwrap();
    }
    doors.end("import", files.len());
}

/// JSON that breaks off says in which line, as a field for programs too.
fn says_where(doors: &mut Doors, file: &Hostile, said: &Said) {
    let Some(Ok(report)) = said
        .out
        .lines()
        .next()
        .map(serde_json::from_str::<serde_json::Value>)
    else {
        doors
            .faults
            .push(format!("import of {}: no report: {}", file.name, said.out));
        return;
    };
    let refused = report["refused"].as_u64().unwrap();
    let problems = report["problems"].as_array().unwrap();
    let unsaid = problems
        .iter()
        .any(|one| one["message"].as_str().unwrap().is_empty());
    if unsaid || refused > 0 && problems.is_empty() {
        doors.faults.push(format!(
            "import of {}: refused without a reason: {report}",
            file.name
        ));
    }
    let broken_json = said.err.contains("不是 JSON");
    if broken_json && problems[0]["line"].as_u64() == Some(0) {
        doors
            .faults
            .push(format!("import of {}: no line: {report}", file.name));
    }
}

#[test]
fn every_file_by_capture_from_standard_input() {
    let mut doors = Doors::new();
    let texts = texts();
    let files = everything();
    let own = |file: &&Hostile| !file.name.starts_with("own ") || file.bytes.len() > 4_000;
    let files: Vec<&Hostile> = files.iter().filter(own).chain(&texts).collect();
    for (at, file) in files.iter().enumerate() {
        // What is shown and what is recorded take turns; `calls` does both with each.
        let line = [
            &["capture", "-"][..],
            &["capture", "-", "--json"],
            &["capture", "-", "--yes"],
            &["capture", "-", "--yes", "--json"],
        ][at % 4];
        doors.run(&line.join(" "), &file.name, line, &file.bytes);
    }
    doors.end("capture", files.len());
}

#[test]
fn what_is_piped_is_understood() {
    let doors = &mut Doors::new();
    // Windows shells mark what they pipe.
    let marked = "\u{feff}阳光小屋 催发货".as_bytes();
    let said = doors.run(
        "capture",
        "a marked line",
        &["capture", "-", "--json"],
        marked,
    );
    let shown: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(shown["buyer"], "阳光小屋", "{shown}");
    let long = "很长".repeat(20_000);
    let said = doors.run(
        "capture",
        "a long line",
        &["capture", "-", "--yes"],
        long.as_bytes(),
    );
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("64 KiB") && !said.err.contains("bytes"),
        "{}",
        said.err
    );
    assert!(doors.faults.is_empty(), "{:?}", doors.faults);
}

#[test]
fn every_text_by_argument_and_out_by_every_list() {
    let mut doors = Doors::new();
    let talk = doors.desk.json(&["capture", "阳光小屋 催发货", "--yes"])[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let files = texts();
    let mut names = 0;
    for (at, file) in files.iter().enumerate() {
        // No argument holds a NUL.
        let text = file.text().replace('\0', "");
        let text = text.as_str();
        doors.run(
            "capture LINE",
            &file.name,
            &["capture", "--yes", "--", text],
            b"",
        );
        doors.run("search", &file.name, &["search", "--", text], b"");
        let own = !file.name.contains('/');
        let says = [
            &["reply", "--", &talk, text][..],
            &["remark", "--", &talk, text],
            &[
                "note",
                "add",
                "--kind",
                "address",
                "--",
                "4031902847193518258",
                text,
            ],
        ];
        // Our own texts through all of them, the others by turns.
        for (_, line) in says
            .iter()
            .enumerate()
            .filter(|(turn, _)| own || at % 3 == *turn)
        {
            doors.run(line[0], &file.name, line, b"");
        }
        if file.name.contains(' ') && !file.name.contains('/') || names < 40 {
            names += 1;
            doors.run(
                "open",
                &file.name,
                &["open", "notice", "kind=rule", &format!("title={text}")],
                b"",
            );
            doors.run("show", &file.name, &["show", "--", text], b"");
            doors.run("import", &file.name, &["import", "--", text], b"");
            doors.run(
                "as",
                &file.name,
                &["list", "order", &format!("--as={text}")],
                b"",
            );
            doors.run("word", &file.name, &["--", text], b"");
        }
    }
    for register in registers::ALL {
        doors.run(
            "list",
            register.name,
            &["list", register.name, "--limit", "1000"],
            b"",
        );
        doors.run(
            "list --json",
            register.name,
            &["list", register.name, "--json", "--limit", "1000"],
            b"",
        );
    }
    doors.run("show", "the talk", &["show", &talk], b"");
    doors.run("show --json", "the talk", &["show", &talk, "--json"], b"");
    for format in ["md", "json", "html"] {
        doors.run(
            "handover",
            format,
            &["handover", "--draft", "--format", format],
            b"",
        );
    }
    doors.end("arguments", files.len());
}

#[test]
fn every_text_as_the_name_of_a_shop_and_a_person() {
    let files: Vec<Hostile> = texts()
        .into_iter()
        .filter(|file| !file.name.contains('/'))
        .collect();
    let (mut laid, mut refused, mut faults) = (0, 0, Vec::new());
    for file in &files {
        let text = file.text().replace('\0', "");
        let mut doors = Doors {
            desk: DrillDesk::bare(),
            codes: BTreeMap::new(),
            faults: Vec::new(),
        };
        let (shop, name) = (format!("--shop={text}"), format!("--name={text}"));
        let said = doors.run("init", &file.name, &["init", "--drill", &shop, &name], b"");
        if said.code == 0 {
            laid += 1;
            doors.run(
                "capture",
                &file.name,
                &["capture", "阳光小屋 催发货", "--yes"],
                b"",
            );
            doors.run("list", &file.name, &["list", "conversation"], b"");
            let verified = doors.run("verify", &file.name, &["verify"], b"");
            if verified.code != 0 {
                doors
                    .faults
                    .push(format!("{}: {}", file.name, verified.out));
            }
        } else {
            refused += 1;
        }
        faults.extend(doors.faults);
    }
    println!(
        "names: {} texts, {laid} shops laid, {refused} refused",
        files.len()
    );
    assert!(laid > 0, "no name was taken");
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
