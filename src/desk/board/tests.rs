//! The board's figures against a count by hand over every open record of the sample shop.

use super::*;
use crate::domain::money::Money;
use crate::store::Order;

/// The sample shop with one of its people at the desk.
fn sample(name: &str) -> (tempfile::TempDir, Desk) {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = crate::desk::demo::open(&folder.path().join("demo"), 1_000_000).unwrap();
    let person = desk.people().by_name(name).unwrap().clone();
    desk.act_as(&person);
    (folder, desk)
}

fn everything(desk: &Desk, register: &'static str) -> Vec<Row> {
    let rows = desk.store().rows(&Query {
        registers: vec![register],
        order: Order::Opened,
        limit: Some(10_000),
        ..Query::default()
    });
    let mut rows = rows.unwrap();
    rows.retain(|row| !row.void);
    rows
}

/// Every open record that is work and in sight, read one register after the other.
fn open_work(desk: &Desk) -> Vec<Row> {
    let now = desk.now();
    registers::ALL
        .iter()
        .filter(|register| register.work)
        .flat_map(|register| everything(desk, register.name))
        .filter(|row| row.closed.is_none() && row.snoozed_until.is_none_or(|until| until <= now))
        .collect()
}

/// Counts as one would with a pencil, without the code that is under test.
fn by_hand(desk: &Desk, count: Count, rows: &[Row]) -> usize {
    let (now, risk) = (desk.now(), desk.at_risk().unwrap());
    let (begins, ends) = (desk.day_begins(now).unwrap(), desk.day_ends(now).unwrap());
    let promises = everything(desk, "promise");
    let settled = |state: &str| {
        promises
            .iter()
            .filter(|row| row.state == state && row.closed.is_some_and(|at| at >= begins))
            .count()
    };
    let is = |holds: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| holds(row)).count();
    match count {
        Count::Waiting => is(&|row| row.ours),
        Count::Overdue => is(&|row| row.due.is_some_and(|due| due <= now)),
        Count::AtRisk => is(&|row| row.due.is_some_and(|due| due > now && due <= now + risk)),
        Count::LeftMessages => is(&|row| row.ours && row.fields["channel"] == "board"),
        Count::Unsigned => is(&|row| {
            let step = row.step.as_deref().unwrap_or_default();
            !row.ours && (step.starts_with("acknowledge:") || step.starts_with("person:"))
        }),
        Count::Approvals => is(&|row| row.register == "case" && row.state == "submitted"),
        Count::PromisesDue => {
            is(&|row| row.register == "promise" && row.due.is_some_and(|due| due < ends))
        }
        Count::Kept => settled("kept"),
        Count::Broken => settled("broken"),
    }
}

#[test]
fn every_count_is_what_a_count_by_hand_gives_and_has_its_rows() {
    let (_folder, desk) = sample("王主管");
    let (board, work) = (desk.board().unwrap(), open_work(&desk));
    let mut seen = 0;
    for count in Count::ALL {
        let total = board.total.of(count);
        assert_eq!(total as usize, by_hand(&desk, count, &work), "{count:?}");
        let (rows, more) = desk
            .board_rows(Figure::Work(Whose::Everybody, count))
            .unwrap();
        assert_eq!((rows.len() as u64, more), (total, false), "{count:?}");
        let mut of_posts = 0;
        for line in &board.posts {
            let figure = Figure::Work(Whose::Post(line.post), count);
            let rows = desk.board_rows(figure).unwrap().0.len() as u64;
            assert_eq!(rows, line.counts.of(count), "{figure:?}");
            of_posts += rows;
        }
        assert_eq!(of_posts, total, "{count:?}");
        seen += usize::from(total > 0);
    }
    assert!(
        seen >= 7,
        "the sample shows most of the counts: {:?}",
        board.total
    );
    for one in &board.people {
        for count in [
            Count::Waiting,
            Count::Overdue,
            Count::PromisesDue,
            Count::Unsigned,
        ] {
            let figure = Figure::Work(Whose::Person(one.person.id), count);
            let rows = desk.board_rows(figure).unwrap().0;
            assert_eq!(rows.len() as u64, one.counts.of(count), "{figure:?}");
        }
    }
}

