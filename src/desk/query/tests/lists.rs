use crate::desk::Desk;
use crate::desk::act::fields;
use crate::desk::query::{Asked, Question};
use crate::desk::shop_tests::{ORDER, Shop, act_as, unowned_talk};
use crate::desk::todo::{MOST, Todo, View};
use crate::domain::register::{Owner, Post};
use crate::domain::registers::{self, conversation, follow_up};
use crate::store::{Query, Row};

/// Every row of the store, whatever its register and state.
fn everything(desk: &Desk) -> Vec<Row> {
    let mut rows = Vec::new();
    for register in registers::ALL {
        rows.extend(desk.view(register, None, 10_000).unwrap());
    }
    rows
}

/// The sample with something of whatever a question may ask for.
fn varied() -> Shop {
    let mut shop = Shop::sample("林晓");
    let desk = &mut shop.desk;
    let me = desk.me().unwrap().id;
    let own = desk.owned_open(me).unwrap();
    desk.tag(own[0].id, "急").unwrap();
    desk.snooze(own[1].id, desk.now() + 3_600_000).unwrap();
    let notes = desk.store().rows(&Query {
        registers: vec!["note"],
        open_only: true,
        limit: Some(1),
        ..Query::default()
    });
    let flag = fields([("flag", "red".into())]);
    desk.set_fields(notes.unwrap()[0].id, flag).unwrap();
    desk.remark(own[2].id, "这笔退款？问过了").unwrap();
    desk.transfer(own[3].id, Owner::Post(Post::AfterSales), "peak")
        .unwrap();
    // Two take what each saw nobody have.
    let talk = unowned_talk(desk, fields([("buyer", "路过".into())]));
    desk.claim(talk.id, None).unwrap();
    act_as(desk, "周敏");
    let mut act = desk.act();
    let other = Owner::Person(desk.me().unwrap().id);
    act.assign(&conversation::REGISTER, &talk, other, None);
    desk.write(act).unwrap();
    act_as(desk, "林晓");
    shop
}

/// The rows of a register that a question leaves, without any index.
fn scan(desk: &Desk, rows: &[Row], question: &Question, register: &str) -> Vec<i64> {
    let asked = Asked::new(desk, question, &Query::default()).unwrap();
    let of_register = rows.iter().filter(|row| row.register == register).cloned();
    let mut left = asked.leaves(desk, of_register.collect()).unwrap();
    left.sort_by_key(|row| row.no);
    left.iter().map(|row| row.no).collect()
}

fn asked(desk: &Desk, question: &Question, register: &'static str) -> Vec<i64> {
    let register = registers::by_name(register).unwrap();
    let rows = desk.asked(register, None, question, 10_000).unwrap();
    let mut found: Vec<i64> = rows.iter().map(|row| row.no).collect();
    found.sort_unstable();
    found
}

#[test]
fn what_the_index_narrows_is_what_a_walk_over_all_rows_finds() {
    let shop = varied();
    let desk = &shop.desk;
    let rows = everything(desk);
    let mut silent = Vec::new();
    for text in [
        "owner:me",
        "owner:nobody",
        "owner:me,nobody,周敏",
        "-owner:me",
        "owner:after_sales",
        "first:me",
        "stage:after",
        "stage:after,pre_sales",
        "-stage:after",
        "is:overdue",
        "is:at_risk",
        "is:overdue,ours",
        "is:ours -is:overdue",
        "is:snoozed",
        "is:conflict",
        "due<4h",
        "due>4h",
        "due:never",
        "due:today",
        "-due<2d",
        "due<4h state:all",
        "due>1h state:all",
        "opened<2d state:closed",
        "opened>1d",
        "opened<2d",
        "opened:today",
        "waiting>30m",
        "state:closed",
        "state:all",
        "state:open,closed",
        "-state:open",
        "state:draft",
        "state:case.submitted,case.draft",
        "状态:已完成",
        "closed<30d",
        "closed:never",
        "closed>1d -state:open",
        "flag:red",
        "kind:reminder",
        "amount>50",
        "amount<=50 state:all",
        "buyer:小",
        "order:6613 state:all",
        "tag:急",
        "退款",
        "退",
        "-退款",
        "退款 owner:me",
        "退款 发货 state:all",
        "发货 不 state:all",
        "4031902847193516613 state:all",
        "\"退款?\" state:all",
        "register:case,note state:all",
        "register:case state:all -kind:refund_only",
    ] {
        let question = desk.question(text).unwrap();
        let mut found = 0;
        for register in registers::ALL {
            let by_scan = scan(desk, &rows, &question, register.name);
            found += by_scan.len();
            assert_eq!(
                asked(desk, &question, register.name),
                by_scan,
                "{text} {}",
                register.name
            );
        }
        if found == 0 {
            silent.push(text);
        }
    }
    assert!(silent.is_empty(), "these find nothing: {silent:?}");
}

