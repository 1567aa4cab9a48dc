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

for (const name of ["fetch", "setTimeout", "setInterval", "setImmediate", "queueMicrotask"]) watch(globalThis, "", name);
for (const name of ["random"]) watch(Math, "Math.", name);
for (const name of ["now"]) watch(Date, "Date.", name);
for (const name of ["getRandomValues", "randomUUID"]) watch(crypto, "crypto.", name);
for (const name of ["Module", "Instance", "compile", "instantiate"]) watch(WebAssembly, "WebAssembly.", name);
