//! Processes that are killed at any time, and processes beside each other.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use zhiban::chance::{Random, SeededRandom, SystemRandom};
use zhiban::domain::id::{Chain, ReplicaId};
use zhiban::domain::seal::ReplicaKey;
use zhiban::store::{Store, StreamHead};

use crate::script::{as_of_another_release, edit, export, holds, import, lay};
use crate::{folder, support, times};

const FOLDER: &str = "ZHIBAN_FAULTS_FOLDER";
const ROLE: &str = "ZHIBAN_FAULTS_ROLE";
/// Each writer of two writes so many acts.
const ACTS: u64 = 300;
/// After so many kills the storm begins with a new store, so that looking stays quick.
const FRESH_AFTER: u64 = 40;

/// What the tests below start as processes of their own.
#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let data = Path::new(&folder).join("data");
    match std::env::var(ROLE).unwrap().as_str() {
        "storm" => all_day(Path::new(&folder)),
        "exporter" => export_until_killed(&data),
        number => write_acts(&data, number.parse().unwrap()),
    }
}

fn tell(head: &StreamHead) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nsaved {} {} {}", head.replica, head.seq, head.chain).unwrap();
}

fn tell_all(store: &Store) {
    for head in store.heads().unwrap().iter().filter(|head| head.seq > 0) {
        tell(head);
    }
}

/// Edits, imports, exports, copies, rebuilds, without end.
fn all_day(folder: &Path) {
    let mut random = SystemRandom::start().unwrap();
    let mut number = random.u64() >> 32;
    let data = folder.join("data");
    let mut store = Store::open(&data).unwrap();
    let me = store.own_replicas()[0];
    let away = folder.join(format!("away-{number}"));
    let (mut colleague, theirs) = {
        let mut colleague = Store::create(&away, crate::script::shop()).unwrap();
        let mut secret = [0; 32];
        random.fill(&mut secret);
        let replica = colleague
            .add_replica(ReplicaKey::from_secret(&secret))
            .unwrap();
        (colleague, replica)
    };
    tell_all(&store);
    loop {
        number += 1;
        let file = away.join(format!("{number}.out"));
        match random.below(10) {
            0 => {
                edit(&mut colleague, theirs, number).unwrap();
                export(&mut colleague, theirs, &file).unwrap();
                import(&mut store, &file).unwrap();
            }
            1 => export(&mut store, me, &file).unwrap(),
            2 => store.backup(&file).unwrap(),
            3 if number.is_multiple_of(2) => store.rebuild().unwrap(),
            3 => {
                drop(store);
                as_of_another_release(&data).unwrap();
                store = Store::open(&data).unwrap();
                while store.fold_dirty(100).unwrap() > 0 {}
            }
            4 => drop(store.index_some().unwrap()),
            _ => edit(&mut store, me, number).unwrap(),
        }
        tell_all(&store);
        let _ = std::fs::remove_file(&file);
    }
}

