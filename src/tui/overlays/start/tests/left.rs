//! A step that is left is taken up again as it was.

use super::CLEAR;
use crate::domain::seal::ReplicaKey;
use crate::exchange::join::Request;
use crate::store::OpeningKey;
use crate::tui::commands::Command;
use crate::tui::keymap::Keymap;
use crate::tui::overlays::admit::Admit;
use crate::tui::overlays::stage::Stage;
use crate::tui::overlays::start::drop::{Drop, What};
use crate::tui::overlays::start::folder::FolderForm;
use crate::tui::overlays::start::limits::LimitsForm;
use crate::tui::overlays::start::old_table::OldTablePane;
use crate::tui::overlays::start::shop::ShopForm;
use crate::tui::overlays::start::terminal::TerminalCheck;

#[test]
fn what_was_typed_into_a_step_is_there_when_it_is_taken_up_again() {
    let mut stage = Stage::new();
    stage.push(LimitsForm::open);
    stage.text("50");
    stage.keys(&["Down"]);
    stage.text("二百");
    stage.keys(&["Esc"]);
    assert!(stage.panes.is_empty());
    stage.push(LimitsForm::open);
    stage.sees(80, 24, &["50", "二百"]);
    // What is given is no draft any more.
    stage.keys(&["Down"]);
    stage.keys(&CLEAR);
    stage.text("60");
    stage.keys(&["F8"]);
    assert!(stage.panes.is_empty(), "{}", stage.message());
    let person = stage.desk.me().unwrap().id.to_string();
    assert_eq!(stage.desk.store().drafts(&person).unwrap(), []);

    stage.push(ShopForm::open);
    stage.keys(&["Down"]);
    stage.text("9-23");
    stage.keys(&["Esc"]);
    stage.push(ShopForm::open);
    stage.sees(80, 24, &["9-23"]);
    stage.keys(&["Esc"]);

    stage.push(|reach| Ok(FolderForm::open(reach)));
    stage.paste("/no/such/folder");
    stage.keys(&["Esc"]);
    stage.push(|reach| Ok(FolderForm::open(reach)));
    stage.sees(80, 24, &["/no/such/folder"]);
    stage.keys(&["Esc"]);

    stage.push(Admit::open);
    stage.paste("/no/such/request.txt");
    stage.keys(&["Esc"]);
    stage.push(Admit::open);
    stage.sees(80, 24, &["/no/such/request.txt"]);
}

#[test]
fn what_one_device_may_do_is_proposed_for_no_other() {
    let shared = tempfile::tempdir().unwrap();
    let mut stage = Stage::new();
    stage.share(shared.path());
    let ask = |name: &str, secret: u8| {
        let key = ReplicaKey::from_secret(&[secret; 32]);
        let recipient = OpeningKey::from_secret(&[secret; 32]).unwrap().recipient();
        let request = Request::new(&key, &recipient, name, None);
        let path = shared.path().join(format!("zhiban-join-{secret}.json"));
        std::fs::write(&path, request.write().unwrap()).unwrap();
        path
    };
    let first = ask("小周", 7);
    stage.push(Admit::open);
    stage.keys(&["Down", "Space", "Esc"]);
    let ticked = |stage: &mut Stage| {
        stage.push(Admit::open);
        let seen = stage.screen(80, 24);
        stage.keys(&["Esc"]);
        (seen.contains("小周"), seen.contains("[x]"))
    };
    assert_eq!(ticked(&mut stage), (true, true));
    std::fs::remove_file(first).unwrap();
    ask("小吴", 8);
    assert_eq!(ticked(&mut stage), (false, false));
}

#[test]
fn the_look_at_the_terminal_goes_on_where_it_was() {
    let mut stage = Stage::new();
    stage.push(TerminalCheck::open);
    stage.sees(80, 24, &["1/5"]);
    stage.keys(&["1", "Esc"]);
    stage.push(TerminalCheck::open);
    stage.sees(80, 24, &["2/5"]);
    stage.keys(&["Tab", "Tab", "Tab", "Tab"]);
    // How the first one came out before is among what came out.
    assert_eq!(stage.screen(80, 24).matches("跳过").count(), 4);
    stage.keys(&["Enter"]);
    assert!(stage.panes.is_empty());
    // Asked for again it is a new one.
    stage.push(TerminalCheck::open);
    stage.sees(80, 24, &["1/5"]);
}

#[test]
fn keys_that_take_files_are_shown_once_there_are_some() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("快捷短语.csv");
    std::fs::write(&file, "快捷短语编码,快捷短语,快捷短语分组\nkd,您好,问候\n").unwrap();
    let keymap = Keymap::load(None).0;
    let shown = |stage: &Stage| -> Vec<Option<Command>> {
        let contexts = stage.panes.last().unwrap().contexts();
        keymap
            .hints(&contexts)
            .iter()
            .map(|hint| hint.run)
            .collect()
    };
    let mut stage = Stage::new();
    stage.push(|reach| Ok(OldTablePane::open(reach)));
    assert_eq!(shown(&stage), [Some(Command::Back)]);
    stage.keys(&["Esc"]);
    stage.push(|_| Ok(Drop::of(What::Replies)));
    assert_eq!(shown(&stage), [Some(Command::Back)]);
    stage.paste(&place.path().join("none.csv").display().to_string());
    assert_eq!(shown(&stage), [Some(Command::Back)], "nothing can be read");
    stage.paste(&file.display().to_string());
    assert_eq!(shown(&stage), [Some(Command::Accept), Some(Command::Back)]);
    stage.keys(&["Enter"]);
    assert_eq!(shown(&stage), [Some(Command::Back)], "they are in");
}
