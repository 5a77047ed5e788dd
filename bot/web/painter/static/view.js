// What is seen of the picture: how large, which part of it, and the marks that lie over it on the screen.

const LEAST = 0.5, MOST = 24; // of the size at which all of it is seen, and pixels of the screen for one of the picture

export class View {
  constructor(stage, sheet, picture, overlay, guide) {
    Object.assign(this, { stage, sheet, picture, overlay, guide, scale: 1, x: 0, y: 0 });
    new ResizeObserver(() => this.resized()).observe(stage);
  }

  show(width, height) {
    Object.assign(this, { width, height });
    for (const one of [this.picture, this.overlay]) {
      one.style.width = `${width}px`;
      one.style.height = `${height}px`;
    }
    this.overlay.width = width;
    this.overlay.height = height;
    this.context = this.overlay.getContext("2d");
    this.fit();
  }

  get whole() {
    return Math.min(this.stage.clientWidth / this.width, this.stage.clientHeight / this.height);
  }

  fit() {
    this.scale = this.whole;
    this.x = (this.stage.clientWidth - this.width * this.scale) / 2;
    this.y = (this.stage.clientHeight - this.height * this.scale) / 2;
    this.untouched = true; // a phone that is turned shows all of it again
    this.place();
  }

  resized() {
    if (!this.width) return;
    const ratio = window.devicePixelRatio || 1;
    this.guide.width = Math.round(this.stage.clientWidth * ratio);
    this.guide.height = Math.round(this.stage.clientHeight * ratio);
    if (this.untouched) this.fit();
    else this.place();
  }

  // Zoom so that the point of the stage stays over the same point of the picture.
  zoom(factor, at = { x: this.stage.clientWidth / 2, y: this.stage.clientHeight / 2 }) {
    const scale = Math.min(MOST, Math.max(this.whole * LEAST, this.scale * factor));
    this.x = at.x - (at.x - this.x) * scale / this.scale;
    this.y = at.y - (at.y - this.y) * scale / this.scale;
    this.scale = scale;
    this.untouched = false;
    this.place();
  }

  pan(x, y) {
    this.x += x;
    this.y += y;
    this.untouched = false;
    this.place();
  }

  place() {
    const wide = this.width * this.scale, high = this.height * this.scale, edge = 48;
    this.x = Math.min(this.stage.clientWidth - edge, Math.max(edge - wide, this.x));
    this.y = Math.min(this.stage.clientHeight - edge, Math.max(edge - high, this.y));
    this.sheet.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.picture.style.imageRendering = this.scale > 3 ? "pixelated" : "auto";
  }

  onStage(event) {
    const box = this.stage.getBoundingClientRect();
    return { x: event.clientX - box.left - this.stage.clientLeft, y: event.clientY - box.top - this.stage.clientTop };
  }

  onPicture(point) { return { x: (point.x - this.x) / this.scale, y: (point.y - this.y) / this.scale }; }

  // Keep a point of the picture in sight, for whoever moves by keyboard.
  reveal(point) {
    const x = point.x * this.scale + this.x, y = point.y * this.scale + this.y, edge = 24;
    const right = this.stage.clientWidth - edge, bottom = this.stage.clientHeight - edge;
    const dx = x < edge ? edge - x : x > right ? right - x : 0, dy = y < edge ? edge - y : y > bottom ? bottom - y : 0;
    if (dx || dy) this.pan(dx, dy);
  }

  // The ring of the brush, and the line or box that is being drawn; each in black and white, to be seen on anything.
  mark({ ring, line, box }) {
    const ratio = window.devicePixelRatio || 1, pen = this.guide.getContext("2d");
    const at = (point) => [point.x * this.scale + this.x, point.y * this.scale + this.y];
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, this.stage.clientWidth, this.stage.clientHeight);
    pen.beginPath();
    if (ring) {
      pen.arc(...at(ring.point), Math.max(2, ring.radius * this.scale), 0, 2 * Math.PI);
    }
    if (line?.length) {
      pen.moveTo(...at(line[0]));
      for (const point of line.slice(1)) pen.lineTo(...at(point));
    }
    if (box) {
      const [left, top] = at(box[0]), [right, bottom] = at(box[1]);
      pen.rect(left, top, right - left, bottom - top);
    }
    pen.lineWidth = 3;
    pen.strokeStyle = "#000";
    pen.stroke();
    pen.lineWidth = 1.5;
    pen.strokeStyle = "#fff";
    pen.stroke();
  }
}
