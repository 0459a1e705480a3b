//! One line of text into cells: the only way in which text reaches the screen.

use std::borrow::Cow;
use std::num::NonZeroU16;

use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::Look;
use crate::text::clean::{self, Untrusted};
use crate::text::width::{fit, grapheme_columns, settle};
use crate::tui::theme::Ink;

/// A piece of a line with its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run<'a> {
    /// The text; cleaned when it is drawn.
    pub text: Cow<'a, str>,
    /// What it means.
    pub ink: Ink,
}

impl<'a> Run<'a> {
    /// A piece of text.
    pub fn new(text: impl Into<Cow<'a, str>>, ink: Ink) -> Self {
        Self {
            text: text.into(),
            ink,
        }
    }

    /// A piece of text from outside.
    pub fn untrusted(text: &'a Untrusted, ink: Ink) -> Self {
        Self {
            text: text.line(),
            ink,
        }
    }
}

/// Ordinary text.
pub fn text<'a>(text: impl Into<Cow<'a, str>>) -> Run<'a> {
    Run::new(text, Ink::Text)
}

/// Text of less weight.
pub fn dim<'a>(text: impl Into<Cow<'a, str>>) -> Run<'a> {
    Run::new(text, Ink::Dim)
}

/// Columns of a row of pieces.
pub fn columns(runs: &[Run<'_>], look: &Look<'_>) -> u16 {
    runs.iter()
        .map(|run| look.columns(&told(&run.text)))
        .fold(0, u16::saturating_add)
}

/// A text with the mark that tells of letters from right to left: it may stand in another order
/// than it was written.
fn told(text: &str) -> Cow<'_, str> {
    if clean::is_turned(text) && !text.starts_with(clean::TURNED) {
        return Cow::Owned(format!("{}{text}", clean::TURNED));
    }
    Cow::Borrowed(text)
}

/// Writes a text into at most `width` columns from (x, y); what is too long ends
/// in `..`. Returns the columns used.
pub fn put(
    buf: &mut Buffer,
    place: (u16, u16),
    width: u16,
    text: &str,
    ink: Ink,
    look: &Look<'_>,
) -> u16 {
    put_typed(buf, place, width, &told(text), ink, look)
}

/// The same for a text with a caret in it, whose columns must stay: without the mark of its
/// direction.
pub fn put_typed(
    buf: &mut Buffer,
    (x, y): (u16, u16),
    width: u16,
    text: &str,
    ink: Ink,
    look: &Look<'_>,
) -> u16 {
    let cleaned = clean::line(text);
    let settled = settle(&cleaned, look.ambiguous);
    let shown = fit(&settled, usize::from(width), look.ambiguous);
    write(buf, (x, y), width, &shown, look.style(ink), look)
}

/// Writes pieces one after the other into at most `width` columns; the piece that
/// does not fit ends in `..` and the rest is left out. So does the piece that leaves no room for
/// the `..` of what comes after it. Returns the columns used.
pub fn put_runs(
    buf: &mut Buffer,
    (x, y): (u16, u16),
    width: u16,
    runs: &[Run<'_>],
    look: &Look<'_>,
) -> u16 {
    let mut used = 0;
    for (at, run) in runs.iter().enumerate() {
        if used >= width {
            break;
        }
        let room = width - used;
        let left = room.saturating_sub(columns(std::slice::from_ref(run), look));
        let after = &runs[at + 1..];
        let is_last = left >= 2 || columns(after, look) <= left;
        if is_last || after.iter().all(|run| run.text.trim().is_empty()) {
            used += put(buf, (x + used, y), room, &run.text, run.ink, look);
            continue;
        }
        let cut = format!("{}   ", run.text);
        return used + put(buf, (x + used, y), room, &cut, run.ink, look);
    }
    used
}

/// Writes a row: `left` from the left, `right` at the right edge, at least one
/// column between them; where both do not fit, the right part stays and the left
/// is shortened, and where even the right part does not fit it is left out.
pub fn row(buf: &mut Buffer, area: Rect, left: &[Run<'_>], right: &[Run<'_>], look: &Look<'_>) {
    if area.is_empty() {
        return;
    }
    let wanted = columns(right, look);
    let shown = if wanted < area.width { wanted } else { 0 };
    let room = if shown == 0 {
        area.width
    } else {
        area.width - shown - 1
    };
    put_runs(buf, (area.x, area.y), room, left, look);
    if shown > 0 {
        put_runs(buf, (area.right() - shown, area.y), shown, right, look);
    }
}

/// Lays a style over a whole area, under what is written there.
pub fn paint(buf: &mut Buffer, area: Rect, ink: Ink, look: &Look<'_>) {
    buf.set_style(area.intersection(buf.area), look.style(ink));
}

/// Lays the background of a meaning under an area, keeping the colours of what is written.
pub fn paint_under(buf: &mut Buffer, area: Rect, ink: Ink, look: &Look<'_>) {
    let style = look.style(ink);
    let area = area.intersection(buf.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            let cell = &mut buf[(x, y)];
            if cell.bg == Color::Reset {
                let kept = cell.fg;
                cell.set_style(style);
                if kept != Color::Reset {
                    cell.set_fg(kept);
                }
            }
        }
    }
}

