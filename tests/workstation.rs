//! The workstation as a function of state: what is drawn, what keys do, without a terminal.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/drill.rs"]
mod drill;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::json;
use zhiban::config::Config;
use zhiban::desk::act::fields;
use zhiban::desk::note::NewNote;
use zhiban::i18n::{Language, Words};
use zhiban::tui::app::Workstation;
use zhiban::tui::dump;
use zhiban::tui::keymap::Keymap;
use zhiban::tui::keys::{Input, Key, Press};
use zhiban::tui::run::{App, Message};

use drill::{NOW, desk};

fn workstation(folder: &std::path::Path, language: Language, size: (u16, u16)) -> Workstation {
    let mut desk = desk(folder, "青禾家居旗舰店", "林晓");
    let talk = desk.open_conversation("阳光小屋", "chat").unwrap().record();
    desk.reply(talk, "差价 18 元符合保价，今天 18:00 前退给您。")
        .unwrap();
    desk.promise(talk, "18:00 前退差价", NOW + 2 * 3_600_000, None)
        .unwrap();
    let note = NewNote {
        order: "4031902847193518258".into(),
        kind: "address".into(),
        new: "浙江省杭州市余杭区示例路8号".into(),
        buyer: Some("橘子".into()),
        ..NewNote::default()
    };
    desk.open_note(&note).unwrap();
    desk.open_record(
        "complaint",
        fields([
            ("words", json!("面料与描述不符")),
            ("buyer", json!("t**3")),
            ("source", json!("customer")),
        ]),
    )
    .unwrap();
    let words = Words::new(language);
    Workstation::new(desk, Config::default(), words, Keymap::load(None).0, size).unwrap()
}

fn drawn(app: &Workstation, (width, height): (u16, u16)) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| {
            let _ = app.view(frame);
        })
        .unwrap();
    let buffer = terminal.backend().buffer();
    assert!(dump::is_whole(buffer), "{}", dump::text(buffer));
    dump::text(buffer)
}

fn press(app: &mut Workstation, key: &str) {
    app.update(Message::Input(Input::Key(Press::of(
        Key::parse(key).unwrap(),
    ))));
}

#[test]
fn the_desk_is_drawn_in_every_size_and_language() {
    let folder = tempfile::tempdir().unwrap();
    for (at, language) in Language::ALL.into_iter().enumerate() {
        let mut app = workstation(&folder.path().join(at.to_string()), language, (80, 24));
        for size in [
            (80, 24),
            (120, 40),
            (60, 20),
            (160, 50),
            (200, 60),
            (1, 1),
            (10, 5),
            (500, 3),
        ] {
            let text = drawn(&app, size);
            if size.0 >= 80 && size.1 >= 24 {
                println!("{text}\n");
                assert!(text.contains("阳光小屋"));
            }
        }
        press(&mut app, "Enter");
        println!("{}\n", drawn(&app, (80, 24)));
    }
}
