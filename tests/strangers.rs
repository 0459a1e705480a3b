//! Whoever has a bundle can pass it on altered, and anybody can make one: it costs the shop
//! nothing for good, neither what its people wrote nor the room for what they will send.
#![allow(dead_code, clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/archive.rs"]
mod archive;
#[path = "strangers/files.rs"]
mod files;
#[path = "strangers/flood.rs"]
mod flood;
#[path = "money/shop.rs"]
mod shop;
#[path = "strangers/stripped.rs"]
mod stripped;
