//! Promises, reminders and snoozing (F7): three keys where a proposed time fits.

use std::slice;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::note_fields::kept_draft;
use super::sheet::{Did, Sheet, set_text};
use super::since::Since;
use super::{bulk, case_fields, kept, time};
use crate::desk::bulk::Bulk;
use crate::desk::reading::Reader;
use crate::domain::id::Id;
use crate::domain::registers::{conversation, snooze};
use crate::i18n::{Language, Words};
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::form::{Choice, Field, Value};
use crate::tui::widgets::line::Run;

const HOUR: i64 = 3_600_000;
/// When what waits for an event comes back all the same.
const LATEST: i64 = 7 * 24 * HOUR;
/// The kinds in the order of their digits.
const KINDS: [&str; 3] = ["promise", "reminder", "snooze"];
/// Columns of the box, so many that the proposed times stand side by side.
const WIDTH: u16 = 78;

/// The form of a promise, a reminder or a rest.
pub struct FollowUp {
    sheet: Sheet,
    about: Option<Id>,
    /// Marked items, which go together.
    items: Vec<Id>,
    named: String,
    language: Language,
    since: Since,
    /// Recorded: nothing is left to keep.
    is_done: bool,
}

/// The fields whose words are kept until they are recorded.
const KEPT: [&str; 3] = ["text", "amount", "typed"];

impl FollowUp {
    /// Opens the form for the item on the desk.
    pub fn open(reach: &Reach<'_>) -> Self {
        let mut form = Self {
            sheet: Sheet::default(),
            about: reach.item,
            items: Vec::new(),
            named: String::new(),
            language: reach.words.language(),
            since: reach
                .item
                .map(|id| Since::of(reach, id))
                .unwrap_or_default(),
            is_done: false,
        };
        let reader = Reader {
            words: reach.words,
            people: reach.desk.people(),
        };
        let row = reach.item.map(|id| reach.desk.store().row(id));
        if let Some(Ok(Some(row))) = row {
            form.named = reader.title(&row);
        }
        form.lay(reach);
        form
    }

    /// Opens the form with its kind chosen already: `promise`, `reminder` or `snooze`.
    pub fn of_kind(reach: &Reach<'_>, kind: &str) -> Self {
        let mut form = Self::open(reach);
        super::sheet::set_choice(&mut form.sheet.form, "kind", kind);
        form.begin(reach);
        form
    }

    /// Opens the form for a promise that was made in these words about a record.
    pub fn promised(reach: &mut Reach<'_>, about: Id, words: &str) -> Self {
        reach.item = Some(about);
        let mut form = Self::of_kind(reach, "promise");
        if form.sheet.form.text("text").is_empty() {
            super::sheet::set_text(&mut form.sheet.form, "text", words);
        }
        form
    }

    /// Opens the form for marked items: a reminder or a rest; a promise is given to one buyer.
    pub fn of_items(reach: &Reach<'_>, items: Vec<Id>, kind: Option<&str>) -> Self {
        let mut form = Self::open(reach);
        form.about = None;
        // Marked items are looked at once more in the preview.
        form.since = Since::default();
        let count = [("count", items.len().into())];
        form.named = reach.words.with("transfer-several", &count);
        form.items = items;
        form.lay(reach);
        if let Some(kind) = kind {
            super::sheet::set_choice(&mut form.sheet.form, "kind", kind);
            form.begin(reach);
        }
        form
    }

