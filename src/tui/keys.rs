//! Terminal events turned into the program's own input.
//!
//! Here live the rules that make default keys work under a Chinese input
//! method, on laptops without function keys, over poor SSH clients and on
//! terminals without bracketed paste. Only arrival times are read, handed in
//! by the caller.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use crate::text::fold;

/// A digit that follows Esc within this time is a function key.
const ESCAPE_WINDOW: Duration = Duration::from_secs(1);
/// Keys closer together than this were not typed by a hand.
const BURST_GAP: Duration = Duration::from_millis(5);
/// Once a burst is long, the console may pause within it.
const LONG_BURST_GAP: Duration = Duration::from_millis(30);
/// What counts as a long burst, in keys.
const LONG_BURST: usize = 16;

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

/// Names of the keys that are not characters or function keys.
const NAMES: &[(Code, &str)] = &[
    (Code::Enter, "Enter"),
    (Code::Esc, "Esc"),
    (Code::Tab, "Tab"),
    (Code::BackTab, "BackTab"),
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

/// Input as the application sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Press),
    /// Pasted text, line ends as `\n`. It never acts, whatever it holds.
    Paste(String),
    /// The mouse at column and row, both from 0.
    Mouse(Mouse, u16, u16),
    /// The terminal's new size in columns and rows.
    Resize(u16, u16),
    /// The window came to the front, or left it.
    Focus(bool),
}

/// Turns terminal events into [`Input`].
#[derive(Debug)]
pub struct Translator {
    /// Join fast runs of keys, where the terminal marks no paste.
    join_bursts: bool,
    escaped_at: Option<Instant>,
    held: VecDeque<Press>,
    held_at: Option<Instant>,
}

impl Translator {
    /// A translator; `join_bursts` where the terminal has no bracketed paste.
    pub const fn new(join_bursts: bool) -> Self {
        Self {
            join_bursts,
            escaped_at: None,
            held: VecDeque::new(),
            held_at: None,
        }
    }

    /// Takes one event that arrived at `at` and pushes what it means to `out`.
    pub fn take(&mut self, event: Event, at: Instant, out: &mut Vec<Input>) {
        match event {
            Event::Key(key) if key.kind == KeyEventKind::Release => {}
            Event::Key(key) => {
                if let Some(press) = press_of(key) {
                    self.press(press, at, out);
                }
            }
            other => {
                self.release(out);
                self.escaped_at = None;
                out.extend(input_of(other));
            }
        }
    }

    /// When [`Translator::settle`] must be called if nothing more comes.
    pub fn deadline(&self) -> Option<Instant> {
        self.held_at.map(|at| at + self.gap())
    }

    /// Lets go of held keys when their time is over at `now`.
    pub fn settle(&mut self, now: Instant, out: &mut Vec<Input>) {
        if self.deadline().is_some_and(|deadline| now >= deadline) {
            self.release(out);
        }
    }

    fn gap(&self) -> Duration {
        if self.held.len() > LONG_BURST {
            LONG_BURST_GAP
        } else {
            BURST_GAP
        }
    }

    fn press(&mut self, press: Press, at: Instant, out: &mut Vec<Input>) {
        let press = self.after_escape(press, at);
        if !self.join_bursts || !could_be_pasted(press.key) {
            self.release(out);
            out.push(Input::Key(press));
            return;
        }
        if self.deadline().is_some_and(|deadline| at >= deadline) {
            self.release(out);
        }
        self.held.push_back(press);
        self.held_at = Some(at);
    }

    /// Esc acted at once; the digit behind it is a function key.
    fn after_escape(&mut self, press: Press, at: Instant) -> Press {
        let escaped = self.escaped_at.take();
        if press.key == Key::plain(Code::Esc) {
            self.escaped_at = Some(at);
            return press;
        }
        let soon = escaped.is_some_and(|then| at.saturating_duration_since(then) <= ESCAPE_WINDOW);
        match press.key.code {
            Code::Char(c) if soon && press.key.is_bare() => {
                function_of(c).map_or(press, |n| Press::of(Key::plain(Code::F(n))))
            }
            _ => press,
        }
    }

