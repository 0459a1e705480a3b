//! Single settings changed in the file as it stands: comments, order and blanks stay as their
//! owner wrote them.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use toml::de::{DeTable, DeValue};
use toml_edit::{DocumentMut, Item, Table, Value};

use super::Config;
use super::check::SETTINGS;
use crate::problem::{Kind, Problem};

/// What a setting may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// One of these words.
    Words(&'static [&'static str]),
    /// Yes or no.
    Flag,
    /// A text: a path.
    Text,
    /// A whole number from the first to the second.
    Number(u16, u16),
}

/// Who says what a setting is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody: the default holds.
    Default,
    /// That line of the file.
    Line(usize),
    /// Something other than the file, for as long as the program runs.
    Run,
}

/// A setting as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its full name: `screen.theme`.
    pub name: &'static str,
    /// What it may be.
    pub allowed: Allowed,
    /// What it is, as it is typed: `dark`, `true`, `15`.
    pub value: String,
    /// Who says so.
    pub source: Source,
}

impl Config {
    /// Returns every setting with its value and whom it comes from.
    pub fn entries(&self) -> Result<Vec<Entry>, Problem> {
        let ours = toml::Table::try_from(self).map_err(Problem::defect)?;
        let (text, _) = match &self.file {
            Some(file) => with_mark(text_of(file)?),
            None => Default::default(),
        };
        // What is wrong in the file is told where it is changed.
        let kept: Self = toml::from_str(&text).unwrap_or_default();
        let kept = toml::Table::try_from(kept).map_err(Problem::defect)?;
        let entry = |(name, allowed): (&'static str, Allowed)| {
            let value = plain(&ours, name);
            let source = match line_of(&text, name) {
                _ if plain(&kept, name) != value => Source::Run,
                Some(line) => Source::Line(line),
                None => Source::Default,
            };
            Entry {
                name,
                allowed,
                value,
                source,
            }
        };
        Ok(SETTINGS.into_iter().map(entry).collect())
    }

    /// Changes one setting in the file, which begins where there is none, and returns these
    /// settings with it: what else differs from the file goes on holding. Where these settings
    /// have no file they change for as long as the program runs.
    ///
    /// Fails, with the file as it was, where the value cannot be, the file is no settings file,
    /// or it cannot be written.
    pub fn keep(&self, name: &'static str, typed: &str) -> Result<Self, Problem> {
        let setting = SETTINGS.iter().find(|(known, _)| *known == name);
        let allowed = setting.map_or(Allowed::Text, |(_, allowed)| *allowed);
        let Some(value) = allowed.read(typed) else {
            return Err(Problem::new(Kind::NotUnderstood, "problem-setting-value")
                .arg("value", typed.trim())
                .hint("problem-config-value-hint")
                .arg("allowed", allowed.shown()));
        };
        let mut config = self.with(name, &value)?;
        let Some(file) = &self.file else {
            return Ok(config);
        };
        let (text, mark) = with_mark(text_of(file)?);
        // What was wrong before is told with its line.
        Self::parse(&text, file)?;
        let mut document: DocumentMut = text
            .parse()
            .map_err(|cause: toml_edit::TomlError| Problem::defect(cause))?;
        // Where nothing is set yet, what stands there are words that stay in front.
        let mut front = String::new();
        if document.is_empty() {
            document = DocumentMut::new();
            front = text;
            if !front.is_empty() && !front.ends_with('\n') {
                front.push('\n');
            }
        }
        put(&mut document, name, value);
        let changed = format!("{front}{document}");
        Self::parse(&changed, file)?;
        config.file = Some(file.clone());
        write(file, &format!("{mark}{changed}"))?;
        Ok(config)
    }

    /// Returns these settings with one of them changed.
    fn with(&self, name: &str, value: &Value) -> Result<Self, Problem> {
        let ours = toml::to_string(self).map_err(Problem::defect)?;
        let mut document: DocumentMut = ours
            .parse()
            .map_err(|cause: toml_edit::TomlError| Problem::defect(cause))?;
        put(&mut document, name, value.clone());
        Self::parse(&document.to_string(), Path::new(""))
    }
}

impl Allowed {
    /// Reads what was typed; none where it cannot be.
    fn read(&self, typed: &str) -> Option<Value> {
        let typed = typed.trim();
        match self {
            Self::Words(words) => words.contains(&typed).then(|| typed.into()),
            Self::Flag => typed.parse::<bool>().ok().map(Value::from),
            Self::Text => Some(typed.into()),
            Self::Number(least, most) => {
                let number: u16 = typed.parse().ok()?;
                let fits = (*least..=*most).contains(&number);
                fits.then(|| i64::from(number).into())
            }
        }
    }
}

