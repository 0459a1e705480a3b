//! The text block as characters: parts, lines, checks.
//!
//! A bundle is cut into *parts* of at most 1,800 characters. A part is
//!
//! ```text
//! ZB1-<id>-<part>of<parts>-<payload>-ZE<end>
//! ```
//!
//! where `id` is 4 characters that the parts of one bundle share (the first 24 bits of the
//! bundle's blake3), `part` and `parts` are decimal from 1, and the payloads of all parts in
//! order are the bundle in base64url without padding. Everything before `-ZE` is cut into lines
//! of 62 characters, the last one shorter; each line is followed by 2 check characters, the
//! base64url of the CRC-12/DECT (polynomial 0x80F, beginning with 0) of its characters. `end` is
//! the first 36 bits of the blake3 of all that stands before `-ZE`, checks included, in
//! base64url. What is not in the alphabet (letters, digits, `-`, `_`) is skipped in reading, so
//! that wrapping, indentation and the quotes of chat programs do no harm.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::problem::{Kind, Problem};

/// The alphabet of base64url in the order of its values.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// How a part begins.
const BEGIN: &[u8] = b"ZB1-";
/// What stands before a part's last six characters.
const END: &[u8] = b"-ZE";
/// The characters of a part's end.
const END_LENGTH: usize = 6;
/// A line without and with its check characters.
const LINE: usize = 62;
const CHECKED: usize = LINE + 2;
/// Lines of a part: with its line ends and its closing line it stays within 1,800 characters.
const LINES: usize = 27;
/// The most parts that a person can be asked to paste.
const PARTS: usize = 99;
/// The longest text that is looked through.
pub const TEXT_MAX: usize = 4 << 20;
/// One part whose checks hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What the parts of one bundle share.
    pub id: String,
    /// Which part, from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
    pub(super) payload: String,
}

/// What a text holds.
#[derive(Debug, Default)]
pub struct Found {
    /// The parts that are whole.
    pub parts: Vec<Part>,
    /// What is wrong with the others, with part and line.
    pub damaged: Vec<Problem>,
}

/// Returns whether a text holds the beginning of a text block, however it is wrapped.
pub fn is_text_block(text: &str) -> bool {
    let letters = letters(text);
    letters.windows(BEGIN.len()).any(|four| four == BEGIN)
}

/// Cuts a bundle into parts.
///
/// Fails where it would be more of them than anybody pastes.
pub fn encode(bundle: &[u8]) -> Result<Vec<String>, Problem> {
    let payload = BASE64.encode(bundle);
    let hash = blake3::hash(bundle);
    let id: String = BASE64.encode(&hash.as_bytes()[..3]);
    // The longest heading leaves the least room.
    let room = LINE * LINES - heading(&id, PARTS, PARTS).len();
    let pieces: Vec<&str> = (0..payload.len())
        .step_by(room)
        .map(|from| &payload[from..payload.len().min(from + room)])
        .collect();
    if pieces.len() > PARTS {
        return Err(Problem::new(Kind::Refused, "problem-text-long")
            .arg("parts", pieces.len())
            .arg("limit", PARTS)
            .hint("problem-text-long-hint"));
    }
    let parts = pieces.iter().enumerate().map(|(at, piece)| {
        let whole = heading(&id, at + 1, pieces.len()) + piece;
        let lines: Vec<String> = whole
            .as_bytes()
            .chunks(LINE)
            .map(|line| String::from_utf8_lossy(line).into_owned() + &check(line))
            .collect();
        format!(
            "{}\n-ZE{}\n",
            lines.join("\n"),
            end(lines.concat().as_bytes())
        )
    });
    Ok(parts.collect())
}

/// Finds the parts in a text, in whatever order and between whatever else they stand.
///
/// Fails where the text is too long to be one, or holds no part at all.
pub fn find(text: &str) -> Result<Found, Problem> {
    if text.len() > TEXT_MAX {
        return Err(not_a_block());
    }
    let letters = letters(text);
    let mut found = Found::default();
    let mut at = 0;
    while let Some(begin) = position(&letters, at, BEGIN) {
        let rest = &letters[begin..];
        let until = position(&letters, begin + BEGIN.len(), BEGIN).unwrap_or(letters.len());
        // The beginning may stand within a payload by chance: a part that is whole goes first.
        if let Some((part, length)) = whole_part(rest) {
            if !found.parts.contains(&part) {
                found.parts.push(part);
            }
            at = begin + length;
        } else {
            found.damaged.push(damage(&letters[begin..until]));
            at = until;
        }
    }
    if found.parts.is_empty() && found.damaged.is_empty() {
        return Err(not_a_block());
    }
    Ok(found)
}

