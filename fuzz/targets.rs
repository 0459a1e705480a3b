//! What the fuzz targets do with their bytes, and what `tests/fuzz_replay.rs` does again with
//! each starting file and each file that once broke something: the same functions.

#[path = "../tests/support/archive.rs"]
pub mod archive;

use std::sync::OnceLock;

use zhiban::domain::body::{self, Body};
use zhiban::domain::event::{Event, Verb};
use zhiban::domain::fold::fold;
use zhiban::domain::id::Chain;
use zhiban::domain::payload::Payload;
use zhiban::domain::registers;
use zhiban::domain::seal::ReplicaKey;
use zhiban::exchange::bundle;
use zhiban::exchange::bundle::format::{EventLine, Manifest, SealLine};
use zhiban::exchange::intake::chats::{self, ChatContext, ChatForms};
use zhiban::exchange::intake::profiles::Profiles;
use zhiban::exchange::intake::{self, Options};
use zhiban::text::clean;

/// All targets by name.
pub const TARGETS: [(&str, fn(&[u8])); 5] = [
    ("bundle", bundle_reader),
    ("event", event_decoder),
    ("intake", table_intake),
    ("paste", chat_paste),
    ("sanitiser", sanitiser),
];

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;
/// 2026-11-22T15:46+08:00.
const NOW: i64 = 1_795_333_560_000;
/// What stands between the parts of a bundle.
const SEPARATOR: u8 = 0x1e;

/// The bundle reader. The first byte says what follows: `f` a file, `a` an archive, else the
/// parts of a bundle, which are packed and signed so that the reader comes to the lines.
pub fn bundle_reader(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else {
        return;
    };
    let file = match kind {
        b'f' => rest.to_vec(),
        b'a' => archive::frame(rest),
        _ => {
            let mut parts = rest.split(|byte| *byte == SEPARATOR).map(<[u8]>::to_vec);
            let mut parts = archive::Parts {
                manifest: parts.next().unwrap_or_default(),
                events: parts.next().unwrap_or_default(),
                seals: parts.next().unwrap_or_default(),
                attachments: parts.collect(),
            };
            parts.announce();
            parts.file(&ReplicaKey::from_secret(&[1; 32]))
        }
    };
    if let Ok(found) = bundle::inspect_bytes(&file) {
        assert_eq!(found.counts.events, found.manifest.events());
        let _ = (found.json(), found.verdict());
    }
}

/// The decoder of events: lines of a bundle, bodies, payloads of every verb, the fold.
pub fn event_decoder(bytes: &[u8]) {
    static MANIFEST: OnceLock<Option<Manifest>> = OnceLock::new();
    let manifest = MANIFEST.get_or_init(|| {
        let golden = include_bytes!("../tests/golden/v1.zbundle");
        serde_json::from_slice(&archive::Parts::of(golden).manifest).ok()
    });
    if let Ok(object) = body::parse(bytes) {
        let again = Body::write(&object, &body::Json::new(), [0; 16]);
        assert!(again.is_ok(), "what was read can be written");
        for verb in 1..=10 {
            if let Some(verb) = Verb::of(verb) {
                let _ = Payload::of(verb, object.clone().into(), object.clone().into());
            }
        }
    }
    let Some(manifest) = manifest else { return };
    if let Ok(line) = serde_json::from_slice::<SealLine>(bytes) {
        let _ = line.read(manifest);
    }
    let Ok(line) = serde_json::from_slice::<EventLine<'_>>(bytes) else {
        return;
    };
    let Ok((head, body)) = line.read(manifest) else {
        return;
    };
    let is_sound = head.check().is_ok() && body.check().is_ok();
    let chain = head.chain(&Chain([0; 32]));
    let event = Event { head, chain, body };
    let written = EventLine::of(&event, 0, 0).map(|line| serde_json::to_vec(&line));
    assert!(matches!(written, Some(Ok(_))), "what was read is relayed");
    if is_sound {
        let _ = Payload::read(&event);
        for register in registers::ALL.iter().copied() {
            let _ = fold(Some(register), std::slice::from_ref(&event));
        }
    }
}

/// The intake of tables. The first line is the file's name.
pub fn table_intake(bytes: &[u8]) {
    static PROFILES: OnceLock<Option<Profiles>> = OnceLock::new();
    let Some(profiles) = PROFILES.get_or_init(|| Profiles::built_in().ok()) else {
        return;
    };
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let file_name = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let options = Options {
        file_name: &file_name,
        kind: None,
        profile: None,
        account: None,
        currency: None,
        exported_at: None,
        date_order: None,
        day: None,
        zone: ZONE,
    };
    if let Ok(read) = intake::read(&bytes[end..], &options, profiles) {
        assert!(read.refused <= read.read);
    }
}

/// The paste of a chat.
pub fn chat_paste(bytes: &[u8]) {
    static FORMS: OnceLock<Option<ChatForms>> = OnceLock::new();
    let Some(forms) = FORMS.get_or_init(|| ChatForms::built_in().ok()) else {
        return;
    };
    let ours = ["青禾家居旗舰店:林晓".to_owned()];
    let context = ChatContext {
        now: NOW,
        zone: ZONE,
        date_order: None,
        ours: &ours,
        known_buyer: &|name| name == "春天里",
    };
    let _ = chats::read(&String::from_utf8_lossy(bytes), forms, &context);
}

/// The sanitiser: no control character comes out of it, and what is clean stays as it is.
pub fn sanitiser(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (line, block) = (clean::line(&text), clean::block(&text));
    assert!(!line.chars().any(char::is_control));
    assert!(!block.chars().any(|c| c.is_control() && c != '\n'));
    assert_eq!(clean::line(&line), line);
    assert_eq!(clean::block(&block), block);
    let untrusted = clean::Untrusted::new(text.as_ref());
    let _ = (untrusted.csv(), untrusted.html(), untrusted.markdown());
    let _ = clean::typed(&text);
}
