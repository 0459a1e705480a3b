//! A wording of a canned reply (Ctrl+W in the picker): the one under the cursor changed, or a new
//! one. Those who may publish publish it; of everybody else it is a proposal.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde_json::{Value as Json, json};

use super::kept::KeptForm;
use super::sheet::Sheet;
use super::since::Since;
use crate::desk::replies::{Kept, Reply};
use crate::domain::field::FieldSpec;
use crate::domain::id::Id;
use crate::domain::payload::Fields;
use crate::domain::registers::reply::{self, REGISTER, SCOPES};
use crate::i18n::Words;
use crate::problem::Problem;
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::form::{self, Choice, Field, Value};
use crate::tui::widgets::line::{Run, dim};
use crate::tui::widgets::{Look, page};

/// Rows of the text.
const TEXT_ROWS: u16 = 6;
/// The field that says whether the reply is changed or another one made.
const AS: &str = "as";

/// The form of a wording.
pub struct ReplyForm {
    sheet: Sheet,
    of: Option<Id>,
    kept: KeptForm,
    since: Since,
    language: &'static str,
    publishes: bool,
}

impl ReplyForm {
    /// Opens the form on a reply, or empty with a title that was asked for in vain.
    pub fn open(
        reach: &Reach<'_>,
        reply: Option<&Reply>,
        asked: &str,
        language: &'static str,
    ) -> Result<Self, Problem> {
        let of = reply.map(|reply| reply.id);
        let mut sheet = Sheet::new(fields(reach.words, reply, asked));
        let about = of.map_or_else(|| "new".to_owned(), |id| id.to_string());
        let kept = KeptForm::open(reach, format!("reply/{about}"), &mut sheet.form);
        Ok(Self {
            sheet,
            of,
            kept,
            since: of.map(|id| Since::of(reach, id)).unwrap_or_default(),
            language,
            publishes: reach.desk.may_publish()?,
        })
    }

    fn save(&mut self, reach: &mut Reach<'_>) -> Flow {
        if self.sheet.form.missing() > 0 {
            self.sheet.form.apply(Command::NextMissing);
            let count = self.sheet.form.missing();
            reach.say("case-missing", &[("count", count.into())]);
            return Flow::Stay;
        }
        let form = &self.sheet.form;
        let of = self.of.filter(|_| form.chosen(AS) == Some("this"));
        let mut values: Fields = [&reply::TITLE.spec, &reply::CODE.spec, &reply::TOPIC.spec]
            .into_iter()
            .chain([&reply::TEXT.spec])
            .map(|field| (field.name.to_owned(), typed(form.text(field.name))))
            .collect();
        if of.is_none() {
            let scope = form.chosen(reply::SCOPE.name()).unwrap_or("mine");
            values.insert(reply::SCOPE.name().to_owned(), json!(scope));
            values.insert(reply::LANGUAGE_OF.name().to_owned(), json!(self.language));
        }
        if of.is_some()
            && let Some(stopped) = self.since.stops(reach)
        {
            return stopped;
        }
        match reach.attempt(|desk| desk.keep_reply(of, values)) {
            Some(Kept::Published) => reach.say("reply-published", &[]),
            Some(Kept::Proposed) => reach.say("reply-proposed", &[]),
            None => return Flow::Stay,
        }
        self.kept.done();
        Flow::Close
    }
}

/// Returns what was typed as a value; nothing where nothing was.
fn typed(text: &str) -> Json {
    let text = text.trim();
    if text.is_empty() {
        Json::Null
    } else {
        json!(text)
    }
}

fn fields(words: &Words, reply: Option<&Reply>, asked: &str) -> Vec<Field> {
    let label = |field: &FieldSpec| {
        words
            .get(&format!("field-{}-{}", REGISTER.name, field.name))
            .to_string()
    };
    let typed = |field: &FieldSpec, text: &str, rows: u16| {
        let mut editor = if rows == 1 {
            Editor::single_line()
        } else {
            Editor::new()
        };
        editor.set(text);
        Field::new(field.name, label(field), Value::Text(editor, rows))
    };
    let of = |get: fn(&Reply) -> &str| reply.map(get).unwrap_or_default();
    let title = reply.map_or(asked, |reply| reply.title.as_str());
    let mut fields = Vec::new();
    if reply.is_some() {
        let ways = ["this", "new"]
            .map(|way| Choice::new(way, words.get(&format!("reply-as-{way}")).to_string()));
        fields.push(Field::new(
            AS,
            words.get("reply-as").to_string(),
            Value::Choice(ways.to_vec(), Some(0)),
        ));
    }
    fields.push(typed(&reply::TITLE.spec, title, 1).required());
    fields.push(typed(&reply::CODE.spec, of(|reply| &reply.code), 1));
    fields.push(typed(&reply::TOPIC.spec, of(|reply| &reply.topic), 1));
    let scopes = SCOPES.values.iter().map(|scope| {
        Choice::new(
            *scope,
            words.get(&format!("value-scope-{scope}")).to_string(),
        )
    });
    let scope = reply.map_or("shop", |reply| reply.scope.as_str());
    let at = SCOPES.values.iter().position(|known| *known == scope);
    fields.push(Field::new(
        reply::SCOPE.name(),
        label(&reply::SCOPE.spec),
        Value::Choice(scopes.collect(), at),
    ));
    fields.push(typed(&reply::TEXT.spec, of(|reply| &reply.text), TEXT_ROWS).required());
    fields
}

impl Pane for ReplyForm {
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
            let title = Run::new(look.words.get("reply-form").to_string(), Ink::Title);
            page.section(vec![title], vec![form::header(&self.sheet.form, look)]);
            let shape = form::Shape {
                label: page::shape(&self.sheet.form, 0, look).label,
                beside: 0,
            };
            let rows = form::height(&self.sheet.form, area.width, shape).min(page.rows_left());
            let caret = page.form(&self.sheet.form, shape, rows);
            page.skip(1);
            let id = if self.publishes {
                "reply-will-publish"
            } else {
                "reply-will-propose"
            };
            page.row(&[dim(look.words.get(id).to_string())], &[]);
            caret
        });
        self.sheet.draw_menu(buf, area, look).or(caret)
    }

    fn draft(&self) -> Option<(String, String)> {
        Some(self.kept.draft(&self.sheet.form))
    }
}

#[cfg(test)]
#[path = "reply_form_tests.rs"]
mod tests;