    fn kind(&self) -> Option<&'static str> {
        let chosen = self.sheet.form.chosen("kind")?;
        KINDS.into_iter().find(|kind| *kind == chosen)
    }

    fn lay(&mut self, reach: &Reach<'_>) {
        let words = reach.words;
        let label = |id: &str| words.get(id).to_string();
        let kinds = KINDS
            .map(|kind| Choice::new(kind, label(&format!("follow-{kind}"))))
            .to_vec();
        let chosen = self
            .kind()
            .and_then(|kind| KINDS.iter().position(|other| *other == kind));
        let mut fields =
            vec![Field::new("kind", label("follow-kind"), Value::Choice(kinds, chosen)).required()];
        if let Some(kind) = self.kind() {
            if kind != "snooze" {
                let mut what = Field::new(
                    "text",
                    label("follow-text"),
                    Value::Text(Editor::single_line(), 1),
                );
                what.required = kind == "promise";
                fields.push(what);
            }
            if kind == "promise" {
                let amount = Value::Money(Editor::single_line());
                fields.push(Field::new("amount", label("follow-amount"), amount).prefix("¥ "));
            }
            let proposed = proposals(reach);
            let choices = proposed
                .into_iter()
                .map(|(at, label)| Choice::new(at.to_string(), label))
                .collect();
            fields.push(Field::new(
                "at",
                label("follow-at"),
                Value::Choice(choices, None),
            ));
            let typed = Field::new(
                "typed",
                label("follow-typed"),
                Value::Time(Editor::single_line()),
            );
            fields.push(typed.note(label("follow-typed-hint"), Ink::Dim));
            if kind == "snooze" {
                fields.push(events(self.about, reach));
            }
        }
        let before = std::mem::take(&mut self.sheet);
        self.sheet = Sheet::new(fields);
        case_fields::carry(&before.form, &mut self.sheet.form);
        self.mark_time(reach);
    }

    /// Marks the time as missing until one is chosen or typed so that it can be read.
    fn mark_time(&mut self, reach: &Reach<'_>) {
        let has_time = self.time(reach).is_some();
        if let Some(field) = self.sheet.form.field_mut("at") {
            field.required = !has_time;
        }
    }

    /// Goes on to what the kind needs first.
    fn begin(&mut self, reach: &Reach<'_>) {
        self.lay(reach);
        self.restore(reach);
        self.sheet.form.focus(if self.kind() == Some("promise") {
            "text"
        } else {
            "at"
        });
    }

    fn draft_key(&self) -> Option<String> {
        let question = format!("follow/{}", self.kind()?);
        let about = self.about.as_ref().map_or(&self.items[..], slice::from_ref);
        Some(kept::key_of(&question, about))
    }

    /// Takes up what was typed for this kind the last time, where nothing is typed yet.
    fn restore(&mut self, reach: &Reach<'_>) {
        if KEPT.iter().any(|id| !self.sheet.form.text(id).is_empty()) {
            return;
        }
        let kept = self.draft_key().and_then(|key| kept_draft(reach, &key));
        for id in KEPT {
            let text = kept.as_ref().and_then(|kept| kept.get(id)?.as_str());
            if let Some(text) = text {
                set_text(&mut self.sheet.form, id, text);
            }
        }
        self.mark_time(reach);
    }

    /// Returns the time that is chosen or typed, milliseconds UTC.
    fn time(&self, reach: &Reach<'_>) -> Option<i64> {
        let typed = self.sheet.form.text("typed").trim();
        if !typed.is_empty() {
            return time::read(typed, reach.desk.now(), reach.desk.zone());
        }
        let chosen = self.sheet.form.chosen("at");
        let chosen = chosen.and_then(|chosen| chosen.parse().ok());
        chosen.or_else(|| self.event().map(|_| reach.desk.now() + LATEST))
    }

    /// Returns what brings a snoozed item back before its time, where that is chosen.
    fn event(&self) -> Option<&'static str> {
        let chosen = self.sheet.form.chosen("event")?;
        let known = snooze::EVENTS.values.iter();
        known.copied().find(|known| *known == chosen)
    }

    fn changed(&mut self, reach: &mut Reach<'_>) -> Flow {
        self.mark_time(reach);
        let id = self
            .sheet
            .form
            .current()
            .map(|field| field.id.clone())
            .unwrap_or_default();
        match id.as_str() {
            "kind" => {
                self.begin(reach);
                Flow::Stay
            }
            "event" => self.act(reach),
            "at" if self.kind() != Some("promise")
                || !self.sheet.form.text("text").trim().is_empty() =>
            {
                self.act(reach)
            }
            _ => Flow::Stay,
        }
    }

    fn act(&mut self, reach: &mut Reach<'_>) -> Flow {
        let Some(kind) = self.kind() else {
            self.sheet.form.focus("kind");
            let count = self.sheet.form.missing();
            reach.say("case-missing", &[("count", count.into())]);
            return Flow::Stay;
        };
        let text = self.sheet.form.text("text").trim().to_owned();
        if kind == "promise" && text.is_empty() {
            self.sheet.form.focus("text");
            reach.say("follow-no-text", &[]);
            return Flow::Stay;
        }
        if case_fields::unreadable(&self.sheet.form, "amount") {
            self.sheet.form.focus("amount");
            reach.say("case-amount-unreadable", &[]);
            return Flow::Stay;
        }
        let Some(at) = self.time(reach) else {
            self.sheet
                .form
                .focus(if self.sheet.form.text("typed").is_empty() {
                    "at"
                } else {
                    "typed"
                });
            reach.say("follow-no-time", &[]);
            return Flow::Stay;
        };
        let about = self.about;
        if !self.items.is_empty() {
            return self.act_on_marked(kind, text, at, reach);
        }
        if about.is_none() && kind != "reminder" {
            reach.say("follow-no-item", &[]);
            return Flow::Stay;
        }
        if let Some(stopped) = self.since.stops(reach) {
            return stopped;
        }
        let amount = case_fields::amount(&self.sheet.form, "amount");
        let reminder = if text.is_empty() {
            self.named.clone()
        } else {
            text.clone()
        };
        let event = self.event();
        let done = reach.attempt(|desk| match (kind, about) {
            ("promise", Some(about)) => desk.promise(about, &text, at, amount),
            ("snooze", Some(about)) => desk.snooze_for(about, at, event),
            _ => desk.follow_up(about, "reminder", &reminder, at),
        });
        if done.is_none() {
            return Flow::Stay;
        }
        self.is_done = true;
        let when = reach.speech().moment(at);
        reach.say(&format!("follow-done-{kind}"), &[("when", when.into())]);
        Flow::Close
    }
}

