//! Taking items, played by keys.

use crate::domain::id::Id;
use crate::domain::register::Owner;
use crate::tui::overlays::stage::Stage;

/// An item of somebody else's in the sample shop that is late and let lie, or is not.
fn colleagues(stage: &Stage, has_run_out: bool) -> Id {
    let people = stage.desk.people().all().iter();
    let mut rows = people.flat_map(|person| stage.desk.owned_open(person.id).unwrap());
    let is_such = |row: &crate::store::Row| {
        let (record, _) = stage.desk.record(row.id).unwrap();
        let lease = stage.desk.lease(&record).unwrap();
        lease.is_some_and(|lease| lease.has_run_out == has_run_out)
    };
    rows.find(is_such).unwrap().id
}

#[test]
fn what_was_let_lie_is_taken_at_once_and_other_work_for_a_reason() {
    for (has_run_out, keys, reason) in [
        (true, &["Ctrl+K"][..], "lease_expired"),
        (false, &["Ctrl+K", "5", "Enter"], "shift_end"),
    ] {
        let mut stage = Stage::sample("林晓");
        let me = stage.desk.me().unwrap().id;
        let item = colleagues(&stage, has_run_out);
        stage.item = Some(item);
        stage.keys(keys);
        assert!(stage.panes.is_empty(), "{}", stage.message());
        assert!(stage.message().contains("接下了"), "{}", stage.message());
        let record = stage.desk.record(item).unwrap().0;
        assert_eq!(record.owner, Some(Owner::Person(me)));
        let last = record.steps.last().unwrap();
        assert_eq!(last.reason.as_deref(), Some(reason));
    }
}

#[test]
fn a_main_account_says_who_could_take_it() {
    let mut stage = Stage::sample("王主管");
    let about = [
        ("name", "总号".into()),
        ("platform", "taobao".into()),
        ("routes_only", true.into()),
    ];
    let account = crate::desk::act::fields(about);
    stage.desk.open_record("account", account).unwrap();
    stage.act_as("林晓");
    let item = stage.desk.open_conversation("路过", "chat").unwrap();
    let item = item.record();
    let came_in = [("account".to_owned(), "总号".into())];
    stage.desk.set_fields(item, came_in.into()).unwrap();
    stage.act_as("周敏");
    stage.item = Some(item);
    stage.keys(&["Ctrl+K", "1", "Enter"]);
    let said = stage.message().to_owned();
    assert!(said.contains("总号 是主账号，只分流不接待"), "{said}");
    assert!(said.contains("用 Ctrl+G 转给"), "{said}");
}
