//! Figures (F12 5): each over a day, its week and its month, with its target; of the person, the
//! group or the shop. What is counted is read beside the person; Enter opens the records behind a
//! figure, and they open as everywhere.

mod acts;
#[cfg(test)]
mod tests;
mod view;

use std::sync::Arc;

use chrono::NaiveDate;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::Desk;
use crate::desk::figures::declared::figure;
use crate::desk::figures::{FIGURES, Facts, Figure, Period, Reading, Span, Value, Whose};
use crate::desk::people::People;
use crate::domain::id::Id;
use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::jobs::{Done, Job};
use crate::tui::pane::{Flow, Notice, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::list::Cursor;

/// The figures of each person, with the columns of each; the first says who did most.
const OF_PEOPLE: [(&str, u16); 3] = [
    ("consult_volume", 8),
    ("consult_reply_rate", 10),
    ("agent_sales", 12),
];

/// A figure over the three periods.
struct Line {
    figure: &'static Figure,
    readings: [Reading; 3],
}

/// The figures about a day.
pub struct FiguresPane {
    /// The last day that has begun.
    today: NaiveDate,
    day: NaiveDate,
    span: Span,
    whose: Vec<Whose>,
    /// Whose of these are shown.
    at: usize,
    /// Whose one by one.
    each: Vec<Id>,
    /// None while it is read.
    facts: Option<Arc<Facts>>,
    lines: Vec<Line>,
    /// Consults by the hour of the day, of each period.
    hours: [[u64; 24]; 3],
    /// What each person did in each period, who did most first.
    by_person: [Vec<(Id, Vec<Reading>)>; 3],
    cursor: Cursor<&'static str>,
    /// Whether the formula stands in the place of the hours.
    shows_why: bool,
    people: People,
    zone: chrono_tz::Tz,
}

impl FiguresPane {
    /// Begins with today's figures of the most people whose the person may see; whoever opens it
    /// has them read.
    pub fn new(desk: &Desk) -> Result<Self, Problem> {
        let (today, whose) = (desk.today()?, desk.whose_figures()?);
        Ok(Self {
            today,
            day: today,
            span: Span::Day,
            at: whose.len().saturating_sub(1),
            whose,
            each: desk.people_of_figures()?,
            facts: None,
            lines: Vec::new(),
            hours: [[0; 24]; 3],
            by_person: Default::default(),
            cursor: Cursor::default(),
            shows_why: false,
            people: desk.people().clone(),
            zone: desk.zone(),
        })
    }

    fn whose(&self) -> &Whose {
        &self.whose[self.at]
    }

    /// The message id of whose figures these are.
    fn whose_word(&self) -> &'static str {
        match self.whose() {
            Whose::Person(_) => "figures-whose-me",
            Whose::Group(_) => "figures-whose-group",
            Whose::Shop => "figures-whose-shop",
        }
    }

    fn period(&self, facts: &Facts) -> Period {
        facts.days.period(self.span, self.day)
    }

    fn line(&self) -> Option<&Line> {
        self.lines.get(self.cursor.index())
    }

    /// The place of the chosen span among the three.
    fn chosen(&self) -> usize {
        let place = Span::ALL.iter().position(|span| *span == self.span);
        place.unwrap_or_default()
    }

    /// Counts what was read for those who are shown.
    fn count(&mut self) {
        let Some(facts) = &self.facts else {
            self.lines.clear();
            return;
        };
        let whose = &self.whose[self.at];
        let periods = Span::ALL.map(|span| facts.days.period(span, self.day));
        let shown = FIGURES
            .iter()
            .filter(|figure| facts.is_shown(figure, whose, &periods));
        self.lines = shown
            .map(|figure| Line {
                figure,
                readings: periods.map(|period| facts.reading(figure, whose, &period)),
            })
            .collect();
        self.hours = periods.map(|period| facts.by_hour(whose, &period));
        let ids: Vec<&'static str> = self.lines.iter().map(|line| line.figure.id).collect();
        self.cursor.follow(&ids);
    }

    /// Counts for each person what the table of people shows.
    fn count_people(&mut self) {
        let Some(facts) = self.facts.as_ref().filter(|_| self.each.len() > 1) else {
            return;
        };
        let periods = Span::ALL.map(|span| facts.days.period(span, self.day));
        self.by_person = periods.map(|period| {
            let of = |id: Id| {
                let whose = Whose::Person(id);
                let shown = OF_PEOPLE.iter().filter_map(|(id, _)| figure(id));
                let readings = shown.map(|figure| facts.reading(figure, &whose, &period));
                (id, readings.collect::<Vec<Reading>>())
            };
            let active = facts.active(&self.each, &period);
            let mut all: Vec<_> = active.into_iter().map(of).collect();
            let did = |readings: &[Reading]| match readings.first().map(|one| &one.value) {
                Some(Value::Count(count)) => *count,
                _ => 0,
            };
            all.sort_by_key(|(_, readings)| std::cmp::Reverse(did(readings)));
            all
        });
    }

    /// Goes to a day: what was read is counted for it where it holds all of its periods.
    fn go(&mut self, day: NaiveDate, reach: &mut Reach<'_>) {
        self.day = day;
        let is_read = self.facts.as_ref().is_some_and(|facts| {
            let periods = Span::ALL.map(|span| facts.days.period(span, day));
            facts.cover(&periods)
        });
        if is_read {
            self.count();
            self.count_people();
        } else {
            self.read(reach);
        }
    }

    /// Has the day read; nothing is shown until it came.
    fn read(&mut self, reach: &mut Reach<'_>) {
        self.facts = None;
        self.count();
        reach.work(Job::Count(self.day));
    }

    /// Goes to the period before or behind.
    fn turn(&mut self, forward: bool, reach: &mut Reach<'_>) {
        let day = if forward {
            self.span.next(self.day)
        } else {
            self.span.before(self.day)
        };
        if day > self.today {
            reach.say("figures-no-later", &[]);
        } else {
            self.go(day, reach);
        }
    }

    /// Chooses a span; the chosen one again has everything read anew, unless it is being read.
    fn choose(&mut self, span: Span, reach: &mut Reach<'_>) {
        if self.span == span && self.facts.is_some() {
            self.read(reach);
        }
        self.span = span;
    }

    fn turn_to_others(&mut self, forward: bool) {
        let count = self.whose.len().max(1);
        let step = if forward { 1 } else { count - 1 };
        self.at = (self.at + step) % count;
        self.count();
    }

    fn step(&mut self, by: isize) {
        let lines = &self.lines;
        self.cursor.step(by, lines.len(), |at| {
            lines.get(at).map(|line| line.figure.id)
        });
    }
}

