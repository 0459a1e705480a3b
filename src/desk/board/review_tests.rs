//! A day's review over the sample shop.

use super::*;
use crate::desk::shop_tests::Shop;
use crate::domain::deadline::day_start;
use crate::domain::payload::Fields;
use crate::store::Order;

fn today(desk: &Desk) -> (ReviewDay, Vec<ReviewItem>) {
    let day = desk.review_day(true).unwrap();
    let (items, more) = desk.review_items(&day, &mut Risks::new()).unwrap();
    assert!(!more);
    (day, items)
}

fn tally(desk: &Desk, day: &ReviewDay) -> (u64, u64) {
    let scope = desk.review_scope().unwrap();
    let tally = desk.review_tally(day, &scope).unwrap();
    (tally.reviewed, tally.total)
}

fn owned_by_another(desk: &Desk, items: &[ReviewItem]) -> (Id, Id) {
    let me = desk.me().unwrap().id;
    let owned = items.iter().find_map(|item| match item.row.owner {
        Some(Owner::Person(id)) if id != me => Some((item.row.id, id)),
        _ => None,
    });
    owned.unwrap()
}

#[test]
fn a_day_is_what_began_fell_due_or_ended_on_it_counted_by_hand() {
    let Shop {
        folder: _folder,
        desk,
    } = Shop::sample("王主管");
    for is_today in [true, false] {
        let day = desk.review_day(is_today).unwrap();
        let (items, _) = desk.review_items(&day, &mut Risks::new()).unwrap();
        let within = |at: i64| at >= day.begins && at < day.ends;
        let by_hand: Vec<Id> = REVIEWED_REGISTERS
            .iter()
            .flat_map(|register| {
                let rows = desk.store().rows(&Query {
                    registers: vec![register.name],
                    order: Order::Opened,
                    limit: Some(10_000),
                    ..Query::default()
                });
                rows.unwrap()
            })
            .filter(|row| !row.void && row.opened <= desk.now())
            .filter(|row| {
                let ended = row.closed.is_some_and(within) && row.register != "conversation";
                within(row.opened)
                    || row.due.is_some_and(within) && row.opened < day.begins
                    || ended && row.opened < day.begins
            })
            .map(|row| row.id)
            .collect();
        let mut ids: Vec<Id> = items.iter().map(|item| item.row.id).collect();
        let known = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), known, "each once");
        let mut by_hand = by_hand;
        by_hand.sort_unstable();
        assert_eq!(ids, by_hand);
        assert_eq!(tally(&desk, &day), (0, by_hand.len() as u64));
        if is_today {
            assert!(known > 20, "{known}");
            let risky = items.iter().filter(|item| item.risk.is_some()).count();
            assert!(risky > 3 && items[..risky].iter().all(|item| item.risk.is_some()));
        }
    }
    let (day, before) = (
        desk.review_day(true).unwrap(),
        desk.review_day(false).unwrap(),
    );
    assert_eq!(before.ends, day.begins);
    let name = day.name.parse().unwrap();
    assert_eq!(day_start(name, &desk.zone(), 4), Some(day.begins));
}

#[test]
fn what_was_looked_at_is_counted_and_one_undo_takes_it_back() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::sample("王主管");
    let (day, items) = today(&desk);
    let total = items.len() as u64;
    let ids: Vec<Id> = items.iter().map(|item| item.row.id).collect();
    let before = desk.record(ids[0]).unwrap().0;
    desk.review(ids[0], &day.name, &Verdict::Fine).unwrap();
    assert_eq!(tally(&desk, &day), (1, total));
    let after = desk.record(ids[0]).unwrap().0;
    assert_eq!(
        (after.owner, &after.state, after.entries.len()),
        (before.owner, &before.state, before.entries.len()),
        "it is looked at and nothing else"
    );
    // Once more is nothing more.
    let again = desk.review(ids[0], &day.name, &Verdict::Fine).unwrap();
    assert!(again.events.is_empty());
    desk.review_all(&ids[..4], &day.name).unwrap();
    assert_eq!(tally(&desk, &day), (4, total));
    // The day before knows nothing of it.
    assert_eq!(tally(&desk, &desk.review_day(false).unwrap()).0, 0);
    desk.undo(None).unwrap();
    assert_eq!(tally(&desk, &day), (1, total));
    desk.undo(None).unwrap();
    assert_eq!(tally(&desk, &day), (0, total));
    desk.review_all(&ids, &day.name).unwrap();
    let scope = desk.review_scope().unwrap();
    assert!(desk.review_tally(&day, &scope).unwrap().is_done());
}

