//! Beginning: the workstation, the sample shop, a new shop, completions.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::thread;

use clap_complete::Shell;
use serde_json::json;

use super::args::{Generate, Init};
use super::out::{Out, local};
use super::progress::ProgressLine;
use super::session::Place;
use super::{CLEAN, help, secret};
use crate::chance::{Clock, SystemClock};
use crate::config::Config;
use crate::desk::first::FirstStart;
use crate::desk::people::Person;
use crate::desk::{Desk, begin, demo as sample};
use crate::domain::authority::Role;
use crate::domain::id::ReplicaId;
use crate::domain::recovery::Recovery;
use crate::i18n::{Language, Words};
use crate::problem::{Kind, Problem};
use crate::store::{Store, StoreError};
use crate::tui::app::Workstation;
use crate::tui::first::{First, Leaves, Start};
use crate::tui::guard::{self, prefer_small_pages};
use crate::tui::indexer::Indexer;
use crate::tui::jobs::Jobs;
use crate::tui::keymap::Keymap;
use crate::tui::live::Live;
use crate::tui::open;
use crate::tui::road::FolderRoad;
use crate::tui::run::Outbox;
use crate::tui::theme;
use crate::tui::workers::{Background, Workers};

/// The message of a store that another workstation writes to.
const HELD: &str = "desk-held-by";
/// What keeps a workstation from writing and not from reading.
const READABLE: [&str; 5] = [
    HELD,
    "problem-store-unwritable",
    "problem-store-full",
    "problem-store-file-full",
    "problem-store-halted",
];

/// The message of a machine that has no shop yet.
const BEGINS: &str = "problem-cli-store-missing";

/// The state of somebody who has not come yet.
const ABSENT: &str = "absent";

/// Opens the workstation on the store of this machine.
pub(super) fn workstation(place: &Place, out: &Out) -> Result<u8, Problem> {
    prepare(out);
    let crashes = place.folder.clone();
    match writing_desk(place) {
        Err(problem) if problem.message == BEGINS && at_a_terminal() => {
            first(place, first_start(place), out)
        }
        Ok(desk) if desk.store().shop().is_none() && at_a_terminal() => {
            drop(desk);
            let start = first_start(place);
            // Where nothing was asked for, what was imported so far can be read.
            match start.waiting()? {
                Some(_) => first(place, start, out),
                None => run(place.reading_desk()?, place, crashes, Vec::new(), out),
            }
        }
        Ok(desk) => run(desk, place, crashes, Vec::new(), out),
        // Where nobody may write, or there is no room, one can still read.
        Err(problem) if READABLE.contains(&problem.message) => {
            run(place.reading_desk()?, place, crashes, vec![problem], out)
        }
        Err(problem) => Err(problem),
    }
}

/// Reads beside the store what a workstation needs besides.
fn prepare(out: &Out) {
    prefer_small_pages();
    let language = out.words.language();
    // Where no thread can start it is read when it is first asked for.
    let _ = thread::Builder::new().spawn(move || {
        Words::prepare(language);
        Keymap::prepare();
    });
}

fn at_a_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

fn first_start(place: &Place) -> FirstStart {
    let (clocks, dice) = (place.clone(), place.clone());
    FirstStart::new(
        place.folder.clone(),
        Box::new(move || clocks.new_clock()),
        Box::new(move || dice.random()),
    )
    .papers_in(Config::papers_dir())
}

/// Lets the person begin or join a shop, and goes on to the workstation on what came of it.
fn first(place: &Place, start: FirstStart, out: &Out) -> Result<u8, Problem> {
    let (config, language) = (place.config.clone(), out.words.language());
    let first = First::new(start, config, place.where_settings_go(), language)?;
    let mut own = None;
    // Not in the store's folder, which is not there yet.
    let crashes = std::env::temp_dir();
    open::open(&place.config, language, crashes, |outbox, size| {
        let own = &mut own;
        let make = move |leaves, language, config: &Config, size| {
            let mut place = place.clone();
            place.config = config.clone();
            let desk = if leaves == Leaves::Sample {
                let own = own.insert(OwnFolder::new(&place)?);
                sample_desk(&own.0)?
            } else {
                writing_desk(&place)?
            };
            let mut app = sit(desk, &place, language, Vec::new(), &outbox, size)?;
            if leaves == Leaves::Sample {
                app.guide_along();
            }
            Ok(app)
        };
        let size = (size.width, size.height);
        Ok(Start::new(first, size, Box::new(make)))
    })?;
    Ok(CLEAN)
}

/// Sits down to write, where this is the one workstation that may.
fn writing_desk(place: &Place) -> Result<Desk, Problem> {
    let mut desk = place.desk(true)?;
    let now = desk.now();
    match desk.store_mut().lock(now) {
        Ok(()) => {}
        Err(StoreError::Locked(holder)) => {
            return Err(Problem::new(Kind::Busy, HELD)
                .arg("host", &holder.host)
                .arg("pid", holder.pid)
                .arg("since", local(holder.since, desk.zone())));
        }
        Err(fault) => return Err(fault.into()),
    }
    // Whoever opens the desk on a new day has come; who is away stays away until they say so.
    if let Some(person) = someone(&desk)
        && (desk.signed_in().is_none() || desk.presence_of(person.id)? == ABSENT)
    {
        desk.sign_in(&person)?;
    }
    Ok(desk)
}

