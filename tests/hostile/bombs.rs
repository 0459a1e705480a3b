//! Files made to hurt whoever opens them, each given to the real program as a process of its own:
//! refused within 5 s and 256 MiB, nothing of it in the log, no file anywhere but in the store's
//! folder. The figures are printed (`--nocapture`).

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use zhiban::exchange::bundle::format;

use super::archive::{Parts, entry, frame, header, resum};
use super::*;

/// The longest that a refusal may take.
const LONGEST: Duration = Duration::from_secs(5);
/// The most memory that it may take, in KiB.
const MOST: u64 = 256 << 10;

/// What was measured of all files so far.
#[derive(Default)]
pub(super) struct Peaks {
    pub files: usize,
    slowest: (Duration, String),
    largest: (u64, String),
}

impl Peaks {
    /// Takes down what a file took, which must be within the limits.
    pub fn take(&mut self, name: &str, taken: Duration, peak: u64) {
        assert!(taken < LONGEST, "{name} took {taken:?}");
        assert!(peak < MOST, "{name} took {peak} KiB");
        self.files += 1;
        self.slowest = self.slowest.clone().max((taken, name.to_owned()));
        self.largest = self.largest.clone().max((peak, name.to_owned()));
    }

    pub fn print(&self, what: &str) {
        let (slowest, largest) = (&self.slowest, &self.largest);
        println!(
            "{what}: {} files refused; slowest {:?} ({}), largest {} KiB ({})",
            self.files, slowest.0, slowest.1, largest.0, largest.1
        );
    }
}

/// A folder with an empty store, and what was measured.
struct Measure {
    folder: tempfile::TempDir,
    peaks: Peaks,
}

impl Measure {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        drop(Store::create_bare(&folder.path().join("empty")).unwrap());
        Self {
            folder,
            peaks: Peaks::default(),
        }
    }

    /// Gives a file to the program; it must be refused as a whole, or none of its events taken.
    fn refused(&mut self, name: &str, bytes: &[u8]) {
        let home = self.folder.path().join("home");
        let _ = fs::remove_dir_all(&home);
        fs::create_dir_all(home.join("tmp")).unwrap();
        copy_folder(&self.folder.path().join("empty"), &home.join("data"));
        let file = home.join("hostile.zbundle");
        fs::write(&file, bytes).unwrap();
        let before = tree(&home);
        let (taken, peak, code) = run(&home, &file);
        assert!(matches!(code, Some(1 | 2)), "{name}: exit {code:?}");
        let added: Vec<PathBuf> = tree(&home).difference(&before).cloned().collect();
        let litter = |path: &&PathBuf| {
            let is_database = path.to_str().unwrap().starts_with("data/zhiban.db");
            let is_anchor = path.ends_with("anchor.json") || path.starts_with("state");
            !is_database
                && !is_anchor
                && !path.starts_with(".local")
                && **path != Path::new("data/lock")
        };
        let litter: Vec<&PathBuf> = added.iter().filter(litter).collect();
        assert!(litter.is_empty(), "{name} left {litter:?}");
        assert_eq!(fs::read(&file).unwrap(), bytes, "{name}");
        let store = Store::open_read_only(&home.join("data")).unwrap();
        let events: u64 = store
            .heads()
            .unwrap()
            .iter()
            .map(|head| head.seq - head.from_seq)
            .sum();
        assert_eq!(events, 0, "{name}");
        self.peaks.take(name, taken, peak);
    }

    fn print(&self, what: &str) {
        self.peaks.print(&format!("bundle_bombs {what}"));
    }
}

/// Returns the files below a folder.
pub(super) fn tree(folder: &Path) -> BTreeSet<PathBuf> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found
}

/// Gives a bundle to the program.
fn run(home: &Path, file: &Path) -> (Duration, u64, Option<i32>) {
    let args = ["bundle", "import", "--passphrase"].map(OsStr::new);
    measured(home, &[&args[..], &[file.as_os_str()]].concat())
}

