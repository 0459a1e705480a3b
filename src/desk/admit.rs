//! How a replica joins a shop and leaves it: the request of a new device, the supervisor's
//! admission, the answer that completes it, and retirement at a cut.

use std::path::Path;

use serde_json::json;

use super::Desk;
use super::act::{Done, fields};
use super::begin::{Admitted, letters, new_key, roster_fields};
use super::people::{People, Person};
use super::sign_in::pin_of;
use crate::chance::{Clock, Random};
use crate::domain::authority::{Action, Role, may};
use crate::domain::event::genesis;
use crate::domain::id::{ReplicaId, ShopId};
use crate::domain::money::Money;
use crate::domain::payload::{Direction, Payload, Say};
use crate::domain::register::Post;
use crate::domain::registers::person;
use crate::domain::seal::ReplicaKey;
use crate::exchange::bundle::{self, Accounting, Export, Selection};
use crate::exchange::envelope::{Keys, Receivers, roster_receivers};
use crate::exchange::join::{Answer, Request};
use crate::problem::{Kind, Problem};
use crate::store::{OpeningKey, Shop, Store, StoreError, Watch};

/// The fewest digits of a replica's id that name it.
const SHORTEST: usize = 8;

/// What a supervisor grants with an admission.
#[derive(Debug, Clone)]
pub struct Granted<'a> {
    /// What the person may do.
    pub role: Role,
    /// Whose work the person takes.
    pub posts: &'a [Post],
    /// The most that the person may approve in one case; a leader without it approves no money.
    pub limit: Option<Money>,
}

/// Makes the keys of a new replica in a folder, where a store without a shop is laid if there is
/// none, and returns the request with which they ask to be admitted.
///
/// Fails in a drill shop, which admits nobody, and where the name is empty or too long.
pub fn request(
    folder: &Path,
    name: &str,
    pin: Option<&str>,
    random: &mut dyn Random,
) -> Result<Request, Problem> {
    let store = if Store::exists(folder) {
        Store::open(folder)?
    } else {
        Store::create_bare(folder)?
    };
    if store.shop().is_some_and(|shop| shop.drill) {
        return Err(
            Problem::new(Kind::Refused, "problem-join-drill").hint("problem-join-drill-hint")
        );
    }
    ask(store, name, pin, random)
}

/// Makes the keys of a replica that asks to be admitted, guarded by a PIN where one is given.
fn ask(
    mut store: Store,
    name: &str,
    pin: Option<&str>,
    random: &mut dyn Random,
) -> Result<Request, Problem> {
    let pin = pin.map(pin_of).transpose()?;
    let key = new_key(random);
    let (mut secret, mut salt) = ([0; 32], [0; 16]);
    random.fill(&mut secret);
    let opening = OpeningKey::from_secret(&secret)?;
    let request = Request::new(&key, &opening.recipient(), name, store.shop_id());
    // What nobody could read is not handed out.
    let request = Request::read(&request.write()?)?;
    let replica = store.keep_keys(key, &opening)?;
    if let Some(pin) = pin {
        random.fill(&mut salt);
        store.set_pin(replica, &pin, salt)?;
    }
    Ok(request)
}

/// Returns the name of who sat at a copied or restored store of a shop with a roster, `name`
/// where it is given.
///
/// Fails where nobody is known, and where nobody else could admit them: a founder comes back by
/// the recovery code.
pub fn may_ask_anew(folder: &Path, name: Option<&str>) -> Result<String, Problem> {
    let store = Store::open_read_only(folder)?;
    let people = People::read(&store)?;
    let sat = store
        .setting_local(super::SIGNED_IN)?
        .and_then(|replica| replica.parse().ok());
    let sat = match name {
        Some(name) => people.by_name(name),
        None => sat.and_then(|replica| people.of_replica(replica)),
    };
    let sat =
        sat.ok_or_else(|| Problem::new(Kind::Refused, "problem-nobody").hint("problem-anew-hint"))?;
    let others = roster_receivers(&store)?.into_iter().any(|one| {
        let role = people.by_id(one.person).map(|person| person.role);
        one.person != sat.id && role.is_some_and(|role| may(role, Action::ChangeRoster).allows())
    });
    if others {
        Ok(sat.name.clone())
    } else {
        Err(Problem::new(Kind::Refused, "problem-anew-alone")
            .arg("name", &sat.name)
            .hint("problem-anew-alone-hint"))
    }
}

/// Lets a copied or restored store of a shop with a roster go on: the keys that it had are put
/// by, and who sat there asks with new ones to be admitted, as a new device does. Until the
/// answer is there the store is read, and written by nobody.
///
/// Fails as [`may_ask_anew`] does.
pub fn request_anew(
    folder: &Path,
    watch: &Watch,
    name: Option<&str>,
    pin: Option<&str>,
    random: &mut dyn Random,
) -> Result<Request, Problem> {
    let name = may_ask_anew(folder, name)?;
    let mut store = Store::open_as_new(folder, watch)?;
    store.set_setting_local(super::SIGNED_IN, None)?;
    ask(store, &name, pin, random)
}

