//! How a shop begins: folder, secret, key, and the first person.

use std::path::Path;

use serde_json::{Value, json};

use super::Desk;
use super::act::fields;
use super::people::{People, Person};
use crate::chance::{Clock, Random};
use crate::domain::authority::Role;
use crate::domain::id::{ReplicaId, ShopId, ShopSecret};
use crate::domain::payload::Fields;
use crate::domain::recovery::Recovery;
use crate::domain::register::Post;
use crate::domain::registers::{person, setting};
use crate::domain::seal::ReplicaKey;
use crate::exchange::bundle;
use crate::problem::{Kind, Problem};
use crate::store::{OpeningKey, Query, Shop, Store, StoreError, Verified, Watch};
use crate::text::fold::fold;

/// The key of the setting that says whose a drill shop's replica is.
const REPLICA: &str = "replica";
/// What refuses a new key where people are admitted.
const ROSTER: &str = "problem-anchor-roster";

/// The local setting that names the replica whose keys came from a recovery code.
pub(super) const RECOVERED: &str = "recovered";

/// Who a person of the roster is.
#[derive(Debug, Clone)]
pub(super) struct Admitted<'a> {
    /// The name that colleagues see.
    pub name: &'a str,
    /// What the person may do.
    pub role: Role,
    /// Whose work the person takes.
    pub posts: &'a [Post],
    /// The letters of the person's numbers.
    pub letters: &'a str,
    /// The replica that writes for the person, by its public key.
    pub key: [u8; 32],
    /// The X25519 key to which bundles for the replica are encrypted; a drill has none.
    pub recipient: Option<&'a str>,
    /// When, milliseconds UTC.
    pub at: i64,
}

/// Begins a shop in a folder: keys and secret, an id that follows from the key, and its first
/// person, a supervisor of all posts, who is signed in. What is returned beside the desk is kept
/// nowhere: its code is for paper.
pub fn init(
    folder: &Path,
    shop: &str,
    name: &str,
    clock: Box<dyn Clock>,
    mut random: Box<dyn Random>,
) -> Result<(Desk, Recovery), Problem> {
    let mut dice = [0; 16];
    random.fill(&mut dice);
    let recovery = Recovery::of_dice(dice);
    let opening = OpeningKey::from_secret(&recovery.opening())?;
    let recipient = opening.recipient();
    let store = founded(folder, shop, &recovery)?;
    let replica = recovery.key().replica();
    let mut desk = Desk::open(store, clock, random)?;
    desk.act_as(&nobody_yet(&desk, name, replica)?);
    let letters = letters(name);
    let now = desk.now();
    let first = Admitted {
        name,
        role: Role::Supervisor,
        posts: &Post::ALL,
        letters: &letters,
        key: recovery.key().public(),
        recipient: Some(&recipient),
        at: now,
    };
    let person = desk.new_id();
    let mut act = desk.act();
    act.open(&person::REGISTER, person, roster_fields(&first));
    desk.write(act)?;
    desk.seat(replica)?;
    Ok((desk, recovery))
}

/// Begins the founder's store again on a new machine, from the recovery code: keys and secret are
/// there, and the founder sits at the desk once a bundle has brought the roster.
pub fn recover(
    folder: &Path,
    shop: &str,
    recovery: &Recovery,
    clock: Box<dyn Clock>,
    random: Box<dyn Random>,
) -> Result<Desk, Problem> {
    let mut store = founded(folder, shop, recovery)?;
    let replica = recovery.key().replica();
    store.set_setting_local(RECOVERED, Some(&replica.to_string()))?;
    let mut desk = Desk::open(store, clock, random)?;
    desk.seat(replica)?;
    Ok(desk)
}

/// Lays down the store of the shop that a recovery founds, with its founder's keys.
fn founded(folder: &Path, shop: &str, recovery: &Recovery) -> Result<Store, Problem> {
    let shop = Shop {
        id: recovery.shop(),
        secret: recovery.secret(),
        name: shop.to_owned(),
        drill: false,
    };
    let opening = OpeningKey::from_secret(&recovery.opening())?;
    let mut store = Store::create(folder, shop)?;
    store.keep_keys(recovery.key(), &opening)?;
    store.add_replica(recovery.key())?;
    Ok(store)
}

/// Who writes a replica's first event, before the log names anybody.
fn nobody_yet(desk: &Desk, name: &str, replica: ReplicaId) -> Result<Person, Problem> {
    Ok(Person {
        id: desk.secret()?.derive("person", "", name),
        name: name.to_owned(),
        role: Role::Supervisor,
        posts: Post::ALL.to_vec(),
        replica,
        serving: vec![replica],
        has_left: false,
    })
}

/// Begins or joins the drill shop of a name: id and secret follow from the name, and the
/// replica's first event says whose it is.
pub fn init_drill(
    folder: &Path,
    shop: &str,
    name: &str,
    clock: Box<dyn Clock>,
    random: Box<dyn Random>,
) -> Result<Desk, Problem> {
    let (mut desk, replica) = lay(folder, Shop::drill(shop), name, clock, random)?;
    desk.introduce(shop, name)?;
    desk.seat(replica)?;
    Ok(desk)
}

