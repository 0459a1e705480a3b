//! Meetings over the sample shop.

use super::*;
use crate::desk::board::DutyKind;
use crate::desk::shop_tests::Shop;
use crate::i18n::Language;

fn said<'a>(meeting: &'a Meeting, section: &str) -> &'a str {
    let mut sections = meeting.sections.iter();
    let found = sections.find(|(name, _)| *name == section);
    &found.unwrap().1
}

fn is_done(desk: &Desk, kind: &str) -> bool {
    let duties = desk.board().unwrap().duties;
    let is = |wanted: &DutyKind| matches!(wanted, DutyKind::Meeting(known) if *known == kind);
    duties.iter().find(|duty| is(&duty.kind)).unwrap().done
}

#[test]
fn a_meeting_begins_with_the_day_and_is_done_when_it_is_finished() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::sample("王主管");
    let words = Words::new(Language::ZhCn);
    let evening = desk.meeting("evening", &words).unwrap();
    let names: Vec<&str> = evening.sections.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["numbers", "cases", "focus"]);
    let board = desk.board().unwrap();
    let waiting = board.total.of(crate::desk::board::Count::Waiting);
    assert!(
        said(&evening, "numbers").contains(&format!("等我 {waiting}  ")),
        "{evening:?}"
    );
    let (items, _) = desk
        .review_items(&desk.review_day(true).unwrap(), &mut Risks::new())
        .unwrap();
    let risky = items.iter().filter(|item| item.risk.is_some()).count();
    assert_eq!(said(&evening, "cases").lines().count(), risky.min(CASES));
    let morning = desk.meeting("morning", &words).unwrap();
    assert!(
        said(&morning, "split").contains("林晓  售后  09:00-18:00"),
        "{morning:?}"
    );
    let weekly = desk.meeting("weekly", &words).unwrap();
    assert_eq!(weekly.sections.len(), 4);

    let sections = fields([("numbers", json!("31 单")), ("focus", json!(""))]);
    desk.keep_meeting(&evening, sections, false).unwrap();
    assert!(!is_done(&desk, "evening"));
    let evening = desk.meeting("evening", &words).unwrap();
    assert_eq!(said(&evening, "numbers"), "31 单");
    assert!(evening.record.is_some() && !evening.is_finished);
    let sections = fields([("focus", json!("雾霾蓝到货"))]);
    desk.keep_meeting(&evening, sections, true).unwrap();
    assert!(is_done(&desk, "evening") && !is_done(&desk, "morning"));
    let again = desk.meeting("evening", &words).unwrap();
    assert!(again.is_finished && said(&again, "focus") == "雾霾蓝到货");
}

#[test]
fn an_action_needs_somebody_and_a_time_and_is_work_of_theirs() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::sample("王主管");
    let words = Words::new(Language::ZhCn);
    let meeting = desk.meeting("weekly", &words).unwrap();
    let meeting = desk
        .keep_meeting(&meeting, Fields::new(), false)
        .unwrap()
        .record();
    let who = desk.people().by_name("何静").unwrap().id;
    let due = desk.now() + DAY;
    let refused = desk.add_action(meeting, "写圆通爆仓口径", None, Some(due));
    assert_eq!(refused.unwrap_err().message, "problem-action-owner");
    let refused = desk.add_action(meeting, "写圆通爆仓口径", Some(who), None);
    assert_eq!(refused.unwrap_err().message, "problem-action-due");
    assert!(
        desk.add_action(meeting, "写", Some(who), Some(desk.now()))
            .is_err()
    );
    assert!(desk.open_actions().unwrap().is_empty());

    let later = desk
        .add_action(meeting, "补拍尺码表", Some(who), Some(due + 1))
        .unwrap();
    let first = desk
        .add_action(meeting, "写圆通爆仓口径", Some(who), Some(due))
        .unwrap();
    let open: Vec<Id> = desk
        .open_actions()
        .unwrap()
        .iter()
        .map(|row| row.id)
        .collect();
    assert_eq!(open, [first.record(), later.record()]);
    let theirs = desk.owned_open(who).unwrap();
    assert!(theirs.iter().any(|row| row.id == first.record()));
    let (record, _) = desk.record(meeting).unwrap();
    let related = desk.related(&record).unwrap();
    assert_eq!(related.len(), 2, "the minutes lead to their actions");
    desk.close(first.record(), "done").unwrap();
    assert_eq!(desk.open_actions().unwrap().len(), 1);
}

#[test]
fn who_leads_nobody_holds_no_meeting_and_a_leader_holds_the_groups() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::sample("陈立");
    let words = Words::new(Language::ZhCn);
    let meeting = desk.meeting("morning", &words).unwrap();
    assert!(!said(&meeting, "split").contains("老吴"), "{meeting:?}");
    desk.keep_meeting(&meeting, Fields::new(), true).unwrap();
    assert!(is_done(&desk, "morning"));
    let supervisor = desk.people().by_name("王主管").unwrap().clone();
    desk.act_as(&supervisor);
    assert!(!is_done(&desk, "morning"), "the shop's is another one");
    let agent = desk.people().by_name("林晓").unwrap().clone();
    desk.act_as(&agent);
    let refused = desk.meeting("morning", &words).unwrap_err();
    assert_eq!(refused.message, "problem-meeting-role");
    let values = fields([("kind", json!("morning")), ("day", json!("2026-11-22"))]);
    let refused = desk.open_record("meeting", values).unwrap_err();
    assert_eq!(refused.message, "problem-meeting-role");
}
