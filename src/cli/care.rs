//! Care of the store: copies that hold, coming back from one, and what a look at everything
//! finds.

use std::io::{self, IsTerminal};

use serde_json::json;

use super::args::{Backup, Doctor, Restore};
use super::out::Out;
use super::session::Place;
use super::{CLEAN, FINDINGS, erase, people};
use crate::desk::begin;
use crate::desk::care::copy;
use crate::desk::people::People;
use crate::domain::deadline::calendar;
use crate::domain::id::ReplicaId;
use crate::exchange::bundle::{self, Alarm, Contrast};
use crate::problem::Problem;
use crate::store::{Doubt, Health, Store, Verified};
use crate::text::width::Ambiguous;
use crate::tui::probe::{self, Verdict};

/// Copies the store while others may write, and verifies the copy.
pub(super) fn backup(place: &Place, args: &Backup, out: &Out) -> Result<u8, Problem> {
    let store = place.store_to_look()?;
    let unlisted = copy(&store, place.clock(&store)?.now(), &args.file)?;
    drop(store);
    let verified = Store::verify_copy(&args.file)?;
    let file = args.file.display().to_string();
    erase::tell_unlisted(unlisted, out);
    if out.json {
        out.object(&json!({"file": file, "clean": verified.clean, "events": verified.events, "state": verified.state}))?;
    }
    let said = if verified.clean {
        "cli-backup-done"
    } else {
        "cli-backup-unsound"
    };
    out.say(
        said,
        &[("file", file.into()), ("events", verified.events.into())],
    )?;
    Ok(code(verified.clean))
}

/// Lays a copy down as the store of a folder that has none; it goes on as a new replica.
pub(super) fn restore(place: &Place, args: &Restore, out: &Out) -> Result<u8, Problem> {
    let verified = begin::restore(
        &args.file,
        &place.folder,
        &place.watch()?,
        place.person(),
        place.new_clock()?,
        place.random()?,
    )?;
    let folder = place.folder.display().to_string();
    if out.json {
        out.object(&json!({"folder": folder, "clean": verified.clean, "events": verified.events}))?;
    }
    if !verified.clean {
        let count = verified.defects.len().into();
        out.say("cli-verify-defects", &[("count", count)])?;
    }
    out.say(
        "cli-restore-done",
        &[
            ("folder", folder.into()),
            ("events", verified.events.into()),
        ],
    )?;
    Ok(code(verified.clean))
}

/// Looks at everything, or answers what is asked of a store in doubt.
pub(super) fn doctor(place: &Place, args: &Doctor, out: &Out) -> Result<u8, Problem> {
    let mut request = None;
    if args.continue_as_new && begin::has_roster(&place.open_read_only()?)? {
        request = Some(people::ask_anew(place, args.output.as_deref(), out)?);
    } else if args.continue_as_new {
        let (clock, random) = (place.new_clock()?, place.random()?);
        begin::continue_as_new(
            &place.folder,
            &place.watch()?,
            place.person(),
            clock,
            random,
        )?;
        out.say("cli-doctor-as-new", &[])?;
    } else if args.continue_as_same {
        Store::open_as_same(&place.folder, &place.watch()?)?;
        out.say("cli-doctor-as-same", &[])?;
    }
    let doubt = Store::doubt(&place.folder, &place.watch()?)?;
    let store = place.open_read_only()?;
    let (health, verified) = (store.health()?, store.verify()?);
    let stops = stops(place, &store)?;
    let is_clean = verified.clean && health.is_sound && doubt.is_none() && stops.is_empty();
    if out.json {
        let mut object = report_json(place, &health, &verified, doubt, out);
        object["clean"] = is_clean.into();
        object["stops"] = stops.iter().map(Alarm::json).collect();
        if let (Some(request), Some(object), Some(file)) =
            (&request, object.as_object_mut(), &args.output)
        {
            object.insert("request".into(), people::request_json(request, file));
        }
        return out.object(&object).map(|()| code(is_clean));
    }
    report(place, &health, &verified, doubt, out)?;
    tell_stops(&store, &stops, out)?;
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        terminal(place, out)?;
    }
    Ok(code(is_clean))
}

/// Returns who has seen more of this machine's own streams than it holds, for which it writes
/// nothing more.
fn stops(place: &Place, store: &Store) -> Result<Vec<Alarm>, Problem> {
    let mut all = bundle::alarms(store, place.clock(store)?.now())?;
    all.retain(|alarm| {
        let put_back = Contrast::PutBack;
        matches!(alarm, Alarm::Heads { contrast, .. } if *contrast == put_back)
    });
    Ok(all)
}

