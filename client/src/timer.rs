//! Waiting, in a runtime of tokio and outside of one.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};

use crate::executor::Sleeping;

/// Waits so long: on tokio's timer, or where there is no runtime of tokio on a thread.
pub(crate) fn sleep(time: Duration) -> Sleeping<'static> {
    #[cfg(any(feature = "reqwest", feature = "redis", feature = "blocking"))]
    if tokio::runtime::Handle::try_current().is_ok() {
        return Box::pin(tokio::time::sleep(time));
    }
    Box::pin(Alarm { end: Instant::now().checked_add(time), shared: Arc::default(), thread: None })
}

/// What a future comes to if it does so before another one ends.
pub(crate) async fn before<T>(end: impl Future<Output = ()> + Unpin, future: impl Future<Output = T>) -> Option<T> {
    let future = std::pin::pin!(future);
    match select(future, end).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(((), _)) => None,
    }
}

struct Alarm {
    /// Never, if it is too far away to be counted.
    end: Option<Instant>,
    shared: Arc<Mutex<Shared>>,
    thread: Option<Thread>,
}

#[derive(Default)]
struct Shared {
    waker: Option<Waker>,
    over: bool,
}

impl Future for Alarm {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(end) = self.end else { return Poll::Pending };
        {
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            if shared.over || Instant::now() >= end {
                return Poll::Ready(());
            }
            let before = shared.waker.replace(context.waker().clone());
            drop(shared);
            drop(before);
        }
        if self.thread.is_none() {
            let shared = Arc::clone(&self.shared);
            match thread::Builder::new().spawn(move || ring(&shared, end)) {
                Ok(handle) => self.thread = Some(handle.thread().clone()),
                // Without a thread nobody would wake it: better too soon than never.
                Err(_) => return Poll::Ready(()),
            }
        }
        Poll::Pending
    }
}

fn ring(shared: &Mutex<Shared>, end: Instant) {
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        if shared.over {
            return;
        }
        if left.is_zero() {
            shared.over = true;
            let waker = shared.waker.take();
            drop(shared);
            return waker.into_iter().for_each(Waker::wake);
        }
        drop(shared);
        thread::park_timeout(left);
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).over = true;
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
    }
}