/// Runs the program and returns its time, peak memory in KiB (0 where the system does not tell)
/// and exit code. The time is the processor's where the system tells it: machines that test are
/// busy with other things too.
pub(super) fn measured(home: &Path, args: &[&OsStr]) -> (Duration, u64, Option<i32>) {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_zhiban"))
        .args(args)
        .env("ZHIBAN_DATA", home.join("data"))
        .env("ZHIBAN_PASSPHRASE", "word")
        .env("HOME", home)
        .env("TMPDIR", home.join("tmp"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_STATE_HOME", home.join("state"))
        .env("LC_ALL", "en_US.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let child_id = child.id();
    let told = |what: &str| fs::read_to_string(format!("/proc/{child_id}/{what}")).ok();
    let (mut peak, mut busy) = (0, None);
    loop {
        // It only grows: the last look before the end is the peak but for a few milliseconds.
        peak = told("status")
            .and_then(|text| high_water(&text))
            .unwrap_or(peak);
        busy = told("stat").and_then(|text| processor_time(&text)).or(busy);
        if let Some(done) = child.try_wait().unwrap() {
            return (busy.unwrap_or(begun.elapsed()), peak, done.code());
        }
        if begun.elapsed() > 20 * LONGEST {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(3));
    }
}

/// Returns what a process has used of processors, in hundredths of a second from the system.
fn processor_time(stat: &str) -> Option<Duration> {
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

fn high_water(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// Returns a frame of a few bytes that unpacks to a content and so many zeros: blocks that say
/// only which byte to repeat. `window` is the logarithm of the window that it announces.
fn repeated(window: u32, content: &[u8], zeros: u64) -> Vec<u8> {
    const BLOCK: u64 = 128 << 10;
    let header = |size: u64, kind: u64, is_last: bool| {
        let word = size << 3 | kind << 1 | u64::from(is_last);
        word.to_le_bytes()[..3].to_vec()
    };
    let mut file = [&format::MAGIC[..], &[0, ((window - 10) << 3) as u8]].concat();
    for piece in content.chunks(BLOCK as usize) {
        file.extend(header(piece.len() as u64, 0, false));
        file.extend(piece);
    }
    let blocks = zeros / BLOCK;
    for number in 1..=blocks {
        file.extend(header(BLOCK, 1, number == blocks));
        file.push(0);
    }
    file
}

/// Returns a frame of zeros.
fn zeros(count: u64) -> Vec<u8> {
    let file = repeated(format::WINDOW_LOG, b"", count);
    assert!((file.len() as u64) < count / 30_000);
    file
}

/// Returns the parts of a good bundle of key 1, and its file.
fn good() -> (Parts, Vec<u8>) {
    let mut ours = Desk::new(1);
    ours.order(1, 1);
    ours.say(2, "你好");
    let file = fs::read(ours.export(Selection::All)).unwrap();
    (Parts::of(&file), file)
}

#[test]
fn bundle_bombs_are_frames_that_unpack() {
    let unpacked = zstd::decode_all(repeated(23, b"abc", 256 << 10).as_slice()).unwrap();
    assert_eq!(unpacked.len(), 3 + (256 << 10));
    assert!(unpacked.starts_with(b"abc\0") && unpacked.ends_with(b"\0\0"));
}

#[test]
fn bundle_bombs_frames() {
    let (parts, file) = good();
    let archive = parts.archive(&key(1));
    let mut all = Measure::new();
    all.refused("two gigabytes of zeros", &zeros(2 << 30));
    // As the second frame, and behind good entries.
    all.refused(
        "a second frame of zeros",
        &[file.clone(), zeros(1 << 30)].concat(),
    );
    all.refused("a window of 16 MiB", &repeated(24, b"", 64 << 20));
    all.refused("a window of 128 MiB", &repeated(27, b"", 256 << 20));
    // A window of 2 GiB, announced in the header alone.
    all.refused(
        "a window of 2 GiB",
        &[&format::MAGIC[..], &[0x00, 0xA8], &[0; 16]].concat(),
    );
    all.refused(
        "a frame that announces 2^63 bytes",
        &[&format::MAGIC[..], &[0xC0], &[0; 7], &[0x80], &[1, 0, 0]].concat(),
    );
    let mut with_dictionary = zstd::bulk::Compressor::with_dictionary(1, &archive).unwrap();
    all.refused("a dictionary", &with_dictionary.compress(&archive).unwrap());
    all.refused(
        "a dictionary's number",
        &[&format::MAGIC[..], &[0x01, 0x58, 0x07, 0x01, 0, 0]].concat(),
    );
    all.refused("a trailing byte", &[&file[..], b"\0"].concat());
    all.refused("two frames", &[file.clone(), file.clone()].concat());
    let empty = frame(b"");
    all.refused("ten thousand empty frames", &empty.repeat(10_000));
    let half = archive.len() / 2;
    all.refused(
        "an archive in two frames",
        &[frame(&archive[..half]), frame(&archive[half..])].concat(),
    );
    let skippable = [
        b"\x50\x2A\x4D\x18".as_slice(),
        &8_u32.to_le_bytes(),
        b"skip me.",
    ]
    .concat();
    all.refused(
        "a skippable frame first",
        &[skippable.clone(), file.clone()].concat(),
    );
    all.refused(
        "a skippable frame behind",
        &[file.clone(), skippable.clone()].concat(),
    );
    all.refused(
        "a skippable frame of 4 GiB",
        &[b"\x50\x2A\x4D\x18\xFF\xFF\xFF\xFF".as_slice(), &file].concat(),
    );
    all.refused("half a file", &file[..file.len() / 2]);
    all.refused("nothing", b"");
    all.refused("a magic number alone", &format::MAGIC);
    let mut damaged = file.clone();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    all.refused("a wrong checksum of the frame", &damaged);
    all.refused(
        "gzip",
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0",
    );
    all.refused(
        "an SQLite file",
        &[b"SQLite format 3\0".as_slice(), &[0; 4_096]].concat(),
    );
    assert!(all.peaks.files >= 20);
    all.print("frames");
}

#[test]
fn bundle_bombs_archives() {
    let (parts, _) = good();
    let archive = parts.archive(&key(1));
    let mut all = Measure::new();
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut other = archive.clone();
        change(&mut other);
        frame(&other)
    };
    for (name, kind) in [
        ("a hard link", b'1'),
        ("a link", b'2'),
        ("a character device", b'3'),
        ("a block device", b'4'),
        ("a folder", b'5'),
        ("a pipe", b'6'),
        ("a PAX header", b'x'),
        ("a global PAX header", b'g'),
        ("a GNU long name", b'L'),
        ("a GNU long link", b'K'),
        ("a GNU sparse file", b'S'),
        ("a volume's label", b'V'),
        ("a multi-volume rest", b'M'),
    ] {
        all.refused(
            name,
            &changed(&|archive| {
                archive[156] = kind;
                archive[157..168].copy_from_slice(b"/etc/passwd");
                resum(archive);
            }),
        );
        // Before a good archive.
        let mut extra = header(b"manifest.json", 16);
        extra[156] = kind;
        resum(&mut extra);
        let mut first = extra.to_vec();
        first.extend(b"28 path=../../x\n");
        first.resize(1_024, 0);
        all.refused(
            &format!("{name} first"),
            &frame(&[first, archive.clone()].concat()),
        );
    }
    for name in [
        "../manifest.json",
        "/manifest.json",
        "./manifest.json",
        "manifest.json/",
        "..",
        "MANIFEST.JSON",
        "C:\\x",
        "con",
        "events.jsonl",
        "",
    ] {
        let first = entry(name.as_bytes(), &parts.manifest);
        let rest = &archive[512 + parts.manifest.len().next_multiple_of(512)..];
        all.refused(
            &format!("the name {name}"),
            &frame(&[&first, rest].concat()),
        );
    }
    let long = entry(&[b'm'; 100], &parts.manifest);
    all.refused("a name of 100 bytes", &frame(&long));
    let begin = parts.begin(&key(1));
    let [events, seals] = [
        (b"events.jsonl".as_slice(), &parts.events),
        (b"seals.jsonl", &parts.seals),
    ]
    .map(|(name, content)| entry(name, content));
    let end = vec![0; 1_024];
    all.refused(
        "entries out of order",
        &frame(&[begin.clone(), seals.clone(), events.clone(), end.clone()].concat()),
    );
    all.refused(
        "an entry twice",
        &frame(
            &[
                begin.clone(),
                events.clone(),
                events.clone(),
                seals.clone(),
                end.clone(),
            ]
            .concat(),
        ),
    );
    all.refused(
        "an entry less",
        &frame(&[begin.clone(), events.clone(), end.clone()].concat()),
    );
    let unannounced = entry(format!("att/{}", "ab".repeat(32)).as_bytes(), b"x");
    all.refused(
        "an entry that nobody announced",
        &frame(&[begin.clone(), events.clone(), seals, unannounced, end].concat()),
    );
    for (name, size) in [
        ("a size of 8 GiB", &b"77777777777\0"[..]),
        ("a negative size", b"-0000000001\0"),
        (
            "a size in base 256",
            b"\x80\0\0\0\0\0\0\x7F\xFF\xFF\xFF\xFF",
        ),
        ("no size", b"           \0"),
    ] {
        all.refused(
            name,
            &changed(&|archive| {
                archive[124..136].copy_from_slice(size);
                resum(archive);
            }),
        );
    }
    // Whole frames around archives that end early, at every kind of place.
    let manifest = 512 + parts.manifest.len();
    for length in [
        0,
        1,
        511,
        512,
        513,
        manifest - 1,
        manifest,
        archive.len() - 1_024,
        archive.len() - 1,
    ] {
        all.refused(
            &format!("an archive of {length} bytes"),
            &frame(&archive[..length]),
        );
    }
    for name in [events.len(), 600] {
        let cut = [begin.clone(), events[..name - 1].to_vec()].concat();
        all.refused("events that end early", &frame(&cut));
    }
    let filled: &[u8] = &[1; 4];
    all.refused(
        "something between entries",
        &changed(&|archive| {
            let at = 512 + parts.manifest.len();
            archive[at..at + 4].copy_from_slice(filled);
        }),
    );
    all.refused(
        "a third block of zeros",
        &changed(&|archive| archive.extend([0; 512])),
    );
    all.refused(
        "a gigabyte of zeros behind the end",
        &repeated(format::WINDOW_LOG, &archive, 1 << 30),
    );
    assert!(all.peaks.files >= 45);
    all.print("archives");
}

/// Returns a file whose manifest was changed, everything else fitting it.
fn with_manifest(parts: &Parts, change: &dyn Fn(&mut Value)) -> Vec<u8> {
    let mut other = parts.clone();
    let mut value = other.value();
    change(&mut value);
    other.manifest = serde_json::to_vec(&value).unwrap();
    other.file(&key(1))
}

/// Returns a file whose manifest has exactly these bytes.
fn of_bytes(parts: &Parts, manifest: Vec<u8>) -> Vec<u8> {
    let other = Parts {
        manifest,
        ..parts.clone()
    };
    other.file(&key(1))
}

#[test]
fn bundle_bombs_manifests() {
    let (parts, _) = good();
    let mut all = Measure::new();
    let good = String::from_utf8(parts.manifest.clone()).unwrap();
    let text = good.trim_end();
    let padded = |size: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(size, b' ');
        bytes
    };
    all.refused("1 MiB and a byte", &of_bytes(&parts, padded((1 << 20) + 1)));
    all.refused("deep lists", &of_bytes(&parts, vec![b'['; 1 << 20]));
    all.refused(
        "deep objects",
        &of_bytes(&parts, b"{\"a\":".repeat(200_000)),
    );
    let inside = |more: &str| format!("{{{more},{}", &text[1..]).into_bytes();
    all.refused(
        "a long string",
        &of_bytes(
            &parts,
            inside(&format!("\"x\":\"{}\"", "a".repeat(1 << 20))),
        ),
    );
    all.refused("a key twice", &of_bytes(&parts, inside("\"format\":1")));
    all.refused(
        "deep advice",
        &of_bytes(
            &parts,
            inside(&format!("\"x\":{}{}", "[".repeat(5_000), "]".repeat(5_000))),
        ),
    );
    for (name, number) in [
        ("a float", "1.0"),
        ("an exponent", "1e0"),
        ("a big integer", "18446744073709551616"),
        ("a huge exponent", "1e999999999"),
        ("a text", "\"1\""),
        ("nothing", "null"),
        ("a minus", "-0"),
    ] {
        let other = text.replacen("\"format\":1", &format!("\"format\":{number}"), 1);
        all.refused(
            &format!("format {name}"),
            &of_bytes(&parts, other.into_bytes()),
        );
    }
    all.refused(
        "not UTF-8",
        &of_bytes(
            &parts,
            [b"{\"x\":\"\xff\xfe\",".as_slice(), &text.as_bytes()[1..]].concat(),
        ),
    );
    all.refused(
        "half a surrogate",
        &of_bytes(&parts, text.replacen("order", "\\ud800", 1).into_bytes()),
    );
    all.refused("NUL", &of_bytes(&parts, [text.as_bytes(), b"\0"].concat()));
    all.refused(
        "two objects",
        &of_bytes(&parts, [text, text].concat().into_bytes()),
    );
    all.refused(
        "a byte order mark",
        &of_bytes(&parts, [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
    );
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 21] = [
        ("a newer format", |value| value["format"] = json!(2)),
        ("no sender", |value| value["sender"] = json!(7)),
        ("2^63 events", |value| {
            value["streams"][0]["to_seq"] = json!(1_u64 << 63)
        }),
        ("2^64 - 1 events", |value| {
            value["streams"][0]["to_seq"] = json!(u64::MAX)
        }),
        ("a million and one events", |value| {
            value["streams"][0]["to_seq"] = json!(1_000_001)
        }),
        ("a stream that runs back", |value| {
            value["streams"][0]["from_seq"] = json!(9)
        }),
        ("streams beyond the sum of integers", |value| {
            let mut stream = value["streams"][0].clone();
            stream["to_seq"] = json!((1_u64 << 40) - 1);
            value["streams"] = json!(vec![stream; 1_000]);
        }),
        ("too many streams", |value| {
            let stream = value["streams"][0].clone();
            value["streams"] = json!(vec![stream; format::STREAMS_MAX + 1]);
        }),
        ("too many heads", |value| {
            let head = value["heads"][0].clone();
            value["heads"] = json!(vec![head; format::HEADS_MAX + 1]);
        }),
        ("too many registers", |value| {
            value["registers"] = json!(vec!["order"; format::REGISTERS_MAX + 1])
        }),
        ("257 replicas", |value| {
            for seed in 0..256_u32 {
                let key = ReplicaKey::from_secret(blake3::hash(&seed.to_le_bytes()).as_bytes());
                let hex: String = key
                    .public()
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                let one = json!({"id": key.replica().to_string(), "key": hex});
                value["replicas"].as_array_mut().unwrap().push(one);
            }
        }),
        ("a replica twice", |value| {
            let one = value["replicas"][0].clone();
            value["replicas"].as_array_mut().unwrap().push(one);
        }),
        ("a replica whose key is weak", |value| {
            let weak = ["01".to_owned(), "00".repeat(31)].concat();
            let id = ReplicaId::of_key(&std::array::from_fn(|at| u8::from(at == 0)));
            value["replicas"] = json!([{"id": id.to_string(), "key": weak}]);
        }),
        ("the name of a register too long", |value| {
            value["registers"][0] = json!("a".repeat(65))
        }),
        ("entries of 2^63 bytes", |value| {
            value["entries"][0]["size"] = json!(1_u64 << 63)
        }),
        ("a wrong size", |value| {
            value["entries"][0]["size"] = json!(1)
        }),
        ("a wrong hash", |value| {
            value["entries"][0]["blake3"] = json!("00".repeat(32))
        }),
        ("an entry that leads elsewhere", |value| {
            value["entries"][0]["name"] = json!("../../events.jsonl")
        }),
        ("upper-case digits", |value| {
            let shop = value["shop"].as_str().unwrap().to_uppercase();
            value["shop"] = json!(shop.replace('0', "A"));
        }),
        ("part 2 of 1", |value| value["part"] = json!([2, 1])),
        ("made beyond all time", |value| {
            value["made"] = json!(i64::MAX)
        }),
    ];
    for (name, change) in changes {
        all.refused(name, &with_manifest(&parts, &change));
    }
    all.refused("signed by another", &parts.file(&key(2)));
    assert!(all.peaks.files >= 38);
    all.print("manifests");
}

#[test]
fn bundle_bombs_lines() {
    let (parts, _) = good();
    let mut all = Measure::new();
    let first = String::from_utf8(parts.events.clone()).unwrap();
    let (one, rest) = first.split_once('\n').unwrap();
    let events = |bytes: Vec<u8>| {
        let mut other = parts.clone();
        other.events = bytes;
        other.announce();
        other.file(&key(1))
    };
    let line = |line: String| events(format!("{line}\n{rest}").into_bytes());
    let inside = |more: &str| line(format!("{{{more},{}", &one[1..]));
    all.refused(
        "a line of 8 MiB",
        &line(format!("{{\"f\":\"{}\"", "a".repeat(8 << 20))),
    );
    all.refused(
        "64 MiB without an end of line",
        &events(vec![b' '; 64 << 20]),
    );
    all.refused("ten million empty lines", &events(vec![b'\n'; 10 << 20]));
    all.refused("a deep line", &line("[".repeat(200_000)));
    all.refused("a key twice", &inside("\"q\":1"));
    all.refused("a key unknown", &inside("\"w\":1"));
    all.refused("a place that is none", &inside("\"e\":null"));
    for (name, from, to) in [
        ("a float", "\"z\":480", "\"z\":480.0"),
        ("an exponent", "\"z\":480", "\"z\":48e1"),
        ("a big integer", "\"q\":1", "\"q\":18446744073709551617"),
        ("a hole in the seqs", "\"q\":1", "\"q\":2"),
        ("seq 0", "\"q\":1", "\"q\":0"),
        ("verb 256", "\"v\":1", "\"v\":256"),
        ("half a surrogate", "\"f\":\"", "\"f\":\"\\ud800"),
        ("a NUL in a body", "\"f\":\"{", "\"f\":\"\\u0000{"),
        ("a body with an end of line", "\"f\":\"{", "\"f\":\"{\\n"),
        (
            "a float in a body",
            "item_count\\\":1",
            "item_count\\\":1.5",
        ),
        (
            "an exponent in a body",
            "item_count\\\":1",
            "item_count\\\":1e5",
        ),
        (
            "a big integer in a body",
            "item_count\\\":1",
            "item_count\\\":99999999999999999999",
        ),
        (
            "a key twice in a body",
            "item_count\\\":1",
            "item_count\\\":1,\\\"item_count\\\":1",
        ),
        ("a body that is a list", "\"f\":\"{", "\"f\":\"[{"),
    ] {
        assert!(one.contains(from), "{name}: {one}");
        all.refused(name, &line(one.replacen(from, to, 1)));
    }
    let deep = format!("{}1{}", "{\\\"a\\\":".repeat(17), "}".repeat(17));
    let body = |text: &str| {
        let begin = one.find("\"f\":\"").unwrap() + 5;
        format!("{}{text}\"}}", &one[..begin])
    };
    all.refused("a deep body", &line(body(&deep)));
    all.refused(
        "a very deep body",
        &line(body(&"{\\\"a\\\":".repeat(20_000))),
    );
    all.refused(
        "a body of 65 KiB",
        &line(body(&format!(
            "{{\\\"a\\\":\\\"{}\\\"}}",
            "x".repeat(65 << 10)
        ))),
    );
    all.refused(
        "raw bytes that are no text",
        &events([b"{\"f\":\"\xC3\x28\"}\n".as_slice(), rest.as_bytes()].concat()),
    );
    all.refused("no events", &events(Vec::new()));
    all.refused(
        "an event too many",
        &events([first.as_bytes(), rest.as_bytes()].concat()),
    );
    all.refused(
        "no end of the last line",
        &events(first.trim_end().as_bytes().to_vec()),
    );
    let seals = |bytes: Vec<u8>| {
        let mut other = parts.clone();
        other.seals = bytes;
        other.announce();
        other.file(&key(1))
    };
    let seal = String::from_utf8(parts.seals.clone()).unwrap();
    all.refused("a seal twice", &seals(seal.repeat(2).into_bytes()));
    all.refused(
        "a seal beyond its stream",
        &seals(seal.replacen("\"q\":2", "\"q\":3", 1).into_bytes()),
    );
    all.refused(
        "a seal of another stream",
        &seals(seal.replacen("\"r\":0", "\"r\":1", 1).into_bytes()),
    );
    all.refused(
        "half a million seals",
        &seals(seal.repeat(500_000 / 8).into_bytes()),
    );
    all.refused("no seal", &seals(Vec::new()));
    let attached = |files: Vec<Vec<u8>>, change: &dyn Fn(&mut Value)| {
        let mut other = parts.clone();
        other.attachments = files;
        other
            .attachments
            .sort_by_key(|file| *blake3::hash(file).as_bytes());
        other.announce();
        let mut value = other.value();
        change(&mut value);
        other.manifest = serde_json::to_vec(&value).unwrap();
        other.file(&key(1))
    };
    let nothing: &dyn Fn(&mut Value) = &|_| {};
    all.refused(
        "an attachment over its limit",
        &attached(vec![vec![0; (20 << 20) + 1]], nothing),
    );
    all.refused(
        "an attachment under another hash",
        &attached(vec![b"x".to_vec()], &|value| {
            value["entries"][2]["blake3"] = json!("00".repeat(32));
        }),
    );
    all.refused(
        "an attachment of another size",
        &attached(vec![b"x".to_vec()], &|value| {
            value["entries"][2]["size"] = json!(2);
        }),
    );
    all.refused(
        "attachments out of order",
        &attached(vec![b"x".to_vec(), b"y".to_vec()], &|value| {
            value["entries"].as_array_mut().unwrap().swap(2, 3);
        }),
    );
    all.refused(
        "26 times 20 MiB announced",
        &attached(vec![b"x".to_vec()], &|value| {
            let list = value["entries"].as_array_mut().unwrap();
            list.truncate(2);
            list.extend((0..26).map(|number| {
                let hash = format!("{number:064x}");
                json!({"name": format!("att/{hash}"), "size": 20 << 20, "blake3": hash})
            }));
        }),
    );
    all.refused(
        "too many attachments",
        &attached(vec![], &|value| {
            let list = value["entries"].as_array_mut().unwrap();
            list.extend((0..=format::ATTACHMENTS_MAX).map(|number| {
                let hash = format!("{number:064x}");
                json!({"name": format!("att/{hash}"), "size": 1, "blake3": hash})
            }));
        }),
    );
    assert!(all.peaks.files >= 35);
    all.print("lines");
}

#[test]
fn bundle_bombs_envelopes() {
    let mut all = Measure::new();
    let begin = "age-encryption.org/v1\n";
    let (salt, body) = ("A".repeat(22), "A".repeat(43));
    let end = format!("--- {body}\n");
    let header = |stanzas: &str| format!("{begin}{stanzas}{end}").into_bytes();
    for work in [19, 30, 64] {
        all.refused(
            &format!("work factor {work}"),
            &header(&format!("-> scrypt {salt} {work}\n{body}\n")),
        );
    }
    let x25519 = format!("-> X25519 {body}\n{body}\n");
    all.refused("257 recipients", &header(&x25519.repeat(257)));
    all.refused(
        "a header of a gigabyte",
        &[header(&x25519.repeat(10_000)), vec![0; 1 << 20]].concat(),
    );
    all.refused(
        "a line without end",
        &[begin.as_bytes(), &vec![b'A'; 8 << 20]].concat(),
    );
    all.refused(
        "unknown recipients",
        &header(&format!("-> plugin-sh {salt}\n{body}\n")),
    );
    all.refused(
        "a plugin's path",
        &header(&format!("-> ../../bin/sh {salt}\n{body}\n")),
    );
    all.refused(
        "two passphrases",
        &header(&format!("-> scrypt {salt} 10\n{body}\n").repeat(2)),
    );
    all.refused(
        "a passphrase and a key",
        &header(&format!("-> scrypt {salt} 10\n{body}\n{x25519}")),
    );
    all.refused(
        "version 2",
        format!("age-encryption.org/v2\n{x25519}{end}").as_bytes(),
    );
    all.refused("no recipient", &header(""));
    all.refused("an unfinished header", begin.as_bytes());
    let armour = |text: &[u8]| {
        let mut out = b"-----BEGIN AGE ENCRYPTED FILE-----\n".to_vec();
        for line in text.chunks(48) {
            use base64::Engine;
            out.extend(
                base64::engine::general_purpose::STANDARD
                    .encode(line)
                    .bytes(),
            );
            out.push(b'\n');
        }
        out.extend(b"-----END AGE ENCRYPTED FILE-----\n");
        out
    };
    all.refused("armour", &armour(&header(&x25519)));
    // Encrypted to the passphrase, and a bomb within.
    let sealed = |content: &[u8]| {
        let receivers = zhiban::exchange::envelope::Receivers::of_passphrase("word");
        let mut out = receivers.encrypt(Vec::new()).unwrap();
        out.write_all(content).unwrap();
        out.finish().unwrap()
    };
    all.refused("zeros within", &sealed(&zeros(2 << 30)));
    all.refused(
        "an answer without end within",
        &sealed(&[b"zhiban/answer/v1\n".as_slice(), &vec![b'A'; 8 << 20]].concat()),
    );
    all.refused("an envelope within", &sealed(&sealed(b"x")));
    let cut = sealed(&frame(b""));
    all.refused("half an envelope", &cut[..cut.len() - 8]);
    assert!(all.peaks.files >= 17);
    all.print("envelopes");
}

/// Returns a bundle in which a stranger says the same long thing very often: every line, chain
/// and seal is good.
fn the_same_again(count: u64) -> Vec<u8> {
    use zhiban::domain::body::Body;
    use zhiban::domain::event::{Event, Head};
    use zhiban::domain::stamp::Stamp;
    use zhiban::exchange::bundle::format::EventLine;
    let (key, shop) = (key(42), Shop::drill("hostile").id);
    let begin = genesis(shop, &key.public());
    let facts = json!({"fields": {"text": "退".repeat(20_000)}});
    let body = Body::write(facts.as_object().unwrap(), &serde_json::Map::new(), [0; 16]).unwrap();
    let (mut chain, mut events) = (begin, Vec::new());
    for seq in 1..=count {
        let head = Head {
            replica: key.replica(),
            seq,
            stamp: Stamp::next(NOW, None),
            at: NOW,
            zone: 0,
            act: seq,
            register: "note".into(),
            record: Id([200; 16]),
            verb: 2,
            version: 1,
            roster: [0; 8],
            digest: [0; 32],
        };
        let event = Event::after(&chain, head, body.clone()).unwrap();
        chain = event.chain;
        serde_json::to_writer(&mut events, &EventLine::of(&event, 0, 0).unwrap()).unwrap();
        events.push(b'\n');
    }
    let (manifest, seals) = one_stream(&key, &["note"], count, chain);
    let mut parts = Parts {
        manifest: serde_json::to_vec(&manifest).unwrap(),
        events,
        seals,
        attachments: Vec::new(),
    };
    parts.announce();
    parts.archive(&key)
}

#[test]
fn bundle_bombs_well_formed() {
    let mut all = Measure::new();
    let archive = the_same_again(1_000);
    let file = zstd::encode_all(archive.as_slice(), 9).unwrap();
    assert!(file.len() < archive.len() / 500, "{}", file.len());
    all.refused("the same a thousand times", &file);
    let (mut parts, _) = good();
    parts.attachments = vec![vec![0; 20 << 20]];
    parts.announce();
    let zeros = zstd::encode_all(parts.archive(&key(1)).as_slice(), 9).unwrap();
    all.refused("an attachment of zeros", &zeros);
    let receivers = zhiban::exchange::envelope::Receivers::of_passphrase("word");
    let mut sealed = receivers.encrypt(Vec::new()).unwrap();
    sealed.write_all(&file).unwrap();
    all.refused("the same within an envelope", &sealed.finish().unwrap());
    all.print("well formed");
}

/// What a desk honestly has to say may be as monotonous: its bundle is taken everywhere.
#[test]
fn honest_bundles_that_pack_well_are_taken() {
    let mut ours = Desk::new(1);
    for _ in 0..150 {
        ours.say(2, &"同一句话".repeat(1_500));
    }
    let file = ours.export(Selection::All);
    let bytes = fs::read(&file).unwrap();
    let archive = zstd::decode_all(bytes.as_slice()).unwrap();
    assert!(archive.len() > 2 << 20);
    let tight = zstd::encode_all(archive.as_slice(), 9).unwrap();
    assert!(archive.len() > 100 * tight.len(), "does not pack too well");
    let mut theirs = Desk::new(2);
    assert_eq!(theirs.import(&file).new, 150);
    assert_eq!(theirs.state(), ours.state());
    let problem = Desk::new(3).import_bytes(&tight).unwrap_err();
    assert_eq!(problem.message, "problem-bundle-limit");
}

#[test]
fn bundle_bombs_of_others() {
    let shared = std::env::var_os("ZHIBAN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let folder = shared.join("data/hostile/archive");
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: {} is not here, so nothing was tested against it",
            folder.display()
        );
        return;
    }
    let mut all = Measure::new();
    for path in tree(&folder) {
        let bytes = fs::read(folder.join(&path)).unwrap();
        let name = path.display().to_string();
        all.refused(&name, &bytes);
        all.refused(&format!("{name}, framed"), &frame(&bytes));
    }
    assert!(all.peaks.files > 100);
    all.print("others'");
}
