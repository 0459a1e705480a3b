//! What crosses the machine's edge: imports, exports, bundles.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::args::{Bundle, BundleExport, Export, Import};
use super::erase::note;
use super::look::asked;
use super::out::{Out, rfc3339};
use super::people::complete;
use super::progress::ProgressLine;
use super::session::{Place, write_file};
use super::work::reading;
use super::{CLEAN, FINDINGS, road, secret};
use crate::desk::Desk;
use crate::desk::act::register;
use crate::desk::begin::recognise_drill;
use crate::desk::import::{FileReport, ImportOptions};
use crate::desk::values::{Edge, time};
use crate::domain::id::{Id, ReplicaId};
use crate::exchange::bundle::{self, Accounting, Export as BundleOptions, Selection, Step};
use crate::exchange::envelope::{EnvelopeFault, Keys, Receivers, roster_receivers};
use crate::exchange::intake::{self, DateOrder, LineProblem, NamedDay};
use crate::exchange::outlet::Format;
use crate::exchange::reach::Eyes;
use crate::i18n::Words;
use crate::problem::{Kind, Problem};
use crate::store::Store;

/// The most rows of an export.
const MOST: usize = 1_000_000;

/// Commands on bundles.
pub(super) fn bundle(place: &Place, args: Bundle, out: &Out) -> Result<u8, Problem> {
    match args {
        Bundle::Export(args) => bundle_export(place, &args, out),
        Bundle::Import { files, passphrase } => bundle_import(place, &files, passphrase, out),
        Bundle::Inspect { file, passphrase } => {
            bundle_inspect(&file, &keys(place, passphrase, out)?, out)
        }
        Bundle::Verify { file, passphrase } => {
            bundle_verify(&file, &keys(place, passphrase, out)?, out)
        }
        Bundle::Folder { once } => road::folder(place, once, out),
    }
}

/// What opens bundles on this device.
fn keys(place: &Place, ask: bool, out: &Out) -> Result<Keys, Problem> {
    let keys = if Store::exists(&place.folder) {
        Keys::of(&place.store()?)?
    } else {
        Keys::default()
    };
    Ok(keys.with_passphrase(secret::passphrase(ask, out)?.as_deref()))
}

fn bundle_export(place: &Place, args: &BundleExport, out: &Out) -> Result<u8, Problem> {
    if args.text && args.to.is_none() {
        return road::text_block(place, args, out);
    }
    if args.text {
        return Err(Problem::new(Kind::Refused, "problem-cli-plain").hint("problem-cli-plain-hint"));
    }
    let mut desk = place.desk(true)?;
    let sender = desk.me()?.replica;
    let now = desk.now();
    let selection = match &args.since {
        Some(since) => Selection::Since(time(since, reading(&desk), Edge::Start)?),
        None if args.all => Selection::All,
        None if args.to.is_some() => Selection::Lacking,
        None => Selection::ForShop,
    };
    let (receivers, to) = receivers(&desk, args, out)?;
    // One named person gets what is within that person's reach.
    let named = args
        .to
        .as_deref()
        .and_then(|name| desk.people().by_name(name));
    let eyes = match named.map(|person| person.id) {
        Some(person) => Eyes::of(desk.store(), person)?,
        None => None,
    };
    let path = args
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("zhiban-{now}.zbundle")));
    let plain = if args.plain {
        args.reason.as_deref()
    } else {
        None
    };
    let options = BundleOptions {
        selection,
        plain,
        receivers: receivers.as_ref(),
        to: &to,
        eyes: eyes.as_ref(),
        ..BundleOptions::new(sender, now)
    };
    let exported = bundle::export(desk.store_mut(), &options, &path)?;
    if out.json {
        let files: Vec<String> = exported
            .files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        out.object(
            &json!({"files": files, "events": exported.events, "personal": exported.personal,
                "withheld": exported.withheld, "encrypted": receivers.is_some()}),
        )?;
    }
    for file in &exported.files {
        let file = file.display().to_string();
        out.say(
            "cli-bundle-written",
            &[("file", file.into()), ("events", exported.events.into())],
        )?;
    }
    if exported.withheld > 0 {
        out.say(
            "cli-bundle-withheld",
            &[("count", exported.withheld.into())],
        )?;
    }
    Ok(CLEAN)
}

