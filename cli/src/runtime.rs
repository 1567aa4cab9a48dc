//! The runtime of what waits for the network, and the signals that end it.

use std::future::Future;
use std::io;

use crate::failure::Failure;

/// Runs what waits for the network. Only the commands that do so pay for a runtime.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::io("cannot start the runtime", &error))?;
    let done = runtime.block_on(work);
    // What still computes or waits in a thread of its own is for nobody now.
    runtime.shutdown_background();
    done
}

/// Begins at once to listen for the signals that end a command.
pub(crate) fn interrupted() -> Result<impl Future<Output = ()>, Failure> {
    signals().map_err(|error| Failure::io("cannot wait for a signal", &error))
}

#[cfg(unix)]
fn signals() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(windows)]
fn signals() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { drop(interrupt.recv().await) })
}
