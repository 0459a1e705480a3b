//! Doors behind which no terminal stands: every file through every import and every call of the
//! desk that takes words, in one process.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use serde_json::json;
use zhiban::desk::Desk;
use zhiban::desk::act::fields;
use zhiban::desk::case::Request;
use zhiban::desk::import::{FileReport, ImportOptions};
use zhiban::desk::note::NewNote;
use zhiban::desk::values::{self, Edge, Reading};
use zhiban::domain::field::{FieldSpec, Kind as FieldKind};
use zhiban::domain::id::Id;
use zhiban::domain::register::Register;
use zhiban::domain::registers;
use zhiban::exchange::bundle;
use zhiban::exchange::intake::Kind;
use zhiban::i18n::{Language, Words};
use zhiban::problem::Problem;

use crate::drill::{NOW, desk};
use crate::hostile::{Hostile, everything, for_words, leak};
use crate::workbook;

/// What one door may take for one text, on a busy machine.
const BOUND: Duration = Duration::from_secs(3);

/// What came of the doors: taken and refused by door, and everything that was wrong.
#[derive(Default)]
struct Log {
    doors: BTreeMap<String, (usize, usize)>,
    slowest: BTreeMap<String, Duration>,
    faults: Vec<String>,
}

impl Log {
    /// Goes through a door; a refusal must be a sentence that is safe to show.
    fn through<T>(
        &mut self,
        door: &str,
        file: &Hostile,
        words: &Words,
        act: impl FnOnce() -> Result<T, Problem>,
    ) -> Option<T> {
        let since = Instant::now();
        let came = catch_unwind(AssertUnwindSafe(act));
        if since.elapsed() > BOUND {
            self.faults.push(format!(
                "{door} of {}: took {:?}",
                file.name,
                since.elapsed()
            ));
        }
        let slowest = self.slowest.entry(door.to_owned()).or_default();
        *slowest = since.elapsed().max(*slowest);
        let count = self.doors.entry(door.to_owned()).or_default();
        match came {
            Ok(Ok(done)) => {
                count.0 += 1;
                Some(done)
            }
            Ok(Err(problem)) => {
                count.1 += 1;
                let text = String::from_utf8_lossy(&file.bytes);
                let (sentence, hint) = words.problem(&problem);
                let unsaid = sentence.is_empty()
                    || [&sentence, hint.as_ref().unwrap_or(&sentence)]
                        .iter()
                        .any(|said| {
                            // What stands in the text itself is quoted, not left out.
                            ["problem-", "{$"]
                                .iter()
                                .any(|sign| said.contains(sign) && !text.contains(sign))
                        });
                // A defect is a fault of ours; no text may lead to one.
                if unsaid || problem.message == "problem-defect" {
                    self.faults
                        .push(format!("{door} of {}: {problem:?}", file.name));
                }
                None
            }
            Err(_) => {
                self.faults
                    .push(format!("{door} of {}: panicked", file.name));
                None
            }
        }
    }

    fn end(self, what: &str, files: usize) {
        for (door, (taken, refused)) in &self.doors {
            println!(
                "{what}: {door}: taken {taken}, refused {refused}, slowest {:?}",
                self.slowest[door]
            );
        }
        let (taken, refused) = self
            .doors
            .values()
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        println!(
            "{what}: {files} files, {} doors, taken {taken}, refused {refused}",
            self.doors.len()
        );
        assert!(
            self.faults.is_empty(),
            "{} faults:\n{}",
            self.faults.len(),
            self.faults.join("\n")
        );
    }
}

#[test]
fn every_file_as_every_kind_of_import() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"), "S", "Li");
    let words = Words::new(Language::En);
    let files = everything();
    let mut log = Log::default();
    for file in &files {
        let kinds = Kind::ALL.into_iter().map(Some).chain([None]);
        for kind in kinds {
            let door = format!("import as {}", kind.map_or("guessed", Kind::word));
            let dry = ImportOptions {
                kind,
                dry_run: true,
                ..ImportOptions::default()
            };
            let tried = log.through(&door, file, &words, || import(&mut desk, file, &dry));
            let real = ImportOptions {
                kind,
                ..ImportOptions::default()
            };
            let done = log.through(&door, file, &words, || import(&mut desk, file, &real));
            // A dry run says what the real one does.
            let counts = |report: FileReport| {
                (
                    report.read,
                    report.new,
                    report.changed,
                    report.same,
                    report.refused,
                )
            };
            let (tried, done) = (tried.map(counts), done.map(counts));
            if tried != done {
                log.faults.push(format!(
                    "{door} of {}: dry {tried:?}, real {done:?}",
                    file.name
                ));
            }
        }
    }
    assert!(desk.store().verify().unwrap().clean);
    log.end("imports", files.len());
}

