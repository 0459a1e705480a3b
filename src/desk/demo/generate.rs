//! A drill shop of any size for benchmarks: a year of talks, straight into the log, the same for
//! the same seed on every machine.

use std::path::Path;

use serde::Deserialize;
use serde_json::json;

use super::script::Crew;
use super::{FIRST_START, PEOPLE, START, SetClock, engaged, lay_aside, member, read};
use crate::chance::{Random, SeededRandom};
use crate::desk::Desk;
use crate::desk::act::fields;
use crate::desk::people::Person;
use crate::domain::authority::Role;
use crate::domain::id::ShopSecret;
use crate::domain::payload::{Change, Direction, Payload, Say};
use crate::domain::register::{Owner, Post};
use crate::domain::registers::conversation;
use crate::domain::registers::words::CATEGORY;
use crate::problem::{Kind, Problem};
use crate::store::{Author, Draft, Store};

const TALKS: &str = include_str!("../../../assets/sample/generated.toml");

/// How many talks one transaction writes: some thousand events, a few megabytes.
const TOGETHER: u64 = 400;
/// One talk in so many is open, the newest of all.
const OPEN: u64 = 50;
/// A year, in milliseconds.
const YEAR: i64 = 365 * 24 * 3_600_000;
/// The most time between two messages of a talk, milliseconds.
const PAUSE: u64 = 300_000;
/// The words of a message.
const WORDS: std::ops::RangeInclusive<u64> = 2..=7;

/// How much a generated shop has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Conversations.
    pub conversations: u64,
    /// Messages of all conversations together.
    pub messages: u64,
    /// Decides everything else.
    pub seed: u64,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Talks are written.
    Write,
    /// Messages are made findable.
    Index,
}

/// How far a generation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The step.
    pub step: Step,
    /// Talks that are written, or pieces that are indexed.
    pub done: u64,
    /// Talks to write.
    pub total: u64,
}

/// Lays a generated shop into a folder; `wall` is the machine's clock in milliseconds UTC, from
/// which the shop's clock runs on as the sample shop's does. `progress` answers whether to go on.
///
/// Refused where the folder holds a store; nothing is left where it is stopped or fails.
pub fn generate(
    folder: &Path,
    size: Size,
    wall: i64,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<(), Problem> {
    if Store::exists(folder) {
        return Err(Problem::new(Kind::Refused, "problem-generate-folder")
            .arg("folder", folder.display())
            .hint("problem-generate-folder-hint"));
    }
    let crew: Crew = read(PEOPLE)?;
    lay_aside(folder, |aside| lay(aside, &crew, size, wall, progress))
}

fn lay(
    folder: &Path,
    crew: &Crew,
    size: Size,
    wall: i64,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<(), Problem> {
    let shop = format!("{} {}", crew.shop, size.seed);
    let clock = SetClock::default();
    let mut desk = engaged(folder, crew, &shop, &clock)?;
    let me = member(&desk, &crew.visitor)?;
    desk.act_as(&me);
    desk.remember(Some(me.replica))?;
    desk.store_mut()
        .set_setting_local(FIRST_START, Some(&wall.to_string()))?;
    Generator::new(&desk, crew, size)?.write(&mut desk, progress)?;
    let mut done = 0;
    while desk.store_mut().index_some()? {
        done += 1;
        let total = size.conversations;
        let step = Step::Index;
        go_on(progress(Progress { step, done, total }))?;
    }
    desk.store_mut().fold_rest(&mut |_| true)?;
    Ok(desk.store_mut().laid()?)
}

fn go_on(yes: bool) -> Result<(), Problem> {
    if yes {
        Ok(())
    } else {
        Err(Problem::new(Kind::Refused, "problem-generate-stopped")
            .hint("problem-generate-stopped-hint"))
    }
}

/// What talks are made of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stock {
    words: Vec<[String; 2]>,
    english: Vec<String>,
    nicks: Vec<String>,
    greetings: Vec<String>,
    greetings_traditional: Vec<String>,
    greetings_english: Vec<String>,
    ends: Vec<String>,
    ends_traditional: Vec<String>,
    ends_english: Vec<String>,
}

/// What a buyer and their agent speak.
struct Tongue {
    words: Vec<String>,
    greetings: Vec<String>,
    ends: Vec<String>,
    between: &'static str,
    /// For each word how many chances it and those before it have: Zipf's law.
    chances: Vec<u64>,
}

impl Tongue {
    fn new(
        words: Vec<String>,
        greetings: Vec<String>,
        ends: Vec<String>,
        between: &'static str,
    ) -> Self {
        let mut sum = 0;
        let chances = (1..=words.len() as u64).map(|place| {
            sum += 1_000_000 / place;
            sum
        });
        Self {
            chances: chances.collect(),
            words,
            greetings,
            ends,
            between,
        }
    }

    /// Says some words; ours begin with a greeting.
    fn speak(&self, random: &mut dyn Random, is_ours: bool) -> String {
        let count = WORDS.start() + random.below(WORDS.end() - WORDS.start() + 1);
        let words: Vec<&str> = (0..count).map(|_| self.word(random)).collect();
        let greeting = if is_ours {
            pick(random, &self.greetings)
        } else {
            ""
        };
        let end = pick(random, &self.ends);
        format!("{greeting}{}{end}", words.join(self.between))
    }

    fn word(&self, random: &mut dyn Random) -> &str {
        let chance = random.below(self.chances.last().copied().unwrap_or(0));
        let place = self.chances.partition_point(|upto| *upto <= chance);
        self.words.get(place).map_or("", String::as_str)
    }
}

fn pick<'a>(random: &mut dyn Random, list: &'a [String]) -> &'a str {
    let place = random.below(list.len() as u64) as usize;
    list.get(place).map_or("", String::as_str)
}