/// Returns a setting as it is typed.
fn plain(table: &toml::Table, name: &str) -> String {
    let mut value = None;
    let mut at = Some(table);
    for part in name.split('.') {
        value = at.and_then(|table| table.get(part));
        at = value.and_then(toml::Value::as_table);
    }
    match value {
        Some(toml::Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

/// Returns the line on which a setting stands in a file.
fn line_of(text: &str, name: &str) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let mut table = table.get_ref();
    let mut parts = name.split('.').peekable();
    while let Some(part) = parts.next() {
        let (_, value) = table.iter().find(|(key, _)| key.get_ref() == part)?;
        match (value.get_ref(), parts.peek()) {
            (DeValue::Table(inner), Some(_)) => table = inner,
            (_, None) => {
                let before = text.get(..value.span().start)?;
                return Some(before.matches('\n').count() + 1);
            }
            _ => return None,
        }
    }
    None
}

fn put(document: &mut DocumentMut, name: &str, value: Value) {
    let mut table: &mut dyn toml_edit::TableLike = document.as_table_mut();
    let mut last = name;
    if let Some((section, key)) = name.split_once('.') {
        last = key;
        let whole = table.entry(section).or_insert(Item::Table(Table::new()));
        if !whole.is_table_like() {
            *whole = Item::Table(Table::new());
        }
        match whole.as_table_like_mut() {
            Some(inner) => table = inner,
            None => return,
        }
    }
    let old = table.get_mut(last).and_then(Item::as_value_mut);
    match old {
        // What stands behind the value in its line stays there.
        Some(old) => {
            let around = old.decor().clone();
            *old = value;
            *old.decor_mut() = around;
        }
        None => _ = table.insert(last, Item::Value(value)),
    }
}

/// Returns a file's text; none is an empty one.
fn text_of(file: &Path) -> Result<String, Problem> {
    match fs::read(file) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|cause| {
            Problem::new(Kind::Unreadable, "problem-not-utf8")
                .arg("file", file.display())
                .hint("problem-not-utf8-hint")
                .caused_by(cause)
        }),
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(fault) => Err(Problem::new(Kind::Unreadable, "problem-file-unreadable")
            .arg("file", file.display())
            .hint("problem-file-unreadable-hint")
            .caused_by(fault)),
    }
}

/// Divides the mark that editors on Windows put in front from the text.
fn with_mark(text: String) -> (String, &'static str) {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest.to_owned(), "\u{feff}"),
        None => (text, ""),
    }
}

