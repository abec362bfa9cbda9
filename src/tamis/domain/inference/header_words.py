"""Words in column headers that hint at what the cells hold, in the languages of common exports."""

import re

from tamis.domain.values.fields import key_from_name


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


def split_words(header: str) -> list[str]:
    """Split a header into folded words; `customerId` has two."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return key_from_name(apart).split("_")


def has_identifier_word(header: str) -> bool:
    """Return whether a header names digits that are no quantity: phone, postal code, customer number."""
    words = split_words(header)
    if _COUNTS.intersection(words):
        return False
    is_number_of = len(words) > 1 and words[-1] in _NUMBER_WORDS
    return is_number_of or bool(_IDENTIFIERS.intersection(words)) or any(sign in header for sign in _IDEOGRAPHS)


def has_coordinate_word(header: str) -> bool:
    """Return whether a header names coordinates, which have a decimal point in all countries."""
    return bool(_COORDINATES.intersection(split_words(header)))


def has_birth_word(header: str) -> bool:
    """Return whether a header names dates of birth, which are never in the future."""
    return bool(_BIRTHS.intersection(split_words(header)))


def has_non_boolean_word(header: str) -> bool:
    """Return whether a header names something that is not answered by yes or no: country, language, gender."""
    return bool(_NOT_YES_OR_NO.intersection(split_words(header)))


def has_question_word(header: str) -> bool:
    """Return whether a header asks a yes-or-no question: accepts marketing, blacklisted."""
    return bool(_QUESTIONS.intersection(split_words(header))) and not has_non_boolean_word(header)
