//! The roads to the clipboard: the system's own, OSC 52 through the terminal, or
//! a plain screen to select from.
//!
//! One of the three files that know the operating system.

use std::env;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::config::Road as Wish;
use crate::text::clean;

/// Terminals cut longer OSC 52 strings off without a word.
const LONGEST_OSC52: usize = 74_000;

/// How a text left the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Road {
    /// The clipboard of the system.
    Native,
    /// Handed to the terminal, which does not say whether it took it.
    Osc52,
    /// Nothing took it: show the plain screen.
    Plain,
}

/// What became of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The road that was taken.
    pub road: Road,
    /// Known to have arrived.
    pub sure: bool,
}

/// What the clipboard held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pasted {
    /// A picture, as a PNG file.
    Picture(Vec<u8>),
    /// Text.
    Text(String),
    /// Nothing of either.
    Nothing,
    /// It cannot be read from here: another machine's screen, or none.
    Unreachable,
}

/// What the surroundings allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// A system clipboard of the person's own screen may be there.
    pub native: bool,
    /// The terminal may know OSC 52.
    pub osc52: bool,
    /// GNU screen, which hands escapes on only when wrapped.
    pub screen: bool,
}

impl Surroundings {
    /// Reads them from the environment.
    pub fn here() -> Self {
        let own_screen = cfg!(windows) || cfg!(target_os = "macos");
        Self::of(
            |name| env::var(name).ok().filter(|value| !value.is_empty()),
            own_screen,
        )
    }

    /// The same from given variables; `own_screen` where no display variable is needed.
    fn of(variable: impl Fn(&str) -> Option<String>, own_screen: bool) -> Self {
        let remote = variable("SSH_TTY").is_some() || variable("SSH_CONNECTION").is_some();
        let display = variable("DISPLAY").is_some() || variable("WAYLAND_DISPLAY").is_some();
        let term = variable("TERM").unwrap_or_default();
        Self {
            native: !remote && (own_screen || display),
            osc52: !matches!(term.as_str(), "linux" | "dumb"),
            screen: term.starts_with("screen") && variable("TMUX").is_none(),
        }
    }
}

/// The clipboard; kept for the life of the program, because on X11 the program
/// that copied must stay to hand the text out.
pub struct Clipboard {
    wish: Wish,
    surroundings: Surroundings,
    native: Option<arboard::Clipboard>,
    given_up: bool,
}

impl Clipboard {
    /// A clipboard by the person's wish.
    pub fn new(wish: Wish, surroundings: Surroundings) -> Self {
        Self {
            wish,
            surroundings,
            native: None,
            given_up: false,
        }
    }

    /// Copies what can be seen of a text: what is pasted elsewhere is what was read here. What
    /// is returned beside the outcome must be written to the terminal.
    pub fn copy(&mut self, text: &str) -> (Copied, Option<String>) {
        let text = &*clean::typed(text);
        let may_native =
            self.wish == Wish::Native || (self.wish == Wish::Auto && self.surroundings.native);
        if may_native && self.copy_native(text) {
            return (
                Copied {
                    road: Road::Native,
                    sure: true,
                },
                None,
            );
        }
        let may_osc52 =
            self.wish == Wish::Osc52 || (self.wish == Wish::Auto && self.surroundings.osc52);
        if may_osc52 && let Some(sequence) = osc52(text, self.surroundings.screen) {
            return (
                Copied {
                    road: Road::Osc52,
                    sure: false,
                },
                Some(sequence),
            );
        }
        (
            Copied {
                road: Road::Plain,
                sure: false,
            },
            None,
        )
    }

    /// What the system's clipboard holds, where it may be read at all: offered on
    /// F2 with an empty line, never polled.
    pub fn offered(&mut self) -> Option<String> {
        if self.wish == Wish::Auto && self.surroundings.native {
            self.open().and_then(|clipboard| clipboard.get_text().ok())
        } else {
            None
        }
    }

    /// Reads the system's clipboard, because the person asks: its text, else its picture.
    pub fn paste(&mut self) -> Pasted {
        let may_native =
            self.wish == Wish::Native || (self.wish == Wish::Auto && self.surroundings.native);
        let Some(clipboard) = self.open().filter(|_| may_native) else {
            return Pasted::Unreachable;
        };
        if let Ok(text) = clipboard.get_text()
            && !text.is_empty()
        {
            return Pasted::Text(text);
        }
        let picture = clipboard.get_image().ok();
        picture
            .and_then(|one| png_of(one.width, one.height, &one.bytes))
            .map_or(Pasted::Nothing, Pasted::Picture)
    }

    /// Puts a word into the system's clipboard, reads it back, and puts back the text that was
    /// there; returns whether it came back, none where the system's clipboard is not the road.
    pub fn round_trip(&mut self, word: &str) -> Option<bool> {
        let may_native =
            self.wish == Wish::Native || (self.wish == Wish::Auto && self.surroundings.native);
        if !may_native {
            return None;
        }
        let Some(clipboard) = self.open() else {
            return Some(false);
        };
        let before = clipboard.get_text().ok();
        let came_back =
            clipboard.set_text(word).is_ok() && clipboard.get_text().is_ok_and(|text| text == word);
        if let Some(before) = before {
            // What cannot be put back was lost to whoever copied meanwhile.
            let _ = clipboard.set_text(before);
        }
        Some(came_back)
    }

