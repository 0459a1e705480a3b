//! Seals: ed25519 signatures over heads and manifests, the only signatures there are.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

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

/// A public key, looked at once for many signatures.
#[derive(Debug, Clone)]
pub struct Signer {
    replica: ReplicaId,
    /// None where it is no point of the curve under which only its owner can sign.
    key: Option<VerifyingKey>,
}

impl Signer {
    /// Looks at a public key.
    pub fn of(public: &[u8; 32]) -> Self {
        let key = VerifyingKey::from_bytes(public).ok();
        Self {
            replica: ReplicaId::of_key(public),
            key: key.filter(|key| !key.is_weak()),
        }
    }

    /// Returns whether a signature is good, strictly: weak keys and malleable signatures are not.
    pub fn has_signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        self.key
            .is_some_and(|key| key.verify_strict(message, &signature).is_ok())
    }

    /// Returns whether a seal was made with this key, by the replica that it names.
    pub fn has_sealed(&self, shop: ShopId, seal: &Seal) -> bool {
        let message = seal_message(shop, seal.replica, seal.seq, &seal.chain, &seal.roster);
        self.replica == seal.replica && self.has_signed(&message, &seal.signature)
    }
}

/// Returns whether a signature is good, strictly: weak keys and malleable signatures are not.
pub fn verify(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    Signer::of(public).has_signed(message, signature)
}

/// Returns whether a public key is a point of the curve under which only its owner can sign.
pub fn is_strong(public: &[u8; 32]) -> bool {
    Signer::of(public).key.is_some()
}

/// Returns whether a seal was made with the public key of the replica that it names.
pub fn verify_seal(shop: ShopId, public: &[u8; 32], seal: &Seal) -> bool {
    Signer::of(public).has_sealed(shop, seal)
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

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        let byte = |at: usize| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap();
        std::array::from_fn(byte)
    }

    /// All encodings of the eight points of small order, canonical and not.
    const SMALL_ORDER: [&str; 14] = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];

    /// The order of the group, little-endian: S and S + order are one number to a lax reader.
    const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

    #[test]
    fn seal_vectors_keys_of_small_order_are_refused() {
        for text in SMALL_ORDER {
            let key = bytes(text);
            assert!(!is_strong(&key), "{text}");
            // R of small order and S = 0: holds for any message in a lax reader.
            for other in SMALL_ORDER {
                let mut signature = [0; 64];
                signature[..32].copy_from_slice(&bytes::<32>(other));
                for message in [&b"anything"[..], b"", b"zhiban/seal/v1\0"] {
                    assert!(!verify(&key, message, &signature), "{text} {other}");
                }
            }
        }
    }

    #[test]
    fn seal_vectors_malleable_signatures_are_refused() {
        let order: [u8; 32] = bytes(ORDER);
        for seed in 0..32 {
            let key = ReplicaKey::from_secret(&[seed; 32]);
            let message = [seed; 40];
            let good = key.sign(&message);
            assert!(verify(&key.public(), &message, &good));
            // S + order, as long as it fits 32 bytes.
            let mut other = good;
            let mut carry = 0;
            for (byte, add) in other[32..].iter_mut().zip(order) {
                let sum = u16::from(*byte) + u16::from(add) + carry;
                (*byte, carry) = (sum as u8, sum >> 8);
            }
            assert_eq!(carry, 0);
            assert!(!verify(&key.public(), &message, &other), "S + order");
            // R of small order under an honest key.
            for text in SMALL_ORDER {
                let mut other = good;
                other[..32].copy_from_slice(&bytes::<32>(text));
                assert!(!verify(&key.public(), &message, &other), "{text}");
            }
            for at in 0..64 {
                let mut other = good;
                other[at] ^= 1;
                assert!(!verify(&key.public(), &message, &other), "byte {at}");
            }
        }
    }

    #[test]
    fn seal_vectors_of_the_standard_hold() {
        // RFC 8032, section 7.1, tests 1 and 2.
        for (public, message, signature) in [
            (
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                &[][..],
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                &[0x72],
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
        ] {
            assert!(verify(&bytes(public), message, &bytes(signature)));
        }
    }
}
