//! A time gone by, to look around in: the desk as it was, with its lists, its items and F3, under
//! a line that says when. Nothing can be changed there; Esc leads back to now.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::desk::DeskPane;
use crate::chance::SystemRandom;
use crate::desk::Desk;
use crate::domain::id::Id;
use crate::problem::Problem;
use crate::store::{Store, StoreError};
use crate::tui::commands::{Command, Context};
use crate::tui::jobs::{Done, Job, Work};
use crate::tui::keys::Input;
use crate::tui::overlays::{self, Opened, ask::Ask};
use crate::tui::pane::{Flow, Pane, Reach, Screen};
use crate::tui::panes;
use crate::tui::theme::Ink;
use crate::tui::widgets::{Look, line};
use crate::tui::words::Speech;

/// The desk as it was, and what stands in front of it.
struct There {
    desk: Desk,
    home: DeskPane,
    front: Vec<Box<dyn Pane>>,
}

/// The pane of a time gone by: it waits for the copy, then shows it.
pub struct PastPane {
    time: i64,
    there: Option<Box<There>>,
    when: String,
}

/// Asks which time is to be looked back at.
pub fn ask(reach: &Reach<'_>) -> Ask {
    let (title, hint) = (
        reach.words.get("past-ask").to_string(),
        reach.words.get("problem-past-hint").to_string(),
    );
    Ask::new(title, hint, |answer, reach| {
        match reach.desk.gone_by(answer) {
            Ok(time) => {
                reach.work(Work::Start(Job::LookBack(time)));
                let speech = Speech {
                    words: reach.words,
                    zone: reach.desk.zone(),
                    now: reach.desk.now(),
                    people: reach.desk.people(),
                };
                Flow::Replace(Box::new(PastPane {
                    time,
                    there: None,
                    when: speech.moment(time),
                }))
            }
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Stay
            }
        }
    })
}

impl There {
    fn new(past: Store, time: i64, reach: &Reach<'_>) -> Result<Self, Problem> {
        let desk = reach
            .desk
            .sitting_at(past, time, Box::new(SystemRandom::start()?))?;
        let home = DeskPane::new(&desk, reach.words)?;
        Ok(Self {
            desk,
            home,
            front: Vec::new(),
        })
    }

    fn top(&mut self) -> (&mut dyn Pane, &mut Desk) {
        let pane: &mut dyn Pane = match self.front.last_mut() {
            Some(pane) => pane.as_mut(),
            None => &mut self.home,
        };
        (pane, &mut self.desk)
    }

