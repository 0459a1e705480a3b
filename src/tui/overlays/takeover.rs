//! Handover of the one who takes over: each line is taken, changed, asked about or returned.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::handover::HandoverPane;
use crate::desk::card::Card;
use crate::desk::handover::{Answer, Received, ReceivedLine, Severity};
use crate::desk::people::People;
use crate::problem::Problem;
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::widgets::Look;
use crate::tui::widgets::editor::{Typed, type_into};

/// The answers in the order of their digits.
pub(super) const ANSWERS: [&str; 4] = ["accept", "change", "ask", "return"];

/// From more lines than these on the green ones stand in one row.
const UNFOLDED: usize = 7;

/// The pane.
pub struct TakeoverPane {
    pub(super) received: Received,
    pub(super) at: usize,
    /// Whether the green lines stand in one row.
    folded: bool,
    pub(super) chosen: usize,
    pub(super) words: Editor,
    /// The buyer's card behind the line under the cursor.
    pub(super) card: Card,
    pub(super) people: People,
    pub(super) zone: chrono_tz::Tz,
    pub(super) now: i64,
    /// Who takes over.
    pub(super) me: String,
    /// How long before its end a deadline is at risk.
    pub(super) at_risk: i64,
}

impl TakeoverPane {
    /// Opens a signed sheet.
    pub fn new(reach: &Reach<'_>, received: Received) -> Result<Self, Problem> {
        let at = received.lines.iter().position(ReceivedLine::is_open);
        let mut pane = Self {
            folded: received.lines.len() > UNFOLDED,
            received,
            at: at.unwrap_or(0),
            chosen: 0,
            words: Editor::single_line(),
            card: Card::default(),
            people: reach.desk.people().clone(),
            zone: reach.desk.zone(),
            now: reach.desk.now(),
            me: reach.desk.me()?.name.clone(),
            at_risk: reach.desk.at_risk()?,
        };
        pane.turn(reach)?;
        Ok(pane)
    }

    /// Reads the card of the line under the cursor.
    fn turn(&mut self, reach: &Reach<'_>) -> Result<(), Problem> {
        let line = self.received.lines.get(self.at);
        self.card = match line.filter(|line| line.row.is_some()) {
            Some(line) => reach.desk.card(line.record)?,
            None => Card::default(),
        };
        Ok(())
    }

    /// The number of the first line that stands in the common row of the green ones; none where
    /// each has its own.
    pub(super) fn folded_from(&self) -> Option<usize> {
        let loud = |line: &ReceivedLine| line.severity != Severity::Green || line.changed;
        let lines = &self.received.lines;
        let first = lines.iter().rposition(loud).map_or(0, |at| at + 1);
        (self.folded && lines.len() > first + 1).then_some(first)
    }

    /// Whether the cursor is on the common row.
    fn is_on_folded(&self) -> bool {
        self.folded_from().is_some_and(|first| self.at >= first)
    }

    fn answer(&mut self, reach: &mut Reach<'_>) {
        if self.is_on_folded() {
            self.folded = false;
            return;
        }
        let Some(no) = self.received.lines.get(self.at).map(|line| line.no) else {
            return;
        };
        let (id, said) = (self.received.id, self.words.text().to_owned());
        let answer = match self.chosen {
            1 => Answer::Change(&said),
            2 => Answer::Ask(&said),
            3 => Answer::Return(&said),
            _ => Answer::Accept,
        };
        if reach
            .attempt(|desk| desk.answer_line(id, no, answer))
            .is_some()
        {
            self.words.set("");
            self.chosen = 0;
            self.reread(reach);
            self.next_open(reach);
        }
    }

    fn take_green(&mut self, reach: &mut Reach<'_>) {
        let green: Vec<usize> = self
            .received
            .lines
            .iter()
            .filter(|line| line.is_open() && line.severity == Severity::Green)
            .map(|line| line.no)
            .collect();
        let id = self.received.id;
        if !green.is_empty()
            && reach
                .attempt(|desk| desk.answer_lines(id, &green, Answer::Accept))
                .is_some()
        {
            self.reread(reach);
        }
    }

