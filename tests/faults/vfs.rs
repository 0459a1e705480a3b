//! A file system for SQLite that does what it is told: fails the k-th write or sync, has no room
//! behind a limit, or writes down everything so that a power cut can be played later.
//!
//! It stands in front of the system's own as the default of this process; what it does is a
//! matter of the thread, so that tests run beside each other. Without a plan it hands everything
//! through.
#![allow(unsafe_code)] // SQLite asks for its file systems in C.

use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rusqlite::ffi::{
    SQLITE_FULL, SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE, SQLITE_OK,
    sqlite3_file, sqlite3_filename, sqlite3_initialize, sqlite3_int64, sqlite3_io_methods,
    sqlite3_vfs, sqlite3_vfs_find, sqlite3_vfs_register,
};

/// What was done to a file, by its path, in order.
#[derive(Debug, Clone)]
pub enum Op {
    /// Bytes were written at a place.
    Write(PathBuf, u64, Vec<u8>),
    /// The file was cut or stretched to a size.
    Truncate(PathBuf, u64),
    /// Everything written so far is on the disk.
    Sync(PathBuf),
    /// The file was removed; durably, where true.
    Delete(PathBuf, bool),
    /// The script was told that something is saved; by number.
    Saved(usize),
}

/// Which write or sync fails.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// Counted from 1.
    pub at: u64,
    /// Whether all behind it fail as well.
    pub is_for_good: bool,
}

#[derive(Default)]
struct Plan {
    points: u64,
    fault: Option<Fault>,
    /// The files of a folder may have so many bytes together.
    room: Option<(PathBuf, u64)>,
    /// What is done to files of a folder is written down.
    recording: Option<(PathBuf, Vec<Op>)>,
}

thread_local! {
    static PLAN: RefCell<Plan> = RefCell::default();
}

/// Begins to count writes and syncs of this thread, and lets one fail.
pub fn fail(fault: Option<Fault>) {
    install();
    PLAN.with_borrow_mut(|plan| {
        *plan = Plan {
            fault,
            ..Plan::default()
        }
    });
}

/// Leaves the files of a folder only so many bytes.
pub fn confine(folder: &Path, bytes: u64) {
    install();
    let room = Some((folder.to_owned(), bytes));
    PLAN.with_borrow_mut(|plan| {
        *plan = Plan {
            room,
            ..Plan::default()
        }
    });
}

/// Begins to write down what is done to the files of a folder.
pub fn record(folder: &Path) {
    install();
    let recording = Some((folder.to_owned(), Vec::new()));
    PLAN.with_borrow_mut(|plan| {
        *plan = Plan {
            recording,
            ..Plan::default()
        }
    });
}

/// Notes in the recording that something is saved.
pub fn saved(number: usize) {
    note(|| (PathBuf::new(), Op::Saved(number)));
}

/// Ends the plan; returns how many points there were, and what was written down.
pub fn lift() -> (u64, Vec<Op>) {
    let plan = PLAN.with_borrow_mut(std::mem::take);
    (
        plan.points,
        plan.recording.map(|(_, ops)| ops).unwrap_or_default(),
    )
}

fn fails() -> bool {
    PLAN.with_borrow_mut(|plan| {
        plan.points += 1;
        let now = plan.points;
        plan.fault
            .is_some_and(|fault| now == fault.at || (fault.is_for_good && now > fault.at))
    })
}

fn note(op: impl FnOnce() -> (PathBuf, Op)) {
    PLAN.with_borrow_mut(|plan| {
        if let Some((folder, ops)) = &mut plan.recording {
            let (path, op) = op();
            if path.as_os_str().is_empty() || path.parent() == Some(folder) {
                ops.push(op);
            }
        }
    });
}

fn has_room(path: &Path, end: u64, size: u64) -> bool {
    PLAN.with_borrow(|plan| {
        let Some((folder, bytes)) = &plan.room else {
            return true;
        };
        if path.parent() != Some(folder) || end <= size {
            return true;
        }
        let of_folder: u64 = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|entry| entry.ok()?.metadata().ok())
            .filter(|meta| meta.is_file())
            .map(|meta| meta.len())
            .sum();
        of_folder + (end - size) <= *bytes
    })
}

/// The methods of one open file: SQLite's table first, so that a pointer to it is one to this.
#[repr(C)]
struct Mine {
    methods: sqlite3_io_methods,
    system: *const sqlite3_io_methods,
    path: PathBuf,
}

type Open = unsafe extern "C" fn(
    *mut sqlite3_vfs,
    sqlite3_filename,
    *mut sqlite3_file,
    c_int,
    *mut c_int,
) -> c_int;
type Delete = unsafe extern "C" fn(*mut sqlite3_vfs, *const c_char, c_int) -> c_int;

