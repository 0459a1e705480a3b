use super::card::StartCard;
use super::drop::{Drop, What};
use super::folder::FolderForm;
use super::limits::LimitsForm;
use super::old_table::OldTablePane;
use super::shop::ShopForm;
use super::terminal::TerminalCheck;
use crate::config::Config;
use crate::desk::import::ImportOptions;
use crate::desk::start::{Need, ShopFacts};
use crate::domain::id::Id;
use crate::exchange::intake::Kind;
use crate::tui::jobs::Job;
use crate::tui::overlays::stage::Stage;

/// Empties a field of at most so many characters.
const CLEAR: [&str; 40] = ["Backspace"; 40];

fn kept(folder: &std::path::Path) -> Config {
    Config::load(Some(&folder.join("config.toml"))).unwrap()
}

/// A stage whose settings lie in a file.
fn with_file(folder: &std::path::Path) -> Stage {
    let mut stage = Stage::new();
    std::fs::write(folder.join("config.toml"), "# mine\n").unwrap();
    stage.configure(Config::load(Some(&folder.join("config.toml"))).unwrap());
    stage
}

#[test]
fn the_terminal_is_asked_and_what_it_does_is_kept() {
    let place = tempfile::tempdir().unwrap();
    let mut stage = with_file(place.path());
    stage.push(|reach| Ok(TerminalCheck::open(reach)));
    stage.draw_everywhere();
    assert!(
        stage.screen(80, 24).contains("1/5"),
        "{}",
        stage.screen(80, 24)
    );
    stage.keys(&["1"]);
    // The circles lie over each other: the other width is drawn, and asked about again.
    stage.keys(&["2"]);
    assert_eq!(
        kept(place.path()).screen.ambiguous,
        crate::text::width::Ambiguous::Wide
    );
    assert!(
        stage.screen(80, 24).contains("(1)(2)"),
        "{}",
        stage.screen(80, 24)
    );
    stage.keys(&["1"]);
    stage.draw_everywhere();
    stage.text("abc");
    stage.keys(&["Enter"]);
    assert!(
        stage.message().contains("还没有汉字"),
        "{}",
        stage.message()
    );
    stage.text("你好");
    stage.keys(&["Enter"]);
    assert!(
        stage.screen(80, 24).contains("第一行"),
        "{}",
        stage.screen(80, 24)
    );
    stage.draw_everywhere();
    // What comes as keys with an end of line in it is a paste that nobody marked.
    stage.text("第一行");
    stage.keys(&["Enter"]);
    assert_eq!(
        kept(place.path()).screen.paste,
        crate::config::Paste::Joined
    );
    stage.keys(&["Enter"]);
    let lines = stage.copied.pop().unwrap();
    stage.paste(&lines);
    stage.keys(&["Enter"]);
    assert_eq!(stage.copied.pop().as_deref(), Some("值班交接"));
    stage.text("x");
    stage.keys(&["Enter"]);
    assert_eq!(
        kept(place.path()).clipboard.road,
        crate::config::Road::Osc52
    );
    stage.keys(&["Enter"]);
    stage.paste("值班交接");
    let seen = stage.screen(80, 24);
    assert!(seen.contains("看完了") && seen.contains("已调好"), "{seen}");
    stage.draw_everywhere();
    assert!(stage.desk.lacks(true).unwrap().contains(&Need::Terminal));
    stage.keys(&["Enter"]);
    assert!(stage.panes.is_empty());
    assert!(!stage.desk.lacks(true).unwrap().contains(&Need::Terminal));
    let text = std::fs::read_to_string(place.path().join("config.toml")).unwrap();
    assert!(text.starts_with("# mine\n"), "{text}");
}

