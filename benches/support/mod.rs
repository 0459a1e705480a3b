//! What benches share: the time of processor and wall that a subject takes, beside a floor that
//! is measured by turns with it. Figures are printed, never asserted: machines differ, and
//! others work on them.
#![allow(dead_code, clippy::pedantic, clippy::unwrap_used)]

use std::cell::RefCell;
use std::sync::Mutex;
use std::time::{Duration, Instant};

#[path = "../../tests/support/drill.rs"]
pub mod drill;
pub mod plain;
pub mod shop;

/// What the pairs of this run found, printed when divan has drawn its table.
static REPORTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Runs the benches of a file and prints how each stands to its floor.
pub fn run() {
    divan::main();
    for report in REPORTS.lock().unwrap().drain(..) {
        println!("{report}");
    }
}

/// Says something when divan has drawn its table.
pub fn report(text: String) {
    REPORTS.lock().unwrap().push(text);
}

/// Returns a folder for stores on the disk of the build: one in memory has no durable commits.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// The time that one turn took.
#[derive(Clone, Copy)]
struct Turn {
    /// Of the processor, all threads of this process together; none where it is not known.
    processor: Option<Duration>,
    wall: Duration,
}

impl Turn {
    fn of<T>(work: impl FnOnce() -> T) -> (Self, T) {
        let (processor, wall) = (processor(), Instant::now());
        let result = work();
        let wall = wall.elapsed();
        let processor = self::processor()
            .zip(processor)
            .map(|(now, then)| now - then);
        (Self { processor, wall }, result)
    }
}

#[cfg(unix)]
fn processor() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::ProcessCPUTime).try_into().ok()
}

#[cfg(not(unix))]
fn processor() -> Option<Duration> {
    None
}

/// A subject and its floor.
pub struct Pair {
    name: String,
    budget: &'static str,
    subject: RefCell<Vec<Turn>>,
    floor: RefCell<Vec<Turn>>,
}

impl Pair {
    /// Begins a pair; `budget` is what is printed beside its figures.
    pub fn new(name: impl Into<String>, budget: &'static str) -> Self {
        Self {
            name: name.into(),
            budget,
            subject: RefCell::default(),
            floor: RefCell::default(),
        }
    }

    /// Takes the time of the subject.
    pub fn subject<T>(&self, work: impl FnOnce() -> T) -> T {
        let (turn, result) = Turn::of(work);
        self.subject.borrow_mut().push(turn);
        result
    }

    /// Takes the time of the floor.
    pub fn floor<T>(&self, work: impl FnOnce() -> T) -> T {
        let (turn, result) = Turn::of(work);
        self.floor.borrow_mut().push(turn);
        result
    }

    fn report(&self) -> Option<String> {
        let subject = Figures::of(&self.subject.borrow())?;
        let floor = Figures::of(&self.floor.borrow())?;
        let mut lines = format!("{} (medians of {})\n", self.name, subject.turns);
        lines += &format!(
            "{:>10} {:>12} {:>12} {:>12}\n",
            "", "processor", "wall", "slowest"
        );
        lines += &subject.line("subject");
        lines += &floor.line("floor");
        lines += &format!(
            "{:>10} {:>12} {:>12} {:>12}   budget: {}\n",
            "ratio",
            ratio(subject.processor, floor.processor),
            ratio(Some(subject.wall), Some(floor.wall)),
            "",
            self.budget
        );
        Some(lines)
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        if let Some(report) = self.report() {
            REPORTS.lock().unwrap().push(report);
        }
    }
}

struct Figures {
    turns: usize,
    processor: Option<Duration>,
    wall: Duration,
    slowest: Duration,
}

impl Figures {
    fn of(turns: &[Turn]) -> Option<Self> {
        let walls: Vec<Duration> = turns.iter().map(|turn| turn.wall).collect();
        let processors: Vec<Duration> = turns.iter().filter_map(|turn| turn.processor).collect();
        Some(Self {
            turns: turns.len(),
            processor: median(processors),
            slowest: *walls.iter().max()?,
            wall: median(walls)?,
        })
    }

    fn line(&self, name: &str) -> String {
        let processor = self.processor.map_or_else(|| "-".to_owned(), time);
        format!(
            "{name:>10} {processor:>12} {:>12} {:>12}\n",
            time(self.wall),
            time(self.slowest)
        )
    }
}

fn median(mut times: Vec<Duration>) -> Option<Duration> {
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

fn time(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}

fn ratio(subject: Option<Duration>, floor: Option<Duration>) -> String {
    match subject.zip(floor) {
        Some((subject, floor)) => {
            let ratio = subject.as_secs_f64() / floor.as_secs_f64().max(1e-9);
            format!("{ratio:.*}", if ratio < 0.1 { 5 } else { 2 })
        }
        None => "-".to_owned(),
    }
}
