//! Erasing a customer: nothing of the person is left in any file of any desk, whatever came in
//! whatever order, while chains, amounts and states hold; what had left before is named.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use zhiban::chance::{FixedClock, SeededRandom};
use zhiban::desk::Desk;
use zhiban::desk::begin::init_drill;
use zhiban::desk::note::NewNote;
use zhiban::domain::body::Absence;
use zhiban::domain::id::Id;
use zhiban::domain::payload::Fields;
use zhiban::exchange::bundle::{Accounting, Export, Selection, export, import};

use support::DrillDesk;

const SHOP: &str = "青禾家居旗舰店";
const ORDER: &str = "4031902847193518258";
const OTHER_ORDER: &str = "4031902847193527741";
const NOW: i64 = 1_795_333_560_000;

/// Who is to be erased.
const NICK: &str = "鸢尾花田zq";
const NAME: &str = "罄竹难书君";
const PHONE: &str = "13911557799";
const ADDRESS: &str = "鹭岛市蕈菇巷七弄";
const EMAIL: &str = "quokkazz@example.com";
/// Words that were said to or of the person, in the places of the same name below.
const SAID: &str = "我的狻猊摆件碎了";
const SAID_ASCII: &str = "please ask wombatxylophone";
const REPLIED: &str = "亲爱的饕餮盒马上补";
const NOTED: &str = "刻字改成貔貅";
const OLD: &str = "刻字原为麒麟犼";
const COMPLAINED: &str = "霹雳螺钿掉漆";
const REMEDY: &str = "赔一枚珐琅钮";
const PROMISED: &str = "周三前寄出鹦鹉螺";
const ASKED: &str = "仓库还有没有藜麦枕";
const CALL: &str = "回访鸸鹋抱枕";
const SHEET: &str = "盯紧鸢尾那单的鲛绡";
const COLLEAGUE: &str = "我查过，是蜉蝣款";
const LATE: &str = "她又来问橄榄石扣";
const DRAFT: &str = "欠鸢尾的鸬鹚贴";
const FILE: &str = "narwhalpicture.png";
const INSIDE: &str = "pangolininside";

const PLANTED: [&str; 21] = [
    NICK, NAME, PHONE, ADDRESS, EMAIL, SAID, SAID_ASCII, REPLIED, NOTED, OLD, COMPLAINED, REMEDY,
    PROMISED, ASKED, CALL, SHEET, COLLEAGUE, LATE, DRAFT, FILE, INSIDE,
];
/// What the search index would keep of them: pairs of folded characters, whole Latin words.
const INDEXED: [&str; 8] = [
    "鸢尾",
    "罄竹",
    "狻猊",
    "wombatxylophone",
    "饕餮",
    "蜉蝣",
    "narwhalpicture",
    "橄榄",
];

fn seat(place: &Path, name: &str) -> Desk {
    let random = Box::new(SeededRandom::new(name));
    init_drill(place, SHOP, name, Box::new(FixedClock(NOW)), random).unwrap()
}

/// The desks of a drill shop, each in a folder of its own.
struct Office {
    place: tempfile::TempDir,
    desks: Vec<Desk>,
    files: u32,
}

impl Office {
    fn new(names: &[&str]) -> Self {
        let place = tempfile::tempdir().unwrap();
        let desks = names
            .iter()
            .map(|name| seat(&place.path().join(name), name))
            .collect();
        Self {
            place,
            desks,
            files: 0,
        }
    }

    fn desk(&mut self, place: usize) -> &mut Desk {
        &mut self.desks[place]
    }

    /// Writes a bundle beside the stores.
    fn export(&mut self, desk: usize, selection: Selection) -> PathBuf {
        self.files += 1;
        let path = self
            .place
            .path()
            .join(format!("out-{}.zbundle", self.files));
        let sender = self.desks[desk].me().unwrap().replica;
        let options = Export {
            selection,
            plain: Some("drill"),
            ..Export::new(sender, NOW + i64::from(self.files))
        };
        export(self.desks[desk].store_mut(), &options, &path).unwrap();
        path
    }

    fn import(&mut self, desk: usize, path: &Path) -> Accounting {
        let taken = import(self.desks[desk].store_mut(), path, NOW, &mut |_| true).unwrap();
        self.desks[desk].refresh().unwrap();
        taken
    }