#[test]
fn every_question_can_be_passed_over_and_left() {
    let mut stage = Stage::new();
    stage.push(|reach| Ok(TerminalCheck::open(reach)));
    stage.keys(&["Tab", "Esc"]);
    assert!(stage.panes.is_empty());
    assert!(stage.desk.lacks(true).unwrap().contains(&Need::Terminal));
    stage.push(|reach| Ok(TerminalCheck::open(reach)));
    stage.keys(&["Tab", "Tab", "Tab", "Tab", "Tab"]);
    assert_eq!(stage.screen(80, 24).matches("跳过").count(), 5);
    stage.keys(&["Enter"]);
    assert!(!stage.desk.lacks(true).unwrap().contains(&Need::Terminal));
    // No road leads out: a screen of bare text is what is left.
    stage.push(|reach| Ok(TerminalCheck::open(reach)));
    stage.keys(&["2", "Tab", "Tab", "Tab"]);
    for _ in 0..3 {
        stage.text("x");
        stage.keys(&["Enter"]);
    }
    let seen = stage.screen(80, 24);
    assert_eq!(seen.matches("不对").count(), 2, "{seen}");
    stage.draw_everywhere();
}

#[test]
fn the_shop_says_what_it_keeps() {
    let mut stage = Stage::new();
    stage.push(ShopForm::open);
    stage.draw_everywhere();
    stage.keys(&["Down"]);
    stage.text("9-23");
    stage.keys(&["F8"]);
    assert!(
        stage.message().contains("9-23 看不懂"),
        "{}",
        stage.message()
    );
    stage.keys(&CLEAR);
    stage.text("09:00-23:00");
    stage.keys(&["Down", "Down"]);
    stage.text("10:30 16:00");
    stage.keys(&["Down"]);
    stage.text("16:30");
    stage.keys(&["Enter"]);
    assert!(stage.panes.is_empty(), "{}", stage.message());
    let facts = ShopFacts {
        platform: "taobao".into(),
        hours: "09:00-23:00".into(),
        day_end: String::new(),
        waves: "10:30 16:00".into(),
        cutoff: "16:30".into(),
    };
    assert_eq!(stage.desk.shop_facts().unwrap(), facts);
    // Taken up again where it was left.
    stage.push(ShopForm::open);
    assert!(stage.screen(80, 24).contains("10:30 16:00"));
}

#[test]
fn a_folder_is_tried_before_it_is_kept() {
    let place = tempfile::tempdir().unwrap();
    let mut stage = with_file(place.path());
    stage.push(|reach| Ok(FolderForm::open(reach)));
    stage.draw_everywhere();
    stage.keys(&["Enter"]);
    assert!(
        stage.message().contains("写上文件夹"),
        "{}",
        stage.message()
    );
    stage.paste("/no/such/folder");
    stage.keys(&["Enter"]);
    assert!(stage.message().contains("没有 /no"), "{}", stage.message());
    stage.keys(&CLEAR);
    stage.paste(&place.path().display().to_string());
    stage.keys(&["Enter"]);
    assert!(
        stage.message().contains("能写、能读、能改名"),
        "{}",
        stage.message()
    );
    assert_eq!(kept(place.path()).shared_folder(), Some(place.path()));
    let mut stage = Stage::new();
    stage.push(|reach| Ok(FolderForm::open(reach)));
    stage.keys(&["Down", "Space", "Enter"]);
    assert!(stage.message().contains("Ctrl+B"), "{}", stage.message());
    assert!(!stage.desk.lacks(false).unwrap().contains(&Need::Folder));
}

