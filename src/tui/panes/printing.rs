//! The printing desk: what was told and is not acknowledged yet, newest first (ux 8.8).

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde_json::json;

mod view;

use crate::desk::Desk;
use crate::desk::bulk::Bulk;
use crate::desk::printing::{Parcels, is_past_printing};
use crate::domain::id::Id;
use crate::domain::payload::Fields;
use crate::domain::record::Record;
use crate::domain::registers::{note, order, stock_out};
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::{Order, Query};
use crate::tui::commands::{Command, Context};
use crate::tui::overlays::bulk::BulkPane;
use crate::tui::overlays::record_form::RecordForm;
use crate::tui::overlays::since::SinceRow;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::Cursor;
use crate::tui::widgets::page;
use crate::tui::words::{Speech, tail};

/// The widest that the page gets; beyond it stands in the middle.
const WIDEST: u16 = 100;
/// How many notices are read.
const MOST: usize = 500;
/// Rows of what is known of the notice under the cursor, the orders to set aside, the receipts.
const DETAILS: u16 = 14;
/// How many acknowledged ones are shown.
const RECEIPTS: usize = 12;
/// What the printing room answers, by digit.
const ANSWERS: [&str; 3] = ["intercepted", "already_sent", "not_found"];

/// One notice as it is shown.
struct Notice {
    id: Id,
    flag: String,
    kind: String,
    number: String,
    buyer: String,
    old: String,
    new: String,
    told: String,
    printed: bool,
    /// When it was printed and by whom, where that is known.
    printed_at: String,
    /// The order's waybill, empty where there is none.
    waybill: String,
    unverified: bool,
    answer: Option<String>,
}

/// The printing desk.
pub struct PrintingPane {
    waiting: Vec<Notice>,
    receipts: Vec<String>,
    acknowledged: usize,
    /// The next wave in words, where the shop has a plan.
    wave: Option<String>,
    /// Today's orders against their parcels.
    parcels: Parcels,
    cursor: Cursor<Id>,
    /// What was seen of the notice under the cursor.
    since: SinceRow,
}

impl PrintingPane {
    /// Reads the notices.
    pub fn new(desk: &Desk, words: &Words) -> Result<Self, Problem> {
        let mut pane = Self {
            waiting: Vec::new(),
            receipts: Vec::new(),
            acknowledged: 0,
            wave: None,
            parcels: Parcels::default(),
            cursor: Cursor::default(),
            since: SinceRow::default(),
        };
        pane.read(desk, words)?;
        Ok(pane)
    }

    fn read(&mut self, desk: &Desk, words: &Words) -> Result<(), Problem> {
        let speech = Speech::new(desk, words);
        self.wave = desk.next_wave()?.map(|at| {
            let args = [
                ("at", speech.clock(at).into()),
                ("span", speech.long_span(at - speech.now).into()),
            ];
            words.with("printing-wave", &args)
        });
        self.parcels = desk.parcels_today()?;
        let mut told = records(desk, "told", MOST)?;
        told.sort_by_key(|record| {
            std::cmp::Reverse(record.reached("told").map(|step| step.trace.at))
        });
        self.waiting = told
            .iter()
            .map(|record| notice(desk, record, speech))
            .collect::<Result<_, _>>()?;
        let days = desk.days()?;
        let today = days.of(desk.now());
        let mut done = Vec::new();
        for record in records(desk, "acknowledged", MOST)? {
            let Some(at) = record.reached("acknowledged").map(|step| step.trace.at) else {
                continue;
            };
            if days.of(at) == today {
                done.push((at, record));
            }
        }
        done.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        self.acknowledged = done.len();
        self.receipts = done
            .iter()
            .take(RECEIPTS)
            .map(|(at, record)| receipt(*at, record, speech))
            .collect();
        let ids: Vec<Id> = self.waiting.iter().map(|notice| notice.id).collect();
        self.cursor.follow(&ids);
        self.since.follow(desk, self.cursor.id().copied());
        Ok(())
    }

    fn current(&self) -> Option<&Notice> {
        self.waiting.get(self.cursor.index())
    }

    /// The notice under the cursor, or says that there is none.
    fn under_cursor(&self, reach: &mut Reach<'_>) -> Option<Id> {
        let id = self.cursor.id().copied();
        if id.is_none() {
            reach.say("printing-none", &[]);
        }
        id
    }

    fn step(&mut self, by: isize, desk: &Desk) {
        let waiting = &self.waiting;
        self.cursor.step(by, waiting.len(), |at| {
            waiting.get(at).map(|notice| notice.id)
        });
        self.since.follow(desk, self.cursor.id().copied());
    }

    fn acknowledge(&mut self, reach: &mut Reach<'_>) {
        let Some(id) = self.under_cursor(reach) else {
            return;
        };
        if self.since.stops(reach).is_some() {
            return;
        }
        if reach
            .attempt(|desk| desk.note_step(id, "acknowledged", None))
            .is_some()
        {
            reach.say("printing-done", &[]);
            self.refresh(reach);
        }
    }

