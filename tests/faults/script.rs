//! The script under fault: what a desk does in a day, with the real store: edits, a draft, an
//! import, folding, indexing, an export, a backup, a rebuild, a restart.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use zhiban::chance::SeededRandom;
use zhiban::domain::id::{Id, ReplicaId};
use zhiban::domain::payload::{Change, Direction, Payload, Say};
use zhiban::domain::registers;
use zhiban::domain::seal::ReplicaKey;
use zhiban::exchange::bundle::{self, Export, Selection};
use zhiban::problem::Problem;
use zhiban::store::{Author, Draft, Shop, Store, StreamHead, Trouble};

pub const NOW: i64 = 1_795_333_560_000;
/// The key of the draft that the script keeps.
pub const DRAFT: (&str, &str) = ("li", "remark/1");

/// Returns the shop of all stores here.
pub fn shop() -> Shop {
    Shop::drill("faults")
}

/// Lays a store with one replica.
pub fn lay(data: &Path, seed: u8) -> (Store, ReplicaId) {
    let mut store = Store::create(data, shop()).unwrap();
    let replica = store
        .add_replica(ReplicaKey::from_secret(&[seed; 32]))
        .unwrap();
    (store, replica)
}

/// Writes one act on a record of its own: an entry and a field.
pub fn edit(store: &mut Store, replica: ReplicaId, number: u64) -> Result<(), Problem> {
    let author = Author { replica, zone: 480 };
    let mut random = SeededRandom::new(number.to_le_bytes());
    let drafts = drafts(replica, number);
    store.append(&author, NOW + number as i64, &mut random, &drafts)?;
    Ok(())
}

/// Returns what an edit writes.
fn drafts(replica: ReplicaId, number: u64) -> [Draft; 2] {
    let change = Change {
        fields: [("buyer".to_owned(), json!(format!("买家{number}")))].into(),
        ..Change::default()
    };
    let text = format!("第{number}句话 {}", "长".repeat(number as usize % 300));
    [
        Draft::new(
            registers::by_name("conversation").unwrap(),
            record(replica, number),
            Payload::Open(change),
            NOW,
        ),
        said(replica, number, text),
    ]
}

/// Returns what the buyer of an edit says.
fn said(replica: ReplicaId, number: u64, text: String) -> Draft {
    let say = Say::plain(Direction::In, text);
    Draft::new(
        registers::by_name("conversation").unwrap(),
        record(replica, number),
        Payload::Say(Box::new(say)),
        NOW,
    )
}

