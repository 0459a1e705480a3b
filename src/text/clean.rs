//! The one door for text from outside.
//!
//! Customers, files, colleagues' bundles and file names can hold anything: escape
//! sequences, bidi overrides, invisible letters, formulas. Stored bytes stay as
//! received, they are evidence; text is cleaned where it goes out. Single code
//! points are replaced, sequences never matched, so cutting and joining cannot
//! make a new escape. Cleaning a cleaned text changes nothing.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

mod export;
mod screen;

pub use export::{csv, file_name, html, json, markdown, markdown_block, xlsx};
pub use screen::{TURNED, exact, is_turned, screen};

/// Marks that one letter may carry; more of them paint over the lines above.
const MARKS: usize = 4;

/// Text from outside: no `Display`, so that it cannot reach a cell, a log or an
/// export but through one of its outlets.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Untrusted(String);

impl Untrusted {
    /// Takes text in as it came.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The bytes as received: for storing, hashing, comparing and searching only.
    #[must_use]
    pub fn as_received(&self) -> &str {
        &self.0
    }

    /// Says whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// See [`line()`].
    #[must_use]
    pub fn line(&self) -> Cow<'_, str> {
        line(&self.0)
    }

    /// See [`block`].
    #[must_use]
    pub fn block(&self) -> Cow<'_, str> {
        block(&self.0)
    }

    /// See [`csv()`].
    #[must_use]
    pub fn csv(&self) -> String {
        csv(&self.0)
    }

    /// See [`html`].
    #[must_use]
    pub fn html(&self) -> String {
        html(&self.0)
    }

    /// See [`markdown`].
    #[must_use]
    pub fn markdown(&self) -> String {
        markdown(&self.0)
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted({:?})", self.line())
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// One line for a cell, a message or a log: line breaks show as `⏎`.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    clean(text, Mode::Line)
}

/// Lines for a pane: line breaks stay, tabs are four spaces.
#[must_use]
pub fn block(text: &str) -> Cow<'_, str> {
    clean(text, Mode::Block)
}

/// Lines for an edit field: as [`block`], but what cannot be seen is left out,
/// because nobody could find and delete it. A lone CR is a line break here.
#[must_use]
pub fn typed(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        let lines = text.replace("\r\n", "\n").replace('\r', "\n");
        return Cow::Owned(clean(&lines, Mode::Typed).into_owned());
    }
    clean(text, Mode::Typed)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Line,
    Block,
    Typed,
}

fn clean(text: &str, mode: Mode) -> Cow<'_, str> {
    let first = text
        .char_indices()
        .find(|&(_, c)| !(plain(c) || mode != Mode::Line && c == '\n'));
    let Some((at, _)) = first else {
        return Cow::Borrowed(text);
    };
    // Cleaning starts one character early: marks and joiners look at it.
    let start = text[..at].char_indices().next_back().map_or(0, |(i, _)| i);
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..start]);
    clean_into(&text[start..], mode, &mut out);
    Cow::Owned(out)
}

/// Characters that always stay and that most text is made of.
fn plain(c: char) -> bool {
    matches!(c as u32, 0x20..=0x7e | 0x3001..=0x3029 | 0x3041..=0x3096 | 0x30a1..=0x312f
        | 0x3400..=0x9fff | 0xac00..=0xd7a3 | 0xff01..=0xff9f)
}

fn clean_into(text: &str, mode: Mode, out: &mut String) {
    let mut marks = 0;
    let mut before = 0;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let code = c as u32;
        if combining(code) {
            marks += 1;
            if marks <= MARKS {
                out.push(c);
            } else if marks == MARKS + 1 {
                out.push('\u{fffd}');
            }
            before = code;
            continue;
        }
        let next = rest.peek().copied();
        if c == '\r' && next == Some('\n') {
            continue;
        }
        let joins =
            code == 0x200d && joinable(before) && next.is_some_and(|next| emoji_base(next as u32));
        let length = out.len();
        if joins || code == 0xfe0f && emoji_base(before) {
            out.push(c);
        } else {
            put(c, mode, out);
        }
        // What leaves no trace is not there: marks around it stand on one letter.
        if out.len() > length {
            marks = 0;
            before = code;
        }
    }
}