#[test]
fn questions_mean_what_they_say() {
    let shop = varied();
    let desk = &shop.desk;
    let (me, now) = (desk.me().unwrap().id, desk.now());
    let rows = everything(desk);
    let is = |text: &str, wanted: &dyn Fn(&Row) -> bool| {
        let question = desk.question(text).unwrap();
        let mut found = 0;
        for register in registers::ALL {
            let mut by_hand: Vec<i64> = rows
                .iter()
                .filter(|row| row.register == register.name && wanted(row))
                .map(|row| row.no)
                .collect();
            by_hand.sort_unstable();
            found += by_hand.len();
            assert_eq!(
                asked(desk, &question, register.name),
                by_hand,
                "{text} {}",
                register.name
            );
        }
        assert!(found > 0, "{text} finds nothing");
    };
    let mine = |row: &Row| row.owner == Some(Owner::Person(me));
    let hour = 3_600_000;
    is("owner:me", &|row| row.closed.is_none() && mine(row));
    is("owner:me state:all", &mine);
    is("state:closed", &|row| row.closed.is_some());
    is("due<4h", &|row| {
        row.closed.is_none() && row.due.is_some_and(|due| due < now + 4 * hour)
    });
    is("opened>1d", &|row| {
        row.closed.is_none() && row.opened < now - 24 * hour
    });
    is("opened<1d", &|row| {
        row.closed.is_none() && row.opened > now - 24 * hour
    });
    is("amount>=100 state:all", &|row| {
        row.amount
            .as_ref()
            .is_some_and(|(minor, currency)| *minor >= 10_000 && currency == "CNY")
    });
    is("-is:ours", &|row| row.closed.is_none() && !row.ours);
    let says = |row: &Row, name: &str, words: &[&str]| {
        let value = row.fields.get(name).and_then(|value| value.as_str());
        value.is_some_and(|value| words.contains(&value))
    };
    is("flag:red state:all", &|row| says(row, "flag", &["red"]));
    is("flag:red,yellow state:all", &|row| {
        says(row, "flag", &["red", "yellow"])
    });
    is("channel:board state:all", &|row| {
        says(row, "channel", &["board"])
    });
    is("category:refund", &|row| {
        row.closed.is_none() && says(row, "category", &["refund"])
    });
    is("outcome:solved state:closed", &|row| {
        row.closed.is_some() && says(row, "outcome", &["solved"])
    });
}

