//! Marks in a foreign block.
#[memlint::paired_alloc(family = "widget", role = "free")]
unsafe extern "C" {
    #[free]
    fn role_on_the_block(widget: *mut u8);
}

#[memlint::paired_alloc(family = "widget")]
unsafe extern "C" {
    fn nothing_is_marked(widget: *mut u8);
}

#[memlint::paired_alloc(family = "widget")]
unsafe extern "C" {
    #[alloc]
    #[free]
    fn two_roles(widget: *mut u8) -> *mut u8;
    #[free]
    static NO_FUNCTION: u8;
    #[alloc(out = 0)]
    fn no_place(size: usize);
}

#[memlint::paired_alloc(family = "widget", untracked)]
unsafe extern "C" {
    #[free]
    fn untracked_on_the_block(widget: *mut u8);
}

fn main() {}
