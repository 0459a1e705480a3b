//! Export: from the store into files, written aside and renamed.

mod source;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::crowd;
use super::fault::BundleFault;
use super::format::{HEADS_MAX, REPLICAS_MAX, Range, Replica, Tip};
use super::hex::Hex;
use super::pack::{Frame, Limits, PackFault, Part, Piece, plan, write};
use super::witness;
use crate::domain::id::{ReplicaId, ShopId};
use crate::domain::seal::ReplicaKey;
use crate::exchange::envelope::Receivers;
use crate::exchange::reach::{Eyes, Sight};
use crate::problem::{Kind, Problem};
use crate::store::{Given, Holds, Store, StoreError, StreamHead, private_file, sync_folder};
use source::{Bodies, FromStore};

/// Under which local setting stands how far the last export to the whole shop went.
const SENT: &str = "bundle.sent.shop";
/// The same of the exports into the shared folder.
const SENT_FOLDER: &str = "bundle.sent.folder";
/// The same of text blocks.
const SENT_TEXT: &str = "bundle.sent.text";
/// How often an export is tried while bodies are erased beside it.
const TRIES: u32 = 3;

/// Which events go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// Everything that is held here.
    All,
    /// What came here at this time (milliseconds UTC) or later, up to each head.
    Since(i64),
    /// What came here since the last export of this kind.
    ForShop,
    /// What those whom it is for lack, as far as their own bundles tell.
    Lacking,
    /// The streams of those who wrote the roster: what somebody new needs first.
    Roster,
    /// What this machine's replicas wrote since the last export into the shared folder.
    ForFolder,
    /// What this machine's replicas wrote since the last text block; before the first one, since
    /// the last export for the whole shop, not into the folder, which who needs a text block may
    /// not see. Other replicas are not even named.
    ForText,
}

impl Selection {
    /// Returns the local settings that say how far an export of this kind went: the first that
    /// is there counts, and the first of all is written.
    fn marks(self) -> &'static [&'static str] {
        match self {
            Self::All | Self::Since(_) | Self::Lacking | Self::Roster => &[],
            Self::ForShop => &[SENT],
            Self::ForFolder => &[SENT_FOLDER],
            Self::ForText => &[SENT_TEXT, SENT],
        }
    }

    fn mark(self) -> Option<&'static str> {
        self.marks().first().copied()
    }

    /// Returns whether only streams of this machine's replicas go out.
    fn is_of_own(self) -> bool {
        matches!(self, Self::ForFolder | Self::ForText)
    }
}

/// What an export is to be.
#[derive(Debug, Clone, Copy)]
pub struct Export<'a> {
    /// Who signs it: a replica whose key is on this machine.
    pub sender: ReplicaId,
    /// Which events.
    pub selection: Selection,
    /// Why personal bodies may go out unencrypted; none where they may not.
    pub plain: Option<&'a str>,
    /// To whom it is encrypted; none where it is not.
    pub receivers: Option<&'a Receivers>,
    /// What stands before the bundle in the same envelope, and asks for one file; or nothing.
    pub preface: &'a [u8],
    /// Whose replicas lack what goes out, for [`Selection::Lacking`].
    pub to: &'a [ReplicaId],
    /// Whose reach decides which bodies go out; none where all do.
    pub eyes: Option<&'a Eyes>,
    /// When, milliseconds UTC.
    pub now: i64,
    /// What one file may hold.
    pub limits: Limits,
}

impl Export<'_> {
    /// Returns an export of everything new for the whole shop, without personal bodies.
    pub fn new(sender: ReplicaId, now: i64) -> Self {
        Self {
            sender,
            selection: Selection::ForShop,
            plain: None,
            receivers: None,
            preface: &[],
            to: &[],
            eyes: None,
            now,
            limits: Limits::default(),
        }
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The files, in order of their parts.
    pub files: Vec<PathBuf>,
    /// The events in them.
    pub events: u64,
    /// The events among them with a personal body.
    pub personal: u64,
    /// The events among them whose body stays here, because the receiver is beyond its reach.
    pub withheld: u64,
}

