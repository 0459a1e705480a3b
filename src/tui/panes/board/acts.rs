//! What is done from the board: a word on a case, a contradiction settled, a colleague reminded.

use std::path::Path;

use super::{Block, BoardPane, Decision};
use crate::config::Config;
use crate::desk::matters::Matter;
use crate::domain::id::Id;
use crate::domain::register::Owner;
use crate::problem::Problem;
use crate::store::Row;
use crate::tui::commands::Command;
use crate::tui::overlays::ask::Ask;
use crate::tui::overlays::case::CaseForm;
use crate::tui::overlays::note::NoteForm;
use crate::tui::overlays::remark::Remark;
use crate::tui::overlays::since::Since;
use crate::tui::overlays::transfer::Transfer;
use crate::tui::pane::{Flow, Notice, Pane, Reach, Screen};
use crate::tui::panes::record::RecordPane;
use crate::tui::theme::Ink;

impl Decision {
    /// Returns the case that may be refused: while its money is here.
    pub(super) fn refusable(&self) -> Option<&Row> {
        match self {
            Self::Case(row, _) if !matches!(row.state.as_str(), "executed" | "told") => Some(row),
            _ => None,
        }
    }
}

impl BoardPane {
    /// F8: approves the case under the cursor, or asks for the word that settles.
    pub(super) fn finish(&mut self, reach: &mut Reach<'_>) -> Flow {
        if self.block != Block::Decide {
            reach.say("board-no-decision", &[]);
            return Flow::Stay;
        }
        match self.decision() {
            Some(Decision::Case(row, _)) => {
                let id = row.id;
                let number = row.number.clone().unwrap_or_default();
                if let Some(stopped) = self.since.stops(reach) {
                    return stopped;
                }
                if reach.attempt(|desk| desk.approve_case(id)).is_some() {
                    reach.say("board-approved", &[("no", number.into())]);
                    self.refresh(reach);
                }
                Flow::Stay
            }
            Some(Decision::Matter(matter)) => settle(matter, reach),
            Some(Decision::More(_)) => Flow::Screen(Screen::Held),
            None => Flow::Stay,
        }
    }

    /// Ctrl+D: refuses the case under the cursor, with a reason.
    pub(super) fn refuse(&mut self, reach: &mut Reach<'_>) -> Flow {
        let refusable = self.decision().and_then(Decision::refusable);
        let Some(row) = refusable.filter(|_| self.block == Block::Decide) else {
            reach.say("board-no-refusal", &[]);
            return Flow::Stay;
        };
        let id = row.id;
        let number = row.number.clone().unwrap_or_default();
        if let Some(stopped) = self.since.stops(reach) {
            return stopped;
        }
        let mut since = Since::at(reach.desk, &[id]);
        let title = [("no", number.as_str().into())];
        let title = reach.words.with("board-refuse-title", &title);
        let hint = reach.words.get("ask-reason").to_string();
        let ask = Ask::new(title, hint, move |reason, reach| {
            if let Some(stopped) = since.stops(reach) {
                return stopped;
            }
            let refused = reach.attempt(|desk| desk.refuse_case(id, reason));
            if refused.is_none() {
                return Flow::Stay;
            }
            reach.say("board-refused", &[("no", number.as_str().into())]);
            Flow::Close
        });
        Flow::Push(Box::new(ask.keeping(reach, "refuse", id)))
    }

    /// Lets one side of a contradiction count, where that settles it.
    pub(super) fn choose(&self, side: usize, reach: &mut Reach<'_>) -> Flow {
        let Some(Decision::Matter(matter)) =
            self.decision().filter(|_| self.block == Block::Decide)
        else {
            return Flow::Pass;
        };
        let Some(id) = matter.settles.filter(|_| matter.is_choice) else {
            reach.say("held-no-side", &[]);
            return Flow::Stay;
        };
        let chosen = reach.attempt(|desk| desk.choose(&id.to_string(), side));
        if chosen.is_some() {
            reach.say("held-chosen", &[]);
        }
        Flow::Stay
    }
}

