//! Screens beside the desk, played by keys over a drill shop.

mod by_hand;
mod settings;

use super::held::HeldPane;
use super::printing::PrintingPane;
use super::tables::TablesPane;
use crate::desk::note::NewNote;
use crate::domain::registers::note;
use crate::tui::overlays::record_form::RecordForm;
use crate::tui::overlays::stage::{ORDER, Stage};

/// A note that printing was told of.
fn told(stage: &mut Stage) -> crate::domain::id::Id {
    let new = NewNote {
        order: ORDER.into(),
        kind: "address".into(),
        old: Some("中和街2号".into()),
        new: "中和街5号".into(),
        buyer: Some("橘子".into()),
        ..NewNote::default()
    };
    let id = stage.desk.open_note(&new).unwrap().record();
    for step in ["changed", "flagged", "confirmed", "told"] {
        stage.desk.note_step(id, step, None).unwrap();
    }
    id
}

#[test]
fn printing_acknowledges_answers_and_copies_numbers() {
    let mut stage = Stage::new();
    let id = told(&mut stage);
    stage.push(|reach| PrintingPane::new(reach.desk, reach.words));
    let seen = stage.screen(80, 21);
    println!("{seen}");
    assert!(
        seen.contains("未签 1") && seen.contains("..6613") && seen.contains("中和街2号>中和街5号"),
        "{seen}"
    );
    stage.draw_everywhere();
    stage.keys(&["F9", "2", "Space"]);
    assert_eq!(stage.copied, [ORDER]);
    let record = stage.desk.record(id).unwrap().0;
    assert_eq!(record.state, "acknowledged", "{}", stage.message());
    assert_eq!(record.text(note::ANSWER.name()), Some("already_sent"));
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("已签 1  未签 0") && seen.contains("没有未签收的"),
        "{seen}"
    );
    stage.draw_everywhere();
    stage.keys(&["F7"]);
    stage.draw_everywhere();
}

#[test]
fn printing_begins_at_its_own_screen_with_its_own_counts() {
    use super::{Screen, first};
    use crate::config::Config;
    use crate::i18n::{Language, Words};
    use crate::tui::app::Workstation;
    use crate::tui::dump;
    use crate::tui::keymap::Keymap;
    use crate::tui::run::App;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    let mut stage = Stage::sample("林晓");
    assert_eq!(first(&stage.desk), Screen::Desk);
    stage
        .desk
        .set_setting("print_waves", "10:30 14:00 16:00")
        .unwrap_err();
    stage.act_as("王主管");
    stage
        .desk
        .set_setting("print_waves", "10:30 14:00 16:00")
        .unwrap();
    assert_eq!(first(&stage.desk), Screen::Desk);
    stage.act_as("老吴");
    assert_eq!(first(&stage.desk), Screen::Printing);
    stage.push(|reach| PrintingPane::new(reach.desk, reach.words));
    stage.draw_everywhere();
    let seen = stage.screen(120, 37);
    assert!(
        seen.starts_with("          ─ 打单台   下一波次 16:00 剩"),
        "{seen}"
    );

    let told = stage.desk.store().rows(&crate::store::Query {
        registers: vec!["note"],
        states: vec!["told".into()],
        ..crate::store::Query::default()
    });
    let counts = stage.desk.printing_counts().unwrap();
    assert_eq!(counts.unsigned as usize, told.unwrap().len());
    assert!(counts.unsigned > 0 && counts.stock_outs > 0, "{counts:?}");
    let Stage { desk, .. } = stage;
    let (words, keys) = (Words::new(Language::ZhCn), Keymap::load(None).0);
    let app = Workstation::new(desk, Config::default(), words, keys, (80, 24)).unwrap();
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal
        .draw(|frame| {
            let _ = app.view(frame);
        })
        .unwrap();
    let seen = dump::text(terminal.backend().buffer());
    println!("{seen}");
    let said = format!(
        "未签{} 改后打{} 缺货{}",
        counts.unsigned, counts.late, counts.stock_outs
    );
    assert!(seen.contains(&said) && seen.contains("打单台"), "{seen}");
}

