"""What the demo's firms put on, in days from the day of seeding."""

from dataclasses import dataclass
from typing import Final, Literal

from biletpro.contracts.terms import CategoryKind

from . import halls

State = Literal["published", "paused", "draft"]


@dataclass(frozen=True, slots=True)
class Zone:
    """A category; the price in whole lira."""

    name: str
    price_lira: int
    capacity: int | None = None
    kind: CategoryKind = "general"
    color: str | None = None
    per_person: bool = False


@dataclass(frozen=True, slots=True)
class Show:
    """An event to be. `days` and `time` say when it begins, in Turkey."""

    title: str
    description: str
    venue: str
    city: str
    days: int
    time: str
    zones: tuple[Zone, ...]
    hall: halls.Hall | None = None
    fee_rate_bp: int = 0
    state: State = "published"
    max_per_buyer: int | None = None


CONCERT: Final = Show(
    title="Deniz Tuzu: Büyük Sahil Konseri",
    description="On yılın şarkıları, iki saat, denize karşı. Kapılar iki saat önce açılır; alan ayaktadır.",
    venue="Martı Açıkhava Sahnesi",
    city="İstanbul",
    days=45,
    time="21:00",
    zones=(
        Zone("Ayakta", 950, 1_700, color="#1f77b4"),
        Zone("Sahne Önü", 1_750, 300, color="#d62728"),
    ),
)
PLAY: Final = Show(
    title="Vişne Bahçesi",
    description="Çehov'un son oyunu, yeni bir çeviriyle. İki perde, 130 dakika. Salona geç girilmez.",
    venue="Perde Arkası Büyük Salon",
    city="Ankara",
    days=21,
    time="20:30",
    hall="theatre",
    fee_rate_bp=500,
    zones=(
        Zone(halls.STALLS_FRONT, 900, kind="seats", color="#9467bd"),
        Zone(halls.STALLS, 650, kind="seats", color="#2ca02c"),
        Zone(halls.BALCONY, 400, kind="seats", color="#8c564b"),
    ),
)
GALA: Final = Show(
    title="Umut Işığı Yıl Sonu Galası",
    description="Burs fonu yararına akşam yemeği, müzik ve açık artırma. Koyu renk giysi rica olunur.",
    venue="Erguvan Balo Salonu",
    city="İstanbul",
    days=32,
    time="19:30",
    hall="ballroom",
    zones=(
        Zone(halls.TABLE_WHOLE, 48_000, kind="tables", color="#bcbd22"),
        Zone(halls.TABLE_BY_GUEST, 3_500, kind="tables", color="#7f7f7f", per_person=True),
    ),
)

