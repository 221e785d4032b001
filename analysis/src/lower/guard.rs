//! Refuses code that is nested too deeply for a recursive parser, before it is parsed.

use super::ParseFailure;
use super::text::{Kind, Piece, Pieces};
use crate::span::Pos;

/// How deep brackets, operators and chains may be nested altogether. A worker's stack of 64 MB
/// holds this with a wide margin, see the tests.
pub(super) const MAX_DEPTH: usize = 1000;
/// A link of a chain (an operator, a method call, an `else`) costs less than a bracket: this many
/// links weigh as much as one level.
const LINKS: usize = 4;

/// Checks a text; cheap, without parsing.
pub(super) fn check(text: &str) -> Result<(), ParseFailure> {
    let mut depth = Depth::default();
    for piece in Pieces::new(text).filter(|p| p.kind != Kind::Comment) {
        depth.piece(text, piece)?;
    }
    Ok(())
}

/// Whether a token after `}` begins a statement or an arm rather than continuing a chain.
fn begins_anew(kind: Kind, word: &[u8]) -> bool {
    match kind {
        Kind::Word => !matches!(word, b"else" | b"as"),
        Kind::Literal => true,
        Kind::Punct(byte) => matches!(byte, b'#' | b'(' | b'[' | b'{' | b'\'' | b'_'),
        Kind::Comment => false,
    }
}

/// The brackets that are open and the links of the chains in them.
#[derive(Default)]
pub(super) struct Depth {
    /// The piece before was a `}`.
    after_block: bool,
    /// The links of the chain under way in each bracket around the innermost.
    outer: Vec<usize>,
    /// The links of the chain under way in the innermost.
    chain: usize,
    /// All of them together.
    links: usize,
}

impl Depth {
    /// Goes on to the next piece that is not a comment.
    pub(super) fn piece(&mut self, text: &str, piece: Piece) -> Result<(), ParseFailure> {
        let word = text.as_bytes().get(piece.start..piece.end).unwrap_or(&[]);
        if self.after_block && begins_anew(piece.kind, word) {
            self.restart();
        }
        self.after_block = piece.kind == Kind::Punct(b'}');
        match piece.kind {
            Kind::Punct(b'(' | b'[' | b'{') => self.open(),
            Kind::Punct(b')' | b']' | b'}') => self.close(),
            Kind::Punct(b';' | b',') => self.restart(),
            Kind::Punct(b'#' | b'$' | b'\'') => return Ok(()),
            Kind::Punct(_) => self.link(),
            Kind::Word => match word {
                b"else" | b"return" | b"break" | b"yield" | b"move" | b"let" | b"async" => {
                    self.link();
                }
                b"fn" | b"impl" | b"mod" | b"struct" | b"enum" | b"trait" => self.restart(),
                _ => return Ok(()),
            },
            Kind::Comment | Kind::Literal => return Ok(()),
        }
        match self.total() > MAX_DEPTH {
            true => Err(failure(text.get(..piece.start).unwrap_or(""))),
            false => Ok(()),
        }
    }

    fn total(&self) -> usize {
        self.outer.len() + self.links / LINKS
    }

    fn open(&mut self) {
        self.outer.push(std::mem::take(&mut self.chain));
    }

    fn close(&mut self) {
        self.restart();
        self.chain = self.outer.pop().unwrap_or(0);
    }

    fn restart(&mut self) {
        self.links -= self.chain;
        self.chain = 0;
    }

    fn link(&mut self) {
        self.chain += 1;
        self.links += 1;
    }
}

