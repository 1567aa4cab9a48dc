/** Tells whoever runs the program of an error that reaches nobody otherwise. */
export function report(what: string, error: unknown): void {
  console.error(`baijiayun: ${what}:`, error);
}
