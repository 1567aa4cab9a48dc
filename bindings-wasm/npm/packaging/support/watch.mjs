// Notes who uses what a module must not use while it is imported: edge workers refuse it there, and elsewhere it costs
// those who import the package without using it.

/** What was used since this module was imported. */
export const watched = [];

function watch(holder, path, name) {
  const original = holder[name];
  if (typeof original !== "function") return;
  holder[name] = new Proxy(original, {
    apply(target, self, args) {
      watched.push(`${path}${name}()`);
      return Reflect.apply(target, self, args);
    },
    construct(target, args, type) {
      watched.push(`new ${path}${name}()`);
      return Reflect.construct(target, args, type);
    },
  });
}

const WATCHED = [
  [globalThis, "", ["fetch", "setTimeout", "setInterval", "setImmediate", "queueMicrotask"]],
  [Math, "Math.", ["random"]],
  [Date, "Date.", ["now"]],
  [crypto, "crypto.", ["getRandomValues", "randomUUID"]],
  [WebAssembly, "WebAssembly.", ["Module", "Instance", "compile", "instantiate"]],
];
for (const [holder, path, names] of WATCHED) for (const name of names) watch(holder, path, name);
