//! Every key that the hint row names does something on the screen above it.

use std::collections::BTreeSet;

use zhiban::i18n::{Language, Words};
use zhiban::tui::dump;
use zhiban::tui::keys::{Code, Key, Press};

use crate::commands::pressed;
use crate::dumps::SCREENS;
use crate::shop::{Do, Visit};
use crate::widths::MORE;
use Do::{Keys, Text};

const SIZE: (u16, u16) = (80, 24);

/// Places of which neither list knows.
const FURTHER: &[(&str, Option<&str>, &[Do])] = &[
    ("case, to approve", Some("王主管"), &[Keys("F12 2 Enter")]),
    (
        "must read",
        None,
        &[Keys("F1"), Text("必读"), Keys("Enter")],
    ),
    (
        "meetings",
        Some("王主管"),
        &[Keys("F1"), Text("周会"), Keys("Enter")],
    ),
    (
        "settings, typed",
        Some("王主管"),
        &[Keys("F12 9 End Enter")],
    ),
];

/// Places of a shop in which nothing was recorded yet.
const EMPTY: &[(&str, Option<&str>, &[Do])] =
    &[("printing, nothing under the cursor", None, &[Keys("F12 3")])];

/// Keys that rightly change nothing at a place, each with the reason.
const QUIET: &[(&str, &str, &str)] = &[
    (
        "after_sale",
        "Right",
        "the cursor is on a tick, which has no sides",
    ),
    (
        "capture_empty",
        "Enter",
        "nothing was written, and the box says what to write",
    ),
    ("capture_empty", "Tab", "what was not written has no fields"),
    (
        "handover_out",
        "Space",
        "the line stands as it was proposed already",
    ),
    ("handover_in", "1", "the answer is the chosen one already"),
    ("printing", "Down", "there is one notice"),
    ("meeting", "Down", "the cursor is on the last field"),
    ("timeline", "Down", "the talk is shown whole"),
    ("must read", "Down", "the notice is shown whole"),
    ("must read", "PgDn", "the notice is shown whole"),
    (
        "follow-up",
        "Down",
        "there is one field until the kind is chosen",
    ),
    ("nothing found", "Down", "the list is empty, as it says"),
    ("remark", "Tab", "no name was begun"),
    ("figures, why", "1", "one's own figures are shown already"),
    ("figures, why", "Tab", "an agent's figures have one part"),
    ("held", "Enter", "nothing is held, as the screen says"),
    (
        "printing, nothing under the cursor",
        "Down",
        "the list is empty, as it says",
    ),
];

/// How the hint row spells keys in words, and a key that each stands for.
const SPELLED: &[(&str, &str)] = &[
    ("空格", "Space"),
    ("退格", "Backspace"),
    ("上下", "Down"),
    ("左右", "Right"),
    ("数字", "1"),
    ("打字", "a"),
    ("Alt+1..9", "Alt+1"),
    ("1-3", "1"),
];

/// The key with which an entry of the row begins.
fn key_of(entry: &str) -> Option<String> {
    let spelled = SPELLED.iter().find(|(word, _)| entry.starts_with(word));
    if let Some((_, key)) = spelled {
        return Some((*key).to_owned());
    }
    let ends = entry.char_indices().map(|(at, c)| at + c.len_utf8());
    let longest = ends
        .rev()
        .map(|end| &entry[..end])
        .find(|start| start.is_ascii() && Key::parse(start).is_some());
    longest.map(str::to_owned)
}

fn hinted(visit: &Visit) -> BTreeSet<String> {
    let rows = dump::rows(&visit.view(SIZE).0);
    let row = &rows[rows.len() - 2];
    row.split_whitespace().filter_map(key_of).collect()
}

