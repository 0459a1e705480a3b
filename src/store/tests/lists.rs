//! Lists, counts, finding and searching against a plain walk over all rows.

use proptest::prelude::*;

use super::*;
use crate::domain::field::Kind;
use crate::domain::register::{Owner, Post, Step};

fn filled() -> Bench {
    let mut bench = Bench::new(3);
    let mut drafts = Vec::new();
    for n in 0..60u8 {
        let record = Id::at(NOW + i64::from(n), [n; 10]);
        let register = ["complaint", "conversation", "order"][usize::from(n % 3)];
        let number = format!("88{:017}", u64::from(n) * 37);
        let fields = match register {
            "complaint" => {
                json!({"words": format!("第{n}件掉色"), "source": "customer", "order_number": number})
            }
            "conversation" => {
                json!({"buyer": format!("买家{n}"), "number": format!("CV{n:06}"), "stage": "in_sales"})
            }
            _ => {
                json!({"number": number, "buyer": format!("买家{n}"), "platform_state": "to_ship"})
            }
        };
        drafts.push(Draft::new(
            reg(register),
            record,
            open(fields),
            NOW - i64::from(n) * 60_000,
        ));
        if n % 5 == 0 {
            let to = if n % 10 == 0 {
                Owner::Person(id(9))
            } else {
                Owner::Post(Post::AfterSales)
            };
            let payload = Payload::Assign {
                saw: None,
                to,
                reason: None,
                note: None,
            };
            drafts.push(Draft::new(reg(register), record, payload, NOW));
        }
        if register == "conversation" && n % 2 == 0 {
            drafts.push(Draft::new(
                reg(register),
                record,
                step("open", "closed"),
                NOW + i64::from(n),
            ));
        }
        if n % 7 == 0 {
            drafts.push(Draft::new(
                reg(register),
                record,
                set(json!({"snoozed_until": NOW + 5})),
                NOW,
            ));
        }
    }
    bench.act(&drafts);
    bench
}

fn all(bench: &Bench) -> Vec<Row> {
    bench
        .store
        .rows(&Query {
            limit: Some(usize::MAX),
            ..Query::default()
        })
        .unwrap()
}

fn queries() -> Vec<Query> {
    let base = Query::default;
    let mine = Mine {
        person: id(9),
        posts: vec![Post::AfterSales, Post::InSales],
        approves: true,
    };
    let mut all = vec![
        Query {
            open_only: true,
            work_only: true,
            ..base()
        },
        Query {
            open_only: true,
            order: Order::Since,
            ..base()
        },
        Query {
            open_only: true,
            order: Order::Opened,
            ..base()
        },
        Query {
            mine: Some(mine),
            not_snoozed_at: Some(NOW),
            ..base()
        },
        Query {
            open_only: true,
            owner: Some(OwnerFilter::None),
            ..base()
        },
        Query {
            open_only: true,
            owner: Some(OwnerFilter::Any(vec![
                Owner::Person(id(9)),
                Owner::Post(Post::AfterSales),
            ])),
            ..base()
        },
        Query {
            open_only: true,
            due_before: Some(NOW + 86_400_000),
            ..base()
        },
        Query {
            open_only: true,
            step: Some(Step::Approve),
            ..base()
        },
        Query {
            open_only: true,
            ours: Some(true),
            post: Some(Post::AfterSales),
            ..base()
        },
        Query {
            open_only: true,
            snoozed_at: Some(NOW),
            ..base()
        },
        Query {
            registers: vec!["order"],
            open_only: true,
            states: vec!["open".into()],
            ..base()
        },
        Query {
            registers: vec!["complaint"],
            order: Order::Opened,
            ..base()
        },
        Query {
            registers: vec!["conversation"],
            closed_only: true,
            order: Order::Opened,
            opened_from: Some(NOW - 600_000),
            ..base()
        },
    ];
    for register in registers::ALL {
        all.push(Query {
            registers: vec![register.name],
            open_only: true,
            ..base()
        });
        for field in register.fields.iter().filter(|field| field.indexed) {
            let fields = vec![(field.name, "x".to_owned())];
            all.push(Query {
                registers: vec![register.name],
                fields,
                ..base()
            });
        }
    }
    all
}

