//! What this terminal does with characters and copies, found out by asking it: for `doctor`.

use std::io::{self, Write};

use ratatui::crossterm::cursor;
use ratatui::crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::clipboard::{Clipboard, Surroundings};
use crate::config::Config;
use crate::text::width::{self, Ambiguous};

/// What is measured: Chinese, what Unicode leaves open, emoji of one and of several characters,
/// a mark on a letter.
const SAMPLES: [&str; 8] = [
    "\u{4f60}\u{597d}",
    "\u{2460}",
    "\u{2026}",
    "\u{201c}",
    "\u{1f600}",
    "\u{1f469}\u{200d}\u{1f692}",
    "\u{1f1e8}\u{1f1f3}",
    "e\u{301}",
];
/// Those of which Unicode leaves the width open.
const OPEN: [&str; 3] = ["\u{2460}", "\u{2026}", "\u{201c}"];

/// A text, its columns as zhiban counts them and as this terminal does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// The text.
    pub text: &'static str,
    /// As zhiban counts.
    pub ours: u16,
    /// As the terminal does.
    pub theirs: u16,
}

/// What the widths of a terminal come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All as counted.
    Right,
    /// What Unicode leaves open is drawn in this width, and the setting says the other.
    Set(Ambiguous),
    /// Something else differs: rows with it may be torn.
    Differs,
}

/// Asks the terminal where its cursor stands behind each sample.
///
/// Fails where the terminal does not answer within two seconds.
pub fn widths(ambiguous: Ambiguous) -> io::Result<Vec<Measured>> {
    enable_raw_mode()?;
    let measured = measure(ambiguous);
    disable_raw_mode()?;
    measured
}

fn measure(ambiguous: Ambiguous) -> io::Result<Vec<Measured>> {
    let mut out = io::stdout();
    let mut all = Vec::with_capacity(SAMPLES.len());
    for text in SAMPLES {
        write!(out, "\r{text}")?;
        out.flush()?;
        let column = cursor::position();
        // The sample goes in any case.
        write!(out, "\r\x1b[K")?;
        out.flush()?;
        let (theirs, _) = column?;
        let ours = width::columns(text, ambiguous) as u16;
        all.push(Measured { text, ours, theirs });
    }
    Ok(all)
}

/// Says what measured widths come to.
pub fn verdict(all: &[Measured]) -> Verdict {
    let differs = |one: &&Measured| one.ours != one.theirs;
    let mut wrong = all.iter().filter(differs).peekable();
    if wrong.peek().is_none() {
        return Verdict::Right;
    }
    let open: Vec<&Measured> = all.iter().filter(|one| OPEN.contains(&one.text)).collect();
    let only_open = wrong.all(|one| OPEN.contains(&one.text));
    match (only_open, open.first().map(|one| one.theirs)) {
        (true, Some(2)) if open.iter().all(|one| one.theirs == 2) => Verdict::Set(Ambiguous::Wide),
        (true, Some(1)) if open.iter().all(|one| one.theirs == 1) => {
            Verdict::Set(Ambiguous::Narrow)
        }
        _ => Verdict::Differs,
    }
}

/// Puts a word into the system's clipboard and reads it back, then puts back what was there;
/// none where the system's clipboard is not the road here.
pub fn round_trip(config: &Config, word: &str) -> Option<bool> {
    Clipboard::new(config.clipboard.road, Surroundings::here()).round_trip(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(of: impl Fn(&str) -> u16) -> Vec<Measured> {
        let one = |text: &'static str| Measured {
            text,
            ours: width::columns(text, Ambiguous::Narrow) as u16,
            theirs: of(text),
        };
        SAMPLES.into_iter().map(one).collect()
    }

    fn right(text: &str) -> u16 {
        width::columns(text, Ambiguous::Narrow) as u16
    }

    #[test]
    fn widths_are_judged_as_a_whole() {
        assert_eq!(verdict(&all(right)), Verdict::Right);
        let wide = |text: &str| if OPEN.contains(&text) { 2 } else { right(text) };
        assert_eq!(verdict(&all(wide)), Verdict::Set(Ambiguous::Wide));
        // One of the open ones alone, and a terminal that draws each part of an emoji.
        let one = |text: &str| if text == OPEN[0] { 2 } else { right(text) };
        assert_eq!(verdict(&all(one)), Verdict::Differs);
        let parts = |text: &str| {
            if text.contains('\u{200d}') {
                4
            } else {
                right(text)
            }
        };
        assert_eq!(verdict(&all(parts)), Verdict::Differs);
    }
}