/// Writes a bundle to `path`, or complete parts of it to `NAME-1of3.zbundle` and so on beside
/// that place where one file would be too large. Own streams go out up to their heads, which
/// are sealed first, other streams up to their last sealed event held here. Files appear whole
/// or not at all, readable by their owner alone but in the shared folder; none is overwritten.
///
/// Fails where personal bodies would go out without a reason, where the sender's key is not
/// here, and where a file cannot be written.
pub fn export(store: &mut Store, export: &Export<'_>, path: &Path) -> Result<Exported, Problem> {
    let shop = store.shop_id().ok_or(StoreError::NoShop)?;
    let key = store.key_of(export.sender).ok_or_else(no_replica)?;
    for replica in store.own_replicas() {
        store.seal_head(replica)?;
    }
    let mut tried = 1;
    let (exported, sent, bodies) = loop {
        match Outgoing::gather(store, shop, &key, export)
            .and_then(|outgoing| outgoing.write(export, path))
        {
            Err(Fault::Pack(PackFault::Changed)) if tried < TRIES => tried += 1,
            other => break other.map_err(|fault| fault.problem(path))?,
        }
    };
    for replica in export.to {
        store.keep_back(*replica, &bodies.withheld, &bodies.whole)?;
    }
    if let Some(mark) = export.selection.mark() {
        let sent = serde_json::to_string(&sent).map_err(Problem::defect)?;
        store.set_setting_local(mark, Some(&sent))?;
    }
    Ok(exported)
}

/// Returns the heads of this machine's streams that have grown since the last export of a kind,
/// each with the seq up to which it went out.
pub(super) fn own_news(
    store: &Store,
    selection: Selection,
) -> Result<Vec<(StreamHead, u64)>, StoreError> {
    let (own, from) = (store.own_replicas(), sent_by(store, selection.marks())?);
    let heads = store.heads()?.into_iter();
    Ok(heads
        .filter(|head| own.contains(&head.replica))
        .map(|head| {
            let from = from.get(&head.stream).copied().unwrap_or(0);
            let from = from.clamp(head.from_seq, head.seq);
            (head, from)
        })
        .filter(|(head, from)| head.seq > *from)
        .collect())
}

/// Returns how far the last export of a kind went, to be put back by [`go_back`].
pub(super) fn mark(store: &Store, selection: Selection) -> Result<Option<String>, StoreError> {
    selection
        .mark()
        .map_or(Ok(None), |mark| store.setting_local(mark))
}

/// Lets the next export of a kind begin where an earlier one began.
pub(super) fn go_back(
    store: &mut Store,
    selection: Selection,
    to: Option<&str>,
) -> Result<(), StoreError> {
    selection
        .mark()
        .map_or(Ok(()), |mark| store.set_setting_local(mark, to))
}

/// Lets the next export of a kind begin at the beginning.
pub(super) fn forget(store: &mut Store, selection: Selection) -> Result<(), StoreError> {
    go_back(store, selection, None)
}

fn no_replica() -> Problem {
    Problem::new(Kind::Refused, "problem-bundle-no-replica").hint("problem-bundle-no-replica-hint")
}

/// How far each stream went out, by its local number.
type Sent = BTreeMap<i64, u64>;

/// Everything of an export before it is written.
struct Outgoing<'a> {
    source: FromStore<'a>,
    frame: Frame<'a>,
    pieces: Vec<Piece>,
    sent: Sent,
}

