//! The desk of a time gone by with what is open there, and what of it is let through to now.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::refuse;
use crate::chance::SystemRandom;
use crate::desk::Desk;
use crate::domain::id::Id;
use crate::problem::Problem;
use crate::store::Store;
use crate::tui::commands::{Command, Context, Touch};
use crate::tui::keys::Input;
use crate::tui::overlays::{self, Opened};
use crate::tui::pane::{Flow, Pane, Reach, Screen, stacked};
use crate::tui::panes;
use crate::tui::panes::desk::DeskPane;
use crate::tui::run::{Effect, Effects};
use crate::tui::widgets::Look;

/// The desk as it was, and what stands in front of it.
pub(super) struct There {
    desk: Desk,
    home: DeskPane,
    front: Vec<Box<dyn Pane>>,
}

/// Whether something is written with a pane; one that says nothing of itself may write.
fn writes(pane: &dyn Pane) -> bool {
    let contexts = pane.contexts();
    contexts.is_empty() || contexts.iter().any(|context| context.writes())
}

/// Lets through what only looks; work would be done now, and settings hold now.
fn pass_on(asked: Effects, reach: &mut Reach<'_>) {
    let mut is_refused = !asked.work.is_empty();
    for effect in asked.list {
        match effect {
            Effect::Copy(_) | Effect::Wake(..) | Effect::Rest(_) => reach.effects.list.push(effect),
            _ => is_refused = true,
        }
    }
    if is_refused {
        refuse(reach);
    }
}

impl There {
    pub(super) fn new(past: Store, time: i64, reach: &Reach<'_>) -> Result<Self, Problem> {
        let dice = Box::new(SystemRandom::start()?);
        let desk = reach.desk.sitting_at(past, time, dice)?;
        let home = DeskPane::new(&desk, reach.words)?;
        Ok(Self {
            desk,
            home,
            front: Vec::new(),
        })
    }

    /// Sits down at a store of one item and opens it; none where it was not known then.
    pub(super) fn at(
        past: Store,
        time: i64,
        item: Id,
        reach: &Reach<'_>,
    ) -> Result<Option<Self>, Problem> {
        if past.record(item)?.is_none() {
            return Ok(None);
        }
        let mut there = Self::new(past, time, reach)?;
        there.home.show(&there.desk, reach.words, item)?;
        Ok(Some(there))
    }

    /// Goes on at a store of everything with what is open.
    pub(super) fn everywhere(
        &mut self,
        past: Store,
        time: i64,
        reach: &mut Reach<'_>,
    ) -> Result<(), Problem> {
        let dice = Box::new(SystemRandom::start()?);
        self.desk = reach.desk.sitting_at(past, time, dice)?;
        self.read_again(reach);
        Ok(())
    }

    pub(super) fn contexts(&self) -> Vec<Context> {
        let top = self.front.last();
        top.map_or_else(|| self.home.contexts(), |pane| pane.contexts())
    }

    /// Takes a command that looks; every other one is refused before anything sees it.
    pub(super) fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        let opens = match command.touch() {
            Touch::Looks => false,
            Touch::Opens => true,
            Touch::Window | Touch::Acts | Touch::Writes => return refuse(reach),
        };
        let flow = self.act(reach, |pane, reach| pane.command(command, reach));
        match flow {
            Flow::Pass if opens => self.open(command, reach),
            flow => flow,
        }
    }

    pub(super) fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        self.act(reach, |pane, reach| pane.input(input, reach))
    }

    /// Reads everything that is open anew, in other words.
    pub(super) fn read_again(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.home.read(&self.desk, reach.words) {
            reach.trouble(&problem);
        }
        let item = self.home.item();
        let mut asked = Effects::none();
        let mut there = reach.at(&mut self.desk, item, &mut asked);
        self.front
            .iter_mut()
            .for_each(|pane| pane.refresh(&mut there));
        pass_on(asked, reach);
    }

    pub(super) fn hide(&mut self) {
        self.home.hide();
        self.front.iter_mut().for_each(|pane| pane.hide());
    }

    pub(super) fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        stacked(&self.home, &self.front, buf, area, look)
    }

    /// Lets the pane in front act at this desk.
    fn act(
        &mut self,
        reach: &mut Reach<'_>,
        act: impl FnOnce(&mut dyn Pane, &mut Reach<'_>) -> Flow,
    ) -> Flow {
        let item = self.home.item();
        let mut asked = Effects::none();
        let pane: &mut dyn Pane = match self.front.last_mut() {
            Some(pane) => pane.as_mut(),
            None => &mut self.home,
        };
        let flow = act(pane, &mut reach.at(&mut self.desk, item, &mut asked));
        pass_on(asked, reach);
        self.follow(flow, reach)
    }

    /// Opens what looks and changes nothing.
    fn open(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        let item = self.home.item();
        let mut asked = Effects::none();
        let there = &mut reach.at(&mut self.desk, item, &mut asked);
        let opened = overlays::open_here(command, there);
        pass_on(asked, reach);
        match opened {
            Opened::Pane(pane) => self.follow(Flow::Push(pane), reach),
            Opened::Flow(flow) => self.follow(flow, reach),
            Opened::Nothing => Flow::Pass,
        }
    }

    fn follow(&mut self, flow: Flow, reach: &mut Reach<'_>) -> Flow {
        match flow {
            Flow::Push(pane) | Flow::Replace(pane) if writes(pane.as_ref()) => {
                return refuse(reach);
            }
            Flow::Close => _ = self.front.pop(),
            Flow::Replace(pane) => {
                self.front.pop();
                self.front.push(pane);
            }
            Flow::Push(pane) => self.front.push(pane),
            Flow::Show(id) => self.show(id, None, reach),
            Flow::ShowAt(id, at) => self.show(id, Some(at), reach),
            Flow::Run(command) => {
                self.front.pop();
                return self.command(command, reach);
            }
            Flow::Screen(screen) => self.screen(screen, reach),
            // Words for a draft, and the next item after an act: there are none here.
            Flow::IntoDraft(..) | Flow::Reword(..) | Flow::Next => _ = self.front.pop(),
            Flow::Stay | Flow::Pass | Flow::Lock | Flow::Seated | Flow::Quit => return flow,
        }
        Flow::Stay
    }

    fn show(&mut self, id: Id, at: Option<i64>, reach: &mut Reach<'_>) {
        self.front.clear();
        match self.home.show(&self.desk, reach.words, id) {
            Ok(()) => self.home.turn_to(at),
            Err(problem) => reach.trouble(&problem),
        }
    }

    fn screen(&mut self, screen: Screen, reach: &mut Reach<'_>) {
        // What holds on this machine holds now, labels are printed now, and figures are counted
        // beside the person from the store of now.
        if matches!(
            screen,
            Screen::Settings | Screen::Printing | Screen::Figures
        ) {
            refuse(reach);
            return;
        }
        self.front.clear();
        match panes::open(screen, &self.desk, reach.words, reach.config) {
            Ok(pane) => self.front.extend(pane),
            Err(problem) => reach.trouble(&problem),
        }
    }
}
