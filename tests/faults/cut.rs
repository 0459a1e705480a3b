//! Images of the files as a power cut or a kill would leave them, made from a recording of one
//! run: after any write, with what was not synced dropped, kept or torn at 512 bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use zhiban::chance::{Random, SeededRandom};
use zhiban::exchange::bundle::{self, Progress, Step};
use zhiban::store::{Store, StreamHead, Verified};

use crate::script::{self, Stage, Told, copy_folder, lost};
use crate::vfs::{self, Op};
use crate::{folder, times};

/// A disk writes so many bytes whole or not at all.
const SECTOR: usize = 512;

/// The files of an image by path.
type Files = BTreeMap<PathBuf, Vec<u8>>;

fn apply(file: &mut Vec<u8>, op: &Op) {
    match op {
        Op::Write(_, at, bytes) => {
            let (at, end) = (*at as usize, *at as usize + bytes.len());
            if file.len() < end {
                file.resize(end, 0);
            }
            file[at..end].copy_from_slice(bytes);
        }
        Op::Truncate(_, size) => file.resize(*size as usize, 0),
        _ => {}
    }
}

/// Whether what a sync says is believed.
#[derive(Clone, Copy, PartialEq)]
enum Syncs {
    Hold,
    Lie,
}

/// Returns what a power cut after these operations leaves.
fn cut(before: &Files, ops: &[Op], dice: &mut SeededRandom, syncs: Syncs) -> Files {
    let mut durable = before.clone();
    let mut pending: BTreeMap<&Path, Vec<&Op>> = BTreeMap::new();
    let mut removed: BTreeSet<&Path> = BTreeSet::new();
    for op in ops {
        match op {
            Op::Write(path, ..) | Op::Truncate(path, _) => {
                if removed.remove(path.as_path()) {
                    durable.remove(path);
                }
                pending.entry(path).or_default().push(op);
            }
            Op::Sync(path) if syncs == Syncs::Hold => {
                for op in pending.remove(path.as_path()).unwrap_or_default() {
                    apply(durable.entry(path.clone()).or_default(), op);
                }
            }
            Op::Delete(path, is_durable) => {
                pending.remove(path.as_path());
                if *is_durable {
                    durable.remove(path);
                } else {
                    removed.insert(path);
                }
            }
            Op::Sync(_) | Op::Saved(_) => {}
        }
    }
    // A name whose removal did not get there is back, with what was synced under it.
    for path in removed {
        if dice.below(2) == 0 {
            durable.remove(path);
        }
    }
    for (path, ops) in pending {
        let file = durable.entry(path.to_owned()).or_default();
        for op in ops {
            match (dice.below(10), op) {
                (0..4, _) => {}
                (4..7, op) | (_, op @ Op::Truncate(..)) => apply(file, op),
                (_, Op::Write(path, at, bytes)) => {
                    let torn = dice.below(bytes.len() as u64 + 1) as usize / SECTOR * SECTOR;
                    apply(file, &Op::Write(path.clone(), *at, bytes[..torn].to_vec()));
                }
                _ => {}
            }
        }
    }
    durable
}

/// Returns what a kill after these operations leaves: all of them, for the system lives.
fn killed(before: &Files, ops: &[Op]) -> Files {
    let mut files = before.clone();
    for op in ops {
        match op {
            Op::Write(path, ..) | Op::Truncate(path, _) => {
                apply(files.entry(path.clone()).or_default(), op);
            }
            Op::Delete(path, _) => {
                files.remove(path);
            }
            Op::Sync(_) | Op::Saved(_) => {}
        }
    }
    files
}

/// Returns the files of a store as they lie there, but not those that readers share.
fn files(data: &Path) -> Files {
    ["zhiban.db", "zhiban.db-wal"]
        .iter()
        .filter_map(|name| Some((data.join(name), fs::read(data.join(name)).ok()?)))
        .collect()
}

/// Lays an image down beside the files that SQLite does not keep.
fn lay(beside: &Path, image: &Files, to: &Path) {
    copy_folder(beside, to);
    for (path, bytes) in image {
        fs::write(to.join(path.file_name().unwrap()), bytes).unwrap();
    }
}