impl<'a> Outgoing<'a> {
    fn gather(
        store: &'a Store,
        shop: ShopId,
        key: &'a ReplicaKey,
        export: &Export<'a>,
    ) -> Result<Self, Fault> {
        let heads = store.heads()?;
        let mut frame = Frame {
            shop,
            key,
            sender: 0,
            made: export.now,
            replicas: Vec::new(),
            heads: Vec::new(),
        };
        place_of(&mut frame.replicas, key.replica(), key.public());
        let from = starts(store, &heads, export)?;
        let own = store.own_replicas();
        let (mut pieces, mut sent) = (Vec::new(), Sent::new());
        for head in &heads {
            let is_own = own.contains(&head.replica);
            if export.selection == Selection::ForText && !is_own {
                continue;
            }
            let public = store
                .public_key(head.replica)?
                .ok_or(StoreError::BrokenChain(head.replica))?;
            let replica = place_of(&mut frame.replicas, head.replica, public);
            frame.heads.push(Tip {
                replica,
                seq: head.seq,
                chain: head.chain,
            });
            if export.selection.is_of_own() && !is_own {
                continue;
            }
            if let Some(range) = range(
                store,
                head,
                replica,
                from.get(&head.stream).copied().unwrap_or(0),
            )? {
                sent.insert(head.stream, range.to_seq);
                pieces.push(Piece {
                    stream: head.stream,
                    range,
                });
            } else if let Some(seq) = from.get(&head.stream) {
                sent.insert(head.stream, *seq);
            }
        }
        crowd::trim(&mut frame, &mut pieces);
        for (what, length, limit) in [
            ("replicas", frame.replicas.len(), REPLICAS_MAX),
            ("heads", frame.heads.len(), HEADS_MAX),
        ] {
            if length > limit {
                return Err(Fault::Pack(
                    BundleFault::Limit {
                        what,
                        limit: limit as u64,
                    }
                    .into(),
                ));
            }
        }
        Ok(Self {
            source: FromStore {
                store,
                eyes: export.eyes,
                bodies: std::cell::RefCell::default(),
            },
            frame,
            pieces,
            sent,
        })
    }

    fn write(self, export: &Export<'_>, path: &Path) -> Result<(Exported, Sent, Bodies), Fault> {
        let parts = plan(&self.source, &self.pieces, export.limits)?;
        let personal = parts.iter().map(|part| part.personal).sum();
        if personal > 0
            && export.receivers.is_none()
            && export.plain.is_none_or(|reason| reason.trim().is_empty())
        {
            return Err(Fault::Problem(
                Problem::new(Kind::Refused, "problem-bundle-personal")
                    .hint("problem-bundle-personal-hint")
                    .arg("count", personal),
            ));
        }
        let count = parts.len() as u32;
        if count > 1 && !export.preface.is_empty() {
            return Err(Fault::Problem(
                Problem::new(Kind::Refused, "problem-answer-large")
                    .hint("problem-answer-large-hint"),
            ));
        }
        let files: Vec<PathBuf> = (1..=count)
            .map(|number| name_of(path, (number, count)))
            .collect();
        if let Some(there) = files.iter().find(|file| file.exists()) {
            return Err(Fault::Problem(
                Problem::new(Kind::Refused, "problem-file-exists")
                    .hint("problem-file-exists-hint")
                    .arg("file", there.display()),
            ));
        }
        let events = parts.iter().map(|part| part.events).sum();
        // Written down first: what is given away unknown to the list could never be told of.
        let noted = if events > 0 {
            Some(self.note(export, path)?)
        } else {
            None
        };
        for ((part, file), number) in parts.iter().zip(&files).zip(1..) {
            if let Err(fault) = self.write_file(part, (number, count), file, export) {
                // Of several parts the first may be there.
                if let (Some(noted), 1) = (noted, number) {
                    self.source.store.forget_given(noted)?;
                }
                return Err(fault);
            }
        }
        let bodies = self.source.bodies.into_inner();
        Ok((
            Exported {
                files,
                events,
                personal,
                withheld: bodies.withheld.len() as u64,
            },
            self.sent,
            bodies,
        ))
    }