#[test]
fn what_is_dropped_comes_to_work() {
    let place = tempfile::tempdir().unwrap();
    let replies = place.path().join("快捷短语.csv");
    std::fs::write(
        &replies,
        "快捷短语编码,快捷短语,快捷短语分组\n\
         kd,您的快递是{快递公司},物流\n\
         hd,活动到11月25日 满99元减10,活动\n\
         xx,您好{没有的变量},问候\n\
         ds,听不见 大点声,问候\n",
    )
    .unwrap();
    let mut stage = Stage::new();
    stage.push(|_| Ok(Drop::of(What::Replies)));
    stage.draw_everywhere();
    stage.keys(&["Enter"]);
    assert!(stage.message().contains("没有文件"), "{}", stage.message());
    stage.paste(&replies.display().to_string());
    assert_eq!(stage.desk.replies().unwrap().len(), 0, "only looked at");
    stage.draw_everywhere();
    stage.keys(&["Enter"]);
    let seen = stage.screen(80, 24);
    for said in [
        "4 条，3 组",
        "1 条含禁语",
        "1 条带日期或价格",
        "1 条有认不出的变量",
    ] {
        assert!(seen.contains(said), "{said}\n{seen}");
    }
    stage.keys(&["Enter"]);
    assert!(stage.panes.is_empty());
    let orders = place.path().join("orders.csv");
    std::fs::write(
        &orders,
        include_bytes!("../../../../assets/sample/orders.csv"),
    )
    .unwrap();
    let refunds = place.path().join("refunds.csv");
    std::fs::write(
        &refunds,
        "退款编号,订单编号,退款状态,退款的申请时间,超时时间,买家退款金额\n\
         9001,4031902847193516613,待卖家同意,2026-11-20 10:00:00,2026-11-23 10:00:00,129.00\n\
         9002,4031902847193516613,待卖家同意,2026-11-20 10:00:00,2026-11-29 10:00:00,5.00\n",
    )
    .unwrap();
    stage.push(|_| Ok(Drop::of(What::Data)));
    stage.paste(&format!("'{}' '{}'", orders.display(), refunds.display()));
    stage.keys(&["Enter"]);
    let seen = stage.screen(80, 24);
    assert!(seen.contains("自动退款 1 笔 ¥129.00"), "{seen}");
    let found = stage.desk.found_work().unwrap();
    assert!(
        seen.contains(&format!("应发今天 {} 笔", found.ship_today)),
        "{seen}"
    );
    assert!(found.ship_today > 0 && found.timing_out == 1, "{found:?}");
    stage.draw_everywhere();
}

#[test]
fn why_files_and_lines_are_not_taken_is_said() {
    let place = tempfile::tempdir().unwrap();
    let header = "退款编号,订单编号,退款状态,退款的申请时间,超时时间,买家退款金额";
    let refunds = |number: &str| {
        format!(
            "{header}\n{number},4031902847193516613,待卖家同意,2026-11-20 10:00:00,2026-11-23 10:00:00,129.00\n"
        )
    };
    let write = |name: &str, text: &str| {
        let path = place.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("'{}' ", path.display())
    };
    let rounded = write("a.csv", &refunds("4.03E+18"));
    let unread = write("b.csv", "甲,乙\n1,2\n");
    let mut stage = Stage::new();
    stage.push(|_| Ok(Drop::of(What::Data)));
    stage.paste(&format!("{rounded}{unread}"));
    let seen = stage.screen(80, 24);
    assert!(
        seen.contains("第 2 行 退款编号：长编号被表格软件截短了"),
        "{seen}"
    );
    let options = ImportOptions {
        dry_run: true,
        ..ImportOptions::default()
    };
    let unread = stage
        .desk
        .import_file(&place.path().join("b.csv"), &options)
        .unwrap_err()
        .arg("file", "b.csv");
    let (message, hint) = stage.words.problem(&unread);
    assert!(seen.contains(&message), "{message}\n{seen}");
    let hint = hint.unwrap();
    assert!(seen.contains(&hint), "{hint}\n{seen}");
    stage.draw_everywhere();
    // Many files and many reasons: what does not fit is counted.
    let many: String = (0..5)
        .map(|n| write(&format!("{n}.csv"), &refunds(&format!("90{n}"))))
        .collect();
    stage.paste(&many);
    let seen = stage.screen(80, 24);
    assert!(
        seen.contains("3.csv") && seen.contains("还有 1 条"),
        "{seen}"
    );
    stage.draw_everywhere();
}

