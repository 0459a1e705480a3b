//! The two files by which a replica joins a shop: its request, and the answer of who admits it.
//!
//! A request is one line of JSON, signed with the key that it brings. An answer lies in one
//! envelope for the request's X25519 key: [`ANSWER_MAGIC`], a line of JSON, a line with the
//! signature of the admitting replica over it, and a bundle by the same replica with the roster.

use serde::{Deserialize, Serialize};

use crate::domain::id::{ReplicaId, ShopId, ShopSecret};
use crate::domain::seal::{self, ReplicaKey};
use crate::exchange::bundle::Hex;
use crate::exchange::envelope::Receivers;
use crate::problem::{Kind, Problem};

/// How the inside of an answer begins.
pub const ANSWER_MAGIC: &[u8] = b"zhiban/answer/v1\n";
/// The most bytes of a line before the bundle.
pub const ANSWER_LINE_MAX: u64 = 16 << 10;
/// The most bytes of a request.
pub const REQUEST_MAX: usize = 16 << 10;
/// The most characters of a name.
const NAME_MAX: usize = 64;
/// What a request says that it is.
const KIND: &str = "join";
const FORMAT: u32 = 1;

/// What a new replica asks with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    zhiban: String,
    format: u32,
    /// The person's name, as they gave it.
    pub name: String,
    /// The replica's ed25519 key.
    pub key: Hex<32>,
    /// The replica's X25519 key.
    pub recipient: String,
    /// The shop of the store that asks, where it has one already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<Hex<16>>,
    signature: Hex<64>,
}

impl Request {
    /// Returns the request of a replica, signed.
    pub fn new(key: &ReplicaKey, recipient: &str, name: &str, shop: Option<ShopId>) -> Self {
        let mut request = Self {
            zhiban: KIND.to_owned(),
            format: FORMAT,
            name: name.to_owned(),
            key: Hex(key.public()),
            recipient: recipient.to_owned(),
            shop: shop.map(|shop| Hex(shop.0)),
            signature: Hex([0; 64]),
        };
        request.signature = Hex(key.sign(&request.message()));
        request
    }

    /// Returns the file's bytes.
    pub fn write(&self) -> Result<Vec<u8>, Problem> {
        let mut line = serde_json::to_vec(self).map_err(Problem::defect)?;
        line.push(b'\n');
        Ok(line)
    }

    /// Reads a file: whole, signed with its own key, which is a strong one.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let refused = |message, hint| Problem::new(Kind::Unreadable, message).hint(hint);
        let not = || refused("problem-request-not", "problem-request-not-hint");
        if bytes.len() > REQUEST_MAX {
            return Err(not());
        }
        let request: Self = serde_json::from_slice(bytes).map_err(|_| not())?;
        let length = request.name.chars().count();
        let is_named = (1..=NAME_MAX).contains(&length)
            && request.name.trim() == request.name
            && !request.name.chars().any(char::is_control);
        if request.zhiban != KIND || request.format != FORMAT || !is_named {
            return Err(not());
        }
        if !seal::is_strong(&request.key.0) {
            return Err(refused("problem-request-weak", "problem-request-weak-hint"));
        }
        let opens = Receivers::of_keys(std::slice::from_ref(&request.recipient)).is_ok();
        if !opens || !seal::verify(&request.key.0, &request.message(), &request.signature.0) {
            return Err(refused(
                "problem-request-signature",
                "problem-request-weak-hint",
            ));
        }
        Ok(request)
    }

    /// Returns the replica that asks.
    pub fn replica(&self) -> ReplicaId {
        ReplicaId::of_key(&self.key.0)
    }

    /// Returns six groups of four digits that both sides read to each other: of both keys.
    pub fn digits(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher
            .update(b"zhiban/join/digits/v1\0")
            .update(&self.key.0)
            .update(self.recipient.as_bytes());
        let hash = hasher.finalize();
        let groups: Vec<String> = hash
            .as_bytes()
            .chunks_exact(4)
            .take(6)
            .map(|four| {
                let number = four
                    .iter()
                    .fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
                format!("{:04}", number % 10_000)
            })
            .collect();
        groups.join(" ")
    }

    fn message(&self) -> Vec<u8> {
        let mut hasher = blake3::Hasher::new();
        let shop = self.shop.map(|shop| shop.0.to_vec()).unwrap_or_default();
        for part in [
            self.name.as_bytes(),
            &self.key.0,
            self.recipient.as_bytes(),
            &shop,
        ] {
            hasher
                .update(&(part.len() as u32).to_le_bytes())
                .update(part);
        }
        [b"zhiban/join/v1\0".as_slice(), hasher.finalize().as_bytes()].concat()
    }
}

