use super::*;
use crate::chance::{Random as _, SeededRandom};
use crate::desk::act::fields;
use crate::desk::bulk::Bulk;
use crate::desk::shop_tests::{Shop, buyer_says};
use crate::domain::register::{Post, Step, Wait};
use crate::domain::registers::{CUSTOMER, ORDER, complaint, follow_up, snooze};

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

/// An open item of work as its own record and its register's declaration have it.
struct Walked {
    record: Record,
    due: Option<i64>,
    wait: Wait,
    is_disputed: bool,
}

impl Walked {
    /// Whose row it stands in: the customer's, be it only the order's, else the order's.
    fn buyer(&self, desk: &Desk) -> Id {
        let of_order = |order: Id| {
            let order = desk.store().record(order).unwrap()?;
            Some(order.get(CUSTOMER).unwrap_or(order.id))
        };
        let customer = self.record.get(CUSTOMER);
        let buyer = customer.or_else(|| self.record.get(ORDER).and_then(of_order));
        buyer.unwrap_or(self.record.id)
    }
}

/// Folds every record from its events and asks its register; of the rows only what contradicts
/// across records is taken.
fn walk(desk: &Desk) -> Vec<Walked> {
    let rows = desk.store().rows(&Query {
        limit: Some(10_000),
        ..Query::default()
    });
    let rows = rows.unwrap();
    assert!(rows.len() < 10_000);
    let limits = desk.store().limits().unwrap();
    let mut open = Vec::new();
    for row in rows {
        let record = desk.store().record(row.id).unwrap().unwrap();
        let register = crate::domain::registers::by_name(&record.register).unwrap();
        if record.closed.is_some() || record.void || !register.work {
            continue;
        }
        open.push(Walked {
            due: (register.due)(&record, &limits).map(|due| due.at),
            wait: (register.wait)(&record),
            is_disputed: row.conflicts > 0,
            record,
        });
    }
    open
}

