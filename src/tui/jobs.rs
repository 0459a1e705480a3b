//! Long work beside the loop: files that come in, an erasure, text blocks. It runs in a thread
//! with a connection of its own, in small portions, so that whoever types waits for none of it;
//! it is stopped between two portions.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::run::Outbox;
use super::workers::Background;
use crate::desk::Desk;
use crate::desk::erase::Erasure;
use crate::desk::import::{FileReport, ImportOptions};
use crate::desk::long::{Pace, Step};
use crate::desk::people::Person;
use crate::exchange::bundle::text::{TextBlock, TextTaken};
use crate::problem::{Kind, Problem};

/// Events in a transaction: a key that writes waits for one transaction at most.
const PORTION: usize = 200;
/// Between two portions, so that others get their turn to write.
const BREATH: Duration = Duration::from_millis(4);
/// Between two words about how far it is.
const WORD: Duration = Duration::from_millis(100);

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// Look what files would bring.
    Preview(Vec<PathBuf>),
    /// Take files in.
    Import(Vec<PathBuf>),
    /// Erase the customer of a record, with the reason.
    Erase {
        /// The record by its id.
        name: String,
        /// Why.
        reason: String,
    },
    /// Write what is new as a text block.
    WriteBlock,
    /// Take in the text blocks of a pasted text.
    TakeBlock(String),
}

/// What a pane wants done beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// This, as soon as what was begun before is done.
    Start(Job),
    /// Nothing more of what is being done.
    Stop,
}

/// A file and what came of it.
pub type FileDone = (PathBuf, Result<FileReport, Problem>);

/// What came of it.
#[derive(Debug)]
pub enum Done {
    /// What each file would bring.
    Previewed(Vec<FileDone>),
    /// What each file brought; files behind a stop are missing.
    Imported(Vec<FileDone>),
    /// What was erased.
    Erased(Result<Erasure, Problem>),
    /// The text block.
    BlockWritten(Result<TextBlock, Problem>),
    /// What a text block brought.
    BlockTaken(Result<TextTaken, Problem>),
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The file that it is at, from 1.
    pub file: usize,
    /// How far it is in it.
    pub step: Step,
}

/// What a job tells the loop.
#[derive(Debug)]
pub enum JobNews {
    /// How far it is.
    Step(Progress),
    /// It has ended.
    Done(Done),
}

impl Job {
    /// Returns how many files it is about.
    pub fn files(&self) -> usize {
        match self {
            Self::Preview(files) | Self::Import(files) => files.len(),
            _ => 0,
        }
    }

    /// Returns whether it can be stopped half-way.
    pub fn can_stop(&self) -> bool {
        self.files() > 0
    }

    /// Does it, and tells how far it is; what is told is answered with whether to go on.
    pub fn run(self, desk: &mut Desk, going_on: &mut dyn FnMut(Progress) -> bool) -> Done {
        match self {
            Self::Preview(files) => Done::Previewed(take(&files, true, desk, going_on)),
            Self::Import(files) => Done::Imported(take(&files, false, desk, going_on)),
            Self::Erase { name, reason } => Done::Erased(desk.erase_customer(&name, &reason)),
            Self::WriteBlock => Done::BlockWritten(desk.text_block()),
            Self::TakeBlock(text) => Done::BlockTaken(desk.take_text(&text)),
        }
    }

    /// Returns what comes of it where it could not begin.
    fn failed(self, problem: Problem) -> Done {
        let first = |files: Vec<PathBuf>| files.into_iter().next().unwrap_or_default();
        match self {
            Self::Preview(files) => Done::Previewed(vec![(first(files), Err(problem))]),
            Self::Import(files) => Done::Imported(vec![(first(files), Err(problem))]),
            Self::Erase { .. } => Done::Erased(Err(problem)),
            Self::WriteBlock => Done::BlockWritten(Err(problem)),
            Self::TakeBlock(_) => Done::BlockTaken(Err(problem)),
        }
    }
}

/// Takes files in the order in which they were dropped; one that cannot be read does not stop
/// the others.
fn take(
    files: &[PathBuf],
    dry_run: bool,
    desk: &mut Desk,
    going_on: &mut dyn FnMut(Progress) -> bool,
) -> Vec<FileDone> {
    let options = ImportOptions {
        dry_run,
        ..ImportOptions::default()
    };
    let mut done = Vec::new();
    for (at, path) in files.iter().enumerate() {
        let mut is_stopped = false;
        let mut tell = |step| {
            let goes_on = going_on(Progress { file: at + 1, step });
            is_stopped |= !goes_on;
            goes_on
        };
        let mut pace = Pace {
            portion: PORTION,
            going_on: &mut tell,
        };
        let report = desk.import_file_by(path, &options, &mut pace);
        done.push((path.clone(), report));
        if is_stopped {
            break;
        }
    }
    done
}

/// Makes a desk for a thread, at which nobody sits yet.
type Make = Arc<dyn Fn() -> Result<Desk, Problem> + Send + Sync>;

/// Starts jobs.
#[derive(Clone)]
pub struct Jobs {
    make: Make,
    outbox: Outbox<Background>,
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jobs")
    }
}

impl Jobs {
    /// Returns what starts jobs at desks of their own and posts what comes of them.
    pub fn new(
        make: impl Fn() -> Result<Desk, Problem> + Send + Sync + 'static,
        outbox: Outbox<Background>,
    ) -> Self {
        Self {
            make: Arc::new(make),
            outbox,
        }
    }

    /// Starts a job in a person's name.
    pub fn start(&self, job: Job, person: Person) -> Result<Running, Problem> {
        let stop = Arc::new(AtomicBool::new(false));
        let (asked, jobs, work) = (Arc::clone(&stop), self.clone(), job.clone());
        let thread = thread::Builder::new()
            .name("job".into())
            .spawn(move || jobs.work(work, &person, &asked))
            .map_err(|error| Problem::new(Kind::Defect, "tui-no-terminal").caused_by(error))?;
        Ok(Running {
            job,
            progress: None,
            stop,
            thread: Some(thread),
        })
    }

    fn work(&self, job: Job, person: &Person, stop: &AtomicBool) {
        let done = match (self.make)() {
            Ok(mut desk) => {
                desk.act_as(person);
                let (mut told, mut act) = (None::<Instant>, None);
                job.run(&mut desk, &mut |progress: Progress| {
                    let name = progress.step.act.map(|written| written.act);
                    if name != act || told.is_none_or(|told| told.elapsed() >= WORD) {
                        (told, act) = (Some(Instant::now()), name);
                        self.outbox
                            .post(Background::Job(JobNews::Step(progress)));
                    }
                    thread::sleep(BREATH);
                    !stop.load(Ordering::Relaxed)
                })
            }
            Err(problem) => job.failed(problem),
        };
        // Without a loop nobody reads it any more.
        self.outbox.post(Background::Job(JobNews::Done(done)));
    }
}

/// A job that is being done. Dropped, it is stopped and waited for: it ends after the portion
/// that it is writing.
#[derive(Debug)]
pub struct Running {
    /// What is being done.
    pub job: Job,
    /// How far it is; none while it only reads the file.
    pub progress: Option<Progress>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Asks it to end after the portion that it is writing.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Returns whether it was asked to end.
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            // One that broke has been told of by its own report.
            let _ = thread.join();
        }
    }
}

/// Returns the last part of a path, for people.
pub fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
