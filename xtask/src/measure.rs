//! Measures a program: instructions (with callgrind), seconds, and peak memory.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A program with its arguments and the number of threads it may use.
#[derive(Clone)]
pub(crate) struct Job {
    pub(crate) program: std::path::PathBuf,
    pub(crate) args: Vec<std::ffi::OsString>,
    pub(crate) threads: usize,
}

impl Job {
    fn command(&self, program: &std::ffi::OsStr) -> Command {
        let mut command = Command::new(program);
        command.env("RAYON_NUM_THREADS", self.threads.to_string());
        command.stdin(Stdio::null());
        command
    }

    /// Instructions executed in user space: the same on a busy machine and an idle one.
    pub(crate) fn instructions(&self) -> Result<f64, String> {
        let output = self
            .command("valgrind".as_ref())
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(&self.program)
            .args(&self.args)
            .output()
            .map_err(|error| format!("valgrind does not start: {error}"))?;
        let text = String::from_utf8_lossy(&output.stderr);
        let collected = text
            .lines()
            .rev()
            .find_map(|line| line.split_once("Collected :"));
        let count = collected.and_then(|(_, count)| count.trim().parse().ok());
        count.ok_or_else(|| format!("no instruction count from callgrind:\n{text}"))
    }

    /// Wall-clock seconds, the best of `times`.
    pub(crate) fn seconds(&self, times: usize) -> Result<f64, String> {
        let mut best = f64::INFINITY;
        for _ in 0..times {
            best = best.min(self.once()?.0);
        }
        Ok(best)
    }

    /// Peak resident memory in bytes.
    pub(crate) fn peak(&self) -> Result<f64, String> {
        Ok(self.once()?.1)
    }

    fn once(&self) -> Result<(f64, f64), String> {
        let start = Instant::now();
        let mut child = self
            .command(self.program.as_os_str())
            .args(&self.args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}", self.program.display()))?;
        let status = format!("/proc/{}/status", child.id());
        let mut peak: f64 = 0.0;
        loop {
            peak = peak.max(high_water(&status).unwrap_or(0.0));
            match child.try_wait() {
                Ok(Some(_)) => return Ok((start.elapsed().as_secs_f64(), peak)),
                Ok(None) => thread::sleep(Duration::from_millis(1)),
                Err(error) => return Err(error.to_string()),
            }
        }
    }
}

/// The kernel's own record of the most memory that a running process has had, in bytes.
fn high_water(status: &str) -> Option<f64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0)
}