MARTI_SHOWS: Final = (
    CONCERT,
    GALA,
    Show(
        "Kıvılcım: Akustik Gece",
        "Bilinen şarkılar, iki gitar ve bir çello ile.",
        "İskele Sahne",
        "İzmir",
        9,
        "21:30",
        (Zone("Genel Giriş", 600, 350),),
    ),
    Show(
        "Boğazda Caz: Selim Tunalı Dörtlüsü",
        "Gün batımında caz; içecek ve ikram masada.",
        "Martı Teras",
        "İstanbul",
        12,
        "20:00",
        (
            Zone("Masa Yanı", 850, 120),
            Zone("Ayakta", 450, 180),
        ),
    ),
    Show(
        "Kuzey Rüzgârı Rock Günü",
        "Altı grup, tek sahne, öğleden gece yarısına.",
        "Fuar Çim Alanı",
        "Bursa",
        60,
        "14:00",
        (
            Zone("Erken Giriş", 700, 500),
            Zone("Tam Bilet", 900, 2_500),
            Zone("Sahne Önü", 1_500, 200),
        ),
    ),
    Show(
        "Şehir Orkestrası: Film Müzikleri",
        "Yetmiş kişilik orkestra ve perdede unutulmaz sahneler.",
        "Kongre Merkezi Ana Salon",
        "Antalya",
        38,
        "20:30",
        (Zone("Genel", 750, 1_100),),
        fee_rate_bp=300,
    ),
    Show(
        "Gülmece Akşamı: Barış Özgür",
        "Tek kişilik gösteri, yetmiş beş dakika. 16 yaş ve üzeri.",
        "Kahkaha Kulübü",
        "İstanbul",
        6,
        "21:00",
        (Zone("Genel Giriş", 500, 160),),
    ),
    Show(
        "Gülmece Akşamı: Barış Özgür, Ek Gösteri",
        "Tek kişilik gösteri, yetmiş beş dakika. 16 yaş ve üzeri.",
        "Kahkaha Kulübü",
        "İstanbul",
        7,
        "21:00",
        (Zone("Genel Giriş", 500, 160),),
    ),
    Show(
        "Anadolu Ezgileri",
        "Yedi yöreden türküler, bağlama ve kaval eşliğinde.",
        "Kültür Merkezi",
        "Konya",
        26,
        "20:00",
        (
            Zone("Öğrenci", 150, 200),
            Zone("Tam", 300, 500),
        ),
    ),
    Show(
        "Elektronik Gece: Derin Mavi",
        "Gün doğana dek; üç sanatçı, tek pist.",
        "Antrepo 7",
        "İstanbul",
        19,
        "23:00",
        (
            Zone("Erken", 650, 300),
            Zone("Kapı", 900, 700),
        ),
        max_per_buyer=6,
    ),
    Show(
        "Çocuk Korosu Yılbaşı Konseri",
        "Seksen çocuk, kış şarkıları ve sıcak çikolata.",
        "Belediye Tiyatrosu",
        "Eskişehir",
        33,
        "16:00",
        (Zone("Genel", 120, 420),),
    ),
    Show(
        "Ege Tatları Festivali",
        "Zeytinyağı, ot yemekleri ve üreticilerle söyleşi.",
        "Liman Meydanı",
        "Ayvalık",
        95,
        "11:00",
        (
            Zone("Günlük", 250, 1_500),
            Zone("İki Gün", 400, 800),
        ),
    ),
    Show(
        "Rembetiko Gecesi",
        "İki yakanın şarkıları, buzuki ve ud.",
        "Taş Mahzen",
        "İzmir",
        52,
        "21:00",
        (Zone("Genel Giriş", 550, 220),),
        state="paused",
    ),
    Show(
        "Kış Güneşi Açıkhava Yogası",
        "Sabah dersi ve kahvaltı; mat getirmek gerekmez.",
        "Sahil Parkı",
        "Mersin",
        16,
        "09:30",
        (Zone("Katılım", 200, 150),),
    ),
    Show(
        "Bando ve Bahar Yürüyüşü",
        "Bando eşliğinde bahar kutlaması.",
        "Cumhuriyet Alanı",
        "Trabzon",
        150,
        "13:00",
        (Zone("Tribün", 100, 900),),
    ),
    Show(
        "Işığın Sesi: Piyano Resitali",
        "Chopin'den Saygun'a, Nehir Uygur.",
        "Tarihi Havagazı Salonu",
        "İzmir",
        71,
        "20:30",
        (Zone("Genel", 480, 260),),
        fee_rate_bp=500,
    ),
    Show(
        "Yaza Merhaba Konserleri",
        "Üç grup, denize nazır.",
        "Martı Açıkhava Sahnesi",
        "İstanbul",
        175,
        "20:00",
        (
            Zone("Ayakta", 800, 1_800),
            Zone("Sahne Önü", 1_400, 200),
        ),
        state="draft",
    ),
)
PERDE_SHOWS: Final = (
    PLAY,
    Show(
        "Karagöz: Yalova Sefası",
        "Perdede gölge, dilde nükte; her yaştan seyirci için.",
        "Küçük Salon",
        "Ankara",
        5,
        "14:00",
        (Zone("Genel", 150, 180),),
    ),
    Show(
        "Keşanlı Sokak",
        "Mahallenin hikâyesi, canlı orkestra ile müzikal.",
        "Şehir Sahnesi",
        "İstanbul",
        28,
        "20:30",
        (
            Zone("Salon", 700, 450),
            Zone("Balkon", 450, 200),
        ),
        fee_rate_bp=500,
    ),
    Show(
        "Bir Delinin Günlüğü",
        "Gogol'den tek kişilik oyun, 70 dakika.",
        "Küçük Salon",
        "Ankara",
        11,
        "20:30",
        (Zone("Genel", 350, 180),),
    ),
    Show(
        "Martı",
        "Çehov; perdesiz, seyircinin ortasında.",
        "Depo Sahne",
        "İzmir",
        41,
        "20:30",
        (Zone("Genel", 420, 140),),
    ),
    Show(
        "Küçük Prens",
        "Çocuklar için, yetişkinlerle birlikte. 5 yaş ve üzeri.",
        "Perde Arkası Büyük Salon",
        "Ankara",
        14,
        "12:00",
        (
            Zone("Çocuk", 120, 250),
            Zone("Yetişkin", 180, 150),
        ),
    ),
    Show(
        "Nasreddin ile Göle Maya",
        "Kuklalarla fıkralar, kırk dakika.",
        "Çocuk Kültür Evi",
        "Konya",
        23,
        "13:00",
        (Zone("Genel", 90, 200),),
    ),
    Show(
        "Sessizlik Provası",
        "Yeni bir yazar, üç oyuncu, tek oda.",
        "Depo Sahne",
        "İzmir",
        47,
        "20:30",
        (Zone("Genel", 380, 140),),
    ),
    Show(
        "Doğaçlama Tiyatro: Sen Söyle",
        "Seyirci söyler, oyuncu oynar.",
        "Kafe Sahne",
        "Eskişehir",
        8,
        "21:00",
        (Zone("Genel Giriş", 220, 90),),
        max_per_buyer=4,
    ),
    Show(
        "Macbeth",
        "Shakespeare; 110 dakika, arasız.",
        "Taş Han",
        "Kayseri",
        56,
        "20:00",
        (Zone("Salon", 500, 320),),
    ),
    Show(
        "Oyunculuk Atölyesi: Beden ve Ses",
        "İki günlük atölye, 16 katılımcı.",
        "Prova Stüdyosu",
        "Ankara",
        18,
        "10:00",
        (Zone("Katılım", 1_800, 16),),
        max_per_buyer=2,
    ),
    Show(
        "Ferhat ile Şirin",
        "Halk hikâyesi, dans ve canlı müzik.",
        "Kale İçi Sahnesi",
        "Diyarbakır",
        85,
        "21:00",
        (Zone("Genel", 280, 600),),
    ),
    Show(
        "Yazarla Söyleşi: Sahnede Ne Kalır",
        "Oyun yazarı Ayşegül Iğdır ile, imza günü.",
        "Kent Kitaplığı",
        "Samsun",
        30,
        "18:00",
        (Zone("Ücretsiz", 0, 150),),
    ),
    Show(
        "Üç Kuruşluk Gece",
        "Brecht'ten şarkılar; sofra düzeninde.",
        "Meydan Sahne",
        "Adana",
        64,
        "21:00",
        (Zone("Genel", 460, 240),),
        state="paused",
    ),
    Show(
        "Çığ",
        "Köyde sessiz bir gece; gerilim, 90 dakika.",
        "Şehir Sahnesi",
        "Bursa",
        75,
        "20:30",
        (
            Zone("Salon", 520, 380),
            Zone("Balkon", 320, 160),
        ),
    ),
    Show(
        "Yeni Sezon Açılış Gecesi",
        "Sezonun oyunlarından sahneler ve kokteyl.",
        "Perde Arkası Büyük Salon",
        "Ankara",
        170,
        "20:00",
        (Zone("Davetli", 1_000, 300),),
        state="draft",
    ),
)
