/* What is nicer with a script; every page works without it. */
"use strict";

/* What is marked with data-live (seconds) is looked at again and renewed where it has changed, as long as somebody looks.
   ui.live says beside it whether that works, and since when it does not. */
for (const region of document.querySelectorAll("[data-live][id]")) {
  const pieces = (from) => [...from.querySelectorAll("[data-piece][id]")];
  const ids = (from) => pieces(from).map((piece) => piece.id).join();
  const seen = new Map(pieces(region).map((piece) => [piece.id, piece.innerHTML]));
  const renew = (old, html) => {
    if (old.contains(document.activeElement)) return;
    const unfolded = [...old.querySelectorAll("details[open][id]")].map((each) => each.id);
    old.innerHTML = html;
    for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
    tellTime(old);
    for (const piece of [old, ...pieces(old)]) seen.set(piece.id, piece === old ? html : null);
  };
  const look = async () => {
    const manner = { headers: { Accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(10000) };
    const answer = await fetch(location.href, manner);
    const fresh = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html").getElementById(region.id);
    if (fresh === null) return false;
    if (ids(fresh) !== ids(region)) renew(region, fresh.innerHTML);
    else for (const piece of pieces(fresh)) {
      if (seen.get(piece.id) !== piece.innerHTML) renew(document.getElementById(piece.id), piece.innerHTML);
    }
    return true;
  };
  const words = document.querySelector(`[data-live-of="${region.id}"]`);
  const tell = (works) => {
    const was = words?.dataset.works;
    if (words && works) words.dataset.at = new Date().toISOString();
    if (!words || was === String(works)) return;
    words.dataset.works = works;
    for (const each of words.querySelectorAll("[data-when]")) each.hidden = each.dataset.when !== String(works);
    const then = words.querySelector("time");
    then.dateTime = words.dataset.at ?? new Date().toISOString();
    then.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium" }).format(new Date(then.dateTime));
  };
  let timer = 0;
  let looking = false;
  const later = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(again, Number(region.dataset.live) * 1000);
  };
  const again = async () => {
    if (looking || document.hidden) return;
    looking = true;
    tell(await look().catch(() => false)); // the page stays as it is until the section answers again
    looking = false;
    later();
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : again()));
  tell(true);
  later();
}

/* Times in the reader's own time zone, saying which. The server knows only UTC. */
function tellTime(place) {
  for (const time of place.querySelectorAll("time[data-moment]")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    time.title = time.textContent;
    time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, {
      day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
    }).format(moment);
  }
}
tellTime(document);

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
