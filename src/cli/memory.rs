//! How the allocator of the system treats memory that was freed.

use std::hint::black_box;

/// Just below the largest block from which glibc learns.
const BLOCK_BYTES: usize = 31 << 20;

/// Makes glibc's allocator keep what is freed for the next allocation.
///
/// An evaluation allocates a few megabytes of columns and frees them, again and again. By default glibc gives each of
/// them back to the kernel at once and faults the pages in again, which takes longer than the arithmetic. Blocks as
/// large as the largest that was ever freed come from memory that is kept, and of that twice as much stays: here is such
/// a block, which nobody touches, so that it costs two system calls. Other allocators do not mind.
pub(super) fn keep_freed_memory() {
    if cfg!(not(feature = "mimalloc")) {
        drop(black_box(Vec::<u8>::with_capacity(BLOCK_BYTES)));
    }
}
