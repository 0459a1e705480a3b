//! What a person at this desk can do. Each function takes the session (who, where, when) from
//! the [`Desk`], checks what that person may do, appends one act, and returns what changed or
//! a [`Problem`].

pub mod act;
pub mod admit;
pub mod allowance;
pub mod approval;
pub mod assign;
pub mod attach;
pub mod begin;
pub mod board;
pub mod bulk;
pub mod by_hand;
pub mod capture;
pub mod card;
pub mod care;
pub mod case;
pub mod conversation;
pub mod demo;
pub mod erase;
pub mod escalate;
pub mod export;
pub mod figures;
pub mod first;
pub mod freshness;
pub mod handover;
pub mod import;
pub mod item;
pub mod lease;
pub mod link;
pub mod long;
mod main_account;
pub mod marks;
pub mod matters;
mod named;
pub mod next_shift;
pub mod nicks;
pub mod note;
pub mod notices;
pub mod opened;
pub mod order;
pub mod own_limit;
pub mod pace;
pub mod past;
pub mod paste;
pub mod people;
pub mod practice;
pub mod printing;
pub mod promise;
pub mod query;
pub mod reading;
pub mod reception;
pub mod replies;
pub mod returning;
pub mod reveal;
pub mod road;
pub mod route;
pub mod saved;
pub mod settings;
pub mod settle;
pub mod shift;
#[cfg(test)]
pub(crate) mod shop_tests;
pub mod sign_in;
pub mod start;
pub mod talk;
pub mod todo;
pub mod undo;
pub mod values;
pub mod views;
pub mod why;
pub mod wording;
pub mod yank;

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::chance::{Clock, Random};
use crate::domain::deadline::calendar::HOME_ZONE;
use crate::domain::id::{Id, ReplicaId, ShopSecret};
use crate::problem::{Kind, Problem};
use crate::store::Store;

use people::{People, Person};

/// The local setting that holds the signed-in replica.
const SIGNED_IN: &str = "signed_in";

/// A desk: a store, a person, a clock and dice.
pub struct Desk {
    store: Store,
    clock: Box<dyn Clock>,
    random: Box<dyn Random>,
    people: People,
    me: Option<Person>,
    zone: Tz,
    is_cut_off: bool,
    is_locked: bool,
    /// Long acts that were written beside the person, with the seq at which each ends.
    beside: BTreeMap<(ReplicaId, u64), u64>,
    /// Why what follows from an act was not worked out, until it is told.
    short: Option<Problem>,
}

impl Desk {
    /// Sits down at a store; who was signed in here still is.
    pub fn open(
        store: Store,
        clock: Box<dyn Clock>,
        random: Box<dyn Random>,
    ) -> Result<Self, Problem> {
        let mut desk = Self {
            store,
            clock,
            random,
            people: People::default(),
            me: None,
            zone: HOME_ZONE,
            is_cut_off: false,
            is_locked: false,
            beside: BTreeMap::new(),
            short: None,
        };
        let moment = desk.store.moment()?;
        desk.people = People::read(&desk.store)?;
        desk.zone = desk.said_zone()?;
        if let Some(replica) = desk
            .store
            .setting_local(SIGNED_IN)?
            .and_then(|id| id.parse().ok())
        {
            desk.me = desk.people.of_replica(replica).cloned();
        }
        desk.is_locked = desk.store.setting_local(sign_in::LOCKED)?.is_some();
        drop(moment);
        Ok(desk)
    }

    /// Returns the store, for reading.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Returns the store, for exchange and maintenance.
    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// Returns the time, milliseconds UTC.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Returns a count of microseconds, by whose differences is told how long something took.
    pub fn ticks(&self) -> i64 {
        self.clock.ticks()
    }

    /// Returns the shop's zone.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Returns who is at the desk.
    pub fn signed_in(&self) -> Option<&Person> {
        self.me.as_ref()
    }

    /// Returns everybody of the shop.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// Returns who acts, or says that nobody is signed in, or that the desk is locked.
    pub fn me(&self) -> Result<&Person, Problem> {
        if self.is_locked {
            return Err(Problem::new(Kind::Refused, "problem-locked").hint("problem-locked-hint"));
        }
        self.me.as_ref().ok_or_else(|| {
            Problem::new(Kind::Refused, "problem-nobody").hint("problem-nobody-hint")
        })
    }

    /// Makes a person of this device who proved who it is the one who acts, without a word in
    /// the log: for the command line's `--as` and the start of the workstation.
    pub fn act_as(&mut self, person: &Person) {
        self.me = Some(person.clone());
        self.is_locked = false;
    }

    /// Reads people and the shop's zone anew, after events of others arrived.
    pub fn refresh(&mut self) -> Result<(), Problem> {
        self.people = People::read(&self.store)?;
        self.zone = self.said_zone()?;
        if let Some(me) = &self.me {
            self.me = self
                .people
                .of_replica(me.replica)
                .cloned()
                .or_else(|| Some(me.clone()));
        }
        Ok(())
    }

    /// The zone that the shop said, or where shops are that said none.
    fn said_zone(&self) -> Result<Tz, Problem> {
        let said = self.setting("zone")?;
        Ok(said.and_then(|name| name.parse().ok()).unwrap_or(HOME_ZONE))
    }

    /// Returns a new record's id.
    pub fn new_id(&mut self) -> Id {
        let mut dice = [0; 10];
        self.random.fill(&mut dice);
        Id::at(self.clock.now(), dice)
    }

    /// Returns the shop's secret, or says that this store has no shop yet.
    pub fn secret(&self) -> Result<ShopSecret, Problem> {
        self.store.shop().map(|shop| shop.secret).ok_or_else(|| {
            Problem::new(Kind::ReadOnly, "problem-no-shop").hint("problem-no-shop-hint")
        })
    }

    /// Keeps who is signed in, and since when, for the next start; no lock outlives it.
    fn remember(&mut self, replica: Option<ReplicaId>) -> Result<(), Problem> {
        let word = replica.map(|id| id.to_string());
        let since = replica.map(|_| self.now().to_string());
        self.is_locked = false;
        self.store.set_setting_local(sign_in::LOCKED, None)?;
        self.store
            .set_setting_local(sign_in::SINCE, since.as_deref())?;
        Ok(self.store.set_setting_local(SIGNED_IN, word.as_deref())?)
    }
}
