//! Order notes (F5): what is changed, and the five steps that cannot be skipped. Each step
//! has its own text to copy (ux 8.5).

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde_json::{Value as Json, json};

use super::note_facts::Facts;
use super::note_fields::{fields, flag_of, kept_draft, order_number};
use super::note_texts::{Wanted, bytes};
use super::note_view;
use super::sheet::{Did, Sheet, set_choice, set_text};
use super::since::Since;
use crate::desk::note::STEPS;
use crate::desk::wording::Wording;
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::registers::note;
use crate::i18n::{Language, Words};
use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;

/// Bytes that the platform's address field holds.
const ADDRESS_BYTES: usize = 228;
/// Bytes that the platform's memo holds.
pub(super) const MEMO_BYTES: usize = 1_000;

/// The form of an order note.
pub struct NoteForm {
    pub(super) sheet: Sheet,
    pub(super) facts: Facts,
    pub(super) texts: Vec<String>,
    /// What must not be said to a buyer.
    pub(super) wording: Wording,
    /// The step under the cursor; none while the cursor is in the fields.
    pub(super) step: Option<usize>,
    pub(super) state: String,
    pub(super) note: Option<Id>,
    pub(super) about: Option<Id>,
    /// Whether the person wrote what was, so that the order's own value does not replace it.
    old_written: bool,
    /// The language of the labels; none before they are laid out.
    language: Option<Language>,
    /// What was seen of the note when it was opened.
    pub(super) since: Since,
}

impl NoteForm {
    /// Opens the form for the item on the desk: its note, its order, or the question for one.
    pub fn open(reach: &Reach<'_>) -> Result<Self, Problem> {
        let Some(item) = reach.item else {
            return Self::empty(reach, "", None);
        };
        let (record, register) = reach.desk.record(item)?;
        if register.name == note::REGISTER.name {
            return Self::of_note(reach, item);
        }
        let number = order_number(reach, &record)?;
        Self::empty(reach, &number, Some(item))
    }

    /// Opens the form for an order, imported or not, with what is known of the change.
    pub fn for_order(
        reach: &Reach<'_>,
        number: &str,
        buyer: Option<&str>,
        kind: Option<&str>,
        new: &str,
        about: Option<Id>,
    ) -> Result<Self, Problem> {
        let mut form = Self::empty(reach, number, about)?;
        if let Some(buyer) = buyer.filter(|_| form.facts.buyer.is_empty()) {
            buyer.clone_into(&mut form.facts.buyer);
        }
        if let Some(kind) = kind {
            set_choice(&mut form.sheet.form, "kind", kind);
            form.fill_old();
        }
        if !new.is_empty() {
            set_text(&mut form.sheet.form, "new", new);
        }
        form.settle(reach);
        Ok(form)
    }

    /// Opens the form of a note that is recorded.
    pub fn of_note(reach: &Reach<'_>, id: Id) -> Result<Self, Problem> {
        let mut form = Self {
            sheet: Sheet::default(),
            facts: Facts::default(),
            texts: Vec::new(),
            wording: wording(reach)?,
            step: Some(0),
            state: "draft".to_owned(),
            note: Some(id),
            about: None,
            old_written: true,
            language: None,
            since: Since::of(reach, id),
        };
        form.read(reach)?;
        Ok(form)
    }

    fn empty(reach: &Reach<'_>, number: &str, about: Option<Id>) -> Result<Self, Problem> {
        let mut facts = Facts::read(reach.desk, reach.words, number, None, about)?;
        facts.by_folder = reach.config.shared_folder().is_some();
        let mut form = Self {
            sheet: Sheet::new(fields(reach.words, number.is_empty())),
            facts,
            texts: Vec::new(),
            wording: wording(reach)?,
            step: None,
            state: "draft".to_owned(),
            note: None,
            about,
            old_written: false,
            language: Some(reach.words.language()),
            since: Since::default(),
        };
        if number.is_empty() {
            form.sheet.form.focus("order");
        }
        form.restore(reach);
        form.settle(reach);
        Ok(form)
    }

