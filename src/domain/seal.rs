//! Seals: ed25519 signatures over heads and manifests, the only signatures there are.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::event::{Roster, Seal, seal_message};
use super::id::{Chain, ReplicaId, ShopId};

/// A replica's key pair.
#[derive(Clone)]
pub struct ReplicaKey(SigningKey);

impl ReplicaKey {
    /// Returns the key of these 32 secret bytes.
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(secret))
    }

    /// Returns the secret bytes, for the key file alone.
    pub fn secret(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Returns the public key.
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// Returns the replica whose key this is.
    pub fn replica(&self) -> ReplicaId {
        ReplicaId::of_key(&self.public())
    }

    /// Signs bytes that already carry their domain tag.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// Seals a head of the replica's own stream.
    pub fn seal(&self, shop: ShopId, seq: u64, chain: Chain, roster: Roster) -> Seal {
        let replica = self.replica();
        let signature = self.sign(&seal_message(shop, replica, seq, &chain, &roster));
        Seal {
            replica,
            seq,
            chain,
            roster,
            signature,
        }
    }
}

/// Returns whether a signature is good, strictly: weak keys and malleable signatures are not.
pub fn verify(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(public).is_ok_and(|key| {
        !key.is_weak()
            && key
                .verify_strict(message, &Signature::from_bytes(signature))
                .is_ok()
    })
}

/// Returns whether a public key is a point of the curve under which only its owner can sign.
pub fn is_strong(public: &[u8; 32]) -> bool {
    VerifyingKey::from_bytes(public).is_ok_and(|key| !key.is_weak())
}

/// Returns whether a seal was made with the public key of the replica that it names.
pub fn verify_seal(shop: ShopId, public: &[u8; 32], seal: &Seal) -> bool {
    ReplicaId::of_key(public) == seal.replica
        && verify(
            public,
            &seal_message(shop, seal.replica, seal.seq, &seal.chain, &seal.roster),
            &seal.signature,
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_holds_for_exactly_one_head() {
        let key = ReplicaKey::from_secret(&[5; 32]);
        let shop = ShopId([1; 16]);
        let seal = key.seal(shop, 7, Chain([2; 32]), [0; 8]);
        assert!(verify_seal(shop, &key.public(), &seal));
        assert!(!verify_seal(ShopId([2; 16]), &key.public(), &seal));
        for change in [
            Seal {
                seq: 8,
                ..seal.clone()
            },
            Seal {
                chain: Chain([3; 32]),
                ..seal.clone()
            },
            Seal {
                roster: [1; 8],
                ..seal.clone()
            },
        ] {
            assert!(!verify_seal(shop, &key.public(), &change));
        }
    }

    #[test]
    fn a_weak_key_signs_nothing() {
        let mut weak = [0; 32];
        weak[0] = 1;
        assert!(!verify(&weak, b"anything", &[0; 64]));
        assert!(!is_strong(&weak));
        assert!(is_strong(&ReplicaKey::from_secret(&[5; 32]).public()));
    }
}
