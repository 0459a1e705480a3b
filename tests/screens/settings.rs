//! A setting that is changed on the screen holds at once, for the screen and for the terminal.

use zhiban::config::{Road, Theme};
use zhiban::i18n::Language;
use zhiban::tui::dump;
use zhiban::tui::keys::{Input, Key, Press};
use zhiban::tui::run::Effect;

use crate::shop::Visit;

const SIZE: (u16, u16) = (80, 24);

fn seen(visit: &Visit) -> String {
    dump::text(&visit.view(SIZE).0)
}

/// Presses a key and returns the settings that hold from then on, where it changed any.
fn configured(visit: &mut Visit, key: &str) -> Option<zhiban::config::Config> {
    let key = Key::parse(key).unwrap();
    let effects = visit.input(Input::Key(Press::of(key)));
    effects.list.into_iter().find_map(|effect| match effect {
        Effect::Configure(config) => Some(*config),
        _ => None,
    })
}

#[test]
fn a_changed_setting_holds_at_once() {
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    visit.keys("F12 9 Enter");
    let config = configured(&mut visit, "4").unwrap();
    assert_eq!(config.language(), Language::En);
    let screen = seen(&visit);
    assert!(
        screen.contains("Settings") && screen.contains("F3Find"),
        "{screen}"
    );
    assert!(screen.contains("this session"), "{screen}");
    // The next one builds on it.
    visit.keys("Down Enter");
    let config = configured(&mut visit, "3").unwrap();
    assert_eq!(
        (config.screen.theme, config.language()),
        (Theme::Light, Language::En)
    );
    // The mouse is given back to the terminal.
    visit.keys("Down Down Enter");
    let key = Key::parse("2").unwrap();
    let effects = visit.input(Input::Key(Press::of(key)));
    assert!(effects.list.contains(&Effect::Mouse(false)), "{effects:?}");
    visit.keys("Down Down Down Down Enter");
    let config = configured(&mut visit, "4").unwrap();
    assert_eq!(config.clipboard.road, Road::Plain);
    // One that is not the person's to set is refused, and stays.
    visit.keys("End Up Up Up Enter");
    visit.text("17:00");
    visit.keys("Enter");
    assert!(!seen(&visit).contains("since 11/22"), "{}", seen(&visit));
}
