//! Evidence by hand: what Ctrl+V brings from the clipboard, and files that are dropped on an
//! item or on a form.

use std::path::PathBuf;

use super::Workstation;
use crate::desk::attach::is_evidence;
use crate::domain::id::Id;
use crate::exchange::intake::file::dropped_files;
use crate::tui::clipboard::Pasted;
use crate::tui::jobs::file_name;
use crate::tui::keys::Input;
use crate::tui::pane::Notice;
use crate::tui::run::Effects;
use crate::tui::theme::Ink;
use crate::tui::words::Speech;

impl Workstation {
    /// Takes what the clipboard held: text is typed, a picture becomes evidence.
    pub(super) fn pasted(&mut self, pasted: Pasted, effects: &mut Effects) {
        if self.gate.is_some() {
            return;
        }
        match pasted {
            Pasted::Text(text) => self.pressed(&Input::Paste(text), effects),
            Pasted::Picture(bytes) => self.attach_picture(&bytes, effects),
            Pasted::Nothing => self.say("paste-nothing", &[], Ink::Dim),
            Pasted::Unreachable => self.say("paste-unreachable", &[], Ink::Warn),
        }
        effects.draw = true;
    }

    fn attach_picture(&mut self, bytes: &[u8], effects: &mut Effects) {
        let Some(item) = self.evidence() else {
            return self.say("paste-no-item", &[], Ink::Warn);
        };
        let now = self.desk.now();
        let speech = Speech {
            words: &self.words,
            zone: self.desk.zone(),
            now,
            people: self.desk.people(),
        };
        let when = speech.local(now).format("%Y%m%d-%H%M%S").to_string();
        let name = self.words.with("paste-name", &[("when", when.into())]);
        match self.desk.attach_bytes(item, &name, bytes) {
            Ok(_) => {
                self.reread(effects);
                let args = [
                    ("name", name.into()),
                    ("kilobytes", bytes.len().div_ceil(1_024).into()),
                ];
                self.say("paste-attached-picture", &args, Ink::Ok);
            }
            Err(problem) => self.trouble(&problem),
        }
    }

    /// Attaches files that were dropped on an item or a form; false where the paste is no such
    /// thing, or names a file that is no evidence: then it is text.
    pub(super) fn dropped(&mut self, input: &Input, effects: &mut Effects) -> bool {
        let Input::Paste(text) = input else {
            return false;
        };
        let Some(item) = self.evidence() else {
            return false;
        };
        let files = dropped_files(text);
        if files.is_empty() || !files.iter().all(|file| is_evidence(file)) {
            return false;
        }
        self.attach_files(item, &files, effects);
        true
    }

    fn attach_files(&mut self, item: Id, files: &[PathBuf], effects: &mut Effects) {
        let mut attached = Vec::new();
        let mut faults = Vec::new();
        for file in files {
            match self.desk.attach(item, file) {
                Ok(_) => attached.push(file_name(file)),
                Err(problem) => faults.push((file_name(file), problem)),
            }
        }
        self.reread(effects);
        if !attached.is_empty() {
            let args = [
                ("count", attached.len().into()),
                ("names", attached.join(" ").into()),
            ];
            self.say("drop-attached", &args, Ink::Ok);
        }
        for (name, problem) in faults {
            if problem.argument("file").is_some() {
                self.trouble(&problem);
                continue;
            }
            let reason = Notice::of(&problem, &self.words).text;
            let args = [("name", name.into()), ("reason", reason.into())];
            self.say("drop-fault", &args, Ink::Warn);
        }
    }

    /// Returns what evidence goes to: the record of the form in front, else the item of the desk.
    fn evidence(&self) -> Option<Id> {
        match self.front.last() {
            Some(pane) => pane.evidence(),
            None => self.home.item(),
        }
    }
}
