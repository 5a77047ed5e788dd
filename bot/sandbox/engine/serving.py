"""Serves one edit from the door to the last byte, and does to it on the way what was planned for it."""

import asyncio
import uuid
from dataclasses import dataclass
from email.utils import formatdate

from aiohttp import web

from bot.sandbox.clock import Clock
from bot.sandbox.engine.answer import PAGE, PING, Results, body, events, json_bytes, mannered
from bot.sandbox.engine.bodies import sent
from bot.sandbox.engine.books import Books, Call, edit_of, judged, parts_of
from bot.sandbox.engine.control import Control
from bot.sandbox.engine.envelopes import ENVELOPES, headers_of
from bot.sandbox.engine.faults import FAULTS
from bot.sandbox.engine.form import Form, parsed
from bot.sandbox.engine.links import Links
from bot.sandbox.engine.pictures import Inputs, opened
from bot.sandbox.engine.plan import NORMAL, Step
from bot.sandbox.engine.refusal import Refusal
from bot.sandbox.engine.shops import Shop
from bot.sandbox.engine.validate import Order
from bot.sandbox.engine.wire import Exchange, Upload, gone, stream, whole, written
from bot.sandbox.engine.work import Work, done
from bot.sandbox.record import Answer, Recorder, note

_DETAIL = {"detail": [{"type": "missing", "loc": ["body", "image"], "msg": "Field required", "input": None}]}
_RESET_S = 2


@dataclass(frozen=True, slots=True)
class Ordered:
    """An edit that passed: who sells it, what is wanted, and the decoded pictures."""

    shop: Shop
    order: Order
    inputs: Inputs


