//! `std::alloc`: raw memory by layout.

use crate::ptr::NonNull;
use crate::rt;

#[memlint_stub::copy]
pub struct Layout {
    size: usize,
    align: usize,
}
pub struct LayoutError;
pub type LayoutErr = LayoutError;
pub struct AllocError;

impl Layout {
    pub const fn new<T>() -> Layout { rt::layout_of::<T>() }
    pub const fn array<T>(n: usize) -> Result<Layout, LayoutError> {
        if n <= 0x0fff_ffff_ffff_ffff { Ok(rt::layout_array::<T>(n)) } else { Err(LayoutError) }
    }
    pub const fn from_size_align(size: usize, align: usize) -> Result<Layout, LayoutError> {
        if size <= 0x7fff_ffff_ffff_f000 { Ok(Layout { size, align }) } else { Err(LayoutError) }
    }
    pub const unsafe fn from_size_align_unchecked(size: usize, align: usize) -> Layout { Layout { size, align } }
    pub const fn for_value<T>(v: &T) -> Layout { rt::symbol("layout_for_value", v) }
    pub const unsafe fn for_value_raw<T>(v: *const T) -> Layout { rt::symbol("layout_for_value", v) }
    pub const fn size(&self) -> usize { self.size }
    pub const fn align(&self) -> usize { self.align }
    pub const fn dangling(&self) -> NonNull<u8> { NonNull { pointer: rt::dangling::<u8>() } }
    pub fn align_to(&self, align: usize) -> Result<Layout, LayoutError> {
        let own = self.align;
        Ok(Layout { size: self.size, align: if align <= own { own } else { align } })
    }
    pub const fn padding_needed_for(&self, align: usize) -> usize { rt::symbol("padding_needed_for", self.size, align) }
    pub const fn pad_to_align(&self) -> Layout {
        Layout { size: rt::symbol("pad_to_align", self.size, self.align), align: self.align }
    }
    pub fn extend(&self, next: Layout) -> Result<(Layout, usize), LayoutError> {
        let size = rt::symbol("layout_extend_size", self.size, self.align, next.size, next.align);
        let align = rt::symbol("layout_extend_align", self.align, next.align);
        let at = rt::symbol("layout_extend_offset", self.size, next.align);
        Ok((Layout { size, align }, at))
    }
    pub fn repeat(&self, n: usize) -> Result<(Layout, usize), LayoutError> {
        let stride = rt::symbol("pad_to_align", self.size, self.align);
        Ok((Layout { size: rt::symbol("layout_repeat", stride, n), align: self.align }, stride))
    }
    pub fn repeat_packed(&self, n: usize) -> Result<Layout, LayoutError> {
        Ok(Layout { size: self.size * n, align: self.align })
    }
}
impl Clone for Layout {
    fn clone(&self) -> Layout { Layout { size: self.size, align: self.align } }
}
impl PartialEq for Layout {
    fn eq(&self, other: &Layout) -> bool { rt::symbol("layout_eq", self.size, self.align, other.size, other.align) }
}

pub unsafe fn alloc(layout: Layout) -> *mut u8 { rt::acquire_layout("rust", layout) }
pub unsafe fn alloc_zeroed(layout: Layout) -> *mut u8 { rt::acquire_layout("rust", layout) }
pub unsafe fn dealloc(ptr: *mut u8, layout: Layout) { rt::release_layout("rust", ptr, layout) }
pub unsafe fn realloc(ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
    rt::resize_layout("rust", ptr, layout, new_size)
}
pub fn handle_alloc_error(layout: Layout) -> ! { rt::diverge() }

pub unsafe trait GlobalAlloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8;
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout);
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 { self.alloc(layout) }
    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8;
}

#[memlint_stub::copy]
pub struct System;
unsafe impl GlobalAlloc for System {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 { rt::acquire_layout("rust-system", layout) }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 { rt::acquire_layout("rust-system", layout) }
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) { rt::release_layout("rust-system", ptr, layout) }
    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        rt::resize_layout("rust-system", ptr, layout, new_size)
    }
}

pub unsafe trait Allocator {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError>;
    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout);
}

#[memlint_stub::copy]
pub struct Global;
unsafe impl Allocator for Global {
    // Unlike `alloc` this may be asked for zero bytes, and then allocates nothing.
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size == 0 {
            return Ok(NonNull { pointer: rt::with_len(rt::dangling::<u8>(), 0) });
        }
        let p = rt::acquire_layout("rust", layout);
        if rt::is_null(p) { Err(AllocError) } else { Ok(NonNull { pointer: rt::with_len(p, layout.size) }) }
    }
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> { self.allocate(layout) }
    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        if layout.size == 0 { return; }
        rt::release_layout("rust", ptr.pointer, layout)
    }
}
