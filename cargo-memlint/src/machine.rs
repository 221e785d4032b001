//! The machine that `--target` names, as the compiler describes it.

use crate::notice::Trouble;
use std::collections::HashSet;
use std::ffi::OsString;
use std::process::{Command, Output};
use std::sync::Arc;

/// What `rustc --print cfg` prints: `unix`, `target_os="linux"`.
pub type Machine = Arc<HashSet<String>>;

/// What holds on the named machine; `host-tuple` is this one, as cargo calls it.
pub fn describe(triple: Option<&str>) -> Result<Option<Machine>, Trouble> {
    let Some(triple) = triple else {
        return Ok(None);
    };
    let mut args = vec!["--print", "cfg"];
    if triple != "host-tuple" {
        args.extend(["--target", triple]);
    }
    let output = rustc(&args)?;
    if !output.status.success() {
        return Err(unknown(triple));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(Some(Arc::new(text.lines().map(str::to_owned).collect())))
}

fn unknown(triple: &str) -> Trouble {
    let trouble = Trouble::new(format!("the compiler does not know the target `{triple}`"));
    let list = rustc(&["--print", "target-list"]).map(|output| output.stdout);
    let list = String::from_utf8_lossy(&list.unwrap_or_default()).into_owned();
    trouble.help(match memlint_lints::closest_of(triple, list.lines()) {
        Some(closest) => {
            format!("did you mean `{closest}`? `rustc --print target-list` lists all")
        }
        None => "`rustc --print target-list` lists the known ones".to_owned(),
    })
}

fn rustc(args: &[&str]) -> Result<Output, Trouble> {
    let program = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let output = Command::new(&program).args(args).output();
    output.map_err(|error| {
        let program = program.to_string_lossy();
        Trouble::new(format!("`{program}` cannot be run: {error}")).help(
            "`--target` asks the compiler what holds on that machine; \
             without the option, code for all machines is checked",
        )
    })
}