#[test]
fn money_and_hours_are_the_sums_of_their_rows() {
    let (_folder, desk) = sample("王主管");
    let board = desk.board().unwrap();
    for line in &board.money {
        let rows = desk.board_rows(Figure::Money(line.figure)).unwrap().0;
        assert_eq!(rows.len() as u64, line.count, "{:?}", line.figure);
        let sums: i64 = line.sums.iter().map(|sum| sum.minor).sum();
        let by_hand: i64 = rows
            .iter()
            .filter_map(|row| Money::from_value(row.fields.get("amount")?))
            .map(|money| money.minor)
            .sum();
        assert_eq!(sums, by_hand, "{:?}", line.figure);
    }
    let open = everything(&desk, "case").into_iter().filter(|row| {
        row.closed.is_none()
            && !matches!(
                row.state.as_str(),
                "draft" | "refused" | "executed" | "told"
            )
    });
    let in_refund = board
        .money
        .iter()
        .find(|line| line.figure == MoneyFigure::InRefund);
    assert_eq!(in_refund.map(|line| line.count), Some(open.count() as u64));
    let begins = desk.day_begins(desk.now()).unwrap();
    let today = work_registers()
        .into_iter()
        .flat_map(|register| everything(&desk, register))
        .filter(|row| row.opened >= begins && row.opened <= desk.now());
    let counted: u64 = board.hours.iter().map(|hour| hour.count).sum();
    assert_eq!(counted, today.count() as u64);
    for hour in &board.hours {
        let rows = desk.board_rows(Figure::Hour(hour.begins)).unwrap().0;
        assert_eq!(rows.len() as u64, hour.count, "{hour:?}");
    }
}

#[test]
fn a_leader_sees_the_group_and_an_agent_no_board() {
    let (_folder, mut desk) = sample("陈立");
    let board = desk.board().unwrap();
    let group = ["林晓", "何静", "大刘", "郑好", "许诺", "蒋欣"];
    assert!(!board.people.is_empty());
    for one in &board.people {
        assert!(
            group.contains(&one.person.name.as_str()),
            "{}",
            one.person.name
        );
    }
    let leader = desk.me().unwrap().id;
    let of_group = |owner: Option<Owner>, post: Option<Post>| match owner {
        Some(Owner::Person(id)) => {
            id == leader
                || desk
                    .people()
                    .by_id(id)
                    .is_some_and(|person| group.contains(&person.name.as_str()))
        }
        Some(Owner::Post(post)) => post == Post::AfterSales,
        None => post == Some(Post::AfterSales),
    };
    let work = open_work(&desk);
    let mine = work
        .iter()
        .filter(|row| row.ours && of_group(row.owner, row.post));
    assert_eq!(board.total.of(Count::Waiting) as usize, mine.count());
    let all = work.iter().filter(|row| row.ours).count();
    assert!((board.total.of(Count::Waiting) as usize) < all);
    for count in Count::ALL {
        let figure = Figure::Work(Whose::Everybody, count);
        let rows = desk.board_rows(figure).unwrap().0;
        assert_eq!(rows.len() as u64, board.total.of(count), "{count:?}");
    }
    let plan = desk.board_rows(Figure::Plan).unwrap().0.len();
    assert_eq!(plan, group.len() + 1);
    assert_eq!(board.duties[0].kind, DutyKind::Plan(plan as u64));
    assert!(!board.hours.is_empty());
    for hour in &board.hours {
        let rows = desk.board_rows(Figure::Hour(hour.begins)).unwrap().0;
        assert_eq!(rows.len() as u64, hour.count, "{hour:?}");
    }
    // The load of somebody of another group stays closed.
    let other = desk.people().by_name("周敏").unwrap().id;
    let rows = desk.board_rows(Figure::Load(other)).unwrap().0;
    assert!(rows.is_empty(), "{rows:?}");

    let agent = desk.people().by_name("林晓").unwrap().clone();
    desk.act_as(&agent);
    assert_eq!(desk.board().unwrap_err().message, "problem-board-role");
    assert_eq!(
        desk.board_rows(Figure::Reviews).unwrap_err().message,
        "problem-board-role"
    );
}