    fn release(&mut self, out: &mut Vec<Input>) {
        self.held_at = None;
        let pasted = self.held.len() > 1 && self.held.iter().any(|p| p.key.code == Code::Enter);
        if pasted {
            out.push(Input::Paste(
                self.held.drain(..).filter_map(character).collect(),
            ));
        } else {
            out.extend(self.held.drain(..).map(Input::Key));
        }
    }
}

fn character(press: Press) -> Option<char> {
    match press.key.code {
        Code::Enter => Some('\n'),
        Code::Tab => Some('\t'),
        _ => press.typed,
    }
}

const fn could_be_pasted(key: Key) -> bool {
    key.is_bare() || (matches!(key.code, Code::Enter | Code::Tab) && !key.ctrl && !key.alt)
}

fn function_of(c: char) -> Option<u8> {
    match c {
        '1'..='9' => Some(c as u8 - b'0'),
        '0' => Some(10),
        '-' => Some(12),
        _ => None,
    }
}

fn input_of(event: Event) -> Option<Input> {
    match event {
        Event::Paste(text) => Some(Input::Paste(text.replace("\r\n", "\n").replace('\r', "\n"))),
        Event::Resize(columns, rows) => Some(Input::Resize(columns, rows)),
        Event::FocusGained => Some(Input::Focus(true)),
        Event::FocusLost => Some(Input::Focus(false)),
        Event::Mouse(mouse) => mouse_of(mouse),
        Event::Key(_) => None,
    }
}

fn mouse_of(event: MouseEvent) -> Option<Input> {
    let kind = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Mouse::Down,
        MouseEventKind::Drag(MouseButton::Left) => Mouse::Drag,
        MouseEventKind::Up(MouseButton::Left) => Mouse::Up,
        MouseEventKind::ScrollUp => Mouse::WheelUp,
        MouseEventKind::ScrollDown => Mouse::WheelDown,
        _ => return None,
    };
    Some(Input::Mouse(kind, event.column, event.row))
}

fn press_of(event: KeyEvent) -> Option<Press> {
    let mut key = Key {
        code: canonical_code(event.code)?,
        ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
        alt: event.modifiers.contains(KeyModifiers::ALT),
        shift: event.modifiers.contains(KeyModifiers::SHIFT),
    };
    // Windows reports AltGr, which makes characters, as Ctrl with Alt.
    if key.ctrl && key.alt && matches!(key.code, Code::Char(c) if !c.is_ascii_alphanumeric()) {
        key.ctrl = false;
        key.alt = false;
    }
    let typed = match key.code {
        Code::Char(c) if key.is_bare() => Some(c),
        _ => None,
    };
    if let Code::Char(c) = key.code {
        let folded = fold::punctuation(c);
        let lower = key.ctrl || key.alt;
        key.code = Code::Char(if lower {
            folded.to_ascii_lowercase()
        } else {
            folded
        });
        key.shift = false;
    }
    Some(Press {
        key: old_terminals(key),
        typed,
    })
}

/// Ctrl+H is the backspace of old terminals, Ctrl+J the line end of some pastes.
const fn old_terminals(key: Key) -> Key {
    match key {
        Key {
            code: Code::Char('h'),
            ctrl: true,
            alt: false,
            ..
        } => Key::plain(Code::Backspace),
        Key {
            code: Code::Char('j' | 'm'),
            ctrl: true,
            alt: false,
            ..
        } => Key::plain(Code::Enter),
        Key {
            code: Code::Tab,
            shift: true,
            ctrl,
            alt,
        }
        | Key {
            code: Code::BackTab,
            ctrl,
            alt,
            ..
        } => Key {
            code: Code::BackTab,
            ctrl,
            alt,
            shift: false,
        },
        other => other,
    }
}

