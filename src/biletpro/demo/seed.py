"""The demo into an installation, through the contracts. Asked again, it adds what is missing and no more."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from biletpro.assembly import Assembly
from biletpro.contracts.auth import Auth
from biletpro.contracts.event import Events
from biletpro.contracts.event.drafts import EventOf, EventView
from biletpro.contracts.organization import FindOrganizations, Organizations
from biletpro.contracts.sales import Sales
from biletpro.kernel.permissions import Caller, Permission
from biletpro.kernel.turkish import slug

from . import halls
from .opening import ensured, opened
from .people import FIRMS, MARTI, OPERATOR, PERDE
from .programme import CONCERT, GALA, MARTI_SHOWS, PERDE_SHOWS, PLAY
from .purchases import buy_some, has_sold
from .staging import category_ids, known_events, staged

SHOWS: Final = {MARTI.name: MARTI_SHOWS, PERDE.name: PERDE_SHOWS}
# Where newcomers are sent, and the first buyers were.
SIGHTS: Final = (CONCERT, PLAY, GALA)
# What they buy: the show, the zone, whether its places are numbered.
FIRST_BUYERS: Final = {
    MARTI.name: ((CONCERT, "Ayakta", False),),
    PERDE.name: ((PLAY, halls.BALCONY, True),),
}

# How much is done, of how much.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Sight:
    """An event to try things on, with the ids of its categories by name."""

    id: UUID
    slug: str
    title: str
    categories: dict[str, UUID]


@dataclass(frozen=True, slots=True)
class Demo:
    """What a newcomer needs to look around: the events of SIGHTS."""

    sights: tuple[Sight, ...]


async def seed(assembly: Assembly, progress: Progress) -> Demo | None:
    """None, and nothing done, where there are firms already and none of them is of the demo."""
    auth, organizations = assembly.find(Auth, "auth"), assembly.find(Organizations, "organization")
    if not await _is_ours(organizations):
        return None
    total = sum(len(shows) for shows in SHOWS.values())
    done = 0
    progress(done, total)
    await ensured(auth, OPERATOR, operator=True)
    sights: dict[str, Sight] = {}
    for firm in FIRMS:
        organization, owner = await opened(auth, organizations, firm)
        events = assembly.find(Events, "event")
        known = await known_events(events, owner, organization.id)
        for show in SHOWS[firm.name]:
            event = await staged(
                events, owner, organization.id, show, known.get(show.title), assembly.clock()
            )
            if show in SIGHTS:
                sights[show.title] = await _sight(events, owner, event)
            done += 1
            progress(done, total)
        sales = assembly.find(Sales, "sales")
        if assembly.bank is not None and not await has_sold(sales, owner, organization.id):
            for show, zone, numbered in FIRST_BUYERS[firm.name]:
                sight = sights[show.title]
                await buy_some(
                    sales,
                    sight.id,
                    sight.categories[zone],
                    numbered=numbered,
                    own_url=assembly.settings.own_url(),
                )
    return Demo(tuple(sights[show.title] for show in SIGHTS))


async def _is_ours(organizations: Organizations) -> bool:
    operator = Caller(kind="service", permissions=frozenset({Permission.PLATFORM}))
    page = await organizations.find(operator, FindOrganizations())
    ours = {slug(firm.name) for firm in FIRMS}
    return not page.items or any(firm.slug in ours for firm in page.items)


async def _sight(events: Events, owner: Caller, event: EventView) -> Sight:
    this = EventOf(organization_id=event.organization_id, event_id=event.id)
    return Sight(event.id, event.slug, event.title, await category_ids(events, owner, this))
