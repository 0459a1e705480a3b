//! The first start on a machine: a shop is begun, or a device asks to join one and waits for the
//! answer in the folder where it left its request.

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::sign_in::pin_of;
use super::{admit, begin};
use crate::chance::{Clock, Random};
use crate::domain::id::ReplicaId;
use crate::exchange::intake::file::read_file;
use crate::exchange::join::Request;
use crate::problem::{Kind, Problem};
use crate::store::{Store, private_file};

/// How the names of requests begin.
const REQUEST: &str = "zhiban-join-";
/// How they end.
const REQUEST_END: &str = ".json";
/// How the names of answers begin.
const ANSWER: &str = "zhiban-answer-";
/// How they end.
const ANSWER_END: &str = ".zbundle";
/// The local setting that says in which folder the request was left.
const ASKED_IN: &str = "asked_in";
/// How many digits of a replica's id are in the names.
const DIGITS: usize = 8;
/// The most requests of a folder that are looked at.
const MOST: usize = 200;

/// A clock, made when it is needed.
pub type MakeClock = Box<dyn Fn() -> Result<Box<dyn Clock>, Problem>>;
/// Dice, made when they are needed.
pub type MakeRandom = Box<dyn Fn() -> Result<Box<dyn Random>, Problem>>;

/// What a machine without a shop can begin.
pub struct FirstStart {
    folder: PathBuf,
    papers: PathBuf,
    clock: MakeClock,
    random: MakeRandom,
}

impl fmt::Debug for FirstStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirstStart")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

/// A request that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Who asks.
    pub name: String,
    /// Six groups of four digits, which the supervisor's screen must show too.
    pub digits: String,
    /// The request's file.
    pub request: PathBuf,
    /// Where the answer is looked for.
    pub answer: PathBuf,
}

impl FirstStart {
    /// Returns what can be begun in a folder for a store.
    pub fn new(folder: PathBuf, clock: MakeClock, random: MakeRandom) -> Self {
        Self {
            papers: folder.parent().unwrap_or(Path::new("")).to_owned(),
            folder,
            clock,
            random,
        }
    }

    /// Names the folder in which pages to print are left.
    #[must_use]
    pub fn papers_in(mut self, folder: Option<PathBuf>) -> Self {
        if let Some(folder) = folder {
            self.papers = folder;
        }
        self
    }

    /// Leaves a page to print and returns where it lies; one that is there already is not
    /// written over.
    pub fn leave_paper(&self, name: &str, text: &str) -> Result<PathBuf, Problem> {
        let file = self.papers.join(name);
        if file.exists() {
            return Err(Problem::unwritable(&file));
        }
        let mut paper = private_file(&file)?;
        let written = paper.write_all(text.as_bytes());
        written.map_err(|fault| Problem::unwritable(&file).caused_by(fault))?;
        Ok(file)
    }

    /// Returns the folder for the store.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Begins a shop with its first person and returns the recovery code, which is kept nowhere.
    ///
    /// Fails, with nothing begun, where the PIN is not one, and where there is a store already.
    pub fn found(&self, shop: &str, name: &str, pin: Option<&str>) -> Result<String, Problem> {
        pin.map(pin_of).transpose()?;
        let (clock, random) = ((self.clock)()?, (self.random)()?);
        let (mut desk, recovery) = begin::init(&self.folder, shop, name, clock, random)?;
        if let Some(pin) = pin {
            desk.first_pin(recovery.key().replica(), pin)?;
        }
        Ok(recovery.code())
    }

    /// Leaves a request to join in a folder that the supervisor reaches too.
    ///
    /// Fails, with nothing begun, where the folder is none or cannot be written, or the PIN is
    /// not one.
    pub fn ask(&self, name: &str, pin: Option<&str>, shared: &Path) -> Result<Asked, Problem> {
        pin.map(pin_of).transpose()?;
        demand_folder(shared)?;
        let mut random = (self.random)()?;
        let request = admit::request(&self.folder, name, pin, random.as_mut())?;
        let asked = asked(&request, shared);
        fs::write(&asked.request, request.write()?)
            .map_err(|fault| Problem::unwritable(&asked.request).caused_by(fault))?;
        let shared = shared.display().to_string();
        Store::open(&self.folder)?.set_setting_local(ASKED_IN, Some(&shared))?;
        Ok(asked)
    }

    /// Returns the request of this device that waits for its answer, where it lies where it was
    /// left.
    pub fn waiting(&self) -> Result<Option<Asked>, Problem> {
        if !Store::exists(&self.folder) {
            return Ok(None);
        }
        let store = Store::open_read_only(&self.folder)?;
        let Some(shared) = store.setting_local(ASKED_IN)?.map(PathBuf::from) else {
            return Ok(None);
        };
        let mut own = requests(&shared)
            .into_iter()
            .filter(|(_, request)| store.key_of(request.replica()).is_some());
        Ok(own.next_back().map(|(_, request)| asked(&request, &shared)))
    }

    /// Takes the answer in and returns the shop's name; none where it is not there yet.
    ///
    /// Fails as [`admit::complete`] does.
    pub fn join(&self, asked: &Asked) -> Result<Option<String>, Problem> {
        if !asked.answer.is_file() {
            return Ok(None);
        }
        let store = Store::open(&self.folder)?;
        let (clock, random) = ((self.clock)()?, (self.random)()?);
        let (mut desk, ..) = admit::complete(store, &asked.answer, clock, random)?;
        desk.store_mut().set_setting_local(ASKED_IN, None)?;
        let shop = desk.store().shop().map(|shop| shop.name.clone());
        Ok(Some(shop.unwrap_or_default()))
    }
}

