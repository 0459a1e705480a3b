//! What people do not write by hand.

use crate::domain::registers::import;
use crate::tui::overlays::stage::Stage;
use crate::tui::panes::tables::TablesPane;

#[test]
fn an_import_is_neither_made_nor_changed_by_hand() {
    let mut stage = Stage::sample("王主管");
    let imports = |stage: &Stage| {
        let view = stage.desk.view(&import::REGISTER, None, 100);
        view.unwrap().len()
    };
    let before = imports(&stage);
    stage.push(|reach| TablesPane::of(&import::REGISTER, reach.desk, reach.words));
    let seen = stage.screen(80, 21);
    println!("{seen}");
    assert!(seen.contains("Tab 换表") && !seen.contains("Ins"), "{seen}");
    stage.keys(&["Ins"]);
    assert_eq!(stage.panes.len(), 1, "no form");
    stage.keys(&["Enter"]);
    assert_eq!(stage.panes.len(), 2);
    assert!(!stage.screen(80, 21).contains("F8 改"));
    stage.keys(&["F8"]);
    assert_eq!(stage.panes.len(), 2, "no form");
    assert!(stage.message().contains("不能手写"), "{}", stage.message());
    assert_eq!(imports(&stage), before);
}
