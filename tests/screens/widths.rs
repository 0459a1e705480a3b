//! Words of ours fit their places: in every language and theme no screen of 80 columns or more
//! shows one of them cut, and where a narrower one does the cut is told by both its dots.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use unicode_width::UnicodeWidthStr as _;
use zhiban::config::Theme;
use zhiban::domain::registers;
use zhiban::i18n::{Arg, Language, Words, messages};
use zhiban::text::width::Ambiguous;
use zhiban::tui::commands::{CONTEXTS, Context};
use zhiban::tui::dump;
use zhiban::tui::keymap::{Hint, Keymap};
use zhiban::tui::theme;
use zhiban::tui::widgets::{Look, keyrow};

use crate::dumps::SCREENS;
use crate::shop::{Do, Visit};
use Do::{Keys, Text};

/// The two sizes that are designed by hand, then the others.
const SIZES: [(u16, u16); 5] = [(80, 24), (120, 40), (60, 20), (160, 50), (200, 60)];
/// From so many columns on nothing of ours is cut; narrower ones are for looking, not designed.
const NARROWEST: u16 = 80;
const THEMES: [Theme; 3] = [Theme::Dark, Theme::Light, Theme::Plain];

/// More places than are kept as dumps.
pub const MORE: &[(&str, Option<&str>, &[Do])] = &[
    ("list", None, &[]),
    ("timeline", None, &[Keys("Enter Tab")]),
    ("side", None, &[Keys("Enter Tab Tab")]),
    ("side, notes", None, &[Keys("Enter Tab Tab Right")]),
    ("side, cases", None, &[Keys("Enter Tab Tab Right Right")]),
    ("follow-up", None, &[Keys("F7")]),
    ("promise", None, &[Keys("F7 1")]),
    ("finish", None, &[Keys("Enter F8")]),
    ("transfer", None, &[Keys("Ctrl+G")]),
    ("marked", None, &[Keys("Space Space")]),
    ("marked, claim", None, &[Keys("Ctrl+A Ctrl+K")]),
    ("marked, finish", None, &[Keys("Ctrl+A F8")]),
    ("marked, rest", None, &[Keys("Ctrl+A Del")]),
    ("tags", None, &[Keys("#")]),
    ("nothing found", None, &[Keys("F3"), Text("zzzz")]),
    ("escalate", None, &[Keys("Ctrl+U")]),
    ("remark", None, &[Keys("Ctrl+T")]),
    ("away", None, &[Keys("Ctrl+Q")]),
    ("screens", None, &[Keys("F12")]),
    (
        "terminal check",
        None,
        &[Keys("F1"), Text("看看这个终端"), Keys("Enter")],
    ),
    ("registers", None, &[Keys("F12 4")]),
    ("figures, why", None, &[Keys("F12 5 Ctrl+E End")]),
    ("figures, rows", Some("王主管"), &[Keys("F12 5 3 Enter")]),
    ("held", Some("王主管"), &[Keys("F12 6")]),
    ("day plan", None, &[Keys("F12 7")]),
    ("imports", None, &[Keys("F12 8")]),
    ("note", None, &[Keys("F3"), Text("3318"), Keys("Enter F5")]),
    (
        "case",
        None,
        &[Keys("F3"), Text("R-LX-0003"), Keys("Enter F6")],
    ),
    ("commands", None, &[Keys("F1")]),
    ("commands, on", None, &[Keys("F1 PgDn PgDn PgDn")]),
];

/// What customers and colleagues of the sample say: a piece of it that is cut is theirs.
const SAMPLE: [&str; 4] = [
    include_str!("../../assets/sample/conversations.jsonl"),
    include_str!("../../assets/sample/script.toml"),
    include_str!("../../assets/sample/replies.toml"),
    include_str!("../../assets/sample/orders.csv"),
];

