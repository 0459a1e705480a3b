//! Reach: bodies go to those whom the register reaches, the others get the events without them;
//! chains and seals hold, and a later bundle brings what was withheld.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use zhiban::chance::SeededRandom;
use zhiban::domain::id::{Id, ReplicaId};
use zhiban::domain::payload::{Change, Payload};
use zhiban::domain::registers;
use zhiban::domain::seal::ReplicaKey;
use zhiban::exchange::bundle::format::Manifest;
use zhiban::exchange::bundle::{Export, Selection, export, import};
use zhiban::exchange::reach::Eyes;
use zhiban::store::{Author, Draft, Shop, Store};

/// A device of a real shop: a folder in which the program runs.
struct Device {
    folder: tempfile::TempDir,
}

impl Device {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_zhiban"))
            .args(args)
            .env("ZHIBAN_DATA", self.folder.path().join("data"))
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path().join("config"))
            .env("LC_ALL", "en_US.UTF-8")
            .env_remove("ZHIBAN_NOW")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn ok(&self, args: &[&str]) -> String {
        let done = self.run(args);
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{args:?}: {text}{said}");
        text
    }

    fn json(&self, args: &[&str]) -> Vec<Value> {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let done = self.run(&args);
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        let said = String::from_utf8_lossy(&done.stderr);
        text.lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|_| panic!("{args:?}: {text}{said}"))
            })
            .collect()
    }

    fn export(&self, name: &str, more: &[&str]) -> (String, Value) {
        let path = self.file(name);
        let args: Vec<&str> = ["bundle", "export", "-o", &path]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        let told = self.json(&args);
        (path, told[0].clone())
    }

    fn import(&self, path: &str) -> Value {
        self.json(&["bundle", "import", path])[0].clone()
    }

    fn finds(&self, text: &str) -> bool {
        !self.json(&["search", text]).is_empty()
    }

    fn state(&self) -> String {
        let verified = &self.json(&["verify"])[0];
        assert_eq!(verified["clean"], true, "{verified}");
        verified["state"].as_str().unwrap().to_owned()
    }

    fn complaint(&self, words: &str) -> String {
        let words = format!("words={words}");
        self.ok(&[
            "open",
            "complaint",
            &words,
            "source=customer",
            "severity=serious",
        ]);
        let all = self.json(&["list", "complaint"]);
        all[0]["id"].as_str().unwrap().to_owned()
    }
}

fn founded() -> Device {
    let device = Device::new();
    device.ok(&["init", "--shop", "Green Fields", "--name", "Wang"]);
    device
}

fn joined(founder: &Device, name: &str, posts: &str) -> Device {
    let device = Device::new();
    let (request, answer) = (device.file("request.json"), device.file("answer"));
    device.ok(&["join", "--name", name, "-o", &request]);
    let admit = [
        "admit", &request, "--role", "agent", "--posts", posts, "-o", &answer, "--yes",
    ];
    founder.ok(&admit);
    device.ok(&["join", "--answer", &answer]);
    device
}

#[test]
fn reach_withholds_fills_in_later_and_is_relayed() {
    let founder = founded();
    let zhou = joined(&founder, "Zhou", "pre_sales");
    let chen = joined(&founder, "Chen", "after_sales");
    let id = founder.complaint("AAAbroken");
    let (path, told) = founder.export("to-zhou.zbundle", &["--to", "Zhou"]);
    assert!(told["withheld"].as_u64() >= Some(1), "{told}");
    zhou.import(&path);
    // The facts are there, the words are not, and nothing is out of order.
    assert!(!zhou.finds("AAAbroken"));
    let shown = &zhou.json(&["show", &id])[0];
    assert_eq!(shown["fields"]["severity"], "serious", "{shown}");
    assert_eq!(shown["fields"]["words"], Value::Null);
    assert!(shown["withheld"].as_u64() >= Some(1));
    assert!(zhou.ok(&["show", &id]).contains("withheld from this desk"));
    assert!(zhou.json(&["unfolded"]).is_empty());
    let partial = zhou.state();
    assert_ne!(partial, founder.state());

    // A third hears of it from the one who lacks it, and then from who has it.
    let (path, _) = zhou.export("relayed.zbundle", &["--all"]);
    chen.import(&path);
    assert!(!chen.finds("AAAbroken"));
    founder.import(&path);
    assert!(founder.finds("AAAbroken"), "a lack is not caught");
    let (path, told) = founder.export("to-chen.zbundle", &["--to", "Chen"]);
    assert_eq!(told["withheld"], 0, "{told}");
    chen.import(&path);
    assert!(chen.finds("AAAbroken"));
    assert_eq!(chen.state(), founder.state());

    // Zhou comes within reach: the next bundle goes back to what was withheld.
    let persons = founder.json(&["list", "person"]);
    let zhous = persons.iter().find(|one| one["title"] == "Zhou").unwrap();
    founder.ok(&["set", zhous["id"].as_str().unwrap(), "posts=after_sales"]);
    let (path, told) = founder.export("again.zbundle", &["--to", "Zhou"]);
    assert_eq!(told["withheld"], 0, "{told}");
    zhou.import(&path);
    assert!(zhou.finds("AAAbroken"));
    assert_eq!(zhou.state(), founder.state());
}

/// An erase goes to everybody, reaches bodies that were withheld, and closes them for good.
#[test]
fn reach_and_erase_agree() {
    let founder = founded();
    let zhou = joined(&founder, "Zhou", "pre_sales");
    let words = "words=BBBbroken";
    founder.ok(&[
        "open",
        "complaint",
        words,
        "source=customer",
        "buyer=Marigold",
    ]);
    let (path, _) = founder.export("one.zbundle", &["--to", "Zhou"]);
    zhou.import(&path);
    let (whole, _) = founder.export("whole.zbundle", &["--all"]);
    founder.ok(&["erase", "Marigold", "--reason", "asked", "--yes"]);
    let (path, _) = founder.export("two.zbundle", &["--to", "Zhou"]);
    zhou.import(&path);
    zhou.import(&whole);
    assert!(!zhou.finds("BBBbroken"));
    assert_eq!(zhou.state(), founder.state());
}

