//! How a pasted chat is drawn: what is new of it, whose words, what it names, where it is filed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::choices;
use super::paste::PastePane;
use crate::domain::payload::Direction;
use crate::text::width::fit;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::{Look, frame, line};
use crate::tui::words::{Speech, short_author, tail};

/// The rows beside those of what was said.
const AROUND: u16 = 14;

/// Draws the pane.
pub(super) fn draw(pane: &PastePane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let area = frame::paper(area);
    let rows = area.height.saturating_sub(AROUND).max(1);
    let shelves = [area.y + 3, area.y + 4 + rows, area.y + 7 + rows];
    let title = [Run::new(
        look.words.get("paste-title").to_string(),
        Ink::Title,
    )];
    let inner = frame::overlay(buf, area, &title, &[dim("F2")], &shelves, look);
    if inner.height < 2 || inner.width < 4 {
        return;
    }
    let mut sheet = Paper { buf, inner, look };
    draw_head(pane, &mut sheet);
    draw_said(pane, &mut sheet, shelves[0], usize::from(rows));
    draw_found(pane, &mut sheet, shelves[1]);
    draw_choices(pane, &mut sheet, shelves[2]);
}

fn speech<'a>(pane: &'a PastePane, look: &Look<'a>) -> Speech<'a> {
    Speech {
        words: look.words,
        zone: pane.zone,
        now: pane.now,
        people: &pane.people,
    }
}

/// The sheet that the pane draws on: rows within a frame.
struct Paper<'a, 'b> {
    buf: &'a mut Buffer,
    inner: Rect,
    look: &'a Look<'b>,
}