/// Words that may be cut where they stand, each with the reason.
const ALLOWED: &[(&str, &str)] = &[
    (
        "After-sales ",
        "the post stands whole; who of it takes over is told under How it goes, too",
    ),
    (
        "orig",
        "the sentence that is read back is as long as its goods; F9 copies it whole",
    ),
    (
        "Agree",
        "the next step of a line; it stands whole beside the list",
    ),
    (
        "Answer the b",
        "the next step of a line; it stands whole beside the list",
    ),
    (
        "Await approv",
        "the next step of a line; it stands whole beside the list",
    ),
    (
        "Check the pa",
        "the next step of a line; it stands whole beside the list",
    ),
    (
        "Keep the pro",
        "the next step of a line; it stands whole beside the list",
    ),
    (
        "Offer a solu",
        "the next step of a line; it stands whole beside the list",
    ),
    (
        "Press the ot",
        "the next step of a line; it stands whole beside the list",
    ),
    (
        "等批，批后到",
        "the next step of a line; it stands whole beside the list",
    ),
    (
        "依承諾做到",
        "the next step of a line; it stands whole beside the list",
    ),
    (
        "按承诺做到",
        "the next step of a line; it stands whole beside the list",
    ),
    (
        "等簽核，核准",
        "the next step of a line; it stands whole beside the list",
    ),
];

/// The words of a language as they stand in its file; of those with variables, what stands
/// between these.
fn own_words(language: Language) -> BTreeSet<String> {
    let words = Words::new(language);
    let mut own = BTreeSet::new();
    for (id, variables) in messages(language) {
        let values: Vec<(&str, Arg<'_>)> = variables
            .iter()
            .map(|name| (name.as_str(), "§".into()))
            .collect();
        let text = words.with(&id, &values);
        let least = if variables.is_empty() { 2 } else { 4 };
        let pieces = text.split('§').map(|piece| piece.trim().to_owned());
        own.extend(pieces.filter(|piece| piece.width() > least));
    }
    own
}

/// Returns the words of ours that a row shows cut: what stands before `..` begins one of them.
fn cut_words(row: &str, own: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in row.match_indices("..") {
        // `..8258` is the tail of a number, `1..9` names keys.
        if row[at + 2..].starts_with(|c: char| c.is_ascii_alphanumeric()) {
            continue;
        }
        let before = &row[..at];
        let start = before
            .rfind(['│', '─', '┼', '├', '|', '[', '('])
            .map_or(0, |at| {
                at + before[at..].chars().next().map_or(1, char::len_utf8)
            });
        let piece = before[start..].rsplit("  ").next().unwrap_or_default();
        if ALLOWED.iter().any(|(cut, _)| piece.starts_with(cut)) {
            continue;
        }
        let mut from = 0;
        loop {
            let rest = &piece[from..];
            let tail = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            let is_enough = tail.chars().filter(|c| c.is_alphabetic()).count() >= 2
                || tail.width() > tail.chars().count();
            if is_enough
                && !ALLOWED.iter().any(|(cut, _)| tail.starts_with(cut))
                && !(from > 0 && SAMPLE.iter().any(|text| text.contains(piece)))
                && let Some(word) = begun(tail, own)
            {
                found.push(format!("{tail}.. of {word:?}"));
                break;
            }
            match rest.find(' ') {
                Some(blank) => from += blank + 1,
                None => break,
            }
        }
    }
    found
}

/// Returns the shortest word that begins with this and goes on.
fn begun<'a>(tail: &str, own: &'a BTreeSet<String>) -> Option<&'a String> {
    let after = own.range(tail.to_owned()..);
    let begun = after.take_while(|word| word.starts_with(tail));
    begun
        .filter(|word| {
            word.len() > tail.len() && (tail.width() > 5 || word.width() <= tail.width() + 12)
        })
        .min_by_key(|word| word.len())
}

/// Returns the words of ours that end in one dot: the other one of the two was written over.
fn half_cut_words(row: &str, own: &BTreeSet<String>) -> Vec<String> {
    let dots = row.match_indices('.');
    let alone = dots.filter(|(at, _)| !row[..*at].ends_with('.') && row[at + 1..].starts_with(' '));
    let mut found = Vec::new();
    for (at, _) in alone {
        if row[..at].contains('，') || row[..at].contains(", ") {
            continue; // a sentence put together of several
        }
        let start = row[..at].rfind(['│', '|']).map_or(0, |from| {
            from + row[from..].chars().next().map_or(1, char::len_utf8)
        });
        let piece = row[start..at].rsplit("  ").next().unwrap_or_default();
        let starts = piece.match_indices(' ').map(|(blank, _)| blank + 1);
        let cut = std::iter::once(0).chain(starts).find_map(|from| {
            let tail = &piece[from..];
            // Words of ours begin so; what goes on in small letters is the rest of a line above.
            if tail.starts_with(|c: char| c.is_lowercase()) {
                return None;
            }
            let goes_on =
                |word: &&String| word.len() > tail.len() && !word[tail.len()..].starts_with('.');
            let after = || {
                own.range(tail.to_owned()..)
                    .take_while(|word| word.starts_with(tail))
            };
            let is_whole = after().any(|word| !goes_on(&word));
            (tail.width() > 8 && !is_whole).then(|| after().find(goes_on))?
        });
        found.extend(cut.map(|word| format!("{piece}. of {word:?}")));
    }
    found
}

