use super::*;

fn found(text: &str) -> Vec<(String, Severity)> {
    let hits = PhraseRules::built_in().check(text, Place::default());
    hits.into_iter()
        .map(|hit| (hit.rule, hit.severity))
        .collect()
}

fn blocks(text: &str) -> Vec<String> {
    let hits = found(text).into_iter();
    hits.filter(|(_, severity)| *severity == Severity::Block)
        .map(|(rule, _)| rule)
        .collect()
}

#[test]
fn the_file_of_the_program_is_whole() {
    let rules = PhraseRules::default().with(BUILT_IN).unwrap();
    assert_eq!((rules.classes.len(), rules.banned.len()), (15, 13));
    assert_eq!(rules.styles.len(), 4);
    assert!(rules.promise.is_some());
    for rule in &rules.banned {
        assert!(rules.classes.iter().any(|one| one.id == rule.class));
    }
}

/// The vectors of requirements 4.1.
#[test]
fn what_must_not_be_said_is_found_in_both_scripts() {
    for (text, rules) in [
        ("你不是说今天到吗?", &["b01"][..]),
        ("不是告诉你了,怎么还不明白?", &["b02", "b02"]),
        ("不是告訴你了,怎麼還不明白?", &["b02", "b02"]),
        ("大点声,听不见!", &["b03", "b03"]),
        ("是我办的,不知道,不清楚。", &["b04", "b05", "b05"]),
        ("不是我办的", &["b04"]),
        ("你到仓库部门问问吧", &["b06"]),
        ("你怎么连这个也不懂", &["b07"]),
        ("你怎麼連這個也不懂", &["b07"]),
        ("这是规定,我有什么办法", &["b08", "b08"]),
        ("这是　规 定", &["b08"]),
    ] {
        assert_eq!(blocks(text), rules, "{text}");
    }
}

#[test]
fn what_only_looks_like_it_passes() {
    for text in [
        "不知道我刚才是否将您的问题解释清楚了?",
        "对不起,我没听清楚您的问题,请您再复述一遍好吗?",
        "听不到您的声音,请您再拨一次好吗?",
        "请您稍等,好吗?",
        "你好,欢迎光临",
        "您到货了吗?请问有没有破损",
        "",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn how_it_should_sound_is_only_a_hint() {
    let hint = |rule: &str| vec![(rule.to_owned(), Severity::Hint)];
    assert_eq!(found("您稍等"), hint("s01"));
    assert_eq!(found("给你看一下"), hint("s02"));
    assert_eq!(found(&"好".repeat(121)), hint("s04"));
    assert_eq!(found(&"好".repeat(120)), []);
    let spoken = Place {
        is_spoken: true,
        ..Place::default()
    };
    let hits = PhraseRules::built_in().check("您好", spoken);
    assert_eq!(hits[0].rule, "s03");
}

#[test]
fn a_hit_stands_where_it_was_written() {
    let text = "您好！這是　規定，抱歉。";
    let hits = PhraseRules::built_in().check(text, Place::default());
    assert_eq!(&text[hits[0].range.clone()], "這是　規定");
    assert_eq!(
        &text[sentence_around(text, hits[0].range.start)],
        "這是　規定，抱歉。"
    );
    assert!(hits[0].better.traditional.contains("{option}"));
}

#[test]
fn a_warning_blocks_inside_a_complaint() {
    let rules = PhraseRules::built_in();
    let weight = |register| {
        let place = Place {
            register,
            is_spoken: false,
        };
        rules.check("大概是吧", place)[0].severity
    };
    assert_eq!(weight("conversation"), Severity::Warn);
    assert_eq!(weight("complaint"), Severity::Block);
}

#[test]
fn money_and_a_time_are_a_promise() {
    let promised = |text: &'static str| {
        let promise = PhraseRules::built_in().promised(text)?;
        Some(&text[promise.time])
    };
    assert_eq!(promised("差价 18 元今天 18:00 前退给您"), Some("18:00"));
    assert_eq!(promised("18：00 前原路退回"), Some("18：00"));
    assert_eq!(promised("退款 3 个工作日内到账"), Some("3 个工作日内"));
    assert_eq!(promised("馬上退您"), Some("馬上"));
    assert_eq!(promised("今天 18:00 前给您答复"), None);
    assert_eq!(promised("差价会退给您"), None);
    assert_eq!(promised("抱歉，今天不能给您退款"), None);
    assert_eq!(promised("您今天可以申请退款"), None);
}

#[test]
fn a_shop_lays_its_own_rules_on_top() {
    let own = "[[class]]\nid = \"tic\"\nseverity = \"block\"\n\n\
        [[banned]]\nid = \"b12\"\nclass = \"slander\"\npattern = '他家'\n\n\
        [[banned]]\nid = \"x01\"\nclass = \"tic\"\npattern = '亲亲'\n";
    let rules = PhraseRules::built_in().with(own).unwrap();
    let hits = |text| rules.check(text, Place::default());
    assert_eq!(hits("最好的"), []);
    assert_eq!(hits("他家不行")[0].severity, Severity::Block);
    assert_eq!(hits("亲亲")[0].rule, "x01");
    assert_eq!(hits("不知道")[0].rule, "b05");
}

#[test]
fn a_mistake_is_told_with_its_line() {
    for (text, line) in [
        (
            "[[banned]]\nid = \"x\"\nclass = \"tic\"\npattern = '(a'\n",
            "4",
        ),
        ("strict_in = []\n[[banned]]\nwords = 1\n", "3"),
        ("\n\n[[banned\n", "3"),
        // What finds nothing, or would not block what it should, is no rule.
        (
            "[[banned]]\nid = \"x\"\nclass = \"scould\"\npattern = 'a'\n",
            "3",
        ),
        (
            "[[style]]\nid = \"x\"\nseverity = \"hint\"\nok = 'a'\n",
            "2",
        ),
        (
            "[[style]]\nid = \"x\"\nseverity = \"hint\"\nexcept = ['a']\n",
            "2",
        ),
        ("\n[[style]]\nid = \"x\"\nseverity = \"hint\"\n", "3"),
    ] {
        let problem = PhraseRules::built_in().with(text).unwrap_err();
        let said = crate::i18n::Words::new(crate::i18n::Language::En).problem(&problem);
        assert!(said.0.contains(&format!("line {line}")), "{}", said.0);
    }
}

#[test]
fn a_short_yes_and_the_question_before_it() {
    let rules = PhraseRules::built_in();
    for yes in [
        "对的",
        "好的！",
        "嗯嗯",
        "是的，谢谢",
        "OK",
        "對的",
        "可以啊",
    ] {
        assert!(rules.is_yes(yes), "{yes}");
    }
    for no in [
        "对了还有个事",
        "好的我再看看",
        "不对",
        "可以换灰色吗",
        "",
        "收到货了",
    ] {
        assert!(!rules.is_yes(no), "{no}");
    }
    assert!(rules.asks("地址已为您登记修改，请您核对：示例路8号。"));
    assert!(rules.asks("1.8m 灰色，對嗎") && rules.asks("灰色可以么？"));
    assert!(!rules.asks("好的，我为您备注顺丰。"));
}
