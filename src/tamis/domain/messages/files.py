"""Why a file cannot be read; each continues the name of the file, but for those about the disk."""

from collections.abc import Mapping

FILES: Mapping[str, str] = {
    "disk_nearly_full": "the disk of {place} is nearly full ({free} MB free): free up space and try again",
    "encoding_damaged": "cannot be read as {encoding}: some bytes are invalid; save it as UTF-8 and import that",
    "encoding_does_not_fit": "cannot be read as {encoding}: some bytes are invalid; choose another encoding",
    "encoding_mark_differs": "starts with a {mark} byte order mark: choose that encoding",
    "encoding_unclear": (
        'can be read in two ways: line {line:,} reads "{one}" in {label}, and "{other}" in {other_label}: choose the '
        "encoding"
    ),
    "encoding_unknown": 'cannot be read as "{encoding}", which is not a known encoding; common ones are {usual}',
    "file_changed_meanwhile": "changed while it was being read: import it again when it is complete",
    "file_is_empty": "is empty: the first line must contain the column names",
    "file_not_read": "cannot be read: {reason}",
    "file_not_utf8": "is not valid UTF-8: save it as UTF-8",
    "file_takes_too_much_disk": (
        "the file takes {taken:,} MB on the disk of {place}, more than half of the free space: free up space, or "
        "import the file in parts"
    ),
    "gzip_damaged": "is a damaged gzip file: download or copy it again",
    "gzip_ends_too_early": "is an incomplete gzip file: download or copy it again",
    "gzip_too_large": (
        "unpacks to more than {times:,} times its size and more than {most} GB: if that is right, unpack it yourself "
        "and import the result"
    ),
    "header_is_wrong": "should contain the column names, but {problem}",
    "header_missing": "contains an email where the column names should be: add a line with the column names above it",
    "import_has_no_memory": (
        "the file needs more memory than the {memory} allowed for an import, perhaps because it has very many columns: "
        "raise TAMIS_IMPORT_MEMORY, or import fewer columns at a time"
    ),
    "import_has_no_room": (
        "the file needs more disk space than is available (an import uses at most half of the free space): free up "
        "space, or import the file in parts"
    ),
    "import_step_too_slow": (
        "one step of reading the file took more than {seconds:,.0f} seconds: split the file, or raise "
        "TAMIS_IMPORT_STEP_TIME"
    ),
    "is_7zip": "is a 7-Zip archive: unpack it and import the file inside",
    "is_bzip2": "is compressed with bzip2: unpack it, or compress it with gzip, and import that",
    "is_calendar": "is a calendar: import a table, such as CSV or an Excel workbook",
    "is_compressed_twice": "is compressed twice: unpack it once and import the result",
    "is_empty_zip": "is an empty zip archive",
    "is_mailbox": "is an email message or mailbox: import a table, such as CSV or an Excel workbook",
    "is_numbers_document": "is a Numbers document: in Numbers, choose File > Export To > Excel or CSV, and import that",
    "is_old_office_document": (
        "is an old Office document or an encrypted workbook: save the sheet as CSV or .xlsx without a password, and "
        "import that"
    ),
    "is_parquet": "is a Parquet file and cannot be read as CSV",
    "is_pdf": "is a PDF: import a table, such as CSV or an Excel workbook",
    "is_picture": "is an image: import a table, such as CSV or an Excel workbook",
    "is_powerpoint_document": "is a PowerPoint document: import a table, such as CSV or an Excel workbook",
    "is_rar": "is a RAR archive: unpack it and import the file inside",
    "is_rtf": "is a text document (RTF): import a table, such as CSV or an Excel workbook",
    "is_sqlite": "is a SQLite database: export the table as CSV and import that",
    "is_utf32": "is text in UTF-32: save it as UTF-8 and import it again",
    "is_vcards": (
        "is a vCard file, as address books write it: export the contacts as CSV instead (Google Contacts: Export > "
        "Google CSV; Outlook: Export to a file)"
    ),
    "is_web_page": (
        "is a web page (HTML), whatever its name says: open it in a spreadsheet, save it as .xlsx or CSV, and import "
        "that"
    ),
    "is_word_document": "is a Word document: save its table as .xlsx or CSV, and import that",
    "is_xml": "is XML: import a table, such as CSV or an Excel workbook",
    "is_xml_spreadsheet": "is an Excel 2003 XML spreadsheet: open it in a spreadsheet and save it as .xlsx or CSV",
    "is_xz": "is compressed with xz: unpack it, or compress it with gzip, and import that",
    "is_zip": "is a zip archive: unpack it and import its files one by one",
    "is_zip_archive": "is a zip archive ({files:plain 3}): unpack it and import its files one by one",
    "is_zstandard": "is compressed with Zstandard: unpack it, or compress it with gzip, and import that",
    "json_list_not_whole": "is not a complete JSON list of objects: {reason}",
    "json_list_too_large": "is a JSON list larger than {most} MB: write each object on its own line (NDJSON)",
    "json_too_deep": "contains lists or objects nested too deep to be values of contacts",
    "ndjson_keys_alike": "has more than {most} keys that differ from others only in letter case",
    "ndjson_line_too_long": "has a line longer than {most} MB: each line must be one object",
    "ndjson_without_objects": 'has no JSON object: each line must be one, such as {{"email": "a@b.org"}}',
    "not_a_workbook": "is not a workbook",
    "not_in_encoding": "is not valid {encoding}: some bytes are invalid",
    "not_text": "is not text: import a table, such as CSV or an Excel workbook",
    "parquet_not_readable": "is a Parquet file that cannot be read: {reason}",
    "parquet_not_whole": "is not a complete Parquet file",
    "record_too_long": "is longer than {most} MB: this is not a table",
    "sheet_unknown": 'has no sheet "{sheet}"; choose from {sheets:quoted 10}',
    "table_too_sparse": (
        "has {columns:,} columns in {rows:,} rows, nearly all of them blank: put rows with the same columns into a "
        "file of their own and import that"
    ),
    "too_many_broken_rows": "has more than {most:,} invalid rows, most with more or fewer cells than the header",
    "too_many_columns": "has more than {most:,} columns: remove those you do not need",
    "too_many_keys": "has more than {most:,} different keys: remove those you do not need",
    "too_many_lines_no_object": "has more than {most:,} lines that are not JSON objects",
    "workbook_damaged": "is a damaged zip archive or workbook: download or copy it again",
    "workbook_has_password": "is protected by a password: save it without one and import that",
    "workbook_needs_too_much": (
        "is a workbook that takes too much memory or time to read, or is damaged: save the sheet as CSV and import that"
    ),
    "workbook_not_readable": "is a damaged or unsupported workbook: save the sheet as .xlsx or CSV",
    "workbook_too_large": "is a workbook larger than {most} MB: save the sheet as CSV and import that",
    "workbook_unpacks_too_large": (
        "is a workbook that unpacks to more than {most} MB: save the sheet as CSV and import that"
    ),
    "workbook_without_rows": "is a workbook without rows: the first row of a sheet must contain the column names",
}
