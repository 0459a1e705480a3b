//! Who sits down, where more people have a key on the device than one digit counts.

use zhiban::i18n::{Language, Words};
use zhiban::tui::dump;

use crate::shop::Visit;

const SIZE: (u16, u16) = (80, 24);

/// The list of people over a locked desk.
fn locked(language: Language, size: (u16, u16)) -> Visit {
    let mut visit = Visit::new(None, language, size);
    visit.keys("Ctrl+Q 3");
    assert!(is_closed(&visit, language));
    visit
}

/// Whether the gate stands before the desk.
fn is_closed(visit: &Visit, language: Language) -> bool {
    let head = Words::new(language).with("gate-locked", &[("name", "林晓".into())]);
    dump::text(&visit.view(SIZE).0).contains(&head)
}

fn names(visit: &Visit) -> Vec<String> {
    let people = visit.app.desk().people_here().into_iter();
    people.map(|person| person.name).collect()
}

/// Who was let in, nobody while the gate is closed.
fn seated(visit: &Visit, language: Language) -> Option<String> {
    let me = visit.app.desk().signed_in().map(|me| me.name.clone());
    me.filter(|_| !is_closed(visit, language))
}

/// The row under the cursor, by the caret.
fn under_cursor(visit: &mut Visit, size: (u16, u16)) -> String {
    let (buffer, caret) = visit.draw(size);
    let at = caret.expect("the cursor left the screen");
    dump::rows(&buffer).swap_remove(usize::from(at.y))
}

#[test]
fn a_row_beyond_the_ninth_is_reached_by_its_number() {
    for language in Language::ALL {
        let mut visit = locked(language, SIZE);
        let names = names(&visit);
        assert!(names.len() > 19, "{names:?}");
        visit.text("1");
        assert_eq!(seated(&visit, language), None, "a longer number may follow");
        let row = under_cursor(&mut visit, SIZE);
        assert!(row.contains(&format!("> 1 {} ", names[0])), "{row}");
        let typed = [("number", 1_usize.into())];
        let typed = Words::new(language).with("gate-number", &typed);
        let seen = dump::text(&visit.view(SIZE).0);
        println!("{seen}");
        assert!(seen.contains(&typed), "{typed}\n{seen}");
        visit.text("2");
        assert_eq!(seated(&visit, language).as_ref(), Some(&names[11]));
    }
}

#[test]
fn a_number_that_no_longer_one_begins_with_is_taken_at_once_and_others_by_enter() {
    let sits = |typed: &str, keys: &str| {
        let mut visit = locked(Language::ZhCn, SIZE);
        let names = names(&visit);
        visit.text(typed);
        visit.keys(keys);
        let name = seated(&visit, Language::ZhCn)?;
        names
            .iter()
            .position(|other| *other == name)
            .map(|at| at + 1)
    };
    assert_eq!(sits("3", ""), Some(3), "no row begins with it");
    assert_eq!(sits("2", ""), None);
    assert_eq!(sits("2", "Enter"), Some(2));
    assert_eq!(sits("20", ""), Some(20));
    assert_eq!(sits("0", ""), None);
    // A number that no row bears takes nobody, least of all a row of its last digit.
    assert_eq!(sits("29", ""), None);
    assert_eq!(sits("29", "Enter"), Some(2));
    // What is not meant is taken back, and moving on forgets it.
    assert_eq!(sits("1", "Backspace 2 1"), Some(21));
    assert_eq!(sits("1", "Down 1 Enter"), Some(1));
    assert_eq!(sits("1", "Down Enter"), Some(2));
}

#[test]
fn the_list_of_people_scrolls_and_what_stands_around_it_stays() {
    for language in Language::ALL {
        let words = Words::new(language);
        let mut visit = locked(language, SIZE);
        let names = names(&visit);
        visit.keys(&"Up ".repeat(names.len()));
        for (at, name) in names.iter().enumerate() {
            let row = under_cursor(&mut visit, SIZE);
            let number = format!(">{:>2} {name} ", at + 1);
            assert!(row.contains(&number), "{number}: {row}");
            let seen = dump::text(&visit.view(SIZE).0);
            for stays in ["gate-keys-who", "gate-join"] {
                let stays = words.get(stays).to_string();
                assert!(seen.contains(&stays), "{stays}\n{seen}");
            }
            let of = format!("/{}", names.len());
            assert!(seen.contains(&of), "that there is more\n{seen}");
            visit.keys("Down");
        }
        println!("{}", dump::text(&visit.view(SIZE).0));
        visit.keys(&"Up ".repeat(names.len()));
        visit.keys("PgDn");
        let row = under_cursor(&mut visit, SIZE);
        assert!(row.contains(">11 "), "{row}");

        let all = dump::text(&visit.draw((120, 40)).0);
        assert!(
            names.iter().all(|name| all.contains(name.as_str())),
            "{all}"
        );
        assert!(!all.contains(&format!("/{}", names.len())), "{all}");
    }
}

#[test]
fn however_low_the_window_is_the_cursor_and_the_keys_are_in_it() {
    let words = Words::new(Language::En);
    let mut visit = locked(Language::En, SIZE);
    let name = names(&visit).pop().unwrap();
    visit.keys(&"Down ".repeat(30));
    for height in 4..=40 {
        let size = (80, height);
        let row = under_cursor(&mut visit, size);
        assert!(row.contains(&name), "{row}");
        let seen = dump::text(&visit.view(size).0);
        let keys = words.get("gate-keys-who").to_string();
        assert!(seen.contains(&keys), "{height}\n{seen}");
        let join = words.get("gate-join").to_string();
        assert_eq!(seen.contains(&join), height > 4, "{height}\n{seen}");
    }
}
