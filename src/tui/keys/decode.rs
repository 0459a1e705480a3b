//! From the bytes of a terminal to its events.
//!
//! Our own, because the library's decoder waits for the end of a paste for ever: a lost end
//! mark would swallow every key after it. Here a pause ends what was begun.

use std::time::Duration;

use ratatui::crossterm::event::{
    Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

/// How long the rest of a sequence may take; a lone Esc acts after it.
const REST: Duration = Duration::from_millis(25);
/// How long a paste may pause before it is taken as it is.
const PASTE_REST: Duration = Duration::from_secs(2);
/// What ends a paste.
const PASTE_END: &[u8] = b"\x1b[201~";
/// The longest sequence that is waited for.
const LONGEST: usize = 64;

/// Turns bytes into events, keeping what is not whole yet.
#[derive(Debug, Default)]
pub struct Decoder {
    held: Vec<u8>,
    paste: Option<Vec<u8>>,
}

/// What stands at the beginning of the bytes, and how many it takes.
enum Parsed {
    Event(Event, usize),
    PasteBegins(usize),
    Nothing(usize),
    More,
}

impl Decoder {
    /// Takes bytes and pushes the events that are whole.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Event>) {
        let mut held = std::mem::take(&mut self.held);
        held.extend_from_slice(bytes);
        let mut at = 0;
        while at < held.len() {
            if self.paste.is_some() {
                at += self.paste_on(&held[at..], out);
                continue;
            }
            match parse(&held[at..]) {
                Parsed::Event(event, used) => {
                    out.push(event);
                    at += used;
                }
                Parsed::PasteBegins(used) => {
                    self.paste = Some(Vec::new());
                    at += used;
                }
                Parsed::Nothing(used) => at += used,
                Parsed::More => break,
            }
        }
        held.drain(..at);
        self.held = held;
    }

    /// Returns how long to wait for more before [`Decoder::quiet`], where something waits.
    pub fn patience(&self) -> Option<Duration> {
        if self.paste.is_some() {
            return Some(PASTE_REST);
        }
        (!self.held.is_empty()).then_some(REST)
    }

    /// Nothing more came in time: takes what there is.
    pub fn quiet(&mut self, out: &mut Vec<Event>) {
        if let Some(paste) = self.paste.take() {
            out.push(pasted(&paste));
        }
        match std::mem::take(&mut self.held).as_slice() {
            [0x1b] => out.push(key(KeyCode::Esc, KeyModifiers::NONE)),
            [0x1b, c @ (b'[' | b'O')] => {
                out.push(key(KeyCode::Char(char::from(*c)), KeyModifiers::ALT));
            }
            _ => {}
        }
    }

    /// Takes bytes of a paste up to its end mark, and returns how many.
    fn paste_on(&mut self, bytes: &[u8], out: &mut Vec<Event>) -> usize {
        let Some(paste) = &mut self.paste else {
            return 0;
        };
        let before = paste.len();
        let from = before.saturating_sub(PASTE_END.len() - 1);
        paste.extend_from_slice(bytes);
        let end = paste[from..]
            .windows(PASTE_END.len())
            .position(|window| window == PASTE_END);
        let Some(end) = end.map(|end| from + end) else {
            return bytes.len();
        };
        out.push(pasted(&paste[..end]));
        self.paste = None;
        end + PASTE_END.len() - before
    }
}

fn pasted(bytes: &[u8]) -> Event {
    Event::Paste(String::from_utf8_lossy(bytes).into_owned())
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}

fn parse(bytes: &[u8]) -> Parsed {
    match bytes {
        [] | [0x1b] => Parsed::More,
        [0x1b, 0x1b, ..] => Parsed::Event(key(KeyCode::Esc, KeyModifiers::NONE), 1),
        [0x1b, b'[', ..] => sequence(bytes),
        [0x1b, b'O'] => Parsed::More,
        [0x1b, b'O', c, ..] => match function_or_arrow(*c) {
            Some(code) => Parsed::Event(key(code, KeyModifiers::NONE), 3),
            None => Parsed::Nothing(3),
        },
        [0x1b, rest @ ..] => match plain(rest) {
            Parsed::Event(Event::Key(mut with), used) => {
                with.modifiers |= KeyModifiers::ALT;
                Parsed::Event(Event::Key(with), used + 1)
            }
            Parsed::Nothing(used) => Parsed::Nothing(used + 1),
            other => other,
        },
        _ => plain(bytes),
    }
}

