//! What is to be done after a meeting: what, who, until when.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::kept::KeptForm;
use super::sheet::{Asks, Sheet};
use super::time;
use crate::domain::id::Id;
use crate::domain::register::Owner;
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::form::{Choice, Field, Value};
use crate::tui::widgets::line::Run;

/// Columns of the box.
const WIDTH: u16 = 70;

/// The form of an action.
pub struct ActionForm {
    sheet: Sheet,
    meeting: Id,
    kept: KeptForm,
}

impl ActionForm {
    /// Opens the form for a meeting.
    pub fn new(reach: &Reach<'_>, meeting: Id) -> Self {
        let label = |id: &str| reach.words.get(id).to_string();
        let people = reach.desk.people().all().iter();
        let people = people.filter(|person| person.serves()).map(|person| {
            let spelling = Owner::Person(person.id).spelling();
            Choice::new(spelling, person.name.clone())
        });
        let what = Value::Text(Editor::single_line(), 1);
        let due = Value::Time(Editor::single_line());
        let fields = vec![
            Field::new("what", label("action-what"), what).required(),
            Field::new(
                "owner",
                label("action-owner"),
                Value::Choice(people.collect(), None),
            )
            .required(),
            Field::new("due", label("action-due"), due)
                .required()
                .note(label("follow-typed-hint"), Ink::Dim),
        ];
        let mut sheet = Sheet::new(fields);
        let kept = KeptForm::open(reach, format!("action/{meeting}"), &mut sheet.form);
        Self {
            sheet,
            meeting,
            kept,
        }
    }

    fn act(&mut self, reach: &mut Reach<'_>) -> Flow {
        let form = &self.sheet.form;
        let what = form.text("what").to_owned();
        let owner = form.chosen("owner").and_then(|id| id.parse().ok());
        let due = time::read(form.text("due").trim(), reach.desk.now(), reach.desk.zone());
        let meeting = self.meeting;
        let done = reach.attempt(|desk| desk.add_action(meeting, &what, owner, due));
        if done.is_none() {
            let wrong = if what.trim().is_empty() {
                "what"
            } else if owner.is_none() {
                "owner"
            } else {
                "due"
            };
            self.sheet.form.focus(wrong);
            return Flow::Stay;
        }
        self.kept.done();
        reach.say("action-added", &[]);
        Flow::Close
    }
}

impl Pane for ActionForm {
    fn contexts(&self) -> Vec<Context> {
        self.sheet.contexts(Context::FollowUp)
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match self.sheet.asks(command, Command::AddAction) {
            Some(Asks::Leave) => Flow::Close,
            Some(Asks::Act) => self.act(reach),
            Some(Asks::Nothing) => Flow::Stay,
            None => self.sheet.command(command).into(),
        }
    }

    fn input(&mut self, input: &Input, _: &mut Reach<'_>) -> Flow {
        self.sheet.input(input).into()
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let title = [Run::new(
            look.words.get("action-title").to_string(),
            Ink::Title,
        )];
        self.sheet.draw_box(buf, area, &title, WIDTH, look)
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn draft(&self) -> Option<(String, String)> {
        Some(self.kept.draft(&self.sheet.form))
    }
}
