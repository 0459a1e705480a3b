//! What is typed into any question or form is kept: Esc keeps it, opening again brings it back,
//! and so does the next start. Once it is recorded it is gone.

use zhiban::i18n::Language;
use zhiban::tui::dump;
use zhiban::tui::run::{App, Message};

use crate::shop::{Do, Visit};
use Do::Keys;

const SIZE: (u16, u16) = (80, 24);
/// The wake that saves drafts.
const SAVE: u32 = 1;

/// Who types, the keys that open, what is typed.
const OPENED: &[(&str, &[Do], &str)] = &[
    ("林晓", &[Keys("Ctrl+U")], "催得急"),
    ("林晓", &[Keys("Ctrl+T")], "内部一句"),
    ("林晓", &[Keys("F12 4 2 Ins Down")], "表里的字"),
    ("林晓", &[Keys("Ctrl+G Esc Down")], "王"),
    (
        "王主管",
        &[Keys("F1"), Do::Text("还差"), Keys("Enter 8")],
        "二百",
    ),
];

fn shown(visit: &Visit) -> String {
    dump::text(&visit.view(SIZE).0)
}

#[test]
fn a_case_of_the_order_opens_beside_what_is_begun_for_it() {
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    visit.keys("F3");
    visit.text("6613");
    visit.keys("Down Enter F6 2 Down");
    let begun = shown(&visit);
    println!("{begun}");
    assert!(
        begun.contains("(2退货退款)") && begun.contains("同单已有 ¥129.00 草稿：Enter 打开它"),
        "{begun}"
    );
    visit.keys("Enter");
    let other = shown(&visit);
    assert!(
        other.contains("(1仅退款)") && !other.contains("同单已有"),
        "{other}"
    );
    visit.keys("Esc");
    let back = shown(&visit);
    assert!(
        back.contains("(2退货退款)") && back.contains("同单已有"),
        "{back}"
    );
}

#[test]
fn what_was_typed_comes_back() {
    for (who, open, typed) in OPENED {
        let mut visit = Visit::new(Some(who), Language::ZhCn, SIZE);
        visit.play(open);
        visit.text(typed);
        let seen = shown(&visit);
        println!("{seen}");
        assert!(seen.contains(typed), "{typed}\n{seen}");
        visit.keys("Esc");
        assert!(!shown(&visit).contains(typed), "{typed}");
        visit.keys("Esc");
        visit.play(open);
        let seen = shown(&visit);
        assert!(seen.contains(typed), "Esc lost {typed}\n{seen}");

        // A crash: what the wake saved is all that is left.
        visit.text("二");
        visit.app.update(Message::Wake(SAVE));
        let mut visit = visit.again(SIZE);
        visit.play(open);
        let seen = shown(&visit);
        let both = format!("{typed}二");
        assert!(seen.contains(&both), "a crash lost {both}\n{seen}");
    }
}

#[test]
fn a_reason_that_was_refused_stays_and_one_that_was_recorded_goes() {
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    visit.keys("Ctrl+U");
    visit.text("请看一下");
    visit.keys("Enter");
    assert!(!shown(&visit).contains("请看一下"), "{}", shown(&visit));
    visit.keys("Ctrl+U");
    let seen = shown(&visit);
    assert!(!seen.contains("请看一下"), "recorded is recorded\n{seen}");
}

#[test]
fn two_questions_keep_their_own() {
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    visit.keys("Ctrl+U");
    visit.text("第一件");
    visit.keys("Esc Down Ctrl+U");
    assert!(!shown(&visit).contains("第一件"), "another item");
    visit.text("第二件");
    visit.keys("Esc Up Ctrl+U");
    let seen = shown(&visit);
    assert!(
        seen.contains("第一件") && !seen.contains("第二件"),
        "{seen}"
    );
}