struct Generator {
    size: Size,
    account: String,
    /// Simplified, traditional, English.
    tongues: [Tongue; 3],
    nicks: Vec<String>,
    secret: ShopSecret,
    /// Who answers, each with the stage of a purchase that is theirs.
    agents: Vec<(Person, &'static str)>,
    zone: i16,
    random: SeededRandom,
}

impl Generator {
    fn new(desk: &Desk, crew: &Crew, size: Size) -> Result<Self, Problem> {
        let stock: Stock = read(TALKS)?;
        let form = |place: usize| stock.words.iter().map(|pair| pair[place].clone()).collect();
        let tongues = [
            Tongue::new(form(0), stock.greetings, stock.ends, ""),
            Tongue::new(
                form(1),
                stock.greetings_traditional,
                stock.ends_traditional,
                "",
            ),
            Tongue::new(
                stock.english,
                stock.greetings_english,
                stock.ends_english,
                " ",
            ),
        ];
        let names = crew.person.iter().map(|one| one.name.as_str());
        let mut agents: Vec<(Person, &str)> = names
            .map(|name| member(desk, name))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .filter(|person| person.role == Role::Agent)
            .filter_map(|person| Some((stage(&person)?, person)))
            .map(|(stage, person)| (person, stage))
            .collect();
        agents.sort_by_key(|(person, _)| person.name != crew.visitor);
        Ok(Self {
            size,
            account: crew.account.clone(),
            tongues,
            nicks: stock.nicks,
            secret: desk.secret()?,
            agents,
            zone: desk.author()?.zone,
            random: SeededRandom::new(format!("generate {}", size.seed)),
        })
    }

