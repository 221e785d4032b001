//! Names of C routines.

/// The words of a C name, in lower case: `SDL_CreateWindow` has `sdl`, `create`, `window`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut small = false;
    let mut fresh = true;
    for c in name.chars() {
        if c == '_' {
            fresh = true;
            continue;
        }
        if fresh || small && c.is_ascii_uppercase() {
            out.push(String::new());
        }
        (fresh, small) = (false, c.is_ascii_lowercase());
        if let Some(word) = out.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_name_is_cut_where_c_writers_do() {
        assert_eq!(words("SDL_CreateWindow"), ["sdl", "create", "window"]);
        assert_eq!(words("XML_ParserFree"), ["xml", "parser", "free"]);
        assert_eq!(words("_opts_new2"), ["opts", "new2"]);
        assert_eq!(words("__"), [""; 0]);
    }
}
