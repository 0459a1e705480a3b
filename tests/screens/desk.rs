//! The Desk beside the chat client, over the whole sample shop.

use zhiban::i18n::{Language, Words};
use zhiban::tui::dump;

use crate::shop::Visit;

#[test]
fn the_most_urgent_rows_stay_on_top() {
    for language in Language::ALL {
        let mut visit = Visit::new(None, language, (80, 24));
        let list = dump::rows(&visit.view((80, 24)).0);
        let way = Words::new(language).get("desk-whole-list").to_string();
        assert!(!list[1].contains(&way), "{}", list[1]);
        visit.keys(&"Down ".repeat(11));
        visit.keys("Enter");
        let strip = dump::rows(&visit.view((80, 24)).0);
        // The cursor is elsewhere: its sign is gone, the rows are the same.
        assert_eq!(strip[2].get(1..), list[2].get(1..));
        assert_eq!(strip[3..5], list[3..5]);
        assert!(strip[1].contains(&way), "{}", strip[1]);
        visit.keys("Esc");
        let whole = dump::rows(&visit.view((80, 24)).0);
        assert_eq!(whole[6], list[6]);
    }
}

#[test]
fn rules_within_a_pane_join_its_columns() {
    for size in [(120, 40), (160, 50), (200, 60)] {
        let mut visit = Visit::new(None, Language::ZhCn, size);
        visit.keys("F3");
        visit.text("阳光小屋");
        visit.keys("Enter");
        let rows = dump::rows(&visit.draw(size).0);
        let rule = rows.iter().find(|row| row.contains("─ 同一买家 ")).unwrap();
        assert!(rule.contains("─┤") || rule.contains("├─"), "{rule}");
        for row in rows {
            assert!(!row.contains("─│") && !row.contains("│─"), "{row}");
        }
    }
}

#[test]
fn what_is_not_known_takes_no_rows() {
    let mut visit = Visit::new(None, Language::ZhCn, (80, 24));
    visit.keys("Enter");
    let rows = dump::rows(&visit.view((80, 24)).0);
    let rules = rows.iter().filter(|row| row.starts_with('─'));
    assert_eq!(rules.count(), 3, "{}", rows.join("\n"));
}

#[test]
fn the_time_that_is_left_is_never_cut() {
    for (language, left) in [
        (Language::ZhCn, "2时14分"),
        (Language::ZhTw, "2時14分"),
        (Language::En, "2h14m"),
    ] {
        let visit = Visit::new(None, language, (80, 24));
        for size in [(80, 24), (99, 30), (100, 30), (120, 40), (160, 50)] {
            let top = dump::rows(&visit.view(size).0).swap_remove(0);
            assert!(top.contains(left), "{size:?} {top}");
            assert!(top.ends_with("15:46"), "{size:?} {top}");
        }
    }
}
