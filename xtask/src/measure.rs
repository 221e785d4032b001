//! Measures a program: instructions (with callgrind), processor time, seconds, and peak memory.

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

/// What one run cost.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// Wall-clock seconds.
    pub(crate) wall: f64,
    /// Seconds of processor time in user space, all threads and child processes together.
    pub(crate) cpu: f64,
    /// Peak resident memory in bytes.
    pub(crate) peak: f64,
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

    /// Runs the program to its end, its output thrown away.
    pub(crate) fn cost(&self) -> Result<Cost, String> {
        let before = children_cpu()?;
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
        while child
            .try_wait()
            .map_err(|error| error.to_string())?
            .is_none()
        {
            peak = peak.max(high_water(&status).unwrap_or(0.0));
            thread::sleep(Duration::from_millis(1));
        }
        let wall = start.elapsed().as_secs_f64();
        let cpu = children_cpu()? - before;
        Ok(Cost { wall, cpu, peak })
    }
}

/// The kernel's own record of the most memory that a running process has had, in bytes.
fn high_water(status: &str) -> Option<f64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0)
}

/// User-space processor time of all the children that have ended, in seconds.
fn children_cpu() -> Result<f64, String> {
    let text = fs::read_to_string("/proc/self/stat").map_err(|error| error.to_string())?;
    waited_user_time(&text).ok_or_else(|| "/proc/self/stat is not as expected".to_owned())
}

/// `cutime` of a line of `/proc/PID/stat`. Linux counts it in hundredths of a second.
fn waited_user_time(stat: &str) -> Option<f64> {
    // The second field is the program's name in parentheses and may hold spaces.
    let (_, after_name) = stat.rsplit_once(')')?;
    let ticks: f64 = after_name.split_whitespace().nth(13)?.parse().ok()?;
    Some(ticks / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_time_of_ended_children() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 0 1 2 3 4 50 60 250 80 20 0 1 0";
        assert_eq!(waited_user_time(stat), Some(2.5));
        assert_eq!(waited_user_time("7 (short) S 1"), None);
    }
}
