//! The load on the checked allocator: `churn_checked COUNT THREADS`.

mod load;

memlint::install!();

fn main() {
    load::run();
}
