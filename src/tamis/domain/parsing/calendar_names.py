"""Names of months and weekdays in the languages of common exports.

No name means two months. Polish and Croatian are left out because theirs do: `listopada` is
November in one and October in the other, `lip` July and June."""

_MONTHS = (
    # English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish and Norwegian,
    # then Czech (as dates have them), Russian, Turkish, Romanian and Finnish
    "jan january januar jänner janvier janv enero ene gennaio gen janeiro januari "
    "ledna января январь янв ocak oca ianuarie ian tammikuuta tammikuu",
    "feb february februar feber février fevrier févr fevr fév febrero febbraio fevereiro fev februari "
    "února unora февраля февраль фев şubat şub subat februarie helmikuuta helmikuu",
    "mar march märz mrz mär mars marzo março marco maart mrt marts "
    "března brezna марта март mart martie maaliskuuta maaliskuu",
    "apr april avril avr abril abr aprile dubna апреля апрель апр nisan nis aprilie huhtikuuta huhtikuu",
    "may mai mayo maggio mag maio mei maj května kvetna мая май mayıs mayis toukokuuta toukokuu",
    "jun june juni juin junio giugno giu junho června cervna июня июнь июн haziran haz iunie iun kesäkuuta kesäkuu",
    "jul july juli juillet juil julio luglio lug julho "
    "července cervence июля июль июл temmuz tem iulie iul heinäkuuta heinäkuu",
    "aug august août aout agosto ago augustus augusti srpna августа август авг ağustos ağu agustos elokuuta elokuu",
    "sep sept september septembre septiembre setiembre settembre set setembro "
    "září zari сентября сентябрь сен сент eylül eylul eyl septembrie syyskuuta syyskuu",
    "oct october oktober okt octobre octubre ottobre ott outubro out "
    "října rijna октября октябрь окт ekim eki octombrie lokakuuta lokakuu",
    "nov november novembre noviembre novembro "
    "listopadu ноября ноябрь ноя нояб kasım kasim kas noiembrie noi marraskuuta marraskuu",
    "dec december dezember dez décembre decembre déc diciembre dic dicembre dezembro desember des "
    "prosince декабря декабрь дек aralık aralik ara decembrie joulukuuta joulukuu",
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


def month_number(name: str) -> int | None:
    """Return the number of a month, from 1, by its name or abbreviation, or None."""
    return _MONTH_OF.get(name.casefold())


def weekday_number(name: str) -> int | None:
    """Return the number of a weekday, from 0 for Monday, by its name or abbreviation, or None."""
    return _WEEKDAY_OF.get(name.casefold())
