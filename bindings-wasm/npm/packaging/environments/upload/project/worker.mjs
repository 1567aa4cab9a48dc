// Notes what is used from here on: it has to be imported before the package.
import { watched } from "./watch.mjs";

import * as upload from "baijiayun/upload";
import { exerciseUpload } from "./exercise-upload.mjs";

const atRest = [...watched];

export default {
  async fetch(request) {
    const host = new URL(request.url).searchParams.get("host");
    return Response.json({ atRest, report: await exerciseUpload(upload, host) });
  },
};
