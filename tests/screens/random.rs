//! Random keys, characters, pastes, mouse and sizes on the whole workstation: whatever comes in
//! whatever order, nothing panics, nothing is torn, nothing that was typed is lost.

use std::sync::OnceLock;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Color;
use zhiban::chance::{Random, SeededRandom};
use zhiban::domain::registers;
use zhiban::i18n::Language;
use zhiban::store::Query;
use zhiban::tui::dump;
use zhiban::tui::keys::{Code, Input, Key, Mouse, Press, Spot};
use zhiban::tui::run::{App, Effect, Message};
use zhiban::tui::theme::{Ink, Theme};

use crate::shop::Visit;

const STEPS: usize = 1_000;

/// Keys that are pressed more often, and those of the editor that no row of the key map names.
const KEYS: &[&str] = &[
    "Enter",
    "Enter",
    "Esc",
    "Esc",
    "Tab",
    "Up",
    "Down",
    "Down",
    "Backspace",
    "Shift+Left",
    "Shift+Right",
    "Ctrl+Backspace",
    "Ctrl+Left",
    "z",
];

/// Every key of the key map, and the above.
fn all_keys() -> &'static [String] {
    static ALL: OnceLock<Vec<String>> = OnceLock::new();
    ALL.get_or_init(|| {
        let rows = include_str!("../../assets/keys.toml");
        let mut named: Vec<String> = rows
            .lines()
            .filter(|row| !row.trim_start().starts_with('#'))
            .filter_map(|row| row.split_once("on = \"")?.1.split_once('"'))
            .map(|(key, _)| key.to_owned())
            .collect();
        named.sort_unstable();
        named.dedup();
        assert!(named.len() > 80, "{named:?}");
        named.extend(KEYS.iter().map(|key| (*key).to_owned()));
        named
    })
}

const LETTERS: &str = "改地址退款 春天里18:30，。thyf6613{姓名}é👨‍👩‍👧x\u{301}";
const PASTES: &[&str] = &[
    "你好",
    "春天里 (2026-11-22 14:41:05): 在吗\n青禾家居旗舰店:林晓 (2026-11-22 14:43:05): 在\n",
    "4031902847193516613",
    "/nowhere/订单.csv",
    "\u{1b}[2J\u{202e}退款\r\n\t\0",
    "一\n二\n三\n四\n五\n六\n七\n八\n九\n十\n",
];
const SIZES: &[(u16, u16)] = &[
    (80, 24),
    (120, 40),
    (80, 24),
    (120, 40),
    (60, 20),
    (39, 12),
    (20, 5),
    (1, 1),
    (160, 50),
    (200, 60),
    (99, 30),
    (100, 29),
];

fn pick<'a, T>(random: &mut SeededRandom, all: &'a [T]) -> &'a T {
    let mut byte = [0; 4];
    random.fill(&mut byte);
    &all[u32::from_le_bytes(byte) as usize % all.len()]
}

/// Does something at random, and returns what it was.
fn step(visit: &mut Visit, size: &mut (u16, u16), random: &mut SeededRandom) -> String {
    let kind = *pick(random, &[0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 3, 4, 5, 6]);
    let input = match kind {
        0 => {
            let key = pick(random, all_keys());
            Input::Key(Press::of(Key::parse(key).unwrap()))
        }
        1 => {
            let letters: Vec<char> = LETTERS.chars().collect();
            let c = *pick(random, &letters);
            Input::Key(Press {
                key: Key::plain(Code::Char(c)),
                typed: Some(c),
            })
        }
        2 => Input::Paste((*pick(random, PASTES)).to_owned()),
        3 => {
            let what = *pick(
                random,
                &[
                    Mouse::Down,
                    Mouse::Down,
                    Mouse::Up,
                    Mouse::Drag,
                    Mouse::WheelUp,
                    Mouse::WheelDown,
                ],
            );
            let mut at = [0; 2];
            random.fill(&mut at);
            Input::Mouse(
                what,
                u16::from(at[0]) % (size.0 + 2),
                u16::from(at[1]) % (size.1 + 2),
            )
        }
        4 => {
            *size = *pick(random, SIZES);
            Input::Resize(size.0, size.1)
        }
        5 => Input::Focus(*pick(random, &[true, false])),
        _ => {
            visit.app.update(Message::Tick);
            visit.app.update(Message::Wake(*pick(random, &[1, 2, 3])));
            return "tick".to_owned();
        }
    };
    visit.input(input.clone());
    format!("{input:?}")
}