/// Refuses a shared folder that is none.
pub fn demand_folder(shared: &Path) -> Result<(), Problem> {
    if shared.is_dir() {
        return Ok(());
    }
    Err(Problem::new(Kind::NotFound, "problem-first-folder")
        .arg("folder", shared.display())
        .hint("problem-first-folder-hint"))
}

fn asked(request: &Request, shared: &Path) -> Asked {
    let replica = request.replica();
    Asked {
        name: request.name.clone(),
        digits: request.digits(),
        request: shared.join(named(REQUEST, replica, REQUEST_END)),
        answer: answer_in(shared, replica),
    }
}

fn named(begin: &str, replica: ReplicaId, end: &str) -> String {
    let replica = replica.to_string();
    format!("{begin}{}{end}", &replica[..DIGITS.min(replica.len())])
}

/// Returns where in a folder the answer to a replica's request is looked for.
pub fn answer_in(folder: &Path, replica: ReplicaId) -> PathBuf {
    folder.join(named(ANSWER, replica, ANSWER_END))
}

/// Returns the requests to join that lie in a folder, by name; what cannot be read there is no
/// request.
pub fn requests(folder: &Path) -> Vec<(PathBuf, Request)> {
    let Ok(files) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let is_request = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(REQUEST) && name.ends_with(REQUEST_END))
    };
    let mut paths: Vec<PathBuf> = files
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(is_request)
        .take(MOST)
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let request = Request::read(&read_file(&path).ok()?).ok()?;
        Some((path, request))
    };
    paths.into_iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::{FixedClock, SeededRandom};
    use crate::desk::Desk;
    use crate::desk::admit::Granted;
    use crate::desk::import::ImportOptions;
    use crate::desk::start::Need;
    use crate::domain::authority::Role;
    use crate::domain::register::Post;

    const NOW: i64 = 1_795_333_560_000;

    fn first(folder: &Path, seed: &'static str) -> FirstStart {
        FirstStart::new(
            folder.to_owned(),
            Box::new(|| Ok(Box::new(FixedClock(NOW)))),
            Box::new(move || Ok(Box::new(SeededRandom::new(seed)))),
        )
    }

    #[test]
    fn a_shop_begins_and_a_device_joins_it_through_a_folder() {
        let place = tempfile::tempdir().unwrap();
        let shared = place.path().join("shared");
        std::fs::create_dir(&shared).unwrap();
        let owner = first(&place.path().join("owner"), "owner");
        let code = owner.found("青禾", "王主管", Some("1234")).unwrap();
        assert!(crate::domain::recovery::Recovery::read(&code).is_ok());
        let agent = first(&place.path().join("agent"), "agent");
        assert_eq!(agent.waiting().unwrap(), None);
        let asked = agent.ask("小周", None, &shared).unwrap();
        assert_eq!(agent.join(&asked).unwrap(), None);
        // Also after the program was closed and opened again.
        assert_eq!(agent.waiting().unwrap().as_ref(), Some(&asked));

        let store = Store::open(owner.folder()).unwrap();
        let (clock, random) = (FixedClock(NOW), SeededRandom::new("desk"));
        let mut desk = Desk::open(store, Box::new(clock), Box::new(random)).unwrap();
        let found = requests(&shared);
        let (_, request) = &found[0];
        assert_eq!((found.len(), request.digits()), (1, asked.digits.clone()));
        let granted = Granted {
            role: Role::Agent,
            posts: &[Post::PreSales],
            limit: None,
        };
        desk.admit(request, &granted).unwrap();
        desk.answer(request, &answer_in(&shared, request.replica()))
            .unwrap();
        assert_eq!(agent.join(&asked).unwrap().as_deref(), Some("青禾"));
        assert_eq!(agent.waiting().unwrap(), None);

        // The owner is told what is lacking until they want no more of it; the agent is not.
        let lacking = [
            Need::Terminal,
            Need::Shop,
            Need::Replies,
            Need::Orders,
            Need::OldTable,
            Need::Limits,
            Need::Sheet,
        ];
        desk.refresh().unwrap();
        assert!(desk.lists_lacks().unwrap());
        assert_eq!(desk.lacks(true).unwrap(), lacking);
        assert_eq!(desk.lacks(false).unwrap().len(), 8);
        // What a shop can do without is settled by a word.
        desk.settle_need(Need::OldTable).unwrap();
        desk.settle_need(Need::Folder).unwrap();
        desk.settle_need(Need::Folder).unwrap();
        assert_eq!(desk.lacks(false).unwrap().len(), 6);
        let orders = include_bytes!("../../assets/sample/orders.csv");
        desk.import("orders.csv", orders, &ImportOptions::default())
            .unwrap();
        assert!(!desk.lacks(true).unwrap().contains(&Need::Orders));
        desk.quiet_lacks().unwrap();
        assert!(!desk.lists_lacks().unwrap());
        let store = Store::open(agent.folder()).unwrap();
        let (clock, random) = (FixedClock(NOW), SeededRandom::new("agent's desk"));
        let theirs = Desk::open(store, Box::new(clock), Box::new(random)).unwrap();
        assert!(!theirs.lists_lacks().unwrap());
    }

    #[test]
    fn what_is_refused_begins_nothing() {
        let place = tempfile::tempdir().unwrap();
        let start = first(&place.path().join("data"), "x");
        assert!(start.found("店", "王", Some("12")).is_err());
        assert!(start.ask("王", Some("12"), place.path()).is_err());
        let missing = place.path().join("nowhere");
        assert_eq!(
            start.ask("王", None, &missing).unwrap_err().message,
            "problem-first-folder"
        );
        assert!(!Store::exists(start.folder()));
    }
}