    /// Reads record and facts anew.
    pub(super) fn read(&mut self, reach: &Reach<'_>) -> Result<(), Problem> {
        let record = match self.note {
            Some(id) => Some(reach.desk.record(id)?.0),
            None => None,
        };
        let number = record
            .as_ref()
            .and_then(|record| record.text("order_number"))
            .map_or_else(|| self.number(), str::to_owned);
        let buyer = std::mem::take(&mut self.facts.buyer);
        self.facts = Facts::read(
            reach.desk,
            reach.words,
            &number,
            record.as_ref(),
            self.about,
        )?;
        self.facts.by_folder = reach.config.shared_folder().is_some();
        if self.facts.buyer.is_empty() {
            self.facts.buyer = buyer;
        }
        if self.language != Some(reach.words.language()) {
            self.build(reach.words, number.is_empty(), record.as_ref());
        }
        if let Some(record) = &record {
            record.state.clone_into(&mut self.state);
        }
        if self.step.is_some() {
            self.step = self.facts.next().or(Some(STEPS.len() - 1));
        }
        self.settle(reach);
        Ok(())
    }

    /// Lays the fields out in the language in use; what was typed stays.
    fn build(&mut self, words: &Words, ask: bool, record: Option<&Record>) {
        let focus = self.sheet.form.current().map(|field| field.id.clone());
        let first = self.language.replace(words.language()).is_none();
        let before = std::mem::replace(&mut self.sheet, Sheet::new(fields(words, ask)));
        match record.filter(|_| first) {
            Some(record) => self.show(record),
            None if !first => self.keep(&before),
            None => {}
        }
        if let Some(focus) = focus {
            self.sheet.form.focus(&focus);
        }
    }

    fn show(&mut self, record: &Record) {
        let form = &mut self.sheet.form;
        for id in ["kind", "job"] {
            set_choice(form, id, record.text(id).unwrap_or_default());
        }
        for id in ["old", "new"] {
            set_text(form, id, record.text(id).unwrap_or_default());
        }
    }

    /// Takes over what is written in a form that is drawn anew, such as in another language.
    fn keep(&mut self, before: &Sheet) {
        for id in ["kind", "job"] {
            set_choice(
                &mut self.sheet.form,
                id,
                before.form.chosen(id).unwrap_or_default(),
            );
        }
        for id in ["order", "old", "new"] {
            set_text(&mut self.sheet.form, id, before.form.text(id));
        }
    }

    pub(super) fn kind(&self) -> &str {
        self.sheet.form.chosen("kind").unwrap_or("other")
    }

    pub(super) fn number(&self) -> String {
        let typed = self.sheet.form.text("order").trim();
        if typed.is_empty() {
            self.facts.number.clone()
        } else {
            typed.to_owned()
        }
    }

    /// Computes what depends on the fields: texts and the count of bytes.
    pub(super) fn settle(&mut self, reach: &Reach<'_>) {
        let words = reach.words;
        if self.note.is_none() {
            self.facts.flag = flag_of(reach, self.kind()).unwrap_or_else(|| "red".to_owned());
        }
        let legend = reach.desk.setting(&format!("flag.{}", self.facts.flag));
        self.facts.legend = legend.ok().flatten().unwrap_or_default();
        let wanted = Wanted {
            kind: self.kind(),
            old: self.sheet.form.text("old"),
            new: self.sheet.form.text("new"),
        };
        self.texts = wanted.texts(&self.facts, words);
        let most = if self.kind() == "address" {
            ADDRESS_BYTES
        } else {
            MEMO_BYTES
        };
        let used = bytes(self.sheet.form.text("new"));
        let count = words.with(
            "note-bytes",
            &[("used", used.into()), ("most", most.into())],
        );
        let ink = if used > most { Ink::Block } else { Ink::Dim };
        if let Some(field) = self.sheet.form.field_mut("new") {
            field.note = vec![crate::tui::widgets::line::Run::new(count, ink)];
        }
    }

    /// Takes what the order says for what was, until the person writes it.
    pub(super) fn fill_old(&mut self) {
        if !self.old_written {
            let was = self.facts.was(self.kind()).to_owned();
            set_text(&mut self.sheet.form, "old", &was);
        }
    }

    /// Reads the order that was typed.
    pub(super) fn look_up(&mut self, reach: &mut Reach<'_>) {
        if self.number() != self.facts.number
            && let Err(problem) = self.read(reach)
        {
            reach.trouble(&problem);
        }
        self.fill_old();
        self.settle(reach);
    }

    pub(super) fn reread(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.read(reach) {
            reach.trouble(&problem);
        }
    }

    fn changed(&mut self, reach: &mut Reach<'_>) {
        let field = self
            .sheet
            .form
            .current()
            .map(|field| field.id.clone())
            .unwrap_or_default();
        match field.as_str() {
            "kind" => {
                self.fill_old();
                self.sheet.form.focus("new");
            }
            "old" => self.old_written = true,
            _ => {}
        }
        self.settle(reach);
    }

