//! What sort of file it is: by its first bytes and its shape, the name only helps.

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Lines of cells, divided by commas, tabs or semicolons.
    Table,
    /// One JSON value.
    Json,
    /// One JSON object a line.
    JsonLines,
    /// TOML.
    Toml,
    /// YAML (espanso).
    Yaml,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Orders, with or without their lines.
    Orders,
    /// Lines of orders.
    Items,
    /// The platform's refunds.
    Refunds,
    /// Parcels.
    Parcels,
    /// Reviews.
    Reviews,
    /// Conversations.
    Conversations,
    /// Canned replies.
    Replies,
    /// What each agent came to on a day.
    Scores,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Orders,
        Self::Items,
        Self::Refunds,
        Self::Parcels,
        Self::Reviews,
        Self::Conversations,
        Self::Replies,
        Self::Scores,
    ];

    /// Its word on the command line and in profiles.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Items => "items",
            Self::Refunds => "refunds",
            Self::Parcels => "parcels",
            Self::Reviews => "reviews",
            Self::Conversations => "conversations",
            Self::Replies => "replies",
            Self::Scores => "scores",
        }
    }

    /// Reads a word, singular or plural.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim().to_ascii_lowercase();
        Self::ALL.into_iter().find(|kind| {
            let name = kind.word();
            name == word
                || name.strip_suffix('s') == Some(&word)
                || (word == "reply" && *kind == Self::Replies)
                || (word == "performance" && *kind == Self::Scores)
        })
    }

    /// The register that its rows belong to.
    #[must_use]
    pub const fn register(self) -> &'static str {
        match self {
            Self::Orders | Self::Items => "order",
            Self::Refunds => "case",
            Self::Parcels => "parcel",
            Self::Reviews => "review",
            Self::Conversations => "conversation",
            Self::Replies => "reply",
            Self::Scores => "performance",
        }
    }
}

/// First bytes of files that are no text.
const MAGIC: &[(&[u8], &str)] = &[
    (b"SQLite format 3\0", "sqlite"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x89PNG\r\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"%PDF-", "pdf"),
    (b"\x7fELF", "program"),
    (b"MZ\x90\0", "program"),
    (b"age-encryption.org/", "age"),
];

/// Names the kind of a file that is no text: `xlsx`, `xls`, `zip`, `sqlite`, `tar` …,
/// or `binary` where there are zero bytes. By its content: names lie.
#[must_use]
pub fn binary(bytes: &[u8]) -> Option<&'static str> {
    if let Some((_, what)) = MAGIC.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Some(what);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Some(zip_kind(bytes));
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Some("tar");
    }
    let wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    if !wide && bytes.contains(&0) {
        return Some("binary");
    }
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start = start.trim_ascii_start();
    let start = start.get(..9).unwrap_or(start).to_ascii_lowercase();
    // Some shops' "xls" exports are pages of markup.
    let page = ["<html", "<!doctype", "<table", "<?xml", "<meta"];
    page.iter()
        .any(|tag| start.starts_with(tag.as_bytes()))
        .then_some("html")
}

fn zip_kind(bytes: &[u8]) -> &'static str {
    // The table of what is in it stands at the end.
    const LOOKED: usize = 1 << 16;
    let head = bytes.get(..4096).unwrap_or(bytes);
    let tail = bytes
        .get(bytes.len().saturating_sub(LOOKED)..)
        .unwrap_or(bytes);
    let holds = |name: &[u8]| {
        [head, tail]
            .iter()
            .any(|part| part.windows(name.len()).any(|window| window == name))
    };
    if holds(b"xl/workbook.bin") {
        "xlsb"
    } else if holds(b"vnd.oasis.opendocument.spreadsheet") {
        "ods"
    } else if holds(b"xl/") {
        "xlsx"
    } else if holds(b"word/") {
        "docx"
    } else {
        "zip"
    }
}

/// What to do with such a file.
#[must_use]
pub fn binary_hint(what: &str) -> &'static str {
    match what {
        "xls" | "xlsb" | "ods" | "html" => "problem-import-sheet-hint",
        "zip" | "gzip" | "bzip2" | "7z" | "rar" | "xz" | "tar" => "problem-import-archive-hint",
        "zstd" | "age" => "problem-import-bundle-hint",
        _ => "problem-import-binary-hint",
    }
}

/// How the text is written, by its shape; the file's name decides only between
/// TOML, YAML and tables.
#[must_use]
pub fn format(text: &str, file_name: &str) -> Format {
    let text = text.trim_start();
    let first = text.lines().next().unwrap_or_default().trim();
    let extension = file_name
        .rsplit_once('.')
        .map(|(_, end)| end.to_ascii_lowercase())
        .unwrap_or_default();
    match extension.as_str() {
        "toml" => return Format::Toml,
        "yml" | "yaml" => return Format::Yaml,
        "jsonl" | "ndjson" => return Format::JsonLines,
        "json" => return Format::Json,
        _ => {}
    }
    if text.starts_with("[[") && first.ends_with("]]") && !first.contains([',', '"']) {
        return Format::Toml;
    }
    if text.starts_with('{') {
        let lines = first.ends_with('}') && first.len() < text.trim_end().len();
        return if lines {
            Format::JsonLines
        } else {
            Format::Json
        };
    }
    if text.starts_with('[') {
        return Format::Json;
    }
    if text
        .lines()
        .take(200)
        .any(|line| line.trim_end() == "matches:")
    {
        return Format::Yaml;
    }
    Format::Table
}

/// Says whether JSON text looks like conversations and not like orders.
#[must_use]
pub fn holds_conversations(text: &str) -> bool {
    let end = text.len().min(1 << 16);
    let end = (0..=end).rev().find(|at| text.is_char_boundary(*at));
    let head = &text[..end.unwrap_or(0)];
    head.contains("\"messages\"") || head.contains("\"conv_id\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binaries_are_named() {
        assert_eq!(
            binary(b"PK\x03\x04....[Content_Types].xml xl/workbook"),
            Some("xlsx")
        );
        assert_eq!(binary(b"PK\x03\x04....readme"), Some("zip"));
        assert_eq!(binary(b"SQLite format 3\0"), Some("sqlite"));
        assert_eq!(binary(b"a\0b"), Some("binary"));
        assert_eq!(binary(b"\xff\xfea\0"), None);
        assert_eq!(binary(b"<HTML><body>"), Some("html"));
        assert_eq!(binary("订单编号".as_bytes()), None);
        let mut tar = vec![b'a'; 600];
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(binary(&tar), Some("tar"));
    }

    #[test]
    fn formats_by_shape() {
        assert_eq!(format("{\"a\":1}\n{\"a\":2}\n", "x"), Format::JsonLines);
        assert_eq!(format("{\n\"a\":1}", "x"), Format::Json);
        assert_eq!(format("[{}]", "x"), Format::Json);
        assert_eq!(format("[[reply]]\ncode = 'a'", "x"), Format::Toml);
        assert_eq!(format("# c\nmatches:\n", "x"), Format::Yaml);
        assert_eq!(format("a,b\n", "x.csv"), Format::Table);
        assert!(holds_conversations("{\"messages\": []}"));
    }

    #[test]
    fn words_of_kinds() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_word(kind.word()), Some(kind));
        }
        assert_eq!(Kind::from_word("order"), Some(Kind::Orders));
        assert_eq!(Kind::from_word("reply"), Some(Kind::Replies));
        assert_eq!(Kind::from_word("performance"), Some(Kind::Scores));
        assert_eq!(Kind::from_word("x"), None);
    }
}
