// AES-256 (FIPS 197) and GCM (NIST SP 800-38D) written down a second time, byte by byte and from
// the words of the two. Only what the service uses: 96-bit nonces, 128-bit tags, and a sealed text
// that is nonce, ciphertext and tag one after the other.

const nonceBytes = 12;
const tagBytes = 16;
const blockBytes = 16;
const rounds = 14;

const doubled = (byte) => ((byte << 1) ^ (byte & 0x80 ? 0x11b : 0)) & 0xff;

function product(a, b) {
  let result = 0;
  for (let left = a, right = b; right; right >>= 1, left = doubled(left)) {
    if (right & 1) result ^= left;
  }
  return result;
}

// FIPS 197 section 5.1.1: the inverse in GF(2^8), then the affine map.
function substitute(byte) {
  let inverse = 0;
  for (let one = 1; byte && one < 256; one += 1) if (product(byte, one) === 1) inverse = one;
  let result = 0x63;
  for (const turn of [0, 1, 2, 3, 4]) result ^= (inverse << turn) | (inverse >> (8 - turn));
  return result & 0xff;
}

const box = Uint8Array.from({ length: 256 }, (_, byte) => substitute(byte));

// Section 5.2, for eight words of key.
function expanded(key) {
  const words = Array.from({ length: 8 }, (_, i) => [...key.subarray(4 * i, 4 * i + 4)]);
  let constant = 1;
  for (let i = 8; i < 4 * (rounds + 1); i += 1) {
    let word = words[i - 1];
    if (i % 8 === 0) {
      word = [...word.slice(1), word[0]].map((byte) => box[byte]);
      word[0] ^= constant;
      constant = doubled(constant);
    } else if (i % 8 === 4) {
      word = word.map((byte) => box[byte]);
    }
    words.push(words[i - 8].map((byte, at) => byte ^ word[at]));
  }
  return words.flat();
}

function mixed(state) {
  const columns = [0, 4, 8, 12].map((at) => state.slice(at, at + 4));
  return columns.flatMap((column) =>
    column.map((_, row) => {
      const byte = (by) => column[(row + by) % 4];
      return product(byte(0), 2) ^ product(byte(1), 3) ^ byte(2) ^ byte(3);
    }),
  );
}

// Section 5.1; the state is column by column, as the block is.
function encryptBlock(schedule, block) {
  const add = (state, round) => state.map((byte, at) => byte ^ schedule[blockBytes * round + at]);
  let state = add([...block], 0);
  for (let round = 1; round <= rounds; round += 1) {
    state = state.map((_, at) => box[state[(at + 4 * (at % 4)) % blockBytes]]);
    state = add(round < rounds ? mixed(state) : state, round);
  }
  return Buffer.from(state);
}

const number = (block) => BigInt(`0x${block.toString("hex")}`);

// SP 800-38D section 6.3: the bit of x^0 is the leftmost.
function times(x, y) {
  let result = 0n;
  for (let bit = 127n, v = y; bit >= 0n; bit -= 1n) {
    if ((x >> bit) & 1n) result ^= v;
    v = v & 1n ? (v >> 1n) ^ (0xe1n << 120n) : v >> 1n;
  }
  return result;
}

const padded = (bytes) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & (blockBytes - 1))]);

function hashed(subkey, bound, cipher) {
  const lengths = Buffer.alloc(blockBytes);
  lengths.writeBigUInt64BE(8n * BigInt(bound.length), 0);
  lengths.writeBigUInt64BE(8n * BigInt(cipher.length), 8);
  const all = Buffer.concat([padded(bound), padded(cipher), lengths]);
  let y = 0n;
  for (let at = 0; at < all.length; at += blockBytes) {
    y = times(y ^ number(all.subarray(at, at + blockBytes)), subkey);
  }
  return Buffer.from(y.toString(16).padStart(2 * blockBytes, "0"), "hex");
}

const xored = (a, b) => Buffer.from(a.map((byte, at) => byte ^ b[at]));

function counterBlock(nonce, count) {
  const block = Buffer.alloc(blockBytes);
  nonce.copy(block);
  block.writeUInt32BE(count, nonceBytes);
  return block;
}

// Encrypts and decrypts: section 6.5, from the second counter on.
function streamed(schedule, nonce, bytes) {
  const parts = [];
  for (let at = 0, count = 2; at < bytes.length; at += blockBytes, count += 1) {
    const stream = encryptBlock(schedule, counterBlock(nonce, count));
    parts.push(xored(bytes.subarray(at, at + blockBytes), stream));
  }
  return Buffer.concat(parts);
}

function tagOf(schedule, nonce, bound, cipher) {
  const subkey = number(encryptBlock(schedule, Buffer.alloc(blockBytes)));
  return xored(
    hashed(subkey, bound, cipher),
    encryptBlock(schedule, counterBlock(nonce, 1)),
  );
}

export function seal(key, nonce, bound, plain) {
  const schedule = expanded(key);
  const cipher = streamed(schedule, nonce, plain);
  return Buffer.concat([nonce, cipher, tagOf(schedule, nonce, bound, cipher)]);
}

// The text, or null where the tag is another, or the sealed text too short to have one.
export function open(key, bound, sealed) {
  if (sealed.length < nonceBytes + tagBytes) return null;
  const schedule = expanded(key);
  const nonce = sealed.subarray(0, nonceBytes);
  const cipher = sealed.subarray(nonceBytes, sealed.length - tagBytes);
  const tag = sealed.subarray(sealed.length - tagBytes);
  if (!tagOf(schedule, nonce, bound, cipher).equals(tag)) return null;
  return streamed(schedule, nonce, cipher);
}
