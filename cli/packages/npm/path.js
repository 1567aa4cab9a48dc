"use strict";

/** Where the program is: in the package of this platform, which npm installs beside this one. */
function path() {
  const name = `bjy-${process.platform}-${process.arch}`;
  const program = process.platform === "win32" ? "bjy.exe" : "bjy";
  try {
    return require.resolve(`${name}/${program}`);
  } catch {
    throw new Error(
      `the package ${name} is not there: install bjy without --omit=optional; if there is no such package, ` +
        "build bjy with Rust: cargo install --path cli",
    );
  }
}

module.exports = { path };
