//! What this terminal does with characters, pastes and copies (ux 10, step 3): asked with two
//! rulers, a sentence, two lines and four characters, and kept as settings. Each question can be
//! passed over.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::start::Need;
use crate::problem::Problem;
use crate::text::clean;
use crate::text::edit::Editor;
use crate::text::width;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::run::Effect;
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::editor::{self, Typed};
use crate::tui::widgets::line::{Run, text};
use crate::tui::widgets::page::Page;

/// What is asked, in this order.
const QUESTIONS: [Question; 5] = [
    Question::Rulers,
    Question::Circles,
    Question::Sentence,
    Question::Lines,
    Question::Copy,
];
/// The roads that are tried one after the other.
const ROADS: [&str; 3] = ["auto", "osc52", "plain"];
/// The rows of the box.
const ROWS: u16 = 15;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    /// Whether Chinese is two columns wide.
    Rulers,
    /// Whether what Unicode leaves open is one column wide.
    Circles,
    /// Whether Chinese can be typed.
    Sentence,
    /// Whether a paste is told from typing.
    Lines,
    /// Whether a copy arrives.
    Copy,
}

impl Question {
    fn word(self) -> &'static str {
        match self {
            Self::Rulers => "rulers",
            Self::Circles => "circles",
            Self::Sentence => "sentence",
            Self::Lines => "lines",
            Self::Copy => "copy",
        }
    }

    fn is_typed(self) -> bool {
        matches!(self, Self::Sentence | Self::Lines | Self::Copy)
    }
}

/// How a question came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Right,
    Set,
    Wrong,
    Passed,
}

impl Outcome {
    const ALL: [Self; 4] = [Self::Right, Self::Set, Self::Wrong, Self::Passed];

