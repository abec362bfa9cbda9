"""What each shape of a real export file must become: counts, kinds of fields, and values of contacts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

FILES = Path(__file__).parents[4] / "shared" / "data" / "contact_files"

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One import of a file: its options on the command line, what is chosen for columns in the console, and the
    counts that the report must have."""

    file: str
    counts: Mapping[str, int]
    options: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """Files that are imported one after the other into a contact type, and what is known afterwards.

    `fields` are created before: name, kind, options. `kinds` names the kinds of fields, `values` the values of
    contacts by email: only those that are named are compared, and None is no value. `absent` are emails without
    a contact.
    """

    name: str
    steps: tuple[Step, ...]
    kinds: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Values] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    fields: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    timezone: str = "UTC"


def one(file: str, counts: Mapping[str, int], choices: Mapping[str, str] | None = None, **more: Any) -> Case:
    """Make a case of one file that needs no options; `choices` are made in the console."""
    return Case(file.removesuffix(".csv"), (Step(file, counts, choices=choices or {}),), **more)


def _instant(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]  # year to microsecond


def _days(columns: Sequence[str]) -> Values:
    return dict.fromkeys(columns, date(2023, 11, 14))


_SAME_DAY = ("iso", "de_dots", "de_short", "us_slash", "us_2y", "dash_dmy", "ja_slash", "mon_us_d", "mon_uk",
             "mon_dash", "mysql_zero", "nullword", "mix", "ja_kanji")  # fmt: skip
# Berlin is an hour before UTC in November.
_BERLIN_SECONDS = ("de_time", "us_ampm", "sheets")
_BERLIN_MINUTES = ("uk_slash", "mon_us", "iso_t")
_UTC_SECONDS = ("iso_t_z", "iso_utc", "rfc")
_TWO_HOURS = ("iso_off", "iso_off2", "iso_off3", "gforms")
_DATES: Values = {
    **_days(_SAME_DAY),
    **dict.fromkeys(_BERLIN_SECONDS, _instant(2023, 11, 14, 14, 37, 5)),
    **dict.fromkeys(_BERLIN_MINUTES, _instant(2023, 11, 14, 14, 37)),
    **dict.fromkeys(_UTC_SECONDS, _instant(2023, 11, 14, 15, 37, 5)),
    **dict.fromkeys(_TWO_HOURS, _instant(2023, 11, 14, 13, 37, 5)),
    "iso_ms_z": _instant(2023, 11, 14, 15, 37, 5, 250_000),
    "iso_us": _instant(2023, 11, 14, 15, 37, 5, 123_456),
    "epoch": 1699976225.0,
    "epoch_ms": 1699976225000.0,
    "excel": 45244.0,
    "compact": 20231114.0,
    "ym": "2023-11",
    "year": 2023.0,
}

_ADDRESSES = {
    "plain": "a1", "nbsp": "a2", "zws": "a3", "bom": "a4", "lrm": "a5", "nea": "a6", "olle": "a7", "angle": "a8",
    "dotend": "a11", "semi": "a12", "quoted": "a13", "tag+news": "a17", "o'neil": "a18", "tab": "a27",
    "ideographic": "a28", "trail": "a30", "почта": "a34", "nul": "a36", "café": "a38", "wj": "a39",
}  # fmt: skip

