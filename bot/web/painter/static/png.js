// The mask as a PNG and back, without a canvas. Written are two colours at one bit a pixel: black that stays, and black
// that is transparent where the picture may change. Read is what the bot sends: eight bits of RGBA, not interlaced.

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const BLOCK = 65535;

const table = Uint32Array.from({ length: 256 }, (_, number) => {
  for (let bit = 0; bit < 8; bit++) number = number & 1 ? 0xedb88320 ^ (number >>> 1) : number >>> 1;
  return number;
});

export async function writePng(mask) {
  const stride = Math.ceil(mask.width / 8), bits = mask.bits(), rows = new Uint8Array((stride + 1) * mask.height);
  for (let row = 0; row < mask.height; row++) rows.set(bits.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  const head = new Uint8Array(13), view = new DataView(head.buffer);
  view.setUint32(0, mask.width);
  view.setUint32(4, mask.height);
  head.set([1, 3, 0, 0, 0], 8);
  return new Blob([
    new Uint8Array(SIGNATURE), chunk("IHDR", head), chunk("PLTE", new Uint8Array(6)),
    chunk("tRNS", new Uint8Array([255, 0])), chunk("IDAT", await packed(rows)), chunk("IEND", new Uint8Array(0)),
  ], { type: "image/png" });
}

export function canRead() { return typeof DecompressionStream === "function"; }

// One byte for each pixel, 1 where the alpha is below its middle; null for a PNG of another kind or size.
export async function readPng(bytes, width, height) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), parts = [];
  let right = false;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at), kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8)), start = at + 8;
    if (kind === "IHDR") {
      right = view.getUint32(start) === width && view.getUint32(start + 4) === height
        && bytes[start + 8] === 8 && bytes[start + 9] === 6 && bytes[start + 12] === 0;
    }
    if (kind === "IDAT") parts.push(bytes.subarray(start, start + length));
    at = start + length + 4;
  }
  if (!right) return null;
  const rows = await streamed(parts, new DecompressionStream("deflate")), stride = width * 4, pixels = new Uint8Array(width * height);
  let above = new Uint8Array(stride);
  for (let row = 0; row < height; row++) {
    const start = row * (stride + 1), line = rows.subarray(start + 1, start + 1 + stride);
    unfilter(rows[start], line, above);
    for (let column = 0; column < width; column++) pixels[row * width + column] = line[column * 4 + 3] < 128 ? 1 : 0;
    above = line;
  }
  return pixels;
}

function unfilter(kind, line, above) {
  for (let at = 0; at < line.length; at++) {
    const left = at >= 4 ? line[at - 4] : 0, up = above[at], corner = at >= 4 ? above[at - 4] : 0;
    if (kind === 1) line[at] += left;
    else if (kind === 2) line[at] += up;
    else if (kind === 3) line[at] += (left + up) >> 1;
    else if (kind === 4) line[at] += paeth(left, up, corner);
  }
}

function paeth(left, up, corner) {
  const guess = left + up - corner, a = Math.abs(guess - left), b = Math.abs(guess - up), c = Math.abs(guess - corner);
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

async function streamed(parts, through) {
  return new Uint8Array(await new Response(new Blob(parts).stream().pipeThrough(through)).arrayBuffer());
}

async function packed(rows) {
  if (typeof CompressionStream === "function") return streamed([rows], new CompressionStream("deflate"));
  const blocks = Math.max(1, Math.ceil(rows.length / BLOCK)), out = new Uint8Array(2 + rows.length + blocks * 5 + 4);
  out.set([0x78, 1]);
  let to = 2;
  for (let block = 0; block < blocks; block++) {
    const part = rows.subarray(block * BLOCK, (block + 1) * BLOCK), size = part.length;
    out.set([block === blocks - 1 ? 1 : 0, size & 255, size >> 8, ~size & 255, (~size >> 8) & 255], to);
    out.set(part, to + 5);
    to += size + 5;
  }
  let a = 1, b = 0;
  for (const byte of rows) { a = (a + byte) % 65521; b = (b + a) % 65521; }
  new DataView(out.buffer).setUint32(to, b * 65536 + a);
  return out;
}

function chunk(kind, body) {
  const out = new Uint8Array(body.length + 12), view = new DataView(out.buffer);
  view.setUint32(0, body.length);
  out.set([...kind].map((letter) => letter.charCodeAt(0)), 4);
  out.set(body, 8);
  let sum = 0xffffffff;
  for (let at = 4; at < body.length + 8; at++) sum = table[(sum ^ out[at]) & 255] ^ (sum >>> 8);
  view.setUint32(body.length + 8, ~sum >>> 0);
  return out;
}