/// Imports as the command line does, which names the file where the desk does not.
fn import(desk: &mut Desk, file: &Hostile, options: &ImportOptions) -> Result<FileReport, Problem> {
    desk.import(&file.name, &file.bytes, options)
        .map_err(|problem| match problem.argument("file") {
            Some(_) => problem,
            None => problem.arg("file", &file.name),
        })
}

#[test]
fn every_import_twice_adds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"), "S", "Li");
    let (mut taken, mut faults) = (0, Vec::new());
    for file in everything() {
        let options = ImportOptions::default();
        let Ok(first) = desk.import(&file.name, &file.bytes, &options) else {
            continue;
        };
        let again = desk.import(&file.name, &file.bytes, &options).unwrap();
        taken += usize::from(first.new > 0);
        if (again.new, again.changed) != (0, 0) {
            faults.push(format!(
                "{}: new {}, changed {}",
                file.name, again.new, again.changed
            ));
        }
    }
    assert!(taken > 10, "the files of our own hold records: {taken}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_text_through_every_call_that_takes_words() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"), "S", "Li");
    let words = Words::new(Language::En);
    let files = for_words();
    let mut log = Log::default();
    for (at, few) in files.chunks(10).enumerate() {
        // A talk that holds everything would be folded again and again.
        let talk = desk
            .open_conversation(&format!("阳光小屋{at}"), "chat")
            .unwrap()
            .record();
        let number = format!("40319028471935{at:05}");
        let note = NewNote {
            order: number.clone(),
            kind: "address".into(),
            new: "x".into(),
            ..NewNote::default()
        };
        let note = desk.open_note(&note).unwrap().record();
        while desk.store_mut().index_some().unwrap() {}
        for (place, file) in few.iter().enumerate() {
            let text = file.text();
            captures(&mut desk, &mut log, file, &text, &words);
            says(&mut desk, &mut log, file, &text, &words, talk);
            if !file.is_whole_file() {
                names(&mut desk, &mut log, file, &text, &words, (talk, note));
            }
            let register = registers::ALL[(at * 10 + place) % registers::ALL.len()];
            records(
                &mut desk,
                &mut log,
                file,
                &text,
                &words,
                (register, &number),
            );
            readings(&desk, &mut log, file, &text, &words);
        }
    }
    assert!(desk.store().verify().unwrap().clean);
    log.end("calls", files.len());
    goes_out_clean(&desk, &words, files.len());
}

fn captures(desk: &mut Desk, log: &mut Log, file: &Hostile, text: &str, words: &Words) {
    let line = text.replace('\n', " ");
    if let Some(preview) = log.through("capture shown", file, words, || desk.capture_preview(&line))
    {
        log.through("capture", file, words, || desk.capture(&preview));
    }
    let buyers = [None, Some(text)];
    for buyer in buyers {
        let shown = log.through("paste shown", file, words, || {
            desk.paste_preview(text, buyer)
        });
        if let Some(preview) = shown {
            log.through("paste", file, words, || desk.paste(&preview));
        }
    }
}

fn says(desk: &mut Desk, log: &mut Log, file: &Hostile, text: &str, words: &Words, talk: Id) {
    log.through("find", file, words, || desk.find(text, 20));
    log.through("search", file, words, || {
        Ok(desk.store().search(text, None, 20)?)
    });
    log.through("resolve", file, words, || desk.resolve(text));
    log.through("reply", file, words, || desk.reply(talk, text));
    log.through("remark", file, words, || desk.remark(talk, text));
}

/// Doors for short words: names, reasons, states.
fn names(
    desk: &mut Desk,
    log: &mut Log,
    file: &Hostile,
    text: &str,
    words: &Words,
    (talk, note): (Id, Id),
) {
    log.through("promise", file, words, || {
        desk.promise(talk, text, NOW + 3_600_000, None)
    });
    log.through("follow up", file, words, || {
        desk.follow_up(Some(talk), "reminder", text, NOW + 1)
    });
    log.through("talk", file, words, || desk.open_conversation(text, "chat"));
    log.through("step", file, words, || {
        desk.note_step(note, text, Some(text))
    });
    log.through("quote", file, words, || {
        desk.note_step(note, "changed", Some(text))
    });
    log.through("step back", file, words, || desk.note_back(note));
    log.through("move", file, words, || desk.move_to(talk, text, Some(text)));
    log.through("close", file, words, || desk.close(talk, text));
    log.through("away", file, words, || desk.away(text));
    log.through("setting", file, words, || desk.set_setting(text, text));
    log.through("owner", file, words, || desk.owner_named(text));
    log.through("settle", file, words, || desk.settle(text, text));
}

