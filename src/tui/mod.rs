//! The terminal: `Message -> update(&mut State) -> Effects -> view(&State, &mut Frame)`.
//!
//! * `run` is the loop, `guard` takes the terminal and gives it back, `pen` writes cells,
//!   `clipboard` brings text out, `open` puts the three together;
//! * `probe` finds out for `doctor` what this terminal can do;
//! * `first` begins or joins a shop where there is none yet;
//! * `indexer` lets the search index follow in a thread of its own;
//! * `keys` turns events into input, `commands` lists what can be asked for,
//!   `keymap` says which key asks for it;
//! * `theme` holds styles by meaning, `widgets` draw without any state of ours.

pub mod app;
pub mod clipboard;
pub mod commands;
pub mod dump;
pub mod first;
pub mod guard;
pub mod indexer;
pub mod jobs;
pub mod keymap;
pub mod keys;
pub mod live;
pub mod open;
pub mod overlays;
pub mod pane;
pub mod panes;
pub mod pen;
pub mod picture;
pub mod probe;
pub mod road;
pub mod run;
pub mod theme;
pub mod widgets;
pub mod words;
pub mod workers;
