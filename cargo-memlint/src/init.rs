//! `init`: a commented `memlint.toml` to begin with, or a git hook.

mod hook;

use crate::cli::Init;
use crate::config::{Config, FILES};
use crate::notice::Trouble;
use crate::plan::normal;
use crate::sink;
use cargo_metadata::MetadataCommand;
use memlint_lints::Group;
use std::path::{Path, PathBuf};

/// Writes what is asked for; the answer says what was done.
pub fn init(asked: &Init) -> Result<String, Trouble> {
    let root = root()?;
    match asked.hook {
        true => hook::write(&root, asked.force),
        false => configuration(&root, asked.force),
    }
}

/// The root of the workspace, or this folder if no manifest is in sight.
fn root() -> Result<PathBuf, Trouble> {
    let here = normal(Path::new("."));
    let mut manifests = here.ancestors().map(|folder| folder.join("Cargo.toml"));
    if !manifests.any(|manifest| manifest.is_file()) {
        return Ok(here);
    }
    match MetadataCommand::new().no_deps().exec() {
        Ok(metadata) => Ok(metadata.workspace_root.into_std_path_buf()),
        Err(error) => Err(Trouble::new(format!(
            "the root of the workspace is not known: {}",
            error.to_string().trim_end()
        ))
        .help("repair the manifest first")),
    }
}

fn configuration(root: &Path, force: bool) -> Result<String, Trouble> {
    let mut files = FILES.iter().map(|name| root.join(name));
    let there = files.find(|file| file.exists());
    if let Some(there) = there.as_ref().filter(|_| !force) {
        return Err(
            Trouble::at(there, "there is a configuration already").help("`--force` replaces it")
        );
    }
    let file = there.unwrap_or_else(|| root.join(FILES[0]));
    let manifest = root.join("Cargo.toml");
    if Config::is_in_manifest(&manifest) {
        return Err(
            Trouble::at(&manifest, "the configuration stands in the manifest")
                .help("move it into `memlint.toml`, or keep it where it is: not both can count"),
        );
    }
    sink::to_file(&file, &|out| out.write_all(template().as_bytes()))?;
    Ok(format!("wrote {}\n", file.display()))
}

/// The file as it is written. What follows a `#` without a space is an example.
pub fn template() -> String {
    let groups = Group::ALL.map(|group| {
        let level = group.default_level().name();
        format!("#   {:12} {level:6} {}\n", group.name(), group.title())
    });
    format!(
        "\
# The configuration of cargo memlint. Where a line is commented out, the default holds.

# Files, folders and patterns that are not reported on, relative to this file.
#exclude = [\"src/generated\", \"**/bindings.rs\"]

# A lint, a group, `all` or `warnings`: \"allow\", \"warn\", \"deny\" or \"forbid\". Groups apply before
# lints, a higher priority later, the command line last. The groups and their levels:
#
{}#
# `cargo memlint --list` shows the lints, `cargo memlint --explain LINT` tells about one.
[levels]
#leak = \"deny\"
#unchecked_alloc = {{ level = \"allow\", priority = 1 }}

# Routines of a library of your own: what one of them hands out, one of them has to take back.
#[[family]]
#name = \"widget\"
#alloc = [\"widget_new\"]
#free = [\"widget_free\"]
",
        groups.concat()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_is_in_the_template() {
        let template = template();
        for group in Group::ALL {
            assert!(template.contains(group.name()), "{}", group.name());
        }
        assert!(
            template.lines().all(|line| line.chars().count() <= 100),
            "{template}"
        );
    }
}