fn records(
    desk: &mut Desk,
    log: &mut Log,
    file: &Hostile,
    text: &str,
    words: &Words,
    (register, number): (&'static Register, &str),
) {
    let note = NewNote {
        order: text.to_owned(),
        kind: "address".into(),
        old: Some(text.to_owned()),
        new: text.to_owned(),
        buyer: Some(text.to_owned()),
        ..NewNote::default()
    };
    log.through("note on its number", file, words, || desk.open_note(&note));
    let note = NewNote {
        order: number.into(),
        ..note
    };
    log.through("note", file, words, || desk.open_note(&note));
    let request = Request {
        order: number.into(),
        about: None,
        values: fields([
            ("kind", json!("refund_only")),
            ("words", json!(text)),
            ("buyer", json!(text)),
        ]),
    };
    log.through("case", file, words, || desk.draft_case(None, &request));
    let value = |field: &FieldSpec| match field.kind {
        FieldKind::Choice(list) => Some(json!(list.values[0])),
        _ => [json!(text), json!(NOW), json!(true)]
            .into_iter()
            .find(|value| field.kind.accepts(value)),
    };
    let values = register
        .fields
        .iter()
        .filter_map(|field| Some((field.name.to_owned(), value(field)?)))
        .collect();
    log.through(&format!("open {}", register.name), file, words, || {
        desk.open_record(register.name, values)
    });
}

fn readings(desk: &Desk, log: &mut Log, file: &Hostile, text: &str, words: &Words) {
    let reading = Reading {
        now: desk.now(),
        zone: desk.zone(),
    };
    log.through("money", file, words, || values::money(text));
    log.through("time", file, words, || {
        values::time(text, reading, Edge::End)
    });
}

/// What came in stands in every list, and leaves it cleaned.
fn goes_out_clean(desk: &Desk, words: &Words, texts: usize) {
    use zhiban::exchange::outlet::export::{Scope, table};
    use zhiban::exchange::outlet::table::Look;
    use zhiban::exchange::outlet::{Format, write};
    let (mut faults, mut rows_seen) = (Vec::new(), 0);
    for register in registers::ALL {
        let rows = desk.view(register, None, 10_000).unwrap();
        rows_seen += rows.len();
        for format in Format::ALL {
            let look = Look {
                words,
                zone: desk.zone(),
            };
            let scope = Scope {
                all_fields: true,
                ids: true,
                unmask: true,
            };
            let table = table(register, &rows, scope, &|_| None, &look);
            let bytes = write(&table, format, &look, NOW).unwrap();
            let text = match format {
                Format::Xlsx => workbook::shown(&bytes),
                _ => String::from_utf8(bytes).unwrap(),
            };
            // A table of cells has its own byte order mark and line ends.
            let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
            if let Some(c) = leak(&text) {
                faults.push(format!("{} as {}: {c:?}", register.name, format.word()));
            }
        }
    }
    println!(
        "{rows_seen} records went out in {} formats",
        Format::ALL.len()
    );
    assert!(
        rows_seen > 5 * texts,
        "the doors took little: {rows_seen} records of {texts} texts"
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_file_is_taken_for_a_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"), "S", "Li");
    let words = Words::new(Language::En);
    let before = desk.store().verify().unwrap().state;
    let files = everything();
    let mut log = Log::default();
    for (at, file) in files.iter().enumerate() {
        let path = folder.path().join(format!("{at}.zbundle"));
        std::fs::write(&path, &file.bytes).unwrap();
        log.through("inspect", file, &words, || {
            bundle::inspect(&path, &mut |_| true)
        });
        log.through("bundle import", file, &words, || {
            bundle::import(desk.store_mut(), &path, NOW, &mut |_| true)
        });
        std::fs::remove_file(&path).unwrap();
    }
    assert_eq!(desk.store().verify().unwrap().state, before);
    assert!(
        log.doors.values().all(|(taken, _)| *taken == 0),
        "{:?}",
        log.doors
    );
    log.end("bundles", files.len());
}
