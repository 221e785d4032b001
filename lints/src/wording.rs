//! What the lints share: how routines, memory, stories and repairs are worded.

use crate::diagnostic::Diagnostic;
use memlint_analysis::event::{Act, Block, Event, Loss, Origin, Routine, Step, StepKind, Usage};
use memlint_analysis::span::Span;

/// The family of Box, Vec, String and `std::alloc`, as events name it.
pub(crate) const RUST: &str = "the Rust global allocator";
/// The family of `malloc`, as events name it.
pub(crate) const C: &str = "the C heap";

/// In back-ticks, unless it is a description in words (`a function pointer`).
pub(crate) fn code(text: &str) -> String {
    let article = ["a ", "an ", "the "].iter().any(|a| text.starts_with(a));
    if article || text.is_empty() || text.contains('`') {
        text.to_owned()
    } else {
        format!("`{text}`")
    }
}

/// A value of this type: ``a `CString` ``, ``an `Arc<Pair>` ``.
pub(crate) fn one(ty: &str) -> String {
    let text = code(ty);
    if !text.starts_with('`') {
        return text;
    }
    let name = head(ty);
    let article = if name == "Rc" || name.starts_with(['A', 'E', 'I', 'O']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {text}")
}

/// A layout: a type is code, `16 bytes, align 8` is not.
pub(crate) fn layout(text: &str) -> String {
    let measured = text.starts_with(|c: char| c.is_ascii_digit());
    if measured || text.contains(" bytes") {
        text.to_owned()
    } else {
        code(text)
    }
}

/// A routine: `` `libc::free` `` or ``the drop of `Box<u32>` ``.
pub(crate) fn routine(routine: &Routine) -> String {
    match dropped(routine) {
        Some(owner) => format!("the drop of {}", code(owner)),
        None if routine.name.is_empty() => "a routine".to_owned(),
        None => code(&routine.name),
    }
}

/// The owner whose drop this is: named as `drop of CString`, or by the bare type.
pub(crate) fn dropped(routine: &Routine) -> Option<&str> {
    let bare = routine.act == Act::Drop && routine.name.starts_with(char::is_uppercase);
    let bare = bare && !routine.name.contains("::");
    match routine.name.strip_prefix("drop of ") {
        None if bare => Some(&routine.name),
        owner => owner,
    }
}

/// What a routine does to the block that it gets.
pub(crate) fn does(act: Act) -> &'static str {
    match act {
        Act::Release | Act::Drop => "releases",
        Act::Resize => "reallocates",
        Act::Adopt => "takes over",
        Act::Disown => "gives up",
        Act::Acquire => "gets",
    }
}

/// The same, as something that has been done.
pub(crate) fn done(act: Act) -> &'static str {
    match act {
        Act::Release | Act::Drop => "released",
        Act::Resize => "reallocated",
        Act::Adopt => "taken over",
        Act::Disown => "given up",
        Act::Acquire => "passed",
    }
}

/// What kind of memory the block is: ``memory of the C heap``.
pub(crate) fn memory(block: &Block) -> String {
    if block.family.is_empty() {
        return from_somewhere(block);
    }
    match (carrier(&block.family), block.layout.as_str()) {
        // What a `CString` is made of is known to everybody.
        (Some("CString"), _) => "memory of a `CString`".to_owned(),
        (Some(owner), "") => format!("memory of {}", one(owner)),
        (Some(owner), text) if text.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("memory of {}", one(owner))
        }
        (Some(owner), text) => format!("memory of {}", one(&format!("{owner}<{text}>"))),
        (None, "") => format!("memory of {}", block.family),
        (None, text) => format!("memory of {} ({})", block.family, layout(text)),
    }
}

/// The type that is a family by itself, because it carries more than its bytes: `` `Rc` ``.
pub(crate) fn carrier(family: &str) -> Option<&str> {
    let name = family.strip_prefix('`')?.strip_suffix('`')?;
    name.starts_with(char::is_uppercase).then_some(name)
}