/// Goes on with a copied or restored store as a new replica: a new key with a stream of its own;
/// what the old ones wrote stays theirs. `name` says who sits here where the store does not.
///
/// Refused where the shop has a roster, into which only a supervisor admits a new key.
pub fn continue_as_new(
    folder: &Path,
    watch: &Watch,
    name: Option<&str>,
    clock: Box<dyn Clock>,
    mut random: Box<dyn Random>,
) -> Result<Desk, Problem> {
    let (shop, name) = who_goes_on(&Store::open_read_only(folder)?, name)?;
    let mut store = Store::open_as_new(folder, watch)?;
    let replica = store.add_replica(new_key(random.as_mut()))?;
    let mut desk = Desk::open(store, clock, random)?;
    desk.act_as(&nobody_yet(&desk, &name, replica)?);
    desk.introduce(&shop, &name)?;
    desk.seat(replica)?;
    Ok(desk)
}

/// Lays a copy down as the store of a folder that has none. A drill without a roster goes on as
/// a new replica at once; elsewhere the store can be read, and written by nobody until a
/// supervisor admits its new key.
pub fn restore(
    file: &Path,
    folder: &Path,
    watch: &Watch,
    name: Option<&str>,
    clock: Box<dyn Clock>,
    random: Box<dyn Random>,
) -> Result<Verified, Problem> {
    let verified = Store::restore(file, folder, watch)?;
    match continue_as_new(folder, watch, name, clock, random) {
        Err(problem) if problem.message != ROSTER => Err(problem),
        _ => Ok(verified),
    }
}

/// Returns whether a store's shop has a roster, into which only a supervisor admits a new key.
pub fn has_roster(store: &Store) -> Result<bool, Problem> {
    let roster = Query {
        registers: vec![person::REGISTER.name],
        limit: Some(1),
        ..Query::default()
    };
    let is_drill = store.shop().is_some_and(|shop| shop.drill);
    Ok(!is_drill || !store.rows(&roster)?.is_empty())
}

/// Returns the shop's name and who sat at a store that is to go on as another.
fn who_goes_on(store: &Store, name: Option<&str>) -> Result<(String, String), Problem> {
    let shop = store.shop().ok_or(StoreError::NoShop)?;
    if has_roster(store)? {
        return Err(Problem::new(Kind::Refused, ROSTER).hint("problem-anchor-roster-hint"));
    }
    let people = People::read(store)?;
    let sat = store
        .setting_local(super::SIGNED_IN)?
        .and_then(|replica| replica.parse().ok());
    let sat = sat.and_then(|replica| people.of_replica(replica));
    let name = name.or(sat.map(|person| person.name.as_str()));
    let name = name.or(people.all().first().map(|person| person.name.as_str()));
    let name = name
        .ok_or_else(|| Problem::new(Kind::Refused, "problem-nobody").hint("problem-nobody-hint"))?;
    Ok((shop.name.clone(), name.to_owned()))
}

/// Lets a store that adopted a shop from a bundle know that it is a drill: the first event of
/// each of its replicas names the shop, and only a drill's id follows from its name. Returns
/// whether it does so now.
pub fn recognise_drill(store: &mut Store) -> Result<bool, Problem> {
    let Some(id) = store.shop_id().filter(|_| store.shop().is_none()) else {
        return Ok(false);
    };
    let query = Query {
        registers: vec![setting::REGISTER.name],
        fields: vec![(setting::KEY.name(), REPLICA.to_owned())],
        limit: Some(1_000),
        ..Query::default()
    };
    let rows = store.rows(&query)?;
    let names = rows.iter().filter_map(|row| {
        row.fields
            .get(setting::VALUE.name())
            .and_then(Value::as_str)
    });
    let Some(name) = names
        .into_iter()
        .find(|name| ShopId::of_drill(name) == id)
        .map(str::to_owned)
    else {
        return Ok(false);
    };
    store.adopt(Shop::drill(&name))?;
    // Who may do what is judged otherwise in a drill.
    store.rebuild()?;
    Ok(true)
}

/// Lays the store down with one key, and seats its person until the log names one.
fn lay(
    folder: &Path,
    shop: Shop,
    name: &str,
    clock: Box<dyn Clock>,
    mut random: Box<dyn Random>,
) -> Result<(Desk, ReplicaId), Problem> {
    let mut store = Store::create(folder, shop)?;
    let key = new_key(random.as_mut());
    let replica = store.add_replica(key)?;
    let mut desk = Desk::open(store, clock, random)?;
    desk.act_as(&nobody_yet(&desk, name, replica)?);
    Ok((desk, replica))
}

/// Makes a replica's key from the dice.
pub(super) fn new_key(random: &mut dyn Random) -> ReplicaKey {
    let mut secret = [0; 32];
    random.fill(&mut secret);
    ReplicaKey::from_secret(&secret)
}

