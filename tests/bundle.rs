//! Bundles between stores: any order, any repetition, any interruption, any damage.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::json;

use zhiban::chance::SeededRandom;
use zhiban::domain::id::{Id, ReplicaId};
use zhiban::domain::payload::{Change, Direction, Payload, Say};
use zhiban::domain::registers;
use zhiban::domain::seal::ReplicaKey;
use zhiban::exchange::bundle::{
    self, Accounting, Export, Exported, Limits, Progress, Selection, Step,
};
use zhiban::problem::{Kind, Problem};
use zhiban::store::{Author, Draft, Shop, Store};

const NOW: i64 = 1_790_000_000_000;

/// A store of the drill shop with one replica, in a folder of its own.
struct Desk {
    folder: tempfile::TempDir,
    store: Store,
    replica: ReplicaId,
    random: SeededRandom,
    now: i64,
    files: u32,
}

impl Desk {
    fn new(seed: u8) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(&folder.path().join("data"), Shop::drill("bundles")).unwrap();
        let replica = store
            .add_replica(ReplicaKey::from_secret(&[seed; 32]))
            .unwrap();
        Self {
            folder,
            store,
            replica,
            random: SeededRandom::new([seed]),
            now: NOW + i64::from(seed),
            files: 0,
        }
    }

    /// A store that knows no shop and cannot write.
    fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create_bare(&folder.path().join("data")).unwrap();
        Self {
            folder,
            store,
            replica: ReplicaId([0; 16]),
            random: SeededRandom::new([0]),
            now: NOW,
            files: 0,
        }
    }

    fn append(&mut self, drafts: &[Draft]) {
        self.now += 1_000;
        let author = Author {
            replica: self.replica,
            zone: 480,
        };
        self.store
            .append(&author, self.now, &mut self.random, drafts)
            .unwrap();
    }

    fn say(&mut self, record: u8, text: &str) {
        let register = registers::by_name("conversation").unwrap();
        let say = Say {
            author: Some("小雨".into()),
            ..Say::plain(Direction::In, text)
        };
        self.append(&[Draft::new(
            register,
            Id([record; 16]),
            Payload::Say(Box::new(say)),
            self.now,
        )]);
    }

    /// Opens or sets an order: no personal part.
    fn order(&mut self, record: u8, count: i64) {
        let register = registers::by_name("order").unwrap();
        let fields = [
            ("number".to_owned(), json!(format!("10{record}"))),
            ("item_count".to_owned(), json!(count)),
        ]
        .into();
        let change = Change {
            fields,
            exported_at: Some(self.now),
            ..Change::default()
        };
        self.append(&[Draft::new(
            register,
            Id([record; 16]),
            Payload::Open(change),
            self.now,
        )]);
    }

    fn path(&mut self) -> PathBuf {
        self.files += 1;
        self.folder
            .path()
            .join(format!("out{}.zbundle", self.files))
    }

    fn try_export(
        &mut self,
        selection: Selection,
        limits: Limits,
        plain: Option<&str>,
    ) -> Result<Exported, Problem> {
        let path = self.path();
        let export = Export {
            selection,
            limits,
            plain,
            ..Export::new(self.replica, self.now)
        };
        bundle::export(&mut self.store, &export, &path)
    }

    fn export(&mut self, selection: Selection) -> PathBuf {
        let exported = self
            .try_export(selection, Limits::default(), Some("drill"))
            .unwrap();
        assert_eq!(exported.files.len(), 1);
        exported.files[0].clone()
    }

    fn import(&mut self, path: &Path) -> Accounting {
        let sum = self.try_import(path).unwrap();
        assert_eq!(sum.events, sum.new + sum.here + sum.outside, "{sum:?}");
        assert_eq!(
            sum.by_code.values().sum::<u64>(),
            sum.unfolded + sum.outside,
            "{sum:?}"
        );
        assert!(sum.unfolded <= sum.new);
        sum
    }

    fn try_import(&mut self, path: &Path) -> Result<Accounting, Problem> {
        bundle::import(&mut self.store, path, self.now, &mut |_| true)
    }

    fn state(&self) -> String {
        let verified = self.store.verify().unwrap();
        assert!(verified.clean, "{:?}", verified.defects);
        verified.state
    }
}

