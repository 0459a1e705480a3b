//! Meetings over the sample shop, played by keys.

use super::{MeetingPane, choose};
use crate::chance::SeededRandom;
use crate::domain::id::Id;
use crate::domain::payload::{Change, Payload};
use crate::domain::registers::meeting::REGISTER;
use crate::store::{Author, Draft};
use crate::tui::overlays::stage::Stage;

fn meeting(kind: &str) -> Stage {
    let mut stage = Stage::sample("王主管");
    stage.push(|reach| MeetingPane::open(reach, kind));
    stage
}

#[test]
fn the_evening_begins_with_numbers_and_cases_and_is_drawn_in_every_size() {
    let mut stage = meeting("evening");
    for (width, height) in [(120, 37), (80, 21), (60, 17)] {
        println!("{}", stage.screen(width, height));
    }
    let seen = stage.screen(80, 21);
    for part in [
        "晚会",
        "数字",
        "案例",
        "接下来",
        "会上定的事",
        "等我",
        "Ins",
    ] {
        assert!(seen.contains(part), "{part} in\n{seen}");
    }
    stage.draw_everywhere();
    let mut stage = meeting("weekly");
    println!("{}", stage.screen(80, 21));
    let seen = stage.screen(80, 21);
    for part in ["数字", "经验教训", "质检培训", "接下来"] {
        assert!(seen.contains(part), "{part} in\n{seen}");
    }
    stage.draw_everywhere();
}

#[test]
fn what_is_written_is_a_draft_until_it_is_finished() {
    let mut stage = meeting("morning");
    stage.keys(&[
        "Down", "Down", "Down", "Down", "Down", "Down", "Down", "Down",
    ]);
    stage.keys(&[
        "Down", "Down", "Down", "Down", "Down", "Down", "Down", "Down",
    ]);
    stage.text("雾霾蓝今天到");
    let (key, kept) = stage.panes[0].draft().unwrap();
    assert!(
        key.starts_with("meeting/morning/2026-") && kept.contains("雾霾蓝"),
        "{kept}"
    );
    stage.keys(&["F8"]);
    assert!(
        stage.panes.is_empty() && stage.message().contains("早会"),
        "{}",
        stage.message()
    );
    stage.push(|reach| MeetingPane::open(reach, "morning"));
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("已开") && seen.contains("雾霾蓝今天到"),
        "{seen}"
    );
    stage.keys(&["F9"]);
    let copied = stage.copied.last().unwrap();
    assert!(
        copied.contains("分号分工") && copied.contains("林晓"),
        "{copied}"
    );
}

#[test]
fn what_was_taken_back_beneath_it_is_written_anew() {
    let mut stage = meeting("weekly");
    stage.text("周末备货");
    // An action belongs to a meeting that is kept.
    stage.keys(&["Ins", "Esc"]);
    assert_eq!(stage.panes.len(), 1, "{}", stage.message());
    stage.desk.undo(None).unwrap();
    stage.refresh();
    let (_, kept) = stage.panes[0].draft().unwrap();
    assert!(kept.contains("周末备货"), "{kept}");
    stage.keys(&["F8"]);
    assert!(stage.panes.is_empty(), "{}", stage.message());
    stage.push(|reach| MeetingPane::open(reach, "weekly"));
    let seen = stage.screen(80, 21);
    assert!(seen.contains("已开") && seen.contains("周末备货"), "{seen}");
}