/// From this size on every box has room for its border.
const SMALL: (u16, u16) = (39, 12);

fn is_frame(buf: &Buffer, at: (u16, u16), among: &str) -> bool {
    static FRAME: OnceLock<Option<Color>> = OnceLock::new();
    let frame = *FRAME.get_or_init(|| Theme::named("dark").style(Ink::Frame).fg);
    buf.cell(at)
        .is_some_and(|cell| among.contains(cell.symbol()) && Some(cell.fg) == frame)
}

/// The box between two upper corners, with the first cell where its border is broken.
fn outline(buf: &Buffer, (x, y): (u16, u16), right: u16) -> (Rect, Option<Position>) {
    let bottom = (y + 1..buf.area.bottom()).find(|at| !is_frame(buf, (x, *at), "│├"));
    let bottom = bottom.unwrap_or(buf.area.bottom() - 1);
    let outline = Rect::new(x, y, right - x + 1, bottom - y + 1);
    let broken = (y + 1..bottom)
        .map(|at| Position::new(right, at))
        .find(|at| !is_frame(buf, (at.x, at.y), "│┤"))
        .or((!is_frame(buf, (x, bottom), "└")).then_some(Position::new(x, bottom)))
        .or((!is_frame(buf, (right, bottom), "┘")).then_some(Position::new(right, bottom)));
    (outline, broken)
}

/// The boxes on screen, each with the first cell where its border is broken.
fn boxes(buf: &Buffer) -> Vec<(Rect, Option<Position>)> {
    let mut all = Vec::new();
    for y in buf.area.top()..buf.area.bottom() {
        for x in buf.area.left()..buf.area.right() {
            if !is_frame(buf, (x, y), "┌") {
                continue;
            }
            let ends = (x + 1..buf.area.right()).filter(|at| is_frame(buf, (*at, y), "┐"));
            // Where another box begins in the same row, the nearest end is not this one's.
            let tried: Vec<_> = ends.map(|right| outline(buf, (x, y), right)).collect();
            let whole = tried.iter().find(|(_, broken)| broken.is_none());
            let open = (Rect::new(x, y, 1, 1), Some(Position::new(x, y)));
            all.push(*whole.or(tried.last()).unwrap_or(&open));
        }
    }
    all
}

/// Returns what is wrong with a frame that was drawn.
fn fault(buf: &Buffer, caret: Option<Position>) -> Option<String> {
    if !dump::is_whole(buf) {
        return Some("a row is torn".to_owned());
    }
    if let Some(caret) = caret {
        if !buf.area.contains(caret) {
            return Some(format!("the caret is outside: {caret}"));
        }
        let has_keys = dump::text(buf)
            .lines()
            .last()
            .is_some_and(|row| row.contains("F1"));
        if has_keys && caret.y + 2 >= buf.area.bottom() {
            return Some(format!("the caret is in the rows of keys: {caret}"));
        }
        if is_frame(buf, (caret.x, caret.y), "│─┌┐└┘├┤┬┴┼") {
            return Some(format!("the caret is on a frame: {caret}"));
        }
    }
    if buf.area.width < SMALL.0 || buf.area.height < SMALL.1 {
        return None;
    }
    let all = boxes(buf);
    // What lies in front may cover a border.
    all.iter().find_map(|(outline, at)| {
        let at = (*at)?;
        let is_covered = all
            .iter()
            .any(|(front, _)| front != outline && front.contains(at));
        (!is_covered).then(|| format!("the border of {outline} is broken at {at}"))
    })
}

/// Returns what is wrong with where the caret stands: in the text that has it, and in one pane.
fn astray(visit: &Visit, buf: &Buffer, caret: Option<Position>) -> Option<String> {
    let caret = caret?;
    let (record, _) = visit.app.trace();
    record.field(Some(caret))?;
    let is_text = |spot: &Spot| matches!(spot, Spot::Cell { .. });
    let mut places = record.places.iter().rev();
    let Some((area, _)) = places.find(|(_, spot)| is_text(spot)) else {
        return Some(format!("the caret at {caret} is in no text"));
    };
    if !area.contains(caret) {
        return Some(format!(
            "the caret at {caret} is outside of its text {area}"
        ));
    }
    let crossing = area
        .positions()
        .find(|at| is_frame(buf, (at.x, at.y), "│─┌┐└┘├┤┬┴┼"));
    crossing.map(|at| format!("the text {area} with the caret reaches over a frame at {at}"))
}