impl Pane for FiguresPane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Figures, Context::List]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(by) = command.steps() {
            self.step(by);
            return Flow::Stay;
        }
        let span = match command {
            Command::View1 => Some(Span::Day),
            Command::View2 => Some(Span::Week),
            Command::View3 => Some(Span::Month),
            _ => None,
        };
        if let Some(span) = span {
            self.choose(span, reach);
            return Flow::Stay;
        }
        match command {
            Command::Back => return Flow::Close,
            Command::Expand => self.turn(true, reach),
            Command::Collapse => self.turn(false, reach),
            Command::NextPane => self.turn_to_others(true),
            Command::PreviousPane => self.turn_to_others(false),
            Command::Why => self.shows_why = !self.shows_why,
            Command::Open | Command::Copy | Command::ExportRows => {
                return self.with_facts(command, reach);
            }
            _ => return Flow::Pass,
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        view::draw(self, buf, area, look)
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        self.people = reach.desk.people().clone();
        self.zone = reach.desk.zone();
        match reach.desk.today() {
            Ok(today) => self.today = today,
            Err(problem) => reach.trouble(&problem),
        }
    }

    fn worked(&mut self, done: &mut Done, _reach: &mut Reach<'_>) -> Flow {
        let Done::Counted { day, facts } = done else {
            return Flow::Stay;
        };
        if *day != self.day || self.facts.is_some() {
            return Flow::Stay;
        }
        match facts.take() {
            Some(Ok(Some(read))) => {
                self.facts = Some(read);
                self.count();
                self.count_people();
                Flow::Stay
            }
            // What failed is left to be told to whoever asked.
            other => {
                *facts = other;
                Flow::Close
            }
        }
    }

    fn waits_for(&self) -> Option<Job> {
        self.facts.is_none().then_some(Job::Count(self.day))
    }
}

impl FiguresPane {
    /// What needs that everything is read.
    fn with_facts(&self, command: Command, reach: &mut Reach<'_>) -> Flow {
        let (Some(facts), Some(line)) = (&self.facts, self.line()) else {
            let day = [("day", self.day.to_string().into())];
            *reach.notice = Some(Notice::new("figures-waiting", &day, Ink::Dim, reach.words));
            return Flow::Stay;
        };
        match command {
            Command::Open => self.open_rows(facts, line, reach),
            Command::Copy => {
                reach.copy(&self.as_text(reach.words));
                Flow::Stay
            }
            _ => self.export(facts, reach),
        }
    }
}
