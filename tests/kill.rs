//! What was acknowledged survives kill -9, and what is left is whole.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;
use zhiban::chance::{Random, SeededRandom, SystemRandom};
use zhiban::domain::id::{Chain, Id};
use zhiban::domain::payload::{Change, Direction, Payload, Say};
use zhiban::domain::registers;
use zhiban::domain::seal::ReplicaKey;
use zhiban::store::{Author, Draft, Run, Shop, Store};

const FOLDER: &str = "ZHIBAN_KILL_FOLDER";
const NOW: i64 = 1_795_333_560_000;
const KILLS: u64 = 12;

/// The process that is killed: appends, imports, folds and indexes without end, and says what
/// is saved.
#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let mut store = Store::open(Path::new(&folder)).unwrap();
    let author = Author {
        replica: store.own_replicas()[0],
        zone: 480,
    };
    let register = registers::by_name("conversation").unwrap();
    let mut random = SystemRandom::start().unwrap();
    let run = foreign(&Shop::drill("kill"));
    for n in 0i64.. {
        let record = Id([random.below(40) as u8; 16]);
        let say = Say {
            direction: Direction::In,
            channel: None,
            author: None,
            text: Some(format!("第{n}句话")),
            copied: false,
            hash: None,
            source: None,
        };
        let drafts = [
            Draft::new(register, record, Payload::Say(Box::new(say)), NOW + n),
            Draft::new(register, record, Payload::Set(change(n)), NOW + n),
        ];
        let done = store
            .append(&author, NOW + n, &mut random, &drafts)
            .unwrap();
        println!("saved {record} {}", done.chains[1]);
        if n % 3 == 0 {
            let until = (n as usize * 7) % run.events.len() + 1;
            let part = Run {
                events: run.events[..until].to_vec(),
                ..run.clone()
            };
            store.append_foreign(&part, NOW).unwrap();
            store.fold_dirty(5).unwrap();
            store.index_some().unwrap();
        }
    }
}

fn change(n: i64) -> Change {
    Change {
        fields: [("buyer".to_owned(), json!(format!("买家{n}")))].into(),
        ..Change::default()
    }
}

/// Another replica's stream, made anew each time to the same bytes.
fn foreign(shop: &Shop) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(folder.path(), shop.clone()).unwrap();
    let key = ReplicaKey::from_secret(&[9; 32]);
    let author = Author {
        replica: store.add_replica(key.clone()).unwrap(),
        zone: 0,
    };
    let mut random = SeededRandom::new("kill");
    let register = registers::by_name("complaint").unwrap();
    let drafts: Vec<Draft> = (0..200u8)
        .map(|n| {
            let payload = Payload::Open(Change {
                fields: [("severity".to_owned(), json!("serious"))].into(),
                ..Change::default()
            });
            Draft::new(register, Id([n % 50; 16]), payload, NOW)
        })
        .collect();
    store.append(&author, NOW, &mut random, &drafts).unwrap();
    let head = store.heads().unwrap().remove(0);
    Run {
        replica: author.replica,
        key: key.public(),
        from_seq: 0,
        from_chain: head.from_chain,
        events: store.stream_events(head.stream, 1, head.seq).unwrap(),
        seals: store.seals(head.stream, 0, head.seq).unwrap(),
    }
}

#[test]
fn nothing_acknowledged_is_lost_to_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(folder.path(), Shop::drill("kill")).unwrap();
    store
        .add_replica(ReplicaKey::from_secret(&[1; 32]))
        .unwrap();
    drop(store);
    let mut random = SeededRandom::new("when");
    let mut saved = 0;
    for _ in 0..KILLS {
        let acknowledged =
            run_and_kill(folder.path(), Duration::from_millis(20 + random.below(250)));
        let store = Store::open(folder.path()).unwrap();
        let verified = store.verify().unwrap();
        assert!(verified.clean, "{:?}", verified.defects);
        for (record, chain) in &acknowledged {
            assert!(
                store.event(*record, *chain).unwrap().is_some(),
                "{chain} is lost"
            );
        }
        saved += acknowledged.len();
    }
    assert!(saved > 0, "nothing was ever saved");
    // What was interrupted is completed by the same run.
    let mut store = Store::open(folder.path()).unwrap();
    let run = foreign(&Shop::drill("kill"));
    store.append_foreign(&run, NOW).unwrap();
    while store.fold_dirty(1_000).unwrap() > 0 {}
    let before = store.verify().unwrap();
    assert!(before.clean, "{:?}", before.defects);
    store.rebuild().unwrap();
    assert_eq!(store.verify().unwrap().state, before.state);
}

fn run_and_kill(folder: &Path, after: Duration) -> Vec<(Id, Chain)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let mut saved: Vec<(Id, Chain)> = Vec::new();
        // A line that the kill tore has no end and acknowledges nothing.
        for line in lines.lines().map_while(Result::ok) {
            let words: Vec<&str> = line.split(' ').collect();
            if let [.., "saved", record, chain] = words.as_slice()
                && let (Ok(record), Ok(chain)) = (record.parse(), chain.parse())
            {
                saved.push((record, chain));
            }
        }
        saved
    });
    std::thread::sleep(after + Duration::from_millis(300));
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}
