//! Where a command works: folder, settings, clock, and who acts.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::Global;
use super::out::Out;
use super::progress::ProgressLine;
use super::secret;
use crate::chance::{Clock, FixedClock, Random, SystemClock, SystemRandom};
use crate::config::Config;
use crate::desk::people::Person;
use crate::desk::values::{Edge, Reading, time};
use crate::desk::{Desk, demo};
use crate::domain::id::Id;
use crate::i18n::{Language, Words};
use crate::problem::{Kind, Problem};
use crate::store::{Store, StoreError, Watch, private_file};

/// The zone in which `--now` is read before a shop has said where it is.
const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

/// Where a command works.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The store's folder.
    pub folder: PathBuf,
    /// The settings of this machine.
    pub config: Config,
    settings: Option<PathBuf>,
    person: Option<String>,
    now: Option<i64>,
    language: Language,
    is_quiet: bool,
}

impl Place {
    /// Returns the place that a line's global options name.
    pub fn of(global: &Global, language: Language) -> Result<Self, Problem> {
        let config = Config::load(global.config.as_deref())?;
        let folder = match &global.data {
            Some(folder) => folder.clone(),
            None => config.data_dir()?,
        };
        let wall = SystemClock::start()?.now();
        let now = match global.now.as_deref().filter(|now| !now.trim().is_empty()) {
            Some(now) => Some(time(
                now,
                Reading {
                    now: wall,
                    zone: ZONE,
                },
                Edge::Start,
            )?),
            None => None,
        };
        let settings = global.config.clone().or_else(Config::usual_file);
        Ok(Self {
            folder,
            config,
            settings: settings.filter(|file| file.is_file()),
            person: global.person.clone(),
            now,
            language,
            is_quiet: global.quiet,
        })
    }

    /// Opens the store, or says that there is none, or that it is not the one that was closed.
    pub fn store(&self) -> Result<Store, Problem> {
        self.found()?;
        let mut store = self.open_watched(&self.watch()?)?;
        self.fold(&mut store)?;
        Ok(store)
    }

    /// Opens the store that is watched from here, and says where a first opening by this release
    /// takes its time.
    fn open_watched(&self, watch: &Watch) -> Result<Store, StoreError> {
        self.telling(|renewing| Store::open_watched_telling(&self.folder, watch, renewing))
    }

    /// Opens the store for reading alone; says the same.
    pub fn open_read_only(&self) -> Result<Store, StoreError> {
        self.telling(|renewing| Store::open_read_only_telling(&self.folder, renewing))
    }

    fn telling<T>(&self, open: impl FnOnce(&mut dyn FnMut()) -> T) -> T {
        let out = self.plain_out();
        let mut line = ProgressLine::new(&out);
        open(&mut || line.show("renewing", &[]))
    }

    /// Folds what waits for it in a store that was just opened: lists would not show it.
    fn fold(&self, store: &mut Store) -> Result<(), StoreError> {
        let out = self.plain_out();
        let mut line = ProgressLine::new(&out);
        let mut of = 0;
        store.fold_rest(&mut |left| {
            of = of.max(left);
            let done = of - left;
            line.show(
                "renewing-folding",
                &[("done", done.into()), ("total", of.into())],
            );
            true
        })?;
        Ok(())
    }

    fn plain_out(&self) -> Out {
        Out {
            words: Words::new(self.language),
            json: false,
            quiet: self.is_quiet,
        }
    }

    /// Opens the store as [`Self::store`] does, for reading alone where nobody may write.
    fn readable_store(&self) -> Result<Store, Problem> {
        self.found()?;
        match self.open_watched(&self.watch()?) {
            Err(fault) if can_be_read(&fault) => Ok(self.open_read_only()?),
            opened => {
                let mut store = opened?;
                match self.fold(&mut store) {
                    // What is folded can be read all the same.
                    Err(fault) if fault.is_unwritable() || fault.is_busy() => Ok(store),
                    folded => Ok(folded.map(|()| store)?),
                }
            }
        }
    }

    /// Opens the store for checks and copies, which a store in doubt is open to as well.
    pub fn store_to_look(&self) -> Result<Store, Problem> {
        self.found()?;
        match self.open_watched(&self.watch()?) {
            Err(fault) if can_be_read(&fault) || matches!(fault, StoreError::Doubtful(_)) => {
                Ok(self.open_read_only()?)
            }
            opened => Ok(opened?),
        }
    }

    /// Returns from where the store is watched.
    pub fn watch(&self) -> Result<Watch, Problem> {
        let mut fresh = [0; 16];
        self.random()?.fill(&mut fresh);
        Ok(Watch::here(Config::state_dir(), Id(fresh)))
    }

    /// Returns the settings file that was read, where there is one.
    pub fn settings_file(&self) -> Option<&Path> {
        self.settings.as_deref()
    }

    /// Returns where settings of this machine are kept: in the file that the line names, else at
    /// the usual place.
    pub fn where_settings_go(&self) -> Option<PathBuf> {
        self.settings.clone().or_else(Config::usual_file)
    }

    fn found(&self) -> Result<(), Problem> {
        if !Store::exists(&self.folder) {
            return Err(Problem::new(Kind::NotFound, "problem-cli-store-missing")
                .arg("folder", self.folder.display())
                .hint("problem-cli-store-missing-hint"));
        }
        Ok(())
    }

    /// Sits down at the desk; `writes` where the command appends, for which a set clock is
    /// allowed in drill stores only.
    pub fn desk(&self, writes: bool) -> Result<Desk, Problem> {
        let store = if writes {
            self.store()?
        } else {
            self.readable_store()?
        };
        let is_drill = store.shop().is_some_and(|shop| shop.drill);
        if writes && self.now.is_some() && !is_drill {
            return Err(Problem::new(Kind::Refused, "problem-cli-now").hint("problem-cli-now-hint"));
        }
        let clock = self.clock(&store)?;
        let mut desk = Desk::open(store, clock, self.random()?)?;
        self.seat(&mut desk, is_drill)?;
        Ok(desk)
    }