/// Completes a replica's joining: takes the answer's roster in, proves that it names this
/// replica and who admitted it, and only then keeps the shop's secret. Returns the replica too;
/// its person sits here now where nobody else does and no PIN asks.
///
/// Fails where the file is no answer to a request of this device, or of another shop.
pub fn complete(
    mut store: Store,
    path: &Path,
    clock: Box<dyn Clock>,
    random: Box<dyn Random>,
) -> Result<(Desk, Accounting, ReplicaId), Problem> {
    let keys = Keys::of(&store)?;
    let answer = bundle::answer(path, &keys)?.ok_or_else(|| not_an_answer(path))?;
    let key = store
        .key_of(answer.replica)
        .ok_or_else(|| not_an_answer(path))?;
    if store.shop_id().is_some_and(|shop| shop != answer.shop) {
        return Err(StoreError::OtherShop.into());
    }
    let accounting = bundle::import_with(&mut store, path, &keys, clock.now(), &mut |_| true)?;
    let known = People::read(&store)?;
    let admits = known
        .of_replica(answer.by)
        .is_some_and(|person| may(person.role, Action::ChangeRoster).allows());
    if !admits || known.of_replica(answer.replica).is_none() {
        return Err(not_an_answer(path));
    }
    store.adopt(Shop {
        id: answer.shop,
        secret: answer.secret,
        name: answer.name,
        drill: false,
    })?;
    store.add_replica(key)?;
    let mut desk = Desk::open(store, clock, random)?;
    if desk.signed_in().is_none() && !desk.store().has_pin(answer.replica) {
        desk.seat(answer.replica)?;
    }
    Ok((desk, accounting, answer.replica))
}

fn not_an_answer(path: &Path) -> Problem {
    Problem::new(Kind::Refused, "problem-answer-not")
        .arg("file", path.display())
        .hint("problem-answer-not-hint")
}

impl Desk {
    /// Refuses a request that may not be answered here, and returns whom the roster already
    /// names for its replica, and whom for its name.
    pub fn asks(&self, request: &Request) -> Result<(Option<Person>, Option<Person>), Problem> {
        self.may_change_roster()?;
        let shop = request.shop.map(|shop| ShopId(shop.0));
        if shop.is_some() && shop != self.store().shop_id() {
            return Err(Problem::new(Kind::Refused, "problem-request-other-shop")
                .hint("problem-request-other-shop-hint"));
        }
        let known = self.people().of_replica(request.replica()).cloned();
        let all = self.people().all();
        let named = all.iter().find(|person| person.name == request.name);
        Ok((known, named.cloned()))
    }

    /// Adds the replica of a request to the roster: to the person of that name where there is
    /// one, else with a new person. A replica that is there already stays as it is.
    pub fn admit(&mut self, request: &Request, granted: &Granted<'_>) -> Result<(), Problem> {
        let (known, named) = self.asks(request)?;
        if known.is_some() {
            return Ok(());
        }
        let letters = letters(&request.name);
        let admitted = Admitted {
            name: &request.name,
            role: granted.role,
            posts: granted.posts,
            letters: &letters,
            key: request.key.0,
            recipient: Some(&request.recipient),
            at: self.now(),
        };
        let mut values = roster_fields(&admitted);
        if let Some(limit) = granted.limit {
            let limit = serde_json::to_value(limit).map_err(Problem::defect)?;
            values.extend(fields([(person::LIMIT_CASE.name(), limit)]));
        }
        let mut act = self.act();
        if let Some(named) = named {
            let (record, _) = self.record(named.id)?;
            values.remove(person::NAME.name());
            act.set(&person::REGISTER, &record, values);
        } else {
            act.open(&person::REGISTER, self.new_id(), values);
        }
        self.write(act).map(|_| ())
    }

    /// Writes the answer to a request whose replica the roster names: roster, shop and secret,
    /// encrypted to the request's X25519 key.
    pub fn answer(&mut self, request: &Request, path: &Path) -> Result<(), Problem> {
        self.may_change_roster()?;
        let sender = self.me()?.replica;
        let key = self.key(sender)?;
        let shop = self.store().shop().cloned().ok_or(StoreError::NoShop)?;
        let answer = Answer {
            shop: shop.id,
            secret: shop.secret,
            name: shop.name,
            replica: request.replica(),
            by: sender,
        };
        let receivers = Receivers::of_keys(std::slice::from_ref(&request.recipient))
            .map_err(|fault| fault.problem())?;
        let now = self.now();
        let preface = answer.write(&key)?;
        let export = Export {
            selection: Selection::Roster,
            receivers: Some(&receivers),
            preface: &preface,
            ..Export::new(sender, now)
        };
        bundle::export(self.store_mut(), &export, path).map(|_| ())
    }

