//! A folder of files made for one test.

use std::fs;
use std::path::{Path, PathBuf};

/// An empty folder under the build's own temporary folder; left there for a look after a failure.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// A fresh folder of this name in `base` (a test's `CARGO_TARGET_TMPDIR`).
    ///
    /// # Panics
    /// The folder cannot be made.
    pub fn new(base: &str, name: &str) -> Scratch {
        let path = Path::new(base).join("scratch").join(name);
        if path.exists() {
            fs::remove_dir_all(&path).expect("an old scratch folder can be removed");
        }
        fs::create_dir_all(&path).expect("a scratch folder can be made");
        Scratch(path)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Copies a folder of the samples, under its own name.
    ///
    /// # Panics
    /// It cannot be copied.
    pub fn sample(mut self, name: &str) -> Scratch {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
        let mut folders = vec![samples.join(name)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)
                .expect("a sample is readable")
                .flatten()
            {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let text = fs::read(&path).expect("a sample is readable");
                    let inside = path.strip_prefix(&samples).expect("it is a sample's");
                    self = self.file(&inside.to_string_lossy(), text);
                }
            }
        }
        self
    }

    /// Makes a git repository of it, with a first commit of all files.
    ///
    /// # Panics
    /// Git fails.
    pub fn repository(self) -> Scratch {
        for args in [
            "init -q -b main",
            "add -A",
            "commit -q --allow-empty -m first",
        ] {
            self.git(args);
        }
        self
    }

    /// Runs git in it and returns what it says; settings of the user do not count.
    ///
    /// # Panics
    /// Git fails.
    pub fn git(&self, args: &str) -> String {
        let args: Vec<&str> = args.split_whitespace().collect();
        let output = crate::tool::command("git", &self.0, &args)
            .envs([
                ("GIT_CONFIG_GLOBAL", "/dev/null"),
                ("GIT_CONFIG_NOSYSTEM", "1"),
            ])
            .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "test")))
            .envs(
                ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"]
                    .map(|name| (name, "test@example.invalid")),
            )
            .output()
            .expect("git starts");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {args:?}: {error}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Writes a file, its folders included, and hands the scratch back for the next one.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn file(self, name: &str, text: impl AsRef<[u8]>) -> Scratch {
        self.write(name, text);
        self
    }

    /// Writes a file.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        let folder = path.parent().expect("a file has a folder");
        fs::create_dir_all(folder).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    /// Reads a file.
    ///
    /// # Panics
    /// It cannot be read.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect("a file can be read")
    }
}
