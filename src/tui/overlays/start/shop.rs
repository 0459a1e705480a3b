//! What the whole shop keeps about itself (ux 10, step 4): platform, hours, the day's end, the
//! printing waves and the last time for an order to leave on the same day.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::start::{Need, ShopFacts};
use crate::domain::registers::words::PLATFORM;
use crate::problem::Problem;
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::overlays::kept::KeptForm;
use crate::tui::overlays::sheet::Sheet;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::form::{Choice, Field, Value};

/// What is typed, each with an example.
const ASKED: [(&str, &str); 4] = [
    ("hours", "09:00-23:00"),
    ("day_end", "4"),
    ("waves", "10:30 14:00 16:00"),
    ("cutoff", "16:30"),
];

/// The form.
pub struct ShopForm {
    sheet: Sheet,
    kept: KeptForm,
}

impl ShopForm {
    /// Opens the form with what the shop has said so far, and with what was typed when it was left.
    pub fn open(reach: &Reach<'_>) -> Result<Self, Problem> {
        let facts = reach.desk.shop_facts()?;
        let words = reach.words;
        let platforms: Vec<Choice> = PLATFORM
            .values
            .iter()
            .map(|word| {
                Choice::new(
                    *word,
                    words.get(&format!("value-platform-{word}")).to_string(),
                )
            })
            .collect();
        let at = platforms.iter().position(|one| one.id == facts.platform);
        let mut fields = vec![Field::new(
            "platform",
            words.get("shop-platform").to_string(),
            Value::Choice(platforms, Some(at.unwrap_or(0))),
        )];
        let answers = [&facts.hours, &facts.day_end, &facts.waves, &facts.cutoff];
        for ((id, example), said) in ASKED.into_iter().zip(answers) {
            let mut editor = Editor::single_line();
            editor.set(said);
            let label = words.get(&format!("shop-{id}")).to_string();
            let field = Field::new(id, label, Value::Text(editor, 1));
            fields.push(field.note(example, Ink::Dim));
        }
        let mut sheet = Sheet::new(fields);
        let kept = KeptForm::open(reach, "start/shop".to_owned(), &mut sheet.form);
        Ok(Self { sheet, kept })
    }

    fn keep(&mut self, reach: &mut Reach<'_>) -> Flow {
        let form = &self.sheet.form;
        let text = |id: &str| form.text(id).trim().to_owned();
        let facts = ShopFacts {
            platform: form.chosen("platform").unwrap_or_default().to_owned(),
            hours: text("hours"),
            day_end: text("day_end"),
            waves: text("waves"),
            cutoff: text("cutoff"),
        };
        let kept = reach.attempt(|desk| {
            desk.keep_shop_facts(&facts)?;
            desk.settle_need(Need::Shop)
        });
        if kept.is_none() {
            return Flow::Stay;
        }
        self.kept.done();
        reach.say("shop-kept", &[]);
        Flow::Close
    }
}

impl Pane for ShopForm {
    fn contexts(&self) -> Vec<Context> {
        self.sheet.contexts(Context::Form)
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if !self.sheet.is_unfolded() {
            let last = self.sheet.form.cursor() + 1 == self.sheet.form.fields.len();
            match command {
                Command::Back => return Flow::Close,
                Command::Finish => return self.keep(reach),
                Command::Unfold if last => return self.keep(reach),
                _ => {}
            }
        }
        self.sheet.command(command).into()
    }

    fn input(&mut self, input: &Input, _: &mut Reach<'_>) -> Flow {
        self.sheet.input(input).into()
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        super::form_step(buf, area, look, "shop", &self.sheet)
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn draft(&self) -> Option<(String, String)> {
        Some(self.kept.draft(&self.sheet.form))
    }
}
