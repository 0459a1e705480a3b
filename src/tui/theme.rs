//! Styles by meaning, from `assets/themes`. Colour only repeats what a mark or a
//! word already says.

use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};
use toml::{Table, Value};

use crate::config::Theme as Wished;
use crate::problem::{Kind, Problem};
use crate::text::nearest::nearest;

macro_rules! inks {
    ($($variant:ident $name:literal $doc:literal;)*) => {
        /// What a piece of text means.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum Ink { #[default] $(#[doc = $doc] $variant),* }

        impl Ink {
            /// All meanings.
            pub const ALL: &'static [Ink] = &[$(Ink::$variant),*];

            /// Its name in a theme file.
            pub const fn name(self) -> &'static str {
                match self { $(Ink::$variant => $name),* }
            }
        }
    };
}

inks! {
    Text "text" "Ordinary text.";
    Dim "dim" "What matters less.";
    Title "title" "Title of a section.";
    Frame "frame" "Frame lines.";
    CursorRow "cursor_row" "The row under the cursor, over the row's own style.";
    Selection "selection" "Selected text.";
    Marked "marked" "Rows marked for a common act.";
    Found "found" "The words that were looked for.";
    Overdue "overdue" "Past its deadline.";
    Urgent "urgent" "Near its deadline.";
    Waiting "waiting" "Waiting for us.";
    New "new" "Not yet seen or taken.";
    Left "left" "A message left in our absence.";
    Pending "pending" "Waiting for somebody else.";
    Approve "approve" "Wants an approval.";
    Acknowledge "acknowledge" "Wants an acknowledgement.";
    Conflict "conflict" "A contradiction.";
    Held "held" "In the log and not counted, or outside.";
    In "in" "Said by the customer.";
    Out "out" "Said by us.";
    Internal "internal" "Said among us.";
    System "system" "Said by the platform or the program.";
    Struck "struck" "Taken back.";
    Ok "ok" "Good.";
    Warn "warn" "Look at this.";
    Block "block" "This stops the act.";
    Stale "stale" "Older than its limit.";
    Key "key" "A key in a row of keys.";
    Label "label" "What a key does.";
    Field "field" "The value of a field.";
    FieldLabel "field_label" "The name of a field.";
    Missing "missing" "A field that must be filled.";
    Money "money" "A sum.";
    Source "source" "Where a deadline comes from.";
    Status "status" "The top line.";
    Off "off" "Not possible here.";
}

/// A table of styles and the sort of frame characters.
#[derive(Clone, Debug)]
pub struct Theme {
    styles: Vec<Style>,
    /// Frame lines are `-`, `|` and `+`.
    pub ascii: bool,
}

/// The theme that was wished for, or the one that suits the terminal; `variable` reads the
/// environment.
pub fn chosen(wished: Wished, variable: impl Fn(&str) -> Option<String>) -> Wished {
    if wished != Wished::Auto {
        return wished;
    }
    if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        return Wished::Bare;
    }
    if is_poor(variable("TERM").as_deref()) {
        return Wished::Plain;
    }
    Wished::Dark
}

/// The theme that follows one of those that come with the program, around and around.
pub fn after(theme: Wished) -> Wished {
    match theme {
        Wished::Auto | Wished::Bare => Wished::Dark,
        Wished::Dark => Wished::Light,
        Wished::Light => Wished::Plain,
        Wished::Plain => Wished::Bare,
    }
}

/// Whether a terminal of that name knows neither frame characters nor marks of pastes.
pub fn is_poor(terminal: Option<&str>) -> bool {
    terminal.is_some_and(|name| {
        matches!(name, "linux" | "dumb" | "ansi" | "cons25") || name.starts_with("vt")
    })
}

impl Theme {
    /// The built-in theme of that name; an unknown name gives `plain`.
    pub fn named(name: &str) -> Self {
        let text = match name {
            "dark" => include_str!("../../assets/themes/dark.toml"),
            "light" => include_str!("../../assets/themes/light.toml"),
            "bare" => return Self::bare(),
            _ => include_str!("../../assets/themes/plain.toml"),
        };
        Self::parse(name, text).unwrap_or_else(|_| Self::bare())
    }

    /// No colours at all, for `NO_COLOR` and for a theme that cannot be read.
    pub fn bare() -> Self {
        let mut theme = Self {
            styles: vec![Style::new(); Ink::ALL.len()],
            ascii: true,
        };
        for (ink, modifier) in [
            (Ink::CursorRow, Modifier::REVERSED),
            (Ink::Selection, Modifier::REVERSED),
            (Ink::Status, Modifier::REVERSED),
            (Ink::Title, Modifier::BOLD),
            (Ink::Key, Modifier::BOLD),
            (Ink::Off, Modifier::DIM),
        ] {
            theme.styles[ink as usize] = Style::new().add_modifier(modifier);
        }
        theme
    }

