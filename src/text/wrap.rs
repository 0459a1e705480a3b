//! Breaking text into lines of a width: UAX #14, no line begins with closing
//! punctuation or ends with an opening one, and numbers of orders and parcels
//! stay whole where they fit.

use std::ops::Range;

use unicode_linebreak::linebreaks;
use unicode_segmentation::UnicodeSegmentation;

use super::width::{Ambiguous, grapheme_columns};

/// How far a forced cut steps back to keep punctuation off the next line's start.
const BACK: usize = 4;

/// The lines of a text at this width, as byte ranges without their line breaks.
///
/// Spaces at a soft break belong to neither line. A grapheme wider than `cols`
/// stands on a line of its own; every other line fits.
#[must_use]
pub fn wrap(text: &str, cols: usize, ambiguous: Ambiguous) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for paragraph in text.split('\n') {
        let mut pieces = Paragraph::new(paragraph, cols.max(1), ambiguous);
        pieces.fill(start, &mut lines);
        start += paragraph.len() + 1;
    }
    lines
}

/// Says whether a line must not begin with this.
fn closing(grapheme: &str) -> bool {
    grapheme.chars().next().is_some_and(|c| {
        matches!(
            c,
            '，' | '。'
                | '、'
                | '；'
                | '：'
                | '？'
                | '！'
                | '）'
                | '》'
                | '」'
                | '』'
                | '】'
                | '〕'
                | '〉'
                | '”'
                | '’'
                | '…'
                | '—'
                | '～'
                | '·'
                | '％'
                | '℃'
                | ','
                | '.'
                | ';'
                | ':'
                | '?'
                | '!'
                | ')'
                | ']'
                | '}'
                | '%'
                | '々'
                | 'ー'
        )
    })
}

/// Says whether a line must not end with this.
fn opening(grapheme: &str) -> bool {
    grapheme.chars().next().is_some_and(|c| {
        matches!(
            c,
            '（' | '《'
                | '「'
                | '『'
                | '【'
                | '〔'
                | '〈'
                | '“'
                | '‘'
                | '￥'
                | '¥'
                | '$'
                | '('
                | '['
                | '{'
                | '＃'
                | '#'
        )
    })
}

struct Piece<'a> {
    at: usize,
    grapheme: &'a str,
    cols: usize,
    breaks_before: bool,
}

impl Piece<'_> {
    fn space(&self) -> bool {
        matches!(self.grapheme, " " | "\t")
    }
}

struct Paragraph<'a> {
    pieces: Vec<Piece<'a>>,
    len: usize,
    cols: usize,
}

impl<'a> Paragraph<'a> {
    fn new(text: &'a str, cols: usize, ambiguous: Ambiguous) -> Self {
        let mut places = linebreaks(text).map(|(at, _)| at).peekable();
        let mut pieces: Vec<Piece<'a>> = Vec::with_capacity(text.len() / 2);
        for (at, grapheme) in text.grapheme_indices(true) {
            while places.next_if(|&place| place < at).is_some() {}
            let allowed = places.peek() == Some(&at);
            let before = pieces.last().map_or("", |piece| piece.grapheme);
            pieces.push(Piece {
                at,
                grapheme,
                cols: grapheme_columns(grapheme, ambiguous),
                breaks_before: allowed && !closing(grapheme) && !opening(before),
            });
        }
        Self {
            pieces,
            len: text.len(),
            cols,
        }
    }

    fn fill(&mut self, base: usize, lines: &mut Vec<Range<usize>>) {
        let (mut start, mut used, mut at) = (0, 0, 0);
        let mut last_break = None;
        while let Some(piece) = self.pieces.get(at) {
            if at > start && piece.breaks_before {
                last_break = Some(at);
            }
            // Spaces hang over the edge, they never cause a break.
            if used + piece.cols > self.cols && at > start && !piece.space() {
                let end = last_break.take().unwrap_or_else(|| self.forced(start, at));
                lines.push(self.range(base, start, end, false));
                start = end;
                used = self.pieces[start..at].iter().map(|p| p.cols).sum();
                continue;
            }
            used += piece.cols;
            at += 1;
        }
        lines.push(self.range(base, start, self.pieces.len(), true));
    }

