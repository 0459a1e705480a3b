//! A note from one desk to another over a shared folder, laid there and taken in, beside as many
//! bytes written durably and read again. What people wait for is that and, at most, one turn.
#![allow(clippy::pedantic, clippy::unwrap_used)]

mod support;

use std::cell::Cell;
use std::fs;
use std::path::Path;

use divan::Bencher;
use support::{Pair, drill, shop};
use zhiban::desk::note::NewNote;
use zhiban::desk::road;
use zhiban::exchange::bundle::folder::Pass;
use zhiban::store::Store;

const SHOP: &str = "青禾家居旗舰店";
/// Milliseconds between two looks at the folder.
const TURN: i64 = 15_000;
const TALKS: u32 = 2_000;

fn main() {
    support::run();
}

#[divan::bench(sample_count = 60, sample_size = 1)]
fn pass(bencher: Bencher<'_, '_>) {
    let folder = support::folder();
    let shared = folder.path().join("shared");
    fs::create_dir(&shared).unwrap();
    let mut one = drill::desk(&folder.path().join("one"), SHOP, "林晓");
    let mut other = drill::desk(&folder.path().join("other"), SHOP, "小雨");
    let me = one.me().unwrap().id;
    shop::write(&mut one, &shop::talks(TALKS, 10, me));
    let now = Cell::new(shop::NOW);
    let take = |store: &mut Store| {
        now.set(now.get() + TURN);
        sync(store, &shared, now.get())
    };
    take(one.store_mut());
    assert!(take(other.store_mut()).new_events() > u64::from(TALKS));
    let pair = Pair::new(
        "a note over the folder, beside one turn of 15,000 ms",
        "at most 30,000 ms with the turn",
    );
    let mut number = 4_031_902_847_193_000_000_u64;
    bencher.bench_local(|| {
        number += 1;
        let note = NewNote {
            order: number.to_string(),
            kind: "address".into(),
            new: "浙江省杭州市余杭区示例路8号".into(),
            buyer: Some("橘子".into()),
            ..NewNote::default()
        };
        one.open_note(&note).unwrap();
        let new = pair.subject(|| {
            take(one.store_mut());
            take(other.store_mut()).new_events()
        });
        assert!(new > 0, "the note arrived");
        pair.floor(|| durable(&folder.path().join("floor"), &[7; 2_000]));
    });
}

fn sync(store: &mut Store, shared: &Path, now: i64) -> Pass {
    road::sync(store, shared, false, now, &mut |_| true).unwrap()
}

fn durable(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    fs::File::open(path).unwrap().sync_all().unwrap();
    assert_eq!(fs::read(path).unwrap().len(), bytes.len());
}
