//! The store: one SQLite file with the log of events, and everything computed from it.
//!
//! `log` appends own events, `read` reads all, `foreign` takes in those of other replicas, `project`
//! keeps the rows of records, `query` and `search` find them, `draft` keeps what is local,
//! `past` shows what it held at a time, `scratch` what another release computed,
//! `verify` re-checks everything, `anchor` and `stop` notice a store that is not the one it was.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, DropBehavior, OptionalExtension, Transaction};

use crate::domain::event::genesis;
use crate::domain::id::{Id, ReplicaId, ShopId, ShopSecret};
use crate::domain::seal::ReplicaKey;

mod ahead;
mod along;
mod anchor;
mod draft;
mod erase;
mod error;
mod finder;
mod foreign;
mod given;
mod health;
mod insert;
mod judge;
mod keys;
mod late;
mod lay;
mod lent;
mod log;
mod look;
mod lookup;
mod many;
mod outcome;
mod past;
mod pin;
mod place;
mod project;
mod query;
mod read;
mod row;
mod rows;
mod schema;
mod scratch;
mod search;
mod standing;
mod stop;
mod verify;
mod waiting;
mod watch;
mod words;

pub use ahead::{Ahead, Foreseen};
pub use anchor::{Doubt, Watch};
pub use draft::DraftText;
pub use error::{Result, StoreError};
pub use finder::{Effort, Found, Hit, Rest};
pub use foreign::{Outside, Run, Taken};
pub use given::{Given, Holds, RECORDS_MAX};
pub use health::Health;
pub use keys::OpeningKey;
pub use log::{Appended, Author, Draft};
pub use lookup::Borne;
pub use outcome::{LookedUp, Trouble};
pub use past::LookingBack;
pub use pin::{Pin, Tried};
pub use place::{Holder, make_folder, private_file, sync_folder};
pub use query::{Count, Cursor, Mine, Order, OwnerFilter, Query};
pub use read::{Held, StreamHead, Tide};
pub use rows::Row;
pub use schema::{LENGTH_MAX, SQL_LENGTH_MAX, TRIGGER_DEPTH_MAX};
pub use search::{Indexed, is_searchable};
pub use standing::{Press, Standing};
pub use stop::Stop;
pub use verify::{Checking, Defect, Verified};
pub use waiting::Tally;
pub use watch::{Contradiction, UnfoldedEvent};

/// The shop that a store belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    /// What its replicas have in common.
    pub id: ShopId,
    /// The secret from which ids of outside things are derived.
    pub secret: ShopSecret,
    /// Its name.
    pub name: String,
    /// Whether it is for practice: anybody who knows its name has its secret.
    pub drill: bool,
}

impl Shop {
    /// Returns the drill shop of a name.
    pub fn drill(name: &str) -> Self {
        Self {
            id: ShopId::of_drill(name),
            secret: ShopSecret::of_drill(name),
            name: name.to_owned(),
            drill: true,
        }
    }
}

/// The moment of which all is that is read while this is kept: see [`Store::moment`].
#[derive(Debug)]
pub struct Moment<'a> {
    _reading: Transaction<'a>,
}

/// A store that is open.
pub struct Store {
    conn: Connection,
    folder: PathBuf,
    shop_id: Option<ShopId>,
    shop: Option<Shop>,
    keys: keys::Keys,
    read_only: bool,
    lock: Option<place::Lock>,
    judge: judge::Kept,
    anchors: Option<anchor::Kept>,
    trouble: Option<Trouble>,
    asking: outcome::Asking,
    is_log_named: bool,
    attachments: PathBuf,
    /// Of a copy in place of what another release computed: the store that it is of.
    original: Option<Box<Self>>,
    /// Whether it shows a time gone by.
    is_gone_by: bool,
    /// Where a copy lies that goes with whoever reads; after the connection, which is closed first.
    scratch: Option<scratch::Scratch>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Returns whether a folder holds a store.
    pub fn exists(folder: &Path) -> bool {
        folder.join(place::DATABASE).is_file()
    }

    /// Lays down the store of a shop in a folder, which is made where it is missing.
    pub fn create(folder: &Path, shop: Shop) -> Result<Self> {
        let mut store = Self::create_bare(folder)?;
        store.adopt(shop)?;
        Ok(store)
    }