/// Blanks an area for something on top. A wide character that reaches into the
/// area from its left is taken away whole, else it would tear the border.
pub fn clear(buf: &mut Buffer, area: Rect) {
    let area = area.intersection(buf.area);
    for y in area.top()..area.bottom() {
        free_left_edge(buf, area.x, y);
        for x in area.left()..area.right() {
            buf[(x, y)].reset();
        }
    }
}

/// Writes clean text; the caller has cut it to `width`.
fn write(
    buf: &mut Buffer,
    (x, y): (u16, u16),
    width: u16,
    text: &str,
    style: Style,
    look: &Look<'_>,
) -> u16 {
    let end = x.saturating_add(width).min(buf.area.right());
    if y < buf.area.top() || y >= buf.area.bottom() || x < buf.area.left() || x >= end {
        return 0;
    }
    free_left_edge(buf, x, y);
    // Of what lay there nothing shines through: a title has no colour of the rule under it.
    let style = Style::reset().patch(style);
    let mut at = x;
    for grapheme in text.graphemes(true) {
        let wide = grapheme_columns(grapheme, look.ambiguous) as u16;
        if wide == 0 {
            continue;
        }
        if at + wide > end {
            break;
        }
        let cell = &mut buf[(at, y)];
        cell.set_symbol(grapheme).set_style(style);
        if usize::from(wide) != grapheme.width()
            && let Some(forced) = NonZeroU16::new(wide)
        {
            cell.set_diff_option(CellDiffOption::ForcedWidth(forced));
        }
        for hidden in at + 1..at + wide {
            buf[(hidden, y)].set_symbol(" ").set_style(style);
        }
        at += wide;
    }
    at - x
}

/// The widest grapheme: a wide character and the four spacing marks that the cleaner lets it have.
const WIDEST: u16 = 6;