#[test]
fn the_same_bundle_twice_changes_nothing() {
    let mut ours = Desk::new(1);
    for round in 0..150 {
        ours.say(round % 7, "亲，发货了吗");
        ours.order(100 + round % 5, i64::from(round));
    }
    let file = ours.export(Selection::All);
    let mut theirs = Desk::bare();
    let first = theirs.import(&file);
    assert_eq!(
        (first.events, first.new, first.here, first.outside),
        (300, 300, 0, 0)
    );
    let again = theirs.import(&file);
    assert_eq!(
        (again.events, again.new, again.here, again.outside),
        (300, 0, 300, 0)
    );
    assert_eq!(theirs.state(), ours.state());
    // The own echo.
    assert_eq!(ours.import(&file).new, 0);
    assert!(theirs.store.shop().is_none() && theirs.store.shop_id() == ours.store.shop_id());
}

#[test]
fn others_events_are_relayed() {
    let (mut one, mut two, mut three) = (Desk::new(1), Desk::new(2), Desk::new(3));
    one.say(1, "在吗");
    two.import(&one.export(Selection::ForShop));
    two.say(1, "在的");
    let sum = three.import(&two.export(Selection::ForShop));
    assert_eq!(sum.new, 2);
    assert_eq!(three.state(), two.state());
    // What went to the shop once does not go again; what is new does.
    two.say(2, "好");
    assert_eq!(three.import(&two.export(Selection::ForShop)).events, 1);
    assert_eq!(three.import(&two.export(Selection::ForShop)).events, 0);
    let since = two.now;
    two.say(2, "嗯");
    assert_eq!(
        three
            .import(&two.export(Selection::Since(since + 1)))
            .events,
        1
    );
    assert_eq!(one.import(&three.export(Selection::All)).here, 1);
    assert_eq!(one.state(), two.state());
}

#[test]
fn parts_in_the_wrong_order_wait_outside_and_heal() {
    let mut ours = Desk::new(1);
    for round in 0..40 {
        ours.order(round % 3, i64::from(round));
        if round % 10 == 9 {
            ours.store.seal_head(ours.replica).unwrap();
        }
    }
    let limits = Limits {
        events: 10,
        ..Limits::default()
    };
    let parts = ours.try_export(Selection::All, limits, None).unwrap().files;
    assert_eq!(parts.len(), 4);
    assert!(parts[0].to_str().unwrap().ends_with("-1of4.zbundle"));
    let mut theirs = Desk::bare();
    for part in [&parts[3], &parts[1], &parts[2]] {
        let sum = theirs.import(part);
        assert_eq!((sum.new, sum.outside, sum.by_code["Q3"]), (0, 10, 10));
    }
    assert_eq!(theirs.store.outside().unwrap().len(), 30);
    let sum = theirs.import(&parts[0]);
    assert_eq!((sum.new, sum.outside, sum.healed), (10, 0, 30));
    assert!(theirs.store.outside().unwrap().is_empty());
    assert_eq!(theirs.state(), ours.state());
    // Their seals came along: a third store gets everything from here.
    let mut third = Desk::new(3);
    for part in &parts {
        assert_eq!(third.import(part).new, 10);
    }
    assert_eq!(Desk::bare().import(&third.export(Selection::All)).new, 40);
}