/// Everything of a store's folder but the database.
fn beside(data: &Path, to: &Path) {
    copy_folder(data, to);
    for entry in fs::read_dir(to).unwrap() {
        let path = entry.unwrap().path();
        if path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with("zhiban.db")
        {
            fs::remove_file(path).unwrap();
        }
    }
}

/// Returns how many acknowledgements came before a place of a recording.
fn saved_before(ops: &[Op]) -> usize {
    ops.iter()
        .rev()
        .find_map(|op| match op {
            Op::Saved(number) => Some(*number),
            _ => None,
        })
        .unwrap_or(0)
}

#[test]
fn powercut_replay() {
    let base = folder();
    let stage = Stage::new(base.path());
    let before = files(&stage.data);
    let rest = base.path().join("beside");
    beside(&stage.data, &rest);
    let mut told = Told::default();
    vfs::record(&stage.data);
    stage.play(&mut told, &mut |number| vfs::saved(number));
    let (_, ops) = vfs::lift();
    assert!(told.problems.is_empty(), "{:?}", told.problems);

    let images = times("ZHIBAN_IMAGES", 100);
    let mut dice = SeededRandom::new("powercut");
    let mut acknowledged = 0;
    for image in 0..images {
        let at = dice.below(ops.len() as u64 + 1) as usize;
        let files = cut(&before, &ops[..at], &mut dice, Syncs::Hold);
        let place = folder();
        lay(&rest, &files, place.path());
        let what = format!("image {image}, after {at} of {}", ops.len());
        let store = Store::open(place.path()).unwrap_or_else(|fault| panic!("{what}: {fault}"));
        let verified = store.verify().unwrap();
        assert!(verified.clean, "{what}: {:?}", verified.defects);
        let count = saved_before(&ops[..at]);
        let lost = lost(&store, &told, count);
        assert!(lost.is_empty(), "{what}: lost {lost:?}");
        acknowledged += count;
    }
    // The same with syncs that do nothing must lose something, else this test sees nothing.
    let mut losses = 0;
    for _ in 0..20 {
        let at = dice.below(ops.len() as u64 + 1) as usize;
        let files = cut(&before, &ops[..at], &mut dice, Syncs::Lie);
        let place = folder();
        lay(&rest, &files, place.path());
        let count = saved_before(&ops[..at]);
        losses += usize::from(Store::open(place.path()).map_or(true, |store| {
            store.verify().map_or(true, |verified| !verified.clean)
                || !lost(&store, &told, count).is_empty()
        }));
    }
    assert!(losses > 0, "a disk that lies was not noticed");
    println!(
        "powercut_replay: {images} images of {} operations, {acknowledged} acknowledgements looked up, 0 lost, 0 damaged (a disk that lies about syncs: {losses} of 20 lose)",
        ops.len()
    );
}

/// An import, recorded whole: what lay there before it, what it did, what it came to.
struct Recorded {
    bundle: PathBuf,
    before: Files,
    beside: PathBuf,
    ops: Vec<Op>,
    whole: Verified,
    heads: Vec<StreamHead>,
}

impl Recorded {
    fn new(base: &Path, bundle: PathBuf) -> Self {
        let (data, rest) = (base.join("data"), base.join("beside"));
        let (mut store, replica) = script::lay(&data, 1);
        script::edit(&mut store, replica, 0).unwrap();
        drop(store);
        let before = files(&data);
        beside(&data, &rest);
        vfs::record(&data);
        let mut store = Store::open(&data).unwrap();
        let mut note = |progress: Progress| {
            if progress.step == Step::Append {
                vfs::saved(0);
            }
            true
        };
        bundle::import(&mut store, &bundle, script::NOW, &mut note).unwrap();
        let (whole, heads) = (store.verify().unwrap(), store.heads().unwrap());
        drop(store);
        let (_, ops) = vfs::lift();
        assert!(whole.clean);
        Self {
            bundle,
            before,
            beside: rest,
            ops,
            whole,
            heads,
        }
    }

