//! The Desk beside the chat client, over the whole sample shop.

use zhiban::i18n::{Language, Words};
use zhiban::tui::dump;
use zhiban::tui::keys::{Input, Key, Press};

use zhiban::tui::run::Effect;

use crate::shop::Visit;

#[test]
fn the_most_urgent_rows_stay_on_top() {
    for language in Language::ALL {
        let mut visit = Visit::new(None, language, (80, 24));
        let list = dump::rows(&visit.view((80, 24)).0);
        let way = Words::new(language).get("desk-whole-list").to_string();
        assert!(!list[1].contains(&way), "{}", list[1]);
        visit.keys(&"Down ".repeat(11));
        visit.keys("Enter");
        let strip = dump::rows(&visit.view((80, 24)).0);
        // The cursor is elsewhere: its sign is gone, the rows are the same.
        assert_eq!(strip[2].get(1..), list[2].get(1..));
        assert_eq!(strip[3..5], list[3..5]);
        assert!(strip[1].contains(&way), "{}", strip[1]);
        visit.keys("Esc");
        let whole = dump::rows(&visit.view((80, 24)).0);
        assert_eq!(whole[6], list[6]);
    }
}

#[test]
fn rules_within_a_pane_join_its_columns() {
    for size in [(120, 40), (160, 50), (200, 60)] {
        let mut visit = Visit::new(None, Language::ZhCn, size);
        visit.keys("F3");
        visit.text("阳光小屋");
        visit.keys("Enter");
        let rows = dump::rows(&visit.draw(size).0);
        let rule = rows.iter().find(|row| row.contains("─ 同一买家 ")).unwrap();
        assert!(rule.contains("─┤") || rule.contains("├─"), "{rule}");
        for row in rows {
            assert!(!row.contains("─│") && !row.contains("│─"), "{row}");
        }
    }
}

#[test]
fn what_is_not_known_takes_no_rows() {
    let mut visit = Visit::new(None, Language::ZhCn, (80, 24));
    visit.keys("Enter");
    let rows = dump::rows(&visit.view((80, 24)).0);
    let rules = rows.iter().filter(|row| row.starts_with('─'));
    assert_eq!(rules.count(), 3, "{}", rows.join("\n"));
}

#[test]
fn the_time_that_is_left_is_never_cut() {
    for (language, left) in [
        (Language::ZhCn, "2时14分"),
        (Language::ZhTw, "2時14分"),
        (Language::En, "2h14m"),
    ] {
        let visit = Visit::new(None, language, (80, 24));
        for size in [(80, 24), (99, 30), (100, 30), (120, 40), (160, 50)] {
            let top = dump::rows(&visit.view(size).0).swap_remove(0);
            assert!(top.contains(left), "{size:?} {top}");
            assert!(top.ends_with("15:46"), "{size:?} {top}");
        }
    }
}

/// The conversation of the buyer who asks for the refund that is not approved yet.
fn at_the_refund(language: Language, size: (u16, u16)) -> Visit {
    let mut visit = Visit::new(None, language, size);
    visit.keys(&"Down ".repeat(6));
    visit.keys("Enter");
    visit
}

fn shown(visit: &Visit, size: (u16, u16)) -> String {
    dump::text(&visit.view(size).0)
}

fn copies(visit: &mut Visit) -> Vec<String> {
    let press = Press::of(Key::parse("F9").unwrap());
    let effects = visit.input(Input::Key(press)).list.into_iter();
    effects
        .filter_map(|effect| match effect {
            Effect::Copy(text) => Some(text),
            _ => None,
        })
        .collect()
}

