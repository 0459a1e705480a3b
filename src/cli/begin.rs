//! Beginning: the workstation, the sample shop, a new shop, completions.

use std::path::PathBuf;

use clap_complete::Shell;
use clap_complete::generate;
use serde_json::json;

use super::args::Init;
use super::out::Out;
use super::session::Place;
use super::{CLEAN, help};
use crate::desk::begin;
use crate::problem::{Kind, Problem};
use crate::store::Store;

/// A folder of the sample's own, removed when it is no longer used.
struct OwnFolder(PathBuf);

impl OwnFolder {
    fn new(place: &Place) -> Result<Self, Problem> {
        let number = place.random()?.u64();
        Ok(Self(std::env::temp_dir().join(format!("zhiban-demo-{number:016x}"))))
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
    let lay = if args.drill { begin::init_drill } else { begin::init };
    let desk = lay(&place.folder, args.shop.trim(), args.name.trim(), clock, random)?;
    if out.json {
        let shop = desk.store().shop_id().map(|id| id.to_string());
        let me = desk.me()?;
        let object = json!({"shop": shop, "folder": place.folder.display().to_string(), "person": me.id.to_string(),
            "replica": me.replica.to_string(), "drill": args.drill});
        out.object(&object)?;
    }
    let folder = place.folder.display().to_string();
    out.say("cli-init-done", &[("shop", (&args.shop).into()), ("folder", folder.into())])?;
    Ok(CLEAN)
}

/// Prints a completion script.
pub(super) fn completions(shell: Shell, out: &Out) -> Result<u8, Problem> {
    let mut script = Vec::new();
    generate(shell, &mut help::command(&out.words), "zhiban", &mut script);
    out.raw(&script)?;
    Ok(CLEAN)
}
