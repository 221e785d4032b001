//! A bar on a terminal, shown only when a run takes longer than a second.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Nothing is shown before this.
const PATIENCE: Duration = Duration::from_secs(1);
const EVERY: Duration = Duration::from_millis(100);

/// The progress of a run; the bar is wiped when this is dropped.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    /// Dropped to say that it is over; the thread shows the bar when it is time.
    waiting: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts to count; `wanted` says whether a bar may be shown at all. On what is no terminal
    /// none ever is.
    pub fn start(wanted: bool) -> Progress {
        let target = ProgressDrawTarget::stderr();
        match wanted && !target.is_hidden() {
            true => Progress::on(target, PATIENCE),
            false => Progress {
                bar: ProgressBar::hidden(),
                waiting: None,
            },
        }
    }

    fn on(target: ProgressDrawTarget, patience: Duration) -> Progress {
        let bar = ProgressBar::hidden().with_finish(ProgressFinish::AndClear);
        bar.set_style(without_length());
        let (over, is_over) = channel::<()>();
        let shown = bar.clone();
        let thread = std::thread::spawn(move || {
            if is_over.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                shown.set_draw_target(target);
                shown.enable_steady_tick(EVERY);
            }
        });
        Progress {
            bar,
            waiting: Some((over, thread)),
        }
    }

    /// Names what is being done.
    pub fn phase(&self, name: &'static str) {
        self.bar.unset_length();
        self.bar.set_style(without_length());
        self.bar.set_prefix(name);
    }

    /// So many more files are to come.
    pub fn expect(&self, files: usize) {
        let before = self.bar.length().unwrap_or(0);
        self.bar.set_length(before + files as u64);
        self.bar.set_style(with_length());
    }

    /// One file is done.
    pub fn step(&self) {
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((over, thread)) = self.waiting.take() {
            drop(over);
            let _ = thread.join();
            self.bar.finish_and_clear();
        }
    }
}

fn with_length() -> ProgressStyle {
    style("{prefix:>12.green.bold} [{bar:25}] {pos}/{len} files")
}

fn without_length() -> ProgressStyle {
    style("{prefix:>12.green.bold} {spinner}")
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template);
    style
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::TermLike;
    use std::io;
    use std::sync::{Arc, Mutex};

    /// A terminal that keeps what is written.
    #[derive(Debug, Clone, Default)]
    struct Screen(Arc<Mutex<String>>);

    impl Screen {
        fn put(&self, text: &str) -> io::Result<()> {
            self.0.lock().expect("nobody failed").push_str(text);
            Ok(())
        }

        fn text(&self) -> String {
            self.0.lock().expect("nobody failed").clone()
        }
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.put(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.put(text)
        }
        fn clear_line(&self) -> io::Result<()> {
            self.put("<cleared>")
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn on(screen: &Screen, patience: Duration) -> Progress {
        let target = ProgressDrawTarget::term_like(Box::new(screen.clone()));
        Progress::on(target, patience)
    }

    #[test]
    fn a_long_run_shows_a_bar_and_wipes_it() {
        let screen = Screen::default();
        let progress = on(&screen, Duration::ZERO);
        progress.phase("Parsing");
        progress.expect(7);
        progress.step();
        let begin = std::time::Instant::now();
        while !screen.text().contains("1/7 files") {
            let late = begin.elapsed() > Duration::from_secs(20);
            assert!(!late, "no bar with 1/7 is shown");
            std::thread::sleep(EVERY);
        }
        assert!(screen.text().contains("Parsing"));
        drop(progress);
        assert!(screen.text().ends_with("<cleared>"), "{}", screen.text());
    }

    #[test]
    fn a_short_run_shows_nothing() {
        let screen = Screen::default();
        let progress = on(&screen, Duration::from_secs(3600));
        progress.phase("Parsing");
        progress.expect(7);
        progress.step();
        drop(progress);
        assert_eq!(screen.text(), "");
    }
}
