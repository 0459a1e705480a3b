//! The board (F12 2): what waits, who is there, what is to be decided, money and clocks, the
//! day's duties. Every figure opens its rows, every row its record (ux 8.9).

mod acts;
mod blocks;
mod chosen;
mod now;
pub(super) mod rows;
mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::Desk;
use crate::desk::board::{
    Board, Chosen, Count, DutyKind, Figure, Oddity, Scope, SheetState, Unsettled, Whose,
};
use crate::desk::matters::Matter;
use crate::desk::people::People;
use crate::domain::id::Id;
use crate::domain::register::Post;
use crate::domain::registers::meeting;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::Row;
use crate::tui::commands::{Command, Context};
use crate::tui::overlays::meeting::MeetingPane;
use crate::tui::overlays::since::SinceRow;
use crate::tui::pane::{Flow, Pane, Reach, Screen};
use crate::tui::panes::review::ReviewPane;
use crate::tui::widgets::Look;
use crate::tui::words::Speech;

pub(super) use acts::{act_on, open_record};

use acts::{export, push};
use rows::RowsPane;

/// The parts of the board among which Tab goes, in reading order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Block {
    Now,
    People,
    Decide,
    Money,
    Hours,
    Duties,
    Sheets,
    Oddities,
}

impl Block {
    const ALL: [Block; 8] = [
        Self::Now,
        Self::People,
        Self::Decide,
        Self::Money,
        Self::Hours,
        Self::Duties,
        Self::Sheets,
        Self::Oddities,
    ];

    /// Returns the end of the title's message id.
    fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::People => "people",
            Self::Decide => "decide",
            Self::Money => "money",
            Self::Hours => "hours",
            Self::Duties => "duties",
            Self::Sheets => "sheets",
            Self::Oddities => "oddities",
        }
    }
}

/// Where Enter leads.
enum Target {
    Rows(Figure),
    Record(Id),
    Screen(Screen),
    Review,
    Meeting(&'static str),
    Nothing,
}

/// Something that waits for a word.
enum Decision {
    /// A case to approve, or to sign after a word of mouth.
    Case(Row, bool),
    /// A contradiction, or what does not count.
    Matter(Matter),
    /// So many more that do not count, on a screen of their own.
    More(u64),
}

/// The board.
pub struct BoardPane {
    board: Board,
    unsettled: Unsettled,
    decisions: Vec<Decision>,
    chosen: Option<Chosen>,
    /// What was seen of the case under the cursor.
    since: SinceRow,
    block: Block,
    /// The place of the cursor in each block.
    at: [usize; Block::ALL.len()],
    /// The column of the cursor among the counts.
    column: usize,
    people: People,
    zone: chrono_tz::Tz,
    now: i64,
}

impl BoardPane {
    /// Reads the board.
    ///
    /// Refused to those who answer for nobody's work but their own.
    pub fn new(desk: &Desk, words: &Words) -> Result<Self, Problem> {
        let mut pane = Self {
            board: Board::default(),
            unsettled: Unsettled::default(),
            decisions: Vec::new(),
            chosen: None,
            since: SinceRow::default(),
            block: Block::Decide,
            at: [0; Block::ALL.len()],
            column: 0,
            people: People::default(),
            zone: desk.zone(),
            now: desk.now(),
        };
        pane.read(desk, words)?;
        if pane.decisions.is_empty() {
            pane.block = Block::Now;
        }
        Ok(pane)
    }

    fn read(&mut self, desk: &Desk, words: &Words) -> Result<(), Problem> {
        let under = self.decision().map(Decision::identity);
        self.board = desk.board()?;
        self.unsettled = desk.board_unsettled(words)?;
        self.now = desk.now();
        self.people = desk.people().clone();
        let cases = |rows: &[Row], spoken| {
            let all = rows.iter().cloned();
            all.map(|row| Decision::Case(row, spoken))
                .collect::<Vec<_>>()
        };
        self.decisions = cases(&self.unsettled.approvals, false);
        self.decisions.extend(cases(&self.unsettled.spoken, true));
        let matters = self.unsettled.matters.iter().cloned();
        self.decisions.extend(matters.map(Decision::Matter));
        let more = self.unsettled.more_held;
        self.decisions
            .extend((more > 0).then_some(Decision::More(more)));
        // The cursor stays on its row while others come and go above it.
        let found = under.and_then(|under| {
            let mut all = self.decisions.iter();
            all.position(|one| one.identity() == under)
        });
        if let Some(found) = found {
            self.at[Block::Decide as usize] = found;
        }
        for block in Block::ALL {
            let last = self.board_len(block).saturating_sub(1);
            let at = &mut self.at[block as usize];
            *at = (*at).min(last);
        }
        self.look(desk)
    }

