//! Development tasks. `cargo xtask generate` writes everything that follows
//! from the description in `api/`.

mod callbacks;
mod core_table;
mod doc_comments;
mod doc_links;
mod generate;
mod kotlin;
mod kotlin_client;
mod mock_table;
mod model;
mod names;
mod openapi;
mod promises;
mod python;
mod python_client;
mod render;
mod rust_client;
mod rust_guide;
mod samples;
mod site;
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
    /// Builds the documentation site, in target/site/dist.
    Site {
        /// Writes the pages alone, in target/site/pages.
        #[arg(long)]
        pages: bool,
        /// The path that it will be served at, such as /repository/ on GitHub Pages.
        #[arg(long, default_value = "/", conflicts_with = "address")]
        base: String,
        /// The whole address that it will be served at: its pages then name themselves by it to search engines, with a sitemap.
        #[arg(long)]
        address: Option<String>,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Generate { check } => generate::run(&root(), check),
        Task::Site { pages, base, address } => site::run(&root(), pages, &base, address.as_deref()),
    };
    match done {
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
