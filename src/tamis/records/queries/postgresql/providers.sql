-- name: known_reports
-- instead of 4c959cf7
SELECT report_hash FROM suppressing_reports
WHERE provider_id = ? AND report_hash IN (SELECT value FROM json_texts(?));
