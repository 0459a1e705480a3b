//! Items that are handed on together, played by keys.

use super::Transfer;
use crate::domain::id::Id;
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