    /// Lets the pane in front act at this desk.
    fn act(
        &mut self,
        reach: &mut Reach<'_>,
        act: impl FnOnce(&mut dyn Pane, &mut Reach<'_>) -> Flow,
    ) -> Flow {
        let item = self.home.item();
        let (pane, desk) = self.top();
        let flow = act(pane, &mut reach.at(desk, item));
        self.follow(flow, reach)
    }

    /// Opens what looks and changes nothing.
    fn open(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        let item = self.home.item();
        let opened = overlays::open_here(command, &mut reach.at(&mut self.desk, item));
        match opened {
            Opened::Pane(pane) => {
                self.front.push(pane);
                Flow::Stay
            }
            Opened::Flow(flow) => self.follow(flow, reach),
            Opened::Nothing => Flow::Pass,
        }
    }

    fn follow(&mut self, flow: Flow, reach: &mut Reach<'_>) -> Flow {
        match flow {
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
                return self.act(reach, |pane, reach| pane.command(command, reach));
            }
            Flow::Screen(screen) => self.screen(screen, reach),
            // Words for a draft, and the next item after an act: there are none here.
            Flow::IntoDraft(_) | Flow::Reword(..) | Flow::Next => _ = self.front.pop(),
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
        // What holds on this machine holds now, and labels are printed now.
        if matches!(screen, Screen::Settings | Screen::Printing) {
            return reach.trouble(&Problem::from(StoreError::GoneBy));
        }
        self.front.clear();
        match panes::open(screen, &self.desk, reach.words, reach.config) {
            Ok(pane) => self.front.extend(pane),
            Err(problem) => reach.trouble(&problem),
        }
    }
}

/// What opens something to look at, and nothing to write with.
fn only_looks(command: Command) -> bool {
    matches!(
        command,
        Command::Find
            | Command::Screens
            | Command::ScreenDesk
            | Command::ScreenBoard
            | Command::ScreenTables
            | Command::ScreenSheet
            | Command::ScreenImport
            | Command::ScreenHeld
            | Command::YankNumber
            | Command::YankOrder
            | Command::YankLast
    )
}

/// What is not about the desk at all, so that it works as ever.
fn is_of_the_window(command: Command) -> bool {
    matches!(
        command,
        Command::Help
            | Command::Palette
            | Command::Messages
            | Command::NextTheme
            | Command::NextLanguage
            | Command::ToggleMouse
            | Command::Redraw
            | Command::Suspend
            | Command::Lock
            | Command::Quit
    )
}

impl Pane for PastPane {
    fn contexts(&self) -> Vec<Context> {
        match &self.there {
            None => vec![Context::Message],
            Some(there) => there
                .front
                .last()
                .map_or_else(|| there.home.contexts(), |pane| pane.contexts()),
        }
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        let Some(there) = &mut self.there else {
            return match command {
                Command::Back => {
                    reach.work(Work::Stop(Job::LookBack(self.time)));
                    Flow::Close
                }
                _ => Flow::Pass,
            };
        };
        if is_of_the_window(command) {
            return Flow::Pass;
        }
        let flow = there.act(reach, |pane, reach| pane.command(command, reach));
        match flow {
            Flow::Pass if only_looks(command) => there.open(command, reach),
            Flow::Pass if command == Command::Back => Flow::Close,
            Flow::Pass => {
                reach.trouble(&Problem::from(StoreError::GoneBy));
                Flow::Stay
            }
            flow => flow,
        }
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        match &mut self.there {
            Some(there) => there.act(reach, |pane, reach| pane.input(input, reach)),
            None => Flow::Pass,
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        line::clear(buf, area);
        let id = if self.there.is_some() {
            "past-banner"
        } else {
            "past-waiting"
        };
        let banner = look.words.with(id, &[("time", self.when.as_str().into())]);
        line::put(
            buf,
            (area.x + 1, area.y),
            area.width.saturating_sub(2),
            &banner,
            Ink::Warn,
            look,
        );
        let there = self.there.as_ref()?;
        let below = Rect {
            y: area.y + 1.min(area.height),
            height: area.height.saturating_sub(1),
            ..area
        };
        let top = there.front.last();
        match top {
            Some(pane) if pane.is_whole() => pane.view(buf, below, look),
            Some(pane) => {
                there.home.view(buf, below, look);
                pane.view(buf, below, look)
            }
            None => there.home.view(buf, below, look),
        }
    }

    fn worked(&mut self, done: &mut Done, reach: &mut Reach<'_>) -> Flow {
        let Done::LookedBack { time, past } = done else {
            return Flow::Stay;
        };
        if *time != self.time || self.there.is_some() {
            return Flow::Stay;
        }
        let opened = match past.take() {
            Some(Ok(Some(past))) => There::new(*past, self.time, reach),
            Some(Err(problem)) => Err(problem),
            // Somebody said to stop.
            Some(Ok(None)) | None => return Flow::Close,
        };
        match opened {
            Ok(there) => self.there = Some(Box::new(there)),
            Err(problem) => {
                reach.trouble(&problem);
                return Flow::Close;
            }
        }
        Flow::Stay
    }

    fn hide(&mut self) {
        if let Some(there) = &mut self.there {
            there.home.hide();
        }
    }
}
