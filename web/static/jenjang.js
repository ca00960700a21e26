"use strict";
// Makes easier what works without it: moving by keyboard, news of the inbox, travelling in time.

// A time-travel slider says which event it points at and goes there when it is let go.
for (const slider of document.querySelectorAll("input[data-stops]")) {
  const stops = slider.dataset.stops.split("|");
  const tell = () => { slider.form.querySelector("output").textContent = stops[slider.value]; };
  slider.addEventListener("input", tell);
  slider.addEventListener("change", () => slider.form.submit());
}

// j and k move; x ticks; a, r and t begin a decision, which the next page asks to confirm.
let at = -1;
const items = () => [...document.querySelectorAll("[data-item]")];
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  const list = items();
  const step = { j: 1, k: -1 }[event.key];
  const outcome = { a: "approve", r: "return", t: "reject" }[event.key];
  if (step && list.length) {
    list[at]?.classList.remove("current");
    at = Math.max(0, Math.min(list.length - 1, at + step));
    list[at].classList.add("current");
    list[at].querySelector("a").focus();
  } else if (event.key === "x" && at >= 0) {
    list[at].querySelector("input[type=checkbox]")?.click();
  } else if (outcome) {
    event.preventDefault();
    begin(outcome, list);
  }
});

function begin(outcome, list) {
  const bulk = document.getElementById("bulk");
  if (!bulk) {
    document.querySelector(`[data-outcome=${outcome}]`)?.focus();
    return;
  }
  const boxes = [...bulk.querySelectorAll("input[name=task]")];
  if (at >= 0 && !boxes.some((box) => box.checked)) list[at].querySelector("input[name=task]").checked = true;
  if (!boxes.some((box) => box.checked)) return;
  bulk.elements.outcome.value = outcome;
  if (outcome === "approve") bulk.requestSubmit(bulk.querySelector("[data-preview]"));
  else bulk.elements.comment.focus();
}

// News of the inbox: a number beside its name, and the list itself where nobody is in the middle of something.
// Only while the page is looked at, so that many tabs keep few streams.
const badge = document.getElementById("badge");
let stream = null, known = null;
if (badge && window.EventSource) {
  const follow = () => {
    if (document.hidden) { stream?.close(); stream = null; return; }
    if (stream) return;
    stream = new EventSource("/kabar");
    stream.addEventListener("inbox", (event) => tell(JSON.parse(event.data)));
    stream.addEventListener("signed-out", () => stream.close());
  };
  document.addEventListener("visibilitychange", follow);
  follow();
}

function tell({ count, overdue, size }) {
  badge.hidden = count === 0;
  badge.textContent = count >= 200 ? "200+" : count;
  badge.classList.toggle("late", overdue > 0);
  const list = document.getElementById("daftar");
  if (list && known !== null && size !== known) refresh(list);
  known = size;
}

async function refresh(list) {
  const busy = list.querySelector("input:checked") || list.contains(document.activeElement);
  const news = document.getElementById("news");
  if (busy) { news.hidden = false; return; }
  const answer = await fetch(location.href);
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("daftar");
  if (fresh) { list.replaceChildren(...fresh.childNodes); at = -1; }
}
