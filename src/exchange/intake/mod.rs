//! Outside data in.

use unicode_normalization::UnicodeNormalization;

/// Says whether the platform has hidden part of the value: `t**3`, `张*`,
/// `138****8000`, `##…`, `$$…`, `****`, `~…~` (PDD's sealed values).
///
/// A masked value identifies nobody: it never derives an id and never merges.
#[must_use]
pub fn is_masked(text: &str) -> bool {
    let text = text.trim();
    text.contains(['*', '＊', '●'])
        || text.starts_with("##")
        || text.starts_with("$$")
        || text.starts_with("＃＃")
        || text.starts_with("＄＄")
        || (text.len() > 16 && text.starts_with('~') && text.ends_with('~'))
}

/// Takes the wrapping off a cell that a program put there to keep digits as
/// text: `="…"`, a leading `'`, tabs and invisible characters around it.
#[must_use]
pub fn unwrap_cell(text: &str) -> &str {
    let invisible = |c: char| {
        c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{200f}')
    };
    let text = text.trim_matches(invisible);
    let inner = text
        .strip_prefix('=')
        .and_then(|rest| rest.strip_prefix('"'))
        .and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) => inner.trim_matches(invisible),
        // `="` alone is what is left of an empty cell.
        None if text == "=\"" => "",
        None => text
            .strip_prefix('\'')
            .filter(|rest| !rest.ends_with('\''))
            .map_or(text, |rest| rest.trim_matches(invisible)),
    }
}

/// The one spelling of a number (order, sub-order, refund, parcel, review) from
/// which ids are derived: NFKC, unwrapped, without spaces, letters in capitals.
#[must_use]
pub fn clean_number(text: &str) -> String {
    let folded: String = text.nfkc().collect();
    unwrap_cell(&folded)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}'))
        .flat_map(char::to_uppercase)
        .collect()
}