#[test]
fn an_action_without_owner_or_time_is_refused_and_its_owner_gets_it() {
    let mut stage = meeting("weekly");
    stage.keys(&["Ins"]);
    assert_eq!(stage.panes.len(), 2, "{}", stage.message());
    stage.draw_everywhere();
    stage.text("写圆通爆仓口径");
    stage.keys(&["F8"]);
    assert!(stage.message().contains("没写谁做"), "{}", stage.message());
    stage.keys(&["2", "F8"]);
    assert!(stage.message().contains("时间"), "{}", stage.message());
    stage.text("18:00");
    println!("{}", stage.screen(80, 21));
    stage.keys(&["F8"]);
    assert_eq!(stage.panes.len(), 1, "{}", stage.message());
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("写圆通爆仓口径") && seen.contains("没做完 1"),
        "{seen}"
    );
    let action = stage.desk.open_actions().unwrap().remove(0);
    let Some(crate::domain::register::Owner::Person(who)) = action.owner else {
        panic!("{action:?}");
    };
    assert!(
        stage
            .desk
            .owned_open(who)
            .unwrap()
            .iter()
            .any(|row| row.id == action.id)
    );
    stage.draw_everywhere();
}

#[test]
fn which_meeting_is_asked_and_an_agent_is_told_whose_they_are() {
    let mut stage = Stage::sample("王主管");
    stage.push(choose);
    assert!(stage.screen(80, 21).contains("开哪个会"));
    stage.draw_everywhere();
    stage.keys(&["3"]);
    let seen = stage.screen(80, 21);
    assert!(seen.contains("周会") && seen.contains("经验教训"), "{seen}");
    stage.act_as("林晓");
    let refused = stage.with(|reach| choose(reach).err());
    assert_eq!(refused.unwrap().message, "problem-meeting-role");
}

/// Somebody writes to a meeting on another desk.
fn by_another(
    stage: &mut Stage,
    meeting: Id,
    write: fn(Change) -> Payload,
    values: &[(&str, &str)],
) {
    let fields = values.iter();
    let fields = fields.map(|(name, text)| ((*name).to_owned(), (*text).into()));
    let change = Change {
        fields: fields.collect(),
        ..Change::default()
    };
    let now = stage.desk.now();
    let draft = Draft::new(&REGISTER, meeting, write(change), now);
    let replica = stage.desk.people().by_name("韩梅").unwrap().replica;
    let author = Author { replica, zone: 480 };
    let mut random = SeededRandom::new("another");
    let store = stage.desk.store_mut();
    store.append(&author, now, &mut random, &[draft]).unwrap();
}

#[test]
fn what_a_colleague_wrote_meanwhile_stays_and_is_told_before_anything_is_kept() {
    let mut stage = meeting("morning");
    let meeting = stage.desk.meeting("morning", &stage.words).unwrap();
    stage.text("本地");
    // Another supervisor begins it meanwhile.
    let begun = [
        ("kind", "morning"),
        ("day", meeting.day.as_str()),
        ("numbers", "别人写的数字"),
    ];
    by_another(&mut stage, meeting.id, Payload::Open, &begun);
    stage.keys(&["F8"]);
    assert_eq!(stage.panes.len(), 1, "{}", stage.message());
    let said = stage.message();
    assert!(
        said.contains("打开后变了") && said.contains("韩梅"),
        "{said}"
    );
    let seen = stage.screen(80, 21);
    assert!(
        seen.contains("别人写的数字") && seen.contains("本地"),
        "{seen}"
    );
    stage.keys(&["Ins"]);
    assert_eq!(stage.panes.len(), 2, "{}", stage.message());
    let kept = stage.desk.kept_meeting(meeting.id).unwrap().unwrap();
    let sections = [
        ("split", ""),
        ("numbers", "别人写的数字"),
        ("focus", "本地"),
    ];
    assert_eq!(
        kept.sections,
        sections.map(|(name, text)| (name, text.to_owned()))
    );
    stage.keys(&["Esc"]);
    assert_eq!(
        stage.panes[0].draft().unwrap().1,
        "",
        "what is recorded is no draft"
    );

    let more = [("numbers", "又改了")];
    by_another(&mut stage, meeting.id, Payload::Set, &more);
    stage.refresh();
    let seen = stage.screen(80, 21);
    assert!(seen.contains("又改了") && seen.contains("本地"), "{seen}");
    assert_eq!(stage.panes[0].draft().unwrap().1, "");
}
