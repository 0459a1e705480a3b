//! How the ladder of a submitted case is drawn.

use ratatui::layout::Position;

use super::case::CaseForm;
use super::case_ladder::Ladder;
use super::case_view::{header, names};
use crate::i18n::Words;
use crate::tui::keys::Spot;
use crate::tui::theme::Ink;
use crate::tui::widgets::line;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::page::Page;

/// What a rung waits for, and of whom it is awaited.
fn case_waits(case: &CaseForm, to: &str, words: &Words) -> String {
    let waits = words.get(&format!("case-do-{to}"));
    if to != "approved" {
        return waits.to_string();
    }
    format!("{waits}  {}", names(case, words, false))
}

/// Draws the ladder: what is asked, the steps, what became of it.
pub(super) fn rungs(page: &mut Page<'_, '_>, case: &CaseForm, ladder: &Ladder) -> Option<Position> {
    header(page, case);
    let look = page.look();
    let words = look.words;
    page.text(&case.read_back, 3, Ink::Text);
    page.section(
        vec![Run::new(words.get("case-ladder").to_string(), Ink::Title)],
        vec![dim(words.get("case-ladder-keys").to_string())],
    );
    let mut caret = None;
    for (at, rung) in ladder.rungs.iter().enumerate() {
        let (mark, ink, detail) = match (&rung.done, rung.next) {
            (Some(when), _) => ("note-mark-done", Ink::Ok, text(when.as_str())),
            (None, true) => (
                "note-mark-next",
                Ink::Urgent,
                text(case_waits(case, rung.to, words)),
            ),
            (None, false) => ("note-mark-locked", Ink::Dim, text("")),
        };
        let here = at == ladder.cursor;
        let row = page.draw(1, |buf, row, look| {
            let name = words.get(&format!("case-step-{}", rung.to));
            let start = [
                text(if here { " >" } else { "  " }),
                Run::new(words.get(mark).to_string(), ink),
                text(format!("  {name}")),
            ];
            if row.height > 0 {
                line::put_runs(buf, (row.x, row.y), row.width, &start, look);
                let indent = 22.max(line::columns(&start, look) + 1).min(row.width);
                line::put_runs(
                    buf,
                    (row.x + indent, row.y),
                    row.width - indent,
                    &[detail],
                    look,
                );
            }
            let away = at as isize - ladder.cursor as isize;
            look.note(|record| record.places.push((row, Spot::Row(away))));
            if here && row.height > 0 {
                line::paint(buf, row, Ink::CursorRow, look);
            }
            row
        });
        if here && row.width > 1 && row.height > 0 {
            caret = Some(Position::new(row.x + 1, row.y));
        }
    }
    for remark in &ladder.remarks {
        page.text(remark, 2, Ink::Warn);
    }
    for alarm in &ladder.alarms {
        page.text(alarm, 2, Ink::Block);
    }
    if ladder.signs {
        page.row(
            &[Run::new(
                words.get("case-verbal-sign").to_string(),
                Ink::Approve,
            )],
            &[],
        );
    }
    if ladder.decides {
        page.row(
            &[Run::new(words.get("case-decide").to_string(), Ink::Approve)],
            &[],
        );
    }
    if !ladder.to_tell.is_empty() {
        page.section(
            vec![Run::new(words.get("case-tell").to_string(), Ink::Title)],
            vec![dim(words.get("note-copy").to_string())],
        );
        page.text(&ladder.to_tell, 3, Ink::Text);
    }
    caret
}
