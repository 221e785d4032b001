//! Types in the idioms of code that crosses into C.

use super::tests::{local_of, typed};

const SOURCE: &str = r##"
use std::{ptr::{self, NonNull}, slice, mem, ffi::{CStr, c_char, c_void}, sync::{Mutex, Arc}, cell::{Cell, RefCell}, rc::Rc, alloc::{alloc, Layout}};
        struct Node { next: *mut Node, v: Option<Box<u8>> , cb: Option<extern "C" fn(*mut c_void) -> *mut u8> }
        static mut HEAD: *mut Node = ptr::null_mut();
        fn f(p: *mut u8, n: usize, v: Vec<u16>, s: *const c_char, nn: Option<NonNull<Node>>, m: Arc<Mutex<Vec<u8>>>, c: Rc<RefCell<Node>>, node: *mut Node) { unsafe {
        let a1 = Box::from_raw(slice::from_raw_parts_mut(p, n));
        let a2 = Box::from_raw(ptr::slice_from_raw_parts_mut(p, n));
        let (b1, b2, b3) = v.into_raw_parts();
        let c1 = CStr::from_ptr(s).to_owned();
        let c2 = CStr::from_ptr(s).to_str().unwrap().to_string();
        let d1 = nn.map(|x| x.as_ptr());
        let e1 = m.lock().unwrap().as_ptr();
        let g = m.lock().unwrap();
        let e2 = c.borrow_mut().next;
        let h1 = (*node).next; let h2 = (*node).v.take(); let h3 = (*HEAD).next; let h4 = &mut *node; let h5 = h4.v.as_mut().unwrap();
        let l = Layout::new::<Node>(); let i1 = alloc(l) as *mut Node; let i2 = ptr::read(i1); let i3 = mem::replace(&mut (*node).next, ptr::null_mut());
        let j1 = ptr::NonNull::new(p).unwrap(); let j2 = j1.cast::<Node>(); let j3 = j2.as_ref();
        let k1 = if let Some(cb) = (*node).cb { cb(p as *mut c_void) } else { ptr::null_mut() };
        let o1 = [1u8, 2]; let o2 = o1.as_ptr();
        let q1 = Box::into_raw(Box::new(Node { next: ptr::null_mut(), v: None, cb: None })) as *mut c_void;
        let r1 = mem::transmute::<Box<u8>, *mut u8>(Box::new(1)); let r2: *mut i32 = mem::transmute(p);
        let t1 = std::thread::spawn(move || Box::new(5u8)).join().unwrap();
        let u1 = vec![1u8, 2, 3]; let u2 = vec![0u32; 4]; let u3 = u2.into_boxed_slice(); let u4 = Box::leak(u3); let u5 = String::from_utf8(u1).unwrap().into_bytes();
        let w1 = Some(5u8).ok_or(3i32); let w2 = w1.map_err(|e| e as u64); let w3 = p.add(1); let w4 = *w3; let w5 = s as usize; let w6 = w5 + 1;
    } }
"##;

#[test]
fn idioms() {
    let (p, body, types) = typed(SOURCE);
    let expected = [
        ("a1", "Box<[u8]>"),
        ("a2", "Box<[u8]>"),
        ("b1", "*mut u16"),
        ("b2", "usize"),
        ("c1", "CString"),
        ("c2", "String"),
        ("d1", "Option<*mut Node>"),
        ("e1", "*const u8"),
        ("g", "MutexGuard<Vec<u8>>"),
        ("e2", "*mut Node"),
        ("h1", "*mut Node"),
        ("h2", "Option<Box<u8>>"),
        ("h3", "*mut Node"),
        ("h4", "&mut Node"),
        ("h5", "&mut Box<u8>"),
        ("i1", "*mut Node"),
        ("i2", "Node"),
        ("i3", "*mut Node"),
        ("j1", "NonNull<u8>"),
        ("j2", "NonNull<Node>"),
        ("j3", "&Node"),
        ("k1", "*mut u8"),
        ("o1", "[u8; 2]"),
        ("o2", "*const u8"),
        ("q1", "*mut c_void"),
        ("r1", "*mut u8"),
        ("r2", "*mut i32"),
        ("t1", "Box<u8>"),
        ("u1", "Vec<u8>"),
        ("u2", "Vec<u32>"),
        ("u3", "Box<[u32]>"),
        ("u4", "&mut [u32]"),
        ("u5", "Vec<u8>"),
        ("w1", "Result<u8, i32>"),
        ("w2", "Result<u8, u64>"),
        ("w3", "*mut u8"),
        ("w4", "u8"),
        ("w6", "usize"),
    ];
    for (name, ty) in expected {
        assert_eq!(local_of(&p, body, &types, name), ty, "{name}");
    }
}
