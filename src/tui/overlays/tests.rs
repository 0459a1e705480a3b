//! Forms played by keys over a drill shop: state, keys, state.

mod case;
mod desk;
mod items;
mod note;
mod reception;
mod replies;

use super::stage::{ORDER, Stage};
use crate::store::Query;

/// The only record of a register.
fn only(stage: &Stage, register: &'static str) -> crate::domain::record::Record {
    let rows = stage
        .desk
        .store()
        .rows(&Query {
            registers: vec![register],
            ..Query::default()
        })
        .unwrap();
    assert_eq!(rows.len(), 1, "one {register}");
    stage.desk.store().record(rows[0].id).unwrap().unwrap()
}

/// Prints what people see; run with `--nocapture` to compare it with the drawings.
#[test]
fn the_forms_are_as_drawn() {
    let mut stage = Stage::new().on_order(ORDER);
    for language in [
        crate::i18n::Language::ZhCn,
        crate::i18n::Language::En,
        crate::i18n::Language::ZhTw,
    ] {
        stage.words = crate::i18n::Words::new(language);
        stage.keys(&["F6", "Down", "Space", "1"]);
        println!("{}\n{}\n", stage.screen(80, 21), stage.screen(120, 37));
        stage.panes.clear();
        stage.keys(&["F5", "1"]);
        stage.text("湖北省武汉市洪山区示例路8号");
        println!("{}\n{}\n", stage.screen(80, 21), stage.screen(120, 37));
        stage.panes.clear();
        for key in ["F7", "Ctrl+G", "Ctrl+T", "Ctrl+Q", "F8"] {
            stage.keys(&[key]);
            println!("{}\n", stage.screen(80, 21));
            stage.panes.clear();
        }
    }
    stage.words = crate::i18n::Words::new(crate::i18n::Language::ZhCn);
    stage.keys(&[
        "F6", "Down", "Space", "1", "Tab", "1", "Tab", "2", "Tab", "Space", "F8",
    ]);
    println!("{}\n{}\n", stage.screen(80, 21), stage.screen(120, 37));
    let rows = stage.screen(80, 21);
    assert!(rows.starts_with("─ 售后单 "), "{rows}");
}

#[test]
fn only_who_talks_with_buyers_waits_for_the_staff_sheet() {
    for (name, is_awaited) in [("林晓", true), ("老吴", false)] {
        let mut stage = Stage::sample(name);
        stage.push(super::handover::HandoverPane::open);
        let seen = stage.screen(120, 37);
        assert_eq!(seen.contains("绩效表待明早导入"), is_awaited, "{seen}");
    }
}