    /// Notes in the store's list what is given away and to whom.
    fn note(&self, export: &Export<'_>, path: &Path) -> Result<i64, Fault> {
        let store = self.source.store;
        let kind = match export.selection {
            Selection::ForFolder => "folder",
            Selection::ForText => "text",
            Selection::Roster => "answer",
            _ => "bundle",
        };
        let named = |path: &Path| {
            path.file_name()
                .map(|name| name.to_string_lossy().into_owned())
        };
        let file = match export.selection {
            Selection::ForFolder => {
                let folder = path.parent().and_then(named).unwrap_or_default();
                format!("{folder}/{}", named(path).unwrap_or_default())
            }
            Selection::ForText => String::new(),
            _ => path.display().to_string(),
        };
        let receivers = export
            .receivers
            .map_or(Ok(Vec::new()), |receivers| receivers.persons(store))?;
        let ranges = self.pieces.iter().map(|piece| {
            let range = piece.range;
            (piece.stream, range.from_seq, range.to_seq)
        });
        Ok(store.note_given(&Given {
            at: export.now,
            replica: export.sender,
            kind: kind.to_owned(),
            file,
            receivers,
            reason: export.plain.map(str::to_owned),
            holds: Holds::Streams(ranges.collect()),
        })?)
    }

    /// Writes one file aside and gives it its name once it is on the disk.
    fn write_file(
        &self,
        part: &Part,
        number: (u32, u32),
        path: &Path,
        export: &Export<'_>,
    ) -> Result<(), Fault> {
        let aside = Aside(path.with_extension("zbundle-part"));
        // In the shared folder the others must be able to read it.
        let is_shared = export.selection == Selection::ForFolder;
        let out = BufWriter::new(if is_shared {
            File::create(&aside.0).map_err(PackFault::from)?
        } else {
            private_file(&aside.0)?
        });
        let out = match export.receivers {
            None => write(&self.source, &self.frame, part, number, out)?,
            Some(receivers) => {
                let mut out = receivers.encrypt(out).map_err(|fault| fault.problem())?;
                out.write_all(export.preface).map_err(PackFault::from)?;
                let out = write(&self.source, &self.frame, part, number, out)?;
                out.finish().map_err(PackFault::from)?
            }
        };
        let file: File = out
            .into_inner()
            .map_err(|fault| PackFault::from(fault.into_error()))?;
        file.sync_all().map_err(PackFault::from)?;
        drop(file);
        fs::rename(&aside.0, path).map_err(PackFault::from)?;
        match path.parent().map_or(Ok(()), sync_folder) {
            // Not every share can do it; what a power cut takes there is missed and sent anew.
            Err(_) if is_shared => Ok(()),
            done => Ok(done?),
        }
    }
}

/// A file that goes again unless it was renamed.
struct Aside(PathBuf);

impl Drop for Aside {
    fn drop(&mut self) {
        // Renamed, it is not there any more; else it is litter, and its absence loses nothing.
        let _ = fs::remove_file(&self.0);
    }
}

/// Returns the name of a part: the path itself where there is one part only.
fn name_of(path: &Path, (number, parts): (u32, u32)) -> PathBuf {
    if parts == 1 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}of{parts}."));
    name.push(path.extension().unwrap_or_else(|| "zbundle".as_ref()));
    path.with_file_name(name)
}

fn place_of(replicas: &mut Vec<Replica>, id: ReplicaId, key: [u8; 32]) -> usize {
    replicas
        .iter()
        .position(|replica| replica.id == id)
        .unwrap_or_else(|| {
            replicas.push(Replica { id, key: Hex(key) });
            replicas.len() - 1
        })
}

/// Returns behind which seq of each stream the selection begins; absent ones begin at theirs.
fn starts(store: &Store, heads: &[StreamHead], export: &Export<'_>) -> Result<Sent, StoreError> {
    match export.selection {
        Selection::Roster => {
            let wanted = store.roster_streams()?;
            let left_out = heads.iter().filter(|head| !wanted.contains(&head.stream));
            Ok(left_out.map(|head| (head.stream, head.seq)).collect())
        }
        Selection::Lacking => {
            let mut from = lacking(store, heads, export.to)?;
            bring_back(store, export, &mut from)?;
            Ok(from)
        }
        Selection::All => Ok(Sent::new()),
        // What was held in the moment before is left out.
        Selection::Since(time) => store.held_at(time.saturating_sub(1)),
        kind => sent_by(store, kind.marks()),
    }
}