/// A letter that was typed into a field, and what became of it.
struct Planted {
    name: &'static str,
    letter: char,
    /// It was recorded, or the person's own key took it away.
    is_settled: bool,
}

/// What is typed into the fields, one letter each; nothing else has them.
const PLANTED: &str = "龘靐齉爩麤灪龗籲鱻";

/// Types a letter into each field of the person, and leaves it there.
fn plant(visit: &mut Visit, person: &str) -> Vec<Planted> {
    let fields = KEPT.iter().filter(|(_, who, _)| *who == person);
    let planted = fields.zip(PLANTED.chars()).map(|((name, _, way), letter)| {
        visit.keys("Esc Esc Esc Esc F12 1 Home");
        visit.keys(way);
        visit.text(&letter.to_string());
        visit.app.update(Message::Wake(1));
        assert!(
            is_stored(visit, &letter.to_string()),
            "{name} keeps nothing"
        );
        Planted {
            name,
            letter,
            is_settled: false,
        }
    });
    let planted = planted.collect();
    visit.keys("Esc Esc Esc Esc");
    planted
}

/// Whether a letter is in somebody's drafts.
fn is_draft(visit: &Visit, letter: char) -> bool {
    let desk = visit.app.desk();
    desk.people().all().iter().any(|person| {
        let drafts = desk.store().drafts(&person.id.to_string()).unwrap();
        drafts.iter().any(|draft| draft.text.contains(letter))
    })
}

/// Looks after what was planted: each letter is on the screen, in a draft or in a record, but
/// for what the key just pressed takes away. Returns the field that lost its letter.
fn lost(visit: &mut Visit, planted: &mut [Planted], screen: &str, takes: bool) -> Option<String> {
    for one in planted.iter_mut().filter(|one| !one.is_settled) {
        if screen.contains(one.letter) || is_draft(visit, one.letter) {
            continue;
        }
        visit.app.update(Message::Wake(1));
        if is_draft(visit, one.letter) {
            continue;
        }
        one.is_settled = true;
        if !takes && !is_stored(visit, &one.letter.to_string()) {
            return Some(format!("{} lost {}", one.name, one.letter));
        }
    }
    None
}

/// Whether what was done takes words away because it is asked to: a key that says so, or what is
/// typed over a selection.
fn takes(input: &str, is_selected: bool) -> bool {
    let of_key =
        |key: &&str| *input == format!("{:?}", Input::Key(Press::of(Key::parse(key).unwrap())));
    TAKES.iter().any(of_key) || is_selected
}

#[test]
fn a_thousand_random_steps_do_no_harm() {
    for (seed, language) in Language::ALL.into_iter().enumerate() {
        let mut random = SeededRandom::new(format!("steps {seed}"));
        let mut size = (80, 24);
        let person = ["林晓", "何静", "老吴"][seed];
        let mut visit = Visit::new(Some(person), language, size);
        let mut planted = plant(&mut visit, person);
        let mut done: Vec<String> = Vec::new();
        for _ in 0..STEPS {
            let (record, caret) = visit.app.trace();
            let selected = record
                .field(caret)
                .is_some_and(|field| field.selected.is_some());
            done.push(step(&mut visit, &mut size, &mut random));
            let (buf, caret) = visit.view(size);
            let takes = takes(&done[done.len() - 1], selected);
            let fault = fault(&buf, caret)
                .or_else(|| astray(&visit, &buf, caret))
                .or_else(|| lost(&mut visit, &mut planted, &dump::text(&buf), takes));
            if let Some(fault) = fault {
                let last = done[done.len().saturating_sub(12)..].join("\n");
                panic!("{fault} after\n{last}\n{size:?}\n{}", dump::text(&buf));
            }
        }
        visit.app.update(Message::Wake(1));
        assert!(visit.app.desk().store().verify().unwrap().clean);
    }
}

