//! After-sale cases (F6): the form until it is submitted, then the ladder of its steps (ux 8.4).

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::case_facts::CaseFacts;
use super::case_fields::{self, LINE, Layout, Pieces};
use super::case_ladder::Ladder;
use super::case_view;
use super::note_fields::order_number;
use super::sheet::{Did, Sheet, set_choice, set_text};
use super::since::Since;
use crate::desk::case::Arithmetic;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::payload::Fields;
use crate::domain::record::Record;
use crate::domain::registers::case;
use crate::i18n::Language;
use crate::problem::Problem;
use crate::text::fold;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::{Code, Input};
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::widgets::Look;
use crate::tui::widgets::form::{Form, Value};

/// The after-sale form.
pub struct CaseForm {
    pub(super) sheet: Sheet,
    /// The answers to fields that do not apply to what is chosen now.
    apart: Form,
    pub(super) facts: CaseFacts,
    pub(super) pieces: Pieces,
    pub(super) sum: Arithmetic,
    /// What is read to the customer.
    pub(super) read_back: String,
    pub(super) ladder: Option<Ladder>,
    pub(super) amending: bool,
    pub(super) case: Option<Id>,
    /// The case that was opened; none where the form began empty.
    opened: Option<Id>,
    pub(super) about: Option<Id>,
    /// Whether the person typed the amount, so that ticks do not replace it.
    pub(super) amount_typed: bool,
    language: Language,
    pub(super) since: Since,
    /// Whether it was filed by the last key, which pressed again takes no step.
    pub(super) just_filed: bool,
}

impl CaseForm {
    /// Opens the form for the item on the desk: its case, its order, or the question for one.
    pub fn open(reach: &Reach<'_>) -> Result<Self, Problem> {
        let Some(item) = reach.item else {
            return Self::for_order(reach, "", None);
        };
        let (record, register) = reach.desk.record(item)?;
        if register.name == case::REGISTER.name {
            return Self::of_case(reach, item);
        }
        let number = order_number(reach, &record)?;
        Self::for_order(reach, &number, Some(item))
    }

    /// Opens an empty form for an order, imported or not.
    pub fn for_order(reach: &Reach<'_>, number: &str, about: Option<Id>) -> Result<Self, Problem> {
        let facts = CaseFacts::read(reach.desk, reach.words, number, None, about)?;
        let mut form = Self::with(facts, reach);
        form.about = about;
        form.lay(reach);
        let kind = if form.facts.goods == Some("received") {
            "return_refund"
        } else {
            "refund_only"
        };
        set_choice(&mut form.sheet.form, "kind", kind);
        if let Some(goods) = form.facts.goods {
            set_choice(&mut form.sheet.form, "goods_state", goods);
        }
        case_fields::propose_payee(&mut form.sheet.form);
        form.restore(reach);
        form.settle(reach);
        if number.is_empty() {
            form.sheet.form.focus("order");
        }
        Ok(form)
    }

    /// Opens a case that is recorded: its form while it is a draft, else its ladder.
    pub fn of_case(reach: &Reach<'_>, id: Id) -> Result<Self, Problem> {
        let record = reach.desk.record(id)?.0;
        let number = order_number(reach, &record)?;
        let facts = CaseFacts::read(reach.desk, reach.words, &number, Some(&record), None)?;
        let mut form = Self::with(facts, reach);
        form.case = Some(id);
        form.opened = Some(id);
        form.since = Since::of(reach, id);
        form.take(reach, &record)?;
        Ok(form)
    }

    fn with(facts: CaseFacts, reach: &Reach<'_>) -> Self {
        let none = Money::cny(0);
        Self {
            sheet: Sheet::default(),
            apart: Form::default(),
            facts,
            pieces: Pieces::new(),
            sum: Arithmetic {
                paid: None,
                refunded: none,
                elsewhere: none,
                asked: none,
            },
            read_back: String::new(),
            ladder: None,
            amending: false,
            case: None,
            opened: None,
            about: None,
            amount_typed: false,
            language: reach.words.language(),
            since: Since::default(),
            just_filed: false,
        }
    }