    fn reread(&mut self, reach: &mut Reach<'_>) {
        match reach.desk.handover(self.received.id) {
            Ok(received) => self.received = received,
            Err(problem) => reach.trouble(&problem),
        }
        if self.is_settled() {
            reach.say("takeover-done", &[]);
        }
    }

    /// Whether every line is answered and the receipt is signed.
    pub(super) fn is_settled(&self) -> bool {
        self.received.state == "acknowledged"
    }

    /// Goes to the next line that nobody answered, from here on and round.
    fn next_open(&mut self, reach: &mut Reach<'_>) {
        let count = self.received.lines.len();
        let next = (1..=count)
            .map(|by| (self.at + by) % count.max(1))
            .find(|at| self.received.lines[*at].is_open());
        if let Some(next) = next {
            self.at = next;
        }
        self.look(reach);
    }

    fn step(&mut self, by: isize, reach: &mut Reach<'_>) {
        self.at = self
            .at
            .saturating_add_signed(by)
            .min(self.received.lines.len().saturating_sub(1));
        if let Some(first) = self.folded_from() {
            self.at = self.at.min(first);
        }
        self.look(reach);
    }

    fn look(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.turn(reach) {
            reach.trouble(&problem);
        }
    }

    fn receipt(&mut self, reach: &mut Reach<'_>) -> Flow {
        if self.is_settled() {
            reach.say("takeover-done", &[]);
            return Flow::Close;
        }
        let id = self.received.id;
        if reach.attempt(|desk| desk.handover_receipt(id)).is_some() {
            reach.say("takeover-done", &[]);
            return Flow::Close;
        }
        Flow::Stay
    }
}

/// Opens the first sheet that waits for the person; none where none does.
pub fn open(reach: &Reach<'_>) -> Result<Option<TakeoverPane>, Problem> {
    reach
        .desk
        .handovers_for_me()?
        .into_iter()
        .next()
        .map(|received| TakeoverPane::new(reach, received))
        .transpose()
}

impl Pane for TakeoverPane {
    fn contexts(&self) -> Vec<Context> {
        if self.chosen == 0 {
            vec![Context::Takeover, Context::Menu, Context::List]
        } else {
            vec![Context::Text, Context::Takeover, Context::Picker]
        }
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(by) = command.steps() {
            self.step(by, reach);
            return Flow::Stay;
        }
        match command {
            Command::Take | Command::Open | Command::Accept => self.answer(reach),
            Command::TakeAll | Command::MarkAll => self.take_green(reach),
            Command::Finish => return self.receipt(reach),
            // Whoever wants to leave first may: the lines wait.
            Command::Handover => {
                return match HandoverPane::open(reach) {
                    Ok(pane) => Flow::Replace(Box::new(pane)),
                    Err(problem) => {
                        reach.trouble(&problem);
                        Flow::Stay
                    }
                };
            }
            Command::NextPane => {
                return self
                    .received
                    .lines
                    .get(self.at)
                    .map_or(Flow::Stay, |line| Flow::Show(line.record));
            }
            Command::Back if self.chosen > 0 => self.chosen = 0,
            Command::Back => return Flow::Close,
            _ => match command.choice().filter(|row| *row <= ANSWERS.len()) {
                Some(row) => self.chosen = row - 1,
                None => return Flow::Pass,
            },
        }
        Flow::Stay
    }

    fn input(&mut self, input: &Input, _reach: &mut Reach<'_>) -> Flow {
        if self.chosen > 0 && type_into(&mut self.words, input) != Typed::Ignored {
            Flow::Stay
        } else {
            Flow::Pass
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        super::takeover_view::draw(self, buf, area, look)
    }
}
