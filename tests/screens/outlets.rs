//! Text from outside on its ways out: every scalar value through every outlet, every hostile
//! file through the renderer's bytes, and words that imitate our own screen.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ratatui::backend::Backend as _;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthChar as _;
use zhiban::config::Road as Wish;
use zhiban::desk::import::ImportOptions;
use zhiban::i18n::{Language, Words};
use zhiban::text::clean;
use zhiban::text::width::Ambiguous;
use zhiban::tui::clipboard::{Clipboard, Surroundings};
use zhiban::tui::dump;
use zhiban::tui::overlays::plain::Plain;
use zhiban::tui::pane::Pane as _;
use zhiban::tui::pen::Pen;
use zhiban::tui::theme::{Ink, Theme};
use zhiban::tui::widgets::{Look, line};

use crate::shop::Visit;
use crate::support::shared;

/// What nobody may meet beyond an outlet: controls, letters that turn text around or cannot be
/// seen, tags, private use and noncharacters.
fn is_bad(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}'
            | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200c}' | '\u{200e}'
            | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{600}'..='\u{605}'
            | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1345f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}' | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}'
            | '\u{f0000}'..='\u{10ffff}')
        || c as u32 & 0xfffe == 0xfffe
}

/// Returns what is bad in a text that may have line ends or not.
fn bad(text: &str, lines: bool) -> Option<char> {
    text.chars().find(|c| is_bad(*c) && !(lines && *c == '\n'))
}

/// What the terminal is sent for a copy, as the text that it puts into its clipboard.
fn copied(text: &str) -> String {
    let surroundings = Surroundings {
        native: false,
        osc52: true,
        screen: false,
    };
    let (_, sequence) = Clipboard::new(Wish::Osc52, surroundings).copy(text);
    let sequence = sequence.unwrap();
    let payload = sequence.strip_prefix("\x1b]52;c;").unwrap();
    let payload = payload.strip_suffix('\x07').unwrap();
    assert!(!payload.chars().any(char::is_control));
    String::from_utf8(STANDARD.decode(payload).unwrap()).unwrap()
}

fn is_formula(cell: &str) -> bool {
    cell.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '|', '%', '＝', '＋', '－', '＠',
    ])
}

/// Checks one text at every outlet.
fn check(raw: &str) {
    let line = clean::line(raw);
    assert_eq!(bad(&line, false), None, "line {raw:?}");
    assert_eq!(clean::line(&line), line, "line {raw:?}");
    let block = clean::block(raw);
    assert_eq!(bad(&block, true), None, "block {raw:?}");
    assert_eq!(clean::block(&block), block, "block {raw:?}");
    let screen = clean::screen(raw, Ambiguous::Narrow);
    assert_eq!(bad(&screen, true), None, "screen {raw:?}");
    let typed = clean::typed(raw);
    assert_eq!(bad(&typed, true), None, "typed {raw:?}");
    assert_eq!(clean::typed(&typed), typed, "typed {raw:?}");
    let csv = clean::csv(raw);
    assert_eq!(bad(&csv, true), None, "csv {raw:?}");
    assert!(!is_formula(&csv), "csv {raw:?}");
    let html = clean::html(raw);
    assert_eq!(bad(&html, true), None, "html {raw:?}");
    assert!(!html.contains(['<', '>', '"', '\'']), "html {raw:?}");
    let markdown = clean::markdown(raw);
    assert_eq!(bad(&markdown, false), None, "markdown {raw:?}");
    let block = clean::markdown_block(raw);
    assert_eq!(bad(&block, true), None, "markdown block {raw:?}");
    let spelled = serde_json::to_string(raw).unwrap();
    let json = clean::json(&spelled);
    assert_eq!(bad(&json, true), None, "json {raw:?}");
    assert_eq!(
        serde_json::from_str::<String>(&json).unwrap(),
        raw,
        "json says the same"
    );
    let name = clean::file_name(raw);
    assert!(
        name.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)),
        "{name}"
    );
    let copied = copied(raw);
    assert_eq!(bad(&copied, true), None, "copied {raw:?}");
}

#[test]
fn sanitise_exhaustive() {
    let all: Vec<char> = (0..=0x10_ffff).filter_map(char::from_u32).collect();
    // Between letters and at the beginning, many at a time; the joiner alone is an emoji's.
    for few in all.chunks(512) {
        let between: String = few.iter().flat_map(|c| ['x', *c]).collect();
        check(&between.replace('\u{200d}', ""));
    }
    // Alone, where the first letter decides: all but the thousands that differ by their number.
    let alone = |c: &&char| {
        matches!(**c as u32, 0..0x3400 | 0xd7a4..0xe010 | 0xf8f0..0x1_2000 | 0x1_d000..0x2_0000
            | 0xe_0000..0xe_1010 | 0x10_fff0..)
    };
    for c in all.iter().filter(alone) {
        check(&c.to_string());
    }
    assert_eq!(
        bad("a\u{9b}b", true),
        Some('\u{9b}'),
        "the reader sees what is bad"
    );
}

