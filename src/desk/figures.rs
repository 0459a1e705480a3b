//! Figures of a person, a group and the shop over a day, a week or a month (requirements 3):
//! each is declared once, counted from what this store holds, and opens to the records that it
//! counts. What no fact here says is unknown and never nought.

pub mod declared;
pub mod facts;
pub mod period;
pub mod report;
pub mod scores;
pub mod targets;
pub mod value;

use super::Desk;
use crate::domain::authority::{Action, Grant, may};
use crate::domain::id::Id;
use crate::problem::Problem;

pub use declared::{FIGURES, Figure, Measure};
pub use facts::{Facts, Whose};
pub use period::{Days, Period, Span};
pub use targets::{Goal, Targets};
pub use value::{Reading, Value};

impl Desk {
    /// Returns whose figures the person at the desk may see: their own; beside them, for who
    /// answers for others, the group's that they lead and the shop's, in this order.
    pub fn whose_figures(&self) -> Result<Vec<Whose>, Problem> {
        let me = self.me()?;
        let mut all = vec![Whose::Person(me.id)];
        let grant = may(me.role, Action::SeeFigures);
        if grant == Grant::OwnGroup {
            all.push(Whose::Group(self.group_of(me.id)?));
        }
        if grant.allows() {
            all.push(Whose::Shop);
        }
        Ok(all)
    }

    /// Returns the people of whom the person at the desk may see figures one by one: all, those
    /// of the group, or nobody but oneself.
    pub fn people_of_figures(&self) -> Result<Vec<Id>, Problem> {
        let me = self.me()?;
        let everybody = || self.people().all().iter().map(|person| person.id).collect();
        Ok(match may(me.role, Action::SeeFigures) {
            Grant::No => vec![me.id],
            Grant::OwnGroup => self.group_of(me.id)?.into_iter().collect(),
            _ => everybody(),
        })
    }
}

#[cfg(test)]
mod tests;
