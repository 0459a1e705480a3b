//! The figures, in windows of any size.

use zhiban::i18n::{Language, Words};
use zhiban::tui::dump;

use crate::shop::Visit;

#[test]
fn the_hours_never_stand_under_the_heading_of_another_figure() {
    for language in Language::ALL {
        let title = Words::new(language).get("figures-hours").to_string();
        let mut visit = Visit::new(Some("王主管"), language, (80, 24));
        visit.keys("F12 5 Down Down");
        for width in [40, 80, 111, 112, 120] {
            for height in 6..=40 {
                let rows = dump::rows(&visit.draw((width, height)).0);
                let is_title = |row: &String| row.contains(&format!("─ {title} "));
                let titled = rows.iter().position(is_title);
                let bars = rows.iter().position(|row| row.contains("##"));
                let seen = rows.join("\n");
                match (titled, bars) {
                    (None, None) => assert_ne!((width, height), (80, 24), "{seen}"),
                    (Some(title), Some(first)) => assert!(title < first, "{seen}"),
                    _ => panic!("{width}x{height}\n{seen}"),
                }
            }
        }
    }
}
