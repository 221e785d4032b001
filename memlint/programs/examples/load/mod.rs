//! An allocation-bound load: blocks of sixteen sizes come and go, a thousand of them live.

use std::hint::black_box;
use std::thread;

/// How many blocks are live at a time.
const LIVE: usize = 1024;

/// Runs so many operations as the first argument says, on as many threads as the second.
pub(crate) fn run() {
    let mut args = std::env::args().skip(1).map_while(|arg| arg.parse().ok());
    let count: usize = args.next().unwrap_or(0);
    let threads = args.next().unwrap_or(1).max(1);
    let workers: Vec<_> = (0..threads)
        .map(|number| thread::spawn(move || churn(count / threads, number)))
        .collect();
    for worker in workers {
        let _ = worker.join();
    }
}

fn churn(count: usize, seed: usize) {
    const SIZES: [usize; 16] = [
        8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4000,
    ];
    let mut live: Vec<Vec<u8>> = (0..LIVE).map(|_| Vec::new()).collect();
    let mut state = seed as u64 + 1;
    for _ in 0..count {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        let mut block = Vec::with_capacity(SIZES[(state >> 40) as usize % SIZES.len()]);
        block.push(state as u8);
        live[(state >> 50) as usize % LIVE] = black_box(block);
    }
    black_box(live);
}