/// Asks for the reason with which a contradiction is settled; what nobody can settle says what
/// to do instead.
fn settle(matter: &Matter, reach: &mut Reach<'_>) -> Flow {
    let Some(id) = matter.settles else {
        *reach.notice = Some(Notice::line(matter.next.clone(), Ink::Dim));
        return Flow::Stay;
    };
    let title = reach.words.get("held-settle-title").to_string();
    let hint = reach.words.get("ask-reason").to_string();
    let ask = Ask::new(title, hint, move |reason, reach| {
        let settled = reach.attempt(|desk| desk.settle(&id.to_string(), reason));
        if settled.is_none() {
            return Flow::Stay;
        }
        reach.say("held-settled", &[]);
        Flow::Close
    });
    Flow::Push(Box::new(ask.keeping(reach, "settle", id)))
}

/// Opens a record: notes and cases in their own forms, anything else as it stands.
pub(in crate::tui::panes) fn open_record(id: Id, reach: &mut Reach<'_>) -> Flow {
    let register = match reach.desk.record(id) {
        Ok((_, register)) => register.name,
        Err(problem) => {
            reach.trouble(&problem);
            return Flow::Stay;
        }
    };
    let opened: Result<Box<dyn Pane>, Problem> = match register {
        "note" => NoteForm::of_note(reach, id).map(|pane| Box::new(pane) as _),
        "case" => CaseForm::of_case(reach, id).map(|pane| Box::new(pane) as _),
        _ => RecordPane::open(reach.desk, reach.words, id).map(|pane| Box::new(pane) as _),
    };
    push(opened, reach)
}

/// Puts in front what could be opened, else tells why not.
pub(super) fn push(opened: Result<Box<dyn Pane>, Problem>, reach: &mut Reach<'_>) -> Flow {
    match opened {
        Ok(pane) => Flow::Push(pane),
        Err(problem) => {
            reach.trouble(&problem);
            Flow::Stay
        }
    }
}

/// What is done with a row of others: a remark, a reminder to who answers for it, a transfer.
pub(in crate::tui::panes) fn act_on(
    item: Option<Id>,
    command: Command,
    reach: &mut Reach<'_>,
) -> Flow {
    let Some(item) = item else {
        reach.say("board-no-item", &[]);
        return Flow::Stay;
    };
    let before = reach.item.replace(item);
    let opened: Result<Box<dyn Pane>, Problem> = match command {
        Command::Transfer => Transfer::open(reach).map(|pane| Box::new(pane) as _),
        Command::FollowUp => reminder(item, reach).map(|pane| Box::new(pane) as _),
        _ => Remark::open(reach).map(|pane| Box::new(pane) as _),
    };
    reach.item = before;
    push(opened, reach)
}

/// A remark that begins with the name of who answers for the item: it becomes an item of theirs.
fn reminder(item: Id, reach: &mut Reach<'_>) -> Result<Remark, Problem> {
    let (record, _) = reach.desk.record(item)?;
    let me = reach.desk.me()?.id;
    let owner = match record.owner {
        Some(Owner::Person(id)) if id != me => reach.desk.people().by_id(id),
        _ => None,
    };
    let name = owner.map(|person| person.name.clone());
    let mut remark = Remark::open(reach)?;
    if let Some(name) = name {
        remark.address(&name);
    }
    Ok(remark)
}

/// Asks for the folder into which rows are handed out, and writes them there.
pub(super) fn export(rows: Vec<Row>, reach: &mut Reach<'_>) -> Flow {
    if rows.is_empty() {
        reach.say("board-export-nothing", &[]);
        return Flow::Stay;
    }
    let count = [("count", rows.len().into())];
    let title = reach.words.with("board-export-title", &count);
    let hint = reach.words.get("board-export-hint").to_string();
    let usual = Config::papers_dir().map(|folder| folder.display().to_string());
    let ask = Ask::new(title, hint, move |folder, reach| {
        let words = reach.words;
        let folder = Path::new(folder);
        let Some(files) = reach.attempt(|desk| desk.export_rows(&rows, folder, words)) else {
            return Flow::Stay;
        };
        let files: Vec<String> = files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        reach.say("board-exported", &[("files", files.join(" ").into())]);
        Flow::Close
    });
    Flow::Push(Box::new(ask.answered(&usual.unwrap_or_default())))
}
