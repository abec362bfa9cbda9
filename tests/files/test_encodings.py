"""The encoding of a file is detected from all of its lines, asked for where it is ambiguous, or chosen by people."""

import codecs

import pytest

from tamis.cli.messages import WORDS
from tamis.domain.errors import Invalid
from tamis.files.encodings import encoding
from tamis.files.encodings.detection import Detected
from tamis.staging.connection import open_staging
from tamis.staging.delimited import StagedCsv
from tamis.staging.sql import execute
from tests.files.conftest import Reader, opened

PEOPLE = {
    "polish": ("Imię;Nazwisko;Miasto", ["Łukasz;Wiśniewski;Łódź", "Grażyna;Żak;Gdańsk", "Jan;Ścisłowski;Poznań"]),
    "czech": ("Jméno;Příjmení;Město", ["Jiří;Dvořák;Plzeň", "Božena;Černá;Třebíč", "Luděk;Šťastný;Děčín"]),
    "hungarian": (
        "Vezetéknév;Keresztnév;Város",
        ["Szőke;Ágnes;Győr", "Kovács;Jenő;Hódmezővásárhely", "Tóth;Ödön;Pécs"],
    ),
    "turkish": ("Ad;Soyad;Şehir", ["Işıl;Yıldız;İzmir", "Çağrı;Şahin;Muğla", "Gülşen;Öztürk;Diyarbakır"]),
    "russian": ("Имя;Фамилия;Город", ["Иван;Петров;Москва", "Ольга;Смирнова;Казань", "Пётр;Щукин;Тверь"]),
    "ukrainian": ("Ім'я;Прізвище;Місто", ["Олексій;Шевченко;Київ", "Наталія;Їжак;Чернігів", "Ігор;Гнатюк;Рівне"]),
    "greek": ("Όνομα;Επώνυμο;Πόλη", ["Νίκος;Παπαδόπουλος;Αθήνα", "Ελένη;Γεωργίου;Πάτρα", "Άννα;Ιωάννου;Βόλος"]),
    "hebrew": ("שם;משפחה;עיר", ["דוד;כהן;ירושלים", "שרה;לוי;חיפה", "יוסף;מזרחי;תל אביב"]),
    "german": (
        "Vorname;Nachname;Straße",
        ["Jörg;Müßig;Königstraße 1", "Käthe;Groß;Bäckerweg 2", "Jürgen;Böhm;Grüner Weg"],
    ),
    "french": ("Prénom;Nom;Ville", ["Zoë;Lefèvre;Besançon", "Hélène;Côté;Orléans", "François;Noël;Nîmes"]),
    "japanese": (
        "氏名;会社名;都道府県",
        ["山田 太郎;株式会社ソニー表;東京都", "佐藤 花子;能登製作所;大阪府", "鈴木 一郎;十勝フーズ;北海道"],
    ),
    "chinese": ("姓名;公司;城市", ["王小明;北京科技有限公司;北京", "李娜;上海贸易公司;上海", "张伟;广州食品厂;广州"]),
    "taiwanese": (
        "姓名;公司;城市",
        ["陳大文;台灣許功蓋公司;臺北市", "林美玲;高雄貿易;高雄市", "黃志強;新竹電子;新竹市"],
    ),
    "korean": ("이름;회사;도시", ["김민수;서울전자;서울", "이영희;부산무역;부산", "박지훈;대구식품;대구"]),
}
WRITTEN = [
    ("polish", "windows-1250"), ("polish", "iso-8859-2"), ("czech", "windows-1250"), ("czech", "iso-8859-2"),
    ("hungarian", "windows-1250"), ("turkish", "windows-1254"), ("turkish", "iso-8859-9"),
    ("russian", "windows-1251"), ("russian", "koi8-r"), ("russian", "cp866"), ("ukrainian", "windows-1251"),
    ("greek", "windows-1253"), ("greek", "iso-8859-7"), ("hebrew", "windows-1255"), ("german", "windows-1252"),
    ("german", "mac-roman"), ("german", "cp850"), ("french", "windows-1252"), ("french", "mac-roman"),
    ("japanese", "cp932"), ("japanese", "euc-jp"), ("chinese", "gbk"), ("chinese", "gb18030"), ("taiwanese", "big5"),
    ("korean", "euc-kr"), ("polish", "utf-16-le"), ("polish", "utf-16-be"),
]  # fmt: skip


