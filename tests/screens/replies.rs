//! Replies with gaps: the draft takes them, and they do not leave it.

use zhiban::i18n::{Language, Words};
use zhiban::tui::dump;
use zhiban::tui::keys::{Input, Key, Press};
use zhiban::tui::run::Effect;

use crate::shop::Visit;

const SIZE: (u16, u16) = (80, 24);

fn seen(visit: &Visit) -> String {
    dump::text(&visit.view(SIZE).0)
}

fn copies(visit: &mut Visit) -> Vec<String> {
    let press = Press::of(Key::parse("F9").unwrap());
    let effects = visit.input(Input::Key(press)).list.into_iter();
    let copied = effects.filter_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    });
    copied.collect()
}

/// The picker on a reply about an order, opened for an item that has none.
fn picked(language: Language, code: &str) -> Visit {
    let mut visit = Visit::new(None, language, SIZE);
    visit.keys("F4");
    visit.text(code);
    let picker = seen(&visit);
    assert!(picker.contains("{订单号}"), "{picker}");
    visit
}

#[test]
fn a_reply_with_gaps_goes_into_the_draft_and_not_out_of_it() {
    for (language, code) in [
        (Language::ZhCn, "kdh"),
        (Language::ZhTw, "twwl2"),
        (Language::En, "entrack"),
    ] {
        let words = Words::new(language);
        let mut visit = picked(language, code);
        let picker = words.get("replies-title").to_string();
        assert!(seen(&visit).contains(&picker));
        visit.keys("Enter");
        let draft = seen(&visit);
        println!("{draft}");
        assert!(!draft.contains(&picker), "it is closed\n{draft}");
        let missing = [("name", "订单号".into())];
        let missing = words.with("composer-missing", &missing);
        assert!(
            draft.contains("{订单号}") && draft.contains(&missing),
            "{draft}"
        );
        assert_eq!(copies(&mut visit), [""; 0]);
        let stopped = words.with("desk-variable-missing", &[("name", "订单号".into())]);
        let told = seen(&visit);
        assert!(told.contains(&stopped), "{stopped}\n{told}");
        visit.keys("Ctrl+A");
        visit.text("您好");
        assert_eq!(copies(&mut visit), ["您好"]);
    }
}

#[test]
fn a_reply_with_gaps_is_not_copied_out_of_the_picker() {
    let mut visit = picked(Language::ZhCn, "kdh");
    assert_eq!(copies(&mut visit), [""; 0]);
    let told = seen(&visit);
    assert!(told.contains("还缺 3 处"), "{told}");
    assert!(told.contains("Enter 放进草稿"), "{told}");
    // What is stacked before another reply keeps its gaps, and holds that one back too.
    visit.keys("Ins");
    assert!(seen(&visit).contains("叠用 1"), "{}", seen(&visit));
    visit.text("thyf");
    assert_eq!(copies(&mut visit), [""; 0]);
    assert!(seen(&visit).contains("还缺 3 处"), "{}", seen(&visit));
    visit.keys("Enter");
    let draft = seen(&visit);
    assert!(draft.contains("{运单号}"), "{draft}");
}

#[test]
fn a_gap_stops_the_copy_however_long_its_name_is_and_whatever_its_braces_are() {
    for gap in ["{快递单号，发货后由仓库补上来}", "｛订单号｝", "{}{运单号}"]
    {
        let mut visit = Visit::new(None, Language::ZhCn, SIZE);
        visit.keys("Enter");
        visit.text(&format!("您的单号是 {gap}"));
        assert_eq!(copies(&mut visit), [""; 0], "{gap}");
    }
}
