// What the pages share.

/** @param {string} id */
export const $ = (id) => document.getElementById(id);

/** An element with its children; texts stay texts, whatever people call their class. */
export function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export async function ask(path, body) {
  const sent = body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, body === undefined ? {} : { method: "POST", ...sent });
  const answer = response.status === 204 ? undefined : await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

/** Does what a form or a button is for, once at a time, and shows where it failed. */
export async function busy(button, output, work) {
  button.disabled = true;
  output.className = "";
  output.replaceChildren();
  try {
    await work();
  } catch (error) {
    output.className = "wrong";
    output.textContent = error.message;
  } finally {
    button.disabled = false;
  }
}
