//! A day's review over the sample shop, played by keys.

use super::ReviewPane;
use crate::chance::SeededRandom;
use crate::desk::board::{Risks, Tally, Verdict};
use crate::domain::payload::{Direction, Payload, Say};
use crate::domain::registers::conversation;
use crate::store::{Author, Draft};
use crate::tui::jobs::Job;
use crate::tui::overlays::stage::Stage;

fn review(name: &str) -> Stage {
    let mut stage = Stage::sample(name);
    stage.push(|reach| ReviewPane::new(reach.desk));
    stage
}

fn tally(stage: &Stage) -> Tally {
    let day = stage.desk.review_day(true).unwrap();
    let scope = stage.desk.review_scope().unwrap();
    stage.desk.review_tally(&day, &scope).unwrap()
}

/// The row under the cursor.
fn here(stage: &mut Stage) -> String {
    let seen = stage.screen(80, 21);
    let row = seen.lines().find(|line| line.starts_with('>'));
    row.unwrap_or_else(|| panic!("{seen}")).to_owned()
}

#[test]
fn the_review_is_drawn_in_every_size() {
    let mut stage = review("王主管");
    for size in [(120, 37), (80, 21), (60, 17), (160, 47)] {
        println!("{}", stage.screen(size.0, size.1));
    }
    let total = tally(&stage).total;
    let seen = stage.screen(80, 21);
    for part in [format!("[1今天 0/{total}]"), "2昨天".into(), "钱".into()] {
        assert!(seen.contains(&part), "{part} in\n{seen}");
    }
    stage.draw_everywhere();
    stage.keys(&["2"]);
    assert!(
        stage.screen(80, 21).contains("[2昨天"),
        "{}",
        stage.screen(80, 21)
    );
    stage.draw_everywhere();
}

#[test]
fn one_key_an_item_and_whoever_comes_back_goes_on_where_they_were() {
    let mut stage = review("王主管");
    let first = here(&mut stage);
    stage.keys(&["F8"]);
    let second = here(&mut stage);
    assert!(
        first != second && first.contains("[ ]"),
        "{first}\n{second}"
    );
    assert_eq!(tally(&stage).reviewed, 1);
    assert!(stage.message().contains("看过 1 件"), "{}", stage.message());
    stage.keys(&["Ctrl+T"]);
    stage.draw_everywhere();
    stage.text("先问清楚");
    stage.keys(&["Enter"]);
    let third = here(&mut stage);
    assert_ne!(second, third);
    assert_eq!(tally(&stage).reviewed, 2);

    stage.keys(&["Esc"]);
    assert!(stage.panes.is_empty());
    stage.push(|reach| ReviewPane::new(reach.desk));
    assert_eq!(here(&mut stage), third, "the position is kept");
    stage.keys(&["Up", "F8"]);
    assert_eq!(here(&mut stage), third, "what was looked at is passed over");
    assert_eq!(tally(&stage).reviewed, 2);
    stage.keys(&["Ctrl+Z"]);
    assert_eq!(tally(&stage).reviewed, 1);
    assert!(stage.message().contains("撤销"), "{}", stage.message());
}

#[test]
fn an_item_goes_back_to_who_did_it_with_a_reason() {
    let mut stage = review("王主管");
    let owner = stage.desk.people().by_name("林晓").unwrap().id;
    for _ in 0..40 {
        if here(&mut stage).contains("林晓") {
            break;
        }
        stage.keys(&["Down"]);
    }
    let before = stage.desk.owned_open(owner).unwrap().len();
    stage.keys(&["Ctrl+D"]);
    stage.draw_everywhere();
    stage.keys(&["Enter"]);
    assert_eq!(stage.panes.len(), 2, "a return says why");
    stage.text("漏了告知打单");
    stage.keys(&["Enter"]);
    assert_eq!(stage.panes.len(), 1, "{}", stage.message());
    assert_eq!(stage.desk.owned_open(owner).unwrap().len(), before + 1);
    assert_eq!(tally(&stage).reviewed, 1);
}

#[test]
fn the_rest_without_a_risk_passes_together() {
    let mut stage = review("王主管");
    let total = tally(&stage).total;
    stage.keys(&["Ctrl+A"]);
    let said = stage.message();
    assert!(said.contains("标了其余"), "{said}");
    stage.draw_everywhere();
    stage.keys(&["F8"]);
    let passed = tally(&stage).reviewed;
    assert!(passed > 1 && passed < total, "{passed} of {total}");
    stage.keys(&["Ctrl+A"]);
    assert!(stage.message().contains("一件一件"), "{}", stage.message());
    stage.keys(&["Ctrl+Z"]);
    assert_eq!(tally(&stage).reviewed, 0);
    // One by one to the end.
    for _ in 0..total {
        stage.keys(&["F8"]);
    }
    assert!(tally(&stage).is_done());
    assert!(stage.message().contains("都看完了"), "{}", stage.message());
    stage.draw_everywhere();
}

