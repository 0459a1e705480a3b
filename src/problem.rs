//! The one error that people see.
//!
//! Layers below have their own `thiserror` enums; what reaches a person is a
//! [`Problem`]: a message id with arguments, and a hint that says what to press
//! or type next. The words are in `assets/i18n`.

use std::error::Error;
use std::fmt;
use std::path::Path;

/// What sort of trouble it is: decides the exit code, and the tone on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request itself could not be understood (a wrong option, an unknown name).
    NotUnderstood,
    /// A file or text could not be read as what it should be.
    Unreadable,
    /// Understood, and not allowed here or now.
    Refused,
    /// What was named does not exist.
    NotFound,
    /// Writing failed; the person's text is kept and the message says where.
    NotSaved,
    /// This store or desk can only be read.
    ReadOnly,
    /// Somebody or something else holds it at the moment.
    Busy,
    /// zhiban itself is wrong here.
    Defect,
}

impl Kind {
    /// The exit code of a command that ends with this: 2 for what was not
    /// understood or unreadable, 1 for everything else.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::NotUnderstood | Self::Unreadable => 2,
            _ => 1,
        }
    }
}

/// An error towards people: words by id, arguments, hint, and the cause for logs.
pub struct Problem {
    /// What sort of trouble it is.
    pub kind: Kind,
    /// Fluent id of the sentence.
    pub message: &'static str,
    /// Arguments of both sentence and hint, uncleaned: `Words` cleans them.
    pub args: Vec<(&'static str, String)>,
    /// Fluent id of the hint, where there is one.
    pub hint: Option<&'static str>,
    /// What lies below, for logs; the sentence can name it as `$cause`.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl Problem {
    /// A problem of this kind with the sentence `message`.
    #[must_use]
    pub const fn new(kind: Kind, message: &'static str) -> Self {
        Self {
            kind,
            message,
            args: Vec::new(),
            hint: None,
            source: None,
        }
    }

    /// The same once more, without what lies below.
    #[must_use]
    pub fn again(&self) -> Self {
        Self {
            kind: self.kind,
            message: self.message,
            args: self.args.clone(),
            hint: self.hint,
            source: None,
        }
    }

    /// Says that a file or folder cannot be written.
    #[must_use]
    pub fn unwritable(path: &Path) -> Self {
        Self::new(Kind::NotSaved, "problem-file-unwritable")
            .arg("file", path.display())
            .hint("problem-file-unwritable-hint")
    }

    /// Says that zhiban itself is wrong, and in what.
    #[must_use]
    #[allow(clippy::needless_pass_by_value)] // it stands where an error is taken over
    pub fn defect(what: impl ToString) -> Self {
        Self::new(Kind::Defect, "problem-defect")
            .arg("what", what)
            .hint("problem-defect-hint")
    }

    /// Gives the sentence and the hint an argument.
    #[must_use]
    #[allow(clippy::needless_pass_by_value)] // literals, numbers and paths are handed in alike
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Says what to do next.
    #[must_use]
    pub const fn hint(mut self, id: &'static str) -> Self {
        self.hint = Some(id);
        self
    }

    /// Keeps the error below.
    #[must_use]
    pub fn caused_by(mut self, err: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(err.into());
        self
    }

    /// The value of an argument.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&str> {
        self.args
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The exit code of a command that ends with this.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        self.kind.exit_code()
    }
}

/// Id and arguments only: for logs and tests, people get `Words::problem`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)?;
        for (name, value) in &self.args {
            // `escape_debug` keeps a log line one line and free of controls.
            write!(f, " {name}={}", value.escape_debug())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.kind)?;
        let mut below = self.source();
        while let Some(err) = below {
            write!(f, " <- {}", err.to_string().escape_debug())?;
            below = err.source();
        }
        Ok(())
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|err| err as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_follow_the_kind() {
        assert_eq!(Kind::NotUnderstood.exit_code(), 2);
        assert_eq!(Kind::Unreadable.exit_code(), 2);
        for kind in [
            Kind::Refused,
            Kind::NotFound,
            Kind::NotSaved,
            Kind::ReadOnly,
            Kind::Busy,
            Kind::Defect,
        ] {
            assert_eq!(kind.exit_code(), 1);
        }
    }

    #[test]
    fn display_is_one_line_without_controls() {
        let problem = Problem::new(Kind::NotFound, "problem-file-missing")
            .arg("file", "a\u{1b}[31m\nb")
            .arg("line", 3)
            .hint("problem-file-missing-hint")
            .caused_by(std::io::Error::other("gone"));
        assert_eq!(
            problem.to_string(),
            "problem-file-missing file=a\\u{1b}[31m\\nb line=3"
        );
        assert!(format!("{problem:?}").ends_with(" <- gone"));
        assert_eq!(problem.argument("line"), Some("3"));
    }
}
