//! Long work beside the loop: files that come in, an erasure, text blocks. It runs in a thread
//! with a connection of its own, in small portions, so that whoever types waits for none of it;
//! it is stopped between two portions.

mod told;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use super::run::Outbox;
use super::workers::{Background, thread_failed};
use crate::desk::Desk;
use crate::desk::board::Risks;
use crate::desk::care::Copied;
use crate::desk::erase::Erasure;
use crate::desk::figures::{Facts, Span};
use crate::desk::import::{FileReport, ImportOptions};
use crate::desk::long::{Pace, Stage, Step};
use crate::desk::people::Person;
use crate::desk::start::old_table::OldTableReport;
use crate::domain::id::Id;
use crate::exchange::bundle::{
    self,
    text::{TextBlock, TextTaken},
};
use crate::exchange::intake;
use crate::exchange::intake::old_table::{Meaning, OldTable};
use crate::problem::{Kind, Problem};
use crate::store::{Checking, Store, Verified};

pub use told::{old_table_counts, told};

/// Events in a transaction: a key that writes waits for one transaction at most.
const PORTION: usize = 200;
/// The longest time between two portions. It is as long as the portion took, so that a key that
/// writes meets an open door every other time it looks.
const BREATH: Duration = Duration::from_millis(30);
/// How long the end of the program waits for the last portion.
const LAST: Duration = Duration::from_secs(2);
/// Between two words about how far it is.
const WORD: Duration = Duration::from_millis(100);

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// Look what files would bring, where it is known what they hold read as that.
    Preview(Vec<PathBuf>, Option<intake::Kind>),
    /// Take files in, read likewise.
    Import(Vec<PathBuf>, Option<intake::Kind>),
    /// Take a shop's old table over by what its columns mean.
    OldTable {
        /// The file's name.
        file: String,
        /// What stands in it.
        table: Arc<OldTable>,
        /// What its columns mean.
        meanings: Vec<Meaning>,
        /// Whether to look only.
        dry_run: bool,
    },
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
    /// Look back at a time, milliseconds UTC.
    LookBack {
        /// The time.
        time: i64,
        /// The one record that is looked at, none for all of them.
        only: Option<Id>,
    },
    /// Read what figures about a day count.
    Count(NaiveDate),
    /// Read what of today, or of the day before, carries a risk.
    Weigh(bool),
    /// Look at everything in the store.
    Verify,
    /// Copy the store into a new file and look at the copy.
    BackUp(PathBuf),
}

/// What a file brings, or brought.
#[derive(Debug, Clone)]
pub enum Brought {
    /// An export's rows.
    Rows(Box<FileReport>),
    /// A colleague's bundle.
    Bundle {
        /// The events in it.
        events: u64,
        /// Those that were not here, once it is taken in.
        new: Option<u64>,
    },
}

/// A file and what came of it.
pub type FileDone = (PathBuf, Result<Brought, Problem>);

/// How the name of a colleague's bundle ends.
const BUNDLE: &str = "zbundle";

