use proptest::prelude::*;

use super::parse::Fault;
use super::*;
use crate::desk::Desk;
use crate::desk::shop_tests::{ORDER, Shop};
use crate::desk::todo::{MOST, View};
use crate::domain::registers::{self, conversation, follow_up};
use crate::i18n::Language;
use crate::store::{Query, Row, is_searchable};

const PEOPLE: [&str; 3] = ["林晓", "王主管", "me too"];

fn read(text: &str) -> Question {
    parse(text, &PEOPLE).unwrap_or_else(|wrong| panic!("{text}: {wrong:?}"))
}

fn wrong(text: &str) -> (std::ops::Range<usize>, Fault) {
    let wrong = parse(text, &PEOPLE).unwrap_err();
    assert_eq!(wrong.said, text[wrong.at.clone()], "{text}");
    (wrong.at, wrong.fault)
}

#[test]
fn one_question_is_asked_in_three_languages() {
    let english = read("stage:after owner:me due<4h tag:urgent -flag:red 退款");
    assert_eq!(
        english.to_string(),
        "stage:after_sales owner:me due<4h tag:urgent -flag:red 退款"
    );
    for text in [
        "岗位:售后 责任:我 时限<4小时 标签:urgent -旗:红 退款",
        "岗位：售后　负责：我 到期《4时 标签：urgent －插旗：红 退款",
        "崗位:售後 負責人:我 時限<4小時 標籤:urgent -標旗:紅 退款",
        "Stage:After-Sales OWNER:Me due<240m tag:urgent -flag:Red \"退款\"",
    ] {
        assert_eq!(read(text), english, "{text}");
    }
}

#[test]
fn a_question_is_told_in_the_words_of_who_reads_it() {
    let question =
        read("stage:after owner:me,林晓 due<4h opened:today -flag:red state:closed 退款");
    for (language, told) in [
        (
            Language::ZhCn,
            "岗位:售后 责任:我,林晓 时限<4小时 开始:今天 -旗:红 状态:已结 退款",
        ),
        (
            Language::ZhTw,
            "職務:售後 負責人:我,林晓 時限<4小時 開始:今天 -旗:紅 狀態:已結 退款",
        ),
        (
            Language::En,
            "stage:After-sales owner:me,林晓 due<4h opened:today -flag:Red state:closed 退款",
        ),
    ] {
        assert_eq!(question.told(language), told);
        assert_eq!(read(told), question);
    }
    // A label that several registers share does not say which is meant.
    assert_eq!(
        read("state:case.draft").told(Language::ZhCn),
        "状态:case.draft"
    );
}

#[test]
fn values_are_lists_people_states_and_texts() {
    for (text, printed) in [
        ("责任:无主,林晓", "owner:nobody,林晓"),
        ("负责:王", "owner:王主管"),
        ("owner:\"me too\"", "owner:\"me too\""),
        ("状态:未结", "state:open"),
        ("state:closed", "state:closed"),
        ("状态:已结", "state:closed"),
        ("状态:待批", "state:case.submitted"),
        ("state:case.draft", "state:case.draft"),
        ("kind:refund_only", "kind:refund_only"),
        ("表:售后单", "register:case"),
        ("buyer:\"a b\\\"c\"", "buyer:\"a b\\\"c\""),
        ("首问:售前", "first:pre_sales"),
        ("是:逾期,临期", "is:at_risk,overdue"),
    ] {
        let question = read(text);
        assert_eq!(question.to_string(), printed, "{text}");
        assert_eq!(read(&question.to_string()), question, "{text}");
    }
    let drafts = read("状态:草稿").to_string();
    assert!(
        drafts.contains("case.draft") && drafts.contains("note.draft"),
        "{drafts}"
    );
}

