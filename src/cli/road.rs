//! The roads between desks on the command line: the shared folder, the text block.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::args::BundleExport;
use super::out::Out;
use super::session::{Place, write_file};
use super::{CLEAN, FINDINGS};
use crate::desk::begin::recognise_drill;
use crate::desk::road::sync;
use crate::domain::id::ReplicaId;
use crate::exchange::bundle::folder::{FolderFinding, Pass};
use crate::exchange::bundle::format::MAGIC;
use crate::exchange::bundle::text::{self, TEXT_MAX, TextTaken, is_text_block};
use crate::exchange::bundle::{self, Accounting};
use crate::problem::{Kind, Problem};
use crate::store::Store;

/// Between two passes where the command goes on.
const TURN: Duration = Duration::from_secs(15);

/// Takes the road over the shared folder: once, else every 15 seconds until it is ended. A pass
/// that fails is said and the next one tries again.
pub(super) fn folder(place: &Place, is_once: bool, out: &Out) -> Result<u8, Problem> {
    let folder = place.config.shared_folder().ok_or_else(|| {
        Problem::new(Kind::NotFound, "problem-folder-none").hint("problem-folder-none-hint")
    })?;
    let mut desk = place.desk(true)?;
    loop {
        let now = desk.now();
        // Who asks by hand wants everything looked at.
        match sync(desk.store_mut(), folder, is_once, now, &mut |_| true) {
            Ok(pass) => {
                recognise_drill(desk.store_mut())?;
                let code = tell(&pass, is_once, out)?;
                if is_once {
                    return Ok(code);
                }
            }
            Err(problem) if is_once => return Err(problem),
            Err(problem) => out.problem(&problem),
        }
        thread::sleep(TURN);
    }
}

fn tell(pass: &Pass, is_once: bool, out: &Out) -> Result<u8, Problem> {
    let did_something = pass.sent > 0 || !pass.taken.is_empty() || !pass.findings.is_empty();
    if !is_once && !did_something {
        return Ok(CLEAN);
    }
    if out.json {
        let finding = |one: &FolderFinding| json!({"file": one.file, "message": out.words.problem(&one.problem).0});
        let findings: Vec<Value> = pass.findings.iter().map(finding).collect();
        out.object(&json!({
            "busy": pass.is_busy, "sent": pass.sent, "files": pass.taken.len(), "new": pass.new_events(),
            "passed_over": pass.passed_over, "findings": findings,
        }))?;
    } else if pass.is_busy {
        out.say("cli-folder-busy", &[])?;
    } else {
        for taken in &pass.taken {
            out.line(&format!(
                "{}: {}",
                taken.file,
                taken.accounting.line(&out.words)
            ))?;
        }
        for finding in &pass.findings {
            let (message, _) = out.words.problem(&finding.problem);
            out.line(&format!("{}: {message}", finding.file))?;
        }
        let counts = [
            ("sent", pass.sent.into()),
            ("new", pass.new_events().into()),
        ];
        out.say("road-done", &counts)?;
    }
    let is_clean = pass.findings.is_empty() && !pass.is_busy;
    Ok(if is_clean { CLEAN } else { FINDINGS })
}

/// Prints what is new of this machine as a text block, or writes it into a file.
pub(super) fn text_block(place: &Place, args: &BundleExport, out: &Out) -> Result<u8, Problem> {
    let mut desk = place.desk(true)?;
    let block = desk.text_block()?;
    let text = block.text();
    if out.json {
        out.object(&json!({"events": block.events, "parts": block.parts}))?;
    } else if args.output.is_none() {
        out.raw(text.as_bytes())?;
    }
    if let Some(path) = &args.output {
        write_file(path, text.as_bytes())?;
        let file = path.display().to_string();
        let facts = [("file", file.into()), ("events", block.events.into())];
        out.say("cli-bundle-written", &facts)?;
    }
    Ok(CLEAN)
}

/// Returns the text of a file, or of standard input for `-`, where it holds text blocks; nothing
/// for any other file.
pub(super) fn text_of(path: &Path) -> Result<Option<String>, Problem> {
    let most = TEXT_MAX as u64 + 1;
    let mut bytes = Vec::new();
    let is_stdin = path.as_os_str() == "-";
    let read = if is_stdin {
        stdin().take(most).read_to_end(&mut bytes)
    } else {
        // One that cannot be opened, or is a pipe that would be waited for, is the bundle reader's
        // to name.
        if !path.is_file() {
            return Ok(None);
        }
        let Ok(mut file) = File::open(path) else {
            return Ok(None);
        };
        let mut start = [0; MAGIC.len()];
        let Ok(count) = file.read(&mut start) else {
            return Ok(None);
        };
        if start == MAGIC {
            return Ok(None);
        }
        bytes.extend(&start[..count]);
        file.take(most).read_to_end(&mut bytes)
    };
    read.map_err(|cause| {
        Problem::new(Kind::Unreadable, "problem-file-unreadable")
            .hint("problem-file-unreadable-hint")
            .arg("file", path.display())
            .caused_by(cause)
    })?;
    // What is no text could hold the beginning of a block by chance.
    let text = String::from_utf8(bytes).ok();
    Ok(if is_stdin {
        Some(text.unwrap_or_default())
    } else {
        text.filter(|text| is_text_block(text))
    })
}

/// Takes the bundles of a text in and says what became of each.
pub(super) fn take_text(
    store: &mut Store,
    pasted: &str,
    now: i64,
    out: &Out,
) -> Result<u8, Problem> {
    let done = text::read(store, pasted, now, &mut |_| true)?;
    recognise_drill(store)?;
    let mut code = CLEAN;
    for accounting in &done.taken {
        if out.json {
            out.object(&accounting.json())?;
        } else {
            tell_alarms(accounting, out)?;
            out.line(&accounting.line(&out.words))?;
        }
        if accounting.has_findings() {
            code = FINDINGS;
        }
    }
    if !done.missing.is_empty() {
        code = FINDINGS;
        tell_missing(&done, out)?;
    }
    Ok(code)
}

/// Says what an import has shown about streams.
pub(super) fn tell_alarms(accounting: &Accounting, out: &Out) -> Result<(), Problem> {
    let who = |replica: ReplicaId| bundle::short(&replica.to_string());
    for alarm in &accounting.alarms {
        out.line(&alarm.said(&out.words, &who))?;
        out.line(&out.words.get(alarm.next()))?;
    }
    Ok(())
}

/// Names the file in which a text block is not as it should be.
pub(super) fn of_file(problem: &Problem, file: &Path, out: &Out) -> Problem {
    let (reason, _) = out.words.problem(problem);
    Problem::new(problem.kind, "problem-text-file")
        .arg("file", file.display())
        .arg("reason", reason)
        .hint("problem-text-hint")
}

fn tell_missing(done: &TextTaken, out: &Out) -> Result<(), Problem> {
    for (missing, of) in &done.missing {
        if out.json {
            out.object(&json!({"missing": missing, "of": of}))?;
            continue;
        }
        let numbers: Vec<String> = missing.iter().map(u32::to_string).collect();
        let args = [("missing", numbers.join(" ").into()), ("of", (*of).into())];
        out.line(&out.words.with("text-block-missing", &args))?;
    }
    Ok(())
}