/// What came of it.
#[derive(Debug)]
pub enum Done {
    /// What each file would bring.
    Previewed(Vec<FileDone>),
    /// What each file brought; files behind a stop are missing.
    Imported(Vec<FileDone>),
    /// What an old table brought, or would bring.
    OldTable {
        /// What stands in it.
        table: Arc<OldTable>,
        /// Whether it was looked at only.
        dry_run: bool,
        /// What came of it.
        outcome: Result<OldTableReport, Problem>,
    },
    /// What was erased.
    Erased(Result<Erasure, Problem>),
    /// The text block.
    BlockWritten(Result<TextBlock, Problem>),
    /// What a text block brought.
    BlockTaken(Result<TextTaken, Problem>),
    /// The store as it was at a time, for whoever waits for it; none where it was stopped.
    LookedBack {
        /// The time, milliseconds UTC.
        time: i64,
        /// The one record that it holds beside what names it, none where it holds all.
        only: Option<Id>,
        /// Taken by the pane that asked.
        past: Option<Result<Option<Box<Store>>, Problem>>,
    },
    /// What figures count, for whoever waits for it; none where it was stopped.
    Counted {
        /// The day.
        day: NaiveDate,
        /// Taken by the pane that asked.
        facts: Option<Result<Option<Arc<Facts>>, Problem>>,
    },
    /// What of a day carries a risk, for whoever waits for it; none where it was stopped.
    Weighed {
        /// Whether of today.
        is_today: bool,
        /// Taken by the pane that asked.
        risks: Option<Result<Option<Risks>, Problem>>,
    },
    /// What looking at everything found; none where it was stopped.
    Verified(Result<Option<Verified>, Problem>),
    /// The copy; none where it was stopped before there was one.
    BackedUp(Result<Option<Copied>, Problem>),
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
            Self::Preview(files, _) | Self::Import(files, _) => files.len(),
            _ => 0,
        }
    }

    /// Returns whether it can be stopped half-way.
    pub fn can_stop(&self) -> bool {
        let looks = matches!(
            self,
            Self::LookBack { .. }
                | Self::Count(_)
                | Self::Weigh(_)
                | Self::Verify
                | Self::BackUp(_)
        );
        looks || self.files() > 0
    }

    /// Returns whether nobody waits for another job any more, once the same person asks for this
    /// one: whoever turns to another day no longer looks for the one before.
    pub fn replaces(&self, other: &Job) -> bool {
        matches!(
            (self, other),
            (Self::Count(_), Self::Count(_)) | (Self::Weigh(_), Self::Weigh(_))
        )
    }

    /// Does it, and tells how far it is; what is told is answered with whether to go on.
    pub fn run(self, desk: &mut Desk, going_on: &mut dyn FnMut(Progress) -> bool) -> Done {
        match self {
            Self::Preview(files, kind) => {
                Done::Previewed(take(&files, options(kind, true), desk, going_on))
            }
            Self::Import(files, kind) => {
                Done::Imported(take(&files, options(kind, false), desk, going_on))
            }
            Self::OldTable {
                file,
                table,
                meanings,
                dry_run,
            } => {
                let mut pace = Pace {
                    portion: PORTION,
                    going_on: &mut |step| going_on(Progress { file: 1, step }),
                };
                let outcome = desk.take_old_table(&file, &table, &meanings, dry_run, &mut pace);
                Done::OldTable {
                    table,
                    dry_run,
                    outcome,
                }
            }
            Self::Erase { name, reason } => Done::Erased(desk.erase_customer(&name, &reason)),
            Self::WriteBlock => Done::BlockWritten(desk.text_block()),
            Self::TakeBlock(text) => Done::BlockTaken(desk.take_text(&text)),
            Self::LookBack { time, only } => Done::LookedBack {
                time,
                only,
                past: Some(look_back(desk.store(), (time, only), going_on)),
            },
            Self::Count(day) => Done::Counted {
                day,
                facts: Some(count(desk, day, going_on)),
            },
            Self::Weigh(is_today) => Done::Weighed {
                is_today,
                risks: Some(weigh(desk, is_today, going_on)),
            },
            Self::Verify => Done::Verified(desk.verify_store(&mut checking(going_on))),
            Self::BackUp(file) => Done::BackedUp(desk.back_up(&file, &mut checking(going_on))),
        }
    }

    /// Returns what comes of it where it could not begin, or broke.
    pub fn failed(self, problem: Problem) -> Done {
        let first = |files: Vec<PathBuf>| files.into_iter().next().unwrap_or_default();
        match self {
            Self::Preview(files, _) => {
                let same = |file| (file, Err(problem.again()));
                Done::Previewed(files.into_iter().map(same).collect())
            }
            Self::Import(files, _) => Done::Imported(vec![(first(files), Err(problem))]),
            Self::OldTable { table, dry_run, .. } => Done::OldTable {
                table,
                dry_run,
                outcome: Err(problem),
            },
            Self::Erase { .. } => Done::Erased(Err(problem)),
            Self::WriteBlock => Done::BlockWritten(Err(problem)),
            Self::TakeBlock(_) => Done::BlockTaken(Err(problem)),
            Self::LookBack { time, only } => Done::LookedBack {
                time,
                only,
                past: Some(Err(problem)),
            },
            Self::Count(day) => Done::Counted {
                day,
                facts: Some(Err(problem)),
            },
            Self::Weigh(is_today) => Done::Weighed {
                is_today,
                risks: Some(Err(problem)),
            },
            Self::Verify => Done::Verified(Err(problem)),
            Self::BackUp(_) => Done::BackedUp(Err(problem)),
        }
    }
}