def written(people: str, encoding: str, times: int = 6) -> bytes:
    """Write people as a file in an encoding."""
    header, rows = PEOPLE[people]
    lines = [f"email;{header}", *(f"p{n}@example.org;{rows[n % len(rows)]}" for n in range(times))]
    return "\r\n".join([*lines, ""]).encode(encoding)


@pytest.mark.parametrize(("people", "encoding"), WRITTEN, ids=str)
def test_an_encoding_is_found(reader: Reader, people: str, encoding: str) -> None:
    opened = reader.open(written(people, encoding))
    header, rows = PEOPLE[people]
    assert list(opened.layout.header) == ["email", *header.split(";")]
    assert [row[1:] for row in opened.rows] == [row.split(";") for row in rows] * 2
    assert any(notice.startswith("Read as") for notice in opened.layout.notices)


@pytest.mark.parametrize(("people", "encoding"), WRITTEN, ids=str)
def test_the_user_can_choose_the_encoding(reader: Reader, people: str, encoding: str) -> None:
    found = reader.open(written(people, encoding)).rows
    assert reader.open(written(people, encoding), wanted=encoding.upper()).rows == found


@pytest.mark.parametrize("wanted", [None, "iso-2022-jp", "ISO2022JP"])
def test_japanese_in_escape_sequences_is_read(reader: Reader, wanted: str | None) -> None:
    plain = b"email;name\n" + b"p@example.org;Berlin\n" * 100_000
    opened = reader.open(plain + "q@example.jp;山田 太郎\n".encode("iso2022_jp"), wanted=wanted)
    assert opened.rows[-1] == ["q@example.jp", "山田 太郎"]
    assert opened.layout.notices == ("Read as ISO-2022-JP (detected by its escape sequences).",)


def test_invalid_japanese_escape_sequences_are_refused(reader: Reader) -> None:
    with pytest.raises(Invalid, match=r"cannot be read as ISO-2022-JP.*save it as UTF-8"):
        reader.open(b"email;name\nq@example.jp;\x1b$B\x7f\x7f\x1b(B\n")


def test_the_deciding_bytes_may_be_at_the_end(reader: Reader) -> None:
    plain = b"email;city\n" + b"p@example.org;Berlin\n" * 300_000
    opened = reader.open(plain + "q@example.org;Łódź\nr@example.org;Wrocław i Kraśnik\n".encode("cp1250"))
    assert [row[1] for row in opened.rows[-2:]] == ["Łódź", "Wrocław i Kraśnik"]


def test_a_stray_line_is_decoded_in_the_language_of_the_file(reader: Reader) -> None:
    good = "".join(f"p{n}@example.pl;Żaneta Wiśniewska, Łódź\n" for n in range(5))
    opened = reader.open(f"email;name\n{good}".encode() + "q@example.pl;Łukasz Świątek\n".encode("cp1250"))
    assert opened.rows[-1][1] == "Łukasz Świątek"
    assert opened.rows[0][1] == "Żaneta Wiśniewska, Łódź"
    assert opened.layout.notices == ("1 line is not UTF-8 and was read as Windows-1250 (line 7).",)