/// Who sits at the desk at its start: who is signed in, the only person of this device where no
/// PIN asks, in a drill shop its first agent. Nobody where the screen must ask who it is.
fn someone(desk: &Desk) -> Option<Person> {
    if desk.is_locked() {
        return None;
    }
    if let Some(me) = desk.signed_in() {
        return Some(me.clone());
    }
    let here = desk.people_here();
    let is_drill = desk.store().shop().is_some_and(|shop| shop.drill);
    let agent = here
        .iter()
        .find(|person| person.role == Role::Agent)
        .filter(|_| is_drill);
    match (&here[..], agent) {
        ([only], _) => Some(only),
        (_, agent) => agent,
    }
    .filter(|person| !desk.has_pin(person))
    .cloned()
}

/// Opens the workstation on the sample shop: in the folder named, else in one of its own that
/// goes when the workstation closes.
pub(super) fn demo(place: &Place, is_named: bool, out: &Out) -> Result<u8, Problem> {
    let own = if is_named {
        None
    } else {
        Some(OwnFolder::new(place)?)
    };
    let folder = own.as_ref().map_or(&place.folder, |own| &own.0);
    prepare(out);
    let desk = sample_desk(folder)?;
    run(desk, place, std::env::temp_dir(), Vec::new(), out)
}

/// Lays a drill shop of any size for benchmarks.
pub(super) fn generate(place: &Place, args: &Generate, out: &Out) -> Result<u8, Problem> {
    let size = sample::Size {
        conversations: args.conversations,
        messages: args.messages,
        seed: args.random,
    };
    let mut line = ProgressLine::new(out);
    let mut progress = |one: sample::Progress| {
        let id = match one.step {
            sample::Step::Write => "cli-generate-writing",
            sample::Step::Index => "cli-generate-indexing",
        };
        let (done, total) = (one.done as i64, one.total as i64);
        line.show(id, &[("done", done.into()), ("total", total.into())]);
        true
    };
    let wall = SystemClock::start()?.now();
    sample::generate(&place.folder, size, wall, &mut progress)?;
    drop(line);
    if out.json {
        let folder = place.folder.display().to_string();
        out.object(&json!({
            "folder": folder, "conversations": size.conversations, "messages": size.messages, "random": size.seed,
        }))?;
    }
    out.say(
        "cli-generated",
        &[
            ("conversations", (size.conversations as i64).into()),
            ("messages", (size.messages as i64).into()),
        ],
    )?;
    Ok(CLEAN)
}

fn sample_desk(folder: &Path) -> Result<Desk, Problem> {
    let mut desk = sample::open(folder, SystemClock::start()?.now())?;
    let now = desk.now();
    desk.store_mut().lock(now)?;
    Ok(desk)
}

/// Runs the workstation until it is closed; `crashes` is where a crash would be written down,
/// `problems` are told before the first key.
fn run(
    desk: Desk,
    place: &Place,
    crashes: PathBuf,
    problems: Vec<Problem>,
    out: &Out,
) -> Result<u8, Problem> {
    let language = out.words.language();
    open::open(&place.config, language, crashes, |outbox, size| {
        let size = (size.width, size.height);
        sit(desk, place, language, problems, &outbox, size)
    })?;
    Ok(CLEAN)
}

/// Sets a workstation up, with workers that begin once its first screen stands.
fn sit(
    desk: Desk,
    place: &Place,
    language: Language,
    mut problems: Vec<Problem>,
    outbox: &Outbox<Background>,
    size: (u16, u16),
) -> Result<Workstation, Problem> {
    let (keymap, of_keys) = Keymap::of(&place.config);
    let config = place.config.clone();
    let theme = theme::chosen(config.screen.theme, |name| std::env::var(name).ok());
    let mut app = Workstation::new(desk, config, Words::new(language), keymap, size)?;
    app.draw_as(theme);
    app.say_at_once(guard::say_at_once);
    let (beside, outlet) = (place.clone(), outbox.clone());
    app.work_once_shown(Box::new(move |store| workers(store, &beside, &outlet)));
    problems.extend(of_keys);
    app.greet(&problems);
    app.tell_lacks();
    app.tell_unread();
    Ok(app)
}

