//! The secret keys of the replicas on this machine, one file each beside the database.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::id::{ReplicaId, ShopSecret};
use crate::domain::seal::ReplicaKey;

use super::error::{Result, StoreError};
use super::place;

const FOLDER: &str = "keys";

/// Reads all keys of a store's folder.
pub fn load(folder: &Path) -> Result<BTreeMap<ReplicaId, ReplicaKey>> {
    let keys = folder.join(FOLDER);
    let mut all = BTreeMap::new();
    if !keys.is_dir() {
        return Ok(all);
    }
    for entry in fs::read_dir(&keys).map_err(StoreError::io(&keys))? {
        let path = entry.map_err(StoreError::io(&keys))?.path();
        if path.extension().is_some_and(|end| end == "key") {
            let key = read(&path)?;
            all.insert(key.replica(), key);
        }
    }
    Ok(all)
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

fn path_of(folder: &Path, replica: ReplicaId) -> PathBuf {
    folder.join(FOLDER).join(format!("{replica}.key"))
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
}