    /// Shows how many notices change nothing printed, to be acknowledged by one key.
    fn acknowledge_all(&self, reach: &mut Reach<'_>) -> Flow {
        let waiting: Vec<Id> = self.waiting.iter().map(|notice| notice.id).collect();
        if waiting.is_empty() {
            reach.say("printing-none", &[]);
            return Flow::Stay;
        }
        match BulkPane::new(reach, waiting, Bulk::Acknowledge) {
            Ok(preview) => Flow::Push(Box::new(preview)),
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Stay
            }
        }
    }

    /// Answers the notice under the cursor: what became of the order.
    fn answer(&mut self, answer: &str, reach: &mut Reach<'_>) {
        let Some(id) = self.under_cursor(reach) else {
            return;
        };
        if self.since.stops(reach).is_some() {
            return;
        }
        let values = Fields::from([(note::ANSWER.name().to_owned(), json!(answer))]);
        if reach.attempt(|desk| desk.set_fields(id, values)).is_some() {
            self.refresh(reach);
        }
    }

    fn numbers(&self) -> String {
        self.waiting
            .iter()
            .map(|notice| notice.number.as_str())
            .collect::<Vec<_>>()
            .join(",")
    }
}

fn records(desk: &Desk, state: &str, most: usize) -> Result<Vec<Record>, Problem> {
    let rows = desk.store().rows(&Query {
        registers: vec!["note"],
        states: vec![state.to_owned()],
        order: Order::Opened,
        limit: Some(most),
        ..Query::default()
    })?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows.iter().filter(|row| !row.void) {
        all.extend(desk.store().record(row.id)?);
    }
    Ok(all)
}

fn notice(desk: &Desk, record: &Record, speech: Speech<'_>) -> Result<Notice, Problem> {
    let text = |path: &str| record.text(path).unwrap_or_default().to_owned();
    let order = match record.text("order").and_then(|id| id.parse::<Id>().ok()) {
        Some(id) => desk.store().record(id)?,
        None => None,
    };
    let printed = is_past_printing(order.as_ref());
    let told = record.reached("told").map(|step| {
        let who = speech
            .people
            .of_replica(step.trace.replica)
            .map_or("", |person| person.name.as_str());
        format!("{} {who}", speech.moment(step.trace.at))
    });
    let kind = if printed {
        speech.words.get("printing-late").to_string()
    } else {
        speech.choice(&note::KIND.spec, &text("kind"))
    };
    Ok(Notice {
        id: record.id,
        flag: record
            .text("flag")
            .map(|flag| speech.choice(&note::FLAG_OF.spec, flag))
            .unwrap_or_default(),
        kind,
        number: text("order_number"),
        buyer: text("buyer"),
        old: text("old"),
        new: text("new"),
        told: told.unwrap_or_default(),
        printed,
        printed_at: order
            .as_ref()
            .and_then(|order| order.reached("printed"))
            .map(|step| {
                let who = speech.people.of_replica(step.trace.replica);
                let name = who.map_or("", |person| person.name.as_str());
                format!("{} {name}", speech.when(step.trace.at))
            })
            .unwrap_or_default(),
        waybill: order
            .as_ref()
            .and_then(|order| order.get(order::WAYBILL))
            .unwrap_or_default(),
        unverified: order.as_ref().is_none_or(order::is_unverified),
        answer: record
            .text("answer")
            .map(|answer| speech.choice(&note::ANSWER.spec, answer)),
    })
}

fn receipt(at: i64, record: &Record, speech: Speech<'_>) -> String {
    let kind = record
        .text("kind")
        .map(|kind| speech.choice(&note::KIND.spec, kind))
        .unwrap_or_default();
    let number = tail(record.text("order_number").unwrap_or_default());
    format!("{} {number} {kind}", speech.moment(at))
}

impl Pane for PrintingPane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Printing, Context::List]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(by) = command.steps() {
            self.step(by, reach.desk);
            return Flow::Stay;
        }
        match command {
            Command::Acknowledge | Command::Finish => self.acknowledge(reach),
            Command::AcknowledgeAll => return self.acknowledge_all(reach),
            Command::Copy => {
                let numbers = self.numbers();
                if numbers.is_empty() {
                    reach.say("printing-none", &[]);
                } else {
                    reach.copy(&numbers);
                }
            }
            Command::FollowUp => {
                return Flow::Push(Box::new(RecordForm::new(reach, &stock_out::REGISTER)));
            }
            Command::Open => {
                if let Some(id) = self.under_cursor(reach) {
                    return Flow::Show(id);
                }
            }
            Command::Back => return Flow::Close,
            _ => match command
                .view()
                .and_then(|digit| ANSWERS.get(digit.wrapping_sub(1)))
            {
                Some(answer) => self.answer(answer, reach),
                None => return Flow::Pass,
            },
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let width = area.width.min(WIDEST);
        let area = Rect {
            x: area.x + (area.width - width) / 2,
            width,
            ..area
        };
        page::single(buf, area, look, |page| {
            let counts = look.words.with(
                "printing-counts",
                &[
                    ("done", self.acknowledged.into()),
                    ("left", self.waiting.len().into()),
                ],
            );
            let title = Run::new(look.words.get("printing-title").to_string(), Ink::Title);
            let wave = self.wave.as_deref().unwrap_or_default();
            page.section(
                vec![title, text(format!("   {wave}"))],
                vec![Run::new(counts, Ink::Title)],
            );
            page.row(
                &[dim(look.words.get("printing-new-above").to_string())],
                &[],
            );
            let below = if page.rows_left() >= DETAILS + 4 {
                DETAILS
            } else {
                page.rows_left() / 2
            };
            let rows = page.rows_left().saturating_sub(below).max(1);
            let caret = page.draw(rows, |buf, area, look| self.rows(buf, area, look));
            self.details(page);
            caret
        })
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.read(reach.desk, reach.words) {
            reach.trouble(&problem);
        }
    }
}