#[test]
fn a_copied_replica_branches_and_nobodys_work_is_lost() {
    let (mut one, mut copy) = (Desk::new(1), Desk::new(1));
    for desk in [&mut one, &mut copy] {
        desk.order(1, 1);
        desk.order(1, 2);
    }
    one.order(2, 3);
    copy.order(3, 4);
    copy.order(3, 5);
    let (first, second) = (one.export(Selection::All), copy.export(Selection::All));
    let (mut left, mut right) = (Desk::new(8), Desk::new(9));
    assert_eq!(left.import(&first).new, 3);
    let sum = left.import(&second);
    assert_eq!((sum.new, sum.here, sum.branched), (2, 2, true));
    right.import(&second);
    right.import(&first);
    assert_eq!(left.state(), right.state());
    assert_eq!(left.store.verify().unwrap().events, 5);
    // The branches travel together.
    let mut third = Desk::bare();
    assert_eq!(third.import(&left.export(Selection::All)).new, 5);
    assert_eq!(third.state(), left.state());
    assert_eq!(third.import(&right.export(Selection::All)).new, 0);
}

#[test]
fn an_import_stopped_anywhere_is_completed_by_the_same_import() {
    let mut ours = Desk::new(1);
    for round in 0..200_u8 {
        ours.order(round % 50, i64::from(round));
    }
    let file = ours.export(Selection::All);
    let state = ours.state();
    for step in [Step::Check, Step::Append, Step::Fold] {
        let mut theirs = Desk::bare();
        let mut stop = |progress: Progress| progress.step != step;
        let stopped = bundle::import(&mut theirs.store, &file, NOW, &mut stop);
        if let Err(problem) = stopped {
            assert_eq!(problem.message, "problem-cancelled");
        }
        let folder = theirs.store.folder().to_owned();
        drop(theirs.store);
        theirs.store = Store::open(&folder).unwrap();
        let sum = theirs.import(&file);
        assert_eq!(sum.new + sum.here, 200);
        assert_eq!(theirs.state(), state, "{step:?}");
    }
}

#[test]
fn personal_bodies_go_out_only_with_a_reason() {
    let mut ours = Desk::new(1);
    ours.say(1, "我叫王小明，电话 13800000000");
    for plain in [None, Some(""), Some(" ")] {
        let refused = ours
            .try_export(Selection::All, Limits::default(), plain)
            .unwrap_err();
        assert_eq!(
            (refused.kind, refused.message),
            (Kind::Refused, "problem-bundle-personal")
        );
    }
    assert_eq!(
        fs::read_dir(ours.folder.path()).unwrap().count(),
        1,
        "only the store is there"
    );
    let mut orders = Desk::new(2);
    orders.order(1, 1);
    assert_eq!(
        orders
            .try_export(Selection::All, Limits::default(), None)
            .unwrap()
            .personal,
        0
    );
}

#[test]
fn files_appear_whole_for_their_owner_alone_and_none_is_overwritten() {
    let mut ours = Desk::new(1);
    ours.order(1, 1);
    let file = ours.export(Selection::All);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    ours.files -= 1;
    let refused = ours
        .try_export(Selection::All, Limits::default(), None)
        .unwrap_err();
    assert_eq!(refused.message, "problem-file-exists");
    let nowhere = Export {
        selection: Selection::All,
        ..Export::new(ours.replica, NOW)
    };
    let refused = bundle::export(
        &mut ours.store,
        &nowhere,
        Path::new("/no/such/folder/x.zbundle"),
    )
    .unwrap_err();
    assert!(!refused.message.is_empty());
    let stranger = Export::new(ReplicaId([9; 16]), NOW);
    let refused = bundle::export(&mut ours.store, &stranger, &file).unwrap_err();
    assert_eq!(refused.message, "problem-bundle-no-replica");
}

#[test]
fn a_bundle_of_another_shop_is_refused() {
    let mut ours = Desk::new(1);
    ours.order(1, 1);
    let file = ours.export(Selection::All);
    let folder = tempfile::tempdir().unwrap();
    let mut other = Store::create(&folder.path().join("data"), Shop::drill("another")).unwrap();
    let refused = bundle::import(&mut other, &file, NOW, &mut |_| true).unwrap_err();
    assert_eq!(
        (refused.kind, refused.message),
        (Kind::Refused, "problem-bundle-other-shop")
    );
    assert_eq!(other.verify().unwrap().events, 0);
}

