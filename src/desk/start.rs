//! What a new shop needs before everybody can work in it (ux 10, steps 3 to 10), and the acts by
//! which each is met. Every step can be left and taken up again: what is met is read off the
//! facts, what a shop does without is settled by a word.

mod folder;
pub mod limits;
pub mod old_table;
pub(super) mod shop;
pub mod work;

pub use folder::try_folder;
pub use shop::ShopFacts;

use super::Desk;
use crate::domain::registers::{allowance, order, reply, sheet};
use crate::problem::Problem;
use crate::store::Query;

/// The local setting that says that nobody wants to be told what the shop lacks.
const QUIET: &str = "start_card_quiet";
/// The local setting that names the needs that were settled by a word.
const SETTLED: &str = "start_settled";
/// The local setting that says how the questions about this terminal came out so far.
const TERMINAL: &str = "start_terminal";

/// What a shop needs before everybody can work in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// That this terminal was looked at.
    Terminal,
    /// The shop's hours, waves, and end of the day.
    Shop,
    /// A shared folder on this machine.
    Folder,
    /// Replies.
    Replies,
    /// Orders of an export.
    Orders,
    /// The table that the shop kept before.
    OldTable,
    /// Somebody beside the founder.
    People,
    /// What may be refunded without asking.
    Limits,
    /// Who works today.
    Sheet,
}

impl Need {
    /// All, in the order of the steps.
    pub const ALL: [Self; 9] = [
        Self::Terminal,
        Self::Shop,
        Self::Folder,
        Self::Replies,
        Self::Orders,
        Self::OldTable,
        Self::People,
        Self::Limits,
        Self::Sheet,
    ];

    /// Returns the end of its message id.
    pub fn word(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Shop => "shop",
            Self::Folder => "folder",
            Self::Replies => "replies",
            Self::Orders => "orders",
            Self::OldTable => "old_table",
            Self::People => "people",
            Self::Limits => "limits",
            Self::Sheet => "sheet",
        }
    }
}

impl Desk {
    /// Returns what the shop still lacks, in the order of the steps; `has_folder` says whether
    /// this machine has a shared folder.
    pub fn lacks(&self, has_folder: bool) -> Result<Vec<Need>, Problem> {
        let settled = self.settled_needs()?;
        let mut lacking = Vec::new();
        for need in Need::ALL {
            let is_met = settled.iter().any(|word| word == need.word())
                || match need {
                    Need::Terminal | Need::OldTable => false,
                    Need::Shop => self.setting(shop::HOURS)?.is_some(),
                    Need::Folder => has_folder,
                    Need::Replies => self.has_any(reply::REGISTER.name, None)?,
                    Need::Orders => self.has_any(order::REGISTER.name, None)?,
                    Need::People => self.people().all().len() > 1,
                    Need::Limits => self.has_any(allowance::REGISTER.name, None)?,
                    Need::Sheet => {
                        let today = self.business_day(self.now())?;
                        self.has_any(sheet::REGISTER.name, Some((sheet::DAY.name(), today)))?
                    }
                };
            if !is_met {
                lacking.push(need);
            }
        }
        Ok(lacking)
    }

    fn settled_needs(&self) -> Result<Vec<String>, Problem> {
        let settled = self.store().setting_local(SETTLED)?.unwrap_or_default();
        let words = settled.split(',').filter(|word| !word.is_empty());
        Ok(words.map(str::to_owned).collect())
    }

    /// Settles a need on this machine: it was looked at, or the shop does without.
    pub fn settle_need(&mut self, need: Need) -> Result<(), Problem> {
        let mut settled = self.settled_needs()?;
        if settled.iter().any(|word| word == need.word()) {
            return Ok(());
        }
        settled.push(need.word().to_owned());
        let settled = settled.join(",");
        Ok(self
            .store_mut()
            .set_setting_local(SETTLED, Some(&settled))?)
    }

    /// Returns how the questions about this terminal came out in a check that was left, as words.
    pub fn terminal_check(&self) -> Result<Vec<String>, Problem> {
        let came = self.store().setting_local(TERMINAL)?.unwrap_or_default();
        let words = came.split(',').filter(|word| !word.is_empty());
        Ok(words.map(str::to_owned).collect())
    }

    /// Keeps how the questions about this terminal came out so far; none once the check is over.
    pub fn keep_terminal_check(&mut self, came: &[&str]) -> Result<(), Problem> {
        let came = Some(came.join(",")).filter(|came| !came.is_empty());
        Ok(self
            .store_mut()
            .set_setting_local(TERMINAL, came.as_deref())?)
    }

    fn has_any(
        &self,
        register: &'static str,
        field: Option<(&'static str, String)>,
    ) -> Result<bool, Problem> {
        let query = Query {
            registers: vec![register],
            fields: field.into_iter().collect(),
            limit: Some(1),
            ..Query::default()
        };
        Ok(!self.store().rows(&query)?.is_empty())
    }

    /// Returns whether the list of what is lacking comes by itself: in a shop with a roster, to
    /// who may change it, until they say otherwise on this machine.
    pub fn lists_lacks(&self) -> Result<bool, Problem> {
        let is_drill = self.store().shop().is_none_or(|shop| shop.drill);
        if is_drill || self.may_change_roster().is_err() {
            return Ok(false);
        }
        Ok(self.store().setting_local(QUIET)?.is_none())
    }

    /// Lets the list of what is lacking come only when it is asked for.
    pub fn quiet_lacks(&mut self) -> Result<(), Problem> {
        Ok(self.store_mut().set_setting_local(QUIET, Some("1"))?)
    }
}
