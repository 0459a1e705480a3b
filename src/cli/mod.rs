//! The command line: subcommands over the desk. Parse, sit down, act, print, exit code.

mod args;
mod begin;
mod capture;
mod care;
mod erase;
mod exchange;
mod help;
mod look;
mod matters;
mod out;
mod people;
mod phrases;
mod progress;
mod report;
mod road;
mod secret;
mod session;
mod shift;
mod show;
mod work;

use std::ffi::OsString;

use clap::{FromArgMatches, Parser};

use crate::config::Config;
use crate::desk::Desk;
use crate::i18n::{Language, Words};
use crate::problem::{Kind, Problem};
use crate::tui::guard::ignore_file_limit;

use args::{Cli, Command};
use out::Out;
use session::Place;

/// Exit code of what was done and is clean.
const CLEAN: u8 = 0;
/// Exit code of what was done with findings, or refused.
const FINDINGS: u8 = 1;

/// Runs a command line, the program's name first, and returns the exit code: 0 done and
/// clean, 1 done with findings or refused, 2 not understood or unreadable.
pub fn run(line: impl IntoIterator<Item = OsString>) -> u8 {
    let line: Vec<OsString> = line.into_iter().collect();
    let words = Words::new(language(&line));
    let plain = |words| Out {
        words,
        json: false,
        quiet: false,
    };
    if let Err(problem) = ignore_file_limit() {
        return finish(&plain(words), Err(problem));
    }
    // Words for help are put in only where help is asked for or the line is wrong.
    let cli = match Cli::try_parse_from(&line) {
        Ok(cli) => cli,
        Err(_) => match help::command(&words)
            .try_get_matches_from(&line)
            .and_then(|matches| Cli::from_arg_matches(&matches))
        {
            Ok(cli) => cli,
            Err(error) => return refuse(&error, &plain(words)),
        },
    };
    let out = Out {
        words,
        json: cli.global.json,
        quiet: cli.global.quiet,
    };
    finish(&out, dispatch(cli, &out))
}

/// Shows help and version, and says what of a line was not understood.
fn refuse(error: &clap::Error, out: &Out) -> u8 {
    match help::problem(error) {
        None => finish(
            out,
            out.raw(error.render().to_string().as_bytes())
                .map(|()| CLEAN),
        ),
        Some(problem) => finish(out, Err(problem)),
    }
}

fn finish(out: &Out, done: Result<u8, Problem>) -> u8 {
    match done {
        Ok(code) => code,
        Err(problem) if problem.message == out::CLOSED => CLEAN,
        Err(problem) => {
            out.problem(&problem);
            problem.exit_code()
        }
    }
}

/// The language that the line asks for, else the settings', else the system's: needed before
/// the line is read, so that what is wrong with it is said in that language.
fn language(line: &[OsString]) -> Language {
    let words: Vec<&str> = line.iter().filter_map(|word| word.to_str()).collect();
    let value_of = |option: &str| {
        words
            .iter()
            .enumerate()
            .find_map(|(at, word)| match word.strip_prefix(option) {
                Some("") => words.get(at + 1).copied(),
                Some(rest) => rest.strip_prefix('='),
                None => None,
            })
    };
    let named = value_of("--lang").and_then(Language::from_tag);
    let config = || Config::load(value_of("--config").map(std::path::Path::new)).ok();
    named
        .or_else(|| config().map(|config| config.language()))
        .unwrap_or_else(Language::of_system)
}

fn dispatch(cli: Cli, out: &Out) -> Result<u8, Problem> {
    if let Some(tag) = &cli.global.lang
        && Language::from_tag(tag).is_none()
    {
        return Err(Problem::new(Kind::NotUnderstood, "problem-cli-language")
            .arg("value", tag)
            .hint("problem-cli-language-hint"));
    }
    let Some(command) = cli.command else {
        return begin::workstation(&Place::of(&cli.global, out.words.language())?, out);
    };
    if let Command::Completions(args) = &command {
        return begin::completions(args.shell, out);
    }
    let place = Place::of(&cli.global, out.words.language())?;
    match command {
        Command::Demo => begin::demo(&place, cli.global.data.is_some(), out),
        Command::Generate(args) => begin::generate(&place, &args, out),
        Command::Init(args) => begin::init(&place, &args, out),
        Command::Join(args) => people::join(&place, &args, out),
        Command::Admit(args) => acting(place.desk(true)?, out, |desk| {
            people::admit(desk, &args, out)
        }),
        Command::Retire(args) => acting(place.desk(true)?, out, |desk| {
            people::retire(desk, &args, out)
        }),
        Command::Bundle(args) => exchange::bundle(&place, args, out),
        Command::Import(args) => acting(place.desk(!args.dry_run)?, out, |desk| {
            exchange::import(desk, &args, out)
        }),
        Command::Erase(args) => acting(place.desk(!args.list)?, out, |desk| {
            erase::run(desk, &args, out)
        }),
        Command::Export(args) => exchange::export(&place, &args, out),
        Command::List(args) => look::list(&place.desk_at(args.at.as_deref(), out)?, &args, out),
        Command::Show(args) => show::show(&place, &args, out),
        Command::Search(args) => look::search(&place.desk_at(args.at.as_deref(), out)?, &args, out),
        Command::Unfolded => matters::unfolded(&place.desk(false)?, out),
        Command::Contradictions(args) => {
            let desk = place.desk(args.settle.is_some())?;
            acting(desk, out, |desk| matters::contradictions(desk, &args, out))
        }
        Command::Verify => look::verify(&place.store_to_look()?, out),
        Command::Backup(args) => care::backup(&place, &args, out),
        Command::Restore(args) => care::restore(&place, &args, out),
        Command::Doctor(args) => care::doctor(&place, &args, out),
        Command::Rebuild => look::rebuild(&mut place.store()?, out),
        Command::Capture(args) => acting(place.desk(args.yes)?, out, |desk| {
            capture::run(desk, &args, out)
        }),
        Command::Phrases(args) => phrases::run(&place.desk(false)?, &args, out),
        Command::SignIn(args) => shift::sign_in(&place, &args, out),
        Command::Pin => shift::pin(&place, out),
        Command::Handover(args) => shift::handover(&place, &args, out),
        Command::Report(args) => report::run(&place, &args, out),
        command => acting(place.desk(true)?, out, |desk| work::run(desk, command, out)),
    }
}

/// Acts at the desk, and says where what follows from the act was not worked out.
fn acting(
    mut desk: Desk,
    out: &Out,
    act: impl FnOnce(&mut Desk) -> Result<u8, Problem>,
) -> Result<u8, Problem> {
    let done = act(&mut desk);
    if let Some(reason) = desk.take_short() {
        out.problem(&out.words.because("problem-act-short", &reason));
    }
    done
}
