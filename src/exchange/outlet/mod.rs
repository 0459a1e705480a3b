//! Tables and documents out: one table, several formats, every text made harmless for the
//! program that will open it.

pub mod csv;
pub mod document;
pub mod export;
pub mod handover;
pub mod html;
pub mod json;
pub mod markdown;
pub mod table;
pub mod xlsx;

use table::{Look, Table};

use crate::problem::Problem;

/// A format in which tables and documents leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For spreadsheets: UTF-8 with BOM, every field quoted.
    Csv,
    /// For spreadsheets, by a double click: typed cells, nothing in them a formula.
    Xlsx,
    /// For programs.
    Json,
    /// For chats and wikis.
    Markdown,
    /// For the printer: one file without scripts or remote parts.
    Html,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 5] = [
        Self::Csv,
        Self::Xlsx,
        Self::Json,
        Self::Markdown,
        Self::Html,
    ];

    /// Returns the word on the command line, also the end of file names.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::Markdown => "md",
            Self::Html => "html",
        }
    }

    /// Returns the format that a word or a file's ending names.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            "json" => Some(Self::Json),
            "md" | "markdown" => Some(Self::Markdown),
            "html" | "htm" => Some(Self::Html),
            _ => None,
        }
    }

    /// Returns the format that a file's name asks for.
    #[must_use]
    pub fn of_file(path: &std::path::Path) -> Option<Self> {
        path.extension()?.to_str().and_then(Self::of)
    }
}

/// Returns a table as the bytes of a file that is made at this time (milliseconds UTC).
///
/// Fails where a format cannot hold that many rows.
pub fn write(
    table: &Table,
    format: Format,
    look: &Look<'_>,
    made: i64,
) -> Result<Vec<u8>, Problem> {
    Ok(match format {
        Format::Csv => csv::write(table, look).into_bytes(),
        Format::Xlsx => xlsx::write(table, look, made)?,
        Format::Json => json::write(table).into_bytes(),
        Format::Markdown => markdown::write(table, look).into_bytes(),
        Format::Html => html::write(table, look).into_bytes(),
    })
}
