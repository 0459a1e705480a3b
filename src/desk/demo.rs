//! The sample shop: a day of 21 people, played by ordinary acts and imports of the desk
//! before the moment at which the visitor sits down. What is played is `assets/sample`.

mod generate;
mod player;
mod script;

pub use generate::{Progress, Size, Step, generate};

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{NaiveDateTime, TimeZone};
use serde_json::json;

use super::Desk;
use super::act::{fields, refused};
use super::begin::{Admitted, new_key, roster_fields};
use super::people::Person;
use crate::chance::{Clock, RunningClock, SeededRandom, SystemRandom};
use crate::domain::authority::Role;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::payload::Fields;
use crate::domain::register::Post;
use crate::domain::registers::person;
use crate::problem::Problem;
use crate::store::{Shop, Store};

use script::{Colleague, Crew};

/// When the visitor sits down: 2026-11-22T15:46+08:00 in milliseconds UTC.
pub const START: i64 = 1_795_333_560_000;
/// The local setting that holds the wall clock of the first start.
const FIRST_START: &str = "demo_first_start";

const PEOPLE: &str = include_str!("../../assets/sample/people.toml");

/// A clock that is set to each act's time.
#[derive(Debug, Clone, Default)]
struct SetClock(Arc<AtomicI64>);

impl Clock for SetClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Opens the sample shop in a folder, laying it there where it is not yet; `wall` is the
/// machine's clock in milliseconds UTC. The shop's clock began at [`START`] when it was first
/// opened, and has run since.
///
/// Refused where the folder holds another shop's store.
pub fn open(folder: &Path, wall: i64) -> Result<Desk, Problem> {
    let crew: Crew = read(PEOPLE)?;
    if !Store::exists(folder) {
        lay_aside(folder, |aside| play(aside, &crew, wall))?;
    }
    let mut store = Store::open(folder)?;
    if !is_sample(&store) {
        let folder = folder.display();
        return Err(refused("problem-demo-folder")
            .arg("folder", folder)
            .hint("problem-demo-folder-hint"));
    }
    store.fold_rest(&mut |_| true)?;
    let clock = clock(&store, wall)?.unwrap_or_else(|| RunningClock::starting_at(START));
    Desk::open(store, Box::new(clock), Box::new(SystemRandom::start()?))
}

/// Returns whether a store is the sample shop's.
pub fn is_sample(store: &Store) -> bool {
    let crew: Result<Crew, Problem> = read(PEOPLE);
    let shop = store.shop().filter(|shop| shop.drill);
    matches!((shop, crew), (Some(shop), Ok(crew)) if shop.name == crew.shop)
}

/// Returns the clock of a sample shop's store, none where it is another shop's; `wall` is the
/// machine's clock in milliseconds UTC.
pub fn clock(store: &Store, wall: i64) -> Result<Option<RunningClock>, Problem> {
    let first: Option<i64> = store
        .setting_local(FIRST_START)?
        .and_then(|at| at.parse().ok());
    Ok(first.map(|first| RunningClock::starting_at(START.saturating_add((wall - first).max(0)))))
}

/// Lays a shop aside and renames it: a shop that was begun and not finished is none.
fn lay_aside(folder: &Path, lay: impl FnOnce(&Path) -> Result<(), Problem>) -> Result<(), Problem> {
    let unwritable = |fault: std::io::Error| Problem::unwritable(folder).caused_by(fault);
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let aside = folder.with_file_name(name);
    if aside.exists() {
        std::fs::remove_dir_all(&aside).map_err(unwritable)?;
    }
    let laid = lay(&aside);
    if laid.is_err() {
        // What is half laid is nobody's; the first problem is the one to tell.
        let _ = std::fs::remove_dir_all(&aside);
    }
    laid?;
    if folder.is_dir() {
        // Only an empty folder gives way.
        std::fs::remove_dir(folder).map_err(unwritable)?;
    }
    std::fs::rename(&aside, folder).map_err(unwritable)
}

fn play(folder: &Path, crew: &Crew, wall: i64) -> Result<(), Problem> {
    let clock = SetClock::default();
    let mut desk = engaged(folder, crew, &crew.shop, &clock)?;
    player::play(&mut desk, &clock, crew)?;
    clock.0.store(START, Ordering::Relaxed);
    let me = member(&desk, &crew.visitor)?;
    desk.act_as(&me);
    desk.remember(Some(me.replica))?;
    desk.store_mut()
        .set_setting_local(FIRST_START, Some(&wall.to_string()))?;
    while desk.store_mut().index_some()? {}
    desk.store_mut().fold_rest(&mut |_| true)?;
    Ok(desk.store_mut().laid()?)
}