#[test]
fn what_must_not_be_said_is_not_copied() {
    for size in [(80, 24), (120, 40)] {
        let mut visit = at_the_refund(Language::ZhCn, size);
        visit.text("我不知道");
        let seen = shown(&visit, size);
        println!("{seen}");
        assert!(seen.contains("用语1禁语"), "{seen}");
        assert!(seen.contains("禁语  推卸责任「不知道」 b05"), "{seen}");
        assert!(seen.contains("Ctrl+E 看处理"), "{seen}");
        assert_eq!(copies(&mut visit), [""; 0]);
        assert_eq!(copies(&mut visit), [""; 0], "not when asked twice either");
        assert!(shown(&visit, size).contains("没有复制"));

        visit.keys("Ctrl+E");
        let seen = shown(&visit, size);
        println!("{seen}");
        assert!(
            seen.contains("用语检查") && seen.contains("整句改成"),
            "{seen}"
        );
        visit.keys("Enter");
        let seen = shown(&visit, size);
        assert!(seen.contains("这个问题我需要核实"), "{seen}");
        assert!(seen.contains("缺 time") && !seen.contains("禁语"), "{seen}");
        visit.keys("Ctrl+Z");
        assert!(shown(&visit, size).contains("用语1禁语"));
        visit.text("？");
        visit.keys("Ctrl+A");
        visit.text("好的");
        assert!(shown(&visit, size).contains("用语0"));
        assert_eq!(copies(&mut visit), ["好的"]);
    }
}

#[test]
fn a_promise_before_the_approval_is_told_and_goes_out_by_the_second_key() {
    for (language, told) in [
        (Language::ZhCn, "承诺了 18:00，但 R-0231 尚未批准"),
        (Language::ZhTw, "承諾了 18:00，但 R-0231 尚未核准"),
        (Language::En, "Promises 18:00, but R-0231 is not approved"),
    ] {
        let size = (80, 24);
        let mut visit = at_the_refund(language, size);
        let text = "您的差价 18 元今天 18:00 前原路退回。";
        visit.text(text);
        let seen = shown(&visit, size);
        println!("{seen}");
        let number = seen.split("R-").nth(1).map(|rest| rest[..4].to_owned());
        let told = told.replace("0231", &number.unwrap_or_default());
        assert!(seen.contains(&told), "{told}\n{seen}");
        assert_eq!(copies(&mut visit), [""; 0]);
        visit.keys("Ctrl+E Esc");
        assert_eq!(copies(&mut visit), [text], "asked for again");

        visit.text("今天 18:00 前给您答复");
        assert_eq!(copies(&mut visit).len(), 1, "no money, no promise");
        visit.text(text);
        visit.keys("Ctrl+E Enter");
        let seen = shown(&visit, size);
        assert!(seen.contains("R-LX-"), "the case is opened\n{seen}");
    }
}

#[test]
fn why_something_is_due_is_said_of_the_row_and_of_the_open_item() {
    for (language, due) in [
        (Language::ZhCn, "到期："),
        (Language::ZhTw, "到期："),
        (Language::En, "Due "),
    ] {
        let size = (80, 24);
        let mut visit = Visit::new(Some("林晓"), language, size);
        visit.keys("Ctrl+E");
        let of_row = shown(&visit, size);
        assert!(of_row.contains(due), "{of_row}");
        visit.keys("Enter");
        let opened = shown(&visit, size);
        assert!(!opened.contains(due), "the word is gone\n{opened}");
        visit.keys("Ctrl+E");
        let of_item = shown(&visit, size);
        assert!(of_item.contains(due), "{of_item}");
    }
}

#[test]
fn what_was_warned_of_for_one_buyer_is_warned_of_anew_for_another() {
    let mut visit = at_the_refund(Language::ZhCn, (80, 24));
    let text = "应该是吧";
    visit.text(text);
    assert_eq!(copies(&mut visit), [""; 0], "a warning");
    visit.keys("Esc Down Enter");
    visit.text(text);
    assert_eq!(copies(&mut visit), [""; 0], "not said of this one");
    assert_eq!(copies(&mut visit), [text]);
}

#[test]
fn a_shop_has_rules_of_its_own_and_a_wrong_one_is_refused() {
    let own = "[[banned]]\nid = \"x01\"\nclass = \"scold\"\npattern = '亲亲'\n";
    let lay = |desk: &mut zhiban::desk::Desk| {
        let supervisor = desk.people().by_name("王主管").unwrap().clone();
        desk.act_as(&supervisor);
        let wrong = desk.set_setting("phrases", "[[banned]]\nid = 1\n");
        assert!(wrong.is_err());
        desk.set_setting("phrases", own).unwrap();
        let agent = desk.people().by_name("林晓").unwrap().clone();
        desk.act_as(&agent);
    };
    let mut visit = Visit::after(lay, None, Language::ZhCn, (80, 24));
    visit.keys("Enter");
    visit.text("亲亲");
    let seen = shown(&visit, (80, 24));
    assert!(seen.contains("喝斥「亲亲」 x01"), "{seen}");
}