fn put(c: char, mode: Mode, out: &mut String) {
    match c as u32 {
        0x0a if mode != Mode::Line => out.push('\n'),
        0x09 if mode != Mode::Line => out.push_str("    "),
        0xfe00..=0xfe0f => {}
        code if spacing(code) => out.push(' '),
        code if mode == Mode::Typed && (c.is_control() || hidden(code) || unassigned(code)) => {}
        0x0a => out.push('\u{23ce}'),
        0x09 => out.push(' '),
        code @ 0..=0x1f => out.extend(char::from_u32(0x2400 + code)),
        0x7f => out.push('\u{2421}'),
        code @ 0x80..=0x9f => code_point(code, "", 2, out),
        code if hidden(code) || unassigned(code) => code_point(code, "U+", 4, out),
        _ => out.push(c),
    }
}

fn code_point(code: u32, prefix: &str, digits: usize, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(out, "<{prefix}{code:0digits$X}>");
}

/// Spaces of other widths; U+3000 stays, it is Chinese.
fn spacing(code: u32) -> bool {
    matches!(code, 0xa0 | 0x1680 | 0x2000..=0x200a | 0x202f | 0x205f)
}

/// Letters that cannot be seen or that turn the text around.
fn hidden(code: u32) -> bool {
    matches!(code, 0xad | 0x34f | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x890 | 0x891 | 0x8e2
        | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
        | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfeff | 0xffa0 | 0xfff0..=0xfffb
        | 0x110bd | 0x110cd | 0x13430..=0x1345f | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a
        | 0xe0000..=0xe0fff)
}

/// Private use and noncharacters: every font shows something else.
fn unassigned(code: u32) -> bool {
    (0xfdd0..=0xfdef).contains(&code)
        || code & 0xfffe == 0xfffe
        || (0xe000..=0xf8ff).contains(&code)
        || code >= 0xf_0000
}

fn combining(code: u32) -> bool {
    matches!(code, 0x300..=0x34e | 0x350..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x610..=0x61a
        | 0x64b..=0x65f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f
        | 0x302a..=0x302f | 0x3099 | 0x309a)
}

fn emoji_base(code: u32) -> bool {
    matches!(code, 0x1f000..=0x1faff | 0x2600..=0x27bf | 0x2190..=0x21ff | 0x2b00..=0x2bff
        | 0x2300..=0x23ff | 0x30..=0x39 | 0x23 | 0x2a | 0xa9 | 0xae | 0x203c | 0x2049 | 0x2122
        | 0x2139 | 0x3030 | 0x303d | 0x3297 | 0x3299)
}