const fn canonical_code(code: KeyCode) -> Option<Code> {
    Some(match code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::F(n) => Code::F(n),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(code: KeyCode, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(code, modifiers))
    }

    fn feed(translator: &mut Translator, events: &[(u64, Event)]) -> Vec<Input> {
        let start = Instant::now();
        let mut out = Vec::new();
        for (after, event) in events {
            translator.take(
                event.clone(),
                start + Duration::from_millis(*after),
                &mut out,
            );
        }
        out
    }

    fn chars(text: &str, from: u64, step: u64) -> Vec<(u64, Event)> {
        text.chars()
            .enumerate()
            .map(|(i, c)| {
                let code = if c == '\n' {
                    KeyCode::Enter
                } else {
                    KeyCode::Char(c)
                };
                (from + i as u64 * step, event(code, KeyModifiers::NONE))
            })
            .collect()
    }

    #[test]
    fn spellings_lead_back() {
        for text in [
            "F2", "Ctrl+P", "Alt+3", "Space", "j", "PgUp", "BackTab", "Shift+Up", "/", "+",
        ] {
            assert_eq!(Key::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "Ctrl+", "F0", "F25", "Nonsense", "Shift+a"] {
            let key = Key::parse(text);
            assert!(key.is_none(), "{text} gave {key:?}");
        }
    }

    #[test]
    fn chinese_punctuation_matches_but_text_keeps_it() {
        let mut translator = Translator::new(false);
        let out = feed(
            &mut translator,
            &[(0, event(KeyCode::Char('、'), KeyModifiers::NONE))],
        );
        assert_eq!(
            out,
            [Input::Key(Press {
                key: Key::plain(Code::Char('/')),
                typed: Some('、')
            })]
        );
    }

    #[test]
    fn escape_then_digit_is_a_function_key_within_a_second() {
        let mut translator = Translator::new(false);
        let esc = event(KeyCode::Esc, KeyModifiers::NONE);
        let four = event(KeyCode::Char('4'), KeyModifiers::NONE);
        let out = feed(
            &mut translator,
            &[(0, esc.clone()), (900, four.clone()), (950, four.clone())],
        );
        assert_eq!(out[0], Input::Key(Press::of(Key::plain(Code::Esc))));
        assert_eq!(out[1], Input::Key(Press::of(Key::plain(Code::F(4)))));
        assert_eq!(out[2], Input::Key(Press::of(Key::plain(Code::Char('4')))));
        let late = feed(&mut translator, &[(0, esc), (1100, four)]);
        assert_eq!(late[1], Input::Key(Press::of(Key::plain(Code::Char('4')))));
    }

    #[test]
    fn alt_digits_stand_for_function_keys() {
        assert_eq!(Key::alt('0').as_function(), Some(Key::plain(Code::F(10))));
        assert_eq!(Key::alt('-').as_function(), Some(Key::plain(Code::F(12))));
        assert_eq!(Key::alt('x').as_function(), None);
    }

    #[test]
    fn a_pasted_newline_never_acts() {
        let mut translator = Translator::new(true);
        let mut out = feed(&mut translator, &chars("亲\n在吗\n", 0, 1));
        translator.settle(Instant::now() + Duration::from_secs(1), &mut out);
        assert_eq!(out, [Input::Paste("亲\n在吗\n".into())]);
    }

    #[test]
    fn typed_keys_and_enter_stay_keys_where_bursts_join() {
        let mut translator = Translator::new(true);
        let mut out = feed(&mut translator, &chars("ab\n", 0, 40));
        translator.settle(Instant::now() + Duration::from_secs(1), &mut out);
        assert_eq!(out.len(), 3);
        assert_eq!(out[2], Input::Key(Press::of(Key::plain(Code::Enter))));
    }

    #[test]
    fn a_burst_without_newline_is_keys() {
        let mut translator = Translator::new(true);
        let mut out = feed(&mut translator, &chars("雾霾蓝", 0, 0));
        translator.settle(Instant::now() + Duration::from_secs(1), &mut out);
        assert_eq!(out.len(), 3);
    }

    #[test]
    fn releases_are_dropped_and_line_ends_unified() {
        let mut translator = Translator::new(false);
        let release = Event::Key(KeyEvent::new_with_kind(
            KeyCode::Char('a'),
            KeyModifiers::NONE,
            KeyEventKind::Release,
        ));
        assert!(feed(&mut translator, &[(0, release)]).is_empty());
        let out = feed(&mut translator, &[(0, Event::Paste("a\r\nb\rc".into()))]);
        assert_eq!(out, [Input::Paste("a\nb\nc".into())]);
    }

    #[test]
    fn upper_case_with_control_is_the_same_key() {
        let mut translator = Translator::new(false);
        let out = feed(
            &mut translator,
            &[(0, event(KeyCode::Char('P'), KeyModifiers::CONTROL))],
        );
        assert_eq!(
            out,
            [Input::Key(Press {
                key: Key::ctrl('p'),
                typed: None
            })]
        );
    }
}