/// Returns the record of an edit.
pub fn record(replica: ReplicaId, number: u64) -> Id {
    let mut id = [replica.0[0]; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    Id(id)
}

/// Writes a bundle of everything a store holds.
pub fn export(store: &mut Store, sender: ReplicaId, path: &Path) -> Result<(), Problem> {
    let export = Export {
        selection: Selection::All,
        plain: Some("test"),
        ..Export::new(sender, NOW)
    };
    bundle::export(store, &export, path).map(drop)
}

/// Takes a bundle in, folded.
pub fn import(store: &mut Store, path: &Path) -> Result<(), Problem> {
    bundle::import(store, path, NOW, &mut |_| true).map(drop)
}

/// Writes a bundle with the streams of several replicas, a few events each.
pub fn foreign_bundle(folder: &Path, replicas: u8, acts: u64) -> PathBuf {
    let file = folder.join("foreign.zbundle");
    let (mut all, first) = lay(&folder.join("foreign-0"), 100);
    for n in 0..replicas {
        let (mut store, replica) = lay(&folder.join(format!("foreign-of-{n}")), 101 + n);
        for act in 0..acts {
            edit(&mut store, replica, act).unwrap();
        }
        let part = folder.join(format!("part-{n}.zbundle"));
        export(&mut store, replica, &part).unwrap();
        import(&mut all, &part).unwrap();
    }
    edit(&mut all, first, 0).unwrap();
    export(&mut all, first, &file).unwrap();
    file
}

/// Writes a bundle with one long stream: so many records, each said something in at once, and
/// every second one again when all are there.
pub fn long_bundle(folder: &Path, records: u64) -> PathBuf {
    const AT_ONCE: usize = 200;
    let file = folder.join("long.zbundle");
    let (mut store, replica) = lay(&folder.join("long"), 100);
    let author = Author { replica, zone: 480 };
    let mut random = SeededRandom::new("long");
    let firsts = (0..records).flat_map(|number| drafts(replica, number));
    let seconds = (0..records).step_by(2);
    let seconds = seconds.map(|number| said(replica, number, "再问一句".to_owned()));
    let all: Vec<Draft> = firsts.chain(seconds).collect();
    for (nth, some) in all.chunks(AT_ONCE).enumerate() {
        store
            .append(&author, NOW + nth as i64, &mut random, some)
            .unwrap();
    }
    export(&mut store, replica, &file).unwrap();
    file
}

/// Where a script plays.
pub struct Stage {
    pub data: PathBuf,
    pub elsewhere: PathBuf,
    pub bundle: PathBuf,
    pub replica: ReplicaId,
}

/// What is said where the disk does not even let it be known whether an act is saved.
pub const UNSURE: &str = "problem-unsure";

/// What the script was told.
#[derive(Default)]
pub struct Told {
    /// After each step that was answered "done": all heads, and the draft.
    pub saved: Vec<(Vec<StreamHead>, Option<String>)>,
    /// Edits that were answered "not saved".
    pub not_saved: Vec<u64>,
    /// The messages of all refusals.
    pub problems: Vec<&'static str>,
}

impl Stage {
    /// Lays a store with some history and closes it; writes the bundle that will be imported.
    pub fn new(folder: &Path) -> Self {
        let data = folder.join("data");
        let (mut store, replica) = lay(&data, 1);
        for number in 0..4 {
            edit(&mut store, replica, number).unwrap();
        }
        drop(store);
        let made = folder.join("made");
        fs::create_dir(&made).unwrap();
        let bundle = foreign_bundle(&made, 2, 6);
        let elsewhere = folder.join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        Self {
            data,
            elsewhere,
            bundle,
            replica,
        }
    }

    /// Returns the same stage in another folder.
    pub fn copy(&self, to: &Path) -> Self {
        copy_folder(&self.data, &to.join("data"));
        fs::create_dir_all(to.join("elsewhere")).unwrap();
        Self {
            data: to.join("data"),
            elsewhere: to.join("elsewhere"),
            bundle: self.bundle.clone(),
            replica: self.replica,
        }
    }

    /// Plays the script to its end, whatever fails; a store that stopped writing is opened anew,
    /// as a person would.
    pub fn play(&self, told: &mut Told, when_saved: &mut dyn FnMut(usize)) {
        let mut store = None;
        for step in STEPS {
            if let Err(problem) = self.step(step, &mut store, told) {
                told.problems.push(problem.message);
                if let Step::Edit(number) = step
                    && problem.message != UNSURE
                {
                    told.not_saved.push(*number);
                }
            } else if let Some(store) = &store
                && let Ok(heads) = store.heads()
            {
                let draft = store.draft(DRAFT.0, DRAFT.1).unwrap_or_default();
                told.saved.push((heads, draft));
                when_saved(told.saved.len());
            }
            if store
                .as_ref()
                .is_some_and(|store| store.trouble() == Some(Trouble::Halted))
            {
                store = None;
            }
        }
    }

    fn step(&self, step: &Step, store: &mut Option<Store>, told: &Told) -> Result<(), Problem> {
        if matches!(step, Step::Restart | Step::Upgrade) {
            *store = None;
        }
        if matches!(step, Step::Upgrade) {
            // Where the disk does not take it, it is opened as it was.
            let _ = as_of_another_release(&self.data);
        }
        let store = match store {
            Some(store) => store,
            none => none.insert(Store::open(&self.data)?),
        };
        match step {
            Step::Restart | Step::Upgrade => Ok(()),
            Step::Edit(number) => edit(store, self.replica, *number),
            Step::Draft(text) => Ok(store.set_draft(DRAFT.0, DRAFT.1, text, NOW)?),
            Step::Import => import(store, &self.bundle),
            Step::Index => Ok(store.index_some().map(drop)?),
            Step::Export => {
                let file = self.elsewhere.join(format!("{}.zbundle", told.saved.len()));
                let done = export(store, self.replica, &file);
                assert_eq!(done.is_ok(), file.exists(), "a half export: {done:?}");
                done
            }
            Step::Backup => {
                let file = self.elsewhere.join(format!("{}.zhiban", told.saved.len()));
                let done = store.backup(&file);
                assert_eq!(done.is_ok(), file.exists(), "a half backup: {done:?}");
                Ok(done?)
            }
            Step::Rebuild => Ok(store.rebuild()?),
        }
    }
}

enum Step {
    Edit(u64),
    Draft(&'static str),
    Import,
    Index,
    Export,
    Backup,
    Rebuild,
    Restart,
    Upgrade,
}

const STEPS: &[Step] = &[
    Step::Edit(10),
    Step::Draft("写到一半"),
    Step::Edit(11),
    Step::Import,
    Step::Edit(12),
    Step::Index,
    Step::Export,
    Step::Restart,
    Step::Edit(13),
    Step::Backup,
    Step::Rebuild,
    Step::Upgrade,
    Step::Draft("写到一半，又写了些"),
    Step::Edit(14),
    Step::Edit(15),
];

/// Makes a store that of a release with other declarations: the next start builds everything
/// that is computed anew.
pub fn as_of_another_release(data: &Path) -> rusqlite::Result<()> {
    let conn = rusqlite::Connection::open(data.join("zhiban.db"))?;
    let sql = "UPDATE setting_local SET value = 'another' WHERE key = 'declared'";
    conn.execute(sql, []).map(drop)
}

/// Checks a store after whatever happened to it: whole, and with all that was told to be saved.
/// Returns the number of edits that were told not to be saved and are there all the same.
pub fn check(data: &Path, replica: ReplicaId, told: &Told, what: &str) -> usize {
    let mut store = Store::open(data).unwrap_or_else(|fault| panic!("{what}: {fault}"));
    let verified = store.verify().unwrap();
    assert!(verified.clean, "{what}: {:?}", verified.defects);
    while store.fold_dirty(1_000).unwrap() > 0 {}
    let folded = store.verify().unwrap();
    assert!(
        folded.clean && folded.state == verified.state,
        "{what}: {:?}",
        folded.defects
    );
    let lost = lost(&store, told, told.saved.len());
    assert!(lost.is_empty(), "{what}: lost {lost:?}");
    let is_there = |number: &&u64| store.record(record(replica, **number)).unwrap().is_some();
    told.not_saved.iter().filter(is_there).count()
}

/// Returns which heads of the first so many acknowledgements a store does not hold.
pub fn lost(store: &Store, told: &Told, count: usize) -> Vec<String> {
    let mut lost = Vec::new();
    for (heads, _) in &told.saved[..count] {
        for head in heads.iter().filter(|head| !holds(store, head)) {
            lost.push(format!("{} {}", head.replica, head.seq));
        }
    }
    if let Some((_, Some(draft))) = told.saved[..count].last()
        && store.draft(DRAFT.0, DRAFT.1).unwrap().as_deref() < Some(draft)
    {
        lost.push(format!("the draft {draft}"));
    }
    lost
}

/// Returns whether a store holds a head, with all before it.
pub fn holds(store: &Store, head: &StreamHead) -> bool {
    store.heads().unwrap().iter().any(|ours| {
        ours.replica == head.replica
            && (head.seq == head.from_seq
                || store.chain_at(ours.stream, head.seq).unwrap() == Some(head.chain))
    })
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
