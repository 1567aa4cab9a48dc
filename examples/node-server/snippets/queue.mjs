/**
 * Stands for a queue of your own: what is in it is worked off elsewhere.
 *
 * @type {{ limit: number, items: import("baijiayun").Callback[] }}
 */
export const queue = { limit: Infinity, items: [] };

/** @param {import("baijiayun").Callback} callback */
export function enqueue(callback) {
  if (queue.items.length >= queue.limit) throw new Error("the queue is full");
  queue.items.push(callback);
}
