//! Ctrl+E on an item: why it is due when it is.

use super::{DeskPane, Focus};
use crate::desk::Desk;
use crate::desk::why::WhyDue;
use crate::domain::record::Record;
use crate::domain::register::Source;
use crate::i18n::{Arg, Words};
use crate::problem::Problem;
use crate::store::Row;
use crate::tui::pane::{Flow, Reach};
use crate::tui::words::Speech;

impl DeskPane {
    /// Says why the item under the cursor, or the one that is open, is due when it is.
    pub(super) fn say_why_due(&self, reach: &mut Reach<'_>) -> Flow {
        let id = match self.focus {
            Focus::List => self.under_cursor().map(|item| item.row.id),
            _ => self.open.as_ref().map(|open| open.record.id),
        };
        let Some(id) = id else {
            return Flow::Pass;
        };
        let why = reach
            .desk
            .record(id)
            .and_then(|(record, _)| reach.desk.why_due(&record));
        match why {
            Ok(Some(why)) => {
                let (id, args) = told(&why, Speech::new(reach.desk, reach.words), reach.desk);
                reach.say(id, &args);
            }
            Ok(None) => reach.say("why-due-none", &[]),
            Err(problem) => reach.trouble(&problem),
        }
        Flow::Stay
    }
}

/// Returns what is to be said of an item whose deadline the platform moved.
pub(super) fn moved(
    desk: &Desk,
    words: &Words,
    record: &Record,
    row: &Row,
) -> Result<Option<String>, Problem> {
    if row.due_source.as_deref() != Some(Source::Platform.word()) {
        return Ok(None);
    }
    let why = desk.why_due(record)?;
    let moved = why.filter(|why| why.platform.is_some_and(|said| said.was.is_some()));
    Ok(moved.map(|why| {
        let (id, args) = told(&why, Speech::new(desk, words), desk);
        words.with(id, &args)
    }))
}

/// The id of the sentence, and what it names.
type Told = (&'static str, Vec<(&'static str, Arg<'static>)>);

fn told(why: &WhyDue, speech: Speech<'_>, desk: &Desk) -> Told {
    let words = speech.words;
    let due = ("due", speech.moment(why.due.at).into());
    if let Some(limit) = &why.limit {
        let name = words.get(&format!("setting-{}", limit.rule.key()));
        let (id, only) = match limit.only.as_deref() {
            None => ("why-due-limit-usual", ""),
            Some("") => ("why-due-limit", ""),
            Some(only) => ("why-due-limit-only", only),
        };
        let args = vec![
            due,
            ("limit", name.to_string().into()),
            ("clock", limit.clock.clone().into()),
            ("only", only.to_owned().into()),
        ];
        return (id, args);
    }
    let set_by = why
        .set_by
        .and_then(|replica| desk.people().of_replica(replica));
    let who = match set_by {
        Some(person) => person.name.clone(),
        None => words.get("why-due-somebody").to_string(),
    };
    let since = why.platform.map(|said| speech.moment(said.since));
    let was = why.platform.and_then(|said| said.was);
    let id = match (why.due.source, was) {
        (Source::Platform, Some(_)) => "why-due-moved",
        (Source::Platform, None) => "why-due-platform",
        (Source::Rule, _) => "why-due-rule",
        (Source::Manual, _) => "why-due-manual",
        (Source::Own, _) => "why-due-own",
    };
    let args = vec![
        due,
        ("since", since.unwrap_or_default().into()),
        (
            "was",
            was.map(|was| speech.moment(was)).unwrap_or_default().into(),
        ),
        ("who", who.into()),
    ];
    (id, args)
}
