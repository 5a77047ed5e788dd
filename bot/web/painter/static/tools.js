// The tools, and what fingers, pens, mice and keys do with them. One pointer paints; two move and zoom.

import { Past } from "./mask.js";

const STEP = 8, FAR = 48; // pixels of the screen that an arrow key moves
const KEYS = { b: "brush", e: "eraser", l: "lasso", r: "rectangle", g: "fill", h: "pan" };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Tools {
  // `changed` is called when the mask is another one, with true when a stroke is over; `moved` when a key moved the brush.
  constructor(view, mask, changed, moved) {
    Object.assign(this, { view, mask, changed, moved, tool: "brush", radius: 20, pointers: new Map() });
    this.past = new Past(mask);
    this.cursor = { x: mask.width / 2, y: mask.height / 2 };
    const stage = view.stage;
    stage.addEventListener("pointerdown", (event) => this.down(event));
    stage.addEventListener("pointermove", (event) => this.move(event));
    stage.addEventListener("pointerup", (event) => this.up(event));
    stage.addEventListener("pointercancel", (event) => this.lost(event));
    stage.addEventListener("pointerleave", () => this.pointers.size || view.mark({}));
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("contextmenu", (event) => event.preventDefault());
    stage.addEventListener("keydown", (event) => this.keyDown(event));
    stage.addEventListener("keyup", (event) => this.keyUp(event));
    stage.addEventListener("focus", () => stage.matches(":focus-visible") && this.mark());
    stage.addEventListener("blur", () => { if (this.byKey) this.end(this.cursor); view.mark({}); });
  }

  // ── one stroke: begun, drawn on, ended or taken back ────────────────────────────────────────────────────────

  begin(point) {
    this.drawing = this.tool;
    this.points = [point];
    if (this.tool === "brush" || this.tool === "eraser") {
      this.mask.stroke(point, point, this.radius, this.tool === "brush" ? 1 : 0);
      this.changed(false);
    }
    if (this.tool === "fill") {
      this.mask.fill(point);
      this.drawing = null;
      this.done();
    }
    this.mark(point);
  }

  draw(point) {
    const last = this.points[this.points.length - 1];
    this.points.push(point);
    if (this.drawing === "brush" || this.drawing === "eraser") {
      this.mask.stroke(last, point, this.radius, this.drawing === "brush" ? 1 : 0);
      this.changed(false);
    }
    this.mark(point);
  }

  end(point) {
    const drawing = this.drawing;
    this.drawing = this.byKey = null;
    if (!drawing) return;
    if (drawing === "lasso") this.mask.polygon(this.points, 1);
    if (drawing === "rectangle") this.mask.rectangle(this.points[0], point, 1);
    this.done();
    this.mark(point);
  }

  takeBack() {
    if (!this.drawing) return;
    this.drawing = this.byKey = null;
    this.past.again();
    this.changed(false);
    this.view.mark({});
  }

  done() {
    this.past.note();
    this.changed(true);
  }

  mark(point = this.cursor) {
    const ring = this.tool === "brush" || this.tool === "eraser" ? { point, radius: this.radius } : { point, radius: 3 };
    const line = this.drawing === "lasso" ? this.points : null;
    const box = this.drawing === "rectangle" ? [this.points[0], point] : null;
    this.view.mark(this.tool === "pan" ? {} : { ring, line, box });
  }

  // ── pointers ────────────────────────────────────────────────────────────────────────────────────────────────

  down(event) {
    if (event.button > 1) return;
    event.preventDefault();
    const { view } = this, at = view.onStage(event);
    view.stage.focus({ preventScroll: true });
    view.stage.setPointerCapture?.(event.pointerId);
    this.pointers.set(event.pointerId, at);
    if (this.pointers.size > 1) {
      this.takeBack();
      this.panning = true;
    } else if (this.tool === "pan" || event.button === 1) this.panning = true;
    else this.begin(view.onPicture(at));
  }

  move(event) {
    const { view } = this, at = view.onStage(event), before = this.pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") this.mark(view.onPicture(at));
      return;
    }
    if (this.panning) this.drag(event.pointerId, before, at);
    else if (this.drawing) {
      const events = event.getCoalescedEvents?.() ?? [];
      for (const one of events.length ? events : [event]) this.draw(view.onPicture(view.onStage(one)));
    }
    this.pointers.set(event.pointerId, at);
  }

  drag(id, before, at) {
    const others = [...this.pointers].filter(([other]) => other !== id).map(([, point]) => point);
    if (!others.length) return this.view.pan(at.x - before.x, at.y - before.y);
    const [other] = others, far = (point) => Math.max(1, Math.hypot(point.x - other.x, point.y - other.y));
    this.view.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
    this.view.zoom(far(at) / far(before), { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    const point = this.view.onPicture(this.view.onStage(event));
    if (this.panning) {
      if (!this.pointers.size) this.panning = false;
    } else this.end(point);
    if (event.pointerType === "touch") this.view.mark({});
  }

  lost(event) {
    this.pointers.delete(event.pointerId);
    this.takeBack();
    if (!this.pointers.size) this.panning = false;
  }

  wheel(event) {
    event.preventDefault();
    const by = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    this.view.zoom(Math.exp(-Math.max(-200, Math.min(200, by)) / 400), this.view.onStage(event));
  }

  // ── keys ────────────────────────────────────────────────────────────────────────────────────────────────────

  keyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      event.preventDefault();
      this.go(arrow, (event.shiftKey ? FAR : STEP) / this.view.scale);
    } else if (event.key === " ") {
      event.preventDefault();
      if (event.repeat) return;
      if (!this.drawing) {
        this.byKey = true;
        this.begin(this.cursor);
      } else if (this.drawing === "lasso" || this.drawing === "rectangle") this.end(this.cursor);
    } else if (event.key === "Escape") this.takeBack();
  }

  keyUp(event) {
    const held = this.drawing === "brush" || this.drawing === "eraser";
    if (event.key === " " && this.byKey && held) this.end(this.cursor);
  }

  go([across, down], far) {
    if (this.tool === "pan") return this.view.pan(-across * far * this.view.scale, -down * far * this.view.scale);
    const { mask } = this, inside = (value, most) => Math.min(most, Math.max(0, value));
    this.cursor = { x: inside(this.cursor.x + across * far, mask.width), y: inside(this.cursor.y + down * far, mask.height) };
    this.view.reveal(this.cursor);
    if (this.drawing) this.draw(this.cursor);
    else this.mark();
    this.moved(this.cursor);
  }

  static toolOf(key) { return KEYS[key.toLowerCase()]; }
}