    /// Ends a replica, named by its id, eight or more of its digits, or its person's name where
    /// the person has one: what it wrote up to what is held here counts, nothing later.
    ///
    /// Refused to who may not change the roster, and for the last replica that may.
    pub fn retire(&mut self, name: &str, reason: &str) -> Result<(ReplicaId, Done), Problem> {
        self.may_change_roster()?;
        let (person, replica) = self.serving(name)?;
        self.leaves_somebody(replica)?;
        let (record, _) = self.record(person)?;
        let heads = self.store().heads()?;
        let shop = self.store().shop_id().ok_or(StoreError::NoShop)?;
        let head = heads.iter().find(|head| head.replica == replica);
        let (seq, chain) = match (head, self.store().public_key(replica)?) {
            (Some(head), _) => (head.seq, head.chain),
            (None, key) => (0, genesis(shop, &key.unwrap_or_default())),
        };
        let cell = |name: &str| format!("{}/{replica}/{name}", person::REPLICAS.name());
        let values = [
            (cell(person::CUT_SEQ.name()), json!(seq)),
            (cell(person::CUT_CHAIN.name()), json!(chain.to_string())),
        ];
        let said = Payload::Say(Box::new(Say::plain(Direction::Internal, reason)));
        let mut act = self.act();
        act.set(&person::REGISTER, &record, values.into_iter().collect());
        act.add(&person::REGISTER, person, said);
        let done = self.write(act)?;
        // A retired replica bears no witness: where its word stopped this desk, it goes on.
        let now = self.now();
        let looked = bundle::look(self.store_mut(), now);
        self.fall_short(looked.map(drop).map_err(Problem::from));
        Ok((replica, done))
    }

    /// Refuses who may not change the roster.
    pub fn may_change_roster(&self) -> Result<(), Problem> {
        if may(self.me()?.role, Action::ChangeRoster).allows() {
            Ok(())
        } else {
            Err(Problem::new(Kind::Refused, "problem-roster-role").hint("problem-roster-role-hint"))
        }
    }

    fn key(&self, replica: ReplicaId) -> Result<ReplicaKey, Problem> {
        Ok(self
            .store()
            .key_of(replica)
            .ok_or(StoreError::NoKey(replica))?)
    }

    /// Returns the one replica in service that a name means.
    fn serving(&self, name: &str) -> Result<(crate::domain::id::Id, ReplicaId), Problem> {
        let all = roster_receivers(self.store())?;
        let digits = name.to_ascii_lowercase();
        let named = self.people().by_name(name).map(|person| person.id);
        let found: Vec<_> = all
            .iter()
            .filter(|one| {
                let is_id =
                    digits.len() >= SHORTEST && one.replica.to_string().starts_with(&digits);
                is_id || named == Some(one.person)
            })
            .collect();
        match found[..] {
            [one] => Ok((one.person, one.replica)),
            [] => Err(super::act::not_found(name)),
            _ => {
                let ids: Vec<String> = found.iter().map(|one| one.replica.to_string()).collect();
                Err(Problem::new(Kind::NotUnderstood, "problem-ambiguous")
                    .arg("what", name)
                    .arg("candidates", ids.join(", "))
                    .hint("problem-ambiguous-hint"))
            }
        }
    }

    /// Refuses to end the last replica that may change the roster.
    fn leaves_somebody(&self, leaving: ReplicaId) -> Result<(), Problem> {
        let stays = roster_receivers(self.store())?.into_iter().any(|one| {
            let role = self.people().by_id(one.person).map(|person| person.role);
            one.replica != leaving
                && role.is_some_and(|role| may(role, Action::ChangeRoster).allows())
        });
        if stays {
            Ok(())
        } else {
            Err(Problem::new(Kind::Refused, "problem-retire-last").hint("problem-retire-last-hint"))
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use crate::desk::shop_tests::{Shop, with_opening_keys};
    use crate::domain::id::Chain;
    use crate::store::Stop;

    #[test]
    fn a_retirement_is_done_where_what_it_lifts_cannot_be_looked_at() {
        let mut shop = Shop::sample("王主管");
        let desk = &mut shop.desk;
        with_opening_keys(desk);
        let leaving = desk.people().by_name("林晓").unwrap().replica;
        let stop = Stop {
            seq: 1_000_000,
            chain: Chain([7; 32]),
            witness: leaving,
        };
        desk.store_mut().stop(leaving, &stop).unwrap();
        let conn = Connection::open(desk.store().folder().join("zhiban.db")).unwrap();
        conn.execute_batch(
            "CREATE TRIGGER held BEFORE DELETE ON setting_local BEGIN SELECT RAISE(ABORT, 'held'); END",
        )
        .unwrap();
        let (retired, done) = desk.retire("林晓", "离职").unwrap();
        assert_eq!((retired, done.events.is_empty()), (leaving, false));
        assert!(desk.is_retired(leaving).unwrap(), "it is written");
        assert!(desk.take_short().is_some());
    }
}