    /// Lays down a store that belongs to no shop yet: it adopts the shop of its first bundle,
    /// and nothing of its own can be written until the shop's secret is given.
    pub fn create_bare(folder: &Path) -> Result<Self> {
        if Self::exists(folder) {
            return Err(StoreError::Exists(folder.to_owned()));
        }
        place::make_folder(folder)?;
        place::refuse_network(folder)?;
        // Laid down aside and renamed: a store that was begun and not finished is none.
        let (path, aside) = (folder.join(place::DATABASE), folder.join("zhiban.new"));
        place::remove_database(&aside)?;
        // SQLite gives the files that it lays beside a database the rights of that.
        drop(place::private_file(&aside)?);
        let mut conn = schema::connect(&aside, false)?;
        schema::lay(&mut conn)?;
        conn.close().map_err(|(_, error)| error)?;
        fs::rename(&aside, &path).map_err(StoreError::io(&path))?;
        place::sync_folder(folder)?;
        Self::open(folder)
    }

    /// Opens a store for reading and writing.
    pub fn open(folder: &Path) -> Result<Self> {
        if Self::exists(folder) {
            place::refuse_network(folder)?;
        }
        let looked = look::to_write(folder).map_err(|fault| fault.on(folder))?;
        Self::open_looked(looked, folder, || keys::load(folder), &mut || ())
    }

    /// Opens a store that was looked at just now.
    fn open_looked(
        looked: look::Looked,
        folder: &Path,
        keys: impl FnOnce() -> Result<keys::Keys>,
        renewing: &mut dyn FnMut(),
    ) -> Result<Self> {
        place::shut(folder);
        let opened = || {
            let conn = schema::open(looked, folder, renewing)?;
            Self::with(conn, folder, keys()?, false)
        };
        opened().map_err(|fault| fault.on(folder))
    }

    /// Opens a store for reading; no file is changed. What another release computed is computed
    /// anew in a copy within the folder, which goes when it is closed.
    ///
    /// Fails where there is no room for such a copy, or nothing can be written.
    pub fn open_read_only(folder: &Path) -> Result<Self> {
        Self::open_read_only_telling(folder, &mut || ())
    }

    /// Opens a store as [`Self::open_read_only`] does; `renewing` is told before something is
    /// computed anew, which takes its time in a large store.
    pub fn open_read_only_telling(folder: &Path, renewing: &mut dyn FnMut()) -> Result<Self> {
        let keys = keys::load(folder)?;
        Self::to_read(look::to_read(folder)?, folder, keys, renewing)
    }

    fn with(conn: Connection, folder: &Path, keys: keys::Keys, read_only: bool) -> Result<Self> {
        let mut store = Self {
            conn,
            folder: folder.to_owned(),
            shop_id: None,
            shop: None,
            keys,
            read_only,
            lock: None,
            judge: judge::Kept::default(),
            anchors: None,
            trouble: None,
            asking: outcome::Asking::default(),
            is_log_named: false,
            attachments: folder.join(health::ATTACHMENTS),
            original: None,
            is_gone_by: false,
            scratch: None,
        };
        store.read_shop()?;
        Ok(store)
    }

    fn read_shop(&mut self) -> Result<()> {
        let row = self
            .conn
            .query_row("SELECT id, secret, name, drill FROM shop", [], |row| {
                Ok((
                    row.get::<_, [u8; 16]>(0)?,
                    row.get::<_, Option<[u8; 32]>>(1)?,
                    row.get(2)?,
                    row.get(3)?,
                ))
            })
            .optional()?;
        self.shop_id = row.as_ref().map(|(id, ..)| ShopId(*id));
        self.shop = row.and_then(|(id, secret, name, drill)| {
            Some(Shop {
                id: ShopId(id),
                secret: ShopSecret(secret?),
                name,
                drill,
            })
        });
        Ok(())
    }

