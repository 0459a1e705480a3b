//! What goes in and out, and what is looked at.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(in crate::cli) struct Import {
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
    #[arg(long, value_name = "DAY")]
    pub day: Option<String>,
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    #[arg(value_name = "REGISTER")]
    pub register: String,
    #[arg(short = 'o', long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[arg(long, value_name = "csv|xlsx|json|md|html")]
    pub format: Option<String>,
    #[arg(long)]
    pub view: Option<String>,
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub query: Option<String>,
    #[arg(long)]
    pub limit: Option<usize>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Bundle {
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
pub(in crate::cli) struct BundleExport {
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
pub(in crate::cli) struct List {
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
pub(in crate::cli) struct Show {
    pub id: String,
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Search {
    pub text: String,
    #[arg(long)]
    pub register: Option<String>,
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}