class Desk:
    """Where edits are handed in. One for all shops: they share the books, the plan and the key."""

    def __init__(
        self, clock: Clock, books: Books, control: Control, links: Links, key: str, recorder: Recorder | None
    ) -> None:
        self._clock, self._books, self._control, self._links = clock, books, control, links
        self._key, self._recorder = key, recorder
        self._serving: set[asyncio.Task[object]] = set()

    async def edit(self, request: web.Request, *, shop: Shop, deployment: str | None) -> web.StreamResponse:
        """Serve one call and enter it into the books."""
        exchange = self._opened(request, shop)
        if (task := asyncio.current_task()) is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        try:
            return await self._served(exchange, shop, deployment)
        except Refusal as refusal:
            exchange.said_no = True
            return await self._refused(exchange, shop, refusal)
        except ConnectionError:
            return gone(exchange)
        finally:
            self._closed(exchange)

    def stop(self) -> None:
        """Let go of every call that is still being served."""
        for task in tuple(self._serving):
            task.cancel()

    async def _served(self, exchange: Exchange, shop: Shop, deployment: str | None) -> web.StreamResponse:
        shop.door(exchange.request, self._key)
        if not await self._received(exchange):
            return gone(exchange)
        form = await asyncio.to_thread(_parsed, exchange)
        if isinstance(form, Form):
            edit = await asyncio.to_thread(edit_of, shop.name, exchange.request.path, form)
            self._books.note(exchange.number, fields=form.texts, files=parts_of(form), edit=edit)
        now = exchange.step
        if (refusal := now.refusal()) is not None and not now.worked:
            await self._control.wait(now, exchange.number)
            return await self._refused(exchange, shop, refusal, now)
        if isinstance(form, Refusal):
            raise form
        ordered = await asyncio.to_thread(_understood, shop, form, deployment)
        order = ordered.order
        self._books.note(
            exchange.number, model=order.model, n=order.n, images=len(order.images), injected=order.injected
        )
        exchange.step = now.fitting(stream=order.stream)
        return await self._answered(exchange, ordered, refusal)

    async def _received(self, exchange: Exchange) -> bool:
        """Take the upload in. False where the line is to be cut before its end."""
        planned = self._control.planned(exchange.request.headers)
        if planned is None or planned.cut not in ("connect", "before_body"):
            with Upload(exchange.request) as upload:
                head = await upload.head()
                exchange.step = planned or self._control.tagged(head) or NORMAL
                early = exchange.step.cut in ("connect", "before_body", "mid_upload")
                exchange.body = b"" if early else await upload.whole()
        else:
            exchange.step, early = planned, True
        state = "receiving" if early else "working"
        self._books.note(exchange.number, fault=exchange.step.fault, state=state)
        return not early

    async def _answered(self, exchange: Exchange, ordered: Ordered, refusal: Refusal | None) -> web.StreamResponse:
        now, order, shop = exchange.step, ordered.order, ordered.shop
        if order.stream and refusal is None and now.body is None:
            return await self._streamed(exchange, ordered)
        if not now.worked:
            await self._control.wait(now, exchange.number)
        results, _ = await self._made(exchange, ordered)
        if now.worked:
            await self._control.wait(now, exchange.number)
        if refusal is not None:
            return await self._refused(exchange, shop, refusal, now)
        if now.cut == "after_body":
            return gone(exchange)
        if now.body is not None:
            return await sent(exchange, now.body, self._clock, stream=order.stream)
        content, kind = await asyncio.to_thread(body, results, now.answer)
        return await whole(exchange, content, kind, half=now.cut is not None)

    async def _streamed(self, exchange: Exchange, ordered: Ordered) -> web.StreamResponse:
        """Send the partial pictures at once, wait as planned, then send the end of the stream."""
        now = exchange.step
        results, work = await self._made(exchange, ordered)
        said = await asyncio.to_thread(_events, results, work, ordered.shop, now)
        if ordered.shop.breaks_streams:
            await self._control.wait(now, exchange.number)
            return await whole(exchange, _swallowed(b"".join(said)), "application/json", 500)
        first = next((nth for nth, event in enumerate(said) if not _early(event)), len(said))
        early, late = b"".join(said[:first]), b"".join(said[first:])
        response = await stream(exchange)
        await written(response, early)
        await self._control.wait(now, exchange.number)
        if now.cut is not None or now.events == "cut":
            await written(response, late[: len(late) // 2] if now.cut == "mid_answer" else b"")
            return gone(exchange, response)
        await written(response, late)
        await response.write_eof()
        exchange.answer = Answer(early + late, "text/event-stream", len(early) + len(late))
        return response

    async def _made(self, exchange: Exchange, ordered: Ordered) -> tuple[Results, Work]:
        now, order, shop = exchange.step, ordered.order, ordered.shop
        work = await asyncio.to_thread(done, order, ordered.inputs, exchange.number, now)
        self._books.note(
            exchange.number, made=len(work.pictures), billed=work.billed, billed_micro_usd=work.billed_micro_usd
        )
        echoes = {
            "size": f"{work.size[0]}x{work.size[1]}",
            "quality": order.quality,
            "background": "transparent" if order.background == "transparent" else "opaque",
            "output_format": order.output_format,
        }
        results = Results(
            created=int(self._clock.now()),
            pictures=work.pictures,
            links=self._linked(now, ordered, work),
            echoes=echoes if "echoes" in shop.says and work.usage is not None else {},
            usage=work.usage if "usage" in shop.says else None,
            revised=now.revised or (order.prompt if "revised" in shop.says else None),
        )
        return results, work

    def _linked(self, now: Step, ordered: Ordered, work: Work) -> tuple[str, ...]:
        order = ordered.order
        if now.link is not None:
            return tuple(self._links.hostile(now.link) for _ in work.pictures)
        if not order.by_url and now.answer != "url":
            return ()
        kind, life, relative = order.output_format, order.rules.url_life_s, ordered.shop.relative_links
        return tuple(self._links.to(each, kind, life, relative=relative) for each in work.pictures)

    async def _refused(
        self, exchange: Exchange, shop: Shop, refusal: Refusal, now: Step = NORMAL
    ) -> web.StreamResponse:
        """Send a refusal in the shop's envelope, or a gateway's page with its status."""
        headers = {name: self._filled(value, exchange) for name, value in now.headers.items()}
        if now.answer == "html":
            return await whole(exchange, PAGE, "text/html", refusal.status, headers)
        refusal.message = self._filled(refusal.message, exchange)
        said = _DETAIL if now.body == "detail" else ENVELOPES[shop.envelope](refusal, exchange.request_id)
        more = headers_of(shop.envelope, headers)
        return await whole(exchange, json_bytes(said), "application/json", refusal.status, more)

    def _filled(self, text: str, exchange: Exchange) -> str:
        """A planned text with the caller's key, the date in two seconds or the address of a trap in it."""
        given = exchange.request.headers
        key = given.get("api-key") or given.get("Authorization", "").removeprefix("Bearer ")
        date = formatdate(self._clock.now() + _RESET_S, usegmt=True)
        return text.replace("{key}", key).replace("{date}", date).replace("{trap}", self._links.trap("post"))

    def _opened(self, request: web.Request, shop: Shop) -> Exchange:
        request_id = f"req_{uuid.uuid4().hex}"
        call = Call(
            request_id=request_id,
            client_request_id=request.headers.get("X-Client-Request-Id"),
            idempotency_key=request.headers.get("Idempotency-Key"),
            at=self._clock.now(),
            dialect=shop.name,
            path=request.path_qs,
        )
        return Exchange(request, self._books.open(call), request_id, shop.request_id)

    def _closed(self, exchange: Exchange) -> None:
        state = "answered" if exchange.answer is not None else "cut"
        self._books.close(exchange.number, state, exchange.status or None, _after(exchange, cut=state == "cut"))
        if self._recorder is not None:
            note(self._recorder, "engine", exchange.request, exchange.body, exchange.status, exchange.answer)


def _parsed(exchange: Exchange) -> Form | Refusal:
    try:
        return parsed(exchange.body, exchange.request.headers.get("Content-Type", ""))
    except Refusal as refusal:
        return refusal


def _understood(shop: Shop, form: Form, deployment: str | None) -> Ordered:
    order = shop.read(form, shop.models, deployment)
    return Ordered(shop, order, opened(order))


def _events(results: Results, work: Work, shop: Shop, now: Step) -> tuple[bytes, ...]:
    said = tuple(events(results, work.partials, now.answer))
    for manner in filter(None, (now.events, *shop.manners)):
        said = mannered(said, manner)
    return said


def _early(event: bytes) -> bool:
    return event == PING or b".partial_image" in event[:80]


def _swallowed(events_: bytes) -> bytes:
    """What is left of a stream behind a proxy that wanted JSON: its text, inside an error."""
    reason = "Unable to get json response - Expecting value: line 1 column 1 (char 0), Original Response: "
    message = f"litellm.APIError: APIError: OpenAIException - {reason}{events_.decode('utf-8', 'replace')}"
    return json_bytes({"error": {"message": message, "type": None, "param": None, "code": "500"}})


def _after(exchange: Exchange, *, cut: bool) -> str:
    """What a careful caller has afterwards: as the fault's row says, else what the answer itself says."""
    now = exchange.step
    if now.fault is not None and not exchange.said_no:
        return FAULTS[now.fault].after
    if now.answer in _AFTER_ANSWER and exchange.status == 200:
        return _AFTER_ANSWER[now.answer]
    return judged(exchange.status, now.code, cut=cut)


_AFTER_ANSWER = {fault.does["answer"]: fault.after for fault in FAULTS.values() if tuple(fault.does) == ("answer",)}