    /// Sits down to read what was there at a time, where one is given, else now.
    pub fn desk_at(&self, time: Option<&str>, out: &Out) -> Result<Desk, Problem> {
        let desk = self.desk(false)?;
        let Some(time) = time else {
            return Ok(desk);
        };
        let time = desk.gone_by(time)?;
        let mut line = ProgressLine::new(out);
        let past = desk.past(time, self.random()?, &mut |step| {
            if step.of == 0 {
                line.show("past-copying", &[]);
            } else {
                let args = [("done", step.done.into()), ("total", step.of.into())];
                line.show("past-folding", &args);
            }
            true
        })?;
        // Only who is asked could say that nobody waits.
        Ok(past.unwrap_or(desk))
    }

    /// Sits down to read beside a workstation that writes.
    pub fn reading_desk(&self) -> Result<Desk, Problem> {
        let store = self.open_read_only()?;
        let clock = self.clock(&store)?;
        let is_drill = store.shop().is_some_and(|shop| shop.drill);
        let mut desk = Desk::open(store, clock, self.random()?)?;
        self.seat(&mut desk, is_drill)?;
        Ok(desk)
    }

    /// Sits down without anybody, for signing in.
    pub fn empty_desk(&self) -> Result<Desk, Problem> {
        let store = self.store()?;
        let clock = self.clock(&store)?;
        Desk::open(store, clock, self.random()?)
    }

    /// Returns the clock: the one asked for, the sample shop's, else the machine's.
    pub fn clock(&self, store: &Store) -> Result<Box<dyn Clock>, Problem> {
        if let Some(now) = self.now {
            return Ok(Box::new(FixedClock(now)));
        }
        let wall = SystemClock::start()?;
        Ok(match demo::clock(store, wall.now())? {
            Some(clock) => Box::new(clock),
            None => Box::new(wall),
        })
    }

    /// Returns the clock of a store that is yet to be laid.
    pub fn new_clock(&self) -> Result<Box<dyn Clock>, Problem> {
        Ok(match self.now {
            Some(now) => Box::new(FixedClock(now)),
            None => Box::new(SystemClock::start()?),
        })
    }

    /// Returns the dice.
    pub fn random(&self) -> Result<Box<dyn Random>, Problem> {
        Ok(Box::new(SystemRandom::start()?))
    }

    /// Returns whom the line names to act.
    pub fn person(&self) -> Option<&str> {
        self.person.as_deref()
    }

    /// Returns whether the line sets the clock.
    pub fn sets_clock(&self) -> bool {
        self.now.is_some()
    }

    /// Returns the PIN that a person types, where one is set.
    pub fn pin_of(&self, desk: &Desk, person: &Person) -> Result<Option<String>, Problem> {
        let out = self.plain_out();
        desk.has_pin(person).then(|| secret::pin(&out)).transpose()
    }

    fn seat(&self, desk: &mut Desk, is_drill: bool) -> Result<(), Problem> {
        // A set clock only reads in a real shop, and ends nobody's day.
        if !is_drill && self.now.is_none() && desk.signed_in().is_some() && desk.is_day_over()? {
            desk.stand_up();
        }
        let person = match &self.person {
            Some(name) => {
                let person = of_this_device(desk, name)?;
                let is_seated = desk.signed_in().is_some_and(|me| me.id == person.id);
                if !is_drill && (!is_seated || desk.is_locked()) {
                    // A set clock would let the wait after wrong PINs be over at once.
                    if self.now.is_some() && desk.has_pin(&person) {
                        return Err(Problem::new(Kind::Refused, "problem-pin-now")
                            .hint("problem-pin-now-hint"));
                    }
                    let pin = self.pin_of(desk, &person)?;
                    desk.prove(&person, pin.as_deref())?;
                }
                Some(person)
            }
            None if is_drill && desk.signed_in().is_none() => first_here(desk),
            None => None,
        };
        if let Some(person) = person {
            desk.act_as(&person);
        }
        Ok(())
    }
}

/// Returns a person by name whose key is on this device.
pub(super) fn of_this_device(desk: &Desk, name: &str) -> Result<Person, Problem> {
    let person = desk.people().by_name(name).ok_or_else(|| {
        Problem::new(Kind::NotFound, "problem-person")
            .arg("name", name)
            .hint("problem-person-hint")
    })?;
    if desk.store().own_replicas().contains(&person.replica) {
        return Ok(person.clone());
    }
    Err(Problem::new(Kind::Refused, "problem-other-device")
        .arg("person", name)
        .hint("problem-other-device-hint"))
}

/// Returns whether a store that could not be opened to write can be read: nobody may write there,
/// or a workstation of another release does.
fn can_be_read(fault: &StoreError) -> bool {
    fault.is_unwritable() || matches!(fault, StoreError::LockedByOther(_))
}

/// The only person of this device, where there is one.
fn first_here(desk: &Desk) -> Option<Person> {
    let own = desk.store().own_replicas();
    let mut here = desk
        .people()
        .all()
        .iter()
        .filter(|person| own.contains(&person.replica));
    here.next().filter(|_| here.next().is_none()).cloned()
}

/// Writes a file, a new one for its owner alone, or says why it cannot be written.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let unwritable = || Problem::unwritable(path);
    let mut file = private_file(path).map_err(|fault| unwritable().caused_by(fault))?;
    file.write_all(bytes)
        .map_err(|fault| unwritable().caused_by(fault))
}
