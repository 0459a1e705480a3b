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

use table::{Look, Table};

/// A format in which tables and documents leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For spreadsheets: UTF-8 with BOM, every field quoted.
    Csv,
    /// For programs.
    Json,
    /// For chats and wikis.
    Markdown,
    /// For the printer: one file without scripts or remote parts.
    Html,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 4] = [Self::Csv, Self::Json, Self::Markdown, Self::Html];

    /// Returns the word on the command line, also the end of file names.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
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

/// Returns a table as the text of a file.
#[must_use]
pub fn write(table: &Table, format: Format, look: &Look<'_>) -> String {
    match format {
        Format::Csv => csv::write(table, look),
        Format::Json => json::write(table),
        Format::Markdown => markdown::write(table, look),
        Format::Html => html::write(table, look),
    }
}