#[test]
fn any_register_is_listed_and_its_rows_open() {
    let mut stage = Stage::new();
    stage.push(|reach| TablesPane::new(reach.desk, reach.words));
    stage.draw_everywhere();
    assert!(stage.screen(80, 21).contains("订单"));
    stage.keys(&["2"]);
    let seen = stage.screen(120, 37);
    println!("{seen}");
    assert!(seen.contains("..8258") && seen.contains("待发货"), "{seen}");
    stage.keys(&["End", "Home", "PgDn", "Up", "Enter"]);
    let seen = stage.screen(80, 21);
    println!("{seen}");
    assert!(seen.contains("应付") || seen.contains("买家"), "{seen}");
    stage.draw_everywhere();
    stage.keys(&["Down", "PgDn", "End", "Esc", "Tab", "Esc", "1", "2", "0"]);
    for _ in 0..crate::domain::registers::ALL.len() {
        stage.keys(&["Tab", "Down", "Enter"]);
        assert!(!stage.screen(80, 21).contains("{$"));
    }
}

#[test]
fn an_empty_register_says_which_export_never_came() {
    use crate::domain::registers::{notice, parcel};
    let mut stage = Stage::new();
    stage.push(|reach| TablesPane::of(&parcel::REGISTER, reach.desk, reach.words));
    let seen = stage.screen(80, 21);
    println!("{seen}");
    assert!(seen.contains("没导入过物流"), "{seen}");
    // What people write here comes from no export.
    stage.push(|reach| TablesPane::of(&notice::REGISTER, reach.desk, reach.words));
    let seen = stage.screen(80, 21);
    assert!(!seen.contains("没导入过"), "{seen}");
}

#[test]
fn every_register_has_its_form() {
    let mut stage = Stage::new();
    for register in crate::domain::registers::ALL {
        stage.push(|reach| Ok(RecordForm::new(reach, register)));
        stage.draw_everywhere();
        stage.keys(&["Down", "Down", "Up", "Tab", "Esc"]);
        assert!(stage.panes.is_empty());
    }
}

#[test]
fn a_record_is_opened_and_changed_by_its_form() {
    let mut stage = Stage::new();
    stage.push(|reach| {
        Ok(RecordForm::new(
            reach,
            &crate::domain::registers::follow_up::REGISTER,
        ))
    });
    stage.keys(&["F8"]);
    assert!(stage.message().contains("差"), "{}", stage.message());
    // The kind by digit, the subject, the time.
    stage.keys(&["Home"]);
    stage.panes.clear();
    stage.push(|reach| {
        Ok(RecordForm::new(
            reach,
            &crate::domain::registers::follow_up::REGISTER,
        ))
    });
    stage.keys(&["2", "Tab"]);
    stage.text("老张");
    stage.keys(&["Tab"]);
    stage.text("99:99");
    stage.keys(&["F8"]);
    assert!(stage.message().contains("认不出"), "{}", stage.message());
    stage.keys(&[
        "Ctrl+Backspace",
        "Ctrl+Backspace",
        "Ctrl+Backspace",
        "Ctrl+Backspace",
        "Backspace",
        "Backspace",
        "Backspace",
        "Backspace",
        "Backspace",
    ]);
    stage.text("18:00");
    stage.keys(&["F8"]);
    assert!(stage.panes.is_empty(), "{}", stage.message());
    let rows = stage
        .desk
        .store()
        .rows(&crate::store::Query {
            registers: vec!["follow_up"],
            ..crate::store::Query::default()
        })
        .unwrap();
    let id = rows[0].id;
    let record = stage.desk.record(id).unwrap().0;
    assert_eq!(
        (record.text("kind"), record.text("subject")),
        (Some("callback"), Some("老张"))
    );
    let due = record.value("due_at").cloned();
    stage.push(|reach| RecordForm::of_record(reach, id));
    stage.keys(&["Tab"]);
    stage.keys(&["Esc"]);
    stage.push(|reach| RecordForm::of_record(reach, id));
    stage.keys(&["3", "F8"]);
    let record = stage.desk.record(id).unwrap().0;
    assert_eq!(record.text("kind"), Some("visit"), "{}", stage.message());
    assert_eq!(
        record.value("due_at").cloned(),
        due,
        "what was not touched stays"
    );
}

