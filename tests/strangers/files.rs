//! Files that come with bundles: kept where a proven event attaches them and they are of a kind
//! that may be attached, else anybody could lay anything beside the store.

use serde_json::{Value, json};

use super::archive::Parts;
use super::flood::{bundle_of, events_of, import, shop_of_two};
use super::shop::*;

const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const PROGRAM: &[u8] = b"\x7fELF\x02\x01\x01\0";

fn attach(file: &[u8]) -> (u8, Value) {
    let hash = blake3::hash(file).to_hex().to_string();
    (
        6,
        json!({"hash": hash, "type": "image/png", "size": file.len()}),
    )
}

/// Returns whether a member's bundle with this file, which these files' events attach, lays it
/// beside the store.
fn lies(file: &[u8], attached: &[&[u8]], is_sealed: bool) -> bool {
    let mut first = shop_of_two();
    let said: Vec<_> = attached.iter().map(|file| attach(file)).collect();
    let said = [vec![(2, json!({"fields": {"text": "x"}}))], said].concat();
    let events = events_of(&key(2), &said);
    let bare = bundle_of(&key(2), &key(2), &events, 0, is_sealed);
    let mut parts = Parts::of(&bare);
    parts.attachments.push(file.to_vec());
    parts.announce();
    let sum = import(&mut first, &parts.file(&key(2)));
    assert_eq!(sum.new > 0, is_sealed);
    let is_refused = is_sealed && file == PROGRAM && attached.contains(&file);
    assert_eq!(
        sum.refused_files,
        u64::from(is_refused),
        "said, or nobody knows"
    );
    let hash = blake3::hash(file);
    let lies = first.desk.store().has_file(hash.as_bytes());
    let folder = first.desk.store().folder().join("att");
    let any = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = any.flat_map(|entry| std::fs::read_dir(entry.path()).unwrap());
    assert_eq!(files.count(), usize::from(lies), "something is left aside");
    let missing = first.desk.store().missing_files().unwrap().len();
    assert_eq!(
        missing,
        if is_sealed && !lies {
            attached.len()
        } else {
            0
        }
    );
    lies
}

#[test]
fn a_file_is_kept_where_a_proven_event_attaches_it() {
    assert!(lies(PICTURE, &[PICTURE], true));
    assert!(lies(
        "亲，收到了".as_bytes(),
        &["亲，收到了".as_bytes()],
        true
    ));
    assert!(!lies(PICTURE, &[], true), "nobody attaches it");
    assert!(!lies(PICTURE, &[PROGRAM], true), "another is attached");
    assert!(!lies(PICTURE, &[PICTURE], false), "nothing proves who did");
    assert!(
        !lies(PROGRAM, &[PROGRAM], true),
        "no kind that may be attached"
    );
}
