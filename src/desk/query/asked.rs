//! What is asked, against rows: first what the store narrows by its indexes, then every term on
//! each row, so that an index that lets too much through changes nothing.

use serde_json::Value as Json;

use super::checks::{Check, Standing, Stands, Whose, asks_for_closed, check, meet};
use super::{Key, Question};
use crate::desk::Desk;
use crate::domain::register::{Owner, Register};
use crate::domain::registers;
use crate::problem::Problem;
use crate::store::{OwnerFilter, Query, Row, is_searchable};
use crate::text::fold::fold;

/// A question made ready for the rows of a list.
#[derive(Debug, Clone, Default)]
pub(in crate::desk) struct Asked {
    checks: Vec<(bool, Check)>,
    /// Parts of buyers' names that few texts hold.
    named: Vec<String>,
    now: i64,
    at_risk: i64,
}

impl Asked {
    /// Makes a question ready at this desk, now. What is over is asked only where the question
    /// or its list says so.
    pub(in crate::desk) fn new(
        desk: &Desk,
        question: &Question,
        list: &Query,
    ) -> Result<Self, Problem> {
        if question.is_empty() {
            return Ok(Self::default());
        }
        let mut checks = Vec::new();
        for term in &question.terms {
            checks.push((term.is_not, check(desk, term)?));
        }
        meet(desk, &mut checks)?;
        let is_over = |(is_not, check): &(bool, Check)| asks_for_closed(*is_not, check);
        if !list.closed_only && !checks.iter().any(is_over) {
            checks.push((false, Check::State(vec![Stands::Open])));
        }
        Ok(Self {
            named: named(desk, &checks)?,
            checks,
            now: desk.now(),
            at_risk: desk.at_risk()?,
        })
    }

    /// Narrows a list to no less than what passes.
    pub(in crate::desk) fn narrow(&self, query: &mut Query) {
        // Names are written down in the records that bear them.
        query.says.extend(self.named.iter().cloned());
        query.is_few |= !self.named.is_empty();
        for (is_not, check) in &self.checks {
            if !is_not {
                self.narrow_by(check, query);
            }
        }
    }

