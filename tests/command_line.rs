//! The command line as a person or a script uses it: a shift's acts, files in and out, exit
//! codes and JSON shapes, over one drill shop in two folders.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with stores in it.
struct Shop(TempDir);

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Shop {
    fn new() -> Self {
        let shop = Self(tempfile::tempdir().unwrap());
        let begun = shop.run("a", &["init", "--shop", "S", "--name", "Li", "--drill"]);
        assert_eq!(begun.code, 0, "{}", begun.err);
        shop
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, store: &str, words: &[&str]) -> Command {
        self.command_in("en", store, words)
    }

    fn command_in(&self, language: &str, store: &str, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zhiban"));
        command
            .env_remove("ZHIBAN_NOW")
            .env("ZHIBAN_DATA", self.path(store))
            // The settings of who runs the tests are no part of them.
            .env("HOME", self.0.path())
            .env("XDG_CONFIG_HOME", self.0.path())
            .args(["--lang", language])
            .args(words);
        command
    }

    fn run(&self, store: &str, words: &[&str]) -> Ran {
        ran(self
            .command(store, words)
            .stdin(Stdio::null())
            .output()
            .unwrap())
    }

    fn pipe(&self, store: &str, words: &[&str], input: &str) -> Ran {
        use std::io::Write;
        let mut child = self
            .command(store, words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        ran(child.wait_with_output().unwrap())
    }

    /// Runs a command that must succeed and returns its JSON lines.
    fn json(&self, store: &str, words: &[&str]) -> Vec<Value> {
        let mut line = vec!["--json"];
        line.extend(words);
        let ran = self.run(store, &line);
        assert_eq!(ran.code, 0, "{words:?}: {} {}", ran.out, ran.err);
        ran.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn id(&self, store: &str, words: &[&str]) -> String {
        self.json(store, words)[0]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

const ORDER: &str = "4031902847193518258";

fn orders() -> String {
    format!(
        "订单编号,买家,订单状态,实付金额,下单时间,付款时间,商品名称,数量,单价\n\
         {ORDER},Sunny,待发货,129.00,2026-11-20 10:00,2026-11-20 10:05,Pan,1,129.00\n\
         4031902847193512209,Rain,已发货,88.00,2026-11-19 09:00,2026-11-19 09:02,Lamp,1,88.00\n\
         ,Nobody,待发货,1.00,2026-11-19 09:00,,Lamp,1,1.00\n"
    )
}

#[test]
fn a_shift_in_one_store_is_the_same_state_in_another() {
    let shop = Shop::new();
    let file = shop.write("orders.csv", &orders());
    let first = shop.run("a", &["--json", "import", &file]);
    let report: Value = serde_json::from_str(first.out.trim()).unwrap();
    assert_eq!(
        (
            first.code,
            report["new"].as_i64(),
            report["refused"].as_i64()
        ),
        (1, Some(2), Some(1)),
        "{report}"
    );
    assert_eq!(report["problems"][0]["line"], 4);
    let again = shop.run("a", &["--json", "import", &file]);
    let report: Value = serde_json::from_str(again.out.trim()).unwrap();
    assert_eq!(
        (report["new"].as_i64(), report["changed"].as_i64()),
        (Some(0), Some(0))
    );

    let chat =
        "Sunny (2026-11-22 14:02:05): when does it come\nLi (2026-11-22 14:03:11): tomorrow\n";
    let pasted = shop.pipe("a", &["--json", "capture", "-", "--yes"], chat);
    assert_eq!(pasted.code, 0, "{}", pasted.err);
    let talk: Value = serde_json::from_str(pasted.out.trim()).unwrap();
    let talk = talk["id"].as_str().unwrap().to_owned();
    assert_eq!(shop.pipe("a", &["capture", "-", "--yes"], chat).code, 0);
    shop.json("a", &["reply", &talk, "It leaves today"]);
    shop.json("a", &["remark", &talk, "asked twice"]);
    let shown = shop.json("a", &["show", &talk]);
    let said: Vec<&Value> = shown[0]["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["verb"] == "say")
        .collect();
    assert_eq!(said.len(), 4, "{shown:?}");

    let note = shop.id(
        "a",
        &[
            "note", "add", ORDER, "Road 8", "--kind", "address", "--flag", "1", "--old", "Road 1",
        ],
    );
    for step in ["changed", "flagged", "confirmed", "told", "acknowledged"] {
        shop.json("a", &["note", "step", &note, step]);
    }
    let case = shop.id(
        "a",
        &[
            "refund",
            "open",
            ORDER,
            "--kind",
            "1",
            "--amount",
            "129",
            "--reason",
            "not-wanted",
            "--fault",
            "buyer",
            "--read-back",
            "--line",
            "1=1",
        ],
    );
    assert_eq!(
        shop.json("a", &["refund", "submit", &case])[0]["state"],
        "submitted"
    );
    assert_eq!(
        shop.run("a", &["refund", "approve", &case]).code,
        1,
        "nobody approves their own request"
    );
    let shown = shop.json("a", &["show", &case]);
    assert_eq!(
        shown[0]["fields"]["amount"],
        serde_json::json!({"minor": 12_900, "currency": "CNY"})
    );

    let paper = shop.path("handover.md");
    let sheet = [
        "handover",
        "--to",
        "after_sales",
        "-o",
        paper.to_str().unwrap(),
        "--line",
        "1/if_then=if refused, call",
        "--line",
        "1/next=wait for the word",
        "--line",
        "1/summary=asked",
        "--line",
        "1/due=2h",
    ];
    let signed = shop.run("a", &sheet);
    assert_eq!(signed.code, 0, "{} {}", signed.out, signed.err);
    assert!(std::fs::read_to_string(&paper).unwrap().contains("Sunny") || paper.exists());

    same_state(&shop);
}

/// Exports everything of `a`, takes it into `b` twice, and compares.
fn same_state(shop: &Shop) {
    let bundle = shop.path("all.zbundle").display().to_string();
    shop.json(
        "a",
        &[
            "bundle", "export", "--all", "--plain", "--reason", "drill", "-o", &bundle,
        ],
    );
    assert_eq!(
        shop.json("a", &["bundle", "verify", &bundle])[0]["ok"],
        true
    );
    let taken = shop.json("b", &["bundle", "import", &bundle]);
    assert_eq!(taken[0]["events"], taken[0]["new"]);
    let again = shop.json("b", &["bundle", "import", &bundle]);
    assert_eq!(again[0]["new"], 0);
    let (one, other) = (shop.json("a", &["verify"]), shop.json("b", &["verify"]));
    assert_eq!(one[0]["clean"], true);
    assert_eq!(one[0]["state"], other[0]["state"], "{one:?} {other:?}");
}

#[test]
fn people_read_a_record_in_their_own_words_by_the_number_that_screens_draw() {
    let shop = Shop::new();
    let said = ["words=bad", "source=customer", "severity=general"];
    let open = [&["open", "complaint"][..], &said].concat();
    let id = shop.id("a", &open);
    shop.json("a", &["move", &id, "verifying"]);
    shop.json(
        "a",
        &["transfer", &id, "--to", "after_sales", "--reason", "peak"],
    );
    let number = shop.json("a", &["show", &id])[0]["number"].clone();
    let number = number.as_str().unwrap();
    let parts: Vec<&str> = number.split('-').collect();
    let short = format!("{}-{}", parts[0], parts[2]);
    for name in [number, short.as_str()] {
        assert_eq!(shop.json("a", &["show", name])[0]["id"], *id, "{name}");
    }
    let told = |words: &[&str]| {
        let mut command = shop.command_in("zh-CN", "a", words);
        ran(command.stdin(Stdio::null()).output().unwrap()).out
    };
    let shown = told(&["show", &short]);
    println!("{shown}");
    for english in ["verifying", "after_sales", "peak", "received"] {
        assert!(!shown.contains(english), "{english}: {shown}");
    }
    for word in ["投诉", "售后", "核实"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    let undone = told(&["undo"]);
    println!("{undone}");
    assert!(
        undone.contains("转给售后") && undone.contains(number),
        "{undone}"
    );
}

#[test]
fn undo_restores_what_was() {
    let shop = Shop::new();
    let before = shop.json("a", &["list", "complaint"]);
    let id = shop.id(
        "a",
        &[
            "open",
            "complaint",
            "words=bad",
            "source=customer",
            "severity=general",
        ],
    );
    shop.json("a", &["set", &id, "subject=cloth"]);
    shop.json("a", &["undo"]);
    assert!(shop.json("a", &["show", &id])[0]["fields"]["subject"].is_null());
    shop.json("a", &["undo"]);
    let left = shop.json("a", &["list", "complaint", "--view", "open"]);
    assert_eq!((before.len(), left.len()), (0, 0), "{left:?}");
}

#[test]
fn lists_are_narrowed_by_a_query_or_by_a_view_that_is_kept() {
    let shop = Shop::new();
    for (words, severity) in [("太慢了", "general"), ("破了", "serious")] {
        let words = format!("words={words}");
        let severity = format!("severity={severity}");
        shop.json(
            "a",
            &["open", "complaint", &words, "source=customer", &severity],
        );
    }
    let texts = |words: &[&str]| {
        let line: Vec<&str> = ["list", "complaint"].iter().chain(words).copied().collect();
        let rows = shop.json("a", &line);
        rows.iter()
            .map(|row| row["title"].to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&[]).len(), 2);
    let slow = texts(&["--query", "太慢了 责任:我"]);
    assert_eq!(slow.len(), 1, "{slow:?}");
    assert_eq!(texts(&["--query", "-太慢了"]).len(), 1);
    assert_eq!(texts(&["--query", "state:closed"]).len(), 0);
    let keep = ["open", "view", "name=慢", "query=太慢了", "scope=shop"];
    shop.json("a", &keep);
    assert_eq!(texts(&["--view", "慢"]), slow);
    assert_eq!(texts(&["--view", "慢", "--query", "-太慢了"]).len(), 0);
    assert_eq!(shop.json("a", &["list", "todo", "--view", "慢"]).len(), 1);
    for wrong in [
        &["list", "complaint", "--query", "stat:open"][..],
        &["list", "complaint", "--query", "due<soon"],
        &["list", "complaint", "--view", "快"],
        &["open", "view", "name=x", "query=stat:open"],
    ] {
        assert_ne!(shop.run("a", wrong).code, 0, "{wrong:?}");
    }
}

#[test]
fn exit_codes_and_sentences() {
    let shop = Shop::new();
    for (words, code) in [
        (&["list", "order"][..], 0),
        (&["list", "nothing"], 2),
        (&["list", "order", "--view", "nothing"], 2),
        (&["lst"], 2),
        (&["show"], 2),
        (&["show", "0123456789"], 1),
        (&["import", "missing.csv"], 2),
        (&["snooze", "0123456789", "--until", "soon"], 1),
        (&["--lang", "xx", "list", "order"], 2),
        (&["bundle", "inspect", "missing.zbundle"], 2),
        (&["export", "order", "--format", "pdf"], 2),
        (&["--help"], 0),
        (&["--version"], 0),
    ] {
        let ran = shop.run("a", words);
        assert_eq!(ran.code, code, "{words:?}: {} {}", ran.out, ran.err);
        assert_eq!(ran.err.is_empty(), code == 0, "{words:?}");
        assert!(
            ran.err.lines().count() <= 2,
            "one sentence and one hint: {}",
            ran.err
        );
        assert!(
            !ran.err.contains("problem-") && !ran.err.contains("{$"),
            "{}",
            ran.err
        );
    }
    let nothing = shop.run("none", &["list", "order"]);
    assert_eq!(nothing.code, 1);
    assert!(
        !Path::new(&shop.path("none")).exists(),
        "looking lays down nothing"
    );
}

#[test]
fn a_set_clock_writes_in_drills_only() {
    let shop = Shop::new();
    let now = ["--now", "2026-11-22T15:46:00+08:00"];
    let opened = shop.run(
        "a",
        &[
            &now[..],
            &["--json", "open", "notice", "kind=rule", "title=T"],
        ]
        .concat(),
    );
    let object: Value = serde_json::from_str(opened.out.trim()).unwrap();
    assert_eq!(object["opened"], "2026-11-22T07:46:00Z", "{}", opened.err);
    assert_eq!(
        shop.run("real", &["init", "--shop", "R", "--name", "Wang"])
            .code,
        0
    );
    assert_eq!(
        shop.run(
            "real",
            &[&now[..], &["open", "notice", "kind=rule", "title=T"]].concat()
        )
        .code,
        1
    );
    assert_eq!(
        shop.run("real", &[&now[..], &["list", "notice"]].concat())
            .code,
        0
    );
    assert_eq!(
        shop.run("real", &["init", "--shop", "R", "--name", "Wang"])
            .code,
        1,
        "a shop is never laid over"
    );
}

#[test]
fn nothing_raw_reaches_the_terminal() {
    let shop = Shop::new();
    shop.json(
        "a",
        &[
            "open",
            "notice",
            "kind=rule",
            "title=x\u{1b}]0;owned\u{7}\u{202e}y",
        ],
    );
    for words in [
        &["list", "notice"][..],
        &["export", "notice"],
        &["search", "owned"],
    ] {
        let ran = shop.run("a", words);
        let raw = |c: char| c.is_control() && c != '\n' && c != '\r' || c == '\u{202e}';
        assert!(!ran.out.chars().any(raw), "{words:?}: {:?}", ran.out);
    }
}

#[test]
fn completions_are_for_every_shell() {
    let shop = Shop::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = shop.run("a", &["completions", shell]);
        assert!(ran.code == 0 && ran.out.contains("handover"), "{shell}");
    }
}

#[test]
fn an_allowance_is_given_and_a_word_of_mouth_relied_upon() {
    let shop = Shop::new();
    let begun = shop.run("b", &["init", "--shop", "S", "--name", "Wang", "--drill"]);
    assert_eq!(begun.code, 0, "{}", begun.err);
    let bundle = shop.path("b.zbundle").display().to_string();
    shop.json(
        "b",
        &[
            "bundle", "export", "--all", "--plain", "--reason", "drill", "-o", &bundle,
        ],
    );
    shop.json("a", &["bundle", "import", &bundle]);
    let case = shop.id(
        "a",
        &[
            "refund",
            "open",
            ORDER,
            "--kind",
            "1",
            "--amount",
            "50",
            "--reason",
            "not-wanted",
            "--fault",
            "buyer",
            "--read-back",
        ],
    );
    shop.json("a", &["refund", "submit", &case]);
    let verbal = ["refund", "approve", &case, "--verbal", "Wang"];
    assert_eq!(shop.run("a", &verbal).code, 1, "nothing was given yet");
    let give = [
        "allowance",
        "give",
        "Wang",
        "--amount",
        "100",
        "--case-cap",
        "60",
        "--spot",
    ];
    // One whose last day is over, or is none, helps nobody.
    for (until, code) in [("2026-11-21", 0), ("2026-13-40", 2), ("tomorrow week", 2)] {
        let until = [&give[..], &["--until", until]].concat();
        assert_eq!(shop.run("a", &until).code, code, "{until:?}");
    }
    assert_eq!(shop.run("a", &verbal).code, 1, "its last day is over");
    shop.json("a", &give);
    let myself = ["allowance", "give", "Li", "--amount", "100"];
    assert_eq!(shop.run("a", &myself).code, 1, "nobody gives themselves");
    assert_eq!(shop.json("a", &verbal)[0]["state"], "approved");
    assert_eq!(
        shop.json("a", &["refund", "execute", &case])[0]["state"],
        "executed"
    );
    let close = ["close", &case, "--outcome", "closed"];
    assert_eq!(shop.run("a", &close).code, 1, "nobody signed it yet");
    let listed = shop.json("a", &["list", "allowance"]);
    assert_eq!(
        listed[0]["left"],
        serde_json::json!({"minor": 5_000, "currency": "CNY"})
    );
    let printed = shop.run("a", &["list", "allowance"]);
    assert!(
        printed.out.contains("Unspent in all: ¥50.00"),
        "{}",
        printed.out
    );

    // Whoever agreed signs at home, and then it may be closed.
    let bundle = shop.path("a.zbundle").display().to_string();
    shop.json(
        "a",
        &[
            "bundle", "export", "--all", "--plain", "--reason", "drill", "-o", &bundle,
        ],
    );
    shop.json("b", &["bundle", "import", &bundle]);
    assert_eq!(
        shop.json("b", &["refund", "approve", &case])[0]["state"],
        "executed"
    );
    let bundle = shop.path("b2.zbundle").display().to_string();
    shop.json(
        "b",
        &[
            "bundle", "export", "--all", "--plain", "--reason", "drill", "-o", &bundle,
        ],
    );
    shop.json("a", &["bundle", "import", &bundle]);
    assert_eq!(shop.json("a", &close)[0]["state"], "closed");
}

#[test]
fn a_text_is_checked_by_the_shops_rules() {
    let shop = Shop::new();
    let said = shop.run("a", &["phrases", "check", "--json", "您好，這是規定。"]);
    assert_eq!(said.code, 1, "{}", said.err);
    let object: Value = serde_json::from_str(&said.out).unwrap();
    let hit = &object["hits"][0];
    assert_eq!(
        (
            hit["rule"].as_str(),
            hit["class"].as_str(),
            hit["severity"].as_str()
        ),
        (Some("b08"), Some("shirk"), Some("block"))
    );
    assert_eq!(
        (hit["start"].as_u64(), hit["end"].as_u64()),
        (Some(3), Some(7))
    );
    assert!(hit["better"].as_str().unwrap().contains("{option}"));

    let clean = shop.pipe("a", &["phrases", "check", "-"], "请您稍等，好吗？\n");
    assert_eq!((clean.code, clean.err.as_str()), (0, ""));
    assert!(clean.out.contains("Nothing found"), "{}", clean.out);

    let own = "[[banned]]\nid = \"x01\"\nclass = \"scold\"\npattern = '亲亲'\n";
    let set = shop.run("a", &["setting", "set", "phrases", own]);
    assert_eq!(set.code, 0, "{}", set.err);
    assert_eq!(shop.run("a", &["phrases", "check", "亲亲"]).code, 1);
    let wrong = shop.run("a", &["setting", "set", "phrases", "[[banned]]\nid = 1\n"]);
    assert!(
        wrong.code != 0 && wrong.err.contains("line 2"),
        "{}",
        wrong.err
    );
    assert_eq!(
        shop.run("a", &["phrases", "check", "亲亲"]).code,
        1,
        "the old set stays"
    );
}

#[test]
fn reports_leave_in_every_format_and_are_known_to_be_written() {
    let shop = Shop::new();
    let words = ["open", "complaint", "words=broken", "source=customer"];
    assert_eq!(shop.run("a", &words).code, 0);
    let ran = shop.run("a", &["report", "day", "--json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &report["kind"]), (0, &Value::from("day")));
    assert_eq!(report["sheet"][0]["complaint_count"], 1);
    // Of no orders there is no share that is paid.
    assert_eq!(report["sheet"][0]["paid_rate"], Value::Null);
    let shown = shop.run("a", &["report", "month"]);
    assert!(shown.out.contains("## The eight measures") && shown.out.contains("Complaints"));
    // Looked at, it is not written yet.
    assert_eq!(shop.run("a", &["list", "report", "--json"]).out, "");
    for format in ["csv", "html", "md", "json", "xlsx"] {
        let file = shop.path(&format!("day.{format}")).display().to_string();
        let ran = shop.run("a", &["report", "day", "-o", &file]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    let book = std::fs::read(shop.path("day.xlsx")).unwrap();
    assert!(book.starts_with(b"PK"), "a workbook");
    let csv = std::fs::read_to_string(shop.path("day.csv")).unwrap();
    let heads: Vec<usize> = csv.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(heads, [9, 9, 9], "who and eight measures: {csv}");
    let shop_wide = r#""Shop","0","0","—","—","—","0","0","1""#;
    assert!(csv.contains(shop_wide), "{csv}");
    let written = shop.run("a", &["list", "report", "--json"]);
    assert_eq!(written.out.lines().count(), 1, "{}", written.out);
    for (words, code) in [
        (&["report", "year"][..], 2),
        (&["report", "day", "--date", "yesterday-ish"], 2),
        (&["report", "day", "--date", "2999-01-01"], 1),
    ] {
        let ran = shop.run("a", words);
        assert_eq!(ran.code, code, "{words:?} {}", ran.err);
    }
}

#[test]
fn the_staff_sheet_feeds_the_report_and_names_its_source() {
    let shop = Shop::new();
    let sheet = "旺旺昵称,询单人数,询单最终付款人数,首次响应时长（秒),询单最终付款金额\nS:Li,148,67,22,1000.00\nS:Bo,52,3,60,10.00\n汇总值,200,70,-,1010.00\n";
    for name in ["scores.csv", "scores20261120.csv"] {
        std::fs::write(shop.path(name), sheet).unwrap();
    }
    let path = |name: &str| shop.path(name).display().to_string();
    let ran = shop.run("a", &["import", "scores", &path("scores.csv")]);
    assert_eq!(ran.code, 2);
    for part in ["scores.csv", "no date", "--day"] {
        assert!(ran.err.contains(part), "{part} in {}", ran.err);
    }
    let told = ["import", "performance", "--day", "2026-11-21"];
    let ran = shop.run("a", &[&told[..], &[&path("scores.csv")]].concat());
    assert!(
        ran.code == 0 && ran.out.contains("about 2026-11-21"),
        "{}{}",
        ran.out,
        ran.err
    );
    let ran = shop.run("a", &["import", &path("scores20261120.csv"), "--json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&report["day"], &report["day_from"]),
        (&"2026-11-20".into(), &"20261120".into())
    );
    assert_eq!(
        (&report["kind"], &report["new"]),
        (&"scores".into(), &3.into())
    );
    assert_eq!(report["problems"][0]["value"], "S:Bo");
    let ran = shop.run("a", &["import", "--day", "soon", &path("scores.csv")]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    let ran = shop.run("a", &["report", "day", "--date", "2026-11-20", "--json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["sheet"][0]["consult_volume"], 200);
    assert_eq!(report["sheet"][0]["consult_to_order"]["part"], 70);
    let figures = report["figures"].as_array().unwrap();
    let of = |id: &str| figures.iter().find(|one| one["id"] == id).unwrap();
    assert_eq!(of("consult_volume")["source"], "sheet");
    assert_eq!(of("complaint_count")["source"], "own");
    // (148 * 22 + 52 * 60) / 200 seconds.
    assert_eq!(of("first_response")["value"], "0:32");
    let ran = shop.run("a", &["report", "month", "--date", "2026-11-20", "--json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["sheet_days"], 2);
    assert_eq!(report["sheet"][0]["consult_volume"], 400);
}

#[test]
fn a_search_of_which_there_is_more_says_so() {
    let shop = Shop::new();
    for n in 0..3 {
        let title = format!("title=lantern {n}");
        shop.json("a", &["open", "notice", "kind=rule", &title]);
    }
    let last = |limit: &str| {
        let ran = shop.run("a", &["search", "lantern", "--limit", limit]);
        ran.out.trim().lines().last().unwrap().to_owned()
    };
    assert_eq!(last("2"), "The first 2, there are more");
    assert_eq!(last("3"), "3 in all");
}

#[test]
fn an_empty_list_says_what_it_cannot_see() {
    let shop = Shop::new();
    let ran = shop.run("a", &["list", "order"]);
    assert!(ran.out.contains("Orders never imported"), "{}", ran.out);
    let file = shop.write("orders.csv", &orders());
    shop.run("a", &["import", &file]);
    let asked = ["--query", "order:99999999"];
    let early = ["--now", "2026-11-20T11:00:00+08:00", "list", "order"];
    let fresh = shop.run("a", &[&early[..], &asked].concat());
    assert_eq!(fresh.out.trim(), "0 in all");
    for list in ["order", "todo"] {
        let late = ["--now", "2031-01-01T10:00:00+08:00", "list", list];
        let late = shop.run("a", &[&late[..], &asked].concat());
        let told = late.out.contains("Orders new since ") && late.out.contains(" cannot be seen");
        assert!(told, "{list}: {} {}", late.out, late.err);
    }
    // What people write here comes from no export.
    let ran = shop.run("a", &["list", "notice"]);
    assert_eq!(ran.out.trim(), "0 in all");
}

#[test]
fn a_post_is_named_in_any_language_and_an_unknown_one_refused() {
    let shop = Shop::new();
    let open = ["open", "notice", "kind=rule", "title=Parcels"];
    let id = shop.id("a", &[&open[..], &["audience=售后"]].concat());
    let audience = || shop.json("a", &["show", &id])[0]["fields"]["audience"].clone();
    assert_eq!(audience(), serde_json::json!(["after_sales"]));
    for (named, language, told) in [
        ("audience=售候", "en", ["no post \"", "Pre-sales"]),
        ("audience=售候", "zh-CN", ["没有「", "售前、售中、售后"]),
        (
            "audience=售後,after_sale",
            "zh-TW",
            ["沒有「", "售前、售中、售後"],
        ),
    ] {
        for words in [vec!["set", &id, named], [&open[..], &[named]].concat()] {
            let ran = ran(shop.command_in(language, "a", &words).output().unwrap());
            assert_eq!(ran.code, 2, "{words:?}: {} {}", ran.out, ran.err);
            assert!(
                told.iter().all(|part| ran.err.contains(part)),
                "{}",
                ran.err
            );
        }
    }
    assert_eq!(audience(), serde_json::json!(["after_sales"]));
    assert_eq!(shop.json("a", &["list", "notice"]).len(), 1);
}

#[test]
fn an_amount_in_the_one_line_is_shown_as_money() {
    let shop = Shop::new();
    let shown = shop.run("a", &["capture", "Tom 退 18.5元 4031902847193518830"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.contains("¥18.50"), "{}", shown.out);
    assert!(!shown.out.contains("1850"), "{}", shown.out);
}
