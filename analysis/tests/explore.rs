//! The explorer over graphs built by hand: which blocks it reaches, what it sees on which path, and
//! at what cost.

use memlint_analysis::event::{EventKind, Fault};
use memlint_analysis::ir::{
    Block, BlockId, Call, Callee, Literal, LocalId, Operand, Packed, Path, Place, Rvalue, Segment,
    Stmt, StmtKind, Terminator,
};
use memlint_analysis::lower::{MacroTable, lower_file};
use memlint_analysis::name::Name;
use memlint_analysis::span::{FileId, Pos, Span};
use memlint_analysis::{Analysis, CrateIr, Options, PlacedFile, analyze};

/// The function whose graph is replaced. Its locals: the result, `choice`, `block`.
const SOURCE: &str = "
use std::ffi::c_void;
unsafe extern \"C\" {
    fn malloc(size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
}
pub fn subject(choice: bool) {
    let block = unsafe { malloc(8) };
}
";

const CHOICE: LocalId = LocalId(1);

/// The step on this line, so that an event tells where it is from.
fn at(line: u32) -> Span {
    let file = FileId(0);
    let (lo, hi) = (Pos { line, column: 0 }, Pos { line, column: 9 });
    Span { file, lo, hi }
}

fn call(name: &str, argument: Operand, dest: Place, line: u32) -> Stmt {
    let name = Name::new(name);
    let segments = vec![Segment {
        name,
        args: Vec::new(),
    }];
    let callee = Callee::Path(Path {
        segments,
        ..Path::default()
    });
    Stmt {
        kind: StmtKind::Call(Box::new(Call {
            callee,
            args: vec![argument],
            dest,
            unwind: None,
        })),
        span: at(line),
    }
}

fn local(id: LocalId) -> Operand {
    Operand::Place(Place::local(id))
}

/// A graph of the subject under construction.
struct Graph {
    blocks: Vec<Block>,
    /// The variable `block`.
    memory: LocalId,
}

impl Graph {
    fn allocation(&self, line: u32) -> Stmt {
        let size = Operand::Literal(Literal::Int(8, None));
        call("malloc", size, Place::local(self.memory), line)
    }

    fn release(&self, line: u32) -> Stmt {
        let unused = Place::local(LocalId::RETURN);
        call("free", local(self.memory), unused, line)
    }

    fn block(&mut self, stmts: Vec<Stmt>, end: Terminator) {
        self.blocks.push(Block { stmts, end });
    }
}

fn branch(yes: u32, no: u32) -> Terminator {
    Terminator::Branch {
        cond: local(CHOICE),
        yes: BlockId(yes),
        no: BlockId(no),
    }
}

fn goto(to: u32) -> Terminator {
    Terminator::Goto(BlockId(to))
}

/// Executes the subject with the graph that `build` makes.
fn explore(build: impl FnOnce(&mut Graph)) -> Analysis {
    let mut ir = lower_file(FileId(0), SOURCE, &MacroTable::default()).unwrap();
    let mut body = ir.bodies.remove(0).into_inner();
    let named = |wanted: &str| {
        let local = body.locals.iter().position(|l| l.name.as_str() == wanted);
        LocalId(local.unwrap() as u32)
    };
    assert_eq!(named("choice"), CHOICE);
    let mut graph = Graph {
        blocks: Vec::new(),
        memory: named("block"),
    };
    build(&mut graph);
    body.blocks = graph.blocks;
    ir.bodies.insert(0, Packed::open(body));
    let krate = CrateIr {
        name: Name::new("mock"),
        files: vec![PlacedFile {
            module: Vec::new(),
            ir,
        }],
    };
    analyze(vec![krate], &Options::default())
}

/// What was found, as words with the line of each.
fn found(analysis: &Analysis) -> Vec<(&'static str, u32)> {
    let word = |kind: &EventKind| match kind {
        EventKind::Reclaim {
            fault: Fault::Ended { .. },
            ..
        } => "released twice",
        EventKind::Lose { .. } => "lost",
        _ => "something else",
    };
    let events = analysis.events.iter();
    events.map(|e| (word(&e.kind), e.site.lo.line)).collect()
}

/// A diamond whose two arms both release: each path once.
#[test]
fn a_diamond_of_two_releases_is_right() {
    let analysis = explore(|g| {
        g.block(vec![g.allocation(1)], branch(1, 2));
        g.block(vec![g.release(2)], goto(3));
        g.block(vec![g.release(3)], goto(3));
        g.block(Vec::new(), Terminator::Return);
    });
    assert_eq!(found(&analysis), []);
    assert_eq!(analysis.stats.bodies, 1);
    assert_eq!(analysis.stats.states_capped, 0);
}

