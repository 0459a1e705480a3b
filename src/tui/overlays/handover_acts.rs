//! What is done with the sheet of the one who leaves: its lines as they are, louder, ticked,
//! addressed, signed, copied.

use super::handover::{CHECKS, HandoverPane};
use super::menu::{Menu, Picked};
use crate::desk::Desk;
use crate::desk::handover::{Severity, SheetLine};
use crate::desk::reading::Reader;
use crate::domain::register::{Owner, Post};
use crate::exchange::outlet::Format;
use crate::i18n::Words;
use crate::tui::commands::Command;
use crate::tui::pane::{Flow, Reach};

/// The usual ways out of a line that comes to nothing, by the end of their message ids.
pub(super) const WAYS_OUT: [&str; 3] = ["reship", "refund", "escalate"];

impl HandoverPane {
    /// Takes one of the usual ways out into the box: the end of the sentence that is begun there,
    /// in place of another way that was taken before, else a sentence of its own.
    pub(super) fn way_out(&mut self, command: Command, reach: &Reach<'_>) -> Flow {
        let way = command.choice().and_then(|row| WAYS_OUT.get(row - 1));
        let Some(way) = way.filter(|way| **way != "escalate" || !self.leader.is_empty()) else {
            return Flow::Pass;
        };
        let words = reach.words;
        let spelled = |way: &str| {
            let leader = [("leader", self.leader.as_str().into())];
            words.with(&format!("handover-way-{way}"), &leader)
        };
        let what = spelled(way);
        let typed = self.editor.text().trim_end();
        let mut taken = WAYS_OUT.iter().map(|way| spelled(way));
        let begun = taken
            .find_map(|taken| typed.strip_suffix(taken.as_str()).map(str::trim_end))
            .unwrap_or(typed);
        let said = if begun.is_empty() {
            self.sentence(&what, words)
        } else if begun.ends_with(|c: char| c.is_ascii() && c != ' ') {
            format!("{begun} {what}")
        } else {
            format!("{begun}{what}")
        };
        // As if it were typed: it can be taken back.
        self.editor.select_all();
        self.editor.insert(&said);
        self.take_words();
        Flow::Stay
    }

    /// Returns what is done where the line at the cursor comes to nothing, as a sentence.
    fn sentence(&self, what: &str, words: &Words) -> String {
        let due = self.sheet.lines.get(self.at).and_then(|line| line.due);
        match due {
            Some(due) => {
                let at = self.speech(words).moment(due);
                let args = [("at", at.into()), ("what", what.into())];
                words.with("handover-then-by", &args)
            }
            None => words.with("handover-then", &[("what", what.into())]),
        }
    }

    /// Who may take over: today's successor, the posts, everybody else.
    pub(super) fn choose_receiver(&mut self, reach: &mut Reach<'_>) {
        let me = reach.desk.signed_in().map(|me| me.id);
        let people = reach.desk.people().all();
        let others = people
            .iter()
            .filter(|person| Some(person.id) != me)
            .map(|person| Owner::Person(person.id));
        let mut receivers: Vec<Owner> = reach.desk.successor().into_iter().collect();
        receivers.extend(Post::ALL.map(Owner::Post));
        receivers.extend(others);
        let mut seen = std::collections::BTreeSet::new();
        receivers.retain(|owner| seen.insert(*owner));
        let reader = Reader {
            words: reach.words,
            people: reach.desk.people(),
        };
        let at = receivers.iter().position(|owner| *owner == self.sheet.to);
        let labels = receivers.iter().map(|owner| reader.owner(*owner));
        let title = reach.words.get("handover-to-whom").to_string();
        self.menu = Some(Menu::new(title, labels).at(at.unwrap_or(0)));
        self.receivers = receivers;
    }

    pub(super) fn received(&mut self, picked: Picked, reach: &mut Reach<'_>) -> Flow {
        match picked {
            Picked::Row(row) => {
                if let Some(to) = self.receivers.get(row) {
                    self.sheet.to = *to;
                }
                self.menu = None;
                self.follow(reach);
            }
            Picked::Closed => self.menu = None,
            Picked::Moved => {}
            Picked::Ignored => return Flow::Pass,
        }
        Flow::Stay
    }

