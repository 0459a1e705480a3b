//! A replica that has nothing to say still shows that it is there: a small signed file beside its
//! bundles, written anew every few minutes. It proves who wrote it and when, and grants nothing.

use std::fs;
use std::io::Read;
use std::path::Path;

use super::super::hex::Hex;
use crate::domain::id::{ReplicaId, ShopId};
use crate::domain::seal::{ReplicaKey, verify};

/// How long the last file says enough, milliseconds.
pub const EVERY: i64 = 300_000;
/// Its name in the replica's folder.
const NAME: &str = "seen";
/// The domain tag in front of what is signed.
const TAG: &[u8] = b"zhiban/seen/v1\0";
/// More than a sound one has, in bytes.
const MOST: u64 = 256;

/// Writes that a replica was here at a time (milliseconds UTC) into its folder of a shared one.
///
/// Fails where the folder cannot be written.
pub fn write(own: &Path, shop: ShopId, key: &ReplicaKey, now: i64) -> std::io::Result<()> {
    let signature = key.sign(&message(shop, key.replica(), now));
    // Aside and renamed, so that nobody reads half of it.
    let aside = own.join("seen-part");
    fs::write(&aside, format!("{now} {}\n", Hex(signature)))?;
    fs::rename(aside, own.join(NAME))
}

/// Returns when a replica was last there (milliseconds UTC) by its own signed word; none where
/// there is no such file or it is not that replica's.
pub fn read(theirs: &Path, shop: ShopId, replica: ReplicaId, key: &[u8; 32]) -> Option<i64> {
    let mut text = String::new();
    let file = fs::File::open(theirs.join(NAME)).ok()?;
    file.take(MOST).read_to_string(&mut text).ok()?;
    let (at, signature) = text.trim_end().split_once(' ')?;
    let at = at.parse().ok()?;
    let Hex(signature) = Hex::<64>::parse(signature)?;
    (ReplicaId::of_key(key) == replica && verify(key, &message(shop, replica, at), &signature))
        .then_some(at)
}

fn message(shop: ShopId, replica: ReplicaId, at: i64) -> Vec<u8> {
    let mut bytes = TAG.to_vec();
    bytes.extend_from_slice(&shop.0);
    bytes.extend_from_slice(&replica.0);
    bytes.extend_from_slice(&at.to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_word_says_when_a_replica_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let (shop, key) = (ShopId([1; 16]), ReplicaKey::from_secret(&[5; 32]));
        let other = ReplicaKey::from_secret(&[6; 32]);
        let seen = |shop, of: &ReplicaKey| read(folder.path(), shop, of.replica(), &of.public());
        assert_eq!(seen(shop, &key), None);
        write(folder.path(), shop, &key, 1_795_333_560_000).unwrap();
        assert_eq!(seen(shop, &key), Some(1_795_333_560_000));
        assert_eq!(seen(shop, &other), None, "another's key");
        assert_eq!(seen(ShopId([2; 16]), &key), None, "another shop");
        let path = folder.path().join(NAME);
        let text = fs::read_to_string(&path).unwrap();
        for changed in [
            text.replacen('1', "2", 1),
            text.replace(' ', ""),
            "é".repeat(90),
        ] {
            fs::write(&path, changed).unwrap();
            assert_eq!(seen(shop, &key), None);
        }
    }
}