#[test]
fn every_hinted_key_acts() {
    let words = Words::new(Language::ZhCn);
    let useless = words.with("tui-not-here", &[("what", "".into())]);
    let unknown = words.get("tui-no-such-key").to_string();
    let unknown = unknown.split('{').next().unwrap_or_default().trim_end();
    let unknown = unknown.split('\u{2068}').next().unwrap_or_default();
    let mut wrong = Vec::new();
    let (mut count, mut met) = (0, BTreeSet::new());
    let more = MORE.iter().chain(FURTHER);
    let sample = SCREENS.iter().chain(more).map(|place| (true, place));
    let places = sample.chain(EMPTY.iter().map(|place| (false, place)));
    for (is_sample, (name, person, plays)) in places {
        let begun = || {
            let mut visit = if is_sample {
                Visit::new(*person, Language::ZhCn, SIZE)
            } else {
                Visit::practising(SIZE)
            };
            visit.play(plays);
            visit
        };
        for key in hinted(&begun()) {
            met.insert((*name, key.clone()));
            if QUIET
                .iter()
                .any(|quiet| (quiet.0, quiet.1) == (*name, &*key))
            {
                continue;
            }
            let mut visit = begun();
            visit.view(SIZE);
            count += 1;
            if let Err(nothing) = pressed(&mut visit, press_of(&key)) {
                wrong.push(format!("{name}: {nothing}"));
            }
            let after = dump::text(&visit.view(SIZE).0);
            let said = after
                .lines()
                .find(|row| row.contains(useless.trim()) || row.contains(unknown));
            if let Some(said) = said {
                wrong.push(format!("{name}: {key}: {said}"));
            }
        }
    }
    for (name, key, why) in QUIET {
        assert!(
            met.contains(&(*name, (*key).to_owned())),
            "{name}: {key}: {why}"
        );
    }
    assert!(count > 150, "{count}");
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// A key as it is pressed, the one for typing with its character.
fn press_of(key: &str) -> Press {
    match key {
        "a" => Press {
            key: Key::plain(Code::Char('a')),
            typed: Some('a'),
        },
        _ => Press::of(Key::parse(key).unwrap()),
    }
}

/// The row above the function keys.
fn row_of(visit: &Visit, size: (u16, u16)) -> String {
    let mut rows = dump::rows(&visit.view(size).0);
    rows.swap_remove(usize::from(size.1) - 2)
}

/// The same without blanks, which stand where there is room.
fn close_row(visit: &Visit) -> String {
    row_of(visit, SIZE).replace(' ', "")
}

#[test]
fn the_row_says_what_the_body_says() {
    let mut case = Visit::new(Some("王主管"), Language::ZhCn, SIZE);
    case.keys("F12 2 Enter");
    let row = close_row(&case);
    assert!(
        row.contains("F8批准") && row.contains("Ctrl+D驳回") && !row.contains("作废"),
        "{row}"
    );
    let mut own = Visit::new(None, Language::ZhCn, SIZE);
    own.keys("F3");
    own.text("R-LX-0004");
    own.keys("Enter F6");
    let row = close_row(&own);
    assert!(!row.contains("提交") && !row.contains("勾"), "{row}");
    let mut remark = Visit::new(None, Language::ZhCn, SIZE);
    remark.keys("Ctrl+T");
    let row = close_row(&remark);
    assert!(
        row.contains("F8记下") && row.contains("Tab补名字") && !row.contains("上文"),
        "{row}"
    );
    for (keys, act) in [("F12 9", "Enter改"), ("F12 7", "Enter排")] {
        let mut visit = Visit::new(Some("王主管"), Language::ZhCn, SIZE);
        visit.keys(keys);
        let row = close_row(&visit);
        assert!(row.contains(act) && !row.contains("标记"), "{row}");
    }
}

#[test]
fn the_printing_desk_names_its_answers_and_the_key_for_all() {
    let mut visit = Visit::new(Some("老吴"), Language::ZhCn, SIZE);
    visit.keys("F12 3");
    assert_eq!(
        close_row(&visit),
        "上下选空格签收1-3回话F9复制单号F7缺货登记Ctrl+A全标Ctrl+P命令"
    );
}

#[test]
fn a_narrow_row_keeps_the_way_out_and_what_the_screen_is_for() {
    for language in Language::ALL {
        let mut leaving = Visit::new(None, language, SIZE);
        leaving.keys("F10 F10");
        let mut board = Visit::new(Some("王主管"), language, SIZE);
        board.keys("F12 2");
        for (visit, keys) in [
            (&leaving, ["Ctrl+G", "F8", "F9", "Esc"]),
            (&board, ["F8", "Ctrl+G", "Ctrl+Y", "Ctrl+O"]),
        ] {
            let row = close_row(visit);
            let lost: Vec<&str> = keys.into_iter().filter(|key| !row.contains(key)).collect();
            assert!(lost.is_empty(), "{}: {lost:?} in {row}", language.tag());
        }
    }
}