#[test]
fn a_comment_stays_in_the_item_and_a_return_is_work_for_who_did_it() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::sample("王主管");
    let (day, items) = today(&desk);
    let (id, owner) = owned_by_another(&desk, &items);
    let open = |desk: &Desk| desk.owned_open(owner).unwrap();
    let before = open(&desk).len();
    let comment = Verdict::Comment("先问清楚再答应时间".into());
    desk.review(id, &day.name, &comment).unwrap();
    let record = desk.record(id).unwrap().0;
    let said = record
        .entries
        .iter()
        .find(|entry| entry.say.text.as_deref() == Some("先问清楚再答应时间"));
    assert_eq!(said.unwrap().say.direction, Direction::Internal);
    assert_eq!(open(&desk).len(), before);

    let back = Verdict::Return("漏了告知打单，补上".into());
    desk.review(id, &day.name, &back).unwrap();
    let items = open(&desk);
    assert_eq!(items.len(), before + 1);
    let returned = items.iter().find(|row| row.fields["kind"] == "correction");
    let returned = returned.unwrap().clone();
    assert_eq!(returned.subject.as_deref(), Some("漏了告知打单，补上"));
    assert_eq!(returned.due, Some(desk.day_ends(day.ends).unwrap()));
    // From the one the way leads to the other.
    let (back, _) = desk.record(returned.id).unwrap();
    assert!(desk.related(&back).unwrap().iter().any(|row| row.id == id));
    let (record, _) = desk.record(id).unwrap();
    assert!(
        desk.related(&record)
            .unwrap()
            .iter()
            .any(|row| row.id == returned.id)
    );
    assert_eq!(tally(&desk, &day).0, 1, "however often it is spoken of");
    desk.undo(None).unwrap();
    assert_eq!(open(&desk).len(), before);
}

#[test]
fn a_leader_reviews_the_group_and_an_agent_nothing() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::sample("王主管");
    let (day, all) = today(&desk);
    let leader = desk.people().by_name("陈立").unwrap().clone();
    desk.act_as(&leader);
    let (_, group) = today(&desk);
    let scope = desk.review_scope().unwrap();
    assert!(!group.is_empty() && group.len() < all.len());
    assert!(group.iter().all(|item| scope.has_row(&item.row)));
    let other = all.iter().find(|item| !scope.has_row(&item.row)).unwrap();
    let refused = desk.review(other.row.id, &day.name, &Verdict::Fine);
    assert_eq!(refused.unwrap_err().message, "problem-review-group");

    let agent = desk.people().by_name("林晓").unwrap().clone();
    desk.act_as(&agent);
    let refused = desk.review(all[0].row.id, &day.name, &Verdict::Fine);
    assert_eq!(refused.unwrap_err().message, "problem-review-role");
    // Nor by hand.
    let values = [(reviewed::path(&day.name), json!(true))]
        .into_iter()
        .collect();
    let refused = desk.set_fields(all[0].row.id, values);
    assert_eq!(refused.unwrap_err().message, "problem-review-by-hand");
}

/// An item of somebody else's, looked over by the supervisor who is at the desk.
fn of_another(desk: &Desk) -> (ReviewDay, Id, Id) {
    let (day, items) = today(desk);
    let (id, owner) = owned_by_another(desk, &items);
    (day, id, owner)
}

#[test]
fn a_day_of_thousands_is_counted_to_its_end_and_what_nobody_looked_at_comes_first() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::sample("王主管");
    let (day, before) = today(&desk);
    let mut act = desk.act();
    for _ in 0..1_001 {
        act.open(&note::REGISTER, desk.new_id(), Fields::new());
    }
    desk.write(act).unwrap();
    let total = before.len() as u64 + 1_001;
    assert_eq!(tally(&desk, &day), (0, total));
    assert!(
        !desk
            .review_tally(&day, &Scope::default())
            .unwrap()
            .is_done()
    );

    let page = |desk: &Desk| desk.items_of_day(&day, &mut Risks::new(), 10).unwrap();
    let (first, more) = page(&desk);
    assert_eq!((first.len(), more), (10, true));
    let ids: Vec<Id> = first.iter().map(|item| item.row.id).collect();
    desk.review_all(&ids, &day.name).unwrap();
    let (next, more) = page(&desk);
    assert!(more && next.len() == 10);
    assert!(
        next.iter()
            .all(|item| !item.reviewed && !ids.contains(&item.row.id))
    );
    let (all, more) = desk
        .items_of_day(&day, &mut Risks::new(), total as usize)
        .unwrap();
    assert!(!more && all.len() as u64 == total);
}

