//! A frame of the desk, and a key with its frame, beside a minimal list of as many rows.
#![allow(clippy::pedantic, clippy::unwrap_used)]

mod support;

use std::cell::Cell;

use divan::Bencher;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::{List, ListState};
use support::{Pair, shop};
use zhiban::config::Config;
use zhiban::domain::registers::conversation;
use zhiban::i18n::{Language, Words};
use zhiban::tui::app::Workstation;
use zhiban::tui::keymap::Keymap;
use zhiban::tui::keys::{Input, Key, Press};
use zhiban::tui::run::{App, Message};

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];
const TALKS: u32 = 500;

fn main() {
    support::run();
}

/// Draws what has not changed.
#[divan::bench(args = SIZES, sample_count = 500, sample_size = 1)]
fn still(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    measure(bencher, "a frame", size, &[]);
}

/// Moves the list by one row and draws.
#[divan::bench(args = SIZES, sample_count = 500, sample_size = 1)]
fn key(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    measure(
        bencher,
        "a key and its frame",
        size,
        &["Down", "Down", "Up", "Up"],
    );
}

fn measure(bencher: Bencher<'_, '_>, name: &str, size: (u16, u16), keys: &[&str]) {
    let folder = support::folder();
    let mut app = workstation(folder.path(), size);
    let mut terminal = terminal(size);
    let mut plain = PlainList::new(size);
    let pair = Pair::new(
        format!("{name} of {} x {}", size.0, size.1),
        "processor and wall at most 2",
    );
    let turn = Cell::new(0);
    bencher
        .with_inputs(|| {
            turn.set(turn.get() + 1);
            let key = keys.get(turn.get() % keys.len().max(1)).copied();
            pair.floor(|| plain.draw(key));
            key.map(|key| Message::Input(Input::Key(Press::of(Key::parse(key).unwrap()))))
        })
        .bench_local_values(|message| {
            pair.subject(|| {
                if let Some(message) = message {
                    app.update(message);
                }
                terminal
                    .draw(|frame| {
                        let _ = app.view(frame);
                    })
                    .unwrap();
            });
        });
}

fn terminal((width, height): (u16, u16)) -> Terminal<TestBackend> {
    Terminal::new(TestBackend::new(width, height)).unwrap()
}

fn workstation(folder: &std::path::Path, size: (u16, u16)) -> Workstation {
    let mut desk = shop::desk(&folder.join("data"));
    let me = desk.me().unwrap().id;
    shop::write(&mut desk, &shop::talks(TALKS, 1, me));
    let talk = shop::id(&conversation::REGISTER, 1);
    for text in ["已核实，符合保价", "今天 18:00 前退差价"] {
        desk.remark(talk, text).unwrap();
    }
    let (words, keymap) = (Words::new(Language::ZhCn), Keymap::load(None).0);
    let mut app = Workstation::new(desk, Config::default(), words, keymap, size).unwrap();
    app.update(Message::Input(Input::Resize(size.0, size.1)));
    app
}

/// The least that a list can be: lines of text, one of them chosen.
struct PlainList {
    terminal: Terminal<TestBackend>,
    rows: Vec<String>,
    state: ListState,
}

impl PlainList {
    fn new(size: (u16, u16)) -> Self {
        let row = |n| format!("等 {n:>3}分 买家{n} 在售 什么时候发货？麻烦快一点，谢谢");
        Self {
            terminal: terminal(size),
            rows: (0..TALKS).map(row).collect(),
            state: ListState::default().with_selected(Some(0)),
        }
    }

    fn draw(&mut self, key: Option<&str>) {
        match key {
            Some("Down") => self.state.select_next(),
            Some(_) => self.state.select_previous(),
            None => {}
        }
        let shown = self.rows.iter().map(String::as_str);
        self.terminal
            .draw(|frame| {
                let Rect { height, .. } = frame.area();
                let list = List::new(shown.take(usize::from(height) + 4))
                    .highlight_style(Style::new().add_modifier(Modifier::REVERSED));
                frame.render_stateful_widget(list, frame.area(), &mut self.state);
            })
            .unwrap();
    }
}
