//! Memory for large answers.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Answers below this take no memory worth mentioning.
const LARGE: usize = 64 << 10;
/// Answers above this are read one after the other.
const HUGE: usize = 4 << 20;
/// An answer is straightened (at most twice its size), put into what the host is told, and copied to it: never more than
/// so many times its size at once.
const TIMES: usize = 6;

/// The largest answer so far.
static LARGEST: AtomicUsize = AtomicUsize::new(0);

/// Held while a huge answer is read, so that what one was promised is not taken by another.
static READING: Mutex<()> = Mutex::new(());

/// Room for an answer, as long as it is held.
pub struct Room(#[allow(dead_code)] Option<MutexGuard<'static, ()>>);

/// An answer of so many bytes is about to be copied, straightened and copied to the other language. `None` if there is
/// not enough memory for that: running out of it later would end the process.
///
/// glibc gives the memory of these buffers back to the system after every answer and takes it again for the next one,
/// page by page, which took a quarter of the time for a report of 1,000 rows. It stops doing so when something larger was
/// given back, so that is done first, once for each size. Nothing is written to it, so it is never really there.
pub fn expect(size: usize) -> Option<Room> {
    let guard = (size > HUGE).then(|| READING.lock().unwrap_or_else(PoisonError::into_inner));
    if guard.is_some() || (size > LARGE && LARGEST.fetch_max(size, Ordering::Relaxed) < size) {
        let mut room = Vec::<u8>::new();
        let times = if guard.is_some() { TIMES } else { 4 };
        room.try_reserve_exact(size.checked_mul(times)?).ok()?;
        drop(black_box(room));
    }
    Some(Room(guard))
}
