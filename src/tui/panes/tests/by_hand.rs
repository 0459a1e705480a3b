//! What a form opened from a screen asks, and what people do not write by hand at all.

use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::registers::{import, sheet};
use crate::tui::overlays::stage::Stage;
use crate::tui::panes::plan::PlanPane;
use crate::tui::panes::tables::TablesPane;

/// Whose lines the plan of today has, each with its shift.
fn planned(stage: &Stage) -> Vec<(Option<Id>, Option<String>)> {
    let day = stage.desk.business_day(stage.desk.now()).unwrap();
    let rows = stage.desk.plan_of_day(&day).unwrap();
    let line = |row: &crate::store::Row| {
        let person = row.fields.get(sheet::PERSON.name());
        let shift = row.fields.get(sheet::SHIFT_OF.name());
        (
            person.and_then(Id::from_value),
            shift.and_then(|shift| shift.as_str()).map(str::to_owned),
        )
    };
    let mut lines: Vec<_> = rows.iter().map(line).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn a_digit_typed_into_a_line_of_the_plan_does_not_make_it_anothers() {
    let mut stage = Stage::sample("王主管");
    stage.push(|reach| PlanPane::new(reach.desk, reach.words));
    let before = planned(&stage);
    stage.keys(&["Enter"]);
    let name = stage.desk.people().all()[0].name.clone();
    let seen = stage.screen(80, 21);
    assert!(seen.contains(&name), "{seen}");
    stage.keys(&["Down", "2"]);
    let seen = stage.screen(80, 21);
    println!("{seen}");
    assert!(seen.contains(&name), "{seen}");
    stage.draw_everywhere();
    stage.keys(&["F8"]);
    let people = |lines: &[(Option<Id>, Option<String>)]| -> Vec<Option<Id>> {
        lines.iter().map(|(person, _)| *person).collect()
    };
    let after = planned(&stage);
    assert_eq!(people(&after), people(&before), "{}", stage.message());
    assert_ne!(after, before, "the digit chose a shift");
}

#[test]
fn a_new_line_of_the_plan_is_that_persons() {
    let mut stage = Stage::new();
    stage.with(|reach| reach.desk.set_setting("hours", "09:00-23:00").unwrap());
    stage.push(|reach| PlanPane::new(reach.desk, reach.words));
    let person = stage.desk.people().all()[0].id;
    stage.keys(&["Enter", "Down", "1", "F8"]);
    let people: Vec<Option<Id>> = planned(&stage).into_iter().map(|line| line.0).collect();
    assert_eq!(people, [Some(person)], "{}", stage.message());
}

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
