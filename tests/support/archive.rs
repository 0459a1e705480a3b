//! Bundles built by hand, as the page of the format says and as it forbids: what the writer of
//! the program would never write.
#![allow(dead_code, clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use serde_json::{Value, json};
use zhiban::domain::seal::ReplicaKey;
use zhiban::exchange::bundle::format::{EVENTS, MAGIC, Manifest, RATIO_FROM, SEALS, WINDOW_LOG};

/// Parts of a bundle before they are packed.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// The manifest's exact bytes.
    pub manifest: Vec<u8>,
    /// The lines of events.
    pub events: Vec<u8>,
    /// The lines of seals.
    pub seals: Vec<u8>,
    /// The attachments.
    pub attachments: Vec<Vec<u8>>,
}

/// Returns a header of the format, with its checksum.
pub fn header(name: &[u8], size: u64) -> [u8; 512] {
    let mut block = [0; 512];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &name[..name.len().min(100)]);
    put(100, b"0000600\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(156, b"0");
    put(257, b"ustar\x0000");
    resum(&mut block);
    block
}

/// Puts a new checksum into a header.
pub fn resum(block: &mut [u8]) {
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block[..512].iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

/// Returns an entry: header, content, zeros.
pub fn entry(name: &[u8], content: &[u8]) -> Vec<u8> {
    let mut all = header(name, content.len() as u64).to_vec();
    all.extend(content);
    all.resize(all.len().next_multiple_of(512), 0);
    all
}

/// Packs an archive into one frame, one that packs too well into blocks as they are.
pub fn frame(archive: &[u8]) -> Vec<u8> {
    let packed = zstd::encode_all(archive, 1).unwrap();
    if archive.len() as u64 <= RATIO_FROM || archive.len() < 100 * packed.len() {
        return packed;
    }
    const BLOCK: usize = 128 << 10;
    let mut file = [&MAGIC[..], &[0, ((WINDOW_LOG - 10) << 3) as u8]].concat();
    for (number, block) in (1..).zip(archive.chunks(BLOCK)) {
        let is_last = number == archive.len().div_ceil(BLOCK);
        let word = (block.len() as u32) << 3 | u32::from(is_last);
        file.extend(&word.to_le_bytes()[..3]);
        file.extend(block);
    }
    file
}

impl Parts {
    /// Takes a bundle file apart.
    pub fn of(file: &[u8]) -> Self {
        let archive = zstd::decode_all(file).unwrap();
        let (mut at, mut parts) = (0, Self::default());
        while archive[at] != 0 {
            let block = &archive[at..at + 512];
            let name = block.split(|byte| *byte == 0).next().unwrap();
            let size = std::str::from_utf8(&block[124..135]).unwrap();
            let size = usize::from_str_radix(size, 8).unwrap();
            let content = archive[at + 512..at + 512 + size].to_vec();
            match name {
                b"manifest.json" => parts.manifest = content,
                b"manifest.sig" => {}
                b"events.jsonl" => parts.events = content,
                b"seals.jsonl" => parts.seals = content,
                _ => parts.attachments.push(content),
            }
            at += 512 + size.next_multiple_of(512);
        }
        parts
    }

    /// Returns the manifest as a value.
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.manifest).unwrap()
    }

    /// Lets the manifest announce exactly what the parts are, where it is JSON.
    pub fn announce(&mut self) {
        let Ok(mut manifest) = serde_json::from_slice::<Value>(&self.manifest) else {
            return;
        };
        if !manifest.is_object() {
            return;
        }
        manifest["entries"] = self.entries().into();
        self.manifest = serde_json::to_vec(&manifest).unwrap();
    }

    /// Returns the list of entries that says what the parts are.
    pub fn entries(&self) -> Vec<Value> {
        let entry = |name: &str, content: &[u8]| json!({"name": name, "size": content.len(), "blake3": blake3::hash(content).to_hex().to_string()});
        let mut all = vec![entry(EVENTS, &self.events), entry(SEALS, &self.seals)];
        for file in &self.attachments {
            all.push(entry(&format!("att/{}", blake3::hash(file).to_hex()), file));
        }
        all
    }

    /// Returns the archive, its manifest signed with a key.
    pub fn archive(&self, key: &ReplicaKey) -> Vec<u8> {
        let mut all = self.begin(key);
        all.extend(entry(b"events.jsonl", &self.events));
        all.extend(entry(b"seals.jsonl", &self.seals));
        for file in &self.attachments {
            let name = format!("att/{}", blake3::hash(file).to_hex());
            all.extend(entry(name.as_bytes(), file));
        }
        all.extend([0; 1_024]);
        all
    }

    /// Returns the first two entries.
    pub fn begin(&self, key: &ReplicaKey) -> Vec<u8> {
        let signature = key.sign(&Manifest::message(&self.manifest));
        let mut all = entry(b"manifest.json", &self.manifest);
        all.extend(entry(b"manifest.sig", &signature));
        all
    }

    /// Returns the file.
    pub fn file(&self, key: &ReplicaKey) -> Vec<u8> {
        frame(&self.archive(key))
    }
}
