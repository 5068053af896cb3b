//! Gives the WebAssembly module a stack of its own size: a fresh instance is made for every transition, so each page counts.
//! That 64 levels fit is shown by the sandbox's tests.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo::rustc-link-arg-cdylib=-zstack-size=131072");
    }
}
