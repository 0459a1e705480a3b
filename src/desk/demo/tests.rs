use super::*;
use crate::desk::todo::View;
use crate::store::Query;

fn count(desk: &Desk, name: &'static str) -> usize {
    let query = Query {
        registers: vec![name],
        limit: Some(5_000),
        ..Query::default()
    };
    desk.store().rows(&query).unwrap().len()
}

/// What stands in the shop's own words, read from the sample and not repeated here.
fn crew() -> Crew {
    read(PEOPLE).unwrap()
}

#[test]
fn the_sample_holds_every_kind_of_work() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("demo");
    let desk = open(&place, 1_000_000).unwrap();
    assert_eq!(
        desk.signed_in().map(|me| me.name.clone()),
        Some(crew().visitor)
    );
    assert_eq!(desk.people().all().len(), 21);
    assert_eq!(count(&desk, "order"), 152);
    assert!(count(&desk, "conversation") >= 60);
    assert!(count(&desk, "reply") >= 120);
    for (register, states) in [
        (
            "note",
            &[
                "draft",
                "changed",
                "flagged",
                "confirmed",
                "told",
                "acknowledged",
                "revoked",
            ][..],
        ),
        (
            "case",
            &[
                "draft",
                "submitted",
                "approved",
                "refused",
                "awaiting_goods",
                "goods_received",
                "to_execute",
                "told",
                "closed",
            ],
        ),
        ("promise", &["open", "kept", "broken"]),
        (
            "complaint",
            &["received", "verifying", "coordinating", "closed"],
        ),
    ] {
        let rows = desk
            .store()
            .rows(&Query {
                registers: vec![register],
                limit: Some(500),
                ..Query::default()
            })
            .unwrap();
        for state in states {
            assert!(
                rows.iter().any(|row| row.state == *state),
                "no {register} is {state}"
            );
        }
    }
    for register in [
        "follow_up",
        "ticket",
        "review",
        "notice",
        "parcel",
        "stock_out",
        "sheet",
        "handover",
        "attendance",
        "import",
        "customer",
    ] {
        assert!(count(&desk, register) > 0, "no {register}");
    }
    assert_eq!(desk.store().left_to_fold().unwrap(), 0);
    let todo = desk.todo(View::All).unwrap();
    assert!(todo.counts.all >= 12, "{:?}", todo.counts);
    assert!(
        todo.counts.overdue > 0 && todo.counts.waiting > 0 && todo.counts.unowned > 0,
        "{:?}",
        todo.counts
    );
    let verified = desk.store().verify().unwrap();
    assert!(verified.clean, "{:?}", verified.defects);
    assert!(desk.store().unfolded().unwrap().is_empty());
}

#[test]
fn the_clock_goes_on_where_the_shop_does() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("demo");
    assert!((START..START + 60_000).contains(&open(&place, 5_000_000).unwrap().now()));
    let later = open(&place, 5_000_000 + 3_600_000).unwrap().now();
    assert!((START + 3_600_000..START + 3_660_000).contains(&later));
}

#[test]
fn the_same_sample_is_the_same_state() {
    let folder = tempfile::tempdir().unwrap();
    let states: Vec<_> = ["a", "b"]
        .iter()
        .map(|name| {
            open(&folder.path().join(name), 1)
                .unwrap()
                .store()
                .verify()
                .unwrap()
                .state
        })
        .collect();
    assert_eq!(states[0], states[1]);
}

#[test]
fn another_shop_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("other");
    drop(Store::create(&place, Shop::drill("other")).unwrap());
    assert_eq!(
        open(&place, 1).err().unwrap().message,
        "problem-demo-folder"
    );
}
