//! One failing write or sync after the other; a disk without room, byte by byte.

use zhiban::problem::Kind;
use zhiban::store::{Store, Trouble};

use crate::script::{Stage, Told, UNSURE, check, edit};
use crate::vfs::{self, Fault};
use crate::{folder, times};

#[test]
fn io_fault_sweep() {
    let base = folder();
    let stage = Stage::new(base.path());
    // Nothing fails: how many points there are, and that the script is well.
    let trial = folder();
    let well = stage.copy(trial.path());
    let mut told = Told::default();
    vfs::fail(None);
    well.play(&mut told, &mut |_| {});
    let (points, _) = vfs::lift();
    assert!(told.problems.is_empty(), "{:?}", told.problems);
    assert!(points >= 120, "only {points} points");

    let every = if times("ZHIBAN_EVERY_POINT", 0) > 0 {
        1
    } else {
        3
    };
    let (mut runs, mut failed, mut unsure, mut saved, mut there_all_the_same) = (0, 0, 0, 0, 0);
    for at in (1..=points).step_by(every) {
        for is_for_good in [false, true] {
            let place = folder();
            let stage = stage.copy(place.path());
            let mut told = Told::default();
            vfs::fail(Some(Fault { at, is_for_good }));
            stage.play(&mut told, &mut |_| {});
            vfs::lift();
            let what = format!("point {at}, for good: {is_for_good}");
            there_all_the_same += check(&stage.data, stage.replica, &told, &what);
            runs += 1;
            failed += told.problems.len();
            unsure += told.problems.iter().filter(|one| **one == UNSURE).count();
            saved += told.saved.len();
        }
    }
    assert!(failed > 0, "no fault was ever told");
    assert_eq!(
        there_all_the_same, 0,
        "told as not saved, and there after a restart"
    );
    println!(
        "io_fault_sweep: {points} points, {runs} runs, {saved} acknowledged, 0 lost, 0 false \"saved\", {failed} refusals told, {unsure} of them that nobody can know, {there_all_the_same} told as not saved and there after a restart"
    );
}

/// The sync of a commit fails, once: whether it is saved is looked up, and told truly; nothing
/// more is written until the store is opened again.
#[test]
fn an_unknown_outcome_is_looked_up_and_writing_stops() {
    let base = folder();
    let stage = Stage::new(base.path());
    let mut store = Store::open(&stage.data).unwrap();
    edit(&mut store, stage.replica, 20).unwrap();
    // The first point of the next act's commit that is a sync is its last one.
    vfs::fail(None);
    edit(&mut store, stage.replica, 21).unwrap();
    let (points, _) = vfs::lift();
    vfs::fail(Some(Fault {
        at: points,
        is_for_good: false,
    }));
    let told = edit(&mut store, stage.replica, 22);
    vfs::lift();
    let there = |store: &Store| {
        store
            .record(crate::script::record(stage.replica, 22))
            .unwrap()
            .is_some()
    };
    assert_eq!(told.is_ok(), there(&store), "{told:?}");
    assert_eq!(store.trouble(), Some(Trouble::Halted));
    // Reading goes on, a copy elsewhere as well; writing says why it does not.
    assert!(store.verify().unwrap().clean);
    store.backup(&stage.elsewhere.join("copy.zhiban")).unwrap();
    let refused = edit(&mut store, stage.replica, 23).unwrap_err();
    assert_eq!(
        (refused.kind, refused.message),
        (Kind::NotSaved, "problem-store-halted")
    );
    drop(store);
    let mut store = Store::open(&stage.data).unwrap();
    assert_eq!(
        told.is_ok(),
        there(&store),
        "what was told holds after a restart"
    );
    edit(&mut store, stage.replica, 24).unwrap();
    assert!(store.verify().unwrap().clean);
}

#[test]
fn enospc_sweep() {
    let base = folder();
    let stage = Stage::new(base.path());
    let held: u64 = std::fs::metadata(stage.data.join("zhiban.db"))
        .unwrap()
        .len();
    let steps = times("ZHIBAN_STEPS", 8);
    // From no room at all to room for everything.
    let most = 2_600_000;
    let (mut full, mut saved) = (0, 0);
    for step in 0..steps {
        let place = folder();
        let stage = stage.copy(place.path());
        let mut told = Told::default();
        vfs::confine(&stage.data, held + 60_000 + most * step / steps);
        stage.play(&mut told, &mut |_| {});
        let what = format!("step {step}: {:?}", told.problems);
        for problem in &told.problems {
            assert!(problem.starts_with("problem-store-full"), "{what}");
        }
        if let Ok(mut store) = Store::open(&stage.data) {
            // As good as none is left: acts are refused and reading is not.
            vfs::confine(&stage.data, held);
            let refused = edit(&mut store, stage.replica, 30).unwrap_err();
            assert_eq!(
                (refused.kind, refused.message),
                (Kind::NotSaved, "problem-store-full")
            );
            assert_eq!(store.trouble(), Some(Trouble::Full));
            assert!(store.verify().unwrap().clean, "{what}");
            assert!(store.search("买家", None, 5).is_ok());
            store.backup(&stage.elsewhere.join("full.zhiban")).unwrap();
            assert!(
                Store::verify_copy(&stage.elsewhere.join("full.zhiban"))
                    .unwrap()
                    .clean
            );
            // Space is back: the same store goes on.
            vfs::lift();
            edit(&mut store, stage.replica, 31).unwrap();
            assert_eq!(store.trouble(), None);
        }
        vfs::lift();
        let there = check(&stage.data, stage.replica, &told, &what);
        assert_eq!(there, 0, "{what}: told as not saved, and there");
        full += told.problems.len();
        saved += told.saved.len();
    }
    assert!(full > 0, "the disk was never full");
    println!(
        "enospc_sweep: {steps} steps, {full} refusals, {saved} acknowledged, 0 lost, 0 half files"
    );
}
