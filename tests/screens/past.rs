//! Looking back: the desk as it was, to look around in and to change nothing.

use zhiban::i18n::{Language, Words};
use zhiban::tui::commands::Command;
use zhiban::tui::dump;

use crate::shop::Visit;

const SIZE: (u16, u16) = (80, 24);

fn screen(visit: &Visit) -> String {
    let (buffer, _) = visit.view(SIZE);
    assert!(dump::is_whole(&buffer), "{}", dump::text(&buffer));
    dump::text(&buffer)
}

/// Asks for a time by the palette.
fn look_back(visit: &mut Visit, time: &str) {
    let name = Words::new(Language::ZhCn)
        .get(&Command::LookBack.doc_id())
        .to_string();
    visit.keys("F1");
    visit.text(&name);
    visit.keys("Enter");
    visit.text(time);
    visit.keys("Enter");
}

#[test]
fn a_time_gone_by_is_looked_at_and_not_changed() {
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    // Something happens now.
    visit.keys("Enter");
    visit.text("稍等，我去看");
    visit.keys("F9");
    let now = screen(&visit);
    let events = visit.app.desk().store().tide().unwrap().events;
    assert!(now.contains("稍等，我去看"), "{now}");

    look_back(&mut visit, "1m");
    let then = screen(&visit);
    assert!(
        then.contains("回看 15:45") && !then.contains("稍等，我去看"),
        "{then}"
    );
    // Items open and lists turn, as on any day.
    visit.keys("Down Enter Esc F3");
    assert!(screen(&visit).contains("查找 F3"), "{}", screen(&visit));
    visit.keys("Esc F12 4");
    assert!(screen(&visit).contains("回看 15:45"), "{}", screen(&visit));
    visit.keys("Esc");
    // What would change something says why it does not, and how it would.
    for key in ["F9", "F6", "F8", "Ctrl+G"] {
        visit.keys(key);
        let refused = screen(&visit);
        assert!(
            refused.contains("不能改") && refused.contains("回看 15:45"),
            "{key}: {refused}"
        );
    }
    assert_eq!(visit.app.desk().store().tide().unwrap().events, events);
    // Out of the table, then out of the time gone by.
    visit.keys("Esc Esc");
    let back = screen(&visit);
    assert!(
        !back.contains("回看") && back.contains("稍等，我去看"),
        "{back}"
    );
}

#[test]
fn a_time_that_is_none_is_asked_again() {
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    for (time, says) in [
        ("2020-01-01", "还什么都没有"),
        ("2026-12-01", "还没到"),
        ("那天", "不是时间"),
    ] {
        look_back(&mut visit, time);
        let said = screen(&visit);
        assert!(
            said.contains(says) && said.contains("回看什么时间"),
            "{time}: {said}"
        );
        visit.keys("Esc");
    }
}
