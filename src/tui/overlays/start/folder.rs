//! The shared folder (ux 10, step 5): tried by write, read and rename before it is kept; or the
//! word that there is none, and what is slower then.

use std::path::{Path, PathBuf};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::start::{Need, try_folder};
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::overlays::sheet::Sheet;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::run::Effect;
use crate::tui::widgets::Look;
use crate::tui::widgets::form::{Field, Value};

/// The form.
pub struct FolderForm {
    sheet: Sheet,
}

impl FolderForm {
    /// Opens the form with the folder that is set.
    pub fn open(reach: &Reach<'_>) -> Self {
        let words = reach.words;
        let mut editor = Editor::single_line();
        editor.set(&reach.config.folder.path.display().to_string());
        let none = words.get("folder-none").to_string();
        Self {
            sheet: Sheet::new(vec![
                Field::new(
                    "path",
                    words.get("folder-path").to_string(),
                    Value::Text(editor, 1),
                ),
                Field::new("none", String::new(), Value::Flag(false, none)),
            ]),
        }
    }

    /// Keeps the folder, where it does what is asked of it, or the word that there is none.
    fn keep(&mut self, reach: &mut Reach<'_>) -> Flow {
        if self.sheet.form.ticked("none") {
            if reach
                .attempt(|desk| desk.settle_need(Need::Folder))
                .is_none()
            {
                return Flow::Stay;
            }
            reach.say("folder-slower", &[]);
            return Flow::Close;
        }
        let folder = self.typed();
        if folder.as_os_str().is_empty() {
            reach.say("folder-empty", &[]);
            return Flow::Stay;
        }
        let kept = try_folder(&folder).and_then(|()| {
            reach
                .config
                .keep("folder.path", &folder.display().to_string())
        });
        match kept {
            Ok(config) => {
                let file = config.file.as_ref().map(|file| file.display().to_string());
                reach.effects.list.push(Effect::Configure(Box::new(config)));
                reach.say(
                    "folder-kept",
                    &[
                        ("folder", folder.display().to_string().into()),
                        ("file", file.unwrap_or_default().into()),
                    ],
                );
                Flow::Close
            }
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Stay
            }
        }
    }

    /// The folder as typed, pasted or dropped.
    fn typed(&self) -> PathBuf {
        let typed = self.sheet.form.text("path").trim();
        let bare = typed.trim_matches(['"', '\'']);
        Path::new(bare).to_owned()
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
}