/// Tells of a look at everything as of any other job.
fn checking(going_on: &mut dyn FnMut(Progress) -> bool) -> impl FnMut(Checking) -> bool {
    move |at| going_on(reading(at.done as usize, at.of as usize))
}

/// How far a job is that only reads.
fn reading(done: usize, of: usize) -> Progress {
    let step = Step {
        stage: Stage::Reading,
        done,
        of,
        act: None,
    };
    Progress { file: 1, step }
}

fn options(kind: Option<intake::Kind>, dry_run: bool) -> ImportOptions {
    ImportOptions {
        kind,
        dry_run,
        ..ImportOptions::default()
    }
}

/// Takes files in the order in which they were dropped; one that cannot be read does not stop
/// the others.
fn take(
    files: &[PathBuf],
    options: ImportOptions,
    desk: &mut Desk,
    going_on: &mut dyn FnMut(Progress) -> bool,
) -> Vec<FileDone> {
    let mut done = Vec::new();
    for (at, path) in files.iter().enumerate() {
        let mut is_stopped = false;
        let mut tell = |step| {
            let goes_on = going_on(Progress { file: at + 1, step });
            is_stopped |= !goes_on;
            goes_on
        };
        let brought = if path.extension().is_some_and(|ending| ending == BUNDLE) {
            take_bundle(path, options.dry_run, desk, &mut tell)
        } else {
            let mut pace = Pace {
                portion: PORTION,
                going_on: &mut tell,
            };
            let report = desk.import_file_by(path, &options, &mut pace);
            report.map(|report| Brought::Rows(Box::new(report)))
        };
        let brought = brought.map_err(|problem| named(problem, path));
        done.push((path.clone(), brought));
        if is_stopped {
            break;
        }
    }
    done
}

fn look_back(
    store: &Store,
    (time, only): (i64, Option<Id>),
    going_on: &mut dyn FnMut(Progress) -> bool,
) -> Result<Option<Box<Store>>, Problem> {
    let past = match only {
        Some(record) => {
            let past = store.past_of(record, time)?;
            going_on(reading(0, 0)).then_some(past)
        }
        None => store.past(time, &mut |at| going_on(reading(at.done, at.of)))?,
    };
    Ok(past.map(Box::new))
}

/// Reads what of a day carries a risk.
fn weigh(
    desk: &Desk,
    is_today: bool,
    going_on: &mut dyn FnMut(Progress) -> bool,
) -> Result<Option<Risks>, Problem> {
    let day = desk.review_day(is_today)?;
    desk.risks_of_day(&day, &mut |done, of| going_on(reading(done, of)))
}

/// Reads the day, the week and the month of a day.
fn count(
    desk: &Desk,
    day: NaiveDate,
    going_on: &mut dyn FnMut(Progress) -> bool,
) -> Result<Option<Arc<Facts>>, Problem> {
    let days = desk.days()?;
    let periods = Span::ALL.map(|span| days.period(span, day));
    let facts = desk.facts(&periods, &mut |done| going_on(reading(done, 0)));
    Ok(facts?.map(Arc::new))
}

/// Gives the words about a file its name, where nobody below did.
pub fn named(problem: Problem, path: &Path) -> Problem {
    match problem.argument("file") {
        Some(_) => problem,
        None => problem.arg("file", file_name(path)),
    }
}

fn take_bundle(
    path: &Path,
    dry_run: bool,
    desk: &mut Desk,
    tell: &mut dyn FnMut(Step) -> bool,
) -> Result<Brought, Problem> {
    let step = |stage, done: u64, of: u64| Step {
        stage,
        done: done as usize,
        of: of.max(done) as usize,
        act: None,
    };
    if dry_run {
        let look = &mut |done| tell(step(Stage::Reading, done, done));
        let events = desk.look_into_bundle(path, look)?;
        return Ok(Brought::Bundle { events, new: None });
    }
    let taken = desk.take_bundle(path, &mut |at| match at.step {
        bundle::Step::Check => tell(step(Stage::Reading, at.done, at.total)),
        bundle::Step::Append => tell(step(Stage::Writing, at.done, at.total)),
        bundle::Step::Fold => tell(step(Stage::Writing, at.total, at.total)),
    })?;
    Ok(Brought::Bundle {
        events: taken.events,
        new: Some(taken.new),
    })
}

