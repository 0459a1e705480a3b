//! The command line as clap reads it. What people read of it is put in by [`super::help`]:
//! each command's line is `cli-about-COMMAND`, each argument's `cli-arg-NAME`.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};
use clap_complete::Shell;

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
    Close(Close),
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
    Verify,
    Rebuild,
    Backup(Backup),
    Restore(Restore),
    Doctor(Doctor),
    Completions(Completions),
}

#[derive(Debug, Args)]
pub(super) struct Init {
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
pub(super) struct Generate {
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub conversations: u64,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=100_000_000))]
    pub messages: u64,
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub random: u64,
}

#[derive(Debug, Args)]
pub(super) struct Join {
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
pub(super) struct Admit {
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
pub(super) struct Retire {
    #[arg(value_name = "REPLICA")]
    pub replica: String,
    #[arg(long)]
    pub reason: String,
}

#[derive(Debug, Subcommand)]
pub(super) enum Account {
    Add {
        name: String,
        #[arg(long)]
        platform: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Allowance {
    Give(Give),
}

#[derive(Debug, Args)]
pub(super) struct Give {
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
pub(super) enum Setting {
    Set { key: String, value: String },
}

#[derive(Debug, Args)]
pub(super) struct Import {
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    #[arg(long)]
    pub profile: Option<String>,
    #[arg(long)]
    pub account: Option<String>,
    #[arg(long, value_name = "TIME")]
    pub exported_at: Option<String>,
    #[arg(long, value_name = "ymd|mdy|dmy")]
    pub date_order: Option<String>,
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub(super) struct Export {
    #[arg(value_name = "REGISTER")]
    pub register: String,
    #[arg(short = 'o', long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[arg(long, value_name = "csv|json|md|html")]
    pub format: Option<String>,
    #[arg(long)]
    pub view: Option<String>,
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub query: Option<String>,
    #[arg(long)]
    pub limit: Option<usize>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Bundle {
    Export(BundleExport),
    Import {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[arg(long)]
        passphrase: bool,
    },
    Inspect {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[arg(long)]
        passphrase: bool,
    },
    Verify {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[arg(long)]
        passphrase: bool,
    },
    Folder {
        #[arg(long)]
        once: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct BundleExport {
    #[arg(short = 'o', long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[arg(long, conflicts_with_all = ["all", "since"])]
    pub to: Option<String>,
    #[arg(long, conflicts_with = "since")]
    pub all: bool,
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    #[arg(long, conflicts_with_all = ["all", "since"])]
    pub text: bool,
    #[arg(long, conflicts_with = "plain")]
    pub passphrase: bool,
    #[arg(long, requires = "reason")]
    pub plain: bool,
    #[arg(long)]
    pub reason: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct List {
    #[arg(value_name = "REGISTER")]
    pub register: String,
    #[arg(long)]
    pub view: Option<String>,
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub query: Option<String>,
    #[arg(long, default_value_t = 100)]
    pub limit: usize,
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    pub id: String,
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct OneId {
    pub id: String,
}

#[derive(Debug, Args)]
pub(super) struct Search {
    pub text: String,
    #[arg(long)]
    pub register: Option<String>,
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct SignIn {
    #[arg(value_name = "PERSON")]
    pub name: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Reason {
    #[arg(long)]
    pub reason: String,
}

#[derive(Debug, Args)]
pub(super) struct MaybeReason {
    #[arg(long)]
    pub reason: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Capture {
    #[arg(value_name = "LINE|-")]
    pub line: String,
    #[arg(long)]
    pub yes: bool,
    #[arg(long)]
    pub buyer: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ClaimArgs {
    pub id: String,
    #[arg(long)]
    pub reason: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Saying {
    pub id: String,
    pub text: String,
}

#[derive(Debug, Args)]
pub(super) struct Transfer {
    pub id: String,
    #[arg(long, value_name = "PERSON|POST|next-shift")]
    pub to: String,
    #[arg(long)]
    pub reason: String,
}

#[derive(Debug, Args)]
pub(super) struct Close {
    pub id: String,
    #[arg(long)]
    pub outcome: String,
}

#[derive(Debug, Args)]
pub(super) struct Snooze {
    pub id: String,
    #[arg(long, value_name = "TIME")]
    pub until: String,
}

#[derive(Debug, Subcommand)]
pub(super) enum Note {
    Add {
        order: String,
        text: String,
        #[arg(long)]
        kind: String,
        #[arg(long)]
        flag: Option<String>,
        #[arg(long)]
        old: Option<String>,
        #[arg(long)]
        buyer: Option<String>,
    },
    Step {
        id: String,
        step: String,
        #[arg(long)]
        quote: Option<String>,
    },
    Back {
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Phrases {
    Check {
        #[arg(value_name = "TEXT|-")]
        text: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Refund {
    Open(RefundOpen),
    Submit {
        id: String,
    },
    Amend {
        id: String,
        #[arg(required = true, value_name = "FIELD=VALUE")]
        values: Vec<String>,
    },
    Approve {
        id: String,
        #[arg(long, value_name = "PERSON")]
        executor: Option<String>,
        #[arg(long, value_name = "PERSON", conflicts_with = "executor")]
        verbal: Option<String>,
    },
    Refuse {
        id: String,
        #[arg(long)]
        reason: String,
    },
    Execute {
        id: String,
    },
    Void {
        id: String,
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct RefundOpen {
    pub order: String,
    #[arg(long)]
    pub kind: String,
    #[arg(long)]
    pub amount: String,
    #[arg(long)]
    pub reason: String,
    #[arg(long, value_name = "N=QTY")]
    pub line: Vec<String>,
    #[arg(long)]
    pub fault: Option<String>,
    #[arg(long)]
    pub read_back: bool,
    #[arg(long, value_name = "FIELD=VALUE")]
    pub field: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Promise {
    pub id: String,
    pub text: String,
    #[arg(long, value_name = "TIME")]
    pub due: String,
    #[arg(long)]
    pub amount: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct MoveArgs {
    pub id: String,
    pub state: String,
    #[arg(long)]
    pub reason: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct SetArgs {
    pub id: String,
    #[arg(required = true, value_name = "FIELD=VALUE")]
    pub values: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct OpenArgs {
    #[arg(value_name = "REGISTER")]
    pub register: String,
    #[arg(value_name = "FIELD=VALUE")]
    pub values: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Undo {
    #[arg(value_name = "ACT")]
    pub act: Option<u64>,
}

#[derive(Debug, Args)]
pub(super) struct Attach {
    pub id: String,
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Erase {
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
pub(super) struct Contradictions {
    pub id: Option<String>,
    #[command(subcommand)]
    pub settle: Option<Settle>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Settle {
    Settle {
        #[arg(long)]
        reason: String,
    },
    Choose {
        side: usize,
    },
}

#[derive(Debug, Args)]
pub(super) struct Handover {
    #[arg(long, value_name = "PERSON|POST")]
    pub to: Option<String>,
    #[arg(short = 'o', long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[arg(long, value_name = "md|json|html|csv")]
    pub format: Option<String>,
    #[arg(long, value_name = "N/CELL=TEXT")]
    pub line: Vec<String>,
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    #[arg(long)]
    pub draft: bool,
}

#[derive(Debug, Args)]
pub(super) struct Backup {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[arg(long, conflicts_with = "continue_as_new")]
    pub continue_as_same: bool,
    #[arg(long)]
    pub continue_as_new: bool,
    #[arg(short = 'o', long, value_name = "FILE", requires = "continue_as_new")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Completions {
    pub shell: Shell,
}
