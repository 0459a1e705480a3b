//! Items that are handed on, alone and together, played by keys.

use super::Transfer;
use crate::domain::id::Id;
use crate::domain::register::Owner;
use crate::tui::overlays::stage::Stage;

fn open(stage: &mut Stage, items: &[Id]) {
    stage.push(|reach| Transfer::of(reach, items.to_vec()));
}

/// Whether whom they go to and why is known when the form opens.
fn is_kept(stage: &mut Stage, items: &[Id]) -> bool {
    open(stage, items);
    stage.keys(&["Esc", "F8"]);
    let is_kept = !stage.message().contains("选给谁");
    while !stage.panes.is_empty() {
        stage.keys(&["Esc"]);
    }
    is_kept
}

#[test]
fn what_was_chosen_for_several_items_is_kept_until_they_went() {
    let mut stage = Stage::new();
    let talks = ["春天里", "小鹿", "大伟"].map(|buyer| {
        let talk = stage.desk.open_conversation(buyer, "chat").unwrap();
        talk.record()
    });
    let [first, second, third] = talks;
    assert!(!is_kept(&mut stage, &[first, second]), "nothing was chosen");
    open(&mut stage, &[first, second]);
    stage.keys(&["1", "1", "Enter"]);
    // The preview is left: the choice comes back.
    stage.keys(&["Esc"]);
    assert!(stage.panes.is_empty());
    assert!(is_kept(&mut stage, &[second, first]));
    assert!(!is_kept(&mut stage, &[first, third]), "others");
    open(&mut stage, &[first, second]);
    stage.keys(&["Esc", "F8", "Enter"]);
    assert!(stage.panes.is_empty(), "{}", stage.message());
    assert!(!is_kept(&mut stage, &[first, second]), "they went");
}

#[test]
fn what_outlives_the_shift_goes_to_the_next_one() {
    let mut stage = Stage::sample("林晓");
    let me = stage.desk.me().unwrap().id;
    let item = stage.desk.owned_open(me).unwrap().remove(0).id;
    stage.item = Some(item);
    let Owner::Person(next) = stage.desk.next_shift(&[item]).unwrap().to else {
        panic!("somebody comes later by the sample's plan");
    };
    let name = stage.desk.people().by_id(next).unwrap().name.clone();
    stage.keys(&["Ctrl+G"]);
    let seen = stage.screen(80, 37);
    let row = format!("下一班 {name}  ");
    let row = seen.lines().find(|line| line.contains(&row));
    assert!(row.is_some_and(|row| row.contains(" 起")), "{seen}");
    stage.keys(&["0"]);
    let seen = stage.screen(80, 37);
    assert!(seen.contains("下班"), "the reason is known: {seen}");
    stage.keys(&["Enter"]);
    let record = stage.desk.record(item).unwrap().0;
    assert_eq!(
        record.owner,
        Some(Owner::Person(next)),
        "{}",
        stage.message()
    );
    let last = record.steps.last().unwrap();
    assert_eq!(last.reason.as_deref(), Some("shift_end"));
}

#[test]
fn a_name_that_means_nobody_any_more_takes_its_choice_back() {
    let mut stage = Stage::sample("林晓");
    let me = stage.desk.me().unwrap().id;
    let item = stage.desk.owned_open(me).unwrap().remove(0).id;
    stage.item = Some(item);
    stage.keys(&["Ctrl+G"]);
    stage.text("白羽");
    let chosen = |stage: &Stage| {
        let seen = stage.screen(80, 37);
        let rows = seen.lines().filter(|row| row.contains("白羽"));
        rows.count()
    };
    assert_eq!(chosen(&stage), 2, "typed and chosen");
    stage.text("白");
    assert_eq!(chosen(&stage), 1, "typed only");
    stage.keys(&["F8"]);
    assert!(stage.message().contains("选给谁"), "{}", stage.message());
}