/// Makes a desk for a thread, at which nobody sits yet.
type Make = Arc<dyn Fn() -> Result<Desk, Problem> + Send + Sync>;

/// What a thread does between two portions, told how long the last one took.
type Rest = Arc<dyn Fn(Duration) + Send + Sync>;

/// Starts jobs.
#[derive(Clone)]
pub struct Jobs {
    make: Make,
    outbox: Outbox<Background>,
    rest: Rest,
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
            rest: Arc::new(|took| thread::sleep(took.min(BREATH))),
        }
    }

    /// Lets something else decide when the next portion is written.
    #[cfg(test)]
    #[must_use]
    pub fn resting(mut self, rest: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.rest = Arc::new(rest);
        self
    }

    /// Starts a job in a person's name.
    pub fn start(&self, job: Job, person: Person) -> Result<Running, Problem> {
        let stop = Arc::new(AtomicBool::new(false));
        let (asked, jobs, work) = (Arc::clone(&stop), self.clone(), job.clone());
        let whose = person.clone();
        let (end, ended) = channel();
        thread::Builder::new()
            .name("job".into())
            .spawn(move || {
                jobs.work(work, &whose, &asked);
                drop(end);
            })
            .map_err(thread_failed)?;
        Ok(Running {
            job,
            person,
            progress: None,
            is_left: false,
            stop,
            ended,
        })
    }

    fn work(&self, job: Job, person: &Person, stop: &AtomicBool) {
        let broken = job.clone();
        let run = AssertUnwindSafe(|| self.run(job, person, stop));
        // What breaks here must not keep what waits behind it from its turn. Its own words are
        // left out, they can quote a customer's text.
        let done = catch_unwind(run).unwrap_or_else(|_| {
            let problem = Problem::new(Kind::Defect, "problem-job-broke");
            broken.failed(problem.hint("problem-defect-hint"))
        });
        // Without a loop nobody reads it any more.
        self.outbox.post(Background::Job(JobNews::Done(done)));
    }

    fn run(&self, job: Job, person: &Person, stop: &AtomicBool) -> Done {
        match (self.make)() {
            Ok(mut desk) => {
                desk.act_as(person);
                let (mut told, mut act) = (None::<Instant>, None);
                let mut begun = Instant::now();
                let done = job.run(&mut desk, &mut |progress: Progress| {
                    let name = progress.step.act.map(|written| written.act);
                    if name != act || told.is_none_or(|told| told.elapsed() >= WORD) {
                        (told, act) = (Some(Instant::now()), name);
                        self.outbox.post(Background::Job(JobNews::Step(progress)));
                    }
                    if progress.step.stage == Stage::Writing {
                        (self.rest)(begun.elapsed());
                    }
                    begun = Instant::now();
                    !stop.load(Ordering::Relaxed)
                });
                if let Some(problem) = desk.take_short() {
                    self.outbox.post(Background::Trouble(problem));
                }
                done
            }
            Err(problem) => job.failed(problem),
        }
    }
}

/// A job that is being done. Dropped, it is stopped, and waited for while it writes its portion.
#[derive(Debug)]
pub struct Running {
    /// What is being done.
    pub job: Job,
    /// Whose it is.
    pub person: Person,
    /// How far it is; none while it only reads the file.
    pub progress: Option<Progress>,
    /// Whether whoever waited for it has left: what comes of it is for nobody.
    pub is_left: bool,
    stop: Arc<AtomicBool>,
    ended: Receiver<()>,
}

impl Running {
    /// Asks it to end after the portion that it is writing.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Asks it to end: whoever waited for it has left.
    pub fn leave(&mut self) {
        self.is_left = true;
        self.stop();
    }

    /// Returns whether it was asked to end.
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
        // One that still reads its file has written nothing and ends with the program.
        let _ = self.ended.recv_timeout(LAST);
    }
}

/// Returns the last part of a path, for people.
pub fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
