// Values that must not be found again, in every form they could be written down.

// Base64 of bytes that stand anywhere in a longer text: the characters that depend on their
// neighbours are left away, for each of the three ways the bytes can fall.
function base64Forms(bytes) {
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + bytes.length) * 8) / 6);
    const inner = text.slice(first, last);
    return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

// A value as bytes, hexadecimal, base64 and base64url; of text also percent-encoded.
export function formsOf(value) {
  const bytes = Buffer.from(value);
  const hex = bytes.toString("hex");
  const encoded = Buffer.isBuffer(value) ? [] : [encodeURIComponent(value)];
  const texts = [hex, hex.toUpperCase(), ...base64Forms(bytes), ...encoded];
  return [bytes, ...[...new Set(texts)].map((text) => Buffer.from(text))];
}

// Of named values, the names of those that are in the bytes, each with the form.
export function foundIn(bytes, canaries) {
  return canaries.flatMap(({ name, forms }) =>
    forms
      .filter((form) => bytes.includes(form))
      .map((form) => `${name} as ${JSON.stringify(form.toString("latin1"))}`),
  );
}