/// Starts the threads of a workstation. Where one cannot start the desk works without it, and
/// says so.
fn workers(store: &Store, place: &Place, outbox: &Outbox<Background>) -> Workers {
    let mut workers = Workers::default();
    let told = |problem| _ = outbox.post(Background::Trouble(problem));
    if !store.is_read_only() {
        match Indexer::start(store.folder(), outbox.clone()) {
            Ok(indexer) => workers.indexer = Some(indexer),
            Err(problem) => told(problem),
        }
        let (clocks, outlet) = (place.clone(), outbox.clone());
        workers.roads = Some(Box::new(move |store, folder| {
            FolderRoad::start(store, folder, clocks.clock(store)?, outlet.clone())
        }));
        workers.jobs = Some(jobs(store, place, outbox));
        if let Some(folder) = place.config.shared_folder() {
            match workers.open_road(store, folder) {
                Ok(road) => workers.road = road,
                Err(problem) => told(problem),
            }
        }
    }
    match Live::start(store.folder(), outbox.clone()) {
        Ok(live) => workers.live = Some(live),
        Err(problem) => told(problem),
    }
    workers
}

/// Returns what starts long work, each at a desk of its own over the same store.
fn jobs(store: &Store, place: &Place, outbox: &Outbox<Background>) -> Jobs {
    let (folder, place) = (store.folder().to_owned(), place.clone());
    let make = move || {
        let store = Store::open(&folder)?;
        let clock = place.clock(&store)?;
        Desk::open(store, clock, place.random()?)
    };
    Jobs::new(make, outbox.clone())
}

/// A folder of the sample's own, removed when it is no longer used.
struct OwnFolder(PathBuf);

impl OwnFolder {
    fn new(place: &Place) -> Result<Self, Problem> {
        let number = place.random()?.u64();
        Ok(Self(
            std::env::temp_dir().join(format!("zhiban-demo-{number:016x}")),
        ))
    }
}

impl Drop for OwnFolder {
    fn drop(&mut self) {
        // The system clears its folder for passing things where this fails.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Begins a shop.
pub(super) fn init(place: &Place, args: &Init, out: &Out) -> Result<u8, Problem> {
    if Store::exists(&place.folder) {
        return Err(Problem::new(Kind::Refused, "problem-cli-store-there")
            .arg("folder", place.folder.display())
            .hint("problem-cli-store-there-hint"));
    }
    if place.sets_clock() && !args.drill {
        return Err(Problem::new(Kind::Refused, "problem-cli-now").hint("problem-cli-now-hint"));
    }
    let (clock, random) = (place.new_clock()?, place.random()?);
    let (folder, shop) = (&place.folder, args.shop.trim());
    if args.recover {
        let code = secret::typed("cli-ask-recovery", out)?;
        let recovery = Recovery::read(&code).map_err(|fault| {
            Problem::new(Kind::NotUnderstood, "problem-recovery-code")
                .hint("problem-recovery-code-hint")
                .caused_by(fault)
        })?;
        let pin = secret::new_pin(out)?;
        let mut desk = begin::recover(folder, shop, &recovery, clock, random)?;
        keep_pin(&mut desk, recovery.key().replica(), pin.as_deref(), out)?;
        return begun(place, &desk, args, None, out);
    }
    let name = args.name.as_deref().unwrap_or_default().trim();
    if args.drill {
        let desk = begin::init_drill(folder, shop, name, clock, random)?;
        return begun(place, &desk, args, None, out);
    }
    let pin = secret::new_pin(out)?;
    let (mut desk, recovery) = begin::init(folder, shop, name, clock, random)?;
    keep_pin(&mut desk, recovery.key().replica(), pin.as_deref(), out)?;
    begun(place, &desk, args, Some(recovery.code()), out)
}

/// Gives a new replica its PIN, or says that it has none.
fn keep_pin(
    desk: &mut Desk,
    replica: ReplicaId,
    pin: Option<&str>,
    out: &Out,
) -> Result<(), Problem> {
    match pin {
        Some(pin) => desk.first_pin(replica, pin),
        None if out.json => Ok(()),
        None => out.say("cli-pin-none", &[]),
    }
}

/// Says what was begun; a recovery code is shown this once.
fn begun(
    place: &Place,
    desk: &Desk,
    args: &Init,
    recovery: Option<String>,
    out: &Out,
) -> Result<u8, Problem> {
    let folder = place.folder.display().to_string();
    if out.json {
        let shop = desk.store().shop_id().map(|id| id.to_string());
        let me = desk.signed_in();
        let replica = desk.store().own_replicas().first().map(ToString::to_string);
        return out
            .object(
                &json!({"shop": shop, "folder": folder, "person": me.map(|me| me.id.to_string()),
                "replica": replica, "drill": args.drill, "recovery": recovery}),
            )
            .map(|()| CLEAN);
    }
    if args.recover {
        out.say("cli-recovered", &[("folder", folder.into())])?;
        return Ok(CLEAN);
    }
    out.say(
        "cli-init-done",
        &[("shop", (&args.shop).into()), ("folder", folder.into())],
    )?;
    if let Some(code) = recovery {
        // Also with --quiet: it is never shown again.
        out.line(
            &out.words
                .with("cli-recovery-code", &[("code", code.into())]),
        )?;
    }
    Ok(CLEAN)
}

/// Prints a completion script.
pub(super) fn completions(shell: Shell, out: &Out) -> Result<u8, Problem> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut help::command(&out.words), "zhiban", &mut script);
    out.raw(&script)?;
    Ok(CLEAN)
}
