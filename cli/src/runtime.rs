use std::future::Future;

use crate::failure::Failure;

/// Runs what waits for the network. Only the commands that do so pay for a runtime.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("cannot start the runtime", &error))?
        .block_on(work)
}
