//! An act on something that somebody else changed since it was opened stops once, says what
//! changed, and is done when it is asked for again (ux 8.1).

use crate::desk::Desk;
use crate::desk::opened::{Changed, Opened};
use crate::domain::id::Id;
use crate::domain::payload::Payload;
use crate::problem::Problem;
use crate::tui::pane::{Flow, Notice, Reach};
use crate::tui::theme::Ink;
use crate::tui::words::Speech;

/// What was seen of the records in front; nothing while it is a new one.
#[derive(Debug, Clone, Default)]
pub(in crate::tui) struct Since(Vec<Opened>);

impl Since {
    /// A record is opened.
    pub(super) fn of(reach: &Reach<'_>, id: Id) -> Self {
        Self::of_all(reach, &[id])
    }

    /// Records are opened together.
    pub(super) fn of_all(reach: &Reach<'_>, ids: &[Id]) -> Self {
        Self::at(reach.desk, ids)
    }

    /// Records are opened at a desk.
    pub(in crate::tui) fn at(desk: &Desk, ids: &[Id]) -> Self {
        // What cannot be read now is refused by the act itself.
        let opened = ids.iter().map(|id| Opened::new(desk, *id));
        Self(opened.filter_map(Result::ok).collect())
    }

    /// Returns the changes since the records were opened, the oldest first.
    fn changed(&mut self, desk: &Desk) -> Result<Vec<Changed>, Problem> {
        let mut all = Vec::new();
        for opened in &mut self.0 {
            all.extend(opened.changed(desk)?);
        }
        all.sort_by_key(|changed| changed.at);
        Ok(all)
    }

    /// Says what changed since the record was opened, and shows all of it by Enter; none where
    /// nothing did, and when asked again.
    pub(in crate::tui) fn stops(&mut self, reach: &mut Reach<'_>) -> Option<Flow> {
        self.stopped(reach, |notice, changes| {
            notice.with_answer("changed-title", changes)
        })
    }

    /// The same where Enter opens the record itself.
    fn stops_on_row(&mut self, reach: &mut Reach<'_>) -> Option<Flow> {
        self.stopped(reach, |notice, _| notice)
    }

    fn stopped(
        &mut self,
        reach: &mut Reach<'_>,
        with: impl FnOnce(Notice, Vec<Notice>) -> Notice,
    ) -> Option<Flow> {
        let changed = match self.changed(reach.desk) {
            Ok(changed) => changed,
            Err(problem) => {
                reach.trouble(&problem);
                return Some(Flow::Stay);
            }
        };
        let newest = changed.last()?;
        let speech = reach.speech();
        let (words, count) = (speech.words, changed.len());
        let more = if count > 1 {
            words.with("changed-more", &[("count", count.into())])
        } else {
            String::new()
        };
        let said = [
            ("what", sentence(newest, speech).into()),
            ("more", more.into()),
        ];
        let text = words.with("changed-since", &said);
        let all = changed.iter().map(|one| {
            let text = one
                .what
                .as_ref()
                .and_then(told)
                .map(|text| format!("  {text}"));
            let line = format!("{}{}", sentence(one, speech), text.unwrap_or_default());
            Notice::line(line, Ink::Text)
        });
        let notice = with(Notice::line(text, Ink::Warn), all.collect());
        *reach.notice = Some(notice);
        *reach.stale = true;
        Some(Flow::Stay)
    }
}

/// What was seen of the row under the cursor of a list: as it was when the cursor came to it,
/// whatever was read anew since.
#[derive(Debug, Default)]
pub(in crate::tui) struct SinceRow(Option<(Id, Since)>);

impl SinceRow {
    /// The cursor stands on this record, or on none.
    pub(in crate::tui) fn follow(&mut self, desk: &Desk, row: Option<Id>) {
        if self.0.as_ref().map(|(id, _)| *id) != row {
            self.0 = row.map(|id| (id, Since::at(desk, &[id])));
        }
    }

    /// Says what changed since the cursor came to the row; none where nothing did, and when
    /// asked again.
    pub(in crate::tui) fn stops(&mut self, reach: &mut Reach<'_>) -> Option<Flow> {
        self.0
            .as_mut()
            .and_then(|(_, since)| since.stops_on_row(reach))
    }
}

/// When who did what, in a sentence.
fn sentence(changed: &Changed, speech: Speech<'_>) -> String {
    let words = speech.words;
    let who = if changed.who.is_empty() {
        words.get("changed-somebody").to_string()
    } else {
        changed.who.clone()
    };
    let deed = speech.deed(changed.register, changed.what.as_ref());
    let said = [
        ("when", speech.moment(changed.at).into()),
        ("who", who.into()),
        ("what", deed.into()),
    ];
    words.with("changed-line", &said)
}

/// The words that were said or noted with it.
fn told(what: &Payload) -> Option<&str> {
    match what {
        Payload::Say(say) => say.text.as_deref(),
        Payload::Move { note, .. } | Payload::Assign { note, .. } | Payload::Sign { note, .. } => {
            note.as_deref()
        }
        Payload::Attach { name, .. } => name.as_deref(),
        _ => None,
    }
}
