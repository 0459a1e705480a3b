use super::*;
use crate::tui::clipboard::Road;
use crate::tui::keys::{Code, Key};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::cell::Cell;
use std::thread;

/// Counts keys and shows the count.
#[derive(Default)]
struct Counter {
    keys: usize,
    wakes: Vec<u32>,
    signals: Vec<Signal>,
    copied: usize,
    pasted: String,
    drawn: Cell<usize>,
    /// How many frames were drawn before each wake.
    drawn_before: Vec<usize>,
}

impl App for Counter {
    type Background = &'static str;

    fn update(&mut self, message: Message<&'static str>) -> Effects {
        match message {
            Message::Input(Input::Key(press)) => match press.key.code {
                Code::Char('q') => Effects::none().and(Effect::Quit),
                Code::Char('w') => Effects::draw().and(Effect::Wake(7, Duration::from_millis(5))),
                Code::Char('z') => Effects::draw().and(Effect::Wake(8, Duration::ZERO)),
                Code::Char('v') => Effects::none().and(Effect::Paste),
                Code::Char('y') => Effects::none().and(Effect::Copy("文".into())),
                _ => {
                    self.keys += 1;
                    Effects::draw()
                }
            },
            Message::Input(Input::Paste(text)) => {
                self.pasted = text;
                Effects::draw()
            }
            Message::Pasted(Pasted::Text(text)) => {
                self.pasted = text;
                Effects::draw()
            }
            Message::Wake(token) => {
                self.wakes.push(token);
                self.drawn_before.push(self.drawn.get());
                Effects::none().and(Effect::Quit)
            }
            Message::Signal(signal) => {
                self.signals.push(signal);
                Effects::none()
            }
            Message::Copied(_) => {
                self.copied += 1;
                Effects::none()
            }
            Message::Background("quit") => Effects::none().and(Effect::Quit),
            _ => Effects::none(),
        }
    }

    fn view(&self, frame: &mut Frame<'_>) -> Option<Position> {
        self.drawn.set(self.drawn.get() + 1);
        frame
            .buffer_mut()
            .set_string(0, 0, self.keys.to_string(), ratatui::style::Style::new());
        Some(Position::new(1, 0))
    }

    fn next_tick(&self) -> Duration {
        Duration::from_mins(1)
    }
}

struct Paper {
    terminal: Terminal<TestBackend>,
    frames: usize,
    fail: bool,
    resumed: usize,
}

impl Paper {
    fn new() -> Self {
        let terminal = Terminal::new(TestBackend::new(10, 1)).unwrap();
        Self {
            terminal,
            frames: 0,
            fail: false,
            resumed: 0,
        }
    }
}

impl Surface for Paper {
    fn draw(&mut self, view: &mut dyn FnMut(&mut Frame<'_>) -> Option<Position>) -> io::Result<()> {
        if self.fail {
            return Err(io::Error::other("gone"));
        }
        self.frames += 1;
        self.terminal
            .draw(|frame| {
                view(frame);
            })
            .map(|_| ())
            .map_err(|_| io::Error::other("never"))
    }
    fn redraw(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn bell(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn title(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
    fn copy(&mut self, _: &str) -> Copied {
        Copied {
            road: Road::Native,
            sure: true,
        }
    }
    fn paste(&mut self) -> Pasted {
        Pasted::Text("贴".into())
    }
    fn mouse(&mut self, _: bool) -> io::Result<()> {
        Ok(())
    }
    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn resume(&mut self) -> io::Result<()> {
        self.resumed += 1;
        Ok(())
    }
}

fn key(c: char) -> Event {
    Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))
}

fn run(keys: &str) -> (Counter, Paper) {
    let (outbox, feed) = channel();
    for c in keys.chars() {
        outbox.event(key(c), Instant::now());
    }
    let (mut app, mut paper) = (Counter::default(), Paper::new());
    drive(&mut app, &mut paper, &feed, Translator::new(false)).unwrap();
    (app, paper)
}

#[test]
fn what_the_clipboard_holds_comes_back_as_a_message() {
    assert_eq!(run("vq").0.pasted, "贴");
}

#[test]
fn two_thousand_keys_are_all_taken_and_few_frames_drawn() {
    let (app, paper) = run(&("j".repeat(2000) + "q"));
    assert_eq!(app.keys, 2000);
    assert!(paper.frames < 100, "{} frames", paper.frames);
}

#[test]
fn wakes_come_after_their_time() {
    let (app, _) = run("w");
    assert_eq!(app.wakes, [7]);
}

#[test]
fn what_is_asked_for_at_once_comes_after_the_screen_as_it_is_then() {
    let (app, _) = run("z");
    assert_eq!((app.wakes, app.drawn_before), (vec![8], vec![2]));
}

#[test]
fn the_outcome_of_a_copy_comes_back() {
    assert_eq!(run("yq").0.copied, 1);
}

#[test]
fn a_lost_channel_or_a_dead_screen_ends_the_loop() {
    let (outbox, feed) = channel();
    drop(outbox);
    let (mut app, mut paper) = (Counter::default(), Paper::new());
    drive(&mut app, &mut paper, &feed, Translator::new(false)).unwrap();
    assert_eq!(app.signals, [Signal::Gone]);

    let (_outbox, feed) = channel();
    paper.fail = true;
    let problem = drive(&mut app, &mut paper, &feed, Translator::new(false)).unwrap_err();
    assert_eq!(problem.message, "tui-terminal-gone");
    assert_eq!(app.signals, [Signal::Gone, Signal::Gone]);
}

#[test]
fn signals_reach_the_application() {
    let (outbox, feed) = channel();
    outbox.signal(RawSignal::Resumed);
    outbox.signal(RawSignal::End);
    outbox.event(key('j'), Instant::now());
    let (mut app, mut paper) = (Counter::default(), Paper::new());
    drive(&mut app, &mut paper, &feed, Translator::new(false)).unwrap();
    assert_eq!(app.signals, [Signal::Resumed, Signal::End]);
    assert_eq!((app.keys, paper.resumed), (0, 1));
}

#[test]
fn workers_reach_the_loop_and_held_bursts_are_let_go() {
    let (outbox, feed) = channel();
    for event in [
        key('a'),
        Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)),
    ] {
        outbox.event(event, Instant::now());
    }
    let later = outbox.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(80));
        later.post("quit");
    });
    let (mut app, mut paper) = (Counter::default(), Paper::new());
    drive(&mut app, &mut paper, &feed, Translator::new(true)).unwrap();
    assert_eq!(app.pasted, "a\n");
    assert_eq!(Key::plain(Code::Enter).to_string(), "Enter");
}
