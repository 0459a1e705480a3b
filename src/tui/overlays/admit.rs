//! Lets a new device in (ux 10.9): the request that lies in the shared folder, the six groups
//! that both screens must show, what its person may do.

use std::path::{Path, PathBuf};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::kept::KeptForm;
use super::sheet::{Did, Sheet};
use super::{case_fields, sheet};
use crate::desk::admit::Granted;
use crate::desk::first::{answer_in, requests};
use crate::domain::authority::Role;
use crate::domain::register::Post;
use crate::exchange::intake::file::{dropped_files, read_file};
use crate::exchange::join::Request;
use crate::problem::{Kind, Problem};
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::form::{self, Choice, Field, Value};
use crate::tui::widgets::line::Run;
use crate::tui::widgets::page::{self, Page};
use crate::tui::widgets::{Look, frame};

/// The widest that the box gets.
const WIDEST: u16 = 74;
/// The rows above the form: whose digits, the digits, what else is to be known.
const HEAD: u16 = 4;
/// The most rows of one sentence.
const WRAPPED: u16 = 3;

/// The form.
pub struct Admit {
    sheet: Sheet,
    request: Option<(PathBuf, Request)>,
    /// What is said of the request: whose screen must show the digits, and who is there already.
    says: [String; 2],
    kept: KeptForm,
}

impl Admit {
    /// Opens the form on the first request that lies in the shared folder, where one does, with
    /// what was said of that device when the form was left.
    ///
    /// Fails where the person may not change the roster.
    pub fn open(reach: &Reach<'_>) -> Result<Self, Problem> {
        reach.desk.may_change_roster()?;
        let found = reach.config.shared_folder().map(requests);
        let first = found.unwrap_or_default().into_iter().find(|(_, request)| {
            let known = reach.desk.people().of_replica(request.replica());
            known.is_none()
        });
        let mut admit = Self {
            sheet: Sheet::new(fields(reach)),
            request: None,
            says: Default::default(),
            kept: KeptForm::default(),
        };
        // What one device may do is proposed for no other.
        let mut key = "admit".to_owned();
        let mut found = String::new();
        if let Some((path, request)) = first {
            key = format!("admit/{}", request.replica());
            found = path.display().to_string();
            sheet::set_text(&mut admit.sheet.form, "file", &found);
            admit.request = Some((path, request));
            admit.sheet.form.focus("role");
        }
        admit.kept = KeptForm::open(reach, key, &mut admit.sheet.form);
        if admit.sheet.form.text("file") != found {
            admit.read();
        }
        admit.say(reach)?;
        Ok(admit)
    }

    /// Reads the file that is named.
    fn read(&mut self) {
        let typed = self.sheet.form.text("file").trim();
        let named = dropped_files(typed).into_iter().next();
        let path = named.unwrap_or_else(|| Path::new(typed).to_owned());
        let read = read_file(&path).and_then(|bytes| Request::read(&bytes));
        self.request = read.ok().map(|request| (path, request));
    }

    /// Says of the request what must be known before it is granted.
    fn say(&mut self, reach: &Reach<'_>) -> Result<(), Problem> {
        let words = reach.words;
        let Some((_, request)) = &self.request else {
            self.says = [words.get("admit-none").to_string(), String::new()];
            return Ok(());
        };
        let name = [("name", request.name.as_str().into())];
        let there = match reach.desk.asks(request)? {
            (Some(_), _) => words.with("admit-known", &name),
            (None, Some(_)) => words.with("admit-named", &name),
            (None, None) => String::new(),
        };
        self.says = [words.with("admit-digits", &name), there];
        Ok(())
    }

    /// Follows the file that was named.
    fn changed(&mut self, reach: &mut Reach<'_>) {
        let is_file = |field: &Field| field.id == "file";
        if !self.sheet.form.current().is_some_and(is_file) {
            return;
        }
        self.read();
        if let Err(problem) = self.say(reach) {
            self.request = None;
            reach.trouble(&problem);
        }
    }

