//! `wasm-bindings MODULE FOLDER NAME`: writes what bundlers and Node load, from the module that Cargo built.
//!
//! The tool of that name would have to be installed, in the very version of the crate, which takes minutes.

use std::error::Error;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, folder, name] = arguments.as_slice() else {
        return Err("usage: wasm-bindings MODULE FOLDER NAME".into());
    };
    let mut tool = Bindgen::new();
    tool.web(true)?.omit_default_module_path(true).input_path(module).out_name(name).typescript(true);
    Ok(tool.generate(folder)?)
}