/// Returns the steps by which SQLite answers a statement.
fn plan(bench: &Bench, sql: &str, args: Vec<rusqlite::types::Value>) -> Vec<String> {
    let mut plan = bench
        .store
        .conn
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .unwrap();
    let lines = plan.query_map(rusqlite::params_from_iter(args), |row| row.get(3));
    lines.unwrap().collect::<rusqlite::Result<_>>().unwrap()
}

#[test]
fn no_list_of_a_first_screen_and_no_indexed_field_scans_the_table() {
    let bench = filled();
    for query in queries() {
        for (sql, args) in [query.page(), query.counting(query.counts_all())] {
            let lines = plan(&bench, &sql, args);
            for line in &lines {
                let scans = line.starts_with("SCAN r") && !line.contains("INDEX open_");
                assert!(!scans && !line.starts_with("SCAN w"), "{sql}\n{lines:#?}");
            }
        }
    }
}

#[test]
fn a_rare_value_of_a_field_is_looked_up_and_no_list_is_walked_for_it() {
    let bench = filled();
    for mut query in queries()
        .into_iter()
        .filter(|query| !query.fields.is_empty())
    {
        query.is_few = true;
        for (sql, args) in [query.page(), query.existing()] {
            let lines = plan(&bench, &sql, args);
            let looks_up = |line: &String| line.starts_with("SEARCH r USING INTEGER PRIMARY KEY");
            assert!(lines.iter().any(looks_up), "{sql}\n{lines:#?}");
        }
    }
}

#[test]
fn the_events_of_a_record_are_found_without_a_scan() {
    let bench = filled();
    for sql in read::of_record_queries() {
        let lines = plan(&bench, &sql, vec![query::blob(id(1))]);
        let is_good = |line: &String| !line.starts_with("SCAN") && !line.contains("TEMP B-TREE");
        assert!(lines.iter().all(is_good), "{sql}\n{lines:#?}");
    }
}

#[test]
fn a_bell_is_rung_by_the_index_alone() {
    let bench = filled();
    let query = Query {
        open_only: true,
        work_only: true,
        not_snoozed_at: Some(5),
        due_before: Some(9),
        ..Query::default()
    };
    let (sql, args) = query.undisputed(10_000);
    let mut program = bench.store.conn.prepare(&format!("EXPLAIN {sql}")).unwrap();
    let steps = program.query_map(rusqlite::params_from_iter(args), |row| {
        Ok((row.get(1)?, row.get(2)?, row.get(4)?))
    });
    let steps: Vec<(String, i64, i64)> = steps.unwrap().collect::<rusqlite::Result<_>>().unwrap();
    // From the index a record is looked up only where something of it is read.
    let seek = steps.iter().find(|(step, ..)| step == "DeferredSeek");
    let table = seek.unwrap().2;
    let reads = |(step, cursor, _): &&(String, i64, i64)| step == "Column" && *cursor == table;
    assert_eq!(steps.iter().find(reads), None, "{steps:#?}");
}

#[test]
fn a_register_has_at_most_four_indexed_fields() {
    for register in registers::ALL {
        let indexed = register.fields.iter().filter(|field| field.indexed).count();
        assert!(indexed <= 4, "{}", register.name);
        assert!(
            register
                .fields
                .iter()
                .all(|field| !field.indexed || !matches!(field.kind, Kind::Map(_)))
        );
    }
}

#[test]
fn counts_and_pages_are_those_of_a_plain_walk() {
    let bench = filled();
    let rows = all(&bench);
    assert_eq!(rows.len(), 60);
    for query in queries() {
        let expected: Vec<&Row> = rows.iter().filter(|row| matches(&query, row)).collect();
        let count = bench.store.count(&query).unwrap();
        assert_eq!(
            (count.n as usize, count.capped),
            (expected.len(), false),
            "{query:?}"
        );
        let mut paged: Vec<Row> = Vec::new();
        let mut after = None;
        loop {
            let page = bench
                .store
                .rows(&Query {
                    limit: Some(7),
                    after,
                    ..query.clone()
                })
                .unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.cursor(query.order));
            paged.extend(page);
        }
        assert_eq!(paged.len(), expected.len(), "{query:?}");
        let key = |row: &Row| match query.order {
            Order::Due => (row.due.unwrap_or(i64::MAX), row.no),
            Order::Since => (row.since, row.no),
            Order::Opened => (-row.opened, -row.no),
        };
        assert!(paged.is_sorted_by_key(key), "{query:?}");
    }
}