#[test]
fn what_a_talk_led_to_is_told_at_its_lines() {
    for (size, language) in [
        ((120, 40), Language::ZhCn),
        ((120, 40), Language::ZhTw),
        ((120, 40), Language::En),
        ((80, 24), Language::ZhCn),
    ] {
        let visit = at_the_refund(language, size);
        println!("{}", shown(&visit, size));
    }
    let size = (120, 40);
    let mut visit = at_the_refund(Language::ZhCn, size);
    let seen = shown(&visit, size);
    for told in [
        "11月22日 今天",
        "└ 承诺 ",
        "截止 18:00 [本人]",
        "句粘贴于 ",
        "└ 像是确认「改地址」",
        "未读 20分",
    ] {
        assert!(seen.contains(told), "{told}\n{seen}");
    }
    // A proposal, never a step: only Space on the timeline records it.
    let confirmed = |visit: &Visit| {
        let notes = zhiban::store::Query {
            registers: vec!["note"],
            states: vec!["confirmed".into()],
            ..zhiban::store::Query::default()
        };
        visit.app.desk().store().rows(&notes).unwrap().len()
    };
    let before = confirmed(&visit);
    visit.keys("Space");
    assert_eq!(confirmed(&visit), before, "a blank in the draft is a blank");
    visit.keys("Tab Space");
    assert_eq!(confirmed(&visit), before + 1);
    let seen = shown(&visit, size);
    assert!(!seen.contains("像是确认"), "{seen}");
    visit.keys("Ctrl+Z");
    assert_eq!(confirmed(&visit), before);
    assert!(shown(&visit, size).contains("像是确认"));
}

#[test]
fn the_foot_says_how_the_list_is_to_be_read() {
    let size = (120, 40);
    let mut visit = Visit::new(None, Language::ZhCn, size);
    let seen = shown(&visit, size);
    println!("{seen}");
    assert!(
        seen.contains("已标 0   排序 剩余时间   +2 = 同一买家另有2件│"),
        "{seen}"
    );
    visit.keys("Space Space");
    assert!(shown(&visit, size).contains("已标 2 "));
}

#[test]
fn it_is_said_who_answers_and_what_was_copied_last() {
    let size = (120, 40);
    let mut visit = at_the_refund(Language::ZhCn, size);
    let seen = shown(&visit, size);
    assert!(seen.contains("首问 周敏    责任 林晓    组 陈立"), "{seen}");
    assert!(seen.contains("说于 14:"), "{seen}");
    assert!(!seen.contains("上次复制"), "{seen}");
    visit.text("您好");
    assert_eq!(copies(&mut visit), ["您好"]);
    let seen = shown(&visit, size);
    assert!(seen.contains("上次复制 15:46"), "{seen}");
}

#[test]
fn who_works_on_an_item_is_said_before_somebody_else_does() {
    let size = (80, 24);
    let visit = at_the_refund(Language::ZhCn, size);
    let seen = shown(&visit, size);
    assert!(!seen.contains("你在只看"), "it is one's own\n{seen}");
    let mut other = Visit::new(Some("王主管"), Language::ZhCn, size);
    other.keys("F3");
    other.text("退了吗");
    other.keys("Enter");
    let seen = shown(&other, size);
    let told = "前在办  你在只看  Ctrl+K 接手(要理由)";
    assert!(seen.contains("林晓 ") && seen.contains(told), "{seen}");

    // What was given to somebody who has done nothing yet is not said to be worked on.
    let mut mine = Visit::new(None, Language::ZhCn, size);
    let found = mine.app.desk().find("阳光小屋", 50).unwrap().records;
    let mention = found.iter().position(|row| row.register == "follow_up");
    mine.keys("F3");
    mine.text("阳光小屋");
    mine.keys(&"Down ".repeat(mention.unwrap()));
    mine.keys("Enter");
    let seen = shown(&mine, size);
    assert!(
        seen.contains("王主管 20分前接到，还没动  你在只看"),
        "{seen}"
    );
}

