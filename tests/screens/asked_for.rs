//! What a form asks for: its header counts what is missing, and its labels stand whole.

use zhiban::i18n::{Arg, Language, Words};
use zhiban::store::Query;
use zhiban::tui::dump;

use crate::shop::Visit;

const SMALL: (u16, u16) = (80, 24);
const WIDE: (u16, u16) = (120, 40);

/// The row with the title of the form that is in front.
fn header(visit: &Visit, words: &Words) -> String {
    let seen = dump::text(&visit.view(SMALL).0);
    println!("{seen}");
    let title = words.get("follow-title");
    let row = seen
        .lines()
        .find(|row| row.contains(&*title) && row.contains('─'));
    row.unwrap_or_else(|| panic!("{seen}")).to_owned()
}

fn promises(visit: &Visit) -> usize {
    let query = Query {
        registers: vec!["promise"],
        limit: Some(1_000),
        ..Query::default()
    };
    visit.app.desk().store().rows(&query).unwrap().len()
}

#[test]
fn a_time_that_is_not_given_is_missing() {
    for language in Language::ALL {
        let words = Words::new(language);
        let complete = words.get("form-complete").to_string();
        let missing = words.with("form-missing", &[("count", Arg::Number(1))]);
        let mut visit = Visit::new(None, language, SMALL);
        visit.keys("Enter F7 1");
        visit.text("call back");
        let seen = header(&visit, &words);
        assert!(
            seen.contains(&missing) && !seen.contains(&complete),
            "{seen}"
        );
        let before = promises(&visit);
        visit.keys("F8");
        assert_eq!(promises(&visit), before);
        // Tab goes to what is missing; a time that can be read is one.
        visit.keys("Up Down Down");
        visit.text("xx");
        let seen = header(&visit, &words);
        assert!(seen.contains(&missing), "{seen}");
        visit.keys("Ctrl+A");
        visit.text("18:00");
        let seen = header(&visit, &words);
        assert!(
            seen.contains(&complete) && !seen.contains(&missing),
            "{seen}"
        );
        visit.keys("F8");
        assert_eq!(promises(&visit), before + 1);
    }
}

#[test]
fn tab_goes_to_the_time_that_is_missing() {
    for kind in ["2", "3"] {
        for language in Language::ALL {
            let words = Words::new(language);
            let missing = words.with("form-missing", &[("count", Arg::Number(1))]);
            let mut visit = Visit::new(None, language, SMALL);
            visit.keys("Enter F7");
            visit.keys(kind);
            assert!(header(&visit, &words).contains(&missing));
        }
    }
    let words = Words::new(Language::En);
    let mut visit = Visit::new(None, Language::En, SMALL);
    visit.keys("Enter F7 1");
    visit.text("call back");
    let before = promises(&visit);
    visit.keys("Tab 1");
    assert_eq!(promises(&visit), before + 1, "{}", words.get("follow-at"));
}

#[test]
fn the_labels_of_a_note_stand_whole_where_there_is_room() {
    for language in Language::ALL {
        let words = Words::new(language);
        let mut visit = Visit::new(None, language, WIDE);
        visit.keys("F3");
        visit.text("4031902847193519902");
        visit.keys("Enter F5");
        let seen = dump::text(&visit.view(WIDE).0);
        println!("{seen}");
        let courier = format!(" {} 中通快递", words.get("field-note-courier"));
        let row = seen.lines().find(|row| row.contains("中通快递"));
        let row = row.unwrap_or_else(|| panic!("{seen}"));
        let plain = row.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(format!(" {plain}").contains(&courier), "{row}");
    }
}
