//! Searching against a plain look at every text, in both scripts, and in portions.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::store::Effort;
use crate::text::fold::fold;

/// Time enough: these tests are held up by texts alone.
const HOUR: Duration = Duration::from_hours(1);

fn filled(texts: &[String]) -> Bench {
    let mut bench = Bench::new(4);
    for (n, text) in texts.iter().enumerate() {
        bench.one("conversation", id(n as u8), say(text));
    }
    while bench.store.index_some().unwrap() {}
    bench
}

/// Texts of few characters, so that parts come again: the same ones in both scripts, full width,
/// and letters whose marks are written apart.
fn texts() -> Vec<String> {
    let pieces = [
        "这件",
        "這件",
        "衣服",
        "退款",
        "退",
        "款",
        "沒收到",
        "没收到",
        "，",
        " ",
        "cafe\u{301}",
        "caf\u{e9}",
        "ＸＬ",
        "xl",
        "發貨",
        "发货",
        "。",
        "e\u{301}t\u{e9}",
    ];
    let mut at = 7_usize;
    let mut next = || {
        at = (at * 1_103 + 12_345) % 65_536;
        at / 16
    };
    let text = |n| {
        let words: String = (0..8).map(|_| pieces[next() % pieces.len()]).collect();
        format!("{words} {n}号")
    };
    (0..80).map(text).collect()
}

fn plain(texts: &[String], asked: &str) -> usize {
    let asked = fold(asked);
    let holds = |text: &&String| {
        let text = fold(text);
        asked.split_whitespace().all(|word| text.contains(word))
    };
    texts.iter().filter(holds).count()
}

/// What a list of what was said narrows to, and what of it holds the words, by local numbers.
fn said(bench: &Bench, words: &[&str]) -> (Vec<i64>, Vec<i64>) {
    let query = Query {
        says: words.iter().map(|word| (*word).to_owned()).collect(),
        limit: Some(1_000),
        ..Query::default()
    };
    let rows = bench.store.rows(&query).unwrap();
    let holds = |row: &&Row| {
        words
            .iter()
            .all(|word| bench.store.says(row, word).unwrap())
    };
    let held = rows.iter().filter(holds).map(|row| row.no).collect();
    (rows.iter().map(|row| row.no).collect(), held)
}

#[test]
fn a_list_of_what_was_said_narrows_to_no_less_than_what_holds_the_words() {
    let texts = texts();
    let bench = filled(&texts);
    let every = bench.store.rows(&Query {
        limit: Some(1_000),
        ..Query::default()
    });
    let every = every.unwrap();
    for words in [
        &["这件衣服"][..],
        &["退"],
        &["款"],
        &["xl"],
        &["l"],
        &["cafe\u{301}"],
        &["f\u{e9}"],
        &["没收到", "发货"],
        &["7号"],
        &["?"],
        &["，"],
    ] {
        let holds = |row: &&Row| {
            words
                .iter()
                .all(|word| bench.store.says(row, word).unwrap())
        };
        let plain: Vec<i64> = every.iter().filter(holds).map(|row| row.no).collect();
        let (narrowed, held) = said(&bench, words);
        assert_eq!(held, plain, "{words:?}");
        println!(
            "{words:?} {} of {} of {}",
            held.len(),
            narrowed.len(),
            every.len()
        );
    }
    assert!(
        said(&bench, &["这件衣服"]).0.len() < every.len() / 2,
        "by the index"
    );
    let is_common = |words: &str| bench.store.is_common(words).unwrap();
    assert!(is_common("这件衣服") && !is_common("没有人说过的话") && !is_common("?"));
}

/// As many texts are few among many and many among few.
#[test]
fn a_word_is_common_by_the_share_of_the_texts_that_hold_it() {
    let texts = |all: usize| -> Vec<String> {
        let text = |at| match at {
            0..6 => format!("快递 {at}"),
            _ => format!("别的 {at}"),
        };
        (0..all).map(text).collect()
    };
    let is_common = |all| {
        let mut bench = Bench::new(4);
        for text in texts(all) {
            bench.one("conversation", id(1), say(&text));
        }
        while bench.store.index_some().unwrap() {}
        bench.store.is_common("快递").unwrap()
    };
    assert!(is_common(80), "six of eighty");
    assert!(!is_common(900), "six of nine hundred");
}