    /// Reads a theme; mistakes name the file and the word.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problem> {
        let wrong = |word: &str| {
            let names = Ink::ALL.iter().map(|ink| ink.name());
            Problem::new(Kind::Unreadable, "tui-theme-wrong")
                .arg("file", file)
                .arg("word", word)
                .arg("near", nearest(word, names).unwrap_or("-"))
        };
        let table: Table = text
            .parse()
            .map_err(|error: toml::de::Error| wrong(error.message()).caused_by(error))?;
        let ascii = match table.get("frame_characters").and_then(Value::as_str) {
            Some("lines") | None => false,
            Some("ascii") => true,
            Some(other) => return Err(wrong(other)),
        };
        let empty = Table::new();
        let styles = table
            .get("styles")
            .and_then(Value::as_table)
            .unwrap_or(&empty);
        if let Some(unknown) = styles
            .keys()
            .find(|name| !Ink::ALL.iter().any(|ink| ink.name() == name.as_str()))
        {
            return Err(wrong(unknown));
        }
        let base = styles
            .get("text")
            .map_or(Ok(Style::new()), style)
            .map_err(|w| wrong(&w))?;
        let styles = Ink::ALL
            .iter()
            .map(|ink| styles.get(ink.name()).map_or(Ok(base), style))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|word| wrong(&word))?;
        Ok(Self { styles, ascii })
    }

    /// The style of a meaning.
    pub fn style(&self, ink: Ink) -> Style {
        self.styles.get(ink as usize).copied().unwrap_or_default()
    }
}

/// Reads `{ fg, bg, bold, … }`; the error is the word that was not understood.
fn style(value: &Value) -> Result<Style, String> {
    let table = value.as_table().ok_or_else(|| value.to_string())?;
    let mut style = Style::new();
    for (name, value) in table {
        let modifier = match name.as_str() {
            "fg" => {
                style = style.fg(color(value)?);
                continue;
            }
            "bg" => {
                style = style.bg(color(value)?);
                continue;
            }
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "underlined" => Modifier::UNDERLINED,
            "reversed" => Modifier::REVERSED,
            "struck" => Modifier::CROSSED_OUT,
            other => return Err(other.to_owned()),
        };
        if value.as_bool().ok_or_else(|| name.clone())? {
            style = style.add_modifier(modifier);
        }
    }
    Ok(style)
}

fn color(value: &Value) -> Result<Color, String> {
    match value {
        Value::Integer(index) => u8::try_from(*index)
            .map(Color::Indexed)
            .map_err(|_| index.to_string()),
        Value::String(name) => Color::from_str(name).map_err(|_| name.clone()),
        other => Err(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_theme_names_every_meaning() {
        for (name, text) in [
            ("dark", include_str!("../../assets/themes/dark.toml")),
            ("light", include_str!("../../assets/themes/light.toml")),
            ("plain", include_str!("../../assets/themes/plain.toml")),
        ] {
            Theme::parse(name, text).unwrap();
            let table: Table = text.parse().unwrap();
            let styles = table["styles"].as_table().unwrap();
            for ink in Ink::ALL {
                assert!(
                    styles.contains_key(ink.name()),
                    "{name} lacks {}",
                    ink.name()
                );
            }
        }
        assert!(Theme::named("plain").ascii);
        assert!(!Theme::named("dark").ascii);
    }

    #[test]
    fn plain_uses_the_first_sixteen_colours_only() {
        let plain = Theme::named("plain");
        for ink in Ink::ALL {
            let style = plain.style(*ink);
            for color in [style.fg, style.bg].into_iter().flatten() {
                assert!(
                    !matches!(color, Color::Rgb(..) | Color::Indexed(_)),
                    "{}",
                    ink.name()
                );
            }
        }
    }

    #[test]
    fn the_terminal_and_its_person_choose_the_theme() {
        let of = |wished: Wished, set: &[(&str, &str)]| {
            chosen(wished, |name| {
                let found = set.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            })
            .name()
        };
        assert_eq!(of(Wished::Auto, &[("TERM", "xterm-256color")]), "dark");
        assert_eq!(of(Wished::Auto, &[("TERM", "linux")]), "plain");
        assert_eq!(of(Wished::Auto, &[("TERM", "dumb")]), "plain");
        assert_eq!(of(Wished::Auto, &[("NO_COLOR", "1")]), "bare");
        assert_eq!(of(Wished::Auto, &[("NO_COLOR", "")]), "dark");
        let both = [("NO_COLOR", "1"), ("TERM", "linux")];
        assert_eq!(of(Wished::Light, &both), "light");
    }

    #[test]
    fn bare_has_no_colour() {
        let bare = Theme::named("bare");
        assert!(bare.ascii);
        for ink in Ink::ALL {
            let style = bare.style(*ink);
            assert_eq!((style.fg, style.bg), (None, None), "{}", ink.name());
        }
    }

    #[test]
    fn mistakes_name_the_word_and_the_nearest() {
        let wrong = Theme::parse("x", "[styles]\noverdu = {}").unwrap_err();
        assert_eq!(wrong.argument("word"), Some("overdu"));
        assert_eq!(wrong.argument("near"), Some("overdue"));
        assert!(Theme::parse("x", "[styles]\ntext = { fg = \"nocolour\" }").is_err());
        assert!(Theme::parse("x", "[styles]\ntext = { fg = 256 }").is_err());
    }
}