    fn act(&mut self, reach: &mut Reach<'_>) -> Flow {
        let Some((path, request)) = &self.request else {
            self.sheet.form.focus("file");
            reach.say("admit-none", &[]);
            return Flow::Stay;
        };
        let form = &self.sheet.form;
        let role = form.chosen("role").and_then(Role::of);
        let ticked = |post: &Post| form.ticked(post.word());
        let posts: Vec<Post> = Post::ALL.into_iter().filter(ticked).collect();
        let limit = case_fields::amount(form, "limit");
        if case_fields::unreadable(form, "limit") {
            self.sheet.form.focus("limit");
            reach.say("case-amount-unreadable", &[]);
            return Flow::Stay;
        }
        let (path, request) = (path.clone(), request.clone());
        let answer = answer_in(path.parent().unwrap_or(Path::new(".")), request.replica());
        let done = reach.attempt(|desk| {
            if posts.is_empty() {
                return Err(Problem::new(Kind::NotUnderstood, "problem-admit-posts")
                    .hint("problem-admit-posts-hint"));
            }
            let granted = Granted {
                role: role.unwrap_or(Role::Agent),
                posts: &posts,
                limit,
            };
            // An admission without its answer helps nobody, but is no harm: the next try finds it.
            desk.admit(&request, &granted)?;
            desk.hand_to(request.replica())?;
            desk.answer(&request, &answer)
        });
        if done.is_none() {
            return Flow::Stay;
        }
        self.kept.done();
        let file = answer.display().to_string();
        let said = [
            ("name", request.name.as_str().into()),
            ("file", file.into()),
        ];
        reach.say("admit-done", &said);
        Flow::Close
    }
}

fn fields(reach: &Reach<'_>) -> Vec<Field> {
    let words = reach.words;
    let label = |id: &str| words.get(id).to_string();
    let roles = Role::ALL
        .map(|role| Choice::new(role.word(), label(&format!("value-role-{}", role.word()))))
        .to_vec();
    let file = Value::Text(Editor::single_line(), 1);
    let mut fields = vec![
        Field::new("file", label("admit-file"), file).required(),
        Field::new("role", label("admit-role"), Value::Choice(roles, Some(0))).required(),
    ];
    for (nth, post) in Post::ALL.into_iter().enumerate() {
        let word = label(&format!("value-post-{}", post.word()));
        let name = if nth == 0 {
            label("admit-posts")
        } else {
            String::new()
        };
        fields.push(Field::new(post.word(), name, Value::Flag(false, word)));
    }
    let limit = Value::Money(Editor::single_line());
    fields.push(Field::new("limit", label("admit-limit"), limit).prefix("¥ "));
    fields
}

impl Pane for Admit {
    fn contexts(&self) -> Vec<Context> {
        self.sheet.contexts(Context::Form)
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Back if !self.sheet.is_unfolded() => return Flow::Close,
            Command::Finish => return self.act(reach),
            _ => {}
        }
        match self.sheet.command(command) {
            Did::Changed => {
                self.changed(reach);
                Flow::Stay
            }
            Did::Moved => Flow::Stay,
            Did::Ignored => Flow::Pass,
        }
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        match self.sheet.input(input) {
            Did::Changed => {
                self.changed(reach);
                Flow::Stay
            }
            Did::Moved => Flow::Stay,
            Did::Ignored => Flow::Pass,
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let form = &self.sheet.form;
        let shape = form::Shape {
            label: page::shape(form, 0, look).label,
            beside: 0,
        };
        let width = WIDEST.min(area.width);
        let rows = form::height(form, width.saturating_sub(2), shape);
        let height = (rows + HEAD + 5).min(area.height);
        let place = frame::middle(area, (width, height));
        let title = look.words.get("admit-title").to_string();
        let title = [Run::new(title, Ink::Title)];
        let inner = frame::overlay(buf, place, &title, &[form::header(form, look)], &[], look);
        let caret = page::single(buf, inner, look, |page| {
            self.head(page);
            let caret = page.form(form, shape, rows);
            let hint = look.words.get("admit-hint").to_string();
            page.text(&hint, WRAPPED, Ink::Dim);
            caret
        });
        self.sheet.draw_menu(buf, area, look).or(caret)
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn draft(&self) -> Option<(String, String)> {
        Some(self.kept.draft(&self.sheet.form))
    }
}

impl Admit {
    /// Writes what is said of the request, its digits in one row of their own.
    fn head(&self, page: &mut Page<'_, '_>) {
        let [whose, there] = &self.says;
        page.text(whose, WRAPPED, Ink::Text);
        if let Some((_, request)) = &self.request {
            page.row(&[Run::new(request.digits(), Ink::Title)], &[]);
            if !there.is_empty() {
                page.text(there, WRAPPED, Ink::Warn);
            }
        }
        page.skip(1);
    }
}
