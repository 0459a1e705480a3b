//! A change of an order that went out is a late edit: no wave waits for it, and nobody is told
//! that it is not printed.

use zhiban::desk::note::NewNote;
use zhiban::i18n::{Language, Words};
use zhiban::tui::dump;
use zhiban::tui::keys::{Input, Key, Press};
use zhiban::tui::run::Effect;

use crate::shop::Visit;

const SMALL: (u16, u16) = (80, 24);
const WIDE: (u16, u16) = (120, 40);
/// Finished orders with their waybills.
const GONE: [(&str, &str); 2] = [
    ("4031902847193521177", "YT0000001177"),
    ("4031902847193519902", "ZT0000000902"),
];

fn shown(visit: &Visit, size: (u16, u16)) -> String {
    let seen = dump::text(&visit.view(size).0);
    println!("{seen}");
    seen
}

fn at_note(number: &str, language: Language, size: (u16, u16)) -> Visit {
    let mut visit = Visit::new(None, language, size);
    visit.keys("F3");
    visit.text(number);
    visit.keys("Enter F5");
    visit
}

fn copied(visit: &mut Visit) -> String {
    let key = Input::Key(Press::of(Key::parse("F9").unwrap()));
    let copied = visit.input(key).list.into_iter().find_map(|effect| {
        if let Effect::Copy(text) = effect {
            Some(text)
        } else {
            None
        }
    });
    copied.unwrap()
}

#[test]
fn a_note_on_what_was_shipped_is_a_late_edit() {
    for language in Language::ALL {
        let words = Words::new(language);
        for ((number, waybill), size) in GONE.into_iter().zip([SMALL, WIDE]) {
            let mut visit = at_note(number, language, size);
            let seen = shown(&visit, size);
            let platform = words.get("source-platform");
            let state = format!("{} {waybill}", words.get("note-shipped"));
            assert!(seen.contains(&format!("{state} [{platform}]")), "{seen}");
            let late = words.get("printing-late");
            let late_row = seen.lines().find(|row| row.contains(&*late));
            assert!(late_row.is_some(), "{late}\n{seen}");
            for not in ["note-wave", "note-not-printed"] {
                assert!(!seen.contains(&*words.get(not)), "{not}\n{seen}");
            }
            visit.keys("1");
            visit.text("示例路9号");
            visit.keys("Down Space Space Space");
            let notice = copied(&mut visit);
            assert!(notice.starts_with(&format!("[{late}]")), "{notice}");
            assert!(notice.contains(&state), "{notice}");
            assert!(
                !notice.contains(&*words.get("note-not-printed")),
                "{notice}"
            );
        }
    }
}

#[test]
fn what_is_not_printed_still_waits_for_its_wave() {
    for language in Language::ALL {
        let words = Words::new(language);
        for size in [SMALL, WIDE] {
            let visit = at_note("4031902847193516613", language, size);
            let seen = shown(&visit, size);
            for id in ["note-wave", "note-not-printed"] {
                assert!(seen.contains(&*words.get(id)), "{id}\n{seen}");
            }
        }
    }
}

#[test]
fn the_printing_room_sees_a_late_edit_too() {
    for language in Language::ALL {
        let words = Words::new(language);
        let visit = Visit::after(
            |desk| {
                let new = NewNote {
                    order: GONE[0].0.into(),
                    kind: "address".into(),
                    new: "示例路9号".into(),
                    ..NewNote::default()
                };
                let id = desk.open_note(&new).unwrap().record();
                for step in ["changed", "flagged", "confirmed", "told"] {
                    desk.note_step(id, step, None).unwrap();
                }
                let printing = desk.people().by_name("老吴").unwrap().clone();
                desk.sign_in(&printing).unwrap();
            },
            None,
            language,
            SMALL,
        );
        assert_eq!(visit.app.desk().printing_counts().unwrap().late, 1);
        let seen = shown(&visit, SMALL);
        let row = seen.lines().find(|row| row.contains("..1177")).unwrap();
        assert!(row.contains(&*words.get("printing-late")), "{seen}");
        assert!(!row.contains(&*words.get("printing-unprinted")), "{seen}");
    }
}
