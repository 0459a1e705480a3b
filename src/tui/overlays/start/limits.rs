//! The three limits of a free hand (ux 10, step 9): nothing in them means that everything comes
//! to who may approve.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::start::Need;
use crate::desk::start::limits::FreeHand;
use crate::domain::money::Money;
use crate::problem::Problem;
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::overlays::case_fields;
use crate::tui::overlays::kept::KeptForm;
use crate::tui::overlays::sheet::Sheet;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::widgets::Look;
use crate::tui::widgets::form::{Field, Value};

/// The fields.
const FIELDS: [&str; 3] = ["case", "day", "person"];

/// The form.
pub struct LimitsForm {
    sheet: Sheet,
    kept: KeptForm,
}

impl LimitsForm {
    /// Opens the form with what holds, and with what was typed when it was left.
    pub fn open(reach: &Reach<'_>) -> Result<Self, Problem> {
        let hand = reach.desk.free_hand()?;
        let field = |(id, sum): (&str, Option<Money>)| {
            let mut editor = Editor::single_line();
            editor.set(&sum.map(|sum| sum.plain()).unwrap_or_default());
            let label = reach.words.get(&format!("limits-{id}")).to_string();
            // The sign of the only currency in which limits are counted.
            Field::new(id, label, Value::Money(editor)).prefix("¥ ")
        };
        let sums = [hand.case, hand.day, hand.person];
        let mut sheet = Sheet::new(FIELDS.into_iter().zip(sums).map(field).collect());
        let kept = KeptForm::open(reach, "start/limits".to_owned(), &mut sheet.form);
        Ok(Self { sheet, kept })
    }

    fn give(&mut self, reach: &mut Reach<'_>) -> Flow {
        let form = &mut self.sheet.form;
        if let Some(wrong) = FIELDS
            .into_iter()
            .find(|id| case_fields::unreadable(form, id))
        {
            form.focus(wrong);
            reach.say("case-amount-unreadable", &[]);
            return Flow::Stay;
        }
        let hand = FreeHand {
            case: case_fields::amount(form, "case"),
            day: case_fields::amount(form, "day"),
            person: case_fields::amount(form, "person"),
        };
        let given = reach.attempt(|desk| {
            let names = desk.give_free_hand(&hand)?;
            desk.settle_need(Need::Limits)?;
            Ok(names)
        });
        let Some(names) = given else {
            return Flow::Stay;
        };
        self.kept.done();
        if hand == FreeHand::default() {
            reach.say("limits-none", &[]);
        } else if names.is_empty() {
            reach.say("limits-nobody", &[]);
        } else {
            let comma = reach.words.get("list-comma").to_string();
            reach.say("limits-given", &[("names", names.join(&comma).into())]);
        }
        Flow::Close
    }
}

impl Pane for LimitsForm {
    fn contexts(&self) -> Vec<Context> {
        self.sheet.contexts(Context::Form)
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        let last = self.sheet.form.cursor() + 1 == self.sheet.form.fields.len();
        match command {
            Command::Back => return Flow::Close,
            Command::Finish => return self.give(reach),
            Command::Unfold if last => return self.give(reach),
            _ => {}
        }
        self.sheet.command(command).into()
    }

    fn input(&mut self, input: &Input, _: &mut Reach<'_>) -> Flow {
        self.sheet.input(input).into()
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        super::form_step(buf, area, look, "limits", &self.sheet)
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn draft(&self) -> Option<(String, String)> {
        Some(self.kept.draft(&self.sheet.form))
    }
}
