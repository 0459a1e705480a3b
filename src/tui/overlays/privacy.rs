//! Erasing the customer of a record, and attaching a file to it: both from the palette, on the
//! item of the desk or the record in front.

use std::path::Path;

use super::ask::Ask;
use super::transfer::nothing_open;
use crate::domain::id::Id;
use crate::exchange::intake::file::dropped_files;
use crate::problem::Problem;
use crate::text::fold::fold;
use crate::tui::jobs::Job;
use crate::tui::pane::{Flow, Reach};

/// Shows what erasing the customer of a record would take and asks why; then asks for the word
/// that does it, for nobody can bring it back.
pub fn erase(reach: &Reach<'_>, record: Option<Id>) -> Result<Ask, Problem> {
    let name = record.or(reach.item).ok_or_else(nothing_open)?.to_string();
    let erasure = reach.desk.erasure_of(&name)?;
    let title = reach.words.with(
        "erase-title",
        &[
            ("records", erasure.records.len().into()),
            ("events", erasure.events.into()),
            ("files", erasure.files.into()),
        ],
    );
    let hint = reach
        .words
        .with("erase-hint", &[("given", erasure.given.len().into())]);
    let about = name.clone();
    let ask = Ask::new(title, hint, move |reason, reach| {
        Flow::Replace(Box::new(confirm(reach, name.clone(), reason.to_owned())))
    });
    Ok(ask.keeping(reach, "erase", about))
}

fn confirm(reach: &Reach<'_>, name: String, reason: String) -> Ask {
    let word = reach.words.get("erase-word").to_string();
    let ask = [("word", word.as_str().into())];
    let title = reach.words.with("erase-confirm", &ask);
    let hint = reach.words.get("cli-erase-stays").to_string();
    Ask::new(title, hint, move |typed, reach| {
        if fold(typed.trim()) != fold(&word) {
            reach.say("erase-kept", &[]);
            return Flow::Close;
        }
        let (name, reason) = (name.clone(), reason.clone());
        reach.work(Job::Erase { name, reason });
        Flow::Close
    })
}

/// Asks which file to attach to a record: its path, typed, pasted or dropped.
pub fn attach(reach: &Reach<'_>, record: Option<Id>) -> Result<Ask, Problem> {
    let record = record.or(reach.item).ok_or_else(nothing_open)?;
    reach.desk.record(record)?;
    let title = reach.words.get("attach-title").to_string();
    let hint = reach.words.get("attach-hint").to_string();
    let ask = Ask::new(title, hint, move |typed, reach| {
        let named = dropped_files(typed).into_iter().next();
        let path = named.unwrap_or_else(|| Path::new(typed.trim()).to_owned());
        if reach.attempt(|desk| desk.attach(record, &path)).is_none() {
            return Flow::Stay;
        }
        reach.say("attach-done", &[]);
        Flow::Close
    });
    Ok(ask.keeping(reach, "attach", record))
}
