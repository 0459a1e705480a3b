//! A notice that must be read is there to be read before it is signed.

use serde_json::json;
use zhiban::desk::Desk;
use zhiban::i18n::Language;
use zhiban::tui::dump;

use crate::shop::Visit;

/// A text of so many characters in which no place looks like another.
fn text_of(count: usize) -> String {
    let sentences = (1..).map(|at| format!("第{at}条停滞超过两天的先报组长，"));
    sentences
        .flat_map(|one| one.chars().collect::<Vec<_>>())
        .take(count)
        .collect()
}

/// The supervisor publishes a notice for two posts, and the others are signed already.
fn publish(text: String) -> impl FnOnce(&mut Desk) {
    move |desk| {
        for one in desk.to_read().unwrap() {
            desk.read_notice(one.id).unwrap();
        }
        let reader = desk.me().unwrap().clone();
        let supervisor = desk.people().by_name("王主管").unwrap().clone();
        desk.act_as(&supervisor);
        let values = [
            ("kind", json!("rule")),
            ("title", json!("停滞怎么说")),
            ("text", json!(text)),
            ("audience", json!(["after_sales", "in_sales"])),
            ("must_read", json!(true)),
        ];
        let values = values.map(|(name, value)| (name.to_owned(), value));
        desk.open_record("notice", values.into()).unwrap();
        desk.act_as(&reader);
    }
}

fn unread(visit: &Visit) -> usize {
    visit.app.desk().to_read().unwrap().len()
}

fn opened(text: String, language: Language, size: (u16, u16)) -> Visit {
    let mut visit = Visit::after(publish(text), Some("林晓"), language, size);
    assert_eq!(unread(&visit), 1);
    visit.keys("F1");
    visit.text(&zhiban::i18n::Words::new(language).get("command-must_read"));
    visit.keys("Enter");
    visit
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn a_notice_is_shown_whole_and_to_whom_it_is_in_words() {
    let text = text_of(200);
    for (language, whom) in [
        (Language::ZhCn, "售后、售中"),
        (Language::ZhTw, "售後、售中"),
        (Language::En, "After-sales, In-sales"),
    ] {
        for size in [(80, 24), (60, 24), (120, 40)] {
            let mut visit = opened(text.clone(), language, size);
            let seen = dump::text(&visit.view(size).0);
            assert!(without_blanks(&seen).contains(&text), "{size:?}\n{seen}");
            assert!(seen.contains(whom), "{seen}");
            assert!(!seen.contains("after_sales"), "{seen}");
            visit.keys("F8");
            assert_eq!(unread(&visit), 0);
        }
    }
}

#[test]
fn what_is_longer_than_the_screen_is_signed_at_its_end_only() {
    let text = text_of(2_000);
    let end: String = text.chars().skip(1_980).collect();
    for size in [(80, 24), (60, 24)] {
        let mut visit = opened(text.clone(), Language::ZhCn, size);
        let seen = dump::text(&visit.view(size).0);
        assert!(!without_blanks(&seen).contains(&end), "{seen}");
        assert!(seen.contains("PgDn"), "{seen}");
        visit.keys("F8");
        assert_eq!(unread(&visit), 1, "the end was not on the screen");
        let seen = dump::text(&visit.view(size).0);
        assert!(seen.contains("还没看完"), "{seen}");
        for _ in 0..20 {
            visit.keys("PgDn");
            visit.view(size);
        }
        let seen = dump::text(&visit.view(size).0);
        assert!(without_blanks(&seen).contains(&end), "{seen}");
        visit.keys("Home F8");
        assert_eq!(unread(&visit), 0, "{size:?}");
    }
}

#[test]
fn a_jump_to_the_end_is_no_reading() {
    let text = text_of(2_000);
    let size = (80, 24);
    let mut visit = opened(text.clone(), Language::ZhCn, size);
    let first = dump::text(&visit.view(size).0);
    visit.keys("End");
    visit.view(size);
    visit.keys("F8");
    assert_eq!(unread(&visit), 1, "the middle was not on the screen");
    // What comes after the last row that was seen is shown next.
    let next = without_blanks(&dump::text(&visit.view(size).0));
    let last = (1..100)
        .rfind(|at| first.contains(&format!("第{at}条")))
        .unwrap();
    assert!(
        next.contains(&format!("第{}条", last + 1)),
        "{first}\n{next}"
    );
    let mut hasty = opened(text, Language::ZhCn, size);
    hasty.keys("End F8");
    assert_eq!(unread(&hasty), 1);
}

#[test]
fn every_row_stands_on_a_low_screen_before_it_is_signed() {
    let text = text_of(400);
    let tall = opened(text.clone(), Language::ZhCn, (80, 200));
    let rows = dump::rows(&tall.view((80, 200)).0);
    let rows = rows.iter().map(|row| row.trim());
    let rows: Vec<&str> = rows
        .filter(|row| !row.is_empty() && text.contains(*row))
        .collect();
    assert!(rows.len() > 5, "{rows:?}");
    for key in ["F8", "PgDn"] {
        let size = (80, 8);
        let mut visit = opened(text.clone(), Language::ZhCn, size);
        let mut seen = dump::text(&visit.view(size).0);
        for _ in 0..20 {
            if unread(&visit) > 0 {
                visit.keys(key);
                seen.push_str(&dump::text(&visit.view(size).0));
            }
        }
        let missed: Vec<_> = rows.iter().filter(|row| !seen.contains(**row)).collect();
        assert!(missed.is_empty(), "{key}: {missed:?}\n{seen}");
        if key == "PgDn" {
            assert_eq!(unread(&visit), 1);
            visit.keys("F8");
        }
        assert_eq!(unread(&visit), 0, "{key}");
    }
}
