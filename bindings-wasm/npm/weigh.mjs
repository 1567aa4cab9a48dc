// Weighs the tarball that npm would publish of a package, for the budgets of both.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/**
 * Holds the package in the folder to `unpacked` bytes, one WebAssembly file of `wasm` bytes gzipped, and the other files to what
 * `gzipped` says. What is over fails the process.
 */
export function weigh(cwd, { unpacked, wasm, gzipped }) {
  const folder = mkdtempSync(join(tmpdir(), "baijiayun-pack-"));
  const hold = (what, bytes, limit) => {
    if (bytes > limit) process.exitCode = 1;
    console.log(`${what}: ${bytes}, at most ${limit}${bytes > limit ? " EXCEEDED" : ""}`);
  };
  try {
    const packing = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
    const packed = execFileSync("npm", packing, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const [{ filename, unpackedSize, files }] = JSON.parse(packed);
    execFileSync("tar", ["-xf", filename], { cwd: folder });
    const modules = files.filter(({ path }) => path.endsWith(".wasm"));
    for (const { path, size } of files.sort((a, b) => b.size - a.size).slice(0, 8)) console.log(`  ${size} ${path}`);
    hold("unpacked", unpackedSize, unpacked);
    hold("WebAssembly files", modules.length, 1);
    const size = (path) => gzipSync(readFileSync(join(folder, "package", path)), { level: 9 }).length;
    hold("WebAssembly, gzipped", size(modules[0].path), wasm);
    for (const [path, limit] of Object.entries(gzipped)) hold(`${path}, gzipped`, size(path), limit);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