#[test]
fn what_is_to_be_seen_before_a_word_is_what_the_store_knows() {
    let (_folder, desk) = sample("王主管");
    let words = crate::i18n::Words::new(crate::i18n::Language::ZhCn);
    let unsettled = desk.board_unsettled(&words).unwrap();
    let waiting: Vec<Id> = everything(&desk, "case")
        .iter()
        .filter(|row| row.state == "submitted")
        .map(|row| row.id)
        .collect();
    assert_eq!(unsettled.approvals.len(), waiting.len());
    assert!(
        unsettled
            .approvals
            .iter()
            .all(|row| waiting.contains(&row.id))
    );
    for row in &unsettled.approvals {
        let chosen = desk.board_chosen(row.id).unwrap();
        let (record, _) = desk.record(row.id).unwrap();
        assert_eq!(chosen.sum, desk.arithmetic(&record).unwrap());
        assert!(chosen.asked.is_some());
        let others = everything(&desk, "case");
        let others = others
            .iter()
            .filter(|other| other.order_id == row.order_id && other.id != row.id);
        assert_eq!(chosen.elsewhere.len(), others.count());
    }
}

#[test]
fn who_is_silent_is_neither_idle_nor_at_the_desk() {
    let person = |name: &str| super::super::people::Person {
        id: Id([7; 16]),
        name: name.into(),
        role: crate::domain::authority::Role::Agent,
        posts: vec![Post::AfterSales],
        replica: crate::domain::id::ReplicaId::default(),
        serving: Vec::new(),
        has_left: false,
    };
    let colleague = |heard| Colleague {
        person: person("小宋"),
        presence: "present".into(),
        away: None,
        shift: None,
        is_on_shift: true,
        counts: Counts::default(),
        heard,
    };
    let mut board = Board {
        people: vec![colleague(Heard::Here), colleague(Heard::At(5, false))],
        ..Board::default()
    };
    assert_eq!((board.presence(), board.out_of_sight().len()), ((2, 2), 0));
    for heard in [Heard::At(5, true), Heard::Never, Heard::CutOff] {
        board.people[1] = colleague(heard);
        assert_eq!((board.presence(), board.out_of_sight().len()), ((1, 1), 1));
    }
}

