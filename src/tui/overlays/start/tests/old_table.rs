//! The table that a shop kept before.

use crate::desk::start::Need;
use crate::tui::overlays::stage::Stage;
use crate::tui::overlays::start::old_table::OldTablePane;

#[test]
fn an_old_table_is_looked_at_beside_the_person() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("表.csv");
    std::fs::write(&file, "日期,旺旺,备注\n2026/11/20,春天里,色差\n").unwrap();
    let mut stage = Stage::new();
    stage.push(|reach| Ok(OldTablePane::open(reach)));
    stage.holds_work = true;
    stage.paste(&file.display().to_string());
    // Three columns changed while the first look waits: one more look answers all of them.
    stage.keys(&["Right", "Right", "Right"]);
    assert_eq!(stage.waiting().len(), 1, "{:?}", stage.waiting());
    assert!(stage.screen(80, 24).contains("在看文件"));
    stage.keys(&["F8"]);
    assert!(stage.message().contains("在看文件"), "{}", stage.message());
    stage.holds_work = false;
    stage.work();
    let seen = stage.screen(80, 24);
    assert!(!seen.contains("在看文件"), "{seen}");
    assert!(seen.contains("1 行没完"), "{seen}");
    stage.holds_work = true;
    stage.keys(&["F8", "F8"]);
    assert_eq!(stage.waiting().len(), 1);
    assert!(stage.message().contains("正在收下"), "{}", stage.message());
    stage.holds_work = false;
    stage.work();
    assert!(
        stage.message().contains("1 行成了售后单"),
        "{}",
        stage.message()
    );
    assert!(!stage.desk.lacks(true).unwrap().contains(&Need::OldTable));
    // Whoever leaves stops the look.
    stage.holds_work = true;
    stage.paste(&file.display().to_string());
    stage.keys(&["Esc"]);
    assert!(stage.waiting().is_empty(), "{:?}", stage.waiting());
}

#[test]
fn an_old_table_is_confirmed_once() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("售后登记表.csv");
    std::fs::write(
        &file,
        "日期,旺旺,订单号,类型,金额,处理结果,经办\n\
         2026/11/20,春天里,4031902847193516613,退货退款,129.00,待寄回,林晓\n\
         2026/11/20,大伟,4031902847193516614,仅退款,18,已退,林晓\n",
    )
    .unwrap();
    let mut stage = Stage::new();
    stage.push(|reach| Ok(OldTablePane::open(reach)));
    stage.draw_everywhere();
    stage.paste(&file.display().to_string());
    let seen = stage.screen(80, 24);
    assert!(seen.contains("2 行：1 行没完"), "{seen}");
    stage.draw_everywhere();
    // The last column is not known: a person says what it is.
    stage.keys(&["Down", "Down", "Down", "Down", "Down", "Down", "Enter"]);
    assert!(
        stage.screen(80, 24).contains("谁跟"),
        "{}",
        stage.screen(80, 24)
    );
    stage.keys(&["8"]);
    stage.keys(&["F8"]);
    assert!(
        stage.message().contains("1 行成了售后单"),
        "{}",
        stage.message()
    );
    stage.draw_everywhere();
    stage.keys(&["Enter"]);
    assert!(stage.panes.is_empty());
    let mine = stage.desk.me().unwrap().id;
    let owned = stage.desk.owned_open(mine).unwrap();
    assert!(
        owned
            .iter()
            .any(|row| row.title.as_deref() == Some("春天里")),
        "{owned:?}"
    );
    assert!(!stage.desk.lacks(true).unwrap().contains(&Need::OldTable));
    stage.push(|reach| Ok(OldTablePane::open(reach)));
    stage.paste(&file.display().to_string());
    let seen = stage.screen(80, 24);
    assert!(
        seen.contains("列和上次一样") && seen.contains("1 行收过"),
        "{seen}"
    );
    // And a shop that never had one says so.
    let mut stage = Stage::new();
    stage.push(|reach| Ok(OldTablePane::open(reach)));
    stage.keys(&["Enter"]);
    assert!(stage.panes.is_empty());
    assert!(!stage.desk.lacks(true).unwrap().contains(&Need::OldTable));
}