    pub(super) fn sign(&mut self, reach: &mut Reach<'_>) -> Flow {
        if !self.settle(reach) {
            return Flow::Stay;
        }
        // A time may have run out since the sheet was opened.
        self.now = reach.desk.now();
        let sheet = self.sheet.clone();
        let words = reach.words;
        let signed = reach.attempt(|desk| desk.handover_sign(&sheet, None, words));
        if signed.is_none() {
            self.show_lacking(reach);
            return Flow::Stay;
        }
        self.signed = true;
        reach.say("handover-signed", &[("count", sheet.lines.len().into())]);
        Flow::Close
    }

    /// Puts the cursor where signing was refused for.
    pub(super) fn show_lacking(&mut self, reach: &mut Reach<'_>) {
        let now = self.now;
        let lacks = |line: &SheetLine| !line.missing(now).is_empty();
        if let Some(at) = self.sheet.lines.iter().position(lacks) {
            self.go(at, reach);
            let field = self.first_box();
            self.focus(Some(field), reach);
        }
    }

    pub(super) fn copy(&mut self, reach: &mut Reach<'_>) {
        if !self.settle(reach) {
            return;
        }
        let document =
            |desk: &Desk| desk.sheet_document(&self.sheet, Format::Markdown, reach.words, false);
        match document(reach.desk) {
            Ok(document) => reach.copy(&String::from_utf8_lossy(&document)),
            Err(problem) => reach.trouble(&problem),
        }
    }

    pub(super) fn in_list(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(by) = command.steps() {
            self.step(by, reach);
            return Flow::Stay;
        }
        match command {
            Command::Unchanged | Command::Mark if self.folded_from() == Some(self.at) => {
                let green = self.all_green();
                self.unchanged(&green, reach);
            }
            Command::Unchanged | Command::Mark => self.unchanged(&[self.at], reach),
            Command::AllUnchanged | Command::MarkAll => {
                let green = self.all_green();
                self.unchanged(&green, reach);
                reach.say("handover-all-unchanged", &[("count", green.len().into())]);
            }
            Command::Expand | Command::Escalate => self.louder(),
            Command::Delete => {
                self.sheet.points.pop();
            }
            Command::Open if self.folded_from() == Some(self.at) => self.unfold(),
            Command::Open => {
                return self
                    .sheet
                    .lines
                    .get(self.at)
                    .map_or(Flow::Stay, |line| Flow::Show(line.row.id));
            }
            _ => match command.view().filter(|digit| *digit > 0) {
                Some(digit) => self.tick(digit - 1),
                None => return Flow::Pass,
            },
        }
        Flow::Stay
    }

    pub(super) fn tick(&mut self, at: usize) {
        let Some(check) = CHECKS.get(at) else {
            return;
        };
        match self.sheet.checks.iter().position(|one| one == check) {
            Some(at) => {
                self.sheet.checks.remove(at);
            }
            None => self.sheet.checks.push((*check).to_owned()),
        }
    }

    /// One step louder, and behind red as quiet as the item allows.
    pub(super) fn louder(&mut self) {
        if let Some(line) = self.line() {
            line.severity = match line.severity {
                Severity::Green => Severity::Yellow,
                Severity::Yellow => Severity::Red,
                Severity::Red => line.least,
            };
        }
    }

    pub(super) fn all_green(&self) -> Vec<usize> {
        let green = |line: &SheetLine| line.least == Severity::Green;
        let lines = self.sheet.lines.iter().enumerate();
        lines
            .filter(|(_, line)| green(line))
            .map(|(at, _)| at)
            .collect()
    }

    /// As the item itself says: what was written on the line goes.
    pub(super) fn unchanged(&mut self, ids: &[usize], reach: &mut Reach<'_>) {
        let fresh = match reach.desk.handover_fresh(reach.words) {
            Ok(fresh) => fresh,
            Err(problem) => return reach.trouble(&problem),
        };
        for at in ids {
            let Some(line) = self.sheet.lines.get_mut(*at) else {
                continue;
            };
            if let Some(own) = fresh.lines.iter().find(|one| one.row.id == line.row.id) {
                *line = own.clone();
            }
        }
    }
}