/// The meaning of a query, said another way.
fn matches(query: &Query, row: &Row) -> bool {
    let due = query
        .due_before
        .is_none_or(|before| row.due.is_some_and(|due| due < before));
    let owner = match &query.owner {
        None => true,
        Some(OwnerFilter::None) => row.owner.is_none(),
        Some(OwnerFilter::Any(owners)) => row.owner.is_some_and(|owner| owners.contains(&owner)),
    };
    let mine = query.mine.as_ref().is_none_or(|mine| {
        let owns = match row.owner {
            Some(Owner::Person(person)) => person == mine.person,
            Some(Owner::Post(post)) => mine.posts.contains(&post),
            None => row.post.is_some_and(|post| mine.posts.contains(&post)),
        };
        row.closed.is_none()
            && is_work(row)
            && ((row.ours && owns) || row.step.as_deref() == Some("approve"))
    });
    (query.registers.is_empty() || query.registers.contains(&row.register.as_str()))
        && (!query.open_only || row.closed.is_none())
        && (!query.closed_only || row.closed.is_some())
        && (!query.work_only || is_work(row))
        && (query.states.is_empty() || query.states.contains(&row.state))
        && query
            .step
            .is_none_or(|_| row.step.as_deref() == Some("approve"))
        && query.ours.is_none_or(|ours| row.ours == ours)
        && query.post.is_none_or(|post| row.post == Some(post))
        && query.opened_from.is_none_or(|from| row.opened >= from)
        && query
            .not_snoozed_at
            .is_none_or(|now| row.snoozed_until.is_none_or(|until| until <= now))
        && query
            .snoozed_at
            .is_none_or(|now| row.snoozed_until.is_some_and(|until| until > now))
        && query.fields.is_empty()
        && due
        && owner
        && mine
}

fn is_work(row: &Row) -> bool {
    registers::by_name(&row.register).unwrap().work
}

#[test]
fn records_are_found_by_what_people_type() {
    let bench = filled();
    let find = |text: &str| -> Vec<String> {
        bench
            .store
            .find(text, 10)
            .unwrap()
            .iter()
            .map(|row| format!("{} {}", row.register, row.title.clone().unwrap_or_default()))
            .collect()
    };
    let number = format!("88{:017}", 2 * 37);
    assert_eq!(find(&number), ["order 买家2"]);
    assert_eq!(find(&number[13..]), ["order 买家2"]);
    assert!(
        find("ＣＶ00")
            .iter()
            .all(|found| found.starts_with("conversation"))
    );
    assert_eq!(find("cv000004"), ["conversation 买家4"]);
    assert_eq!(find("买家58"), ["conversation 买家58"]);
    assert!(find("").is_empty());
    let record = Id::at(NOW + 4, [4; 10]);
    assert_eq!(
        bench.store.find(&record.to_string(), 5).unwrap()[0].id,
        record
    );
    assert_eq!(bench.store.named(&number).unwrap().len(), 1);
    let by_field = Query {
        registers: vec!["order"],
        fields: vec![("number", number)],
        ..Query::default()
    };
    assert_eq!(bench.store.rows(&by_field).unwrap().len(), 1);
    let titled = Query {
        title_contains: Some("家5".into()),
        ..Query::default()
    };
    assert_eq!(
        bench.store.rows(&titled).unwrap().len(),
        all(&bench)
            .iter()
            .filter(|row| row
                .title
                .as_deref()
                .is_some_and(|title| title.contains("家5")))
            .count()
    );
    let wild = Query {
        title_contains: Some("%".into()),
        ..Query::default()
    };
    assert!(bench.store.rows(&wild).unwrap().is_empty());
}