#[test]
fn alarms_about_streams_stand_among_the_contradictions() {
    use crate::chance::SeededRandom;
    use crate::domain::id::Id;
    use crate::domain::payload::{Change, Payload};
    use crate::domain::registers::note;
    use crate::domain::seal::ReplicaKey;
    use crate::exchange::bundle::{self, Export, Selection};
    use crate::store::{Author, Draft, Store};
    use crate::tui::overlays::stage::NOW;

    let mut stage = Stage::new();
    // A colleague whose clock is two hours ahead.
    let folder = tempfile::tempdir().unwrap();
    let shop = stage.desk.store().shop().unwrap().clone();
    let mut other = Store::create(&folder.path().join("data"), shop).unwrap();
    let replica = other
        .add_replica(ReplicaKey::from_secret(&[99; 32]))
        .unwrap();
    let (author, ahead) = (Author { replica, zone: 480 }, NOW + 7_200_000);
    let draft = Draft::new(
        &note::REGISTER,
        Id([98; 16]),
        Payload::Open(Change::default()),
        ahead,
    );
    let mut random = SeededRandom::new("ahead");
    other.append(&author, ahead, &mut random, &[draft]).unwrap();
    let file = folder.path().join("ahead.zbundle");
    let export = Export {
        selection: Selection::All,
        ..Export::new(replica, ahead)
    };
    bundle::export(&mut other, &export, &file).unwrap();
    bundle::import(stage.desk.store_mut(), &file, NOW, &mut |_| true).unwrap();
    stage.push(|reach| HeldPane::new(reach.desk, reach.words));
    let seen = stage.screen(120, 37);
    println!("{seen}");
    assert!(seen.contains("的钟快 120 分"), "{seen}");
    stage.draw_everywhere();
}

#[test]
fn contradictions_are_shown_and_settled() {
    let mut stage = Stage::new();
    stage.push(|reach| HeldPane::new(reach.desk, reach.words));
    assert!(
        stage.screen(80, 21).contains("没有待核"),
        "{}",
        stage.screen(80, 21)
    );
    stage.draw_everywhere();
    stage.panes.clear();
    // Two promises of money on one order contradict each other.
    let order = stage.desk.order_by_number(ORDER).unwrap().unwrap().id;
    let money = Some(crate::domain::money::Money::cny(1_000));
    for _ in 0..2 {
        stage
            .desk
            .promise(
                order,
                "退差价",
                crate::tui::overlays::stage::NOW + 3_600_000,
                money,
            )
            .unwrap();
    }
    stage.push(|reach| HeldPane::new(reach.desk, reach.words));
    let seen = stage.screen(80, 21);
    println!("{seen}");
    assert!(seen.contains("冲突 1"), "{seen}");
    stage.draw_everywhere();
    stage.keys(&["Enter"]);
    assert!(
        stage.screen(80, 21).contains("承诺"),
        "{}",
        stage.screen(80, 21)
    );
    stage.keys(&["Esc", "F8"]);
    stage.text("是同一笔");
    stage.keys(&["Enter"]);
    assert!(
        stage.screen(80, 21).contains("没有待核"),
        "{} {}",
        stage.message(),
        stage.screen(80, 21)
    );
}

#[test]
fn the_plan_shows_everybody_and_fills_in_what_is_known() {
    let mut stage = Stage::sample("王主管");
    let pane = stage.with(|reach| super::plan::PlanPane::new(reach.desk, reach.words).unwrap());
    stage.push(|_| Ok(pane));
    stage.draw_everywhere();
    let seen = stage.screen(80, 24);
    assert!(
        seen.contains("08:30-18:00") && seen.contains("排了"),
        "{seen}"
    );
    let mut stage = Stage::new();
    stage.with(|reach| reach.desk.set_setting("hours", "09:00-23:00").unwrap());
    let pane = stage.with(|reach| super::plan::PlanPane::new(reach.desk, reach.words).unwrap());
    stage.push(|_| Ok(pane));
    assert!(
        stage.screen(80, 24).contains("没排"),
        "{}",
        stage.screen(80, 24)
    );
    stage.keys(&["Enter"]);
    let seen = stage.screen(80, 24);
    assert!(
        seen.contains("2026-11-22") && seen.contains("23:00"),
        "{seen}"
    );
    stage.keys(&["F8"]);
    let seen = stage.screen(80, 24);
    assert!(
        seen.contains("09:00-23:00") && seen.contains("排了 1/1 人"),
        "{seen}"
    );
}

fn publish(stage: &mut Stage, title: &str, audience: &[&str]) -> crate::domain::id::Id {
    let values = crate::desk::act::fields([
        (
            crate::domain::registers::notice::KIND.name(),
            serde_json::json!("rule"),
        ),
        (
            crate::domain::registers::notice::TITLE.name(),
            serde_json::json!(title),
        ),
        (
            crate::domain::registers::notice::TEXT.name(),
            serde_json::json!("圆通爆仓，改发中通"),
        ),
        (
            crate::domain::registers::notice::AUDIENCE.name(),
            serde_json::json!(audience),
        ),
        (
            crate::domain::registers::notice::MUST_READ.name(),
            serde_json::json!(true),
        ),
    ]);
    stage.desk.open_record("notice", values).unwrap().record()
}