/// Returns the fields with which the roster opens a person who has one replica.
pub(super) fn roster_fields(one: &Admitted<'_>) -> Fields {
    let replica = ReplicaId::of_key(&one.key);
    let posts: Vec<&str> = one.posts.iter().map(|post| post.word()).collect();
    let cell = |name: &str| format!("{}/{replica}/{name}", person::REPLICAS.name());
    let mut values = fields([
        (person::NAME.name(), json!(one.name)),
        (person::ROLE_OF.name(), json!(one.role.word())),
        (person::POSTS.name(), json!(posts)),
    ]);
    values.insert(
        cell(person::KEY.name()),
        json!(ShopSecret(one.key).to_string()),
    );
    if let Some(recipient) = one.recipient {
        values.insert(cell(person::RECIPIENT.name()), json!(recipient));
    }
    values.insert(cell(person::LETTERS.name()), json!(one.letters));
    values.insert(cell(person::ADMITTED.name()), json!(one.at));
    values
}

/// Returns the letters that stand for a person in numbers for people: the Latin letters of a
/// name, else none, and the store takes the replica's first digits.
pub(super) fn letters(name: &str) -> String {
    fold(name)
        .chars()
        .filter(char::is_ascii_alphabetic)
        .take(2)
        .collect::<String>()
        .to_uppercase()
}

impl Desk {
    /// Writes the first event of a drill shop's replica: which shop, and whose replica it is.
    pub(super) fn introduce(&mut self, shop: &str, name: &str) -> Result<(), Problem> {
        let id = self.new_id();
        let mut act = self.act();
        let said = fields([
            (setting::KEY.name(), json!(REPLICA)),
            (setting::VALUE.name(), json!(shop)),
            (setting::NAME.name(), json!(name)),
        ]);
        act.open(&setting::REGISTER, id, said);
        self.write(act).map(|_| ())
    }

    /// Refuses to go on with a recovered stream while others have more of it than this store:
    /// it would branch, and what a branched replica decides does not count.
    pub(super) fn whole_after_recovery(&self, replica: ReplicaId) -> Result<(), Problem> {
        if self.store().setting_local(RECOVERED)?.as_deref() != Some(&replica.to_string()) {
            return Ok(());
        }
        let heads = self.store().heads()?;
        let mut here = heads.iter().filter(|head| head.replica == replica);
        let seq = here.next().map_or(0, |head| head.seq);
        let known = bundle::witnessed(self.store(), replica)?;
        if seq >= known {
            return Ok(());
        }
        Err(Problem::new(Kind::Refused, "problem-recovery-behind")
            .arg("count", known - seq)
            .hint("problem-recovery-behind-hint"))
    }

    /// Makes the person whom the log now names for a replica the one who sits here.
    pub(super) fn seat(&mut self, replica: ReplicaId) -> Result<(), Problem> {
        self.refresh()?;
        if let Some(person) = self.people().of_replica(replica).cloned() {
            self.act_as(&person);
        }
        self.remember(Some(replica))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::{FixedClock, SeededRandom};

    fn chance(seed: &str) -> (Box<dyn Clock>, Box<dyn Random>) {
        (
            Box::new(FixedClock(1_795_333_560_000)),
            Box::new(SeededRandom::new(seed)),
        )
    }

    #[test]
    fn a_shop_begins_with_a_supervisor_who_is_signed_in() {
        let folder = tempfile::tempdir().unwrap();
        let (clock, random) = chance("a");
        let (desk, recovery) =
            init(&folder.path().join("s"), "Shop", "Wang", clock, random).unwrap();
        let read = Recovery::read(&recovery.code()).unwrap();
        assert_eq!(desk.store().shop().unwrap().secret, read.secret());
        assert_eq!(desk.store().shop_id(), Some(read.shop()));
        let me = desk.signed_in().unwrap();
        assert_eq!((me.name.as_str(), me.role), ("Wang", Role::Supervisor));
        assert!(!desk.store().shop().unwrap().drill);
        assert!(desk.store().verify().unwrap().clean);
        let (clock, random) = chance("b");
        let again = Desk::open(
            Store::open(&folder.path().join("s")).unwrap(),
            clock,
            random,
        )
        .unwrap();
        assert_eq!(again.signed_in().map(|me| me.name.as_str()), Some("Wang"));
    }

    #[test]
    fn drill_stores_of_one_name_are_one_shop() {
        let folder = tempfile::tempdir().unwrap();
        let shops: Vec<Shop> = ["one", "other"]
            .iter()
            .map(|name| {
                let (clock, random) = chance(name);
                let desk = init_drill(&folder.path().join(name), "S", name, clock, random).unwrap();
                assert_eq!(desk.signed_in().unwrap().name, *name);
                desk.store().shop().unwrap().clone()
            })
            .collect();
        assert_eq!(shops[0].secret, shops[1].secret);
        assert_eq!(shops[0].id, shops[1].id);
    }

    #[test]
    fn letters_come_from_latin_names() {
        assert_eq!(letters("Lin Xiao"), "LI");
        assert_eq!(letters("\u{6797}\u{6653}"), "");
    }
}
