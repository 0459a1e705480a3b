//! The words that were decided once, each tied to the messages that say it.

use zhiban::i18n::{Language, Words, messages};
use zhiban::tui::commands::{CONTEXTS, Command};
use zhiban::tui::dump;
use zhiban::tui::keymap::Keymap;
use zhiban::tui::widgets::keyrow::key_name;

use crate::shop::Visit;

/// What a feature is called in zh-CN, zh-TW and English, and a message that must say so.
type Word = (&'static str, &'static str, &'static str, &'static str);

const DECIDED: &[Word] = &[
    ("等我", "等我", "Waiting", "view-waiting"),
    ("临期", "快到期", "At risk", "view-at-risk"),
    ("我的", "我的", "Mine", "view-mine"),
    ("无主", "未指派", "Unowned", "view-unowned"),
    ("留言", "留言", "Left msg", "value-channel-board"),
    ("截至", "截至", "As of", "side-as-of"),
    ("旧", "過舊", "Stale", "status-stale"),
    ("同步", "同步", "Sync", "status-sync"),
    ("待核", "待核", "Held", "field-import-held"),
    ("冲突", "衝突", "Conflict", "held-title"),
    ("登记", "登記", "Capture", "context-capture"),
    ("查找", "搜尋", "Find", "context-find"),
    ("话术", "罐頭回覆", "Replies", "context-replies"),
    ("话术", "罐頭回覆", "Replies", "register-reply"),
    ("备注", "備註", "Note", "short-note"),
    ("售后", "售後", "After-sale", "value-post-after_sales"),
    ("跟进", "追蹤", "Follow up", "context-follow_up"),
    ("承诺", "承諾", "Promise", "short-promise"),
    ("完成", "完成", "Done", "keyrow-finish"),
    ("复制", "複製", "Copy", "keyrow-copy"),
    ("交接", "交接", "Handover", "context-handover"),
    ("接班", "接班", "Take over", "context-takeover"),
    ("复述", "覆誦", "Read back", "case-field-read_back"),
    ("切屏", "切換", "Go", "keyrow-screens"),
    ("认领", "認領", "Claim", "command-claim"),
    ("转交", "轉交", "Transfer", "hint-transfer"),
    ("升级", "呈報", "Escalate", "hint-escalate"),
    ("搁置", "稍後處理", "Snooze", "follow-snooze"),
    ("责任", "負責人", "Owner", "record-owner"),
    ("首问", "首問", "First", "desk-first-owner"),
    ("投诉", "客訴", "Complaint", "value-category-complaint"),
    ("催件", "催件", "Chase", "short-follow_up-urge"),
    ("催付", "催付款", "Unpaid", "value-follow_up_kind-unpaid"),
    ("缺货", "缺貨", "Stock-out", "register-stock_out"),
    ("插旗", "標旗", "Flag", "handover-next-note-changed"),
    ("告知打单", "通知列印", "Tell print", "note-step-told"),
    ("打印后更改", "列印後異動", "Late edit", "printing-late"),
    ("签收", "簽收", "Ack", "command-acknowledge"),
    ("不要发", "暫不出貨", "Hold", "value-note_kind-hold"),
    ("打单波次", "列印批次", "Wave", "note-wave"),
    ("待核订单", "待核訂單", "Unverified", "order-unverified"),
    ("实付", "實付", "Paid", "order-paid"),
    ("已退", "已退", "Refunded", "order-refunded"),
    ("在退", "退款中", "Pending", "order-in-refund"),
    ("批准", "核准", "Approve", "held-sign-approve"),
    ("驳回", "駁回", "Refuse", "held-sign-refuse"),
    (
        "口头批",
        "口頭核准",
        "Verbal OK",
        "value-allowance_kind-spot",
    ),
    ("更正", "更正", "Amend", "case-amending"),
    ("作废", "作廢", "Void", "hint-drop"),
    ("凭证", "佐證", "Evidence", "case-field-evidence_note"),
    ("离席", "暫離", "Away", "away-title"),
    ("签到", "簽到", "Sign in", "command-sign_in"),
    ("文本块", "文字區塊", "Text block", "given-text"),
    ("看板", "看板", "Board", "context-board"),
    ("逾期", "逾期", "Overdue", "board-count-overdue"),
    ("守", "守", "Kept", "board-head-kept"),
    ("破", "違", "broke", "board-head-broken"),
    ("显号", "顯示個資", "Reveal", "hint-reveal"),
    ("日清", "日結檢視", "Day review", "review-title"),
];