#[test]
fn files_are_looked_at_and_taken_beside_the_person() {
    let place = tempfile::tempdir().unwrap();
    let file = |name: &str| {
        let path = place.path().join(name);
        std::fs::write(&path, "快捷短语编码,快捷短语,快捷短语分组\nkd,您好,问候\n").unwrap();
        path
    };
    let (first, second) = (file("一.csv"), file("二.csv"));
    let mut stage = Stage::new();
    stage.push(|_| Ok(Drop::of(What::Replies)));
    stage.holds_work = true;
    stage.paste(&first.display().to_string());
    let look = Job::Preview(vec![first.clone()], Some(Kind::Replies));
    assert_eq!(stage.waiting(), [look.clone()]);
    assert!(stage.screen(80, 24).contains("在看文件"));
    stage.keys(&["Enter"]);
    assert!(stage.message().contains("在看文件"), "{}", stage.message());
    // What is dropped meanwhile is looked at next.
    stage.paste(&second.display().to_string());
    assert_eq!(stage.waiting().len(), 1);
    stage.holds_work = false;
    stage.work();
    let seen = stage.screen(80, 24);
    assert_eq!(seen.matches("新 1 改 0").count(), 2, "{seen}");
    stage.holds_work = true;
    stage.keys(&["Enter", "Enter"]);
    let take = Job::Import(vec![first.clone(), second], Some(Kind::Replies));
    assert_eq!(stage.waiting(), [take]);
    assert_eq!(stage.desk.replies().unwrap().len(), 0);
    assert!(stage.message().contains("正在收下"), "{}", stage.message());
    stage.holds_work = false;
    stage.work();
    assert!(stage.screen(80, 24).contains("1 条，1 组"));
    assert!(stage.message().contains("已导入"), "{}", stage.message());
    // Whoever leaves stops the look.
    stage.holds_work = true;
    stage.paste(&first.display().to_string());
    stage.keys(&["Esc"]);
    assert!(stage.panes.is_empty());
    assert!(stage.waiting().is_empty(), "{:?}", stage.waiting());
}

#[test]
fn an_old_table_is_looked_at_beside_the_person() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("表.csv");
    std::fs::write(&file, "日期,旺旺,备注\n2026/11/20,春天里,色差\n").unwrap();
    let mut stage = Stage::new();
    stage.push(|reach| Ok(OldTablePane::open(reach)));
    stage.holds_work = true;
    stage.paste(&file.display().to_string());
    // Three columns changed while the first look waits: one more look answers all of them.
    stage.keys(&["Right", "Right", "Right"]);
    assert_eq!(stage.waiting().len(), 1, "{:?}", stage.waiting());
    assert!(stage.screen(80, 24).contains("在看文件"));
    stage.keys(&["F8"]);
    assert!(stage.message().contains("在看文件"), "{}", stage.message());
    stage.holds_work = false;
    stage.work();
    let seen = stage.screen(80, 24);
    assert!(!seen.contains("在看文件"), "{seen}");
    assert!(seen.contains("1 行没完"), "{seen}");
    stage.holds_work = true;
    stage.keys(&["F8", "F8"]);
    assert_eq!(stage.waiting().len(), 1);
    assert!(stage.message().contains("正在收下"), "{}", stage.message());
    stage.holds_work = false;
    stage.work();
    assert!(
        stage.message().contains("1 行成了售后单"),
        "{}",
        stage.message()
    );
    assert!(!stage.desk.lacks(true).unwrap().contains(&Need::OldTable));
    // Whoever leaves stops the look.
    stage.holds_work = true;
    stage.paste(&file.display().to_string());
    stage.keys(&["Esc"]);
    assert!(stage.waiting().is_empty(), "{:?}", stage.waiting());
}

#[test]
fn an_old_table_is_confirmed_once() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("售后登记表.csv");
    std::fs::write(
        &file,
        "日期,旺旺,订单号,类型,金额,处理结果,经办\n\
         2026/11/20,春天里,4031902847193516613,退货退款,129.00,待寄回,林晓\n\
         2026/11/20,大伟,4031902847193516614,仅退款,18,已退,林晓\n",
    )
    .unwrap();
    let mut stage = Stage::new();
    stage.push(|reach| Ok(OldTablePane::open(reach)));
    stage.draw_everywhere();
    stage.paste(&file.display().to_string());
    let seen = stage.screen(80, 24);
    assert!(seen.contains("2 行：1 行没完"), "{seen}");
    stage.draw_everywhere();
    // The last column is not known: a person says what it is.
    stage.keys(&["Down", "Down", "Down", "Down", "Down", "Down", "Enter"]);
    assert!(
        stage.screen(80, 24).contains("谁跟"),
        "{}",
        stage.screen(80, 24)
    );
    stage.keys(&["8"]);
    stage.keys(&["F8"]);
    assert!(
        stage.message().contains("1 行成了售后单"),
        "{}",
        stage.message()
    );
    stage.draw_everywhere();
    stage.keys(&["Enter"]);
    assert!(stage.panes.is_empty());
    let mine = stage.desk.me().unwrap().id;
    let owned = stage.desk.owned_open(mine).unwrap();
    assert!(
        owned
            .iter()
            .any(|row| row.title.as_deref() == Some("春天里")),
        "{owned:?}"
    );
    assert!(!stage.desk.lacks(true).unwrap().contains(&Need::OldTable));
    stage.push(|reach| Ok(OldTablePane::open(reach)));
    stage.paste(&file.display().to_string());
    let seen = stage.screen(80, 24);
    assert!(
        seen.contains("列和上次一样") && seen.contains("1 行收过"),
        "{seen}"
    );
    // And a shop that never had one says so.
    let mut stage = Stage::new();
    stage.push(|reach| Ok(OldTablePane::open(reach)));
    stage.keys(&["Enter"]);
    assert!(stage.panes.is_empty());
    assert!(!stage.desk.lacks(true).unwrap().contains(&Need::OldTable));
}

