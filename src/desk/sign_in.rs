//! Several people on one device: who may sit down here, the PIN of each, locking and unlocking.
//!
//! A PIN guards the screen, and acting in somebody's name through zhiban. It does not encrypt
//! the key file: whoever reads the files of this account of the operating system can write in
//! that person's name by other means.

use super::Desk;
use super::act::Done;
use super::people::Person;
use crate::domain::authority::Role;
use crate::domain::id::ReplicaId;
use crate::problem::{Kind, Problem};
use crate::store::{Pin, Tried};

/// The local setting that says since when the signed-in replica sits here.
pub(super) const SINCE: &str = "signed_in_at";
/// The local setting that says that the desk is locked.
pub(super) const LOCKED: &str = "locked";

/// Returns the PIN that a person typed.
///
/// Fails where it is not four to eight digits.
pub fn pin_of(typed: &str) -> Result<Pin, Problem> {
    Pin::read(typed).ok_or_else(|| {
        Problem::new(Kind::NotUnderstood, "problem-pin-shape").hint("problem-pin-shape-hint")
    })
}

impl Desk {
    /// Returns those whose keys are on this device, by name.
    pub fn people_here(&self) -> Vec<Person> {
        let own = self.store().own_replicas();
        let all = self.people().all().iter();
        all.filter(|person| own.contains(&person.replica))
            .cloned()
            .collect()
    }

    /// Returns who sat here last, also where the desk is locked or the day is over since.
    pub fn last_here(&self) -> Option<&Person> {
        let replica = self.store().setting_local(super::SIGNED_IN).ok().flatten();
        let replica = replica.and_then(|id| id.parse().ok())?;
        self.people().of_replica(replica)
    }

    /// Returns whether a person has a PIN on this device.
    pub fn has_pin(&self, person: &Person) -> bool {
        self.store().has_pin(person.replica)
    }

    /// Lets a PIN prove who it is; a person without one has nothing to prove.
    ///
    /// Fails where the PIN is missing or wrong, and before the wait after wrong ones is over.
    pub fn prove(&mut self, person: &Person, pin: Option<&str>) -> Result<(), Problem> {
        if !self.has_pin(person) {
            return Ok(());
        }
        let refused = |message| Problem::new(Kind::Refused, message).arg("person", &person.name);
        let pin = pin
            .ok_or_else(|| refused("problem-pin-needed").hint("problem-pin-needed-hint"))
            .and_then(pin_of)?;
        let now = self.now();
        let seconds = |millis: i64| (millis + 999) / 1_000;
        match self.store_mut().try_pin(person.replica, &pin, now)? {
            Tried::Right => Ok(()),
            Tried::Wrong(0) => Err(refused("problem-pin-wrong").hint("problem-pin-wrong-hint")),
            Tried::Wrong(wait) => Err(refused("problem-pin-wrong-wait")
                .arg("seconds", seconds(wait))
                .hint("problem-pin-wrong-hint")),
            Tried::TooEarly(wait) => Err(refused("problem-pin-wait")
                .arg("seconds", seconds(wait))
                .hint("problem-pin-wait-hint")),
        }
    }

    /// Signs a person of this device in who proves by PIN that it is them, and unlocks the desk.
    ///
    /// Fails as [`Self::prove`] does, and for whom there is no key here.
    pub fn sign_in_with(&mut self, person: &Person, pin: Option<&str>) -> Result<Done, Problem> {
        self.sits_here(person)?;
        self.prove(person, pin)?;
        if self.store().is_read_only() {
            // Who only reads leaves no word in the log.
            self.act_as(person);
            return Ok(Done::nothing(Vec::new()));
        }
        self.take_seat(person)
    }

    /// Signs a person of this device in: somebody who sits here already, or has no PIN.
    ///
    /// Fails for somebody with a PIN: see [`Self::sign_in_with`].
    pub fn sign_in(&mut self, person: &Person) -> Result<Done, Problem> {
        self.sits_here(person)?;
        let sits = self.me.as_ref().is_some_and(|me| me.id == person.id);
        if !sits || self.is_locked {
            self.prove(person, None)?;
        }
        self.take_seat(person)
    }