#[test]
fn attachments_travel() {
    let mut ours = Desk::new(1);
    let picture = b"\x89PNG\r\n\x1a\n picture".to_vec();
    let hash = blake3::hash(&picture);
    let name = hash.to_hex().to_string();
    let place = |store: &Store| store.folder().join("att").join(&name[..2]).join(&name);
    fs::create_dir_all(place(&ours.store).parent().unwrap()).unwrap();
    fs::write(place(&ours.store), &picture).unwrap();
    let payload = Payload::Attach {
        hash: *hash.as_bytes(),
        media: "image/png".into(),
        size: picture.len() as u64,
        name: None,
    };
    ours.append(&[Draft::new(
        registers::by_name("conversation").unwrap(),
        Id([1; 16]),
        payload,
        NOW,
    )]);
    let file = ours.export(Selection::All);
    assert_eq!(
        bundle::inspect(&file, &mut |_| true)
            .unwrap()
            .counts
            .attachments,
        1
    );
    let mut theirs = Desk::bare();
    assert_eq!(theirs.import(&file).new, 1);
    assert_eq!(fs::read(place(&theirs.store)).unwrap(), picture);
}

#[test]
fn inspect_and_verify_need_no_store() {
    let mut ours = Desk::new(1);
    ours.say(1, "你好");
    ours.order(2, 2);
    let found = bundle::inspect(&ours.export(Selection::All), &mut |_| true).unwrap();
    assert_eq!(
        found.verdict(),
        json!({"ok": true, "events": 2, "problems": []})
    );
    assert_eq!(found.json()["counts"]["personal"], 1);
    assert_eq!(found.json()["manifest"]["part"], json!([1, 1]));
}

/// What one desk does in the property below: which, on which record, or an export.
#[derive(Debug, Clone)]
enum Deed {
    Say(usize, u8),
    Order(usize, u8),
    Export(usize, u64),
    Exchange(usize, usize),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let desk = 0..3_usize;
    let deed = prop_oneof![
        3 => (desk.clone(), 0..4_u8).prop_map(|(desk, record)| Deed::Say(desk, record)),
        3 => (desk.clone(), 4..8_u8).prop_map(|(desk, record)| Deed::Order(desk, record)),
        2 => (desk.clone(), 1..6_u64).prop_map(|(desk, size)| Deed::Export(desk, size)),
        1 => (desk.clone(), desk).prop_map(|(one, other)| Deed::Exchange(one, other)),
    ];
    proptest::collection::vec(deed, 5..25)
}