def test_only_an_ambiguous_stray_line_is_rejected(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "detect", lambda _: Detected("windows-1250", "windows-1252"))
    spool = reader.directory / "spool"
    content = "email,name\na@example.org,José\n".encode() + b'b@example.org,"x\nKova\xe8"\nc@example.org,y\n'
    reader.open(content)
    file = opened(reader.directory / "people.csv", spool)
    assert "1 line is not UTF-8 and can be read in two ways (line 4): the rows are rejected." in file.layout.notices
    with open_staging(reader.directory, "100MB", 1) as staging:
        staged = StagedCsv(staging, 2, ",")
        for chunk in file.chunks():
            staged.add(chunk)
        staged.flush()
        assert staged.broken == {
            1: "the line is not UTF-8, and it is not clear whether it is Windows-1250 or Windows-1252: "
            "correct the letters that are not ASCII"
        }
        assert [row[1] for row in execute(staging, "FROM rows").fetchall()] == ["José", None, "y"]
    with pytest.raises(Invalid, match="line 1: the line is not UTF-8, and it is not clear"):
        reader.open(b"email,Kova\xe8\n" + "a@example.org,José\n".encode())


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_a_file_of_two_encodings_is_read_line_by_line(reader: Reader, mark: bytes) -> None:
    half = "".join(f"a{n}@example.org,José García\n" for n in range(20))
    content = b"email,name\n" + half.encode() + half.replace("a", "b").encode("cp1252")
    names = {row[1] for row in reader.open(mark + content).rows}
    assert names == {"José García", "José Gbrcíb"}


def test_an_ambiguous_encoding_is_asked_for(reader: Reader) -> None:
    with pytest.raises(Invalid) as refused:
        reader.open("email,name\na@example.org,Kovač\n".encode("cp1250"))
    assert 'line 2 reads "a@example.org,Kovaè" in Windows-1252' in str(refused.value)
    assert '"a@example.org,Kovač" in Windows-1250' in str(refused.value)
    [unclear] = refused.value.problems
    assert "add --encoding windows-1252 or --encoding windows-1250" in WORDS.render(unclear)
    assert reader.open("email,name\na@example.org,Kovač\n".encode("cp1250"), wanted="cp1250").rows[0][1] == "Kovač"


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ("klingon", "not a known encoding; common ones are utf-8, windows-1250"),
        ("rot13", "not a known encoding"),
        ("utf-7", "not a known encoding"),
        ("unicode_escape", "not a known encoding"),
        ("cp037", "not a known encoding"),
        ("iso2022_jp", "cannot be read as ISO-2022-JP"),
        ("utf-8", "line 3: cannot be read as UTF-8"),
        ("shift_jis", "line 3: cannot be read as Shift_JIS"),
    ],
)
def test_an_impossible_encoding_is_refused(reader: Reader, wanted: str, reason: str) -> None:
    content = b"email,name\na@example.org,x\nb@example.org,Zo\xeb,\n"
    with pytest.raises(Invalid) as refused:
        reader.open(content, wanted=wanted)
    assert reason in str(refused.value)


def test_a_contradicting_byte_order_mark_is_refused(reader: Reader) -> None:
    with pytest.raises(Invalid, match="starts with a UTF-8 byte order mark: choose that encoding"):
        reader.open(codecs.BOM_UTF8 + b"email\na@example.org\n", wanted="windows-1250")


def test_binary_garbage_is_not_read_as_text(reader: Reader) -> None:
    with pytest.raises(Invalid):
        reader.open(b"email,name\na@example.org," + b"\xff\xfe\xfd" * 99 + b"\n")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\n", "is a vCard file"),
        (b"<html><table><tr><td>Email</td></tr></table>", "is a web page (HTML)"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><html xmlns="x">', "is a web page (HTML)"),
        (
            b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook '
            b'xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "Excel 2003 XML spreadsheet",
        ),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"\xff\xd8\xff\xe0", "is an image"),
        (b"From ann@example.org Fri Nov 27\nReceived: by x\n", "is an email message or mailbox"),
        (b"Return-Path: <a@b.org>\nReceived: from x\n\tby y\nSubject: Hi\n\nText\n", "is an email message or mailbox"),
        (b"{\\rtf1\\ansi", "is a text document"),
    ],
)
def test_other_file_formats_are_named(reader: Reader, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        reader.open(content)
    assert reason in str(refused.value)
