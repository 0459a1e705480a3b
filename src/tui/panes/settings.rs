//! The settings (F12 9): what holds on this machine and in the shop, where each comes from, and
//! changed by Enter. What changes here goes into the settings file as it stands, or into the log
//! for everybody.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::config::{Allowed, Config, Entry, Source as Said};
use crate::desk::Desk;
use crate::desk::settings::announced_to;
use crate::domain::deadline::limits::Rule;
use crate::domain::registers::words::PLATFORM;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::overlays::ask::Ask;
use crate::tui::overlays::menu::{Menu, MenuPane};
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::run::Effect;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{self, Cursor, List, Width};
use crate::tui::widgets::{Look, page};
use crate::tui::words::Speech;

/// The settings of the shop that people set, with what holds where nobody has.
const OF_SHOP: [(&str, &str); 9] = [
    ("hours", ""),
    ("day_end", "4"),
    ("print_waves", ""),
    ("cutoff", ""),
    ("at_risk_minutes", "240"),
    ("stale_sync_minutes", "30"),
    ("lease_minutes", "30"),
    ("after_sales_contact", ""),
    ("platform", "taobao"),
];
/// What takes hold with the next start only.
const NEXT_START: [&str; 2] = ["keys.file", "data.dir"];
/// What is typed for nothing.
const NOTHING: &str = "-";
/// The columns: name, value, from where.
const COLUMNS: [Width; 3] = [Width::Left(26), Width::Fill, Width::Right(22)];

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    /// Nobody set it.
    Default,
    /// That line of the settings file.
    Line(usize),
    /// The shop, since that day.
    Shop(String),
    /// This screen, for as long as the program runs.
    Screen,
}

/// A setting as it is listed.
#[derive(Clone, Debug)]
struct Row {
    name: &'static str,
    value: String,
    source: Source,
    /// What it may be; none for one of the shop, which the desk holds to.
    allowed: Option<Allowed>,
}

impl Row {
    /// The value as people read it.
    fn shown(&self, words: &Words) -> String {
        if self.name == "platform" && PLATFORM.values.contains(&self.value.as_str()) {
            return words
                .get(&format!("value-platform-{}", self.value))
                .to_string();
        }
        shown(&self.value, self.allowed, words)
    }
}

/// The screen.
pub struct SettingsPane {
    rows: Vec<Row>,
    file: Option<String>,
    cursor: Cursor<&'static str>,
}

impl SettingsPane {
    /// Reads the settings.
    pub fn new(desk: &Desk, words: &Words, config: &Config) -> Result<Self, Problem> {
        let mut pane = Self {
            rows: Vec::new(),
            file: None,
            cursor: Cursor::default(),
        };
        pane.read(desk, words, config)?;
        Ok(pane)
    }

    fn read(&mut self, desk: &Desk, words: &Words, config: &Config) -> Result<(), Problem> {
        let speech = Speech::new(desk, words);
        let mut rows: Vec<Row> = config.entries()?.into_iter().map(of_machine).collect();
        let limits = Rule::ALL.map(|rule| (rule.key(), rule.usual().to_string()));
        let days = ["days_off", "days_worked"].map(|name| (name, String::new()));
        let of_shop = OF_SHOP.map(|(name, usual)| (name, usual.to_owned()));
        for (name, usual) in of_shop.into_iter().chain(limits).chain(days) {
            // What was emptied is as if nobody had said it.
            let said = desk.setting_since(name)?;
            let said = said.filter(|(value, _)| !value.is_empty());
            let (value, source) = match said {
                Some((value, since)) => (value, Source::Shop(speech.day(since))),
                None => (usual, Source::Default),
            };
            rows.push(Row {
                name,
                value,
                source,
                allowed: None,
            });
        }
        self.rows = rows;
        self.file = config.file.as_ref().map(|file| file.display().to_string());
        let names: Vec<&'static str> = self.rows.iter().map(|row| row.name).collect();
        self.cursor.follow(&names);
        Ok(())
    }

    fn step(&mut self, by: isize) {
        let rows = &self.rows;
        self.cursor
            .step(by, rows.len(), |at| rows.get(at).map(|row| row.name));
    }

    /// Asks for another value: a menu where it is one of some, else a line to type.
    fn change(&self, reach: &Reach<'_>) -> Flow {
        let Some(row) = self.rows.get(self.cursor.index()) else {
            return Flow::Stay;
        };
        let words = reach.words;
        let title = words.get(&label(row.name)).to_string();
        let name = row.name;
        let values: Vec<&'static str> = match row.allowed {
            Some(Allowed::Words(values)) => values.to_vec(),
            Some(Allowed::Flag) => vec!["true", "false"],
            _ => {
                let hint = words.get("settings-type").to_string();
                let of_machine = row.allowed.is_some();
                let ask = Ask::new(title, hint, move |answer, reach| {
                    let answer = if answer == NOTHING { "" } else { answer };
                    if of_machine {
                        keep(name, answer, reach)
                    } else {
                        set(name, answer, reach)
                    }
                });
                return Flow::Push(Box::new(ask));
            }
        };
        let at = values.iter().position(|value| *value == row.value);
        let labels: Vec<String> = values
            .iter()
            .map(|value| shown(value, row.allowed, words))
            .collect();
        let menu = Menu::new(title, labels).at(at.unwrap_or(0));
        Flow::Push(Box::new(MenuPane::new(menu, move |row, reach| {
            let value = values.get(row).copied().unwrap_or_default();
            keep(name, value, reach)
        })))
    }
}