#[test]
fn what_a_colleague_let_lie_is_said_to_be_free_and_is_taken_by_one_key() {
    let size = (80, 24);
    for (language, told, done) in [
        (Language::ZhCn, "到点没办  Ctrl+K 直接接手", "接下了"),
        (Language::ZhTw, "逾時沒辦  Ctrl+K 直接接手", "接下了"),
        (Language::En, "now overdue  Ctrl+K takes it", "It is yours"),
    ] {
        let mut visit = Visit::new(None, language, size);
        visit.keys("F3");
        visit.text("都三天了还不发货");
        visit.keys("Enter");
        let seen = shown(&visit, size);
        assert!(seen.contains("吴桐 ") && seen.contains(told), "{seen}");
        visit.keys("Ctrl+K");
        let seen = shown(&visit, size);
        assert!(seen.contains(done) && !seen.contains(told), "{seen}");
    }
}

#[test]
fn of_a_buyer_who_comes_back_it_is_said_who_had_them_last() {
    let size = (80, 24);
    let back = |desk: &mut zhiban::desk::Desk| {
        let customer = desk.new_id().to_string();
        for owner in [Some("周敏"), None] {
            let talk = desk.open_conversation("回头客", "chat").unwrap().record();
            let about = [("customer".to_owned(), customer.clone().into())];
            desk.set_fields(talk, about.into()).unwrap();
            let to = match owner {
                Some(name) => desk.owner_named(name).unwrap(),
                None => desk.owner_named("pre_sales").unwrap(),
            };
            desk.transfer(talk, to, "peak").unwrap();
        }
    };
    let mut visit = Visit::after(back, None, Language::ZhCn, size);
    visit.keys("F3");
    visit.text("回头客");
    visit.keys("Enter");
    let seen = shown(&visit, size);
    assert!(seen.contains("是周敏接的，在班  Ctrl+G 转交"), "{seen}");
    visit.keys("Ctrl+G");
    let seen = shown(&visit, size);
    assert!(seen.contains("6 周敏  上次接这位买家，在班"), "{seen}");
}

#[test]
fn how_high_an_item_went_is_told_beside_it_and_to_whom_it_went() {
    let size = (120, 40);
    let mut visit = at_the_refund(Language::ZhCn, size);
    visit.keys("Ctrl+U");
    visit.text("要赔三倍");
    visit.keys("Enter");
    let seen = shown(&visit, size);
    assert!(seen.contains("升级 组长 陈立"), "{seen}");
    let up = |desk: &mut zhiban::desk::Desk| {
        let me = desk.me().unwrap().id;
        let item = desk.owned_open(me).unwrap().remove(0).id;
        desk.escalate(item, "要赔三倍").unwrap();
        let leader = desk.people().by_name("陈立").unwrap().clone();
        desk.sign_in(&leader).unwrap();
    };
    let visit = Visit::after(up, None, Language::ZhCn, size);
    let seen = shown(&visit, size);
    assert!(seen.contains("升1"), "{seen}");
    assert!(seen.contains("升 升级"), "{seen}");
}

#[test]
fn a_masked_buyer_is_said_to_be_masked() {
    for (size, language, told) in [
        ((80, 24), Language::ZhCn, "t**9 (平台打码，按订单认人)"),
        ((120, 40), Language::ZhCn, "t**9 (平台打码，按订单认人)"),
    ] {
        let mut visit = Visit::new(None, language, size);
        visit.keys("Down Enter");
        let seen = shown(&visit, size);
        assert!(seen.contains(told), "{seen}");
    }
}

#[test]
fn what_must_not_be_said_is_refused_by_every_road() {
    let said = |desk: &mut zhiban::desk::Desk| {
        let rows = desk.store().rows(&zhiban::store::Query {
            registers: vec!["conversation"],
            limit: Some(1),
            ..zhiban::store::Query::default()
        });
        let id = rows.unwrap()[0].id;
        let refused = desk.reply(id, "這是規定").unwrap_err();
        assert_eq!(refused.message, "problem-words-blocked");
        desk.reply(id, "请您稍等，好吗？").unwrap();
        desk.remark(id, "这是规定").unwrap();
    };
    Visit::after(said, None, Language::ZhCn, (80, 24));
}

