//! An act on something that somebody else changed since it was opened stops once, says what
//! changed, and is done when it is asked for again (ux 8.1).

use crate::desk::Desk;
use crate::desk::opened::{Changed, Opened};
use crate::domain::id::Id;
use crate::problem::Problem;
use crate::tui::pane::{Flow, Notice, Reach};
use crate::tui::theme::Ink;

/// What was seen of the records in front; nothing while it is a new one.
#[derive(Debug, Clone, Default)]
pub(super) struct Since(Vec<Opened>);

impl Since {
    /// A record is opened.
    pub(super) fn of(reach: &Reach<'_>, id: Id) -> Self {
        Self::of_all(reach, &[id])
    }

    /// Records are opened together.
    pub(super) fn of_all(reach: &Reach<'_>, ids: &[Id]) -> Self {
        // What cannot be read now is refused by the act itself.
        let opened = ids.iter().map(|id| Opened::new(reach.desk, *id));
        Self(opened.filter_map(Result::ok).collect())
    }

    /// Returns the newest change since the records were opened, which then counts all of them.
    fn changed(&mut self, desk: &Desk) -> Result<Option<Changed>, Problem> {
        let mut all = Vec::new();
        for opened in &mut self.0 {
            all.extend(opened.changed(desk)?);
        }
        let count = all.iter().map(|changed| changed.count).sum();
        let newest = all.into_iter().max_by_key(|changed| changed.at);
        Ok(newest.map(|changed| Changed { count, ..changed }))
    }

    /// Says what changed since the record was opened; none where nothing did, and when asked
    /// again.
    pub(super) fn stops(&mut self, reach: &mut Reach<'_>) -> Option<Flow> {
        let changed = match self.changed(reach.desk) {
            Ok(changed) => changed?,
            Err(problem) => {
                reach.trouble(&problem);
                return Some(Flow::Stay);
            }
        };
        let speech = reach.speech();
        let verb = changed.verb.unwrap_or("unknown");
        let said = [
            ("when", speech.moment(changed.at).into()),
            ("who", changed.who.into()),
            (
                "what",
                reach
                    .words
                    .get(&format!("cli-verb-{verb}"))
                    .to_string()
                    .into(),
            ),
            ("count", changed.count.into()),
        ];
        let text = reach.words.with("changed-since", &said);
        *reach.notice = Some(Notice::line(text, Ink::Warn));
        *reach.stale = true;
        Some(Flow::Stay)
    }
}