/// What a zero-width joiner may follow.
fn joinable(code: u32) -> bool {
    emoji_base(code) || code == 0xfe0f
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINES: [(&str, &str); 24] = [
        ("a\x1b[31mb", "a␛[31mb"),
        ("\x1b]0;pwn\x07", "␛]0;pwn␇"),
        ("\x1b]52;c;ZXZpbA==\x1b\\", "␛]52;c;ZXZpbA==␛\\"),
        ("\x1b]8;;http://evil\x1b\\x", "␛]8;;http://evil␛\\x"),
        ("a\u{9b}31mb", "a<9B>31mb"),
        ("a\u{90}q\u{9c}", "a<90>q<9C>"),
        ("x\x08y\x7f", "x␈y␡"),
        ("ok\rBAD", "ok␍BAD"),
        ("a\r\nb", "a⏎b"),
        ("\0", "␀"),
        (
            "退款\u{202e}00.001\u{202c}元",
            "退款<U+202E>00.001<U+202C>元",
        ),
        ("a\u{2066}b\u{2069}", "a<U+2066>b<U+2069>"),
        ("a\u{200b}b\u{feff}c", "a<U+200B>b<U+FEFF>c"),
        ("s\u{ad}y", "s<U+00AD>y"),
        ("a\u{e0041}\u{e007f}b", "a<U+E0041><U+E007F>b"),
        ("\u{3164}", "<U+3164>"),
        ("👩\u{200d}👧", "👩\u{200d}👧"),
        ("a\u{200d}b", "a<U+200D>b"),
        ("❤\u{fe0f}", "❤\u{fe0f}"),
        (
            "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}x",
            "e\u{301}\u{301}\u{301}\u{301}\u{fffd}x",
        ),
        (
            "e\u{301}\u{fe0f}\u{301}\u{301}\u{fe00}\u{301}\u{301}\u{fe0f}\u{301}x",
            "e\u{301}\u{301}\u{301}\u{301}\u{fffd}x",
        ),
        ("a\u{fe0f}\u{200d}👧", "a<U+200D>👧"),
        ("👩\u{fe0f}\u{fe0f}\u{200d}👧", "👩\u{fe0f}\u{200d}👧"),
        ("a\tb", "a b"),
    ];
    const BLOCKS: [(&str, &str); 4] = [
        ("a\r\nb", "a\nb"),
        ("a\tb", "a    b"),
        ("x\u{2028}y", "x<U+2028>y"),
        ("你好，世界 ￥99.00 👍🏻 naïve", "你好，世界 ￥99.00 👍🏻 naïve"),
    ];

    #[test]
    fn vectors() {
        for (raw, want) in LINES {
            assert_eq!(line(raw), want, "{raw:?}");
            assert_eq!(line(&line(raw)), want, "{raw:?}");
        }
        for (raw, want) in BLOCKS {
            assert_eq!(block(raw), want, "{raw:?}");
            assert_eq!(block(&block(raw)), want, "{raw:?}");
        }
    }

    fn leak(text: &str, lines: bool, joiner: bool) -> bool {
        text.chars().any(|c| {
            let code = c as u32;
            c.is_control() && !(lines && c == '\n')
                || hidden(code) && !(joiner && code == 0x200d)
                || unassigned(code)
        })
    }

    /// Every scalar value alone and between letters, both modes.
    #[test]
    fn no_scalar_value_leaks() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            for raw in [format!("{c}"), format!("a{c}b")] {
                let (one, many) = (line(&raw), block(&raw));
                assert!(!leak(&one, false, c == '\u{200d}'), "U+{:X}", c as u32);
                assert!(!leak(&many, true, c == '\u{200d}'), "U+{:X}", c as u32);
                assert_eq!(line(&one), one);
                assert_eq!(block(&many), many);
            }
        }
    }

    #[test]
    fn fields_take_only_what_can_be_seen() {
        assert_eq!(typed("a\r\nb\rc\td\u{200b}\u{1b}[0m"), "a\nb\nc    d[0m");
        assert_eq!(typed("👩\u{200d}👧❤\u{fe0f}"), "👩\u{200d}👧❤\u{fe0f}");
        let marks = "\u{301}\u{200b}".repeat(9);
        assert_eq!(
            typed(&format!("e{marks}x")),
            "e\u{301}\u{301}\u{301}\u{301}\u{fffd}x"
        );
    }

    #[test]
    fn untrusted_text_is_only_let_out_clean() {
        let text = Untrusted::from("a\u{1b}b");
        assert_eq!(text.line(), "a␛b");
        assert_eq!(format!("{text:?}"), "Untrusted(\"a␛b\")");
        let lines = "{\n \"a\": \"x\\n\"\n}";
        assert_eq!(json(lines), lines);
        assert_eq!(
            json("\"\u{9b}\u{200b}\u{e0041}\""),
            r#""\u009b\u200b\udb40\udc41""#
        );
        assert_eq!(serde_json::to_string(&text).unwrap(), "\"a\\u001bb\"");
        assert_eq!(text.as_received(), "a\u{1b}b");
    }

    proptest! {
        /// Of the characters that look at each other, which chance seldom brings together.
        #[test]
        fn any_marks_joiners_and_selectors_are_cleaned_once(raw in "[e👩👧9\u{301}\u{fe0f}\u{fe00}\u{200d}\u{200b}\r\n]{0,16}") {
            for clean in [line, block, typed] {
                let once = clean(&raw).into_owned();
                prop_assert_eq!(clean(&once).into_owned(), once.clone());
                let most = "\u{301}".repeat(MARKS + 1);
                prop_assert!(!once.contains(&most));
            }
        }

        #[test]
        fn any_text_is_cleaned_once(raw in any::<String>()) {
            let (one, many) = (line(&raw).into_owned(), block(&raw).into_owned());
            prop_assert!(!leak(&one, false, true) && !one.contains('\n'));
            prop_assert!(!leak(&many, true, true));
            prop_assert_eq!(line(&one).into_owned(), one);
            prop_assert_eq!(block(&many).into_owned(), many);
            let field = typed(&raw).into_owned();
            prop_assert!(!leak(&field, true, true));
            prop_assert_eq!(typed(&field).into_owned(), field);
        }
    }
}
