//! From the terminal's events to input: Esc with a digit, fast runs of keys,
//! Chinese punctuation, old terminals.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use super::{Code, Input, Key, Mouse, Press, function_of};
use crate::text::fold;

/// A digit that follows Esc within this time is a function key.
const ESCAPE_WINDOW: Duration = Duration::from_secs(1);
/// Keys closer together than this were not typed by a hand.
const BURST_GAP: Duration = Duration::from_millis(5);
/// Once a burst is long, the console may pause within it.
const LONG_BURST_GAP: Duration = Duration::from_millis(30);
/// What counts as a long burst, in keys.
const LONG_BURST: usize = 16;

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

    /// Joins fast runs of keys from now on, or no more.
    pub const fn join(&mut self, join_bursts: bool) {
        self.join_bursts = join_bursts;
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
                let Some(input) = input_of(other) else {
                    return;
                };
                self.release(out);
                // A hand that moves the mouse or a window that comes to the front is no key.
                if matches!(input, Input::Paste(_) | Input::Mouse(Mouse::Down, ..)) {
                    self.escaped_at = None;
                }
                out.push(input);
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
        // One key held down is no paste; anything else so fast is, and never acts.
        let is_held_down = self.held.iter().all(|press| press.key == self.held[0].key);
        if self.held.len() > 1 && !is_held_down {
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