fn failure(before: &str) -> ParseFailure {
    let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
    let column = before.chars().rev().take_while(|&c| c != '\n').count();
    ParseFailure {
        pos: Pos {
            line: line as u32,
            column: column as u32,
        },
        message: format!("nested deeper than {MAX_DEPTH} levels"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_code_passes() {
        let text = format!("fn f() {{ {} }}", "g(a + b, c.d().e()?);\n".repeat(5000));
        assert_eq!(check(&text), Ok(()));
        assert_eq!(check(&"fn f() { a!{} }\n".repeat(5000)), Ok(()));
        let arms = "A::B | C => { f(); }\n (1, x) => {} \"s\" => {}".repeat(5000);
        assert_eq!(check(&format!("fn f() {{ match x {{ {arms} }} }}")), Ok(()));
    }

    #[test]
    fn brackets_that_do_not_count() {
        let text = format!(
            "// {}\nconst S: &str = \"{}\";",
            "(".repeat(9000),
            "[".repeat(9000)
        );
        assert_eq!(check(&text), Ok(()));
        assert_eq!(
            check(&format!("fn f() {{ {} }}", "'(';".repeat(9000))),
            Ok(())
        );
        assert_eq!(check(&"}".repeat(9000)), Ok(()));
    }

    #[test]
    fn deep_nesting_is_refused_with_its_place() {
        let text = format!("fn f() {{\n {}", "(".repeat(MAX_DEPTH));
        let failure = check(&text).err();
        assert_eq!(failure.map(|f| f.pos.line), Some(2));
        for unit in [
            "!", "&", "*", "-", "|| ", "return ", "a + ", "a.b()", "x = ", "Vec<",
        ] {
            let text = format!("fn f() {{ {}", unit.repeat(10_000));
            assert!(check(&text).is_err(), "{unit}");
        }
        let text = format!("fn f() {{ if a {{}} {}", "else if b {} ".repeat(10_000));
        assert!(check(&text).is_err());
    }

    /// Code that is nested as deeply as the guard lets through, of every shape that recurses.
    fn deepest() -> Vec<String> {
        let levels = MAX_DEPTH - 20;
        let links = LINKS * levels;
        let around = |open: &str, close: &str| {
            let links = open.bytes().filter(|b| b"!|".contains(b)).count();
            let n = levels * LINKS / (LINKS + links);
            format!("fn f() {{ {}x{}; }}", open.repeat(n), close.repeat(n))
        };
        let chain = |unit: &str, each: usize| {
            format!("fn f() {{ let a = {} b; }}", unit.repeat(links / each - 2))
        };
        vec![
            around("(", ")"),
            around("[", "]"),
            around("f(", ")"),
            around("{", "}"),
            around("if a {", "}"),
            around("m!(", ")"),
            around("|| (", ")"),
            chain("!", 1),
            chain("&", 1),
            chain("- ", 1),
            chain("a + ", 1),
            chain("a && ", 2),
            chain("x = ", 1),
            chain("|| ", 2),
            chain("return ", 1),
            format!("fn f() {{ a{}; }}", ".b()".repeat(levels)),
            format!("fn f() {{ a{}; }}", ".b".repeat(links - 8)),
            format!("fn f() {{ a{}; }}", "?".repeat(links - 8)),
            format!(
                "fn f() {{ if a {{}} {} }}",
                "else if b {} ".repeat(links - 8)
            ),
            format!(
                "fn f(x: {}u8{}) {{}}",
                "Vec<".repeat(links / 2 - 8),
                ">".repeat(links / 2 - 8)
            ),
            format!("fn f(x: {}u8) {{}}", "&".repeat(links - 8)),
            format!("fn f() {{ match x {{ {}y => 1 }} }}", "&".repeat(links - 8)),
            format!("use {}a;", "a::".repeat(links / 2 - 8)),
            format!("{}{}", "mod m {".repeat(levels), "}".repeat(levels)),
        ]
    }

    #[test]
    fn what_passes_fits_a_worker() {
        let run = || {
            for text in deepest() {
                let lowered = crate::lower::lower_file(
                    crate::span::FileId(0),
                    &text,
                    &crate::lower::MacroTable::default(),
                );
                assert!(lowered.is_ok(), "{:?}: {}", lowered.err(), &text[..60]);
            }
        };
        // Half of what a worker has.
        let worker = std::thread::Builder::new().stack_size(32 << 20).spawn(run);
        assert!(worker.is_ok_and(|worker| worker.join().is_ok()));
    }
}
