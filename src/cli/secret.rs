//! Secrets that a person types: never on the command line, where others on the machine see them.

use std::io::{self, BufRead, IsTerminal, Write};

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::out::Out;
use crate::desk::sign_in::pin_of;
use crate::problem::{Kind, Problem};
use crate::text::fold::fold;

/// The variable that holds the passphrase of bundles, for scripts.
const VARIABLE: &str = "ZHIBAN_PASSPHRASE";
/// The most bytes of a secret.
const MOST: u64 = 4_096;

/// Returns the passphrase that the environment holds, or where `ask` one that is typed.
pub(super) fn passphrase(ask: bool, out: &Out) -> Result<Option<String>, Problem> {
    if let Ok(passphrase) = std::env::var(VARIABLE)
        && !passphrase.is_empty()
    {
        return Ok(Some(passphrase));
    }
    if ask {
        typed("cli-ask-passphrase", out).map(Some)
    } else {
        Ok(None)
    }
}

/// Asks for a secret: at a terminal without showing it, else one line of standard input.
pub(super) fn typed(question: &'static str, out: &Out) -> Result<String, Problem> {
    let text = if io::stdin().is_terminal() {
        let mut stderr = io::stderr();
        // Where the question cannot be shown, the answer still can be typed.
        let _ = write!(stderr, "{} ", out.words.get(question));
        let _ = stderr.flush();
        let text = hidden();
        let _ = writeln!(stderr);
        text
    } else {
        line()
    };
    let text = text.map_err(unread)?;
    if text.is_empty() {
        return Err(
            Problem::new(Kind::NotUnderstood, "problem-cli-secret").hint("problem-cli-secret-hint")
        );
    }
    Ok(text)
}

fn unread(fault: io::Error) -> Problem {
    Problem::new(Kind::Unreadable, "problem-cli-input")
        .arg("cause", &fault)
        .caused_by(fault)
}

/// Asks for the PIN of a person of this device.
pub(super) fn pin(out: &Out) -> Result<String, Problem> {
    typed("cli-ask-pin", out)
}

/// Asks for a new PIN: twice at a terminal, else one line of standard input, where none is no
/// PIN.
///
/// Fails where it is not four to eight digits, and where the second is not the first.
pub(super) fn new_pin(out: &Out) -> Result<Option<String>, Problem> {
    let is_typed = io::stdin().is_terminal();
    let first = if is_typed {
        typed("cli-ask-pin-new", out)?
    } else {
        line().map_err(unread)?
    };
    if first.trim().is_empty() {
        return Ok(None);
    }
    let pin = pin_of(&first)?;
    if is_typed && pin_of(&typed("cli-ask-pin-again", out)?)? != pin {
        return Err(
            Problem::new(Kind::NotUnderstood, "problem-pin-twice").hint("problem-pin-twice-hint")
        );
    }
    Ok(Some(first))
}

/// Returns whether a person at a terminal, or standard input, says yes.
pub(super) fn agreed(question: &'static str, out: &Out) -> bool {
    let mut stderr = io::stderr();
    let _ = write!(stderr, "{} ", out.words.get(question));
    let _ = stderr.flush();
    // Folded: an input method may make the letter wide.
    line().is_ok_and(|line| matches!(fold(line.trim()).as_str(), "y" | "yes"))
}

fn line() -> io::Result<String> {
    let mut line = String::new();
    io::Read::take(io::stdin().lock(), MOST).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Reads keys until Enter; the terminal shows nothing of them.
fn hidden() -> io::Result<String> {
    enable_raw_mode()?;
    let text = keys();
    disable_raw_mode()?;
    text
}

fn keys() -> io::Result<String> {
    let mut text = String::new();
    loop {
        let Event::Key(key) = read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        match key.code {
            KeyCode::Enter => return Ok(text),
            KeyCode::Esc => return Ok(String::new()),
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                return Ok(String::new());
            }
            KeyCode::Backspace => {
                text.pop();
            }
            KeyCode::Char(character) if text.len() < MOST as usize => text.push(character),
            _ => {}
        }
    }
}
