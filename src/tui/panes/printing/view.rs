//! How the notices are drawn, what is known of the one under the cursor, and what is counted.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Notice, PrintingPane};
use crate::desk::printing::Parcels;
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::widgets::list::{self, List, Width};
use crate::tui::widgets::page::Page;
use crate::tui::words::tail;

/// How many numbers without a parcel are named.
const TAILS: usize = 5;
/// Flag, kind, order, buyer, what, when and who, printed or not.
const COLUMNS: &[Width] = &[
    Width::Left(4),
    Width::Left(10),
    Width::Left(6),
    Width::Left(10),
    Width::Fill,
    Width::Left(14),
    Width::Left(10),
];

impl PrintingPane {
    pub(super) fn rows(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        if self.waiting.is_empty() && area.height > 0 {
            line::put(
                buf,
                (area.x, area.y),
                area.width,
                &look.words.get("printing-none"),
                Ink::Dim,
                look,
            );
            return None;
        }
        let height = usize::from(area.height);
        let top = self.cursor.clone().scroll(height, self.waiting.len());
        let rows: Vec<list::Row<'_>> = self
            .waiting
            .iter()
            .skip(top)
            .take(height)
            .map(|notice| row(notice, look))
            .collect();
        let at = self.cursor.index().saturating_sub(top);
        list::draw(
            buf,
            area,
            &List {
                columns: COLUMNS,
                rows: &rows,
                cursor: Some(at),
                focused: true,
            },
            look,
        );
        (at < height).then(|| Position::new(area.x, area.y + at as u16))
    }

    pub(super) fn details(&self, page: &mut Page<'_, '_>) {
        let words = page.look().words;
        page.titled(&words.get("printing-this"));
        if let Some(notice) = self.current() {
            let printed = words.get(if notice.printed {
                "note-printed"
            } else {
                "note-not-printed"
            });
            let answer = notice.answer.clone().unwrap_or_default();
            let parcel = if notice.waybill.is_empty() {
                words.get("printing-no-parcel").to_string()
            } else {
                let waybill = [("waybill", notice.waybill.as_str().into())];
                words.with("printing-parcel", &waybill)
            };
            let printed = format!("{printed} {}", notice.printed_at);
            let said = format!(
                "{}  {}   {}   {parcel}",
                notice.number,
                notice.buyer,
                printed.trim_end()
            );
            page.row(&[text(said)], &[Run::new(answer, Ink::Ok)]);
            page.labelled(
                &words.get("field-note-old"),
                4,
                &[text(notice.old.as_str())],
                &[],
            );
            page.labelled(
                &words.get("field-note-new"),
                4,
                &[text(notice.new.as_str())],
                &[],
            );
            page.row(&[dim(words.get("printing-answers").to_string())], &[]);
        } else {
            page.skip(1);
        }
        page.titled(&words.get("printing-before"));
        let hint = words.with(
            "printing-before-text",
            &[("count", self.waiting.len().into())],
        );
        page.row(&[text(hint)], &[]);
        page.text(&self.numbers(), 2, Ink::Dim);
        page.titled(&words.get("printing-receipts"));
        let used = page.text(&self.receipts.join("   "), 2, Ink::Dim);
        page.skip(3 - used);
        self.counted(page);
    }

    /// Today's orders against their parcels, with the numbers that differ.
    fn counted(&self, page: &mut Page<'_, '_>) {
        let words = page.look().words;
        let Parcels {
            orders,
            with_parcel,
            without,
        } = &self.parcels;
        let counts = [
            ("orders", (*orders).into()),
            ("parcels", (*with_parcel).into()),
            ("left", without.len().into()),
        ];
        let counted = words.with("printing-parcels", &counts);
        if without.is_empty() {
            page.row(&[Run::new(counted, Ink::Ok)], &[]);
            return;
        }
        let tails: Vec<String> = without.iter().take(TAILS).map(|no| tail(no)).collect();
        let more = if without.len() > TAILS { " .." } else { "" };
        let open = Run::new(words.get("printing-unsettled").to_string(), Ink::Missing);
        page.row(
            &[text(format!("{counted}  {}{more}", tails.join(" ")))],
            &[open],
        );
    }
}

fn row<'a>(notice: &'a Notice, look: &Look<'_>) -> list::Row<'a> {
    let printed = look.words.get(if notice.printed {
        "printing-printed"
    } else {
        "printing-unprinted"
    });
    let clock = notice.printed_at.split(' ').next().unwrap_or_default();
    let printed = format!("{printed} {clock}");
    let mut what = vec![text(format!("{}>{}", notice.old, notice.new))];
    if notice.old.is_empty() {
        what = vec![text(notice.new.as_str())];
    }
    if notice.unverified {
        what.insert(
            0,
            Run::new(
                format!("[{}] ", look.words.get("note-not-imported")),
                Ink::Warn,
            ),
        );
    }
    let kind = Run::new(
        notice.kind.as_str(),
        if notice.printed {
            Ink::Overdue
        } else {
            Ink::Text
        },
    );
    list::Row {
        cells: vec![
            vec![text(notice.flag.as_str())],
            vec![kind],
            vec![text(tail(&notice.number))],
            vec![text(notice.buyer.as_str())],
            what,
            vec![dim(notice.told.as_str())],
            vec![text(printed.trim_end().to_owned())],
        ],
        marked: false,
    }
}
