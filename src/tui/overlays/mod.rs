//! What comes in front of a screen: pickers, forms, menus.

mod action;
pub mod admit;
pub mod ask;
pub mod away;
pub mod bulk;
pub mod capture;
mod capture_edit;
mod capture_view;
mod care;
pub mod case;
mod case_acts;
mod case_around;
mod case_facts;
mod case_fields;
mod case_ladder;
mod case_rungs;
mod case_view;
mod case_wide;
mod case_words;
mod choices;
pub mod claim;
mod dropped;
pub mod find;
mod find_words;
pub mod finish;
pub mod follow_up;
pub mod gate;
pub mod handover;
mod handover_acts;
mod handover_parts;
mod handover_typed;
mod handover_view;
pub mod import;
#[cfg(test)]
mod intake_tests;
mod join;
pub mod kept;
pub mod meeting;
pub mod menu;
pub mod messages;
pub mod note;
mod note_acts;
mod note_facts;
mod note_fields;
mod note_texts;
mod note_view;
pub mod palette;
pub mod paste;
mod paste_view;
pub mod plain;
pub mod privacy;
mod reception;
pub mod record_form;
pub mod remark;
pub mod replies;
mod replies_checks;
mod replies_view;
mod reply_form;
pub mod screens;
pub mod sheet;
mod sheet_lines;
mod silent;
pub(in crate::tui) mod since;
#[cfg(test)]
mod since_tests;
#[cfg(test)]
#[path = "stage_tests.rs"]
pub(crate) mod stage;
pub mod start;
pub mod tag;
pub mod takeover;
mod takeover_answers;
mod takeover_parts;
mod takeover_view;
#[cfg(test)]
mod tests;
pub mod time;
pub mod transfer;
pub mod wording;
pub mod yank;

use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::jobs::Job;
use crate::tui::keymap::Keymap;
use crate::tui::pane::{Flow, Pane, Reach, Screen};
use crate::tui::panes::past;
use crate::tui::panes::record::RecordPane;
use crate::tui::panes::review::ReviewPane;

/// What a command opened.
pub enum Opened {
    /// A pane in front.
    Pane(Box<dyn Pane>),
    /// Something that needs no pane.
    Flow(Flow),
    /// The command is somebody else's.
    Nothing,
}

/// Opens what a command means everywhere; what is refused is told.
pub fn open(
    command: Command,
    reach: &mut Reach<'_>,
    keymap: &Keymap,
    contexts: &[Context],
) -> Opened {
    match command {
        Command::Help | Command::Palette => {
            pane(palette::PalettePane::new(keymap, contexts, reach.words))
        }
        _ => open_here(command, reach),
    }
}

/// Opens what a command means at a desk, without what is about keys.
pub fn open_here(command: Command, reach: &mut Reach<'_>) -> Opened {
    match form(command, reach) {
        Ok(opened) => opened,
        Err(problem) => {
            reach.trouble(&problem);
            Opened::Flow(Flow::Stay)
        }
    }
}

/// Forms about the item on the desk, and screens.
fn form(command: Command, reach: &mut Reach<'_>) -> Result<Opened, Problem> {
    Ok(match command {
        Command::Screens => pane(screens::open(reach)),
        Command::LookBack => pane(past::ask(reach)),
        Command::Capture => pane(capture::Capture::open(reach)?),
        Command::Find => pane(find::Find::open(reach)),
        Command::Replies => pane(replies::RepliesPane::open(reach)?),
        Command::Handover => match takeover::open(reach)? {
            Some(takeover) => pane(takeover),
            None => pane(handover::HandoverPane::open(reach)?),
        },
        Command::Note => pane(note::NoteForm::open(reach)?),
        Command::AfterSale => pane(case::CaseForm::open(reach)?),
        Command::FollowUp => pane(follow_up::FollowUp::open(reach)),
        Command::Finish => finish::open(reach)?,
        Command::NextStep => reception::next(reach)?,
        Command::Reception => pane(reception::open(reach)?),
        Command::Transfer => pane(transfer::Transfer::open(reach)?),
        Command::Claim => claim::claim(reach)?.map_or(Opened::Flow(Flow::Stay), pane),
        Command::YankNumber | Command::YankOrder | Command::YankAddress | Command::YankLast => {
            yank::copy(command, reach.item, reach);
            Opened::Flow(Flow::Stay)
        }
        Command::Link => pane(join::link(reach)?),
        Command::Merge => join::merge(reach)?,
        Command::Split => pane(join::split(reach)?),
        Command::Tag => pane(tag::open(reach)?),
        Command::Escalate => pane(claim::escalate(reach)?),
        Command::Remark => pane(remark::Remark::open(reach)?),
        Command::Erase => pane(privacy::erase(reach, None)?),
        Command::Attach => pane(privacy::attach(reach, None)?),
        Command::Verify => {
            reach.work(Job::Verify);
            Opened::Flow(Flow::Stay)
        }
        Command::BackUp => pane(care::back_up(reach)?),
        Command::Admit => pane(admit::Admit::open(reach)?),
        Command::StartCard => pane(start::card::StartCard::open(reach)?),
        Command::MustRead => must_read(reach)?,
        Command::Meeting => pane(meeting::choose(reach)?),
        Command::DayReview => pane(ReviewPane::open(reach)?),
        Command::CheckTerminal => pane(start::terminal::TerminalCheck::open(reach)?),
        Command::ScreenSettings => Opened::Flow(Flow::Screen(Screen::Settings)),
        Command::Away => pane(away::open(reach)?),
        Command::Lock | Command::ChangePerson | Command::SignIn => Opened::Flow(Flow::Lock),
        Command::SignOut => match away::sign_out(reach) {
            Flow::Replace(ask) => Opened::Pane(ask),
            Flow::Close => Opened::Flow(Flow::Stay),
            flow => Opened::Flow(flow),
        },
        Command::ScreenDesk => Opened::Flow(Flow::Screen(Screen::Desk)),
        Command::ScreenBoard => Opened::Flow(Flow::Screen(Screen::Board)),
        Command::ScreenPrinting => Opened::Flow(Flow::Screen(Screen::Printing)),
        Command::ScreenTables => Opened::Flow(Flow::Screen(Screen::Tables)),
        Command::ScreenSheet => Opened::Flow(Flow::Screen(Screen::Sheet)),
        Command::ScreenImport => Opened::Flow(Flow::Screen(Screen::Imports)),
        Command::Promise => pane(follow_up::FollowUp::of_kind(reach, "promise")),
        Command::Remind => pane(follow_up::FollowUp::of_kind(reach, "reminder")),
        Command::Snooze => pane(follow_up::FollowUp::of_kind(reach, "snooze")),
        Command::ScreenFigures => Opened::Flow(Flow::Screen(Screen::Figures)),
        Command::ScreenHeld => Opened::Flow(Flow::Screen(Screen::Held)),
        _ => Opened::Nothing,
    })
}

/// Opens the first notice that the person must read, or says that there is none.
fn must_read(reach: &mut Reach<'_>) -> Result<Opened, Problem> {
    if let Some(one) = reach.desk.to_read()?.first() {
        return RecordPane::open(reach.desk, reach.words, one.id).map(pane);
    }
    reach.say("notice-none", &[]);
    Ok(Opened::Flow(Flow::Stay))
}

fn pane(pane: impl Pane + 'static) -> Opened {
    Opened::Pane(Box::new(pane))
}
