//! The loop: message, update, draw.
//!
//! One thread blocks on the terminal and feeds a channel; here the channel is
//! drained, then drawn, at the latest 16 ms after the oldest input that is not
//! on screen yet. Nothing wakes the loop but input, signals, workers, timers
//! that the application asked for, and the minute.

use std::collections::BTreeMap;
use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use ratatui::Frame;
use ratatui::crossterm::event::Event;
use ratatui::layout::Position;

use super::clipboard::{Copied, Pasted};
use super::guard;
use super::jobs::Job;
use super::keys::{Input, Translator};
use crate::config::Config;
use crate::domain::id::Id;
use crate::problem::{Kind, Problem};

/// The longest that input may wait for its frame while more input comes.
const LATEST_FRAME: Duration = Duration::from_millis(16);

/// What the world tells the application.
#[derive(Debug)]
pub enum Message<B> {
    /// A key, a paste, the mouse, a new size.
    Input(Input),
    /// The minute on the clock changed.
    Tick,
    /// The time asked for by [`Effect::Wake`] has come.
    Wake(u32),
    /// The system speaks.
    Signal(Signal),
    /// The outcome of [`Effect::Copy`].
    Copied(Copied),
    /// The outcome of [`Effect::Paste`].
    Pasted(Pasted),
    /// A worker is done with something.
    Background(B),
}

/// What the system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// End now: keep drafts, then answer with [`Effect::Quit`]. It is sent again never.
    End,
    /// The terminal is gone; as [`Signal::End`], and nothing can be drawn any more.
    Gone,
    /// The process is about to stop, perhaps for ever: keep drafts.
    Suspending,
    /// Back after a suspension.
    Resumed,
}

/// What the application wants of the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// End the loop.
    Quit,
    /// One BEL.
    Bell,
    /// The window's title.
    Title(String),
    /// Text for the clipboard; answered by [`Message::Copied`].
    Copy(String),
    /// What the clipboard holds; answered by [`Message::Pasted`].
    Paste,
    /// Draw every cell again.
    Redraw,
    /// Stop the process until the shell continues it.
    Suspend,
    /// Mouse reporting on or off.
    Mouse(bool),
    /// Send [`Message::Wake`] with this token after that time; replaces an earlier one.
    Wake(u32, Duration),
    /// Forget the wake of this token.
    Rest(u32),
    /// From now on these settings hold.
    Configure(Box<Config>),
}

/// What an update leads to: whether to draw, and what to do, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// The state changed in a way that shows.
    pub draw: bool,
    /// To be done in this order.
    pub list: Vec<Effect>,
    /// Long work to be done beside the loop, in this order; the application starts it.
    pub work: Vec<Job>,
    /// Items that one act took together: their marks have done their work.
    pub settled: Vec<Id>,
}

impl Effects {
    /// Nothing changed.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            draw: false,
            list: Vec::new(),
            work: Vec::new(),
            settled: Vec::new(),
        }
    }

    /// The screen changes, nothing else.
    #[must_use]
    pub const fn draw() -> Self {
        Self {
            draw: true,
            list: Vec::new(),
            work: Vec::new(),
            settled: Vec::new(),
        }
    }

    /// And then this.
    #[must_use]
    pub fn and(mut self, effect: Effect) -> Self {
        self.list.push(effect);
        self
    }

    /// Both, the other's effects after these.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.draw |= other.draw;
        self.list.extend(other.list);
        self.work.extend(other.work);
        self.settled.extend(other.settled);
        self
    }
}

/// A program that runs in the loop.
pub trait App {
    /// What its workers send.
    type Background: Send + 'static;

    /// What is wanted of the world before the first message.
    fn begin(&mut self) -> Effects {
        Effects::none()
    }

    /// Takes a message; does no drawing.
    fn update(&mut self, message: Message<Self::Background>) -> Effects;

