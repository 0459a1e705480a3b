//! The side panel: the order with its customer, notes, after-sale cases, replies.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::desk::Desk;
use crate::desk::note::STEPS;
use crate::desk::order::order_beside;
use crate::desk::reveal::MASKED;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::record::Record;
use crate::domain::registers::{note, order};
use crate::problem::Problem;
use crate::store::Row;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::{Look, frame, line};
use crate::tui::words::{Speech, tail};

/// The width of the labels' column.
const LABEL: u16 = 10;

/// A leaf of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Leaf {
    /// Order and customer.
    #[default]
    Order,
    /// Order notes.
    Notes,
    /// After-sale cases.
    Cases,
    /// The replies that fit the item best.
    Replies,
}

impl Leaf {
    /// The leaves in their order.
    pub const ALL: [Leaf; 4] = [Leaf::Order, Leaf::Notes, Leaf::Cases, Leaf::Replies];

    /// Returns the end of the leaf's message id.
    pub fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Notes => "notes",
            Self::Cases => "cases",
            Self::Replies => "replies",
        }
    }
}

/// What the panel shows.
#[derive(Default)]
pub struct Side {
    leaf: Leaf,
    order: Option<Record>,
    /// Until when the order must be shipped, and who says so.
    ship_due: Option<(i64, Option<String>)>,
    notes: Vec<Record>,
    cases: Vec<Record>,
    history: Vec<Row>,
    replies: Vec<(String, String)>,
    unverified: bool,
}

impl Side {
    /// Reads the panel of a record.
    pub fn read(desk: &Desk, record: &Record, leaf: Leaf) -> Result<Self, Problem> {
        let mut side = Self {
            leaf,
            ..Self::default()
        };
        let related = desk.related(record)?;
        if let Some(order) = order_beside(record, &related) {
            side.order = desk.store().record(order)?;
            side.unverified = side.order.as_ref().is_none_or(order::is_unverified);
            let row = desk.store().row(order)?;
            side.ship_due = row.and_then(|row| Some((row.due?, row.due_source)));
        }
        for row in &related {
            match row.register.as_str() {
                "note" => side.notes.extend(desk.store().record(row.id)?),
                "case" => side.cases.extend(desk.store().record(row.id)?),
                _ => {}
            }
        }
        if record.register == "note" {
            side.notes.insert(0, record.clone());
        }
        if record.register == "case" {
            side.cases.insert(0, record.clone());
        }
        side.history = related;
        Ok(side)
    }

    /// Takes the replies that fit the item best, as code and title.
    pub fn suggest(&mut self, replies: Vec<(String, String)>) {
        self.replies = replies;
    }

    /// Returns the leaf that is open.
    pub fn leaf(&self) -> Leaf {
        self.leaf
    }

    /// Turns leaves.
    pub fn turn(&mut self, by: isize) {
        let at = Leaf::ALL
            .iter()
            .position(|leaf| *leaf == self.leaf)
            .unwrap_or(0);
        let count = Leaf::ALL.len();
        self.leaf = Leaf::ALL[(at as isize + by).rem_euclid(count as isize) as usize];
    }

    /// Returns the order's number, for the panel's title.
    pub fn order_number(&self) -> Option<&str> {
        self.order.as_ref()?.text("number")
    }

    /// Returns the order in a line for narrow screens, each part whole or not at all: state, paid,
    /// what goes back, the note's flag and missing steps, until when it must be shipped.
    pub fn summary<'a>(&self, speech: Speech<'_>, width: u16, look: &Look<'_>) -> Vec<Run<'a>> {
        let Some(order) = &self.order else {
            return Vec::new();
        };
        let number = order.text("number").unwrap_or_default();
        let label = look.words.get("short-order");
        let mut runs = vec![
            text(format!("{label} {} ", tail(number))),
            self.state_run(order, speech),
        ];
        let note = self.note_parts(speech);
        let note = note.map(|(kind, missing)| vec![format!("{kind} {missing}"), missing]);
        let note = note.into_iter().flatten();
        let parts = [
            vec![self.paid_run(order, look)],
            self.going_back(order, look).into_iter().map(text).collect(),
            note.map(|note| Run::new(note, Ink::Urgent)).collect(),
            self.shipping(speech).into_iter().map(text).collect(),
        ];
        for part in parts {
            let room = width.saturating_sub(line::columns(&runs, look) + 1);
            let fits = |run: &Run<'_>| look.columns(&run.text) <= room;
            if let Some(run) = part.into_iter().find(fits) {
                runs.extend([text(" "), run]);
            }
        }
        runs
    }