    /// Lets all that is read until what this returns is dropped be of one moment: whatever others
    /// write meanwhile, it fits together, and only the whole of it takes a lock, not each piece.
    ///
    /// Within another such moment it is that one.
    pub fn moment(&self) -> Result<Option<Moment<'_>>> {
        if !self.conn.is_autocommit() {
            return Ok(None);
        }
        let mut moment = self.conn.unchecked_transaction()?;
        moment.set_drop_behavior(DropBehavior::Commit);
        Ok(Some(Moment { _reading: moment }))
    }

    /// Returns the store's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns whether the store was opened for reading.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Takes the lock of the one workstation that may write, until the store is closed; `now`
    /// in milliseconds UTC. Commands beside it need no lock.
    pub fn lock(&mut self, now: i64) -> Result<()> {
        if self.lock.is_none() {
            self.lock = Some(place::lock(&self.folder, now)?);
            scratch::sweep(&self.folder);
        }
        Ok(())
    }

    /// Returns the shop, where its secret is known here.
    pub fn shop(&self) -> Option<&Shop> {
        self.shop.as_ref()
    }

    /// Returns the shop's id, which a store learns from its first bundle.
    pub fn shop_id(&self) -> Option<ShopId> {
        self.shop_id
    }

    /// Makes the store that of a shop; a store that knows its shop takes only name and secret
    /// of the same one.
    pub fn adopt(&mut self, shop: Shop) -> Result<()> {
        let Shop {
            id,
            secret,
            name,
            drill,
        } = shop;
        self.adopt_row(id, Some(secret), &name, drill)
    }

    /// Makes a store without a shop that of a bundle's shop, of which only the id is known.
    pub fn adopt_id(&mut self, id: ShopId) -> Result<()> {
        if self.shop_id == Some(id) {
            Ok(())
        } else {
            self.adopt_row(id, None, "", false)
        }
    }

    fn adopt_row(
        &mut self,
        id: ShopId,
        secret: Option<ShopSecret>,
        name: &str,
        drill: bool,
    ) -> Result<()> {
        self.writing(|store| {
            if store.shop_id.is_some_and(|own| own != id) {
                return Err(StoreError::OtherShop);
            }
            store.conn.execute(
            "INSERT OR REPLACE INTO shop(one, id, secret, name, drill) VALUES(1, ?1, ?2, ?3, ?4)",
            (id.0, secret.map(|secret| secret.0), name, drill),
        )?;
            store.read_shop()
        })
    }

    /// Keeps a replica's secret key on this machine and opens its stream.
    pub fn add_replica(&mut self, key: ReplicaKey) -> Result<ReplicaId> {
        self.writing(|store| {
            let shop = store.shop.as_ref().ok_or(StoreError::NoShop)?.id;
            let replica = key.replica();
            keys::save(&store.folder, &key)?;
            let tx = schema::begin(&mut store.conn)?;
            let no = foreign::intern_replica(&tx, replica, &key.public())?;
            if read::streams_of(&tx, no)?.is_empty() {
                log::open_stream(&tx, no, 0, &genesis(shop, &key.public()))?;
            }
            tx.commit()?;
            store.keys.insert(replica, key);
            store.drop_anchor();
            Ok(replica)
        })
    }

    /// Keeps the keys of a replica that has no shop yet: it asks to be admitted.
    pub fn keep_keys(&mut self, key: ReplicaKey, opening: &OpeningKey) -> Result<ReplicaId> {
        self.writing(|store| {
            let replica = key.replica();
            keys::save_opening(&store.folder, replica, opening)?;
            keys::save(&store.folder, &key)?;
            store.keys.insert(replica, key);
            Ok(replica)
        })
    }

    /// Returns the keys of this machine that open what is encrypted to its replicas.
    pub fn opening_keys(&self) -> Result<Vec<OpeningKey>> {
        keys::load_opening(&self.folder)
    }

    /// Returns the replicas whose keys are on this machine.
    pub fn own_replicas(&self) -> Vec<ReplicaId> {
        self.keys.keys().copied().collect()
    }

    /// Returns the key pair of a replica of this machine.
    pub fn key_of(&self, replica: ReplicaId) -> Option<ReplicaKey> {
        self.keys.get(&replica).cloned()
    }

    /// Returns the public key of any replica that the store has heard of.
    pub fn public_key(&self, replica: ReplicaId) -> Result<Option<[u8; 32]>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT key FROM replica WHERE id = ?1")?;
        Ok(query.query_row([replica.0], |row| row.get(0)).optional()?)
    }

    /// Returns every replica that the store has heard of, with its public key.
    pub fn replicas(&self) -> Result<Vec<(ReplicaId, [u8; 32])>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT id, key FROM replica ORDER BY no")?;
        let rows = query.query_map([], |row| Ok((ReplicaId(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns a number that changes when another process has written to the store.
    pub fn data_version(&self) -> Result<i64> {
        data_version(&self.conn)
    }
}

fn data_version(conn: &Connection) -> Result<i64> {
    Ok(conn.pragma_query_value(None, "data_version", |row| row.get(0))?)
}

/// Reads an id column.
fn id_at(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Id> {
    row.get(column).map(Id)
}

#[cfg(test)]
mod tests;