    /// Takes what a record says: fields while it is a draft, else the ladder.
    fn take(&mut self, reach: &Reach<'_>, record: &Record) -> Result<(), Problem> {
        self.pieces = case_fields::pieces_of(record);
        self.amount_typed = true;
        // Kind and goods decide which fields there are, so they are shown first.
        for _ in 0..2 {
            self.lay(reach);
            case_fields::show(&mut self.sheet.form, record, reach.speech());
        }
        self.settle(reach);
        let drafted = record.state == "draft" && !record.void;
        self.ladder = if drafted || self.amending {
            None
        } else {
            Some(Ladder::read(reach.desk, reach.words, record)?)
        };
        Ok(())
    }

    pub(super) fn reread(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.read_again(reach) {
            reach.trouble(&problem);
        }
    }

    /// Reads facts and ladder anew; what is being typed stays.
    pub(super) fn read_again(&mut self, reach: &Reach<'_>) -> Result<(), Problem> {
        let record = match self.case {
            Some(id) => Some(reach.desk.record(id)?.0),
            None => None,
        };
        let number = self.number();
        self.facts = CaseFacts::read(
            reach.desk,
            reach.words,
            &number,
            record.as_ref(),
            self.about,
        )?;
        if self.amending {
            self.facts.ask_anew(reach.desk)?;
        }
        self.language = reach.words.language();
        if let Some(record) = record.filter(|record| record.state != "draft" && !self.amending) {
            return self.take(reach, &record);
        }
        self.lay(reach);
        self.settle(reach);
        Ok(())
    }

    pub(super) fn number(&self) -> String {
        let typed = self.sheet.form.text("order").trim();
        if typed.is_empty() {
            self.facts.number.clone()
        } else {
            typed.to_owned()
        }
    }

    pub(super) fn kind(&self) -> &str {
        self.sheet.form.chosen("kind").unwrap_or("refund_only")
    }

    /// Lays the fields out for the kind, keeping what was answered, also to a field that is not
    /// asked for at the moment.
    pub(super) fn lay(&mut self, reach: &Reach<'_>) {
        let speech = reach.speech();
        let fields = Layout {
            words: reach.words,
            facts: &self.facts,
            kind: self.sheet.form.chosen("kind").unwrap_or("refund_only"),
            goods: self
                .sheet
                .form
                .chosen("goods_state")
                .or(self.facts.goods)
                .unwrap_or(""),
            pieces: &self.pieces,
            tick: self.tick(reach.words),
            chase: speech.moment(self.facts.chase),
        }
        .fields();
        let before = self.sheet.form.clone();
        if before.fields.is_empty() {
            self.sheet = Sheet::new(fields);
        } else {
            self.sheet.form.replace(fields);
        }
        let apart = std::mem::take(&mut self.apart);
        for answered in [&apart, &before] {
            case_fields::carry(answered, &mut self.sheet.form);
        }
        self.apart = case_fields::set_apart(apart, before, &self.sheet.form);
    }

    /// Computes what follows from the answers: amount, arithmetic, what is read back.
    pub(super) fn settle(&mut self, reach: &Reach<'_>) {
        if !self.amount_typed {
            let asked = case_fields::asked_of(&self.facts, &self.pieces);
            set_text(
                &mut self.sheet.form,
                "amount",
                &asked.map(|asked| asked.plain()).unwrap_or_default(),
            );
        }
        let asked = case_fields::amount(&self.sheet.form, "amount").unwrap_or(Money::cny(0));
        if let Ok(sum) = reach.desk.arithmetic_of(self.facts.order, self.case, asked) {
            self.sum = sum;
        }
        let lacks_goods = self.lacks_goods();
        let mut fields = self.sheet.form.fields.iter_mut();
        // The first line bears the mark, and the label, of them all.
        if let Some(first) = fields.find(|field| field.id.starts_with(LINE)) {
            first.required = lacks_goods;
        }
        self.read_back = self.sentence("case-say", reach.words);
        let tick = self.tick(reach.words);
        if let Some(Value::Flag(_, words)) = self
            .sheet
            .form
            .field_mut("read_back")
            .map(|field| &mut field.value)
        {
            *words = tick;
        }
        self.note_limit(reach.words);
    }

    pub(super) fn values(&self, reach: &Reach<'_>) -> Fields {
        case_fields::values(&self.sheet.form, &self.facts, &self.pieces, reach.speech())
    }

    pub(super) fn is_begun(&self) -> bool {
        let form = &self.sheet.form;
        let chosen = form.chosen("reason").or(form.chosen("fault")).is_some();
        chosen
            || !self.pieces.is_empty()
            || ["amount", "note", "evidence_note", "compensation"]
                .into_iter()
                .any(|id| !form.text(id).is_empty())
    }

