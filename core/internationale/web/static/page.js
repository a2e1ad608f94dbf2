/* What is nicer with a script; every page works without it. */
"use strict";

/* Times in the reader's own time zone, saying which. The server knows only UTC. */
for (const time of document.querySelectorAll("time[data-moment]")) {
  const moment = new Date(time.dateTime);
  if (Number.isNaN(moment.getTime())) continue;
  time.title = time.textContent;
  time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, {
    day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  }).format(moment);
}

/* What was typed is not lost by a slip: the browser asks before leaving. Ctrl+Enter sends; a second press does nothing. */
const typed = (field) => field.type !== "password" && field.value !== field.defaultValue;
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.target.dataset.sent) event.preventDefault();
  else if (event.target.method === "post") {
    event.target.dataset.sent = "yes";
    setTimeout(() => delete event.target.dataset.sent, 5000);
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
window.addEventListener("beforeunload", (event) => {
  const forms = [...document.querySelectorAll("form[method=post]")];
  if (forms.some((form) => form.dataset.sent)) return;
  if (forms.some((form) => [...form.querySelectorAll("textarea, input[type=text]")].some(typed))) event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[method=post]");
  if (form && !event.defaultPrevented && event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) form.requestSubmit();
});
