//! After an erase: nothing that this store keeps of bundles may hold what it took.

use super::{outside, text};
use crate::problem::Problem;
use crate::store::Store;

/// Takes what was erased from all that is kept outside of the log, and scrubs the store's files
/// where that is due: at the end of each import, and after an erase here. Returns whether
/// nothing is due any more; while another process works with the store, something stays due and
/// the next import or pass over the shared folder does it.
pub fn scrub(store: &mut Store) -> Result<bool, Problem> {
    if let Some(shop) = store.shop_id()
        && outside::purge(store, shop)?
    {
        store.scrub_is_due()?;
    }
    if store.is_scrub_due()? {
        // Nobody can look into the parts of a text block whose others are missing.
        text::forget_parts(store)?;
    }
    Ok(store.scrub_if_due()?)
}
