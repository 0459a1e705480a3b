//! Outlets into files: tables, documents, file names.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{block, hidden, line, spacing, unassigned};

/// Longest text of a workbook's cell, in UTF-16 units.
const CELL: usize = 32_767;
/// Longest file name made of a text, in bytes.
const FILE_NAME: usize = 100;

/// The content of a text cell in a CSV file, made harmless for spreadsheets: what
/// they would take for a formula is led by `'`. Quoting is the writer's.
#[must_use]
pub fn csv(text: &str) -> String {
    let cleaned = block(text);
    if formula(text) || formula(&cleaned) {
        format!("'{cleaned}")
    } else {
        cleaned.into_owned()
    }
}

/// The content of a text cell in a workbook, no longer than cells can be. Formulas are a kind of
/// cell of their own there, so that a text needs no mark against them.
#[must_use]
pub fn xlsx(text: &str) -> String {
    let cleaned = block(text);
    if cleaned.encode_utf16().count() <= CELL {
        return cleaned.into_owned();
    }
    let mut length = 1;
    let fits = |letter: &char| {
        length += letter.len_utf16();
        length <= CELL
    };
    cleaned.chars().take_while(fits).chain(['…']).collect()
}

fn formula(text: &str) -> bool {
    // Tab, CR and LF are triggers themselves, so they are not skipped.
    let skipped =
        |c: char| matches!(c, ' ' | '\u{a0}' | '\u{3000}') || hidden(c as u32) || spacing(c as u32);
    text.chars().find(|&c| !skipped(c)).is_some_and(|c| {
        matches!(
            c,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '|' | '%' | '＝' | '＋' | '－' | '＠'
        )
    })
}

/// Text of an HTML element or a quoted attribute; line breaks stay.
#[must_use]
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in block(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// One line within Markdown text or a table cell, every mark of Markdown escaped.
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let cleaned = line(text);
    let mut digits = true;
    for (at, c) in cleaned.char_indices() {
        let mark = matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '!' | '#' | '$'
        );
        // At the start of a line these open lists and rules; elsewhere they are plain.
        let opens =
            at == 0 && matches!(c, '-' | '+' | '=') || digits && at > 0 && matches!(c, '.' | ')');
        if mark || opens {
            out.push('\\');
        }
        out.push(c);
        digits = digits && c.is_ascii_digit();
    }
    out
}

/// JSON as programs read it: what a terminal would obey or nobody could see is escaped, which
/// says the same. Such letters stand in strings only, so the whole text may be given; line
/// ends stand only between them.
#[must_use]
pub fn json(text: &str) -> Cow<'_, str> {
    let escaped =
        |c: char| c != '\n' && (c.is_control() || hidden(c as u32) || unassigned(c as u32));
    if !text.contains(escaped) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if escaped(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Lines as a fenced block of Markdown, the fence longer than any in the text.
#[must_use]
pub fn markdown_block(text: &str) -> String {
    let cleaned = block(text);
    let longest = cleaned
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{cleaned}\n{fence}\n")
}

/// A file name for any system out of a text: `[0-9A-Za-z._-]`, at most 100, never
/// hidden, an option or a device; `file` where nothing is left.
#[must_use]
pub fn file_name(text: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let kept: String = text
        .chars()
        .map(|c| if safe(c) { c } else { '_' })
        .take(FILE_NAME)
        .collect();
    let name = kept
        .trim_start_matches(['.', '-', '_'])
        .trim_end_matches(['.', '_']);
    if name.is_empty() {
        return "file".to_owned();
    }
    let stem = name.split('.').next().unwrap_or(name).to_ascii_uppercase();
    let numbered = |device: &str| {
        stem.strip_prefix(device)
            .is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
    };
    let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL");
    if device || numbered("COM") || numbered("LPT") {
        return format!("file-{name}").chars().take(FILE_NAME).collect();
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreadsheets_see_no_formula() {
        for raw in [
            "=1+1",
            "+1",
            "-1",
            "@x",
            "\tx",
            " =x",
            "\u{feff}=x",
            "＝x",
            "|calc",
            "%x",
            "\nx",
            "\u{200b}\u{3000}－1",
        ] {
            assert!(csv(raw).starts_with('\''), "{raw:?}");
        }
        assert_eq!(csv("退款 -5"), "退款 -5");
        assert_eq!(csv("a\nb"), "a\nb");
    }

    #[test]
    fn cells_of_workbooks_end() {
        assert_eq!(xlsx("=1\u{1b}\r\n2"), "=1␛\n2");
        for (letter, units) in [("退", 1), ("🏽", 2)] {
            let whole = letter.repeat(CELL / units);
            assert_eq!(xlsx(&whole), whole);
            let cut = xlsx(&letter.repeat(CELL));
            assert!(cut.encode_utf16().count() <= CELL);
            assert!(units == 1 || cut.ends_with('…'));
        }
    }

    #[test]
    fn documents_see_no_markup() {
        assert_eq!(
            html("<a href='x'>&\"\u{1b}"),
            "&lt;a href=&#39;x&#39;&gt;&amp;&quot;␛"
        );
        assert_eq!(markdown("# a|b"), "\\# a\\|b");
        assert_eq!(markdown("1. [x](y)"), "1\\. \\[x\\](y)");
        assert_eq!(markdown("- x - y"), "\\- x - y");
        assert_eq!(markdown("￥129.00"), "￥129.00");
        assert_eq!(markdown("1.5 kg"), "1\\.5 kg");
        assert_eq!(markdown_block("a````b"), "`````\na````b\n`````\n");
        assert_eq!(markdown_block("x"), "```\nx\n```\n");
    }

    #[test]
    fn file_names_are_plain() {
        assert_eq!(file_name("../../etc/passwd"), "etc_passwd");
        assert_eq!(file_name("con.txt"), "file-con.txt");
        assert_eq!(file_name("交接"), "file");
        assert_eq!(file_name("-rf *"), "rf");
        assert_eq!(file_name("a.zbundle"), "a.zbundle");
        assert_eq!(file_name(&"x".repeat(400)).len(), 100);
    }
}