/// Names who said so, by the name that colleagues know and by what `retire` takes.
fn tell_stops(store: &Store, stops: &[Alarm], out: &Out) -> Result<(), Problem> {
    let people = People::read(store)?;
    let who = |replica: ReplicaId| {
        let id = bundle::short(&replica.to_string());
        match people.of_replica(replica) {
            Some(person) => format!("{} ({id})", person.name),
            None => id,
        }
    };
    for alarm in stops {
        out.line(&alarm.said(&out.words, &who))?;
        out.line(&out.words.get(alarm.next()))?;
    }
    Ok(())
}

/// Says what this terminal does with widths and copies.
fn terminal(place: &Place, out: &Out) -> Result<(), Problem> {
    let ambiguous = place.config.screen.ambiguous;
    let Ok(measured) = probe::widths(ambiguous) else {
        return out.say("cli-doctor-terminal-silent", &[]);
    };
    for one in measured.iter().filter(|one| one.ours != one.theirs) {
        let counted = [
            ("text", one.text.into()),
            ("ours", u32::from(one.ours).into()),
            ("theirs", u32::from(one.theirs).into()),
        ];
        out.say("cli-doctor-width", &counted)?;
    }
    match probe::verdict(&measured) {
        Verdict::Right => out.say("cli-doctor-widths-right", &[])?,
        Verdict::Set(Ambiguous::Wide) => out.say("cli-doctor-widths-wide", &[])?,
        Verdict::Set(Ambiguous::Narrow) => out.say("cli-doctor-widths-narrow", &[])?,
        Verdict::Differs => out.say("cli-doctor-widths-differ", &[])?,
    }
    match probe::round_trip(&place.config, "zhiban \u{503c}\u{73ed}") {
        Some(true) => out.say("cli-doctor-clipboard-works", &[]),
        Some(false) => out.say("cli-doctor-clipboard-fails", &[]),
        None => out.say("cli-doctor-clipboard-terminal", &[]),
    }
}

fn code(is_clean: bool) -> u8 {
    if is_clean { CLEAN } else { FINDINGS }
}

fn report_json(
    place: &Place,
    health: &Health,
    verified: &Verified,
    doubt: Option<Doubt>,
    out: &Out,
) -> serde_json::Value {
    let settings = place.settings_file().map(|file| file.display().to_string());
    json!({
        "settings": settings,
        "folder": place.folder.display().to_string(),
        "file_system": health.file_system,
        "zhiban": env!("CARGO_PKG_VERSION"),
        "sqlite": health.sqlite,
        "integrity": health.is_sound,
        "verify": {"clean": verified.clean, "events": verified.events, "records": verified.records,
            "replicas": verified.replicas, "defects": verified.defects.len()},
        "anchors": doubt.map(|doubt| out.words.get(doubt.message()).to_string()),
        "index_behind": health.index_behind,
        "open_to_others": health.is_open_to_others,
        "days_known_to": calendar::announced_to(),
    })
}

fn report(
    place: &Place,
    health: &Health,
    verified: &Verified,
    doubt: Option<Doubt>,
    out: &Out,
) -> Result<(), Problem> {
    match place.settings_file() {
        Some(file) => out.say(
            "cli-doctor-settings",
            &[("file", file.display().to_string().into())],
        )?,
        None => out.say("cli-doctor-no-settings", &[])?,
    }
    let folder = place.folder.display().to_string();
    let system = health.file_system.as_deref().unwrap_or("?");
    out.say(
        "cli-doctor-store",
        &[("folder", folder.into()), ("system", system.into())],
    )?;
    let versions = [
        ("zhiban", env!("CARGO_PKG_VERSION").into()),
        ("sqlite", health.sqlite.into()),
    ];
    out.say("cli-doctor-versions", &versions)?;
    let sound = if health.is_sound {
        "cli-doctor-sound"
    } else {
        "problem-verify-database"
    };
    out.say(sound, &[])?;
    if verified.clean {
        let counts = [
            ("events", verified.events.into()),
            ("records", verified.records.into()),
            ("replicas", verified.replicas.into()),
        ];
        out.say("cli-verify-clean", &counts)?;
    } else {
        out.say(
            "cli-verify-defects",
            &[("count", verified.defects.len().into())],
        )?;
    }
    out.say(doubt.map_or("cli-doctor-anchored", Doubt::message), &[])?;
    if health.is_open_to_others {
        out.say("cli-doctor-open", &[])?;
    }
    out.say("cli-doctor-index", &[("count", health.index_behind.into())])?;
    match calendar::announced_to() {
        Some(year) => out.say("days-announced", &[("year", year.to_string().into())]),
        None => Ok(()),
    }
}