/// Bytes that a pen wrote.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What the renderer writes for a frame.
fn rendered(buffer: &Buffer) -> String {
    let paper = Paper::default();
    let mut pen = Pen::new(paper.clone());
    let empty = Buffer::empty(buffer.area);
    pen.draw(empty.diff(buffer).into_iter()).unwrap();
    let bytes = paper.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

/// Returns the controls that are none of ours: ours are `ESC [ numbers` and `H`, `m` or a move.
fn strange(written: &str) -> Option<String> {
    let mut rest = written.chars();
    while let Some(c) = rest.next() {
        if c == '\u{1b}' {
            let sequence: String = rest
                .by_ref()
                .take_while(|c| matches!(c, '[' | ';' | ':' | '0'..='9'))
                .collect();
            // The final letter is gone with the end of the numbers: look at it in the text.
            let at = written.len() - rest.as_str().len();
            let last = written[..at].chars().next_back();
            if !sequence.starts_with('[') || !matches!(last, Some('H' | 'm' | 'A'..='D' | 'G')) {
                return Some(format!("ESC {sequence} {last:?}"));
            }
        } else if c.is_control() || is_bad(c) {
            return Some(format!("{c:?}"));
        }
    }
    None
}

/// Texts that obey nobody here, where the shared folder is missing too.
const OWN: &[&str] = &[
    "\u{1b}[2J\u{1b}[H你好",
    "\u{1b}]0;换了标题\u{7}\u{1b}]52;c;cm0gLXJmIC8K\u{7}",
    "\u{9b}31m红\u{9d}0;标题\u{9c}\u{90}q\u{9c}",
    "早\u{1b}[201~\r退款 999\r",
    "不同意\u{8}\u{8}\u{8}同意\u{7f}",
    "订单\u{202e}0001元\u{202c}退款\u{2066}x\u{2069}",
    "好\u{e0041}\u{e007f}的\u{200b}\u{feff}\u{3164}",
    "退\u{335}\u{321}\u{489}\u{335}\u{321}\u{489}\u{335}款",
    "﷽𒐫ﷺ ｗｉｄｅ ﾊﾝｶｸ 🇨🇳🇨 1\u{fe0f}\u{20e3} 👨\u{200d}👩\u{200d}👧",
    "שלום مرحبا 退款 18元",
];

/// Every text of the shared folder: files as they are, the strings within JSON, the characters
/// that tables of Unicode name by their numbers.
fn texts() -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = OWN
        .iter()
        .enumerate()
        .map(|(at, text)| (format!("own {at}"), (*text).to_owned()))
        .collect();
    for folder in ["text", "unicode", "terminal"] {
        let Some(folder) = shared(&format!("data/hostile/{folder}")) else {
            continue;
        };
        for entry in std::fs::read_dir(folder).unwrap() {
            read(&entry.unwrap().path(), &mut all);
        }
    }
    all
}

fn read(path: &Path, all: &mut Vec<(String, String)>) {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let mut hidden = String::new();
    let values = serde_json::from_str(&text).into_iter();
    let by_line = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    for value in values.chain(by_line) {
        strings(&value, &mut hidden);
    }
    if name.ends_with("Test.txt") || name.ends_with("test.txt") {
        for line in text.lines() {
            let numbers = line.split(['#', ';']).next().unwrap_or_default();
            let named = numbers.split_whitespace();
            hidden
                .extend(named.filter_map(|hex| char::from_u32(u32::from_str_radix(hex, 16).ok()?)));
            hidden.push('\n');
        }
    }
    if name.starts_with("EastAsianWidth") {
        for line in text.lines() {
            let range = line.split(';').next().unwrap_or_default().trim();
            let first = range.split("..").next().unwrap_or_default();
            hidden.extend(u32::from_str_radix(first, 16).ok().and_then(char::from_u32));
        }
    }
    all.push((format!("{name} within"), hidden));
    all.push((name, text));
}

fn strings(value: &serde_json::Value, found: &mut String) {
    match value {
        serde_json::Value::String(text) => {
            found.push_str(text);
            found.push('\n');
        }
        serde_json::Value::Array(all) => all.iter().for_each(|one| strings(one, found)),
        serde_json::Value::Object(all) => all.values().for_each(|one| strings(one, found)),
        _ => {}
    }
}

#[test]
fn render_no_escape() {
    let (words, theme) = (Words::new(Language::ZhCn), Theme::named("dark"));
    let mut bytes = 0;
    let area = Rect::new(0, 0, 120, 40);
    for (name, text) in texts() {
        for ambiguous in [Ambiguous::Narrow, Ambiguous::Wide] {
            let look = Look {
                words: &words,
                theme: &theme,
                ambiguous,
                spots: None,
            };
            let lines: Vec<&str> = text.split('\n').collect();
            for page in lines.chunks(40) {
                let mut rows = Buffer::empty(area);
                for (line, y) in page.iter().zip(0..) {
                    line::put(&mut rows, (1, y), 118, line, Ink::Text, &look);
                }
                let mut block = Buffer::empty(area);
                Plain::new(&page.join("\n")).view(&mut block, area, &look);
                for buffer in [rows, block] {
                    assert!(
                        dump::is_whole(&buffer) || ambiguous == Ambiguous::Wide,
                        "{name}"
                    );
                    let written = rendered(&buffer);
                    bytes += written.len();
                    assert_eq!(strange(&written), None, "{name}");
                }
            }
        }
    }
    assert!(bytes > 1_000);
    println!("{bytes} bytes, no control but ours");
    assert!(strange("a\u{1b}]0;x").is_some() && strange("\u{9b}1m").is_some());
    assert!(strange("\u{1b}[2J").is_some() && strange("\u{1b}[1;2Ha").is_none());
}

