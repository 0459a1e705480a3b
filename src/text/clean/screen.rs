//! A message on the screen: as lines, none endless, and the reading direction told.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::block;
use crate::text::width::{Ambiguous, columns, cut};

/// The most columns of one line; what is beyond is counted.
const CELLS: usize = 10_000;
/// The most lines of one message; what is beyond is counted.
const LINES: usize = 5_000;

/// Stands before a line with letters that run from right to left: what it says may stand in
/// another order than it was written.
pub const TURNED: &str = "\u{21c4} ";

/// As [`block`], with an end: a line of more than 10,000 columns and a message of more than 5,000
/// lines say how much of them is left out.
#[must_use]
pub fn screen(text: &str, ambiguous: Ambiguous) -> Cow<'_, str> {
    let cleaned = block(text);
    // No character takes more columns than bytes.
    let is_short = cleaned.len() <= CELLS && cleaned.matches('\n').count() < LINES;
    if is_short {
        return cleaned;
    }
    let count = cleaned.split('\n').count();
    let mut out = String::with_capacity(cleaned.len());
    for (at, line) in cleaned.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        if at == LINES {
            // Writing to a string cannot fail.
            let _ = write!(out, ".. +{}", count - LINES);
            break;
        }
        let shown = cut(line, CELLS, ambiguous);
        out.push_str(shown);
        let rest = columns(&line[shown.len()..], ambiguous);
        if rest > 0 {
            let _ = write!(out, " .. +{rest}");
        }
    }
    Cow::Owned(out)
}

/// Spells a name or number out for a decision: none where it consists of nothing but Chinese
/// characters, ASCII letters and digits, blanks, `.,_-`, and the `*` and `:` of masked names and
/// of sub-accounts; else the text with everything else as its code.
#[must_use]
pub fn exact(text: &str) -> Option<String> {
    let is_known = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, ' ' | '.' | ',' | '_' | '-' | '*' | ':')
            || matches!(c as u32, 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0x20000..=0x3134f)
    };
    if text.chars().all(is_known) {
        return None;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_known(c) {
            out.push(c);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "<U+{:04X}>", c as u32);
        }
    }
    Some(out)
}

/// Says whether a text has letters that run from right to left.
#[must_use]
pub fn is_turned(text: &str) -> bool {
    !text.is_ascii()
        && text.chars().any(|c| {
            matches!(c as u32, 0x590..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff
                | 0x10800..=0x10fff | 0x1e800..=0x1efff)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endless_lines_and_messages_say_how_much_is_left_out() {
        let show = |text: &str| screen(text, Ambiguous::Narrow).into_owned();
        let long = "退".repeat(6_000);
        assert_eq!(show(&long), format!("{} .. +2000", "退".repeat(5_000)));
        assert_eq!(show(&"x".repeat(10_000)), "x".repeat(10_000));
        let many = "行\n".repeat(5_999) + "尾";
        let shown = show(&many);
        assert_eq!(shown.lines().count(), 5_001);
        assert!(
            shown.ends_with("行\n.. +1000"),
            "{}",
            &shown[shown.len() - 40..]
        );
        assert_eq!(show("短\x1b[2J"), "短␛[2J");
    }

    #[test]
    fn a_name_is_spelled_out_where_it_could_be_another() {
        for plain in [
            "",
            "阳光小屋",
            "t**3",
            "旗舰店:林晓",
            "R-LX-0231",
            "1,299.00",
        ] {
            assert_eq!(exact(plain), None, "{plain}");
        }
        assert_eq!(exact("a\u{202e}b").as_deref(), Some("a<U+202E>b"));
        assert_eq!(exact("１8").as_deref(), Some("<U+FF11>8"));
        assert_eq!(exact("小鹿🦌").as_deref(), Some("小鹿<U+1F98C>"));
    }

    #[test]
    fn letters_from_right_to_left_are_seen() {
        assert!(is_turned("退款 שלום") && is_turned("مرحبا"));
        assert!(!is_turned("退款 18 元 naïve Ω 👨‍👩‍👧"));
    }
}
