//! The program: parse, call, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(zhiban::cli::run(std::env::args_os()))
}
