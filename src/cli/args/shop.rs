//! What sets a shop up and keeps it well: who is in it, its settings, its store.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use clap_complete::Shell;

#[derive(Debug, Args)]
pub(in crate::cli) struct Init {
    #[arg(long, value_name = "NAME")]
    pub shop: String,
    #[arg(long, value_name = "NAME", required_unless_present = "recover")]
    pub name: Option<String>,
    #[arg(long)]
    pub drill: bool,
    #[arg(long, conflicts_with_all = ["drill", "name"])]
    pub recover: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Generate {
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub conversations: u64,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=100_000_000))]
    pub messages: u64,
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub random: u64,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Join {
    #[arg(long, value_name = "NAME", required_unless_present = "answer")]
    pub name: Option<String>,
    #[arg(
        short = 'o',
        long,
        value_name = "FILE",
        required_unless_present = "answer"
    )]
    pub output: Option<PathBuf>,
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "output"])]
    pub answer: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Admit {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[arg(long)]
    pub role: String,
    #[arg(long, value_name = "POST", required = true, value_delimiter = ',')]
    pub posts: Vec<String>,
    #[arg(long = "limit", id = "limit-case", value_name = "AMOUNT")]
    pub limit: Option<String>,
    #[arg(short = 'o', long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Retire {
    #[arg(value_name = "REPLICA")]
    pub replica: String,
    #[arg(long)]
    pub reason: String,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Account {
    Add {
        name: String,
        #[arg(long)]
        platform: String,
    },
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Allowance {
    Give(Give),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Give {
    #[arg(value_name = "PERSON")]
    pub person: String,
    #[arg(long)]
    pub amount: String,
    #[arg(long)]
    pub spot: bool,
    #[arg(long, value_name = "AMOUNT")]
    pub case_cap: Option<String>,
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,
    #[arg(
        long = "replica",
        id = "spender",
        value_name = "REPLICA",
        conflicts_with = "spot"
    )]
    pub replica: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Setting {
    Set { key: String, value: String },
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Erase {
    #[arg(value_name = "CUSTOMER", required_unless_present = "list")]
    pub customer: Option<String>,
    #[arg(long, required_unless_present = "list")]
    pub reason: Option<String>,
    #[arg(long)]
    pub yes: bool,
    #[arg(long, conflicts_with_all = ["customer", "reason", "yes"])]
    pub list: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Backup {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Restore {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Doctor {
    #[arg(long, conflicts_with = "continue_as_new")]
    pub continue_as_same: bool,
    #[arg(long)]
    pub continue_as_new: bool,
    #[arg(short = 'o', long, value_name = "FILE", requires = "continue_as_new")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Completions {
    pub shell: Shell,
}