fn of_machine(entry: Entry) -> Row {
    Row {
        name: entry.name,
        source: match entry.source {
            Said::Default => Source::Default,
            Said::Line(line) => Source::Line(line),
            Said::Run => Source::Screen,
        },
        value: entry.value,
        allowed: Some(entry.allowed),
    }
}

/// Keeps a setting of this machine; it holds at once, but for what a start needs.
fn keep(name: &'static str, value: &str, reach: &mut Reach<'_>) -> Flow {
    match reach.config.keep(name, value) {
        Ok(config) => {
            let effect = Effect::Configure(Box::new(config));
            reach.effects.list.push(effect);
            let id = if NEXT_START.contains(&name) {
                "settings-next-start"
            } else {
                "settings-kept"
            };
            let label = reach.words.get(&label(name)).to_string();
            reach.say(id, &[("name", label.into())]);
            Flow::Close
        }
        Err(problem) => {
            reach.trouble(&problem);
            Flow::Stay
        }
    }
}

/// Sets a setting of the shop.
fn set(name: &'static str, value: &str, reach: &mut Reach<'_>) -> Flow {
    let set = |desk: &mut Desk| {
        desk.set_shop_setting(name, value)?;
        Ok(announced_to(name, value))
    };
    let Some(known) = reach.attempt(set) else {
        return Flow::Stay;
    };
    let label = reach.words.get(&label(name)).to_string();
    let name = ("name", label.into());
    match known {
        Some(year) => reach.say(
            "settings-set-days",
            &[name, ("year", year.to_string().into())],
        ),
        None => reach.say("settings-set", &[name]),
    }
    Flow::Close
}

/// The id of a setting's name for people.
fn label(name: &str) -> String {
    format!("setting-{}", name.replace('.', "-"))
}

/// A value as people read it: our word for one of some, else as it was typed.
fn shown(value: &str, allowed: Option<Allowed>, words: &Words) -> String {
    match allowed {
        Some(Allowed::Words(_) | Allowed::Flag) => {
            words.get(&format!("settings-value-{value}")).to_string()
        }
        _ if value.is_empty() => words.get("settings-nothing").to_string(),
        _ => value.to_owned(),
    }
}

impl Pane for SettingsPane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Settings, Context::List]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(by) = command.steps() {
            self.step(by);
            return Flow::Stay;
        }
        match command {
            Command::Open | Command::Expand => self.change(reach),
            Command::Back => Flow::Close,
            _ => Flow::Pass,
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        page::single(buf, area, look, |page| {
            let title = look.words.get("settings-title").to_string();
            let left = vec![Run::new(title, Ink::Title)];
            page.section(left, vec![dim(look.words.get("settings-keys").to_string())]);
            let file = match &self.file {
                Some(file) => {
                    let file = [("file", file.as_str().into())];
                    look.words.with("settings-file", &file)
                }
                None => look.words.get("settings-no-file").to_string(),
            };
            page.row(&[dim(file)], &[]);
            let height = page.rows_left();
            page.draw(height, |buf, area, look| self.draw_rows(buf, area, look))
        })
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.read(reach.desk, reach.words, reach.config) {
            reach.trouble(&problem);
        }
    }
}

impl SettingsPane {
    fn draw_rows(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let height = usize::from(area.height);
        let top = self.cursor.clone().scroll(height, self.rows.len());
        let rows: Vec<list::Row<'_>> = self
            .rows
            .iter()
            .skip(top)
            .take(height)
            .map(|row| list::Row {
                cells: vec![
                    vec![text(look.words.get(&label(row.name)).to_string())],
                    vec![text(row.shown(look.words))],
                    vec![dim(Self::source(row, look))],
                ],
                marked: false,
            })
            .collect();
        let at = self.cursor.index().saturating_sub(top);
        let cursor = (!rows.is_empty()).then_some(at);
        let list = List {
            columns: &COLUMNS,
            rows: &rows,
            cursor,
            focused: true,
        };
        list::draw(buf, area, &list, look);
        cursor
            .filter(|at| *at < height)
            .map(|at| Position::new(area.x, area.y + at as u16))
    }

    fn source(row: &Row, look: &Look<'_>) -> String {
        let words = look.words;
        match (&row.source, row.allowed) {
            (Source::Default, Some(_)) => words.get("settings-default").to_string(),
            (Source::Default, None) => words.get("settings-shop-default").to_string(),
            (Source::Line(line), _) => words.with("settings-line", &[("line", (*line).into())]),
            (Source::Screen, _) => words.get("settings-screen").to_string(),
            (Source::Shop(day), _) => words.with("settings-shop", &[("day", day.as_str().into())]),
        }
    }
}
