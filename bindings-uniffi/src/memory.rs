//! Memory for large answers.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Answers below this take no memory worth mentioning.
const LARGE: usize = 64 << 10;

/// The largest answer so far.
static LARGEST: AtomicUsize = AtomicUsize::new(0);

/// An answer of so many bytes is about to be copied, straightened and copied to the other language.
///
/// glibc gives the memory of these buffers back to the system after every answer and takes it again for the next one,
/// page by page, which took a quarter of the time for a report of 1,000 rows. It stops doing so when something larger was
/// given back, so that is done first, once for each size. Nothing is written to it, so it is never really there.
pub fn expect(size: usize) {
    if size > LARGE && LARGEST.fetch_max(size, Ordering::Relaxed) < size {
        let mut room = Vec::<u8>::new();
        // Where there is no such memory there is none to be kept.
        drop(black_box(room.try_reserve_exact(4 * size).map(|()| room)));
    }
}
