//! How many columns a text takes on a terminal, and cutting it to that.
//!
//! Counted by grapheme, as the screen library lays them out: a flag, a family or
//! a heart with its colour selector is one picture of two columns.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What stands for the part that was cut off; ASCII, because `…` is two columns
/// wide on some Chinese terminals.
const CUT: &str = "..";

/// How wide this terminal draws characters that Unicode leaves open, such as `·`
/// and `①`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ambiguous {
    /// One column: most terminals.
    #[default]
    Narrow,
    /// Two columns: consoles set to a Chinese code page, and some others.
    Wide,
}

/// The columns of one grapheme.
#[must_use]
pub fn grapheme_columns(grapheme: &str, ambiguous: Ambiguous) -> usize {
    match ambiguous {
        Ambiguous::Narrow => grapheme.width(),
        Ambiguous::Wide => grapheme.width_cjk(),
    }
}

/// The columns of a text of one line.
#[must_use]
pub fn columns(text: &str, ambiguous: Ambiguous) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true)
        .map(|g| grapheme_columns(g, ambiguous))
        .sum()
}

/// The longest beginning of a text that takes at most so many columns; never cuts
/// within a grapheme.
#[must_use]
pub fn cut(text: &str, cols: usize, ambiguous: Ambiguous) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme_columns(grapheme, ambiguous);
        if used > cols {
            return &text[..at];
        }
    }
    text
}

/// The text where it fits, else its beginning and `..`, in at most so many columns.
#[must_use]
pub fn fit(text: &str, cols: usize, ambiguous: Ambiguous) -> Cow<'_, str> {
    let whole = cut(text, cols, ambiguous);
    if whole.len() == text.len() {
        return Cow::Borrowed(text);
    }
    let Some(room) = cols.checked_sub(CUT.len()) else {
        return Cow::Borrowed(&CUT[..cols]);
    };
    let mut out = cut(whole, room, ambiguous).to_owned();
    out.push_str(CUT);
    Cow::Owned(out)
}

/// The text at the left of exactly so many columns.
#[must_use]
pub fn pad_right(text: &str, cols: usize, ambiguous: Ambiguous) -> String {
    let mut out = fit(text, cols, ambiguous).into_owned();
    let room = cols - columns(&out, ambiguous).min(cols);
    out.extend(std::iter::repeat_n(' ', room));
    out
}

/// The text at the right of exactly so many columns: numbers and amounts.
#[must_use]
pub fn pad_left(text: &str, cols: usize, ambiguous: Ambiguous) -> String {
    let fitted = fit(text, cols, ambiguous);
    let room = cols - columns(&fitted, ambiguous).min(cols);
    let mut out = " ".repeat(room);
    out.push_str(&fitted);
    out
}

/// The text as it can be drawn: on a terminal that draws open characters wide,
/// the common ones give way to ASCII, because the screen library counts them as one.
#[must_use]
pub fn settle(text: &str, ambiguous: Ambiguous) -> Cow<'_, str> {
    if ambiguous == Ambiguous::Narrow
        || text.is_ascii()
        || !text.chars().any(|c| ascii(c).is_some())
    {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match ascii(c) {
            Some(instead) => out.push_str(instead),
            None => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn ascii(c: char) -> Option<&'static str> {
    const CIRCLED: [&str; 20] = [
        "(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)", "(11)", "(12)",
        "(13)", "(14)", "(15)", "(16)", "(17)", "(18)", "(19)", "(20)",
    ];
    Some(match c {
        '\u{2460}'..='\u{2473}' => CIRCLED[c as usize - 0x2460],
        '…' => "...",
        '·' | '•' | '●' | '○' | '■' | '□' | '▪' | '◆' | '◇' | '★' | '☆' | '※' => {
            "*"
        }
        '—' | '–' | '―' | '─' | '━' | '═' => "-",
        '│' | '┃' | '║' => "|",
        '\u{250c}'..='\u{254b}' | '\u{2552}'..='\u{256c}' => "+",
        '“' | '”' => "\"",
        '‘' | '’' | '°' => "'",
        '→' => "->",
        '←' => "<-",
        '↑' | '▲' | '△' => "^",
        '↓' | '▼' | '▽' | '√' => "v",
        '×' => "x",
        '÷' => "/",
        '±' => "+-",
        '≥' => ">=",
        '≤' => "<=",
        '≠' => "!=",
        '℃' => "'C",
        '½' => "1/2",
        '¼' => "1/4",
        '¾' => "3/4",
        '█' | '▓' | '▒' | '░' => "#",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Ambiguous::{Narrow, Wide};
    use proptest::prelude::*;

    #[test]
    fn pictures_have_one_width() {
        for (text, want) in [
            ("", 0),
            ("abc", 3),
            ("退款", 4),
            ("👩\u{200d}🔬", 2),
            ("👍🏽", 2),
            ("🇨🇳", 2),
            ("❤\u{fe0f}", 2),
            ("☎", 1),
            ("☎\u{fe0f}", 2),
            ("e\u{301}", 1),
            ("ｱ", 1),
        ] {
            assert_eq!(columns(text, Narrow), want, "{text}");
        }
        assert_eq!(columns("①·", Narrow), 2);
        assert_eq!(columns("①·", Wide), 4);
    }

    #[test]
    fn cuts_show() {
        assert_eq!(fit("退款处理", 8, Narrow), "退款处理");
        assert_eq!(fit("退款处理", 7, Narrow), "退款..");
        assert_eq!(fit("退款处理", 6, Narrow), "退款..");
        assert_eq!(fit("退款处理", 5, Narrow), "退..");
        assert_eq!(fit("退款", 2, Narrow), "..");
        assert_eq!(fit("退款", 1, Narrow), ".");
        assert_eq!(fit("退款", 0, Narrow), "");
        assert_eq!(pad_right("退款", 6, Narrow), "退款  ");
        assert_eq!(pad_left("129.00", 8, Narrow), "  129.00");
        assert_eq!(pad_right("退款处理", 7, Narrow), "退款.. ");
    }

    #[test]
    fn open_characters_give_way_where_they_are_wide() {
        assert_eq!(settle("①·完", Narrow), "①·完");
        let settled = settle("①·完…│→", Wide);
        assert_eq!(settled, "(1)*完...|->");
        assert_eq!(columns(&settled, Wide), columns(&settled, Narrow));
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[退款a，。 👍🏽👩\u{200d}🔬❤\u{fe0f}e\u{301}①]{0,30}"
        ]
    }

    proptest! {
        #[test]
        fn nothing_exceeds_and_no_grapheme_is_cut(text in text(), cols in 0_usize..40, wide: bool) {
            let ambiguous = if wide { Wide } else { Narrow };
            let begin = cut(&text, cols, ambiguous);
            prop_assert!(columns(begin, ambiguous) <= cols);
            let whole: Vec<&str> = text.graphemes(true).collect();
            let part: Vec<&str> = begin.graphemes(true).collect();
            prop_assert_eq!(&whole[..part.len()], &part[..]);
            prop_assert!(columns(&fit(&text, cols, ambiguous), ambiguous) <= cols);
            prop_assert_eq!(columns(&pad_left(&text, cols, ambiguous), ambiguous), cols);
            prop_assert_eq!(columns(&pad_right(&text, cols, ambiguous), ambiguous), cols);
        }
    }
}