static SYSTEM: OnceLock<(Open, Delete)> = OnceLock::new();

fn install() {
    SYSTEM.get_or_init(|| {
        // SAFETY: the default file system lives as long as the process; the copy is leaked, so
        // it does as well, and keeps the name that it is registered under.
        unsafe {
            sqlite3_initialize();
            let system = sqlite3_vfs_find(std::ptr::null());
            let mut ours: Box<sqlite3_vfs> = Box::new(*system);
            let calls = (ours.xOpen.unwrap(), ours.xDelete.unwrap());
            ours.xOpen = Some(open);
            ours.xDelete = Some(delete);
            ours.zName = c"zhiban-fault".as_ptr();
            assert_eq!(sqlite3_vfs_register(Box::leak(ours), 1), SQLITE_OK);
            calls
        }
    });
}

fn system() -> (Open, Delete) {
    *SYSTEM.get().unwrap()
}

unsafe fn path_of(name: *const c_char) -> PathBuf {
    if name.is_null() {
        return PathBuf::from("/nameless");
    }
    // SAFETY: SQLite's names end in a zero.
    let name = unsafe { CStr::from_ptr(name) };
    PathBuf::from(name.to_string_lossy().into_owned())
}

unsafe extern "C" fn open(
    vfs: *mut sqlite3_vfs,
    name: sqlite3_filename,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: handed through as it came; the methods are wrapped only where there are some.
    unsafe {
        let code = (system().0)(vfs, name, file, flags, out);
        if code == SQLITE_OK && !(*file).pMethods.is_null() {
            let methods = sqlite3_io_methods {
                xClose: Some(close),
                xWrite: Some(write),
                xTruncate: Some(truncate),
                xSync: Some(sync),
                ..*(*file).pMethods
            };
            let mine = Mine {
                methods,
                system: (*file).pMethods,
                path: path_of(name),
            };
            (*file).pMethods = Box::into_raw(Box::new(mine)).cast();
        }
        code
    }
}

/// Returns the wrapper of an open file.
unsafe fn mine<'a>(file: *mut sqlite3_file) -> &'a Mine {
    // SAFETY: every file that comes here was opened by `open`, which put a `Mine` there.
    unsafe { &*(*file).pMethods.cast() }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: taken back exactly once: SQLite forgets the methods after closing.
    unsafe {
        let mine: Box<Mine> = Box::from_raw((*file).pMethods.cast_mut().cast());
        (*file).pMethods = mine.system;
        (*mine.system).xClose.unwrap()(file)
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    bytes: *const c_void,
    count: c_int,
    at: sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite hands in `count` bytes; everything else goes through as it came.
    unsafe {
        let mine = mine(file);
        if fails() {
            return SQLITE_IOERR_WRITE;
        }
        let mut size = 0;
        (*mine.system).xFileSize.unwrap()(file, &mut size);
        if !has_room(&mine.path, at as u64 + count as u64, size as u64) {
            return SQLITE_FULL;
        }
        let code = (*mine.system).xWrite.unwrap()(file, bytes, count, at);
        if code == SQLITE_OK {
            let slice = std::slice::from_raw_parts(bytes.cast::<u8>(), count as usize);
            note(|| {
                let path = mine.path.clone();
                (path.clone(), Op::Write(path, at as u64, slice.to_vec()))
            });
        }
        code
    }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    // SAFETY: handed through as it came.
    unsafe {
        let mine = mine(file);
        if fails() {
            return SQLITE_IOERR_TRUNCATE;
        }
        let code = (*mine.system).xTruncate.unwrap()(file, size);
        if code == SQLITE_OK {
            note(|| {
                (
                    mine.path.clone(),
                    Op::Truncate(mine.path.clone(), size as u64),
                )
            });
        }
        code
    }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: handed through as it came.
    unsafe {
        let mine = mine(file);
        if fails() {
            return SQLITE_IOERR_FSYNC;
        }
        let code = (*mine.system).xSync.unwrap()(file, flags);
        if code == SQLITE_OK {
            note(|| (mine.path.clone(), Op::Sync(mine.path.clone())));
        }
        code
    }
}

unsafe extern "C" fn delete(vfs: *mut sqlite3_vfs, name: *const c_char, durable: c_int) -> c_int {
    // SAFETY: handed through as it came.
    unsafe {
        let code = (system().1)(vfs, name, durable);
        if code == SQLITE_OK {
            note(|| {
                let path = path_of(name);
                (path.clone(), Op::Delete(path, durable != 0))
            });
        }
        code
    }
}