/// Begins a drill shop of this name with everybody in its roster; commits wait for the disk
/// again when it is laid.
fn engaged(folder: &Path, crew: &Crew, shop: &str, clock: &SetClock) -> Result<Desk, Problem> {
    let mut random = SeededRandom::new(shop);
    let mut store = Store::create(folder, Shop::drill(shop))?;
    store.lay_quickly()?;
    let keys: Vec<_> = crew.person.iter().map(|_| new_key(&mut random)).collect();
    let publics: Vec<[u8; 32]> = keys
        .iter()
        .map(crate::domain::seal::ReplicaKey::public)
        .collect();
    for key in keys {
        store.add_replica(key)?;
    }
    let mut desk = Desk::open(store, Box::new(clock.clone()), Box::new(random))?;
    let begun = local(&crew.begun, &desk)?;
    clock.0.store(begun, Ordering::Relaxed);
    engage(&mut desk, clock, (crew, shop), &publics)?;
    Ok(desk)
}

/// Writes the roster: everybody has a replica of their own on this device.
fn engage(
    desk: &mut Desk,
    clock: &SetClock,
    (crew, shop): (&Crew, &str),
    keys: &[[u8; 32]],
) -> Result<(), Problem> {
    let first = crew
        .person
        .first()
        .zip(keys.first())
        .ok_or_else(|| Problem::defect("people"))?;
    let replica = crate::domain::id::ReplicaId::of_key(first.1);
    desk.act_as(&Person {
        id: desk.secret()?.derive("person", "", &first.0.name),
        name: first.0.name.clone(),
        role: Role::Supervisor,
        posts: Post::ALL.to_vec(),
        replica,
        serving: vec![replica],
        has_left: false,
    });
    desk.introduce(shop, &first.0.name)?;
    let mut ids: Vec<(String, Id)> = Vec::new();
    for (one, key) in crew.person.iter().zip(keys) {
        // Each is judged by the roster before it, and of one moment the order would be chance.
        clock.0.fetch_add(1, Ordering::Relaxed);
        let id = desk.new_id();
        let mut act = desk.act();
        act.open(
            &person::REGISTER,
            id,
            colleague(one, *key, &ids, desk.now())?,
        );
        desk.write(act)?;
        ids.push((one.name.clone(), id));
    }
    desk.refresh()
}

fn colleague(
    one: &Colleague,
    key: [u8; 32],
    known: &[(String, Id)],
    now: i64,
) -> Result<Fields, Problem> {
    let role = Role::of(&one.role).ok_or_else(|| Problem::defect(&one.role))?;
    let posts: Vec<Post> = one
        .posts
        .iter()
        .map(|post| Post::of(post).ok_or_else(|| Problem::defect(post)))
        .collect::<Result<_, _>>()?;
    let mut values = roster_fields(&Admitted {
        name: &one.name,
        role,
        posts: &posts,
        letters: &one.letters,
        key,
        recipient: None,
        at: now,
    });
    let leader = known
        .iter()
        .find(|(name, _)| Some(name) == one.leader.as_ref())
        .map(|(_, id)| id.to_string());
    let limit = one.limit_case.map(|limit| Money::cny(limit * 100));
    values.extend(fields([
        (person::LEADER.name(), json!(leader)),
        (person::LIMIT_CASE.name(), json!(limit)),
        (
            person::NICK.name(),
            json!(one.full_name.as_ref().map(|_| &one.name)),
        ),
    ]));
    Ok(values)
}

/// Returns a person of the shop by name.
fn member(desk: &Desk, name: &str) -> Result<Person, Problem> {
    desk.people()
        .by_name(name)
        .cloned()
        .ok_or_else(|| Problem::defect(name))
}

/// Reads `2026-11-22 14:10` in the shop's zone, milliseconds UTC.
fn local(text: &str, desk: &Desk) -> Result<i64, Problem> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M")
        .ok()
        .and_then(|at| desk.zone().from_local_datetime(&at).earliest())
        .map(|at| at.timestamp_millis())
        .ok_or_else(|| Problem::defect(text))
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Problem> {
    toml::from_str(text).map_err(|fault| Problem::defect("assets/sample").caused_by(fault))
}

#[cfg(test)]
mod tests;