    /// Draws the state and says where the caret is, which anchors the input method.
    fn view(&self, frame: &mut Frame<'_>) -> Option<Position>;

    /// Time until the minute on screen changes.
    fn next_tick(&self) -> Duration;
}

/// What the loop draws on and acts through: a terminal, or a test's stand-in.
pub trait Surface {
    /// Draws one frame; the closure gives the caret.
    fn draw(&mut self, view: &mut dyn FnMut(&mut Frame<'_>) -> Option<Position>) -> io::Result<()>;
    /// Forgets what is on screen, so that the next frame is drawn whole.
    fn redraw(&mut self) -> io::Result<()>;
    /// One BEL.
    fn bell(&mut self) -> io::Result<()>;
    /// Sets the window's title.
    fn title(&mut self, title: &str) -> io::Result<()>;
    /// Brings text to the clipboard.
    fn copy(&mut self, text: &str) -> Copied;
    /// Takes the roads that other settings name.
    fn configure(&mut self, _config: &Config) {}
    /// Reads the clipboard.
    fn paste(&mut self) -> Pasted;
    /// Mouse reporting on or off.
    fn mouse(&mut self, on: bool) -> io::Result<()>;
    /// Stops the process; returns when it goes on.
    fn suspend(&mut self) -> io::Result<()>;
    /// Takes the terminal again after somebody else had it.
    fn resume(&mut self) -> io::Result<()>;
}

/// What the channel carries.
#[derive(Debug)]
pub enum Feed<B> {
    /// A terminal event and when it arrived.
    Event(Event, Instant),
    /// A signal.
    Signal(RawSignal),
    /// From a worker.
    Background(B),
}

/// Signals before the loop dealt with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawSignal {
    /// HUP, TERM, INT or QUIT.
    End,
    /// No more input can come.
    Gone,
    /// TSTP.
    Suspend,
    /// CONT.
    Resumed,
}

/// The way for workers to send messages into the loop.
#[derive(Debug)]
pub struct Outbox<B>(Sender<Feed<B>>);

impl<B> Clone for Outbox<B> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<B> Outbox<B> {
    /// Sends; false when the loop has ended and the worker may stop.
    pub fn post(&self, background: B) -> bool {
        self.0.send(Feed::Background(background)).is_ok()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: RawSignal) -> bool {
        self.0.send(Feed::Signal(signal)).is_ok()
    }

    /// Sends a terminal event that arrived at `at`.
    pub fn event(&self, event: Event, at: Instant) -> bool {
        self.0.send(Feed::Event(event, at)).is_ok()
    }
}

/// The channel of a loop.
pub fn channel<B>() -> (Outbox<B>, Receiver<Feed<B>>) {
    let (sender, receiver) = mpsc::channel();
    (Outbox(sender), receiver)
}

/// Runs the application until it quits or the terminal is gone.
pub fn drive<A: App>(
    app: &mut A,
    surface: &mut dyn Surface,
    feed: &Receiver<Feed<A::Background>>,
    translator: Translator,
) -> Result<(), Problem> {
    let mut run = Loop {
        app,
        surface,
        translator,
        wakes: BTreeMap::new(),
        tick_at: Instant::now(),
        dirty: true,
        ended: false,
    };
    run.tick_at += run.app.next_tick();
    match run.begin().and_then(|()| run.go(feed)) {
        Ok(()) => Ok(()),
        Err(error) => {
            // Nobody can see it any more: keep what is unsaved, then leave.
            run.app.update(Message::Signal(Signal::Gone));
            Err(Problem::new(Kind::Refused, "tui-terminal-gone").caused_by(error))
        }
    }
}

struct Loop<'a, A: App> {
    app: &'a mut A,
    surface: &'a mut dyn Surface,
    translator: Translator,
    wakes: BTreeMap<u32, Instant>,
    tick_at: Instant,
    dirty: bool,
    ended: bool,
}

impl<A: App> Loop<'_, A> {
    fn begin(&mut self) -> io::Result<()> {
        let effects = self.app.begin();
        self.follow(effects)
    }

    fn go(&mut self, feed: &Receiver<Feed<A::Background>>) -> io::Result<()> {
        while !self.ended {
            if self.dirty {
                self.draw()?;
            }
            let wait = self
                .next_deadline()
                .saturating_duration_since(Instant::now());
            match feed.recv_timeout(wait) {
                Ok(first) => self.drain(first, feed)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => self.take(Feed::Signal(RawSignal::Gone))?,
            }
            self.timers()?;
        }
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        let app = &*self.app;
        self.surface.draw(&mut |frame| app.view(frame))?;
        self.dirty = false;
        Ok(())
    }

    fn next_deadline(&self) -> Instant {
        let wake = self.wakes.values().min().copied();
        let settle = self.translator.deadline();
        [wake, settle]
            .into_iter()
            .flatten()
            .fold(self.tick_at, Instant::min)
    }