#[test]
fn a_field_is_asked_for_by_its_very_value_though_numbers_and_names_stand_once() {
    let mut bench = Bench::new(1);
    for (n, buyer, waybill) in [
        (1, "Alice", "SF-100"),
        (2, "alice", "SF100"),
        (3, "小雨", "138****0000"),
        (4, "t**3", "$$1"),
        (5, "", "-"),
    ] {
        let fields = json!({"buyer": buyer, "waybill": waybill, "number": format!("N{n}")});
        bench.one("order", id(n), open(fields));
        let talk = json!({"buyer": buyer, "number": format!("T{n}")});
        bench.one("conversation", id(100 + n), open(talk));
    }
    let by = |register, field, value: &str| -> Vec<Id> {
        let query = Query {
            registers: vec![register],
            fields: vec![(field, value.to_owned())],
            ..Query::default()
        };
        let rows = bench.store.rows(&query).unwrap();
        rows.iter().map(|row| row.id).collect()
    };
    for (n, buyer, waybill) in [
        (1, "Alice", "SF-100"),
        (2, "alice", "SF100"),
        (3, "小雨", "138****0000"),
        (4, "t**3", "$$1"),
    ] {
        assert_eq!(by("order", "waybill", waybill), [id(n)], "{waybill}");
        assert_eq!(by("order", "buyer", buyer), [id(n)], "{buyer}");
        assert_eq!(by("conversation", "buyer", buyer), [id(100 + n)], "{buyer}");
    }
    assert_eq!(by("order", "waybill", "-"), [id(5)]);
    assert_eq!(by("order", "waybill", "sf100"), []);
    assert_eq!(by("order", "no_such", "SF100"), []);
    // Both are found by what people type, whatever signs are between.
    assert_eq!(bench.store.find("sf100", 9).unwrap().len(), 2);
    assert_eq!(bench.store.find("ALICE", 9).unwrap().len(), 4);
    let once: i64 = bench
        .store
        .conn
        .query_row(
            "SELECT count(*) FROM word WHERE word IN ('sf100', 'SF100')",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(once, 2, "one for each of the two");
    bench.state();
}

#[test]
fn search_finds_every_part_of_a_text_before_and_after_indexing() {
    let mut bench = Bench::new(2);
    bench.one("conversation", id(1), open(json!({"buyer": "退换小能手"})));
    bench.one(
        "conversation",
        id(1),
        say("這件衣服掉色，订单 4567890123 要退款 Size XL"),
    );
    bench.one("conversation", id(2), say("请问什么时候发货？"));
    let folder = bench.store.folder().to_owned();
    for indexed in [false, true] {
        if !indexed {
            // Without the right to write nothing is indexed, and all is found by looking.
            bench.store = Store::open_read_only(&folder).unwrap();
        }
        for text in [
            "掉色",
            "这件衣服",
            "退款",
            "色",
            "款",
            "456789",
            "size xl",
            "退款 xl",
            "退换小",
            "发货",
        ] {
            let found = bench.store.search(text, None, 10).unwrap();
            assert_eq!((found.hits.len(), found.behind), (1, 0), "{text} {indexed}");
        }
        for text in ["色掉", "退货", "款退", "", "，", "\"", "l*"] {
            assert!(
                bench.store.search(text, None, 10).unwrap().hits.is_empty(),
                "{text} {indexed}"
            );
        }
        assert!(
            bench
                .store
                .search("掉色", Some("complaint"), 10)
                .unwrap()
                .hits
                .is_empty()
        );
        assert!(
            bench.store.search("掉色", None, 10).unwrap().hits[0]
                .snippet
                .contains("掉色")
        );
        bench.store = Store::open(&folder).unwrap();
        while bench.store.index_some().unwrap() {}
        assert_eq!(bench.store.index_behind().unwrap(), 0);
    }
}

#[test]
fn any_part_of_any_text_is_found() {
    let mut bench = Bench::new(2);
    let texts: Vec<String> = (0..40u32)
        .map(|n| {
            format!(
                "货号{}色{}码 abc{} 麻烦{}快点",
                n * 7,
                n % 5,
                n * 13,
                ["您", "你", "亲", "大家"][n as usize % 4]
            )
        })
        .collect();
    for (n, text) in texts.iter().enumerate() {
        bench.one("conversation", id(n as u8), say(text));
    }
    while bench.store.index_some().unwrap() {}
    runner(60)
        .run(
            &(0..40usize, 0..12usize, 1..6usize),
            |(which, from, len)| {
                let part: String = texts[which].chars().skip(from).take(len).collect();
                // A word of letters and digits is found from its beginning.
                prop_assume!(
                    !part.chars().next().unwrap_or(' ').is_ascii() && !part.trim().is_empty()
                );
                let found = bench.store.search(&part, None, 100).unwrap().hits;
                let expected = texts
                    .iter()
                    .filter(|text| part.split_whitespace().all(|part| text.contains(part)))
                    .count();
                prop_assert_eq!(found.len(), expected, "{}", part);
                Ok(())
            },
        )
        .unwrap();
}