    /// What is refunded and what is asked back, where it is anything; the shorter way second.
    fn going_back(&self, order: &Record, look: &Look<'_>) -> Vec<String> {
        let refunded = order.get(order::REFUNDED).unwrap_or(Money::cny(0));
        let asked = self.asked_back(refunded);
        let say = |id: &str, money: Money| {
            let label = look.words.get(id);
            (money.minor > 0).then(|| format!("{label} {money}"))
        };
        let asked = say("order-in-refund", asked);
        let both = [say("order-refunded", refunded), asked.clone()];
        let both: Vec<String> = both.into_iter().flatten().collect();
        let whole = (!both.is_empty()).then(|| both.join(" "));
        whole.into_iter().chain(asked).collect()
    }

    /// Until when it must be shipped, with the source where there is room for it.
    fn shipping(&self, speech: Speech<'_>) -> Vec<String> {
        let Some((due, source)) = &self.ship_due else {
            return Vec::new();
        };
        let label = speech.label(&order::REGISTER, &order::SHIP_DUE_AT.spec);
        let bare = format!("{label} {}", speech.figure(Some(*due), *due, true));
        let tagged = source.as_ref().map(|source| {
            let tag = speech.words.get(&format!("source-short-{source}"));
            format!("{bare}[{tag}]")
        });
        tagged.into_iter().chain([bare]).collect()
    }