/// A store with a roster of two, in memory of the test: an agent who does not see complaints.
fn small_shop() -> (tempfile::TempDir, Store, Author, Id) {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("data"), Shop::drill("reach")).unwrap();
    let replica = store
        .add_replica(ReplicaKey::from_secret(&[7; 32]))
        .unwrap();
    let author = Author { replica, zone: 480 };
    let agent = Id([9; 16]);
    let open = |register: &str, record: Id, fields: Value| {
        let fields = fields.as_object().unwrap().clone().into_iter().collect();
        let change = Change {
            fields,
            ..Change::default()
        };
        let register = registers::by_name(register).unwrap();
        Draft::new(register, record, Payload::Open(change), 1_790_000_000_000)
    };
    let key = zhiban::domain::id::ShopSecret(store.key_of(replica).unwrap().public()).to_string();
    let supervisor =
        json!({"name": "Wang", "role": "supervisor", format!("replicas/{replica}/key"): key});
    let mut random = SeededRandom::new([7]);
    for draft in [
        open("person", Id([8; 16]), supervisor),
        open(
            "person",
            agent,
            json!({"name": "Zhou", "role": "agent", "posts": ["pre_sales"]}),
        ),
        open(
            "complaint",
            Id([1; 16]),
            json!({"words": "CCCbroken", "source": "customer"}),
        ),
    ] {
        store
            .append(&author, 1_790_000_000_000, &mut random, &[draft])
            .unwrap();
    }
    (folder, store, author, agent)
}

fn unpack(file: &PathBuf) -> Vec<(tar::Header, Vec<u8>)> {
    let archive = zstd::decode_all(fs::read(file).unwrap().as_slice()).unwrap();
    let mut archive = tar::Archive::new(archive.as_slice());
    archive
        .entries()
        .unwrap()
        .map(|entry| {
            let mut entry = entry.unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (entry.header().clone(), bytes)
        })
        .collect()
}

fn pack(file: &PathBuf, entries: Vec<(tar::Header, Vec<u8>)>) {
    let mut builder = tar::Builder::new(Vec::new());
    // Nothing changed its length, so the headers are right as they are.
    for (header, bytes) in entries {
        builder.append(&header, bytes.as_slice()).unwrap();
    }
    let archive = builder.into_inner().unwrap();
    fs::write(file, zstd::encode_all(archive.as_slice(), 1).unwrap()).unwrap();
}

/// Who relays a bundle cannot put another digest in the place of a withheld body, not even under
/// a good signature of the manifest: the chain does not arrive.
#[test]
fn reach_tampered_digest_is_refused() {
    let (folder, mut store, author, agent) = small_shop();
    let eyes = Eyes::of(&store, agent).unwrap();
    let path = folder.path().join("narrow.zbundle");
    let options = Export {
        selection: Selection::All,
        plain: Some("test"),
        eyes: eyes.as_ref(),
        ..Export::new(author.replica, 1_790_000_000_000)
    };
    let exported = export(&mut store, &options, &path).unwrap();
    assert_eq!(exported.withheld, 1);

    let fresh =
        |name: &str| Store::create(&folder.path().join(name), Shop::drill("reach")).unwrap();
    let mut good = fresh("good");
    let taken = import(&mut good, &path, 1, &mut |_| true).unwrap();
    assert_eq!((taken.new, taken.outside, taken.unfolded), (3, 0, 0));
    assert!(good.verify().unwrap().clean);

    let mut entries = unpack(&path);
    let lines = String::from_utf8(entries[2].1.clone()).unwrap();
    assert!(lines.contains("\"x\":\"withheld\"") && !lines.contains("CCCbroken"));
    let at = lines.find("\"d\":\"").unwrap() + 5;
    let digit = if &lines[at..=at] == "0" { "1" } else { "0" };
    let changed = format!("{}{digit}{}", &lines[..at], &lines[at + 1..]).into_bytes();
    entries[2].1 = changed.clone();
    let hash = blake3::hash(&changed).to_hex().to_string();
    let text = String::from_utf8(entries[0].1.clone()).unwrap();
    let old = blake3::hash(lines.as_bytes()).to_hex().to_string();
    assert!(text.contains(&old));
    entries[0].1 = text.replace(&old, &hash).into_bytes();
    let forged = folder.path().join("forged.zbundle");

    // As the relay made it, the signature is wrong.
    pack(
        &forged,
        entries
            .iter()
            .map(|(h, b)| (h.clone(), b.clone()))
            .collect(),
    );
    let mut other = fresh("unsigned");
    let problem = import(&mut other, &forged, 1, &mut |_| true).unwrap_err();
    assert_eq!(problem.message, "problem-bundle-signature");

    // Signed again by the sender's own key, the stream still contradicts its chain.
    let key = ReplicaKey::from_secret(&[7; 32]);
    assert_eq!(ReplicaId::of_key(&key.public()), author.replica);
    let message = Manifest::message(&entries[0].1);
    entries[1].1 = key.sign(&message).to_vec();
    pack(&forged, entries);
    let mut other = fresh("signed");
    let taken = import(&mut other, &forged, 1, &mut |_| true).unwrap();
    assert_eq!((taken.new, taken.by_code.get("Q2")), (0, Some(&3)));
    assert!(other.heads().unwrap().iter().all(|head| head.seq == 0));
}