    fn carry(&mut self, from: usize, to: usize) {
        let path = self.export(from, Selection::All);
        self.import(to, &path);
    }

    fn exchange(&mut self) {
        for _ in 0..2 {
            for from in 0..self.desks.len() {
                for to in 0..self.desks.len() {
                    if from != to {
                        self.carry(from, to);
                    }
                }
            }
        }
    }

    fn index_all(&mut self) {
        for desk in &mut self.desks {
            while desk.store_mut().index_some().unwrap() {}
        }
    }

    /// Every desk is clean and in the same state.
    fn assert_equal(&self) {
        let verified: Vec<_> = self
            .desks
            .iter()
            .map(|desk| desk.store().verify().unwrap())
            .collect();
        for one in &verified {
            assert!(one.clean, "{:?}", one.defects);
            assert_eq!(one.state, verified[0].state);
        }
    }

    /// Returns each planted word that is in a file of a desk, with the file.
    fn hits(&self, desk: usize) -> Vec<String> {
        let mut hits = Vec::new();
        for path in files(self.desks[desk].store().folder()) {
            let bytes = fs::read(&path).unwrap();
            for word in PLANTED.iter().chain(&INDEXED) {
                if bytes
                    .windows(word.len())
                    .any(|window| window == word.as_bytes())
                {
                    hits.push(format!("{word} in {}", path.display()));
                }
            }
        }
        hits
    }

