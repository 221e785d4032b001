//! The intrinsics: all that the engine knows of memory; every stub bottoms out here.
//!
//! Rules for the stubs: a field that is not `pub` is visible to stubs alone, so `b.ptr` on a user's
//! `Box<Node>` means the node's field. A binding through a reference is always written `ref`.
//! `lends` marks a method whose result points into what its receiver still owns.

use crate::alloc::Layout;

extern "memlint" {
    /// A fresh block, never null, owned by the value now being built; the layout of one `T`.
    pub fn acquire_value<T: ?Sized>(family: &str) -> *mut T;
    /// The same with the layout of `n` times `T`; of no bytes, it is a dangling pointer.
    pub fn acquire_array<T>(family: &str, n: usize) -> *mut T;
    /// A raw block: may be null, the caller's duty; a size of zero is reported.
    pub fn acquire_layout(family: &str, layout: Layout) -> *mut u8;
    /// `std::alloc::realloc`: succeeds, fails or (size zero) is reported.
    pub fn resize_layout(family: &str, p: *mut u8, old: Layout, new_size: usize) -> *mut u8;

    /// Takes back one `T` (a slice by the length in the pointer, a `dyn` of unknown layout); of no
    /// bytes, it does nothing.
    pub fn release_value<T: ?Sized>(family: &str, p: *mut T);
    /// Takes back `n` times `T`.
    pub fn release_array<T>(family: &str, p: *mut T, n: usize);
    /// Takes back a block of this layout.
    pub fn release_layout(family: &str, p: *mut u8, layout: Layout);

    /// Makes an owner of a raw pointer: checks null, heap, liveness, family, start and layout.
    pub fn adopt_value<T: ?Sized>(family: &str, p: *mut T);
    /// The same for `n` times `T`; of no bytes or dangling, it does nothing.
    pub fn adopt_array<T>(family: &str, p: *mut T, n: usize);
    /// The owner of the block gives it up; from now on it is somebody's duty to release it.
    pub fn disown<T: ?Sized>(p: *mut T);
    /// The same for every owner inside the value (`forget`, `ManuallyDrop::new`).
    pub fn disown_value<T>(v: &T);
    /// Undoes it: the owners inside the value own again.
    pub fn own_value<T>(v: &T);
    /// The block's layout becomes `n` times `T`; it stays the same block.
    pub fn relay_array<T>(p: *mut T, n: usize);

    /// One more count of a shared block, and one more owner; `disown` takes an owner away and
    /// The block is given more or less room: if pointers to it were handed out, it moves, as it
    /// can; else it stays the same block with room for `n` times `T`.
    pub fn regrow<T>(p: *mut T, n: usize) -> *mut T;
    /// The owner behind the reference becomes a `T` bit by bit (`transmute`).
    pub fn retype<T, U>(v: &U);
    /// leaves the count.
    pub fn count_up<T: ?Sized>(p: *mut T);
    /// One count less; the last one drops the value and releases the block.
    pub fn count_down<T: ?Sized>(family: &str, p: *mut T);

    /// Runs the drop glue of a value.
    pub fn drop_value<T>(v: T);
    /// Runs the drop glue of what lies behind the pointer; a slice: of all elements.
    pub fn drop_in_place<T: ?Sized>(p: *mut T);
    /// The same by hand: the value is still dropped with what it is a part of.
    pub fn end_in_place<T: ?Sized>(p: *mut T);
    /// A bitwise copy: the source counts as moved out.
    pub fn read<T>(p: *const T) -> T;
    /// Stores without dropping what was there.
    pub fn write<T>(p: *mut T, v: T);
    /// A bitwise copy beside the original: both own what it owns (`ptr::read`).
    pub fn duplicate<T>(p: *const T) -> T;

    /// The pointer `n` elements on.
    pub fn offset<T>(p: *const T, n: isize) -> *mut T;
    /// Whether it is null: known, or both.
    pub fn is_null<T: ?Sized>(p: *const T) -> bool;
    /// Whether it is known to be a dangling constant; never both: an unknown pointer is not.
    pub fn is_dangling<T>(p: *const T) -> bool;
    /// Whether a number is known to be zero; never both: an unknown one is not.
    pub fn is_zero<T>(n: T) -> bool;
    /// Whether an index is less than the length; of a range of indexes: both.
    pub fn is_within<I>(i: I, len: usize) -> bool;
    /// A well-aligned address of nothing.
    pub fn dangling<T>() -> *mut T;
    /// The slice pointer of this start and length.
    pub fn with_len<T>(p: *mut T, n: usize) -> *mut [T];
    /// The length in the pointer, or of the array behind it.
    pub fn len_of<T: ?Sized>(p: *const T) -> usize;
    /// Some element of the array that begins here.
    pub fn element<T>(p: *const T) -> *mut T;
    /// The element that a walk over the array comes to: once it has started, what ended was another.
    pub fn next_element<T>(p: *const T, started: bool) -> *mut T;
    /// `v` becomes some element of the array that begins here.
    pub fn store_element<T>(p: *mut T, v: T);
    /// Moves some element out, or there is none.
    pub fn take_element<T>(p: *mut T) -> Option<T>;

    /// `Layout::new::<T>()`.
    pub fn layout_of<T>() -> Layout;
    /// `Layout::array::<T>(n)`.
    pub fn layout_array<T>(n: usize) -> Layout;
    /// `size_of::<T>()`.
    pub fn size_of<T: ?Sized>() -> usize;
    /// `align_of::<T>()`.
    pub fn align_of<T>() -> usize;

    /// A fresh unknown value.
    pub fn unknown<T>() -> T;
    /// A pure function: the same unknown for the same arguments.
    pub fn symbol<T>(name: &str, ...) -> T;
    /// Both paths are taken.
    pub fn choice() -> bool;
    /// An unknown length, not provably the capacity.
    pub fn fresh_len() -> usize;
    /// An unknown capacity, not provably the length.
    pub fn fresh_capacity() -> usize;

    /// What the array behind the pointer holds goes out of view; the array itself does not.
    pub fn escape_elements<T: ?Sized>(p: *const T);
    /// The value goes out of view: no leak any more.
    pub fn escape<T>(v: T);
    /// Reads the value through all references.
    pub fn inspect<T>(v: &T);
    /// The pointee is read: checks null and liveness.
    pub fn touch<T: ?Sized>(p: *const T);
    /// The pointee is written: checks null and liveness.
    pub fn touch_mut<T: ?Sized>(p: *mut T);
    /// The pointer must not be null here.
    pub fn require_non_null<T: ?Sized>(p: *const T);
    /// The path ends.
    pub fn diverge() -> !;
    /// The path ends in a panic.
    pub fn panic() -> !;
}
