"use strict";
// For auditors: a proof checked by the browser itself, and the secret of a sample made where nobody else is.
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (hash) => [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const decoded = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.of(...parts.flatMap((part) => [...part]))));

const proof = document.getElementById("proof");
if (proof && window.crypto?.subtle) checkProof(proof.dataset);

// From the record to its leaf (RFC 6962 section 2.1), along the path to the root (RFC 9162 section 2.1.3.2),
// and whether a key of this log signed that root.
async function checkProof({ position, size, leaf, path, root, record, keys }) {
  let index = Number(position), last = Number(size) - 1, hash = bytes(leaf), whole = last >= index;
  if (record) {
    hash = await sha256([0], decoded(record));
    document.getElementById("hashed").textContent = hex(hash);
    whole = whole && hex(hash) === leaf;
  }
  const marks = document.querySelectorAll("[data-step]");
  const steps = path ? path.split(",") : [];
  for (const [number, sibling] of steps.entries()) {
    if (last === 0) whole = false;
    if (index % 2 === 1 || index === last) {
      hash = await sha256([1], bytes(sibling), hash);
      while (index % 2 === 0 && index !== 0) { index = Math.floor(index / 2); last = Math.floor(last / 2); }
    } else {
      hash = await sha256([1], hash, bytes(sibling));
    }
    index = Math.floor(index / 2);
    last = Math.floor(last / 2);
    marks[number].textContent = "→ " + hex(hash);
  }
  const right = whole && last === 0 && btoa(String.fromCharCode(...hash)) === root;
  const signed = right ? await isSigned(document.getElementById("note").textContent, keys.split(" ")) : null;
  const verdict = document.getElementById("verdict");
  const told = !right ? "wrong" : { true: "signed", false: "forged", null: "right" }[signed];
  verdict.textContent = verdict.dataset[told];
  verdict.classList.add(right && signed !== false ? "good" : "bad");
}

// C2SP signed-note: whether one of the keys (vkey: name, id, algorithm and Ed25519 key) signed the text; null
// where this browser knows no Ed25519.
async function isSigned(note, keys) {
  const [text, signatures] = note.split(/\n\n/);
  for (const key of keys) {
    const [name, id, ...rest] = key.split("+");
    const material = decoded(rest.join("+"));
    let known;
    try {
      known = await crypto.subtle.importKey("raw", material.slice(1), { name: "Ed25519" }, false, ["verify"]);
    } catch {
      return null;
    }
    for (const line of signatures.split("\n")) {
      const parts = line.split(" ");
      const given = parts[1] === name ? decoded(parts[2]) : [];
      if (given.length !== 68 || hex(given.slice(0, 4)) !== id) continue;
      const message = new TextEncoder().encode(text + "\n");
      if (await crypto.subtle.verify({ name: "Ed25519" }, known, given.slice(4), message)) return true;
    }
  }
  return false;
}

// The secret of a sample: made here and shown; the server gets its hash now and the secret at the draw.
const asking = document.querySelector("form[data-nonce]");
if (asking && window.crypto?.subtle) {
  const field = asking.elements.nonce_hash, shown = asking.querySelector("[data-secret]");
  const secret = crypto.getRandomValues(new Uint8Array(32));
  sha256(secret).then((hash) => {
    field.value = hex(hash);
    shown.querySelector("code").textContent = hex(secret);
    shown.hidden = false;
    asking.addEventListener("submit", () => {
      if (field.value === hex(hash)) sessionStorage.setItem(field.value, hex(secret));
    });
  });
}
const drawing = document.querySelector("form[data-draw]");
if (drawing && !drawing.elements.nonce.value) drawing.elements.nonce.value = sessionStorage.getItem(drawing.dataset.draw) ?? "";
