//! `CString` and `CStr`, raw counts of `Rc` and `Arc`, `ManuallyDrop`, `forget`, `ptr::read`.

use std::cell::RefCell;
use std::ffi::{CStr, CString, NulError, c_char, c_int, c_void};
use std::mem::{self, ManuallyDrop};
use std::ptr;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex};

unsafe extern "C" {
    fn free(p: *mut c_void);
    fn strlen(s: *const c_char) -> usize;
    fn puts(s: *const c_char) -> c_int;
    fn setenv(k: *const c_char, v: *const c_char, o: c_int) -> c_int;
    fn ui_set_label(id: c_int, text: *const c_char);
    fn ui_set_label_mut(id: c_int, text: *mut c_char);
    fn ui_keep_label(
        id: c_int,
        text: *mut c_char,
        destroy: Option<unsafe extern "C" fn(*mut c_char)>,
    );
}

pub struct Config {
    pub name: String,
    pub values: Vec<u32>,
}

unsafe extern "C" fn destroy_label(p: *mut c_char) {
    drop(CString::from_raw(p));
}

// expect: use_after_free -- pointer of a temporary CString bound by let
pub fn temporary_bound(name: &str) -> usize {
    let p = CString::new(name).unwrap().as_ptr();
    unsafe { strlen(p) }
}

// expect: clean -- temporary lives to the end of the call
pub fn temporary_inline(name: &str) -> usize {
    unsafe { strlen(CString::new(name).unwrap().as_ptr()) }
}

// expect: clean -- the CString is bound first
pub fn bound_first(name: &str) -> Result<usize, NulError> {
    let name = CString::new(name)?;
    let p = name.as_ptr();
    Ok(unsafe { strlen(p) })
}

// expect: use_after_free -- inner block's CString ends before the call
pub fn inner_block(name: Option<&str>) {
    let p = {
        let s = CString::new(name.unwrap_or("none")).unwrap();
        s.as_ptr()
    };
    unsafe { puts(p) };
}

// expect: use_after_free -- match arm by value
pub fn match_arm(name: Option<String>) {
    let p = match name {
        Some(n) => {
            let c = CString::new(n).unwrap();
            c.as_ptr()
        }
        None => ptr::null(),
    };
    if !p.is_null() {
        unsafe { puts(p) };
    }
}

// expect: use_after_free -- map_or with the CString by value
pub fn map_or_by_value(name: Option<CString>) {
    let p = name.map_or(ptr::null(), |n| n.as_ptr());
    unsafe { ui_set_label(1, p) };
}

// expect: clean -- as_ref keeps the owner
pub fn map_or_by_ref(name: Option<CString>) {
    let p = name.as_ref().map_or(ptr::null(), |n| n.as_ptr());
    unsafe { ui_set_label(1, p) };
}

// expect: clean -- as_deref keeps the owner, argv built from owners that live on
pub fn argv_of_owners(args: &[&str]) -> Result<usize, NulError> {
    let owned = args
        .iter()
        .map(|a| CString::new(*a))
        .collect::<Result<Vec<_>, _>>()?;
    let mut argv: Vec<*const c_char> = owned.iter().map(|a| a.as_ptr()).collect();
    argv.push(ptr::null());
    Ok(unsafe { strlen(argv[0]) })
}

// expect: use_after_free -- argv built from owners consumed by the iterator
pub fn argv_of_consumed(args: Vec<CString>) -> usize {
    let argv: Vec<*const c_char> = args.into_iter().map(|a| a.as_ptr()).collect();
    unsafe { strlen(argv[0]) }
}

// expect: use_after_free -- dropped by hand before the call
pub fn dropped_early(key: CString, value: CString) -> c_int {
    let (k, v) = (key.as_ptr(), value.as_ptr());
    drop(value);
    unsafe { setenv(k, v, 1) }
}

// expect: leaked_raw -- into_raw as a mere argument, because the binding wants *mut
pub fn label_into_raw(text: &str) -> Result<(), NulError> {
    unsafe { ui_set_label_mut(2, CString::new(text)?.into_raw()) };
    Ok(())
}

// expect: clean -- cast instead
pub fn label_as_ptr(text: &str) -> Result<(), NulError> {
    let text = CString::new(text)?;
    unsafe { ui_set_label_mut(2, text.as_ptr() as *mut c_char) };
    Ok(())
}

// expect: clean -- destructor callback goes along
pub fn label_with_destructor(text: &str) -> Result<(), NulError> {
    unsafe { ui_keep_label(3, CString::new(text)?.into_raw(), Some(destroy_label)) };
    Ok(())
}

// expect: leaked_raw -- no destructor goes along
pub fn label_without_destructor(text: &str) -> Result<(), NulError> {
    unsafe { ui_keep_label(3, CString::new(text)?.into_raw(), None) };
    Ok(())
}

// expect: free_nonheap -- a second owner from as_ptr of a literal
pub unsafe fn literal_from_raw() -> CString {
    CString::from_raw(c"literal".as_ptr() as *mut c_char)
}