CASES = (
    one(
        "01-mailchimp-subscribed.csv",
        {"rows": 24, "created": 24, "rejected": 0},
        kinds={
            "birthday": "text", "zip_code": "text", "phone_number": "text", "member_rating": "number",
            "optin_time": "datetime", "confirm_time": "datetime", "last_changed": "datetime", "optin_ip": "text",
            "latitude": "number", "longitude": "number", "gmtoff": "number", "tags": "choices",
        },
        values={
            "p1@example.org": {
                "birthday": "02/02", "zip_code": "02101", "phone_number": "0709876543", "member_rating": 2.0,
                "optin_time": _instant(2023, 11, 1, 9, 37, 1), "latitude": 42.3601, "first_name": "Fn1",
                "tags": {"VIP", "Blog"}, "notes": None,
            },
            "p3@example.org": {"notes": 'first line\nsecond "line"', "tags": {"VIP", "Blog"}},
        },
    ),
    one(
        "02-mailchimp-unsubscribed-dup-header.csv",
        {"rows": 5, "created": 5, "rejected": 0},
        kinds={"zip_code": "text", "unsub_time": "datetime"},
        values={
            "u1@example.org": {"zip_code": "02101", "unsub_campaign_id_2": "9001", "unsub_reason_2": "NORMAL"},
        },
    ),
    one(
        "03-shopify-customers-norway.csv",
        {"rows": 24, "created": 23, "rejected": 1},
        kinds={
            "default_address_country_code": "text", "accepts_email_marketing": "boolean", "total_spent": "number",
            "total_orders": "number", "customer_id": "text", "default_address_zip": "text",
        },
        values={
            "kari2@example.no": {
                "default_address_country_code": "NO", "accepts_email_marketing": False, "customer_id": "7012345678902",
                "default_address_zip": "01502", "default_address_phone": "+4722000002", "phone": "+4740000002",
                "total_spent": 20.2, "total_orders": 2.0, "note": 'Ring "før" kl. 10,\ntakk',
            },
        },
    ),
    one(
        "06-brevo.csv",
        {"rows": 24, "created": 24, "rejected": 0},
        kinds={"email_blacklisted": "boolean", "added_time": "datetime", "modified_time": "datetime"},
        values={
            "br1@example.fr": {
                "email_blacklisted": False, "lastname": "Durand1", "added_time": _instant(2022, 4, 1, 9, 30),
                "modified_time": _instant(2023, 5, 1, 10, 0, 5),
            },
            "br4@example.fr": {"email_blacklisted": True},
        },
    ),
    Case(
        "07-substack",
        (
            Step(
                "07-substack.csv",
                {"rows": 7, "created": 4, "rejected": 2, "repeated": 1},
                ("--map", "created_at=Subscribed"),
                {"created_at": "new:Subscribed"},
            ),
        ),
        kinds={"active_subscription": "boolean", "expiry": "datetime", "first_payment_at": "datetime"},
        values={
            "bob@example.com": {"active_subscription": True, "expiry": _instant(2026, 12, 1)},
            "carol@example.com": {
                "plan": "annually", "first_payment_at": _instant(2024, 3, 5, 10), "expiry": _instant(2026, 6, 1),
            },
        },
        absent=("not-an-email.example.com",),
    ),
    one(
        "08-indiegogo.csv",
        {"rows": 21, "created": 21, "rejected": 0},
        kinds={"funding_date": "datetime", "amount": "number", "shipping_zip_postal_code": "text"},
        values={
            "backer1@example.org": {
                "funding_date": _instant(2015, 10, 1, 8, 2, 55), "amount": 1001.5, "shipping_zip_postal_code": "04001",
                "perk": "Hat, sticker", "shipping_city": "Liège",
            },
        },
    ),
    one(
        "09-german-excel.csv",
        {"rows": 24, "created": 24, "rejected": 0},
        kinds={
            "geburtsdatum": "date", "umsatz": "number", "besuche": "number", "newsletter": "boolean", "plz": "text",
            "telefon": "text",
        },
        values={
            "kunde1@example.de": {
                "vorname": "Jörg1", "nachname": "Müßig", "geburtsdatum": date(1990, 3, 1), "umsatz": 1234.5,
                "besuche": 1500.0, "newsletter": True, "plz": "01001", "telefon": "0351 1234501",
                "bemerkung": 'Müller, Jan; "Chef"',
            },
        },
    ),
    one(
        "11a-japanese-shiftjis.csv",
        {"rows": 24, "created": 24, "rejected": 0},
        values={
            "taro1@example.jp": {
                "氏名": "山田 太郎1", "会社名": "株式会社ソニー表示", "都道府県": "東京都", "電話番号": "03-1234-5601",
                "登録日": date(2024, 4, 1),
            },
        },
    ),
    one(
        "11b-chinese-gb18030.csv",
        {"rows": 24, "created": 24, "rejected": 0},
        values={"wang1@example.cn": {"姓名": "王小明1", "城市": "北京", "注册日期": date(2024, 4, 1)}},
    ),
    one(
        "11c-polish-cp1250.csv",
        {"rows": 24, "created": 24, "rejected": 0},
        values={"jan1@example.pl": {"imię": "Łukasz1", "nazwisko": "Wiśniewski", "miasto": "Łódź"}},
    ),
    one(
        "12-addresses.csv",
        {"rows": 40, "repeated": 2},
        values={
            **{f"{local}@example.org": {"code": code} for local, code in _ADDRESSES.items()},
            "upper.case@example.org": {"code": "a16"},
            "info@müller.de": {"code": "a19"},
        },
        absent=("two1@example.org", "two3@example.org", "space@example.org", "ctl@example.org", "a,b@example.org"),
    ),
    one(
        "13-dates.csv",
        {"rows": 15, "created": 15, "rejected": 0},
        values={"d14@example.org": _DATES, "d15@example.org": {"mysql_zero": None, "nullword": None}},
        timezone="Europe/Berlin",
    ),
    one(
        "14-booleans.csv",
        {"rows": 24, "created": 24, "rejected": 0},
        choices={"sub": "new"},  # the console proposes consent
        kinds=dict.fromkeys(("yesno", "upper", "tf", "janein", "ouinon", "onoff"), "boolean") | {"onezero": "number"},
        values={
            "b1@example.org": {
                "yesno": True, "upper": True, "tf": True, "janein": True, "ouinon": True, "onoff": True,
                "sub": "subscribed", "gender_f": "F", "gender_mf": "M", "land": "NO", "lang": "no", "size_t": "T",
                "answer_n": "N", "middle": "T",
            },
            "b2@example.org": {"yesno": False, "janein": False, "gender_mf": "F", "land": "NO"},
            "b5@example.org": {"mid2": "Y"},
        },
    ),
    one(
        "15-numbers.csv",
        {"rows": 24, "created": 24, "rejected": 0},
        kinds=dict.fromkeys(("plain", "dec", "money00", "usd", "thou_de"), "number"),
        values={
            "n1@example.org": {
                "plain": 1.0, "dec": 1.5, "usd": 1234.5, "eur_de": 1234.5, "dec_comma": 1.5, "thou_us": 1234.0,
                "thou_de": 1.234, "thou_sp": 1234.0, "thou_ch": 1234.5, "pct": 1.0, "neg_par": -1.5, "neg_trail": -1.5,
                "sku_e": "1E5", "big17": "12345678901234568", "big16": "9007199254740991",
                "id19": "7012345678901234501", "dec20": "0.123456789012345671", "plus": "+41790000001",
                "lead0": "00001", "inf": "Infinity", "hex": "0x11", "under": "1_001", "money00": 100.0, "arab": "٣٤",
                "fw": "１２",
            },
        },
    ),
    Case(
        "16-tags",
        (Step("16-tags.csv", {"rows": 16, "rejected": 1}),),
        fields=(("Tags", "choices", ("VIP", "Blog", "Rock, Pop")),),
        values={
            **{f"t{n}@example.org": {"tags": {"VIP", "Blog"}} for n in (1, 2, 3, 4, 5, 6, 9, 15)},
            **{f"t{n}@example.org": {"tags": {"VIP"}} for n in (7, 8, 11, 16)},
            "t12@example.org": {"tags": {"Rock, Pop"}},
            "t13@example.org": {"tags": {"Rock, Pop", "VIP"}},
            "t14@example.org": {"tags": None},
        },
        absent=("t10@example.org",),
    ),
    Case(
        "20-zip-two-files",
        (
            Step("20a-zip-california.csv", {"rows": 24, "created": 24}),
            Step("20b-zip-massachusetts.csv", {"rows": 4, "created": 4, "rejected": 0}),
        ),
        kinds={"zip": "text", "mobile": "text", "customer_no": "text"},
        values={
            "ma1@example.org": {"zip": "02138", "mobile": "+14155550999", "customer_no": "00017"},
            "ma2@example.org": {"zip": "94105-1234", "mobile": "(415) 555-0100", "customer_no": "A-18"},
            "ca1@example.org": {"zip": "90001"},
        },
    ),
    Case(
        "20-zip-two-files-into-numbers",
        (
            Step("20a-zip-california.csv", {"rows": 24, "created": 24}),
            Step("20b-zip-massachusetts.csv", {"rows": 4, "created": 0, "rejected": 4}),
        ),
        values={"ca1@example.org": {"zip": 90001.0}},
        fields=(("Zip", "number", ()), ("Mobile", "number", ()), ("Customer No", "number", ())),
        # Beside 02138 and +1415… no 2,138, 1e3 or 1 234 is an amount; fields made for such columns are text.
        absent=("ma1@example.org", "ma2@example.org", "ma3@example.org", "ma4@example.org"),
    ),
    Case(
        "27b-into-number-field",
        (Step("27b-into-number-field.csv", {"rows": 3, "created": 3, "rejected": 0}),),
        fields=(("Umsatz", "number", ()),),
        values={
            "a@example.de": {"umsatz": 12.5}, "b@example.de": {"umsatz": 1234.0}, "c@example.de": {"umsatz": 1234.5},
        },
    ),
    Case(
        "31-stray-byte",
        (
            Step("31a-good-utf8.csv", {"rows": 1, "created": 1}),
            Step("31b-one-stray-byte.csv", {"rows": 2, "created": 1, "unchanged": 1}),
        ),
        values={"a@example.org": {"name": "José"}, "b@example.org": {"name": "François"}},
    ),
)  # fmt: skip
