//! Broken input never ends the program: real files, mutated by a fixed seed, and hostile texts go
//! through the whole library, each within a bound of time.

use memlint_analysis::lower::shape::Shapes;
use memlint_analysis::lower::{MacroTable, collect_macros, lower_file, scan};
use memlint_analysis::name::Name;
use memlint_analysis::span::{FileId, Pos};
use memlint_analysis::{CrateIr, Options, PlacedFile, analyze};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long all mutations may take together; the seed decides in which order they come.
const BUDGET: Duration = Duration::from_secs(12);
/// How long one text may take, on a slow machine and without optimization.
const EACH: Duration = Duration::from_secs(30);
/// As much as the command line gives its threads.
const STACK: usize = 64 << 20;

/// A small generator of its own (xorshift), so that every run is the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

/// From text to events; a text that does not parse ends early, and that is an answer.
fn through(text: &str) {
    let mut macros = MacroTable::default();
    collect_macros(FileId(0), text, &mut macros);
    let _ = scan::module_decls(text);
    let lines = 1..=text.lines().count() as u32;
    let places: Vec<Pos> = lines.map(|line| Pos { line, column: 4 }).collect();
    if let Some(shapes) = Shapes::read(FileId(0), text, &places) {
        for id in shapes.all() {
            let span = shapes.span(id);
            let _ = (
                shapes.text(span),
                shapes.behind(span.hi),
                shapes.indent(span.lo),
            );
            let _ = (shapes.with_line(span), shapes.expression(span));
        }
    }
    let Ok(ir) = lower_file(FileId(0), text, &macros) else {
        return;
    };
    for body in &ir.bodies {
        let _ = body.to_string();
    }
    let file = PlacedFile {
        module: Vec::new(),
        ir,
    };
    let krate = CrateIr {
        name: Name::new("mutated"),
        files: vec![file],
    };
    // The bounds of the program, made small: paths are not what is tested here.
    let options = Options {
        steps: 4_000,
        ..Options::default()
    };
    analyze(vec![krate], &options);
}

/// A thread that takes texts and says when each is done.
struct Worker {
    texts: Sender<String>,
    done: Receiver<()>,
}

impl Worker {
    fn start() -> Worker {
        let (texts, inbox) = channel::<String>();
        let (tell, done) = channel();
        let work = move || {
            for text in inbox {
                through(&text);
                if tell.send(()).is_err() {
                    return;
                }
            }
        };
        let thread = thread::Builder::new().stack_size(STACK);
        thread.spawn(work).unwrap();
        Worker { texts, done }
    }

    /// Fails if the text makes the library panic or takes too long.
    fn survives(&self, text: String, what: &str) {
        self.texts.send(text.clone()).unwrap();
        if let Err(how) = self.done.recv_timeout(EACH) {
            let head: String = text.chars().take(4000).collect();
            panic!("{what}: {how}; the text begins\n{head}");
        }
    }
}

/// The fixtures and the project's own sources, sorted.
fn sources() -> Vec<(PathBuf, String)> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = vec![top];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            if path.is_dir() {
                let skipped = name == "target" || name == ".git";
                folders.extend((!skipped).then_some(path));
            } else if path.extension().is_some_and(|e| e == "rs")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

/// The text in words, numbers, spaces and single characters.
fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c == '_' || c.is_alphanumeric();
        let end = if word(first) {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else if first.is_whitespace() {
            let end = rest.find(|c: char| !c.is_whitespace());
            end.unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, tail) = rest.split_at(end);
        found.push(token);
        rest = tail;
    }
    found
}

/// Deletes, doubles or swaps some pieces.
fn shuffle(mut pieces: Vec<&str>, dice: &mut Dice) -> String {
    for _ in 0..=dice.below(4) {
        let (a, b) = (dice.below(pieces.len()), dice.below(pieces.len()));
        match dice.below(3) {
            _ if pieces.is_empty() => {}
            0 => drop(pieces.remove(a)),
            1 => pieces.insert(a, pieces[b]),
            _ => pieces.swap(a, b),
        }
    }
    pieces.concat()
}

