//! UniFFI's command line tool.

fn main() {
    uniffi::uniffi_bindgen_main();
}
