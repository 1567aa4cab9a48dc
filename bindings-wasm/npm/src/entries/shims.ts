// What jsdom hides of Node: in place of the globals of these names, in the one module that such an environment loads.
const globals = globalThis as Record<string, any>;
const builtin = (name: string) => globals["process"]?.getBuiltinModule?.(name);

const Encoder = globals["TextEncoder"] ?? builtin("node:util")?.TextEncoder;
const Decoder = globals["TextDecoder"] ?? builtin("node:util")?.TextDecoder;

/** Node loads streams of the web when they are first named, which takes 4 ms: not before something streams. */
function Stream(...given: unknown[]): object {
  return Reflect.construct(globals["ReadableStream"] ?? builtin("node:stream/web")?.ReadableStream, given) as object;
}
export { Decoder as TextDecoder, Encoder as TextEncoder, Stream as ReadableStream };
