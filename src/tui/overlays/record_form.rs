//! The one form that opens or changes a record of any register, from its declaration.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde_json::{Value as Json, json};

use super::kept::KeptForm;
use super::sheet::Sheet;
use super::since::Since;
use super::{case_fields, sheet, time};
use crate::desk::by_hand::by_hand;
use crate::desk::values::posts_by_word;
use crate::domain::field::{FieldSpec, FromValue, Kind};
use crate::domain::id::Id;
use crate::domain::money::{Currency, Money};
use crate::domain::payload::Fields;
use crate::domain::record::Record;
use crate::domain::register::{Owner, Register};
use crate::i18n::Language;
use crate::problem::Problem;
use crate::text::edit::Editor;
use crate::text::fold;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::form::{self, Choice, Field, Value};
use crate::tui::widgets::line::{Run, text};
use crate::tui::widgets::{Look, page};
use crate::tui::words::Speech;

/// Rows of a text of several lines.
const LONG: u16 = 3;

/// A record's form.
pub struct RecordForm {
    sheet: Sheet,
    register: &'static Register,
    record: Option<Record>,
    language: Language,
    name: String,
    since: Since,
    kept: KeptForm,
    /// The answer that is settled where the form was opened, and shown only.
    settled: Option<(&'static str, String)>,
}

impl RecordForm {
    /// Opens an empty form of a register.
    pub fn new(reach: &Reach<'_>, register: &'static Register) -> Self {
        Self::with(reach, register, None)
    }

