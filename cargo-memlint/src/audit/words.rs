//! The wording of an audit: what the reasons are called, and what they say of one place.

use super::verdict::Reason;
use memlint_analysis::audit::Gap;
use memlint_analysis::event::Act;

/// What a gap is called in counts, and what it says here.
pub(super) fn reason(gap: &Gap) -> Reason {
    let named = |class: &'static str, text: String| Reason { class, text };
    let plain = |class: &'static str, text: &str| Reason {
        class,
        text: text.to_owned(),
    };
    match gap {
        Gap::NotExecuted => plain(
            "function not executed",
            "the function was not executed: nothing here counts as a contract that was read",
        ),
        Gap::NotReached => plain(
            "never reached",
            "no path that was followed leads here, or a `cfg` rules it out",
        ),
        Gap::Bounds => plain(
            "bounds",
            "some paths of the function were given up for their number",
        ),
        Gap::UnknownCallee => plain(
            "unknown callee",
            "what is called here is not known for certain",
        ),
        Gap::NothingKnown => plain(
            "nothing known of the memory",
            "nothing is known of what the routine gets",
        ),
        Gap::NoEnd => plain(
            "no end in view",
            "no path on which the memory comes to an end was seen",
        ),
        Gap::NotLowered => plain(
            "code not read",
            "this code was not lowered (a macro, or syntax that is not understood)",
        ),
        Gap::FromCaller { parameter } => named(
            "comes from the caller",
            format!(
                "the pointer is the caller's (parameter {})",
                quoted(parameter.as_str(), "without a name")
            ),
        ),
        Gap::FromField { field } => named(
            "comes out of a field",
            format!(
                "the pointer was stored elsewhere (field {})",
                quoted(field.as_str(), "without a name")
            ),
        ),
        Gap::FromCall { callee } => named(
            "comes from a call out of view",
            format!(
                "the pointer came from {}, which is not in view",
                quoted(callee, "a call")
            ),
        ),
        Gap::FromElsewhere => plain("origin unknown", "where the pointer came from is not known"),
        Gap::Escapes { to } => named(
            "handed to code out of view",
            format!(
                "the pointer is handed to {}, which is not in view",
                quoted(to, "code")
            ),
        ),
        Gap::ToCaller => plain("handed to the caller", "the raw pointer is returned"),
        Gap::Kept => plain(
            "kept in memory",
            "the pointer is kept in memory that outlives the function (a field, a static)",
        ),
        Gap::GivenUp => plain(
            "given up",
            "nothing in view takes the memory back (`leak`, `forget`, a family whose losses are not reported)",
        ),
        Gap::Panics => plain(
            "lost by a panic",
            "a path that panics leaves the memory behind",
        ),
        Gap::Uncertain => plain(
            "family or layout uncertain",
            "family, layout or owner are not known for certain",
        ),
        Gap::Moved => plain(
            "pointer moved",
            "the pointer may not be the start of the block",
        ),
        Gap::Loop => plain(
            "rounds of a loop",
            "several rounds of a loop share what is known",
        ),
        Gap::UsedLater => plain(
            "used after its owner went away",
            "the memory is used after its owner went out of view",
        ),
        Gap::ZeroSize => plain(
            "size may be zero",
            "a resize to nothing may release the memory, or not",
        ),
        Gap::Closure => plain(
            "in a closure",
            "code out of view may call the closure that it stands in",
        ),
        Gap::Suspended => plain("in async code", "asynchronous code may be dropped half-way"),
        Gap::Observed => plain(
            "a finding elsewhere",
            "something was found about its memory that is allowed, or belongs to another place",
        ),
    }
}

fn quoted(name: &str, otherwise: &str) -> String {
    match name.is_empty() {
        true => otherwise.to_owned(),
        false => format!("`{name}`"),
    }
}

/// What a routine does, as a word.
pub(super) fn act(act: Act) -> &'static str {
    match act {
        Act::Acquire => "allocates",
        Act::Release => "releases",
        Act::Resize => "resizes",
        Act::Adopt => "takes over",
        Act::Disown => "gives up",
        Act::Drop => "drops",
    }
}
