// Errors of this entry are instances of the classes of all.
import { createRequire } from "node:module";

import * as whole from "baijiayun";
import * as imported from "baijiayun/upload";

const required = createRequire(import.meta.url)("baijiayun/upload");
const failed = [];
for (const { uploadVideo } of [imported, required]) {
  const error = await uploadVideo(new Blob([]), { getUploadUrl() {}, getResumeUploadUrl() {} }).catch((error) => error);
  for (const { BaijiayunError, FileError, TransportError } of [imported, required, whole]) {
    const is = error instanceof BaijiayunError && error instanceof FileError && !(error instanceof TransportError);
    if (!is) failed.push(String(error));
  }
}
console.log(JSON.stringify({ failed, names: Object.keys(imported).filter((name) => !(name in required)) }));