    /// Reads what must be seen before a word on the case under the cursor.
    fn look(&mut self, desk: &Desk) -> Result<(), Problem> {
        self.chosen = match self.decision() {
            Some(Decision::Case(row, _)) => Some(desk.board_chosen(row.id)?),
            _ => None,
        };
        let case = match self.decision() {
            Some(Decision::Case(row, _)) => Some(row.id),
            _ => None,
        };
        self.since.follow(desk, case);
        Ok(())
    }

    fn decision(&self) -> Option<&Decision> {
        self.decisions.get(self.at[Block::Decide as usize])
    }

    fn board_len(&self, block: Block) -> usize {
        match block {
            Block::Now => self.posts().len() + 1,
            Block::People => self.board.people.len(),
            Block::Decide => self.decisions.len(),
            Block::Money => self.board.money.len(),
            Block::Hours => self.board.hours.len(),
            Block::Duties => self.board.duties.len(),
            Block::Sheets => self.board.sheets.len(),
            Block::Oddities => self.board.oddities.len(),
        }
    }

    /// The posts at which something stands, or at which somebody works.
    fn posts(&self) -> Vec<Post> {
        let lines = self.board.posts.iter();
        let peopled = |post: Post| {
            let mut all = self.board.people.iter();
            all.any(|one| one.person.posts.first() == Some(&post))
        };
        lines
            .filter(|line| !line.counts.is_empty() || peopled(line.post))
            .map(|line| line.post)
            .collect()
    }

    /// Returns the word for all that the board shows: the shop, or the leader's group.
    fn everybody(&self) -> &'static str {
        everybody(&self.board.scope)
    }

    fn speech<'a>(&'a self, words: &'a Words) -> Speech<'a> {
        Speech {
            words,
            zone: self.zone,
            now: self.now,
            people: &self.people,
        }
    }

    /// Where Enter leads from the cursor.
    fn target(&self) -> Target {
        let at = self.at[self.block as usize];
        match self.block {
            Block::Now => {
                let whose = self.posts().get(at).map(|post| Whose::Post(*post));
                let count = Count::ALL[self.column.min(Count::ALL.len() - 1)];
                Target::Rows(Figure::Work(whose.unwrap_or(Whose::Everybody), count))
            }
            Block::People => self.board.people.get(at).map_or(Target::Nothing, |one| {
                Target::Rows(Figure::Load(one.person.id))
            }),
            Block::Decide => match self.decision() {
                Some(Decision::Case(row, _)) => Target::Record(row.id),
                Some(Decision::Matter(matter)) => matter
                    .records
                    .first()
                    .map_or(Target::Screen(Screen::Held), |id| Target::Record(*id)),
                Some(Decision::More(_)) => Target::Screen(Screen::Held),
                None => Target::Nothing,
            },
            Block::Money => self.board.money.get(at).map_or(Target::Nothing, |line| {
                Target::Rows(Figure::Money(line.figure))
            }),
            Block::Hours => self.board.hours.get(at).map_or(Target::Nothing, |hour| {
                Target::Rows(Figure::Hour(hour.begins))
            }),
            Block::Duties => match self.board.duties.get(at).map(|duty| &duty.kind) {
                Some(DutyKind::Plan(_)) => Target::Rows(Figure::Plan),
                Some(DutyKind::Import(..) | DutyKind::Scores(..)) => {
                    Target::Screen(Screen::Imports)
                }
                Some(DutyKind::Reviews(_)) => Target::Rows(Figure::Reviews),
                Some(DutyKind::Unread(id, ..)) => Target::Record(*id),
                Some(DutyKind::Review(_)) => Target::Review,
                Some(DutyKind::Meeting(kind, _)) => Target::Meeting(kind),
                Some(DutyKind::Report(..)) => Target::Screen(Screen::Figures),
                Some(DutyKind::MonthPlan(_)) => Target::Meeting(meeting::MONTH_PLAN),
                Some(DutyKind::Clocks(_)) => {
                    Target::Rows(Figure::Money(crate::desk::board::MoneyFigure::TimingOut))
                }
                None => Target::Nothing,
            },
            Block::Sheets => match self.board.sheets.get(at) {
                Some(SheetState::Waiting { id, .. }) => Target::Record(*id),
                Some(SheetState::Unwritten { from, .. }) => Target::Rows(Figure::Load(*from)),
                None => Target::Nothing,
            },
            Block::Oddities => match self.board.oddities.get(at) {
                Some(Oddity::Silent { person, .. }) => Target::Rows(Figure::Load(*person)),
                Some(Oddity::Unverified(_)) => Target::Rows(Figure::Unverified),
                Some(Oddity::Stale(..)) => Target::Screen(Screen::Imports),
                None => Target::Nothing,
            },
        }
    }