    /// Takes what is queued, but not for longer than a frame may wait.
    fn drain(
        &mut self,
        first: Feed<A::Background>,
        feed: &Receiver<Feed<A::Background>>,
    ) -> io::Result<()> {
        let begun = Instant::now();
        let mut next = Some(first);
        while let Some(item) = next {
            self.take(item)?;
            if self.ended || (self.dirty && begun.elapsed() >= LATEST_FRAME) {
                return Ok(());
            }
            next = feed.try_recv().ok();
        }
        Ok(())
    }

    fn take(&mut self, item: Feed<A::Background>) -> io::Result<()> {
        match item {
            Feed::Background(background) => self.tell(Message::Background(background)),
            Feed::Signal(signal) => self.signal(signal),
            Feed::Event(event, at) => {
                let mut inputs = Vec::new();
                self.translator.take(event, at, &mut inputs);
                self.inputs(inputs)
            }
        }
    }

    fn inputs(&mut self, inputs: Vec<Input>) -> io::Result<()> {
        for input in inputs {
            self.dirty |= matches!(input, Input::Resize(..));
            self.tell(Message::Input(input))?;
            if self.ended {
                break;
            }
        }
        Ok(())
    }

    fn signal(&mut self, signal: RawSignal) -> io::Result<()> {
        match signal {
            RawSignal::End => self.finish(Signal::End),
            RawSignal::Gone => self.finish(Signal::Gone),
            RawSignal::Suspend => {
                self.tell(Message::Signal(Signal::Suspending))?;
                self.act(Effect::Suspend)?;
            }
            RawSignal::Resumed => self.resumed()?,
        }
        Ok(())
    }

    /// The application keeps its drafts; whatever it answers, the loop ends.
    fn finish(&mut self, signal: Signal) {
        self.app.update(Message::Signal(signal));
        self.ended = true;
    }

    fn resumed(&mut self) -> io::Result<()> {
        self.surface.resume()?;
        self.dirty = true;
        self.tick_at = Instant::now() + self.app.next_tick();
        self.tell(Message::Signal(Signal::Resumed))
    }

    fn timers(&mut self) -> io::Result<()> {
        let now = Instant::now();
        let mut inputs = Vec::new();
        self.translator.settle(now, &mut inputs);
        self.inputs(inputs)?;
        let due: Vec<u32> = self
            .wakes
            .iter()
            .filter(|(_, at)| **at <= now)
            .map(|(token, _)| *token)
            .collect();
        // What waits for a time may wait for the screen to stand.
        if !due.is_empty() && self.dirty && !self.ended {
            self.draw()?;
        }
        for token in due {
            self.wakes.remove(&token);
            self.tell(Message::Wake(token))?;
        }
        if now >= self.tick_at {
            // Never in the past, so that a clock set back cannot make a spin.
            self.tick_at = now + self.app.next_tick().max(Duration::from_millis(50));
            self.tell(Message::Tick)?;
        }
        Ok(())
    }

    fn tell(&mut self, message: Message<A::Background>) -> io::Result<()> {
        if self.ended {
            return Ok(());
        }
        let effects = self.app.update(message);
        self.follow(effects)
    }

    fn follow(&mut self, effects: Effects) -> io::Result<()> {
        self.dirty |= effects.draw;
        for effect in effects.list {
            self.act(effect)?;
        }
        Ok(())
    }

    fn act(&mut self, effect: Effect) -> io::Result<()> {
        match effect {
            Effect::Quit => self.ended = true,
            Effect::Bell => self.surface.bell()?,
            Effect::Title(title) => self.surface.title(&title)?,
            Effect::Mouse(on) => self.surface.mouse(on)?,
            Effect::Redraw => {
                self.surface.redraw()?;
                self.dirty = true;
            }
            Effect::Suspend => {
                self.surface.suspend()?;
                self.dirty = true;
            }
            Effect::Copy(text) => {
                let copied = self.surface.copy(&text);
                self.tell(Message::Copied(copied))?;
            }
            Effect::Paste => {
                let pasted = self.surface.paste();
                self.tell(Message::Pasted(pasted))?;
            }
            Effect::Wake(token, after) => {
                self.wakes.insert(token, Instant::now() + after);
            }
            Effect::Rest(token) => {
                self.wakes.remove(&token);
            }
            Effect::Configure(config) => {
                self.translator
                    .join(guard::joins_bursts(config.screen.paste));
                self.surface.configure(&config);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
