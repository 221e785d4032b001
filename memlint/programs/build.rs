//! Compiles the C side of the programs, which they link with `#[link(name = "side")]`.

fn main() {
    println!("cargo::rerun-if-changed=c/side.c");
    let out = std::env::var("OUT_DIR").unwrap_or_default();
    println!("cargo::rustc-link-search=native={out}");
    cc::Build::new()
        .file("c/side.c")
        .debug(true)
        .opt_level(0)
        .cargo_metadata(false)
        .compile("side");
}
