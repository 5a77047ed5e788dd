// The mask: one byte for each pixel of the shown picture, 1 where it may change, and the ways of painting on it.
// No canvas is ever read back: browsers that guard against fingerprints would hand out something else.

export class Mask {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height);
    this.touched = null; // the rectangle that is to be drawn anew: [left, top, right, bottom)
  }

  get count() {
    let count = 0;
    for (const pixel of this.pixels) count += pixel;
    return count;
  }

  get total() { return this.pixels.length; }

  span(y, from, to, value) {
    if (y < 0 || y >= this.height) return;
    const left = Math.max(0, Math.ceil(from)), right = Math.min(this.width, Math.floor(to) + 1);
    if (left < right) this.pixels.fill(value, y * this.width + left, y * this.width + right);
  }

  disc(x, y, radius, value) {
    const top = Math.ceil(y - radius), bottom = Math.floor(y + radius);
    for (let row = top; row <= bottom; row++) {
      const half = Math.sqrt(Math.max(0, radius * radius - (row - y) * (row - y)));
      this.span(row, x - half, x + half, value);
    }
  }

  // A stroke from one point to the next, as a round brush leaves it.
  stroke(from, to, radius, value) {
    const length = Math.hypot(to.x - from.x, to.y - from.y), steps = Math.ceil(length / Math.max(1, radius / 8));
    for (let step = 0; step <= steps; step++) {
      const share = steps ? step / steps : 0;
      this.disc(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share, radius, value);
    }
    this.touch(Math.min(from.x, to.x) - radius, Math.min(from.y, to.y) - radius,
      Math.max(from.x, to.x) + radius + 1, Math.max(from.y, to.y) + radius + 1);
  }

  rectangle(one, other, value) {
    const [left, right] = [one.x, other.x].sort((a, b) => a - b), [top, bottom] = [one.y, other.y].sort((a, b) => a - b);
    for (let row = Math.round(top); row <= Math.round(bottom) - 1; row++) this.span(row, Math.round(left), Math.round(right) - 1, value);
    this.touch(left - 1, top - 1, right + 2, bottom + 2);
  }

  // Everything inside a line that is closed by itself, by the rule that a crossing changes sides.
  polygon(points, value) {
    if (points.length < 3) return;
    const ys = points.map((point) => point.y), xs = points.map((point) => point.x);
    const top = Math.max(0, Math.floor(Math.min(...ys))), bottom = Math.min(this.height - 1, Math.ceil(Math.max(...ys)));
    for (let row = top; row <= bottom; row++) {
      const middle = row + 0.5, crossings = [];
      points.forEach((one, at) => {
        const other = points[(at + 1) % points.length];
        if ((one.y <= middle) !== (other.y <= middle)) {
          crossings.push(one.x + (middle - one.y) / (other.y - one.y) * (other.x - one.x));
        }
      });
      crossings.sort((a, b) => a - b);
      for (let at = 0; at + 1 < crossings.length; at += 2) this.span(row, crossings[at] - 0.5, crossings[at + 1] - 0.5, value);
    }
    this.touch(Math.min(...xs) - 1, top - 1, Math.max(...xs) + 2, bottom + 2);
  }

  // Turn the patch around a point, as far as it is painted or not painted like it.
  fill(point) {
    const x = Math.floor(point.x), y = Math.floor(point.y), { width, height, pixels } = this;
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    const before = pixels[y * width + x], waiting = [y * width + x];
    while (waiting.length) {
      const at = waiting.pop(), start = at - at % width;
      if (pixels[at] !== before) continue;
      let left = at, right = at;
      while (left > start && pixels[left - 1] === before) left--;
      while (right < start + width - 1 && pixels[right + 1] === before) right++;
      pixels.fill(1 - before, left, right + 1);
      for (const other of [-width, width]) {
        if (left + other < 0 || left + other >= width * height) continue;
        let inside = false;
        for (let next = left + other; next <= right + other; next++) {
          if (pixels[next] === before && !inside) waiting.push(next);
          inside = pixels[next] === before;
        }
      }
    }
    this.touchAll();
  }

  invert() {
    for (let at = 0; at < this.pixels.length; at++) this.pixels[at] ^= 1;
    this.touchAll();
  }

  clear() {
    this.pixels.fill(0);
    this.touchAll();
  }

  take(pixels) {
    this.pixels.set(pixels);
    this.touchAll();
  }

  touch(left, top, right, bottom) {
    const now = this.touched ?? [Infinity, Infinity, -Infinity, -Infinity];
    this.touched = [Math.min(now[0], left), Math.min(now[1], top), Math.max(now[2], right), Math.max(now[3], bottom)];
  }

  touchAll() { this.touched = [0, 0, this.width, this.height]; }

  // Draw what was touched since the last time.
  draw(context) {
    if (!this.touched) return;
    const left = Math.max(0, Math.floor(this.touched[0])), top = Math.max(0, Math.floor(this.touched[1]));
    const right = Math.min(this.width, Math.ceil(this.touched[2])), bottom = Math.min(this.height, Math.ceil(this.touched[3]));
    this.touched = null;
    if (left >= right || top >= bottom) return;
    const image = context.createImageData(right - left, bottom - top), colours = new Uint32Array(image.data.buffer);
    for (let row = top, to = 0; row < bottom; row++) {
      for (let at = row * this.width + left; at < row * this.width + right; at++, to++) {
        if (this.pixels[at]) colours[to] = 0xffff2fd0; // bytes d0 2f ff ff: a violet that few pictures have
      }
    }
    context.putImageData(image, left, top);
  }

  // As bits, eight to a byte, each row in bytes of its own: for undoing, and for the file.
  bits() {
    const stride = Math.ceil(this.width / 8), bits = new Uint8Array(stride * this.height);
    for (let row = 0, at = 0; row < this.height; row++) {
      for (let column = 0; column < this.width; column++, at++) {
        if (this.pixels[at]) bits[row * stride + (column >> 3)] |= 0x80 >> (column & 7);
      }
    }
    return bits;
  }

  fromBits(bits) {
    const stride = Math.ceil(this.width / 8);
    for (let row = 0, at = 0; row < this.height; row++) {
      for (let column = 0; column < this.width; column++, at++) {
        this.pixels[at] = (bits[row * stride + (column >> 3)] >> (7 - (column & 7))) & 1;
      }
    }
    this.touchAll();
  }
}

// What was painted, to go back to and forth between.
export class Past {
  constructor(mask, most = 60) {
    this.mask = mask;
    this.most = most;
    this.states = [mask.bits()];
    this.at = 0;
  }

  note() {
    this.states.splice(this.at + 1, Infinity, this.mask.bits());
    if (this.states.length > this.most) this.states.shift();
    this.at = this.states.length - 1;
  }

  go(by) {
    if (!this.can(by)) return false;
    this.at += by;
    this.mask.fromBits(this.states[this.at]);
    return true;
  }

  can(by) { return this.at + by >= 0 && this.at + by < this.states.length; }

  again() { this.mask.fromBits(this.states[this.at]); }
}