    fn open(&self, reach: &mut Reach<'_>) -> Flow {
        match self.target() {
            Target::Rows(figure) => match RowsPane::new(reach.desk, figure) {
                Ok(pane) => Flow::Push(Box::new(pane)),
                Err(problem) => {
                    reach.trouble(&problem);
                    Flow::Stay
                }
            },
            Target::Record(id) => open_record(id, reach),
            Target::Screen(screen) => Flow::Screen(screen),
            Target::Review => {
                let opened = ReviewPane::open(reach).map(|pane| Box::new(pane) as _);
                push(opened, reach)
            }
            Target::Meeting(kind) => push(
                MeetingPane::open(reach, kind).map(|pane| Box::new(pane) as _),
                reach,
            ),
            Target::Nothing => Flow::Stay,
        }
    }

    fn step(&mut self, by: isize, reach: &mut Reach<'_>) {
        let last = self.board_len(self.block).saturating_sub(1);
        let at = &mut self.at[self.block as usize];
        *at = at.saturating_add_signed(by).min(last);
        if self.block == Block::Decide
            && let Err(problem) = self.look(reach.desk)
        {
            reach.trouble(&problem);
        }
    }

    /// Goes to the next part, or the one before, that has rows.
    fn turn(&mut self, forward: bool) {
        let count = Block::ALL.len();
        let here = self.block as usize;
        let next = (1..=count).map(|by| {
            let by = if forward { by } else { count - by };
            Block::ALL[(here + by) % count]
        });
        let mut filled = next.filter(|block| self.board_len(*block) > 0);
        if let Some(next) = filled.next() {
            self.block = next;
        }
    }

    fn across(&mut self, by: isize) -> Flow {
        if self.block != Block::Now {
            return Flow::Pass;
        }
        self.column = self
            .column
            .saturating_add_signed(by)
            .min(Count::ALL.len() - 1);
        Flow::Stay
    }

    /// Hands out what stands behind the cursor: the rows of a figure, else what waits for a word.
    fn export(&self, reach: &mut Reach<'_>) -> Flow {
        let rows = if let Target::Rows(figure) = self.target() {
            reach.desk.board_rows(figure).map(|(rows, _)| rows)
        } else {
            let cases = self.decisions.iter().filter_map(|one| match one {
                Decision::Case(row, _) => Some(row.clone()),
                _ => None,
            });
            Ok(cases.collect())
        };
        match rows {
            Ok(rows) => export(rows, reach),
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Stay
            }
        }
    }

    /// The record on which remarks, reminders and transfers are made.
    fn item(&self) -> Option<Id> {
        match (self.block, self.decision()) {
            (Block::Decide, Some(Decision::Case(row, _))) => Some(row.id),
            (Block::Decide, Some(Decision::Matter(matter))) => matter.records.first().copied(),
            _ => None,
        }
    }
}

/// Returns the message id of all that a scope holds.
fn everybody(scope: &Scope) -> &'static str {
    if scope.is_all() {
        "board-everybody"
    } else {
        "board-group"
    }
}

impl Decision {
    fn identity(&self) -> (Option<Id>, Option<Id>, String) {
        match self {
            Self::Case(row, _) => (Some(row.id), None, String::new()),
            Self::Matter(one) => (one.records.first().copied(), one.settles, one.what.clone()),
            Self::More(_) => (None, None, String::new()),
        }
    }
}

impl Pane for BoardPane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Board, Context::List]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(by) = command.steps() {
            self.step(by, reach);
            return Flow::Stay;
        }
        match command {
            Command::NextPane => self.turn(true),
            Command::PreviousPane => self.turn(false),
            Command::Expand => return self.across(1),
            Command::Collapse => return self.across(-1),
            Command::Open => return self.open(reach),
            Command::Finish => return self.finish(reach),
            Command::No => return self.refuse(reach),
            Command::Transfer | Command::Remark | Command::FollowUp => {
                return act_on(self.item(), command, reach);
            }
            Command::ExportRows => return self.export(reach),
            Command::Back => return Flow::Close,
            _ => match command.view().filter(|side| *side > 0) {
                Some(side) => return self.choose(side, reach),
                None => return Flow::Pass,
            },
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        view::draw(self, buf, area, look)
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.read(reach.desk, reach.words) {
            reach.trouble(&problem);
        }
    }
}

#[cfg(test)]
mod tests;
