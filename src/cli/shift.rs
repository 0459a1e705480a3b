//! The person's shift: signing in, and handing over.

use super::CLEAN;
use super::args::{Handover, SignIn};
use super::out::Out;
use super::session::{Place, of_this_device};
use crate::desk::Desk;
use crate::problem::{Kind, Problem};

/// Signs a person of this device in.
pub(super) fn sign_in(place: &Place, args: &SignIn, out: &Out) -> Result<u8, Problem> {
    let mut desk = place.empty_desk()?;
    if place.sets_clock() && !desk.store().shop().is_some_and(|shop| shop.drill) {
        return Err(Problem::new(Kind::Refused, "problem-cli-now").hint("problem-cli-now-hint"));
    }
    let person = match args.name.as_deref().or(place.person()) {
        Some(name) => of_this_device(&desk, name)?,
        None => match desk.signed_in() {
            Some(me) => me.clone(),
            None => only(&desk)?,
        },
    };
    desk.sign_in(&person)?;
    out.say("cli-signed-in", &[("name", (&person.name).into())])?;
    Ok(CLEAN)
}

/// The only person of this device, or the question who.
fn only(desk: &Desk) -> Result<crate::desk::people::Person, Problem> {
    let own = desk.store().own_replicas();
    let here: Vec<_> = desk.people().all().iter().filter(|person| own.contains(&person.replica)).collect();
    match here[..] {
        [person] => Ok(person.clone()),
        _ => Err(Problem::new(Kind::NotUnderstood, "problem-cli-who")
            .arg("names", here.iter().map(|person| person.name.as_str()).collect::<Vec<_>>().join(", "))
            .hint("problem-cli-who-hint")),
    }
}
