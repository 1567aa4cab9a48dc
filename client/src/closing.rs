//! The end of a client: who waits is told at once, who is in flight when its time is over.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// How far the end of a client has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    #[default]
    Open,
    /// Nothing is sent any more.
    Closed,
    /// Nothing is waited for any more.
    Over,
}

/// Of one client.
#[derive(Default)]
pub(crate) struct Closing(Mutex<State>);

#[derive(Default)]
struct State {
    stage: Stage,
    /// The calls under way.
    calls: usize,
    /// Who waits for a stage, or for the last call to end.
    wakers: BTreeMap<u64, Waker>,
    next: u64,
}

// Wakers are other people's code: none is woken or dropped while the lock is held.
fn wake(wakers: BTreeMap<u64, Waker>) {
    wakers.into_values().for_each(Waker::wake);
}

impl Closing {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes on to a stage; never back.
    pub(crate) fn reach(&self, stage: Stage) {
        let mut state = self.state();
        state.stage = state.stage.max(stage);
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        wake(wakers);
    }

    /// Ends when this stage is reached.
    pub(crate) fn reached(&self, stage: Stage) -> impl Future<Output = ()> + Unpin + Send + '_ {
        Signal { closing: self, id: None, is_due: move |state: &State| state.stage >= stage }
    }

    /// Ends when no call is under way.
    pub(crate) fn idle(&self) -> impl Future<Output = ()> + Unpin + Send + '_ {
        Signal { closing: self, id: None, is_due: |state: &State| state.calls == 0 }
    }

    /// A call is under way until this is dropped.
    pub(crate) fn enter(&self) -> Entered<'_> {
        self.state().calls += 1;
        Entered(self)
    }
}

pub(crate) struct Entered<'a>(&'a Closing);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.calls -= 1;
        // Before the client is closed only calls wait, and not for this.
        let is_last = state.calls == 0 && state.stage > Stage::Open;
        let wakers = if is_last { std::mem::take(&mut state.wakers) } else { BTreeMap::new() };
        drop(state);
        wake(wakers);
    }
}

struct Signal<'a, D> {
    closing: &'a Closing,
    id: Option<u64>,
    is_due: D,
}

impl<D: Fn(&State) -> bool + Unpin> Future for Signal<'_, D> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.closing.state();
        if (self.is_due)(&state) {
            return Poll::Ready(());
        }
        let id = self.id.unwrap_or(state.next);
        state.next = state.next.max(id + 1);
        let before = state.wakers.insert(id, context.waker().clone());
        drop(state);
        drop(before);
        self.id = Some(id);
        Poll::Pending
    }
}

impl<D> Drop for Signal<'_, D> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            let mut state = self.closing.state();
            let waker = state.wakers.remove(&id);
            drop(state);
            drop(waker);
        }
    }
}