/// Returns how far the first export went of which there was one. Unreadable, it is as if nothing
/// had been sent: too much goes out, never too little.
fn sent_by(store: &Store, marks: &[&str]) -> Result<Sent, StoreError> {
    for mark in marks {
        if let Some(sent) = store.setting_local(mark)? {
            return Ok(serde_json::from_str(&sent).unwrap_or_default());
        }
    }
    Ok(Sent::new())
}

/// Returns how far each stream is held by every one of these replicas, as their own manifests
/// told: whose was never here lacks everything.
fn lacking(store: &Store, heads: &[StreamHead], to: &[ReplicaId]) -> Result<Sent, StoreError> {
    let mut known = Vec::new();
    for replica in to {
        known.push(witness::known_heads(store, *replica)?);
    }
    let mut from = Sent::new();
    for head in heads {
        let mut held = if known.is_empty() { 0 } else { head.seq };
        for told in &known {
            let mut best = 0;
            for (_, seq, chain) in told.iter().filter(|(replica, ..)| *replica == head.replica) {
                if *seq <= head.seq && store.chain_at(head.stream, *seq)? == Some(*chain) {
                    best = best.max(*seq);
                }
            }
            held = held.min(best);
        }
        from.insert(head.stream, held);
    }
    Ok(from)
}

/// Goes back to before what was withheld from a receiver who has come within its reach.
fn bring_back(store: &Store, export: &Export<'_>, from: &mut Sent) -> Result<(), StoreError> {
    for replica in export.to {
        for (stream, seq, record) in store.kept_back(*replica)? {
            let sight = match export.eyes {
                Some(eyes) => eyes.on(store, record)?,
                None => Sight::Whole,
            };
            if sight == Sight::Whole
                && let Some(from) = from.get_mut(&stream)
            {
                *from = (*from).min(seq - 1);
            }
        }
    }
    Ok(())
}

/// Returns what of a stream goes out: from a seq up to the last sealed event.
fn range(
    store: &Store,
    head: &StreamHead,
    replica: usize,
    from: u64,
) -> Result<Option<Range>, StoreError> {
    let from_seq = from.clamp(head.from_seq, head.seq);
    let Some(last) = store.seals(head.stream, from_seq + 1, head.seq)?.pop() else {
        return Ok(None);
    };
    let from_chain = store
        .chain_at(head.stream, from_seq)?
        .ok_or(StoreError::BrokenChain(head.replica))?;
    Ok(Some(Range {
        replica,
        from_seq,
        from_chain,
        to_seq: last.seq,
        to_chain: last.chain,
    }))
}

/// What an export can end with.
enum Fault {
    Pack(PackFault),
    Problem(Problem),
}

impl From<PackFault> for Fault {
    fn from(fault: PackFault) -> Self {
        Self::Pack(fault)
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Problem(error.into())
    }
}

impl Fault {
    fn problem(self, path: &Path) -> Problem {
        let fault = match self {
            Self::Problem(problem) => return problem,
            Self::Pack(fault) => fault,
        };
        match fault {
            PackFault::File(cause) => Problem::new(Kind::NotSaved, "problem-bundle-not-saved")
                .hint("problem-bundle-not-saved-hint")
                .arg("file", path.display())
                .arg("cause", &cause)
                .caused_by(cause),
            PackFault::Changed => Problem::new(Kind::Busy, "problem-bundle-changed")
                .hint("problem-bundle-changed-hint"),
            PackFault::Hole { stream, seq } => {
                Problem::new(Kind::Unreadable, "problem-bundle-hole")
                    .hint("problem-bundle-hole-hint")
                    .arg("replica", stream)
                    .arg("seq", seq)
            }
            PackFault::Format(fault) => fault.problem(&path.display().to_string()),
        }
    }
}