/// Draws at every size, each time in another theme, and gathers what is cut.
fn look(
    visit: &mut Visit,
    own: &BTreeSet<String>,
    place: &str,
    nth: usize,
    cut: &mut BTreeMap<String, String>,
) {
    for (at, size) in SIZES.into_iter().enumerate() {
        let theme = THEMES[(nth + at) % THEMES.len()];
        visit.app.draw_as(theme);
        let (buffer, _) = visit.draw(size);
        assert!(dump::is_whole(&buffer), "{}", dump::text(&buffer));
        for row in dump::rows(&buffer) {
            let mut words = half_cut_words(&row, own);
            if size.0 >= NARROWEST {
                words.extend(cut_words(&row, own));
            }
            for word in words {
                let place = format!("{place} {size:?} {theme:?}");
                cut.entry(format!("{place}: {word}")).or_insert(row.clone());
            }
        }
    }
}

#[test]
fn no_word_of_ours_is_cut() {
    let mut cut = BTreeMap::new();
    for language in Language::ALL {
        let own = own_words(language);
        let tag = language.tag();
        for (nth, (name, person, plays)) in SCREENS.iter().chain(MORE).enumerate() {
            let mut visit = Visit::new(*person, language, SIZES[0]);
            visit.play(plays);
            look(&mut visit, &own, &format!("{tag} {name}"), nth, &mut cut);
        }
        let mut visit = Visit::new(None, language, SIZES[0]);
        visit.keys("Enter");
        for item in 1..20 {
            look(
                &mut visit,
                &own,
                &format!("{tag} item {item}"),
                item,
                &mut cut,
            );
            visit.keys("Ctrl+N");
        }
        for (at, register) in registers::ALL.iter().enumerate() {
            let mut visit = Visit::new(None, language, SIZES[0]);
            visit.keys("F12 4 Home");
            visit.keys(&"Up ".repeat(registers::ALL.len()));
            visit.keys(&"Down ".repeat(at));
            for keys in ["Enter", "Enter", "Esc Ins"] {
                visit.keys(keys);
                let place = format!("{tag} {} {keys}", register.name);
                look(&mut visit, &own, &place, at, &mut cut);
            }
        }
    }
    let told: Vec<String> = cut
        .iter()
        .map(|(what, row)| format!("{what}\n    {row}"))
        .collect();
    assert!(cut.is_empty(), "{}\n{}", cut.len(), told.join("\n"));
}

/// What a word may take where its place does not grow: the start of its ids, the columns in
/// Chinese and in English.
const BUDGETS: &[(&str, usize, usize)] = &[
    ("mark-", 2, 2),
    ("short-", 4, 7),
    ("view-", 6, 8),
    ("leaf-", 4, 7),
    ("source-", 4, 8),
    ("handover-lacks-", 6, 8),
    ("takeover-ack-", 6, 8),
    ("keyrow-", 4, 6),
    ("hint-", 14, 14),
    ("value-post-", 4, 11),
    ("context-", 16, 22),
];

#[test]
fn fixed_places_hold_their_words() {
    let mut over = Vec::new();
    for language in Language::ALL {
        let words = Words::new(language);
        for id in messages(language).keys() {
            let Some((_, chinese, english)) =
                BUDGETS.iter().find(|(start, ..)| id.starts_with(start))
            else {
                continue;
            };
            let most = if language == Language::En {
                english
            } else {
                chinese
            };
            let word = words.get(id).to_string();
            if word.width() > *most {
                over.push(format!(
                    "{} {id} = {word}: {} > {most}",
                    language.tag(),
                    word.width()
                ));
            }
        }
        for register in registers::ALL {
            for path in register.columns {
                let Some(field) = register.field(path) else {
                    continue;
                };
                let own = format!("field-{}-{}", register.name, field.name);
                let id = if words.has(&own) {
                    own
                } else {
                    format!("field-common-{}", field.name)
                };
                let word = words.get(&id).to_string();
                if word.width() > 10 {
                    over.push(format!("{} column {id} = {word}", language.tag()));
                }
            }
        }
    }
    assert!(over.is_empty(), "{}", over.join("\n"));
}