/// Words for which the file says something finer.
const WITHOUT: &[(&str, &str)] = &[("回访", "two kinds: 回电 is Call back, 回访 is Visit")];

/// What English says otherwise, and how.
const NOT_IN_ENGLISH: &[(&str, &str)] = &[
    ("loud", "severity"),
    ("nought", "zero"),
    ("how content", "how satisfied"),
    ("BackTab", "Shift+Tab"),
];

/// What no Taiwanese desk says, and what says it there.
const NOT_IN_TAIWAN: &[(&str, &str)] = &[
    ("撤銷", "復原"),
    ("話術", "罐頭回覆"),
    ("插旗", "標旗"),
    ("批准", "核准"),
    ("導入", "匯入"),
    ("導出", "匯出"),
    ("復述", "覆誦"),
    ("憑證", "佐證"),
    ("離席", "暫離"),
    ("投訴", "客訴"),
    ("查找", "搜尋"),
    ("駁斥", "駁回"),
    ("信息", "資訊"),
    ("默認", "預設"),
    ("剪貼板", "剪貼簿"),
    ("文件夾", "資料夾"),
    ("鼠標", "滑鼠"),
    ("屏幕", "螢幕"),
    ("網絡", "網路"),
    ("程序", "程式"),
];

/// What stands for one thing wherever zh-CN names it: what is handed in is not what is sent.
const SAME: &[(&str, &str)] = &[
    ("提交", "提交"),
    ("送出", "送出"),
    ("回执", "回執"),
    ("工作台", "工作台"),
];

