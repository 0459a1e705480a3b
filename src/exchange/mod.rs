//! All that crosses the edge of the machine as files.

pub mod bundle;
pub mod envelope;
pub mod intake;
pub mod join;
pub mod outlet;
pub mod reach;

#[cfg(test)]
#[path = "../../tests/support/workbook.rs"]
mod workbook;
