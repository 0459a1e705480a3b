//! The store as a source of what goes into a bundle, with what a receiver may see of it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};

use super::Fault;
use crate::domain::body::Absence;
use crate::domain::event::{Event, Seal};
use crate::exchange::bundle::attach;
use crate::exchange::bundle::format::ATTACHMENT_MAX;
use crate::exchange::bundle::pack::{PackFault, Source};
use crate::exchange::reach::Eyes;
use crate::store::{Store, StoreError};

/// Which events, by stream and seq, went out without their body, and which with it.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    pub withheld: BTreeSet<(i64, u64)>,
    pub whole: BTreeSet<(i64, u64)>,
}

/// The store as a source of events, as a receiver gets to see them.
pub(super) struct FromStore<'a> {
    pub store: &'a Store,
    pub eyes: Option<&'a Eyes>,
    pub bodies: RefCell<Bodies>,
}

impl FromStore<'_> {
    /// Returns an event with what of its body is within the receiver's reach.
    fn seen(&self, stream: i64, event: Event) -> Result<Event, StoreError> {
        let Some(eyes) = self.eyes else {
            return Ok(event);
        };
        let (place, had) = ((stream, event.head.seq), event.body.absence());
        let event = eyes.on(self.store, event.head.record)?.of(event);
        let mut bodies = self.bodies.borrow_mut();
        if event.body.absence() == Some(Absence::Withheld) {
            // What is not here either is nothing that this store could bring later.
            if had != Some(Absence::Withheld) {
                bodies.withheld.insert(place);
            }
        } else {
            bodies.whole.insert(place);
        }
        Ok(event)
    }
}

impl Source for FromStore<'_> {
    type Fault = Fault;

    fn events(&self, stream: i64, from_seq: u64, to_seq: u64) -> Result<Vec<Event>, Fault> {
        let events = self.store.stream_events(stream, from_seq, to_seq)?;
        let seen = events.into_iter().map(|event| self.seen(stream, event));
        Ok(seen.collect::<Result<_, _>>()?)
    }

    fn seals(&self, stream: i64, from_seq: u64, to_seq: u64) -> Result<Vec<Seal>, Fault> {
        Ok(self.store.seals(stream, from_seq, to_seq)?)
    }

    fn attachment(&self, hash: &[u8; 32]) -> Result<Option<u64>, Fault> {
        match fs::metadata(attach::path(self.store.folder(), hash)) {
            Ok(found) => {
                Ok((found.is_file() && found.len() <= ATTACHMENT_MAX).then_some(found.len()))
            }
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(PackFault::from(fault).into()),
        }
    }

    fn copy_attachment(&self, hash: &[u8; 32], out: &mut dyn Write) -> Result<(), Fault> {
        let mut file =
            File::open(attach::path(self.store.folder(), hash)).map_err(PackFault::from)?;
        io::copy(&mut file, out).map_err(PackFault::from)?;
        Ok(())
    }
}
