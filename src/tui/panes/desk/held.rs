//! What does not count yet, a line each person: whose it is, how much, what is missing.

use std::collections::BTreeMap;

use crate::desk::Desk;
use crate::desk::matters::Class;
use crate::domain::authority::{Action, may};
use crate::i18n::Words;
use crate::problem::Problem;

/// Events of one person that wait for the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui::panes) struct Held {
    /// Who wrote them; empty where nobody knows.
    pub(super) who: String,
    /// How many.
    pub(super) count: u64,
    /// By which code.
    pub(super) code: String,
    /// Why they do not count.
    pub(super) what: String,
    /// What to do.
    pub(super) next: String,
}

/// Returns the lines, for those who decide about such things.
pub(super) fn rows(desk: &Desk, words: &Words) -> Result<Vec<Held>, Problem> {
    let decides = desk
        .signed_in()
        .is_some_and(|me| may(me.role, Action::CloseContradiction).allows());
    if !decides || desk.store().held_counts()? == (0, 0) {
        return Ok(Vec::new());
    }
    let mut lines: BTreeMap<(String, String), Held> = BTreeMap::new();
    for matter in desk.to_look_at(words)? {
        if !matches!(matter.class, Class::Unfolded | Class::Outside) {
            continue;
        }
        let who = matter.sides.first().map(|side| side.who.clone());
        let who = who.unwrap_or_default();
        let line = lines
            .entry((who.clone(), matter.kind.clone()))
            .or_insert_with(|| Held {
                who,
                count: 0,
                code: matter.kind.clone(),
                what: matter.what.clone(),
                next: matter.next.clone(),
            });
        line.count += matter.count;
    }
    Ok(lines.into_values().collect())
}
