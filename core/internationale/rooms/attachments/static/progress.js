// Moves the bar while an attachment is being fetched, and shows the page anew when it is here. The page works without it.
"use strict";

const bar = document.getElementById("progress");

async function look() {
  try {
    const answer = await fetch(`/api/v1/attachments/${bar.dataset.of}`);
    if (!answer.ok) return;
    const attachment = await answer.json();
    if (attachment.presence !== "coming" || attachment.trouble) location.reload();
    else bar.value = attachment.chunks;
  } catch {
    return; // the connection is away: the next look may find it
  }
}

if (bar && !document.querySelector("main .notice")) setInterval(look, 1500);