/// Writes aside and renames: a file half written would keep the program from starting.
fn write(file: &Path, text: &str) -> Result<(), Problem> {
    let named = file;
    let unwritable = |fault: std::io::Error| Problem::unwritable(named).caused_by(fault);
    // A link is followed: what it leads to is the file that its owner keeps.
    let file = &fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(unwritable)?;
    }
    // A name of this process: another may write the same file now.
    let aside = file.with_extension(format!("toml.{}.new", std::process::id()));
    let written = fs::File::create(&aside).and_then(|mut new| {
        // Who may read it stays as its owner set it.
        if let Ok(known) = fs::metadata(file) {
            new.set_permissions(known.permissions())?;
        }
        new.write_all(text.as_bytes())?;
        new.sync_all()
    });
    let renamed = written.and_then(|()| fs::rename(&aside, file));
    renamed.map_err(|fault| {
        // What is left aside helps nobody; that it stays is no further harm.
        let _ = fs::remove_file(&aside);
        unwritable(fault)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{LanguageChoice, Theme};

    fn entry(config: &Config, name: &str) -> Entry {
        let mut all = config.entries().unwrap().into_iter();
        all.find(|entry| entry.name == name).unwrap()
    }

    #[test]
    fn one_setting_changes_and_everything_else_stays_as_it_was_written() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("config.toml");
        let text = "# mine\nlanguage = 'en' # spoken\n\n[screen]\n# never\nbell = false\n";
        fs::write(&file, text).unwrap();
        let config = Config::load(Some(&file)).unwrap();
        assert_eq!(entry(&config, "screen.bell").source, Source::Line(6));
        assert_eq!(entry(&config, "screen.theme").source, Source::Default);
        let config = config.keep("language", "zh-TW").unwrap();
        let config = config.keep("screen.theme", "light").unwrap();
        let config = config.keep("lock.minutes", "5").unwrap();
        let kept = fs::read_to_string(&file).unwrap();
        assert_eq!(
            kept,
            "# mine\nlanguage = \"zh-TW\" # spoken\n\n[screen]\n# never\nbell = false\n\
             theme = \"light\"\n\n[lock]\nminutes = 5\n"
        );
        assert_eq!(config.language, LanguageChoice::ZhTw);
        assert_eq!(Config::load(Some(&file)).unwrap(), config);
        assert_eq!(entry(&config, "lock.minutes").value, "5");
        assert_eq!(entry(&config, "lock.minutes").source, Source::Line(10));
    }

    #[test]
    fn what_holds_beside_the_file_goes_on_holding_and_is_not_written() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("config.toml");
        fs::write(&file, "[screen]\nmouse = false\ntheme = 'dark'\n").unwrap();
        let mut config = Config::load(Some(&file)).unwrap();
        config.screen.theme = Theme::Light;
        // It is what nobody need set, and the file says otherwise.
        config.screen.mouse = true;
        config.language = LanguageChoice::En;
        let config = config.keep("lock.minutes", "5").unwrap();
        assert_eq!(config.screen.theme, Theme::Light);
        assert!(config.screen.mouse);
        assert_eq!(
            (config.language, config.lock.minutes),
            (LanguageChoice::En, 5)
        );
        assert_eq!(
            fs::read_to_string(&file).unwrap(),
            "[screen]\nmouse = false\ntheme = 'dark'\n\n[lock]\nminutes = 5\n"
        );
        for name in ["screen.theme", "screen.mouse", "language"] {
            assert_eq!(entry(&config, name).source, Source::Run, "{name}");
        }
        assert_eq!(entry(&config, "screen.bell").source, Source::Default);
        let config = config.keep("screen.theme", "light").unwrap();
        assert_eq!(entry(&config, "screen.theme").source, Source::Line(3));
    }

    #[test]
    fn the_example_and_other_ways_to_write_are_changed_in_place() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("config.toml");
        fs::write(&file, include_str!("../../config.example.toml")).unwrap();
        let config = Config::load(Some(&file)).unwrap();
        let road = entry(&config, "clipboard.road");
        assert!(matches!(road.source, Source::Line(_)));
        config.keep("clipboard.road", "osc52").unwrap();
        let kept = fs::read_to_string(&file).unwrap();
        let asked = include_str!("../../config.example.toml")
            .replace("road = \"auto\"", "road = \"osc52\"");
        assert_eq!(kept, asked);
        let ways = [
            "screen = { theme = 'dark' }\n",
            "screen.theme = 'dark'\n[lock]\nminutes = 1\n",
            "\u{feff}[screen]\r\ntheme = 'dark'\r\n",
        ];
        for text in ways {
            fs::write(&file, text).unwrap();
            let config = Config::load(Some(&file)).unwrap();
            let config = config.keep("screen.theme", "bare").unwrap();
            let config = config.keep("screen.mouse", "false").unwrap();
            assert_eq!(config.screen.theme, Theme::Bare, "{text}");
            assert_eq!(Config::load(Some(&file)).unwrap(), config, "{text}");
        }
    }

    #[test]
    fn words_alone_stay_in_front_however_they_end() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("config.toml");
        for text in ["# mine", "# mine\n", "\u{feff}# mine", ""] {
            for (name, typed) in [("language", "en"), ("screen.theme", "bare")] {
                fs::write(&file, text).unwrap();
                let config = Config::load(Some(&file))
                    .unwrap()
                    .keep(name, typed)
                    .unwrap();
                assert_eq!(entry(&config, name).value, typed, "{text}");
                let kept = fs::read_to_string(&file).unwrap();
                assert!(kept.starts_with(text), "{kept}");
                assert_eq!(Config::load(Some(&file)).unwrap(), config, "{text}");
            }
        }
        fs::write(&file, "language = 'en'\n\nscreen = [\n").unwrap();
        let config = Config {
            file: Some(file.clone()),
            ..Config::default()
        };
        let problem = config.keep("language", "zh-TW").unwrap_err();
        assert_eq!(problem.message, "problem-config-syntax");
        assert_ne!(problem.argument("line"), Some("1"));
    }

    #[test]
    fn what_cannot_be_changes_nothing() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("deep/config.toml");
        let config = Config {
            file: Some(file.clone()),
            ..Config::default()
        };
        for (name, typed) in [
            ("screen.theme", "blue"),
            ("lock.minutes", "-1"),
            ("lock.minutes", "9999"),
            ("screen.bell", "perhaps"),
        ] {
            let problem = config.keep(name, typed).unwrap_err();
            assert_eq!(problem.message, "problem-setting-value");
            assert_eq!(problem.argument("value"), Some(typed));
        }
        assert!(!file.exists());
        let config = config.keep("screen.bell", "false").unwrap();
        assert!(!config.screen.bell && file.is_file());
        fs::write(&file, "language = ").unwrap();
        assert!(config.keep("screen.bell", "true").is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "language = ");
        // Without a file only what runs changes.
        let config = Config::default().keep("screen.title", "false").unwrap();
        assert!(!config.screen.title && config.file.is_none());
    }
}