/// To whom a bundle is encrypted, and whose replicas it is for: the person named, else everybody,
/// always with the sender, who has it anyway. Drill shops have no keys to encrypt to.
fn receivers(
    desk: &Desk,
    args: &BundleExport,
    out: &Out,
) -> Result<(Option<Receivers>, Vec<ReplicaId>), Problem> {
    let me = desk.me()?.id;
    let to = match &args.to {
        Some(name) => Some(desk.people().by_name(name).ok_or_else(|| {
            Problem::new(Kind::NotFound, "problem-person")
                .arg("name", name)
                .hint("problem-person-hint")
        })?),
        None => None,
    };
    let all = roster_receivers(desk.store())?;
    let is_for = |person: Id| to.is_none_or(|to| to.id == person);
    let replicas = match to {
        Some(to) => all
            .iter()
            .filter(|one| one.person == to.id)
            .map(|one| one.replica)
            .collect(),
        None => Vec::new(),
    };
    if args.plain {
        return Ok((None, replicas));
    }
    if args.passphrase {
        let passphrase = secret::passphrase(true, out)?.unwrap_or_default();
        return Ok((Some(Receivers::of_passphrase(&passphrase)), replicas));
    }
    if all.is_empty() && to.is_none() || to.is_some() && replicas.is_empty() {
        return match to {
            None => Ok((None, replicas)),
            Some(_) => Err(EnvelopeFault::Receivers(0).problem()),
        };
    }
    let keys: Vec<String> = all
        .iter()
        .filter(|one| is_for(one.person) || one.person == me)
        .map(|one| one.recipient.clone())
        .collect();
    let receivers = Receivers::of_keys(&keys).map_err(|fault| fault.problem())?;
    Ok((Some(receivers), replicas))
}

/// Takes bundles in; a folder without a store gets one, which adopts the bundle's shop.
fn bundle_import(place: &Place, files: &[PathBuf], ask: bool, out: &Out) -> Result<u8, Problem> {
    let passphrase = secret::passphrase(ask, out)?;
    let mut store = if Store::exists(&place.folder) {
        place.store()?
    } else {
        Store::create_bare(&place.folder)?
    };
    let now = place.clock(&store)?.now();
    let mut code = CLEAN;
    for file in files {
        if let Some(text) = road::text_of(file)? {
            let taken = road::take_text(&mut store, &text, now, out);
            code = code.max(taken.map_err(|problem| road::of_file(&problem, file, out))?);
            continue;
        }
        let keys = Keys::of(&store)?.with_passphrase(passphrase.as_deref());
        if bundle::answer(file, &keys)?.is_some() {
            complete(place, place.store()?, file, out)?;
            store = place.store()?;
            continue;
        }
        let accounting = take_in(&mut store, file, &keys, now, out)?;
        recognise_drill(&mut store)?;
        if out.json {
            let mut object = accounting.json();
            if let Some(object) = object.as_object_mut() {
                object.insert("file".into(), json!(file.display().to_string()));
            }
            out.object(&object)?;
        } else {
            road::tell_alarms(&accounting, out)?;
            out.line(&accounting.line(&out.words))?;
        }
        if accounting.has_findings() {
            code = FINDINGS;
        }
    }
    Ok(code)
}

/// Takes one bundle in and shows how far it is.
fn take_in(
    store: &mut Store,
    file: &Path,
    keys: &Keys,
    now: i64,
    out: &Out,
) -> Result<Accounting, Problem> {
    let mut line = ProgressLine::new(out);
    bundle::import_with(store, file, keys, now, &mut |one| {
        let id = match one.step {
            Step::Check => "cli-import-checking",
            Step::Append => "cli-import-appending",
            Step::Fold => "cli-import-folding",
        };
        let (done, total) = (one.done as i64, one.total as i64);
        line.show(id, &[("done", done.into()), ("total", total.into())]);
        true
    })
}

fn bundle_inspect(file: &Path, keys: &Keys, out: &Out) -> Result<u8, Problem> {
    let inspection = bundle::inspect_with(file, keys, &mut |_| true)?;
    let object = inspection.json();
    if out.json {
        out.object(&object)?;
        return Ok(CLEAN);
    }
    let text = serde_json::to_string_pretty(&object).map_err(Problem::defect)?;
    out.block(&text)?;
    Ok(CLEAN)
}

