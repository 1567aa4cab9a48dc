import { unpacked } from "../../../npm/src/unpacked.js";
import inlined from "../../wasm/inline.js";
import { install } from "../platform.js";

install({ wasm: () => unpacked(inlined) });

export { createMock } from "../index.js";
