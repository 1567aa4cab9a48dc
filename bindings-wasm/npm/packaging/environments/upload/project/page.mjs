// By name, as people import: what bundlers may leave out is left out.
import { BaijiayunError, FileError, uploadVideo } from "baijiayun/upload";

import { exerciseUpload } from "./exercise-upload.mjs";

window.exercised = (host) => exerciseUpload({ BaijiayunError, FileError, uploadVideo }, host);