    fn state_run<'a>(&self, record: &Record, speech: Speech<'_>) -> Run<'a> {
        if self.unverified {
            return Run::new(
                speech.words.get("order-unverified").to_string(),
                Ink::Urgent,
            );
        }
        let field = order::PLATFORM_STATE.spec;
        let state = record
            .text(field.name)
            .map(|state| speech.choice(&field, state))
            .unwrap_or_default();
        text(state)
    }

    fn paid_run<'a>(&self, record: &Record, look: &Look<'_>) -> Run<'a> {
        let label = look.words.get("order-paid");
        match record.get(order::PAID).filter(|_| !self.unverified) {
            Some(paid) => text(format!("{label} {paid}")),
            None => Run::new(
                format!("{label} {}", look.words.get("order-paid-unverified")),
                Ink::Urgent,
            ),
        }
    }

    /// The first note whose steps are not all done: its flag once it is put, and what is missing.
    fn note_parts(&self, speech: Speech<'_>) -> Option<(String, String)> {
        let open = self
            .notes
            .iter()
            .find(|record| record.closed.is_none() && !record.void)?;
        let mut kind = open
            .text("kind")
            .map(|kind| speech.choice(&note::KIND.spec, kind))
            .unwrap_or_default();
        let done = STEPS.iter().position(|step| *step == open.state);
        let missing = &STEPS[done.map_or(0, |at| at + 1)..];
        // The printing room's word is missing only once it was told.
        let missing = match missing {
            [ours @ .., _] if !ours.is_empty() => ours,
            last => last,
        };
        let flag = open.text(note::FLAG_OF.name());
        if let Some(flag) = flag.filter(|_| !missing.contains(&"flagged")) {
            let color = speech.choice(&note::FLAG_OF.spec, flag);
            let args = [("color", color.into()), ("kind", kind.into())];
            kind = speech.words.with("note-flagged-kind", &args);
        }
        let missing: Vec<String> = missing
            .iter()
            .map(|step| speech.words.get(&format!("note-lacks-{step}")).to_string())
            .collect();
        Some((kind, missing.join(" ")))
    }

    /// Returns the order.
    pub fn order_id(&self) -> Option<Id> {
        self.order.as_ref().map(|order| order.id)
    }

    /// Returns to whom the goods go, in a line; masked unless it is revealed.
    pub fn receiver(&self, is_whole: bool) -> String {
        self.order
            .as_ref()
            .map(|order| receiver(|path| order.text(path), is_whole))
            .unwrap_or_default()
    }

    /// Draws the open leaf; while the order is revealed, that.
    pub fn draw(
        &self,
        buf: &mut Buffer,
        area: Rect,
        is_whole: bool,
        speech: Speech<'_>,
        look: &Look<'_>,
    ) {
        match self.leaf {
            _ if is_whole => self.draw_order(buf, area, true, speech, look),
            Leaf::Order => self.draw_order(buf, area, false, speech, look),
            Leaf::Notes => draw_records(buf, area, &self.notes, speech, look),
            Leaf::Cases => draw_records(buf, area, &self.cases, speech, look),
            Leaf::Replies => self.draw_replies(buf, area, look),
        }
    }

    fn draw_order(
        &self,
        buf: &mut Buffer,
        area: Rect,
        is_whole: bool,
        speech: Speech<'_>,
        look: &Look<'_>,
    ) {
        let Some(record) = &self.order else {
            let none = look.words.get("side-no-order");
            let width = area.width.saturating_sub(1);
            line::put(buf, (area.x + 1, area.y), width, &none, Ink::Dim, look);
            let rest = Rect {
                y: area.y + 2.min(area.height),
                height: area.height.saturating_sub(2),
                ..area
            };
            self.draw_history(buf, rest, speech, look);
            return;
        };
        let mut rows: Vec<(String, Run<'_>)> = vec![
            (
                speech.label(&order::REGISTER, &order::NUMBER.spec),
                text(
                    record
                        .text(order::NUMBER.name())
                        .unwrap_or_default()
                        .to_owned(),
                ),
            ),
            (
                look.words.get("side-state").to_string(),
                self.state_run(record, speech),
            ),
        ];
        let label = look.words.get("side-money").to_string();
        let (paid, asked) = self.money(record, look);
        let both = format!("{paid}  {asked}");
        if look.columns(&both) + LABEL < area.width {
            rows.push((label, text(both)));
        } else {
            rows.push((label, text(paid)));
            rows.push((String::new(), text(asked)));
        }
        for key in record.keys("lines") {
            let title: String = record.cell("lines", key, "title").unwrap_or_default();
            let variant: String = record.cell("lines", key, "variant").unwrap_or_default();
            let quantity: i64 = record.cell("lines", key, "quantity").unwrap_or(1);
            rows.push((
                look.words.get("side-goods").to_string(),
                text(format!("{title} {variant} x{quantity}")),
            ));
        }
        for path in [
            "buyer_message",
            "seller_memo",
            "said_item",
            "ship_due_at",
            "carrier",
            "waybill",
        ] {
            let Some(field) = order::REGISTER.field(path) else {
                continue;
            };
            let Some(value) = record.value(path) else {
                continue;
            };
            rows.push((
                speech.label(&order::REGISTER, field),
                text(speech.value(field, value)),
            ));
        }
        for path in MASKED {
            if let Some(value) = record.text(path)
                && let Some(field) = order::REGISTER.field(path)
            {
                let shown = if is_whole {
                    Run::new(value.to_owned(), Ink::Urgent)
                } else {
                    text(hidden(path, value))
                };
                rows.push((speech.label(&order::REGISTER, field), shown));
            }
        }
        if let Some((kind, missing)) = self.note_parts(speech) {
            let label = look.words.get("side-note").to_string();
            let both = format!("{kind} {missing}");
            if look.columns(&both) + LABEL < area.width {
                rows.push((label, Run::new(both, Ink::Urgent)));
            } else {
                rows.push((label, Run::new(kind, Ink::Urgent)));
                rows.push((String::new(), Run::new(missing, Ink::Urgent)));
            }
        }
        for (at, (label, value)) in rows.iter().take(usize::from(area.height)).enumerate() {
            let y = area.y + at as u16;
            line::put(buf, (area.x + 1, y), LABEL - 1, label, Ink::Dim, look);
            let room = area.width.saturating_sub(LABEL + 1);
            line::put_runs(
                buf,
                (area.x + 1 + LABEL, y),
                room,
                std::slice::from_ref(value),
                look,
            );
        }
        let used = (rows.len() as u16).min(area.height);
        let rest = Rect {
            y: area.y + used,
            height: area.height - used,
            ..area
        };
        self.draw_history(buf, rest, speech, look);
    }

    /// What else there is and was with the same buyer, where there is room for it.
    fn draw_history(&self, buf: &mut Buffer, area: Rect, speech: Speech<'_>, look: &Look<'_>) {
        let shown: Vec<&Row> = self
            .history
            .iter()
            .filter(|row| row.register != "customer")
            .collect();
        if area.height < 3 || shown.is_empty() {
            return;
        }
        let title = [text(look.words.get("side-same-buyer").to_string())];
        frame::joined_section(buf, area, &title, &[], look);
        for (row, y) in shown.into_iter().zip(area.y + 1..area.bottom()) {
            let place = Rect {
                x: area.x + 1,
                y,
                width: area.width.saturating_sub(2),
                height: 1,
            };
            draw_row(buf, place, row, speech, look);
        }
    }

    fn draw_replies(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
        for ((code, title), y) in self.replies.iter().zip(area.y..area.bottom()) {
            let place = Rect {
                x: area.x + 1,
                y,
                width: area.width.saturating_sub(2),
                height: 1,
            };
            line::row(
                buf,
                place,
                &[text(title.clone())],
                &[dim(code.clone())],
                look,
            );
        }
    }

    /// What was paid, and what went back or is asked back.
    fn money(&self, record: &Record, look: &Look<'_>) -> (String, String) {
        let paid = self.paid_run(record, look).text.into_owned();
        let refunded = record.get(order::REFUNDED).unwrap_or(Money::cny(0));
        let asked = self.asked_back(refunded);
        let words = look.words;
        let asked = format!(
            "{} {refunded}  {} {asked}",
            words.get("order-refunded"),
            words.get("order-in-refund")
        );
        (paid, asked)
    }

    /// What open cases ask back, in the currency of what was refunded.
    fn asked_back(&self, refunded: Money) -> Money {
        let open = self.cases.iter();
        let open = open.filter(|case| case.closed.is_none() && !case.void && case.state != "draft");
        let asked = open.filter_map(|case| case.get(crate::domain::registers::case::AMOUNT));
        Money {
            minor: asked.map(|money| money.minor).sum(),
            currency: refunded.currency,
        }
    }
}

