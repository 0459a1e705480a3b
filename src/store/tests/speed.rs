//! Figures, printed: `cargo test --lib store::tests::speed -- --ignored --nocapture`.

use std::time::Duration;

use super::*;

/// Imports 50,000 events on 10,000 records, folds and indexes them, against plain rows of the
/// same bytes in one table.
#[test]
#[ignore = "prints figures, takes a minute"]
fn import_against_plain_rows() {
    let mut author = Bench::new(1);
    let mut drafts = Vec::new();
    for n in 0..10_000u32 {
        let mut record = [7; 16];
        record[..4].copy_from_slice(&n.to_be_bytes());
        let record = Id(blake3::hash(&record).as_bytes()[..16].try_into().unwrap());
        drafts.push(author.draft("conversation", record, open(json!({"buyer": format!("买家{n}"), "number": format!("CV{n:08}"), "stage": "in_sales"}))));
        for m in 0..3 {
            drafts.push(author.draft(
                "conversation",
                record,
                say(&format!(
                    "第{m}句：你好，我的订单 45678{n:012} 什么时候发货？麻烦快一点，谢谢"
                )),
            ));
        }
        if n % 50 != 0 {
            drafts.push(author.draft("conversation", record, step("open", "closed")));
        }
    }
    let mut begun = None;
    let local = Cpu::now();
    for part in drafts.chunks(5_000) {
        let appended = author
            .store
            .append_to(begun, &author.author, NOW, &mut author.random, part)
            .unwrap();
        begun = Some(appended.act);
    }
    println!(
        "local append: {} events in {:?}",
        drafts.len(),
        local.elapsed()
    );
    let runs = runs_of(&author.store);
    let floor = floor(&runs);
    let mut bench = Bench::new(2);
    let append = Cpu::now();
    for run in &runs {
        bench.store.append_foreign(run, NOW).unwrap();
    }
    let append = append.elapsed();
    let fold = Cpu::now();
    bench.fold_all();
    let fold = fold.elapsed();
    let index = Cpu::now();
    while bench.store.index_some().unwrap() {}
    println!(
        "floor {floor:?} append {append:?} fold {fold:?} index {:?}",
        index.elapsed()
    );
    let again = Cpu::now();
    bench.store.append_foreign(&runs[0], NOW).unwrap();
    let again = again.elapsed();
    let verify = Cpu::now();
    bench.state();
    let verify = verify.elapsed();
    let page = Cpu::now();
    for _ in 0..100 {
        bench
            .store
            .rows(&Query {
                open_only: true,
                work_only: true,
                ..Query::default()
            })
            .unwrap();
    }
    println!(
        "again {again:?} verify {verify:?} page {:?}",
        page.elapsed() / 100
    );
    let act = Cpu::now();
    for n in 0..200u8 {
        bench.one("conversation", id(n), say("好的"));
    }
    let act = act.elapsed() / 200;
    let search = Cpu::now();
    let found = bench.store.search("发货", None, 50).unwrap();
    println!(
        "act {act:?} search {:?} of {} hits",
        search.elapsed(),
        found.hits.len()
    );
}

fn floor(runs: &[Run]) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let conn = schema::connect(&folder.path().join("floor.db"), false).unwrap();
    schema::demand_wal(&conn).unwrap();
    conn.execute_batch(
        "CREATE TABLE e(replica BLOB, seq INTEGER, stamp INTEGER, at INTEGER, zone INTEGER, act INTEGER, register TEXT,
         record BLOB, verb INTEGER, version INTEGER, roster BLOB, chain BLOB, salt BLOB, facts BLOB, personal BLOB,
         PRIMARY KEY(replica, seq)) WITHOUT ROWID",
    )
    .unwrap();
    let begun = Cpu::now();
    conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    for event in runs.iter().flat_map(|run| &run.events) {
        let (head, personal) = (&event.head, event.body.personal());
        conn.prepare_cached(
            "INSERT INTO e VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)",
        )
        .unwrap()
        .execute(rusqlite::params![
            head.replica.0,
            head.seq as i64,
            head.stamp.0,
            head.at,
            head.zone,
            head.act as i64,
            head.register,
            head.record.0,
            head.verb,
            head.version,
            head.roster,
            event.chain.0,
            personal.map(|part| part.salt),
            event.body.facts(),
            personal.map(|part| part.bytes.as_slice())
        ])
        .unwrap();
    }
    conn.execute_batch("COMMIT").unwrap();
    begun.elapsed()
}

/// Processor time of this thread: the machine is shared.
struct Cpu(u64);

impl Cpu {
    fn now() -> Self {
        let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        Self(
            stat.split(' ')
                .next()
                .and_then(|first| first.parse().ok())
                .unwrap_or(0),
        )
    }

    fn elapsed(&self) -> Duration {
        Duration::from_nanos(Self::now().0 - self.0)
    }
}
