import * as upload from "baijiayun/upload";

import { exerciseUpload } from "./exercise-upload.mjs";

console.log(JSON.stringify(await exerciseUpload(upload, JSON.parse(process.env.ACCOUNT))));
