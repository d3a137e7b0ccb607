"""What sales refuses, and the facts that come with it."""

from biletpro.kernel.errors import Conflict, Invalid, NotFound, Title


class SoldOut(Conflict):
    """Facts: `category_id`, `left`, and `may_return_at` when others hold some."""

    code = "sold_out"
    title = Title("Bu kadar yer kalmadı", "Not that many places are left")


class PlacesTaken(Conflict):
    """Facts: `ids` of the places that are not free."""

    code = "places_taken"
    title = Title("Seçilen yerler alınmış", "The chosen places are taken")


class SalesClosed(Conflict):
    code = "sales_closed"
    title = Title("Satış açık değil", "Sales are not open")


class EventPaused(Conflict):
    code = "event_paused"
    title = Title("Satışa ara verildi", "Sales are paused")


class FirmSuspended(Conflict):
    code = "firm_suspended"
    title = Title("Düzenleyen firma şu anda satış yapamıyor", "The organizer cannot sell at present")


class LimitReached(Conflict):
    """Fact: `limit`."""

    code = "limit_reached"
    title = Title("Alabileceğiniz en çok yer sayısına ulaştınız", "You have reached the limit of places")


class HoldExpired(Conflict):
    code = "hold_expired"
    title = Title("Yer ayırma süreniz doldu", "Your hold has expired")


class HoldOrdered(Conflict):
    """The hold has become an order already and can no longer be changed."""

    code = "hold_ordered"
    title = Title("Bu ayırma siparişe dönüştü", "This hold has become an order")


class OrderNotPayable(Conflict):
    """Facts: `order_status`, `payment_status`."""

    code = "order_not_payable"
    title = Title("Bu sipariş ödenemez", "This order cannot be paid")


class OrderNotCancellable(Conflict):
    """Fact: `order_status`."""

    code = "order_not_cancellable"
    title = Title("Bu sipariş iptal edilemez", "This order cannot be cancelled")


class VoucherUnknown(Conflict):
    code = "voucher_unknown"
    title = Title("Kupon geçerli değil", "The voucher is not valid")


class ProviderUnknown(Invalid):
    code = "provider_unknown"
    title = Title("Ödeme yöntemi tanınmıyor", "The payment provider is unknown")


class CapacityBelowSold(Conflict):
    """Fact: `sold`, what is sold or held now."""

    code = "capacity_below_sold"
    title = Title("Kapasite satılandan az olamaz", "Capacity cannot be less than what is sold")


class PlaceInUse(Conflict):
    """Facts: `ids` of the places that are held or sold."""

    code = "place_in_use"
    title = Title("Yer satılmış ya da ayrılmış", "A place is held or sold")


class HoldUnknown(NotFound):
    code = "hold_unknown"
    title = Title("Ayırma bulunamadı", "There is no such hold")


class OrderUnknown(NotFound):
    code = "order_unknown"
    title = Title("Sipariş bulunamadı", "There is no such order")