#[test]
fn a_list_of_what_was_said_goes_by_the_indexes() {
    let bench = filled(&texts());
    let query = Query {
        open_only: true,
        says: vec!["退款".into()],
        ..Query::default()
    };
    let (sql, args) = query.page();
    let mut plan = bench
        .store
        .conn
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .unwrap();
    let lines = plan.query_map(rusqlite::params_from_iter(args), |row| {
        row.get::<_, String>(3)
    });
    let lines: Vec<String> = lines.unwrap().collect::<rusqlite::Result<_>>().unwrap();
    println!("{lines:#?}");
    for line in &lines {
        let walks = line.starts_with("SCAN r") && !line.contains("INDEX open_");
        assert!(
            !walks && !line.starts_with("SCAN e") && !line.starts_with("SCAN s "),
            "{lines:#?}"
        );
        assert!(!line.contains("CORRELATED SCALAR SUBQUERY") || !line.contains("search"));
    }
}

#[test]
fn words_of_two_characters_are_found_in_every_way_they_are_written() {
    let texts = texts();
    let bench = filled(&texts);
    let hits = |asked: &str| bench.store.search(asked, None, 100).unwrap().hits.len();
    for (one, other) in [
        ("这件", "這件"),
        ("发货", "發貨"),
        ("没收", "沒收"),
        ("ＸＬ", "xl"),
        ("caf\u{e9}", "cafe\u{301}"),
    ] {
        let count = plain(&texts, one);
        println!("{one} {count}");
        assert!(count > 5 && count < texts.len(), "{one}: {count}");
        assert_eq!(hits(one), count, "{one}");
        assert_eq!(hits(other), count, "{other}");
    }
}

#[test]
fn search_finds_what_a_look_at_every_text_finds() {
    let texts = texts();
    let bench = filled(&texts);
    let part = (0..texts.len(), 0..16_usize, 1..7_usize);
    runner(200)
        .run(&part, |(which, from, len)| {
            let part: String = texts[which].chars().skip(from).take(len).collect();
            // A word of letters and digits is found from its beginning.
            let folded = fold(&part);
            prop_assume!(folded.starts_with(|c: char| c >= '\u{4e00}'));
            let begins = |word: &str| !word.starts_with(|c: char| c.is_ascii());
            prop_assume!(folded.split_whitespace().all(begins));
            let found = bench.store.search(&part, None, 100).unwrap();
            prop_assert_eq!(found.hits.len(), plain(&texts, &part), "{}", part);
            prop_assert_eq!(found.rest, None);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_brief_look_says_how_far_it_went_and_the_rest_is_found_from_there() {
    let texts: Vec<String> = (0..90).map(|n| format!("第{n}次催发货")).collect();
    let bench = filled(&texts);
    let whole = bench.store.search("发货", None, 100).unwrap();
    assert_eq!((whole.hits.len(), whole.rest), (90, None));
    for (texts, limit) in [(7, 100), (1_000, 4), (0, 100), (1_000, 1_000)] {
        let effort = Effort { texts, time: HOUR };
        let mut found = bench.store.search_briefly("发货", limit, effort).unwrap();
        let most = texts.max(1).min(limit);
        assert_eq!(found.hits.len(), most.min(90));
        let mut looks = 1;
        while let Some(rest) = found.rest {
            let oldest = found.hits.last().unwrap().at;
            assert_eq!(rest.at(), oldest, "all that is newer was looked through");
            let more = bench
                .store
                .search_further("发货", limit, effort, rest)
                .unwrap();
            found.hits.extend(more.hits);
            found.rest = more.rest;
            looks += 1;
        }
        assert_eq!(looks, 90_usize.div_ceil(most));
        assert_eq!(found.hits, whole.hits, "none twice, none left out");
    }
    // Where nothing is found the time of the search still tells how far it looked.
    let effort = Effort {
        texts: 3,
        time: HOUR,
    };
    let none = bench.store.search_briefly("货发", 5, effort).unwrap();
    assert_eq!((none.hits.len(), none.rest), (0, None), "no such pair");
    let none = bench.store.search_briefly("催发 次催发货发", 5, effort);
    assert!(none.unwrap().hits.is_empty());
    let late = Effort {
        texts: 1_000,
        time: Duration::ZERO,
    };
    let found = bench.store.search_briefly("发货", 100, late).unwrap();
    assert_eq!(found.hits.len(), 1, "late as it is, it gets on");
    assert!(found.rest.is_some());
}

#[test]
fn however_little_time_there_is_a_step_takes_many_texts() {
    let mut bench = Bench::new(2);
    let says = (0..300).map(|n| bench.draft("conversation", id(1), say(&format!("第{n}句 发货"))));
    let drafts: Vec<Draft> = says.collect();
    bench.act(&drafts);
    bench.store.index_some().unwrap();
    assert!(bench.store.events_indexed().unwrap() >= 256);
    while bench.store.index_some().unwrap() {}
    assert_eq!(bench.store.events_indexed().unwrap(), 300);
    let found = bench.store.search("发货", None, 400).unwrap();
    assert_eq!(found.hits.len(), 300);
}