#[test]
fn a_notice_is_unread_until_everybody_who_is_meant_signs() {
    let mut stage = Stage::new();
    stage.colleague("小宋");
    stage.colleague("何静");
    stage.act_as("林晓");
    let id = publish(&mut stage, "圆通爆仓口径", &[]);
    let names = |stage: &Stage| {
        let unread = stage.desk.unread().unwrap();
        let people = unread.iter().flat_map(|one| one.people.clone());
        let name = |id| stage.desk.people().by_id(id).unwrap().name.clone();
        people.map(name).collect::<Vec<_>>()
    };
    assert_eq!(names(&stage), ["何静", "小宋"], "who wrote it has read it");
    assert!(stage.desk.read_notice(id).is_err());
    stage.act_as("小宋");
    assert!(stage.desk.must_read(id).unwrap());
    stage.desk.read_notice(id).unwrap();
    assert!(!stage.desk.must_read(id).unwrap());
    assert_eq!(names(&stage), ["何静"]);
    stage.act_as("何静");
    let pane = stage.with(|reach| super::record::RecordPane::open(reach.desk, reach.words, id));
    stage.push(|_| pane);
    assert!(
        stage.screen(80, 24).contains("F8 看过了"),
        "{}",
        stage.screen(80, 24)
    );
    stage.draw_everywhere();
    stage.screen(80, 24);
    stage.keys(&["F8"]);
    assert!(names(&stage).is_empty(), "{}", stage.message());
    // Other words are to be read anew.
    stage.act_as("林晓");
    let other = crate::desk::act::fields([(
        crate::domain::registers::notice::TEXT.name(),
        serde_json::json!("圆通恢复"),
    )]);
    stage.desk.set_fields(id, other).unwrap();
    assert_eq!(names(&stage), ["何静", "小宋"]);
    // One for a post is for those who have it.
    let mut sample = Stage::sample("王主管");
    let id = publish(&mut sample, "打单", &["printing"]);
    let unread = sample.desk.unread().unwrap();
    let unread = unread.iter().find(|one| one.id == id).unwrap();
    let prints = |id: &crate::domain::id::Id| {
        let person = sample.desk.people().by_id(*id).unwrap();
        person
            .posts
            .contains(&crate::domain::register::Post::Printing)
    };
    assert!(!unread.people.is_empty() && unread.people.iter().all(prints));
    assert_eq!(stage.desk.unread().unwrap().len(), 1);
    assert!(stage.desk.store().verify().unwrap().clean);
}

#[test]
fn a_long_list_that_is_narrowed_says_how_far_back_it_looked() {
    use crate::domain::registers::conversation;
    let mut stage = Stage::new();
    crate::desk::shop_tests::unowned_talks(&mut stage.desk, 1_100);
    stage.push(|reach| TablesPane::of(&conversation::REGISTER, reach.desk, reach.words));
    stage.keys(&["Ctrl+F"]);
    stage.paste("tag:zzz state:all");
    stage.keys(&["Enter"]);
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("往前看到 ") && seen.contains("还没有"),
        "{seen}"
    );
    assert!(seen.contains("0+  看到 "), "{seen}");
    stage.keys(&["Down"]);
    let seen = stage.screen(80, 21);
    assert!(seen.contains("没找到"), "{seen}");
    // A buyer and an order are found by the index, however far back.
    for asked in ["buyer:路过7 state:all", "buyer:过1099 state:all"] {
        stage.keys(&["Esc", "Ctrl+F"]);
        stage.paste(asked);
        stage.keys(&["Enter"]);
        let seen = stage.screen(80, 21);
        assert!(seen.contains(" 路过"), "{asked}: {seen}");
    }
}

