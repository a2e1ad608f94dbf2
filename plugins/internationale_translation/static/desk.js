// Makes the desk quicker; everything works without it. Ctrl+Enter saves the paragraph and goes to the next one,
// "Insert" puts a suggestion into the field at once.
"use strict";

const desk = document.getElementById("desk");
const said = document.getElementById("said");

function say(words) {
  said.textContent = "";
  said.hidden = false;
  requestAnimationFrame(() => { said.textContent = words; });
}

function fieldOf(element) {
  return element.closest(".unit").querySelector("textarea");
}

// as rules/memory.py does it; a browser that is not on a safe way has no digests: then the field speaks without saying what it held
async function digest(text) {
  const plain = text.replace(/\r\n?/g, "\n").replace(/^\n+|\n+$/g, "");
  if (!crypto.subtle) return "0".repeat(32);
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(plain.trim() ? plain : ""));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 32);
}

async function save(field) {
  const unit = field.closest(".unit");
  const body = new URLSearchParams({
    revision: desk.elements.revision.value,
    action: "save",
    block: unit.querySelector("[name=block]").value,
    was: unit.querySelector("[name=was]").value,
    text: field.value,
  });
  try {
    const answer = await fetch(desk.getAttribute("action"), { method: "POST", body, redirect: "manual" });
    if (answer.status === 409) { // saved in another window meanwhile: the page that is answered has both texts
      desk.dataset.leaving = "yes";
      desk.submit();
      return false;
    }
    if (answer.type !== "opaqueredirect") throw new Error(answer.statusText); // saved means: go and see
    field.defaultValue = body.get("text");
    unit.querySelector("[name=was]").value = await digest(body.get("text"));
    say(desk.dataset.saved);
    return true;
  } catch {
    say(desk.dataset.failed);
    return false;
  }
}

async function saveAndGoOn(field) {
  if (!await save(field)) return;
  const fields = [...desk.querySelectorAll(".unit textarea")];
  const next = fields[fields.indexOf(field) + 1];
  if (next) next.focus();
}

desk.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.preventDefault();
    saveAndGoOn(event.target);
  }
});

desk.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  event.preventDefault();
  const field = fieldOf(button);
  field.value = button.closest(".memory").querySelector(".suggested").textContent;
  field.focus();
});

desk.addEventListener("focusin", (event) => {
  for (const unit of desk.querySelectorAll(".unit.here")) unit.classList.remove("here");
  event.target.closest(".unit")?.classList.add("here");
});

window.addEventListener("beforeunload", (event) => {
  const unsaved = [...desk.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
  if (unsaved && !desk.dataset.leaving) event.preventDefault();
});

desk.addEventListener("submit", () => { desk.dataset.leaving = "yes"; });
