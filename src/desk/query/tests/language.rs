use proptest::prelude::*;

use crate::desk::query::names::{DAYS, UNITS, listed, plain};
use crate::desk::query::parse::Fault;
use crate::desk::query::print::quoted;
use crate::desk::query::*;
use crate::domain::registers;
use crate::i18n::{Language, Words};
use crate::store::is_searchable;

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

/// The names that a message gives: several of this language's own, else a label, which is one.
fn names(words: &Words, id: &str) -> Vec<String> {
    let text = words.get(id);
    if id.starts_with("query-") {
        text.split_whitespace().map(str::to_owned).collect()
    } else {
        vec![text.to_string()]
    }
}

fn what(text: &str) -> Result<What, Wrong> {
    parse(text, &[]).map(|mut question| question.terms.remove(0).what)
}

#[test]
fn every_key_has_a_name_of_one_word_in_every_language() {
    for language in Language::ALL {
        let words = Words::new(language);
        for key in Key::ALL {
            for name in names(&words, &format!("query-key-{}", key.word())) {
                let text = format!("{name}:x");
                let is_key = match what(&text) {
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
fn every_value_unit_and_day_is_understood_by_its_names_in_every_language() {
    let mut values: Vec<(Key, Value, String)> = listed()
        .into_iter()
        .map(|(key, word, id)| (key, Value::Word(word), id))
        .collect();
    for register in registers::ALL {
        for state in register.lifecycle.states {
            let id = format!("state-{}-{}", register.name, state.name);
            values.push((Key::State, Value::State(register.name, state.name), id));
        }
    }
    for language in Language::ALL {
        let words = Words::new(language);
        for (key, value, id) in &values {
            for name in names(&words, id) {
                let text = format!("{}:{}", key.word(), quoted(&name));
                let Ok(What::Among(found, meant)) = what(&text) else {
                    panic!("{} {text} {:?}", language.tag(), what(&text));
                };
                assert_eq!(found, *key);
                if meant.contains(value) {
                    continue;
                }
                let [Value::Word(other)] = meant[..] else {
                    panic!("{} {text} {meant:?}", language.tag());
                };
                let is_of_all = matches!(other, "open" | "closed" | "all");
                // The word of a state means it in whatever register.
                if !is_of_all && matches!(value, Value::State(_, state) if *state == other) {
                    continue;
                }
                // "Closed" is closed in whatever register, and also the label of some states; the
                // label of a value may be how another one is spelled. Then the own spelling is
                // offered.
                let is_spelled_so = plain(other) == plain(&name);
                assert!(is_of_all || is_spelled_so, "{} {text}", language.tag());
                let begun = format!("{}:", key.word());
                let offered = complete(&begun, begun.len(), language, &[], &[]).choices;
                let spelled = match value {
                    Value::State(register, state) => format!("{register}.{state}"),
                    Value::Word(word) => (*word).to_owned(),
                    Value::Text(text) => text.clone(),
                };
                assert!(offered.contains(&spelled), "{} {spelled}", language.tag());
            }
        }
        for (unit, minutes) in UNITS {
            let own = names(&words, &format!("query-unit-{unit}"));
            for name in own.into_iter().chain([unit.to_owned()]) {
                let span = What::Beside(Key::Due, Side::Below, Measure::Span(3 * minutes));
                assert_eq!(what(&format!("due<3{name}")), Ok(span), "{name}");
            }
        }
        for (day, measure) in DAYS {
            let own = names(&words, &format!("query-day-{day}"));
            for name in own.into_iter().chain([day.to_owned()]) {
                let at = What::Beside(Key::Due, Side::At, measure);
                assert_eq!(what(&format!("due:{name}")), Ok(at), "{name}");
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
