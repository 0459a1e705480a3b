//! How bundles are written that go by a road without a person asking each time: the shared
//! folder and the text block. The one place that decides it.

use super::export::Export;
use crate::exchange::envelope::{Receivers, roster_receivers};
use crate::problem::Problem;
use crate::store::Store;

/// How a bundle for a road is written.
#[derive(Debug, Clone)]
pub enum Writing {
    /// Unencrypted, for the reason given.
    Plain(&'static str),
    /// Encrypted to everybody whom the roster gives a key.
    Sealed(Receivers),
}

impl Writing {
    /// Returns how bundles of this store's shop go by the roads: a drill shop's open, a real
    /// one's to its members only, since its buyers' words must not lie open in a folder or a chat.
    ///
    /// Fails for a real shop whose roster names nobody with a key.
    pub fn of(store: &Store) -> Result<Self, Problem> {
        if store.shop().is_some_and(|shop| shop.drill) {
            return Ok(Self::Plain("drill"));
        }
        let keys: Vec<String> = roster_receivers(store)?
            .into_iter()
            .map(|one| one.recipient)
            .collect();
        Receivers::of_keys(&keys)
            .map(Self::Sealed)
            .map_err(|fault| fault.problem())
    }

    /// Returns the export as it is to be written.
    pub(super) fn write<'a>(&'a self, export: Export<'a>) -> Export<'a> {
        match self {
            Self::Plain(reason) => Export {
                plain: Some(reason),
                ..export
            },
            Self::Sealed(receivers) => Export {
                receivers: Some(receivers),
                ..export
            },
        }
    }
}
