//! Meetings over the sample shop.

use super::super::Risks;
use super::*;
use crate::desk::shop_tests::Shop;
use crate::i18n::Language;

fn said<'a>(meeting: &'a Meeting, section: &str) -> &'a str {
    let mut sections = meeting.sections.iter();
    let found = sections.find(|(name, _)| *name == section);
    &found.unwrap().1
}

fn is_done(desk: &Desk, kind: &str) -> bool {
    let duties = desk.board().unwrap().duties;
    let is = |wanted: &DutyKind| matches!(wanted, DutyKind::Meeting(known, _) if *known == kind);
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
    assert!(evening.is_begun && !evening.is_finished);
    let sections = fields([("focus", json!("雾霾蓝到货"))]);
    desk.keep_meeting(&evening, sections, true).unwrap();
    assert!(is_done(&desk, "evening") && !is_done(&desk, "morning"));
    let duties = desk.board().unwrap().duties;
    let says_when = |duty: &crate::desk::board::Duty| {
        matches!(duty.kind, DutyKind::Meeting("evening", Some(_)))
    };
    assert!(duties.iter().any(says_when), "{duties:?}");
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

#[test]
fn a_leader_keeps_the_own_groups_meeting_and_goes_to_the_shops() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::sample("王主管");
    let words = Words::new(Language::ZhCn);
    let shops = desk.meeting("morning", &words).unwrap();
    let text = |text: &str| fields([("focus", json!(text))]);
    desk.keep_meeting(&shops, text("全店"), true).unwrap();
    let leader = desk.people().by_name("陈立").unwrap().clone();
    desk.act_as(&leader);
    assert!(is_done(&desk, "morning"), "the group was at the shop's");

    let own = desk.meeting("morning", &words).unwrap();
    assert!(own.id != shops.id && !own.is_begun && own.post.is_some());
    desk.keep_meeting(&own, text("本组"), false).unwrap();
    assert!(!is_done(&desk, "morning"), "the own one runs");
    assert_eq!(desk.record(shops.id).unwrap().0.text("focus"), Some("全店"));

    // Nor the shop's by any other way.
    let due = desk.now() + DAY;
    let refused = [
        desk.keep_meeting(&shops, text("改"), false),
        desk.set_fields(shops.id, text("改")),
        desk.set_fields(own.id, [("post".to_owned(), json!(null))].into()),
        desk.move_to(shops.id, "open", None),
        desk.add_action(shops.id, "写口径", Some(leader.id), Some(due)),
        desk.open_record(
            "meeting",
            fields([("kind", json!("weekly")), ("day", json!(own.day))]),
        ),
    ];
    for refused in refused {
        assert_eq!(refused.unwrap_err().message, "problem-meeting-group");
    }
    desk.set_fields(own.id, text("改")).unwrap();
    desk.add_action(own.id, "写口径", Some(leader.id), Some(due))
        .unwrap();
    desk.move_to(own.id, "finished", None).unwrap();
    assert!(is_done(&desk, "morning"));
}

#[test]
fn two_who_begin_a_meeting_begin_one_and_it_can_be_begun_again() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::sample("王主管");
    let words = Words::new(Language::ZhCn);
    let text = |text: &str| fields([("focus", json!(text))]);
    let (one, other) = (
        desk.meeting("evening", &words).unwrap(),
        desk.meeting("evening", &words).unwrap(),
    );
    desk.keep_meeting(&one, text("一"), false).unwrap();
    desk.undo(None).unwrap();
    assert!(desk.kept_meeting(one.id).unwrap().is_none());
    desk.keep_meeting(&one, text("一"), false).unwrap();
    desk.keep_meeting(&other, fields([("cases", json!("二"))]), false)
        .unwrap();
    let kept = desk.meeting("evening", &words).unwrap();
    assert_eq!(
        (kept.id, said(&kept, "focus"), said(&kept, "cases")),
        (one.id, "一", "二")
    );
    desk.move_to(one.id, "cancelled", None).unwrap();
    let again = desk.meeting("evening", &words).unwrap();
    assert!(!again.is_begun);
    desk.keep_meeting(&again, text("三"), true).unwrap();
    let kept = desk.kept_meeting(one.id).unwrap().unwrap();
    assert!(kept.is_finished && said(&kept, "focus") == "三");
}

#[test]
fn who_has_left_gets_no_action_and_what_a_review_returned_is_counted_alone() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::sample("王主管");
    let words = Words::new(Language::ZhCn);
    let weekly = desk.meeting("weekly", &words).unwrap();
    let quality = said(&weekly, "quality").to_owned();
    let by_hand = fields([
        ("kind", json!("correction")),
        ("subject", json!("改")),
        ("due_at", json!(desk.now() + DAY)),
    ]);
    desk.open_record("follow_up", by_hand).unwrap();
    let weekly = desk.meeting("weekly", &words).unwrap();
    assert_eq!(said(&weekly, "quality"), quality);
    let day = desk.review_day(true).unwrap();
    let (items, _) = desk.review_items(&day, &mut Risks::new()).unwrap();
    let me = desk.me().unwrap().id;
    let of_another = items
        .iter()
        .find(|item| matches!(item.row.owner, Some(Owner::Person(id)) if id != me));
    let verdict = crate::desk::board::Verdict::Return("补上".into());
    desk.review(of_another.unwrap().row.id, &day.name, &verdict)
        .unwrap();
    let weekly = desk.meeting("weekly", &words).unwrap();
    assert_eq!(said(&weekly, "quality"), "日清退回 1 件，还没改完 1 件");

    let who = desk.people().by_name("何静").unwrap().id;
    desk.keep_meeting(&weekly, Fields::new(), false).unwrap();
    desk.move_to(who, "left", None).unwrap();
    let due = desk.now() + DAY;
    let refused = desk.add_action(weekly.id, "写口径", Some(who), Some(due));
    assert_eq!(refused.unwrap_err().message, "problem-action-gone");
}