    /// The end of its message id, and how it is kept.
    fn word(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Set => "set",
            Self::Wrong => "wrong",
            Self::Passed => "passed",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// The check.
pub struct TerminalCheck {
    at: usize,
    outcomes: Vec<Outcome>,
    typed: Editor,
    /// Whether the question in front was answered so that a setting changed.
    changed: bool,
    /// The road of the copy that is tried.
    road: usize,
    is_copied: bool,
}

impl TerminalCheck {
    /// Opens the check at the question at which it was left, else at its first.
    pub fn open(reach: &Reach<'_>) -> Result<Self, Problem> {
        let came = reach.desk.terminal_check()?;
        let came = came.iter().map_while(|word| Outcome::of(word));
        let outcomes: Vec<Outcome> = came.take(QUESTIONS.len()).collect();
        let entries = reach.config.entries().unwrap_or_default();
        let set = entries
            .iter()
            .find(|entry| entry.name == "clipboard.road")
            .map(|entry| entry.value.clone());
        let road = ROADS.iter().position(|road| Some(*road) == set.as_deref());
        Ok(Self {
            at: outcomes.len(),
            outcomes,
            typed: Editor::single_line(),
            changed: false,
            road: road.unwrap_or(0),
            is_copied: false,
        })
    }

    fn question(&self) -> Option<Question> {
        QUESTIONS.get(self.at).copied()
    }

    /// Writes down how the question in front came out and goes on.
    fn answer(&mut self, outcome: Outcome, reach: &mut Reach<'_>) -> Flow {
        let outcome = if self.changed && outcome == Outcome::Right {
            Outcome::Set
        } else {
            outcome
        };
        self.outcomes.push(outcome);
        self.at += 1;
        self.changed = false;
        self.typed = Editor::single_line();
        let came: Vec<&str> = self.outcomes.iter().map(|one| one.word()).collect();
        // What could not be kept is said, and the check goes on.
        if let Err(problem) = reach.desk.keep_terminal_check(&came) {
            reach.trouble(&problem);
        }
        Flow::Stay
    }

    /// Sets what the answer says about this terminal.
    fn set(&mut self, name: &'static str, value: &str, reach: &mut Reach<'_>) -> Flow {
        match reach.config.keep(name, value) {
            Ok(config) => {
                self.changed = true;
                let effect = Effect::Configure(Box::new(config));
                reach.effects.list.push(effect);
            }
            Err(problem) => reach.trouble(&problem),
        }
        Flow::Stay
    }

    fn close(reach: &mut Reach<'_>) -> Flow {
        if reach
            .attempt(|desk| {
                desk.keep_terminal_check(&[])?;
                desk.settle_need(Need::Terminal)
            })
            .is_some()
        {
            reach.say("terminal-done", &[]);
        }
        Flow::Close
    }

    /// Takes `1` for yes and `2` for no.
    fn chosen(&mut self, number: usize, reach: &mut Reach<'_>) -> Flow {
        let no_more = self.changed;
        match (self.question(), number) {
            (Some(_), 1) => self.answer(Outcome::Right, reach),
            (Some(Question::Rulers), 2) => self.answer(Outcome::Wrong, reach),
            // The other width is tried; where that is wrong too, what held before holds again.
            (Some(Question::Circles), 2) => {
                let other = match reach.config.screen.ambiguous {
                    width::Ambiguous::Narrow => "wide",
                    width::Ambiguous::Wide => "narrow",
                };
                let set = self.set("screen.ambiguous", other, reach);
                if no_more {
                    self.answer(Outcome::Wrong, reach)
                } else {
                    set
                }
            }
            _ => Flow::Pass,
        }
    }

    /// Looks at what was typed when Enter came.
    fn entered(&mut self, reach: &mut Reach<'_>) -> Flow {
        let typed = self.typed.text().trim().to_owned();
        match self.question() {
            Some(Question::Sentence) if typed.chars().any(is_chinese) => {
                self.answer(Outcome::Right, reach)
            }
            Some(Question::Sentence) => {
                reach.say("terminal-no-chinese", &[]);
                Flow::Stay
            }
            // The end of a line that came as a key: what is pasted here comes as typing.
            Some(Question::Lines) if !typed.is_empty() => {
                self.typed = Editor::single_line();
                reach.say("terminal-lines-again", &[]);
                self.set("screen.paste", "joined", reach)
            }
            Some(Question::Lines) => {
                reach.copy(&reach.words.get("terminal-two-lines").clone());
                Flow::Stay
            }
            Some(Question::Copy) if typed.is_empty() => {
                reach.copy(&reach.words.get("terminal-four").clone());
                self.is_copied = true;
                Flow::Stay
            }
            Some(Question::Copy) => self.came_back(&typed, reach),
            _ => Flow::Pass,
        }
    }

    /// Holds what was pasted against what was copied; where it is not that, the next road is
    /// tried.
    fn came_back(&mut self, typed: &str, reach: &mut Reach<'_>) -> Flow {
        if typed == &*reach.words.get("terminal-four") {
            return self.answer(Outcome::Right, reach);
        }
        self.typed = Editor::single_line();
        self.is_copied = false;
        let Some(road) = ROADS.get(self.road + 1) else {
            return self.answer(Outcome::Wrong, reach);
        };
        self.road += 1;
        reach.say("terminal-next-road", &[]);
        self.set("clipboard.road", road, reach)
    }

    fn pasted(&mut self, pasted: &str, reach: &mut Reach<'_>) -> Flow {
        let cleaned = clean::typed(pasted);
        match self.question() {
            Some(Question::Lines) if cleaned.trim().contains('\n') => {
                self.answer(Outcome::Right, reach)
            }
            Some(Question::Lines) => {
                reach.say("terminal-one-line", &[]);
                Flow::Stay
            }
            Some(Question::Copy) => self.came_back(cleaned.trim(), reach),
            Some(Question::Sentence) if pasted.chars().any(is_chinese) => {
                self.answer(Outcome::Right, reach)
            }
            _ => Flow::Pass,
        }
    }
}

fn is_chinese(sign: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&sign)
}

impl Pane for TerminalCheck {
    fn contexts(&self) -> Vec<Context> {
        match self.question() {
            Some(question) if question.is_typed() => vec![Context::Text, Context::Form],
            _ => vec![Context::Menu],
        }
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        let is_over = self.question().is_none();
        match command {
            Command::Back if is_over => Self::close(reach),
            Command::Back => Flow::Close,
            Command::Open | Command::Accept | Command::Finish if is_over => Self::close(reach),
            Command::NextPane | Command::NextMissing | Command::NextField if !is_over => {
                self.answer(Outcome::Passed, reach)
            }
            Command::Unfold | Command::Finish => self.entered(reach),
            Command::Undo if self.typed.undo() => Flow::Stay,
            _ => match command.choice() {
                Some(number) => self.chosen(number, reach),
                None => Flow::Pass,
            },
        }
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        if !self.question().is_some_and(Question::is_typed) {
            return Flow::Pass;
        }
        if let Input::Paste(pasted) = input {
            return self.pasted(pasted, reach);
        }
        match editor::type_into(&mut self.typed, input) {
            Typed::Ignored => Flow::Pass,
            Typed::Changed | Typed::Moved => Flow::Stay,
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let Some(question) = self.question() else {
            super::boxed(buf, area, look, ("terminal-title", ROWS), |page| {
                super::says(page, "terminal-over", Ink::Text);
                page.skip(1);
                self.came_out(page);
                page.skip(1);
                super::says(page, "terminal-over-keys", Ink::Dim);
            });
            return None;
        };
        super::boxed(buf, area, look, ("terminal-title", ROWS), |page| {
            let nth = [
                ("nth", (self.at + 1).into()),
                ("of", QUESTIONS.len().into()),
            ];
            let nth = look.words.with("terminal-nth", &nth);
            page.row(&[Run::new(nth, Ink::Dim)], &[]);
            page.skip(1);
            let word = question.word();
            super::says(page, &format!("terminal-{word}-says"), Ink::Text);
            page.skip(1);
            let caret = self.asked(question, page);
            page.skip(1);
            super::says(page, &format!("terminal-{word}-keys"), Ink::Dim);
            super::says(page, "terminal-keys", Ink::Dim);
            caret
        })
    }

    fn is_whole(&self) -> bool {
        false
    }
}

impl TerminalCheck {
    /// Draws what the question is about.
    fn asked(&self, question: Question, page: &mut Page<'_, '_>) -> Option<Position> {
        let look = page.look();
        let words = look.words;
        match question {
            Question::Rulers => {
                for ruler in ["first-ruler-wide", "first-ruler-narrow"] {
                    page.row(&[text(words.get(ruler).to_string())], &[]);
                }
                None
            }
            Question::Circles => {
                let circles = words.get("terminal-open-row").to_string();
                let settled = width::settle(&circles, look.ambiguous);
                // As many columns as this program counts.
                let digits = "1234567890".chars().cycle();
                let plain: String = digits.take(usize::from(look.columns(&settled))).collect();
                page.row(&[text(format!("{circles}|"))], &[]);
                page.row(&[text(format!("{plain}|"))], &[]);
                None
            }
            Question::Sentence | Question::Lines | Question::Copy => {
                if question == Question::Lines {
                    let lines = words.get("terminal-two-lines").to_string();
                    for line in lines.lines() {
                        page.row(&[Run::new(line.to_owned(), Ink::Title)], &[]);
                    }
                    page.skip(1);
                }
                if question == Question::Copy {
                    let four = words.get("terminal-four").to_string();
                    let id = if self.is_copied {
                        "terminal-copied"
                    } else {
                        "terminal-not-copied"
                    };
                    let said = Run::new(words.get(id).to_string(), Ink::Dim);
                    page.row(&[Run::new(four, Ink::Title)], &[said]);
                }
                page.draw(1, |buf, area, look| {
                    let field = Rect {
                        x: area.x + 1.min(area.width),
                        width: area.width.saturating_sub(2),
                        ..area
                    };
                    editor::draw(buf, field, &self.typed, Ink::Field, look)
                })
            }
        }
    }

    /// Draws how each question came out.
    fn came_out(&self, page: &mut Page<'_, '_>) {
        let words = page.look().words;
        for (question, outcome) in QUESTIONS.iter().zip(&self.outcomes) {
            let name = words.get(&format!("terminal-{}", question.word()));
            let ink = if *outcome == Outcome::Wrong {
                Ink::Warn
            } else {
                Ink::Text
            };
            let came = Run::new(
                words
                    .get(&format!("terminal-{}", outcome.word()))
                    .to_string(),
                ink,
            );
            page.row(&[text(name.to_string())], &[came]);
            if *outcome == Outcome::Wrong
                && !matches!(question, Question::Sentence | Question::Lines)
            {
                let id = format!("terminal-{}-wrong", question.word());
                super::says(page, &id, Ink::Dim);
            }
        }
    }
}
