// The mock has an instance of its own, of the file that all share.
import glue from "../wasm/glue.js";

const instance = glue();
export default instance.default;
export const { initSync, MockEngine } = instance;