    /// Refuses whom there is no key for on this device.
    pub(super) fn sits_here(&self, person: &Person) -> Result<(), Problem> {
        if self.store().own_replicas().contains(&person.replica) {
            return Ok(());
        }
        Err(Problem::new(Kind::Refused, "problem-other-device")
            .arg("person", &person.name)
            .hint("problem-other-device-hint"))
    }

    /// Locks the desk: nothing is done in anybody's name before a PIN, also after a restart. Does
    /// nothing where nobody sits here, and in a drill where no PIN is set.
    pub fn lock(&mut self) -> Result<(), Problem> {
        if self.me.is_none() {
            return Ok(());
        }
        let is_drill = self.store().shop().is_some_and(|shop| shop.drill);
        if is_drill && !self.me.as_ref().is_some_and(|me| self.has_pin(me)) {
            // Nothing guards a drill: only its screen is covered.
            return Ok(());
        }
        self.is_locked = true;
        if self.store().is_read_only() {
            return Ok(());
        }
        Ok(self.store_mut().set_setting_local(LOCKED, Some("1"))?)
    }

    /// Unlocks the desk for who sits here; on a new business day they sign in with it.
    ///
    /// Fails as [`Self::prove`] does, and where nobody sits here.
    pub fn unlock(&mut self, pin: Option<&str>) -> Result<(), Problem> {
        let Some(me) = self.me.clone().or_else(|| self.last_here().cloned()) else {
            return self.me().map(|_| ());
        };
        self.prove(&me, pin)?;
        self.act_as(&me);
        let is_drill = self.store().shop().is_some_and(|shop| shop.drill);
        if !is_drill && !self.store().is_read_only() && self.is_day_over()? {
            return self.take_seat(&me).map(|_| ());
        }
        self.unlocked()
    }

    /// Returns whether the desk is locked.
    pub fn is_locked(&self) -> bool {
        self.is_locked
    }

    fn unlocked(&mut self) -> Result<(), Problem> {
        self.is_locked = false;
        if self.store().is_read_only() {
            return Ok(());
        }
        Ok(self.store_mut().set_setting_local(LOCKED, None)?)
    }

    /// Lets nobody sit here any more, without a word in the log.
    pub fn stand_up(&mut self) {
        self.me = None;
    }

    /// Returns whether the business day in which somebody sat down here is over, so that they
    /// sign in anew.
    pub fn is_day_over(&self) -> Result<bool, Problem> {
        let since = self.store().setting_local(SINCE)?;
        let Some(since) = since.and_then(|since| since.parse().ok()) else {
            return Ok(true);
        };
        // A reader's clock before that time says nothing about its end.
        Ok(self.business_day(self.now())? > self.business_day(since)?)
    }

    /// Gives a person of this device a PIN; who has one proves it first.
    ///
    /// Fails as [`Self::prove`] does, and where the new one is not four to eight digits.
    pub fn set_pin(
        &mut self,
        person: &Person,
        old: Option<&str>,
        new: &str,
    ) -> Result<(), Problem> {
        self.sits_here(person)?;
        let pin = pin_of(new)?;
        self.prove(person, old)?;
        let mut salt = [0; 16];
        self.random.fill(&mut salt);
        Ok(self.store_mut().set_pin(person.replica, &pin, salt)?)
    }

    /// Gives a replica whose keys were made just now its first PIN.
    ///
    /// Fails where it is not four to eight digits, and where there is one.
    pub fn first_pin(&mut self, replica: ReplicaId, pin: &str) -> Result<(), Problem> {
        let pin = pin_of(pin)?;
        if self.store().has_pin(replica) {
            return Err(
                Problem::new(Kind::Refused, "problem-pin-needed").hint("problem-pin-needed-hint")
            );
        }
        let mut salt = [0; 16];
        self.random.fill(&mut salt);
        Ok(self.store_mut().set_pin(replica, &pin, salt)?)
    }

    /// Returns the agents whose keys lie beside those of somebody who decides: a supervisor's
    /// key belongs on a device of their own (design section 6).
    pub fn agents_beside(&self, person: &Person) -> Vec<Person> {
        let decides = |one: &Person| matches!(one.role, Role::Supervisor | Role::Manager);
        let is_drill = self.store().shop().is_some_and(|shop| shop.drill);
        if is_drill || !decides(person) {
            return Vec::new();
        }
        let mut here = self.people_here();
        here.retain(|other| other.id != person.id && !decides(other));
        here
    }
}