    fn in_steps(&mut self, command: Command, reach: &mut Reach<'_>) -> Option<Flow> {
        let at = self.step?;
        match command {
            Command::PreviousField if at == 0 => self.step = None,
            Command::PreviousField => self.step = Some(at - 1),
            Command::NextField => self.step = Some((at + 1).min(STEPS.len() - 1)),
            Command::NextMissing | Command::PreviousMissing => self.step = None,
            Command::StepDone | Command::Unfold => {
                self.advance(reach);
            }
            _ => return None,
        }
        Some(Flow::Stay)
    }

    fn in_fields(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        let last = self.sheet.form.cursor() + 1 >= self.sheet.form.fields.len();
        let leaves = matches!(
            command,
            Command::NextField | Command::NextMissing | Command::Unfold
        );
        if !self.sheet.is_unfolded() && last && leaves {
            self.look_up(reach);
            self.step = Some(self.facts.next().unwrap_or(0));
            return Flow::Stay;
        }
        if leaves
            && self
                .sheet
                .form
                .current()
                .is_some_and(|field| field.id == "order")
        {
            self.look_up(reach);
        }
        match self.sheet.command(command) {
            Did::Changed => self.changed(reach),
            Did::Moved => {}
            Did::Ignored => return Flow::Pass,
        }
        Flow::Stay
    }

    /// What must survive a kill: what was typed and is in no record yet.
    fn unsaved(&self) -> String {
        let form = &self.sheet.form;
        let is_old_own = self.old_written && !form.text("old").is_empty();
        if self.note.is_some() || form.text("new").is_empty() && !is_old_own {
            return String::new();
        }
        json!({"kind": self.kind(), "old": form.text("old"), "new": form.text("new")}).to_string()
    }

    fn restore(&mut self, reach: &Reach<'_>) {
        let Some(kept) = kept_draft(reach, &self.draft_key()) else {
            return;
        };
        let text = |name: &str| {
            kept.get(name)
                .and_then(Json::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        set_choice(&mut self.sheet.form, "kind", &text("kind"));
        for id in ["old", "new"] {
            set_text(&mut self.sheet.form, id, &text(id));
        }
        self.old_written = true;
    }

    fn draft_key(&self) -> String {
        format!("note/{}", self.facts.number)
    }
}

fn wording(reach: &Reach<'_>) -> Result<Wording, Problem> {
    let mut wording = Wording::default();
    wording.refresh(reach.desk)?;
    Ok(wording)
}

impl Pane for NoteForm {
    fn evidence(&self) -> Option<Id> {
        self.note.or(self.about)
    }

    fn contexts(&self) -> Vec<Context> {
        if self.step.is_some() {
            vec![Context::Note, Context::Form]
        } else {
            self.sheet.contexts(Context::Note)
        }
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if self.sheet.is_unfolded() {
            return self.in_fields(command, reach);
        }
        match command {
            Command::Back => return self.leave(reach),
            Command::Finish => return self.finish(reach),
            Command::No => return self.withdraw(reach),
            Command::Note => return Flow::Stay,
            Command::StepBack => {
                self.back(reach);
                return Flow::Stay;
            }
            Command::Why => {
                reach.say("note-why", &[]);
                return Flow::Stay;
            }
            Command::Copy => {
                let at = self.step.or(self.facts.next()).unwrap_or(0);
                let text = self.texts.get(at).cloned().unwrap_or_default();
                if text.is_empty() {
                    reach.say("note-nothing-to-copy", &[]);
                } else {
                    reach.copy(&text);
                }
                return Flow::Stay;
            }
            _ => {}
        }
        if let Some(flow) = self.in_steps(command, reach) {
            return flow;
        }
        if self.step.is_some() {
            Flow::Pass
        } else {
            self.in_fields(command, reach)
        }
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        if self.step.is_some() {
            return Flow::Pass;
        }
        match self.sheet.input(input) {
            Did::Changed => self.changed(reach),
            Did::Moved => {}
            Did::Ignored => return Flow::Pass,
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let caret = note_view::draw(buf, area, self, look);
        self.sheet.draw_menu(buf, area, look).or(caret)
    }

    fn draft(&self) -> Option<(String, String)> {
        Some((self.draft_key(), self.unsaved()))
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        self.reread(reach);
    }
}
