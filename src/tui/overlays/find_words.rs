//! What Find says: the words that were looked for within what was found, and how far it looked
//! where it found nothing.

use crate::desk::card::Found;
use crate::desk::freshness::Blind;
use crate::desk::reveal::MASKED;
use crate::domain::registers::order;
use crate::store::Row;
use crate::text::fold::fold;
use crate::tui::commands::Command;
use crate::tui::panes::side::hidden;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{Run, text};
use crate::tui::words::{Speech, grouped};

/// So many characters of somebody's data are a piece of it.
const PIECE: usize = 6;

/// Returns a text with what was looked for in it set apart.
pub fn found_in(shown: &str, asked: &str) -> Vec<Run<'static>> {
    // Letter by letter, so that each place of the folded text leads back to one of the shown.
    let mut folded = String::new();
    let mut places: Vec<usize> = Vec::new();
    for (at, letter) in shown.char_indices() {
        let letters = fold(letter.encode_utf8(&mut [0; 4]));
        places.extend(std::iter::repeat_n(at, letters.len()));
        folded.push_str(&letters);
    }
    let mut is_found = vec![false; folded.len()];
    let asked = fold(asked);
    for word in asked.split_whitespace() {
        for (at, _) in folded.match_indices(word) {
            is_found[at..at + word.len()].fill(true);
        }
    }
    let mut runs: Vec<Run<'static>> = Vec::new();
    let mut begun = 0;
    let hit = |byte: usize| {
        let first = places.partition_point(|place| *place < byte);
        is_found.get(first).copied().unwrap_or(false)
    };
    let mut was = None;
    let ends = shown.char_indices().map(|(at, _)| Some(at)).chain([None]);
    for at in ends {
        let is = at.map(hit);
        if was.is_some() && is != was {
            let piece = shown[begun..at.unwrap_or(shown.len())].to_owned();
            runs.push(match was {
                Some(true) => Run::new(piece, Ink::Found),
                _ => text(piece),
            });
            begun = at.unwrap_or(shown.len());
        }
        was = is;
    }
    runs
}

/// Returns what was said or written in a record as it may be shown: as little of the receiver's
/// data as anywhere else, and line breaks as blanks.
pub fn veiled(said: &str, row: &Row) -> String {
    let mut shown = in_line(said);
    for path in MASKED {
        let whole = row.fields.get(path).and_then(serde_json::Value::as_str);
        let Some(whole) = whole.filter(|whole| !whole.is_empty()) else {
            continue;
        };
        let veil = hidden(path, whole);
        if is_piece(said, whole) || is_older(path, said, &veil) {
            return veil;
        }
        shown = shown.replace(whole, &veil);
    }
    shown
}

/// Whether words are a value, or so long a piece of it that they say what it is.
fn is_piece(said: &str, whole: &str) -> bool {
    said == whole || said.chars().count() >= PIECE && whole.contains(said)
}

/// Whether words are an address that was written before and shows as the one of now does.
fn is_older(path: &str, said: &str, veil: &str) -> bool {
    path == order::ADDRESS.name() && hidden(path, said) == veil
}

/// Returns a text in one line.
pub fn in_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// Says that nothing was found, how much was looked through, what cannot be seen, and what to do
/// now; `key` names the keys.
pub fn nothing(
    asked: &str,
    found: &Found,
    blind: &[Blind],
    speech: Speech<'_>,
    key: impl Fn(Command) -> String,
) -> String {
    let words = speech.words;
    let when = found.indexed.newest.map(|at| speech.moment(at));
    let args = [
        ("text", asked.into()),
        ("count", grouped(found.indexed.events as usize).into()),
        ("when", when.unwrap_or_default().into()),
        ("back", key(Command::Back).into()),
        ("capture", key(Command::Capture).into()),
    ];
    let mut said = words.with("find-nothing", &args);
    if let Some(rest) = found.rest {
        // Not "nothing": only nothing as far as it has looked.
        let args = [
            ("text", asked.into()),
            ("when", speech.moment(rest.at()).into()),
            ("next", key(Command::Next).into()),
            ("capture", key(Command::Capture).into()),
        ];
        said = words.with("find-nothing-yet", &args);
    }
    if found.behind > 0 {
        let behind = [("count", grouped(found.behind as usize).into())];
        said = format!("{said} {}", words.with("find-behind", &behind));
    }
    if blind.is_empty() {
        return said;
    }
    let unseen = speech.blind(blind, "blind-behind", "blind-never");
    format!("{said}\n{unseen}")
}

/// Says how many were found, with a `+` where there are more, and how far back it looked.
pub fn counted(found: &Found, speech: Speech<'_>, key: impl Fn(Command) -> String) -> String {
    let words = speech.words;
    let count = found.records.len() + found.said.len();
    let is_all = !found.has_more && !found.is_bounded && found.rest.is_none();
    let id = if is_all {
        "find-count"
    } else {
        "find-count-more"
    };
    let said = words.with(id, &[("count", count.into())]);
    let next = ("next", key(Command::Next).into());
    match found.rest {
        Some(rest) => {
            let args = [("when", speech.moment(rest.at()).into()), next];
            format!("{said} {}", words.with("find-back-to", &args))
        }
        None if found.has_more => format!("{said} {}", words.with("find-read-on", &[next])),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_apart(shown: &str, asked: &str) -> String {
        let runs = found_in(shown, asked);
        let all: String = runs.iter().map(|run| run.text.as_ref()).collect();
        assert_eq!(all, shown, "nothing is lost");
        let piece = |run: &Run<'_>| match run.ink {
            Ink::Found => format!("<{}>", run.text),
            _ => run.text.to_string(),
        };
        runs.iter().map(piece).collect()
    }

    #[test]
    fn what_was_looked_for_is_set_apart_however_it_is_written() {
        assert_eq!(set_apart("圆通 YT81 停滞", "yt81"), "圆通 <YT81> 停滞");
        assert_eq!(set_apart("圓通停滯", "圆通"), "<圓通>停滯");
        assert_eq!(set_apart("ＹＴ８１到了", "yt81"), "<ＹＴ８１>到了");
        assert_eq!(
            set_apart("退了吗 没收到 退", "退 收到"),
            "<退>了吗 没<收到> <退>"
        );
        assert_eq!(set_apart("没有", "别的"), "没有");
        assert_eq!(set_apart("", "别的"), "");
    }
}
