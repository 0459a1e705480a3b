//! The shared folder (ux 10, step 5): tried by write, read and rename before it is kept; or the
//! word that there is none, and what is slower then.

use std::path::{Path, PathBuf};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::start::{Need, try_folder};
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::overlays::kept::KeptForm;
use crate::tui::overlays::sheet::Sheet;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::run::Effect;
use crate::tui::widgets::Look;
use crate::tui::widgets::form::{Field, Value};

/// The form.
pub struct FolderForm {
    sheet: Sheet,
    kept: KeptForm,
}

impl FolderForm {
    /// Opens the form with the folder that is set, and with what was typed when it was left.
    pub fn open(reach: &Reach<'_>) -> Self {
        let words = reach.words;
        let mut editor = Editor::single_line();
        editor.set(&reach.config.folder.path.display().to_string());
        let none = words.get("folder-none").to_string();
        let mut sheet = Sheet::new(vec![
            Field::new(
                "path",
                words.get("folder-path").to_string(),
                Value::Text(editor, 1),
            ),
            Field::new("none", String::new(), Value::Flag(false, none)),
        ]);
        let kept = KeptForm::open(reach, "start/folder".to_owned(), &mut sheet.form);
        Self { sheet, kept }
    }

    /// Keeps the folder, where it does what is asked of it, or the word that there is none.
    fn keep(&mut self, reach: &mut Reach<'_>) -> Flow {
        if self.sheet.form.ticked("none") {
            if reach.config.shared_folder().is_some() && !set_folder("", reach) {
                return Flow::Stay;
            }
            if reach
                .attempt(|desk| desk.settle_need(Need::Folder))
                .is_none()
            {
                return Flow::Stay;
            }
            self.kept.done();
            reach.say("folder-slower", &[]);
            return Flow::Close;
        }
        let folder = self.typed();
        if folder.as_os_str().is_empty() {
            reach.say("folder-empty", &[]);
            return Flow::Stay;
        }
        if let Err(problem) = try_folder(&folder) {
            reach.trouble(&problem);
            return Flow::Stay;
        }
        let shown = folder.display().to_string();
        if !set_folder(&shown, reach) {
            return Flow::Stay;
        }
        self.kept.done();
        let file = reach.config.file.as_ref();
        let file = file.map_or_else(String::new, |file| file.display().to_string());
        let args = [("folder", shown.into()), ("file", file.into())];
        reach.say("folder-kept", &args);
        Flow::Close
    }

    /// The folder as typed, pasted or dropped.
    fn typed(&self) -> PathBuf {
        let typed = self.sheet.form.text("path").trim();
        let bare = typed.trim_matches(['"', '\'']);
        Path::new(bare).to_owned()
    }
}

/// Keeps the folder, empty for none, among the settings and has the workstation take it; says what
/// went wrong and returns whether nothing did.
fn set_folder(folder: &str, reach: &mut Reach<'_>) -> bool {
    match reach.config.keep("folder.path", folder) {
        Ok(config) => {
            let config = Effect::Configure(Box::new(config));
            reach.effects.list.push(config);
            true
        }
        Err(problem) => {
            reach.trouble(&problem);
            false
        }
    }
}

impl Pane for FolderForm {
    fn contexts(&self) -> Vec<Context> {
        self.sheet.contexts(Context::Form)
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Back => return Flow::Close,
            Command::Finish | Command::Unfold => return self.keep(reach),
            _ => {}
        }
        self.sheet.command(command).into()
    }

    fn input(&mut self, input: &Input, _: &mut Reach<'_>) -> Flow {
        self.sheet.input(input).into()
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        super::form_step(buf, area, look, "folder", &self.sheet)
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn draft(&self) -> Option<(String, String)> {
        Some(self.kept.draft(&self.sheet.form))
    }
}
