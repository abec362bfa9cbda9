"""The frequencies of letters outside ASCII by language, and hints at the language of a file."""

import math
import re
from collections.abc import Iterable, Mapping

# The letters of each language, the most frequent first, from names, towns and ordinary words.
_LETTERS = {
    "German": "üäöß",
    "French": "éèêçàôïîëûùâœ",
    "Spanish": "íéáóñúü",
    "Catalan": "àèóéíòïçúü",
    "Portuguese": "ãáéçíóêõôâúà",
    "Italian": "àèùòìé",
    "Swedish": "öäåé",
    "Danish": "øåæéöä",
    "Icelandic": "áðíóöéþúæý",
    "Dutch": "éëïèöü",
    "Estonian": "äõüöšž",
    "Polish": "łóśżąęńćź",
    "Czech": "áíéřěščžýůúňťďó",
    "Slovak": "áíčšžéýľúôťňäďóŕĺ",
    "Hungarian": "áéöóíőüúű",
    "Romanian": "ăşţâî",
    "Croatian": "čšžćđ",
    "Turkish": "ıüşğöçİ",
    "Lithuanian": "ėšųąžūįčę",
    "Latvian": "āīēšņļūžķčģ",
    "Russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "Ukrainian": "оанивіртескулдмпязьбгйчхїжшцюєщфґ",
    "Bulgarian": "аиоетнрсвлкдпмзгяъбучцжщхшюйфь",
    "Serbian": "аоеинсртдкумвлпјбгзчшжцњћђљфхџ",
    "Greek": "αοιτενσρυκπημλςωόάίέγδήθχφύβώξζψϊ",
    "Hebrew": "יוהלארתבשמנםדקעחןגפזכטצסךףץ",
    "Arabic": "اليمونرتبةدعهسكفقحأجىشطصخضذإثزءغئظآؤ",
    "Persian": "اینردمهتبوسشلکزقفگخعپحجصآچطغذثضژظئ",
    "Thai": "านรกอเ่งทมวยลีั้ตะสคบจดปพหแิขไ์ืใโชุูถซธณ็ึผฉภศฝฮญฏฐฟ",
}
_CAPITALS = 0.25
"""So often as its small letter a capital stands, because names are written with one."""
_ENDINGS = {
    "pl": ("Polish",), "de": ("German",), "at": ("German",), "ch": ("German", "French", "Italian"), "fr": ("French",),
    "be": ("French", "Dutch"), "nl": ("Dutch",), "es": ("Spanish", "Catalan"), "mx": ("Spanish",), "ar": ("Spanish",),
    "cl": ("Spanish",), "pe": ("Spanish",), "uy": ("Spanish",), "cat": ("Catalan",), "br": ("Portuguese",),
    "pt": ("Portuguese",), "it": ("Italian",), "se": ("Swedish",), "fi": ("Swedish",), "no": ("Danish",),
    "dk": ("Danish",), "is": ("Icelandic",), "ee": ("Estonian",), "cz": ("Czech",), "sk": ("Slovak",),
    "hu": ("Hungarian",), "ro": ("Romanian",), "md": ("Romanian", "Russian"), "hr": ("Croatian",), "si": ("Croatian",),
    "ba": ("Croatian", "Serbian"), "rs": ("Serbian", "Croatian"), "tr": ("Turkish",), "lt": ("Lithuanian",),
    "lv": ("Latvian",), "ru": ("Russian",), "by": ("Russian",), "kz": ("Russian",), "ua": ("Ukrainian", "Russian"),
    "bg": ("Bulgarian",), "gr": ("Greek",), "cy": ("Greek",), "il": ("Hebrew",), "sa": ("Arabic",), "ae": ("Arabic",),
    "eg": ("Arabic",), "ma": ("Arabic", "French"), "ir": ("Persian",), "th": ("Thai",), "jp": ("Japanese",),
    "cn": ("Chinese",), "tw": ("Chinese",), "hk": ("Chinese",), "kr": ("Korean",),
}  # fmt: skip
# Words of headers in ASCII, without the letters that a wrong encoding hides.
_WORDS = {
    "German": "vorname nachname name ort plz strasse land firma telefon anrede geburtsdatum",
    "French": "nom ville pays adresse code postal societe civilite courriel",
    "Spanish": "nombre apellido apellidos ciudad correo direccion pais empresa",
    "Portuguese": "nome sobrenome cidade estado endereco telefone empresa",
    "Italian": "nome cognome indirizzo provincia comune azienda",
    "Swedish": "namn fornamn efternamn stad ort gatuadress etunimi sukunimi",
    "Danish": "fornavn efternavn etternavn navn postnummer poststed",
    "Dutch": "naam voornaam achternaam woonplaats straat postcode",
    "Polish": "nazwisko miasto ulica kraj firma telefon zgoda kwota",
    "Czech": "jmeno prijmeni mesto ulice telefon obec",
    "Slovak": "meno priezvisko mesto ulica telefon obec",
    "Hungarian": "nev vezeteknev keresztnev varos utca telefon",
    "Romanian": "nume prenume oras judet telefon",
    "Croatian": "ime prezime priimek grad mesto adresa",
    "Turkish": "ad soyad adi soyadi isim sehir ilce telefon adres",
    "Estonian": "eesnimi perekonnanimi linn",
    "Lithuanian": "vardas pavarde miestas",
    "Latvian": "vards uzvards pilseta",
}
_ADDRESS = re.compile(rb"@[\w.-]+\.([a-z]{2,3})\b", re.IGNORECASE)
_WORD = re.compile(rb"[a-z]+", re.IGNORECASE)
_OWN_SHARE = 5
_BY_ENDING, _BY_WORD, _MOST_BY_WORDS = 4.0, 1.5, 4.5


def _log_shares(letters: str) -> Mapping[str, float]:
    shares: dict[str, float] = {}
    weights = [1 / (place + 2) for place in range(len(letters))]
    whole = sum(weights) * (1 + _CAPITALS)
    for letter, weight in zip(letters, weights, strict=True):
        shares[letter] = shares.get(letter, 0) + weight / whole
        capital = letter.upper()
        if len(capital) == 1 and capital != letter and not capital.isascii():
            shares[capital] = shares.get(capital, 0) + _CAPITALS * weight / whole
    return {letter: math.log(share) for letter, share in shares.items()}


SHARES = {language: _log_shares(letters) for language, letters in _LETTERS.items()}
"""The log frequency of each letter in each language."""
FIRST_LETTER = {language: letters[0] for language, letters in _LETTERS.items()}


def language_scores(start: bytes, lines: Iterable[bytes]) -> dict[str, float]:
    """Score the languages that the ASCII parts of a file hint at, as log likelihood ratios.

    The hints are the countries of email addresses and the words of the header, which is at the `start`."""
    found: dict[str, float] = {}
    endings: dict[str, int] = {}
    for text in (start, *lines):
        for ending in _ADDRESS.findall(text):
            country = ending.decode("ascii").lower()
            endings[country] = endings.get(country, 0) + 1
    whole = sum(endings.values())
    for country, count in endings.items():
        if count * _OWN_SHARE >= whole:
            for language in _ENDINGS.get(country, ()):
                found[language] = _BY_ENDING
    words = {word.decode("ascii").lower() for word in _WORD.findall(b"\n".join(start.split(b"\n")[:3]))}
    for language, known in _WORDS.items():
        shown = len(words.intersection(known.split()))
        found[language] = found.get(language, 0.0) + min(shown * _BY_WORD, _MOST_BY_WORDS)
    return found