#[test]
fn among_ourselves_the_checker_only_advises() {
    let size = (80, 24);
    let mut visit = at_the_refund(Language::ZhCn, size);
    visit.keys("Ctrl+T");
    visit.text("买家怎么连这个也不懂");
    let seen = shown(&visit, size);
    assert!(
        seen.contains("提示  歧视「怎么连这个也不懂」 b07"),
        "{seen}"
    );
    visit.keys("F8");
    let seen = shown(&visit, size);
    assert!(
        seen.contains("林晓: 买家怎么连这个也不懂"),
        "it is recorded\n{seen}"
    );
}

#[test]
fn an_open_talk_has_the_clock_of_its_row() {
    let (size, days) = ((120, 40), 10);
    let lay = |desk: &mut zhiban::desk::Desk| {
        let supervisor = desk.people().by_name("王主管").unwrap().clone();
        desk.act_as(&supervisor);
        let limit = (days * 86_400_000_i64).to_string();
        desk.set_setting("limit_reply", &limit).unwrap();
        let agent = desk.people().by_name("林晓").unwrap().clone();
        desk.act_as(&agent);
    };
    let mut visit = Visit::after(lay, None, Language::ZhCn, size);
    let todo = visit.app.desk().todo(zhiban::desk::todo::View::All);
    let mut rows = todo.unwrap().buyers.into_iter();
    let is_talk = |row: &zhiban::store::Row| row.register == "conversation" && row.due.is_some();
    let at = rows.position(|buyer| is_talk(&buyer.first().row)).unwrap();
    visit.keys(&format!("{} Enter", "Down ".repeat(at)));
    let seen = shown(&visit, size);
    let title = seen
        .lines()
        .find(|row| row.contains("[店]"))
        .unwrap_or(&seen);
    // Ten days from the 22nd of November and some time before.
    assert!(title.contains("12/0") && !title.contains('超'), "{title}");
}

/// Limits of the shop for how old exports may be, in hours, as its supervisor sets them.
fn old_after(hours: &'static str) -> impl FnOnce(&mut zhiban::desk::Desk) {
    move |desk| {
        let supervisor = desk.people().by_name("王主管").unwrap().clone();
        desk.act_as(&supervisor);
        for kind in ["orders", "refunds", "parcels", "reviews"] {
            let key = format!("stale_{kind}_hours");
            desk.set_setting(&key, hours).unwrap();
        }
        let agent = desk.people().by_name("林晓").unwrap().clone();
        desk.act_as(&agent);
    }
}

#[test]
fn an_empty_list_says_what_it_cannot_see() {
    for (size, language, told) in [
        (
            (80, 24),
            Language::ZhCn,
            "没有等你的事 (只知道 15:02 以前的订单)",
        ),
        (
            (80, 24),
            Language::ZhTw,
            "沒有等你的事 (只知道 15:02 以前的訂單)",
        ),
        (
            (80, 24),
            Language::En,
            "Nothing waits for you (Orders known only until 15:02)",
        ),
    ] {
        let mut visit = Visit::after(old_after("0"), None, language, size);
        visit.keys("Ctrl+A F7 3 1 Enter");
        let seen = shown(&visit, size);
        println!("{seen}");
        assert!(seen.contains(told), "{seen}");
    }
}

#[test]
fn a_list_says_what_its_old_source_cannot_see() {
    for (size, language, told) in [
        ((80, 24), Language::ZhCn, "15:02 以后新的订单看不到"),
        ((80, 24), Language::ZhTw, "15:02 以後新的訂單看不到"),
        (
            (120, 40),
            Language::En,
            "Orders new since 15:02 cannot be seen",
        ),
    ] {
        let visit = Visit::after(old_after("0"), None, language, size);
        let seen = shown(&visit, size);
        println!("{seen}");
        assert!(seen.contains(told), "{seen}");
        let visit = Visit::after(old_after("1000"), None, language, size);
        assert!(!shown(&visit, size).contains(told));
    }
}