    /// Opens a form of a register with answers that are known already, as they are typed or by
    /// the name of what is chosen.
    pub fn begun(
        reach: &Reach<'_>,
        register: &'static Register,
        said: &[(&'static str, String)],
    ) -> Self {
        let mut begun = Self::new(reach, register);
        let form = &mut begun.sheet.form;
        for (name, answer) in said {
            sheet::set_text(form, name, answer);
            if !answer.is_empty() {
                sheet::set_choice(form, name, answer);
            }
        }
        let missing = form.fields.iter().find(|field| field.is_missing());
        if let Some(id) = missing.map(|field| field.id.clone()) {
            form.focus(&id);
        }
        begun
    }

    /// Shows of a choice what it is, and no longer asks: where the form was opened from says it.
    #[must_use]
    pub fn settled(mut self, name: &'static str, choice: String) -> Self {
        self.settled = Some((name, choice));
        self.settle();
        self
    }

    fn settle(&mut self) {
        let Some((name, choice)) = &self.settled else {
            return;
        };
        let form = &mut self.sheet.form;
        sheet::set_choice(form, name, choice);
        let Some(field) = form.field_mut(name) else {
            return;
        };
        if let Value::Choice(all, Some(at)) = &field.value {
            field.value = Value::Fixed(
                all.get(*at)
                    .map_or_else(String::new, |one| one.label.clone()),
            );
        }
    }

    /// Opens the form of a record.
    ///
    /// Refused where nobody writes the register by hand.
    pub fn of_record(reach: &Reach<'_>, id: Id) -> Result<Self, Problem> {
        let (record, register) = reach.desk.record(id)?;
        by_hand(register)?;
        Ok(Self::with(reach, register, Some(record)))
    }

    fn with(reach: &Reach<'_>, register: &'static Register, record: Option<Record>) -> Self {
        let fields = fields(reach.speech(), register, record.as_ref());
        let name = reach
            .words
            .get(&format!("register-{}", register.name))
            .to_string();
        let since = record
            .as_ref()
            .map(|record| Since::of(reach, record.id))
            .unwrap_or_default();
        let mut sheet = Sheet::new(fields);
        let about = record.as_ref().map(|record| record.id.to_string());
        let key = format!("form/{}/{}", register.name, about.unwrap_or_default());
        let kept = KeptForm::open(reach, key, &mut sheet.form);
        Self {
            sheet,
            register,
            record,
            language: reach.words.language(),
            name,
            since,
            kept,
            settled: None,
        }
    }

    fn specs(&self) -> impl Iterator<Item = &'static FieldSpec> + '_ {
        self.register
            .fields
            .iter()
            .filter(|field| is_asked(field, self.record.as_ref()))
    }

    /// Reads the answers; the first that cannot be read is put in front and said.
    fn values(&mut self, reach: &mut Reach<'_>) -> Option<Fields> {
        let (now, zone) = (reach.desk.now(), reach.desk.zone());
        let shown = reach.speech();
        let mut values = Fields::new();
        let mut wrong = None;
        for spec in self.specs() {
            let Some(field) = self.sheet.form.field(spec.name) else {
                continue;
            };
            if let Some((name, choice)) = &self.settled
                && *name == spec.name
            {
                values.insert(spec.name.to_owned(), json!(choice));
                continue;
            }
            let old = self
                .record
                .as_ref()
                .and_then(|record| record.value(spec.name));
            // What was not touched keeps its exact value: times are shown in minutes only.
            if old.is_some_and(|old| written(spec, old, shown) == answer_text(field))
                && !matches!(field.value, Value::Choice(..) | Value::Flag(..))
            {
                continue;
            }
            match answer(spec, field, now, zone) {
                Ok(value) if value.is_null() && old.is_none() => {}
                Ok(value) => {
                    values.insert(spec.name.to_owned(), posts_by_word(spec, value));
                }
                Err(()) => {
                    wrong = Some((spec.name, field.label.clone()));
                    break;
                }
            }
        }
        if let Some((name, label)) = wrong {
            self.sheet.form.focus(name);
            reach.say("record-unreadable", &[("field", label.into())]);
            return None;
        }
        Some(values)
    }

    fn save(&mut self, reach: &mut Reach<'_>) -> Flow {
        if self.sheet.form.missing() > 0 {
            self.sheet.form.apply(Command::NextMissing);
            let count = self.sheet.form.missing();
            reach.say("case-missing", &[("count", count.into())]);
            return Flow::Stay;
        }
        let Some(values) = self.values(reach) else {
            return Flow::Stay;
        };
        if let Some(stopped) = self.since.stops(reach) {
            return stopped;
        }
        let (id, name) = (
            self.record.as_ref().map(|record| record.id),
            self.register.name,
        );
        let done = reach.attempt(|desk| match id {
            Some(id) => desk.set_fields(id, values),
            None => desk.open_record(name, values),
        });
        if done.is_none() {
            return Flow::Stay;
        }
        self.kept.done();
        reach.say("record-saved", &[("register", (&self.name).into())]);
        Flow::Close
    }
}

/// Whether people fill a field in: not what acts write, not what a platform says.
fn is_asked(spec: &FieldSpec, record: Option<&Record>) -> bool {
    let copied = record.is_some_and(|record| {
        record
            .write(spec.name)
            .is_some_and(|write| write.exported_at.is_some())
    });
    let shape = match spec.kind {
        Kind::Map(_) => false,
        Kind::Record(register) => register == "person",
        _ => true,
    };
    !spec.hidden && !spec.mirror && !copied && shape
}

fn fields(speech: Speech<'_>, register: &'static Register, record: Option<&Record>) -> Vec<Field> {
    let asked = register.fields.iter().filter(|spec| is_asked(spec, record));
    asked
        .map(|spec| {
            let old = record.and_then(|record| record.value(spec.name));
            let mut field = Field::new(
                spec.name,
                speech.label(register, spec),
                value(spec, old, speech),
            );
            field.required = spec.required;
            field
        })
        .collect()
}

fn value(spec: &FieldSpec, old: Option<&Json>, speech: Speech<'_>) -> Value {
    let choices = |all: Vec<Choice>| {
        let chosen = old
            .and_then(Json::as_str)
            .and_then(|old| all.iter().position(|choice| choice.id == old));
        Value::Choice(all, chosen)
    };
    let shown = old
        .map(|old| written(spec, old, speech))
        .unwrap_or_default();
    match spec.kind {
        Kind::Choice(list) => choices(
            list.values
                .iter()
                .map(|word| Choice::new(*word, speech.choice(spec, word)))
                .collect(),
        ),
        Kind::Record(_) => {
            let people = speech.people.all().iter();
            choices(
                people
                    .map(|person| {
                        Choice::new(Owner::Person(person.id).spelling(), person.name.clone())
                    })
                    .collect(),
            )
        }
        Kind::Flag => Value::Flag(old.and_then(Json::as_bool) == Some(true), String::new()),
        Kind::LongText => Value::Text(Editor::with_text(&shown), LONG),
        Kind::Money => Value::Money(single(&shown)),
        Kind::Time => Value::Time(single(&shown)),
        _ => Value::Text(single(&shown), 1),
    }
}

fn single(text: &str) -> Editor {
    let mut editor = Editor::single_line();
    editor.set(text);
    editor
}

/// A value as its field holds it.
fn written(spec: &FieldSpec, value: &Json, speech: Speech<'_>) -> String {
    match spec.kind {
        Kind::Money => Money::from_value(value)
            .map(|money| money.plain())
            .unwrap_or_default(),
        Kind::Choice(_) | Kind::Record(_) => value.as_str().unwrap_or_default().to_owned(),
        _ => speech.value(spec, value),
    }
}

fn answer_text(field: &Field) -> String {
    field
        .editor()
        .map(|text| text.text().to_owned())
        .unwrap_or_default()
}

/// Reads what was answered as a value of the field's kind; nothing answered is `null`.
fn answer(spec: &FieldSpec, field: &Field, now: i64, zone: chrono_tz::Tz) -> Result<Json, ()> {
    let text = match &field.value {
        Value::Choice(choices, chosen) => {
            return Ok(chosen
                .and_then(|at| choices.get(at))
                .map_or(Json::Null, |choice| json!(choice.id)));
        }
        Value::Flag(ticked, _) => return Ok(if *ticked { json!(true) } else { Json::Null }),
        _ => answer_text(field),
    };
    read(spec, &text, now, zone)
}

/// Reads what was typed as a value of the field's kind; nothing typed is `null`.
pub(super) fn read(
    spec: &FieldSpec,
    text: &str,
    now: i64,
    zone: chrono_tz::Tz,
) -> Result<Json, ()> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Json::Null);
    }
    match spec.kind {
        Kind::Integer => fold::number(text)
            .parse::<i64>()
            .map(|number| json!(number))
            .map_err(|_| ()),
        Kind::Money => Money::parse(&fold::number(text), Currency::CNY)
            .map(|money| json!(money))
            .map_err(|_| ()),
        Kind::Time => time::read(text, now, zone).map(|at| json!(at)).ok_or(()),
        Kind::Texts => Ok(json!(
            text.split([' ', ',', '，', '、'])
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
        )),
        _ => {
            let value = json!(text);
            if spec.kind.accepts(&value) {
                Ok(value)
            } else {
                Err(())
            }
        }
    }
}

