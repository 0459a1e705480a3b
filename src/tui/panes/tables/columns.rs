//! The columns of a register's list and what stands in them, by its declaration.

use serde_json::Value as Json;

use super::{STATE, TablesPane};
use crate::domain::field::Kind;
use crate::domain::registers::{names_posts, order};
use crate::store::Row;
use crate::text::clean;
use crate::text::width::{Ambiguous, columns};
use crate::tui::widgets::list::Width;
use crate::tui::words::{Speech, tail};

/// Columns of a list of posts: the longest of them and how many more there are.
const POSTS: u16 = 14;

impl TablesPane {
    /// Heads and widths by the kinds of the columns: the first text takes what is left over.
    pub(super) fn lay(&mut self, speech: Speech<'_>) {
        self.heads = vec![speech.words.get("tables-state").to_string()];
        self.widths = vec![Width::Left(STATE)];
        let mut filled = false;
        for path in self.register.columns {
            let Some(spec) = self.register.field(path) else {
                continue;
            };
            let head = speech.label(self.register, spec);
            let named = columns(&head, Ambiguous::Narrow) as u16;
            self.heads.push(head);
            self.widths.push(match spec.kind {
                Kind::Money | Kind::Integer => Width::Right(10),
                Kind::Time => Width::Left(11),
                Kind::Date | Kind::Number => Width::Left(10),
                // Whole words of ours, however long the longest of them is.
                Kind::Choice(list) => {
                    let words = list.values.iter().map(|value| speech.choice(spec, value));
                    let longest = words
                        .map(|word| columns(&word, Ambiguous::Narrow) as u16)
                        .max();
                    Width::Left(longest.unwrap_or_default().max(named))
                }
                Kind::Flag => Width::Left(named.max(4)),
                _ if names_posts(spec) => Width::Left(POSTS),
                _ if filled => Width::Left(12),
                _ => {
                    filled = true;
                    Width::Fill
                }
            });
        }
    }

    pub(super) fn cells_of(&self, row: &Row, speech: Speech<'_>) -> Vec<String> {
        let state = speech.state(self.register.name, &row.state);
        let columns = self
            .register
            .columns
            .iter()
            .filter_map(|path| Some((path, self.register.field(path)?)));
        let is_order = self.register.name == order::REGISTER.name;
        let shown = columns.map(|(path, spec)| {
            let value = row.fields.get(*path).unwrap_or(&Json::Null);
            let number = if *path == "no" {
                row.number.clone()
            } else {
                None
            };
            let words = match (number, value) {
                (Some(number), _) => number,
                // Exports fill an order's lines rather than its title.
                _ if is_order && *path == order::TITLE.name() => speech.goods(row),
                (None, Json::Null) => String::new(),
                (None, value) if matches!(spec.kind, Kind::Number) => {
                    tail(value.as_str().unwrap_or_default())
                }
                (None, value) if names_posts(spec) => {
                    speech.posts_within(spec, value, usize::from(POSTS))
                }
                (None, value) => speech.value(spec, value),
            };
            clean::line(&words).into_owned()
        });
        std::iter::once(state).chain(shown).collect()
    }
}

/// Returns as many columns from the left as leave the text column some room.
pub(super) fn fitting(widths: &[Width], width: u16) -> Vec<Width> {
    let mut used = 1;
    let mut all = Vec::new();
    for column in widths {
        let wide = match column {
            Width::Left(wide) | Width::Right(wide) => *wide,
            Width::Fill => 16,
        };
        if used + wide > width && !all.is_empty() {
            break;
        }
        used += wide + 1;
        all.push(*column);
    }
    all
}
