//! A bundle of 100,000 events checked, appended and folded, once more the same bundle, and all
//! records folded anew, beside the same rows in one plain table; the search index behind it, and the
//! bundle's size.
//!
//! `ZHIBAN_EVENTS=1000000` takes as many events as the largest bundle may hold.
#![allow(clippy::pedantic, clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use divan::Bencher;
use support::plain::Plain;
use support::shop::{self, NOW};
use support::{Pair, folder};
use tempfile::TempDir;
use zhiban::desk::Desk;
use zhiban::domain::event::{Event, Verb};
use zhiban::exchange::bundle::{self, Export, Selection};
use zhiban::store::Store;

/// How many events a bundle has where nothing is said.
const EVENTS: u32 = 100_000;
/// How many talks of thirteen events there are among a hundred events; the others are of orders,
/// two events each.
const TALKS: u32 = 7;

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

/// What an import leaves to the indexer: the texts, the ends of numbers and the first letters of
/// names.
#[divan::bench(sample_count = 1, sample_size = 1)]
fn index(bencher: Bencher<'_, '_>) {
    let source = Source::new();
    let folder = folder();
    let mut store = empty(&folder);
    source.import(&mut store);
    let said = source.events.iter();
    let messages = said
        .filter(|event| event.head.verb == Verb::Say as u8)
        .count();
    let begun = Instant::now();
    bencher.bench_local(|| while store.index_some().unwrap() {});
    let took = begun.elapsed();
    support::report(format!(
        "search index behind an import\n{messages:>12} messages in {took:.2?}\n\
         {:>12.0} a second, at least 60,000\n",
        messages as f64 / took.as_secs_f64()
    ));
}

/// All records anew from the log.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn rebuild(bencher: Bencher<'_, '_>) {
    let source = Source::new();
    let pair = Pair::new("all records anew", "at most 3");
    let held = folder();
    let mut store = empty(&held);
    source.import(&mut store);
    bencher
        .with_inputs(|| {
            let folder = folder();
            let mut plain = Plain::new(folder.path());
            pair.floor(|| plain.write(&source.events));
        })
        .bench_local_values(|()| pair.subject(|| store.rebuild().unwrap()));
}

/// Beside what its parts take when they are packed alone.
#[divan::bench(sample_count = 1, sample_size = 1)]
fn size(bencher: Bencher<'_, '_>) {
    let source = Source::new();
    let bytes = fs::metadata(&source.bundle).unwrap().len();
    bencher.bench_local(|| packed_bodies(&source.events));
    let packed = packed_bodies(&source.events);
    let personal = source
        .events
        .iter()
        .filter(|event| event.body.personal().is_some())
        .count() as u64;
    let events = source.events.len() as u64;
    let budget = packed * 5 / 4 + 45 * events + 25 * personal;
    support::report(format!(
        "size of a bundle\n{bytes:>12} bytes, {events} events, {personal} personal bodies\n\
         {packed:>12} bytes of bodies under zstd -9\n\
         {budget:>12} bytes are its budget, of which it takes {:.2}\n",
        bytes as f64 / budget as f64
    ));
}

/// Returns the size of all bodies, one a line, packed as hard as a bundle is.
fn packed_bodies(events: &[Event]) -> u64 {
    let mut bodies = Vec::new();
    for event in events {
        let personal = event.body.personal().map(|part| part.bytes.as_slice());
        for body in event.body.facts().into_iter().chain(personal) {
            bodies.extend_from_slice(body);
            bodies.push(b'\n');
        }
    }
    zstd::bulk::compress(&bodies, 9).unwrap().len() as u64
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
        let events: u32 = match std::env::var("ZHIBAN_EVENTS") {
            Ok(events) => events.parse().unwrap(),
            Err(_) => EVENTS,
        };
        let talks = events / 100 * TALKS;
        // The largest bundle holds the founding of the shop too.
        let orders = (events - talks * 13) / 2 - 10;
        shop::write_talks(&mut desk, talks, 50, me);
        shop::write(&mut desk, &shop::orders(orders));
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