#[test]
fn a_colleague_whose_desk_fell_silent_is_out_of_sight_with_what_they_own() {
    use crate::chance::{FixedClock, SeededRandom};
    use crate::desk::begin::init_drill;
    use crate::exchange::bundle::{self, Export, Selection};

    const NOW: i64 = 1_795_333_560_000;
    const AGO: i64 = 41 * 60_000;
    let folder = tempfile::tempdir().unwrap();
    let sit = |name: &str, at: i64| {
        let (clock, random) = (Box::new(FixedClock(at)), SeededRandom::new(name));
        let place = folder.path().join(name);
        let mut desk = init_drill(&place, "shop", name, clock, Box::new(random)).unwrap();
        let me = desk.me().unwrap().clone();
        desk.sign_in(&me).unwrap();
        desk
    };
    let mut mine = sit("leader", NOW);
    let mut theirs = sit("silent", NOW - AGO);
    theirs.open_conversation("buyer", "chat").unwrap();
    let file = folder.path().join("silent.zbundle");
    let sender = theirs.me().unwrap().replica;
    let export = Export {
        selection: Selection::All,
        plain: Some("practice"),
        ..Export::new(sender, NOW - AGO)
    };
    bundle::export(theirs.store_mut(), &export, &file).unwrap();
    bundle::import(mine.store_mut(), &file, NOW, &mut |_| true).unwrap();
    mine.refresh().unwrap();

    let board = mine.board().unwrap();
    let one = &board.people[0];
    assert_eq!(
        (one.person.name.as_str(), one.presence.as_str()),
        ("silent", "present")
    );
    assert_eq!(one.heard, Heard::At(NOW - AGO, true));
    assert_eq!((board.presence(), board.out_of_sight().len()), ((0, 0), 1));
    let person = one.person.id;
    let silent = Oddity::Silent {
        person,
        since: Some(NOW - AGO),
        items: 1,
    };
    assert_eq!(board.oddities[0], silent);
    let rows = mine.board_rows(Figure::Load(person)).unwrap().0;
    assert_eq!(rows.len(), 1);

    // The shop's own limit, and a road that is broken.
    mine.set_setting("stale_sync_minutes", "60").unwrap();
    assert_eq!(
        mine.board().unwrap().people[0].heard,
        Heard::At(NOW - AGO, false)
    );
    mine.set_cut_off(true);
    let board = mine.board().unwrap();
    assert_eq!(board.people[0].heard, Heard::CutOff);
    assert_eq!((board.presence(), board.out_of_sight().len()), ((0, 0), 1));
}

#[test]
fn orders_that_no_export_brought_and_old_exports_are_said() {
    let (_folder, mut desk) = sample("王主管");
    let mut unverified = everything(&desk, "order");
    unverified.retain(|row| {
        let (record, _) = desk.record(row.id).unwrap();
        crate::domain::registers::order::is_unverified(&record)
    });
    let rows = desk.board_rows(Figure::Unverified).unwrap().0;
    assert_eq!(rows.len(), unverified.len());
    let board = desk.board().unwrap();
    let said = Oddity::Unverified(unverified.len() as u64);
    assert!(board.oddities.contains(&said), "{:?}", board.oddities);
    // No export of refunds says what times out: nought is not known to be nought.
    let clocks = board
        .money
        .iter()
        .find(|line| line.figure == MoneyFigure::TimingOut);
    assert!(!clocks.unwrap().is_known);
    assert!(board.duties.contains(&Duty {
        kind: DutyKind::Clocks(None),
        done: false,
    }));
    desk.set_setting("stale_orders_hours", "0").unwrap();
    let board = desk.board().unwrap();
    let stale = |one: &Oddity| matches!(one, Oddity::Stale(kind, _) if kind == "orders");
    assert!(board.oddities.iter().any(stale), "{:?}", board.oddities);
    let imports = |duty: &&Duty| matches!(duty.kind, DutyKind::Import("orders", Some(_)));
    assert!(
        board
            .duties
            .iter()
            .find(imports)
            .is_some_and(|duty| !duty.done)
    );
}

#[test]
fn the_board_is_the_sum_of_what_each_person_sees() {
    use crate::desk::todo::View;
    let (_folder, mut desk) = sample("王主管");
    let board = desk.board().unwrap();
    let mut seen = 0;
    for one in &board.people {
        desk.act_as(&one.person);
        let todo = desk.todo(View::Mine).unwrap();
        let mut items = todo.buyers.iter().flat_map(|buyer| &buyer.items);
        let now = desk.now();
        let (mut ours, mut overdue) = (0, 0);
        for item in &mut items {
            ours += u64::from(item.row.ours);
            overdue += u64::from(item.row.due.is_some_and(|due| due <= now));
        }
        assert_eq!(one.counts.of(Count::Waiting), ours, "{}", one.person.name);
        assert_eq!(
            one.counts.of(Count::Overdue),
            overdue,
            "{}",
            one.person.name
        );
        seen += ours;
    }
    assert!(seen > 20, "{seen}");
}
