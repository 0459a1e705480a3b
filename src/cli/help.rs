//! clap in the reader's language: its own English never reaches a person.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory};

use super::args::Cli;
use crate::i18n::Words;
use crate::problem::{Kind, Problem};

/// Returns the command line with every line of its help in these words.
pub(super) fn command(words: &Words) -> Command {
    let template = format!(
        "{{about}}\n\n{}\n  {{usage}}\n\n{{all-args}}{{after-help}}",
        words.get("cli-help-usage")
    );
    translate(Cli::command(), &[], &template, words)
        .after_help(words.get("cli-help-after").to_string())
}

/// Puts the words of a command and of those below it in; `path` leads from the program to it.
fn translate(command: Command, path: &[String], template: &str, words: &Words) -> Command {
    let name = if path.is_empty() {
        "zhiban".to_owned()
    } else {
        path.join("-")
    };
    let names: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    let ids: Vec<String> = command
        .get_arguments()
        .map(|arg| arg.get_id().to_string())
        .collect();
    let usage = usage(&command, path, words);
    let mut command = command
        .about(words.get(&format!("cli-about-{name}")).to_string())
        .help_template(template.to_owned())
        .override_usage(usage)
        .subcommand_help_heading(words.get("cli-help-commands").to_string());
    for id in ids {
        command = command.mut_arg(id, |arg| explain(arg, words));
    }
    for name in names {
        let below: Vec<String> = path.iter().chain(std::iter::once(&name)).cloned().collect();
        command = command.mut_subcommand(name, |sub| translate(sub, &below, template, words));
    }
    command
}

/// Returns how a command is written.
fn usage(command: &Command, path: &[String], words: &Words) -> String {
    let mut parts = vec!["zhiban".to_owned()];
    parts.extend_from_slice(path);
    for arg in command
        .get_arguments()
        .filter(|arg| !arg.is_positional() && arg.is_required_set())
    {
        parts.push(format!(
            "--{} {}",
            arg.get_long().unwrap_or_default(),
            placeholder(arg)
        ));
    }
    parts.push(format!("[{}]", words.get("cli-help-options")));
    for arg in command.get_positionals() {
        let name = placeholder(arg);
        let more = if matches!(arg.get_action(), ArgAction::Append) {
            "..."
        } else {
            ""
        };
        parts.push(if arg.is_required_set() {
            format!("{name}{more}")
        } else {
            format!("[{name}]{more}")
        });
    }
    if command.has_subcommands() {
        parts.push(words.get("cli-help-command").to_string());
    }
    parts.join(" ")
}

fn placeholder(arg: &Arg) -> String {
    match arg.get_value_names() {
        Some([name, ..]) => format!("<{name}>"),
        _ => format!("<{}>", arg.get_id().as_str().to_uppercase()),
    }
}

fn explain(arg: Arg, words: &Words) -> Arg {
    let heading = if arg.is_positional() {
        "cli-help-arguments"
    } else {
        "cli-help-options"
    };
    let mut help = words.get(&format!("cli-arg-{}", arg.get_id())).to_string();
    let takes_value = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
    if takes_value && let Some(default) = arg.get_default_values().first() {
        help.push_str(&words.with(
            "cli-help-default",
            &[("value", default.to_string_lossy().into_owned().into())],
        ));
    }
    if takes_value && let Some(name) = arg.get_env() {
        help.push_str(&words.with(
            "cli-help-env",
            &[("name", name.to_string_lossy().into_owned().into())],
        ));
    }
    let arg = arg.help(help).help_heading(words.get(heading).to_string());
    if takes_value {
        arg.hide_default_value(true)
            .hide_possible_values(true)
            .hide_env(true)
    } else {
        arg
    }
}

