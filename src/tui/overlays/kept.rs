//! What was typed and not recorded yet: kept by person under a key, taken up when the same thing
//! is opened again, forgotten once it is done.

use serde_json::{Map, Value as Json};

use super::sheet::{set_choice, set_text};
use crate::domain::id::Id;
use crate::tui::pane::Reach;
use crate::tui::widgets::form::{Field, Form, Value};

/// Returns the key of a draft about records, in whatever order they stand. It spells each of them,
/// so that what erases one finds the draft.
pub fn key_of(question: &str, about: &[Id]) -> String {
    let mut ids: Vec<String> = about.iter().map(Id::to_string).collect();
    ids.sort_unstable();
    format!("{question}/{}", ids.join("+"))
}

/// The draft of one line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptLine {
    person: String,
    /// Under which key it is kept.
    pub key: String,
}

impl KeptLine {
    /// Names the place of a draft; none while nobody sits here.
    pub fn new(reach: &Reach<'_>, key: String) -> Option<Self> {
        let person = reach.desk.me().ok()?.id.to_string();
        Some(Self { person, key })
    }

    /// Returns what was kept there.
    pub fn text(&self, reach: &Reach<'_>) -> Option<String> {
        let store = reach.desk.store();
        store.draft(&self.person, &self.key).ok().flatten()
    }

    /// Forgets it, also where its person does not sit here any more.
    pub fn forget(&self, reach: &mut Reach<'_>) {
        let store = reach.desk.store_mut();
        if let Err(error) = store.clear_draft(&self.person, &self.key) {
            reach.trouble(&error.into());
        }
    }
}

/// The draft of a form: the answers that differ from those that it opened with.
#[derive(Debug, Clone, Default)]
pub struct KeptForm {
    key: String,
    first: Map<String, Json>,
    is_done: bool,
}

impl KeptForm {
    /// Notes the answers of a form as it opens, and takes up what was typed the last time.
    pub fn open(reach: &Reach<'_>, key: String, form: &mut Form) -> Self {
        let first = answers(form);
        let kept = KeptLine::new(reach, key.clone())
            .and_then(|line| line.text(reach))
            .and_then(|text| serde_json::from_str::<Map<String, Json>>(&text).ok());
        for (id, answer) in kept.iter().flatten() {
            put(form, id, answer);
        }
        Self {
            key,
            first,
            is_done: false,
        }
    }

    /// A text would open with other words now: it is kept where it differs from them.
    pub fn opens_with(&mut self, id: &str, text: &str) {
        self.first.insert(id.to_owned(), Json::from(text));
    }

    /// It is recorded: nothing is to be kept.
    pub fn done(&mut self) {
        self.is_done = true;
    }

    /// Returns key and text of the draft; no text where nothing was changed.
    pub fn draft(&self, form: &Form) -> (String, String) {
        let mut changed = answers(form);
        changed.retain(|id, answer| self.first.get(id) != Some(answer));
        let text = if self.is_done || changed.is_empty() {
            String::new()
        } else {
            Json::Object(changed).to_string()
        };
        (self.key.clone(), text)
    }
}

fn answers(form: &Form) -> Map<String, Json> {
    let fields = form.fields.iter().filter(|field| !field.secret);
    fields
        .filter_map(|field| Some((field.id.clone(), answer(field)?)))
        .collect()
}

fn answer(field: &Field) -> Option<Json> {
    match &field.value {
        Value::Text(text, _) | Value::Money(text) | Value::Time(text) => {
            Some(Json::from(text.text()))
        }
        Value::Choice(choices, chosen) => {
            let chosen = chosen.and_then(|at| choices.get(at));
            Some(chosen.map_or(Json::Null, |choice| Json::from(choice.id.as_str())))
        }
        Value::Flag(ticked, _) => Some(Json::from(*ticked)),
        Value::Fixed(_) => None,
    }
}

fn put(form: &mut Form, id: &str, answer: &Json) {
    match form.field_mut(id).map(|field| &mut field.value) {
        Some(Value::Flag(ticked, _)) => *ticked = answer.as_bool() == Some(true),
        Some(Value::Choice(..)) => {
            if let Some(choice) = answer.as_str() {
                set_choice(form, id, choice);
            }
        }
        Some(_) => set_text(form, id, answer.as_str().unwrap_or_default()),
        None => {}
    }
}