#[test]
fn whom_a_notice_is_for_is_read_and_typed_in_words() {
    use crate::domain::registers::notice;
    let mut stage = Stage::new();
    let id = publish(&mut stage, "圆通爆仓口径", &["after_sales"]);
    let form = stage.with(|reach| RecordForm::of_record(reach, id));
    stage.push(|_| form);
    let seen = stage.screen(80, 24);
    assert!(
        seen.contains("售后") && !seen.contains("after_sales"),
        "{seen}"
    );
    let is_there = |stage: &Stage| {
        let seen = stage.screen(80, 24);
        let row = seen.lines().find(|row| row.contains("给谁看"));
        row.is_some_and(|row| row.contains("售后 打单"))
    };
    let mut left = 20;
    while !is_there(&stage) {
        stage.keys(&["Down"]);
        stage.text(" 打单");
        if !is_there(&stage) {
            stage.keys(&["Backspace"; 3]);
        }
        left -= 1;
        assert!(left > 0, "{}", stage.screen(80, 24));
    }
    stage.keys(&["F8"]);
    let record = stage.desk.record(id).unwrap().0;
    let audience = record.get(notice::AUDIENCE);
    assert_eq!(
        audience,
        Some(vec!["after_sales".to_owned(), "printing".to_owned()]),
        "{}",
        stage.message()
    );
}

#[test]
fn a_post_that_there_is_not_is_refused_with_those_that_there_are() {
    use crate::domain::registers::{notice, person};
    let mut stage = Stage::new();
    let id = publish(&mut stage, "圆通爆仓口径", &["after_sales"]);
    let before = stage.desk.record(id).unwrap().0.get(notice::AUDIENCE);
    let unknown = |path| crate::desk::act::fields([(path, serde_json::json!(["售候"]))]);
    let desk = &mut stage.desk;
    let set = desk.set_fields(id, unknown(notice::AUDIENCE.name()));
    let open = desk.open_record("person", unknown(person::POSTS.name()));
    for refused in [set, open] {
        assert_eq!(refused.unwrap_err().message, "problem-post");
    }
    let form = stage.with(|reach| RecordForm::of_record(reach, id));
    stage.push(|_| form);
    let is_there = |stage: &Stage| {
        let seen = stage.screen(80, 24);
        let row = seen.lines().find(|row| row.contains("给谁看"));
        row.is_some_and(|row| row.contains("售候"))
    };
    for _ in 0..20 {
        if is_there(&stage) {
            break;
        }
        stage.keys(&["Down"]);
        stage.text(" 售候");
        if !is_there(&stage) {
            stage.keys(&["Backspace"; 3]);
        }
    }
    stage.keys(&["F8"]);
    let said = stage.message().to_owned();
    let is_told = said.contains("没有「售候」这个岗位") && said.contains("售后、综合、打单");
    assert!(is_told, "{said}\n{}", stage.screen(80, 24));
    assert_eq!(
        stage.desk.record(id).unwrap().0.get(notice::AUDIENCE),
        before
    );
}

#[test]
fn what_was_seen_of_a_notice_stays_seen_when_it_is_read_anew() {
    use crate::domain::registers::notice;
    let mut stage = Stage::new();
    stage.colleague("小宋");
    stage.act_as("林晓");
    let id = publish(&mut stage, "圆通爆仓口径", &[]);
    let words = |stage: &mut Stage, text: String| {
        stage.act_as("林晓");
        let text = [(notice::TEXT.name(), serde_json::json!(text))];
        let text = crate::desk::act::fields(text);
        stage.desk.set_fields(id, text).unwrap();
        stage.act_as("小宋");
    };
    words(&mut stage, "圆通爆仓。".repeat(400));
    let pane = stage.with(|reach| super::record::RecordPane::open(reach.desk, reach.words, id));
    stage.push(|_| pane);
    // Nothing was drawn yet.
    stage.keys(&["F8"]);
    assert!(stage.desk.must_read(id).unwrap(), "{}", stage.message());
    let to_the_end = |stage: &mut Stage| {
        for _ in 0..10 {
            stage.screen(80, 24);
            stage.keys(&["PgDn"]);
        }
        stage.screen(80, 24);
        stage.keys(&["Home"]);
        stage.screen(80, 24);
    };
    to_the_end(&mut stage);
    // Other words are read from their beginning.
    words(&mut stage, "圆通恢复。".repeat(400));
    stage.refresh();
    stage.screen(80, 24);
    stage.keys(&["F8"]);
    assert!(stage.desk.must_read(id).unwrap(), "{}", stage.message());
    to_the_end(&mut stage);
    // What somebody says of it is no part of it.
    stage.act_as("林晓");
    stage.desk.remark(id, "大家看完签一下").unwrap();
    stage.act_as("小宋");
    stage.refresh();
    stage.screen(80, 24);
    stage.keys(&["F8"]);
    assert!(!stage.desk.must_read(id).unwrap(), "{}", stage.message());
}