    fn changed(&mut self, reach: &mut Reach<'_>) {
        let id = self
            .sheet
            .form
            .current()
            .map(|field| field.id.clone())
            .unwrap_or_default();
        if id == "amount" {
            self.amount_typed = true;
        }
        if let Some(key) = id.strip_prefix(LINE) {
            let bought = self
                .facts
                .lines
                .iter()
                .find(|line| line.key == key)
                .map_or(1, |line| line.bought);
            if self.sheet.form.ticked(&id) {
                self.pieces.entry(key.to_owned()).or_insert(bought);
            } else {
                self.pieces.remove(key);
            }
        }
        if id == "kind" || id == "goods_state" || id.starts_with(LINE) {
            self.lay(reach);
        }
        if id == "kind" {
            case_fields::propose_payee(&mut self.sheet.form);
        }
        self.settle(reach);
    }

    /// A digit on a line says how many pieces; a second digit goes behind it where so many
    /// were bought.
    fn count_pieces(&mut self, input: &Input) -> bool {
        let Input::Key(press) = input else {
            return false;
        };
        let Some(key) = self
            .sheet
            .form
            .current()
            .and_then(|field| field.id.strip_prefix(LINE))
        else {
            return false;
        };
        let Some(line) = self.facts.lines.iter().find(|line| line.key == key) else {
            return false;
        };
        let count = self.pieces.get(key).copied().unwrap_or(0);
        let digit = press
            .typed
            .and_then(|c| fold::punctuation(c).to_digit(10))
            .map(i64::from);
        let new = match digit {
            Some(digit)
                if count > 0 && count < line.bought && count * 10 + digit <= line.bought =>
            {
                count * 10 + digit
            }
            Some(digit) => digit.min(line.bought),
            None if matches!(press.key.code, Code::Backspace | Code::Delete) => count / 10,
            None => return false,
        };
        let key = key.to_owned();
        if new > 0 {
            self.pieces.insert(key, new)
        } else {
            self.pieces.remove(&key)
        };
        true
    }

    fn in_form(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if !self.sheet.is_unfolded() {
            match command {
                Command::Back => return self.leave(reach),
                Command::Finish => return self.submit(reach),
                Command::No => return self.drop(reach),
                Command::AfterSale => return Flow::Stay,
                Command::Copy => {
                    reach.copy(&self.read_back);
                    return Flow::Stay;
                }
                Command::Why => {
                    reach.say("case-why", &[]);
                    return Flow::Stay;
                }
                Command::Unfold => {
                    if let Some(flow) = self.open_twin(reach) {
                        return flow;
                    }
                }
                _ => {}
            }
        }
        let in_order = self
            .sheet
            .form
            .current()
            .is_some_and(|field| field.id == "order");
        match self.sheet.command(command) {
            Did::Changed => self.changed(reach),
            Did::Moved if in_order && self.number() != self.facts.number => self.reread(reach),
            Did::Moved => {}
            Did::Ignored => return Flow::Pass,
        }
        Flow::Stay
    }
}

impl Pane for CaseForm {
    fn evidence(&self) -> Option<Id> {
        self.case.or(self.about)
    }

    fn contexts(&self) -> Vec<Context> {
        match &self.ladder {
            Some(ladder) if ladder.decides => {
                vec![Context::CaseDecide, Context::CaseSteps, Context::Form]
            }
            Some(_) => vec![Context::CaseSteps, Context::Form],
            None => self.sheet.contexts(Context::AfterSale),
        }
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if self.ladder.is_some() {
            self.in_ladder(command, reach)
        } else {
            self.in_form(command, reach)
        }
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        if self.ladder.is_some() {
            return Flow::Pass;
        }
        if self.count_pieces(input) {
            self.lay(reach);
            self.settle(reach);
            return Flow::Stay;
        }
        match self.sheet.input(input) {
            Did::Changed => self.changed(reach),
            Did::Moved => {}
            Did::Ignored => return Flow::Pass,
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let caret = case_view::draw(buf, area, self, look);
        self.sheet.draw_menu(buf, area, look).or(caret)
    }

    fn draft(&self) -> Option<(String, String)> {
        // What is begun for an order and a case of that order are open side by side.
        let of = self.opened.map(|id| id.to_string());
        let of = of.unwrap_or_else(|| self.facts.number.clone());
        Some((format!("case/{of}"), self.unsaved()))
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        self.reread(reach);
    }
}
