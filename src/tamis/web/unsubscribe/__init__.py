"""What recipients of mail see: the page behind an unsubscribe link, and the answer to mail programs (RFC 8058)."""