    /// Writes all talks, a portion a transaction, the agents by turns: the newest, of which some
    /// are open, are the visitor's.
    fn write(
        mut self,
        desk: &mut Desk,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<(), Problem> {
        let total = self.size.conversations;
        for from in (0..total).step_by(TOGETHER as usize) {
            let turn = ((total - 1 - from) / TOGETHER) as usize % self.agents.len().max(1);
            let Some((agent, stage)) = self.agents.get(turn).cloned() else {
                return Ok(());
            };
            let upto = total.min(from + TOGETHER);
            let mut drafts = Vec::new();
            for number in from..upto {
                self.talk(number, (&agent, stage), &mut drafts);
            }
            let now = drafts.iter().map(|draft| draft.at).max().unwrap_or(START);
            let author = Author {
                replica: agent.replica,
                zone: self.zone,
            };
            desk.store_mut()
                .append(&author, now, &mut self.random, &drafts)?;
            let (step, done) = (Step::Write, upto);
            go_on(progress(Progress { step, done, total }))?;
        }
        Ok(())
    }

    /// Adds a talk's events: opened, taken, said, and closed but for the newest ones.
    fn talk(&mut self, number: u64, (agent, stage): (&Person, &str), drafts: &mut Vec<Draft>) {
        let total = self.size.conversations;
        let begun =
            START - YEAR + (i128::from(YEAR) * i128::from(number) / i128::from(total)) as i64;
        let number_word = format!("{number:012}");
        let id = self
            .secret
            .derive(conversation::REGISTER.name, &self.account, &number_word);
        let random = &mut self.random;
        let tongue = match random.below(20) {
            0..14 => &self.tongues[0],
            14..18 => &self.tongues[1],
            _ => &self.tongues[2],
        };
        let buyer = format!(
            "{}{}",
            pick(random, &self.nicks),
            random.below(total.max(1))
        );
        let category = CATEGORY.values[random.below(CATEGORY.values.len() as u64) as usize];
        let about = fields([
            ("buyer", json!(buyer)),
            ("number", json!(number_word)),
            ("channel", json!("chat")),
            ("account", json!(self.account)),
            ("stage", json!(stage)),
            ("category", json!(category)),
        ]);
        let mut add = |at: i64, payload: Payload| {
            drafts.push(Draft::new(&conversation::REGISTER, id, payload, at));
        };
        add(
            begun,
            Payload::Open(Change {
                fields: about,
                ..Change::default()
            }),
        );
        add(
            begun,
            Payload::Assign {
                saw: None,
                to: Owner::Person(agent.id),
                reason: None,
                note: None,
            },
        );
        let mut at = begun;
        for place in 0..messages(self.size, number) {
            let is_ours = place % 2 == 1;
            let (direction, author) = if is_ours {
                (Direction::Out, &agent.name)
            } else {
                (Direction::In, &buyer)
            };
            let say = Say {
                channel: Some("chat".into()),
                author: Some(author.clone()),
                ..Say::plain(direction, tongue.speak(random, is_ours))
            };
            add(at, Payload::Say(Box::new(say)));
            at += 1 + random.below(PAUSE) as i64;
        }
        if total - number > total.div_ceil(OPEN) {
            let closed = Payload::Move {
                from: "open".into(),
                to: "closed".into(),
                reason: None,
                note: None,
            };
            add(at, closed);
        }
    }
}

/// Returns how many messages a talk has: its even share, of which every second talk gives some to
/// the next.
fn messages(size: Size, number: u64) -> u64 {
    let upto = |number: u64| {
        (u128::from(number) * u128::from(size.messages) / u128::from(size.conversations.max(1)))
            as u64
    };
    let share = |number: u64| upto(number + 1) - upto(number);
    // Without a partner there is nobody to give to.
    let pair = number & !1;
    let given = if pair + 1 < size.conversations {
        share(pair) * (pair / 2 % 5) / 8
    } else {
        0
    };
    if number == pair {
        share(number) - given
    } else {
        share(number) + given
    }
}

/// Returns the stage of a purchase that is a person's work, none where talks are not.
fn stage(person: &Person) -> Option<&'static str> {
    let stage = |post: &Post| match post {
        Post::PreSales => Some("pre_sales"),
        Post::InSales => Some("in_sales"),
        Post::AfterSales => Some("after_sales"),
        Post::General => Some("general"),
        Post::Printing => None,
    };
    person.posts.iter().find_map(stage)
}