impl Paper<'_, '_> {
    fn row(&mut self, y: u16, runs: &[Run<'_>]) {
        if y < self.inner.bottom() {
            let width = self.inner.width.saturating_sub(2);
            line::put_runs(self.buf, (self.inner.x + 1, y), width, runs, self.look);
        }
    }

    fn shelf(&mut self, y: u16, title: String) {
        if y + 1 < self.inner.bottom() {
            let row = Rect {
                y,
                height: 1,
                ..self.inner
            };
            frame::titles(self.buf, row, &[text(title)], &[], self.look);
        }
    }

    fn word(&self, id: &str) -> String {
        self.look.words.get(id).to_string()
    }
}

/// What was split by which form, and who is who.
fn draw_head(pane: &PastePane, sheet: &mut Paper<'_, '_>) {
    let (words, pasted) = (sheet.look.words, &pane.preview.pasted);
    let form = match &pasted.form {
        Some(name) if words.has(&format!("chat-form-{name}")) => {
            sheet.word(&format!("chat-form-{name}"))
        }
        // A form of the shop's own file has no other name.
        Some(name) => name.clone(),
        None => sheet.word("paste-no-form"),
    };
    let counts = [
        ("lines", pasted.lines.into()),
        ("said", pasted.utterances.len().into()),
        ("new", pane.preview.outcome.new.into()),
        ("here", pane.preview.outcome.here.into()),
        ("unsplit", pasted.unsplit.into()),
    ];
    let times = sheet.word(match (pasted.timed, pasted.dateless) {
        (false, _) => "paste-times-none",
        (true, true) => "paste-times-dateless",
        (true, false) => "paste-times",
    });
    let top = sheet.inner.y;
    sheet.row(
        top,
        &[
            text(words.with("paste-counts", &counts)),
            dim(format!("  {times}  {form}")),
        ],
    );
    let buyer = pane.preview.buyer.clone();
    let mut ours: Vec<&str> = Vec::new();
    for speaker in &pasted.speakers {
        let name = short_author(&speaker.name);
        if Some(&speaker.name) != buyer.as_ref() && !ours.contains(&name) {
            ours.push(name);
        }
    }
    let names = [
        ("ours", ours.join(" ").into()),
        (
            "buyer",
            buyer.unwrap_or_else(|| sheet.word("paste-no-buyer")).into(),
        ),
    ];
    let mut runs = vec![text(words.with("paste-who", &names))];
    if !pane.unclear.is_empty() {
        let names = [("names", pane.unclear.join(" ").into())];
        runs.push(Run::new(
            format!("  {}", words.with("paste-unclear", &names)),
            Ink::Warn,
        ));
    }
    sheet.row(top + 1, &runs);
}

/// The words that are new, the last ones where not all have room.
fn draw_said(pane: &PastePane, sheet: &mut Paper<'_, '_>, shelf: u16, rows: usize) {
    let (said, fresh) = (&pane.preview.talk.said, &pane.preview.outcome.fresh);
    let count = [("count", fresh.len().into())];
    sheet.shelf(shelf, sheet.look.words.with("paste-new", &count));
    let shown = fresh.iter().skip(fresh.len().saturating_sub(rows));
    for (at, one) in shown.filter_map(|place| said.get(*place)).enumerate() {
        let (who, ink) = match one.direction {
            Direction::In => (sheet.word("who-buyer"), Ink::In),
            Direction::Out => (
                one.author
                    .as_deref()
                    .map_or_else(|| sheet.word("who-us"), |name| short_author(name).into()),
                Ink::Out,
            ),
            Direction::System => (sheet.word("who-system"), Ink::System),
            Direction::Internal => (sheet.word("who-internal"), Ink::Warn),
        };
        let speech = speech(pane, sheet.look);
        let time = one.at.map_or_else(|| "     ".into(), |at| speech.clock(at));
        sheet.row(
            shelf + 1 + at as u16,
            &[
                dim(format!("{time} ")),
                Run::new(format!("{who}  "), ink),
                text(one.text.clone()),
            ],
        );
    }
}

/// Numbers and matters that the words name, what ours promise.
fn draw_found(pane: &PastePane, sheet: &mut Paper<'_, '_>, shelf: u16) {
    sheet.shelf(shelf, sheet.word("paste-found"));
    let (words, pasted) = (sheet.look.words, &pane.preview.pasted);
    let listed = |list: &[String]| {
        if list.is_empty() {
            sheet.word("paste-none")
        } else {
            list.join(" ")
        }
    };
    let speech = speech(pane, sheet.look);
    let matters: Vec<String> = pane
        .preview
        .matters
        .iter()
        .map(|found| speech.matter(&found.register, found.kind.as_deref()))
        .collect();
    let orders: Vec<String> = pasted.orders.iter().map(|number| tail(number)).collect();
    let found = [
        ("orders", listed(&orders).into()),
        ("matters", listed(&matters).into()),
        ("phones", listed(&pasted.phones).into()),
    ];
    let mut runs = vec![text(words.with("paste-pieces", &found))];
    if !pasted.timed {
        runs = vec![dim(sheet.word("paste-no-times"))];
    } else if pasted.dateless {
        runs.push(dim(format!("  {}", sheet.word("paste-no-dates"))));
    }
    sheet.row(shelf + 1, &runs);
    let promised = pane.preview.promises.first();
    let promised = promised.and_then(|place| pane.preview.talk.said.get(*place));
    let (blocked, hints) = pane.wording;
    let counts = [("blocked", blocked.into()), ("hints", hints.into())];
    let ink = match pane.wording {
        (0, 0) => Ink::Dim,
        (0, _) => Ink::Urgent,
        _ => Ink::Block,
    };
    let mut runs = vec![
        Run::new(words.with("wording-counts", &counts), ink),
        text(format!("   {}  ", sheet.word("paste-promised"))),
    ];
    match promised {
        Some(one) => {
            let key = format!("  {}", sheet.word("paste-promise-key"));
            let used = line::columns(&runs, sheet.look) + sheet.look.columns(&key) + 6;
            let room = usize::from(sheet.inner.width.saturating_sub(used));
            let said = crate::text::clean::line(&one.text).into_owned();
            let said = fit(&said, room, sheet.look.ambiguous).into_owned();
            let quoted = [("text", said.into())];
            runs.push(text(words.with("case-quoted", &quoted)));
            runs.push(Run::new(key, Ink::Key));
        }
        None => runs.push(dim(sheet.word("paste-none"))),
    }
    sheet.row(shelf + 2, &runs);
}

fn draw_choices(pane: &PastePane, sheet: &mut Paper<'_, '_>, shelf: u16) {
    sheet.shelf(shelf, sheet.word("paste-into"));
    let buyer = pane.preview.buyer.clone().unwrap_or_default();
    let speech = speech(pane, sheet.look);
    let day = match pane.preview.since {
        Some(since) => sheet.look.words.with(
            "paste-into-day",
            &[
                ("buyer", buyer.into()),
                ("since", speech.moment(since).into()),
            ],
        ),
        None => sheet
            .look
            .words
            .with("paste-into-first", &[("buyer", buyer.into())]),
    };
    let mut labels = vec![
        day,
        sheet.word("paste-into-new"),
        sheet.word("paste-into-evidence"),
    ];
    labels.truncate(pane.places());
    let y = (shelf + 1).min(sheet.inner.bottom());
    let place = Rect {
        x: sheet.inner.x + 1,
        y,
        width: sheet.inner.width.saturating_sub(2),
        height: sheet.inner.bottom() - y,
    };
    choices::draw(sheet.buf, place, &labels, pane.chosen, sheet.look);
    for (at, id) in ["paste-kept", "paste-once"].into_iter().enumerate() {
        sheet.row(shelf + 4 + at as u16, &[dim(sheet.word(id))]);
    }
}
