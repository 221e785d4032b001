//! The load on the system's allocator: `churn_system COUNT THREADS`.

mod load;

fn main() {
    load::run();
}