fn write_acts(data: &Path, which: usize) {
    let mut store = Store::open(data).unwrap();
    let replica = store.own_replicas()[which];
    for number in 0..ACTS {
        // People leave each other more time than this between two acts.
        if number.is_multiple_of(20) {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        edit(&mut store, replica, number).unwrap();
        let heads = store.heads().unwrap();
        tell(heads.iter().find(|head| head.replica == replica).unwrap());
    }
}

fn export_until_killed(data: &Path) {
    let mut store = Store::open(data).unwrap();
    let replica = store.own_replicas()[0];
    for number in 0.. {
        let file = data.with_file_name(format!("{number}.zbundle"));
        export(&mut store, replica, &file).unwrap();
        println!("\nexported");
        let _ = std::fs::remove_file(&file);
    }
}

fn start(folder: &Path, role: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "storm::child", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(ROLE, role)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// Reads what a child says is saved, until its end; `first` is told the first time.
fn listen(
    child: &mut Child,
    first: std::sync::mpsc::Sender<()>,
) -> std::thread::JoinHandle<Vec<(ReplicaId, u64, Chain)>> {
    let lines = BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || {
        let mut saved = Vec::new();
        // A line that the kill tore has no chain and acknowledges nothing.
        for line in lines.lines().map_while(Result::ok) {
            let words: Vec<&str> = line.split(' ').collect();
            if let ["saved", replica, seq, chain] = words.as_slice()
                && let (Ok(replica), Ok(seq), Ok(chain)) =
                    (replica.parse(), seq.parse(), chain.parse())
            {
                saved.push((replica, seq, chain));
                let _ = first.send(());
            }
        }
        saved
    })
}

fn is_held(store: &Store, (replica, seq, chain): &(ReplicaId, u64, Chain)) -> bool {
    let head = StreamHead {
        stream: 0,
        replica: *replica,
        seq: *seq,
        chain: *chain,
        from_seq: 0,
        from_chain: *chain,
    };
    holds(store, &head)
}

#[test]
fn kill9_storm() {
    let kills = times("ZHIBAN_KILLS", 40);
    let mut random = SeededRandom::new("when");
    let mut place = folder();
    let (mut acknowledged, mut events) = (0, 0);
    for kill in 0..kills {
        if kill % FRESH_AFTER == 0 {
            place = folder();
            lay(&place.path().join("data"), 1);
        }
        let mut child = start(place.path(), "storm");
        let (first, told) = std::sync::mpsc::channel();
        let listening = listen(&mut child, first);
        // After some words, then at any time within the next act or two.
        for _ in 0..=random.below(20) {
            told.recv_timeout(support::PATIENCE).unwrap();
        }
        std::thread::sleep(Duration::from_millis(random.below(40)));
        child.kill().unwrap();
        child.wait().unwrap();
        let saved = listening.join().unwrap();
        let store = Store::open(&place.path().join("data")).unwrap();
        let verified = store.verify().unwrap();
        assert!(verified.clean, "kill {kill}: {:?}", verified.defects);
        for one in &saved {
            assert!(is_held(&store, one), "kill {kill}: {one:?} is lost");
        }
        acknowledged += saved.len();
        events = verified.events.max(events);
    }
    assert!(
        acknowledged > kills as usize,
        "hardly anything was saved: {acknowledged}"
    );
    println!(
        "kill9_storm: {kills} kills, {acknowledged} acknowledged, 0 lost, up to {events} events, chains whole"
    );
}

#[test]
fn two_processes() {
    let place = folder();
    let data = place.path().join("data");
    let (mut store, _) = lay(&data, 1);
    store
        .add_replica(ReplicaKey::from_secret(&[2; 32]))
        .unwrap();
    drop(store);
    let mut exporter = start(place.path(), "exporter");
    let exports = BufReader::new(exporter.stdout.take().unwrap());
    let exported = |line: &String| line.as_str() == "exported";
    let mut exports = exports.lines().map_while(Result::ok).filter(exported);
    exports.next().unwrap();
    // Those from here on have the writers beside them.
    let counting = std::thread::spawn(move || exports.count());
    let mut writers: Vec<_> = ["0", "1"]
        .iter()
        .map(|which| {
            let mut child = start(place.path(), which);
            let (first, _told) = std::sync::mpsc::channel();
            let listening = listen(&mut child, first);
            (child, listening)
        })
        .collect();
    let mut saved = Vec::new();
    for (child, listening) in writers.drain(..) {
        let mut child = child;
        saved.extend(listening.join().unwrap());
        assert!(child.wait().unwrap().success());
    }
    exporter.kill().unwrap();
    exporter.wait().unwrap();
    let exports = counting.join().unwrap();
    assert_eq!(saved.len() as u64, 2 * ACTS);
    let mut store = Store::open(&data).unwrap();
    let verified = store.verify().unwrap();
    assert!(verified.clean, "{:?}", verified.defects);
    assert_eq!(verified.events, 2 * ACTS * 2, "each act is two events");
    for one in &saved {
        assert!(is_held(&store, one), "{one:?} is lost");
    }
    for replica in store.own_replicas() {
        store.seal_head(replica).unwrap();
    }
    for head in store.heads().unwrap() {
        let seals = store.seals(head.stream, 0, head.seq).unwrap();
        assert_eq!(
            seals.last().map(|seal| seal.seq),
            Some(head.seq),
            "sealed to the head"
        );
        assert!(seals.len() as u64 >= head.seq / 100, "every hundred events");
    }
    assert!(exports > 0, "nothing was exported meanwhile");
    println!(
        "two_processes: 2 writers x {ACTS} acts, {} of {} acknowledged chained and sealed, {exports} exports beside them",
        saved.len(),
        2 * ACTS
    );
}

/// A second workstation on one store says at once who writes: process, machine, since when.
#[cfg(unix)]
#[test]
fn two_processes_second_workstation_says_who() {
    let desk = support::DrillDesk::new("两个", "李雷");
    let mut first = desk.open(120, 30);
    first.wait_for("F1帮助");
    let begun = Instant::now();
    let mut second = desk.open(120, 30);
    second.wait_for("另一个工作台正在写");
    let took = begun.elapsed();
    let text = second.text();
    assert!(text.contains(&first.process_id().to_string()), "{text}");
    assert!(second.shows("起）") && second.shows("只读"), "{text}");
    assert!(took < Duration::from_secs(1), "{took:?}");
    println!(
        "two_processes_second_workstation_says_who: after {} ms",
        took.as_millis()
    );
    second.quit();
    first.quit();
}