/// Memory without a known family is named after the place that it came from.
fn from_somewhere(block: &Block) -> String {
    match &block.origin {
        Origin::Routine { by, .. } if block.foreign => {
            format!("memory that came from the foreign function {}", routine(by))
        }
        Origin::Routine { by, .. } => format!("memory that came from {}", routine(by)),
        Origin::Parameter { name, .. } if !name.is_empty() => {
            format!("the memory behind the parameter `{name}`")
        }
        Origin::Parameter { .. } => "the memory behind a parameter".to_owned(),
        Origin::Unknown if block.foreign => "memory that a foreign function returned".to_owned(),
        Origin::Unknown => "memory of unknown origin".to_owned(),
    }
}

/// The routine that the block came from: `` `libc::malloc` ``, or `the allocation`.
pub(crate) fn source(block: &Block) -> String {
    match &block.origin {
        Origin::Routine { by, .. } => routine(by),
        Origin::Parameter { .. } | Origin::Unknown => "the allocation".to_owned(),
    }
}

/// Whether the block came about by giving up an owner.
pub(crate) fn disowned(block: &Block) -> bool {
    matches!(&block.origin, Origin::Routine { by, .. } if by.act == Act::Disown)
}

/// The type that a routine belongs to: `CString` of `std::ffi::CString::from_raw`, `Box` of
/// `drop of Box<u32>`; empty for a function.
pub(crate) fn container(name: &str) -> &str {
    if let Some(owner) = name.strip_prefix("drop of ") {
        return head(owner);
    }
    let Some((path, _)) = name.rsplit_once("::") else {
        return "";
    };
    let path = path.split("::<").next().unwrap_or(path);
    let last = path.rsplit("::").next().unwrap_or(path);
    if last.starts_with(|c: char| c.is_uppercase()) {
        head(last)
    } else {
        ""
    }
}

/// The last name of a type's path, without its arguments: `Box` of `std::boxed::Box<u32>`.
pub(crate) fn head(ty: &str) -> &str {
    let path = ty.split('<').next().unwrap_or(ty);
    path.rsplit("::").next().unwrap_or(path).trim()
}

/// The type's single argument: `Pair` of `Box<Pair>`.
pub(crate) fn argument(ty: &str) -> Option<&str> {
    let (_, rest) = ty.split_once('<')?;
    rest.strip_suffix('>')
}

/// How the block should be released: ``release it with `libc::free` ``.
pub(crate) fn repair(block: &Block) -> Option<String> {
    match best_release(block) {
        Some(name) if name.contains("from_raw") || name.contains("from_non_null") => {
            Some(format!("take it back with {} and let it drop", code(name)))
        }
        Some(name) if name.ends_with("dealloc") => Some(format!(
            "release it with {} and the same layout",
            code(name)
        )),
        Some(name) => Some(format!("release it with {}", code(name))),
        None if block.foreign => {
            Some("release it with the release function of its library".to_owned())
        }
        None => None,
    }
}

/// The routine that fits best; what `std::alloc` gave out goes back there before a `Box` is made.
pub(crate) fn best_release(block: &Block) -> Option<&String> {
    let bytes = match &block.origin {
        Origin::Routine { by, .. } => by.act == Act::Acquire && by.name.contains("alloc::"),
        Origin::Parameter { .. } | Origin::Unknown => false,
    };
    let raw = |name: &&String| bytes && name.ends_with("::dealloc");
    let raw = block.release_with.iter().find(raw);
    raw.or(block.release_with.first())
}

/// Adds the origin and the steps, and the function in whose view it happens.
pub(crate) fn tell(mut d: Diagnostic, event: &Event) -> Diagnostic {
    d.function.clone_from(&event.function);
    let origin_told = match &event.block.origin {
        Origin::Routine { at, .. } | Origin::Parameter { at, .. } => {
            event.steps.iter().any(|step| step.at == *at)
        }
        Origin::Unknown => true,
    };
    if !origin_told {
        d = tell_origin(d, event);
    }
    for step in &event.steps {
        let text = step_text(step, &event.block);
        d = d.also(step.at, text);
    }
    // A leak is reported where its story begins.
    if matches!(&event.block.origin, Origin::Routine { at, .. } if *at == event.site) {
        d.turn = 0;
    }
    d
}