/// A customer's message that looks like our screen, a line each.
const IMITATION: &str = "┌─ 登记 F2 ───────────────┐\n\
    │ 退款 999 元，已批准       │\n\
    └──────────────────┘\n\
    ─ 草稿 > 别人 ────────── 54字 变量齐 ─\n\
    15:46 林晓   好的，全额退给您  [已复制]\n\
    青禾 王主管 售后 逾0 急0 等0 签0 批0 冲0\n\
    F1帮助 F2登记 F3查找 F4话术 F5备注 F6售后\n\
    已撤销，再按撤销前一次\n\
    [已撤回] [x] > 1 同意退款  R-0231 已批准";

/// The same shape without any meaning.
fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| match c.width() {
            _ if c == ' ' || c == '\n' => c,
            Some(2) => '好',
            _ => 'x',
        })
        .collect()
}

fn told(text: &str, nick: &str, size: (u16, u16)) -> Buffer {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let file = format!(
        "{{\"number\":\"T-1\",\"buyer\":{},\"channel\":\"chat\",\"messages\":[{{\"role\":\"customer\",\"author\":\"b\",\"text\":{},\"at\":\"2026-11-21 14:41:05\"}}]}}\n",
        quoted(nick),
        quoted(text)
    );
    let mut visit = Visit::after(
        |desk| {
            let options = ImportOptions::default();
            desk.import("talks.jsonl", file.as_bytes(), &options)
                .unwrap();
        },
        None,
        Language::ZhCn,
        size,
    );
    visit.keys("F3");
    visit.text("T-1");
    visit.keys("Enter");
    visit.view(size).0
}

/// Compares a talk of a buyer with the same talk of harmless letters: the same colours in the
/// same places, and other letters only where `may` allows.
fn compare(size: (u16, u16), (text, nick): (&str, &str), may: impl Fn(u16) -> bool) {
    let theme = Theme::named("dark");
    let ours = [
        Ink::Frame,
        Ink::Key,
        Ink::Label,
        Ink::Status,
        Ink::Selection,
        Ink::Warn,
        Ink::Ok,
    ];
    let fake = told(text, nick, size);
    let tame = told(&harmless(text), &harmless(nick), size);
    let (seen, plain) = (dump::text(&fake), dump::text(&tame));
    let mut differ = 0;
    for y in 0..size.1 {
        for x in 0..size.0 {
            let (fake, tame) = (&fake[(x, y)], &tame[(x, y)]);
            assert_eq!(
                (fake.fg, fake.bg, fake.modifier),
                (tame.fg, tame.bg, tame.modifier),
                "{x},{y}\n{seen}\n{plain}"
            );
            if fake.symbol() == tame.symbol() {
                continue;
            }
            differ += 1;
            assert!(y > 0 && y + 2 < size.1, "{x},{y} is a row of ours\n{seen}");
            assert!(may(x), "{x},{y} is a place of ours\n{seen}");
            for ink in ours {
                let fg = theme.style(ink).fg;
                let is_ours = fg.is_some() && fg == Some(fake.fg);
                assert!(!is_ours, "{x},{y} looks like {}\n{seen}", ink.name());
            }
        }
    }
    assert!(differ > 8, "nothing is seen of it\n{seen}");
}

#[test]
fn spoof_frames() {
    // A message stands behind time and speaker, in the list behind mark, kind and name.
    let talk = "好好好好好好好好";
    compare((80, 24), (IMITATION, talk), |x| x >= 14);
    compare((120, 40), (IMITATION, talk), |x| {
        (20..46).contains(&x) || x >= 61
    });
    // A name may stand in titles and lists, and looks like a name there.
    for size in [(80, 24), (120, 40)] {
        compare(size, ("在吗", "─┤批准├─│逾急签"), |_| true);
    }
}

#[test]
fn endless_and_turned_messages_say_so() {
    for size in [(80, 24), (120, 40)] {
        let seen = dump::text(&told("退款 שלום 18 元", "b", size));
        assert!(seen.contains("\u{21c4} 退款"), "{seen}");
        // Every row of it is marked, and none is cut by its mark.
        let long = "שלום ".repeat(40);
        let buffer = told(&long, "b", size);
        let rows: Vec<String> = dump::rows(&buffer)
            .into_iter()
            .filter(|row| row.contains('\u{21c4}'))
            .collect();
        assert!(rows.len() > 2, "{}", dump::text(&buffer));
        assert!(rows.iter().all(|row| !row.ends_with("..")), "{rows:?}");
        let seen = dump::text(&told(&"退".repeat(6_000), "b", size));
        assert!(seen.contains(".. +2000"), "{seen}");
    }
}