fn act(desks: &mut [Desk], bundles: &mut Vec<PathBuf>, deed: &Deed) {
    match *deed {
        Deed::Say(desk, record) => desks[desk].say(record, &format!("第{record}条")),
        Deed::Order(desk, record) => {
            let count = desks[desk].now;
            desks[desk].order(record, count);
        }
        Deed::Export(desk, events) => {
            let limits = Limits {
                events,
                ..Limits::default()
            };
            let exported = desks[desk]
                .try_export(Selection::ForShop, limits, Some("drill"))
                .unwrap();
            bundles.extend(exported.files);
        }
        Deed::Exchange(one, other) => {
            let file = desks[one].export(Selection::All);
            desks[other].import(&file);
            bundles.push(file);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_split_order_and_repetition_ends_equal(deeds in deeds(), order in proptest::collection::vec(any::<proptest::sample::Index>(), 30)) {
        let mut desks: Vec<Desk> = (1..=3).map(Desk::new).collect();
        let mut bundles = Vec::new();
        for deed in &deeds {
            act(&mut desks, &mut bundles, deed);
        }
        // So that everything is in some bundle.
        for desk in &mut desks {
            bundles.extend(desk.try_export(Selection::All, Limits { events: 3, ..Limits::default() }, Some("drill")).unwrap().files);
        }
        let mut shuffled: Vec<&PathBuf> = order.iter().map(|index| index.get(&bundles)).collect();
        shuffled.extend(&bundles);
        let mut one = Desk::bare();
        for file in &shuffled {
            one.import(file);
        }
        let mut other = Desk::bare();
        for file in shuffled.iter().rev() {
            other.import(file);
        }
        prop_assert_eq!(one.state(), other.state());
        prop_assert!(one.store.outside().unwrap().is_empty());
        for desk in &mut desks {
            for file in &bundles {
                desk.import(file);
            }
            prop_assert_eq!(desk.state(), one.state());
        }
    }
}

/// Reads what is packed in a bundle.
fn unpacked(file: &Path) -> Vec<u8> {
    zstd::decode_all(fs::read(file).unwrap().as_slice()).unwrap()
}

fn packed(archive: &[u8]) -> Vec<u8> {
    zstd::encode_all(archive, 1).unwrap()
}

/// Puts a new checksum into the header at `at`.
fn resum(archive: &mut [u8], at: usize) {
    archive[at + 148..at + 156].copy_from_slice(b"        ");
    let sum: u32 = archive[at..at + 512]
        .iter()
        .map(|byte| u32::from(*byte))
        .sum();
    archive[at + 148..at + 156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

/// Checks that a file is refused in little time, by every door, and leaves nothing behind.
fn refused(name: &str, bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hostile.zbundle");
    fs::write(&file, bytes).unwrap();
    let begun = Instant::now();
    let problem = bundle::inspect(&file, &mut |_| true).expect_err(name);
    assert!(problem.message.starts_with("problem-"), "{name}");
    let mut theirs = Desk::bare();
    theirs.try_import(&file).expect_err(name);
    assert_eq!(theirs.store.verify().unwrap().events, 0, "{name}");
    assert!(theirs.store.shop_id().is_none(), "{name}");
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{name} took {:?}",
        begun.elapsed()
    );
    #[cfg(target_os = "linux")]
    {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        let kib: u64 = peak.trim().trim_end_matches(" kB").trim().parse().unwrap();
        assert!(kib < 512 << 10, "{name} took {kib} KiB");
    }
}

fn good() -> PathBuf {
    let mut ours = Desk::new(1);
    ours.order(1, 1);
    ours.say(2, "你好");
    let file = ours.export(Selection::All);
    let kept = tempfile::tempdir().unwrap().keep().join("good.zbundle");
    fs::copy(file, &kept).unwrap();
    kept
}

#[test]
fn archives_that_are_no_bundles_are_refused() {
    let file = good();
    let archive = unpacked(&file);
    let change = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut other = archive.clone();
        change(&mut other);
        refused(name, &packed(&other));
    };
    let rename = |to: &'static [u8]| {
        move |archive: &mut Vec<u8>| {
            archive[..100].fill(0);
            archive[..to.len()].copy_from_slice(to);
            resum(archive, 0);
        }
    };
    for name in [
        &b"../manifest.json"[..],
        b"/manifest.json",
        b"./manifest.json",
        b"manifest.json/",
        b"MANIFEST.JSON",
        b"",
        b"events.jsonl",
        b"manifest.json\0/../x",
    ] {
        change("a wrong name", &rename(name));
    }
    for kind in b"1234567LKxgSVD\0" {
        change(
            "a link, a folder, a device, an extension",
            &|archive: &mut Vec<u8>| {
                archive[156] = *kind;
                archive[157..167].copy_from_slice(b"/etc/shado");
                resum(archive, 0);
            },
        );
    }
    for size in [
        &b"77777777777\0"[..],
        b"00000000000\0",
        b"-0000000001\0",
        b"           \0",
        b"\x80\0\0\0\0\0\0\x7F\xFF\xFF\xFF\xFF",
    ] {
        change("a wrong size", &|archive: &mut Vec<u8>| {
            archive[124..136].copy_from_slice(size);
            resum(archive, 0);
        });
    }
    for (at, field) in [
        (100, &b"0004755\0"[..]),
        (108, b"0000001\0"),
        (136, b"17777777777\0"),
        (265, b"root"),
        (345, b"../.."),
    ] {
        change("a mode, owner, time, prefix", &|archive: &mut Vec<u8>| {
            archive[at..at + field.len()].copy_from_slice(field);
            resum(archive, 0);
        });
    }
    change("an entry twice", &|archive: &mut Vec<u8>| {
        let size =
            usize::from_str_radix(std::str::from_utf8(&archive[124..135]).unwrap(), 8).unwrap();
        let first = archive[..512 + size.div_ceil(512) * 512].to_vec();
        archive.splice(0..0, first);
    });
    change("an entry too many", &|archive: &mut Vec<u8>| {
        let end = archive.len() - 1_024;
        let mut header = archive[..512].to_vec();
        header[124..135].copy_from_slice(b"00000000000");
        resum(&mut header, 0);
        archive.splice(end..end, header);
    });
    change("no end", &|archive: &mut Vec<u8>| {
        archive.truncate(archive.len() - 512);
    });
    change("a longer end", &|archive: &mut Vec<u8>| {
        archive.extend([0; 512]);
    });
    refused("nothing", b"");
    refused("an empty frame", &packed(b""));
    refused("a tar without a frame", &archive);
    let bytes = fs::read(&file).unwrap();
    refused("two frames", &[bytes.clone(), bytes.clone()].concat());
    refused(
        "a skippable frame first",
        &[b"\x50\x2A\x4D\x18\x01\0\0\0x".to_vec(), bytes.clone()].concat(),
    );
    refused(
        "a skippable frame behind",
        &[bytes, b"\x50\x2A\x4D\x18\x01\0\0\0x".to_vec()].concat(),
    );
    fs::remove_dir_all(file.parent().unwrap()).unwrap();
}

#[test]
fn bombs_are_refused_in_little_time_and_memory() {
    let mut bomb = Vec::new();
    zstd::stream::copy_encode(std::io::repeat(0).take(2 << 30), &mut bomb, 1).unwrap();
    refused("two gigabytes of zeros", &bomb);
    // A manifest of the largest size, never ending in JSON.
    let header = |name: &[u8], size: usize| {
        let mut block = unpacked(&golden())[..512].to_vec();
        block[..100].fill(0);
        block[..name.len()].copy_from_slice(name);
        block[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
        resum(&mut block, 0);
        block
    };
    let mut nested = header(b"manifest.json", 1 << 20);
    nested.extend(std::iter::repeat_n(b'[', 1 << 20));
    refused("a deep manifest", &packed(&nested));
    let mut long = header(b"manifest.json", 1 << 30);
    long.extend(std::iter::repeat_n(b' ', 8 << 20));
    refused("a manifest over its limit", &packed(&long));
    // A window that would take 128 MiB to read.
    let mut wide = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    wide.window_log(27).unwrap();
    wide.write_all(&vec![7; 256 << 20]).unwrap();
    refused("a wide window", &wide.finish().unwrap());
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1.zbundle")
}

#[test]
fn a_changed_line_is_refused() {
    let archive = unpacked(&golden());
    let mut places = Vec::new();
    for (at, window) in archive.windows(4).enumerate() {
        if matches!(
            window,
            b"\"q\":"
                | b"\"t\":"
                | b"\"i\":"
                | b"\"f\":"
                | b"\"c\":"
                | b"\"k\":"
                | b"\"x\":"
                | b"made"
        ) {
            places.push(at + 5);
        }
    }
    assert!(places.len() > 500);
    for at in places.into_iter().step_by(60) {
        let mut other = archive.clone();
        other[at] ^= 1;
        refused("a changed line", &packed(&other));
    }
}