/// Returns to whom goods go, in a line, from the order's values.
pub(in crate::tui) fn receiver<'a>(
    value: impl Fn(&str) -> Option<&'a str>,
    is_whole: bool,
) -> String {
    let shown = MASKED.into_iter().filter_map(|path| {
        let value = value(path).filter(|value| !value.is_empty())?;
        Some(if is_whole {
            value.to_owned()
        } else {
            hidden(path, value)
        })
    });
    shown.collect::<Vec<_>>().join("  ")
}

/// Shows as much of a person's data as is needed to recognise it; the whole on request.
pub(in crate::tui) fn hidden(path: &str, value: &str) -> String {
    if value.contains('*') {
        return value.to_owned();
    }
    let chars: Vec<char> = value.chars().collect();
    match path {
        "phone" if chars.len() >= 7 => {
            let (head, last): (String, String) = (
                chars[..3].iter().collect(),
                chars[chars.len() - 4..].iter().collect(),
            );
            format!("{head}****{last}")
        }
        "address" if chars.len() > 9 => format!("{} ****", chars[..9].iter().collect::<String>()),
        "receiver" if !chars.is_empty() => format!("{}*", chars[0]),
        _ => value.to_owned(),
    }
}

fn draw_records(
    buf: &mut Buffer,
    area: Rect,
    records: &[Record],
    speech: Speech<'_>,
    look: &Look<'_>,
) {
    for (at, record) in records.iter().take(usize::from(area.height)).enumerate() {
        let number = record.text("no").unwrap_or_default().to_owned();
        let kind = crate::domain::registers::by_name(&record.register)
            .and_then(|register| register.field("kind"))
            .and_then(|field| Some(speech.choice(field, record.text("kind")?)))
            .unwrap_or_default();
        let amount = record
            .get(crate::domain::registers::case::AMOUNT)
            .map(|money| money.to_string())
            .unwrap_or_default();
        let words = record.text("new").unwrap_or_default().to_owned();
        let state = speech.state(&record.register, &record.state);
        let left = [text(format!("{number} {kind} {amount} {words}"))];
        let right = [dim(format!("{state} {}", speech.when(record.opened)))];
        let row = Rect {
            x: area.x + 1,
            y: area.y + at as u16,
            width: area.width.saturating_sub(2),
            height: 1,
        };
        line::row(buf, row, &left, &right, look);
    }
}

fn draw_row(buf: &mut Buffer, area: Rect, row: &Row, speech: Speech<'_>, look: &Look<'_>) {
    let label = look.words.get(&format!("short-{}", row.register));
    let what = match row.register.as_str() {
        "order" => row.order_number.as_deref().map(tail).unwrap_or_default(),
        _ => speech.subject(row),
    };
    let left = [
        dim(format!("{} {label} ", speech.day(row.opened))),
        text(what),
    ];
    let right = [dim(speech.state(&row.register, &row.state))];
    line::row(buf, area, &left, &right, look);
}
