//! First pages of a store in which nearly everything is closed, beside as many rows of one
//! table by its key.
#![allow(clippy::pedantic, clippy::unwrap_used)]

mod support;

use std::path::Path;

use divan::Bencher;
use rusqlite::{Connection, params};
use support::{Pair, shop};
use tempfile::TempDir;
use zhiban::desk::Desk;
use zhiban::desk::todo::View;
use zhiban::store::{Order, Query};

const TALKS: u32 = 20_000;
/// 2 % are open.
const OPEN_EVERY: u32 = 50;

fn main() {
    support::run();
}

/// What waits: every open item, one row a buyer.
#[divan::bench(sample_count = 200, sample_size = 1)]
fn waiting(bencher: Bencher<'_, '_>) {
    let (desk, _folder) = desk();
    let rows = || desk.todo(View::All).unwrap().buyers.len();
    measure(
        bencher,
        &format!("what waits, {} rows", rows()),
        rows() as i64,
        rows,
    );
}

/// The newest conversations, closed ones among them.
#[divan::bench(sample_count = 200, sample_size = 1)]
fn newest(bencher: Bencher<'_, '_>) {
    let (desk, _folder) = desk();
    let query = Query {
        registers: vec!["conversation"],
        order: Order::Opened,
        ..Query::default()
    };
    let rows = || desk.store().rows(&query).unwrap().len();
    measure(
        bencher,
        &format!("newest conversations, {} rows", rows()),
        rows() as i64,
        rows,
    );
}

fn desk() -> (Desk, TempDir) {
    let folder = support::folder();
    let mut desk = shop::desk(&folder.path().join("data"));
    let me = desk.me().unwrap().id;
    shop::write(&mut desk, &shop::talks(TALKS, OPEN_EVERY, me));
    (desk, folder)
}

fn measure(bencher: Bencher<'_, '_>, name: &str, count: i64, mut page: impl FnMut() -> usize) {
    let folder = support::folder();
    let floor = floor(folder.path());
    let pair = Pair::new(name, "printed only");
    bencher
        .with_inputs(|| pair.floor(|| plain_page(&floor, count)))
        .bench_local_values(|_| pair.subject(&mut page));
}

/// One table with what a row of a list shows.
fn floor(folder: &Path) -> Connection {
    let connection = Connection::open(folder.join("plain.db")).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE row(no INTEGER PRIMARY KEY, id BLOB, register TEXT, state TEXT, owner TEXT,
               due INTEGER, opened INTEGER, closed INTEGER, title TEXT, subject TEXT, fields TEXT); BEGIN;",
        )
        .unwrap();
    for n in 0..TALKS {
        connection
            .prepare_cached("INSERT INTO row VALUES(?1,?2,'conversation','open',?3,?4,?4,NULL,?5,'in_sales',?6)")
            .unwrap()
            .execute(params![
                n,
                [7_u8; 16],
                "0190a1b2c3d4e5f60718293a4b5c6d7e",
                shop::NOW,
                format!("买家{n}"),
                format!(r#"{{"buyer":"买家{n}","channel":"chat","number":"CV{n:08}","stage":"in_sales"}}"#)
            ])
            .unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    connection
}

type PlainRow = (
    i64,
    [u8; 16],
    [String; 3],
    [i64; 2],
    Option<i64>,
    [String; 3],
);

fn plain_page(connection: &Connection, count: i64) -> Vec<PlainRow> {
    let mut query = connection
        .prepare_cached("SELECT * FROM row WHERE no >= 5000 ORDER BY no LIMIT ?1")
        .unwrap();
    let rows = query.query_map([count], |row| {
        Ok((
            row.get(0)?,
            row.get(1)?,
            [row.get(2)?, row.get(3)?, row.get(4)?],
            [row.get(5)?, row.get(6)?],
            row.get(7)?,
            [row.get(8)?, row.get(9)?, row.get(10)?],
        ))
    });
    rows.unwrap().map(Result::unwrap).collect()
}