#[test]
fn hints_fit_their_row() {
    let map = Keymap::load(None).0;
    let theme = theme::Theme::named("dark");
    let mut stacks: Vec<Vec<Context>> =
        CONTEXTS.iter().map(|(context, _)| vec![*context]).collect();
    stacks.extend([
        vec![Context::List, Context::Desk],
        vec![Context::Composer, Context::Text, Context::Desk],
        vec![Context::Timeline, Context::Desk],
        vec![Context::Side, Context::Desk],
        vec![Context::Notice, Context::Timeline],
        vec![Context::Tables, Context::List],
        vec![Context::Printing, Context::List],
        vec![Context::Held, Context::List],
        vec![Context::Handover, Context::List],
        vec![Context::Takeover, Context::List, Context::Menu],
        vec![Context::Text, Context::Find, Context::Picker],
        vec![Context::Text, Context::Replies, Context::Picker],
        vec![Context::Note, Context::Form],
        vec![Context::AfterSale, Context::Form],
        vec![Context::Paste, Context::Menu],
        vec![Context::Import, Context::List],
        vec![Context::Review, Context::List],
        vec![Context::Text, Context::Form, Context::Meeting],
    ]);
    let mut left_out = Vec::new();
    for language in Language::ALL {
        let words = Words::new(language);
        let look = Look {
            words: &words,
            theme: &theme,
            ambiguous: Ambiguous::Narrow,
            spots: None,
        };
        for stack in &mut stacks {
            stack.push(Context::Any);
            let hints = map.hints(stack);
            let said = |hint: &&Hint| (hint.run, hint.shown.clone());
            let once: HashSet<_> = hints.iter().map(said).collect();
            assert_eq!(once.len(), hints.len(), "{stack:?} says one thing twice");
            let all = keyrow::hints(&map, stack, 1_000, &look).len();
            for (width, most) in [(80, 3), (120, 0)] {
                // On a narrow screen the last ones of the Desk are in the palette only, and Esc
                // and the keys of the row below are known.
                let most = match stack[0] {
                    _ if stack.contains(&Context::Desk) => most,
                    // The board's last ones stand beside what is chosen, too (ux 8.9).
                    Context::Handover | Context::Board => most.min(2),
                    Context::Takeover | Context::AfterSale => most.min(1),
                    _ => 0,
                };
                let shown = keyrow::hints(&map, stack, width, &look).len();
                if shown + most < all {
                    left_out.push(format!(
                        "{} {stack:?} at {width}: {shown} of {all}",
                        language.tag()
                    ));
                }
            }
            stack.pop();
        }
    }
    assert!(left_out.is_empty(), "{}", left_out.join("\n"));
}

#[test]
fn the_reader_of_cut_words_finds_them() {
    let own = BTreeSet::from([
        "Handover".to_owned(),
        "Severity".to_owned(),
        "接班确认".to_owned(),
    ]);
    assert_eq!(cut_words("─ Handove.. ──", &own).len(), 1);
    assert_eq!(cut_words("│接班..  x", &own).len(), 1);
    assert_eq!(cut_words(" 1 Sev..  ..8258", &own).len(), 1);
    assert_eq!(cut_words("│ 14:12 Handov..周敏 > 我", &own).len(), 1);
    assert_eq!(cut_words("─ 1Mine3 4Sever.. ─┼─", &own).len(), 1);
    assert!(cut_words(" 收到的锅底..  ..8258", &own).is_empty());
}

#[test]
fn the_reader_of_cut_words_finds_a_dot_that_is_left() {
    let own = BTreeSet::from([
        "Keep the promise and tell the buyer".to_owned(),
        "It is saved. Go on".to_owned(),
    ]);
    assert_eq!(
        half_cut_words("| Next Keep the promise and tell. By", &own).len(),
        1
    );
    assert!(half_cut_words("| Next Keep the promise and tell..  By", &own).is_empty());
    assert!(half_cut_words("| It is saved. Go on", &own).is_empty());
}
