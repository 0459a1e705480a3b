//! How far a long command is: one line on standard error, on a terminal only.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use super::out::Out;
use crate::i18n::Arg;
use crate::text::clean;

/// The least time between two states of the line.
const BETWEEN: Duration = Duration::from_millis(100);

/// The line of a command; it goes when the command ends.
pub(super) struct ProgressLine<'a> {
    out: &'a Out,
    shown: Option<Instant>,
    is_watched: bool,
}

impl<'a> ProgressLine<'a> {
    /// Returns a line that is shown where somebody looks at a terminal and did not ask for
    /// silence.
    pub fn new(out: &'a Out) -> Self {
        Self {
            is_watched: io::stderr().is_terminal() && !out.quiet,
            out,
            shown: None,
        }
    }

    /// Shows a message of the words, at most ten times a second.
    pub fn show(&mut self, id: &str, args: &[(&str, Arg<'_>)]) {
        if !self.is_watched || self.shown.is_some_and(|at| at.elapsed() < BETWEEN) {
            return;
        }
        self.shown = Some(Instant::now());
        self.write(&self.out.words.with(id, args));
    }

    fn write(&self, text: &str) {
        // Whoever closed the terminal looks at no progress.
        let _ = write!(io::stderr(), "\r\x1b[K{}", clean::line(text));
    }
}

impl Drop for ProgressLine<'_> {
    fn drop(&mut self) {
        if self.shown.is_some() {
            self.write("");
        }
    }
}