/// Fields that keep what is typed into them: their names, who sits there, and the keys that
/// lead there.
const KEPT: &[(&str, &str, &str)] = &[
    ("composer", "林晓", "Enter"),
    ("composer of another item", "林晓", "Down Down Enter"),
    ("capture", "林晓", "F2"),
    ("remark", "林晓", "Ctrl+T"),
    ("note", "林晓", "F5 Down Down Down Down"),
    ("note, what was", "林晓", "F5 Down Down Down"),
    ("case", "林晓", "F6 Down Down Down Down"),
    ("promise", "林晓", "F7 1"),
    ("reminder", "林晓", "F7 2 Up"),
    ("handover", "何静", "F10 Tab"),
];
/// Keys that take words away because they are asked to.
const TAKES: &[&str] = &[
    "Backspace",
    "Ctrl+Backspace",
    "Ctrl+Z",
    "Ctrl+X",
    "Del",
    "Ctrl+D",
    "Ctrl+A",
    "Shift+Left",
    "Shift+Right",
    "Shift+Up",
    "Shift+Down",
];

/// The registers in which what was typed may have been recorded.
const WORK: [&str; 8] = [
    "conversation",
    "case",
    "note",
    "promise",
    "follow_up",
    "ticket",
    "complaint",
    "handover",
];

/// Whether a text stands anywhere in the store: in somebody's drafts, or in a record.
fn is_stored(visit: &Visit, text: &str) -> bool {
    let desk = visit.app.desk();
    let is_draft = desk.people().all().iter().any(|person| {
        let drafts = desk.store().drafts(&person.id.to_string()).unwrap();
        drafts.iter().any(|draft| draft.text.contains(text))
    });
    is_draft || {
        let query = Query {
            registers: WORK.to_vec(),
            limit: Some(1_000),
            ..Query::default()
        };
        let rows = desk.store().rows(&query).unwrap();
        rows.iter().any(|row| {
            let record = desk.store().record(row.id).unwrap().unwrap();
            let register = registers::by_name(&record.register).unwrap();
            let mut fields = register.fields.iter();
            let mut said = record
                .entries
                .iter()
                .filter_map(|entry| entry.say.text.as_ref());
            said.any(|said| said.contains(text))
                || fields.any(|field| {
                    record
                        .value(field.name)
                        .is_some_and(|value| value.to_string().contains(text))
                })
        })
    }
}

#[test]
fn what_was_typed_is_on_the_screen_or_in_the_store() {
    let calm: Vec<&str> = all_keys()
        .iter()
        .map(String::as_str)
        .filter(|key| !TAKES.contains(key))
        .collect();
    let mut lost = Vec::new();
    for (name, person, way) in KEPT {
        for seed in 0..6 {
            let mut random = SeededRandom::new(format!("{name} {seed}"));
            let mut visit = Visit::new(Some(*person), Language::ZhCn, (120, 40));
            visit.keys(way);
            // One letter: nothing that is typed later comes between.
            let word = "龘";
            visit.text(word);
            let seen = |visit: &Visit| dump::text(&visit.view((120, 40)).0).contains(word);
            assert!(
                seen(&visit),
                "{name}: {}",
                dump::text(&visit.view((120, 40)).0)
            );
            let mut done = Vec::new();
            for _ in 0..12 {
                let key = *pick(&mut random, &calm);
                // The line of a handover as its item says: what was written on it goes.
                if name.starts_with("handover") && key == "Space" {
                    continue;
                }
                visit.keys(key);
                done.push(key);
                if seen(&visit) {
                    continue;
                }
                // Behind what is in front it is kept too: saving finds it, or it is lost.
                visit.app.update(Message::Wake(1));
                if !is_stored(&visit, word) {
                    let screen = dump::text(&visit.view((120, 40)).0);
                    lost.push(format!("{name}: {way}, {}\n{screen}", done.join(" ")));
                    break;
                }
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn an_end_saves_what_was_typed_a_moment_ago() {
    for (name, person, way) in KEPT {
        let mut visit = Visit::new(Some(*person), Language::ZhCn, (120, 40));
        visit.keys(way);
        visit.text("暗号");
        let effects = visit
            .app
            .update(Message::Signal(zhiban::tui::run::Signal::End));
        assert!(effects.list.contains(&Effect::Quit));
        assert!(is_stored(&visit, "暗号"), "{name}");
    }
}