#[test]
fn measures_are_spans_days_and_sums() {
    for (text, printed) in [
        ("due<4h", "due<4h"),
        ("due<=1d12h", "due<=36h"),
        ("时限:<4小时", "due<4h"),
        ("due:>=今天", "due>=today"),
        ("opened>2天", "opened>2d"),
        ("建于>=30分钟", "opened>=30m"),
        ("due:今天", "due:today"),
        ("closed:昨天", "closed:yesterday"),
        ("due:无", "due:never"),
        ("due<2026-11-25", "due<2026-11-25"),
        ("due<11/25", "due<11-25"),
        ("金额>=129。5", "amount>=129.50"),
        ("waiting>90m", "waiting>90m"),
    ] {
        let question = read(text);
        assert_eq!(question.to_string(), printed, "{text}");
        assert_eq!(read(printed), question, "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_place_and_the_nearest_name() {
    let near = |name: &str| Some(name.to_owned());
    for (text, at, fault) in [
        ("ownr:me", 0..4, Fault::Key(near("owner"))),
        ("退款 xyzzyplugh:me", 7..17, Fault::Key(None)),
        ("owner:meee", 6..10, Fault::Value(near("me"))),
        ("flag:rde", 5..8, Fault::Value(near("red"))),
        ("owner:", 0..6, Fault::Missing),
        ("tag:a,", 6..6, Fault::Missing),
        ("owner<me", 0..6, Fault::Side),
        ("due<never", 4..9, Fault::Side),
        ("due<soon", 4..8, Fault::Time),
        ("due:02-31", 4..9, Fault::Time),
        ("due<99999999999999999999d", 4..25, Fault::Time),
        ("amount>much", 7..11, Fault::Sum),
        ("x \"退款", 2..9, Fault::Quote),
        ("退款 -", 7..8, Fault::Words),
        (":", 0..1, Fault::Words),
        ("-\"?！\"", 0..7, Fault::Words),
    ] {
        assert_eq!(wrong(text), (at, fault), "{text}");
    }
    assert!(
        matches!(wrong("o:me").1, Fault::Key(_)),
        "owner, opened, order"
    );
    let several = wrong("is:o").1;
    assert!(
        matches!(several, Fault::Several(_)),
        "overdue, ours: {several:?}"
    );
    for text in ["10:30", "--x", "a,b", "<3", "http"] {
        let question = read(text);
        assert!(
            matches!(
                question.terms[..],
                [Term {
                    what: What::Said(_),
                    ..
                }]
            ),
            "{text}"
        );
        assert_eq!(read(&question.to_string()), question, "{text}");
    }
}

#[test]
fn every_key_and_value_has_a_name_of_one_word_in_every_language() {
    for language in Language::ALL {
        let words = crate::i18n::Words::new(language);
        for key in Key::ALL {
            let id = format!("query-key-{}", key.word());
            for name in words.get(&id).split_whitespace() {
                let text = format!("{name}:x");
                let keyed = parse(&text, &[]).map(|question| question.terms[0].what.clone());
                let is_key = match keyed {
                    Ok(What::Among(found, _) | What::Beside(found, ..)) => found == *key,
                    // Its value is no value of the key, but the key was known.
                    Err(wrong) => wrong.at.start > 0 && !matches!(wrong.fault, Fault::Key(_)),
                    Ok(What::Said(_)) => false,
                };
                assert!(is_key, "{} {text}", language.tag());
            }
        }
    }
}

#[test]
fn what_may_come_next_is_offered_where_the_caret_stands() {
    let offered = |text: &str, language| {
        complete(
            text,
            text.len(),
            language,
            &["林晓", "王主管"],
            &["urgent", "大 客户"],
        )
    };
    let zh = |text: &str| offered(text, Language::ZhCn);
    assert_eq!(zh("责").choices, ["责任:"]);
    assert_eq!(zh("ow").choices, ["责任:"]);
    assert!(zh("").choices.len() == Key::ALL.len());
    assert_eq!(zh("责任:林").choices, ["林晓"]);
    assert_eq!(zh("退款 -旗:红").at, 12..15);
    assert_eq!(zh("旗:红,黄").choices, ["黄"]);
    assert_eq!(zh("标签:大").choices, ["\"大 客户\""]);
    assert_eq!(zh("时限<4").choices, ["4分", "4小时", "4天"]);
    assert_eq!(zh("时限<").choices, ["昨天", "今天", "明天", "无"]);
    assert_eq!(
        offered("due<=to", Language::En).choices,
        ["today", "tomorrow"]
    );
    assert_eq!(offered("due:<to", Language::En).at, 5..7);
    assert_eq!(offered("state:wait", Language::En).at, 6..10);
    assert!(zh("金额>").choices.is_empty());
    assert!(zh("nokey:").choices.is_empty());
    assert_eq!(
        complete("责任", 1, Language::ZhCn, &[], &[]),
        Completion::default()
    );
    // What is offered can be read where it was put in.
    for text in [
        "状态:", "岗位:", "责任:", "是:", "表:", "类型:", "旗:", "渠道:", "类别:", "结果:",
    ] {
        for language in Language::ALL {
            for choice in offered(text, language).choices {
                let whole = format!("{text}{choice}");
                assert!(parse(&whole, &["林晓", "王主管"]).is_ok(), "{whole}");
            }
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        "[退款急件小鹿]{1,3}",
        "[-a \"\\\\:<,“：＜、]{1,5}x",
        "\\PC{1,8}",
    ]
    .prop_filter("nothing said", |text| !text.is_empty())
}

fn term() -> impl Strategy<Value = Term> {
    let span = (0..50_000_i64).prop_map(Measure::Span);
    let day = (
        proptest::option::of(1970..9_999_i32),
        1..=12_u32,
        1..=28_u32,
    )
        .prop_map(|(year, month, day)| Measure::Day { year, month, day });
    let named = prop_oneof![
        Just(Measure::Today),
        Just(Measure::Yesterday),
        Just(Measure::Tomorrow)
    ];
    let side = prop_oneof![
        Just(Side::Below),
        Just(Side::AtMost),
        Just(Side::Above),
        Just(Side::AtLeast),
        Just(Side::At)
    ];
    let times = prop_oneof![
        Just(Key::Due),
        Just(Key::Opened),
        Just(Key::Closed),
        Just(Key::Waiting)
    ];
    let listed = prop_oneof![
        Just((Key::State, Value::Word("open"))),
        Just((Key::State, Value::Word("submitted"))),
        Just((Key::State, Value::State("note", "draft"))),
        Just((Key::Owner, Value::Word("me"))),
        Just((Key::Owner, Value::Word("nobody"))),
        Just((Key::Owner, Value::Text("林晓".into()))),
        Just((Key::First, Value::Text("me too".into()))),
        Just((Key::Stage, Value::Word("after_sales"))),
        Just((Key::Is, Value::Word("at_risk"))),
        Just((Key::Flag, Value::Word("dark_green"))),
        Just((Key::Register, Value::Word("follow_up"))),
        Just((Key::Channel, Value::Word("board"))),
    ];
    let frees = prop_oneof![
        Just(Key::Tag),
        Just(Key::Buyer),
        Just(Key::Order),
        Just(Key::Account)
    ];
    let free = (frees, proptest::collection::btree_set(text(), 1..3))
        .prop_map(|(key, texts)| What::Among(key, texts.into_iter().map(Value::Text).collect()));
    let what = prop_oneof![
        text()
            .prop_filter("nothing to search by", |text| is_searchable(text))
            .prop_map(What::Said),
        listed.prop_map(|(key, value)| What::Among(key, vec![value])),
        free,
        (times, side.clone(), prop_oneof![span, day, named])
            .prop_map(|(key, side, measure)| What::Beside(key, side, measure)),
        (side, 0..10_000_000_i64).prop_map(|(side, minor)| What::Beside(
            Key::Amount,
            side,
            Measure::Yuan(minor)
        )),
        prop_oneof![Just(Key::Due), Just(Key::Closed)].prop_map(|key| What::Beside(
            key,
            Side::At,
            Measure::Never
        )),
    ];
    (any::<bool>(), what).prop_map(|(is_not, what)| Term { is_not, what })
}

proptest! {
    #[test]
    fn what_is_printed_asks_the_same(terms in proptest::collection::vec(term(), 0..5)) {
        let question = Question { terms };
        let printed = question.to_string();
        let again = parse(&printed, &PEOPLE);
        prop_assert_eq!(again.as_ref(), Ok(&question), "{}", printed);
        for language in Language::ALL {
            let told = question.told(language);
            let again = parse(&told, &PEOPLE);
            prop_assert_eq!(again.as_ref(), Ok(&question), "{}", told);
        }
    }

    #[test]
    fn no_text_is_too_strange(text in "(\\PC|[-:：<>《\"“,、\\\\ 状态责任ownerdue4h]){0,40}", caret in 0..50_usize) {
        let _ = parse(&text, &PEOPLE);
        let offered = complete(&text, caret, Language::ZhCn, &PEOPLE, &["a b"]);
        prop_assert!(text.get(offered.at.clone()).is_some());
    }
}

/// Every row of the store, whatever its register and state.
fn everything(desk: &Desk) -> Vec<Row> {
    let mut rows = Vec::new();
    for register in registers::ALL {
        rows.extend(desk.view(register, None, 10_000).unwrap());
    }
    rows
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
    let shop = Shop::sample("林晓");
    let desk = &shop.desk;
    let rows = everything(desk);
    let mut found = 0;
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
        "due>1h state:closed",
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
        "order:3004",
        "tag:急",
        "退款",
        "退",
        "-退款",
        "退款 owner:me",
        "发货 不 state:all",
        "4031902847193516613 state:all",
        "\"退款?\" state:all",
        "register:case,note state:all",
        "register:case state:all -kind:refund_only",
    ] {
        let question = desk.question(text).unwrap();
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
    }
    assert!(found > 1_000, "{found}");
}

#[test]
fn questions_mean_what_they_say() {
    let shop = Shop::sample("林晓");
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
    let mine = |row: &Row| row.owner == Some(crate::domain::register::Owner::Person(me));
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
}

#[test]
fn words_are_found_in_what_was_said_and_is_still_shown() {
    let mut shop = Shop::new();
    let desk = &mut shop.desk;
    let talk = desk.open_conversation("橘子", "chat").unwrap().record();
    desk.reply(talk, "退款今天到账 ABC123").unwrap();
    desk.set_fields(
        talk,
        crate::desk::act::fields([("language", "粤语".into())]),
    )
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
    desk.set_fields(
        talk,
        crate::desk::act::fields([("language", "英语".into())]),
    )
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
    let rows = |todo: &crate::desk::todo::Todo| {
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
