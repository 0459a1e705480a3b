//! Every starting file of the fuzz targets, and every file that once broke one, goes through
//! the functions that the targets call: none may panic or take a second.
//!
//! Fuzzing itself: `cargo fuzz run -s none TARGET -- -dict=fuzz/dictionary/TARGET.dict`, on the
//! ordinary compiler. What it finds is mended with its file under `fuzz/regressions/TARGET/`.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[path = "../fuzz/targets.rs"]
mod targets;

/// The longest that one file may take.
const MOST: Duration = Duration::from_secs(1);

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Returns the files of a folder by name; none where there is no folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

#[test]
fn fuzz_replay() {
    for (name, target) in targets::TARGETS {
        let corpus = files(&here(&format!("fuzz/corpus/{name}")));
        assert!(
            corpus.len() >= 5,
            "{name} has {} starting files",
            corpus.len()
        );
        let regressions = files(&here(&format!("fuzz/regressions/{name}")));
        for file in corpus.iter().chain(&regressions) {
            let bytes = fs::read(file).unwrap();
            let begun = Instant::now();
            target(&bytes);
            assert!(
                begun.elapsed() < MOST,
                "{} took {:?}",
                file.display(),
                begun.elapsed()
            );
        }
    }
}

#[test]
fn fuzz_replay_of_each_target_has_its_program_and_words() {
    for (name, _) in targets::TARGETS {
        assert!(here(&format!("fuzz/fuzz_targets/{name}.rs")).is_file());
        let words = fs::read_to_string(here(&format!("fuzz/dictionary/{name}.dict"))).unwrap();
        for line in words.lines().filter(|line| !line.is_empty()) {
            let is_word = line.len() > 2 && line.starts_with('"') && line.ends_with('"');
            assert!(is_word || line.starts_with('#'), "{name}: {line}");
        }
    }
}

/// The starting files of the bundle reader, from the golden bundle.
#[test]
#[ignore = "the starting files were written once; this says how"]
fn write_the_starting_files_of_the_bundle_reader() {
    let golden = fs::read(here("tests/golden/v1.zbundle")).unwrap();
    let whole = targets::archive::Parts::of(&golden);
    let lines_of_one = |bytes: &[u8]| -> String {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let lines = text.lines().filter(|line| line.starts_with("{\"r\":1,"));
        lines
            .map(|line| line.replacen("\"r\":1", "\"r\":0", 1) + "\n")
            .collect()
    };
    let mut manifest = whole.value();
    manifest["streams"] = vec![manifest["streams"][1].clone()].into();
    let parts = |manifest: &serde_json::Value, events: &str, seals: &str| {
        [
            b"p".as_slice(),
            &serde_json::to_vec(manifest).unwrap(),
            b"\x1e",
            events.as_bytes(),
            b"\x1e",
            seals.as_bytes(),
            b"\x1ea picture",
        ]
        .concat()
    };
    let (events, seals) = (lines_of_one(&whole.events), lines_of_one(&whole.seals));
    let folder = here("fuzz/corpus/bundle");
    fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    write("seven-events", &parts(&manifest, &events, &seals));
    write("no-seal", &parts(&manifest, &events, ""));
    manifest["streams"] = serde_json::json!([]);
    write("no-stream", &parts(&manifest, "", ""));
    let archive = zstd::decode_all(golden.as_slice()).unwrap();
    write("archive-begin", &[b"a", &archive[..512]].concat());
    write("frame-begin", &[b"f", &golden[..256]].concat());
    write(
        "empty-frame",
        &[b"f".as_slice(), &zstd::encode_all(&b""[..], 1).unwrap()].concat(),
    );
}
