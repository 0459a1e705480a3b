//! Correcting what the one line recognised (Tab in F2): one piece after the other.

use super::menu::{Menu, Picked};
use super::time;
use crate::desk::Desk;
use crate::desk::capture::{Corrections, Preview};
use crate::exchange::intake::capture::KindFound;
use crate::problem::{Kind, Problem};
use crate::text::edit::Editor;
use crate::tui::commands::Command;
use crate::tui::keys::Input;
use crate::tui::widgets::editor::{Typed, type_into};
use crate::tui::words::Speech;

/// A piece that can be corrected, in the order of Tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceOf {
    /// The buyer's name.
    Buyer,
    /// Register and kind.
    Matter,
    /// The order's number.
    Order,
    /// By when.
    Due,
}

const PIECES: [PieceOf; 4] = [
    PieceOf::Buyer,
    PieceOf::Matter,
    PieceOf::Order,
    PieceOf::Due,
];

/// What came of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Took {
    /// The row of the menu, or the text, is to be taken.
    Row(usize),
    /// The key was used up.
    Key,
    /// The key is somebody else's.
    Nothing,
}

/// The piece that is being corrected, where one is.
#[derive(Debug, Clone, Default)]
pub(super) struct Correction {
    piece: Option<PieceOf>,
    text: Option<Editor>,
    before: String,
    menu: Menu,
    matters: Vec<KindFound>,
    refused: bool,
}

impl Correction {
    /// Whether a piece is being corrected.
    pub fn is_open(&self) -> bool {
        self.piece.is_some()
    }

    /// Whether it is chosen from a menu.
    pub fn is_menu(&self) -> bool {
        self.piece == Some(PieceOf::Matter)
    }

    /// Whether what was typed last could not be taken.
    pub fn is_refused(&self) -> bool {
        self.refused
    }

    /// Notes that what was typed could not be taken: it stays to be mended.
    pub fn refuse(&mut self) {
        self.refused = true;
    }

    /// Returns the piece and its text, where it is typed.
    pub fn typed(&self) -> Option<(PieceOf, &Editor)> {
        self.piece.zip(self.text.as_ref())
    }

    /// Returns the menu, where the piece is chosen from one.
    pub fn menu(&self) -> Option<&Menu> {
        self.is_menu().then_some(&self.menu)
    }

    /// Returns the correction of the next piece, none behind the last one.
    pub fn next(
        &self,
        preview: &Preview,
        desk: &Desk,
        speech: Speech<'_>,
    ) -> Result<Self, Problem> {
        let at = self
            .piece
            .and_then(|piece| PIECES.iter().position(|one| *one == piece));
        let Some(piece) = PIECES.get(at.map_or(0, |at| at + 1)).copied() else {
            return Ok(Self::default());
        };
        let before = match piece {
            PieceOf::Matter => return Self::of_matter(preview, desk, speech),
            PieceOf::Buyer => preview.buyer().unwrap_or_default().to_owned(),
            PieceOf::Order => preview.order.clone().unwrap_or_default(),
            PieceOf::Due => preview
                .due
                .map(|due| speech.moment(due))
                .unwrap_or_default(),
        };
        let mut text = Editor::single_line();
        text.set(&before);
        Ok(Self {
            piece: Some(piece),
            text: Some(text),
            before,
            ..Self::default()
        })
    }

    fn of_matter(preview: &Preview, desk: &Desk, speech: Speech<'_>) -> Result<Self, Problem> {
        let matters = desk.capture_matters()?;
        let label = |found: &KindFound| {
            let register = speech.words.get(&format!("register-{}", found.register));
            match &found.kind {
                Some(kind) => format!(
                    "{register} > {}",
                    speech.matter(&found.register, Some(kind))
                ),
                None => register.to_string(),
            }
        };
        let here = matters.iter().position(|found| {
            found.register == preview.register.name && found.kind == preview.kind
        });
        let title = speech.words.get("capture-matter").to_string();
        Ok(Self {
            piece: Some(PieceOf::Matter),
            menu: Menu::new(title, matters.iter().map(label)).at(here.unwrap_or(0)),
            matters,
            ..Self::default()
        })
    }

    /// Takes a command.
    pub fn command(&mut self, command: Command) -> Took {
        self.refused = false;
        if self.is_menu() {
            return took(self.menu.command(command));
        }
        match command {
            Command::Accept | Command::Open | Command::Finish => Took::Row(0),
            Command::Undo => {
                if let Some(text) = &mut self.text {
                    text.undo();
                }
                Took::Key
            }
            _ => Took::Nothing,
        }
    }

    /// Takes input that is no command.
    pub fn input(&mut self, input: &Input) -> Took {
        if self.is_menu() {
            return took(self.menu.input(input));
        }
        match self.text.as_mut().map(|text| type_into(text, input)) {
            Some(Typed::Changed | Typed::Moved) => Took::Key,
            _ => Took::Nothing,
        }
    }

    /// Writes what was chosen or typed down as a correction; an unchanged text is none.
    ///
    /// Refused for a time that cannot be read.
    pub fn write(
        &self,
        row: usize,
        corrections: &mut Corrections,
        desk: &Desk,
    ) -> Result<(), Problem> {
        let typed = self.text.as_ref().map_or("", |text| text.text().trim());
        let is_new = !typed.is_empty() && typed != self.before;
        match self.piece {
            Some(PieceOf::Matter) => {
                if let Some(found) = self.matters.get(row) {
                    corrections.matter = Some((found.register.clone(), found.kind.clone()));
                }
            }
            Some(PieceOf::Buyer) if is_new => corrections.buyer = Some(typed.to_owned()),
            Some(PieceOf::Order) if is_new => corrections.order = Some(typed.to_owned()),
            Some(PieceOf::Due) if is_new => {
                let due = time::read(typed, desk.now(), desk.zone()).ok_or_else(|| {
                    Problem::new(Kind::NotUnderstood, "capture-time-unread")
                        .arg("text", typed)
                        .hint("capture-time-unread-hint")
                })?;
                corrections.due = Some(due);
            }
            _ => {}
        }
        Ok(())
    }
}

fn took(picked: Picked) -> Took {
    match picked {
        Picked::Row(row) => Took::Row(row),
        Picked::Moved | Picked::Closed => Took::Key,
        Picked::Ignored => Took::Nothing,
    }
}