/// Puts the parts of one bundle together; the numbers of those that are missing where not all
/// are here.
pub(super) fn assemble(parts: &BTreeMap<u32, String>, of: u32) -> Result<Vec<u8>, Vec<u32>> {
    let missing: Vec<u32> = (1..=of).filter(|one| !parts.contains_key(one)).collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let payload: String = parts.values().map(String::as_str).collect();
    // Parts are proven each; only a foreign writer could have cut them so that they do not fit.
    Ok(BASE64.decode(payload).unwrap_or_default())
}

/// Returns the characters of the alphabet in a text.
fn letters(text: &str) -> Vec<u8> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.bytes().filter(is_letter).collect()
}

fn position(letters: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    let rest = letters.get(from..)?;
    rest.windows(what.len())
        .position(|window| window == what)
        .map(|at| from + at)
}

fn heading(id: &str, part: usize, of: usize) -> String {
    format!("ZB1-{id}-{part}of{of}-")
}

/// Returns the two check characters of a line.
fn check(line: &[u8]) -> String {
    let crc = crc_12(line);
    let letter = |value: u16| char::from(ALPHABET[usize::from(value & 63)]);
    [letter(crc >> 6), letter(crc)].iter().collect()
}

/// CRC-12/DECT.
fn crc_12(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 4, |crc, _| {
            let shifted = crc << 1 & 0xFFF;
            if crc & 0x800 == 0 {
                shifted
            } else {
                shifted ^ 0x80F
            }
        })
    })
}

/// Returns the six characters that close a part.
fn end(before: &[u8]) -> String {
    let mut text = BASE64.encode(&blake3::hash(before).as_bytes()[..5]);
    text.truncate(END_LENGTH);
    text
}

/// Reads the part that begins here, where its end and all its lines hold, and returns its length
/// in the text.
fn whole_part(letters: &[u8]) -> Option<(Part, usize)> {
    let longest = letters.len().min(CHECKED * LINES + END.len() + END_LENGTH);
    let mut from = BEGIN.len();
    // The three characters may stand in the payload too: the end is where the hash holds.
    while let Some(at) = position(&letters[..longest], from, END) {
        let close = letters.get(at + END.len()..at + END.len() + END_LENGTH)?;
        if close == end(&letters[..at]).as_bytes() {
            let part = part_of(&letters[..at])?;
            return Some((part, at + END.len() + END_LENGTH));
        }
        from = at + 1;
    }
    None
}

fn part_of(checked: &[u8]) -> Option<Part> {
    let mut whole = Vec::with_capacity(checked.len());
    for line in checked.chunks(CHECKED) {
        whole.extend(sound_line(line)?);
    }
    let text = String::from_utf8(whole).ok()?;
    let rest = text.strip_prefix("ZB1-")?;
    let (id, rest) = (rest.get(..4)?, rest.get(4..)?);
    let (numbers, payload) = rest.strip_prefix('-')?.split_once('-')?;
    let (number, of) = numbers.split_once("of")?;
    let (number, of): (u32, u32) = (number.parse().ok()?, of.parse().ok()?);
    let is_right = (1..=of).contains(&number) && of as usize <= PARTS;
    is_right.then(|| Part {
        id: id.to_owned(),
        number,
        of,
        payload: payload.to_owned(),
    })
}

/// Returns a line without its check characters, where they hold.
fn sound_line(line: &[u8]) -> Option<&[u8]> {
    let (line, checks) = line.split_at_checked(line.len().checked_sub(2)?)?;
    (check(line).as_bytes() == checks).then_some(line)
}

