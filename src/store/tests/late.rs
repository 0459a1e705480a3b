//! Words that a large import leaves to the indexer: found before as after.

use std::time::Instant;

use super::along::append_foreseen;
use super::*;
use crate::store::late as indexer;

/// Buyers of whom some share first letters, one is masked and one is read in two ways.
const BUYERS: [&str; 6] = ["买家", "卖家", "单雄信", "Alice", "李**", "美佳"];

/// A shop of a hundred orders, each with a talk about it.
fn shop() -> Bench {
    let mut bench = Bench::new(1);
    for n in 0..100u8 {
        let buyer = format!("{}{n}", BUYERS[usize::from(n) % BUYERS.len()]);
        let number = format!("88{:017}", u64::from(n) * 4_937);
        let order = json!({"number": number, "buyer": buyer, "waybill": format!("SF{n:04}")});
        bench.one("order", id(n), open(order));
        let talk = json!({"number": format!("CV{n:06}"), "buyer": buyer});
        let talk_id = Id::at(NOW + i64::from(n), [n; 10]);
        bench.one("conversation", talk_id, open(talk));
    }
    bench
}

/// Has all of it, nearly all in one large run, of which the late words are left out.
fn imported(runs: &[Run]) -> Bench {
    let mut bench = Bench::new(9);
    for run in runs {
        // A new stream changes the rules: what comes with it is folded by the ones that hold then.
        let (first, rest) = cut(run, 2);
        append_foreseen(&mut bench, &first, 2);
        append_foreseen(&mut bench, &rest, rest.events.len());
    }
    bench
}

/// What is found by ends and first letters, and the lists that an order's end narrows.
fn found(bench: &Bench) -> Vec<Vec<Id>> {
    let typed = [
        "4937", "0493", "0042", "mj", "mj4", "sxx", "dxx", "sxx2", "ali", "l",
    ];
    let mut found: Vec<Vec<Id>> = typed
        .iter()
        .map(|text| {
            let rows = bench.store.find(text, 200).unwrap();
            rows.iter().map(|row| row.id).collect()
        })
        .collect();
    for end in ["4937", "9874", "0000", "SF0042"] {
        let mut query = Query::default();
        query.narrow_to_order(end);
        let rows = bench.store.rows(&query).unwrap();
        let mut ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
        ids.sort();
        found.push(ids);
    }
    found
}

/// All words, by the ids of their records.
fn words_of(bench: &Bench) -> Vec<(i64, String, Id)> {
    let mut query = bench
        .store
        .conn
        .prepare("SELECT w.slot, w.word, n.id FROM word w JOIN record_no n ON n.no = w.no ORDER BY 1, 2, 3")
        .unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, id_at(row, 2)?)));
    rows.unwrap().map(|row| row.unwrap()).collect()
}

fn is_behind(bench: &Bench) -> bool {
    indexer::is_behind(&bench.store.conn).unwrap()
}

#[test]
fn what_waits_for_the_indexer_is_found_as_if_it_were_there() {
    let source = shop();
    let expected = found(&source);
    assert!(
        expected.iter().filter(|ids| !ids.is_empty()).count() > 9,
        "{expected:?}"
    );
    let mut bench = imported(&runs_of(&source.store));
    assert!(is_behind(&bench));
    assert_ne!(words_of(&bench), words_of(&source));
    assert_eq!(found(&bench), expected);
    while bench.store.index_some().unwrap() {}
    assert!(!is_behind(&bench));
    assert_eq!(words_of(&bench), words_of(&source));
    assert_eq!(found(&bench), expected);
}

#[test]
fn a_small_import_leaves_nothing_to_the_indexer() {
    let source = shop();
    let mut bench = Bench::new(9);
    for run in &runs_of(&source.store) {
        append_foreseen(&mut bench, run, 20);
    }
    assert!(!is_behind(&bench));
    assert_eq!(words_of(&bench), words_of(&source));
}

/// Whatever is done to a record while its words wait: it has those of what it says in the end.
#[test]
fn what_changes_while_it_waits_has_the_words_of_what_it_became() {
    let mut bench = imported(&runs_of(&shop().store));
    bench.one("order", id(1), set(json!({"buyer": "王小明"})));
    bench.one("order", id(2), set(json!({"waybill": "SF9999"})));
    let all_of = |bench: &Bench, id| -> Vec<Chain> {
        let events = bench.store.events(id).unwrap();
        events.iter().map(|event| event.chain).collect()
    };
    let events = Some(all_of(&bench, id(3)));
    let reason = None;
    bench.one("order", id(3), Payload::Void { events, reason });
    bench.one(
        "order",
        id(200),
        open(json!({"number": "77004937", "buyer": "马军"})),
    );
    let meanwhile = found(&bench);
    while bench.store.index_some().unwrap() {}
    let (by_steps, after) = (words_of(&bench), found(&bench));
    bench.store.rebuild().unwrap();
    assert!(!is_behind(&bench));
    assert_eq!(by_steps, words_of(&bench));
    assert_eq!(after, found(&bench));
    assert_eq!(meanwhile, after);
    bench.state();
}

/// A step ends in its time, and the next one goes on behind it.
#[test]
fn a_step_that_has_no_time_gets_on_by_one_record() {
    let source = shop();
    let bench = imported(&runs_of(&source.store));
    let mut steps = 0;
    while indexer::step(&bench.store.conn, Instant::now()).unwrap() {
        steps += 1;
    }
    assert!(steps >= 100, "{steps}");
    assert_eq!(words_of(&bench), words_of(&source));
}

/// A row that cannot be read has no words, and stops neither the others' nor any search.
#[test]
fn a_damaged_row_does_not_stop_the_words_of_the_others() {
    let source = shop();
    let mut bench = imported(&runs_of(&source.store));
    let damage = "UPDATE record SET fields = CAST(x'ff' AS TEXT)
      WHERE no = (SELECT first + 3 FROM late_words LIMIT 1) RETURNING id";
    let damaged = bench
        .store
        .conn
        .query_row(damage, [], |row| id_at(row, 0))
        .unwrap();
    while bench.store.index_some().unwrap() {}
    assert!(!is_behind(&bench));
    let others = |bench: &Bench| -> Vec<(i64, String, Id)> {
        let all = words_of(bench).into_iter();
        all.filter(|(.., id)| *id != damaged).collect()
    };
    assert_eq!(others(&bench), others(&source));
}