#[test]
fn three_numbers_are_a_free_hand() {
    let mut stage = Stage::sample("王主管");
    let before = stage.desk.allowances().unwrap();
    stage.push(LimitsForm::open);
    stage.draw_everywhere();
    stage.keys(&CLEAR);
    stage.text("50");
    stage.keys(&["Down"]);
    stage.keys(&CLEAR);
    stage.text("20");
    stage.keys(&["F8"]);
    assert!(
        stage.message().contains("一个比一个大"),
        "{}",
        stage.message()
    );
    stage.keys(&CLEAR);
    stage.text("60");
    stage.keys(&["Down"]);
    stage.text("300");
    stage.keys(&["Enter"]);
    assert!(stage.message().contains("林晓"), "{}", stage.message());
    let given = stage.desk.allowances().unwrap();
    let spend = given.iter().filter(|one| one.terms.replica.is_some());
    assert!(spend.clone().count() > 3, "{before:?}");
    for one in spend {
        assert_eq!(one.terms.amount.minor, 30_000);
        assert_eq!(one.terms.case_cap.unwrap().minor, 5_000);
    }
    // The day binds below the sum.
    let agent = stage.desk.people().by_name("林晓").unwrap().clone();
    stage.desk.act_as(&agent);
    let free = stage.desk.free_limit().unwrap().unwrap();
    assert_eq!((free.amount.minor, free.is_allowance), (5_000, true));
    let supervisor = stage.desk.people().by_name("王主管").unwrap().clone();
    stage.desk.act_as(&supervisor);
    stage.push(LimitsForm::open);
    for _ in 0..3 {
        stage.keys(&CLEAR);
        stage.keys(&["Down"]);
    }
    stage.keys(&["F8"]);
    assert!(stage.message().contains("都要批"), "{}", stage.message());
    let left = stage.desk.allowances().unwrap();
    assert!(left.iter().all(|one| one.terms.replica.is_none()));
}

#[test]
fn the_card_names_what_is_lacking_and_steps_lead_back_to_it() {
    let mut stage = Stage::new();
    stage.push(StartCard::open);
    stage.draw_everywhere();
    let seen = stage.screen(80, 24);
    assert!(seen.contains("还差 8 样"), "{seen}");
    // Each row opens its step, and Esc leads back.
    for digit in ["1", "2", "3", "4", "5", "6", "8", "9"] {
        stage.keys(&[digit]);
        assert_eq!(stage.panes.len(), 2, "{digit}: {}", stage.message());
        stage.keys(&["Esc"]);
        assert_eq!(stage.panes.len(), 1, "{digit}");
    }
    for need in [Need::Terminal, Need::Shop, Need::Folder, Need::Replies] {
        stage.desk.settle_need(need).unwrap();
    }
    stage.keys(&["6", "Enter"]);
    let seen = stage.screen(80, 24);
    assert!(seen.contains("还差：人、额度、今日分工"), "{seen}");
    stage.keys(&["0"]);
    assert!(stage.panes.is_empty());
}