/// Says what is wrong with a part: the first line whose checks do not hold.
fn damage(letters: &[u8]) -> Problem {
    let mut ends = Vec::new();
    let mut from = 0;
    while let Some(at) = position(letters, from, END) {
        ends.push(at);
        from = at + 1;
    }
    // Where the end is hurt itself, the last one that looks like it is meant.
    let body = &letters[..ends.last().copied().unwrap_or(letters.len())];
    let lines: Vec<&[u8]> = body.chunks(CHECKED).collect();
    let wrong = lines.iter().position(|line| sound_line(line).is_none());
    let line = wrong.map_or(lines.len(), |at| at + 1);
    let named = lines
        .first()
        .and_then(|line| sound_line(line))
        .and_then(|line| String::from_utf8(line.to_vec()).ok())
        .and_then(|line| {
            let numbers = line.get(9..)?.split('-').next()?.to_owned();
            Some(numbers.replace("of", "/"))
        });
    let message = if ends.is_empty() && wrong.is_none_or(|at| at + 1 == lines.len()) {
        "problem-text-cut"
    } else {
        "problem-text-line"
    };
    Problem::new(Kind::Unreadable, message)
        .arg("part", named.as_deref().unwrap_or("?"))
        .arg("line", line)
        .hint("problem-text-hint")
}

fn not_a_block() -> Problem {
    Problem::new(Kind::Unreadable, "problem-text-none").hint("problem-text-none-hint")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        blake3::Hasher::new()
            .update(b"text")
            .finalize_xof()
            .fill(&mut bytes);
        bytes
    }

    fn joined(found: &Found) -> Result<Vec<u8>, Vec<u32>> {
        let parts = found
            .parts
            .iter()
            .map(|part| (part.number, part.payload.clone()))
            .collect();
        assemble(&parts, found.parts[0].of)
    }

    #[test]
    fn the_check_is_the_standard_one() {
        assert_eq!(crc_12(b"123456789"), 0xF5B);
    }

    #[test]
    fn parts_keep_within_a_chat_message() {
        let parts = encode(&bytes(20_000)).unwrap();
        assert!(parts.len() > 10);
        for part in &parts {
            assert!(part.chars().count() <= 1_800, "{}", part.len());
            assert!(part.lines().all(|line| line.len() <= 64));
            assert!(part.is_ascii());
        }
        assert_eq!(
            encode(&bytes(1_000_000)).unwrap_err().message,
            "problem-text-long"
        );
    }

    #[test]
    fn a_lost_part_is_named() {
        let parts = encode(&bytes(4_000)).unwrap();
        let text = [&parts[0][..], &parts[2][..]].concat();
        assert_eq!(joined(&find(&text).unwrap()), Err(vec![2, 4]));
    }

    #[test]
    fn a_flipped_character_is_named_with_its_line() {
        let parts = encode(&bytes(1_000)).unwrap();
        let mut lines: Vec<String> = parts[0].lines().map(str::to_owned).collect();
        let flipped = if lines[6].as_bytes()[30] == b'A' {
            "B"
        } else {
            "A"
        };
        lines[6].replace_range(30..31, flipped);
        let found = find(&lines.join("\n")).unwrap();
        assert!(found.parts.is_empty());
        let problem = &found.damaged[0];
        assert_eq!(problem.message, "problem-text-line");
        assert_eq!(problem.argument("line"), Some("7"));
        assert_eq!(problem.argument("part"), Some("1/1"));
    }

    #[test]
    fn what_is_no_block_is_said_to_be_none() {
        assert!(!is_text_block("just a chat about ZB"));
        assert_eq!(find("hello").unwrap_err().message, "problem-text-none");
        assert_eq!(find("ZB1-abcd-1of1-").unwrap().damaged.len(), 1);
    }

    proptest! {
        #[test]
        fn wrapping_quotes_and_order_do_no_harm(count in 1_usize..6_000, width in 5_usize..90, turn in 0_usize..5) {
            let bundle = bytes(count);
            let mut parts = encode(&bundle).unwrap();
            let turn = turn % parts.len();
            parts.rotate_left(turn);
            let text: String = parts.concat().chars().filter(|c| *c != '\n').collect();
            let wrapped: Vec<String> = text
                .as_bytes()
                .chunks(width)
                .map(|line| format!("   > \u{3000}{}", String::from_utf8_lossy(line)))
                .collect();
            let found = find(&wrapped.join("\r\n")).unwrap();
            prop_assert!(found.damaged.is_empty());
            prop_assert_eq!(joined(&found), Ok(bundle));
        }

        #[test]
        fn no_text_makes_it_fall(text in "(ZB1-|-ZE|[A-Za-z0-9_ -]{0,40}|1of2-){0,30}") {
            let _ = find(&text);
        }
    }
}
