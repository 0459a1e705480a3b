//! The screens of the sample shop: whole pictures of what they show, and that whatever is
//! pressed, pasted or dragged on them does no harm.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

#[path = "../support/mod.rs"]
mod support;

mod asked_for;
mod commands;
mod desk;
mod dumps;
mod evidence;
mod facts;
mod figures;
mod find;
mod follow;
mod gate;
mod guide;
mod hinted;
mod join;
mod judged;
mod kept;
mod marks;
mod narrowed;
mod notices;
mod open_item;
mod outlets;
mod past;
mod pictures;
mod random;
mod replies;
mod reveal;
mod settings;
mod shipped;
mod shop;
mod tables;
mod widths;
mod words;