#[test]
fn a_review_wakes_nobody_who_waits_for_a_change() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::sample("王主管");
    let (day, id, owner) = of_another(&desk);
    let (king, owner) = (
        desk.me().unwrap().clone(),
        desk.people().by_id(owner).unwrap().clone(),
    );
    desk.act_as(&owner);
    desk.snooze_for(id, desk.now() + 3_600_000, Some("change"))
        .unwrap();
    desk.act_as(&king);
    let snoozed = |desk: &Desk| desk.store().row(id).unwrap().unwrap().snoozed_until;
    desk.review(id, &day.name, &Verdict::Fine).unwrap();
    assert!(snoozed(&desk).is_some(), "looking at it changes nothing");
    let comment = Verdict::Comment("先问清楚".into());
    desk.review(id, &day.name, &comment).unwrap();
    assert_eq!(snoozed(&desk), None, "what is said to them does");
}

#[test]
fn a_risk_that_comes_later_is_seen() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::sample("王主管");
    let (day, _) = today(&desk);
    let mut known = Risks::new();
    let risk = |desk: &Desk, known: &mut Risks, id: Id| {
        let (items, _) = desk.review_items(&day, known).unwrap();
        items.iter().find(|item| item.row.id == id).unwrap().risk
    };
    let talk = desk.open_conversation("小鹿", "chat").unwrap().record();
    assert_eq!(risk(&desk, &mut known, talk), None);
    let said = talked(Direction::Out, "林晓".into(), "大点声");
    let mut act = desk.act();
    act.add(&conversation::REGISTER, talk, Payload::Say(Box::new(said)));
    desk.write(act).unwrap();
    assert_eq!(risk(&desk, &mut known, talk), Some(Risk::Banned));
}

#[test]
fn nothing_is_returned_to_who_has_left() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::sample("王主管");
    let (day, id, owner) = of_another(&desk);
    let first = desk.record(id).unwrap().0.first_owner;
    assert_eq!(first, Some(Owner::Person(owner)));
    desk.move_to(owner, "left", None).unwrap();
    let back = Verdict::Return("补上".into());
    let refused = desk.review(id, &day.name, &back).unwrap_err();
    assert_eq!(refused.message, "problem-review-nobody");
    assert_eq!(tally(&desk, &day).0, 0);
}

#[test]
fn an_item_belongs_to_the_review_of_its_own_day() {
    let Shop {
        folder: _folder,
        desk,
    } = Shop::sample("王主管");
    let (day, items) = today(&desk);
    let before = desk.review_day(false).unwrap();
    let (old, _) = desk.review_items(&before, &mut Risks::new()).unwrap();
    let is_of = |items: &[ReviewItem], id: Id| items.iter().any(|item| item.row.id == id);
    let old = old.iter().find(|item| !is_of(&items, item.row.id)).unwrap();
    desk.may_review_on(old.row.id, &before).unwrap();
    desk.may_review_on(items[0].row.id, &day).unwrap();
    let refused = desk.may_review_on(old.row.id, &day).unwrap_err();
    assert_eq!(refused.message, "problem-review-day");
}

#[test]
fn of_many_talks_the_risks_are_left_to_be_read_beside() {
    let Shop {
        folder: _folder,
        mut desk,
    } = Shop::sample("王主管");
    let mut act = desk.act();
    let talks: Vec<Id> = (0..2 * AT_ONCE).map(|_| desk.new_id()).collect();
    for talk in &talks {
        act.open(&conversation::REGISTER, *talk, Fields::new());
    }
    let said = talked(Direction::Out, "林晓".into(), "大点声");
    act.add(
        &conversation::REGISTER,
        talks[7],
        Payload::Say(Box::new(said)),
    );
    desk.write(act).unwrap();
    let day = desk.review_day(true).unwrap();
    let mut known = Risks::new();
    let (items, _) = desk.review_items(&day, &mut known).unwrap();
    let left = items.iter().filter(|item| !item.is_weighed).count();
    assert!(known.len() == AT_ONCE && left >= AT_ONCE, "{left}");
    // Reading stops where that is asked for.
    let stopped = desk.risks_of_day(&day, &mut |done, _| done == 0).unwrap();
    assert!(stopped.is_none());
    let mut told = Vec::new();
    let mut tell = |done: usize, of: usize| {
        told.push((done, of));
        true
    };
    let mut known = desk.risks_of_day(&day, &mut tell).unwrap().unwrap();
    assert!(told.len() > 1 && known.len() == told[0].1, "{told:?}");
    let (items, _) = desk.review_items(&day, &mut known).unwrap();
    assert!(items.iter().all(|item| item.is_weighed));
    let risky = items.iter().filter(|item| item.risk.is_some());
    let risky: Vec<(Id, Option<Risk>)> = risky.map(|item| (item.row.id, item.risk)).collect();
    assert!(risky.contains(&(talks[7], Some(Risk::Banned))), "{risky:?}");
    let heaviest = desk.heaviest(&day, risky.len()).unwrap();
    let heaviest: Vec<(Id, Option<Risk>)> = heaviest
        .iter()
        .map(|item| (item.row.id, item.risk))
        .collect();
    assert_eq!(heaviest, risky);
}