#[test]
fn words_are_found_in_what_was_said_and_is_still_shown() {
    let mut shop = Shop::new();
    let desk = &mut shop.desk;
    let talk = desk.open_conversation("橘子", "chat").unwrap().record();
    desk.reply(talk, "退款今天到账 ABC123").unwrap();
    desk.set_fields(talk, fields([("language", "粤语".into())]))
        .unwrap();
    let found = |desk: &Desk, text: &str| {
        let question = desk.question(text).unwrap();
        let rows = desk
            .asked(&conversation::REGISTER, None, &question, 10)
            .unwrap();
        rows.iter().any(|row| row.id == talk)
    };
    for (text, is_found) in [
        ("退款", true),
        ("到账 退款", true),
        ("\"退款 到账\"", false),
        ("abc", true),
        ("bc1", false),
        ("粤语", true),
        ("-粤语", false),
        ("-退货", true),
        ("退货", false),
    ] {
        assert_eq!(found(desk, text), is_found, "{text}");
        // Before the index has got there, and after.
        while desk.store_mut().index_some().unwrap() {}
        assert_eq!(found(desk, text), is_found, "{text}");
    }
    desk.set_fields(talk, fields([("language", "英语".into())]))
        .unwrap();
    assert!(!found(desk, "粤语"), "no longer shown");
    assert!(found(desk, "英语"));
    desk.tag(talk, "大客户 急").unwrap();
    desk.link(talk, ORDER).unwrap();
    for text in ["tag:急", "标签:大客户 -tag:缓", "order:6613", "buyer:橘"] {
        assert!(found(desk, text), "{text}");
    }
    assert!(!found(desk, "tag:大"), "a tag is a whole word");
}

#[test]
fn what_waits_is_narrowed_as_well_and_its_counts_stay() {
    let shop = Shop::sample("林晓");
    let desk = &shop.desk;
    let all = desk.todo(View::All).unwrap();
    let rows = |todo: &Todo| {
        let items = todo.buyers.iter().flat_map(|buyer| &buyer.items);
        let mut rows: Vec<Row> = items.map(|item| item.row.clone()).collect();
        rows.sort_by_key(|row| row.no);
        rows
    };
    for text in [
        "owner:me",
        "is:overdue",
        "register:follow_up",
        "-退款",
        "退款",
        "state:closed",
    ] {
        let question = desk.question(text).unwrap();
        let left = desk.todo_asked(View::All, &question, MOST).unwrap();
        let asked = Asked::new(desk, &question, &Query::default()).unwrap();
        assert_eq!(
            rows(&left),
            asked.leaves(desk, rows(&all)).unwrap(),
            "{text}"
        );
        assert_eq!(left.counts, all.counts);
    }
    let calls = desk.question("register:follow_up").unwrap();
    let left = desk.todo_asked(View::All, &calls, MOST).unwrap();
    assert!(
        rows(&left)
            .iter()
            .all(|row| row.register == follow_up::REGISTER.name)
    );
    assert!(!left.buyers.is_empty());
}

#[test]
fn two_common_words_that_seldom_meet_are_met_by_the_index() {
    let mut shop = Shop::new();
    let desk = &mut shop.desk;
    let mut talks = Vec::new();
    for word in ["琴弦", "邮戳"] {
        for at in 0..8 {
            let buyer = format!("买家{word}{at}");
            let talk = desk.open_conversation(&buyer, "chat").unwrap().record();
            desk.remark(talk, &format!("问{word}的事")).unwrap();
            talks.push(talk);
        }
    }
    // One record says both, in two texts.
    desk.remark(talks[0], "也问邮戳").unwrap();
    while desk.store_mut().index_some().unwrap() {}
    let narrowed = |desk: &Desk, text: &str| {
        let question = desk.question(text).unwrap();
        let mut query = Query::default();
        let asked = Asked::new(desk, &question, &query).unwrap();
        asked.narrow(&mut query);
        query.says
    };
    assert!(narrowed(desk, "琴弦").is_empty(), "common alone");
    assert_eq!(narrowed(desk, "琴弦 邮戳"), ["琴弦", "邮戳"]);
    let both = desk.question("琴弦 邮戳").unwrap();
    let left = desk.todo_asked(View::All, &both, MOST).unwrap();
    let items = left.buyers.iter().flat_map(|buyer| &buyer.items);
    assert_eq!(
        items.map(|item| item.row.id).collect::<Vec<_>>(),
        [talks[0]]
    );
    // Where they meet all the time, any page of the list is full of them.
    for talk in &talks[..7] {
        desk.remark(*talk, "琴弦和邮戳都问").unwrap();
    }
    while desk.store_mut().index_some().unwrap() {}
    assert!(narrowed(desk, "琴弦 邮戳").is_empty());
}