#[test]
fn a_colleagues_review_moves_no_cursor() {
    let mut stage = review("王主管");
    let day = stage.desk.review_day(true).unwrap().name;
    let before = here(&mut stage);
    let rows = stage
        .desk
        .review_items(&stage.desk.review_day(true).unwrap(), &mut Risks::default())
        .unwrap()
        .0;
    stage
        .desk
        .review(rows[0].row.id, &day, &Verdict::Fine)
        .unwrap();
    stage.refresh();
    let after = here(&mut stage);
    assert_eq!(after, before.replace("[ ]", "[x]"));
}

#[test]
fn a_remark_that_was_left_moves_no_cursor_later() {
    let mut stage = review("王主管");
    let day = stage.desk.review_day(true).unwrap();
    let first = stage
        .desk
        .review_items(&day, &mut Risks::default())
        .unwrap()
        .0;
    let before = here(&mut stage);
    stage.keys(&["Ctrl+T", "Esc"]);
    assert_eq!(stage.panes.len(), 1);
    let id = first[0].row.id;
    stage.desk.review(id, &day.name, &Verdict::Fine).unwrap();
    stage.refresh();
    assert_eq!(here(&mut stage), before.replace("[ ]", "[x]"));
}

#[test]
fn the_risks_of_many_talks_are_read_beside_the_loop() {
    let mut stage = Stage::sample("王主管");
    let mut last = None;
    for at in 0..61 {
        let begun = stage.desk.open_conversation(&format!("买家{at}"), "chat");
        last = Some(begun.unwrap().record());
    }
    let last = last.unwrap();
    let said = Say {
        author: Some("林晓".into()),
        ..Say::plain(Direction::Out, "大点声")
    };
    let (now, replica) = (stage.desk.now(), stage.desk.me().unwrap().replica);
    let said = Payload::Say(Box::new(said));
    let draft = Draft::new(&conversation::REGISTER, last, said, now);
    let author = Author { replica, zone: 480 };
    let mut random = SeededRandom::new("said");
    let store = stage.desk.store_mut();
    store.append(&author, now, &mut random, &[draft]).unwrap();

    stage.holds_work = true;
    stage.keys(&["F12", "2", "Ctrl+Y"]);
    assert_eq!(stage.waiting(), [Job::Weigh(true)]);
    stage.refresh();
    assert_eq!(stage.waiting().len(), 1, "it is asked for once");
    stage.draw_everywhere();
    let mut done = Job::Weigh(true).run(&mut stage.desk, &mut |_| true);
    let mut pane = stage.panes.pop().unwrap();
    stage.with(|reach| pane.worked(&mut done, reach));
    stage.panes.push(pane);
    assert_eq!(stage.waiting().len(), 1, "all is known");
    let seen = stage.screen(120, 120);
    let row = seen.lines().find(|line| line.contains("买家60"));
    assert!(row.unwrap().contains("禁语"), "{seen}");
    assert!(!seen.contains(" ? "), "{seen}");
}

#[test]
fn the_board_leads_to_review_and_meetings() {
    let mut stage = Stage::sample("王主管");
    stage.keys(&["F12", "2"]);
    let total = tally(&stage).total;
    let seen = stage.screen(120, 37);
    for part in ["早会 分号和分工", &format!("0/{total}"), "晚会 数字和案例"] {
        assert!(seen.contains(part), "{part} in\n{seen}");
    }
    stage.keys(&["Ctrl+Y", "F8", "Esc"]);
    let seen = stage.screen(120, 37);
    assert!(seen.contains(&format!("1/{total}")), "{seen}");
    // The duties are the part before the sheets: go there and down to each row.
    for (row, shown) in [("早会", "分号分工"), ("日清", "[1今天"), ("晚会", "案例")] {
        while !stage.screen(80, 21).contains("> 今日必做") {
            stage.keys(&["Tab"]);
        }
        stage.keys(&["Home"]);
        for _ in 0..12 {
            let seen = stage.screen(120, 37);
            let here = seen
                .lines()
                .find(|line| line.contains(">[") && line.contains(row));
            if here.is_some() {
                break;
            }
            stage.keys(&["Down"]);
        }
        stage.keys(&["Enter"]);
        let seen = stage.screen(80, 21);
        assert!(seen.contains(shown), "{row}\n{seen}");
        stage.keys(&["Esc"]);
    }
    let mut stage = Stage::sample("林晓");
    let refused = stage.with(|reach| ReviewPane::new(reach.desk).err());
    assert_eq!(refused.unwrap().message, "problem-review-role");
}
