//! Path patterns of `exclude`: `*` within a segment, `**` across segments; a folder covers all in it.

/// Whether the pattern covers the path; both relative, with `/` between segments.
pub fn covers(pattern: &str, path: &str) -> bool {
    let pattern: Vec<_> = pattern
        .trim_start_matches("./")
        .trim_end_matches('/')
        .split('/')
        .collect();
    let path: Vec<_> = path.trim_start_matches("./").split('/').collect();
    segments(&pattern, &path)
}

fn segments(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], _) => true,
        (["**", rest @ ..], _) => {
            segments(rest, path) && !path.is_empty()
                || path
                    .split_first()
                    .is_some_and(|(_, tail)| segments(pattern, tail))
        }
        ([first, rest @ ..], [head, tail @ ..]) => {
            word(first.as_bytes(), head.as_bytes()) && segments(rest, tail)
        }
        _ => false,
    }
}

fn word(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => {
            word(rest, text)
                || text
                    .split_first()
                    .is_some_and(|(_, tail)| word(pattern, tail))
        }
        ([p, rest @ ..], [t, tail @ ..]) => (*p == b'?' || p == t) && word(rest, tail),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn patterns() {
        assert!(covers("src/gen", "src/gen/a/b.rs"));
        assert!(covers("src/gen/", "src/gen/a.rs"));
        assert!(covers("./src/*_gen.rs", "src/x_gen.rs"));
        assert!(covers("**/bindings.rs", "a/b/bindings.rs"));
        assert!(covers("**/bindings.rs", "bindings.rs"));
        assert!(covers("src/**/x.rs", "src/x.rs"));
        assert!(!covers("src/gen", "src/generated.rs"));
        assert!(!covers("src/*.rs", "src/a/b.rs"));
        assert!(!covers("**/x.rs", "a/y.rs"));
    }
}
