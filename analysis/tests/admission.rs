//! Which functions are executed: those that call one which acts on memory, not those that call
//! another of the same name.

use memlint_analysis::event::EventKind;
use memlint_analysis::lower::{MacroTable, lower_file};
use memlint_analysis::name::Name;
use memlint_analysis::span::FileId;
use memlint_analysis::{CrateIr, Options, PlacedFile, analyze};

/// Two types with a method of one name, of which one hands out memory.
const HEAD: &str = "
use std::ffi::c_void;
unsafe extern \"C\" {
    fn malloc(size: usize) -> *mut c_void;
}
pub struct Pool(usize);
pub struct Map(*mut c_void);
impl Pool {
    pub fn obtain(&self) -> *mut c_void { unsafe { malloc(8) } }
}
impl Map {
    pub fn obtain(&self) -> *mut c_void { self.0 }
}
";

/// Functions executed, and whether memory was lost.
fn outcome(body: &str) -> (usize, bool) {
    let source = format!("{HEAD}{body}");
    let ir = lower_file(FileId(0), &source, &MacroTable::default()).expect("the source is right");
    let files = vec![PlacedFile {
        module: Vec::new(),
        ir,
    }];
    let name = Name::new("demo");
    let analysis = analyze(vec![CrateIr { name, files }], &Options::default());
    let is_loss = |kind: &EventKind| matches!(kind, EventKind::Lose { .. });
    let lost = analysis.events.iter().any(|e| is_loss(&e.kind));
    (analysis.stats.bodies, lost)
}

/// `Pool::obtain` alone mentions a routine.
#[test]
fn a_caller_of_what_acts_is_executed() {
    assert_eq!(outcome(""), (1, false));
    assert_eq!(outcome("fn ask(pool: &Pool) { pool.obtain(); }"), (2, true));
    let by_path = "fn ask(pool: &Pool) { Pool::obtain(pool); }";
    assert_eq!(outcome(by_path), (2, true));
    let in_closure = "fn ask(pool: &Pool) { let get = || pool.obtain(); get(); }";
    assert_eq!(outcome(in_closure), (2, true));
    let named = "fn ask(pool: Option<&Pool>) { pool.map(Pool::obtain); }";
    assert_eq!(outcome(named), (2, true));
}

#[test]
fn a_caller_of_a_namesake_is_not() {
    assert_eq!(outcome("fn ask(map: &Map) { map.obtain(); }"), (1, false));
    let in_closure = "fn ask(map: &Map) { let get = || map.obtain(); get(); }";
    assert_eq!(outcome(in_closure), (1, false));
}

/// Whose method it is cannot be told: it may be the one that acts.
#[test]
fn a_method_of_an_unknown_receiver_may_be_the_one() {
    let unknown = "fn ask(it: elsewhere::Thing) { it.obtain(); }";
    assert_eq!(outcome(unknown).0, 2);
}

/// What was given to C is in nobody's hands here: a caller has nothing to do with it.
#[test]
fn a_caller_of_what_gives_its_memory_away_is_not() {
    let give = "
unsafe extern \"C\" { fn keep(it: *mut c_void); }
fn give() { unsafe { keep(malloc(8)) } }
";
    let caller = format!("{give}fn ask() {{ give(); }}");
    assert_eq!(outcome(give), (2, false));
    assert_eq!(outcome(&caller), (2, false));
}

/// It is given to C and to the caller.
#[test]
fn a_caller_that_gets_it_too_is() {
    let both = "
unsafe extern \"C\" { fn keep(it: *mut c_void); }
fn give() -> *mut c_void { unsafe { let it = malloc(8); keep(it); it } }
fn ask() { give(); }
";
    assert_eq!(outcome(both).0, 3);
}

/// In its path `alloc` is the crate: the function mentions no routine.
#[test]
fn the_crate_of_that_name_is_no_routine() {
    let strings = "fn strings() { let all = alloc::vec::Vec::<u8>::new(); take(&all); }";
    assert_eq!(outcome(strings).0, 1);
    let routine =
        "fn blocks(layout: Layout) { let p = unsafe { alloc::alloc::alloc(layout) }; take(p); }";
    assert_eq!(outcome(routine).0, 2);
    let own = "fn blocks(pool: &Pool) { pool.alloc::<u8>(1); }";
    assert_eq!(outcome(own).0, 2);
}

/// What an owner drops is at its end; what is taken back by a pointer, its caller may still use.
#[test]
fn a_caller_of_what_drops_its_owner_is_not() {
    let caller = "fn ask(it: Box<u8>) { end(it); }";
    let owner = format!("fn end(it: Box<u8>) {{ drop(it); forget(1); }} {caller}");
    assert_eq!(outcome(&owner).0, 2);
    let pointer = "
unsafe extern \"C\" { fn free(it: *mut c_void); }
fn end(it: *mut c_void) { unsafe { free(it) } }
fn ask(it: *mut c_void) { end(it); }
";
    assert_eq!(outcome(pointer).0, 3);
}

/// A crate's own `from_raw` does what stands in it: here it mentions no routine.
#[test]
fn the_crates_own_namesake_of_a_routine_is_none() {
    let own = "
pub struct Handle(u32);
impl Handle { pub fn from_raw(raw: u32) -> Handle { Handle(raw) } }
fn ask(raw: u32) { Handle::from_raw(raw); }
";
    assert_eq!(outcome(own).0, 1);
    let of_std = "fn ask(raw: *mut u8) { unsafe { Box::from_raw(raw); } }";
    assert_eq!(outcome(of_std).0, 2);
}

/// Nor does it matter where a function is named: it may be called where it goes.
#[test]
fn a_function_that_is_lent_may_be_called() {
    let lent = "fn ask(pool: Option<&Pool>) { let f = &Pool::obtain; run(f); }";
    assert_eq!(outcome(lent).0, 2);
}
