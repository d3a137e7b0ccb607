"""Price categories. A decrease or removal on a published event is agreed with sales first."""

from typing import Final

from biletpro.adapters import idempotency
from biletpro.contracts.event.drafts import (
    AddCategory,
    CategoryList,
    CategoryOf,
    CategoryView,
    EditCategory,
    EventOf,
    EventView,
)
from biletpro.contracts.sales import ChangeCapacity
from biletpro.kernel.errors import Invalid, Stale
from biletpro.kernel.ids import new_id
from biletpro.kernel.messages import Nothing
from biletpro.kernel.permissions import Caller, Permission

from ..domain import events as domain
from ..store import categories as category_store
from ..store import events as event_store
from .desk import EVENT, Desk

CATEGORIES_MAX: Final = 100


class CategoryEdits(Desk):
    """The price zones of an event."""

    async def categories(self, caller: Caller, request: EventOf) -> CategoryList:
        caller.require(Permission.EVENTS_READ, request.organization_id)
        async with self._database.tenant(request.organization_id) as connection:
            await event_store.find_event(connection, request.event_id)
            return CategoryList(items=await category_store.of_event(connection, request.event_id))

    async def add_category(self, caller: Caller, request: AddCategory) -> CategoryView:
        caller.require(Permission.EVENTS_MANAGE, request.organization_id)
        async with self._database.tenant(request.organization_id) as connection:

            async def work() -> CategoryView:
                event = await event_store.lock_event(connection, request.event_id)
                domain.require_lasting(event)
                domain.check_category(request.category, event)
                known = await category_store.of_event(connection, event.id)
                if len(known) >= CATEGORIES_MAX:
                    raise Invalid(f"at most {CATEGORIES_MAX} categories", field="name")
                category = CategoryView(
                    **{
                        **request.category.model_dump(),
                        "capacity": 0 if request.category.capacity is None else request.category.capacity,
                    },
                    id=new_id(),
                    event_id=event.id,
                    version=1,
                    series_key=None,
                )
                await category_store.insert(connection, request.organization_id, category, len(known))
                await self._changed(connection, event)
                return category

            category = await idempotency.once(connection, self._database.schema, caller, CategoryView, work)
            event = await event_store.find_event(connection, request.event_id)
        await self._heard(event)
        return category

    async def edit_category(self, caller: Caller, request: EditCategory) -> CategoryView:
        caller.require(Permission.EVENTS_MANAGE, request.organization_id)
        async with self._database.tenant(request.organization_id) as connection:
            known = await idempotency.answered(connection, self._database.schema, caller, CategoryView)
            if known is not None:
                return known
            seen = await event_store.find_event(connection, request.event_id)
            old = await category_store.find(connection, request.event_id, request.category_id)
        domain.check_given_version(request.version, old.version)
        domain.require_lasting(seen)
        changed = domain.merged_category(old, request.changes, seen)
        if seen.published_at is not None and old.kind == "general" and changed.capacity < old.capacity:
            change = ChangeCapacity(event_id=seen.id, category_id=old.id, capacity=changed.capacity)
            await self._sales.change_capacity(EVENT, change)
            async with self._after_sales_agreed(seen):
                return await self._save_category(caller, seen, changed)
        return await self._save_category(caller, seen, changed)

    async def _save_category(self, caller: Caller, seen: EventView, changed: CategoryView) -> CategoryView:
        """Write what was decided on what was seen. Raises Stale when that has changed meanwhile."""
        async with self._database.tenant(seen.organization_id) as connection:

            async def work() -> CategoryView:
                event = await event_store.lock_event(connection, seen.id)
                if event.version != seen.version:
                    raise Stale(version=event.version)
                await category_store.save(connection, changed)
                await self._changed(connection, event)
                return changed

            answer = await idempotency.once(connection, self._database.schema, caller, CategoryView, work)
        await self._heard(seen)
        return answer

    async def remove_category(self, caller: Caller, request: CategoryOf) -> Nothing:
        caller.require(Permission.EVENTS_MANAGE, request.organization_id)
        async with self._database.tenant(request.organization_id) as connection:
            known = await idempotency.answered(connection, self._database.schema, caller, Nothing)
            if known is not None:
                return known
            seen = await event_store.find_event(connection, request.event_id)
            category = await category_store.find(connection, request.event_id, request.category_id)
        domain.require_lasting(seen)
        if seen.published_at is not None and category.kind == "general":
            nothing_left = ChangeCapacity(event_id=seen.id, category_id=category.id, capacity=0)
            await self._sales.change_capacity(EVENT, nothing_left)
            async with self._after_sales_agreed(seen):
                return await self._delete_category(caller, seen, category)
        return await self._delete_category(caller, seen, category)

    async def _delete_category(self, caller: Caller, seen: EventView, category: CategoryView) -> Nothing:
        async with self._database.tenant(seen.organization_id) as connection:

            async def work() -> Nothing:
                event = await event_store.lock_event(connection, seen.id)
                if event.version != seen.version:
                    raise Stale(version=event.version)
                await category_store.delete(connection, category.id)
                await self._changed(connection, event)
                return Nothing()

            answer = await idempotency.once(connection, self._database.schema, caller, Nothing, work)
        await self._heard(seen)
        return answer
