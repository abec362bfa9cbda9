"""What the name of a column says of its cells, in the languages in which exports name their columns."""

import re

from tamis.domain.fields import key_of


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_IDENTIFIERS = _words("""
    id ids uid uuid guid sku ean gtin upc isbn asin iban bic vat tin ssn siren siret cif nif orgnr barcode
    zip zipcode postcode postal postalcode postleitzahl plz cap cep codigopostal
    phone phones telephone tel telefon telefono teléfono téléphone telefone telefoon puhelin
    mobile mobil mobiltelefon handy cell cellphone cellulare móvil celular gsm fax sms whatsapp msisdn
    kundennummer kundennr kundenr kundnummer artikelnummer bestellnummer rechnungsnummer telefonnummer handynummer
    mobilnummer mobilnr postnummer postnr klantnummer
    """)
_NUMBER_WORDS = _words("no nr number num nummer número numero")
_COUNTS = _words("""
    count counts total totals sum amount quantity qty average avg calls sent clicks opens visits
    anzahl summe menge betrag nombre montant cantidad importe quantità totale totaal antal
    """)
_IDEOGRAPHS = ("電話", "电话", "手机", "手機", "携帯", "郵便番号", "邮编", "邮政编码", "郵遞區號", "전화", "우편번호")
_COORDINATES = _words("lat latitude lon lng long longitude breitengrad längengrad coordinates geo")
_BIRTHS = _words("""
    birth birthday birthdate born dob geburtsdatum geburtstag geburt geboren naissance nacimiento nascita nascimento
    geboortedatum födelsedag födelsedatum fødselsdag fødselsdato urodzenia
    """)
_NOT_YES_OR_NO = _words("""
    gender sex geschlecht sexe sexo sesso geslacht kön kjønn country countries land pays país pais paese kraj
    lang language locale sprache langue idioma lingua taal språk size größe grösse taille talla taglia maat
    initial initials middle mi code iso region province grade title anrede
    """)
_QUESTIONS = _words("""
    is has accepts accept accepted allow allows allowed can active enabled disabled verified confirmed subscribed
    unsubscribed subscription newsletter optin optout opt consent gdpr blacklisted blocked bounced exempt deleted
    archived paid marketing
    """)


def words_of(header: str) -> list[str]:
    """Split the name of a column into folded words; `customerId` has two."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return key_of(apart).split("_")


def names_identifiers(header: str) -> bool:
    """Return whether a column is called after digits that count nothing: phone, postal code, customer number."""
    words = words_of(header)
    if _COUNTS.intersection(words):
        return False
    is_number_of = len(words) > 1 and words[-1] in _NUMBER_WORDS
    return is_number_of or bool(_IDENTIFIERS.intersection(words)) or any(sign in header for sign in _IDEOGRAPHS)


def names_coordinates(header: str) -> bool:
    """Return whether a column is called after places on the globe, which have a decimal point also in other
    countries."""
    return bool(_COORDINATES.intersection(words_of(header)))


def names_births(header: str) -> bool:
    """Return whether a column is called after days of birth, which do not lie in the future."""
    return bool(_BIRTHS.intersection(words_of(header)))


def names_no_answers(header: str) -> bool:
    """Return whether a column is called after something that is not answered by yes or no: country, language,
    gender."""
    return bool(_NOT_YES_OR_NO.intersection(words_of(header)))


def asks_question(header: str) -> bool:
    """Return whether a column is called after a question that yes or no answers: accepts marketing, blacklisted."""
    return bool(_QUESTIONS.intersection(words_of(header))) and not names_no_answers(header)
