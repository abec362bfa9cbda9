-- name: malformed
SELECT 'a row of contacts is not what was written to it' FROM contacts WHERE NOT json_valid(field_values)
UNION ALL
SELECT 'a row of segments is not what was written to it' FROM segments WHERE NOT json_valid(rule)
LIMIT 1;