#[test]
fn within_a_moment_words_are_asked_for_before_the_index_has_got_there() {
    let mut shop = Shop::new();
    let desk = &mut shop.desk;
    let talk = desk.open_conversation("橘子", "chat").unwrap().record();
    desk.reply(talk, "退款今天到账").unwrap();
    assert!(desk.store().index_behind().unwrap() > 0);
    let question = desk.question("退款").unwrap();
    let moment = desk.store().moment().unwrap();
    let left = desk.todo_asked(View::All, &question, MOST).unwrap();
    assert!(moment.is_some() && !left.buyers.is_empty());
}

#[test]
fn what_is_out_of_sight_is_shown_where_it_is_asked_for() {
    let mut shop = Shop::sample("林晓");
    let desk = &mut shop.desk;
    let id = desk.todo(View::Mine).unwrap().buyers[0].first().row.id;
    desk.snooze(id, desk.now() + 3_600_000).unwrap();
    let shown = |text: &str| {
        let question = desk.question(text).unwrap();
        let left = desk.todo_asked(View::All, &question, MOST).unwrap();
        let items = left.buyers.iter().flat_map(|buyer| &buyer.items);
        items.map(|item| item.row.id).collect::<Vec<_>>()
    };
    assert_eq!(shown("is:snoozed"), [id]);
    assert!(shown("is:snoozed,ours").contains(&id));
    assert!(!shown("is:ours").contains(&id));
    assert!(!shown("-is:snoozed").contains(&id));
}

#[test]
fn a_day_that_was_is_the_latest_of_its_date() {
    let shop = Shop::sample("林晓");
    let desk = &shop.desk;
    let left = |text: &str| {
        let rows = everything(desk);
        scan(desk, &rows, &desk.question(text).unwrap(), "conversation")
    };
    // It is 2026-11-22: 11-30 lies a year back, and a leap day is of the latest leap year.
    assert_eq!(left("opened>11-30"), left("opened>2025-11-30"));
    assert_eq!(left("opened>02-29"), left("opened>2024-02-29"));
    assert!(!left("opened>02-29").is_empty());
    assert_eq!(left("due<11-30"), left("due<2026-11-30"));
}

#[test]
fn buyers_and_orders_are_narrowed_to_no_fewer_than_bear_them() {
    let mut shop = varied();
    let desk = &mut shop.desk;
    for buyer in ["Tom清晨48530", "清晨48530", "48530", "t**3"] {
        desk.open_conversation(buyer, "chat").unwrap();
    }
    let rows = everything(desk);
    let field = |name: &'static str| {
        let values = rows
            .iter()
            .filter_map(move |row| row.fields.get(name)?.as_str());
        values.collect::<std::collections::BTreeSet<&str>>()
    };
    let mut asks = Vec::new();
    for (key, name) in [
        ("buyer", "buyer"),
        ("order", "number"),
        ("order", "order_number"),
    ] {
        let values = field(name);
        // A few of many, so that the walk over all rows ends.
        for value in values
            .iter()
            .step_by(values.len() / 8 + 1)
            .chain(values.last())
        {
            let letters: Vec<char> = value.chars().collect();
            for from in [0, 1, letters.len() / 2, letters.len().saturating_sub(4)] {
                let part: String = letters[from.min(letters.len() - 1)..].iter().collect();
                asks.push(format!("{key}:\"{part}\" state:all"));
            }
        }
    }
    asks.push("buyer:\"清晨\",\"阳光\" state:all".to_owned());
    asks.push("order:6613,0001 state:all -buyer:阳光".to_owned());
    let mut found = 0;
    for text in &asks {
        let question = desk.question(text).unwrap();
        for register in registers::ALL {
            let walked = scan(desk, &rows, &question, register.name);
            assert_eq!(asked(desk, &question, register.name), walked, "{text}");
            found += walked.len();
        }
    }
    assert!(found > asks.len(), "{found} of {}", asks.len());
}
