// A call is run: on the mock in the page, or at an address; and what came of it.
import type { Context } from "./context";
import type { Param } from "./data";
import { block, h, labelled } from "./dom";
import { runAt, runOnMock, theMock, type Outcome } from "./engine";
import { outcome } from "./outcome";
import type { Value } from "./values";

/** What is to be run: the name of the operation, and its parameters. */
export interface Ready {
  name: string;
  values: Map<Param, Value>;
}

/** `current` has nothing while something is wrong with the call, which `preview` then says. */
export function runs(context: Context, current: () => Ready | undefined, preview: HTMLElement): { element: HTMLElement; clear(): void } {
  const { say, account } = context;
  const results = h("div", { class: "results", role: "status", "aria-live": "polite" });
  let asked = 0;
  const run = async (send: (ready: Ready) => Promise<Outcome>, onMock: boolean) => {
    const now = current();
    const mine = (asked += 1);
    if (!now) {
      results.replaceChildren(...[...preview.childNodes].map((node) => node.cloneNode(true)));
      return;
    }
    results.replaceChildren(h("p", {}, say("running")));
    const came = await send(now).catch((error: Error): Outcome => ({ isOk: false, data: undefined, words: error.message, departures: [] }));
    if (mine !== asked || context.ended.aborted) return;
    const isUnread = !onMock && !came.isOk && came.isSent && came.status === undefined;
    const more = onMock ? await ofTheMock() : isUnread ? [h("p", {}, say("cors_failed"))] : [];
    results.replaceChildren(...outcome(came, say), ...more);
  };
  const ofTheMock = async () => {
    const mock = await theMock();
    const posted = mock.posted();
    return [
      h("p", { class: "hint" }, say("received", mock.received().length)),
      posted.length ? h("details", {}, h("summary", {}, `${say("posted")} (${posted.length})`), block(say("posted"), JSON.stringify(posted, null, 2), say("copy"), say("copied"))) : null,
    ].filter((element) => element !== null);
  };

  const address = h("input", { type: "url", name: "address", placeholder: "http://127.0.0.1:8080", autocomplete: "off", spellcheck: "false" });
  const element = h(
    "section",
    { class: "run" },
    h("h2", {}, say("run")),
    h("button", { type: "button", class: "primary", onclick: () => run(({ name, values }) => runOnMock(name, values), true) }, say("run_mock")),
    h("p", { class: "hint" }, say("run_note")),
    h(
      "details",
      { class: "elsewhere" },
      h("summary", {}, say("elsewhere")),
      labelled(say("address"), address, h("p", { class: "hint" }, say("cors_note"))),
      h("button", { type: "button", onclick: () => run(({ name, values }) => runAt(account, address.value.trim(), name, values), false) }, say("run_address")),
    ),
    results,
  );
  // What is still under way is of another call then.
  const clear = () => {
    asked += 1;
    results.replaceChildren();
  };
  return { element, clear };
}
