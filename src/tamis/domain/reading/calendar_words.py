"""Names of months and weekdays in the languages in which exports write them.

No word stands for two months in these languages. Others are left out because theirs do: `listopada` is November in
Polish and October in Croatian."""

_MONTHS = (
    # English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish and Norwegian
    "jan january januar jänner janvier janv enero ene gennaio gen janeiro januari",
    "feb february februar feber février fevrier févr fevr fév febrero febbraio fevereiro fev februari",
    "mar march märz mrz mär mars marzo março marco maart mrt marts",
    "apr april avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei maj",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juillet juil julio luglio lug julho",
    "aug august août aout agosto ago augustus augusti",
    "sep sept september septembre septiembre setiembre settembre set setembro",
    "oct october oktober okt octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december dezember dez décembre decembre déc diciembre dic dicembre dezembro desember des",
)
_WEEKDAYS = (
    # English, German, French, Spanish, Italian and Dutch
    "mon monday montag mo lundi lun lunes lunedì lunedi maandag",
    "tue tues tuesday dienstag di mardi mar martes martedì martedi dinsdag",
    "wed weds wednesday mittwoch mi mercredi mer miércoles mié miercoles mercoledì mercoledi woensdag",
    "thu thur thurs thursday donnerstag do jeudi jeu jueves jue giovedì giovedi gio donderdag",
    "fri friday freitag fr vendredi ven viernes vie venerdì venerdi vrijdag",
    "sat saturday samstag sonnabend sa samedi sam sábado sáb sabado sabato sab zaterdag",
    "sun sunday sonntag so dimanche dim domingo dom domenica zondag",
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_WEEKDAY_OF = {name: number for number, names in enumerate(_WEEKDAYS) for name in names.split()}


def month_named(name: str) -> int | None:
    """Find the number of a month, from 1, by its name or its abbreviation."""
    return _MONTH_OF.get(name.casefold())


def weekday_named(name: str) -> int | None:
    """Find the number of a weekday, from 0 for Monday, by its name or its abbreviation."""
    return _WEEKDAY_OF.get(name.casefold())
