"""Names of email columns."""

import pytest

from tamis.domain.contacts.email_names import NameMatch, match_name

KNOWN = (
    "email address", "E-mail Address", "EMAIL ADDRESS", "emailAddress", "mail", "Correo electrónico",
    "CORREO ELECTRONICO", "Correo", "Dirección de correo electrónico", "Adresse e-mail", "Adresse électronique",
    "Courriel", "E-Mail-Adresse", "Email-Adresse", "E-postadresse", "E-postadress", "E-post", "Sähköposti",
    "Indirizzo e-mail", "Posta elettronica", "Endereço de e-mail", "Adres e-mail", "E-mailadres", "E-pošta",
    "E-mailová adresa", "E-mail cím", "Adresă de e-mail", "Электронная почта", "Эл. почта", "Електронна пошта",
    "Имейл", "メールアドレス", "Ｅメール", "电子邮件", "邮箱", "電子郵件", "이메일", "이메일 주소",
    "البريد الإلكتروني", "البريد الالكتروني", "ηλεκτρονικό ταχυδρομείο", "ΗΛΕΚΤΡΟΝΙΚΟ ΤΑΧΥΔΡΟΜΕΙΟ", "e-posta",
    "E-POSTA ADRESİ", "אימייל", 'דוא"ל', "ईमेल", "อีเมล", "Thư điện tử", "E-mel",
)  # fmt: skip
PARTS = (
    "Your email", "user_email", "UserEmail", "Email (required)", "E-mail 1 - Value", "Email 2", "Email (2)",
    "Adresse e-mail (pro)", "Email opt-in", "Email Marketing: accepts", "EMAIL_BLACKLISTED", "お客様メールアドレス",
    "What is your e-mail address?",
)  # fmt: skip
OTHERS = (
    "",
    "Name",
    "Mailing address",
    "Mailchimp ID",
    "Address",
    "Adresse",
    "Emailed",
    "城市",
    "First mailing",
    "_",
    "1",
)


@pytest.mark.parametrize("name", ["email", "Email", "E-mail", "e_mail", "Email *", "E‑Mail:", "ｅｍａｉｌ", "*EMAIL*"])
def test_all_spellings_of_email_are_recognized(name: str) -> None:
    assert match_name(name) is NameMatch.EXACT


@pytest.mark.parametrize(
    ("names", "match"), [(KNOWN, NameMatch.KNOWN), (PARTS, NameMatch.PART), (OTHERS, NameMatch.NONE)]
)
def test_email_column_names_are_known_in_many_languages(names: tuple[str, ...], match: NameMatch) -> None:
    assert {name: match_name(name) for name in names} == dict.fromkeys(names, match)
