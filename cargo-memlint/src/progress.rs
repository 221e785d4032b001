//! A line of progress on a terminal, shown only when a run takes longer than a second.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Nothing is shown before this.
const PATIENCE: Duration = Duration::from_secs(1);
const EVERY: Duration = Duration::from_millis(100);

/// The progress of a run; it wipes its line when it is dropped.
#[derive(Debug)]
pub struct Progress {
    shared: Arc<Shared>,
    painter: Option<(Sender<()>, JoinHandle<()>)>,
}

#[derive(Debug, Default)]
struct Shared {
    done: AtomicUsize,
    all: AtomicUsize,
    painted: AtomicBool,
    phase: Mutex<&'static str>,
}

impl Progress {
    /// Starts to count; `wanted` says whether a line may be shown at all.
    pub fn start(wanted: bool) -> Progress {
        let shared = Arc::new(Shared::default());
        let shown = wanted && std::io::stderr().is_terminal();
        let painter = shown.then(|| {
            let (stop, stopped) = channel();
            let shared = shared.clone();
            (stop, std::thread::spawn(move || paint(&shared, &stopped)))
        });
        Progress { shared, painter }
    }

    /// Names what is being done.
    pub fn phase(&self, name: &'static str) {
        if let Ok(mut phase) = self.shared.phase.lock() {
            *phase = name;
        }
    }

    /// So many more steps are to come.
    pub fn expect(&self, steps: usize) {
        self.shared.all.fetch_add(steps, Ordering::Relaxed);
    }

    /// One step is done.
    pub fn step(&self) {
        self.shared.done.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, painter)) = self.painter.take() {
            drop(stop);
            let _ = painter.join();
        }
        if self.shared.painted.load(Ordering::Relaxed) {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn paint(shared: &Shared, stopped: &Receiver<()>) {
    let mut wait = PATIENCE;
    while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        wait = EVERY;
        shared.painted.store(true, Ordering::Relaxed);
        let phase = shared.phase.lock().map(|phase| *phase).unwrap_or_default();
        let (done, all) = (
            shared.done.load(Ordering::Relaxed),
            shared.all.load(Ordering::Relaxed),
        );
        let line = match done < all {
            true => format!("\r\x1b[K    {phase} {done}/{all} files"),
            false => format!("\r\x1b[K    {phase}"),
        };
        let mut err = std::io::stderr();
        let _ = err.write_all(line.as_bytes()).and_then(|()| err.flush());
    }
}
