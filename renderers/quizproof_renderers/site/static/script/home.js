// The first page: where to continue, what to review, and what there is.

import { showDesk } from "./desk.js";
import { all, one } from "./dom.js";
import { letFind } from "./finder.js";
import { letKeep } from "./keeping.js";
import { letPrefer } from "./preferences.js";
import { showAllProgress, startPage } from "./start.js";

function show() {
  showAllProgress();
  showDesk();
}

startPage(() => {
  const find = letFind(one(".finder"));
  letPrefer("framework", all("[name=runtime]"), () => {
    show();
    find();
  });
  letKeep(one(".keep"), show);
  show();
  // Coming back by the browser's history shows a page from memory: its counts may be old.
  addEventListener("pageshow", (event) => event.persisted && show());
});