/// A character or a control character.
fn plain(bytes: &[u8]) -> Parsed {
    let Some(&first) = bytes.first() else {
        return Parsed::More;
    };
    let control = |c: u8| key(KeyCode::Char(char::from(c)), KeyModifiers::CONTROL);
    let event = match first {
        b'\r' => key(KeyCode::Enter, KeyModifiers::NONE),
        b'\t' => key(KeyCode::Tab, KeyModifiers::NONE),
        0x7f => key(KeyCode::Backspace, KeyModifiers::NONE),
        0 => control(b' '),
        1..=0x1a => control(first - 1 + b'a'),
        0x1b => key(KeyCode::Esc, KeyModifiers::NONE),
        0x1c..=0x1f => control(first - 0x1c + b'4'),
        _ => return character(bytes),
    };
    Parsed::Event(event, 1)
}

/// A character in UTF-8.
fn character(bytes: &[u8]) -> Parsed {
    let wanted = match bytes[0] {
        0..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Parsed::Nothing(1),
    };
    let have = &bytes[..wanted.min(bytes.len())];
    match std::str::from_utf8(have) {
        Ok(text) => match text.chars().next() {
            Some(c) => Parsed::Event(key(KeyCode::Char(c), KeyModifiers::NONE), wanted),
            None => Parsed::Nothing(1),
        },
        Err(error) if error.error_len().is_none() => Parsed::More,
        Err(_) => Parsed::Nothing(1),
    }
}

/// What begins with `Esc [`.
fn sequence(bytes: &[u8]) -> Parsed {
    match bytes {
        // The Linux console's first function keys.
        [_, _, b'[', c @ b'A'..=b'E', ..] => {
            return Parsed::Event(key(KeyCode::F(c - b'A' + 1), KeyModifiers::NONE), 4);
        }
        [_, _, b'['] => return Parsed::More,
        // The mouse as old terminals report it: three bytes behind the letter.
        [_, _, b'M', button, x, y, ..] => {
            let place = (x.saturating_sub(33).into(), y.saturating_sub(33).into());
            let button = u16::from(button.saturating_sub(32));
            return mouse(button, place, button & 3 == 3 && button < 32, 6);
        }
        [_, _, b'M', ..] => return Parsed::More,
        _ => {}
    }
    let body = &bytes[2..];
    let Some(end) = body.iter().position(|c| !(0x20..0x40).contains(c)) else {
        return if body.len() > LONGEST {
            Parsed::Nothing(bytes.len())
        } else {
            Parsed::More
        };
    };
    if !(0x40..0x7f).contains(&body[end]) {
        return Parsed::Nothing(end + 2);
    }
    whole(&body[..end], body[end], end + 3)
}

/// A whole sequence by what stands before its last letter.
fn whole(body: &[u8], last: u8, used: usize) -> Parsed {
    let is_mouse = body.first() == Some(&b'<');
    let numbers: Vec<u16> = body[usize::from(is_mouse)..]
        .split(|c| *c == b';')
        .map(|number| {
            std::str::from_utf8(number)
                .ok()
                .and_then(|number| number.parse().ok())
                .unwrap_or(0)
        })
        .collect();
    let first = numbers.first().copied().unwrap_or(0);
    if is_mouse {
        let [button, x, y] = numbers[..] else {
            return Parsed::Nothing(used);
        };
        return match last {
            b'M' | b'm' => {
                let place = (x.saturating_sub(1), y.saturating_sub(1));
                mouse(button, place, last == b'm', used)
            }
            _ => Parsed::Nothing(used),
        };
    }
    let code = match (last, first) {
        (b'~', 200) => return Parsed::PasteBegins(used),
        (b'I', _) => return Parsed::Event(Event::FocusGained, used),
        (b'O', _) => return Parsed::Event(Event::FocusLost, used),
        (b'Z', _) => Some(KeyCode::BackTab),
        (b'~', number) => by_number(number),
        (letter, _) => function_or_arrow(letter),
    };
    match code {
        Some(code) => Parsed::Event(key(code, modifiers(numbers.get(1).copied())), used),
        None => Parsed::Nothing(used),
    }
}

fn modifiers(number: Option<u16>) -> KeyModifiers {
    let bits = number.unwrap_or(1).saturating_sub(1);
    let mut modifiers = KeyModifiers::NONE;
    for (bit, modifier) in [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
    ] {
        if bits & bit != 0 {
            modifiers |= modifier;
        }
    }
    modifiers
}

const fn function_or_arrow(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'M' => KeyCode::Enter,
        b'P'..=b'S' => KeyCode::F(letter - b'P' + 1),
        _ => return None,
    })
}

const fn by_number(number: u16) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number as u8 - 10),
        17..=21 => KeyCode::F(number as u8 - 11),
        23 | 24 => KeyCode::F(number as u8 - 12),
        _ => return None,
    })
}