    /// Where to cut a run without a break: before `at`, or a little earlier so that
    /// punctuation has something in front of it.
    fn forced(&self, start: usize, at: usize) -> usize {
        let bad = |place: usize| {
            closing(self.pieces[place].grapheme) || opening(self.pieces[place - 1].grapheme)
        };
        let earliest = at.saturating_sub(BACK).max(start + 1);
        (earliest..=at)
            .rev()
            .find(|&place| !bad(place))
            .unwrap_or(at)
    }

    fn range(&self, base: usize, start: usize, end: usize, last: bool) -> Range<usize> {
        let from = self.pieces.get(start).map_or(self.len, |piece| piece.at);
        let line = &self.pieces[start..end];
        let text = line.len() - line.iter().rev().take_while(|p| p.space()).count();
        let mut kept = text;
        if last {
            // At the end of a paragraph spaces are being typed: shown while they fit.
            let mut used: usize = line[..text].iter().map(|p| p.cols).sum();
            while kept < line.len() && used + line[kept].cols <= self.cols {
                used += line[kept].cols;
                kept += 1;
            }
        }
        let to = line[..kept]
            .last()
            .map_or(from, |piece| piece.at + piece.grapheme.len());
        base + from..base + to
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::width::columns;
    use Ambiguous::{Narrow, Wide};
    use proptest::prelude::*;

    fn lines(text: &str, cols: usize) -> Vec<&str> {
        wrap(text, cols, Narrow)
            .into_iter()
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn paragraphs_and_spaces() {
        assert_eq!(lines("", 10), [""]);
        assert_eq!(lines("a\n\nb\n", 10), ["a", "", "b", ""]);
        assert_eq!(lines("hello big world", 9), ["hello big", "world"]);
        assert_eq!(lines("abc     ", 5), ["abc  "]);
        assert_eq!(lines("退款处理", 1), ["退", "款", "处", "理"]);
    }

    #[test]
    fn no_line_begins_with_closing_punctuation() {
        assert_eq!(
            lines("您好，亲，在的。", 4),
            ["您", "好，", "亲，", "在", "的。"]
        );
        assert_eq!(lines("退款（全额）", 6), ["退款", "（全", "额）"]);
        assert_eq!(lines("1234567890，", 10), ["123456789", "0，"]);
    }

    #[test]
    fn numbers_stay_whole_where_they_fit() {
        assert_eq!(
            lines("运单SF1234567890到了", 14),
            ["运单", "SF1234567890到", "了"]
        );
        assert_eq!(lines("退￥129.00元", 8), ["退", "￥129.00", "元"]);
        assert_eq!(
            lines("订单 3456789012345678", 10),
            ["订单", "3456789012", "345678"]
        );
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "([退款处理a-c0-9 👍🏽❤\u{fe0f}\n]|你，|好。|（a）){0,40}"
        ]
    }

    proptest! {
        #[test]
        fn lines_fit_and_lose_only_blanks(text in text(), cols in 0_usize..30, wide: bool) {
            let ambiguous = if wide { Wide } else { Narrow };
            let mut end = 0;
            for range in wrap(&text, cols, ambiguous) {
                prop_assert!(range.start >= end && range.end >= range.start);
                let gap = &text[end..range.start];
                prop_assert!(gap.chars().all(|c| matches!(c, ' ' | '\t' | '\n')));
                let line = &text[range.clone()];
                let fits = columns(line, ambiguous) <= cols.max(1);
                prop_assert!(fits || line.graphemes(true).count() == 1, "{:?}", line);
                end = range.end;
            }
            prop_assert!(text[end..].chars().all(|c| matches!(c, ' ' | '\t')));
        }

        #[test]
        fn graphemes_stay_whole(text in text(), cols in 1_usize..30) {
            let borders: Vec<usize> =
                text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
            for range in wrap(&text, cols, Narrow) {
                // A line break that follows CR is one grapheme with it.
                let inside = |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
                prop_assert!(borders.contains(&range.start) || inside(range.start));
                prop_assert!(borders.contains(&range.end) || inside(range.end));
            }
        }

        #[test]
        fn punctuation_has_something_in_front(
            text in "([退款处理]|[0-9a-z]{1,12}|你，|好。|（a）|吗？”){0,30}", cols in 8_usize..30,
        ) {
            for range in wrap(&text, cols, Narrow).into_iter().skip(1) {
                prop_assert!(!closing(&text[range.clone()]), "{:?}", &text[range]);
            }
        }
    }
}