/// Notes that printing was told of: two of an order that nobody printed, one of an order that was
/// printed since.
fn two_and_a_late_one(stage: &mut Stage) -> [crate::domain::id::Id; 3] {
    let orders = stage.desk.store().rows(&crate::store::Query {
        registers: vec!["order"],
        ..crate::store::Query::default()
    });
    let orders = orders.unwrap();
    let other = orders.iter().find(|row| {
        let number = row.order_number.as_deref();
        row.state == "open" && number.is_some_and(|number| number != ORDER)
    });
    let other = other.unwrap_or_else(|| panic!("{orders:?}"));
    let number = other.order_number.as_deref().unwrap();
    let ids = [
        (ORDER, "courier"),
        (ORDER, "greeting_card"),
        (number, "courier"),
    ]
    .map(|(order, kind)| {
        let new = NewNote {
            order: order.into(),
            kind: kind.into(),
            new: "顺丰".into(),
            ..NewNote::default()
        };
        let id = stage.desk.open_note(&new).unwrap().record();
        for step in ["changed", "flagged", "confirmed", "told"] {
            stage.desk.note_step(id, step, None).unwrap();
        }
        id
    });
    stage.desk.move_to(other.id, "printed", None).unwrap();
    ids
}

#[test]
fn all_that_change_nothing_printed_are_acknowledged_together_with_a_count() {
    let mut stage = Stage::new();
    let ids = two_and_a_late_one(&mut stage);
    let states = |stage: &Stage| ids.map(|id| stage.desk.record(id).unwrap().0.state);
    stage.push(|reach| PrintingPane::new(reach.desk, reach.words));
    stage.keys(&["Ctrl+A"]);
    let seen = stage.screen(80, 24);
    assert!(
        seen.contains("做 2 件  不动 1 件") && seen.contains("打印后更改，要单独签收"),
        "{seen}"
    );
    assert_eq!(states(&stage), ["told", "told", "told"], "nothing yet");
    stage.draw_everywhere();
    stage.keys(&["Enter"]);
    assert!(
        stage.message().contains("签收：2 件"),
        "{}",
        stage.message()
    );
    assert_eq!(states(&stage), ["acknowledged", "acknowledged", "told"]);
    stage.desk.undo(None).unwrap();
    assert_eq!(states(&stage), ["told", "told", "told"], "as it is said");
    stage.refresh();
    stage.keys(&["Ctrl+A", "Enter", "Ctrl+A", "Enter", "Esc"]);
    assert_eq!(states(&stage), ["acknowledged", "acknowledged", "told"]);
    stage.keys(&["Space"]);
    assert_eq!(states(&stage)[2], "acknowledged", "{}", stage.message());
    stage.keys(&["Ctrl+A"]);
    assert!(
        stage.message().contains("没有未签收的"),
        "{}",
        stage.message()
    );
    assert!(stage.desk.store().verify().unwrap().clean);
}

#[test]
fn only_the_printing_post_acknowledges_together() {
    let mut stage = Stage::sample("林晓");
    stage.push(|reach| PrintingPane::new(reach.desk, reach.words));
    let counts = stage.desk.printing_counts().unwrap();
    stage.keys(&["Ctrl+A", "Enter"]);
    assert_eq!(
        stage.desk.printing_counts().unwrap().unsigned,
        counts.unsigned
    );
}

#[test]
fn a_notice_that_changed_under_the_cursor_is_not_acknowledged_at_once() {
    let mut stage = Stage::sample("老吴");
    stage.push(|reach| PrintingPane::new(reach.desk, reach.words));
    let id = stage
        .desk
        .store()
        .rows(&crate::store::Query {
            registers: vec!["note"],
            states: vec!["told".into()],
            ..crate::store::Query::default()
        })
        .unwrap();
    let told: Vec<_> = id.iter().map(|row| row.id).collect();
    stage.act_as("林晓");
    for id in &told {
        let new = crate::desk::act::fields([(note::NEW.name(), serde_json::json!("示例路9号"))]);
        stage.desk.set_fields(*id, new).unwrap();
    }
    stage.act_as("老吴");
    stage.refresh();
    let waiting = |stage: &Stage| stage.desk.printing_counts().unwrap().unsigned;
    let before = waiting(&stage);
    for key in ["Space", "2"] {
        stage.keys(&[key]);
        let said = stage.message().to_owned();
        if key == "Space" {
            assert!(
                said.contains("打开后变了") && said.contains("改了"),
                "{said}"
            );
            assert_eq!(waiting(&stage), before);
        }
    }
    stage.keys(&["Space"]);
    assert_eq!(waiting(&stage), before - 1, "{}", stage.message());
}