fn tell_origin(d: Diagnostic, event: &Event) -> Diagnostic {
    let block = &event.block;
    match &block.origin {
        // A call of a helper: the step inside of it says what happens.
        Origin::Routine { by, at } if happens_in_a_step(event, by) => {
            d.also(*at, "the pointer comes from this call")
        }
        Origin::Routine { by, at } => d.also(*at, came_about(by, block)),
        Origin::Parameter { at, .. } => d.also(*at, "the pointer comes from the caller"),
        Origin::Unknown => d,
    }
}

/// Whether a step of the story is this routine's work, so that another place is the call of a helper.
pub(crate) fn happens_in_a_step(event: &Event, by: &Routine) -> bool {
    event.steps.iter().any(|step| match &step.what {
        StepKind::Acquired(r)
        | StepKind::Disowned(r)
        | StepKind::Adopted(r)
        | StepKind::Released(r)
        | StepKind::Resized(r) => r == by,
        _ => false,
    })
}

/// Where a block ended, told once: the step inside of a helper says by what, its call that it does.
pub(crate) fn tell_end(d: Diagnostic, event: &Event, by: &Routine, at: Span) -> Diagnostic {
    let told = event.steps.iter().any(|step| step.at == at);
    if told || !happens_in_a_step(event, by) {
        d.also(at, ended(by))
    } else {
        d.also(at, format!("this call has it {}", done(by.act)))
    }
}

/// How the block came about, as a label: ``allocated here by `libc::malloc`, of the C heap``.
pub(crate) fn came_about(by: &Routine, block: &Block) -> String {
    let name = routine(by);
    match by.act {
        Act::Disown => format!("ownership given up here by {name}"),
        Act::Resize => format!("reallocated here by {name}{}", of_family(&by.family)),
        Act::Acquire if by.family.is_empty() && block.foreign => {
            format!("comes from the foreign function {name} here")
        }
        Act::Acquire if by.family.is_empty() => format!("comes from {name} here"),
        Act::Acquire => format!("allocated here by {name}{}", of_family(&by.family)),
        Act::Adopt | Act::Release | Act::Drop => format!("comes from {name} here"),
    }
}

fn of_family(family: &str) -> String {
    if family.is_empty() || carrier(family).is_some() {
        String::new()
    } else {
        format!(", of {family}")
    }
}

fn step_text(step: &Step, block: &Block) -> String {
    match &step.what {
        StepKind::Acquired(by) => came_about(by, block),
        StepKind::Disowned(by) => format!("ownership given up here by {}", routine(by)),
        StepKind::Adopted(by) => format!("taken over here by {}", routine(by)),
        StepKind::Released(by) => ended(by),
        StepKind::Resized(by) => ended(by),
        StepKind::ResizeFailed(by) => format!("if {} fails here, the old block stays", routine(by)),
        StepKind::Moved => "the pointer is moved here".to_owned(),
        StepKind::Escaped { to } => format!("handed to {} here", code(to)),
        // The step is inside of the function in view that was called.
        StepKind::Passed { to } => format!("{} does it here", code(to)),
        StepKind::Borrowed { owner } => {
            format!("borrowed here from {}, which still owns it", one(owner))
        }
        StepKind::Left => "the function that gets the pointer returns here".to_owned(),
        StepKind::Overwritten => "the last pointer is overwritten here".to_owned(),
    }
}

/// How a block ended, as a label: ``released here by `libc::free` ``.
pub(crate) fn ended(by: &Routine) -> String {
    match by.act {
        Act::Release => format!("released here by {}{}", routine(by), of_family(&by.family)),
        Act::Drop => format!("released here by {}", routine(by)),
        Act::Resize if grows(by) => format!("{} may move the elements here", routine(by)),
        Act::Resize => format!(
            "given back here by {}, which returns a new block",
            routine(by)
        ),
        Act::Adopt => format!("taken over here by {}", routine(by)),
        Act::Disown => format!("ownership given up here by {}", routine(by)),
        Act::Acquire => format!("passed here to {}", routine(by)),
    }
}

/// Whether a container makes room: its elements may move, and no pointer is returned.
pub(crate) fn grows(by: &Routine) -> bool {
    by.act == Act::Resize && !container(&by.name).is_empty()
}

/// What to do where a container has made room.
pub(crate) fn take_again(by: &Routine) -> String {
    format!(
        "take the pointer again with `as_mut_ptr()` after {}",
        routine(by)
    )
}

