//! Keys and commands: whose they are, and what the workstation itself does.

use super::Workstation;
use crate::config::LanguageChoice;
use crate::i18n::{Language, Words};
use crate::tui::commands::{Command, Context};
use crate::tui::jobs::Job;
use crate::tui::keys::{Code, Input, Key};
use crate::tui::overlays;
use crate::tui::overlays::messages::Messages;
use crate::tui::pane::{Flow, Notice};
use crate::tui::run::{Effect, Effects};
use crate::tui::theme::{self, Ink};

impl Workstation {
    /// Takes a key or a paste.
    pub(super) fn pressed(&mut self, input: &Input, effects: &mut Effects) {
        effects.draw = true;
        if self.gate.is_some() {
            return self.at_the_gate(input, effects);
        }
        self.lock_later(effects);
        let told = self.notice.take();
        let offered = self.offered.take();
        if let Some(told) = told.filter(|told| !told.more.is_empty())
            && self.asks_for_more(input, &told)
        {
            let title = self.words.get(told.heading).to_string();
            self.push(Box::new(Messages::titled(title, told.more)));
            return;
        }
        let command = match input {
            Input::Key(press) => self.keymap.find(&self.contexts(), *press),
            _ => None,
        };
        let taken = command.is_some_and(|command| self.run(command, effects))
            || self.dropped(input, effects)
            || self.with_pane(effects, |pane, reach| pane.input(input, reach));
        match (taken, command) {
            (false, Some(command)) => self.useless(command),
            (false, None) => self.untaken(input),
            (true, Some(Command::Capture)) => {
                if let Some(pasted) = offered {
                    self.hand_over(pasted, effects);
                }
            }
            (true, _) => {}
        }
        self.save_soon(effects);
    }

    /// Whether a key asks for the rest of what was just said: Enter, where it writes no line or
    /// where it was said to the person's own key.
    fn asks_for_more(&self, input: &Input, told: &Notice) -> bool {
        let is_enter = matches!(input, Input::Key(press) if press.key == Key::plain(Code::Enter));
        is_enter && (told.is_answer || !self.contexts().contains(&Context::Text))
    }

    /// Says that a command has nothing to do here.
    pub(super) fn useless(&mut self, command: Command) {
        let what = self.words.get(&command.doc_id()).to_string();
        self.say("tui-not-here", &[("what", what.into())], Ink::Dim);
    }

    /// Runs a command where it is wanted first: in front, else everywhere. False where nobody
    /// takes it.
    pub(super) fn run(&mut self, command: Command, effects: &mut Effects) -> bool {
        if self.on_text(command, effects) {
            return true;
        }
        if self.is_barred(command) {
            self.refuse();
            return true;
        }
        self.with_pane(effects, |pane, reach| pane.command(command, reach))
            || self.global(command, effects)
    }

    /// Commands that mean the same everywhere and that the front pane left alone.
    pub(super) fn global(&mut self, command: Command, effects: &mut Effects) -> bool {
        // Nobody means an item that is hidden by what they look at.
        if command.is_of_item() && !self.front.is_empty() {
            return false;
        }
        // What opens takes up what was typed a moment ago.
        self.save_drafts();
        if command == Command::SignOut && !self.may_end() {
            // It is in the log for good: what speaks against leaving is said before.
            return true;
        }
        let opened = self.reaching(effects, |reach, open| {
            overlays::open(command, reach, open.keymap, open.contexts)
        });
        match opened {
            overlays::Opened::Pane(pane) => {
                self.push(pane);
                true
            }
            overlays::Opened::Flow(flow) => {
                self.follow(flow, effects);
                true
            }
            overlays::Opened::Nothing => self.own(command, effects),
        }
    }

    /// Commands of the workstation itself.
    pub(super) fn own(&mut self, command: Command, effects: &mut Effects) -> bool {
        match command {
            Command::Redraw => effects.list.push(Effect::Redraw),
            Command::Suspend => {
                self.save_drafts();
                effects.list.push(Effect::Suspend);
            }
            Command::ToggleMouse => {
                let mouse = &mut self.config.screen.mouse;
                *mouse = !*mouse;
                let id = if *mouse {
                    "tui-mouse-on"
                } else {
                    "tui-mouse-off"
                };
                self.say(id, &[], Ink::Ok);
            }
            Command::NextLanguage => {
                let all = Language::ALL;
                let at = all
                    .iter()
                    .position(|language| *language == self.words.language())
                    .unwrap_or(0);
                let next = all[(at + 1) % all.len()];
                self.config.language = LanguageChoice::of(next);
                self.words = Words::new(next);
                self.say_doubts();
                self.reread(effects);
            }
            Command::NextTheme => {
                let next = theme::after(self.drawn_as);
                self.config.screen.theme = next;
                self.draw_as(next);
            }
            Command::Messages => {
                let pane = Messages::new(self.messages.clone());
                self.front.push(Box::new(pane));
            }
            Command::Sync => {
                self.save_drafts();
                let id = match &self.workers.road {
                    Some(road) => {
                        road.go_now();
                        "desk-all-saved-syncing"
                    }
                    None => "desk-all-saved",
                };
                self.say(id, &[], Ink::Ok);
            }
            Command::TextBlock => effects.work.push(Job::WriteBlock),
            Command::GuidedShift => self.guide_along(),
            Command::Paste => effects.list.push(Effect::Paste),
            Command::StopWork => self.stop_work(),
            Command::Quit => self.follow(Flow::Quit, effects),
            Command::Back if !self.front.is_empty() => self.close(),
            Command::Back if self.work.is_busy() => self.stop_work(),
            _ => return false,
        }
        true
    }

    /// Says why nothing can be written here.
    pub(super) fn refuse(&mut self) {
        if let Err(error) = self.desk.store().writable() {
            self.trouble(&error.into());
        }
    }

    /// Whether a command writes, and nothing can be written here.
    pub(super) fn is_barred(&self, command: Command) -> bool {
        command.writes() && self.desk.store().writable().is_err()
    }
}
