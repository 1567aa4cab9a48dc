// The executor that is used if none is given.
import { executorOf } from "./http.js";
import type { HttpExecutor, HttpRequest, HttpResponse } from "./http.js";

const fetchExecutor = executorOf();

/** `fetch`, except where browsers tell the progress of a Blob: that they do of an XMLHttpRequest only. */
export const defaultExecutor: HttpExecutor = (request) =>
  request.onProgress && request.body instanceof Blob && typeof XMLHttpRequest === "function"
    ? send(request)
    : fetchExecutor(request);

function send(request: HttpRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const aborted = () => xhr.abort();
    request.signal.addEventListener("abort", aborted, { once: true });
    xhr.onloadend = () => request.signal.removeEventListener("abort", aborted);
    xhr.open(request.method, request.url);
    xhr.responseType = "arraybuffer";
    for (const [name, value] of Object.entries(request.headers)) {
      // Browsers set it themselves.
      if (name !== "content-length") xhr.setRequestHeader(name, value);
    }
    xhr.upload.onprogress = (event) => request.onProgress!(event.loaded);
    xhr.onerror = () => reject(new TypeError("the request failed"));
    xhr.onabort = () => reject(request.signal.reason as Error);
    xhr.onload = () => {
      resolve({ status: xhr.status, headers: headersOf(xhr), body: xhr.response as ArrayBuffer });
    };
    xhr.send(request.body as XMLHttpRequestBodyInit);
  });
}

function headersOf(xhr: XMLHttpRequest): Record<string, string> {
  const lines = xhr.getAllResponseHeaders().matchAll(/^([^:\r\n]+):[ \t]*(.*?)\r?$/gm);
  return Object.fromEntries(Array.from(lines, ([, name, value]) => [name!, value!]));
}
