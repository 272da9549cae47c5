// Keys and the split view. Everything here is a convenience: each page works without it.

const typing = (target) => target.closest("input, select, textarea, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-row]")];
const pane = () => document.getElementById("pane");
const paneShown = () => pane()?.checkVisibility() ?? false;

// Where there is no room for the pane, a row's link leads to its page: htmx must not see the click.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-row][hx-get]") && !paneShown()) event.stopImmediatePropagation();
}, { capture: true });

// The row whose decision is shown is the current one, also when the page opened it by itself.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target !== pane()) return;
  for (const row of rows()) {
    if (row.getAttribute("hx-get") === event.detail.pathInfo.requestPath) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
});

// Walking through rows by keys leaves one entry in the history, not one a row.
let byKey = false;
document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  if (byKey) event.detail.history.type = "replace";
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target === pane()) pane().scrollTop = 0;
});

// A pane that could not be loaded says so, with a way on.
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.target !== pane()) return;
  const text = event.detail.xhr.status === 404
    ? "This decision is not there, or not yours to see."
    : "The decision could not be loaded. Try again, or open its page.";
  pane().replaceChildren(Object.assign(document.createElement("p"), { className: "empty", textContent: text }));
});

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row === document.activeElement || row.getAttribute("aria-current") === "true");
  const row = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
  row.focus({ preventScroll: true });
  row.closest("tr, li")?.scrollIntoView({ block: "nearest" });
  if (row.hasAttribute("hx-get") && paneShown()) {
    byKey = true;
    row.click();
    setTimeout(() => { byKey = false; }, 500);
  }
}

function openRow() {
  const row = document.activeElement?.matches("[data-row]") ? document.activeElement
    : document.querySelector("[data-row][aria-current='true']");
  if (row) location.assign(row.href);
  return Boolean(row);
}

const follow = (selector) => document.querySelector(selector)?.click();
const goTo = {
  d: "/decisions/", t: "/tracks/", p: "/parties/", u: "/usages/", o: "/pools/", y: "/payout-statements/", l: "/ledger/",
  v: "/deliveries/", r: "/rulesets/",
};
let going = 0;

const keys = {
  j: () => step(1),
  k: () => step(-1),
  n: () => follow("[data-page='older']"),
  p: () => follow("[data-page='newer']"),
  g: () => { going = Date.now(); },
  "/": () => document.querySelector("[data-search]")?.select(),
  "?": () => document.getElementById("shortcuts").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Enter") {
    const other = document.activeElement?.closest("a, button, summary");
    if ((!other || other.matches("[data-row]")) && openRow()) event.preventDefault();
    return;
  }
  if (Date.now() - going < 1000 && goTo[event.key]) {
    going = 0;
    location.assign(goTo[event.key]);
    return;
  }
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// Links that open a dialog where there is script, and a page where there is none.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const dialog = document.getElementById(link.dataset.dialog);
  await htmx.ajax("GET", link.href, { target: dialog.querySelector("[data-body]"), swap: "innerHTML" });
  if (!dialog.open) dialog.showModal();
});

// A click outside a dialog closes it, and so does its button.
document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement) event.target.close();
  else event.target.closest("[data-close]")?.closest("dialog").close();
});