impl FollowUp {
    fn act_on_marked(&mut self, kind: &str, text: String, at: i64, reach: &mut Reach<'_>) -> Flow {
        let bulk = match kind {
            "snooze" => Bulk::Snooze {
                until: at,
                event: self.event(),
            },
            "reminder" => Bulk::Remind { text, at },
            _ => {
                reach.say("follow-one-promise", &[]);
                return Flow::Stay;
            }
        };
        bulk::show(reach, self.items.clone(), bulk, self.draft_key())
    }
}

/// What may bring a snoozed item back, with the time at which it comes back anyway. Of several
/// items some may be conversations.
fn events(about: Option<Id>, reach: &Reach<'_>) -> Field {
    let register = about.and_then(|about| Some(reach.desk.record(about).ok()?.1.name));
    let is_talk = register.is_none_or(|name| name == conversation::REGISTER.name);
    let speech = reach.speech();
    let when = [("when", speech.day(speech.now + LATEST).into())];
    let events = snooze::EVENTS.values.iter();
    let choices = events.filter(|event| is_talk || **event != snooze::REPLY);
    let choices = choices.map(|event| {
        let label = reach.words.get(&format!("value-snooze_event-{event}"));
        Choice::new(*event, label.to_string())
    });
    let label = reach.words.get("follow-event").to_string();
    let field = Field::new("event", label, Value::Choice(choices.collect(), None));
    field.note(reach.words.with("follow-event-latest", &when), Ink::Dim)
}

