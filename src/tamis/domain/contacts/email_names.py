"""Names of email columns in many languages."""

import re
import unicodedata
from enum import IntEnum
from functools import lru_cache


class NameMatch(IntEnum):
    """How well the name of a column matches the names of email columns."""

    NONE = 0
    PART = 1
    KNOWN = 2
    EXACT = 3


_KNOWN_NAMES = """
    email, mail, email address, mail address, email id, mail id, electronic mail, user mail, emails
    correo, correo electrónico, dirección de correo, dirección de correo electrónico, dirección electrónica, correo e
    correu, correu electrònic, adreça electrònica, adreça de correu electrònic, adreça de correu, enderezo electrónico
    endereço de email, endereço eletrônico, endereço electrónico, endereço de correio eletrónico, correio eletrônico
    correio electrónico, adresse email, adresse mail, adresse de messagerie, adresse électronique, adresse courriel
    adresse de courriel, courriel, courrier électronique, mél, emailadresse, email adresse, mailadresse, mail adresse
    indirizzo email, indirizzo mail, indirizzo di posta, indirizzo di posta elettronica, posta elettronica
    emailadres, email adres, mailadres, adres email, adres mail, poczta, poczta elektroniczna
    adres poczty elektronicznej, epost, epostadress, epostadresse, epost adress, epost adresse, mejl, mejladress
    mailadress, mail adress, sähköposti, sähköpostiosoite, meil, meiliaadress, eposti aadress, epasts, epasta adrese
    el paštas, el pašto adresas, elektroninis paštas, emailová adresa, mailová adresa, elektronická pošta
    elektronická adresa, epošta, eposta, epoštni naslov, elektronska pošta, elektronski naslov, email adresa
    adresa epošte, mail adresa, email cím, emailcím, mail cím, elektronikus levélcím, adresă email, adresă de email
    adresa de mail, poștă electronică, poșta electronică, adresă electronică, posta elektronike, adresa elektronike
    eposta adresi, elektronik posta, mail adresi, email adresi, posta elektronikoa, helbide elektronikoa
    eposta helbidea, netfang, tölvupóstur, tölvupóstfang, teldupostur, ríomhphost, seoladh ríomhphoist, ebost
    cyfeiriad ebost, surel, alamat email, alamat surel, emel, alamat emel, thư điện tử, địa chỉ email, hộp thư
    địa chỉ thư điện tử, barua pepe, epos, eposadres, retpoŝto, retadreso, retpoŝtadreso

    электронная почта, эл почта, эл адрес, электронный адрес, адрес электронной почты, адрес эл почты, почта
    почтовый ящик, имейл, емейл, мейл, мэйл, е мейл, имейл адрес, електронна пошта, ел пошта, пошта
    адреса електронної пошти, імейл, електронна адреса, электронная пошта, адрас электроннай пошты, електронна поща
    ел поща, имейл адрес, електронен адрес, имејл, емаил, е пошта, епошта, електронска пошта, имејл адреса
    електронска адреса, е маил, мејл, электрондық пошта, цахим шуудан, имэйл

    ηλεκτρονικό ταχυδρομείο, ηλ ταχυδρομείο, ηλεκτρονική διεύθυνση, ηλ διεύθυνση, διεύθυνση email, διεύθυνση mail
    διεύθυνση ηλεκτρονικού ταχυδρομείου, ιμέιλ, ელფოსტა, ელ ფოსტა, ელექტრონული ფოსტა, ელ ფოსტის მისამართი, էլ փոստ
    էլփոստ, էլ հասցե, էլեկտրոնային փոստ, էլեկտրոնային հասցե

    メールアドレス, メール, メアド, eメール, eメールアドレス, emailアドレス, 電子メール, 電子メールアドレス
    電子邮件, 电子邮件, 电子邮件地址, 电子邮箱, 电子邮箱地址, 邮箱, 邮箱地址, 邮件, 邮件地址, 电邮, 电邮地址
    電子郵件, 電子郵件地址, 電子郵箱, 電子信箱, 郵箱, 信箱, 電郵, 電郵地址, 郵件地址
    이메일, 이메일 주소, 메일, 메일 주소, 전자우편, 전자우편 주소
    전자메일, อีเมล, อีเมล์, ที่อยู่อีเมล, ईमेल, ई मेल, ईमेल पता, ईमेल आईडी, ইমেইল, ইমেল, ই মেইল, மின்னஞ்சல், ఇమెయిల్, ಇಮೇಲ್
    ഇമെയിൽ, ઇમેઇલ, ਈਮੇਲ, ඊමේල්, အီးမေးလ်, អ៊ីមែល, ອີເມວ

    البريد الإلكتروني, بريد إلكتروني, البريد الالكتروني, عنوان البريد الإلكتروني, بريد, الايميل, الإيميل, إيميل, ايميل
    پست الکترونیک, پست الکترونیکی, ایمیل, رایانامه, نشانی ایمیل, آدرس ایمیل, ای میل, برقی پتہ
    דואר אלקטרוני, דואל, דוא ל, אימייל, מייל, כתובת אימייל, כתובת מייל, כתובת דואל, כתובת דואר אלקטרוני, אי מייל
"""


def match_name(name: str) -> NameMatch:
    """Return how well the name of a column matches those of email columns, ignoring case, accents and punctuation."""
    words = _words(name)
    bare = "".join(words)
    if any(character.isdigit() for character in name):  # one of several, such as "E-mail 2"
        bare = ""
    if bare == "email":
        return NameMatch.EXACT
    if bare in _known():
        return NameMatch.KNOWN
    bare = "".join(words)
    runs = ("".join(words[start:end]) for start in range(len(words)) for end in range(start + 1, len(words) + 1))
    if any(run in _known() for run in runs) or any(known in bare for known in _unspaced()):
        return NameMatch.PART
    return NameMatch.NONE


_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MOST_WORDS = 12


def _words(name: str) -> list[str]:
    """Split a name into words at digits and punctuation, without accents."""
    folded = unicodedata.normalize("NFKD", _CAMEL.sub(" ", name)).casefold()
    bare = "".join(character for character in folded if not unicodedata.combining(character))
    return _WORD.findall(bare)[:_MOST_WORDS]


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    names = (name for line in _KNOWN_NAMES.splitlines() for name in line.split(","))
    return frozenset("".join(_words(name)) for name in names if name.strip())


@lru_cache(maxsize=1)
def _unspaced() -> tuple[str, ...]:
    """Return the names in scripts without spaces between words, which may occur anywhere in a longer name."""
    return tuple(name for name in _known() if re.match(r"[\u0e00-\u0fff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]", name))
