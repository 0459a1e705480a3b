//! The real program in a pseudo-terminal: nasty texts pasted into the capture line and the
//! composer. Whatever it writes, its control sequences are of the kinds that it writes for
//! harmless text of the same shape.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::hostile::{Hostile, texts};
use crate::support::{DrillDesk, Terminal};

/// Splits what a program wrote into text and control sequences; returns the kinds of the
/// sequences and every control character that is in none.
fn controls(raw: &[u8]) -> (BTreeSet<String>, BTreeSet<char>) {
    let text = String::from_utf8_lossy(raw);
    let mut rest = text.chars().peekable();
    let (mut kinds, mut loose) = (BTreeSet::new(), BTreeSet::new());
    while let Some(c) = rest.next() {
        if c != '\u{1b}' {
            if c.is_control() {
                loose.insert(c);
            }
            continue;
        }
        let mut kind = String::new();
        match rest.next() {
            Some('[') => {
                // A kind is the private mark and the final letter; numbers are places and colours.
                kind.push('[');
                for c in rest.by_ref() {
                    match c {
                        '0'..='9' | ';' | ':' => {}
                        '\u{40}'..='\u{7e}' => {
                            kind.push(c);
                            break;
                        }
                        other => kind.push(other),
                    }
                }
            }
            Some(']') => {
                kind.push(']');
                while let Some(c) = rest.next() {
                    let ends = c == '\u{7}' || c == '\u{1b}' && rest.peek() == Some(&'\\');
                    if ends {
                        if c == '\u{1b}' {
                            rest.next();
                        }
                        break;
                    }
                    if c == ';' && !kind.contains(';') || kind.contains(';') && kind.len() > 3 {
                        kind.push(';');
                    } else if !kind.contains(';') {
                        kind.push(c);
                    }
                    if c.is_control() {
                        loose.insert(c);
                    }
                }
                kind.truncate(kind.find(';').unwrap_or(kind.len()));
            }
            Some(other) => kind.push(other),
            None => kind.push_str("nothing"),
        }
        kinds.insert(kind);
    }
    (kinds, loose)
}

/// The same number of characters and lines, without any harm.
fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == '\n' {
                '\n'
            } else if c.is_alphanumeric() {
                '好'
            } else {
                'x'
            }
        })
        .collect()
}

/// What a terminal can send in one bracketed paste: it cuts the closing mark out of it.
fn sendable(text: &str) -> String {
    text.replace("\u{1b}[201~", "")
        .chars()
        .take(2_000)
        .collect()
}

/// Waits until the program has nothing more to say about what was sent.
fn settle(terminal: &mut Terminal) {
    let since = Instant::now();
    loop {
        let before = terminal.raw().len();
        terminal.text();
        if terminal.raw().len() == before || since.elapsed() > Duration::from_secs(10) {
            return;
        }
    }
}

/// Pastes each text into the capture line and the composer, and returns what was written.
fn play(texts: &[String]) -> Vec<u8> {
    let desk = DrillDesk::new("青禾家居旗舰店", "林晓");
    desk.ok(&["capture", "阳光小屋 催发货", "--yes"]);
    let mut terminal = desk.open(100, 30);
    terminal.wait_for("阳光小屋");
    for text in texts {
        terminal.press("F2").paste(text);
        settle(&mut terminal);
        terminal.press("Enter Esc Esc");
        terminal.press("Enter").paste(text);
        settle(&mut terminal);
        terminal.press("F9 Esc Esc Esc");
        settle(&mut terminal);
    }
    assert!(!terminal.shows("panicked"));
    terminal.press("Ctrl+Q");
    settle(&mut terminal);
    let raw = terminal.raw().to_vec();
    drop(terminal);
    assert_eq!(desk.json(&["verify"])[0]["clean"], true);
    raw
}

/// Our own texts, and the nastiest of the others.
fn nasty() -> Vec<String> {
    let is_nasty = |file: &Hostile| {
        !file.name.contains('/')
            || file.name.starts_with("terminal/")
            || file.name.starts_with("text/blns.json")
    };
    texts()
        .iter()
        .filter(|file| is_nasty(file))
        // Spread over all of them: each takes a second of a real terminal.
        .step_by(2)
        .take(24)
        .map(|file| sendable(&file.text()))
        .collect()
}

#[test]
fn nothing_pasted_makes_the_terminal_do_anything() {
    let nasty = nasty();
    let tame: Vec<String> = nasty.iter().map(|text| harmless(text)).collect();
    let (raw, usual) = std::thread::scope(|threads| {
        let usual = threads.spawn(|| play(&tame));
        (play(&nasty), usual.join().unwrap())
    });
    let (kinds, loose) = controls(&raw);
    let (usual_kinds, usual_loose) = controls(&usual);
    println!(
        "terminal: {} texts into 2 fields, {} bytes written, sequences {kinds:?}, controls {loose:?}",
        nasty.len(),
        raw.len()
    );
    let strange: Vec<_> = kinds.difference(&usual_kinds).collect();
    assert!(
        strange.is_empty(),
        "sequences that harmless text does not make: {strange:?}"
    );
    let strange: Vec<_> = loose.difference(&usual_loose).collect();
    assert!(
        strange.is_empty(),
        "control characters that harmless text does not make: {strange:?}"
    );
    assert!(usual_kinds.len() > 5, "the program draws: {usual_kinds:?}");
}

#[test]
fn the_reader_of_sequences_sees_what_would_harm() {
    let (kinds, loose) =
        controls("a\u{1b}[2;3Hb\u{1b}]52;c;AAAA\u{7}\u{1b}[?2004h\u{9b}31m\u{8}".as_bytes());
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    assert_eq!(kinds, ["[?h", "[H", "]52"]);
    assert_eq!(loose.into_iter().collect::<Vec<_>>(), ['\u{8}', '\u{9b}']);
}