    fn copy_native(&mut self, text: &str) -> bool {
        self.open()
            .is_some_and(|clipboard| clipboard.set_text(text).is_ok())
    }

    /// Opened at the first use only: connecting to a display takes time.
    fn open(&mut self) -> Option<&mut arboard::Clipboard> {
        if self.native.is_none() && !self.given_up {
            match arboard::Clipboard::new() {
                Ok(clipboard) => self.native = Some(clipboard),
                Err(_) => self.given_up = true,
            }
        }
        self.native.as_mut()
    }
}

/// Returns the PNG file of a picture of red, green, blue and alpha; none where the bytes are not
/// as many as its sides say.
fn png_of(width: usize, height: usize, pixels: &[u8]) -> Option<Vec<u8>> {
    let sides = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, sides.0, sides.1);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(pixels).ok()?;
    writer.finish().ok()?;
    Some(file)
}

/// The sequence that hands text to the terminal, where it is not too long.
fn osc52(text: &str, screen: bool) -> Option<String> {
    let payload = STANDARD.encode(text);
    if payload.len() > LONGEST_OSC52 {
        return None;
    }
    Some(if screen {
        format!("\x1bP\x1b]52;c;{payload}\x07\x1b\\")
    } else {
        format!("\x1b]52;c;{payload}\x07")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surroundings(set: &[(&str, &str)]) -> Surroundings {
        Surroundings::of(
            |name| {
                set.iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| (*value).to_owned())
            },
            false,
        )
    }

    #[test]
    fn over_ssh_or_without_display_the_system_is_not_asked() {
        assert!(!surroundings(&[("DISPLAY", ":0"), ("SSH_TTY", "/dev/pts/1")]).native);
        assert!(!surroundings(&[("TERM", "xterm")]).native);
        assert!(surroundings(&[("DISPLAY", ":0")]).native);
        assert!(surroundings(&[("WAYLAND_DISPLAY", "wayland-0")]).native);
        assert!(!surroundings(&[("TERM", "linux")]).osc52);
    }

    #[test]
    fn over_ssh_nothing_can_be_pasted_by_key() {
        let mut far = Clipboard::new(Wish::Auto, surroundings(&[("SSH_TTY", "/dev/pts/1")]));
        assert_eq!(far.paste(), Pasted::Unreachable);
        let mut plain = Clipboard::new(Wish::Plain, surroundings(&[("DISPLAY", ":0")]));
        assert_eq!(plain.paste(), Pasted::Unreachable);
    }

    #[test]
    fn a_picture_becomes_a_file_that_gives_it_back() {
        let pixels: Vec<u8> = (0..3 * 2 * 4).map(|byte| byte * 9).collect();
        let file = png_of(3, 2, &pixels).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&file))
            .read_info()
            .unwrap();
        let mut read = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut read).unwrap();
        assert_eq!((frame.width, frame.height), (3, 2));
        assert_eq!(read[..frame.buffer_size()], pixels);
        assert!(png_of(3, 3, &pixels).is_none(), "too few pixels");
        assert!(png_of(0, 0, &[]).is_none(), "no picture");
    }

    #[test]
    fn the_terminal_gets_base64() {
        let mut clipboard = Clipboard::new(Wish::Auto, surroundings(&[("TERM", "xterm")]));
        let (copied, sequence) = clipboard.copy("您好\x1b]52;c;!\x07");
        assert_eq!(
            copied,
            Copied {
                road: Road::Osc52,
                sure: false
            }
        );
        let sequence = sequence.unwrap();
        let payload = sequence
            .strip_prefix("\x1b]52;c;")
            .unwrap()
            .strip_suffix('\x07')
            .unwrap();
        assert_eq!(STANDARD.decode(payload).unwrap(), "您好]52;c;!".as_bytes());
    }

    #[test]
    fn screen_wraps_and_tmux_does_not() {
        let in_screen = surroundings(&[("TERM", "screen-256color")]);
        let mut clipboard = Clipboard::new(Wish::Auto, in_screen);
        assert!(clipboard.copy("a").1.unwrap().starts_with("\x1bP"));
        assert!(!surroundings(&[("TERM", "screen"), ("TMUX", "x")]).screen);
    }

    #[test]
    fn what_nothing_takes_goes_to_the_plain_screen() {
        let mut console = Clipboard::new(Wish::Auto, surroundings(&[("TERM", "linux")]));
        assert_eq!(console.copy("a").0.road, Road::Plain);
        let mut long = Clipboard::new(Wish::Auto, surroundings(&[("TERM", "xterm")]));
        assert_eq!(long.copy(&"长".repeat(40_000)).0.road, Road::Plain);
        let mut plain = Clipboard::new(Wish::Plain, surroundings(&[("DISPLAY", ":0")]));
        assert_eq!(
            plain.copy("a").0,
            Copied {
                road: Road::Plain,
                sure: false
            }
        );
    }
}