#[test]
fn decided_words_are_the_words_used() {
    let mut wrong = Vec::new();
    for (chinese, taiwan, english, id) in DECIDED {
        for (language, word) in [
            (Language::ZhCn, chinese),
            (Language::ZhTw, taiwan),
            (Language::En, english),
        ] {
            let said = Words::new(language).get(id).to_string();
            if !said.to_lowercase().contains(&word.to_lowercase()) {
                wrong.push(format!(
                    "{} {id}: {said:?} does not say {word:?}",
                    language.tag()
                ));
            }
        }
    }
    let both = WITHOUT
        .iter()
        .filter(|(word, _)| DECIDED.iter().any(|(chinese, ..)| chinese == word));
    wrong.extend(both.map(|(word, why)| format!("{word} is there and is not: {why}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns every message of a language, raw where it has variables.
fn said(language: Language) -> Vec<(String, String)> {
    let words = Words::new(language);
    let all = messages(language).into_iter();
    all.map(|(id, variables)| {
        let none: Vec<(&str, zhiban::i18n::Arg<'_>)> = variables
            .iter()
            .map(|name| (name.as_str(), 0_usize.into()))
            .collect();
        let text = words.with(&id, &none);
        (id, text)
    })
    .collect()
}

/// Returns where a language uses words for which there are better ones.
fn better(
    language: Language,
    words: &[(&str, &str)],
    is_in: impl Fn(&str, &str) -> bool,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (id, text) in said(language) {
        let found = words.iter().filter(|(word, _)| is_in(&text, word));
        wrong.extend(found.map(|(word, better)| format!("{id}: {word}, better {better}")));
    }
    wrong
}

#[test]
fn taiwan_is_spoken_to_as_taiwan_speaks() {
    let wrong = better(Language::ZhTw, NOT_IN_TAIWAN, |text, word| {
        text.contains(word)
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_thing_has_one_word_in_taiwan() {
    let taiwan = Words::new(Language::ZhTw);
    let mut wrong = Vec::new();
    for (id, text) in said(Language::ZhCn) {
        let said = taiwan.get(&id).to_string();
        let named = SAME.iter().filter(|(word, _)| text.contains(word));
        let other = named.filter(|(_, same)| !said.contains(same));
        wrong.extend(other.map(|(_, same)| format!("{id}: {said:?} does not say {same}")));
        let goes = id.starts_with("command-screen_") && text.starts_with('去');
        if goes && !said.starts_with("前往") {
            wrong.push(format!("{id}: {said:?} does not say 前往"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_word_has_a_character_of_doubtful_width() {
    // Some terminals draw these one column wide, some two.
    let doubtful = |c: &char| "·•×÷±°§→←↑↓■□●○★☆※…—–‘’“”".contains(*c);
    let wrong: Vec<String> = Language::ALL
        .into_iter()
        .flat_map(|language| {
            said(language).into_iter().filter_map(move |(id, text)| {
                let c = text.chars().find(doubtful)?;
                Some(format!("{} {id}: {c:?} in {text}", language.tag()))
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn english_is_spoken_as_a_shop_speaks() {
    let wrong = better(Language::En, NOT_IN_ENGLISH, |text, word| {
        format!(" {text} ").contains(&format!(" {word} "))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_was_not_done_is_said_with_a_not() {
    let (chinese, english) = (Words::new(Language::ZhCn), Words::new(Language::En));
    let open: Vec<String> = messages(Language::En)
        .into_keys()
        .filter(|id| id.starts_with("step-open-") && chinese.get(id).starts_with('未'))
        .collect();
    assert!(open.len() > 5, "{open:?}");
    for id in open {
        let said = english.get(&id).to_string();
        assert!(
            said.starts_with("not ") || said.starts_with("no "),
            "{id}: {said}"
        );
    }
}

#[test]
fn no_command_names_a_key_that_no_keyboard_has() {
    let map = Keymap::load(None).0;
    for language in Language::ALL {
        let words = Words::new(language);
        for (context, _) in CONTEXTS {
            for command in Command::ALL {
                let key = map.key_of(*command, &[*context]);
                let shown = key.map(|key| key_name(key, &words)).unwrap_or_default();
                assert!(!shown.contains("BackTab"), "{}: {shown}", command.name());
            }
        }
    }
}

#[test]
fn a_shift_and_a_name_stand_apart_in_english() {
    let mut visit = Visit::new(None, Language::En, (120, 40));
    visit.keys("F10 F10");
    let screen = dump::text(&visit.view((120, 40)).0);
    assert!(
        screen.contains("Handover Early > Late After-sales"),
        "{screen}"
    );
}

#[test]
fn a_figure_in_a_list_says_what_it_counts() {
    let visit = Visit::new(None, Language::En, (80, 24));
    let screen = dump::text(&visit.view((80, 24)).0);
    let bare = screen.lines().find(|line| {
        let figure = line.trim_end_matches(['│', ' ']).rsplit("  ").next();
        figure.is_some_and(|figure| {
            let number = figure.strip_suffix(['m', 'h', 'd']);
            number.is_some_and(|number| number.parse::<u32>().is_ok())
        })
    });
    assert!(bare.is_none(), "{bare:?} in\n{screen}");
    assert!(screen.contains(" for "), "{screen}");
}

#[test]
fn one_of_a_thing_is_said_right_in_english() {
    let words = Words::new(Language::En);
    for id in [
        "palette-count",
        "talk-pasted",
        "composer-count",
        "note-length",
    ] {
        let args = [("count", 1_i64.into()), ("time", "15:46".into())];
        let said = words.with(id, &args);
        let counted = said.split("1 ").nth(1).unwrap_or_default();
        let first = counted.split(' ').next().unwrap_or_default();
        assert!(!first.ends_with('s'), "{said}");
    }
    // The platform, and how an order stands there, are two things.
    let name = |field: &str| words.get(&format!("field-order-{field}"));
    assert_ne!(name("platform_state"), name("platform"));
}
