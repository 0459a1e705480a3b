//! Terminal events turned into the program's own input.
//!
//! Here live the rules that make default keys work under a Chinese input
//! method, on laptops without function keys, over poor SSH clients and on
//! terminals without bracketed paste. Only arrival times are read, handed in
//! by the caller.

mod decode;
mod translate;

use std::fmt;

pub use decode::Decoder;
pub use translate::Translator;

/// Which key, without its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // named as they are printed on the keys
pub enum Code {
    Char(char),
    F(u8),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Insert,
    Home,
    End,
    PageUp,
    PageDown,
    Up,
    Down,
    Left,
    Right,
}

/// A key as commands are matched against it: Chinese punctuation and
/// full-width forms already folded, letters with Ctrl or Alt in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The key itself.
    pub code: Code,
    /// Ctrl was held.
    pub ctrl: bool,
    /// Alt was held, or Esc came in the same breath.
    pub alt: bool,
    /// Shift was held with a key that is not a character.
    pub shift: bool,
}

/// Names of the keys that are not characters or function keys; of several the first is shown.
const NAMES: &[(Code, &str)] = &[
    (Code::Enter, "Enter"),
    (Code::Esc, "Esc"),
    (Code::Tab, "Tab"),
    (Code::BackTab, "Shift+Tab"),
    (Code::BackTab, "BackTab"), // as terminals call it; read, never shown
    (Code::Backspace, "Backspace"),
    (Code::Delete, "Del"),
    (Code::Insert, "Ins"),
    (Code::Home, "Home"),
    (Code::End, "End"),
    (Code::PageUp, "PgUp"),
    (Code::PageDown, "PgDn"),
    (Code::Up, "Up"),
    (Code::Down, "Down"),
    (Code::Left, "Left"),
    (Code::Right, "Right"),
    (Code::Char(' '), "Space"),
];

impl Key {
    /// The key without modifiers.
    pub const fn plain(code: Code) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
            shift: false,
        }
    }

    /// The character with Ctrl.
    pub const fn ctrl(c: char) -> Self {
        Self {
            code: Code::Char(c),
            ctrl: true,
            alt: false,
            shift: false,
        }
    }

    /// The character with Alt.
    pub const fn alt(c: char) -> Self {
        Self {
            code: Code::Char(c),
            ctrl: false,
            alt: true,
            shift: false,
        }
    }

    /// True for a character without Ctrl or Alt, which a text field takes as text.
    pub const fn is_bare(self) -> bool {
        matches!(self.code, Code::Char(_)) && !self.ctrl && !self.alt
    }

    /// The function key that Alt with a digit stands for: 1 to 9, 0 is F10, `-` is F12.
    pub fn as_function(self) -> Option<Self> {
        match self.code {
            Code::Char(c) if self.alt && !self.ctrl => {
                function_of(c).map(|n| Self::plain(Code::F(n)))
            }
            _ => None,
        }
    }

    /// Reads a key as `keys.toml` spells it: `F2`, `Ctrl+P`, `Alt+3`, `Space`, `j`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut key = Self::plain(Code::Esc);
        let mut rest = text.trim();
        loop {
            if let Some(after) = strip(rest, "ctrl+") {
                key.ctrl = true;
                rest = after;
            } else if let Some(after) = strip(rest, "alt+") {
                key.alt = true;
                rest = after;
            } else if let Some(after) = strip(rest, "shift+") {
                key.shift = true;
                rest = after;
            } else {
                break;
            }
        }
        key.code = code_of(rest)?;
        if let Code::Char(c) = key.code {
            if key.ctrl || key.alt {
                key.code = Code::Char(c.to_ascii_lowercase());
            }
            if key.shift {
                return None; // Shift is part of a character, never beside it
            }
        }
        if key.shift && key.code == Code::Tab {
            key.code = Code::BackTab;
            key.shift = false;
        }
        Some(key)
    }
}

fn strip<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    let rest = &text[prefix.len()..];
    (head.eq_ignore_ascii_case(prefix) && !rest.is_empty()).then_some(rest)
}

fn code_of(name: &str) -> Option<Code> {
    let mut chars = name.chars();
    let first = chars.next()?;
    if chars.next().is_none() {
        return (!first.is_control()).then_some(Code::Char(first));
    }
    if let Some(number) = name.strip_prefix(['F', 'f']) {
        return number
            .parse()
            .ok()
            .filter(|n| (1..=24).contains(n))
            .map(Code::F);
    }
    NAMES
        .iter()
        .find(|(_, known)| known.eq_ignore_ascii_case(name))
        .map(|(code, _)| *code)
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl+")?;
        }
        if self.alt {
            f.write_str("Alt+")?;
        }
        if self.shift {
            f.write_str("Shift+")?;
        }
        if let Some((_, name)) = NAMES.iter().find(|(code, _)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            Code::Char(c) if self.ctrl || self.alt => write!(f, "{}", c.to_ascii_uppercase()),
            Code::Char(c) => write!(f, "{c}"),
            Code::F(n) => write!(f, "F{n}"),
            _ => Ok(()),
        }
    }
}

/// One key press: the key that commands see and the character that text gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    /// For matching commands.
    pub key: Key,
    /// What a text field inserts: the character as it came, not folded.
    pub typed: Option<char>,
}

impl Press {
    /// A press of a key as a test or a click makes it.
    pub const fn of(key: Key) -> Self {
        let typed = match key.code {
            Code::Char(c) if key.is_bare() => Some(c),
            _ => None,
        };
        Self { key, typed }
    }
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // named as they are felt
pub enum Mouse {
    Down,
    Drag,
    Up,
    WheelUp,
    WheelDown,
}

/// What is asked of the text that has the caret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Selects all of it.
    SelectAll,
    /// Takes the selected part out.
    Cut,
    /// Takes the last change back.
    Undo,
    /// Makes the change again that was taken back.
    Redo,
}

/// What a place on the screen stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A row of a list, so many rows behind the chosen one.
    Row(isize),
    /// A list turned by the wheel, so many rows on; what has the caret keeps it.
    Turned(isize),
    /// The field of that id.
    Field(String),
    /// A cell of the text that has the caret.
    Cell {
        /// From the left edge of the text's area.
        column: u16,
        /// From its upper edge.
        row: u16,
        /// The selection goes along.
        extend: bool,
    },
    /// What is scrolled, by so many rows.
    Scroll(isize),
    /// The panel beside.
    Side,
    /// The leaf of that number of the panel beside.
    Leaf(usize),
    /// The line between two panes, put to that column.
    Divider(u16),
    /// The line between what is above and what is below, put to that row.
    Shelf(u16),
}

/// Input as the application sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Press),
    /// Pasted text, line ends as `\n`. It never acts, whatever it holds.
    Paste(String),
    /// The mouse at column and row, both from 0.
    Mouse(Mouse, u16, u16),
    /// Something asked of the text that has the caret.
    Edit(Edit),
    /// The mouse at what is drawn there.
    Pointed(Spot),
    /// The terminal's new size in columns and rows.
    Resize(u16, u16),
    /// The window came to the front, or left it.
    Focus(bool),
}

fn function_of(c: char) -> Option<u8> {
    match c {
        '1'..='9' => Some(c as u8 - b'0'),
        '0' => Some(10),
        '-' => Some(12),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
