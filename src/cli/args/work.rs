//! What a person does in a shift.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(in crate::cli) struct SignIn {
    #[arg(value_name = "PERSON")]
    pub name: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Reason {
    #[arg(long)]
    pub reason: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct MaybeReason {
    #[arg(long)]
    pub reason: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Capture {
    #[arg(value_name = "LINE|-")]
    pub line: String,
    #[arg(long)]
    pub yes: bool,
    #[arg(long)]
    pub buyer: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ClaimArgs {
    pub id: String,
    #[arg(long)]
    pub reason: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Saying {
    pub id: String,
    pub text: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Transfer {
    pub id: String,
    #[arg(long, value_name = "PERSON|POST|next-shift")]
    pub to: String,
    #[arg(long)]
    pub reason: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Review {
    pub id: String,
    #[arg(long, value_name = "TEXT", conflicts_with = "return")]
    pub comment: Option<String>,
    #[arg(long = "return", id = "return", value_name = "TEXT")]
    pub back: Option<String>,
    #[arg(long)]
    pub yesterday: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Close {
    pub id: String,
    #[arg(long)]
    pub outcome: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Snooze {
    pub id: String,
    #[arg(long, value_name = "TIME")]
    pub until: String,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Note {
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
pub(in crate::cli) enum Phrases {
    Check {
        #[arg(value_name = "TEXT|-")]
        text: String,
    },
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Refund {
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
pub(in crate::cli) struct RefundOpen {
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
pub(in crate::cli) struct Promise {
    pub id: String,
    pub text: String,
    #[arg(long, value_name = "TIME")]
    pub due: String,
    #[arg(long)]
    pub amount: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct MoveArgs {
    pub id: String,
    pub state: String,
    #[arg(long)]
    pub reason: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SetArgs {
    pub id: String,
    #[arg(required = true, value_name = "FIELD=VALUE")]
    pub values: Vec<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct OpenArgs {
    #[arg(value_name = "REGISTER")]
    pub register: String,
    #[arg(value_name = "FIELD=VALUE")]
    pub values: Vec<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Undo {
    #[arg(value_name = "ACT")]
    pub act: Option<u64>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Attach {
    pub id: String,
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Contradictions {
    pub id: Option<String>,
    #[command(subcommand)]
    pub settle: Option<Settle>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Settle {
    Settle {
        #[arg(long)]
        reason: String,
    },
    Choose {
        side: usize,
    },
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Handover {
    #[arg(long, value_name = "PERSON|POST")]
    pub to: Option<String>,
    #[arg(short = 'o', long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[arg(long, value_name = "md|json|html|csv|xlsx")]
    pub format: Option<String>,
    #[arg(long, value_name = "N/CELL=TEXT")]
    pub line: Vec<String>,
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    #[arg(long)]
    pub draft: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Report {
    #[arg(value_name = "day|week|month")]
    pub span: String,
    #[arg(long, value_name = "2026-11-22")]
    pub date: Option<String>,
    #[arg(short = 'o', long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[arg(long, value_name = "md|json|html|csv")]
    pub format: Option<String>,
}