    fn assert_nothing_left(&self) {
        for desk in 0..self.desks.len() {
            assert_eq!(self.hits(desk), Vec::<String>::new());
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all
}

fn fields(value: Value) -> Fields {
    value.as_object().unwrap().clone().into_iter().collect()
}

/// What a supervisor's desk holds of the customer, and of another who stays.
struct Planted {
    talk: Id,
    complaint: Id,
    sheet: Id,
    other: Id,
}

fn plant(desk: &mut Desk, picture: &Path) -> Planted {
    let mut open =
        |register: &str, value: Value| desk.open_record(register, fields(value)).unwrap().record();
    open(
        "customer",
        json!({"buyer": NICK, "name": NAME, "phone": PHONE, "address": ADDRESS, "email": EMAIL}),
    );
    let complaint = open(
        "complaint",
        json!({"words": COMPLAINED, "source": "customer", "buyer": NICK, "severity": "serious",
            "remedy": REMEDY, "order_number": ORDER}),
    );
    open("ticket", json!({"question": ASKED, "buyer": NICK}));
    open(
        "follow_up",
        json!({"kind": "callback", "subject": CALL, "due_at": NOW + 1, "buyer": NICK}),
    );
    let other = open(
        "complaint",
        json!({"words": "味道很大", "source": "customer", "buyer": "无关的人"}),
    );
    let me = desk.me().unwrap().id;
    let sheet = desk
        .open_record(
            "handover",
            fields(json!({"from": me.to_string(), "to": "after_sales", "day": "2026-11-22",
                "lines/1/record": complaint.to_string(), "lines/1/title": NICK, "lines/1/next": SHEET,
                "lines/2/record": other.to_string(), "lines/2/title": "无关的人", "lines/2/next": "等她回话"})),
        )
        .unwrap()
        .record();
    let talk = desk.open_conversation(NICK, "chat").unwrap().record();
    desk.remark(talk, SAID).unwrap();
    desk.remark(talk, SAID_ASCII).unwrap();
    desk.reply(talk, REPLIED).unwrap();
    desk.promise(talk, PROMISED, NOW + 86_400_000, None)
        .unwrap();
    desk.open_note(&NewNote {
        order: ORDER.into(),
        kind: "other".into(),
        old: Some(OLD.into()),
        new: NOTED.into(),
        about: Some(talk),
        buyer: Some(NICK.into()),
        ..NewNote::default()
    })
    .unwrap();
    desk.attach(complaint, picture).unwrap();
    desk.keep_view("她的", &format!("buyer:{NICK}"), true)
        .unwrap();
    Planted {
        talk,
        complaint,
        sheet,
        other,
    }
}

fn draft(desk: &mut Desk, key: &str, text: &str) {
    let me = desk.me().unwrap().id.to_string();
    desk.store_mut().set_draft(&me, key, text, NOW).unwrap();
}

#[test]
fn erase_grep() {
    let mut office = Office::new(&["林晓", "周芸", "高远"]);
    let picture = office.place.path().join(FILE);
    fs::write(&picture, [b"\x89PNG\r\n\x1a\n", INSIDE.as_bytes()].concat()).unwrap();
    let planted = plant(office.desk(0), &picture);
    let first = office.export(0, Selection::All);
    office.import(1, &first);
    office.import(2, &first);
    // A colleague's word, and one that another desk keeps outside of its log: it lacks the
    // one before.
    let before = NOW + 60_000;
    office.desk(1).remark(planted.talk, COLLEAGUE).unwrap();
    let early = office.export(1, Selection::ForFolder);
    office.import(0, &early);
    office.desk(1).remark(planted.talk, LATE).unwrap();
    let late = office.export(1, Selection::ForFolder);
    office.import(0, &late);
    let taken = office.import(2, &late);
    assert_eq!(taken.by_code.get("Q3"), Some(&1), "{taken:?} {before}");
    draft(office.desk(0), "capture", &format!("{PHONE} 要 {DRAFT}"));
    draft(office.desk(1), &format!("say/{}", planted.talk), DRAFT);
    draft(office.desk(2), &format!("case/{ORDER}"), DRAFT);
    draft(office.desk(2), "capture", "无关的人要发票");
    office.index_all();
    let old = office.export(1, Selection::All);
    for desk in 0..3 {
        assert!(office.hits(desk).len() > 15, "{:?}", office.hits(desk));
    }

    let shown = office.desk(0).erasure_of(PHONE).unwrap();
    assert_eq!(shown.registers["conversation"], 1);
    assert_eq!((shown.files, shown.handovers), (1, 1));
    assert_eq!(shown.registers["view"], 1);
    // What the three desks hold now is listed as given away: one bundle for all.
    assert_eq!(shown.given.len(), 1);
    assert_eq!(shown.given[0].file, first.display().to_string());
    let problem = office
        .desk(0)
        .erase_customer(NICK, &format!("{NICK}要求"))
        .unwrap_err();
    assert_eq!(problem.message, "problem-erase-reason-names");
    let done = office.desk(0).erase_customer(NICK, "顾客要求").unwrap();
    assert_eq!(done.records, shown.records);
    assert_eq!(office.hits(0), Vec::<String>::new());
    let problem = office
        .desk(0)
        .erase_customer(ORDER, "顾客要求")
        .unwrap_err();
    assert_eq!(problem.message, "problem-erase-nothing");

    // The erase alone: the third desk still lacks the colleague's first word.
    let erase = office.export(0, Selection::ForFolder);
    office.import(2, &erase);
    assert!(!office.desk(2).store().outside().unwrap().is_empty());
    assert_eq!(office.hits(2), Vec::<String>::new());
    let kept = office.desk(2).me().unwrap().id.to_string();
    let kept = office.desk(2).store().drafts(&kept).unwrap();
    assert_eq!(kept.len(), 1, "the draft about somebody else stays");

    office.exchange();
    office.assert_nothing_left();
    office.assert_equal();

    // Old bundles bring nothing back, not even to who never had the erase before.
    for desk in 0..3 {
        for path in [&first, &early, &late, &old] {
            office.import(desk, path);
        }
    }
    let new = office.place.path().join("新来");
    office.desks.push(seat(&new, "新来"));
    for path in [&erase, &old, &late, &first] {
        office.import(3, path);
    }
    office.exchange();
    office.assert_nothing_left();
    office.assert_equal();
    what_stays(office.desk(0), &planted);
}

/// Facts, decisions, and everything of others.
fn what_stays(desk: &mut Desk, planted: &Planted) {
    let complaint = desk.record(planted.complaint).unwrap().0;
    assert_eq!(complaint.text("severity"), Some("serious"));
    assert_eq!(complaint.text("order_number"), Some(ORDER));
    assert_eq!(
        (complaint.text("words"), complaint.text("buyer")),
        (None, None)
    );
    let events = desk.store().events(planted.talk).unwrap();
    let erased =
        |event: &&zhiban::domain::event::Event| event.body.absence() == Some(Absence::Erased);
    assert!(events.iter().filter(erased).count() >= 4);
    let sheet = desk.record(planted.sheet).unwrap().0;
    assert_eq!(sheet.text("lines/1/next"), None);
    assert_eq!(sheet.text("lines/2/title"), Some("无关的人"));
    assert_eq!(sheet.text("lines/2/next"), Some("等她回话"));
    assert!(desk.saved_views().unwrap().is_empty());
    let other = desk.record(planted.other).unwrap().0;
    assert_eq!(other.text("words"), Some("味道很大"));
    assert_eq!(
        desk.store().search("味道很大", None, 9).unwrap().hits.len(),
        1
    );
    assert!(desk.store().search(NICK, None, 9).unwrap().hits.is_empty());
    assert!(desk.store().missing_files().unwrap().is_empty());
    assert!(desk.store().unfolded().unwrap().is_empty());
}

/// A file that two records name stays as long as one of them is not erased.
#[test]
fn erase_leaves_a_file_that_another_record_names() {
    let mut office = Office::new(&["林晓"]);
    let picture = office.place.path().join("shared.png");
    fs::write(&picture, b"\x89PNG\r\n\x1a\nboth").unwrap();
    let hash = *blake3::hash(&fs::read(&picture).unwrap()).as_bytes();
    let open = |desk: &mut Desk, buyer: &str| {
        let value = json!({"words": "x", "source": "customer", "buyer": buyer});
        desk.open_record("complaint", fields(value))
            .unwrap()
            .record()
    };
    for buyer in ["第一位顾客", "第二位顾客"] {
        let id = open(office.desk(0), buyer);
        office.desk(0).attach(id, &picture).unwrap();
    }
    office
        .desk(0)
        .erase_customer("第一位顾客", "asked")
        .unwrap();
    assert!(office.desk(0).store().has_file(&hash));
    office
        .desk(0)
        .erase_customer("第二位顾客", "asked")
        .unwrap();
    assert!(!office.desk(0).store().has_file(&hash));
    office.assert_equal();
}

/// An attachment that did not come with its event is told (Q10), changes no state, and heals when
/// any bundle brings it, also one whose events are all here.
#[test]
fn a_missing_attachment_is_told_and_heals() {
    let mut office = Office::new(&["林晓", "周芸"]);
    let picture = office.place.path().join("crack.jpg");
    fs::write(&picture, b"\xff\xd8\xff\xe0 a crack").unwrap();
    let value = json!({"words": "x", "source": "customer", "buyer": "春天里"});
    let id = office
        .desk(0)
        .open_record("complaint", fields(value))
        .unwrap()
        .record();
    office.desk(0).attach(id, &picture).unwrap();
    let hash = office.desk(0).record(id).unwrap().0.attachments[0].hash;
    let file = files(&office.desks[0].store().folder().join("att")).remove(0);
    let bytes = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    office.carry(0, 1);
    let missing = office.desk(1).store().missing_files().unwrap();
    assert_eq!(missing.len(), 1);
    assert_eq!(
        (
            missing[0].code.as_str(),
            office.desk(1).store().has_file(&hash)
        ),
        ("Q10", false)
    );
    assert_eq!(
        office.desk(1).record(id).unwrap().0.attachments[0]
            .name
            .as_deref(),
        Some("crack.jpg")
    );
    fs::write(&file, bytes).unwrap();
    office.carry(0, 1);
    assert!(office.desk(1).store().missing_files().unwrap().is_empty());
    assert!(office.desk(1).store().has_file(&hash));
    office.carry(1, 0);
    office.assert_equal();
}

/// A masked name is nobody's, and a name on two accounts asks which.
#[test]
fn erase_takes_nobody_for_another() {
    let mut office = Office::new(&["林晓"]);
    let desk = office.desk(0);
    for (buyer, account) in [
        ("同名的人", "甲店"),
        ("同名的人", "乙店"),
        ("同***人", "甲店"),
    ] {
        let value = json!({"buyer": buyer, "account": account});
        desk.open_record("customer", fields(value)).unwrap();
    }
    // Of no account: it goes with whoever is erased first, and leads to nobody else.
    let value = json!({"buyer": "同名的人", "words": "破了", "source": "customer"});
    desk.open_record("complaint", fields(value)).unwrap();
    let message = |desk: &Desk, name: &str| desk.erasure_of(name).unwrap_err().message;
    assert_eq!(message(desk, "同***人"), "problem-erase-nobody");
    assert_eq!(message(desk, "谁也不是"), "problem-erase-nobody");
    assert_eq!(message(desk, "同名的人"), "problem-ambiguous");
    let all = desk.store().bearing("同名的人").unwrap();
    let one = all
        .iter()
        .find(|row| row.register == "customer")
        .unwrap()
        .id;
    assert_eq!(
        desk.erase_customer(&one.to_string(), "asked")
            .unwrap()
            .records
            .len(),
        2
    );
    let left = desk.store().bearing("同名的人").unwrap();
    assert_eq!(left.len(), 1, "the other account's customer stays");
    assert_eq!(message(desk, OTHER_ORDER), "problem-erase-nobody");
}

/// A store that was killed between the erase and the scrub is scrubbed by whoever comes next.
#[test]
fn erase_is_finished_by_the_next_import() {
    let mut office = Office::new(&["林晓", "周芸"]);
    let picture = office.place.path().join(FILE);
    fs::write(&picture, [b"\x89PNG\r\n\x1a\n", INSIDE.as_bytes()].concat()).unwrap();
    plant(office.desk(0), &picture);
    office.index_all();
    office.desk(0).store_mut().scrub_is_due().unwrap();
    let reader = zhiban::store::Store::open_read_only(office.desks[0].store().folder()).unwrap();
    drop(reader);
    office.desk(0).erase_customer(NICK, "asked").unwrap();
    office.desk(0).store_mut().scrub_is_due().unwrap();
    assert!(office.desk(0).store().is_scrub_due().unwrap());
    office.carry(1, 0);
    assert!(!office.desk(0).store().is_scrub_due().unwrap());
    assert_eq!(office.hits(0), Vec::<String>::new());
}

/// The command line: shows first, asks, and lists what was given away by table and bundle.
#[test]
fn erase_on_the_command_line() {
    let desk = DrillDesk::new(SHOP, "林晓");
    let words = format!("words={COMPLAINED}");
    let buyer = format!("buyer={NICK}");
    desk.ok(&["open", "complaint", &words, "source=customer", &buyer]);
    let id = desk.json(&["list", "complaint"])[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (picture, script) = (desk.file("crack.png"), desk.file("run.png"));
    fs::write(&picture, b"\x89PNG\r\n\x1a\ncrack").unwrap();
    fs::write(&script, "#!/bin/sh").unwrap();
    desk.ok(&["attach", &id, &picture.display().to_string()]);
    let refused = desk.run(&["attach", &id, &script.display().to_string()]);
    assert_eq!(
        refused.status.code(),
        Some(1),
        "the content tells, not the name"
    );
    let table = desk.file("complaints.csv").display().to_string();
    desk.ok(&["export", "complaints", "-o", &table]);
    let bundle = desk.file("all.zbundle").display().to_string();
    let reason = format!("{NICK} 要看");
    desk.ok(&[
        "bundle", "export", "--all", "--plain", "--reason", &reason, "-o", &bundle,
    ]);
    let backup = desk.file("desk.backup").display().to_string();
    desk.ok(&["backup", &backup]);
    // Without a yes nothing goes.
    let asked = desk.run(&["erase", NICK, "--reason", "顾客要求"]);
    assert_eq!(asked.status.code(), Some(1));
    assert!(!desk.json(&["search", COMPLAINED]).is_empty());
    let done = &desk.json(&["erase", NICK, "--reason", "顾客要求", "--yes"])[0];
    assert_eq!(done["scrubbed"], true, "{done}");
    assert_eq!(
        (&done["registers"]["complaint"], &done["files"]),
        (&json!(1), &json!(1))
    );
    let files: Vec<&str> = done["given"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["file"].as_str())
        .collect();
    assert_eq!(files, [&*backup, &*bundle, &*table]);
    assert!(desk.json(&["search", COMPLAINED]).is_empty());
    assert!(
        !desk.ok(&["erase", "--list"]).contains(NICK),
        "in no reason"
    );
    assert_eq!(desk.json(&["erase", "--list"]).len(), 3);
    assert_eq!(desk.json(&["verify"])[0]["clean"], true);
    desk.ok(&["rebuild"]);
    assert_eq!(
        desk.json(&["erase", "--list"]).len(),
        3,
        "kept by a rebuild"
    );
}
