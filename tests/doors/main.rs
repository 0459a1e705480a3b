//! Hostile files through every door: the command line, the desk's own calls, the workstation's
//! fields, and the real program in a terminal. Nothing panics, nothing raw comes out again, what
//! is refused is named, and the store stays clean.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

#[path = "../support/drill.rs"]
mod drill;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/workbook.rs"]
mod workbook;

mod calls;
mod hostile;
mod line;
mod screen;
#[cfg(unix)]
mod terminal;