    /// Opens what a kill after so many operations leaves and looks at it; the same import then
    /// completes it, and once more changes nothing.
    fn killed_after(&self, at: usize, mut look: impl FnMut(&Store)) {
        let place = folder();
        lay(
            &self.beside,
            &killed(&self.before, &self.ops[..at]),
            place.path(),
        );
        let what = format!("killed after {at} of {}", self.ops.len());
        let mut store = Store::open(place.path()).unwrap_or_else(|fault| panic!("{what}: {fault}"));
        // Contiguous prefixes, and every row that does not wait equals a fresh fold.
        let left = store.verify().unwrap();
        assert!(left.clean, "{what}: {:?}", left.defects);
        look(&store);
        for _ in 0..2 {
            script::import(&mut store, &self.bundle).unwrap();
            while store.fold_dirty(1_000).unwrap() > 0 {}
            let done = store.verify().unwrap();
            assert!(done.clean, "{what}: {:?}", done.defects);
            assert_eq!(
                (done.events, &done.state),
                (self.whole.events, &self.whole.state),
                "{what}"
            );
        }
        store.rebuild().unwrap();
        assert_eq!(store.verify().unwrap().state, self.whole.state, "{what}");
    }
}

#[test]
fn import_killed() {
    let base = folder();
    let made = base.path().join("made");
    fs::create_dir(&made).unwrap();
    let import = Recorded::new(base.path(), script::foreign_bundle(&made, 9, 25));
    let points = times("ZHIBAN_POINTS", 60) as usize;
    let operations = import.ops.len();
    assert!(operations >= points, "only {operations} operations");
    let mut partly = 0;
    for point in 0..points {
        import.killed_after(operations * point / points, |store| {
            let heads = store.heads().unwrap().len();
            partly += usize::from(heads > 1 && heads < import.heads.len());
        });
    }
    assert!(partly > 0, "no kill came between two transactions");
    println!(
        "import_killed: {points} points of {operations} operations, {partly} with a part of the bundle, all completed by the same import"
    );
}

/// One long stream: its chunks take several transactions each, some of its records are folded with
/// their events and some come in two chunks.
#[test]
fn large_chunks_killed() {
    let base = folder();
    let made = base.path().join("made");
    fs::create_dir(&made).unwrap();
    let import = Recorded::new(base.path(), script::long_bundle(&made, 8_000));
    let sender = import.heads.iter().max_by_key(|head| head.seq).unwrap();
    // Each transaction ends with one.
    let is_sync = |at: &usize| matches!(import.ops[*at], Op::Sync(_));
    let syncs: Vec<usize> = (0..import.ops.len()).filter(is_sync).collect();
    let is_appended = |op: &Op| matches!(op, Op::Saved(_));
    let appended = import.ops.iter().rposition(is_appended).unwrap();
    let (appending, folding) = syncs.split_at(syncs.partition_point(|at| *at < appended));
    let each = times("ZHIBAN_LARGE_POINTS", 4) as usize / 2;
    let spread = |syncs: &[usize], count: usize| -> Vec<usize> {
        let place = |point: usize| syncs[syncs.len() * point / (count + 1)];
        (1..=count).map(place).collect()
    };
    let beside = spread(folding, each - 1);
    let points = [spread(appending, each), vec![appended], beside].concat();
    let (mut partly, mut unfolded) = (0, 0);
    for at in &points {
        import.killed_after(at + 1, |store| {
            let heads = store.heads().unwrap();
            let seq = heads.iter().find(|head| head.replica == sender.replica);
            let seq = seq.map_or(0, |head| head.seq);
            partly += usize::from((1..sender.seq).contains(&seq));
            unfolded += usize::from(seq == sender.seq && store.left_to_fold().unwrap() > 0);
        });
    }
    assert!(
        partly > 0 && unfolded > 0,
        "kills came in {partly} and {unfolded} such places"
    );
    println!(
        "large_chunks_killed: {} points of {} transactions, {partly} with a part of the events, {unfolded} with all of them and some to fold, all completed by the same import",
        points.len(),
        syncs.len()
    );
}