fn bundle_verify(file: &Path, keys: &Keys, out: &Out) -> Result<u8, Problem> {
    let inspection = bundle::inspect_with(file, keys, &mut |_| true)?;
    let good = inspection.is_good();
    if out.json {
        out.object(&inspection.verdict())?;
    } else if good {
        out.say(
            "cli-bundle-sound",
            &[("events", inspection.counts.events.into())],
        )?;
    } else {
        for finding in &inspection.findings {
            let args = [
                ("replica", finding.replica.to_string().into()),
                ("seq", finding.seq.into()),
            ];
            out.line(&out.words.with(finding.what.message(), &args))?;
        }
        out.say(
            "cli-bundle-unsound",
            &[("problems", inspection.findings.len().into())],
        )?;
    }
    Ok(if good { CLEAN } else { FINDINGS })
}

/// Imports files, each on its own: one that cannot be read does not stop the others.
pub(super) fn import(desk: &mut Desk, args: &Import, out: &Out) -> Result<u8, Problem> {
    let (kind, files) = kind_and_files(&args.files)?;
    let date_order = args.date_order.as_deref().map(date_order).transpose()?;
    let exported_at = match &args.exported_at {
        Some(at) => Some(time(at, reading(desk), Edge::Start)?),
        None => None,
    };
    let day = args.day.as_deref().map(day_of).transpose()?;
    let options = ImportOptions {
        kind,
        profile: args.profile.clone(),
        account: args.account.clone(),
        exported_at,
        date_order,
        day,
        dry_run: args.dry_run,
    };
    let mut code = CLEAN;
    for file in files {
        match desk.import_file(Path::new(file), &options) {
            Ok(report) => {
                if report.refused > 0 {
                    code = code.max(FINDINGS);
                }
                tell(&report, out)?;
            }
            Err(problem) => {
                let problem = if problem.argument("file").is_none() {
                    problem.arg("file", file)
                } else {
                    problem
                };
                out.problem(&problem);
                if out.json {
                    let line = problem.argument("line").and_then(|line| line.parse().ok());
                    let line: usize = line.unwrap_or_default();
                    out.object(&json!({"file": file, "refused": 1, "problems": [{"file": file, "line": line, "field": "",
                        "message": out.words.problem(&problem).0}]}))?;
                }
                code = code.max(problem.exit_code());
            }
        }
    }
    if args.dry_run {
        out.say("cli-dry-run", &[])?;
    }
    Ok(code)
}

/// The first word names the kind where it does and no file of that name is here.
fn kind_and_files(words: &[String]) -> Result<(Option<intake::Kind>, &[String]), Problem> {
    let Some((first, rest)) = words.split_first() else {
        return Ok((None, words));
    };
    let kind = intake::Kind::from_word(first).filter(|_| !Path::new(first).exists());
    if kind.is_some() && rest.is_empty() {
        return Err(Problem::new(Kind::NotUnderstood, "problem-cli-missing")
            .arg("what", "<FILE>...")
            .hint("problem-cli-hint"));
    }
    Ok(if kind.is_some() {
        (kind, rest)
    } else {
        (None, words)
    })
}

/// Returns the day that a person writes.
pub(super) fn day_of(text: &str) -> Result<NaiveDate, Problem> {
    text.parse().map_err(|_| {
        Problem::new(Kind::NotUnderstood, "problem-report-day")
            .arg("value", text)
            .hint("problem-report-day-hint")
    })
}

fn date_order(word: &str) -> Result<DateOrder, Problem> {
    match word {
        "ymd" => Ok(DateOrder::Ymd),
        "mdy" => Ok(DateOrder::Mdy),
        "dmy" => Ok(DateOrder::Dmy),
        other => Err(Problem::new(Kind::NotUnderstood, "problem-cli-date-order")
            .arg("value", other)
            .hint("problem-cli-date-order-hint")),
    }
}

