//! What cannot wait for the next turn of the shared folder.

use super::super::export::{Selection, own_news};
use crate::domain::event::Event;
use crate::domain::payload::Payload;
use crate::store::{Store, StoreError};

/// How many own events are looked at for an urgent one; more than these wait for nobody.
const LOOK: u64 = 500;

/// Returns whether something waits to be laid into the folder that cannot wait for the next
/// turn: a notice, a transfer, an approval, a handover, a note told to printing.
pub fn is_urgent(store: &Store) -> Result<bool, StoreError> {
    for (head, from) in own_news(store, Selection::ForFolder)? {
        if head.seq - from > LOOK {
            return Ok(true);
        }
        let events = store.stream_events(head.stream, from + 1, head.seq)?;
        if events.iter().any(cannot_wait) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn cannot_wait(event: &Event) -> bool {
    let register = event.head.register.as_str();
    if matches!(register, "notice" | "handover") {
        return true;
    }
    match Payload::read(event) {
        // A claim gives no reason, a transfer does.
        Some(Payload::Assign { reason, .. }) => reason.is_some(),
        Some(Payload::Sign { .. }) => true,
        Some(Payload::Move { to, .. }) => match register {
            "note" => matches!(to.as_str(), "told" | "revoked" | "acknowledged"),
            "case" => matches!(
                to.as_str(),
                "submitted" | "approved" | "refused" | "executed"
            ),
            _ => false,
        },
        _ => false,
    }
}