/// Takes away a wide character that reaches from its left into (x, y).
fn free_left_edge(buf: &mut Buffer, x: u16, y: u16) {
    for back in 1..WIDEST.min(x.saturating_sub(buf.area.left()) + 1) {
        if let Some(before) = buf.cell_mut((x - back, y))
            && before.symbol().width() > usize::from(back)
        {
            before.set_symbol(" ");
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::i18n::{Language, Words};
    use crate::text::width::Ambiguous;
    use crate::tui::dump;
    use crate::tui::theme::Theme;
    use proptest::prelude::*;

    /// Runs a test with the look of a language and a theme.
    pub(crate) fn with_look<T>(
        language: Language,
        theme: &str,
        test: impl FnOnce(&Look<'_>) -> T,
    ) -> T {
        let (words, theme) = (Words::new(language), Theme::named(theme));
        test(&Look {
            words: &words,
            theme: &theme,
            ambiguous: Ambiguous::Narrow,
            spots: None,
        })
    }

    #[test]
    fn what_is_left_out_is_told_by_two_dots() {
        with_look(Language::ZhCn, "dark", |look| {
            let runs = [text("会话 "), dim("退了吗"), text(" 逾 20分")];
            for width in 1..=24 {
                let mut buf = buffer(24, 1);
                put_runs(&mut buf, (0, 0), width, &runs, look);
                let shown = dump::text(&buf);
                let shown = shown.trim_end();
                let is_whole = shown == "会话 退了吗 逾 20分";
                assert!(
                    width < 2 || is_whole || shown.ends_with(".."),
                    "{width} {shown}"
                );
                assert!(
                    !shown.ends_with(" .") && !shown.ends_with("..."),
                    "{width} {shown}"
                );
            }
        });
    }

    #[test]
    fn nothing_shines_through_what_is_written() {
        with_look(Language::ZhCn, "dark", |look| {
            let mut buf = buffer(8, 1);
            put(&mut buf, (0, 0), 8, "--------", Ink::Conflict, look);
            put(&mut buf, (1, 0), 4, "草稿", Ink::Selection, look);
            let cell = &buf[(1, 0)];
            assert_eq!((cell.fg, cell.modifier.is_empty()), (Color::Reset, true));
        });
    }

    fn buffer(width: u16, height: u16) -> Buffer {
        Buffer::empty(Rect::new(0, 0, width, height))
    }

    #[test]
    fn letters_from_right_to_left_are_told_wherever_they_stand() {
        with_look(Language::ZhCn, "dark", |look| {
            let mut buf = buffer(20, 3);
            put(&mut buf, (0, 0), 20, "שלום", Ink::Text, look);
            let area = Rect::new(0, 1, 20, 1);
            row(&mut buf, area, &[text("退款")], &[dim("مرحبا")], look);
            put_typed(&mut buf, (0, 2), 20, "שלום", Ink::Text, look);
            let rows = dump::rows(&buf);
            assert!(rows[0].starts_with("⇄ ש"), "{rows:?}");
            assert!(
                rows[1].starts_with("退款") && rows[1].contains("⇄ م"),
                "{rows:?}"
            );
            assert!(!rows[1].contains(".."), "{rows:?}");
            assert!(rows[2].starts_with('ש'), "the caret keeps its column");
        });
    }

    #[test]
    fn wide_characters_are_never_cut() {
        with_look(Language::ZhCn, "dark", |look| {
            let mut buf = buffer(8, 1);
            let used = put(&mut buf, (0, 0), 7, "阳光小屋", Ink::Text, look);
            assert_eq!(dump::text(&buf), "阳光..");
            assert_eq!(used, 6);
            put(&mut buf, (1, 0), 3, "ab", Ink::Text, look);
            assert_eq!(dump::text(&buf), " ab ..");
            assert!(dump::is_whole(&buf));
        });
    }

    #[test]
    fn the_right_part_stays_and_the_left_is_shortened() {
        with_look(Language::ZhCn, "dark", |look| {
            let mut buf = buffer(14, 1);
            row(
                &mut buf,
                Rect::new(0, 0, 14, 1),
                &[text("退了吗 没收到")],
                &[dim("逾 22分")],
                look,
            );
            assert_eq!(dump::text(&buf), "退了.. 逾 22分");
        });
    }

    #[test]
    fn nothing_from_outside_reaches_a_cell_uncleaned() {
        with_look(Language::ZhCn, "dark", |look| {
            let mut buf = buffer(40, 1);
            put(
                &mut buf,
                (0, 0),
                40,
                "a\x1b[31mb\u{202e}c\td\u{7}",
                Ink::Text,
                look,
            );
            assert!(
                dump::text(&buf)
                    .chars()
                    .all(|c| !c.is_control() && c != '\u{202e}')
            );
        });
    }

    #[test]
    fn doubtful_characters_take_two_columns_where_the_terminal_says_so() {
        let (words, theme) = (Words::new(Language::ZhCn), Theme::named("dark"));
        let look = Look {
            words: &words,
            theme: &theme,
            ambiguous: Ambiguous::Wide,
            spots: None,
        };
        let mut buf = buffer(10, 1);
        assert_eq!(put(&mut buf, (0, 0), 10, "§§", Ink::Text, &look), 4);
        assert!(look.ascii());
    }

    #[test]
    fn what_a_property_found_leaves_the_row_whole() {
        with_look(Language::ZhCn, "dark", |look| {
            let mut buf = buffer(16, 1);
            put(&mut buf, (0, 0), 16, "A\u{FE68}\u{11302}", Ink::Text, look);
            put(&mut buf, (3, 0), 1, "\u{1AFF0}", Ink::Text, look);
            assert!(dump::is_whole(&buf), "{:?}", dump::text(&buf));
            clear(&mut buf, Rect::new(3, 0, 1, 1));
            assert!(dump::is_whole(&buf), "{:?}", dump::text(&buf));
        });
    }

    proptest! {
        #[test]
        fn any_text_anywhere_leaves_the_row_whole(
            before in "\\PC{0,12}", text in "\\PC{0,12}", x in 0u16..20, width in 0u16..30,
        ) {
            with_look(Language::ZhCn, "dark", |look| {
                let mut buf = buffer(16, 1);
                put(&mut buf, (0, 0), 16, &before, Ink::Text, look);
                let used = put(&mut buf, (x, 0), width, &text, Ink::Text, look);
                assert!(used <= width);
                assert!(dump::is_whole(&buf), "{:?}", dump::text(&buf));
                clear(&mut buf, Rect::new(x, 0, width, 1));
                assert!(dump::is_whole(&buf), "{:?}", dump::text(&buf));
            });
        }
    }
}
