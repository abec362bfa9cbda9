"""Generated contacts: skewed names and countries, dates, numbers, missing values; the same ones in every run."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from tamis.domain.contacts.contacts import encode_values
from tamis.domain.values.fields import CITY, COUNTRY, FIRST_NAME, LAST_NAME, Kind, Value
from tamis.records.contacts import NewContact

SEED = 20_240_229
FIRST_NAMES = (
    "Mary James Maria Wei Ahmed Anna John Olga Fatima David Linda Ivan Sofia Peter Aisha Lucas Emma Noah Yuki Elena "
    "Omar Julia Thomas Priya Daniel Chloé Marta Hans Zoë Jorge Ingrid Rahul Nadia Pavel Siân Tomás Björk Kwame Leïla"
)
LAST_NAMES = (
    "Smith Wang Johnson García Kumar Müller Brown Silva Ivanova Nguyen Jones Kim Rossi Hansen Martin Lee Andersson "
    "Cohen Okafor Novák Petersen Dubois Williamson Sato Kowalski Haddad Jackson Moreau Costa Fischer Thompson Nilsson "
    "Popescu Szabó O'Connor Papadopoulos Yılmaz Van-Dijk Robertson Ferreira"
)
COUNTRIES = (
    "United States,India,Germany,Brazil,United Kingdom,France,Japan,Mexico,Italy,Spain,Canada,Poland,Netherlands,"
    "Turkey,Bangladesh,Sweden,Portugal,Greece,Kenya,Chile,Norway,Denmark,Ireland,New Zealand,Iceland,Malta"
)
CITIES = (
    "Springfield Mumbai Berlin London Paris Tokyo Toronto Dhaka Madrid Lisbon Warsaw Nairobi Santiago Oslo Athens "
    "Utrecht Gdańsk Århus Lyon Porto Kraków Osaka Leeds Bergen Malmö Turin Graz Cork Basel Nice"
)
DOMAINS = ("mail.example", "post.example", "inbox.example", "example.org", "work.example", "home.example")
FIELDS = {
    "Plan": Kind.TEXT,
    "Age": Kind.NUMBER,
    "Total spent": Kind.NUMBER,
    "Birth date": Kind.DATE,
    "Last order at": Kind.DATETIME,
    "Subscribed": Kind.BOOLEAN,
}
PLANS = ("free", "basic", "pro", "team")
FIRST_DAY = date(1940, 1, 1)
FIRST_ORDER = datetime(2021, 1, 1, tzinfo=UTC)


def people(count: int, ids: dict[str, int], batch: int = 10_000) -> Iterator[list[NewContact]]:
    """Draw contacts in batches; `ids` are those of FIELDS by name. Every second one, on average and exactly half of
    each batch, is subscribed."""
    draw = random.Random(SEED)
    for first in range(0, count, batch):
        size = min(batch, count - first)
        columns = _columns(draw, size, ids)
        names = zip(columns[FIRST_NAME.id], columns[LAST_NAME.id], draw.choices(DOMAINS, k=size), strict=True)
        emails = [_email(name, first + i) for i, name in enumerate(names)]
        rows = zip(*columns.values(), strict=True)
        documents = [
            encode_values({id_: value for id_, value in zip(columns, row, strict=True) if value is not None})
            for row in rows
        ]
        yield [NewContact(e, e.lower(), document) for e, document in zip(emails, documents, strict=True)]


def _columns(draw: random.Random, size: int, ids: dict[str, int]) -> dict[int, list[Value | None]]:
    halves: list[Value | None] = [index % 2 == 0 for index in range(size)]
    draw.shuffle(halves)
    spent: list[Value | None] = [round(draw.paretovariate(1.2) * 20, 2) for _ in range(size)]
    born: list[Value | None] = [FIRST_DAY + timedelta(days=int(draw.random() * 25_000)) for _ in range(size)]
    ordered: list[Value | None] = [FIRST_ORDER + timedelta(seconds=int(draw.random() * 1.2e8)) for _ in range(size)]
    ages: list[Value | None] = [float(int(draw.triangular(16, 95, 34))) for _ in range(size)]
    return {
        FIRST_NAME.id: _skewed(draw, FIRST_NAMES.split(), size),
        LAST_NAME.id: _skewed(draw, LAST_NAMES.split(), size),
        COUNTRY.id: _some(draw, _skewed(draw, COUNTRIES.split(","), size), 0.03),
        CITY.id: _some(draw, _skewed(draw, CITIES.split(), size), 0.1),
        ids["Plan"]: _skewed(draw, PLANS, size),
        ids["Age"]: _some(draw, ages, 0.3),
        ids["Total spent"]: spent,
        ids["Birth date"]: _some(draw, born, 0.25),
        ids["Last order at"]: _some(draw, ordered, 0.4),
        ids["Subscribed"]: halves,
    }


def _skewed(draw: random.Random, words: tuple[str, ...] | list[str], size: int) -> list[Value | None]:
    return list(draw.choices(words, [1 / rank for rank in range(1, len(words) + 1)], k=size))


def _some(draw: random.Random, values: list[Value | None], missing: float) -> list[Value | None]:
    return [None if draw.random() < missing else value for value in values]


def _email(name: tuple[Value | None, Value | None, str], number: int) -> str:
    local = f"{name[0]}.{name[1]}{number}".encode("ascii", "ignore").decode()
    return f"{local}@{name[2]}"
