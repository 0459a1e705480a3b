//! Taking the last act back, and saying what it was about: nobody undoes unseen.

use crate::store::Row;
use crate::tui::pane::Reach;
use crate::tui::words::Speech;

/// Takes the person's last act back and names what it was about.
pub(super) fn take_back(reach: &mut Reach<'_>) {
    let Some(taken) = reach.attempt(crate::desk::Desk::take_back) else {
        return;
    };
    let what = taken.row.map(|row| name(&row, reach.speech()));
    let mut what = what.unwrap_or_default();
    if taken.count > 1 {
        let args = [("what", what.into()), ("count", taken.count.into())];
        what = reach.words.with("desk-undone-many", &args);
    }
    reach.say("desk-undone", &[("what", what.into())]);
}

/// Kind, number and buyer.
fn name(row: &Row, speech: Speech<'_>) -> String {
    let kind = speech.words.get(&format!("short-{}", row.register));
    let title = speech.title(row);
    let number = row.number.as_deref().filter(|number| *number != title);
    let parts = [Some(&*kind), number, Some(title.as_str())];
    let parts: Vec<&str> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" ")
}
