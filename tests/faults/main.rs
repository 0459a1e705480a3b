//! What was acknowledged survives: kill -9, power cuts, writes that fail, full disks, imports
//! that are broken off, two processes at once, flipped bits.
//!
//! The short forms run by default. The long ones are chosen by the environment, and `.ci/soak`
//! runs them: `ZHIBAN_KILLS=1000` (`kill9_storm`, short 40), `ZHIBAN_IMAGES=2000`
//! (`powercut_replay`, short 100), `ZHIBAN_EVERY_POINT=1` (`io_fault_sweep`, short every third),
//! `ZHIBAN_STEPS=64` (`enospc_sweep`, short 8), `ZHIBAN_POINTS=500` (`import_killed`, short 60),
//! `ZHIBAN_LARGE_POINTS=40` (`large_chunks_killed`, short 4), `ZHIBAN_FLIPS=2000`
//! (`tamper_sweep`, short 300). Each test prints its figures in one line; `--nocapture` shows
//! them.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

#[path = "../support/drill.rs"]
mod drill;
#[path = "../support/sample.rs"]
mod sample;
#[path = "../support/mod.rs"]
mod support;

mod cut;
#[cfg(target_os = "linux")]
mod full;
mod screen;
mod script;
mod storm;
mod sweep;
mod tamper;
mod vfs;

/// Returns how often a test does what it does: the long form's number, else the short one's.
pub fn times(variable: &str, short: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(short)
}

/// Returns a folder in memory where there is one: what is tested here is not the disk.
pub fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}
