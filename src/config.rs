//! `config.toml`: settings of this screen and this machine only. What the shop
//! shares is the `setting` register.

mod check;
mod keep;

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use directories::{ProjectDirs, UserDirs};
use serde::{Deserialize, Serialize};

use crate::i18n::Language;
use crate::problem::{Kind, Problem};
use crate::text::width::Ambiguous;

pub use keep::{Allowed, Entry, Source};

/// All settings; `config.example.toml` shows each with its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The language asked for.
    pub language: LanguageChoice,
    /// How this screen is drawn and rings.
    pub screen: Screen,
    /// How text is copied out.
    pub clipboard: Clipboard,
    /// The person's own keys.
    pub keys: Keys,
    /// Where the store lies.
    pub data: Data,
    /// When the desk locks.
    pub lock: Lock,
    /// The shared folder.
    pub folder: Folder,
    /// The file of these settings: where they were read, or where the first change goes. None
    /// where they live as long as the program.
    #[serde(skip)]
    pub file: Option<PathBuf>,
}

/// A language, or the system's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LanguageChoice {
    /// As the system says.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// Traditional Chinese as used in Taiwan.
    #[serde(rename = "zh-TW")]
    ZhTw,
    /// English.
    #[serde(rename = "en")]
    En,
}

impl LanguageChoice {
    /// Returns the choice of a language.
    #[must_use]
    pub const fn of(language: Language) -> Self {
        match language {
            Language::ZhCn => Self::ZhCn,
            Language::ZhTw => Self::ZhTw,
            Language::En => Self::En,
        }
    }
}

/// How this screen is drawn and rings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Screen {
    /// Colours and frames.
    pub theme: Theme,
    /// How wide the terminal draws characters that Unicode leaves open.
    pub ambiguous: Ambiguous,
    /// Whether clicks and wheel are used.
    pub mouse: bool,
    /// Whether a new urgent item rings.
    pub bell: bool,
    /// Whether the window title counts.
    pub title: bool,
    /// How a paste is told from typing.
    pub paste: Paste,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            ambiguous: Ambiguous::default(),
            mouse: true,
            bell: true,
            title: true,
            paste: Paste::default(),
        }
    }
}

/// How a paste is told from typing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paste {
    /// By what is known of the terminal.
    #[default]
    Auto,
    /// The terminal marks pastes.
    Marked,
    /// It does not: fast runs of keys are joined.
    Joined,
}

/// Colours by meaning, and frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// For dark terminals; the plain one where the terminal is poor, the bare one where
    /// `NO_COLOR` is set.
    #[default]
    Auto,
    /// For dark terminals.
    Dark,
    /// For light terminals.
    Light,
    /// 16 colours and ASCII frames: poor terminals.
    Plain,
    /// No colours at all, and ASCII frames.
    Bare,
}

impl Theme {
    /// The name in files, `dark` for instance.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Plain => "plain",
            Self::Bare => "bare",
        }
    }
}

/// How text is copied out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clipboard {
    /// The way to go.
    pub road: Road,
}

/// A way out for copied text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Road {
    /// The first that answers.
    #[default]
    Auto,
    /// The system's clipboard.
    Native,
    /// Through the terminal, over SSH too.
    Osc52,
    /// A bare screen to select from with the mouse.
    Plain,
}

/// The person's own keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// Rows laid over the built-in key map; empty for none.
    pub file: PathBuf,
}

/// Where the store lies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// The folder; empty for the usual place.
    pub dir: PathBuf,
}

/// When the desk locks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lock {
    /// Minutes without a key; 0 for never.
    pub minutes: u16,
}

impl Default for Lock {
    fn default() -> Self {
        Self { minutes: 15 }
    }
}

/// The shared folder through which desks exchange bundles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Folder {
    /// The folder; empty for none.
    pub path: PathBuf,
}

impl Config {
    /// Reads the named file, else the one at the usual place, else the defaults. A
    /// named file must be there.
    pub fn load(named: Option<&Path>) -> Result<Self, Problem> {
        let usual = Self::usual_file();
        let Some(file) = named.or(usual.as_deref()) else {
            return Ok(Self::default());
        };
        let mut config = match fs::read(file) {
            Ok(bytes) => Self::read(&bytes, file),
            Err(err) if err.kind() == ErrorKind::NotFound && named.is_none() => Ok(Self::default()),
            Err(err) if err.kind() == ErrorKind::NotFound => {
                Err(Problem::new(Kind::Unreadable, "problem-file-missing")
                    .arg("file", file.display())
                    .hint("problem-file-missing-hint"))
            }
            Err(err) => Err(Problem::new(Kind::Unreadable, "problem-file-unreadable")
                .arg("file", file.display())
                .hint("problem-file-unreadable-hint")
                .caused_by(err)),
        }?;
        config.file = Some(file.to_owned());
        Ok(config)
    }

    fn read(bytes: &[u8], file: &Path) -> Result<Self, Problem> {
        let text = std::str::from_utf8(bytes).map_err(|err| {
            Problem::new(Kind::Unreadable, "problem-not-utf8")
                .arg("file", file.display())
                .hint("problem-not-utf8-hint")
                .caused_by(err)
        })?;
        // Editors on Windows put a mark in front.
        Self::parse(text.trim_start_matches('\u{feff}'), file)
    }

