import * as upload from "./node_modules/baijiayun/dist/upload.mjs";
import { exerciseUpload } from "./exercise-upload.mjs";

const exercised = (host) => exerciseUpload(upload, host);
// In a page and in a worker.
if (globalThis.document) Object.assign(window, { exercised, upload });
else addEventListener("message", ({ data }) => exercised(data).catch(String).then(postMessage));
