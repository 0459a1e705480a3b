//! What came of long work, in words.

use super::{Brought, Done, FileDone};
use crate::desk::care::Copied;
use crate::desk::import::FileReport;
use crate::desk::start::old_table::OldTableReport;
use crate::exchange::bundle::Accounting;
use crate::exchange::bundle::text::TextTaken;
use crate::i18n::{Arg, Words};
use crate::store::{Defect, Verified};
use crate::tui::pane::Notice;
use crate::tui::theme::Ink;

/// Returns what the person is told, the most important last.
pub fn told(done: &Done, words: &Words) -> Vec<Notice> {
    match done {
        Done::Previewed(_)
        | Done::BlockWritten(Ok(_))
        | Done::OldTable { dry_run: true, .. }
        | Done::LookedBack {
            past: None | Some(Ok(_)),
            ..
        }
        | Done::Counted {
            facts: None | Some(Ok(_)),
            ..
        }
        | Done::Weighed {
            risks: None | Some(Ok(_)),
            ..
        } => Vec::new(),
        Done::OldTable {
            outcome: Ok(report),
            ..
        } => {
            let counts = old_table_counts(report);
            vec![Notice::new("old-table-taken", &counts, Ink::Ok, words)]
        }
        Done::Imported(files) => imported(files, words),
        Done::Erased(Ok(done)) => {
            let counts = [
                ("events", done.events.into()),
                ("given", done.given.len().into()),
            ];
            vec![Notice::new("erase-done", &counts, Ink::Ok, words)]
        }
        Done::BlockTaken(Ok(taken)) => vec![block_taken(taken, words)],
        Done::Verified(Ok(Some(verified))) => checked(verified, words),
        Done::BackedUp(Ok(Some(copied))) => backed_up(copied, words),
        Done::Verified(Ok(None)) | Done::BackedUp(Ok(None)) => {
            vec![Notice::new("care-stopped", &[], Ink::Warn, words)]
        }
        Done::OldTable {
            outcome: Err(problem),
            ..
        }
        | Done::Erased(Err(problem))
        | Done::BlockWritten(Err(problem))
        | Done::BlockTaken(Err(problem))
        | Done::Verified(Err(problem))
        | Done::BackedUp(Err(problem))
        | Done::LookedBack {
            past: Some(Err(problem)),
            ..
        }
        | Done::Counted {
            facts: Some(Err(problem)),
            ..
        }
        | Done::Weighed {
            risks: Some(Err(problem)),
            ..
        } => vec![Notice::of(problem, words)],
    }
}

/// Returns what came of an old table as the words name it.
pub fn old_table_counts(report: &OldTableReport) -> [(&'static str, Arg<'static>); 5] {
    [
        ("read", report.read.into()),
        ("opened", report.opened.into()),
        ("done", report.done.into()),
        ("known", report.known.into()),
        ("refused", report.refused.into()),
    ]
}

fn imported(files: &[FileDone], words: &Words) -> Vec<Notice> {
    let mut all = Vec::new();
    let taken = || files.iter().filter_map(|file| file.1.as_ref().ok());
    let reports = || {
        taken().filter_map(|brought| match brought {
            Brought::Rows(report) => Some(&**report),
            Brought::Bundle { .. } => None,
        })
    };
    let events = || {
        taken().filter_map(|brought| match brought {
            Brought::Bundle { new, .. } => *new,
            Brought::Rows(_) => None,
        })
    };
    let sum =
        |of: fn(&FileReport) -> usize| -> Arg<'static> { reports().map(of).sum::<usize>().into() };
    if reports().any(FileReport::is_stopped) {
        let in_it = |one: &FileReport| one.new + one.changed + one.same + one.held;
        let counts = [("taken", sum(in_it)), ("left", sum(|one| one.left))];
        all.push(Notice::new("import-stopped", &counts, Ink::Warn, words));
    } else if reports().next().is_some() {
        let counts = [
            ("files", reports().count().into()),
            ("new", sum(|one| one.new)),
            ("changed", sum(|one| one.changed)),
            ("refused", sum(|one| one.refused)),
        ];
        all.push(Notice::new("import-done", &counts, Ink::Ok, words));
    }
    if events().next().is_some() {
        let counts = [("new", events().sum::<u64>().into())];
        all.push(Notice::new("import-bundle-done", &counts, Ink::Ok, words));
    }
    let faults = files.iter().filter_map(|file| file.1.as_ref().err());
    all.extend(faults.map(|fault| Notice::of(fault, words)));
    all
}

fn block_taken(done: &TextTaken, words: &Words) -> Notice {
    let sum = |of: fn(&Accounting) -> u64| done.taken.iter().map(of).sum::<u64>();
    if let Some((missing, of)) = done.missing.first() {
        let missing: Vec<String> = missing.iter().map(u32::to_string).collect();
        let args = [("missing", missing.join(" ").into()), ("of", (*of).into())];
        return Notice::new("text-block-missing", &args, Ink::Warn, words);
    }
    let counts = [
        ("new", sum(|one| one.new).into()),
        ("here", sum(|one| one.here).into()),
        ("outside", sum(|one| one.outside).into()),
    ];
    Notice::new("text-block-taken", &counts, Ink::Ok, words)
}

/// Returns what a look at everything or at a copy found broken, one line each.
fn defects(verified: &Verified, words: &Words) -> Vec<Notice> {
    let defects = verified.defects.iter();
    defects.map(|one| defect(one, words)).collect()
}

fn defect(one: &Defect, words: &Words) -> Notice {
    let place = one.seq.map(|seq| seq.to_string());
    let parts = [
        words.get(one.message).to_string(),
        one.id.clone(),
        place.unwrap_or_default(),
    ];
    let said: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Notice::line(said.join("  "), Ink::Warn)
}

fn checked(verified: &Verified, words: &Words) -> Vec<Notice> {
    if !verified.clean {
        let count = [("count", verified.defects.len().into())];
        let told = Notice::new("care-defects", &count, Ink::Warn, words);
        return vec![told.with_more(defects(verified, words))];
    }
    let counts = [
        ("events", verified.events.into()),
        ("records", verified.records.into()),
        ("replicas", verified.replicas.into()),
    ];
    vec![Notice::new("cli-verify-clean", &counts, Ink::Ok, words)]
}

fn backed_up(copied: &Copied, words: &Words) -> Vec<Notice> {
    let file: Arg<'_> = copied.file.display().to_string().into();
    let mut all = Vec::new();
    if let Some(problem) = &copied.unlisted {
        let unlisted = words.because("problem-given-unlisted", problem);
        all.push(Notice::of(&unlisted, words));
    }
    all.push(match &copied.verified {
        None => Notice::new("care-copy-unseen", &[("file", file)], Ink::Warn, words),
        Some(verified) if verified.clean => {
            let args = [("file", file), ("events", verified.events.into())];
            Notice::new("cli-backup-done", &args, Ink::Ok, words)
        }
        Some(verified) => {
            let args = [("file", file), ("count", verified.defects.len().into())];
            let told = Notice::new("care-copy-unsound", &args, Ink::Warn, words);
            told.with_more(defects(verified, words))
        }
    });
    all
}
