//! zhiban, the workstation of a customer-service agent: the map of the house.
//!
//! Imports point down only (`tests/architecture.rs` holds it):
//!
//! ```text
//! text, domain  <-  store  <-  exchange  <-  desk  <-  tui, cli
//! ```
//!
//! `problem`, `config`, `i18n` and `chance` sit under all of them.
//!
//! To add a register touch three places: its declaration in
//! `src/domain/registers/`, one line in `src/domain/registers/mod.rs`, and its
//! words in `assets/i18n/`. List, form, search, import, export, verify and help
//! follow from the declaration.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

/// Of the library, so that tests and benches run with what the program runs with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod chance;
pub mod cli;
pub mod config;
pub mod desk;
pub mod domain;
pub mod exchange;
pub mod i18n;
pub mod problem;
pub mod store;
pub mod text;
pub mod tui;