fn tell(report: &FileReport, out: &Out) -> Result<(), Problem> {
    if out.json {
        let problems: Vec<Value> = report
            .problems
            .iter()
            .map(|one| problem_json(report, one, &out.words))
            .collect();
        return out.object(&json!({
            "file": report.file,
            "kind": report.kind,
            "profile": report.profile,
            "encoding": report.encoding,
            "exported_at": report.exported_at.map(rfc3339),
            "day": report.day.as_ref().map(|named| named.day.to_string()),
            "day_from": report.day.as_ref().map(|named| named.part.as_str()),
            "read": report.read,
            "new": report.new,
            "changed": report.changed,
            "same": report.same,
            "held": report.held,
            "refused": report.refused,
            "problems": problems,
        }));
    }
    out.line(&out.words.with(
        "cli-import-line",
        &[
            ("file", (&report.file).into()),
            ("kind", (&report.kind).into()),
            (
                "profile",
                report.profile.as_deref().unwrap_or_default().into(),
            ),
            ("encoding", (&report.encoding).into()),
            ("read", report.read.into()),
            ("new", report.new.into()),
            ("changed", report.changed.into()),
            ("same", report.same.into()),
            ("held", report.held.into()),
            ("refused", report.refused.into()),
        ],
    ))?;
    if let Some(named) = &report.day {
        out.line(&day_line(named, &report.file, &out.words))?;
    }
    for one in report.problems.iter().filter(|_| !out.quiet) {
        let args = [
            ("file", (&report.file).into()),
            ("line", one.line.into()),
            ("field", (&one.field).into()),
            ("reason", out.words.get(one.reason).into()),
            ("value", (&one.value).into()),
        ];
        out.line(&out.words.with("cli-import-problem", &args))?;
    }
    Ok(())
}

/// Which day a file is about, and what of its name says so.
fn day_line(named: &NamedDay, file: &str, words: &Words) -> String {
    let args = [
        ("file", file.into()),
        ("day", named.day.to_string().into()),
        ("part", named.part.as_str().into()),
    ];
    let id = if named.part.is_empty() {
        "cli-import-day-said"
    } else {
        "cli-import-day"
    };
    words.with(id, &args)
}

fn problem_json(report: &FileReport, one: &LineProblem, words: &Words) -> Value {
    json!({"file": report.file, "line": one.line, "field": one.field, "value": one.value,
        "message": words.get(one.reason).to_string()})
}

/// Writes a register, or one of its views, into a file or to standard output.
pub(super) fn export(place: &Place, args: &Export, out: &Out) -> Result<u8, Problem> {
    let desk = &place.desk(false)?;
    let declared = register(&args.register)?;
    let format = format_of(args.format.as_deref(), args.output.as_deref(), Format::Csv)?;
    let question = asked(desk, args.query.as_deref())?;
    let rows = desk.asked(
        declared,
        args.view.as_deref(),
        &question,
        args.limit.unwrap_or(MOST).clamp(1, MOST),
    )?;
    let bytes = desk.as_table(declared, &rows, format, &out.words)?;
    let file = args
        .output
        .as_deref()
        .map(|path| path.display().to_string());
    note(place, desk, "table", file.as_deref(), &rows, out);
    match &args.output {
        Some(path) => {
            write_file(path, &bytes)?;
            let file = path.display().to_string();
            if out.json {
                out.object(&json!({"file": file, "rows": rows.len(), "format": format.word()}))?;
            }
            out.say("cli-written", &[("file", file.into())])?;
        }
        None if format == Format::Xlsx => out.workbook(&bytes)?,
        None => out.raw(&bytes)?,
    }
    Ok(CLEAN)
}

/// Returns the format that the line or the file's name asks for. One that a screen cannot show is
/// refused here, before anything is done.
pub(super) fn format_of(
    word: Option<&str>,
    file: Option<&Path>,
    else_this: Format,
) -> Result<Format, Problem> {
    let format = match word {
        Some(word) => Format::of(word).ok_or_else(|| {
            let formats: Vec<&str> = Format::ALL.iter().map(|format| format.word()).collect();
            Problem::new(Kind::NotUnderstood, "problem-cli-format")
                .arg("format", word)
                .arg("formats", formats.join(", "))
                .hint("problem-cli-format-hint")
        })?,
        None => file.and_then(Format::of_file).unwrap_or(else_this),
    };
    if format == Format::Xlsx && file.is_none() && io::stdout().is_terminal() {
        return Err(Problem::new(Kind::NotUnderstood, "problem-cli-workbook")
            .hint("problem-cli-workbook-hint"));
    }
    Ok(format)
}
