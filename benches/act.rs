//! One act of a person, durable and folded, beside a bare commit of the same rows.
#![allow(clippy::pedantic, clippy::unwrap_used)]

mod support;

use std::cell::RefCell;

use divan::Bencher;
use support::plain::Plain;
use support::{Pair, shop};
use zhiban::desk::Desk;
use zhiban::desk::act::Done;
use zhiban::desk::note::NewNote;
use zhiban::domain::event::Event;
use zhiban::domain::id::Id;
use zhiban::domain::registers::conversation;

const BUDGET: &str = "processor at most 0.5 ms over the floor, wall 1.5";
const TALKS: u32 = 2_000;

fn main() {
    support::run();
}

/// A reply to one of many talks.
#[divan::bench(sample_count = 400, sample_size = 1)]
fn reply(bencher: Bencher<'_, '_>) {
    let mut next = 0;
    measure(bencher, "a reply", |desk, _| {
        next = (next + 7) % TALKS;
        let talk = shop::id(&conversation::REGISTER, next);
        desk.reply(talk, "亲，差价 18 元符合保价，今天 18:00 前退给您。")
            .unwrap()
    });
}

/// A note on an order that nobody has seen yet: two records in one act.
#[divan::bench(sample_count = 400, sample_size = 1)]
fn note(bencher: Bencher<'_, '_>) {
    let mut number = 4_031_902_847_193_000_000_u64;
    measure(bencher, "a note on a new order", |desk, _| {
        number += 1;
        let note = NewNote {
            order: number.to_string(),
            kind: "address".into(),
            new: "浙江省杭州市余杭区示例路8号".into(),
            buyer: Some("橘子".into()),
            ..NewNote::default()
        };
        desk.open_note(&note).unwrap()
    });
}

fn measure(bencher: Bencher<'_, '_>, name: &str, mut act: impl FnMut(&mut Desk, Id) -> Done) {
    let folder = support::folder();
    let mut desk = shop::desk(&folder.path().join("data"));
    let me = desk.me().unwrap().id;
    shop::write(&mut desk, &shop::talks(TALKS, 1, me));
    let mut plain = Plain::new(folder.path());
    // The floor writes the rows of the act before: as many, and as long.
    let done = act(&mut desk, me);
    let before = RefCell::new(events(&desk, &done));
    let mut seq = 1 << 39;
    let pair = Pair::new(name, BUDGET);
    bencher
        .with_inputs(|| {
            let mut before = before.borrow_mut();
            for event in before.iter_mut() {
                seq += 1;
                event.head.seq = seq;
            }
            pair.floor(|| plain.write(before.iter()));
        })
        .bench_local_values(|()| {
            let done = pair.subject(|| act(&mut desk, me));
            *before.borrow_mut() = events(&desk, &done);
        });
}

fn events(desk: &Desk, done: &Done) -> Vec<Event> {
    let replica = desk.me().unwrap().replica;
    desk.store().act_events(replica, done.act).unwrap()
}
