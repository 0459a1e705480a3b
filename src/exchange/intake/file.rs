//! Files that come in: found in what was pasted, and read whole.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use super::MAX_FILE;
use crate::problem::{Kind, Problem};

/// The longest text in which paths are looked for, in bytes: a screen of dropped files.
const LONGEST: usize = 16_384;

/// Reads a file, or says why it cannot be read: it is not there, too large, or not to be read.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Problem> {
    let size = fs::metadata(path).map_err(|fault| unreadable(path, fault))?;
    if size.len() > MAX_FILE as u64 {
        return Err(Problem::new(Kind::Unreadable, "problem-import-large")
            .arg("file", path.display())
            .arg("limit", MAX_FILE >> 20));
    }
    fs::read(path).map_err(|fault| unreadable(path, fault))
}

fn unreadable(path: &Path, fault: std::io::Error) -> Problem {
    let missing = fault.kind() == std::io::ErrorKind::NotFound;
    let problem = if missing {
        Problem::new(Kind::Unreadable, "problem-file-missing").hint("problem-file-missing-hint")
    } else if is_held(&fault, std::path::MAIN_SEPARATOR == '\\') {
        Problem::new(Kind::Unreadable, "problem-file-held").hint("problem-file-held-hint")
    } else {
        Problem::new(Kind::Unreadable, "problem-file-unreadable")
            .hint("problem-file-unreadable-hint")
    };
    problem.arg("file", path.display()).caused_by(fault)
}

/// Whether another program, a spreadsheet most of the time, keeps the file to itself: Windows
/// tells that by numbers (sharing violation, lock violation), which mean other things elsewhere.
fn is_held(fault: &std::io::Error, is_windows: bool) -> bool {
    is_windows && matches!(fault.raw_os_error(), Some(32 | 33))
}

/// Returns the files that a text names, as terminals paste what is dropped on them: whole
/// paths, one a line or several in a row, plain, quoted, or with escaped blanks. Empty where
/// anything in it is no file.
pub fn dropped_files(text: &str) -> Vec<PathBuf> {
    if text.len() > LONGEST {
        return Vec::new();
    }
    let mut files = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let whole = PathBuf::from(&*of_address(line));
        if whole.is_absolute() && whole.is_file() {
            files.push(whole);
            continue;
        }
        for name in names(line) {
            let path = PathBuf::from(&*of_address(&name));
            if !path.is_absolute() || !path.is_file() {
                return Vec::new();
            }
            files.push(path);
        }
    }
    files
}

/// Returns the path of a `file://` address of this machine, and any other text as it is.
fn of_address(text: &str) -> Cow<'_, str> {
    let Some(rest) = text.strip_prefix("file://") else {
        return text.into();
    };
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    // A drive of Windows stands behind a slash that is no part of it.
    let is_drive = std::path::MAIN_SEPARATOR == '\\'
        && matches!(path.as_bytes(), [b'/', letter, b':', ..] if letter.is_ascii_alphabetic());
    let mut bytes = Vec::new();
    let mut letters = path[usize::from(is_drive)..].bytes();
    while let Some(byte) = letters.next() {
        let mut ahead = letters.clone();
        let digits = [ahead.next(), ahead.next()].map(|digit| {
            let digit = char::from(digit.filter(|_| byte == b'%')?);
            digit.to_digit(16)
        });
        match digits {
            [Some(high), Some(low)] => {
                bytes.push((high * 16 + low) as u8);
                letters = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_or_else(|_| text.into(), Cow::Owned)
}

/// Takes a line apart at blanks that are neither quoted nor escaped.
fn names(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut name = String::new();
    let mut quote = None;
    let mut letters = line.chars().peekable();
    while let Some(c) = letters.next() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('\\', None) if letters.peek().is_some_and(|next| !next.is_alphanumeric()) => {
                name.extend(letters.next());
            }
            (c, None) if c.is_whitespace() => names.push(std::mem::take(&mut name)),
            (c, _) => name.push(c),
        }
    }
    names.push(name);
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_files_are_known_however_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let plain = folder.path().join("orders.csv");
        let spaced = folder.path().join("退款 11月.csv");
        for path in [&plain, &spaced] {
            fs::write(path, "x").unwrap();
        }
        let (one, other) = (plain.display().to_string(), spaced.display().to_string());
        let escaped = other.replace(' ', "\\ ");
        let address = |path: &str| {
            let coded = path.bytes().map(|byte| match byte {
                b' ' | 128.. => format!("%{byte:02X}"),
                _ => char::from(byte).to_string(),
            });
            format!("file://{}", coded.collect::<String>())
        };
        for text in [
            format!("{}\r\n{}", address(&one), address(&other)),
            format!("{} {}", address(&one), address(&other)),
            format!("{one}\n{other}\n"),
            format!("'{one}' '{other}'"),
            format!("{one} \"{other}\""),
            format!("{one} {escaped}"),
        ] {
            assert_eq!(
                dropped_files(&text),
                [plain.clone(), spaced.clone()],
                "{text}"
            );
        }
        assert!(dropped_files(&format!("{one} 改地址")).is_empty());
        assert!(dropped_files("orders.csv").is_empty(), "only whole paths");
        assert!(dropped_files("").is_empty());
        // A sign of several bytes stands where a drive would.
        assert!(dropped_files("file://é:x").is_empty());
        assert_eq!(of_address("file://é:x"), "é:x");
        if std::path::MAIN_SEPARATOR == '/' {
            assert_eq!(of_address("file:///a:b"), "/a:b");
        }
        assert!(read_file(&folder.path().join("none")).is_err());
    }

    #[test]
    fn a_file_that_a_spreadsheet_holds_is_told_from_others() {
        let fault = std::io::Error::from_raw_os_error;
        assert!(is_held(&fault(32), true) && is_held(&fault(33), true));
        assert!(!is_held(&fault(5), true) && !is_held(&fault(32), false));
    }
}