// expect: aliased_owner -- from_raw over a living CString
pub unsafe fn second_cstring(s: &str) -> usize {
    let s = CString::new(s).unwrap();
    let again = CString::from_raw(s.as_ptr() as *mut c_char);
    again.as_bytes().len()
}

// expect: mismatched_dealloc -- CString's bytes into a Vec
pub unsafe fn cstring_to_vec(s: CString) -> Vec<u8> {
    let len = s.as_bytes_with_nul().len();
    let p = s.into_raw() as *mut u8;
    Vec::from_raw_parts(p, len, len)
}

// expect: clean -- CString into bytes by the library
pub fn cstring_into_bytes(s: CString) -> Vec<u8> {
    let mut v = s.into_bytes_with_nul();
    v.pop();
    v
}

// expect: maybe mismatched_layout -- CString truncated through the raw pointer, then reclaimed (into_raw forbids it)
pub unsafe fn truncated(s: CString, at: usize) -> CString {
    let len = s.as_bytes().len();
    let p = s.into_raw();
    if at < len {
        *p.add(at) = 0;
    }
    CString::from_raw(p)
}

// expect: double_free -- reclaimed and freed
pub unsafe fn reclaimed_and_dropped_twice(s: CString) {
    let p = s.into_raw();
    if *p == 0 {
        drop(CString::from_raw(p));
    }
    let s = CString::from_raw(p);
    println!("{s:?}");
}

// expect: aliased_owner -- Arc::from_raw of as_ptr without a count
pub fn arc_alias(a: &Arc<Config>) -> usize {
    let again = unsafe { Arc::from_raw(Arc::as_ptr(a)) };
    again.values.len()
}

// expect: clean -- counted first
pub fn arc_counted(a: &Arc<Config>) -> usize {
    let p = Arc::as_ptr(a);
    let again = unsafe {
        Arc::increment_strong_count(p);
        Arc::from_raw(p)
    };
    again.values.len()
}

// expect: clean -- borrowed in a ManuallyDrop and cloned
pub unsafe fn arc_borrow_clone(p: *const Config) -> Arc<Config> {
    let borrowed = ManuallyDrop::new(Arc::from_raw(p));
    Arc::clone(&borrowed)
}

// expect: double_free -- one count, two from_raw
pub unsafe fn arc_two_from_raw(c: Config) -> usize {
    let p = Arc::into_raw(Arc::new(c));
    let a = Arc::from_raw(p);
    let n = a.values.len();
    drop(a);
    let b = Arc::from_raw(p);
    n + b.values.len()
}

// expect: clean -- two counts, two from_raw
pub unsafe fn arc_two_counts(c: Config) -> usize {
    let a = Arc::new(c);
    let p = Arc::into_raw(a.clone());
    let q = Arc::into_raw(a);
    let n = (*p).values.len();
    drop(Arc::from_raw(p));
    drop(Arc::from_raw(q));
    n
}

// expect: leaked_raw -- clone's count lost on the early return
pub unsafe fn arc_count_lost(a: &Arc<Mutex<u32>>, go: bool) -> u32 {
    let p = Arc::into_raw(Arc::clone(a));
    if !go {
        return 0;
    }
    let a = Arc::from_raw(p);
    let v = *a.lock().unwrap();
    v
}

// expect: mismatched_dealloc -- Arc to Box
pub unsafe fn arc_to_box(a: Arc<Config>) -> Box<Config> {
    let p = Arc::into_raw(a) as *mut Config;
    Box::from_raw(p)
}

// expect: mismatched_dealloc -- Rc to Arc
pub unsafe fn rc_to_arc(c: Config) -> Arc<Config> {
    let p = Rc::into_raw(Rc::new(c));
    Arc::from_raw(p)
}

// expect: mismatched_dealloc -- Box to Rc through a void pointer and a helper
pub mod box_to_rc_bad {
    use super::*;
    fn user_data(c: Config) -> *mut c_void {
        Box::into_raw(Box::new(c)).cast()
    }
    unsafe fn take(p: *mut c_void) -> Rc<Config> {
        Rc::from_raw(p as *const Config)
    }
    pub unsafe fn run(c: Config) -> usize {
        take(user_data(c)).name.len()
    }
}

// expect: clean -- Rc out and back through void
pub mod rc_round_trip_good {
    use super::*;
    fn user_data(c: &Rc<RefCell<Config>>) -> *mut c_void {
        Rc::into_raw(c.clone()) as *mut c_void
    }
    unsafe fn take(p: *mut c_void) -> Rc<RefCell<Config>> {
        Rc::from_raw(p as *const RefCell<Config>)
    }
    pub unsafe fn run(c: Rc<RefCell<Config>>) -> usize {
        let p = user_data(&c);
        let back = take(p);
        let n = back.borrow().name.len();
        n
    }
}

// expect: clean -- weak count out and back
pub unsafe fn weak_round_trip(c: &Rc<Config>) -> bool {
    let p = Weak::into_raw(Rc::downgrade(c));
    let w = Weak::from_raw(p);
    w.upgrade().is_some()
}

