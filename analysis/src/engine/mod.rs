//! The engine: path-sensitive symbolic execution of one function after the other.
//!
//! A root is a function executed with unknown parameters. Calls whose body is in view, closures
//! and the stubs of std are followed; what is not in view makes what it gets escape. Every state
//! is one set of paths, never a guess: a finding that a state shows is one that a path shows.

mod annotated;
mod audit;
mod birth;
mod block;
mod call;
mod callers;
mod cloned;
mod compare;
mod declared;
mod deref;
mod destructor;
mod dropping;
mod element;
mod escape;
mod explore;
mod export;
mod facts;
mod first;
mod foreign;
mod frontier;
mod handle;
mod handover;
mod heat;
mod held;
mod interest;
mod intrinsic;
mod layout;
mod leak;
mod lent;
mod machine;
mod mention;
mod merge;
mod misreleased;
mod nonheap;
mod noted;
mod object;
mod origin;
mod outside;
mod own;
mod owner;
mod place;
mod pointer;
mod protocol;
mod ranges;
mod receiver;
mod release;
mod resize;
mod root;
mod row;
mod schedule;
mod shape;
mod signs;
mod site;
mod size;
mod source;
mod spots;
mod state;
mod step;
mod story;
mod tidy;
mod twice;
mod unknown;
mod unreleased;
mod unwind;
mod value;

pub use schedule::{Options, Stats, execute};
