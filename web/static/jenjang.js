"use strict";
// Makes easier what works without it: saving receipts, moving through lists by keyboard, checking a proof.

for (const button of document.querySelectorAll("[data-save]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([button.dataset.text], { type: "application/json" }));
    link.download = button.dataset.save;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}

const items = [...document.querySelectorAll("[data-item]")];
let at = -1;
document.addEventListener("keydown", (event) => {
  if (!items.length || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  const step = { j: 1, k: -1 }[event.key];
  if (step) {
    items[at]?.classList.remove("current");
    at = Math.max(0, Math.min(items.length - 1, at + step));
    items[at].classList.add("current");
    items[at].querySelector("a").focus();
  } else if (event.key === "x" && at >= 0) {
    items[at].querySelector("input[type=checkbox]")?.click();
  }
});

const proof = document.getElementById("proof");
if (proof && window.crypto?.subtle) checkProof(proof.dataset);

// RFC 9162 section 2.1.3.2: from the leaf along the path to the root.
async function checkProof({ position, size, leaf, path, root }) {
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const node = async (left, right) => new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.of(1, ...left, ...right)));
  let index = Number(position), last = Number(size) - 1, hash = bytes(leaf), whole = last >= index;
  const marks = document.querySelectorAll("[data-step]");
  const steps = path ? path.split(",") : [];
  for (const [number, sibling] of steps.entries()) {
    if (last === 0) whole = false;
    if (index % 2 === 1 || index === last) {
      hash = await node(bytes(sibling), hash);
      while (index % 2 === 0 && index !== 0) { index = Math.floor(index / 2); last = Math.floor(last / 2); }
    } else {
      hash = await node(hash, bytes(sibling));
    }
    index = Math.floor(index / 2);
    last = Math.floor(last / 2);
    marks[number].textContent = "→ " + [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  const right = whole && last === 0 && btoa(String.fromCharCode(...hash)) === root;
  const verdict = document.getElementById("verdict");
  verdict.textContent = right ? verdict.dataset.right : verdict.dataset.wrong;
  verdict.classList.add(right ? "good" : "bad");
}