// expect: maybe mismatched_dealloc -- weak pointer given back as a strong one
pub unsafe fn weak_as_strong(c: &Rc<Config>) -> usize {
    let p = Weak::into_raw(Rc::downgrade(c));
    let s = Rc::from_raw(p);
    s.values.len()
}

// expect: aliased_owner -- read out of a borrow, both dropped
pub unsafe fn read_of_borrow(c: &mut Config) -> usize {
    let name = ptr::read(&c.name);
    name.len()
}

// expect: clean -- read out and written back (take_with idiom)
pub unsafe fn read_and_write_back(c: &mut Config, f: impl FnOnce(String) -> String) {
    let name = ptr::read(&c.name);
    let name = f(name);
    ptr::write(&mut c.name, name);
}

// expect: clean -- read out of a ManuallyDrop field by field
pub unsafe fn read_out_of_manually_drop(c: Config) -> (String, Vec<u32>) {
    let c = ManuallyDrop::new(c);
    (ptr::read(&c.name), ptr::read(&c.values))
}

// expect: double_free -- read out, the original dropped at the end of the scope
pub unsafe fn read_and_original(b: Box<Config>) -> usize {
    let copy = ptr::read(&b);
    drop(copy);
    b.values.len()
}

// expect: clean -- read out, the original forgotten
pub unsafe fn read_and_forget(b: Box<Config>) -> usize {
    let copy = ptr::read(&b);
    mem::forget(b);
    copy.values.len()
}

// expect: double_free -- ManuallyDrop::drop twice
pub unsafe fn manually_dropped_twice(c: Config) {
    let mut c = ManuallyDrop::new(c);
    ManuallyDrop::drop(&mut c);
    ManuallyDrop::drop(&mut c);
}

// expect: use_after_free -- used after ManuallyDrop::drop
pub unsafe fn manually_dropped_used(c: Config) -> usize {
    let mut c = ManuallyDrop::new(c);
    ManuallyDrop::drop(&mut c);
    c.values.len()
}

// expect: clean -- ManuallyDrop::into_inner drops once
pub fn manually_dropped_once(c: Config) -> usize {
    let c = ManuallyDrop::new(c);
    let n = c.values.len();
    drop(ManuallyDrop::into_inner(c));
    n
}

// expect: double_free -- ManuallyDrop::take twice
pub unsafe fn taken_twice(c: Config) -> usize {
    let mut c = ManuallyDrop::new(c);
    let a = ManuallyDrop::take(&mut c);
    let b = ManuallyDrop::take(&mut c);
    a.values.len() + b.name.len()
}

// expect: aliased_owner -- a vec over another vec's buffer
pub unsafe fn vec_alias(v: &mut Vec<u32>) -> u32 {
    let half = Vec::from_raw_parts(v.as_mut_ptr(), v.len() / 2, v.capacity());
    half.iter().sum()
}

// expect: clean -- a vec over another vec's buffer, forgotten after the use
pub unsafe fn vec_alias_forgotten(v: &mut Vec<u32>) -> u32 {
    let half = ManuallyDrop::new(Vec::from_raw_parts(
        v.as_mut_ptr(),
        v.len() / 2,
        v.capacity(),
    ));
    half.iter().sum()
}

// expect: aliased_owner -- Box over a &mut
pub unsafe fn box_over_mut(c: &mut Box<Config>) -> usize {
    let again = Box::from_raw(&mut **c as *mut Config);
    again.name.len()
}

// expect: clean -- leaked for a 'static
pub fn leaked_static(name: &str) -> &'static Config {
    Box::leak(Box::new(Config {
        name: name.to_owned(),
        values: Vec::new(),
    }))
}

// expect: leaked_raw -- forgotten vector whose pointer is only read
pub fn forgotten_vec(n: u32) -> u32 {
    let v: Vec<u32> = (0..n).collect();
    let p = v.as_ptr();
    let len = v.len();
    mem::forget(v);
    unsafe { std::slice::from_raw_parts(p, len).iter().sum() }
}

// expect: mismatched_dealloc -- String's buffer to free
pub unsafe fn string_to_free(s: String) -> usize {
    let mut s = ManuallyDrop::new(s);
    let n = strlen(s.as_ptr().cast());
    free(s.as_mut_ptr().cast());
    n
}

// expect: clean -- String's parts come back
pub unsafe fn string_parts(s: String) -> String {
    let mut s = ManuallyDrop::new(s);
    let (p, len, cap) = (s.as_mut_ptr(), s.len(), s.capacity());
    *p = b'X';
    String::from_raw_parts(p, len, cap)
}

// expect: clean -- CStr from a pointer that lives elsewhere
pub unsafe fn borrowed_cstr(p: *const c_char) -> Option<String> {
    if p.is_null() {
        return None;
    }
    CStr::from_ptr(p).to_str().ok().map(str::to_owned)
}
