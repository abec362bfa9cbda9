"""Why a file cannot be read; each continues the name of the file, but for those about the disk."""

from collections.abc import Mapping

FILES: Mapping[str, str] = {
    "disk_nearly_full": "the disk on which {place} lies is nearly full ({free} MB are left): make room and try again",
    "encoding_damaged": (
        "cannot be read as {encoding}: it has bytes that mean nothing in it; save it as UTF-8, and import that"
    ),
    "encoding_does_not_fit": (
        "cannot be read as {encoding}: it has bytes that mean nothing in it; choose another encoding"
    ),
    "encoding_mark_differs": "begins with the mark of {mark}: choose that encoding",
    "encoding_unclear": (
        'can be read in two ways: in line {line:,} stands "{one}" if it is {label}, and "{other}" if it is '
        "{other_label}: choose the encoding"
    ),
    "encoding_unknown": 'cannot be read as "{encoding}", which is no encoding that is known; usual are {usual}',
    "file_changed_meanwhile": "has changed while it was being read: import it again when it is complete",
    "file_not_read": "cannot be read: {reason}",
    "file_takes_too_much_disk": (
        "the file takes up {taken:,} MB of the disk on which {place} lies, more than half of what was free: make "
        "room there, or import the file in parts"
    ),
    "gzip_damaged": "is not a whole gzip file: it is damaged; fetch it again",
    "gzip_ends_too_early": "is not a whole gzip file: it ends too early; fetch it again",
    "gzip_too_large": (
        "unpacks to more than {times:,} times its size and more than {most} GB: unpack it yourself if that is "
        "right, and import the result"
    ),
    "header_is_wrong": "should name the columns, but {problem}",
    "header_missing": (
        "holds an e-mail address where the names of the columns should stand: put a line with the names of the "
        "columns above it"
    ),
    "import_has_no_memory": (
        "the file needs more than the {memory} of memory that an import may have, for example because it has "
        "very many columns: raise TAMIS_IMPORT_MEMORY, or import fewer columns at a time"
    ),
    "import_has_no_room": (
        "the file needs more room on the disk than there is, of which an import takes half at most: make room "
        "there, or import the file in parts"
    ),
    "import_step_too_slow": (
        "a step of reading the file took more than {seconds:,.0f} seconds: cut the file in parts, or raise "
        "TAMIS_IMPORT_STEP_TIME"
    ),
    "is_7zip": "is a 7-Zip archive: unpack it and import the file in it",
    "is_bzip2": "is compressed with bzip2: unpack it, or compress it with gzip, and import that",
    "is_calendar": "is a calendar: a table is needed, such as CSV or an Excel workbook",
    "is_compressed_twice": "is compressed twice: unpack it once and import the result",
    "is_empty_zip": "is an empty zip archive",
    "is_mailbox": "is a message or a mailbox: a table is needed, such as CSV or an Excel workbook",
    "is_numbers_document": "is a Numbers document: choose File, Export To, Excel or CSV in Numbers, and import that",
    "is_old_office_document": (
        "is an old Office document or an encrypted workbook: save the sheet as CSV or .xlsx without a password, "
        "and import that"
    ),
    "is_parquet": "is a Parquet file: it is no text to be read as CSV",
    "is_pdf": "is a PDF: a table is needed, such as CSV or an Excel workbook",
    "is_picture": "is a picture: a table is needed, such as CSV or an Excel workbook",
    "is_powerpoint_document": "is a PowerPoint document: a table is needed, such as CSV or an Excel workbook",
    "is_rar": "is a RAR archive: unpack it and import the file in it",
    "is_rtf": "is a text document (RTF): a table is needed, such as CSV or an Excel workbook",
    "is_sqlite": "is a SQLite database: export the table as CSV and import that",
    "is_utf32": "is text in UTF-32: save it as UTF-8 and import again",
    "is_vcards": (
        "is a file of vCards, as address books write them: export the contacts as CSV instead (Google Contacts: "
        "Export, Google CSV; Outlook: Export to a file)"
    ),
    "is_web_page": (
        "is a web page (HTML), whatever its name says: open it in a spreadsheet and save it as .xlsx or CSV, and "
        "import that"
    ),
    "is_word_document": "is a Word document: save the table in it as .xlsx or CSV, and import that",
    "is_xml": "is XML: a table is needed, such as CSV or an Excel workbook",
    "is_xml_spreadsheet": "is an XML spreadsheet of Excel 2003: open it in a spreadsheet and save it as .xlsx or CSV",
    "is_xz": "is compressed with xz: unpack it, or compress it with gzip, and import that",
    "is_zip": "is a zip archive: unpack it and import the files in it, one after the other",
    "is_zip_archive": "is a zip archive ({files:plain 3}): unpack it and import the files in it, one after the other",
    "is_zstandard": "is compressed with Zstandard: unpack it, or compress it with gzip, and import that",
    "json_list_not_whole": "is no whole JSON list of objects: {reason}",
    "json_list_too_large": "is a JSON list of more than {most} MB: write each object in a line of its own (NDJSON)",
    "json_too_deep": "holds lists or objects in each other, too deep to be values of contacts",
    "line_not_read": "{reason}",
    "ndjson_keys_alike": "has more than {most} keys that differ from others only in the case of letters",
    "ndjson_line_too_long": "has a line of more than {most} MB: each line is to be one object",
    "ndjson_without_objects": 'has no JSON object: each line must be one, such as {{"email": "a@b.org"}}',
    "not_a_workbook": "is no workbook",
    "not_in_encoding": "is not in {encoding}: some of its bytes have no meaning in it",
    "not_text": "is no text: a table as text is needed, such as CSV, or an Excel workbook",
    "parquet_not_readable": "is a Parquet file of a sort that cannot be read: {reason}",
    "parquet_not_whole": "is not a whole Parquet file",
    "record_too_long": "is longer than {most} MB: this is no table as text",
    "sheet_unknown": 'has no sheet "{sheet}"; it has {sheets:quoted 10}',
    "table_too_sparse": (
        "has {columns:,} columns in {rows:,} rows, of which nearly all are blank: import the rows that have the "
        "same columns together, as a file of their own"
    ),
    "too_many_broken_rows": (
        "has more than {most:,} rows that are wrong, most of them with more or fewer cells than the header"
    ),
    "too_many_columns": "has more than {most:,} columns, which is the most: leave out what you do not need",
    "too_many_keys": "has more than {most:,} different keys, which is the most: leave out what you do not need",
    "too_many_lines_no_object": "has more than {most:,} lines that are no JSON object",
    "workbook_damaged": "is a damaged zip archive or workbook: fetch it again",
    "workbook_has_password": "is protected by a password: save it without one and import that",
    "workbook_needs_too_much": (
        "is a workbook that needs too much memory or time to be read, or is damaged: save the sheet as CSV and "
        "import that"
    ),
    "workbook_not_readable": "is no workbook that can be read, or is damaged: save the sheet as .xlsx or CSV",
    "workbook_too_large": "is a workbook of more than {most} MB: save the sheet as CSV and import that",
    "workbook_unpacks_too_large": (
        "is a workbook that unpacks to more than {most} MB: save the sheet as CSV and import that"
    ),
    "workbook_without_rows": "is a workbook without rows: the first row of a sheet must name the columns",
}