    /// Reads settings; `file` is named in problems. The first mistake is said with
    /// its line, its key, and what would be right.
    pub fn parse(text: &str, file: &Path) -> Result<Self, Problem> {
        check::check(text, file)?;
        toml::from_str(text).map_err(|err| check::syntax(text, file, &err))
    }

    /// Writes what differs from the defaults into a file, and returns whether it did: a file that
    /// is there stays as its owner wrote it.
    pub fn lay(&self, file: &Path) -> Result<bool, Problem> {
        if file.exists() {
            return Ok(false);
        }
        let unwritable = |fault: std::io::Error| Problem::unwritable(file).caused_by(fault);
        let mut ours = toml::Table::try_from(self).map_err(Problem::defect)?;
        let usual = toml::Table::try_from(Self::default()).map_err(Problem::defect)?;
        ours.retain(|name, section| usual.get(name) != Some(section));
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(unwritable)?;
        }
        let mut open = fs::OpenOptions::new();
        let written = open
            .write(true)
            .create_new(true)
            .open(file)
            .and_then(|mut file| file.write_all(ours.to_string().as_bytes()));
        written.map(|()| true).map_err(unwritable)
    }

    /// `config.toml` at the system's usual place.
    #[must_use]
    pub fn usual_file() -> Option<PathBuf> {
        places().map(|places| places.config_dir().join("config.toml"))
    }

    /// The folder of the store: as set, else the system's usual place.
    pub fn data_dir(&self) -> Result<PathBuf, Problem> {
        if !self.data.dir.as_os_str().is_empty() {
            return Ok(self.data.dir.clone());
        }
        // Not the roaming profile: a store must not be copied behind our back.
        let usual = places().map(|places| places.data_local_dir().to_owned());
        usual.ok_or_else(|| {
            Problem::new(Kind::NotFound, "problem-config-place").hint("problem-config-place-hint")
        })
    }

    /// The folder for what is known beside the store, where the system has a place for it.
    #[must_use]
    pub fn state_dir() -> Option<PathBuf> {
        let dir = |places: &ProjectDirs| {
            let own = places.state_dir().unwrap_or(places.data_local_dir());
            own.to_owned()
        };
        places().as_ref().map(dir)
    }

    /// The folder for pages that a person prints: their documents, else their own folder.
    #[must_use]
    pub fn papers_dir() -> Option<PathBuf> {
        let own = UserDirs::new()?;
        let documents = own.document_dir().filter(|folder| folder.is_dir());
        Some(documents.unwrap_or(own.home_dir()).to_owned())
    }

    /// The language to speak.
    #[must_use]
    pub fn language(&self) -> Language {
        match self.language {
            LanguageChoice::Auto => Language::of_system(),
            LanguageChoice::ZhCn => Language::ZhCn,
            LanguageChoice::ZhTw => Language::ZhTw,
            LanguageChoice::En => Language::En,
        }
    }

    /// The person's key file, where one is set.
    #[must_use]
    pub fn keys_file(&self) -> Option<&Path> {
        set(&self.keys.file)
    }

    /// The shared folder, where one is set.
    #[must_use]
    pub fn shared_folder(&self) -> Option<&Path> {
        set(&self.folder.path)
    }
}

fn set(path: &Path) -> Option<&Path> {
    (!path.as_os_str().is_empty()).then_some(path)
}

fn places() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "zhiban")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, Problem> {
        Config::parse(text, Path::new("c.toml"))
    }

    #[test]
    fn the_example_shows_every_default() {
        let text = include_str!("../config.example.toml");
        assert_eq!(parse(text).unwrap(), Config::default());
        let shown: toml::Table = toml::from_str(text).unwrap();
        let all = toml::Table::try_from(Config::default()).unwrap();
        assert_eq!(shown, all);
    }

    #[test]
    fn settings_are_read() {
        let config = parse(
            "language = 'zh-TW'\nscreen = { theme = 'light', ambiguous = 'wide' }\n\
             clipboard.road = 'osc52'\n[data]\ndir = '/x'\n[lock]\nminutes = 0",
        )
        .unwrap();
        assert_eq!(config.language(), Language::ZhTw);
        assert_eq!(config.screen.theme, Theme::Light);
        assert_eq!(config.screen.ambiguous, Ambiguous::Wide);
        assert!(config.screen.mouse);
        assert_eq!(config.clipboard.road, Road::Osc52);
        assert_eq!(config.data_dir().unwrap(), Path::new("/x"));
        assert_eq!((config.lock.minutes, config.keys_file()), (0, None));
        assert_eq!(parse("").unwrap(), Config::default());
    }

    #[test]
    fn a_named_file_must_be_there() {
        let missing = Path::new("/no/such/file.toml");
        let problem = Config::load(Some(missing)).unwrap_err();
        assert_eq!(problem.message, "problem-file-missing");
        assert_eq!(problem.exit_code(), 2);
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("c.toml");
        fs::write(&file, b"\xef\xbb\xbflanguage = \"en\"\r\n").unwrap();
        assert_eq!(Config::load(Some(&file)).unwrap().language(), Language::En);
        fs::write(&file, b"language = \"\xff\"").unwrap();
        let problem = Config::load(Some(&file)).unwrap_err();
        assert_eq!(problem.message, "problem-not-utf8");
    }
}
