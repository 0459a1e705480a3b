//! What a new shop lacks (ux 10): each row leads to where it is done, and what is there is
//! ticked. A step that closes leads back here.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::drop::{Drop, What};
use super::folder::FolderForm;
use super::limits::LimitsForm;
use super::old_table::OldTablePane;
use super::shop::ShopForm;
use super::terminal::TerminalCheck;
use crate::desk::start::Need;
use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::overlays::admit::Admit;
use crate::tui::overlays::menu::{Menu, Picked};
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::panes::plan::PlanPane;
use crate::tui::widgets::Look;

/// How many lacking things the title names; of more it says how many they are.
const NAMED: usize = 4;

/// The card.
pub struct StartCard {
    menu: Menu,
}

impl StartCard {
    /// Opens the card on the first thing that is lacking.
    pub fn open(reach: &Reach<'_>) -> Result<Self, Problem> {
        let lacking = lacking(reach)?;
        let first = lacking.first().copied();
        let at = Need::ALL.iter().position(|need| Some(*need) == first);
        Ok(Self {
            menu: menu(reach, &lacking).at(at.unwrap_or(Need::ALL.len())),
        })
    }

    fn picked(&mut self, picked: Picked, reach: &mut Reach<'_>) -> Flow {
        match picked {
            Picked::Row(row) => self.follow(Need::ALL.get(row).copied(), reach),
            Picked::Moved => Flow::Stay,
            Picked::Closed => Flow::Close,
            Picked::Ignored => Flow::Pass,
        }
    }

    /// Leads to where a need is met; without one the card comes no more by itself.
    fn follow(&self, need: Option<Need>, reach: &mut Reach<'_>) -> Flow {
        let Some(need) = need else {
            if reach.attempt(crate::desk::Desk::quiet_lacks).is_some() {
                reach.say("start-quieted", &[]);
            }
            return Flow::Close;
        };
        match step(need, reach) {
            Ok(pane) => Flow::Push(pane),
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Stay
            }
        }
    }
}

fn step(need: Need, reach: &Reach<'_>) -> Result<Box<dyn Pane>, Problem> {
    Ok(match need {
        Need::Terminal => Box::new(TerminalCheck::open(reach)?),
        Need::Shop => Box::new(ShopForm::open(reach)?),
        Need::Folder => Box::new(FolderForm::open(reach)),
        Need::Replies => Box::new(Drop::of(What::Replies)),
        Need::Orders => Box::new(Drop::of(What::Data)),
        Need::OldTable => Box::new(OldTablePane::open(reach)),
        Need::People => Box::new(Admit::open(reach)?),
        Need::Limits => Box::new(LimitsForm::open(reach)?),
        Need::Sheet => Box::new(PlanPane::new(reach.desk, reach.words)?),
    })
}

fn lacking(reach: &Reach<'_>) -> Result<Vec<Need>, Problem> {
    reach.desk.lacks(reach.config.shared_folder().is_some())
}

fn menu(reach: &Reach<'_>, lacking: &[Need]) -> Menu {
    let words = reach.words;
    let name = |need: &Need| words.get(&format!("start-{}", need.word())).to_string();
    let row = |need: Need| {
        let id = if lacking.contains(&need) {
            "start-lacks"
        } else {
            "start-there"
        };
        (name(&need), words.get(id).to_string())
    };
    let mut rows: Vec<_> = Need::ALL.into_iter().map(row).collect();
    rows.push((words.get("start-quiet").to_string(), String::new()));
    let title = match lacking.len() {
        0 => words.get("start-title-done").to_string(),
        count if count > NAMED => words.with("start-title", &[("count", count.into())]),
        _ => {
            let names: Vec<String> = lacking.iter().map(name).collect();
            let names = names.join(&words.get("list-comma"));
            words.with("start-title-names", &[("names", names.into())])
        }
    };
    Menu::noted(title, rows).last_by(0)
}

impl Pane for StartCard {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Menu]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        let picked = self.menu.command(command);
        self.picked(picked, reach)
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        let picked = self.menu.input(input);
        self.picked(picked, reach)
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        self.menu.draw(buf, area, look)
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        match lacking(reach) {
            Ok(lacking) => self.menu = menu(reach, &lacking).at(self.menu.cursor()),
            Err(problem) => reach.trouble(&problem),
        }
    }
}