impl Pane for RecordForm {
    fn contexts(&self) -> Vec<Context> {
        self.sheet.contexts(Context::Record)
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if !self.sheet.is_unfolded() {
            match command {
                Command::Finish => return self.save(reach),
                Command::Back => return Flow::Close,
                _ => {}
            }
        }
        self.sheet.command(command).into()
    }

    fn input(&mut self, input: &Input, _: &mut Reach<'_>) -> Flow {
        self.sheet.input(input).into()
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let caret = page::single(buf, area, look, |page| {
            let id = if self.record.is_some() {
                "record-change"
            } else {
                "record-new"
            };
            let title = look.words.with(id, &[("register", (&self.name).into())]);
            let whose = self
                .record
                .as_ref()
                .and_then(|record| record.text("buyer").or_else(|| record.text("name")));
            let left = vec![
                Run::new(title, Ink::Title),
                text(format!("  {}", whose.unwrap_or_default())),
            ];
            page.section(left, vec![form::header(&self.sheet.form, look)]);
            let shape = form::Shape {
                label: page::shape(&self.sheet.form, 0, look).label,
                beside: 0,
            };
            let rows = page.rows_left();
            page.form(&self.sheet.form, shape, rows)
        });
        self.sheet.draw_menu(buf, area, look).or(caret)
    }

    fn draft(&self) -> Option<(String, String)> {
        Some(self.kept.draft(&self.sheet.form))
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        if self.language != reach.words.language() {
            self.language = reach.words.language();
            let before = std::mem::take(&mut self.sheet);
            self.sheet = Sheet::new(fields(reach.speech(), self.register, self.record.as_ref()));
            case_fields::carry(&before.form, &mut self.sheet.form);
            self.settle();
            self.name = reach
                .words
                .get(&format!("register-{}", self.register.name))
                .to_string();
        }
    }
}