/// The times that are proposed, milliseconds UTC, with their words.
fn proposals(reach: &Reach<'_>) -> Vec<(i64, String)> {
    let speech = reach.speech();
    let words: &Words = reach.words;
    let day = speech.local(speech.now).date_naive();
    let clock = |day: Option<chrono::NaiveDate>, hour: u32| {
        let at = day
            .and_then(|day| day.and_hms_opt(hour, 0, 0))?
            .and_local_timezone(speech.zone)
            .earliest()?;
        Some(at.timestamp_millis())
    };
    let hours = |n: i64| {
        Some((
            speech.now + n * HOUR,
            words.with("follow-in-hours", &[("n", n.into())]),
        ))
    };
    let tomorrow = day.succ_opt();
    let named = |id: &str, at: Option<i64>| {
        at.map(|at| (at, words.with(id, &[("clock", speech.clock(at).into())])))
    };
    let later = tomorrow
        .and_then(|day| day.succ_opt())
        .and_then(|day| day.succ_opt());
    [
        hours(1),
        hours(2),
        named("follow-today", clock(Some(day), 18)),
        named("follow-tomorrow", clock(tomorrow, 9)),
        named("follow-tomorrow", clock(tomorrow, 18)),
        clock(later, 9).map(|at| (at, speech.day(at))),
    ]
    .into_iter()
    .flatten()
    .filter(|(at, _)| *at > speech.now)
    .collect()
}

impl Pane for FollowUp {
    fn contexts(&self) -> Vec<Context> {
        self.sheet.contexts(Context::FollowUp)
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        let last = self
            .sheet
            .form
            .current()
            .is_some_and(|field| field.id == "typed");
        match command {
            Command::Back if !self.sheet.is_unfolded() => return Flow::Close,
            Command::Finish => return self.act(reach),
            Command::FollowUp => return Flow::Stay,
            Command::Unfold if last && !self.sheet.form.text("typed").is_empty() => {
                return self.act(reach);
            }
            _ => {}
        }
        let unfolded = self.sheet.is_unfolded();
        match self.sheet.command(command) {
            // Arrows only try values; a digit or the menu chooses.
            Did::Changed if unfolded => self.changed(reach),
            Did::Changed => {
                if self
                    .sheet
                    .form
                    .current()
                    .is_some_and(|field| field.id == "kind")
                {
                    let focus = self.sheet.form.cursor();
                    self.lay(reach);
                    if focus == 0 {
                        self.sheet.form.focus("kind");
                    }
                }
                self.mark_time(reach);
                Flow::Stay
            }
            Did::Moved => Flow::Stay,
            Did::Ignored => Flow::Pass,
        }
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        match self.sheet.input(input) {
            Did::Changed => self.changed(reach),
            Did::Moved => Flow::Stay,
            Did::Ignored => Flow::Pass,
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let title = [
            Run::new(look.words.get("follow-title").to_string(), Ink::Title),
            Run::new(format!("  {}", self.named), Ink::Text),
        ];
        self.sheet.draw_box(buf, area, &title, WIDTH, look)
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn draft(&self) -> Option<(String, String)> {
        let key = self.draft_key()?;
        let form = &self.sheet.form;
        if self.is_done || KEPT.iter().all(|id| form.text(id).is_empty()) {
            return Some((key, String::new()));
        }
        let kept: serde_json::Map<String, serde_json::Value> = KEPT
            .into_iter()
            .map(|id| (id.to_owned(), form.text(id).into()))
            .collect();
        Some((key, serde_json::Value::Object(kept).to_string()))
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        // The proposed times stay as they were shown: a choice is kept by its time.
        if self.language == reach.words.language() {
            return;
        }
        self.language = reach.words.language();
        let focus = self.sheet.form.current().map(|field| field.id.clone());
        self.lay(reach);
        if let Some(focus) = focus {
            self.sheet.form.focus(&focus);
        }
    }
}
