//! What is particular to the sheet of each agent: its day and the names of its rows.

use super::day::{DayInName, NamedDay, day_in_name};
use super::profiles::Profile;
use super::sniff::Kind;
use super::{Options, clean_number, is_masked, unreadable};
use crate::problem::Problem;

/// The day that a file is about whose rows carry none: as the person says, else as its name does.
/// None is guessed.
pub(super) fn day_of(
    profile: &Profile,
    options: &Options<'_>,
) -> Result<Option<NamedDay>, Problem> {
    if profile.kind != Kind::Scores {
        return Ok(None);
    }
    if let Some(day) = options.day {
        let part = String::new();
        return Ok(Some(NamedDay { day, part }));
    }
    let problem = match day_in_name(options.file_name) {
        DayInName::One(named) => return Ok(Some(named)),
        DayInName::Several(days) => {
            let days: Vec<String> = days.iter().map(ToString::to_string).collect();
            unreadable("problem-import-days").arg("days", days.join(" · "))
        }
        DayInName::Written(part) => unreadable("problem-import-day-written").arg("part", part),
        DayInName::Nothing => unreadable("problem-import-day"),
    };
    // Whoever asked names the file, by its path where they have one.
    Err(problem.hint("problem-import-day-hint"))
}

/// Returns the shop's name and the agent's own of a name in the marketplace's chats
/// (`青禾家居旗舰店:林晓`); none where no shop stands before it.
#[must_use]
pub fn shop_and_own(nick: &str) -> Option<(&str, &str)> {
    let (shop, own) = nick.rsplit_once([':', '：'])?;
    Some((shop.trim(), own.trim()))
}

/// The one spelling of a name in the marketplace's chats.
pub(super) fn nick(text: &str) -> Result<String, &'static str> {
    const LONGEST: usize = 256;
    if text.is_empty() {
        return Err("import-line-nick");
    }
    if is_masked(text) {
        return Err("import-line-nick-masked");
    }
    let nick = if text.len() > LONGEST {
        String::new()
    } else {
        clean_number(text)
    };
    if nick.is_empty() || nick.chars().any(char::is_control) {
        return Err("import-line-nick-form");
    }
    Ok(nick)
}
