const baijiayun = require("baijiayun/inline");

import("./exercise.mjs")
  .then(({ exercise }) => exercise(baijiayun, JSON.parse(process.env.ACCOUNT)))
  .then((report) => console.log(JSON.stringify(report)));