/// How the pointer is used, as what is done to it: `read`, ``passed to `strlen` ``.
pub(crate) fn used(usage: &Usage) -> String {
    match usage {
        Usage::Read => "read".to_owned(),
        Usage::Write => "written".to_owned(),
        Usage::Passed { to } => format!("passed to {}", code(to)),
        Usage::Returned => "returned".to_owned(),
    }
}

/// Where and how the last pointer is lost, as a label.
pub(crate) fn lost(how: &Loss) -> String {
    match how {
        Loss::ScopeEnd => "the last pointer goes out of scope here".to_owned(),
        Loss::EarlyReturn => "the function returns here without releasing it".to_owned(),
        Loss::Overwritten => "the last pointer is overwritten here".to_owned(),
        Loss::Discarded => "the pointer is discarded here".to_owned(),
        Loss::HolderReleased => "the block that holds the only pointer is released here".to_owned(),
        Loss::FailedRealloc => {
            "the only pointer is overwritten here, by null if the call fails".to_owned()
        }
        Loss::BorrowedByForeign { to } => format!("{} only borrows it", code(to)),
    }
}

/// On which path the memory is not released, as the end of a message.
pub(crate) fn never_released(how: &Loss) -> String {
    match how {
        Loss::ScopeEnd => "is not released before its last pointer goes out of scope".to_owned(),
        Loss::Discarded => "is never released".to_owned(),
        Loss::EarlyReturn => "is not released when the function returns early".to_owned(),
        Loss::Overwritten => "is not released before its last pointer is overwritten".to_owned(),
        Loss::HolderReleased => {
            "is not released before the block that holds its only pointer".to_owned()
        }
        Loss::FailedRealloc => "is not released when the reallocation fails".to_owned(),
        Loss::BorrowedByForeign { to } => {
            format!("is never released: {} only borrows it", code(to))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn code_is_quoted_and_words_are_not() {
        assert_eq!(code("libc::free"), "`libc::free`");
        assert_eq!(code("a function pointer"), "a function pointer");
        assert_eq!(layout("16 bytes, align 8"), "16 bytes, align 8");
        assert_eq!(layout("Box<u64>"), "`Box<u64>`");
    }

    #[test]
    fn a_drop_is_spoken_of_as_one() {
        let by = sample::routine("drop of Box<u32>", RUST, Act::Drop);
        assert_eq!(routine(&by), "the drop of `Box<u32>`");
        let by = sample::routine("CString", "`CString`", Act::Drop);
        assert_eq!(routine(&by), "the drop of `CString`");
        let by = sample::routine("mem::drop", RUST, Act::Drop);
        assert_eq!(routine(&by), "`mem::drop`");
    }

    #[test]
    fn the_container_of_a_routine() {
        assert_eq!(container("std::ffi::CString::from_raw"), "CString");
        assert_eq!(container("Arc::<Pair>::from_raw"), "Arc");
        assert_eq!(container("drop of Vec<Box<u8>>"), "Vec");
        assert_eq!(container("libc::free"), "");
        assert_eq!(container("free"), "");
        assert_eq!(argument("Box<Vec<u8>>"), Some("Vec<u8>"));
    }

    #[test]
    fn memory_without_a_family_is_named_after_its_source() {
        let mut block = sample::foreign("gadget_name");
        let text = "memory that came from the foreign function `gadget_name`";
        assert_eq!(memory(&block), text);
        block.origin = Origin::Unknown;
        assert_eq!(memory(&block), "memory that a foreign function returned");
    }

    #[test]
    fn a_container_that_carries_more_is_a_family() {
        let mut block = sample::boxed("Pair");
        block.family = "`Rc`".to_owned();
        block.layout = "Pair".to_owned();
        assert_eq!(memory(&block), "memory of an `Rc<Pair>`");
        block.family = "`CString`".to_owned();
        assert_eq!(memory(&block), "memory of a `CString`");
    }

    #[test]
    fn the_repair_names_the_routine() {
        let text = "take it back with `Box::from_raw` and let it drop";
        assert_eq!(repair(&sample::boxed("Pair")).unwrap(), text);
        assert_eq!(
            repair(&sample::malloc()).unwrap(),
            "release it with `libc::free`"
        );
    }
}