/// One arm releases, then both paths do: wrong on that arm only.
#[test]
fn a_diamond_keeps_its_paths_apart() {
    let analysis = explore(|g| {
        g.block(vec![g.allocation(1)], branch(1, 2));
        g.block(vec![g.release(2)], goto(3));
        g.block(Vec::new(), goto(3));
        g.block(vec![g.release(4)], Terminator::Return);
    });
    assert_eq!(found(&analysis), [("released twice", 4)]);
}

/// The same condition decides twice: the arms that do not go together never meet.
#[test]
fn a_condition_holds_along_the_path() {
    let analysis = explore(|g| {
        g.block(vec![g.allocation(1)], branch(1, 2));
        g.block(vec![g.release(2)], goto(2));
        g.block(Vec::new(), branch(4, 3));
        g.block(vec![g.release(4)], goto(4));
        g.block(Vec::new(), Terminator::Return);
    });
    assert_eq!(found(&analysis), []);
}

/// A loop that releases at its end leaves no more than one release; its rounds end.
#[test]
fn a_loop_comes_to_an_end() {
    let analysis = explore(|g| {
        g.block(vec![g.allocation(1)], goto(1));
        g.block(Vec::new(), Terminator::Any(vec![BlockId(1), BlockId(2)]));
        g.block(vec![g.release(3)], Terminator::Return);
    });
    assert_eq!(found(&analysis), []);
    assert_eq!(analysis.stats.states_capped, 0);
    assert!(analysis.stats.steps < 20, "{:?}", analysis.stats);
}

/// What a round releases, the next one must not.
#[test]
fn the_second_round_of_a_loop_is_seen() {
    let analysis = explore(|g| {
        g.block(vec![g.allocation(1)], goto(1));
        g.block(
            vec![g.release(2)],
            Terminator::Any(vec![BlockId(1), BlockId(2)]),
        );
        g.block(Vec::new(), Terminator::Return);
    });
    assert_eq!(found(&analysis), [("released twice", 2)]);
}

/// One arm leaves without a release: reported at the allocation.
#[test]
fn an_early_return_loses_the_block() {
    let analysis = explore(|g| {
        g.block(vec![g.allocation(1)], branch(1, 2));
        g.block(Vec::new(), Terminator::Return);
        g.block(vec![g.release(3)], Terminator::Return);
    });
    assert_eq!(found(&analysis), [("lost", 1)]);
}

/// Code that no path reaches is not executed, and a path that cannot go on ends silently.
#[test]
fn unreachable_code_is_not_visited() {
    let analysis = explore(|g| {
        g.block(vec![g.allocation(1), g.release(2)], goto(2));
        g.block(vec![g.release(3)], goto(2));
        g.block(Vec::new(), branch(3, 4));
        g.block(vec![g.allocation(5)], Terminator::Unreachable);
        g.block(Vec::new(), Terminator::Return);
    });
    assert_eq!(found(&analysis), []);
}

/// A constant condition leaves one arm.
#[test]
fn a_constant_decides() {
    let analysis = explore(|g| {
        let yes = Rvalue::Use(Operand::Literal(Literal::Bool(true)));
        let known = Stmt {
            kind: StmtKind::Assign(Place::local(CHOICE), yes),
            span: at(1),
        };
        g.block(vec![known, g.allocation(1), g.release(2)], branch(2, 1));
        g.block(vec![g.release(3)], goto(2));
        g.block(Vec::new(), Terminator::Return);
    });
    assert_eq!(found(&analysis), []);
}

/// Diamonds in a row: twice as many paths with each, as many states as differ.
#[test]
fn equal_states_become_one() {
    let rows = 24;
    let analysis = explore(|g| {
        g.block(vec![g.allocation(1)], goto(1));
        for row in 0..rows {
            let first = 1 + row * 3;
            let choice = vec![BlockId(first + 1), BlockId(first + 2)];
            g.block(Vec::new(), Terminator::Any(choice));
            g.block(Vec::new(), goto(first + 3));
            g.block(Vec::new(), goto(first + 3));
        }
        g.block(vec![g.release(2)], Terminator::Return);
    });
    assert_eq!(found(&analysis), []);
    assert_eq!(analysis.stats.states_capped, 0);
    assert!(analysis.stats.steps < 100, "{:?}", analysis.stats);
}
