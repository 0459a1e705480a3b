use super::*;
use crate::desk::act::fields;
use crate::desk::shop_tests::Shop;
use crate::domain::registers::{complaint, follow_up};

/// Opens a reminder of one's own about a customer, an order, or neither.
fn remind(desk: &mut Desk, customer: Option<Id>, order: Option<Id>, due: i64) -> Id {
    let (id, me) = (desk.new_id(), desk.me().unwrap().id);
    let mut values = fields([
        ("kind", "reminder".into()),
        ("subject", "回电".into()),
        ("due_at", due.into()),
    ]);
    for (path, about) in [("customer", customer), ("order", order)] {
        if let Some(about) = about {
            values.insert(path.into(), about.to_string().into());
        }
    }
    let mut act = desk.act();
    act.begin(&follow_up::REGISTER, id, values, me);
    desk.write(act).unwrap();
    id
}

/// Two complaints on one order, neither of which says that it repeats the other: they
/// contradict each other.
fn complain_twice(desk: &mut Desk) {
    for _ in 0..2 {
        let (id, me) = (desk.new_id(), desk.me().unwrap().id);
        let values = fields([
            ("words", "掉色".into()),
            ("source", "customer".into()),
            ("order_number", "4031902847193527741".into()),
        ]);
        let mut act = desk.act();
        act.begin(&complaint::REGISTER, id, values, me);
        desk.write(act).unwrap();
    }
}

fn rows_with(todo: &Todo, item: Id) -> Vec<Id> {
    let mut buyers = todo.buyers.iter();
    let buyer = buyers.find(|buyer| buyer.items.iter().any(|one| one.row.id == item));
    let items = buyer.unwrap().items.iter();
    items.map(|item| item.row.id).collect()
}

#[test]
fn an_order_of_a_known_customer_stands_in_their_row() {
    let mut shop = Shop::sample("林晓");
    let desk = &mut shop.desk;
    let now = desk.now();
    let (customer, order, other) = (desk.new_id(), desk.new_id(), desk.new_id());
    // The one says whose order it is, the other knows only the order.
    let whose = remind(desk, Some(customer), Some(order), now + 3_000);
    let only_order = remind(desk, None, Some(order), now + 1_000);
    let only_customer = remind(desk, Some(customer), None, now + 2_000);
    let lone = remind(desk, None, Some(other), now + 4_000);
    let todo = desk.todo(View::All).unwrap();
    assert_eq!(rows_with(&todo, whose), [only_order, only_customer, whose]);
    assert_eq!(rows_with(&todo, lone), [lone]);

    // Where no item says it, the order's own record does.
    let orders = desk.store().rows(&Query {
        registers: vec!["order"],
        limit: Some(1_000),
        ..Query::default()
    });
    let known = orders.unwrap().into_iter();
    let known = known.filter(|row| row.customer.is_some());
    let known: Vec<Row> = known.take(1).collect();
    for row in &known {
        let by_order = remind(desk, None, Some(row.id), now + 5_000);
        let by_customer = remind(desk, row.customer, None, now + 6_000);
        let todo = desk.todo(View::All).unwrap();
        let row = rows_with(&todo, by_order);
        assert!(row.contains(&by_customer), "{row:?}");
    }
    assert_eq!(known.len(), 1, "the sample has an order of a customer");
}

/// What waits by a plain walk over all records, from the records themselves.
fn naive(desk: &Desk, view: View) -> (Vec<Vec<Id>>, Counts) {
    let (me, now, at_risk) = (
        desk.me().unwrap().clone(),
        desk.now(),
        desk.at_risk().unwrap(),
    );
    let rows = desk.store().rows(&Query {
        limit: Some(10_000),
        ..Query::default()
    });
    let rows = rows.unwrap();
    assert!(rows.len() < 10_000);
    let step = |row: &Row| step_is_mine(row, &me);
    let mut counts = Counts::default();
    let mut shown: Vec<(bool, i64, i64, Id, Id)> = Vec::new();
    for row in rows {
        let register = crate::domain::registers::by_name(&row.register).unwrap();
        let is_mine = row.owner == Some(Owner::Person(me.id));
        let is_ours = match row.owner {
            Some(Owner::Post(post)) => me.posts.contains(&post),
            None => row.post.is_some_and(|post| me.posts.contains(&post)),
            Some(Owner::Person(_)) => is_mine,
        };
        let hidden = row.snoozed_until.is_some_and(|until| until > now);
        if row.closed.is_some() || !register.work || hidden || !(is_ours || step(&row)) {
            continue;
        }
        let left = row.due.map_or(i64::MAX, |due| due - now);
        let is_disputed = row.conflicts > 0;
        let is_alone = !matches!(row.owner, Some(Owner::Person(_)));
        let waits = row.ours || step(&row);
        let acknowledge = row.step.as_ref();
        counts.all += 1;
        counts.overdue += usize::from(left <= 0);
        counts.urgent += usize::from(left > 0 && left <= at_risk && !is_disputed);
        counts.waiting += usize::from(waits);
        counts.mine += usize::from(is_mine);
        counts.unowned += usize::from(is_alone);
        counts.conflicts += usize::from(is_disputed);
        counts.approvals += usize::from(row.step.as_deref() == Some("approve"));
        counts.unacknowledged +=
            usize::from(acknowledge.is_some_and(|step| step.starts_with("acknowledge")));
        let is_in = match view {
            View::All => true,
            View::Waiting => waits,
            View::AtRisk => left <= at_risk,
            View::Mine => is_mine,
            View::Unowned => is_alone,
            View::LeftMessages => {
                let channel = row.fields.get("channel");
                row.ours && channel.is_some_and(|channel| channel == "board")
            }
        };
        if is_in {
            let of_order = row.order_id.map(|order| {
                let order = desk.store().row(order).unwrap();
                order.and_then(|order| order.customer.or(Some(order.id)))
            });
            let buyer = row.customer.or(of_order.flatten()).unwrap_or(row.id);
            let due = row.due.unwrap_or(i64::MAX);
            shown.push((!is_disputed, due, row.since, row.id, buyer));
        }
    }
    shown.sort();
    let mut buyers: Vec<(Id, Vec<Id>)> = Vec::new();
    for (.., id, buyer) in shown {
        match buyers.iter_mut().find(|known| known.0 == buyer) {
            Some(known) => known.1.push(id),
            None => buyers.push((buyer, vec![id])),
        }
    }
    (buyers.into_iter().map(|buyer| buyer.1).collect(), counts)
}

