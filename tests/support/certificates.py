"""A certificate authority of the tests, and certificates of servers that it has issued."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class CertificateAuthority:
    """An authority that is trusted by whoever reads its `file`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Authority of the tests")
        basic = x509.BasicConstraints(ca=True, path_length=0)
        usage = x509.KeyUsage(*(index == 5 for index in range(9)))  # to sign certificates
        made = self._builder("Authority of the tests", self._key, 10).add_extension(basic, critical=True)
        made = made.add_extension(usage, critical=True)
        self.file = directory / "authority.pem"
        self.file.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def server(self, host: str, days: int = 1) -> ssl.SSLContext:
        """Return the context of a server with a certificate for a host name or address, valid for so many days from
        yesterday; a negative number is in the past."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            known: x509.GeneralName = x509.IPAddress(ip_address(host))
        except ValueError:
            known = x509.DNSName(host)
        made = self._builder(host, key, days).add_extension(x509.SubjectAlternativeName([known]), critical=False)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = made.add_extension(authority, critical=False)
        file = self._directory / f"{host}-{days}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(private + made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _builder(self, name: str, key: ec.EllipticCurvePrivateKey, days: int) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        until = now + days * DAY
        made = x509.CertificateBuilder().subject_name(_name(name)).issuer_name(self._name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(min(now, until) - DAY)
        return made.not_valid_after(until).add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