    fn narrow_by(&self, check: &Check, query: &mut Query) {
        match check {
            Check::Said {
                words,
                narrows: true,
                ..
            } => query.says.push(words.clone()),
            Check::Text(Key::Order, ends) => {
                if let [only] = &ends[..] {
                    query.narrow_to_order(only);
                }
            }
            Check::State(states) => narrow_to_states(states, query),
            Check::Register(names) if query.registers.is_empty() => {
                query.registers.clone_from(names);
            }
            Check::Post(posts) if query.post.is_none() => {
                if let [only] = posts[..] {
                    query.post = Some(only);
                }
            }
            Check::Owner(whose) if query.owner.is_none() => narrow_to_owners(whose, query),
            Check::Is(all) => {
                if all.contains(&Standing::Snoozed) {
                    // A list that leaves out what is out of sight is asked for just that.
                    query.not_snoozed_at = None;
                }
                if let [only] = all[..] {
                    self.narrow_to_standing(only, query);
                }
            }
            Check::Time(key, Some(range)) => {
                let earlier =
                    |known: Option<i64>| Some(known.map_or(range.end, |at| at.min(range.end)));
                let later =
                    |known: Option<i64>| Some(known.map_or(range.start, |at| at.max(range.start)));
                match key {
                    Key::Due => query.due_before = earlier(query.due_before),
                    Key::Opened => {
                        query.opened_from = later(query.opened_from);
                        query.opened_before = earlier(query.opened_before);
                    }
                    Key::Closed => {
                        query.closed_from = later(query.closed_from);
                        query.closed_before = earlier(query.closed_before);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn narrow_to_standing(&self, standing: Standing, query: &mut Query) {
        let due = |by: i64| {
            let before = self.now.saturating_add(by).saturating_add(1);
            Some(query.due_before.map_or(before, |known| known.min(before)))
        };
        match standing {
            Standing::Overdue => query.due_before = due(0),
            Standing::AtRisk => query.due_before = due(self.at_risk),
            Standing::Ours if query.ours.is_none() => query.ours = Some(true),
            Standing::Snoozed if query.snoozed_at.is_none() => query.snoozed_at = Some(self.now),
            Standing::Conflict => query.contradicted = true,
            _ => {}
        }
    }

    /// Returns whether a row passes; what was said in it is asked of the desk.
    pub(in crate::desk) fn admits(&self, desk: &Desk, row: &Row) -> Result<bool, Problem> {
        // What costs a look into the log comes last.
        let (said, seen): (Vec<_>, Vec<_>) = self
            .checks
            .iter()
            .partition(|(_, check)| matches!(check, Check::Said { .. }));
        if !seen
            .iter()
            .all(|(is_not, check)| self.holds(check, row) != *is_not)
        {
            return Ok(false);
        }
        for (is_not, check) in said {
            let Check::Said { words, may_say, .. } = check else {
                continue;
            };
            let may = may_say.as_ref().is_none_or(|ids| ids.contains(&row.id));
            if (may && desk.store().says(row, words)?) == *is_not {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns those of some rows that pass.
    pub(in crate::desk) fn leaves(&self, desk: &Desk, rows: Vec<Row>) -> Result<Vec<Row>, Problem> {
        if self.checks.is_empty() {
            return Ok(rows);
        }
        let mut left = Vec::new();
        for row in rows {
            if self.admits(desk, &row)? {
                left.push(row);
            }
        }
        Ok(left)
    }

    fn holds(&self, check: &Check, row: &Row) -> bool {
        let text = |name: &str| row.fields.get(name).and_then(Json::as_str);
        match check {
            // Looked up in the log, by who asks.
            Check::Said { .. } => true,
            Check::State(states) => states.iter().any(|state| stands(state, row)),
            Check::Register(names) => names.contains(&row.register.as_str()),
            Check::Post(posts) => row.post.is_some_and(|post| posts.contains(&post)),
            Check::Owner(whose) => is_whose(whose, row.owner),
            Check::First(whose) => is_whose(whose, row.first_owner),
            Check::Is(all) => all.iter().any(|standing| self.is(*standing, row)),
            Check::Field(name, words) => text(name).is_some_and(|value| words.contains(&value)),
            Check::Kind(words) => registers::by_name(&row.register)
                .and_then(Register::kind_field)
                .and_then(|field| text(field.name))
                .is_some_and(|value| words.contains(&value)),
            Check::Text(key, texts) => texts.iter().any(|text| bears(*key, text, row)),
            Check::Time(key, range) => match (time_of(*key, row), range) {
                (at, None) => at.is_none(),
                (at, Some(range)) => at.is_some_and(|at| range.contains(&at)),
            },
            Check::Amount(range) => {
                let amount = row.amount.as_ref();
                amount.is_some_and(|(minor, currency)| currency == "CNY" && range.contains(minor))
            }
        }
    }

    fn is(&self, standing: Standing, row: &Row) -> bool {
        let due_by = |by: i64| {
            let at = self.now.saturating_add(by);
            row.closed.is_none() && row.due.is_some_and(|due| due <= at)
        };
        match standing {
            Standing::Overdue => due_by(0),
            Standing::AtRisk => due_by(self.at_risk),
            Standing::Ours => row.ours,
            Standing::Snoozed => row.snoozed_until.is_some_and(|until| until > self.now),
            Standing::Conflict => row.conflicts > 0,
        }
    }
}

fn stands(state: &Stands, row: &Row) -> bool {
    match state {
        Stands::Open => row.closed.is_none(),
        Stands::Closed => row.closed.is_some(),
        Stands::Either => true,
        Stands::In(state) => row.state == *state,
        Stands::InOf(register, state) => row.register == *register && row.state == *state,
    }
}

fn is_whose(whose: &[Whose], owner: Option<Owner>) -> bool {
    whose.iter().any(|one| match one {
        Whose::Of(wanted) => owner == Some(*wanted),
        Whose::Nobody => !matches!(owner, Some(Owner::Person(_))),
    })
}

fn time_of(key: Key, row: &Row) -> Option<i64> {
    match key {
        Key::Due => row.due,
        Key::Opened => Some(row.opened),
        Key::Closed => row.closed,
        Key::Waiting => row.closed.is_none().then_some(row.since),
        _ => None,
    }
}

/// Whether a row bears a folded text: a tag and an account as a whole, a number by its end, a
/// buyer by a part of the name.
fn bears(key: Key, text: &str, row: &Row) -> bool {
    let field = |name: &str| row.fields.get(name).and_then(Json::as_str).map(fold);
    match key {
        Key::Tag => {
            let tags = row
                .fields
                .get(registers::TAGS.name())
                .and_then(Json::as_array);
            let mut tags = tags.into_iter().flatten().filter_map(Json::as_str);
            tags.any(|tag| fold(tag) == text)
        }
        Key::Account => field(registers::ACCOUNT.name()).is_some_and(|name| name == text),
        Key::Buyer => {
            let name = field(registers::BUYER.name());
            let own = (row.register == "customer").then(|| row.title.as_deref().map(fold));
            let mut names = name.into_iter().chain(own.flatten());
            names.any(|name| name.contains(text))
        }
        Key::Order => {
            let own = (row.register == "order").then(|| field("number")).flatten();
            let linked = row.order_number.as_deref().map(fold);
            // A masked number finds nothing, as everywhere.
            own.or(linked)
                .is_some_and(|number| number.ends_with(text) && !number.contains(['*', '#', '$']))
        }
        _ => false,
    }
}

/// What of the buyers asked for the index can name: a part of a name that few texts hold.
fn named(desk: &Desk, checks: &[(bool, Check)]) -> Result<Vec<String>, Problem> {
    let mut named = Vec::new();
    for (is_not, check) in checks {
        let (false, Check::Text(Key::Buyer, texts)) = (*is_not, check) else {
            continue;
        };
        let [only] = &texts[..] else {
            continue;
        };
        // The index knows Latin words and numbers by their beginning, and a name may hold this
        // one within a longer one.
        let part = only.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        if !is_searchable(part) {
            continue;
        }
        desk.store().catch_up_briefly()?;
        if !desk.store().is_common(part)? {
            named.push(part.to_owned());
        }
    }
    Ok(named)
}

fn narrow_to_states(states: &[Stands], query: &mut Query) {
    match states {
        [Stands::Open] => query.open_only = true,
        [Stands::Closed] => query.closed_only = true,
        _ => {
            let words = states.iter().map(|state| match state {
                Stands::In(state) | Stands::InOf(_, state) => Some((*state).to_owned()),
                _ => None,
            });
            let words: Option<Vec<String>> = words.collect();
            if let Some(words) = words
                && query.states.is_empty()
            {
                query.states = words;
            }
        }
    }
}

fn narrow_to_owners(whose: &[Whose], query: &mut Query) {
    if matches!(whose, [Whose::Nobody]) {
        query.no_person = true;
        return;
    }
    let owners = whose.iter().map(|one| match one {
        Whose::Of(owner) => Some(*owner),
        Whose::Nobody => None,
    });
    if let Some(owners) = owners.collect() {
        query.owner = Some(OwnerFilter::Any(owners));
    }
}
