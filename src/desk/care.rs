//! Care of the store from its desk: a look at everything, and a copy that was looked at.

use std::path::{Path, PathBuf};

use super::Desk;
use super::road::sender;
use crate::problem::Problem;
use crate::store::{Checking, Given, Holds, Store, Verified};

/// How the name of a copy begins and ends, with the day between.
const NAME: (&str, &str) = ("zhiban-", ".db");
/// The most copies of one day that are named one after the other.
const COPIES: usize = 99;

/// A copy that was written.
#[derive(Debug)]
pub struct Copied {
    /// Where it lies.
    pub file: PathBuf,
    /// What looking at it found; none where that was stopped.
    pub verified: Option<Verified>,
    /// Why it is not on the list of what was given away, where it is not.
    pub unlisted: Option<Problem>,
}

impl Desk {
    /// Looks at everything that is here, telling how far it is; none where it was stopped.
    pub fn verify_store(
        &self,
        going_on: &mut dyn FnMut(Checking) -> bool,
    ) -> Result<Option<Verified>, Problem> {
        Ok(self.store().verify_by(going_on)?)
    }

    /// Returns where a copy of today lies unless told otherwise: beside the folder of the store,
    /// under a name that is free.
    pub fn backup_file(&self) -> Result<PathBuf, Problem> {
        let day = self.business_day(self.now())?;
        let folder = self.store().folder();
        let beside = folder
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let place = beside.unwrap_or(folder);
        let (begins, ends) = NAME;
        let first = place.join(format!("{begins}{day}{ends}"));
        let further = (2..=COPIES).map(|at| place.join(format!("{begins}{day}-{at}{ends}")));
        let mut names = std::iter::once(first.clone()).chain(further);
        Ok(names.find(|name| !name.exists()).unwrap_or(first))
    }

    /// Copies the store into a new file while others may write, and looks at the copy; what is
    /// stopped then leaves the copy as it is, not looked at. None where it was stopped before.
    pub fn back_up(
        &self,
        file: &Path,
        going_on: &mut dyn FnMut(Checking) -> bool,
    ) -> Result<Option<Copied>, Problem> {
        if !going_on(Checking { done: 0, of: 0 }) {
            return Ok(None);
        }
        let unlisted = copy(self.store(), self.now(), file)?;
        let verified = Store::verify_copy_by(file, going_on)?;
        Ok(Some(Copied {
            file: file.to_owned(),
            verified,
            unlisted,
        }))
    }
}

/// Copies a store into a new file and puts the copy on the list of what was given away: an erase
/// does not reach it. Returns why it is not on the list, where it is not.
pub fn copy(store: &Store, now: i64, file: &Path) -> Result<Option<Problem>, Problem> {
    store.backup(file)?;
    let note = || -> Result<(), Problem> {
        store.note_given(&Given {
            at: now,
            replica: sender(store)?.unwrap_or_default(),
            kind: "backup".to_owned(),
            file: file.display().to_string(),
            receivers: Vec::new(),
            reason: None,
            holds: Holds::Everything,
        })?;
        Ok(())
    };
    Ok(note().err())
}

#[cfg(test)]
mod tests {
    use crate::desk::shop_tests::Shop;
    use crate::store::{Checking, Store};

    #[test]
    fn a_copy_is_named_by_the_day_looked_at_and_listed() {
        let Shop {
            folder: _folder,
            desk,
        } = Shop::sample("林晓");
        let file = desk.backup_file().unwrap();
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let day = desk.business_day(desk.now()).unwrap();
        assert_eq!(name, format!("zhiban-{day}.db"));
        let mut told = Vec::new();
        let mut going_on = |at: Checking| {
            told.push((at.done, at.of));
            true
        };
        let copied = desk.back_up(&file, &mut going_on).unwrap().unwrap();
        let verified = copied.verified.unwrap();
        assert!(verified.clean && copied.unlisted.is_none());
        assert_eq!(verified.state, desk.store().verify().unwrap().state);
        assert!(told.len() > 2 && told.is_sorted(), "{told:?}");
        assert!(told.iter().all(|(done, of)| done <= of), "{told:?}");
        let listed = desk.store().given().unwrap();
        assert!(listed.iter().any(|one| one.kind == "backup"), "{listed:?}");
        assert_ne!(desk.backup_file().unwrap(), file, "the next is named anew");
        let over = desk.back_up(&file, &mut |_| true);
        assert!(over.is_err(), "none is written over");
    }

    #[test]
    fn a_look_is_stopped_and_a_copy_that_was_not_looked_at_says_so() {
        let Shop {
            folder: _folder,
            desk,
        } = Shop::sample("林晓");
        let mut asked = 0;
        let mut few = |_| {
            asked += 1;
            asked < 4
        };
        assert!(desk.verify_store(&mut few).unwrap().is_none());
        assert_eq!(asked, 4, "nothing more is looked at");
        let file = desk.backup_file().unwrap();
        assert!(desk.back_up(&file, &mut |_| false).unwrap().is_none());
        assert!(!file.exists());
        let mut first = true;
        let mut once = |_| std::mem::take(&mut first);
        let copied = desk.back_up(&file, &mut once).unwrap().unwrap();
        assert!(copied.verified.is_none());
        assert!(Store::verify_copy(&file).unwrap().clean, "it is whole");
    }
}