fn cut(text: &str, dice: &mut Dice) -> String {
    let mut end = dice.below(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

fn mutate(text: &str, dice: &mut Dice) -> String {
    match dice.below(8) {
        0 => cut(text, dice),
        1 => text.replace('\n', "\r\n"),
        2 => format!("\u{feff}{text}"),
        3 | 4 => shuffle(text.split_inclusive('\n').collect(), dice),
        _ => shuffle(tokens(text), dice),
    }
}

#[test]
fn mutated_sources_do_no_harm() {
    let sources = sources();
    assert!(sources.len() > 100);
    let (worker, begin) = (Worker::start(), Instant::now());
    let mut dice = Dice(0x5eed_0123_4567_89ab);
    let mut tried = 0;
    while begin.elapsed() < BUDGET && tried < 4_000 {
        let (path, text) = &sources[dice.below(sources.len())];
        let what = format!("mutation {tried}, of {}", path.display());
        worker.survives(mutate(text, &mut dice), &what);
        tried += 1;
    }
    assert!(tried > 20, "only {tried} texts were tried");
}

#[test]
fn hostile_texts_do_no_harm() {
    let deep = |open: &str, close: &str, n: usize| {
        let text = open.repeat(n) + "0" + &close.repeat(n);
        format!("fn f() -> usize {{ let p = unsafe {{ libc::malloc(8) }}; {text} }}")
    };
    let mut texts = vec![
        String::new(),
        "\u{feff}".to_owned(),
        "\r\n\r\n".to_owned(),
        "\0".repeat(1000),
        "#!".to_owned(),
        "/*".repeat(100_000),
        "r#\"".to_owned() + &"#".repeat(100_000),
        "\"\\u{d800}\"".to_owned(),
        format!("const BIG: u128 = {};", "9".repeat(20_000)),
        format!("const TEXT: &str = \"{}\";", "x".repeat(1_000_000)),
        format!(
            "fn f() {{ unsafe {{ libc::malloc({}) }}; }}",
            "9".repeat(60)
        ),
        format!("fn f() {{ unsafe {{ libc::free({} as _) }} }}", u128::MAX),
        "macro_rules! m { ($($x:tt)*) => { m!($($x)* $($x)*); } } m!(a b c);".to_owned(),
        "macro_rules! m { () => { fn f() { m!() } m!(); } } m!();".to_owned(),
        "struct S(Box<S>); fn f(s: S) { unsafe { libc::free(Box::into_raw(s.0).cast()) } }".into(),
        "type A = B; type B = A; fn f(a: A) { unsafe { libc::free(a as *mut _) } }".to_owned(),
        "use self::a::*; mod a { pub use super::*; } fn f() { unsafe { free(g()) } }".to_owned(),
        "fn f(p: *mut u8) { unsafe { libc::free(p.cast()) }; f(p) }".to_owned(),
        "fn f() { loop { let p = unsafe { libc::malloc(1) }; if p.is_null() { f() } } }".to_owned(),
        "const N: usize = N + 1; static S: [u8; N] = [0; N]; fn f() { S.into_raw() }".to_owned(),
    ];
    for n in [100, 1_000, 100_000] {
        texts.push(deep("(", ")", n));
        texts.push(deep("{", "}", n));
        texts.push(deep("[", "]", n));
        texts.push(deep("if true {", "} else { 0 }", n));
        texts.push(deep("&&!-*", "", n));
        texts.push(deep("match 0 { _ => ", "}", n));
        texts.push(deep("Box::into_raw(Box::new(", "))", n));
        texts.push(format!(
            "fn f(x: {}u8{}) {{}}",
            "Box<".repeat(n),
            ">".repeat(n)
        ));
        texts.push(format!("fn f() {{ malloc(1{}) }}", " + x".repeat(n)));
        texts.push(format!("fn f() {{ x{}.into_raw() }}", ".a()".repeat(n)));
    }
    let worker = Worker::start();
    for (n, text) in texts.into_iter().enumerate() {
        worker.survives(text, &format!("hostile text {n}"));
    }
}
