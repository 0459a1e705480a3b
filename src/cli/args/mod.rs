//! The command line as clap reads it. What people read of it is put in by [`super::help`]:
//! each command's line is `cli-about-COMMAND`, each argument's `cli-arg-NAME`.

mod data;
mod shop;
mod work;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};

pub(super) use data::{Bundle, BundleExport, Export, Import, List, Search, Show};
pub(super) use shop::{
    Account, Admit, Allowance, Backup, Completions, Doctor, Erase, Generate, Give, Init, Join,
    Restore, Retire, Setting,
};
pub(super) use work::{
    Attach, Capture, ClaimArgs, Close, Contradictions, Handover, MaybeReason, MoveArgs, Note,
    OpenArgs, Phrases, Promise, Reason, Refund, RefundOpen, Report, Review, Saying, SetArgs,
    Settle, SignIn, Snooze, Transfer, Undo,
};

/// The whole line.
#[derive(Debug, Parser)]
#[command(
    name = "zhiban",
    version,
    disable_help_flag = true,
    disable_help_subcommand = true,
    disable_version_flag = true,
    args_conflicts_with_subcommands = false
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub(super) struct Global {
    #[arg(long, global = true, value_name = "DIR", env = "ZHIBAN_DATA")]
    pub data: Option<PathBuf>,
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[arg(long, global = true, value_name = "zh-CN|zh-TW|en")]
    pub lang: Option<String>,
    #[arg(long = "as", id = "as", global = true, value_name = "PERSON")]
    pub person: Option<String>,
    #[arg(long, global = true, value_name = "TIME", env = "ZHIBAN_NOW")]
    pub now: Option<String>,
    #[arg(long, global = true)]
    pub json: bool,
    #[arg(long, global = true)]
    pub quiet: bool,
    #[arg(short = 'h', long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Demo,
    Generate(Generate),
    Init(Init),
    Join(Join),
    Admit(Admit),
    Retire(Retire),
    #[command(subcommand)]
    Account(Account),
    #[command(subcommand)]
    Allowance(Allowance),
    #[command(subcommand)]
    Setting(Setting),
    Import(Import),
    Export(Export),
    #[command(subcommand)]
    Bundle(Bundle),
    List(List),
    Show(Show),
    Search(Search),
    SignIn(SignIn),
    SignOut(MaybeReason),
    Pin,
    Away(Reason),
    Back,
    Capture(Capture),
    Claim(ClaimArgs),
    Reply(Saying),
    Remark(Saying),
    Transfer(Transfer),
    Escalate(Saying),
    Close(Close),
    Review(Review),
    Snooze(Snooze),
    #[command(subcommand)]
    Note(Note),
    #[command(subcommand)]
    Refund(Refund),
    Promise(Promise),
    #[command(subcommand)]
    Phrases(Phrases),
    Move(MoveArgs),
    Set(SetArgs),
    Open(OpenArgs),
    Attach(Attach),
    Erase(Erase),
    Undo(Undo),
    Unfolded,
    Contradictions(Contradictions),
    Handover(Handover),
    Report(Report),
    Verify,
    Rebuild,
    Backup(Backup),
    Restore(Restore),
    Doctor(Doctor),
    Completions(Completions),
}