/// Returns what a line that clap refuses is told; none for help and version, which are shown.
pub(super) fn problem(error: &clap::Error) -> Option<Problem> {
    let what = |kind| context(error, kind).unwrap_or_default();
    let said = |message: &'static str| Problem::new(Kind::NotUnderstood, message);
    let problem = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return None,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            said("problem-cli-command-missing")
        }
        ErrorKind::InvalidSubcommand => {
            said("problem-cli-command").arg("what", what(ContextKind::InvalidSubcommand))
        }
        ErrorKind::UnknownArgument => {
            said("problem-cli-option").arg("what", what(ContextKind::InvalidArg))
        }
        ErrorKind::InvalidValue if what(ContextKind::InvalidValue).is_empty() => {
            said("problem-cli-value-missing").arg("option", what(ContextKind::InvalidArg))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => said("problem-cli-value")
            .arg("value", what(ContextKind::InvalidValue))
            .arg("option", what(ContextKind::InvalidArg)),
        ErrorKind::MissingRequiredArgument => {
            said("problem-cli-missing").arg("what", what(ContextKind::InvalidArg))
        }
        ErrorKind::ArgumentConflict => said("problem-cli-conflict")
            .arg("what", what(ContextKind::InvalidArg))
            .arg("other", what(ContextKind::PriorArg)),
        ErrorKind::NoEquals | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            said("problem-cli-value-missing").arg("option", what(ContextKind::InvalidArg))
        }
        ErrorKind::TooManyValues => said("problem-cli-value")
            .arg("value", what(ContextKind::InvalidValue))
            .arg("option", what(ContextKind::InvalidArg)),
        ErrorKind::InvalidUtf8 => said("problem-cli-utf8"),
        _ => said("problem-cli-line"),
    };
    Some(hint(problem, error))
}

/// The nearest right spelling where clap knows one, else where help is.
fn hint(problem: Problem, error: &clap::Error) -> Problem {
    let nearest = [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ]
    .into_iter()
    .find_map(|kind| context(error, kind));
    match nearest {
        Some(nearest) => problem
            .arg("nearest", nearest)
            .hint("problem-cli-nearest-hint"),
        None => problem.hint("problem-cli-hint"),
    }
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        ContextValue::StyledStrs(texts) => Some(
            texts
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
        ),
        _ => None,
    }
    .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, missing};

    #[test]
    fn every_command_and_argument_has_its_words() {
        fn ids(command: &Command, path: &str, into: &mut Vec<String>) {
            into.push(format!(
                "cli-about-{}",
                if path.is_empty() { "zhiban" } else { path }
            ));
            into.extend(
                command
                    .get_arguments()
                    .map(|arg| format!("cli-arg-{}", arg.get_id())),
            );
            for sub in command.get_subcommands() {
                let name = sub.get_name();
                let below = if path.is_empty() {
                    name.to_owned()
                } else {
                    format!("{path}-{name}")
                };
                ids(sub, &below, into);
            }
        }
        let mut wanted = Vec::new();
        ids(&Cli::command(), "", &mut wanted);
        assert_eq!(
            missing(wanted.iter().map(String::as_str)),
            Vec::<String>::new()
        );
    }

    #[test]
    fn no_english_of_clap_is_left() {
        let words = Words::new(Language::ZhCn);
        let mut command = command(&words);
        command.build();
        let help = command.render_long_help().to_string();
        for english in [
            "Usage",
            "Options",
            "Commands",
            "Arguments",
            "Print",
            "default",
            "env",
        ] {
            assert!(!help.contains(english), "{english} in\n{help}");
        }
        for line in [
            vec!["zhiban", "lst"],
            vec!["zhiban", "--jsn"],
            vec!["zhiban", "show"],
            vec!["zhiban", "list", "order", "--limit", "x"],
        ] {
            let error = super::command(&words)
                .try_get_matches_from(&line)
                .unwrap_err();
            let problem = problem(&error).unwrap();
            let (sentence, hint) = words.problem(&problem);
            assert!(
                !sentence.contains("{$") && !sentence.starts_with("problem-"),
                "{line:?}: {sentence}"
            );
            assert!(
                hint.is_some_and(|hint| !hint.contains("{$") && !hint.starts_with("problem-")),
                "{line:?}"
            );
            assert_eq!(problem.exit_code(), 2);
        }
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