/// Files a refund and carries it out on the person's own allowance.
fn refunds(stage: &mut Stage, order: &str, yuan: i64) -> Result<Id, crate::problem::Problem> {
    use serde_json::json;
    let values = crate::desk::act::fields([
        ("kind", json!("refund_only")),
        ("reason", json!("not_wanted")),
        ("fault", json!("buyer")),
        ("amount", json!({"minor": yuan * 100, "currency": "CNY"})),
        ("read_back", json!(true)),
    ]);
    let request = crate::desk::case::Request {
        order: order.into(),
        about: None,
        values,
    };
    let case = stage.desk.draft_case(None, &request)?.record();
    stage.desk.submit_case(case)?;
    stage.desk.execute_case(case).map(|_| case)
}

#[test]
fn the_limit_of_a_day_binds_over_all_that_was_drawn_on_it() {
    use serde_json::json;

    use crate::desk::start::limits::FreeHand;
    use crate::domain::money::Money;
    use crate::domain::register::Owner;
    let yuan = |sum: i64| Some(Money::cny(sum * 100));
    let hand = |day| FreeHand {
        case: yuan(50),
        day: yuan(day),
        person: yuan(300),
    };
    let mut stage = Stage::sample("王主管");
    stage.desk.give_free_hand(&hand(60)).unwrap();
    let person = |stage: &Stage, name: &str| stage.desk.people().by_name(name).unwrap().clone();
    let (agent, supervisor) = (person(&stage, "林晓"), person(&stage, "王主管"));
    stage.desk.act_as(&agent);
    let case = refunds(&mut stage, "4031902847193549004", 40).unwrap();
    let left = stage.desk.free_limit().unwrap().unwrap();
    assert_eq!(left.amount, Money::cny(2_000));
    // More than is left of the day waits for an approval, though one case may cost as much.
    assert!(refunds(&mut stage, "4031902847193556457", 30).is_err());
    let waits = stage.desk.view(
        &crate::domain::registers::case::REGISTER,
        Some("approvals"),
        50,
    );
    let waits = waits.unwrap();
    let row = waits
        .iter()
        .find(|row| row.order_number.as_deref() == Some("4031902847193556457"));
    assert_eq!(row.map(|row| row.state.as_str()), Some("submitted"));
    // New limits forget nothing of the day.
    stage.desk.act_as(&supervisor);
    stage.desk.give_free_hand(&hand(75)).unwrap();
    stage.desk.act_as(&agent);
    let left = stage.desk.free_limit().unwrap().unwrap();
    assert_eq!(left.amount, Money::cny(3_500));
    assert_eq!(left.left, Some(Money::cny(3_500)));
    // A second allowance does not make the day longer, nor does one in another currency.
    stage.desk.act_as(&supervisor);
    for currency in ["CNY", "USD"] {
        let given = crate::desk::allowance::Given {
            person: agent.id,
            replica: Some(agent.replica),
            amount: serde_json::from_value(json!({"minor": 20_000, "currency": currency})).unwrap(),
            case_cap: None,
            spot: false,
            until: None,
        };
        stage.desk.give_allowance(given).unwrap();
    }
    stage.desk.act_as(&agent);
    let left = stage.desk.free_limit().unwrap().unwrap();
    assert_eq!(left.left, Some(Money::cny(3_500)));
    // Nor does it that somebody else answers for the case now.
    stage
        .desk
        .transfer(case, Owner::Person(supervisor.id), "peak")
        .unwrap();
    let left = stage.desk.free_limit().unwrap().unwrap();
    assert_eq!(
        (left.left, left.today),
        (Some(Money::cny(3_500)), Money::cny(4_000))
    );
}

#[test]
fn a_free_hand_is_given_as_a_whole_and_no_undo_takes_back_half_of_it() {
    use crate::desk::start::limits::FreeHand;
    use crate::domain::money::Money;
    let mut stage = Stage::sample("王主管");
    let hand = FreeHand {
        case: Some(Money::cny(5_100)),
        day: Some(Money::cny(6_100)),
        person: Some(Money::cny(30_100)),
    };
    assert!(stage.desk.give_free_hand(&hand).unwrap().len() > 1);
    let given = stage.desk.allowances().unwrap();
    // What goes by authority stays; an older act may be taken back.
    let _ = stage.desk.undo(None);
    assert_eq!(stage.desk.free_hand().unwrap(), hand);
    assert_eq!(stage.desk.allowances().unwrap(), given);
}
