//! The secret keys of the replicas on this machine, beside the database: for each one file with
//! the key that signs and one with the key that opens what is encrypted to it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use crate::domain::id::{ReplicaId, ShopSecret};
use crate::domain::seal::ReplicaKey;

use super::error::{Result, StoreError};
use super::place;

const FOLDER: &str = "keys";
const SIGNING: &str = "key";
const OPENING: &str = "age";

/// The X25519 key with which a replica opens what is encrypted to it.
#[derive(Clone)]
pub struct OpeningKey(age::x25519::Identity);

impl std::fmt::Debug for OpeningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpeningKey({})", self.recipient())
    }
}

impl OpeningKey {
    /// Returns the key of these 32 secret bytes.
    ///
    /// Fails never in truth: any 32 bytes are a key.
    pub fn from_secret(secret: &[u8; 32]) -> Result<Self> {
        let damaged = || StoreError::Damaged("X25519 key".to_owned());
        let prefix = bech32::Hrp::parse("age-secret-key-").map_err(|_| damaged())?;
        let text = bech32::encode::<bech32::Bech32>(prefix, secret).map_err(|_| damaged())?;
        Self::read(&text.to_uppercase()).ok_or_else(damaged)
    }

    fn read(text: &str) -> Option<Self> {
        text.trim().parse().ok().map(Self)
    }

    /// Returns the public half, as the roster holds it: `age1` and what follows.
    pub fn recipient(&self) -> String {
        self.0.to_public().to_string()
    }

    /// Returns the key as the encrypting crate takes it.
    pub fn identity(&self) -> &dyn age::Identity {
        &self.0
    }
}

/// The keys that sign here, by replica.
pub type Keys = BTreeMap<ReplicaId, ReplicaKey>;

/// Reads all signing keys of a store's folder.
pub fn load(folder: &Path) -> Result<Keys> {
    let mut all = Keys::new();
    for path in files(folder, SIGNING)? {
        let key = read(&path)?;
        all.insert(key.replica(), key);
    }
    Ok(all)
}

/// Reads all signing keys of a store's folder on a thread of its own, while something else is
/// done: each is computed anew and held against its file's name. Returns what waits for them.
pub fn load_beside<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    folder: &'scope Path,
) -> impl FnOnce() -> Result<Keys> + use<'scope> {
    let reader = thread::Builder::new().spawn_scoped(scope, || load(folder));
    move || match reader.map(thread::ScopedJoinHandle::join) {
        Ok(Ok(read)) => read,
        // Where no thread can start, or it broke, they are read now.
        _ => load(folder),
    }
}

/// Reads all opening keys of a store's folder.
pub fn load_opening(folder: &Path) -> Result<Vec<OpeningKey>> {
    let mut all = Vec::new();
    for path in files(folder, OPENING)? {
        let text = fs::read_to_string(&path).map_err(StoreError::io(&path))?;
        let key = OpeningKey::read(&text)
            .ok_or_else(|| StoreError::Damaged(format!("key file {}", path.display())))?;
        all.push(key);
    }
    Ok(all)
}

fn files(folder: &Path, end: &str) -> Result<Vec<PathBuf>> {
    let keys = folder.join(FOLDER);
    let mut all = Vec::new();
    if !keys.is_dir() {
        return Ok(all);
    }
    for entry in fs::read_dir(&keys).map_err(StoreError::io(&keys))? {
        let path = entry.map_err(StoreError::io(&keys))?.path();
        if path.extension().is_some_and(|found| found == end) {
            all.push(path);
        }
    }
    all.sort();
    Ok(all)
}

/// Writes the opening key of a replica, readable by its owner alone, as the `age` program takes it.
pub fn save_opening(folder: &Path, replica: ReplicaId, key: &OpeningKey) -> Result<()> {
    use age::secrecy::ExposeSecret;
    place::make_folder(&folder.join(FOLDER))?;
    let text = key.0.to_string();
    place::write_private(
        &path_of(folder, replica).with_extension(OPENING),
        text.expose_secret().as_bytes(),
    )
}

/// Writes a key, readable by its owner alone: 64 hexadecimal digits of the secret.
pub fn save(folder: &Path, key: &ReplicaKey) -> Result<()> {
    let keys = folder.join(FOLDER);
    place::make_folder(&keys)?;
    let digits = ShopSecret(key.secret()).to_string();
    place::write_private(&path_of(folder, key.replica()), digits.as_bytes())
}

/// Puts keys by: they write no more here, and are not destroyed.
pub fn put_by(folder: &Path, replicas: impl Iterator<Item = ReplicaId>) -> Result<()> {
    for replica in replicas {
        let path = path_of(folder, replica);
        fs::rename(&path, path.with_extension("was")).map_err(StoreError::io(&path))?;
    }
    Ok(())
}

/// Returns where the signing key of a replica lies.
pub fn path_of(folder: &Path, replica: ReplicaId) -> PathBuf {
    folder.join(FOLDER).join(format!("{replica}.{SIGNING}"))
}

fn read(path: &Path) -> Result<ReplicaKey> {
    let text = fs::read_to_string(path).map_err(StoreError::io(path))?;
    // Any 32 bytes in hexadecimal digits; the type's name is that of another secret.
    let secret: ShopSecret = text
        .trim()
        .parse()
        .map_err(|_| StoreError::Damaged(format!("key file {}", path.display())))?;
    let key = ReplicaKey::from_secret(&secret.0);
    if path
        .file_stem()
        .is_some_and(|stem| stem == key.replica().to_string().as_str())
    {
        Ok(key)
    } else {
        Err(StoreError::Damaged(format!("key file {}", path.display())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_a_changed_one_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(load(folder.path()).unwrap().is_empty());
        let key = ReplicaKey::from_secret(&[7; 32]);
        save(folder.path(), &key).unwrap();
        assert_eq!(
            load(folder.path()).unwrap()[&key.replica()].secret(),
            [7; 32]
        );
        let path = path_of(folder.path(), key.replica());
        fs::write(&path, "08".repeat(32)).unwrap();
        assert!(load(folder.path()).is_err());
    }

    #[test]
    fn opening_keys_lie_beside_in_the_words_of_the_format() {
        let folder = tempfile::tempdir().unwrap();
        let key = OpeningKey::from_secret(&[9; 32]).unwrap();
        assert!(key.recipient().starts_with("age1"));
        let replica = ReplicaKey::from_secret(&[7; 32]).replica();
        save_opening(folder.path(), replica, &key).unwrap();
        let read = load_opening(folder.path()).unwrap();
        assert_eq!(read[0].recipient(), key.recipient());
        let path = path_of(folder.path(), replica).with_extension(OPENING);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("AGE-SECRET-KEY-1"), "{text}");
        fs::write(&path, &text[..40]).unwrap();
        assert!(load_opening(folder.path()).is_err());
    }
}
