// webpack, whose API tells errors by callbacks.
import webpack from "webpack";

/** Runs webpack; what it complains about is an error. */
export async function bundle(options) {
  const compiler = webpack({ mode: "production", ...options });
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, stats) => (error ? reject(error) : resolve(stats)));
  });
  await new Promise((resolve) => compiler.close(resolve));
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  const complaints = [...errors, ...warnings].map(({ message }) => message).join("\n");
  if (complaints) throw new Error(complaints);
  return stats;
}
