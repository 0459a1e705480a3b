//! A terminal program from first to last: take the terminal, run, give it back.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;

use ratatui::crossterm::terminal;
use ratatui::layout::Size;

use super::clipboard::{Clipboard, Surroundings};
use super::guard::{self, Guard};
use super::keys::Translator;
use super::run::{self, App, Message, Outbox, Signal};
use crate::config::Config;
use crate::i18n::{Arg, Language, Words};
use crate::problem::Problem;

/// Runs an application on this terminal until it quits.
///
/// `make` builds it from the way back into the loop for its workers and from the
/// terminal's size, before the terminal is taken: what goes wrong there is told
/// on an ordinary screen. `crashes` is the folder for crash files.
pub fn open<A: App>(
    config: &Config,
    language: Language,
    crashes: PathBuf,
    make: impl FnOnce(Outbox<A::Background>, Size) -> Result<A, Problem>,
) -> Result<(), Problem> {
    let (outbox, feed) = run::channel();
    // Without an answer the size comes with the first frame's layout.
    let size = terminal::size().map_or(Size::new(80, 24), |(columns, rows)| {
        Size::new(columns, rows)
    });
    let mut app = make(outbox.clone(), size)?;
    let mut guard = Guard::take(guard::Options {
        mouse: config.screen.mouse,
        crashes,
        crash_words: Box::new(move |path| {
            let path = Arg::Text(path.display().to_string().into());
            Words::new(language).with("tui-crash", &[("path", path)])
        }),
        clipboard: Clipboard::new(config.clipboard.road, Surroundings::here()),
    })?;
    guard::watch_signals(outbox.clone())?;
    guard::read_input(outbox)?;
    let translator = Translator::new(guard::joins_bursts(config.screen.paste));
    let run = AssertUnwindSafe(|| run::drive(&mut app, &mut guard, &feed, translator));
    match catch_unwind(run) {
        Ok(outcome) => outcome,
        Err(panic) => {
            // The terminal is given back and the person told by now. What they typed lies in
            // the state as it was before the message that broke; nothing else of it is used.
            let keep = || app.update(Message::Signal(Signal::Gone));
            let _ = catch_unwind(AssertUnwindSafe(keep));
            resume_unwind(panic)
        }
    }
}
