//! The shared folder, tried before it is relied upon: desks write aside, rename, and read what
//! others wrote, so each of the three must work there.

use std::fs;
use std::io;
use std::path::Path;

use crate::desk::first::demand_folder;
use crate::problem::{Kind, Problem};

/// What is written for the trial.
const TRIAL: &[u8] = b"zhiban";

/// Tries whether a folder can be written, read and renamed in; what was written goes again.
///
/// Fails with the one that does not work.
pub fn try_folder(folder: &Path) -> Result<(), Problem> {
    demand_folder(folder)?;
    let number = std::process::id();
    let aside = folder.join(format!("zhiban-trial-{number}.part"));
    let whole = folder.join(format!("zhiban-trial-{number}"));
    let tried = write_read_rename(&aside, &whole);
    // A folder in which a file cannot be taken away again works all the same.
    let _ = fs::remove_file(&aside);
    let _ = fs::remove_file(&whole);
    tried.map_err(|(message, fault)| {
        Problem::new(Kind::Refused, message)
            .arg("folder", folder.display())
            .hint("problem-folder-hint")
            .caused_by(fault)
    })
}

fn write_read_rename(aside: &Path, whole: &Path) -> Result<(), (&'static str, io::Error)> {
    fs::write(aside, TRIAL).map_err(|fault| ("problem-folder-write", fault))?;
    fs::rename(aside, whole).map_err(|fault| ("problem-folder-rename", fault))?;
    let read = fs::read(whole).map_err(|fault| ("problem-folder-read", fault))?;
    if read == TRIAL {
        return Ok(());
    }
    Err((
        "problem-folder-read",
        io::Error::other("not what was written"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_tried_and_left_as_it_was() {
        let place = tempfile::tempdir().unwrap();
        try_folder(place.path()).unwrap();
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
        let missing = try_folder(&place.path().join("nowhere")).unwrap_err();
        assert_eq!(missing.message, "problem-first-folder");
        // A folder of that name is in the way of the file.
        let number = std::process::id();
        let aside = place.path().join(format!("zhiban-trial-{number}.part"));
        fs::create_dir(&aside).unwrap();
        let problem = try_folder(place.path()).unwrap_err();
        assert_eq!(problem.message, "problem-folder-write");
        fs::remove_dir(&aside).unwrap();
        let whole = place.path().join(format!("zhiban-trial-{number}"));
        fs::create_dir(&whole).unwrap();
        fs::write(whole.join("x"), "x").unwrap();
        let problem = try_folder(place.path()).unwrap_err();
        assert_eq!(problem.message, "problem-folder-rename");
    }
}
