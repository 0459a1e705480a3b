//! The guided shift, played to its end with the keys that its line shows and no others.

use zhiban::desk::Desk;
use zhiban::i18n::Language;
use zhiban::tui::dump;
use zhiban::tui::keys::{Code, Key};

use crate::shop::Visit;

const SIZE: (u16, u16) = (80, 24);

/// The line that says the next key.
fn line(visit: &Visit, size: (u16, u16)) -> String {
    let (buffer, _) = visit.view(size);
    let rows = dump::rows(&buffer);
    rows[usize::from(size.1) - 3].trim().to_owned()
}

/// Presses what a line says: quoted text is typed, names of keys are pressed, the rest is words.
fn follow(visit: &mut Visit, line: &str) {
    let said = line.split_once([':', '：']).map_or("", |(_, said)| said);
    let mut rest = said;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix(['「', '"']) {
            let end = quoted.find(['」', '"']).unwrap();
            visit.text(&quoted[..end]);
            rest = quoted[end..].trim_start_matches(['」', '"']);
            continue;
        }
        let stop = [' ', '，', '、', ',', '「'];
        let word = rest.split(stop).next().unwrap_or_default();
        let is_typed = word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_typed && (word == "thyf" || word == "6457") {
            visit.text(word);
        } else if Key::parse(word).is_some_and(|key| is_key(key, word)) {
            visit.keys(word);
        }
        rest = rest[word.len()..].trim_start_matches(|c: char| c == ' ' || "，、,".contains(c));
    }
}

/// Whether a word names a key: a letter alone is a word of the sentence.
fn is_key(key: Key, word: &str) -> bool {
    match key.code {
        Code::Char(c) => c.is_ascii_digit() || c == ' ' || word.starts_with("Ctrl+"),
        _ => true,
    }
}

fn begun(language: Language) -> Visit {
    let mut visit = Visit::new(Some("林晓"), language, SIZE);
    visit.app.guide_along();
    visit
}

fn counts(desk: &Desk) -> [u64; 4] {
    let done = desk.practised().unwrap();
    [done.notes, done.replies, done.cases, done.taken]
}

#[test]
fn the_shown_keys_lead_to_the_end() {
    for language in Language::ALL {
        let mut visit = begun(language);
        let before = counts(visit.app.desk());
        let mut seen = Vec::new();
        for _ in 0..30 {
            let shown = line(&visit, SIZE);
            if !shown.contains("/4") {
                break;
            }
            let screen = || dump::text(&visit.view(SIZE).0);
            assert!(seen.last() != Some(&shown), "stuck\n{}", screen());
            follow(&mut visit, &shown);
            seen.push(shown);
        }
        let after = counts(visit.app.desk());
        let shown = line(&visit, SIZE);
        assert!(!shown.contains("/4"), "{language:?}: {shown}\n{seen:?}");
        for (before, after) in before.iter().zip(after) {
            assert!(
                after > *before,
                "{language:?} {before:?} {after:?} {seen:?}"
            );
        }
        // Each lesson was shown in turn.
        for nth in 1..=4 {
            let nth = format!("{nth}/4");
            assert!(
                seen.iter().any(|line| line.contains(&nth)),
                "{nth} {seen:?}"
            );
        }
    }
}

#[test]
fn it_is_left_at_any_point_and_goes_on_there() {
    let mut visit = begun(Language::ZhCn);
    for _ in 0..2 {
        let shown = line(&visit, SIZE);
        follow(&mut visit, &shown);
    }
    assert!(line(&visit, SIZE).contains("2/4"), "{}", line(&visit, SIZE));
    visit.keys("F1");
    visit.text("带着走");
    visit.keys("Enter");
    assert!(!line(&visit, SIZE).contains("/4"), "{}", line(&visit, SIZE));
    visit.keys("F1");
    visit.text("带着走");
    visit.keys("Enter");
    assert!(line(&visit, SIZE).contains("2/4"), "{}", line(&visit, SIZE));
    // Anything else in front: the line leads back.
    visit.keys("F12 4");
    assert!(line(&visit, SIZE).contains("Esc"), "{}", line(&visit, SIZE));
    // Looking on is nothing done.
    visit.keys("Esc Esc F4 Esc");
    assert!(line(&visit, SIZE).contains("2/4"), "{}", line(&visit, SIZE));
    for size in [(60, 20), (120, 40)] {
        let (buffer, _) = visit.draw(size);
        assert!(dump::is_whole(&buffer));
    }
}

#[test]
fn somebody_else_is_not_led_through_it() {
    let mut visit = begun(Language::ZhCn);
    sit(&mut visit, "周敏");
    assert!(!line(&visit, SIZE).contains("/4"), "{}", line(&visit, SIZE));
    sit(&mut visit, "林晓");
    assert!(line(&visit, SIZE).contains("1/4"), "{}", line(&visit, SIZE));
}

/// Lets one of the sample shop sit down.
fn sit(visit: &mut Visit, name: &str) {
    visit.keys("Ctrl+Q 3");
    let people = visit.app.desk().people_here();
    let at = people.iter().position(|person| person.name == name);
    let (top, down) = ("Up ".repeat(people.len()), "Down ".repeat(at.unwrap()));
    visit.keys(&format!("{top}{down}Enter"));
    assert_eq!(visit.app.desk().me().unwrap().name, name);
}
