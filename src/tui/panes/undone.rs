//! Taking the last act back, and saying what it was, about what and when: nobody undoes unseen.

use crate::store::Row;
use crate::tui::pane::Reach;
use crate::tui::words::Speech;

/// Takes the person's last act back and names what it was about.
pub(super) fn take_back(reach: &mut Reach<'_>) {
    let Some(taken) = reach.attempt(|desk| desk.take_back(None)) else {
        return;
    };
    let speech = reach.speech();
    let when = speech.moment(taken.at);
    let deed = speech.deed(taken.register, taken.what.as_ref());
    let what = taken.row.map(|row| name(&row, speech));
    let mut what = what.unwrap_or_default();
    if taken.count > 1 {
        let args = [("what", what.into()), ("count", taken.count.into())];
        what = reach.words.with("desk-undone-many", &args);
    }
    let said = [
        ("when", when.into()),
        ("deed", deed.into()),
        ("what", what.into()),
    ];
    reach.say("desk-undone", &said);
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
