//! How bundles are written that go by a road without a person asking each time: the shared
//! folder and the text block. The one place that decides it.

use super::export::Export;
use crate::problem::{Kind, Problem};
use crate::store::Store;

/// How a bundle for a road is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// Unencrypted, for the reason given.
    Plain(&'static str),
}

impl Writing {
    /// Returns how bundles of this store's shop go by the roads.
    ///
    /// Fails for a real shop: its buyers' words must not lie open in a folder or a chat.
    pub fn of(store: &Store) -> Result<Self, Problem> {
        if store.shop().is_some_and(|shop| shop.drill) {
            return Ok(Self::Plain("drill"));
        }
        Err(Problem::new(Kind::Refused, "problem-road-real").hint("problem-road-real-hint"))
    }

    /// Returns the export as it is to be written.
    pub(super) fn write(self, export: Export<'_>) -> Export<'_> {
        let Self::Plain(reason) = self;
        Export {
            plain: Some(reason),
            ..export
        }
    }
}