/// A mouse event by the bits of its button: 32 is motion, 64 the wheel.
fn mouse(button: u16, (column, row): (u16, u16), is_up: bool, used: usize) -> Parsed {
    let which = match button & 3 {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    let kind = match (button & 64 != 0, button & 32 != 0, button & 3) {
        (true, _, 0) => MouseEventKind::ScrollUp,
        (true, _, 1) => MouseEventKind::ScrollDown,
        (true, _, _) => return Parsed::Nothing(used),
        (_, true, 3) => MouseEventKind::Moved,
        (_, true, _) => MouseEventKind::Drag(which),
        (_, _, 3) => MouseEventKind::Up(MouseButton::Left),
        _ if is_up => MouseEventKind::Up(which),
        _ => MouseEventKind::Down(which),
    };
    let event = MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    };
    Parsed::Event(Event::Mouse(event), used)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn events(bytes: &[u8]) -> Vec<Event> {
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        decoder.feed(bytes, &mut out);
        decoder.quiet(&mut out);
        out
    }

    fn pressed(code: KeyCode) -> Event {
        key(code, KeyModifiers::NONE)
    }

    #[test]
    fn keys_are_those_that_terminals_send() {
        for (bytes, code, modifiers) in [
            ("\x1bOP", KeyCode::F(1), KeyModifiers::NONE),
            ("\x1b[[C", KeyCode::F(3), KeyModifiers::NONE),
            ("\x1b[15~", KeyCode::F(5), KeyModifiers::NONE),
            ("\x1b[21~", KeyCode::F(10), KeyModifiers::NONE),
            ("\x1b[24~", KeyCode::F(12), KeyModifiers::NONE),
            ("\x1b[1;5D", KeyCode::Left, KeyModifiers::CONTROL),
            ("\x1b[1;2A", KeyCode::Up, KeyModifiers::SHIFT),
            ("\x1b[3;5~", KeyCode::Delete, KeyModifiers::CONTROL),
            ("\x1b[Z", KeyCode::BackTab, KeyModifiers::NONE),
            ("\x1b[H", KeyCode::Home, KeyModifiers::NONE),
            ("\x1b3", KeyCode::Char('3'), KeyModifiers::ALT),
            ("\x1b\x7f", KeyCode::Backspace, KeyModifiers::ALT),
            ("\x10", KeyCode::Char('p'), KeyModifiers::CONTROL),
            ("\r", KeyCode::Enter, KeyModifiers::NONE),
            ("退", KeyCode::Char('退'), KeyModifiers::NONE),
            ("\x1b", KeyCode::Esc, KeyModifiers::NONE),
        ] {
            assert_eq!(
                events(bytes.as_bytes()),
                [key(code, modifiers)],
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn a_pasted_command_is_text() {
        assert_eq!(
            events(b"a\x1b[200~j\x1b[A\rk\x1b[201~b"),
            [
                pressed(KeyCode::Char('a')),
                Event::Paste("j\x1b[A\rk".into()),
                pressed(KeyCode::Char('b')),
            ]
        );
    }

    #[test]
    fn a_paste_without_its_end_is_taken_after_a_pause() {
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        decoder.feed(b"\x1b[200~half", &mut out);
        assert!(out.is_empty());
        assert_eq!(decoder.patience(), Some(PASTE_REST));
        decoder.quiet(&mut out);
        assert_eq!(out, [Event::Paste("half".into())]);
        assert_eq!(decoder.patience(), None);
        out.clear();
        // The mark that comes at last is nobody's text.
        decoder.feed(b"j\x1b[201~k", &mut out);
        assert_eq!(
            out,
            [pressed(KeyCode::Char('j')), pressed(KeyCode::Char('k'))]
        );
    }

    #[test]
    fn the_mouse_presses_drags_turns_and_lets_go() {
        let kinds: Vec<MouseEventKind> =
            events(b"\x1b[<0;3;2M\x1b[<32;4;2M\x1b[<0;4;2m\x1b[<65;1;1M")
                .into_iter()
                .filter_map(|event| match event {
                    Event::Mouse(mouse) => Some(mouse.kind),
                    _ => None,
                })
                .collect();
        assert_eq!(
            kinds,
            [
                MouseEventKind::Down(MouseButton::Left),
                MouseEventKind::Drag(MouseButton::Left),
                MouseEventKind::Up(MouseButton::Left),
                MouseEventKind::ScrollDown,
            ]
        );
    }

    proptest! {
        #[test]
        fn any_cut_of_the_bytes_gives_the_same(
            text in "[a-c退款😀]{0,12}", cuts in prop::collection::vec(0usize..60, 0..6),
        ) {
            let bytes = format!("{text}\x1b[200~{text}\r{text}\x1b[201~\x1b[1;5D{text}\x1b[<0;9;9Mz");
            let (mut decoder, mut out) = (Decoder::default(), Vec::new());
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            for pair in cuts.windows(2) {
                decoder.feed(&bytes.as_bytes()[pair[0]..pair[1]], &mut out);
            }
            prop_assert_eq!(out, events(bytes.as_bytes()));
        }

        #[test]
        fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            events(&bytes);
        }
    }
}
