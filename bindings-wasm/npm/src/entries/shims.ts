// What jsdom hides of Node: in place of the globals of these names, in the one module that such an environment loads.
const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => any } };
const util = process?.getBuiltinModule?.("node:util");
const streams = process?.getBuiltinModule?.("node:stream/web");
const globals = globalThis as Record<string, any>;

const Encoder = globals["TextEncoder"] ?? util?.TextEncoder;
const Decoder = globals["TextDecoder"] ?? util?.TextDecoder;
const Stream = globals["ReadableStream"] ?? streams?.ReadableStream;
export { Decoder as TextDecoder, Encoder as TextEncoder, Stream as ReadableStream };
