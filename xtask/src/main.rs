//! Development tasks. `cargo xtask generate` writes everything that follows
//! from the description in `api/`.

mod callbacks;
mod core_table;
mod doc_links;
mod docs;
mod documents;
mod generate;
mod kotlin;
mod kotlin_client;
mod mock_table;
mod model;
mod names;
mod promises;
mod python;
mod python_client;
mod render;
mod rust_client;
mod surface;
mod swift;
mod swift_client;
mod swift_guide;
mod ts_client;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Development tasks of this repository")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Writes the generated files from the description in api/.
    Generate {
        /// Writes nothing and fails if a committed file differs.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    let Task::Generate { check } = Cli::parse().task;
    match generate::run(&root(), check) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}
