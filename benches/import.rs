//! A bundle of 100,000 events checked, appended and folded, and once more the same bundle,
//! beside the same rows in one plain table.
#![allow(clippy::pedantic, clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};

use divan::Bencher;
use support::plain::Plain;
use support::shop::{self, NOW};
use support::{Pair, folder};
use tempfile::TempDir;
use zhiban::desk::Desk;
use zhiban::domain::event::Event;
use zhiban::exchange::bundle::{self, Export, Selection};
use zhiban::store::Store;

/// Thirteen events each.
const TALKS: u32 = 7_000;
/// Two events each.
const ORDERS: u32 = 4_500;

fn main() {
    support::run();
}

/// Into a store that knows nothing yet.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn first(bencher: Bencher<'_, '_>) {
    let source = Source::new();
    let pair = Pair::new("first import", "processor at most 4, wall at most 3.5");
    bencher
        .with_inputs(|| {
            let folder = folder();
            let mut plain = Plain::new(folder.path());
            pair.floor(|| plain.write(&source.events));
            (empty(&folder), folder)
        })
        .bench_local_values(|(mut store, folder)| {
            pair.subject(|| source.import(&mut store));
            (store, folder)
        });
}

/// Into a store that has all of it.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn again(bencher: Bencher<'_, '_>) {
    let source = Source::new();
    let pair = Pair::new(
        "the same bundle again, beside the first import",
        "at most 0.01",
    );
    let folder = folder();
    let mut store = empty(&folder);
    pair.floor(|| source.import(&mut store));
    bencher.bench_local(|| pair.subject(|| source.import(&mut store)));
}

fn empty(folder: &TempDir) -> Store {
    Store::create_bare(&folder.path().join("data")).unwrap()
}

/// A bundle, and what is in it.
struct Source {
    bundle: PathBuf,
    events: Vec<Event>,
    _folder: TempDir,
}

impl Source {
    fn new() -> Self {
        let folder = folder();
        let mut desk = shop::desk(&folder.path().join("data"));
        let me = desk.me().unwrap().id;
        shop::write(&mut desk, &shop::talks(TALKS, 50, me));
        shop::write(&mut desk, &shop::orders(ORDERS));
        let bundle = folder.path().join("all.zbundle");
        export(&mut desk, &bundle);
        let store = desk.store();
        let head = store.heads().unwrap().remove(0);
        let events = store.stream_events(head.stream, 1, head.seq).unwrap();
        Self {
            bundle,
            events,
            _folder: folder,
        }
    }

    fn import(&self, store: &mut Store) {
        bundle::import(store, &self.bundle, NOW, &mut |_| true).unwrap();
    }
}

fn export(desk: &mut Desk, bundle: &Path) {
    let export = Export {
        selection: Selection::All,
        plain: Some("bench"),
        ..Export::new(desk.me().unwrap().replica, NOW)
    };
    bundle::export(desk.store_mut(), &export, bundle).unwrap();
}