fn ids(todo: &Todo) -> Vec<Vec<Id>> {
    let items = |buyer: &Buyer| buyer.items.iter().map(|item| item.row.id).collect();
    todo.buyers.iter().map(items).collect()
}

#[test]
fn what_waits_is_what_a_plain_walk_over_all_registers_finds() {
    let mut shop = Shop::sample("林晓");
    let desk = &mut shop.desk;
    complain_twice(desk);
    let people = desk.people().all().to_vec();
    let (mut seen, mut disputed, mut soon) = (0, 0, 0);
    for person in people {
        desk.act_as(&person);
        for view in View::ALL {
            let todo = desk.todo(view).unwrap();
            let (buyers, counts) = naive(desk, view);
            assert_eq!(ids(&todo), buyers, "{} {view:?}", person.name);
            assert_eq!(todo.counts, counts, "{} {view:?}", person.name);
            assert!(!todo.is_cut);
        }
        let counts = desk.todo_counts().unwrap();
        let todo = desk.todo(View::All).unwrap();
        let items = todo.buyers.iter().flat_map(|buyer| &buyer.items);
        let alarming = items.filter(|item| matches!(item.mark, Mark::Overdue | Mark::Urgent));
        let alarming: BTreeSet<i64> = alarming.map(|item| item.row.no).collect();
        assert_eq!(desk.alarming().unwrap(), alarming, "{}", person.name);
        seen += counts.all;
        disputed += counts.conflicts;
        soon += counts.overdue + counts.urgent;
    }
    assert!(
        seen > 100 && disputed > 0 && soon > 10,
        "{seen} {disputed} {soon}"
    );
}

#[test]
fn what_is_not_held_is_said_and_own_items_are_found_behind_it() {
    let mut shop = Shop::sample("林晓");
    let desk = &mut shop.desk;
    complain_twice(desk);
    let whole = desk.todo(View::All).unwrap();
    assert_eq!(whole.buyers[0].first().mark, Mark::Conflict);
    let page = desk.todo_page(View::All, 3).unwrap();
    assert!(page.is_cut && !whole.is_cut);
    assert_eq!(page.counts, whole.counts, "counts go on behind the page");
    let held: usize = page.buyers.iter().map(|buyer| buyer.items.len()).sum();
    assert_eq!(held, 3);
    assert_eq!(page.buyers[0].first().mark, Mark::Conflict);
    // Each view has a page of its own.
    let mine = ids(&desk.todo_page(View::Mine, 3).unwrap()).concat();
    assert_eq!(mine.len(), 3);
    let owner = |id: &Id| desk.record(*id).unwrap().0.owner;
    let me = Some(Owner::Person(desk.me().unwrap().id));
    assert!(mine.iter().all(|id| owner(id) == me));
    let alone = ids(&desk.todo_page(View::Unowned, 3).unwrap()).concat();
    assert!(alone.len() == 3 && alone.iter().all(|id| owner(id) != me));

    // A count says what is there, or that there is more.
    let all = whole.counts.all;
    for most in 1..=all + 1 {
        let counts = desk.counts_within(most).unwrap();
        assert!(counts.capped || counts == whole.counts, "{most}");
        assert_eq!(counts.capped, most <= all, "{most}");
        assert!(counts.all <= most && counts.waiting <= whole.counts.waiting);
    }
}