/// What waits by a plain walk over all records, from the records themselves.
fn naive(desk: &Desk, walked: &[Walked], view: View) -> (Vec<Vec<Id>>, Counts) {
    let me = desk.me().unwrap().clone();
    let (now, at_risk) = (desk.now(), desk.at_risk().unwrap());
    let is_leading = [Role::Leader, Role::Supervisor, Role::Manager].contains(&me.role);
    let mut counts = Counts::default();
    let mut shown: Vec<(bool, i64, i64, Id, Id)> = Vec::new();
    for one in walked {
        let (record, wait) = (&one.record, &one.wait);
        let is_my_step = match wait.step {
            Some(Step::Approve) => is_leading,
            Some(Step::Acknowledge(post)) => me.posts.contains(&post),
            Some(Step::Person(person)) => person == me.id,
            None => false,
        };
        let is_mine = record.owner == Some(Owner::Person(me.id));
        let is_ours = match record.owner {
            Some(Owner::Post(post)) => me.posts.contains(&post),
            None => me.posts.contains(&wait.post),
            Some(Owner::Person(_)) => is_mine,
        };
        let hidden = snooze::until(record).is_some_and(|until| until > now);
        if hidden || !(is_ours || is_my_step) {
            continue;
        }
        let left = one.due.map_or(i64::MAX, |due| due - now);
        let is_alone = !matches!(record.owner, Some(Owner::Person(_)));
        let waits = wait.ours || is_my_step;
        counts.all += 1;
        counts.overdue += usize::from(left <= 0);
        counts.urgent += usize::from(left > 0 && left <= at_risk && !one.is_disputed);
        counts.waiting += usize::from(waits);
        counts.mine += usize::from(is_mine);
        counts.unowned += usize::from(is_alone);
        counts.conflicts += usize::from(one.is_disputed);
        counts.approvals += usize::from(wait.step == Some(Step::Approve));
        counts.unacknowledged += usize::from(matches!(wait.step, Some(Step::Acknowledge(_))));
        let is_in = match view {
            View::All => true,
            View::Waiting => waits,
            View::AtRisk => left <= at_risk,
            View::Mine => is_mine,
            View::Unowned => is_alone,
            View::LeftMessages => wait.ours && record.text("channel") == Some("board"),
        };
        if is_in {
            let due = one.due.unwrap_or(i64::MAX);
            let buyer = one.buyer(desk);
            shown.push((!one.is_disputed, due, wait.since, record.id, buyer));
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

/// Lets random people do random things with what waits for them; returns how many of them were
/// done.
fn live(desk: &mut Desk, random: &mut SeededRandom, rounds: usize) -> usize {
    let people = desk.people().all().to_vec();
    let mut done = 0;
    for _ in 0..rounds {
        let person = &people[random.below(people.len() as u64) as usize];
        desk.act_as(person);
        let todo = desk.todo(View::All).unwrap();
        let all = ids(&todo).concat();
        if all.is_empty() {
            continue;
        }
        let id = all[random.below(all.len() as u64) as usize];
        let colleague = &people[random.below(people.len() as u64) as usize];
        let at = desk.now() + 60_000 + random.below(86_400_000) as i64;
        let bulk = match random.below(11) {
            0 => Bulk::Claim,
            1 => Bulk::Transfer {
                to: Owner::Post(Post::ALL[random.below(5) as usize]),
                reason: "peak".into(),
            },
            2 => Bulk::Transfer {
                to: Owner::Person(colleague.id),
                reason: "peak".into(),
            },
            3 => Bulk::Snooze {
                until: at,
                event: [None, Some("reply"), Some("change")][random.below(3) as usize],
            },
            4 => Bulk::Remind {
                text: "回电".into(),
                at,
            },
            5 => Bulk::Remark(format!("@{} 看一下", colleague.name)),
            6 => Bulk::Escalate("买家要见主管".into()),
            7 => Bulk::Close(["solved", "done", "kept"][random.below(3) as usize].into()),
            other => {
                let is_talk = desk.record(id).unwrap().0.register == "conversation";
                done += usize::from(match other {
                    8 => desk.reply(id, "在的").is_ok(),
                    9 => desk.undo(None).is_ok(),
                    _ if is_talk => {
                        buyer_says(desk, id, "在吗");
                        true
                    }
                    _ => desk.promise(id, "明天回复", at, None).is_ok(),
                });
                continue;
            }
        };
        done += usize::from(desk.bulk(&[id], &bulk).is_ok());
    }
    done
}

fn ids(todo: &Todo) -> Vec<Vec<Id>> {
    let items = |buyer: &Buyer| buyer.items.iter().map(|item| item.row.id).collect();
    todo.buyers.iter().map(items).collect()
}

/// Compares what every person sees with the walk; returns how much was seen: all, disputed, in
/// a hurry.
fn compare(desk: &mut Desk) -> (usize, usize, usize) {
    let (mut seen, mut disputed, mut soon) = (0, 0, 0);
    let walked = walk(desk);
    for person in desk.people().all().to_vec() {
        desk.act_as(&person);
        for view in View::ALL {
            let todo = desk.todo(view).unwrap();
            let (buyers, counts) = naive(desk, &walked, view);
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
    (seen, disputed, soon)
}

#[test]
fn what_waits_is_what_a_plain_walk_over_all_registers_finds() {
    let mut shop = Shop::sample("林晓");
    let desk = &mut shop.desk;
    complain_twice(desk);
    let (seen, disputed, soon) = compare(desk);
    assert!(
        seen > 100 && disputed > 0 && soon > 10,
        "{seen} {disputed} {soon}"
    );
    let done = live(desk, &mut SeededRandom::new("waiting"), 150);
    assert!(done > 60, "{done}");
    assert!(compare(desk).0 > 100);
    // The shop's limits move what is due.
    let king = desk.people().by_name("王主管").unwrap().clone();
    desk.act_as(&king);
    desk.set_setting("limit_reply", "90m").unwrap();
    desk.set_setting("limit_complaint", "30m").unwrap();
    assert!(compare(desk).2 > 0);
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