/// What a replica learns when it is admitted, beside the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The shop.
    pub shop: ShopId,
    /// Its secret.
    pub secret: ShopSecret,
    /// Its name.
    pub name: String,
    /// The replica that was admitted.
    pub replica: ReplicaId,
    /// Who admitted it.
    pub by: ReplicaId,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    shop: Hex<16>,
    secret: Hex<32>,
    name: String,
    replica: Hex<16>,
}

impl Answer {
    /// Returns what stands before the bundle in the envelope, signed by who admits.
    pub fn write(&self, key: &ReplicaKey) -> Result<Vec<u8>, Problem> {
        let said = Said {
            shop: Hex(self.shop.0),
            secret: Hex(self.secret.0),
            name: self.name.clone(),
            replica: Hex(self.replica.0),
        };
        let line = serde_json::to_vec(&said).map_err(Problem::defect)?;
        let signature = Hex(key.sign(&message(&line))).to_string();
        Ok([ANSWER_MAGIC, &line, b"\n", signature.as_bytes(), b"\n"].concat())
    }

    /// Reads the two lines; none where this key did not sign them.
    pub fn read(line: &[u8], signature: &[u8], key: &[u8; 32]) -> Option<Self> {
        let signature: Hex<64> = Hex::parse(std::str::from_utf8(signature).ok()?)?;
        if !seal::verify(key, &message(line), &signature.0) {
            return None;
        }
        let said: Said = serde_json::from_slice(line).ok()?;
        Some(Self {
            shop: ShopId(said.shop.0),
            secret: ShopSecret(said.secret.0),
            name: said.name,
            replica: ReplicaId(said.replica.0),
            by: ReplicaId::of_key(key),
        })
    }
}

fn message(line: &[u8]) -> Vec<u8> {
    [
        b"zhiban/answer/v1\0".as_slice(),
        blake3::hash(line).as_bytes(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::OpeningKey;

    fn request() -> Request {
        let opening = OpeningKey::from_secret(&[8; 32]).unwrap();
        Request::new(
            &ReplicaKey::from_secret(&[7; 32]),
            &opening.recipient(),
            "Li",
            None,
        )
    }

    #[test]
    fn a_request_is_read_back_and_a_changed_one_refused() {
        let bytes = request().write().unwrap();
        assert_eq!(Request::read(&bytes).unwrap(), request());
        let text = String::from_utf8(bytes).unwrap();
        for (from, to, message) in [
            ("\"Li\"", "\"Lo\"", "problem-request-signature"),
            ("age1", "age2", "problem-request-signature"),
            ("\"join\"", "\"else\"", "problem-request-not"),
            ("\"Li\"", "\"\"", "problem-request-not"),
        ] {
            let refused = Request::read(text.replace(from, to).as_bytes()).unwrap_err();
            assert_eq!(refused.message, message, "{from}");
        }
        assert!(Request::read(&vec![b' '; REQUEST_MAX + 1]).is_err());
    }

    #[test]
    fn a_weak_key_is_not_admitted() {
        let mut weak = request();
        weak.key = Hex([0; 32]);
        weak.key.0[0] = 1;
        let refused = Request::read(&weak.write().unwrap()).unwrap_err();
        assert_eq!(refused.message, "problem-request-weak");
    }

    #[test]
    fn digits_follow_from_both_keys() {
        let digits = request().digits();
        let groups: Vec<&str> = digits.split(' ').collect();
        assert_eq!(groups.len(), 6);
        assert!(
            groups
                .iter()
                .all(|group| group.len() == 4 && group.parse::<u32>().is_ok())
        );
        let mut other = request();
        other.recipient = OpeningKey::from_secret(&[9; 32]).unwrap().recipient();
        assert_ne!(other.digits(), digits);
        let mut other = request();
        other.key = Hex(ReplicaKey::from_secret(&[6; 32]).public());
        assert_ne!(other.digits(), digits);
    }

    #[test]
    fn an_answer_is_its_signers_alone() {
        let key = ReplicaKey::from_secret(&[7; 32]);
        let answer = Answer {
            shop: ShopId([1; 16]),
            secret: ShopSecret([2; 32]),
            name: "S".into(),
            replica: ReplicaId([3; 16]),
            by: key.replica(),
        };
        let bytes = answer.write(&key).unwrap();
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        assert_eq!(
            Answer::read(lines[1], lines[2], &key.public()),
            Some(answer)
        );
        let other = ReplicaKey::from_secret(&[8; 32]);
        assert_eq!(Answer::read(lines[1], lines[2], &other.public()), None);
        let changed = String::from_utf8_lossy(lines[1]).replace("\"S\"", "\"T\"");
        assert_eq!(
            Answer::read(changed.as_bytes(), lines[2], &key.public()),
            None
        );
    }
}
